//! The module `itertools`: iterators as building blocks.
//!
//! Mirrors `Modules/itertoolsmodule.c`; the combinatoric ones are in `itertools_combinatoric`.

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{FALSE, NONE, small_int, types};

use super::ModuleDef;
use super::itertools_combinatoric as combinatoric;

pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    functions: &[MethodDef::new(
        "tee",
        MethodImpl::Fast(tee),
        "($module, iterable, n=2, /)",
    )],
    exec,
    doc: "Functional tools for creating and using iterators.",
};

fn exec(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    let specs: [&'static TypeSpec; 21] = [
        &COUNT,
        &CYCLE,
        &REPEAT,
        &CHAIN,
        &COMPRESS,
        &DROPWHILE,
        &TAKEWHILE,
        &FILTERFALSE,
        &STARMAP,
        &ACCUMULATE,
        &ISLICE,
        &ZIP_LONGEST,
        &GROUPBY,
        &PAIRWISE,
        &BATCHED,
        &TEE,
        &combinatoric::PRODUCT,
        &combinatoric::PERMUTATIONS,
        &combinatoric::COMBINATIONS,
        &combinatoric::COMBINATIONS_WITH_REPLACEMENT,
        &GROUPER,
    ];
    for spec in specs {
        let ty = vm.native_type(spec);
        let name = spec
            .tp_name
            .rsplit('.')
            .next()
            .expect("a name has a last part");
        vm.incref(ty);
        vm.module_add(module, name, ty);
    }
    Ok(())
}

/// What all iterator types of this module share.
pub const ITERATOR: TypeSpec = TypeSpec {
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    slots: Slots {
        tp_iter: Some(itself),
        ..Slots::EMPTY
    },
    ..TypeSpec::EMPTY
};

/// `iter(iterator)` is the iterator.
pub fn itself(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(vm.incref(this))
}

macro_rules! iterator_type { ($id:ident, $name:literal, $size:literal, $new:expr, $next:expr $(, $slot:ident: $value:expr)*) => {
    pub static $id: TypeSpec = TypeSpec {
        tp_name: concat!("itertools.", $name),
        tp_basicsize: $size,
        slots: Slots { tp_new: Some($new), tp_iternext: Some($next), $($slot: Some($value),)* ..ITERATOR.slots },
        ..ITERATOR
    };
} }

fn alloc(vm: &mut Vm, ty: ObjId, payload: impl crate::objects::object::NativePayload) -> ObjId {
    vm.generic_alloc(ty, Payload::Native(Box::new(payload)))
}

// ---- count
native_struct! {
    /// `countobject`: the next number and the step.
    Count { cnt, step } [] ()
}
iterator_type!(COUNT, "count", 40, count_new, count_next, tp_repr: count_repr);

fn count_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("count", &["start", "step"], 0),
        args,
        kwargs,
    )?;
    for &v in &values {
        if !v.is_null() && vm.slots_of(v).nb_add.is_none() {
            return Err(vm.type_error("a number is required"));
        }
    }
    let cnt = if values[0].is_null() {
        small_int(0)
    } else {
        vm.incref(values[0])
    };
    let step = if values[1].is_null() {
        small_int(1)
    } else {
        vm.incref(values[1])
    };
    Ok(alloc(vm, ty, Count { cnt, step }))
}

fn count_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let c = Count::of(vm, this);
    let (cnt, step) = (c.cnt, c.step);
    let next = vm.number_add(cnt, step)?;
    Count::of_mut(vm, this).cnt = next;
    Ok(Some(cnt))
}

fn count_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let c = Count::of(vm, this);
    let (cnt, step) = (c.cnt, c.step);
    let text = if step == small_int(1) {
        format!("count({})", vm.repr_string(cnt)?)
    } else {
        format!("count({}, {})", vm.repr_string(cnt)?, vm.repr_string(step)?)
    };
    Ok(vm.new_string(text))
}

// ---- cycle
native_struct! {
    /// `cycleobject`: items seen so far are replayed at the end.
    Cycle { it } [saved] (index: usize)
}
iterator_type!(CYCLE, "cycle", 40, cycle_new, cycle_next);

fn cycle_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("cycle", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("cycle", items.len(), 1, 1)?;
    let it = vm.iter(items[0])?;
    Ok(alloc(
        vm,
        ty,
        Cycle {
            it,
            saved: Vec::new(),
            index: 0,
        },
    ))
}

