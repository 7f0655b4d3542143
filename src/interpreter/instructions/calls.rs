//! Calls, and making functions.

use crate::base::ObjId;
use crate::events::{Event, Mode};
use crate::interpreter::call_args;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::types;

/// Arguments up to this number need no allocation of their own.
const FEW: usize = 8;

pub fn call<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::call(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    call_with_names(eval, oparg as usize, ObjId::NULL)
}

pub fn call_kw<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let kwnames = eval.pop();
    let flow = call_with_names(eval, oparg as usize, kwnames);
    eval.vm.decref(kwnames);
    flow
}

/// Calls what lies below `oparg` arguments on the stack; a bound method is taken apart, a Python
/// function runs in this loop.
#[inline]
pub fn call_with_names<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: usize,
    kwnames: ObjId,
) -> PyResult<Flow> {
    let mut callable = eval.peek(oparg + 2);
    let mut this = eval.peek(oparg + 1);
    if this.is_null() && eval.vm.type_of(callable) == types::METHOD {
        (callable, this) = unpack_method(eval, oparg, callable);
    }
    let total = oparg + usize::from(!this.is_null());
    let mut few = [ObjId::NULL; FEW];
    let many;
    let args: &[ObjId] = {
        let from = eval.sp - total;
        let on_stack = &eval.vm.tstate.datastack[from..eval.sp];
        if total <= FEW {
            few[..total].copy_from_slice(on_stack);
            &few[..total]
        } else {
            many = on_stack.to_vec();
            &many
        }
    };
    if eval.vm.type_of(callable) == types::FUNCTION {
        eval.forget(oparg + 2);
        return eval.enter_function(callable, args, kwnames);
    }
    call_native(eval, callable, args, kwnames, oparg + 2)
}

/// Puts the function and the object of a bound method in place of the method and NULL.
pub fn unpack_method<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: usize,
    method: ObjId,
) -> (ObjId, ObjId) {
    let (function, this) = match eval.vm.heap.payload(method) {
        Payload::Method(m) => (m.im_func, m.im_self),
        other => panic!("{method:?} is no method: {other:?}"),
    };
    eval.vm.incref(function);
    eval.vm.incref(this);
    eval.replace(oparg + 1, this);
    eval.replace(oparg + 2, function);
    eval.vm.decref(method);
    (function, this)
}

/// Calls something that is no Python function, drops its `slots` stack entries, and polls.
pub fn call_native<M: Mode>(
    eval: &mut Eval<'_, M>,
    callable: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
    slots: usize,
) -> PyResult<Flow> {
    let result = reported_call::<M>(eval.vm, callable, args, kwnames);
    eval.forget(slots);
    match result {
        Ok(value) => {
            eval.vm.decref(callable);
            eval.vm.decref_all(args);
            eval.push(value);
            eval.poll()?;
            Ok(Flow::Next)
        }
        Err(raised) => {
            let exception = std::mem::take(&mut eval.vm.tstate.current_exception);
            eval.vm.decref(callable);
            eval.vm.decref_all(args);
            eval.vm.tstate.current_exception = exception;
            Err(raised)
        }
    }
}

/// Calls with an event before and behind.
fn reported_call<M: Mode>(
    vm: &mut Vm,
    callable: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    reported::<M>(vm, callable, |vm| vm.call_vector(callable, args, kwnames))
}

/// Does what a call of something native does, with an event before and behind.
#[inline]
pub fn reported<M: Mode>(
    vm: &mut Vm,
    callable: ObjId,
    act: impl FnOnce(&mut Vm) -> PyResult<ObjId>,
) -> PyResult<ObjId> {
    if !M::RECORDING {
        return act(vm);
    }
    let name = vm.heap.callable_text(callable);
    vm.heap.reporter.emit(Event::CallNative {
        function: callable,
        name,
    });
    let result = act(vm);
    vm.heap.reporter.emit(Event::ReturnNative {
        function: callable,
        name,
        raised: result.is_err(),
    });
    result
}

