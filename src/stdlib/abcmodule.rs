//! The module `_abc`: abstract base classes with registries and caches.
//!
//! Mirrors `Modules/_abc.c`. Registries and caches hold weak references, as C's sets do.

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{FALSE, NONE, NOT_IMPLEMENTED, TRUE, bool_obj, names, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_abc",
    functions: &[
        MethodDef::new(
            "get_cache_token",
            MethodImpl::NoArgs(get_cache_token),
            "($module, /)",
        ),
        MethodDef::new("_abc_init", MethodImpl::O(abc_init), "($module, self, /)"),
        MethodDef::new(
            "_reset_registry",
            MethodImpl::O(|vm, _, class| reset(vm, class, true)),
            "($module, self, /)",
        ),
        MethodDef::new(
            "_reset_caches",
            MethodImpl::O(|vm, _, class| reset(vm, class, false)),
            "($module, self, /)",
        ),
        MethodDef::new("_get_dump", MethodImpl::O(get_dump), "($module, self, /)"),
        MethodDef::new(
            "_abc_register",
            MethodImpl::Fast(register),
            "($module, self, subclass, /)",
        ),
        MethodDef::new(
            "_abc_instancecheck",
            MethodImpl::Fast(instancecheck),
            "($module, self, instance, /)",
        ),
        MethodDef::new(
            "_abc_subclasscheck",
            MethodImpl::Fast(subclasscheck),
            "($module, self, subclass, /)",
        ),
    ],
    exec: |_, _| Ok(()),
    doc: "Module contains faster C implementation of abc.ABCMeta",
};

native_struct! {
    /// `_abc_data`: each vector holds weak references to classes.
    AbcData {} [registry, cache, negative_cache] (negative_cache_version: u64)
}

static ABC_DATA: TypeSpec = TypeSpec {
    tp_name: "_abc._abc_data",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC,
    ..TypeSpec::EMPTY
};

/// The counter that every `register` raises, which makes negative caches stale.
#[derive(Default)]
struct InvalidationCounter(u64);

fn counter(vm: &mut Vm) -> &mut u64 {
    let state = vm
        .interp
        .native_state
        .entry("_abc")
        .or_insert_with(|| Box::<InvalidationCounter>::default());
    &mut state
        .downcast_mut::<InvalidationCounter>()
        .expect("only this module uses its state")
        .0
}

fn get_cache_token(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let value = *counter(vm);
    Ok(vm.new_int(value as i64))
}

/// The `_abc_impl` of a class, borrowed from its dict.
fn data_of(vm: &mut Vm, class: ObjId) -> PyResult<ObjId> {
    let data = vm.getattr_name(class, "_abc_impl")?;
    let ty = vm.native_type(&ABC_DATA);
    let right = vm.type_of(data) == ty;
    vm.decref(data);
    if right {
        Ok(data)
    } else {
        Err(vm.type_error("_abc_impl is set to a wrong type"))
    }
}

fn abc_init(vm: &mut Vm, _module: ObjId, class: ObjId) -> PyResult<ObjId> {
    compute_abstract_methods(vm, class)?;
    let ty = vm.native_type(&ABC_DATA);
    let version = *counter(vm);
    let data = vm.new_native(
        ty,
        AbcData {
            negative_cache_version: version,
            ..AbcData::default()
        },
    );
    let name = vm.intern("_abc_impl");
    let result = vm.setattr(class, name, data);
    vm.decref(data);
    result?;
    // `collections.abc.Sequence` and `Mapping` mark their classes for pattern matching.
    let flags_name = vm.intern("__abc_tpflags__");
    let dict = vm.heap.type_object(class).tp_dict;
    if let Some(value) = vm.dict_get_str(dict, flags_name) {
        let bits = vm.int_as_i64(value).unwrap_or(0) as u64;
        let patma = TypeFlags::SEQUENCE.with(TypeFlags::MAPPING);
        if bits & patma.0 == patma.0 {
            return Err(vm.type_error(
                "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
            ));
        }
        let t = vm.heap.type_object_mut(class);
        t.tp_flags = t.tp_flags.with(TypeFlags(bits & patma.0));
        vm.dict_delete(dict, flags_name)?;
    }
    Ok(NONE)
}