fn cycle_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let it = Cycle::of(vm, this).it;
    if !it.is_null() {
        if let Some(item) = vm.iter_next(it)? {
            vm.incref(item);
            Cycle::of_mut(vm, this).saved.push(item);
            return Ok(Some(item));
        }
        let done = std::mem::take(&mut Cycle::of_mut(vm, this).it);
        vm.xdecref(done);
    }
    let c = Cycle::of_mut(vm, this);
    if c.saved.is_empty() {
        return Ok(None);
    }
    let item = c.saved[c.index];
    c.index = (c.index + 1) % c.saved.len();
    Ok(Some(vm.incref(item)))
}

// ---- repeat
native_struct! {
    /// `repeatobject`: `cnt` below zero repeats for ever.
    Repeat { element } [] (cnt: i64)
}
pub static REPEAT: TypeSpec = TypeSpec {
    tp_name: "itertools.repeat",
    tp_basicsize: 32,
    slots: Slots {
        tp_new: Some(repeat_new),
        tp_iternext: Some(repeat_next),
        tp_repr: Some(repeat_repr),
        ..ITERATOR.slots
    },
    methods: &[MethodDef::new(
        "__length_hint__",
        MethodImpl::NoArgs(repeat_hint),
        "",
    )],
    ..ITERATOR
};

fn repeat_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    match Repeat::of(vm, this).cnt {
        -1 => Err(vm.type_error("len() of unsized object")),
        cnt => Ok(vm.new_int(cnt)),
    }
}

fn repeat_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("repeat", &["object", "times"], 1),
        args,
        kwargs,
    )?;
    let cnt = if values[1].is_null() {
        -1
    } else {
        vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?
            .max(0)
    };
    let element = vm.incref(values[0]);
    Ok(alloc(vm, ty, Repeat { element, cnt }))
}

fn repeat_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let r = Repeat::of_mut(vm, this);
    if r.cnt == 0 {
        return Ok(None);
    }
    if r.cnt > 0 {
        r.cnt -= 1;
    }
    let element = r.element;
    Ok(Some(vm.incref(element)))
}

fn repeat_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let r = Repeat::of(vm, this);
    let (element, cnt) = (r.element, r.cnt);
    let repr = vm.repr_string(element)?;
    Ok(vm.new_string(if cnt < 0 {
        format!("repeat({repr})")
    } else {
        format!("repeat({repr}, {cnt})")
    }))
}

// ---- chain
native_struct! {
    /// `chainobject`: the iterator over iterables, and the active one.
    Chain { source, active } [] ()
}
pub static CHAIN: TypeSpec = TypeSpec {
    tp_name: "itertools.chain",
    tp_basicsize: 32,
    slots: Slots {
        tp_new: Some(chain_new),
        tp_iternext: Some(chain_next),
        ..ITERATOR.slots
    },
    methods: &[
        MethodDef::new(
            "from_iterable",
            MethodImpl::O(chain_from_iterable),
            "($type, iterable, /)",
        )
        .class_method(),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(crate::objects::genericaliasobject::class_getitem),
            "",
        )
        .class_method(),
    ],
    ..ITERATOR
};

fn chain_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("chain", kwargs)?;
    let source = vm.iter(args)?;
    Ok(alloc(
        vm,
        ty,
        Chain {
            source,
            active: ObjId::NULL,
        },
    ))
}

fn chain_from_iterable(vm: &mut Vm, ty: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    let source = vm.iter(iterable)?;
    Ok(alloc(
        vm,
        ty,
        Chain {
            source,
            active: ObjId::NULL,
        },
    ))
}

fn chain_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    loop {
        let c = Chain::of(vm, this);
        let (source, active) = (c.source, c.active);
        if source.is_null() {
            return Ok(None);
        }
        if active.is_null() {
            let next = vm.iter_next(source);
            let Ok(Some(iterable)) = next else {
                let done = std::mem::take(&mut Chain::of_mut(vm, this).source);
                vm.xdecref(done);
                return next;
            };
            let iterator = vm.iter(iterable);
            vm.decref(iterable);
            match iterator {
                Ok(iterator) => Chain::of_mut(vm, this).active = iterator,
                Err(raised) => {
                    let done = std::mem::take(&mut Chain::of_mut(vm, this).source);
                    vm.xdecref(done);
                    return Err(raised);
                }
            }
            continue;
        }
        if let Some(item) = vm.iter_next(active)? {
            return Ok(Some(item));
        }
        let done = std::mem::take(&mut Chain::of_mut(vm, this).active);
        vm.xdecref(done);
    }
}

