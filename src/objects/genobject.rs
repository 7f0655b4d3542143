//! Generators, coroutines and asynchronous generators.
//!
//! Mirrors the struct of `Objects/genobject.c`.

use crate::base::ObjId;

use super::frame::InterpreterFrame;
use super::object::{Place, Visit};

/// Where a generator stands (`gi_frame_state`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorState {
    Created,
    Suspended,
    /// Suspended inside `yield from` or `await`.
    SuspendedYieldFrom,
    Executing,
    Cleared,
}

/// `PyGenObject`, `PyCoroObject`, `PyAsyncGenObject`: the type tells which.
#[derive(Debug)]
pub struct GeneratorObject {
    /// Present unless executing or cleared; while executing it is on the thread's stack.
    pub frame: Option<Box<InterpreterFrame>>,
    pub state: GeneratorState,
    pub gi_name: ObjId,
    pub gi_qualname: ObjId,
    /// The exception being handled inside (`gi_exc_state.exc_value`); owned or NULL.
    pub exc_value: ObjId,
    /// `cr_origin_or_finalizer`, `ag_origin_or_finalizer`.
    pub origin_or_finalizer: ObjId,
    pub ag_hooks_inited: bool,
    pub ag_closed: bool,
    pub ag_running_async: bool,
    /// Bytes of the object with its embedded frame.
    pub size: u32,
}

impl GeneratorObject {
    /// Bytes of the object without the collector's header: 16 + 72 + 8·(9 + localsplus + stack).
    pub const fn sizeof(&self) -> usize {
        self.size as usize
    }

    /// Name and qualified name first, then the frame.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("gi_name", self.gi_name),
            ("gi_qualname", self.gi_qualname),
            ("gi_finalizer", self.origin_or_finalizer),
            ("gi_exc_value", self.exc_value),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        if let Some(frame) = &self.frame {
            frame.traverse(visit);
        }
    }

    /// The frame's contents, then the names.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        if let Some(frame) = self.frame.take() {
            dropped.extend(frame.localsplus.iter().copied().filter(|id| !id.is_null()));
            dropped.extend(
                [frame.f_locals, frame.f_funcobj, frame.f_code]
                    .into_iter()
                    .filter(|id| !id.is_null()),
            );
        }
        for id in [
            &mut self.origin_or_finalizer,
            &mut self.gi_name,
            &mut self.gi_qualname,
            &mut self.exc_value,
        ] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
}
