//! The module `_operator`: operators as functions, and the getters.
//!
//! Mirrors `Modules/_operator.c`.

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::slots::{CompareOp, Slots};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, types};

use super::ModuleDef;

/// A function of two arguments by name.
macro_rules! two {
    ($name:literal, $f:expr) => {
        MethodDef::new(
            $name,
            MethodImpl::Fast(|vm, _, args| {
                vm.check_positional($name, args.len(), 2, 2)?;
                let f: fn(&mut Vm, ObjId, ObjId) -> PyResult<ObjId> = $f;
                f(vm, args[0], args[1])
            }),
            "($module, a, b, /)",
        )
    };
}
macro_rules! one {
    ($name:literal, $f:expr) => {
        MethodDef::new(
            $name,
            MethodImpl::O(|vm, _, a| {
                let f: fn(&mut Vm, ObjId) -> PyResult<ObjId> = $f;
                f(vm, a)
            }),
            "($module, a, /)",
        )
    };
}
macro_rules! op {
    ($name:literal, $oparg:literal) => {
        two!($name, |vm, a, b| vm.binary_op($oparg, a, b))
    };
}
macro_rules! cmp {
    ($name:literal, $op:ident) => {
        two!($name, |vm, a, b| vm.rich_compare(a, b, CompareOp::$op))
    };
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    functions: &[
        one!("truth", |vm, a| vm.is_true(a).map(bool_obj)),
        two!("contains", |vm, a, b| vm.contains(a, b).map(bool_obj)),
        two!("indexOf", index_of),
        two!("countOf", count_of),
        two!("is_", |_, a, b| Ok(bool_obj(a == b))),
        two!("is_not", |_, a, b| Ok(bool_obj(a != b))),
        op!("add", 0),
        op!("and_", 1),
        op!("floordiv", 2),
        op!("lshift", 3),
        op!("matmul", 4),
        op!("mul", 5),
        op!("mod", 6),
        op!("or_", 7),
        op!("pow", 8),
        op!("rshift", 9),
        op!("sub", 10),
        op!("truediv", 11),
        op!("xor", 12),
        op!("iadd", 13),
        op!("iand", 14),
        op!("ifloordiv", 15),
        op!("ilshift", 16),
        op!("imatmul", 17),
        op!("imul", 18),
        op!("imod", 19),
        op!("ior", 20),
        op!("ipow", 21),
        op!("irshift", 22),
        op!("isub", 23),
        op!("itruediv", 24),
        op!("ixor", 25),
        one!("neg", Vm::number_negative),
        one!("pos", Vm::number_positive),
        one!("abs", Vm::number_absolute),
        one!("inv", Vm::number_invert),
        one!("invert", Vm::number_invert),
        one!("index", Vm::number_index),
        one!("not_", |vm, a| vm.is_true(a).map(|t| bool_obj(!t))),
        two!("concat", |vm, a, b| concat(vm, a, b, 0)),
        two!("iconcat", |vm, a, b| concat(vm, a, b, 13)),
        two!("getitem", Vm::getitem),
        two!("delitem", |vm, a, b| vm
            .setitem(a, b, ObjId::NULL)
            .map(|()| NONE)),
        MethodDef::new(
            "setitem",
            MethodImpl::Fast(|vm, _, args| {
                vm.check_positional("setitem", args.len(), 3, 3)?;
                vm.setitem(args[0], args[1], args[2]).map(|()| NONE)
            }),
            "($module, a, b, c, /)",
        ),
        cmp!("lt", Lt),
        cmp!("le", Le),
        cmp!("eq", Eq),
        cmp!("ne", Ne),
        cmp!("gt", Gt),
        cmp!("ge", Ge),
        MethodDef::new(
            "length_hint",
            MethodImpl::Fast(length_hint),
            "($module, obj, default=0, /)",
        ),
        MethodDef::new(
            "call",
            MethodImpl::FastKeywords(call),
            "($module, obj, /, *args, **kwargs)",
        ),
        MethodDef::new(
            "_compare_digest",
            MethodImpl::Fast(compare_digest),
            "($module, a, b, /)",
        ),
    ],
    exec: |vm, module| {
        for (name, spec) in [
            ("itemgetter", &ITEMGETTER),
            ("attrgetter", &ATTRGETTER),
            ("methodcaller", &METHODCALLER),
        ] {
            let ty = vm.native_type(spec);
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        Ok(())
    },
    doc: "Operator interface.",
};

fn concat(vm: &mut Vm, a: ObjId, b: ObjId, oparg: usize) -> PyResult<ObjId> {
    let slots = vm.slots_of(a);
    if slots.sq_concat.is_none() && !(slots.sq_item.is_some() || slots.mp_subscript.is_some()) {
        let name = vm.type_name_of(a);
        return Err(vm.type_error(format!("'{name}' object can't be concatenated")));
    }
    vm.binary_op(oparg, a, b)
}

/// Walks an iterable; the closure says when to stop.
fn walk(
    vm: &mut Vm,
    iterable: ObjId,
    mut each: impl FnMut(&mut Vm, ObjId) -> PyResult<bool>,
) -> PyResult<bool> {
    let it = vm.iter(iterable)?;
    let result = loop {
        match vm.iter_next(it) {
            Ok(Some(item)) => {
                let stop = each(vm, item);
                vm.decref(item);
                match stop {
                    Ok(false) => {}
                    other => break other,
                }
            }
            Ok(None) => break Ok(false),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(it);
    result
}

fn index_of(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let mut index = -1;
    let found = walk(vm, a, |vm, item| {
        index += 1;
        vm.eq(item, b)
    })?;
    if found {
        Ok(vm.new_int(index))
    } else {
        Err(vm.value_error("sequence.index(x): x not in sequence"))
    }
}

fn count_of(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let mut count = 0;
    walk(vm, a, |vm, item| {
        count += i64::from(vm.eq(item, b)?);
        Ok(false)
    })?;
    Ok(vm.new_int(count))
}

fn length_hint(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("length_hint", args.len(), 1, 2)?;
    let default = match args.get(1) {
        Some(&d) if vm.is_int(d) => vm.index_as_ssize(d, Some(types::OVERFLOW_ERROR))?,
        Some(&d) => {
            let name = vm.type_name_of(d);
            return Err(vm.type_error(format!(
                "'{name}' object cannot be interpreted as an integer"
            )));
        }
        None => 0,
    };
    let hint = vm.length_hint(args[0], default)?;
    Ok(vm.new_int(hint))
}

fn call(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let Some((&callable, rest)) = args.split_first() else {
        return Err(vm.type_error("call expected at least 1 argument, got 0"));
    };
    vm.call_vector(callable, rest, kwnames)
}

fn compare_digest(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("_compare_digest", args.len(), 2, 2)?;
    vm.eq(args[0], args[1]).map(bool_obj)
}

native_struct! {
    /// `itemgetterobject`, `attrgetterobject` (names as given), `methodcallerobject` (name first).
    Getter { kwargs } [items] ()
}

const GETTER: TypeSpec = TypeSpec {
    tp_flags: TypeFlags::HAVE_GC,
    tp_basicsize: 48,
    ..TypeSpec::EMPTY
};
static ITEMGETTER: TypeSpec = TypeSpec {
    tp_name: "operator.itemgetter",
    slots: Slots {
        tp_new: Some(|vm, ty, args, kwargs| getter_new(vm, ty, args, kwargs, "itemgetter")),
        tp_call: Some(itemgetter_call),
        tp_repr: Some(getter_repr),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(getter_reduce),
        "",
    )],
    ..GETTER
};
static ATTRGETTER: TypeSpec = TypeSpec {
    tp_name: "operator.attrgetter",
    slots: Slots {
        tp_new: Some(attrgetter_new),
        tp_call: Some(attrgetter_call),
        tp_repr: Some(getter_repr),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(getter_reduce),
        "",
    )],
    ..GETTER
};
static METHODCALLER: TypeSpec = TypeSpec {
    tp_name: "operator.methodcaller",
    slots: Slots {
        tp_new: Some(methodcaller_new),
        tp_call: Some(methodcaller_call),
        tp_repr: Some(getter_repr),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(getter_reduce),
        "",
    )],
    ..GETTER
};

