//! The object graph as boxes with rows and arrows between them, ready to place and to paint.
//!
//! A box is one object, frame or namespace. Its rows are the places inside it that hold references:
//! attributes, items, keys, locals. A small immutable value is written into its row; anything else
//! is a box of its own, and an arrow leads there from the row. So the name of a reference stands
//! where the reference is.

use super::graph_layout::{Item, Link, Place, Places};
use super::graph_route::{Block, Columns, Way};
use crate::base::ObjId;
use crate::events::FrameId;

/// Sizes of a box, in points at a zoom of 1; the layout and the painter share them.
pub mod metrics {
    pub const HEADER: f32 = 26.0;
    pub const ROW: f32 = 20.0;
    pub const PADDING: f32 = 9.0;
    /// The advance of one character of the code font at 12.5 points.
    pub const CHAR: f32 = 7.5;
    pub const MIN_WIDTH: f32 = 100.0;
    pub const MAX_WIDTH: f32 = 300.0;
    /// Room at the right end of a row for the dot at which an arrow starts.
    pub const PORT: f32 = 16.0;
}

/// What a box stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NodeId {
    Object(ObjId),
    Frame(FrameId),
}

/// What kind of box it is: decides its shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// A running frame, or the namespace of a module: a root.
    Root,
    /// A frame that waits inside a generator.
    Suspended,
    Object,
}

/// The count in the corner of a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    Of(u32),
    Immortal,
}

/// One row of a box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub name: String,
    pub value: RowValue,
}

/// What a row holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowValue {
    /// A small immutable value, written out.
    Inline {
        object: ObjId,
        type_name: String,
        text: String,
    },
    /// An arrow leads from here to another box.
    Arrow(ObjId),
    /// The object is not shown; its type says what is there.
    Hidden { object: ObjId, type_name: String },
    /// NULL: a deleted or not yet assigned variable.
    Empty,
    /// So many more rows are not shown.
    More(usize),
}

/// One box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    pub id: NodeId,
    /// The same over time, also when the slot of the heap is used again.
    pub key: u64,
    pub kind: NodeKind,
    pub title: String,
    pub type_name: String,
    /// The short repr below the header; empty for containers, whose rows say it.
    pub repr: String,
    pub count: Option<Count>,
    /// How the count changed in the last step.
    pub change: i64,
    pub rows: Vec<Row>,
    /// The number of the cycle it is part of.
    pub cycle: Option<usize>,
    /// No root reaches it.
    pub unreachable: bool,
    /// The copy of its count from which the collector subtracts, while a pass runs.
    pub gc_refs: Option<i32>,
}

impl Node {
    /// How large the box is.
    pub fn size(&self) -> (f32, f32) {
        use metrics::{CHAR, HEADER, MAX_WIDTH, MIN_WIDTH, PADDING, PORT, ROW};
        let chars = |text: &str| text.chars().count() as f32 * CHAR;
        let corner = if self.count.is_some() { 34.0 } else { 6.0 };
        let mut width = chars(&self.title) + 2.0 * PADDING + corner;
        if !self.repr.is_empty() {
            width = width.max(chars(&self.repr) + 2.0 * PADDING);
        }
        for row in &self.rows {
            let value = match &row.value {
                RowValue::Inline { text, .. } => chars(text),
                RowValue::Arrow(_) => 0.0,
                RowValue::Hidden { type_name, .. } => chars(type_name) + 2.0 * CHAR,
                RowValue::Empty => 4.0 * CHAR,
                RowValue::More(_) => 8.0 * CHAR,
            };
            width = width.max(chars(&row.name) + value + 2.0 * PADDING + PORT + 12.0);
        }
        let lines = self.rows.len() + usize::from(!self.repr.is_empty());
        let body = if lines == 0 {
            0.0
        } else {
            lines as f32 * ROW + 8.0
        };
        (width.clamp(MIN_WIDTH, MAX_WIDTH).ceil(), HEADER + body)
    }

    /// How far below the top of the box the middle of a row is.
    pub fn row_y(&self, row: usize) -> f32 {
        let line = row + usize::from(!self.repr.is_empty());
        metrics::HEADER + 4.0 + (line as f32 + 0.5) * metrics::ROW
    }

