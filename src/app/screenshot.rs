//! Takes one picture of the window when it is drawn and still, for `--screenshot`.

use std::path::{Path, PathBuf};

use egui::{ColorImage, Context, ViewportCommand};

use super::AppError;

/// Frames in which nothing changed before the picture is taken: fonts, docking and the graph's
/// camera need a few to settle.
const STILL_FRAMES: u32 = 6;

/// A picture that is to be taken.
#[derive(Debug)]
pub struct Screenshot {
    path: PathBuf,
    still: u32,
    asked: bool,
    /// What came of it.
    pub result: Option<Result<(), AppError>>,
}

impl Screenshot {
    /// A picture for `path`.
    pub const fn to(path: PathBuf) -> Self {
        Self {
            path,
            still: 0,
            asked: false,
            result: None,
        }
    }

    /// Called once a frame; `ready` says whether what is to be seen is there.
    pub fn frame(&mut self, ctx: &Context, ready: bool) {
        if self.result.is_some() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            return;
        }
        let image = ctx.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::Screenshot { image, .. } => Some(std::sync::Arc::clone(image)),
                _ => None,
            })
        });
        if let Some(image) = image {
            self.result = Some(write_png(&self.path, &image));
            ctx.send_viewport_cmd(ViewportCommand::Close);
            return;
        }
        self.still = if ready { self.still + 1 } else { 0 };
        if self.still >= STILL_FRAMES && !self.asked {
            self.asked = true;
            ctx.send_viewport_cmd(ViewportCommand::Screenshot(egui::UserData::default()));
        }
        ctx.request_repaint();
    }
}

fn write_png(path: &Path, image: &ColorImage) -> Result<(), AppError> {
    let failed = |reason: String| AppError::Screenshot {
        path: path.display().to_string(),
        reason,
    };
    let file = std::fs::File::create(path).map_err(|e| failed(e.to_string()))?;
    encode_png(image, &mut std::io::BufWriter::new(file)).map_err(failed)
}

/// Writes a picture as PNG; the error is in words.
pub fn encode_png(image: &ColorImage, out: &mut dyn std::io::Write) -> Result<(), String> {
    let [width, height] = image.size;
    let mut encoder = png::Encoder::new(out, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    let bytes: Vec<u8> = image
        .pixels
        .iter()
        .flat_map(|p| [p.r(), p.g(), p.b()])
        .collect();
    writer.write_image_data(&bytes).map_err(|e| e.to_string())
}
