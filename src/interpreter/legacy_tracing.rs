//! `sys.settrace` and `sys.setprofile`: two tools that turn events into calls of one function
//! with a frame, a word and an argument.
//!
//! Mirrors `Python/legacy_tracing.c` and the trampolines of `Python/sysmodule.c`.

use crate::base::ObjId;
use crate::objects::frameobject::{self, frame_object, frame_object_mut};
use crate::objects::monitoring::{MonitoringEvent as E, SYS_PROFILE, SYS_TRACE};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::monitoring::events_changed;

/// What `sys.settrace` watches.
const TRACE_EVENTS: u32 = E::PyStart.bit()
    | E::PyResume.bit()
    | E::PyThrow.bit()
    | E::PyReturn.bit()
    | E::PyYield.bit()
    | E::Raise.bit()
    | E::StopIteration.bit()
    | E::Line.bit()
    | E::PyUnwind.bit()
    | E::Jump.bit()
    | E::Instruction.bit();

/// What `sys.setprofile` watches.
const PROFILE_EVENTS: u32 = E::PyStart.bit()
    | E::PyResume.bit()
    | E::PyThrow.bit()
    | E::PyReturn.bit()
    | E::PyYield.bit()
    | E::PyUnwind.bit()
    | E::Call.bit()
    | E::CReturn.bit()
    | E::CRaise.bit();

/// Sets or, with NULL, takes back the trace function of the calling thread (borrowed).
pub fn set_trace(vm: &mut Vm, function: ObjId) {
    vm.xincref(function);
    let old = std::mem::replace(&mut vm.tstate.trace_func, function);
    vm.xdecref(old);
    let others = vm.other_tstates.values().any(|t| !t.trace_func.is_null());
    let any = others || !function.is_null();
    vm.interp.monitoring.events[SYS_TRACE] = if any { TRACE_EVENTS } else { 0 };
    events_changed(vm);
}

/// Sets or, with NULL, takes back the profile function of the calling thread (borrowed).
pub fn set_profile(vm: &mut Vm, function: ObjId) {
    vm.xincref(function);
    let old = std::mem::replace(&mut vm.tstate.profile_func, function);
    vm.xdecref(old);
    let others = vm.other_tstates.values().any(|t| !t.profile_func.is_null());
    let any = others || !function.is_null();
    vm.interp.monitoring.events[SYS_PROFILE] = if any { PROFILE_EVENTS } else { 0 };
    events_changed(vm);
}

/// Turns an event into a call of the trace or profile function of the thread.
pub fn event(
    vm: &mut Vm,
    tool: usize,
    event: E,
    code: ObjId,
    instr: u32,
    args: &[ObjId],
) -> PyResult<()> {
    let function = if tool == SYS_TRACE {
        vm.tstate.trace_func
    } else {
        vm.tstate.profile_func
    };
    if function.is_null() {
        return Ok(());
    }
    let frame = frameobject::frame_object_at(vm, vm.tstate.frames.len() - 1);
    let result = if tool == SYS_TRACE {
        trace(vm, frame, event, code, instr, args)
    } else {
        profile(vm, frame, event, args)
    };
    vm.decref(frame);
    result
}

fn trace(
    vm: &mut Vm,
    frame: ObjId,
    event: E,
    code: ObjId,
    instr: u32,
    args: &[ObjId],
) -> PyResult<()> {
    match event {
        E::PyStart | E::PyResume | E::PyThrow => call_trace(vm, frame, "call", NONE),
        E::PyReturn | E::PyYield => call_trace(vm, frame, "return", args[1]),
        E::PyUnwind => call_trace(vm, frame, "return", NONE),
        E::Raise | E::StopIteration => {
            let exception = args[1];
            let class = vm.type_of(exception);
            let traceback = match vm.heap.payload(exception) {
                Payload::Exception(e) if !e.traceback.is_null() => e.traceback,
                _ => NONE,
            };
            let info = vm.new_tuple_from(&[class, exception, traceback]);
            let result = call_trace(vm, frame, "exception", info);
            vm.decref(info);
            result
        }
        E::Line => {
            if !frame_object(vm, frame).f_trace_lines {
                return Ok(());
            }
            call_trace(vm, frame, "line", NONE)
        }
        E::Jump => {
            // A loop on one line is a new line each time around.
            let from = instr;
            let to = (vm.index_as_ssize(args[1], None)? / 2) as u32;
            let runtime = vm.code_runtime(code);
            if to > from || runtime.line_of(from) != runtime.line_of(to) {
                return Ok(());
            }
            if !frame_object(vm, frame).f_trace_lines {
                return Ok(());
            }
            call_trace(vm, frame, "line", NONE)
        }
        E::Instruction => {
            if !frame_object(vm, frame).f_trace_opcodes {
                return Ok(());
            }
            call_trace(vm, frame, "opcode", NONE)
        }
        E::Call | E::Branch | E::ExceptionHandled | E::Reraise | E::CReturn | E::CRaise => Ok(()),
    }
}

