//! The type `object`: what every object can do.
//!
//! Mirrors `PyBaseObject_Type` of `Objects/typeobject.c`.

use crate::base::ObjId;

use super::heap::Reuse;
use super::methodobject::{GetSetDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "object",
    tp_flags: TypeFlags::BASETYPE,
    slots: Slots {
        tp_repr: Some(object_repr),
        tp_hash: Some(object_hash),
        tp_str: Some(object_str),
        tp_getattro: Some(object_getattro),
        tp_setattro: Some(object_setattr),
        tp_richcompare: Some(object_richcompare),
        tp_init: Some(object_init),
        tp_new: Some(object_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__reduce_ex__",
            MethodImpl::O(object_reduce_ex),
            "($self, protocol, /)",
        ),
        MethodDef::new(
            "__reduce__",
            MethodImpl::NoArgs(object_reduce),
            "($self, /)",
        ),
        MethodDef::new(
            "__getstate__",
            MethodImpl::NoArgs(object_getstate),
            "($self, /)",
        ),
        MethodDef::new("__subclasshook__", MethodImpl::O(object_subclasshook), "").class_method(),
        MethodDef::new(
            "__init_subclass__",
            MethodImpl::FastKeywords(object_init_subclass),
            "",
        )
        .class_method(),
        MethodDef::new(
            "__format__",
            MethodImpl::O(object_format),
            "($self, format_spec, /)",
        ),
        MethodDef::new(
            "__sizeof__",
            MethodImpl::NoArgs(object_sizeof),
            "($self, /)",
        ),
        MethodDef::new("__dir__", MethodImpl::NoArgs(object_dir), "($self, /)"),
    ],
    getset: &[GetSetDef {
        name: "__class__",
        get: object_get_class,
        set: Some(object_set_class),
    }],
    tp_doc: "The base class of the class hierarchy.",
    ..TypeSpec::EMPTY
};

pub fn object_getattro(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    vm.generic_getattr(this, name)
}

pub fn object_setattr(vm: &mut Vm, this: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
    vm.generic_setattr(this, name, value)
}

pub fn object_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.qualified_type_name(ty)?;
    let address = vm.heap.address(this);
    Ok(vm.new_string(format!("<{name} object at {address:#x}>")))
}

pub fn object_str(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    match vm.slots_of(this).tp_repr {
        Some(repr) => repr(vm, this),
        None => object_repr(vm, this),
    }
}

pub fn object_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.hash_pointer(this))
}

/// `PyObject_HashNotImplemented`.
pub fn hash_not_implemented(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let name = vm.type_name_of(this);
    Err(vm.type_error(format!("unhashable type: '{name}'")))
}

pub fn object_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    match op {
        CompareOp::Eq => Ok(if a == b {
            bool_obj(true)
        } else {
            NOT_IMPLEMENTED
        }),
        CompareOp::Ne => {
            // By default `!=` is the opposite of `==`.
            let Some(compare) = vm.slots_of(a).tp_richcompare else {
                return Ok(NOT_IMPLEMENTED);
            };
            let result = compare(vm, a, b, CompareOp::Eq)?;
            if result == NOT_IMPLEMENTED {
                return Ok(result);
            }
            let truth = vm.is_true(result);
            vm.decref(result);
            Ok(bool_obj(!truth?))
        }
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => Ok(NOT_IMPLEMENTED),
    }
}

fn excess_args(vm: &Vm, args: ObjId, kwargs: ObjId) -> bool {
    !vm.tuple_items(args).is_empty() || (!kwargs.is_null() && vm.dict_len(kwargs) > 0)
}

fn object_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    if !excess_args(vm, args, kwargs) {
        return Ok(());
    }
    let slots = *vm.slots_of(this);
    let own_init = slots.tp_init.map(|f| f as usize) != Some(object_init as *const () as usize);
    let own_new = slots.tp_new.map(|f| f as usize) != Some(object_new as *const () as usize);
    if own_init {
        return Err(vm.type_error(
            "object.__init__() takes exactly one argument (the instance to initialize)",
        ));
    }
    if !own_new {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!(
            "{name}.__init__() takes exactly one argument (the instance to initialize)"
        )));
    }
    Ok(())
}

