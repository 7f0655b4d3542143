//! The module `_struct`: numbers to bytes and back by a format string.
//!
//! Mirrors `Modules/_struct.c` on a 64-bit little-endian machine.

use crate::base::{BigInt, ObjId, half, integer};
use crate::objects::bytes_like;
use crate::objects::floatobject::as_double;
use crate::objects::getargs::Signature;
use crate::objects::memoryobject;
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Payload, Place, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, bool_obj, types};

use super::{ModuleDef, module_exception};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    functions: &[
        MethodDef::new(
            "_clearcache",
            MethodImpl::NoArgs(|_, _| Ok(NONE)),
            "($module, /)",
        ),
        MethodDef::new("calcsize", MethodImpl::O(calcsize), "($module, format, /)"),
        MethodDef::new(
            "iter_unpack",
            MethodImpl::Fast(iter_unpack),
            "($module, format, buffer, /)",
        ),
        MethodDef::new("pack", MethodImpl::Fast(pack), ""),
        MethodDef::new("pack_into", MethodImpl::Fast(pack_into), ""),
        MethodDef::new(
            "unpack",
            MethodImpl::Fast(unpack),
            "($module, format, buffer, /)",
        ),
        MethodDef::new(
            "unpack_from",
            MethodImpl::FastKeywords(unpack_from),
            "($module, format, /, buffer, offset=0)",
        ),
    ],
    exec: |vm, module| {
        let ty = vm.native_type(&STRUCT);
        vm.incref(ty);
        vm.module_add(module, "Struct", ty);
        let class = error_class(vm)?;
        vm.incref(class);
        vm.module_add(module, "error", class);
        Ok(())
    },
    doc: "Functions to convert between Python values and C structs represented as bytes.",
};

fn error_class(vm: &mut Vm) -> PyResult<ObjId> {
    module_exception(vm, "struct", "error", types::EXCEPTION)
}

#[cold]
fn error(vm: &mut Vm, message: impl Into<String>) -> Raised {
    match error_class(vm) {
        Ok(class) => vm.raise(class, message),
        Err(raised) => raised,
    }
}

/// Where in a buffer of `length` bytes an `offset` lies that may count from its end; `lacking` says
/// what fails when fewer than `size` bytes are behind it.
fn start_of(vm: &mut Vm, offset: i64, length: i64, size: i64, lacking: &str) -> PyResult<i64> {
    if offset >= 0 {
        return Ok(offset);
    }
    if offset + size > 0 {
        let words = format!("{lacking} {size} bytes at offset {offset}");
        return Err(error(vm, words));
    }
    if offset + length < 0 {
        let words = format!("offset {offset} out of range for {length}-byte buffer");
        return Err(error(vm, words));
    }
    Ok(offset + length)
}

// ---- formats

/// One code of a format with its repeat count (the length, for `s` and `p`).
#[derive(Clone, Copy, Debug)]
struct Field {
    code: u8,
    count: usize,
    size: usize,
    offset: usize,
}

/// A format, taken apart.
#[derive(Clone, Debug, Default)]
struct Layout {
    big_endian: bool,
    /// Native sizes (`@`): floats too large for `f` become infinite instead of an error.
    native: bool,
    fields: Vec<Field>,
    size: usize,
    /// How many values it takes.
    len: usize,
}

fn code_size(code: u8, native: bool) -> Option<usize> {
    Some(match code {
        b'x' | b'b' | b'B' | b'c' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' if !native => 4,
        b'l' | b'L' | b'q' | b'Q' | b'd' => 8,
        b'n' | b'N' | b'P' if native => 8,
        _ => return None,
    })
}

