//! The type `dict` with all its methods; merging, copying, presizing.
//!
//! Mirrors the upper half of `Objects/dictobject.c`; the table is in `dict_core`, views and
//! iterators are in `dict_views`.

use crate::base::ObjId;

use super::dict_core::{keys_size_for, usable_fraction};
use super::dict_views::{IteratorKind, new_dict_iterator, new_dict_view};
use super::dictobject::{DictObject, KeysKind};
use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::{Fast, NoArgs, O, VarArgsKeywords};
use super::object::Payload;
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// The type `dict`.
pub static DICT: TypeSpec = TypeSpec {
    tp_name: "dict",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::DICT_SUBCLASS)
        .with(TypeFlags::MATCH_SELF)
        .with(TypeFlags::MAPPING),
    slots: Slots {
        tp_repr: Some(dict_repr),
        tp_hash: Some(super::object_type::hash_not_implemented),
        tp_richcompare: Some(dict_richcompare),
        tp_iter: Some(dict_iter),
        tp_init: Some(dict_init),
        tp_new: Some(dict_new),
        nb_or: Some(dict_or),
        nb_inplace_or: Some(dict_ior),
        sq_contains: Some(dict_contains),
        mp_length: Some(dict_length),
        mp_subscript: Some(dict_subscript),
        mp_ass_subscript: Some(dict_ass_sub),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__contains__",
            O(|vm, this, key| dict_contains(vm, this, key).map(bool_obj)),
            "($self, key, /)",
        ),
        MethodDef::new("__getitem__", O(dict_subscript), "($self, key, /)"),
        MethodDef::new("__sizeof__", NoArgs(dict_sizeof), "($self, /)"),
        MethodDef::new("get", Fast(dict_get), "($self, key, default=None, /)"),
        MethodDef::new(
            "setdefault",
            Fast(dict_setdefault),
            "($self, key, default=None, /)",
        ),
        MethodDef::new("pop", Fast(dict_pop), ""),
        MethodDef::new("popitem", NoArgs(dict_popitem), "($self, /)"),
        MethodDef::new(
            "keys",
            NoArgs(|vm, this| Ok(new_dict_view(vm, types::DICT_KEYS, this))),
            "",
        ),
        MethodDef::new(
            "items",
            NoArgs(|vm, this| Ok(new_dict_view(vm, types::DICT_ITEMS, this))),
            "",
        ),
        MethodDef::new(
            "values",
            NoArgs(|vm, this| Ok(new_dict_view(vm, types::DICT_VALUES, this))),
            "",
        ),
        MethodDef::new("update", VarArgsKeywords(dict_update_method), ""),
        MethodDef::new(
            "fromkeys",
            Fast(dict_fromkeys),
            "($type, iterable, value=None, /)",
        )
        .class_method(),
        MethodDef::new("clear", NoArgs(dict_clear_method), ""),
        MethodDef::new("copy", NoArgs(|vm, this| Ok(vm.dict_copy(this))), ""),
        MethodDef::new("__reversed__", NoArgs(dict_reversed), "($self, /)"),
        MethodDef::new(
            "__class_getitem__",
            O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    ..TypeSpec::EMPTY
};

/// What a merge does with a key that is already there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Override {
    /// The old value stays.
    Keep,
    /// The new value replaces it.
    Replace,
    /// `KeyError`.
    Refuse,
}

impl Vm {
    /// Whether `id` is a dict or an instance of a subclass.
    #[inline]
    pub fn is_dict(&self, id: ObjId) -> bool {
        matches!(self.heap.payload(id), Payload::Dict(_))
    }

    /// A dict that `n` keys fit in, strings alone when `unicode` (`dict_new_presized`).
    pub fn new_dict_presized_of(&mut self, n: usize, unicode: bool) -> ObjId {
        let dict = self.new_dict();
        if n > usable_fraction(8) {
            let slots = if n > usable_fraction(1 << 17) {
                1 << 17
            } else {
                estimated_size(n)
            };
            self.dict_rebuild(dict, slots, kind_of(unicode));
        }
        dict
    }

