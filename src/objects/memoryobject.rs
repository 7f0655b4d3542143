//! `memoryview`: a window onto the bytes of another object.
//!
//! Mirrors `Objects/memoryobject.c`, with views of any number of dimensions over bytes and
//! bytearrays. While a view is open, its bytearray cannot be resized.

use crate::base::{BigInt, ObjId, half, hash};
use crate::native_payload_any;

use super::bytes_like::is_bytes_like;
use super::bytes_methods::hex_of;
use super::floatobject::as_double;
use super::getargs::Signature;
use super::methodobject::{GetSetDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

use MethodImpl::{Fast, FastKeywords, NoArgs};

/// `PyMemoryViewObject`.
#[derive(Clone, Debug)]
pub struct MemoryView {
    /// The object whose bytes it shows; NULL once released.
    obj: ObjId,
    readonly: bool,
    /// One character of the `struct` module, perhaps after `@`.
    format: String,
    itemsize: usize,
    /// Where the first item begins.
    start: i64,
    shape: Vec<i64>,
    strides: Vec<i64>,
    /// The hash, once it was asked for.
    hash: Option<i64>,
}

impl NativePayload for MemoryView {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.obj.is_null() {
            visit(Place::Member("obj"), self.obj);
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}

    fn ob_size(&self) -> usize {
        3 * self.shape.len()
    }

    native_payload_any!();
}

/// The type `memoryview`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "memoryview",
    tp_basicsize: 144,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::SEQUENCE),
    slots: Slots {
        tp_dealloc: Some(memory_dealloc),
        tp_repr: Some(memory_repr),
        tp_hash: Some(memory_hash),
        tp_richcompare: Some(memory_richcompare),
        tp_iter: Some(memory_iter),
        tp_new: Some(memory_new),
        mp_length: Some(memory_length),
        mp_subscript: Some(memory_subscript),
        mp_ass_subscript: Some(memory_ass_subscript),
        sq_length: Some(memory_length),
        sq_item: Some(memory_item),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("release", NoArgs(release), "($self, /)"),
        MethodDef::new("tobytes", FastKeywords(tobytes), "($self, /, order='C')"),
        MethodDef::new(
            "hex",
            FastKeywords(hex),
            "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",
        ),
        MethodDef::new("tolist", NoArgs(tolist), "($self, /)"),
        MethodDef::new(
            "cast",
            FastKeywords(cast),
            "($self, /, format, shape=<unrepresentable>)",
        ),
        MethodDef::new("toreadonly", NoArgs(toreadonly), "($self, /)"),
        MethodDef::new(
            "_from_flags",
            FastKeywords(from_flags),
            "($type, /, object, flags)",
        )
        .class_method(),
        MethodDef::new("__enter__", NoArgs(enter), ""),
        MethodDef::new("__exit__", Fast(exit), ""),
    ],
    getset: &[
        GetSetDef {
            name: "obj",
            get: get_obj,
            set: None,
        },
        GetSetDef {
            name: "nbytes",
            get: |vm, this| number(vm, this, |v| v.nbytes() as i64),
            set: None,
        },
        GetSetDef {
            name: "readonly",
            get: |vm, this| answer(vm, this, |v| v.readonly),
            set: None,
        },
        GetSetDef {
            name: "itemsize",
            get: |vm, this| number(vm, this, |v| v.itemsize as i64),
            set: None,
        },
        GetSetDef {
            name: "format",
            get: get_format,
            set: None,
        },
        GetSetDef {
            name: "ndim",
            get: |vm, this| number(vm, this, |v| v.shape.len() as i64),
            set: None,
        },
        GetSetDef {
            name: "shape",
            get: |vm, this| numbers(vm, this, |v| v.shape.clone()),
            set: None,
        },
        GetSetDef {
            name: "strides",
            get: |vm, this| numbers(vm, this, |v| v.strides.clone()),
            set: None,
        },
        GetSetDef {
            name: "suboffsets",
            get: |vm, this| numbers(vm, this, |_| Vec::new()),
            set: None,
        },
        GetSetDef {
            name: "c_contiguous",
            get: |vm, this| answer(vm, this, MemoryView::is_c_contiguous),
            set: None,
        },
        GetSetDef {
            name: "f_contiguous",
            get: |vm, this| answer(vm, this, MemoryView::is_f_contiguous),
            set: None,
        },
        GetSetDef {
            name: "contiguous",
            get: |vm, this| answer(vm, this, |v| v.is_c_contiguous() || v.is_f_contiguous()),
            set: None,
        },
    ],
    weakrefs: true,
    tp_doc: "memoryview(object)\n--\n\nCreate a new memoryview object which references the given object.",
    ..TypeSpec::EMPTY
};

