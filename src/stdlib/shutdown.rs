//! The end of a run: exit handlers, flushing, and taking the modules apart.
//!
//! Mirrors `Py_FinalizeEx` of `Python/pylifecycle.c` and `finalize_modules` of
//! `Python/pylifecycle.c`.

use crate::base::ObjId;
use crate::events::Event;
use crate::objects::object::Payload;
use crate::objects::vm::Vm;
use crate::objects::wellknown::{NONE, names};

/// Ends the run; gives the exit status.
pub fn finalize(vm: &mut Vm, status: i32) -> i32 {
    vm.heap.reporter.emit(Event::Finalizing);
    call_module_function(vm, "threading", "_shutdown");
    call_module_function(vm, "atexit", "_run_exitfuncs");
    super::run::flush(vm);
    vm.interp.finalizing = true;
    crate::interpreter::threads::abandon_others(vm);
    if vm.heap.gc.enabled {
        collect(vm);
    }
    finalize_modules(vm);
    super::run::flush(vm);
    status
}

fn collect(vm: &mut Vm) {
    (vm.hooks.gc_collect)(vm, 2);
}

/// Calls a function of a module that the program imported; errors are written, not raised.
fn call_module_function(vm: &mut Vm, module: &str, function: &str) {
    let modules = vm.interp.modules;
    let Some(module) = vm.dict_get_name(modules, module) else {
        return;
    };
    vm.incref(module);
    match vm.call_method_name(module, function, &[]) {
        Ok(value) => vm.decref(value),
        Err(_raised) => (vm.hooks.write_unraisable)(vm, module, ""),
    }
    vm.decref(module);
}

/// What `sys` keeps that may keep much else.
const SYS_DELETES: &[&str] = &[
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_exc",
    "last_type",
    "last_value",
    "last_traceback",
    "path_importer_cache",
    "meta_path",
    "path_hooks",
];

fn finalize_modules(vm: &mut Vm) {
    let (modules, sysdict, builtins) = (vm.interp.modules, vm.interp.sysdict, vm.interp.builtins);
    vm.dict_set_name(builtins, "_", NONE);
    for name in SYS_DELETES {
        if vm.dict_get_name(sysdict, name).is_some() {
            vm.dict_set_name(sysdict, name, NONE);
        }
    }
    for (name, original) in [
        ("stdin", "__stdin__"),
        ("stdout", "__stdout__"),
        ("stderr", "__stderr__"),
    ] {
        let value = vm.dict_get_name(sysdict, original).unwrap_or(NONE);
        vm.dict_set_name(sysdict, name, value);
    }
    // Each module gives way to `None`; those that others keep are wiped below.
    let mut kept: Vec<(ObjId, ObjId)> = Vec::new();
    for (name, module) in vm.dict_entries(modules) {
        if let Payload::Module(m) = vm.heap.payload(module) {
            let dict = m.md_dict;
            if dict != sysdict && dict != builtins {
                kept.push((module, dict));
            }
        }
        let is_main_machinery = match vm.heap.payload(module) {
            Payload::Module(m) => m.md_dict == sysdict || m.md_dict == builtins,
            _ => false,
        };
        if is_main_machinery {
            vm.incref(module);
        }
        let _ = vm.dict_set(modules, name, NONE);
    }
    let serials: Vec<(ObjId, ObjId)> = kept
        .into_iter()
        .filter(|&(module, dict)| still_module(vm, module, dict))
        .collect();
    clear_modules_dict(vm, modules);
    collect(vm);
    for &(module, dict) in serials.iter().rev() {
        if still_module(vm, module, dict) {
            vm.incref(module);
            clear_module_dict(vm, dict);
            vm.decref(module);
        }
    }
    clear_module_dict(vm, sysdict);
    clear_module_dict(vm, builtins);
    collect(vm);
}

/// Whether the slot still holds the same module.
fn still_module(vm: &Vm, module: ObjId, dict: ObjId) -> bool {
    matches!(vm.heap.payload(module), Payload::Module(m) if m.md_dict == dict)
}

fn clear_modules_dict(vm: &mut Vm, modules: ObjId) {
    for (name, _) in vm.dict_entries(modules) {
        let _ = vm.dict_delete(modules, name);
    }
}

/// Sets names to `None`: first those with one leading underscore, then the others
/// (`_PyModule_ClearDict`).
fn clear_module_dict(vm: &mut Vm, dict: ObjId) {
    for underscored in [true, false] {
        for (key, value) in vm.dict_entries(dict) {
            if value == NONE || vm.text(key).is_none() {
                continue;
            }
            let name = vm.str_lossy(key);
            let single = name.starts_with('_') && !name.starts_with("__");
            let take = if underscored {
                single
            } else {
                key != names::BUILTINS
            };
            if take {
                let _ = vm.dict_set(dict, key, NONE);
            }
        }
    }
}