/// Sets `__abstractmethods__` from the namespace and the bases (`compute_abstract_methods`).
fn compute_abstract_methods(vm: &mut Vm, class: ObjId) -> PyResult<()> {
    let mut abstracts: Vec<ObjId> = Vec::new();
    let dict = vm.heap.type_object(class).tp_dict;
    for (key, value) in vm.dict_entries(dict) {
        if is_abstract(vm, value)? {
            abstracts.push(key);
        }
    }
    for base in vm.tuple_items(vm.heap.type_object(class).tp_bases).to_vec() {
        let Some(inherited) = vm.getattr_opt(base, names::ABSTRACTMETHODS)? else {
            continue;
        };
        let items = vm.collect_iterable(inherited)?;
        vm.decref(inherited);
        for &name in &items {
            if let Some(value) = vm.getattr_opt(class, name)? {
                if is_abstract(vm, value)? && !abstracts.contains(&name) {
                    abstracts.push(name);
                }
                vm.decref(value);
            }
        }
        vm.decref_all(&items);
    }
    let list = vm.new_list_from(&abstracts);
    let set = vm.call(types::FROZENSET, &[list]);
    vm.decref(list);
    let set = set?;
    let result = vm.setattr(class, names::ABSTRACTMETHODS, set);
    vm.decref(set);
    result
}

fn is_abstract(vm: &mut Vm, value: ObjId) -> PyResult<bool> {
    let Some(flag) = vm.getattr_opt(value, names::ISABSTRACTMETHOD)? else {
        return Ok(false);
    };
    let truth = vm.is_true(flag);
    vm.decref(flag);
    truth
}

/// Which of the three sets of an `_abc_data`.
#[derive(Clone, Copy)]
enum Set {
    Registry,
    Cache,
    Negative,
}

fn set_of(data: &mut AbcData, set: Set) -> &mut Vec<ObjId> {
    match set {
        Set::Registry => &mut data.registry,
        Set::Cache => &mut data.cache,
        Set::Negative => &mut data.negative_cache,
    }
}

/// The live classes of a set, each with a reference of its own; dead references are dropped.
fn live(vm: &mut Vm, data: ObjId, set: Set) -> Vec<ObjId> {
    let references = set_of(AbcData::of_mut(vm, data), set).clone();
    let mut alive = Vec::new();
    for reference in references {
        if let Some(class) = vm.weakref_target(reference) {
            alive.push(vm.incref(class));
        } else {
            set_of(AbcData::of_mut(vm, data), set).retain(|&r| r != reference);
            vm.decref(reference);
        }
    }
    alive
}

fn contains(vm: &mut Vm, data: ObjId, set: Set, class: ObjId) -> bool {
    let references = set_of(AbcData::of_mut(vm, data), set).clone();
    references
        .iter()
        .any(|&r| vm.weakref_target(r) == Some(class))
}

fn add(vm: &mut Vm, data: ObjId, set: Set, class: ObjId) -> PyResult<()> {
    if contains(vm, data, set, class) {
        return Ok(());
    }
    let reference = vm.new_weakref(types::WEAKREF, class, ObjId::NULL)?;
    set_of(AbcData::of_mut(vm, data), set).push(reference);
    Ok(())
}

fn empty(vm: &mut Vm, data: ObjId, set: Set) {
    let old = std::mem::take(set_of(AbcData::of_mut(vm, data), set));
    vm.decref_all(&old);
}

fn reset(vm: &mut Vm, class: ObjId, registry: bool) -> PyResult<ObjId> {
    let data = data_of(vm, class)?;
    if registry {
        empty(vm, data, Set::Registry);
    } else {
        empty(vm, data, Set::Cache);
        empty(vm, data, Set::Negative);
    }
    Ok(NONE)
}

fn get_dump(vm: &mut Vm, _module: ObjId, class: ObjId) -> PyResult<ObjId> {
    let data = data_of(vm, class)?;
    let mut parts = Vec::new();
    for set in [Set::Registry, Set::Cache, Set::Negative] {
        let references = set_of(AbcData::of_mut(vm, data), set).clone();
        let list = vm.new_list_from(&references);
        let made = vm.call(types::SET, &[list]);
        vm.decref(list);
        parts.push(made?);
    }
    let version = AbcData::of(vm, data).negative_cache_version;
    parts.push(vm.new_int(version as i64));
    Ok(vm.new_tuple(parts))
}

fn two(vm: &mut Vm, name: &str, args: &[ObjId]) -> PyResult<(ObjId, ObjId)> {
    vm.check_positional(name, args.len(), 2, 2)?;
    Ok((args[0], args[1]))
}

