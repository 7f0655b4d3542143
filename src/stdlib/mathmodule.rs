//! The module `math`.
//!
//! Mirrors `Modules/mathmodule.c`; the functions themselves are those of the crate `pymath`,
//! which is made to give CPython's results and errors.

use pymath::{Error, math};

use crate::base::{BigInt, ObjId, integer};
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, names, small_int, types};

use super::ModuleDef;

/// A function of one float.
macro_rules! unary { ($($name:ident),* $(,)?) => { &[$(
    MethodDef::new(stringify!($name), MethodImpl::O(|vm, _, x| {
        let x = float_arg(vm, x)?;
        let result = math::$name(x);
        finish(vm, result)
    }), "($module, x, /)"),
)*] } }

static UNARY: &[MethodDef] = unary! {
    acos, acosh, asin, asinh, atan, atanh, cbrt, cos, cosh, erf, erfc, exp, exp2, expm1, fabs, gamma, lgamma, log1p,
    sin, sinh, sqrt, tan, tanh,
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "math",
    functions: &[
        MethodDef::new(
            "atan2",
            MethodImpl::Fast(|vm, _, a| two(vm, "atan2", a, math::atan2)),
            "($module, x, y, /)",
        ),
        MethodDef::new(
            "copysign",
            MethodImpl::Fast(|vm, _, a| two(vm, "copysign", a, math::copysign)),
            "($module, x, y, /)",
        ),
        MethodDef::new(
            "fmod",
            MethodImpl::Fast(|vm, _, a| two(vm, "fmod", a, math::fmod)),
            "($module, x, y, /)",
        ),
        MethodDef::new(
            "pow",
            MethodImpl::Fast(|vm, _, a| two(vm, "pow", a, math::pow)),
            "($module, x, y, /)",
        ),
        MethodDef::new(
            "remainder",
            MethodImpl::Fast(|vm, _, a| two(vm, "remainder", a, math::remainder)),
            "($module, x, y, /)",
        ),
        MethodDef::new(
            "ceil",
            MethodImpl::O(|vm, _, x| rounded(vm, x, names::CEIL, f64::ceil)),
            "($module, x, /)",
        ),
        MethodDef::new(
            "floor",
            MethodImpl::O(|vm, _, x| rounded(vm, x, names::FLOOR, f64::floor)),
            "($module, x, /)",
        ),
        MethodDef::new("trunc", MethodImpl::O(trunc), "($module, x, /)"),
        MethodDef::new(
            "degrees",
            MethodImpl::O(|vm, _, x| {
                let x = float_arg(vm, x)?;
                Ok(vm.new_float(math::degrees(x)))
            }),
            "($module, x, /)",
        ),
        MethodDef::new(
            "radians",
            MethodImpl::O(|vm, _, x| {
                let x = float_arg(vm, x)?;
                Ok(vm.new_float(math::radians(x)))
            }),
            "($module, x, /)",
        ),
        MethodDef::new(
            "isfinite",
            MethodImpl::O(|vm, _, x| Ok(bool_obj(float_arg(vm, x)?.is_finite()))),
            "($module, x, /)",
        ),
        MethodDef::new(
            "isinf",
            MethodImpl::O(|vm, _, x| Ok(bool_obj(float_arg(vm, x)?.is_infinite()))),
            "($module, x, /)",
        ),
        MethodDef::new(
            "isnan",
            MethodImpl::O(|vm, _, x| Ok(bool_obj(float_arg(vm, x)?.is_nan()))),
            "($module, x, /)",
        ),
        MethodDef::new(
            "ulp",
            MethodImpl::O(|vm, _, x| {
                let x = float_arg(vm, x)?;
                Ok(vm.new_float(math::ulp(x)))
            }),
            "($module, x, /)",
        ),
        MethodDef::new("frexp", MethodImpl::O(frexp), "($module, x, /)"),
        MethodDef::new("modf", MethodImpl::O(modf), "($module, x, /)"),
        MethodDef::new("ldexp", MethodImpl::Fast(ldexp), "($module, x, i, /)"),
        MethodDef::new("log", MethodImpl::Fast(log), ""),
        MethodDef::new(
            "log2",
            MethodImpl::O(|vm, _, x| log_of(vm, x, math::log2, 2.0_f64.ln())),
            "($module, x, /)",
        ),
        MethodDef::new(
            "log10",
            MethodImpl::O(|vm, _, x| log_of(vm, x, math::log10, 10.0_f64.ln())),
            "($module, x, /)",
        ),
        MethodDef::new("hypot", MethodImpl::Fast(hypot), ""),
        MethodDef::new("dist", MethodImpl::Fast(dist), "($module, p, q, /)"),
        MethodDef::new("fsum", MethodImpl::O(fsum), "($module, seq, /)"),
        MethodDef::new("fma", MethodImpl::Fast(fma), "($module, x, y, z, /)"),
        MethodDef::new(
            "prod",
            MethodImpl::FastKeywords(prod),
            "($module, iterable, /, *, start=1)",
        ),
        MethodDef::new("sumprod", MethodImpl::Fast(sumprod), "($module, p, q, /)"),
        MethodDef::new(
            "isclose",
            MethodImpl::FastKeywords(isclose),
            "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)",
        ),
        MethodDef::new(
            "nextafter",
            MethodImpl::FastKeywords(nextafter),
            "($module, x, y, /, *, steps=None)",
        ),
        MethodDef::new(
            "gcd",
            MethodImpl::Fast(|vm, _, args| fold_ints(vm, args, small_int(0), gcd)),
            "($module, *integers)",
        ),
        MethodDef::new(
            "lcm",
            MethodImpl::Fast(|vm, _, args| fold_ints(vm, args, small_int(1), lcm)),
            "($module, *integers)",
        ),
        MethodDef::new("factorial", MethodImpl::O(factorial), "($module, n, /)"),
        MethodDef::new("comb", MethodImpl::Fast(comb), "($module, n, k, /)"),
        MethodDef::new("perm", MethodImpl::Fast(perm), "($module, n, k=None, /)"),
        MethodDef::new("isqrt", MethodImpl::O(isqrt), "($module, n, /)"),
    ],
    exec: |vm, module| {
        vm.module_add_functions(module, UNARY);
        for (name, value) in [
            ("pi", std::f64::consts::PI),
            ("e", std::f64::consts::E),
            ("tau", std::f64::consts::TAU),
            ("inf", f64::INFINITY),
            ("nan", f64::NAN),
        ] {
            let number = vm.new_float(value);
            vm.module_add(module, name, number);
        }
        Ok(())
    },
    doc: "This module provides access to the mathematical functions defined by the C standard.",
};