// ---- compress
native_struct! {
    /// `compressobject`.
    Compress { data, selectors } [] ()
}
iterator_type!(COMPRESS, "compress", 32, compress_new, compress_next);

fn compress_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("compress", &["data", "selectors"], 2),
        args,
        kwargs,
    )?;
    let data = vm.iter(values[0])?;
    let selectors = match vm.iter(values[1]) {
        Ok(it) => it,
        Err(raised) => {
            vm.decref(data);
            return Err(raised);
        }
    };
    Ok(alloc(vm, ty, Compress { data, selectors }))
}

fn compress_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let c = Compress::of(vm, this);
    let (data, selectors) = (c.data, c.selectors);
    loop {
        let Some(datum) = vm.iter_next(data)? else {
            return Ok(None);
        };
        let selector = match vm.iter_next(selectors) {
            Ok(Some(s)) => s,
            other => {
                vm.decref(datum);
                return other;
            }
        };
        let chosen = vm.is_true(selector);
        vm.decref(selector);
        if chosen? {
            return Ok(Some(datum));
        }
        vm.decref(datum);
    }
}

// ---- dropwhile, takewhile, filterfalse, starmap
native_struct! {
    /// A function and an iterator; `stopped` as the type needs it.
    FuncIter { func, it } [] (stopped: bool)
}
iterator_type!(
    DROPWHILE,
    "dropwhile",
    40,
    |vm, t, a, k| func_iter_new(vm, t, a, k, "dropwhile"),
    dropwhile_next
);
iterator_type!(
    TAKEWHILE,
    "takewhile",
    40,
    |vm, t, a, k| func_iter_new(vm, t, a, k, "takewhile"),
    takewhile_next
);
iterator_type!(
    FILTERFALSE,
    "filterfalse",
    32,
    |vm, t, a, k| func_iter_new(vm, t, a, k, "filterfalse"),
    filterfalse_next
);
iterator_type!(
    STARMAP,
    "starmap",
    32,
    |vm, t, a, k| func_iter_new(vm, t, a, k, "starmap"),
    starmap_next
);

fn func_iter_new(
    vm: &mut Vm,
    ty: ObjId,
    args: ObjId,
    kwargs: ObjId,
    name: &str,
) -> PyResult<ObjId> {
    vm.no_keywords(name, kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional(name, items.len(), 2, 2)?;
    let it = vm.iter(items[1])?;
    let func = vm.incref(items[0]);
    Ok(alloc(
        vm,
        ty,
        FuncIter {
            func,
            it,
            stopped: false,
        },
    ))
}

fn parts(vm: &Vm, this: ObjId) -> (ObjId, ObjId, bool) {
    let f = FuncIter::of(vm, this);
    (f.func, f.it, f.stopped)
}

/// Calls the predicate; the item is dropped when that fails.
fn test(vm: &mut Vm, func: ObjId, item: ObjId) -> PyResult<bool> {
    let result = vm.call(func, &[item]).and_then(|r| {
        let truth = vm.is_true(r);
        vm.decref(r);
        truth
    });
    if result.is_err() {
        vm.decref(item);
    }
    result
}

fn dropwhile_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (func, it, started) = parts(vm, this);
    loop {
        let Some(item) = vm.iter_next(it)? else {
            return Ok(None);
        };
        if started {
            return Ok(Some(item));
        }
        if !test(vm, func, item)? {
            FuncIter::of_mut(vm, this).stopped = true;
            return Ok(Some(item));
        }
        vm.decref(item);
    }
}

fn takewhile_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (func, it, stopped) = parts(vm, this);
    if stopped {
        return Ok(None);
    }
    let Some(item) = vm.iter_next(it)? else {
        return Ok(None);
    };
    if test(vm, func, item)? {
        return Ok(Some(item));
    }
    vm.decref(item);
    FuncIter::of_mut(vm, this).stopped = true;
    Ok(None)
}

