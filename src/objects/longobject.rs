//! Integers: arithmetic, comparison, conversion from other objects.
//!
//! Mirrors `Objects/longobject.c`; the methods are in `long_methods`. A value that fits 64 bits
//! is a machine number here, any other a big integer; the slots try the machine numbers first.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::base::format::int as int_text;
use crate::base::format::repr::repr_bytes;
use crate::base::{BigInt, ObjId, Text, hash, integer};

use super::bytes_like::{contents, is_bytes_like};
use super::floatobject;
use super::object::Payload;
use super::scalar_new::slice_repr;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// The type `int`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "int",
    tp_basicsize: 24,
    tp_itemsize: 4,
    tp_flags: TypeFlags::BASETYPE
        .with(TypeFlags::LONG_SUBCLASS)
        .with(TypeFlags::MATCH_SELF),
    slots: Slots {
        tp_repr: Some(long_repr),
        tp_hash: Some(long_hash),
        tp_richcompare: Some(long_richcompare),
        tp_new: Some(long_new),
        nb_add: Some(long_add),
        nb_subtract: Some(long_sub),
        nb_multiply: Some(long_mul),
        nb_remainder: Some(long_mod),
        nb_divmod: Some(long_divmod),
        nb_power: Some(long_pow),
        nb_negative: Some(long_neg),
        nb_positive: Some(long_long),
        nb_absolute: Some(long_abs),
        nb_bool: Some(long_bool),
        nb_invert: Some(long_invert),
        nb_lshift: Some(long_lshift),
        nb_rshift: Some(long_rshift),
        nb_and: Some(long_and),
        nb_xor: Some(long_xor),
        nb_or: Some(long_or),
        nb_int: Some(long_long),
        nb_float: Some(long_float),
        nb_floor_divide: Some(long_div),
        nb_true_divide: Some(long_true_divide),
        nb_index: Some(long_long),
        ..Slots::EMPTY
    },
    methods: super::long_methods::METHODS,
    getset: super::long_methods::GETSET,
    tp_doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or a string to an integer.",
    ..TypeSpec::EMPTY
};

/// How many 30-bit digits CPython stores for a machine number (0 for zero).
#[inline]
pub const fn digit_count_i64(value: i64) -> usize {
    (64 - value.unsigned_abs().leading_zeros() as usize).div_ceil(30)
}

/// How many 30-bit digits CPython stores.
pub fn digit_count(value: &BigInt) -> usize {
    integer::digit_count(value)
}

impl Vm {
    /// The value of an `int` or an instance of a subclass.
    pub fn int_value(&self, id: ObjId) -> Option<Cow<'_, BigInt>> {
        match self.heap.payload(id) {
            Payload::Int(value) => Some(Cow::Owned(BigInt::from(*value))),
            Payload::BigInt(value) => Some(Cow::Borrowed(value)),
            _ => None,
        }
    }

    /// An exact `int` from an `int` or an instance of a subclass: itself where it is exact.
    fn exact_int(&mut self, id: ObjId) -> ObjId {
        if self.type_of(id) == types::INT {
            return self.incref(id);
        }
        match self.heap.payload(id) {
            Payload::Int(value) => {
                let value = *value;
                self.new_int(value)
            }
            Payload::BigInt(value) => {
                let value = (**value).clone();
                self.new_bigint(value)
            }
            _ => unreachable!("an int holds an integer"),
        }
    }

    /// `str(n)` of an int: the digits, or `ValueError` beyond the limit.
    pub fn int_to_decimal(&mut self, id: ObjId) -> PyResult<String> {
        if let Payload::Int(value) = self.heap.payload(id) {
            return Ok(value.to_string());
        }
        let limit = self.interp.int_max_str_digits as usize;
        let text = self
            .int_value(id)
            .map_or(Ok(String::new()), |n| int_text::to_decimal(&n, limit));
        text.map_err(|message| self.value_error(message))
    }
}

