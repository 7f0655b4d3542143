//! Floats: arithmetic, comparison, conversion, methods.
//!
//! Mirrors `Objects/floatobject.c`.

#![expect(clippy::float_cmp, reason = "C compares exactly, and so must we")]

use std::cmp::Ordering;

use crate::base::format::float::{
    HexFloatError, hex_float, parse_float, parse_hex_float, repr_float, round_half_even,
    round_to_digits,
};
use crate::base::format::int::to_ascii_digits;
use crate::base::format::repr::repr_bytes;
use crate::base::format::spec;
use crate::base::{ObjId, hash, integer};

use super::bytes_like::{contents, is_bytes_like};
use super::complexobject;
use super::longobject::int_as_f64;
use super::methodobject::{GetSetDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::scalar_new::{bad_argument, raise_format_error, str_arg};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// The type `float`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "float",
    tp_basicsize: 24,
    tp_flags: TypeFlags::BASETYPE.with(TypeFlags::MATCH_SELF),
    slots: Slots {
        tp_repr: Some(float_repr),
        tp_hash: Some(float_hash),
        tp_richcompare: Some(float_richcompare),
        tp_new: Some(float_new),
        nb_add: Some(float_add),
        nb_subtract: Some(float_sub),
        nb_multiply: Some(float_mul),
        nb_remainder: Some(float_rem),
        nb_divmod: Some(float_divmod),
        nb_power: Some(float_pow),
        nb_negative: Some(float_neg),
        nb_positive: Some(float_float),
        nb_absolute: Some(float_abs),
        nb_bool: Some(float_bool),
        nb_int: Some(float_trunc),
        nb_float: Some(float_float),
        nb_floor_divide: Some(float_floor_div),
        nb_true_divide: Some(float_div),
        ..Slots::EMPTY
    },
    methods: METHODS,
    getset: GETSET,
    tp_doc: "float(x=0, /)\n--\n\nConvert a string or number to a floating-point number, if possible.",
    ..TypeSpec::EMPTY
};

const METHODS: &[MethodDef] = &[
    MethodDef::new("conjugate", MethodImpl::NoArgs(float_float), "($self, /)"),
    MethodDef::new("__trunc__", MethodImpl::NoArgs(float_trunc), "($self, /)"),
    MethodDef::new("__floor__", MethodImpl::NoArgs(float_floor), "($self, /)"),
    MethodDef::new("__ceil__", MethodImpl::NoArgs(float_ceil), "($self, /)"),
    MethodDef::new(
        "__round__",
        MethodImpl::Fast(float_round),
        "($self, ndigits=None, /)",
    ),
    MethodDef::new(
        "as_integer_ratio",
        MethodImpl::NoArgs(as_integer_ratio),
        "($self, /)",
    ),
    MethodDef::new("fromhex", MethodImpl::O(fromhex), "($type, string, /)").class_method(),
    MethodDef::new("hex", MethodImpl::NoArgs(hex), "($self, /)"),
    MethodDef::new("is_integer", MethodImpl::NoArgs(is_integer), "($self, /)"),
    MethodDef::new(
        "__getnewargs__",
        MethodImpl::NoArgs(getnewargs),
        "($self, /)",
    ),
    MethodDef::new(
        "__getformat__",
        MethodImpl::O(getformat),
        "($type, typestr, /)",
    )
    .class_method(),
    MethodDef::new(
        "__format__",
        MethodImpl::O(format),
        "($self, format_spec, /)",
    ),
];

const GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "real",
        get: float_float,
        set: None,
    },
    GetSetDef {
        name: "imag",
        get: |vm, _| Ok(vm.new_float(0.0)),
        set: None,
    },
];

impl Vm {
    /// The value of a `float` or an instance of a subclass.
    #[inline]
    pub fn float_value(&self, id: ObjId) -> Option<f64> {
        match self.heap.payload(id) {
            Payload::Float(value) => Some(*value),
            _ => None,
        }
    }
}

/// An operand as a float (`CONVERT_TO_DOUBLE`); `None`: neither float nor int.
#[inline]
fn operand(vm: &mut Vm, id: ObjId) -> PyResult<Option<f64>> {
    match vm.heap.payload(id) {
        Payload::Float(value) => Ok(Some(*value)),
        Payload::Int(_) | Payload::BigInt(_) => int_as_f64(vm, id).map(Some),
        _ => Ok(None),
    }
}

