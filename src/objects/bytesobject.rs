//! Immutable bytes.
//!
//! Mirrors `Objects/bytesobject.c`; the methods shared with `bytearray` are in `bytes_methods`.

use crate::base::format::percent::{self, Directive, Key, Piece, Pieces};
use crate::base::format::repr::repr_bytes;
use crate::base::textops::bytes::from_hex;
use crate::base::textops::search::to_points;
use crate::base::{ObjId, hash};

use super::bytes_like::{bytes_from_object, call_dunder_bytes, contents, is_bytes_like};
use super::bytes_methods::{self, BYTES_METHODS, bytes_of};
use super::floatobject::as_double;
use super::getargs::Signature;
use super::object::Payload;
use super::scalar_new::bad_argument;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::unicode_codecs;
use super::unicode_format::{PercentArgs, percent_integer};
use super::unicode_iter::bytes_iter;
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_BYTES, NOT_IMPLEMENTED, types};

/// The type `bytes`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "bytes",
    tp_basicsize: 33,
    tp_itemsize: 1,
    tp_flags: TypeFlags::BASETYPE
        .with(TypeFlags::BYTES_SUBCLASS)
        .with(TypeFlags::MATCH_SELF),
    slots: Slots {
        tp_repr: Some(bytes_repr),
        tp_str: Some(bytes_str),
        tp_hash: Some(bytes_hash),
        tp_richcompare: Some(bytes_compare),
        tp_iter: Some(bytes_iter),
        tp_new: Some(bytes_new),
        nb_remainder: Some(bytes_mod),
        mp_length: Some(bytes_methods::bytes_length),
        mp_subscript: Some(bytes_subscript),
        sq_length: Some(bytes_methods::bytes_length),
        sq_concat: Some(bytes_methods::bytes_concat),
        sq_repeat: Some(bytes_methods::bytes_repeat),
        sq_item: Some(bytes_item),
        sq_contains: Some(bytes_methods::bytes_contains),
        ..Slots::EMPTY
    },
    methods: BYTES_METHODS,
    tp_doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object",
    ..TypeSpec::EMPTY
};

fn bytes_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let text = repr_bytes(bytes_of(vm, this));
    Ok(vm.new_string(text))
}

fn bytes_str(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    bytes_repr(vm, this)
}

fn bytes_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let secret = vm.interp.hash_secret;
    Ok(hash::hash_bytes(bytes_of(vm, this), secret))
}

/// Bytes compare with bytes alone; a bytearray on the other side answers itself.
fn bytes_compare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !matches!(vm.heap.payload(b), Payload::Bytes(_)) {
        return Ok(NOT_IMPLEMENTED);
    }
    bytes_methods::bytes_richcompare(vm, a, b, op)
}

fn bytes_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    match usize::try_from(index)
        .ok()
        .and_then(|i| bytes_of(vm, this).get(i).copied())
    {
        Some(byte) => Ok(vm.new_int(i64::from(byte))),
        None => Err(vm.raise(types::INDEX_ERROR, "index out of range")),
    }
}

fn bytes_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        let length = bytes_of(vm, this).len() as i64;
        return bytes_item(vm, this, if index < 0 { index + length } else { index });
    }
    if vm.type_of(key) == types::SLICE {
        let slice = vm.slice_unpack(key)?.adjust(bytes_of(vm, this).len());
        let bytes = bytes_of(vm, this);
        if slice.step == 1 && slice.length == bytes.len() && vm.type_of(this) == types::BYTES {
            return Ok(vm.incref(this));
        }
        let part = slice.pick(bytes);
        return Ok(if slice.step == 1 {
            vm.new_bytes(&part)
        } else {
            vm.new_bytes_fresh(&part)
        });
    }
    let name = vm.type_name_of(key);
    Err(vm.type_error(format!(
        "byte indices must be integers or slices, not {name}"
    )))
}

/// `__getnewargs__`.
pub fn getnewargs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let copy = bytes_of(vm, this).to_vec();
    let copy = vm.new_bytes(&copy);
    Ok(vm.new_tuple(vec![copy]))
}

/// `bytes.__bytes__`.
pub fn dunder_bytes(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.type_of(this) == types::BYTES {
        return Ok(vm.incref(this));
    }
    let copy = bytes_of(vm, this).to_vec();
    Ok(vm.new_bytes(&copy))
}

