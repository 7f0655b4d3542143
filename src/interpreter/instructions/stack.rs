//! Constants, local variables, and moving values on the stack.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::vm::PyResult;
use crate::objects::wellknown::types;

/// Never executed: the room of an inline cache.
pub fn cache<M: Mode>(_eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unreachable!("control never enters an inline cache")
}

/// Never emitted.
pub fn reserved<M: Mode>(_eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unreachable!("the compiler never emits RESERVED")
}

/// Never present in a build without optimized code.
pub fn enter_executor<M: Mode>(_eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unreachable!("this build makes no executors")
}

/// Never executed: native callers are entered without it.
pub fn interpreter_exit<M: Mode>(_eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unreachable!("a loop ends with the frame that began it")
}

/// The loop itself adds the bits to the argument of the next instruction.
pub fn extended_arg<M: Mode>(_eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    unreachable!("the loop reads through EXTENDED_ARG")
}

#[inline]
pub fn nop<M: Mode>(_eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    Ok(Flow::Next)
}

#[inline]
pub fn pop_top<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    eval.pop_drop();
    Ok(Flow::Next)
}

#[inline]
pub fn push_null<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    eval.done(ObjId::NULL)
}

#[inline]
pub fn copy<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(oparg as usize);
    eval.vm.xincref(value);
    eval.done(value)
}

#[inline]
pub fn swap<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let top = eval.peek(1);
    let bottom = eval.replace(oparg as usize, top);
    eval.replace(1, bottom);
    Ok(Flow::Next)
}

#[inline]
pub fn load_const<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.code.consts[oparg as usize];
    eval.vm.incref(value);
    eval.done(value)
}

#[inline]
pub fn return_const<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.code.consts[oparg as usize];
    eval.vm.incref(value);
    eval.return_from_frame(value)
}

#[inline]
pub fn return_value<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    eval.return_from_frame(value)
}

#[inline]
pub fn load_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.local(oparg as usize);
    eval.vm.incref(value);
    eval.done(value)
}

#[inline]
pub fn load_fast_load_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let first = eval.local((oparg >> 4) as usize);
    let second = eval.local((oparg & 15) as usize);
    eval.vm.incref(first);
    eval.vm.incref(second);
    eval.push(first);
    eval.done(second)
}

#[inline]
pub fn load_fast_check<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.local(oparg as usize);
    if value.is_null() {
        return Err(unbound_local(eval, oparg));
    }
    eval.vm.incref(value);
    eval.done(value)
}

pub fn load_fast_and_clear<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.set_local(oparg as usize, ObjId::NULL);
    eval.done(value)
}

#[inline]
pub fn store_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    let old = eval.set_local(oparg as usize, value);
    eval.vm.xdecref(old);
    Ok(Flow::Next)
}

#[inline]
pub fn store_fast_load_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    let old = eval.set_local((oparg >> 4) as usize, value);
    let loaded = eval.local((oparg & 15) as usize);
    eval.vm.incref(loaded);
    eval.push(loaded);
    eval.vm.xdecref(old);
    Ok(Flow::Next)
}

#[inline]
pub fn store_fast_store_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let first = eval.pop();
    let old = eval.set_local((oparg >> 4) as usize, first);
    eval.vm.xdecref(old);
    let second = eval.pop();
    let old = eval.set_local((oparg & 15) as usize, second);
    eval.vm.xdecref(old);
    Ok(Flow::Next)
}

pub fn delete_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.local(oparg as usize).is_null() {
        return Err(unbound_local(eval, oparg));
    }
    let old = eval.set_local(oparg as usize, ObjId::NULL);
    eval.vm.decref(old);
    Ok(Flow::Next)
}

#[cold]
fn unbound_local<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> crate::objects::vm::Raised {
    let name = eval.vm.str_lossy(eval.code.localsplusnames[oparg as usize]);
    super::names::raise_name_error(
        eval.vm,
        types::UNBOUND_LOCAL_ERROR,
        &name,
        format!("cannot access local variable '{name}' where it is not associated with a value"),
    )
}
