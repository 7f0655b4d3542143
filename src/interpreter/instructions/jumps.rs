//! Jumps, and the places where other threads and the collector get their turn.

use crate::bytecode::Opcode;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::vm::{PyResult, breaker};
use crate::objects::wellknown::{FALSE, NONE, TRUE};

#[inline]
pub fn jump_forward<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    eval.jump(oparg);
    Ok(Flow::Next)
}

#[inline]
pub fn jump_backward<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    eval.poll()?;
    eval.pc -= oparg as usize;
    Ok(Flow::Next)
}

pub fn jump_backward_no_interrupt<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    eval.pc -= oparg as usize;
    Ok(Flow::Next)
}

/// Notes in the cache whether the jump was taken, newest bit lowest.
#[inline]
fn branch<M: Mode>(eval: &mut Eval<'_, M>, taken: bool, oparg: u32) -> PyResult<Flow> {
    let history = eval.cache(0) << 1 | u16::from(taken);
    let at = eval.instr + 1;
    eval.code.set_unit(at, history);
    if taken {
        eval.pc += oparg as usize;
    }
    Ok(Flow::Next)
}

#[inline]
pub fn pop_jump_if_false<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let condition = eval.pop();
    branch(eval, condition == FALSE, oparg)
}

#[inline]
pub fn pop_jump_if_true<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let condition = eval.pop();
    branch(eval, condition == TRUE, oparg)
}

#[inline]
pub fn pop_jump_if_none<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    eval.vm.decref(value);
    branch(eval, value == NONE, oparg)
}

#[inline]
pub fn pop_jump_if_not_none<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    eval.vm.decref(value);
    branch(eval, value != NONE, oparg)
}

pub fn resume<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    eval.rewrite(Opcode::RESUME_CHECK);
    poll_at_resume(eval, oparg)
}

/// Polls, except behind a `yield from` or `await`.
#[inline]
pub fn poll_at_resume<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if oparg & 3 < 2 {
        eval.poll()?;
    }
    if eval.vm.eval_breaker & breaker::MONITORING != 0 && eval.begin_monitoring() {
        eval.pc = eval.instr;
    }
    Ok(Flow::Next)
}