fn make(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> ObjId {
    let items = vm.tuple_items(args).to_vec();
    for &item in &items {
        vm.incref(item);
    }
    vm.xincref(kwargs);
    vm.generic_alloc(ty, Payload::Native(Box::new(Getter { kwargs, items })))
}

fn getter_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId, name: &str) -> PyResult<ObjId> {
    vm.no_keywords(name, kwargs)?;
    if vm.tuple_items(args).is_empty() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    Ok(make(vm, ty, args, ObjId::NULL))
}

fn attrgetter_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    for item in vm.tuple_items(args).to_vec() {
        if !vm.isinstance(item, types::STR) {
            return Err(vm.type_error("attribute name must be a string"));
        }
    }
    getter_new(vm, ty, args, kwargs, "attrgetter")
}

fn methodcaller_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let Some(&name) = vm.tuple_items(args).first() else {
        return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
    };
    if !vm.isinstance(name, types::STR) {
        return Err(vm.type_error("method name must be a string"));
    }
    Ok(make(vm, ty, args, kwargs))
}

/// The one argument of a call of a getter.
fn subject(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.class_name(ty);
    vm.no_keywords(&name, kwargs)?;
    if let [one] = *vm.tuple_items(args) {
        Ok(one)
    } else {
        let n = vm.tuple_items(args).len();
        Err(vm.type_error(format!("{name} expected 1 argument, got {n}")))
    }
}

