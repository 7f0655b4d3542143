//! Numbers as people read them.

/// 12345 as `12 345`, with narrow spaces that never break.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes: exact below 10 KiB, else with a unit.
pub fn bytes(size: u64) -> String {
    if size < 10 * 1024 {
        return format!("{} B", grouped(size));
    }
    let mut value = size as f64 / 1024.0;
    let mut unit = "KiB";
    for next in ["MiB", "GiB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// A span of virtual time.
pub fn nanos(time: u64) -> String {
    if time < 10_000 {
        format!("{} ns", grouped(time))
    } else if time < 10_000_000 {
        format!("{:.1} µs", time as f64 / 1e3)
    } else if time < 10_000_000_000 {
        format!("{:.2} ms", time as f64 / 1e6)
    } else {
        format!("{:.2} s", time as f64 / 1e9)
    }
}

/// `1 object`, `2 objects`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1\u{a0}000"),
            (1234567, "1\u{a0}234\u{a0}567"),
        ];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(bytes(56), "56 B");
        assert_eq!(bytes(1 << 20), "1.0 MiB");
        assert_eq!(nanos(5_000_000), "5000.0 µs");
        assert_eq!(counted(1, "object", "objects"), "1 object");
    }
}
