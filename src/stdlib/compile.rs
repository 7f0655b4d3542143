//! From source text to a code object of the machine, with `SyntaxError`s and warnings as Python
//! exceptions: the machine's door to the compiler.

use std::sync::Arc;

use crate::base::ObjId;
use crate::bytecode::CodeObject;
use crate::compiler::{self, CompileOptions};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, types};
use crate::syntax::error::Warning;
use crate::syntax::{ErrorKind, Mode, SyntaxError};

/// A flag beside CPython's `PyCF_…`: the source is text, so that it needs no decoding.
pub const SOURCE_IS_UTF8: u32 = 0x100;
/// `PyCF_ONLY_AST`.
const ONLY_AST: u32 = 0x400;
/// The bit of `PyCF_OPTIMIZED_AST` beside `PyCF_ONLY_AST`.
const OPTIMIZED_AST: u32 = 0x8000;
/// `PyCF_TYPE_COMMENTS`.
const TYPE_COMMENTS: u32 = 0x1000;
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
    if flags & ONLY_AST != 0 {
        return parse_to_object(vm, source, filename, mode, flags, optimize);
    }
    let code = compile_shared(vm, source, filename, mode, flags, optimize)?;
    vm.new_code(&code)
}

/// Parses source text to the objects of its syntax tree.
fn parse_to_object(
    vm: &mut Vm,
    source: &[u8],
    filename: &str,
    mode: &str,
    flags: u32,
    optimize: i32,
) -> PyResult<ObjId> {
    if mode == "func_type" || flags & TYPE_COMMENTS != 0 {
        return Err(vm.raise(
            types::NOT_IMPLEMENTED_ERROR,
            "compile() with type comments is not supported",
        ));
    }
    let options = options(vm, filename, mode, flags, optimize);
    let optimized = flags & OPTIMIZED_AST != 0;
    let parsed = match std::str::from_utf8(source) {
        Ok(text) if flags & SOURCE_IS_UTF8 != 0 => {
            compiler::compile::parse_str(text, &options, optimized)
        }
        _ => compiler::compile::parse(source, &options, optimized),
    };
    match parsed {
        Ok((tree, warnings)) => {
            issue(vm, warnings, filename)?;
            super::astmodule::to_object(vm, &tree)
        }
        Err(error) => Err(raise_syntax_error(vm, &error, source, filename)),
    }
}

/// Compiles the objects of a syntax tree: a new code object, or a tree when the flags ask for one.
pub fn compile_tree(
    vm: &mut Vm,
    tree: ObjId,
    filename: &str,
    mode: &str,
    flags: u32,
    optimize: i32,
) -> PyResult<ObjId> {
    let options = options(vm, filename, mode, flags, optimize);
    if flags & ONLY_AST != 0 && flags & OPTIMIZED_AST == 0 {
        return Ok(vm.incref(tree));
    }
    let module = super::astmodule::from_object(vm, tree, options.mode)?;
    if flags & ONLY_AST != 0 {
        return match compiler::compile::optimize_tree(module, &options) {
            Ok(tree) => super::astmodule::to_object(vm, &tree),
            Err(error) => Err(raise_syntax_error(vm, &error, &[], filename)),
        };
    }
    match compiler::compile_ast(module, &options) {
        Ok(compiled) => {
            issue(vm, compiled.warnings, filename)?;
            vm.new_code(&compiled.code)
        }
        Err(error) => Err(raise_syntax_error(vm, &error, &[], filename)),
    }
}

fn options(vm: &Vm, filename: &str, mode: &str, flags: u32, optimize: i32) -> CompileOptions {
    let optimize = if optimize < 0 {
        vm.interp.optimize
    } else {
        optimize
    };
    CompileOptions {
        filename: filename.into(),
        mode: match mode {
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            _ => Mode::Exec,
        },
        optimize: optimize as u8,
        future_flags: flags & compiler::compile::PYCF_MASK,
        top_level_await: flags & ALLOW_TOP_LEVEL_AWAIT != 0,
        startup: compiler::Startup::Program,
    }
}

/// Issues what the compiler warned about.
fn issue(vm: &mut Vm, warnings: Vec<Warning>, filename: &str) -> PyResult<()> {
    for warning in warnings {
        let category = if warning.category == "DeprecationWarning" {
            types::DEPRECATION_WARNING
        } else {
            types::SYNTAX_WARNING
        };
        super::warnings::warn_explicit(vm, category, &warning.msg, filename, warning.lineno)?;
    }
    Ok(())
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
    let options = options(vm, filename, mode, flags, optimize);
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
            issue(vm, compiled.warnings, filename)?;
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
