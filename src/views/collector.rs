//! The collector's generations, and the objects of a pass with their `gc_refs`.

use super::look::Look;
use crate::base::ObjId;
use crate::events::{GcList, GcPhase};

/// A generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Generation {
    pub list: GcList,
    pub name: &'static str,
    /// Objects in its list.
    pub objects: u32,
    /// Of those, how many the program made.
    pub of_the_program: u32,
    /// Its entry of `gc.get_count()` and `gc.get_threshold()`; none for the permanent one.
    pub count: Option<(u32, u32)>,
    pub counts_what: &'static str,
}

/// An object in the collector's hands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub id: ObjId,
    pub type_name: String,
    pub text: String,
    pub ob_refcnt: u32,
    pub gc_refs: i32,
    pub list: GcList,
}

/// The four generations.
pub fn generations(look: Look<'_>) -> Vec<Generation> {
    let gc = &look.state.gc;
    let ready = look.names.ready;
    let one = |list, name, index: Option<usize>, counts_what| Generation {
        list,
        name,
        objects: look.state.gc_list(list).len,
        of_the_program: look
            .state
            .gc_members(list)
            .filter(|(_, object)| object.born >= ready)
            .count() as u32,
        count: index.map(|index| (gc.count[index], gc.threshold[index])),
        counts_what,
    };
    vec![
        one(
            GcList::Generation0,
            "Generation 0",
            Some(0),
            "allocations minus deallocations",
        ),
        one(
            GcList::Generation1,
            "Generation 1",
            Some(1),
            "collections of generation 0",
        ),
        one(
            GcList::Generation2,
            "Generation 2",
            Some(2),
            "collections of generation 1",
        ),
        one(
            GcList::Permanent,
            "Permanent",
            None,
            "frozen by gc.freeze()",
        ),
    ]
}

/// The objects of the program that the collector tracks, oldest first, and how many of the
/// interpreter's own are left out.
///
/// The order is that of birth, so every object keeps its place while a pass moves it between lists.
pub fn candidates(look: Look<'_>, most: usize) -> (Vec<Candidate>, usize) {
    let ready = look.names.ready;
    let mut own = Vec::new();
    let mut others = 0;
    for (id, object) in look.state.objects() {
        if !object.gc || matches!(object.gc_list, GcList::Untracked | GcList::Permanent) {
            continue;
        }
        if object.born >= ready {
            own.push((object.born, id, object));
        } else {
            others += 1;
        }
    }
    own.sort_unstable_by_key(|&(born, id, _)| (born, id));
    let left_out = own.len().saturating_sub(most);
    let list = own
        .into_iter()
        .rev()
        .take(most)
        .rev()
        .map(|(_, id, object)| Candidate {
            id,
            type_name: look.type_name(id).to_owned(),
            text: look.short(id, 32),
            ob_refcnt: object.ob_refcnt,
            gc_refs: object.gc_refs,
            list: object.gc_list,
        })
        .collect();
    (list, others + left_out)
}

/// All phases of a pass in their order, with what happens in each.
pub const PHASES: [(GcPhase, &str, &str); 10] = [
    (
        GcPhase::Merge,
        "merge",
        "Younger generations join the one that is collected.",
    ),
    (
        GcPhase::UpdateRefs,
        "update_refs",
        "gc_refs of each candidate becomes a copy of its ob_refcnt.",
    ),
    (
        GcPhase::SubtractRefs,
        "subtract_refs",
        "Each reference from one candidate to another takes 1 from the target's gc_refs. What stays above 0 is held from outside.",
    ),
    (
        GcPhase::MoveUnreachable,
        "move_unreachable",
        "Candidates held from outside, and all they reach, are alive. The others move to the unreachable list.",
    ),
    (
        GcPhase::UntrackContainers,
        "untrack",
        "Tuples and dicts that cannot be part of a cycle leave the collector's lists.",
    ),
    (
        GcPhase::HandleWeakrefs,
        "handle_weakrefs",
        "Weak references to the unreachable are cleared, then their callbacks run.",
    ),
    (
        GcPhase::FinalizeGarbage,
        "finalize_garbage",
        "__del__ and other finalizers of the unreachable run.",
    ),
    (
        GcPhase::HandleResurrected,
        "handle_resurrected",
        "Finalizers may have made objects reachable again; those are spared.",
    ),
    (
        GcPhase::DeleteGarbage,
        "delete_garbage",
        "tp_clear breaks the cycles; reference counting frees the objects.",
    ),
    (
        GcPhase::ClearFreelists,
        "clear_freelists",
        "After a full pass the free lists are emptied.",
    ),
];

/// What a phase is called in `Python/gc.c`.
pub fn phase_name(phase: GcPhase) -> &'static str {
    PHASES
        .iter()
        .find(|(known, ..)| *known == phase)
        .map_or("", |(_, name, _)| name)
}

/// What a list of the collector is called on the screen.
pub const fn list_name(list: GcList) -> &'static str {
    match list {
        GcList::Untracked => "not tracked",
        GcList::Generation0 => "generation 0",
        GcList::Generation1 => "generation 1",
        GcList::Generation2 => "generation 2",
        GcList::Permanent => "permanent",
        GcList::Unreachable => "unreachable",
        GcList::Finalizers => "finalizers",
    }
}
