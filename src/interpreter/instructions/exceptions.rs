//! Raising, handling, and leaving `with` blocks.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, bool_obj, names, types};

pub fn push_exc_info<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let exception = eval.pop();
    eval.vm.incref(exception);
    let current = eval
        .vm
        .tstate
        .exc_info
        .last_mut()
        .expect("a thread begins with one entry");
    let previous = std::mem::replace(current, exception);
    eval.push(if previous.is_null() { NONE } else { previous });
    eval.done(exception)
}

pub fn pop_except<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let previous = eval.pop();
    let value = if previous == NONE {
        ObjId::NULL
    } else {
        previous
    };
    let current = eval
        .vm
        .tstate
        .exc_info
        .last_mut()
        .expect("a thread begins with one entry");
    let old = std::mem::replace(current, value);
    eval.vm.xdecref(old);
    Ok(Flow::Next)
}

pub fn reraise<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let exception = eval.pop();
    if oparg > 0 {
        let lasti = eval.peek(oparg as usize);
        if let Payload::Int(lasti) = *eval.vm.heap.payload(lasti) {
            eval.vm.tstate.instr = lasti as u32;
        }
    }
    eval.reraising = true;
    Err(eval.vm.set_raised(exception))
}

pub fn raise_varargs<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let cause = if oparg == 2 { eval.pop() } else { ObjId::NULL };
    let exception = if oparg >= 1 { eval.pop() } else { ObjId::NULL };
    if exception.is_null() {
        return Err(raise_again(eval));
    }
    Err(raise_exception(eval.vm, exception, cause))
}

/// `raise` alone: the handled exception once more.
fn raise_again<M: Mode>(eval: &mut Eval<'_, M>) -> Raised {
    let handled = eval.vm.handled_exception();
    if handled.is_null() {
        return eval
            .vm
            .raise(types::RUNTIME_ERROR, "No active exception to reraise");
    }
    eval.vm.incref(handled);
    eval.reraising = true;
    eval.vm.set_raised(handled)
}

/// `raise exception from cause` (`do_raise`); steals both; `cause` may be NULL.
fn raise_exception(vm: &mut Vm, exception: ObjId, cause: ObjId) -> Raised {
    let value = match exception_instance(vm, exception, "exceptions must derive from BaseException")
    {
        Ok(value) => value,
        Err(raised) => {
            vm.xdecref(cause);
            return raised;
        }
    };
    if !cause.is_null() {
        let fixed = if cause == NONE {
            Ok(ObjId::NULL)
        } else {
            exception_instance(vm, cause, "exception causes must derive from BaseException")
        };
        match fixed {
            Ok(fixed) => crate::objects::exception_types::set_exception_cause(vm, value, fixed),
            Err(raised) => {
                vm.decref(value);
                return raised;
            }
        }
    }
    let class = vm.type_of(value);
    let raised = vm.raise_with(class, value);
    vm.decref(value);
    raised
}

/// The exception itself, or an instance of the class that was given (stolen).
fn exception_instance(vm: &mut Vm, given: ObjId, message: &str) -> PyResult<ObjId> {
    if is_exception_class(vm, given) {
        let value = vm.call_vector(given, &[], ObjId::NULL);
        let value = match value {
            Ok(value) => value,
            Err(raised) => {
                vm.decref(given);
                return Err(raised);
            }
        };
        if !vm.isinstance(value, types::BASE_EXCEPTION) {
            let class = vm.repr_lossy(given);
            let name = vm.type_repr_lossy(value);
            vm.decref(value);
            vm.decref(given);
            return Err(vm.type_error(format!(
                "calling {class} should have returned an instance of BaseException, not {name}"
            )));
        }
        vm.decref(given);
        return Ok(value);
    }
    if vm.isinstance(given, types::BASE_EXCEPTION) {
        return Ok(given);
    }
    vm.decref(given);
    Err(vm.type_error(message))
}

