//! How deep the evaluation stack gets.
//!
//! Mirrors `calculate_stackdepth` in `Python/flowgraph.c`.

use super::cfg::{BlockId, Cfg};

/// Notes the depth at the start of each block and gives the greatest depth.
///
/// Panics when two ways into a block disagree, or the stack underflows: code generation is
/// wrong then.
pub(super) fn calculate_stackdepth(cfg: &mut Cfg) -> u32 {
    fn push(cfg: &mut Cfg, stack: &mut Vec<BlockId>, block: BlockId, depth: i32) {
        let depth = u32::try_from(depth).expect("the stack does not underflow");
        match cfg[block].b_startdepth {
            None => {
                cfg[block].b_startdepth = Some(depth);
                stack.push(block);
            }
            Some(known) => assert_eq!(known, depth, "all ways into a block agree on the depth"),
        }
    }
    for block in cfg.blocks_mut() {
        block.b_startdepth = None;
    }
    let mut maxdepth = 0;
    let mut stack = Vec::new();
    push(cfg, &mut stack, Cfg::ENTRY, 0);
    while let Some(block) = stack.pop() {
        let mut depth = cfg[block].b_startdepth.unwrap_or(0) as i32;
        let mut next = cfg[block].b_next;
        let instrs = std::mem::take(&mut cfg[block].b_instr);
        for instr in &instrs {
            let oparg = instr.i_oparg as i32;
            if let Some(target) = instr.i_target {
                let at_target = depth + instr.i_opcode.stack_effect(oparg, true);
                maxdepth = maxdepth.max(at_target);
                push(cfg, &mut stack, target, at_target);
            }
            depth += instr.i_opcode.stack_effect(oparg, false);
            assert!(depth >= 0, "the stack does not underflow");
            maxdepth = maxdepth.max(depth);
            if instr.i_opcode.is_unconditional_jump() || instr.i_opcode.is_scope_exit() {
                next = None;
                break;
            }
        }
        cfg[block].b_instr = instrs;
        if let Some(next) = next {
            push(cfg, &mut stack, next, depth);
        }
    }
    maxdepth as u32
}
