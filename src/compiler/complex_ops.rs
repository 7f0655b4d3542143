//! Arithmetic on complex constants.
//!
//! Mirrors the `_Py_c_…` functions of `Objects/complexobject.c`.

use super::constant_ops::Refusal;
use crate::syntax::ast::{Constant, Operator};

type Complex = (f64, f64);

/// `a op b`.
pub(super) fn binary(a: Complex, op: Operator, b: Complex) -> Result<Constant, Refusal> {
    let (real, imag) = match op {
        Operator::Add => (a.0 + b.0, a.1 + b.1),
        Operator::Sub => (a.0 - b.0, a.1 - b.1),
        Operator::Mult => product(a, b),
        Operator::Div => quotient(a, b).ok_or(Refusal::Raises)?,
        Operator::Pow => power(a, b).ok_or(Refusal::Raises)?,
        _ => return Err(Refusal::Raises),
    };
    Ok(Constant::Complex { real, imag })
}

fn product(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Smith's method, as `_Py_c_quot`; `None` for a division by zero.
fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    if b.0.abs() >= b.1.abs() {
        if b.0.abs() == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        Some((
            (a.0 + a.1 * ratio) / denominator,
            (a.1 - a.0 * ratio) / denominator,
        ))
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        Some((
            (a.0 * ratio + a.1) / denominator,
            (a.1 * ratio - a.0) / denominator,
        ))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

/// As `complex_pow`; `None` where it raises.
fn power(a: Complex, b: Complex) -> Option<Complex> {
    let result = if b.1 == 0.0 && b.0.fract() == 0.0 && b.0.abs() <= 100.0 {
        let exponent = b.0 as i64;
        if exponent > 0 {
            integer_power(a, exponent)
        } else {
            quotient((1.0, 0.0), integer_power(a, -exponent))?
        }
    } else {
        general_power(a, b)?
    };
    (result.0.is_finite() && result.1.is_finite()).then_some(result)
}

fn integer_power(x: Complex, n: i64) -> Complex {
    let mut result = (1.0, 0.0);
    let mut square = x;
    let mut mask = 1;
    while mask > 0 && n >= mask {
        if n & mask != 0 {
            result = product(result, square);
        }
        mask <<= 1;
        square = product(square, square);
    }
    result
}

fn general_power(a: Complex, b: Complex) -> Option<Complex> {
    if b == (0.0, 0.0) {
        return Some((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        return (b.1 == 0.0 && b.0 >= 0.0).then_some((0.0, 0.0));
    }
    let abs = a.0.hypot(a.1);
    let mut len = abs.powf(b.0);
    let angle = a.1.atan2(a.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        len /= (angle * b.1).exp();
        phase += b.1 * abs.ln();
    }
    Some((len * phase.cos(), len * phase.sin()))
}
