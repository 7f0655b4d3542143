//! Writes a recording on a thread of its own, so that the window goes on meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use super::run::save_recording;
use crate::trace::{Annotations, Recording};

/// A recording that is being written.
#[derive(Debug)]
pub struct Saving {
    receiver: Receiver<Result<String, String>>,
}

impl Saving {
    /// Begins to write.
    pub fn start(recording: &Arc<Recording>, annotations: Annotations, path: &Path) -> Self {
        let (sender, receiver) = channel();
        recording.set_annotations(annotations);
        let recording = Arc::clone(recording);
        let path = path.to_owned();
        std::thread::spawn(move || {
            let result = save_recording(&recording, &path)
                .map(|()| format!("Saved {}", path.display()))
                .map_err(|error| error.to_string());
            // The window may be gone by now; the file is there all the same.
            let _ = sender.send(result);
        });
        Self { receiver }
    }

    /// What came of it, once it is done: a sentence either way.
    pub fn result(&self) -> Option<Result<String, String>> {
        self.receiver.try_recv().ok()
    }
}