/// A float from any number (`PyFloat_AsDouble`).
pub fn float_arg(vm: &mut Vm, x: ObjId) -> PyResult<f64> {
    match vm.heap.payload(x) {
        Payload::Float(value) => return Ok(*value),
        Payload::Int(value) => return Ok(*value as f64),
        _ => {}
    }
    let slots = vm.slots_of(x);
    if let Some(nb_float) = slots.nb_float {
        let result = nb_float(vm, x)?;
        let value = match vm.heap.payload(result) {
            Payload::Float(value) => Some(*value),
            _ => None,
        };
        if value.is_none() {
            let (own, name) = (vm.type_name_of(x), vm.type_name_of(result));
            vm.decref(result);
            return Err(vm.type_error(format!("{own}.__float__ returned non-float (type {name})")));
        }
        vm.decref(result);
        return Ok(value.unwrap_or_default());
    }
    if slots.nb_index.is_some() {
        let index = vm.number_index(x)?;
        let value = big_arg(vm, index);
        vm.decref(index);
        return integer::to_f64(&value)
            .ok_or_else(|| vm.raise(types::OVERFLOW_ERROR, "int too large to convert to float"));
    }
    let name = vm.type_name_of(x);
    Err(vm.type_error(format!("must be real number, not {name}")))
}

