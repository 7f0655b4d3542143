//! Sets and frozen sets.
//!
//! Mirrors `Objects/setobject.c`; the hash table is in `set_core`.

use crate::base::ObjId;

use super::iterobject::SetIterator;
use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::{NoArgs, O, VarArgs};
use super::object::{Place, Visit};
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// A slot of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetEntry {
    Empty,
    Dummy,
    Key { key: ObjId, hash: i64 },
}

/// `PySetObject`.
#[derive(Debug)]
pub struct SetObject {
    /// The table; its length is a power of two, at least 8.
    pub table: Vec<SetEntry>,
    /// Active and dummy entries.
    pub fill: usize,
    /// Active entries.
    pub used: usize,
    /// Search finger for `pop`.
    pub finger: usize,
    /// The hash of a frozenset, once computed.
    pub hash: Option<i64>,
    /// The block of a table above 8 slots; 0: none.
    pub address: u64,
}

impl SetObject {
    /// Table order.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (i, entry) in self.table.iter().enumerate() {
            if let SetEntry::Key { key, .. } = entry {
                visit(Place::Key(i as u32), *key);
            }
        }
    }

    /// Table order.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        for entry in &mut self.table {
            if let SetEntry::Key { key, .. } = *entry {
                dropped.push(key);
                *entry = SetEntry::Empty;
            }
        }
        self.used = 0;
        self.fill = 0;
    }
}

const FLAGS: TypeFlags = TypeFlags::HAVE_GC
    .with(TypeFlags::BASETYPE)
    .with(TypeFlags::MATCH_SELF);