    /// The box in words, for screen readers.
    pub fn description(&self) -> String {
        let mut words = self.title.clone();
        if !self.repr.is_empty() {
            words = format!("{words} {}", self.repr);
        }
        match self.count {
            Some(Count::Of(1)) => words.push_str(", 1 reference"),
            Some(Count::Of(count)) => words = format!("{words}, {count} references"),
            Some(Count::Immortal) => words.push_str(", immortal"),
            None => {}
        }
        if self.unreachable {
            words.push_str(", unreachable");
        }
        words
    }

    /// The row at this distance from the top.
    pub fn row_at(&self, y: f32) -> Option<usize> {
        let line = ((y - metrics::HEADER - 4.0) / metrics::ROW).floor();
        let row = line - f32::from(u8::from(!self.repr.is_empty()));
        (row >= 0.0 && (row as usize) < self.rows.len()).then_some(row as usize)
    }
}

/// How an arrow is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeKind {
    Strong,
    /// A weak reference: dashed.
    Weak,
}

/// One arrow: from a row (or the header) of a box to another box; positions in [`Graph::nodes`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge {
    pub from: usize,
    pub row: Option<usize>,
    pub to: usize,
    pub name: String,
    pub kind: EdgeKind,
    /// Both ends are part of this cycle.
    pub cycle: Option<usize>,
    /// Without this one reference the cycle would be none.
    pub breaks: bool,
}

/// The boxes and arrows of one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Objects that would be shown too if the picture had room.
    pub cut: usize,
}

impl Graph {
    /// What is to be placed, and the references that decide where.
    pub fn items(&self) -> (Vec<Item>, Vec<Link>) {
        let items = self.nodes.iter().map(|node| {
            let (width, height) = node.size();
            Item {
                key: node.key,
                width,
                height,
                root: node.kind == NodeKind::Root,
            }
        });
        let strong = self
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Strong);
        let links = strong.map(|edge| Link {
            from: edge.from,
            to: edge.to,
            port: self.port(edge),
        });
        (items.collect(), links.collect())
    }

    /// Where each box stands.
    pub fn arrange(&self, places: &mut Places) -> Vec<Place> {
        let (items, links) = self.items();
        places.arrange(&items, &links)
    }

    /// The way of each arrow between the boxes at these places; `None` where the user moved an end.
    pub fn ways(&self, places: &[Place]) -> Vec<Option<Way>> {
        let blocks: Vec<Block> = self
            .nodes
            .iter()
            .zip(places)
            .map(|(node, &place)| {
                let (width, height) = node.size();
                Block {
                    place,
                    width,
                    height,
                }
            })
            .collect();
        let columns = Columns::of(&blocks);
        self.edges
            .iter()
            .map(|edge| {
                let head = metrics::HEADER / 2.0;
                let (from, to) = (&blocks[edge.from], &blocks[edge.to]);
                // What comes back from the right arrives a little lower than what goes there.
                let head = if from.place.column >= to.place.column {
                    head + 5.0
                } else {
                    head
                };
                columns.way(from, self.port(edge), to, head, edge.row.unwrap_or(0))
            })
            .collect()
    }

    /// How far below the top of its box an arrow leaves.
    fn port(&self, edge: &Edge) -> f32 {
        edge.row.map_or(metrics::HEADER / 2.0, |row| {
            self.nodes[edge.from].row_y(row)
        })
    }

    /// Marks the boxes and arrows of each cycle of strong references.
    ///
    /// A cycle here is a strongly connected component of more than one box, or a box that refers
    /// to itself; frames are not part of cycles.
    pub fn mark_cycles(&mut self) {
        let mut graph =
            petgraph::Graph::<(), ()>::with_capacity(self.nodes.len(), self.edges.len());
        let indices: Vec<_> = self.nodes.iter().map(|_| graph.add_node(())).collect();
        let mut own = vec![false; self.nodes.len()];
        for edge in self
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Strong)
        {
            graph.add_edge(indices[edge.from], indices[edge.to], ());
            own[edge.from] |= edge.from == edge.to;
        }
        let mut components: Vec<Vec<usize>> = petgraph::algo::tarjan_scc(&graph)
            .into_iter()
            .map(|component| {
                let mut members: Vec<usize> = component
                    .into_iter()
                    .map(petgraph::graph::NodeIndex::index)
                    .collect();
                members.sort_unstable();
                members
            })
            .filter(|members| members.len() > 1 || own[members[0]])
            .collect();
        components.sort();
        for (number, members) in components.iter().enumerate() {
            for &member in members {
                self.nodes[member].cycle = Some(number);
            }
        }
        for edge in &mut self.edges {
            let (from, to) = (self.nodes[edge.from].cycle, self.nodes[edge.to].cycle);
            edge.cycle = if edge.kind == EdgeKind::Strong && from == to {
                from
            } else {
                None
            };
        }
        for (number, members) in components.iter().enumerate() {
            if let Some(edge) = self.breaking_edge(number, members) {
                self.edges[edge].breaks = true;
            }
        }
    }

    /// The arrow of a cycle without which no cycle is left; of several, the one that leads back
    /// towards what was reached first, which is the one that people make weak.
    fn breaking_edge(&self, cycle: usize, members: &[usize]) -> Option<usize> {
        let inner: Vec<usize> = (0..self.edges.len())
            .filter(|&edge| self.edges[edge].cycle == Some(cycle))
            .collect();
        if inner.len() > MOST_EDGES_OF_A_CYCLE {
            return None;
        }
        let is_back = |edge: &usize| self.edges[*edge].from >= self.edges[*edge].to;
        let (back, ahead): (Vec<usize>, Vec<usize>) = inner.iter().partition(|edge| is_back(edge));
        let mut candidates = back.into_iter().rev().chain(ahead.into_iter().rev());
        candidates.find(|&without| {
            let mut rest = petgraph::Graph::<(), ()>::with_capacity(members.len(), inner.len());
            let indices: Vec<_> = members.iter().map(|_| rest.add_node(())).collect();
            let place = |node: usize| members.binary_search(&node).ok().map(|at| indices[at]);
            for &edge in inner.iter().filter(|&&edge| edge != without) {
                let ends = (place(self.edges[edge].from), place(self.edges[edge].to));
                if let (Some(from), Some(to)) = ends {
                    rest.add_edge(from, to, ());
                }
            }
            !petgraph::algo::is_cyclic_directed(&rest)
        })
    }
}

