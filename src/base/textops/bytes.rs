//! What only bytes need: ASCII classes and case, `bytes.fromhex`, `bytes.hex`.
//!
//! Mirrors `Objects/bytes_methods.c` and `Python/pystrhex.c`.

/// ASCII whitespace as C's `isspace` (`Py_ISSPACE`).
pub const fn is_space(c: u32) -> bool {
    matches!(c, 0x09..=0x0d | 0x20)
}

/// Ends a line for `bytes.splitlines`.
pub const fn is_line_break(c: u32) -> bool {
    matches!(c, 0x0a | 0x0d)
}

/// Not empty, and the property holds for every byte.
pub fn all(bytes: &[u8], property: fn(&u8) -> bool) -> bool {
    !bytes.is_empty() && bytes.iter().all(property)
}

/// `bytes.islower` and `bytes.isupper`: no byte of the other case, and one at least of this.
pub fn has_only_case(bytes: &[u8], wanted: fn(&u8) -> bool, other: fn(&u8) -> bool) -> bool {
    bytes.iter().any(wanted) && !bytes.iter().any(other)
}

/// `bytes.istitle`.
pub fn is_title(bytes: &[u8]) -> bool {
    let mut cased = false;
    let mut inside = false;
    for b in bytes {
        if b.is_ascii_uppercase() {
            if inside {
                return false;
            }
            inside = true;
            cased = true;
        } else if b.is_ascii_lowercase() {
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

/// `bytes.title`.
pub fn title(bytes: &[u8]) -> Vec<u8> {
    let mut inside = false;
    bytes
        .iter()
        .map(|b| {
            let mapped = if inside {
                b.to_ascii_lowercase()
            } else {
                b.to_ascii_uppercase()
            };
            inside = b.is_ascii_alphabetic();
            mapped
        })
        .collect()
}

/// `bytes.capitalize`.
pub fn capitalize(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `bytes.swapcase`.
pub fn swapcase(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .map(|b| {
            if b.is_ascii_lowercase() {
                b.to_ascii_uppercase()
            } else {
                b.to_ascii_lowercase()
            }
        })
        .collect()
}

/// `bytes.fromhex`; the error is where the first character that is no hexadecimal digit stands.
pub fn from_hex(points: &[u32]) -> Result<Vec<u8>, usize> {
    if let Some(at) = points.iter().position(|&c| c >= 0x80) {
        return Err(at);
    }
    let digit = |at: usize| {
        points
            .get(at)
            .and_then(|&c| char::from_u32(c))
            .and_then(|c| c.to_digit(16))
            .ok_or(at)
    };
    let mut out = Vec::with_capacity(points.len() / 2);
    let mut i = 0;
    while i < points.len() {
        if is_space(points[i]) {
            i += 1;
            continue;
        }
        out.push((digit(i)? * 16 + digit(i + 1)?) as u8);
        i += 2;
    }
    Ok(out)
}

/// `bytes.hex`, with a separator after every `group` bytes, counted from the right when positive
/// and from the left when negative.
pub fn to_hex(bytes: &[u8], separator: Option<u8>, group: i64) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let size = group.unsigned_abs() as usize;
    let mut out = Vec::with_capacity(bytes.len() * 3);
    for (i, &b) in bytes.iter().enumerate() {
        if let Some(separator) = separator
            && size > 0
            && i > 0
            && (if group > 0 {
                (bytes.len() - i).is_multiple_of(size)
            } else {
                i.is_multiple_of(size)
            })
        {
            out.push(separator);
        }
        out.push(DIGITS[usize::from(b >> 4)]);
        out.push(DIGITS[usize::from(b & 15)]);
    }
    out
}
