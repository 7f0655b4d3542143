//! Finds the unreachable: copies the counts, subtracts internal references, follows what is left.
//!
//! Mirrors `deduce_unreachable`, `update_refs`, `subtract_refs` and `move_unreachable`.

use crate::base::ObjId;
use crate::events::{Event, GcList, GcPhase};
use crate::objects::dictobject::KeysKind;
use crate::objects::heap::{Heap, list_head};
use crate::objects::object::{IMMORTAL_REFCNT, Payload, Place};
use crate::objects::typeobject::TypeFlags;

/// Moves what nothing outside `young` keeps alive from that list to [`GcList::Unreachable`].
pub(super) fn deduce_unreachable(heap: &mut Heap, young: GcList) {
    heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::UpdateRefs,
    });
    update_refs(heap, young);
    heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::SubtractRefs,
    });
    subtract_refs(heap, young);
    heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::MoveUnreachable,
    });
    move_unreachable(heap, young);
}

fn set_refs(heap: &mut Heap, id: ObjId, new: i32) {
    let old = std::mem::replace(&mut heap.gc_heads[id.index()].gc_refs, new);
    if heap.reporter.is_on() {
        heap.reporter.emit(Event::GcRefs { obj: id, old, new });
    }
}

/// `gc_refs` becomes a copy of `ob_refcnt`; immortal objects leave for the permanent list.
fn update_refs(heap: &mut Heap, young: GcList) {
    for id in heap.list_members(young) {
        let count = heap.refcnt(id);
        if count == IMMORTAL_REFCNT {
            heap.move_to(id, GcList::Permanent);
            continue;
        }
        heap.gc_heads[id.index()].collecting = true;
        set_refs(heap, id, count as i32);
    }
}

/// The references that the collector follows from `id`: what the C `tp_traverse` visits.
pub fn collector_referents(heap: &Heap, id: ObjId) -> Vec<ObjId> {
    // `dict_traverse` leaves the keys out where all are exact strings, and leaves everything to
    // the instance while its values are the instance's own.
    let skip_keys = match heap.payload(id) {
        Payload::Dict(d) if !d.split_type.is_null() => return Vec::new(),
        Payload::Dict(d) => d.kind == KeysKind::Unicode,
        _ => false,
    };
    let shared = shared_dict(heap, id);
    let mut targets = Vec::new();
    heap.traverse(id, &mut |place, target| {
        if target == shared {
            // The values stand in the instance (`PyObject_VisitManagedDict`).
            if let Payload::Dict(d) = heap.payload(shared) {
                let live = d.entries.iter().filter(|e| !e.key.is_null());
                targets.extend(live.map(|e| e.value));
            }
        } else if !(skip_keys && matches!(place, Place::Key(_))
            || place == Place::Member("gi_code"))
        {
            // `gen_traverse` visits no code once the frame is gone.
            targets.push(target);
        }
    });
    targets
}

/// The dict of an instance whose values C still keeps in the instance; else NULL.
fn shared_dict(heap: &Heap, id: ObjId) -> ObjId {
    let Some(managed) = &heap.get(id).managed else {
        return ObjId::NULL;
    };
    match managed.dict.get().map(|dict| heap.payload(dict)) {
        Some(Payload::Dict(d)) if !d.split_type.is_null() => managed.dict,
        _ => ObjId::NULL,
    }
}

/// Each reference from a candidate to a candidate takes one from the target's `gc_refs`.
fn subtract_refs(heap: &mut Heap, young: GcList) {
    for id in heap.list_members(young) {
        for target in collector_referents(heap, id) {
            let head = &heap.gc_heads[target.index()];
            if head.collecting {
                let refs = head.gc_refs;
                debug_assert!(
                    refs > 0,
                    "more references than counts: {:?}",
                    heap.get(target)
                );
                set_refs(heap, target, refs - 1);
            }
        }
    }
}

/// Walks `young`: what still has a count, and what it reaches, stays; the rest moves to the
/// list of the unreachable, in order, and may come back at the end of `young`.
fn move_unreachable(heap: &mut Heap, young: GcList) {
    let head = list_head(young);
    let mut id = heap.gc_heads[head.index()].next;
    while id != head {
        if heap.gc_heads[id.index()].gc_refs > 0 {
            for target in collector_referents(heap, id) {
                let entry = &heap.gc_heads[target.index()];
                if !entry.collecting {
                    continue;
                }
                if entry.list == GcList::Unreachable {
                    heap.move_to(target, young);
                    set_refs(heap, target, 1);
                } else if entry.gc_refs == 0 {
                    set_refs(heap, target, 1);
                }
            }
            heap.gc_heads[id.index()].collecting = false;
            id = heap.gc_heads[id.index()].next;
        } else {
            let next = heap.gc_heads[id.index()].next;
            heap.move_to(id, GcList::Unreachable);
            id = next;
        }
    }
    // What stays behind is no longer being collected; the unreachable keep the mark.
    for id in heap.list_members(young) {
        heap.gc_heads[id.index()].collecting = false;
    }
}

/// Exact tuples whose items can never be part of a cycle leave their list (`untrack_tuples`).
pub(super) fn untrack_tuples(heap: &mut Heap, list: GcList) {
    for id in heap.list_members(list) {
        if heap.type_of(id) != crate::objects::wellknown::types::TUPLE {
            continue;
        }
        let Payload::Tuple(items) = heap.payload(id) else {
            continue;
        };
        if items
            .iter()
            .all(|&item| item.is_null() || !heap.may_be_tracked(item))
        {
            heap.untrack(id);
        }
    }
}

/// Exact dicts without trackable keys and values leave their list (`untrack_dicts`).
pub(super) fn untrack_dicts(heap: &mut Heap, list: GcList) {
    for id in heap.list_members(list) {
        if heap.type_of(id) != crate::objects::wellknown::types::DICT {
            continue;
        }
        let Payload::Dict(dict) = heap.payload(id) else {
            continue;
        };
        // The dict of an instance that still shares its class's keys stays (`_PyObject_GC_MAY_BE_TRACKED`
        // of its values decides as for any other).
        let trackable = dict
            .entries
            .iter()
            .filter(|e| !e.key.is_null())
            .any(|e| heap.may_be_tracked(e.key) || heap.may_be_tracked(e.value));
        if !trackable {
            heap.untrack(id);
        }
    }
}

/// Whether a garbage object has a finalizer that has not run.
pub(super) fn has_pending_finalizer(heap: &Heap, id: ObjId) -> bool {
    let ty = heap.type_object(heap.type_of(id));
    ty.slots.tp_finalize.is_some()
        && !heap.gc_heads[id.index()].finalized
        && ty.tp_flags.contains(TypeFlags::HAVE_GC)
}
