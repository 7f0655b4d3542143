//! What is wrong with a source: `SyntaxError` and its kin, and `SyntaxWarning`.
//!
//! Mirrors the fields of CPython's `SyntaxError`; positions as it reports them.

use std::fmt;

/// The exception class that CPython raises for a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// The parser's own depth limit was exceeded.
    MemoryError,
    /// The tree is too deep for the passes that follow.
    RecursionError,
}

impl ErrorKind {
    /// The name of the exception class.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SyntaxError => "SyntaxError",
            Self::IndentationError => "IndentationError",
            Self::TabError => "TabError",
            Self::MemoryError => "MemoryError",
            Self::RecursionError => "RecursionError",
        }
    }
}

/// A source that CPython refuses.
///
/// Lines and columns count from 1, columns in characters. `None` where CPython has `None`
/// (an error without a place); 0 and -1 appear where CPython reports them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub kind: ErrorKind,
    pub msg: String,
    pub lineno: Option<i32>,
    pub offset: Option<i32>,
    pub end_lineno: Option<i32>,
    pub end_offset: Option<i32>,
    /// The source line, with its line feed when it has one.
    pub text: Option<String>,
}

impl SyntaxError {
    /// An error that names no place in the source.
    pub fn without_place(kind: ErrorKind, msg: impl Into<String>) -> Self {
        Self {
            kind,
            msg: msg.into(),
            lineno: None,
            offset: None,
            end_lineno: None,
            end_offset: None,
            text: None,
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.msg)?;
        if let Some(lineno) = self.lineno {
            write!(f, " (line {lineno})")?;
        }
        Ok(())
    }
}

impl std::error::Error for SyntaxError {}

/// A warning that the tokenizer or the parser gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The warning's class: `SyntaxWarning` or `DeprecationWarning`.
    pub category: &'static str,
    pub msg: String,
    pub lineno: i32,
}
