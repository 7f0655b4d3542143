//! The built-in exception classes: construction, text, attributes.
//!
//! Mirrors the type half of `Objects/exceptions.c`.

use std::fmt::Write as _;

use crate::base::ObjId;

use super::exceptions::ExceptionObject;
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, FALSE, NONE, TRUE, bool_obj, names, types};

const FLAGS: TypeFlags = TypeFlags::HAVE_GC
    .with(TypeFlags::BASETYPE)
    .with(TypeFlags::BASE_EXC_SUBCLASS);

/// `BaseException`; every other class derives from it.
pub static BASE_EXCEPTION: TypeSpec = TypeSpec {
    tp_name: "BaseException",
    tp_basicsize: 72,
    tp_flags: FLAGS,
    dict: true,
    slots: Slots {
        tp_new: Some(exception_new),
        tp_init: Some(exception_init),
        tp_repr: Some(exception_repr),
        tp_str: Some(exception_str),
        tp_getattro: Some(super::object_type::object_getattro),
        tp_setattro: Some(super::object_type::object_setattr),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reduce__", MethodImpl::NoArgs(exception_reduce), ""),
        MethodDef::new("__setstate__", MethodImpl::O(exception_setstate), ""),
        MethodDef::new(
            "with_traceback",
            MethodImpl::O(with_traceback),
            "($self, object, /)",
        ),
        MethodDef::new("add_note", MethodImpl::O(add_note), "($self, object, /)"),
    ],
    members: &[MemberDef {
        name: "__suppress_context__",
        get: |vm, e| Ok(bool_obj(vm.exception(e).suppress_context)),
        set: Some(set_suppress_context),
    }],
    getset: &[
        GetSetDef {
            name: "__dict__",
            get: super::builtin_descr::own_dict_get,
            set: Some(super::builtin_descr::set_instance_dict),
        },
        GetSetDef {
            name: "args",
            get: |vm, e| field(vm, e, |x| x.args),
            set: Some(set_args),
        },
        GetSetDef {
            name: "__traceback__",
            get: |vm, e| field(vm, e, |x| x.traceback),
            set: Some(set_traceback),
        },
        GetSetDef {
            name: "__context__",
            get: |vm, e| field(vm, e, |x| x.context),
            set: Some(set_context),
        },
        GetSetDef {
            name: "__cause__",
            get: |vm, e| field(vm, e, |x| x.cause),
            set: Some(set_cause),
        },
    ],
    tp_doc: "Common base class for all exceptions.",
    ..TypeSpec::EMPTY
};

/// A class that adds nothing but its name.
const fn simple(tp_name: &'static str, tp_base: ObjId) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: 72,
        tp_flags: FLAGS,
        tp_base,
        ..TypeSpec::EMPTY
    }
}

/// A class with its own fields and constructor.
#[expect(
    clippy::large_types_passed_by_value,
    reason = "evaluated while compiling"
)]
const fn with_fields(
    tp_name: &'static str,
    tp_base: ObjId,
    tp_basicsize: u32,
    slots: Slots,
    members: &'static [MemberDef],
) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize,
        tp_flags: FLAGS,
        tp_base,
        slots,
        members,
        ..TypeSpec::EMPTY
    }
}

macro_rules! member {
    ($name:literal) => {
        MemberDef {
            name: $name,
            get: |vm, e| named_field(vm, e, $name),
            set: Some(|vm, e, v| set_named_field(vm, e, $name, v)),
        }
    };
}

macro_rules! simple_types { ($($id:ident $name:literal $base:ident;)*) => {
    /// The classes without fields of their own, with their slots in the heap.
    pub static SIMPLE: &[(ObjId, TypeSpec)] = &[$((types::$id, simple($name, types::$base)),)*];
} }

