//! Finding, counting and replacing parts of strings and bytes.
//!
//! Mirrors `Objects/stringlib/find.h`, `count.h` and `replace.h`.

use std::borrow::Cow;

use super::Unit;
use crate::base::Text;
use crate::on_units;

/// The part of a sequence that optional `start` and `end` arguments choose (`ADJUST_INDICES`);
/// `None` when the part would end before it starts, where not even the empty string is found.
pub const fn window(start: i64, end: i64, len: usize) -> Option<(usize, usize)> {
    let len = len as i64;
    let mut end = end;
    if end > len {
        end = len;
    } else if end < 0 {
        end = if end + len < 0 { 0 } else { end + len };
    }
    let mut start = start;
    if start < 0 {
        start = if start + len < 0 { 0 } else { start + len };
    }
    if start > end {
        None
    } else {
        Some((start as usize, end as usize))
    }
}

/// Where `needle` first occurs.
///
/// Candidates are tried one by one; where too many come to nothing, the search goes on in linear
/// time, as CPython changes over to its two-way algorithm.
pub fn find_slice<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    let Some((&first, rest)) = needle.split_first() else {
        return Some(0);
    };
    let last_start = haystack.len().checked_sub(needle.len())?;
    let Some(&last) = rest.last() else {
        return T::position(haystack, first);
    };
    let mut budget = patience(haystack.len());
    let mut at = 0;
    while at <= last_start {
        at += T::position(&haystack[at..=last_start], first)?;
        if haystack[at + rest.len()] == last {
            if &haystack[at + 1..at + needle.len()] == rest {
                return Some(at);
            }
            let Some(left) = budget.checked_sub(needle.len()) else {
                let found = find_linear(
                    haystack.len() - at,
                    needle.len(),
                    |i| haystack[at + i],
                    |i| needle[i],
                );
                return found.map(|offset| at + offset);
            };
            budget = left;
        }
        at += 1;
    }
    None
}

/// Where `needle` last occurs.
pub fn rfind_slice<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    let Some((&first, rest)) = needle.split_first() else {
        return Some(haystack.len());
    };
    let mut end = haystack.len().checked_sub(needle.len())? + 1;
    let Some(&last) = rest.last() else {
        return haystack.iter().rposition(|&c| c == first);
    };
    let mut budget = patience(haystack.len());
    loop {
        let at = haystack[..end].iter().rposition(|&c| c == first)?;
        if haystack[at + rest.len()] == last {
            if &haystack[at + 1..at + needle.len()] == rest {
                return Some(at);
            }
            let Some(left) = budget.checked_sub(needle.len()) else {
                // Backwards: position 0 is the last of what remains.
                let (length, width) = (at + needle.len(), needle.len());
                let found = find_linear(
                    length,
                    width,
                    |i| haystack[length - 1 - i],
                    |i| needle[width - 1 - i],
                );
                return found.map(|offset| length - offset - width);
            };
            budget = left;
        }
        end = at;
    }
}

/// How many units may be compared in vain before the search changes over.
const fn patience(length: usize) -> usize {
    4 * length + 2000
}

/// Knuth, Morris and Pratt's search, over anything with positions.
fn find_linear<T: Unit>(
    length: usize,
    width: usize,
    haystack: impl Fn(usize) -> T,
    needle: impl Fn(usize) -> T,
) -> Option<usize> {
    // For each prefix of the needle, how long its longest proper prefix is that also ends it.
    let mut borders = vec![0_usize; width];
    let mut border = 0;
    for i in 1..width {
        while border > 0 && needle(i) != needle(border) {
            border = borders[border - 1];
        }
        border += usize::from(needle(i) == needle(border));
        borders[i] = border;
    }
    let mut matched = 0;
    for i in 0..length {
        let unit = haystack(i);
        while matched > 0 && unit != needle(matched) {
            matched = borders[matched - 1];
        }
        matched += usize::from(unit == needle(matched));
        if matched == width {
            return Some(i + 1 - width);
        }
    }
    None
}

/// How often `needle` occurs without overlap, at most `max` times.
pub fn count_slice<T: Unit>(haystack: &[T], needle: &[T], max: usize) -> usize {
    if needle.is_empty() {
        return max.min(haystack.len() + 1);
    }
    if let [only] = needle {
        return max.min(haystack.iter().filter(|&c| c == only).count());
    }
    let mut count = 0;
    let mut at = 0;
    while count < max {
        match find_slice(&haystack[at..], needle) {
            Some(offset) => at += offset + needle.len(),
            None => break,
        }
        count += 1;
    }
    count
}

