//! The module `_collections`: `deque`, `defaultdict`, counting, the getters of named tuples.
//!
//! Mirrors `Modules/_collectionsmodule.c`. `OrderedDict` is the one written in Python.

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Payload, Place, Visit};
use crate::objects::slots::{CompareOp, Slots};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, small_int, types};

use super::ModuleDef;
use super::itertoolsmodule::{ITERATOR, itself};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    functions: &[MethodDef::new(
        "_count_elements",
        MethodImpl::Fast(count_elements),
        "($module, mapping, iterable, /)",
    )],
    exec: |vm, module| {
        for (name, spec) in [
            ("deque", &DEQUE),
            ("defaultdict", &DEFAULTDICT),
            ("_tuplegetter", &TUPLEGETTER),
            ("_deque_iterator", &DEQUE_ITERATOR),
            ("_deque_reverse_iterator", &DEQUE_REVERSE_ITERATOR),
        ] {
            let ty = vm.native_type(spec);
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        Ok(())
    },
    doc: "High performance data structures.",
};

// ---- deque
/// `dequeobject`; `state` counts changes, so that iterators notice them.
#[derive(Debug, Default)]
pub struct Deque {
    items: std::collections::VecDeque<ObjId>,
    maxlen: Option<usize>,
    state: u64,
}

impl NativePayload for Deque {
    fn traverse(&self, visit: Visit<'_>) {
        for (i, &item) in self.items.iter().enumerate() {
            visit(Place::Item(i as u32), item);
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.extend(self.items.drain(..));
    }
    crate::native_payload_any!();
}

pub static DEQUE: TypeSpec = TypeSpec {
    tp_name: "collections.deque",
    tp_basicsize: 216,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::SEQUENCE),
    weakrefs: true,
    slots: Slots {
        tp_new: Some(|vm, ty, _, _| {
            Ok(vm.generic_alloc(ty, Payload::Native(Box::new(Deque::default()))))
        }),
        tp_init: Some(deque_init),
        tp_repr: Some(deque_repr),
        tp_hash: Some(crate::objects::object_type::hash_not_implemented),
        tp_iter: Some(|vm, d| deque_iterator(vm, d, false)),
        tp_richcompare: Some(deque_richcompare),
        sq_length: Some(|vm, d| Ok(deque(vm, d).items.len() as i64)),
        sq_item: Some(deque_item),
        sq_ass_item: Some(deque_set_item),
        sq_contains: Some(deque_contains),
        sq_concat: Some(deque_concat),
        sq_repeat: Some(deque_repeat),
        sq_inplace_concat: Some(deque_inplace_concat),
        sq_inplace_repeat: Some(deque_inplace_repeat),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "append",
            MethodImpl::O(|vm, d, x| {
                vm.incref(x);
                push(vm, d, x, false);
                Ok(NONE)
            }),
            "($self, item, /)",
        ),
        MethodDef::new(
            "appendleft",
            MethodImpl::O(|vm, d, x| {
                vm.incref(x);
                push(vm, d, x, true);
                Ok(NONE)
            }),
            "($self, item, /)",
        ),
        MethodDef::new(
            "pop",
            MethodImpl::NoArgs(|vm, d| pop(vm, d, false)),
            "($self, /)",
        ),
        MethodDef::new(
            "popleft",
            MethodImpl::NoArgs(|vm, d| pop(vm, d, true)),
            "($self, /)",
        ),
        MethodDef::new(
            "extend",
            MethodImpl::O(|vm, d, it| extend(vm, d, it, false)),
            "($self, iterable, /)",
        ),
        MethodDef::new(
            "extendleft",
            MethodImpl::O(|vm, d, it| extend(vm, d, it, true)),
            "($self, iterable, /)",
        ),
        MethodDef::new("clear", MethodImpl::NoArgs(deque_clear), "($self, /)"),
        MethodDef::new("copy", MethodImpl::NoArgs(deque_copy), "($self, /)"),
        MethodDef::new("__copy__", MethodImpl::NoArgs(deque_copy), "($self, /)"),
        MethodDef::new("count", MethodImpl::O(deque_count), "($self, value, /)"),
        MethodDef::new("index", MethodImpl::Fast(deque_index), ""),
        MethodDef::new(
            "insert",
            MethodImpl::Fast(deque_insert),
            "($self, index, value, /)",
        ),
        MethodDef::new("remove", MethodImpl::O(deque_remove), "($self, value, /)"),
        MethodDef::new("reverse", MethodImpl::NoArgs(deque_reverse), "($self, /)"),
        MethodDef::new("rotate", MethodImpl::Fast(deque_rotate), "($self, n=1, /)"),
        MethodDef::new("__reduce__", MethodImpl::NoArgs(deque_reduce), "($self, /)"),
        MethodDef::new(
            "__reversed__",
            MethodImpl::NoArgs(|vm, d| deque_iterator(vm, d, true)),
            "($self, /)",
        ),
        MethodDef::new("__sizeof__", MethodImpl::NoArgs(deque_sizeof), "($self, /)"),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(crate::objects::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
    ],
    getset: &[GetSetDef {
        name: "maxlen",
        get: |vm, d| match deque(vm, d).maxlen {
            Some(n) => Ok(vm.new_int(n as i64)),
            None => Ok(NONE),
        },
        set: None,
    }],
    tp_doc: "A list-like sequence optimized for data accesses near its endpoints.",
    ..TypeSpec::EMPTY
};