fn filterfalse_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (func, it, _) = parts(vm, this);
    loop {
        let Some(item) = vm.iter_next(it)? else {
            return Ok(None);
        };
        let truth = if func == NONE || func == types::BOOL {
            vm.is_true(item)?
        } else {
            test(vm, func, item)?
        };
        if !truth {
            return Ok(Some(item));
        }
        vm.decref(item);
    }
}

fn starmap_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (func, it, _) = parts(vm, this);
    let Some(item) = vm.iter_next(it)? else {
        return Ok(None);
    };
    let args = vm.collect_iterable(item);
    vm.decref(item);
    let args = args?;
    let result = vm.call(func, &args);
    vm.decref_all(&args);
    result.map(Some)
}

// ---- accumulate
native_struct! {
    /// `accumulateobject`.
    Accumulate { total, it, binop, initial } [] ()
}
iterator_type!(
    ACCUMULATE,
    "accumulate",
    48,
    accumulate_new,
    accumulate_next
);

fn accumulate_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("accumulate", &["iterable", "func", "initial"], 1).positional(2);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let it = vm.iter(values[0])?;
    let keep = |id: ObjId| if id == NONE { ObjId::NULL } else { id };
    let (binop, initial) = (keep(values[1]), keep(values[2]));
    vm.xincref(binop);
    vm.xincref(initial);
    Ok(alloc(
        vm,
        ty,
        Accumulate {
            total: ObjId::NULL,
            it,
            binop,
            initial,
        },
    ))
}

fn accumulate_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let initial = std::mem::take(&mut Accumulate::of_mut(vm, this).initial);
    if !initial.is_null() {
        vm.incref(initial);
        Accumulate::of_mut(vm, this).total = initial;
        return Ok(Some(initial));
    }
    let a = Accumulate::of(vm, this);
    let (total, it, binop) = (a.total, a.it, a.binop);
    let Some(value) = vm.iter_next(it)? else {
        return Ok(None);
    };
    if total.is_null() {
        vm.incref(value);
        Accumulate::of_mut(vm, this).total = value;
        return Ok(Some(value));
    }
    let next = if binop.is_null() {
        vm.number_add(total, value)
    } else {
        vm.call(binop, &[total, value])
    };
    vm.decref(value);
    let next = next?;
    vm.incref(next);
    let old = std::mem::replace(&mut Accumulate::of_mut(vm, this).total, next);
    vm.xdecref(old);
    Ok(Some(next))
}

// ---- islice
native_struct! {
    /// `isliceobject`: `stop` below zero: no end.
    Islice { it } [] (next: i64, stop: i64, step: i64, cnt: i64)
}
iterator_type!(ISLICE, "islice", 56, islice_new, islice_next);

fn islice_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("islice", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("islice", items.len(), 2, 4)?;
    let (start, stop, step) = match items.len() {
        2 => (NONE, items[1], NONE),
        3 => (items[1], items[2], NONE),
        _ => (items[1], items[2], items[3]),
    };
    let stop_error = if items.len() == 2 {
        "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
    } else {
        "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."
    };
    let bound = |vm: &mut Vm, id: ObjId, default: i64, message: &str| -> PyResult<i64> {
        if id == NONE {
            return Ok(default);
        }
        let value = if vm.has_index(id) {
            vm.index_as_ssize(id, Some(types::VALUE_ERROR)).ok()
        } else {
            None
        };
        if let Some(v) = value.filter(|v| *v >= 0) {
            Ok(v)
        } else {
            vm.clear_raised();
            Err(vm.value_error(message))
        }
    };
    let stop = bound(vm, stop, -1, stop_error)?;
    let start = bound(vm, start, 0, stop_error)?;
    let step = bound(
        vm,
        step,
        1,
        "Step for islice() must be a positive integer or None.",
    )?;
    if step < 1 {
        return Err(vm.value_error("Step for islice() must be a positive integer or None."));
    }
    let it = vm.iter(items[0])?;
    Ok(alloc(
        vm,
        ty,
        Islice {
            it,
            next: start,
            stop,
            step,
            cnt: 0,
        },
    ))
}