pub fn call_function_ex<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let kwargs = if oparg & 1 != 0 {
        eval.pop()
    } else {
        ObjId::NULL
    };
    let mut callargs = eval.pop();
    let function = eval.peek(2);
    if eval.vm.type_of(callargs) != types::TUPLE {
        match args_as_tuple(eval.vm, function, callargs) {
            Ok(tuple) => {
                eval.vm.decref(callargs);
                callargs = tuple;
            }
            Err(raised) => {
                eval.vm.decref(callargs);
                eval.vm.xdecref(kwargs);
                return Err(raised);
            }
        }
    }
    let args = eval.vm.tuple_items(callargs).to_vec();
    if eval.vm.type_of(function) == types::FUNCTION {
        eval.forget(2);
        return enter_with_dict(eval, function, args, callargs, kwargs);
    }
    let result = if kwargs.is_null() {
        reported_call::<M>(eval.vm, function, &args, ObjId::NULL)
    } else {
        eval.vm.call_tuple_dict(function, callargs, kwargs)
    };
    eval.forget(2);
    let exception = std::mem::take(&mut eval.vm.tstate.current_exception);
    eval.vm.decref(function);
    eval.vm.decref(callargs);
    eval.vm.xdecref(kwargs);
    eval.vm.tstate.current_exception = exception;
    let value = result?;
    eval.push(value);
    eval.poll()?;
    Ok(Flow::Next)
}

fn args_as_tuple(vm: &mut Vm, function: ObjId, callargs: ObjId) -> PyResult<ObjId> {
    if vm.slots_of(callargs).tp_iter.is_none() && !vm.is_sequence(callargs) {
        let function = vm.function_str(function)?;
        let name = vm.type_name_of(callargs);
        return Err(vm.type_error(format!(
            "{function} argument after * must be an iterable, not {name}"
        )));
    }
    vm.tuple_from_iterable(callargs)
}

/// Enters a Python function with a tuple and a dict of arguments; steals all of them.
fn enter_with_dict<M: Mode>(
    eval: &mut Eval<'_, M>,
    function: ObjId,
    mut args: Vec<ObjId>,
    callargs: ObjId,
    kwargs: ObjId,
) -> PyResult<Flow> {
    let mut kwnames = ObjId::NULL;
    if !kwargs.is_null() && eval.vm.dict_len(kwargs) > 0 {
        let (names, values) = match call_args::split_keywords(eval.vm, kwargs) {
            Ok(split) => split,
            Err(raised) => {
                eval.vm.decref(function);
                eval.vm.decref(callargs);
                eval.vm.decref(kwargs);
                return Err(raised);
            }
        };
        args.extend(values);
        kwnames = eval.vm.new_tuple_from(&names);
    }
    for &arg in &args {
        eval.vm.incref(arg);
    }
    eval.vm.decref(callargs);
    eval.vm.xdecref(kwargs);
    let flow = eval.enter_function(function, &args, kwnames);
    eval.vm.xdecref(kwnames);
    flow
}

pub fn make_function<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let code = eval.pop();
    let (globals, builtins) = (eval.globals(), eval.builtins());
    let function = eval.vm.new_function(code, globals, builtins);
    let version = eval.vm.code_runtime(code).co_version;
    if let Payload::Function(f) = eval.vm.heap.payload_mut_quiet(function) {
        f.func_version = version;
    }
    eval.vm.decref(code);
    eval.done(function)
}

pub fn set_function_attribute<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let function = eval.pop();
    let value = eval.pop();
    if let Payload::Function(f) = eval.vm.heap.payload_mut(function) {
        match oparg {
            1 => f.func_defaults = value,
            2 => f.func_kwdefaults = value,
            4 => f.func_annotations = value,
            8 => f.func_closure = value,
            _ => panic!("SET_FUNCTION_ATTRIBUTE {oparg}"),
        }
    }
    eval.done(function)
}
