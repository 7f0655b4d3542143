//! `%`-formatting: reads the directives of a format and lays out the converted values.
//!
//! Mirrors `unicode_format_arg_parse` and `unicode_format_arg_output` of
//! `Objects/unicodeobject.c`. Fetching and converting the arguments may run Python code, so it
//! is the caller's part: it walks the pieces in order and raises each error when its turn comes.

use super::FormatError;
use super::float::{FloatFlags, double_to_string};
use super::int;
use crate::base::{BigInt, integer};

/// The `-`, `+`, space, `#` and `0` flags of a directive.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct PercentFlags {
    pub left: bool,
    pub sign: bool,
    pub blank: bool,
    pub alternate: bool,
    pub zero: bool,
}

/// A width or precision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    /// Not given.
    None,
    /// `*`: the next argument says it.
    Star,
    /// Given in the format.
    Given(usize),
}

/// The mapping key of a directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    None,
    /// `%(key)`: from where to where in the format.
    Given(usize, usize),
    /// `%(` without its end: `ValueError: incomplete format key`.
    Incomplete,
}

/// One `%…` directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    pub key: Key,
    pub flags: PercentFlags,
    pub width: Amount,
    pub precision: Amount,
    /// The width or the precision has too many digits: the error to raise at that point.
    pub too_big: Option<FormatError>,
    /// The conversion character; `None`: the format ended too soon.
    pub conversion: Option<u32>,
    /// Where the conversion character stands.
    pub position: usize,
}

/// A stretch of plain text, or a directive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// From where to where in the format.
    Literal(usize, usize),
    Directive(Directive),
}

/// Reads a format piece by piece.
pub struct Pieces<'a> {
    format: &'a [u32],
    pos: usize,
}

impl<'a> Pieces<'a> {
    /// Reads `format` from its start.
    pub const fn new(format: &'a [u32]) -> Self {
        Self { format, pos: 0 }
    }

    fn peek(&self) -> Option<u32> {
        self.format.get(self.pos).copied()
    }

    fn take_if(&mut self, c: char) -> bool {
        let found = self.peek() == Some(u32::from(c));
        self.pos += usize::from(found);
        found
    }

    fn read_directive(&mut self) -> Directive {
        let mut directive = Directive {
            key: Key::None,
            flags: PercentFlags::default(),
            width: Amount::None,
            precision: Amount::None,
            too_big: None,
            conversion: None,
            position: self.pos,
        };
        if self.take_if('(') {
            directive.key = self.read_key();
            if directive.key == Key::Incomplete {
                return directive;
            }
        }
        loop {
            let flags = &mut directive.flags;
            match self.peek().and_then(char::from_u32) {
                Some('-') => flags.left = true,
                Some('+') => flags.sign = true,
                Some(' ') => flags.blank = true,
                Some('#') => flags.alternate = true,
                Some('0') => flags.zero = true,
                _ => break,
            }
            self.pos += 1;
        }
        match self.read_amount(i64::MAX as usize, "width too big") {
            Ok(width) => directive.width = width,
            Err(error) => {
                directive.too_big = Some(error);
                return directive;
            }
        }
        if self.take_if('.') {
            match self.read_amount(i32::MAX as usize, "precision too big") {
                Ok(Amount::None) => directive.precision = Amount::Given(0),
                Ok(precision) => directive.precision = precision,
                Err(error) => {
                    directive.too_big = Some(error);
                    return directive;
                }
            }
        }
        if self
            .peek()
            .is_some_and(|c| c == 0x68 || c == 0x6c || c == 0x4c)
        {
            // `h`, `l` and `L` are read and ignored.
            self.pos += 1;
        }
        directive.conversion = self.peek();
        directive.position = self.pos;
        self.pos += 1;
        directive
    }

    fn read_key(&mut self) -> Key {
        let start = self.pos;
        let mut depth = 1;
        while let Some(c) = self.peek() {
            self.pos += 1;
            match char::from_u32(c) {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Key::Given(start, self.pos - 1);
            }
        }
        Key::Incomplete
    }

