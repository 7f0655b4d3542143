//! The module `_thread`: starting threads, locks, thread-local data.
//!
//! Mirrors `Modules/_threadmodule.c`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::{ObjId, ThreadId};
use crate::events::Event;
use crate::interpreter::threads;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Payload, Place, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, TRUE, bool_obj, names, types};
use crate::threads::Nanos;
use crate::threads::gil::LockId;

use super::ModuleDef;

/// The longest time a lock can be waited for, in seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    doc: "Primitives for working with several threads.",
    functions: &[
        MethodDef::new(
            "start_new_thread",
            MethodImpl::VarArgs(start_new_thread),
            "",
        ),
        MethodDef::new("start_new", MethodImpl::VarArgs(start_new_thread), ""),
        MethodDef::new(
            "start_joinable_thread",
            MethodImpl::FastKeywords(start_joinable_thread),
            "",
        ),
        MethodDef::new(
            "daemon_threads_allowed",
            MethodImpl::NoArgs(|_, _| Ok(TRUE)),
            "",
        ),
        MethodDef::new("allocate_lock", MethodImpl::NoArgs(allocate_lock), ""),
        MethodDef::new("allocate", MethodImpl::NoArgs(allocate_lock), ""),
        MethodDef::new("get_ident", MethodImpl::NoArgs(get_ident), ""),
        MethodDef::new(
            "get_native_id",
            MethodImpl::NoArgs(|vm, _| {
                let id = 4242 + i64::from(vm.tstate.id.0);
                Ok(vm.new_int(id))
            }),
            "",
        ),
        MethodDef::new(
            "_get_main_thread_ident",
            MethodImpl::NoArgs(|vm, _| {
                let ident = threads::ident_of(ThreadId(0)) as i64;
                Ok(vm.new_int(ident))
            }),
            "",
        ),
        MethodDef::new(
            "_is_main_interpreter",
            MethodImpl::NoArgs(|_, _| Ok(TRUE)),
            "",
        ),
        MethodDef::new("_make_thread_handle", MethodImpl::O(make_thread_handle), ""),
        MethodDef::new("_shutdown", MethodImpl::NoArgs(shutdown), ""),
        MethodDef::new(
            "_count",
            MethodImpl::NoArgs(|vm, _| {
                let count = vm.other_tstates.len() as i64;
                Ok(vm.new_int(count))
            }),
            "",
        ),
        MethodDef::new(
            "stack_size",
            MethodImpl::Fast(|vm, _, _| Ok(vm.new_int(0))),
            "",
        ),
        MethodDef::new(
            "exit",
            MethodImpl::NoArgs(|vm, _| Err(vm.raise_with(types::SYSTEM_EXIT, ObjId::NULL))),
            "",
        ),
        MethodDef::new(
            "exit_thread",
            MethodImpl::NoArgs(|vm, _| Err(vm.raise_with(types::SYSTEM_EXIT, ObjId::NULL))),
            "",
        ),
        MethodDef::new("_excepthook", MethodImpl::O(excepthook), ""),
    ],
    exec: add_types,
};

fn add_types(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    for (name, spec) in [
        ("LockType", &LOCK),
        ("lock", &LOCK),
        ("RLock", &RLOCK),
        ("_local", &LOCAL),
        ("_ThreadHandle", &HANDLE),
        ("_ExceptHookArgs", &EXCEPT_HOOK_ARGS),
    ] {
        let ty = vm.native_type(spec);
        vm.incref(ty);
        vm.module_add(module, name, ty);
    }
    vm.module_add(module, "error", types::RUNTIME_ERROR);
    let max = vm.new_float(TIMEOUT_MAX);
    vm.module_add(module, "TIMEOUT_MAX", max);
    vm.tstate.ident = threads::ident_of(vm.tstate.id);
    Ok(())
}

fn get_ident(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let ident = threads::ident_of(vm.tstate.id) as i64;
    Ok(vm.new_int(ident))
}

// ---- locks

/// `lock`.
#[derive(Debug)]
struct LockObject {
    lock: LockId,
}

