//! The module `_io`: streams in memory, the base classes, and the sandbox's refusal of files.
//!
//! Mirrors `Modules/_io/`. `StringIO` and `BytesIO` are whole; everything that would touch the
//! host's files raises `PermissionError`, which names the sandbox.

use crate::base::{ObjId, Text};
use crate::objects::builtin_descr::{own_dict_get, set_instance_dict};
use crate::objects::bytes_like;
use crate::objects::getargs::Signature;
use crate::objects::memoryobject;
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{Buffer, NativePayload, Payload, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, bool_obj, types};

use super::ModuleDef;
use super::itertoolsmodule::itself;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_io",
    functions: &[
        MethodDef::new("open", MethodImpl::FastKeywords(forbidden), ""),
        MethodDef::new(
            "open_code",
            MethodImpl::FastKeywords(open_code),
            "($module, /, path)",
        ),
        MethodDef::new(
            "text_encoding",
            MethodImpl::Fast(text_encoding),
            "($module, encoding, stacklevel=2, /)",
        ),
    ],
    exec,
    doc: "The io module provides the Python interfaces to stream handling.",
};

fn exec(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    let size = vm.new_int(8192);
    vm.module_add(module, "DEFAULT_BUFFER_SIZE", size);
    let base = vm.native_type(&IO_BASE);
    let raw = vm.native_subtype(&RAW_IO_BASE, base);
    let buffered = vm.native_subtype(&BUFFERED_IO_BASE, base);
    let text = vm.native_subtype(&TEXT_IO_BASE, base);
    let mut all = vec![
        (&IO_BASE, base),
        (&RAW_IO_BASE, raw),
        (&BUFFERED_IO_BASE, buffered),
        (&TEXT_IO_BASE, text),
    ];
    for (spec, parent) in [
        (&STRING_IO, text),
        (&BYTES_IO, buffered),
        (&FILE_IO, raw),
        (&BUFFERED_READER, buffered),
        (&BUFFERED_WRITER, buffered),
        (&BUFFERED_RANDOM, buffered),
        (&BUFFERED_RW_PAIR, buffered),
        (&NEWLINE_DECODER, types::OBJECT),
    ] {
        all.push((spec, vm.native_subtype(spec, parent)));
    }
    for (spec, ty) in all {
        vm.incref(ty);
        let name = spec
            .tp_name
            .rsplit('.')
            .next()
            .expect("a name has a last part");
        vm.module_add(module, name, ty);
    }
    let wrapper = vm.native_type(&super::sysmodule::TEXT_STREAM);
    vm.incref(wrapper);
    vm.module_add(module, "TextIOWrapper", wrapper);
    vm.incref(types::BLOCKING_IO_ERROR);
    vm.module_add(module, "BlockingIOError", types::BLOCKING_IO_ERROR);
    let unsupported = unsupported_operation(vm)?;
    vm.incref(unsupported);
    vm.module_add(module, "UnsupportedOperation", unsupported);
    Ok(())
}

/// `io.UnsupportedOperation`, borrowed; made once.
fn unsupported_operation(vm: &mut Vm) -> PyResult<ObjId> {
    if let Some(state) = vm.interp.module_state.get("_io") {
        return Ok(state[0]);
    }
    let bases = vm.new_tuple_from(&[types::OS_ERROR, types::VALUE_ERROR]);
    let namespace = vm.new_dict();
    let module = vm.new_str("io");
    vm.dict_set_name(namespace, "__module__", module);
    vm.decref(module);
    let name = vm.new_str("UnsupportedOperation");
    let class = vm.call(types::TYPE, &[name, bases, namespace]);
    vm.decref_all(&[name, bases, namespace]);
    let class = class?;
    vm.interp.module_state.insert("_io", vec![class]);
    Ok(class)
}

fn unsupported(vm: &mut Vm, message: &str) -> Raised {
    match unsupported_operation(vm) {
        Ok(class) => vm.raise(class, message),
        Err(raised) => raised,
    }
}

