//! The local variables of a frame as a mapping: the proxy that `frame.f_locals` gives (PEP 667),
//! and the snapshot that `locals()` gives.
//!
//! Mirrors `FrameLocalsProxy` of `Objects/frameobject.c`.

use crate::base::ObjId;
use crate::bytecode::LocalKind;

use super::frameobject::{code_of, frame_object, local_slot, set_local_slot};
use super::methodobject::{MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// `PyFrameLocalsProxyObject`.
#[derive(Debug)]
pub struct FrameLocalsProxy {
    /// The frame object; owned.
    pub frame: ObjId,
}

impl NativePayload for FrameLocalsProxy {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.frame.is_null() {
            visit(Place::Member("frame"), self.frame);
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        if !self.frame.is_null() {
            dropped.push(std::mem::take(&mut self.frame));
        }
    }
    crate::native_payload_any!();
}

/// The type `FrameLocalsProxy`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "FrameLocalsProxy",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::MAPPING)
        .with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_repr: Some(proxy_repr),
        tp_iter: Some(proxy_iter),
        tp_richcompare: Some(proxy_richcompare),
        mp_length: Some(proxy_len),
        mp_subscript: Some(proxy_get),
        mp_ass_subscript: Some(proxy_set),
        sq_contains: Some(proxy_contains),
        nb_or: Some(proxy_or),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__contains__",
            MethodImpl::O(|vm, p, key| proxy_contains(vm, p, key).map(bool_obj)),
            "",
        ),
        MethodDef::new("__getitem__", MethodImpl::O(proxy_get), ""),
        MethodDef::new("get", MethodImpl::Fast(proxy_get_method), ""),
        MethodDef::new(
            "keys",
            MethodImpl::NoArgs(|vm, p| list_of(vm, p, |key, _| key)),
            "",
        ),
        MethodDef::new(
            "values",
            MethodImpl::NoArgs(|vm, p| list_of(vm, p, |_, value| value)),
            "",
        ),
        MethodDef::new("items", MethodImpl::NoArgs(proxy_items), ""),
        MethodDef::new("copy", MethodImpl::NoArgs(proxy_copy), ""),
        MethodDef::new("update", MethodImpl::O(proxy_update), ""),
        MethodDef::new("setdefault", MethodImpl::Fast(proxy_setdefault), ""),
    ],
    ..TypeSpec::EMPTY
};

/// A new proxy for the variables of a frame object's frame.
pub fn new_proxy(vm: &mut Vm, frame: ObjId) -> ObjId {
    vm.incref(frame);
    vm.new_native(types::FRAME_LOCALS_PROXY, FrameLocalsProxy { frame })
}

fn frame_of(vm: &Vm, proxy: ObjId) -> ObjId {
    vm.heap
        .native::<FrameLocalsProxy>(proxy)
        .expect("a method of the proxy")
        .frame
}

/// The value that a slot shows: the content of a cell; borrowed or NULL. A cell that is not yet
/// made or copied shows as what it holds.
fn shown(vm: &Vm, value: ObjId, kind: LocalKind) -> ObjId {
    if value.is_null() {
        return value;
    }
    match vm.heap.payload(value) {
        Payload::Cell(c) if kind.contains(LocalKind::CELL) || kind.contains(LocalKind::FREE) => {
            c.ob_ref
        }
        _ => value,
    }
}

/// The bound variables of a frame in slot order, borrowed: names and values.
pub fn variables(vm: &Vm, frame: ObjId) -> Vec<(ObjId, ObjId)> {
    let code = std::sync::Arc::clone(code_of(vm, frame));
    let mut found: Vec<(ObjId, ObjId)> = Vec::new();
    for (i, (&name, &kind)) in code
        .localsplusnames
        .iter()
        .zip(&code.code.co_localspluskinds)
        .enumerate()
    {
        let value = shown(vm, local_slot(vm, frame, i), kind);
        if kind.contains(LocalKind::HIDDEN)
            || value.is_null()
            || found.iter().any(|&(n, _)| n == name)
        {
            continue;
        }
        found.push((name, value));
    }
    found
}