impl NativePayload for LockObject {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

const NO_INSTANTIATION: TypeFlags = TypeFlags::HAVE_GC;

static LOCK: TypeSpec = TypeSpec {
    tp_name: "_thread.lock",
    tp_basicsize: 40,
    tp_flags: NO_INSTANTIATION,
    slots: Slots {
        tp_repr: Some(lock_repr),
        tp_new: Some(|vm, _, _, _| allocate_lock(vm, ObjId::NULL)),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("acquire", MethodImpl::FastKeywords(lock_acquire), ""),
        MethodDef::new("acquire_lock", MethodImpl::FastKeywords(lock_acquire), ""),
        MethodDef::new("release", MethodImpl::NoArgs(lock_release), ""),
        MethodDef::new("release_lock", MethodImpl::NoArgs(lock_release), ""),
        MethodDef::new("locked", MethodImpl::NoArgs(lock_locked), ""),
        MethodDef::new("locked_lock", MethodImpl::NoArgs(lock_locked), ""),
        MethodDef::new("__enter__", MethodImpl::NoArgs(lock_enter), ""),
        MethodDef::new(
            "__exit__",
            MethodImpl::Fast(|vm, this, _| lock_release(vm, this)),
            "",
        ),
        MethodDef::new("_at_fork_reinit", MethodImpl::NoArgs(|_, _| Ok(NONE)), ""),
    ],
    weakrefs: true,
    ..TypeSpec::EMPTY
};

fn allocate_lock(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let lock = threads::scheduler(vm).new_lock();
    let ty = vm.native_type(&LOCK);
    Ok(vm.new_native(ty, LockObject { lock }))
}

fn lock_of(vm: &Vm, this: ObjId) -> LockId {
    vm.heap
        .native::<LockObject>(this)
        .expect("a method of lock")
        .lock
}

fn lock_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let lock = lock_of(vm, this);
    let locked = if threads::scheduler(vm).is_locked(lock) {
        "locked"
    } else {
        "unlocked"
    };
    let address = vm.heap.address(this);
    Ok(vm.new_string(format!("<{locked} _thread.lock object at {address:#x}>")))
}

