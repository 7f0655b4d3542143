//! Finds loads of locals that may be unbound, and joins pairs of loads and stores.
//!
//! Mirrors `add_checks_for_loads_of_uninitialized_variables` and `insert_superinstructions` in
//! `Python/flowgraph.c`.

use super::cfg::{BlockId, Cfg};
use super::cleanup::remove_redundant_nops;
use super::notes::Rule;
use crate::bytecode::Opcode;

/// So many locals are followed through the whole graph; the rest within each block alone.
const FOLLOWED: usize = 64;

/// Turns `LOAD_FAST` into `LOAD_FAST_CHECK` where the local may be unbound.
pub(super) fn add_checks_for_loads_of_uninitialized_variables(
    cfg: &mut Cfg,
    nlocals: usize,
    nparams: usize,
) {
    if nlocals == 0 {
        return;
    }
    if nlocals > FOLLOWED {
        fast_scan_many_locals(cfg, nlocals);
    }
    let mut work = Work {
        stack: Vec::new(),
        on_stack: vec![false; cfg.block_count()],
    };
    let start_mask = (nparams..nlocals.min(FOLLOWED)).fold(0, |mask, local| mask | 1 << local);
    work.push(cfg, Cfg::ENTRY, start_mask);
    for block in cfg.order() {
        scan_block_for_locals(cfg, block, &mut work);
    }
    while let Some(block) = work.stack.pop() {
        work.on_stack[block.0 as usize] = false;
        scan_block_for_locals(cfg, block, &mut work);
    }
}

/// The blocks that have learned something new.
struct Work {
    stack: Vec<BlockId>,
    on_stack: Vec<bool>,
}

impl Work {
    /// Looks at the block again if the mask says something new about its start (`maybe_push`).
    fn push(&mut self, cfg: &mut Cfg, block: BlockId, unsafe_mask: u64) {
        let both = cfg[block].b_unsafe_locals_mask | unsafe_mask;
        if cfg[block].b_unsafe_locals_mask != both {
            cfg[block].b_unsafe_locals_mask = both;
            if !std::mem::replace(&mut self.on_stack[block.0 as usize], true) {
                self.stack.push(block);
            }
        }
    }
}

fn scan_block_for_locals(cfg: &mut Cfg, block: BlockId, work: &mut Work) {
    let mut unsafe_mask = cfg[block].b_unsafe_locals_mask;
    let mut instrs = std::mem::take(&mut cfg[block].b_instr);
    for instr in &mut instrs {
        if let Some(handler) = instr.i_except {
            work.push(cfg, handler, unsafe_mask);
        }
        if instr.i_oparg as usize >= FOLLOWED {
            continue;
        }
        let bit = 1_u64 << instr.i_oparg;
        match instr.i_opcode {
            Opcode::DELETE_FAST | Opcode::LOAD_FAST_AND_CLEAR | Opcode::STORE_FAST_MAYBE_NULL => {
                unsafe_mask |= bit;
            }
            // A load that does not raise proves that the local is bound.
            Opcode::STORE_FAST | Opcode::LOAD_FAST_CHECK => unsafe_mask &= !bit,
            Opcode::LOAD_FAST => {
                if unsafe_mask & bit != 0 {
                    instr.i_opcode = Opcode::LOAD_FAST_CHECK;
                    cfg.note(Rule::MayBeUnbound, instr.id);
                }
                unsafe_mask &= !bit;
            }
            _ => {}
        }
    }
    cfg[block].b_instr = instrs;
    if cfg[block].has_fallthrough()
        && let Some(next) = cfg[block].b_next
    {
        work.push(cfg, next, unsafe_mask);
    }
    if let Some(&last) = cfg[block].last_instr()
        && last.is_jump()
    {
        let target = last.i_target.expect("a jump has a target");
        work.push(cfg, target, unsafe_mask);
    }
}

/// Looks at each block for itself, for the locals from the 65th on.
fn fast_scan_many_locals(cfg: &mut Cfg, nlocals: usize) {
    // The last block in which the local was seen to be bound; blocks count from 1.
    let mut bound_in = vec![0; nlocals - FOLLOWED];
    for (number, block) in cfg.order().into_iter().enumerate() {
        for index in 0..cfg[block].b_instr.len() {
            let instr = cfg[block].b_instr[index];
            let Some(local) = (instr.i_oparg as usize).checked_sub(FOLLOWED) else {
                continue;
            };
            match instr.i_opcode {
                Opcode::DELETE_FAST
                | Opcode::LOAD_FAST_AND_CLEAR
                | Opcode::STORE_FAST_MAYBE_NULL => bound_in[local] = number,
                Opcode::STORE_FAST => bound_in[local] = number + 1,
                Opcode::LOAD_FAST => {
                    if bound_in[local] != number + 1 {
                        cfg[block].b_instr[index].i_opcode = Opcode::LOAD_FAST_CHECK;
                        cfg.note(Rule::MayBeUnbound, instr.id);
                    }
                    bound_in[local] = number + 1;
                }
                _ => {}
            }
        }
    }
}

/// Joins neighboring loads and stores of the first sixteen locals.
pub(super) fn insert_superinstructions(cfg: &mut Cfg) {
    for block in cfg.order() {
        for index in 1..cfg[block].b_instr.len() {
            let instrs = &mut cfg[block].b_instr;
            let (first, second) = (instrs[index - 1], instrs[index]);
            let joined = match (first.i_opcode, second.i_opcode) {
                (Opcode::LOAD_FAST, Opcode::LOAD_FAST) => Opcode::LOAD_FAST_LOAD_FAST,
                (Opcode::STORE_FAST, Opcode::LOAD_FAST) => Opcode::STORE_FAST_LOAD_FAST,
                (Opcode::STORE_FAST, Opcode::STORE_FAST) => Opcode::STORE_FAST_STORE_FAST,
                _ => continue,
            };
            let (line, next_line) = (first.i_loc.lineno, second.i_loc.lineno);
            let two_lines = line >= 0 && next_line >= 0 && line != next_line;
            if two_lines || first.i_oparg >= 16 || second.i_oparg >= 16 {
                continue;
            }
            instrs[index - 1].set_op1(joined, first.i_oparg << 4 | second.i_oparg);
            instrs[index].set_op0(Opcode::NOP);
            cfg.note(Rule::SuperInstruction, first.id);
        }
    }
    remove_redundant_nops(cfg);
}
