//! Views of dictionaries (`keys()`, `values()`, `items()`) and their iterators.
//!
//! Mirrors the views and iterators of `Objects/dictobject.c`.

use crate::base::ObjId;
use crate::{native_payload_any, native_references};

use super::iterobject::self_iter;
use super::methodobject::MethodImpl::{NoArgs, O};
use super::methodobject::{GetSetDef, MethodDef};
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, IterNextFunc, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// `_PyDictViewObject`.
#[derive(Debug)]
pub struct DictView {
    dv_dict: ObjId,
}

native_references!(DictView, dv_dict);

const SET_SLOTS: Slots = Slots {
    tp_repr: Some(view_repr),
    tp_richcompare: Some(view_richcompare),
    nb_subtract: Some(view_sub),
    nb_and: Some(view_and),
    nb_xor: Some(view_xor),
    nb_or: Some(view_or),
    sq_length: Some(view_length),
    ..Slots::EMPTY
};

const MAPPING: &[GetSetDef] = &[GetSetDef {
    name: "mapping",
    get: view_mapping,
    set: None,
}];

#[expect(
    clippy::large_types_passed_by_value,
    reason = "evaluated while compiling"
)]
const fn view(tp_name: &'static str, slots: Slots, methods: &'static [MethodDef]) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: 24,
        tp_flags: TypeFlags::HAVE_GC,
        slots,
        methods,
        getset: MAPPING,
        ..TypeSpec::EMPTY
    }
}

/// The type of `{}.keys()`.
pub static DICT_KEYS: TypeSpec = view(
    "dict_keys",
    Slots {
        tp_iter: Some(keys_iter),
        sq_contains: Some(keys_contains),
        ..SET_SLOTS
    },
    &[
        MethodDef::new("isdisjoint", O(view_isdisjoint), ""),
        MethodDef::new(
            "__reversed__",
            NoArgs(|vm, this| Ok(iterate(vm, this, IteratorKind::ReverseKeys))),
            "",
        ),
    ],
);

/// The type of `{}.items()`.
pub static DICT_ITEMS: TypeSpec = view(
    "dict_items",
    Slots {
        tp_iter: Some(items_iter),
        sq_contains: Some(items_contains),
        ..SET_SLOTS
    },
    &[
        MethodDef::new("isdisjoint", O(view_isdisjoint), ""),
        MethodDef::new(
            "__reversed__",
            NoArgs(|vm, this| Ok(iterate(vm, this, IteratorKind::ReverseItems))),
            "",
        ),
    ],
);

/// The type of `{}.values()`.
pub static DICT_VALUES: TypeSpec = view(
    "dict_values",
    Slots {
        tp_repr: Some(view_repr),
        tp_iter: Some(values_iter),
        sq_length: Some(view_length),
        ..Slots::EMPTY
    },
    &[MethodDef::new(
        "__reversed__",
        NoArgs(|vm, this| Ok(iterate(vm, this, IteratorKind::ReverseValues))),
        "",
    )],
);

/// A view of `dict`, which takes a reference to it.
pub fn new_dict_view(vm: &mut Vm, ty: ObjId, dict: ObjId) -> ObjId {
    vm.incref(dict);
    vm.new_native(ty, DictView { dv_dict: dict })
}

fn dict_of(vm: &Vm, view: ObjId) -> ObjId {
    vm.native::<DictView>(view).dv_dict
}

fn iterate(vm: &mut Vm, view: ObjId, kind: IteratorKind) -> ObjId {
    let dict = dict_of(vm, view);
    new_dict_iterator(vm, dict, kind)
}

fn keys_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(iterate(vm, this, IteratorKind::Keys))
}

fn values_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(iterate(vm, this, IteratorKind::Values))
}

fn items_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(iterate(vm, this, IteratorKind::Items))
}

fn view_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.dict_len(dict_of(vm, this)) as i64)
}

fn view_mapping(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let dict = dict_of(vm, this);
    vm.call(types::MAPPINGPROXY, &[dict])
}

fn view_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.repr_enter(this) {
        return Ok(vm.new_str("..."));
    }
    let result = view_repr_inner(vm, this);
    vm.repr_leave(this);
    result
}

fn view_repr_inner(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let list = vm.list_from_iterable(this)?;
    let mut out = ReprWriter::new(&vm.type_name_of(this));
    out.push_str("(");
    let result = out.push_repr(vm, list);
    vm.decref(list);
    result?;
    out.push_str(")");
    Ok(out.finish(vm))
}

/// Whether `id` is a view that behaves as a set.
fn is_set_view(vm: &Vm, id: ObjId) -> bool {
    matches!(vm.type_of(id), types::DICT_KEYS | types::DICT_ITEMS)
}

