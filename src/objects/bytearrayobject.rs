//! Mutable bytes: the struct, the type with its slots, resizing.
//!
//! Mirrors `Objects/bytearrayobject.c`; the methods are in `bytearray_methods` and
//! `bytes_methods`.

use crate::base::ObjId;
use crate::base::format::repr::repr_bytearray;
use crate::memory::Address;

use super::bytes_like::{byte_value, collect_bytes, contents, is_bytes_like};
use super::bytes_methods::{self, BYTEARRAY_METHODS, bytes_of};
use super::bytesobject;
use super::getargs::Signature;
use super::heap::Reuse;
use super::object::Payload;
use super::scalar_new::bad_argument;
use super::sliceobject::SliceIndices;
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::unicode_codecs;
use super::unicode_iter::bytearray_iter;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NOT_IMPLEMENTED, types};

/// `PyByteArrayObject`.
#[derive(Debug, Default)]
pub struct ByteArrayObject {
    pub bytes: Vec<u8>,
    /// Bytes allocated, as `__alloc__` shows (facts 1.2).
    pub ob_alloc: usize,
    /// Bytes in front that were deleted without moving the rest.
    pub ob_start: usize,
    /// The block of the buffer; 0: none.
    pub address: Address,
    /// How many buffers look into it: it cannot be resized meanwhile.
    pub ob_exports: u32,
}

/// The type `bytearray`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "bytearray",
    tp_basicsize: 56,
    tp_flags: TypeFlags::BASETYPE.with(TypeFlags::MATCH_SELF),
    slots: Slots {
        tp_repr: Some(bytearray_repr),
        tp_str: Some(bytearray_repr),
        tp_hash: Some(super::object_type::hash_not_implemented),
        tp_richcompare: Some(bytes_methods::bytes_richcompare),
        tp_iter: Some(bytearray_iter),
        tp_init: Some(bytearray_init),
        tp_new: Some(bytearray_new),
        nb_remainder: Some(bytearray_mod),
        mp_length: Some(bytes_methods::bytes_length),
        mp_subscript: Some(bytearray_subscript),
        mp_ass_subscript: Some(bytearray_ass_subscript),
        sq_length: Some(bytes_methods::bytes_length),
        sq_concat: Some(bytes_methods::bytes_concat),
        sq_repeat: Some(bytes_methods::bytes_repeat),
        sq_item: Some(bytearray_item),
        sq_ass_item: Some(bytearray_ass_item),
        sq_contains: Some(bytes_methods::bytes_contains),
        sq_inplace_concat: Some(bytearray_iconcat),
        sq_inplace_repeat: Some(bytearray_irepeat),
        ..Slots::EMPTY
    },
    methods: BYTEARRAY_METHODS,
    tp_doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array",
    ..TypeSpec::EMPTY
};

impl Vm {
    /// A `bytearray` with these contents (`PyByteArray_FromStringAndSize`).
    pub fn new_bytearray(&mut self, bytes: &[u8]) -> ObjId {
        let ob_alloc = if bytes.is_empty() { 0 } else { bytes.len() + 1 };
        let id = self.heap.alloc(
            types::BYTEARRAY,
            Payload::ByteArray(Box::default()),
            Reuse::Fresh,
        );
        let address = if ob_alloc > 0 {
            self.heap.malloc(ob_alloc)
        } else {
            Address::default()
        };
        let array = bytearray_mut(self, id);
        array.bytes = bytes.to_vec();
        array.ob_alloc = ob_alloc;
        array.address = address;
        report(self, id);
        id
    }
}

/// The struct of a bytearray, to be changed.
pub fn bytearray_mut(vm: &mut Vm, this: ObjId) -> &mut ByteArrayObject {
    match vm.heap.payload_mut_quiet(this) {
        Payload::ByteArray(array) => array,
        _ => unreachable!("self is a bytearray"),
    }
}

fn array_of(vm: &Vm, this: ObjId) -> &ByteArrayObject {
    match vm.heap.payload(this) {
        Payload::ByteArray(array) => array,
        _ => unreachable!("self is a bytearray"),
    }
}

