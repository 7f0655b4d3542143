//! Subscripts and slices.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::NONE;

use super::operators::binary;

pub fn binary_subscr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::binary_subscr(eval);
        return eval.dispatch_again(oparg);
    }
    binary(eval, Vm::getitem)
}

pub fn store_subscr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::store_subscr(eval);
        return eval.dispatch_again(oparg);
    }
    let (value, container, key) = (eval.peek(3), eval.peek(2), eval.peek(1));
    eval.vm.setitem(container, key, value)?;
    eval.forget(3);
    eval.vm.decref(value);
    eval.vm.decref(container);
    eval.vm.decref(key);
    Ok(Flow::Next)
}

pub fn delete_subscr<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let (container, key) = (eval.peek(2), eval.peek(1));
    eval.vm.setitem(container, key, ObjId::NULL)?;
    eval.forget(2);
    eval.vm.decref(container);
    eval.vm.decref(key);
    Ok(Flow::Next)
}

/// The slice of the two top values, which it takes over.
fn pop_slice<M: Mode>(eval: &mut Eval<'_, M>) -> ObjId {
    let stop = eval.pop();
    let start = eval.pop();
    let slice = eval.vm.new_slice(start, stop, NONE);
    eval.vm.decref(start);
    eval.vm.decref(stop);
    slice
}

pub fn binary_slice<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let slice = pop_slice(eval);
    let container = eval.peek(1);
    let result = eval.vm.getitem(container, slice);
    eval.vm.decref(slice);
    let result = result?;
    eval.pop_drop();
    eval.done(result)
}

pub fn store_slice<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let slice = pop_slice(eval);
    let (value, container) = (eval.peek(2), eval.peek(1));
    let result = eval.vm.setitem(container, slice, value);
    eval.vm.decref(slice);
    result?;
    eval.forget(2);
    eval.vm.decref(value);
    eval.vm.decref(container);
    Ok(Flow::Next)
}