/// Both operands as machine numbers.
#[inline]
fn small_pair(vm: &Vm, a: ObjId, b: ObjId) -> Option<(i64, i64)> {
    match (vm.heap.payload(a), vm.heap.payload(b)) {
        (Payload::Int(a), Payload::Int(b)) => Some((*a, *b)),
        _ => None,
    }
}

/// Applies `f` to both values, or gives `NotImplemented` when one is no int.
fn big_binary(
    vm: &mut Vm,
    a: ObjId,
    b: ObjId,
    f: impl FnOnce(&BigInt, &BigInt) -> BigInt,
) -> PyResult<ObjId> {
    let (Some(x), Some(y)) = (vm.int_value(a), vm.int_value(b)) else {
        return Ok(NOT_IMPLEMENTED);
    };
    let result = f(&x, &y);
    Ok(vm.new_bigint(result))
}

macro_rules! checked_binary { ($($name:ident $checked:ident $op:tt $doc:literal;)*) => { $(
    #[doc = $doc]
    pub fn $name(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if let Some((x, y)) = small_pair(vm, a, b)
            && let Some(result) = x.$checked(y)
        {
            return Ok(vm.new_int(result));
        }
        big_binary(vm, a, b, |x, y| x $op y)
    }
)* } }

checked_binary! {
    long_add checked_add + "`a + b`";
    long_sub checked_sub - "`a - b`";
    long_mul checked_mul * "`a * b`";
}

macro_rules! bitwise { ($($name:ident $op:tt)*) => { $(
    fn $name(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if let Some((x, y)) = small_pair(vm, a, b) {
            return Ok(vm.new_int(x $op y));
        }
        big_binary(vm, a, b, |x, y| x $op y)
    }
)* } }

bitwise! { long_and & long_or | long_xor ^ }

/// Refuses a zero divisor among ints; `None`: an operand is no int.
fn division_operands(
    vm: &mut Vm,
    a: ObjId,
    b: ObjId,
    message: &str,
) -> PyResult<Option<(BigInt, BigInt)>> {
    let (Some(x), Some(y)) = (vm.int_value(a), vm.int_value(b)) else {
        return Ok(None);
    };
    if y.is_zero() {
        return Err(vm.raise(types::ZERO_DIVISION_ERROR, message));
    }
    Ok(Some((x.into_owned(), y.into_owned())))
}

fn long_div(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if let Some((x, y)) = small_pair(vm, a, b)
        && y != 0
        && let Some(quotient) = integer::floor_div_i64(x, y)
    {
        return Ok(vm.new_int(quotient));
    }
    match division_operands(vm, a, b, "integer division or modulo by zero")? {
        Some((x, y)) => Ok(vm.new_bigint(integer::floor_div(&x, &y))),
        None => Ok(NOT_IMPLEMENTED),
    }
}

fn long_mod(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if let Some((x, y)) = small_pair(vm, a, b)
        && y != 0
    {
        return Ok(vm.new_int(integer::floor_mod_i64(x, y)));
    }
    match division_operands(vm, a, b, "integer modulo by zero")? {
        Some((x, y)) => Ok(vm.new_bigint(integer::floor_mod(&x, &y))),
        None => Ok(NOT_IMPLEMENTED),
    }
}

fn long_divmod(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let Some((x, y)) = division_operands(vm, a, b, "integer division or modulo by zero")? else {
        return Ok(NOT_IMPLEMENTED);
    };
    let (quotient, rest) = integer::floor_divmod(&x, &y);
    let quotient = vm.new_bigint(quotient);
    let rest = vm.new_bigint(rest);
    Ok(vm.new_tuple(vec![quotient, rest]))
}

fn long_true_divide(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    const EXACT: std::ops::RangeInclusive<i64> = -(1 << 53)..=1 << 53;
    if let Some((x, y)) = small_pair(vm, a, b)
        && y != 0
        && EXACT.contains(&x)
        && EXACT.contains(&y)
    {
        return Ok(vm.new_float(x as f64 / y as f64));
    }
    let Some((x, y)) = division_operands(vm, a, b, "division by zero")? else {
        return Ok(NOT_IMPLEMENTED);
    };
    match integer::true_div(&x, &y) {
        Some(value) => Ok(vm.new_float(value)),
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "integer division result too large for a float",
        )),
    }
}

