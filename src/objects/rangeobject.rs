//! Ranges: the type `range` and its two iterators.
//!
//! Mirrors `Objects/rangeobject.c`. The three bounds and the length are `int` objects of any
//! size; a range whose numbers all fit 64 bits is iterated without objects.

use crate::base::{BigInt, ObjId};
use crate::native_payload_any;

use super::heap::Reuse;
use super::iterobject::self_iter;
use super::methodobject::MethodImpl::{NoArgs, O};
use super::methodobject::{MemberDef, MethodDef};
use super::object::{NativePayload, Payload, Place, Visit};
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, small_int, types};

/// `rangeobject`.
#[derive(Clone, Copy, Debug)]
pub struct RangeObject {
    pub start: ObjId,
    pub stop: ObjId,
    pub step: ObjId,
    pub length: ObjId,
}

impl RangeObject {
    const fn fields(&self) -> [(&'static str, ObjId); 4] {
        let Self {
            start,
            stop,
            step,
            length,
        } = *self;
        [
            ("start", start),
            ("stop", stop),
            ("step", step),
            ("length", length),
        ]
    }
}

impl NativePayload for RangeObject {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in self.fields() {
            visit(Place::Member(name), id);
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {
        // No GC type.
    }

    native_payload_any!();
}

/// The type `range`.
pub static RANGE: TypeSpec = TypeSpec {
    tp_name: "range",
    tp_basicsize: 48,
    tp_flags: TypeFlags::SEQUENCE,
    slots: Slots {
        tp_repr: Some(range_repr),
        tp_hash: Some(range_hash),
        tp_richcompare: Some(range_richcompare),
        tp_iter: Some(range_iter),
        tp_new: Some(range_new),
        nb_bool: Some(range_bool),
        sq_length: Some(range_length),
        sq_item: Some(range_item),
        sq_contains: Some(range_contains),
        mp_length: Some(range_length),
        mp_subscript: Some(range_subscript),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reversed__", NoArgs(range_reversed), ""),
        MethodDef::new("__reduce__", NoArgs(range_reduce), ""),
        MethodDef::new("count", O(range_count), ""),
        MethodDef::new("index", O(range_index), ""),
    ],
    members: &[
        MemberDef {
            name: "start",
            get: |vm, this| bound(vm, this, |r| r.start),
            set: None,
        },
        MemberDef {
            name: "stop",
            get: |vm, this| bound(vm, this, |r| r.stop),
            set: None,
        },
        MemberDef {
            name: "step",
            get: |vm, this| bound(vm, this, |r| r.step),
            set: None,
        },
    ],
    tp_doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.",
    ..TypeSpec::EMPTY
};

/// The type of `iter(range(3))`.
pub static RANGE_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "range_iterator",
    tp_basicsize: 40,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(range_iterator_next),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(range_iterator_hint), ""),
        MethodDef::new("__reduce__", NoArgs(range_iterator_reduce), ""),
        MethodDef::new("__setstate__", O(range_iterator_setstate), ""),
    ],
    ..TypeSpec::EMPTY
};

/// The type of `iter(range(2**70))`.
pub static LONGRANGE_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "longrange_iterator",
    tp_basicsize: 40,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(long_iterator_next),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(long_iterator_hint), ""),
        MethodDef::new("__reduce__", NoArgs(long_iterator_reduce), ""),
        MethodDef::new("__setstate__", O(long_iterator_setstate), ""),
    ],
    ..TypeSpec::EMPTY
};

fn bound(vm: &mut Vm, this: ObjId, get: fn(&RangeObject) -> ObjId) -> PyResult<ObjId> {
    let id = get(vm.native::<RangeObject>(this));
    Ok(vm.incref(id))
}

fn range_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("range", kwargs)?;
    let args = vm.tuple_items(args).to_vec();
    range_from_args(vm, &args)
}

/// `range(*args)` (`range_from_array`).
pub fn range_from_args(vm: &mut Vm, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("range", args.len(), 1, 3)?;
    if let [stop] = *args {
        let stop = vm.number_index(stop)?;
        return Ok(make_range(vm, small_int(0), stop, small_int(1)));
    }
    let start = vm.number_index(args[0])?;
    let stop = match vm.number_index(args[1]) {
        Ok(stop) => stop,
        Err(raised) => {
            vm.decref(start);
            return Err(raised);
        }
    };
    let step = match args.get(2) {
        Some(&step) => range_step(vm, step),
        None => Ok(small_int(1)),
    };
    match step {
        Ok(step) => Ok(make_range(vm, start, stop, step)),
        Err(raised) => {
            vm.decref(start);
            vm.decref(stop);
            Err(raised)
        }
    }
}

