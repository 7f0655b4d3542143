//! The module `atexit`: functions to be called at the end of the program.
//!
//! Mirrors `Modules/atexitmodule.c`.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{EMPTY_TUPLE, NONE};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "atexit",
    functions: &[
        MethodDef::new(
            "register",
            MethodImpl::VarArgsKeywords(register),
            "($module, func, /, *args, **kwargs)",
        ),
        MethodDef::new(
            "unregister",
            MethodImpl::O(unregister),
            "($module, func, /)",
        ),
        MethodDef::new("_clear", MethodImpl::NoArgs(clear), "($module, /)"),
        MethodDef::new(
            "_run_exitfuncs",
            MethodImpl::NoArgs(run_exitfuncs),
            "($module, /)",
        ),
        MethodDef::new(
            "_ncallbacks",
            MethodImpl::NoArgs(|vm, _| {
                let n = callbacks(vm).len() / 3;
                Ok(vm.new_int(n as i64))
            }),
            "($module, /)",
        ),
    ],
    exec: |_, _| Ok(()),
    doc: "allow programmer to define multiple exit functions to be executed upon normal program termination.",
};

/// Function, arguments and keywords (or NULL), three entries for each callback.
fn callbacks(vm: &mut Vm) -> &mut Vec<ObjId> {
    vm.interp.module_state.entry("atexit").or_default()
}

fn register(vm: &mut Vm, _module: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let items = vm.tuple_items(args).to_vec();
    let Some((&function, rest)) = items.split_first() else {
        return Err(vm.type_error("register() takes at least 1 argument (0 given)"));
    };
    if !vm.is_callable(function) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let rest = if rest.is_empty() {
        EMPTY_TUPLE
    } else {
        vm.new_tuple_from(rest)
    };
    vm.incref(function);
    vm.xincref(kwargs);
    callbacks(vm).extend([function, rest, kwargs]);
    Ok(vm.incref(function))
}

fn unregister(vm: &mut Vm, _module: ObjId, function: ObjId) -> PyResult<ObjId> {
    let mut i = 0;
    while i < callbacks(vm).len() {
        let candidate = callbacks(vm)[i];
        if vm.eq(candidate, function)? {
            let removed: Vec<ObjId> = callbacks(vm).drain(i..i + 3).collect();
            vm.decref_all(&removed);
        } else {
            i += 3;
        }
    }
    Ok(NONE)
}

fn clear(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let all = std::mem::take(callbacks(vm));
    vm.decref_all(&all);
    Ok(NONE)
}

/// Last registered, first called; an exception is reported and the rest still run.
fn run_exitfuncs(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    while callbacks(vm).len() >= 3 {
        let at = callbacks(vm).len() - 3;
        let callback: Vec<ObjId> = callbacks(vm).drain(at..).collect();
        let items = vm.tuple_items(callback[1]).to_vec();
        match vm.call_args_dict(callback[0], &items, callback[2]) {
            Ok(result) => vm.decref(result),
            Err(_) => {
                (vm.hooks.write_unraisable)(
                    vm,
                    callback[0],
                    "Exception ignored in atexit callback",
                );
            }
        }
        vm.decref_all(&callback);
    }
    Ok(NONE)
}