/// `bytes.fromhex` and `bytearray.fromhex`.
pub fn fromhex(vm: &mut Vm, ty: ObjId, string: ObjId) -> PyResult<ObjId> {
    let Some(text) = vm.text(string) else {
        return Err(bad_argument(vm, "fromhex", "", "str", string));
    };
    let bytes = match from_hex(&to_points(text)) {
        Ok(bytes) => bytes,
        Err(at) => {
            return Err(vm.value_error(format!(
                "non-hexadecimal number found in fromhex() arg at position {at}"
            )));
        }
    };
    if ty == types::BYTEARRAY {
        return Ok(vm.new_bytearray(&bytes));
    }
    let object = vm.new_bytes(&bytes);
    if ty == types::BYTES {
        return Ok(object);
    }
    let result = vm.call(ty, &[object]);
    vm.decref(object);
    result
}

/// `bytes(source=b'', encoding, errors)` and subclasses.
fn bytes_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("bytes", &["source", "encoding", "errors"], 0);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let [source, encoding, errors] = values[..] else {
        unreachable!("three parameters")
    };
    for (place, value) in [("'encoding'", encoding), ("'errors'", errors)] {
        if !value.is_null() && vm.text(value).is_none() {
            return Err(bad_argument(vm, "bytes", place, "str", value));
        }
    }
    let result = bytes_from_args(vm, source, encoding, errors)?;
    if ty == types::BYTES {
        return Ok(result);
    }
    let bytes = bytes_of(vm, result).to_vec();
    vm.decref(result);
    Ok(vm.generic_alloc(ty, Payload::Bytes(bytes.into())))
}

fn bytes_from_args(vm: &mut Vm, source: ObjId, encoding: ObjId, errors: ObjId) -> PyResult<ObjId> {
    let is_str = !source.is_null() && vm.text(source).is_some();
    if !encoding.is_null() || !errors.is_null() {
        if !is_str {
            let what = if encoding.is_null() {
                "errors"
            } else {
                "encoding"
            };
            return Err(vm.type_error(format!("{what} without a string argument")));
        }
        if encoding.is_null() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let encoding = vm.str_lossy(encoding);
        let errors = if errors.is_null() {
            "strict".to_owned()
        } else {
            vm.str_lossy(errors)
        };
        return unicode_codecs::encode_object(vm, source, &encoding, &errors);
    }
    if source.is_null() {
        return Ok(EMPTY_BYTES);
    }
    if vm.type_of(source) == types::BYTES {
        return Ok(vm.incref(source));
    }
    if let Some(bytes) = call_dunder_bytes(vm, source)? {
        return Ok(bytes);
    }
    if is_str {
        return Err(vm.type_error("string argument without an encoding"));
    }
    if vm.has_index(source) {
        match vm.index_as_ssize(source, Some(types::OVERFLOW_ERROR)) {
            Ok(count) if count < 0 => return Err(vm.value_error("negative count")),
            Ok(count) => {
                vm.check_request(count as usize)?;
                return Ok(vm.new_bytes_fresh(&vec![0; count as usize]));
            }
            Err(raised) if !vm.raised_matches(types::TYPE_ERROR) => return Err(raised),
            Err(_) => vm.clear_raised(),
        }
    }
    let from_buffer = is_bytes_like(vm, source);
    let bytes = bytes_from_object(vm, source)?;
    Ok(if from_buffer {
        vm.new_bytes_fresh(&bytes)
    } else {
        vm.new_bytes(&bytes)
    })
}

// ---- `%`

fn bytes_mod(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !matches!(vm.heap.payload(a), Payload::Bytes(_)) {
        return Ok(NOT_IMPLEMENTED);
    }
    percent_format(vm, a, b)
}

/// `format % args` of bytes and bytearrays (`_PyBytes_FormatEx`).
pub fn percent_format(vm: &mut Vm, format: ObjId, args: ObjId) -> PyResult<ObjId> {
    let points: Vec<u32> = bytes_of(vm, format).iter().map(|&b| u32::from(b)).collect();
    let mut arguments = PercentArgs::new(vm, args, types::BYTES);
    if matches!(
        vm.heap.payload(args),
        Payload::ByteArray(_) | Payload::Str(_)
    ) {
        arguments.forget_mapping();
    }
    let result = percent_points(vm, &points, &mut arguments);
    arguments.release(vm);
    let out = result?;
    if arguments.left_over() {
        return Err(vm.type_error("not all arguments converted during bytes formatting"));
    }
    Ok(bytes_methods::make_shared(vm, format, &out))
}

