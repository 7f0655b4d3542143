//! Asynchronous generators, and the awaitables that their methods give.
//!
//! Mirrors the second half of `Objects/genobject.c`.

use crate::base::ObjId;

use super::genobject::{self, GeneratorState, generator};
use super::heap::Reuse;
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, bool_obj, types};

/// What an asynchronous generator yields to its own awaitable: the value, wrapped so that it is
/// told apart from what an inner `await` yields.
#[derive(Debug)]
pub struct WrappedValue {
    pub agw_val: ObjId,
}

impl NativePayload for WrappedValue {
    fn traverse(&self, visit: Visit<'_>) {
        visit(Place::Member("agw_val"), self.agw_val);
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

/// Where an awaitable stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AwaitState {
    Init,
    Iter,
    Closed,
}

/// The awaitable of `__anext__()` and `asend()`.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the field names of CPython")]
pub struct AsyncGenASend {
    ags_gen: ObjId,
    /// NULL: `__anext__()`.
    ags_sendval: ObjId,
    ags_state: AwaitState,
}

impl NativePayload for AsyncGenASend {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("ags_gen", self.ags_gen), ("ags_sendval", self.ags_sendval)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

/// The awaitable of `athrow()` and `aclose()`.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the field names of CPython")]
pub struct AsyncGenAThrow {
    agt_gen: ObjId,
    /// The tuple of `athrow`'s arguments; NULL: `aclose()`.
    agt_args: ObjId,
    agt_state: AwaitState,
}

impl NativePayload for AsyncGenAThrow {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("agt_gen", self.agt_gen), ("agt_args", self.agt_args)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

/// The type `async_generator`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "async_generator",
    tp_basicsize: 144,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        am_aiter: Some(return_self),
        am_anext: Some(anext),
        ..genobject::GENERATOR_SLOTS
    },
    methods: &[
        MethodDef::new("asend", MethodImpl::O(asend), ""),
        MethodDef::new("athrow", MethodImpl::VarArgs(athrow), ""),
        MethodDef::new(
            "aclose",
            MethodImpl::NoArgs(|vm, id| make_athrow(vm, id, ObjId::NULL)),
            "",
        ),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(super::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
    ],
    members: &[MemberDef {
        name: "ag_running",
        get: |vm, id| Ok(bool_obj(generator(vm, id).ag_running_async)),
        set: None,
    }],
    getset: &[
        GetSetDef {
            name: "__name__",
            get: genobject::get_name,
            set: Some(genobject::set_name),
        },
        GetSetDef {
            name: "__qualname__",
            get: genobject::get_qualname,
            set: Some(genobject::set_qualname),
        },
        GetSetDef {
            name: "ag_await",
            get: genobject::get_delegate,
            set: None,
        },
        GetSetDef {
            name: "ag_frame",
            get: genobject::get_frame,
            set: None,
        },
        GetSetDef {
            name: "ag_code",
            get: genobject::get_code,
            set: None,
        },
        GetSetDef {
            name: "ag_suspended",
            get: genobject::get_suspended,
            set: None,
        },
    ],
    weakrefs: true,
    ..TypeSpec::EMPTY
};

/// The type `async_generator_asend`.
pub static ASEND_TYPE: TypeSpec = TypeSpec {
    tp_name: "async_generator_asend",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(return_self),
        am_await: Some(return_self),
        tp_iternext: Some(|vm, id| asend_send(vm, id, NONE).map(Some)),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("send", MethodImpl::O(asend_send), "($self, arg, /)"),
        MethodDef::new("throw", MethodImpl::Fast(asend_throw), ""),
        MethodDef::new("close", MethodImpl::NoArgs(asend_close), "($self, /)"),
    ],
    ..TypeSpec::EMPTY
};

/// The type `async_generator_athrow`.
pub static ATHROW_TYPE: TypeSpec = TypeSpec {
    tp_name: "async_generator_athrow",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(return_self),
        am_await: Some(return_self),
        tp_iternext: Some(|vm, id| athrow_send(vm, id, NONE).map(Some)),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("send", MethodImpl::O(athrow_send), "($self, arg, /)"),
        MethodDef::new("throw", MethodImpl::Fast(athrow_throw), ""),
        MethodDef::new("close", MethodImpl::NoArgs(athrow_close), "($self, /)"),
    ],
    ..TypeSpec::EMPTY
};

/// The type `async_generator_wrapped_value`.
pub static WRAPPED_VALUE_TYPE: TypeSpec = TypeSpec {
    tp_name: "async_generator_wrapped_value",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    ..TypeSpec::EMPTY
};

