//! Integers.
//!
//! Mirrors `Objects/longobject.c`.

use crate::base::BigInt;

/// How many 30-bit digits CPython stores for a value; 0 for zero.
pub const fn digit_count_i64(value: i64) -> usize {
    let magnitude = value.unsigned_abs();
    (64 - magnitude.leading_zeros() as usize).div_ceil(30)
}

/// How many 30-bit digits CPython stores for a large value.
pub fn digit_count(value: &BigInt) -> usize {
    crate::base::integer::digit_count(value)
}
