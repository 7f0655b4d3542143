//! The module `_contextvars`: variables whose values belong to a context, and the contexts.
//!
//! Mirrors `Python/context.c` and what it uses of `Python/hamt.c`: a mapping from variables to
//! values is an object of its own that never changes, so that copies of a context share it.

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::genericaliasobject::class_getitem;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::object_type::hash_not_implemented;
use crate::objects::slots::{CompareOp, IterNextFunc, Slots};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

use super::ModuleDef;
use super::itertoolsmodule::itself;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    functions: &[MethodDef::new(
        "copy_context",
        MethodImpl::NoArgs(|vm, _| copy_context(vm)),
        "($module, /)",
    )],
    exec: |vm, module| {
        for (name, spec) in [
            ("Context", &CONTEXT),
            ("ContextVar", &CONTEXT_VAR),
            ("Token", &TOKEN),
        ] {
            let ty = vm.native_type(spec);
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        let missing = missing(vm);
        let token = vm.native_type(&TOKEN);
        let dict = vm.heap.type_object(token).tp_dict;
        vm.dict_set_name(dict, "MISSING", missing);
        vm.type_modified(token);
        Ok(())
    },
    doc: "Context Variables",
};

native_struct! {
    /// `PyHamtObject`: variables at even places, their values behind them, in the order of a
    /// walk through the tree.
    Hamt {} [entries] ()
}

native_struct! {
    /// `PyContext`; `vars` is a [`Hamt`].
    Context { prev, vars } [] (entered: bool)
}

native_struct! {
    /// `PyContextVar`.
    ContextVar { name, default } [] (hash: i64)
}

native_struct! {
    /// `PyContextToken`; `old_value` is NULL when the variable had none.
    Token { ctx, var, old_value } [] (used: bool)
}

native_struct! {
    /// `PyHamtIterator`.
    HamtIterator { hamt } [] (position: usize)
}

static HAMT: TypeSpec = TypeSpec {
    tp_name: "hamt",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    weakrefs: true,
    ..TypeSpec::EMPTY
};

macro_rules! hamt_iterators { ($($spec:ident $name:literal $next:expr;)*) => { $(
    static $spec: TypeSpec = TypeSpec {
        tp_name: $name,
        tp_basicsize: 168,
        tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
        slots: Slots {
            tp_iter: Some(itself),
            tp_iternext: Some($next as IterNextFunc),
            ..Slots::EMPTY
        },
        ..TypeSpec::EMPTY
    };
)* } }

hamt_iterators! {
    KEYS "keys" |vm, this| Ok(next_entry(vm, this).map(|(var, _)| vm.incref(var)));
    VALUES "values" |vm, this| Ok(next_entry(vm, this).map(|(_, value)| vm.incref(value)));
    ITEMS "items" |vm, this| {
        Ok(next_entry(vm, this).map(|(var, value)| vm.new_tuple_from(&[var, value])))
    };
}

fn next_entry(vm: &mut Vm, this: ObjId) -> Option<(ObjId, ObjId)> {
    let it = HamtIterator::of_mut(vm, this);
    let (hamt, at) = (it.hamt, it.position);
    it.position += 2;
    match Hamt::of(vm, hamt).entries.get(at..at + 2) {
        Some(&[var, value]) => Some((var, value)),
        _ => None,
    }
}

fn iterate(vm: &mut Vm, context: ObjId, spec: &'static TypeSpec) -> ObjId {
    let hamt = Context::of(vm, context).vars;
    vm.incref(hamt);
    let ty = vm.native_type(spec);
    vm.new_native(ty, HamtIterator { hamt, position: 0 })
}

// ---- the mapping

fn new_hamt(vm: &mut Vm, entries: Vec<ObjId>) -> ObjId {
    let ty = vm.native_type(&HAMT);
    vm.new_native(ty, Hamt { entries })
}

fn find(vm: &Vm, hamt: ObjId, var: ObjId) -> Option<ObjId> {
    let mut pairs = Hamt::of(vm, hamt).entries.chunks_exact(2);
    pairs.find(|pair| pair[0] == var).map(|pair| pair[1])
}

/// Where a variable stands in a walk through the tree: five bits of its hash for each level.
fn tree_order(vm: &Vm, var: ObjId) -> [u32; 7] {
    let hash = ContextVar::of(vm, var).hash;
    let folded = (hash as u32) ^ ((hash >> 32) as u32);
    std::array::from_fn(|level| folded.checked_shr(5 * level as u32).unwrap_or(0) & 31)
}

