//! The module `array`: numbers of one kind, side by side.
//!
//! Mirrors `Modules/arraymodule.c`.

use crate::base::textops::search::to_points;
use crate::base::{BigInt, ObjId, Text, integer};
use crate::native_struct;
use crate::objects::bytes_like;
use crate::objects::floatobject::as_double;
use crate::objects::genericaliasobject::class_getitem;
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{Buffer, NativePayload, Payload, Visit};
use crate::objects::scalar_new::{bad_argument, c_int_arg, ssize_arg};
use crate::objects::slots::{CompareOp, Slots};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{FALSE, NONE, NOT_IMPLEMENTED, bool_obj, names, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "array",
    functions: &[MethodDef::new(
        "_array_reconstructor",
        MethodImpl::Fast(reconstruct),
        "($module, arraytype, typecode, mformat_code, items, /)",
    )],
    exec: |vm, module| {
        let ty = vm.native_type(&ARRAY);
        for name in ["array", "ArrayType"] {
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        let codes: String = KINDS.iter().map(|kind| kind.code).collect();
        let codes = vm.new_string(codes);
        vm.module_add(module, "typecodes", codes);
        register(vm, ty)
    },
    doc: "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.  Arrays are sequence types and behave very much like lists,\nexcept that the type of objects stored in them is constrained.\n",
};

/// Tells `collections.abc.MutableSequence` of the type, as `array_modexec` does.
fn register(vm: &mut Vm, ty: ObjId) -> PyResult<()> {
    let import = vm.hooks.import_module;
    let abc = import(vm, "collections.abc")?;
    let class = vm.getattr_name(abc, "MutableSequence");
    vm.decref(abc);
    let class = class?;
    let result = vm.call_method_name(class, "register", &[ty]);
    vm.decref(class);
    let result = result?;
    vm.decref(result);
    Ok(())
}

/// What a type code stands for (`arraydescr`).
#[derive(Debug)]
struct Kind {
    code: char,
    itemsize: usize,
    /// As the `struct` module and the buffer protocol name it.
    format: &'static str,
    /// `MachineFormatCode` of the pickles.
    machine: i32,
}

const fn kind(code: char, itemsize: usize, format: &'static str, machine: i32) -> Kind {
    Kind {
        code,
        itemsize,
        format,
        machine,
    }
}

static KINDS: [Kind; 14] = [
    kind('b', 1, "b", 1),
    kind('B', 1, "B", 0),
    kind('u', 4, "w", 20),
    kind('w', 4, "w", 20),
    kind('h', 2, "h", 4),
    kind('H', 2, "H", 2),
    kind('i', 4, "i", 8),
    kind('I', 4, "I", 6),
    kind('l', 8, "l", 12),
    kind('L', 8, "L", 10),
    kind('q', 8, "q", 12),
    kind('Q', 8, "Q", 10),
    kind('f', 4, "f", 14),
    kind('d', 8, "d", 16),
];

/// `arrayobject`.
#[derive(Debug)]
pub struct Array {
    kind: &'static Kind,
    bytes: Vec<u8>,
    /// Items for which there is room.
    allocated: usize,
    ob_exports: u32,
}

impl NativePayload for Array {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    fn buffer(&self) -> Option<Buffer<'_>> {
        Some(Buffer {
            bytes: &self.bytes,
            readonly: false,
            format: self.kind.format,
            itemsize: self.kind.itemsize,
            indirect: false,
        })
    }
    fn buffer_mut(&mut self) -> Option<&mut [u8]> {
        Some(&mut self.bytes)
    }
    fn hold_buffer(&mut self, change: i32) {
        self.ob_exports = self.ob_exports.saturating_add_signed(change);
    }
    fn ob_size(&self) -> usize {
        self.len()
    }
    fn extra_size(&self) -> usize {
        self.allocated * self.kind.itemsize
    }
    crate::native_payload_any!();
}

impl Array {
    const fn new(kind: &'static Kind, bytes: Vec<u8>) -> Self {
        let allocated = bytes.len() / kind.itemsize;
        Self {
            kind,
            bytes,
            allocated,
            ob_exports: 0,
        }
    }

    const fn len(&self) -> usize {
        self.bytes.len() / self.kind.itemsize
    }

    const fn is_unicode(&self) -> bool {
        matches!(self.kind.code, 'u' | 'w')
    }

    /// Sets how much room there is for a new number of items (`array_resize`).
    fn resized(&mut self) {
        let len = self.len();
        if self.allocated >= len && len < self.allocated / 2 + 16 && len >= self.allocated >> 1 {
            return;
        }
        if self.allocated >= len && len > self.allocated >> 1 {
            return;
        }
        self.allocated = if len == 0 {
            0
        } else {
            (len >> 4) + if len < 8 { 3 } else { 7 } + len
        };
    }
}