fn parse_format(vm: &mut Vm, format: &[u8]) -> PyResult<Layout> {
    let (native, big_endian, rest) = match format {
        [b'<' | b'=', rest @ ..] => (false, false, rest),
        [b'>' | b'!', rest @ ..] => (false, true, rest),
        [b'@', rest @ ..] => (true, false, rest),
        rest => (true, false, rest),
    };
    let mut layout = Layout {
        big_endian,
        native,
        ..Layout::default()
    };
    let too_long = "total struct size too long";
    let mut bytes = rest.iter().copied();
    while let Some(first) = bytes.next() {
        if first.is_ascii_whitespace() || first == 0x0b {
            continue;
        }
        let mut code = first;
        let mut count: Option<i64> = None;
        while code.is_ascii_digit() {
            let digit = i64::from(code - b'0');
            let sum = count
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|n| n.checked_add(digit));
            let Some(sum) = sum else {
                return Err(error(vm, "overflow in item count"));
            };
            count = Some(sum);
            let Some(next) = bytes.next() else {
                return Err(error(vm, "repeat count given without format specifier"));
            };
            code = next;
        }
        let count = count.unwrap_or(1);
        let Some(size) = code_size(code, native) else {
            return Err(error(vm, "bad char in struct format"));
        };
        if native {
            layout.size = layout.size.next_multiple_of(size);
        }
        let total = (size as i64)
            .checked_mul(count)
            .and_then(|n| n.checked_add(layout.size as i64));
        let Some(total) = total else {
            return Err(error(vm, too_long));
        };
        let field = Field {
            code,
            count: count as usize,
            size,
            offset: layout.size,
        };
        layout.size = total as usize;
        match code {
            b'x' => continue,
            b's' | b'p' => layout.len += 1,
            _ => layout.len += field.count,
        }
        layout.fields.push(field);
    }
    Ok(layout)
}

/// The bytes of a format given as `str` or `bytes`.
fn format_bytes(vm: &mut Vm, format: ObjId) -> PyResult<Vec<u8>> {
    if let Some(text) = vm.text(format) {
        if let Some(ascii) = text.as_ascii() {
            return Ok(ascii.as_bytes().to_vec());
        }
        let encoded = crate::objects::unicode_codecs::encode_object(vm, format, "ascii", "strict")?;
        vm.decref(encoded);
    }
    if let Payload::Bytes(bytes) = vm.heap.payload(format) {
        return Ok(bytes.to_vec());
    }
    let kind = vm.type_name_of(format);
    Err(vm.type_error(format!(
        "Struct() argument 1 must be a str or bytes object, not {kind}"
    )))
}

fn layout_of(vm: &mut Vm, format: ObjId) -> PyResult<Layout> {
    let bytes = format_bytes(vm, format)?;
    parse_format(vm, &bytes)
}

// ---- values to bytes

fn pack_values(vm: &mut Vm, name: &str, layout: &Layout, values: &[ObjId]) -> PyResult<Vec<u8>> {
    if values.len() != layout.len {
        let (expected, got) = (layout.len, values.len());
        return Err(error(
            vm,
            format!("{name} expected {expected} items for packing (got {got})"),
        ));
    }
    let mut out = vec![0; layout.size];
    let mut values = values.iter().copied();
    for field in &layout.fields {
        if matches!(field.code, b's' | b'p') {
            let value = values.next().expect("the count was checked");
            pack_text(vm, *field, value, &mut out)?;
            continue;
        }
        for i in 0..field.count {
            let value = values.next().expect("the count was checked");
            let mut bytes = pack_one(vm, layout, *field, value)?;
            if layout.big_endian {
                bytes.reverse();
            }
            let at = field.offset + i * field.size;
            out[at..at + field.size].copy_from_slice(&bytes);
        }
    }
    Ok(out)
}

fn pack_text(vm: &mut Vm, field: Field, value: ObjId, out: &mut [u8]) -> PyResult<()> {
    let bytes = match vm.heap.payload(value) {
        Payload::Bytes(bytes) => bytes.to_vec(),
        Payload::ByteArray(array) => array.bytes.clone(),
        _ => {
            let code = char::from(field.code);
            return Err(error(
                vm,
                format!("argument for '{code}' must be a bytes object"),
            ));
        }
    };
    let target = &mut out[field.offset..field.offset + field.count];
    if field.code == b's' {
        let n = bytes.len().min(target.len());
        target[..n].copy_from_slice(&bytes[..n]);
    } else if let Some((length, rest)) = target.split_first_mut() {
        let n = bytes.len().min(rest.len());
        rest[..n].copy_from_slice(&bytes[..n]);
        *length = n.min(255) as u8;
    }
    Ok(())
}

