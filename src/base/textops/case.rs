//! Upper, lower and title case of strings, and the questions about them.
//!
//! Mirrors `do_upper`, `do_title`, `handle_capital_sigma` … of `Objects/unicodeobject.c`.

use crate::base::Text;
use crate::base::textops::{Unit, search::to_points};
use crate::base::unicode::{self, Mapped};
use crate::on_units;

/// `str.lower`.
pub fn lower(text: &Text) -> Text {
    if let Text::Latin1(s) = text
        && s.is_ascii()
    {
        return Text::Latin1(s.to_ascii_lowercase().into());
    }
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len());
    for i in 0..points.len() {
        push_lower(&mut out, &points, i);
    }
    Text::from_code_points(&out)
}

/// `str.upper`.
pub fn upper(text: &Text) -> Text {
    if let Text::Latin1(s) = text
        && s.is_ascii()
    {
        return Text::Latin1(s.to_ascii_uppercase().into());
    }
    map_each(text, unicode::to_upper)
}

/// `str.casefold`.
pub fn casefold(text: &Text) -> Text {
    if text.is_ascii() {
        return lower(text);
    }
    map_each(text, unicode::to_folded)
}

fn map_each(text: &Text, map: fn(u32) -> Mapped) -> Text {
    let mut out = Vec::with_capacity(text.len());
    for c in text.code_points() {
        out.extend_from_slice(map(c).as_slice());
    }
    Text::from_code_points(&out)
}

const CAPITAL_SIGMA: u32 = 0x3a3;

/// Lowers one code point; a capital sigma that ends a word becomes a final sigma.
fn push_lower(out: &mut Vec<u32>, points: &[u32], i: usize) {
    if points[i] == CAPITAL_SIGMA {
        out.push(if ends_word(points, i) { 0x3c2 } else { 0x3c3 });
    } else {
        out.extend_from_slice(unicode::to_lower(points[i]).as_slice());
    }
}

fn ends_word(points: &[u32], i: usize) -> bool {
    let counts = |&&c: &&u32| !unicode::is_case_ignorable(c);
    let before = points[..i].iter().rev().find(counts);
    let after = points[i + 1..].iter().find(counts);
    before.is_some_and(|&c| unicode::is_cased(c)) && !after.is_some_and(|&c| unicode::is_cased(c))
}

/// `str.capitalize`.
pub fn capitalize(text: &Text) -> Text {
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len());
    for i in 0..points.len() {
        if i == 0 {
            out.extend_from_slice(unicode::to_title(points[0]).as_slice());
        } else {
            push_lower(&mut out, &points, i);
        }
    }
    Text::from_code_points(&out)
}

/// Whether a code point goes on a word for `title` (`_PyUnicode_IsCased`).
fn continues_word(c: u32) -> bool {
    unicode::is_cased(c) || unicode::is_lower(c) || unicode::is_upper(c) || unicode::is_title(c)
}

/// `str.title`.
pub fn title(text: &Text) -> Text {
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len());
    let mut inside = false;
    for (i, &c) in points.iter().enumerate() {
        if inside {
            push_lower(&mut out, &points, i);
        } else {
            out.extend_from_slice(unicode::to_title(c).as_slice());
        }
        inside = continues_word(c);
    }
    Text::from_code_points(&out)
}

/// `str.swapcase`.
pub fn swapcase(text: &Text) -> Text {
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len());
    for (i, &c) in points.iter().enumerate() {
        if unicode::is_upper(c) {
            push_lower(&mut out, &points, i);
        } else if unicode::is_lower(c) {
            out.extend_from_slice(unicode::to_upper(c).as_slice());
        } else {
            out.push(c);
        }
    }
    Text::from_code_points(&out)
}

/// Not empty, and the property holds for every code point.
pub fn all(text: &Text, property: fn(u32) -> bool) -> bool {
    !text.is_empty() && on_units!(text, s => s.iter().all(|&c| property(Unit::point(c))))
}

/// `str.islower`.
pub fn is_lower(text: &Text) -> bool {
    has_only_case(text, unicode::is_lower, unicode::is_upper)
}

/// `str.isupper`.
pub fn is_upper(text: &Text) -> bool {
    has_only_case(text, unicode::is_upper, unicode::is_lower)
}

fn has_only_case(text: &Text, wanted: fn(u32) -> bool, other: fn(u32) -> bool) -> bool {
    let mut seen = false;
    for c in text.code_points() {
        if other(c) || unicode::is_title(c) {
            return false;
        }
        seen |= wanted(c);
    }
    seen
}

/// `str.istitle`.
pub fn is_title(text: &Text) -> bool {
    let mut cased = false;
    let mut inside = false;
    for c in text.code_points() {
        if unicode::is_upper(c) || unicode::is_title(c) {
            if inside {
                return false;
            }
            inside = true;
            cased = true;
        } else if unicode::is_lower(c) {
            if !inside {
                return false;
            }
            cased = true;
        } else {
            inside = false;
        }
    }
    cased
}

/// `str.isidentifier`.
pub fn is_identifier(text: &Text) -> bool {
    let mut points = text.code_points();
    points.next().is_some_and(unicode::is_id_start) && points.all(unicode::is_id_continue)
}

/// `str.isprintable`.
pub fn is_printable(text: &Text) -> bool {
    text.code_points().all(unicode::is_printable)
}