simple_types! {
    EXCEPTION "Exception" BASE_EXCEPTION; GENERATOR_EXIT "GeneratorExit" BASE_EXCEPTION;
    KEYBOARD_INTERRUPT "KeyboardInterrupt" BASE_EXCEPTION;
    ARITHMETIC_ERROR "ArithmeticError" EXCEPTION; FLOATING_POINT_ERROR "FloatingPointError" ARITHMETIC_ERROR;
    OVERFLOW_ERROR "OverflowError" ARITHMETIC_ERROR; ZERO_DIVISION_ERROR "ZeroDivisionError" ARITHMETIC_ERROR;
    ASSERTION_ERROR "AssertionError" EXCEPTION; BUFFER_ERROR "BufferError" EXCEPTION;
    EOF_ERROR "EOFError" EXCEPTION; LOOKUP_ERROR "LookupError" EXCEPTION; INDEX_ERROR "IndexError" LOOKUP_ERROR;
    MEMORY_ERROR "MemoryError" EXCEPTION; REFERENCE_ERROR "ReferenceError" EXCEPTION;
    RUNTIME_ERROR "RuntimeError" EXCEPTION; NOT_IMPLEMENTED_ERROR "NotImplementedError" RUNTIME_ERROR;
    RECURSION_ERROR "RecursionError" RUNTIME_ERROR;
    PYTHON_FINALIZATION_ERROR "PythonFinalizationError" RUNTIME_ERROR;
    STOP_ASYNC_ITERATION "StopAsyncIteration" EXCEPTION; SYSTEM_ERROR "SystemError" EXCEPTION;
    TYPE_ERROR "TypeError" EXCEPTION; VALUE_ERROR "ValueError" EXCEPTION; UNICODE_ERROR "UnicodeError" VALUE_ERROR;
    WARNING "Warning" EXCEPTION; BYTES_WARNING "BytesWarning" WARNING;
    DEPRECATION_WARNING "DeprecationWarning" WARNING; ENCODING_WARNING "EncodingWarning" WARNING;
    FUTURE_WARNING "FutureWarning" WARNING; IMPORT_WARNING "ImportWarning" WARNING;
    PENDING_DEPRECATION_WARNING "PendingDeprecationWarning" WARNING;
    RESOURCE_WARNING "ResourceWarning" WARNING; RUNTIME_WARNING "RuntimeWarning" WARNING;
    SYNTAX_WARNING "SyntaxWarning" WARNING; UNICODE_WARNING "UnicodeWarning" WARNING;
    USER_WARNING "UserWarning" WARNING;
}