impl MemoryView {
    fn nbytes(&self) -> usize {
        self.shape.iter().product::<i64>() as usize * self.itemsize
    }

    fn is_c_contiguous(&self) -> bool {
        self.nbytes() == 0 || self.strides == c_strides(&self.shape, self.itemsize)
    }

    fn is_f_contiguous(&self) -> bool {
        let mut reversed_shape = self.shape.clone();
        reversed_shape.reverse();
        let mut strides = c_strides(&reversed_shape, self.itemsize);
        strides.reverse();
        self.nbytes() == 0 || self.strides == strides
    }

    /// Where each item begins, in C order.
    fn offsets(&self) -> Vec<i64> {
        let mut offsets = vec![self.start];
        for (&count, &stride) in self.shape.iter().zip(&self.strides) {
            offsets = offsets
                .iter()
                .flat_map(|&base| (0..count).map(move |i| base + i * stride))
                .collect();
        }
        offsets
    }
}

fn c_strides(shape: &[i64], itemsize: usize) -> Vec<i64> {
    let mut strides = vec![0; shape.len()];
    let mut stride = itemsize as i64;
    for (i, &count) in shape.iter().enumerate().rev() {
        strides[i] = stride;
        stride *= count;
    }
    strides
}

/// Whether it is a memoryview.
pub fn is_memoryview(vm: &Vm, obj: ObjId) -> bool {
    vm.type_of(obj) == types::MEMORYVIEW
}

/// The bytes that a memoryview shows, in C order; `None` for other objects and released views.
pub fn contents_of(vm: &Vm, obj: ObjId) -> Option<Vec<u8>> {
    let view = vm.heap.native::<MemoryView>(obj)?;
    let source = source(vm, view)?;
    if view.is_c_contiguous() {
        let start = view.start as usize;
        return source.get(start..start + view.nbytes()).map(<[u8]>::to_vec);
    }
    let mut out = Vec::with_capacity(view.nbytes());
    for offset in view.offsets() {
        out.extend_from_slice(source.get(offset as usize..offset as usize + view.itemsize)?);
    }
    Some(out)
}

fn source<'a>(vm: &'a Vm, view: &MemoryView) -> Option<&'a [u8]> {
    if view.obj.is_null() {
        return None;
    }
    match vm.heap.payload(view.obj) {
        Payload::Bytes(bytes) => Some(bytes),
        Payload::ByteArray(array) => Some(&array.bytes),
        Payload::Native(native) => native.buffer().map(|buffer| buffer.bytes),
        _ => None,
    }
}

/// How many bytes an object lets others change; `None` where it lends none or only to read.
pub fn writable_length(vm: &Vm, obj: ObjId) -> Option<usize> {
    match vm.heap.payload(obj) {
        Payload::ByteArray(array) => Some(array.bytes.len()),
        Payload::Native(native) => match native.buffer().filter(|b| !b.indirect) {
            Some(buffer) => (!buffer.readonly).then_some(buffer.bytes.len()),
            None => vm
                .heap
                .native::<MemoryView>(obj)
                .filter(|v| !v.readonly && !v.obj.is_null())
                .map(MemoryView::nbytes),
        },
        _ => None,
    }
}