/// Tells the recorder the new contents.
fn report(vm: &mut Vm, this: ObjId) {
    if vm.heap.reporter.is_on() {
        vm.heap.report_value(this);
    }
}

/// Refuses a change of size while buffers look into the bytes.
pub fn check_resizable(vm: &mut Vm, this: ObjId) -> PyResult<()> {
    if array_of(vm, this).ob_exports > 0 {
        return Err(vm.raise(
            types::BUFFER_ERROR,
            "Existing exports of data: object cannot be re-sized",
        ));
    }
    Ok(())
}

/// Changes the bytes, which may change their number; the block follows as in
/// `PyByteArray_Resize`.
pub fn change(vm: &mut Vm, this: ObjId, change: impl FnOnce(&mut Vec<u8>)) -> PyResult<()> {
    let array = bytearray_mut(vm, this);
    let before = array.bytes.len();
    change(&mut array.bytes);
    let size = array.bytes.len();
    if size != before {
        resize_block(vm, this, size);
    }
    report(vm, this);
    Ok(())
}

fn resize_block(vm: &mut Vm, this: ObjId, size: usize) {
    let array = bytearray_mut(vm, this);
    let alloc = array.ob_alloc;
    let new_alloc = if size + array.ob_start < alloc {
        if size >= alloc / 2 {
            return;
        }
        size + 1
    } else if size as f64 <= alloc as f64 * 1.125 {
        size + (size >> 3) + if size < 9 { 3 } else { 6 }
    } else {
        size + 1
    };
    array.ob_alloc = new_alloc;
    array.ob_start = 0;
    let old = std::mem::take(&mut array.address);
    let new = vm.heap.malloc(new_alloc);
    if old.0 != 0 {
        vm.heap.obmalloc_free(old);
    }
    bytearray_mut(vm, this).address = new;
}

fn bytearray_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.class_name(ty);
    let text = repr_bytearray(&name, bytes_of(vm, this));
    Ok(vm.new_string(text))
}

fn bytearray_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    if ty == types::BYTEARRAY {
        return Ok(vm
            .heap
            .alloc(ty, Payload::ByteArray(Box::default()), Reuse::Fresh));
    }
    Ok(vm.generic_alloc(ty, Payload::ByteArray(Box::default())))
}

/// `bytearray(source=b'', encoding, errors)`.
fn bytearray_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let signature = Signature::new("bytearray", &["source", "encoding", "errors"], 0);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let [source, encoding, errors] = values[..] else {
        unreachable!("three parameters")
    };
    for (place, value) in [("'encoding'", encoding), ("'errors'", errors)] {
        if !value.is_null() && vm.text(value).is_none() {
            return Err(bad_argument(vm, "bytearray", place, "str", value));
        }
    }
    if !array_of(vm, this).bytes.is_empty() {
        check_resizable(vm, this)?;
        change(vm, this, Vec::clear)?;
    }
    let is_str = !source.is_null() && vm.text(source).is_some();
    if is_str {
        if encoding.is_null() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let encoding = vm.str_lossy(encoding);
        let errors = if errors.is_null() {
            "strict".to_owned()
        } else {
            vm.str_lossy(errors)
        };
        let encoded = unicode_codecs::encode_object(vm, source, &encoding, &errors)?;
        let bytes = contents(vm, encoded);
        vm.decref(encoded);
        let bytes = bytes?;
        return change(vm, this, |own| own.extend(bytes));
    }
    if !encoding.is_null() || !errors.is_null() {
        let what = if encoding.is_null() {
            "errors"
        } else {
            "encoding"
        };
        return Err(vm.type_error(format!("{what} without a string argument")));
    }
    if source.is_null() {
        return Ok(());
    }
    if vm.has_index(source) {
        match vm.index_as_ssize(source, Some(types::OVERFLOW_ERROR)) {
            Ok(count) if count < 0 => return Err(vm.value_error("negative count")),
            Ok(count) => {
                vm.check_request(count as usize)?;
                return change(vm, this, |own| own.resize(count as usize, 0));
            }
            Err(raised) if !vm.raised_matches(types::TYPE_ERROR) => return Err(raised),
            Err(_) => vm.clear_raised(),
        }
    }
    if is_bytes_like(vm, source) {
        let bytes = contents(vm, source)?;
        return change(vm, this, |own| own.extend(bytes));
    }
    let iterator = match vm.iter(source) {
        Ok(iterator) => iterator,
        Err(_) if vm.raised_matches(types::TYPE_ERROR) => {
            vm.clear_raised();
            let name = vm.type_name_of(source);
            return Err(vm.type_error(format!("cannot convert '{name}' object to bytearray")));
        }
        Err(raised) => return Err(raised),
    };
    let result = fill_from_iterator(vm, this, iterator);
    vm.decref(iterator);
    result
}

