//! `BaseExceptionGroup` and `ExceptionGroup`: several exceptions raised as one.
//!
//! Mirrors the exception group half of `Objects/exceptions.c`.

use crate::base::ObjId;

use super::exception_types::{exception_new, set_exception_cause};
use super::methodobject::{MemberDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, names, types};

/// The type `BaseExceptionGroup`.
pub static BASE_EXCEPTION_GROUP: TypeSpec = TypeSpec {
    tp_name: "BaseExceptionGroup",
    tp_basicsize: 88,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::BASE_EXC_SUBCLASS),
    tp_base: types::BASE_EXCEPTION,
    slots: Slots {
        tp_new: Some(group_new),
        tp_str: Some(group_str),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(super::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
        MethodDef::new("derive", MethodImpl::O(derive), ""),
        MethodDef::new("split", MethodImpl::O(split), ""),
        MethodDef::new("subgroup", MethodImpl::O(subgroup), ""),
    ],
    members: &[
        MemberDef {
            name: "message",
            get: |vm, e| field(vm, e, "message"),
            set: None,
        },
        MemberDef {
            name: "exceptions",
            get: |vm, e| field(vm, e, "exceptions"),
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

/// The type `ExceptionGroup`; [`complete`] gives it its second base.
pub static EXCEPTION_GROUP: TypeSpec = TypeSpec {
    tp_name: "ExceptionGroup",
    tp_basicsize: 88,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::BASE_EXC_SUBCLASS)
        // C makes it by calling `type`, which adds weak references.
        .with(TypeFlags::MANAGED_WEAKREF),
    tp_base: types::BASE_EXCEPTION_GROUP,
    ..TypeSpec::EMPTY
};

/// `ExceptionGroup` derives from `BaseExceptionGroup` and `Exception`.
pub fn complete(vm: &mut Vm) {
    let bases = vm.new_tuple_from(&[types::BASE_EXCEPTION_GROUP, types::EXCEPTION]);
    let mro = vm.new_tuple_from(&[
        types::EXCEPTION_GROUP,
        types::BASE_EXCEPTION_GROUP,
        types::EXCEPTION,
        types::BASE_EXCEPTION,
        types::OBJECT,
    ]);
    let ty = vm.heap.type_object_mut(types::EXCEPTION_GROUP);
    let old = [
        std::mem::replace(&mut ty.tp_bases, bases),
        std::mem::replace(&mut ty.tp_mro, mro),
    ];
    for id in old {
        vm.xdecref(id);
    }
}

fn field(vm: &mut Vm, e: ObjId, name: &str) -> PyResult<ObjId> {
    let value = vm.exception(e).field(name);
    Ok(vm.incref(if value.is_null() { NONE } else { value }))
}

/// `BaseExceptionGroup(message, exceptions)`: an `ExceptionGroup` when all are `Exception`s.
fn group_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let given = vm.tuple_items(args).to_vec();
    let &[message, exceptions] = given.as_slice() else {
        let n = given.len();
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({n} given)"
        )));
    };
    if vm.text(message).is_none() {
        let kind = vm.type_name_of(message);
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {kind}"
        )));
    }
    if !vm.is_sequence(exceptions) {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = vm.collect_iterable(exceptions)?;
    let class = match checked_class(vm, ty, &items) {
        Ok(class) => class,
        Err(raised) => {
            vm.decref_all(&items);
            return Err(raised);
        }
    };
    let tuple = vm.new_tuple(items);
    let made = exception_new(vm, class, args, kwargs)?;
    vm.set_exception_field(made, "message", message);
    vm.set_exception_field(made, "exceptions", tuple);
    vm.decref(tuple);
    Ok(made)
}

fn checked_class(vm: &mut Vm, ty: ObjId, items: &[ObjId]) -> PyResult<ObjId> {
    if items.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut nested_base = false;
    for (i, &item) in items.iter().enumerate() {
        if !vm.isinstance(item, types::BASE_EXCEPTION) {
            return Err(vm.value_error(format!(
                "Item {i} of second argument (exceptions) is not an exception"
            )));
        }
        nested_base |= !vm.isinstance(item, types::EXCEPTION);
    }
    if ty == types::BASE_EXCEPTION_GROUP {
        return Ok(if nested_base {
            ty
        } else {
            types::EXCEPTION_GROUP
        });
    }
    if nested_base && vm.is_subtype(ty, types::EXCEPTION) {
        if ty == types::EXCEPTION_GROUP {
            return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
        let name = vm.class_name(ty);
        return Err(vm.type_error(format!("Cannot nest BaseExceptions in '{name}'")));
    }
    Ok(ty)
}

fn group_str(vm: &mut Vm, e: ObjId) -> PyResult<ObjId> {
    let message = vm.exception(e).field("message");
    let count = members(vm, e).len();
    let message = vm.str_lossy(message);
    let s = if count == 1 { "" } else { "s" };
    Ok(vm.new_string(format!("{message} ({count} sub-exception{s})")))
}

/// The exceptions in a group (borrowed).
pub fn members(vm: &Vm, e: ObjId) -> Vec<ObjId> {
    let exceptions = vm.exception(e).field("exceptions");
    if exceptions.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(exceptions).to_vec()
    }
}

