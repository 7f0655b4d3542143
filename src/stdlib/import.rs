//! Finds modules: native ones, sibling files, the standard library; makes and runs them.
//!
//! Mirrors what `importlib._bootstrap` and `importlib._bootstrap_external` do with the default
//! finders.

use crate::base::ObjId;
use crate::events::{Event, GcList};
use crate::interpreter::frames;

use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, types};

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
    // It was found before the program's own folder stood on the path.
    let sysdict = vm.interp.sysdict;
    let search_path = match (search_path, vm.dict_get_name(sysdict, "path")) {
        (None, Some(path)) => path_entries(vm, path)
            .ok()
            .map(|all| all.into_iter().skip(1).collect()),
        (given, _) => given,
    };
    let result = find_and_load(vm, name, search_path);
    vm.heap.settle_startup_objects(last, count);
    vm.heap.gc.enabled = enabled;
    vm.heap.gc.scheduled = scheduled;
    result
}

/// The two modules that make up `importlib`, under the names that the machine knows them by.
const IMPORTLIB: [(&str, &str); 2] = [
    ("_frozen_importlib", "importlib/_bootstrap.py"),
    (
        "_frozen_importlib_external",
        "importlib/_bootstrap_external.py",
    ),
];

fn find_and_load(vm: &mut Vm, name: &str, search_path: Option<Vec<String>>) -> PyResult<ObjId> {
    if let Some((_, file)) = IMPORTLIB.iter().find(|(module, _)| *module == name) {
        return load_importlib(vm, name, file);
    }
    if has_foreign_finders(vm)? {
        return import_through_importlib(vm, name);
    }
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

/// Runs a module of `importlib`; the first installs both, as CPython's start does.
fn load_importlib(vm: &mut Vm, name: &str, file: &str) -> PyResult<ObjId> {
    let Some(source) = vm.host.stdlib_file(file) else {
        let message = format!("No module named '{name}'");
        return Err(crate::interpreter::import::not_found(vm, name, message));
    };
    let shown = file.trim_end_matches(".py").replace('/', ".");
    let found = Found {
        source,
        path: format!("<frozen {shown}>"),
        package: None,
    };
    let module = run_module(vm, name, found)?;
    let dict = vm.module_dict(module);
    vm.dict_delete(dict, names::FILE)?;
    if name != IMPORTLIB[0].0 {
        return Ok(module);
    }
    let modules = vm.interp.modules;
    let sysdict = vm.interp.sysdict;
    for attribute in ["meta_path", "path_hooks"] {
        let list = vm.new_list(Vec::new());
        vm.dict_set_name(sysdict, attribute, list);
        vm.decref(list);
    }
    let cache = vm.new_dict();
    vm.dict_set_name(sysdict, "path_importer_cache", cache);
    vm.decref(cache);
    let sys = vm.dict_get_name(modules, "sys").expect("made at the start");
    let imp = import_module(vm, "_imp")?;
    let installed = vm.call_method_name(module, "_install", &[sys, imp]);
    vm.decref(imp);
    let installed = installed?;
    vm.decref(installed);
    let installed = vm.call_method_name(module, "_install_external_importers", &[])?;
    vm.decref(installed);
    for (_, loaded) in vm.dict_entries(modules) {
        if matches!(vm.heap.payload(loaded), Payload::Module(_)) {
            attach_spec(vm, loaded)?;
        }
    }
    Ok(module)
}

/// Gives a module that the machine imported from a file its spec and loader.
fn attach_spec(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    let modules = vm.interp.modules;
    let Some(external) = vm.dict_get_name(modules, IMPORTLIB[1].0) else {
        return Ok(());
    };
    let dict = vm.module_dict(module);
    let bootstrapping = vm.interp.initializing.iter().any(|&d| is_importlib(vm, d));
    if bootstrapping || is_importlib(vm, dict) {
        return Ok(());
    }
    let (Some(name), Some(file)) = (
        vm.dict_get_str(dict, names::NAME),
        vm.dict_get_str(dict, names::FILE),
    ) else {
        return Ok(());
    };
    let known = vm
        .dict_get_str(dict, names::SPEC)
        .is_some_and(|s| s != NONE);
    if known || !vm.isinstance(file, types::STR) {
        return Ok(());
    }
    if vm.str_lossy(name) == "__main__" {
        let loader = vm.getattr_name(external, "SourceFileLoader")?;
        let made = vm.call(loader, &[name, file]);
        vm.decref(loader);
        let made = made?;
        vm.dict_set(dict, names::LOADER, made)?;
        vm.decref(made);
        return Ok(());
    }
    let make = vm.getattr_name(external, "spec_from_file_location")?;
    let keywords = vm.new_dict();
    if let Some(path) = vm.dict_get_str(dict, names::PATH) {
        vm.dict_set_name(keywords, "submodule_search_locations", path);
    }
    let spec = vm.call_args_dict(make, &[name, file], keywords);
    vm.decref(make);
    vm.decref(keywords);
    let spec = spec?;
    vm.dict_set(dict, names::SPEC, spec)?;
    let loader = vm.getattr_name(spec, "loader");
    vm.decref(spec);
    let loader = loader?;
    vm.dict_set(dict, names::LOADER, loader)?;
    vm.decref(loader);
    Ok(())
}

/// Whether the program has put finders or hooks of its own beside those of `importlib`.
fn has_foreign_finders(vm: &mut Vm) -> PyResult<bool> {
    const OWN: [&str; 3] = ["BuiltinImporter", "FrozenImporter", "PathFinder"];
    let sysdict = vm.interp.sysdict;
    let Some(finders) = vm.dict_get_name(sysdict, "meta_path") else {
        return Ok(false);
    };
    if !vm.is_list(finders) || vm.interp.initializing.iter().any(|&d| is_importlib(vm, d)) {
        return Ok(false);
    }
    let finders = vm.list(finders).ob_item.clone();
    let own = finders.len() == OWN.len()
        && finders.iter().zip(OWN).all(|(&finder, name)| {
            matches!(vm.heap.payload(finder), Payload::Type(_)) && vm.class_name(finder) == name
        });
    if !own {
        return Ok(true);
    }
    let hooks = vm.dict_get_name(sysdict, "path_hooks");
    Ok(hooks.is_some_and(|hooks| vm.is_list(hooks) && vm.list_len(hooks) != 1))
}

fn is_importlib(vm: &Vm, dict: ObjId) -> bool {
    vm.dict_get_str(dict, names::NAME)
        .is_some_and(|name| vm.str_lossy(name).starts_with("_frozen_importlib"))
}

/// Imports through the finders of `sys.meta_path`, written in Python.
fn import_through_importlib(vm: &mut Vm, name: &str) -> PyResult<ObjId> {
    let importlib = import_module(vm, IMPORTLIB[0].0)?;
    let text = vm.new_str(name);
    let module = vm.call_method_name(importlib, "_gcd_import", &[text]);
    vm.decref(text);
    vm.decref(importlib);
    module
}

/// The names in a directory that imports may look into, or `None`.
pub fn list(vm: &mut Vm, path: &str) -> Option<Vec<String>> {
    match path.strip_prefix(super::sysmodule::EMBEDDED_STDLIB) {
        Some(inside) => vm.host.stdlib_dir(inside.trim_matches('/')),
        None => vm.host.list_dir(path),
    }
}

/// A file of the host, or of the embedded standard library below its marker.
pub fn read(vm: &mut Vm, path: &str) -> Option<Vec<u8>> {
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
    let cached = vm.new_string(cached_path(&found.path));
    vm.dict_set_name(dict, "__cached__", cached);
    vm.decref(cached);
    let builtins = vm.interp.builtins;
    vm.dict_set(dict, names::BUILTINS, builtins)?;
    let modules = vm.interp.modules;
    vm.dict_set_name(modules, name, module);
    attach_spec(vm, module)?;
    vm.interp.initializing.push(dict);
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
    vm.interp.initializing.retain(|&running| running != dict);
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

/// Where CPython would keep the compiled form of a file.
fn cached_path(file: &str) -> String {
    let (directory, name) = file.rsplit_once('/').map_or(("", file), |(d, n)| (d, n));
    let slash = if directory.is_empty() { "" } else { "/" };
    let stem = name.trim_end_matches(".py");
    format!("{directory}{slash}__pycache__/{stem}.cpython-313.pyc")
}
