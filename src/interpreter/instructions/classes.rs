//! What a class statement needs.

use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::vm::PyResult;
use crate::objects::wellknown::{NONE, names, types};

pub fn load_build_class<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let builtins = eval.builtins();
    match super::names::mapping_get(eval, builtins, names::BUILD_CLASS)? {
        Some(function) => eval.done(function),
        None => Err(eval
            .vm
            .raise(types::NAME_ERROR, "__build_class__ not found")),
    }
}

pub fn exit_init_check<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    if value != NONE {
        let name = eval.vm.type_name_of(value);
        eval.vm.decref(value);
        return Err(eval
            .vm
            .type_error(format!("__init__() should return None, not '{name}'")));
    }
    Ok(Flow::Next)
}
