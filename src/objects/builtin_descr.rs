//! Descriptors that Python code makes: `property`, `classmethod`, `staticmethod`, `super`, and
//! the read-only view of a class's dict.
//!
//! Mirrors `Objects/descrobject.c` (property, mappingproxy), `Objects/funcobject.c`
//! (classmethod, staticmethod) and `superobject` of `Objects/typeobject.c`.

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, bool_obj, names, types};

/// Declares a struct of owned references with its traversal in the order of the fields.
macro_rules! references { ($(#[$doc:meta])* $name:ident { $($field:ident $label:literal),* $(,)? } $($extra:ident: $kind:ty),*) => {
    $(#[$doc])*
    #[derive(Debug, Default)]
    pub struct $name { $(pub $field: ObjId,)* $(pub $extra: $kind,)* }

    impl NativePayload for $name {
        fn traverse(&self, visit: Visit<'_>) {
            $(if !self.$field.is_null() { visit(Place::Member($label), self.$field); })*
        }
        fn clear(&mut self, dropped: &mut Vec<ObjId>) {
            $(if !self.$field.is_null() { dropped.push(std::mem::take(&mut self.$field)); })*
        }
        $crate::native_payload_any!();
    }
} }

references! {
    /// `propertyobject`.
    Property { fget "fget", fset "fset", fdel "fdel", doc "__doc__", name "__name__" } getter_doc: bool
}
references! {
    /// `classmethod` and `staticmethod`.
    MethodHolder { callable "__func__" }
}
references! {
    /// `superobject`.
    Super { ty "__thisclass__", obj "__self__", obj_type "__self_class__" }
}
references! {
    /// `mappingproxyobject`.
    MappingProxy { mapping "mapping" }
}

const GC_BASE: TypeFlags = TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE);

// ---- property
pub static PROPERTY: TypeSpec = TypeSpec {
    tp_name: "property",
    tp_basicsize: 64,
    tp_flags: GC_BASE,
    slots: Slots {
        tp_new: Some(property_new),
        tp_init: Some(property_init),
        tp_descr_get: Some(property_get),
        tp_descr_set: Some(property_set),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "getter",
            MethodImpl::O(|vm, p, f| property_copy(vm, p, f, ObjId::NULL, ObjId::NULL)),
            "",
        ),
        MethodDef::new(
            "setter",
            MethodImpl::O(|vm, p, f| property_copy(vm, p, ObjId::NULL, f, ObjId::NULL)),
            "",
        ),
        MethodDef::new(
            "deleter",
            MethodImpl::O(|vm, p, f| property_copy(vm, p, ObjId::NULL, ObjId::NULL, f)),
            "",
        ),
        MethodDef::new("__set_name__", MethodImpl::Fast(property_set_name), ""),
    ],
    members: &[
        MemberDef {
            name: "fget",
            get: |vm, p| property_field(vm, p, |x| x.fget),
            set: None,
        },
        MemberDef {
            name: "fset",
            get: |vm, p| property_field(vm, p, |x| x.fset),
            set: None,
        },
        MemberDef {
            name: "fdel",
            get: |vm, p| property_field(vm, p, |x| x.fdel),
            set: None,
        },
        MemberDef {
            name: "__doc__",
            get: |vm, p| property_field(vm, p, |x| x.doc),
            set: Some(property_set_doc),
        },
    ],
    getset: &[
        GetSetDef {
            name: "__name__",
            get: property_name,
            set: Some(property_assign_name),
        },
        GetSetDef {
            name: "__isabstractmethod__",
            get: property_abstract,
            set: None,
        },
    ],
    tp_doc: "Property attribute.",
    ..TypeSpec::EMPTY
};

fn property(vm: &Vm, this: ObjId) -> &Property {
    vm.heap.native(this).expect("only properties get here")
}

fn property_field(vm: &mut Vm, this: ObjId, get: fn(&Property) -> ObjId) -> PyResult<ObjId> {
    let value = get(property(vm, this));
    Ok(if value.is_null() {
        NONE
    } else {
        vm.incref(value)
    })
}

fn property_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(Property::default()))))
}

