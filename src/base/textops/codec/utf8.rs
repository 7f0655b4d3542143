//! UTF-8, with the boundaries of bad sequences where CPython puts them.
//!
//! Mirrors `Objects/stringlib/codecs.h`.

use super::{EncodeError, Problem, Replacement};
use crate::base::{Text, textops::search::to_points};

/// Decodes UTF-8; the callback deals with bytes that mean nothing.
pub fn decode_utf8<E>(
    bytes: &[u8],
    on_error: &mut dyn FnMut(Problem) -> Result<(Vec<u32>, usize), E>,
) -> Result<Text, E> {
    if bytes.is_ascii() {
        return Ok(Text::Latin1(bytes.into()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Text::from(text));
    }
    let mut out: Vec<u32> = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match sequence(&bytes[i..]) {
            Ok((point, len)) => {
                out.push(point);
                i += len;
            }
            Err((len, reason)) => {
                let (replacement, next) = on_error(Problem {
                    start: i,
                    end: i + len,
                    reason,
                })?;
                out.extend(replacement);
                i = next;
            }
        }
    }
    Ok(Text::from_code_points(&out))
}

/// How many bytes at the end begin a sequence that more bytes may complete.
pub fn incomplete_tail(bytes: &[u8]) -> usize {
    (1..=bytes.len().min(3))
        .find(|&length| {
            let tail = &bytes[bytes.len() - length..];
            sequence(tail) == Err((length, "unexpected end of data"))
        })
        .unwrap_or(0)
}

/// The first sequence of `bytes`, or how many bytes are bad and why.
fn sequence(bytes: &[u8]) -> Result<(u32, usize), (usize, &'static str)> {
    let lead = bytes[0];
    let (len, second) = match lead {
        0x00..=0x7f => return Ok((u32::from(lead), 1)),
        0xc2..=0xdf => (2, 0x80..=0xbf),
        0xe0 => (3, 0xa0..=0xbf),
        0xed => (3, 0x80..=0x9f),
        0xe1..=0xef => (3, 0x80..=0xbf),
        0xf0 => (4, 0x90..=0xbf),
        0xf1..=0xf3 => (4, 0x80..=0xbf),
        0xf4 => (4, 0x80..=0x8f),
        0x80..=0xc1 | 0xf5..=0xff => return Err((1, "invalid start byte")),
    };
    let mut point = u32::from(lead) & (0x7f >> len);
    for at in 1..len {
        let Some(&byte) = bytes.get(at) else {
            return Err((at, "unexpected end of data"));
        };
        let valid = if at == 1 {
            second.contains(&byte)
        } else {
            (0x80..=0xbf).contains(&byte)
        };
        if !valid {
            return Err((at, "invalid continuation byte"));
        }
        point = point << 6 | (u32::from(byte) & 0x3f);
    }
    Ok((point, len))
}

/// Encodes as UTF-8; the callback deals with lone surrogates.
pub fn encode_utf8<E>(
    text: &Text,
    on_error: &mut dyn FnMut(Problem) -> Result<(Replacement, usize), E>,
) -> Result<Vec<u8>, EncodeError<E>> {
    if let Some(ascii) = text.as_ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len() * 2);
    let mut i = 0;
    while i < points.len() {
        if let Some(c) = char::from_u32(points[i]) {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            i += 1;
            continue;
        }
        let run = points[i..]
            .iter()
            .take_while(|c| (0xd800..=0xdfff).contains(*c))
            .count();
        let problem = Problem {
            start: i,
            end: i + run,
            reason: "surrogates not allowed",
        };
        let (replacement, next) = on_error(problem).map_err(EncodeError::Raised)?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend(bytes),
            Replacement::Text(text) if text.iter().any(|&c| c > 0x7f) => {
                return Err(EncodeError::Unusable(problem));
            }
            Replacement::Text(text) => out.extend(text.iter().map(|&c| c as u8)),
        }
        i = next;
    }
    Ok(out)
}

/// Encodes as UTF-8, or says where the first run of lone surrogates stands.
pub fn encode_utf8_strict(text: &Text) -> Result<Vec<u8>, Problem> {
    encode_utf8(text, &mut Err)
        .map_err(|(EncodeError::Raised(problem) | EncodeError::Unusable(problem))| problem)
}
