//! Attributes of objects, and of `super()`.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::vm::PyResult;
use crate::objects::wellknown::types;

pub fn load_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::load_attr(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    let name = eval.name(oparg >> 1);
    let owner = eval.peek(1);
    if oparg & 1 == 0 {
        let value = eval.vm.getattr(owner, name)?;
        eval.pop_drop();
        return eval.done(value);
    }
    let (value, is_method) = eval.vm.get_method(owner, name)?;
    if is_method {
        // The owner stays as the first argument.
        eval.replace(1, value);
        return eval.done(owner);
    }
    eval.pop_drop();
    eval.push(value);
    eval.done(ObjId::NULL)
}

pub fn store_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::store_attr(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    let name = eval.name(oparg);
    let (value, owner) = (eval.peek(2), eval.peek(1));
    eval.vm.setattr(owner, name, value)?;
    eval.forget(2);
    eval.vm.decref(value);
    eval.vm.decref(owner);
    Ok(Flow::Next)
}

pub fn delete_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let owner = eval.peek(1);
    eval.vm.setattr(owner, name, ObjId::NULL)?;
    eval.pop_drop();
    Ok(Flow::Next)
}

pub fn load_super_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::load_super_attr(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    push_super_attr(eval, oparg)
}

/// Pushes what `super(class, self)` has under the name.
pub fn push_super_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg >> 2);
    let (global_super, class, this) = (eval.peek(3), eval.peek(2), eval.peek(1));
    let method = oparg & 1 != 0;
    let (value, is_method) =
        if global_super == types::SUPER && eval.vm.isinstance(class, types::TYPE) {
            eval.vm.super_attribute(class, this, name, method)?
        } else {
            // Somebody put something else in the place of `super`: do what the source says.
            let args: &[ObjId] = if oparg & 2 != 0 { &[class, this] } else { &[] };
            let object = eval.vm.call_vector(global_super, args, ObjId::NULL)?;
            let value = eval.vm.getattr(object, name);
            eval.vm.decref(object);
            (value?, false)
        };
    eval.forget(3);
    eval.vm.decref(global_super);
    eval.vm.decref(class);
    if is_method {
        eval.push(value);
        return eval.done(this);
    }
    eval.vm.decref(this);
    eval.push(value);
    if method {
        eval.push(ObjId::NULL);
    }
    Ok(Flow::Next)
}
