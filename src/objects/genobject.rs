//! Generators, coroutines and asynchronous generators.
//!
//! Mirrors `Objects/genobject.c`; running them is the evaluation loop's work, reached through
//! [`super::vm::Hooks::gen_send`].

use crate::base::ObjId;
use crate::bytecode::Opcode;

use super::frame::InterpreterFrame;
use super::funcobject;
use super::heap::Reuse;
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::{SendResult, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, bool_obj, names, types};

/// Where a generator stands (`gi_frame_state`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorState {
    Created,
    Suspended,
    /// Suspended inside `yield from` or `await`.
    SuspendedYieldFrom,
    Executing,
    Cleared,
}

/// `PyGenObject`, `PyCoroObject`, `PyAsyncGenObject`: the type tells which.
#[derive(Debug)]
pub struct GeneratorObject {
    /// Present unless executing or ended by running; a closed generator keeps it; while executing it is on the thread's stack.
    pub frame: Option<Box<InterpreterFrame>>,
    pub state: GeneratorState,
    pub gi_name: ObjId,
    pub gi_qualname: ObjId,
    /// The code object: borrowed from the frame, and owned once the frame has ended.
    pub gi_code: ObjId,
    /// The exception being handled inside (`gi_exc_state.exc_value`); owned or NULL.
    pub exc_value: ObjId,
    /// `cr_origin_or_finalizer`, `ag_origin_or_finalizer`.
    pub origin_or_finalizer: ObjId,
    pub ag_hooks_inited: bool,
    pub ag_closed: bool,
    pub ag_running_async: bool,
    /// Bytes of the object with its embedded frame.
    pub size: u32,
}

impl GeneratorObject {
    /// Bytes of the object without the collector's header: 16 + 72 + 8·(9 + localsplus + stack).
    pub const fn sizeof(&self) -> usize {
        self.size as usize
    }

    /// Name and qualified name first, then the frame.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("gi_name", self.gi_name),
            ("gi_qualname", self.gi_qualname),
            ("gi_finalizer", self.origin_or_finalizer),
            ("gi_exc_value", self.exc_value),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        if let Some(frame) = &self.frame {
            frame.traverse(visit);
        } else if self.state == GeneratorState::Cleared {
            visit(Place::Member("gi_code"), self.gi_code);
        }
    }

    /// The frame's contents, then the names.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        if let Some(mut frame) = self.frame.take() {
            frame.release(dropped);
        } else if self.state == GeneratorState::Cleared && !self.gi_code.is_null() {
            dropped.push(self.gi_code);
        }
        self.gi_code = ObjId::NULL;
        for id in [
            &mut self.origin_or_finalizer,
            &mut self.gi_name,
            &mut self.gi_qualname,
            &mut self.exc_value,
        ] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
}

const CO_COROUTINE: u32 = 0x80;
const CO_ITERABLE_COROUTINE: u32 = 0x100;
const CO_ASYNC_GENERATOR: u32 = 0x200;

/// The mark of a `RESUME` outside every handler but the outermost, which only deals with
/// `StopIteration`.
const RESUME_OPARG_DEPTH1_MASK: u8 = 4;

const SEND_SIGNATURE: &str = "($self, arg, /)";

macro_rules! generator_attributes {
    ($running:literal, $suspended:literal, $frame:literal, $code:literal, $delegate:literal) => {
        &[
            GetSetDef {
                name: "__name__",
                get: get_name,
                set: Some(set_name),
            },
            GetSetDef {
                name: "__qualname__",
                get: get_qualname,
                set: Some(set_qualname),
            },
            GetSetDef {
                name: $delegate,
                get: get_delegate,
                set: None,
            },
            GetSetDef {
                name: $running,
                get: get_running,
                set: None,
            },
            GetSetDef {
                name: $frame,
                get: get_frame,
                set: None,
            },
            GetSetDef {
                name: $suspended,
                get: get_suspended,
                set: None,
            },
            GetSetDef {
                name: $code,
                get: get_code,
                set: None,
            },
        ]
    };
}

/// What all three kinds have in common.
pub const GENERATOR_SLOTS: Slots = Slots {
    tp_repr: Some(gen_repr),
    tp_finalize: Some(gen_finalize),
    tp_dealloc: Some(gen_dealloc),
    ..Slots::EMPTY
};

