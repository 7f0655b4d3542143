//! Makes classes: what `type(name, bases, namespace)` and so every `class` statement does.
//!
//! Mirrors `type_new` of `Objects/typeobject.c`.

use std::cell::Cell;

use crate::base::ObjId;

use super::descrobject::DescriptorKind;
use super::heap::Reuse;
use super::object::{Payload, SHARED_KEYS_MAX_SIZE};
use super::type_layout::best_base;
use super::typeobject::{SharedKeys, SpecializationCache, TypeFlags, TypeObject};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, names, types};

/// Bytes of that table: 32 + 64 index bytes + 42 entries of 16.
const SHARED_KEYS_BYTES: usize = 768;

/// What `type_new` gathers before the type exists.
struct NewType {
    metatype: ObjId,
    name: ObjId,
    bases: Vec<ObjId>,
    bases_tuple: ObjId,
    base: ObjId,
    /// The copy of the namespace; owned.
    dict: ObjId,
    /// Names of the members, mangled and sorted; owned.
    slot_names: Vec<ObjId>,
    add_dict: bool,
    add_weak: bool,
    /// The tuple of `__slots__`; owned or NULL.
    slots_tuple: ObjId,
}

/// `type.__new__`.
pub fn type_new(vm: &mut Vm, metatype: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let items = vm.tuple_items(args).to_vec();
    if metatype == types::TYPE && items.len() == 1 && (kwargs.is_null() || vm.dict_len(kwargs) == 0)
    {
        let ty = vm.type_of(items[0]);
        return Ok(vm.incref(ty));
    }
    let [name, bases, namespace] = *items else {
        if metatype == types::TYPE && items.len() != 3 {
            return Err(vm.type_error("type() takes 1 or 3 arguments"));
        }
        return Err(vm.type_error(format!(
            "type.__new__() takes exactly 3 arguments ({} given)",
            items.len()
        )));
    };
    if !vm.isinstance(name, types::STR) {
        let n = vm.type_name_of(name);
        return Err(vm.type_error(format!("type.__new__() argument 1 must be str, not {n}")));
    }
    if !vm.isinstance(bases, types::TUPLE) {
        let n = vm.type_name_of(bases);
        return Err(vm.type_error(format!("type.__new__() argument 2 must be tuple, not {n}")));
    }
    if !vm.isinstance(namespace, types::DICT) {
        let n = vm.type_name_of(namespace);
        return Err(vm.type_error(format!("type.__new__() argument 3 must be dict, not {n}")));
    }
    let mut base_list = vm.tuple_items(bases).to_vec();
    let mut metatype = metatype;
    if base_list.is_empty() {
        base_list.push(types::OBJECT);
    } else {
        for &base in &base_list {
            if vm.isinstance(base, types::TYPE) {
                continue;
            }
            if let Some(entries) = vm.getattr_opt(base, names::MRO_ENTRIES)? {
                vm.decref(entries);
                return Err(vm.type_error(
                    "type() doesn't support MRO entry resolution; use types.new_class()",
                ));
            }
        }
        let winner = calculate_metaclass(vm, metatype, &base_list)?;
        if winner != metatype {
            let new = vm.heap.type_object(winner).slots.tp_new;
            if new.map(|f| f as usize) != Some(type_new as *const () as usize)
                && let Some(new) = new
            {
                return new(vm, winner, args, kwargs);
            }
            metatype = winner;
        }
    }
    let base = best_base(vm, &base_list)?;
    let bases_tuple = vm.new_tuple_from(&base_list);
    let dict = vm.dict_copy(namespace);
    let new_type = NewType {
        metatype,
        name,
        bases: base_list,
        bases_tuple,
        base,
        dict,
        slot_names: Vec::new(),
        add_dict: false,
        add_weak: false,
        slots_tuple: ObjId::NULL,
    };
    type_new_impl(vm, new_type, kwargs)
}

