//! Arithmetic on constants, as the optimizer of the syntax tree does it at compile time.
//!
//! Mirrors `fold_unaryop`, `fold_binop` and `fold_subscr` of `Python/ast_opt.c` with their limits,
//! and the number protocol of `Objects/` as far as constants reach it.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashMap, FxHasher};

use super::complex_ops;
use crate::base::hash::{hash_f64, hash_int};
use crate::base::integer::{self, bit_length};
use crate::base::{BigInt, Text};
use crate::syntax::ast::{Constant, Operator, UnaryOperator};

/// An integer result may have this many bits.
const MAX_INT_SIZE: usize = 128;
/// A tuple made by `*` may have this many items.
const MAX_COLLECTION_SIZE: usize = 256;
/// A string or bytes made by `*` may be this long.
const MAX_STR_SIZE: usize = 4096;
/// A tuple made by `*` may have this many items in all its levels.
const MAX_TOTAL_ITEMS: i64 = 1024;

/// Why an operation on constants is left for run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The result would exceed a limit of the optimizer.
    TooLarge,
    /// The operation raises an exception, or the optimizer does not do it.
    Raises,
}

type Folded = Result<Constant, Refusal>;

/// A number of one of Python's types, bools as ints.
enum Number {
    Int(BigInt),
    Float(f64),
    Complex(f64, f64),
}

fn number(value: &Constant) -> Option<Number> {
    match value {
        Constant::Bool(b) => Some(Number::Int(BigInt::from(*b))),
        Constant::Int(i) => Some(Number::Int(i.clone())),
        Constant::Float(f) => Some(Number::Float(*f)),
        Constant::Complex { real, imag } => Some(Number::Complex(*real, *imag)),
        Constant::None
        | Constant::Ellipsis
        | Constant::Str(_)
        | Constant::Bytes(_)
        | Constant::Tuple(_)
        | Constant::FrozenSet(_) => None,
    }
}

/// An `int` or a `bool`.
fn integer(value: &Constant) -> Option<BigInt> {
    match value {
        Constant::Bool(b) => Some(BigInt::from(*b)),
        Constant::Int(i) => Some(i.clone()),
        _ => None,
    }
}