/// `open`: refused, because the sandbox has no files.
pub fn forbidden(vm: &mut Vm, _module: ObjId, args: &[ObjId], _kwnames: ObjId) -> PyResult<ObjId> {
    let name = match args.first() {
        Some(&name) => vm.repr_string(name)?,
        None => "a file".to_owned(),
    };
    Err(vm.raise(
        types::PERMISSION_ERROR,
        format!("the sandbox forbids access to files: {name}"),
    ))
}

/// A file that an import may read, in memory.
fn open_code(vm: &mut Vm, module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let given = vm.unpack_keywords(&Signature::new("open_code", &["path"], 1), args, kwnames)?;
    let path = vm.str_lossy(given[0]);
    let Some(content) = super::import::read(vm, &path) else {
        return forbidden(vm, module, args, kwnames);
    };
    let bytes = vm.new_bytes(&content);
    let class = vm.native_subtype(&BYTES_IO, types::OBJECT);
    let stream = vm.call(class, &[bytes]);
    vm.decref(bytes);
    stream
}

fn text_encoding(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("text_encoding", args.len(), 1, 2)?;
    if args[0] == NONE {
        return Ok(vm.intern("locale"));
    }
    Ok(vm.incref(args[0]))
}

// ---- base classes
const BASE_FLAGS: TypeFlags = TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE);

/// A stream in memory, or the state of a base class alone.
#[derive(Debug, Default)]
struct Stream {
    /// `StringIO`: code points; `BytesIO`: empty.
    text: Vec<u32>,
    /// `BytesIO`.
    bytes: Vec<u8>,
    pos: usize,
    closed: bool,
    /// `StringIO`'s newline translation.
    newline: Newline,
    /// How many views look into a `BytesIO`: its size is held meanwhile.
    exports: u32,
}

/// How line ends are read and written (`newline=`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Newline {
    /// `'\n'`: nothing is translated.
    #[default]
    Keep,
    /// `None`: all line ends become `'\n'`.
    Universal,
    /// `''`: lines end at any of the three, untranslated.
    Recognize,
    /// `'\r'`: `'\n'` is written as this.
    Cr,
    /// `'\r\n'`.
    CrLf,
}

impl NativePayload for Stream {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    fn buffer(&self) -> Option<Buffer<'_>> {
        Some(Buffer {
            bytes: &self.bytes,
            readonly: false,
            format: "B",
            itemsize: 1,
            indirect: true,
        })
    }
    fn buffer_mut(&mut self) -> Option<&mut [u8]> {
        Some(&mut self.bytes)
    }
    fn hold_buffer(&mut self, change: i32) {
        self.exports = self.exports.saturating_add_signed(change);
    }
    crate::native_payload_any!();
}

