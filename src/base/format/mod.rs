//! Numbers and strings to text: `repr`, `format()`, `%` and `str.format` templates.

pub mod float;
pub mod int;
pub mod percent;
pub mod repr;
pub mod spec;
pub mod template;

use std::fmt;

/// Why a text could not be made: the exception to raise, by class, and its message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormatError {
    ValueError(String),
    TypeError(String),
    OverflowError(String),
    /// No memory holds so wide a field.
    MemoryError,
}

impl FormatError {
    pub(super) fn value(message: &str) -> Self {
        Self::ValueError(message.to_owned())
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ValueError(message) => write!(f, "ValueError: {message}"),
            Self::TypeError(message) => write!(f, "TypeError: {message}"),
            Self::OverflowError(message) => write!(f, "OverflowError: {message}"),
            Self::MemoryError => f.write_str("MemoryError"),
        }
    }
}
