//! The format-spec mini-language: what `format(value, spec)` does for int, float, complex and str.
//!
//! Mirrors `Python/formatter_unicode.c`.

use super::float::{FloatFlags, double_to_string};
use super::{FormatError, int};
use crate::base::{BigInt, Text, integer};

type Result<T> = std::result::Result<T, FormatError>;

/// Which digits are grouped, and by what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Grouping {
    None,
    Comma,
    Underscore,
    /// Underscores after every fourth digit, for `b`, `o` and `x`.
    UnderscoreFour,
}

impl Grouping {
    const fn size(self) -> usize {
        match self {
            Self::None => usize::MAX,
            Self::Comma | Self::Underscore => 3,
            Self::UnderscoreFour => 4,
        }
    }

    const fn separator(self) -> Option<u32> {
        match self {
            Self::None => None,
            Self::Comma => Some(',' as u32),
            Self::Underscore | Self::UnderscoreFour => Some('_' as u32),
        }
    }
}

/// A parsed specification (`InternalFormatSpec`); code points throughout, 0 for "not given".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct FormatSpec {
    fill: u32,
    align: u8,
    alternate: bool,
    no_neg_0: bool,
    sign: u8,
    width: Option<usize>,
    grouping: Grouping,
    precision: Option<usize>,
    kind: u32,
}

const fn is_align(c: u32) -> bool {
    matches!(c, 0x3c | 0x3e | 0x3d | 0x5e)
}

fn code(c: char) -> u32 {
    u32::from(c)
}

/// A wider field is refused as if memory had run out.
const MAX_WIDTH: usize = 1 << 30;

/// Reads decimal digits (of any script, as `Py_UNICODE_TODECIMAL`) from `pos` on.
fn read_integer(spec: &[u32], pos: &mut usize) -> Result<Option<usize>> {
    let start = *pos;
    let mut value = 0_usize;
    while let Some(&c) = spec.get(*pos) {
        let Some(digit) = crate::base::unicode::decimal_value(c) else {
            break;
        };
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(usize::from(digit)))
            .filter(|&v| i64::try_from(v).is_ok())
            .ok_or_else(|| FormatError::value("Too many decimal digits in format string"))?;
        *pos += 1;
    }
    Ok((*pos > start).then_some(value))
}

fn parse_spec(
    spec: &Text,
    type_name: &str,
    default_kind: char,
    default_align: char,
) -> Result<FormatSpec> {
    let points: Vec<u32> = spec.code_points().collect();
    let mut pos = 0;
    let mut fill_given = false;
    let mut align_given = false;
    let mut parsed = FormatSpec {
        fill: code(' '),
        align: default_align as u8,
        alternate: false,
        no_neg_0: false,
        sign: 0,
        width: None,
        grouping: Grouping::None,
        precision: None,
        kind: code(default_kind),
    };
    let peek = |pos: usize| points.get(pos).copied();
    let is = |pos: usize, c: char| peek(pos) == Some(code(c));

    if peek(1).is_some_and(is_align) {
        parsed.fill = points[0];
        parsed.align = points[1] as u8;
        fill_given = true;
        align_given = true;
        pos = 2;
    } else if peek(0).is_some_and(is_align) {
        parsed.align = points[0] as u8;
        align_given = true;
        pos = 1;
    }
    if is(pos, '+') || is(pos, '-') || is(pos, ' ') {
        parsed.sign = points[pos] as u8;
        pos += 1;
    }
    if is(pos, 'z') {
        parsed.no_neg_0 = true;
        pos += 1;
    }
    if is(pos, '#') {
        parsed.alternate = true;
        pos += 1;
    }
    if !fill_given && is(pos, '0') {
        parsed.fill = code('0');
        if !align_given && default_align == '>' {
            parsed.align = b'=';
        }
        pos += 1;
    }
    parsed.width = read_integer(&points, &mut pos)?;
    if parsed.width.is_some_and(|width| width > MAX_WIDTH) {
        return Err(FormatError::MemoryError);
    }
    if is(pos, ',') {
        parsed.grouping = Grouping::Comma;
        pos += 1;
    }
    if is(pos, '_') {
        if parsed.grouping != Grouping::None {
            return Err(FormatError::value("Cannot specify both ',' and '_'."));
        }
        parsed.grouping = Grouping::Underscore;
        pos += 1;
    }
    if is(pos, ',') && parsed.grouping == Grouping::Underscore {
        return Err(FormatError::value("Cannot specify both ',' and '_'."));
    }
    if is(pos, '.') {
        pos += 1;
        parsed.precision = read_integer(&points, &mut pos)?;
        if parsed.precision.is_none() {
            return Err(FormatError::value("Format specifier missing precision"));
        }
    }
    if points.len() - pos > 1 {
        return Err(FormatError::ValueError(format!(
            "Invalid format specifier '{spec}' for object of type '{type_name}'"
        )));
    }
    if let Some(kind) = peek(pos) {
        parsed.kind = kind;
    }
    if let Some(separator) = parsed.grouping.separator() {
        match char::from_u32(parsed.kind) {
            Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0') => {}
            Some('b' | 'o' | 'x' | 'X') if parsed.grouping == Grouping::Underscore => {
                parsed.grouping = Grouping::UnderscoreFour;
            }
            _ => {
                let separator = char::from(separator as u8);
                return Err(FormatError::ValueError(format!(
                    "Cannot specify '{separator}' with '{}'.",
                    shown_kind(parsed.kind)
                )));
            }
        }
    }
    Ok(parsed)
}