static ARRAY: TypeSpec = TypeSpec {
    tp_name: "array.array",
    tp_basicsize: 64,
    tp_flags: TypeFlags::BASETYPE
        .with(TypeFlags::SEQUENCE)
        .with(TypeFlags::HAVE_GC),
    weakrefs: true,
    slots: Slots {
        tp_new: Some(array_new),
        tp_repr: Some(array_repr),
        tp_iter: Some(array_iter),
        tp_hash: Some(crate::objects::object_type::hash_not_implemented),
        tp_richcompare: Some(array_richcompare),
        mp_length: Some(|vm, a| Ok(array(vm, a).len() as i64)),
        mp_subscript: Some(array_subscript),
        mp_ass_subscript: Some(array_ass_subscript),
        sq_length: Some(|vm, a| Ok(array(vm, a).len() as i64)),
        sq_concat: Some(array_concat),
        sq_repeat: Some(array_repeat),
        sq_item: Some(array_item),
        sq_contains: Some(array_contains),
        sq_inplace_concat: Some(array_inplace_concat),
        sq_inplace_repeat: Some(array_inplace_repeat),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "append",
            MethodImpl::O(|vm, a, v| insert_at(vm, a, i64::MAX, v)),
            "($self, v, /)",
        ),
        MethodDef::new("buffer_info", MethodImpl::NoArgs(buffer_info), "($self, /)"),
        MethodDef::new("byteswap", MethodImpl::NoArgs(byteswap), "($self, /)"),
        MethodDef::new(
            "clear",
            MethodImpl::NoArgs(|vm, a| change(vm, a, |bytes, _| bytes.clear()).map(|()| NONE)),
            "($self, /)",
        ),
        MethodDef::new("__copy__", MethodImpl::NoArgs(array_copy), "($self, /)"),
        MethodDef::new(
            "__deepcopy__",
            MethodImpl::O(|vm, a, _| array_copy(vm, a)),
            "($self, unused, /)",
        ),
        MethodDef::new("count", MethodImpl::O(count), "($self, v, /)"),
        MethodDef::new(
            "extend",
            MethodImpl::O(|vm, a, b| extend(vm, a, b).map(|()| NONE)),
            "($self, bb, /)",
        ),
        MethodDef::new("fromfile", MethodImpl::Fast(fromfile), "($self, f, n, /)"),
        MethodDef::new("fromlist", MethodImpl::O(fromlist), "($self, list, /)"),
        MethodDef::new("frombytes", MethodImpl::O(frombytes), "($self, buffer, /)"),
        MethodDef::new(
            "fromunicode",
            MethodImpl::O(fromunicode),
            "($self, ustr, /)",
        ),
        MethodDef::new(
            "index",
            MethodImpl::Fast(index),
            "($self, v, start=0, stop=sys.maxsize, /)",
        ),
        MethodDef::new("insert", MethodImpl::Fast(insert), "($self, i, v, /)"),
        MethodDef::new("pop", MethodImpl::Fast(pop), "($self, i=-1, /)"),
        MethodDef::new(
            "__reduce_ex__",
            MethodImpl::O(reduce_ex),
            "($self, value, /)",
        ),
        MethodDef::new("remove", MethodImpl::O(remove), "($self, v, /)"),
        MethodDef::new("reverse", MethodImpl::NoArgs(reverse), "($self, /)"),
        MethodDef::new("tobytes", MethodImpl::NoArgs(tobytes), "($self, /)"),
        MethodDef::new("tofile", MethodImpl::O(tofile), "($self, f, /)"),
        MethodDef::new("tolist", MethodImpl::NoArgs(tolist), "($self, /)"),
        MethodDef::new("tounicode", MethodImpl::NoArgs(tounicode), "($self, /)"),
        MethodDef::new("__sizeof__", MethodImpl::NoArgs(sizeof), "($self, /)"),
        MethodDef::new("__class_getitem__", MethodImpl::O(class_getitem), "").class_method(),
    ],
    getset: &[
        GetSetDef {
            name: "typecode",
            get: |vm, a| {
                let code = array(vm, a).kind.code;
                Ok(vm.new_string(code.to_string()))
            },
            set: None,
        },
        GetSetDef {
            name: "itemsize",
            get: |vm, a| {
                let size = array(vm, a).kind.itemsize;
                Ok(vm.new_int(size as i64))
            },
            set: None,
        },
    ],
    tp_doc: "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value, which must be a list,\nstring or iterable over elements of the appropriate type.",
    ..TypeSpec::EMPTY
};

fn array(vm: &Vm, id: ObjId) -> &Array {
    vm.native(id)
}

fn is_array(vm: &Vm, id: ObjId) -> bool {
    vm.heap.native::<Array>(id).is_some()
}

/// A new array of the type `ty`.
fn alloc(vm: &mut Vm, ty: ObjId, kind: &'static Kind, bytes: Vec<u8>) -> ObjId {
    vm.generic_alloc(ty, Payload::Native(Box::new(Array::new(kind, bytes))))
}

/// A new plain array of the same kind as `a`.
fn like(vm: &mut Vm, a: ObjId, bytes: Vec<u8>) -> ObjId {
    let kind = array(vm, a).kind;
    let ty = vm.native_type(&ARRAY);
    alloc(vm, ty, kind, bytes)
}

