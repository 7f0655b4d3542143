//! Floats to text and back: `repr`, fixed and exponent notation, hexadecimal, `round`.
//!
//! Mirrors `PyOS_double_to_string` of `Python/pystrtod.c` and the text half of
//! `Objects/floatobject.c`.

use std::fmt::Write as _;

use crate::base::{BigInt, integer};

/// How `double_to_string` dresses the digits (`Py_DTSF_*`).
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct FloatFlags {
    /// Write `+` before numbers that are not negative.
    pub sign: bool,
    /// Write `.0` after whole numbers.
    pub add_dot_0: bool,
    /// The alternate form: always a decimal point, trailing zeros kept.
    pub alternate: bool,
    /// Write a zero without its minus sign.
    pub no_negative_zero: bool,
}

/// `repr` of a float.
pub fn repr_float(value: f64) -> String {
    let flags = FloatFlags {
        add_dot_0: true,
        ..FloatFlags::default()
    };
    double_to_string(value, 'r', 0, flags)
}

/// `repr` of a complex number.
pub fn repr_complex(real: f64, imag: f64) -> String {
    let plain = FloatFlags::default();
    if real == 0.0 && !real.is_sign_negative() {
        return double_to_string(imag, 'r', 0, plain) + "j";
    }
    let signed = FloatFlags {
        sign: true,
        ..plain
    };
    let (real, imag) = (
        double_to_string(real, 'r', 0, plain),
        double_to_string(imag, 'r', 0, signed),
    );
    format!("({real}{imag}j)")
}

/// A float in the notation `code`: one of `e E f F g G r`; `r` ignores the precision and gives the
/// shortest digits that read back as the same float.
pub fn double_to_string(value: f64, code: char, precision: usize, flags: FloatFlags) -> String {
    let upper = code.is_ascii_uppercase();
    if !value.is_finite() {
        return special(value, upper, flags.sign);
    }
    let (mut negative, digits, point) = match code.to_ascii_lowercase() {
        'e' => exponent_digits(value, precision + 1),
        'f' => fixed_digits(value, precision),
        'g' => exponent_digits(value, precision.max(1)),
        _ => shortest_digits(value),
    };
    if flags.no_negative_zero && digits.iter().all(|&d| d == b'0') {
        negative = false;
    }
    let point = if digits.iter().all(|&d| d == b'0') && !code.eq_ignore_ascii_case(&'f') {
        1
    } else {
        point
    };
    let mut out = String::with_capacity(digits.len() + 8);
    if negative {
        out.push('-');
    } else if flags.sign {
        out.push('+');
    }
    match code.to_ascii_lowercase() {
        'e' => push_exponent_form(&mut out, &digits, point, flags, upper),
        'f' => push_fixed_form(&mut out, &digits, point, flags),
        'g' => {
            let precision = precision.max(1) as i64;
            let digits = if flags.alternate {
                &digits
            } else {
                trim_zeros(&digits)
            };
            // Where `.0` must be added, room is kept for its zero.
            if point <= -4 || point > precision - i64::from(flags.add_dot_0) {
                push_exponent_form(&mut out, digits, point, flags, upper);
            } else {
                push_fixed_form(&mut out, digits, point, flags);
            }
        }
        _ => {
            if point <= -4 || point > 16 {
                push_exponent_form(&mut out, &digits, point, flags, upper);
            } else {
                push_fixed_form(&mut out, &digits, point, flags);
            }
        }
    }
    out
}

fn special(value: f64, upper: bool, sign: bool) -> String {
    let text = if value.is_nan() {
        if sign { "+nan" } else { "nan" }
    } else if value < 0.0 {
        "-inf"
    } else if sign {
        "+inf"
    } else {
        "inf"
    };
    if upper {
        text.to_ascii_uppercase()
    } else {
        text.to_owned()
    }
}

