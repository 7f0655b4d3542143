//! The codecs `unicode_escape`, `raw_unicode_escape` and `escape` (of bytes).
//!
//! Mirrors `_PyUnicode_DecodeUnicodeEscapeInternal` and its kin of `Objects/unicodeobject.c`, and
//! `_PyBytes_DecodeEscape` of `Objects/bytesobject.c`.

use super::Problem;
use crate::base::{Text, format::repr::push_hex_escape, unicode};

/// Called with what cannot be decoded; gives a replacement and where to go on.
pub type OnError<'a, E> = &'a mut dyn FnMut(Problem) -> Result<(Vec<u32>, usize), E>;

/// The text of a decoding, with the first escape that is deprecated.
#[derive(Debug)]
pub struct Escaped {
    pub text: Text,
    /// How many bytes were used: all, unless more may follow.
    pub consumed: usize,
    /// The message of a `DeprecationWarning`.
    pub warning: Option<String>,
}

/// Decodes `unicode_escape`. An escape cut short at the end is left over unless `is_final`.
pub fn decode_unicode_escape<E>(
    bytes: &[u8],
    is_final: bool,
    on_error: OnError<'_, E>,
) -> Result<Escaped, E> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut warning = None;
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            out.push(u32::from(bytes[i]));
            i += 1;
            continue;
        }
        match unicode_escape(bytes, i, &mut out, &mut warning) {
            Ok(next) => i = next,
            Err(Bad::Incomplete(_)) if !is_final => break,
            Err(Bad::Incomplete(problem) | Bad::Wrong(problem)) => {
                let (replacement, next) = on_error(problem)?;
                out.extend(replacement);
                i = next;
            }
        }
    }
    Ok(Escaped {
        text: Text::from_code_points(&out),
        consumed: i,
        warning,
    })
}

/// Why an escape is none.
enum Bad {
    /// More bytes may complete it.
    Incomplete(Problem),
    Wrong(Problem),
}

/// Reads the escape at `start`; gives the position behind it.
fn unicode_escape(
    bytes: &[u8],
    start: usize,
    out: &mut Vec<u32>,
    warning: &mut Option<String>,
) -> Result<usize, Bad> {
    let Some(&kind) = bytes.get(start + 1) else {
        return Err(Bad::Incomplete(Problem {
            start,
            end: bytes.len(),
            reason: "\\ at end of string",
        }));
    };
    let next = start + 2;
    let simple = match kind {
        b'\n' => return Ok(next),
        b'\\' | b'\'' | b'"' => kind,
        b'b' => 8,
        b'f' => 12,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'v' => 11,
        b'a' => 7,
        b'0'..=b'7' => {
            let (value, digits) = octal(&bytes[start + 1..]);
            if value > 0o377 {
                note_octal(warning, &bytes[start + 1..start + 1 + digits]);
            }
            out.push(value);
            return Ok(start + 1 + digits);
        }
        b'x' => return hex(bytes, start, 2, "truncated \\xXX escape", out),
        b'u' => return hex(bytes, start, 4, "truncated \\uXXXX escape", out),
        b'U' => return hex(bytes, start, 8, "truncated \\UXXXXXXXX escape", out),
        b'N' => return named(bytes, start, out),
        _ => {
            if warning.is_none() {
                let shown = char::from(kind);
                *warning = Some(format!("invalid escape sequence '\\{shown}'"));
            }
            out.push(u32::from(b'\\'));
            kind
        }
    };
    out.push(u32::from(simple));
    Ok(next)
}

fn note_octal(warning: &mut Option<String>, digits: &[u8]) {
    if warning.is_none() {
        let digits = String::from_utf8_lossy(digits);
        *warning = Some(format!("invalid octal escape sequence '\\{digits}'"));
    }
}

/// Up to three octal digits: their value and number.
fn octal(bytes: &[u8]) -> (u32, usize) {
    let digits = bytes
        .iter()
        .take(3)
        .take_while(|b| matches!(b, b'0'..=b'7'));
    digits.fold((0, 0), |(value, count), b| {
        (value * 8 + u32::from(b - b'0'), count + 1)
    })
}

/// `count` hexadecimal digits behind the two characters at `start`.
fn hex(
    bytes: &[u8],
    start: usize,
    count: usize,
    reason: &'static str,
    out: &mut Vec<u32>,
) -> Result<usize, Bad> {
    let digits = &bytes[start + 2..];
    let found = digits
        .iter()
        .take(count)
        .take_while(|b| b.is_ascii_hexdigit())
        .count();
    let end = start + 2 + found;
    if found < count {
        let problem = Problem { start, end, reason };
        return Err(if end == bytes.len() {
            Bad::Incomplete(problem)
        } else {
            Bad::Wrong(problem)
        });
    }
    let value = digits[..count].iter().fold(0_u32, |value, &b| {
        value << 4 | char::from(b).to_digit(16).unwrap_or(0)
    });
    if value > 0x10_ffff {
        return Err(Bad::Wrong(Problem {
            start,
            end,
            reason: "illegal Unicode character",
        }));
    }
    out.push(value);
    Ok(end)
}

