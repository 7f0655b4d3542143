//! What happens at a poll of the eval breaker.
//!
//! Mirrors `_Py_HandlePending` of `Python/ceval_gil.c`.

use crate::base::ObjId;
use crate::objects::vm::{PyResult, Vm, breaker};

/// Serves, in this order: a stop, a scheduled collection, another thread's request for the GIL, an
/// asynchronous exception.
pub fn handle_pending(vm: &mut Vm) -> PyResult<()> {
    vm.check_stop()?;
    if vm.heap.gc.scheduled {
        crate::gc::run_scheduled(vm);
    }
    if vm.interp.instructions >= vm.interp.next_poll {
        super::threads::poll(vm)?;
    }
    if vm.eval_breaker & breaker::ASYNC_EXCEPTION != 0 {
        vm.eval_breaker &= !breaker::ASYNC_EXCEPTION;
        let class = std::mem::take(&mut vm.tstate.async_exc);
        if !class.is_null() {
            let raised = vm.raise_with(class, ObjId::NULL);
            vm.decref(class);
            return Err(raised);
        }
    }
    Ok(())
}
