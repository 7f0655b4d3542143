//! UTF-7: text in seven-bit bytes, with Base64 between `+` and `-`.
//!
//! Mirrors `PyUnicode_DecodeUTF7Stateful` and `_PyUnicode_EncodeUTF7` of `Objects/unicodeobject.c`.

use super::Problem;
use super::escape::OnError;
use crate::base::{Text, textops::search::to_points};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn from_base64(byte: u8) -> Option<u32> {
    BASE64.iter().position(|&b| b == byte).map(|i| i as u32)
}

/// Characters that stand for themselves (set D, whitespace, and set O).
fn is_direct(c: u32) -> bool {
    matches!(c, 0x09 | 0x0a | 0x0d)
        || ((0x20..0x7f).contains(&c) && !matches!(c, 0x2b | 0x5c | 0x7e))
}

/// Encodes; nothing fails.
pub fn encode_utf7(text: &Text) -> Vec<u8> {
    let mut out = Vec::new();
    let mut shifted = false;
    let (mut bits, mut buffer) = (0_u32, 0_u64);
    for c in to_points(text) {
        if shifted && is_direct(c) {
            if bits > 0 {
                out.push(BASE64[(buffer << (6 - bits) & 0x3f) as usize]);
                (bits, buffer) = (0, 0);
            }
            shifted = false;
            if u8::try_from(c).is_ok_and(|b| from_base64(b).is_some() || b == b'-') {
                out.push(b'-');
            }
            out.push(c as u8);
            continue;
        }
        if !shifted {
            if c == 0x2b {
                out.extend(b"+-");
                continue;
            }
            if is_direct(c) {
                out.push(c as u8);
                continue;
            }
            out.push(b'+');
            shifted = true;
        }
        let units: &[u32] = &if c >= 0x1_0000 {
            vec![
                0xd800 + ((c - 0x1_0000) >> 10),
                0xdc00 + ((c - 0x1_0000) & 0x3ff),
            ]
        } else {
            vec![c]
        };
        for &unit in units {
            buffer = buffer << 16 | u64::from(unit);
            bits += 16;
            while bits >= 6 {
                out.push(BASE64[(buffer >> (bits - 6) & 0x3f) as usize]);
                bits -= 6;
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        out.push(BASE64[(buffer << (6 - bits) & 0x3f) as usize]);
    }
    if shifted {
        out.push(b'-');
    }
    out
}

/// Decodes; gives how many bytes were used, fewer than all only when more may follow.
pub fn decode_utf7<E>(
    bytes: &[u8],
    is_final: bool,
    on_error: OnError<'_, E>,
) -> Result<(Text, usize), E> {
    let mut out: Vec<u32> = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let (mut bits, mut buffer) = (0_u32, 0_u32);
    let mut surrogate: Option<u32> = None;
    // Where the shifted part began, in the bytes and in the text.
    let (mut start, mut start_out) = (0, 0);
    let mut i = 0;
    while i < bytes.len() {
        let byte = bytes[i];
        let mut problem = None;
        if shifted {
            if let Some(value) = from_base64(byte) {
                buffer = buffer << 6 | value;
                bits += 6;
                i += 1;
                if bits >= 16 {
                    let unit = buffer >> (bits - 16);
                    bits -= 16;
                    buffer &= (1 << bits) - 1;
                    push_unit(&mut out, &mut surrogate, unit);
                }
                continue;
            }
            shifted = false;
            if bits >= 6 {
                i += 1;
                problem = Some("partial character in base64 sequence");
            } else if bits > 0 && buffer != 0 {
                i += 1;
                problem = Some("non-zero padding bits in base64 sequence");
            }
            if problem.is_none() {
                if let Some(high) = surrogate.take()
                    && byte < 0x80
                    && byte != b'-'
                {
                    out.push(high);
                }
                if byte == b'-' {
                    i += 1;
                }
                continue;
            }
        } else if byte == b'+' {
            start = i;
            i += 1;
            if bytes.get(i) == Some(&b'-') {
                i += 1;
                out.push(u32::from(b'+'));
            } else if bytes.get(i).is_some_and(|&b| from_base64(b).is_none()) {
                i += 1;
                problem = Some("ill-formed sequence");
            } else {
                shifted = true;
                surrogate = None;
                start_out = out.len();
                (bits, buffer) = (0, 0);
            }
        } else if byte < 0x80 {
            i += 1;
            out.push(u32::from(byte));
        } else {
            start = i;
            i += 1;
            problem = Some("unexpected special character");
        }
        if let Some(reason) = problem {
            let (replacement, next) = on_error(Problem {
                start,
                end: i,
                reason,
            })?;
            out.extend(replacement);
            i = next;
        }
    }
    if shifted && is_final {
        shifted = false;
        if surrogate.is_some() || bits >= 6 || (bits > 0 && buffer != 0) {
            let (replacement, _) = on_error(Problem {
                start,
                end: bytes.len(),
                reason: "unterminated shift sequence",
            })?;
            out.extend(replacement);
        }
    }
    if shifted {
        out.truncate(start_out);
        return Ok((Text::from_code_points(&out), start));
    }
    Ok((Text::from_code_points(&out), bytes.len()))
}

/// Adds a UTF-16 unit, joining halves.
fn push_unit(out: &mut Vec<u32>, surrogate: &mut Option<u32>, unit: u32) {
    if let Some(high) = surrogate.take() {
        if (0xdc00..0xe000).contains(&unit) {
            out.push(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
            return;
        }
        out.push(high);
    }
    if (0xd800..0xdc00).contains(&unit) {
        *surrogate = Some(unit);
    } else {
        out.push(unit);
    }
}
