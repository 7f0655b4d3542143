//! Small native modules that others import: `_imp`, `_tokenize`, `_typing`, `ctypes`.
//!
//! Each does what its importers need; what the sandbox cannot give is refused by name.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{FALSE, NONE, types};

use super::ModuleDef;

/// Mirrors `Python/Python-tokenize.c`: there for the modules that import it and never ask.
pub static TOKENIZE: ModuleDef = ModuleDef {
    name: "_tokenize",
    functions: &[MethodDef::new(
        "TokenizerIter",
        MethodImpl::VarArgsKeywords(|vm, _, _, _| {
            let words = "_tokenize.TokenizerIter is not supported by this machine";
            Err(vm.raise(types::NOT_IMPLEMENTED_ERROR, words))
        }),
        "",
    )],
    exec: |_, _| Ok(()),
    doc: "",
};

/// Mirrors `Python/import.c`: the import lock, and what the import system asks.
pub static IMP: ModuleDef = ModuleDef {
    name: "_imp",
    functions: &[
        MethodDef::new(
            "acquire_lock",
            MethodImpl::NoArgs(|_, _| Ok(NONE)),
            "($module, /)",
        ),
        MethodDef::new(
            "release_lock",
            MethodImpl::NoArgs(|_, _| Ok(NONE)),
            "($module, /)",
        ),
        MethodDef::new(
            "lock_held",
            MethodImpl::NoArgs(|_, _| Ok(FALSE)),
            "($module, /)",
        ),
        MethodDef::new(
            "is_builtin",
            MethodImpl::O(is_builtin),
            "($module, name, /)",
        ),
        MethodDef::new(
            "is_frozen",
            MethodImpl::O(|_, _, _| Ok(FALSE)),
            "($module, name, /)",
        ),
        MethodDef::new(
            "create_builtin",
            MethodImpl::O(create_builtin),
            "($module, spec, /)",
        ),
        MethodDef::new(
            "exec_builtin",
            MethodImpl::O(|vm, _, _| Ok(vm.new_int(0))),
            "($module, mod, /)",
        ),
        MethodDef::new(
            "is_frozen_package",
            MethodImpl::O(no_frozen_object),
            "($module, name, /)",
        ),
        MethodDef::new(
            "get_frozen_object",
            MethodImpl::Fast(|vm, module, args| {
                vm.check_positional("get_frozen_object", args.len(), 1, 2)?;
                no_frozen_object(vm, module, args[0])
            }),
            "($module, name, data=None, /)",
        ),
        MethodDef::new(
            "find_frozen",
            MethodImpl::FastKeywords(|_, _, _, _| Ok(NONE)),
            "($module, name, /, *, withdata=False)",
        ),
        MethodDef::new(
            "extension_suffixes",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_list(Vec::new()))),
            "($module, /)",
        ),
        MethodDef::new(
            "_fix_co_filename",
            MethodImpl::Fast(|_, _, _| Ok(NONE)),
            "($module, code, path, /)",
        ),
    ],
    exec: |vm, module| {
        let text = vm.new_str("default");
        vm.module_add(module, "check_hash_based_pycs", text);
        let number = vm.new_int(3571);
        vm.module_add(module, "pyc_magic_number_token", number);
        Ok(())
    },
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
};

fn is_builtin(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    let text = vm.str_lossy(name);
    Ok(vm.new_int(i64::from(super::MODULES.iter().any(|m| m.name == text))))
}

/// The native module that a spec names: the one in `sys.modules`, or a new one.
fn create_builtin(vm: &mut Vm, _module: ObjId, spec: ObjId) -> PyResult<ObjId> {
    let name = vm.getattr_name(spec, "name")?;
    let text = vm.str_lossy(name);
    vm.decref(name);
    let modules = vm.interp.modules;
    if let Some(known) = vm.dict_get_name(modules, &text) {
        return Ok(vm.incref(known));
    }
    match super::create_native_module(vm, &text)? {
        Some(module) => Ok(module),
        None => Ok(NONE),
    }
}

fn no_frozen_object(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    let text = vm.repr_string(name)?;
    let raised = vm.raise(
        types::IMPORT_ERROR,
        format!("No such frozen object named {text}"),
    );
    let exception = vm.tstate.current_exception;
    vm.incref(name);
    vm.set_exception_field(exception, "name", name);
    Err(raised)
}

/// Mirrors `Python/marshal.c`: the format of compiled files, which the sandbox neither reads nor
/// writes.
pub static MARSHAL: ModuleDef = ModuleDef {
    name: "marshal",
    functions: &[
        MethodDef::new("dumps", MethodImpl::FastKeywords(marshal_refused), ""),
        MethodDef::new("loads", MethodImpl::FastKeywords(marshal_refused), ""),
        MethodDef::new("dump", MethodImpl::FastKeywords(marshal_refused), ""),
        MethodDef::new("load", MethodImpl::FastKeywords(marshal_refused), ""),
    ],
    exec: |vm, module| {
        let version = vm.new_int(4);
        vm.module_add(module, "version", version);
        Ok(())
    },
    doc: "Reading and writing of compiled code: not available in the sandbox.",
};

fn marshal_refused(vm: &mut Vm, _: ObjId, _: &[ObjId], _: ObjId) -> PyResult<ObjId> {
    Err(vm.raise(
        types::NOT_IMPLEMENTED_ERROR,
        "the module marshal is not supported: the sandbox has no compiled files",
    ))
}

/// Mirrors `Modules/_typingmodule.c`.
pub static TYPING: ModuleDef = ModuleDef {
    name: "_typing",
    functions: &[MethodDef::new(
        "_idfunc",
        MethodImpl::O(|vm, _, x| Ok(vm.incref(x))),
        "($module, x, /)",
    )],
    exec: |vm, module| {
        for (name, ty) in [
            ("TypeVar", types::TYPEVAR),
            ("ParamSpec", types::PARAMSPEC),
            ("TypeVarTuple", types::TYPEVARTUPLE),
            ("ParamSpecArgs", types::PARAMSPEC_ARGS),
            ("ParamSpecKwargs", types::PARAMSPEC_KWARGS),
            ("TypeAliasType", types::TYPE_ALIAS),
            ("Generic", types::GENERIC),
            ("Union", types::UNION_TYPE),
        ] {
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        let no_default = crate::objects::typevarobject::no_default(vm);
        vm.module_add(module, "NoDefault", no_default);
        Ok(())
    },
    doc: "Primitives and accelerators for the typing module.",
};

/// `ctypes`: it can be imported; anything in it would reach into memory, which here is simulated.
pub static CTYPES: ModuleDef = ModuleDef {
    name: "ctypes",
    functions: &[MethodDef::new(
        "__getattr__",
        MethodImpl::O(ctypes_getattr),
        "",
    )],
    exec: |_, _| Ok(()),
    doc: "Foreign functions: not available in the sandbox, whose memory is simulated.",
};

fn ctypes_getattr(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    let text = vm.str_lossy(name);
    if text.starts_with("__") {
        return Err(vm.raise(
            types::ATTRIBUTE_ERROR,
            format!("module 'ctypes' has no attribute '{text}'"),
        ));
    }
    Err(vm.raise(
        types::NOT_IMPLEMENTED_ERROR,
        format!("ctypes.{text} is not supported: the sandbox simulates memory, there is none to reach into"),
    ))
}