/// The type `set`.
pub static SET: TypeSpec = TypeSpec {
    tp_name: "set",
    tp_basicsize: 200,
    tp_flags: FLAGS,
    slots: Slots {
        tp_repr: Some(set_repr),
        tp_hash: Some(super::object_type::hash_not_implemented),
        tp_richcompare: Some(set_richcompare),
        tp_iter: Some(set_iter),
        tp_init: Some(set_init),
        tp_new: Some(set_new),
        nb_subtract: Some(set_sub),
        nb_and: Some(set_and),
        nb_xor: Some(set_xor),
        nb_or: Some(set_or),
        nb_inplace_subtract: Some(set_isub),
        nb_inplace_and: Some(set_iand),
        nb_inplace_xor: Some(set_ixor),
        nb_inplace_or: Some(set_ior),
        sq_length: Some(set_length),
        sq_contains: Some(set_contains),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("add", O(set_add_method), "($self, object, /)"),
        MethodDef::new("clear", NoArgs(set_clear_method), "($self, /)"),
        MethodDef::new("__contains__", O(set_contains_method), "($self, object, /)"),
        MethodDef::new("copy", NoArgs(set_copy_method), "($self, /)"),
        MethodDef::new("discard", O(set_discard_method), "($self, object, /)"),
        MethodDef::new(
            "difference",
            VarArgs(set_difference_multi),
            "($self, /, *others)",
        ),
        MethodDef::new(
            "difference_update",
            VarArgs(set_difference_update),
            "($self, /, *others)",
        ),
        MethodDef::new(
            "intersection",
            VarArgs(set_intersection_multi),
            "($self, /, *others)",
        ),
        MethodDef::new(
            "intersection_update",
            VarArgs(set_intersection_update),
            "($self, /, *others)",
        ),
        MethodDef::new("isdisjoint", O(set_isdisjoint), "($self, other, /)"),
        MethodDef::new("issubset", O(set_issubset), "($self, other, /)"),
        MethodDef::new("issuperset", O(set_issuperset), "($self, other, /)"),
        MethodDef::new("pop", NoArgs(set_pop_method), "($self, /)"),
        MethodDef::new("__reduce__", NoArgs(set_reduce), "($self, /)"),
        MethodDef::new("remove", O(set_remove), "($self, object, /)"),
        MethodDef::new("__sizeof__", NoArgs(set_sizeof), "($self, /)"),
        MethodDef::new(
            "symmetric_difference",
            O(set_symmetric_difference),
            "($self, other, /)",
        ),
        MethodDef::new(
            "symmetric_difference_update",
            O(set_symmetric_difference_update),
            "($self, other, /)",
        ),
        MethodDef::new("union", VarArgs(set_union), "($self, /, *others)"),
        MethodDef::new("update", VarArgs(set_update_method), "($self, /, *others)"),
        MethodDef::new(
            "__class_getitem__",
            O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Build an unordered collection of unique elements.",
    weakrefs: true,
    ..TypeSpec::EMPTY
};

/// The type `frozenset`.
pub static FROZENSET: TypeSpec = TypeSpec {
    tp_name: "frozenset",
    tp_basicsize: 200,
    tp_flags: FLAGS,
    slots: Slots {
        tp_repr: Some(set_repr),
        tp_hash: Some(frozenset_hash),
        tp_richcompare: Some(set_richcompare),
        tp_iter: Some(set_iter),
        tp_new: Some(frozenset_new),
        nb_subtract: Some(set_sub),
        nb_and: Some(set_and),
        nb_xor: Some(set_xor),
        nb_or: Some(set_or),
        sq_length: Some(set_length),
        sq_contains: Some(set_contains),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__contains__", O(set_contains_method), "($self, object, /)"),
        MethodDef::new("copy", NoArgs(frozenset_copy), "($self, /)"),
        MethodDef::new(
            "difference",
            VarArgs(set_difference_multi),
            "($self, /, *others)",
        ),
        MethodDef::new(
            "intersection",
            VarArgs(set_intersection_multi),
            "($self, /, *others)",
        ),
        MethodDef::new("isdisjoint", O(set_isdisjoint), "($self, other, /)"),
        MethodDef::new("issubset", O(set_issubset), "($self, other, /)"),
        MethodDef::new("issuperset", O(set_issuperset), "($self, other, /)"),
        MethodDef::new("__reduce__", NoArgs(set_reduce), "($self, /)"),
        MethodDef::new("__sizeof__", NoArgs(set_sizeof), "($self, /)"),
        MethodDef::new(
            "symmetric_difference",
            O(set_symmetric_difference),
            "($self, other, /)",
        ),
        MethodDef::new("union", VarArgs(set_union), "($self, /, *others)"),
        MethodDef::new(
            "__class_getitem__",
            O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Build an immutable unordered collection of unique elements.",
    weakrefs: true,
    ..TypeSpec::EMPTY
};

fn set_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    vm.make_set(ty, ObjId::NULL)
}

fn set_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    vm.no_keywords("set", kwargs)?;
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("set", args.len(), 0, 1)?;
    if vm.set(this).fill > 0 {
        vm.set_clear(this);
    }
    match *args {
        [iterable] => vm.set_update(this, iterable),
        _ => Ok(()),
    }
}

fn frozenset_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if vm.same_init(ty, types::FROZENSET) {
        vm.no_keywords("frozenset", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("frozenset", args.len(), 0, 1)?;
    let iterable = args.first().copied().unwrap_or_default();
    if ty == types::FROZENSET && !iterable.is_null() && vm.type_of(iterable) == types::FROZENSET {
        return Ok(vm.incref(iterable));
    }
    vm.make_set(ty, iterable)
}

fn set_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let name = vm.type_name_of(this);
    if vm.repr_enter(this) {
        return Ok(vm.new_string(format!("{name}(...)")));
    }
    let result = set_repr_inner(vm, this, &name);
    vm.repr_leave(this);
    result
}

fn set_repr_inner(vm: &mut Vm, this: ObjId, name: &str) -> PyResult<ObjId> {
    if vm.set_len(this) == 0 {
        return Ok(vm.new_string(format!("{name}()")));
    }
    let exact = vm.type_of(this) == types::SET;
    let mut out = ReprWriter::new("");
    if !exact {
        out.push_str(name);
        out.push_str("(");
    }
    out.push_str("{");
    let keys = vm.set_keys(this);
    for &key in &keys {
        vm.incref(key);
    }
    let mut result = Ok(());
    for (i, &key) in keys.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        result = out.push_repr(vm, key);
        if result.is_err() {
            break;
        }
    }
    for &key in keys.iter().rev() {
        vm.decref(key);
    }
    result?;
    out.push_str(if exact { "}" } else { "})" });
    Ok(out.finish(vm))
}

fn set_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !vm.is_any_set(a) || !vm.is_any_set(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (len_a, len_b) = (vm.set_len(a), vm.set_len(b));
    let result = match op {
        CompareOp::Eq => sets_equal(vm, a, b)?,
        CompareOp::Ne => !sets_equal(vm, a, b)?,
        CompareOp::Le => vm.set_is_subset(a, b)?,
        CompareOp::Ge => vm.set_is_subset(b, a)?,
        CompareOp::Lt => len_a < len_b && vm.set_is_subset(a, b)?,
        CompareOp::Gt => len_a > len_b && vm.set_is_subset(b, a)?,
    };
    Ok(bool_obj(result))
}

fn sets_equal(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<bool> {
    let (x, y) = (vm.set(a), vm.set(b));
    let hashes_differ = matches!((x.hash, y.hash), (Some(x), Some(y)) if x != y);
    if x.used != y.used || hashes_differ {
        return Ok(false);
    }
    vm.set_is_subset(a, b)
}

/// Independent of the order of the keys (facts 13.5).
fn frozenset_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let set = vm.set(this);
    if let Some(hash) = set.hash {
        return Ok(hash);
    }
    let mut hash = 0_u64;
    for (_, h) in set.entries() {
        let h = h as u64;
        hash ^= ((h ^ 0x055b_4db3) ^ (h << 16)).wrapping_mul(3_644_798_167);
    }
    hash ^= (set.used as u64 + 1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69069).wrapping_add(907_133_923);
    let hash = if hash == u64::MAX {
        590_923_713
    } else {
        hash as i64
    };
    vm.set_mut(this).hash = Some(hash);
    Ok(hash)
}

fn set_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.incref(this);
    let used = vm.set_len(this);
    let iterator = SetIterator {
        set: this,
        used: Some(used),
        position: 0,
        left: used,
    };
    Ok(vm.new_native(types::SET_ITERATOR, iterator))
}