/// Wraps a value that an asynchronous generator yields.
pub fn wrap_value(vm: &mut Vm, value: ObjId) -> ObjId {
    vm.incref(value);
    let payload = Payload::Native(Box::new(WrappedValue { agw_val: value }));
    let id = vm
        .heap
        .alloc(types::ASYNC_GEN_WRAPPED_VALUE, payload, Reuse::FreeList);
    vm.heap.track(id);
    id
}

fn return_self(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    Ok(vm.incref(id))
}

fn agen_mut(vm: &mut Vm, id: ObjId) -> &mut genobject::GeneratorObject {
    match vm.heap.payload_mut(id) {
        Payload::Generator(g) => g,
        other => panic!("{id:?} is no generator: {other:?}"),
    }
}

/// Asks the hooks of `sys.set_asyncgen_hooks` once (`async_gen_init_hooks`).
fn init_hooks(vm: &mut Vm, id: ObjId) -> PyResult<()> {
    if generator(vm, id).ag_hooks_inited {
        return Ok(());
    }
    agen_mut(vm, id).ag_hooks_inited = true;
    let finalizer = vm.tstate.async_gen_finalizer;
    if !finalizer.is_null() {
        vm.incref(finalizer);
        agen_mut(vm, id).origin_or_finalizer = finalizer;
    }
    let first = vm.tstate.async_gen_firstiter;
    if !first.is_null() {
        vm.incref(first);
        let result = vm.call(first, &[id]);
        vm.decref(first);
        let result = result?;
        vm.decref(result);
    }
    Ok(())
}

fn anext(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    make_asend(vm, id, ObjId::NULL)
}

