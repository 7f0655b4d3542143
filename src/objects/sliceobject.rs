//! Slices: the type `slice`, and the arithmetic of slice indices.
//!
//! Mirrors `Objects/sliceobject.c`.

use crate::base::{BigInt, ObjId};
use crate::native_payload_any;

use super::heap::Reuse;
use super::methodobject::MethodImpl::{NoArgs, O};
use super::methodobject::{MemberDef, MethodDef};
use super::object::Payload;
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, Slots};
use super::tupleobject::mix_hashes;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// `PySliceObject`.
#[derive(Debug)]
pub struct SliceObject {
    pub start: ObjId,
    pub stop: ObjId,
    pub step: ObjId,
}

impl super::object::NativePayload for SliceObject {
    fn traverse(&self, visit: super::object::Visit<'_>) {
        for (name, id) in [
            ("start", self.start),
            ("stop", self.stop),
            ("step", self.step),
        ] {
            visit(super::object::Place::Member(name), id);
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {
        // A slice cannot be changed: it has no `tp_clear`.
    }

    fn release(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.extend([self.step, self.start, self.stop]);
    }

    native_payload_any!();
}

/// The type `slice`.
pub static SLICE: TypeSpec = TypeSpec {
    tp_name: "slice",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_repr: Some(slice_repr),
        tp_hash: Some(slice_hash),
        tp_richcompare: Some(slice_richcompare),
        tp_new: Some(slice_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("indices", O(slice_indices), ""),
        MethodDef::new("__reduce__", NoArgs(slice_reduce), ""),
    ],
    members: &[
        MemberDef {
            name: "start",
            get: |vm, this| part(vm, this, |s| s.start),
            set: None,
        },
        MemberDef {
            name: "stop",
            get: |vm, this| part(vm, this, |s| s.stop),
            set: None,
        },
        MemberDef {
            name: "step",
            get: |vm, this| part(vm, this, |s| s.step),
            set: None,
        },
    ],
    tp_doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.",
    ..TypeSpec::EMPTY
};

/// The machine numbers of a slice, `None` replaced (`PySlice_Unpack`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnpackedSlice {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
}

/// The positions that a slice selects in a sequence of known length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceIndices {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
    /// How many positions.
    pub length: usize,
}

impl UnpackedSlice {
    /// Clips to a sequence of `length` items (`PySlice_AdjustIndices`).
    #[must_use]
    pub fn adjust(self, length: usize) -> SliceIndices {
        let Self { start, stop, step } = self;
        let length = length as i64;
        let clip = |i: i64| {
            if i < 0 {
                let i = i.saturating_add(length);
                if i < 0 {
                    if step < 0 { -1 } else { 0 }
                } else {
                    i
                }
            } else if i >= length {
                if step < 0 { length - 1 } else { length }
            } else {
                i
            }
        };
        let (start, stop) = (clip(start), clip(stop));
        let count = if step < 0 {
            if stop < start {
                (start - stop - 1) / -step + 1
            } else {
                0
            }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        SliceIndices {
            start,
            stop,
            step,
            length: count as usize,
        }
    }
}

impl SliceIndices {
    /// The positions in the slice's order.
    pub fn positions(&self) -> impl Iterator<Item = usize> + use<> {
        let Self { start, step, .. } = *self;
        (0..self.length as i64).map(move |i| (start + i * step) as usize)
    }

    /// The selected items.
    pub fn pick<T: Copy>(&self, items: &[T]) -> Vec<T> {
        if self.step == 1 {
            let start = self.start as usize;
            return items
                .get(start..start + self.length)
                .unwrap_or(&[])
                .to_vec();
        }
        self.positions().map(|i| items[i]).collect()
    }
}

impl Vm {
    /// A new slice (`PySlice_New`); takes references of its own, NULL stands for `None`.
    pub fn new_slice(&mut self, start: ObjId, stop: ObjId, step: ObjId) -> ObjId {
        let [start, stop, step] = [start, stop, step].map(|part| {
            let part = self.none_if_null(part);
            self.incref(part)
        });
        let payload = Payload::Native(Box::new(SliceObject { start, stop, step }));
        let id = self.heap.alloc(types::SLICE, payload, Reuse::FreeList);
        self.heap.track(id);
        id
    }

    /// The numbers of a slice (`PySlice_Unpack`); may call `__index__`.
    pub fn slice_unpack(&mut self, slice: ObjId) -> PyResult<UnpackedSlice> {
        let SliceObject { start, stop, step } = *self.native::<SliceObject>(slice);
        let step = if step == NONE {
            1
        } else {
            self.eval_slice_index(step)?
        };
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let step = step.max(-i64::MAX);
        let start = if start == NONE {
            if step < 0 { i64::MAX } else { 0 }
        } else {
            self.eval_slice_index(start)?
        };
        let stop = if stop == NONE {
            if step < 0 { i64::MIN } else { i64::MAX }
        } else {
            self.eval_slice_index(stop)?
        };
        Ok(UnpackedSlice { start, stop, step })
    }

