//! Type parameters: `TypeVar`, `ParamSpec`, `TypeVarTuple`, what a `type` statement makes, and
//! `typing.Generic`; bounds, constraints and defaults are evaluated when first asked for.
//!
//! Mirrors `Objects/typevarobject.c`.

use crate::base::ObjId;
use crate::native_struct;

use super::builtin_descr::{own_dict_get, set_instance_dict};
use super::getargs::Signature;
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, NOT_IMPLEMENTED, bool_obj, types};

native_struct! {
    /// `typevarobject`, `paramspecobject` and `typevartupleobject`: the latter two use fewer fields.
    TypeParam {
        name, bound, evaluate_bound, constraints, evaluate_constraints, default_value, evaluate_default,
    } [] (covariant: bool, contravariant: bool, infer_variance: bool)
}

native_struct! {
    /// `paramspecattrobject`: `P.args` and `P.kwargs`.
    ParamSpecAttr { origin } [] ()
}

native_struct! {
    /// `typealiasobject`.
    TypeAlias { name, type_params, compute_value, value, module } [] ()
}

const FLAGS: TypeFlags = TypeFlags::HAVE_GC;

macro_rules! member {
    ($name:literal, $struct:ident.$field:ident) => {
        MemberDef {
            name: $name,
            get: |vm, this| {
                let value = $struct::of(vm, this).$field;
                Ok(vm.incref(value))
            },
            set: None,
        }
    };
}

macro_rules! flag {
    ($name:literal, $field:ident) => {
        MemberDef {
            name: $name,
            get: |vm, this| Ok(bool_obj(TypeParam::of(vm, this).$field)),
            set: None,
        }
    };
}

const DICT: GetSetDef = GetSetDef {
    name: "__dict__",
    get: own_dict_get,
    set: Some(set_instance_dict),
};

const DEFAULT: GetSetDef = GetSetDef {
    name: "__default__",
    get: default_value,
    set: None,
};

const HAS_DEFAULT: MethodDef =
    MethodDef::new("has_default", MethodImpl::NoArgs(has_default), "($self, /)");
const REDUCE: MethodDef = MethodDef::new("__reduce__", MethodImpl::NoArgs(own_name), "($self, /)");

/// `typing.TypeVar`.
pub static TYPEVAR: TypeSpec = TypeSpec {
    tp_name: "typing.TypeVar",
    tp_basicsize: 80,
    tp_flags: FLAGS,
    slots: Slots {
        tp_new: Some(typevar_new),
        tp_repr: Some(type_param_repr),
        nb_or: Some(make_union),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__typing_subst__",
            MethodImpl::O(typevar_subst),
            "($self, arg, /)",
        ),
        MethodDef::new(
            "__typing_prepare_subst__",
            MethodImpl::Fast(typevar_prepare_subst),
            "($self, alias, args, /)",
        ),
        MethodDef::new(
            "__mro_entries__",
            MethodImpl::O(|vm, _, _| Err(vm.type_error("Cannot subclass an instance of TypeVar"))),
            "($self, object, /)",
        ),
        HAS_DEFAULT,
        REDUCE,
    ],
    members: &[
        member!("__name__", TypeParam.name),
        flag!("__covariant__", covariant),
        flag!("__contravariant__", contravariant),
        flag!("__infer_variance__", infer_variance),
    ],
    getset: &[
        GetSetDef {
            name: "__bound__",
            get: bound,
            set: None,
        },
        GetSetDef {
            name: "__constraints__",
            get: constraints,
            set: None,
        },
        DEFAULT,
        DICT,
    ],
    tp_doc: "Type variable.",
    weakrefs: true,
    dict: true,
    ..TypeSpec::EMPTY
};