    fn read_amount(&mut self, max: usize, message: &str) -> Result<Amount, FormatError> {
        if self.take_if('*') {
            return Ok(Amount::Star);
        }
        let start = self.pos;
        let mut value = 0_usize;
        while let Some(digit) = self
            .peek()
            .and_then(char::from_u32)
            .and_then(|c| c.to_digit(10))
        {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(digit as usize))
                .filter(|&v| v <= max)
                .ok_or_else(|| FormatError::value(message))?;
            self.pos += 1;
        }
        Ok(if self.pos > start {
            Amount::Given(value)
        } else {
            Amount::None
        })
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.pos >= self.format.len() {
            return None;
        }
        if self.take_if('%') {
            // Only a bare `%%` stands for a percent sign.
            if self.take_if('%') {
                return Some(Piece::Literal(self.pos - 1, self.pos));
            }
            return Some(Piece::Directive(self.read_directive()));
        }
        let start = self.pos;
        let rest = &self.format[start..];
        self.pos = rest
            .iter()
            .position(|&c| c == 0x25)
            .map_or(self.format.len(), |offset| start + offset);
        Some(Piece::Literal(start, self.pos))
    }
}

/// The text of an integer conversion before padding: `d i u o x X`, with sign, prefix and
/// precision. `max_digits` is the limit on decimal digits.
pub fn format_integer(
    n: &BigInt,
    conversion: char,
    flags: PercentFlags,
    precision: Option<usize>,
    max_digits: usize,
) -> Result<String, FormatError> {
    let (base, prefix) = match conversion {
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = if base == 10 {
        let text = int::to_decimal(n, max_digits).map_err(FormatError::ValueError)?;
        text.trim_start_matches('-').to_owned()
    } else {
        int::magnitude_digits(n, base)
    };
    if conversion == 'X' {
        digits.make_ascii_uppercase();
    }
    let zeros = precision.unwrap_or(0).saturating_sub(digits.len());
    let sign = if integer::is_negative(n) { "-" } else { "" };
    let prefix = if flags.alternate { prefix } else { "" };
    Ok(format!("{sign}{prefix}{}{digits}", "0".repeat(zeros)))
}

/// The text of a float conversion before padding: `e E f F g G`.
pub fn format_float(
    value: f64,
    conversion: char,
    flags: PercentFlags,
    precision: Option<usize>,
) -> String {
    let dress = FloatFlags {
        alternate: flags.alternate,
        ..FloatFlags::default()
    };
    double_to_string(value, conversion, precision.unwrap_or(6), dress)
}

/// Pads a converted value to `width` and appends it (`unicode_format_arg_output`).
///
/// `numeric`: the value is a number, so that sign flags and zero filling apply.
pub fn push_padded(
    out: &mut Vec<u32>,
    text: &[u32],
    flags: PercentFlags,
    width: usize,
    conversion: char,
    numeric: bool,
) {
    let zero = flags.zero && numeric;
    let fill = u32::from(if zero { '0' } else { ' ' });
    let (mut sign, mut body) = (None, text);
    if numeric {
        match text.first().copied().and_then(char::from_u32) {
            Some(c @ ('-' | '+')) => {
                sign = Some(c);
                body = &text[1..];
            }
            _ if flags.sign => sign = Some('+'),
            _ if flags.blank => sign = Some(' '),
            _ => {}
        }
    }
    let width = width.max(body.len() + usize::from(sign.is_some()));
    let mut padding = width - body.len() - usize::from(sign.is_some());
    if zero {
        // The sign and a prefix go before the zeros, and then `-` has nothing left to do.
        out.extend(sign.map(u32::from));
        let prefix = if flags.alternate && matches!(conversion, 'x' | 'X' | 'o') {
            2
        } else {
            0
        };
        out.extend(&body[..prefix]);
        body = &body[prefix..];
        if !flags.left {
            out.extend(std::iter::repeat_n(fill, padding));
            padding = 0;
        }
        out.extend(body);
    } else {
        if !flags.left {
            out.extend(std::iter::repeat_n(fill, padding));
            padding = 0;
        }
        out.extend(sign.map(u32::from));
        out.extend(body);
    }
    out.extend(std::iter::repeat_n(u32::from(' '), padding));
}