fn slot_named(vm: &Vm, frame: ObjId, key: ObjId) -> Option<(usize, LocalKind)> {
    let text = vm.text(key)?;
    let code = code_of(vm, frame);
    code.localsplusnames
        .iter()
        .zip(&code.code.co_localspluskinds)
        .enumerate()
        .find(|&(_, (&name, &kind))| {
            !kind.contains(LocalKind::HIDDEN) && (name == key || vm.text(name) == Some(text))
        })
        .map(|(i, (_, &kind))| (i, kind))
}

fn pairs(vm: &Vm, proxy: ObjId) -> Vec<(ObjId, ObjId)> {
    let frame = frame_of(vm, proxy);
    let mut all = variables(vm, frame);
    let extra = frame_object(vm, frame).f_extra_locals;
    if !extra.is_null() {
        all.extend(vm.dict_entries(extra));
    }
    all
}

/// A new dict of a frame's variables.
pub fn snapshot(vm: &mut Vm, frame: ObjId) -> PyResult<ObjId> {
    let dict = vm.new_dict();
    for (name, value) in variables(vm, frame) {
        vm.dict_set(dict, name, value)?;
    }
    let extra = frame_object(vm, frame).f_extra_locals;
    if !extra.is_null() {
        for (name, value) in vm.dict_entries(extra) {
            vm.dict_set(dict, name, value)?;
        }
    }
    Ok(dict)
}

fn proxy_copy(vm: &mut Vm, proxy: ObjId) -> PyResult<ObjId> {
    let frame = frame_of(vm, proxy);
    snapshot(vm, frame)
}

fn proxy_repr(vm: &mut Vm, proxy: ObjId) -> PyResult<ObjId> {
    if vm.repr_enter(proxy) {
        return Ok(vm.new_str("{...}"));
    }
    let dict = proxy_copy(vm, proxy);
    let result = dict.and_then(|dict| {
        let repr = vm.repr(dict);
        vm.decref(dict);
        repr
    });
    vm.repr_leave(proxy);
    result
}

fn proxy_len(vm: &mut Vm, proxy: ObjId) -> PyResult<i64> {
    Ok(pairs(vm, proxy).len() as i64)
}

fn lookup(vm: &mut Vm, proxy: ObjId, key: ObjId) -> PyResult<Option<ObjId>> {
    let frame = frame_of(vm, proxy);
    if let Some((index, kind)) = slot_named(vm, frame, key) {
        let value = shown(vm, local_slot(vm, frame, index), kind);
        if !value.is_null() {
            return Ok(Some(value));
        }
    }
    let extra = frame_object(vm, frame).f_extra_locals;
    if extra.is_null() {
        return Ok(None);
    }
    vm.dict_get(extra, key)
}

fn proxy_get(vm: &mut Vm, proxy: ObjId, key: ObjId) -> PyResult<ObjId> {
    if let Some(value) = lookup(vm, proxy, key)? {
        Ok(vm.incref(value))
    } else {
        let repr = vm.repr_string(key)?;
        Err(vm.raise(
            types::KEY_ERROR,
            format!(
                "local variable '{}' is not defined",
                repr.trim_matches('\'')
            ),
        ))
    }
}

fn proxy_contains(vm: &mut Vm, proxy: ObjId, key: ObjId) -> PyResult<bool> {
    Ok(lookup(vm, proxy, key)?.is_some())
}