/// `blocking` and `timeout` of an acquire: the time limit, or `None` for not waiting at all.
fn time_limit(vm: &mut Vm, args: &[ObjId], kwnames: ObjId) -> PyResult<Option<Nanos>> {
    const SIGNATURE: Signature<'_> = Signature::new("acquire", &["blocking", "timeout"], 0);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let blocking = given[0].is_null() || vm.is_true(given[0])?;
    let timeout = if given[1].is_null() {
        -1.0
    } else {
        seconds(vm, given[1])?
    };
    // Exactly -1 stands for no timeout.
    let forever = timeout.to_bits() == (-1.0_f64).to_bits();
    if !blocking && !forever {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && !forever {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if timeout > TIMEOUT_MAX {
        return Err(vm.raise(types::OVERFLOW_ERROR, "timeout value is too large"));
    }
    if !blocking {
        return Ok(None);
    }
    if timeout < 0.0 {
        return Ok(Some(Nanos::NEVER));
    }
    Ok(Some(vm.now().after(Nanos::from_secs_ceil(timeout))))
}

/// A number of seconds.
fn seconds(vm: &mut Vm, value: ObjId) -> PyResult<f64> {
    match *vm.heap.payload(value) {
        Payload::Float(f) => Ok(f),
        Payload::Int(i) => Ok(i as f64),
        _ => {
            let kind = vm.type_name_of(value);
            Err(vm.type_error(format!(
                "'{kind}' object cannot be interpreted as an integer or float"
            )))
        }
    }
}

/// Takes the lock, waiting until `limit`.
fn acquire(vm: &mut Vm, lock: LockId, object: ObjId, limit: Option<Nanos>) -> PyResult<bool> {
    let mut acquired = threads::scheduler(vm).try_acquire(lock);
    if !acquired && let Some(until) = limit {
        acquired = threads::acquire_blocking(vm, lock, object, until)?;
    }
    if acquired {
        let thread = vm.tstate.id;
        vm.heap.reporter.emit(Event::LockAcquire {
            thread,
            lock: object,
        });
    }
    Ok(acquired)
}

fn release(vm: &mut Vm, lock: LockId, object: ObjId) {
    let thread = vm.tstate.id;
    vm.heap.reporter.emit(Event::LockRelease {
        thread,
        lock: object,
    });
    threads::release(vm, lock);
}

fn lock_acquire(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let limit = time_limit(vm, args, kwnames)?;
    let lock = lock_of(vm, this);
    acquire(vm, lock, this, limit).map(bool_obj)
}

fn lock_enter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let lock = lock_of(vm, this);
    acquire(vm, lock, this, Some(Nanos::NEVER)).map(bool_obj)
}

fn lock_release(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let lock = lock_of(vm, this);
    if !threads::scheduler(vm).is_locked(lock) {
        return Err(vm.raise(types::RUNTIME_ERROR, "release unlocked lock"));
    }
    release(vm, lock, this);
    Ok(NONE)
}

fn lock_locked(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let lock = lock_of(vm, this);
    Ok(bool_obj(threads::scheduler(vm).is_locked(lock)))
}

// ---- reentrant locks

#[derive(Debug)]
struct RLockObject {
    lock: LockId,
    owner: Option<ThreadId>,
    count: u64,
}

impl NativePayload for RLockObject {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

static RLOCK: TypeSpec = TypeSpec {
    tp_name: "_thread.RLock",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    slots: Slots {
        tp_repr: Some(rlock_repr),
        tp_new: Some(rlock_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("acquire", MethodImpl::FastKeywords(rlock_acquire), ""),
        MethodDef::new("release", MethodImpl::NoArgs(rlock_release), ""),
        MethodDef::new(
            "_is_owned",
            MethodImpl::NoArgs(|vm, this| Ok(bool_obj(owns(vm, this)))),
            "",
        ),
        MethodDef::new("_recursion_count", MethodImpl::NoArgs(rlock_count), ""),
        MethodDef::new("_acquire_restore", MethodImpl::O(rlock_acquire_restore), ""),
        MethodDef::new("_release_save", MethodImpl::NoArgs(rlock_release_save), ""),
        MethodDef::new(
            "__enter__",
            MethodImpl::NoArgs(|vm, this| rlock_take(vm, this, Some(Nanos::NEVER)).map(bool_obj)),
            "",
        ),
        MethodDef::new(
            "__exit__",
            MethodImpl::Fast(|vm, this, _| rlock_release(vm, this)),
            "",
        ),
    ],
    weakrefs: true,
    ..TypeSpec::EMPTY
};

fn rlock_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    let lock = threads::scheduler(vm).new_lock();
    Ok(vm.generic_alloc(
        ty,
        Payload::Native(Box::new(RLockObject {
            lock,
            owner: None,
            count: 0,
        })),
    ))
}

fn rlock(vm: &Vm, this: ObjId) -> &RLockObject {
    vm.heap.native(this).expect("a method of RLock")
}

fn rlock_mut(vm: &mut Vm, this: ObjId) -> &mut RLockObject {
    vm.heap.native_mut(this).expect("a method of RLock")
}

fn owns(vm: &Vm, this: ObjId) -> bool {
    let r = rlock(vm, this);
    r.count > 0 && r.owner == Some(vm.tstate.id)
}

fn rlock_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let r = rlock(vm, this);
    let locked = if r.count > 0 { "locked" } else { "unlocked" };
    let (owner, count) = (r.owner.map_or(0, threads::ident_of), r.count);
    let address = vm.heap.address(this);
    let name = vm.type_name_of(this);
    Ok(vm.new_string(format!(
        "<{locked} {name} object owner={owner} count={count} at {address:#x}>"
    )))
}

fn rlock_take(vm: &mut Vm, this: ObjId, limit: Option<Nanos>) -> PyResult<bool> {
    if owns(vm, this) {
        rlock_mut(vm, this).count += 1;
        return Ok(true);
    }
    let lock = rlock(vm, this).lock;
    let acquired = acquire(vm, lock, this, limit)?;
    if acquired {
        let thread = vm.tstate.id;
        let r = rlock_mut(vm, this);
        r.owner = Some(thread);
        r.count = 1;
    }
    Ok(acquired)
}

fn rlock_acquire(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let limit = time_limit(vm, args, kwnames)?;
    rlock_take(vm, this, limit).map(bool_obj)
}

fn rlock_release(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if !owns(vm, this) {
        return Err(vm.raise(types::RUNTIME_ERROR, "cannot release un-acquired lock"));
    }
    let r = rlock_mut(vm, this);
    r.count -= 1;
    if r.count == 0 {
        r.owner = None;
        let lock = r.lock;
        release(vm, lock, this);
    }
    Ok(NONE)
}

fn rlock_count(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let count = if owns(vm, this) {
        rlock(vm, this).count as i64
    } else {
        0
    };
    Ok(vm.new_int(count))
}

fn rlock_release_save(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if rlock(vm, this).count == 0 {
        return Err(vm.raise(types::RUNTIME_ERROR, "cannot release un-acquired lock"));
    }
    let r = rlock_mut(vm, this);
    let (count, owner, lock) = (r.count, r.owner, r.lock);
    r.count = 0;
    r.owner = None;
    release(vm, lock, this);
    let count = vm.new_int(count as i64);
    let owner = vm.new_int(owner.map_or(0, threads::ident_of) as i64);
    Ok(vm.new_tuple(vec![count, owner]))
}

fn rlock_acquire_restore(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let count = vm
        .tuple_items(state)
        .first()
        .copied()
        .and_then(|c| vm.int_as_i64(c))
        .unwrap_or(1);
    let lock = rlock(vm, this).lock;
    acquire(vm, lock, this, Some(Nanos::NEVER))?;
    let thread = vm.tstate.id;
    let r = rlock_mut(vm, this);
    r.owner = Some(thread);
    r.count = count as u64;
    Ok(NONE)
}

// ---- thread handles

/// What a handle and its thread share.
#[derive(Debug, Default)]
struct Shared {
    done: AtomicBool,
}

#[derive(Debug)]
struct Handle {
    ident: u64,
    thread: Option<ThreadId>,
    started: bool,
    shared: Arc<Shared>,
}

impl NativePayload for Handle {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

static HANDLE: TypeSpec = TypeSpec {
    tp_name: "_thread._ThreadHandle",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_repr: Some(handle_repr),
        tp_new: Some(|vm, _, _, _| Ok(new_handle(vm))),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("join", MethodImpl::Fast(handle_join), ""),
        MethodDef::new(
            "_set_done",
            MethodImpl::NoArgs(|vm, this| {
                handle(vm, this).shared.done.store(true, Ordering::Relaxed);
                Ok(NONE)
            }),
            "",
        ),
        MethodDef::new(
            "is_done",
            MethodImpl::NoArgs(|vm, this| Ok(bool_obj(is_done(vm, this)))),
            "",
        ),
    ],
    getset: &[GetSetDef {
        name: "ident",
        get: |vm, this| {
            let ident = handle(vm, this).ident;
            Ok(if ident == 0 {
                NONE
            } else {
                vm.new_int(ident as i64)
            })
        },
        set: None,
    }],
    ..TypeSpec::EMPTY
};

fn new_handle(vm: &mut Vm) -> ObjId {
    let ty = vm.native_type(&HANDLE);
    vm.new_native(
        ty,
        Handle {
            ident: 0,
            thread: None,
            started: false,
            shared: Arc::default(),
        },
    )
}

fn handle(vm: &Vm, this: ObjId) -> &Handle {
    vm.heap.native(this).expect("a method of _ThreadHandle")
}

fn is_done(vm: &Vm, this: ObjId) -> bool {
    handle(vm, this).shared.done.load(Ordering::Relaxed)
}

fn handle_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ident = handle(vm, this).ident;
    Ok(vm.new_string(format!("<_ThreadHandle object: ident={ident}>")))
}