fn keys_contains(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<bool> {
    let dict = dict_of(vm, this);
    let hash = vm.hash(key)?;
    Ok(vm.dict_lookup(dict, key, hash)?.is_some())
}

fn items_contains(vm: &mut Vm, this: ObjId, pair: ObjId) -> PyResult<bool> {
    let &[key, value] = vm.tuple_items(pair) else {
        return Ok(false);
    };
    let dict = dict_of(vm, this);
    let hash = vm.hash(key)?;
    let Some(index) = vm.dict_lookup(dict, key, hash)? else {
        return Ok(false);
    };
    let found = vm.dict(dict).entries[index].value;
    vm.incref(found);
    let equal = vm.rich_compare_bool(found, value, CompareOp::Eq);
    vm.decref(found);
    equal
}

/// Whether each item of `a` is in `b`.
fn all_contained_in(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<bool> {
    any_item(vm, a, |vm, item| Ok(!vm.contains(b, item)?)).map(|missing| !missing)
}

/// Whether any item of an iterable passes the test.
fn any_item(
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

fn view_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !vm.is_any_set(b) && !is_set_view(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (len_a, len_b) = (vm.len(a)?, vm.len(b)?);
    let result = match op {
        CompareOp::Eq => len_a == len_b && all_contained_in(vm, a, b)?,
        CompareOp::Ne => !(len_a == len_b && all_contained_in(vm, a, b)?),
        CompareOp::Lt => len_a < len_b && all_contained_in(vm, a, b)?,
        CompareOp::Le => len_a <= len_b && all_contained_in(vm, a, b)?,
        CompareOp::Gt => len_a > len_b && all_contained_in(vm, b, a)?,
        CompareOp::Ge => len_a >= len_b && all_contained_in(vm, b, a)?,
    };
    Ok(bool_obj(result))
}

/// A new set of the left operand's items; the keys of a plain dict are read from the dict.
fn view_to_set(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let mut source = this;
    if vm.type_of(this) == types::DICT_KEYS {
        let dict = dict_of(vm, this);
        if vm.type_of(dict) == types::DICT {
            source = dict;
        }
    }
    vm.make_set(types::SET, source)
}

fn view_sub(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let result = view_to_set(vm, a)?;
    let filled = vm.set_difference_update(result, b);
    vm.result_or_drop(result, filled)
}

fn view_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let result = view_to_set(vm, a)?;
    let filled = vm.set_update(result, b);
    vm.result_or_drop(result, filled)
}

fn view_and(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let (mut this, mut other) = if is_set_view(vm, a) { (a, b) } else { (b, a) };
    let len = vm.len(this)?;
    let other_type = vm.type_of(other);
    if other_type == types::SET && len <= vm.len(other)? {
        return vm.call_method_name(other, "intersection", &[this]);
    }
    if is_set_view(vm, other) && vm.len(other)? > len {
        (this, other) = (other, this);
    }
    let result = vm.new_set();
    let filled = any_item(vm, other, |vm, item| {
        if vm.contains(this, item)? {
            vm.set_add(result, item)?;
        }
        Ok(false)
    });
    vm.result_or_drop(result, filled.map(|_| ()))
}

fn view_xor(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if vm.type_of(a) == types::DICT_ITEMS && vm.type_of(b) == types::DICT_ITEMS {
        return items_xor(vm, a, b);
    }
    let result = view_to_set(vm, a)?;
    let filled = vm.set_symmetric_difference_update(result, b);
    vm.result_or_drop(result, filled)
}

/// `dictitems_xor`: compares values directly, without hashing them.
fn items_xor(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let (mut small, mut large) = (dict_of(vm, a), dict_of(vm, b));
    if vm.dict_len(small) > vm.dict_len(large) {
        (small, large) = (large, small);
    }
    let rest = vm.dict_copy(small);
    let result = vm.new_set();
    let filled = items_xor_into(vm, result, rest, large);
    vm.decref(rest);
    vm.result_or_drop(result, filled)
}

fn items_xor_into(vm: &mut Vm, result: ObjId, rest: ObjId, large: ObjId) -> PyResult<()> {
    let mut position = 0;
    while let Some((next, key, hash)) = vm.dict_next_key(large, position) {
        let value = vm.dict(large).entries[next - 1].value;
        position = next;
        vm.incref(key);
        vm.incref(value);
        let outcome = items_xor_one(vm, result, rest, key, hash, value);
        vm.decref(key);
        vm.decref(value);
        outcome?;
    }
    let items = new_dict_view(vm, types::DICT_ITEMS, rest);
    let outcome = vm.set_update(result, items);
    vm.decref(items);
    outcome
}

fn items_xor_one(
    vm: &mut Vm,
    result: ObjId,
    rest: ObjId,
    key: ObjId,
    hash: i64,
    value: ObjId,
) -> PyResult<()> {
    if let Some(index) = vm.dict_lookup(rest, key, hash)? {
        let other = vm.dict(rest).entries[index].value;
        vm.incref(other);
        let equal = vm.rich_compare_bool(other, value, CompareOp::Eq);
        vm.decref(other);
        if equal? {
            vm.dict_delete(rest, key)?;
            return Ok(());
        }
    }
    let pair = vm.new_tuple_from(&[key, value]);
    let added = vm.set_add(result, pair);
    vm.decref(pair);
    added
}

fn view_isdisjoint(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if this == other {
        let len = vm.len(this)?;
        return Ok(bool_obj(len == 0));
    }
    let (mut this, mut other) = (this, other);
    let other_type = vm.type_of(other);
    if (other_type == types::SET || other_type == types::FROZENSET || is_set_view(vm, other))
        && vm.len(other)? > vm.len(this)?
    {
        (this, other) = (other, this);
    }
    let common = any_item(vm, other, |vm, item| vm.contains(this, item))?;
    Ok(bool_obj(!common))
}

// ---- iterators

/// What an iterator over a dict gives, and in which direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IteratorKind {
    Keys,
    Values,
    Items,
    ReverseKeys,
    ReverseValues,
    ReverseItems,
}

impl IteratorKind {
    const fn type_id(self) -> ObjId {
        match self {
            Self::Keys => types::DICT_KEYITERATOR,
            Self::Values => types::DICT_VALUEITERATOR,
            Self::Items => types::DICT_ITEMITERATOR,
            Self::ReverseKeys => types::DICT_REVERSEKEYITERATOR,
            Self::ReverseValues => types::DICT_REVERSEVALUEITERATOR,
            Self::ReverseItems => types::DICT_REVERSEITEMITERATOR,
        }
    }

    const fn is_reverse(self) -> bool {
        matches!(
            self,
            Self::ReverseKeys | Self::ReverseValues | Self::ReverseItems
        )
    }
}

/// `dictiterobject`.
#[derive(Debug)]
pub struct DictIterator {
    /// The dict; NULL once exhausted.
    di_dict: ObjId,
    /// The pair given last by an items iterator, used again while nobody else holds it.
    di_result: ObjId,
    /// The size that the dict must keep; `None` after it has not.
    di_used: Option<usize>,
    /// The entry to look at next; -1 at the end of a reverse iteration.
    di_pos: i64,
    len: usize,
    kind: IteratorKind,
}

native_references!(DictIterator, di_dict, di_result);

const fn iterator(tp_name: &'static str, next: IterNextFunc) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: 56,
        tp_flags: TypeFlags::HAVE_GC,
        slots: Slots {
            tp_iter: Some(self_iter),
            tp_iternext: Some(next),
            ..Slots::EMPTY
        },
        methods: ITERATOR_METHODS,
        ..TypeSpec::EMPTY
    }
}

