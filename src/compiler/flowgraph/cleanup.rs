//! Takes out what does nothing: blocks without a way in, redundant jumps, NOPs and pairs; and
//! copies small exits into the place of a jump.
//!
//! Mirrors `inline_small_or_no_lineno_blocks`, `remove_unreachable`,
//! `remove_redundant_nops_and_pairs` and their kin in `Python/flowgraph.c`.

use super::cfg::{BlockId, Cfg};
use super::notes::Rule;
use crate::base::SourceLocation;
use crate::bytecode::Opcode;

/// An exit block of at most so many instructions is copied (`MAX_COPY_SIZE`).
const MAX_COPY_SIZE: usize = 4;

/// Replaces jumps to small exits, and to blocks without lines, by a copy of the block; again
/// and again until there is nothing left to do.
pub(super) fn inline_small_or_no_lineno_blocks(cfg: &mut Cfg) {
    let order = cfg.order();
    loop {
        let mut changed = false;
        for &block in &order {
            changed |= inline_into(cfg, block);
        }
        if !changed {
            return;
        }
    }
}

/// Whether the jump at the end of the block was replaced
/// (`basicblock_inline_small_or_no_lineno_blocks`).
fn inline_into(cfg: &mut Cfg, block: BlockId) -> bool {
    let Some(&last) = cfg[block].last_instr() else {
        return false;
    };
    if !last.i_opcode.is_unconditional_jump() {
        return false;
    }
    let target = last.i_target.expect("a jump has a target");
    let small_exit = cfg[target].exits_scope() && cfg[target].b_instr.len() <= MAX_COPY_SIZE;
    let no_lineno_no_fallthrough = cfg[target].has_no_lineno() && !cfg[target].has_fallthrough();
    if !small_exit && !no_lineno_no_fallthrough {
        return false;
    }
    cfg.note(
        if small_exit {
            Rule::InlinedExit
        } else {
            Rule::InlinedNoLine
        },
        last.id,
    );
    let copies = cfg.copies_of(target);
    let instrs = &mut cfg[block].b_instr;
    let jump = instrs.last_mut().expect("seen above");
    jump.set_op0(Opcode::NOP);
    instrs.extend(copies);
    if no_lineno_no_fallthrough {
        let new_last = instrs.last_mut().expect("the copy is not empty");
        // A loop must stay interruptible: the jump that was replaced was.
        if new_last.i_opcode.is_unconditional_jump() && last.i_opcode == Opcode::JUMP {
            new_last.i_opcode = Opcode::JUMP;
        }
    }
    // The ways into the blocks are counted by `remove_unreachable`, after this.
    true
}

/// Counts the ways into each block and empties those that have none.
pub(super) fn remove_unreachable(cfg: &mut Cfg) {
    for block in cfg.blocks_mut() {
        block.b_predecessors = 0;
    }
    let mut visited = vec![false; cfg.block_count()];
    let mut stack = vec![Cfg::ENTRY];
    visited[Cfg::ENTRY.0 as usize] = true;
    cfg[Cfg::ENTRY].b_predecessors = 1;
    while let Some(block) = stack.pop() {
        let mut reach = |cfg: &mut Cfg, target: BlockId| {
            cfg[target].b_predecessors += 1;
            if !std::mem::replace(&mut visited[target.0 as usize], true) {
                stack.push(target);
            }
        };
        if cfg[block].has_fallthrough()
            && let Some(next) = cfg[block].b_next
        {
            reach(cfg, next);
        }
        let instrs = std::mem::take(&mut cfg[block].b_instr);
        for target in instrs.iter().filter_map(|instr| instr.i_target) {
            reach(cfg, target);
        }
        cfg[block].b_instr = instrs;
    }
    for block in cfg.order() {
        if cfg[block].b_predecessors == 0 {
            if cfg.keeps_notes() {
                for instr in cfg[block].b_instr.clone() {
                    cfg.note(Rule::Unreachable, instr.id);
                }
            }
            cfg[block].b_instr.clear();
            cfg[block].b_except_handler = false;
        }
    }
}

