//! The specialized forms of loops, of delegation to generators, and of `RESUME`.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::generators::push_resumed_frame;
use crate::objects::genobject::{GeneratorState, generator};
use crate::objects::iterobject::{list_iterator_next, tuple_iterator_next};
use crate::objects::rangeobject::range_iterator_next;
use crate::objects::slots::IterNextFunc;
use crate::objects::vm::PyResult;
use crate::objects::wellknown::{NONE, types};

use super::generators::send;
use super::iteration::{for_iter, skip_loop};
use super::jumps::poll_at_resume;

/// One round of a loop over an iterator of exactly this type, which runs no Python code.
#[inline]
fn next_of<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
    ty: ObjId,
    next: IterNextFunc,
) -> PyResult<Flow> {
    let iterator = eval.peek(1);
    if eval.vm.type_of(iterator) != ty {
        return for_iter(eval, oparg);
    }
    if let Some(value) = next(eval.vm, iterator)? {
        eval.done(value)
    } else {
        eval.pop_drop();
        skip_loop(eval, oparg)
    }
}

#[inline]
pub fn for_iter_list<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    next_of(eval, oparg, types::LIST_ITERATOR, list_iterator_next)
}

pub fn for_iter_tuple<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    next_of(eval, oparg, types::TUPLE_ITERATOR, tuple_iterator_next)
}

#[inline]
pub fn for_iter_range<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    next_of(eval, oparg, types::RANGE_ITERATOR, range_iterator_next)
}

pub fn for_iter_gen<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let iterator = eval.peek(1);
    if eval.vm.type_of(iterator) != types::GENERATOR || !can_enter(eval, iterator) {
        return for_iter(eval, oparg);
    }
    // A return goes on at `END_FOR`.
    eval.enter_generator(iterator, NONE, oparg);
    Ok(Flow::Next)
}

pub fn send_gen<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !enter_receiver(eval, oparg) {
        return send(eval, oparg);
    }
    Ok(Flow::Next)
}

/// Sends into a generator or coroutine in this loop; false when the receiver is none that can be
/// entered.
#[inline]
pub fn enter_receiver<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> bool {
    let (receiver, value) = (eval.peek(2), eval.peek(1));
    let ty = eval.vm.type_of(receiver);
    if ![types::GENERATOR, types::COROUTINE].contains(&ty) || !can_enter(eval, receiver) {
        return false;
    }
    eval.forget(1);
    eval.enter_generator(receiver, value, oparg);
    eval.vm.decref(value);
    true
}

/// Whether the generator waits to be resumed, and a call is left.
#[inline]
fn can_enter<M: Mode>(eval: &Eval<'_, M>, id: ObjId) -> bool {
    let state = generator(eval.vm, id).state;
    ![GeneratorState::Executing, GeneratorState::Cleared].contains(&state) && eval.has_call_left()
}

impl<M: Mode> Eval<'_, M> {
    /// Resumes a generator in this loop with `value` (borrowed). A yield goes on behind the
    /// current instruction, a return `return_offset` units further.
    fn enter_generator(&mut self, id: ObjId, value: ObjId, return_offset: u32) {
        self.save_registers();
        let caller = self.vm.tstate.frames.last_mut();
        caller.expect("the loop runs a frame").return_offset = return_offset;
        push_resumed_frame(self.vm, id, value, false);
        let frame = self.vm.tstate.frames.last().expect("just pushed");
        let (code, frame_id) = (frame.f_code, frame.frame_id);
        self.base = frame.base as usize;
        self.sp = frame.sp as usize;
        self.pc = frame.resume_pc as usize;
        self.frame_id = frame_id;
        self.push_code(code);
    }
}

#[inline]
pub fn resume_check<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    poll_at_resume(eval, oparg)
}