const ITERATOR_METHODS: &[MethodDef] = &[
    MethodDef::new("__length_hint__", NoArgs(iterator_hint), ""),
    MethodDef::new("__reduce__", NoArgs(iterator_reduce), ""),
];

/// The type of `iter({})`.
pub static DICT_KEYITERATOR: TypeSpec = iterator("dict_keyiterator", dict_iterator_next);
/// The type of `iter({}.values())`.
pub static DICT_VALUEITERATOR: TypeSpec = iterator("dict_valueiterator", dict_iterator_next);
/// The type of `iter({}.items())`.
pub static DICT_ITEMITERATOR: TypeSpec = iterator("dict_itemiterator", dict_iterator_next);
/// The type of `reversed({})`.
pub static DICT_REVERSEKEYITERATOR: TypeSpec =
    iterator("dict_reversekeyiterator", dict_iterator_next);
/// The type of `reversed({}.values())`.
pub static DICT_REVERSEVALUEITERATOR: TypeSpec =
    iterator("dict_reversevalueiterator", dict_iterator_next);
/// The type of `reversed({}.items())`.
pub static DICT_REVERSEITEMITERATOR: TypeSpec =
    iterator("dict_reverseitemiterator", dict_iterator_next);

/// A new iterator over a dict, which takes a reference to it.
pub fn new_dict_iterator(vm: &mut Vm, dict: ObjId, kind: IteratorKind) -> ObjId {
    vm.incref(dict);
    let table = vm.dict(dict);
    let used = table.used;
    let di_pos = match (kind.is_reverse(), used) {
        (false, _) => 0,
        (true, 0) => -1,
        (true, _) => table.entries.len() as i64 - 1,
    };
    let iterator = DictIterator {
        di_dict: dict,
        di_result: ObjId::NULL,
        di_used: Some(used),
        di_pos,
        len: used,
        kind,
    };
    let id = vm.new_native(kind.type_id(), iterator);
    if matches!(kind, IteratorKind::Items | IteratorKind::ReverseItems) {
        let result = vm.new_tuple(vec![NONE, NONE]);
        vm.native_mut::<DictIterator>(id).di_result = result;
    }
    id
}