/// A cycle with more arrows than this is not searched for the one that would break it.
const MOST_EDGES_OF_A_CYCLE: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn node(key: u64) -> Node {
        Node {
            id: NodeId::Object(ObjId(key as u32)),
            key,
            kind: NodeKind::Object,
            title: "Node".into(),
            type_name: "Node".into(),
            repr: String::new(),
            count: Some(Count::Of(1)),
            change: 0,
            rows: vec![Row {
                name: "next".into(),
                value: RowValue::Empty,
            }],
            cycle: None,
            unreachable: false,
            gc_refs: None,
        }
    }

    fn edge(from: usize, to: usize, kind: EdgeKind) -> Edge {
        Edge {
            from,
            row: Some(0),
            to,
            name: "next".into(),
            kind,
            cycle: None,
            breaks: false,
        }
    }

    #[test]
    fn a_weak_reference_closes_no_cycle() {
        let mut graph = Graph {
            nodes: (1..=4).map(node).collect(),
            edges: vec![
                edge(0, 1, EdgeKind::Strong),
                edge(1, 0, EdgeKind::Strong),
                edge(2, 3, EdgeKind::Strong),
                edge(3, 2, EdgeKind::Weak),
            ],
            cut: 0,
        };
        graph.mark_cycles();
        let cycles: Vec<_> = graph.nodes.iter().map(|n| n.cycle).collect();
        assert_eq!(cycles, [Some(0), Some(0), None, None]);
        assert!(graph.edges[0].cycle.is_some() && graph.edges[2].cycle.is_none());
        let breaking: Vec<bool> = graph.edges.iter().map(|edge| edge.breaks).collect();
        assert_eq!(breaking, [false, true, false, false], "the way back");
    }

    #[test]
    fn rows_are_found_where_they_are_drawn() {
        let node = node(1);
        assert_eq!(node.row_at(node.row_y(0)), Some(0));
        assert_eq!(node.row_at(5.0), None);
    }
}
