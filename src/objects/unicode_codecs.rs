//! `str.encode`, `bytes.decode` and `str(bytes, encoding)`.
//!
//! Mirrors `PyUnicode_AsEncodedString` and `PyUnicode_Decode` of `Objects/unicodeobject.c`. The
//! encodings of `base::textops::codec` are native; any other, and error handlers that a program
//! registered, are asked of the registry (`codec_registry`).

use crate::base::textops::codec::{BuiltinHandler, EncodeError, Encoding, Problem, Replacement};
use crate::base::textops::search::to_points;
use crate::base::{ObjId, Text};

use super::bytes_like;
use super::codec_registry::{self, Direction};
use super::getargs::Signature;
use super::object::Payload;
use super::scalar_new::bad_argument;
use super::unicodeobject::text_of;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{EMPTY_STR, types};

/// `str.encode`.
pub fn encode(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (encoding, errors) = codec_args(vm, "encode", args, kwnames)?;
    encode_object(vm, this, &encoding, &errors)
}

/// `bytes.decode` and `bytearray.decode`.
pub fn decode(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (encoding, errors) = codec_args(vm, "decode", args, kwnames)?;
    decode_object(vm, this, &encoding, &errors)
}

fn codec_args(
    vm: &mut Vm,
    name: &str,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<(String, String)> {
    let signature = Signature::new(name, &["encoding", "errors"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let mut texts = ["utf-8".to_owned(), "strict".to_owned()];
    for (i, place) in ["'encoding'", "'errors'"].into_iter().enumerate() {
        if values[i].is_null() {
            continue;
        }
        if vm.text(values[i]).is_none() {
            return Err(bad_argument(vm, name, place, "str", values[i]));
        }
        texts[i] = vm.str_lossy(values[i]);
        if texts[i].contains('\0') {
            return Err(vm.value_error("embedded null character"));
        }
    }
    let [encoding, errors] = texts;
    Ok((encoding, errors))
}

/// `str(object, encoding, errors)` of something other than a plain object
/// (`PyUnicode_FromEncodedObject`); NULL arguments take their defaults.
pub fn str_from_encoded_object(
    vm: &mut Vm,
    object: ObjId,
    encoding: ObjId,
    errors: ObjId,
) -> PyResult<ObjId> {
    if vm.text(object).is_some() {
        return Err(vm.type_error("decoding str is not supported"));
    }
    if !bytes_like::is_bytes_like(vm, object) {
        let name = vm.type_name_of(object);
        return Err(vm.type_error(format!(
            "decoding to str: need a bytes-like object, {name} found"
        )));
    }
    let encoding = if encoding.is_null() {
        "utf-8".to_owned()
    } else {
        vm.str_lossy(encoding)
    };
    let errors = if errors.is_null() {
        "strict".to_owned()
    } else {
        vm.str_lossy(errors)
    };
    decode_object(vm, object, &encoding, &errors)
}

/// A string's bytes in an encoding (`PyUnicode_AsEncodedString`).
pub fn encode_object(vm: &mut Vm, this: ObjId, encoding: &str, errors: &str) -> PyResult<ObjId> {
    let Some(codec) = Encoding::by_name(encoding) else {
        return encode_by_registry(vm, this, encoding, errors);
    };
    let bytes = encode_bytes(vm, this, codec, errors)?;
    Ok(vm.new_bytes(&bytes))
}

/// A string's bytes in a native encoding.
pub fn encode_bytes(vm: &mut Vm, this: ObjId, codec: Encoding, errors: &str) -> PyResult<Vec<u8>> {
    let text = text_of(vm, this).clone();
    let handler = BuiltinHandler::by_name(errors);
    let encoded = codec.encode(&text, &mut |problem| match handler {
        Some(handler) => match handler.on_encode(codec, &text, problem) {
            Some(resolved) => Ok(resolved),
            None => Err(raise_encode_error(vm, codec.name(), this, problem)),
        },
        None => call_encode_handler(vm, codec.name(), this, text.len(), errors, problem),
    });
    encoded.map_err(|error| match error {
        EncodeError::Raised(raised) => raised,
        EncodeError::Unusable(problem) => raise_encode_error(vm, codec.name(), this, problem),
    })
}

/// A bytes-like object's text in an encoding (`PyUnicode_FromEncodedObject`).
pub fn decode_object(vm: &mut Vm, this: ObjId, encoding: &str, errors: &str) -> PyResult<ObjId> {
    let Some(codec) = Encoding::by_name(encoding) else {
        return decode_by_registry(vm, this, encoding, errors);
    };
    let bytes = bytes_like::contents(vm, this)?;
    if bytes.is_empty() {
        return Ok(EMPTY_STR);
    }
    let text = decode_bytes(vm, this, &bytes, codec, errors)?;
    Ok(vm.new_text(text))
}

/// The text of bytes in a native encoding; `this` is the object that errors name.
pub fn decode_bytes(
    vm: &mut Vm,
    this: ObjId,
    bytes: &[u8],
    codec: Encoding,
    errors: &str,
) -> PyResult<Text> {
    let handler = BuiltinHandler::by_name(errors);
    let name = codec.decode_name(bytes);
    codec.decode(bytes, &mut |problem| match handler {
        Some(handler) => match handler.on_decode(codec, bytes, problem) {
            Some(resolved) => Ok(resolved),
            None => Err(raise_decode_error(vm, name, this, bytes, problem)),
        },
        None => call_decode_handler(vm, name, this, bytes, errors, problem),
    })
}

/// What a codec's decoder gets to deal with undecodable bytes.
pub type OnDecodeError<'a> = &'a mut dyn FnMut(&mut Vm, Problem) -> PyResult<(Vec<u32>, usize)>;

/// Runs a decoder under the error handler `errors`; errors name the codec `name`.
pub fn decode_with<T>(
    vm: &mut Vm,
    this: ObjId,
    bytes: &[u8],
    name: &str,
    errors: &str,
    decode: impl FnOnce(&mut Vm, OnDecodeError<'_>) -> PyResult<T>,
) -> PyResult<T> {
    let handler = BuiltinHandler::by_name(errors);
    decode(vm, &mut |vm, problem| match handler {
        Some(handler) => match handler.on_decode(Encoding::Ascii, bytes, problem) {
            Some(resolved) => Ok(resolved),
            None => Err(raise_decode_error(vm, name, this, bytes, problem)),
        },
        None => call_decode_handler(vm, name, this, bytes, errors, problem),
    })
}

/// What stands for a part of `this` that a codec cannot encode, and where to go on.
pub fn resolve_encode_error(
    vm: &mut Vm,
    this: ObjId,
    name: &str,
    errors: &str,
    problem: Problem,
) -> PyResult<(Replacement, usize)> {
    let text = text_of(vm, this).clone();
    match BuiltinHandler::by_name(errors) {
        Some(handler) => match handler.on_encode(Encoding::Ascii, &text, problem) {
            Some(resolved) => Ok(resolved),
            None => Err(raise_encode_error(vm, name, this, problem)),
        },
        None => call_encode_handler(vm, name, this, text.len(), errors, problem),
    }
}

// ---- errors

fn error_object(
    vm: &mut Vm,
    class: ObjId,
    encoding: &str,
    object: ObjId,
    problem: Problem,
) -> PyResult<ObjId> {
    let name = vm.new_str(encoding);
    let start = vm.new_int(problem.start as i64);
    let end = vm.new_int(problem.end as i64);
    let reason = vm.new_str(problem.reason);
    let error = vm.call(class, &[name, object, start, end, reason]);
    vm.decref_all(&[name, start, end, reason]);
    error
}

/// `UnicodeEncodeError` of a part of `this`.
#[cold]
pub fn raise_encode_error(vm: &mut Vm, encoding: &str, this: ObjId, problem: Problem) -> Raised {
    match error_object(vm, types::UNICODE_ENCODE_ERROR, encoding, this, problem) {
        Ok(error) => raise_object(vm, types::UNICODE_ENCODE_ERROR, error),
        Err(raised) => raised,
    }
}

fn raise_object(vm: &mut Vm, class: ObjId, error: ObjId) -> Raised {
    let raised = vm.raise_with(class, error);
    vm.decref(error);
    raised
}

/// The bytes object that a `UnicodeDecodeError` carries: a new reference.
fn error_bytes(vm: &mut Vm, this: ObjId, bytes: &[u8]) -> ObjId {
    if vm.type_of(this) == types::BYTES {
        vm.incref(this)
    } else {
        vm.new_bytes(bytes)
    }
}

#[cold]
fn raise_decode_error(
    vm: &mut Vm,
    encoding: &str,
    this: ObjId,
    bytes: &[u8],
    problem: Problem,
) -> Raised {
    let object = error_bytes(vm, this, bytes);
    let error = error_object(vm, types::UNICODE_DECODE_ERROR, encoding, object, problem);
    vm.decref(object);
    match error {
        Ok(error) => raise_object(vm, types::UNICODE_DECODE_ERROR, error),
        Err(raised) => raised,
    }
}

// ---- registered codecs and handlers

/// Calls the registered error handler; gives its replacement (a new reference) and position.
fn call_handler(
    vm: &mut Vm,
    errors: &str,
    error: ObjId,
    length: usize,
) -> PyResult<(ObjId, usize)> {
    let handler = codec_registry::lookup_error(vm, errors)?;
    let result = vm.call(handler, &[error]);
    vm.decref(handler);
    let result = result?;
    let items = vm.tuple_items(result).to_vec();
    let [replacement, position] = items[..] else {
        vm.decref(result);
        return Err(wrong_handler_result(vm, error));
    };
    if !vm.is_int(position)
        || !(vm.text(replacement).is_some() || vm.isinstance(replacement, types::BYTES))
    {
        vm.decref(result);
        return Err(wrong_handler_result(vm, error));
    }
    let position = vm.int_as_i64(position).unwrap_or(i64::MAX);
    let adjusted = if position < 0 {
        position + length as i64
    } else {
        position
    };
    vm.incref(replacement);
    vm.decref(result);
    if adjusted < 0 || adjusted as usize > length {
        vm.decref(replacement);
        return Err(vm.raise(
            types::INDEX_ERROR,
            format!("position {position} from error handler out of bounds"),
        ));
    }
    Ok((replacement, adjusted as usize))
}

#[cold]
fn wrong_handler_result(vm: &mut Vm, error: ObjId) -> Raised {
    let kind = if vm.isinstance(error, types::UNICODE_ENCODE_ERROR) {
        "encoding error handler must return (str/bytes, int) tuple"
    } else {
        "decoding error handler must return (str, int) tuple"
    };
    vm.type_error(kind)
}

fn call_encode_handler(
    vm: &mut Vm,
    codec: &str,
    this: ObjId,
    length: usize,
    errors: &str,
    problem: Problem,
) -> PyResult<(Replacement, usize)> {
    let error = error_object(vm, types::UNICODE_ENCODE_ERROR, codec, this, problem)?;
    let result = call_handler(vm, errors, error, length);
    vm.decref(error);
    let (replacement, position) = result?;
    let resolved = match vm.heap.payload(replacement) {
        Payload::Bytes(bytes) => Replacement::Bytes(bytes.to_vec()),
        _ => Replacement::Text(vm.text(replacement).map(to_points).unwrap_or_default()),
    };
    vm.decref(replacement);
    Ok((resolved, position))
}

fn call_decode_handler(
    vm: &mut Vm,
    encoding: &str,
    this: ObjId,
    bytes: &[u8],
    errors: &str,
    problem: Problem,
) -> PyResult<(Vec<u32>, usize)> {
    let object = error_bytes(vm, this, bytes);
    let error = error_object(vm, types::UNICODE_DECODE_ERROR, encoding, object, problem);
    vm.decref(object);
    let error = error?;
    let result = call_handler(vm, errors, error, bytes.len());
    let (replacement, position) = match result {
        Ok(result) => result,
        Err(raised) => {
            vm.decref(error);
            return Err(raised);
        }
    };
    let text = vm.text(replacement).map(to_points);
    vm.decref(replacement);
    let resolved = text
        .map(|text| (text, position))
        .ok_or_else(|| wrong_handler_result(vm, error));
    vm.decref(error);
    resolved
}

fn encode_by_registry(vm: &mut Vm, this: ObjId, encoding: &str, errors: &str) -> PyResult<ObjId> {
    let result = codec_registry::convert_text(vm, Direction::Encode, this, encoding, errors)?;
    if vm.isinstance(result, types::BYTES) {
        return Ok(result);
    }
    let name = vm.type_name_of(result);
    vm.decref(result);
    Err(vm.type_error(format!(
        "'{encoding}' encoder returned '{name}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

fn decode_by_registry(vm: &mut Vm, this: ObjId, encoding: &str, errors: &str) -> PyResult<ObjId> {
    let result = codec_registry::convert_text(vm, Direction::Decode, this, encoding, errors)?;
    if vm.text(result).is_some() {
        return Ok(result);
    }
    let name = vm.type_name_of(result);
    vm.decref(result);
    Err(vm.type_error(format!(
        "'{encoding}' decoder returned '{name}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
    )))
}