fn property_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let values = vm.parse_args(
        "property",
        args,
        kwargs,
        &["fget", "fset", "fdel", "doc"],
        0,
    )?;
    let clean = |id: ObjId| if id == NONE { ObjId::NULL } else { id };
    let (fget, fset, fdel) = (clean(values[0]), clean(values[1]), clean(values[2]));
    for id in [fget, fset, fdel] {
        vm.xincref(id);
    }
    let mut doc = clean(values[3]);
    vm.xincref(doc);
    let mut getter_doc = false;
    if doc.is_null()
        && !fget.is_null()
        && let Some(found) = vm.getattr_opt(fget, names::DOC)?
        && found != NONE
    {
        doc = found;
        getter_doc = true;
    }
    if vm.type_of(this) != types::PROPERTY && !doc.is_null() {
        // A subclass keeps the docstring in the instance.
        if vm.has_instance_dict(this) {
            vm.instance_set(this, names::DOC, doc)?;
        }
    }
    let p = vm
        .heap
        .native_mut::<Property>(this)
        .expect("only properties get here");
    let old = std::mem::replace(
        p,
        Property {
            fget,
            fset,
            fdel,
            doc,
            name: ObjId::NULL,
            getter_doc,
        },
    );
    vm.decref_all(&[old.fget, old.fset, old.fdel, old.doc, old.name]);
    Ok(())
}

/// The name in messages: what `__set_name__` told, else the getter's.
fn property_known_name(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let p = property(vm, this);
    let (name, fget) = (p.name, p.fget);
    if !name.is_null() {
        return Ok(Some(vm.incref(name)));
    }
    if fget.is_null() {
        Ok(None)
    } else {
        vm.getattr_opt(fget, names::NAME)
    }
}

fn no_accessor(vm: &mut Vm, this: ObjId, obj: ObjId, what: &str) -> super::vm::Raised {
    let name = match property_known_name(vm, this) {
        Ok(name) => name,
        Err(raised) => return raised,
    };
    let ty = vm.type_of(obj);
    let qualname = vm.type_qualname_string(ty);
    let message = match name {
        Some(name) => {
            let repr = vm.repr_string(name).unwrap_or_default();
            vm.decref(name);
            format!("property {repr} of '{qualname}' object has no {what}")
        }
        None => format!("property of '{qualname}' object has no {what}"),
    };
    vm.raise(types::ATTRIBUTE_ERROR, message)
}

fn property_get(vm: &mut Vm, this: ObjId, obj: ObjId, _owner: ObjId) -> PyResult<ObjId> {
    if obj.is_null() || obj == NONE {
        return Ok(vm.incref(this));
    }
    let fget = property(vm, this).fget;
    if fget.is_null() {
        return Err(no_accessor(vm, this, obj, "getter"));
    }
    vm.call(fget, &[obj])
}

fn property_set(vm: &mut Vm, this: ObjId, obj: ObjId, value: ObjId) -> PyResult<()> {
    let p = property(vm, this);
    let function = if value.is_null() { p.fdel } else { p.fset };
    if function.is_null() {
        return Err(no_accessor(
            vm,
            this,
            obj,
            if value.is_null() { "deleter" } else { "setter" },
        ));
    }
    let result = if value.is_null() {
        vm.call(function, &[obj])
    } else {
        vm.call(function, &[obj, value])
    }?;
    vm.decref(result);
    Ok(())
}

fn property_copy(vm: &mut Vm, this: ObjId, get: ObjId, set: ObjId, del: ObjId) -> PyResult<ObjId> {
    let p = property(vm, this);
    let pick = |new: ObjId, old: ObjId| {
        let id = if new.is_null() { old } else { new };
        if id.is_null() { NONE } else { id }
    };
    let (fget, fset, fdel) = (pick(get, p.fget), pick(set, p.fset), pick(del, p.fdel));
    let doc = if p.getter_doc && fget != NONE || p.doc.is_null() {
        NONE
    } else {
        p.doc
    };
    let name = p.name;
    let ty = vm.type_of(this);
    let new = vm.call(ty, &[fget, fset, fdel, doc])?;
    vm.xincref(name);
    if let Some(p) = vm.heap.native_mut::<Property>(new) {
        p.name = name;
    }
    Ok(new)
}

fn property_set_name(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let [_, name] = *args else {
        return Err(vm.type_error(format!(
            "__set_name__() takes 2 positional arguments but {} were given",
            args.len()
        )));
    };
    property_assign_name(vm, this, name)?;
    Ok(NONE)
}

