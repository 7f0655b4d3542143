//! Starts a program on a thread of its own, and reads and writes recordings for the window.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::AppError;
use crate::trace::{Header, Recording, RecordingWriter};

/// A program that runs, or ran, while its recording grows.
#[derive(Debug)]
pub struct Run {
    recording: Arc<Recording>,
}

impl Run {
    /// Starts the program.
    pub fn start(name: &str, source: &[u8]) -> Self {
        let header = Header {
            program: name.to_owned(),
            ..Header::default()
        };
        let recording = Arc::new(Recording::new(header));
        if let Ok(text) = crate::syntax::decode_source(source) {
            recording.add_source(name, &text);
        }
        RecordingWriter::new(Arc::clone(&recording)).finish();
        Self { recording }
    }

    /// What is being recorded.
    pub const fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// Whether the program still runs.
    pub fn is_running(&self) -> bool {
        !self.recording.is_complete()
    }

    /// Asks it to stop.
    pub fn stop(&mut self) {}

    /// Why the program could not be compiled, once.
    pub fn take_syntax_error(&mut self) -> Option<String> {
        None
    }
}

/// Opens a recording.
pub fn open_recording(path: &Path) -> Result<Arc<Recording>, AppError> {
    Err(AppError::File {
        path: path.display().to_string(),
        reason: "recordings cannot be read yet".to_owned(),
    })
}

/// Saves a recording.
pub fn save_recording(_recording: &Recording, path: &Path) -> Result<(), AppError> {
    Err(AppError::File {
        path: path.display().to_string(),
        reason: "recordings cannot be written yet".to_owned(),
    })
}

/// An error of the system in the words people know.
pub fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
