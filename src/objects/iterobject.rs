//! Iterators over sequences and sets, and `iter(callable, sentinel)`.
//!
//! Mirrors `Objects/iterobject.c` and the iterators at the end of `Objects/listobject.c`,
//! `Objects/tupleobject.c` and `Objects/setobject.c`.

use crate::base::ObjId;
use crate::native_payload_any;

use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::{NoArgs, O};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, types};

/// `iter(x)` gives an iterator itself (`PyObject_SelfIter`).
pub fn self_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(vm.incref(this))
}

/// Implements [`NativePayload`] for a struct with these reference fields, in C's order.
#[macro_export]
macro_rules! native_references {
    ($name:ty, $($field:ident),+) => {
        impl $crate::objects::object::NativePayload for $name {
            fn traverse(&self, visit: $crate::objects::object::Visit<'_>) {
                $(if !self.$field.is_null() {
                    visit($crate::objects::object::Place::Member(stringify!($field)), self.$field);
                })+
            }

            fn clear(&mut self, dropped: &mut Vec<ObjId>) {
                $(if !self.$field.is_null() {
                    dropped.push(std::mem::take(&mut self.$field));
                })+
            }

            native_payload_any!();
        }
    };
}

/// A position in a sequence: iterators of lists (both ways), tuples, any sequence, `reversed`.
#[derive(Debug)]
pub struct IndexIterator {
    pub index: i64,
    /// The sequence; NULL once exhausted.
    pub seq: ObjId,
}

impl NativePayload for IndexIterator {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.seq.is_null() {
            visit(Place::Member("it_seq"), self.seq);
        }
    }

    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        if !self.seq.is_null() {
            dropped.push(std::mem::take(&mut self.seq));
        }
    }

    native_payload_any!();
}

const fn iterator(
    tp_name: &'static str,
    basicsize: u32,
    next: super::slots::IterNextFunc,
) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: basicsize,
        tp_flags: TypeFlags::HAVE_GC,
        slots: Slots {
            tp_iter: Some(self_iter),
            tp_iternext: Some(next),
            ..Slots::EMPTY
        },
        ..TypeSpec::EMPTY
    }
}

/// The type of `iter([])`.
pub static LIST_ITERATOR: TypeSpec = TypeSpec {
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(forward_hint), ""),
        MethodDef::new("__reduce__", NoArgs(list_iterator_reduce), ""),
        MethodDef::new("__setstate__", O(forward_setstate), ""),
    ],
    ..iterator("list_iterator", 32, list_iterator_next)
};

/// The type of `reversed([])`.
pub static LIST_REVERSEITERATOR: TypeSpec = TypeSpec {
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(list_reversed_hint), ""),
        MethodDef::new("__reduce__", NoArgs(list_reversed_reduce), ""),
        MethodDef::new("__setstate__", O(list_reversed_setstate), ""),
    ],
    ..iterator("list_reverseiterator", 32, list_reversed_next)
};

/// The type of `iter(())`.
pub static TUPLE_ITERATOR: TypeSpec = TypeSpec {
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(forward_hint), ""),
        MethodDef::new("__reduce__", NoArgs(tuple_iterator_reduce), ""),
        MethodDef::new("__setstate__", O(forward_setstate), ""),
    ],
    ..iterator("tuple_iterator", 32, tuple_iterator_next)
};

/// The type of `iter(x)` where `x` has `__getitem__` alone.
pub static ITERATOR: TypeSpec = TypeSpec {
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(seq_iterator_hint), ""),
        MethodDef::new("__reduce__", NoArgs(tuple_iterator_reduce), ""),
        MethodDef::new("__setstate__", O(forward_setstate), ""),
    ],
    ..iterator("iterator", 32, seq_iterator_next)
};

/// The type of `iter(callable, sentinel)`.
pub static CALLABLE_ITERATOR: TypeSpec = TypeSpec {
    methods: &[MethodDef::new(
        "__reduce__",
        NoArgs(callable_iterator_reduce),
        "",
    )],
    ..iterator("callable_iterator", 32, callable_iterator_next)
};

/// The type of `iter(set())`.
pub static SET_ITERATOR: TypeSpec = TypeSpec {
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(set_iterator_hint), ""),
        MethodDef::new("__reduce__", NoArgs(set_iterator_reduce), ""),
    ],
    ..iterator("set_iterator", 48, set_iterator_next)
};

impl Vm {
    /// An iterator by index over anything with `__getitem__` (`PySeqIter_New`).
    pub fn new_seq_iter(&mut self, seq: ObjId) -> ObjId {
        self.incref(seq);
        self.new_native(types::ITERATOR, IndexIterator { index: 0, seq })
    }

