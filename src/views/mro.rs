//! How the method resolution order of a class comes about: the C3 merge, step by step.
//!
//! Mirrors `mro_implementation` and `pmerge` in `Objects/typeobject.c`.

use super::look::Look;
use crate::base::{ObjId, TextId};
use crate::events::SlotKind;

/// One step of the merge: a class is taken because it is in the tail of no list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MergeStep {
    /// What is left of each list before the step.
    pub lists: Vec<Vec<ObjId>>,
    /// The heads that were tried and passed over, with the list in whose tail each stands.
    pub passed_over: Vec<(ObjId, usize)>,
    pub taken: ObjId,
}

/// The classes of a type's MRO, as its `tp_mro` says.
pub fn mro(look: Look<'_>, type_id: ObjId) -> Vec<ObjId> {
    member(look, type_id, &["tp_mro", "__mro__"])
}

/// The merge that leads to the MRO of a type: the MROs of its bases, then the bases themselves.
/// Empty where there is nothing to merge: with at most one base the MRO is that base's, behind the
/// class.
pub fn merge(look: Look<'_>, type_id: ObjId) -> Vec<MergeStep> {
    let bases = member(look, type_id, &["tp_bases", "__bases__"]);
    if bases.len() < 2 {
        return Vec::new();
    }
    let mut lists: Vec<Vec<ObjId>> = bases.iter().map(|&base| mro(look, base)).collect();
    lists.push(bases);
    c3(lists)
}

fn c3(mut lists: Vec<Vec<ObjId>>) -> Vec<MergeStep> {
    let mut steps = Vec::new();
    while lists.iter().any(|list| !list.is_empty()) {
        let mut passed_over = Vec::new();
        let heads = lists.iter().filter_map(|list| list.first().copied());
        let taken = heads.into_iter().find(|head| {
            let tail = lists
                .iter()
                .position(|list| list.iter().skip(1).any(|class| class == head));
            if let Some(list) = tail {
                passed_over.push((*head, list));
            }
            tail.is_none()
        });
        let Some(taken) = taken else { break };
        passed_over.dedup();
        steps.push(MergeStep {
            lists: lists.clone(),
            passed_over,
            taken,
        });
        for list in &mut lists {
            list.retain(|&class| class != taken);
        }
    }
    steps
}

/// The items of a tuple that a type holds under one of these names.
fn member(look: Look<'_>, type_id: ObjId, names: &[&str]) -> Vec<ObjId> {
    let Some(object) = look.object(type_id) else {
        return Vec::new();
    };
    let found = object.slots.named().iter().find(|(slot, _)| {
        slot.kind == SlotKind::Member && names.contains(&look.text(TextId(slot.key)))
    });
    found
        .and_then(|&(_, tuple)| look.object(tuple))
        .map_or_else(Vec::new, |tuple| tuple.slots.items().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u32]) -> Vec<ObjId> {
        numbers.iter().map(|&number| ObjId(number)).collect()
    }

    #[test]
    fn a_diamond_merges_as_cpython_does() {
        // class A; class B(A); class C(A); class D(B, C): D B C A object
        let (object, a, b, c) = (1, 2, 3, 4);
        let steps = c3(vec![
            ids(&[b, a, object]),
            ids(&[c, a, object]),
            ids(&[b, c]),
        ]);
        let taken: Vec<u32> = steps.iter().map(|step| step.taken.0).collect();
        assert_eq!(taken, [b, c, a, object]);
        assert_eq!(steps[1].passed_over, [(ObjId(a), 1)], "A waits for C");
    }

    #[test]
    fn an_order_that_contradicts_itself_ends_early() {
        let steps = c3(vec![ids(&[1, 2]), ids(&[2, 1])]);
        assert!(steps.is_empty());
    }
}
