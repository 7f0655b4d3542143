//! Code objects of the machine: the compiler's immutable result made ready to run.
//!
//! Mirrors `Objects/codeobject.c`.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};

use crate::base::{ObjId, SourceLocation};
use crate::bytecode::{CodeObject, Opcode, exception_table};
use crate::events::CodeId;

use super::object::{Place, Visit};

/// What the evaluation loop reads of a code object; shared by all its frames.
///
/// The live code units are atomics with relaxed access, which cost what plain loads cost: a
/// frame may rewrite them (specialization) while others hold the same `Arc`.
#[derive(Debug)]
pub struct CodeRuntime {
    pub code: Arc<CodeObject>,
    /// In the recording's table; `None` where nobody listens.
    pub code_id: Option<CodeId>,
    /// The live instructions: opcode in the low byte, oparg in the high byte; inline caches between.
    pub adaptive: Box<[AtomicU16]>,
    /// The objects of `co_consts`, borrowed from the tuple that the code object owns.
    pub consts: Box<[ObjId]>,
    /// Interned strings, immortal.
    pub names: Box<[ObjId]>,
    /// Names of `localsplus`, interned, immortal.
    pub localsplusnames: Box<[ObjId]>,
    /// Slots before the value stack.
    pub nlocalsplus: usize,
    /// Slots in all.
    pub framesize: usize,
    pub co_argcount: usize,
    pub co_kwonlyargcount: usize,
    pub co_flags: u32,
    /// `co_version`: the version of functions made from it.
    pub co_version: u32,
    /// The offset of the first `RESUME`: before it the frame is incomplete.
    pub first_traceable: u32,
    /// The location of every code unit, worked out when first needed.
    locations: OnceLock<Box<[SourceLocation]>>,
    /// Where lines begin, for who watches; by code unit.
    line_starts: OnceLock<Box<[bool]>>,
}

/// The opcode that stands in the place of watched instructions.
const INSTRUMENTED: u8 = Opcode::INSTRUMENTED_INSTRUCTION as u8;

impl CodeRuntime {
    /// Makes `code` ready to run.
    pub fn new(
        code: Arc<CodeObject>,
        code_id: Option<CodeId>,
        co_version: u32,
        consts: Box<[ObjId]>,
        names: Box<[ObjId]>,
        localsplusnames: Box<[ObjId]>,
    ) -> Self {
        const RESUME: u8 = Opcode::RESUME as u8;
        let adaptive = super::code_quicken::quickened(&code);
        let first_traceable = code
            .co_code
            .iter()
            .position(|unit| unit.opcode == RESUME)
            .unwrap_or(0);
        Self {
            code_id,
            co_version,
            adaptive,
            consts,
            names,
            localsplusnames,
            nlocalsplus: code.co_nlocalsplus(),
            framesize: code.co_nlocalsplus() + code.co_stacksize as usize,
            co_argcount: code.co_argcount as usize,
            co_kwonlyargcount: code.co_kwonlyargcount as usize,
            co_flags: code.co_flags,
            first_traceable: first_traceable as u32,
            locations: OnceLock::new(),
            line_starts: OnceLock::new(),
            code,
        }
    }

    /// The live code unit at `pc`.
    #[inline]
    pub fn unit(&self, pc: usize) -> u16 {
        self.adaptive[pc].load(Ordering::Relaxed)
    }

    /// Rewrites the code unit at `pc`.
    #[inline]
    pub fn set_unit(&self, pc: usize, unit: u16) {
        self.adaptive[pc].store(unit, Ordering::Relaxed);
    }

    /// The code unit at `pc` as the compiler made it.
    #[inline]
    pub fn original(&self, pc: usize) -> u16 {
        let unit = self.code.co_code[pc];
        u16::from(unit.opcode) | u16::from(unit.oparg) << 8
    }

    /// Whether [`Self::instrument`] has been at work.
    pub fn is_instrumented(&self) -> bool {
        self.is_instrumented_at(self.first_traceable as usize)
    }

    /// Whether those who watch are told of the instruction at `pc`.
    pub fn is_instrumented_at(&self, pc: usize) -> bool {
        self.unit(pc) as u8 == INSTRUMENTED
    }

    /// Replaces every instruction by the one that tells those who watch.
    pub fn instrument(&self) {
        self.for_each_instruction(|pc| self.instrument_unit(pc));
    }

    /// The same for one instruction, which may have been rewritten meanwhile.
    pub fn instrument_unit(&self, pc: usize) {
        self.set_unit(pc, u16::from(INSTRUMENTED) | self.original(pc) & 0xff00);
    }

    /// Takes [`Self::instrument`] back.
    pub fn restore(&self) {
        self.for_each_instruction(|pc| self.set_unit(pc, self.original(pc)));
    }