/// Both operands as floats; `None`: `NotImplemented`.
#[inline]
fn operands(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<Option<(f64, f64)>> {
    if let (Payload::Float(a), Payload::Float(b)) = (vm.heap.payload(a), vm.heap.payload(b)) {
        return Ok(Some((*a, *b)));
    }
    let Some(a) = operand(vm, a)? else {
        return Ok(None);
    };
    Ok(operand(vm, b)?.map(|b| (a, b)))
}

macro_rules! float_binary { ($($name:ident $op:tt $doc:literal;)*) => { $(
    #[doc = $doc]
    pub fn $name(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        match operands(vm, a, b)? {
            Some((x, y)) => Ok(vm.new_float(x $op y)),
            None => Ok(NOT_IMPLEMENTED),
        }
    }
)* } }

float_binary! {
    float_add + "`a + b`";
    float_sub - "`a - b`";
    float_mul * "`a * b`";
}

#[cold]
fn zero_division(vm: &mut Vm, message: &str) -> Raised {
    vm.raise(types::ZERO_DIVISION_ERROR, message)
}

fn float_div(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((_, 0.0)) => Err(zero_division(vm, "float division by zero")),
        Some((x, y)) => Ok(vm.new_float(x / y)),
        None => Ok(NOT_IMPLEMENTED),
    }
}

/// `x // y` and `x % y` of floats; `y` must not be zero (`_float_div_mod`).
pub fn div_mod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest == 0.0 {
        rest = f64::copysign(0.0, y);
    } else if (y < 0.0) != (rest < 0.0) {
        rest += y;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (f64::copysign(0.0, x / y), rest);
    }
    let floor = quotient.floor();
    let floor = if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    };
    (floor, rest)
}

fn float_rem(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((_, 0.0)) => Err(zero_division(vm, "float modulo by zero")),
        Some((x, y)) => {
            let mut rest = x % y;
            if rest == 0.0 {
                rest = f64::copysign(0.0, y);
            } else if (y < 0.0) != (rest < 0.0) {
                rest += y;
            }
            Ok(vm.new_float(rest))
        }
        None => Ok(NOT_IMPLEMENTED),
    }
}

fn float_floor_div(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((_, 0.0)) => Err(zero_division(vm, "float floor division by zero")),
        Some((x, y)) => Ok(vm.new_float(div_mod(x, y).0)),
        None => Ok(NOT_IMPLEMENTED),
    }
}

fn float_divmod(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    match operands(vm, a, b)? {
        Some((_, 0.0)) => Err(zero_division(vm, "float divmod()")),
        Some((x, y)) => {
            let (quotient, rest) = div_mod(x, y);
            let quotient = vm.new_float(quotient);
            let rest = vm.new_float(rest);
            Ok(vm.new_tuple(vec![quotient, rest]))
        }
        None => Ok(NOT_IMPLEMENTED),
    }
}

/// `a ** b` of floats and ints; a negative base with a fractional exponent goes to `complex`.
pub fn float_pow(vm: &mut Vm, a: ObjId, b: ObjId, modulus: ObjId) -> PyResult<ObjId> {
    if !modulus.is_null() && modulus != NONE {
        return Err(
            vm.type_error("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    let Some((base, exponent)) = operands(vm, a, b)? else {
        return Ok(NOT_IMPLEMENTED);
    };
    let odd = (exponent % 2.0).abs() == 1.0;
    let special = if exponent == 0.0 {
        Some(1.0)
    } else if base.is_nan() {
        Some(base)
    } else if exponent.is_nan() {
        Some(if base == 1.0 { 1.0 } else { exponent })
    } else if exponent.is_infinite() {
        let magnitude = base.abs();
        Some(if magnitude == 1.0 {
            1.0
        } else if (exponent > 0.0) == (magnitude > 1.0) {
            exponent.abs()
        } else {
            0.0
        })
    } else if base.is_infinite() {
        Some(match (exponent > 0.0, odd) {
            (true, true) => base,
            (true, false) => base.abs(),
            (false, true) => f64::copysign(0.0, base),
            (false, false) => 0.0,
        })
    } else if base == 0.0 {
        if exponent < 0.0 {
            return Err(zero_division(
                vm,
                "0.0 cannot be raised to a negative power",
            ));
        }
        Some(if odd { base } else { 0.0 })
    } else {
        None
    };
    if let Some(value) = special {
        return Ok(vm.new_float(value));
    }
    if base < 0.0 && exponent != exponent.floor() {
        return complexobject::complex_pow(vm, a, b, NONE);
    }
    let magnitude = base.abs();
    let power = if magnitude == 1.0 {
        1.0
    } else {
        magnitude.powf(exponent)
    };
    let power = if base < 0.0 && odd { -power } else { power };
    if power.is_infinite() {
        return Err(raise_range_error(vm));
    }
    Ok(vm.new_float(power))
}

/// What `errno` `ERANGE` becomes: `OverflowError: (34, 'Numerical result out of range')`.
#[cold]
pub fn raise_range_error(vm: &mut Vm) -> Raised {
    let number = vm.new_int(34);
    let text = vm.new_str("Numerical result out of range");
    let args = vm.new_tuple(vec![number, text]);
    let raised = vm.raise_with(types::OVERFLOW_ERROR, args);
    vm.decref(args);
    raised
}

fn value(vm: &Vm, this: ObjId) -> f64 {
    vm.float_value(this).expect("self is a float")
}

fn float_neg(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let value = -value(vm, this);
    Ok(vm.new_float(value))
}

fn float_abs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let value = value(vm, this).abs();
    Ok(vm.new_float(value))
}

fn float_bool(vm: &mut Vm, this: ObjId) -> PyResult<bool> {
    Ok(value(vm, this) != 0.0)
}

/// `float(x)`, `+x`: itself where it is an exact float.
fn float_float(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.type_of(this) == types::FLOAT {
        return Ok(vm.incref(this));
    }
    let value = value(vm, this);
    Ok(vm.new_float(value))
}

/// `int(x)` of a float's value (`PyLong_FromDouble`).
pub fn int_from_f64(vm: &mut Vm, value: f64) -> PyResult<ObjId> {
    if value.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if value.is_infinite() {
        return Err(vm.raise(
            types::OVERFLOW_ERROR,
            "cannot convert float infinity to integer",
        ));
    }
    Ok(vm.new_bigint(integer::from_f64(value)))
}

fn float_trunc(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    int_from_f64(vm, value(vm, this))
}

fn float_floor(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    int_from_f64(vm, value(vm, this).floor())
}

fn float_ceil(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    int_from_f64(vm, value(vm, this).ceil())
}

fn float_round(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("__round__", args.len(), 0, 1)?;
    let x = value(vm, this);
    let Some(&ndigits) = args.first().filter(|&&ndigits| ndigits != NONE) else {
        return int_from_f64(vm, round_half_even(x));
    };
    let ndigits = vm.index_as_ssize(ndigits, None)?;
    if !x.is_finite() {
        return Ok(vm.new_float(x));
    }
    match round_to_digits(x, ndigits) {
        Some(rounded) => Ok(vm.new_float(rounded)),
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "rounded value too large to represent",
        )),
    }
}

