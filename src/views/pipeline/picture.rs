//! The flow graph as a picture: blocks on ranks from the entry down, and the edges between them.
//!
//! Mirrors the edges that `Python/flowgraph.c` knows: the fall-through, jumps, and the handler of
//! each instruction.

use std::collections::{BTreeMap, HashMap};

use super::StageRow;
use super::graph::{block_facts, pass_rows};
use crate::bytecode::Opcode;
use crate::compiler::codegen::UnitStages;
use crate::compiler::flowgraph::cfg::{BlockId, Cfg};

/// The height of a row and the width of a character, in points at 100 %.
pub const ROW: f32 = 17.0;
const CHARACTER: f32 = 7.3;
/// Room around the text of a block, between blocks of a rank, and between ranks.
const PADDING: f32 = 8.0;
const BESIDE: f32 = 36.0;
const BELOW: f32 = 44.0;
/// A longer block shows its first rows and says how many follow.
const MOST_ROWS: usize = 24;
const LONGEST: usize = 44;

/// How control gets from one block to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EdgeKind {
    FallThrough,
    Jump,
    Exception,
}

/// A basic block with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    pub title: String,
    pub rows: Vec<StageRow>,
    /// Rows that are not shown.
    pub hidden: usize,
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub handler: bool,
    pub cold: bool,
}

/// A way from one block to another: indices of blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: EdgeKind,
    /// It leads up, to a block that was there before.
    pub back: bool,
}

/// The graph of one scope after one pass.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    pub blocks: Vec<Block>,
    pub edges: Vec<Edge>,
    pub width: f32,
    pub height: f32,
}

impl Picture {
    pub(super) fn new(unit: &UnitStages, pass: usize) -> Option<Self> {
        let cfg = &unit.cfg.get(pass)?.cfg;
        let order: Vec<BlockId> = cfg
            .order()
            .into_iter()
            .filter(|&block| !cfg[block].b_instr.is_empty())
            .collect();
        let mut rows = rows_of_blocks(unit, pass);
        let mut blocks: Vec<Block> = order
            .iter()
            .map(|&block| measured(cfg, block, rows.remove(&block.0).unwrap_or_default()))
            .collect();
        let edges = edges(cfg, &order);
        let (width, height) = place(&mut blocks, &edges);
        Some(Self {
            blocks,
            edges,
            width,
            height,
        })
    }
}

/// The rows of each block, as the list of the pass has them.
fn rows_of_blocks(unit: &UnitStages, pass: usize) -> BTreeMap<u32, Vec<StageRow>> {
    let mut found: BTreeMap<u32, Vec<StageRow>> = BTreeMap::new();
    let mut current = None;
    for row in pass_rows(unit, pass) {
        if row.indent == 0 {
            current = row
                .name
                .strip_prefix("block ")
                .and_then(|number| number.parse().ok());
        } else if let Some(number) = current {
            found.entry(number).or_default().push(row);
        }
    }
    found
}

fn measured(cfg: &Cfg, block: BlockId, mut rows: Vec<StageRow>) -> Block {
    let view = &cfg[block];
    let mut title = format!("block {}", block.0);
    for fact in block_facts(view) {
        if !fact.starts_with("falls") {
            title = format!("{title} · {fact}");
        }
    }
    let hidden = if rows.len() > MOST_ROWS {
        let hidden = rows.len() - (MOST_ROWS - 1);
        rows.truncate(MOST_ROWS - 1);
        hidden
    } else {
        0
    };
    let longest = rows
        .iter()
        .map(|row| row.name.chars().count() + row.text.chars().count() + 6)
        .chain([title.chars().count()])
        .max()
        .unwrap_or(0)
        .min(LONGEST);
    let lines = 1 + rows.len() + usize::from(hidden > 0);
    Block {
        title,
        hidden,
        x: 0.0,
        y: 0.0,
        width: longest as f32 * CHARACTER + 2.0 * PADDING,
        height: lines as f32 * ROW + 2.0 * PADDING,
        rows,
        handler: view.b_except_handler,
        cold: view.b_cold,
    }
}

