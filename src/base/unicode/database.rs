//! Decompositions, normal forms, and the classes of text layout, as Unicode 15.1 has them.
//!
//! Mirrors `Modules/unicodedata.c`. The table comes from CPython 3.13 itself:
//! `generate_database.py` beside this file writes `database.bin` and describes its layout.

use super::{combining, u16_at, u32_at};
use std::fmt::Write as _;

static DATABASE: &[u8] = include_bytes!("database.bin");

const HEADER: usize = 16;
const LEAVES: usize = HEADER + 2 * count(0);
const DECOMPOSITIONS: usize = LEAVES + 128 * count(1);
const POINTS: usize = DECOMPOSITIONS + DECOMPOSITION * count(2);
const DECOMPOSITION: usize = 8;

const fn count(index: usize) -> usize {
    u32_at(include_bytes!("database.bin"), 4 * index) as usize
}

const BIDI: [&str; 24] = [
    "", "L", "R", "AL", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S", "WS", "ON", "LRE",
    "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
];
const WIDTH: [&str; 6] = ["N", "A", "H", "W", "F", "Na"];
const TAGS: [&str; 17] = [
    "",
    "<compat>",
    "<font>",
    "<noBreak>",
    "<initial>",
    "<medial>",
    "<final>",
    "<isolated>",
    "<circle>",
    "<super>",
    "<sub>",
    "<vertical>",
    "<wide>",
    "<narrow>",
    "<small>",
    "<square>",
    "<fraction>",
];

// Hangul syllables are composed by arithmetic.
const S_BASE: u32 = 0xac00;
const L_BASE: u32 = 0x1100;
const V_BASE: u32 = 0x1161;
const T_BASE: u32 = 0x11a7;
const L_COUNT: u32 = 19;
const V_COUNT: u32 = 21;
const T_COUNT: u32 = 28;
const S_COUNT: u32 = L_COUNT * V_COUNT * T_COUNT;

fn layout_byte(c: u32) -> u8 {
    let page = u16_at(DATABASE, HEADER + 2 * (c >> 7) as usize);
    DATABASE[LEAVES + 128 * page + (c & 127) as usize]
}

/// The bidirectional class, empty when there is none.
pub fn bidirectional(c: u32) -> &'static str {
    BIDI[usize::from(layout_byte(c) & 31)]
}

/// The East Asian width.
pub fn east_asian_width(c: u32) -> &'static str {
    WIDTH[usize::from(layout_byte(c) >> 5)]
}

/// A row of the table of decompositions.
#[derive(Clone, Copy)]
struct Row {
    tag: usize,
    composes: bool,
    points: &'static [[u8; 4]],
}

fn rows() -> &'static [[u8; DECOMPOSITION]] {
    DATABASE[DECOMPOSITIONS..POINTS].as_chunks().0
}

fn row_of(bytes: [u8; DECOMPOSITION]) -> Row {
    let first = u16_at(&bytes, 6);
    let (points, _) = DATABASE[POINTS..].as_chunks();
    Row {
        tag: usize::from(bytes[4] & 0x7f),
        composes: bytes[4] & 0x80 != 0,
        points: &points[first..first + usize::from(bytes[5])],
    }
}

fn row(c: u32) -> Option<Row> {
    let found = rows()
        .binary_search_by_key(&c, |bytes| u32_at(bytes, 0))
        .ok()?;
    Some(row_of(rows()[found]))
}

/// The decomposition as `unicodedata.decomposition` shows it.
pub fn decomposition(c: u32) -> String {
    let Some(row) = row(c) else {
        return String::new();
    };
    let mut text = TAGS[row.tag].to_owned();
    for &point in row.points {
        if !text.is_empty() {
            text.push(' ');
        }
        let _ = write!(text, "{:04X}", u32::from_le_bytes(point));
    }
    text
}