/// `typing.ParamSpec`.
pub static PARAMSPEC: TypeSpec = TypeSpec {
    tp_name: "typing.ParamSpec",
    tp_basicsize: 56,
    tp_flags: FLAGS,
    slots: Slots {
        tp_new: Some(paramspec_new),
        tp_repr: Some(type_param_repr),
        nb_or: Some(make_union),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__typing_subst__",
            MethodImpl::O(|vm, this, arg| call_typing(vm, "_paramspec_subst", &[this, arg])),
            "($self, arg, /)",
        ),
        MethodDef::new(
            "__typing_prepare_subst__",
            MethodImpl::Fast(|vm, this, args| {
                vm.check_positional("__typing_prepare_subst__", args.len(), 2, 2)?;
                call_typing(vm, "_paramspec_prepare_subst", &[this, args[0], args[1]])
            }),
            "($self, alias, args, /)",
        ),
        MethodDef::new(
            "__mro_entries__",
            MethodImpl::O(
                |vm, _, _| Err(vm.type_error("Cannot subclass an instance of ParamSpec")),
            ),
            "($self, object, /)",
        ),
        HAS_DEFAULT,
        REDUCE,
    ],
    members: &[
        member!("__name__", TypeParam.name),
        MemberDef {
            name: "__bound__",
            get: |vm, this| {
                let bound = TypeParam::of(vm, this).bound;
                let bound = vm.none_if_null(bound);
                Ok(vm.incref(bound))
            },
            set: None,
        },
        flag!("__covariant__", covariant),
        flag!("__contravariant__", contravariant),
        flag!("__infer_variance__", infer_variance),
    ],
    getset: &[
        GetSetDef {
            name: "args",
            get: |vm, this| Ok(paramspec_attr(vm, types::PARAMSPEC_ARGS, this)),
            set: None,
        },
        GetSetDef {
            name: "kwargs",
            get: |vm, this| Ok(paramspec_attr(vm, types::PARAMSPEC_KWARGS, this)),
            set: None,
        },
        DEFAULT,
        DICT,
    ],
    tp_doc: "Parameter specification variable.",
    weakrefs: true,
    dict: true,
    ..TypeSpec::EMPTY
};

/// `typing.TypeVarTuple`.
pub static TYPEVARTUPLE: TypeSpec = TypeSpec {
    tp_name: "typing.TypeVarTuple",
    tp_basicsize: 40,
    tp_flags: FLAGS,
    slots: Slots {
        tp_new: Some(typevartuple_new),
        tp_repr: Some(own_name),
        tp_iter: Some(typevartuple_iter),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__typing_subst__",
            MethodImpl::O(|vm, _, _| {
                Err(vm.type_error("Substitution of bare TypeVarTuple is not supported"))
            }),
            "($self, arg, /)",
        ),
        MethodDef::new(
            "__typing_prepare_subst__",
            MethodImpl::Fast(|vm, this, args| {
                vm.check_positional("__typing_prepare_subst__", args.len(), 2, 2)?;
                call_typing(vm, "_typevartuple_prepare_subst", &[this, args[0], args[1]])
            }),
            "($self, alias, args, /)",
        ),
        MethodDef::new(
            "__mro_entries__",
            MethodImpl::O(|vm, _, _| {
                Err(vm.type_error("Cannot subclass an instance of TypeVarTuple"))
            }),
            "($self, object, /)",
        ),
        HAS_DEFAULT,
        REDUCE,
    ],
    members: &[member!("__name__", TypeParam.name)],
    getset: &[DEFAULT, DICT],
    tp_doc: "A specialized form of type variable, for any number of types.",
    weakrefs: true,
    dict: true,
    ..TypeSpec::EMPTY
};

macro_rules! paramspec_attr_type {
    ($spec:ident, $name:literal, $attr:literal) => {
        #[doc = concat!("`typing.", $name, "`.")]
        pub static $spec: TypeSpec = TypeSpec {
            tp_name: concat!("typing.", $name),
            tp_basicsize: 24,
            tp_flags: FLAGS,
            slots: Slots {
                tp_new: Some(|vm, ty, args, kwargs| {
                    let given =
                        vm.unpack_tuple_dict(&Signature::new($name, &["origin"], 1), args, kwargs)?;
                    Ok(paramspec_attr(vm, ty, given[0]))
                }),
                tp_repr: Some(|vm, this| paramspec_attr_repr(vm, this, $attr)),
                tp_richcompare: Some(paramspec_attr_richcompare),
                tp_hash: Some(super::object_type::hash_not_implemented),
                ..Slots::EMPTY
            },
            methods: &[MethodDef::new(
                "__mro_entries__",
                MethodImpl::O(|vm, _, _| {
                    Err(vm.type_error(concat!("Cannot subclass an instance of ", $name)))
                }),
                "($self, object, /)",
            )],
            members: &[member!("__origin__", ParamSpecAttr.origin)],
            weakrefs: true,
            ..TypeSpec::EMPTY
        };
    };
}
paramspec_attr_type!(PARAMSPEC_ARGS, "ParamSpecArgs", "args");
paramspec_attr_type!(PARAMSPEC_KWARGS, "ParamSpecKwargs", "kwargs");