fn asend(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<ObjId> {
    make_asend(vm, id, value)
}

fn make_asend(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<ObjId> {
    init_hooks(vm, id)?;
    vm.incref(id);
    vm.xincref(value);
    let payload = AsyncGenASend {
        ags_gen: id,
        ags_sendval: value,
        ags_state: AwaitState::Init,
    };
    let made = vm.heap.alloc(
        types::ASYNC_GEN_ASEND,
        Payload::Native(Box::new(payload)),
        Reuse::FreeList,
    );
    vm.heap.track(made);
    Ok(made)
}

fn athrow(vm: &mut Vm, id: ObjId, args: ObjId) -> PyResult<ObjId> {
    if vm.tuple_items(args).len() > 1 {
        (vm.hooks.warn)(
            vm,
            types::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    make_athrow(vm, id, args)
}

fn make_athrow(vm: &mut Vm, id: ObjId, args: ObjId) -> PyResult<ObjId> {
    init_hooks(vm, id)?;
    vm.incref(id);
    vm.xincref(args);
    Ok(vm.new_native(
        types::ASYNC_GEN_ATHROW,
        AsyncGenAThrow {
            agt_gen: id,
            agt_args: args,
            agt_state: AwaitState::Init,
        },
    ))
}

/// What came out of the generator, seen from its awaitable (`async_gen_unwrap_value`): a wrapped
/// value ends the await with that value.
fn unwrap_value(vm: &mut Vm, id: ObjId, result: PyResult<ObjId>) -> PyResult<ObjId> {
    match result {
        Err(raised) => {
            if vm.raised_matches(types::STOP_ASYNC_ITERATION)
                || vm.raised_matches(types::GENERATOR_EXIT)
            {
                agen_mut(vm, id).ag_closed = true;
            }
            agen_mut(vm, id).ag_running_async = false;
            Err(raised)
        }
        Ok(value) => {
            let Some(wrapped) = vm.heap.native::<WrappedValue>(value) else {
                return Ok(value);
            };
            let inner = wrapped.agw_val;
            let raised = vm.raise_stop_iteration_value(inner);
            vm.decref(value);
            agen_mut(vm, id).ag_running_async = false;
            Err(raised)
        }
    }
}

fn asend_parts(vm: &Vm, id: ObjId) -> (ObjId, ObjId, AwaitState) {
    let a = vm
        .heap
        .native::<AsyncGenASend>(id)
        .expect("a method of async_generator_asend");
    (a.ags_gen, a.ags_sendval, a.ags_state)
}

fn set_asend_state(vm: &mut Vm, id: ObjId, state: AwaitState) {
    if let Some(a) = vm.heap.native_mut::<AsyncGenASend>(id) {
        a.ags_state = state;
    }
}

fn reused(vm: &mut Vm, what: &str) -> Raised {
    vm.raise(
        types::RUNTIME_ERROR,
        format!("cannot reuse already awaited {what}"),
    )
}

fn already_running(vm: &mut Vm, method: &str) -> Raised {
    vm.raise(
        types::RUNTIME_ERROR,
        format!("{method}: asynchronous generator is already running"),
    )
}

fn asend_send(vm: &mut Vm, id: ObjId, arg: ObjId) -> PyResult<ObjId> {
    let (agen, sendval, state) = asend_parts(vm, id);
    if state == AwaitState::Closed {
        return Err(reused(vm, "__anext__()/asend()"));
    }
    let mut arg = arg;
    if state == AwaitState::Init {
        if generator(vm, agen).ag_running_async {
            set_asend_state(vm, id, AwaitState::Closed);
            return Err(already_running(vm, "anext()"));
        }
        if arg == NONE && !sendval.is_null() {
            arg = sendval;
        }
        set_asend_state(vm, id, AwaitState::Iter);
    }
    agen_mut(vm, agen).ag_running_async = true;
    let result = genobject::resume(vm, agen, arg);
    let result = genobject::as_value(vm, agen, result);
    let result = unwrap_value(vm, agen, result);
    if result.is_err() {
        set_asend_state(vm, id, AwaitState::Closed);
    }
    result
}

fn asend_throw(vm: &mut Vm, id: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (agen, _, state) = asend_parts(vm, id);
    if state == AwaitState::Closed {
        return Err(reused(vm, "__anext__()/asend()"));
    }
    if state == AwaitState::Init {
        if generator(vm, agen).ag_running_async {
            set_asend_state(vm, id, AwaitState::Closed);
            return Err(already_running(vm, "anext()"));
        }
        set_asend_state(vm, id, AwaitState::Iter);
        agen_mut(vm, agen).ag_running_async = true;
    }
    let result = genobject::throw_checked(vm, agen, args);
    let result = unwrap_value(vm, agen, result);
    if result.is_err() {
        set_asend_state(vm, id, AwaitState::Closed);
    }
    result
}

fn asend_close(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let (_, _, state) = asend_parts(vm, id);
    if state == AwaitState::Closed {
        return Ok(NONE);
    }
    let exit = vm.call(types::GENERATOR_EXIT, &[])?;
    let result = asend_throw(vm, id, &[exit]);
    vm.decref(exit);
    close_outcome(vm, result, "coroutine ignored GeneratorExit")
}

fn close_outcome(vm: &mut Vm, result: PyResult<ObjId>, ignored: &str) -> PyResult<ObjId> {
    match result {
        Ok(value) => {
            vm.decref(value);
            Err(vm.raise(types::RUNTIME_ERROR, ignored))
        }
        Err(raised) => {
            if vm.raised_matches(types::STOP_ITERATION)
                || vm.raised_matches(types::STOP_ASYNC_ITERATION)
                || vm.raised_matches(types::GENERATOR_EXIT)
            {
                vm.clear_raised();
                return Ok(NONE);
            }
            Err(raised)
        }
    }
}

fn athrow_parts(vm: &Vm, id: ObjId) -> (ObjId, ObjId, AwaitState) {
    let a = vm
        .heap
        .native::<AsyncGenAThrow>(id)
        .expect("a method of async_generator_athrow");
    (a.agt_gen, a.agt_args, a.agt_state)
}

fn set_athrow_state(vm: &mut Vm, id: ObjId, state: AwaitState) {
    if let Some(a) = vm.heap.native_mut::<AsyncGenAThrow>(id) {
        a.agt_state = state;
    }
}

const IGNORED_EXIT: &str = "async generator ignored GeneratorExit";

fn athrow_send(vm: &mut Vm, id: ObjId, arg: ObjId) -> PyResult<ObjId> {
    let (agen, args, state) = athrow_parts(vm, id);
    if state == AwaitState::Closed {
        return Err(reused(vm, "aclose()/athrow()"));
    }
    if generator(vm, agen).state == GeneratorState::Cleared {
        set_athrow_state(vm, id, AwaitState::Closed);
        return Err(vm.raise_with(types::STOP_ITERATION, ObjId::NULL));
    }
    if state == AwaitState::Init {
        if generator(vm, agen).ag_running_async {
            set_athrow_state(vm, id, AwaitState::Closed);
            return Err(already_running(
                vm,
                if args.is_null() {
                    "aclose()"
                } else {
                    "athrow()"
                },
            ));
        }
        if generator(vm, agen).ag_closed {
            set_athrow_state(vm, id, AwaitState::Closed);
            return Err(vm.raise_with(types::STOP_ASYNC_ITERATION, ObjId::NULL));
        }
        if arg != NONE {
            return Err(vm.raise(
                types::RUNTIME_ERROR,
                "can't send non-None value to a just-started coroutine",
            ));
        }
        set_athrow_state(vm, id, AwaitState::Iter);
        agen_mut(vm, agen).ag_running_async = true;
        if args.is_null() {
            agen_mut(vm, agen).ag_closed = true;
            let exit = vm.call(types::GENERATOR_EXIT, &[])?;
            let result = genobject::throw(vm, agen, false, &[exit]);
            vm.decref(exit);
            if let Ok(value) = result
                && vm.heap.native::<WrappedValue>(value).is_some()
            {
                vm.decref(value);
                agen_mut(vm, agen).ag_running_async = false;
                set_athrow_state(vm, id, AwaitState::Closed);
                return Err(vm.raise(types::RUNTIME_ERROR, IGNORED_EXIT));
            }
            return finish_aclose(vm, id, agen, result);
        }
        let given = vm.tuple_items(args).to_vec();
        let result = genobject::throw(vm, agen, false, &given);
        return unwrap_athrow(vm, id, agen, result);
    }
    let result = genobject::resume(vm, agen, arg);
    let result = genobject::as_value(vm, agen, result);
    if !args.is_null() {
        return unwrap_athrow(vm, id, agen, result);
    }
    if let Ok(value) = result
        && vm.heap.native::<WrappedValue>(value).is_some()
    {
        vm.decref(value);
        agen_mut(vm, agen).ag_running_async = false;
        set_athrow_state(vm, id, AwaitState::Closed);
        return Err(vm.raise(types::RUNTIME_ERROR, IGNORED_EXIT));
    }
    finish_aclose(vm, id, agen, result)
}

fn unwrap_athrow(vm: &mut Vm, id: ObjId, agen: ObjId, result: PyResult<ObjId>) -> PyResult<ObjId> {
    let result = unwrap_value(vm, agen, result);
    if result.is_err() {
        set_athrow_state(vm, id, AwaitState::Closed);
    }
    result
}

/// The end of `aclose()`: what the generator raises on leaving is no error.
fn finish_aclose(vm: &mut Vm, id: ObjId, agen: ObjId, result: PyResult<ObjId>) -> PyResult<ObjId> {
    match result {
        Ok(value) => Ok(value),
        Err(raised) => {
            agen_mut(vm, agen).ag_running_async = false;
            set_athrow_state(vm, id, AwaitState::Closed);
            if vm.raised_matches(types::STOP_ASYNC_ITERATION)
                || vm.raised_matches(types::GENERATOR_EXIT)
            {
                vm.clear_raised();
                return Err(vm.raise_with(types::STOP_ITERATION, ObjId::NULL));
            }
            Err(raised)
        }
    }
}

fn athrow_throw(vm: &mut Vm, id: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (agen, agt_args, state) = athrow_parts(vm, id);
    if state == AwaitState::Closed {
        return Err(reused(vm, "aclose()/athrow()"));
    }
    if state == AwaitState::Init {
        if generator(vm, agen).ag_running_async {
            set_athrow_state(vm, id, AwaitState::Closed);
            return Err(already_running(
                vm,
                if agt_args.is_null() {
                    "aclose()"
                } else {
                    "athrow()"
                },
            ));
        }
        set_athrow_state(vm, id, AwaitState::Iter);
        agen_mut(vm, agen).ag_running_async = true;
    }
    let result = genobject::throw_checked(vm, agen, args);
    if !agt_args.is_null() {
        return unwrap_athrow(vm, id, agen, result);
    }
    if let Ok(value) = result
        && vm.heap.native::<WrappedValue>(value).is_some()
    {
        vm.decref(value);
        agen_mut(vm, agen).ag_running_async = false;
        set_athrow_state(vm, id, AwaitState::Closed);
        return Err(vm.raise(types::RUNTIME_ERROR, IGNORED_EXIT));
    }
    finish_aclose(vm, id, agen, result)
}

fn athrow_close(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let (_, _, state) = athrow_parts(vm, id);
    if state == AwaitState::Closed {
        return Ok(NONE);
    }
    let exit = vm.call(types::GENERATOR_EXIT, &[])?;
    let result = athrow_throw(vm, id, &[exit]);
    vm.decref(exit);
    close_outcome(vm, result, "coroutine ignored GeneratorExit")
}