/// Whether a constant is true.
pub fn is_true(value: &Constant) -> bool {
    match value {
        Constant::None => false,
        Constant::Bool(b) => *b,
        Constant::Ellipsis => true,
        Constant::Int(i) => !i.is_zero(),
        Constant::Float(f) => *f != 0.0,
        Constant::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
        Constant::Str(s) => !s.is_empty(),
        Constant::Bytes(b) => !b.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

/// `op operand`.
pub fn unary(op: UnaryOperator, operand: &Constant) -> Folded {
    if op == UnaryOperator::Not {
        return Ok(Constant::Bool(!is_true(operand)));
    }
    Ok(match (op, number(operand).ok_or(Refusal::Raises)?) {
        (UnaryOperator::USub, Number::Int(i)) => Constant::Int(-i),
        (UnaryOperator::USub, Number::Float(f)) => Constant::Float(-f),
        (UnaryOperator::USub, Number::Complex(real, imag)) => complex(-real, -imag),
        (UnaryOperator::UAdd, Number::Int(i)) => Constant::Int(i),
        (UnaryOperator::UAdd, Number::Float(f)) => Constant::Float(f),
        (UnaryOperator::UAdd, Number::Complex(real, imag)) => complex(real, imag),
        (UnaryOperator::Invert, Number::Int(i)) => Constant::Int(!i),
        _ => return Err(Refusal::Raises),
    })
}

const fn complex(real: f64, imag: f64) -> Constant {
    Constant::Complex { real, imag }
}

/// `left op right`.
pub fn binary(left: &Constant, op: Operator, right: &Constant) -> Folded {
    match op {
        Operator::MatMult => Err(Refusal::Raises),
        Operator::Mult => multiply(left, right),
        Operator::Add => match (left, right) {
            (Constant::Str(a), Constant::Str(b)) => Ok(Constant::Str(a.concat(b))),
            (Constant::Bytes(a), Constant::Bytes(b)) => Ok(Constant::Bytes([&**a, &**b].concat())),
            (Constant::Tuple(a), Constant::Tuple(b)) => Ok(Constant::Tuple([&**a, &**b].concat())),
            _ => arithmetic(left, op, right),
        },
        Operator::BitOr | Operator::BitXor | Operator::BitAnd => {
            if let (Constant::Bool(a), Constant::Bool(b)) = (left, right) {
                return Ok(Constant::Bool(match op {
                    Operator::BitOr => a | b,
                    Operator::BitXor => a ^ b,
                    _ => a & b,
                }));
            }
            arithmetic(left, op, right)
        }
        Operator::Sub
        | Operator::Div
        | Operator::Mod
        | Operator::Pow
        | Operator::LShift
        | Operator::RShift
        | Operator::FloorDiv => arithmetic(left, op, right),
    }
}

/// `*`, within the limits of `safe_multiply`.
fn multiply(left: &Constant, right: &Constant) -> Folded {
    let (times, sequence) = match (integer(left), integer(right)) {
        (Some(a), Some(b)) => {
            if !a.is_zero() && !b.is_zero() && bit_length(&a) + bit_length(&b) > MAX_INT_SIZE {
                return Err(Refusal::TooLarge);
            }
            return Ok(Constant::Int(a * b));
        }
        (Some(times), None) => (times, right),
        (None, Some(times)) => (times, left),
        (None, None) => return arithmetic(left, Operator::Mult, right),
    };
    let (size, limit) = match sequence {
        Constant::Tuple(items) => (items.len(), MAX_COLLECTION_SIZE),
        Constant::Str(text) => (text.len(), MAX_STR_SIZE),
        Constant::Bytes(bytes) => (bytes.len(), MAX_STR_SIZE),
        _ => return arithmetic(left, Operator::Mult, right),
    };
    if size == 0 {
        // Nothing times a number that is no index raises.
        return i64::try_from(&times)
            .map(|_| sequence.clone())
            .or(Err(Refusal::Raises));
    }
    let times = usize::try_from(&times).or(Err(Refusal::TooLarge))?;
    if times > limit / size {
        return Err(Refusal::TooLarge);
    }
    match sequence {
        Constant::Tuple(items) => {
            if times > 0 && complexity_left(items, MAX_TOTAL_ITEMS / times as i64) < 0 {
                return Err(Refusal::TooLarge);
            }
            let repeated = std::iter::repeat_n(items, times).flatten();
            Ok(Constant::Tuple(repeated.cloned().collect()))
        }
        Constant::Str(text) => {
            let points: Vec<u32> = text.code_points().collect();
            Ok(Constant::Str(Text::from_code_points(&points.repeat(times))))
        }
        Constant::Bytes(bytes) => Ok(Constant::Bytes(bytes.repeat(times))),
        _ => Err(Refusal::Raises),
    }
}

/// What is left of `limit` after counting the items of all levels (`check_complexity`).
fn complexity_left(items: &[Constant], mut limit: i64) -> i64 {
    limit -= items.len() as i64;
    for item in items {
        if limit < 0 {
            break;
        }
        if let Constant::Tuple(inner) = item {
            limit = complexity_left(inner, limit);
        }
    }
    limit
}

fn arithmetic(left: &Constant, op: Operator, right: &Constant) -> Folded {
    let left = number(left).ok_or(Refusal::Raises)?;
    let right = number(right).ok_or(Refusal::Raises)?;
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => int_arithmetic(&a, op, &b),
        (Number::Complex(re, im), other) => complex_ops::binary((re, im), op, to_complex(&other)?),
        (other, Number::Complex(re, im)) => complex_ops::binary(to_complex(&other)?, op, (re, im)),
        (a, b) => float_arithmetic(to_float(&a)?, op, to_float(&b)?),
    }
}

fn to_complex(value: &Number) -> Result<(f64, f64), Refusal> {
    match value {
        Number::Complex(re, im) => Ok((*re, *im)),
        Number::Int(_) | Number::Float(_) => Ok((to_float(value)?, 0.0)),
    }
}

fn to_float(value: &Number) -> Result<f64, Refusal> {
    match value {
        Number::Float(f) => Ok(*f),
        Number::Int(i) => integer::to_f64(i).ok_or(Refusal::Raises),
        Number::Complex(..) => Err(Refusal::Raises),
    }
}

fn int_arithmetic(a: &BigInt, op: Operator, b: &BigInt) -> Folded {
    let result = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div | Operator::FloorDiv | Operator::Mod if b.is_zero() => {
            return Err(Refusal::Raises);
        }
        Operator::Div => {
            let quotient = integer::true_div(a, b).ok_or(Refusal::Raises)?;
            return Ok(Constant::Float(quotient));
        }
        Operator::FloorDiv => integer::floor_div(a, b),
        Operator::Mod => integer::floor_mod(a, b),
        Operator::Pow => return int_power(a, b),
        Operator::LShift if a.is_zero() && !integer::is_negative(b) => BigInt::ZERO,
        Operator::LShift => {
            let shift = usize::try_from(b).or(Err(Refusal::Raises))?;
            if shift != 0 && (shift > MAX_INT_SIZE || bit_length(a) > MAX_INT_SIZE - shift) {
                return Err(Refusal::TooLarge);
            }
            a << shift
        }
        Operator::RShift => {
            if *b < BigInt::ZERO {
                return Err(Refusal::Raises);
            }
            match usize::try_from(b) {
                Ok(shift) if shift <= bit_length(a) => a >> shift,
                _ if *a < BigInt::ZERO => BigInt::NEG_ONE,
                _ => BigInt::ZERO,
            }
        }
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::BitAnd => a & b,
        Operator::MatMult => return Err(Refusal::Raises),
    };
    Ok(Constant::Int(result))
}

