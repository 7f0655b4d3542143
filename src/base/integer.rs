//! Arithmetic of Python's `int` that the big-integer crate lacks: floor division, powers modulo
//! a number, and conversions to and from floats that round as C does.
//!
//! Mirrors the number-theoretic half of `Objects/longobject.c`.

use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{BitTest, DivRem, UnsignedAbs};
use dashu_int::{Sign, UBig};
use std::cmp::Ordering;

use super::BigInt;

/// `a // b` and `a % b`; the rest takes the sign of `b`, which must not be zero.
pub fn floor_divmod(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = a.div_rem(b);
    if !rest.is_zero() && rest.sign() != b.sign() {
        (quotient - BigInt::ONE, rest + b)
    } else {
        (quotient, rest)
    }
}

/// `a // b`; `b` must not be zero.
pub fn floor_div(a: &BigInt, b: &BigInt) -> BigInt {
    floor_divmod(a, b).0
}

/// `a % b`; `b` must not be zero.
pub fn floor_mod(a: &BigInt, b: &BigInt) -> BigInt {
    let rest = a % b;
    if !rest.is_zero() && rest.sign() != b.sign() {
        rest + b
    } else {
        rest
    }
}

/// `a // b` for machine words; `None` when it overflows. `b` must not be zero.
#[inline]
pub const fn floor_div_i64(a: i64, b: i64) -> Option<i64> {
    let Some(quotient) = a.checked_div(b) else {
        return None;
    };
    Some(if a % b != 0 && (a < 0) != (b < 0) {
        quotient - 1
    } else {
        quotient
    })
}

/// `a % b` for machine words. `b` must not be zero.
#[inline]
pub const fn floor_mod_i64(a: i64, b: i64) -> i64 {
    let rest = a.wrapping_rem(b);
    if rest != 0 && (rest < 0) != (b < 0) {
        rest + b
    } else {
        rest
    }
}

/// How many bits the magnitude has, as `int.bit_length`.
pub fn bit_length(n: &BigInt) -> usize {
    BitTest::bit_len(&n.unsigned_abs())
}

/// How many ones the magnitude has, as `int.bit_count`.
pub fn bit_count(n: &BigInt) -> usize {
    n.unsigned_abs().count_ones()
}

/// How many 30-bit digits CPython stores for this magnitude (at least 1).
pub fn digit_count(n: &BigInt) -> usize {
    bit_length(n).div_ceil(30).max(1)
}

/// Whether the number is negative.
#[inline]
pub fn is_negative(n: &BigInt) -> bool {
    n.sign() == Sign::Negative && !n.is_zero()
}

/// `base ** exponent % modulus` with Python's signs; `None` when the exponent is negative and
/// `base` has no inverse. `modulus` must not be zero.
pub fn pow_mod(base: &BigInt, exponent: &BigInt, modulus: &BigInt) -> Option<BigInt> {
    let magnitude: UBig = modulus.unsigned_abs();
    if magnitude.is_one() {
        return Some(BigInt::ZERO);
    }
    let ring = ConstDivisor::new(magnitude);
    let mut element = ring.reduce(base.clone());
    if is_negative(exponent) {
        element = element.inv()?;
    }
    let power = BigInt::from(element.pow(&exponent.unsigned_abs()).residue());
    if is_negative(modulus) && !power.is_zero() {
        return Some(power + modulus);
    }
    Some(power)
}

/// The nearest float, ties to even; `None` when it would be infinite.
pub fn to_f64(n: &BigInt) -> Option<f64> {
    let value = n.to_f64().value();
    value.is_finite().then_some(value)
}

/// The integer part of a finite float.
pub fn from_f64(value: f64) -> BigInt {
    if value.abs() < 9.2e18 {
        return BigInt::from(value as i64);
    }
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as usize;
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    let magnitude = BigInt::from(mantissa) << (exponent - 1075);
    if value < 0.0 { -magnitude } else { magnitude }
}

/// A finite float as an odd (or zero) integer times a power of two.
pub fn decompose_f64(value: f64) -> (i64, i32) {
    let bits = value.to_bits();
    let raw_exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (mantissa, exponent) = if raw_exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | (1 << 52), raw_exponent - 1075)
    };
    if mantissa == 0 {
        return (0, 0);
    }
    let shift = mantissa.trailing_zeros();
    let mantissa = mantissa >> shift;
    let signed = if value < 0.0 { -mantissa } else { mantissa };
    (signed, exponent + shift as i32)
}

/// `float.as_integer_ratio` of a finite float.
pub fn integer_ratio(value: f64) -> (BigInt, BigInt) {
    let (mantissa, exponent) = decompose_f64(value);
    let mantissa = BigInt::from(mantissa);
    if exponent >= 0 {
        (mantissa << exponent as usize, BigInt::ONE)
    } else {
        (mantissa, BigInt::ONE << exponent.unsigned_abs() as usize)
    }
}

