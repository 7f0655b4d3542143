//! The methods of `int`.
//!
//! Mirrors the Argument Clinic half of `Objects/longobject.c`.

use crate::base::format::spec;
use crate::base::{BigInt, ObjId, integer};

use super::bytes_like;
use super::getargs::Signature;
use super::longobject::{digit_count, digit_count_i64, long_long};
use super::methodobject::{GetSetDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::scalar_new::{bad_argument, raise_format_error, ssize_arg, str_arg};
use super::vm::{PyResult, Vm};
use super::wellknown::{TRUE, types};

pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::new("conjugate", MethodImpl::NoArgs(long_long), "($self, /)"),
    MethodDef::new("bit_length", MethodImpl::NoArgs(bit_length), "($self, /)"),
    MethodDef::new("bit_count", MethodImpl::NoArgs(bit_count), "($self, /)"),
    MethodDef::new(
        "to_bytes",
        MethodImpl::FastKeywords(to_bytes),
        "($self, /, length=1, byteorder='big', *, signed=False)",
    ),
    MethodDef::new(
        "from_bytes",
        MethodImpl::FastKeywords(from_bytes),
        "($type, /, bytes, byteorder='big', *, signed=False)",
    )
    .class_method(),
    MethodDef::new(
        "as_integer_ratio",
        MethodImpl::NoArgs(as_integer_ratio),
        "($self, /)",
    ),
    MethodDef::new("__trunc__", MethodImpl::NoArgs(long_long), ""),
    MethodDef::new("__floor__", MethodImpl::NoArgs(long_long), ""),
    MethodDef::new("__ceil__", MethodImpl::NoArgs(long_long), ""),
    MethodDef::new(
        "__round__",
        MethodImpl::Fast(round),
        "($self, ndigits=<unrepresentable>, /)",
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
    MethodDef::new("__sizeof__", MethodImpl::NoArgs(sizeof), "($self, /)"),
    MethodDef::new("is_integer", MethodImpl::NoArgs(is_integer), "($self, /)"),
];

pub(super) const GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "real",
        get: long_long,
        set: None,
    },
    GetSetDef {
        name: "imag",
        get: |vm, _| Ok(vm.new_int(0)),
        set: None,
    },
    GetSetDef {
        name: "numerator",
        get: long_long,
        set: None,
    },
    GetSetDef {
        name: "denominator",
        get: |vm, _| Ok(vm.new_int(1)),
        set: None,
    },
];

fn value(vm: &Vm, this: ObjId) -> BigInt {
    vm.int_value(this).expect("self is an int").into_owned()
}

fn bit_length(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let bits = integer::bit_length(&value(vm, this));
    Ok(vm.new_int(bits as i64))
}

fn bit_count(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let bits = integer::bit_count(&value(vm, this));
    Ok(vm.new_int(bits as i64))
}

fn is_integer(_vm: &mut Vm, _this: ObjId) -> PyResult<ObjId> {
    Ok(TRUE)
}

fn as_integer_ratio(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let numerator = long_long(vm, this)?;
    let denominator = vm.new_int(1);
    Ok(vm.new_tuple(vec![numerator, denominator]))
}

fn getnewargs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let copy = vm.new_bigint(value(vm, this));
    Ok(vm.new_tuple(vec![copy]))
}

fn sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let digits = match vm.heap.payload(this) {
        Payload::Int(n) => digit_count_i64(*n),
        Payload::BigInt(n) => digit_count(n),
        _ => 0,
    };
    let ty = vm.heap.type_object(vm.type_of(this));
    let size = ty.tp_basicsize as usize + 4 * digits.max(1);
    Ok(vm.new_int(size as i64))
}

fn format(vm: &mut Vm, this: ObjId, format_spec: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "__format__", "", format_spec)?;
    let spec = vm.text(format_spec).expect("checked above").clone();
    if spec.is_empty() {
        return vm.str(this);
    }
    let limit = vm.interp.int_max_str_digits as usize;
    let type_name = vm.type_name_of(this);
    match spec::format_int(&value(vm, this), &spec, &type_name, limit) {
        Ok(text) => Ok(vm.new_text(text)),
        Err(error) => Err(raise_format_error(vm, error)),
    }
}

fn round(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("__round__", args.len(), 0, 1)?;
    let Some(&ndigits) = args.first() else {
        return long_long(vm, this);
    };
    let ndigits = vm.number_index(ndigits)?;
    let digits = vm
        .int_value(ndigits)
        .expect("an index is an int")
        .into_owned();
    vm.decref(ndigits);
    if !integer::is_negative(&digits) {
        return long_long(vm, this);
    }
    let number = value(vm, this);
    let places = usize::try_from(-digits).unwrap_or(usize::MAX);
    // With more places than digits the result is 0; no need to build the power of ten.
    if places > integer::bit_length(&number) {
        return Ok(vm.new_int(0));
    }
    Ok(vm.new_bigint(integer::round_to_power_of_ten(&number, places)))
}

/// Whether `byteorder` says little-endian.
fn is_little(vm: &mut Vm, function: &str, byteorder: ObjId) -> PyResult<bool> {
    if byteorder.is_null() {
        return Ok(false);
    }
    if !vm.isinstance(byteorder, types::STR) {
        return Err(bad_argument(vm, function, "'byteorder'", "str", byteorder));
    }
    match vm.str_lossy(byteorder).as_str() {
        "little" => Ok(true),
        "big" => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}

fn to_bytes(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("to_bytes", &["length", "byteorder", "signed"], 0).positional(2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let length = if values[0].is_null() {
        1
    } else {
        ssize_arg(vm, values[0])?
    };
    let little = is_little(vm, "to_bytes", values[1])?;
    let signed = !values[2].is_null() && vm.is_true(values[2])?;
    if length < 0 {
        return Err(vm.value_error("length argument must be non-negative"));
    }
    let number = value(vm, this);
    if integer::is_negative(&number) && !signed {
        return Err(vm.raise(
            types::OVERFLOW_ERROR,
            "can't convert negative int to unsigned",
        ));
    }
    let Some(mut bytes) = integer::to_le_bytes(&number, length as usize, signed) else {
        return Err(vm.raise(types::OVERFLOW_ERROR, "int too big to convert"));
    };
    if !little {
        bytes.reverse();
    }
    Ok(vm.new_bytes_fresh(&bytes))
}

fn from_bytes(vm: &mut Vm, ty: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature =
        Signature::new("from_bytes", &["bytes", "byteorder", "signed"], 1).positional(2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let little = is_little(vm, "from_bytes", values[1])?;
    let signed = !values[2].is_null() && vm.is_true(values[2])?;
    let mut bytes = bytes_like::object_to_bytes(vm, values[0])?;
    if !little {
        bytes.reverse();
    }
    let number = vm.new_bigint(integer::from_le_bytes(&bytes, signed));
    if ty == types::INT {
        return Ok(number);
    }
    let result = vm.call(ty, &[number]);
    vm.decref(number);
    result
}