fn make_thread_handle(vm: &mut Vm, _: ObjId, ident: ObjId) -> PyResult<ObjId> {
    let ident = vm.index_as_ssize(ident, None)?;
    let id = new_handle(vm);
    if let Some(h) = vm.heap.native_mut::<Handle>(id) {
        h.ident = ident as u64;
        h.started = true;
    }
    Ok(id)
}

fn handle_join(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("join", args.len(), 0, 1)?;
    let mut until = Nanos::NEVER;
    if let Some(&timeout) = args.first()
        && timeout != NONE
    {
        let secs = seconds(vm, timeout)?;
        if secs >= 0.0 {
            until = vm.now().after(Nanos::from_secs_ceil(secs));
        }
    }
    if !handle(vm, this).started {
        return Err(vm.raise(types::RUNTIME_ERROR, "thread not started"));
    }
    if is_done(vm, this) {
        return Ok(NONE);
    }
    let Some(thread) = handle(vm, this).thread else {
        return Ok(NONE);
    };
    if thread == vm.tstate.id {
        return Err(vm.raise(types::RUNTIME_ERROR, "Cannot join current thread"));
    }
    threads::join(vm, thread, until)?;
    Ok(NONE)
}

/// Non-daemon threads that the end of the program waits for.
const PENDING: &str = "pending_threads";

