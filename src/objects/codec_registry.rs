//! The registry of codecs and error handlers, which all threads of the program share.
//!
//! Mirrors `Python/codecs.c`: search functions, their cache, and the handlers by name.

use crate::base::textops::codec::{BuiltinHandler, Encoding, Problem, Replacement};
use crate::base::textops::search::to_points;
use crate::base::unicode::name_of;
use crate::base::{ObjId, Text};

use super::methodobject::{MethodDef, MethodImpl};
use super::object::Payload;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::types;

/// The module whose state the registry is: a list of search functions, a dict of found codecs, a
/// dict of error handlers.
const STATE: &str = "_codecs";

/// Which part of the tuple that a search function gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Encode,
    Decode,
}

impl Direction {
    const fn index(self) -> usize {
        match self {
            Self::Encode => 0,
            Self::Decode => 1,
        }
    }
}

/// The handlers that exist from the start, as functions.
static HANDLERS: &[(&str, MethodDef)] = &[
    (
        "strict",
        MethodDef::new("strict_errors", MethodImpl::O(strict_errors), ""),
    ),
    (
        "ignore",
        MethodDef::new(
            "ignore_errors",
            MethodImpl::O(|vm, _, e| handle(vm, BuiltinHandler::Ignore, e)),
            "",
        ),
    ),
    (
        "replace",
        MethodDef::new(
            "replace_errors",
            MethodImpl::O(|vm, _, e| handle(vm, BuiltinHandler::Replace, e)),
            "",
        ),
    ),
    (
        "xmlcharrefreplace",
        MethodDef::new(
            "xmlcharrefreplace_errors",
            MethodImpl::O(|vm, _, e| handle(vm, BuiltinHandler::XmlCharRefReplace, e)),
            "",
        ),
    ),
    (
        "backslashreplace",
        MethodDef::new(
            "backslashreplace_errors",
            MethodImpl::O(|vm, _, e| handle(vm, BuiltinHandler::BackslashReplace, e)),
            "",
        ),
    ),
    (
        "namereplace",
        MethodDef::new("namereplace_errors", MethodImpl::O(namereplace_errors), ""),
    ),
    (
        "surrogatepass",
        MethodDef::new(
            "surrogatepass",
            MethodImpl::O(|vm, _, e| handle(vm, BuiltinHandler::SurrogatePass, e)),
            "",
        ),
    ),
    (
        "surrogateescape",
        MethodDef::new(
            "surrogateescape",
            MethodImpl::O(|vm, _, e| handle(vm, BuiltinHandler::SurrogateEscape, e)),
            "",
        ),
    ),
];

/// Search path, cache and handlers; borrowed.
fn state(vm: &mut Vm) -> [ObjId; 3] {
    if let Some(&[path, cache, handlers]) = vm.interp.module_state.get(STATE).map(Vec::as_slice) {
        return [path, cache, handlers];
    }
    let path = vm.new_list(Vec::new());
    let cache = vm.new_dict();
    let handlers = vm.new_dict();
    for (name, def) in HANDLERS {
        let function = vm.new_cfunction(*def, ObjId::NULL, ObjId::NULL);
        vm.dict_set_name(handlers, name, function);
        vm.decref(function);
    }
    vm.interp
        .module_state
        .insert(STATE, vec![path, cache, handlers]);
    vm.report_interpreter();
    [path, cache, handlers]
}

/// Lets the library's codecs register themselves before anything else does (`init_codecs` of
/// `Python/codecs.c` does so at the start; here it happens with the first use).
fn import_encodings(vm: &mut Vm) -> PyResult<()> {
    const DONE: &str = "_codecs encodings";
    if vm.interp.native_state.contains_key(DONE) {
        return Ok(());
    }
    vm.interp.native_state.insert(DONE, Box::new(()));
    let import = vm.hooks.import_module;
    let module = import(vm, "encodings")?;
    vm.decref(module);
    Ok(())
}