/// Changes bytes of an object for which [`writable_length`] gave enough.
pub fn write_bytes(vm: &mut Vm, obj: ObjId, start: usize, bytes: &[u8]) {
    if let Some(view) = vm.heap.native::<MemoryView>(obj).cloned() {
        let cells = view
            .offsets()
            .into_iter()
            .flat_map(|at| (0..view.itemsize).map(move |i| at as usize + i));
        for (at, &byte) in cells.skip(start).zip(bytes) {
            write_bytes(vm, view.obj, at, &[byte]);
        }
        return;
    }
    let target = lent_bytes_mut(vm, obj);
    if let Some(target) = target.and_then(|b| b.get_mut(start..start + bytes.len())) {
        target.copy_from_slice(bytes);
    }
    if vm.heap.reporter.is_on() {
        vm.heap.report_value(obj);
    }
}

/// The bytes of a bytearray or of another object with a writable buffer.
fn lent_bytes_mut(vm: &mut Vm, obj: ObjId) -> Option<&mut [u8]> {
    match vm.heap.payload_mut_quiet(obj) {
        Payload::ByteArray(array) => Some(&mut array.bytes),
        Payload::Native(native) => native.buffer_mut(),
        _ => None,
    }
}

/// Refuses a released view.
pub fn check_released(vm: &mut Vm, this: ObjId) -> PyResult<()> {
    if vm
        .heap
        .native::<MemoryView>(this)
        .is_some_and(|v| v.obj.is_null())
    {
        return Err(vm.value_error("operation forbidden on released memoryview object"));
    }
    Ok(())
}

/// A copy of the struct of an open view.
fn view(vm: &mut Vm, this: ObjId) -> PyResult<MemoryView> {
    check_released(vm, this)?;
    Ok(vm
        .heap
        .native::<MemoryView>(this)
        .expect("self is a memoryview")
        .clone())
}

/// A new view; takes a reference on the object and holds its size.
fn new_view(vm: &mut Vm, view: MemoryView) -> ObjId {
    vm.incref(view.obj);
    hold(vm, view.obj, 1);
    vm.new_native(types::MEMORYVIEW, MemoryView { hash: None, ..view })
}

fn hold(vm: &mut Vm, obj: ObjId, change: i32) {
    match vm.heap.payload_mut_quiet(obj) {
        Payload::ByteArray(array) => {
            array.ob_exports = array.ob_exports.saturating_add_signed(change);
        }
        Payload::Native(native) => native.hold_buffer(change),
        _ => {}
    }
}

/// `memoryview(obj)` (`PyMemoryView_FromObject`).
pub fn memoryview_from_object(vm: &mut Vm, obj: ObjId) -> PyResult<ObjId> {
    if !is_bytes_like(vm, obj) {
        let name = vm.type_name_of(obj);
        return Err(vm.type_error(format!(
            "memoryview: a bytes-like object is required, not '{name}'"
        )));
    }
    if is_memoryview(vm, obj) {
        let copy = view(vm, obj)?;
        return Ok(new_view(vm, copy));
    }
    Ok(view_of_lent(vm, obj))
}

/// A view of all that an object lends, which must be something.
pub fn view_of_lent(vm: &mut Vm, obj: ObjId) -> ObjId {
    let (length, readonly, format, itemsize) = match vm.heap.payload(obj) {
        Payload::Bytes(bytes) => (bytes.len(), true, "B", 1),
        Payload::ByteArray(array) => (array.bytes.len(), false, "B", 1),
        Payload::Native(native) => {
            let buffer = native.buffer().expect("checked to be bytes-like");
            (
                buffer.bytes.len(),
                buffer.readonly,
                buffer.format,
                buffer.itemsize,
            )
        }
        _ => unreachable!("checked to be bytes-like"),
    };
    let view = MemoryView {
        obj,
        readonly,
        format: format.to_owned(),
        itemsize,
        start: 0,
        shape: vec![(length / itemsize) as i64],
        strides: vec![itemsize as i64],
        hash: None,
    };
    new_view(vm, view)
}

fn memory_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("memoryview", &["object"], 1);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    memoryview_from_object(vm, values[0])
}