fn range_step(vm: &mut Vm, step: ObjId) -> PyResult<ObjId> {
    let step = vm.number_index(step)?;
    if vm.int_as_i64(step) == Some(0) {
        vm.decref(step);
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(step)
}

/// A range of these bounds, which are stolen (`make_range_object`).
fn make_range(vm: &mut Vm, start: ObjId, stop: ObjId, step: ObjId) -> ObjId {
    let numbers = [start, stop, step].map(|id| vm.int_as_i64(id));
    let length = if let [Some(start), Some(stop), Some(step)] = numbers {
        let length = range_len(i128::from(start), i128::from(stop), i128::from(step));
        if let Ok(length) = i64::try_from(length) {
            vm.new_int(length)
        } else {
            vm.new_bigint(BigInt::from(length))
        }
    } else {
        let [start, stop, step] = [start, stop, step].map(|id| vm.int_as_bigint(id));
        let length = long_range_len(&start, &stop, &step);
        vm.new_bigint(length)
    };
    let range = RangeObject {
        start,
        stop,
        step,
        length,
    };
    vm.heap
        .alloc(types::RANGE, Payload::Native(Box::new(range)), Reuse::Fresh)
}

const fn range_len(start: i128, stop: i128, step: i128) -> i128 {
    if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else if step < 0 && start > stop {
        (start - stop - 1) / -step + 1
    } else {
        0
    }
}

fn long_range_len(start: &BigInt, stop: &BigInt, step: &BigInt) -> BigInt {
    let zero = BigInt::from(0);
    let one = BigInt::from(1);
    if *step > zero && start < stop {
        (stop - start - &one) / step + one
    } else if *step < zero && start > stop {
        (start - stop - &one) / -step.clone() + one
    } else {
        zero
    }
}

/// Start, stop, step and length, where all fit 64 bits.
fn small_range(vm: &Vm, this: ObjId) -> Option<[i64; 4]> {
    let RangeObject {
        start,
        stop,
        step,
        length,
    } = *vm.native::<RangeObject>(this);
    Some([
        vm.int_as_i64(start)?,
        vm.int_as_i64(stop)?,
        vm.int_as_i64(step)?,
        vm.int_as_i64(length)?,
    ])
}

/// Item `index` of the range, which need not be inside it.
fn compute_item(vm: &Vm, this: ObjId, index: &BigInt) -> BigInt {
    let RangeObject { start, step, .. } = *vm.native::<RangeObject>(this);
    vm.int_as_bigint(start) + index * vm.int_as_bigint(step)
}

fn range_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let RangeObject {
        start, stop, step, ..
    } = *vm.native::<RangeObject>(this);
    let mut out = ReprWriter::new("range(");
    out.push_repr(vm, start)?;
    out.push_str(", ");
    out.push_repr(vm, stop)?;
    if vm.int_as_i64(step) != Some(1) {
        out.push_str(", ");
        out.push_repr(vm, step)?;
    }
    out.push_str(")");
    Ok(out.finish(vm))
}

fn range_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let RangeObject {
        start,
        step,
        length,
        ..
    } = *vm.native::<RangeObject>(this);
    // What does not matter for equality is left out.
    let parts = match vm.int_as_i64(length) {
        Some(0) => [length, NONE, NONE],
        Some(1) => [length, start, NONE],
        _ => [length, start, step],
    };
    let mut hashes = [0; 3];
    for (hash, part) in hashes.iter_mut().zip(parts) {
        *hash = vm.hash(part)?;
    }
    Ok(super::tupleobject::mix_hashes(&hashes, Some(3)))
}