/// Changes the bytes of an array; refuses to change its size while a view looks into it.
fn change(vm: &mut Vm, id: ObjId, change: impl FnOnce(&mut Vec<u8>, usize)) -> PyResult<()> {
    let a: &mut Array = vm.native_mut(id);
    if a.ob_exports > 0 {
        return Err(exported(vm));
    }
    change(&mut a.bytes, a.kind.itemsize);
    a.resized();
    Ok(())
}

#[cold]
fn exported(vm: &mut Vm) -> Raised {
    vm.raise(
        types::BUFFER_ERROR,
        "cannot resize an array that is exporting buffers",
    )
}

// ---- items

/// The value of item `index`, which must exist.
fn item(vm: &mut Vm, id: ObjId, index: usize) -> ObjId {
    let a = array(vm, id);
    let (kind, size) = (a.kind, a.kind.itemsize);
    let mut wide = [0; 8];
    wide[..size].copy_from_slice(&a.bytes[index * size..(index + 1) * size]);
    let unsigned = u64::from_le_bytes(wide);
    let shift = 64 - 8 * size as u32;
    match kind.code {
        'u' | 'w' => vm.new_text(Text::from_code_points(&[unsigned as u32])),
        'f' => vm.new_float(f64::from(f32::from_bits(unsigned as u32))),
        'd' => vm.new_float(f64::from_bits(unsigned)),
        'B' | 'H' | 'I' | 'L' | 'Q' => vm.new_bigint(BigInt::from(unsigned)),
        _ => vm.new_int((unsigned << shift) as i64 >> shift),
    }
}

/// The bytes of a value as an item (`setitem`).
fn item_bytes(vm: &mut Vm, kind: &Kind, value: ObjId) -> PyResult<Vec<u8>> {
    match kind.code {
        'f' => Ok((as_double(vm, value)? as f32).to_le_bytes().to_vec()),
        'd' => Ok(as_double(vm, value)?.to_le_bytes().to_vec()),
        'u' | 'w' => match vm.text(value) {
            Some(text) if text.len() == 1 => Ok(text.at(0).to_le_bytes().to_vec()),
            _ => Err(vm.type_error("array item must be unicode character")),
        },
        _ => int_bytes(vm, kind, value),
    }
}

fn int_bytes(vm: &mut Vm, kind: &Kind, value: ObjId) -> PyResult<Vec<u8>> {
    let number = vm.number_index(value)?;
    let n = vm.int_as_bigint(number);
    vm.decref(number);
    let signed = kind.code.is_ascii_lowercase();
    if let Some(bytes) = integer::to_le_bytes(&n, kind.itemsize, signed) {
        return Ok(bytes);
    }
    let negative = integer::is_negative(&n);
    let fits_long = integer::to_le_bytes(&n, 8, true).is_some();
    let bound = if negative {
        "less than minimum"
    } else {
        "greater than maximum"
    };
    let message = match kind.code {
        'b' | 'B' | 'h' | 'H' | 'i' if !fits_long => {
            "Python int too large to convert to C long".to_owned()
        }
        'b' => format!("signed char is {bound}"),
        'B' => format!("unsigned byte integer is {bound}"),
        'h' => format!("signed short integer is {bound}"),
        'H' => format!("unsigned short is {bound}"),
        'i' => format!("signed integer is {bound}"),
        'l' => "Python int too large to convert to C long".to_owned(),
        'I' | 'L' if negative => "can't convert negative value to unsigned int".to_owned(),
        'I' if integer::to_le_bytes(&n, 8, false).is_some() => {
            "unsigned int is greater than maximum".to_owned()
        }
        'I' | 'L' => "Python int too large to convert to C unsigned long".to_owned(),
        'Q' if negative => "can't convert negative int to unsigned".to_owned(),
        _ => "int too big to convert".to_owned(),
    };
    Err(vm.raise(types::OVERFLOW_ERROR, message))
}