/// The most derived metaclass of the bases (`_PyType_CalculateMetaclass`).
pub fn calculate_metaclass(vm: &mut Vm, metatype: ObjId, bases: &[ObjId]) -> PyResult<ObjId> {
    let mut winner = metatype;
    for &base in bases {
        let candidate = vm.type_of(base);
        if vm.is_subtype(winner, candidate) {
            continue;
        }
        if vm.is_subtype(candidate, winner) {
            winner = candidate;
            continue;
        }
        return Err(vm.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

fn type_new_impl(vm: &mut Vm, mut new: NewType, kwargs: ObjId) -> PyResult<ObjId> {
    let made = type_new_init(vm, &mut new);
    let ty = match made {
        Ok(ty) => ty,
        Err(raised) => {
            vm.decref(new.bases_tuple);
            vm.decref(new.dict);
            vm.xdecref(new.slots_tuple);
            vm.decref_all(&new.slot_names);
            return Err(raised);
        }
    };
    let finished = type_new_finish(vm, &new, ty, kwargs);
    vm.decref_all(&new.slot_names);
    match finished {
        Ok(()) => Ok(ty),
        Err(raised) => {
            vm.decref(ty);
            Err(raised)
        }
    }
}

fn type_new_init(vm: &mut Vm, new: &mut NewType) -> PyResult<ObjId> {
    type_new_slots(vm, new)?;
    let base = vm.heap.type_object(new.base);
    let (base_flags, base_size, base_item, base_weakrefs, base_dict, base_slots) = (
        base.tp_flags,
        base.tp_basicsize,
        base.tp_itemsize,
        base.weakrefs,
        base.dict,
        base.slot_count,
    );
    let mut flags = TypeFlags::HEAPTYPE
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::READY);
    flags = flags.with(TypeFlags(base_flags.0 & (0xFF << 24)));
    for inherited in [
        TypeFlags::SEQUENCE,
        TypeFlags::MAPPING,
        TypeFlags::MATCH_SELF,
    ] {
        if base_flags.contains(inherited) {
            flags = flags.with(inherited);
        }
    }
    let managed = TypeFlags::MANAGED_DICT.with(TypeFlags::MANAGED_WEAKREF);
    flags = flags.with(TypeFlags(base_flags.0 & managed.0));
    if new.add_dict {
        flags = flags.with(TypeFlags::MANAGED_DICT);
    }
    if new.add_weak {
        flags = flags.with(TypeFlags::MANAGED_WEAKREF);
    }
    let may_add_gc = !new.slot_names.is_empty() || new.add_dict || new.add_weak;
    if base_flags.contains(TypeFlags::HAVE_GC) || may_add_gc || new.base == types::OBJECT {
        flags = flags.with(TypeFlags::HAVE_GC);
    }
    // Inline values: a managed dict and nothing variable or fixed in front (facts 1.6.1).
    let basicsize = base_size + 8 * new.slot_names.len() as u32;
    if flags.contains(TypeFlags::MANAGED_DICT) && basicsize == 16 && base_item == 0 {
        flags = flags.with(TypeFlags::INLINE_VALUES);
    }
    // Every class whose instances have a managed dict has the table, used or not.
    let shared_address = if flags.contains(TypeFlags::MANAGED_DICT) {
        vm.heap.malloc(SHARED_KEYS_BYTES).0
    } else {
        0
    };
    let qualname = take_qualname(vm, new)?;
    vm.incref(new.name);
    vm.incref(new.base);
    let object = TypeObject {
        tp_name: vm.str_lossy(new.name),
        tp_basicsize: basicsize,
        tp_itemsize: base_item,
        tp_flags: flags,
        slots: super::slots::Slots::EMPTY,
        tp_dict: new.dict,
        tp_bases: new.bases_tuple,
        tp_mro: ObjId::NULL,
        tp_base: new.base,
        tp_subclasses: ObjId::NULL,
        tp_doc: "",
        tp_version_tag: Cell::new(0),
        weakrefs: base_weakrefs,
        dict: base_dict,
        slot_count: base_slots + new.slot_names.len() as u32,
        ht_name: new.name,
        ht_qualname: qualname,
        ht_slots: std::mem::take(&mut new.slots_tuple),
        ht_module: ObjId::NULL,
        shared_keys: SharedKeys {
            names: Vec::new(),
            usable: if flags.contains(TypeFlags::INLINE_VALUES) {
                SHARED_KEYS_MAX_SIZE as u8
            } else {
                0
            },
            address: shared_address,
            version: 0,
        },
        spec_cache: SpecializationCache::default(),
    };
    let ty = vm
        .heap
        .alloc(new.metatype, Payload::Type(Box::new(object)), Reuse::Fresh);
    vm.init_managed(ty);
    vm.heap.track(ty);
    Ok(ty)
}

fn take_qualname(vm: &mut Vm, new: &NewType) -> PyResult<ObjId> {
    let Some(qualname) = vm.dict_get_str(new.dict, names::QUALNAME) else {
        return Ok(vm.incref(new.name));
    };
    if !vm.isinstance(qualname, types::STR) {
        let n = vm.type_name_of(qualname);
        return Err(vm.type_error(format!("type __qualname__ must be a str, not {n}")));
    }
    vm.incref(qualname);
    vm.dict_delete(new.dict, names::QUALNAME)?;
    Ok(qualname)
}

/// `__slots__`: which members to add, and whether a dict and weak references.
fn type_new_slots(vm: &mut Vm, new: &mut NewType) -> PyResult<()> {
    let base = vm.heap.type_object(new.base);
    let base_item = base.tp_itemsize;
    let may_add_dict = !base.tp_flags.contains(TypeFlags::MANAGED_DICT) && !base.dict;
    let may_add_weak =
        !base.tp_flags.contains(TypeFlags::MANAGED_WEAKREF) && !base.weakrefs && base_item == 0;
    let Some(slots) = vm.dict_get_str(new.dict, names::SLOTS) else {
        new.add_dict = may_add_dict;
        new.add_weak = may_add_weak;
        return Ok(());
    };
    let slots_tuple = if vm.isinstance(slots, types::STR) {
        vm.new_tuple_from(&[slots])
    } else {
        let items = vm.collect_iterable(slots)?;
        vm.new_tuple(items)
    };
    new.slots_tuple = slots_tuple;
    let entries = vm.tuple_items(slots_tuple).to_vec();
    if !entries.is_empty() && base_item != 0 {
        let name = vm.heap.type_object(new.base).tp_name.clone();
        return Err(vm.type_error(format!(
            "nonempty __slots__ not supported for subtype of '{name}'"
        )));
    }
    let class_name = vm.str_lossy(new.name);
    for entry in entries {
        if !vm.isinstance(entry, types::STR) {
            let n = vm.type_name_of(entry);
            return Err(vm.type_error(format!("__slots__ items must be strings, not '{n}'")));
        }
        let text = vm.str_lossy(entry);
        if !is_identifier(&text) {
            return Err(vm.type_error("__slots__ must be identifiers"));
        }
        if text == "__dict__" {
            if !may_add_dict || new.add_dict {
                return Err(vm.type_error("__dict__ slot disallowed: we already got one"));
            }
            new.add_dict = true;
            continue;
        }
        if text == "__weakref__" {
            if !may_add_weak || new.add_weak {
                return Err(vm.type_error("__weakref__ slot disallowed: we already got one"));
            }
            new.add_weak = true;
            continue;
        }
        let mangled = mangle(&class_name, &text);
        let name = vm.intern(&mangled);
        if vm.dict_get_str(new.dict, name).is_some() {
            // `__classcell__` and `__qualname__` may be named: they are consumed later.
            if text != "__qualname__" && text != "__classcell__" {
                return Err(vm.value_error(format!(
                    "'{text}' in __slots__ conflicts with class variable"
                )));
            }
        }
        new.slot_names.push(name);
    }
    let mut keyed: Vec<(String, ObjId)> = new
        .slot_names
        .iter()
        .map(|&n| (vm.str_lossy(n), n))
        .collect();
    keyed.sort();
    new.slot_names = keyed.into_iter().map(|(_, n)| n).collect();
    let sorted = vm.new_list_from(&new.slot_names);
    let newslots = vm.new_tuple_from(&new.slot_names);
    vm.decref(sorted);
    vm.decref(std::mem::replace(&mut new.slots_tuple, newslots));
    // Any base beside the best one may already bring a dict or weak references.
    for &other in &new.bases.clone() {
        if other == new.base {
            continue;
        }
        let t = vm.heap.type_object(other);
        if may_add_dict && !new.add_dict && (t.tp_flags.contains(TypeFlags::MANAGED_DICT) || t.dict)
        {
            new.add_dict = true;
        }
        if may_add_weak
            && !new.add_weak
            && (t.tp_flags.contains(TypeFlags::MANAGED_WEAKREF) || t.weakrefs)
        {
            new.add_weak = true;
        }
    }
    Ok(())
}

/// Whether a text is an identifier, as far as `__slots__` needs to know.
fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// Private names get the class's name in front (`_Py_Mangle`).
pub fn mangle(class_name: &str, name: &str) -> String {
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.to_owned();
    }
    let stripped = class_name.trim_start_matches('_');
    if stripped.is_empty() {
        name.to_owned()
    } else {
        format!("_{stripped}{name}")
    }
}

fn type_new_finish(vm: &mut Vm, new: &NewType, ty: ObjId, kwargs: ObjId) -> PyResult<()> {
    let dict = new.dict;
    set_module(vm, dict)?;
    wrap_function(vm, dict, names::NEW, false)?;
    wrap_function(vm, dict, names::INIT_SUBCLASS, true)?;
    wrap_function(vm, dict, names::CLASS_GETITEM, true)?;
    let first = vm.heap.type_object(new.base).slot_count;
    for (i, &name) in new.slot_names.iter().enumerate() {
        let descr = vm.new_descriptor(
            types::MEMBER_DESCRIPTOR,
            ty,
            name,
            DescriptorKind::Slot(first + i as u32),
        );
        vm.dict_set(dict, name, descr)?;
        vm.decref(descr);
    }
    let classcell = take_classcell(vm, dict)?;
    if !classcell.is_null() {
        vm.cell_set(classcell, ty);
        vm.decref(classcell);
    }
    // The getsets come when the type is made ready, behind the body's names.
    if new.add_dict {
        let descr = vm.new_descriptor(
            types::GETSET_DESCRIPTOR,
            ty,
            names::DICT,
            DescriptorKind::InstanceDict,
        );
        vm.dict_set_default(dict, names::DICT, descr)?;
        vm.decref(descr);
    }
    if new.add_weak {
        let descr = vm.new_descriptor(
            types::GETSET_DESCRIPTOR,
            ty,
            names::WEAKREF,
            DescriptorKind::InstanceWeakref,
        );
        vm.dict_set_default(dict, names::WEAKREF, descr)?;
        vm.decref(descr);
    }
    set_mro(vm, ty, &new.bases)?;
    if vm.dict_get_str(dict, names::DOC).is_none() {
        vm.dict_set(dict, names::DOC, NONE)?;
    }
    // `__eq__` without `__hash__` makes instances unhashable.
    if vm.dict_get_str(dict, names::EQ).is_some() && vm.dict_get_str(dict, names::HASH).is_none() {
        vm.dict_set(dict, names::HASH, NONE)?;
    }
    vm.type_modified(ty);
    vm.fixup_slots(ty);
    for &base in &new.bases {
        vm.add_subclass(base, ty)?;
    }
    inherit_patma_flags(vm, ty, &new.bases);
    set_names(vm, ty, dict)?;
    init_subclass(vm, ty, kwargs)
}

fn inherit_patma_flags(vm: &mut Vm, ty: ObjId, bases: &[ObjId]) {
    for &base in bases {
        let flags = vm.heap.type_object(base).tp_flags;
        let patma = TypeFlags(flags.0 & TypeFlags::SEQUENCE.with(TypeFlags::MAPPING).0);
        if patma.0 != 0 {
            let t = vm.heap.type_object_mut(ty);
            t.tp_flags = t.tp_flags.with(patma);
            return;
        }
    }
}

/// Computes and sets the MRO; a metaclass may define `mro()` (`mro_internal`).
fn set_mro(vm: &mut Vm, ty: ObjId, bases: &[ObjId]) -> PyResult<()> {
    let metatype = vm.type_of(ty);
    let custom = metatype != types::TYPE
        && vm.type_lookup(metatype, names::MRO_METHOD)
            != vm.type_lookup(types::TYPE, names::MRO_METHOD);
    let mro = if custom {
        // While `mro()` runs, look-ups see the plain linearization's beginning.
        let result = vm.call_method(ty, names::MRO_METHOD, &[])?;
        let items = vm.collect_iterable(result)?;
        vm.decref(result);
        for &item in &items {
            if !vm.isinstance(item, types::TYPE) {
                let n = vm.type_name_of(item);
                vm.decref_all(&items);
                return Err(vm.type_error(format!("mro() returned a non-class ('{n}')")));
            }
        }
        vm.new_tuple(items)
    } else {
        let items = vm.compute_mro(ty, bases)?;
        vm.new_tuple_from(&items)
    };
    let old = std::mem::replace(&mut vm.heap.type_object_mut(ty).tp_mro, mro);
    vm.xdecref(old);
    vm.type_modified(ty);
    Ok(())
}

/// As [`set_mro`], for `__bases__` assignment.
pub fn reset_mro(vm: &mut Vm, ty: ObjId) -> PyResult<()> {
    let bases = vm.tuple_items(vm.heap.type_object(ty).tp_bases).to_vec();
    set_mro(vm, ty, &bases)
}

fn set_module(vm: &mut Vm, dict: ObjId) -> PyResult<()> {
    if vm.dict_get_str(dict, names::MODULE).is_some() {
        return Ok(());
    }
    let Some(globals) = vm.current_globals() else {
        return Ok(());
    };
    if let Some(module) = vm.dict_get_str(globals, names::NAME) {
        vm.dict_set(dict, names::MODULE, module)?;
    }
    Ok(())
}

/// `__new__` becomes a static method, `__init_subclass__` and `__class_getitem__` class methods.
fn wrap_function(vm: &mut Vm, dict: ObjId, name: ObjId, class_method: bool) -> PyResult<()> {
    let Some(function) = vm.dict_get_str(dict, name) else {
        return Ok(());
    };
    if vm.type_of(function) != types::FUNCTION {
        return Ok(());
    }
    let wrapped = if class_method {
        vm.new_classmethod(function)
    } else {
        vm.new_staticmethod(function)
    };
    vm.dict_set(dict, name, wrapped)?;
    vm.decref(wrapped);
    Ok(())
}

fn take_classcell(vm: &mut Vm, dict: ObjId) -> PyResult<ObjId> {
    let Some(cell) = vm.dict_get_str(dict, names::CLASSCELL) else {
        return Ok(ObjId::NULL);
    };
    if vm.type_of(cell) != types::CELL {
        let repr = vm.type_name_of(cell);
        return Err(vm.type_error(format!(
            "__classcell__ must be a nonlocal cell, not <class '{repr}'>"
        )));
    }
    vm.incref(cell);
    vm.dict_delete(dict, names::CLASSCELL)?;
    Ok(cell)
}

/// `__set_name__` of each value, in order (`type_new_set_names`).
fn set_names(vm: &mut Vm, ty: ObjId, dict: ObjId) -> PyResult<()> {
    // A copy: `__set_name__` may change the namespace.
    let copy = vm.dict_copy(dict);
    let entries = vm.dict_entries(copy);
    let mut result = Ok(());
    for &(key, value) in &entries {
        let Ok(Some(method)) = vm.lookup_special(value, names::SET_NAME) else {
            continue;
        };
        let called = vm.call(method, &[ty, key]);
        vm.decref(method);
        if let Ok(r) = called {
            vm.decref(r);
        } else {
            let value_type = vm.type_name_of(value);
            let key_repr = vm.repr_string(key).unwrap_or_default();
            let class_name = vm.class_name(ty);
            let note = format!(
                "Error calling __set_name__ on '{value_type}' instance {key_repr} in '{class_name}'"
            );
            result = Err(add_note(vm, &note));
            break;
        }
    }
    vm.decref(copy);
    result
}

/// Adds a note to the exception on its way (`_PyErr_FormatNote`).
pub fn add_note(vm: &mut Vm, note: &str) -> Raised {
    let exception = vm.take_raised();
    let text = vm.new_str(note);
    if let Ok(result) = vm.call_method_name(exception, "add_note", &[text]) {
        vm.decref(result);
    }
    vm.decref(text);
    vm.set_raised(exception)
}

/// `super(type, type).__init_subclass__(**kwargs)`.
fn init_subclass(vm: &mut Vm, ty: ObjId, kwargs: ObjId) -> PyResult<()> {
    let mro = vm.tuple_items(vm.heap.type_object(ty).tp_mro).to_vec();
    for &base in mro.iter().skip(1) {
        let dict = vm.heap.type_object(base).tp_dict;
        let Some(found) = vm.dict_get_str(dict, names::INIT_SUBCLASS) else {
            continue;
        };
        vm.incref(found);
        let bound = match vm.slots_of(found).tp_descr_get {
            Some(get) => {
                let bound = get(vm, found, ObjId::NULL, ty);
                vm.decref(found);
                bound?
            }
            None => found,
        };
        let result = vm.call_args_dict(bound, &[], kwargs);
        vm.decref(bound);
        let result = result?;
        vm.decref(result);
        return Ok(());
    }
    Ok(())
}

impl Vm {
    /// A class made by native code, as `type(name, bases, namespace)` does.
    pub fn new_class(&mut self, name: &str, base: ObjId, module: &str) -> PyResult<ObjId> {
        let namespace = self.new_dict();
        let module = self.new_str(module);
        self.dict_set(namespace, names::MODULE, module)?;
        self.decref(module);
        let name = self.new_str(name);
        let bases = if base.is_null() {
            EMPTY_TUPLE
        } else {
            self.new_tuple_from(&[base])
        };
        let result = self.call(types::TYPE, &[name, bases, namespace]);
        self.decref(name);
        self.decref(bases);
        self.decref(namespace);
        result
    }

    /// Sets an entry only if the key is not there.
    pub fn dict_set_default(&mut self, dict: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
        if self.dict_get(dict, key)?.is_none() {
            self.dict_set(dict, key, value)?;
        }
        Ok(())
    }

    /// Puts `value` into a cell; takes its own reference (`PyCell_SET`).
    pub fn cell_set(&mut self, cell: ObjId, value: ObjId) {
        self.incref(value);
        let old = match self.heap.payload_mut(cell) {
            Payload::Cell(c) => std::mem::replace(&mut c.ob_ref, value),
            _ => return,
        };
        self.xdecref(old);
    }

    /// The globals of the innermost Python frame, borrowed.
    pub fn current_globals(&self) -> Option<ObjId> {
        self.tstate.frames.last().and_then(|f| f.f_globals.get())
    }
}