/// The type `generator`.
pub static GENERATOR_TYPE: TypeSpec = TypeSpec {
    tp_name: "generator",
    tp_basicsize: 144,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(return_self),
        tp_iternext: Some(gen_iternext),
        am_send: Some(gen_am_send),
        ..GENERATOR_SLOTS
    },
    methods: &[
        MethodDef::new("send", MethodImpl::O(gen_send), SEND_SIGNATURE),
        MethodDef::new("throw", MethodImpl::Fast(gen_throw_method), ""),
        MethodDef::new("close", MethodImpl::NoArgs(gen_close_method), "($self, /)"),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(super::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
    ],
    getset: generator_attributes!(
        "gi_running",
        "gi_suspended",
        "gi_frame",
        "gi_code",
        "gi_yieldfrom"
    ),
    weakrefs: true,
    ..TypeSpec::EMPTY
};

/// The type `coroutine`.
pub static COROUTINE_TYPE: TypeSpec = TypeSpec {
    tp_name: "coroutine",
    tp_basicsize: 144,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        am_await: Some(coro_await),
        am_send: Some(gen_am_send),
        ..GENERATOR_SLOTS
    },
    methods: &[
        MethodDef::new("send", MethodImpl::O(gen_send), SEND_SIGNATURE),
        MethodDef::new("throw", MethodImpl::Fast(gen_throw_method), ""),
        MethodDef::new("close", MethodImpl::NoArgs(gen_close_method), "($self, /)"),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(super::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
    ],
    members: &[MemberDef {
        name: "cr_origin",
        get: get_origin,
        set: None,
    }],
    getset: generator_attributes!(
        "cr_running",
        "cr_suspended",
        "cr_frame",
        "cr_code",
        "cr_await"
    ),
    weakrefs: true,
    ..TypeSpec::EMPTY
};

/// What `coroutine.__await__()` gives.
#[derive(Debug)]
pub struct CoroutineWrapper {
    pub cw_coroutine: ObjId,
}

impl NativePayload for CoroutineWrapper {
    fn traverse(&self, visit: Visit<'_>) {
        visit(Place::Member("cw_coroutine"), self.cw_coroutine);
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

/// The type `coroutine_wrapper`.
pub static COROUTINE_WRAPPER_TYPE: TypeSpec = TypeSpec {
    tp_name: "coroutine_wrapper",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(return_self),
        tp_iternext: Some(wrapper_iternext),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "send",
            MethodImpl::O(|vm, w, arg| {
                let coroutine = wrapped(vm, w);
                gen_send(vm, coroutine, arg)
            }),
            SEND_SIGNATURE,
        ),
        MethodDef::new(
            "throw",
            MethodImpl::Fast(|vm, w, args| {
                let coroutine = wrapped(vm, w);
                gen_throw_method(vm, coroutine, args)
            }),
            "",
        ),
        MethodDef::new(
            "close",
            MethodImpl::NoArgs(|vm, w| {
                let coroutine = wrapped(vm, w);
                gen_close_method(vm, coroutine)
            }),
            "($self, /)",
        ),
    ],
    ..TypeSpec::EMPTY
};

fn wrapped(vm: &Vm, wrapper: ObjId) -> ObjId {
    vm.heap
        .native::<CoroutineWrapper>(wrapper)
        .expect("a method of coroutine_wrapper")
        .cw_coroutine
}

fn wrapper_iternext(vm: &mut Vm, wrapper: ObjId) -> PyResult<Option<ObjId>> {
    let coroutine = wrapped(vm, wrapper);
    gen_iternext(vm, coroutine)
}

/// The generator in slot `id`; panics when it is none, which is our bug.
pub fn generator(vm: &Vm, id: ObjId) -> &GeneratorObject {
    match vm.heap.payload(id) {
        Payload::Generator(g) => g,
        other => panic!("{id:?} is no generator: {other:?}"),
    }
}

fn generator_mut(vm: &mut Vm, id: ObjId) -> &mut GeneratorObject {
    match vm.heap.payload_mut(id) {
        Payload::Generator(g) => g,
        other => panic!("{id:?} is no generator: {other:?}"),
    }
}

