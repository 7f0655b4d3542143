//! Writes what a recording says in formats that other programs read.
//!
//! Each file is one format. All of them read the recording alone and write to any stream, so
//! they need neither a window nor the machine that made the recording.

pub mod chrome;
pub mod dot;
pub mod graphml;
pub mod html;
pub mod svg;
pub mod table;
pub mod tutor;

use std::io;
use std::sync::Arc;

use crate::base::Moment;
use crate::trace::{Player, Recording, RecordingError};
use crate::views::look::{Look, Names};
pub use table::Table;

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    #[error("cannot write: {0}")]
    Json(#[from] serde_json::Error),
    #[error("cannot write: {0}")]
    Csv(#[from] csv::Error),
}

/// A recording at one moment, with the texts to describe it.
#[derive(Debug)]
pub struct Scene {
    player: Player,
    names: Names,
}

impl Scene {
    /// Goes to `at`; beyond the end, to the end.
    pub fn new(recording: &Arc<Recording>, at: Moment) -> Result<Self, RecordingError> {
        let mut player = Player::new(Arc::clone(recording));
        player.seek(at)?;
        let mut names = Names::default();
        names.update(recording);
        Ok(Self { player, names })
    }

    /// What there is to see.
    pub fn look(&self) -> Look<'_> {
        Look {
            recording: self.player.recording(),
            names: &self.names,
            state: self.player.state(),
        }
    }
}