/// Appends what an iterator gives one by one, so that the block grows step by step.
fn fill_from_iterator(vm: &mut Vm, this: ObjId, iterator: ObjId) -> PyResult<()> {
    while let Some(item) = vm.iter_next(iterator)? {
        let byte = byte_value(vm, item, "byte must be in range(0, 256)");
        vm.decref(item);
        let byte = byte?;
        change(vm, this, |own| own.push(byte))?;
    }
    Ok(())
}

fn bytearray_mod(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !matches!(vm.heap.payload(a), Payload::ByteArray(_)) {
        return Ok(NOT_IMPLEMENTED);
    }
    bytesobject::percent_format(vm, a, b)
}

// ---- items

#[cold]
fn out_of_range(vm: &mut Vm) -> Raised {
    vm.raise(types::INDEX_ERROR, "bytearray index out of range")
}

fn bytearray_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    match usize::try_from(index)
        .ok()
        .and_then(|i| bytes_of(vm, this).get(i).copied())
    {
        Some(byte) => Ok(vm.new_int(i64::from(byte))),
        None => Err(out_of_range(vm)),
    }
}

fn index_key(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<i64> {
    let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
    let length = bytes_of(vm, this).len() as i64;
    Ok(if index < 0 { index + length } else { index })
}

#[cold]
fn bad_index(vm: &mut Vm, key: ObjId) -> Raised {
    let name = vm.type_name_of(key);
    vm.type_error(format!(
        "bytearray indices must be integers or slices, not {name}"
    ))
}

fn bytearray_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if vm.has_index(key) {
        let index = index_key(vm, this, key)?;
        return bytearray_item(vm, this, index);
    }
    if vm.type_of(key) != types::SLICE {
        return Err(bad_index(vm, key));
    }
    let slice = vm.slice_unpack(key)?.adjust(bytes_of(vm, this).len());
    let part = slice.pick(bytes_of(vm, this));
    Ok(vm.new_bytearray(&part))
}

fn bytearray_ass_item(vm: &mut Vm, this: ObjId, index: i64, value: ObjId) -> PyResult<()> {
    let Some(i) = usize::try_from(index)
        .ok()
        .filter(|&i| i < bytes_of(vm, this).len())
    else {
        return Err(out_of_range(vm));
    };
    if value.is_null() {
        return delete_range(vm, this, i, i + 1);
    }
    let byte = byte_value(vm, value, "byte must be in range(0, 256)")?;
    // `__index__` may have shortened the array.
    if i >= bytes_of(vm, this).len() {
        return Err(out_of_range(vm));
    }
    change(vm, this, |own| own[i] = byte)
}

