//! What lies above the objects, handed to the machine in one table.

use crate::base::ObjId;
use crate::interpreter::{frames, generators, threads};
use crate::objects::vm::{Hooks, PyResult, Vm};
use crate::threads::Nanos;

/// The hooks of a complete machine.
pub fn hooks() -> Hooks {
    Hooks {
        function_vectorcall: frames::function_vectorcall,
        gen_send: generators::gen_send,
        import_module: super::import::import_module,
        gc_collect: crate::gc::collect,
        compile: super::compile::compile,
        eval_code: frames::eval_code,
        write_unraisable: super::traceback_print::write_unraisable,
        warn: super::warnings::warn,
        block_on,
    }
}

/// Sleeps until a virtual time.
fn block_on(vm: &mut Vm, _object: ObjId, deadline: u64) -> PyResult<bool> {
    let now = vm.now();
    threads::sleep(vm, Nanos(deadline.saturating_sub(now.0)))?;
    Ok(false)
}
