//! A simulated memory address: what `id()` shows and pymalloc computes with.
//!
//! Nothing is ever stored at such an address; it only has to behave as one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A position in the simulated process's memory; 0 is C's `NULL`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Address(pub u64);

impl Address {
    /// No address.
    pub const NULL: Self = Self(0);

    /// The address `bytes` further up.
    #[inline]
    #[must_use]
    pub const fn offset(self, bytes: u64) -> Self {
        Self(self.0 + bytes)
    }

    /// Whether this is [`Address::NULL`].
    #[inline]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Address {
    /// As C's `%p`: `0x7f3c2a4b5d90`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}
