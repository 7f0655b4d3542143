//! Warnings: deciding whether one is shown, and showing it.
//!
//! Mirrors `Python/_warnings.c` with the default filters of a release build.

use crate::base::ObjId;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, types};

use super::ModuleDef;

/// The module `_warnings`: the filters that `warnings` starts with. Showing and filtering for Python
/// code is `warnings.py`'s own, which falls back to its Python functions for what is not here.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    functions: &[
        MethodDef::new(
            "warn",
            MethodImpl::FastKeywords(module_warn),
            "($module, /, message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
        ),
        MethodDef::new(
            "warn_explicit",
            MethodImpl::FastKeywords(module_warn_explicit),
            "",
        ),
        MethodDef::new(
            "_filters_mutated",
            MethodImpl::NoArgs(|_, _| Ok(NONE)),
            "($module, /)",
        ),
    ],
    exec: |vm, module| {
        let mut rows = Vec::new();
        for (action, category, in_module) in [
            ("default", types::DEPRECATION_WARNING, Some("__main__")),
            ("ignore", types::DEPRECATION_WARNING, None),
            ("ignore", types::PENDING_DEPRECATION_WARNING, None),
            ("ignore", types::IMPORT_WARNING, None),
            ("ignore", types::RESOURCE_WARNING, None),
        ] {
            let action = vm.intern(action);
            let in_module = match in_module {
                Some(name) => vm.intern(name),
                None => NONE,
            };
            let zero = vm.new_int(0);
            rows.push(vm.new_tuple_from(&[action, NONE, category, in_module, zero]));
        }
        let filters = vm.new_list(rows);
        vm.module_add(module, "filters", filters);
        let registry = vm.new_dict();
        vm.module_add(module, "_onceregistry", registry);
        let action = vm.intern("default");
        vm.module_add(module, "_defaultaction", action);
        Ok(())
    },
    doc: "_warnings provides basic warning filtering support.",
};

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
    let modules = vm.interp.modules;
    if vm.dict_get_name(modules, "warnings").is_none() {
        if !ignored(vm, category, false) {
            show(vm, category, message, filename, lineno);
        }
        return Ok(());
    }
    let text = vm.new_str(message);
    let file = vm.new_str(filename);
    let module = vm.new_str(filename.strip_suffix(".py").unwrap_or(filename));
    let line = vm.new_int(i64::from(lineno));
    let result = decide(
        vm,
        Warning {
            message: text,
            category,
            file,
            line,
            module,
            registry: NONE,
        },
    );
    vm.decref_all(&[text, file, module, line]);
    result.map(|none| vm.decref(none))
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

/// `warnings.warn`: finds the place `stacklevel` frames up, then decides as `warn_explicit` does.
fn module_warn(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new(
        "warn",
        &[
            "message",
            "category",
            "stacklevel",
            "source",
            "skip_file_prefixes",
        ],
        1,
    )
    .positional(4);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let message = values[0];
    let category = if vm.isinstance(message, types::WARNING) {
        vm.type_of(message)
    } else if values[1].is_null() || values[1] == NONE {
        types::USER_WARNING
    } else {
        values[1]
    };
    if !vm.isinstance(category, types::TYPE) || !vm.is_subtype(category, types::WARNING) {
        let name = vm.type_name_of(category);
        return Err(vm.type_error(format!("category must be a Warning subclass, not '{name}'")));
    }
    let level = if values[2].is_null() {
        1
    } else {
        vm.index_as_ssize(values[2], Some(types::OVERFLOW_ERROR))?
    };
    let depth = vm.tstate.frames.len();
    let up = usize::try_from(level.max(1) - 1).unwrap_or(usize::MAX);
    let (filename, lineno, globals) =
        match depth.checked_sub(1).and_then(|last| last.checked_sub(up)) {
            Some(index) => {
                let frame = &vm.tstate.frames[index];
                let globals = frame.f_globals;
                let filename = vm.code_runtime(frame.f_code).code.co_filename.to_string();
                (filename, vm.frame_lineno(index), globals)
            }
            None => ("<sys>".to_owned(), 0, vm.interp.sysdict),
        };
    let module = match vm.dict_get_str(globals, names::NAME) {
        Some(name) => vm.incref(name),
        None => vm.new_str("<string>"),
    };
    let registry = if let Some(known) = vm.dict_get_name(globals, "__warningregistry__") {
        vm.incref(known)
    } else {
        let made = vm.new_dict();
        vm.dict_set_name(globals, "__warningregistry__", made);
        made
    };
    let file = vm.new_string(filename);
    let line = vm.new_int(i64::from(lineno));
    let result = decide(
        vm,
        Warning {
            message,
            category,
            file,
            line,
            module,
            registry,
        },
    );
    vm.decref_all(&[module, registry, file, line]);
    result
}

