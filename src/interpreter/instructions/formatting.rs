//! The pieces of f-strings.

use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::vm::PyResult;
use crate::objects::wellknown::{EMPTY_STR, types};

pub fn format_simple<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    if eval.vm.type_of(value) == types::STR {
        return Ok(Flow::Next);
    }
    let text = eval.vm.format(value, EMPTY_STR)?;
    eval.pop_drop();
    eval.done(text)
}

pub fn format_with_spec<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let (value, spec) = (eval.peek(2), eval.peek(1));
    let text = eval.vm.format(value, spec)?;
    eval.forget(2);
    eval.vm.decref(value);
    eval.vm.decref(spec);
    eval.done(text)
}

pub fn convert_value<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    let text = match oparg {
        1 => eval.vm.str(value)?,
        2 => eval.vm.repr(value)?,
        3 => eval.vm.ascii(value)?,
        _ => panic!("CONVERT_VALUE {oparg}"),
    };
    eval.pop_drop();
    eval.done(text)
}
