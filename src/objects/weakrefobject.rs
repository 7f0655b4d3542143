//! Weak references and proxies.
//!
//! Mirrors `Objects/weakrefobject.c`.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::events::Event;

use super::heap::Reuse;
use super::methodobject::{MemberDef, MethodDef, MethodImpl};
use super::object::{Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// `PyWeakReference`: the links are not counted.
#[derive(Debug)]
pub struct WeakrefObject {
    /// The referent, not counted; NULL once dead.
    pub wr_object: ObjId,
    /// Owned; NULL for none.
    pub wr_callback: ObjId,
    /// The cached hash; `None` until asked for.
    pub hash: Option<i64>,
    pub wr_prev: ObjId,
    pub wr_next: ObjId,
}

impl WeakrefObject {
    /// Reports the callback alone.
    pub fn traverse(&self, visit: Visit<'_>) {
        if !self.wr_callback.is_null() {
            visit(Place::Member("wr_callback"), self.wr_callback);
        }
    }
}

pub static WEAKREF: TypeSpec = TypeSpec {
    tp_name: "weakref.ReferenceType",
    tp_basicsize: 64,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::HAVE_VECTORCALL),
    slots: Slots {
        tp_new: Some(weakref_new),
        tp_init: Some(weakref_init),
        tp_dealloc: Some(weakref_dealloc),
        tp_call: Some(weakref_call),
        tp_vectorcall: Some(weakref_vectorcall),
        tp_hash: Some(weakref_hash),
        tp_repr: Some(weakref_repr),
        tp_richcompare: Some(weakref_richcompare),
        ..Slots::EMPTY
    },
    members: &[MemberDef {
        name: "__callback__",
        get: weakref_callback,
        set: None,
    }],
    methods: &[MethodDef::new(
        "__class_getitem__",
        MethodImpl::O(super::genericaliasobject::generic_alias_new),
        "",
    )
    .class_method()],
    ..TypeSpec::EMPTY
};

impl Vm {
    /// The weak reference in slot `id`; panics when it is none, which is our bug.
    pub fn weakref(&self, id: ObjId) -> &WeakrefObject {
        match self.heap.payload(id) {
            Payload::Weakref(w) => w,
            other => panic!("{id:?} is no weak reference: {other:?}"),
        }
    }

    fn weakref_mut(&mut self, id: ObjId) -> &mut WeakrefObject {
        match self.heap.payload_mut(id) {
            Payload::Weakref(w) => w,
            other => panic!("{id:?} is no weak reference: {other:?}"),
        }
    }

    /// The head of an object's list of weak references, or NULL.
    pub fn weakref_list(&self, referent: ObjId) -> ObjId {
        self.heap
            .get(referent)
            .managed
            .as_ref()
            .map_or(ObjId::NULL, |m| m.weaklist)
    }

    /// All weak references to an object, in list order.
    pub fn weakrefs_of(&self, referent: ObjId) -> Vec<ObjId> {
        let mut all = Vec::new();
        let mut id = self.weakref_list(referent);
        while !id.is_null() {
            all.push(id);
            id = self.weakref(id).wr_next;
        }
        all
    }

    /// Whether instances of the type can be weakly referenced.
    pub fn supports_weakrefs(&self, ty: ObjId) -> bool {
        let t = self.heap.type_object(ty);
        t.tp_flags.contains(TypeFlags::MANAGED_WEAKREF) || t.weakrefs
    }

