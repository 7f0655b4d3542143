//! `except*`: splitting groups and putting together what is raised again.
//!
//! Mirrors `exception_group_match` of `Python/ceval.c` and `_PyExc_PrepReraiseStar` of
//! `Objects/exceptions.c`.

use crate::base::ObjId;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

/// Splits `exception` into what matches `class` and the rest: new references, `None` for nothing.
pub fn match_group(vm: &mut Vm, exception: ObjId, class: ObjId) -> PyResult<(ObjId, ObjId)> {
    check_group_match_type(vm, class)?;
    if exception == NONE {
        return Ok((NONE, NONE));
    }
    let is_group = vm.isinstance(exception, types::BASE_EXCEPTION_GROUP);
    if vm.exception_matches(exception, class) {
        if is_group {
            return Ok((vm.incref(exception), NONE));
        }
        // A naked exception is wrapped, so that `e` is always a group.
        let message = crate::objects::wellknown::EMPTY_STR;
        let excs = vm.new_tuple_from(&[exception]);
        let wrapped = vm.call(types::EXCEPTION_GROUP, &[message, excs]);
        vm.decref(excs);
        let wrapped = wrapped?;
        copy_traceback_here(vm, wrapped);
        return Ok((wrapped, NONE));
    }
    if is_group {
        let pair = vm.call_method_name(exception, "split", &[class])?;
        if vm.type_of(pair) != types::TUPLE || vm.tuple_items(pair).len() != 2 {
            let (group, kind) = (vm.type_name_of(exception), vm.type_name_of(pair));
            let message = if vm.type_of(pair) == types::TUPLE {
                format!(
                    "{group}.split must return a 2-tuple, got tuple of size {}",
                    vm.tuple_items(pair).len()
                )
            } else {
                format!("{group}.split must return a tuple, not {kind}")
            };
            vm.decref(pair);
            return Err(vm.type_error(message));
        }
        let (matched, rest) = (vm.tuple_items(pair)[0], vm.tuple_items(pair)[1]);
        vm.incref(matched);
        vm.incref(rest);
        vm.decref(pair);
        return Ok((matched, rest));
    }
    Ok((NONE, vm.incref(exception)))
}

fn copy_traceback_here(vm: &mut Vm, exception: ObjId) {
    let Some(index) = vm.current_frame_index() else {
        return;
    };
    let frame = crate::objects::frameobject::frame_object_at(vm, index);
    let (lasti, lineno) = (vm.frame_instr(index), vm.frame_lineno(index));
    crate::objects::traceback::push_entry(vm, exception, frame, lasti, lineno);
    vm.decref(frame);
}

fn check_group_match_type(vm: &mut Vm, class: ObjId) -> PyResult<()> {
    let items = if vm.isinstance(class, types::TUPLE) {
        vm.tuple_items(class).to_vec()
    } else {
        vec![class]
    };
    for &item in &items {
        if !super::instructions::is_exception_class(vm, item) {
            return Err(vm.type_error(
                "catching classes that do not inherit from BaseException is not allowed",
            ));
        }
    }
    if items
        .iter()
        .any(|&item| vm.is_subtype(item, types::BASE_EXCEPTION_GROUP))
    {
        return Err(vm.type_error(
            "catching ExceptionGroup with except* is not allowed. Use except instead.",
        ));
    }
    Ok(())
}

/// What `except*` clauses leave to raise: `raised` lists what they raised or left unhandled.
pub fn prep_reraise_star(vm: &mut Vm, original: ObjId, raised: ObjId) -> PyResult<ObjId> {
    let excs: Vec<ObjId> = match vm.heap.payload(raised) {
        Payload::List(list) => list.ob_item.clone(),
        _ => Vec::new(),
    };
    if excs.is_empty() {
        return Ok(NONE);
    }
    if !vm.isinstance(original, types::BASE_EXCEPTION_GROUP) {
        return Ok(vm.incref(excs[0]));
    }
    let mut new_raised = Vec::new();
    let mut reraised = Vec::new();
    for &exc in excs.iter().filter(|&&e| e != NONE) {
        if is_same_metadata(vm, exc, original) {
            reraised.push(exc);
        } else {
            new_raised.push(exc);
        }
    }
    let projected = project(vm, original, &reraised)?;
    if new_raised.is_empty() {
        return Ok(projected);
    }
    let mut all = new_raised.clone();
    if projected != NONE {
        all.push(projected);
    }
    let result = if all.len() == 1 {
        vm.incref(all[0])
    } else {
        let list = vm.new_tuple_from(&all);
        let group = vm.call(
            types::BASE_EXCEPTION_GROUP,
            &[crate::objects::wellknown::EMPTY_STR, list],
        );
        vm.decref(list);
        group?
    };
    vm.xdecref(if projected == NONE {
        ObjId::NULL
    } else {
        projected
    });
    Ok(result)
}

/// Notes, traceback, cause and context tell whether an exception came out of the original group.
fn is_same_metadata(vm: &Vm, a: ObjId, b: ObjId) -> bool {
    match (vm.heap.payload(a), vm.heap.payload(b)) {
        (Payload::Exception(a), Payload::Exception(b)) => {
            a.notes == b.notes
                && a.traceback == b.traceback
                && a.cause == b.cause
                && a.context == b.context
        }
        _ => false,
    }
}

/// The part of `original` whose leaves are in `keep` (`exception_group_projection`).
fn project(vm: &mut Vm, original: ObjId, keep: &[ObjId]) -> PyResult<ObjId> {
    let mut leaves = Vec::new();
    for &exc in keep {
        collect_leaves(vm, exc, &mut leaves);
    }
    split_by_leaves(vm, original, &leaves)
}

fn collect_leaves(vm: &Vm, exc: ObjId, leaves: &mut Vec<ObjId>) {
    if !vm.isinstance(exc, types::BASE_EXCEPTION_GROUP) {
        leaves.push(exc);
        return;
    }
    if let Payload::Exception(e) = vm.heap.payload(exc) {
        for &child in vm.tuple_items(e.field("exceptions")) {
            collect_leaves(vm, child, leaves);
        }
    }
}

fn split_by_leaves(vm: &mut Vm, exc: ObjId, leaves: &[ObjId]) -> PyResult<ObjId> {
    if !vm.isinstance(exc, types::BASE_EXCEPTION_GROUP) {
        return Ok(if leaves.contains(&exc) {
            vm.incref(exc)
        } else {
            NONE
        });
    }
    let children = match vm.heap.payload(exc) {
        Payload::Exception(e) => vm.tuple_items(e.field("exceptions")).to_vec(),
        _ => Vec::new(),
    };
    let mut kept = Vec::new();
    for child in children {
        let part = split_by_leaves(vm, child, leaves)?;
        if part != NONE {
            kept.push(part);
        }
    }
    if kept.is_empty() {
        return Ok(NONE);
    }
    crate::objects::exceptiongroup::subset(vm, exc, kept)
}
