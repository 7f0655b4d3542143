//! The evaluation loop: runs the frames of one thread, instruction by instruction.
//!
//! Mirrors `Python/ceval.c`. A call from Python to Python stays in the loop that it was made in; a
//! native function that calls back starts a loop of its own. The loop exists twice: [`Recorded`]
//! reports each step, [`Unrecorded`] contains no trace of reporting.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::base::ObjId;
use crate::bytecode::Opcode;
use crate::events::{Event, FrameId, Mode, Recorded, Unrecorded};
use crate::for_each_opcode;
use crate::objects::codeobject::CodeRuntime;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm, breaker};
use crate::objects::wellknown::types;

use super::instructions;

/// Virtual nanoseconds that an instruction takes.
pub const INSTRUCTION_NANOS: u64 = crate::threads::VirtualClock::INSTRUCTION.0;

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug)]
pub enum Flow {
    /// To the instruction at `pc` of the current frame.
    Next,
    /// Out of this loop, with a value: the frame that began it returned or yielded.
    Exit(ObjId),
}

/// One run of the loop: the registers of the frame that executes, and the machine.
pub struct Eval<'vm, M: Mode> {
    pub vm: &'vm mut Vm,
    /// The code of the current frame.
    pub code: Arc<CodeRuntime>,
    /// The code of the frames below it in this loop; above [`Self::depth`] that of calls that
    /// have ended.
    pub callers: Vec<Arc<CodeRuntime>>,
    /// How many frames of this loop are below the current one.
    pub depth: usize,
    /// Where the current frame begins on the data stack.
    pub base: usize,
    /// One past the top of the value stack.
    pub sp: usize,
    /// The instruction that executes.
    pub instr: usize,
    /// The instruction that follows.
    pub pc: usize,
    pub frame_id: FrameId,
    /// The exception on its way was raised again: the traceback already has this place.
    pub reraising: bool,
    mode: PhantomData<M>,
}

/// Runs the innermost frame of the current thread, which was pushed with `is_entry`, until it
/// returns or yields (`_PyEval_EvalFrameDefault`). With `throwing` the exception on its way is
/// raised where the frame stands.
pub fn eval_frame(vm: &mut Vm, throwing: bool) -> PyResult<ObjId> {
    if vm.tstate.c_recursion_remaining <= 0 {
        let raised = vm.raise(types::RECURSION_ERROR, "maximum recursion depth exceeded");
        return if vm.heap.reporter.is_on() {
            Eval::<Recorded>::new(vm).abandon(raised)
        } else {
            Eval::<Unrecorded>::new(vm).abandon(raised)
        };
    }
    vm.tstate.c_recursion_remaining -= 2;
    let result = if vm.heap.reporter.is_on() {
        Eval::<Recorded>::new(vm).run(throwing)
    } else {
        Eval::<Unrecorded>::new(vm).run(throwing)
    };
    vm.tstate.c_recursion_remaining += 2;
    result
}

macro_rules! handler {
    ($eval:tt $handler:ident $oparg:ident base) => {
        instructions::$handler($eval, $oparg)
    };
    ($eval:tt $handler:ident $oparg:ident specialized $family:ident) => {
        instructions::$handler($eval, $oparg)
    };
    ($eval:tt $handler:ident $oparg:ident instrumented) => {
        $eval.instrumented()
    };
    ($eval:tt $handler:ident $oparg:ident $kind:ident) => {
        unreachable!(
            "the machine holds no such instruction: {}",
            stringify!($handler)
        )
    };
}