/// `trace_trampoline`: a call begins with the global function, whose result is the frame's own.
fn call_trace(vm: &mut Vm, frame: ObjId, what: &str, arg: ObjId) -> PyResult<()> {
    let callback = if what == "call" {
        vm.tstate.trace_func
    } else {
        frame_object(vm, frame).f_trace
    };
    if callback.is_null() {
        return Ok(());
    }
    match call_hook(vm, callback, frame, what, arg) {
        Ok(value) if value == NONE => Ok(()),
        Ok(value) => {
            let old = std::mem::replace(&mut frame_object_mut(vm, frame).f_trace, value);
            vm.xdecref(old);
            Ok(())
        }
        Err(raised) => {
            let exception = vm.take_raised();
            set_trace(vm, ObjId::NULL);
            let old = std::mem::take(&mut frame_object_mut(vm, frame).f_trace);
            vm.xdecref(old);
            vm.set_raised(exception);
            Err(raised)
        }
    }
}

fn call_hook(
    vm: &mut Vm,
    callback: ObjId,
    frame: ObjId,
    what: &str,
    arg: ObjId,
) -> PyResult<ObjId> {
    let word = vm.intern(what);
    vm.incref(callback);
    vm.tstate.tracing = true;
    let result = vm.call(callback, &[frame, word, arg]);
    vm.tstate.tracing = false;
    vm.decref(callback);
    result
}

fn profile(vm: &mut Vm, frame: ObjId, event: E, args: &[ObjId]) -> PyResult<()> {
    match event {
        E::PyStart | E::PyResume | E::PyThrow => call_profile(vm, frame, "call", NONE),
        E::PyReturn | E::PyYield => call_profile(vm, frame, "return", args[1]),
        E::PyUnwind => call_profile(vm, frame, "return", NONE),
        E::Call | E::CReturn | E::CRaise => {
            let what = match event {
                E::Call => "c_call",
                E::CReturn => "c_return",
                _ => "c_exception",
            };
            let Some(function) = native_function(vm, args[1], args[2])? else {
                return Ok(());
            };
            let result = call_profile(vm, frame, what, function);
            vm.decref(function);
            result
        }
        E::Line
        | E::Instruction
        | E::Jump
        | E::Branch
        | E::StopIteration
        | E::Raise
        | E::ExceptionHandled
        | E::Reraise => Ok(()),
    }
}

/// The native function that is called: itself, or an unbound method bound to its object. `None`
/// for anything else. A new reference.
fn native_function(vm: &mut Vm, callable: ObjId, first: ObjId) -> PyResult<Option<ObjId>> {
    if matches!(vm.heap.payload(callable), Payload::CFunction(_)) {
        return Ok(Some(vm.incref(callable)));
    }
    if vm.type_of(callable) != types::METHOD_DESCRIPTOR {
        return Ok(None);
    }
    if first == vm.interp.monitoring.missing {
        return Ok(None);
    }
    let Some(bind) = vm.slots_of(callable).tp_descr_get else {
        return Ok(None);
    };
    let class = vm.type_of(first);
    match bind(vm, callable, first, class) {
        Ok(bound) => Ok(Some(bound)),
        Err(_raised) => {
            // The call itself will complain.
            vm.clear_raised();
            Ok(None)
        }
    }
}

fn call_profile(vm: &mut Vm, frame: ObjId, what: &str, arg: ObjId) -> PyResult<()> {
    let callback = vm.tstate.profile_func;
    match call_hook(vm, callback, frame, what, arg) {
        Ok(value) => {
            vm.decref(value);
            Ok(())
        }
        Err(raised) => {
            let exception = vm.take_raised();
            set_profile(vm, ObjId::NULL);
            vm.set_raised(exception);
            Err(raised)
        }
    }
}
