//! Bound methods: a function together with the object it was fetched from.
//!
//! Mirrors `Objects/classobject.c`.

use crate::base::ObjId;

use super::heap::Reuse;
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// `PyMethodObject`.
#[derive(Debug)]
pub struct MethodObject {
    pub im_func: ObjId,
    pub im_self: ObjId,
}

impl MethodObject {
    /// Reports the function, then the object.
    pub fn traverse(&self, visit: Visit<'_>) {
        visit(Place::Member("im_func"), self.im_func);
        visit(Place::Member("im_self"), self.im_self);
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "method",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::HAVE_VECTORCALL),
    weakrefs: true,
    slots: Slots {
        tp_new: Some(method_new),
        tp_repr: Some(method_repr),
        tp_hash: Some(method_hash),
        tp_vectorcall: Some(method_vectorcall),
        tp_call: Some(super::descrobject::call_through_vector),
        tp_getattro: Some(method_getattro),
        tp_richcompare: Some(method_richcompare),
        tp_descr_get: Some(|vm, m, _, _| Ok(vm.incref(m))),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(method_reduce),
        "",
    )],
    members: &[
        MemberDef {
            name: "__func__",
            get: |vm, m| {
                let f = vm.method(m).im_func;
                Ok(vm.incref(f))
            },
            set: None,
        },
        MemberDef {
            name: "__self__",
            get: |vm, m| {
                let s = vm.method(m).im_self;
                Ok(vm.incref(s))
            },
            set: None,
        },
    ],
    getset: &[GetSetDef {
        name: "__doc__",
        get: |vm, m| {
            let f = vm.method(m).im_func;
            vm.getattr(f, names::DOC)
        },
        set: None,
    }],
    ..TypeSpec::EMPTY
};

impl Vm {
    /// The bound method in slot `id`; panics when it is none, which is our bug.
    pub fn method(&self, id: ObjId) -> &MethodObject {
        match self.heap.payload(id) {
            Payload::Method(m) => m,
            other => panic!("{id:?} is no method: {other:?}"),
        }
    }

    /// A function bound to an object (`PyMethod_New`).
    pub fn new_method(&mut self, im_func: ObjId, im_self: ObjId) -> ObjId {
        self.incref(im_func);
        self.incref(im_self);
        let method = MethodObject { im_func, im_self };
        let id = self.heap.alloc(
            types::METHOD,
            Payload::Method(Box::new(method)),
            Reuse::Fresh,
        );
        self.heap.track(id);
        id
    }
}

fn method_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("method", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("method", items.len(), 2, 2)?;
    if !vm.is_callable(items[0]) {
        return Err(vm.type_error("first argument must be callable"));
    }
    if items[1] == NONE {
        return Err(vm.type_error("instance must not be None"));
    }
    Ok(vm.new_method(items[0], items[1]))
}

fn method_vectorcall(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let m = vm.method(this);
    let (func, bound) = (m.im_func, m.im_self);
    let mut all = Vec::with_capacity(args.len() + 1);
    all.push(bound);
    all.extend_from_slice(args);
    vm.call_vector(func, &all, kwnames)
}

fn method_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let m = vm.method(this);
    let (func, bound) = (m.im_func, m.im_self);
    let mut name = vm.getattr_opt(func, names::QUALNAME)?;
    if name.is_none() {
        name = vm.getattr_opt(func, names::NAME)?;
    }
    let text = match name {
        Some(name) if vm.isinstance(name, types::STR) => vm.str_lossy(name),
        _ => "?".to_owned(),
    };
    if let Some(name) = name {
        vm.decref(name);
    }
    let bound_repr = vm.repr_string(bound)?;
    Ok(vm.new_string(format!("<bound method {text} of {bound_repr}>")))
}

fn method_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let m = vm.method(this);
    let (func, bound) = (m.im_func, m.im_self);
    let hash = vm.hash_pointer(bound) ^ vm.hash(func)?;
    Ok(if hash == -1 { -2 } else { hash })
}

fn method_getattro(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    if vm.type_lookup(types::METHOD, name).is_some() {
        return vm.generic_getattr(this, name);
    }
    let func = vm.method(this).im_func;
    vm.getattr(func, name)
}

fn method_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(b) != types::METHOD || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y) = (vm.method(a), vm.method(b));
    let same_self = x.im_self == y.im_self;
    let (f, g) = (x.im_func, y.im_func);
    let equal = same_self && vm.eq(f, g)?;
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

fn method_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let m = vm.method(this);
    let (func, bound) = (m.im_func, m.im_self);
    let name = vm.getattr(func, names::NAME)?;
    let builtins = vm.interp.builtins;
    let getattr = vm.dict_get_name(builtins, "getattr").unwrap_or(NONE);
    let pair = vm.new_tuple_from(&[bound, name]);
    vm.decref(name);
    let result = vm.new_tuple_from(&[getattr, pair]);
    vm.decref(pair);
    Ok(result)
}
