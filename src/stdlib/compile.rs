//! From source text to a code object of the machine, with `SyntaxError`s and warnings as Python
//! exceptions: the machine's door to the compiler.

use std::sync::Arc;

use crate::base::ObjId;
use crate::bytecode::CodeObject;
use crate::compiler::{self, CompileOptions};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, types};
use crate::syntax::{ErrorKind, Mode, SyntaxError};

/// A flag beside CPython's `PyCF_…`: the source is text, so that it needs no decoding.
pub const SOURCE_IS_UTF8: u32 = 0x100;
/// `PyCF_ONLY_AST`.
const ONLY_AST: u32 = 0x400;
/// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;

/// Compiles source text (`Py_CompileStringObject`): a new code object.
pub fn compile(
    vm: &mut Vm,
    source: &[u8],
    filename: &str,
    mode: &str,
    flags: u32,
    optimize: i32,
) -> PyResult<ObjId> {
    let code = compile_shared(vm, source, filename, mode, flags, optimize)?;
    vm.new_code(&code)
}

/// Compiles the file that is run as the program: what cannot be decoded is refused in the words
/// of `python FILE`.
pub fn compile_file(vm: &mut Vm, source: &[u8], filename: &str) -> PyResult<Arc<CodeObject>> {
    match crate::syntax::decode_file(source, filename) {
        Ok(text) => compile_shared(vm, text.as_bytes(), filename, "exec", SOURCE_IS_UTF8, -1),
        Err(error) => Err(raise_syntax_error(vm, &error, source, filename)),
    }
}

/// As [`compile`]; gives what the compiler made.
pub fn compile_shared(
    vm: &mut Vm,
    source: &[u8],
    filename: &str,
    mode: &str,
    flags: u32,
    optimize: i32,
) -> PyResult<Arc<CodeObject>> {
    if flags & ONLY_AST != 0 {
        return Err(vm.raise(
            types::NOT_IMPLEMENTED_ERROR,
            "compile() to an abstract syntax tree is not supported",
        ));
    }
    let mode = match mode {
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => Mode::Exec,
    };
    let optimize = if optimize < 0 {
        vm.interp.optimize
    } else {
        optimize
    };
    let options = CompileOptions {
        filename: filename.into(),
        mode,
        optimize: optimize as u8,
        future_flags: flags & compiler::compile::PYCF_MASK,
        top_level_await: flags & ALLOW_TOP_LEVEL_AWAIT != 0,
        startup: compiler::Startup::Program,
    };
    let result = if flags & SOURCE_IS_UTF8 != 0 {
        match std::str::from_utf8(source) {
            Ok(text) => compiler::compile_str(text, &options),
            Err(_invalid) => compiler::compile(source, &options),
        }
    } else {
        compiler::compile(source, &options)
    };
    match result {
        Ok(compiled) => {
            for warning in compiled.warnings {
                let category = if warning.category == "DeprecationWarning" {
                    types::DEPRECATION_WARNING
                } else {
                    types::SYNTAX_WARNING
                };
                super::warnings::warn_explicit(
                    vm,
                    category,
                    &warning.msg,
                    filename,
                    warning.lineno,
                )?;
            }
            Ok(compiled.code)
        }
        Err(error) => Err(raise_syntax_error(vm, &error, source, filename)),
    }
}

/// Raises what the compiler refused.
pub fn raise_syntax_error(
    vm: &mut Vm,
    error: &SyntaxError,
    source: &[u8],
    filename: &str,
) -> Raised {
    let class = match error.kind {
        ErrorKind::SyntaxError => types::SYNTAX_ERROR,
        ErrorKind::IndentationError => types::INDENTATION_ERROR,
        ErrorKind::TabError => types::TAB_ERROR,
        ErrorKind::MemoryError => return vm.raise(types::MEMORY_ERROR, error.msg.as_str()),
        ErrorKind::RecursionError => return vm.raise(types::RECURSION_ERROR, error.msg.as_str()),
    };
    let Some(lineno) = error.lineno else {
        return vm.raise(class, error.msg.as_str());
    };
    let text = match &error.text {
        Some(text) => Some(text.clone()),
        // CPython reads the line from the file, which code from a string has not.
        None if filename.starts_with('<') => None,
        None => source_line(source, lineno),
    };
    let msg = vm.new_str(&error.msg);
    let file = vm.new_str(filename);
    let line = vm.new_int(i64::from(lineno));
    let offset = number_or_none(vm, error.offset);
    let text = match text {
        Some(text) => vm.new_str(&text),
        None => NONE,
    };
    let end_line = number_or_none(vm, error.end_lineno);
    let end_offset = number_or_none(vm, error.end_offset);
    let details = vm.new_tuple(vec![file, line, offset, text, end_line, end_offset]);
    let args = vm.new_tuple(vec![msg, details]);
    let raised = vm.raise_with(class, args);
    vm.decref(args);
    raised
}

fn number_or_none(vm: &mut Vm, number: Option<i32>) -> ObjId {
    number.map_or(NONE, |n| vm.new_int(i64::from(n)))
}

fn source_line(source: &[u8], lineno: i32) -> Option<String> {
    let text = String::from_utf8_lossy(source);
    let index = usize::try_from(lineno - 1).ok()?;
    text.split_inclusive('\n').nth(index).map(ToOwned::to_owned)
}
