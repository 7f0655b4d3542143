//! Integers to text and text to integers, in any base that Python allows.
//!
//! Mirrors `long_to_decimal_string`, `long_format_binary` and `PyLong_FromString` of
//! `Objects/longobject.c`; the 4,300-digit limit is asked for by the caller.

use crate::base::{BigInt, Text, integer, unicode};
use dashu_int::Sign;

/// The default of `sys.set_int_max_str_digits`.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// Numbers of so few digits are never measured against the limit.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

/// Decimal text, or the message of the `ValueError` when it has more digits than `max_digits`
/// (0: no limit).
pub fn to_decimal(n: &BigInt, max_digits: usize) -> Result<String, String> {
    let exceeds = || {
        format!(
            "Exceeds the limit ({max_digits} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
        )
    };
    // As CPython does, judge by the size first so that huge numbers fail fast.
    let size = integer::digit_count(n);
    if max_digits > 0 && size >= 73 && max_digits / 90 <= (size - 11) / 10 {
        return Err(exceeds());
    }
    let text = n.to_string();
    let length = text.trim_start_matches('-').len();
    if max_digits > 0 && length > MAX_STR_DIGITS_THRESHOLD && length > max_digits {
        return Err(exceeds());
    }
    Ok(text)
}

/// Digits in base 2, 8, 10 or 16 (lower case) without sign or prefix.
pub fn magnitude_digits(n: &BigInt, base: u32) -> String {
    if let Ok(small) = i64::try_from(n) {
        let small = small.unsigned_abs();
        return match base {
            2 => format!("{small:b}"),
            8 => format!("{small:o}"),
            16 => format!("{small:x}"),
            _ => small.to_string(),
        };
    }
    let text = n.in_radix(base as u8).to_string();
    match text.strip_prefix('-') {
        Some(digits) => digits.to_owned(),
        None => text,
    }
}

/// `bin`, `oct`, `hex`: sign, prefix, digits.
pub fn with_prefix(n: &BigInt, base: u32) -> String {
    let sign = if integer::is_negative(n) { "-" } else { "" };
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    format!("{sign}{prefix}{}", magnitude_digits(n, base))
}

/// Why a text is no integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseIntError {
    /// `invalid literal for int() with base …`; the base is the one that was meant.
    Invalid,
    /// More digits than the limit; how many there were.
    TooManyDigits(usize),
}

impl ParseIntError {
    /// The `ValueError` message; `literal` is the `repr` of what was given.
    pub fn message(self, base: u32, literal: &str, max_digits: usize) -> String {
        match self {
            Self::Invalid => format!("invalid literal for int() with base {base}: {literal}"),
            Self::TooManyDigits(found) => format!(
                "Exceeds the limit ({max_digits} digits) for integer string conversion: value has {found} digits; use sys.set_int_max_str_digits() to increase the limit"
            ),
        }
    }
}

/// A string's digits as ASCII, other decimal digits translated and whitespace made plain spaces
/// (`_PyUnicode_TransformDecimalAndSpaceToASCII`); anything else becomes `?`. ASCII stays as it is.
pub fn to_ascii_digits(text: &Text) -> String {
    if let Some(ascii) = text.as_ascii() {
        return ascii.to_owned();
    }
    text.code_points()
        .map(|c| {
            if c < 127 {
                char::from(c as u8)
            } else if unicode::is_space(c) {
                ' '
            } else if let Some(digit) = unicode::decimal_value(c) {
                char::from(b'0' + digit)
            } else {
                '?'
            }
        })
        .collect()
}

/// `int(text, base)`; base 0 reads the prefix. `text` may carry whitespace around it.
pub fn parse_int(text: &str, base: u32, max_digits: usize) -> Result<BigInt, ParseIntError> {
    let white = [' ', '\t', '\n', '\r', '\x0b', '\x0c'];
    let text = text.trim_matches(white);
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'+') => (Sign::Positive, &text[1..]),
        Some(b'-') => (Sign::Negative, &text[1..]),
        _ => (Sign::Positive, text),
    };
    let bytes = digits.as_bytes();
    let prefix_base = match bytes {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut must_be_zero = false;
    let real_base = if base != 0 {
        base
    } else if prefix_base != 0 {
        prefix_base
    } else {
        must_be_zero = bytes.first() == Some(&b'0');
        10
    };
    let mut digits = digits;
    if prefix_base != 0 && prefix_base == real_base {
        digits = &digits[2..];
        // One underscore may stand between the prefix and the digits.
        digits = digits.strip_prefix('_').unwrap_or(digits);
    }
    let clean = clean_digits(digits, real_base).ok_or(ParseIntError::Invalid)?;
    if real_base == 10 && clean.len() <= 18 {
        let small: i64 = clean.parse().expect("at most eighteen digits");
        if must_be_zero && small != 0 {
            return Err(ParseIntError::Invalid);
        }
        return Ok(BigInt::from(if sign == Sign::Negative {
            -small
        } else {
            small
        }));
    }
    if !real_base.is_power_of_two()
        && max_digits > 0
        && clean.len() > max_digits.max(MAX_STR_DIGITS_THRESHOLD)
    {
        return Err(ParseIntError::TooManyDigits(clean.len()));
    }
    let magnitude =
        BigInt::from_str_radix(&clean, real_base).map_err(|_invalid| ParseIntError::Invalid)?;
    if must_be_zero && !magnitude.is_zero() {
        return Err(ParseIntError::Invalid);
    }
    Ok(if sign == Sign::Negative {
        -magnitude
    } else {
        magnitude
    })
}

/// The digits without their underscores, if each stands between digits of the base.
fn clean_digits(digits: &str, base: u32) -> Option<String> {
    let mut clean = String::with_capacity(digits.len());
    let mut after_digit = false;
    for c in digits.chars() {
        if c == '_' {
            if !after_digit {
                return None;
            }
            after_digit = false;
        } else {
            c.to_digit(base)?;
            clean.push(c);
            after_digit = true;
        }
    }
    after_digit.then_some(clean)
}
