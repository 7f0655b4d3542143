//! `types.SimpleNamespace`: an object that only holds attributes.
//!
//! Mirrors `Objects/namespaceobject.c`.

use crate::base::ObjId;

use super::builtin_descr::own_dict_get;
use super::methodobject::MethodImpl::{NoArgs, VarArgsKeywords};
use super::methodobject::{MemberDef, MethodDef};
use super::object::Payload;
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NOT_IMPLEMENTED, types};

/// The type `types.SimpleNamespace`.
pub static SIMPLE_NAMESPACE: TypeSpec = TypeSpec {
    tp_name: "types.SimpleNamespace",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    slots: Slots {
        tp_repr: Some(namespace_repr),
        tp_richcompare: Some(namespace_richcompare),
        tp_hash: Some(super::object_type::hash_not_implemented),
        tp_init: Some(namespace_init),
        tp_new: Some(namespace_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reduce__", NoArgs(namespace_reduce), ""),
        MethodDef::new("__replace__", VarArgsKeywords(namespace_replace), ""),
    ],
    members: &[MemberDef {
        name: "__dict__",
        get: own_dict_get,
        set: None,
    }],
    tp_doc: "A simple attribute-based namespace.",
    dict: true,
    ..TypeSpec::EMPTY
};

fn namespace_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    let this = vm.alloc_instance(ty, Payload::Empty);
    vm.instance_dict(this)?;
    Ok(this)
}

fn namespace_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let name = vm.class_name(vm.type_of(this));
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional(&name, args.len(), 0, 1)?;
    if let [arg] = *args {
        let dict = if vm.type_of(arg) == types::DICT {
            vm.incref(arg)
        } else {
            vm.call(types::DICT, &[arg])?
        };
        let result = update(vm, this, dict);
        vm.decref(dict);
        result?;
    }
    if kwargs.is_null() {
        Ok(())
    } else {
        update(vm, this, kwargs)
    }
}

/// Sets the attributes that a dict of keywords names.
fn update(vm: &mut Vm, this: ObjId, keywords: ObjId) -> PyResult<()> {
    if vm
        .dict_entries(keywords)
        .iter()
        .any(|&(key, _)| vm.text(key).is_none())
    {
        return Err(vm.type_error("keywords must be strings"));
    }
    let dict = vm.instance_dict(this)?;
    vm.dict_update(dict, keywords)
}

fn namespace_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = if ty == types::SIMPLE_NAMESPACE {
        "namespace".to_owned()
    } else {
        vm.type_name_of(this)
    };
    if vm.repr_enter(this) {
        return Ok(vm.new_string(format!("{name}(...)")));
    }
    let result = repr_attributes(vm, this, &name);
    vm.repr_leave(this);
    result
}

fn repr_attributes(vm: &mut Vm, this: ObjId, name: &str) -> PyResult<ObjId> {
    let mut out = ReprWriter::new(name);
    out.push_str("(");
    let dict = vm.instance_dict(this)?;
    let mut first = true;
    for (key, value) in vm.dict_entries(dict) {
        let Some(text) = vm.text(key).filter(|text| !text.is_empty()) else {
            continue;
        };
        if !first {
            out.push_str(", ");
        }
        first = false;
        out.push_text(text);
        out.push_str("=");
        vm.incref(value);
        let result = out.push_repr(vm, value);
        vm.decref(value);
        result?;
    }
    out.push_str(")");
    Ok(out.finish(vm))
}

fn namespace_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !vm.isinstance(a, types::SIMPLE_NAMESPACE) || !vm.isinstance(b, types::SIMPLE_NAMESPACE) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (a, b) = (vm.instance_dict(a)?, vm.instance_dict(b)?);
    vm.rich_compare(a, b, op)
}

fn namespace_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let dict = vm.instance_dict(this)?;
    Ok(vm.new_tuple_from(&[ty, EMPTY_TUPLE, dict]))
}

fn namespace_replace(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if !vm.tuple_items(args).is_empty() {
        return Err(vm.type_error("__replace__() takes no positional arguments"));
    }
    let result = vm.call(vm.type_of(this), &[])?;
    let filled = copy_attributes(vm, this, result, kwargs);
    vm.result_or_drop(result, filled)
}

fn copy_attributes(vm: &mut Vm, this: ObjId, result: ObjId, kwargs: ObjId) -> PyResult<()> {
    let (source, target) = (vm.instance_dict(this)?, vm.instance_dict(result)?);
    vm.dict_update(target, source)?;
    if kwargs.is_null() {
        Ok(())
    } else {
        vm.dict_update(target, kwargs)
    }
}