static IO_BASE: TypeSpec = TypeSpec {
    tp_name: "_io._IOBase",
    tp_basicsize: 32,
    tp_flags: BASE_FLAGS,
    weakrefs: true,
    dict: true,
    slots: Slots {
        tp_new: Some(stream_new),
        tp_iter: Some(itself),
        tp_iternext: Some(base_next),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("close", MethodImpl::NoArgs(close), "($self, /)"),
        MethodDef::new(
            "flush",
            MethodImpl::NoArgs(|vm, s| {
                check_open(vm, s)?;
                Ok(NONE)
            }),
            "($self, /)",
        ),
        MethodDef::new(
            "seek",
            MethodImpl::Fast(|vm, _, _| Err(unsupported(vm, "seek"))),
            "",
        ),
        MethodDef::new(
            "tell",
            MethodImpl::NoArgs(|vm, s| {
                vm.call_method_name(
                    s,
                    "seek",
                    &[
                        crate::objects::wellknown::small_int(0),
                        crate::objects::wellknown::small_int(1),
                    ],
                )
            }),
            "",
        ),
        MethodDef::new(
            "truncate",
            MethodImpl::Fast(|vm, _, _| Err(unsupported(vm, "truncate"))),
            "",
        ),
        MethodDef::new(
            "fileno",
            MethodImpl::NoArgs(|vm, _| Err(unsupported(vm, "fileno"))),
            "",
        ),
        MethodDef::new(
            "isatty",
            MethodImpl::NoArgs(|vm, s| {
                check_open(vm, s)?;
                Ok(bool_obj(false))
            }),
            "",
        ),
        MethodDef::new(
            "readable",
            MethodImpl::NoArgs(|_, _| Ok(bool_obj(false))),
            "",
        ),
        MethodDef::new(
            "writable",
            MethodImpl::NoArgs(|_, _| Ok(bool_obj(false))),
            "",
        ),
        MethodDef::new(
            "seekable",
            MethodImpl::NoArgs(|_, _| Ok(bool_obj(false))),
            "",
        ),
        MethodDef::new(
            "_checkClosed",
            MethodImpl::NoArgs(|vm, s| {
                check_open(vm, s)?;
                Ok(NONE)
            }),
            "",
        ),
        MethodDef::new(
            "__enter__",
            MethodImpl::NoArgs(|vm, s| {
                check_open(vm, s)?;
                Ok(vm.incref(s))
            }),
            "",
        ),
        MethodDef::new(
            "__exit__",
            MethodImpl::Fast(|vm, s, _| vm.call_method_name(s, "close", &[])),
            "",
        ),
        MethodDef::new(
            "readlines",
            MethodImpl::Fast(readlines),
            "($self, hint=-1, /)",
        ),
        MethodDef::new("writelines", MethodImpl::O(writelines), "($self, lines, /)"),
    ],
    getset: &[
        GetSetDef {
            name: "closed",
            get: |vm, s| Ok(bool_obj(stream(vm, s).closed)),
            set: None,
        },
        GetSetDef {
            name: "__dict__",
            get: own_dict_get,
            set: Some(set_instance_dict),
        },
    ],
    ..TypeSpec::EMPTY
};

macro_rules! refused_types { ($($id:ident $name:literal;)*) => { $(
    static $id: TypeSpec = TypeSpec {
        tp_name: concat!("_io.", $name),
        tp_basicsize: 32,
        tp_flags: BASE_FLAGS,
        weakrefs: true,
        dict: true,
        slots: Slots { tp_new: Some(refused), ..Slots::EMPTY },
        ..TypeSpec::EMPTY
    };
)* } }
static RAW_IO_BASE: TypeSpec = TypeSpec {
    tp_name: "_io._RawIOBase",
    ..IO_BASE
};
static BUFFERED_IO_BASE: TypeSpec = TypeSpec {
    tp_name: "_io._BufferedIOBase",
    ..IO_BASE
};
static TEXT_IO_BASE: TypeSpec = TypeSpec {
    tp_name: "_io._TextIOBase",
    ..IO_BASE
};
refused_types! {
    FILE_IO "FileIO"; BUFFERED_READER "BufferedReader"; BUFFERED_WRITER "BufferedWriter";
    BUFFERED_RANDOM "BufferedRandom"; BUFFERED_RW_PAIR "BufferedRWPair";
    NEWLINE_DECODER "IncrementalNewlineDecoder";
}

fn refused(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    let name = vm.class_name(ty);
    Err(vm.raise(
        types::PERMISSION_ERROR,
        format!("the sandbox forbids access to files: {name}"),
    ))
}

fn stream(vm: &Vm, id: ObjId) -> &Stream {
    vm.heap
        .native(id)
        .expect("slots are called with objects of their type")
}

fn stream_mut(vm: &mut Vm, id: ObjId) -> &mut Stream {
    match vm.heap.payload_mut_quiet(id) {
        Payload::Native(n) => n
            .as_any_mut()
            .downcast_mut()
            .expect("slots are called with objects of their type"),
        other => panic!("{other:?} is no stream"),
    }
}

fn stream_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(Stream::default()))))
}

fn check_open(vm: &mut Vm, id: ObjId) -> PyResult<()> {
    if stream(vm, id).closed {
        Err(vm.value_error("I/O operation on closed file"))
    } else {
        Ok(())
    }
}

/// Refuses to change the size of a `BytesIO` that views look into.
fn check_exports(vm: &mut Vm, id: ObjId) -> PyResult<()> {
    if stream(vm, id).exports > 0 {
        return Err(vm.raise(
            types::BUFFER_ERROR,
            "Existing exports of data: object cannot be re-sized",
        ));
    }
    Ok(())
}

