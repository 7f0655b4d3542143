//! Imports and the internal functions.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::{import, intrinsics};
use crate::objects::vm::PyResult;
use crate::objects::wellknown::{NONE, names, types};

pub fn import_name<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let (level, fromlist) = (eval.peek(2), eval.peek(1));
    let builtins = eval.builtins();
    let Some(import) = super::names::mapping_get(eval, builtins, names::IMPORT)? else {
        return Err(eval.vm.raise(types::IMPORT_ERROR, "__import__ not found"));
    };
    let (globals, locals) = (eval.globals(), eval.locals());
    let locals = if locals.is_null() { NONE } else { locals };
    let module = eval.vm.call_vector(
        import,
        &[name, globals, locals, fromlist, level],
        ObjId::NULL,
    );
    eval.vm.decref(import);
    let module = module?;
    eval.forget(2);
    eval.vm.decref(level);
    eval.vm.decref(fromlist);
    eval.done(module)
}

pub fn import_from<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let module = eval.peek(1);
    let value = import::import_from(eval.vm, module, name)?;
    eval.done(value)
}

pub fn call_intrinsic_1<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    let result = intrinsics::unary(eval, oparg, value)?;
    eval.pop_drop();
    eval.done(result)
}

pub fn call_intrinsic_2<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (value2, value1) = (eval.peek(2), eval.peek(1));
    let result = intrinsics::binary(eval.vm, oparg, value2, value1)?;
    eval.forget(2);
    eval.vm.decref(value2);
    eval.vm.decref(value1);
    eval.done(result)
}
