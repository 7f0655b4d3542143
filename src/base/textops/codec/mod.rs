//! The codecs behind `str.encode` and `bytes.decode`, and the built-in error handlers.
//!
//! Mirrors the codecs of `Objects/unicodeobject.c` and the handlers of `Python/codecs.c`. A codec
//! that meets a problem asks its `on_error` callback, so that the built-in handlers and those
//! that a program registers work alike.

pub mod escape;
mod utf16;
pub mod utf7;
mod utf8;

pub use utf8::{decode_utf8, encode_utf8, encode_utf8_strict, incomplete_tail};
pub use utf16::{ByteOrder, decode_utf16, decode_utf32, encode_utf16, encode_utf32};

use super::Unit as _;
use super::search::to_points;
use crate::base::{Text, format::repr::push_hex_escape};

/// What a codec could not convert: the fields of a `UnicodeError`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Problem {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

/// What stands for the part that could not be encoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Replacement {
    Text(Vec<u32>),
    Bytes(Vec<u8>),
}

/// Why encoding failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodeError<E> {
    /// The callback's own error.
    Raised(E),
    /// The callback's replacement cannot be encoded either: the `UnicodeEncodeError` to raise.
    Unusable(Problem),
}

/// The handlers that need no Python code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BuiltinHandler {
    Strict,
    Ignore,
    Replace,
    SurrogateEscape,
    SurrogatePass,
    BackslashReplace,
    XmlCharRefReplace,
}

impl BuiltinHandler {
    /// By the name that `errors=` gives.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "strict" => Self::Strict,
            "ignore" => Self::Ignore,
            "replace" => Self::Replace,
            "surrogateescape" => Self::SurrogateEscape,
            "surrogatepass" => Self::SurrogatePass,
            "backslashreplace" => Self::BackslashReplace,
            "xmlcharrefreplace" => Self::XmlCharRefReplace,
            _ => return None,
        })
    }

    /// What stands for undecodable bytes and where decoding goes on; `None`: raise the error.
    pub fn on_decode(
        self,
        encoding: Encoding,
        bytes: &[u8],
        problem: Problem,
    ) -> Option<(Vec<u32>, usize)> {
        let bad = &bytes[problem.start..problem.end];
        match self {
            Self::Strict | Self::XmlCharRefReplace => None,
            Self::Ignore => Some((Vec::new(), problem.end)),
            Self::Replace => Some((vec![0xfffd], problem.end)),
            Self::BackslashReplace => {
                let mut text = String::new();
                for &b in bad {
                    push_hex_escape(&mut text, u32::from(b));
                }
                Some((text.bytes().map(u32::from).collect(), problem.end))
            }
            Self::SurrogateEscape => {
                // ASCII is never smuggled through, so at most the first four high bytes are.
                let high: Vec<u32> = bad
                    .iter()
                    .take(4)
                    .take_while(|b| !b.is_ascii())
                    .map(|&b| 0xdc00 + u32::from(b))
                    .collect();
                let end = problem.start + high.len();
                (!high.is_empty()).then_some((high, end))
            }
            Self::SurrogatePass => {
                let rest = &bytes[problem.start..];
                let point = encoding.read_unit(rest)?;
                (0xd800..=0xdfff)
                    .contains(&point)
                    .then(|| (vec![point], problem.start + encoding.surrogate_len()))
            }
        }
    }

    /// What stands for unencodable code points and where encoding goes on; `None`: raise the error.
    pub fn on_encode(
        self,
        encoding: Encoding,
        text: &Text,
        problem: Problem,
    ) -> Option<(Replacement, usize)> {
        let bad: Vec<u32> = (problem.start..problem.end).map(|i| text.at(i)).collect();
        let replacement = match self {
            Self::Strict => return None,
            Self::Ignore => Replacement::Text(Vec::new()),
            Self::Replace => Replacement::Text(vec![u32::from('?'); bad.len()]),
            Self::BackslashReplace => {
                let mut escapes = String::new();
                for c in bad {
                    push_hex_escape(&mut escapes, c);
                }
                Replacement::Text(escapes.bytes().map(u32::from).collect())
            }
            Self::XmlCharRefReplace => {
                let mut references = String::new();
                for c in bad {
                    references.push_str("&#");
                    references.push_str(&c.to_string());
                    references.push(';');
                }
                Replacement::Text(references.bytes().map(u32::from).collect())
            }
            Self::SurrogateEscape => {
                let bytes: Option<Vec<u8>> = bad
                    .iter()
                    .map(|&c| (0xdc80..=0xdcff).contains(&c).then(|| (c - 0xdc00) as u8))
                    .collect();
                Replacement::Bytes(bytes?)
            }
            Self::SurrogatePass => {
                let mut bytes = Vec::new();
                for c in bad {
                    if !(0xd800..=0xdfff).contains(&c) {
                        return None;
                    }
                    encoding.push_surrogate(&mut bytes, c)?;
                }
                Replacement::Bytes(bytes)
            }
        };
        Some((replacement, problem.end))
    }
}