fn module_warn_explicit(
    vm: &mut Vm,
    _module: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let signature = Signature::new(
        "warn_explicit",
        &[
            "message",
            "category",
            "filename",
            "lineno",
            "module",
            "registry",
            "module_globals",
            "source",
        ],
        4,
    );
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let module = if values[4].is_null() || values[4] == NONE {
        values[2]
    } else {
        values[4]
    };
    let registry = if values[5].is_null() { NONE } else { values[5] };
    decide(
        vm,
        Warning {
            message: values[0],
            category: values[1],
            file: values[2],
            line: values[3],
            module,
            registry,
        },
    )
}

/// A warning with its place; all borrowed.
struct Warning {
    message: ObjId,
    category: ObjId,
    file: ObjId,
    line: ObjId,
    module: ObjId,
    registry: ObjId,
}

/// Applies the filters and shows, raises or forgets the warning (`warn_explicit` of `_warnings.c`).
fn decide(vm: &mut Vm, w: Warning) -> PyResult<ObjId> {
    let (text, message) = if vm.isinstance(w.message, types::WARNING) {
        (vm.str(w.message)?, vm.incref(w.message))
    } else {
        let made = vm.call(w.category, &[w.message])?;
        (vm.str(w.message)?, made)
    };
    let result = decide_text(vm, &w, text, message);
    vm.decref(text);
    vm.decref(message);
    result
}

fn decide_text(vm: &mut Vm, w: &Warning, text: ObjId, message: ObjId) -> PyResult<ObjId> {
    let key = vm.new_tuple_from(&[text, w.category, w.line]);
    let seen = w.registry != NONE && vm.dict_get(w.registry, key)?.is_some();
    if seen {
        vm.decref(key);
        return Ok(NONE);
    }
    let action = action_for(vm, w, text)?;
    let shown = match action.as_str() {
        "ignore" => false,
        "error" => {
            vm.decref(key);
            return Err(vm.raise_with(w.category, message));
        }
        "always" | "all" => true,
        // The module as a whole, or the text anywhere, counts as one place.
        "module" | "once" => {
            let zero = vm.new_int(0);
            let wide = vm.new_tuple_from(&[text, w.category, zero]);
            let known = w.registry != NONE && vm.dict_get(w.registry, wide)?.is_some();
            if w.registry != NONE {
                vm.dict_set(w.registry, wide, crate::objects::wellknown::TRUE)?;
            }
            vm.decref(wide);
            !known
        }
        _ => {
            if w.registry != NONE {
                vm.dict_set(w.registry, key, crate::objects::wellknown::TRUE)?;
            }
            true
        }
    };
    vm.decref(key);
    if !shown {
        return Ok(NONE);
    }
    let modules = vm.interp.modules;
    if let Some(module) = vm.dict_get_name(modules, "warnings")
        && let Some(class) = vm.getattr_name_opt(module, "WarningMessage")?
    {
        let record = vm.call(class, &[message, w.category, w.file, w.line]);
        vm.decref(class);
        let record = record?;
        let done = vm.call_method_name(module, "_showwarnmsg", &[record]);
        vm.decref(record);
        vm.decref(done?);
        return Ok(NONE);
    }
    let (text, file) = (vm.str_lossy(text), vm.str_lossy(w.file));
    let line = vm.int_as_i64(w.line).unwrap_or(0) as i32;
    show(vm, w.category, &text, &file, line);
    Ok(NONE)
}

/// The action of the first filter that matches; `default` when none does.
fn action_for(vm: &mut Vm, w: &Warning, text: ObjId) -> PyResult<String> {
    let modules = vm.interp.modules;
    let module = match vm.dict_get_name(modules, "warnings") {
        Some(module) => module,
        None => match vm.dict_get_name(modules, "_warnings") {
            Some(module) => module,
            None => return Ok("default".to_owned()),
        },
    };
    let Some(filters) = vm.getattr_name_opt(module, "filters")? else {
        return Ok("default".to_owned());
    };
    let rows = vm.collect_iterable(filters)?;
    vm.decref(filters);
    let mut action = "default".to_owned();
    for &row in &rows {
        let [act, msg, category, in_module, line] = *vm.tuple_items(row) else {
            continue;
        };
        let right_line = vm.int_as_i64(line) == Some(0) || vm.eq(line, w.line)?;
        if right_line
            && vm.is_subclass_of(w.category, category)?
            && filter_matches(vm, msg, text)?
            && filter_matches(vm, in_module, w.module)?
        {
            action = vm.str_lossy(act);
            break;
        }
    }
    vm.decref_all(&rows);
    Ok(action)
}

/// `None` matches all, a string itself, a pattern what its `match` accepts (`check_matched`).
fn filter_matches(vm: &mut Vm, filter: ObjId, text: ObjId) -> PyResult<bool> {
    if filter == NONE {
        return Ok(true);
    }
    if vm.type_of(filter) == types::STR {
        return vm.eq(filter, text);
    }
    let found = vm.call_method_name(filter, "match", &[text])?;
    let truth = vm.is_true(found);
    vm.decref(found);
    truth
}