pub fn object_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if excess_args(vm, args, kwargs) {
        let slots = &vm.heap.type_object(ty).slots;
        let own_init = slots.tp_init.map(|f| f as usize) != Some(object_init as *const () as usize);
        let own_new = slots.tp_new.map(|f| f as usize) != Some(object_new as *const () as usize);
        if own_new {
            return Err(vm.type_error(
                "object.__new__() takes exactly one argument (the type to instantiate)",
            ));
        }
        if !own_init {
            let name = vm.heap.type_object(ty).tp_name.clone();
            return Err(vm.type_error(format!("{name}() takes no arguments")));
        }
    }
    if vm
        .heap
        .type_object(ty)
        .tp_flags
        .contains(TypeFlags::IS_ABSTRACT)
    {
        return Err(abstract_error(vm, ty));
    }
    Ok(vm.generic_alloc(ty, Payload::Empty))
}

/// `Can't instantiate abstract class C without an implementation for abstract method 'm'`.
fn abstract_error(vm: &mut Vm, ty: ObjId) -> super::vm::Raised {
    let mut method_names = Vec::new();
    if let Some(methods) = vm.dict_get_str(vm.heap.type_object(ty).tp_dict, names::ABSTRACTMETHODS)
        && let Ok(items) = vm.collect_iterable(methods)
    {
        method_names = items.iter().map(|&m| vm.str_lossy(m)).collect();
        vm.decref_all(&items);
    }
    method_names.sort();
    let name = vm.class_name(ty);
    let s = if method_names.len() == 1 { "" } else { "s" };
    let list = method_names
        .iter()
        .map(|m| format!("'{m}'"))
        .collect::<Vec<_>>()
        .join(", ");
    vm.type_error(format!(
        "Can't instantiate abstract class {name} without an implementation for abstract method{s} {list}"
    ))
}

fn object_format(vm: &mut Vm, this: ObjId, spec: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(spec, types::STR) {
        let n = vm.type_name_of(spec);
        return Err(vm.type_error(format!("__format__() argument must be str, not {n}")));
    }
    if vm.text(spec).is_some_and(|t| !t.is_empty()) {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!(
            "unsupported format string passed to {name}.__format__"
        )));
    }
    vm.str(this)
}

fn object_sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.heap.type_object(vm.type_of(this));
    let mut size = i64::from(ty.tp_basicsize);
    if ty.tp_itemsize > 0 {
        let items = match vm.heap.payload(this) {
            Payload::Tuple(t) => t.len(),
            Payload::Bytes(b) => b.len(),
            Payload::Int(v) => super::longobject::digit_count_i64(*v),
            Payload::BigInt(v) => super::longobject::digit_count(v),
            Payload::Generator(g) => g.sizeof().saturating_sub(144) / 8,
            Payload::Native(n) => n.ob_size(),
            _ => 0,
        };
        size += i64::from(ty.tp_itemsize) * items as i64;
    }
    if let Payload::Native(n) = vm.heap.payload(this) {
        size += n.extra_size() as i64;
    }
    Ok(vm.new_int(size))
}

fn object_dir(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let dict = vm.new_dict();
    if let Some(own) = vm.getattr_opt(this, names::DICT)? {
        if vm.isinstance(own, types::DICT) {
            for (k, v) in vm.dict_entries(own) {
                vm.dict_set(dict, k, v)?;
            }
        }
        vm.decref(own);
    }
    if let Some(class) = vm.getattr_opt(this, names::CLASS)? {
        merge_class_dict(vm, dict, class)?;
        vm.decref(class);
    }
    let keys: Vec<ObjId> = vm.dict_entries(dict).into_iter().map(|(k, _)| k).collect();
    let list = vm.new_list_from(&keys);
    vm.decref(dict);
    Ok(list)
}

/// Adds the names of a class and its bases to `dict` (`merge_class_dict`).
pub fn merge_class_dict(vm: &mut Vm, dict: ObjId, class: ObjId) -> PyResult<()> {
    if let Some(own) = vm.getattr_opt(class, names::DICT)? {
        let entries = if let Some(d) = vm.mapping_proxy_dict(own) {
            vm.dict_entries(d)
        } else {
            Vec::new()
        };
        for (k, v) in entries {
            vm.dict_set(dict, k, v)?;
        }
        vm.decref(own);
    }
    if let Some(bases) = vm.getattr_opt(class, names::BASES)? {
        for base in vm.tuple_items(bases).to_vec() {
            merge_class_dict(vm, dict, base)?;
        }
        vm.decref(bases);
    }
    Ok(())
}

