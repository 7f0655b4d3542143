//! Properties and case mappings of code points, as Unicode 15.1 has them.
//!
//! Mirrors `Objects/unicodectype.c`. The tables come from CPython 3.13 itself: `generate.py`
//! beside this file writes `tables.bin` and describes its layout.

pub mod database;
mod names;

pub use names::{character_named, name_of};

static TABLES: &[u8] = include_bytes!("tables.bin");

const HEADER: usize = 20;
const PAGES: usize = HEADER;
const LEAVES: usize = PAGES + 2 * count(0);
const RECORDS: usize = LEAVES + 256 * count(1);
const MAPPINGS: usize = RECORDS + RECORD * count(2);
const NUMBERS: usize = MAPPINGS + MAPPING * count(3);
const RECORD: usize = 16;
const MAPPING: usize = 20;
const NUMBER: usize = 12;

const fn count(index: usize) -> usize {
    u32_at(include_bytes!("tables.bin"), 4 * index) as usize
}

const fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

const fn u16_at(bytes: &[u8], at: usize) -> usize {
    bytes[at] as usize | (bytes[at + 1] as usize) << 8
}

const ALPHA: u16 = 1;
const DECIMAL: u16 = 1 << 1;
const DIGIT: u16 = 1 << 2;
const NUMERIC: u16 = 1 << 3;
const SPACE: u16 = 1 << 4;
const PRINTABLE: u16 = 1 << 5;
const ID_START: u16 = 1 << 6;
const ID_CONTINUE: u16 = 1 << 7;
const LOWER: u16 = 1 << 8;
const UPPER: u16 = 1 << 9;
const CASED: u16 = 1 << 11;
const CASE_IGNORABLE: u16 = 1 << 12;
const MIRRORED: u16 = 1 << 13;
const LINE_BREAK: u16 = 1 << 14;

/// The general categories in the order of the tables.
const CATEGORIES: [&str; 30] = [
    "Cn", "Lu", "Ll", "Lt", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs",
    "Co", "Lm", "Lo", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
];

/// Where the record of a code point starts.
#[inline]
fn record(c: u32) -> usize {
    let page = u16_at(TABLES, PAGES + 2 * (c >> 7) as usize);
    let id = u16_at(TABLES, LEAVES + 256 * page + 2 * (c & 127) as usize);
    RECORDS + RECORD * id
}

#[inline]
fn has(c: u32, flag: u16) -> bool {
    u16_at(TABLES, record(c)) as u16 & flag != 0
}

macro_rules! properties { ($($(#[$doc:meta])* $name:ident $flag:expr;)*) => { $(
    $(#[$doc])*
    pub fn $name(c: u32) -> bool {
        has(c, $flag)
    }
)* } }

properties! {
    /// A letter (categories Lm, Lt, Lu, Ll, Lo).
    is_alpha ALPHA;
    /// A decimal digit, of any script.
    is_decimal DECIMAL;
    /// A digit, superscripts and the like included.
    is_digit DIGIT;
    /// A number, fractions and the like included.
    is_numeric NUMERIC;
    /// A letter or a number of any kind.
    is_alnum ALPHA | DECIMAL | DIGIT | NUMERIC;
    /// Shown by `repr` as it is.
    is_printable PRINTABLE;
    /// May start an identifier.
    is_id_start ID_START;
    /// May go on an identifier.
    is_id_continue ID_CONTINUE;
    /// A lower-case letter.
    is_lower LOWER;
    /// An upper-case letter.
    is_upper UPPER;
    /// Has case and is not skipped by [`is_case_ignorable`].
    is_cased CASED;
    /// Skipped when looking whether a sigma ends a word.
    is_case_ignorable CASE_IGNORABLE;
    /// Mirrored in right-to-left text.
    is_mirrored MIRRORED;
}

/// Whitespace.
#[inline]
pub fn is_space(c: u32) -> bool {
    if c < 128 {
        matches!(c, 0x09..=0x0d | 0x1c..=0x20)
    } else {
        has(c, SPACE)
    }
}

/// Ends a line for `str.splitlines`.
#[inline]
pub fn is_line_break(c: u32) -> bool {
    if c < 128 {
        matches!(c, 0x0a..=0x0d | 0x1c..=0x1e)
    } else {
        has(c, LINE_BREAK)
    }
}

/// A title-case letter such as U+01C5.
pub fn is_title(c: u32) -> bool {
    category(c) == "Lt"
}

/// The general category, two letters.
pub fn category(c: u32) -> &'static str {
    CATEGORIES[usize::from(TABLES[record(c) + 2])]
}

/// The value of a decimal digit.
#[inline]
pub fn decimal_value(c: u32) -> Option<u8> {
    if c < 128 {
        return char::from(c as u8).to_digit(10).map(|d| d as u8);
    }
    Some(TABLES[record(c) + 3]).filter(|&value| value != 255)
}

/// The value of a digit, superscripts and the like included.
pub fn digit_value(c: u32) -> Option<u8> {
    Some(TABLES[record(c) + 4]).filter(|&value| value != 255)
}

/// The numeric value, fractions and the like included.
pub fn numeric_value(c: u32) -> Option<f64> {
    if let Some(digit) = digit_value(c) {
        return Some(f64::from(digit));
    }
    let (numbers, _) = TABLES[NUMBERS..].as_chunks::<NUMBER>();
    let found = numbers
        .binary_search_by_key(&c, |entry| u32_at(entry, 0))
        .ok()?;
    let bytes: [u8; 8] = numbers[found][4..].try_into().expect("eight bytes");
    Some(f64::from_le_bytes(bytes))
}

/// The canonical combining class.
pub fn combining(c: u32) -> u8 {
    TABLES[record(c) + 5]
}

/// One to three code points that a case mapping gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mapped {
    points: [u32; 3],
    len: u8,
}

