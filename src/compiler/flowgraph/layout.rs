//! Puts the blocks into their last order: handlers to the end, conditional jumps forward; and
//! writes them down as a sequence again.
//!
//! Mirrors `push_cold_blocks_to_end`, `convert_pseudo_ops`, `normalize_jumps` and
//! `_PyCfg_ToInstructionSequence` in `Python/flowgraph.c`.

use super::cfg::{BlockId, Cfg};
use super::cleanup::{remove_redundant_nops, remove_redundant_nops_and_jumps};
use super::notes::Rule;
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::instruction_sequence::{ExceptHandlerInfo, Instruction, InstructionSequence};

/// Marks what normal control flow reaches (`mark_warm`).
fn mark_warm(cfg: &mut Cfg) {
    mark(cfg, vec![Cfg::ENTRY], |block| {
        block.b_warm = true;
    });
}

/// Marks what is reached from exception handlers alone (`mark_cold`).
fn mark_cold(cfg: &mut Cfg) {
    mark_warm(cfg);
    let handlers = cfg
        .order()
        .into_iter()
        .filter(|&block| cfg[block].b_except_handler)
        .collect();
    mark(cfg, handlers, |block| {
        block.b_cold = true;
    });
}

fn mark(cfg: &mut Cfg, from: Vec<BlockId>, set: impl Fn(&mut super::cfg::BasicBlock)) {
    let mut visited = vec![false; cfg.block_count()];
    let mut stack = from;
    for &block in &stack {
        visited[block.0 as usize] = true;
    }
    while let Some(block) = stack.pop() {
        set(&mut cfg[block]);
        let next = cfg[block].b_next.filter(|_| cfg[block].has_fallthrough());
        let jumps = cfg[block].b_instr.iter().filter(|instr| instr.is_jump());
        for target in next
            .into_iter()
            .chain(jumps.filter_map(|jump| jump.i_target))
        {
            // On the second walk what is warm already stays out.
            if !cfg[target].b_warm && !std::mem::replace(&mut visited[target.0 as usize], true) {
                stack.push(target);
            }
        }
    }
}

/// Moves what is reached from exception handlers alone behind everything else.
pub(super) fn push_cold_blocks_to_end(cfg: &mut Cfg) {
    if cfg[Cfg::ENTRY].b_next.is_none() {
        return;
    }
    mark_cold(cfg);
    for block in cfg.order() {
        if cfg[block].b_cold
            && cfg[block].has_fallthrough()
            && let Some(next) = cfg[block].b_next
            && cfg[next].b_warm
        {
            let jump = cfg.new_jump(Opcode::JUMP_NO_INTERRUPT, next, SourceLocation::NONE);
            cfg.note(Rule::ExplicitJump, jump.id);
            let explicit_jump = cfg.new_block();
            cfg[next].b_label = true;
            cfg[explicit_jump].b_instr.push(jump);
            cfg[explicit_jump].b_cold = true;
            cfg[explicit_jump].b_next = Some(next);
            cfg[explicit_jump].b_predecessors = 1;
            cfg[block].b_next = Some(explicit_jump);
        }
    }
    let (cold, others): (Vec<_>, Vec<_>) = cfg
        .order()
        .into_iter()
        .partition(|&block| cfg[block].b_cold);
    let has_cold = !cold.is_empty();
    let mut following = None;
    for block in others.into_iter().chain(cold).rev() {
        cfg[block].b_next = following;
        following = Some(block);
    }
    if has_cold {
        remove_redundant_nops_and_jumps(cfg);
    }
}

/// Replaces the pseudo-instructions that only the passes before this one need.
pub(super) fn convert_pseudo_ops(cfg: &mut Cfg) {
    for block in cfg.order() {
        for instr in &mut cfg[block].b_instr {
            if instr.i_opcode.is_block_push() {
                instr.set_op0(Opcode::NOP);
            } else if instr.i_opcode == Opcode::LOAD_CLOSURE {
                instr.i_opcode = Opcode::LOAD_FAST;
            } else if instr.i_opcode == Opcode::STORE_FAST_MAYBE_NULL {
                instr.i_opcode = Opcode::STORE_FAST;
            }
        }
    }
    remove_redundant_nops(cfg);
}

/// Makes all conditional jumps lead forward: one that leads back becomes the opposite test
/// around a jump back.
pub(super) fn normalize_jumps(cfg: &mut Cfg) {
    let mut visited = vec![false; cfg.block_count()];
    for block in cfg.order() {
        visited[block.0 as usize] = true;
        let Some(&last) = cfg[block].last_instr() else {
            continue;
        };
        if !last.is_jump() || last.i_opcode.is_unconditional_jump() {
            continue;
        }
        let target = last.i_target.expect("a jump has a target");
        if !visited[target.0 as usize] {
            continue;
        }
        let reversed = match last.i_opcode {
            Opcode::POP_JUMP_IF_NOT_NONE => Opcode::POP_JUMP_IF_NONE,
            Opcode::POP_JUMP_IF_NONE => Opcode::POP_JUMP_IF_NOT_NONE,
            Opcode::POP_JUMP_IF_FALSE => Opcode::POP_JUMP_IF_TRUE,
            Opcode::POP_JUMP_IF_TRUE => Opcode::POP_JUMP_IF_FALSE,
            // FOR_ITER and SEND always lead forward.
            _ => continue,
        };
        cfg.note(Rule::BackwardJump, last.id);
        let jump = cfg.new_jump(Opcode::JUMP, target, last.i_loc);
        let backwards_jump = cfg.new_block();
        let next = cfg[block].b_next;
        cfg[backwards_jump].b_instr.push(jump);
        cfg[backwards_jump].b_cold = cfg[block].b_cold;
        cfg[backwards_jump].b_next = next;
        let test = cfg[block].b_instr.last_mut().expect("seen above");
        test.i_opcode = reversed;
        test.i_target = next;
        cfg[block].b_next = Some(backwards_jump);
    }
}

/// Writes the blocks one after the other.
pub(super) fn to_instruction_sequence(cfg: &Cfg) -> InstructionSequence {
    let mut seq = InstructionSequence::new();
    let order = cfg.order();
    let mut labels = vec![None; cfg.block_count()];
    for &block in &order {
        labels[block.0 as usize] = Some(seq.new_label());
    }
    let label_of = |block: BlockId| labels[block.0 as usize].expect("a target is in the order");
    for &block in &order {
        seq.use_label(label_of(block));
        for instr in &cfg[block].b_instr {
            let handler = instr.i_except.map(|handler| ExceptHandlerInfo {
                label: label_of(handler).0,
                startdepth: cfg[handler].b_startdepth.unwrap_or(0),
                preserve_lasti: cfg[handler].b_preserve_lasti,
            });
            seq.push(Instruction {
                opcode: instr.i_opcode,
                oparg: instr
                    .i_target
                    .map_or(instr.i_oparg, |target| label_of(target).0),
                loc: instr.i_loc,
                handler,
            });
        }
    }
    seq.apply_label_map();
    seq
}
