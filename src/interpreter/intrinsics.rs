//! The internal functions that the compiler calls by number.
//!
//! Mirrors `Python/intrinsics.c`.

use crate::base::ObjId;
use crate::events::Mode;
use crate::objects::object::Payload;
use crate::objects::typevarobject;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, types};

use super::ceval::Eval;

/// `CALL_INTRINSIC_1`: `value` is borrowed.
pub fn unary<M: Mode>(eval: &mut Eval<'_, M>, number: u32, value: ObjId) -> PyResult<ObjId> {
    match number {
        1 => print_expression(eval.vm, value),
        2 => import_star(eval, value),
        3 => stopiteration_error(eval, value),
        4 => Ok(crate::objects::asyncgenobject::wrap_value(eval.vm, value)),
        5 => eval.vm.number_positive(value),
        6 => {
            let items = match eval.vm.heap.payload(value) {
                Payload::List(list) => list.ob_item.clone(),
                _ => Vec::new(),
            };
            Ok(eval.vm.new_tuple_from(&items))
        }
        7 => Ok(typevarobject::make_type_param(
            eval.vm,
            types::TYPEVAR,
            value,
        )),
        8 => Ok(typevarobject::make_type_param(
            eval.vm,
            types::PARAMSPEC,
            value,
        )),
        9 => Ok(typevarobject::make_type_param(
            eval.vm,
            types::TYPEVARTUPLE,
            value,
        )),
        10 => typevarobject::subscript_generic(eval.vm, value),
        11 => Ok(typevarobject::make_type_alias(eval.vm, value)),
        _ => panic!("CALL_INTRINSIC_1 {number}"),
    }
}

/// `CALL_INTRINSIC_2`: the arguments are borrowed.
pub fn binary(vm: &mut Vm, number: u32, value2: ObjId, value1: ObjId) -> PyResult<ObjId> {
    match number {
        1 => super::exception_groups::prep_reraise_star(vm, value2, value1),
        2 => Ok(typevarobject::typevar_with_bound(vm, value2, value1)),
        3 => Ok(typevarobject::typevar_with_constraints(vm, value2, value1)),
        4 => {
            vm.incref(value1);
            if let Payload::Function(f) = vm.heap.payload_mut(value2) {
                let old = std::mem::replace(&mut f.func_typeparams, value1);
                vm.xdecref(old);
            }
            Ok(vm.incref(value2))
        }
        5 => Ok(typevarobject::set_typeparam_default(vm, value2, value1)),
        _ => panic!("CALL_INTRINSIC_2 {number}"),
    }
}

fn print_expression(vm: &mut Vm, value: ObjId) -> PyResult<ObjId> {
    let sysdict = vm.interp.sysdict;
    let Some(hook) = vm.dict_get_str(sysdict, names::DISPLAYHOOK) else {
        return Err(vm.raise(types::RUNTIME_ERROR, "lost sys.displayhook"));
    };
    vm.incref(hook);
    let result = vm.call(hook, &[value]);
    vm.decref(hook);
    result
}

/// `from module import *`.
fn import_star<M: Mode>(eval: &mut Eval<'_, M>, module: ObjId) -> PyResult<ObjId> {
    let locals = eval.locals();
    if locals.is_null() {
        return Err(eval
            .vm
            .raise(types::SYSTEM_ERROR, "no locals found during 'import *'"));
    }
    let vm = &mut *eval.vm;
    let (all, skip_underscores) = match vm.getattr_opt(module, names::ALL_)? {
        Some(all) => (all, false),
        None => match vm.getattr_opt(module, names::DICT)? {
            Some(dict) => {
                let keys = vm.call_method(dict, names::KEYS, &[]);
                vm.decref(dict);
                (keys?, true)
            }
            None => {
                return Err(vm.raise(
                    types::IMPORT_ERROR,
                    "from-import-* object has no __dict__ and no __all__",
                ));
            }
        },
    };
    let listed = vm.collect_iterable(all);
    vm.decref(all);
    let listed = listed?;
    let mut result = Ok(NONE);
    for &name in &listed {
        if let Err(raised) = import_one(vm, module, locals, name, skip_underscores) {
            result = Err(raised);
            break;
        }
    }
    vm.decref_all(&listed);
    result
}

fn import_one(
    vm: &mut Vm,
    module: ObjId,
    locals: ObjId,
    name: ObjId,
    skip_underscores: bool,
) -> PyResult<()> {
    if vm.text(name).is_none() {
        let module_name = vm.getattr_opt(module, names::NAME)?;
        let module_name = match module_name {
            Some(id) => {
                let text = vm.str_lossy(id);
                vm.decref(id);
                text
            }
            None => "?".to_owned(),
        };
        let kind = vm.type_name_of(name);
        return Err(vm.type_error(if skip_underscores {
            format!("Key in {module_name}.__dict__ must be str, not {kind}")
        } else {
            format!("Item in {module_name}.__all__ must be str, not {kind}")
        }));
    }
    if skip_underscores && vm.str_lossy(name).starts_with('_') {
        return Ok(());
    }
    let value = vm.getattr(module, name)?;
    let set = vm.setitem(locals, name, value);
    vm.decref(value);
    set
}

/// A `StopIteration` that leaves a generator becomes a `RuntimeError`.
fn stopiteration_error<M: Mode>(eval: &mut Eval<'_, M>, exception: ObjId) -> PyResult<ObjId> {
    let flags = eval.code.co_flags;
    let vm = &mut *eval.vm;
    let is_async = flags & 0x200 != 0;
    let message = if vm.isinstance(exception, types::STOP_ITERATION) {
        if is_async {
            Some("async generator raised StopIteration")
        } else if flags & 0x80 != 0 {
            Some("coroutine raised StopIteration")
        } else {
            Some("generator raised StopIteration")
        }
    } else if is_async && vm.isinstance(exception, types::STOP_ASYNC_ITERATION) {
        Some("async generator raised StopAsyncIteration")
    } else {
        None
    };
    let Some(message) = message else {
        return Ok(vm.incref(exception));
    };
    let text = vm.new_str(message);
    let made = vm.call(types::RUNTIME_ERROR, &[text]);
    vm.decref(text);
    let made = made?;
    vm.incref(exception);
    crate::objects::exception_types::set_exception_cause(vm, made, exception);
    vm.incref(exception);
    if let Payload::Exception(e) = vm.heap.payload_mut(made) {
        let old = std::mem::replace(&mut e.context, exception);
        vm.xdecref(old);
    }
    Ok(made)
}
