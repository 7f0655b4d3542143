//! The module `cmath`.
//!
//! Mirrors `Modules/cmathmodule.c`; the functions themselves are those of the crate `pymath`,
//! which is made to give CPython's results and errors.

use num_complex::Complex64;
use pymath::{Error, cmath};

use crate::base::ObjId;
use crate::objects::complexobject::try_complex_method;
use crate::objects::floatobject::as_double;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{bool_obj, types};

use super::ModuleDef;

/// Functions of one complex number that may fail.
macro_rules! unary { ($($name:ident),* $(,)?) => { &[$(
    MethodDef::new(stringify!($name), MethodImpl::O(|vm, _, z| {
        let z = complex_arg(vm, z)?;
        let result = cmath::$name(z);
        finish(vm, result)
    }), "($module, z, /)"),
)*] } }

static UNARY: &[MethodDef] = unary! {
    acos, acosh, asin, asinh, atan, atanh, cos, cosh, exp, log10, sin, sinh, sqrt, tan, tanh,
};

/// Questions about a complex number.
macro_rules! test {
    ($name:ident) => {
        MethodDef::new(
            stringify!($name),
            MethodImpl::O(|vm, _, z| Ok(bool_obj(cmath::$name(complex_arg(vm, z)?)))),
            "($module, z, /)",
        )
    };
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    functions: &[
        test!(isfinite),
        test!(isinf),
        test!(isnan),
        MethodDef::new(
            "isclose",
            MethodImpl::FastKeywords(isclose),
            "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)",
        ),
        MethodDef::new(
            "log",
            MethodImpl::Fast(log),
            "($module, z, base=<unrepresentable>, /)",
        ),
        MethodDef::new("phase", MethodImpl::O(phase), "($module, z, /)"),
        MethodDef::new("polar", MethodImpl::O(polar), "($module, z, /)"),
        MethodDef::new("rect", MethodImpl::Fast(rect), "($module, r, phi, /)"),
    ],
    exec: |vm, module| {
        vm.module_add_functions(module, UNARY);
        for (name, value) in [
            ("pi", cmath::PI),
            ("e", cmath::E),
            ("tau", cmath::TAU),
            ("inf", cmath::INF),
            ("nan", cmath::NAN),
        ] {
            let value = vm.new_float(value);
            vm.module_add(module, name, value);
        }
        for (name, value) in [("infj", cmath::INFJ), ("nanj", cmath::NANJ)] {
            let value = vm.new_complex(value.re, value.im);
            vm.module_add(module, name, value);
        }
        Ok(())
    },
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
};

/// `PyComplex_AsCComplex`.
fn complex_arg(vm: &mut Vm, z: ObjId) -> PyResult<Complex64> {
    if let Some([re, im]) = vm.complex_value(z) {
        return Ok(Complex64::new(re, im));
    }
    if let Some([re, im]) = try_complex_method(vm, z)? {
        return Ok(Complex64::new(re, im));
    }
    Ok(Complex64::new(as_double(vm, z)?, 0.0))
}

#[cold]
fn raise(vm: &mut Vm, error: Error) -> Raised {
    match error {
        Error::EDOM => vm.value_error("math domain error"),
        Error::ERANGE => vm.raise(types::OVERFLOW_ERROR, "math range error"),
    }
}

fn finish(vm: &mut Vm, result: Result<Complex64, Error>) -> PyResult<ObjId> {
    match result {
        Ok(z) => Ok(vm.new_complex(z.re, z.im)),
        Err(error) => Err(raise(vm, error)),
    }
}

fn log(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("log", args.len(), 1, 2)?;
    let z = complex_arg(vm, args[0])?;
    let base = match args.get(1) {
        Some(&base) => Some(complex_arg(vm, base)?),
        None => None,
    };
    let result = cmath::log(z, base);
    finish(vm, result)
}

fn phase(vm: &mut Vm, _module: ObjId, z: ObjId) -> PyResult<ObjId> {
    let z = complex_arg(vm, z)?;
    match cmath::phase(z) {
        Ok(angle) => Ok(vm.new_float(angle)),
        Err(error) => Err(raise(vm, error)),
    }
}

fn polar(vm: &mut Vm, _module: ObjId, z: ObjId) -> PyResult<ObjId> {
    let z = complex_arg(vm, z)?;
    match cmath::polar(z) {
        Ok((r, phi)) => {
            let (r, phi) = (vm.new_float(r), vm.new_float(phi));
            Ok(vm.new_tuple(vec![r, phi]))
        }
        Err(error) => Err(raise(vm, error)),
    }
}

fn rect(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("rect", args.len(), 2, 2)?;
    let (r, phi) = (as_double(vm, args[0])?, as_double(vm, args[1])?);
    let result = cmath::rect(r, phi);
    finish(vm, result)
}

fn isclose(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("isclose", &["a", "b", "rel_tol", "abs_tol"], 2).positional(2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let (a, b) = (complex_arg(vm, values[0])?, complex_arg(vm, values[1])?);
    let tolerance = |vm: &mut Vm, id: ObjId| {
        if id.is_null() {
            Ok(None)
        } else {
            as_double(vm, id).map(Some)
        }
    };
    let (relative, absolute) = (tolerance(vm, values[2])?, tolerance(vm, values[3])?);
    match cmath::isclose(a, b, relative, absolute) {
        Ok(close) => Ok(bool_obj(close)),
        Err(_) => Err(vm.value_error("tolerances must be non-negative")),
    }
}