macro_rules! define_dispatch { ($(
    $name:ident $number:literal $handler:ident [$($kind:ident)+] $effect:literal
    |$oparg:tt| $popped:expr => $pushed:expr; [$($field:ident $units:literal)*] [$($flag:ident)*]
    $meaning:literal,
)*) => {
    impl<M: Mode> Eval<'_, M> {
        /// Executes one instruction; `pc` already stands behind it and its inline cache.
        #[inline(always)]
        pub fn dispatch(&mut self, opcode: u8, oparg: u32) -> PyResult<Flow> {
            match u16::from(opcode) {
                $( $number => {
                    self.pc = self.instr + 1 $( + $units )*;
                    handler!(self $handler oparg $($kind)+)
                } )*
                _ => unreachable!("no opcode has number {opcode}"),
            }
        }
    }
} }

for_each_opcode!(define_dispatch);

impl<'vm, M: Mode> Eval<'vm, M> {
    fn new(vm: &'vm mut Vm) -> Self {
        let frame = vm.tstate.frames.last().expect("the caller pushed a frame");
        let (base, sp, pc, frame_id) = (
            frame.base as usize,
            frame.sp as usize,
            frame.resume_pc as usize,
            frame.frame_id,
        );
        // What the loop before left: native code calls the same function again and again.
        let mut callers = std::mem::take(&mut vm.tstate.spare_code);
        let wanted = vm.code_runtime(frame.f_code);
        let code = match callers.pop() {
            Some(kept) if Arc::ptr_eq(&kept, wanted) => kept,
            _ => Arc::clone(wanted),
        };
        Self {
            vm,
            code,
            callers,
            depth: 0,
            base,
            sp,
            instr: pc,
            pc,
            frame_id,
            reraising: false,
            mode: PhantomData,
        }
    }

    fn run(mut self, throwing: bool) -> PyResult<ObjId> {
        let result = self.run_to_exit(throwing);
        let mut spare = self.callers;
        spare.push(self.code);
        self.vm.tstate.spare_code = spare;
        result
    }

    fn run_to_exit(&mut self, throwing: bool) -> PyResult<ObjId> {
        if throwing {
            // The frame stands behind the `YIELD_VALUE` that suspended it.
            self.vm.tstate.instr = self.pc as u32;
            self.instr = self.pc.saturating_sub(1);
            self.monitor_throw();
            self.handle_exception()?;
        }
        loop {
            match self.step() {
                Ok(Flow::Next) => {}
                Ok(Flow::Exit(value)) => return Ok(value),
                Err(_raised) => self.handle_exception()?,
            }
        }
    }

    /// Gives the pushed frame up before its first instruction.
    fn abandon(mut self, raised: crate::objects::vm::Raised) -> PyResult<ObjId> {
        self.drop_stack();
        self.leave_frame();
        Err(raised)
    }

    #[inline]
    fn step(&mut self) -> PyResult<Flow> {
        self.instr = self.pc;
        let unit = self.code.unit(self.pc);
        self.vm.tstate.instr = self.pc as u32;
        self.vm.interp.instructions += 1;
        let mut opcode = unit as u8;
        let mut oparg = u32::from(unit >> 8);
        if M::RECORDING {
            self.report_instruction(opcode);
        }
        while opcode == Opcode::EXTENDED_ARG as u8 {
            self.instr += 1;
            let unit = self.code.unit(self.instr);
            self.vm.tstate.instr = self.instr as u32;
            opcode = unit as u8;
            oparg = oparg << 8 | u32::from(unit >> 8);
        }
        self.dispatch(opcode, oparg)
    }

    /// Executes the current instruction in the form that it has now (`DISPATCH_SAME_OPARG`).
    #[cold]
    #[inline(never)]
    pub fn dispatch_again(&mut self, oparg: u32) -> PyResult<Flow> {
        let opcode = self.code.unit(self.instr) as u8;
        self.dispatch(opcode, oparg)
    }

    // ---- the value stack and the local variables

    /// Pushes a reference that the stack owns from now on.
    #[inline]
    pub fn push(&mut self, value: ObjId) {
        let sp = self.sp;
        self.vm.tstate.datastack[sp] = value;
        self.sp = sp + 1;
        if M::RECORDING {
            self.report_slot(sp, ObjId::NULL, value);
        }
    }