fn deque(vm: &Vm, id: ObjId) -> &Deque {
    vm.heap
        .native(id)
        .expect("slots are called with objects of their type")
}

fn deque_mut(vm: &mut Vm, id: ObjId) -> &mut Deque {
    vm.heap
        .native_mut(id)
        .expect("slots are called with objects of their type")
}

fn is_deque(vm: &mut Vm, id: ObjId) -> bool {
    let ty = vm.native_type(&DEQUE);
    vm.isinstance(id, ty)
}

/// Adds an item (stolen reference) at one end; a bounded deque drops one at the other.
fn push(vm: &mut Vm, id: ObjId, item: ObjId, left: bool) {
    let d = deque_mut(vm, id);
    d.state += 1;
    if left {
        d.items.push_front(item);
    } else {
        d.items.push_back(item);
    }
    if d.maxlen.is_some_and(|m| d.items.len() > m) {
        let dropped = if left {
            d.items.pop_back()
        } else {
            d.items.pop_front()
        };
        if let Some(dropped) = dropped {
            vm.decref(dropped);
        }
    }
}

fn pop(vm: &mut Vm, id: ObjId, left: bool) -> PyResult<ObjId> {
    let d = deque_mut(vm, id);
    d.state += 1;
    let item = if left {
        d.items.pop_front()
    } else {
        d.items.pop_back()
    };
    match item {
        Some(item) => Ok(item),
        None => Err(vm.raise(types::INDEX_ERROR, "pop from an empty deque")),
    }
}

fn extend(vm: &mut Vm, id: ObjId, iterable: ObjId, left: bool) -> PyResult<ObjId> {
    if iterable == id {
        let items = vm.collect_iterable(id)?;
        for item in items {
            push(vm, id, item, left);
        }
        return Ok(NONE);
    }
    let it = vm.iter(iterable)?;
    let result = loop {
        match vm.iter_next(it) {
            Ok(Some(item)) => push(vm, id, item, left),
            Ok(None) => break Ok(NONE),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(it);
    result
}

fn deque_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("deque", &["iterable", "maxlen"], 0),
        args,
        kwargs,
    )?;
    let maxlen = if values[1].is_null() || values[1] == NONE {
        None
    } else {
        if !vm.is_int(values[1]) {
            return Err(vm.type_error("an integer is required"));
        }
        let n = vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?;
        if n < 0 {
            return Err(vm.value_error("maxlen must be non-negative"));
        }
        Some(n as usize)
    };
    deque_mut(vm, this).maxlen = maxlen;
    deque_clear(vm, this)?;
    if !values[0].is_null() {
        extend(vm, this, values[0], false)?;
    }
    Ok(())
}

fn deque_clear(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let d = deque_mut(vm, this);
    d.state += 1;
    let items: Vec<ObjId> = std::mem::take(&mut d.items).into();
    vm.decref_all(&items);
    Ok(NONE)
}

fn deque_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let maxlen = deque(vm, this).maxlen;
    let ty = vm.type_of(this);
    let copy = match maxlen {
        Some(n) => {
            let n = vm.new_int(n as i64);
            let copy = vm.call(ty, &[this, n]);
            vm.decref(n);
            copy?
        }
        None => vm.call(ty, &[this])?,
    };
    if !is_deque(vm, copy) {
        let (name, given) = (vm.class_name(ty), vm.type_name_of(copy));
        vm.decref(copy);
        return Err(vm.type_error(format!("{name}() must return a deque, not {given}")));
    }
    Ok(copy)
}

