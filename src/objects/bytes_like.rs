//! What bytes-like objects have in common: their contents, and making bytes of other objects.
//!
//! Mirrors the simple half of the buffer protocol (`PyObject_GetBuffer` with `PyBUF_SIMPLE`) and
//! `PyObject_Bytes`, `PyBytes_FromObject`.

use std::borrow::Cow;

use crate::base::ObjId;

use super::memoryobject;
use super::object::Payload;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{names, types};

/// The bytes of a bytes-like object; `None` for anything else.
pub fn contents_of(vm: &Vm, obj: ObjId) -> Option<Cow<'_, [u8]>> {
    match vm.heap.payload(obj) {
        Payload::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        Payload::ByteArray(array) => Some(Cow::Borrowed(&array.bytes)),
        Payload::Native(native) => match native.buffer().filter(|b| !b.indirect) {
            Some(buffer) => Some(Cow::Borrowed(buffer.bytes)),
            None => memoryobject::contents_of(vm, obj).map(Cow::Owned),
        },
        _ => None,
    }
}

/// Whether the object has the buffer protocol (`PyObject_CheckBuffer`).
pub fn is_bytes_like(vm: &Vm, obj: ObjId) -> bool {
    match vm.heap.payload(obj) {
        Payload::Bytes(_) | Payload::ByteArray(_) => true,
        Payload::Native(native) => {
            native.buffer().is_some_and(|b| !b.indirect) || memoryobject::is_memoryview(vm, obj)
        }
        _ => false,
    }
}

/// The bytes of a bytes-like object, or `TypeError`.
pub fn contents(vm: &mut Vm, obj: ObjId) -> PyResult<Vec<u8>> {
    if memoryobject::is_memoryview(vm, obj) {
        memoryobject::check_released(vm, obj)?;
    }
    match contents_of(vm, obj) {
        Some(bytes) => Ok(bytes.into_owned()),
        None => Err(required(vm, obj)),
    }
}

/// `TypeError: a bytes-like object is required, not 'x'`.
#[cold]
pub fn required(vm: &mut Vm, obj: ObjId) -> Raised {
    let name = vm.type_name_of(obj);
    vm.type_error(format!("a bytes-like object is required, not '{name}'"))
}

/// The bytes of `bytes(obj)` as native code asks for them (`PyObject_Bytes`).
pub fn object_to_bytes(vm: &mut Vm, obj: ObjId) -> PyResult<Vec<u8>> {
    if vm.type_of(obj) != types::BYTES
        && let Some(bytes) = call_dunder_bytes(vm, obj)?
    {
        let contents = contents(vm, bytes);
        vm.decref(bytes);
        return contents;
    }
    bytes_from_object(vm, obj)
}

/// What `obj.__bytes__()` gives, if it has that method: a new reference.
pub fn call_dunder_bytes(vm: &mut Vm, obj: ObjId) -> PyResult<Option<ObjId>> {
    let Some(method) = vm.lookup_special(obj, names::BYTES)? else {
        return Ok(None);
    };
    let result = vm.call(method, &[]);
    vm.decref(method);
    let result = result?;
    if vm.isinstance(result, types::BYTES) {
        return Ok(Some(result));
    }
    let name = vm.type_name_of(result);
    vm.decref(result);
    Err(vm.type_error(format!("__bytes__ returned non-bytes (type {name})")))
}

/// The bytes of a buffer or of an iterable of numbers (`PyBytes_FromObject`).
pub fn bytes_from_object(vm: &mut Vm, obj: ObjId) -> PyResult<Vec<u8>> {
    if is_bytes_like(vm, obj) {
        return contents(vm, obj);
    }
    if vm.text(obj).is_none() {
        match vm.iter(obj) {
            Ok(iterator) => {
                let result = collect_bytes(vm, iterator, "bytes must be in range(0, 256)");
                vm.decref(iterator);
                return result;
            }
            Err(raised) if !vm.raised_matches(types::TYPE_ERROR) => return Err(raised),
            Err(_) => vm.clear_raised(),
        }
    }
    let name = vm.type_name_of(obj);
    Err(vm.type_error(format!("cannot convert '{name}' object to bytes")))
}

/// The numbers that an iterator gives, as bytes.
pub fn collect_bytes(vm: &mut Vm, iterator: ObjId, message: &str) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(item) = vm.iter_next(iterator)? {
        let byte = byte_value(vm, item, message);
        vm.decref(item);
        bytes.push(byte?);
    }
    Ok(bytes)
}

/// A number from 0 to 255.
pub fn byte_value(vm: &mut Vm, item: ObjId, message: &str) -> PyResult<u8> {
    let value = vm.index_as_ssize(item, None)?;
    u8::try_from(value).map_err(|_out_of_range| vm.value_error(message))
}

/// A needle: the bytes of a bytes-like object, or one byte given as a number.
pub fn needle(vm: &mut Vm, obj: ObjId) -> PyResult<Vec<u8>> {
    if is_bytes_like(vm, obj) {
        return contents(vm, obj);
    }
    if !vm.has_index(obj) {
        let name = vm.type_name_of(obj);
        return Err(vm.type_error(format!(
            "argument should be integer or bytes-like object, not '{name}'"
        )));
    }
    Ok(vec![byte_value(vm, obj, "byte must be in range(0, 256)")?])
}