/// `haystack` with up to `max` occurrences of `old` replaced; `None` when nothing changes.
pub fn replace_slice<T: Unit>(haystack: &[T], old: &[T], new: &[T], max: usize) -> Option<Vec<T>> {
    if max == 0 || old == new {
        return None;
    }
    if old.is_empty() {
        return Some(interleave(haystack, new, max));
    }
    let mut at = find_slice(haystack, old)?;
    let mut out = Vec::with_capacity(haystack.len());
    out.extend_from_slice(&haystack[..at]);
    let mut replaced = 0;
    loop {
        out.extend_from_slice(new);
        at += old.len();
        replaced += 1;
        let next = if replaced < max {
            find_slice(&haystack[at..], old)
        } else {
            None
        };
        let Some(offset) = next else {
            out.extend_from_slice(&haystack[at..]);
            return Some(out);
        };
        out.extend_from_slice(&haystack[at..at + offset]);
        at += offset;
    }
}

/// `new` before the first `max` items, and at the end if `max` reaches there.
fn interleave<T: Unit>(haystack: &[T], new: &[T], max: usize) -> Vec<T> {
    let count = max.min(haystack.len() + 1);
    let mut out = Vec::with_capacity(haystack.len() + count * new.len());
    for (i, &item) in haystack.iter().enumerate() {
        if i < count {
            out.extend_from_slice(new);
        }
        out.push(item);
    }
    if count > haystack.len() {
        out.extend_from_slice(new);
    }
    out
}

/// The text as a slice of another kind, if all of it fits.
pub fn as_units<T: Unit>(text: &Text) -> Option<Vec<T>> {
    text.code_points().map(T::from_point).collect()
}

/// The text's code points, copied.
pub fn to_points(text: &Text) -> Vec<u32> {
    on_units!(text, s => s.iter().map(|&c| Unit::point(c)).collect())
}

/// Where `needle` first occurs between `start` and `end`.
pub fn find(text: &Text, needle: &Text, start: usize, end: usize) -> Option<usize> {
    let found = match (text, needle) {
        (Text::Latin1(s), Text::Latin1(n)) => find_slice(&s[start..end], n),
        (Text::Ucs2(s), Text::Ucs2(n)) => find_slice(&s[start..end], n),
        (Text::Ucs4(s), Text::Ucs4(n)) => find_slice(&s[start..end], n),
        (Text::Latin1(_) | Text::Ucs2(_) | Text::Ucs4(_), _) => {
            on_units!(text, s => find_slice(&s[start..end], &as_units(needle)?))
        }
    };
    found.map(|at| at + start)
}

/// Where `needle` last occurs between `start` and `end`.
pub fn rfind(text: &Text, needle: &Text, start: usize, end: usize) -> Option<usize> {
    on_units!(text, s => rfind_slice(&s[start..end], &as_units(needle)?)).map(|at| at + start)
}

/// How often `needle` occurs between `start` and `end`.
pub fn count(text: &Text, needle: &Text, start: usize, end: usize) -> usize {
    on_units!(text, s => as_units(needle).map_or(0, |n| count_slice(&s[start..end], &n, usize::MAX)))
}

/// Whether `needle` occurs.
pub fn contains(text: &Text, needle: &Text) -> bool {
    find(text, needle, 0, text.len()).is_some()
}

/// Whether the part from `start` to `end` begins with `prefix`.
pub fn starts_with(text: &Text, prefix: &Text, start: usize, end: usize) -> bool {
    let len = prefix.len();
    end - start >= len && same_at(text, start, prefix)
}

/// Whether the part from `start` to `end` ends with `suffix`.
pub fn ends_with(text: &Text, suffix: &Text, start: usize, end: usize) -> bool {
    let len = suffix.len();
    end - start >= len && same_at(text, end - len, suffix)
}

fn same_at(text: &Text, at: usize, part: &Text) -> bool {
    match (text, part) {
        (Text::Latin1(s), Text::Latin1(p)) => s[at..at + p.len()] == **p,
        (Text::Latin1(_) | Text::Ucs2(_) | Text::Ucs4(_), _) => {
            (0..part.len()).all(|i| text.at(at + i) == part.at(i))
        }
    }
}

