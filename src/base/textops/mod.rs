//! What the methods of `str`, `bytes` and `bytearray` do, as functions over texts and slices.
//!
//! Mirrors `Objects/stringlib/`. Functions over slices serve strings of every storage kind and
//! bytes alike; results that are parts of the input come as ranges, so that the caller decides
//! about identity.

pub mod bytes;
pub mod case;
pub mod codec;
pub mod layout;
pub mod search;
pub mod split;

pub use search::window;

/// An element of a string's or bytes' storage.
pub trait Unit: Copy + Eq + Ord + Into<u32> {
    /// Narrows a code point, if it fits.
    fn from_point(c: u32) -> Option<Self>;
    /// The unit as a code point.
    #[inline]
    fn point(self) -> u32 {
        self.into()
    }
    /// Where the unit first occurs.
    #[inline]
    fn position(slice: &[Self], unit: Self) -> Option<usize> {
        slice.iter().position(|&c| c == unit)
    }
}

impl Unit for u8 {
    fn from_point(c: u32) -> Option<Self> {
        Self::try_from(c).ok()
    }
}

impl Unit for u16 {
    fn from_point(c: u32) -> Option<Self> {
        Self::try_from(c).ok()
    }
}

impl Unit for u32 {
    fn from_point(c: u32) -> Option<Self> {
        Some(c)
    }
}

/// Runs the same expression over whichever slice a text holds.
#[macro_export]
macro_rules! on_units {
    ($text:expr, $slice:ident => $body:expr) => {
        match $text {
            $crate::base::Text::Latin1($slice) => {
                let $slice: &[u8] = $slice;
                $body
            }
            $crate::base::Text::Ucs2($slice) => {
                let $slice: &[u16] = $slice;
                $body
            }
            $crate::base::Text::Ucs4($slice) => {
                let $slice: &[u32] = $slice;
                $body
            }
        }
    };
}