/// A presentation type as messages show it.
fn shown_kind(kind: u32) -> String {
    match char::from_u32(kind) {
        Some(c) if kind > 32 && kind < 128 => c.to_string(),
        _ => format!("\\x{kind:x}"),
    }
}

fn unknown_kind(kind: u32, type_name: &str) -> FormatError {
    FormatError::ValueError(format!(
        "Unknown format code '{}' for object of type '{type_name}'",
        shown_kind(kind)
    ))
}

/// How many fill characters go left and right of `width_used` characters.
fn padding(spec: &FormatSpec, width_used: usize) -> (usize, usize) {
    let total = spec.width.unwrap_or(0).saturating_sub(width_used);
    match spec.align {
        b'>' => (total, 0),
        b'^' => (total / 2, total - total / 2),
        _ => (0, total),
    }
}

/// `format(text, spec)`; `type_name` is for messages.
pub fn format_text(text: &Text, spec: &Text, type_name: &str) -> Result<Text> {
    if spec.is_empty() {
        return Ok(text.clone());
    }
    let spec = parse_spec(spec, type_name, 's', '<')?;
    if spec.kind != code('s') {
        return Err(unknown_kind(spec.kind, type_name));
    }
    let refused = if spec.sign == b' ' {
        Some("Space not allowed in string format specifier")
    } else if spec.sign != 0 {
        Some("Sign not allowed in string format specifier")
    } else if spec.no_neg_0 {
        Some("Negative zero coercion (z) not allowed in string format specifier")
    } else if spec.alternate {
        Some("Alternate form (#) not allowed in string format specifier")
    } else if spec.align == b'=' {
        Some("'=' alignment not allowed in string format specifier")
    } else {
        None
    };
    if let Some(message) = refused {
        return Err(FormatError::value(message));
    }
    let len = spec.precision.map_or(text.len(), |p| p.min(text.len()));
    let shown = if len == text.len() {
        text.clone()
    } else {
        text.slice(0, len)
    };
    let (left, right) = padding(&spec, len);
    if left + right == 0 {
        return Ok(shown);
    }
    let mut out: Vec<u32> = Vec::with_capacity(len + left + right);
    out.extend(std::iter::repeat_n(spec.fill, left));
    out.extend(shown.code_points());
    out.extend(std::iter::repeat_n(spec.fill, right));
    Ok(Text::from_code_points(&out))
}

/// The parts of a number ready to be laid out.
struct NumberParts<'a> {
    negative: bool,
    prefix: &'a str,
    digits: &'a str,
    /// Decimal point, fraction, exponent, percent sign.
    remainder: &'a str,
}

/// Sign, prefix, grouped digits and the rest, padded (`calc_number_widths`, `fill_number`).
fn lay_out_number(spec: &FormatSpec, parts: &NumberParts<'_>) -> Vec<u32> {
    let sign = match (parts.negative, spec.sign) {
        (true, _) => Some('-'),
        (false, b'+') => Some('+'),
        (false, b' ') => Some(' '),
        (false, _) => None,
    };
    let width = spec.width.unwrap_or(0);
    let other = usize::from(sign.is_some()) + parts.prefix.len() + parts.remainder.len();
    let min_width = if spec.fill == code('0') && spec.align == b'=' {
        width.saturating_sub(other)
    } else {
        0
    };
    let grouped = group_digits(parts.digits, min_width, spec.grouping);
    let used = other + grouped.len();
    let total = width.saturating_sub(used);
    let (left, inner, right) = if spec.align == b'=' {
        (0, total, 0)
    } else {
        let (left, right) = padding(spec, used);
        (left, 0, right)
    };
    let mut out: Vec<u32> = Vec::with_capacity(used + total);
    out.extend(std::iter::repeat_n(spec.fill, left));
    out.extend(sign.map(code));
    out.extend(parts.prefix.chars().map(code));
    out.extend(std::iter::repeat_n(spec.fill, inner));
    out.extend(grouped);
    out.extend(parts.remainder.chars().map(code));
    out.extend(std::iter::repeat_n(spec.fill, right));
    out
}

