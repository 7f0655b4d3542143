//! Why an object is alive: the shortest path of counted references from a root.

use std::collections::VecDeque;

use super::holders::{Holder, Holders};
use crate::base::ObjId;
use crate::trace::State;

/// One reference of the path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// Who holds.
    pub holder: Holder,
    /// What is held.
    pub target: ObjId,
}

/// The shortest path from a root to `obj`, root first; weak references do not count. Empty when
/// nothing but native code or a cycle keeps it.
///
/// An immortal object is kept by the interpreter, so it counts as a root; the path then begins
/// with its own reference.
pub fn why_alive(state: &State, holders: &Holders, obj: ObjId) -> Vec<PathStep> {
    let mut found: Vec<Option<PathStep>> = vec![None; state.object_slots()];
    let mut queue = VecDeque::from([obj]);
    let mut seen = vec![false; state.object_slots()];
    if let Some(first) = seen.get_mut(obj.index()) {
        *first = true;
    }
    while let Some(target) = queue.pop_front() {
        for &holder in holders.of_object(target) {
            let step = PathStep { holder, target };
            match holder {
                Holder::Root(_) => return path_from(step, &found),
                Holder::Object(owner, _) => {
                    let Some(object) = state.object(owner) else {
                        continue;
                    };
                    if seen[owner.index()] {
                        continue;
                    }
                    seen[owner.index()] = true;
                    found[owner.index()] = Some(step);
                    if object.is_immortal() {
                        return path_from(step, &found);
                    }
                    queue.push_back(owner);
                }
            }
        }
    }
    Vec::new()
}

/// From the step nearest to the root down to the object that was asked for.
fn path_from(first: PathStep, found: &[Option<PathStep>]) -> Vec<PathStep> {
    let mut path = vec![first];
    let mut target = first.target;
    while let Some(step) = found[target.index()] {
        path.push(step);
        target = step.target;
    }
    path
}