fn deque_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.class_name(ty);
    if vm.repr_enter(this) {
        return Ok(vm.new_str("[...]"));
    }
    let items = vm.collect_iterable(this)?;
    let list = vm.new_list(items);
    let repr = vm.repr_string(list);
    vm.decref(list);
    vm.repr_leave(this);
    let repr = repr?;
    Ok(vm.new_string(match deque(vm, this).maxlen {
        Some(n) => format!("{name}({repr}, maxlen={n})"),
        None => format!("{name}({repr})"),
    }))
}

fn deque_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !is_deque(vm, a) || !is_deque(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y): (Vec<ObjId>, Vec<ObjId>) = (
        deque(vm, a).items.iter().copied().collect(),
        deque(vm, b).items.iter().copied().collect(),
    );
    if x.len() != y.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(bool_obj(op == CompareOp::Ne));
    }
    for (&p, &q) in x.iter().zip(&y) {
        if !vm.eq(p, q)? {
            return match op {
                CompareOp::Eq => Ok(bool_obj(false)),
                CompareOp::Ne => Ok(bool_obj(true)),
                CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                    vm.rich_compare(p, q, op)
                }
            };
        }
    }
    Ok(bool_obj(op.holds(x.len().cmp(&y.len()))))
}

fn checked(vm: &mut Vm, this: ObjId, i: i64) -> PyResult<usize> {
    if i < 0 || i >= deque(vm, this).items.len() as i64 {
        return Err(vm.raise(types::INDEX_ERROR, "deque index out of range"));
    }
    Ok(i as usize)
}

fn deque_item(vm: &mut Vm, this: ObjId, i: i64) -> PyResult<ObjId> {
    let i = checked(vm, this, i)?;
    let item = deque(vm, this).items[i];
    Ok(vm.incref(item))
}

fn deque_set_item(vm: &mut Vm, this: ObjId, i: i64, value: ObjId) -> PyResult<()> {
    let i = checked(vm, this, i)?;
    if value.is_null() {
        let d = deque_mut(vm, this);
        d.state += 1;
        if let Some(old) = d.items.remove(i) {
            vm.decref(old);
        }
        return Ok(());
    }
    vm.incref(value);
    let old = std::mem::replace(&mut deque_mut(vm, this).items[i], value);
    vm.decref(old);
    Ok(())
}

