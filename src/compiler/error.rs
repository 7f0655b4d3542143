//! Errors that the compiler finds after parsing, and the warnings it gives.
//!
//! Mirrors `compiler_error` and `compiler_warn` of `Python/compile.c` and `SET_ERROR_LOCATION` of
//! `Python/symtable.c`: columns are UTF-8 bytes there, and so they are here.

use crate::base::SourceLocation;
use crate::syntax::error::{ErrorKind, SyntaxError};

/// A `SyntaxError` that points at `loc`.
pub fn error_at(loc: SourceLocation, msg: impl Into<String>) -> SyntaxError {
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: msg.into(),
        lineno: Some(loc.lineno),
        offset: Some(loc.col_offset + 1),
        end_lineno: Some(loc.end_lineno),
        end_offset: Some(loc.end_col_offset + 1),
        text: None,
    }
}

/// A `SyntaxError` that points at the start of `loc` alone (`PyErr_SyntaxLocationObject`).
pub fn error_without_end(loc: SourceLocation, msg: impl Into<String>) -> SyntaxError {
    SyntaxError {
        end_lineno: Some(loc.lineno),
        end_offset: None,
        ..error_at(loc, msg)
    }
}

/// The tree is deeper than the C stack of CPython allows.
pub fn recursion_error() -> SyntaxError {
    SyntaxError::without_place(
        ErrorKind::RecursionError,
        "maximum recursion depth exceeded during compilation",
    )
}

/// How deep a tree the passes accept (`Py_C_RECURSION_LIMIT`).
pub const RECURSION_LIMIT: u32 = 10_000;