/// `typing.TypeAliasType`.
pub static TYPE_ALIAS: TypeSpec = TypeSpec {
    tp_name: "typing.TypeAliasType",
    tp_basicsize: 56,
    tp_flags: FLAGS,
    slots: Slots {
        tp_new: Some(typealias_new),
        tp_repr: Some(typealias_name),
        mp_subscript: Some(typealias_subscript),
        nb_or: Some(super::unionobject::type_or),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(typealias_name),
        "($self, /)",
    )],
    members: &[member!("__name__", TypeAlias.name)],
    getset: &[
        GetSetDef {
            name: "__parameters__",
            get: typealias_parameters,
            set: None,
        },
        GetSetDef {
            name: "__type_params__",
            get: typealias_type_params,
            set: None,
        },
        GetSetDef {
            name: "__value__",
            get: typealias_value,
            set: None,
        },
        GetSetDef {
            name: "__module__",
            get: typealias_module,
            set: None,
        },
    ],
    tp_doc: "Type alias.",
    ..TypeSpec::EMPTY
};

/// `typing.Generic`.
pub static GENERIC: TypeSpec = TypeSpec {
    tp_name: "typing.Generic",
    tp_flags: FLAGS.with(TypeFlags::BASETYPE),
    slots: Slots {
        tp_new: Some(super::object_type::object_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::FastKeywords(|vm, class, args, kwnames| {
                call_typing_with_class(vm, "_generic_class_getitem", class, args, kwnames)
            }),
            "",
        )
        .class_method(),
        MethodDef::new(
            "__init_subclass__",
            MethodImpl::FastKeywords(|vm, class, args, kwnames| {
                call_typing_with_class(vm, "_generic_init_subclass", class, args, kwnames)
            }),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Abstract base class for generic types",
    ..TypeSpec::EMPTY
};

/// The type of `typing.NoDefault`.
pub static NO_DEFAULT_TYPE: TypeSpec = TypeSpec {
    tp_name: "NoDefaultType",
    slots: Slots {
        tp_new: Some(|vm, _, args, kwargs| {
            let keywords = !kwargs.is_null() && vm.dict_len(kwargs) > 0;
            if keywords || !vm.tuple_items(args).is_empty() {
                return Err(vm.type_error("NoDefaultType takes no arguments"));
            }
            Ok(no_default(vm))
        }),
        tp_repr: Some(|vm, _| Ok(vm.new_str("typing.NoDefault"))),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(|vm, _| Ok(vm.new_str("NoDefault"))),
        "",
    )],
    tp_doc: "The type of the NoDefault singleton.",
    ..TypeSpec::EMPTY
};

/// `typing.NoDefault`: a new reference to the only one.
pub fn no_default(vm: &mut Vm) -> ObjId {
    if let Some(state) = vm.interp.module_state.get("_typing") {
        let known = state[0];
        return vm.incref(known);
    }
    let id = vm.generic_alloc(types::NO_DEFAULT_TYPE, Payload::Empty);
    vm.interp.module_state.insert("_typing", vec![id]);
    vm.incref(id)
}

// ---- what the compiler's intrinsics call

/// `class C[T]`, `[**P]`, `[*Ts]`: a parameter named `name` (borrowed) of the type `ty`.
pub fn make_type_param(vm: &mut Vm, ty: ObjId, name: ObjId) -> ObjId {
    let name = vm.incref(name);
    let fields = TypeParam {
        name,
        infer_variance: ty != types::TYPEVARTUPLE,
        ..TypeParam::default()
    };
    vm.generic_alloc(ty, Payload::Native(Box::new(fields)))
}

/// `[T: bound]`: `evaluate` is the function that computes the bound.
pub fn typevar_with_bound(vm: &mut Vm, name: ObjId, evaluate: ObjId) -> ObjId {
    let typevar = make_type_param(vm, types::TYPEVAR, name);
    TypeParam::of_mut(vm, typevar).evaluate_bound = vm.incref(evaluate);
    typevar
}

/// `[T: (A, B)]`.
pub fn typevar_with_constraints(vm: &mut Vm, name: ObjId, evaluate: ObjId) -> ObjId {
    let typevar = make_type_param(vm, types::TYPEVAR, name);
    TypeParam::of_mut(vm, typevar).evaluate_constraints = vm.incref(evaluate);
    typevar
}

/// `[T = default]`: gives the parameter back (`_Py_set_typeparam_default`).
pub fn set_typeparam_default(vm: &mut Vm, typeparam: ObjId, evaluate: ObjId) -> ObjId {
    vm.incref(evaluate);
    let fields = TypeParam::of_mut(vm, typeparam);
    let old = std::mem::replace(&mut fields.evaluate_default, evaluate);
    vm.xdecref(old);
    vm.incref(typeparam)
}

/// `type X = …`: from the tuple of name, parameters and the function that computes the value.
pub fn make_type_alias(vm: &mut Vm, parts: ObjId) -> ObjId {
    let &[name, type_params, compute_value] = vm.tuple_items(parts) else {
        panic!("the compiler packs three parts");
    };
    let type_params = if type_params == NONE {
        ObjId::NULL
    } else {
        vm.incref(type_params)
    };
    vm.incref(name);
    vm.incref(compute_value);
    vm.new_native(
        types::TYPE_ALIAS,
        TypeAlias {
            name,
            type_params,
            compute_value,
            ..TypeAlias::default()
        },
    )
}

/// `Generic[T, …]` for `class C[T, …]` (`_Py_subscript_generic`).
pub fn subscript_generic(vm: &mut Vm, params: ObjId) -> PyResult<ObjId> {
    let unpacked = unpack_typevartuples(vm, params)?;
    let alias = call_typing(vm, "_GenericAlias", &[types::GENERIC, unpacked]);
    vm.decref(unpacked);
    alias
}

// ---- calls of the module `typing`

fn call_typing(vm: &mut Vm, function: &str, args: &[ObjId]) -> PyResult<ObjId> {
    let module = (vm.hooks.import_module)(vm, "typing")?;
    let result = vm.call_method_name(module, function, args);
    vm.decref(module);
    result
}

fn call_typing_with_class(
    vm: &mut Vm,
    function: &str,
    class: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let module = (vm.hooks.import_module)(vm, "typing")?;
    let found = vm.getattr_name(module, function);
    vm.decref(module);
    let found = found?;
    let mut all = vec![class];
    all.extend_from_slice(args);
    let result = vm.call_vector(found, &all, kwnames);
    vm.decref(found);
    result
}

fn make_union(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    call_typing(vm, "_make_union", &[a, b])
}

/// `Unpack[this]`.
fn unpack(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let module = (vm.hooks.import_module)(vm, "typing")?;
    let form = vm.getattr_name(module, "Unpack");
    vm.decref(module);
    let form = form?;
    let result = vm.getitem(form, this);
    vm.decref(form);
    result
}

/// The tuple with each `TypeVarTuple` unpacked: a new reference.
fn unpack_typevartuples(vm: &mut Vm, params: ObjId) -> PyResult<ObjId> {
    let mut items = Vec::new();
    for param in vm.tuple_items(params).to_vec() {
        if vm.type_of(param) == types::TYPEVARTUPLE {
            match unpack(vm, param) {
                Ok(unpacked) => items.push(unpacked),
                Err(raised) => {
                    vm.decref_all(&items);
                    return Err(raised);
                }
            }
        } else {
            items.push(vm.incref(param));
        }
    }
    Ok(vm.new_tuple(items))
}

/// The module of the Python function that calls, or `None`: a new reference.
fn caller_module(vm: &mut Vm) -> PyResult<ObjId> {
    let function = vm.tstate.frames.last().map_or(ObjId::NULL, |f| f.f_funcobj);
    if function.is_null() {
        return Ok(NONE);
    }
    Ok(vm.getattr_name_opt(function, "__module__")?.unwrap_or(NONE))
}

fn set_module(vm: &mut Vm, this: ObjId) -> PyResult<()> {
    let module = caller_module(vm)?;
    let name = vm.intern("__module__");
    let set = vm.setattr(this, name, module);
    vm.decref(module);
    set
}

// ---- type parameters

/// A lazily computed field: the cached value or what the function gives; a new reference.
fn evaluated(
    vm: &mut Vm,
    this: ObjId,
    cached: ObjId,
    evaluate: ObjId,
    store: fn(&mut TypeParam) -> &mut ObjId,
) -> PyResult<Option<ObjId>> {
    if !cached.is_null() {
        return Ok(Some(vm.incref(cached)));
    }
    if evaluate.is_null() {
        return Ok(None);
    }
    let value = vm.call(evaluate, &[])?;
    vm.incref(value);
    let old = std::mem::replace(store(TypeParam::of_mut(vm, this)), value);
    vm.xdecref(old);
    Ok(Some(value))
}

fn bound(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let t = TypeParam::of(vm, this);
    let (cached, evaluate) = (t.bound, t.evaluate_bound);
    Ok(evaluated(vm, this, cached, evaluate, |t| &mut t.bound)?.unwrap_or(NONE))
}

fn constraints(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let t = TypeParam::of(vm, this);
    let (cached, evaluate) = (t.constraints, t.evaluate_constraints);
    Ok(evaluated(vm, this, cached, evaluate, |t| &mut t.constraints)?.unwrap_or(EMPTY_TUPLE))
}

fn default_value(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let t = TypeParam::of(vm, this);
    let (cached, evaluate) = (t.default_value, t.evaluate_default);
    match evaluated(vm, this, cached, evaluate, |t| &mut t.default_value)? {
        Some(value) => Ok(value),
        None => Ok(no_default(vm)),
    }
}

fn has_default(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let t = TypeParam::of(vm, this);
    let (value, evaluate) = (t.default_value, t.evaluate_default);
    let is_set = !value.is_null() && vm.type_of(value) != types::NO_DEFAULT_TYPE;
    Ok(bool_obj(!evaluate.is_null() || is_set))
}

fn own_name(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let name = TypeParam::of(vm, this).name;
    Ok(vm.incref(name))
}

fn type_param_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let t = TypeParam::of(vm, this);
    if t.infer_variance {
        return own_name(vm, this);
    }
    let variance = if t.covariant {
        '+'
    } else if t.contravariant {
        '-'
    } else {
        '~'
    };
    let text = format!("{variance}{}", vm.str_lossy(t.name));
    Ok(vm.new_string(text))
}