/// The classes with fields or behavior of their own.
pub static SPECIAL: &[(ObjId, TypeSpec)] = &[
    (
        types::KEY_ERROR,
        TypeSpec {
            slots: Slots {
                tp_str: Some(key_error_str),
                ..Slots::EMPTY
            },
            ..simple("KeyError", types::LOOKUP_ERROR)
        },
    ),
    (
        types::STOP_ITERATION,
        with_fields(
            "StopIteration",
            types::EXCEPTION,
            80,
            Slots {
                tp_init: Some(stop_iteration_init),
                ..Slots::EMPTY
            },
            &[member!("value")],
        ),
    ),
    (
        types::SYSTEM_EXIT,
        with_fields(
            "SystemExit",
            types::BASE_EXCEPTION,
            80,
            Slots {
                tp_init: Some(system_exit_init),
                ..Slots::EMPTY
            },
            &[member!("code")],
        ),
    ),
    (
        types::NAME_ERROR,
        with_fields(
            "NameError",
            types::EXCEPTION,
            80,
            Slots {
                tp_init: Some(name_error_init),
                ..Slots::EMPTY
            },
            &[member!("name")],
        ),
    ),
    (
        types::UNBOUND_LOCAL_ERROR,
        TypeSpec {
            tp_basicsize: 80,
            ..simple("UnboundLocalError", types::NAME_ERROR)
        },
    ),
    (
        types::ATTRIBUTE_ERROR,
        TypeSpec {
            methods: &[MethodDef::new(
                "__getstate__",
                MethodImpl::NoArgs(attribute_error_getstate),
                "",
            )],
            ..with_fields(
                "AttributeError",
                types::EXCEPTION,
                88,
                Slots {
                    tp_init: Some(attribute_error_init),
                    ..Slots::EMPTY
                },
                &[member!("name"), member!("obj")],
            )
        },
    ),
    (
        types::IMPORT_ERROR,
        with_fields(
            "ImportError",
            types::EXCEPTION,
            104,
            Slots {
                tp_init: Some(import_error_init),
                tp_str: Some(import_error_str),
                ..Slots::EMPTY
            },
            &[
                member!("msg"),
                member!("name"),
                member!("path"),
                member!("name_from"),
            ],
        ),
    ),
    (
        types::MODULE_NOT_FOUND_ERROR,
        TypeSpec {
            tp_basicsize: 104,
            ..simple("ModuleNotFoundError", types::IMPORT_ERROR)
        },
    ),
    (
        types::OS_ERROR,
        with_fields(
            "OSError",
            types::EXCEPTION,
            112,
            Slots {
                tp_new: Some(os_error_new),
                tp_init: Some(os_error_init),
                tp_str: Some(os_error_str),
                ..Slots::EMPTY
            },
            &[
                member!("errno"),
                member!("strerror"),
                member!("filename"),
                member!("filename2"),
                member!("characters_written"),
            ],
        ),
    ),
    (
        types::BLOCKING_IO_ERROR,
        os_error("BlockingIOError", types::OS_ERROR),
    ),
    (
        types::CHILD_PROCESS_ERROR,
        os_error("ChildProcessError", types::OS_ERROR),
    ),
    (
        types::CONNECTION_ERROR,
        os_error("ConnectionError", types::OS_ERROR),
    ),
    (
        types::BROKEN_PIPE_ERROR,
        os_error("BrokenPipeError", types::CONNECTION_ERROR),
    ),
    (
        types::CONNECTION_ABORTED_ERROR,
        os_error("ConnectionAbortedError", types::CONNECTION_ERROR),
    ),
    (
        types::CONNECTION_REFUSED_ERROR,
        os_error("ConnectionRefusedError", types::CONNECTION_ERROR),
    ),
    (
        types::CONNECTION_RESET_ERROR,
        os_error("ConnectionResetError", types::CONNECTION_ERROR),
    ),
    (
        types::FILE_EXISTS_ERROR,
        os_error("FileExistsError", types::OS_ERROR),
    ),
    (
        types::FILE_NOT_FOUND_ERROR,
        os_error("FileNotFoundError", types::OS_ERROR),
    ),
    (
        types::INTERRUPTED_ERROR,
        os_error("InterruptedError", types::OS_ERROR),
    ),
    (
        types::IS_A_DIRECTORY_ERROR,
        os_error("IsADirectoryError", types::OS_ERROR),
    ),
    (
        types::NOT_A_DIRECTORY_ERROR,
        os_error("NotADirectoryError", types::OS_ERROR),
    ),
    (
        types::PERMISSION_ERROR,
        os_error("PermissionError", types::OS_ERROR),
    ),
    (
        types::PROCESS_LOOKUP_ERROR,
        os_error("ProcessLookupError", types::OS_ERROR),
    ),
    (
        types::TIMEOUT_ERROR,
        os_error("TimeoutError", types::OS_ERROR),
    ),
    (
        types::SYNTAX_ERROR,
        with_fields(
            "SyntaxError",
            types::EXCEPTION,
            136,
            Slots {
                tp_init: Some(syntax_error_init),
                tp_str: Some(syntax_error_str),
                ..Slots::EMPTY
            },
            &[
                member!("msg"),
                member!("filename"),
                member!("lineno"),
                member!("offset"),
                member!("text"),
                member!("end_lineno"),
                member!("end_offset"),
                member!("print_file_and_line"),
                member!("_metadata"),
            ],
        ),
    ),
    (
        types::INDENTATION_ERROR,
        TypeSpec {
            tp_basicsize: 136,
            ..simple("IndentationError", types::SYNTAX_ERROR)
        },
    ),
    (
        types::TAB_ERROR,
        TypeSpec {
            tp_basicsize: 136,
            ..simple("TabError", types::INDENTATION_ERROR)
        },
    ),
    (
        types::INCOMPLETE_INPUT_ERROR,
        TypeSpec {
            tp_basicsize: 136,
            ..simple("_IncompleteInputError", types::SYNTAX_ERROR)
        },
    ),
    (
        types::UNICODE_ENCODE_ERROR,
        with_fields(
            "UnicodeEncodeError",
            types::UNICODE_ERROR,
            112,
            Slots {
                tp_init: Some(|vm, e, a, k| unicode_error_init(vm, e, a, k, types::STR)),
                tp_str: Some(unicode_error_str),
                ..Slots::EMPTY
            },
            &[
                member!("encoding"),
                member!("object"),
                member!("start"),
                member!("end"),
                member!("reason"),
            ],
        ),
    ),
    (
        types::UNICODE_DECODE_ERROR,
        with_fields(
            "UnicodeDecodeError",
            types::UNICODE_ERROR,
            112,
            Slots {
                tp_init: Some(|vm, e, a, k| unicode_error_init(vm, e, a, k, types::BYTES)),
                tp_str: Some(unicode_error_str),
                ..Slots::EMPTY
            },
            &[
                member!("encoding"),
                member!("object"),
                member!("start"),
                member!("end"),
                member!("reason"),
            ],
        ),
    ),
    (
        types::UNICODE_TRANSLATE_ERROR,
        with_fields(
            "UnicodeTranslateError",
            types::UNICODE_ERROR,
            112,
            Slots {
                tp_init: Some(unicode_translate_init),
                tp_str: Some(unicode_error_str),
                ..Slots::EMPTY
            },
            &[
                member!("object"),
                member!("start"),
                member!("end"),
                member!("reason"),
            ],
        ),
    ),
];