type Pending = Vec<(ThreadId, Arc<Shared>)>;

fn pending(vm: &mut Vm) -> &mut Pending {
    vm.interp
        .native_state
        .entry(PENDING)
        .or_insert_with(|| Box::new(Pending::new()))
        .downcast_mut()
        .expect("only this file puts it there")
}

fn shutdown(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    loop {
        let me = vm.tstate.id;
        pending(vm)
            .retain(|(thread, shared)| *thread != me && !shared.done.load(Ordering::Relaxed));
        let Some(&(thread, _)) = pending(vm).first() else {
            return Ok(NONE);
        };
        threads::join(vm, thread, Nanos::NEVER)?;
    }
}

fn start_joinable_thread(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new(
        "start_joinable_thread",
        &["function", "handle", "daemon"],
        1,
    )
    .positional(1);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let function = given[0];
    if !vm.is_callable(function) {
        return Err(vm.type_error("thread function must be callable"));
    }
    let daemon = given[2].is_null() || vm.is_true(given[2])?;
    let id = if given[1].is_null() || given[1] == NONE {
        new_handle(vm)
    } else {
        vm.incref(given[1])
    };
    if vm.heap.native::<Handle>(id).is_none() {
        vm.decref(id);
        return Err(vm.type_error("'handle' must be a _ThreadHandle"));
    }
    if handle(vm, id).started {
        vm.decref(id);
        return Err(vm.raise(types::RUNTIME_ERROR, "thread already started"));
    }
    let shared = Arc::clone(&handle(vm, id).shared);
    let thread = start_thread(vm, function, ObjId::NULL, ObjId::NULL, Arc::clone(&shared))?;
    if let Some(h) = vm.heap.native_mut::<Handle>(id) {
        h.ident = threads::ident_of(thread);
        h.thread = Some(thread);
        h.started = true;
    }
    if !daemon {
        pending(vm).push((thread, shared));
    }
    Ok(id)
}

fn start_new_thread(vm: &mut Vm, _: ObjId, args: ObjId) -> PyResult<ObjId> {
    let given = vm.tuple_items(args).to_vec();
    vm.check_positional("start_new_thread", given.len(), 2, 3)?;
    if !vm.is_callable(given[0]) {
        return Err(vm.type_error("first arg must be callable"));
    }
    if !vm.isinstance(given[1], types::TUPLE) {
        return Err(vm.type_error("2nd arg must be a tuple"));
    }
    let kwargs = given.get(2).copied().unwrap_or_default();
    if !kwargs.is_null() && !vm.isinstance(kwargs, types::DICT) {
        return Err(vm.type_error("optional 3rd arg must be a dictionary"));
    }
    let thread = start_thread(vm, given[0], given[1], kwargs, Arc::default())?;
    Ok(vm.new_int(threads::ident_of(thread) as i64))
}

fn start_thread(
    vm: &mut Vm,
    function: ObjId,
    args: ObjId,
    kwargs: ObjId,
    shared: Arc<Shared>,
) -> PyResult<ThreadId> {
    vm.incref(function);
    vm.xincref(args);
    vm.xincref(kwargs);
    threads::start(vm, move |vm| {
        let positional = if args.is_null() {
            Vec::new()
        } else {
            vm.tuple_items(args).to_vec()
        };
        match vm.call_args_dict(function, &positional, kwargs) {
            Ok(value) => vm.decref(value),
            Err(_raised) => {
                if vm.raised_matches(types::SYSTEM_EXIT) {
                    vm.clear_raised();
                } else {
                    let repr = vm.repr_lossy(function);
                    let message = format!("Exception ignored in thread started by {repr}");
                    (vm.hooks.write_unraisable)(vm, ObjId::NULL, &message);
                }
            }
        }
        vm.decref(function);
        vm.xdecref(args);
        vm.xdecref(kwargs);
        clear_locals_of_thread(vm);
        shared.done.store(true, Ordering::Relaxed);
    })
}