/// `text` with up to `max` occurrences of `old` replaced; `None` when nothing changes.
pub fn replace(text: &Text, old: &Text, new: &Text, max: usize) -> Option<Text> {
    if let (Text::Latin1(s), Text::Latin1(o), Text::Latin1(n)) = (text, old, new) {
        return replace_slice(s, o, n, max).map(|out| Text::Latin1(out.into()));
    }
    let wide = |t: &Text| -> Vec<u32> { to_points(t) };
    let out = replace_slice(&wide(text), &wide(old), &wide(new), max)?;
    Some(Text::from_code_points(&out))
}

/// `separator.join(parts)`.
pub fn join(separator: &Text, parts: &[&Text]) -> Text {
    let kind = parts
        .iter()
        .map(|part| part.kind())
        .max()
        .unwrap_or(1)
        .max(if parts.len() > 1 { separator.kind() } else { 1 });
    let items: usize = parts.iter().map(|part| part.len()).sum();
    let total = items + separator.len() * parts.len().saturating_sub(1);
    match kind {
        1 => Text::Latin1(join_units(separator, parts, total)),
        2 => Text::Ucs2(join_units(separator, parts, total)),
        _ => Text::Ucs4(join_units(separator, parts, total)),
    }
}

fn join_units<T: Unit>(separator: &Text, parts: &[&Text], total: usize) -> Box<[T]> {
    let mut out: Vec<T> = Vec::with_capacity(total);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            push_units(&mut out, separator);
        }
        push_units(&mut out, part);
    }
    out.into()
}

fn push_units<T: Unit>(out: &mut Vec<T>, text: &Text) {
    on_units!(text, s => {
        out.extend(s.iter().map(|&c| T::from_point(Unit::point(c)).expect("the widest kind was chosen")));
    });
}

/// `text * count`.
pub fn repeat(text: &Text, count: usize) -> Text {
    match text {
        Text::Latin1(s) => Text::Latin1(s.repeat(count).into()),
        Text::Ucs2(s) if count > 0 => Text::Ucs2(s.repeat(count).into()),
        Text::Ucs4(s) if count > 0 => Text::Ucs4(s.repeat(count).into()),
        Text::Ucs2(_) | Text::Ucs4(_) => Text::empty(),
    }
}

/// Every `step`-th code point from `start` on, `length` of them.
pub fn slice_with_step(text: &Text, start: i64, step: i64, length: usize) -> Text {
    if step == 1 {
        return text.slice(start as usize, start as usize + length);
    }
    let points: Vec<u32> = (0..length as i64)
        .map(|i| text.at((start + i * step) as usize))
        .collect();
    Text::from_code_points(&points)
}

/// A text's UTF-8 where that costs nothing, else a converted copy; `None` with lone surrogates.
pub fn utf8(text: &Text) -> Option<Cow<'_, str>> {
    match text.as_ascii() {
        Some(ascii) => Some(Cow::Borrowed(ascii)),
        None => text.to_utf8().map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_agree_with_the_plain_definition() {
        // Needles over two letters, long enough to use up the patience.
        let mut seed = 7_u32;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1103515245).wrapping_add(12345);
            (seed >> 16) as usize % below
        };
        for round in 0..300 {
            let length = if round < 200 {
                random(40)
            } else {
                3000 + random(2000)
            };
            let haystack: Vec<u8> = (0..length)
                .map(|_| if random(12) == 0 { b'b' } else { b'a' })
                .collect();
            let width = if round < 200 {
                1 + random(6)
            } else {
                1 + random(300)
            };
            let mut needle = vec![b'a'; width];
            if random(2) == 0 {
                needle[random(width)] = b'b';
            }
            let first = haystack.windows(width).position(|w| w == needle);
            let last = haystack.windows(width).rposition(|w| w == needle);
            assert_eq!(find_slice(&haystack, &needle), first);
            assert_eq!(rfind_slice(&haystack, &needle), last);
        }
        let haystack = vec![b'a'; 100_000];
        let needle = [vec![b'a'; 40_000], vec![b'b'], vec![b'a'; 10_000]].concat();
        assert_eq!(find_slice(&haystack, &needle), None);
        assert_eq!(rfind_slice(&haystack, &needle), None);
    }
}