/// A new mapping with the variable set, or without it when `value` is NULL.
fn with(vm: &mut Vm, hamt: ObjId, var: ObjId, value: ObjId) -> ObjId {
    let mut entries = Hamt::of(vm, hamt).entries.clone();
    let known = entries.chunks_exact(2).position(|pair| pair[0] == var);
    match (known, value.is_null()) {
        (Some(index), false) => entries[2 * index + 1] = value,
        (Some(index), true) => drop(entries.drain(2 * index..2 * index + 2)),
        (None, true) => {}
        (None, false) => {
            let order = tree_order(vm, var);
            let at = entries
                .chunks_exact(2)
                .position(|pair| tree_order(vm, pair[0]) > order)
                .unwrap_or(entries.len() / 2);
            entries.splice(2 * at..2 * at, [var, value]);
        }
    }
    for &id in &entries {
        vm.incref(id);
    }
    new_hamt(vm, entries)
}

// ---- contexts

static CONTEXT: TypeSpec = TypeSpec {
    tp_name: "_contextvars.Context",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC,
    weakrefs: true,
    slots: Slots {
        tp_new: Some(context_new),
        tp_richcompare: Some(context_richcompare),
        tp_hash: Some(hash_not_implemented),
        tp_iter: Some(|vm, this| Ok(iterate(vm, this, &KEYS))),
        mp_length: Some(|vm, this| {
            let hamt = Context::of(vm, this).vars;
            Ok(Hamt::of(vm, hamt).entries.len() as i64 / 2)
        }),
        mp_subscript: Some(context_subscript),
        sq_contains: Some(|vm, this, key| {
            check_key(vm, key)?;
            let hamt = Context::of(vm, this).vars;
            Ok(find(vm, hamt, key).is_some())
        }),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("run", MethodImpl::FastKeywords(context_run), ""),
        MethodDef::new(
            "copy",
            MethodImpl::NoArgs(|vm, this| {
                let vars = Context::of(vm, this).vars;
                Ok(new_context(vm, vars))
            }),
            "($self, /)",
        ),
        MethodDef::new(
            "get",
            MethodImpl::Fast(context_get),
            "($self, key, default=None, /)",
        ),
        MethodDef::new(
            "items",
            MethodImpl::NoArgs(|vm, this| Ok(iterate(vm, this, &ITEMS))),
            "($self, /)",
        ),
        MethodDef::new(
            "keys",
            MethodImpl::NoArgs(|vm, this| Ok(iterate(vm, this, &KEYS))),
            "($self, /)",
        ),
        MethodDef::new(
            "values",
            MethodImpl::NoArgs(|vm, this| Ok(iterate(vm, this, &VALUES))),
            "($self, /)",
        ),
    ],
    ..TypeSpec::EMPTY
};

/// A context with these variables (borrowed).
fn new_context(vm: &mut Vm, vars: ObjId) -> ObjId {
    vm.incref(vars);
    let ty = vm.native_type(&CONTEXT);
    vm.new_native(
        ty,
        Context {
            prev: ObjId::NULL,
            vars,
            entered: false,
        },
    )
}

fn context_new(vm: &mut Vm, _: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let keywords = !kwargs.is_null() && vm.dict_len(kwargs) > 0;
    if keywords || !vm.tuple_items(args).is_empty() {
        return Err(vm.type_error("Context() does not accept any arguments"));
    }
    Ok(empty_context(vm))
}

fn empty_context(vm: &mut Vm) -> ObjId {
    let hamt = new_hamt(vm, Vec::new());
    let context = new_context(vm, hamt);
    vm.decref(hamt);
    context
}

/// The context of the running thread (borrowed), made when first asked for.
fn current_context(vm: &mut Vm) -> ObjId {
    if vm.tstate.context.is_null() {
        let context = empty_context(vm);
        vm.tstate.context = context;
    }
    vm.tstate.context
}

/// `PyContext_CopyCurrent`.
fn copy_context(vm: &mut Vm) -> PyResult<ObjId> {
    let current = current_context(vm);
    let vars = Context::of(vm, current).vars;
    Ok(new_context(vm, vars))
}