const fn os_error(tp_name: &'static str, tp_base: ObjId) -> TypeSpec {
    TypeSpec {
        tp_basicsize: 112,
        ..simple(tp_name, tp_base)
    }
}

impl Vm {
    /// The exception in slot `id`; panics when it is none, which is our bug.
    pub fn exception(&self, id: ObjId) -> &ExceptionObject {
        match self.heap.payload(id) {
            Payload::Exception(e) => e,
            other => panic!("{id:?} is no exception: {other:?}"),
        }
    }

    /// The exception in slot `id`, to be changed.
    pub fn exception_mut(&mut self, id: ObjId) -> &mut ExceptionObject {
        match self.heap.payload_mut(id) {
            Payload::Exception(e) => e,
            other => panic!("{id:?} is no exception: {other:?}"),
        }
    }

    /// Sets a field of the specific struct; takes its own reference.
    pub fn set_exception_field(&mut self, id: ObjId, name: &'static str, value: ObjId) {
        self.xincref(value);
        let e = self.exception_mut(id);
        let old = if let Some(entry) = e.fields.iter_mut().find(|(n, _)| *n == name) {
            std::mem::replace(&mut entry.1, value)
        } else {
            e.fields.push((name, value));
            ObjId::NULL
        };
        self.xdecref(old);
    }
}

fn field(vm: &mut Vm, e: ObjId, get: fn(&ExceptionObject) -> ObjId) -> PyResult<ObjId> {
    let value = get(vm.exception(e));
    Ok(if value.is_null() {
        NONE
    } else {
        vm.incref(value)
    })
}

fn named_field(vm: &mut Vm, e: ObjId, name: &'static str) -> PyResult<ObjId> {
    let value = vm.exception(e).field(name);
    if value.is_null() {
        if matches!(name, "characters_written") {
            let attribute = vm.intern(name);
            return Err(vm.raise_with(types::ATTRIBUTE_ERROR, attribute));
        }
        return Ok(NONE);
    }
    Ok(vm.incref(value))
}

fn set_named_field(vm: &mut Vm, e: ObjId, name: &'static str, value: ObjId) -> PyResult<()> {
    vm.set_exception_field(e, name, value);
    Ok(())
}

/// `BaseException_new`: `args` is set before `__init__` runs.
pub fn exception_new(vm: &mut Vm, ty: ObjId, args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    vm.incref(args);
    let exception = ExceptionObject {
        args,
        ..ExceptionObject::default()
    };
    Ok(vm.generic_alloc(ty, Payload::Exception(Box::new(exception))))
}

fn no_keywords(vm: &mut Vm, e: ObjId, kwargs: ObjId) -> PyResult<()> {
    if kwargs.is_null() || vm.dict_len(kwargs) == 0 {
        return Ok(());
    }
    let name = vm.type_name_of(e);
    Err(vm.type_error(format!("{name}() takes no keyword arguments")))
}

fn store_args(vm: &mut Vm, e: ObjId, args: ObjId) {
    vm.incref(args);
    let old = std::mem::replace(&mut vm.exception_mut(e).args, args);
    vm.xdecref(old);
}

fn exception_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    no_keywords(vm, e, kwargs)?;
    store_args(vm, e, args);
    Ok(())
}

fn exception_repr(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let name = vm.class_name(vm.type_of(e));
    let args = vm.exception(e).args;
    let inner = match *vm.tuple_items(args) {
        [one] => format!("({})", vm.repr_string(one)?),
        _ => vm.repr_string(args)?,
    };
    Ok(vm.new_string(format!("{name}{inner}")))
}