/// Takes NOPs out of a block where no line is lost (`basic_block_remove_redundant_nops`).
fn remove_redundant_nops_in_block(cfg: &mut Cfg, block: BlockId) {
    if cfg[block]
        .b_instr
        .iter()
        .all(|instr| instr.i_opcode != Opcode::NOP)
    {
        return;
    }
    let mut instrs = std::mem::take(&mut cfg[block].b_instr);
    let mut kept = 0;
    let mut prev_lineno = -1;
    for index in 0..instrs.len() {
        let lineno = instrs[index].i_loc.lineno;
        if instrs[index].i_opcode == Opcode::NOP {
            let redundant = if lineno == SourceLocation::NONE.lineno || prev_lineno == lineno {
                true
            } else if index + 1 < instrs.len() {
                let next_lineno = instrs[index + 1].i_loc.lineno;
                if next_lineno == SourceLocation::NONE.lineno {
                    instrs[index + 1].i_loc = instrs[index].i_loc;
                    true
                } else {
                    next_lineno == lineno
                }
            } else {
                // The block itself is taken apart here, so it must not find itself: it cannot,
                // the search starts behind it.
                cfg.next_nonempty_block(cfg[block].b_next)
                    .is_some_and(|next| {
                        let first = cfg[next].b_instr.iter().find(|instr| {
                            instr.i_opcode != Opcode::NOP || !instr.has_no_location()
                        });
                        first.map_or(SourceLocation::NONE.lineno, |instr| instr.i_loc.lineno)
                            == lineno
                    })
            };
            if redundant {
                cfg.note(Rule::RedundantNop, instrs[index].id);
                continue;
            }
        }
        instrs[kept] = instrs[index];
        kept += 1;
        prev_lineno = lineno;
    }
    instrs.truncate(kept);
    cfg[block].b_instr = instrs;
}

/// Takes out NOPs where no line is lost.
pub(super) fn remove_redundant_nops(cfg: &mut Cfg) {
    for block in cfg.order() {
        remove_redundant_nops_in_block(cfg, block);
    }
}

/// Takes out NOPs, and pairs that push a value and drop it.
pub(super) fn remove_redundant_nops_and_pairs(cfg: &mut Cfg) {
    let order = cfg.order();
    let mut done = false;
    while !done {
        done = true;
        // The last instruction on a straight way to here.
        let mut prev: Option<(BlockId, usize)> = None;
        for &block in &order {
            remove_redundant_nops_in_block(cfg, block);
            if cfg[block].b_label {
                prev = None;
            }
            for index in 0..cfg[block].b_instr.len() {
                if cfg[block].b_instr[index].i_opcode == Opcode::POP_TOP
                    && let Some((prev_block, prev_index)) = prev
                {
                    let push = cfg[prev_block].b_instr[prev_index];
                    if push.i_opcode == Opcode::LOAD_CONST
                        || push.i_opcode == Opcode::COPY && push.i_oparg == 1
                    {
                        cfg.note(Rule::PushAndPop, push.id);
                        cfg[prev_block].b_instr[prev_index].set_op0(Opcode::NOP);
                        cfg[block].b_instr[index].set_op0(Opcode::NOP);
                        done = false;
                    }
                }
                prev = Some((block, index));
            }
            let after_jump = prev.is_some_and(|(block, index)| cfg[block].b_instr[index].is_jump());
            if after_jump || !cfg[block].has_fallthrough() {
                prev = None;
            }
        }
    }
}

/// Turns jumps to what comes next anyway into NOPs; says whether there were any.
fn remove_redundant_jumps(cfg: &mut Cfg) -> bool {
    let mut changed = false;
    for block in cfg.order() {
        let Some(&last) = cfg[block].last_instr() else {
            continue;
        };
        if !last.i_opcode.is_unconditional_jump() {
            continue;
        }
        let target = cfg.next_nonempty_block(last.i_target);
        if target == cfg.next_nonempty_block(cfg[block].b_next) {
            cfg.note(Rule::RedundantJump, last.id);
            cfg[block]
                .b_instr
                .last_mut()
                .expect("seen above")
                .set_op0(Opcode::NOP);
            changed = true;
        }
    }
    changed
}

/// Takes out NOPs and jumps until nothing is redundant.
pub(super) fn remove_redundant_nops_and_jumps(cfg: &mut Cfg) {
    loop {
        remove_redundant_nops(cfg);
        if !remove_redundant_jumps(cfg) {
            return;
        }
    }
}