fn typevar_subst(vm: &mut Vm, this: ObjId, arg: ObjId) -> PyResult<ObjId> {
    call_typing(vm, "_typevar_subst", &[this, arg])
}

fn typevar_prepare_subst(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("__typing_prepare_subst__", args.len(), 2, 2)?;
    let (alias, args) = (args[0], args[1]);
    let params = vm.getattr_name(alias, "__parameters__")?;
    let listed = vm.collect_iterable(params);
    vm.decref(params);
    let listed = listed?;
    let index = listed.iter().position(|&p| p == this);
    vm.decref_all(&listed);
    let given = vm.len(args)? as usize;
    if let Some(index) = index {
        if index < given {
            return Ok(vm.incref(args));
        }
        if index == given {
            let default = default_value(vm, this)?;
            if vm.type_of(default) != types::NO_DEFAULT_TYPE {
                let tail = vm.new_tuple(vec![default]);
                let all = vm.number_add(args, tail);
                vm.decref(tail);
                return all;
            }
            vm.decref(default);
        }
    }
    let name = vm.str_string(alias)?;
    Err(vm.type_error(format!("Too few arguments for {name}")))
}

/// What the constructors have in common: options of variance, in the order of the signature.
fn variance(vm: &mut Vm, given: &[ObjId]) -> PyResult<[bool; 3]> {
    let mut flags = [false; 3];
    for (flag, &value) in flags.iter_mut().zip(given) {
        *flag = !value.is_null() && vm.is_true(value)?;
    }
    let [covariant, contravariant, infer_variance] = flags;
    if covariant && contravariant {
        return Err(vm.value_error("Bivariant types are not supported."));
    }
    if infer_variance && (covariant || contravariant) {
        return Err(vm.value_error("Variance cannot be specified with infer_variance."));
    }
    Ok(flags)
}

