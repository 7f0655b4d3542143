//! Stripping, padding and tab expansion.
//!
//! Mirrors the layout half of `Objects/stringlib/transmogrify.h`.

use super::Unit;

/// Which ends to strip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ends {
    Left,
    Right,
    Both,
}

/// The range that stays when units for which `drop` holds are stripped.
pub fn strip<T: Unit>(s: &[T], ends: Ends, drop: impl Fn(u32) -> bool) -> (usize, usize) {
    let mut start = 0;
    let mut end = s.len();
    if ends != Ends::Right {
        while start < end && drop(s[start].into()) {
            start += 1;
        }
    }
    if ends != Ends::Left {
        while end > start && drop(s[end - 1].into()) {
            end -= 1;
        }
    }
    (start, end)
}

/// How many fill characters `str.center` puts left and right.
pub const fn center_padding(len: usize, width: usize) -> (usize, usize) {
    let margin = width - len;
    let left = margin / 2 + (margin & width & 1);
    (left, margin - left)
}

/// The input between fill characters.
pub fn pad<T: Unit>(s: &[T], left: usize, right: usize, fill: T) -> Vec<T> {
    let mut out = Vec::with_capacity(s.len() + left + right);
    out.extend(std::iter::repeat_n(fill, left));
    out.extend_from_slice(s);
    out.extend(std::iter::repeat_n(fill, right));
    out
}

/// `zfill`: zeros after a sign; `None` when the input is wide enough.
pub fn zfill<T: Unit>(s: &[T], width: usize) -> Option<Vec<T>> {
    let zeros = width.checked_sub(s.len()).filter(|&n| n > 0)?;
    let zero = T::from_point(0x30)?;
    let signed = s.first().is_some_and(|&c| matches!(c.into(), 0x2b | 0x2d));
    let (sign, digits) = s.split_at(usize::from(signed));
    let mut out = sign.to_vec();
    out.extend(std::iter::repeat_n(zero, zeros));
    out.extend_from_slice(digits);
    Some(out)
}

/// `expandtabs`; `None` when there is no tab.
pub fn expandtabs<T: Unit>(s: &[T], tabsize: i64) -> Option<Vec<T>> {
    let space = T::from_point(0x20)?;
    s.iter().find(|&&c| c.into() == 0x09)?;
    let mut out = Vec::with_capacity(s.len() + 16);
    let mut column = 0_i64;
    for &c in s {
        match c.into() {
            0x09 => {
                if tabsize > 0 {
                    let fill = tabsize - column % tabsize;
                    column += fill;
                    out.extend(std::iter::repeat_n(space, fill as usize));
                }
            }
            point => {
                column = if matches!(point, 0x0a | 0x0d) {
                    0
                } else {
                    column + 1
                };
                out.push(c);
            }
        }
    }
    Some(out)
}