/// Adds a search function (`PyCodec_Register`).
pub fn register(vm: &mut Vm, function: ObjId) -> PyResult<()> {
    if !vm.is_callable(function) {
        return Err(vm.type_error("argument must be callable"));
    }
    import_encodings(vm)?;
    let [path, _, _] = state(vm);
    vm.list_append(path, function);
    Ok(())
}

/// Takes a search function away and forgets what was found (`PyCodec_Unregister`).
pub fn unregister(vm: &mut Vm, function: ObjId) -> PyResult<()> {
    let [path, cache, _] = state(vm);
    let found = vm.list(path).ob_item.iter().position(|&f| f == function);
    if let Some(index) = found {
        for (name, _) in vm.dict_entries(cache) {
            vm.dict_delete(cache, name)?;
        }
        let old = vm.list_remove_at(path, index);
        vm.decref(old);
    }
    Ok(())
}

/// Adds an error handler (`PyCodec_RegisterError`).
pub fn register_error(vm: &mut Vm, name: ObjId, handler: ObjId) -> PyResult<()> {
    if !vm.is_callable(handler) {
        return Err(vm.type_error("handler must be callable"));
    }
    let [_, _, handlers] = state(vm);
    vm.dict_set(handlers, name, handler)
}

/// The error handler of a name: a new reference (`PyCodec_LookupError`).
pub fn lookup_error(vm: &mut Vm, name: &str) -> PyResult<ObjId> {
    let [_, _, handlers] = state(vm);
    match vm.dict_get_name(handlers, name) {
        Some(handler) => Ok(vm.incref(handler)),
        None => Err(vm.raise(
            types::LOOKUP_ERROR,
            format!("unknown error handler name '{name}'"),
        )),
    }
}

