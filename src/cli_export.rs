//! The command `export`: a recording in formats that other programs read.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;

use ouroscope::base::Moment;
use ouroscope::export::{self, ExportError, Scene, Table};
use ouroscope::trace::{self, Direction, NamedMomentError, Recording, Search, find_moment};

use crate::Failure;

/// What comes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// A Chrome trace of the calls, the GIL, the collector and memory; Perfetto opens it
    Chrome,
    /// The steps of the program as Python Tutor JSON
    Tutor,
    /// The object graph of a moment for Graphviz
    Dot,
    /// The whole heap of a moment for graph tools
    Graphml,
    /// A drawing: of the object graph, or with --panel or --layout of the window
    Svg,
    /// A picture of the window, or of one panel
    Png,
    /// The window, or one panel, in motion: line by line from --at to --to
    Gif,
    /// A report that needs nothing but a browser
    Html,
    /// A table with commas
    Csv,
    /// A table as JSON
    Json,
}

#[derive(clap::Args)]
pub(crate) struct ExportArgs {
    /// The format
    #[arg(long = "as", value_name = "FORMAT")]
    pub(crate) format: Format,
    /// The moment to show: a number, 50%, end, line:12, `gc:1/subtract_refs`, call:main, …
    /// [default: the end of the program, before the interpreter shuts down]
    #[arg(long, value_name = "MOMENT")]
    pub(crate) at: Option<String>,
    /// For csv and json: events, objects, types, allocations, lines, calls, passes, threads,
    /// memory or output
    #[arg(long, value_name = "NAME", default_value = "objects")]
    table: Table,
    /// For tutor: steps at most
    #[arg(long, value_name = "N", default_value_t = 1000)]
    steps: usize,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    /// Where to write
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// The recording
    pub(crate) file: PathBuf,
}

/// What a picture of the window shows.
#[derive(clap::Args)]
#[command(next_help_heading = "For png, gif and svg of the window")]
pub(crate) struct PictureArgs {
    /// One panel alone: Source, Bytecode, Frames, Objects, Inspector, Collector, …
    #[arg(long, value_name = "NAME")]
    pub(crate) panel: Option<String>,
    /// Learn, Objects, Collector, Threads, Memory or Present
    #[arg(long, value_name = "NAME")]
    pub(crate) layout: Option<String>,
    /// The variable whose object is selected
    #[arg(long, value_name = "NAME")]
    pub(crate) select: Option<String>,
    /// The size in points
    #[arg(long, value_name = "WxH", default_value = "1280x800")]
    pub(crate) size: String,
    /// Pixels to a point
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub(crate) scale: f32,
    /// light, dark or high-contrast
    #[arg(long, value_name = "NAME", default_value = "light")]
    pub(crate) theme: String,
    /// The size of text in percent, from 80 to 300
    #[arg(long, value_name = "PERCENT", default_value_t = 100)]
    pub(crate) text_size: u16,
    /// For gif: the last moment [default: the end of the program]
    #[arg(long, value_name = "MOMENT")]
    pub(crate) to: Option<String>,
    /// For gif: pictures at most, evenly chosen
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(crate) frames: usize,
    /// For gif: how long each picture stands, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 400)]
    pub(crate) delay: u64,
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::Failed(Some(error.to_string()))
    }
}

impl From<NamedMomentError> for Failure {
    fn from(error: NamedMomentError) -> Self {
        Self::Failed(Some(error.to_string()))
    }
}

/// The last instruction of the program, while its variables still live.
fn end_of_program(recording: &Recording) -> Result<Moment, Failure> {
    let end = find_moment(recording, "finalizing").unwrap_or_else(|_| recording.last_moment());
    let last = Search::kinds(&["Instruction"]).find(recording, end, Direction::Backward)?;
    Ok(last.unwrap_or(end))
}

/// Writes the file.
pub(crate) fn export(args: &ExportArgs) -> Result<(), Failure> {
    let recording = Arc::new(trace::open(&args.file)?);
    let at = match &args.at {
        Some(name) => find_moment(&recording, name)?,
        None => end_of_program(&recording)?,
    };
    let path = args.output.display();
    let file =
        File::create(&args.output).map_err(|error| Failure::Misuse(format!("{path}: {error}")))?;
    let mut out = BufWriter::new(file);
    let picture = &args.picture;
    let of_the_window = picture.panel.is_some() || picture.layout.is_some();
    let scene = || Scene::new(&recording, at);
    match args.format {
        Format::Chrome => export::chrome::write(&recording, &mut out)?,
        Format::Tutor => export::tutor::write(&recording, args.steps, &mut out)?,
        Format::Dot => export::dot::write(&scene()?, &mut out)?,
        Format::Graphml => export::graphml::write(&scene()?, &mut out)?,
        Format::Svg if !of_the_window => export::svg::write(&scene()?, &mut out)?,
        Format::Svg | Format::Png => crate::cli_picture::write_still(args, at, &mut out)?,
        Format::Gif => {
            // A film begins at the beginning.
            let first = if args.at.is_some() { at } else { Moment(0) };
            let last = match &picture.to {
                Some(name) => find_moment(&recording, name)?,
                None => end_of_program(&recording)?,
            };
            crate::cli_picture::write_film(args, &recording, first..last, &mut out)?;
        }
        Format::Html => export::html::write(&scene()?, &mut out)?,
        Format::Csv => export::table::write_csv(&scene()?, args.table, &mut out)?,
        Format::Json => export::table::write_json(&scene()?, args.table, &mut out)?,
    }
    out.flush()?;
    Ok(())
}
