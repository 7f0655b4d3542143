//! The module `_codecs`: the registry of codecs, and each native codec as two functions.
//!
//! Mirrors `Modules/_codecsmodule.c`.

use crate::base::textops::codec::{
    ByteOrder, Encoding, Problem, Replacement, escape, incomplete_tail, utf7,
};
use crate::base::textops::search::to_points;
use crate::base::{ObjId, Text};
use crate::objects::bytes_like;
use crate::objects::codec_registry::{self, Direction};
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::scalar_new::{bad_argument, c_int_arg, str_arg};
use crate::objects::unicode_codecs::{
    decode_bytes, decode_with, encode_bytes, raise_encode_error, resolve_encode_error,
};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::ModuleDef;

const DECODE: &str = "($module, data, errors=None, final=False, /)";
const DECODE_ESCAPE: &str = "($module, data, errors=None, final=True, /)";
const DECODE_WHOLE: &str = "($module, data, errors=None, /)";
const ENCODE: &str = "($module, str, errors=None, /)";

/// A decoder that may leave an unfinished tail.
macro_rules! decoder {
    ($name:literal, $encoding:expr) => {
        MethodDef::new(
            $name,
            MethodImpl::Fast(|vm, _, args| decode(vm, $name, $encoding, args)),
            DECODE,
        )
    };
}

/// An encoder without options.
macro_rules! encoder {
    ($name:literal, $encoding:expr) => {
        MethodDef::new(
            $name,
            MethodImpl::Fast(|vm, _, args| encode(vm, $name, $encoding, args)),
            ENCODE,
        )
    };
}

const UTF16: Encoding = Encoding::Utf16(ByteOrder::Native);
const UTF32: Encoding = Encoding::Utf32(ByteOrder::Native);