fn property_assign_name(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<()> {
    vm.xincref(name);
    let p = vm
        .heap
        .native_mut::<Property>(this)
        .expect("only properties get here");
    let old = std::mem::replace(&mut p.name, name);
    vm.xdecref(old);
    Ok(())
}

fn property_name(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    match property_known_name(vm, this)? {
        Some(name) => Ok(name),
        None => Err(vm.raise_attribute_error(
            "'property' object has no attribute '__name__'".to_owned(),
            this,
            names::NAME,
        )),
    }
}

fn property_set_doc(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<()> {
    vm.xincref(value);
    let p = vm
        .heap
        .native_mut::<Property>(this)
        .expect("only properties get here");
    let old = std::mem::replace(&mut p.doc, value);
    vm.xdecref(old);
    Ok(())
}

fn property_abstract(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let p = property(vm, this);
    for function in [p.fget, p.fset, p.fdel] {
        if !function.is_null() && is_abstract(vm, function)? {
            return Ok(bool_obj(true));
        }
    }
    Ok(bool_obj(false))
}

/// Whether `__isabstractmethod__` is true (`_PyObject_IsAbstract`).
fn is_abstract(vm: &mut Vm, function: ObjId) -> PyResult<bool> {
    let Some(flag) = vm.getattr_opt(function, names::ISABSTRACTMETHOD)? else {
        return Ok(false);
    };
    let truth = vm.is_true(flag);
    vm.decref(flag);
    truth
}

// ---- classmethod, staticmethod
const HOLDER: TypeSpec = TypeSpec {
    tp_basicsize: 32,
    tp_flags: GC_BASE,
    dict: true,
    slots: Slots {
        tp_new: Some(holder_new),
        tp_init: Some(holder_init),
        tp_repr: Some(holder_repr),
        ..Slots::EMPTY
    },
    members: &[
        MemberDef {
            name: "__func__",
            get: holder_func,
            set: None,
        },
        MemberDef {
            name: "__wrapped__",
            get: holder_func,
            set: None,
        },
    ],
    getset: &[
        GetSetDef {
            name: "__isabstractmethod__",
            get: holder_abstract,
            set: None,
        },
        GetSetDef {
            name: "__dict__",
            get: own_dict_get,
            set: Some(set_instance_dict),
        },
    ],
    ..TypeSpec::EMPTY
};
pub static CLASSMETHOD: TypeSpec = TypeSpec {
    tp_name: "classmethod",
    slots: Slots {
        tp_descr_get: Some(classmethod_get),
        ..HOLDER.slots
    },
    tp_doc: "Convert a function to be a class method.",
    ..HOLDER
};
pub static STATICMETHOD: TypeSpec = TypeSpec {
    tp_name: "staticmethod",
    slots: Slots {
        tp_descr_get: Some(staticmethod_get),
        tp_call: Some(staticmethod_call),
        ..HOLDER.slots
    },
    tp_doc: "Convert a function to be a static method.",
    ..HOLDER
};

fn holder_callable(vm: &Vm, this: ObjId) -> ObjId {
    vm.heap
        .native::<MethodHolder>(this)
        .map_or(ObjId::NULL, |h| h.callable)
}

fn holder_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(MethodHolder::default()))))
}

fn holder_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let name = vm.class_name(vm.type_of(this));
    if !kwargs.is_null() && vm.dict_len(kwargs) > 0 {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    let [callable] = *vm.tuple_items(args) else {
        let n = vm.tuple_items(args).len();
        return Err(vm.type_error(format!("{name} expected 1 argument, got {n}")));
    };
    set_callable(vm, this, callable);
    copy_wrapped_attributes(vm, this, callable)
}

fn set_callable(vm: &mut Vm, this: ObjId, callable: ObjId) {
    vm.incref(callable);
    let old = match vm.heap.native_mut::<MethodHolder>(this) {
        Some(h) => std::mem::replace(&mut h.callable, callable),
        None => ObjId::NULL,
    };
    vm.xdecref(old);
}

/// What names, documents and annotates the wrapped function (`functools_wraps` of
/// `funcobject.c`).
fn copy_wrapped_attributes(vm: &mut Vm, this: ObjId, callable: ObjId) -> PyResult<()> {
    for name in [
        names::MODULE,
        names::NAME,
        names::QUALNAME,
        names::DOC,
        names::ANNOTATIONS,
    ] {
        if let Some(value) = vm.getattr_opt(callable, name)? {
            let result = vm.instance_set(this, name, value);
            vm.decref(value);
            result?;
        }
    }
    Ok(())
}

