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
use ouroscope::trace;

use crate::cli_export::{ExportArgs, Format};
use crate::{Failure, wanted};

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Failed(Some(error.to_string()))
    }
}

/// Writes the picture at the first of `moments`, or of all of them in motion.
pub(crate) fn write(
    args: &ExportArgs,
    moments: Range<Moment>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let picture = &args.picture;
    let layout = wanted(picture.layout.as_deref(), "layout", LayoutKind::from_name)?;
    let panel = wanted(picture.panel.as_deref(), "panel", PanelKind::from_name)?;
    let theme = wanted(Some(&picture.theme), "theme", ThemeKind::from_name)?;
    let size = wanted(Some(&picture.size), "size", parse_size)?.unwrap_or([1280.0, 800.0]);
    let options = Options {
        file: Some(args.file.clone()),
        at: Some(moments.start.0.to_string()),
        layout,
        theme,
        select: picture.select.clone(),
        text_scale: Some(f32::from(picture.text_size) / 100.0),
        ..Options::default()
    };
    let mut window = Offscreen::new(options, panel, size, picture.scale.clamp(0.5, 8.0));
    match args.format {
        Format::Gif => {
            let recording = trace::open(&args.file)?;
            let (first, last) = (moments.start, moments.end);
            let moments = line_moments(&recording, first, last, picture.frames.max(1))?;
            if moments.is_empty() {
                return Err(Failure::Misuse(
                    "the program reaches no line between these moments".to_owned(),
                ));
            }
            let each = Duration::from_millis(picture.delay);
            window.animation(&moments, each, out)?;
        }
        Format::Svg => out.write_all(window.drawing().as_bytes())?,
        _ => encode_png(&window.picture(), out).map_err(|reason| Failure::Failed(Some(reason)))?,
    }
    Ok(())
}
