//! Floating-point numbers of sixteen bits.
//!
//! Mirrors `PyFloat_Pack2` and `PyFloat_Unpack2` of `Objects/floatobject.c`.

/// A number as IEEE half precision, rounded to even; `None` when it is too large.
pub fn half_from_f64(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    let a = x.abs();
    if a.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // The spacing of halves at this magnitude, a power of two: 2^-24 below the normal range.
    let exponent = if a < f64::from_bits(0x3f10_0000_0000_0000) {
        -14
    } else {
        (a.to_bits() >> 52) as i32 - 1023
    };
    let units = (a * 2.0_f64.powi(10 - exponent)).round_ties_even() as u32;
    let bits = units + ((exponent + 14) as u32) * 0x400;
    (bits < 0x7c00).then_some(sign | bits as u16)
}

/// The number that a half stands for.
pub fn f64_from_half(half: u16) -> f64 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(half >> 10 & 0x1f);
    let fraction = f64::from(half & 0x3ff);
    match exponent {
        0 => sign * fraction * 2.0_f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN.copysign(sign),
        _ => sign * (1024.0 + fraction) * 2.0_f64.powi(exponent - 25),
    }
}
