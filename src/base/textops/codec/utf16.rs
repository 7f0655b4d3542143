//! UTF-16 and UTF-32 in either byte order, with and without a byte-order mark.
//!
//! Mirrors `PyUnicode_DecodeUTF16Stateful` and its sisters in `Objects/unicodeobject.c`.

use super::{EncodeError, Problem, Replacement};
use crate::base::{Text, textops::search::to_points};

/// The order of bytes; `Native` writes a mark and reads one if it is there (else little-endian).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteOrder {
    Native,
    Little,
    Big,
}

impl ByteOrder {
    pub(super) const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Native => ["utf-16", "utf-32"],
            Self::Little => ["utf-16-le", "utf-32-le"],
            Self::Big => ["utf-16-be", "utf-32-be"],
        }
    }

    pub(super) fn read_u16(self, bytes: [u8; 2]) -> u32 {
        u32::from(match self {
            Self::Native | Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) const fn read_u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Native | Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    pub(super) fn push_u16(self, out: &mut Vec<u8>, unit: u16) {
        match self {
            Self::Native | Self::Little => out.extend(unit.to_le_bytes()),
            Self::Big => out.extend(unit.to_be_bytes()),
        }
    }

    pub(super) fn push_u32(self, out: &mut Vec<u8>, unit: u32) {
        match self {
            Self::Native | Self::Little => out.extend(unit.to_le_bytes()),
            Self::Big => out.extend(unit.to_be_bytes()),
        }
    }
}

type OnDecodeError<'a, E> = &'a mut dyn FnMut(Problem) -> Result<(Vec<u32>, usize), E>;
type OnEncodeError<'a, E> = &'a mut dyn FnMut(Problem) -> Result<(Replacement, usize), E>;

/// Decodes UTF-16.
pub fn decode_utf16<E>(
    bytes: &[u8],
    order: ByteOrder,
    on_error: OnDecodeError<'_, E>,
) -> Result<Text, E> {
    let (order, mut i) = match (order, bytes) {
        (ByteOrder::Native, [0xff, 0xfe, ..]) => (ByteOrder::Little, 2),
        (ByteOrder::Native, [0xfe, 0xff, ..]) => (ByteOrder::Big, 2),
        _ => (order, 0),
    };
    let unit_at =
        |i: usize| -> Option<u32> { Some(order.read_u16(*bytes.get(i..)?.first_chunk()?)) };
    let mut out = Vec::with_capacity(bytes.len() / 2);
    while i < bytes.len() {
        let bad = match unit_at(i) {
            None => (bytes.len(), "truncated data"),
            Some(high @ 0xd800..=0xdbff) => match unit_at(i + 2) {
                Some(low @ 0xdc00..=0xdfff) => {
                    out.push(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                    i += 4;
                    continue;
                }
                Some(_) => (i + 2, "illegal UTF-16 surrogate"),
                None => (bytes.len(), "unexpected end of data"),
            },
            Some(0xdc00..=0xdfff) => (i + 2, "illegal encoding"),
            Some(unit) => {
                out.push(unit);
                i += 2;
                continue;
            }
        };
        let (end, reason) = bad;
        let (replacement, next) = on_error(Problem {
            start: i,
            end,
            reason,
        })?;
        out.extend(replacement);
        i = next;
    }
    Ok(Text::from_code_points(&out))
}

/// Decodes UTF-32.
pub fn decode_utf32<E>(
    bytes: &[u8],
    order: ByteOrder,
    on_error: OnDecodeError<'_, E>,
) -> Result<Text, E> {
    let (order, mut i) = match (order, bytes) {
        (ByteOrder::Native, [0xff, 0xfe, 0, 0, ..]) => (ByteOrder::Little, 4),
        (ByteOrder::Native, [0, 0, 0xfe, 0xff, ..]) => (ByteOrder::Big, 4),
        _ => (order, 0),
    };
    let mut out = Vec::with_capacity(bytes.len() / 4);
    while i < bytes.len() {
        let bad = match bytes[i..].first_chunk() {
            None => (bytes.len(), "truncated data"),
            Some(&unit) => match order.read_u32(unit) {
                0xd800..=0xdfff => (
                    i + 4,
                    "code point in surrogate code point range(0xd800, 0xe000)",
                ),
                0x11_0000.. => (i + 4, "code point not in range(0x110000)"),
                point => {
                    out.push(point);
                    i += 4;
                    continue;
                }
            },
        };
        let (end, reason) = bad;
        let (replacement, next) = on_error(Problem {
            start: i,
            end,
            reason,
        })?;
        out.extend(replacement);
        i = next;
    }
    Ok(Text::from_code_points(&out))
}

/// Encodes as UTF-16.
pub fn encode_utf16<E>(
    text: &Text,
    order: ByteOrder,
    on_error: OnEncodeError<'_, E>,
) -> Result<Vec<u8>, EncodeError<E>> {
    let mut out = Vec::with_capacity(2 * text.len() + 2);
    if order == ByteOrder::Native {
        order.push_u16(&mut out, 0xfeff);
    }
    let push = |out: &mut Vec<u8>, c: u32| {
        if c < 0x10000 {
            order.push_u16(out, c as u16);
        } else {
            order.push_u16(out, (0xd800 + ((c - 0x10000) >> 10)) as u16);
            order.push_u16(out, (0xdc00 + (c & 0x3ff)) as u16);
        }
    };
    encode_units(text, 2, &mut out, &push, on_error)?;
    Ok(out)
}

/// Encodes as UTF-32.
pub fn encode_utf32<E>(
    text: &Text,
    order: ByteOrder,
    on_error: OnEncodeError<'_, E>,
) -> Result<Vec<u8>, EncodeError<E>> {
    let mut out = Vec::with_capacity(4 * text.len() + 4);
    if order == ByteOrder::Native {
        order.push_u32(&mut out, 0xfeff);
    }
    encode_units(
        text,
        4,
        &mut out,
        &|out, c| order.push_u32(out, c),
        on_error,
    )?;
    Ok(out)
}

fn encode_units<E>(
    text: &Text,
    unit_len: usize,
    out: &mut Vec<u8>,
    push: &dyn Fn(&mut Vec<u8>, u32),
    on_error: OnEncodeError<'_, E>,
) -> Result<(), EncodeError<E>> {
    let points = to_points(text);
    let mut i = 0;
    while i < points.len() {
        if !(0xd800..=0xdfff).contains(&points[i]) {
            push(out, points[i]);
            i += 1;
            continue;
        }
        let problem = Problem {
            start: i,
            end: i + 1,
            reason: "surrogates not allowed",
        };
        let (replacement, next) = on_error(problem).map_err(EncodeError::Raised)?;
        match replacement {
            Replacement::Bytes(bytes) if bytes.len().is_multiple_of(unit_len) => out.extend(bytes),
            Replacement::Bytes(_) => return Err(EncodeError::Unusable(problem)),
            Replacement::Text(text) if text.iter().any(|&c| c > 0x7f) => {
                return Err(EncodeError::Unusable(problem));
            }
            Replacement::Text(text) => text.into_iter().for_each(|c| push(out, c)),
        }
        i = next;
    }
    Ok(())
}