    /// A weak reference (`ty` is `weakref.ref`, a subclass, or a proxy type); `callback` NULL for
    /// none. The callback-less plain reference and proxy are shared.
    pub fn new_weakref(&mut self, ty: ObjId, referent: ObjId, callback: ObjId) -> PyResult<ObjId> {
        let referent_type = self.type_of(referent);
        if !self.supports_weakrefs(referent_type) {
            let name = self.type_name_of(referent);
            return Err(self.type_error(format!("cannot create weak reference to '{name}' object")));
        }
        let (basic_ref, basic_proxy) = self.basic_weakrefs(referent);
        let proxy = matches!(ty, types::WEAKPROXY | types::WEAKCALLABLEPROXY);
        if callback.is_null() {
            let shared = if proxy {
                basic_proxy
            } else if ty == types::WEAKREF {
                basic_ref
            } else {
                ObjId::NULL
            };
            if !shared.is_null() {
                return Ok(self.incref(shared));
            }
        }
        self.xincref(callback);
        let weakref = WeakrefObject {
            wr_object: referent,
            wr_callback: callback,
            hash: None,
            wr_prev: ObjId::NULL,
            wr_next: ObjId::NULL,
        };
        let id = self
            .heap
            .alloc(ty, Payload::Weakref(Box::new(weakref)), Reuse::Fresh);
        if self.heap.type_object(ty).is_heap_type() {
            self.init_managed(id);
        }
        self.heap.track(id);
        // Plain reference first, proxy second, all others behind, most recent first.
        let after = if callback.is_null() && ty == types::WEAKREF {
            ObjId::NULL
        } else if callback.is_null() && proxy {
            basic_ref
        } else if !basic_proxy.is_null() {
            basic_proxy
        } else {
            basic_ref
        };
        self.link_weakref(referent, id, after);
        if self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::WeakrefNew {
                weakref: id,
                referent,
            });
        }
        Ok(id)
    }

    /// The shared callback-less reference and proxy of an object (`get_basic_refs`).
    fn basic_weakrefs(&self, referent: ObjId) -> (ObjId, ObjId) {
        let head = self.weakref_list(referent);
        let (mut basic_ref, mut basic_proxy) = (ObjId::NULL, ObjId::NULL);
        if head.is_null() || !self.weakref(head).wr_callback.is_null() {
            return (basic_ref, basic_proxy);
        }
        let mut next = head;
        if self.type_of(head) == types::WEAKREF {
            basic_ref = head;
            next = self.weakref(head).wr_next;
        }
        if !next.is_null()
            && self.weakref(next).wr_callback.is_null()
            && matches!(
                self.type_of(next),
                types::WEAKPROXY | types::WEAKCALLABLEPROXY
            )
        {
            basic_proxy = next;
        }
        (basic_ref, basic_proxy)
    }

    /// Puts a reference behind `after`, or at the head when that is NULL.
    fn link_weakref(&mut self, referent: ObjId, id: ObjId, after: ObjId) {
        let next = if after.is_null() {
            self.weakref_list(referent)
        } else {
            self.weakref(after).wr_next
        };
        {
            let w = self.weakref_mut(id);
            w.wr_prev = after;
            w.wr_next = next;
        }
        if !next.is_null() {
            self.weakref_mut(next).wr_prev = id;
        }
        if after.is_null() {
            self.managed_mut(referent).weaklist = id;
        } else {
            self.weakref_mut(after).wr_next = id;
        }
    }

    /// Takes a reference off its referent's list; its callback stays (`clear_weakref` without
    /// the callback).
    pub fn unlink_weakref(&mut self, id: ObjId) {
        let w = self.weakref(id);
        let (referent, prev, next) = (w.wr_object, w.wr_prev, w.wr_next);
        if referent.is_null() {
            return;
        }
        if prev.is_null() {
            self.managed_mut(referent).weaklist = next;
        } else {
            self.weakref_mut(prev).wr_next = next;
        }
        if !next.is_null() {
            self.weakref_mut(next).wr_prev = prev;
        }
        let w = self.weakref_mut(id);
        w.wr_object = ObjId::NULL;
        w.wr_prev = ObjId::NULL;
        w.wr_next = ObjId::NULL;
        if self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::WeakrefClear {
                weakref: id,
                referent,
            });
        }
    }

    /// Clears all weak references to a dying object, then calls their callbacks, most recent
    /// first (`PyObject_ClearWeakRefs`).
    pub fn clear_weakrefs_of(&mut self, referent: ObjId) {
        if self.weakref_list(referent).is_null() {
            return;
        }
        let saved = self.take_raised();
        let mut queue = Vec::new();
        for id in self.weakrefs_of(referent) {
            let callback = std::mem::take(&mut self.weakref_mut(id).wr_callback);
            self.unlink_weakref(id);
            if callback.is_null() {
                continue;
            }
            // A reference that is itself dying gets no callback.
            if self.heap.refcnt(id) > 0 {
                self.incref(id);
                queue.push((id, callback));
            } else {
                self.decref(callback);
            }
        }
        for (id, callback) in queue {
            self.call_weakref_callback(id, callback);
            self.decref(callback);
            self.decref(id);
        }
        if !saved.is_null() {
            let _ = self.set_raised(saved);
        }
    }

    /// Calls `callback(weakref)`; an exception is reported and forgotten (`handle_callback`).
    pub fn call_weakref_callback(&mut self, weakref: ObjId, callback: ObjId) {
        if self.heap.reporter.is_on() {
            self.heap
                .reporter
                .emit(Event::WeakrefCallback { weakref, callback });
        }
        match self.call(callback, &[weakref]) {
            Ok(result) => self.decref(result),
            Err(_) => (self.hooks.write_unraisable)(self, callback, ""),
        }
    }

    /// The referent if it still lives, borrowed. An object whose count is zero is dying.
    pub fn weakref_target(&self, id: ObjId) -> Option<ObjId> {
        let target = self.weakref(id).wr_object;
        if target.is_null() || self.heap.refcnt(target) == 0 {
            None
        } else {
            Some(target)
        }
    }

    /// Takes the callback of a reference away; owned by the caller, or NULL.
    pub fn take_weakref_callback(&mut self, id: ObjId) -> ObjId {
        std::mem::take(&mut self.weakref_mut(id).wr_callback)
    }
}