    /// One number of a slice (`_PyEval_SliceIndex`).
    pub fn eval_slice_index(&mut self, index: ObjId) -> PyResult<i64> {
        if self.has_index(index) {
            return self.index_as_ssize(index, None);
        }
        Err(self.type_error("slice indices must be integers or None or have an __index__ method"))
    }

    /// The value of an `int` as a number without limit.
    pub fn int_as_bigint(&self, id: ObjId) -> BigInt {
        match self.heap.payload(id) {
            Payload::Int(value) => BigInt::from(*value),
            Payload::BigInt(value) => (**value).clone(),
            other => panic!("{id:?} is no int: {other:?}"),
        }
    }

    /// `start`, `stop` and `step` for a sequence of any length (`_PySlice_GetLongIndices`).
    pub fn slice_long_indices(&mut self, slice: ObjId, length: &BigInt) -> PyResult<[BigInt; 3]> {
        let SliceObject { start, stop, step } = *self.native::<SliceObject>(slice);
        let zero = BigInt::from(0);
        let one = BigInt::from(1);
        let step = if step == NONE {
            one.clone()
        } else {
            self.long_slice_index(step)?
        };
        if step == zero {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let backward = step < zero;
        let (lower, upper) = if backward {
            (-one.clone(), length - &one)
        } else {
            (zero.clone(), length.clone())
        };
        let (default_start, default_stop) = if backward {
            (upper.clone(), lower.clone())
        } else {
            (lower.clone(), upper.clone())
        };
        let clip = |index: BigInt| {
            if index < zero {
                (index + length).max(lower.clone())
            } else {
                index.min(upper.clone())
            }
        };
        let start = if start == NONE {
            default_start
        } else {
            clip(self.long_slice_index(start)?)
        };
        let stop = if stop == NONE {
            default_stop
        } else {
            clip(self.long_slice_index(stop)?)
        };
        Ok([start, stop, step])
    }

    fn long_slice_index(&mut self, index: ObjId) -> PyResult<BigInt> {
        if !self.has_index(index) {
            return Err(self
                .type_error("slice indices must be integers or None or have an __index__ method"));
        }
        let index = self.number_index(index)?;
        let value = self.int_as_bigint(index);
        self.decref(index);
        Ok(value)
    }
}

fn part(vm: &mut Vm, this: ObjId, get: fn(&SliceObject) -> ObjId) -> PyResult<ObjId> {
    let id = get(vm.native::<SliceObject>(this));
    Ok(vm.incref(id))
}

fn slice_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("slice", kwargs)?;
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("slice", args.len(), 1, 3)?;
    Ok(match *args {
        [stop] => vm.new_slice(NONE, stop, NONE),
        [start, stop] => vm.new_slice(start, stop, NONE),
        _ => vm.new_slice(args[0], args[1], args[2]),
    })
}

fn parts(vm: &Vm, this: ObjId) -> [ObjId; 3] {
    let SliceObject { start, stop, step } = *vm.native::<SliceObject>(this);
    [start, stop, step]
}

fn slice_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let mut out = ReprWriter::new("slice(");
    for (i, part) in parts(vm, this).into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_repr(vm, part)?;
    }
    out.push_str(")");
    Ok(out.finish(vm))
}

fn slice_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let mut hashes = [0; 3];
    for (hash, part) in hashes.iter_mut().zip(parts(vm, this)) {
        *hash = vm.hash(part)?;
    }
    Ok(mix_hashes(&hashes, None))
}

fn slice_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(a) != types::SLICE || vm.type_of(b) != types::SLICE {
        return Ok(NOT_IMPLEMENTED);
    }
    if a == b {
        return Ok(bool_obj(matches!(
            op,
            CompareOp::Eq | CompareOp::Le | CompareOp::Ge
        )));
    }
    let (left, right) = (parts(vm, a), parts(vm, b));
    let left = vm.new_tuple_from(&left);
    let right = vm.new_tuple_from(&right);
    let result = vm.rich_compare(left, right, op);
    vm.decref(left);
    vm.decref(right);
    result
}

fn slice_indices(vm: &mut Vm, this: ObjId, length: ObjId) -> PyResult<ObjId> {
    let length = vm.number_index(length)?;
    let value = vm.int_as_bigint(length);
    vm.decref(length);
    if value < BigInt::from(0) {
        return Err(vm.value_error("length should not be negative"));
    }
    let indices = vm.slice_long_indices(this, &value)?;
    let items = indices
        .into_iter()
        .map(|index| vm.new_bigint(index))
        .collect();
    Ok(vm.new_tuple(items))
}

fn slice_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let parts = parts(vm, this);
    let args = vm.new_tuple_from(&parts);
    Ok(vm.new_tuple(vec![types::SLICE, args]))
}
