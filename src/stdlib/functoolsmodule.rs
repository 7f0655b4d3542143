//! The module `_functools`: `partial`, `reduce`, `cmp_to_key`, the wrapper of `lru_cache`.
//!
//! Mirrors `Modules/_functoolsmodule.c`.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::builtin_descr::{own_dict_get, set_instance_dict};
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::slots::{CompareOp, Slots};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, small_int, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    functions: &[
        MethodDef::new("reduce", MethodImpl::Fast(reduce), ""),
        MethodDef::new(
            "cmp_to_key",
            MethodImpl::FastKeywords(cmp_to_key),
            "($module, /, mycmp)",
        ),
    ],
    exec: |vm, module| {
        for (name, spec) in [("partial", &PARTIAL), ("_lru_cache_wrapper", &LRU_CACHE)] {
            let ty = vm.native_type(spec);
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        Ok(())
    },
    doc: "Tools that operate on functions.",
};

// ---- reduce
fn reduce(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("reduce", args.len(), 2, 3)?;
    let function = args[0];
    let Ok(it) = vm.iter(args[1]) else {
        if vm.raised_matches(types::TYPE_ERROR) {
            vm.clear_raised();
        }
        return Err(vm.type_error("reduce() arg 2 must support iteration"));
    };
    let mut result = args.get(2).map(|&initial| vm.incref(initial));
    let outcome = loop {
        match vm.iter_next(it) {
            Ok(Some(item)) => match result {
                None => result = Some(item),
                Some(left) => {
                    let next = vm.call(function, &[left, item]);
                    vm.decref(left);
                    vm.decref(item);
                    match next {
                        Ok(next) => result = Some(next),
                        Err(raised) => {
                            result = None;
                            break Err(raised);
                        }
                    }
                }
            },
            Ok(None) => break Ok(()),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(it);
    if let Err(raised) = outcome {
        if let Some(left) = result {
            vm.decref(left);
        }
        return Err(raised);
    }
    match result {
        Some(result) => Ok(result),
        None => Err(vm.type_error("reduce() of empty iterable with no initial value")),
    }
}

// ---- cmp_to_key
native_struct! {
    /// `keyobject`.
    Key { cmp, object } [] ()
}

static KEY: TypeSpec = TypeSpec {
    tp_name: "functools.KeyWrapper",
    tp_basicsize: 32,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_call: Some(key_call),
        tp_richcompare: Some(key_richcompare),
        tp_hash: Some(crate::objects::object_type::hash_not_implemented),
        ..Slots::EMPTY
    },
    members: &[MemberDef {
        name: "obj",
        get: |vm, k| {
            let o = Key::of(vm, k).object;
            Ok(if o.is_null() { NONE } else { vm.incref(o) })
        },
        set: None,
    }],
    ..TypeSpec::EMPTY
};

fn cmp_to_key(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_keywords(&Signature::new("cmp_to_key", &["mycmp"], 1), args, kwnames)?;
    let ty = vm.native_type(&KEY);
    let cmp = vm.incref(values[0]);
    Ok(vm.new_native(
        ty,
        Key {
            cmp,
            object: ObjId::NULL,
        },
    ))
}

fn key_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_tuple_dict(&Signature::new("K", &["obj"], 1), args, kwargs)?;
    let cmp = Key::of(vm, this).cmp;
    vm.incref(cmp);
    let object = vm.incref(values[0]);
    let ty = vm.type_of(this);
    Ok(vm.new_native(ty, Key { cmp, object }))
}

fn key_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(a) != vm.type_of(b) {
        return Err(vm.type_error("other argument must be K instance"));
    }
    let (cmp, x, y) = (
        Key::of(vm, a).cmp,
        Key::of(vm, a).object,
        Key::of(vm, b).object,
    );
    if x.is_null() || y.is_null() {
        return Err(vm.raise(types::ATTRIBUTE_ERROR, "object"));
    }
    let order = vm.call(cmp, &[x, y])?;
    let result = vm.rich_compare(order, small_int(0), op);
    vm.decref(order);
    result
}

// ---- partial
native_struct! {
    /// `partialobject`; `args` is a tuple, `kw` a dict.
    Partial { func, args, kw } [] ()
}