pub static MODULE: ModuleDef = ModuleDef {
    name: "_codecs",
    functions: &[
        MethodDef::new(
            "register",
            MethodImpl::O(|vm, _, f| codec_registry::register(vm, f).map(|()| NONE)),
            "($module, search_function, /)",
        ),
        MethodDef::new(
            "unregister",
            MethodImpl::O(|vm, _, f| codec_registry::unregister(vm, f).map(|()| NONE)),
            "($module, search_function, /)",
        ),
        MethodDef::new("lookup", MethodImpl::O(lookup), "($module, encoding, /)"),
        MethodDef::new(
            "encode",
            MethodImpl::FastKeywords(|vm, _, a, k| convert(vm, Direction::Encode, a, k)),
            "($module, /, obj, encoding='utf-8', errors='strict')",
        ),
        MethodDef::new(
            "decode",
            MethodImpl::FastKeywords(|vm, _, a, k| convert(vm, Direction::Decode, a, k)),
            "($module, /, obj, encoding='utf-8', errors='strict')",
        ),
        MethodDef::new(
            "register_error",
            MethodImpl::Fast(register_error),
            "($module, errors, handler, /)",
        ),
        MethodDef::new(
            "lookup_error",
            MethodImpl::O(lookup_error),
            "($module, name, /)",
        ),
        MethodDef::new(
            "escape_encode",
            MethodImpl::Fast(escape_encode),
            "($module, data, errors=None, /)",
        ),
        MethodDef::new(
            "escape_decode",
            MethodImpl::Fast(escape_decode),
            DECODE_WHOLE,
        ),
        encoder!("utf_8_encode", Encoding::Utf8),
        decoder!("utf_8_decode", Encoding::Utf8),
        MethodDef::new("utf_7_encode", MethodImpl::Fast(utf_7_encode), ENCODE),
        MethodDef::new("utf_7_decode", MethodImpl::Fast(utf_7_decode), DECODE),
        MethodDef::new(
            "utf_16_encode",
            MethodImpl::Fast(utf_16_encode),
            "($module, str, errors=None, byteorder=0, /)",
        ),
        encoder!("utf_16_le_encode", Encoding::Utf16(ByteOrder::Little)),
        encoder!("utf_16_be_encode", Encoding::Utf16(ByteOrder::Big)),
        decoder!("utf_16_decode", UTF16),
        decoder!("utf_16_le_decode", Encoding::Utf16(ByteOrder::Little)),
        decoder!("utf_16_be_decode", Encoding::Utf16(ByteOrder::Big)),
        MethodDef::new(
            "utf_16_ex_decode",
            MethodImpl::Fast(utf_16_ex_decode),
            "($module, data, errors=None, byteorder=0, final=False, /)",
        ),
        MethodDef::new(
            "utf_32_encode",
            MethodImpl::Fast(utf_32_encode),
            "($module, str, errors=None, byteorder=0, /)",
        ),
        encoder!("utf_32_le_encode", Encoding::Utf32(ByteOrder::Little)),
        encoder!("utf_32_be_encode", Encoding::Utf32(ByteOrder::Big)),
        decoder!("utf_32_decode", UTF32),
        decoder!("utf_32_le_decode", Encoding::Utf32(ByteOrder::Little)),
        decoder!("utf_32_be_decode", Encoding::Utf32(ByteOrder::Big)),
        MethodDef::new(
            "utf_32_ex_decode",
            MethodImpl::Fast(utf_32_ex_decode),
            "($module, data, errors=None, byteorder=0, final=False, /)",
        ),
        MethodDef::new(
            "unicode_escape_encode",
            MethodImpl::Fast(|vm, _, a| {
                escape_text(
                    vm,
                    "unicode_escape_encode",
                    a,
                    escape::encode_unicode_escape,
                )
            }),
            ENCODE,
        ),
        MethodDef::new(
            "unicode_escape_decode",
            MethodImpl::Fast(unicode_escape_decode),
            DECODE_ESCAPE,
        ),
        MethodDef::new(
            "raw_unicode_escape_encode",
            MethodImpl::Fast(|vm, _, a| {
                escape_text(
                    vm,
                    "raw_unicode_escape_encode",
                    a,
                    escape::encode_raw_unicode_escape,
                )
            }),
            ENCODE,
        ),
        MethodDef::new(
            "raw_unicode_escape_decode",
            MethodImpl::Fast(raw_unicode_escape_decode),
            DECODE_ESCAPE,
        ),
        encoder!("latin_1_encode", Encoding::Latin1),
        MethodDef::new(
            "latin_1_decode",
            MethodImpl::Fast(|vm, _, a| decode_whole(vm, "latin_1_decode", Encoding::Latin1, a)),
            DECODE_WHOLE,
        ),
        encoder!("ascii_encode", Encoding::Ascii),
        MethodDef::new(
            "ascii_decode",
            MethodImpl::Fast(|vm, _, a| decode_whole(vm, "ascii_decode", Encoding::Ascii, a)),
            DECODE_WHOLE,
        ),
        MethodDef::new(
            "charmap_encode",
            MethodImpl::Fast(charmap_encode),
            "($module, str, errors=None, mapping=None, /)",
        ),
        MethodDef::new(
            "charmap_decode",
            MethodImpl::Fast(charmap_decode),
            "($module, data, errors=None, mapping=None, /)",
        ),
        MethodDef::new(
            "charmap_build",
            MethodImpl::O(charmap_build),
            "($module, map, /)",
        ),
        MethodDef::new(
            "readbuffer_encode",
            MethodImpl::Fast(readbuffer_encode),
            "($module, data, errors=None, /)",
        ),
    ],
    exec: |_, _| Ok(()),
    doc: "",
};

// ---- arguments