fn bytearray_ass_subscript(vm: &mut Vm, this: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    if vm.has_index(key) {
        // Here, unlike in `sq_ass_item`, the value is looked at before the index.
        if !value.is_null() {
            byte_value(vm, value, "byte must be in range(0, 256)")?;
        }
        let index = index_key(vm, this, key)?;
        return bytearray_ass_item(vm, this, index, value);
    }
    if vm.type_of(key) != types::SLICE {
        return Err(bad_index(vm, key));
    }
    let unpacked = vm.slice_unpack(key)?;
    let new = if value.is_null() {
        Vec::new()
    } else {
        slice_value(vm, value)?
    };
    let slice = unpacked.adjust(bytes_of(vm, this).len());
    if slice.step == 1 {
        let start = slice.start as usize;
        let end = start.max(slice.stop.max(0) as usize);
        return assign_range(vm, this, start, end, new);
    }
    if new.is_empty() {
        // Nothing assigned is as good as a deletion.
        return if slice.length == 0 {
            Ok(())
        } else {
            delete_extended(vm, this, &slice)
        };
    }
    if new.len() != slice.length {
        let (given, wanted) = (new.len(), slice.length);
        return Err(vm.value_error(format!(
            "attempt to assign bytes of size {given} to extended slice of size {wanted}"
        )));
    }
    change(vm, this, |own| {
        for (at, byte) in slice.positions().zip(new) {
            own[at] = byte;
        }
    })
}

/// What may be assigned to a slice, as bytes.
fn slice_value(vm: &mut Vm, value: ObjId) -> PyResult<Vec<u8>> {
    if is_bytes_like(vm, value) {
        return contents(vm, value);
    }
    let wrong = "can assign only bytes, buffers, or iterables of ints in range(0, 256)";
    if vm.text(value).is_some() || vm.has_index(value) {
        return Err(vm.type_error(wrong));
    }
    let iterator = match vm.iter(value) {
        Ok(iterator) => iterator,
        Err(_) if vm.raised_matches(types::TYPE_ERROR) => {
            vm.clear_raised();
            let name = vm.type_name_of(value);
            return Err(vm.type_error(format!("cannot convert '{name}' object to bytearray")));
        }
        Err(raised) => return Err(raised),
    };
    let bytes = collect_bytes(vm, iterator, "byte must be in range(0, 256)");
    vm.decref(iterator);
    bytes
}

fn assign_range(vm: &mut Vm, this: ObjId, start: usize, end: usize, new: Vec<u8>) -> PyResult<()> {
    if new.len() != end - start {
        check_resizable(vm, this)?;
    }
    if start == 0 && new.len() < end {
        // The buffer's logical start moves instead of its contents.
        bytearray_mut(vm, this).ob_start += end - new.len();
    }
    change(vm, this, |own| {
        own.splice(start..end, new);
    })
}

/// Deletes the bytes from `start` to `end`.
pub fn delete_range(vm: &mut Vm, this: ObjId, start: usize, end: usize) -> PyResult<()> {
    assign_range(vm, this, start, end, Vec::new())
}

fn delete_extended(vm: &mut Vm, this: ObjId, slice: &SliceIndices) -> PyResult<()> {
    check_resizable(vm, this)?;
    let mut doomed: Vec<usize> = slice.positions().collect();
    doomed.sort_unstable();
    change(vm, this, |own| {
        let mut next = doomed.iter().peekable();
        let mut at = 0;
        own.retain(|_| {
            let drop = next.next_if_eq(&&at).is_some();
            at += 1;
            !drop
        });
    })
}

fn bytearray_iconcat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if !is_bytes_like(vm, other) {
        let (given, own) = (vm.type_name_of(other), vm.type_name_of(this));
        return Err(vm.type_error(format!("can't concat {given} to {own}")));
    }
    let bytes = contents(vm, other)?;
    if !bytes.is_empty() {
        check_resizable(vm, this)?;
        change(vm, this, |own| own.extend(bytes))?;
    }
    Ok(vm.incref(this))
}

fn bytearray_irepeat(vm: &mut Vm, this: ObjId, count: i64) -> PyResult<ObjId> {
    let count = count.max(0) as usize;
    let length = bytes_of(vm, this).len();
    vm.check_request(length.saturating_mul(count))?;
    if count != 1 && length > 0 {
        check_resizable(vm, this)?;
        change(vm, this, |own| *own = own.repeat(count))?;
    }
    Ok(vm.incref(this))
}
