//! The module `_queue`: `SimpleQueue`, a queue without a limit that wakes its waiting readers.
//!
//! Mirrors `Modules/_queuemodule.c`.

use std::collections::VecDeque;

use crate::base::ObjId;
use crate::interpreter::threads;
use crate::objects::floatobject::as_double;
use crate::objects::genericaliasobject::class_getitem;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Payload, Place, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{EMPTY_TUPLE, NONE, bool_obj, types};
use crate::threads::Nanos;
use crate::threads::gil::LockId;

use super::{ModuleDef, module_exception};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    functions: &[],
    exec: |vm, module| {
        let ty = vm.native_type(&SIMPLE_QUEUE);
        vm.incref(ty);
        vm.module_add(module, "SimpleQueue", ty);
        let class = empty_class(vm)?;
        vm.incref(class);
        vm.module_add(module, "Empty", class);
        Ok(())
    },
    doc: "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
};

fn empty_class(vm: &mut Vm) -> PyResult<ObjId> {
    module_exception(vm, "_queue", "Empty", types::EXCEPTION)
}

#[cold]
fn empty(vm: &mut Vm) -> Raised {
    match empty_class(vm) {
        Ok(class) => vm.raise_with(class, EMPTY_TUPLE),
        Err(raised) => raised,
    }
}

/// `simplequeueobject`.
#[derive(Debug)]
struct SimpleQueue {
    items: VecDeque<ObjId>,
    /// Held while a reader waits; giving it back wakes one.
    lock: LockId,
    locked: bool,
}

impl NativePayload for SimpleQueue {
    fn traverse(&self, visit: Visit<'_>) {
        for (i, &item) in self.items.iter().enumerate() {
            visit(Place::Item(i as u32), item);
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.extend(self.items.drain(..));
    }
    crate::native_payload_any!();
}

static SIMPLE_QUEUE: TypeSpec = TypeSpec {
    tp_name: "_queue.SimpleQueue",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    weakrefs: true,
    slots: Slots {
        tp_new: Some(queue_new),
        tp_dealloc: Some(|vm, this| {
            let lock = vm.native::<SimpleQueue>(this).lock;
            threads::scheduler(vm).forget_lock(lock);
        }),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "empty",
            MethodImpl::NoArgs(|vm, this| Ok(bool_obj(queue(vm, this).items.is_empty()))),
            "($self, /)",
        ),
        MethodDef::new(
            "get",
            MethodImpl::FastKeywords(get),
            "($self, /, block=True, timeout=None)",
        ),
        MethodDef::new(
            "get_nowait",
            MethodImpl::NoArgs(|vm, this| take(vm, this, None)),
            "($self, /)",
        ),
        MethodDef::new(
            "put",
            MethodImpl::FastKeywords(|vm, this, args, kwnames| {
                let signature = Signature::new("put", &["item", "block", "timeout"], 1);
                let values = vm.unpack_keywords(&signature, args, kwnames)?;
                Ok(put(vm, this, values[0]))
            }),
            "($self, /, item, block=True, timeout=None)",
        ),
        MethodDef::new(
            "put_nowait",
            MethodImpl::FastKeywords(|vm, this, args, kwnames| {
                let signature = Signature::new("put_nowait", &["item"], 1);
                let values = vm.unpack_keywords(&signature, args, kwnames)?;
                Ok(put(vm, this, values[0]))
            }),
            "($self, /, item)",
        ),
        MethodDef::new(
            "qsize",
            MethodImpl::NoArgs(|vm, this| {
                let size = queue(vm, this).items.len();
                Ok(vm.new_int(size as i64))
            }),
            "($self, /)",
        ),
        MethodDef::new("__class_getitem__", MethodImpl::O(class_getitem), "").class_method(),
    ],
    tp_doc: "SimpleQueue()\n--\n\nSimple, unbounded, reentrant FIFO queue.",
    ..TypeSpec::EMPTY
};

fn queue(vm: &Vm, this: ObjId) -> &SimpleQueue {
    vm.native(this)
}

fn queue_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let base = vm.native_type(&SIMPLE_QUEUE);
    if vm.same_init(ty, base) {
        vm.no_keywords("SimpleQueue", kwargs)?;
        if !vm.tuple_items(args).is_empty() {
            return Err(vm.type_error("SimpleQueue() takes no positional arguments"));
        }
    }
    let lock = threads::scheduler(vm).new_lock();
    let queue = SimpleQueue {
        items: VecDeque::new(),
        lock,
        locked: false,
    };
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(queue))))
}

fn put(vm: &mut Vm, this: ObjId, item: ObjId) -> ObjId {
    vm.incref(item);
    vm.native_mut::<SimpleQueue>(this).items.push_back(item);
    unlock(vm, this);
    NONE
}

/// Wakes a waiting reader.
fn unlock(vm: &mut Vm, this: ObjId) {
    let queue: &mut SimpleQueue = vm.native_mut(this);
    if std::mem::take(&mut queue.locked) {
        let lock = queue.lock;
        threads::release(vm, lock);
    }
}

fn get(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("get", &["block", "timeout"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let block = values[0].is_null() || vm.is_true(values[0])?;
    if !block {
        return take(vm, this, None);
    }
    let until = if values[1].is_null() || values[1] == NONE {
        Nanos::NEVER
    } else {
        if vm.float_value(values[1]).is_none() && !vm.has_index(values[1]) {
            let kind = vm.type_name_of(values[1]);
            return Err(vm.type_error(format!(
                "'{kind}' object cannot be interpreted as an integer"
            )));
        }
        let seconds = as_double(vm, values[1])?;
        if seconds < 0.0 {
            return Err(vm.value_error("'timeout' must be a non-negative number"));
        }
        if seconds > 9_223_372_036.0 {
            return Err(vm.raise(types::OVERFLOW_ERROR, "timeout value is too large"));
        }
        vm.now().after(Nanos::from_secs_ceil(seconds))
    };
    take(vm, this, Some(until))
}

/// Takes the first item, waiting for one until a moment, or not at all.
fn take(vm: &mut Vm, this: ObjId, until: Option<Nanos>) -> PyResult<ObjId> {
    while queue(vm, this).items.is_empty() {
        let lock = queue(vm, this).lock;
        let mut acquired = threads::scheduler(vm).try_acquire(lock);
        if !acquired && let Some(until) = until {
            acquired = threads::acquire_blocking(vm, lock, this, until)?;
        }
        if !acquired {
            return Err(empty(vm));
        }
        vm.native_mut::<SimpleQueue>(this).locked = true;
    }
    let item = vm.native_mut::<SimpleQueue>(this).items.pop_front();
    unlock(vm, this);
    Ok(item.expect("the loop ends with an item"))
}