    /// `iter(callable, sentinel)` (`PyCallIter_New`).
    pub fn new_call_iter(&mut self, callable: ObjId, sentinel: ObjId) -> ObjId {
        self.incref(callable);
        self.incref(sentinel);
        self.new_native(
            types::CALLABLE_ITERATOR,
            CallableIterator {
                it_callable: callable,
                it_sentinel: sentinel,
            },
        )
    }

    /// The iterator is exhausted: it lets its sequence go.
    pub fn index_iterator_finish(&mut self, this: ObjId) {
        let seq = std::mem::take(&mut self.native_mut::<IndexIterator>(this).seq);
        self.xdecref(seq);
    }
}

/// The next item of a list, by the iterator's position.
#[inline]
pub fn list_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() {
        return Ok(None);
    }
    let Some(&item) = vm.list(seq).ob_item.get(index as usize) else {
        vm.index_iterator_finish(this);
        return Ok(None);
    };
    vm.native_quiet::<IndexIterator>(this).index = index + 1;
    Ok(Some(vm.incref(item)))
}

fn list_reversed_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if index < 0 || seq.is_null() {
        return Ok(None);
    }
    let Some(&item) = vm.list(seq).ob_item.get(index as usize) else {
        vm.native_quiet::<IndexIterator>(this).index = -1;
        vm.index_iterator_finish(this);
        return Ok(None);
    };
    vm.native_quiet::<IndexIterator>(this).index = index - 1;
    Ok(Some(vm.incref(item)))
}

/// The next item of a tuple, by the iterator's position.
#[inline]
pub fn tuple_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() {
        return Ok(None);
    }
    let Some(&item) = vm.tuple_items(seq).get(index as usize) else {
        vm.index_iterator_finish(this);
        return Ok(None);
    };
    vm.native_quiet::<IndexIterator>(this).index = index + 1;
    Ok(Some(vm.incref(item)))
}

fn seq_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() {
        return Ok(None);
    }
    if index == i64::MAX {
        return Err(vm.raise(types::OVERFLOW_ERROR, "iter index too large"));
    }
    match vm.sequence_getitem(seq, index) {
        Ok(item) => {
            vm.native_quiet::<IndexIterator>(this).index = index + 1;
            Ok(Some(item))
        }
        Err(_)
            if vm.raised_matches(types::INDEX_ERROR)
                || vm.raised_matches(types::STOP_ITERATION) =>
        {
            vm.clear_raised();
            vm.index_iterator_finish(this);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn forward_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    let len = match vm.heap.payload(seq) {
        _ if seq.is_null() => 0,
        Payload::List(list) => list.ob_item.len(),
        Payload::Tuple(items) => items.len(),
        _ => 0,
    };
    Ok(vm.new_int((len as i64 - index).max(0)))
}

fn seq_iterator_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() {
        return Ok(vm.new_int(0));
    }
    let slots = vm.slots_of(seq);
    if slots.sq_length.is_none() && slots.mp_length.is_none() {
        return Ok(super::wellknown::NOT_IMPLEMENTED);
    }
    let len = vm.len(seq)?;
    Ok(vm.new_int((len - index).max(0)))
}

fn list_reversed_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    let left = index + 1;
    let enough = !seq.is_null() && vm.list_len(seq) as i64 >= left;
    Ok(vm.new_int(if enough { left } else { 0 }))
}

/// `(iter, (sequence,), index)`, or `(iter, (empty,))` when exhausted.
fn forward_reduce(vm: &mut Vm, this: ObjId, empty: fn(&mut Vm) -> ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() {
        let empty = empty(vm);
        return vm.reduce_with_builtin("iter", vec![empty], None);
    }
    vm.incref(seq);
    let state = vm.new_int(index);
    vm.reduce_with_builtin("iter", vec![seq], Some(state))
}

fn list_iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    forward_reduce(vm, this, |vm| vm.new_list(Vec::new()))
}

fn tuple_iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    forward_reduce(vm, this, |_| EMPTY_TUPLE)
}

fn list_reversed_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() || index < 0 {
        let empty = vm.new_list(Vec::new());
        return vm.reduce_with_builtin("reversed", vec![empty], None);
    }
    vm.incref(seq);
    let state = vm.new_int(index);
    vm.reduce_with_builtin("reversed", vec![seq], Some(state))
}

fn forward_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let index = state_index(vm, state)?;
    let seq = vm.native::<IndexIterator>(this).seq;
    if !seq.is_null() {
        let len = match vm.heap.payload(seq) {
            Payload::List(list) => list.ob_item.len() as i64,
            Payload::Tuple(items) => items.len() as i64,
            _ => i64::MAX,
        };
        vm.native_quiet::<IndexIterator>(this).index = index.clamp(0, len);
    }
    Ok(NONE)
}

