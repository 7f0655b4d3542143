//! `None`, `Ellipsis` and `NotImplemented`: the types of the three singletons.
//!
//! Mirrors the end of `Objects/object.c` and of `Objects/sliceobject.c`.

use crate::base::ObjId;

use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::NoArgs;
use super::slots::Slots;
use super::typeobject::TypeSpec;
use super::vm::{PyResult, Vm};
use super::wellknown::{ELLIPSIS, NONE, NOT_IMPLEMENTED, types};

/// The hash of `None`, the same in every run since 3.12.
const NONE_HASH: i64 = 0xfca8_6420;

/// The type of `None`.
pub static NONE_TYPE: TypeSpec = TypeSpec {
    tp_name: "NoneType",
    slots: Slots {
        tp_repr: Some(|vm, _| Ok(vm.intern("None"))),
        tp_hash: Some(|_, _| Ok(NONE_HASH)),
        nb_bool: Some(|_, _| Ok(false)),
        tp_new: Some(|vm, _, args, kwargs| only_instance(vm, "NoneType", NONE, args, kwargs)),
        ..Slots::EMPTY
    },
    tp_doc: "The type of the None singleton.",
    ..TypeSpec::EMPTY
};

/// The type of `...`.
pub static ELLIPSIS_TYPE: TypeSpec = TypeSpec {
    tp_name: "ellipsis",
    slots: Slots {
        tp_repr: Some(|vm, _| Ok(vm.intern("Ellipsis"))),
        tp_new: Some(|vm, _, args, kwargs| {
            only_instance(vm, "EllipsisType", ELLIPSIS, args, kwargs)
        }),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        NoArgs(|vm, _| Ok(vm.intern("Ellipsis"))),
        "",
    )],
    tp_doc: "The type of the Ellipsis singleton.",
    ..TypeSpec::EMPTY
};

/// The type of `NotImplemented`.
pub static NOT_IMPLEMENTED_TYPE: TypeSpec = TypeSpec {
    tp_name: "NotImplementedType",
    slots: Slots {
        tp_repr: Some(|vm, _| Ok(vm.intern("NotImplemented"))),
        nb_bool: Some(not_implemented_bool),
        tp_new: Some(|vm, _, args, kwargs| {
            only_instance(vm, "NotImplementedType", NOT_IMPLEMENTED, args, kwargs)
        }),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        NoArgs(|vm, _| Ok(vm.intern("NotImplemented"))),
        "",
    )],
    tp_doc: "The type of the NotImplemented singleton.",
    ..TypeSpec::EMPTY
};

/// Calling the type gives the singleton; arguments are refused.
fn only_instance(
    vm: &mut Vm,
    name: &str,
    instance: ObjId,
    args: ObjId,
    kwargs: ObjId,
) -> PyResult<ObjId> {
    let keywords = !kwargs.is_null() && vm.dict_len(kwargs) > 0;
    if keywords || !vm.tuple_items(args).is_empty() {
        return Err(vm.type_error(format!("{name} takes no arguments")));
    }
    Ok(instance)
}

fn not_implemented_bool(vm: &mut Vm, _this: ObjId) -> PyResult<bool> {
    let warn = vm.hooks.warn;
    warn(
        vm,
        types::DEPRECATION_WARNING,
        "NotImplemented should not be used in a boolean context",
        1,
    )?;
    Ok(true)
}
