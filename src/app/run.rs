//! Starts a program on a thread of its own, and reads and writes recordings for the window.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::AppError;
use crate::session::{Nanos, Session, SessionOptions};
use crate::trace::{Annotations, Header, Recording, RecordingError, RecordingWriter};

/// A program that runs, or ran, while its recording grows.
#[derive(Debug)]
pub struct Run {
    recording: Arc<Recording>,
    session: Option<Session>,
    failure: Option<String>,
}

impl Run {
    /// Starts a program.
    pub fn start(options: SessionOptions) -> Self {
        match Session::start(options) {
            Ok(session) => Self {
                recording: Arc::clone(session.recording()),
                session: Some(session),
                failure: None,
            },
            Err(error) => {
                let recording = Arc::new(Recording::new(Header::default()));
                RecordingWriter::new(Arc::clone(&recording)).finish();
                Self {
                    recording,
                    session: None,
                    failure: Some(error.to_string()),
                }
            }
        }
    }

    /// What is being recorded.
    pub const fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// Takes in that the run is over, and why it was stopped if it was.
    pub fn poll(&mut self) {
        if let Some(session) = self.session.take_if(|session| !session.is_running()) {
            self.failure = match session.join() {
                Ok(outcome) => outcome.stopped,
                Err(error) => Some(error.to_string()),
            };
        }
    }

    /// Whether the program still runs.
    pub fn is_running(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_running)
    }

    /// Asks it to stop.
    pub fn stop(&self) {
        if let Some(session) = &self.session {
            session.stop();
        }
    }

    /// Why the run did not come to its own end, in a sentence.
    pub fn failure(&self) -> Option<String> {
        self.failure.clone()
    }
}

/// What the user chooses about the scheduler before a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Schedule {
    /// Decides what CPython leaves to the operating system.
    pub seed: u64,
    /// `sys.setswitchinterval` before the first instruction; `None`: the usual 5 ms.
    pub interval_micros: Option<u32>,
}

impl Schedule {
    /// The schedule of a recording.
    pub fn of(header: &Header) -> Self {
        let nanos = header.options.get("switch_interval_nanos");
        Self {
            seed: header.schedule_seed,
            interval_micros: nanos
                .and_then(|nanos| nanos.parse::<u64>().ok())
                .and_then(|nanos| u32::try_from(nanos / 1000).ok()),
        }
    }
}

/// How the window runs a program: its imports may read the modules beside it, and the standard
/// library.
pub fn options(name: &str, source: &[u8], schedule: Schedule) -> SessionOptions {
    let folder = Path::new(name).parent().filter(|folder| folder.is_dir());
    SessionOptions {
        program: name.to_owned(),
        source: source.to_vec(),
        stdlib: std::env::var_os("OUROSCOPE_STDLIB").map(PathBuf::from),
        directory: folder.map(Path::to_owned),
        path: vec![crate::session::EMBEDDED_STDLIB.to_owned()],
        schedule_seed: schedule.seed,
        switch_interval: schedule
            .interval_micros
            .map(|micros| Nanos(u64::from(micros) * 1000)),
        ..SessionOptions::default()
    }
}

/// Reads a file whole.
pub fn read_file(path: &Path) -> Result<Vec<u8>, AppError> {
    std::fs::read(path).map_err(|error| failed(path, io_words(&error)))
}

/// Writes a file whole.
pub fn write_file(path: &Path, text: &str) -> Result<(), AppError> {
    std::fs::write(path, text).map_err(|error| failed(path, io_words(&error)))
}

/// Opens a recording.
pub fn open_recording(path: &Path) -> Result<Arc<Recording>, AppError> {
    let recording = crate::trace::open(path).map_err(recording_failed)?;
    Ok(Arc::new(recording))
}

/// Saves a recording.
pub fn save_recording(recording: &Recording, path: &Path) -> Result<(), AppError> {
    crate::trace::save(recording, path).map_err(recording_failed)?;
    Ok(())
}

/// Writes what the user added into a recording that is in a file.
pub fn write_notes(path: &Path, annotations: &Annotations) -> Result<(), AppError> {
    crate::trace::append_annotations(path, annotations).map_err(recording_failed)
}

/// Saves what is whole of a damaged recording beside it, and gives the path.
pub fn rescue_recording(path: &Path) -> Result<PathBuf, AppError> {
    let whole = path.with_extension("rescued.mcap");
    crate::trace::recover(path, &whole).map_err(recording_failed)?;
    Ok(whole)
}

fn recording_failed(error: RecordingError) -> AppError {
    match error {
        RecordingError::Damaged { path, reason } => AppError::Damaged { path, reason },
        error => AppError::Recording(error.to_string()),
    }
}

/// An error that names the file.
fn failed(path: &Path, reason: String) -> AppError {
    AppError::File {
        path: path.display().to_string(),
        reason,
    }
}

/// An error of the system in the words people know.
fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