/// `0.DIGITS * 10**point`, with exactly as many significant digits as asked for.
fn exponent_digits(value: f64, count: usize) -> (bool, Vec<u8>, i64) {
    // No float has more than 767 significant digits; Rust's own limit is 65,535.
    let exact = count.min(800);
    let text = format!("{:.*e}", exact - 1, value.abs());
    let (mantissa, exponent) = text.split_once('e').expect("`{:e}` writes an exponent");
    let mut digits: Vec<u8> = mantissa.bytes().filter(|&b| b != b'.').collect();
    digits.resize(count, b'0');
    let exponent: i64 = exponent.parse().expect("`{:e}` writes a decimal exponent");
    (value.is_sign_negative(), digits, exponent + 1)
}

/// All digits before the point and `precision` digits after it.
fn fixed_digits(value: f64, precision: usize) -> (bool, Vec<u8>, i64) {
    // No float has more than 1,074 digits after the point.
    let exact = precision.min(1100);
    let text = format!("{:.*}", exact, value.abs());
    let point = text.find('.').unwrap_or(text.len());
    let mut digits: Vec<u8> = text.bytes().filter(|&b| b != b'.').collect();
    digits.resize(point + precision, b'0');
    (value.is_sign_negative(), digits, point as i64)
}

/// The fewest digits that read back as the same float, without trailing zeros.
fn shortest_digits(value: f64) -> (bool, Vec<u8>, i64) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let mut point = mantissa.find('.').unwrap_or(mantissa.len()) as i64;
    let exponent: i64 = exponent
        .trim_start_matches('+')
        .parse()
        .expect("a decimal exponent");
    let digits: Vec<u8> = mantissa.bytes().filter(|&b| b != b'.').collect();
    let leading = digits.iter().take_while(|&&d| d == b'0').count();
    if leading == digits.len() {
        return (value.is_sign_negative(), vec![b'0'], 1);
    }
    point += exponent - leading as i64;
    let digits = trim_zeros(&digits[leading..]).to_vec();
    (value.is_sign_negative(), digits, point)
}

fn trim_zeros(digits: &[u8]) -> &[u8] {
    let kept = digits.iter().rposition(|&d| d != b'0').map_or(1, |i| i + 1);
    &digits[..kept.min(digits.len())]
}

fn push_exponent_form(out: &mut String, digits: &[u8], point: i64, flags: FloatFlags, upper: bool) {
    out.push(char::from(digits[0]));
    if digits.len() > 1 || flags.alternate {
        out.push('.');
    }
    out.extend(digits[1..].iter().map(|&d| char::from(d)));
    let exponent = point - 1;
    let sign = if exponent < 0 { '-' } else { '+' };
    let letter = if upper { 'E' } else { 'e' };
    write!(out, "{letter}{sign}{:02}", exponent.abs()).expect("writing to a String");
}

fn push_fixed_form(out: &mut String, digits: &[u8], point: i64, flags: FloatFlags) {
    if point <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', point.unsigned_abs() as usize));
        out.extend(digits.iter().map(|&d| char::from(d)));
        return;
    }
    let point = point as usize;
    let whole = point.min(digits.len());
    out.extend(digits[..whole].iter().map(|&d| char::from(d)));
    out.extend(std::iter::repeat_n('0', point - whole));
    if digits.len() > whole {
        out.push('.');
        out.extend(digits[whole..].iter().map(|&d| char::from(d)));
    } else if flags.add_dot_0 {
        out.push_str(".0");
    } else if flags.alternate {
        out.push('.');
    }
}

/// `float.hex`.
pub fn hex_float(value: f64) -> String {
    if !value.is_finite() {
        return special(value, false, false);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let raw = ((bits >> 52) & 0x7ff) as i32;
    let (lead, exponent) = if raw == 0 {
        (0, -1022)
    } else {
        (1, raw - 1023)
    };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// Why a hexadecimal float was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HexFloatError {
    Invalid,
    TooLarge,
}

/// `float.fromhex`, of text already stripped of whitespace around it.
pub fn parse_hex_float(text: &str) -> Result<f64, HexFloatError> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = rest.to_ascii_lowercase();
    let signed = |value: f64| if negative { -value } else { value };
    match lower.as_str() {
        "inf" | "infinity" => return Ok(signed(f64::INFINITY)),
        "nan" => return Ok(signed(f64::NAN)),
        _ => {}
    }
    let digits = lower.strip_prefix("0x").unwrap_or(&lower);
    let (mantissa, exponent) = match digits.split_once('p') {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty()
        || !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_hexdigit())
    {
        return Err(HexFloatError::Invalid);
    }
    let joined = format!("{whole}{fraction}");
    let number = BigInt::from_str_radix(&joined, 16).expect("hexadecimal digits");
    if number.is_zero() {
        return Ok(signed(0.0));
    }
    let exponent = exponent - 4 * fraction.len() as i64;
    let bits = integer::bit_length(&number) as i64;
    if bits + exponent > 1024 {
        return Err(HexFloatError::TooLarge);
    }
    if bits + exponent < -1080 {
        return Ok(signed(0.0));
    }
    let value = if exponent >= 0 {
        integer::to_f64(&(number << exponent as usize))
    } else {
        integer::true_div(&number, &(BigInt::ONE << exponent.unsigned_abs() as usize))
    };
    value.map(signed).ok_or(HexFloatError::TooLarge)
}