/// The value of an int object.
fn big_arg(vm: &Vm, x: ObjId) -> BigInt {
    match vm.heap.payload(x) {
        Payload::Int(value) => BigInt::from(*value),
        Payload::BigInt(value) => (**value).clone(),
        _ => BigInt::ZERO,
    }
}

/// An int from anything with `__index__`.
fn int_arg(vm: &mut Vm, x: ObjId) -> PyResult<BigInt> {
    let index = vm.number_index(x)?;
    let value = big_arg(vm, index);
    vm.decref(index);
    Ok(value)
}

fn finish(vm: &mut Vm, result: Result<f64, Error>) -> PyResult<ObjId> {
    match result {
        Ok(value) => Ok(vm.new_float(value)),
        Err(error) => Err(raise(vm, error)),
    }
}

fn raise(vm: &mut Vm, error: Error) -> crate::objects::vm::Raised {
    match error {
        Error::EDOM => vm.value_error("math domain error"),
        Error::ERANGE => vm.raise(types::OVERFLOW_ERROR, "math range error"),
    }
}

fn two(
    vm: &mut Vm,
    name: &str,
    args: &[ObjId],
    f: fn(f64, f64) -> Result<f64, Error>,
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 2, 2)?;
    let (x, y) = (float_arg(vm, args[0])?, float_arg(vm, args[1])?);
    finish(vm, f(x, y))
}

fn rounded(vm: &mut Vm, x: ObjId, method: ObjId, f: fn(f64) -> f64) -> PyResult<ObjId> {
    if vm.type_of(x) != types::FLOAT
        && let Some(special) = vm.lookup_special(x, method)?
    {
        let result = vm.call(special, &[]);
        vm.decref(special);
        return result;
    }
    let value = f(float_arg(vm, x)?);
    int_of(vm, value)
}

fn int_of(vm: &mut Vm, value: f64) -> PyResult<ObjId> {
    if value.is_infinite() {
        return Err(vm.raise(
            types::OVERFLOW_ERROR,
            "cannot convert float infinity to integer",
        ));
    }
    if value.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    Ok(vm.new_bigint(integer::from_f64(value)))
}

fn trunc(vm: &mut Vm, _module: ObjId, x: ObjId) -> PyResult<ObjId> {
    if let Payload::Float(value) = vm.heap.payload(x)
        && vm.type_of(x) == types::FLOAT
    {
        let value = value.trunc();
        return int_of(vm, value);
    }
    if let Some(special) = vm.lookup_special(x, names::TRUNC)? {
        let result = vm.call(special, &[]);
        vm.decref(special);
        result
    } else {
        let name = vm.type_name_of(x);
        Err(vm.type_error(format!("type {name} doesn't define __trunc__ method")))
    }
}

fn frexp(vm: &mut Vm, _module: ObjId, x: ObjId) -> PyResult<ObjId> {
    let x = float_arg(vm, x)?;
    let (mantissa, exponent) = if x == 0.0 || !x.is_finite() {
        (x, 0)
    } else {
        math::frexp(x)
    };
    let (m, e) = (vm.new_float(mantissa), vm.new_int(i64::from(exponent)));
    Ok(vm.new_tuple(vec![m, e]))
}

fn modf(vm: &mut Vm, _module: ObjId, x: ObjId) -> PyResult<ObjId> {
    let x = float_arg(vm, x)?;
    let (fraction, whole) = if x.is_infinite() {
        (0.0_f64.copysign(x), x)
    } else if x.is_nan() {
        (x, x)
    } else {
        (x.fract().copysign(x), x.trunc())
    };
    let (f, w) = (vm.new_float(fraction), vm.new_float(whole));
    Ok(vm.new_tuple(vec![f, w]))
}

fn ldexp(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("ldexp", args.len(), 2, 2)?;
    let x = float_arg(vm, args[0])?;
    if !vm.is_int(args[1]) {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    }
    let exponent = vm
        .index_as_ssize(args[1], None)?
        .clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    let result = math::ldexp(x, exponent as i32);
    finish(vm, result)
}