fn context_run(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    if args.is_empty() {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    }
    if Context::of(vm, this).entered {
        let text = vm.repr_string(this)?;
        return Err(vm.raise(
            types::RUNTIME_ERROR,
            format!("cannot enter context: {text} is already entered"),
        ));
    }
    vm.incref(this);
    let prev = std::mem::replace(&mut vm.tstate.context, this);
    let context = Context::of_mut(vm, this);
    context.prev = prev;
    context.entered = true;
    let result = vm.call_vector(args[0], &args[1..], kwnames);
    let context = Context::of_mut(vm, this);
    context.entered = false;
    let prev = std::mem::take(&mut context.prev);
    vm.tstate.context = prev;
    vm.decref(this);
    result
}

fn check_key(vm: &mut Vm, key: ObjId) -> PyResult<()> {
    let ty = vm.native_type(&CONTEXT_VAR);
    if vm.type_of(key) == ty {
        return Ok(());
    }
    let text = vm.repr_string(key)?;
    Err(vm.type_error(format!("a ContextVar key was expected, got {text}")))
}

fn context_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    check_key(vm, key)?;
    let hamt = Context::of(vm, this).vars;
    match find(vm, hamt, key) {
        Some(value) => Ok(vm.incref(value)),
        None => Err(vm.raise_key_error(key)),
    }
}

fn context_get(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("get", args.len(), 1, 2)?;
    check_key(vm, args[0])?;
    let hamt = Context::of(vm, this).vars;
    let found = find(vm, hamt, args[0]).or(args.get(1).copied());
    Ok(vm.incref(found.unwrap_or(NONE)))
}

fn context_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(a) != vm.type_of(b) || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y) = (Context::of(vm, a).vars, Context::of(vm, b).vars);
    let (x, y) = (
        Hamt::of(vm, x).entries.clone(),
        Hamt::of(vm, y).entries.clone(),
    );
    let mut equal = x.len() == y.len();
    for (&left, &right) in x.iter().zip(&y) {
        equal = equal && vm.eq(left, right)?;
    }
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

// ---- variables

static CONTEXT_VAR: TypeSpec = TypeSpec {
    tp_name: "_contextvars.ContextVar",
    tp_basicsize: 64,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_new: Some(var_new),
        tp_repr: Some(var_repr),
        tp_hash: Some(|vm, this| Ok(ContextVar::of(vm, this).hash)),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "get",
            MethodImpl::Fast(var_get),
            "($self, default=<unrepresentable>, /)",
        ),
        MethodDef::new("set", MethodImpl::O(var_set), "($self, value, /)"),
        MethodDef::new("reset", MethodImpl::O(var_reset), "($self, token, /)"),
        MethodDef::new("__class_getitem__", MethodImpl::O(class_getitem), "").class_method(),
    ],
    members: &[MemberDef {
        name: "name",
        get: |vm, this| {
            let name = ContextVar::of(vm, this).name;
            Ok(vm.incref(name))
        },
        set: None,
    }],
    ..TypeSpec::EMPTY
};

fn var_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("ContextVar", &["", "default"], 1).positional(1);
    let given = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let (name, default) = (given[0], given[1]);
    if vm.text(name).is_none() {
        return Err(vm.type_error("context variable name must be a str"));
    }
    vm.incref(name);
    vm.xincref(default);
    let fields = ContextVar {
        name,
        default,
        hash: 0,
    };
    let this = vm.new_native(ty, fields);
    let hash = vm.hash_pointer(this) ^ vm.hash(name)?;
    ContextVar::of_mut(vm, this).hash = if hash == -1 { -2 } else { hash };
    // Only through its default can a variable be part of a cycle.
    if default.is_null() || !vm.heap.may_be_tracked(default) {
        vm.heap.untrack(this);
    }
    Ok(this)
}

fn var_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let var = ContextVar::of(vm, this);
    let (name, default) = (var.name, var.default);
    let mut text = format!("<ContextVar name={}", vm.repr_string(name)?);
    if !default.is_null() {
        text.push_str(" default=");
        text.push_str(&vm.repr_string(default)?);
    }
    let address = vm.heap.address(this);
    Ok(vm.new_string(format!("{text} at {address:#x}>")))
}

