//! Code objects of the machine: the compiler's immutable result made ready to run.
//!
//! Mirrors `Objects/codeobject.c`.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};

use crate::base::{ObjId, SourceLocation};
use crate::bytecode::CodeObject;
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
}

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
        const RESUME: u8 = crate::bytecode::Opcode::RESUME as u8;
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
