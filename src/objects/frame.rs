//! One activation of a code object: what the evaluation loop works on.
//!
//! Mirrors `Include/internal/pycore_frame.h`.

use std::sync::Arc;

use crate::base::ObjId;
use crate::events::FrameId;

use super::codeobject::CodeRuntime;
use super::object::{Place, Visit};

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
/// `localsplus` holds the locals, cells and free variables in their `co_nlocalsplus` slots, and
/// above them the value stack; it never grows beyond `co_nlocalsplus + co_stacksize`.
/// Every non-NULL entry is an owned reference. One allocation per frame; frames of finished
/// calls give their vector to the next call.
#[derive(Debug)]
pub struct InterpreterFrame {
    pub frame_id: FrameId,
    /// `f_executable`: the code object; owned.
    pub f_code: ObjId,
    /// What the loop reads of the code object, without going through the heap.
    pub code: Arc<CodeRuntime>,
    /// The function; owned; NULL for a module body run by `exec`.
    pub f_funcobj: ObjId,
    /// Borrowed from the function, which the frame keeps alive; owned when there is none.
    pub f_globals: ObjId,
    pub f_builtins: ObjId,
    /// The namespace of a module or class body; owned; NULL in a function.
    pub f_locals: ObjId,
    /// The frame object, once asked for; owned.
    pub frame_obj: ObjId,
    pub localsplus: Vec<ObjId>,
    /// The instruction that runs, in code units.
    pub prev_instr: u32,
    /// Where the caller continues, relative to its own `prev_instr`.
    pub return_offset: u32,
    /// The line last reported.
    pub reported_line: u32,
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
}