fn range_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(b) != types::RANGE {
        return Ok(NOT_IMPLEMENTED);
    }
    let wanted = match op {
        CompareOp::Eq => true,
        CompareOp::Ne => false,
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
            return Ok(NOT_IMPLEMENTED);
        }
    };
    let (x, y) = (*vm.native::<RangeObject>(a), *vm.native::<RangeObject>(b));
    let same = |left, right| vm.int_as_bigint(left) == vm.int_as_bigint(right);
    let equal = a == b
        || same(x.length, y.length)
            && match vm.int_as_i64(x.length) {
                Some(0) => true,
                Some(1) => same(x.start, y.start),
                _ => same(x.start, y.start) && same(x.step, y.step),
            };
    Ok(bool_obj(equal == wanted))
}

fn range_bool(vm: &mut Vm, this: ObjId) -> PyResult<bool> {
    let length = vm.native::<RangeObject>(this).length;
    Ok(vm.int_as_i64(length) != Some(0))
}

fn range_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let length = vm.native::<RangeObject>(this).length;
    match vm.int_as_i64(length) {
        Some(length) => Ok(length),
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C ssize_t",
        )),
    }
}

fn range_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    item_at(vm, this, &BigInt::from(index), false)
}

fn item_at(vm: &mut Vm, this: ObjId, index: &BigInt, from_end: bool) -> PyResult<ObjId> {
    let length = vm.int_as_bigint(vm.native::<RangeObject>(this).length);
    let zero = BigInt::from(0);
    let index = if from_end && *index < zero {
        index + &length
    } else {
        index.clone()
    };
    if index < zero || index >= length {
        return Err(vm.raise(types::INDEX_ERROR, "range object index out of range"));
    }
    let item = compute_item(vm, this, &index);
    Ok(vm.new_bigint(item))
}

fn range_contains(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<bool> {
    let ty = vm.type_of(value);
    if ty == types::INT || ty == types::BOOL {
        return Ok(position_of(vm, this, value).is_some());
    }
    vm.iter_search_contains(this, value)
}

/// Where an int stands in the range.
fn position_of(vm: &Vm, this: ObjId, value: ObjId) -> Option<BigInt> {
    if let (Some([start, stop, step, _]), Some(value)) =
        (small_range(vm, this), vm.int_as_i64(value))
    {
        let inside = if step > 0 {
            (start..stop).contains(&value)
        } else {
            value <= start && value > stop
        };
        let distance = i128::from(value) - i128::from(start);
        let on_step = distance % i128::from(step) == 0;
        return (inside && on_step).then(|| BigInt::from(distance / i128::from(step)));
    }
    let RangeObject {
        start, stop, step, ..
    } = *vm.native::<RangeObject>(this);
    let [start, stop, step] = [start, stop, step].map(|id| vm.int_as_bigint(id));
    let value = vm.int_as_bigint(value);
    let zero = BigInt::from(0);
    let inside = if step > zero {
        start <= value && value < stop
    } else {
        stop < value && value <= start
    };
    if !inside {
        return None;
    }
    let distance = value - start;
    (&distance % &step == zero).then(|| distance / step)
}

fn range_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if vm.has_index(key) {
        let index = vm.number_index(key)?;
        if let (Some([start, _, step, length]), Some(i)) =
            (small_range(vm, this), vm.int_as_i64(index))
        {
            vm.decref(index);
            let i = if i < 0 { i + length } else { i };
            if !(0..length).contains(&i) {
                return Err(vm.raise(types::INDEX_ERROR, "range object index out of range"));
            }
            return Ok(vm.new_bigint(BigInt::from(
                i128::from(start) + i128::from(i) * i128::from(step),
            )));
        }
        let value = vm.int_as_bigint(index);
        vm.decref(index);
        return item_at(vm, this, &value, true);
    }
    if vm.type_of(key) != types::SLICE {
        let name = vm.type_name_of(key);
        return Err(vm.type_error(format!(
            "range indices must be integers or slices, not {name}"
        )));
    }
    let length = vm.int_as_bigint(vm.native::<RangeObject>(this).length);
    let [start, stop, step] = vm.slice_long_indices(key, &length)?;
    let step = step * vm.int_as_bigint(vm.native::<RangeObject>(this).step);
    let step = vm.new_bigint(step);
    let start = compute_item(vm, this, &start);
    let start = vm.new_bigint(start);
    let stop = compute_item(vm, this, &stop);
    let stop = vm.new_bigint(stop);
    Ok(make_range(vm, start, stop, step))
}