/// The bytes of one value, little end first.
fn pack_one(vm: &mut Vm, layout: &Layout, field: Field, value: ObjId) -> PyResult<Vec<u8>> {
    let result = match field.code {
        b'c' => match vm.heap.payload(value) {
            Payload::Bytes(bytes) if bytes.len() == 1 => Ok(bytes.to_vec()),
            _ => Err(error(vm, "char format requires a bytes object of length 1")),
        },
        b'?' => vm.is_true(value).map(|truth| vec![u8::from(truth)]),
        b'e' | b'f' | b'd' => pack_float(vm, layout, field.code, value),
        _ => pack_int(vm, field, value),
    };
    if result.is_err() && vm.is_int(value) && vm.raised_matches(types::OVERFLOW_ERROR) {
        vm.clear_raised();
        return Err(error(vm, "int too large to convert"));
    }
    result
}

fn pack_float(vm: &mut Vm, layout: &Layout, code: u8, value: ObjId) -> PyResult<Vec<u8>> {
    let Ok(x) = as_double(vm, value) else {
        vm.clear_raised();
        return Err(error(vm, "required argument is not a float"));
    };
    let too_large = |vm: &mut Vm| {
        let code = char::from(code);
        Err(vm.raise(
            types::OVERFLOW_ERROR,
            format!("float too large to pack with {code} format"),
        ))
    };
    Ok(match code {
        b'd' => x.to_le_bytes().to_vec(),
        b'f' => {
            let narrow = x as f32;
            if narrow.is_infinite() && x.is_finite() && !layout.native {
                return too_large(vm);
            }
            narrow.to_le_bytes().to_vec()
        }
        _ => match half::half_from_f64(x) {
            Some(half) => half.to_le_bytes().to_vec(),
            None => return too_large(vm),
        },
    })
}