fn from_flags(vm: &mut Vm, _ty: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("_from_flags", &["object", "flags"], 2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    memoryview_from_object(vm, values[0])
}

fn memory_dealloc(vm: &mut Vm, this: ObjId) {
    if let Some(obj) = vm.heap.native::<MemoryView>(this).map(|v| v.obj)
        && !obj.is_null()
    {
        hold(vm, obj, -1);
    }
}

fn release(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    memory_dealloc(vm, this);
    if let Some(view) = vm.heap.native_mut::<MemoryView>(this) {
        let obj = std::mem::take(&mut view.obj);
        vm.xdecref(obj);
    }
    Ok(NONE)
}

fn enter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    check_released(vm, this)?;
    Ok(vm.incref(this))
}

fn exit(vm: &mut Vm, this: ObjId, _args: &[ObjId]) -> PyResult<ObjId> {
    release(vm, this)
}

fn memory_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let released = vm
        .heap
        .native::<MemoryView>(this)
        .is_some_and(|v| v.obj.is_null());
    let address = vm.heap.address(this);
    let prefix = if released { "released " } else { "" };
    Ok(vm.new_string(format!("<{prefix}memory at {address:#x}>")))
}

// ---- attributes

fn number(vm: &mut Vm, this: ObjId, get: fn(&MemoryView) -> i64) -> PyResult<ObjId> {
    let value = get(&view(vm, this)?);
    Ok(vm.new_int(value))
}

fn answer(vm: &mut Vm, this: ObjId, get: fn(&MemoryView) -> bool) -> PyResult<ObjId> {
    Ok(bool_obj(get(&view(vm, this)?)))
}

fn numbers(vm: &mut Vm, this: ObjId, get: fn(&MemoryView) -> Vec<i64>) -> PyResult<ObjId> {
    let values = get(&view(vm, this)?);
    let items = values.into_iter().map(|n| vm.new_int(n)).collect();
    Ok(vm.new_tuple(items))
}

fn get_obj(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let obj = view(vm, this)?.obj;
    Ok(vm.incref(obj))
}

fn get_format(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let format = view(vm, this)?.format;
    Ok(vm.new_string(format))
}

// ---- items

/// Bytes of an item with this native format.
fn format_size(format: &str) -> Option<usize> {
    Some(match format.strip_prefix('@').unwrap_or(format) {
        "c" | "b" | "B" | "?" => 1,
        "h" | "H" | "e" => 2,
        "i" | "I" | "f" => 4,
        "l" | "L" | "q" | "Q" | "n" | "N" | "d" | "P" => 8,
        _ => return None,
    })
}

#[cold]
fn unsupported_format(vm: &mut Vm, format: &str) -> Raised {
    vm.raise(
        types::NOT_IMPLEMENTED_ERROR,
        format!("memoryview: format {format} not supported"),
    )
}

/// The item that bytes stand for (`unpack_single`).
fn unpack(vm: &mut Vm, format: &str, bytes: &[u8]) -> PyResult<ObjId> {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let unsigned = u64::from_le_bytes(wide);
    let shift = 64 - 8 * bytes.len() as u32;
    let signed = (unsigned << shift) as i64 >> shift;
    Ok(match format.strip_prefix('@').unwrap_or(format) {
        "c" => vm.new_bytes(bytes),
        "?" => bool_obj(unsigned != 0),
        "b" | "h" | "i" | "l" | "q" | "n" => vm.new_int(signed),
        "B" | "H" | "I" | "L" | "Q" | "N" | "P" => vm.new_bigint(BigInt::from(unsigned)),
        "e" => vm.new_float(half::f64_from_half(unsigned as u16)),
        "f" => vm.new_float(f64::from(f32::from_bits(unsigned as u32))),
        "d" => vm.new_float(f64::from_bits(unsigned)),
        other => return Err(unsupported_format(vm, other)),
    })
}