fn float_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(hash::hash_f64(value(vm, this)).unwrap_or_else(|| vm.hash_pointer(this)))
}

fn float_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let text = repr_float(value(vm, this));
    Ok(vm.new_string(text))
}

fn float_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let x = value(vm, a);
    let ordering = match vm.heap.payload(b) {
        Payload::Float(y) => x.partial_cmp(y),
        Payload::Int(y) if y.unsigned_abs() <= 1 << 53 => x.partial_cmp(&(*y as f64)),
        Payload::Int(_) | Payload::BigInt(_) => {
            let y = vm.int_value(b).expect("an int holds an integer");
            integer::compare_with_f64(&y, x).map(Ordering::reverse)
        }
        _ => return Ok(NOT_IMPLEMENTED),
    };
    Ok(bool_obj(match ordering {
        Some(ordering) => op.holds(ordering),
        None => op == CompareOp::Ne,
    }))
}

fn float_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    // A subclass with an `__init__` of its own may take keywords.
    let init_of = |ty| {
        vm.heap
            .type_object(ty)
            .slots
            .tp_init
            .map(|init| init as usize)
    };
    if init_of(ty) == init_of(types::FLOAT) {
        vm.no_keywords("float", kwargs)?;
    }
    let given = vm.tuple_items(args).len();
    vm.check_positional("float", given, 0, 1)?;
    let result = match vm.tuple_items(args).first().copied() {
        Some(x) => number_float(vm, x)?,
        None => vm.new_float(0.0),
    };
    if ty == types::FLOAT {
        return Ok(result);
    }
    let payload = Payload::Float(value(vm, result));
    vm.decref(result);
    Ok(vm.generic_alloc(ty, payload))
}

/// `float(x)` (`PyNumber_Float`).
pub fn number_float(vm: &mut Vm, x: ObjId) -> PyResult<ObjId> {
    if vm.type_of(x) == types::FLOAT {
        return Ok(vm.incref(x));
    }
    if let Some(nb_float) = vm.slots_of(x).nb_float {
        let result = nb_float(vm, x)?;
        return exact_result(vm, x, result);
    }
    if vm.has_index(x) {
        let index = vm.number_index(x)?;
        let value = int_as_f64(vm, index);
        vm.decref(index);
        let value = value?;
        return Ok(vm.new_float(value));
    }
    float_from_text(vm, x)
}

/// A number as a machine float (`PyFloat_AsDouble`).
pub fn as_double(vm: &mut Vm, x: ObjId) -> PyResult<f64> {
    if let Some(value) = vm.float_value(x) {
        return Ok(value);
    }
    let slots = vm.slots_of(x);
    if slots.nb_float.is_none() && slots.nb_index.is_none() {
        let name = vm.type_name_of(x);
        return Err(vm.type_error(format!("must be real number, not {name}")));
    }
    let result = number_float(vm, x)?;
    let value = value(vm, result);
    vm.decref(result);
    Ok(value)
}