/// A bound as it is kept: NULL for none or `None`, else what `typing._type_check` gives.
fn checked_bound(vm: &mut Vm, bound: ObjId) -> PyResult<ObjId> {
    if bound.is_null() || bound == NONE {
        return Ok(ObjId::NULL);
    }
    let message = vm.new_str("Bound must be a type.");
    let checked = call_typing(vm, "_type_check", &[bound, message]);
    vm.decref(message);
    checked
}

fn checked_name(vm: &mut Vm, function: &str, name: ObjId) -> PyResult<ObjId> {
    if vm.text(name).is_some() {
        return Ok(vm.incref(name));
    }
    let kind = if name == NONE {
        "None".to_owned()
    } else {
        vm.type_name_of(name)
    };
    Err(vm.type_error(format!(
        "{function}() argument 'name' must be str, not {kind}"
    )))
}

fn typevar_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    // Constraints are the positional arguments behind the name.
    const SIGNATURE: Signature<'_> = Signature::new(
        "typevar",
        &[
            "name",
            "bound",
            "default",
            "covariant",
            "contravariant",
            "infer_variance",
        ],
        1,
    )
    .positional(1);
    let items = vm.tuple_items(args).to_vec();
    let (head, constraints) = items.split_at(items.len().min(1));
    let head = vm.new_tuple_from(head);
    let given = vm.unpack_tuple_dict(&SIGNATURE, head, kwargs);
    vm.decref(head);
    let given = given?;
    let name = checked_name(vm, "typevar", given[0])?;
    let [covariant, contravariant, infer_variance] = variance(vm, &given[3..6])?;
    let bound = checked_bound(vm, given[1])?;
    match constraints.len() {
        0 => {}
        1 => return Err(vm.type_error("A single constraint is not allowed")),
        _ if !bound.is_null() => {
            return Err(vm.type_error("Constraints cannot be combined with bound=..."));
        }
        _ => {}
    }
    let constraints = if constraints.is_empty() {
        ObjId::NULL
    } else {
        vm.new_tuple_from(constraints)
    };
    let fields = TypeParam {
        name,
        bound,
        constraints,
        default_value: vm.xincref(given[2]),
        covariant,
        contravariant,
        infer_variance,
        ..TypeParam::default()
    };
    let this = vm.generic_alloc(ty, Payload::Native(Box::new(fields)));
    set_module(vm, this)?;
    Ok(this)
}