    /// A dict that `n` string keys fit in (`_PyDict_NewPresized`).
    pub fn new_dict_presized(&mut self, n: usize) -> ObjId {
        self.new_dict_presized_of(n, true)
    }

    /// A dict of these pairs (`_PyDict_FromItems`): how displays are built.
    pub fn dict_from_items(&mut self, items: &[(ObjId, ObjId)]) -> PyResult<ObjId> {
        let unicode = items
            .iter()
            .all(|&(key, _)| self.type_of(key) == types::STR);
        let dict = self.new_dict_presized_of(items.len(), unicode);
        for &(key, value) in items {
            if let Err(raised) = self.dict_set(dict, key, value) {
                self.decref(dict);
                return Err(raised);
            }
        }
        Ok(dict)
    }

    /// Empties a dict (`PyDict_Clear`): it loses its table, then the entries die in order.
    pub fn dict_clear(&mut self, dict: ObjId) {
        let old_size = self.dict(dict).keys_table_size();
        let table = self.dict_mut(dict);
        let entries = std::mem::take(&mut table.entries);
        table.indices = Vec::new();
        table.used = 0;
        table.usable = 0;
        table.kind = KeysKind::Unicode;
        table.split_capacity = 0;
        table.keys_version = 0;
        self.report_dict_entries(dict, &entries, Report::Removed);
        for entry in &entries {
            if !entry.key.is_null() {
                self.decref(entry.key);
                self.decref(entry.value);
            }
        }
        if old_size > 0 && self.dict(dict).indices.is_empty() {
            self.dict_table_moved(dict, old_size);
        }
    }

    /// A plain dict with the same entries (`PyDict_Copy`).
    pub fn dict_copy(&mut self, dict: ObjId) -> ObjId {
        let copy = self.new_dict();
        let table = self.dict(dict);
        let (used, kind) = (table.used, table.kind);
        if used == 0 {
            return copy;
        }
        if table.is_split() || used >= table.entries.len() * 2 / 3 {
            self.dict_clone_into(copy, dict);
            return copy;
        }
        // Many holes: the entries are inserted anew into a table that fits them.
        let entries = table.entries.clone();
        self.dict_rebuild(copy, estimated_size(used), kind);
        for entry in entries.iter().filter(|entry| !entry.key.is_null()) {
            self.incref(entry.key);
            self.incref(entry.value);
            self.dict_insert_new(copy, entry.key, entry.hash, entry.value);
        }
        copy
    }

    /// Gives an empty dict a copy of the table of another, holes included
    /// (`clone_combined_dict_keys`).
    fn dict_clone_into(&mut self, target: ObjId, source: ObjId) {
        let DictObject {
            kind,
            indices,
            entries,
            used,
            usable,
            ..
        } = self.dict(source);
        let (kind, indices, entries, used, usable) =
            (*kind, indices.clone(), entries.clone(), *used, *usable);
        for entry in &entries {
            if !entry.key.is_null() {
                self.incref(entry.key);
                self.incref(entry.value);
            }
        }
        let old_size = self.dict(target).keys_table_size();
        let split_capacity = self.split_capacity(source);
        let table = self.dict_mut(target);
        table.split_capacity = split_capacity;
        table.kind = kind;
        table.indices = indices;
        table.entries.clone_from(&entries);
        table.used = used;
        table.usable = usable;
        table.keys_version = 0;
        self.dict_table_moved(target, old_size);
        self.report_dict_entries(target, &entries, Report::Added);
        if self.heap.is_tracked(source) && !self.heap.is_tracked(target) {
            self.heap.track(target);
        }
    }