/// The bytes of an item (`pack_single`).
fn pack(vm: &mut Vm, format: &str, value: ObjId) -> PyResult<Vec<u8>> {
    let plain = format.strip_prefix('@').unwrap_or(format);
    let size = format_size(format).ok_or_else(|| unsupported_format(vm, format))?;
    match plain {
        "c" => {
            if let Payload::Bytes(b) = vm.heap.payload(value) {
                if b.len() == 1 {
                    return Ok(b.to_vec());
                }
                return Err(invalid(vm, "value", format));
            }
            Err(invalid(vm, "type", format))
        }
        "?" => Ok(vec![u8::from(vm.is_true(value)?)]),
        "e" | "f" | "d" => match as_double(vm, value) {
            Ok(x) if plain == "e" => match half::half_from_f64(x) {
                Some(half) => Ok(half.to_le_bytes().to_vec()),
                None => Err(half_too_large(vm)),
            },
            Ok(x) if plain == "f" => Ok((x as f32).to_le_bytes().to_vec()),
            Ok(x) => Ok(x.to_le_bytes().to_vec()),
            Err(_) => Err(replace_error(vm, "type", format)),
        },
        _ => {
            let Ok(index) = vm.number_index(value) else {
                return Err(replace_error(vm, "type", format));
            };
            let number = vm
                .int_value(index)
                .expect("an index is an int")
                .into_owned();
            vm.decref(index);
            let signed = matches!(plain, "b" | "h" | "i" | "l" | "q" | "n");
            crate::base::integer::to_le_bytes(&number, size, signed)
                .ok_or_else(|| invalid(vm, "value", format))
        }
    }
}

#[cold]
fn half_too_large(vm: &mut Vm) -> Raised {
    vm.raise(
        types::OVERFLOW_ERROR,
        "float too large to pack with e format",
    )
}

#[cold]
fn invalid(vm: &mut Vm, what: &str, format: &str) -> Raised {
    let class = if what == "type" {
        types::TYPE_ERROR
    } else {
        types::VALUE_ERROR
    };
    vm.raise(
        class,
        format!("memoryview: invalid {what} for format '{format}'"),
    )
}

/// Puts the view's own message in place of a `TypeError`.
#[cold]
fn replace_error(vm: &mut Vm, what: &str, format: &str) -> Raised {
    vm.clear_raised();
    invalid(vm, what, format)
}

fn memory_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let view = view(vm, this)?;
    match view.shape.first() {
        Some(&count) => Ok(count),
        None => Err(vm.type_error("0-dim memory has no length")),
    }
}

fn item_at(vm: &mut Vm, view: &MemoryView, offset: i64) -> PyResult<ObjId> {
    let start = offset as usize;
    let bytes = source(vm, view)
        .and_then(|s| s.get(start..start + view.itemsize))
        .unwrap_or(&[])
        .to_vec();
    unpack(vm, &view.format, &bytes)
}

/// The offset of index `i` in one dimension.
fn dimension_offset(vm: &mut Vm, view: &MemoryView, dimension: usize, i: i64) -> PyResult<i64> {
    let count = view.shape[dimension];
    let at = if i < 0 { i + count } else { i };
    if at < 0 || at >= count {
        let place = dimension + 1;
        return Err(vm.raise(
            types::INDEX_ERROR,
            format!("index out of bounds on dimension {place}"),
        ));
    }
    Ok(at * view.strides[dimension])
}

fn memory_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    let view = view(vm, this)?;
    match view.shape.len() {
        0 => Err(vm.type_error("invalid indexing of 0-dim memory")),
        1 => {
            let offset = view.start + dimension_offset(vm, &view, 0, index)?;
            item_at(vm, &view, offset)
        }
        _ => Err(vm.raise(
            types::NOT_IMPLEMENTED_ERROR,
            "multi-dimensional sub-views are not implemented",
        )),
    }
}

/// What is done with an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Access {
    Read,
    Write,
}

