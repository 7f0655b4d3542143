//! Generators and coroutines: making, suspending, delegating.

use crate::base::ObjId;
use crate::events::{Event, Mode};
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::genobject::{self, GeneratorState};
use crate::objects::object::Payload;
use crate::objects::slots::SendResult;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::specialized_iteration::enter_receiver;

const CO_COROUTINE: u32 = 0x80;
const CO_ITERABLE_COROUTINE: u32 = 0x100;

pub fn return_generator<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let function = eval.function();
    let generator = genobject::make_generator(eval.vm, function);
    eval.save_registers();
    let is_entry = suspend_frame(eval, generator);
    if is_entry {
        return Ok(Flow::Exit(generator));
    }
    eval.restore_registers();
    eval.done(generator)
}

/// Moves the current frame with its stack into its generator; says whether it began this loop.
fn suspend_frame<M: Mode>(eval: &mut Eval<'_, M>, generator: ObjId) -> bool {
    let mut frame = eval.vm.tstate.frames.pop().expect("the loop runs a frame");
    eval.vm.tstate.py_recursion_remaining += 1;
    if let Some(caller) = eval.vm.tstate.frames.last() {
        eval.vm.tstate.instr = caller.prev_instr;
    }
    frame.localsplus.clear();
    frame
        .localsplus
        .extend_from_slice(&eval.vm.tstate.datastack[eval.base..eval.sp]);
    frame.prev_instr = frame.resume_pc;
    frame.owner = crate::objects::frame::FrameOwner::Generator(generator);
    eval.vm.tstate.datastack_top = eval.base;
    let is_entry = frame.is_entry;
    if M::RECORDING {
        let thread = eval.vm.tstate.id;
        eval.vm.heap.reporter.emit(Event::FrameSuspend {
            thread,
            frame: frame.frame_id,
            generator,
        });
    }
    if let Payload::Generator(g) = eval.vm.heap.payload_mut(generator) {
        g.frame = Some(Box::new(frame));
    }
    is_entry
}

pub fn yield_value<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    if M::RECORDING {
        eval.vm.heap.reporter.emit(Event::PyYield {
            frame: eval.frame_id,
            value,
        });
    }
    let generator = match eval.vm.tstate.frames.last().map(|f| f.owner) {
        Some(crate::objects::frame::FrameOwner::Generator(generator)) => generator,
        other => panic!("YIELD_VALUE in a frame of {other:?}"),
    };
    let exc = eval.vm.tstate.exc_info.pop().unwrap_or_default();
    if let Payload::Generator(g) = eval.vm.heap.payload_mut(generator) {
        g.state = if oparg == 0 {
            GeneratorState::Suspended
        } else {
            GeneratorState::SuspendedYieldFrom
        };
        g.exc_value = exc;
    }
    eval.save_registers();
    if suspend_frame(eval, generator) {
        return Ok(Flow::Exit(value));
    }
    eval.restore_registers();
    eval.done(value)
}

pub fn send<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::send(eval);
        return eval.dispatch_again(oparg);
    }
    if enter_receiver(eval, oparg) {
        return Ok(Flow::Next);
    }
    let (receiver, value) = (eval.peek(2), eval.peek(1));
    match send_value(eval.vm, receiver, value)? {
        SendResult::Next(result) => {
            eval.pop_drop();
            eval.done(result)
        }
        SendResult::Return(result) => {
            eval.pop_drop();
            eval.push(result);
            eval.jump(oparg);
            Ok(Flow::Next)
        }
    }
}

/// Sends `value` into any iterator (`PyIter_Send`, and what `SEND` does besides).
pub fn send_value(vm: &mut Vm, receiver: ObjId, value: ObjId) -> PyResult<SendResult> {
    let slots = vm.slots_of(receiver);
    if let Some(send) = slots.am_send {
        return send(vm, receiver, value);
    }
    let result = if let Some(next) = slots.tp_iternext
        && value == NONE
    {
        next(vm, receiver)
    } else {
        vm.call_method(receiver, crate::objects::wellknown::names::SEND, &[value])
            .map(Some)
    };
    match result {
        Ok(Some(result)) => Ok(SendResult::Next(result)),
        Ok(None) => Ok(SendResult::Return(NONE)),
        Err(raised) => match vm.take_stop_iteration_value() {
            Some(value) => Ok(SendResult::Return(value)),
            None => Err(raised),
        },
    }
}

pub fn end_send<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    eval.pop_drop();
    eval.done(value)
}

pub fn get_yield_from_iter<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let iterable = eval.peek(1);
    let ty = eval.vm.type_of(iterable);
    if ty == types::COROUTINE {
        if eval.code.co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE) == 0 {
            return Err(eval.vm.type_error(
                "cannot 'yield from' a coroutine object in a non-coroutine generator",
            ));
        }
        return Ok(Flow::Next);
    }
    if ty == types::GENERATOR {
        return Ok(Flow::Next);
    }
    let iterator = eval.vm.iter(iterable)?;
    eval.pop_drop();
    eval.done(iterator)
}

pub fn get_awaitable<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let object = eval.peek(1);
    let iterator = match genobject::get_awaitable_iter(eval.vm, object) {
        Ok(iterator) => iterator,
        Err(raised) => {
            if oparg > 0
                && eval.vm.slots_of(object).am_await.is_none()
                && eval.vm.raised_matches(types::TYPE_ERROR)
            {
                eval.vm.clear_raised();
                let name = eval.vm.type_name_of(object);
                let method = if oparg == 1 {
                    "__aenter__"
                } else {
                    "__aexit__"
                };
                return Err(eval.vm.type_error(format!(
                    "'async with' received an object from {method} that does not implement __await__: {name}"
                )));
            }
            return Err(raised);
        }
    };
    eval.pop_drop();
    if eval.vm.type_of(iterator) == types::COROUTINE
        && !genobject::yield_from_of(eval.vm, iterator).is_null()
    {
        eval.vm.decref(iterator);
        return Err(eval
            .vm
            .raise(types::RUNTIME_ERROR, "coroutine is being awaited already"));
    }
    eval.done(iterator)
}

pub fn cleanup_throw<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let exception = eval.pop();
    if eval.vm.isinstance(exception, types::STOP_ITERATION) {
        let value = match eval.vm.heap.payload(exception) {
            Payload::Exception(e) => e.field("value"),
            _ => ObjId::NULL,
        };
        let value = if value.is_null() { NONE } else { value };
        eval.vm.incref(value);
        eval.vm.decref(exception);
        let last_sent = eval.pop();
        eval.vm.decref(last_sent);
        eval.pop_drop();
        eval.push(NONE);
        return eval.done(value);
    }
    eval.reraising = true;
    Err(eval.vm.set_raised(exception))
}