/// The bytes of all items of an iterable.
fn iterable_bytes(vm: &mut Vm, kind: &Kind, iterable: ObjId) -> PyResult<Vec<u8>> {
    let iterator = vm.iter(iterable)?;
    let mut bytes = Vec::new();
    let result = loop {
        match vm.iter_next(iterator) {
            Ok(Some(value)) => {
                let part = item_bytes(vm, kind, value);
                vm.decref(value);
                match part {
                    Ok(part) => bytes.extend(part),
                    Err(raised) => break Err(raised),
                }
            }
            Ok(None) => break Ok(bytes),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(iterator);
    result
}

// ---- making

fn array_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let base = vm.native_type(&ARRAY);
    if vm.same_init(ty, base) {
        vm.no_keywords("array.array", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    if args.is_empty() {
        return Err(vm.type_error("array() takes at least 1 argument (0 given)"));
    }
    if args.len() > 2 {
        let given = args.len();
        return Err(vm.type_error(format!("array() takes at most 2 arguments ({given} given)")));
    }
    let code = match vm.text(args[0]) {
        Some(text) if text.len() == 1 => text.at(0),
        _ => {
            return Err(bad_argument(
                vm,
                "array",
                "1",
                "a unicode character",
                args[0],
            ));
        }
    };
    if code == u32::from('u') {
        let warn = vm.hooks.warn;
        let message = "The 'u' type code is deprecated and will be removed in Python 3.16";
        warn(vm, types::DEPRECATION_WARNING, message, 1)?;
    }
    let Some(kind) = KINDS.iter().find(|kind| u32::from(kind.code) == code) else {
        return Err(
            vm.value_error("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)")
        );
    };
    let Some(&initial) = args.get(1) else {
        return Ok(alloc(vm, ty, kind, Vec::new()));
    };
    let bytes = initial_bytes(vm, kind, initial)?;
    Ok(alloc(vm, ty, kind, bytes))
}

fn initial_bytes(vm: &mut Vm, kind: &'static Kind, initial: ObjId) -> PyResult<Vec<u8>> {
    let unicode = matches!(kind.code, 'u' | 'w');
    if let Some(text) = vm.text(initial) {
        if unicode {
            return Ok(to_points(text)
                .into_iter()
                .flat_map(u32::to_le_bytes)
                .collect());
        }
        let code = kind.code;
        return Err(vm.type_error(format!(
            "cannot use a str to initialize an array with typecode '{code}'"
        )));
    }
    if let Some(other) = vm.heap.native::<Array>(initial) {
        if other.is_unicode() && !unicode {
            let code = kind.code;
            return Err(vm.type_error(format!(
                "cannot use a unicode array to initialize an array with typecode '{code}'"
            )));
        }
        if other.kind.code == kind.code {
            return Ok(other.bytes.clone());
        }
    }
    if let Payload::Bytes(_) | Payload::ByteArray(_) = vm.heap.payload(initial) {
        let bytes = bytes_like::contents(vm, initial)?;
        check_bytes(vm, kind, &bytes)?;
        return Ok(bytes);
    }
    iterable_bytes(vm, kind, initial)
}

fn check_bytes(vm: &mut Vm, kind: &Kind, bytes: &[u8]) -> PyResult<()> {
    if !bytes.len().is_multiple_of(kind.itemsize) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    Ok(())
}

fn array_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let full = vm.type_name_of(this);
    let name = full.rsplit('.').next().unwrap_or(&full).to_owned();
    let (code, len) = (array(vm, this).kind.code, array(vm, this).len());
    if len == 0 {
        return Ok(vm.new_string(format!("{name}('{code}')")));
    }
    let items = if array(vm, this).is_unicode() {
        tounicode(vm, this)?
    } else {
        tolist(vm, this)?
    };
    let text = vm.repr(items);
    vm.decref(items);
    let text = text?;
    let pieces = [
        vm.new_string(format!("{name}('{code}', ")),
        text,
        vm.new_str(")"),
    ];
    let result = vm.join_strings(&pieces);
    vm.decref_all(&pieces);
    Ok(result)
}

// ---- sequence

fn array_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    if index < 0 || index >= array(vm, this).len() as i64 {
        return Err(vm.raise(types::INDEX_ERROR, "array index out of range"));
    }
    Ok(item(vm, this, index as usize))
}

fn array_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        let len = array(vm, this).len() as i64;
        return array_item(vm, this, if index < 0 { index + len } else { index });
    }
    if vm.type_of(key) != types::SLICE {
        return Err(vm.type_error("array indices must be integers"));
    }
    let slice = vm.slice_unpack(key)?;
    let a = array(vm, this);
    let size = a.kind.itemsize;
    let bytes = slice
        .adjust(a.len())
        .positions()
        .flat_map(|i| a.bytes[i * size..(i + 1) * size].iter().copied())
        .collect();
    Ok(like(vm, this, bytes))
}

fn array_ass_subscript(vm: &mut Vm, this: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        let len = array(vm, this).len() as i64;
        let index = if index < 0 { index + len } else { index };
        if index < 0 || index >= len {
            return Err(vm.raise(types::INDEX_ERROR, "array assignment index out of range"));
        }
        let at = index as usize;
        if value.is_null() {
            return change(vm, this, |bytes, size| {
                bytes.drain(at * size..(at + 1) * size);
            });
        }
        let kind = array(vm, this).kind;
        let part = item_bytes(vm, kind, value)?;
        let a: &mut Array = vm.native_mut(this);
        if let Some(target) = a.bytes.get_mut(at * part.len()..(at + 1) * part.len()) {
            target.copy_from_slice(&part);
        }
        return Ok(());
    }
    if vm.type_of(key) != types::SLICE {
        return Err(vm.type_error("array indices must be integers"));
    }
    let slice = vm.slice_unpack(key)?;
    let new = if value.is_null() {
        Vec::new()
    } else {
        same_kind_bytes(vm, this, value)?
    };
    let range = slice.adjust(array(vm, this).len());
    let size = array(vm, this).kind.itemsize;
    if range.step == 1 {
        let start = range.start as usize;
        let replaced = start * size..(start + range.length) * size;
        if replaced.len() == new.len() {
            vm.native_mut::<Array>(this).bytes[replaced].copy_from_slice(&new);
            return Ok(());
        }
        return change(vm, this, |bytes, _| {
            bytes.splice(replaced, new);
        });
    }
    if value.is_null() {
        let mut gone: Vec<usize> = range.positions().collect();
        if gone.is_empty() {
            return Ok(());
        }
        gone.sort_unstable();
        return change(vm, this, |bytes, size| {
            for at in gone.into_iter().rev() {
                bytes.drain(at * size..(at + 1) * size);
            }
        });
    }
    let given = new.len() / size;
    if given != range.length {
        let length = range.length;
        return Err(vm.value_error(format!(
            "attempt to assign array of size {given} to extended slice of size {length}"
        )));
    }
    let a: &mut Array = vm.native_mut(this);
    for (at, part) in range.positions().zip(new.chunks(size)) {
        a.bytes[at * size..(at + 1) * size].copy_from_slice(part);
    }
    Ok(())
}