/// The codecs written here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Utf16(ByteOrder),
    Utf32(ByteOrder),
}

impl Encoding {
    /// By any of its names: case, `_`, `-` and spaces do not matter.
    pub fn by_name(name: &str) -> Option<Self> {
        let normal: String = name
            .chars()
            .map(|c| {
                if matches!(c, '-' | ' ') {
                    '_'
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect();
        Some(match normal.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" | "utf8_ucs2" | "utf8_ucs4" => Self::Utf8,
            "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1"
            | "iso_8859_1_1987" | "iso8859" | "8859" | "cp819" | "ibm819" | "iso_ir_100"
            | "csisolatin1" | "iso88591" => Self::Latin1,
            "ascii" | "us_ascii" | "646" | "ansi_x3.4_1968" | "ansi_x3_4_1968"
            | "ansi_x3.4_1986" | "cp367" | "csascii" | "ibm367" | "iso646_us"
            | "iso_646.irv_1991" | "iso_ir_6" | "us" => Self::Ascii,
            "utf_16" | "utf16" | "u16" => Self::Utf16(ByteOrder::Native),
            "utf_16_le" | "utf_16le" | "utf16_le" | "unicodelittleunmarked" => {
                Self::Utf16(ByteOrder::Little)
            }
            "utf_16_be" | "utf_16be" | "utf16_be" | "unicodebigunmarked" => {
                Self::Utf16(ByteOrder::Big)
            }
            "utf_32" | "utf32" | "u32" => Self::Utf32(ByteOrder::Native),
            "utf_32_le" | "utf_32le" | "utf32_le" => Self::Utf32(ByteOrder::Little),
            "utf_32_be" | "utf_32be" | "utf32_be" => Self::Utf32(ByteOrder::Big),
            _ => return None,
        })
    }

    /// The name that a `UnicodeError` carries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin-1",
            Self::Ascii => "ascii",
            Self::Utf16(order) => order.names()[0],
            Self::Utf32(order) => order.names()[1],
        }
    }

