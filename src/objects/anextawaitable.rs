//! What `anext(iterator, default)` gives: an awaitable that ends with the default.
//!
//! Mirrors the type `anext_awaitable` of `Objects/iterobject.c`.

use crate::base::ObjId;

use super::methodobject::{MethodDef, MethodImpl};
use super::object::{NativePayload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{names, types};

/// `anextawaitableobject`.
#[derive(Debug)]
struct AnextAwaitable {
    wrapped: ObjId,
    default_value: ObjId,
}

impl NativePayload for AnextAwaitable {
    fn traverse(&self, visit: Visit<'_>) {
        visit(Place::Member("wrapped"), self.wrapped);
        visit(Place::Member("default_value"), self.default_value);
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

static TYPE: TypeSpec = TypeSpec {
    tp_name: "anext_awaitable",
    tp_basicsize: 32,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        am_await: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(|vm, this| forward(vm, this, names::NEXT, &[]).map(Some)),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "send",
            MethodImpl::O(|vm, this, value| forward(vm, this, names::SEND, &[value])),
            "",
        ),
        MethodDef::new(
            "throw",
            MethodImpl::Fast(|vm, this, args| forward(vm, this, names::THROW, args)),
            "",
        ),
        MethodDef::new(
            "close",
            MethodImpl::NoArgs(|vm, this| forward(vm, this, names::CLOSE, &[])),
            "",
        ),
    ],
    ..TypeSpec::EMPTY
};

/// An awaitable around `wrapped`; takes references of its own.
pub fn new(vm: &mut Vm, wrapped: ObjId, default_value: ObjId) -> ObjId {
    vm.incref(wrapped);
    vm.incref(default_value);
    let ty = vm.native_type(&TYPE);
    vm.new_native(
        ty,
        AnextAwaitable {
            wrapped,
            default_value,
        },
    )
}

/// Passes a call on to the iterator of the awaitable; `StopAsyncIteration` becomes the default.
fn forward(vm: &mut Vm, this: ObjId, name: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let a = vm
        .heap
        .native::<AnextAwaitable>(this)
        .expect("a method of anext_awaitable");
    let (wrapped, default_value) = (a.wrapped, a.default_value);
    let iterator = super::genobject::get_awaitable_iter(vm, wrapped)?;
    let next = vm.slots_of(iterator).tp_iternext;
    let result = match next {
        Some(next) if name == names::NEXT => match next(vm, iterator) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(vm.raise_stop_iteration()),
            Err(raised) => Err(raised),
        },
        _ if name == names::NEXT => {
            let awaited = vm.call_method(iterator, names::AWAIT, &[]);
            awaited.and_then(|awaited| {
                let value = vm.call_method(awaited, names::NEXT, &[]);
                vm.decref(awaited);
                value
            })
        }
        _ => vm.call_method(iterator, name, args),
    };
    vm.decref(iterator);
    if result.is_err() && vm.raised_matches(types::STOP_ASYNC_ITERATION) {
        vm.clear_raised();
        return Err(vm.raise_stop_iteration_value(default_value));
    }
    result
}