fn long_lshift(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if let Some((x, shift)) = small_pair(vm, a, b)
        && (0..63).contains(&shift)
        && let result = x << shift
        && result >> shift == x
    {
        return Ok(vm.new_int(result));
    }
    let (Some(x), Some(shift)) = (vm.int_value(a), vm.int_value(b)) else {
        return Ok(NOT_IMPLEMENTED);
    };
    if integer::is_negative(&shift) {
        return Err(vm.value_error("negative shift count"));
    }
    if x.is_zero() {
        return Ok(vm.new_int(0));
    }
    let Ok(places) = usize::try_from(&*shift) else {
        return Err(vm.raise(types::OVERFLOW_ERROR, "too many digits in integer"));
    };
    if !vm.memory_holds(integer::bit_length(&x).saturating_add(places) / 8) {
        return Err(vm.no_memory());
    }
    let result = &*x << places;
    Ok(vm.new_bigint(result))
}

fn long_rshift(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if let Some((x, shift)) = small_pair(vm, a, b)
        && shift >= 0
    {
        return Ok(vm.new_int(x >> shift.min(63)));
    }
    let (Some(x), Some(shift)) = (vm.int_value(a), vm.int_value(b)) else {
        return Ok(NOT_IMPLEMENTED);
    };
    if integer::is_negative(&shift) {
        return Err(vm.value_error("negative shift count"));
    }
    let result = match usize::try_from(&*shift) {
        Ok(places) => &*x >> places,
        Err(_) if integer::is_negative(&x) => BigInt::from(-1),
        Err(_) => BigInt::ZERO,
    };
    Ok(vm.new_bigint(result))
}

/// `pow(a, b)` and `pow(a, b, modulus)`.
fn long_pow(vm: &mut Vm, a: ObjId, b: ObjId, modulus: ObjId) -> PyResult<ObjId> {
    let (Some(base), Some(exponent)) = (vm.int_value(a), vm.int_value(b)) else {
        return Ok(NOT_IMPLEMENTED);
    };
    if modulus == NONE || modulus.is_null() {
        if integer::is_negative(&exponent) {
            return floatobject::float_pow(vm, a, b, NONE);
        }
        let magnitude_is_trivial = base.is_zero() || base.is_one() || *base == BigInt::from(-1);
        let result = if magnitude_is_trivial {
            let odd = &*exponent % BigInt::from(2) != BigInt::ZERO;
            if exponent.is_zero() || (!odd && !base.is_zero()) {
                BigInt::ONE
            } else {
                base.into_owned()
            }
        } else {
            let bits = integer::bit_length(&base);
            match usize::try_from(&*exponent) {
                Ok(exponent) if vm.memory_holds(bits.saturating_mul(exponent) / 8) => {
                    base.pow(exponent)
                }
                _ => return Err(vm.no_memory()),
            }
        };
        return Ok(vm.new_bigint(result));
    }
    let Some(modulo) = vm.int_value(modulus) else {
        return Ok(NOT_IMPLEMENTED);
    };
    if modulo.is_zero() {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    match integer::pow_mod(&base, &exponent, &modulo) {
        Some(result) => Ok(vm.new_bigint(result)),
        None => Err(vm.value_error("base is not invertible for the given modulus")),
    }
}

fn long_neg(vm: &mut Vm, a: ObjId) -> PyResult<ObjId> {
    if let Payload::Int(value) = vm.heap.payload(a)
        && let Some(result) = value.checked_neg()
    {
        return Ok(vm.new_int(result));
    }
    let result = -vm.int_value(a).expect("self is an int").into_owned();
    Ok(vm.new_bigint(result))
}

fn long_abs(vm: &mut Vm, a: ObjId) -> PyResult<ObjId> {
    if vm.int_is_negative(a) {
        long_neg(vm, a)
    } else {
        long_long(vm, a)
    }
}

fn long_invert(vm: &mut Vm, a: ObjId) -> PyResult<ObjId> {
    if let Payload::Int(value) = vm.heap.payload(a) {
        let value = !value;
        return Ok(vm.new_int(value));
    }
    let result = !vm.int_value(a).expect("self is an int").into_owned();
    Ok(vm.new_bigint(result))
}

fn long_bool(vm: &mut Vm, a: ObjId) -> PyResult<bool> {
    Ok(!matches!(vm.heap.payload(a), Payload::Int(0)))
}

/// `+a`, `int(a)`, `operator.index(a)`: itself where it is an exact int.
pub fn long_long(vm: &mut Vm, a: ObjId) -> PyResult<ObjId> {
    Ok(vm.exact_int(a))
}

fn long_float(vm: &mut Vm, a: ObjId) -> PyResult<ObjId> {
    let value = int_as_f64(vm, a)?;
    Ok(vm.new_float(value))
}

/// The nearest float, or `OverflowError` (`PyLong_AsDouble`).
pub fn int_as_f64(vm: &mut Vm, a: ObjId) -> PyResult<f64> {
    if let Payload::Int(value) = vm.heap.payload(a) {
        return Ok(*value as f64);
    }
    let value = vm.int_value(a).and_then(|n| integer::to_f64(&n));
    value.ok_or_else(|| vm.raise(types::OVERFLOW_ERROR, "int too large to convert to float"))
}

fn long_hash(vm: &mut Vm, a: ObjId) -> PyResult<i64> {
    Ok(match vm.heap.payload(a) {
        Payload::Int(value) => hash::hash_i64(*value),
        Payload::BigInt(value) => hash::hash_int(value),
        _ => unreachable!("self is an int"),
    })
}

fn long_repr(vm: &mut Vm, a: ObjId) -> PyResult<ObjId> {
    let text = vm.int_to_decimal(a)?;
    Ok(vm.new_text_fresh(Text::from(text)))
}

fn long_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    Ok(match compare(vm, a, b) {
        Some(ordering) => bool_obj(op.holds(ordering)),
        None => NOT_IMPLEMENTED,
    })
}