fn close(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    check_exports(vm, id)?;
    let s = stream_mut(vm, id);
    s.closed = true;
    s.text = Vec::new();
    s.bytes = Vec::new();
    Ok(NONE)
}

fn base_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let line = vm.call_method_name(this, "readline", &[])?;
    if vm.is_true(line)? {
        return Ok(Some(line));
    }
    vm.decref(line);
    Ok(None)
}

fn readlines(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("readlines", args.len(), 0, 1)?;
    let hint = match args.first() {
        Some(&h) if h != NONE => vm.index_as_ssize(h, Some(types::OVERFLOW_ERROR))?,
        _ => -1,
    };
    let mut lines = Vec::new();
    let mut total = 0;
    while let Some(line) = base_next(vm, this)? {
        total += vm.len(line)?;
        lines.push(line);
        if hint > 0 && total >= hint {
            break;
        }
    }
    Ok(vm.new_list(lines))
}

fn writelines(vm: &mut Vm, this: ObjId, lines: ObjId) -> PyResult<ObjId> {
    let items = vm.collect_iterable(lines)?;
    for &line in &items {
        match vm.call_method_name(this, "write", &[line]) {
            Ok(n) => vm.decref(n),
            Err(raised) => {
                vm.decref_all(&items);
                return Err(raised);
            }
        }
    }
    vm.decref_all(&items);
    Ok(NONE)
}

/// An optional size argument: `None` and negative numbers mean everything.
fn size_arg(vm: &mut Vm, name: &str, args: &[ObjId]) -> PyResult<Option<usize>> {
    vm.check_positional(name, args.len(), 0, 1)?;
    match args.first() {
        Some(&n) if n != NONE => {
            let n = vm.index_as_ssize(n, Some(types::OVERFLOW_ERROR))?;
            Ok(usize::try_from(n).ok())
        }
        _ => Ok(None),
    }
}

// ---- StringIO
static STRING_IO: TypeSpec = TypeSpec {
    tp_name: "_io.StringIO",
    tp_basicsize: 112,
    slots: Slots {
        tp_init: Some(string_init),
        ..IO_BASE.slots
    },
    methods: &[
        MethodDef::new(
            "getvalue",
            MethodImpl::NoArgs(string_getvalue),
            "($self, /)",
        ),
        MethodDef::new("write", MethodImpl::O(string_write), "($self, s, /)"),
        MethodDef::new("read", MethodImpl::Fast(string_read), "($self, size=-1, /)"),
        MethodDef::new(
            "readline",
            MethodImpl::Fast(string_readline),
            "($self, size=-1, /)",
        ),
        MethodDef::new("seek", MethodImpl::Fast(seek), "($self, pos, whence=0, /)"),
        MethodDef::new("tell", MethodImpl::NoArgs(tell), "($self, /)"),
        MethodDef::new(
            "truncate",
            MethodImpl::Fast(truncate),
            "($self, pos=None, /)",
        ),
        MethodDef::new("readable", MethodImpl::NoArgs(yes), "($self, /)"),
        MethodDef::new("writable", MethodImpl::NoArgs(yes), "($self, /)"),
        MethodDef::new("seekable", MethodImpl::NoArgs(yes), "($self, /)"),
    ],
    getset: &[
        GetSetDef {
            name: "line_buffering",
            get: |_, _| Ok(bool_obj(false)),
            set: None,
        },
        GetSetDef {
            name: "newlines",
            get: |_, _| Ok(NONE),
            set: None,
        },
        GetSetDef {
            name: "encoding",
            get: |_, _| Ok(NONE),
            set: None,
        },
        GetSetDef {
            name: "errors",
            get: |_, _| Ok(NONE),
            set: None,
        },
        GetSetDef {
            name: "closed",
            get: |vm, s| Ok(bool_obj(stream(vm, s).closed)),
            set: None,
        },
    ],
    tp_doc: "Text I/O implementation using an in-memory buffer.",
    ..IO_BASE
};