fn holder_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let inner = vm.repr_string(holder_callable(vm, this))?;
    let name = vm.type_name_of(this);
    Ok(vm.new_string(format!("<{name}({inner})>")))
}

fn holder_func(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let callable = holder_callable(vm, this);
    Ok(if callable.is_null() {
        NONE
    } else {
        vm.incref(callable)
    })
}

fn holder_abstract(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let callable = holder_callable(vm, this);
    Ok(bool_obj(is_abstract(vm, callable)?))
}

fn classmethod_get(vm: &mut Vm, this: ObjId, obj: ObjId, owner: ObjId) -> PyResult<ObjId> {
    let callable = holder_callable(vm, this);
    if callable.is_null() {
        return Err(vm.raise(types::RUNTIME_ERROR, "uninitialized classmethod object"));
    }
    let class = if owner.is_null() {
        vm.type_of(obj)
    } else {
        owner
    };
    Ok(vm.new_method(callable, class))
}

fn staticmethod_get(vm: &mut Vm, this: ObjId, _obj: ObjId, _owner: ObjId) -> PyResult<ObjId> {
    let callable = holder_callable(vm, this);
    if callable.is_null() {
        return Err(vm.raise(types::RUNTIME_ERROR, "uninitialized staticmethod object"));
    }
    Ok(vm.incref(callable))
}

fn staticmethod_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let callable = holder_callable(vm, this);
    vm.call_tuple_dict(callable, args, kwargs)
}

/// `__dict__` of objects that keep one in their struct.
pub fn own_dict_get(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let dict = vm.instance_dict(this)?;
    Ok(vm.incref(dict))
}

/// Assigns `__dict__` (`PyObject_GenericSetDict`, `_PyObject_SetManagedDict`).
pub fn set_instance_dict(vm: &mut Vm, obj: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() {
        if vm.type_of(obj) == types::FUNCTION {
            return Err(vm.type_error("cannot delete __dict__"));
        }
        // A managed dict may be deleted: the instance is then empty.
        let empty = vm.new_dict();
        vm.instance_dict(obj)?;
        let old = vm.set_own_dict(obj, empty);
        vm.xdecref(old);
        vm.heap.touch(obj);
        return Ok(());
    }
    if !vm.isinstance(value, types::DICT) {
        let n = vm.type_name_of(value);
        return Err(vm.type_error(format!("__dict__ must be set to a dictionary, not a '{n}'")));
    }
    vm.instance_dict(obj)?;
    vm.incref(value);
    let old = vm.set_own_dict(obj, value);
    if !old.is_null() {
        vm.dict_detach(old);
    }
    vm.heap.touch(obj);
    vm.xdecref(old);
    Ok(())
}

// ---- super
pub static SUPER: TypeSpec = TypeSpec {
    tp_name: "super",
    tp_basicsize: 40,
    tp_flags: GC_BASE,
    slots: Slots {
        tp_new: Some(super_new),
        tp_init: Some(super_init),
        tp_getattro: Some(super_getattro),
        tp_repr: Some(super_repr),
        tp_descr_get: Some(super_descr_get),
        ..Slots::EMPTY
    },
    members: &[
        MemberDef {
            name: "__thisclass__",
            get: |vm, s| super_field(vm, s, |x| x.ty),
            set: None,
        },
        MemberDef {
            name: "__self__",
            get: |vm, s| super_field(vm, s, |x| x.obj),
            set: None,
        },
        MemberDef {
            name: "__self_class__",
            get: |vm, s| super_field(vm, s, |x| x.obj_type),
            set: None,
        },
    ],
    tp_doc: "super() -> same as super(__class__, <first argument>)",
    ..TypeSpec::EMPTY
};

fn super_parts(vm: &Vm, this: ObjId) -> (ObjId, ObjId, ObjId) {
    let s = vm
        .heap
        .native::<Super>(this)
        .expect("only super objects get here");
    (s.ty, s.obj, s.obj_type)
}

fn super_field(vm: &mut Vm, this: ObjId, get: fn(&Super) -> ObjId) -> PyResult<ObjId> {
    let value = get(vm
        .heap
        .native::<Super>(this)
        .expect("only super objects get here"));
    Ok(if value.is_null() {
        NONE
    } else {
        vm.incref(value)
    })
}