pub static PARTIAL: TypeSpec = TypeSpec {
    tp_name: "functools.partial",
    tp_basicsize: 64,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::HAVE_VECTORCALL),
    weakrefs: true,
    dict: true,
    slots: Slots {
        tp_new: Some(partial_new),
        tp_repr: Some(partial_repr),
        tp_call: Some(crate::objects::descrobject::call_through_vector),
        tp_vectorcall: Some(partial_vectorcall),
        tp_descr_get: Some(partial_get),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reduce__", MethodImpl::NoArgs(partial_reduce), ""),
        MethodDef::new("__setstate__", MethodImpl::O(partial_setstate), ""),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(crate::objects::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
    ],
    members: &[
        MemberDef {
            name: "func",
            get: |vm, p| {
                let x = Partial::of(vm, p).func;
                Ok(vm.incref(x))
            },
            set: None,
        },
        MemberDef {
            name: "args",
            get: |vm, p| {
                let x = Partial::of(vm, p).args;
                Ok(vm.incref(x))
            },
            set: None,
        },
        MemberDef {
            name: "keywords",
            get: |vm, p| {
                let x = Partial::of(vm, p).kw;
                Ok(vm.incref(x))
            },
            set: None,
        },
    ],
    getset: &[GetSetDef {
        name: "__dict__",
        get: own_dict_get,
        set: Some(set_instance_dict),
    }],
    tp_doc: "Create a new function with partial application of the given arguments and keywords.",
    ..TypeSpec::EMPTY
};

fn partial_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let items = vm.tuple_items(args).to_vec();
    let Some(&first) = items.first() else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    let partial_type = vm.native_type(&PARTIAL);
    // A partial of a plain partial is flattened.
    let (mut func, mut head, mut kw) = (first, Vec::new(), ObjId::NULL);
    if ty == partial_type && vm.type_of(first) == partial_type && vm.own_dict(first).is_null() {
        let p = Partial::of(vm, first);
        (func, kw) = (p.func, p.kw);
        head = vm.tuple_items(p.args).to_vec();
    }
    if !vm.is_callable(func) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    head.extend_from_slice(&items[1..]);
    let bound = vm.new_tuple_from(&head);
    let dict = if kw.is_null() {
        vm.new_dict()
    } else {
        vm.dict_copy(kw)
    };
    if !kwargs.is_null() {
        for (k, v) in vm.dict_entries(kwargs) {
            vm.dict_set(dict, k, v)?;
        }
    }
    vm.incref(func);
    Ok(vm.generic_alloc(
        ty,
        Payload::Native(Box::new(Partial {
            func,
            args: bound,
            kw: dict,
        })),
    ))
}

fn partial_vectorcall(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let p = Partial::of(vm, this);
    let (func, bound, kw) = (p.func, vm.tuple_items(p.args).to_vec(), p.kw);
    let keywords = if kwnames.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(kwnames).to_vec()
    };
    let positional = args.len() - keywords.len();
    let mut all = bound;
    all.extend_from_slice(&args[..positional]);
    if vm.dict_len(kw) == 0 {
        all.extend_from_slice(&args[positional..]);
        return vm.call_vector(func, &all, kwnames);
    }
    let merged = vm.dict_copy(kw);
    for (i, &name) in keywords.iter().enumerate() {
        vm.dict_set(merged, name, args[positional + i])?;
    }
    let result = vm.call_args_dict(func, &all, merged);
    vm.decref(merged);
    result
}

/// In 3.13 a partial in a class is no method: a warning says that it will be.
fn partial_get(vm: &mut Vm, this: ObjId, obj: ObjId, _owner: ObjId) -> PyResult<ObjId> {
    if !obj.is_null() && obj != NONE {
        (vm.hooks.warn)(
            vm,
            types::FUTURE_WARNING,
            "functools.partial will be a method descriptor in future Python versions; wrap it in staticmethod() if you want to preserve the old behavior",
            1,
        )?;
    }
    Ok(vm.incref(this))
}

