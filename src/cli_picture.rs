//! Pictures of the window for the command `export`: PNG, GIF and SVG, without a display.

use std::io::Write;
use std::ops::Range;
use std::time::Duration;

use ouroscope::app::layout::LayoutKind;
use ouroscope::app::offscreen::{Offscreen, line_moments};
use ouroscope::app::screenshot::encode_png;
use ouroscope::app::ui::panels::PanelKind;
use ouroscope::app::ui::theme::ThemeKind;
use ouroscope::app::window::parse_size;
use ouroscope::app::{AppError, Options};
use ouroscope::base::Moment;
use ouroscope::trace::Recording;

use crate::cli_export::{ExportArgs, Format};
use crate::{Failure, wanted};

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Failed(Some(error.to_string()))
    }
}

/// Writes the picture at a moment.
pub(crate) fn write_still(
    args: &ExportArgs,
    at: Moment,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut window = open(args, at)?;
    match args.format {
        Format::Svg => out.write_all(window.drawing().as_bytes())?,
        _ => encode_png(&window.picture(), out).map_err(|reason| Failure::Failed(Some(reason)))?,
    }
    Ok(())
}

/// Writes the pictures at the lines of the program between two moments, in motion.
pub(crate) fn write_film(
    args: &ExportArgs,
    recording: &Recording,
    moments: Range<Moment>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let picture = &args.picture;
    let most = picture.frames.max(1);
    let stops = line_moments(recording, moments.start, moments.end, most)?;
    if stops.is_empty() {
        return Err(Failure::Misuse(
            "the program reaches no line between these moments".to_owned(),
        ));
    }
    let each = Duration::from_millis(picture.delay);
    open(args, moments.start)?.animation(&stops, each, out)?;
    Ok(())
}

/// The window as the arguments want it, where nobody sees it.
fn open(args: &ExportArgs, at: Moment) -> Result<Offscreen, Failure> {
    let picture = &args.picture;
    let layout = wanted(picture.layout.as_deref(), "layout", LayoutKind::from_name)?;
    let panel = wanted(picture.panel.as_deref(), "panel", PanelKind::from_name)?;
    let theme = wanted(Some(&picture.theme), "theme", ThemeKind::from_name)?;
    let size = wanted(Some(&picture.size), "size", parse_size)?.unwrap_or([1280.0, 800.0]);
    let options = Options {
        file: Some(args.file.clone()),
        // The window has its own way to a line: behind the first instruction there.
        at: Some(args.at.clone().unwrap_or_else(|| at.0.to_string())),
        layout,
        theme,
        select: picture.select.clone(),
        text_scale: Some(f32::from(picture.text_size) / 100.0),
        ..Options::default()
    };
    let scale = picture.scale.clamp(0.5, 8.0);
    Ok(Offscreen::new(options, panel, size, scale))
}