fn paramspec_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new(
        "paramspec",
        &[
            "name",
            "bound",
            "default",
            "covariant",
            "contravariant",
            "infer_variance",
        ],
        1,
    )
    .positional(1);
    let given = vm.unpack_tuple_dict(&SIGNATURE, args, kwargs)?;
    let name = checked_name(vm, "paramspec", given[0])?;
    let [covariant, contravariant, infer_variance] = variance(vm, &given[3..6])?;
    let fields = TypeParam {
        name,
        bound: checked_bound(vm, given[1])?,
        default_value: vm.xincref(given[2]),
        covariant,
        contravariant,
        infer_variance,
        ..TypeParam::default()
    };
    let this = vm.generic_alloc(ty, Payload::Native(Box::new(fields)));
    set_module(vm, this)?;
    Ok(this)
}

fn typevartuple_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("typevartuple", &["name", "default"], 1).positional(1);
    let given = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let fields = TypeParam {
        name: checked_name(vm, "typevartuple", given[0])?,
        default_value: vm.xincref(given[1]),
        ..TypeParam::default()
    };
    let this = vm.generic_alloc(ty, Payload::Native(Box::new(fields)));
    set_module(vm, this)?;
    Ok(this)
}

fn typevartuple_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let unpacked = unpack(vm, this)?;
    let tuple = vm.new_tuple(vec![unpacked]);
    let iterator = vm.iter(tuple);
    vm.decref(tuple);
    iterator
}

