//! The type `type`: calling a class, its attributes, its repr.
//!
//! Mirrors `PyType_Type` of `Objects/typeobject.c`.

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::slots::Slots;
use super::type_layout::best_base;
use super::type_new::{reset_mro, type_new};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, bool_obj, names, types};

pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "type",
    tp_basicsize: 928,
    tp_itemsize: 40,
    tp_flags: TypeFlags::BASETYPE
        .with(TypeFlags::HAVE_GC)
        .with(TypeFlags::TYPE_SUBCLASS)
        .with(TypeFlags::HAVE_VECTORCALL),
    weakrefs: true,
    dict: true,
    slots: Slots {
        tp_repr: Some(type_repr),
        tp_call: Some(type_call),
        tp_vectorcall: Some(type_vectorcall),
        tp_getattro: Some(type_getattro),
        tp_setattro: Some(type_setattro),
        tp_init: Some(type_init),
        tp_new: Some(type_new),
        tp_dealloc: Some(type_dealloc),
        nb_or: Some(super::unionobject::type_or),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("mro", MethodImpl::NoArgs(type_mro), "($self, /)"),
        MethodDef::new(
            "__subclasses__",
            MethodImpl::NoArgs(type_subclasses),
            "($self, /)",
        ),
        MethodDef::new("__prepare__", MethodImpl::FastKeywords(type_prepare), "").class_method(),
        MethodDef::new(
            "__instancecheck__",
            MethodImpl::O(type_instancecheck),
            "($self, instance, /)",
        ),
        MethodDef::new(
            "__subclasscheck__",
            MethodImpl::O(type_subclasscheck),
            "($self, subclass, /)",
        ),
        MethodDef::new("__dir__", MethodImpl::NoArgs(type_dir), "($self, /)"),
        MethodDef::new("__sizeof__", MethodImpl::NoArgs(type_sizeof), "($self, /)"),
    ],
    members: &[
        MemberDef {
            name: "__basicsize__",
            get: |vm, t| int_field(vm, t, |o| i64::from(o.tp_basicsize)),
            set: None,
        },
        MemberDef {
            name: "__itemsize__",
            get: |vm, t| int_field(vm, t, |o| i64::from(o.tp_itemsize)),
            set: None,
        },
        MemberDef {
            name: "__flags__",
            get: |vm, t| int_field(vm, t, |o| o.tp_flags.0 as i64),
            set: None,
        },
        MemberDef {
            name: "__weakrefoffset__",
            get: |vm, t| int_field(vm, t, weakref_offset),
            set: None,
        },
        MemberDef {
            name: "__base__",
            get: |vm, t| object_field(vm, t, |o| o.tp_base),
            set: None,
        },
        MemberDef {
            name: "__dictoffset__",
            get: |vm, t| int_field(vm, t, dict_offset),
            set: None,
        },
        MemberDef {
            name: "__mro__",
            get: |vm, t| object_field(vm, t, |o| o.tp_mro),
            set: None,
        },
    ],
    getset: &[
        GetSetDef {
            name: "__name__",
            get: type_name,
            set: Some(type_set_name),
        },
        GetSetDef {
            name: "__qualname__",
            get: type_qualname,
            set: Some(type_set_qualname),
        },
        GetSetDef {
            name: "__bases__",
            get: |vm, t| object_field(vm, t, |o| o.tp_bases),
            set: Some(type_set_bases),
        },
        GetSetDef {
            name: "__module__",
            get: type_module,
            set: Some(type_set_module),
        },
        GetSetDef {
            name: "__abstractmethods__",
            get: type_abstractmethods,
            set: Some(type_set_abstractmethods),
        },
        GetSetDef {
            name: "__dict__",
            get: type_dict,
            set: None,
        },
        GetSetDef {
            name: "__doc__",
            get: type_doc,
            set: Some(type_set_doc),
        },
        GetSetDef {
            name: "__text_signature__",
            get: |_, _| Ok(NONE),
            set: None,
        },
        GetSetDef {
            name: "__annotations__",
            get: type_annotations,
            set: Some(type_set_annotations),
        },
        GetSetDef {
            name: "__type_params__",
            get: type_params,
            set: Some(type_set_params),
        },
    ],
    tp_doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    ..TypeSpec::EMPTY
};

