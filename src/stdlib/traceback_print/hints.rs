//! " Did you mean": what a misspelled name, attribute or import may have meant.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::base::suggestions::closest;
use crate::objects::object::Payload;
use crate::objects::vm::Vm;
use crate::objects::wellknown::{NONE, types};
use crate::objects::{framelocals, frameobject, traceback};

fn field(vm: &Vm, exception: ObjId, name: &str) -> Option<ObjId> {
    match vm.heap.payload(exception) {
        Payload::Exception(e) => Some(e.field(name)).filter(|id| !id.is_null() && *id != NONE),
        _ => None,
    }
}

/// The text to append to the message; empty when there is no hint.
pub(super) fn suggestion(vm: &mut Vm, exception: ObjId) -> String {
    if vm.isinstance(exception, types::IMPORT_ERROR) {
        let Some(wrong) = field(vm, exception, "name_from") else {
            return String::new();
        };
        let wrong = vm.str_lossy(wrong);
        return mean(import_hint(vm, exception, &wrong));
    }
    let is_name_error = vm.isinstance(exception, types::NAME_ERROR);
    if !is_name_error && !vm.isinstance(exception, types::ATTRIBUTE_ERROR) {
        return String::new();
    }
    let Some(wrong) = field(vm, exception, "name") else {
        return String::new();
    };
    if vm.text(wrong).is_none() {
        return String::new();
    }
    let wrong = vm.str_lossy(wrong);
    let hint = if is_name_error {
        name_hint(vm, exception, &wrong)
    } else {
        attribute_hint(vm, exception, &wrong)
    };
    let found = hint.is_some();
    let mut text = mean(hint);
    if is_name_error && is_stdlib_module(vm, &wrong) {
        if found {
            write!(text, " Or did you forget to import '{wrong}'?")
                .expect("a String takes any text");
        } else {
            write!(text, ". Did you forget to import '{wrong}'?").expect("a String takes any text");
        }
    }
    text
}

fn mean(hint: Option<String>) -> String {
    hint.map_or_else(String::new, |hint| format!(". Did you mean: '{hint}'?"))
}

fn is_stdlib_module(vm: &Vm, name: &str) -> bool {
    STDLIB_MODULE_NAMES.contains(&name) && !vm.interp.modules.is_null()
}

/// The strings that `dir(object)` gives, sorted.
fn dir_of(vm: &mut Vm, object: ObjId) -> Option<Vec<String>> {
    let builtins = vm.interp.builtins;
    let dir = vm.dict_get_name(builtins, "dir")?;
    let listed = vm.call(dir, &[object]);
    let Ok(listed) = listed else {
        vm.clear_raised();
        return None;
    };
    let items = vm.collect_iterable(listed).unwrap_or_default();
    vm.clear_raised();
    let mut names: Vec<String> = items
        .iter()
        .filter(|&&i| vm.text(i).is_some())
        .map(|&i| vm.str_lossy(i))
        .collect();
    vm.decref_all(&items);
    vm.decref(listed);
    names.sort();
    Some(names)
}

/// The frame object where the exception was raised.
fn last_frame(vm: &Vm, exception: ObjId) -> Option<ObjId> {
    let mut tb = match vm.heap.payload(exception) {
        Payload::Exception(e) => e.traceback,
        _ => ObjId::NULL,
    };
    let mut frame = None;
    while !tb.is_null() {
        let entry = traceback::entry(vm, tb);
        frame = Some(entry.tb_frame);
        tb = entry.tb_next;
    }
    frame
}

fn local_variables(vm: &Vm, frame: ObjId) -> Vec<(ObjId, ObjId)> {
    let place = frameobject::place_of(vm, frame);
    let namespace = frameobject::frame_at(vm, frame, place).f_locals;
    if namespace.is_null() {
        return framelocals::variables(vm, frame);
    }
    match vm.heap.payload(namespace) {
        Payload::Dict(_) => vm.dict_entries(namespace),
        _ => Vec::new(),
    }
}

fn self_of(vm: &Vm, frame: ObjId) -> Option<ObjId> {
    local_variables(vm, frame)
        .into_iter()
        .find(|&(name, _)| vm.str_lossy(name) == "self")
        .map(|(_, value)| value)
}

fn attribute_hint(vm: &mut Vm, exception: ObjId, wrong: &str) -> Option<String> {
    let object = match vm.heap.payload(exception) {
        Payload::Exception(e) => e.field("obj"),
        _ => ObjId::NULL,
    };
    if object.is_null() {
        return None;
    }
    let mut names = dir_of(vm, object)?;
    let mut hide = !wrong.starts_with('_');
    if hide
        && let Some(frame) = last_frame(vm, exception)
        && self_of(vm, frame) == Some(object)
    {
        hide = false;
    }
    if hide {
        names.retain(|name| !name.starts_with('_'));
    }
    closest(&names, wrong).map(ToOwned::to_owned)
}

fn import_hint(vm: &mut Vm, exception: ObjId, wrong: &str) -> Option<String> {
    let module = field(vm, exception, "name")?;
    let name = vm.str_lossy(module);
    let modules = vm.interp.modules;
    let module = vm.dict_get_name(modules, &name)?;
    let mut names = dir_of(vm, module)?;
    if !wrong.starts_with('_') {
        names.retain(|name| !name.starts_with('_'));
    }
    closest(&names, wrong).map(ToOwned::to_owned)
}

fn name_hint(vm: &mut Vm, exception: ObjId, wrong: &str) -> Option<String> {
    let frame = last_frame(vm, exception)?;
    let locals = local_variables(vm, frame);
    if let Some(this) = self_of(vm, frame)
        && let Ok(Some(value)) = vm.getattr_name_opt(this, wrong)
    {
        vm.decref(value);
        return Some(format!("self.{wrong}"));
    }
    vm.clear_raised();
    let mut names: Vec<String> = locals.iter().map(|&(name, _)| vm.str_lossy(name)).collect();
    let place = frameobject::place_of(vm, frame);
    let f = frameobject::frame_at(vm, frame, place);
    for dict in [f.f_globals, f.f_builtins] {
        if matches!(vm.heap.payload(dict), Payload::Dict(_)) {
            names.extend(
                vm.dict_entries(dict)
                    .iter()
                    .filter(|(k, _)| vm.text(*k).is_some())
                    .map(|&(k, _)| vm.str_lossy(k)),
            );
        }
    }
    closest(&names, wrong).map(ToOwned::to_owned)
}

/// `sys.stdlib_module_names`.
pub const STDLIB_MODULE_NAMES: &[&str] = &include!("stdlib_module_names.in");
