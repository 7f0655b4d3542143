//! The bytes of a source to text: encoding cookie, byte order mark, line ends, null bytes.
//!
//! Mirrors `Parser/tokenizer/helpers.c` and PEP 263. CPython words its errors differently for a
//! script that it reads itself and for bytes given to `compile`.

use crate::base::charsets::{Charset, Undecodable};

use super::error::{ErrorKind, SyntaxError};

/// Where the bytes come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin<'a> {
    /// A script, by its file name.
    File(&'a str),
    /// An argument of `compile`; imported modules too.
    Bytes,
}

/// Decodes bytes given to `compile`; every line ends with one line feed, the last one too.
pub fn decode_source(bytes: &[u8]) -> Result<String, SyntaxError> {
    decode(bytes, Origin::Bytes)
}

/// Decodes a source; every line ends with one line feed, the last one too.
pub fn decode(bytes: &[u8], origin: Origin<'_>) -> Result<String, SyntaxError> {
    let (body, has_bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    if let Some(at) = body.iter().position(|&b| b == 0) {
        return Err(null_byte(body, at, origin));
    }
    let cookie = find_cookie(body).map(|name| normal_name(&name));
    if let Some(name) = &cookie
        && has_bom
        && name != "utf-8"
    {
        return Err(outside(format!("encoding problem: {name} with BOM")));
    }
    let name = cookie.as_deref().unwrap_or("utf-8");
    let text = match Encoding::named(name) {
        Some(Encoding::Utf8) => match std::str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(error) => return bad_utf8(body, &error, cookie.is_some(), origin),
        },
        Some(Encoding::Latin1) => body.iter().map(|&b| char::from(b)).collect(),
        Some(Encoding::Ascii) => match body.iter().position(|b| !b.is_ascii()) {
            None => body.iter().map(|&b| char::from(b)).collect(),
            Some(at) => {
                let byte = body[at];
                let msg = format!(
                    "'ascii' codec can't decode byte 0x{byte:02x} in position {at}: ordinal not in range(128)"
                );
                return Err(encoding_problem(name, msg, origin));
            }
        },
        Some(Encoding::Table(charset)) => match charset.decode(body) {
            Ok(text) => text,
            Err(Undecodable { position, reason }) => {
                let msg = format!(
                    "'{}' codec can't decode byte 0x{:02x} in position {position}: {reason}",
                    charset.codec(),
                    body[position],
                );
                return Err(encoding_problem(name, msg, origin));
            }
        },
        Some(Encoding::NotText) => {
            let msg = format!(
                "'{name}' is not a text encoding; use codecs.decode() to handle arbitrary codecs"
            );
            return Err(encoding_problem(name, msg, origin));
        }
        Some(Encoding::Unsupported) => {
            return Err(outside(format!(
                "source encoding '{name}' is not supported"
            )));
        }
        None => {
            return Err(encoding_problem(
                name,
                format!("unknown encoding: {name}"),
                origin,
            ));
        }
    };
    Ok(normalize_newlines(&text))
}

/// Turns CRLF and CR into line feeds, and ends a text that is not empty with one.
pub fn normalize_newlines(text: &str) -> String {
    let mut out = if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    };
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// The line, from 1, that byte `at` is on.
fn line_of(body: &[u8], at: usize) -> i32 {
    body[..at].split(|&b| b == b'\n').count() as i32
}

/// An error outside any line.
fn outside(msg: String) -> SyntaxError {
    let mut error = SyntaxError::without_place(ErrorKind::SyntaxError, msg);
    error.lineno = Some(0);
    error.offset = Some(-1);
    error
}

/// What CPython says when a codec fails: for a file it forgets why.
fn encoding_problem(name: &str, msg: String, origin: Origin<'_>) -> SyntaxError {
    match origin {
        Origin::File(_) => outside(format!("encoding problem: {name}")),
        Origin::Bytes => outside(msg),
    }
}

fn null_byte(body: &[u8], at: usize, origin: Origin<'_>) -> SyntaxError {
    if origin == Origin::Bytes {
        return SyntaxError::without_place(
            ErrorKind::SyntaxError,
            "source code string cannot contain null bytes",
        );
    }
    let line = line_of(body, at);
    let start = body[..at]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |n| n + 1);
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: "source code cannot contain null bytes".to_owned(),
        lineno: Some(line),
        offset: Some(0),
        end_lineno: Some(line),
        end_offset: Some(0),
        text: Some(String::from_utf8_lossy(&body[start..at]).into_owned()),
    }
}

