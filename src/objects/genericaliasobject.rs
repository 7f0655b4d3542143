//! Parameterized generics: `list[int]`.
//!
//! Mirrors `Objects/genericaliasobject.c`.

use std::fmt::Write as _;

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{ELLIPSIS, EMPTY_TUPLE, NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// `gaobject`.
#[derive(Debug)]
pub struct GenericAlias {
    pub origin: ObjId,
    pub args: ObjId,
    /// Computed on first use; NULL before.
    pub parameters: ObjId,
    /// `*list[int]`.
    pub starred: bool,
}

impl NativePayload for GenericAlias {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("__origin__", self.origin),
            ("__args__", self.args),
            ("__parameters__", self.parameters),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "types.GenericAlias",
    tp_basicsize: 64,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    weakrefs: true,
    slots: Slots {
        tp_new: Some(alias_new),
        tp_repr: Some(alias_repr),
        tp_hash: Some(alias_hash),
        tp_call: Some(alias_call),
        tp_getattro: Some(alias_getattro),
        tp_richcompare: Some(alias_richcompare),
        tp_iter: Some(alias_iter),
        mp_subscript: Some(alias_subscript),
        nb_or: Some(super::unionobject::type_or),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__mro_entries__", MethodImpl::O(alias_mro_entries), ""),
        MethodDef::new("__instancecheck__", MethodImpl::O(alias_instancecheck), ""),
        MethodDef::new("__subclasscheck__", MethodImpl::O(alias_subclasscheck), ""),
        MethodDef::new("__reduce__", MethodImpl::NoArgs(alias_reduce), ""),
        MethodDef::new("__dir__", MethodImpl::NoArgs(alias_dir), ""),
    ],
    members: &[
        MemberDef {
            name: "__origin__",
            get: |vm, a| {
                let x = alias(vm, a).origin;
                Ok(vm.incref(x))
            },
            set: None,
        },
        MemberDef {
            name: "__args__",
            get: |vm, a| {
                let x = alias(vm, a).args;
                Ok(vm.incref(x))
            },
            set: None,
        },
        MemberDef {
            name: "__unpacked__",
            get: |vm, a| Ok(bool_obj(alias(vm, a).starred)),
            set: None,
        },
    ],
    getset: &[
        GetSetDef {
            name: "__parameters__",
            get: alias_parameters,
            set: None,
        },
        GetSetDef {
            name: "__typing_unpacked_tuple_args__",
            get: alias_unpacked,
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

fn alias(vm: &Vm, id: ObjId) -> &GenericAlias {
    vm.heap.native(id).expect("only generic aliases get here")
}

/// `cls[item]` for classes that use `types.GenericAlias` (`Py_GenericAlias`).
pub fn generic_alias_new(vm: &mut Vm, origin: ObjId, args: ObjId) -> PyResult<ObjId> {
    let args = if vm.isinstance(args, types::TUPLE) {
        vm.incref(args)
    } else {
        vm.new_tuple_from(&[args])
    };
    vm.incref(origin);
    Ok(vm.new_native(
        types::GENERIC_ALIAS,
        GenericAlias {
            origin,
            args,
            parameters: ObjId::NULL,
            starred: false,
        },
    ))
}

/// `__class_getitem__` of a built-in type.
pub fn class_getitem(vm: &mut Vm, class: ObjId, item: ObjId) -> PyResult<ObjId> {
    generic_alias_new(vm, class, item)
}

fn alias_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("GenericAlias", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("GenericAlias", items.len(), 2, 2)?;
    generic_alias_new(vm, items[0], items[1])
}

/// How a type stands in a repr: `int`, `a.B`, `...`, or its own repr (`_Py_typing_type_repr`).
pub fn type_repr_string(vm: &mut Vm, obj: ObjId) -> PyResult<String> {
    if obj == ELLIPSIS {
        return Ok("...".to_owned());
    }
    if let Some(origin) = vm.getattr_opt(obj, names::ORIGIN)? {
        vm.decref(origin);
        let has_args = vm.getattr_opt(obj, names::ARGS)?;
        if let Some(args) = has_args {
            vm.decref(args);
            return vm.repr_string(obj);
        }
    }
    let qualname = vm.getattr_opt(obj, names::QUALNAME)?;
    let module = vm.getattr_opt(obj, names::MODULE)?;
    let result = match (qualname, module) {
        (Some(q), Some(m)) if q != NONE && m != NONE => {
            let (q, m) = (vm.str_string(q)?, vm.str_string(m)?);
            if m == "builtins" {
                q
            } else {
                format!("{m}.{q}")
            }
        }
        _ => vm.repr_string(obj)?,
    };
    if let Some(q) = qualname {
        vm.decref(q);
    }
    if let Some(m) = module {
        vm.decref(m);
    }
    Ok(result)
}

fn alias_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a = alias(vm, this);
    let (origin, args, starred) = (a.origin, a.args, a.starred);
    let mut text = if starred {
        "*".to_owned()
    } else {
        String::new()
    };
    text.push_str(&type_repr_string(vm, origin)?);
    text.push('[');
    let items = vm.tuple_items(args).to_vec();
    for (i, &item) in items.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        if vm.isinstance(item, types::LIST) {
            let inner = vm.collect_iterable(item)?;
            let parts = inner
                .iter()
                .map(|&x| type_repr_string(vm, x))
                .collect::<PyResult<Vec<_>>>()?;
            vm.decref_all(&inner);
            write!(text, "[{}]", parts.join(", ")).expect("a String takes any text");
        } else {
            text.push_str(&type_repr_string(vm, item)?);
        }
    }
    if items.is_empty() {
        text.push_str("()");
    }
    text.push(']');
    Ok(vm.new_string(text))
}

fn alias_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let a = alias(vm, this);
    let (origin, args) = (a.origin, a.args);
    let hash = vm.hash(origin)? ^ vm.hash(args)?;
    Ok(if hash == -1 { -2 } else { hash })
}

fn alias_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let origin = alias(vm, this).origin;
    let result = vm.call_tuple_dict(origin, args, kwargs)?;
    match vm.setattr(result, names::ORIG_CLASS, this) {
        Ok(()) => Ok(result),
        Err(_)
            if vm.raised_matches(types::ATTRIBUTE_ERROR)
                || vm.raised_matches(types::TYPE_ERROR) =>
        {
            vm.clear_raised();
            Ok(result)
        }
        Err(raised) => {
            vm.decref(result);
            Err(raised)
        }
    }
}