/// The next key, value or pair of a dict.
pub fn dict_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let DictIterator {
        di_dict,
        di_result,
        di_used,
        di_pos,
        len,
        kind,
    } = *vm.native::<DictIterator>(this);
    if di_dict.is_null() {
        return Ok(None);
    }
    if di_used != Some(vm.dict_len(di_dict)) {
        vm.native_quiet::<DictIterator>(this).di_used = None;
        return Err(vm.raise(
            types::RUNTIME_ERROR,
            "dictionary changed size during iteration",
        ));
    }
    let Some(position) = live_entry(vm, di_dict, di_pos, kind) else {
        finish(vm, this);
        return Ok(None);
    };
    if len == 0 && !kind.is_reverse() {
        // An entry where none was expected: keys were exchanged for others.
        let raised = vm.raise(
            types::RUNTIME_ERROR,
            "dictionary keys changed during iteration",
        );
        finish(vm, this);
        return Err(raised);
    }
    let state = vm.native_quiet::<DictIterator>(this);
    state.di_pos = if kind.is_reverse() {
        position as i64 - 1
    } else {
        position as i64 + 1
    };
    state.len = len.wrapping_sub(1);
    let entry = vm.dict(di_dict).entries[position];
    Ok(Some(match kind {
        IteratorKind::Keys | IteratorKind::ReverseKeys => vm.incref(entry.key),
        IteratorKind::Values | IteratorKind::ReverseValues => vm.incref(entry.value),
        IteratorKind::Items | IteratorKind::ReverseItems => {
            vm.incref(entry.key);
            vm.incref(entry.value);
            vm.reuse_result_tuple(di_result, vec![entry.key, entry.value])
        }
    }))
}

/// The first live entry from `position` on, in the iterator's direction.
fn live_entry(vm: &Vm, dict: ObjId, position: i64, kind: IteratorKind) -> Option<usize> {
    let entries = &vm.dict(dict).entries;
    if kind.is_reverse() {
        let end = usize::try_from(position + 1).ok()?.min(entries.len());
        return entries[..end]
            .iter()
            .rposition(|entry| !entry.key.is_null());
    }
    let start = position as usize;
    let found = entries
        .get(start..)?
        .iter()
        .position(|entry| !entry.key.is_null())?;
    Some(start + found)
}

fn finish(vm: &mut Vm, this: ObjId) {
    let dict = std::mem::take(&mut vm.native_mut::<DictIterator>(this).di_dict);
    vm.xdecref(dict);
}

fn iterator_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let DictIterator {
        di_dict,
        di_used,
        len,
        ..
    } = *vm.native::<DictIterator>(this);
    let valid = !di_dict.is_null() && di_used == Some(vm.dict_len(di_dict));
    Ok(vm.new_int(if valid { len as i64 } else { 0 }))
}

/// `(iter, ([what is left],))`; the iterator itself does not move.
fn iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let DictIterator {
        di_dict,
        di_used,
        di_pos,
        len,
        kind,
        ..
    } = *vm.native::<DictIterator>(this);
    vm.xincref(di_dict);
    let copy = DictIterator {
        di_dict,
        di_result: ObjId::NULL,
        di_used,
        di_pos,
        len,
        kind,
    };
    let copy = vm.new_native(kind.type_id(), copy);
    if matches!(kind, IteratorKind::Items | IteratorKind::ReverseItems) {
        let result = vm.new_tuple(vec![NONE, NONE]);
        vm.native_mut::<DictIterator>(copy).di_result = result;
    }
    let list = vm.list_from_iterable(copy);
    vm.decref(copy);
    let list = list?;
    vm.reduce_with_builtin("iter", vec![list], None)
}

impl Vm {
    /// What extending a list by a view of a plain dict adds: new references; `None` for
    /// anything else.
    pub fn dict_view_items_for_extend(&mut self, view: ObjId) -> Option<Vec<ObjId>> {
        let ty = self.type_of(view);
        if !matches!(
            ty,
            types::DICT_KEYS | types::DICT_VALUES | types::DICT_ITEMS
        ) {
            return None;
        }
        let entries = self.dict_entries(dict_of(self, view));
        let mut items = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            items.push(match ty {
                types::DICT_KEYS => self.incref(key),
                types::DICT_VALUES => self.incref(value),
                _ => self.new_tuple_from(&[key, value]),
            });
        }
        Some(items)
    }
}