fn derive(vm: &mut Vm, e: ObjId, exceptions: ObjId) -> PyResult<ObjId> {
    let message = vm.exception(e).field("message");
    vm.call(types::BASE_EXCEPTION_GROUP, &[message, exceptions])
}

/// A group like `original` with other members (stolen), through its `derive`
/// (`exceptiongroup_subset`): `None` for none.
pub fn subset(vm: &mut Vm, original: ObjId, kept: Vec<ObjId>) -> PyResult<ObjId> {
    if kept.is_empty() {
        return Ok(NONE);
    }
    let list = vm.new_list(kept);
    let derived = vm.call_method_name(original, "derive", &[list]);
    vm.decref(list);
    let derived = derived?;
    if !vm.isinstance(derived, types::BASE_EXCEPTION_GROUP) {
        vm.decref(derived);
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let (traceback, context, cause) = {
        let e = vm.exception(original);
        (e.traceback, e.context, e.cause)
    };
    vm.xincref(traceback);
    let old = std::mem::replace(&mut vm.exception_mut(derived).traceback, traceback);
    vm.xdecref(old);
    vm.xincref(context);
    super::errors::set_exception_context(vm, derived, context);
    vm.xincref(cause);
    let suppress = vm.exception(derived).suppress_context;
    set_exception_cause(vm, derived, cause);
    vm.exception_mut(derived).suppress_context = suppress || !cause.is_null();
    if let Some(notes) = vm.getattr_opt(original, names::NOTES)? {
        if vm.is_sequence(notes) {
            let copy = vm.list_from_iterable(notes)?;
            vm.setattr(derived, names::NOTES, copy)?;
            vm.decref(copy);
        }
        vm.decref(notes);
    }
    Ok(derived)
}

/// What a leaf or group is compared with.
#[derive(Clone, Copy)]
enum Matcher {
    Class(ObjId),
    Predicate(ObjId),
}

fn matcher(vm: &mut Vm, value: ObjId) -> PyResult<Matcher> {
    let is_class = |vm: &Vm, id| {
        matches!(vm.heap.payload(id), Payload::Type(_)) && vm.is_subtype(id, types::BASE_EXCEPTION)
    };
    let is_type = matches!(vm.heap.payload(value), Payload::Type(_));
    if !is_type && vm.is_callable(value) {
        return Ok(Matcher::Predicate(value));
    }
    let all_classes = match vm.heap.payload(value) {
        Payload::Tuple(items) => items.iter().all(|&item| is_class(vm, item)),
        _ => is_class(vm, value),
    };
    if all_classes {
        return Ok(Matcher::Class(value));
    }
    Err(vm.type_error(
        "expected an exception type, a tuple of exception types, or a callable (other than a class)",
    ))
}

fn matches_it(vm: &mut Vm, e: ObjId, with: Matcher) -> PyResult<bool> {
    match with {
        Matcher::Class(class) => Ok(vm.exception_matches(e, class)),
        Matcher::Predicate(predicate) => {
            let result = vm.call(predicate, &[e])?;
            let truth = vm.is_true(result);
            vm.decref(result);
            truth
        }
    }
}

/// The part that matches and the rest: new references, `None` for nothing.
fn split_recursive(vm: &mut Vm, e: ObjId, with: Matcher) -> PyResult<(ObjId, ObjId)> {
    if matches_it(vm, e, with)? {
        return Ok((vm.incref(e), NONE));
    }
    if !vm.isinstance(e, types::BASE_EXCEPTION_GROUP) {
        return Ok((NONE, vm.incref(e)));
    }
    let (mut matched, mut rest) = (Vec::new(), Vec::new());
    for child in members(vm, e) {
        let (hit, miss) = split_recursive(vm, child, with)?;
        matched.extend((hit != NONE).then_some(hit));
        rest.extend((miss != NONE).then_some(miss));
    }
    let matched = subset(vm, e, matched)?;
    let rest = subset(vm, e, rest)?;
    Ok((matched, rest))
}

fn split(vm: &mut Vm, e: ObjId, condition: ObjId) -> PyResult<ObjId> {
    let with = matcher(vm, condition)?;
    let (matched, rest) = split_recursive(vm, e, with)?;
    Ok(vm.new_tuple(vec![matched, rest]))
}

fn subgroup(vm: &mut Vm, e: ObjId, condition: ObjId) -> PyResult<ObjId> {
    let with = matcher(vm, condition)?;
    let (matched, rest) = split_recursive(vm, e, with)?;
    vm.decref(rest);
    Ok(matched)
}