/// Names that belong to the alias; all others are the origin's.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
    "__instancecheck__",
    "__subclasscheck__",
    "__dir__",
];

fn alias_getattro(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    let text = vm.str_lossy(name);
    let blocked = ["__bases__", "__copy__", "__deepcopy__"].contains(&text.as_str());
    if !OWN.contains(&text.as_str()) && !blocked {
        let origin = alias(vm, this).origin;
        return vm.getattr(origin, name);
    }
    vm.generic_getattr(this, name)
}

fn alias_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let both = vm.isinstance(a, types::GENERIC_ALIAS) && vm.isinstance(b, types::GENERIC_ALIAS);
    if !both || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y) = (alias(vm, a), alias(vm, b));
    let (xo, xa, xs, yo, ya, ys) = (x.origin, x.args, x.starred, y.origin, y.args, y.starred);
    let equal = xs == ys && vm.eq(xo, yo)? && vm.eq(xa, ya)?;
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

/// `*list[int]`: an iterator over the one starred alias.
fn alias_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a = alias(vm, this);
    let (origin, args) = (a.origin, a.args);
    vm.incref(origin);
    vm.incref(args);
    let starred = vm.new_native(
        types::GENERIC_ALIAS,
        GenericAlias {
            origin,
            args,
            parameters: ObjId::NULL,
            starred: true,
        },
    );
    let tuple = vm.new_tuple(vec![starred]);
    let iterator = vm.iter(tuple);
    vm.decref(tuple);
    iterator
}