fn object_subclasshook(_vm: &mut Vm, _class: ObjId, _arg: ObjId) -> PyResult<ObjId> {
    Ok(NOT_IMPLEMENTED)
}

fn object_init_subclass(
    vm: &mut Vm,
    class: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let name = vm.class_name(class);
    if !kwnames.is_null() && !vm.tuple_items(kwnames).is_empty() {
        return Err(vm.type_error(format!(
            "{name}.__init_subclass__() takes no keyword arguments"
        )));
    }
    if !args.is_empty() {
        let n = args.len();
        return Err(vm.type_error(format!(
            "{name}.__init_subclass__() takes no arguments ({n} given)"
        )));
    }
    Ok(NONE)
}

fn object_get_class(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    Ok(vm.incref(ty))
}

fn object_set_class(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() {
        return Err(vm.type_error("can't delete __class__ attribute"));
    }
    if !vm.isinstance(value, types::TYPE) {
        let n = vm.type_name_of(value);
        return Err(vm.type_error(format!(
            "__class__ must be set to a class, not '{n}' object"
        )));
    }
    let old = vm.type_of(this);
    let (old_type, new_type) = (vm.heap.type_object(old), vm.heap.type_object(value));
    let module_case = vm.is_subtype(old, types::MODULE) && vm.is_subtype(value, types::MODULE);
    if !(module_case || old_type.is_heap_type() && new_type.is_heap_type()) {
        return Err(vm.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    }
    if !module_case {
        super::type_layout::compatible_for_assignment(vm, old, value, "__class__")?;
    }
    // The values belong to the old class's shared keys: they move to a dict.
    if vm
        .heap
        .get(this)
        .managed
        .as_ref()
        .is_some_and(|m| m.inline.is_some())
    {
        vm.materialize_dict(this);
    }
    vm.incref(value);
    vm.heap.set_type(this, value);
    if old_is_heap(vm, old) {
        vm.decref(old);
    }
    Ok(())
}

fn old_is_heap(vm: &Vm, ty: ObjId) -> bool {
    vm.heap.type_object(ty).is_heap_type()
}

fn object_reduce_ex(vm: &mut Vm, this: ObjId, protocol: ObjId) -> PyResult<ObjId> {
    let protocol_number = vm.index_as_ssize(protocol, Some(types::OVERFLOW_ERROR))?;
    let ty = vm.type_of(this);
    let own = vm.type_lookup(ty, names::REDUCE);
    if own != vm.type_lookup(types::OBJECT, names::REDUCE) {
        return vm.call_method(this, names::REDUCE, &[]);
    }
    reduce(vm, this, protocol_number)
}

fn object_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    reduce(vm, this, 0)
}

/// The pure-Python halves in `copyreg` do the work, as C has it (`object___reduce_ex___impl`).
fn reduce(vm: &mut Vm, this: ObjId, protocol: i64) -> PyResult<ObjId> {
    let copyreg = (vm.hooks.import_module)(vm, "copyreg")?;
    let result = if protocol >= 2 {
        reduce_newobj(vm, this, copyreg)
    } else {
        let number = vm.new_int(protocol);
        let result = vm.call_method_name(copyreg, "_reduce_ex", &[this, number]);
        vm.decref(number);
        result
    };
    vm.decref(copyreg);
    result
}

