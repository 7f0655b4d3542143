//! Loops over iterators.

use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::vm::PyResult;
use crate::objects::wellknown::types;

pub fn get_iter<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let iterable = eval.peek(1);
    let iterator = eval.vm.iter(iterable)?;
    eval.pop_drop();
    eval.done(iterator)
}

pub fn for_iter<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::for_iter(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    let iterator = eval.peek(1);
    if let Some(value) = eval.vm.iter_next(iterator)? {
        eval.done(value)
    } else {
        eval.pop_drop();
        skip_loop(eval, oparg)
    }
}

/// Goes on behind `END_FOR` and `POP_TOP`; the iterator is already dropped.
#[inline]
pub fn skip_loop<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    eval.jump(oparg + 2);
    Ok(Flow::Next)
}

pub fn end_for<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    eval.pop_drop();
    Ok(Flow::Next)
}

pub fn get_aiter<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let object = eval.peek(1);
    let Some(get) = eval.vm.slots_of(object).am_aiter else {
        let name = eval.vm.type_name_of(object);
        return Err(eval.vm.type_error(format!(
            "'async for' requires an object with __aiter__ method, got {name}"
        )));
    };
    let iterator = get(eval.vm, object)?;
    eval.pop_drop();
    if eval.vm.slots_of(iterator).am_anext.is_none() {
        let name = eval.vm.type_name_of(iterator);
        eval.vm.decref(iterator);
        return Err(eval.vm.type_error(format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {name}"
        )));
    }
    eval.done(iterator)
}

pub fn get_anext<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let iterator = eval.peek(1);
    let Some(next) = eval.vm.slots_of(iterator).am_anext else {
        let name = eval.vm.type_name_of(iterator);
        return Err(eval.vm.type_error(format!(
            "'async for' requires an iterator with __anext__ method, got {name}"
        )));
    };
    let item = next(eval.vm, iterator)?;
    if eval.vm.type_of(iterator) == types::ASYNC_GENERATOR {
        return eval.done(item);
    }
    let awaitable = crate::objects::genobject::get_awaitable_iter(eval.vm, item);
    match awaitable {
        Ok(awaitable) => {
            eval.vm.decref(item);
            eval.done(awaitable)
        }
        Err(raised) => {
            let name = eval.vm.type_name_of(item);
            let _ = raised;
            eval.vm.decref(item);
            Err(eval.vm.raise_from_cause(
                types::TYPE_ERROR,
                format!("'async for' received an invalid object from __anext__: {name}"),
            ))
        }
    }
}

pub fn end_async_for<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let exception = eval.pop();
    if eval.vm.isinstance(exception, types::STOP_ASYNC_ITERATION) {
        eval.vm.decref(exception);
        eval.pop_drop();
        return Ok(Flow::Next);
    }
    eval.reraising = true;
    Err(eval.vm.set_raised(exception))
}

pub fn get_len<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let object = eval.peek(1);
    let len = eval.vm.len(object)?;
    let len = eval.vm.new_int(len);
    eval.done(len)
}