impl Mapped {
    const fn one(c: u32) -> Self {
        Self {
            points: [c, 0, 0],
            len: 1,
        }
    }

    /// The code points.
    pub fn as_slice(&self) -> &[u32] {
        &self.points[..usize::from(self.len)]
    }
}

fn delta(c: u32, at: usize) -> u32 {
    c.wrapping_add(u32_at(TABLES, record(c) + at))
}

fn special(c: u32, kind: u8) -> Option<Mapped> {
    let (mappings, _) = TABLES[MAPPINGS..NUMBERS].as_chunks::<MAPPING>();
    let found = mappings
        .binary_search_by_key(&(c, kind), |entry| (u32_at(entry, 0), entry[4]))
        .ok()?;
    let entry = &mappings[found];
    Some(Mapped {
        points: [u32_at(entry, 8), u32_at(entry, 12), u32_at(entry, 16)],
        len: entry[5],
    })
}

/// The full lower-case mapping (final sigma is the caller's matter).
pub fn to_lower(c: u32) -> Mapped {
    if c < 128 {
        return Mapped::one(u32::from((c as u8).to_ascii_lowercase()));
    }
    special(c, 0).unwrap_or_else(|| Mapped::one(delta(c, 8)))
}

/// The full upper-case mapping.
pub fn to_upper(c: u32) -> Mapped {
    if c < 128 {
        return Mapped::one(u32::from((c as u8).to_ascii_uppercase()));
    }
    special(c, 1).unwrap_or_else(|| Mapped::one(delta(c, 12)))
}

/// The full title-case mapping.
pub fn to_title(c: u32) -> Mapped {
    if c < 128 {
        return Mapped::one(u32::from((c as u8).to_ascii_uppercase()));
    }
    special(c, 2).unwrap_or_else(|| to_upper(c))
}

/// The full case folding.
pub fn to_folded(c: u32) -> Mapped {
    if c < 128 {
        return Mapped::one(u32::from((c as u8).to_ascii_lowercase()));
    }
    special(c, 3).unwrap_or_else(|| to_lower(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(c: char) -> u32 {
        u32::from(c)
    }

    #[test]
    fn properties_of_some_code_points() {
        type Property = fn(u32) -> bool;
        let cases: &[(Property, &str, &str)] = &[
            (is_alpha, "aZ\u{e9}\u{4e00}\u{2b0}", "1_ \u{300}\u{2160}"),
            (is_decimal, "07\u{660}", "\u{b2}\u{bd}a"),
            (is_digit, "0\u{b2}", "\u{bd}a"),
            (is_numeric, "\u{bd}\u{4e00}\u{2160}", "a"),
            (is_space, " \t\u{1c}\u{85}\u{a0}\u{3000}", "a\u{200b}"),
            (is_printable, "a \u{e9}", "\n\u{a0}\u{ad}\u{378}"),
            (is_lower, "a\u{aa}\u{2b0}", "A1"),
            (is_upper, "A\u{2160}", "a\u{1c5}"),
            (is_title, "\u{1c5}", "A"),
            (is_line_break, "\n\r\u{85}\u{2028}", "\t "),
            (is_id_start, "_a\u{2118}", "1\u{300}"),
            (is_id_continue, "_1\u{300}\u{b7}", "-"),
        ];
        for (property, yes, no) in cases {
            for c in yes.chars() {
                assert!(property(point(c)), "{c:?}");
            }
            for c in no.chars() {
                assert!(!property(point(c)), "{c:?}");
            }
        }
        assert_eq!(category(0xd800), "Cs");
        assert_eq!(decimal_value(0x664), Some(4));
        assert_eq!(numeric_value(0xbd), Some(0.5));
        assert_eq!(numeric_value(0x10_ffff), None);
    }

    #[test]
    fn case_mappings() {
        for (map, from, to) in [
            (to_upper as fn(u32) -> Mapped, 'ß', "SS"),
            (to_upper, 'ÿ', "Ÿ"),
            (to_upper, 'ŉ', "ʼN"),
            (to_title, 'ß', "Ss"),
            (to_title, 'ǆ', "ǅ"),
            (to_lower, 'İ', "i\u{307}"),
            (to_lower, 'Σ', "σ"),
            (to_folded, 'ß', "ss"),
            (to_folded, 'ſ', "s"),
            (to_folded, 'µ', "μ"),
            (to_upper, 'µ', "Μ"),
            (to_lower, '𐐀', "𐐨"),
            (to_upper, '1', "1"),
        ] {
            let found: String = map(point(from))
                .as_slice()
                .iter()
                .filter_map(|&c| char::from_u32(c))
                .collect();
            assert_eq!(found, to, "{from}");
        }
    }
}
