//! Makes runs of `SWAP` short, and saves them where the stores that follow can change places.
//!
//! Mirrors `swaptimize` and `apply_static_swaps` in `Python/flowgraph.c`.

use super::cfg::{BlockId, Cfg, CfgInstr};
use super::notes::Rule;
use crate::bytecode::Opcode;

/// Replaces a run of swaps by the shortest one with the same effect; gives the index of the
/// run's last instruction.
///
/// The run is a permutation of the stack; each of its cycles takes one swap per element, with
/// one to spare when the top of the stack is part of the cycle.
pub(super) fn swaptimize(cfg: &mut Cfg, block: BlockId, start: usize) -> usize {
    let instrs = &mut cfg[block].b_instr;
    let run = instrs[start..]
        .iter()
        .take_while(|instr| matches!(instr.i_opcode, Opcode::SWAP | Opcode::NOP))
        .count();
    let instrs = &mut instrs[start..start + run];
    let is_swap = |instr: &&CfgInstr| instr.i_opcode == Opcode::SWAP;
    if instrs.iter().filter(is_swap).count() < 2 {
        return start;
    }
    let depth = instrs
        .iter()
        .filter(is_swap)
        .map(|instr| instr.i_oparg as usize)
        .max()
        .expect("there are at least two swaps");
    let mut stack: Vec<Option<usize>> = (0..depth).map(Some).collect();
    for instr in instrs.iter().filter(is_swap) {
        stack.swap(0, instr.i_oparg as usize - 1);
    }
    // The swaps are found in reverse order, so they are written from the end of the run.
    let mut free = run;
    for first in 0..depth {
        if stack[first].is_none_or(|from| from == first) {
            continue;
        }
        let mut at = first;
        loop {
            if at != 0 {
                free -= 1;
                instrs[free].set_op1(Opcode::SWAP, at as u32 + 1);
            }
            match stack[at].take() {
                Some(from) => at = from,
                None => break,
            }
        }
    }
    for instr in &mut instrs[..free] {
        instr.set_op0(Opcode::NOP);
    }
    let id = instrs[0].id;
    cfg.note(Rule::ShorterSwaps, id);
    start + run - 1
}

/// Whether it only pops the top and neither raises nor jumps.
fn is_swappable(instr: &CfgInstr) -> bool {
    matches!(
        instr.i_opcode,
        Opcode::STORE_FAST | Opcode::STORE_FAST_MAYBE_NULL | Opcode::POP_TOP
    )
}

/// The local that it stores to, if it does.
fn stores_to(instr: &CfgInstr) -> Option<u32> {
    matches!(
        instr.i_opcode,
        Opcode::STORE_FAST | Opcode::STORE_FAST_MAYBE_NULL
    )
    .then_some(instr.i_oparg)
}

/// The next instruction after `index` that pops the top, when nothing but NOPs lies between and
/// all belong to `lineno` (if given): else names would be bound in another order than the
/// lines say.
fn next_swappable(instrs: &[CfgInstr], index: usize, lineno: Option<i32>) -> Option<usize> {
    for (at, instr) in instrs.iter().enumerate().skip(index + 1) {
        if lineno.is_some_and(|lineno| lineno >= 0 && instr.i_loc.lineno != lineno) {
            return None;
        }
        if instr.i_opcode != Opcode::NOP {
            return is_swappable(instr).then_some(at);
        }
    }
    None
}

/// Exchanges stores instead of stack items, for the swaps that end at `index` and before.
pub(super) fn apply_static_swaps(cfg: &mut Cfg, block: BlockId, index: usize) {
    for swap in (0..=index).rev() {
        let instrs = &mut cfg[block].b_instr;
        let instr = instrs[swap];
        if instr.i_opcode != Opcode::SWAP {
            if instr.i_opcode == Opcode::NOP || is_swappable(&instr) {
                continue;
            }
            return;
        }
        let Some(first) = next_swappable(instrs, swap, None) else {
            return;
        };
        let lineno = instrs[first].i_loc.lineno;
        let mut second = first;
        for _ in 1..instr.i_oparg {
            match next_swappable(instrs, second, Some(lineno)) {
                Some(at) => second = at,
                None => return,
            }
        }
        // Stores to one name must keep their order.
        let names = [stores_to(&instrs[first]), stores_to(&instrs[second])];
        if names != [None, None] {
            if names[0] == names[1] {
                return;
            }
            let between = &instrs[first + 1..second];
            if between
                .iter()
                .filter_map(stores_to)
                .any(|name| names.contains(&Some(name)))
            {
                return;
            }
        }
        instrs[swap].set_op0(Opcode::NOP);
        instrs.swap(first, second);
        cfg.note(Rule::SwappedStores, instr.id);
    }
}
