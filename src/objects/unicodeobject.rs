//! Strings.
//!
//! Mirrors `Objects/unicodeobject.c`.

use std::cell::Cell;

use crate::base::Text;

/// Whether a string is in the table of interned strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interned {
    No,
    Mortal,
    Immortal,
}

/// `PyUnicodeObject`.
#[derive(Debug)]
pub struct StrObject {
    pub text: Text,
    /// The hash, once computed; 0 stands for "not computed" only together with `hashed`.
    pub hash: Cell<i64>,
    pub hashed: Cell<bool>,
    pub interned: Interned,
    /// Native code asked for the UTF-8 form, which C then keeps beside a non-ASCII string.
    pub utf8_cached: bool,
}

impl StrObject {
    /// A string that is not interned.
    pub const fn new(text: Text) -> Self {
        Self {
            text,
            hash: Cell::new(0),
            hashed: Cell::new(false),
            interned: Interned::No,
            utf8_cached: false,
        }
    }

    /// Bytes of the block: compact for `str` itself, header plus data for a subclass (facts 1.2).
    pub fn allocation_size(&self, exact: bool, basic: usize) -> usize {
        if !exact {
            return basic.max(64);
        }
        if self.text.is_ascii() {
            40 + self.text.len() + 1
        } else {
            56 + (self.text.len() + 1) * self.text.kind()
        }
    }
}