fn parse_exponent(text: &str) -> Result<i64, HexFloatError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(HexFloatError::Invalid);
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX).min(1 << 40);
    Ok(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

/// `float(text)` of ASCII text already stripped; underscores allowed between digits.
pub fn parse_float(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = body.to_ascii_lowercase();
    if matches!(lower.as_str(), "inf" | "infinity" | "nan") {
        return text.to_ascii_lowercase().parse().ok();
    }
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if !text.contains('_') {
        return parse_plain(text);
    }
    if !underscores_between_digits(text) {
        return None;
    }
    parse_plain(&text.replace('_', ""))
}

/// Whether each underscore stands between two digits.
pub fn underscores_between_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).all(|i| bytes[i] != b'_' || (i > 0 && is_digit(i - 1) && is_digit(i + 1)))
}

fn parse_plain(text: &str) -> Option<f64> {
    let allowed = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(allowed) {
        return None;
    }
    text.parse().ok()
}

/// `complex(text)` of ASCII text already stripped; the real and the imaginary part.
pub fn parse_complex(text: &str) -> Option<(f64, f64)> {
    let inner = match text.strip_prefix('(') {
        Some(rest) => rest
            .strip_suffix(')')?
            .trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']),
        None => text,
    };
    if let Some(value) = parse_float(inner) {
        return Some((value, 0.0));
    }
    let body = inner.strip_suffix(['j', 'J'])?;
    let imaginary = |part: &str| match part {
        "" | "+" => Some(1.0),
        "-" => Some(-1.0),
        _ => parse_float(part),
    };
    if let Some(value) = imaginary(body) {
        return Some((0.0, value));
    }
    // Between the parts stands a sign that belongs to no exponent.
    let bytes = body.as_bytes();
    let split = (1..bytes.len())
        .rev()
        .find(|&i| matches!(bytes[i], b'+' | b'-') && !matches!(bytes[i - 1], b'e' | b'E'))?;
    Some((parse_float(&body[..split])?, imaginary(&body[split..])?))
}

/// `round(value, digits)` of a finite float, rounded correctly; `None` when it overflows.
pub fn round_to_digits(value: f64, digits: i64) -> Option<f64> {
    // Beyond these bounds a float is its own rounding, or zero (`float___round___impl`).
    if digits > 323 || value == 0.0 {
        return Some(value);
    }
    if digits < -308 {
        return Some(0.0 * value);
    }
    if digits >= 0 {
        let text = format!("{:.*}", digits as usize, value);
        return text.parse().ok();
    }
    let places = digits.unsigned_abs() as usize;
    let (numerator, denominator) = integer::integer_ratio(value.abs());
    let unit = BigInt::from(10).pow(places) * &denominator;
    let (mut quotient, rest) = integer::floor_divmod(&numerator, &unit);
    let twice = &rest + &rest;
    if twice > unit || (twice == unit && (&quotient % BigInt::from(2)) == BigInt::ONE) {
        quotient += BigInt::ONE;
    }
    let rounded: f64 = format!("{quotient}e{places}").parse().ok()?;
    rounded
        .is_finite()
        .then_some(if value < 0.0 { -rounded } else { rounded })
}

/// `round(value)` as a float: to the nearest whole number, ties to even.
pub fn round_half_even(value: f64) -> f64 {
    value.round_ties_even()
}
