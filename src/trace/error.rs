//! What can go wrong with a recording: one clear sentence each.

use std::path::PathBuf;

/// A recording cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("cannot open {path}: {source}")]
    Open {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write {path}: {source}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is being written by another program")]
    Busy { path: PathBuf },
    #[error("{path} is not a recording of Ouroscope: {reason}")]
    Foreign { path: PathBuf, reason: String },
    #[error(
        "{path} was written by a newer Ouroscope (format {found}, this one reads up to {known})"
    )]
    Future {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("{path} is damaged: {reason}; `ouroscope recover` keeps what is whole")]
    Damaged { path: PathBuf, reason: String },
    #[error("the recording has {len} moments; {moment} is beyond its end")]
    Beyond { moment: u64, len: u64 },
}