fn yes(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    check_open(vm, this)?;
    Ok(bool_obj(true))
}

fn string_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("StringIO", &["initial_value", "newline"], 0),
        args,
        kwargs,
    )?;
    let newline = if values[1].is_null() {
        Newline::Keep
    } else if values[1] == NONE {
        Newline::Universal
    } else if vm.isinstance(values[1], types::STR) {
        match vm.str_lossy(values[1]).as_str() {
            "" => Newline::Recognize,
            "\n" => Newline::Keep,
            "\r" => Newline::Cr,
            "\r\n" => Newline::CrLf,
            other => {
                let message = format!("illegal newline value: '{other}'");
                return Err(vm.value_error(message));
            }
        }
    } else {
        let name = vm.type_name_of(values[1]);
        return Err(vm.type_error(format!("newline must be str or None, not {name}")));
    };
    *stream_mut(vm, this) = Stream {
        newline,
        ..Stream::default()
    };
    if !values[0].is_null() && values[0] != NONE {
        if !vm.isinstance(values[0], types::STR) {
            let name = vm.type_name_of(values[0]);
            return Err(vm.type_error(format!("initial_value must be str or None, not {name}")));
        }
        string_write(vm, this, values[0])?;
        stream_mut(vm, this).pos = 0;
    }
    Ok(())
}

fn translate(points: Vec<u32>, newline: Newline) -> Vec<u32> {
    const CR: u32 = '\r' as u32;
    const LF: u32 = '\n' as u32;
    match newline {
        Newline::Keep | Newline::Recognize => points,
        Newline::Universal => {
            let mut out = Vec::with_capacity(points.len());
            let mut previous = 0;
            for c in points {
                match c {
                    CR => out.push(LF),
                    LF if previous == CR => {}
                    c => out.push(c),
                }
                previous = c;
            }
            out
        }
        Newline::Cr => points
            .into_iter()
            .map(|c| if c == LF { CR } else { c })
            .collect(),
        Newline::CrLf => points
            .into_iter()
            .flat_map(|c| if c == LF { vec![CR, LF] } else { vec![c] })
            .collect(),
    }
}

fn string_write(vm: &mut Vm, this: ObjId, text: ObjId) -> PyResult<ObjId> {
    let Some(points) = vm.text(text).map(|t| t.code_points().collect::<Vec<u32>>()) else {
        let name = vm.type_name_of(text);
        return Err(vm.type_error(format!("string argument expected, got '{name}'")));
    };
    check_open(vm, this)?;
    let count = points.len();
    let s = stream_mut(vm, this);
    let points = translate(points, s.newline);
    if s.pos > s.text.len() {
        s.text.resize(s.pos, 0);
    }
    let end = (s.pos + points.len()).min(s.text.len());
    let pos = s.pos;
    s.text.splice(pos..end, points.iter().copied());
    s.pos += points.len();
    Ok(vm.new_int(count as i64))
}

fn string_getvalue(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    check_open(vm, this)?;
    let text = Text::from_code_points(&stream(vm, this).text);
    Ok(vm.new_text(text))
}

fn take_text(vm: &mut Vm, this: ObjId, end: usize) -> ObjId {
    let s = stream_mut(vm, this);
    let start = s.pos.min(s.text.len());
    let end = end.clamp(start, s.text.len());
    let text = Text::from_code_points(&s.text[start..end]);
    s.pos = end.max(s.pos);
    vm.new_text(text)
}

fn string_read(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let size = size_arg(vm, "read", args)?;
    check_open(vm, this)?;
    let s = stream(vm, this);
    let end = size.map_or(s.text.len(), |n| s.pos.saturating_add(n));
    Ok(take_text(vm, this, end))
}

