//! Code objects of the machine: the compiler's immutable result made ready to run.
//!
//! Mirrors `Objects/codeobject.c`.

use std::sync::Arc;
use std::sync::atomic::AtomicU16;

use crate::base::ObjId;
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
