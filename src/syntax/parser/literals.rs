//! Tokens of numbers and strings to their values.
//!
//! Mirrors `parsenumber` of `Parser/pegen.c` and `Parser/string_parser.c`.

use crate::base::{BigInt, Text, unicode};

use super::super::ast::Constant;

/// The most decimal digits of an `int` literal (`sys.int_info.default_max_str_digits`).
const MAX_STR_DIGITS: usize = 4300;

/// The value of a number token, or CPython's message.
pub fn number(text: &str) -> Result<Constant, String> {
    let clean: String;
    let text = if text.contains('_') {
        clean = text.replace('_', "");
        clean.as_str()
    } else {
        text
    };
    if let Some(imag) = text.strip_suffix(['j', 'J']) {
        return Ok(Constant::Complex {
            real: 0.0,
            imag: float(imag),
        });
    }
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    if radix != 10 {
        let value =
            BigInt::from_str_radix(&text[2..], radix).expect("the tokenizer checked the digits");
        return Ok(Constant::Int(value));
    }
    if text.contains(['.', 'e', 'E']) {
        return Ok(Constant::Float(float(text)));
    }
    let digits = text.len();
    if digits > MAX_STR_DIGITS {
        return Err(format!(
            "Exceeds the limit ({MAX_STR_DIGITS} digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
        ));
    }
    let value = BigInt::from_str_radix(text, 10).expect("the tokenizer checked the digits");
    Ok(Constant::Int(value))
}

fn float(text: &str) -> f64 {
    text.parse().expect("the tokenizer checked the digits")
}

/// A string token taken apart.
#[derive(Clone, Copy, Debug)]
pub struct StringParts<'s> {
    /// Without prefix and quotes.
    pub body: &'s str,
    pub bytes: bool,
    pub raw: bool,
    /// Begins with `u`, which gives the node its `kind`; `U` does not.
    pub unicode: bool,
}

/// Splits a string token into prefix, quotes and body.
pub fn string_parts(token: &str) -> StringParts<'_> {
    let quote_at = token.find(['\'', '"']).expect("a string token has a quote");
    let (prefix, quoted) = token.split_at(quote_at);
    let quote = &quoted[..1];
    let size =
        if quoted.len() >= 6 && quoted[1..].starts_with(quote) && quoted[2..].starts_with(quote) {
            3
        } else {
            1
        };
    StringParts {
        body: &quoted[size..quoted.len() - size],
        bytes: prefix.contains(['b', 'B']),
        raw: prefix.contains(['r', 'R']),
        unicode: prefix.starts_with('u'),
    }
}

/// What decoding an escape found that the parser must tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringProblem {
    /// A warning: the message.
    Warning(String),
    /// An error: the message.
    Error(String),
}

