//! The module `sys`.
//!
//! Mirrors `Python/sysmodule.c`.

use crate::base::{ObjId, ThreadId};
use crate::events::Stream;
use crate::interpreter::threads;
use crate::objects::frameobject;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Payload, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::unicodeobject::Interned;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, names, types};

use super::ModuleDef;

/// The path under which files of the embedded standard library appear.
pub const EMBEDDED_STDLIB: &str = "/usr/local/lib/python3.13";

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "sys",
    doc: "Access to objects that the interpreter uses or keeps.",
    functions: &[
        MethodDef::new(
            "getrefcount",
            MethodImpl::O(getrefcount),
            "($module, object, /)",
        ),
        MethodDef::new("getsizeof", MethodImpl::FastKeywords(getsizeof), ""),
        MethodDef::new(
            "getallocatedblocks",
            MethodImpl::NoArgs(|vm, _| {
                let blocks = vm.heap.obmalloc.getallocatedblocks();
                Ok(vm.new_int(blocks as i64))
            }),
            "($module, /)",
        ),
        MethodDef::new(
            "_is_interned",
            MethodImpl::O(is_interned),
            "($module, string, /)",
        ),
        MethodDef::new("exit", MethodImpl::Fast(exit), "($module, status=None, /)"),
        MethodDef::new("exc_info", MethodImpl::NoArgs(exc_info), "($module, /)"),
        MethodDef::new("exception", MethodImpl::NoArgs(exception), "($module, /)"),
        MethodDef::new("intern", MethodImpl::O(intern), "($module, string, /)"),
        MethodDef::new(
            "getrecursionlimit",
            MethodImpl::NoArgs(getrecursionlimit),
            "($module, /)",
        ),
        MethodDef::new(
            "setrecursionlimit",
            MethodImpl::O(setrecursionlimit),
            "($module, limit, /)",
        ),
        MethodDef::new(
            "_getframe",
            MethodImpl::Fast(getframe),
            "($module, depth=0, /)",
        ),
        MethodDef::new(
            "_current_frames",
            MethodImpl::NoArgs(current_frames),
            "($module, /)",
        ),
        MethodDef::new(
            "_current_exceptions",
            MethodImpl::NoArgs(current_exceptions),
            "($module, /)",
        ),
        MethodDef::new(
            "displayhook",
            MethodImpl::O(displayhook),
            "($module, object, /)",
        ),
        MethodDef::new(
            "excepthook",
            MethodImpl::Fast(excepthook),
            "($module, exctype, value, traceback, /)",
        ),
        MethodDef::new(
            "getdefaultencoding",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_str("utf-8"))),
            "($module, /)",
        ),
        MethodDef::new(
            "getfilesystemencoding",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_str("utf-8"))),
            "($module, /)",
        ),
        MethodDef::new(
            "getfilesystemencodeerrors",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_str("surrogateescape"))),
            "($module, /)",
        ),
        MethodDef::new(
            "getswitchinterval",
            MethodImpl::NoArgs(getswitchinterval),
            "($module, /)",
        ),
        MethodDef::new(
            "setswitchinterval",
            MethodImpl::O(setswitchinterval),
            "($module, interval, /)",
        ),
        MethodDef::new(
            "get_int_max_str_digits",
            MethodImpl::NoArgs(|vm, _| {
                let digits = i64::from(vm.interp.int_max_str_digits);
                Ok(vm.new_int(digits))
            }),
            "($module, /)",
        ),
        MethodDef::new(
            "set_int_max_str_digits",
            MethodImpl::O(set_int_max_str_digits),
            "($module, /, maxdigits)",
        ),
        MethodDef::new("audit", MethodImpl::Fast(|_, _, _| Ok(NONE)), ""),
        MethodDef::new(
            "unraisablehook",
            MethodImpl::O(unraisablehook),
            "($module, unraisable, /)",
        ),
        MethodDef::new(
            "_clear_type_cache",
            MethodImpl::NoArgs(|_, _| Ok(NONE)),
            "($module, /)",
        ),
        MethodDef::new(
            "is_finalizing",
            MethodImpl::NoArgs(|vm, _| Ok(bool_obj(vm.interp.finalizing))),
            "($module, /)",
        ),
    ],
    exec: add_attributes,
};