fn int_power(base: &BigInt, exponent: &BigInt) -> Folded {
    if *exponent < BigInt::ZERO {
        let base = to_float(&Number::Int(base.clone()))?;
        let exponent = to_float(&Number::Int(exponent.clone()))?;
        return float_power(base, exponent);
    }
    if !base.is_zero() && !exponent.is_zero() {
        let exponent = usize::try_from(exponent).or(Err(Refusal::TooLarge))?;
        if bit_length(base) > MAX_INT_SIZE / exponent {
            return Err(Refusal::TooLarge);
        }
        return Ok(Constant::Int(base.pow(exponent)));
    }
    // 0**n is 0 and n**0 is 1, however big n is.
    Ok(Constant::Int(BigInt::from(exponent.is_zero())))
}

fn float_arithmetic(a: f64, op: Operator, b: f64) -> Folded {
    Ok(Constant::Float(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div | Operator::FloorDiv | Operator::Mod if b == 0.0 => {
            return Err(Refusal::Raises);
        }
        Operator::Div => a / b,
        Operator::FloorDiv => float_div_mod(a, b).0,
        Operator::Mod => float_div_mod(a, b).1,
        Operator::Pow => return float_power(a, b),
        _ => return Err(Refusal::Raises),
    }))
}

/// As `_float_div_mod`.
fn float_div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut div = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        div -= 1.0;
    }
    let floor_div = if div == 0.0 {
        0f64.copysign(a / b)
    } else {
        let floor = div.floor();
        if div - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    };
    (floor_div, rest)
}