    /// Calls `visit` with the first unit of each instruction, its `EXTENDED_ARG` included.
    fn for_each_instruction(&self, mut visit: impl FnMut(usize)) {
        let mut pc = 0;
        while pc < self.adaptive.len() {
            visit(pc);
            while self.original(pc) as u8 == Opcode::EXTENDED_ARG as u8 {
                pc += 1;
            }
            let opcode = Opcode::from_number(self.original(pc) & 0xff);
            pc += 1 + opcode.map_or(0, Opcode::cache_entries);
        }
    }

    /// Whether a new line begins at an instruction (`initialize_lines`): its line differs from
    /// that of the instruction in front of it, or of one that jumps to it.
    pub fn starts_line(&self, instr: usize) -> bool {
        let starts = self.line_starts.get_or_init(|| self.find_line_starts());
        starts.get(instr).copied().unwrap_or(false)
    }

    fn find_line_starts(&self) -> Box<[bool]> {
        let mut starts = vec![false; self.adaptive.len()];
        let mut current = -1;
        let mut jumps = Vec::new();
        self.for_each_instruction(|pc| {
            let (opcode, oparg, at) = self.decode(pc);
            let line = self.line_of(pc as u32);
            match opcode {
                // These are skipped by whoever jumps, or must not be hidden.
                Opcode::END_ASYNC_FOR | Opcode::END_FOR | Opcode::END_SEND | Opcode::RESUME => {}
                _ => {
                    starts[pc] = line != current && line >= 0;
                    current = line;
                }
            }
            let next = at + 1 + opcode.cache_entries();
            let target = match opcode {
                Opcode::POP_JUMP_IF_FALSE
                | Opcode::POP_JUMP_IF_TRUE
                | Opcode::POP_JUMP_IF_NONE
                | Opcode::POP_JUMP_IF_NOT_NONE
                | Opcode::JUMP_FORWARD => next + oparg,
                // Behind `END_FOR` and `POP_TOP`, behind `END_SEND`.
                Opcode::FOR_ITER => next + oparg + 1,
                Opcode::SEND => next + oparg + 1,
                Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT => next - oparg,
                _ => return,
            };
            jumps.push((line, target));
        });
        for (from_line, target) in jumps {
            let line = self.line_of(target as u32);
            if target < starts.len() && line >= 0 && line != from_line {
                starts[target] = true;
            }
        }
        let table = &self.code.co_exceptiontable;
        for pc in 0..self.adaptive.len() {
            if let Some(handler) = exception_table::find_handler(table, pc as u32) {
                let target = handler.target as usize;
                starts[target] = starts[target] || self.line_of(handler.target) >= 0;
            }
        }
        starts.into()
    }

    /// The instruction that begins at `pc`: opcode, oparg, and where the opcode itself stands.
    fn decode(&self, pc: usize) -> (Opcode, usize, usize) {
        let (mut at, mut oparg) = (pc, 0);
        loop {
            let unit = self.original(at);
            oparg = oparg << 8 | usize::from(unit >> 8);
            let opcode = Opcode::from_number(unit & 0xff).expect("the compiler made it");
            if opcode != Opcode::EXTENDED_ARG {
                return (opcode, oparg, at);
            }
            at += 1;
        }
    }

    /// Where the instruction at `instr` stands in the source.
    pub fn location_of(&self, instr: u32) -> SourceLocation {
        let locations = self.locations.get_or_init(|| {
            crate::bytecode::locations::co_positions(
                &self.code.co_linetable,
                self.code.co_firstlineno,
            )
            .into()
        });
        locations
            .get(instr as usize)
            .copied()
            .unwrap_or(SourceLocation::NONE)
    }

    /// The line of the instruction at `instr`; -1 when it has none (`PyCode_Addr2Line`).
    pub fn line_of(&self, instr: u32) -> i32 {
        self.location_of(instr).lineno
    }
}

/// `PyCodeObject`.
#[derive(Debug)]
pub struct PyCodeObject {
    pub runtime: Arc<CodeRuntime>,
    /// The tuple; owned.
    pub co_consts: ObjId,
    /// The tuple `co_names`; owned.
    pub co_names: ObjId,
    /// `co_filename` as an object; owned.
    pub co_filename: ObjId,
    pub co_name: ObjId,
    pub co_qualname: ObjId,
    /// Other attributes that were asked for (`co_code`, `co_varnames`, `co_linetable`…), by name.
    pub cached: Vec<(&'static str, ObjId)>,
}

impl PyCodeObject {
    /// `round_up8(200 + 2 * code units)` (facts 1.2).
    pub fn sizeof(&self) -> usize {
        (200 + 2 * self.runtime.adaptive.len()).next_multiple_of(8)
    }

    /// Everything owned.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("co_consts", self.co_consts),
            ("co_names", self.co_names),
            ("co_filename", self.co_filename),
            ("co_name", self.co_name),
            ("co_qualname", self.co_qualname),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        for &(name, id) in &self.cached {
            visit(Place::Member(name), id);
        }
    }
}
