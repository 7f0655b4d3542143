//! Warnings: deciding whether one is shown, and showing it.
//!
//! Mirrors `Python/_warnings.c` with the default filters of a release build.

use crate::base::ObjId;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{names, types};

/// Issues a warning from native code (`PyErr_WarnEx`): through the module `warnings` when it is
/// imported, so that the program's filters count.
pub fn warn(vm: &mut Vm, category: ObjId, message: &str, stack_level: i64) -> PyResult<()> {
    let modules = vm.interp.modules;
    if let Some(module) = vm.dict_get_name(modules, "warnings") {
        vm.incref(module);
        let text = vm.new_str(message);
        let level = vm.new_int(stack_level);
        let result = vm.call_method_name(module, "warn", &[text, category, level]);
        vm.decref(module);
        vm.decref(text);
        vm.decref(level);
        let result = result?;
        vm.decref(result);
        return Ok(());
    }
    let (filename, lineno, in_main) = match vm.current_frame_index() {
        Some(index) => {
            let frame = &vm.tstate.frames[index];
            let globals = frame.f_globals;
            let filename = vm.code_runtime(frame.f_code).code.co_filename.to_string();
            let lineno = vm.frame_lineno(index);
            let name = vm.dict_get_str(globals, names::NAME);
            (
                filename,
                lineno,
                name.is_some_and(|n| vm.str_lossy(n) == "__main__"),
            )
        }
        None => ("<sys>".to_owned(), 1, false),
    };
    if ignored(vm, category, in_main) {
        return Ok(());
    }
    show(vm, category, message, &filename, lineno);
    Ok(())
}

/// Issues a warning of the compiler for a place in a file (`PyErr_WarnExplicitObject`).
pub fn warn_explicit(
    vm: &mut Vm,
    category: ObjId,
    message: &str,
    filename: &str,
    lineno: i32,
) -> PyResult<()> {
    if !ignored(vm, category, false) {
        show(vm, category, message, filename, lineno);
    }
    Ok(())
}

/// The default filters: `default::DeprecationWarning:__main__`, then `ignore` for
/// `DeprecationWarning`, `PendingDeprecationWarning`, `ImportWarning`, `ResourceWarning`.
fn ignored(vm: &Vm, category: ObjId, in_main: bool) -> bool {
    if in_main && vm.is_subtype(category, types::DEPRECATION_WARNING) {
        return false;
    }
    [
        types::DEPRECATION_WARNING,
        types::PENDING_DEPRECATION_WARNING,
        types::IMPORT_WARNING,
        types::RESOURCE_WARNING,
    ]
    .into_iter()
    .any(|ignored| vm.is_subtype(category, ignored))
}

/// Writes `file:line: Category: text` and the source line.
fn show(vm: &mut Vm, category: ObjId, message: &str, filename: &str, lineno: i32) {
    let name = vm.class_name(category);
    let mut text = format!("{filename}:{lineno}: {name}: {message}\n");
    if let Some(line) = super::source_lines::line(vm, filename, lineno) {
        let line = line.trim();
        if !line.is_empty() {
            text.push_str("  ");
            text.push_str(line);
            text.push('\n');
        }
    }
    super::traceback_print::write_stderr(vm, &text);
}