fn exception_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let args = vm.exception(e).args;
    match *vm.tuple_items(args) {
        [] => Ok(super::wellknown::EMPTY_STR),
        [one] => vm.str(one),
        _ => vm.str(args),
    }
}

fn exception_reduce(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(e);
    let x = vm.exception(e);
    let (args, dict) = (x.args, x.dict);
    if dict.is_null() {
        Ok(vm.new_tuple_from(&[ty, args]))
    } else {
        Ok(vm.new_tuple_from(&[ty, args, dict]))
    }
}

fn exception_setstate(vm: &mut Vm, e: ObjId, state: ObjId) -> PyResult<ObjId> {
    if state != NONE {
        if !vm.isinstance(state, types::DICT) {
            return Err(vm.type_error("state is not a dictionary"));
        }
        for (k, v) in vm.dict_entries(state) {
            vm.setattr(e, k, v)?;
        }
    }
    Ok(NONE)
}

fn with_traceback(vm: &mut Vm, e: ObjId, traceback: ObjId) -> PyResult<ObjId> {
    set_traceback(vm, e, traceback)?;
    Ok(vm.incref(e))
}

fn add_note(vm: &mut Vm, e: ObjId, note: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(note, types::STR) {
        let n = vm.type_name_of(note);
        return Err(vm.type_error(format!("note must be a str, not '{n}'")));
    }
    let notes = if let Some(notes) = vm.getattr_opt(e, names::NOTES)? {
        notes
    } else {
        let notes = vm.new_list(Vec::new());
        vm.setattr(e, names::NOTES, notes)?;
        notes
    };
    if !vm.isinstance(notes, types::LIST) {
        vm.decref(notes);
        return Err(vm.type_error("Cannot add note: __notes__ is not a list"));
    }
    vm.list_append(notes, note);
    vm.decref(notes);
    Ok(NONE)
}

fn set_suppress_context(vm: &mut Vm, e: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() {
        return Err(vm.type_error("can't delete numeric/char attribute"));
    }
    if value != TRUE && value != FALSE {
        return Err(vm.type_error("attribute value type must be bool"));
    }
    vm.exception_mut(e).suppress_context = value == TRUE;
    Ok(())
}

fn set_args(vm: &mut Vm, e: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() {
        return Err(vm.type_error("args may not be deleted"));
    }
    let items = vm.collect_iterable(value)?;
    let tuple = vm.new_tuple(items);
    let old = std::mem::replace(&mut vm.exception_mut(e).args, tuple);
    vm.xdecref(old);
    Ok(())
}

fn set_traceback(vm: &mut Vm, e: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() {
        return Err(vm.type_error("__traceback__ may not be deleted"));
    }
    if value != NONE && vm.type_of(value) != types::TRACEBACK {
        return Err(vm.type_error("__traceback__ must be a traceback or None"));
    }
    let new = if value == NONE {
        ObjId::NULL
    } else {
        vm.incref(value)
    };
    let old = std::mem::replace(&mut vm.exception_mut(e).traceback, new);
    vm.xdecref(old);
    Ok(())
}

fn checked_exception(vm: &mut Vm, value: ObjId, what: &str) -> PyResult<ObjId> {
    if value.is_null() {
        return Err(vm.type_error(format!("{what} may not be deleted")));
    }
    if value == NONE {
        return Ok(ObjId::NULL);
    }
    if !vm.isinstance(value, types::BASE_EXCEPTION) {
        let what = what.trim_matches('_');
        return Err(vm.type_error(format!(
            "exception {what} must be None or derive from BaseException"
        )));
    }
    Ok(vm.incref(value))
}

fn set_context(vm: &mut Vm, e: ObjId, value: ObjId) -> PyResult<()> {
    let new = checked_exception(vm, value, "__context__")?;
    super::errors::set_exception_context(vm, e, new);
    Ok(())
}

fn set_cause(vm: &mut Vm, e: ObjId, value: ObjId) -> PyResult<()> {
    let new = checked_exception(vm, value, "__cause__")?;
    set_exception_cause(vm, e, new);
    Ok(())
}