fn var_get(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("get", args.len(), 0, 1)?;
    if !vm.tstate.context.is_null() {
        let context = vm.tstate.context;
        let hamt = Context::of(vm, context).vars;
        if let Some(value) = find(vm, hamt, this) {
            return Ok(vm.incref(value));
        }
    }
    if let Some(&default) = args.first() {
        return Ok(vm.incref(default));
    }
    let default = ContextVar::of(vm, this).default;
    if default.is_null() {
        return Err(vm.raise_with(types::LOOKUP_ERROR, this));
    }
    Ok(vm.incref(default))
}

/// Sets or, with NULL, deletes a variable in the current context.
fn assign(vm: &mut Vm, var: ObjId, value: ObjId) {
    let context = current_context(vm);
    let old = Context::of(vm, context).vars;
    let new = with(vm, old, var, value);
    Context::of_mut(vm, context).vars = new;
    vm.decref(old);
}

fn var_set(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let context = current_context(vm);
    let hamt = Context::of(vm, context).vars;
    let old_value = find(vm, hamt, this).unwrap_or(ObjId::NULL);
    vm.xincref(old_value);
    vm.incref(context);
    vm.incref(this);
    let ty = vm.native_type(&TOKEN);
    let token = vm.new_native(
        ty,
        Token {
            ctx: context,
            var: this,
            old_value,
            used: false,
        },
    );
    assign(vm, this, value);
    Ok(token)
}

fn var_reset(vm: &mut Vm, this: ObjId, token: ObjId) -> PyResult<ObjId> {
    let ty = vm.native_type(&TOKEN);
    if vm.type_of(token) != ty {
        let text = vm.repr_string(token)?;
        return Err(vm.type_error(format!("expected an instance of Token, got {text}")));
    }
    let fields = Token::of(vm, token);
    let (ctx, var, old_value, used) = (fields.ctx, fields.var, fields.old_value, fields.used);
    if used {
        let text = vm.repr_string(token)?;
        return Err(vm.raise(
            types::RUNTIME_ERROR,
            format!("{text} has already been used once"),
        ));
    }
    if var != this {
        let text = vm.repr_string(token)?;
        return Err(vm.value_error(format!("{text} was created by a different ContextVar")));
    }
    if current_context(vm) != ctx {
        let text = vm.repr_string(token)?;
        return Err(vm.value_error(format!("{text} was created in a different Context")));
    }
    Token::of_mut(vm, token).used = true;
    assign(vm, this, old_value);
    Ok(NONE)
}

// ---- tokens

static TOKEN: TypeSpec = TypeSpec {
    tp_name: "_contextvars.Token",
    tp_basicsize: 48,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_new: Some(|vm, _, _, _| {
            Err(vm.raise(
                types::RUNTIME_ERROR,
                "Tokens can only be created by ContextVars",
            ))
        }),
        tp_repr: Some(token_repr),
        tp_hash: Some(hash_not_implemented),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__class_getitem__", MethodImpl::O(class_getitem), "").class_method(),
    ],
    getset: &[
        GetSetDef {
            name: "var",
            get: |vm, this| {
                let var = Token::of(vm, this).var;
                Ok(vm.incref(var))
            },
            set: None,
        },
        GetSetDef {
            name: "old_value",
            get: |vm, this| {
                let old = Token::of(vm, this).old_value;
                Ok(if old.is_null() {
                    missing(vm)
                } else {
                    vm.incref(old)
                })
            },
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

fn token_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let token = Token::of(vm, this);
    let (var, used) = (token.var, if token.used { " used" } else { "" });
    let var = vm.repr_string(var)?;
    let address = vm.heap.address(this);
    Ok(vm.new_string(format!("<Token{used} var={var} at {address:#x}>")))
}

static MISSING: TypeSpec = TypeSpec {
    tp_name: "Token.MISSING",
    slots: Slots {
        tp_repr: Some(|vm, _| Ok(vm.new_str("<Token.MISSING>"))),
        ..Slots::EMPTY
    },
    ..TypeSpec::EMPTY
};

/// `Token.MISSING`: a new reference to the only one.
fn missing(vm: &mut Vm) -> ObjId {
    if let Some(state) = vm.interp.module_state.get("_contextvars") {
        let known = state[0];
        return vm.incref(known);
    }
    let ty = vm.native_type(&MISSING);
    let id = vm.generic_alloc(ty, Payload::Empty);
    vm.interp.module_state.insert("_contextvars", vec![id]);
    vm.incref(id)
}
