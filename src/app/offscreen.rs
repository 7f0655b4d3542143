//! Draws the window, or one panel of it, without a display: for `export` and its pictures.

use std::collections::HashMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use egui::{Color32, ColorImage, Context, FullOutput, Pos2, RawInput, Rect, Vec2};

use super::command::Command;
use super::raster::{Textures, paint};
use super::ui::panels::PanelKind;
use super::vector::drawing;
use super::window::Window;
use super::{AppError, Options};
use crate::base::Moment;
use crate::events::{CodeId, Event, FrameId};
use crate::trace::{Recording, RecordingError, Search};
use crate::views::look::Names;

/// Frames in which nothing changed before a picture is taken.
const STILL_FRAMES: u32 = 6;
/// A frame that is wanted sooner than this is part of a movement.
const AT_ONCE: Duration = Duration::from_millis(50);
/// How long the window may take to settle.
const PATIENCE: Duration = Duration::from_mins(2);
/// What the clock of animations goes on by from frame to frame.
const FRAME_SECONDS: f64 = 1.0 / 30.0;

/// The window where nobody sees it.
pub struct Offscreen {
    ctx: Context,
    window: Window,
    panel: Option<PanelKind>,
    size: Vec2,
    pixels_per_point: f32,
    textures: Textures,
    frames: u32,
}

impl std::fmt::Debug for Offscreen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offscreen").finish_non_exhaustive()
    }
}

impl Offscreen {
    /// Opens the window as `options` say; `panel` draws that panel alone. `size` is in points.
    pub fn new(
        options: Options,
        panel: Option<PanelKind>,
        size: [f32; 2],
        pixels_per_point: f32,
    ) -> Self {
        let ctx = Context::default();
        let window = Window::new(&ctx, None, options);
        Self {
            ctx,
            window,
            panel,
            size: size.into(),
            pixels_per_point,
            textures: Textures::default(),
            frames: 0,
        }
    }

    /// The color behind everything.
    fn background(&self) -> Color32 {
        self.window.background()
    }

    /// Shows the moment at which the program reaches a line, as a step of a line does.
    fn go_to_line(&mut self, moment: Moment) {
        let document = self.window.app().document.as_ref();
        let landed = document.map_or(moment, |document| document.landing(moment));
        self.window.send(Command::GoTo(landed));
    }

    /// Draws a frame; says too whether it is what was asked for. That has to be asked inside the
    /// frame: a panel is busy only in the frame in which it says so.
    fn frame(&mut self) -> (FullOutput, bool) {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(f64::from(self.frames) * FRAME_SECONDS),
            predicted_dt: FRAME_SECONDS as f32,
            focused: true,
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&input.viewport_id) {
            viewport.native_pixels_per_point = Some(self.pixels_per_point);
        }
        self.frames += 1;
        let (window, panel) = (&mut self.window, self.panel);
        let mut settled = false;
        let mut output = self.ctx.run_ui(input, |ui| {
            match panel {
                Some(kind) => window.panel_frame_ui(ui, kind),
                None => window.frame_ui(ui),
            }
            settled = window.is_settled(ui.ctx());
        });
        self.textures
            .take(std::mem::take(&mut output.textures_delta));
        (output, settled)
    }

    /// Draws until nothing moves any more; gives the last frame.
    fn settle(&mut self) -> FullOutput {
        let end = Instant::now() + PATIENCE;
        let mut still = 0;
        loop {
            let (output, settled) = self.frame();
            // An animation asks for the next frame at once.
            let moves = output
                .viewport_output
                .values()
                .any(|viewport| viewport.repaint_delay < AT_ONCE);
            still = if settled && !moves {
                still + 1
            } else {
                if !moves {
                    // Work in the background goes on without us.
                    std::thread::sleep(Duration::from_millis(2));
                }
                0
            };
            if still >= STILL_FRAMES || Instant::now() > end {
                return output;
            }
        }
    }

    /// The picture in pixels.
    pub fn picture(&mut self) -> ColorImage {
        let output = self.settle();
        let scale = output.pixels_per_point;
        let primitives = self.ctx.tessellate(output.shapes, scale);
        let size = (self.size * self.pixels_per_point).round();
        let size = [size.x as usize, size.y as usize];
        paint(&primitives, &self.textures, size, scale, self.background())
    }

    /// The picture as SVG.
    pub fn drawing(&mut self) -> String {
        let output = self.settle();
        // Shapes are in points of egui, which text size and zoom make larger than the window's.
        let size = self.size * self.pixels_per_point / output.pixels_per_point;
        drawing(&output.shapes, size, self.background())
    }

    /// The pictures at `moments` as an endless GIF, each shown for so long.
    pub fn animation(
        &mut self,
        moments: &[Moment],
        each: Duration,
        out: &mut dyn Write,
    ) -> Result<(), AppError> {
        let failed = |error: gif::EncodingError| AppError::Animation(error.to_string());
        let size = (self.size * self.pixels_per_point).round();
        let (width, height) = (size.x as u16, size.y as u16);
        let mut encoder = gif::Encoder::new(out, width, height, &[]).map_err(failed)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(failed)?;
        for &moment in moments {
            self.go_to_line(moment);
            let image = self.picture();
            let mut pixels: Vec<u8> = image
                .pixels
                .iter()
                .flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b(), 255])
                .collect();
            let mut frame = gif::Frame::from_rgba_speed(width, height, &mut pixels, 10);
            frame.delay = (each.as_millis() / 10).min(u128::from(u16::MAX)) as u16;
            encoder.write_frame(&frame).map_err(failed)?;
        }
        Ok(())
    }
}

/// The moments from `first` to `last` at which the program reaches a line, at most `most` of
/// them, evenly chosen.
pub fn line_moments(
    recording: &Recording,
    first: Moment,
    last: Moment,
    most: usize,
) -> Result<Vec<Moment>, RecordingError> {
    let mut names = Names::default();
    names.update(recording);
    let mut codes: HashMap<FrameId, CodeId> = HashMap::new();
    let mut moments = Vec::new();
    let kinds = Search::kinds(&["FramePush", "Line"]);
    kinds.each(recording, 0..last.0, |position, event| {
        match *event {
            Event::FramePush { frame, code, .. } => {
                codes.insert(frame, code);
            }
            Event::Line { frame, .. } if position >= first => {
                let of_the_program = codes
                    .get(&frame)
                    .and_then(|code| names.code(*code))
                    .is_some_and(|code| names.is_program_file(&code.co_filename));
                if of_the_program {
                    moments.push(Moment(position.0 + 1));
                }
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    })?;
    let count = moments.len();
    if count <= most {
        return Ok(moments);
    }
    let chosen = (0..most).map(|index| moments[index * (count - 1) / (most - 1).max(1)]);
    Ok(chosen.collect())
}