/// Sets `__cause__` and hides the context (`PyException_SetCause`); steals the reference.
pub fn set_exception_cause(vm: &mut Vm, e: ObjId, cause: ObjId) {
    let x = vm.exception_mut(e);
    x.suppress_context = true;
    let old = std::mem::replace(&mut x.cause, cause);
    vm.xdecref(old);
}

fn key_error_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let args = vm.exception(e).args;
    match *vm.tuple_items(args) {
        [one] => vm.repr(one),
        _ => exception_str(vm, e),
    }
}

fn stop_iteration_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    exception_init(vm, e, args, kwargs)?;
    let value = vm.tuple_items(args).first().copied().unwrap_or(NONE);
    vm.set_exception_field(e, "value", value);
    Ok(())
}

fn system_exit_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    exception_init(vm, e, args, kwargs)?;
    let code = match *vm.tuple_items(args) {
        [] => return Ok(()),
        [one] => one,
        _ => args,
    };
    vm.set_exception_field(e, "code", code);
    Ok(())
}

/// Keyword-only fields of a constructor.
fn keyword_fields(
    vm: &mut Vm,
    e: ObjId,
    kwargs: ObjId,
    function: &str,
    allowed: &[&'static str],
) -> PyResult<()> {
    if kwargs.is_null() {
        return Ok(());
    }
    for (key, value) in vm.dict_entries(kwargs) {
        let name = vm.str_lossy(key);
        match allowed.iter().find(|a| **a == name) {
            Some(&name) => vm.set_exception_field(e, name, value),
            None => {
                return Err(vm.type_error(format!(
                    "{function}() got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    Ok(())
}

fn name_error_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    store_args(vm, e, args);
    keyword_fields(vm, e, kwargs, "NameError", &["name"])
}

fn attribute_error_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    store_args(vm, e, args);
    keyword_fields(vm, e, kwargs, "AttributeError", &["name", "obj"])
}

fn attribute_error_getstate(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let dict = vm.new_dict();
    let x = vm.exception(e);
    let (own, name, args) = (x.dict, x.field("name"), x.args);
    if !own.is_null() {
        for (k, v) in vm.dict_entries(own) {
            vm.dict_set(dict, k, v)?;
        }
    }
    if !name.is_null() {
        vm.dict_set_name(dict, "name", name);
    }
    if !args.is_null() {
        vm.dict_set_name(dict, "args", args);
    }
    Ok(dict)
}

fn import_error_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    store_args(vm, e, args);
    keyword_fields(vm, e, kwargs, "ImportError", &["name", "path", "name_from"])?;
    if let [msg] = *vm.tuple_items(args) {
        vm.set_exception_field(e, "msg", msg);
    }
    Ok(())
}

fn import_error_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let msg = vm.exception(e).field("msg");
    if !msg.is_null() && vm.type_of(msg) == types::STR {
        return Ok(vm.incref(msg));
    }
    exception_str(vm, e)
}

/// The subclass for an `errno` (PEP 3151).
fn os_error_class(errno: i64) -> Option<ObjId> {
    Some(match errno {
        11 | 114 | 115 => types::BLOCKING_IO_ERROR,
        32 | 108 => types::BROKEN_PIPE_ERROR,
        10 => types::CHILD_PROCESS_ERROR,
        103 => types::CONNECTION_ABORTED_ERROR,
        111 => types::CONNECTION_REFUSED_ERROR,
        104 => types::CONNECTION_RESET_ERROR,
        17 => types::FILE_EXISTS_ERROR,
        2 => types::FILE_NOT_FOUND_ERROR,
        4 => types::INTERRUPTED_ERROR,
        21 => types::IS_A_DIRECTORY_ERROR,
        20 => types::NOT_A_DIRECTORY_ERROR,
        1 | 13 => types::PERMISSION_ERROR,
        3 => types::PROCESS_LOOKUP_ERROR,
        110 => types::TIMEOUT_ERROR,
        _ => return None,
    })
}

fn os_error_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let items = vm.tuple_items(args).to_vec();
    let mut class = ty;
    if ty == types::OS_ERROR
        && (2..=5).contains(&items.len())
        && let Some(errno) = vm.int_as_i64(items[0])
        && let Some(specific) = os_error_class(errno)
    {
        class = specific;
    }
    if os_error_use_init(vm, ty) {
        return exception_new(vm, class, EMPTY_TUPLE, ObjId::NULL);
    }
    let e = exception_new(vm, class, args, kwargs)?;
    os_error_parse(vm, e, args, kwargs)?;
    Ok(e)
}

/// Whether a subclass has its own `__init__` and no own `__new__`: then `__init__` fills the
/// fields, else `__new__` does (`oserror_use_init`).
fn os_error_use_init(vm: &Vm, ty: ObjId) -> bool {
    let slots = &vm.heap.type_object(ty).slots;
    slots.tp_init.map(|f| f as usize) != Some(os_error_init as *const () as usize)
        && slots.tp_new.map(|f| f as usize) == Some(os_error_new as *const () as usize)
}

fn os_error_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    if !os_error_use_init(vm, vm.type_of(e)) {
        return Ok(());
    }
    vm.incref(args);
    let old = std::mem::replace(&mut vm.exception_mut(e).args, args);
    vm.xdecref(old);
    os_error_parse(vm, e, args, kwargs)
}

fn os_error_parse(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    no_keywords(vm, e, kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    if !(2..=5).contains(&items.len()) {
        return Ok(());
    }
    vm.set_exception_field(e, "errno", items[0]);
    vm.set_exception_field(e, "strerror", items[1]);
    if let Some(&filename) = items.get(2)
        && filename != NONE
    {
        vm.set_exception_field(e, "filename", filename);
        if let Some(&second) = items.get(4)
            && second != NONE
        {
            vm.set_exception_field(e, "filename2", second);
        }
        // `args` keeps the first two alone, for compatibility.
        let two = vm.new_tuple_from(&items[..2]);
        let old = std::mem::replace(&mut vm.exception_mut(e).args, two);
        vm.xdecref(old);
    }
    Ok(())
}

fn os_error_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let x = vm.exception(e);
    let (errno, strerror, filename, filename2) = (
        x.field("errno"),
        x.field("strerror"),
        x.field("filename"),
        x.field("filename2"),
    );
    let none = |id: ObjId| if id.is_null() { NONE } else { id };
    if !filename.is_null() {
        let (errno, strerror) = (vm.str_string(none(errno))?, vm.str_string(none(strerror))?);
        let mut text = format!("[Errno {errno}] {strerror}: {}", vm.repr_string(filename)?);
        if !filename2.is_null() {
            write!(text, " -> {}", vm.repr_string(filename2)?).expect("a String takes any text");
        }
        return Ok(vm.new_string(text));
    }
    if !errno.is_null() && !strerror.is_null() {
        let text = format!(
            "[Errno {}] {}",
            vm.str_string(errno)?,
            vm.str_string(strerror)?
        );
        return Ok(vm.new_string(text));
    }
    exception_str(vm, e)
}

fn syntax_error_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    exception_init(vm, e, args, kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    if let Some(&msg) = items.first() {
        vm.set_exception_field(e, "msg", msg);
    }
    if items.len() != 2 {
        return Ok(());
    }
    let info = vm.collect_iterable(items[1])?;
    if !(4..=7).contains(&info.len()) || info.len() == 5 {
        let n = info.len();
        vm.decref_all(&info);
        let message = if n < 4 {
            format!(
                "function missing required argument '{}' (pos {})",
                ["filename", "lineno", "offset", "text"][n],
                n + 1
            )
        } else if n == 5 {
            "end_offset must be provided when end_lineno is provided".to_owned()
        } else {
            format!("function takes at most 7 arguments ({n} given)")
        };
        return Err(vm.type_error(message));
    }
    for (name, &value) in [
        "filename",
        "lineno",
        "offset",
        "text",
        "end_lineno",
        "end_offset",
        "_metadata",
    ]
    .into_iter()
    .zip(&info)
    {
        vm.set_exception_field(e, name, value);
    }
    vm.decref_all(&info);
    Ok(())
}

fn syntax_error_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let x = vm.exception(e);
    let (msg, filename, lineno) = (x.field("msg"), x.field("filename"), x.field("lineno"));
    let msg = vm.str_string(if msg.is_null() { NONE } else { msg })?;
    let file = if !filename.is_null() && vm.isinstance(filename, types::STR) {
        let full = vm.str_lossy(filename);
        Some(full.rsplit('/').next().unwrap_or_default().to_owned())
    } else {
        None
    };
    let line = if lineno.is_null() || vm.type_of(lineno) != types::INT {
        None
    } else {
        vm.int_as_i64(lineno)
    };
    let text = match (file, line) {
        (Some(file), Some(line)) => format!("{msg} ({file}, line {line})"),
        (Some(file), None) => format!("{msg} ({file})"),
        (None, Some(line)) => format!("{msg} (line {line})"),
        (None, None) => msg,
    };
    Ok(vm.new_string(text))
}