/// A normal form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    /// Joins what can be joined (NFC, NFKC).
    pub compose: bool,
    /// Takes compatibility variants apart too (NFKD, NFKC).
    pub compatible: bool,
}

impl Form {
    /// By its name.
    pub fn by_name(name: &str) -> Option<Self> {
        let (compose, compatible) = match name {
            "NFC" => (true, false),
            "NFD" => (false, false),
            "NFKC" => (true, true),
            "NFKD" => (false, true),
            _ => return None,
        };
        Some(Self {
            compose,
            compatible,
        })
    }
}

/// Code points in a normal form.
pub fn normalize(points: &[u32], form: Form) -> Vec<u32> {
    let mut out = Vec::with_capacity(points.len());
    for &c in points {
        decompose(c, form.compatible, &mut out);
    }
    sort_marks(&mut out);
    if form.compose { compose(&out) } else { out }
}

fn decompose(c: u32, compatible: bool, out: &mut Vec<u32>) {
    if (S_BASE..S_BASE + S_COUNT).contains(&c) {
        let index = c - S_BASE;
        out.push(L_BASE + index / (V_COUNT * T_COUNT));
        out.push(V_BASE + index % (V_COUNT * T_COUNT) / T_COUNT);
        if !index.is_multiple_of(T_COUNT) {
            out.push(T_BASE + index % T_COUNT);
        }
        return;
    }
    match row(c) {
        Some(row) if row.tag == 0 || compatible => {
            for &point in row.points {
                decompose(u32::from_le_bytes(point), compatible, out);
            }
        }
        _ => out.push(c),
    }
}

/// Puts the marks behind each base in the order of their classes.
fn sort_marks(points: &mut [u32]) {
    for run in points.chunk_by_mut(|_, &next| combining(next) != 0) {
        let marks = usize::from(combining(run[0]) == 0);
        run[marks..].sort_by_key(|&c| combining(c));
    }
}

/// Joins bases with the marks that they can take in.
fn compose(points: &[u32]) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::with_capacity(points.len());
    // The last base in `out`, and the class of the mark before the current one.
    let mut base: Option<usize> = None;
    let mut last_class = 0;
    for &c in points {
        let class = combining(c);
        if let Some(at) = base {
            let adjacent = at + 1 == out.len();
            let free = adjacent || (last_class != 0 && last_class < class);
            if free && let Some(joined) = joined(out[at], c) {
                out[at] = joined;
                continue;
            }
        }
        if class == 0 {
            base = Some(out.len());
        }
        last_class = class;
        out.push(c);
    }
    out
}

/// The code point that two make together.
fn joined(a: u32, b: u32) -> Option<u32> {
    if (L_BASE..L_BASE + L_COUNT).contains(&a) && (V_BASE..V_BASE + V_COUNT).contains(&b) {
        return Some(S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT);
    }
    let is_pair = (S_BASE..S_BASE + S_COUNT).contains(&a) && (a - S_BASE).is_multiple_of(T_COUNT);
    if is_pair && (T_BASE + 1..T_BASE + T_COUNT).contains(&b) {
        return Some(a + (b - T_BASE));
    }
    pairs()
        .binary_search_by_key(&(a, b), |&(first, second, _)| (first, second))
        .ok()
        .map(|found| pairs()[found].2)
}

/// All pairs that compose, sorted, with what they make.
fn pairs() -> &'static [(u32, u32, u32)] {
    static PAIRS: std::sync::OnceLock<Vec<(u32, u32, u32)>> = std::sync::OnceLock::new();
    PAIRS.get_or_init(|| {
        let mut pairs: Vec<_> = rows()
            .iter()
            .filter_map(|bytes| match row_of(*bytes) {
                Row {
                    composes: true,
                    points: &[a, b],
                    ..
                } => Some((
                    u32::from_le_bytes(a),
                    u32::from_le_bytes(b),
                    u32_at(bytes, 0),
                )),
                _ => None,
            })
            .collect();
        pairs.sort_unstable();
        pairs
    })
}