/// The offset that a tuple of as many indices as dimensions names.
fn tuple_offset(vm: &mut Vm, view: &MemoryView, key: ObjId, access: Access) -> PyResult<i64> {
    let indices = vm.tuple_items(key).to_vec();
    if !indices.iter().all(|&index| vm.has_index(index)) {
        let all_slices = indices.iter().all(|&i| vm.type_of(i) == types::SLICE);
        if all_slices && !indices.is_empty() {
            let message = match access {
                Access::Read => "multi-dimensional slicing is not implemented",
                Access::Write => {
                    "memoryview slice assignments are currently restricted to ndim = 1"
                }
            };
            return Err(vm.raise(types::NOT_IMPLEMENTED_ERROR, message));
        }
        return Err(vm.type_error("memoryview: invalid slice key"));
    }
    if indices.len() > view.shape.len() {
        let (dims, given) = (view.shape.len(), indices.len());
        return Err(vm.type_error(format!(
            "cannot index {dims}-dimension view with {given}-element tuple"
        )));
    }
    if indices.len() < view.shape.len() {
        return Err(vm.raise(
            types::NOT_IMPLEMENTED_ERROR,
            "sub-views are not implemented",
        ));
    }
    let mut offset = view.start;
    for (dimension, &index) in indices.iter().enumerate() {
        let i = vm.index_as_ssize(index, Some(types::INDEX_ERROR))?;
        offset += dimension_offset(vm, view, dimension, i)?;
    }
    Ok(offset)
}

fn sliced(vm: &mut Vm, view: &MemoryView, key: ObjId) -> PyResult<MemoryView> {
    let slice = vm.slice_unpack(key)?.adjust(view.shape[0] as usize);
    let mut part = view.clone();
    part.start += slice.start * view.strides[0];
    part.shape[0] = slice.length as i64;
    part.strides[0] = view.strides[0] * slice.step;
    Ok(part)
}

fn memory_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    let view = view(vm, this)?;
    // An index of the program's own may release the view; the bytes stay until this is done.
    vm.incref(view.obj);
    let result = subscript_of(vm, this, &view, key);
    vm.decref(view.obj);
    result
}

fn subscript_of(vm: &mut Vm, this: ObjId, view: &MemoryView, key: ObjId) -> PyResult<ObjId> {
    if view.shape.is_empty() {
        if vm.isinstance(key, types::TUPLE) && vm.tuple_items(key).is_empty() {
            return item_at(vm, view, view.start);
        }
        return Err(vm.type_error("invalid indexing of 0-dim memory"));
    }
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        return memory_item(vm, this, index);
    }
    if vm.type_of(key) == types::SLICE {
        let part = sliced(vm, view, key)?;
        return Ok(new_view(vm, part));
    }
    if vm.isinstance(key, types::TUPLE) {
        let offset = tuple_offset(vm, view, key, Access::Read)?;
        check_released(vm, this)?;
        return item_at(vm, view, offset);
    }
    Err(vm.type_error("memoryview: invalid slice key"))
}

fn memory_ass_subscript(vm: &mut Vm, this: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    let view = view(vm, this)?;
    vm.incref(view.obj);
    let result = assign_subscript(vm, this, &view, key, value);
    vm.decref(view.obj);
    result
}