/// Digits with separators, filled with zeros to `min_width` (`_PyUnicode_InsertThousandsGrouping`).
fn group_digits(digits: &str, min_width: usize, grouping: Grouping) -> Vec<u32> {
    if digits.is_empty() {
        // Only an infinity or a NaN has no digits: its letters are in the remainder.
        return vec![code('0'); min_width];
    }
    let Some(separator) = grouping.separator() else {
        let zeros = min_width.saturating_sub(digits.len());
        let mut out = vec![code('0'); zeros];
        out.extend(digits.chars().map(code));
        return out;
    };
    let size = grouping.size();
    let mut reversed: Vec<u32> = Vec::new();
    let mut rest = digits.bytes().rev();
    let mut remaining = digits.len() as i64;
    let mut min_width = min_width as i64;
    loop {
        let length = (size as i64).min(remaining.max(min_width).max(1));
        for _ in 0..length {
            reversed.push(rest.next().map_or(code('0'), u32::from));
        }
        remaining -= length.min(remaining);
        min_width -= length;
        if remaining <= 0 && min_width <= 0 {
            break;
        }
        min_width -= 1;
        reversed.push(separator);
    }
    reversed.reverse();
    reversed
}

/// `format(n, spec)` of an int. A float presentation converts first, which may overflow.
pub fn format_int(n: &BigInt, spec: &Text, type_name: &str, max_digits: usize) -> Result<Text> {
    let decimal = || int::to_decimal(n, max_digits).map_err(FormatError::ValueError);
    if spec.is_empty() {
        return Ok(Text::from(decimal()?));
    }
    let parsed = parse_spec(spec, type_name, 'd', '>')?;
    let kind = char::from_u32(parsed.kind);
    match kind {
        Some('b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n') => {}
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            let value = integer::to_f64(n).ok_or_else(|| {
                FormatError::OverflowError("int too large to convert to float".to_owned())
            })?;
            return format_parsed_float(value, &parsed);
        }
        _ => return Err(unknown_kind(parsed.kind, type_name)),
    }
    if parsed.precision.is_some() {
        return Err(FormatError::value(
            "Precision not allowed in integer format specifier",
        ));
    }
    if parsed.no_neg_0 {
        return Err(FormatError::value(
            "Negative zero coercion (z) not allowed in integer format specifier",
        ));
    }
    if kind == Some('c') {
        return format_char(n, &parsed);
    }
    let (base, prefix) = match kind {
        Some('b') => (2, "0b"),
        Some('o') => (8, "0o"),
        Some('x') => (16, "0x"),
        Some('X') => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = if base == 10 {
        decimal()?.trim_start_matches('-').to_owned()
    } else {
        int::magnitude_digits(n, base)
    };
    if kind == Some('X') {
        digits.make_ascii_uppercase();
    }
    let parts = NumberParts {
        negative: integer::is_negative(n),
        prefix: if parsed.alternate { prefix } else { "" },
        digits: &digits,
        remainder: "",
    };
    Ok(Text::from_code_points(&lay_out_number(&parsed, &parts)))
}

/// The `c` presentation: one character.
fn format_char(n: &BigInt, spec: &FormatSpec) -> Result<Text> {
    if spec.sign != 0 {
        return Err(FormatError::value(
            "Sign not allowed with integer format specifier 'c'",
        ));
    }
    if spec.alternate {
        return Err(FormatError::value(
            "Alternate form (#) not allowed with integer format specifier 'c'",
        ));
    }
    let point = match i64::try_from(n) {
        Ok(point @ 0..=0x10ffff) => point as u32,
        Ok(_) => {
            return Err(FormatError::OverflowError(
                "%c arg not in range(0x110000)".to_owned(),
            ));
        }
        Err(_) => {
            return Err(FormatError::OverflowError(
                "Python int too large to convert to C long".to_owned(),
            ));
        }
    };
    // Between sign and character `=` has nothing to fill, so it pads on the left.
    let total = spec.width.unwrap_or(0).saturating_sub(1);
    let (left, right) = if spec.align == b'=' {
        (total, 0)
    } else {
        padding(spec, 1)
    };
    let mut out: Vec<u32> = vec![spec.fill; left];
    out.push(point);
    out.extend(std::iter::repeat_n(spec.fill, right));
    Ok(Text::from_code_points(&out))
}

