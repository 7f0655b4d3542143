//! Reference cycles at a moment: the strongly connected components of the heap.

use petgraph::graph::{DiGraph, NodeIndex};

use super::retained::reachable;
use crate::base::ObjId;
use crate::events::Slot;
use crate::trace::State;

/// Objects that can all reach each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cycle {
    /// By slot.
    pub members: Vec<ObjId>,
    /// Nothing outside keeps it: only the collector can free it.
    pub garbage: bool,
    /// The references within it.
    pub inner: Vec<(ObjId, Slot, ObjId)>,
}

/// All cycles among mortal objects, in order of their first member. An object that refers to
/// itself is one.
pub fn cycles(state: &State) -> Vec<Cycle> {
    let mut graph: DiGraph<ObjId, ()> = DiGraph::new();
    let mut nodes: Vec<Option<NodeIndex>> = vec![None; state.object_slots()];
    let mortal = || {
        state
            .objects()
            .filter(|(_, object)| object.gc && !object.is_immortal())
    };
    for (id, _) in mortal() {
        nodes[id.index()] = Some(graph.add_node(id));
    }
    let mut loops = vec![false; state.object_slots()];
    for (id, object) in mortal() {
        for (_, target) in object.slots.iter() {
            loops[id.index()] |= target == id;
            if let (Some(from), Some(Some(to))) = (nodes[id.index()], nodes.get(target.index())) {
                graph.add_edge(from, *to, ());
            }
        }
    }
    let reached = reachable(state);
    // Kosaraju's method keeps its stack on the heap, so a long list is no danger.
    let mut cycles: Vec<Cycle> = petgraph::algo::kosaraju_scc(&graph)
        .into_iter()
        .map(|component| {
            component
                .into_iter()
                .map(|node| graph[node])
                .collect::<Vec<_>>()
        })
        .filter(|members| members.len() > 1 || loops[members[0].index()])
        .map(|mut members| {
            members.sort_unstable();
            let garbage = members.iter().all(|id| !reached[id.index()]);
            let inner = inner_references(state, &members);
            Cycle {
                members,
                garbage,
                inner,
            }
        })
        .collect();
    cycles.sort_by_key(|cycle| cycle.members[0]);
    cycles
}

fn inner_references(state: &State, members: &[ObjId]) -> Vec<(ObjId, Slot, ObjId)> {
    let owners = members
        .iter()
        .filter_map(|&id| Some((id, state.object(id)?)));
    owners
        .flat_map(|(owner, object)| object.slots.iter().map(move |(slot, to)| (owner, slot, to)))
        .filter(|(_, _, to)| members.binary_search(to).is_ok())
        .collect()
}
