//! What lies above the objects, handed to the machine in one table.

use crate::base::ObjId;
use crate::interpreter::{frames, generators};
use crate::objects::vm::{Hooks, PyResult, Vm};

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

/// With a single thread nobody can wake the caller: only the deadline ends the wait.
fn block_on(vm: &mut Vm, _object: ObjId, deadline: u64) -> PyResult<bool> {
    vm.eval_breaker &= !crate::objects::vm::breaker::GIL_DROP_REQUEST;
    if deadline == u64::MAX {
        let stop =
            crate::objects::vm::Stop::Deadlock("the only thread waits for itself".to_owned());
        return Err(vm.stop_with(stop));
    }
    vm.interp.clock_nanos = vm.interp.clock_nanos.max(deadline);
    Ok(false)
}