/// `format(value, spec)` of a float.
pub fn format_float(value: f64, spec: &Text, type_name: &str) -> Result<Text> {
    if spec.is_empty() {
        return Ok(Text::from(super::float::repr_float(value)));
    }
    let parsed = parse_spec(spec, type_name, '\0', '>')?;
    match char::from_u32(parsed.kind) {
        Some('\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') => {
            format_parsed_float(value, &parsed)
        }
        _ => Err(unknown_kind(parsed.kind, type_name)),
    }
}

const MAX_PRECISION: usize = i32::MAX as usize;

fn format_parsed_float(value: f64, spec: &FormatSpec) -> Result<Text> {
    if spec.precision.is_some_and(|p| p > MAX_PRECISION) {
        return Err(FormatError::value("precision too big"));
    }
    let mut flags = FloatFlags {
        alternate: spec.alternate,
        no_negative_zero: spec.no_neg_0,
        ..FloatFlags::default()
    };
    let mut kind = char::from_u32(spec.kind).expect("checked by the callers");
    let mut default_precision = 6;
    let mut value = value;
    let percent = kind == '%';
    match kind {
        '\0' => {
            flags.add_dot_0 = true;
            kind = 'r';
            default_precision = 0;
        }
        'n' => kind = 'g',
        '%' => {
            kind = 'f';
            value *= 100.0;
        }
        _ => {}
    }
    if spec.precision.is_some() && kind == 'r' {
        kind = 'g';
    }
    let precision = spec.precision.unwrap_or(default_precision);
    let mut text = double_to_string(value, kind, precision, flags);
    if percent {
        text.push('%');
    }
    Ok(Text::from_code_points(&lay_out_number(
        spec,
        &split_number(&text),
    )))
}

/// Cuts a float's text into sign, leading digits and the rest (`parse_number`).
fn split_number(text: &str) -> NumberParts<'_> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest
        .bytes()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(rest.len());
    NumberParts {
        negative,
        prefix: "",
        digits: &rest[..end],
        remainder: &rest[end..],
    }
}

/// `format(value, spec)` of a complex number.
pub fn format_complex(real: f64, imag: f64, spec: &Text, type_name: &str) -> Result<Text> {
    if spec.is_empty() {
        return Ok(Text::from(super::float::repr_complex(real, imag)));
    }
    let parsed = parse_spec(spec, type_name, '\0', '>')?;
    let Some(kind @ ('\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n')) = char::from_u32(parsed.kind)
    else {
        return Err(unknown_kind(parsed.kind, type_name));
    };
    if parsed.precision.is_some_and(|p| p > MAX_PRECISION) {
        return Err(FormatError::value("precision too big"));
    }
    if parsed.fill == code('0') {
        return Err(FormatError::value(
            "Zero padding is not allowed in complex format specifier",
        ));
    }
    if parsed.align == b'=' {
        return Err(FormatError::value(
            "'=' alignment flag is not allowed in complex format specifier",
        ));
    }
    let flags = FloatFlags {
        alternate: parsed.alternate,
        no_negative_zero: parsed.no_neg_0,
        ..FloatFlags::default()
    };
    let bare = kind == '\0';
    let skip_real = bare && real == 0.0 && !real.is_sign_negative();
    let (kind, precision) = match (kind, parsed.precision) {
        ('\0', None) => ('r', 0),
        ('\0' | 'n', Some(precision)) => ('g', precision),
        ('n', None) => ('g', 6),
        (kind, precision) => (kind, precision.unwrap_or(6)),
    };
    let part_spec = FormatSpec {
        fill: 0,
        align: b'<',
        width: None,
        ..parsed
    };
    let mut body: Vec<u32> = Vec::new();
    let parenthesize = bare && !skip_real;
    if parenthesize {
        body.push(code('('));
    }
    if !skip_real {
        let text = double_to_string(real, kind, precision, flags);
        body.extend(lay_out_number(&part_spec, &split_number(&text)));
    }
    let imag_spec = FormatSpec {
        sign: if skip_real { parsed.sign } else { b'+' },
        ..part_spec
    };
    let text = double_to_string(imag, kind, precision, flags);
    body.extend(lay_out_number(&imag_spec, &split_number(&text)));
    body.push(code('j'));
    if parenthesize {
        body.push(code(')'));
    }
    let (left, right) = padding(&parsed, body.len());
    let mut out = vec![parsed.fill; left];
    out.extend(body);
    out.extend(std::iter::repeat_n(parsed.fill, right));
    Ok(Text::from_code_points(&out))
}
