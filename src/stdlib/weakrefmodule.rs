//! The module `_weakref`: making and counting weak references.
//!
//! Mirrors `Modules/_weakref.c`.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    functions: &[
        MethodDef::new(
            "getweakrefcount",
            MethodImpl::O(getweakrefcount),
            "($module, object, /)",
        ),
        MethodDef::new(
            "getweakrefs",
            MethodImpl::O(getweakrefs),
            "($module, object, /)",
        ),
        MethodDef::new(
            "proxy",
            MethodImpl::Fast(proxy),
            "($module, object, callback=None, /)",
        ),
        MethodDef::new(
            "_remove_dead_weakref",
            MethodImpl::Fast(remove_dead_weakref),
            "($module, dct, key, /)",
        ),
    ],
    exec,
    doc: "Weak-reference support module.",
};

fn exec(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    for (name, ty) in [
        ("ref", types::WEAKREF),
        ("ReferenceType", types::WEAKREF),
        ("ProxyType", types::WEAKPROXY),
        ("CallableProxyType", types::WEAKCALLABLEPROXY),
    ] {
        vm.incref(ty);
        vm.module_add(module, name, ty);
    }
    Ok(())
}

fn getweakrefcount(vm: &mut Vm, _module: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let n = vm.weakrefs_of(obj).len();
    Ok(vm.new_int(n as i64))
}

fn getweakrefs(vm: &mut Vm, _module: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let all = vm.weakrefs_of(obj);
    Ok(vm.new_list_from(&all))
}

fn proxy(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (obj, callback) = match *args {
        [obj] => (obj, ObjId::NULL),
        [obj, callback] => (
            obj,
            if callback == NONE {
                ObjId::NULL
            } else {
                callback
            },
        ),
        _ => {
            vm.check_positional("proxy", args.len(), 1, 2)?;
            return Ok(NONE);
        }
    };
    let ty = if vm.is_callable(obj) {
        types::WEAKCALLABLEPROXY
    } else {
        types::WEAKPROXY
    };
    vm.new_weakref(ty, obj, callback)
}

/// Removes `dct[key]` if its value is a dead weak reference, in one step.
fn remove_dead_weakref(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let [dict, key] = *args else {
        let n = args.len();
        return Err(vm.type_error(format!(
            "_remove_dead_weakref expected 2 arguments, got {n}"
        )));
    };
    if let Some(value) = vm.dict_get(dict, key)? {
        if !vm.isinstance(value, types::WEAKREF) {
            return Err(vm.type_error("not a weakref"));
        }
        if vm.weakref_target(value).is_none() {
            vm.dict_delete(dict, key)?;
        }
    }
    Ok(NONE)
}