/// The text of a `str` argument without null characters.
fn text_arg(vm: &mut Vm, function: &str, place: &str, obj: ObjId) -> PyResult<String> {
    str_arg(vm, function, place, obj)?;
    let text = vm.str_lossy(obj);
    if text.contains('\0') {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(text)
}

/// The name of an error handler, `strict` for `None` or nothing.
fn errors_arg(vm: &mut Vm, function: &str, args: &[ObjId]) -> PyResult<String> {
    match args.get(1) {
        None | Some(&NONE) => Ok("strict".to_owned()),
        Some(&errors) if vm.text(errors).is_some() => text_arg(vm, function, "2", errors),
        Some(&errors) => Err(bad_argument(vm, function, "2", "str or None", errors)),
    }
}

/// The bytes of the first argument; a `str` counts as its UTF-8 where C takes `s*`.
fn bytes_or_str(vm: &mut Vm, data: ObjId) -> PyResult<Vec<u8>> {
    if vm.text(data).is_some() {
        return encode_bytes(vm, data, Encoding::Utf8, "strict");
    }
    bytes_like::contents(vm, data)
}

/// `(object, length)`.
fn pair(vm: &mut Vm, object: ObjId, length: usize) -> ObjId {
    let length = vm.new_int(length as i64);
    vm.new_tuple(vec![object, length])
}

// ---- the registry

fn lookup(vm: &mut Vm, _module: ObjId, encoding: ObjId) -> PyResult<ObjId> {
    let encoding = text_arg(vm, "lookup", "", encoding)?;
    codec_registry::lookup(vm, &encoding)
}

fn convert(vm: &mut Vm, direction: Direction, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let name = match direction {
        Direction::Encode => "encode",
        Direction::Decode => "decode",
    };
    let signature = Signature::new(name, &["obj", "encoding", "errors"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let encoding = if values[1].is_null() {
        "utf-8".to_owned()
    } else {
        text_arg(vm, name, "'encoding'", values[1])?
    };
    let errors = if values[2].is_null() {
        None
    } else {
        Some(text_arg(vm, name, "'errors'", values[2])?)
    };
    codec_registry::convert(vm, direction, values[0], &encoding, errors.as_deref())
}

fn register_error(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("register_error", args.len(), 2, 2)?;
    text_arg(vm, "register_error", "1", args[0])?;
    codec_registry::register_error(vm, args[0], args[1])?;
    Ok(NONE)
}

fn lookup_error(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    let name = text_arg(vm, "lookup_error", "", name)?;
    codec_registry::lookup_error(vm, &name)
}

// ---- codecs of `base`

fn encode(vm: &mut Vm, name: &str, encoding: Encoding, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 2)?;
    str_arg(vm, name, "1", args[0])?;
    let errors = errors_arg(vm, name, args)?;
    let bytes = encode_bytes(vm, args[0], encoding, &errors)?;
    let length = vm.text(args[0]).map_or(0, Text::len);
    let bytes = vm.new_bytes(&bytes);
    Ok(pair(vm, bytes, length))
}

fn order_arg(vm: &mut Vm, arg: Option<&ObjId>) -> PyResult<ByteOrder> {
    let order = match arg {
        Some(&order) => c_int_arg(vm, order)?,
        None => 0,
    };
    Ok(match order {
        0 => ByteOrder::Native,
        i32::MIN..0 => ByteOrder::Little,
        1.. => ByteOrder::Big,
    })
}

fn utf_16_encode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("utf_16_encode", args.len(), 1, 3)?;
    let order = order_arg(vm, args.get(2))?;
    encode(
        vm,
        "utf_16_encode",
        Encoding::Utf16(order),
        &args[..args.len().min(2)],
    )
}

fn utf_32_encode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("utf_32_encode", args.len(), 1, 3)?;
    let order = order_arg(vm, args.get(2))?;
    encode(
        vm,
        "utf_32_encode",
        Encoding::Utf32(order),
        &args[..args.len().min(2)],
    )
}

fn decode_whole(vm: &mut Vm, name: &str, encoding: Encoding, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 2)?;
    let bytes = bytes_like::contents(vm, args[0])?;
    let errors = errors_arg(vm, name, args)?;
    let text = decode_bytes(vm, args[0], &bytes, encoding, &errors)?;
    let text = vm.new_text(text);
    Ok(pair(vm, text, bytes.len()))
}

fn decode(vm: &mut Vm, name: &str, encoding: Encoding, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 3)?;
    let bytes = bytes_like::contents(vm, args[0])?;
    let errors = errors_arg(vm, name, args)?;
    let is_final = match args.get(2) {
        Some(&flag) => vm.is_true(flag)?,
        None => false,
    };
    let used = if is_final {
        bytes.len()
    } else {
        complete_length(encoding, &bytes)
    };
    let text = decode_bytes(vm, args[0], &bytes[..used], encoding, &errors)?;
    let text = vm.new_text(text);
    Ok(pair(vm, text, used))
}

