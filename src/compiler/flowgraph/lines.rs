//! Gives a line to instructions that have none, so that the line of a frame is always known.
//!
//! Mirrors `resolve_line_numbers` in `Python/flowgraph.c`.

use super::cfg::{BasicBlock, BlockId, Cfg};
use super::notes::Rule;
use crate::base::SourceLocation;

/// Spreads known lines to the instructions without one.
pub(super) fn resolve_line_numbers(cfg: &mut Cfg) {
    duplicate_exits_without_lineno(cfg);
    propagate_line_numbers(cfg);
}

fn is_exit_or_eval_check_without_lineno(block: &BasicBlock) -> bool {
    (block.exits_scope() || block.has_eval_break()) && block.has_no_lineno()
}

/// Copies exits without a line so that each has one way in, and gives each the line of that way.
///
/// While a frame runs nobody keeps its line, so each instruction that can leave it must have
/// one (PEP 626).
fn duplicate_exits_without_lineno(cfg: &mut Cfg) {
    let mut at = Some(Cfg::ENTRY);
    while let Some(block) = at {
        if let Some(&last) = cfg[block].last_instr()
            && last.is_jump()
            && let Some(target) = cfg.next_nonempty_block(last.i_target)
            && is_exit_or_eval_check_without_lineno(&cfg[target])
            && cfg[target].b_predecessors > 1
        {
            cfg.note(Rule::DuplicatedExit, last.id);
            let new_target = copy_block(cfg, target);
            cfg[new_target].b_instr[0].i_loc = last.i_loc;
            cfg[new_target].b_predecessors = 1;
            cfg[new_target].b_label = true;
            cfg[new_target].b_next = cfg[target].b_next;
            cfg[target].b_next = Some(new_target);
            cfg[target].b_predecessors -= 1;
            let jump = cfg[block].b_instr.last_mut().expect("seen above");
            jump.i_target = Some(new_target);
        }
        at = cfg[block].b_next;
    }
    // What is left can only be entered by falling through, from one block.
    for block in cfg.order() {
        if cfg[block].has_fallthrough()
            && let Some(next) = cfg[block].b_next
            && let Some(&last) = cfg[block].last_instr()
            && is_exit_or_eval_check_without_lineno(&cfg[next])
        {
            cfg[next].b_instr[0].i_loc = last.i_loc;
        }
    }
}

/// A copy of the instructions in a block of their own (`copy_basicblock`).
fn copy_block(cfg: &mut Cfg, block: BlockId) -> BlockId {
    let copies = cfg.copies_of(block);
    let new = cfg.new_block();
    cfg[new].b_instr = copies;
    new
}

/// Within a block, and into blocks with one way in, an instruction takes the line before it.
fn propagate_line_numbers(cfg: &mut Cfg) {
    fn give(block: &mut BasicBlock, loc: SourceLocation) {
        if block.b_predecessors == 1
            && let Some(first) = block.b_instr.first_mut()
            && first.has_no_location()
        {
            first.i_loc = loc;
        }
    }
    for block in cfg.order() {
        let mut loc = SourceLocation::NONE;
        for instr in &mut cfg[block].b_instr {
            if instr.has_no_location() {
                instr.i_loc = loc;
            } else {
                loc = instr.i_loc;
            }
        }
        let Some(&last) = cfg[block].last_instr() else {
            continue;
        };
        if cfg[block].has_fallthrough()
            && let Some(next) = cfg[block].b_next
        {
            give(&mut cfg[next], loc);
        }
        if last.is_jump() {
            let target = last.i_target.expect("a jump has a target");
            give(&mut cfg[target], loc);
        }
    }
}
