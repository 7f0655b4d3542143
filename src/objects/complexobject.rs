//! Complex numbers.
//!
//! Mirrors `Objects/complexobject.c`.

#![expect(clippy::float_cmp, reason = "C compares exactly, and so must we")]

use crate::base::format::float::{parse_complex, repr_complex, underscores_between_digits};
use crate::base::format::int::to_ascii_digits;
use crate::base::format::spec;
use crate::base::{ObjId, hash, integer};

use super::floatobject::number_float;
use super::getargs::Signature;
use super::heap::Reuse;
use super::longobject::int_as_f64;
use super::methodobject::{MemberDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::scalar_new::{raise_format_error, str_arg};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// The type `complex`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "complex",
    tp_basicsize: 32,
    tp_flags: TypeFlags::BASETYPE,
    slots: Slots {
        tp_repr: Some(complex_repr),
        tp_hash: Some(complex_hash),
        tp_richcompare: Some(complex_richcompare),
        tp_new: Some(complex_new),
        nb_add: Some(complex_add),
        nb_subtract: Some(complex_sub),
        nb_multiply: Some(complex_mul),
        nb_power: Some(complex_pow),
        nb_negative: Some(complex_neg),
        nb_positive: Some(complex_pos),
        nb_absolute: Some(complex_abs),
        nb_bool: Some(complex_bool),
        nb_true_divide: Some(complex_div),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("conjugate", MethodImpl::NoArgs(conjugate), "($self, /)"),
        MethodDef::new(
            "__complex__",
            MethodImpl::NoArgs(complex_complex),
            "($self, /)",
        ),
        MethodDef::new(
            "__getnewargs__",
            MethodImpl::NoArgs(getnewargs),
            "($self, /)",
        ),
        MethodDef::new(
            "__format__",
            MethodImpl::O(format),
            "($self, format_spec, /)",
        ),
    ],
    members: &[
        MemberDef {
            name: "real",
            get: |vm, this| part(vm, this, 0),
            set: None,
        },
        MemberDef {
            name: "imag",
            get: |vm, this| part(vm, this, 1),
            set: None,
        },
    ],
    tp_doc: "complex(real=0, imag=0)\n--\n\nCreate a complex number from a string or numbers.",
    ..TypeSpec::EMPTY
};

/// Real and imaginary part.
type Pair = [f64; 2];

impl Vm {
    /// The value of a `complex` or an instance of a subclass.
    pub fn complex_value(&self, id: ObjId) -> Option<[f64; 2]> {
        match self.heap.payload(id) {
            Payload::Complex(value) => Some(**value),
            _ => None,
        }
    }

    /// A `complex`.
    pub fn new_complex(&mut self, real: f64, imag: f64) -> ObjId {
        self.heap.alloc(
            types::COMPLEX,
            Payload::Complex(Box::new([real, imag])),
            Reuse::Fresh,
        )
    }
}

fn operand(vm: &mut Vm, id: ObjId) -> PyResult<Option<Pair>> {
    match vm.heap.payload(id) {
        Payload::Complex(value) => Ok(Some(**value)),
        Payload::Float(value) => Ok(Some([*value, 0.0])),
        Payload::Int(_) | Payload::BigInt(_) => Ok(Some([int_as_f64(vm, id)?, 0.0])),
        _ => Ok(None),
    }
}

fn operands(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<Option<(Pair, Pair)>> {
    let Some(a) = operand(vm, a)? else {
        return Ok(None);
    };
    Ok(operand(vm, b)?.map(|b| (a, b)))
}

fn value(vm: &Vm, this: ObjId) -> Pair {
    vm.complex_value(this).expect("self is a complex number")
}

fn part(vm: &mut Vm, this: ObjId, index: usize) -> PyResult<ObjId> {
    let part = value(vm, this)[index];
    Ok(vm.new_float(part))
}

fn new_pair(vm: &mut Vm, [real, imag]: Pair) -> ObjId {
    vm.new_complex(real, imag)
}

fn complex_add(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((a, b)) => Ok(vm.new_complex(a[0] + b[0], a[1] + b[1])),
        None => Ok(NOT_IMPLEMENTED),
    }
}

fn complex_sub(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((a, b)) => Ok(vm.new_complex(a[0] - b[0], a[1] - b[1])),
        None => Ok(NOT_IMPLEMENTED),
    }
}

fn product(a: Pair, b: Pair) -> Pair {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

fn complex_mul(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((a, b)) => Ok(new_pair(vm, product(a, b))),
        None => Ok(NOT_IMPLEMENTED),
    }
}

/// Smith's division (`_Py_c_quot`); `None`: the divisor is zero.
fn quotient(a: Pair, b: Pair) -> Option<Pair> {
    let (real, imag) = (b[0].abs(), b[1].abs());
    if real >= imag {
        if real == 0.0 {
            return None;
        }
        let ratio = b[1] / b[0];
        let denominator = b[0] + b[1] * ratio;
        Some([
            (a[0] + a[1] * ratio) / denominator,
            (a[1] - a[0] * ratio) / denominator,
        ])
    } else if imag >= real {
        let ratio = b[0] / b[1];
        let denominator = b[0] * ratio + b[1];
        Some([
            (a[0] * ratio + a[1]) / denominator,
            (a[1] * ratio - a[0]) / denominator,
        ])
    } else {
        Some([f64::NAN, f64::NAN])
    }
}