    /// How many values C's array of a dict has that shares its class's keys; 0 for others.
    fn split_capacity(&self, dict: ObjId) -> u16 {
        let table = self.dict(dict);
        if table.split_type.is_null() {
            return table.split_capacity;
        }
        let keys = &self.heap.type_object(table.split_type).shared_keys;
        keys.names.len() as u16 + u16::from(keys.usable)
    }

    /// Whether iterating `dict` is what `dict` itself does: then its entries can be read.
    fn has_dict_iter(&self, dict: ObjId) -> bool {
        let iter = |ty| self.heap.type_object(ty).slots.tp_iter.map(|f| f as usize);
        let ty = self.type_of(dict);
        ty == types::DICT || iter(ty) == iter(types::DICT)
    }

    /// Adds the entries of a mapping (`dict_merge`).
    pub fn dict_merge(&mut self, dict: ObjId, other: ObjId, how: Override) -> PyResult<()> {
        if self.is_dict(other) && self.has_dict_iter(other) {
            return self.dict_dict_merge(dict, other, how);
        }
        let keys = self.mapping_keys(other)?;
        let result = self.dict_merge_keys(dict, other, keys, how);
        self.decref(keys);
        result
    }

    /// Adds the entries of a mapping; later ones win (`PyDict_Update`).
    pub fn dict_update(&mut self, dict: ObjId, other: ObjId) -> PyResult<()> {
        self.dict_merge(dict, other, Override::Replace)
    }

    fn dict_dict_merge(&mut self, dict: ObjId, other: ObjId, how: Override) -> PyResult<()> {
        let source = self.dict(other);
        let count = source.used;
        if dict == other || count == 0 {
            return Ok(());
        }
        let mut how = how;
        if self.dict_len(dict) == 0 {
            how = Override::Replace;
            let slots = source.indices.len();
            let plain = !source.is_split() && !self.dict(dict).is_split();
            if plain
                && count == source.entries.len()
                && (slots == 8 || usable_fraction(slots / 2) < count)
            {
                let old_size = self.dict(dict).keys_table_size();
                if old_size > 0 {
                    self.dict_clear(dict);
                }
                self.dict_clone_into(dict, other);
                return Ok(());
            }
        }
        if usable_fraction(self.dict(dict).indices.len()) < count {
            let slots = estimated_size(self.dict_len(dict) + count);
            let unicode = self.dict(other).kind == KeysKind::Unicode;
            let kind = self.merged_kind(dict, unicode);
            self.dict_rebuild(dict, slots, kind);
        }
        let mut position = 0;
        while let Some((next, key, hash)) = self.dict_next_key(other, position) {
            let value = self.dict(other).entries[next - 1].value;
            position = next;
            self.incref(key);
            self.incref(value);
            let result = self.dict_merge_one(dict, key, hash, value, how);
            self.decref(value);
            self.decref(key);
            result?;
            if self.dict_len(other) != count {
                return Err(self.raise(types::RUNTIME_ERROR, "dict mutated during update"));
            }
        }
        Ok(())
    }

    /// The kind of a table that is rebuilt: once general, always general.
    fn merged_kind(&self, dict: ObjId, unicode: bool) -> KeysKind {
        let table = self.dict(dict);
        let was_general = !table.indices.is_empty() && table.kind == KeysKind::General;
        kind_of(unicode && !was_general)
    }

    fn dict_merge_one(
        &mut self,
        dict: ObjId,
        key: ObjId,
        hash: i64,
        value: ObjId,
        how: Override,
    ) -> PyResult<()> {
        if how != Override::Replace && self.dict_lookup(dict, key, hash)?.is_some() {
            return if how == Override::Keep {
                Ok(())
            } else {
                Err(self.raise_key_error(key))
            };
        }
        self.dict_set_known_hash(dict, key, hash, value)
    }