/// Bytes that are not UTF-8: an error, unless `compile` meets them in a comment.
fn bad_utf8(
    body: &[u8],
    error: &std::str::Utf8Error,
    declared: bool,
    origin: Origin<'_>,
) -> Result<String, SyntaxError> {
    let at = error.valid_up_to();
    let byte = body[at];
    let line = line_of(body, at);
    if let Origin::File(filename) = origin
        && !declared
    {
        return Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            format!(
                "Non-UTF-8 code starting with '\\x{byte:02x}' in file {filename} on line {line}, but no encoding declared; see https://peps.python.org/pep-0263/ for details"
            ),
        ));
    }
    let start = body[..at]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |n| n + 1);
    let end = body[at..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(body.len(), |n| at + n + 1);
    // The string or name around the byte; CPython counts positions from its first character.
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
    let quote = body[start..at]
        .iter()
        .rposition(|&b| matches!(b, b'\'' | b'"'));
    let (piece, place) = if let Some(quote) = quote {
        (start + quote + 1, start + quote)
    } else {
        let word = body[start..at]
            .iter()
            .rposition(|&b| !is_word(b))
            .map_or(start, |n| start + n + 1);
        (word, word)
    };
    let reason = match (byte, error.error_len()) {
        (_, None) => "unexpected end of data",
        (0xc2..=0xf4, Some(_)) => "invalid continuation byte",
        (_, Some(_)) => "invalid start byte",
    };
    let from = at - piece;
    let length = error.error_len().unwrap_or(body.len() - at);
    let which = if length == 1 {
        format!("byte 0x{byte:02x} in position {from}")
    } else {
        format!("bytes in position {from}-{}", from + length - 1)
    };
    let offset = String::from_utf8_lossy(&body[start..place]).chars().count() as i32 + 1;
    Err(SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: format!("(unicode error) 'utf-8' codec can't decode {which}: {reason}"),
        lineno: Some(line),
        offset: Some(offset),
        end_lineno: Some(line),
        end_offset: Some(if quote.is_some() { offset + 1 } else { -1 }),
        text: Some(String::from_utf8_lossy(&body[start..end]).into_owned()),
    })
}

/// The name in a `coding:` comment of the first two lines.
fn find_cookie(body: &[u8]) -> Option<String> {
    for line in body.split(|&b| b == b'\n').take(2) {
        let comment = line
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t' | 0x0c | b'\r'));
        match comment {
            None => {}
            Some(at) if line[at] == b'#' => {
                if let Some(name) = cookie_in(&line[at..]) {
                    return Some(name);
                }
            }
            // Code on the first line: the second cannot name an encoding.
            Some(_) => return None,
        }
    }
    None
}

fn cookie_in(comment: &[u8]) -> Option<String> {
    let mut rest = comment;
    loop {
        let at = rest.windows(6).position(|w| w == b"coding")?;
        rest = &rest[at + 6..];
        if let [b':' | b'=', value @ ..] = rest {
            let skip = value
                .iter()
                .position(|b| !matches!(b, b' ' | b'\t'))
                .unwrap_or(value.len());
            let name: Vec<u8> = value[skip..]
                .iter()
                .copied()
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                .collect();
            if !name.is_empty() {
                return String::from_utf8(name).ok();
            }
        }
    }
}

/// `get_normal_name`: the usual spellings of UTF-8 and Latin-1; others stay as they are.
fn normal_name(name: &str) -> String {
    let lower: String = name
        .chars()
        .take(12)
        .map(|c| {
            if c == '_' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let is = |wanted: &str| {
        lower
            .strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

#[derive(Debug)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Table(Box<Charset>),
    /// A codec from bytes to bytes or from text to text.
    NotText,
    /// CPython knows it, we do not.
    Unsupported,
}

impl Encoding {
    fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace(['-', ' ', '.'], "_");
        Some(match name.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "utf8_ucs2" | "utf8_ucs4" | "cp65001" => Self::Utf8,
            "iso_8859_1" | "iso8859_1" | "iso_8859_1_1987" | "iso8859" | "iso_ir_100"
            | "latin_1" | "latin1" | "latin" | "l1" | "8859" | "cp819" | "ibm819"
            | "csisolatin1" | "charmap" => Self::Latin1,
            "ascii" | "us_ascii" | "646" | "us" | "cp367" | "ibm367" | "csascii"
            | "ansi_x3_4_1968" | "ansi_x3_4_1986" | "iso646_us" | "iso_646_irv_1991"
            | "iso_ir_6" => Self::Ascii,
            "base64" | "base64_codec" | "base_64" | "bz2" | "bz2_codec" | "hex" | "hex_codec"
            | "quopri" | "quopri_codec" | "quoted_printable" | "quotedprintable" | "rot13"
            | "rot_13" | "uu" | "uu_codec" | "zip" | "zlib" | "zlib_codec" => Self::NotText,
            "utf_7"
            | "utf7"
            | "u7"
            | "unicode_1_1_utf_7"
            | "utf_16"
            | "utf16"
            | "u16"
            | "utf_16_le"
            | "utf_16le"
            | "unicodelittleunmarked"
            | "utf_16_be"
            | "utf_16be"
            | "unicodebigunmarked"
            | "utf_32"
            | "utf32"
            | "u32"
            | "utf_32_le"
            | "utf_32le"
            | "utf_32_be"
            | "utf_32be"
            | "idna"
            | "punycode"
            | "undefined"
            | "hz"
            | "hzgb"
            | "hz_gb"
            | "hz_gb_2312"
            | "big5hkscs"
            | "big5_hkscs"
            | "hkscs"
            | "unicode_escape"
            | "raw_unicode_escape"
            | "shift_jisx0213"
            | "shiftjisx0213"
            | "sjisx0213"
            | "s_jisx0213"
            | "shift_jis_2004"
            | "shiftjis2004"
            | "sjis_2004"
            | "s_jis_2004"
            | "euc_jisx0213"
            | "eucjisx0213"
            | "euc_jis_2004"
            | "jisx0213"
            | "eucjis2004"
            | "euc_jis2004"
            | "csiso2022jp"
            | "csiso2022kr" => Self::Unsupported,
            _ if name.starts_with("iso2022") || name.starts_with("iso_2022") => Self::Unsupported,
            _ => return Charset::named(&name).map(|charset| Self::Table(Box::new(charset))),
        })
    }
}
