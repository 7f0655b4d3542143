//! Operators: arithmetic, comparison, identity, membership, truth.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::slots::CompareOp;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{FALSE, TRUE, bool_obj};

/// Replaces the top operand by the result of a unary operation on it.
fn unary<M: Mode>(
    eval: &mut Eval<'_, M>,
    operation: impl FnOnce(&mut Vm, ObjId) -> PyResult<ObjId>,
) -> PyResult<Flow> {
    let operand = eval.peek(1);
    let result = operation(eval.vm, operand)?;
    eval.pop_drop();
    eval.done(result)
}

/// Replaces the two top operands by the result of a binary operation on them; the left one is
/// dropped first.
pub fn binary<M: Mode>(
    eval: &mut Eval<'_, M>,
    operation: impl FnOnce(&mut Vm, ObjId, ObjId) -> PyResult<ObjId>,
) -> PyResult<Flow> {
    let (left, right) = (eval.peek(2), eval.peek(1));
    let result = operation(eval.vm, left, right)?;
    eval.forget(2);
    eval.vm.decref(left);
    eval.vm.decref(right);
    eval.done(result)
}

pub fn unary_negative<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unary(eval, Vm::number_negative)
}

pub fn unary_invert<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unary(eval, Vm::number_invert)
}

pub fn unary_not<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    eval.done(bool_obj(value == FALSE))
}

pub fn to_bool<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::to_bool(eval);
        return eval.dispatch_again(oparg);
    }
    unary(eval, |vm, value| vm.is_true(value).map(bool_obj))
}

pub fn binary_op<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::binary_op(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    binary(eval, |vm, left, right| {
        vm.binary_op(oparg as usize, left, right)
    })
}

pub fn compare_op<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::compare_op(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    let op = CompareOp::from_index((oparg >> 5) as usize);
    let (left, right) = (eval.peek(2), eval.peek(1));
    let result = eval.vm.rich_compare(left, right, op)?;
    eval.forget(2);
    eval.vm.decref(left);
    eval.vm.decref(right);
    if oparg & 16 != 0 && result != TRUE && result != FALSE {
        let truth = eval.vm.is_true(result);
        eval.vm.decref(result);
        return eval.done(bool_obj(truth?));
    }
    eval.done(result)
}

pub fn is_op<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    binary(eval, |_, left, right| {
        Ok(bool_obj((left == right) != (oparg & 1 != 0)))
    })
}

pub fn contains_op<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::contains_op(eval);
        return eval.dispatch_again(oparg);
    }
    binary(eval, |vm, left, right| {
        Ok(bool_obj(vm.contains(right, left)? != (oparg & 1 != 0)))
    })
}