fn set_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.set_len(this) as i64)
}

/// Runs `search` with the key; an unhashable set is looked for as a frozenset of its items.
fn with_hashable<T>(
    vm: &mut Vm,
    key: ObjId,
    mut search: impl FnMut(&mut Vm, ObjId) -> PyResult<T>,
) -> PyResult<T> {
    match search(vm, key) {
        Err(_) if vm.isinstance(key, types::SET) && vm.raised_matches(types::TYPE_ERROR) => {
            vm.clear_raised();
            let frozen = vm.make_set(types::FROZENSET, key)?;
            let result = search(vm, frozen);
            vm.decref(frozen);
            result
        }
        result => result,
    }
}

/// `key in set`; a set counts as the frozenset of its items.
pub fn set_contains(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<bool> {
    with_hashable(vm, key, |vm, key| vm.set_contains_key(this, key))
}

fn both_sets(vm: &Vm, a: ObjId, b: ObjId) -> bool {
    vm.is_any_set(a) && vm.is_any_set(b)
}

fn set_sub(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if both_sets(vm, a, b) {
        vm.set_difference(a, b)
    } else {
        Ok(NOT_IMPLEMENTED)
    }
}

fn set_and(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if both_sets(vm, a, b) {
        vm.set_intersection(a, b)
    } else {
        Ok(NOT_IMPLEMENTED)
    }
}

fn set_xor(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if both_sets(vm, a, b) {
        vm.set_symmetric_difference(a, b)
    } else {
        Ok(NOT_IMPLEMENTED)
    }
}

fn set_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !both_sets(vm, a, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let result = vm.set_copy(a)?;
    if a == b {
        return Ok(result);
    }
    let filled = vm.set_update(result, b);
    vm.result_or_drop(result, filled)
}

fn set_isub(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !vm.is_any_set(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    vm.set_difference_update(a, b)?;
    Ok(vm.incref(a))
}

fn set_iand(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !vm.is_any_set(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let kept = vm.set_intersection(a, b)?;
    vm.set_swap_bodies(a, kept);
    vm.decref(kept);
    Ok(vm.incref(a))
}

fn set_ixor(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !vm.is_any_set(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    vm.set_symmetric_difference_update(a, b)?;
    Ok(vm.incref(a))
}

fn set_ior(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !vm.is_any_set(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    vm.set_update(a, b)?;
    Ok(vm.incref(a))
}

// ---- methods

fn set_add_method(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    vm.set_add(this, key)?;
    Ok(NONE)
}

fn set_clear_method(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.set_clear(this);
    Ok(NONE)
}

fn set_contains_method(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    set_contains(vm, this, key).map(bool_obj)
}

fn set_copy_method(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.set_copy(this)
}

fn frozenset_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.type_of(this) == types::FROZENSET {
        Ok(vm.incref(this))
    } else {
        vm.set_copy(this)
    }
}

fn set_discard_method(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    with_hashable(vm, key, |vm, key| vm.set_discard(this, key))?;
    Ok(NONE)
}

fn set_remove(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if with_hashable(vm, key, |vm, key| vm.set_discard(this, key))? {
        return Ok(NONE);
    }
    Err(vm.raise_key_error(key))
}

fn set_pop_method(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    match vm.set_pop(this) {
        Some(key) => Ok(key),
        None => Err(vm.raise(types::KEY_ERROR, "pop from an empty set")),
    }
}

fn set_difference_multi(vm: &mut Vm, this: ObjId, others: ObjId) -> PyResult<ObjId> {
    let others = &*vm.tuple_items(others).to_vec();
    let Some((&first, rest)) = others.split_first() else {
        return vm.set_copy(this);
    };
    let result = vm.set_difference(this, first)?;
    for &other in rest {
        if let Err(raised) = vm.set_difference_update(result, other) {
            vm.decref(result);
            return Err(raised);
        }
    }
    Ok(result)
}

fn set_difference_update(vm: &mut Vm, this: ObjId, others: ObjId) -> PyResult<ObjId> {
    let others = &*vm.tuple_items(others).to_vec();
    for &other in others {
        vm.set_difference_update(this, other)?;
    }
    Ok(NONE)
}

fn set_intersection_multi(vm: &mut Vm, this: ObjId, others: ObjId) -> PyResult<ObjId> {
    let others = &*vm.tuple_items(others).to_vec();
    if others.is_empty() {
        return vm.set_copy(this);
    }
    let mut result = vm.incref(this);
    for &other in others {
        let narrowed = vm.set_intersection(result, other);
        vm.decref(result);
        result = narrowed?;
    }
    Ok(result)
}

fn set_intersection_update(vm: &mut Vm, this: ObjId, others: ObjId) -> PyResult<ObjId> {
    let kept = set_intersection_multi(vm, this, others)?;
    vm.set_swap_bodies(this, kept);
    vm.decref(kept);
    Ok(NONE)
}

fn set_isdisjoint(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if this == other {
        return Ok(bool_obj(vm.set_len(this) == 0));
    }
    let ty = vm.type_of(other);
    if ty == types::SET || ty == types::FROZENSET {
        let (large, small) = if vm.set_len(other) > vm.set_len(this) {
            (other, this)
        } else {
            (this, other)
        };
        let mut at = 0;
        while let Some((slot, key, hash)) = vm.set(small).next_entry(at) {
            at = slot + 1;
            vm.incref(key);
            let found = vm.set_contains_entry(large, key, hash);
            vm.decref(key);
            if found? {
                return Ok(bool_obj(false));
            }
        }
        return Ok(bool_obj(true));
    }
    let common = search_iterable(vm, other, |vm, key| vm.set_contains_key(this, key))?;
    Ok(bool_obj(!common))
}

/// Whether any item of an iterable passes the test.
fn search_iterable(
    vm: &mut Vm,
    iterable: ObjId,
    mut test: impl FnMut(&mut Vm, ObjId) -> PyResult<bool>,
) -> PyResult<bool> {
    let iterator = vm.iter(iterable)?;
    let result = loop {
        match vm.iter_next(iterator) {
            Ok(Some(item)) => {
                let passed = test(vm, item);
                vm.decref(item);
                match passed {
                    Ok(false) => {}
                    other => break other,
                }
            }
            Ok(None) => break Ok(false),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(iterator);
    result
}

fn set_issubset(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if vm.is_any_set(other) {
        return vm.set_is_subset(this, other).map(bool_obj);
    }
    let common = vm.set_intersection(this, other)?;
    let result = vm.set_len(common) == vm.set_len(this);
    vm.decref(common);
    Ok(bool_obj(result))
}

fn set_issuperset(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if vm.is_any_set(other) {
        return vm.set_is_subset(other, this).map(bool_obj);
    }
    let missing = search_iterable(vm, other, |vm, key| Ok(!vm.set_contains_key(this, key)?))?;
    Ok(bool_obj(!missing))
}

fn set_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let keys = vm.set_keys(this);
    let list = vm.new_list_from(&keys);
    let args = vm.new_tuple(vec![list]);
    let state = match vm.object_getstate(this) {
        Ok(state) => state,
        Err(raised) => {
            vm.decref(args);
            return Err(raised);
        }
    };
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args, state]))
}

fn set_sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let basic = vm.heap.type_object(vm.type_of(this)).tp_basicsize as usize;
    let slots = vm.set(this).table.len();
    let table = if slots > super::set_core::PYSET_MINSIZE {
        16 * slots
    } else {
        0
    };
    Ok(vm.new_int((basic + table) as i64))
}

fn set_symmetric_difference(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    vm.set_symmetric_difference(this, other)
}

fn set_symmetric_difference_update(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    vm.set_symmetric_difference_update(this, other)?;
    Ok(NONE)
}

fn set_union(vm: &mut Vm, this: ObjId, others: ObjId) -> PyResult<ObjId> {
    let others = &*vm.tuple_items(others).to_vec();
    let result = vm.set_copy(this)?;
    for &other in others {
        if other != this
            && let Err(raised) = vm.set_update(result, other)
        {
            vm.decref(result);
            return Err(raised);
        }
    }
    Ok(result)
}

fn set_update_method(vm: &mut Vm, this: ObjId, others: ObjId) -> PyResult<ObjId> {
    let others = &*vm.tuple_items(others).to_vec();
    for &other in others {
        vm.set_update(this, other)?;
    }
    Ok(NONE)
}
