//! From the laid-out instructions to a code object: jump distances, bytes, tables.
//!
//! Mirrors `Python/assemble.c`, and `optimize_and_assemble_code_unit` in `Python/compile.c`.

use std::sync::Arc;

use super::flowgraph::cfg::Cfg;
use super::flowgraph::localsplus::compute_localsplus_info;
use super::flowgraph::notes::CfgStage;
use super::flowgraph::{optimize_code_unit, optimized_cfg_to_instruction_sequence};
use super::instruction_sequence::{
    CompilationUnitMetadata, ExceptHandlerInfo, Instruction, InstructionSequence,
};
use crate::base::SourceLocation;
use crate::bytecode::code::flags;
use crate::bytecode::exception_table::{self, ExceptionTableEntry};
use crate::bytecode::locations::LocationTableWriter;
use crate::bytecode::{CodeObject, CodeUnit, Constant, Opcode};

/// Makes the code object of one scope from the instructions that code generation wrote.
///
/// With `stages` the graph after each pass is kept there.
pub fn optimize_and_assemble(
    seq: InstructionSequence,
    umd: CompilationUnitMetadata,
    code_flags: u32,
    filename: &Arc<str>,
    mut stages: Option<&mut Vec<CfgStage>>,
) -> CodeObject {
    let mut umd = umd;
    let mut cfg = Cfg::from_instruction_sequence(seq);
    let star_params = [flags::CO_VARARGS, flags::CO_VARKEYWORDS]
        .iter()
        .filter(|&&flag| code_flags & flag != 0)
        .count();
    let nparams = (umd.u_posonlyargcount + umd.u_argcount + umd.u_kwonlyargcount) as usize;
    let consts = optimize_code_unit(
        &mut cfg,
        std::mem::take(&mut umd.u_consts),
        umd.u_varnames.len(),
        nparams + star_params,
        stages.as_deref_mut(),
    );
    let (instrs, stackdepth) =
        optimized_cfg_to_instruction_sequence(&mut cfg, &umd, &consts, code_flags, stages);
    make_code_object(instrs, &umd, consts, stackdepth, code_flags, filename)
}

/// Assembles instructions whose jumps hold the index of their target
/// (`_PyAssemble_MakeCodeObject`).
pub fn make_code_object(
    mut instrs: InstructionSequence,
    umd: &CompilationUnitMetadata,
    consts: Vec<Constant>,
    stackdepth: u32,
    code_flags: u32,
    filename: &Arc<str>,
) -> CodeObject {
    resolve_unconditional_jumps(instrs.instrs_mut());
    let offsets = resolve_jump_offsets(instrs.instrs_mut());
    resolve_next_locations(instrs.instrs_mut());
    let instrs = instrs.instrs();
    let (names, kinds) = compute_localsplus_info(umd);
    CodeObject {
        co_name: Arc::clone(&umd.u_name),
        co_qualname: Arc::clone(&umd.u_qualname),
        co_filename: Arc::clone(filename),
        co_argcount: umd.u_posonlyargcount + umd.u_argcount,
        co_posonlyargcount: umd.u_posonlyargcount,
        co_kwonlyargcount: umd.u_kwonlyargcount,
        co_flags: code_flags,
        // The evaluation loop always needs one place.
        co_stacksize: stackdepth.max(1),
        co_firstlineno: umd.u_firstlineno,
        co_code: assemble_code(instrs),
        co_consts: consts.into(),
        co_names: umd.u_names.values().into(),
        co_localsplusnames: names.into(),
        co_localspluskinds: kinds.into(),
        co_exceptiontable: assemble_exception_table(instrs, &offsets),
        co_linetable: assemble_location_info(instrs, umd.u_firstlineno),
    }
}

/// How many code units the instruction takes, with its prefixes and inline cache.
fn instr_size(opcode: Opcode, oparg: u32) -> u32 {
    extended_args(oparg) + 1 + opcode.cache_entries() as u32
}

/// How many `EXTENDED_ARG` prefixes the argument needs.
const fn extended_args(oparg: u32) -> u32 {
    (oparg > 0xFF) as u32 + (oparg > 0xFFFF) as u32 + (oparg > 0xFF_FFFF) as u32
}