// ---- the hook for uncaught exceptions in threads

#[derive(Debug)]
struct ExceptHookArgs {
    fields: [ObjId; 4],
}

impl NativePayload for ExceptHookArgs {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, &id) in ["exc_type", "exc_value", "exc_traceback", "thread"]
            .into_iter()
            .zip(&self.fields)
        {
            visit(Place::Member(name), id);
        }
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

macro_rules! hook_field {
    ($name:literal, $index:literal) => {
        GetSetDef {
            name: $name,
            get: |vm, this| {
                let value = vm
                    .heap
                    .native::<ExceptHookArgs>(this)
                    .expect("an attribute of it")
                    .fields[$index];
                Ok(vm.incref(value))
            },
            set: None,
        }
    };
}

static EXCEPT_HOOK_ARGS: TypeSpec = TypeSpec {
    tp_name: "_thread._ExceptHookArgs",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_new: Some(except_hook_args_new),
        ..Slots::EMPTY
    },
    getset: &[
        hook_field!("exc_type", 0),
        hook_field!("exc_value", 1),
        hook_field!("exc_traceback", 2),
        hook_field!("thread", 3),
    ],
    ..TypeSpec::EMPTY
};

fn except_hook_args_new(vm: &mut Vm, ty: ObjId, args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    let Some(&sequence) = vm.tuple_items(args).first() else {
        return Err(vm.type_error("_ExceptHookArgs() missing required argument 'sequence' (pos 1)"));
    };
    let items = vm.collect_iterable(sequence)?;
    let Ok(fields) = <[ObjId; 4]>::try_from(items.as_slice()) else {
        let n = items.len();
        vm.decref_all(&items);
        return Err(vm.type_error(format!(
            "_thread._ExceptHookArgs() takes a 4-sequence ({n}-sequence given)"
        )));
    };
    Ok(vm.new_native(ty, ExceptHookArgs { fields }))
}

fn excepthook(vm: &mut Vm, _: ObjId, args: ObjId) -> PyResult<ObjId> {
    let Some(hook_args) = vm.heap.native::<ExceptHookArgs>(args) else {
        return Err(vm.type_error("_thread.excepthook argument type must be ExceptHookArgs"));
    };
    let [class, value, _, thread] = hook_args.fields;
    if class == types::SYSTEM_EXIT {
        return Ok(NONE);
    }
    let mut name = None;
    if thread != NONE {
        let attribute = vm.intern("_name");
        if let Some(found) = vm.getattr_opt(thread, attribute)? {
            name = Some(vm.str_string(found)?);
            vm.decref(found);
        }
    }
    let name = name.unwrap_or_else(|| threads::ident_of(vm.tstate.id).to_string());
    let text = super::traceback_print::format_exception(vm, value);
    super::traceback_print::write_stderr(vm, &format!("Exception in thread {name}:\n{text}"));
    Ok(NONE)
}

// ---- thread-local data

#[derive(Debug)]
struct LocalObject {
    args: ObjId,
    kwargs: ObjId,
    /// Each thread's attributes.
    dicts: Vec<(ThreadId, ObjId)>,
}

impl NativePayload for LocalObject {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("args", self.args), ("kwargs", self.kwargs)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        for &(thread, dict) in &self.dicts {
            visit(Place::Item(thread.0), dict);
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.extend(self.dicts.drain(..).map(|(_, dict)| dict));
    }
    crate::native_payload_any!();
}

static LOCAL: TypeSpec = TypeSpec {
    tp_name: "_thread._local",
    tp_basicsize: 64,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    slots: Slots {
        tp_new: Some(local_new),
        tp_dealloc: Some(local_dealloc),
        tp_getattro: Some(local_getattro),
        tp_setattro: Some(local_setattro),
        ..Slots::EMPTY
    },
    weakrefs: true,
    ..TypeSpec::EMPTY
};