/// Makes the generator, coroutine or asynchronous generator that a call of `function` gives
/// (`_Py_MakeCoro`); its frame comes later.
pub fn make_generator(vm: &mut Vm, function: ObjId) -> ObjId {
    let f = funcobject::function(vm, function);
    let (gi_name, gi_qualname, gi_code) = (f.func_name, f.func_qualname, f.func_code);
    let code = vm.code_runtime(gi_code);
    let ty = if code.co_flags & CO_ASYNC_GENERATOR != 0 {
        types::ASYNC_GENERATOR
    } else if code.co_flags & CO_COROUTINE != 0 {
        types::COROUTINE
    } else {
        types::GENERATOR
    };
    let size = 16 + 64 + 72 + 8 * code.framesize as u32 - 8;
    vm.incref(gi_name);
    vm.incref(gi_qualname);
    let generator = GeneratorObject {
        frame: None,
        state: GeneratorState::Created,
        gi_name,
        gi_qualname,
        gi_code,
        exc_value: ObjId::NULL,
        origin_or_finalizer: ObjId::NULL,
        ag_hooks_inited: false,
        ag_closed: false,
        ag_running_async: false,
        size,
    };
    let id = vm
        .heap
        .alloc(ty, Payload::Generator(Box::new(generator)), Reuse::Fresh);
    vm.heap.track(id);
    id
}

/// What a word for this kind of generator is, for messages.
pub fn kind_name(vm: &Vm, id: ObjId) -> &'static str {
    match vm.type_of(id) {
        types::COROUTINE => "coroutine",
        types::ASYNC_GENERATOR => "async generator",
        _ => "generator",
    }
}

fn return_self(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    Ok(vm.incref(id))
}

fn gen_repr(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let qualname = vm.str_lossy(generator(vm, id).gi_qualname);
    let address = vm.heap.address(id);
    let kind = match vm.type_of(id) {
        types::COROUTINE => "coroutine",
        types::ASYNC_GENERATOR => "async_generator",
        _ => "generator",
    };
    Ok(vm.new_string(format!("<{kind} object {qualname} at {address:#x}>")))
}