fn range_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if let Some([start, stop, step, len]) = small_range(vm, this)
        && fits_fast_iterator(start, stop, step)
    {
        return Ok(new_range_iterator(vm, RangeIterator { start, step, len }));
    }
    let RangeObject {
        start,
        step,
        length,
        ..
    } = *vm.native::<RangeObject>(this);
    for id in [start, step, length] {
        vm.incref(id);
    }
    let iterator = LongRangeIterator {
        start,
        step,
        len: length,
    };
    Ok(vm.heap.alloc(
        types::LONGRANGE_ITERATOR,
        Payload::Native(Box::new(iterator)),
        Reuse::Fresh,
    ))
}

/// Whether no sum on the way overflows (`fast_range_iter`).
fn fits_fast_iterator(start: i64, stop: i64, step: i64) -> bool {
    if step > 0 {
        stop <= i64::MAX - (step - 1) && (start <= stop || start.checked_add(step).is_some())
    } else {
        stop >= i64::MIN - (step + 1)
    }
}

fn new_range_iterator(vm: &mut Vm, iterator: RangeIterator) -> ObjId {
    vm.heap.alloc(
        types::RANGE_ITERATOR,
        Payload::Native(Box::new(iterator)),
        Reuse::Fresh,
    )
}

fn range_reversed(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if let Some([start, stop, step, len]) = small_range(vm, this)
        && fits_fast_iterator(start, stop, step)
        && step != i64::MIN
        && start.checked_sub(step).is_some()
        && let Some(last) = len
            .checked_sub(1)
            .and_then(|n| n.checked_mul(step))
            .and_then(|n| n.checked_add(start))
    {
        return Ok(new_range_iterator(
            vm,
            RangeIterator {
                start: last,
                step: -step,
                len,
            },
        ));
    }
    let length = vm.native::<RangeObject>(this).length;
    let len = vm.int_as_bigint(length);
    let last = compute_item(vm, this, &(len - BigInt::from(1)));
    let step = -vm.int_as_bigint(vm.native::<RangeObject>(this).step);
    let start = vm.new_bigint(last);
    let step = vm.new_bigint(step);
    vm.incref(length);
    let iterator = LongRangeIterator {
        start,
        step,
        len: length,
    };
    Ok(vm.heap.alloc(
        types::LONGRANGE_ITERATOR,
        Payload::Native(Box::new(iterator)),
        Reuse::Fresh,
    ))
}

fn range_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let RangeObject {
        start, stop, step, ..
    } = *vm.native::<RangeObject>(this);
    let args = vm.new_tuple_from(&[start, stop, step]);
    Ok(vm.new_tuple(vec![types::RANGE, args]))
}

fn range_count(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(value);
    if ty == types::INT || ty == types::BOOL {
        let found = position_of(vm, this, value).is_some();
        return Ok(small_int(i64::from(found)));
    }
    let count = count_equal(vm, this, value, usize::MAX)?.1;
    Ok(vm.new_int(count as i64))
}

fn range_index(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(value);
    if ty == types::INT || ty == types::BOOL {
        if let Some(position) = position_of(vm, this, value) {
            return Ok(vm.new_bigint(position));
        }
        let repr = vm.repr_string(value)?;
        return Err(vm.value_error(format!("{repr} is not in range")));
    }
    match count_equal(vm, this, value, 1)? {
        (Some(position), _) => Ok(vm.new_int(position as i64)),
        (None, _) => Err(vm.value_error("sequence.index(x): x not in sequence")),
    }
}