// ---- P.args, P.kwargs

fn paramspec_attr(vm: &mut Vm, ty: ObjId, origin: ObjId) -> ObjId {
    vm.incref(origin);
    vm.generic_alloc(ty, Payload::Native(Box::new(ParamSpecAttr { origin })))
}

fn paramspec_attr_repr(vm: &mut Vm, this: ObjId, attr: &str) -> PyResult<ObjId> {
    let origin = ParamSpecAttr::of(vm, this).origin;
    let text = if vm.type_of(origin) == types::PARAMSPEC {
        let name = TypeParam::of(vm, origin).name;
        format!("{}.{attr}", vm.str_lossy(name))
    } else {
        format!("{}.{attr}", vm.repr_string(origin)?)
    };
    Ok(vm.new_string(text))
}

fn paramspec_attr_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(a) != vm.type_of(b) || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y) = (
        ParamSpecAttr::of(vm, a).origin,
        ParamSpecAttr::of(vm, b).origin,
    );
    vm.rich_compare(x, y, op)
}

// ---- type aliases

fn typealias_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("typealias", &["name", "value", "type_params"], 2).positional(2);
    let given = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let name = checked_name(vm, "typealias", given[0])?;
    let type_params = given[2];
    if !type_params.is_null() && !vm.isinstance(type_params, types::TUPLE) {
        return Err(vm.type_error("type_params must be a tuple"));
    }
    let empty = type_params.is_null() || vm.tuple_items(type_params).is_empty();
    let fields = TypeAlias {
        name,
        type_params: if empty {
            ObjId::NULL
        } else {
            vm.incref(type_params)
        },
        compute_value: ObjId::NULL,
        value: vm.incref(given[1]),
        module: caller_module(vm)?,
    };
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(fields))))
}

fn typealias_name(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let name = TypeAlias::of(vm, this).name;
    Ok(vm.incref(name))
}

fn typealias_subscript(vm: &mut Vm, this: ObjId, item: ObjId) -> PyResult<ObjId> {
    if TypeAlias::of(vm, this).type_params.is_null() {
        return Err(vm.type_error("Only generic type aliases are subscriptable"));
    }
    super::genericaliasobject::generic_alias_new(vm, this, item)
}

fn typealias_parameters(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let params = TypeAlias::of(vm, this).type_params;
    if params.is_null() {
        return Ok(EMPTY_TUPLE);
    }
    unpack_typevartuples(vm, params)
}

fn typealias_type_params(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let params = TypeAlias::of(vm, this).type_params;
    Ok(if params.is_null() {
        EMPTY_TUPLE
    } else {
        vm.incref(params)
    })
}

fn typealias_value(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let alias = TypeAlias::of(vm, this);
    let (value, compute) = (alias.value, alias.compute_value);
    if !value.is_null() {
        return Ok(vm.incref(value));
    }
    let value = vm.call(compute, &[])?;
    vm.incref(value);
    let old = std::mem::replace(&mut TypeAlias::of_mut(vm, this).value, value);
    vm.xdecref(old);
    Ok(value)
}

fn typealias_module(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let alias = TypeAlias::of(vm, this);
    let (module, compute) = (alias.module, alias.compute_value);
    if !module.is_null() {
        return Ok(vm.incref(module));
    }
    if !compute.is_null() {
        return Ok(vm.getattr_name_opt(compute, "__module__")?.unwrap_or(NONE));
    }
    Ok(NONE)
}