fn proxy_set(vm: &mut Vm, proxy: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    let frame = frame_of(vm, proxy);
    if let Some((index, kind)) = slot_named(vm, frame, key) {
        if value.is_null() {
            return Err(vm.value_error("cannot remove local variables from FrameLocalsProxy"));
        }
        vm.incref(value);
        let slot = local_slot(vm, frame, index);
        let is_cell = (kind.contains(LocalKind::CELL) || kind.contains(LocalKind::FREE))
            && !slot.is_null()
            && vm.type_of(slot) == types::CELL;
        let old = if is_cell {
            match vm.heap.payload_mut(slot) {
                Payload::Cell(c) => std::mem::replace(&mut c.ob_ref, value),
                _ => ObjId::NULL,
            }
        } else {
            set_local_slot(vm, frame, index, value)
        };
        vm.xdecref(old);
        return Ok(());
    }
    let mut extra = frame_object(vm, frame).f_extra_locals;
    if value.is_null() {
        if !extra.is_null() && vm.dict_delete(extra, key)? {
            return Ok(());
        }
        return Err(vm.raise_with(types::KEY_ERROR, key));
    }
    if extra.is_null() {
        extra = vm.new_dict();
        if let Some(object) = vm.heap.native_mut::<super::frameobject::FrameObject>(frame) {
            object.f_extra_locals = extra;
        }
    }
    vm.dict_set(extra, key, value)
}

fn list_of(vm: &mut Vm, proxy: ObjId, pick: fn(ObjId, ObjId) -> ObjId) -> PyResult<ObjId> {
    let items: Vec<ObjId> = pairs(vm, proxy)
        .into_iter()
        .map(|(k, v)| pick(k, v))
        .collect();
    for &item in &items {
        vm.incref(item);
    }
    Ok(vm.new_list(items))
}

fn proxy_items(vm: &mut Vm, proxy: ObjId) -> PyResult<ObjId> {
    let pairs = pairs(vm, proxy);
    let items = pairs
        .into_iter()
        .map(|(k, v)| vm.new_tuple_from(&[k, v]))
        .collect();
    Ok(vm.new_list(items))
}

fn proxy_iter(vm: &mut Vm, proxy: ObjId) -> PyResult<ObjId> {
    let keys = list_of(vm, proxy, |key, _| key)?;
    let iterator = vm.iter(keys);
    vm.decref(keys);
    iterator
}

fn proxy_get_method(vm: &mut Vm, proxy: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if args.is_empty() || args.len() > 2 {
        let n = args.len();
        return Err(vm.type_error(format!("get expected 1 or 2 arguments, got {n}")));
    }
    let found = lookup(vm, proxy, args[0])?;
    let value = found.or(args.get(1).copied()).unwrap_or(NONE);
    Ok(vm.incref(value))
}

fn proxy_setdefault(vm: &mut Vm, proxy: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if args.is_empty() || args.len() > 2 {
        let n = args.len();
        return Err(vm.type_error(format!("setdefault expected 1 or 2 arguments, got {n}")));
    }
    if let Some(found) = lookup(vm, proxy, args[0])? {
        return Ok(vm.incref(found));
    }
    let value = args.get(1).copied().unwrap_or(NONE);
    proxy_set(vm, proxy, args[0], value)?;
    Ok(vm.incref(value))
}

fn proxy_update(vm: &mut Vm, proxy: ObjId, other: ObjId) -> PyResult<ObjId> {
    let dict = vm.new_dict();
    let result = vm.dict_update(dict, other).and_then(|()| {
        for (key, value) in vm.dict_entries(dict) {
            proxy_set(vm, proxy, key, value)?;
        }
        Ok(NONE)
    });
    vm.decref(dict);
    result
}

fn proxy_or(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let usable =
        |vm: &Vm, id| vm.isinstance(id, types::DICT) || vm.type_of(id) == types::FRAME_LOCALS_PROXY;
    if !usable(vm, a) || !usable(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let dict = vm.new_dict();
    vm.dict_update(dict, a)?;
    vm.dict_update(dict, b)?;
    Ok(dict)
}

fn proxy_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    if vm.type_of(b) == types::FRAME_LOCALS_PROXY {
        let same = frame_of(vm, a) == frame_of(vm, b);
        return Ok(bool_obj(same == (op == CompareOp::Eq)));
    }
    if !vm.isinstance(b, types::DICT) {
        return Ok(NOT_IMPLEMENTED);
    }
    let dict = proxy_copy(vm, a)?;
    let result = vm.rich_compare(dict, b, op);
    vm.decref(dict);
    result
}