    /// The name that a `UnicodeDecodeError` of these bytes carries: UTF-16 says which order it read.
    pub const fn decode_name(self, bytes: &[u8]) -> &'static str {
        match (self, bytes) {
            (Self::Utf16(ByteOrder::Native), [0xfe, 0xff, ..]) => "utf-16-be",
            (Self::Utf16(ByteOrder::Native), _) => "utf-16-le",
            (Self::Utf32(ByteOrder::Native), [0, 0, 0xfe, 0xff, ..]) => "utf-32-be",
            (Self::Utf32(ByteOrder::Native), _) => "utf-32-le",
            _ => self.name(),
        }
    }

    const fn surrogate_len(self) -> usize {
        match self {
            Self::Utf8 => 3,
            Self::Utf16(_) => 2,
            Self::Utf32(_) => 4,
            Self::Latin1 | Self::Ascii => 0,
        }
    }

    /// The code unit at the start of `bytes`, for `surrogatepass`.
    fn read_unit(self, bytes: &[u8]) -> Option<u32> {
        match self {
            Self::Utf8 => match *bytes.first_chunk::<3>()? {
                [a @ 0xed, b @ 0x80..=0xbf, c @ 0x80..=0xbf] => Some(
                    (u32::from(a) & 0xf) << 12 | (u32::from(b) & 0x3f) << 6 | (u32::from(c) & 0x3f),
                ),
                _ => None,
            },
            Self::Utf16(order) => Some(order.read_u16(*bytes.first_chunk()?)),
            Self::Utf32(order) => Some(order.read_u32(*bytes.first_chunk()?)),
            Self::Latin1 | Self::Ascii => None,
        }
    }

    fn push_surrogate(self, out: &mut Vec<u8>, c: u32) -> Option<()> {
        match self {
            Self::Utf8 => out.extend([
                0xe0 | (c >> 12) as u8,
                0x80 | (c >> 6 & 0x3f) as u8,
                0x80 | (c & 0x3f) as u8,
            ]),
            Self::Utf16(order) => order.push_u16(out, c as u16),
            Self::Utf32(order) => order.push_u32(out, c),
            Self::Latin1 | Self::Ascii => return None,
        }
        Some(())
    }

    /// Encodes; the callback deals with what the encoding lacks.
    pub fn encode<E>(
        self,
        text: &Text,
        on_error: &mut dyn FnMut(Problem) -> Result<(Replacement, usize), E>,
    ) -> Result<Vec<u8>, EncodeError<E>> {
        match self {
            Self::Utf8 => encode_utf8(text, on_error),
            Self::Latin1 => encode_limited(text, 0x100, "ordinal not in range(256)", on_error),
            Self::Ascii => encode_limited(text, 0x80, "ordinal not in range(128)", on_error),
            Self::Utf16(order) => encode_utf16(text, order, on_error),
            Self::Utf32(order) => encode_utf32(text, order, on_error),
        }
    }

    /// Decodes; the callback deals with bytes that mean nothing.
    pub fn decode<E>(
        self,
        bytes: &[u8],
        on_error: &mut dyn FnMut(Problem) -> Result<(Vec<u32>, usize), E>,
    ) -> Result<Text, E> {
        match self {
            Self::Utf8 => decode_utf8(bytes, on_error),
            Self::Latin1 => Ok(Text::Latin1(bytes.into())),
            Self::Ascii => decode_ascii(bytes, on_error),
            Self::Utf16(order) => decode_utf16(bytes, order, on_error),
            Self::Utf32(order) => decode_utf32(bytes, order, on_error),
        }
    }
}

fn encode_limited<E>(
    text: &Text,
    limit: u32,
    reason: &'static str,
    on_error: &mut dyn FnMut(Problem) -> Result<(Replacement, usize), E>,
) -> Result<Vec<u8>, EncodeError<E>> {
    if let Text::Latin1(s) = text
        && (limit > 0xff || s.is_ascii())
    {
        return Ok(s.to_vec());
    }
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len());
    let mut i = 0;
    while i < points.len() {
        if points[i] < limit {
            out.push(points[i] as u8);
            i += 1;
            continue;
        }
        let run = points[i..].iter().take_while(|&&c| c >= limit).count();
        let problem = Problem {
            start: i,
            end: i + run,
            reason,
        };
        let (replacement, next) = on_error(problem).map_err(EncodeError::Raised)?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend(bytes),
            Replacement::Text(text) if text.iter().any(|&c| c >= limit) => {
                return Err(EncodeError::Unusable(problem));
            }
            Replacement::Text(text) => out.extend(text.into_iter().filter_map(u8::from_point)),
        }
        i = next;
    }
    Ok(out)
}

fn decode_ascii<E>(
    bytes: &[u8],
    on_error: &mut dyn FnMut(Problem) -> Result<(Vec<u32>, usize), E>,
) -> Result<Text, E> {
    if bytes.is_ascii() {
        return Ok(Text::Latin1(bytes.into()));
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i].is_ascii() {
            out.push(u32::from(bytes[i]));
            i += 1;
            continue;
        }
        let reason = "ordinal not in range(128)";
        let (replacement, next) = on_error(Problem {
            start: i,
            end: i + 1,
            reason,
        })?;
        out.extend(replacement);
        i = next;
    }
    Ok(Text::from_code_points(&out))
}
