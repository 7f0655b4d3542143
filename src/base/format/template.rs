//! `str.format` templates: literal text and replacement fields, and the path inside a field name.
//!
//! Mirrors `MarkupIterator` and `FieldNameIterator` of `Objects/stringlib/unicode_format.h`.

use super::FormatError;
use crate::base::unicode;

/// One step of a template: literal text, then perhaps a field. Ranges are positions in the template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Markup {
    pub literal: (usize, usize),
    pub field: Option<Field>,
}

/// A replacement field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    pub name: (usize, usize),
    pub spec: (usize, usize),
    /// The character after `!`.
    pub conversion: Option<u32>,
    /// Whether the specification has fields of its own.
    pub spec_needs_expanding: bool,
}

/// Reads a template step by step.
pub struct MarkupIterator<'a> {
    template: &'a [u32],
    pos: usize,
    end: usize,
}

fn is(c: u32, wanted: char) -> bool {
    c == u32::from(wanted)
}

impl<'a> MarkupIterator<'a> {
    /// Reads the part of `template` from `start` to `end`.
    pub const fn new(template: &'a [u32], start: usize, end: usize) -> Self {
        Self {
            template,
            pos: start,
            end,
        }
    }

    /// Where the next step begins.
    pub const fn position(&self) -> usize {
        self.pos
    }

    fn take(&mut self) -> Option<u32> {
        if self.pos >= self.end {
            return None;
        }
        self.pos += 1;
        Some(self.template[self.pos - 1])
    }

    fn read_field(&mut self) -> Result<Field, FormatError> {
        let start = self.pos;
        let mut stop = 0;
        while let Some(c) = self.take() {
            if is(c, '{') {
                return Err(FormatError::value("unexpected '{' in field name"));
            }
            if is(c, '[') {
                while self.pos < self.end && !is(self.template[self.pos], ']') {
                    self.pos += 1;
                }
            } else if is(c, '}') || is(c, ':') || is(c, '!') {
                stop = c;
                break;
            }
        }
        let mut field = Field {
            name: (start, self.pos.saturating_sub(1).max(start)),
            spec: (self.pos, self.pos),
            conversion: None,
            spec_needs_expanding: false,
        };
        if is(stop, '}') {
            return Ok(field);
        }
        if stop == 0 {
            return Err(FormatError::value("expected '}' before end of string"));
        }
        if is(stop, '!') {
            let Some(conversion) = self.take() else {
                return Err(FormatError::value(
                    "end of string while looking for conversion specifier",
                ));
            };
            field.conversion = Some(conversion);
            if let Some(c) = self.take() {
                if is(c, '}') {
                    field.spec = (self.pos, self.pos);
                    return Ok(field);
                }
                if !is(c, ':') {
                    return Err(FormatError::value(
                        "expected ':' after conversion specifier",
                    ));
                }
            }
        }
        let spec_start = self.pos;
        let mut depth = 1;
        while let Some(c) = self.take() {
            if is(c, '{') {
                field.spec_needs_expanding = true;
                depth += 1;
            } else if is(c, '}') {
                depth -= 1;
                if depth == 0 {
                    field.spec = (spec_start, self.pos - 1);
                    return Ok(field);
                }
            }
        }
        Err(FormatError::value("unmatched '{' in format spec"))
    }
}

impl Iterator for MarkupIterator<'_> {
    type Item = Result<Markup, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.pos >= self.end {
            return None;
        }
        let start = self.pos;
        let brace = loop {
            match self.take() {
                Some(c) if is(c, '{') || is(c, '}') => break Some(c),
                Some(_) => {}
                None => break None,
            }
        };
        let Some(brace) = brace else {
            return Some(Ok(Markup {
                literal: (start, self.pos),
                field: None,
            }));
        };
        let doubled = self.pos < self.end && self.template[self.pos] == brace;
        if doubled {
            let literal = (start, self.pos);
            self.pos += 1;
            return Some(Ok(Markup {
                literal,
                field: None,
            }));
        }
        if is(brace, '}') {
            return Some(Err(FormatError::value(
                "Single '}' encountered in format string",
            )));
        }
        if self.pos >= self.end {
            return Some(Err(FormatError::value(
                "Single '{' encountered in format string",
            )));
        }
        let literal = (start, self.pos - 1);
        Some(self.read_field().map(|field| Markup {
            literal,
            field: Some(field),
        }))
    }
}

