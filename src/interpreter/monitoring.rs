//! Tells tools of the program what the program does: `sys.monitoring`, `sys.settrace`,
//! `sys.setprofile`.
//!
//! Mirrors `Python/instrumentation.c`. Code that is watched has its instructions replaced by
//! `INSTRUMENTED_INSTRUCTION`, so that code nobody watches pays nothing; what stood there is kept
//! beside, see `CodeRuntime::originals`.

use std::sync::Arc;

use crate::base::ObjId;
use crate::bytecode::Opcode;
use crate::events::Mode;
use crate::objects::codeobject::CodeRuntime;
use crate::objects::monitoring::{LOCAL_EVENTS, MonitoringEvent, SYS_PROFILE, SYS_TRACE, TOOLS};
use crate::objects::vm::{PyResult, Vm, breaker};
use crate::objects::wellknown::types;

use super::ceval::{Eval, Flow};
use super::legacy_tracing;

/// The sets of events have changed: watched code is looked at again, also where it runs just now.
pub fn events_changed(vm: &mut Vm) {
    if vm.interp.monitoring.is_active() {
        vm.eval_breaker |= breaker::MONITORING;
    } else {
        vm.eval_breaker &= !breaker::MONITORING;
        return;
    }
    let mut running: Vec<ObjId> = vm.tstate.frames.iter().map(|f| f.f_code).collect();
    for state in vm.other_tstates.values() {
        running.extend(state.frames.iter().map(|f| f.f_code));
    }
    for code in running {
        instrument(vm, code);
    }
}

/// Replaces the instructions of a code object that is watched; says whether it was not yet so.
fn instrument(vm: &Vm, code: ObjId) -> bool {
    if vm.interp.monitoring.events_in(code) == 0 {
        return false;
    }
    let runtime = Arc::clone(vm.code_runtime(code));
    if runtime.is_instrumented() {
        return false;
    }
    runtime.instrument();
    true
}

/// Calls the callbacks of the tools that watch an event at a place: `args` follow the code
/// object, the place itself included.
fn fire(
    vm: &mut Vm,
    event: MonitoringEvent,
    code: ObjId,
    instr: u32,
    args: &[ObjId],
) -> PyResult<()> {
    if vm.tstate.tracing {
        return Ok(());
    }
    // C_RETURN and C_RAISE are watched by whoever watches CALL.
    for tool in 0..TOOLS {
        if !vm.interp.monitoring.watches(tool, event, code, instr) {
            continue;
        }
        if tool == SYS_PROFILE || tool == SYS_TRACE {
            legacy_tracing::event(vm, tool, event, code, instr, args)?;
            continue;
        }
        let callback = vm.interp.monitoring.callbacks[tool][event as usize];
        if callback.is_null() {
            continue;
        }
        let mut all = vec![code];
        all.extend_from_slice(args);
        vm.incref(callback);
        vm.tstate.tracing = true;
        let result = vm.call(callback, &all);
        vm.tstate.tracing = false;
        vm.decref(callback);
        let value = result?;
        vm.decref(value);
        if value == vm.interp.monitoring.disable {
            disable(vm, tool, event, code, instr)?;
        }
    }
    Ok(())
}

/// A callback has had enough of an event at a place.
fn disable(
    vm: &mut Vm,
    tool: usize,
    event: MonitoringEvent,
    code: ObjId,
    instr: u32,
) -> PyResult<()> {
    let monitoring = &mut vm.interp.monitoring;
    let event = match event {
        MonitoringEvent::CReturn | MonitoringEvent::CRaise => MonitoringEvent::Call,
        other => other,
    };
    if (event as usize) < LOCAL_EVENTS {
        let sets = monitoring.disabled.entry((code, instr)).or_default();
        sets[tool] |= event.bit();
        if event == MonitoringEvent::Call {
            sets[tool] |= MonitoringEvent::CReturn.bit() | MonitoringEvent::CRaise.bit();
        }
        return Ok(());
    }
    let old = std::mem::take(&mut monitoring.callbacks[tool][event as usize]);
    vm.xdecref(old);
    let name = MonitoringEvent::ALL[event as usize].1;
    Err(vm.value_error(format!("Cannot disable {name} events. Callback removed.")))
}

