//! Resuming generators, coroutines and asynchronous generators.
//!
//! Mirrors `gen_send_ex2` of `Objects/genobject.c`.

use crate::base::ObjId;
use crate::events::Event;
use crate::objects::genobject::{GeneratorState, generator, kind_name};
use crate::objects::object::Payload;
use crate::objects::slots::SendResult;
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, types};

/// Resumes with `value` (NULL: as `next()` does), or raises the exception on its way inside when
/// `throwing`.
pub fn gen_send(vm: &mut Vm, id: ObjId, value: ObjId, throwing: bool) -> PyResult<SendResult> {
    let state = generator(vm, id).state;
    if state == GeneratorState::Created && !value.is_null() && value != NONE && !throwing {
        let kind = kind_name(vm, id);
        return Err(vm.type_error(format!(
            "can't send non-None value to a just-started {kind}"
        )));
    }
    if state == GeneratorState::Executing {
        let kind = kind_name(vm, id);
        return Err(vm.value_error(format!("{kind} already executing")));
    }
    if state == GeneratorState::Cleared {
        if vm.type_of(id) == types::COROUTINE && !vm.raised_matches(types::GENERATOR_EXIT) {
            if throwing {
                vm.clear_raised();
            }
            return Err(vm.raise(
                types::RUNTIME_ERROR,
                "cannot reuse already awaited coroutine",
            ));
        }
        if throwing {
            return Err(Raised::already_set());
        }
        return Ok(SendResult::Return(NONE));
    }
    if vm.tstate.py_recursion_remaining <= 0 {
        return Err(super::frames::check_recursion(vm).expect_err("nothing is left"));
    }
    push_resumed_frame(vm, id, if value.is_null() { NONE } else { value }, true);
    vm.incref(id);
    let result = super::ceval::eval_frame(vm, throwing);
    let ended = generator(vm, id).state == GeneratorState::Cleared;
    let outcome = match result {
        Ok(value) if ended => Ok(SendResult::Return(value)),
        Ok(value) => Ok(SendResult::Next(value)),
        Err(raised) => Err(raised),
    };
    vm.decref(id);
    outcome
}

/// Puts the frame of a suspended generator back on the thread's stack, with `value` (borrowed) on
/// top of its value stack.
pub fn push_resumed_frame(vm: &mut Vm, id: ObjId, value: ObjId, is_entry: bool) {
    vm.incref(value);
    let exc = match vm.heap.payload_mut(id) {
        Payload::Generator(g) => {
            g.state = GeneratorState::Executing;
            std::mem::take(&mut g.exc_value)
        }
        other => panic!("{id:?} is no generator: {other:?}"),
    };
    vm.tstate.exc_info.push(exc);
    let mut frame = match vm.heap.payload_mut(id) {
        Payload::Generator(g) => *g.frame.take().expect("a suspended generator has its frame"),
        other => panic!("{id:?} is no generator: {other:?}"),
    };
    let framesize = vm.code_runtime(frame.f_code).framesize;
    let base = vm.reserve_datastack(0, framesize);
    let depth = frame.localsplus.len();
    vm.tstate.datastack[base..base + depth].copy_from_slice(&frame.localsplus);
    frame.localsplus = Vec::new();
    vm.tstate.datastack[base + depth] = value;
    frame.base = base as u32;
    frame.sp = (base + depth + 1) as u32;
    frame.is_entry = is_entry;
    let instr = vm.tstate.instr;
    if let Some(caller) = vm.tstate.frames.last_mut() {
        caller.prev_instr = instr;
    }
    vm.tstate.instr = frame.resume_pc;
    vm.tstate.py_recursion_remaining -= 1;
    let frame_id = frame.frame_id;
    vm.tstate.frames.push(frame);
    if vm.heap.reporter.is_on() {
        let thread = vm.tstate.id;
        vm.heap.reporter.emit(Event::FrameResume {
            thread,
            frame: frame_id,
            generator: id,
        });
        vm.heap.reporter.emit(Event::FrameSlot {
            frame: frame_id,
            index: depth as u32,
            old: ObjId::NULL,
            new: value,
        });
    }
}