fn partial_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let name = vm.qualified_type_name(ty)?;
    if vm.repr_enter(this) {
        return Ok(vm.new_str("..."));
    }
    let p = Partial::of(vm, this);
    let (func, args, kw) = (p.func, p.args, p.kw);
    let mut text = format!("{name}({}", vm.repr_string(func)?);
    for item in vm.tuple_items(args).to_vec() {
        write!(text, ", {}", vm.repr_string(item)?).expect("a String takes any text");
    }
    for (k, v) in vm.dict_entries(kw) {
        write!(text, ", {}={}", vm.str_string(k)?, vm.repr_string(v)?)
            .expect("a String takes any text");
    }
    vm.repr_leave(this);
    text.push(')');
    Ok(vm.new_string(text))
}

fn partial_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let p = Partial::of(vm, this);
    let (func, args, kw) = (p.func, p.args, p.kw);
    let dict = vm.own_dict(this);
    let dict = if dict.is_null() { NONE } else { dict };
    let first = vm.new_tuple_from(&[func]);
    let state = vm.new_tuple_from(&[func, args, kw, dict]);
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, first, state]))
}

fn partial_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let [func, args, kw, dict] = *vm.tuple_items(state) else {
        return Err(vm.type_error("invalid partial state"));
    };
    if !vm.is_callable(func)
        || !vm.isinstance(args, types::TUPLE)
        || (kw != NONE && !vm.isinstance(kw, types::DICT))
    {
        return Err(vm.type_error("invalid partial state"));
    }
    let args = if vm.type_of(args) == types::TUPLE {
        vm.incref(args)
    } else {
        let items = vm.collect_iterable(args)?;
        vm.new_tuple(items)
    };
    let kw = if kw == NONE {
        vm.new_dict()
    } else if vm.type_of(kw) == types::DICT {
        vm.incref(kw)
    } else {
        vm.dict_copy(kw)
    };
    vm.incref(func);
    let p = Partial::of_mut(vm, this);
    let old = std::mem::replace(p, Partial { func, args, kw });
    vm.decref_all(&[old.func, old.args, old.kw]);
    if dict != NONE {
        vm.incref(dict);
        let old = vm.set_own_dict(this, dict);
        vm.xdecref(old);
    }
    Ok(NONE)
}

// ---- lru_cache
native_struct! {
    /// `lru_cache_object`: `cache` maps keys to results; for a bounded cache the order of its
    /// entries is the order of use, oldest first.
    LruCache { func, cache, cache_info_type } [] (maxsize: i64, typed: bool, hits: i64, misses: i64)
}

static LRU_CACHE: TypeSpec = TypeSpec {
    tp_name: "functools._lru_cache_wrapper",
    tp_basicsize: 152,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::METHOD_DESCRIPTOR),
    weakrefs: true,
    dict: true,
    slots: Slots {
        tp_new: Some(lru_new),
        tp_call: Some(lru_call),
        tp_descr_get: Some(lru_get),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "cache_info",
            MethodImpl::NoArgs(lru_cache_info),
            "($self, /)",
        ),
        MethodDef::new(
            "cache_clear",
            MethodImpl::NoArgs(lru_cache_clear),
            "($self, /)",
        ),
        MethodDef::new("__reduce__", MethodImpl::NoArgs(lru_reduce), ""),
        MethodDef::new("__copy__", MethodImpl::NoArgs(|vm, c| Ok(vm.incref(c))), ""),
        MethodDef::new(
            "__deepcopy__",
            MethodImpl::O(|vm, c, _| Ok(vm.incref(c))),
            "",
        ),
    ],
    getset: &[GetSetDef {
        name: "__dict__",
        get: own_dict_get,
        set: Some(set_instance_dict),
    }],
    ..TypeSpec::EMPTY
};

fn lru_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new(
        "lru_cache",
        &["user_function", "maxsize", "typed", "cache_info_type"],
        4,
    );
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    if !vm.is_callable(values[0]) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let maxsize = if values[1] == NONE {
        -1
    } else if vm.has_index(values[1]) {
        vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?
            .max(0)
    } else {
        return Err(vm.type_error("maxsize should be integer or None"));
    };
    let typed = vm.is_true(values[2])?;
    let func = vm.incref(values[0]);
    let cache_info_type = vm.incref(values[3]);
    let cache = vm.new_dict();
    let state = LruCache {
        func,
        cache,
        cache_info_type,
        maxsize,
        typed,
        hits: 0,
        misses: 0,
    };
    Ok(vm.generic_alloc(ty, Payload::Native(Box::new(state))))
}

