//! Descriptors of built-in types: methods, computed attributes, fields, slot wrappers.
//!
//! Mirrors `Objects/descrobject.c`.

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{Place, Visit};
use super::slotdefs::SlotDef;
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, names, types};

/// `PyDescrObject` and its variants.
#[derive(Debug)]
pub struct DescriptorObject {
    /// The type that defines it; owned.
    pub d_type: ObjId,
    /// An interned string; owned.
    pub d_name: ObjId,
    /// `__qualname__`, once it has been asked for.
    pub d_qualname: ObjId,
    pub kind: DescriptorKind,
}

/// What a descriptor does.
#[derive(Clone, Copy, Debug)]
pub enum DescriptorKind {
    /// `method_descriptor` and `classmethod_descriptor`.
    Method(MethodDef),
    /// `getset_descriptor`.
    GetSet(GetSetDef),
    /// `member_descriptor` of a built-in type.
    Member(MemberDef),
    /// `member_descriptor` of a `__slots__` entry, by its index in the instance's slot array.
    Slot(u32),
    /// `wrapper_descriptor`: a slot of the type seen from Python.
    Wrapper(&'static SlotDef),
    /// `__dict__` of a class with a managed dict.
    InstanceDict,
    /// `__weakref__` of a class.
    InstanceWeakref,
}

impl DescriptorObject {
    /// Reports the type; then the names, which C's `descr_traverse` leaves out.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("d_type", self.d_type),
            ("d_name", self.d_name),
            ("d_qualname", self.d_qualname),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
}

const DESCR_FLAGS: TypeFlags = TypeFlags::HAVE_GC;

/// What all descriptor types share.
const BASE: TypeSpec = TypeSpec {
    tp_basicsize: 56,
    tp_flags: DESCR_FLAGS,
    slots: Slots {
        tp_repr: Some(descr_repr),
        tp_descr_get: Some(descr_get),
        ..Slots::EMPTY
    },
    members: &[
        MemberDef {
            name: "__objclass__",
            get: descr_objclass,
            set: None,
        },
        MemberDef {
            name: "__name__",
            get: descr_name,
            set: None,
        },
    ],
    getset: &[
        GetSetDef {
            name: "__doc__",
            get: descr_doc,
            set: None,
        },
        GetSetDef {
            name: "__qualname__",
            get: descr_qualname,
            set: None,
        },
        GetSetDef {
            name: "__text_signature__",
            get: descr_signature,
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

pub static METHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    tp_name: "method_descriptor",
    tp_flags: DESCR_FLAGS
        .with(TypeFlags::METHOD_DESCRIPTOR)
        .with(TypeFlags::HAVE_VECTORCALL),
    slots: Slots {
        tp_vectorcall: Some(method_vectorcall),
        tp_call: Some(call_through_vector),
        ..BASE.slots
    },
    ..BASE
};
pub static CLASSMETHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    tp_name: "classmethod_descriptor",
    slots: Slots {
        tp_vectorcall: Some(classmethod_vectorcall),
        tp_call: Some(call_through_vector),
        ..BASE.slots
    },
    ..BASE
};
pub static GETSET_DESCRIPTOR: TypeSpec = TypeSpec {
    tp_name: "getset_descriptor",
    tp_basicsize: 48,
    slots: Slots {
        tp_descr_set: Some(descr_set),
        ..BASE.slots
    },
    ..BASE
};
pub static MEMBER_DESCRIPTOR: TypeSpec = TypeSpec {
    tp_name: "member_descriptor",
    tp_basicsize: 48,
    slots: Slots {
        tp_descr_set: Some(descr_set),
        ..BASE.slots
    },
    ..BASE
};
pub static WRAPPER_DESCRIPTOR: TypeSpec = TypeSpec {
    tp_name: "wrapper_descriptor",
    tp_flags: DESCR_FLAGS.with(TypeFlags::METHOD_DESCRIPTOR),
    slots: Slots {
        tp_vectorcall: Some(wrapper_vectorcall),
        tp_call: Some(call_through_vector),
        ..BASE.slots
    },
    ..BASE
};
/// `method-wrapper`: a slot wrapper bound to an object.
pub static METHOD_WRAPPER: TypeSpec = TypeSpec {
    tp_name: "method-wrapper",
    tp_basicsize: 32,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_repr: Some(method_wrapper_repr),
        tp_vectorcall: Some(method_wrapper_vectorcall),
        tp_call: Some(call_through_vector),
        tp_richcompare: Some(method_wrapper_richcompare),
        tp_hash: Some(method_wrapper_hash),
        ..Slots::EMPTY
    },
    getset: &[
        GetSetDef {
            name: "__objclass__",
            get: |vm, w| wrapper_field(vm, w, descr_objclass),
            set: None,
        },
        GetSetDef {
            name: "__name__",
            get: |vm, w| wrapper_field(vm, w, descr_name),
            set: None,
        },
        GetSetDef {
            name: "__qualname__",
            get: |vm, w| wrapper_field(vm, w, descr_qualname),
            set: None,
        },
        GetSetDef {
            name: "__doc__",
            get: |vm, w| wrapper_field(vm, w, descr_doc),
            set: None,
        },
        GetSetDef {
            name: "__text_signature__",
            get: |vm, w| wrapper_field(vm, w, descr_signature),
            set: None,
        },
        GetSetDef {
            name: "__self__",
            get: wrapper_self,
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

/// `wrapperobject`.
#[derive(Debug)]
struct MethodWrapper {
    descr: ObjId,
    this: ObjId,
}

impl super::object::NativePayload for MethodWrapper {
    fn traverse(&self, visit: Visit<'_>) {
        visit(Place::Member("descr"), self.descr);
        visit(Place::Member("self"), self.this);
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

/// For types whose vector call is the real one: `tp_call` unpacks and calls it.
pub fn call_through_vector(
    vm: &mut Vm,
    callable: ObjId,
    args: ObjId,
    kwargs: ObjId,
) -> PyResult<ObjId> {
    let items = vm.tuple_items(args).to_vec();
    vm.call_args_dict(callable, &items, kwargs)
}

impl Vm {
    /// The descriptor in slot `id`; panics when it is none, which is our bug.
    pub fn descriptor(&self, id: ObjId) -> &DescriptorObject {
        match self.heap.payload(id) {
            super::object::Payload::Descriptor(d) => d,
            other => panic!("{id:?} is no descriptor: {other:?}"),
        }
    }
}

fn descr_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let d = vm.descriptor(this);
    let name = vm.str_lossy(d.d_name);
    let owner = vm.heap.type_object(d.d_type).tp_name.clone();
    let text = match d.kind {
        DescriptorKind::Method(_) => format!("<method '{name}' of '{owner}' objects>"),
        DescriptorKind::GetSet(_)
        | DescriptorKind::InstanceDict
        | DescriptorKind::InstanceWeakref => {
            format!("<attribute '{name}' of '{owner}' objects>")
        }
        DescriptorKind::Member(_) | DescriptorKind::Slot(_) => {
            format!("<member '{name}' of '{owner}' objects>")
        }
        DescriptorKind::Wrapper(_) => format!("<slot wrapper '{name}' of '{owner}' objects>"),
    };
    Ok(vm.new_string(text))
}

/// Refuses objects of other types (`descr_check`).
fn check_receiver(vm: &mut Vm, descr: ObjId, obj: ObjId) -> PyResult<()> {
    let d_type = vm.descriptor(descr).d_type;
    if vm.isinstance(obj, d_type) {
        return Ok(());
    }
    let name = vm.str_lossy(vm.descriptor(descr).d_name);
    let owner = vm.heap.type_object(d_type).tp_name.clone();
    let actual = vm.type_name_of(obj);
    Err(vm.type_error(format!(
        "descriptor '{name}' for '{owner}' objects doesn't apply to a '{actual}' object"
    )))
}

fn descr_get(vm: &mut Vm, descr: ObjId, obj: ObjId, owner: ObjId) -> PyResult<ObjId> {
    let d = vm.descriptor(descr);
    let (kind, d_type) = (d.kind, d.d_type);
    if let DescriptorKind::Method(def) = kind
        && vm.type_of(descr) == types::CLASSMETHOD_DESCRIPTOR
    {
        let class = if owner.is_null() {
            vm.type_of(obj)
        } else {
            owner
        };
        if !vm.isinstance(class, types::TYPE) || !vm.is_subtype(class, d_type) {
            let (n, o) = (def.ml_name, vm.heap.type_object(d_type).tp_name.clone());
            return Err(vm.type_error(format!("descriptor '{n}' requires a subtype of '{o}'")));
        }
        return Ok(vm.new_cfunction(def, class, ObjId::NULL));
    }
    if obj.is_null() {
        return Ok(vm.incref(descr));
    }
    check_receiver(vm, descr, obj)?;
    match kind {
        DescriptorKind::Method(def) => Ok(vm.new_cfunction(def, obj, ObjId::NULL)),
        DescriptorKind::GetSet(def) => (def.get)(vm, obj),
        DescriptorKind::Member(def) => (def.get)(vm, obj),
        DescriptorKind::Slot(index) => {
            let value = vm
                .heap
                .get(obj)
                .managed
                .as_ref()
                .map_or(ObjId::NULL, |m| m.slots[index as usize]);
            if value.is_null() {
                let name = vm.descriptor(descr).d_name;
                return Err(vm.raise_no_attribute(obj, name));
            }
            Ok(vm.incref(value))
        }
        DescriptorKind::Wrapper(_) => {
            vm.incref(descr);
            vm.incref(obj);
            Ok(vm.new_native(types::METHOD_WRAPPER, MethodWrapper { descr, this: obj }))
        }
        DescriptorKind::InstanceDict => {
            let dict = vm.instance_dict(obj)?;
            Ok(vm.incref(dict))
        }
        DescriptorKind::InstanceWeakref => {
            let head = vm
                .heap
                .get(obj)
                .managed
                .as_ref()
                .map_or(ObjId::NULL, |m| m.weaklist);
            Ok(if head.is_null() {
                NONE
            } else {
                vm.incref(head)
            })
        }
    }
}

fn descr_set(vm: &mut Vm, descr: ObjId, obj: ObjId, value: ObjId) -> PyResult<()> {
    check_receiver(vm, descr, obj)?;
    let kind = vm.descriptor(descr).kind;
    let setter = match kind {
        DescriptorKind::GetSet(def) => def.set,
        DescriptorKind::Member(def) => {
            if def.set.is_none() {
                return Err(vm.raise(types::ATTRIBUTE_ERROR, "readonly attribute"));
            }
            def.set
        }
        DescriptorKind::Slot(index) => {
            let old = match vm.heap.get(obj).managed.as_ref() {
                Some(m) => m.slots[index as usize],
                None => ObjId::NULL,
            };
            if value.is_null() && old.is_null() {
                // `PyMember_SetOne` says the bare name.
                let name = vm.descriptor(descr).d_name;
                return Err(vm.raise_with(types::ATTRIBUTE_ERROR, name));
            }
            vm.xincref(value);
            vm.managed_mut(obj).slots[index as usize] = value;
            vm.heap
                .report_slot_tracked(obj, Place::Slot(index), old, value);
            vm.xdecref(old);
            return Ok(());
        }
        DescriptorKind::InstanceDict => {
            return super::builtin_descr::set_instance_dict(vm, obj, value);
        }
        DescriptorKind::Method(_)
        | DescriptorKind::Wrapper(_)
        | DescriptorKind::InstanceWeakref => None,
    };
    if let Some(set) = setter {
        set(vm, obj, value)
    } else {
        let d = vm.descriptor(descr);
        let (name, owner) = (
            vm.str_lossy(d.d_name),
            vm.heap.type_object(d.d_type).tp_name.clone(),
        );
        Err(vm.raise(
            types::ATTRIBUTE_ERROR,
            format!("attribute '{name}' of '{owner}' objects is not writable"),
        ))
    }
}

fn method_vectorcall(vm: &mut Vm, descr: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let d = vm.descriptor(descr);
    let DescriptorKind::Method(def) = d.kind else {
        return Err(vm.type_error("not a method descriptor"));
    };
    let d_type = d.d_type;
    let positional = args.len()
        - if kwnames.is_null() {
            0
        } else {
            vm.tuple_items(kwnames).len()
        };
    if positional == 0 {
        let (name, owner) = (def.ml_name, vm.heap.type_object(d_type).tp_name.clone());
        return Err(vm.type_error(format!("unbound method {owner}.{name}() needs an argument")));
    }
    check_receiver(vm, descr, args[0])?;
    vm.call_method_def(&def, args[0], &args[1..], kwnames, Some(d_type))
}

fn classmethod_vectorcall(
    vm: &mut Vm,
    descr: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let d = vm.descriptor(descr);
    let (owner, name) = (
        vm.heap.type_object(d.d_type).tp_name.clone(),
        vm.str_lossy(d.d_name),
    );
    let Some(&class) = args.first() else {
        return Err(vm.type_error(format!(
            "descriptor '{name}' of '{owner}' object needs an argument"
        )));
    };
    let bound = descr_get(vm, descr, ObjId::NULL, class)?;
    let result = vm.call_vector(bound, &args[1..], kwnames);
    vm.decref(bound);
    result
}

fn wrapper_vectorcall(
    vm: &mut Vm,
    descr: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let d = vm.descriptor(descr);
    let (d_type, name_id) = (d.d_type, d.d_name);
    let DescriptorKind::Wrapper(def) = d.kind else {
        return Err(vm.type_error("not a slot wrapper"));
    };
    let (name, owner) = (
        vm.str_lossy(name_id),
        vm.heap.type_object(d_type).tp_name.clone(),
    );
    let Some(&this) = args.first() else {
        return Err(vm.type_error(format!(
            "descriptor '{name}' of '{owner}' object needs an argument"
        )));
    };
    if !vm.isinstance(this, d_type) {
        let actual = vm.type_name_of(this);
        return Err(vm.type_error(format!(
            "descriptor '{name}' requires a '{owner}' object but received a '{actual}'"
        )));
    }
    let slots = vm.heap.type_object(d_type).slots;
    (def.wrapper)(vm, &slots, this, &args[1..], kwnames)
}

fn descr_objclass(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let id = vm.descriptor(this).d_type;
    Ok(vm.incref(id))
}

fn descr_name(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let id = vm.descriptor(this).d_name;
    Ok(vm.incref(id))
}

fn descr_qualname(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let d = vm.descriptor(this);
    let (owner, name) = (d.d_type, d.d_name);
    let qualname = vm.getattr(owner, names::QUALNAME)?;
    let text = format!("{}.{}", vm.str_lossy(qualname), vm.str_lossy(name));
    vm.decref(qualname);
    Ok(vm.new_string(text))
}

fn descr_doc(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    match vm.descriptor(this).kind {
        DescriptorKind::Method(def) if !def.ml_doc.is_empty() => Ok(vm.new_str(def.ml_doc)),
        _ => Ok(NONE),
    }
}

fn descr_signature(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let signature = match vm.descriptor(this).kind {
        DescriptorKind::Method(def) => def.signature,
        DescriptorKind::Wrapper(def) => def.signature,
        _ => "",
    };
    Ok(if signature.is_empty() {
        NONE
    } else {
        vm.new_str(signature)
    })
}

fn wrapper_parts(vm: &Vm, this: ObjId) -> (ObjId, ObjId) {
    let w = vm
        .heap
        .native::<MethodWrapper>(this)
        .expect("only this type's objects get here");
    (w.descr, w.this)
}

fn wrapper_field(
    vm: &mut Vm,
    this: ObjId,
    get: fn(&mut Vm, ObjId) -> PyResult<ObjId>,
) -> PyResult<ObjId> {
    let (descr, _) = wrapper_parts(vm, this);
    get(vm, descr)
}

fn wrapper_self(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let (_, bound) = wrapper_parts(vm, this);
    Ok(vm.incref(bound))
}

fn method_wrapper_vectorcall(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let (descr, bound) = wrapper_parts(vm, this);
    let d = vm.descriptor(descr);
    let d_type = d.d_type;
    let DescriptorKind::Wrapper(def) = d.kind else {
        return Err(vm.type_error("not a slot wrapper"));
    };
    let slots = vm.heap.type_object(d_type).slots;
    vm.incref(bound);
    let result = (def.wrapper)(vm, &slots, bound, args, kwnames);
    vm.decref(bound);
    result
}

fn method_wrapper_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let (descr, bound) = wrapper_parts(vm, this);
    let name = vm.str_lossy(vm.descriptor(descr).d_name);
    let (type_name, address) = (vm.type_name_of(bound), vm.heap.address(bound));
    Ok(vm.new_string(format!(
        "<method-wrapper '{name}' of {type_name} object at {address:#x}>"
    )))
}

fn method_wrapper_richcompare(
    vm: &mut Vm,
    a: ObjId,
    b: ObjId,
    op: super::slots::CompareOp,
) -> PyResult<ObjId> {
    use super::slots::CompareOp;
    if vm.type_of(b) != types::METHOD_WRAPPER || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(super::wellknown::NOT_IMPLEMENTED);
    }
    let same = wrapper_parts(vm, a) == wrapper_parts(vm, b);
    Ok(super::wellknown::bool_obj(same == (op == CompareOp::Eq)))
}

fn method_wrapper_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let (descr, bound) = wrapper_parts(vm, this);
    let hash = vm.hash_pointer(bound) ^ vm.hash_pointer(descr);
    Ok(if hash == -1 { -2 } else { hash })
}

impl Vm {
    /// Calls a native function by its convention. `owner` is the type for the qualified name in
    /// messages; `None` for module functions.
    pub fn call_method_def(
        &mut self,
        def: &MethodDef,
        this: ObjId,
        args: &[ObjId],
        kwnames: ObjId,
        owner: Option<ObjId>,
    ) -> PyResult<ObjId> {
        let keywords = if kwnames.is_null() {
            0
        } else {
            self.tuple_items(kwnames).len()
        };
        let accepts_keywords = matches!(
            def.ml_meth,
            MethodImpl::FastKeywords(_) | MethodImpl::VarArgsKeywords(_)
        );
        if keywords > 0 && !accepts_keywords {
            let name = self.method_def_name(def, owner);
            return Err(self.type_error(format!("{name}() takes no keyword arguments")));
        }
        match def.ml_meth {
            MethodImpl::NoArgs(f) => {
                if !args.is_empty() {
                    let name = self.method_def_name(def, owner);
                    return Err(self.type_error(format!(
                        "{name}() takes no arguments ({} given)",
                        args.len()
                    )));
                }
                f(self, this)
            }
            MethodImpl::O(f) => {
                let [arg] = *args else {
                    let name = self.method_def_name(def, owner);
                    return Err(self.type_error(format!(
                        "{name}() takes exactly one argument ({} given)",
                        args.len()
                    )));
                };
                f(self, this, arg)
            }
            MethodImpl::Fast(f) => f(self, this, args),
            MethodImpl::FastKeywords(f) => f(self, this, args, kwnames),
            MethodImpl::VarArgs(f) => {
                let tuple = self.new_tuple_from(args);
                let result = f(self, this, tuple);
                self.decref(tuple);
                result
            }
            MethodImpl::VarArgsKeywords(f) => {
                let (tuple, dict) = self.pack_call_args(args, kwnames)?;
                let result = f(self, this, tuple, dict);
                self.decref(tuple);
                self.xdecref(dict);
                result
            }
        }
    }

    fn method_def_name(&self, def: &MethodDef, owner: Option<ObjId>) -> String {
        match owner {
            Some(ty) => format!("{}.{}", self.class_name(ty), def.ml_name),
            None => def.ml_name.to_owned(),
        }
    }
}