fn register(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (class, subclass) = two(vm, "_abc_register", args)?;
    if !vm.isinstance(subclass, types::TYPE) {
        return Err(vm.type_error("Can only register classes"));
    }
    if vm.is_subclass_of(subclass, class)? {
        return Ok(vm.incref(subclass));
    }
    if vm.is_subclass_of(class, subclass)? {
        return Err(vm.raise(
            types::RUNTIME_ERROR,
            "Refusing to create an inheritance cycle",
        ));
    }
    let data = data_of(vm, class)?;
    add(vm, data, Set::Registry, subclass)?;
    *counter(vm) += 1;
    let patma = TypeFlags(
        vm.heap.type_object(class).tp_flags.0 & TypeFlags::SEQUENCE.with(TypeFlags::MAPPING).0,
    );
    if patma.0 != 0 {
        set_patma_recursively(vm, subclass, patma);
    }
    Ok(vm.incref(subclass))
}

/// A class registered as a sequence or mapping matches such patterns, and so do its subclasses.
fn set_patma_recursively(vm: &mut Vm, class: ObjId, patma: TypeFlags) {
    let both = TypeFlags::SEQUENCE.with(TypeFlags::MAPPING);
    let t = vm.heap.type_object_mut(class);
    if t.tp_flags.contains(TypeFlags::IMMUTABLETYPE) {
        return;
    }
    t.tp_flags = t.tp_flags.without(both).with(patma);
    for subclass in vm.subclasses_of(class) {
        set_patma_recursively(vm, subclass, patma);
    }
}

fn instancecheck(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (class, instance) = two(vm, "_abc_instancecheck", args)?;
    let data = data_of(vm, class)?;
    let subclass = vm.getattr(instance, names::CLASS)?;
    let result = instancecheck_of(vm, class, instance, data, subclass);
    vm.decref(subclass);
    result
}

fn instancecheck_of(
    vm: &mut Vm,
    class: ObjId,
    instance: ObjId,
    data: ObjId,
    subclass: ObjId,
) -> PyResult<ObjId> {
    if contains(vm, data, Set::Cache, subclass) {
        return Ok(TRUE);
    }
    let subtype = vm.type_of(instance);
    let check = vm.intern("__subclasscheck__");
    if subtype == subclass {
        let version = *counter(vm);
        if AbcData::of(vm, data).negative_cache_version == version
            && contains(vm, data, Set::Negative, subclass)
        {
            return Ok(FALSE);
        }
        return vm.call_method(class, check, &[subclass]);
    }
    let result = vm.call_method(class, check, &[subclass])?;
    let truth = vm.is_true(result)?;
    if truth {
        return Ok(result);
    }
    vm.decref(result);
    vm.call_method(class, check, &[subtype])
}

fn subclasscheck(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (class, subclass) = two(vm, "_abc_subclasscheck", args)?;
    if !vm.isinstance(subclass, types::TYPE) {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    }
    let data = data_of(vm, class)?;
    if contains(vm, data, Set::Cache, subclass) {
        return Ok(TRUE);
    }
    let version = *counter(vm);
    if AbcData::of(vm, data).negative_cache_version < version {
        empty(vm, data, Set::Negative);
        AbcData::of_mut(vm, data).negative_cache_version = version;
    } else if contains(vm, data, Set::Negative, subclass) {
        return Ok(FALSE);
    }
    let hook = vm.call_method_name(class, "__subclasshook__", &[subclass])?;
    if hook != NOT_IMPLEMENTED {
        let truth = hook == TRUE;
        let known = hook == TRUE || hook == FALSE;
        vm.decref(hook);
        if !known {
            return Err(vm.raise(
                types::ASSERTION_ERROR,
                "__subclasshook__ must return either False, True, or NotImplemented",
            ));
        }
        add(
            vm,
            data,
            if truth { Set::Cache } else { Set::Negative },
            subclass,
        )?;
        return Ok(bool_obj(truth));
    }
    let mro = vm
        .tuple_items(vm.heap.type_object(subclass).tp_mro)
        .to_vec();
    if mro.contains(&class) {
        add(vm, data, Set::Cache, subclass)?;
        return Ok(TRUE);
    }
    let registered = live(vm, data, Set::Registry);
    for (i, &r) in registered.iter().enumerate() {
        let found = vm.is_subclass_of(subclass, r);
        if !matches!(found, Ok(false)) {
            vm.decref_all(&registered[i..]);
            found?;
            add(vm, data, Set::Cache, subclass)?;
            return Ok(TRUE);
        }
        vm.decref(r);
    }
    let subclasses = vm.call_method_name(class, "__subclasses__", &[])?;
    let items = vm.collect_iterable(subclasses)?;
    vm.decref(subclasses);
    let mut result = Ok(false);
    for &s in &items {
        result = vm.is_subclass_of(subclass, s);
        if !matches!(result, Ok(false)) {
            break;
        }
    }
    vm.decref_all(&items);
    let found = result?;
    add(
        vm,
        data,
        if found { Set::Cache } else { Set::Negative },
        subclass,
    )?;
    Ok(bool_obj(found))
}
