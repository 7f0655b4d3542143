//! The desktop window: everything that knows egui.
//!
//! Data flows one way. Each frame the panels read [`state::AppState`] and paint; what the user
//! wants comes back as [`command::Command`]s, which [`state::AppState::apply`] alone fulfils.
//! In reading order: `state`, `command`, `document` (what is open), `window` (the shell),
//! `ui::theme`, one panel of `ui::panels`.

pub mod asking;
pub mod command;
pub mod dialogs;
pub mod document;
pub mod layout;
pub mod lessons;
pub mod notes;
pub mod offscreen;
pub mod raster;
pub mod run;
pub mod saving;
pub mod screenshot;
pub mod selection;
pub mod state;
pub mod ui;
pub mod vector;
pub mod walker;
pub mod window;

use std::path::PathBuf;

use layout::LayoutKind;
use ui::panels::PanelKind;
use ui::panels::pipeline::StageTab;
use ui::theme::ThemeKind;

/// What `ouroscope [FILE]` was asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Options {
    /// A `.py` file or a recording.
    pub file: Option<PathBuf>,
    /// Where to write a picture of the window; the window then closes.
    pub screenshot: Option<PathBuf>,
    /// The moment to show: a number, or a query such as `end` or `first gc pass`.
    pub at: Option<String>,
    pub layout: Option<LayoutKind>,
    /// The window's size in points.
    pub size: Option<[f32; 2]>,
    pub theme: Option<ThemeKind>,
    /// 1 is 100 %.
    pub text_scale: Option<f32>,
    /// A panel to bring to the front.
    pub panel: Option<PanelKind>,
    /// The stage that the Pipeline panel shows.
    pub stage: Option<StageTab>,
    /// Another version of the file, whose bytecode the Pipeline panel compares.
    pub compare: Option<PathBuf>,
    /// The name of a variable whose object is selected.
    pub select: Option<String>,
    /// The stop of the lesson to go to, from 1.
    pub stop: Option<usize>,
}

/// What can go wrong with files and windows.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("cannot open a window: {0}")]
    Window(String),
    #[error("cannot open a window: a library is missing (on Debian and Ubuntu: apt install {0})")]
    MissingLibrary(&'static str),
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
    /// The sentence names the file.
    #[error("{0}")]
    Recording(String),
    #[error("{path} is damaged: {reason}", path = .path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("cannot write the animation: {0}")]
    Animation(String),
    #[error("{path}: cannot write the picture: {reason}")]
    Screenshot { path: String, reason: String },
}

/// Opens the window and returns when it is closed.
pub fn run(options: Options) -> Result<(), AppError> {
    window::run(options)
}