/// How many bytes are whole characters, or bad for another reason than that the end is missing.
fn complete_length(encoding: Encoding, bytes: &[u8]) -> usize {
    match encoding {
        Encoding::Utf8 => bytes.len() - incomplete_tail(bytes),
        Encoding::Utf16(order) => {
            let even = bytes.len() & !1;
            if bytes.len() < 2 {
                return 0;
            }
            let big = match order {
                ByteOrder::Native => bytes.starts_with(&[0xfe, 0xff]),
                ByteOrder::Little => false,
                ByteOrder::Big => true,
            };
            let last = [bytes[even - 2], bytes[even - 1]];
            let unit = if big {
                u16::from_be_bytes(last)
            } else {
                u16::from_le_bytes(last)
            };
            if (0xd800..0xdc00).contains(&unit) {
                even - 2
            } else {
                even
            }
        }
        Encoding::Utf32(_) => bytes.len() & !3,
        Encoding::Latin1 | Encoding::Ascii => bytes.len(),
    }
}

/// The shared half of `utf_16_ex_decode` and `utf_32_ex_decode`, which also say the byte order.
fn ex_decode(
    vm: &mut Vm,
    name: &str,
    encoding: fn(ByteOrder) -> Encoding,
    marks: [&[u8]; 2],
    args: &[ObjId],
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 4)?;
    let bytes = bytes_like::contents(vm, args[0])?;
    let errors = errors_arg(vm, name, args)?;
    let mut order = order_arg(vm, args.get(2))?;
    let is_final = match args.get(3) {
        Some(&flag) => vm.is_true(flag)?,
        None => false,
    };
    let coder = encoding(order);
    let used = if is_final {
        bytes.len()
    } else {
        complete_length(coder, &bytes)
    };
    let text = decode_bytes(vm, args[0], &bytes[..used], coder, &errors)?;
    if order == ByteOrder::Native {
        if bytes.starts_with(marks[0]) {
            order = ByteOrder::Little;
        } else if bytes.starts_with(marks[1]) {
            order = ByteOrder::Big;
        }
    }
    let number = match order {
        ByteOrder::Native => 0,
        ByteOrder::Little => -1,
        ByteOrder::Big => 1,
    };
    let text = vm.new_text(text);
    let (used, number) = (vm.new_int(used as i64), vm.new_int(number));
    Ok(vm.new_tuple(vec![text, used, number]))
}

fn utf_16_ex_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let marks: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];
    ex_decode(vm, "utf_16_ex_decode", Encoding::Utf16, marks, args)
}

fn utf_32_ex_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let marks: [&[u8]; 2] = [&[0xff, 0xfe, 0, 0], &[0, 0, 0xfe, 0xff]];
    ex_decode(vm, "utf_32_ex_decode", Encoding::Utf32, marks, args)
}

// ---- UTF-7 and escapes

fn utf_7_encode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    escape_text(vm, "utf_7_encode", args, utf7::encode_utf7)
}

fn escape_text(
    vm: &mut Vm,
    name: &str,
    args: &[ObjId],
    encode: fn(&Text) -> Vec<u8>,
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 2)?;
    str_arg(vm, name, "1", args[0])?;
    errors_arg(vm, name, args)?;
    let text = vm.text(args[0]).cloned().unwrap_or_else(Text::empty);
    let bytes = vm.new_bytes(&encode(&text));
    Ok(pair(vm, bytes, text.len()))
}

/// Runs a decoder that says how much it used.
fn stateful(
    vm: &mut Vm,
    name: &str,
    codec: &str,
    default_final: bool,
    args: &[ObjId],
    decode: impl FnOnce(
        &[u8],
        bool,
        &mut dyn FnMut(Problem) -> PyResult<(Vec<u32>, usize)>,
    ) -> PyResult<(Text, usize)>,
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 3)?;
    let bytes = bytes_or_str(vm, args[0])?;
    let errors = errors_arg(vm, name, args)?;
    let is_final = match args.get(2) {
        Some(&flag) => vm.is_true(flag)?,
        None => default_final,
    };
    let (text, used) = decode_with(vm, args[0], &bytes, codec, &errors, |vm, on_error| {
        decode(&bytes, is_final, &mut |problem| on_error(vm, problem))
    })?;
    let text = vm.new_text(text);
    Ok(pair(vm, text, used))
}

fn utf_7_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    stateful(vm, "utf_7_decode", "utf7", false, args, utf7::decode_utf7)
}

fn raw_unicode_escape_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    stateful(
        vm,
        "raw_unicode_escape_decode",
        "rawunicodeescape",
        true,
        args,
        escape::decode_raw_unicode_escape,
    )
}

