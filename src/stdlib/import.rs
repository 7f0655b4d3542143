//! Finds modules: native ones, sibling files, the standard library; makes and runs them.
//!
//! Mirrors what `importlib._bootstrap` and `importlib._bootstrap_external` do with the default
//! finders.

use crate::base::ObjId;
use crate::events::{Event, GcList};
use crate::interpreter::frames;

use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names};

/// Imports a module by its full name (`PyImport_ImportModule`): a new reference.
pub fn import_module(vm: &mut Vm, name: &str) -> PyResult<ObjId> {
    let modules = vm.interp.modules;
    if let Some(found) = vm.dict_get_name(modules, name) {
        return Ok(vm.incref(found));
    }
    let mut search_path = None;
    let mut parent = ObjId::NULL;
    if let Some((parent_name, _)) = name.rsplit_once('.') {
        parent = import_module(vm, parent_name)?;
        if let Some(found) = vm.dict_get_name(modules, name) {
            vm.decref(parent);
            return Ok(vm.incref(found));
        }
        let Some(path) = vm.getattr_opt(parent, names::PATH)? else {
            vm.decref(parent);
            let message = format!("No module named '{name}'; '{parent_name}' is not a package");
            return Err(crate::interpreter::import::not_found(vm, name, message));
        };
        search_path = Some(path_entries(vm, path)?);
        vm.decref(path);
    }
    let result = load(vm, name, search_path);
    if let Ok(module) = result
        && !parent.is_null()
    {
        let tail = name.rsplit('.').next().unwrap_or(name);
        let attribute = vm.intern(tail);
        vm.setattr(parent, attribute, module)?;
    }
    vm.xdecref(parent);
    result
}

fn path_entries(vm: &mut Vm, path: ObjId) -> PyResult<Vec<String>> {
    let items = vm.collect_iterable(path)?;
    let entries = items
        .iter()
        .filter(|&&i| vm.text(i).is_some())
        .map(|&i| vm.str_lossy(i))
        .collect();
    vm.decref_all(&items);
    Ok(entries)
}

/// Where the source of a module is.
struct Found {
    source: Vec<u8>,
    path: String,
    /// The directory, when it is a package.
    package: Option<String>,
}

/// What CPython's start has imported, in Python, before the program begins.
const STARTUP_MODULES: &[&str] = &[
    "_collections_abc",
    "_sitebuiltins",
    "abc",
    "codecs",
    "encodings",
    "encodings.aliases",
    "encodings.utf_8",
    "genericpath",
    "io",
    "os",
    "posixpath",
    "site",
    "stat",
];

/// Loads a module; one that CPython's start has loaded already leaves no trace in the collector's
/// young generation.
fn load(vm: &mut Vm, name: &str, search_path: Option<Vec<String>>) -> PyResult<ObjId> {
    if !STARTUP_MODULES.contains(&name) {
        return find_and_load(vm, name, search_path);
    }
    let gc = &mut vm.heap.gc;
    let (enabled, scheduled, count) = (gc.enabled, gc.scheduled, gc.count[0]);
    gc.enabled = false;
    let last = vm.heap.last_of(GcList::Generation0);
    let result = find_and_load(vm, name, search_path);
    vm.heap.settle_startup_objects(last, count);
    vm.heap.gc.enabled = enabled;
    vm.heap.gc.scheduled = scheduled;
    result
}

fn find_and_load(vm: &mut Vm, name: &str, search_path: Option<Vec<String>>) -> PyResult<ObjId> {
    if let Some(module) = super::create_native_module(vm, name)? {
        let modules = vm.interp.modules;
        vm.dict_set_name(modules, name, module);
        return Ok(module);
    }
    let entries = if let Some(entries) = search_path {
        entries
    } else {
        let sysdict = vm.interp.sysdict;
        match vm.dict_get_name(sysdict, "path") {
            Some(path) => path_entries(vm, path)?,
            None => Vec::new(),
        }
    };
    let tail = name.rsplit('.').next().unwrap_or(name);
    for entry in entries {
        if let Some(found) = find_in(vm, &entry, tail) {
            return run_module(vm, name, found);
        }
    }
    Err(crate::interpreter::import::not_found(
        vm,
        name,
        format!("No module named '{name}'"),
    ))
}

fn find_in(vm: &mut Vm, directory: &str, tail: &str) -> Option<Found> {
    let prefix = if directory.is_empty() {
        String::new()
    } else {
        format!("{directory}/")
    };
    let package = format!("{prefix}{tail}");
    let init = format!("{package}/__init__.py");
    if let Some(source) = read(vm, &init) {
        return Some(Found {
            source,
            path: init,
            package: Some(package),
        });
    }
    let path = format!("{prefix}{tail}.py");
    read(vm, &path).map(|source| Found {
        source,
        path,
        package: None,
    })
}

/// A file of the host, or of the embedded standard library below its marker.
fn read(vm: &mut Vm, path: &str) -> Option<Vec<u8>> {
    match path.strip_prefix(super::sysmodule::EMBEDDED_STDLIB) {
        Some(inside) => vm.host.stdlib_file(inside.trim_start_matches('/')),
        None => vm.host.read_file(path),
    }
}

fn run_module(vm: &mut Vm, name: &str, found: Found) -> PyResult<ObjId> {
    let code = super::compile::compile(vm, &found.source, &found.path, "exec", 0, -1)?;
    let module = vm.new_module(name);
    let dict = vm.module_dict(module);
    let file = vm.new_str(&found.path);
    vm.dict_set(dict, names::FILE, file)?;
    vm.decref(file);
    let package_name = match &found.package {
        Some(directory) => {
            let entry = vm.new_str(directory);
            let path = vm.new_list(vec![entry]);
            vm.dict_set(dict, names::PATH, path)?;
            vm.decref(path);
            name
        }
        None => name.rsplit_once('.').map_or("", |(parent, _)| parent),
    };
    let package_name = vm.new_str(package_name);
    vm.dict_set(dict, names::PACKAGE, package_name)?;
    vm.decref(package_name);
    vm.dict_set(dict, names::SPEC, NONE)?;
    let builtins = vm.interp.builtins;
    vm.dict_set(dict, names::BUILTINS, builtins)?;
    let modules = vm.interp.modules;
    vm.dict_set_name(modules, name, module);
    let text = vm.heap.reporter.text(name);
    vm.heap
        .reporter
        .emit(Event::ImportStart { module, name: text });
    let result = frames::eval_code(vm, code, dict, dict);
    vm.report_interpreter();
    vm.heap
        .reporter
        .emit(Event::ImportEnd { module, name: text });
    vm.decref(code);
    let name_obj = vm.intern(name);
    match result {
        Ok(value) => {
            vm.decref(value);
            // A module may put another object in its own place.
            if let Some(found) = vm.dict_get(modules, name_obj)?
                && found != module
            {
                vm.incref(found);
                vm.decref(module);
                return Ok(found);
            }
            Ok(module)
        }
        Err(raised) => {
            let exception = vm.take_raised();
            let _ = vm.dict_delete(modules, name_obj);
            vm.decref(module);
            vm.set_raised(exception);
            Err(raised)
        }
    }
}
