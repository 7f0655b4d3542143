//! Iterators over strings and bytes.
//!
//! Mirrors `unicodeiter` of `Objects/unicodeobject.c` and the iterators of `bytesobject.c` and
//! `bytearrayobject.c`.

use crate::base::ObjId;
use crate::native_payload_any;

use super::methodobject::{MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::types;

/// A position in a string, bytes or bytearray.
#[derive(Debug)]
pub struct ScalarIterator {
    /// NULL once the end was reached.
    it_seq: ObjId,
    it_index: usize,
}

impl NativePayload for ScalarIterator {
    fn traverse(&self, visit: Visit<'_>) {
        let Self {
            it_seq,
            it_index: _,
        } = self;
        if !it_seq.is_null() {
            visit(Place::Member("it_seq"), *it_seq);
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}

    native_payload_any!();
}

const fn spec(
    tp_name: &'static str,
    next: super::slots::IterNextFunc,
    methods: &'static [MethodDef],
) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: 32,
        tp_flags: TypeFlags::HAVE_GC,
        slots: Slots {
            tp_iter: Some(iter_self),
            tp_iternext: Some(next),
            ..Slots::EMPTY
        },
        methods,
        ..TypeSpec::EMPTY
    }
}

const METHODS: &[MethodDef] = &[
    MethodDef::new("__length_hint__", MethodImpl::NoArgs(length_hint), ""),
    MethodDef::new("__reduce__", MethodImpl::NoArgs(reduce), ""),
    MethodDef::new("__setstate__", MethodImpl::O(setstate), ""),
];

/// The type `str_iterator`.
pub const STR_ITERATOR: TypeSpec = spec("str_iterator", str_next, METHODS);
/// The type `str_ascii_iterator`.
pub const STR_ASCII_ITERATOR: TypeSpec = spec("str_ascii_iterator", str_next, METHODS);
/// The type `bytes_iterator`.
pub const BYTES_ITERATOR: TypeSpec = spec("bytes_iterator", bytes_next, METHODS);
/// The type `bytearray_iterator`.
pub const BYTEARRAY_ITERATOR: TypeSpec = spec("bytearray_iterator", bytes_next, METHODS);

fn new_iterator(vm: &mut Vm, ty: ObjId, sequence: ObjId) -> ObjId {
    vm.incref(sequence);
    vm.new_native(
        ty,
        ScalarIterator {
            it_seq: sequence,
            it_index: 0,
        },
    )
}

/// `iter(s)` of a string: ASCII strings have an iterator of their own.
pub fn unicode_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ascii = vm.text(this).is_some_and(crate::base::Text::is_ascii);
    Ok(new_iterator(
        vm,
        if ascii {
            types::STR_ASCII_ITERATOR
        } else {
            types::STR_ITERATOR
        },
        this,
    ))
}

/// `iter(b)` of bytes.
pub fn bytes_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(new_iterator(vm, types::BYTES_ITERATOR, this))
}

/// `iter(b)` of a bytearray.
pub fn bytearray_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(new_iterator(vm, types::BYTEARRAY_ITERATOR, this))
}

fn iter_self(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(vm.incref(this))
}

fn state(vm: &Vm, this: ObjId) -> (ObjId, usize) {
    vm.heap
        .native::<ScalarIterator>(this)
        .map_or((ObjId::NULL, 0), |it| (it.it_seq, it.it_index))
}

/// Moves on, without telling the recorder: no reference changes.
fn advance(vm: &mut Vm, this: ObjId, index: usize) {
    if let Payload::Native(native) = vm.heap.payload_mut_quiet(this)
        && let Some(it) = native.as_any_mut().downcast_mut::<ScalarIterator>()
    {
        it.it_index = index;
    }
}

/// Gives the sequence up at the end.
fn finish(vm: &mut Vm, this: ObjId) {
    if let Some(it) = vm.heap.native_mut::<ScalarIterator>(this) {
        let sequence = std::mem::take(&mut it.it_seq);
        vm.xdecref(sequence);
    }
}

fn str_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (sequence, index) = state(vm, this);
    if sequence.is_null() {
        return Ok(None);
    }
    let text = super::unicodeobject::text_of(vm, sequence);
    if index >= text.len() {
        finish(vm, this);
        return Ok(None);
    }
    let point = text.at(index);
    advance(vm, this, index + 1);
    Ok(Some(vm.char_string(point)))
}

fn length_of(vm: &Vm, sequence: ObjId) -> usize {
    match vm.heap.payload(sequence) {
        Payload::Str(s) => s.text.len(),
        Payload::Bytes(b) => b.len(),
        Payload::ByteArray(b) => b.bytes.len(),
        _ => 0,
    }
}

fn bytes_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (sequence, index) = state(vm, this);
    if sequence.is_null() {
        return Ok(None);
    }
    let byte = match vm.heap.payload(sequence) {
        Payload::Bytes(b) => b.get(index).copied(),
        Payload::ByteArray(b) => b.bytes.get(index).copied(),
        _ => None,
    };
    let Some(byte) = byte else {
        finish(vm, this);
        return Ok(None);
    };
    advance(vm, this, index + 1);
    Ok(Some(vm.new_int(i64::from(byte))))
}

fn length_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let (sequence, index) = state(vm, this);
    let left = if sequence.is_null() {
        0
    } else {
        length_of(vm, sequence).saturating_sub(index)
    };
    Ok(vm.new_int(left as i64))
}

fn reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let builtins = vm.interp.builtins;
    let iter = vm.dict_get_name(builtins, "iter").unwrap_or(ObjId::NULL);
    if iter.is_null() {
        return Err(vm.raise(types::ATTRIBUTE_ERROR, "iter"));
    }
    vm.incref(iter);
    let (sequence, index) = state(vm, this);
    if sequence.is_null() {
        let empty = if matches!(
            vm.type_of(this),
            types::STR_ITERATOR | types::STR_ASCII_ITERATOR
        ) {
            super::wellknown::EMPTY_STR
        } else {
            super::wellknown::EMPTY_TUPLE
        };
        let args = vm.new_tuple(vec![empty]);
        return Ok(vm.new_tuple(vec![iter, args]));
    }
    let args = vm.new_tuple_from(&[sequence]);
    let index = vm.new_int(index as i64);
    Ok(vm.new_tuple(vec![iter, args, index]))
}

fn setstate(vm: &mut Vm, this: ObjId, new_state: ObjId) -> PyResult<ObjId> {
    let index = vm.index_as_ssize(new_state, Some(types::OVERFLOW_ERROR))?;
    let (sequence, _) = state(vm, this);
    if !sequence.is_null() {
        let index = (index.max(0) as usize).min(length_of(vm, sequence));
        advance(vm, this, index);
    }
    Ok(super::wellknown::NONE)
}