/// Tries each item until `each` says stop; a change of the deque meanwhile is an error.
fn search(
    vm: &mut Vm,
    this: ObjId,
    mut each: impl FnMut(&mut Vm, usize, ObjId) -> PyResult<bool>,
) -> PyResult<Option<usize>> {
    let state = deque(vm, this).state;
    let mut i = 0;
    while let Some(&item) = deque(vm, this).items.get(i) {
        vm.incref(item);
        let stop = each(vm, i, item);
        vm.decref(item);
        let stop = stop?;
        if deque(vm, this).state != state {
            return Err(vm.raise(types::RUNTIME_ERROR, "deque mutated during iteration"));
        }
        if stop {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn deque_contains(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<bool> {
    Ok(search(vm, this, |vm, _, item| vm.eq(item, value))?.is_some())
}

fn deque_count(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let mut count = 0;
    search(vm, this, |vm, _, item| {
        count += i64::from(vm.eq(item, value)?);
        Ok(false)
    })?;
    Ok(vm.new_int(count))
}

fn deque_index(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("index", args.len(), 1, 3)?;
    let len = deque(vm, this).items.len() as i64;
    let bound = |vm: &mut Vm, i: usize, default: i64| -> PyResult<i64> {
        let Some(&arg) = args.get(i) else {
            return Ok(default);
        };
        let value = vm.index_as_ssize(arg, None)?;
        Ok(if value < 0 {
            (value + len).max(0)
        } else {
            value.min(len)
        })
    };
    let (start, stop) = (bound(vm, 1, 0)?, bound(vm, 2, len)?);
    let value = args[0];
    let found = search(vm, this, |vm, i, item| {
        Ok((start..stop).contains(&(i as i64)) && vm.eq(item, value)?)
    })?;
    if let Some(i) = found {
        Ok(vm.new_int(i as i64))
    } else {
        let repr = vm.repr_string(value)?;
        Err(vm.value_error(format!("{repr} is not in deque")))
    }
}

fn deque_insert(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("insert", args.len(), 2, 2)?;
    let index = vm.index_as_ssize(args[0], Some(types::OVERFLOW_ERROR))?;
    let d = deque(vm, this);
    let len = d.items.len() as i64;
    if d.maxlen == Some(len as usize) {
        return Err(vm.raise(types::INDEX_ERROR, "deque already at its maximum size"));
    }
    let at = if index < 0 {
        (index + len).max(0)
    } else {
        index.min(len)
    };
    vm.incref(args[1]);
    let d = deque_mut(vm, this);
    d.state += 1;
    d.items.insert(at as usize, args[1]);
    Ok(NONE)
}

fn deque_remove(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let before = deque(vm, this).state;
    let found = search(vm, this, |vm, _, item| {
        let equal = vm.eq(item, value)?;
        if deque(vm, this).state != before {
            return Err(vm.raise(types::INDEX_ERROR, "deque mutated during iteration"));
        }
        Ok(equal)
    })?;
    if let Some(i) = found {
        deque_set_item(vm, this, i as i64, ObjId::NULL)?;
        Ok(NONE)
    } else {
        let repr = vm.repr_string(value)?;
        Err(vm.value_error(format!("{repr} is not in deque")))
    }
}

fn deque_reverse(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let d = deque_mut(vm, this);
    d.state += 1;
    d.items.make_contiguous().reverse();
    Ok(NONE)
}

fn deque_rotate(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("rotate", args.len(), 0, 1)?;
    let n = match args.first() {
        Some(&n) => vm.index_as_ssize(n, Some(types::OVERFLOW_ERROR))?,
        None => 1,
    };
    let d = deque_mut(vm, this);
    let len = d.items.len() as i64;
    if len > 1 {
        d.state += 1;
        d.items.rotate_right(n.rem_euclid(len) as usize);
    }
    Ok(NONE)
}

fn deque_concat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if !is_deque(vm, other) {
        let name = vm.type_name_of(other);
        return Err(vm.type_error(format!(
            "can only concatenate deque (not \"{name}\") to deque"
        )));
    }
    let copy = deque_copy(vm, this)?;
    extend(vm, copy, other, false)?;
    Ok(copy)
}

fn deque_inplace_concat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    extend(vm, this, other, false)?;
    Ok(vm.incref(this))
}

fn deque_inplace_repeat(vm: &mut Vm, this: ObjId, n: i64) -> PyResult<ObjId> {
    if n <= 0 {
        deque_clear(vm, this)?;
        return Ok(vm.incref(this));
    }
    let items = vm.collect_iterable(this)?;
    for _ in 1..n {
        for &item in &items {
            vm.incref(item);
            push(vm, this, item, false);
        }
    }
    vm.decref_all(&items);
    Ok(vm.incref(this))
}

fn deque_repeat(vm: &mut Vm, this: ObjId, n: i64) -> PyResult<ObjId> {
    let copy = deque_copy(vm, this)?;
    let result = deque_inplace_repeat(vm, copy, n);
    vm.decref(copy);
    result
}

fn deque_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let maxlen = deque(vm, this).maxlen;
    let state = vm.call_method(this, names::GETSTATE, &[])?;
    let it = vm.iter(this)?;
    let ty = vm.type_of(this);
    vm.incref(ty);
    let args = match maxlen {
        Some(n) => {
            let empty = vm.new_tuple(Vec::new());
            let n = vm.new_int(n as i64);
            vm.new_tuple(vec![empty, n])
        }
        None => vm.new_tuple(Vec::new()),
    };
    Ok(vm.new_tuple(vec![ty, args, state, it]))
}

/// One block of 64 items is 528 bytes; a deque starts in the middle of its first one.
fn deque_sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let len = deque(vm, this).items.len();
    let blocks = if len <= 32 {
        1
    } else {
        (len + 31).div_ceil(64)
    };
    let basic = i64::from(vm.heap.type_object(vm.type_of(this)).tp_basicsize);
    Ok(vm.new_int(basic + blocks as i64 * 528))
}