fn percent_points(vm: &mut Vm, points: &[u32], arguments: &mut PercentArgs) -> PyResult<Vec<u8>> {
    let mut out: Vec<u32> = Vec::with_capacity(points.len() + 16);
    for piece in Pieces::new(points) {
        match piece {
            Piece::Literal(start, end) => out.extend_from_slice(&points[start..end]),
            Piece::Directive(directive) => {
                percent_directive(vm, points, directive, arguments, &mut out)?;
            }
        }
    }
    Ok(out.into_iter().map(|c| c as u8).collect())
}

fn percent_directive(
    vm: &mut Vm,
    points: &[u32],
    mut directive: Directive,
    arguments: &mut PercentArgs,
    out: &mut Vec<u32>,
) -> PyResult<()> {
    if directive.key != Key::None {
        if !arguments.has_mapping() {
            return Err(vm.type_error("format requires a mapping"));
        }
        let Key::Given(start, end) = directive.key else {
            return Err(vm.value_error("incomplete format key"));
        };
        let key: Vec<u8> = points[start..end].iter().map(|&c| c as u8).collect();
        let key = vm.new_bytes(&key);
        let selected = arguments.select(vm, key);
        vm.decref(key);
        selected?;
    }
    let (width, precision) = arguments.amounts(vm, &mut directive)?;
    let Some(conversion) = directive.conversion else {
        return Err(vm.value_error("incomplete format"));
    };
    let value = arguments.take(vm)?;
    let conversion_char = char::from_u32(conversion).unwrap_or('\u{FFFD}');
    let (mut text, numeric): (Vec<u32>, bool) = match conversion_char {
        'r' | 'a' => {
            let shown = vm.ascii(value)?;
            let text = vm.text(shown).map(to_points).unwrap_or_default();
            vm.decref(shown);
            (text, false)
        }
        's' | 'b' => (
            percent_bytes(vm, value)?
                .into_iter()
                .map(u32::from)
                .collect(),
            false,
        ),
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let text = percent_integer(vm, value, conversion_char, &directive, precision)?;
            (text.bytes().map(u32::from).collect(), true)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = match as_double(vm, value) {
                Ok(number) => number,
                Err(_) if vm.raised_matches(types::TYPE_ERROR) => {
                    vm.clear_raised();
                    let name = vm.type_name_of(value);
                    return Err(vm.type_error(format!("float argument required, not {name}")));
                }
                Err(raised) => return Err(raised),
            };
            let text = percent::format_float(number, conversion_char, directive.flags, precision);
            (text.bytes().map(u32::from).collect(), true)
        }
        'c' => (vec![percent_byte(vm, value)?], false),
        _ => {
            let position = directive.position;
            return Err(vm.value_error(format!(
                "unsupported format character '{conversion_char}' (0x{conversion:x}) at index {position}"
            )));
        }
    };
    if let Some(precision) = precision
        && !numeric
        && conversion_char != 'c'
    {
        text.truncate(precision);
    }
    percent::push_padded(out, &text, directive.flags, width, conversion_char, numeric);
    Ok(())
}

fn percent_bytes(vm: &mut Vm, value: ObjId) -> PyResult<Vec<u8>> {
    if is_bytes_like(vm, value) {
        return contents(vm, value);
    }
    if let Some(bytes) = call_dunder_bytes(vm, value)? {
        let result = contents(vm, bytes);
        vm.decref(bytes);
        return result;
    }
    let name = vm.type_name_of(value);
    Err(vm.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'"
    )))
}

fn percent_byte(vm: &mut Vm, value: ObjId) -> PyResult<u32> {
    match vm.heap.payload(value) {
        Payload::Bytes(b) if b.len() == 1 => return Ok(u32::from(b[0])),
        Payload::ByteArray(b) if b.bytes.len() == 1 => return Ok(u32::from(b.bytes[0])),
        _ => {}
    }
    if vm.has_index(value) {
        let number = vm.index_as_ssize(value, None)?;
        return match number {
            0..=255 => Ok(number as u32),
            _ => Err(vm.raise(types::OVERFLOW_ERROR, "%c arg not in range(256)")),
        };
    }
    Err(vm.type_error("%c requires an integer in range(256) or a single byte"))
}