    fn dict_merge_keys(
        &mut self,
        dict: ObjId,
        other: ObjId,
        keys: ObjId,
        how: Override,
    ) -> PyResult<()> {
        let mut i = 0;
        while let Some(&key) = self.list(keys).ob_item.get(i) {
            i += 1;
            let hash = self.hash(key)?;
            if how != Override::Replace && self.dict_lookup(dict, key, hash)?.is_some() {
                if how == Override::Keep {
                    continue;
                }
                return Err(self.raise_key_error(key));
            }
            let value = self.getitem(other, key)?;
            let result = self.dict_set_known_hash(dict, key, hash, value);
            self.decref(value);
            result?;
        }
        Ok(())
    }

    /// The keys of a mapping as a new list (`PyMapping_Keys`).
    pub fn mapping_keys(&mut self, mapping: ObjId) -> PyResult<ObjId> {
        self.mapping_method_list(mapping, "keys")
    }

    /// What `mapping.keys()`, `values()` or `items()` gives, as a list (`method_output_as_list`).
    pub fn mapping_method_list(&mut self, mapping: ObjId, method: &str) -> PyResult<ObjId> {
        let output = self.call_method_name(mapping, method, &[])?;
        let iterator = match self.iter(output) {
            Ok(iterator) => iterator,
            Err(raised) => {
                let result = if self.raised_matches(types::TYPE_ERROR) {
                    self.clear_raised();
                    let (owner, kind) = (self.type_name_of(mapping), self.type_name_of(output));
                    self.type_error(format!(
                        "{owner}.{method}() returned a non-iterable (type {kind})"
                    ))
                } else {
                    raised
                };
                self.decref(output);
                return Err(result);
            }
        };
        self.decref(output);
        let list = self.list_from_iterable(iterator);
        self.decref(iterator);
        list
    }

    /// All pairs of a mapping as new references, as a merge would read them.
    pub fn mapping_pairs(&mut self, mapping: ObjId) -> PyResult<Vec<(ObjId, ObjId)>> {
        if self.is_dict(mapping) && self.has_dict_iter(mapping) {
            let pairs = self.dict_entries(mapping);
            for &(key, value) in &pairs {
                self.incref(key);
                self.incref(value);
            }
            return Ok(pairs);
        }
        let keys = self.mapping_keys(mapping)?;
        let mut pairs = Vec::new();
        let mut result = Ok(());
        for key in self.list(keys).ob_item.clone() {
            match self.getitem(mapping, key) {
                Ok(value) => pairs.push((self.incref(key), value)),
                Err(raised) => {
                    result = Err(raised);
                    break;
                }
            }
        }
        self.decref(keys);
        if let Err(raised) = result {
            for &(key, value) in &pairs {
                self.decref(key);
                self.decref(value);
            }
            return Err(raised);
        }
        Ok(pairs)
    }

    /// `dict.update` for one argument: a mapping, or an iterable of pairs (`dict_update_arg`).
    pub fn dict_update_arg(&mut self, dict: ObjId, arg: ObjId) -> PyResult<()> {
        if self.type_of(arg) == types::DICT {
            return self.dict_merge(dict, arg, Override::Replace);
        }
        if let Some(keys) = self.getattr_opt(arg, names::KEYS)? {
            self.decref(keys);
            return self.dict_merge(dict, arg, Override::Replace);
        }
        self.dict_merge_from_seq2(dict, arg)
    }

    /// Adds the pairs of an iterable (`PyDict_MergeFromSeq2`).
    pub fn dict_merge_from_seq2(&mut self, dict: ObjId, pairs: ObjId) -> PyResult<()> {
        let iterator = self.iter(pairs)?;
        let mut i = 0;
        let result = loop {
            match self.iter_next(iterator) {
                Ok(Some(item)) => {
                    let result = self.dict_set_pair(dict, item, i);
                    self.decref(item);
                    if result.is_err() {
                        break result;
                    }
                }
                Ok(None) => break Ok(()),
                Err(raised) => break Err(raised),
            }
            i += 1;
        };
        self.decref(iterator);
        result
    }

