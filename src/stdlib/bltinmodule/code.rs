//! `compile`, `exec` and `eval`.

use crate::base::ObjId;
use crate::interpreter::frames;
use crate::objects::getargs::Signature;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, types};

/// Text or bytes of a source argument, as UTF-8 or raw bytes.
fn source_bytes(
    vm: &mut Vm,
    source: ObjId,
    function: &str,
    what: &str,
) -> PyResult<(Vec<u8>, bool)> {
    match vm.heap.payload(source) {
        Payload::Str(s) => {
            let Some(text) = s.text.to_utf8() else {
                return Err(vm.raise_encode_error(source));
            };
            if text.contains('\0') {
                return Err(null_bytes(vm));
            }
            return Ok((text.into_bytes(), true));
        }
        Payload::Bytes(b) => {
            let bytes = b.to_vec();
            if bytes.contains(&0) {
                return Err(null_bytes(vm));
            }
            return Ok((bytes, false));
        }
        Payload::ByteArray(_) => {
            let bytes = vm.call(types::BYTES, &[source])?;
            let result = source_bytes(vm, bytes, function, what);
            vm.decref(bytes);
            return result;
        }
        _ => {}
    }
    Err(vm.type_error(format!("{function}() arg 1 must be a {what}")))
}

fn null_bytes(vm: &mut Vm) -> crate::objects::vm::Raised {
    vm.raise(
        types::SYNTAX_ERROR,
        "source code string cannot contain null bytes",
    )
}

/// Compiles source text in a mode (`exec`, `eval`, `single`): a new code object.
pub fn compile_source(
    vm: &mut Vm,
    source: &[u8],
    filename: &str,
    mode: &str,
    flags: u32,
    optimize: i32,
) -> PyResult<ObjId> {
    (vm.hooks.compile)(vm, source, filename, mode, flags, optimize)
}

/// `compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1)`.
pub(super) fn compile(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new(
        "compile",
        &[
            "source",
            "filename",
            "mode",
            "flags",
            "dont_inherit",
            "optimize",
            "_feature_version",
        ],
        3,
    )
    .positional(6);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let (source, filename, mode) = (given[0], given[1], given[2]);
    if vm.text(mode).is_none() {
        let kind = vm.type_name_of(mode);
        return Err(vm.type_error(format!("compile() argument 'mode' must be str, not {kind}")));
    }
    let mode = vm.str_lossy(mode);
    let flags = if given[3].is_null() {
        0
    } else {
        vm.index_as_ssize(given[3], None)? as u32
    };
    let optimize = if given[5].is_null() {
        -1
    } else {
        vm.index_as_ssize(given[5], None)? as i32
    };
    let inherit = given[4].is_null() || !vm.is_true(given[4])?;
    if !(-1..=2).contains(&optimize) {
        return Err(vm.value_error("compile(): invalid optimize value"));
    }
    if flags & !0x1ff_fe00 != 0 && flags & 0xff != 0 && flags & !0x1ff_ffff != 0 {
        return Err(vm.value_error("compile(): unrecognised flags"));
    }
    if !["exec", "eval", "single", "func_type"].contains(&mode.as_str()) {
        let message = if flags & 0x400 != 0 {
            "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
        } else {
            "compile() mode must be 'exec', 'eval' or 'single'"
        };
        return Err(vm.value_error(message));
    }
    let filename = filename_text(vm, filename)?;
    let flags = if inherit {
        flags | inherited_flags(vm)
    } else {
        flags
    };
    if super::super::astmodule::is_ast(vm, source) {
        return super::super::compile::compile_tree(vm, source, &filename, &mode, flags, optimize);
    }
    let (bytes, is_text) = source_bytes(vm, source, "compile", "string, bytes or AST object")?;
    let flags = if is_text {
        flags | super::super::compile::SOURCE_IS_UTF8
    } else {
        flags
    };
    compile_source(vm, &bytes, &filename, &mode, flags, optimize)
}

fn filename_text(vm: &mut Vm, filename: ObjId) -> PyResult<String> {
    match vm.heap.payload(filename) {
        Payload::Str(s) => Ok(s.text.to_lossy()),
        Payload::Bytes(b) => Ok(String::from_utf8_lossy(b).into_owned()),
        _ => {
            let name = vm.type_name_of(filename);
            Err(vm.type_error(format!(
                "expected str, bytes or os.PathLike object, not {name}"
            )))
        }
    }
}

/// The `__future__` flags of the code that calls.
fn inherited_flags(vm: &Vm) -> u32 {
    const PYCF_MASK: u32 = 0x1ff_0000 | 0x1fe_0000;
    vm.current_frame_index().map_or(0, |i| {
        vm.code_runtime(vm.tstate.frames[i].f_code).co_flags & PYCF_MASK
    })
}