fn add_attributes(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    vm.module_add_functions(module, super::sysmonitoring::TRACING);
    super::sysmonitoring::add(vm, module)?;
    super::sys_hooks::add(vm, module)?;
    super::sys_info::add(vm, module);
    let version = vm.new_str("3.13.0 (main, Oct  7 2024, 00:00:00) [GCC]");
    vm.module_add(module, "version", version);
    let maxsize = vm.new_int(i64::MAX);
    vm.module_add(module, "maxsize", maxsize);
    let platform = vm.new_str("linux");
    vm.module_add(module, "platform", platform);
    let byteorder = vm.new_str("little");
    vm.module_add(module, "byteorder", byteorder);
    let stream_type = vm.native_type(&TEXT_STREAM);
    for (name, stream) in [("stdout", Stream::Stdout), ("stderr", Stream::Stderr)] {
        let object = vm.new_native(stream_type, TextStream { stream });
        vm.incref(object);
        vm.module_add(module, name, object);
        vm.module_add(module, &format!("__{name}__"), object);
    }
    Ok(())
}

fn getrefcount(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let count = vm.heap.refcnt(obj);
    Ok(vm.new_int(i64::from(count)))
}

fn is_interned(vm: &mut Vm, _: ObjId, string: ObjId) -> PyResult<ObjId> {
    let Payload::Str(text) = vm.heap.payload(string) else {
        let n = vm.type_name_of(string);
        return Err(vm.type_error(format!("_is_interned() argument must be str, not {n}")));
    };
    Ok(bool_obj(text.interned != Interned::No))
}

fn getsizeof(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("getsizeof", &["object", "default"], 1);
    let args = vm.unpack_keywords(&signature, args, kwnames)?;
    let obj = args[0];
    let result = if let Some(method) = vm.lookup_special(obj, names::SIZEOF)? {
        let size = vm.call(method, &[]);
        vm.decref(method);
        size
    } else {
        let name = vm.type_name_of(obj);
        Err(vm.type_error(format!("Type {name} doesn't define __sizeof__")))
    };
    let size = match result {
        Ok(size) => size,
        Err(raised) => {
            if let Some(default) = args[1].get()
                && vm.raised_matches(types::TYPE_ERROR)
            {
                vm.clear_raised();
                return Ok(vm.incref(default));
            }
            return Err(raised);
        }
    };
    let bytes = vm.index_as_ssize(size, None)?;
    vm.decref(size);
    if bytes < 0 {
        return Err(vm.value_error("__sizeof__() should return >= 0"));
    }
    let static_type = matches!(vm.heap.payload(obj), Payload::Type(t) if !t.is_heap_type());
    let pre_header = if static_type {
        0
    } else {
        vm.heap.type_object(vm.type_of(obj)).pre_header_size() as i64
    };
    Ok(vm.new_int(bytes + pre_header))
}

fn exit(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("exit", args.len(), 0, 1)?;
    let status = args.first().copied().unwrap_or(NONE);
    Err(vm.raise_with(types::SYSTEM_EXIT, status))
}

fn exception(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let handled = vm.handled_exception();
    Ok(vm.incref(if handled.is_null() { NONE } else { handled }))
}

fn exc_info(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let handled = vm.handled_exception();
    if handled.is_null() {
        return Ok(vm.new_tuple_from(&[NONE, NONE, NONE]));
    }
    let class = vm.type_of(handled);
    let traceback = match vm.heap.payload(handled) {
        Payload::Exception(e) if !e.traceback.is_null() => e.traceback,
        _ => NONE,
    };
    Ok(vm.new_tuple_from(&[class, handled, traceback]))
}

fn intern(vm: &mut Vm, _: ObjId, text: ObjId) -> PyResult<ObjId> {
    if vm.type_of(text) != types::STR {
        let kind = vm.type_name_of(text);
        return Err(vm.type_error(if vm.text(text).is_some() {
            format!("can't intern {kind}")
        } else {
            format!("intern() argument must be str, not {kind}")
        }));
    }
    let mut id = vm.incref(text);
    vm.intern_in_place(&mut id);
    Ok(id)
}

fn getrecursionlimit(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let limit = i64::from(vm.interp.recursion_limit);
    Ok(vm.new_int(limit))
}