    fn dict_set_pair(&mut self, dict: ObjId, item: ObjId, i: usize) -> PyResult<()> {
        let message =
            format!("cannot convert dictionary update sequence element #{i} to a sequence");
        let pair = self.sequence_fast_items(item, &message)?;
        let result = if let [key, value] = *pair {
            self.dict_set(dict, key, value)
        } else {
            let len = pair.len();
            Err(self.value_error(format!(
                "dictionary update sequence element #{i} has length {len}; 2 is required"
            )))
        };
        self.decref_all(&pair);
        result
    }

    /// Removes the last entry and gives its key and value (`dict_popitem`).
    fn dict_pop_last(&mut self, dict: ObjId) -> Option<(ObjId, ObjId)> {
        if self.dict(dict).is_split() && self.dict_len(dict) > 0 {
            // A class's table has 64 slots.
            self.dict_leave_split(dict, 64, KeysKind::Unicode);
        }
        let last = self
            .dict(dict)
            .entries
            .iter()
            .rposition(|entry| !entry.key.is_null())?;
        let pair = self.dict_remove_entry(dict, last);
        self.dict_mut(dict).entries.truncate(last);
        Some(pair)
    }

    /// Takes a key out; gives its value, `None` when it is not there (`PyDict_Pop`).
    pub fn dict_take(&mut self, dict: ObjId, key: ObjId) -> PyResult<Option<ObjId>> {
        if self.dict_len(dict) == 0 {
            return Ok(None);
        }
        let hash = self.hash(key)?;
        let Some(index) = self.dict_lookup(dict, key, hash)? else {
            return Ok(None);
        };
        let (key, value) = self.dict_remove_entry(dict, index);
        self.decref(key);
        Ok(Some(value))
    }

    fn report_dict_entries(
        &mut self,
        dict: ObjId,
        entries: &[super::dictobject::DictEntry],
        report: Report,
    ) {
        use crate::events::{Event, Slot, SlotKind};
        if !self.heap.reporter.is_on() {
            return;
        }
        for (i, entry) in entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.key.is_null())
        {
            for (kind, id) in [
                (SlotKind::DictKey, entry.key),
                (SlotKind::DictValue, entry.value),
            ] {
                let (old, new) = match report {
                    Report::Added => (ObjId::NULL, id),
                    Report::Removed => (id, ObjId::NULL),
                };
                let slot = Slot {
                    kind,
                    key: i as u32,
                };
                self.heap.reporter.emit(Event::SlotSet {
                    owner: dict,
                    slot,
                    old,
                    new,
                });
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Report {
    Added,
    Removed,
}

const fn kind_of(unicode: bool) -> KeysKind {
    if unicode {
        KeysKind::Unicode
    } else {
        KeysKind::General
    }
}

/// Index slots for `n` keys to come (`estimate_log2_keysize`).
fn estimated_size(n: usize) -> usize {
    keys_size_for((n * 3).div_ceil(2))
}

// ---- slots

fn dict_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.alloc_instance(ty, Payload::Dict(Box::default())))
}

fn dict_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    dict_update_common(vm, this, args, kwargs, "dict")
}

fn dict_update_common(
    vm: &mut Vm,
    this: ObjId,
    args: ObjId,
    kwargs: ObjId,
    name: &str,
) -> PyResult<()> {
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional(name, args.len(), 0, 1)?;
    if let [arg] = *args {
        vm.dict_update_arg(this, arg)?;
    }
    if kwargs.is_null() {
        return Ok(());
    }
    if vm
        .dict_entries(kwargs)
        .iter()
        .any(|&(key, _)| vm.text(key).is_none())
    {
        return Err(vm.type_error("keywords must be strings"));
    }
    vm.dict_merge(this, kwargs, Override::Replace)
}

fn dict_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.repr_enter(this) {
        return Ok(vm.new_str("{...}"));
    }
    let result = dict_repr_inner(vm, this);
    vm.repr_leave(this);
    result
}