fn islice_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let s = Islice::of(vm, this);
    let (it, next, stop, step) = (s.it, s.next, s.stop, s.step);
    if it.is_null() {
        return Ok(None);
    }
    let result = islice_advance(vm, this, it, next, stop);
    if let Ok(Some(_)) = result {
        let s = Islice::of_mut(vm, this);
        s.cnt += 1;
        let following = next.checked_add(step);
        s.next = match (following, stop) {
            (Some(n), stop) if stop >= 0 && n > stop => stop,
            (Some(n), _) => n,
            (None, _) => stop,
        };
        return result;
    }
    let done = std::mem::take(&mut Islice::of_mut(vm, this).it);
    vm.xdecref(done);
    result
}

fn islice_advance(
    vm: &mut Vm,
    this: ObjId,
    it: ObjId,
    next: i64,
    stop: i64,
) -> PyResult<Option<ObjId>> {
    while Islice::of(vm, this).cnt < next {
        let Some(skipped) = vm.iter_next(it)? else {
            return Ok(None);
        };
        vm.decref(skipped);
        Islice::of_mut(vm, this).cnt += 1;
    }
    if stop >= 0 && Islice::of(vm, this).cnt >= stop {
        return Ok(None);
    }
    vm.iter_next(it)
}

// ---- zip_longest
native_struct! {
    /// `ziplongestobject`: finished iterators are NULL.
    ZipLongest { fillvalue } [iterators] (active: usize)
}
iterator_type!(
    ZIP_LONGEST,
    "zip_longest",
    56,
    zip_longest_new,
    zip_longest_next
);

fn zip_longest_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let mut fillvalue = NONE;
    if !kwargs.is_null() {
        for (key, value) in vm.dict_entries(kwargs) {
            if vm.str_lossy(key) != "fillvalue" {
                return Err(vm.type_error("zip_longest() got an unexpected keyword argument"));
            }
            fillvalue = value;
        }
    }
    let mut iterators = Vec::new();
    for item in vm.tuple_items(args).to_vec() {
        match vm.iter(item) {
            Ok(it) => iterators.push(it),
            Err(raised) => {
                vm.decref_all(&iterators);
                return Err(raised);
            }
        }
    }
    vm.incref(fillvalue);
    let active = iterators.len();
    Ok(alloc(
        vm,
        ty,
        ZipLongest {
            fillvalue,
            iterators,
            active,
        },
    ))
}

fn zip_longest_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let z = ZipLongest::of(vm, this);
    let (count, fill) = (z.iterators.len(), z.fillvalue);
    if z.active == 0 {
        return Ok(None);
    }
    let mut row = Vec::with_capacity(count);
    for i in 0..count {
        let it = ZipLongest::of(vm, this).iterators[i];
        if it.is_null() {
            row.push(vm.incref(fill));
            continue;
        }
        match vm.iter_next(it) {
            Ok(Some(item)) => row.push(item),
            Ok(None) => {
                let z = ZipLongest::of_mut(vm, this);
                z.active -= 1;
                let active = z.active;
                if active == 0 {
                    vm.decref_all(&row);
                    return Ok(None);
                }
                let done = std::mem::take(&mut ZipLongest::of_mut(vm, this).iterators[i]);
                vm.decref(done);
                row.push(vm.incref(fill));
            }
            Err(raised) => {
                ZipLongest::of_mut(vm, this).active = 0;
                vm.decref_all(&row);
                return Err(raised);
            }
        }
    }
    Ok(Some(vm.new_tuple(row)))
}

// ---- groupby
native_struct! {
    /// `groupbyobject`.
    Groupby { it, keyfunc, tgtkey, currkey, currvalue } [] (current: u32, serial: u32)
}
native_struct! {
    /// `_grouperobject`: valid while its parent's `serial` is its own.
    Grouper { parent, tgtkey } [] (serial: u32)
}
iterator_type!(GROUPBY, "groupby", 64, groupby_new, groupby_next);
iterator_type!(
    GROUPER,
    "_grouper",
    32,
    |vm, _, _, _| Err(vm.type_error("cannot create 'itertools._grouper' instances")),
    grouper_next
);

fn groupby_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("groupby", &["iterable", "key"], 1),
        args,
        kwargs,
    )?;
    let it = vm.iter(values[0])?;
    let keyfunc = if values[1].is_null() {
        NONE
    } else {
        vm.incref(values[1])
    };
    Ok(alloc(
        vm,
        ty,
        Groupby {
            it,
            keyfunc,
            ..Groupby::default()
        },
    ))
}

