//! The tests of `match` statements.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::object::Payload;
use crate::objects::typeobject::TypeFlags;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, names, types};

fn has_flag<M: Mode>(eval: &Eval<'_, M>, object: ObjId, flag: TypeFlags) -> bool {
    eval.vm
        .heap
        .type_object(eval.vm.type_of(object))
        .tp_flags
        .contains(flag)
}

pub fn match_mapping<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let matched = has_flag(eval, eval.peek(1), TypeFlags::MAPPING);
    eval.done(bool_obj(matched))
}

pub fn match_sequence<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let matched = has_flag(eval, eval.peek(1), TypeFlags::SEQUENCE);
    eval.done(bool_obj(matched))
}

pub fn match_keys<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let (subject, keys) = (eval.peek(2), eval.peek(1));
    let values = keys_of_pattern(eval.vm, subject, keys)?;
    eval.done(values)
}

/// A tuple of the values of all keys, or `None` (`match_keys`).
fn keys_of_pattern(vm: &mut Vm, subject: ObjId, keys: ObjId) -> PyResult<ObjId> {
    let keys = vm.tuple_items(keys).to_vec();
    if keys.is_empty() {
        return Ok(crate::objects::wellknown::EMPTY_TUPLE);
    }
    let get = vm.intern("get");
    let get = vm.getattr(subject, get)?;
    let missing = vm.new_object();
    let mut seen = Vec::new();
    let mut values = Vec::new();
    let mut result = Ok(true);
    for key in keys {
        result = one_key(vm, get, missing, key, &mut seen, &mut values);
        if result != Ok(true) {
            break;
        }
    }
    vm.decref(get);
    vm.decref(missing);
    match result {
        Ok(true) => Ok(vm.new_tuple(values)),
        Ok(false) => {
            vm.decref_all(&values);
            Ok(NONE)
        }
        Err(raised) => {
            vm.decref_all(&values);
            Err(raised)
        }
    }
}

fn one_key(
    vm: &mut Vm,
    get: ObjId,
    missing: ObjId,
    key: ObjId,
    seen: &mut Vec<ObjId>,
    values: &mut Vec<ObjId>,
) -> PyResult<bool> {
    for &other in seen.iter() {
        if vm.rich_compare_bool(other, key, crate::objects::slots::CompareOp::Eq)? {
            let key = vm.repr_lossy(key);
            return Err(vm.value_error(format!("mapping pattern checks duplicate key ({key})")));
        }
    }
    seen.push(key);
    let value = vm.call_vector(get, &[key, missing], ObjId::NULL)?;
    if value == missing {
        vm.decref(value);
        return Ok(false);
    }
    values.push(value);
    Ok(true)
}

pub fn match_class<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (subject, class, kwnames) = (eval.peek(3), eval.peek(2), eval.peek(1));
    let attrs = attributes_of_pattern(eval.vm, subject, class, oparg as usize, kwnames)?;
    eval.forget(3);
    eval.vm.decref(subject);
    eval.vm.decref(class);
    eval.vm.decref(kwnames);
    eval.done(attrs.unwrap_or(NONE))
}

/// A tuple of the attributes that a class pattern binds, or nothing (`_PyEval_MatchClass`).
fn attributes_of_pattern(
    vm: &mut Vm,
    subject: ObjId,
    class: ObjId,
    positional: usize,
    kwnames: ObjId,
) -> PyResult<Option<ObjId>> {
    if !matches!(vm.heap.payload(class), Payload::Type(_)) {
        return Err(vm.type_error("called match pattern must be a class"));
    }
    if !vm.is_instance_of(subject, class)? {
        return Ok(None);
    }
    let mut seen: Vec<ObjId> = Vec::new();
    let mut attrs: Vec<ObjId> = Vec::new();
    let result = collect_attributes(
        vm, subject, class, positional, kwnames, &mut seen, &mut attrs,
    );
    match result {
        Ok(true) => Ok(Some(vm.new_tuple(attrs))),
        Ok(false) => {
            vm.decref_all(&attrs);
            Ok(None)
        }
        Err(raised) => {
            vm.decref_all(&attrs);
            Err(raised)
        }
    }
}

fn collect_attributes(
    vm: &mut Vm,
    subject: ObjId,
    class: ObjId,
    positional: usize,
    kwnames: ObjId,
    seen: &mut Vec<ObjId>,
    attrs: &mut Vec<ObjId>,
) -> PyResult<bool> {
    if positional > 0 {
        let class_name = vm.heap.type_object(class).tp_name.clone();
        let mut match_self = false;
        let match_args = if let Some(args) = vm.getattr_opt(class, names::MATCH_ARGS)? {
            if vm.type_of(args) != types::TUPLE {
                let name = vm.type_name_of(args);
                vm.decref(args);
                return Err(vm.type_error(format!(
                    "{class_name}.__match_args__ must be a tuple (got {name})"
                )));
            }
            let items = vm.tuple_items(args).to_vec();
            vm.decref(args);
            items
        } else {
            match_self = vm
                .heap
                .type_object(class)
                .tp_flags
                .contains(TypeFlags::MATCH_SELF);
            Vec::new()
        };
        let allowed = if match_self { 1 } else { match_args.len() };
        if allowed < positional {
            let s = if allowed == 1 { "" } else { "s" };
            return Err(vm.type_error(format!(
                "{class_name}() accepts {allowed} positional sub-pattern{s} ({positional} given)"
            )));
        }
        if match_self {
            attrs.push(vm.incref(subject));
        } else {
            for &name in &match_args[..positional] {
                if vm.text(name).is_none() {
                    let kind = vm.type_name_of(name);
                    return Err(vm.type_error(format!(
                        "__match_args__ elements must be strings (got {kind})"
                    )));
                }
                if !one_attribute(vm, subject, class, name, seen, attrs)? {
                    return Ok(false);
                }
            }
        }
    }
    for name in vm.tuple_items(kwnames).to_vec() {
        if !one_attribute(vm, subject, class, name, seen, attrs)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one_attribute(
    vm: &mut Vm,
    subject: ObjId,
    class: ObjId,
    name: ObjId,
    seen: &mut Vec<ObjId>,
    attrs: &mut Vec<ObjId>,
) -> PyResult<bool> {
    if seen.iter().any(|&other| vm.text(other) == vm.text(name)) {
        let class_name = vm.heap.type_object(class).tp_name.clone();
        let name = vm.repr_lossy(name);
        return Err(vm.type_error(format!(
            "{class_name}() got multiple sub-patterns for attribute {name}"
        )));
    }
    seen.push(name);
    match vm.getattr_opt(subject, name)? {
        Some(value) => {
            attrs.push(value);
            Ok(true)
        }
        None => Ok(false),
    }
}