fn edges(cfg: &Cfg, order: &[BlockId]) -> Vec<Edge> {
    let index: HashMap<BlockId, usize> = order
        .iter()
        .enumerate()
        .map(|(index, &block)| (block, index))
        .collect();
    let mut found: BTreeMap<(usize, usize), EdgeKind> = BTreeMap::new();
    for (from, &block) in order.iter().enumerate() {
        let view = &cfg[block];
        let mut add = |to: Option<BlockId>, kind: EdgeKind| {
            let to = cfg.next_nonempty_block(to);
            if let Some(&to) = to.and_then(|to| index.get(&to)) {
                let known = found.entry((from, to)).or_insert(kind);
                *known = kind.min(*known);
            }
        };
        if view.has_fallthrough() {
            add(view.b_next, EdgeKind::FallThrough);
        }
        for instr in &view.b_instr {
            let sets_up = matches!(
                instr.i_opcode,
                Opcode::SETUP_FINALLY | Opcode::SETUP_CLEANUP | Opcode::SETUP_WITH
            );
            if let Some(target) = instr.i_target {
                let kind = if sets_up {
                    EdgeKind::Exception
                } else {
                    EdgeKind::Jump
                };
                add(Some(target), kind);
            }
            if instr.i_except.is_some() {
                add(instr.i_except, EdgeKind::Exception);
            }
        }
    }
    found
        .into_iter()
        .map(|((from, to), kind)| Edge {
            from,
            to,
            kind,
            back: to <= from,
        })
        .collect()
}

/// Gives every block a place: ranks by the longest way from the entry, blocks of a rank side by
/// side near those that lead to them. Gives the size of it all.
fn place(blocks: &mut [Block], edges: &[Edge]) -> (f32, f32) {
    let mut rank = vec![0_usize; blocks.len()];
    // Edges are sorted by where they start, and forward ones lead to higher numbers.
    for edge in edges.iter().filter(|edge| !edge.back) {
        rank[edge.to] = rank[edge.to].max(rank[edge.from] + 1);
    }
    let mut ranks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (block, &rank) in rank.iter().enumerate() {
        ranks.entry(rank).or_default().push(block);
    }
    let mut leads_here: Vec<Vec<usize>> = vec![Vec::new(); blocks.len()];
    for edge in edges.iter().filter(|edge| !edge.back) {
        leads_here[edge.to].push(edge.from);
    }
    let mut y = PADDING;
    for row in ranks.values_mut() {
        // Where the blocks above would have it, handlers to the right.
        let wanted = |block: usize| {
            let above = &leads_here[block];
            let sum: f32 = above
                .iter()
                .map(|&from| blocks[from].x + blocks[from].width / 2.0)
                .sum();
            if above.is_empty() {
                0.0
            } else {
                sum / above.len() as f32
            }
        };
        row.sort_by(|&a, &b| {
            (blocks[a].handler, wanted(a))
                .partial_cmp(&(blocks[b].handler, wanted(b)))
                .unwrap_or(std::cmp::Ordering::Equal)
                .then(a.cmp(&b))
        });
        let wanted: Vec<f32> = row.iter().map(|&block| wanted(block)).collect();
        let mut x = 0.0_f32;
        let mut tallest = 0.0_f32;
        for (&block, wanted) in row.iter().zip(wanted) {
            let view = &mut blocks[block];
            view.x = x.max(wanted - view.width / 2.0);
            view.y = y;
            x = view.x + view.width + BESIDE;
            tallest = tallest.max(view.height);
        }
        y += tallest + BELOW;
    }
    let left = blocks.iter().map(|b| b.x).fold(f32::INFINITY, f32::min);
    // Edges that lead up run along the left side.
    let margin = if edges.iter().any(|edge| edge.back) {
        48.0
    } else {
        16.0
    };
    let mut width = 0.0_f32;
    for block in blocks.iter_mut() {
        block.x += margin - left;
        width = width.max(block.x + block.width);
    }
    (width + BESIDE, (y - BELOW + PADDING).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::Pipeline;
    use super::*;

    #[test]
    fn blocks_do_not_overlap_and_edges_lead_down() {
        let source = "def f(x):\n    for i in x:\n        try:\n            g(i)\n        except E:\n            break\n        if i: continue\n    else:\n        return 1\n    return 2\n";
        let pipeline = Pipeline::new(source, "f.py").expect("it is valid");
        let last = pipeline.passes(1).len() - 1;
        let picture = pipeline.picture(1, last).expect("the scope is there");
        assert!(picture.blocks.len() > 6);
        for (index, a) in picture.blocks.iter().enumerate() {
            for b in &picture.blocks[..index] {
                let apart = a.x + a.width <= b.x
                    || b.x + b.width <= a.x
                    || a.y + a.height <= b.y
                    || b.y + b.height <= a.y;
                assert!(apart, "{} and {}", a.title, b.title);
            }
        }
        for edge in &picture.edges {
            let (from, to) = (&picture.blocks[edge.from], &picture.blocks[edge.to]);
            assert_eq!(edge.back, from.y >= to.y, "{} to {}", from.title, to.title);
        }
        let kinds = |kind| picture.edges.iter().any(|edge| edge.kind == kind);
        assert!(kinds(EdgeKind::Exception) && kinds(EdgeKind::Jump));
        assert!(picture.edges.iter().any(|edge| edge.back));
    }
}
