//! The collector's generations, the objects of a pass with their `gc_refs`, and a pass told step by
//! step.

use super::look::Look;
use crate::base::{Moment, ObjId};
use crate::events::{Event, GcList, GcPhase};
use crate::trace::{Direction, ObjectView, Search};

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
    /// Code of the program's own files made it, not that of a module it imports.
    pub own: bool,
}

/// What the collector knows of an object while a pass runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is in a generation that this pass leaves alone.
    NotLookedAt,
    /// Its count is copied; references from inside have yet to be taken off.
    Candidate,
    /// Something outside the candidates holds it: it is alive.
    HeldFromOutside,
    /// Every reference to it comes from other candidates.
    OnlyFromInside,
    /// Found alive: held from outside, or something that is alive reaches it.
    Reached,
    /// Nothing alive reaches it.
    Unreachable,
    /// Its finalizer or that of what it reaches is at work.
    Finalizing,
}

impl Verdict {
    /// The words on the screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotLookedAt => "not looked at",
            Self::Candidate => "candidate",
            Self::HeldFromOutside => "held from outside",
            Self::OnlyFromInside => "only from inside",
            Self::Reached => "alive",
            Self::Unreachable => "unreachable",
            Self::Finalizing => "with finalizers",
        }
    }
}

/// What the pass that runs knows of an object; `None` outside a pass.
pub fn verdict(look: Look<'_>, candidate: &Candidate) -> Option<Verdict> {
    let pass = look.state.gc.pass?;
    let generation = match candidate.list {
        GcList::Unreachable => return Some(Verdict::Unreachable),
        GcList::Finalizers => return Some(Verdict::Finalizing),
        GcList::Generation0 => 0,
        GcList::Generation1 => 1,
        GcList::Generation2 => 2,
        GcList::Untracked | GcList::Permanent => return Some(Verdict::NotLookedAt),
    };
    let phase = pass.phase?;
    // Survivors have moved on to the next older generation by the time they are told apart.
    let told_apart = phase >= GcPhase::MoveUnreachable;
    if generation > pass.generation && !told_apart {
        return Some(Verdict::NotLookedAt);
    }
    Some(match phase {
        GcPhase::Merge | GcPhase::UpdateRefs => Verdict::Candidate,
        GcPhase::SubtractRefs | GcPhase::MoveUnreachable if candidate.gc_refs > 0 => {
            Verdict::HeldFromOutside
        }
        // Until something alive reaches it.
        GcPhase::SubtractRefs | GcPhase::MoveUnreachable => Verdict::OnlyFromInside,
        _ => Verdict::Reached,
    })
}

/// What the collector just did, in a sentence, and to which object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub object: ObjId,
    pub words: String,
}

/// The kinds of events of which a pass consists.
const OF_A_PASS: [&str; 10] = [
    "GcStart",
    "GcPhase",
    "GcRefs",
    "GcMove",
    "GcClear",
    "GcResurrect",
    "Finalize",
    "WeakrefClear",
    "WeakrefCallback",
    "GcEnd",
];

/// The moment of the next (or previous) step of a pass that concerns the program: a phase, or
/// something done to one of its own objects.
pub fn step_of_pass(look: Look<'_>, direction: Direction) -> Option<Moment> {
    let concerns = |event: &Event| match *event {
        Event::GcStart { .. } | Event::GcPhase { .. } | Event::GcEnd { .. } => true,
        Event::GcMove { from, to, .. } if from == GcList::Untracked || to == GcList::Untracked => {
            false
        }
        Event::GcRefs { obj, .. }
        | Event::GcMove { obj, .. }
        | Event::GcClear { obj }
        | Event::GcResurrect { obj }
        | Event::Finalize { obj } => look.object(obj).is_some_and(|o| is_own(look, o)),
        Event::WeakrefClear { referent, .. } => {
            look.object(referent).is_some_and(|o| is_own(look, o))
        }
        Event::WeakrefCallback { .. } => true,
        _ => false,
    };
    let search = Search::kinds(&OF_A_PASS).when(&concerns);
    search
        .find(look.recording, look.state.moment, direction)
        .ok()
        .flatten()
        .filter(|&moment| moment != look.state.moment)
}

/// What the event just before the moment did, if it is one of the collector's.
pub fn told(look: Look<'_>) -> Option<Told> {
    let position = look.state.moment.0.checked_sub(1)?;
    let event = look.recording.event(Moment(position)).ok()?;
    let name = |object: ObjId| format!("{} {}", look.type_name(object), look.short(object, 28));
    let phase = look.state.gc.pass.and_then(|pass| pass.phase);
    let (object, words) = match event {
        Event::GcRefs { obj, old, new } => {
            let words = match phase {
                Some(GcPhase::UpdateRefs) => {
                    format!(
                        "gc_refs of {} becomes a copy of its count: {new}",
                        name(obj)
                    )
                }
                Some(GcPhase::SubtractRefs) => format!(
                    "another candidate refers to {}: gc_refs {old} − 1 = {new}{}",
                    name(obj),
                    if new == 0 {
                        ", so nothing outside is known to hold it"
                    } else {
                        ""
                    }
                ),
                Some(GcPhase::MoveUnreachable) => format!(
                    "something alive reaches {}: it is alive too (gc_refs {old} → {new})",
                    name(obj)
                ),
                _ => format!("gc_refs of {}: {old} → {new}", name(obj)),
            };
            (obj, words)
        }
        Event::GcMove { obj, from, to } => {
            let words = match to {
                GcList::Unreachable => {
                    format!("gc_refs of {} is 0: tentatively unreachable", name(obj))
                }
                _ if from == GcList::Unreachable => {
                    format!(
                        "{} was reached after all: back to {}",
                        name(obj),
                        list_name(to)
                    )
                }
                _ => format!("{} moves to {}", name(obj), list_name(to)),
            };
            (obj, words)
        }
        Event::Finalize { obj } => (obj, format!("__del__ of {} is called", name(obj))),
        Event::GcResurrect { obj } => (
            obj,
            format!("a finalizer made {} reachable again", name(obj)),
        ),
        Event::GcClear { obj } => (
            obj,
            format!("tp_clear of {} gives up what it refers to", name(obj)),
        ),
        Event::WeakrefClear { weakref, referent } => (
            weakref,
            format!("a weak reference to {} is cleared", name(referent)),
        ),
        Event::WeakrefCallback { weakref, .. } => (
            weakref,
            "the callback of a weak reference is called".to_owned(),
        ),
        _ => return None,
    };
    Some(Told { object, words })
}

/// Whether code of the program's own files made an object; what native code makes to build a module
/// that is imported does not count.
fn is_own(look: Look<'_>, object: &ObjectView) -> bool {
    let kind = look
        .object(object.ob_type)
        .map_or("", |type_| look.text(type_.name));
    let of_a_module = matches!(kind, "module" | "builtin_function_or_method" | "code");
    !of_a_module
        && object.born >= look.names.ready
        && object.born_line > 0
        && look
            .code(object.born_code)
            .is_some_and(|code| look.names.is_program_file(&code.co_filename))
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
            own: is_own(look, object),
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