native_struct! {
    /// `dequeiterobject`.
    DequeIterator { deque } [] (counter: usize, state: u64, reverse: bool)
}
static DEQUE_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "_collections._deque_iterator",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_iter: Some(itself),
        tp_iternext: Some(deque_next),
        tp_new: Some(|vm, _, args, kwargs| new_deque_iterator(vm, args, kwargs, false)),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__length_hint__",
            MethodImpl::NoArgs(deque_hint),
            "($self, /)",
        ),
        MethodDef::new("__reduce__", MethodImpl::NoArgs(iterator_reduce), ""),
    ],
    ..ITERATOR
};
static DEQUE_REVERSE_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "_collections._deque_reverse_iterator",
    slots: Slots {
        tp_new: Some(|vm, _, args, kwargs| new_deque_iterator(vm, args, kwargs, true)),
        ..DEQUE_ITERATOR.slots
    },
    ..DEQUE_ITERATOR
};

/// `_deque_iterator(deque, index=0)`: an iterator that has already given `index` items.
fn new_deque_iterator(vm: &mut Vm, args: ObjId, kwargs: ObjId, reverse: bool) -> PyResult<ObjId> {
    let name = if reverse {
        "_deque_reverse_iterator"
    } else {
        "_deque_iterator"
    };
    vm.no_keywords(name, kwargs)?;
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional(name, args.len(), 1, 2)?;
    if !is_deque(vm, args[0]) {
        let given = vm.type_name_of(args[0]);
        return Err(vm.type_error(format!(
            "{name}() argument 1 must be collections.deque, not {given}"
        )));
    }
    let index = match args.get(1) {
        Some(&index) => vm.index_as_ssize(index, None)?,
        None => 0,
    };
    let length = deque(vm, args[0]).items.len() as i64;
    let iterator = deque_iterator(vm, args[0], reverse)?;
    DequeIterator::of_mut(vm, iterator).counter = index.clamp(0, length) as usize;
    Ok(iterator)
}

fn iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let it = DequeIterator::of(vm, this);
    let (source, counter) = (it.deque, it.counter);
    let counter = vm.new_int(counter as i64);
    let arguments = vm.new_tuple_from(&[source, counter]);
    vm.decref(counter);
    let ty = vm.type_of(this);
    let result = vm.new_tuple_from(&[ty, arguments]);
    vm.decref(arguments);
    Ok(result)
}

fn deque_iterator(vm: &mut Vm, this: ObjId, reverse: bool) -> PyResult<ObjId> {
    let ty = vm.native_type(if reverse {
        &DEQUE_REVERSE_ITERATOR
    } else {
        &DEQUE_ITERATOR
    });
    let state = deque(vm, this).state;
    vm.incref(this);
    Ok(vm.new_native(
        ty,
        DequeIterator {
            deque: this,
            counter: 0,
            state,
            reverse,
        },
    ))
}

fn deque_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let it = DequeIterator::of(vm, this);
    let (source, counter, state, reverse) = (it.deque, it.counter, it.state, it.reverse);
    let d = deque(vm, source);
    if d.state != state {
        return Err(vm.raise(types::RUNTIME_ERROR, "deque mutated during iteration"));
    }
    if counter >= d.items.len() {
        return Ok(None);
    }
    let item = if reverse {
        d.items[d.items.len() - 1 - counter]
    } else {
        d.items[counter]
    };
    DequeIterator::of_mut(vm, this).counter += 1;
    Ok(Some(vm.incref(item)))
}

fn deque_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let it = DequeIterator::of(vm, this);
    let left = deque(vm, it.deque).items.len().saturating_sub(it.counter);
    Ok(vm.new_int(left as i64))
}

// ---- defaultdict
/// Where the factory is kept: the payload is the dict, so it stands in the first slot.
const FACTORY: usize = 0;

pub static DEFAULTDICT: TypeSpec = TypeSpec {
    tp_name: "collections.defaultdict",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    tp_base: types::DICT,
    slots: Slots {
        tp_init: Some(defaultdict_init),
        tp_repr: Some(defaultdict_repr),
        nb_or: Some(defaultdict_or),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__missing__", MethodImpl::O(defaultdict_missing), ""),
        MethodDef::new("copy", MethodImpl::NoArgs(defaultdict_copy), ""),
        MethodDef::new("__copy__", MethodImpl::NoArgs(defaultdict_copy), ""),
        MethodDef::new("__reduce__", MethodImpl::NoArgs(defaultdict_reduce), ""),
    ],
    members: &[MemberDef {
        name: "default_factory",
        get: |vm, d| {
            let f = factory(vm, d);
            Ok(if f.is_null() { NONE } else { vm.incref(f) })
        },
        set: Some(|vm, d, v| {
            let v = if v.is_null() { NONE } else { v };
            set_factory(vm, d, v);
            Ok(())
        }),
    }],
    tp_doc: "A dict that calls a factory for missing keys.",
    ..TypeSpec::EMPTY
};