/// Whether `id` is a class that derives from `BaseException`.
pub fn is_exception_class(vm: &Vm, id: ObjId) -> bool {
    matches!(vm.heap.payload(id), Payload::Type(_)) && vm.is_subtype(id, types::BASE_EXCEPTION)
}

pub fn load_assertion_error<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    eval.done(types::ASSERTION_ERROR)
}

pub fn check_exc_match<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let (exception, class) = (eval.peek(2), eval.peek(1));
    check_match_type(eval.vm, class)?;
    let matched = eval.vm.exception_matches(exception, class);
    eval.pop_drop();
    eval.done(bool_obj(matched))
}

/// Whether `except` may name this (`_PyEval_CheckExceptTypeValid`).
fn check_match_type(vm: &mut Vm, class: ObjId) -> PyResult<()> {
    let valid = if vm.isinstance(class, types::TUPLE) {
        let items = vm.tuple_items(class).to_vec();
        items.iter().all(|&item| is_exception_class(vm, item))
    } else {
        is_exception_class(vm, class)
    };
    if valid {
        return Ok(());
    }
    Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed"))
}

pub fn check_eg_match<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let (exception, class) = (eval.peek(2), eval.peek(1));
    let (matched, rest) =
        crate::interpreter::exception_groups::match_group(eval.vm, exception, class)?;
    eval.forget(2);
    eval.vm.decref(exception);
    eval.vm.decref(class);
    if !matched.is_null() && matched != NONE {
        eval.vm.incref(matched);
        let current = eval
            .vm
            .tstate
            .exc_info
            .last_mut()
            .expect("a thread begins with one entry");
        let old = std::mem::replace(current, matched);
        eval.vm.xdecref(old);
    }
    eval.push(rest);
    eval.done(matched)
}

// ---- with statements

/// The special method `name` of the type of `manager`, bound: a new reference.
fn manager_method(
    vm: &mut Vm,
    manager: ObjId,
    name: ObjId,
    protocol: &str,
    missing: &str,
) -> PyResult<ObjId> {
    if let Some(method) = vm.lookup_special(manager, name)? {
        Ok(method)
    } else {
        let type_name = vm.type_name_of(manager);
        Err(vm.type_error(format!(
            "'{type_name}' object does not support the {protocol} protocol{missing}"
        )))
    }
}

fn enter_manager<M: Mode>(
    eval: &mut Eval<'_, M>,
    enter: ObjId,
    exit: ObjId,
    protocol: &str,
    missed_exit: &str,
) -> PyResult<Flow> {
    let manager = eval.peek(1);
    let enter = manager_method(eval.vm, manager, enter, protocol, "")?;
    let exit = match manager_method(eval.vm, manager, exit, protocol, missed_exit) {
        Ok(exit) => exit,
        Err(raised) => {
            eval.vm.decref(enter);
            return Err(raised);
        }
    };
    eval.pop_drop();
    let result = eval.vm.call_vector(enter, &[], ObjId::NULL);
    eval.vm.decref(enter);
    match result {
        Ok(result) => {
            eval.push(exit);
            eval.done(result)
        }
        Err(raised) => {
            eval.vm.decref(exit);
            Err(raised)
        }
    }
}

pub fn before_with<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    enter_manager(
        eval,
        names::ENTER,
        names::EXIT,
        "context manager",
        " (missed __exit__ method)",
    )
}

pub fn before_async_with<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    enter_manager(
        eval,
        names::AENTER,
        names::AEXIT,
        "asynchronous context manager",
        " (missed __aexit__ method)",
    )
}

pub fn with_except_start<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let (exit, exception) = (eval.peek(4), eval.peek(1));
    let class = eval.vm.type_of(exception);
    let traceback = match eval.vm.heap.payload(exception) {
        Payload::Exception(e) if !e.traceback.is_null() => e.traceback,
        _ => NONE,
    };
    let result = eval
        .vm
        .call_vector(exit, &[class, exception, traceback], ObjId::NULL)?;
    eval.done(result)
}