/// Fetches the next value and its key; false at the end.
fn groupby_step(vm: &mut Vm, this: ObjId) -> PyResult<bool> {
    let g = Groupby::of(vm, this);
    let (it, keyfunc) = (g.it, g.keyfunc);
    let Some(value) = vm.iter_next(it)? else {
        return Ok(false);
    };
    let key = if keyfunc == NONE {
        vm.incref(value)
    } else {
        match vm.call(keyfunc, &[value]) {
            Ok(key) => key,
            Err(raised) => {
                vm.decref(value);
                return Err(raised);
            }
        }
    };
    let g = Groupby::of_mut(vm, this);
    let old_value = std::mem::replace(&mut g.currvalue, value);
    let old_key = std::mem::replace(&mut g.currkey, key);
    vm.xdecref(old_value);
    vm.xdecref(old_key);
    Ok(true)
}

fn groupby_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let g = Groupby::of_mut(vm, this);
    g.serial += 1;
    g.current = 0;
    loop {
        let g = Groupby::of(vm, this);
        let (currkey, tgtkey) = (g.currkey, g.tgtkey);
        if !currkey.is_null() && (tgtkey.is_null() || !vm.eq(tgtkey, currkey)?) {
            break;
        }
        if !groupby_step(vm, this)? {
            return Ok(None);
        }
    }
    let currkey = Groupby::of(vm, this).currkey;
    vm.incref(currkey);
    let old = std::mem::replace(&mut Groupby::of_mut(vm, this).tgtkey, currkey);
    vm.xdecref(old);
    let serial = Groupby::of(vm, this).serial;
    let grouper_type = vm.native_type(&GROUPER);
    vm.incref(this);
    vm.incref(currkey);
    let grouper = vm.new_native(
        grouper_type,
        Grouper {
            parent: this,
            tgtkey: currkey,
            serial,
        },
    );
    vm.incref(currkey);
    Ok(Some(vm.new_tuple(vec![currkey, grouper])))
}

fn grouper_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let g = Grouper::of(vm, this);
    let (parent, tgtkey, serial) = (g.parent, g.tgtkey, g.serial);
    if Groupby::of(vm, parent).serial != serial {
        return Ok(None);
    }
    if Groupby::of(vm, parent).currvalue.is_null() && !groupby_step(vm, parent)? {
        return Ok(None);
    }
    let currkey = Groupby::of(vm, parent).currkey;
    if !vm.eq(tgtkey, currkey)? {
        return Ok(None);
    }
    let g = Groupby::of_mut(vm, parent);
    let value = std::mem::take(&mut g.currvalue);
    let key = std::mem::take(&mut g.currkey);
    vm.xdecref(key);
    Ok(Some(value))
}

// ---- pairwise
native_struct! {
    /// `pairwiseobject`.
    Pairwise { it, old } [] ()
}
iterator_type!(PAIRWISE, "pairwise", 40, pairwise_new, pairwise_next);

fn pairwise_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("pairwise", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("pairwise", items.len(), 1, 1)?;
    let it = vm.iter(items[0])?;
    Ok(alloc(
        vm,
        ty,
        Pairwise {
            it,
            old: ObjId::NULL,
        },
    ))
}

fn pairwise_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let p = Pairwise::of(vm, this);
    let (it, mut old) = (p.it, p.old);
    if it.is_null() {
        return Ok(None);
    }
    if old.is_null() {
        if let Some(first) = vm.iter_next(it)? {
            Pairwise::of_mut(vm, this).old = first;
            old = first;
        } else {
            let done = std::mem::take(&mut Pairwise::of_mut(vm, this).it);
            vm.xdecref(done);
            return Ok(None);
        }
    }
    let Some(new) = vm.iter_next(it)? else {
        let p = Pairwise::of_mut(vm, this);
        let (a, b) = (std::mem::take(&mut p.it), std::mem::take(&mut p.old));
        vm.xdecref(a);
        vm.xdecref(b);
        return Ok(None);
    };
    vm.incref(new);
    Pairwise::of_mut(vm, this).old = new;
    // The reference to the old item moves into the tuple.
    Ok(Some(vm.new_tuple(vec![old, new])))
}

// ---- batched
native_struct! {
    /// `batchedobject`.
    Batched { it } [] (batch_size: i64, strict: bool)
}
iterator_type!(BATCHED, "batched", 40, batched_new, batched_next);