/// Namespaces for `exec` and `eval`: the given ones or those of the caller; new references.
fn namespaces(
    vm: &mut Vm,
    function: &str,
    globals: ObjId,
    locals: ObjId,
) -> PyResult<(ObjId, ObjId)> {
    let absent = |id: ObjId| id.is_null() || id == NONE;
    if !absent(locals) && vm.slots_of(locals).mp_subscript.is_none() {
        let kind = vm.type_name_of(locals);
        return Err(vm.type_error(if function == "exec" {
            format!("locals must be a mapping or None, not {kind}")
        } else {
            "locals must be a mapping".to_owned()
        }));
    }
    if !absent(globals) && !vm.isinstance(globals, types::DICT) {
        let kind = vm.type_name_of(globals);
        return Err(vm.type_error(if function == "exec" {
            format!("exec() globals must be a dict, not {kind}")
        } else if vm.slots_of(globals).mp_subscript.is_some() {
            "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
        } else {
            "globals must be a dict".to_owned()
        }));
    }
    if absent(globals) {
        let globals = vm.current_globals().unwrap_or_default();
        if globals.is_null() {
            return Err(vm.raise(types::SYSTEM_ERROR, "globals and locals cannot be NULL"));
        }
        vm.incref(globals);
        let locals = if absent(locals) {
            super::functions::current_locals(vm)?
        } else {
            vm.incref(locals)
        };
        return Ok((globals, locals));
    }
    let locals = if absent(locals) { globals } else { locals };
    vm.incref(globals);
    vm.incref(locals);
    Ok((globals, locals))
}

/// Makes sure that the globals have `__builtins__`.
fn ensure_builtins(vm: &mut Vm, globals: ObjId) -> PyResult<()> {
    if vm.dict_get(globals, names::BUILTINS)?.is_none() {
        let builtins = vm
            .tstate
            .frames
            .last()
            .map_or(vm.interp.builtins, |f| f.f_builtins);
        vm.dict_set(globals, names::BUILTINS, builtins)?;
    }
    Ok(())
}

/// Runs a code object in namespaces.
pub fn run_code(vm: &mut Vm, code: ObjId, globals: ObjId, locals: ObjId) -> PyResult<ObjId> {
    frames::eval_code(vm, code, globals, locals)
}

pub(super) fn exec(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> =
        Signature::new("exec", &["", "globals", "locals", "closure"], 1).positional(3);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let (globals, locals) = namespaces(vm, "exec", given[1], given[2])?;
    let result = exec_in(vm, given[0], globals, locals, given[3]);
    vm.decref(globals);
    vm.decref(locals);
    let value = result?;
    vm.decref(value);
    Ok(NONE)
}

fn exec_in(
    vm: &mut Vm,
    source: ObjId,
    globals: ObjId,
    locals: ObjId,
    closure: ObjId,
) -> PyResult<ObjId> {
    ensure_builtins(vm, globals)?;
    let closure = if closure == NONE {
        ObjId::NULL
    } else {
        closure
    };
    if let Payload::Code(code) = vm.heap.payload(source) {
        let free = code.runtime.code.co_freevars().count();
        if free == 0 && !closure.is_null() {
            return Err(vm.type_error("cannot use a closure with this code object"));
        }
        if free > 0 {
            let fits = !closure.is_null()
                && vm.type_of(closure) == types::TUPLE
                && vm.tuple_items(closure).len() == free
                && vm
                    .tuple_items(closure)
                    .iter()
                    .all(|&c| vm.type_of(c) == types::CELL);
            if !fits {
                return Err(vm.type_error(format!(
                    "code object requires a closure of exactly length {free}"
                )));
            }
        }
        return frames::eval_code_with_closure(vm, source, globals, locals, closure);
    }
    if !closure.is_null() {
        return Err(vm.type_error("closure can only be used when source is a code object"));
    }
    let (bytes, is_text) = source_bytes(vm, source, "exec", "string, bytes or code object")?;
    run_source(vm, &bytes, is_text, "exec", globals, locals)
}

fn run_source(
    vm: &mut Vm,
    bytes: &[u8],
    is_text: bool,
    mode: &str,
    globals: ObjId,
    locals: ObjId,
) -> PyResult<ObjId> {
    let mut flags = inherited_flags(vm);
    if is_text {
        flags |= super::super::compile::SOURCE_IS_UTF8;
    }
    let code = compile_source(vm, bytes, "<string>", mode, flags, -1)?;
    let result = frames::eval_code(vm, code, globals, locals);
    vm.decref(code);
    result
}

pub(super) fn eval(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new("eval", &["", "globals", "locals"], 1);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let (globals, locals) = namespaces(vm, "eval", given[1], given[2])?;
    let result = eval_in(vm, given[0], globals, locals);
    vm.decref(globals);
    vm.decref(locals);
    result
}

fn eval_in(vm: &mut Vm, source: ObjId, globals: ObjId, locals: ObjId) -> PyResult<ObjId> {
    ensure_builtins(vm, globals)?;
    if let Payload::Code(code) = vm.heap.payload(source) {
        if code.runtime.code.co_freevars().next().is_some() {
            return Err(
                vm.type_error("code object passed to eval() may not contain free variables")
            );
        }
        return frames::eval_code(vm, source, globals, locals);
    }
    let (bytes, is_text) = source_bytes(vm, source, "eval", "string, bytes or code object")?;
    let start = bytes
        .iter()
        .position(|&b| b != b' ' && b != b'\t')
        .unwrap_or(bytes.len());
    run_source(vm, &bytes[start..], is_text, "eval", globals, locals)
}
