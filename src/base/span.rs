//! Where something stands in the source, in CPython's units.

use serde::{Deserialize, Serialize};

/// A range of the source, as `_Py_SourceLocation`.
///
/// Lines count from 1, columns are UTF-8 byte offsets from 0; -1 stands for "none", as in
/// CPython. Line 0 belongs to a module's `RESUME`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct SourceLocation {
    pub lineno: i32,
    pub end_lineno: i32,
    pub col_offset: i32,
    pub end_col_offset: i32,
}

impl SourceLocation {
    /// No location at all (`NO_LOCATION`).
    pub const NONE: Self = Self {
        lineno: -1,
        end_lineno: -1,
        col_offset: -1,
        end_col_offset: -1,
    };
    /// `NEXT_LOCATION`: takes the location of the instruction that follows.
    pub const NEXT: Self = Self {
        lineno: -2,
        end_lineno: -2,
        col_offset: -2,
        end_col_offset: -2,
    };

    /// From (line, column) to (end line, end column).
    #[inline]
    pub const fn new(lineno: i32, col_offset: i32, end_lineno: i32, end_col_offset: i32) -> Self {
        Self {
            lineno,
            end_lineno,
            col_offset,
            end_col_offset,
        }
    }
}