fn super_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(Super::default()))))
}

fn super_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    if !kwargs.is_null() && vm.dict_len(kwargs) > 0 {
        return Err(vm.type_error("super() takes no keyword arguments"));
    }
    let items = vm.tuple_items(args).to_vec();
    let (ty, obj) = match *items {
        [] => super_from_frame(vm)?,
        [ty] => (ty, ObjId::NULL),
        [ty, obj] => (ty, if obj == NONE { ObjId::NULL } else { obj }),
        _ => {
            return Err(vm.type_error(format!(
                "super() expected at most 2 arguments, got {}",
                items.len()
            )));
        }
    };
    if !vm.isinstance(ty, types::TYPE) {
        let n = vm.type_name_of(ty);
        return Err(vm.type_error(format!("super() argument 1 must be a type, not {n}")));
    }
    let obj_type = if obj.is_null() {
        ObjId::NULL
    } else {
        super_check(vm, ty, obj)?
    };
    for id in [ty, obj] {
        vm.xincref(id);
    }
    let s = vm
        .heap
        .native_mut::<Super>(this)
        .expect("only super objects get here");
    let old = std::mem::replace(s, Super { ty, obj, obj_type });
    vm.decref_all(&[old.ty, old.obj, old.obj_type]);
    Ok(())
}

/// The class and first argument of the running method (`super_init_without_args`).
fn super_from_frame(vm: &mut Vm) -> PyResult<(ObjId, ObjId)> {
    let Some(frame) = vm.tstate.frames.last() else {
        return Err(vm.raise(types::RUNTIME_ERROR, "super(): no current frame"));
    };
    let base = frame.base as usize;
    let code = vm.code_runtime(frame.f_code).code.clone();
    if code.co_argcount == 0 {
        return Err(vm.raise(types::RUNTIME_ERROR, "super(): no arguments"));
    }
    let mut obj = vm.tstate.datastack[base];
    if !obj.is_null()
        && let Payload::Cell(cell) = vm.heap.payload(obj)
        && vm.type_of(obj) == types::CELL
    {
        obj = cell.ob_ref;
    }
    if obj.is_null() {
        return Err(vm.raise(types::RUNTIME_ERROR, "super(): arg[0] deleted"));
    }
    let position = code
        .co_localsplusnames
        .iter()
        .position(|n| &**n == "__class__");
    let cell = position.map(|i| vm.tstate.datastack[base + i]);
    let Some(cell) = cell.filter(|c| !c.is_null()) else {
        return Err(vm.raise(types::RUNTIME_ERROR, "super(): __class__ cell not found"));
    };
    let Payload::Cell(c) = vm.heap.payload(cell) else {
        return Err(vm.raise(types::RUNTIME_ERROR, "super(): bad __class__ cell"));
    };
    let ty = c.ob_ref;
    if ty.is_null() {
        return Err(vm.raise(types::RUNTIME_ERROR, "super(): empty __class__ cell"));
    }
    if !vm.isinstance(ty, types::TYPE) {
        let n = vm.type_name_of(ty);
        return Err(vm.raise(
            types::RUNTIME_ERROR,
            format!("super(): __class__ is not a type ({n})"),
        ));
    }
    Ok((ty, obj))
}

/// The type whose MRO is walked: a new reference (`supercheck`).
pub fn super_check(vm: &mut Vm, ty: ObjId, obj: ObjId) -> PyResult<ObjId> {
    if vm.isinstance(obj, types::TYPE) && vm.is_subtype(obj, ty) {
        return Ok(vm.incref(obj));
    }
    let obj_type = vm.type_of(obj);
    if vm.is_subtype(obj_type, ty) {
        return Ok(vm.incref(obj_type));
    }
    if let Some(class) = vm.getattr_opt(obj, names::CLASS)? {
        if vm.isinstance(class, types::TYPE) && class != obj_type && vm.is_subtype(class, ty) {
            return Ok(class);
        }
        vm.decref(class);
    }
    let is_type = vm.isinstance(obj, types::TYPE);
    let what = if is_type { "type" } else { "instance of" };
    let name = if is_type {
        vm.heap.type_object(obj).tp_name.clone()
    } else {
        vm.type_name_of(obj)
    };
    let ty_name = vm.heap.type_object(ty).tp_name.clone();
    Err(vm.type_error(format!(
        "super(type, obj): obj ({what} {name}) is not an instance or subtype of type ({ty_name})."
    )))
}