fn unicode_escape_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let mut warning = None;
    let name = "unicode_escape_decode";
    let result = stateful(
        vm,
        name,
        "unicodeescape",
        true,
        args,
        |bytes, is_final, on_error| {
            let escaped = escape::decode_unicode_escape(bytes, is_final, on_error)?;
            warning = escaped.warning;
            Ok((escaped.text, escaped.consumed))
        },
    )?;
    warn_deprecated(vm, result, warning)
}

fn warn_deprecated(vm: &mut Vm, result: ObjId, warning: Option<String>) -> PyResult<ObjId> {
    if let Some(message) = warning
        && let Err(raised) = super::warnings::warn(vm, types::DEPRECATION_WARNING, &message, 1)
    {
        vm.decref(result);
        return Err(raised);
    }
    Ok(result)
}

fn escape_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("escape_decode", args.len(), 1, 2)?;
    let bytes = bytes_or_str(vm, args[0])?;
    let errors = errors_arg(vm, "escape_decode", args)?;
    let bad_hex = match errors.as_str() {
        "strict" => escape::BadHex::Strict,
        "replace" => escape::BadHex::Replace,
        "ignore" => escape::BadHex::Ignore,
        other => {
            let message = format!("decoding error; unknown error handling code: {other}");
            return Err(vm.value_error(message));
        }
    };
    match escape::decode_bytes_escape(&bytes, bad_hex) {
        Ok((decoded, warning)) => {
            let decoded = vm.new_bytes(&decoded);
            let result = pair(vm, decoded, bytes.len());
            warn_deprecated(vm, result, warning)
        }
        Err(message) => Err(vm.value_error(message)),
    }
}

fn escape_encode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("escape_encode", args.len(), 1, 2)?;
    let Payload::Bytes(bytes) = vm.heap.payload(args[0]) else {
        return Err(bad_argument(vm, "escape_encode", "1", "bytes", args[0]));
    };
    let bytes = bytes.to_vec();
    errors_arg(vm, "escape_encode", args)?;
    let mut out = Vec::new();
    for &byte in &bytes {
        match byte {
            b'\'' | b'\\' => out.extend([b'\\', byte]),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x20..=0x7e => out.push(byte),
            _ => out.extend(format!("\\x{byte:02x}").into_bytes()),
        }
    }
    let encoded = vm.new_bytes(&out);
    Ok(pair(vm, encoded, bytes.len()))
}

fn readbuffer_encode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("readbuffer_encode", args.len(), 1, 2)?;
    let bytes = bytes_or_str(vm, args[0])?;
    errors_arg(vm, "readbuffer_encode", args)?;
    let copy = vm.new_bytes(&bytes);
    Ok(pair(vm, copy, bytes.len()))
}

// ---- character maps

/// `args[2]` unless it is `None` or missing.
fn mapping_arg(args: &[ObjId]) -> Option<ObjId> {
    args.get(2).copied().filter(|&mapping| mapping != NONE)
}

fn charmap_decode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("charmap_decode", args.len(), 1, 3)?;
    let Some(mapping) = mapping_arg(args) else {
        return decode_whole(
            vm,
            "charmap_decode",
            Encoding::Latin1,
            &args[..args.len().min(2)],
        );
    };
    let bytes = bytes_like::contents(vm, args[0])?;
    let errors = errors_arg(vm, "charmap_decode", args)?;
    let table = vm.text(mapping).map(to_points);
    let points = decode_with(vm, args[0], &bytes, "charmap", &errors, |vm, on_error| {
        let mut out = Vec::with_capacity(bytes.len());
        let mut i = 0;
        while i < bytes.len() {
            let byte = bytes[i];
            let mapped = match &table {
                Some(table) => table.get(usize::from(byte)).map(|&c| vec![c]),
                None => mapped_text(vm, mapping, byte)?,
            };
            match mapped {
                Some(text) if text != [0xfffe] => {
                    out.extend(text);
                    i += 1;
                }
                _ => {
                    let problem = Problem {
                        start: i,
                        end: i + 1,
                        reason: "character maps to <undefined>",
                    };
                    let (replacement, next) = on_error(vm, problem)?;
                    out.extend(replacement);
                    i = next;
                }
            }
        }
        Ok(out)
    })?;
    let text = vm.new_text(Text::from_code_points(&points));
    Ok(pair(vm, text, bytes.len()))
}

