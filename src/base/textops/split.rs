//! Splitting strings and bytes: all results are ranges of the input.
//!
//! Mirrors `Objects/stringlib/split.h` and `partition.h`.

use super::Unit;
use super::search::{find_slice, rfind_slice};

/// From where to where in the input.
pub type Range = (usize, usize);

/// Splits at runs of whitespace, at most `max` times from the left.
pub fn split_whitespace<T: Unit>(s: &[T], max: usize, is_space: fn(u32) -> bool) -> Vec<Range> {
    let space = |i: usize| is_space(s[i].into());
    let mut parts = Vec::new();
    let mut i = 0;
    while parts.len() < max {
        while i < s.len() && space(i) {
            i += 1;
        }
        if i == s.len() {
            return parts;
        }
        let start = i;
        while i < s.len() && !space(i) {
            i += 1;
        }
        parts.push((start, i));
    }
    while i < s.len() && space(i) {
        i += 1;
    }
    if i < s.len() {
        // What remains keeps its whitespace, the trailing one too.
        parts.push((i, s.len()));
    }
    parts
}

/// Splits at runs of whitespace, at most `max` times from the right.
pub fn rsplit_whitespace<T: Unit>(s: &[T], max: usize, is_space: fn(u32) -> bool) -> Vec<Range> {
    let space = |i: usize| is_space(s[i].into());
    let mut parts = Vec::new();
    let mut end = s.len();
    while parts.len() < max {
        while end > 0 && space(end - 1) {
            end -= 1;
        }
        if end == 0 {
            break;
        }
        let stop = end;
        while end > 0 && !space(end - 1) {
            end -= 1;
        }
        parts.push((end, stop));
    }
    while end > 0 && space(end - 1) {
        end -= 1;
    }
    if end > 0 {
        parts.push((0, end));
    }
    parts.reverse();
    parts
}

/// Splits at `separator` (not empty), at most `max` times from the left.
pub fn split<T: Unit>(s: &[T], separator: &[T], max: usize) -> Vec<Range> {
    let mut parts = Vec::new();
    let mut start = 0;
    while parts.len() < max {
        let Some(offset) = find_slice(&s[start..], separator) else {
            break;
        };
        parts.push((start, start + offset));
        start += offset + separator.len();
    }
    parts.push((start, s.len()));
    parts
}

/// Splits at `separator` (not empty), at most `max` times from the right.
pub fn rsplit<T: Unit>(s: &[T], separator: &[T], max: usize) -> Vec<Range> {
    let mut parts = Vec::new();
    let mut end = s.len();
    while parts.len() < max {
        let Some(at) = rfind_slice(&s[..end], separator) else {
            break;
        };
        parts.push((at + separator.len(), end));
        end = at;
    }
    parts.push((0, end));
    parts.reverse();
    parts
}

/// Whether line ends stay with their lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineEnds {
    Keep,
    Drop,
}

/// Splits into lines; `\r\n` is one line end.
pub fn splitlines<T: Unit>(s: &[T], ends: LineEnds, is_line_break: fn(u32) -> bool) -> Vec<Range> {
    let mut lines = Vec::new();
    let mut i = 0;
    while i < s.len() {
        let start = i;
        while i < s.len() && !is_line_break(s[i].into()) {
            i += 1;
        }
        let mut end = i;
        if i < s.len() {
            let carriage_return: bool = s[i].into() == 0x0d;
            i += 1;
            if carriage_return && i < s.len() && s[i].into() == 0x0a {
                i += 1;
            }
            if ends == LineEnds::Keep {
                end = i;
            }
        }
        lines.push((start, end));
    }
    lines
}
