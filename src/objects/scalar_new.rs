//! Small things that the files of numbers, strings and bytes share: conversions of arguments,
//! errors of the `base` layer as exceptions.

use crate::base::ObjId;
use crate::base::format::FormatError;

use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, types};

/// Raises what a formatting function complains about.
#[cold]
pub fn raise_format_error(vm: &mut Vm, error: FormatError) -> Raised {
    match error {
        FormatError::ValueError(message) => vm.value_error(message),
        FormatError::TypeError(message) => vm.type_error(message),
        FormatError::OverflowError(message) => vm.raise(types::OVERFLOW_ERROR, message),
        FormatError::MemoryError => vm.no_memory(),
    }
}

/// A `repr` cut after `max` characters, as `%.200R` does.
pub fn slice_repr(repr: &str, max: usize) -> String {
    repr.chars().take(max).collect()
}

/// An argument that must be an index that fits a machine word (`Py_ssize_t` in Argument Clinic).
pub fn ssize_arg(vm: &mut Vm, obj: ObjId) -> PyResult<i64> {
    let index = vm.number_index(obj)?;
    let value = vm.int_as_i64(index);
    vm.decref(index);
    value.ok_or_else(|| {
        vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C ssize_t",
        )
    })
}

/// An argument that must be an index that fits a C `int`.
pub fn c_int_arg(vm: &mut Vm, obj: ObjId) -> PyResult<i32> {
    let index = vm.number_index(obj)?;
    let value = vm.int_as_i64(index);
    vm.decref(index);
    let Some(value) = value else {
        return Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C int",
        ));
    };
    i32::try_from(value).map_err(|_too_large| {
        let end = if value > 0 {
            "greater than maximum"
        } else {
            "less than minimum"
        };
        vm.raise(types::OVERFLOW_ERROR, format!("signed integer is {end}"))
    })
}

/// An optional `start` or `end` argument (`_PyEval_SliceIndex`): `None` and NULL give `default`.
pub fn slice_index_arg(vm: &mut Vm, obj: ObjId, default: i64) -> PyResult<i64> {
    if obj.is_null() || obj == NONE {
        return Ok(default);
    }
    if !vm.has_index(obj) {
        return Err(
            vm.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    vm.index_as_ssize(obj, None)
}

/// Refuses an argument that is no `str`, naming it as Argument Clinic does.
pub fn str_arg(vm: &mut Vm, function: &str, place: &str, obj: ObjId) -> PyResult<()> {
    if vm.isinstance(obj, types::STR) {
        return Ok(());
    }
    Err(bad_argument(vm, function, place, "str", obj))
}

/// `TypeError: f() argument 1 must be str, not int` (`_PyArg_BadArgument`); `None` shows as `None`.
#[cold]
pub fn bad_argument(
    vm: &mut Vm,
    function: &str,
    place: &str,
    expected: &str,
    obj: ObjId,
) -> Raised {
    let given = if obj == NONE {
        "None".to_owned()
    } else {
        vm.type_name_of(obj)
    };
    let space = if place.is_empty() { "" } else { " " };
    vm.type_error(format!(
        "{function}() argument{space}{place} must be {expected}, not {given}"
    ))
}
