//! The methods of `bytearray` that change it, and its pickling.
//!
//! Mirrors the Argument Clinic half of `Objects/bytearrayobject.c`.

use crate::base::ObjId;
use crate::base::textops::search;

use super::bytearrayobject::{change, check_resizable};
use super::bytes_like::{byte_value, collect_bytes, contents, is_bytes_like};
use super::bytes_methods::bytes_of;
use super::object::Payload;
use super::scalar_new::{c_int_arg, ssize_arg};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, types};

const BYTE_RANGE: &str = "byte must be in range(0, 256)";

fn allocated(vm: &Vm, this: ObjId) -> usize {
    match vm.heap.payload(this) {
        Payload::ByteArray(array) => array.ob_alloc,
        _ => 0,
    }
}

/// `__alloc__`.
pub fn alloc(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let size = allocated(vm, this);
    Ok(vm.new_int(size as i64))
}

/// `__sizeof__`.
pub fn sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let basic = vm.heap.type_object(vm.type_of(this)).tp_basicsize as usize;
    let size = basic + allocated(vm, this);
    Ok(vm.new_int(size as i64))
}

/// `__reduce__`: as text, for the older protocols.
pub fn reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    reduce_with(vm, this, 0)
}

/// `__reduce_ex__`.
pub fn reduce_ex(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("__reduce_ex__", args.len(), 0, 1)?;
    let protocol = match args.first() {
        Some(&protocol) => c_int_arg(vm, protocol)?,
        None => 0,
    };
    reduce_with(vm, this, protocol)
}

fn reduce_with(vm: &mut Vm, this: ObjId, protocol: i32) -> PyResult<ObjId> {
    let state = vm.call_method_name(this, "__getstate__", &[])?;
    let bytes = bytes_of(vm, this).to_vec();
    let args = if bytes.is_empty() {
        vm.new_tuple(Vec::new())
    } else if protocol < 3 {
        let text = vm.new_text(crate::base::Text::Latin1(bytes.into()));
        let encoding = vm.new_str("latin-1");
        vm.new_tuple(vec![text, encoding])
    } else {
        let copy = vm.new_bytes(&bytes);
        vm.new_tuple(vec![copy])
    };
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args, state]))
}

/// `append`.
pub fn append(vm: &mut Vm, this: ObjId, item: ObjId) -> PyResult<ObjId> {
    let byte = byte_value(vm, item, BYTE_RANGE)?;
    check_resizable(vm, this)?;
    change(vm, this, |own| own.push(byte))?;
    Ok(NONE)
}

/// `clear`.
pub fn clear(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    check_resizable(vm, this)?;
    change(vm, this, Vec::clear)?;
    Ok(NONE)
}

/// `copy`.
pub fn copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let bytes = bytes_of(vm, this).to_vec();
    Ok(vm.new_bytearray(&bytes))
}

/// `extend`.
pub fn extend(vm: &mut Vm, this: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    let bytes = if is_bytes_like(vm, iterable) {
        contents(vm, iterable)?
    } else {
        let iterator = match vm.iter(iterable) {
            Ok(iterator) => iterator,
            Err(_) if vm.raised_matches(types::TYPE_ERROR) => {
                vm.clear_raised();
                let name = vm.type_name_of(iterable);
                return Err(vm.type_error(format!("can't extend bytearray with {name}")));
            }
            Err(raised) => return Err(raised),
        };
        let bytes = collect_bytes(vm, iterator, BYTE_RANGE);
        vm.decref(iterator);
        if bytes.is_err() && vm.text(iterable).is_some() && vm.raised_matches(types::TYPE_ERROR) {
            vm.clear_raised();
            return Err(vm.type_error("expected iterable of integers; got: 'str'"));
        }
        bytes?
    };
    if !bytes.is_empty() {
        check_resizable(vm, this)?;
    }
    change(vm, this, |own| own.extend(bytes))?;
    Ok(NONE)
}

/// `insert`.
pub fn insert(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("insert", args.len(), 2, 2)?;
    let index = ssize_arg(vm, args[0])?;
    let byte = byte_value(vm, args[1], BYTE_RANGE)?;
    check_resizable(vm, this)?;
    let length = bytes_of(vm, this).len() as i64;
    let at = if index < 0 {
        (index + length).max(0)
    } else {
        index.min(length)
    };
    change(vm, this, |own| own.insert(at as usize, byte))?;
    Ok(NONE)
}

/// `pop`.
pub fn pop(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("pop", args.len(), 0, 1)?;
    let index = match args.first() {
        Some(&index) => ssize_arg(vm, index)?,
        None => -1,
    };
    let length = bytes_of(vm, this).len();
    if length == 0 {
        return Err(vm.raise(types::INDEX_ERROR, "pop from empty bytearray"));
    }
    let at = if index < 0 {
        index + length as i64
    } else {
        index
    };
    let Some(at) = usize::try_from(at).ok().filter(|&at| at < length) else {
        return Err(vm.raise(types::INDEX_ERROR, "pop index out of range"));
    };
    check_resizable(vm, this)?;
    let byte = bytes_of(vm, this)[at];
    change(vm, this, |own| {
        own.remove(at);
    })?;
    Ok(vm.new_int(i64::from(byte)))
}

/// `remove`.
pub fn remove(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let byte = byte_value(vm, value, BYTE_RANGE)?;
    let Some(at) = search::find_slice(bytes_of(vm, this), &[byte]) else {
        return Err(vm.value_error("value not found in bytearray"));
    };
    check_resizable(vm, this)?;
    change(vm, this, |own| {
        own.remove(at);
    })?;
    Ok(NONE)
}

/// `reverse`.
pub fn reverse(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    change(vm, this, |own| own.reverse())?;
    Ok(NONE)
}