fn dict_repr_inner(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let mut out = ReprWriter::new("{");
    let mut position = 0;
    let mut first = true;
    while let Some((next, key, _)) = vm.dict_next_key(this, position) {
        let value = vm.dict(this).entries[next - 1].value;
        position = next;
        if !first {
            out.push_str(", ");
        }
        first = false;
        vm.incref(key);
        vm.incref(value);
        let mut result = out.push_repr(vm, key);
        if result.is_ok() {
            out.push_str(": ");
            result = out.push_repr(vm, value);
        }
        vm.decref(key);
        vm.decref(value);
        result?;
    }
    out.push_str("}");
    Ok(out.finish(vm))
}

fn dict_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !vm.is_dict(a) || !vm.is_dict(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    match op {
        CompareOp::Eq => dict_equal(vm, a, b).map(bool_obj),
        CompareOp::Ne => dict_equal(vm, a, b).map(|equal| bool_obj(!equal)),
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => Ok(NOT_IMPLEMENTED),
    }
}

fn dict_equal(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<bool> {
    if vm.dict_len(a) != vm.dict_len(b) {
        return Ok(false);
    }
    let mut position = 0;
    while let Some((next, key, hash)) = vm.dict_next_key(a, position) {
        let value = vm.dict(a).entries[next - 1].value;
        position = next;
        vm.incref(value);
        vm.incref(key);
        let found = vm.dict_lookup(b, key, hash);
        let result = match found {
            Ok(Some(index)) => {
                let other = vm.dict(b).entries[index].value;
                vm.incref(other);
                vm.decref(key);
                let equal = vm.rich_compare_bool(value, other, CompareOp::Eq);
                vm.decref(other);
                equal
            }
            Ok(None) => {
                vm.decref(key);
                Ok(false)
            }
            Err(raised) => {
                vm.decref(key);
                Err(raised)
            }
        };
        vm.decref(value);
        if !result? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn dict_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(new_dict_iterator(vm, this, IteratorKind::Keys))
}

fn dict_reversed(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(new_dict_iterator(vm, this, IteratorKind::ReverseKeys))
}

fn dict_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !vm.is_dict(a) || !vm.is_dict(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let result = vm.dict_copy(a);
    let filled = vm.dict_update_arg(result, b);
    vm.result_or_drop(result, filled)
}

fn dict_ior(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    vm.dict_update_arg(a, b)?;
    Ok(vm.incref(a))
}

fn dict_contains(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<bool> {
    let hash = vm.hash(key)?;
    Ok(vm.dict_lookup(this, key, hash)?.is_some())
}

fn dict_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.dict_len(this) as i64)
}

fn dict_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if let Some(value) = vm.dict_get_value(this, key)? {
        return Ok(vm.incref(value));
    }
    if vm.type_of(this) != types::DICT
        && let Some(missing) = vm.lookup_special(this, names::MISSING)?
    {
        let result = vm.call(missing, &[key]);
        vm.decref(missing);
        return result;
    }
    Err(vm.raise_key_error(key))
}

fn dict_ass_sub(vm: &mut Vm, this: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    if !value.is_null() {
        return vm.dict_set(this, key, value);
    }
    if vm.dict_delete(this, key)? {
        Ok(())
    } else {
        Err(vm.raise_key_error(key))
    }
}

// ---- methods

impl Vm {
    /// The value of a key (borrowed), or `None`.
    #[inline]
    fn dict_get_value(&mut self, dict: ObjId, key: ObjId) -> PyResult<Option<ObjId>> {
        let hash = self.hash(key)?;
        let found = self.dict_lookup(dict, key, hash)?;
        Ok(found.map(|index| self.dict(dict).entries[index].value))
    }
}