/// The tuple of a codec: a new reference (`_PyCodec_Lookup`).
pub fn lookup(vm: &mut Vm, encoding: &str) -> PyResult<ObjId> {
    let normal: String = encoding
        .chars()
        .map(|c| {
            if c == ' ' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    import_encodings(vm)?;
    let [path, cache, _] = state(vm);
    if let Some(found) = vm.dict_get_name(cache, &normal) {
        return Ok(vm.incref(found));
    }
    let name = vm.new_str(&normal);
    let mut index = 0;
    while index < vm.list_len(path) {
        let function = vm.list(path).ob_item[index];
        vm.incref(function);
        let result = vm.call(function, &[name]);
        vm.decref(function);
        let result = match result {
            Ok(result) => result,
            Err(raised) => {
                vm.decref(name);
                return Err(raised);
            }
        };
        if result == super::wellknown::NONE {
            index += 1;
            continue;
        }
        if vm.tuple_items(result).len() != 4 {
            vm.decref_all(&[result, name]);
            return Err(vm.type_error("codec search functions must return 4-tuples"));
        }
        let stored = vm.dict_set(cache, name, result);
        vm.decref(name);
        stored?;
        return Ok(result);
    }
    vm.decref(name);
    Err(vm.raise(types::LOOKUP_ERROR, format!("unknown encoding: {encoding}")))
}

/// The object that a codec makes of `object`: a new reference (`PyCodec_Encode`, `PyCodec_Decode`).
pub fn convert(
    vm: &mut Vm,
    direction: Direction,
    object: ObjId,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<ObjId> {
    let codec = lookup(vm, encoding)?;
    convert_by(vm, codec, direction, object, encoding, errors)
}

/// As [`convert`] for `str.encode` and `bytes.decode`, which take text encodings alone
/// (`_PyCodec_EncodeText`, `_PyCodec_DecodeText`).
pub fn convert_text(
    vm: &mut Vm,
    direction: Direction,
    object: ObjId,
    encoding: &str,
    errors: &str,
) -> PyResult<ObjId> {
    let codec = lookup(vm, encoding)?;
    if vm.type_of(codec) != types::TUPLE {
        let flag = match vm.getattr_name_opt(codec, "_is_text_encoding") {
            Ok(flag) => flag,
            Err(raised) => {
                vm.decref(codec);
                return Err(raised);
            }
        };
        if let Some(flag) = flag {
            let is_text = vm.is_true(flag);
            vm.decref(flag);
            if !is_text? {
                vm.decref(codec);
                let instead = match direction {
                    Direction::Encode => "codecs.encode()",
                    Direction::Decode => "codecs.decode()",
                };
                return Err(vm.raise(
                    types::LOOKUP_ERROR,
                    format!(
                        "'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs"
                    ),
                ));
            }
        }
    }
    convert_by(vm, codec, direction, object, encoding, Some(errors))
}

/// Calls one function of a codec, whose reference is stolen.
fn convert_by(
    vm: &mut Vm,
    codec: ObjId,
    direction: Direction,
    object: ObjId,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<ObjId> {
    let function = vm.tuple_items(codec)[direction.index()];
    vm.incref(function);
    vm.decref(codec);
    let result = match errors {
        Some(errors) => {
            let errors = vm.new_str(errors);
            let result = vm.call(function, &[object, errors]);
            vm.decref(errors);
            result
        }
        None => vm.call(function, &[object]),
    };
    vm.decref(function);
    let doing = match direction {
        Direction::Encode => "encoding",
        Direction::Decode => "decoding",
    };
    let result = match result {
        Ok(result) => result,
        Err(raised) => {
            return Err(add_note(
                vm,
                raised,
                &format!("{doing} with '{encoding}' codec failed"),
            ));
        }
    };
    let items = vm.tuple_items(result);
    if vm.type_of(result) != types::TUPLE || items.len() != 2 {
        vm.decref(result);
        let coder = match direction {
            Direction::Encode => "encoder",
            Direction::Decode => "decoder",
        };
        return Err(vm.type_error(format!("{coder} must return a tuple (object, integer)")));
    }
    let converted = items[0];
    vm.incref(converted);
    vm.decref(result);
    Ok(converted)
}

/// Adds a note to the exception on its way (`_PyErr_FormatNote`).
fn add_note(vm: &mut Vm, raised: Raised, note: &str) -> Raised {
    if vm.stop.is_some() {
        return raised;
    }
    let exception = vm.take_raised();
    let note = vm.new_str(note);
    let result = vm.call_method_name(exception, "add_note", &[note]);
    vm.decref(note);
    match result {
        Ok(none) => vm.decref(none),
        Err(_) => vm.clear_raised(),
    }
    vm.set_raised(exception)
}

// ---- the handlers

fn strict_errors(vm: &mut Vm, _module: ObjId, exception: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(exception, types::BASE_EXCEPTION) {
        return Err(vm.type_error("codec must pass exception instance"));
    }
    vm.incref(exception);
    Err(vm.set_raised(exception))
}

/// What a handler needs to know of a `UnicodeError`.
enum Subject {
    Encode(Text, String),
    Decode(Vec<u8>, String),
    Translate(Text),
}

fn subject(vm: &mut Vm, exception: ObjId) -> PyResult<(Subject, Problem)> {
    let kinds = [
        types::UNICODE_ENCODE_ERROR,
        types::UNICODE_DECODE_ERROR,
        types::UNICODE_TRANSLATE_ERROR,
    ];
    let Some(kind) = kinds.into_iter().find(|&k| vm.isinstance(exception, k)) else {
        let name = vm.type_name_of(exception);
        return Err(vm.type_error(format!("don't know how to handle {name} in error callback")));
    };
    let object = vm.exception(exception).field("object");
    let encoding = vm.exception(exception).field("encoding");
    let encoding = vm.str_lossy(encoding);
    let position = |vm: &Vm, name: &str| {
        let value = vm.exception(exception).field(name);
        if value.is_null() {
            0
        } else {
            vm.int_as_i64(value).unwrap_or(0)
        }
    };
    let (start, end) = (position(vm, "start"), position(vm, "end"));
    let subject = match (kind, vm.heap.payload(object)) {
        (types::UNICODE_DECODE_ERROR, Payload::Bytes(bytes)) => {
            Subject::Decode(bytes.to_vec(), encoding)
        }
        (types::UNICODE_ENCODE_ERROR, Payload::Str(text)) => {
            Subject::Encode(text.text.clone(), encoding)
        }
        (types::UNICODE_TRANSLATE_ERROR, Payload::Str(text)) => {
            Subject::Translate(text.text.clone())
        }
        _ => {
            let expected = if kind == types::UNICODE_DECODE_ERROR {
                "bytes"
            } else {
                "str"
            };
            return Err(vm.type_error(format!("object attribute must be {expected}")));
        }
    };
    let length = match &subject {
        Subject::Encode(text, _) | Subject::Translate(text) => text.len(),
        Subject::Decode(bytes, _) => bytes.len(),
    } as i64;
    // As `PyUnicodeEncodeError_GetStart` and `GetEnd` clip them.
    let start = start.clamp(0, (length - 1).max(0)) as usize;
    let end = end.clamp(i64::from(length > 0), length.max(0)) as usize;
    let problem = Problem {
        start,
        end: end.max(start),
        reason: "",
    };
    Ok((subject, problem))
}

fn handle(vm: &mut Vm, handler: BuiltinHandler, exception: ObjId) -> PyResult<ObjId> {
    let (subject, problem) = subject(vm, exception)?;
    let resolved = match subject {
        Subject::Encode(text, encoding) => {
            let encoding = Encoding::by_name(&encoding).unwrap_or(Encoding::Ascii);
            handler.on_encode(encoding, &text, problem)
        }
        Subject::Decode(bytes, encoding) => {
            let encoding = Encoding::by_name(&encoding).unwrap_or(Encoding::Ascii);
            if handler == BuiltinHandler::XmlCharRefReplace {
                return Err(
                    vm.type_error("don't know how to handle UnicodeDecodeError in error callback")
                );
            }
            let resolved = handler.on_decode(encoding, &bytes, problem);
            resolved.map(|(text, end)| (Replacement::Text(text), end))
        }
        Subject::Translate(text) => match handler {
            BuiltinHandler::Replace => {
                let marks = vec![0xfffd; problem.end - problem.start];
                Some((Replacement::Text(marks), problem.end))
            }
            BuiltinHandler::Ignore | BuiltinHandler::BackslashReplace => {
                handler.on_encode(Encoding::Ascii, &text, problem)
            }
            _ => {
                let name = vm.type_name_of(exception);
                return Err(
                    vm.type_error(format!("don't know how to handle {name} in error callback"))
                );
            }
        },
    };
    match resolved {
        Some((replacement, end)) => Ok(answer(vm, replacement, end)),
        None => strict_errors(vm, ObjId::NULL, exception),
    }
}

fn answer(vm: &mut Vm, replacement: Replacement, end: usize) -> ObjId {
    let replacement = match replacement {
        Replacement::Text(points) => vm.new_text(Text::from_code_points(&points)),
        Replacement::Bytes(bytes) => vm.new_bytes(&bytes),
    };
    let end = vm.new_int(end as i64);
    vm.new_tuple(vec![replacement, end])
}

fn namereplace_errors(vm: &mut Vm, _module: ObjId, exception: ObjId) -> PyResult<ObjId> {
    let (Subject::Encode(text, _), problem) = subject(vm, exception)? else {
        let name = vm.type_name_of(exception);
        return Err(vm.type_error(format!("don't know how to handle {name} in error callback")));
    };
    let points = name_escapes(&text, problem);
    Ok(answer(vm, Replacement::Text(points), problem.end))
}

/// `\N{…}` for each code point that has a name, else its escape.
fn name_escapes(text: &Text, problem: Problem) -> Vec<u32> {
    let mut out = String::new();
    for c in (problem.start..problem.end).map(|i| text.at(i)) {
        match name_of(c) {
            Some(name) => {
                out.push_str("\\N{");
                out.push_str(&name);
                out.push('}');
            }
            None => crate::base::format::repr::push_hex_escape(&mut out, c),
        }
    }
    to_points(&Text::from(out))
}
