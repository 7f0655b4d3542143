//! One activation of a code object: what the evaluation loop works on.
//!
//! Mirrors `Include/internal/pycore_frame.h`. While a frame runs, its `localsplus` lie on the data
//! stack of its thread, from [`InterpreterFrame::base`] on; a frame that is put aside (a suspended
//! generator, a frame object that outlived its call) carries them with it.

use std::sync::Arc;

use crate::base::ObjId;
use crate::events::FrameId;

use super::codeobject::CodeRuntime;
use super::object::{Payload, Place, Visit};
use super::vm::Vm;

/// Who owns a frame, and so where it goes when it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameOwner {
    /// The thread's stack of frames.
    Thread,
    /// A generator, coroutine or asynchronous generator.
    Generator(ObjId),
    /// A frame object that outlived its call.
    FrameObject,
}

/// `_PyInterpreterFrame`.
///
/// `localsplus` hold the locals, cells and free variables in their `co_nlocalsplus` slots, and
/// above them the value stack, at most `co_stacksize` values. Every non-NULL entry is an owned
/// reference.
#[derive(Debug)]
pub struct InterpreterFrame {
    pub frame_id: FrameId,
    /// `f_executable`: the code object; owned.
    pub f_code: ObjId,
    /// The function; owned; NULL for a module body run by `exec`.
    pub f_funcobj: ObjId,
    /// Borrowed from the function, which the frame keeps alive; owned when there is none.
    pub f_globals: ObjId,
    pub f_builtins: ObjId,
    /// The namespace of a module or class body; owned; NULL in a function.
    pub f_locals: ObjId,
    /// The frame object, once asked for; owned.
    pub frame_obj: ObjId,
    /// The contents of a frame that is put aside; empty while it is on a thread's stack.
    pub localsplus: Vec<ObjId>,
    /// Where `localsplus` begin on the data stack, while the frame is on a thread's stack.
    pub base: u32,
    /// One past the top of the value stack when control left the frame for a callee.
    pub sp: u32,
    /// The instruction that runs, in code units; for the innermost frame of a thread see
    /// [`super::vm::ThreadState::instr`].
    pub prev_instr: u32,
    /// Where execution goes on.
    pub resume_pc: u32,
    /// How far behind `resume_pc` execution goes on when the callee returns rather than yields.
    pub return_offset: u32,
    /// The line last reported.
    pub reported_line: u32,
    /// The instruction told to watching tools last (`u32::MAX`: none).
    pub monitored_instr: u32,
    pub owner: FrameOwner,
    /// The native code that started this evaluation is waiting below: return to it.
    pub is_entry: bool,
}

impl InterpreterFrame {
    /// Frame object, locals mapping, function, code, then every slot upward
    /// (`_PyFrame_Traverse`).
    pub fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("frame_obj", self.frame_obj),
            ("f_locals", self.f_locals),
            ("f_funcobj", self.f_funcobj),
            ("f_code", self.f_code),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        if self.f_funcobj.is_null() {
            for (name, id) in [
                ("f_globals", self.f_globals),
                ("f_builtins", self.f_builtins),
            ] {
                if !id.is_null() {
                    visit(Place::Member(name), id);
                }
            }
        }
        for (i, &value) in self.localsplus.iter().enumerate() {
            if !value.is_null() {
                visit(Place::Local(i as u32), value);
            }
        }
    }

    /// Gives up what the frame owns in the order of `_PyFrame_ClearExceptCode`, then the code.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.extend(self.localsplus.drain(..).filter(|id| !id.is_null()));
        let without_function = self.f_funcobj.is_null();
        for id in [&mut self.f_locals, &mut self.f_funcobj] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
        if without_function {
            for id in [&mut self.f_globals, &mut self.f_builtins] {
                if !id.is_null() {
                    dropped.push(std::mem::take(id));
                }
            }
        }
        for id in [&mut self.frame_obj, &mut self.f_code] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
}

impl Vm {
    /// The running form of a code object.
    #[inline]
    pub fn code_runtime(&self, code: ObjId) -> &Arc<CodeRuntime> {
        match self.heap.payload(code) {
            Payload::Code(code) => &code.runtime,
            other => panic!("{code:?} is no code object: {other:?}"),
        }
    }

    /// The instruction at which frame `index` of the current thread stands, in code units.
    pub fn frame_instr(&self, index: usize) -> u32 {
        if index + 1 == self.tstate.frames.len() {
            self.tstate.instr
        } else {
            self.tstate.frames[index].prev_instr
        }
    }

    /// The line at which frame `index` of the current thread stands; 0 when it has none.
    pub fn frame_lineno(&self, index: usize) -> i32 {
        let code = self.code_runtime(self.tstate.frames[index].f_code);
        code.line_of(self.frame_instr(index))
    }

    /// Whether frame `index` has not yet run its prologue (`_PyFrame_IsIncomplete`): such a frame
    /// is invisible to Python code.
    pub fn frame_is_incomplete(&self, index: usize) -> bool {
        let frame = &self.tstate.frames[index];
        if matches!(frame.owner, FrameOwner::Generator(_)) {
            return false;
        }
        self.frame_instr(index) < self.code_runtime(frame.f_code).first_traceable
    }

    /// The innermost frame of the current thread that Python code may see, by index.
    pub fn current_frame_index(&self) -> Option<usize> {
        (0..self.tstate.frames.len())
            .rev()
            .find(|&i| !self.frame_is_incomplete(i))
    }

    /// Makes room for `size` more slots on the data stack; gives where they begin, all NULL.
    #[inline]
    pub fn reserve_datastack(&mut self, nlocalsplus: usize, size: usize) -> usize {
        let base = self.tstate.datastack_top;
        let top = base + size;
        if self.tstate.datastack.len() < top {
            self.tstate
                .datastack
                .resize((top * 2).max(4096), ObjId::NULL);
        }
        self.tstate.datastack[base..base + nlocalsplus].fill(ObjId::NULL);
        self.tstate.datastack_top = top;
        base
    }
}