fn resolve_unconditional_jumps(instrs: &mut [Instruction]) {
    for (index, instr) in instrs.iter_mut().enumerate() {
        let is_forward = instr.oparg as usize > index;
        instr.opcode = match instr.opcode {
            Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT if is_forward => Opcode::JUMP_FORWARD,
            Opcode::JUMP => Opcode::JUMP_BACKWARD,
            Opcode::JUMP_NO_INTERRUPT => Opcode::JUMP_BACKWARD_NO_INTERRUPT,
            opcode => opcode,
        };
    }
}

/// Replaces the targets of jumps by distances, and gives the offset of each instruction.
///
/// A longer distance may need a prefix, which makes other distances longer, so this repeats
/// until nothing grows. As in CPython the sizes of the first round come from the indices.
fn resolve_jump_offsets(instrs: &mut [Instruction]) -> Vec<u32> {
    let targets: Vec<(usize, usize)> = instrs
        .iter()
        .enumerate()
        .filter(|(_, instr)| instr.opcode.is_jump())
        .map(|(index, instr)| (index, instr.oparg as usize))
        .collect();
    let mut offsets = vec![0; instrs.len()];
    loop {
        let mut offset = 0;
        for (instr, at) in instrs.iter().zip(&mut offsets) {
            *at = offset;
            offset += instr_size(instr.opcode, instr.oparg);
        }
        let mut again = false;
        for &(index, target) in &targets {
            let instr = &mut instrs[index];
            let size = instr_size(instr.opcode, instr.oparg);
            // The distance counts from behind the jump and its inline cache.
            let origin = offsets[index] + size;
            instr.oparg = offsets[target].abs_diff(origin);
            again |= instr_size(instr.opcode, instr.oparg) != size;
        }
        if !again {
            return offsets;
        }
    }
}

fn assemble_code(instrs: &[Instruction]) -> Box<[CodeUnit]> {
    let mut code = Vec::new();
    for instr in instrs {
        let [high @ .., low] = instr.oparg.to_be_bytes();
        for &byte in &high[high.len() - extended_args(instr.oparg) as usize..] {
            code.push(CodeUnit {
                opcode: Opcode::EXTENDED_ARG.byte(),
                oparg: byte,
            });
        }
        code.push(CodeUnit {
            opcode: instr.opcode.byte(),
            oparg: low,
        });
        code.resize(
            code.len() + instr.opcode.cache_entries(),
            CodeUnit::default(),
        );
    }
    code.into()
}

/// An instruction that waits for the next location takes it.
fn resolve_next_locations(instrs: &mut [Instruction]) {
    let mut next = SourceLocation::NONE;
    for instr in instrs.iter_mut().rev() {
        if instr.loc == SourceLocation::NEXT {
            instr.loc = if instr.opcode.is_terminator() {
                SourceLocation::NONE
            } else {
                next
            };
        }
        next = instr.loc;
    }
}

fn assemble_location_info(instrs: &[Instruction], firstlineno: i32) -> Box<[u8]> {
    let mut writer = LocationTableWriter::new(firstlineno);
    for run in instrs.chunk_by(|a, b| a.loc == b.loc) {
        let units: u32 = run
            .iter()
            .map(|instr| instr_size(instr.opcode, instr.oparg))
            .sum();
        writer.push(run[0].loc, units as usize);
    }
    writer.finish()
}

fn assemble_exception_table(instrs: &[Instruction], offsets: &[u32]) -> Box<[u8]> {
    let label = |handler: Option<ExceptHandlerInfo>| handler.map(|handler| handler.label);
    let mut table = Vec::new();
    let mut start = 0;
    for run in instrs.chunk_by(|a, b| label(a.handler) == label(b.handler)) {
        let units: u32 = run
            .iter()
            .map(|instr| instr_size(instr.opcode, instr.oparg))
            .sum();
        if let Some(handler) = run[0].handler {
            // The handler starts with the exception, and perhaps the position, pushed.
            let pushed = 1 + u32::from(handler.preserve_lasti);
            let entry = ExceptionTableEntry {
                start,
                end: start + units,
                target: offsets[handler.label as usize],
                depth: handler.startdepth.saturating_sub(pushed),
                lasti: handler.preserve_lasti,
            };
            exception_table::push_entry(&mut table, entry);
        }
        start += units;
    }
    table.into()
}
