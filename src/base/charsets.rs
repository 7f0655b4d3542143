//! Bytes of old encodings to text: code pages and the East Asian double-byte sets.
//!
//! Mirrors `Lib/encodings` and `Modules/cjkcodecs`; `charsets.jsonl` is made from CPython's own
//! codecs by `tests/regen_charsets.py`.

use std::collections::HashMap;

use serde::Deserialize;

/// What a table has where nothing is defined.
const NOTHING: char = '\u{fffd}';

/// One codec of the tables.
#[derive(Debug, Deserialize)]
pub struct Charset {
    /// CPython's name of the codec, then its aliases, all in lower case with `_`.
    names: Vec<String>,
    /// What each byte means by itself.
    single: String,
    /// For a prefix of one or two bytes, in hexadecimal: the first last byte and the characters
    /// from there on. Empty for a code page.
    #[serde(default)]
    double: HashMap<String, (u8, String)>,
    /// Sequences of four bytes, by their linear number: start, count, first character.
    #[serde(default)]
    ranges: Vec<(u32, u32, u32)>,
}

/// Bytes that a codec cannot read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undecodable {
    pub position: usize,
    /// CPython's reason.
    pub reason: &'static str,
}

impl Charset {
    /// The codec that goes by `name`, which is in lower case with `_` for every separator.
    pub fn named(name: &str) -> Option<Self> {
        include_str!("charsets.jsonl")
            .lines()
            .filter(|line| {
                let names = line.split(']').next().unwrap_or_default();
                names.split('"').any(|known| known == name)
            })
            .find_map(|line| serde_json::from_str(line).ok())
    }

    /// The name that CPython's errors give the codec.
    pub fn codec(&self) -> &str {
        if self.double.is_empty() {
            "charmap"
        } else {
            &self.names[0]
        }
    }

    /// The text of `bytes`, or where it cannot be read.
    pub fn decode(&self, bytes: &[u8]) -> Result<String, Undecodable> {
        let single: Vec<char> = self.single.chars().collect();
        let double: HashMap<Vec<u8>, (u8, Vec<char>)> = self
            .double
            .iter()
            .map(|(prefix, (first, row))| (from_hex(prefix), (*first, row.chars().collect())))
            .collect();
        let lookup = |prefix: &[u8], last: u8| -> Option<char> {
            let (first, row) = double.get(prefix)?;
            let index = last.checked_sub(*first)?;
            row.get(usize::from(index))
                .copied()
                .filter(|&c| c != NOTHING)
        };
        let mut out = String::with_capacity(bytes.len());
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let c = single[usize::from(byte)];
            if c != NOTHING {
                out.push(c);
                at += 1;
                continue;
            }
            let rest = &bytes[at..];
            let found = if let Some(c) = rest.get(1).and_then(|&last| lookup(&rest[..1], last)) {
                Some((c, 2))
            } else if let Some(c) = rest.get(2).and_then(|&last| lookup(&rest[..2], last)) {
                Some((c, 3))
            } else {
                self.four_bytes(rest).map(|c| (c, 4))
            };
            let Some((c, length)) = found else {
                let leads = || double.keys().any(|prefix| prefix[0] == byte);
                let reason = if self.double.is_empty() {
                    "character maps to <undefined>"
                } else if rest.len() == 1 && leads() {
                    "incomplete multibyte sequence"
                } else {
                    "illegal multibyte sequence"
                };
                return Err(Undecodable {
                    position: at,
                    reason,
                });
            };
            out.push(c);
            at += length;
        }
        Ok(out)
    }

    /// A sequence of four bytes as GB 18030 has them.
    fn four_bytes(&self, bytes: &[u8]) -> Option<char> {
        let &[
            a @ 0x81..=0xfe,
            b @ 0x30..=0x39,
            c @ 0x81..=0xfe,
            d @ 0x30..=0x39,
            ..,
        ] = bytes
        else {
            return None;
        };
        let [a, b, c, d] = [a - 0x81, b - 0x30, c - 0x81, d - 0x30].map(u32::from);
        let linear = ((a * 10 + b) * 126 + c) * 10 + d;
        let &(start, _, first) = self
            .ranges
            .iter()
            .find(|&&(start, count, _)| (start..start + count).contains(&linear))?;
        char::from_u32(first + (linear - start))
    }
}

fn from_hex(digits: &str) -> Vec<u8> {
    let value = u16::from_str_radix(digits, 16).expect("prefixes are written in hexadecimal");
    value.to_be_bytes()[2 - digits.len() / 2..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, bytes: &[u8], expected: Result<&str, (usize, &'static str)>) {
        let found = Charset::named(name).expect("it is listed").decode(bytes);
        let expected = expected
            .map(ToOwned::to_owned)
            .map_err(|(position, reason)| Undecodable { position, reason });
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn bytes_mean_what_they_mean_to_cpython() {
        check("cp437", b"\x80\xe1", Ok("Çß"));
        check("macroman", b"\x8a", Ok("ä"));
        check("windows_1251", b"\xef\xf0", Ok("пр"));
        check(
            "cp1252",
            b"a\x81",
            Err((1, "character maps to <undefined>")),
        );
        check("sjis", b"\x93\xfa\x96{\xb1", Ok("日本ｱ"));
        check("euc_jp", b"\xc6\xfc\x8e\xb1\x8f\xb0\xa1", Ok("日ｱ丂"));
        check("gbk", b"\xc4\xe3\xba\xc3", Ok("你好"));
        check("big5", b"\xa7A\xa6n", Ok("你好"));
        check("euckr", b"\xc7\xd1", Ok("한"));
        check(
            "gb18030",
            b"\x81\x30\x81\x30\x94\x39\xda\x33",
            Ok("\u{80}💩"),
        );
        check("gbk", b"a\x81", Err((1, "incomplete multibyte sequence")));
        check("gbk", b"\x81\xff", Err((0, "illegal multibyte sequence")));
    }
}