fn setrecursionlimit(vm: &mut Vm, _: ObjId, limit: ObjId) -> PyResult<ObjId> {
    let new = vm.index_as_ssize(limit, None)?;
    if new < 1 {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = i64::from(vm.recursion_depth_limit() - vm.tstate.py_recursion_remaining);
    if depth >= new {
        return Err(vm.raise(
            types::RECURSION_ERROR,
            format!("cannot set the recursion limit to {new} at the recursion depth {depth}: the limit is too low"),
        ));
    }
    let new = new.min(i64::from(i32::MAX)) as i32;
    vm.set_recursion_limit(new);
    Ok(NONE)
}

fn getframe(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("_getframe", args.len(), 0, 1)?;
    let mut depth = match args.first() {
        Some(&depth) => vm.index_as_ssize(depth, None)?,
        None => 0,
    };
    for index in (0..vm.tstate.frames.len()).rev() {
        if vm.frame_is_incomplete(index) {
            continue;
        }
        if depth <= 0 {
            return Ok(frameobject::frame_object_at(vm, index));
        }
        depth -= 1;
    }
    Err(vm.value_error("call stack is not deep enough"))
}

/// The identifiers of all threads, newest first, with the number that finds their state.
fn all_threads(vm: &Vm) -> Vec<ThreadId> {
    let others = vm.other_tstates.keys().copied();
    let mut all: Vec<ThreadId> = others.chain([vm.tstate.id]).collect();
    all.sort_unstable();
    all.reverse();
    all
}

/// The innermost frame of each thread that runs Python code (`_PyThread_CurrentFrames`).
fn current_frames(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let result = vm.new_dict();
    for thread in all_threads(vm) {
        let Some(frame) = frameobject::innermost_frame_object(vm, thread) else {
            continue;
        };
        let ident = vm.new_int(threads::ident_of(thread) as i64);
        vm.dict_set(result, ident, frame)?;
        vm.decref(ident);
        vm.decref(frame);
    }
    Ok(result)
}

/// The exception that each thread handles, or `None` (`_PyThread_CurrentExceptions`).
fn current_exceptions(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let result = vm.new_dict();
    for thread in all_threads(vm) {
        let tstate = match vm.other_tstates.get(&thread) {
            Some(other) => other,
            None => &vm.tstate,
        };
        let mut handled = tstate.exc_info.iter().rev().copied();
        let exception = handled.find(|id| !id.is_null()).unwrap_or(NONE);
        let ident = vm.new_int(threads::ident_of(thread) as i64);
        vm.dict_set(result, ident, exception)?;
        vm.decref(ident);
    }
    Ok(result)
}

fn displayhook(vm: &mut Vm, _: ObjId, value: ObjId) -> PyResult<ObjId> {
    if value == NONE {
        return Ok(NONE);
    }
    let builtins = vm.interp.builtins;
    vm.dict_set(builtins, names::UNDERSCORE, NONE)?;
    let sysdict = vm.interp.sysdict;
    let stdout = vm.dict_get_str(sysdict, names::STDOUT);
    let Some(stdout) = stdout.filter(|&stream| stream != NONE) else {
        return Err(vm.raise(types::RUNTIME_ERROR, "lost sys.stdout"));
    };
    vm.incref(stdout);
    let text = vm.repr_string(value);
    let written = text.and_then(|text| {
        let line = vm.new_string(format!("{text}\n"));
        let written = vm.call_method(stdout, names::WRITE, &[line]);
        vm.decref(line);
        written
    });
    vm.decref(stdout);
    let written = written?;
    vm.decref(written);
    vm.dict_set(builtins, names::UNDERSCORE, value)?;
    Ok(NONE)
}

fn excepthook(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("excepthook", args.len(), 3, 3)?;
    let text = super::traceback_print::format_exception(vm, args[1]);
    super::traceback_print::write_stderr(vm, &text);
    Ok(NONE)
}

fn getswitchinterval(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let interval = threads::scheduler(vm).interval().secs();
    Ok(vm.new_float(interval))
}

fn setswitchinterval(vm: &mut Vm, _: ObjId, interval: ObjId) -> PyResult<ObjId> {
    let secs = match *vm.heap.payload(interval) {
        Payload::Float(f) => f,
        Payload::Int(i) => i as f64,
        _ => {
            let kind = vm.type_name_of(interval);
            return Err(vm.type_error(format!("must be real number, not {kind}")));
        }
    };
    if secs <= 0.0 {
        return Err(vm.value_error("switch interval must be strictly positive"));
    }
    let interval = crate::threads::Nanos::from_secs_ceil(secs);
    let scheduler = threads::scheduler(vm);
    let old = scheduler.interval();
    scheduler.set_interval(interval);
    let new = scheduler.interval();
    vm.heap.reporter.emit(crate::events::Event::SwitchInterval {
        old_micros: (old.0 / 1000) as u32,
        new_micros: (new.0 / 1000) as u32,
    });
    Ok(NONE)
}

fn set_int_max_str_digits(vm: &mut Vm, _: ObjId, digits: ObjId) -> PyResult<ObjId> {
    let digits = vm.index_as_ssize(digits, None)?;
    if digits != 0 && digits < 640 {
        return Err(vm.value_error("maxdigits must be 0 or larger than 640"));
    }
    vm.interp.int_max_str_digits = digits as u32;
    Ok(NONE)
}

/// What a hook for exceptions that cannot be raised gets.
static UNRAISABLE_ARGS: TypeSpec = TypeSpec {
    tp_name: "UnraisableHookArgs",
    tp_base: types::TUPLE,
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_repr: Some(|vm, this| super::structseq::repr(vm, this, &UNRAISABLE_ARGS)),
        ..Slots::EMPTY
    },
    members: &[
        crate::struct_field!("exc_type", 0),
        crate::struct_field!("exc_value", 1),
        crate::struct_field!("exc_traceback", 2),
        crate::struct_field!("err_msg", 3),
        crate::struct_field!("object", 4),
    ],
    ..TypeSpec::EMPTY
};

