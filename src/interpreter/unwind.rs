//! Unwinding: from a raised exception to the handler that the exception table names, or out of
//! the frame.
//!
//! Mirrors the labels `error`, `exception_unwind` and `exit_unwind` of `Python/ceval.c`.

use crate::base::ObjId;
use crate::bytecode::exception_table;
use crate::events::{Event, Mode};
use crate::objects::monitoring::MonitoringEvent;
use crate::objects::vm::{PyResult, Raised, Vm};

use super::ceval::Eval;

impl<M: Mode> Eval<'_, M> {
    /// Finds who handles the exception on its way: `Ok` when a frame of this loop does, and then
    /// goes on there; `Err` when it leaves the loop.
    #[cold]
    #[inline(never)]
    pub fn handle_exception(&mut self) -> PyResult<()> {
        let mut add_traceback = !std::mem::take(&mut self.reraising);
        loop {
            if self.vm.stop.is_none() {
                if add_traceback {
                    self.add_traceback_entry();
                    self.monitor_raise(MonitoringEvent::Raise);
                } else {
                    self.monitor_raise(MonitoringEvent::Reraise);
                }
                if let Some(handler) = exception_table::find_handler(
                    &self.code.code.co_exceptiontable,
                    self.instr as u32,
                ) {
                    self.enter_handler(handler.target, handler.depth as usize, handler.lasti);
                    let exception = self.peek(1);
                    if self.monitor_handled(exception).is_ok() {
                        return Ok(());
                    }
                    self.instr = self.pc;
                    self.vm.tstate.instr = self.pc as u32;
                    add_traceback = false;
                    continue;
                }
            }
            if M::RECORDING {
                let exception = self.vm.tstate.current_exception;
                self.vm.heap.reporter.emit(Event::Unwind {
                    frame: self.frame_id,
                    exception,
                });
            }
            self.monitor_raise(MonitoringEvent::PyUnwind);
            self.drop_stack();
            let left = self.leave_frame_raising();
            if left {
                return Err(Raised::already_set());
            }
            self.restore_registers();
            add_traceback = true;
        }
    }

    /// The exception is kept safe while the frame's contents die.
    fn leave_frame_raising(&mut self) -> bool {
        let exception = self.vm.tstate.current_exception;
        self.vm.tstate.current_exception = ObjId::NULL;
        let left = self.leave_frame();
        self.vm.tstate.current_exception = exception;
        left
    }

    fn add_traceback_entry(&mut self) {
        let index = self.vm.tstate.frames.len() - 1;
        if self.vm.frame_is_incomplete(index) {
            return;
        }
        if M::RECORDING {
            let exception = self.vm.tstate.current_exception;
            self.vm.heap.reporter.emit(Event::Raise {
                frame: self.frame_id,
                exception,
            });
        }
        add_traceback_here(self.vm, index);
    }

    fn enter_handler(&mut self, target: u32, depth: usize, lasti: bool) {
        let saved = self.vm.tstate.instr;
        self.drop_stack_to(depth);
        if lasti {
            let lasti = self.vm.new_int(i64::from(saved));
            self.push(lasti);
        }
        let exception = self.vm.take_raised();
        if M::RECORDING {
            self.vm.heap.reporter.emit(Event::ExceptionHandled {
                frame: self.frame_id,
                exception,
                offset: target,
            });
        }
        self.push(exception);
        self.pc = target as usize;
    }
}

/// Adds the place where frame `index` stands to the traceback of the exception on its way
/// (`PyTraceBack_Here`).
pub fn add_traceback_here(vm: &mut Vm, index: usize) {
    let exception = vm.take_raised();
    if exception.is_null() {
        return;
    }
    let frame_obj = crate::objects::frameobject::frame_object_at(vm, index);
    let lasti = vm.frame_instr(index);
    let lineno = vm.frame_lineno(index);
    crate::objects::traceback::push_entry(vm, exception, frame_obj, lasti, lineno);
    vm.decref(frame_obj);
    vm.set_raised(exception);
}
