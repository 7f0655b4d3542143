//! The live instructions of a new code object: the compiler's code with its counters set.
//!
//! Mirrors `_PyCode_Quicken` of `Python/specialize.c`.

use std::sync::atomic::AtomicU16;

use crate::bytecode::{CodeObject, Opcode};

/// A counter at its start: value 1, backoff 1, so that the second execution specializes.
pub const ADAPTIVE_WARMUP: u16 = (1 << 4) | 1;
/// The start of `JUMP_BACKWARD`'s counter, which this build never uses up.
const JUMP_BACKWARD_INITIAL: u16 = (16 << 4) | 4;
/// The start of the history of a conditional jump.
const BRANCH_HISTORY: u16 = 0x5555;

/// The code units with opcode in the low byte, oparg in the high byte, and fresh counters.
pub fn quickened(code: &CodeObject) -> Box<[AtomicU16]> {
    let mut units: Vec<u16> = code
        .co_code
        .iter()
        .map(|u| u16::from(u.opcode) | u16::from(u.oparg) << 8)
        .collect();
    let mut i = 0;
    while i < units.len() {
        let Some(opcode) = Opcode::from_number(units[i] & 0xff) else {
            break;
        };
        let caches = opcode.cache_entries();
        if caches > 0 {
            units[i + 1] = match opcode {
                Opcode::JUMP_BACKWARD => JUMP_BACKWARD_INITIAL,
                Opcode::POP_JUMP_IF_FALSE
                | Opcode::POP_JUMP_IF_TRUE
                | Opcode::POP_JUMP_IF_NONE
                | Opcode::POP_JUMP_IF_NOT_NONE => BRANCH_HISTORY,
                _ => ADAPTIVE_WARMUP,
            };
        }
        i += 1 + caches;
    }
    units.into_iter().map(AtomicU16::new).collect()
}
