//! `repr` and `ascii` of strings and bytes.
//!
//! Mirrors `unicode_repr` of `Objects/unicodeobject.c` and `PyBytes_Repr`.

use std::fmt::Write as _;

use crate::base::{Text, unicode};

/// `repr` of a string.
pub fn repr_text(text: &Text) -> Text {
    quote_text(text, unicode::is_printable)
}

/// `ascii` of a string: as `repr`, with everything outside ASCII escaped.
pub fn ascii_text(text: &Text) -> Text {
    quote_text(text, |c| c < 0x7f && unicode::is_printable(c))
}

/// Escapes what is outside ASCII in a text that is already a `repr` (the second half of `ascii`).
pub fn escape_non_ascii(text: &Text) -> Text {
    if text.is_ascii() {
        return text.clone();
    }
    let mut out = String::new();
    for c in text.code_points() {
        if c < 0x80 {
            out.push(char::from(c as u8));
        } else {
            push_hex_escape(&mut out, c);
        }
    }
    Text::from(out)
}

fn quote_text(text: &Text, shown: fn(u32) -> bool) -> Text {
    if let Text::Latin1(s) = text
        && s.iter()
            .all(|&b| matches!(b, 0x20..=0x7e) && b != b'\'' && b != b'\\')
    {
        return Text::Latin1([b"'", &**s, b"'"].concat().into());
    }
    let single = text.code_points().filter(|&c| c == 0x27).count();
    let double = text.code_points().filter(|&c| c == 0x22).count();
    let quote = if single > 0 && double == 0 {
        0x22
    } else {
        0x27
    };
    let mut out: Vec<u32> = Vec::with_capacity(text.len() + 2);
    out.push(quote);
    let mut escape = String::new();
    for c in text.code_points() {
        match c {
            0x09 => out.extend([0x5c, 0x74]),
            0x0a => out.extend([0x5c, 0x6e]),
            0x0d => out.extend([0x5c, 0x72]),
            0x5c => out.extend([0x5c, 0x5c]),
            _ if c == quote => out.extend([0x5c, quote]),
            _ if shown(c) => out.push(c),
            _ => {
                escape.clear();
                push_hex_escape(&mut escape, c);
                out.extend(escape.bytes().map(u32::from));
            }
        }
    }
    out.push(quote);
    Text::from_code_points(&out)
}

/// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, the shortest that fits.
pub fn push_hex_escape(out: &mut String, c: u32) {
    let written = if c < 0x100 {
        write!(out, "\\x{c:02x}")
    } else if c < 0x10000 {
        write!(out, "\\u{c:04x}")
    } else {
        write!(out, "\\U{c:08x}")
    };
    written.expect("writing to a String");
}

/// `repr` of bytes.
pub fn repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(bytes.len() + 3);
    out.push('b');
    push_quoted_bytes(&mut out, bytes, quote);
    out
}

/// `repr` of a bytearray: quotes as for bytes, but a single quote inside is always escaped.
pub fn repr_bytearray(name: &str, bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    let mut quoted = String::with_capacity(bytes.len() + 4);
    push_quoted_bytes(&mut quoted, bytes, quote);
    if quote == '"' {
        quoted = quoted.replace('\'', "\\'");
    }
    format!("{name}(b{quoted})")
}

fn push_quoted_bytes(out: &mut String, bytes: &[u8], quote: char) {
    out.push(quote);
    for &b in bytes {
        match b {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\\' => out.push_str("\\\\"),
            _ if char::from(b) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(b)),
            _ => write!(out, "\\x{b:02x}").expect("writing to a String"),
        }
    }
    out.push(quote);
}