fn complex_div(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let Some((a, b)) = operands(vm, a, b)? else {
        return Ok(NOT_IMPLEMENTED);
    };
    match quotient(a, b) {
        Some(value) => Ok(new_pair(vm, value)),
        None => Err(vm.raise(types::ZERO_DIVISION_ERROR, "complex division by zero")),
    }
}

/// By repeated squaring, for exponents that are small whole numbers (`c_powi`).
fn power_of_whole(base: Pair, exponent: i64) -> Option<Pair> {
    let mut result = [1.0, 0.0];
    let mut square = base;
    let mut rest = exponent.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            result = product(result, square);
        }
        rest >>= 1;
        square = product(square, square);
    }
    if exponent > 0 {
        Some(result)
    } else {
        quotient([1.0, 0.0], result)
    }
}

/// In polar form (`_Py_c_pow`); `None`: zero to a negative or complex power.
fn power_polar(base: Pair, exponent: Pair) -> Option<Pair> {
    if exponent == [0.0, 0.0] {
        return Some([1.0, 0.0]);
    }
    if base == [0.0, 0.0] {
        return (exponent[1] == 0.0 && exponent[0] >= 0.0).then_some([0.0, 0.0]);
    }
    let magnitude = base[0].hypot(base[1]);
    let mut length = magnitude.powf(exponent[0]);
    let angle = base[1].atan2(base[0]);
    let mut phase = angle * exponent[0];
    if exponent[1] != 0.0 {
        length /= (angle * exponent[1]).exp();
        phase += exponent[1] * magnitude.ln();
    }
    Some([length * phase.cos(), length * phase.sin()])
}

/// `a ** b`.
pub fn complex_pow(vm: &mut Vm, a: ObjId, b: ObjId, modulus: ObjId) -> PyResult<ObjId> {
    let Some((base, exponent)) = operands(vm, a, b)? else {
        return Ok(NOT_IMPLEMENTED);
    };
    if !modulus.is_null() && modulus != NONE {
        return Err(vm.value_error("complex modulo"));
    }
    let whole =
        exponent[1] == 0.0 && exponent[0] == exponent[0].floor() && exponent[0].abs() <= 100.0;
    let power = if whole {
        power_of_whole(base, exponent[0] as i64)
    } else {
        power_polar(base, exponent)
    };
    let Some(power) = power else {
        return Err(vm.raise(
            types::ZERO_DIVISION_ERROR,
            "0.0 to a negative or complex power",
        ));
    };
    if power[0].is_infinite() || power[1].is_infinite() {
        return Err(vm.raise(types::OVERFLOW_ERROR, "complex exponentiation"));
    }
    Ok(new_pair(vm, power))
}

fn complex_neg(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let [real, imag] = value(vm, this);
    Ok(vm.new_complex(-real, -imag))
}

fn complex_pos(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    complex_complex(vm, this)
}

fn complex_complex(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.type_of(this) == types::COMPLEX {
        return Ok(vm.incref(this));
    }
    let pair = value(vm, this);
    Ok(new_pair(vm, pair))
}

fn complex_abs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let [real, imag] = value(vm, this);
    let magnitude = real.hypot(imag);
    if magnitude.is_infinite() && real.is_finite() && imag.is_finite() {
        return Err(vm.raise(types::OVERFLOW_ERROR, "absolute value too large"));
    }
    Ok(vm.new_float(magnitude))
}

fn complex_bool(vm: &mut Vm, this: ObjId) -> PyResult<bool> {
    Ok(value(vm, this) != [0.0, 0.0])
}

fn complex_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let [real, imag] = value(vm, this);
    let pointer = vm.hash_pointer(this);
    let real = hash::hash_f64(real).unwrap_or(pointer);
    let imag = hash::hash_f64(imag).unwrap_or(pointer);
    Ok(hash::hash_complex(real, imag))
}

fn complex_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let [real, imag] = value(vm, this);
    Ok(vm.new_string(repr_complex(real, imag)))
}

fn complex_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let [real, imag] = value(vm, a);
    let equal = match vm.heap.payload(b) {
        Payload::Complex(other) => [real, imag] == **other,
        Payload::Float(other) => real == *other && imag == 0.0,
        Payload::Int(_) | Payload::BigInt(_) => {
            let other = vm.int_value(b).expect("an int holds an integer");
            imag == 0.0
                && integer::compare_with_f64(&other, real).is_some_and(std::cmp::Ordering::is_eq)
        }
        _ => return Ok(NOT_IMPLEMENTED),
    };
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

fn conjugate(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let [real, imag] = value(vm, this);
    Ok(vm.new_complex(real, -imag))
}

fn getnewargs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let [real, imag] = value(vm, this);
    let real = vm.new_float(real);
    let imag = vm.new_float(imag);
    Ok(vm.new_tuple(vec![real, imag]))
}