/// How an int stands to a float; `None` for a NaN. Exact, whatever the sizes.
pub fn compare_with_f64(n: &BigInt, value: f64) -> Option<Ordering> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    let whole = from_f64(value);
    Some(match n.cmp(&whole) {
        Ordering::Equal => 0.0_f64
            .partial_cmp(&(value - value.trunc()))
            .expect("a finite float has a finite fraction"),
        unequal => unequal,
    })
}

/// `a / b` rounded correctly; `None` when the result is too large for a float. `b` must not be zero.
pub fn true_div(a: &BigInt, b: &BigInt) -> Option<f64> {
    if a.is_zero() {
        return Some(if is_negative(b) { -0.0 } else { 0.0 });
    }
    let negative = is_negative(a) != is_negative(b);
    let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
    let magnitude = ratio_to_f64(&a, &b)?;
    Some(if negative { -magnitude } else { magnitude })
}

/// The float nearest to a positive ratio.
fn ratio_to_f64(a: &UBig, b: &UBig) -> Option<f64> {
    let (a_bits, b_bits) = (BitTest::bit_len(a) as i64, BitTest::bit_len(b) as i64);
    if a_bits <= 53 && b_bits <= 53 {
        let a = u64::try_from(a).expect("at most 53 bits") as f64;
        return Some(a / u64::try_from(b).expect("at most 53 bits") as f64);
    }
    let diff = a_bits - b_bits;
    if diff > 1025 {
        return None;
    }
    if diff < -1080 {
        return Some(0.0);
    }
    // Scale so that the quotient has 65 or 66 bits, then fold the rest into a sticky bit.
    let shift = 65 - diff;
    let (quotient, rest) = if shift >= 0 {
        (a << shift as usize).div_rem(b)
    } else {
        a.div_rem(b << shift.unsigned_abs() as usize)
    };
    let quotient = u128::try_from(&quotient).expect("at most 66 bits");
    let sticky = u128::from(!rest.is_zero());
    scale_to_f64((quotient << 1) | sticky, -(shift as i32) - 1)
}

/// `mantissa * 2**exponent` rounded once, ties to even; `None` when too large.
fn scale_to_f64(mantissa: u128, exponent: i32) -> Option<f64> {
    let bits = 128 - mantissa.leading_zeros() as i32;
    // The lowest bit that the result can hold: 53 bits, or fewer when subnormal.
    let lowest = (bits + exponent - 53).max(-1074);
    let drop = lowest - exponent;
    if drop <= 0 {
        let value = mantissa as f64 * f64::powi(2.0, exponent);
        return value.is_finite().then_some(value);
    }
    if drop > 127 {
        return Some(0.0);
    }
    let kept = (mantissa >> drop) as u64;
    let lost = mantissa & ((1_u128 << drop) - 1);
    let half = 1_u128 << (drop - 1);
    let rounded = kept + u64::from(lost > half || (lost == half && kept & 1 == 1));
    // `rounded` has at most 54 bits with the last one zero, so each product is exact.
    let value = if lowest < -1000 {
        rounded as f64 * f64::powi(2.0, -537) * f64::powi(2.0, lowest + 537)
    } else if lowest > 900 {
        rounded as f64 * f64::powi(2.0, 900) * f64::powi(2.0, lowest - 900)
    } else {
        rounded as f64 * f64::powi(2.0, lowest)
    };
    value.is_finite().then_some(value)
}

/// `round(n, -digits)` for an int: to a multiple of `10**digits`, ties to even.
pub fn round_to_power_of_ten(n: &BigInt, digits: usize) -> BigInt {
    let unit = BigInt::from(10).pow(digits);
    let (quotient, rest) = floor_divmod(n, &unit);
    let twice = &rest + &rest;
    let up = match twice.cmp(&unit) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient.bit(0),
    };
    (if up { quotient + BigInt::ONE } else { quotient }) * unit
}

/// Two's-complement bytes of the given length, lowest first; `None` when they do not fit.
/// An unsigned conversion needs a number that is not negative.
pub fn to_le_bytes(n: &BigInt, length: usize, signed: bool) -> Option<Vec<u8>> {
    if is_negative(n) && !signed {
        return None;
    }
    let bits = bit_length(n);
    let fits = if signed && is_negative(n) {
        bits < 8 * length || (n + BigInt::ONE).unsigned_abs().bit_len() < 8 * length
    } else if signed && bits > 0 {
        bits < 8 * length
    } else {
        bits <= 8 * length
    };
    if !fits {
        return None;
    }
    let mut bytes = if is_negative(n) {
        n.to_le_bytes().into_vec()
    } else {
        n.unsigned_abs().to_le_bytes().into_vec()
    };
    bytes.resize(length, if is_negative(n) { 0xff } else { 0 });
    Some(bytes)
}