fn is_type_variable(vm: &mut Vm, obj: ObjId) -> PyResult<bool> {
    if vm.isinstance(obj, types::TYPE) {
        return Ok(false);
    }
    match vm.getattr_opt(obj, names::TYPING_SUBST)? {
        Some(found) => {
            vm.decref(found);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// The type variables in `args`, in order of first appearance; new tuple
/// (`_Py_make_parameters`).
pub fn make_parameters(vm: &mut Vm, args: ObjId) -> PyResult<ObjId> {
    let mut found: Vec<ObjId> = Vec::new();
    let items = vm.tuple_items(args).to_vec();
    for item in items {
        if vm.isinstance(item, types::TYPE) {
            continue;
        }
        if is_type_variable(vm, item)? {
            if !found.contains(&item) {
                found.push(vm.incref(item));
            }
        } else if let Some(inner) = vm.getattr_opt(item, names::PARAMETERS)? {
            for parameter in vm.tuple_items(inner).to_vec() {
                if !found.contains(&parameter) {
                    found.push(vm.incref(parameter));
                }
            }
            vm.decref(inner);
        }
    }
    Ok(vm.new_tuple(found))
}

fn alias_parameters(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a = alias(vm, this);
    if a.parameters.is_null() {
        let args = a.args;
        let made = make_parameters(vm, args)?;
        vm.heap
            .native_mut::<GenericAlias>(this)
            .expect("only generic aliases get here")
            .parameters = made;
    }
    let parameters = alias(vm, this).parameters;
    Ok(vm.incref(parameters))
}

fn alias_unpacked(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a = alias(vm, this);
    if a.starred && a.origin == types::TUPLE {
        let args = a.args;
        return Ok(vm.incref(args));
    }
    Ok(NONE)
}

fn alias_subscript(vm: &mut Vm, this: ObjId, item: ObjId) -> PyResult<ObjId> {
    let parameters = alias_parameters(vm, this)?;
    let (origin, args) = (alias(vm, this).origin, alias(vm, this).args);
    let new_args = substitute(vm, this, args, parameters, item);
    vm.decref(parameters);
    let new_args = new_args?;
    let result = generic_alias_new(vm, origin, new_args);
    vm.decref(new_args);
    result
}

/// Replaces type variables by what was given (`_Py_subs_parameters`): a new tuple.
pub fn substitute(
    vm: &mut Vm,
    this: ObjId,
    args: ObjId,
    parameters: ObjId,
    item: ObjId,
) -> PyResult<ObjId> {
    let parameter_items = vm.tuple_items(parameters).to_vec();
    if parameter_items.is_empty() {
        let repr = vm.repr_string(this)?;
        return Err(vm.type_error(format!("{repr} is not a generic class")));
    }
    let mut given = if vm.isinstance(item, types::TUPLE) {
        vm.incref(item)
    } else {
        vm.new_tuple_from(&[item])
    };
    for &parameter in &parameter_items {
        if let Some(prepare) = vm.getattr_opt(parameter, names::TYPING_PREPARE_SUBST)?
            && prepare != NONE
        {
            let prepared = vm.call(prepare, &[this, given])?;
            vm.decref(prepare);
            vm.decref(given);
            given = prepared;
        }
    }
    let values = vm.collect_iterable(given)?;
    vm.decref(given);
    if values.len() != parameter_items.len() {
        let what = if values.len() > parameter_items.len() {
            "many"
        } else {
            "few"
        };
        let repr = vm.repr_string(this)?;
        let (actual, expected) = (values.len(), parameter_items.len());
        vm.decref_all(&values);
        return Err(vm.type_error(format!(
            "Too {what} arguments for {repr}; actual {actual}, expected {expected}"
        )));
    }
    let mut new_args = Vec::new();
    for argument in vm.tuple_items(args).to_vec() {
        if let Some(i) = parameter_items.iter().position(|&p| p == argument) {
            let subst = vm.getattr(argument, names::TYPING_SUBST)?;
            let replaced = vm.call(subst, &[values[i]])?;
            vm.decref(subst);
            if vm.isinstance(replaced, types::TUPLE) {
                for x in vm.tuple_items(replaced).to_vec() {
                    new_args.push(vm.incref(x));
                }
                vm.decref(replaced);
            } else {
                new_args.push(replaced);
            }
        } else if vm.isinstance(argument, types::TYPE) {
            new_args.push(vm.incref(argument));
        } else if let Some(inner) = vm.getattr_opt(argument, names::PARAMETERS)? {
            let inner_items = vm.tuple_items(inner).to_vec();
            vm.decref(inner);
            if inner_items.is_empty() {
                new_args.push(vm.incref(argument));
                continue;
            }
            let chosen: Vec<ObjId> = inner_items
                .iter()
                .map(|p| {
                    parameter_items
                        .iter()
                        .position(|q| q == p)
                        .map_or(*p, |i| values[i])
                })
                .collect();
            let key = vm.new_tuple_from(&chosen);
            let replaced = vm.getitem(argument, key)?;
            vm.decref(key);
            new_args.push(replaced);
        } else {
            new_args.push(vm.incref(argument));
        }
    }
    vm.decref_all(&values);
    Ok(vm.new_tuple(new_args))
}

fn alias_mro_entries(vm: &mut Vm, this: ObjId, _bases: ObjId) -> PyResult<ObjId> {
    let origin = alias(vm, this).origin;
    Ok(vm.new_tuple_from(&[origin]))
}

fn alias_instancecheck(vm: &mut Vm, _this: ObjId, _obj: ObjId) -> PyResult<ObjId> {
    Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn alias_subclasscheck(vm: &mut Vm, _this: ObjId, _obj: ObjId) -> PyResult<ObjId> {
    Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn alias_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let a = alias(vm, this);
    let (origin, args) = (a.origin, a.args);
    let pair = vm.new_tuple_from(&[origin, args]);
    let result = vm.new_tuple_from(&[types::GENERIC_ALIAS, pair]);
    vm.decref(pair);
    Ok(result)
}

fn alias_dir(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let origin = alias(vm, this).origin;
    let builtins = vm.interp.builtins;
    let Some(dir) = vm.dict_get_name(builtins, "dir") else {
        return Ok(EMPTY_TUPLE);
    };
    let list = vm.call(dir, &[origin])?;
    for name in OWN {
        let text = vm.new_str(name);
        if !vm.contains(list, text)? {
            vm.list_append(list, text);
        }
        vm.decref(text);
    }
    Ok(list)
}