#[inline]
fn compare(vm: &Vm, a: ObjId, b: ObjId) -> Option<Ordering> {
    if let Some((x, y)) = small_pair(vm, a, b) {
        return Some(x.cmp(&y));
    }
    Some(vm.int_value(a)?.cmp(&vm.int_value(b)?))
}

/// `int(x=0, base=10)` and its subclasses.
fn long_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let given = vm.tuple_items(args).len();
    if given > 2 {
        return vm.check_positional("int", given, 0, 2).map(|()| NONE);
    }
    let signature = super::getargs::Signature::new("int", &["", "base"], 0);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let (x, base) = (values[0], values[1]);
    let value = long_from_args(vm, x, base)?;
    if ty == types::INT {
        return Ok(value);
    }
    let payload = match vm.heap.payload(value) {
        Payload::Int(n) => Payload::Int(*n),
        Payload::BigInt(n) => Payload::BigInt(n.clone()),
        _ => unreachable!("an int holds an integer"),
    };
    vm.decref(value);
    Ok(vm.generic_alloc(ty, payload))
}

fn long_from_args(vm: &mut Vm, x: ObjId, base: ObjId) -> PyResult<ObjId> {
    if x.is_null() {
        if !base.is_null() {
            return Err(vm.type_error("int() missing string argument"));
        }
        return Ok(vm.new_int(0));
    }
    if base.is_null() {
        return number_long(vm, x);
    }
    let base = vm.index_as_ssize(base, None)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    match vm.heap.payload(x) {
        Payload::Str(_) | Payload::Bytes(_) | Payload::ByteArray(_) => {
            long_from_text(vm, x, base as u32)
        }
        _ => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

/// `int(x)` of a str or bytes-like object.
fn long_from_text(vm: &mut Vm, x: ObjId, base: u32) -> PyResult<ObjId> {
    let limit = vm.interp.int_max_str_digits as usize;
    let (digits, literal) = match vm.heap.payload(x) {
        Payload::Str(s) => (int_text::to_ascii_digits(&s.text), None),
        Payload::Bytes(bytes) => (ascii_or_invalid(bytes), Some(repr_bytes(bytes))),
        Payload::ByteArray(array) => (
            ascii_or_invalid(&array.bytes),
            Some(repr_bytes(&array.bytes)),
        ),
        _ => unreachable!("checked by the callers"),
    };
    match int_text::parse_int(&digits, base, limit) {
        Ok(value) => Ok(vm.new_bigint(value)),
        Err(error) => {
            let literal = match literal {
                Some(literal) => literal,
                None => vm.repr_string(x)?,
            };
            let literal = slice_repr(&literal, 200);
            Err(vm.value_error(error.message(base, &literal, limit)))
        }
    }
}

fn ascii_or_invalid(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&b| if b.is_ascii() { char::from(b) } else { '?' })
        .collect()
}

/// `int(x)` without a base (`PyNumber_Long`).
pub fn number_long(vm: &mut Vm, x: ObjId) -> PyResult<ObjId> {
    if vm.type_of(x) == types::INT {
        return Ok(vm.incref(x));
    }
    if let Some(nb_int) = vm.slots_of(x).nb_int {
        let result = nb_int(vm, x)?;
        return exact_result(vm, x, result, "__int__");
    }
    if vm.has_index(x) {
        let result = vm.number_index(x)?;
        let exact = vm.exact_int(result);
        vm.decref(result);
        return Ok(exact);
    }
    if let Some(trunc) = vm.lookup_special(x, names::TRUNC)? {
        return long_from_trunc(vm, trunc);
    }
    match vm.heap.payload(x) {
        Payload::Str(_) | Payload::Bytes(_) | Payload::ByteArray(_) => long_from_text(vm, x, 10),
        _ if is_bytes_like(vm, x) => {
            let bytes = contents(vm, x)?;
            let copy = vm.new_bytes(&bytes);
            let result = long_from_text(vm, copy, 10);
            vm.decref(copy);
            result
        }
        _ => {
            let name = vm.type_name_of(x);
            Err(vm.type_error(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
            )))
        }
    }
}