/// The logarithm of a float or of an int of any size.
fn log_of(vm: &mut Vm, x: ObjId, f: fn(f64) -> Result<f64, Error>, base: f64) -> PyResult<ObjId> {
    let value = natural_scale(vm, x, f, base)?;
    Ok(vm.new_float(value))
}

fn natural_scale(
    vm: &mut Vm,
    x: ObjId,
    f: fn(f64) -> Result<f64, Error>,
    base: f64,
) -> PyResult<f64> {
    if vm.is_int(x) {
        let value = big_arg(vm, x);
        if value <= BigInt::ZERO {
            return Err(raise(vm, Error::EDOM));
        }
        if integer::to_f64(&value).is_none() {
            // Too large for a float: the logarithm of the leading bits plus that of the scale.
            let shift = integer::bit_length(&value) - 64;
            let head = integer::to_f64(&(value >> shift)).unwrap_or(f64::MAX);
            let scale = if base == 0.0 {
                std::f64::consts::LN_2
            } else {
                std::f64::consts::LN_2 / base
            };
            let leading = f(head).map_err(|e| raise(vm, e))?;
            return Ok(leading + scale * shift as f64);
        }
    }
    let value = float_arg(vm, x)?;
    f(value).map_err(|e| raise(vm, e))
}

fn log(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("log", args.len(), 1, 2)?;
    let natural: fn(f64) -> Result<f64, Error> = |x| math::log(x, None);
    let numerator = natural_scale(vm, args[0], natural, 0.0)?;
    let Some(&base) = args.get(1) else {
        return Ok(vm.new_float(numerator));
    };
    let denominator = natural_scale(vm, base, natural, 0.0)?;
    if denominator == 0.0 {
        return Err(vm.raise(types::ZERO_DIVISION_ERROR, "float division by zero"));
    }
    Ok(vm.new_float(numerator / denominator))
}

fn floats(vm: &mut Vm, items: &[ObjId]) -> PyResult<Vec<f64>> {
    items.iter().map(|&x| float_arg(vm, x)).collect()
}

/// All floats of an iterable.
fn floats_of(vm: &mut Vm, iterable: ObjId) -> PyResult<Vec<f64>> {
    let items = vm.collect_iterable(iterable)?;
    let result = floats(vm, &items);
    vm.decref_all(&items);
    result
}

fn hypot(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let coordinates = floats(vm, args)?;
    Ok(vm.new_float(math::hypot(&coordinates)))
}