/// Fires an event with the exception on its way, which stays unless a callback raises.
fn fire_exception(
    vm: &mut Vm,
    event: MonitoringEvent,
    code: ObjId,
    instr: u32,
    exception: ObjId,
) -> PyResult<()> {
    let offset = vm.new_int(2 * i64::from(instr));
    let result = fire(vm, event, code, instr, &[offset, exception]);
    vm.decref(offset);
    result
}

impl<M: Mode> Eval<'_, M> {
    fn code_object(&self) -> ObjId {
        let frame = self.vm.tstate.frames.last().expect("the loop runs a frame");
        frame.f_code
    }

    /// At `RESUME`: the code that begins may be watched. True: it has been changed, so that the
    /// instruction runs again.
    #[cold]
    pub fn begin_monitoring(&mut self) -> bool {
        let code = self.code_object();
        instrument(self.vm, code)
    }

    /// The exception on its way reaches this frame.
    pub fn monitor_raise(&mut self, event: MonitoringEvent) {
        if self.vm.eval_breaker & breaker::MONITORING == 0 {
            return;
        }
        let (code, instr) = (self.code_object(), self.instr as u32);
        if self.vm.interp.monitoring.events_in(code) & event.bit() == 0 {
            return;
        }
        let index = self.vm.tstate.frames.len() - 1;
        if self.vm.frame_is_incomplete(index) {
            return;
        }
        let exception = self.vm.take_raised();
        if exception.is_null() {
            return;
        }
        match fire_exception(self.vm, event, code, instr, exception) {
            Ok(()) => {
                self.vm.set_raised(exception);
            }
            Err(_raised) => {
                // What the callback raised takes the place of the exception.
                self.vm.decref(exception);
            }
        }
    }

    /// A handler takes the exception (still on its way); the callback may raise another.
    pub fn monitor_handled(&mut self, exception: ObjId) -> PyResult<()> {
        if self.vm.eval_breaker & breaker::MONITORING == 0 {
            return Ok(());
        }
        let code = self.code_object();
        let event = MonitoringEvent::ExceptionHandled;
        fire_exception(self.vm, event, code, self.pc as u32, exception)
    }

    /// Runs an instruction of watched code: what happens is told, then the instruction that stood
    /// here before does its work.
    #[cold]
    #[inline(never)]
    pub fn instrumented(&mut self) -> PyResult<Flow> {
        let first = self.instr;
        let code = Arc::clone(&self.code);
        let mut oparg = 0;
        let mut instr = first;
        let opcode = loop {
            let unit = code.original(instr);
            oparg = oparg << 8 | u32::from(unit >> 8);
            if unit as u8 != Opcode::EXTENDED_ARG as u8 {
                break unit as u8;
            }
            instr += 1;
        };
        self.instr = instr;
        self.vm.tstate.instr = instr as u32;
        let code_obj = self.code_object();
        if self.vm.interp.monitoring.events_in(code_obj) == 0 {
            code.restore();
            return self.dispatch(opcode, oparg);
        }
        let resume = opcode == Opcode::RESUME as u8;
        // The check of the eval breaker comes first.
        if resume && oparg & 3 < 2 {
            self.poll()?;
        }
        if !self.vm.tstate.tracing {
            self.before(&code, code_obj, first, opcode, oparg)?;
        }
        if resume {
            self.pc = instr + 1;
            return Ok(Flow::Next);
        }
        // A trace function may have sent the frame elsewhere.
        let known = Opcode::from_number(u16::from(opcode)).expect("the compiler made it");
        let call = self.call_in_progress(known, oparg);
        if let Some((callable, arg)) = call {
            self.vm.incref(callable);
            self.vm.incref(arg);
        }
        let depth = self.vm.tstate.frames.len();
        let result = self.dispatch(opcode, oparg);
        if instr == first {
            code.instrument_unit(first);
        }
        if let Some((callable, arg)) = call {
            let result = self.after_call(code_obj, instr, depth, callable, arg, result);
            self.vm.decref(callable);
            self.vm.decref(arg);
            return result;
        }
        let result = result?;
        if matches!(result, Flow::Next) && self.vm.tstate.frames.len() == depth {
            self.after_jump(code_obj, known, instr)?;
        }
        Ok(result)
    }

    /// Events in front of an instruction: a line, the instruction, a start, a return.
    fn before(
        &mut self,
        code: &CodeRuntime,
        code_obj: ObjId,
        first: usize,
        opcode: u8,
        oparg: u32,
    ) -> PyResult<()> {
        let at = self.instr as u32;
        let known = Opcode::from_number(u16::from(opcode)).expect("the compiler made it");
        let frame = self
            .vm
            .tstate
            .frames
            .last_mut()
            .expect("the loop runs a frame");
        let previous = std::mem::replace(&mut frame.monitored_instr, at);
        let watched = self.vm.interp.monitoring.events_in(code_obj);
        let has = |event: MonitoringEvent| watched & event.bit() != 0;
        let traceable = first > code.first_traceable as usize;
        if has(MonitoringEvent::Line) && traceable && code.starts_line(first) {
            let line = code.line_of(first as u32);
            let same = previous != u32::MAX
                && code.line_of(previous) == line
                && code.original(previous as usize) as u8 != Opcode::RESUME as u8;
            if !same {
                self.save_registers_at(first);
                let line = self.vm.new_int(i64::from(line));
                let told = fire(self.vm, MonitoringEvent::Line, code_obj, at, &[line]);
                self.vm.decref(line);
                told?;
            }
        }
        let offset = self.vm.new_int(2 * i64::from(at));
        let told = self.tell(code, code_obj, first, known, oparg, offset);
        self.vm.decref(offset);
        told
    }

    /// The events in front of an instruction that are no line.
    fn tell(
        &mut self,
        code: &CodeRuntime,
        code_obj: ObjId,
        first: usize,
        opcode: Opcode,
        oparg: u32,
        offset: ObjId,
    ) -> PyResult<()> {
        let at = self.instr as u32;
        let watched = self.vm.interp.monitoring.events_in(code_obj);
        let has = |event: MonitoringEvent| watched & event.bit() != 0;
        let traceable = first > code.first_traceable as usize && opcode != Opcode::RESUME;
        if has(MonitoringEvent::Instruction) && traceable {
            fire(
                self.vm,
                MonitoringEvent::Instruction,
                code_obj,
                at,
                &[offset],
            )?;
        }
        match opcode {
            Opcode::RESUME => {
                let event = if oparg.trailing_zeros() >= 2 {
                    MonitoringEvent::PyStart
                } else {
                    MonitoringEvent::PyResume
                };
                fire(self.vm, event, code_obj, at, &[offset])?;
            }
            Opcode::RETURN_VALUE => {
                let value = self.peek(1);
                fire(
                    self.vm,
                    MonitoringEvent::PyReturn,
                    code_obj,
                    at,
                    &[offset, value],
                )?;
            }
            Opcode::RETURN_CONST => {
                let value = code.consts[oparg as usize];
                fire(
                    self.vm,
                    MonitoringEvent::PyReturn,
                    code_obj,
                    at,
                    &[offset, value],
                )?;
            }
            Opcode::YIELD_VALUE => {
                let value = self.peek(1);
                fire(
                    self.vm,
                    MonitoringEvent::PyYield,
                    code_obj,
                    at,
                    &[offset, value],
                )?;
            }
            Opcode::END_FOR | Opcode::END_SEND if has(MonitoringEvent::StopIteration) => {
                self.stop_iteration(code_obj, at, opcode)?;
            }
            _ => {}
        }
        if let Some((callable, arg)) = self.call_in_progress(opcode, oparg) {
            fire(
                self.vm,
                MonitoringEvent::Call,
                code_obj,
                at,
                &[offset, callable, arg],
            )?;
        }
        Ok(())
    }

    /// A generator that returned in front of `END_FOR` or `END_SEND` ended as by `StopIteration`.
    fn stop_iteration(&mut self, code: ObjId, at: u32, opcode: Opcode) -> PyResult<()> {
        let (value, receiver) = (self.peek(1), self.peek(2));
        let kind = self.vm.type_of(receiver);
        let ends =
            kind == types::GENERATOR || opcode == Opcode::END_SEND && kind == types::COROUTINE;
        if !ends {
            return Ok(());
        }
        let exception = self.vm.call(types::STOP_ITERATION, &[value])?;
        let result = fire_exception(self.vm, MonitoringEvent::StopIteration, code, at, exception);
        self.vm.decref(exception);
        result
    }

    /// The object that an instruction is about to call, and its first argument (or `MISSING`).
    fn call_in_progress(&self, opcode: Opcode, oparg: u32) -> Option<(ObjId, ObjId)> {
        let missing = self.vm.interp.monitoring.missing;
        let (callable_at, first_at) = match opcode {
            Opcode::CALL => {
                let n = oparg as usize;
                let bound = !self.peek(n + 1).is_null();
                let first = if bound { n + 1 } else { n };
                (n + 2, first)
            }
            Opcode::CALL_KW => {
                let n = oparg as usize;
                let bound = !self.peek(n + 2).is_null();
                let first = if bound {
                    n + 2
                } else if n > 0 {
                    n + 1
                } else {
                    0
                };
                (n + 3, first)
            }
            Opcode::CALL_FUNCTION_EX => {
                let skip = (oparg & 1) as usize;
                let callable = self.peek(skip + 3);
                let args = self.vm.tuple_items(self.peek(skip + 1));
                return Some((callable, args.first().copied().unwrap_or(missing)));
            }
            _ => return None,
        };
        let callable = self.peek(callable_at);
        let arg = if first_at == 0 {
            missing
        } else {
            self.peek(first_at)
        };
        Some((callable, arg))
    }

    /// What a call that is no call of a Python function gave.
    fn after_call(
        &mut self,
        code: ObjId,
        instr: usize,
        depth: usize,
        callable: ObjId,
        arg: ObjId,
        result: PyResult<Flow>,
    ) -> PyResult<Flow> {
        let inlined = self.vm.tstate.frames.len() != depth;
        if inlined || is_python_function(self.vm, callable) {
            return result;
        }
        let event = if result.is_ok() {
            MonitoringEvent::CReturn
        } else {
            MonitoringEvent::CRaise
        };
        let raised = self.vm.take_raised();
        let offset = self.vm.new_int(2 * instr as i64);
        let fired = fire(self.vm, event, code, instr as u32, &[offset, callable, arg]);
        self.vm.decref(offset);
        match fired {
            Ok(()) if raised.is_null() => result,
            Ok(()) => Err(self.vm.set_raised(raised)),
            Err(new) => {
                self.vm.xdecref(raised);
                Err(new)
            }
        }
    }

    /// Jumps and branches, told once it is known where they go.
    fn after_jump(&mut self, code: ObjId, opcode: Opcode, instr: usize) -> PyResult<()> {
        let event = match opcode {
            Opcode::JUMP_FORWARD | Opcode::JUMP_BACKWARD => MonitoringEvent::Jump,
            Opcode::POP_JUMP_IF_TRUE
            | Opcode::POP_JUMP_IF_FALSE
            | Opcode::POP_JUMP_IF_NONE
            | Opcode::POP_JUMP_IF_NOT_NONE
            | Opcode::FOR_ITER => MonitoringEvent::Branch,
            _ => return Ok(()),
        };
        if self.vm.interp.monitoring.events_in(code) & event.bit() == 0 {
            return Ok(());
        }
        let offset = self.vm.new_int(2 * instr as i64);
        let target = self.vm.new_int(2 * self.pc as i64);
        let result = fire(self.vm, event, code, instr as u32, &[offset, target]);
        self.vm.decref(offset);
        self.vm.decref(target);
        result
    }

    /// Notes in the frame where it stands, so that a callback sees the right line.
    fn save_registers_at(&mut self, instr: usize) {
        self.vm.tstate.instr = instr as u32;
        self.save_registers();
    }

    /// An exception is thrown into the frame from outside.
    pub fn monitor_throw(&mut self) {
        self.begin_monitoring();
        self.monitor_raise(MonitoringEvent::PyThrow);
    }
}

/// Whether a call of the object stays in the loop.
fn is_python_function(vm: &Vm, callable: ObjId) -> bool {
    use crate::objects::object::Payload;
    match vm.heap.payload(callable) {
        Payload::Function(_) => true,
        Payload::Method(m) => matches!(vm.heap.payload(m.im_func), Payload::Function(_)),
        _ => false,
    }
}