fn factory(vm: &Vm, this: ObjId) -> ObjId {
    vm.heap
        .get(this)
        .managed
        .as_ref()
        .and_then(|m| m.extra.get(FACTORY).copied())
        .unwrap_or(ObjId::NULL)
}

fn set_factory(vm: &mut Vm, this: ObjId, value: ObjId) {
    vm.incref(value);
    let managed = vm.managed_mut(this);
    if managed.extra.is_empty() {
        managed.extra.push(ObjId::NULL);
    }
    let old = std::mem::replace(&mut managed.extra[FACTORY], value);
    vm.heap
        .report_slot_tracked(this, Place::Member("default_factory"), old, value);
    vm.xdecref(old);
}

fn defaultdict_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let items = vm.tuple_items(args).to_vec();
    let first = items.first().copied().unwrap_or(NONE);
    if first != NONE && !vm.is_callable(first) {
        return Err(vm.type_error("first argument must be callable or None"));
    }
    set_factory(vm, this, first);
    let rest = vm.new_tuple_from(items.get(1..).unwrap_or(&[]));
    let init = vm.heap.type_object(types::DICT).slots.tp_init;
    let result = match init {
        Some(init) => init(vm, this, rest, kwargs),
        None => Ok(()),
    };
    vm.decref(rest);
    result
}

fn defaultdict_missing(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    let f = factory(vm, this);
    if f.is_null() || f == NONE {
        let args = vm.new_tuple_from(&[key]);
        let raised = vm.raise_with(types::KEY_ERROR, args);
        vm.decref(args);
        return Err(raised);
    }
    let value = vm.call(f, &[])?;
    match vm.setitem(this, key, value) {
        Ok(()) => Ok(value),
        Err(raised) => {
            vm.decref(value);
            Err(raised)
        }
    }
}

fn defaultdict_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let f = factory(vm, this);
    let f = if f.is_null() { NONE } else { f };
    let ty = vm.type_of(this);
    vm.call(ty, &[f, this])
}

fn defaultdict_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let f = factory(vm, this);
    let args = if f.is_null() || f == NONE {
        vm.new_tuple(Vec::new())
    } else {
        vm.new_tuple_from(&[f])
    };
    let items = vm.call_method(this, names::ITEMS, &[])?;
    let it = vm.iter(items)?;
    vm.decref(items);
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args, NONE, NONE, it]))
}

fn defaultdict_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.class_name(ty);
    let base = vm
        .heap
        .type_object(types::DICT)
        .slots
        .tp_repr
        .expect("dict has a repr");
    let dict_repr = base(vm, this)?;
    let dict_text = vm.str_lossy(dict_repr);
    vm.decref(dict_repr);
    let f = factory(vm, this);
    let factory_text = if f.is_null() || f == NONE {
        "None".to_owned()
    } else if vm.repr_enter(f) {
        "...".to_owned()
    } else {
        let text = vm.repr_string(f);
        vm.repr_leave(f);
        text?
    };
    Ok(vm.new_string(format!("{name}({factory_text}, {dict_text})")))
}

fn defaultdict_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(a, types::DICT) || !vm.isinstance(b, types::DICT) {
        return Ok(NOT_IMPLEMENTED);
    }
    let ty = vm.native_type(&DEFAULTDICT);
    let owner = if vm.isinstance(a, ty) { a } else { b };
    let f = factory(vm, owner);
    let f = if f.is_null() { NONE } else { f };
    let class = vm.type_of(owner);
    let new = vm.call(class, &[f, a])?;
    for (k, v) in vm.dict_entries(b) {
        vm.dict_set(new, k, v)?;
    }
    Ok(new)
}

