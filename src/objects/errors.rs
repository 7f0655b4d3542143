//! Raising: how a class and a value become the exception on its way, and its context.
//!
//! Mirrors `Python/errors.c`.

use crate::base::ObjId;

use super::object::Payload;
use super::vm::Vm;
use super::wellknown::{NONE, types};

/// `_PyErr_SetObject`: makes the exception if `value` is not one already, and chains it to the
/// one being handled.
pub fn set_object(vm: &mut Vm, class: ObjId, value: ObjId) {
    if vm.stop.is_some() {
        return;
    }
    let exception = if !value.is_null()
        && vm.isinstance(value, types::BASE_EXCEPTION)
        && vm.isinstance(value, class)
    {
        vm.incref(value)
    } else {
        match create(vm, class, value) {
            Some(exception) => exception,
            // Making it raised another one, which is now on its way.
            None => return,
        }
    };
    set_context(vm, exception);
    let _ = vm.set_raised(exception);
}

/// Calls the class with the value: a tuple stands for several arguments, `None` for none
/// (`_PyErr_CreateException`).
fn create(vm: &mut Vm, class: ObjId, value: ObjId) -> Option<ObjId> {
    let saved = vm.take_raised();
    vm.xdecref(saved);
    let made = if value.is_null() || value == NONE {
        vm.call(class, &[])
    } else if vm.isinstance(value, types::TUPLE) {
        let items = vm.tuple_items(value).to_vec();
        vm.call(class, &items)
    } else {
        vm.call(class, &[value])
    };
    let made = made.ok()?;
    if vm.isinstance(made, types::BASE_EXCEPTION) {
        return Some(made);
    }
    let (name, got) = (vm.class_name(class), vm.type_name_of(made));
    vm.decref(made);
    let _ = vm.type_error(format!(
        "calling <class '{name}'> should have returned an instance of BaseException, not <class '{got}'>"
    ));
    None
}

/// Sets `__context__` to the exception being handled, breaking a cycle that would arise.
fn set_context(vm: &mut Vm, exception: ObjId) {
    let handled = vm.handled_exception();
    if handled.is_null() || handled == exception {
        return;
    }
    // Walk the chain of the handled one: if the new one is in it, cut there.
    let mut link = handled;
    let mut slow = handled;
    let mut advance_slow = false;
    loop {
        let context = exception_context(vm, link);
        if context.is_null() {
            break;
        }
        if context == exception {
            set_exception_context(vm, link, ObjId::NULL);
            break;
        }
        link = context;
        if link == slow {
            break;
        }
        if advance_slow {
            slow = exception_context(vm, slow);
        }
        advance_slow = !advance_slow;
    }
    vm.incref(handled);
    set_exception_context(vm, exception, handled);
}

fn exception_context(vm: &Vm, exception: ObjId) -> ObjId {
    match vm.heap.payload(exception) {
        Payload::Exception(e) => e.context,
        _ => ObjId::NULL,
    }
}

/// Sets `__context__`; steals the reference.
pub fn set_exception_context(vm: &mut Vm, exception: ObjId, context: ObjId) {
    let old = match vm.heap.payload_mut(exception) {
        Payload::Exception(e) => std::mem::replace(&mut e.context, context),
        _ => context,
    };
    vm.xdecref(old);
}

impl Vm {
    /// The exception that the innermost active handler handles, borrowed; NULL: none
    /// (`_PyErr_GetTopmostException`).
    pub fn handled_exception(&self) -> ObjId {
        self.tstate
            .exc_info
            .iter()
            .rev()
            .copied()
            .find(|id| !id.is_null() && *id != NONE)
            .unwrap_or(ObjId::NULL)
    }
}