/// The key under which a call is kept: a new reference (`lru_cache_make_key`).
fn make_key(vm: &mut Vm, args: ObjId, kwargs: ObjId, typed: bool) -> PyResult<ObjId> {
    let items = vm.tuple_items(args).to_vec();
    let keywords = if kwargs.is_null() {
        Vec::new()
    } else {
        vm.dict_entries(kwargs)
    };
    if !typed && keywords.is_empty() {
        if let [one] = *items
            && matches!(vm.type_of(one), types::STR | types::INT)
        {
            return Ok(vm.incref(one));
        }
        return Ok(vm.incref(args));
    }
    let mut parts = items.clone();
    if !keywords.is_empty() {
        // A mark that no caller can pass stands between positional and keyword arguments.
        parts.push(types::CAPSULE);
        for &(k, v) in &keywords {
            parts.push(k);
            parts.push(v);
        }
    }
    if typed {
        parts.extend(items.iter().map(|&x| vm.type_of(x)));
        parts.extend(keywords.iter().map(|&(_, v)| vm.type_of(v)));
    }
    Ok(vm.new_tuple_from(&parts))
}

fn lru_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let c = LruCache::of(vm, this);
    let (func, cache, maxsize, typed) = (c.func, c.cache, c.maxsize, c.typed);
    if maxsize == 0 {
        LruCache::of_mut(vm, this).misses += 1;
        return vm.call_tuple_dict(func, args, kwargs);
    }
    let key = make_key(vm, args, kwargs, typed)?;
    let result = lru_cached(vm, this, (func, cache, maxsize), key, args, kwargs);
    vm.decref(key);
    result
}

fn lru_cached(
    vm: &mut Vm,
    this: ObjId,
    (func, cache, maxsize): (ObjId, ObjId, i64),
    key: ObjId,
    args: ObjId,
    kwargs: ObjId,
) -> PyResult<ObjId> {
    if let Some(found) = vm.dict_get(cache, key)? {
        vm.incref(found);
        LruCache::of_mut(vm, this).hits += 1;
        if maxsize > 0 {
            // The most recently used entry moves to the end.
            vm.dict_delete(cache, key)?;
            vm.dict_set(cache, key, found)?;
        }
        return Ok(found);
    }
    LruCache::of_mut(vm, this).misses += 1;
    let result = vm.call_tuple_dict(func, args, kwargs)?;
    if vm.dict_get(cache, key)?.is_none() {
        if maxsize > 0 && vm.dict_len(cache) as i64 >= maxsize {
            let oldest = vm.dict_entries(cache)[0].0;
            vm.incref(oldest);
            let deleted = vm.dict_delete(cache, oldest);
            vm.decref(oldest);
            deleted?;
        }
        vm.dict_set(cache, key, result)?;
    }
    Ok(result)
}

fn lru_get(vm: &mut Vm, this: ObjId, obj: ObjId, _owner: ObjId) -> PyResult<ObjId> {
    if obj.is_null() || obj == NONE {
        return Ok(vm.incref(this));
    }
    Ok(vm.new_method(this, obj))
}

fn lru_cache_info(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let c = LruCache::of(vm, this);
    let (hits, misses, maxsize, cache, ty) =
        (c.hits, c.misses, c.maxsize, c.cache, c.cache_info_type);
    let hits = vm.new_int(hits);
    let misses = vm.new_int(misses);
    let maxsize = if maxsize < 0 {
        NONE
    } else {
        vm.new_int(maxsize)
    };
    let size = vm.dict_len(cache) as i64;
    let size = vm.new_int(size);
    let result = vm.call(ty, &[hits, misses, maxsize, size]);
    vm.decref_all(&[hits, misses, maxsize, size]);
    result
}

fn lru_cache_clear(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let c = LruCache::of_mut(vm, this);
    c.hits = 0;
    c.misses = 0;
    let cache = c.cache;
    let mut dropped = Vec::new();
    vm.take_dict_entries(cache, &mut dropped);
    vm.decref_all(&dropped);
    Ok(NONE)
}

fn lru_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.getattr(this, names::QUALNAME)
}