fn pack_int(vm: &mut Vm, field: Field, value: ObjId) -> PyResult<Vec<u8>> {
    if !vm.is_int(value) && !vm.has_index(value) {
        return Err(error(vm, "required argument is not an integer"));
    }
    let index = vm.number_index(value)?;
    let number = vm.int_as_bigint(index);
    vm.decref(index);
    let signed = field.code.is_ascii_lowercase();
    if field.code == b'P' {
        let signed = integer::is_negative(&number);
        return integer::to_le_bytes(&number, field.size, signed)
            .ok_or_else(|| error(vm, "int too large to convert"));
    }
    if let Some(bytes) = integer::to_le_bytes(&number, field.size, signed) {
        return Ok(bytes);
    }
    let bits = 8 * field.size as u32;
    let (min, max) = if signed {
        (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
    } else {
        (0, (1_i128 << bits) - 1)
    };
    let code = char::from(field.code);
    Err(error(
        vm,
        format!("'{code}' format requires {min} <= number <= {max}"),
    ))
}

// ---- bytes to values

fn unpack_values(vm: &mut Vm, layout: &Layout, bytes: &[u8]) -> ObjId {
    let mut values = Vec::with_capacity(layout.len);
    for field in &layout.fields {
        if matches!(field.code, b's' | b'p') {
            let whole = &bytes[field.offset..field.offset + field.count];
            let part = match (field.code, whole.split_first()) {
                (b'p', Some((&length, rest))) => &rest[..rest.len().min(usize::from(length))],
                _ => whole,
            };
            values.push(vm.new_bytes(part));
            continue;
        }
        for i in 0..field.count {
            let at = field.offset + i * field.size;
            let mut item = bytes[at..at + field.size].to_vec();
            if layout.big_endian {
                item.reverse();
            }
            values.push(unpack_one(vm, field.code, &item));
        }
    }
    vm.new_tuple(values)
}

/// The value of bytes that have their little end first.
fn unpack_one(vm: &mut Vm, code: u8, item: &[u8]) -> ObjId {
    match code {
        b'c' => vm.new_bytes(item),
        b'?' => bool_obj(item[0] != 0),
        b'e' => vm.new_float(half::f64_from_half(u16::from_le_bytes([item[0], item[1]]))),
        b'f' => {
            let bytes = item.try_into().expect("the size of the code is four");
            vm.new_float(f64::from(f32::from_le_bytes(bytes)))
        }
        b'd' => {
            let bytes = item.try_into().expect("the size of the code is eight");
            vm.new_float(f64::from_le_bytes(bytes))
        }
        _ => {
            let signed = code.is_ascii_lowercase();
            let negative = signed && item.last().is_some_and(|&b| b >= 0x80);
            let mut wide = if negative { [0xff; 16] } else { [0; 16] };
            wide[..item.len()].copy_from_slice(item);
            vm.new_bigint(BigInt::from(i128::from_le_bytes(wide)))
        }
    }
}

// ---- functions

fn calcsize(vm: &mut Vm, _module: ObjId, format: ObjId) -> PyResult<ObjId> {
    let layout = layout_of(vm, format)?;
    Ok(vm.new_int(layout.size as i64))
}

fn pack(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if args.is_empty() {
        return Err(vm.type_error("missing format argument"));
    }
    let layout = layout_of(vm, args[0])?;
    let bytes = pack_values(vm, "pack", &layout, &args[1..])?;
    Ok(vm.new_bytes(&bytes))
}

fn pack_into(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if args.is_empty() {
        return Err(vm.type_error("missing format argument"));
    }
    let layout = layout_of(vm, args[0])?;
    pack_layout_into(vm, &layout, &args[1..])
}

fn pack_layout_into(vm: &mut Vm, layout: &Layout, args: &[ObjId]) -> PyResult<ObjId> {
    let given = args.len();
    if given < 2 || given - 2 != layout.len {
        let message = match given {
            0 => "pack_into expected buffer argument".to_owned(),
            1 => "pack_into expected offset argument".to_owned(),
            _ => format!(
                "pack_into expected {} items for packing (got {})",
                layout.len,
                given - 2
            ),
        };
        return Err(error(vm, message));
    }
    let Some(length) = memoryobject::writable_length(vm, args[0]) else {
        let kind = vm.type_name_of(args[0]);
        return Err(vm.type_error(format!(
            "pack_into() argument 1 must be read-write bytes-like object, not {kind}"
        )));
    };
    let offset = vm.index_as_ssize(args[1], Some(types::INDEX_ERROR))?;
    let (length, size) = (length as i64, layout.size as i64);
    let start = start_of(vm, offset, length, size, "no space to pack")?;
    if length - start < size {
        let need = size + start;
        return Err(error(
            vm,
            format!(
                "pack_into requires a buffer of at least {need} bytes for packing {size} bytes at offset {start} (actual buffer size is {length})"
            ),
        ));
    }
    let bytes = pack_values(vm, "pack_into", layout, &args[2..])?;
    memoryobject::write_bytes(vm, args[0], start as usize, &bytes);
    Ok(NONE)
}

fn unpack(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("unpack", args.len(), 2, 2)?;
    let layout = layout_of(vm, args[0])?;
    unpack_layout(vm, &layout, args[1])
}

fn unpack_layout(vm: &mut Vm, layout: &Layout, buffer: ObjId) -> PyResult<ObjId> {
    let bytes = bytes_like::contents(vm, buffer)?;
    if bytes.len() != layout.size {
        let size = layout.size;
        return Err(error(
            vm,
            format!("unpack requires a buffer of {size} bytes"),
        ));
    }
    Ok(unpack_values(vm, layout, &bytes))
}

fn unpack_from(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("unpack_from", &["", "buffer", "offset"], 2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let layout = layout_of(vm, values[0])?;
    unpack_layout_from(vm, &layout, values[1], values[2])
}

fn unpack_layout_from(
    vm: &mut Vm,
    layout: &Layout,
    buffer: ObjId,
    offset: ObjId,
) -> PyResult<ObjId> {
    let bytes = bytes_like::contents(vm, buffer)?;
    let offset = if offset.is_null() {
        0
    } else {
        vm.index_as_ssize(offset, Some(types::INDEX_ERROR))?
    };
    let (length, size) = (bytes.len() as i64, layout.size as i64);
    let start = start_of(vm, offset, length, size, "not enough data to unpack")?;
    if length - start < size {
        let need = size + start;
        return Err(error(
            vm,
            format!(
                "unpack_from requires a buffer of at least {need} bytes for unpacking {size} bytes at offset {start} (actual buffer size is {length})"
            ),
        ));
    }
    let start = start as usize;
    Ok(unpack_values(
        vm,
        layout,
        &bytes[start..start + layout.size],
    ))
}

fn iter_unpack(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("iter_unpack", args.len(), 2, 2)?;
    let layout = layout_of(vm, args[0])?;
    iter_layout(vm, layout, args[1])
}

fn iter_layout(vm: &mut Vm, layout: Layout, buffer: ObjId) -> PyResult<ObjId> {
    if layout.size == 0 {
        return Err(error(
            vm,
            "cannot iteratively unpack with a struct of length 0",
        ));
    }
    let length = bytes_like::contents(vm, buffer)?.len();
    if !length.is_multiple_of(layout.size) {
        let size = layout.size;
        return Err(error(
            vm,
            format!("iterative unpacking requires a buffer of a multiple of {size} bytes"),
        ));
    }
    let ty = vm.native_type(&UNPACK_ITERATOR);
    vm.incref(buffer);
    Ok(vm.new_native(
        ty,
        UnpackIterator {
            buffer,
            layout,
            index: 0,
        },
    ))
}

/// `unpackiterobject`.
#[derive(Debug)]
struct UnpackIterator {
    buffer: ObjId,
    layout: Layout,
    index: usize,
}

impl NativePayload for UnpackIterator {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.buffer.is_null() {
            visit(Place::Member("buffer"), self.buffer);
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.push(std::mem::take(&mut self.buffer));
    }
    crate::native_payload_any!();
}

static UNPACK_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "_struct.unpack_iterator",
    tp_basicsize: 120,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(unpack_next),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__length_hint__",
        MethodImpl::NoArgs(|vm, this| {
            let it: &UnpackIterator = vm.native(this);
            let (buffer, index, size) = (it.buffer, it.index, it.layout.size);
            let length = bytes_like::contents_of(vm, buffer).map_or(0, |b| b.len());
            Ok(vm.new_int((length.saturating_sub(index) / size) as i64))
        }),
        "",
    )],
    ..TypeSpec::EMPTY
};