fn assign_subscript(
    vm: &mut Vm,
    this: ObjId,
    view: &MemoryView,
    key: ObjId,
    value: ObjId,
) -> PyResult<()> {
    if view.readonly {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    if value.is_null() {
        return Err(vm.type_error("cannot delete memory"));
    }
    if vm.type_of(key) == types::SLICE && view.shape.len() == 1 {
        let part = sliced(vm, view, key)?;
        check_released(vm, this)?;
        return assign_slice(vm, &part, value);
    }
    let offset = if vm.has_index(key) && view.shape.len() == 1 {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        view.start + dimension_offset(vm, view, 0, index)?
    } else if vm.isinstance(key, types::TUPLE) {
        tuple_offset(vm, view, key, Access::Write)?
    } else if vm.has_index(key) || vm.type_of(key) == types::SLICE {
        return Err(vm.raise(
            types::NOT_IMPLEMENTED_ERROR,
            "sub-views are not implemented",
        ));
    } else {
        return Err(vm.type_error("memoryview: invalid slice key"));
    };
    let bytes = pack(vm, &view.format, value)?;
    check_released(vm, this)?;
    write_bytes(vm, view.obj, offset as usize, &bytes);
    Ok(())
}

fn assign_slice(vm: &mut Vm, part: &MemoryView, value: ObjId) -> PyResult<()> {
    if !is_bytes_like(vm, value) {
        return Err(super::bytes_like::required(vm, value));
    }
    let (format, itemsize) = match vm.heap.native::<MemoryView>(value) {
        Some(other) => (other.format.clone(), other.itemsize),
        None => match vm.heap.payload(value) {
            Payload::Native(native) => native
                .buffer()
                .map_or(("B".to_owned(), 1), |b| (b.format.to_owned(), b.itemsize)),
            _ => ("B".to_owned(), 1),
        },
    };
    let bytes = super::bytes_like::contents(vm, value)?;
    let same_format = format.trim_start_matches('@') == part.format.trim_start_matches('@');
    if !same_format || itemsize != part.itemsize || bytes.len() != part.nbytes() {
        return Err(
            vm.value_error("memoryview assignment: lvalue and rvalue have different structures")
        );
    }
    for (offset, item) in part.offsets().into_iter().zip(bytes.chunks(part.itemsize)) {
        write_bytes(vm, part.obj, offset as usize, item);
    }
    Ok(())
}

// ---- methods

fn tobytes(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("tobytes", &["order"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    if !values[0].is_null()
        && values[0] != NONE
        && !matches!(vm.str_lossy(values[0]).as_str(), "C" | "F" | "A")
    {
        return Err(vm.value_error("order must be 'C', 'F' or 'A'"));
    }
    check_released(vm, this)?;
    let bytes = contents_of(vm, this).unwrap_or_default();
    Ok(vm.new_bytes_fresh(&bytes))
}

fn hex(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    check_released(vm, this)?;
    let bytes = contents_of(vm, this).unwrap_or_default();
    hex_of(vm, &bytes, args, kwnames)
}

fn tolist(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let view = view(vm, this)?;
    list_of(vm, &view, view.start, 0)
}

fn list_of(vm: &mut Vm, view: &MemoryView, start: i64, dimension: usize) -> PyResult<ObjId> {
    if dimension == view.shape.len() {
        return item_at(vm, view, start);
    }
    let mut items = Vec::new();
    for i in 0..view.shape[dimension] {
        match list_of(vm, view, start + i * view.strides[dimension], dimension + 1) {
            Ok(item) => items.push(item),
            Err(raised) => {
                vm.decref_all(&items);
                return Err(raised);
            }
        }
    }
    Ok(vm.new_list(items))
}

fn toreadonly(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let mut copy = view(vm, this)?;
    copy.readonly = true;
    Ok(new_view(vm, copy))
}

fn cast(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("cast", &["format", "shape"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let mut copy = view(vm, this)?;
    if vm.text(values[0]).is_none() {
        return Err(super::scalar_new::bad_argument(
            vm, "cast", "'format'", "str", values[0],
        ));
    }
    if !copy.is_c_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let format = vm.str_lossy(values[0]);
    let Some(itemsize) = format_size(&format) else {
        return Err(
            vm.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'")
        );
    };
    let is_byte = |format: &str| matches!(format.trim_start_matches('@'), "b" | "B" | "c");
    if !is_byte(&copy.format) && !is_byte(&format) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let nbytes = copy.nbytes();
    if !nbytes.is_multiple_of(itemsize) {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    copy.shape = vec![(nbytes / itemsize) as i64];
    if !values[1].is_null() {
        copy.shape = cast_shape(vm, values[1])?;
        if copy.shape.iter().product::<i64>() as usize * itemsize != nbytes {
            return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
        }
    }
    copy.strides = c_strides(&copy.shape, itemsize);
    copy.format = format;
    copy.itemsize = itemsize;
    Ok(new_view(vm, copy))
}

fn cast_shape(vm: &mut Vm, shape: ObjId) -> PyResult<Vec<i64>> {
    if !vm.isinstance(shape, types::TUPLE) && !vm.isinstance(shape, types::LIST) {
        return Err(vm.type_error("shape must be a list or a tuple"));
    }
    let items = vm.collect_iterable(shape)?;
    let mut sizes = Vec::with_capacity(items.len());
    let mut wrong = None;
    for &item in &items {
        match vm.int_as_i64(item) {
            Some(size) if size > 0 => sizes.push(size),
            Some(_) => wrong = Some((types::VALUE_ERROR, "integers > 0")),
            None => wrong = Some((types::TYPE_ERROR, "integers")),
        }
    }
    vm.decref_all(&items);
    match wrong {
        Some((class, what)) => Err(vm.raise(
            class,
            format!("memoryview.cast(): elements of shape must be {what}"),
        )),
        None => Ok(sizes),
    }
}

fn memory_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    if let Some(hash) = vm.native::<MemoryView>(this).hash {
        return Ok(hash);
    }
    let view = view(vm, this)?;
    if !view.readonly {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    if !matches!(view.format.trim_start_matches('@'), "B" | "b" | "c") {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    vm.hash(view.obj)?;
    let bytes = contents_of(vm, this).unwrap_or_default();
    let secret = vm.interp.hash_secret;
    let hash = hash::hash_bytes(&bytes, secret);
    vm.native_quiet::<MemoryView>(this).hash = Some(hash);
    Ok(hash)
}

fn memory_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || !is_bytes_like(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let released = |vm: &Vm, x| {
        vm.heap
            .native::<MemoryView>(x)
            .is_some_and(|v| v.obj.is_null())
    };
    let equal = if released(vm, a) || released(vm, b) {
        a == b
    } else {
        let other = memoryview_from_object(vm, b)?;
        let result = equal_views(vm, a, other);
        vm.decref(other);
        result?
    };
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

fn equal_views(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<bool> {
    let (x, y) = (view(vm, a)?, view(vm, b)?);
    if x.shape != y.shape {
        return Ok(false);
    }
    if x.format == y.format && !matches!(x.format.trim_start_matches('@'), "f" | "d") {
        return Ok(contents_of(vm, a) == contents_of(vm, b));
    }
    for (i, j) in x.offsets().into_iter().zip(y.offsets()) {
        let left = item_at(vm, &x, i)?;
        let right = item_at(vm, &y, j)?;
        // Not `eq`: a NaN differs from itself here.
        let result = vm.rich_compare(left, right, CompareOp::Eq)?;
        let same = vm.is_true(result)?;
        vm.decref_all(&[left, right, result]);
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

// ---- iteration

/// A position in a one-dimensional view.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "CPython's names of the fields")]
struct MemoryIterator {
    it_seq: ObjId,
    it_index: i64,
    it_length: i64,
}

impl NativePayload for MemoryIterator {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.it_seq.is_null() {
            visit(Place::Member("it_seq"), self.it_seq);
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}

    native_payload_any!();
}

/// The type `memory_iterator`.
pub const ITERATOR: TypeSpec = TypeSpec {
    tp_name: "memory_iterator",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(memory_next),
        ..Slots::EMPTY
    },
    ..TypeSpec::EMPTY
};

fn memory_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let view = view(vm, this)?;
    match view.shape.len() {
        0 => return Err(vm.type_error("invalid indexing of 0-dim memory")),
        1 => {}
        _ => {
            return Err(vm.raise(
                types::NOT_IMPLEMENTED_ERROR,
                "multi-dimensional sub-views are not implemented",
            ));
        }
    }
    if format_size(&view.format).is_none() {
        return Err(unsupported_format(vm, &view.format));
    }
    vm.incref(this);
    let iterator = MemoryIterator {
        it_seq: this,
        it_index: 0,
        it_length: view.shape[0],
    };
    Ok(vm.new_native(types::MEMORY_ITERATOR, iterator))
}

fn memory_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let Some(it) = vm.heap.native_mut::<MemoryIterator>(this) else {
        return Ok(None);
    };
    if it.it_seq.is_null() {
        return Ok(None);
    }
    let (sequence, index) = (it.it_seq, it.it_index);
    if index < it.it_length {
        it.it_index += 1;
        return memory_item(vm, sequence, index).map(Some);
    }
    it.it_seq = ObjId::NULL;
    vm.decref(sequence);
    Ok(None)
}