fn exact_result(vm: &mut Vm, x: ObjId, result: ObjId) -> PyResult<ObjId> {
    if vm.type_of(result) == types::FLOAT {
        return Ok(result);
    }
    let (owner, given) = (vm.type_name_of(x), vm.type_name_of(result));
    let Some(value) = vm.float_value(result) else {
        vm.decref(result);
        return Err(vm.type_error(format!(
            "{owner}.__float__ returned non-float (type {given})"
        )));
    };
    vm.decref(result);
    let warn = vm.hooks.warn;
    let message = format!(
        "{owner}.__float__ returned non-float (type {given}).  The ability to return an instance of a strict subclass of float is deprecated, and may not be supported in a future version of Python."
    );
    warn(vm, types::DEPRECATION_WARNING, &message, 1)?;
    Ok(vm.new_float(value))
}

fn float_from_text(vm: &mut Vm, x: ObjId) -> PyResult<ObjId> {
    let white = [' ', '\t', '\n', '\r', '\x0b', '\x0c'];
    let (text, literal) = match vm.heap.payload(x) {
        Payload::Str(s) => (to_ascii_digits(&s.text), None),
        Payload::Bytes(bytes) => (ascii_or_invalid(bytes), Some(repr_bytes(bytes))),
        _ if is_bytes_like(vm, x) => (ascii_or_invalid(&contents(vm, x)?), None),
        _ => {
            let name = vm.type_name_of(x);
            return Err(vm.type_error(format!(
                "float() argument must be a string or a real number, not '{name}'"
            )));
        }
    };
    if let Some(value) = parse_float(text.trim_matches(white)) {
        return Ok(vm.new_float(value));
    }
    let literal = match literal {
        Some(literal) => literal,
        None => vm.repr_string(x)?,
    };
    Err(vm.value_error(format!("could not convert string to float: {literal}")))
}

fn ascii_or_invalid(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&b| if b.is_ascii() { char::from(b) } else { '?' })
        .collect()
}

fn as_integer_ratio(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let x = value(vm, this);
    if x.is_infinite() {
        return Err(vm.raise(
            types::OVERFLOW_ERROR,
            "cannot convert Infinity to integer ratio",
        ));
    }
    if x.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    let (numerator, denominator) = integer::integer_ratio(x);
    let numerator = vm.new_bigint(numerator);
    let denominator = vm.new_bigint(denominator);
    Ok(vm.new_tuple(vec![numerator, denominator]))
}

fn hex(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let text = hex_float(value(vm, this));
    Ok(vm.new_string(text))
}

fn fromhex(vm: &mut Vm, ty: ObjId, string: ObjId) -> PyResult<ObjId> {
    let Some(text) = vm.text(string).map(crate::base::Text::to_lossy) else {
        return Err(vm.type_error("bad argument type for built-in operation"));
    };
    let white = [' ', '\t', '\n', '\r', '\x0b', '\x0c'];
    let parsed = match parse_hex_float(text.trim_matches(white)) {
        Ok(parsed) => parsed,
        Err(HexFloatError::Invalid) => {
            return Err(vm.value_error("invalid hexadecimal floating-point string"));
        }
        Err(HexFloatError::TooLarge) => {
            return Err(vm.raise(
                types::OVERFLOW_ERROR,
                "hexadecimal value too large to represent as a float",
            ));
        }
    };
    let result = vm.new_float(parsed);
    if ty == types::FLOAT {
        return Ok(result);
    }
    let instance = vm.call(ty, &[result]);
    vm.decref(result);
    instance
}

fn is_integer(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let x = value(vm, this);
    Ok(bool_obj(x.is_finite() && x.floor() == x))
}

fn getnewargs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let x = value(vm, this);
    let copy = vm.new_float(x);
    Ok(vm.new_tuple(vec![copy]))
}

fn getformat(vm: &mut Vm, _ty: ObjId, typestr: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(typestr, types::STR) {
        return Err(bad_argument(vm, "__getformat__", "", "str", typestr));
    }
    match vm.str_lossy(typestr).as_str() {
        "double" | "float" => Ok(vm.new_str("IEEE, little-endian")),
        _ => Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
    }
}

fn format(vm: &mut Vm, this: ObjId, format_spec: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "__format__", "", format_spec)?;
    let spec = vm.text(format_spec).expect("checked above").clone();
    if spec.is_empty() {
        return vm.str(this);
    }
    let type_name = vm.type_name_of(this);
    match spec::format_float(value(vm, this), &spec, &type_name) {
        Ok(text) => Ok(vm.new_text(text)),
        Err(error) => Err(raise_format_error(vm, error)),
    }
}