/// As `float_pow`.
fn float_power(base: f64, exponent: f64) -> Folded {
    if base == 0.0 && exponent < 0.0 {
        return Err(Refusal::Raises);
    }
    if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent.fract() != 0.0 {
        return complex_ops::binary((base, 0.0), Operator::Pow, (exponent, 0.0));
    }
    let result = base.powf(exponent);
    if result.is_infinite() && base.is_finite() && exponent.is_finite() {
        return Err(Refusal::Raises);
    }
    Ok(Constant::Float(result))
}

/// `value[index]`.
pub fn subscript(value: &Constant, index: &Constant) -> Folded {
    let index = integer(index).ok_or(Refusal::Raises)?;
    let index = i64::try_from(&index).or(Err(Refusal::Raises))?;
    let at = |len: usize| {
        let at = if index < 0 { index + len as i64 } else { index };
        usize::try_from(at)
            .ok()
            .filter(|&at| at < len)
            .ok_or(Refusal::Raises)
    };
    match value {
        Constant::Tuple(items) => Ok(items[at(items.len())?].clone()),
        Constant::Str(text) => {
            let at = at(text.len())?;
            Ok(Constant::Str(text.slice(at, at + 1)))
        }
        Constant::Bytes(bytes) => Ok(Constant::Int(BigInt::from(bytes[at(bytes.len())?]))),
        _ => Err(Refusal::Raises),
    }
}

/// A frozenset constant: of equal items the first stays.
pub fn frozen_set(items: Vec<Constant>) -> Constant {
    let mut unique: Vec<Constant> = Vec::with_capacity(items.len());
    let mut by_hash: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for item in items {
        let alike = by_hash.entry(key_hash(&item)).or_default();
        if !alike.iter().any(|&other| same_key(&unique[other], &item)) {
            alike.push(unique.len());
            unique.push(item);
        }
    }
    Constant::FrozenSet(unique)
}

/// The same number for constants that are one key of a dict.
fn key_hash(constant: &Constant) -> u64 {
    let of = |items: &[Constant]| items.iter().map(key_hash).collect::<Vec<_>>();
    let mut hasher = FxHasher::default();
    match constant {
        Constant::Tuple(items) => of(items).hash(&mut hasher),
        Constant::FrozenSet(items) => {
            let sum = of(items).into_iter().fold(0, u64::wrapping_add);
            sum.hash(&mut hasher);
        }
        Constant::Str(text) => text.hash(&mut hasher),
        Constant::Bytes(bytes) => bytes.hash(&mut hasher),
        Constant::None | Constant::Ellipsis => {}
        Constant::Bool(_) | Constant::Int(_) | Constant::Float(_) | Constant::Complex { .. } => {
            match number(constant) {
                Some(Number::Int(value)) => hash_int(&value).hash(&mut hasher),
                Some(Number::Float(value) | Number::Complex(value, _)) => {
                    hash_f64(value).hash(&mut hasher);
                }
                None => {}
            }
        }
    }
    hasher.finish()
}

/// Whether two constants are one key of a dict: equal by Python's `==`, so `1` is `True`.
pub fn same_key(a: &Constant, b: &Constant) -> bool {
    match (a, b) {
        (Constant::Tuple(a), Constant::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_key(a, b))
        }
        (Constant::FrozenSet(a), Constant::FrozenSet(b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same_key(a, b)))
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => same_number(&a, &b),
            (None, None) => a == b,
            _ => false,
        },
    }
}

#[expect(clippy::float_cmp, reason = "equality of keys is exact")]
fn same_number(a: &Number, b: &Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a == b,
        (Number::Float(a), Number::Float(b)) => a == b,
        (Number::Int(i), Number::Float(f)) | (Number::Float(f), Number::Int(i)) => {
            integer::compare_with_f64(i, *f) == Some(std::cmp::Ordering::Equal)
        }
        (Number::Complex(re, im), Number::Complex(other_re, other_im)) => {
            re == other_re && im == other_im
        }
        (Number::Complex(re, im), other) | (other, Number::Complex(re, im)) => {
            *im == 0.0 && same_number(&Number::Float(*re), other)
        }
    }
}