fn unpack_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let it: &UnpackIterator = vm.native(this);
    let (buffer, index, layout) = (it.buffer, it.index, it.layout.clone());
    if buffer.is_null() {
        return Ok(None);
    }
    let part = bytes_like::contents_of(vm, buffer)
        .and_then(|bytes| bytes.get(index..index + layout.size).map(<[u8]>::to_vec));
    let it: &mut UnpackIterator = vm.native_mut(this);
    let Some(part) = part else {
        it.buffer = ObjId::NULL;
        vm.decref(buffer);
        return Ok(None);
    };
    it.index += layout.size;
    Ok(Some(unpack_values(vm, &layout, &part)))
}

// ---- Struct

/// `PyStructObject`.
#[derive(Debug, Default)]
struct StructObject {
    format: Vec<u8>,
    layout: Option<Layout>,
}

impl NativePayload for StructObject {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    fn extra_size(&self) -> usize {
        let codes = self.layout.as_ref().map_or(0, |layout| layout.fields.len());
        (codes + 1) * 32
    }
    crate::native_payload_any!();
}

static STRUCT: TypeSpec = TypeSpec {
    tp_name: "_struct.Struct",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    weakrefs: true,
    slots: Slots {
        tp_new: Some(|vm, ty, _, _| {
            Ok(vm.generic_alloc(ty, Payload::Native(Box::new(StructObject::default()))))
        }),
        tp_init: Some(struct_init),
        tp_repr: Some(struct_repr),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "iter_unpack",
            MethodImpl::O(|vm, this, buffer| {
                let layout = initialized(vm, this)?;
                iter_layout(vm, layout, buffer)
            }),
            "($self, buffer, /)",
        ),
        MethodDef::new(
            "pack",
            MethodImpl::Fast(|vm, this, args| {
                let layout = initialized(vm, this)?;
                let bytes = pack_values(vm, "pack", &layout, args)?;
                Ok(vm.new_bytes(&bytes))
            }),
            "",
        ),
        MethodDef::new(
            "pack_into",
            MethodImpl::Fast(|vm, this, args| {
                let layout = initialized(vm, this)?;
                pack_layout_into(vm, &layout, args)
            }),
            "",
        ),
        MethodDef::new(
            "unpack",
            MethodImpl::O(|vm, this, buffer| {
                let layout = initialized(vm, this)?;
                unpack_layout(vm, &layout, buffer)
            }),
            "($self, buffer, /)",
        ),
        MethodDef::new(
            "unpack_from",
            MethodImpl::FastKeywords(|vm, this, args, kwnames| {
                let signature = Signature::new("unpack_from", &["buffer", "offset"], 1);
                let values = vm.unpack_keywords(&signature, args, kwnames)?;
                let layout = initialized(vm, this)?;
                unpack_layout_from(vm, &layout, values[0], values[1])
            }),
            "($self, /, buffer, offset=0)",
        ),
        MethodDef::new(
            "__sizeof__",
            MethodImpl::NoArgs(|vm, this| {
                let object: &StructObject = vm.native(this);
                let size = 56 + object.extra_size() as i64;
                Ok(vm.new_int(size))
            }),
            "",
        ),
    ],
    getset: &[
        GetSetDef {
            name: "format",
            get: |vm, this| {
                initialized(vm, this)?;
                let object: &StructObject = vm.native(this);
                let text = String::from_utf8_lossy(&object.format).into_owned();
                Ok(vm.new_string(text))
            },
            set: None,
        },
        GetSetDef {
            name: "size",
            get: |vm, this| {
                let size = initialized(vm, this)?.size;
                Ok(vm.new_int(size as i64))
            },
            set: None,
        },
    ],
    tp_doc: "Struct(fmt)\n--\n\n",
    ..TypeSpec::EMPTY
};

fn struct_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let signature = Signature::new("Struct", &["format"], 1);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let format = format_bytes(vm, values[0])?;
    let layout = parse_format(vm, &format)?;
    *vm.native_mut::<StructObject>(this) = StructObject {
        format,
        layout: Some(layout),
    };
    Ok(())
}

fn initialized(vm: &mut Vm, this: ObjId) -> PyResult<Layout> {
    let layout = vm.native::<StructObject>(this).layout.clone();
    layout.ok_or_else(|| vm.raise(types::RUNTIME_ERROR, "Struct object is not initialized"))
}

fn struct_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    initialized(vm, this)?;
    let object: &StructObject = vm.native(this);
    let format = String::from_utf8_lossy(&object.format).into_owned();
    let full = vm.type_name_of(this);
    let name = full.rsplit('.').next().unwrap_or(&full);
    let quoted = vm.new_string(format);
    let quoted_repr = vm.repr_string(quoted);
    vm.decref(quoted);
    let text = format!("{name}({})", quoted_repr?);
    Ok(vm.new_string(text))
}
