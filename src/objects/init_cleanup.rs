//! The code of the frame that waits for `__init__` when a class is called without a call: it checks
//! what `__init__` returned, and returns the instance.
//!
//! Mirrors `_Py_InitCleanup` of `Python/specialize.c`. No line belongs to it, and Python code never
//! sees its frame, which never reaches its `RESUME`.

use std::sync::Arc;

use crate::bytecode::{CodeObject, CodeUnit, Opcode};
use crate::events::CodeId;

use super::codeobject::{CodeRuntime, PyCodeObject};
use super::object::Payload;
use super::vm::Vm;
use super::wellknown::{EMPTY_TUPLE, INIT_CLEANUP, names, types};

const CO_OPTIMIZED: u32 = 1;
const CO_NO_MONITORING_EVENTS: u32 = 0x200_0000;

/// Places the code object.
pub fn create(vm: &mut Vm) {
    let unit = |opcode: Opcode| CodeUnit {
        opcode: opcode as u8,
        oparg: 0,
    };
    let code = CodeObject {
        co_name: "__init__".into(),
        co_qualname: "__init__".into(),
        co_filename: "__init__".into(),
        co_argcount: 0,
        co_posonlyargcount: 0,
        co_kwonlyargcount: 0,
        co_flags: CO_OPTIMIZED | CO_NO_MONITORING_EVENTS,
        co_stacksize: 2,
        co_firstlineno: 0,
        co_code: [
            Opcode::EXIT_INIT_CHECK,
            Opcode::RETURN_VALUE,
            Opcode::RESUME,
        ]
        .map(unit)
        .into(),
        co_consts: Box::default(),
        co_names: Box::default(),
        co_localsplusnames: Box::default(),
        co_localspluskinds: Box::default(),
        co_exceptiontable: Box::default(),
        co_linetable: Box::default(),
    };
    let object = PyCodeObject {
        runtime: runtime(Arc::new(code), None),
        co_consts: EMPTY_TUPLE,
        co_names: EMPTY_TUPLE,
        co_filename: names::INIT,
        co_name: names::INIT,
        co_qualname: names::INIT,
        cached: Vec::new(),
    };
    let payload = Payload::Code(Box::new(object));
    vm.heap.place_static(INIT_CLEANUP, types::CODE, payload);
}

fn runtime(code: Arc<CodeObject>, id: Option<CodeId>) -> Arc<CodeRuntime> {
    let none = Box::default;
    Arc::new(CodeRuntime::new(code, id, 0, none(), none(), none()))
}

/// Enters the code into the recording before its first use there.
pub fn register(vm: &mut Vm) {
    let known = vm.code_runtime(INIT_CLEANUP);
    if known.code_id.is_some() {
        return;
    }
    let code = Arc::clone(&known.code);
    let id = vm.heap.reporter.code(&code);
    if let Payload::Code(object) = vm.heap.payload_mut_quiet(INIT_CLEANUP) {
        object.runtime = runtime(code, Some(id));
    }
}