    /// Takes the top reference off; the caller owns it.
    #[inline]
    pub fn pop(&mut self) -> ObjId {
        self.sp -= 1;
        let value = self.vm.tstate.datastack[self.sp];
        if M::RECORDING {
            self.report_slot(self.sp, value, ObjId::NULL);
        }
        value
    }

    /// The value `n` from the top (1: the top), borrowed.
    #[inline]
    pub fn peek(&self, n: usize) -> ObjId {
        self.vm.tstate.datastack[self.sp - n]
    }

    /// Replaces the value `n` from the top; gives the old one, which the caller owns.
    #[inline]
    pub fn replace(&mut self, n: usize, value: ObjId) -> ObjId {
        let at = self.sp - n;
        self.set_slot(at, value)
    }

    /// The content of `localsplus[index]`, borrowed; NULL when unbound.
    #[inline]
    pub fn local(&self, index: usize) -> ObjId {
        self.vm.tstate.datastack[self.base + index]
    }

    /// Replaces `localsplus[index]`; gives the old content, which the caller owns.
    #[inline]
    pub fn set_local(&mut self, index: usize, value: ObjId) -> ObjId {
        self.set_slot(self.base + index, value)
    }

    #[inline]
    fn set_slot(&mut self, at: usize, value: ObjId) -> ObjId {
        let old = std::mem::replace(&mut self.vm.tstate.datastack[at], value);
        if M::RECORDING && old != value {
            self.report_slot(at, old, value);
        }
        old
    }

    /// Pops `n` values; the caller owns them, bottom first.
    pub fn pop_n(&mut self, n: usize) -> Vec<ObjId> {
        let from = self.sp - n;
        let values = self.vm.tstate.datastack[from..self.sp].to_vec();
        self.forget(n);
        values
    }

    /// Lowers the stack by `n` values that now belong elsewhere.
    #[inline]
    pub fn forget(&mut self, n: usize) {
        if M::RECORDING {
            for _ in 0..n {
                self.pop();
            }
        } else {
            self.sp -= n;
        }
    }

    /// Drops the top value.
    #[inline]
    pub fn pop_drop(&mut self) {
        let value = self.pop();
        self.vm.decref(value);
    }

    /// Drops everything on the value stack.
    pub fn drop_stack(&mut self) {
        self.drop_stack_to(0);
    }

    /// Drops what is above `depth` values.
    pub fn drop_stack_to(&mut self, depth: usize) {
        let floor = self.base + self.code.nlocalsplus + depth;
        while self.sp > floor {
            let value = self.pop();
            self.vm.xdecref(value);
        }
    }

    /// The unit of the inline cache of the current instruction at `index`.
    #[inline]
    pub fn cache(&self, index: usize) -> u16 {
        self.code.unit(self.instr + 1 + index)
    }

    /// Two units of the inline cache as one number.
    #[inline]
    pub fn cache32(&self, index: usize) -> u32 {
        u32::from(self.cache(index)) | u32::from(self.cache(index + 1)) << 16
    }

    /// Jumps ahead by `oparg` units, counted from behind the instruction and its cache.
    #[inline]
    pub fn jump(&mut self, oparg: u32) {
        self.pc += oparg as usize;
    }

    // ---- the eval breaker

    /// Serves what waits: a stop, a scheduled collection, other threads (`_Py_HandlePending`).
    #[inline]
    pub fn poll(&mut self) -> PyResult<()> {
        let vm = &*self.vm;
        let due = vm.interp.instructions >= vm.interp.next_poll;
        if vm.heap.gc.scheduled
            || vm.eval_breaker != 0
            || due
            || vm.stop_flag.load(std::sync::atomic::Ordering::Relaxed)
        {
            self.handle_pending()
        } else {
            Ok(())
        }
    }

