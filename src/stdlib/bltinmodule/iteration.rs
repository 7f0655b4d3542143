//! Functions over iterables.

use crate::base::ObjId;
use crate::objects::getargs::Signature;
use crate::objects::object::Payload;
use crate::objects::slots::CompareOp;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, names, small_int, types};

fn truth(vm: &mut Vm, iterable: ObjId, stop_at: bool) -> PyResult<ObjId> {
    let iterator = vm.iter(iterable)?;
    let mut result = Ok(!stop_at);
    loop {
        match vm.iter_next(iterator) {
            Ok(Some(item)) => {
                let truth = vm.is_true(item);
                vm.decref(item);
                match truth {
                    Ok(truth) if truth == stop_at => {
                        result = Ok(stop_at);
                        break;
                    }
                    Ok(_) => {}
                    Err(raised) => {
                        result = Err(raised);
                        break;
                    }
                }
            }
            Ok(None) => break,
            Err(raised) => {
                result = Err(raised);
                break;
            }
        }
    }
    vm.decref(iterator);
    result.map(bool_obj)
}

pub(super) fn all(vm: &mut Vm, _: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    truth(vm, iterable, false)
}

pub(super) fn any(vm: &mut Vm, _: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    truth(vm, iterable, true)
}

pub(super) fn iter(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("iter", args.len(), 1, 2)?;
    if args.len() == 1 {
        return vm.iter(args[0]);
    }
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("iter(v, w): v must be callable"));
    }
    Ok(vm.new_call_iter(args[0], args[1]))
}

pub(super) fn aiter(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let Some(get) = vm.slots_of(obj).am_aiter else {
        let name = vm.type_name_of(obj);
        return Err(vm.type_error(format!("'{name}' object is not an async iterable")));
    };
    let iterator = get(vm, obj)?;
    if vm.slots_of(iterator).am_anext.is_none() {
        let name = vm.type_name_of(iterator);
        vm.decref(iterator);
        return Err(vm.type_error(format!(
            "aiter() returned not an async iterator of type '{name}'"
        )));
    }
    Ok(iterator)
}

pub(super) fn next(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("next", args.len(), 1, 2)?;
    let Some(next) = vm.slots_of(args[0]).tp_iternext else {
        let name = vm.type_name_of(args[0]);
        return Err(vm.type_error(format!("'{name}' object is not an iterator")));
    };
    match next(vm, args[0]) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => match args.get(1) {
            Some(&default) => Ok(vm.incref(default)),
            None => Err(vm.raise_stop_iteration()),
        },
        Err(raised) => {
            if let Some(&default) = args.get(1)
                && vm.raised_matches(types::STOP_ITERATION)
            {
                vm.clear_raised();
                return Ok(vm.incref(default));
            }
            Err(raised)
        }
    }
}

pub(super) fn anext(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("anext", args.len(), 1, 2)?;
    let Some(next) = vm.slots_of(args[0]).am_anext else {
        let name = vm.type_name_of(args[0]);
        return Err(vm.type_error(format!("'{name}' object is not an async iterator")));
    };
    let awaitable = next(vm, args[0])?;
    let Some(&default) = args.get(1) else {
        return Ok(awaitable);
    };
    let wrapped = crate::objects::anextawaitable::new(vm, awaitable, default);
    vm.decref(awaitable);
    Ok(wrapped)
}

pub(super) fn min(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    extreme(vm, "min", args, kwnames, CompareOp::Lt)
}

pub(super) fn max(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    extreme(vm, "max", args, kwnames, CompareOp::Gt)
}

