//! Which handler catches an exception at each instruction.
//!
//! Mirrors `mark_except_handlers` and `label_exception_targets` in `Python/flowgraph.c`.

use std::rc::Rc;

use super::cfg::{BlockId, Cfg};
use crate::bytecode::Opcode;

/// The bit of `RESUME` that says that only the generator's own handler encloses it
/// (`RESUME_OPARG_DEPTH1_MASK`).
const RESUME_OPARG_DEPTH1_MASK: u32 = 4;
/// `RESUME_AT_FUNC_START`.
const RESUME_AT_FUNC_START: u32 = 0;

/// The protected blocks around an instruction, innermost first; copies share their tails.
struct ExceptStack {
    handler: BlockId,
    outer: Option<Rc<Self>>,
    depth: u32,
}

/// Marks the blocks where exception handlers start.
pub(super) fn mark_except_handlers(cfg: &mut Cfg) {
    for block in cfg.order() {
        let instrs = std::mem::take(&mut cfg[block].b_instr);
        for instr in instrs.iter().filter(|instr| instr.i_opcode.is_block_push()) {
            let target = instr.i_target.expect("a block push has a target");
            cfg[target].b_except_handler = true;
        }
        cfg[block].b_instr = instrs;
    }
}

/// Follows the block pushes and pops and notes at each instruction where its exceptions go.
pub(super) fn label_exception_targets(cfg: &mut Cfg) {
    let mut visited = vec![false; cfg.block_count()];
    let mut todo: Vec<(BlockId, Option<Rc<ExceptStack>>)> = vec![(Cfg::ENTRY, None)];
    visited[Cfg::ENTRY.0 as usize] = true;
    while let Some((block, mut stack)) = todo.pop() {
        let mut last_yield_except_depth = 0;
        let mut reach = |target: BlockId, stack: &Option<Rc<ExceptStack>>| {
            if !std::mem::replace(&mut visited[target.0 as usize], true) {
                todo.push((target, stack.clone()));
            }
        };
        let mut instrs = std::mem::take(&mut cfg[block].b_instr);
        for instr in &mut instrs {
            let handler = stack.as_ref().map(|top| top.handler);
            if instr.i_opcode.is_block_push() {
                let target = instr.i_target.expect("a block push has a target");
                reach(target, &stack);
                if matches!(instr.i_opcode, Opcode::SETUP_WITH | Opcode::SETUP_CLEANUP) {
                    cfg[target].b_preserve_lasti = true;
                }
                stack = Some(Rc::new(ExceptStack {
                    handler: target,
                    depth: stack.as_ref().map_or(0, |outer| outer.depth) + 1,
                    outer: stack,
                }));
            } else if instr.i_opcode == Opcode::POP_BLOCK {
                stack = stack.and_then(|top| top.outer.clone());
                instr.set_op0(Opcode::NOP);
            } else if instr.is_jump() {
                instr.i_except = handler;
                reach(instr.i_target.expect("a jump has a target"), &stack);
            } else {
                instr.i_except = handler;
                if instr.i_opcode == Opcode::YIELD_VALUE {
                    last_yield_except_depth = stack.as_ref().map_or(0, |top| top.depth);
                } else if instr.i_opcode == Opcode::RESUME && instr.i_oparg != RESUME_AT_FUNC_START
                {
                    if last_yield_except_depth == 1 {
                        instr.i_oparg |= RESUME_OPARG_DEPTH1_MASK;
                    }
                    last_yield_except_depth = 0;
                }
            }
        }
        cfg[block].b_instr = instrs;
        if cfg[block].has_fallthrough()
            && let Some(next) = cfg[block].b_next
        {
            reach(next, &stack);
        }
    }
}