// ---- counting and named tuples
fn count_elements(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("_count_elements", args.len(), 2, 2)?;
    let (mapping, iterable) = (args[0], args[1]);
    let get = vm.intern("get");
    let plain = vm.isinstance(mapping, types::DICT)
        && vm.type_lookup(vm.type_of(mapping), names::SETITEM)
            == vm.type_lookup(types::DICT, names::SETITEM)
        && vm.type_lookup(vm.type_of(mapping), get) == vm.type_lookup(types::DICT, get);
    let it = vm.iter(iterable)?;
    let result = loop {
        let key = match vm.iter_next(it) {
            Ok(Some(key)) => key,
            Ok(None) => break Ok(NONE),
            Err(raised) => break Err(raised),
        };
        let done = count_one(vm, mapping, key, plain);
        vm.decref(key);
        if let Err(raised) = done {
            break Err(raised);
        }
    };
    vm.decref(it);
    result
}

fn count_one(vm: &mut Vm, mapping: ObjId, key: ObjId, plain: bool) -> PyResult<()> {
    let old = if plain {
        match vm.dict_get(mapping, key)? {
            Some(old) => vm.incref(old),
            None => small_int(0),
        }
    } else {
        vm.call_method_name(mapping, "get", &[key, small_int(0)])?
    };
    let new = vm.number_add(old, small_int(1));
    vm.decref(old);
    let new = new?;
    let result = if plain {
        vm.dict_set(mapping, key, new)
    } else {
        vm.setitem(mapping, key, new)
    };
    vm.decref(new);
    result
}

native_struct! {
    /// `_tuplegetterobject`: a field of a named tuple.
    TupleGetter { doc } [] (index: usize)
}
static TUPLEGETTER: TypeSpec = TypeSpec {
    tp_name: "_collections._tuplegetter",
    tp_basicsize: 32,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_new: Some(tuplegetter_new),
        tp_descr_get: Some(tuplegetter_get),
        tp_descr_set: Some(tuplegetter_set),
        tp_repr: Some(tuplegetter_repr),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(tuplegetter_reduce),
        "",
    )],
    members: &[MemberDef {
        name: "__doc__",
        get: |vm, g| {
            let d = TupleGetter::of(vm, g).doc;
            Ok(if d.is_null() { NONE } else { vm.incref(d) })
        },
        set: Some(|vm, g, v| {
            vm.xincref(v);
            let old = std::mem::replace(&mut TupleGetter::of_mut(vm, g).doc, v);
            vm.xdecref(old);
            Ok(())
        }),
    }],
    ..TypeSpec::EMPTY
};

fn tuplegetter_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("_tuplegetter", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("_tuplegetter", items.len(), 2, 2)?;
    let index = vm.index_as_ssize(items[0], Some(types::OVERFLOW_ERROR))? as usize;
    let doc = vm.incref(items[1]);
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(TupleGetter { doc, index }))))
}

fn tuplegetter_get(vm: &mut Vm, this: ObjId, obj: ObjId, _owner: ObjId) -> PyResult<ObjId> {
    if obj.is_null() || obj == NONE {
        return Ok(vm.incref(this));
    }
    let index = TupleGetter::of(vm, this).index;
    if !vm.isinstance(obj, types::TUPLE) {
        let name = vm.type_name_of(obj);
        return Err(vm.type_error(format!(
            "descriptor for index '{index}' for tuple subclasses doesn't apply to '{name}' object"
        )));
    }
    match vm.tuple_items(obj).get(index) {
        Some(&item) => Ok(vm.incref(item)),
        None => Err(vm.raise(types::INDEX_ERROR, "tuple index out of range")),
    }
}

fn tuplegetter_set(vm: &mut Vm, _this: ObjId, _obj: ObjId, value: ObjId) -> PyResult<()> {
    let message = if value.is_null() {
        "can't delete attribute"
    } else {
        "can't set attribute"
    };
    Err(vm.raise(types::ATTRIBUTE_ERROR, message))
}

fn tuplegetter_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let g = TupleGetter::of(vm, this);
    let (index, doc) = (g.index, g.doc);
    let doc = vm.repr_string(doc)?;
    Ok(vm.new_string(format!("_tuplegetter({index}, {doc})")))
}

fn tuplegetter_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let g = TupleGetter::of(vm, this);
    let (index, doc) = (g.index as i64, g.doc);
    let index = vm.new_int(index);
    vm.incref(doc);
    let args = vm.new_tuple(vec![index, doc]);
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args]))
}
