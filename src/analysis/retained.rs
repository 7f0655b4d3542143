//! What an object keeps alive: all that would go if it went.

use crate::base::ObjId;
use crate::trace::State;

/// What an object retains, itself included.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Retained {
    pub objects: Vec<ObjId>,
    pub bytes: u64,
}

/// Everything that can be reached from the roots through `obj` alone.
pub fn retained(state: &State, obj: ObjId) -> Retained {
    let slots = state.object_slots();
    let mut reached = vec![false; slots];
    let mut stack: Vec<ObjId> = Vec::new();
    let immortal = state.objects().filter(|(_, object)| object.is_immortal());
    stack.extend(immortal.map(|(id, _)| id));
    stack.extend(state.roots().map(|(_, id)| id));
    mark(state, &mut reached, stack, obj);
    let mut below = vec![false; slots];
    mark(state, &mut below, vec![obj], ObjId::NULL);
    let mut retained = Retained::default();
    for (id, object) in state.objects() {
        if below[id.index()] && !reached[id.index()] {
            retained.objects.push(id);
            retained.bytes += u64::from(object.size);
        }
    }
    retained
}

/// Marks what can be reached from `stack` without going through `barrier`.
fn mark(state: &State, reached: &mut [bool], mut stack: Vec<ObjId>, barrier: ObjId) {
    while let Some(id) = stack.pop() {
        if id == barrier || reached.get(id.index()).copied().unwrap_or(true) {
            continue;
        }
        reached[id.index()] = true;
        if let Some(object) = state.object(id) {
            stack.extend(object.slots.iter().map(|(_, target)| target));
        }
    }
}

/// Which slots of the heap can be reached from the roots.
pub fn reachable(state: &State) -> Vec<bool> {
    let mut reached = vec![false; state.object_slots()];
    let immortal = state.objects().filter(|(_, object)| object.is_immortal());
    let mut stack: Vec<ObjId> = immortal.map(|(id, _)| id).collect();
    stack.extend(state.roots().map(|(_, id)| id));
    mark(state, &mut reached, stack, ObjId::NULL);
    reached
}
