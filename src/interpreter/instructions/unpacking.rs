//! Taking iterables apart into targets.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::types;

pub fn unpack_sequence<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::unpack_sequence(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    let sequence = eval.peek(1);
    let values = unpack_iterable(eval.vm, sequence, oparg as usize, None)?;
    let sequence = eval.pop();
    for value in values.into_iter().rev() {
        eval.push(value);
    }
    eval.vm.decref(sequence);
    Ok(Flow::Next)
}

pub fn unpack_ex<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let sequence = eval.peek(1);
    let (before, after) = ((oparg & 0xff) as usize, (oparg >> 8) as usize);
    let values = unpack_iterable(eval.vm, sequence, before, Some(after))?;
    let sequence = eval.pop();
    for value in values.into_iter().rev() {
        eval.push(value);
    }
    eval.vm.decref(sequence);
    Ok(Flow::Next)
}

/// The items for the targets, in their order (`_PyEval_UnpackIterable`): new references. With
/// `after` there is a starred target behind the first `before`, and `after` ones behind it.
pub fn unpack_iterable(
    vm: &mut Vm,
    sequence: ObjId,
    before: usize,
    after: Option<usize>,
) -> PyResult<Vec<ObjId>> {
    let ty = vm.type_of(sequence);
    if after.is_none() && (ty == types::TUPLE || ty == types::LIST) {
        let items: Vec<ObjId> = match vm.heap.payload(sequence) {
            Payload::Tuple(items) => items.to_vec(),
            Payload::List(list) => list.ob_item.clone(),
            _ => Vec::new(),
        };
        if items.len() == before {
            for &item in &items {
                vm.incref(item);
            }
            return Ok(items);
        }
    }
    let iterator = match vm.iter(sequence) {
        Ok(iterator) => iterator,
        Err(raised) => {
            if vm.raised_matches(types::TYPE_ERROR)
                && vm.slots_of(sequence).tp_iter.is_none()
                && !vm.is_sequence(sequence)
            {
                vm.clear_raised();
                let name = vm.type_name_of(sequence);
                return Err(vm.type_error(format!("cannot unpack non-iterable {name} object")));
            }
            return Err(raised);
        }
    };
    let mut values = Vec::new();
    let result = fill_targets(vm, iterator, before, after, &mut values);
    vm.decref(iterator);
    match result {
        Ok(()) => Ok(values),
        Err(raised) => {
            vm.decref_all(&values);
            Err(raised)
        }
    }
}

fn fill_targets(
    vm: &mut Vm,
    iterator: ObjId,
    before: usize,
    after: Option<usize>,
    values: &mut Vec<ObjId>,
) -> PyResult<()> {
    for i in 0..before {
        if let Some(value) = vm.iter_next(iterator)? {
            values.push(value);
        } else {
            let message = match after {
                None => format!("not enough values to unpack (expected {before}, got {i})"),
                Some(after) => {
                    format!(
                        "not enough values to unpack (expected at least {}, got {i})",
                        before + after
                    )
                }
            };
            return Err(vm.value_error(message));
        }
    }
    let Some(after) = after else {
        let Some(extra) = vm.iter_next(iterator)? else {
            return Ok(());
        };
        vm.decref(extra);
        let message = format!("too many values to unpack (expected {before})");
        return Err(vm.value_error(message));
    };
    let list = vm.list_from_iterable(iterator)?;
    let items = match vm.heap.payload(list) {
        Payload::List(l) => l.ob_item.clone(),
        _ => Vec::new(),
    };
    values.push(list);
    if items.len() < after {
        let message = format!(
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            before + items.len()
        );
        return Err(vm.value_error(message));
    }
    // The last items move out of the list onto the stack.
    let tail = vm.list_split_off(list, items.len() - after);
    values.extend(tail);
    Ok(())
}