/// What a mapping object has under a number: a new reference, `None` where it has nothing.
fn mapped_object(vm: &mut Vm, mapping: ObjId, number: u32) -> PyResult<Option<ObjId>> {
    let key = vm.new_int(i64::from(number));
    let value = vm.getitem(mapping, key);
    vm.decref(key);
    match value {
        Ok(NONE) => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(_) if vm.raised_matches(types::LOOKUP_ERROR) => {
            vm.clear_raised();
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn mapped_text(vm: &mut Vm, mapping: ObjId, byte: u8) -> PyResult<Option<Vec<u32>>> {
    let Some(value) = mapped_object(vm, mapping, u32::from(byte))? else {
        return Ok(None);
    };
    let text = vm.text(value).map(to_points);
    let number = vm.is_int(value).then(|| vm.int_as_i64(value).unwrap_or(-1));
    vm.decref(value);
    if text.is_some() {
        return Ok(text);
    }
    match number {
        Some(c @ 0..=0x10_ffff) => Ok(Some(vec![c as u32])),
        Some(_) => Err(vm.type_error("character mapping must be in range(0x110000)")),
        None => Err(vm.type_error("character mapping must return integer, None or str")),
    }
}

/// The bytes that a mapping has for a code point; `None`: it is undefined.
fn mapped_bytes(vm: &mut Vm, mapping: ObjId, c: u32) -> PyResult<Option<Vec<u8>>> {
    let Some(value) = mapped_object(vm, mapping, c)? else {
        return Ok(None);
    };
    let bytes = match vm.heap.payload(value) {
        Payload::Bytes(bytes) => Some(bytes.to_vec()),
        _ => None,
    };
    let number = vm.is_int(value).then(|| vm.int_as_i64(value).unwrap_or(-1));
    let kind = vm.type_name_of(value);
    vm.decref(value);
    if bytes.is_some() {
        return Ok(bytes);
    }
    match number {
        Some(b @ 0..=255) => Ok(Some(vec![b as u8])),
        Some(_) => Err(vm.type_error("character mapping must be in range(256)")),
        None => Err(vm.type_error(format!(
            "character mapping must return integer, bytes or None, not {kind}"
        ))),
    }
}

fn charmap_encode(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("charmap_encode", args.len(), 1, 3)?;
    let Some(mapping) = mapping_arg(args) else {
        return encode(
            vm,
            "charmap_encode",
            Encoding::Latin1,
            &args[..args.len().min(2)],
        );
    };
    str_arg(vm, "charmap_encode", "1", args[0])?;
    let errors = errors_arg(vm, "charmap_encode", args)?;
    let points = vm.text(args[0]).map(to_points).unwrap_or_default();
    let mut out = Vec::with_capacity(points.len());
    let mut i = 0;
    while i < points.len() {
        if let Some(bytes) = mapped_bytes(vm, mapping, points[i])? {
            out.extend(bytes);
            i += 1;
            continue;
        }
        // All that is undefined from here on is one problem.
        let mut end = i + 1;
        while end < points.len() && mapped_bytes(vm, mapping, points[end])?.is_none() {
            end += 1;
        }
        let problem = Problem {
            start: i,
            end,
            reason: "character maps to <undefined>",
        };
        let (replacement, next) = resolve_encode_error(vm, args[0], "charmap", &errors, problem)?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend(bytes),
            Replacement::Text(text) => {
                for c in text {
                    match mapped_bytes(vm, mapping, c)? {
                        Some(bytes) => out.extend(bytes),
                        None => return Err(raise_encode_error(vm, "charmap", args[0], problem)),
                    }
                }
            }
        }
        i = next;
    }
    let bytes = vm.new_bytes(&out);
    Ok(pair(vm, bytes, points.len()))
}

fn charmap_build(vm: &mut Vm, _module: ObjId, map: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "charmap_build", "", map)?;
    let points = vm.text(map).map(to_points).unwrap_or_default();
    let dict = vm.new_dict();
    for (byte, &c) in points.iter().take(256).enumerate() {
        if c == 0xfffe {
            continue;
        }
        let (key, value) = (vm.new_int(i64::from(c)), vm.new_int(byte as i64));
        vm.dict_set(dict, key, value)?;
        vm.decref_all(&[key, value]);
    }
    Ok(dict)
}