fn same_kind_bytes(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<Vec<u8>> {
    let Some(other) = vm.heap.native::<Array>(value) else {
        let kind = vm.type_name_of(value);
        return Err(vm.type_error(format!(
            "can only assign array (not \"{kind}\") to array slice"
        )));
    };
    if other.kind.code != array(vm, this).kind.code {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    Ok(other.bytes.clone())
}

fn array_contains(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<bool> {
    Ok(find(vm, this, value, 0, i64::MAX)?.is_some())
}

/// Where the first equal item from `start` to before `stop` is.
fn find(vm: &mut Vm, this: ObjId, value: ObjId, start: i64, stop: i64) -> PyResult<Option<usize>> {
    let mut i = start;
    while i < stop && i < array(vm, this).len() as i64 {
        let each = item(vm, this, i as usize);
        let equal = vm.eq(each, value);
        vm.decref(each);
        if equal? {
            return Ok(Some(i as usize));
        }
        i += 1;
    }
    Ok(None)
}

fn array_concat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    let Some(b) = vm.heap.native::<Array>(other) else {
        let kind = vm.type_name_of(other);
        return Err(vm.type_error(format!("can only append array (not \"{kind}\") to array")));
    };
    if b.kind.code != array(vm, this).kind.code {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    let bytes = [&array(vm, this).bytes[..], &b.bytes].concat();
    Ok(like(vm, this, bytes))
}

fn repeated(vm: &mut Vm, this: ObjId, times: i64) -> PyResult<Vec<u8>> {
    let times = times.max(0) as usize;
    let bytes = &array(vm, this).bytes;
    match bytes.len().checked_mul(times) {
        Some(total) if total < 1 << 40 => Ok(bytes.repeat(times)),
        _ => Err(vm.no_memory()),
    }
}

fn array_repeat(vm: &mut Vm, this: ObjId, times: i64) -> PyResult<ObjId> {
    let bytes = repeated(vm, this, times)?;
    Ok(like(vm, this, bytes))
}

fn array_inplace_repeat(vm: &mut Vm, this: ObjId, times: i64) -> PyResult<ObjId> {
    if !array(vm, this).bytes.is_empty() && times != 1 {
        let new = repeated(vm, this, times)?;
        change(vm, this, |bytes, _| *bytes = new)?;
    }
    Ok(vm.incref(this))
}

fn array_inplace_concat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if !is_array(vm, other) {
        let kind = vm.type_name_of(other);
        return Err(vm.type_error(format!("can only extend with array (not \"{kind}\")")));
    }
    extend(vm, this, other)?;
    Ok(vm.incref(this))
}

fn array_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !is_array(vm, a) || !is_array(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let lengths = (array(vm, a).len(), array(vm, b).len());
    if lengths.0 != lengths.1 && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(bool_obj(op == CompareOp::Ne));
    }
    let mut i = 0;
    while i < array(vm, a).len().min(array(vm, b).len()) {
        let (x, y) = (item(vm, a, i), item(vm, b, i));
        let equal = vm.eq(x, y);
        let result = match equal {
            Ok(true) => Ok(None),
            Ok(false) => match op {
                CompareOp::Eq => Ok(Some(FALSE)),
                CompareOp::Ne => Ok(Some(bool_obj(true))),
                _ => vm.rich_compare(x, y, op).map(Some),
            },
            Err(raised) => Err(raised),
        };
        vm.decref_all(&[x, y]);
        if let Some(result) = result? {
            return Ok(result);
        }
        i += 1;
    }
    Ok(bool_obj(op.holds(lengths.0.cmp(&lengths.1))))
}

// ---- methods

fn insert_at(vm: &mut Vm, this: ObjId, index: i64, value: ObjId) -> PyResult<ObjId> {
    let kind = array(vm, this).kind;
    let part = item_bytes(vm, kind, value)?;
    let len = array(vm, this).len() as i64;
    let at = if index < 0 {
        (index + len).max(0)
    } else {
        index.min(len)
    } as usize;
    change(vm, this, |bytes, size| {
        bytes.splice(at * size..at * size, part);
    })?;
    Ok(NONE)
}

fn insert(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("insert", args.len(), 2, 2)?;
    let index = ssize_arg(vm, args[0])?;
    insert_at(vm, this, index, args[1])
}

fn pop(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("pop", args.len(), 0, 1)?;
    let index = match args.first() {
        Some(&index) => ssize_arg(vm, index)?,
        None => -1,
    };
    let len = array(vm, this).len() as i64;
    if len == 0 {
        return Err(vm.raise(types::INDEX_ERROR, "pop from empty array"));
    }
    let at = if index < 0 { index + len } else { index };
    if !(0..len).contains(&at) {
        return Err(vm.raise(types::INDEX_ERROR, "pop index out of range"));
    }
    let at = at as usize;
    let value = item(vm, this, at);
    change(vm, this, |bytes, size| {
        bytes.drain(at * size..(at + 1) * size);
    })?;
    Ok(value)
}

fn remove(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let Some(at) = find(vm, this, value, 0, i64::MAX)? else {
        return Err(vm.value_error("array.remove(x): x not in array"));
    };
    change(vm, this, |bytes, size| {
        bytes.drain(at * size..(at + 1) * size);
    })?;
    Ok(NONE)
}

fn index(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("index", args.len(), 1, 3)?;
    let start = vm.slice_index_argument(args.get(1), 0)?;
    let stop = vm.slice_index_argument(args.get(2), i64::MAX)?;
    let len = array(vm, this).len() as i64;
    let from_end = |i: i64| if i < 0 { (i + len).max(0) } else { i };
    match find(vm, this, args[0], from_end(start), from_end(stop))? {
        Some(at) => Ok(vm.new_int(at as i64)),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn count(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let mut found = 0;
    let mut i = 0;
    while i < array(vm, this).len() {
        let each = item(vm, this, i);
        let equal = vm.eq(each, value);
        vm.decref(each);
        found += i64::from(equal?);
        i += 1;
    }
    Ok(vm.new_int(found))
}

fn extend(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<()> {
    let kind = array(vm, this).kind;
    if let Some(b) = vm.heap.native::<Array>(other) {
        if b.kind.code != kind.code {
            return Err(vm.type_error("can only extend with array of same kind"));
        }
        let more = b.bytes.clone();
        return change(vm, this, |bytes, _| bytes.extend(more));
    }
    let iterator = vm.iter(other)?;
    let result = loop {
        let value = match vm.iter_next(iterator) {
            Ok(Some(value)) => value,
            Ok(None) => break Ok(()),
            Err(raised) => break Err(raised),
        };
        let added = insert_at(vm, this, i64::MAX, value);
        vm.decref(value);
        if let Err(raised) = added {
            break Err(raised);
        }
    };
    vm.decref(iterator);
    result
}

fn fromlist(vm: &mut Vm, this: ObjId, list: ObjId) -> PyResult<ObjId> {
    if !vm.is_list(list) {
        return Err(vm.type_error("arg must be list"));
    }
    let kind = array(vm, this).kind;
    let size = vm.list_len(list);
    let mut more = Vec::new();
    for i in 0..size {
        let value = vm.list(list).ob_item[i];
        vm.incref(value);
        let part = item_bytes(vm, kind, value);
        vm.decref(value);
        more.extend(part?);
        if vm.list_len(list) != size {
            return Err(vm.raise(types::RUNTIME_ERROR, "list changed size during iteration"));
        }
    }
    if !more.is_empty() {
        change(vm, this, |bytes, _| bytes.extend(more))?;
    }
    Ok(NONE)
}

fn frombytes(vm: &mut Vm, this: ObjId, buffer: ObjId) -> PyResult<ObjId> {
    let more = bytes_like::contents(vm, buffer)?;
    let kind = array(vm, this).kind;
    check_bytes(vm, kind, &more)?;
    if !more.is_empty() {
        change(vm, this, |bytes, _| bytes.extend(more))?;
    }
    Ok(NONE)
}

fn fromunicode(vm: &mut Vm, this: ObjId, text: ObjId) -> PyResult<ObjId> {
    let Some(points) = vm.text(text).map(to_points) else {
        return Err(bad_argument(vm, "fromunicode", "", "str", text));
    };
    if !array(vm, this).is_unicode() {
        return Err(
            vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    change(vm, this, |bytes, _| {
        bytes.extend(points.into_iter().flat_map(u32::to_le_bytes));
    })?;
    Ok(NONE)
}

fn fromfile(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("fromfile", args.len(), 2, 2)?;
    let count = ssize_arg(vm, args[1])?;
    if count < 0 {
        return Err(vm.value_error("negative count"));
    }
    let wanted = count * array(vm, this).kind.itemsize as i64;
    let size = vm.new_int(wanted);
    let read = vm.call_method_name(args[0], "read", &[size]);
    vm.decref(size);
    let read = read?;
    if !vm.isinstance(read, types::BYTES) {
        vm.decref(read);
        return Err(vm.type_error("read() didn't return bytes"));
    }
    let length = bytes_like::contents_of(vm, read).map_or(0, |b| b.len());
    let result = frombytes(vm, this, read);
    vm.decref(read);
    result?;
    if (length as i64) < wanted {
        return Err(vm.raise(types::EOF_ERROR, "read() didn't return enough bytes"));
    }
    Ok(NONE)
}

fn tofile(vm: &mut Vm, this: ObjId, file: ObjId) -> PyResult<ObjId> {
    let bytes = tobytes(vm, this)?;
    let result = vm.call_method(file, names::WRITE, &[bytes]);
    vm.decref(bytes);
    let result = result?;
    vm.decref(result);
    Ok(NONE)
}

fn tobytes(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let bytes = array(vm, this).bytes.clone();
    Ok(vm.new_bytes(&bytes))
}

fn tolist(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let items = (0..array(vm, this).len())
        .map(|i| item(vm, this, i))
        .collect();
    Ok(vm.new_list(items))
}

fn tounicode(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a = array(vm, this);
    if !a.is_unicode() {
        return Err(
            vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    let (units, _) = a.bytes.as_chunks::<4>();
    let points: Vec<u32> = units.iter().map(|&unit| u32::from_le_bytes(unit)).collect();
    if let Some(bad) = points.iter().find(|&&c| c > 0x10_ffff) {
        return Err(vm.value_error(format!(
            "character U+{bad:x} is not in range [U+0000; U+10ffff]"
        )));
    }
    Ok(vm.new_text(Text::from_code_points(&points)))
}

fn reverse(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a: &mut Array = vm.native_mut(this);
    let size = a.kind.itemsize;
    a.bytes = a.bytes.chunks(size).rev().flatten().copied().collect();
    Ok(NONE)
}

fn byteswap(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a: &mut Array = vm.native_mut(this);
    let size = a.kind.itemsize;
    for part in a.bytes.chunks_mut(size) {
        part.reverse();
    }
    Ok(NONE)
}

fn buffer_info(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let address = vm.heap.address(this) as i64;
    let len = array(vm, this).len() as i64;
    let (address, len) = (vm.new_int(address), vm.new_int(len));
    Ok(vm.new_tuple(vec![address, len]))
}

fn array_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let bytes = array(vm, this).bytes.clone();
    Ok(like(vm, this, bytes))
}

fn sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let basic = vm.heap.type_object(vm.type_of(this)).tp_basicsize as usize;
    let size = basic + array(vm, this).extra_size();
    Ok(vm.new_int(size as i64))
}

// ---- pickling

fn reduce_ex(vm: &mut Vm, this: ObjId, protocol: ObjId) -> PyResult<ObjId> {
    let protocol = c_int_arg(vm, protocol)?;
    let state = vm.getattr_opt(this, names::DICT)?.unwrap_or(NONE);
    let ty = vm.type_of(this);
    let kind = array(vm, this).kind;
    let code = vm.new_string(kind.code.to_string());
    let (callable, arguments) = if protocol < 3 {
        let list = tolist(vm, this)?;
        (vm.incref(ty), vec![code, list])
    } else {
        let import = vm.hooks.import_module;
        let module = import(vm, "array")?;
        let function = vm.getattr_name(module, "_array_reconstructor");
        vm.decref(module);
        let bytes = tobytes(vm, this)?;
        let machine = vm.new_int(i64::from(kind.machine));
        (function?, vec![vm.incref(ty), code, machine, bytes])
    };
    let arguments = vm.new_tuple(arguments);
    Ok(vm.new_tuple(vec![callable, arguments, state]))
}

/// Bytes and signedness, byte order and kind of a machine format.
#[derive(Clone, Copy)]
enum Machine {
    Int {
        size: usize,
        signed: bool,
        big: bool,
    },
    Float {
        size: usize,
        big: bool,
    },
    Utf16 {
        big: bool,
    },
    Utf32 {
        big: bool,
    },
}

fn machine_of(code: i32) -> Option<Machine> {
    let big = code % 2 == 1;
    Some(match code {
        0 | 1 => Machine::Int {
            size: 1,
            signed: code == 1,
            big: false,
        },
        2..=5 => Machine::Int {
            size: 2,
            signed: code >= 4,
            big,
        },
        6..=9 => Machine::Int {
            size: 4,
            signed: code >= 8,
            big,
        },
        10..=13 => Machine::Int {
            size: 8,
            signed: code >= 12,
            big,
        },
        14 | 15 => Machine::Float { size: 4, big },
        16 | 17 => Machine::Float { size: 8, big },
        18 | 19 => Machine::Utf16 { big },
        20 | 21 => Machine::Utf32 { big },
        _ => return None,
    })
}

/// `array._array_reconstructor`.
fn reconstruct(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("_array_reconstructor", args.len(), 4, 4)?;
    let base = vm.native_type(&ARRAY);
    if !vm.isinstance(args[0], types::TYPE) {
        let kind = vm.type_name_of(args[0]);
        return Err(vm.type_error(format!("first argument must be a type object, not {kind}")));
    }
    if !vm.is_subtype(args[0], base) {
        let name = vm.type_qualname_string(args[0]);
        return Err(vm.type_error(format!("{name} is not a subtype of array.array")));
    }
    let code = match vm.text(args[1]) {
        Some(text) if text.len() == 1 => text.at(0),
        _ => {
            let place = "2";
            return Err(bad_argument(
                vm,
                "_array_reconstructor",
                place,
                "a unicode character",
                args[1],
            ));
        }
    };
    let Some(kind) = KINDS.iter().find(|kind| u32::from(kind.code) == code) else {
        return Err(vm.value_error("second argument must be a valid type code"));
    };
    let machine = machine_of(c_int_arg(vm, args[2])?);
    let Some(machine) = machine else {
        return Err(vm.value_error("third argument must be a valid machine format code."));
    };
    let Payload::Bytes(bytes) = vm.heap.payload(args[3]) else {
        let kind = vm.type_name_of(args[3]);
        return Err(vm.type_error(format!("fourth argument should be bytes, not {kind}")));
    };
    let bytes = bytes.to_vec();
    let values = machine_values(vm, machine, &bytes)?;
    let list = vm.new_list(values);
    let result = iterable_bytes(vm, kind, list);
    vm.decref(list);
    let bytes = result?;
    Ok(alloc(vm, args[0], kind, bytes))
}

/// The values that bytes of a machine format stand for.
fn machine_values(vm: &mut Vm, machine: Machine, bytes: &[u8]) -> PyResult<Vec<ObjId>> {
    let (size, big) = match machine {
        Machine::Int { size, big, .. } | Machine::Float { size, big } => (size, big),
        Machine::Utf16 { big } => (2, big),
        Machine::Utf32 { big } => (4, big),
    };
    if !bytes.len().is_multiple_of(size) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    let items = bytes.chunks(size).map(|part| {
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(part);
        if big {
            wide[..size].reverse();
        }
        u64::from_le_bytes(wide)
    });
    let numbers: Vec<u64> = items.collect();
    let mut values = Vec::with_capacity(numbers.len());
    let mut high = None;
    for n in numbers {
        let shift = 64 - 8 * size as u32;
        values.push(match machine {
            Machine::Int { signed: true, .. } => vm.new_int((n << shift) as i64 >> shift),
            Machine::Int { signed: false, .. } => vm.new_bigint(BigInt::from(n)),
            Machine::Float { size: 4, .. } => vm.new_float(f64::from(f32::from_bits(n as u32))),
            Machine::Float { .. } => vm.new_float(f64::from_bits(n)),
            Machine::Utf32 { .. } => vm.new_text(Text::from_code_points(&[n as u32])),
            Machine::Utf16 { .. } => match (high.take(), n as u32) {
                (None, unit @ 0xd800..0xdc00) => {
                    high = Some(unit);
                    continue;
                }
                (Some(first), unit) => {
                    let point = 0x1_0000 + ((first - 0xd800) << 10) + (unit & 0x3ff);
                    vm.new_text(Text::from_code_points(&[point]))
                }
                (None, unit) => vm.new_text(Text::from_code_points(&[unit])),
            },
        });
    }
    Ok(values)
}

// ---- iteration

native_struct! {
    /// `arrayiterobject`.
    ArrayIterator { ao } [] (index: usize)
}

static ARRAY_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "array.arrayiterator",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(iterator_next),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__reduce__",
            MethodImpl::NoArgs(iterator_reduce),
            "($self, /)",
        ),
        MethodDef::new(
            "__setstate__",
            MethodImpl::O(iterator_setstate),
            "($self, state, /)",
        ),
    ],
    ..TypeSpec::EMPTY
};

fn array_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.native_type(&ARRAY_ITERATOR);
    vm.incref(this);
    Ok(vm.new_native(ty, ArrayIterator { ao: this, index: 0 }))
}

fn iterator_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let ArrayIterator { ao, index } = *ArrayIterator::of(vm, this);
    if ao.is_null() {
        return Ok(None);
    }
    if index < array(vm, ao).len() {
        ArrayIterator::of_mut(vm, this).index += 1;
        return Ok(Some(item(vm, ao, index)));
    }
    ArrayIterator::of_mut(vm, this).ao = ObjId::NULL;
    vm.decref(ao);
    Ok(None)
}

fn iterator_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ArrayIterator { ao, index } = *ArrayIterator::of(vm, this);
    let function = vm.builtin("iter")?;
    if ao.is_null() {
        let empty = vm.new_list(Vec::new());
        let arguments = vm.new_tuple(vec![empty]);
        return Ok(vm.new_tuple(vec![function, arguments]));
    }
    let arguments = vm.new_tuple_from(&[ao]);
    let index = vm.new_int(index as i64);
    Ok(vm.new_tuple(vec![function, arguments, index]))
}

fn iterator_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let index = ssize_arg(vm, state)?;
    let ao = ArrayIterator::of(vm, this).ao;
    if !ao.is_null() {
        let len = array(vm, ao).len() as i64;
        ArrayIterator::of_mut(vm, this).index = index.clamp(0, len) as usize;
    }
    Ok(NONE)
}
