//! The text of a Python string: code points in one, two or four bytes each, surrogates allowed.
//!
//! Mirrors the storage kinds of `Objects/unicodeobject.c`: always the narrowest that fits, so
//! that equal texts have equal storage.

use std::fmt;

/// The text of a Python string in its narrowest storage.
///
/// Unlike a Rust `str` it can hold lone surrogates and gives any code point in constant time.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Text {
    /// Code points up to U+00FF, one byte each (`PyUnicode_1BYTE_KIND`).
    Latin1(Box<[u8]>),
    /// At least one code point above U+00FF, none above U+FFFF (`PyUnicode_2BYTE_KIND`).
    Ucs2(Box<[u16]>),
    /// At least one code point above U+FFFF (`PyUnicode_4BYTE_KIND`).
    Ucs4(Box<[u32]>),
}

impl Text {
    /// The empty text.
    pub fn empty() -> Self {
        Self::Latin1(Box::default())
    }

    /// From code points; each must be at most U+10FFFF, surrogates allowed.
    pub fn from_code_points(points: &[u32]) -> Self {
        let max = points.iter().copied().max().unwrap_or(0);
        if max < 0x100 {
            Self::Latin1(points.iter().map(|&c| c as u8).collect())
        } else if max < 0x10000 {
            Self::Ucs2(points.iter().map(|&c| c as u16).collect())
        } else {
            Self::Ucs4(points.into())
        }
    }

    /// How many code points, as Python's `len`.
    pub fn len(&self) -> usize {
        match self {
            Self::Latin1(s) => s.len(),
            Self::Ucs2(s) => s.len(),
            Self::Ucs4(s) => s.len(),
        }
    }

    /// Whether there is no code point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code point at `index`; panics when out of range, as slices do.
    #[inline]
    pub fn at(&self, index: usize) -> u32 {
        match self {
            Self::Latin1(s) => u32::from(s[index]),
            Self::Ucs2(s) => u32::from(s[index]),
            Self::Ucs4(s) => s[index],
        }
    }

    /// All code points in order.
    pub fn code_points(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        (0..self.len()).map(move |i| self.at(i))
    }

    /// Bytes for each code point: 1, 2 or 4 (`PyUnicode_KIND`).
    pub const fn kind(&self) -> usize {
        match self {
            Self::Latin1(_) => 1,
            Self::Ucs2(_) => 2,
            Self::Ucs4(_) => 4,
        }
    }

    /// Whether all code points are below U+0080.
    pub fn is_ascii(&self) -> bool {
        matches!(self, Self::Latin1(s) if s.is_ascii())
    }

    /// As a Rust `str` where that is free of cost: ASCII alone.
    pub fn as_ascii(&self) -> Option<&str> {
        match self {
            Self::Latin1(s) if s.is_ascii() => std::str::from_utf8(s).ok(),
            Self::Latin1(_) | Self::Ucs2(_) | Self::Ucs4(_) => None,
        }
    }

    /// As a Rust `String`, or `None` when a lone surrogate is inside.
    pub fn to_utf8(&self) -> Option<String> {
        self.code_points().map(char::from_u32).collect()
    }

    /// As a Rust `String` for people's eyes: a lone surrogate becomes U+FFFD.
    pub fn to_lossy(&self) -> String {
        self.code_points()
            .map(|c| char::from_u32(c).unwrap_or('\u{FFFD}'))
            .collect()
    }

    /// The code points from `start` to `end`.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Self {
        match self {
            Self::Latin1(s) => Self::Latin1(s[start..end].into()),
            Self::Ucs2(s) => {
                let part = &s[start..end];
                if part.iter().all(|&c| c < 0x100) {
                    Self::Latin1(part.iter().map(|&c| c as u8).collect())
                } else {
                    Self::Ucs2(part.into())
                }
            }
            Self::Ucs4(s) => Self::from_code_points(&s[start..end]),
        }
    }

    /// Appends in place; false where the narrow storage of `self` cannot take `other`.
    pub fn append(&mut self, other: &Self) -> bool {
        fn grow<T>(items: &mut Box<[T]>, more: impl ExactSizeIterator<Item = T>) {
            let mut grown = std::mem::take(items).into_vec();
            grown.reserve_exact(more.len());
            grown.extend(more);
            *items = grown.into_boxed_slice();
        }
        match (self, other) {
            (Self::Latin1(a), Self::Latin1(b)) => grow(a, b.iter().copied()),
            (Self::Ucs2(a), Self::Latin1(b)) => grow(a, b.iter().map(|&c| c.into())),
            (Self::Ucs2(a), Self::Ucs2(b)) => grow(a, b.iter().copied()),
            (Self::Ucs4(a), Self::Latin1(b)) => grow(a, b.iter().map(|&c| c.into())),
            (Self::Ucs4(a), Self::Ucs2(b)) => grow(a, b.iter().map(|&c| c.into())),
            (Self::Ucs4(a), Self::Ucs4(b)) => grow(a, b.iter().copied()),
            (Self::Latin1(_) | Self::Ucs2(_), _) => return false,
        }
        true
    }

    /// This text followed by `other`.
    #[must_use]
    pub fn concat(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Latin1(a), Self::Latin1(b)) => Self::Latin1([&**a, &**b].concat().into()),
            (Self::Ucs2(a), Self::Ucs2(b)) => Self::Ucs2([&**a, &**b].concat().into()),
            (Self::Ucs4(a), Self::Ucs4(b)) => Self::Ucs4([&**a, &**b].concat().into()),
            (Self::Latin1(_) | Self::Ucs2(_) | Self::Ucs4(_), _) => {
                let points: Vec<u32> = self.code_points().chain(other.code_points()).collect();
                Self::from_code_points(&points)
            }
        }
    }

    /// Order by code points, as Python's `<`.
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Latin1(a), Self::Latin1(b)) => a.cmp(b),
            (Self::Latin1(_) | Self::Ucs2(_) | Self::Ucs4(_), _) => {
                self.code_points().cmp(other.code_points())
            }
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Latin1(text.as_bytes().into());
        }
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        Self::from_code_points(&points)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_lossy())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_lossy(), f)
    }
}
