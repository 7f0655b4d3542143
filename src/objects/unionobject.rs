//! Unions of types: `int | str`.
//!
//! Mirrors `Objects/unionobject.c`.

use crate::base::ObjId;

use super::genericaliasobject::{make_parameters, substitute, type_repr_string};
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, NOT_IMPLEMENTED, bool_obj, types};

/// `unionobject`.
#[derive(Debug)]
struct Union {
    args: ObjId,
}

impl NativePayload for Union {
    fn traverse(&self, visit: Visit<'_>) {
        visit(Place::Member("__args__"), self.args);
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "types.UnionType",
    tp_basicsize: 32,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_repr: Some(union_repr),
        tp_hash: Some(union_hash),
        tp_richcompare: Some(union_richcompare),
        mp_subscript: Some(union_subscript),
        nb_or: Some(type_or),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__instancecheck__", MethodImpl::O(union_instancecheck), ""),
        MethodDef::new("__subclasscheck__", MethodImpl::O(union_subclasscheck), ""),
    ],
    members: &[MemberDef {
        name: "__args__",
        get: |vm, u| {
            let a = union_args(vm, u);
            Ok(vm.incref(a))
        },
        set: None,
    }],
    getset: &[GetSetDef {
        name: "__parameters__",
        get: |vm, u| {
            let a = union_args(vm, u);
            make_parameters(vm, a)
        },
        set: None,
    }],
    ..TypeSpec::EMPTY
};

/// Whether `obj` is a union.
pub fn is_union(vm: &Vm, obj: ObjId) -> bool {
    vm.type_of(obj) == types::UNION_TYPE
}

/// The members of a union, borrowed tuple.
pub fn union_args(vm: &Vm, obj: ObjId) -> ObjId {
    vm.heap.native::<Union>(obj).map_or(EMPTY_TUPLE, |u| u.args)
}

fn is_unionable(vm: &Vm, obj: ObjId) -> bool {
    obj == NONE
        || vm.isinstance(obj, types::TYPE)
        || vm.isinstance(obj, types::GENERIC_ALIAS)
        || is_union(vm, obj)
        || vm.type_of(obj) == types::TYPE_ALIAS
}

/// `a | b` for types (`_Py_union_type_or`).
pub fn type_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !is_unionable(vm, a) || !is_unionable(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let mut members: Vec<ObjId> = Vec::new();
    for side in [a, b] {
        let side = if side == NONE { types::NONE_TYPE } else { side };
        let parts = if is_union(vm, side) {
            vm.tuple_items(union_args(vm, side)).to_vec()
        } else {
            vec![side]
        };
        for part in parts {
            let mut known = false;
            for &member in &members {
                let alias = |vm: &Vm, x| vm.isinstance(x, types::GENERIC_ALIAS);
                known = member == part
                    || (alias(vm, member) && alias(vm, part) && vm.eq(member, part)?);
                if known {
                    break;
                }
            }
            if !known {
                members.push(part);
            }
        }
    }
    if let [one] = *members {
        return Ok(vm.incref(one));
    }
    let args = vm.new_tuple_from(&members);
    Ok(vm.new_native(types::UNION_TYPE, Union { args }))
}

fn union_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let mut parts = Vec::new();
    for item in vm.tuple_items(union_args(vm, this)).to_vec() {
        parts.push(if item == types::NONE_TYPE {
            "None".to_owned()
        } else {
            type_repr_string(vm, item)?
        });
    }
    Ok(vm.new_string(parts.join(" | ")))
}

fn union_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let mut hashes = Vec::new();
    for item in vm.tuple_items(union_args(vm, this)).to_vec() {
        hashes.push(vm.hash(item)?);
    }
    Ok(crate::base::hash::hash_frozenset(hashes))
}

fn union_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !is_union(vm, a) || !is_union(vm, b) || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y) = (
        vm.tuple_items(union_args(vm, a)).to_vec(),
        vm.tuple_items(union_args(vm, b)).to_vec(),
    );
    let mut equal = x.len() == y.len();
    for &item in &x {
        let mut found = false;
        for &other in &y {
            found = found || vm.eq(item, other)?;
        }
        equal = equal && found;
    }
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

fn union_instancecheck(vm: &mut Vm, this: ObjId, obj: ObjId) -> PyResult<ObjId> {
    for item in vm.tuple_items(union_args(vm, this)).to_vec() {
        if vm.is_instance_of(obj, item)? {
            return Ok(bool_obj(true));
        }
    }
    Ok(bool_obj(false))
}

fn union_subclasscheck(vm: &mut Vm, this: ObjId, obj: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(obj, types::TYPE) {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    }
    for item in vm.tuple_items(union_args(vm, this)).to_vec() {
        if vm.is_subclass_of(obj, item)? {
            return Ok(bool_obj(true));
        }
    }
    Ok(bool_obj(false))
}

fn union_subscript(vm: &mut Vm, this: ObjId, item: ObjId) -> PyResult<ObjId> {
    let args = union_args(vm, this);
    let parameters = make_parameters(vm, args)?;
    let new_args = substitute(vm, this, args, parameters, item);
    vm.decref(parameters);
    let new_args = new_args?;
    let items = vm.tuple_items(new_args).to_vec();
    let mut result = vm.incref(items[0]);
    for &next in &items[1..] {
        let joined = vm.number_or(result, next)?;
        vm.decref(result);
        result = joined;
    }
    vm.decref(new_args);
    Ok(result)
}