fn string_readline(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let size = size_arg(vm, "readline", args)?;
    check_open(vm, this)?;
    let s = stream(vm, this);
    let rest = s.text.get(s.pos..).unwrap_or(&[]);
    let is = |i: usize, c: char| rest.get(i) == Some(&(c as u32));
    let length = match s.newline {
        Newline::Keep | Newline::Universal => {
            rest.iter().position(|&c| c == '\n' as u32).map(|i| i + 1)
        }
        Newline::Cr => rest.iter().position(|&c| c == '\r' as u32).map(|i| i + 1),
        Newline::CrLf => (0..rest.len())
            .find(|&i| is(i, '\r') && is(i + 1, '\n'))
            .map(|i| i + 2),
        Newline::Recognize => (0..rest.len())
            .find(|&i| is(i, '\n') || is(i, '\r'))
            .map(|i| {
                if is(i, '\r') && is(i + 1, '\n') {
                    i + 2
                } else {
                    i + 1
                }
            }),
    }
    .unwrap_or(rest.len());
    let end = s.pos + size.map_or(length, |n| n.min(length));
    Ok(take_text(vm, this, end))
}

fn tell(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    check_open(vm, this)?;
    let pos = stream(vm, this).pos as i64;
    Ok(vm.new_int(pos))
}

fn is_text(vm: &mut Vm, this: ObjId) -> bool {
    let ty = vm.native_type(&STRING_IO);
    vm.isinstance(this, ty)
}

fn seek(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("seek", args.len(), 1, 2)?;
    check_open(vm, this)?;
    let offset = vm.index_as_ssize(args[0], Some(types::OVERFLOW_ERROR))?;
    let whence = match args.get(1) {
        Some(&w) => vm.index_as_ssize(w, Some(types::OVERFLOW_ERROR))?,
        None => 0,
    };
    let text = is_text(vm, this);
    let s = stream(vm, this);
    let length = if text { s.text.len() } else { s.bytes.len() } as i64;
    let pos = s.pos as i64;
    if !(0..=2).contains(&whence) {
        let message = if text {
            format!("Invalid whence ({whence}, should be 0, 1 or 2)")
        } else {
            format!("invalid whence ({whence}, should be 0, 1 or 2)")
        };
        return Err(vm.value_error(message));
    }
    if whence == 0 && offset < 0 {
        let message = if text {
            format!("Negative seek position {offset}")
        } else {
            format!("negative seek value {offset}")
        };
        return Err(vm.value_error(message));
    }
    if text && whence != 0 && offset != 0 {
        return Err(vm.raise(types::OS_ERROR, "Can't do nonzero cur-relative seeks"));
    }
    let target = match whence {
        0 => offset,
        1 => pos + offset,
        _ => length + offset,
    }
    .max(0);
    stream_mut(vm, this).pos = target as usize;
    Ok(vm.new_int(target))
}

fn truncate(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("truncate", args.len(), 0, 1)?;
    check_open(vm, this)?;
    let size = match args.first() {
        Some(&n) if n != NONE => vm.index_as_ssize(n, Some(types::OVERFLOW_ERROR))?,
        _ => stream(vm, this).pos as i64,
    };
    let text = is_text(vm, this);
    if size < 0 {
        let message = if text {
            format!("Negative size value {size}")
        } else {
            format!("negative size value {size}")
        };
        return Err(vm.value_error(message));
    }
    let s = stream_mut(vm, this);
    s.text.truncate(size as usize);
    s.bytes.truncate(size as usize);
    Ok(vm.new_int(size))
}