fn reduce_newobj(vm: &mut Vm, this: ObjId, copyreg: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    if vm.heap.type_object(ty).slots.tp_new.is_none() {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!("cannot pickle '{name}' object")));
    }
    let mut new_args = vec![vm.incref(ty)];
    let mut new_kwargs = ObjId::NULL;
    if let Some(method) = vm.lookup_special(this, names::GETNEWARGS_EX)? {
        let pair = vm.call(method, &[])?;
        vm.decref(method);
        if let [args, kwargs] = *vm.tuple_items(pair) {
            for item in vm.tuple_items(args).to_vec() {
                new_args.push(vm.incref(item));
            }
            new_kwargs = vm.incref(kwargs);
        }
        vm.decref(pair);
    } else if let Some(method) = vm.lookup_special(this, names::GETNEWARGS)? {
        let args = vm.call(method, &[])?;
        vm.decref(method);
        for item in vm.tuple_items(args).to_vec() {
            new_args.push(vm.incref(item));
        }
        vm.decref(args);
    }
    let state = vm.call_method(this, names::GETSTATE, &[])?;
    let list_items = if vm.isinstance(this, types::LIST) {
        vm.iter(this)?
    } else {
        NONE
    };
    let dict_items = if vm.isinstance(this, types::DICT) {
        let items = vm.call_method(this, names::ITEMS, &[])?;
        let iterator = vm.iter(items)?;
        vm.decref(items);
        iterator
    } else {
        NONE
    };
    let (function, args) = if new_kwargs.is_null() || vm.dict_len(new_kwargs) == 0 {
        vm.xdecref(new_kwargs);
        (
            vm.getattr_name(copyreg, "__newobj__")?,
            vm.new_tuple(new_args),
        )
    } else {
        let class = new_args.remove(0);
        let positional = vm.new_tuple(new_args);
        (
            vm.getattr_name(copyreg, "__newobj_ex__")?,
            vm.new_tuple(vec![class, positional, new_kwargs]),
        )
    };
    Ok(vm.new_tuple(vec![function, args, state, list_items, dict_items]))
}

fn object_getstate(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.heap.type_object(vm.type_of(this));
    if ty.tp_itemsize > 0
        && !vm.is_int(this)
        && !vm.isinstance(this, types::TUPLE)
        && !vm.isinstance(this, types::BYTES)
    {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!("cannot pickle '{name}' object")));
    }
    let mut state = NONE;
    if vm.has_instance_dict(this) {
        let own = vm.getattr_opt(this, names::DICT)?;
        if let Some(own) = own {
            if vm.isinstance(own, types::DICT) && vm.dict_len(own) > 0 {
                state = vm.dict_copy(own);
            }
            vm.decref(own);
        }
    }
    let slots = slot_state(vm, this)?;
    if slots.is_null() {
        return Ok(state);
    }
    Ok(vm.new_tuple(vec![state, slots]))
}

/// A dict of the set `__slots__` members, or NULL when there are none.
fn slot_state(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let mro = vm.tuple_items(vm.heap.type_object(ty).tp_mro).to_vec();
    let dict = vm.new_dict();
    for class in mro.into_iter().rev() {
        let entries = vm.dict_entries(vm.heap.type_object(class).tp_dict);
        for (name, value) in entries {
            let is_slot = matches!(vm.heap.payload(value), Payload::Descriptor(d)
                if matches!(d.kind, super::descrobject::DescriptorKind::Slot(_)));
            if is_slot && let Some(v) = vm.getattr_opt(this, name)? {
                vm.dict_set(dict, name, v)?;
                vm.decref(v);
            }
        }
    }
    if vm.dict_len(dict) == 0 {
        vm.decref(dict);
        return Ok(ObjId::NULL);
    }
    Ok(dict)
}

impl Vm {
    /// Makes an instance of a type or a subclass of it with this payload
    /// (`PyType_GenericAlloc`): attributes and slots are prepared, GC types tracked.
    pub fn generic_alloc(&mut self, ty: ObjId, payload: Payload) -> ObjId {
        let id = self.heap.alloc(ty, payload, Reuse::Fresh);
        if self.heap.type_object(ty).is_heap_type() {
            self.init_managed(id);
        }
        if self.heap.is_gc(id) {
            self.heap.track(id);
        }
        id
    }

    /// `module.qualname` for messages and reprs; without the module for `builtins`.
    pub fn qualified_type_name(&mut self, ty: ObjId) -> PyResult<String> {
        let t = self.heap.type_object(ty);
        if !t.is_heap_type() {
            return Ok(t.tp_name.clone());
        }
        let qualname = self.str_lossy(t.ht_qualname);
        let module = self.dict_get_str(t.tp_dict, names::MODULE);
        match module {
            Some(module) if self.isinstance(module, types::STR) => {
                let module = self.str_lossy(module);
                Ok(if module == "builtins" {
                    qualname
                } else {
                    format!("{module}.{qualname}")
                })
            }
            _ => Ok(qualname),
        }
    }
}