/// The arguments of `sys.unraisablehook` for an exception.
pub fn unraisable_args(vm: &mut Vm, exception: ObjId, object: ObjId, message: &str) -> ObjId {
    let class = vm.type_of(exception);
    let traceback = match vm.heap.payload(exception) {
        Payload::Exception(e) => e.traceback.get().unwrap_or(NONE),
        _ => NONE,
    };
    let (message, object) = if message.is_empty() {
        (NONE, object.get().unwrap_or(NONE))
    } else {
        (vm.new_str(message), NONE)
    };
    for id in [class, exception, traceback, object] {
        vm.incref(id);
    }
    let items = vec![class, exception, traceback, message, object];
    super::structseq::new(vm, &UNRAISABLE_ARGS, items)
}

/// The default hook: writes what the machine itself would write.
fn unraisablehook(vm: &mut Vm, _: ObjId, unraisable: ObjId) -> PyResult<ObjId> {
    let value = vm.getattr_name(unraisable, "exc_value")?;
    let message = vm.getattr_name(unraisable, "err_msg")?;
    let object = vm.getattr_name(unraisable, "object")?;
    let text = if message == NONE {
        String::new()
    } else {
        vm.str_lossy(message)
    };
    vm.set_raised(value);
    super::traceback_print::write_unraisable_default(vm, object, &text);
    vm.decref(message);
    vm.decref(object);
    Ok(NONE)
}

/// A stream of the program: standard output or standard error.
#[derive(Debug)]
pub struct TextStream {
    pub stream: Stream,
}

impl NativePayload for TextStream {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

/// The type of `sys.stdout` and `sys.stderr`.
pub static TEXT_STREAM: TypeSpec = TypeSpec {
    tp_name: "_io.TextIOWrapper",
    tp_basicsize: 176,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots::EMPTY,
    methods: &[
        MethodDef::new("write", MethodImpl::O(stream_write), "($self, text, /)"),
        MethodDef::new("flush", MethodImpl::NoArgs(|_, _| Ok(NONE)), "($self, /)"),
        MethodDef::new(
            "isatty",
            MethodImpl::NoArgs(|_, _| Ok(bool_obj(false))),
            "($self, /)",
        ),
    ],
    ..TypeSpec::EMPTY
};

fn stream_write(vm: &mut Vm, this: ObjId, text: ObjId) -> PyResult<ObjId> {
    let Some(content) = vm.text(text) else {
        let kind = vm.type_name_of(text);
        return Err(vm.type_error(format!("write() argument must be str, not {kind}")));
    };
    let len = content.len() as i64;
    let Some(content) = content.to_utf8() else {
        return Err(vm.raise_encode_error(text));
    };
    let stream = vm
        .heap
        .native::<TextStream>(this)
        .map_or(Stream::Stdout, |s| s.stream);
    vm.write_output(stream, &content);
    Ok(vm.new_int(len))
}