/// `\N{name}`.
fn named(bytes: &[u8], start: usize, out: &mut Vec<u32>) -> Result<usize, Bad> {
    let malformed = "malformed \\N character escape";
    let rest = &bytes[start + 2..];
    if rest.is_empty() {
        return Err(Bad::Incomplete(Problem {
            start,
            end: bytes.len(),
            reason: malformed,
        }));
    }
    if rest[0] != b'{' {
        return Err(Bad::Wrong(Problem {
            start,
            end: start + 2,
            reason: malformed,
        }));
    }
    let Some(close) = rest.iter().position(|&b| b == b'}') else {
        return Err(Bad::Incomplete(Problem {
            start,
            end: bytes.len(),
            reason: malformed,
        }));
    };
    let end = start + 2 + close + 1;
    if close == 1 {
        return Err(Bad::Wrong(Problem {
            start,
            end,
            reason: malformed,
        }));
    }
    let found = std::str::from_utf8(&rest[1..close])
        .ok()
        .and_then(unicode::character_named);
    let Some(c) = found else {
        return Err(Bad::Wrong(Problem {
            start,
            end,
            reason: "unknown Unicode character name",
        }));
    };
    out.push(u32::from(c));
    Ok(end)
}

/// Decodes `raw_unicode_escape`: only `\uXXXX` and `\UXXXXXXXX` count.
pub fn decode_raw_unicode_escape<E>(
    bytes: &[u8],
    is_final: bool,
    on_error: OnError<'_, E>,
) -> Result<(Text, usize), E> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            out.push(u32::from(bytes[i]));
            i += 1;
            continue;
        }
        let result = match bytes.get(i + 1) {
            Some(b'u') => hex(bytes, i, 4, "truncated \\uXXXX escape", &mut out),
            Some(b'U') => {
                let reason = "truncated \\UXXXXXXXX escape";
                hex(bytes, i, 8, reason, &mut out).map_err(|bad| match bad {
                    Bad::Wrong(problem) if problem.reason != reason => Bad::Wrong(Problem {
                        reason: "\\Uxxxxxxxx out of range",
                        ..problem
                    }),
                    other => other,
                })
            }
            Some(&other) => {
                out.extend([u32::from(b'\\'), u32::from(other)]);
                Ok(i + 2)
            }
            None if !is_final => break,
            None => {
                out.push(u32::from(b'\\'));
                Ok(i + 1)
            }
        };
        match result {
            Ok(next) => i = next,
            Err(Bad::Incomplete(_)) if !is_final => break,
            Err(Bad::Incomplete(problem) | Bad::Wrong(problem)) => {
                let (replacement, next) = on_error(problem)?;
                out.extend(replacement);
                i = next;
            }
        }
    }
    Ok((Text::from_code_points(&out), i))
}

/// Encodes as `unicode_escape`; nothing fails.
pub fn encode_unicode_escape(text: &Text) -> Vec<u8> {
    let mut out = String::new();
    for c in text.code_points() {
        match c {
            0x09 => out.push_str("\\t"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            0x5c => out.push_str("\\\\"),
            0x20..=0x7e => out.push(char::from(c as u8)),
            _ => push_hex_escape(&mut out, c),
        }
    }
    out.into_bytes()
}

/// Encodes as `raw_unicode_escape`; nothing fails.
pub fn encode_raw_unicode_escape(text: &Text) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.code_points() {
        if c < 0x100 {
            out.push(c as u8);
        } else if c < 0x1_0000 {
            out.extend(format!("\\u{c:04x}").into_bytes());
        } else {
            out.extend(format!("\\U{c:08x}").into_bytes());
        }
    }
    out
}

/// What `codecs.escape_decode` does with a bad `\x`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadHex {
    Strict,
    Replace,
    Ignore,
}

/// Decodes the escapes of a bytes literal; `Err` is the message of a `ValueError`. The second
/// part is the message of a `DeprecationWarning`.
pub fn decode_bytes_escape(
    bytes: &[u8],
    bad_hex: BadHex,
) -> Result<(Vec<u8>, Option<String>), String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut warning = None;
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            out.push(bytes[i]);
            i += 1;
            continue;
        }
        let Some(&kind) = bytes.get(i + 1) else {
            return Err("Trailing \\ in string".to_owned());
        };
        i += 2;
        match kind {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(kind),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'v' => out.push(11),
            b'a' => out.push(7),
            b'0'..=b'7' => {
                let (value, digits) = octal(&bytes[i - 1..]);
                if value > 0o377 {
                    note_octal(&mut warning, &bytes[i - 1..i - 1 + digits]);
                }
                out.push(value as u8);
                i += digits - 1;
            }
            b'x' => {
                let digits = bytes[i..].iter().take(2);
                let digits: Vec<u32> = digits.map_while(|&b| char::from(b).to_digit(16)).collect();
                if let [high, low] = digits[..] {
                    out.push((high << 4 | low) as u8);
                    i += 2;
                    continue;
                }
                match bad_hex {
                    BadHex::Strict => {
                        let at = i - 2;
                        return Err(format!("invalid \\x escape at position {at}"));
                    }
                    BadHex::Replace => out.push(b'?'),
                    BadHex::Ignore => {}
                }
                i += digits.len();
            }
            _ => {
                if warning.is_none() {
                    let shown = char::from(kind);
                    warning = Some(format!("invalid escape sequence '\\{shown}'"));
                }
                out.extend([b'\\', kind]);
            }
        }
    }
    Ok((out, warning))
}
