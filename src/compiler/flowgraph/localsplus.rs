//! Numbers the slots of a frame, and puts what fills them at the start of the code.
//!
//! Mirrors `prepare_localsplus` in `Python/flowgraph.c` and `compute_localsplus_info` in
//! `Python/assemble.c`.

use std::sync::Arc;

use super::cfg::Cfg;
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::bytecode::code::{LocalKind, flags};
use crate::compiler::instruction_sequence::CompilationUnitMetadata;

/// Inserts `COPY_FREE_VARS`, `MAKE_CELL` and `RETURN_GENERATOR`, and changes the numbers of
/// cells and free variables into slots.
pub fn prepare_localsplus(cfg: &mut Cfg, umd: &CompilationUnitMetadata, code_flags: u32) {
    let mut fixed = build_cellfixedoffsets(umd);
    // This comes first, as the new instructions need their slots too.
    insert_prefix_instructions(cfg, umd, &fixed, code_flags);
    fix_cell_offsets(cfg, umd, &mut fixed);
}

/// For each cell, then each free variable, its slot; a cell that is a parameter or local shares
/// that one's slot.
fn build_cellfixedoffsets(umd: &CompilationUnitMetadata) -> Vec<u32> {
    let nlocals = umd.u_varnames.len() as u32;
    let cells = umd.u_cellvars.values().iter().enumerate();
    let mut fixed: Vec<u32> = cells
        .map(|(cell, name)| umd.u_varnames.get(name).unwrap_or(nlocals + cell as u32))
        .collect();
    let nfixed = fixed.len() + umd.u_freevars.len();
    while fixed.len() < nfixed {
        fixed.push(nlocals + fixed.len() as u32);
    }
    fixed
}

fn insert_prefix_instructions(
    cfg: &mut Cfg,
    umd: &CompilationUnitMetadata,
    fixed: &[u32],
    code_flags: u32,
) {
    let mut prefix = Vec::new();
    let nfreevars = umd.u_freevars.len() as u32;
    if nfreevars > 0 {
        prefix.push(cfg.new_instr(Opcode::COPY_FREE_VARS, nfreevars, SourceLocation::NONE));
    }
    let mut cells: Vec<u32> = (0..umd.u_cellvars.len() as u32).collect();
    cells.sort_by_key(|&cell| fixed[cell as usize]);
    for cell in cells {
        prefix.push(cfg.new_instr(Opcode::MAKE_CELL, cell, SourceLocation::NONE));
    }
    let generator = flags::CO_GENERATOR | flags::CO_COROUTINE | flags::CO_ASYNC_GENERATOR;
    if code_flags & generator != 0 {
        let line = umd.u_firstlineno;
        let loc = SourceLocation::new(line, -1, line, -1);
        // RETURN_GENERATOR pushes what the first send() gives, and POP_TOP drops it.
        prefix.push(cfg.new_instr(Opcode::RETURN_GENERATOR, 0, loc));
        prefix.push(cfg.new_instr(Opcode::POP_TOP, 0, loc));
    }
    cfg[Cfg::ENTRY].b_instr.splice(..0, prefix);
}

fn fix_cell_offsets(cfg: &mut Cfg, umd: &CompilationUnitMetadata, fixed: &mut [u32]) {
    let nlocals = umd.u_varnames.len() as u32;
    let mut dropped = 0;
    for (index, slot) in fixed.iter_mut().enumerate() {
        if *slot == nlocals + index as u32 {
            *slot -= dropped;
        } else {
            dropped += 1;
        }
    }
    for block in cfg.order() {
        for instr in &mut cfg[block].b_instr {
            if matches!(
                instr.i_opcode,
                Opcode::MAKE_CELL
                    | Opcode::LOAD_CLOSURE
                    | Opcode::LOAD_DEREF
                    | Opcode::STORE_DEREF
                    | Opcode::DELETE_DEREF
                    | Opcode::LOAD_FROM_DICT_OR_DEREF
            ) {
                instr.i_oparg = fixed[instr.i_oparg as usize];
            }
        }
    }
}

/// Names and kinds of all slots.
pub fn compute_localsplus_info(umd: &CompilationUnitMetadata) -> (Vec<Arc<str>>, Vec<LocalKind>) {
    let mut names = Vec::new();
    let mut kinds = Vec::new();
    for name in umd.u_varnames.values() {
        let mut kind = LocalKind::LOCAL;
        if umd.u_fasthidden.get(name).is_some() {
            kind = kind.union(LocalKind::HIDDEN);
        }
        if umd.u_cellvars.get(name).is_some() {
            kind = kind.union(LocalKind::CELL);
        }
        names.push(Arc::clone(name));
        kinds.push(kind);
    }
    for name in umd.u_cellvars.values() {
        if umd.u_varnames.get(name).is_none() {
            names.push(Arc::clone(name));
            kinds.push(LocalKind::CELL);
        }
    }
    for name in umd.u_freevars.values() {
        names.push(Arc::clone(name));
        kinds.push(LocalKind::FREE);
    }
    (names, kinds)
}