fn unicode_error_init(
    vm: &mut Vm,
    e: ObjId,
    args: ObjId,
    kwargs: ObjId,
    object_type: ObjId,
) -> PyResult<()> {
    exception_init(vm, e, args, kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    let [encoding, object, start, end, reason] = *items else {
        return Err(vm.type_error(format!(
            "function takes exactly 5 arguments ({} given)",
            items.len()
        )));
    };
    for (i, (value, ty)) in [
        (encoding, types::STR),
        (object, object_type),
        (start, types::INT),
        (end, types::INT),
        (reason, types::STR),
    ]
    .into_iter()
    .enumerate()
    {
        let bytes_like = ty == types::BYTES && vm.isinstance(value, types::BYTEARRAY);
        if !(vm.isinstance(value, ty) || bytes_like) {
            let (want, got) = (
                vm.heap.type_object(ty).tp_name.clone(),
                vm.type_name_of(value),
            );
            return Err(vm.type_error(if ty == types::INT {
                format!("'{got}' object cannot be interpreted as an integer")
            } else if ty == types::BYTES {
                format!("a bytes-like object is required, not '{got}'")
            } else {
                format!("argument {} must be {want}, not {got}", i + 1)
            }));
        }
    }
    for (name, value) in [
        ("encoding", encoding),
        ("object", object),
        ("start", start),
        ("end", end),
        ("reason", reason),
    ] {
        vm.set_exception_field(e, name, value);
    }
    Ok(())
}

fn unicode_translate_init(vm: &mut Vm, e: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    exception_init(vm, e, args, kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    let [object, start, end, reason] = *items else {
        return Err(vm.type_error(format!(
            "function takes exactly 4 arguments ({} given)",
            items.len()
        )));
    };
    for (name, value) in [
        ("object", object),
        ("start", start),
        ("end", end),
        ("reason", reason),
    ] {
        vm.set_exception_field(e, name, value);
    }
    Ok(())
}

fn unicode_error_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let x = vm.exception(e);
    let (encoding, object, reason) = (x.field("encoding"), x.field("object"), x.field("reason"));
    if object.is_null() {
        return Ok(super::wellknown::EMPTY_STR);
    }
    let number = |vm: &Vm, id: ObjId| {
        if id.is_null() {
            0
        } else {
            vm.int_as_i64(id).unwrap_or(0)
        }
    };
    let (start, end) = (number(vm, x.field("start")), number(vm, x.field("end")));
    let reason = vm.str_string(reason)?;
    let encoding = if encoding.is_null() {
        None
    } else {
        Some(vm.str_string(encoding)?)
    };
    let last = end - 1;
    let text = if vm.isinstance(object, types::STR) {
        let verb = if encoding.is_some() {
            "encode"
        } else {
            "translate"
        };
        let codec = encoding
            .map(|e| format!("'{e}' codec "))
            .unwrap_or_default();
        let text = vm.text(object).expect("checked above");
        if start >= 0 && end == start + 1 && (start as usize) < text.len() {
            let c = text.at(start as usize);
            let escaped = if c <= 0xFF {
                format!("\\x{c:02x}")
            } else if c <= 0xFFFF {
                format!("\\u{c:04x}")
            } else {
                format!("\\U{c:08x}")
            };
            format!("{codec}can't {verb} character '{escaped}' in position {start}: {reason}")
        } else {
            format!("{codec}can't {verb} characters in position {start}-{last}: {reason}")
        }
    } else {
        let codec = encoding.unwrap_or_default();
        let byte = match vm.heap.payload(object) {
            Payload::Bytes(b) if end == start + 1 => {
                usize::try_from(start).ok().and_then(|i| b.get(i).copied())
            }
            _ => None,
        };
        match byte {
            Some(byte) => format!(
                "'{codec}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"
            ),
            None => {
                format!("'{codec}' codec can't decode bytes in position {start}-{last}: {reason}")
            }
        }
    };
    Ok(vm.new_string(text))
}