fn batched_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("batched", &["iterable", "n", "strict"], 2).positional(2);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let batch_size = vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?;
    if batch_size < 1 {
        return Err(vm.value_error("n must be at least one"));
    }
    let strict = if values[2].is_null() {
        FALSE
    } else {
        values[2]
    };
    let strict = vm.is_true(strict)?;
    let it = vm.iter(values[0])?;
    Ok(alloc(
        vm,
        ty,
        Batched {
            it,
            batch_size,
            strict,
        },
    ))
}

fn batched_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let b = Batched::of(vm, this);
    let (it, n, strict) = (b.it, b.batch_size, b.strict);
    if it.is_null() {
        return Ok(None);
    }
    let mut items = Vec::new();
    while (items.len() as i64) < n {
        match vm.iter_next(it) {
            Ok(Some(item)) => items.push(item),
            Ok(None) => break,
            Err(raised) => {
                vm.decref_all(&items);
                return Err(raised);
            }
        }
    }
    if items.len() as i64 == n {
        return Ok(Some(vm.new_tuple(items)));
    }
    let done = std::mem::take(&mut Batched::of_mut(vm, this).it);
    vm.xdecref(done);
    if items.is_empty() {
        return Ok(None);
    }
    if strict {
        vm.decref_all(&items);
        return Err(vm.value_error("batched(): incomplete batch"));
    }
    Ok(Some(vm.new_tuple(items)))
}

// ---- tee
native_struct! {
    /// `teeobject`: reads position `index` of the shared data.
    Tee { data } [] (index: usize)
}
native_struct! {
    /// `teedataobject`: what was fetched from the source so far.
    TeeData { it } [values] (running: bool)
}
iterator_type!(TEE, "_tee", 40, tee_new, tee_next);
static TEE_DATA: TypeSpec = TypeSpec {
    tp_name: "itertools._tee_dataobject",
    tp_basicsize: 496,
    tp_flags: TypeFlags::HAVE_GC,
    ..TypeSpec::EMPTY
};

fn tee_from_iterable(vm: &mut Vm, iterable: ObjId) -> PyResult<ObjId> {
    let it = vm.iter(iterable)?;
    let tee_type = vm.native_type(&TEE);
    if vm.isinstance(it, tee_type) {
        let t = Tee::of(vm, it);
        let (data, index) = (t.data, t.index);
        vm.incref(data);
        let copy = vm.new_native(tee_type, Tee { data, index });
        vm.decref(it);
        return Ok(copy);
    }
    let data_type = vm.native_type(&TEE_DATA);
    let data = vm.new_native(
        data_type,
        TeeData {
            it,
            values: Vec::new(),
            running: false,
        },
    );
    Ok(vm.new_native(tee_type, Tee { data, index: 0 }))
}

fn tee_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("_tee", kwargs)?;
    let items = vm.tuple_items(args).to_vec();
    vm.check_positional("_tee", items.len(), 1, 1)?;
    tee_from_iterable(vm, items[0])
}

fn tee_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let t = Tee::of(vm, this);
    let (data, index) = (t.data, t.index);
    if let Some(&item) = TeeData::of(vm, data).values.get(index) {
        Tee::of_mut(vm, this).index += 1;
        return Ok(Some(vm.incref(item)));
    }
    let d = TeeData::of_mut(vm, data);
    if d.running {
        return Err(vm.raise(types::RUNTIME_ERROR, "cannot re-enter the tee iterator"));
    }
    d.running = true;
    let it = d.it;
    let fetched = vm.iter_next(it);
    TeeData::of_mut(vm, data).running = false;
    let Some(item) = fetched? else {
        return Ok(None);
    };
    vm.incref(item);
    TeeData::of_mut(vm, data).values.push(item);
    Tee::of_mut(vm, this).index += 1;
    Ok(Some(item))
}

fn tee(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("tee", args.len(), 1, 2)?;
    let n = match args.get(1) {
        Some(&n) => vm.index_as_ssize(n, Some(types::OVERFLOW_ERROR))?,
        None => 2,
    };
    if n < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    let mut tees = Vec::new();
    if n > 0 {
        tees.push(tee_from_iterable(vm, args[0])?);
    }
    for _ in 1..n {
        let copy = tee_from_iterable(vm, tees[0])?;
        tees.push(copy);
    }
    Ok(vm.new_tuple(tees))
}
