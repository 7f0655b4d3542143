//! Weak proxies: they act as their referent does, while it lives.
//!
//! Mirrors the proxy half of `Objects/weakrefobject.c`.

use crate::base::ObjId;

use super::methodobject::{MethodDef, MethodImpl};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::types;

/// The referent with a reference of its own, or a `ReferenceError`; what is no proxy is given back.
fn unwrap(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    if !matches!(vm.type_of(id), types::WEAKPROXY | types::WEAKCALLABLEPROXY) {
        return Ok(vm.incref(id));
    }
    match vm.weakref_target(id) {
        Some(target) => Ok(vm.incref(target)),
        None => Err(vm.raise(
            types::REFERENCE_ERROR,
            "weakly-referenced object no longer exists",
        )),
    }
}

/// Runs an operation on the referent.
fn with<T>(
    vm: &mut Vm,
    id: ObjId,
    operation: impl FnOnce(&mut Vm, ObjId) -> PyResult<T>,
) -> PyResult<T> {
    let target = unwrap(vm, id)?;
    let result = operation(vm, target);
    vm.decref(target);
    result
}

/// Runs an operation on two operands, either of which may be a proxy.
fn with_both<T>(
    vm: &mut Vm,
    a: ObjId,
    b: ObjId,
    operation: impl FnOnce(&mut Vm, ObjId, ObjId) -> PyResult<T>,
) -> PyResult<T> {
    let x = unwrap(vm, a)?;
    let y = match unwrap(vm, b) {
        Ok(y) => y,
        Err(raised) => {
            vm.decref(x);
            return Err(raised);
        }
    };
    let result = operation(vm, x, y);
    vm.decref(x);
    vm.decref(y);
    result
}

macro_rules! binary {
    ($oparg:literal) => {
        Some(|vm, a, b| with_both(vm, a, b, |vm, x, y| vm.binary_op($oparg, x, y)))
    };
}

/// The slots that both proxy types have.
const SLOTS: Slots = Slots {
    tp_dealloc: Some(Vm::unlink_weakref),
    tp_repr: Some(proxy_repr),
    tp_str: Some(|vm, id| with(vm, id, Vm::str)),
    tp_hash: Some(super::object_type::hash_not_implemented),
    tp_getattro: Some(|vm, id, name| with(vm, id, |vm, x| vm.getattr(x, name))),
    tp_setattro: Some(|vm, id, name, value| with(vm, id, |vm, x| vm.setattr(x, name, value))),
    tp_richcompare: Some(proxy_richcompare),
    tp_iter: Some(|vm, id| with(vm, id, Vm::iter)),
    tp_iternext: Some(|vm, id| with(vm, id, Vm::iter_next)),
    nb_add: binary!(0),
    nb_and: binary!(1),
    nb_floor_divide: binary!(2),
    nb_lshift: binary!(3),
    nb_matrix_multiply: binary!(4),
    nb_multiply: binary!(5),
    nb_remainder: binary!(6),
    nb_or: binary!(7),
    nb_rshift: binary!(9),
    nb_subtract: binary!(10),
    nb_true_divide: binary!(11),
    nb_xor: binary!(12),
    nb_inplace_add: binary!(13),
    nb_inplace_and: binary!(14),
    nb_inplace_floor_divide: binary!(15),
    nb_inplace_lshift: binary!(16),
    nb_inplace_matrix_multiply: binary!(17),
    nb_inplace_multiply: binary!(18),
    nb_inplace_remainder: binary!(19),
    nb_inplace_or: binary!(20),
    nb_inplace_rshift: binary!(22),
    nb_inplace_subtract: binary!(23),
    nb_inplace_true_divide: binary!(24),
    nb_inplace_xor: binary!(25),
    nb_divmod: Some(|vm, a, b| with_both(vm, a, b, Vm::number_divmod)),
    nb_power: Some(|vm, a, b, c| with_both(vm, a, b, |vm, x, y| vm.number_power(x, y, c))),
    nb_negative: Some(|vm, id| with(vm, id, Vm::number_negative)),
    nb_positive: Some(|vm, id| with(vm, id, Vm::number_positive)),
    nb_absolute: Some(|vm, id| with(vm, id, Vm::number_absolute)),
    nb_invert: Some(|vm, id| with(vm, id, Vm::number_invert)),
    nb_bool: Some(|vm, id| with(vm, id, Vm::is_true)),
    nb_int: Some(|vm, id| with(vm, id, |vm, x| vm.call(types::INT, &[x]))),
    nb_float: Some(|vm, id| with(vm, id, |vm, x| vm.call(types::FLOAT, &[x]))),
    nb_index: Some(|vm, id| with(vm, id, Vm::number_index)),
    mp_length: Some(|vm, id| with(vm, id, Vm::len)),
    mp_subscript: Some(|vm, id, key| with(vm, id, |vm, x| vm.getitem(x, key))),
    mp_ass_subscript: Some(|vm, id, key, value| with(vm, id, |vm, x| vm.setitem(x, key, value))),
    sq_contains: Some(|vm, id, value| with(vm, id, |vm, x| vm.contains(x, value))),
    ..Slots::EMPTY
};

const BASE: TypeSpec = TypeSpec {
    tp_basicsize: 64,
    tp_flags: TypeFlags::HAVE_GC,
    slots: SLOTS,
    methods: &[
        MethodDef::new(
            "__bytes__",
            MethodImpl::NoArgs(|vm, id| {
                with(vm, id, |vm, x| vm.call_method_name(x, "__bytes__", &[]))
            }),
            "",
        ),
        MethodDef::new(
            "__reversed__",
            MethodImpl::NoArgs(|vm, id| {
                with(vm, id, |vm, x| vm.call_method_name(x, "__reversed__", &[]))
            }),
            "",
        ),
    ],
    ..TypeSpec::EMPTY
};

pub static WEAKPROXY: TypeSpec = TypeSpec {
    tp_name: "weakref.ProxyType",
    ..BASE
};
pub static WEAKCALLABLEPROXY: TypeSpec = TypeSpec {
    tp_name: "weakref.CallableProxyType",
    slots: Slots {
        tp_call: Some(|vm, id, args, kwargs| {
            with(vm, id, |vm, x| vm.call_tuple_dict(x, args, kwargs))
        }),
        ..SLOTS
    },
    ..BASE
};

fn proxy_repr(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let address = vm.heap.address(id);
    let text = match vm.weakref_target(id) {
        Some(target) => {
            let (name, target_address) = (vm.type_name_of(target), vm.heap.address(target));
            format!("<weakproxy at {address:#x}; to '{name}' at {target_address:#x}>")
        }
        None => format!("<weakproxy at {address:#x}; dead>"),
    };
    Ok(vm.new_string(text))
}

fn proxy_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    with_both(vm, a, b, |vm, x, y| vm.rich_compare(x, y, op))
}
