//! Imports: finding, making and running modules.
//!
//! Mirrors `Python/import.c` and the part of `importlib._bootstrap` that the machine needs.

use crate::base::ObjId;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, names, types};

/// `__import__(name, globals, fromlist, level)`: a new reference.
pub fn import_name(
    vm: &mut Vm,
    name: ObjId,
    globals: ObjId,
    fromlist: ObjId,
    level: i64,
) -> PyResult<ObjId> {
    if vm.text(name).is_none() {
        return Err(vm.type_error("module name must be a string"));
    }
    if level < 0 {
        return Err(vm.value_error("level must be >= 0"));
    }
    let given = vm.str_lossy(name);
    let absolute = if level > 0 {
        resolve(vm, &given, globals, level)?
    } else {
        given.clone()
    };
    if absolute.is_empty() {
        return Err(vm.value_error("Empty module name"));
    }
    let module = import_absolute(vm, &absolute)?;
    let has_fromlist = !fromlist.is_null() && fromlist != NONE && vm.is_true(fromlist)?;
    if has_fromlist {
        handle_fromlist(vm, module, &absolute, fromlist)?;
        return Ok(module);
    }
    if level == 0 || given.is_empty() {
        let top = given.split('.').next().unwrap_or(&given).to_owned();
        if top == absolute || level > 0 {
            return Ok(module);
        }
        vm.decref(module);
        return import_absolute(vm, &top);
    }
    let cut = given.len() - given.split('.').next().unwrap_or("").len();
    let target = absolute[..absolute.len() - cut].to_owned();
    vm.decref(module);
    import_absolute(vm, &target)
}

/// The absolute name of a relative import.
fn resolve(vm: &mut Vm, name: &str, globals: ObjId, level: i64) -> PyResult<String> {
    let package = package_of(vm, globals)?;
    let parts: Vec<&str> = package.split('.').collect();
    if package.is_empty() {
        return Err(vm.raise(
            types::IMPORT_ERROR,
            "attempted relative import with no known parent package",
        ));
    }
    let keep = parts.len() as i64 - (level - 1);
    if keep <= 0 {
        return Err(vm.raise(
            types::IMPORT_ERROR,
            "attempted relative import beyond top-level package",
        ));
    }
    let base = parts[..keep as usize].join(".");
    Ok(if name.is_empty() {
        base
    } else {
        format!("{base}.{name}")
    })
}

fn package_of(vm: &mut Vm, globals: ObjId) -> PyResult<String> {
    if globals.is_null() || !vm.isinstance(globals, types::DICT) {
        return Err(vm.type_error("globals must be a dict"));
    }
    if let Some(package) = vm.dict_get(globals, names::PACKAGE)?
        && package != NONE
    {
        return Ok(vm.str_lossy(package));
    }
    let Some(name) = vm.dict_get(globals, names::NAME)? else {
        return Ok(String::new());
    };
    let name = vm.str_lossy(name);
    if vm.dict_get(globals, names::PATH)?.is_some() {
        return Ok(name);
    }
    Ok(name
        .rsplit_once('.')
        .map_or(String::new(), |(parent, _)| parent.to_owned()))
}

/// Imports a module by its full name through the machine's importer.
fn import_absolute(vm: &mut Vm, name: &str) -> PyResult<ObjId> {
    let modules = vm.interp.modules;
    if let Some(found) = vm.dict_get_name(modules, name) {
        if found == NONE {
            let message = format!("import of {name} halted; None in sys.modules");
            return Err(not_found(vm, name, message));
        }
        return Ok(vm.incref(found));
    }
    (vm.hooks.import_module)(vm, name)
}

/// A `ModuleNotFoundError` that knows the module's name.
pub fn not_found(vm: &mut Vm, name: &str, message: String) -> Raised {
    let raised = vm.raise(types::MODULE_NOT_FOUND_ERROR, message);
    let exception = vm.tstate.current_exception;
    let name = vm.new_str(name);
    vm.set_exception_field(exception, "name", name);
    raised
}

