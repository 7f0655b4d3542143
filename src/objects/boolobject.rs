//! `bool`: the two ints with names.
//!
//! Mirrors `Objects/boolobject.c`.

use crate::base::ObjId;

use super::longobject;
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{FALSE, NOT_IMPLEMENTED, TRUE, bool_obj, types};

/// The type `bool`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "bool",
    tp_basicsize: 24,
    tp_itemsize: 4,
    tp_flags: TypeFlags::LONG_SUBCLASS.with(TypeFlags::MATCH_SELF),
    tp_base: types::INT,
    slots: Slots {
        tp_repr: Some(bool_repr),
        tp_new: Some(bool_new),
        nb_invert: Some(bool_invert),
        nb_and: Some(bool_and),
        nb_xor: Some(bool_xor),
        nb_or: Some(bool_or),
        ..Slots::EMPTY
    },
    tp_doc: "bool(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.",
    ..TypeSpec::EMPTY
};

fn bool_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(vm.intern(if this == TRUE { "True" } else { "False" }))
}

fn bool_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("bool", kwargs)?;
    let given = vm.tuple_items(args).len();
    vm.check_positional("bool", given, 0, 1)?;
    match vm.tuple_items(args).first() {
        Some(&x) => Ok(bool_obj(vm.is_true(x)?)),
        None => Ok(FALSE),
    }
}

fn bool_invert(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let warn = vm.hooks.warn;
    warn(
        vm,
        types::DEPRECATION_WARNING,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from the negation of a bool object. Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.",
        1,
    )?;
    Ok(vm.new_int(if this == TRUE { -2 } else { -1 }))
}

macro_rules! bool_binary { ($($name:ident $slot:ident $op:tt)*) => { $(
    fn $name(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        let is_bool = |x: ObjId| x == TRUE || x == FALSE;
        if is_bool(a) && is_bool(b) {
            return Ok(bool_obj((a == TRUE) $op (b == TRUE)));
        }
        match longobject::TYPE.slots.$slot {
            Some(f) => f(vm, a, b),
            None => Ok(NOT_IMPLEMENTED),
        }
    }
)* } }

bool_binary! { bool_and nb_and & bool_or nb_or | bool_xor nb_xor ^ }