/// The position that `__setstate__` is given (`PyLong_AsSsize_t`).
pub fn state_index(vm: &mut Vm, state: ObjId) -> PyResult<i64> {
    if !vm.is_int(state) {
        return Err(vm.type_error("an integer is required"));
    }
    match vm.int_as_i64(state) {
        Some(index) => Ok(index),
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C ssize_t",
        )),
    }
}

fn list_reversed_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let index = state_index(vm, state)?;
    let seq = vm.native::<IndexIterator>(this).seq;
    if !seq.is_null() {
        let last = vm.list_len(seq) as i64 - 1;
        vm.native_quiet::<IndexIterator>(this).index = index.clamp(-1, last.max(-1));
    }
    Ok(NONE)
}

/// `calliterobject`; both NULL once exhausted.
#[derive(Debug)]
pub struct CallableIterator {
    it_callable: ObjId,
    it_sentinel: ObjId,
}

native_references!(CallableIterator, it_callable, it_sentinel);

fn callable_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let callable = vm.native::<CallableIterator>(this).it_callable;
    if callable.is_null() {
        return Ok(None);
    }
    let result = match vm.call(callable, &[]) {
        Ok(result) => result,
        Err(_) if vm.raised_matches(types::STOP_ITERATION) => {
            vm.clear_raised();
            callable_iterator_finish(vm, this);
            return Ok(None);
        }
        Err(raised) => return Err(raised),
    };
    let sentinel = vm.native::<CallableIterator>(this).it_sentinel;
    if sentinel.is_null() {
        // The call itself exhausted this iterator.
        vm.decref(result);
        return Ok(None);
    }
    vm.incref(sentinel);
    let equal = vm.rich_compare_bool(sentinel, result, CompareOp::Eq);
    vm.decref(sentinel);
    match equal {
        Ok(false) => Ok(Some(result)),
        Ok(true) => {
            vm.decref(result);
            callable_iterator_finish(vm, this);
            Ok(None)
        }
        Err(raised) => {
            vm.decref(result);
            Err(raised)
        }
    }
}

fn callable_iterator_finish(vm: &mut Vm, this: ObjId) {
    let mut dropped = Vec::new();
    vm.native_mut::<CallableIterator>(this).clear(&mut dropped);
    vm.decref_all(&dropped);
}

fn callable_iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let CallableIterator {
        it_callable,
        it_sentinel,
    } = *vm.native::<CallableIterator>(this);
    if it_callable.is_null() || it_sentinel.is_null() {
        return vm.reduce_with_builtin("iter", vec![EMPTY_TUPLE], None);
    }
    vm.incref(it_callable);
    vm.incref(it_sentinel);
    vm.reduce_with_builtin("iter", vec![it_callable, it_sentinel], None)
}

/// `setiterobject`.
#[derive(Debug)]
pub struct SetIterator {
    /// The set; NULL once exhausted.
    pub set: ObjId,
    /// The size that the set must keep; `None` after it has not.
    pub used: Option<usize>,
    /// The table slot to look at next.
    pub position: usize,
    pub left: usize,
}

native_references!(SetIterator, set);

fn set_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let SetIterator {
        set,
        used,
        position,
        left,
    } = *vm.native::<SetIterator>(this);
    if set.is_null() {
        return Ok(None);
    }
    if used != Some(vm.set_len(set)) {
        vm.native_quiet::<SetIterator>(this).used = None;
        return Err(vm.raise(types::RUNTIME_ERROR, "Set changed size during iteration"));
    }
    if let Some((slot, key, _)) = vm.set(set).next_entry(position) {
        let state = vm.native_quiet::<SetIterator>(this);
        state.position = slot + 1;
        state.left = left.wrapping_sub(1);
        return Ok(Some(vm.incref(key)));
    }
    let set = std::mem::take(&mut vm.native_mut::<SetIterator>(this).set);
    vm.decref(set);
    Ok(None)
}

fn set_iterator_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let SetIterator {
        set, used, left, ..
    } = *vm.native::<SetIterator>(this);
    let valid = !set.is_null() && used == Some(vm.set_len(set));
    Ok(vm.new_int(if valid { left as i64 } else { 0 }))
}

fn set_iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let SetIterator {
        set,
        used,
        position,
        ..
    } = *vm.native::<SetIterator>(this);
    let mut rest = Vec::new();
    if !set.is_null() {
        if used != Some(vm.set_len(set)) {
            return Err(vm.raise(types::RUNTIME_ERROR, "Set changed size during iteration"));
        }
        let mut at = position;
        while let Some((slot, key, _)) = vm.set(set).next_entry(at) {
            at = slot + 1;
            rest.push(key);
        }
    }
    let list = vm.new_list_from(&rest);
    vm.reduce_with_builtin("iter", vec![list], None)
}
