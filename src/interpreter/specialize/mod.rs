//! Specialization: an instruction that runs often is rewritten to a form that expects what it has
//! seen, and back when it was wrong too often (PEP 659).
//!
//! Mirrors `Python/specialize.c` and `Include/internal/pycore_backoff.h`. The first unit of an
//! inline cache counts down: value in the upper 12 bits, backoff in the lower 4. At zero the next
//! execution of the family's base form asks a function of this module, which looks at the operands
//! and either rewrites the instruction or doubles the time to the next attempt. A specialized form
//! whose guard fails runs the base form in its place, which counts.

mod attributes;
mod calls;
mod operators;

pub use attributes::*;
pub use calls::*;
pub use operators::*;

use crate::bytecode::Opcode;
use crate::events::{Event, Mode};
use crate::objects::vm::Vm;

use super::ceval::Eval;

/// The counter of an instruction that was just specialized: 52 misses are forgiven.
const ADAPTIVE_COOLDOWN: u16 = 52 << BACKOFF_BITS;
const BACKOFF_BITS: u16 = 4;
const MAX_BACKOFF: u16 = 12;

impl<M: Mode> Eval<'_, M> {
    /// Whether the current instruction's counter has run out; else counts one execution
    /// (`ADAPTIVE_COUNTER_TRIGGERS`, `ADVANCE_ADAPTIVE_COUNTER`).
    #[inline]
    pub fn counter_triggers(&mut self) -> bool {
        let at = self.instr + 1;
        let counter = self.code.unit(at);
        if counter >> BACKOFF_BITS == 0 {
            // Watched instructions stay as they are.
            return !self.code.is_instrumented_at(self.instr);
        }
        self.code.set_unit(at, counter - (1 << BACKOFF_BITS));
        false
    }

    /// Rewrites the current instruction: to `form` with a fresh counter, or, without a form that
    /// fits, back to the base form with a longer time until the next attempt.
    fn specialize_to(&mut self, family: Opcode, form: Option<Opcode>) {
        let at = self.instr + 1;
        if let Some(form) = form {
            self.code.set_unit(at, ADAPTIVE_COOLDOWN);
            self.rewrite(form);
        } else {
            let backoff = self.code.unit(at) & MAX_BACKOFF_MASK;
            let backoff = (backoff + 1).min(MAX_BACKOFF);
            let value = (1 << backoff) - 1;
            self.code.set_unit(at, value << BACKOFF_BITS | backoff);
            self.rewrite(family);
        }
    }

    /// Changes the opcode of the current instruction, with an event.
    pub fn rewrite(&mut self, opcode: Opcode) {
        let unit = self.code.unit(self.instr);
        let (old, new) = (unit as u8, opcode as u8);
        if old == new {
            return;
        }
        self.code
            .set_unit(self.instr, unit & 0xff00 | u16::from(new));
        if M::RECORDING
            && let Some(code) = self.code.code_id
        {
            self.vm.heap.reporter.emit(Event::Specialize {
                code,
                offset: self.instr as u32,
                old,
                new,
            });
        }
    }

    /// Fills a unit of the current instruction's inline cache.
    fn set_cache(&self, index: usize, unit: u16) {
        self.code.set_unit(self.instr + 1 + index, unit);
    }

    /// Fills two units.
    fn set_cache32(&self, index: usize, value: u32) {
        self.set_cache(index, value as u16);
        self.set_cache(index + 1, (value >> 16) as u16);
    }

    /// The instruction that follows the current one and its inline cache.
    fn following(&self) -> (u8, u8) {
        let [opcode, oparg] = self.code.unit(self.pc).to_le_bytes();
        (opcode, oparg)
    }
}

const MAX_BACKOFF_MASK: u16 = (1 << BACKOFF_BITS) - 1;

/// What a call of a Python function can expect of its code (`function_kind`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum FunctionKind {
    /// Positional parameters and nothing else.
    Simple,
    /// `*args`, `**kwargs` or keyword-only parameters.
    ComplexParameters,
    /// The body of a class or module.
    NotOptimized,
}

fn function_kind(vm: &Vm, code: crate::base::ObjId) -> FunctionKind {
    const CO_OPTIMIZED: u32 = 1;
    const VARIADIC: u32 = 4 | 8;
    let code = vm.code_runtime(code);
    if code.co_flags & VARIADIC != 0 || code.co_kwonlyargcount > 0 {
        FunctionKind::ComplexParameters
    } else if code.co_flags & CO_OPTIMIZED == 0 {
        FunctionKind::NotOptimized
    } else {
        FunctionKind::Simple
    }
}