    #[cold]
    #[inline(never)]
    fn handle_pending(&mut self) -> PyResult<()> {
        super::pending::handle_pending(self.vm)
    }

    // ---- reporting

    #[cold]
    #[inline(never)]
    fn report_instruction(&mut self, opcode: u8) {
        if self.vm.heap.has_dirty() {
            self.vm.heap.report_dirty();
        }
        self.vm.report_handled();
        let opcode = if opcode == Opcode::INSTRUMENTED_INSTRUCTION as u8 {
            self.code.original(self.pc) as u8
        } else {
            opcode
        };
        let line = self.code.line_of(self.pc as u32).max(0) as u32;
        let frame = self
            .vm
            .tstate
            .frames
            .last_mut()
            .expect("the loop runs a frame");
        let previous = std::mem::replace(&mut frame.prev_instr, self.pc as u32);
        let old_line = frame.reported_line;
        if line != 0 && line != old_line {
            frame.reported_line = line;
            self.vm.heap.reporter.emit(Event::Line {
                frame: self.frame_id,
                old: old_line,
                new: line,
            });
        }
        self.vm.heap.reporter.emit(Event::Instruction {
            frame: self.frame_id,
            previous,
            offset: self.pc as u32,
            opcode,
        });
        let interp = &self.vm.interp;
        if let Some(question) = &interp.question
            && question.instructions == interp.instructions
        {
            (question.answer)(self.vm);
        }
    }

    fn report_slot(&mut self, at: usize, old: ObjId, new: ObjId) {
        if old == new {
            return;
        }
        let index = (at - self.base) as u32;
        self.vm.heap.reporter.emit(Event::FrameSlot {
            frame: self.frame_id,
            index,
            old,
            new,
        });
    }

    // ---- small helpers for the instructions

    /// The function that the current frame runs (borrowed), or NULL.
    #[inline]
    pub fn function(&self) -> ObjId {
        self.vm
            .tstate
            .frames
            .last()
            .map_or(ObjId::NULL, |f| f.f_funcobj)
    }

    /// The globals of the current frame (borrowed).
    #[inline]
    pub fn globals(&self) -> ObjId {
        self.vm
            .tstate
            .frames
            .last()
            .map_or(ObjId::NULL, |f| f.f_globals)
    }

    /// The builtins of the current frame (borrowed).
    #[inline]
    pub fn builtins(&self) -> ObjId {
        self.vm
            .tstate
            .frames
            .last()
            .map_or(ObjId::NULL, |f| f.f_builtins)
    }

    /// The local namespace of the current frame (borrowed), or NULL in a function.
    #[inline]
    pub fn locals(&self) -> ObjId {
        self.vm
            .tstate
            .frames
            .last()
            .map_or(ObjId::NULL, |f| f.f_locals)
    }

    /// The name with index `oparg` (borrowed).
    #[inline]
    pub fn name(&self, oparg: u32) -> ObjId {
        self.code.names[oparg as usize]
    }

    /// Whether `id` is a dict and nothing derived from it.
    #[inline]
    pub fn is_exact_dict(&self, id: ObjId) -> bool {
        self.vm.type_of(id) == types::DICT
    }

    /// The content of the cell in slot `index`, borrowed, with the cell.
    pub fn cell_in(&self, index: usize) -> (ObjId, ObjId) {
        let cell = self.local(index);
        match self.vm.heap.payload(cell) {
            Payload::Cell(c) => (cell, c.ob_ref),
            other => panic!("slot {index} holds no cell: {other:?}"),
        }
    }

    /// Ends an instruction that leaves one new value.
    #[inline]
    pub fn done(&mut self, value: ObjId) -> PyResult<Flow> {
        self.push(value);
        Ok(Flow::Next)
    }
}

/// Whether anything waits for the next poll.
pub fn something_pending(vm: &Vm) -> bool {
    vm.heap.gc.scheduled || vm.eval_breaker & !breaker::SIGNALS_PENDING != 0
}
