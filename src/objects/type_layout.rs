//! Decides whether the instances of one type are laid out as those of another.
//!
//! Mirrors `best_base`, `solid_base` and `compatible_for_assignment` of `Objects/typeobject.c`.

use crate::base::ObjId;

use super::typeobject::{TypeFlags, TypeObject};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::types;

/// The base whose instances' layout the class extends (`best_base`).
pub fn best_base(vm: &mut Vm, bases: &[ObjId]) -> PyResult<ObjId> {
    let mut winner: Option<ObjId> = None;
    let mut best = types::OBJECT;
    for &candidate_base in bases {
        if !vm.isinstance(candidate_base, types::TYPE) {
            return Err(vm.type_error("bases must be types"));
        }
        if !vm
            .heap
            .type_object(candidate_base)
            .tp_flags
            .contains(TypeFlags::BASETYPE)
        {
            let name = vm.heap.type_object(candidate_base).tp_name.clone();
            return Err(vm.type_error(format!("type '{name}' is not an acceptable base type")));
        }
        let candidate = solid_base(vm, candidate_base);
        match winner {
            None => {
                winner = Some(candidate);
                best = candidate_base;
            }
            Some(w) if vm.is_subtype(w, candidate) => {}
            Some(w) if vm.is_subtype(candidate, w) => {
                winner = Some(candidate);
                best = candidate_base;
            }
            Some(_) => return Err(vm.type_error("multiple bases have instance lay-out conflict")),
        }
    }
    Ok(best)
}

/// The nearest ancestor that adds something to the layout (`solid_base`).
fn solid_base(vm: &Vm, ty: ObjId) -> ObjId {
    let base = vm.heap.type_object(ty).tp_base;
    let solid = if base.is_null() {
        types::OBJECT
    } else {
        solid_base(vm, base)
    };
    let (t, s) = (vm.heap.type_object(ty), vm.heap.type_object(solid));
    if t.tp_basicsize == s.tp_basicsize && t.tp_itemsize == s.tp_itemsize {
        solid
    } else {
        ty
    }
}

/// Refuses to give an object of the layout of `old` the layout of `new`.
pub fn compatible_for_assignment(
    vm: &mut Vm,
    old: ObjId,
    new: ObjId,
    attribute: &str,
) -> PyResult<()> {
    // Collectable objects are freed otherwise than plain ones (`tp_free`).
    let [old_gc, new_gc] = [old, new].map(|ty| {
        let flags = vm.heap.type_object(ty).tp_flags;
        flags.contains(TypeFlags::HAVE_GC)
    });
    if old_gc != new_gc {
        return Err(differ(vm, old, new, attribute, "deallocator"));
    }
    let (mut old_base, mut new_base) = (old, new);
    while compatible_with_tp_base(vm, new_base) {
        new_base = vm.heap.type_object(new_base).tp_base;
    }
    while compatible_with_tp_base(vm, old_base) {
        old_base = vm.heap.type_object(old_base).tp_base;
    }
    let (old_type, new_type) = (vm.heap.type_object(old_base), vm.heap.type_object(new_base));
    if new_base == old_base
        || new_type.tp_base == old_type.tp_base && same_slots_added(vm, new_type, old_type)
    {
        return Ok(());
    }
    Err(differ(vm, old, new, attribute, "object layout"))
}

fn differ(vm: &mut Vm, old: ObjId, new: ObjId, attribute: &str, what: &str) -> Raised {
    let (n, o) = (
        vm.heap.type_object(new).tp_name.clone(),
        vm.heap.type_object(old).tp_name.clone(),
    );
    vm.type_error(format!(
        "{attribute} assignment: '{n}' {what} differs from '{o}'"
    ))
}

const MANAGED: u64 = TypeFlags::MANAGED_DICT
    .with(TypeFlags::MANAGED_WEAKREF)
    .with(TypeFlags::HAVE_GC)
    .0;

/// Whether a type adds nothing to its base that an instance would show.
fn compatible_with_tp_base(vm: &Vm, child: ObjId) -> bool {
    let c = vm.heap.type_object(child);
    if c.tp_base.is_null() {
        return false;
    }
    let p = vm.heap.type_object(c.tp_base);
    c.tp_basicsize == p.tp_basicsize
        && c.tp_itemsize == p.tp_itemsize
        && c.dict == p.dict
        && c.weakrefs == p.weakrefs
        && c.tp_flags.0 & MANAGED == p.tp_flags.0 & MANAGED
        // Only classes share `subtype_clear`; a native type has a layout of its own.
        && (c.is_heap_type() || !c.tp_flags.contains(TypeFlags::HAVE_GC))
}

/// Whether two types add the same slots to the base that they share.
fn same_slots_added(vm: &Vm, a: &TypeObject, b: &TypeObject) -> bool {
    if a.tp_base.is_null()
        || a.tp_flags.0 & MANAGED != b.tp_flags.0 & MANAGED
        || a.dict != b.dict
        || a.weakrefs != b.weakrefs
    {
        return false;
    }
    let mut size = vm.heap.type_object(a.tp_base).tp_basicsize;
    if !a.ht_slots.is_null() && !b.ht_slots.is_null() {
        // Names of attributes are interned: the same text is the same object.
        if vm.tuple_items(a.ht_slots) != vm.tuple_items(b.ht_slots) {
            return false;
        }
        size += 8 * vm.tuple_items(a.ht_slots).len() as u32;
    }
    size == a.tp_basicsize && size == b.tp_basicsize
}
