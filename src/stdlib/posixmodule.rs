//! The module `posix`, as far as the sandbox has an operating system.
//!
//! Mirrors a small part of `Modules/posixmodule.c`: a program sees its own directory, an empty
//! environment, and nothing else.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{names, types};

use super::ModuleDef;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: "Access to the little of an operating system that the sandbox shows.",
    functions: &[
        MethodDef::new(
            "fspath",
            MethodImpl::O(|vm, _, path| fspath(vm, path)),
            "($module, /, path)",
        ),
        MethodDef::new(
            "getpid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(4242))),
            "($module, /)",
        ),
        MethodDef::new(
            "getcwd",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_str("/"))),
            "($module, /)",
        ),
        MethodDef::new(
            "cpu_count",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1))),
            "($module, /)",
        ),
        MethodDef::new("listdir", MethodImpl::Fast(listdir), ""),
    ],
    exec: add_constants,
};

fn add_constants(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    let environ = vm.new_dict();
    vm.module_add(module, "environ", environ);
    vm.module_add(module, "error", types::OS_ERROR);
    for (name, value) in [
        ("F_OK", 0),
        ("R_OK", 4),
        ("W_OK", 2),
        ("X_OK", 1),
        ("O_RDONLY", 0),
        ("O_WRONLY", 1),
        ("O_RDWR", 2),
        ("O_CREAT", 64),
        ("O_EXCL", 128),
        ("O_TRUNC", 512),
        ("O_APPEND", 1024),
        ("O_NONBLOCK", 2048),
        ("O_CLOEXEC", 524_288),
    ] {
        let value = vm.new_int(value);
        vm.module_add(module, name, value);
    }
    Ok(())
}

/// `os.fspath(path)`: a new reference.
pub fn fspath(vm: &mut Vm, path: ObjId) -> PyResult<ObjId> {
    if matches!(vm.heap.payload(path), Payload::Str(_) | Payload::Bytes(_)) {
        return Ok(vm.incref(path));
    }
    let Some(method) = vm.lookup_special(path, names::FSPATH)? else {
        let kind = vm.type_name_of(path);
        return Err(vm.type_error(format!(
            "expected str, bytes or os.PathLike object, not {kind}"
        )));
    };
    let result = vm.call(method, &[]);
    vm.decref(method);
    let result = result?;
    if matches!(vm.heap.payload(result), Payload::Str(_) | Payload::Bytes(_)) {
        return Ok(result);
    }
    let (kind, got) = (vm.type_name_of(path), vm.type_name_of(result));
    vm.decref(result);
    Err(vm.type_error(format!(
        "expected {kind}.__fspath__() to return str or bytes, not {got}"
    )))
}

fn listdir(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("listdir", args.len(), 0, 1)?;
    let path = args
        .first()
        .map_or_else(|| ".".to_owned(), |&p| vm.str_lossy(p));
    match vm.host.list_dir(&path) {
        Some(found) => {
            let items = found.iter().map(|name| vm.new_str(name)).collect();
            Ok(vm.new_list(items))
        }
        None => {
            let code = vm.new_int(2);
            let text = vm.new_str("No such file or directory");
            let name = vm.new_str(&path);
            let args = vm.new_tuple(vec![code, text, name]);
            let raised = vm.raise_with(types::OS_ERROR, args);
            vm.decref(args);
            Err(raised)
        }
    }
}