fn extreme(
    vm: &mut Vm,
    name: &str,
    args: &[ObjId],
    kwnames: ObjId,
    op: CompareOp,
) -> PyResult<ObjId> {
    let keywords: Vec<ObjId> = if kwnames.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(kwnames).to_vec()
    };
    let (positional, values) = args.split_at(args.len() - keywords.len());
    let (mut key, mut default) = (NONE, ObjId::NULL);
    for (&keyword, &value) in keywords.iter().zip(values) {
        match vm.str_lossy(keyword).as_str() {
            "key" => key = value,
            "default" => default = value,
            other => {
                let message = format!("{name}() got an unexpected keyword argument '{other}'");
                return Err(vm.type_error(message));
            }
        }
    }
    if positional.is_empty() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    if positional.len() > 1 && !default.is_null() {
        return Err(vm.type_error(format!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    if positional.len() > 1 {
        let mut best = None;
        for &item in positional {
            vm.incref(item);
            if let Err(raised) = consider(vm, &mut best, item, key, op) {
                drop_best(vm, best);
                return Err(raised);
            }
        }
        return Ok(take_best(vm, best).expect("there were arguments"));
    }
    let iterator = vm.iter(positional[0])?;
    let mut best = None;
    loop {
        let step = match vm.iter_next(iterator) {
            Ok(Some(item)) => consider(vm, &mut best, item, key, op),
            Ok(None) => break,
            Err(raised) => Err(raised),
        };
        if let Err(raised) = step {
            vm.decref(iterator);
            drop_best(vm, best);
            return Err(raised);
        }
    }
    vm.decref(iterator);
    match take_best(vm, best) {
        Some(item) => Ok(item),
        None if !default.is_null() => Ok(vm.incref(default)),
        None => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
    }
}

/// Takes `item` (stolen) when it beats what is best so far: (item, its key).
fn consider(
    vm: &mut Vm,
    best: &mut Option<(ObjId, ObjId)>,
    item: ObjId,
    key: ObjId,
    op: CompareOp,
) -> PyResult<()> {
    let value = if key == NONE {
        vm.incref(item)
    } else {
        match vm.call(key, &[item]) {
            Ok(value) => value,
            Err(raised) => {
                vm.decref(item);
                return Err(raised);
            }
        }
    };
    let Some((best_item, best_value)) = *best else {
        *best = Some((item, value));
        return Ok(());
    };
    let better = vm.rich_compare_bool(value, best_value, op);
    let (drop_item, drop_value) = if better == Ok(true) {
        *best = Some((item, value));
        (best_item, best_value)
    } else {
        (item, value)
    };
    vm.decref(drop_value);
    vm.decref(drop_item);
    better.map(|_| ())
}

fn take_best(vm: &mut Vm, best: Option<(ObjId, ObjId)>) -> Option<ObjId> {
    let (item, value) = best?;
    vm.decref(value);
    Some(item)
}

fn drop_best(vm: &mut Vm, best: Option<(ObjId, ObjId)>) {
    if let Some(item) = take_best(vm, best) {
        vm.decref(item);
    }
}

pub(super) fn sorted(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let keywords = if kwnames.is_null() {
        0
    } else {
        vm.tuple_items(kwnames).len()
    };
    let positional = args.len() - keywords;
    if positional != 1 {
        let s = "";
        return Err(vm.type_error(format!("sorted expected 1 argument{s}, got {positional}")));
    }
    let list = vm.list_from_iterable(args[0])?;
    let sort = vm.getattr(list, names::SORT)?;
    let result = vm.call_vector(sort, &args[1..], kwnames);
    vm.decref(sort);
    match result {
        Ok(none) => {
            vm.decref(none);
            Ok(list)
        }
        Err(raised) => {
            vm.decref(list);
            Err(raised)
        }
    }
}

pub(super) fn sum(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new("sum", &["", "start"], 1);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let start = if given[1].is_null() {
        small_int(0)
    } else {
        given[1]
    };
    if matches!(vm.heap.payload(start), Payload::Str(_)) {
        return Err(vm.type_error("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    if matches!(vm.heap.payload(start), Payload::Bytes(_)) {
        return Err(vm.type_error("sum() can't sum bytes [use b''.join(seq) instead]"));
    }
    if matches!(vm.heap.payload(start), Payload::ByteArray(_)) {
        return Err(vm.type_error("sum() can't sum bytearray [use b''.join(seq) instead]"));
    }
    let iterator = vm.iter(given[0])?;
    vm.incref(start);
    let result = add_all(vm, iterator, start);
    vm.decref(iterator);
    result
}

/// Adds up; floats with compensation, as CPython since 3.12 does. Steals `total`.
fn add_all(vm: &mut Vm, iterator: ObjId, mut total: ObjId) -> PyResult<ObjId> {
    let mut compensated: Option<(f64, f64)> = None;
    loop {
        let item = match vm.iter_next(iterator) {
            Ok(Some(item)) => item,
            Ok(None) => break,
            Err(raised) => {
                vm.decref(total);
                return Err(raised);
            }
        };
        if compensated.is_none()
            && vm.type_of(total) == types::FLOAT
            && let Payload::Float(value) = *vm.heap.payload(total)
        {
            compensated = Some((value, 0.0));
        }
        if let Some((sum, rest)) = compensated {
            let operand = match *vm.heap.payload(item) {
                Payload::Float(x) if vm.type_of(item) == types::FLOAT => Some((x, true)),
                Payload::Int(x) if vm.type_of(item) == types::INT => Some((x as f64, false)),
                _ => None,
            };
            if let Some((x, is_float)) = operand {
                vm.decref(item);
                compensated = Some(if is_float {
                    neumaier(sum, rest, x)
                } else {
                    (sum + x, rest)
                });
                continue;
            }
            compensated = None;
            vm.decref(total);
            total = vm.new_float(finish_float(sum, rest));
        }
        let next = vm.binary_op(0, total, item);
        vm.decref(total);
        vm.decref(item);
        total = next?;
    }
    if let Some((sum, rest)) = compensated {
        vm.decref(total);
        total = vm.new_float(finish_float(sum, rest));
    }
    Ok(total)
}

fn neumaier(sum: f64, rest: f64, x: f64) -> (f64, f64) {
    let total = sum + x;
    let lost = if sum.abs() >= x.abs() {
        (sum - total) + x
    } else {
        (x - total) + sum
    };
    (total, rest + lost)
}

fn finish_float(sum: f64, rest: f64) -> f64 {
    // Infinities must not turn into NaN.
    if rest != 0.0 && rest.is_finite() {
        sum + rest
    } else {
        sum
    }
}