fn dict_sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let basic = vm.heap.type_object(vm.type_of(this)).tp_basicsize as usize;
    let table = vm.dict(this);
    let size = if table.is_split() {
        8 * usize::from(vm.split_capacity(this))
    } else {
        table.keys_table_size()
    };
    Ok(vm.new_int((basic + size) as i64))
}

fn dict_get(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("get", args.len(), 1, 2)?;
    let default = args.get(1).copied().unwrap_or(NONE);
    let value = vm.dict_get_value(this, args[0])?.unwrap_or(default);
    Ok(vm.incref(value))
}

fn dict_setdefault(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("setdefault", args.len(), 1, 2)?;
    let (key, default) = (args[0], args.get(1).copied().unwrap_or(NONE));
    let hash = vm.hash(key)?;
    if let Some(index) = vm.dict_lookup(this, key, hash)? {
        let value = vm.dict(this).entries[index].value;
        return Ok(vm.incref(value));
    }
    vm.incref(key);
    vm.incref(default);
    vm.dict_insert_new(this, key, hash, default);
    Ok(vm.incref(default))
}

fn dict_pop(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("pop", args.len(), 1, 2)?;
    match (vm.dict_take(this, args[0])?, args.get(1)) {
        (Some(value), _) => Ok(value),
        (None, Some(&default)) => Ok(vm.incref(default)),
        (None, None) => Err(vm.raise_key_error(args[0])),
    }
}

fn dict_popitem(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    match vm.dict_pop_last(this) {
        Some((key, value)) => Ok(vm.new_tuple(vec![key, value])),
        None => Err(vm.raise(types::KEY_ERROR, "popitem(): dictionary is empty")),
    }
}

fn dict_update_method(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    dict_update_common(vm, this, args, kwargs, "update")?;
    Ok(NONE)
}

fn dict_clear_method(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.dict_clear(this);
    Ok(NONE)
}

fn dict_fromkeys(vm: &mut Vm, class: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("fromkeys", args.len(), 1, 2)?;
    let (iterable, value) = (args[0], args.get(1).copied().unwrap_or(NONE));
    let result = vm.call(class, &[])?;
    let filled = fill_from_keys(vm, result, iterable, value);
    vm.result_or_drop(result, filled)
}

fn fill_from_keys(vm: &mut Vm, result: ObjId, iterable: ObjId, value: ObjId) -> PyResult<()> {
    let exact = vm.type_of(result) == types::DICT;
    let source = vm.type_of(iterable);
    if exact && vm.dict_len(result) == 0 && source == types::DICT {
        let table = vm.dict(iterable);
        let (slots, unicode) = (estimated_size(table.used), table.kind == KeysKind::Unicode);
        let kind = vm.merged_kind(result, unicode);
        vm.dict_rebuild(result, slots, kind);
        let mut position = 0;
        while let Some((next, key, hash)) = vm.dict_next_key(iterable, position) {
            position = next;
            vm.incref(key);
            let set = vm.dict_set_known_hash(result, key, hash, value);
            vm.decref(key);
            set?;
        }
        return Ok(());
    }
    if exact && (source == types::SET || source == types::FROZENSET) {
        let slots = estimated_size(vm.set_len(iterable));
        vm.dict_rebuild(result, slots, KeysKind::General);
        let mut at = 0;
        while let Some((slot, key, hash)) = vm.set(iterable).next_entry(at) {
            at = slot + 1;
            vm.incref(key);
            let set = vm.dict_set_known_hash(result, key, hash, value);
            vm.decref(key);
            set?;
        }
        return Ok(());
    }
    let iterator = vm.iter(iterable)?;
    let outcome = loop {
        match vm.iter_next(iterator) {
            Ok(Some(key)) => {
                let set = if exact {
                    vm.dict_set(result, key, value)
                } else {
                    vm.setitem(result, key, value)
                };
                vm.decref(key);
                if set.is_err() {
                    break set;
                }
            }
            Ok(None) => break Ok(()),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(iterator);
    outcome
}