fn weakref_offset(t: &super::typeobject::TypeObject) -> i64 {
    if t.tp_flags.contains(TypeFlags::MANAGED_WEAKREF) {
        -32
    } else if t.weakrefs {
        i64::from(t.tp_basicsize) - 8
    } else {
        0
    }
}

fn dict_offset(t: &super::typeobject::TypeObject) -> i64 {
    if t.tp_flags.contains(TypeFlags::MANAGED_DICT) {
        -1
    } else if t.dict {
        16
    } else {
        0
    }
}

fn int_field(
    vm: &mut Vm,
    ty: ObjId,
    get: fn(&super::typeobject::TypeObject) -> i64,
) -> PyResult<ObjId> {
    let value = get(vm.heap.type_object(ty));
    Ok(vm.new_int(value))
}

fn object_field(
    vm: &mut Vm,
    ty: ObjId,
    get: fn(&super::typeobject::TypeObject) -> ObjId,
) -> PyResult<ObjId> {
    let value = get(vm.heap.type_object(ty));
    Ok(if value.is_null() {
        NONE
    } else {
        vm.incref(value)
    })
}

fn type_repr(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let name = vm.qualified_type_name(ty)?;
    Ok(vm.new_string(format!("<class '{name}'>")))
}

/// Calling a class: `tp_new`, then `tp_init` (`type_call`).
fn type_call(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if ty == types::TYPE && (kwargs.is_null() || vm.dict_len(kwargs) == 0) {
        match *vm.tuple_items(args) {
            [obj] => {
                let t = vm.type_of(obj);
                return Ok(vm.incref(t));
            }
            [_, _, _] => {}
            _ => return Err(vm.type_error("type() takes 1 or 3 arguments")),
        }
    }
    let Some(new) = vm.heap.type_object(ty).slots.tp_new else {
        let name = vm.heap.type_object(ty).tp_name.clone();
        return Err(vm.type_error(format!("cannot create '{name}' instances")));
    };
    let obj = new(vm, ty, args, kwargs)?;
    if !vm.isinstance(obj, ty) {
        return Ok(obj);
    }
    if let Some(init) = vm.slots_of(obj).tp_init
        && let Err(raised) = init(vm, obj, args, kwargs)
    {
        vm.decref(obj);
        return Err(raised);
    }
    Ok(obj)
}

fn type_vectorcall(vm: &mut Vm, ty: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    if ty == types::TYPE && kwnames.is_null() && args.len() == 1 {
        let t = vm.type_of(args[0]);
        return Ok(vm.incref(t));
    }
    if let Some(result) = super::constructors::construct(vm, ty, args, kwnames) {
        return result;
    }
    let (tuple, dict) = vm.pack_call_args(args, kwnames)?;
    vm.enter_native_call(" while calling a Python object")?;
    let result = type_call(vm, ty, tuple, dict);
    vm.leave_native_call();
    vm.decref(tuple);
    vm.xdecref(dict);
    result
}