/// Looks `name` up behind `ty` in the MRO of `obj_type` (`do_super_lookup`); `None`: not there.
pub fn super_lookup(
    vm: &mut Vm,
    ty: ObjId,
    obj: ObjId,
    obj_type: ObjId,
    name: ObjId,
) -> PyResult<Option<ObjId>> {
    if name == names::CLASS {
        return Ok(None);
    }
    let mro = vm
        .tuple_items(vm.heap.type_object(obj_type).tp_mro)
        .to_vec();
    let start = mro
        .iter()
        .position(|&t| t == ty)
        .map_or(mro.len(), |i| i + 1);
    for &class in &mro[start..] {
        let dict = vm.heap.type_object(class).tp_dict;
        let Some(found) = vm.dict_get_str(dict, name) else {
            continue;
        };
        vm.incref(found);
        let Some(get) = vm.slots_of(found).tp_descr_get else {
            return Ok(Some(found));
        };
        let receiver = if obj == obj_type { ObjId::NULL } else { obj };
        let result = get(vm, found, receiver, obj_type);
        vm.decref(found);
        return result.map(Some);
    }
    Ok(None)
}

fn super_getattro(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    let (ty, obj, obj_type) = super_parts(vm, this);
    if !obj_type.is_null()
        && let Some(found) = super_lookup(vm, ty, obj, obj_type, name)?
    {
        return Ok(found);
    }
    vm.generic_getattr(this, name)
}

fn super_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let (ty, _, obj_type) = super_parts(vm, this);
    let name = if ty.is_null() {
        "NULL".to_owned()
    } else {
        vm.heap.type_object(ty).tp_name.clone()
    };
    let text = if obj_type.is_null() {
        format!("<super: <class '{name}'>, NULL>")
    } else {
        let o = vm.heap.type_object(obj_type).tp_name.clone();
        format!("<super: <class '{name}'>, <{o} object>>")
    };
    Ok(vm.new_string(text))
}

fn super_descr_get(vm: &mut Vm, this: ObjId, obj: ObjId, _owner: ObjId) -> PyResult<ObjId> {
    let (ty, own, _) = super_parts(vm, this);
    if obj.is_null() || obj == NONE || !own.is_null() {
        return Ok(vm.incref(this));
    }
    let class = vm.type_of(this);
    if class != types::SUPER {
        return vm.call(class, &[ty, obj]);
    }
    let obj_type = super_check(vm, ty, obj)?;
    vm.incref(ty);
    vm.incref(obj);
    Ok(vm.new_native(types::SUPER, Super { ty, obj, obj_type }))
}

// ---- mappingproxy
pub static MAPPINGPROXY: TypeSpec = TypeSpec {
    tp_name: "mappingproxy",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::MAPPING),
    slots: Slots {
        tp_new: Some(proxy_new),
        tp_repr: Some(proxy_repr),
        tp_str: Some(|vm, p| {
            let m = proxied(vm, p);
            vm.str(m)
        }),
        tp_hash: Some(|vm, p| {
            let m = proxied(vm, p);
            vm.hash(m)
        }),
        tp_iter: Some(|vm, p| {
            let m = proxied(vm, p);
            vm.iter(m)
        }),
        tp_richcompare: Some(proxy_richcompare),
        mp_length: Some(|vm, p| {
            let m = proxied(vm, p);
            vm.len(m)
        }),
        mp_subscript: Some(|vm, p, k| {
            let m = proxied(vm, p);
            vm.getitem(m, k)
        }),
        sq_contains: Some(|vm, p, k| {
            let m = proxied(vm, p);
            vm.contains(m, k)
        }),
        nb_or: Some(proxy_or),
        nb_inplace_or: Some(proxy_ior),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("get", MethodImpl::Fast(proxy_get), ""),
        MethodDef::new(
            "keys",
            MethodImpl::NoArgs(|vm, p| proxy_call(vm, p, "keys")),
            "",
        ),
        MethodDef::new(
            "values",
            MethodImpl::NoArgs(|vm, p| proxy_call(vm, p, "values")),
            "",
        ),
        MethodDef::new(
            "items",
            MethodImpl::NoArgs(|vm, p| proxy_call(vm, p, "items")),
            "",
        ),
        MethodDef::new(
            "copy",
            MethodImpl::NoArgs(|vm, p| proxy_call(vm, p, "copy")),
            "",
        ),
        MethodDef::new(
            "__reversed__",
            MethodImpl::NoArgs(|vm, p| proxy_call(vm, p, "__reversed__")),
            "($self, /)",
        ),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Read-only proxy of a mapping.",
    ..TypeSpec::EMPTY
};