/// The first position whose item equals `value`, and how many do, up to `limit`, by iterating
/// (`_PySequence_IterSearch`).
fn count_equal(
    vm: &mut Vm,
    this: ObjId,
    value: ObjId,
    limit: usize,
) -> PyResult<(Option<usize>, usize)> {
    let iterator = range_iter(vm, this)?;
    let mut first = None;
    let mut count = 0;
    let mut position = 0;
    let result = loop {
        match vm.iter_next(iterator) {
            Ok(Some(item)) => {
                let equal = vm.rich_compare_bool(item, value, CompareOp::Eq);
                vm.decref(item);
                match equal {
                    Ok(true) => {
                        first = first.or(Some(position));
                        count += 1;
                        if count == limit {
                            break Ok(());
                        }
                    }
                    Ok(false) => {}
                    Err(raised) => break Err(raised),
                }
                position += 1;
            }
            Ok(None) => break Ok(()),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(iterator);
    result.map(|()| (first, count))
}

/// `_PyRangeIterObject`: no objects, only numbers.
#[derive(Clone, Copy, Debug)]
pub struct RangeIterator {
    /// The next number.
    pub start: i64,
    pub step: i64,
    /// How many are left.
    pub len: i64,
}

impl NativePayload for RangeIterator {
    fn traverse(&self, _visit: Visit<'_>) {
        // Holds no object.
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {
        // Holds no object.
    }

    native_payload_any!();
}

impl RangeIterator {
    /// The next number; `None` at the end.
    #[inline]
    pub const fn advance(&mut self) -> Option<i64> {
        if self.len <= 0 {
            return None;
        }
        let value = self.start;
        self.start = value.wrapping_add(self.step);
        self.len -= 1;
        Some(value)
    }
}

/// The next number of a range.
#[inline]
pub fn range_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let next = vm.native_quiet::<RangeIterator>(this).advance();
    Ok(next.map(|value| vm.new_int(value)))
}

fn range_iterator_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let len = vm.native::<RangeIterator>(this).len;
    Ok(vm.new_int(len))
}

/// `(iter, (range(start, stop, step),), None)`.
fn range_iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let RangeIterator { start, step, len } = *vm.native::<RangeIterator>(this);
    let stop = i128::from(start) + i128::from(len) * i128::from(step);
    let start = vm.new_int(start);
    let stop = vm.new_bigint(BigInt::from(stop));
    let step = vm.new_int(step);
    let range = make_range(vm, start, stop, step);
    vm.reduce_with_builtin("iter", vec![range], Some(NONE))
}

fn range_iterator_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let index = super::iterobject::state_index(vm, state)?;
    let iterator = vm.native_quiet::<RangeIterator>(this);
    let index = index.clamp(0, iterator.len.max(0));
    iterator.start = iterator
        .start
        .wrapping_add(index.wrapping_mul(iterator.step));
    iterator.len -= index;
    Ok(NONE)
}

/// `longrangeiterobject`.
#[derive(Clone, Copy, Debug)]
pub struct LongRangeIterator {
    start: ObjId,
    step: ObjId,
    len: ObjId,
}

impl NativePayload for LongRangeIterator {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("start", self.start),
            ("step", self.step),
            ("len", self.len),
        ] {
            visit(Place::Member(name), id);
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {
        // No GC type.
    }

    native_payload_any!();
}

fn long_iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let LongRangeIterator { start, step, len } = *vm.native::<LongRangeIterator>(this);
    let left = vm.int_as_bigint(len);
    if left <= BigInt::from(0) {
        return Ok(None);
    }
    let next_len = vm.new_bigint(left - BigInt::from(1));
    let next = vm.int_as_bigint(start) + vm.int_as_bigint(step);
    let next = vm.new_bigint(next);
    let iterator = vm.native_mut::<LongRangeIterator>(this);
    iterator.start = next;
    iterator.len = next_len;
    vm.decref(len);
    Ok(Some(start))
}

fn long_iterator_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let len = vm.native::<LongRangeIterator>(this).len;
    Ok(vm.incref(len))
}

fn long_iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let LongRangeIterator { start, step, len } = *vm.native::<LongRangeIterator>(this);
    let stop = vm.int_as_bigint(start) + vm.int_as_bigint(len) * vm.int_as_bigint(step);
    let stop = vm.new_bigint(stop);
    vm.incref(start);
    vm.incref(step);
    let range = make_range(vm, start, stop, step);
    vm.reduce_with_builtin("iter", vec![range], Some(NONE))
}

fn long_iterator_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    if !vm.is_int(state) {
        let name = vm.type_name_of(state);
        return Err(vm.type_error(format!("state must be an int, not {name}")));
    }
    let LongRangeIterator { start, step, len } = *vm.native::<LongRangeIterator>(this);
    let left = vm.int_as_bigint(len);
    let index = vm
        .int_as_bigint(state)
        .max(BigInt::from(0))
        .min(left.clone());
    let next = vm.int_as_bigint(start) + &index * vm.int_as_bigint(step);
    let next = vm.new_bigint(next);
    let left = vm.new_bigint(left - index);
    let iterator = vm.native_mut::<LongRangeIterator>(this);
    iterator.start = next;
    iterator.len = left;
    vm.decref(start);
    vm.decref(len);
    Ok(NONE)
}
