//! Puts together the text of a `repr` piece by piece.
//!
//! Stands in for `_PyUnicodeWriter`: Latin-1 bytes as long as that is enough, then code points.

use crate::base::{ObjId, Text};

use super::vm::{PyResult, Vm};

/// A text that grows.
#[derive(Debug)]
pub enum ReprWriter {
    /// Only code points up to U+00FF so far.
    Latin1(Vec<u8>),
    /// Any code points.
    Wide(Vec<u32>),
}

impl ReprWriter {
    /// A text that begins with `start`.
    pub fn new(start: &str) -> Self {
        let mut writer = Self::Latin1(Vec::new());
        writer.push_str(start);
        writer
    }

    /// Appends.
    pub fn push_str(&mut self, text: &str) {
        match self {
            Self::Latin1(bytes) if text.is_ascii() => bytes.extend_from_slice(text.as_bytes()),
            Self::Latin1(_) | Self::Wide(_) => self.push_text(&Text::from(text)),
        }
    }

    /// Appends.
    pub fn push_text(&mut self, text: &Text) {
        match (&mut *self, text) {
            (Self::Latin1(bytes), Text::Latin1(more)) => bytes.extend_from_slice(more),
            (Self::Wide(points), _) => points.extend(text.code_points()),
            (Self::Latin1(bytes), Text::Ucs2(_) | Text::Ucs4(_)) => {
                let mut points: Vec<u32> = bytes.iter().map(|&b| u32::from(b)).collect();
                points.extend(text.code_points());
                *self = Self::Wide(points);
            }
        }
    }

    /// Appends `repr(obj)`.
    pub fn push_repr(&mut self, vm: &mut Vm, obj: ObjId) -> PyResult<()> {
        let repr = vm.repr(obj)?;
        if let Some(text) = vm.text(repr) {
            self.push_text(text);
        }
        vm.decref(repr);
        Ok(())
    }

    /// The text as a `str`.
    pub fn finish(self, vm: &mut Vm) -> ObjId {
        let text = match self {
            Self::Latin1(bytes) => Text::Latin1(bytes.into()),
            Self::Wide(points) => Text::from_code_points(&points),
        };
        vm.new_text(text)
    }
}
