//! The bytes of a file to text: encoding cookie, byte order mark, line ends, null bytes.
//!
//! Mirrors `Parser/tokenizer/helpers.c` and PEP 263.

use super::error::{ErrorKind, SyntaxError};

/// Decodes a source file and gives every line one line feed, the last one too.
pub fn decode_source(bytes: &[u8]) -> Result<String, SyntaxError> {
    let (body, has_bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    if body.contains(&0) {
        return Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            "source code cannot contain null bytes",
        ));
    }
    let cookie = find_cookie(body);
    let encoding = cookie
        .as_deref()
        .map_or(Some(Encoding::Utf8), Encoding::named);
    let Some(encoding) = encoding else {
        let name = cookie.unwrap_or_default();
        return Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            format!("unknown encoding: {name}"),
        ));
    };
    if has_bom && encoding != Encoding::Utf8 {
        let name = cookie.unwrap_or_default();
        return Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            format!("encoding problem: {name} with BOM"),
        ));
    }
    let text = match encoding {
        Encoding::Utf8 => match std::str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                return Err(utf8_error(
                    body,
                    error.valid_up_to(),
                    error.error_len(),
                    cookie.is_some(),
                ));
            }
        },
        Encoding::Latin1 => body.iter().map(|&b| char::from(b)).collect(),
        Encoding::Latin9 => body.iter().map(|&b| latin9(b)).collect(),
        Encoding::Ascii => {
            if let Some(at) = body.iter().position(|b| !b.is_ascii()) {
                let byte = body[at];
                return Err(SyntaxError::without_place(
                    ErrorKind::SyntaxError,
                    format!(
                        "(unicode error) 'ascii' codec can't decode byte 0x{byte:02x} in position {at}: ordinal not in range(128)"
                    ),
                ));
            }
            body.iter().map(|&b| char::from(b)).collect()
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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Utf8,
    Latin1,
    Latin9,
    Ascii,
}

impl Encoding {
    fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
        match name.as_str() {
            "utf-8" | "utf8" | "utf-8-sig" | "u8" | "utf" | "utf8-ucs2" | "utf8-ucs4"
            | "cp65001" => Some(Self::Utf8),
            "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "8859"
            | "cp819" => Some(Self::Latin1),
            "iso-8859-15" | "iso8859-15" | "latin-9" | "latin9" | "l9" => Some(Self::Latin9),
            "ascii" | "us-ascii" | "646" | "ansi-x3.4-1968" => Some(Self::Ascii),
            name if name.starts_with("utf-8-") => Some(Self::Utf8),
            name if name.starts_with("latin-1-") || name.starts_with("iso-8859-1-") => {
                Some(Self::Latin1)
            }
            name if name.starts_with("iso-8859-15-") => Some(Self::Latin9),
            _ => None,
        }
    }
}

/// The name in a `coding:` comment of the first two lines.
fn find_cookie(body: &[u8]) -> Option<String> {
    for line in body.split(|&b| b == b'\n').take(2) {
        let comment = line
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t' | 0x0c | b'\r'));
        match comment {
            None => continue,
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
    let at = comment.windows(6).position(|w| w == b"coding")?;
    let mut at = at;
    loop {
        let after = &comment[at + 6..];
        if let [b':' | b'=', rest @ ..] = after {
            let skip = rest
                .iter()
                .position(|b| !matches!(b, b' ' | b'\t'))
                .unwrap_or(rest.len());
            let name: Vec<u8> = rest[skip..]
                .iter()
                .copied()
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                .collect();
            if !name.is_empty() {
                return String::from_utf8(name).ok();
            }
        }
        at += 1 + comment
            .get(at + 1..)?
            .windows(6)
            .position(|w| w == b"coding")?;
    }
}

fn latin9(byte: u8) -> char {
    match byte {
        0xa4 => '\u{20ac}',
        0xa6 => '\u{160}',
        0xa8 => '\u{161}',
        0xb4 => '\u{17d}',
        0xb8 => '\u{17e}',
        0xbc => '\u{152}',
        0xbd => '\u{153}',
        0xbe => '\u{178}',
        other => char::from(other),
    }
}

fn utf8_error(body: &[u8], at: usize, length: Option<usize>, declared: bool) -> SyntaxError {
    let byte = body[at];
    let reason = match length {
        None => "unexpected end of data",
        Some(_) if matches!(byte, 0xc2..=0xf4) => "invalid continuation byte",
        Some(_) => "invalid start byte",
    };
    let _ = declared;
    let end = at + length.unwrap_or(body.len() - at);
    let place = if end - at == 1 {
        format!("byte 0x{byte:02x} in position {at}")
    } else {
        format!("bytes in position {at}-{}", end - 1)
    };
    SyntaxError::without_place(
        ErrorKind::SyntaxError,
        format!("(unicode error) 'utf-8' codec can't decode {place}: {reason}"),
    )
}