/// The first part of a field name, or the key of a `[…]` step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldKey {
    /// Nothing: the next argument in order.
    Auto,
    /// A decimal number.
    Index(usize),
    /// From where to where in the template.
    Name(usize, usize),
}

/// A step along a field name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldStep {
    /// `.name`
    Attribute(usize, usize),
    /// `[key]`
    Item(FieldKey),
}

fn read_index(template: &[u32], start: usize, end: usize) -> Result<Option<usize>, FormatError> {
    if start >= end {
        return Ok(None);
    }
    let mut value = 0_usize;
    for &c in &template[start..end] {
        let Some(digit) = unicode::decimal_value(c) else {
            return Ok(None);
        };
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(usize::from(digit)))
            .filter(|&v| i64::try_from(v).is_ok())
            .ok_or_else(|| FormatError::value("Too many decimal digits in format string"))?;
    }
    Ok(Some(value))
}

/// Splits a field name into its first part and where the steps begin (`field_name_split`).
pub fn split_field_name(
    template: &[u32],
    start: usize,
    end: usize,
) -> Result<(FieldKey, usize), FormatError> {
    let first_end = template[start..end]
        .iter()
        .position(|&c| is(c, '.') || is(c, '['))
        .map_or(end, |offset| start + offset);
    let key = match read_index(template, start, first_end)? {
        Some(index) => FieldKey::Index(index),
        None if start == first_end => FieldKey::Auto,
        None => FieldKey::Name(start, first_end),
    };
    Ok((key, first_end))
}

/// Walks the `.name` and `[key]` steps of a field name.
pub struct FieldSteps<'a> {
    template: &'a [u32],
    pos: usize,
    end: usize,
}

impl<'a> FieldSteps<'a> {
    /// The steps from `start` (as `split_field_name` gave it) to `end`.
    pub const fn new(template: &'a [u32], start: usize, end: usize) -> Self {
        Self {
            template,
            pos: start,
            end,
        }
    }

    /// Where the next step begins.
    pub const fn position(&self) -> usize {
        self.pos
    }

    fn read_step(&mut self, lead: u32) -> Result<FieldStep, FormatError> {
        let start = self.pos;
        if is(lead, '.') {
            while self.pos < self.end
                && !is(self.template[self.pos], '.')
                && !is(self.template[self.pos], '[')
            {
                self.pos += 1;
            }
            return Self::not_empty(FieldStep::Attribute(start, self.pos), start == self.pos);
        }
        if !is(lead, '[') {
            return Err(FormatError::value(
                "Only '.' or '[' may follow ']' in format field specifier",
            ));
        }
        while self.pos < self.end && !is(self.template[self.pos], ']') {
            self.pos += 1;
        }
        if self.pos >= self.end {
            return Err(FormatError::value("Missing ']' in format string"));
        }
        let stop = self.pos;
        self.pos += 1;
        let key = match read_index(self.template, start, stop)? {
            Some(index) => FieldKey::Index(index),
            None => FieldKey::Name(start, stop),
        };
        Self::not_empty(FieldStep::Item(key), start == stop)
    }

    fn not_empty(step: FieldStep, empty: bool) -> Result<FieldStep, FormatError> {
        if empty {
            return Err(FormatError::value("Empty attribute in format string"));
        }
        Ok(step)
    }
}

impl Iterator for FieldSteps<'_> {
    type Item = Result<FieldStep, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.pos >= self.end {
            return None;
        }
        let lead = self.template[self.pos];
        self.pos += 1;
        Some(self.read_step(lead))
    }
}

/// The `ValueError` for a conversion other than `r`, `s` and `a`.
pub fn unknown_conversion(conversion: u32) -> FormatError {
    match char::from_u32(conversion) {
        Some(c) if conversion > 32 && conversion < 127 => {
            FormatError::ValueError(format!("Unknown conversion specifier {c}"))
        }
        _ => FormatError::ValueError(format!("Unknown conversion specifier \\x{conversion:x}")),
    }
}