// ---- BytesIO
static BYTES_IO: TypeSpec = TypeSpec {
    tp_name: "_io.BytesIO",
    tp_basicsize: 80,
    slots: Slots {
        tp_init: Some(bytes_init),
        ..IO_BASE.slots
    },
    methods: &[
        MethodDef::new("getvalue", MethodImpl::NoArgs(bytes_getvalue), "($self, /)"),
        MethodDef::new("write", MethodImpl::O(bytes_write), "($self, b, /)"),
        MethodDef::new("read", MethodImpl::Fast(bytes_read), "($self, size=-1, /)"),
        MethodDef::new("read1", MethodImpl::Fast(bytes_read), "($self, size=-1, /)"),
        MethodDef::new(
            "readline",
            MethodImpl::Fast(bytes_readline),
            "($self, size=-1, /)",
        ),
        MethodDef::new(
            "readinto",
            MethodImpl::O(bytes_readinto),
            "($self, buffer, /)",
        ),
        MethodDef::new(
            "getbuffer",
            MethodImpl::NoArgs(|vm, this| {
                check_open(vm, this)?;
                Ok(memoryobject::view_of_lent(vm, this))
            }),
            "($self, /)",
        ),
        MethodDef::new("seek", MethodImpl::Fast(seek), "($self, pos, whence=0, /)"),
        MethodDef::new("tell", MethodImpl::NoArgs(tell), "($self, /)"),
        MethodDef::new(
            "truncate",
            MethodImpl::Fast(truncate),
            "($self, size=None, /)",
        ),
        MethodDef::new("readable", MethodImpl::NoArgs(yes), "($self, /)"),
        MethodDef::new("writable", MethodImpl::NoArgs(yes), "($self, /)"),
        MethodDef::new("seekable", MethodImpl::NoArgs(yes), "($self, /)"),
    ],
    getset: &[GetSetDef {
        name: "closed",
        get: |vm, s| Ok(bool_obj(stream(vm, s).closed)),
        set: None,
    }],
    tp_doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    ..IO_BASE
};

fn bytes_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("BytesIO", &["initial_bytes"], 0),
        args,
        kwargs,
    )?;
    *stream_mut(vm, this) = Stream::default();
    if !values[0].is_null() && values[0] != NONE {
        stream_mut(vm, this).bytes = bytes_like::contents(vm, values[0])?;
    }
    Ok(())
}

fn bytes_getvalue(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    check_open(vm, this)?;
    let bytes = stream(vm, this).bytes.clone();
    Ok(vm.new_bytes(&bytes))
}

fn bytes_write(vm: &mut Vm, this: ObjId, data: ObjId) -> PyResult<ObjId> {
    check_open(vm, this)?;
    let data = bytes_like::contents(vm, data)?;
    check_exports(vm, this)?;
    let s = stream_mut(vm, this);
    if s.pos > s.bytes.len() {
        s.bytes.resize(s.pos, 0);
    }
    let end = (s.pos + data.len()).min(s.bytes.len());
    let pos = s.pos;
    s.bytes.splice(pos..end, data.iter().copied());
    s.pos += data.len();
    Ok(vm.new_int(data.len() as i64))
}

fn take_bytes(vm: &mut Vm, this: ObjId, end: usize) -> ObjId {
    let s = stream_mut(vm, this);
    let start = s.pos.min(s.bytes.len());
    let end = end.clamp(start, s.bytes.len());
    let bytes = s.bytes[start..end].to_vec();
    s.pos = end.max(s.pos);
    vm.new_bytes(&bytes)
}

fn bytes_read(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let size = size_arg(vm, "read", args)?;
    check_open(vm, this)?;
    let s = stream(vm, this);
    let end = size.map_or(s.bytes.len(), |n| s.pos.saturating_add(n));
    Ok(take_bytes(vm, this, end))
}

fn bytes_readinto(vm: &mut Vm, this: ObjId, buffer: ObjId) -> PyResult<ObjId> {
    check_open(vm, this)?;
    let Some(room) = memoryobject::writable_length(vm, buffer) else {
        let kind = vm.type_name_of(buffer);
        return Err(vm.type_error(format!(
            "readinto() argument must be read-write bytes-like object, not {kind}"
        )));
    };
    let end = stream(vm, this).pos.saturating_add(room);
    let read = take_bytes(vm, this, end);
    let bytes = bytes_like::contents(vm, read)?;
    vm.decref(read);
    memoryobject::write_bytes(vm, buffer, 0, &bytes);
    Ok(vm.new_int(bytes.len() as i64))
}

fn bytes_readline(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let size = size_arg(vm, "readline", args)?;
    check_open(vm, this)?;
    let s = stream(vm, this);
    let rest = s.bytes.get(s.pos..).unwrap_or(&[]);
    let length = rest
        .iter()
        .position(|&b| b == b'\n')
        .map_or(rest.len(), |i| i + 1);
    let end = s.pos + size.map_or(length, |n| n.min(length));
    Ok(take_bytes(vm, this, end))
}