fn proxied(vm: &Vm, this: ObjId) -> ObjId {
    vm.heap
        .native::<MappingProxy>(this)
        .map_or(ObjId::NULL, |p| p.mapping)
}

fn proxy_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.parse_args("mappingproxy", args, kwargs, &["mapping"], 1)?;
    let mapping = values[0];
    let slots = vm.slots_of(mapping);
    let is_mapping = slots.mp_subscript.is_some();
    if !is_mapping || vm.isinstance(mapping, types::LIST) || vm.isinstance(mapping, types::TUPLE) {
        let n = vm.type_name_of(mapping);
        return Err(vm.type_error(format!(
            "mappingproxy() argument must be a mapping, not {n}"
        )));
    }
    Ok(vm.new_mapping_proxy(mapping))
}

fn proxy_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let inner = vm.repr_string(proxied(vm, this))?;
    Ok(vm.new_string(format!("mappingproxy({inner})")))
}

fn proxy_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let mapping = proxied(vm, a);
    vm.rich_compare(mapping, b, op)
}

fn proxy_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let unwrap = |vm: &Vm, x: ObjId| {
        if vm.type_of(x) == types::MAPPINGPROXY {
            proxied(vm, x)
        } else {
            x
        }
    };
    let (a, b) = (unwrap(vm, a), unwrap(vm, b));
    vm.number_or(a, b)
}

fn proxy_ior(vm: &mut Vm, this: ObjId, _other: ObjId) -> PyResult<ObjId> {
    let n = vm.type_name_of(this);
    Err(vm.type_error(format!("'|=' is not supported by {n}; use '|' instead")))
}

fn proxy_get(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let mapping = proxied(vm, this);
    let (key, default) = match *args {
        [key] => (key, NONE),
        [key, default] => (key, default),
        [] => return Err(vm.type_error("get expected at least 1 argument, got 0")),
        _ => {
            return Err(vm.type_error(format!(
                "get expected at most 2 arguments, got {}",
                args.len()
            )));
        }
    };
    vm.call_method_name(mapping, "get", &[key, default])
}

fn proxy_call(vm: &mut Vm, this: ObjId, name: &str) -> PyResult<ObjId> {
    let mapping = proxied(vm, this);
    vm.call_method_name(mapping, name, &[])
}

impl Vm {
    /// A `classmethod` around `callable`.
    pub fn new_classmethod(&mut self, callable: ObjId) -> ObjId {
        self.new_holder(types::CLASSMETHOD, callable)
    }

    /// A `staticmethod` around `callable`.
    pub fn new_staticmethod(&mut self, callable: ObjId) -> ObjId {
        self.new_holder(types::STATICMETHOD, callable)
    }

    fn new_holder(&mut self, ty: ObjId, callable: ObjId) -> ObjId {
        self.incref(callable);
        self.new_native(ty, MethodHolder { callable })
    }

    /// A read-only view of a mapping.
    pub fn new_mapping_proxy(&mut self, mapping: ObjId) -> ObjId {
        self.incref(mapping);
        self.new_native(types::MAPPINGPROXY, MappingProxy { mapping })
    }

    /// The dict behind a `mappingproxy`, or the dict itself; borrowed.
    pub fn mapping_proxy_dict(&self, obj: ObjId) -> Option<ObjId> {
        let inner = if self.type_of(obj) == types::MAPPINGPROXY {
            proxied(self, obj)
        } else {
            obj
        };
        matches!(self.heap.payload(inner), Payload::Dict(_)).then_some(inner)
    }

    /// `__qualname__` of a type as text.
    pub fn type_qualname_string(&self, ty: ObjId) -> String {
        let t = self.heap.type_object(ty);
        if t.is_heap_type() && !t.ht_qualname.is_null() {
            self.str_lossy(t.ht_qualname)
        } else {
            self.class_name(ty)
        }
    }
}