/// The number that two's-complement (or unsigned) bytes stand for, lowest first.
pub fn from_le_bytes(bytes: &[u8], signed: bool) -> BigInt {
    if signed && bytes.last().is_some_and(|&top| top >= 0x80) {
        BigInt::from_le_bytes(bytes)
    } else {
        BigInt::from(UBig::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(text: &str) -> BigInt {
        BigInt::from_str_radix(text, 10).expect("a decimal number")
    }

    #[test]
    fn division_floors() {
        for (a, b, quotient, rest) in [
            (7, 2, 3, 1),
            (-7, 2, -4, 1),
            (7, -2, -4, -1),
            (-7, -2, 3, -1),
            (6, -3, -2, 0),
            (0, 5, 0, 0),
        ] {
            let found = floor_divmod(&BigInt::from(a), &BigInt::from(b));
            assert_eq!(
                found,
                (BigInt::from(quotient), BigInt::from(rest)),
                "{a} {b}"
            );
            assert_eq!(floor_div_i64(a, b), Some(quotient));
            assert_eq!(floor_mod_i64(a, b), rest);
        }
        assert_eq!(floor_div_i64(i64::MIN, -1), None);
        assert_eq!(floor_mod_i64(i64::MIN, -1), 0);
    }

    #[test]
    fn powers_modulo() {
        for (base, exponent, modulus, expected) in [
            (3, 200, 13, Some(9)),
            (3, 200, -13, Some(-4)),
            (38, -1, 97, Some(23)),
            (2, -1, 4, None),
            (-3, 3, 10, Some(3)),
            (5, 0, 1, Some(0)),
            (5, 0, -1, Some(0)),
        ] {
            let found = pow_mod(
                &BigInt::from(base),
                &BigInt::from(exponent),
                &BigInt::from(modulus),
            );
            assert_eq!(
                found,
                expected.map(BigInt::from),
                "{base} {exponent} {modulus}"
            );
        }
    }

    #[test]
    fn true_division_rounds_once() {
        for (a, b, expected) in [
            ("1", "3", 1.0 / 3.0),
            ("9007199254740993", "1", 9007199254740992.0),
            ("9007199254740995", "1", 9007199254740996.0),
            (
                "-10000000000000000000000001",
                "10000000000000000000000000",
                -1.0,
            ),
            (
                "123456789012345678901234567890",
                "987654321",
                1.249999988734375e20,
            ),
        ] {
            assert_eq!(true_div(&big(a), &big(b)), Some(expected), "{a}/{b}");
        }
        let tiny = true_div(&BigInt::ONE, &(BigInt::ONE << 1074));
        assert_eq!(tiny, Some(5e-324));
        assert_eq!(true_div(&BigInt::ONE, &(BigInt::ONE << 1075)), Some(0.0));
        assert_eq!(
            true_div(&BigInt::from(3), &(BigInt::ONE << 1076)),
            Some(5e-324)
        );
        assert_eq!(true_div(&(BigInt::ONE << 1024), &BigInt::ONE), None);
        let largest = (BigInt::ONE << 1024) - (BigInt::ONE << 970);
        assert_eq!(
            true_div(&(&largest - BigInt::ONE), &BigInt::ONE),
            Some(f64::MAX)
        );
    }

    #[test]
    fn bytes_both_ways() {
        for (n, length, signed, bytes) in [
            (258, 2, false, Some(vec![2, 1])),
            (255, 1, true, None),
            (-128, 1, true, Some(vec![0x80])),
            (-129, 1, true, None),
            (-1, 3, true, Some(vec![0xff; 3])),
            (-1, 3, false, None),
            (0, 0, false, Some(vec![])),
            (0, 0, true, Some(vec![])),
            (256, 1, false, None),
        ] {
            assert_eq!(to_le_bytes(&BigInt::from(n), length, signed), bytes, "{n}");
            if let Some(bytes) = bytes {
                assert_eq!(from_le_bytes(&bytes, signed), BigInt::from(n));
            }
        }
    }

    #[test]
    fn compares_exactly_with_floats() {
        assert_eq!(
            compare_with_f64(&big("9007199254740993"), 9007199254740992.0),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compare_with_f64(&BigInt::from(-3), -3.5),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compare_with_f64(&BigInt::from(3), 3.5),
            Some(Ordering::Less)
        );
        assert_eq!(compare_with_f64(&BigInt::from(3), f64::NAN), None);
    }
}