fn type_init(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let n = vm.tuple_items(args).len();
    if !kwargs.is_null() && n == 1 && vm.dict_len(kwargs) > 0 {
        return Err(vm.type_error("type.__init__() takes no keyword arguments"));
    }
    if n != 1 && n != 3 {
        return Err(vm.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(())
}

/// Attributes of classes: metatype data descriptor, own MRO, metatype (`type_getattro`).
pub fn type_getattro(vm: &mut Vm, ty: ObjId, name: ObjId) -> PyResult<ObjId> {
    let meta = vm.type_of(ty);
    let meta_attr = vm.type_lookup(meta, name);
    let mut meta_get = None;
    if let Some(attr) = meta_attr {
        let slots = vm.slots_of(attr);
        meta_get = slots.tp_descr_get;
        if slots.tp_descr_set.is_some()
            && let Some(get) = meta_get
        {
            vm.incref(attr);
            let result = get(vm, attr, ty, meta);
            vm.decref(attr);
            return result;
        }
        vm.incref(attr);
    }
    if let Some(attr) = vm.type_lookup(ty, name) {
        if let Some(m) = meta_attr {
            vm.decref(m);
        }
        vm.incref(attr);
        let Some(get) = vm.slots_of(attr).tp_descr_get else {
            return Ok(attr);
        };
        let result = get(vm, attr, ObjId::NULL, ty);
        vm.decref(attr);
        return result;
    }
    if let Some(attr) = meta_attr {
        let Some(get) = meta_get else { return Ok(attr) };
        let result = get(vm, attr, ty, meta);
        vm.decref(attr);
        return result;
    }
    let type_name = vm.heap.type_object(ty).tp_name.clone();
    let text = vm.str_lossy(name);
    Err(vm.raise_attribute_error(
        format!("type object '{type_name}' has no attribute '{text}'"),
        ty,
        name,
    ))
}

/// `type.__setattr__` as the slot (`type_setattro`); NULL deletes.
pub fn type_setattro(vm: &mut Vm, ty: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
    type_setattr(vm, ty, name, value)
}

/// See [`type_setattro`].
pub fn type_setattr(vm: &mut Vm, ty: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
    if vm
        .heap
        .type_object(ty)
        .tp_flags
        .contains(TypeFlags::IMMUTABLETYPE)
    {
        let type_name = vm.heap.type_object(ty).tp_name.clone();
        let text = vm.str_lossy(name);
        return Err(vm.type_error(format!(
            "cannot set '{text}' attribute of immutable type '{type_name}'"
        )));
    }
    let meta = vm.type_of(ty);
    if let Some(descr) = vm.type_lookup(meta, name)
        && let Some(set) = vm.slots_of(descr).tp_descr_set
    {
        vm.incref(descr);
        let result = set(vm, descr, ty, value);
        vm.decref(descr);
        vm.type_attribute_changed(ty, name);
        return result;
    }
    let dict = vm.heap.type_object(ty).tp_dict;
    // The old value may run code as it dies, which must not find it in a cache.
    vm.type_modified(ty);
    if value.is_null() {
        if !vm.dict_delete(dict, name)? {
            let type_name = vm.heap.type_object(ty).tp_name.clone();
            let text = vm.str_lossy(name);
            let message = format!("type object '{type_name}' has no attribute '{text}'");
            return Err(vm.raise_attribute_error(message, ty, name));
        }
    } else {
        vm.dict_set(dict, name, value)?;
    }
    vm.type_attribute_changed(ty, name);
    Ok(())
}

/// A class leaves its bases' lists of subclasses as it dies.
fn type_dealloc(vm: &mut Vm, ty: ObjId) {
    vm.heap.untrack(ty);
    let bases = vm.tuple_items(vm.heap.type_object(ty).tp_bases).to_vec();
    for base in bases {
        vm.remove_subclass(base, ty);
    }
}

fn type_mro(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let bases = vm.tuple_items(vm.heap.type_object(ty).tp_bases).to_vec();
    let mro = vm.compute_mro(ty, &bases)?;
    Ok(vm.new_list_from(&mro))
}

fn type_subclasses(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let subclasses = vm.subclasses_of(ty);
    Ok(vm.new_list_from(&subclasses))
}

fn type_prepare(vm: &mut Vm, _class: ObjId, _args: &[ObjId], _kwnames: ObjId) -> PyResult<ObjId> {
    Ok(vm.new_dict())
}

fn type_instancecheck(vm: &mut Vm, ty: ObjId, instance: ObjId) -> PyResult<ObjId> {
    Ok(bool_obj(vm.real_isinstance(instance, ty)?))
}

fn type_subclasscheck(vm: &mut Vm, ty: ObjId, subclass: ObjId) -> PyResult<ObjId> {
    Ok(bool_obj(vm.real_issubclass(subclass, ty)?))
}

fn type_dir(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let dict = vm.new_dict();
    super::object_type::merge_class_dict(vm, dict, ty)?;
    let keys: Vec<ObjId> = vm.dict_entries(dict).into_iter().map(|(k, _)| k).collect();
    let list = vm.new_list_from(&keys);
    vm.decref(dict);
    Ok(list)
}

/// A heap type counts its struct and its shared keys table (facts 1.2).
fn type_sizeof(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let t = vm.heap.type_object(ty);
    let size = if t.is_heap_type() {
        928 + if t.shared_keys.address != 0 { 768 } else { 0 }
    } else {
        416
    };
    Ok(vm.new_int(size))
}

fn type_name(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let t = vm.heap.type_object(ty);
    if t.is_heap_type() && !t.ht_name.is_null() {
        let name = t.ht_name;
        return Ok(vm.incref(name));
    }
    let name = vm.class_name(ty);
    // A type of the heap keeps its name; a static one makes a string each time it is asked.
    if vm.heap.type_object(ty).is_heap_type() {
        return Ok(vm.intern(&name));
    }
    Ok(vm.new_string(name))
}

/// Refuses to change or delete a special attribute where CPython does (`check_set_special_type_attr`).
fn check_special(vm: &mut Vm, ty: ObjId, value: ObjId, what: &str) -> PyResult<()> {
    let t = vm.heap.type_object(ty);
    let name = t.tp_name.clone();
    if t.tp_flags.contains(TypeFlags::IMMUTABLETYPE) {
        return Err(vm.type_error(format!(
            "cannot set '{what}' attribute of immutable type '{name}'"
        )));
    }
    if value.is_null() {
        return Err(vm.type_error(format!(
            "cannot delete '{what}' attribute of immutable type '{name}'"
        )));
    }
    Ok(())
}

fn type_set_name(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    check_special(vm, ty, value, "__name__")?;
    if !vm.isinstance(value, types::STR) {
        let (name, n) = (
            vm.heap.type_object(ty).tp_name.clone(),
            vm.type_name_of(value),
        );
        return Err(vm.type_error(format!(
            "can only assign string to {name}.__name__, not '{n}'"
        )));
    }
    let text = vm.str_lossy(value);
    if text.contains('\0') {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    vm.incref(value);
    let t = vm.heap.type_object_mut(ty);
    t.tp_name = text;
    let old = std::mem::replace(&mut t.ht_name, value);
    vm.heap.report_value(ty);
    vm.xdecref(old);
    Ok(())
}

fn type_qualname(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let t = vm.heap.type_object(ty);
    if t.is_heap_type() && !t.ht_qualname.is_null() {
        let name = t.ht_qualname;
        return Ok(vm.incref(name));
    }
    type_name(vm, ty)
}

fn type_set_qualname(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    check_special(vm, ty, value, "__qualname__")?;
    if !vm.isinstance(value, types::STR) {
        let (name, n) = (
            vm.heap.type_object(ty).tp_name.clone(),
            vm.type_name_of(value),
        );
        return Err(vm.type_error(format!(
            "can only assign string to {name}.__qualname__, not '{n}'"
        )));
    }
    vm.incref(value);
    let old = std::mem::replace(&mut vm.heap.type_object_mut(ty).ht_qualname, value);
    vm.xdecref(old);
    Ok(())
}

fn type_set_bases(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    check_special(vm, ty, value, "__bases__")?;
    let name = vm.heap.type_object(ty).tp_name.clone();
    if !vm.isinstance(value, types::TUPLE) {
        let n = vm.type_name_of(value);
        return Err(vm.type_error(format!(
            "can only assign tuple to {name}.__bases__, not {n}"
        )));
    }
    let bases = vm.tuple_items(value).to_vec();
    if bases.is_empty() {
        return Err(vm.type_error(format!(
            "can only assign non-empty tuple to {name}.__bases__, not ()"
        )));
    }
    for &base in &bases {
        if !vm.isinstance(base, types::TYPE) {
            let n = vm.type_name_of(base);
            return Err(vm.type_error(format!(
                "{name}.__bases__ must be tuple of classes, not '{n}'"
            )));
        }
        if vm.is_subtype(base, ty) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let new_base = best_base(vm, &bases)?;
    let old_base = vm.heap.type_object(ty).tp_base;
    super::type_layout::compatible_for_assignment(vm, old_base, new_base, "__bases__")?;
    vm.incref(value);
    vm.incref(new_base);
    let t = vm.heap.type_object_mut(ty);
    let old_bases = std::mem::replace(&mut t.tp_bases, value);
    t.tp_base = new_base;
    if let Err(raised) = reset_mro(vm, ty) {
        // No order of these bases: the class keeps what it had.
        let t = vm.heap.type_object_mut(ty);
        t.tp_bases = old_bases;
        t.tp_base = old_base;
        vm.decref(value);
        vm.decref(new_base);
        return Err(raised);
    }
    for base in vm.tuple_items(old_bases).to_vec() {
        vm.remove_subclass(base, ty);
    }
    for &base in &bases {
        vm.add_subclass(base, ty)?;
    }
    for subclass in vm.subclasses_of(ty) {
        reset_mro(vm, subclass)?;
        vm.fixup_slots(subclass);
    }
    vm.fixup_slots(ty);
    vm.decref(old_bases);
    vm.decref(old_base);
    Ok(())
}

fn type_module(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let t = vm.heap.type_object(ty);
    let dict = t.tp_dict;
    if t.is_heap_type() {
        return match vm.dict_get_str(dict, names::MODULE) {
            Some(module) => Ok(vm.incref(module)),
            None => Err(vm.raise_with(types::ATTRIBUTE_ERROR, names::MODULE)),
        };
    }
    let name = t.tp_name.clone();
    let module = name
        .rsplit_once('.')
        .map_or("builtins", |(module, _)| module);
    Ok(vm.intern(module))
}

fn type_set_module(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    check_special(vm, ty, value, "__module__")?;
    let dict = vm.heap.type_object(ty).tp_dict;
    vm.dict_set(dict, names::MODULE, value)?;
    vm.type_modified(ty);
    Ok(())
}

fn type_abstractmethods(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let dict = vm.heap.type_object(ty).tp_dict;
    // `type` itself has the getset of this name, not a set of methods.
    if ty != types::TYPE
        && let Some(value) = vm.dict_get_str(dict, names::ABSTRACTMETHODS)
    {
        return Ok(vm.incref(value));
    }
    Err(vm.raise_with(types::ATTRIBUTE_ERROR, names::ABSTRACTMETHODS))
}

fn type_set_abstractmethods(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    let dict = vm.heap.type_object(ty).tp_dict;
    let abstract_ = if value.is_null() {
        if !vm.dict_delete(dict, names::ABSTRACTMETHODS)? {
            return Err(vm.raise_with(types::ATTRIBUTE_ERROR, names::ABSTRACTMETHODS));
        }
        false
    } else {
        let truth = vm.is_true(value)?;
        vm.dict_set(dict, names::ABSTRACTMETHODS, value)?;
        truth
    };
    vm.type_modified(ty);
    let t = vm.heap.type_object_mut(ty);
    t.tp_flags = if abstract_ {
        t.tp_flags.with(TypeFlags::IS_ABSTRACT)
    } else {
        t.tp_flags.without(TypeFlags::IS_ABSTRACT)
    };
    Ok(())
}

fn type_dict(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let dict = vm.heap.type_object(ty).tp_dict;
    Ok(vm.new_mapping_proxy(dict))
}

fn type_doc(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    if ty == types::TYPE {
        return Ok(vm.new_str(TYPE.tp_doc));
    }
    let Some(doc) = vm.type_lookup(ty, names::DOC) else {
        return Ok(NONE);
    };
    vm.incref(doc);
    let Some(get) = vm.slots_of(doc).tp_descr_get else {
        return Ok(doc);
    };
    let result = get(vm, doc, ObjId::NULL, ty);
    vm.decref(doc);
    result
}

fn type_set_doc(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    check_special(vm, ty, value, "__doc__")?;
    let dict = vm.heap.type_object(ty).tp_dict;
    vm.type_modified(ty);
    vm.dict_set(dict, names::DOC, value)
}

fn type_annotations(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let t = vm.heap.type_object(ty);
    if !t.is_heap_type() {
        let name = t.tp_name.clone();
        return Err(vm.raise_attribute_error(
            format!("type object '{name}' has no attribute '__annotations__'"),
            ty,
            names::ANNOTATIONS,
        ));
    }
    let dict = t.tp_dict;
    if let Some(found) = vm.dict_get_str(dict, names::ANNOTATIONS) {
        return Ok(vm.incref(found));
    }
    let made = vm.new_dict();
    vm.dict_set(dict, names::ANNOTATIONS, made)?;
    vm.type_modified(ty);
    Ok(made)
}

fn type_set_annotations(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    let t = vm.heap.type_object(ty);
    if t.tp_flags.contains(TypeFlags::IMMUTABLETYPE) {
        let name = t.tp_name.clone();
        return Err(vm.type_error(format!(
            "cannot set '__annotations__' attribute of immutable type '{name}'"
        )));
    }
    let dict = t.tp_dict;
    if value.is_null() {
        if !vm.dict_delete(dict, names::ANNOTATIONS)? {
            return Err(vm.raise(types::ATTRIBUTE_ERROR, "__annotations__"));
        }
    } else {
        vm.dict_set(dict, names::ANNOTATIONS, value)?;
    }
    vm.type_modified(ty);
    Ok(())
}

fn type_params(vm: &mut Vm, ty: ObjId) -> PyResult<ObjId> {
    let dict = vm.heap.type_object(ty).tp_dict;
    if ty != types::TYPE
        && let Some(found) = vm.dict_get_str(dict, names::TYPE_PARAMS)
    {
        return Ok(vm.incref(found));
    }
    Ok(super::wellknown::EMPTY_TUPLE)
}

fn type_set_params(vm: &mut Vm, ty: ObjId, value: ObjId) -> PyResult<()> {
    check_special(vm, ty, value, "__type_params__")?;
    let dict = vm.heap.type_object(ty).tp_dict;
    vm.dict_set(dict, names::TYPE_PARAMS, value)?;
    vm.type_modified(ty);
    Ok(())
}

// ---- isinstance and issubclass, without the hooks
impl Vm {
    /// `isinstance(obj, class)` with the hooks (`PyObject_IsInstance`).
    pub fn is_instance_of(&mut self, obj: ObjId, class: ObjId) -> PyResult<bool> {
        if self.type_of(obj) == class {
            return Ok(true);
        }
        if self.type_of(class) == types::TYPE {
            return self.real_isinstance(obj, class);
        }
        if super::unionobject::is_union(self, class) {
            let args = super::unionobject::union_args(self, class);
            return self.is_instance_of(obj, args);
        }
        if self.isinstance(class, types::TUPLE) {
            self.enter_native_call(" in __instancecheck__")?;
            let mut result = Ok(false);
            for item in self.tuple_items(class).to_vec() {
                result = self.is_instance_of(obj, item);
                if !matches!(result, Ok(false)) {
                    break;
                }
            }
            self.leave_native_call();
            return result;
        }
        if let Some(check) = self.lookup_special(class, names::INSTANCECHECK)? {
            self.enter_native_call(" in __instancecheck__")?;
            let result = self.call(check, &[obj]);
            self.leave_native_call();
            self.decref(check);
            let result = result?;
            let truth = self.is_true(result);
            self.decref(result);
            return truth;
        }
        self.real_isinstance(obj, class)
    }

    /// `isinstance` by type and `__class__` alone (`object_isinstance`).
    pub fn real_isinstance(&mut self, obj: ObjId, class: ObjId) -> PyResult<bool> {
        if self.isinstance(class, types::TYPE) {
            if self.isinstance(obj, class) {
                return Ok(true);
            }
            let Some(own) = self.getattr_opt(obj, names::CLASS)? else {
                return Ok(false);
            };
            let result = own != self.type_of(obj)
                && self.isinstance(own, types::TYPE)
                && self.is_subtype(own, class);
            self.decref(own);
            return Ok(result);
        }
        self.check_class(
            class,
            "isinstance() arg 2 must be a type, a tuple of types, or a union",
        )?;
        let Some(own) = self.getattr_opt(obj, names::CLASS)? else {
            return Ok(false);
        };
        let result = self.abstract_issubclass(own, class);
        self.decref(own);
        result
    }

    /// `issubclass(derived, class)` with the hooks (`PyObject_IsSubclass`).
    pub fn is_subclass_of(&mut self, derived: ObjId, class: ObjId) -> PyResult<bool> {
        if self.type_of(class) == types::TYPE {
            if derived == class {
                return Ok(true);
            }
            return self.real_issubclass(derived, class);
        }
        let class = if super::unionobject::is_union(self, class) {
            super::unionobject::union_args(self, class)
        } else {
            class
        };
        if self.isinstance(class, types::TUPLE) {
            self.enter_native_call(" in __subclasscheck__")?;
            let mut result = Ok(false);
            for item in self.tuple_items(class).to_vec() {
                result = self.is_subclass_of(derived, item);
                if !matches!(result, Ok(false)) {
                    break;
                }
            }
            self.leave_native_call();
            return result;
        }
        if let Some(check) = self.lookup_special(class, names::SUBCLASSCHECK)? {
            self.enter_native_call(" in __subclasscheck__")?;
            let result = self.call(check, &[derived]);
            self.leave_native_call();
            self.decref(check);
            let result = result?;
            let truth = self.is_true(result);
            self.decref(result);
            return truth;
        }
        self.real_issubclass(derived, class)
    }

    /// `issubclass` by MRO and `__bases__` alone (`recursive_issubclass`).
    pub fn real_issubclass(&mut self, derived: ObjId, class: ObjId) -> PyResult<bool> {
        if self.isinstance(derived, types::TYPE) && self.isinstance(class, types::TYPE) {
            return Ok(self.is_subtype(derived, class));
        }
        self.check_class(derived, "issubclass() arg 1 must be a class")?;
        if !super::unionobject::is_union(self, class) {
            self.check_class(
                class,
                "issubclass() arg 2 must be a class, a tuple of classes, or a union",
            )?;
        }
        self.abstract_issubclass(derived, class)
    }

    fn check_class(&mut self, class: ObjId, message: &str) -> PyResult<()> {
        let bases = self.getattr_opt(class, names::BASES)?;
        match bases {
            Some(bases) if self.isinstance(bases, types::TUPLE) => {
                self.decref(bases);
                Ok(())
            }
            other => {
                if let Some(bases) = other {
                    self.decref(bases);
                }
                Err(self.type_error(message))
            }
        }
    }

    fn abstract_issubclass(&mut self, derived: ObjId, class: ObjId) -> PyResult<bool> {
        if derived == class {
            return Ok(true);
        }
        let Some(bases) = self.getattr_opt(derived, names::BASES)? else {
            return Ok(false);
        };
        let items = self.tuple_items(bases).to_vec();
        let mut result = Ok(false);
        for base in items {
            self.enter_native_call(" in __issubclass__")?;
            result = self.abstract_issubclass(base, class);
            self.leave_native_call();
            if !matches!(result, Ok(false)) {
                break;
            }
        }
        self.decref(bases);
        result
    }
}