/// The text of `body`, its escapes decoded unless `raw`; code points go to `out`.
///
/// `Some` for the first odd escape, or for the error that ended the decoding.
pub fn decode_text(body: &str, raw: bool, out: &mut Vec<u32>) -> Option<StringProblem> {
    if raw || !body.contains('\\') {
        out.extend(body.chars().map(u32::from));
        return None;
    }
    let mut warning = None;
    let bytes = body.as_bytes();
    let mut at = 0;
    // CPython decodes from a copy in which what is not ASCII stands as ten bytes of `\U0001f600`.
    let mut widened = 0;
    while at < bytes.len() {
        let run = body[at..].find('\\').unwrap_or(body.len() - at);
        for c in body[at..at + run].chars() {
            if !c.is_ascii() {
                widened += 10 - c.len_utf8();
            }
            out.push(u32::from(c));
        }
        at += run;
        if at >= bytes.len() {
            break;
        }
        let start = at + widened;
        let Some(c) = body[at + 1..].chars().next() else {
            // The end of a piece of an f-string, before a brace.
            out.push(u32::from('\\'));
            break;
        };
        at += 1 + c.len_utf8();
        match c {
            '\n' => {}
            '\\' | '\'' | '"' => out.push(u32::from(c)),
            'a' => out.push(7),
            'b' => out.push(8),
            'f' => out.push(12),
            'n' => out.push(10),
            'r' => out.push(13),
            't' => out.push(9),
            'v' => out.push(11),
            '0'..='7' => {
                let (value, length) = octal(&bytes[at - 1..]);
                at += length - 1;
                if value > 0o377 && warning.is_none() {
                    let digits = &body[at - length..at];
                    warning = Some(StringProblem::Warning(format!(
                        "invalid octal escape sequence '\\{digits}'"
                    )));
                }
                out.push(value);
            }
            'x' | 'u' | 'U' => {
                let (count, what) = match c {
                    'x' => (2, "truncated \\xXX escape"),
                    'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                let found = bytes[at..]
                    .iter()
                    .take(count)
                    .take_while(|b| b.is_ascii_hexdigit())
                    .count();
                if found < count {
                    return Some(unicode_error(start, start + 1 + found, what));
                }
                let value = u32::from_str_radix(&body[at..at + count], 16)
                    .expect("only hexadecimal digits");
                if value > 0x0010_FFFF {
                    return Some(unicode_error(start, start + 9, "illegal Unicode character"));
                }
                at += count;
                out.push(value);
            }
            'N' => {
                let name = body[at..]
                    .strip_prefix('{')
                    .and_then(|rest| rest.find('}').map(|end| &rest[..end]));
                let Some(name) = name.filter(|name| !name.is_empty()) else {
                    let end = if body[at..].starts_with("{}") {
                        start + 2
                    } else if body[at..].starts_with('{') {
                        body.len() + widened - 1
                    } else {
                        start + 1
                    };
                    return Some(unicode_error(start, end, "malformed \\N character escape"));
                };
                at += name.len() + 2;
                let Some(c) = unicode::character_named(name) else {
                    let end = start + name.len() + 3;
                    return Some(unicode_error(start, end, "unknown Unicode character name"));
                };
                out.push(u32::from(c));
            }
            _ => {
                out.push(u32::from('\\'));
                if !c.is_ascii() {
                    // CPython has made `\u005c` of this backslash, and never warns of it.
                    widened += 5 + 10 - c.len_utf8();
                }
                out.push(u32::from(c));
                if c.is_ascii() && warning.is_none() {
                    warning = Some(StringProblem::Warning(invalid_escape(c)));
                }
            }
        }
    }
    warning
}

fn invalid_escape(c: char) -> String {
    // CPython shows the one byte that follows the backslash.
    format!("invalid escape sequence '\\{c}'")
}

fn unicode_error(start: usize, end: usize, reason: &str) -> StringProblem {
    let place = if start == end {
        format!("byte 0x5c in position {start}")
    } else {
        format!("bytes in position {start}-{end}")
    };
    StringProblem::Error(format!(
        "(unicode error) 'unicodeescape' codec can't decode {place}: {reason}"
    ))
}

/// Up to three octal digits: their value and number.
fn octal(bytes: &[u8]) -> (u32, usize) {
    let mut value = 0;
    let mut length = 0;
    while length < 3
        && let Some(b @ b'0'..=b'7') = bytes.get(length)
    {
        value = value * 8 + u32::from(b - b'0');
        length += 1;
    }
    (value, length)
}

/// As [`decode_text`], for a bytes literal.
pub fn decode_bytes(body: &str, raw: bool, out: &mut Vec<u8>) -> Option<StringProblem> {
    let bytes = body.as_bytes();
    if raw || !body.contains('\\') {
        out.extend(bytes);
        return None;
    }
    let mut warning = None;
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let c = bytes.get(at).copied().unwrap_or(b'\\');
        at += 1;
        match c {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(c),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(10),
            b'r' => out.push(13),
            b't' => out.push(9),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let (value, length) = octal(&bytes[at - 1..]);
                at += length - 1;
                if value > 0o377 && warning.is_none() {
                    let digits = &body[at - length..at];
                    warning = Some(StringProblem::Warning(format!(
                        "invalid octal escape sequence '\\{digits}'"
                    )));
                }
                out.push(value as u8);
            }
            b'x' => {
                let digits = bytes
                    .get(at..at + 2)
                    .filter(|d| d.iter().all(u8::is_ascii_hexdigit));
                if digits.is_none() {
                    let position = at - 2;
                    return Some(StringProblem::Error(format!(
                        "(value error) invalid \\x escape at position {position}"
                    )));
                }
                out.push(
                    u8::from_str_radix(&body[at..at + 2], 16).expect("two hexadecimal digits"),
                );
                at += 2;
            }
            _ => {
                out.push(b'\\');
                out.push(c);
                if warning.is_none() {
                    warning = Some(StringProblem::Warning(invalid_escape(char::from(c))));
                }
            }
        }
    }
    warning
}

/// The text made of `points`.
pub fn text_of(points: &[u32]) -> Text {
    Text::from_code_points(points)
}