fn local_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let plain_init = vm
        .heap
        .type_object(ty)
        .slots
        .tp_init
        .map(|f| f as *const () as usize)
        == vm
            .heap
            .type_object(types::OBJECT)
            .slots
            .tp_init
            .map(|f| f as *const () as usize);
    let given = !vm.tuple_items(args).is_empty() || (!kwargs.is_null() && vm.dict_len(kwargs) > 0);
    if plain_init && given {
        return Err(vm.type_error("Initialization arguments are not supported"));
    }
    vm.incref(args);
    vm.xincref(kwargs);
    let dict = vm.new_dict();
    let thread = vm.tstate.id;
    let payload = LocalObject {
        args,
        kwargs,
        dicts: vec![(thread, dict)],
    };
    let this = vm.generic_alloc(ty, Payload::Native(Box::new(payload)));
    locals(vm).push(this);
    Ok(this)
}

const LOCALS: &str = "thread_locals";

/// Every `_local` that lives, not counted: what an ending thread has to look through.
fn locals(vm: &mut Vm) -> &mut Vec<ObjId> {
    vm.interp
        .native_state
        .entry(LOCALS)
        .or_insert_with(|| Box::new(Vec::<ObjId>::new()))
        .downcast_mut()
        .expect("only this file puts it there")
}

fn local_dealloc(vm: &mut Vm, this: ObjId) {
    locals(vm).retain(|&other| other != this);
}

/// Drops what the ending thread has in every `_local` (`PyThreadState_Clear`).
fn clear_locals_of_thread(vm: &mut Vm) {
    let thread = vm.tstate.id;
    for local in locals(vm).clone() {
        let Some(object) = vm.heap.native_mut::<LocalObject>(local) else {
            continue;
        };
        if let Some(at) = object.dicts.iter().position(|&(owner, _)| owner == thread) {
            let (_, dict) = object.dicts.remove(at);
            vm.decref(dict);
        }
    }
}

/// The current thread's attributes (borrowed), made and initialized when it comes for the first time.
fn local_dict(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let thread = vm.tstate.id;
    let local = vm
        .heap
        .native::<LocalObject>(this)
        .expect("a method of _local");
    if let Some(&(_, dict)) = local.dicts.iter().find(|(t, _)| *t == thread) {
        return Ok(dict);
    }
    let (args, kwargs) = (local.args, local.kwargs);
    let dict = vm.new_dict();
    if let Some(local) = vm.heap.native_mut::<LocalObject>(this) {
        local.dicts.push((thread, dict));
    }
    if let Some(init) = vm.slots_of(this).tp_init {
        init(vm, this, args, kwargs)?;
    }
    Ok(dict)
}

fn local_getattro(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    let dict = local_dict(vm, this)?;
    if name == names::DICT {
        return Ok(vm.incref(dict));
    }
    let ty = vm.type_of(this);
    let found = vm.type_lookup(ty, name);
    let getter = found.and_then(|d| vm.slots_of(d).tp_descr_get);
    if let Some(descr) = found
        && let Some(get) = getter
        && vm.slots_of(descr).tp_descr_set.is_some()
    {
        return get(vm, descr, this, ty);
    }
    if let Some(value) = vm.dict_get(dict, name)? {
        return Ok(vm.incref(value));
    }
    match (found, getter) {
        (Some(descr), Some(get)) => get(vm, descr, this, ty),
        (Some(descr), None) => Ok(vm.incref(descr)),
        (None, _) => Err(vm.raise_no_attribute(this, name)),
    }
}

fn local_setattro(vm: &mut Vm, this: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
    if name == names::DICT {
        let kind = vm.type_name_of(this);
        return Err(vm.raise(
            types::ATTRIBUTE_ERROR,
            format!("'{kind}' object attribute '__dict__' is read-only"),
        ));
    }
    let dict = local_dict(vm, this)?;
    let ty = vm.type_of(this);
    if let Some(descr) = vm.type_lookup(ty, name)
        && let Some(set) = vm.slots_of(descr).tp_descr_set
    {
        return set(vm, descr, this, value);
    }
    if value.is_null() {
        if vm.dict_delete(dict, name)? {
            return Ok(());
        }
        return Err(vm.raise_no_attribute(this, name));
    }
    vm.dict_set(dict, name, value)
}