/// Imports the submodules that a `from` list names (`_handle_fromlist`).
fn handle_fromlist(vm: &mut Vm, module: ObjId, name: &str, fromlist: ObjId) -> PyResult<()> {
    let Some(path) = vm.getattr_opt(module, names::PATH)? else {
        return Ok(());
    };
    vm.decref(path);
    let items = vm.collect_iterable(fromlist)?;
    let mut result = Ok(());
    for &item in &items {
        result = import_from_list(vm, module, name, item);
        if result.is_err() {
            break;
        }
    }
    vm.decref_all(&items);
    result
}

fn import_from_list(vm: &mut Vm, module: ObjId, name: &str, item: ObjId) -> PyResult<()> {
    if vm.text(item).is_none() {
        let kind = vm.type_name_of(item);
        return Err(vm.type_error(format!("Item in ``from list'' must be str, not {kind}")));
    }
    let attribute = vm.str_lossy(item);
    if attribute == "*" {
        if let Some(all) = vm.getattr_opt(module, names::ALL_)? {
            let listed = vm.collect_iterable(all);
            vm.decref(all);
            let listed = listed?;
            for &each in &listed {
                if vm.str_lossy(each) != "*" {
                    import_from_list(vm, module, name, each)?;
                }
            }
            vm.decref_all(&listed);
        }
        return Ok(());
    }
    if let Some(value) = vm.getattr_opt(module, item)? {
        vm.decref(value);
        return Ok(());
    }
    let full = format!("{name}.{attribute}");
    match import_absolute(vm, &full) {
        Ok(submodule) => {
            vm.decref(submodule);
            Ok(())
        }
        Err(raised) => {
            // A submodule that does not exist is found missing by `IMPORT_FROM`.
            if vm.raised_matches(types::MODULE_NOT_FOUND_ERROR) {
                let exception = vm.tstate.current_exception;
                let missing = match vm.heap.payload(exception) {
                    Payload::Exception(e) => e.field("name"),
                    _ => ObjId::NULL,
                };
                if !missing.is_null() && vm.str_lossy(missing) == full {
                    vm.clear_raised();
                    return Ok(());
                }
            }
            Err(raised)
        }
    }
}

/// `from module import name` (`IMPORT_FROM`): a new reference.
pub fn import_from(vm: &mut Vm, module: ObjId, name: ObjId) -> PyResult<ObjId> {
    if let Some(value) = vm.getattr_opt(module, name)? {
        return Ok(value);
    }
    let package = match vm.getattr_opt(module, names::NAME)? {
        Some(package) => {
            let text = vm.text(package).is_some().then(|| vm.str_lossy(package));
            vm.decref(package);
            text
        }
        None => None,
    };
    let wanted = vm.str_lossy(name);
    if let Some(package) = &package {
        let modules = vm.interp.modules;
        if let Some(found) = vm.dict_get_name(modules, &format!("{package}.{wanted}")) {
            return Ok(vm.incref(found));
        }
    }
    let package = package.unwrap_or_else(|| "<unknown module name>".to_owned());
    let origin = origin_of(vm, module)?;
    let partially = match vm.heap.payload(module) {
        Payload::Module(m) => {
            let dict = m.md_dict;
            vm.module_is_initializing(dict)
        }
        _ => false,
    };
    let (kind, reason) = if partially {
        (
            "partially initialized module ",
            "most likely due to a circular import",
        )
    } else {
        ("", "unknown location")
    };
    let place = match &origin {
        Some(path) if partially => format!("({reason}) ({path})"),
        Some(path) => format!("({path})"),
        None => format!("({reason})"),
    };
    let raised = vm.raise(
        types::IMPORT_ERROR,
        format!("cannot import name '{wanted}' from {kind}'{package}' {place}"),
    );
    let exception = vm.tstate.current_exception;
    let package = vm.new_str(&package);
    vm.set_exception_field(exception, "name", package);
    let wanted = vm.new_str(&wanted);
    vm.set_exception_field(exception, "name_from", wanted);
    if let Some(path) = origin {
        let path = vm.new_str(&path);
        vm.set_exception_field(exception, "path", path);
    }
    Err(raised)
}

fn origin_of(vm: &mut Vm, module: ObjId) -> PyResult<Option<String>> {
    let Some(file) = vm.getattr_opt(module, names::FILE)? else {
        return Ok(None);
    };
    let text = vm.text(file).is_some().then(|| vm.str_lossy(file));
    vm.decref(file);
    Ok(text)
}
