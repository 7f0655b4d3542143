//! `__build_class__`: what a class statement calls.

use crate::base::ObjId;
use crate::interpreter::frames;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{names, types};

/// `__build_class__(func, name, /, *bases, [metaclass], **kwds)`.
pub(super) fn build_class(
    vm: &mut Vm,
    _module: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let keywords: Vec<ObjId> = if kwnames.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(kwnames).to_vec()
    };
    let positional = &args[..args.len() - keywords.len()];
    if positional.len() < 2 {
        return Err(vm.type_error("__build_class__: not enough arguments"));
    }
    let (function, name) = (positional[0], positional[1]);
    if vm.type_of(function) != types::FUNCTION {
        return Err(vm.type_error("__build_class__: func must be a function"));
    }
    if vm.text(name).is_none() {
        return Err(vm.type_error("__build_class__: name is not a string"));
    }
    let orig_bases = vm.new_tuple_from(&positional[2..]);
    let result = build(
        vm,
        function,
        name,
        orig_bases,
        &keywords,
        &args[positional.len()..],
    );
    vm.decref(orig_bases);
    result
}

fn build(
    vm: &mut Vm,
    function: ObjId,
    name: ObjId,
    orig_bases: ObjId,
    keywords: &[ObjId],
    values: &[ObjId],
) -> PyResult<ObjId> {
    let bases = update_bases(vm, orig_bases)?;
    let mut mkw = ObjId::NULL;
    let mut meta = ObjId::NULL;
    if !keywords.is_empty() {
        mkw = vm.new_dict();
        for (&keyword, &value) in keywords.iter().zip(values) {
            vm.dict_set(mkw, keyword, value)?;
        }
        if let Some(given) = vm.dict_get_str(mkw, names::METACLASS) {
            meta = vm.incref(given);
            vm.dict_delete(mkw, names::METACLASS)?;
        }
    }
    let result = build_with_bases(vm, function, name, bases, orig_bases, meta, mkw);
    vm.decref(bases);
    vm.xdecref(meta);
    vm.xdecref(mkw);
    result
}

fn build_with_bases(
    vm: &mut Vm,
    function: ObjId,
    name: ObjId,
    bases: ObjId,
    orig_bases: ObjId,
    given: ObjId,
    mkw: ObjId,
) -> PyResult<ObjId> {
    let items = vm.tuple_items(bases).to_vec();
    let mut meta = given;
    if meta.is_null() {
        meta = items.first().map_or(types::TYPE, |&base| vm.type_of(base));
    }
    let is_class = matches!(vm.heap.payload(meta), Payload::Type(_));
    if is_class {
        meta = crate::objects::type_new::calculate_metaclass(vm, meta, &items)?;
    }
    let namespace = prepare(vm, meta, is_class, name, bases, mkw)?;
    let result = run_body(vm, function, name, meta, bases, orig_bases, mkw, namespace);
    vm.decref(namespace);
    result
}

/// The namespace from `__prepare__`, else an empty dict.
fn prepare(
    vm: &mut Vm,
    meta: ObjId,
    is_class: bool,
    name: ObjId,
    bases: ObjId,
    mkw: ObjId,
) -> PyResult<ObjId> {
    let Some(prepare) = vm.getattr_opt(meta, names::PREPARE)? else {
        return Ok(vm.new_dict());
    };
    let namespace = vm.call_args_dict(prepare, &[name, bases], mkw);
    vm.decref(prepare);
    let namespace = namespace?;
    if vm.slots_of(namespace).mp_subscript.is_none() {
        let meta_name = if is_class {
            vm.heap.type_object(meta).tp_name.clone()
        } else {
            "<metaclass>".to_owned()
        };
        let kind = vm.type_name_of(namespace);
        vm.decref(namespace);
        return Err(vm.type_error(format!(
            "{meta_name}.__prepare__() must return a mapping, not {kind}"
        )));
    }
    Ok(namespace)
}

#[expect(clippy::too_many_arguments, reason = "the pieces of a class statement")]
fn run_body(
    vm: &mut Vm,
    function: ObjId,
    name: ObjId,
    meta: ObjId,
    bases: ObjId,
    orig_bases: ObjId,
    mkw: ObjId,
    namespace: ObjId,
) -> PyResult<ObjId> {
    vm.incref(function);
    vm.incref(namespace);
    let cell = frames::call_with_locals(vm, function, &[], ObjId::NULL, namespace)?;
    if bases != orig_bases {
        vm.setitem(namespace, names::ORIG_BASES, orig_bases)?;
    }
    let class = vm.call_args_dict(meta, &[name, bases, namespace], mkw);
    let result = class.and_then(|class| check_classcell(vm, class, cell, name));
    vm.decref(cell);
    result
}

/// Makes sure that the `__class__` cell was filled by `type.__new__`.
fn check_classcell(vm: &mut Vm, class: ObjId, cell: ObjId, name: ObjId) -> PyResult<ObjId> {
    if !matches!(vm.heap.payload(class), Payload::Type(_)) {
        return Ok(class);
    }
    let Payload::Cell(content) = vm.heap.payload(cell) else {
        return Ok(class);
    };
    let content = content.ob_ref;
    if content == class {
        return Ok(class);
    }
    let name_repr = vm.repr_string(name)?;
    let class_repr = vm.repr_string(class)?;
    vm.decref(class);
    if content.is_null() {
        return Err(vm.raise(
            types::RUNTIME_ERROR,
            format!("__class__ not set defining {name_repr} as {class_repr}. Was __classcell__ propagated to type.__new__?"),
        ));
    }
    let content_repr = vm.repr_string(content)?;
    Err(vm.type_error(format!(
        "__class__ set to {content_repr} defining {name_repr} as {class_repr}"
    )))
}

/// Replaces each base that has `__mro_entries__` by what that gives (`update_bases`): a new
/// reference, the same tuple when nothing changed.
fn update_bases(vm: &mut Vm, bases: ObjId) -> PyResult<ObjId> {
    let mut new = Vec::new();
    let mut changed = false;
    for base in vm.tuple_items(bases).to_vec() {
        if matches!(vm.heap.payload(base), Payload::Type(_)) {
            new.push(vm.incref(base));
            continue;
        }
        let Some(method) = vm.getattr_opt(base, names::MRO_ENTRIES)? else {
            new.push(vm.incref(base));
            continue;
        };
        let entries = vm.call(method, &[bases]);
        vm.decref(method);
        let entries = entries?;
        if !vm.isinstance(entries, types::TUPLE) {
            vm.decref(entries);
            return Err(vm.type_error("__mro_entries__ must return a tuple"));
        }
        changed = true;
        for item in vm.tuple_items(entries).to_vec() {
            new.push(vm.incref(item));
        }
        vm.decref(entries);
    }
    if changed {
        return Ok(vm.new_tuple(new));
    }
    vm.decref_all(&new);
    Ok(vm.incref(bases))
}