/// Resumes with a value (`gen_send_ex2`): NULL stands for "next".
pub fn resume(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<SendResult> {
    (vm.hooks.gen_send)(vm, id, value, false)
}

/// Raises the current exception inside.
pub fn resume_throwing(vm: &mut Vm, id: ObjId) -> PyResult<SendResult> {
    (vm.hooks.gen_send)(vm, id, NONE, true)
}

/// The value that was yielded, or `StopIteration` raised for the value that was returned
/// (`gen_send_ex`).
pub fn as_value(vm: &mut Vm, id: ObjId, result: PyResult<SendResult>) -> PyResult<ObjId> {
    match result? {
        SendResult::Next(value) => Ok(value),
        SendResult::Return(value) => {
            if vm.type_of(id) == types::ASYNC_GENERATOR {
                vm.decref(value);
                return Err(vm.raise_with(types::STOP_ASYNC_ITERATION, ObjId::NULL));
            }
            if value == NONE {
                return Err(vm.raise_with(types::STOP_ITERATION, ObjId::NULL));
            }
            let raised = vm.raise_stop_iteration_value(value);
            vm.decref(value);
            Err(raised)
        }
    }
}

fn gen_iternext(vm: &mut Vm, id: ObjId) -> PyResult<Option<ObjId>> {
    match resume(vm, id, ObjId::NULL)? {
        SendResult::Next(value) => Ok(Some(value)),
        SendResult::Return(value) => {
            if value == NONE {
                return Ok(None);
            }
            let raised = vm.raise_stop_iteration_value(value);
            vm.decref(value);
            Err(raised)
        }
    }
}

fn gen_am_send(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<SendResult> {
    resume(vm, id, value)
}

fn gen_send(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<ObjId> {
    let result = resume(vm, id, value);
    as_value(vm, id, result)
}

/// The iterator that a suspended generator delegates to (`_PyGen_yf`): borrowed or NULL.
pub fn yield_from_of(vm: &Vm, id: ObjId) -> ObjId {
    let g = generator(vm, id);
    match (&g.frame, g.state) {
        (Some(frame), GeneratorState::SuspendedYieldFrom) => {
            frame.localsplus.last().copied().unwrap_or_default()
        }
        _ => ObjId::NULL,
    }
}

fn gen_close_method(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    close(vm, id)
}

/// `close()` of any iterator that has one (`gen_close_iter`).
fn close_iterator(vm: &mut Vm, iterator: ObjId) -> PyResult<()> {
    let ty = vm.type_of(iterator);
    let result = if ty == types::GENERATOR || ty == types::COROUTINE {
        close(vm, iterator)?
    } else {
        match vm.getattr_opt(iterator, names::CLOSE)? {
            Some(method) => {
                let result = vm.call(method, &[]);
                vm.decref(method);
                result?
            }
            None => return Ok(()),
        }
    };
    vm.decref(result);
    Ok(())
}

/// `gen_close`.
pub fn close(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    match generator(vm, id).state {
        GeneratorState::Created => {
            // The frame stays, whole, until the generator dies (`FRAME_COMPLETED`).
            generator_mut(vm, id).state = GeneratorState::Cleared;
            return Ok(NONE);
        }
        GeneratorState::Cleared => return Ok(NONE),
        GeneratorState::Suspended
        | GeneratorState::SuspendedYieldFrom
        | GeneratorState::Executing => {}
    }
    let delegate = yield_from_of(vm, id);
    let mut failed = false;
    if !delegate.is_null() {
        vm.incref(delegate);
        generator_mut(vm, id).state = GeneratorState::Executing;
        failed = close_iterator(vm, delegate).is_err();
        generator_mut(vm, id).state = GeneratorState::SuspendedYieldFrom;
        vm.decref(delegate);
    }
    if delegate.is_null() && nothing_to_unwind(vm, id) {
        complete(vm, id);
        return Ok(NONE);
    }
    if !failed {
        vm.raise_with(types::GENERATOR_EXIT, ObjId::NULL);
    }
    match resume_throwing(vm, id) {
        Ok(SendResult::Next(value)) => {
            vm.decref(value);
            let kind = kind_name(vm, id);
            Err(vm.raise(
                types::RUNTIME_ERROR,
                format!("{kind} ignored GeneratorExit"),
            ))
        }
        Ok(SendResult::Return(value)) => Ok(value),
        Err(raised) => {
            if vm.raised_matches(types::GENERATOR_EXIT) || vm.raised_matches(types::STOP_ITERATION)
            {
                if vm.raised_matches(types::STOP_ITERATION)
                    && let Some(value) = vm.take_stop_iteration_value()
                {
                    return Ok(value);
                }
                vm.clear_raised();
                return Ok(NONE);
            }
            Err(raised)
        }
    }
}

/// Whether a generator waits outside every `try` and `with` of its own: `close` need not run it.
fn nothing_to_unwind(vm: &Vm, id: ObjId) -> bool {
    if !vm.tstate.trace_func.is_null() || !vm.tstate.profile_func.is_null() {
        return false;
    }
    let Some(frame) = &generator(vm, id).frame else {
        return false;
    };
    let code = &vm.code_runtime(frame.f_code).adaptive;
    code.get(frame.resume_pc as usize).is_some_and(|unit| {
        let [opcode, oparg] = unit
            .load(std::sync::atomic::Ordering::Relaxed)
            .to_le_bytes();
        [Opcode::RESUME as u8, Opcode::RESUME_CHECK as u8].contains(&opcode)
            && oparg & RESUME_OPARG_DEPTH1_MASK != 0
    })
}

/// Ends a generator in place: what its variables hold is dropped, the frame stays
/// (`FRAME_COMPLETED`, `_PyFrame_ClearLocals`).
fn complete(vm: &mut Vm, id: ObjId) {
    let g = generator_mut(vm, id);
    g.state = GeneratorState::Cleared;
    let mut dropped = Vec::new();
    if let Some(frame) = g.frame.as_mut() {
        for slot in &mut frame.localsplus {
            if !slot.is_null() {
                dropped.push(std::mem::take(slot));
            }
        }
        if !frame.f_locals.is_null() {
            dropped.push(std::mem::take(&mut frame.f_locals));
        }
    }
    vm.heap.touch(id);
    vm.decref_all(&dropped);
}

/// A frame object that outlives its generator takes the frame over (`gen_clear_frame`).
fn gen_dealloc(vm: &mut Vm, id: ObjId) {
    let shared = generator(vm, id)
        .frame
        .as_ref()
        .is_some_and(|f| !f.frame_obj.is_null() && vm.heap.refcnt(f.frame_obj) > 1);
    if shared {
        finish_without_running(vm, id);
    }
}

/// Ends a generator that will not run again: its frame's contents die.
pub fn finish_without_running(vm: &mut Vm, id: ObjId) {
    let g = generator_mut(vm, id);
    g.state = GeneratorState::Cleared;
    let Some(mut frame) = g.frame.take() else {
        return;
    };
    if !frame.frame_obj.is_null() && vm.heap.refcnt(frame.frame_obj) > 1 {
        let frame_obj = std::mem::take(&mut frame.frame_obj);
        vm.incref(frame.f_code);
        super::frameobject::take_ownership(vm, frame_obj, *frame);
        vm.decref(frame_obj);
        return;
    }
    let mut dropped = Vec::new();
    // The generator keeps the code.
    frame.f_code = ObjId::NULL;
    frame.release(&mut dropped);
    vm.decref_all(&dropped);
}

/// `throw(value)` or `throw(type, value, traceback)`.
fn gen_throw_method(vm: &mut Vm, id: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if args.is_empty() {
        return Err(vm.type_error("throw expected at least 1 argument, got 0"));
    }
    if args.len() > 3 {
        let n = args.len();
        return Err(vm.type_error(format!("throw expected at most 3 arguments, got {n}")));
    }
    if args.len() > 1 {
        (vm.hooks.warn)(
            vm,
            types::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    throw(vm, id, true, args)
}

/// As the method `throw`, for awaitables that pass it on.
pub fn throw_checked(vm: &mut Vm, id: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    gen_throw_method(vm, id, args)
}

/// `_gen_throw`.
pub fn throw(vm: &mut Vm, id: ObjId, close_on_exit: bool, args: &[ObjId]) -> PyResult<ObjId> {
    let delegate = yield_from_of(vm, id);
    if !delegate.is_null() {
        vm.incref(delegate);
        if vm.is_subtype_of_given(args[0], types::GENERATOR_EXIT) && close_on_exit {
            generator_mut(vm, id).state = GeneratorState::Executing;
            let closed = close_iterator(vm, delegate);
            generator_mut(vm, id).state = GeneratorState::SuspendedYieldFrom;
            vm.decref(delegate);
            if closed.is_err() {
                let result = resume_throwing(vm, id);
                return as_value(vm, id, result);
            }
            return throw_here(vm, id, args);
        }
        let ty = vm.type_of(delegate);
        let result = if ty == types::GENERATOR || ty == types::COROUTINE {
            generator_mut(vm, id).state = GeneratorState::Executing;
            let result = throw(vm, delegate, close_on_exit, args);
            generator_mut(vm, id).state = GeneratorState::SuspendedYieldFrom;
            result
        } else {
            let method = match vm.getattr_opt(delegate, names::THROW) {
                Ok(Some(method)) => method,
                Ok(None) => {
                    vm.decref(delegate);
                    return throw_here(vm, id, args);
                }
                Err(raised) => {
                    vm.decref(delegate);
                    return Err(raised);
                }
            };
            generator_mut(vm, id).state = GeneratorState::Executing;
            let result = vm.call(method, args);
            generator_mut(vm, id).state = GeneratorState::SuspendedYieldFrom;
            vm.decref(method);
            result
        };
        vm.decref(delegate);
        return match result {
            Ok(value) => Ok(value),
            Err(_raised) => {
                let result = resume_throwing(vm, id);
                as_value(vm, id, result)
            }
        };
    }
    throw_here(vm, id, args)
}

/// Raises the exception that the arguments describe inside the generator itself.
fn throw_here(vm: &mut Vm, id: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    restore_thrown(vm, args)?;
    let result = resume_throwing(vm, id);
    as_value(vm, id, result)
}

/// Sets the exception of `throw(type_or_value, value, traceback)` as the current one.
fn restore_thrown(vm: &mut Vm, args: &[ObjId]) -> PyResult<()> {
    let given = args[0];
    let value = args
        .get(1)
        .copied()
        .filter(|&v| v != NONE)
        .unwrap_or_default();
    let traceback = args
        .get(2)
        .copied()
        .filter(|&v| v != NONE)
        .unwrap_or_default();
    if !traceback.is_null() && vm.type_of(traceback) != types::TRACEBACK {
        return Err(vm.type_error("throw() third argument must be a traceback object"));
    }
    let is_class = matches!(vm.heap.payload(given), Payload::Type(_))
        && vm.is_subtype(given, types::BASE_EXCEPTION);
    let exception = if is_class {
        if !value.is_null() && vm.isinstance(value, given) {
            vm.incref(value)
        } else if value.is_null() {
            vm.call(given, &[])?
        } else if vm.type_of(value) == types::TUPLE {
            let items = vm.tuple_items(value).to_vec();
            vm.call(given, &items)?
        } else {
            vm.call(given, &[value])?
        }
    } else if vm.isinstance(given, types::BASE_EXCEPTION) {
        if !value.is_null() {
            return Err(vm.type_error("instance exception may not have a separate value"));
        }
        vm.incref(given)
    } else {
        let kind = vm.type_name_of(given);
        return Err(vm.type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {kind}"
        )));
    };
    if !traceback.is_null() {
        vm.incref(traceback);
        if let Payload::Exception(e) = vm.heap.payload_mut(exception) {
            let old = std::mem::replace(&mut e.traceback, traceback);
            vm.xdecref(old);
        }
    }
    vm.set_raised(exception);
    Ok(())
}

/// `_PyGen_Finalize`.
pub fn gen_finalize(vm: &mut Vm, id: ObjId) {
    let g = generator(vm, id);
    if g.state == GeneratorState::Cleared || g.frame.is_none() {
        return;
    }
    if vm.type_of(id) == types::ASYNC_GENERATOR {
        let finalizer = g.origin_or_finalizer;
        if !finalizer.is_null() && !g.ag_closed {
            let saved = vm.take_raised();
            match vm.call(finalizer, &[id]) {
                Ok(result) => vm.decref(result),
                Err(_raised) => (vm.hooks.write_unraisable)(vm, id, ""),
            }
            if !saved.is_null() {
                vm.set_raised(saved);
            }
            return;
        }
    }
    let saved = vm.take_raised();
    if vm.type_of(id) == types::COROUTINE && generator(vm, id).state == GeneratorState::Created {
        let qualname = vm.str_lossy(generator(vm, id).gi_qualname);
        let message = format!("coroutine '{qualname}' was never awaited");
        if (vm.hooks.warn)(vm, types::RUNTIME_WARNING, &message, 1).is_err() {
            (vm.hooks.write_unraisable)(vm, id, "");
        }
    } else {
        match close(vm, id) {
            Ok(value) => vm.decref(value),
            Err(_raised) => (vm.hooks.write_unraisable)(vm, id, ""),
        }
    }
    if !saved.is_null() {
        vm.set_raised(saved);
    }
}

// ---- awaiting

fn coro_await(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    vm.incref(id);
    Ok(vm.new_native(
        types::COROUTINE_WRAPPER,
        CoroutineWrapper { cw_coroutine: id },
    ))
}

/// The iterator that awaits `object` (`_PyCoro_GetAwaitableIter`): a new reference.
pub fn get_awaitable_iter(vm: &mut Vm, object: ObjId) -> PyResult<ObjId> {
    if vm.type_of(object) == types::COROUTINE || is_iterable_coroutine(vm, object) {
        return Ok(vm.incref(object));
    }
    let Some(get) = vm.slots_of(object).am_await else {
        let name = vm.type_name_of(object);
        return Err(vm.type_error(format!("object {name} can't be used in 'await' expression")));
    };
    let iterator = get(vm, object)?;
    let problem = if vm.type_of(iterator) == types::COROUTINE || is_iterable_coroutine(vm, iterator)
    {
        Some("__await__() returned a coroutine".to_owned())
    } else if vm.slots_of(iterator).tp_iternext.is_none() {
        let name = vm.type_name_of(iterator);
        Some(format!(
            "__await__() returned non-iterator of type '{name}'"
        ))
    } else {
        None
    };
    match problem {
        Some(message) => {
            vm.decref(iterator);
            Err(vm.type_error(message))
        }
        None => Ok(iterator),
    }
}

/// Whether it is a generator made by a function that `types.coroutine` marked.
fn is_iterable_coroutine(vm: &Vm, object: ObjId) -> bool {
    match vm.heap.payload(object) {
        Payload::Generator(g)
            if vm.type_of(object) == types::GENERATOR
                && !g.gi_code.is_null()
                && g.frame.is_some() =>
        {
            vm.code_runtime(g.gi_code).co_flags & CO_ITERABLE_COROUTINE != 0
        }
        _ => false,
    }
}

// ---- attributes

/// An attribute of all three kinds.
pub fn get_name(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let name = generator(vm, id).gi_name;
    Ok(vm.incref(name))
}

/// An attribute of all three kinds.
pub fn get_qualname(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let name = generator(vm, id).gi_qualname;
    Ok(vm.incref(name))
}

fn text_for(vm: &mut Vm, value: ObjId, attribute: &str) -> PyResult<()> {
    if value.is_null() || vm.text(value).is_none() {
        return Err(vm.type_error(format!("{attribute} must be set to a string object")));
    }
    vm.incref(value);
    Ok(())
}

/// An attribute of all three kinds.
pub fn set_name(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    text_for(vm, value, "__name__")?;
    let old = std::mem::replace(&mut generator_mut(vm, id).gi_name, value);
    vm.decref(old);
    Ok(())
}

/// An attribute of all three kinds.
pub fn set_qualname(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    text_for(vm, value, "__qualname__")?;
    let old = std::mem::replace(&mut generator_mut(vm, id).gi_qualname, value);
    vm.decref(old);
    Ok(())
}

/// An attribute of all three kinds.
pub fn get_delegate(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let delegate = yield_from_of(vm, id);
    Ok(vm.incref(if delegate.is_null() { NONE } else { delegate }))
}

fn get_running(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let g = generator(vm, id);
    let running = if vm.type_of(id) == types::ASYNC_GENERATOR {
        g.ag_running_async
    } else {
        g.state == GeneratorState::Executing
    };
    Ok(bool_obj(running))
}

/// An attribute of all three kinds.
pub fn get_suspended(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let state = generator(vm, id).state;
    Ok(bool_obj(matches!(
        state,
        GeneratorState::Suspended | GeneratorState::SuspendedYieldFrom
    )))
}

/// An attribute of all three kinds.
pub fn get_frame(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    Ok(super::frameobject::frame_object_of_generator(vm, id))
}

/// An attribute of all three kinds.
pub fn get_code(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let code = generator(vm, id).gi_code;
    Ok(vm.incref(code))
}

fn get_origin(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let origin = generator(vm, id).origin_or_finalizer;
    Ok(vm.incref(if origin.is_null() { NONE } else { origin }))
}

impl Vm {
    /// Takes the `StopIteration` on its way and gives its value; `None` when another exception,
    /// or none, is on its way.
    pub fn take_stop_iteration_value(&mut self) -> Option<ObjId> {
        if !self.raised_matches(types::STOP_ITERATION) {
            return None;
        }
        let exception = self.take_raised();
        let value = match self.heap.payload(exception) {
            Payload::Exception(e) => e.field("value"),
            _ => ObjId::NULL,
        };
        let value = if value.is_null() { NONE } else { value };
        self.incref(value);
        self.decref(exception);
        Some(value)
    }

    /// Whether `given` (an exception class or instance) is of `class`
    /// (`PyErr_GivenExceptionMatches` with a single class).
    pub fn is_subtype_of_given(&self, given: ObjId, class: ObjId) -> bool {
        match self.heap.payload(given) {
            Payload::Type(_) => self.is_subtype(given, class),
            _ => self.isinstance(given, class),
        }
    }
}

/// A `RuntimeError` with the exception on its way as its cause (`_PyErr_FormatFromCause`).
pub fn runtime_error_from(vm: &mut Vm, message: &str) -> Raised {
    let cause = vm.take_raised();
    let raised = vm.raise(types::RUNTIME_ERROR, message);
    let exception = vm.tstate.current_exception;
    vm.incref(cause);
    crate::objects::exception_types::set_exception_cause(vm, exception, cause);
    if let Payload::Exception(e) = vm.heap.payload_mut(exception) {
        let old = std::mem::replace(&mut e.context, cause);
        vm.xdecref(old);
    }
    raised
}
