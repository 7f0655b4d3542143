//! The hooks of `sys` that Python code sets or finds again under their double-underscore names,
//! and small questions to the interpreter.
//!
//! Mirrors the corresponding functions of `Python/sysmodule.c`.

use crate::base::ObjId;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{FALSE, NONE, TRUE, types};
use crate::struct_field;

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new(
        "breakpointhook",
        MethodImpl::FastKeywords(breakpointhook),
        "",
    )
    .with_doc("What breakpoint() calls: the sandbox has no debugger."),
    MethodDef::new(
        "get_asyncgen_hooks",
        MethodImpl::NoArgs(get_asyncgen_hooks),
        "($module, /)",
    )
    .with_doc("The hooks of asynchronous generators in this thread."),
    MethodDef::new(
        "set_asyncgen_hooks",
        MethodImpl::FastKeywords(set_asyncgen_hooks),
        "",
    )
    .with_doc("Set a hook for the first iteration or the end of asynchronous generators."),
    MethodDef::new(
        "get_coroutine_origin_tracking_depth",
        MethodImpl::NoArgs(|vm, _| {
            let depth = i64::from(vm.tstate.coroutine_origin_tracking_depth);
            Ok(vm.new_int(depth))
        }),
        "($module, /)",
    )
    .with_doc("How many frames a coroutine remembers of where it was made."),
    MethodDef::new(
        "set_coroutine_origin_tracking_depth",
        MethodImpl::FastKeywords(set_coroutine_origin_tracking_depth),
        "($module, /, depth)",
    )
    .with_doc("Set how many frames a coroutine remembers of where it was made."),
    MethodDef::new(
        "_getframemodulename",
        MethodImpl::FastKeywords(getframemodulename),
        "($module, /, depth=0)",
    )
    .with_doc("The name of the module of a caller."),
    MethodDef::new(
        "getunicodeinternedsize",
        MethodImpl::FastKeywords(|vm, _, _, _| {
            let count = vm.heap.interned.len() as i64;
            Ok(vm.new_int(count))
        }),
        "($module, /, *, _only_immortal=False)",
    )
    .with_doc("How many strings are interned."),
    MethodDef::new(
        "_is_gil_enabled",
        MethodImpl::NoArgs(|_, _| Ok(TRUE)),
        "($module, /)",
    )
    .with_doc("Whether there is a GIL."),
    MethodDef::new(
        "_clear_internal_caches",
        MethodImpl::NoArgs(|_, _| Ok(NONE)),
        "($module, /)",
    ),
    MethodDef::new(
        "is_stack_trampoline_active",
        MethodImpl::NoArgs(|_, _| Ok(FALSE)),
        "($module, /)",
    ),
    MethodDef::new(
        "addaudithook",
        MethodImpl::FastKeywords(addaudithook),
        "($module, /, hook)",
    )
    .with_doc("Refused: the sandbox audits nothing."),
];

/// Adds the hooks to `sys`.
pub fn add(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    vm.module_add_functions(module, FUNCTIONS);
    for name in [
        "displayhook",
        "excepthook",
        "unraisablehook",
        "breakpointhook",
    ] {
        let hook = vm.getattr_name(module, name)?;
        vm.module_add(module, &format!("__{name}__"), hook);
    }
    vm.module_add(module, "pycache_prefix", NONE);
    for (name, text) in [
        ("_base_executable", "/usr/local/bin/python3.13"),
        ("_stdlib_dir", super::sysmodule::EMBEDDED_STDLIB),
    ] {
        let text = vm.new_str(text);
        vm.module_add(module, name, text);
    }
    Ok(())
}

fn breakpointhook(vm: &mut Vm, _: ObjId, _: &[ObjId], _: ObjId) -> PyResult<ObjId> {
    Err(vm.raise(
        types::NOT_IMPLEMENTED_ERROR,
        "breakpoint() is not supported: the sandbox has no terminal for a debugger",
    ))
}

fn addaudithook(vm: &mut Vm, _: ObjId, _: &[ObjId], _: ObjId) -> PyResult<ObjId> {
    Err(vm.raise(
        types::NOT_IMPLEMENTED_ERROR,
        "sys.addaudithook() is not supported",
    ))
}

static ASYNCGEN_HOOKS: TypeSpec = TypeSpec {
    tp_name: "sys.asyncgen_hooks",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| super::structseq::repr(vm, this, &ASYNCGEN_HOOKS)),
        ..Slots::EMPTY
    },
    members: &[struct_field!("firstiter", 0), struct_field!("finalizer", 1)],
    ..TypeSpec::EMPTY
};

fn get_asyncgen_hooks(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let hooks = [vm.tstate.async_gen_firstiter, vm.tstate.async_gen_finalizer];
    let items = hooks
        .into_iter()
        .map(|hook| {
            let hook = vm.none_if_null(hook);
            vm.incref(hook)
        })
        .collect();
    Ok(super::structseq::new(vm, &ASYNCGEN_HOOKS, items))
}

fn set_asyncgen_hooks(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("set_asyncgen_hooks", &["firstiter", "finalizer"], 0);
    let given = vm.unpack_keywords(&signature, args, kwnames)?;
    for (hook, name) in given.iter().zip(["firstiter", "finalizer"]) {
        if !hook.is_null() && *hook != NONE && !vm.is_callable(*hook) {
            let kind = vm.type_name_of(*hook);
            return Err(vm.type_error(format!("callable {name} expected, got {kind}")));
        }
    }
    for (index, &hook) in given.iter().enumerate() {
        if hook.is_null() {
            continue;
        }
        let new = if hook == NONE {
            ObjId::NULL
        } else {
            vm.incref(hook)
        };
        let place = if index == 0 {
            &mut vm.tstate.async_gen_firstiter
        } else {
            &mut vm.tstate.async_gen_finalizer
        };
        let old = std::mem::replace(place, new);
        vm.xdecref(old);
    }
    Ok(NONE)
}

fn set_coroutine_origin_tracking_depth(
    vm: &mut Vm,
    _: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let signature = Signature::new("set_coroutine_origin_tracking_depth", &["depth"], 1);
    let given = vm.unpack_keywords(&signature, args, kwnames)?;
    let depth = vm.index_as_ssize(given[0], Some(types::OVERFLOW_ERROR))?;
    if depth < 0 {
        return Err(vm.value_error("depth must be >= 0"));
    }
    if depth > 0 {
        return Err(vm.raise(
            types::NOT_IMPLEMENTED_ERROR,
            "sys.set_coroutine_origin_tracking_depth() is not supported: coroutines do not remember where they were made",
        ));
    }
    vm.tstate.coroutine_origin_tracking_depth = 0;
    Ok(NONE)
}

fn getframemodulename(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("_getframemodulename", &["depth"], 0);
    let given = vm.unpack_keywords(&signature, args, kwnames)?;
    let mut depth = if given[0].is_null() {
        0
    } else {
        vm.index_as_ssize(given[0], None)?
    };
    for index in (0..vm.tstate.frames.len()).rev() {
        if vm.frame_is_incomplete(index) {
            continue;
        }
        if depth <= 0 {
            let function = vm.tstate.frames[index].f_funcobj;
            if function.is_null() {
                return Ok(NONE);
            }
            return Ok(vm.getattr_name_opt(function, "__module__")?.unwrap_or(NONE));
        }
        depth -= 1;
    }
    Ok(NONE)
}