fn dist(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("dist", args.len(), 2, 2)?;
    let (p, q) = (floats_of(vm, args[0])?, floats_of(vm, args[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    Ok(vm.new_float(math::dist(&p, &q)))
}

fn fsum(vm: &mut Vm, _module: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    let values = floats_of(vm, iterable)?;
    match math::fsum(values) {
        Ok(sum) => Ok(vm.new_float(sum)),
        Err(Error::ERANGE) => Err(vm.raise(types::OVERFLOW_ERROR, "intermediate overflow in fsum")),
        Err(Error::EDOM) => Err(vm.value_error("-inf + inf in fsum")),
    }
}

fn fma(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("fma", args.len(), 3, 3)?;
    let values = floats(vm, args)?;
    match math::fma(values[0], values[1], values[2]) {
        Ok(value) => Ok(vm.new_float(value)),
        Err(Error::EDOM) => Err(vm.value_error("invalid operation in fma")),
        Err(Error::ERANGE) => Err(vm.raise(types::OVERFLOW_ERROR, "overflow in fma")),
    }
}

fn prod(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_keywords(
        &Signature::new("prod", &["", "start"], 1).positional(1),
        args,
        kwnames,
    )?;
    let mut result = if values[1].is_null() {
        small_int(1)
    } else {
        vm.incref(values[1])
    };
    let items = vm.collect_iterable(values[0])?;
    for &item in &items {
        let next = vm.binary_op(5, result, item);
        vm.decref(result);
        match next {
            Ok(next) => result = next,
            Err(raised) => {
                vm.decref_all(&items);
                return Err(raised);
            }
        }
    }
    vm.decref_all(&items);
    Ok(result)
}

fn sumprod(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("sumprod", args.len(), 2, 2)?;
    let p = vm.collect_iterable(args[0])?;
    let q = match vm.collect_iterable(args[1]) {
        Ok(q) => q,
        Err(raised) => {
            vm.decref_all(&p);
            return Err(raised);
        }
    };
    let result = sumprod_of(vm, &p, &q);
    vm.decref_all(&p);
    vm.decref_all(&q);
    result
}

fn sumprod_of(vm: &mut Vm, p: &[ObjId], q: &[ObjId]) -> PyResult<ObjId> {
    if p.len() != q.len() {
        return Err(vm.value_error("Inputs are not the same length"));
    }
    let is_number =
        |vm: &Vm, x: ObjId| matches!(vm.type_of(x), types::FLOAT | types::INT | types::BOOL);
    let any_float = p.iter().chain(q).any(|&x| vm.type_of(x) == types::FLOAT);
    if any_float && p.iter().chain(q).all(|&x| is_number(vm, x)) {
        let (x, y) = (floats(vm, p)?, floats(vm, q)?);
        let exact = dot_product(&x, &y);
        if exact.is_finite() {
            return Ok(vm.new_float(exact));
        }
    }
    let mut total = small_int(0);
    for (&a, &b) in p.iter().zip(q) {
        let product = vm.binary_op(5, a, b)?;
        let next = vm.number_add(total, product);
        vm.decref(product);
        vm.decref(total);
        total = next?;
    }
    Ok(total)
}

/// `a + b` and what rounding lost of it.
fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let z = sum - a;
    (sum, (a - (sum - z)) + (b - z))
}

/// The sum of products in triple precision (`tl_fma` and `tl_to_d`).
fn dot_product(p: &[f64], q: &[f64]) -> f64 {
    let (mut high, mut low, mut tiny) = (0.0, 0.0, 0.0);
    for (&x, &y) in p.iter().zip(q) {
        let product = x * y;
        let lost = x.mul_add(y, -product);
        let (sum, rest) = exact_sum(high, product);
        let (first, left) = exact_sum(low, lost);
        let (second, last) = exact_sum(first, rest);
        high = sum;
        low = second;
        tiny += left + last;
    }
    let (tail, last) = exact_sum(low, tiny);
    let (head, next) = exact_sum(high, tail);
    head + (last + next)
}

fn isclose(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("isclose", &["a", "b", "rel_tol", "abs_tol"], 2).positional(2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let (a, b) = (float_arg(vm, values[0])?, float_arg(vm, values[1])?);
    let tolerance = |vm: &mut Vm, id: ObjId| {
        if id.is_null() {
            Ok(None)
        } else {
            float_arg(vm, id).map(Some)
        }
    };
    let (relative, absolute) = (tolerance(vm, values[2])?, tolerance(vm, values[3])?);
    match math::isclose(a, b, relative, absolute) {
        Ok(close) => Ok(bool_obj(close)),
        Err(_) => Err(vm.value_error("tolerances must be non-negative")),
    }
}

fn nextafter(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("nextafter", &["", "", "steps"], 2).positional(2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let (x, y) = (float_arg(vm, values[0])?, float_arg(vm, values[1])?);
    let steps = if values[2].is_null() || values[2] == NONE {
        None
    } else {
        let n = int_arg(vm, values[2])?;
        if n < BigInt::ZERO {
            return Err(vm.value_error("steps must be a non-negative integer"));
        }
        Some(u64::try_from(&n).unwrap_or(u64::MAX))
    };
    Ok(vm.new_float(math::nextafter(x, y, steps)))
}

// ---- integers
fn fold_ints(
    vm: &mut Vm,
    args: &[ObjId],
    start: ObjId,
    f: fn(BigInt, BigInt) -> BigInt,
) -> PyResult<ObjId> {
    let mut result = big_arg(vm, start);
    for &arg in args {
        let value = int_arg(vm, arg)?;
        result = f(result, value);
    }
    Ok(vm.new_bigint(result))
}

fn magnitude(n: BigInt) -> BigInt {
    if n < BigInt::ZERO { -n } else { n }
}

fn gcd(a: BigInt, b: BigInt) -> BigInt {
    let (mut a, mut b) = (magnitude(a), magnitude(b));
    while b != BigInt::ZERO {
        let r = &a % &b;
        a = std::mem::replace(&mut b, r);
    }
    a
}

fn lcm(a: BigInt, b: BigInt) -> BigInt {
    if a == BigInt::ZERO || b == BigInt::ZERO {
        return BigInt::ZERO;
    }
    let divisor = gcd(a.clone(), b.clone());
    magnitude(a / divisor * b)
}

fn small_arg(vm: &mut Vm, n: &BigInt, message: &str) -> PyResult<u64> {
    u64::try_from(n).map_err(|_too_large| vm.raise(types::OVERFLOW_ERROR, message))
}

/// The product of `low..=high`, split in halves so that the factors stay alike in size.
fn range_product(low: u64, high: u64) -> BigInt {
    if low > high {
        return BigInt::ONE;
    }
    if high - low < 8 {
        return (low..=high).fold(BigInt::ONE, |product, n| product * BigInt::from(n));
    }
    let middle = low + (high - low) / 2;
    range_product(low, middle) * range_product(middle + 1, high)
}

fn factorial(vm: &mut Vm, _module: ObjId, n: ObjId) -> PyResult<ObjId> {
    let n = int_arg(vm, n)?;
    if n < BigInt::ZERO {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    let n = small_arg(
        vm,
        &n,
        "factorial() argument should not exceed 9223372036854775807",
    )?;
    Ok(vm.new_bigint(range_product(2, n)))
}

fn perm(vm: &mut Vm, module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("perm", args.len(), 1, 2)?;
    let Some(&k) = args.get(1).filter(|k| **k != NONE) else {
        return factorial(vm, module, args[0]);
    };
    let (n, k) = (int_arg(vm, args[0])?, int_arg(vm, k)?);
    if n < BigInt::ZERO {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k < BigInt::ZERO {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    if k > n {
        return Ok(small_int(0));
    }
    let k = small_arg(vm, &k, "k must not exceed 9223372036854775807")?;
    let mut result = BigInt::ONE;
    for i in 0..k {
        result *= &n - BigInt::from(i);
    }
    Ok(vm.new_bigint(result))
}

fn comb(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("comb", args.len(), 2, 2)?;
    let (n, k) = (int_arg(vm, args[0])?, int_arg(vm, args[1])?);
    if n < BigInt::ZERO {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k < BigInt::ZERO {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    if k > n {
        return Ok(small_int(0));
    }
    let other = &n - &k;
    let k = if other < k { other } else { k };
    let k = small_arg(vm, &k, "min(n - k, k) must not exceed 9223372036854775807")?;
    let mut result = BigInt::ONE;
    for i in 0..k {
        // Each partial product is itself a binomial coefficient, so the division is exact.
        result = result * (&n - BigInt::from(i)) / BigInt::from(i + 1);
    }
    Ok(vm.new_bigint(result))
}

fn isqrt(vm: &mut Vm, _module: ObjId, n: ObjId) -> PyResult<ObjId> {
    let n = int_arg(vm, n)?;
    if n < BigInt::ZERO {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    if n == BigInt::ZERO {
        return Ok(small_int(0));
    }
    // Newton's method from above.
    let mut x = BigInt::ONE << (integer::bit_length(&n).div_ceil(2));
    loop {
        let y = (&x + &n / &x) >> 1_usize;
        if y >= x {
            return Ok(vm.new_bigint(x));
        }
        x = y;
    }
}