/// Applies `get` to each item: one result, or a tuple of them.
fn gather(
    vm: &mut Vm,
    this: ObjId,
    obj: ObjId,
    get: fn(&mut Vm, ObjId, ObjId) -> PyResult<ObjId>,
) -> PyResult<ObjId> {
    let items = Getter::of(vm, this).items.clone();
    if let [one] = *items {
        return get(vm, obj, one);
    }
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        match get(vm, obj, item) {
            Ok(value) => results.push(value),
            Err(raised) => {
                vm.decref_all(&results);
                return Err(raised);
            }
        }
    }
    Ok(vm.new_tuple(results))
}

fn itemgetter_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let obj = subject(vm, this, args, kwargs)?;
    gather(vm, this, obj, Vm::getitem)
}

fn dotted(vm: &mut Vm, obj: ObjId, name: ObjId) -> PyResult<ObjId> {
    let text = vm.str_lossy(name);
    let mut current = vm.incref(obj);
    for part in text.split('.') {
        let next = vm.getattr_name(current, part);
        vm.decref(current);
        current = next?;
    }
    Ok(current)
}

fn attrgetter_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let obj = subject(vm, this, args, kwargs)?;
    gather(vm, this, obj, dotted)
}

fn methodcaller_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let obj = subject(vm, this, args, kwargs)?;
    let g = Getter::of(vm, this);
    let (items, keywords) = (g.items.clone(), g.kwargs);
    let method = vm.getattr(obj, items[0])?;
    let result = vm.call_args_dict(method, &items[1..], keywords);
    vm.decref(method);
    result
}

fn getter_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.qualified_type_name(ty)?;
    let g = Getter::of(vm, this);
    let (items, kwargs) = (g.items.clone(), g.kwargs);
    let mut parts = Vec::new();
    for item in items {
        parts.push(vm.repr_string(item)?);
    }
    if !kwargs.is_null() {
        for (k, v) in vm.dict_entries(kwargs) {
            parts.push(format!("{}={}", vm.str_string(k)?, vm.repr_string(v)?));
        }
    }
    Ok(vm.new_string(format!("{name}({})", parts.join(", "))))
}

fn getter_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let items = Getter::of(vm, this).items.clone();
    let args = vm.new_tuple_from(&items);
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args]))
}