fn format(vm: &mut Vm, this: ObjId, format_spec: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "__format__", "", format_spec)?;
    let spec = vm.text(format_spec).expect("checked above").clone();
    if spec.is_empty() {
        return vm.str(this);
    }
    let [real, imag] = value(vm, this);
    let type_name = vm.type_name_of(this);
    match spec::format_complex(real, imag, &spec, &type_name) {
        Ok(text) => Ok(vm.new_text(text)),
        Err(error) => Err(raise_format_error(vm, error)),
    }
}

/// `complex(real=0, imag=0)` and its subclasses.
fn complex_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("complex", &["real", "imag"], 0);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let (real, imag) = (values[0], values[1]);
    if !real.is_null()
        && imag.is_null()
        && ty == types::COMPLEX
        && vm.type_of(real) == types::COMPLEX
    {
        return Ok(vm.incref(real));
    }
    let pair = if !real.is_null() && vm.isinstance(real, types::STR) {
        if !imag.is_null() {
            return Err(vm.type_error("complex() can't take second arg if first is a string"));
        }
        pair_from_text(vm, real)?
    } else {
        pair_from_numbers(vm, real, imag)?
    };
    if ty == types::COMPLEX {
        return Ok(new_pair(vm, pair));
    }
    Ok(vm.generic_alloc(ty, Payload::Complex(Box::new(pair))))
}

fn pair_from_text(vm: &mut Vm, text: ObjId) -> PyResult<Pair> {
    let digits = vm
        .text(text)
        .map(to_ascii_digits)
        .expect("checked by the caller");
    let digits = digits.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    if let Some((real, imag)) = parse_complex(digits) {
        return Ok([real, imag]);
    }
    if underscores_between_digits(digits) {
        return Err(vm.value_error("complex() arg is a malformed string"));
    }
    let literal = vm.repr_string(text)?;
    Err(vm.value_error(format!("could not convert string to complex: {literal}")))
}

/// What an argument's `__complex__` gives, if it has one (`try_complex_special_method`).
pub fn try_complex_method(vm: &mut Vm, x: ObjId) -> PyResult<Option<[f64; 2]>> {
    if let Some(pair) = vm.complex_value(x)
        && vm.type_of(x) == types::COMPLEX
    {
        return Ok(Some(pair));
    }
    let Some(method) = vm.lookup_special(x, names::COMPLEX)? else {
        return Ok(None);
    };
    let result = vm.call(method, &[]);
    vm.decref(method);
    let result = result?;
    let given = vm.type_name_of(result);
    let exact = vm.type_of(result) == types::COMPLEX;
    let pair = vm.complex_value(result);
    vm.decref(result);
    if pair.is_none() {
        return Err(vm.type_error(format!("__complex__ returned non-complex (type {given})")));
    }
    if !exact {
        let message = format!(
            "__complex__ returned non-complex (type {given}).  The ability to return an instance of a strict subclass of complex is deprecated, and may not be supported in a future version of Python."
        );
        let warn = vm.hooks.warn;
        warn(vm, types::DEPRECATION_WARNING, &message, 1)?;
    }
    Ok(pair)
}

fn is_number(vm: &Vm, x: ObjId) -> bool {
    let slots = vm.slots_of(x);
    slots.nb_float.is_some() || slots.nb_index.is_some() || vm.complex_value(x).is_some()
}

fn pair_from_numbers(vm: &mut Vm, real: ObjId, imag: ObjId) -> PyResult<Pair> {
    if !imag.is_null() && vm.isinstance(imag, types::STR) {
        return Err(vm.type_error("complex() second arg can't be a string"));
    }
    let from_method = if real.is_null() {
        Some([0.0, 0.0])
    } else {
        try_complex_method(vm, real)?
    };
    let is_complex = !real.is_null() && (from_method.is_some() || vm.complex_value(real).is_some());
    if !real.is_null() && from_method.is_none() && !is_number(vm, real) {
        let name = vm.type_name_of(real);
        return Err(vm.type_error(format!(
            "complex() first argument must be a string or a number, not '{name}'"
        )));
    }
    if !imag.is_null() && !is_number(vm, imag) {
        let name = vm.type_name_of(imag);
        return Err(vm.type_error(format!(
            "complex() second argument must be a number, not '{name}'"
        )));
    }
    let mut first = match from_method.or_else(|| vm.complex_value(real)) {
        Some(pair) => pair,
        None => [float_part(vm, real)?, 0.0],
    };
    if imag.is_null() {
        return Ok(first);
    }
    let second = match vm.complex_value(imag) {
        Some(pair) => {
            first[0] -= pair[1];
            pair[0]
        }
        None => float_part(vm, imag)?,
    };
    Ok([
        first[0],
        if is_complex {
            second + first[1]
        } else {
            second
        },
    ])
}

fn float_part(vm: &mut Vm, x: ObjId) -> PyResult<f64> {
    let float = number_float(vm, x)?;
    let value = vm.float_value(float).expect("`number_float` gives a float");
    vm.decref(float);
    Ok(value)
}