fn weakref_args(vm: &mut Vm, args: ObjId, kwargs: ObjId, what: &str) -> PyResult<(ObjId, ObjId)> {
    if !kwargs.is_null() && vm.dict_len(kwargs) > 0 {
        return Err(vm.type_error("ref() takes no keyword arguments"));
    }
    match *vm.tuple_items(args) {
        [referent] => Ok((referent, ObjId::NULL)),
        [referent, callback] => Ok((
            referent,
            if callback == NONE {
                ObjId::NULL
            } else {
                callback
            },
        )),
        [] => Err(vm.type_error(format!("{what} expected at least 1 argument, got 0"))),
        _ => {
            let n = vm.tuple_items(args).len();
            Err(vm.type_error(format!("{what} expected at most 2 arguments, got {n}")))
        }
    }
}

fn weakref_new(vm: &mut Vm, ty: ObjId, args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    let (referent, callback) = weakref_args(vm, args, ObjId::NULL, "__new__")?;
    vm.new_weakref(ty, referent, callback)
}

fn weakref_init(vm: &mut Vm, _this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    weakref_args(vm, args, kwargs, "__init__").map(|_| ())
}

fn weakref_dealloc(vm: &mut Vm, this: ObjId) {
    vm.unlink_weakref(this);
}

fn weakref_call(vm: &mut Vm, this: ObjId, args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    if !vm.tuple_items(args).is_empty() {
        let n = vm.tuple_items(args).len();
        return Err(vm.type_error(format!("__call__ expected 0 arguments, got {n}")));
    }
    weakref_vectorcall(vm, this, &[], ObjId::NULL)
}

fn weakref_vectorcall(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    if !kwnames.is_null() && !vm.tuple_items(kwnames).is_empty() {
        return Err(vm.type_error("__call__() takes no keyword arguments"));
    }
    if !args.is_empty() {
        return Err(vm.type_error(format!("__call__ expected 0 arguments, got {}", args.len())));
    }
    match vm.weakref_target(this) {
        Some(target) => Ok(vm.incref(target)),
        None => Ok(NONE),
    }
}

fn weakref_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    if let Some(hash) = vm.weakref(this).hash {
        return Ok(hash);
    }
    let Some(target) = vm.weakref_target(this) else {
        return Err(vm.type_error("weak object has gone away"));
    };
    vm.incref(target);
    let hash = vm.hash(target);
    vm.decref(target);
    let hash = hash?;
    vm.weakref_mut(this).hash = Some(hash);
    Ok(hash)
}

fn weakref_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let address = vm.heap.address(this);
    let Some(target) = vm.weakref_target(this) else {
        return Ok(vm.new_string(format!("<weakref at {address:#x}; dead>")));
    };
    vm.incref(target);
    let name = vm.getattr_opt(target, names::NAME);
    let (type_name, target_address) = (vm.type_name_of(target), vm.heap.address(target));
    vm.decref(target);
    let mut text = format!("<weakref at {address:#x}; to '{type_name}' at {target_address:#x}");
    if let Some(name) = name? {
        if vm.isinstance(name, types::STR) {
            write!(text, " ({})", vm.str_lossy(name)).expect("a String takes any text");
        }
        vm.decref(name);
    }
    text.push('>');
    Ok(vm.new_string(text))
}

fn weakref_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let comparable = matches!(op, CompareOp::Eq | CompareOp::Ne)
        && vm.isinstance(a, types::WEAKREF)
        && vm.isinstance(b, types::WEAKREF);
    if !comparable {
        return Ok(NOT_IMPLEMENTED);
    }
    let (Some(x), Some(y)) = (vm.weakref_target(a), vm.weakref_target(b)) else {
        return Ok(bool_obj((a == b) == (op == CompareOp::Eq)));
    };
    vm.incref(x);
    vm.incref(y);
    let result = vm.rich_compare(x, y, op);
    vm.decref(x);
    vm.decref(y);
    result
}

fn weakref_callback(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let callback = vm.weakref(this).wr_callback;
    Ok(if callback.is_null() {
        NONE
    } else {
        vm.incref(callback)
    })
}