/// Checks what `__int__` gave; an instance of a subclass is deprecated.
fn exact_result(vm: &mut Vm, x: ObjId, result: ObjId, method: &str) -> PyResult<ObjId> {
    if vm.type_of(result) == types::INT {
        return Ok(result);
    }
    let (owner, given) = (vm.type_name_of(x), vm.type_name_of(result));
    if !vm.is_int(result) {
        vm.decref(result);
        return Err(vm.type_error(format!("{owner}.{method} returned non-int (type {given})")));
    }
    let message = format!(
        "{owner}.{method} returned non-int (type {given}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python."
    );
    let warn = vm.hooks.warn;
    if let Err(raised) = warn(vm, types::DEPRECATION_WARNING, &message, 1) {
        vm.decref(result);
        return Err(raised);
    }
    let exact = vm.exact_int(result);
    vm.decref(result);
    Ok(exact)
}

fn long_from_trunc(vm: &mut Vm, trunc: ObjId) -> PyResult<ObjId> {
    let warn = vm.hooks.warn;
    if let Err(raised) = warn(
        vm,
        types::DEPRECATION_WARNING,
        "The delegation of int() to __trunc__ is deprecated.",
        1,
    ) {
        vm.decref(trunc);
        return Err(raised);
    }
    let result = vm.call(trunc, &[]);
    vm.decref(trunc);
    let result = result?;
    if !vm.is_int(result) && !vm.has_index(result) {
        let name = vm.type_name_of(result);
        vm.decref(result);
        return Err(vm.type_error(format!("__trunc__ returned non-Integral (type {name})")));
    }
    let index = vm.number_index(result);
    vm.decref(result);
    let index = index?;
    let exact = vm.exact_int(index);
    vm.decref(index);
    Ok(exact)
}
