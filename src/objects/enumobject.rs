//! The types `enumerate` and `reversed`.
//!
//! Mirrors `Objects/enumobject.c`.

use crate::base::{BigInt, ObjId};
use crate::{native_payload_any, native_references};

use super::iterobject::{IndexIterator, self_iter};
use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::{NoArgs, O};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, names, types};

const FLAGS: TypeFlags = TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE);

/// The type `enumerate`.
pub static ENUMERATE: TypeSpec = TypeSpec {
    tp_name: "enumerate",
    tp_basicsize: 56,
    tp_flags: FLAGS,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(enumerate_next),
        tp_new: Some(enumerate_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reduce__", NoArgs(enumerate_reduce), ""),
        MethodDef::new(
            "__class_getitem__",
            O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.",
    ..TypeSpec::EMPTY
};

/// The type `reversed`.
pub static REVERSED: TypeSpec = TypeSpec {
    tp_name: "reversed",
    tp_basicsize: 32,
    tp_flags: FLAGS,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(reversed_next),
        tp_new: Some(reversed_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__length_hint__", NoArgs(reversed_hint), ""),
        MethodDef::new("__reduce__", NoArgs(reversed_reduce), ""),
        MethodDef::new("__setstate__", O(reversed_setstate), ""),
    ],
    tp_doc: "Return a reverse iterator over the values of the given sequence.",
    ..TypeSpec::EMPTY
};

/// `enumobject`.
#[expect(clippy::struct_field_names, reason = "the names in C")]
#[derive(Debug)]
pub struct EnumerateObject {
    en_index: i64,
    en_sit: ObjId,
    /// The pair given last, used again while nobody else holds it.
    en_result: ObjId,
    /// The count once it no longer fits a machine number; else NULL.
    en_longindex: ObjId,
}

native_references!(EnumerateObject, en_sit, en_result, en_longindex);

fn enumerate_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let (iterable, start) = enumerate_arguments(vm, args, kwargs)?;
    enumerate_from_args(vm, ty, iterable, start)
}

/// `enumerate(iterable, start)`; `start` may be NULL.
pub fn enumerate_from_args(
    vm: &mut Vm,
    ty: ObjId,
    iterable: ObjId,
    start: ObjId,
) -> PyResult<ObjId> {
    let object = EnumerateObject {
        en_index: 0,
        en_sit: ObjId::NULL,
        en_result: ObjId::NULL,
        en_longindex: ObjId::NULL,
    };
    let this = vm.alloc_instance(ty, Payload::Native(Box::new(object)));
    let filled = enumerate_fill(vm, this, iterable, start);
    vm.result_or_drop(this, filled)
}

fn enumerate_fill(vm: &mut Vm, this: ObjId, iterable: ObjId, start: ObjId) -> PyResult<()> {
    if !start.is_null() {
        let start = vm.number_index(start)?;
        let index = vm.int_as_i64(start);
        let object = vm.native_mut::<EnumerateObject>(this);
        if let Some(index) = index {
            object.en_index = index;
            vm.decref(start);
        } else {
            object.en_index = i64::MAX;
            object.en_longindex = start;
        }
    }
    let iterator = vm.iter(iterable)?;
    vm.native_mut::<EnumerateObject>(this).en_sit = iterator;
    let result = vm.new_tuple(vec![NONE, NONE]);
    vm.native_mut::<EnumerateObject>(this).en_result = result;
    Ok(())
}

/// `iterable` and `start` or NULL, with the messages of `enumerate_vectorcall`.
fn enumerate_arguments(vm: &mut Vm, args: ObjId, kwargs: ObjId) -> PyResult<(ObjId, ObjId)> {
    let args = vm.tuple_items(args).to_vec();
    let keywords = if kwargs.is_null() {
        Vec::new()
    } else {
        vm.dict_entries(kwargs)
    };
    let total = args.len() + keywords.len();
    if total == 0 {
        return Err(vm.type_error("enumerate() missing required argument 'iterable'"));
    }
    if total > 2 {
        return Err(vm.type_error(format!(
            "enumerate() takes at most 2 arguments ({total} given)"
        )));
    }
    let mut values = [
        args.first().copied().unwrap_or_default(),
        args.get(1).copied().unwrap_or_default(),
    ];
    let expected: &[&str] = if args.is_empty() {
        &["iterable", "start"]
    } else {
        &["start"]
    };
    for &(name, value) in &keywords {
        let text = vm.str_lossy(name);
        let alone = keywords.len() == 1 && args.is_empty();
        let known = expected.contains(&&*text) && !(alone && text == "start");
        if !known {
            return Err(vm.type_error(format!(
                "'{text}' is an invalid keyword argument for enumerate()"
            )));
        }
        values[usize::from(text == "start")] = value;
    }
    Ok((values[0], values[1]))
}

fn enumerate_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let EnumerateObject {
        en_index, en_sit, ..
    } = *vm.native::<EnumerateObject>(this);
    let Some(item) = vm.iter_next_raw(en_sit)? else {
        return Ok(None);
    };
    let index = if en_index == i64::MAX {
        next_long_index(vm, this)
    } else {
        vm.native_quiet::<EnumerateObject>(this).en_index = en_index + 1;
        vm.new_int(en_index)
    };
    let result = vm.native::<EnumerateObject>(this).en_result;
    Ok(Some(vm.reuse_result_tuple(result, vec![index, item])))
}

/// The count beyond machine numbers, which moves on (`increment_longindex_lock_held`).
fn next_long_index(vm: &mut Vm, this: ObjId) -> ObjId {
    let index = vm.native::<EnumerateObject>(this).en_longindex;
    let index = if index.is_null() {
        vm.new_int(i64::MAX)
    } else {
        index
    };
    let next = vm.int_as_bigint(index) + BigInt::from(1);
    let next = vm.new_bigint(next);
    vm.native_mut::<EnumerateObject>(this).en_longindex = next;
    index
}

impl Vm {
    /// The result tuple of an iterator, filled anew: the old one when nobody else holds it.
    /// Steals `items`.
    pub fn reuse_result_tuple(&mut self, result: ObjId, items: Vec<ObjId>) -> ObjId {
        if self.heap.refcnt(result) != 1 {
            return self.new_tuple(items);
        }
        self.incref(result);
        let old = match self.heap.payload_mut_quiet(result) {
            Payload::Tuple(slots) => std::mem::replace(slots, items.into_boxed_slice()),
            other => panic!("a result tuple is a tuple: {other:?}"),
        };
        for (i, &before) in old.iter().enumerate() {
            let after = self.tuple_items(result)[i];
            self.report_item(result, i, before, after);
        }
        self.decref_all(&old);
        // The collector may have untracked it meanwhile.
        if !self.heap.is_tracked(result) {
            self.heap.track(result);
        }
        result
    }

    /// The next item by `tp_iternext`; a `StopIteration` stays set.
    #[inline]
    pub fn iter_next_raw(&mut self, iterator: ObjId) -> PyResult<Option<ObjId>> {
        self.native_step()?;
        let next = self
            .slots_of(iterator)
            .tp_iternext
            .expect("iter() gives iterators only");
        next(self, iterator)
    }
}

fn enumerate_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let EnumerateObject {
        en_index,
        en_sit,
        en_longindex,
        ..
    } = *vm.native::<EnumerateObject>(this);
    let index = if en_longindex.is_null() {
        vm.new_int(en_index)
    } else {
        vm.incref(en_longindex)
    };
    let ty = vm.type_of(this);
    vm.incref(en_sit);
    vm.incref(ty);
    let args = vm.new_tuple(vec![en_sit, index]);
    Ok(vm.new_tuple(vec![ty, args]))
}

fn reversed_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if ty == types::REVERSED {
        vm.no_keywords("reversed", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    reversed_from_args(vm, ty, &args)
}

/// `reversed(*args)`.
pub fn reversed_from_args(vm: &mut Vm, ty: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("reversed", args.len(), 1, 1)?;
    let seq = args[0];
    let method = vm.lookup_special(seq, names::REVERSED)?;
    if let Some(method) = method.filter(|&method| method != NONE) {
        let result = vm.call(method, &[]);
        vm.decref(method);
        return result;
    }
    if method.is_some() || !vm.is_sequence(seq) {
        let name = vm.type_name_of(seq);
        return Err(vm.type_error(format!("'{name}' object is not reversible")));
    }
    let len = vm.len(seq)?;
    vm.incref(seq);
    Ok(vm.alloc_instance(
        ty,
        Payload::Native(Box::new(IndexIterator {
            index: len - 1,
            seq,
        })),
    ))
}

fn reversed_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if index >= 0 {
        match vm.sequence_getitem(seq, index) {
            Ok(item) => {
                vm.native_quiet::<IndexIterator>(this).index = index - 1;
                return Ok(Some(item));
            }
            Err(_)
                if vm.raised_matches(types::INDEX_ERROR)
                    || vm.raised_matches(types::STOP_ITERATION) =>
            {
                vm.clear_raised();
            }
            Err(raised) => return Err(raised),
        }
    }
    vm.native_quiet::<IndexIterator>(this).index = -1;
    vm.index_iterator_finish(this);
    Ok(None)
}

fn reversed_hint(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    if seq.is_null() {
        return Ok(vm.new_int(0));
    }
    let len = vm.len(seq)?;
    let left = index + 1;
    Ok(vm.new_int(if len < left { 0 } else { left }))
}

fn reversed_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let IndexIterator { index, seq } = *vm.native::<IndexIterator>(this);
    let ty = vm.type_of(this);
    vm.incref(ty);
    if seq.is_null() {
        let args = vm.new_tuple(vec![EMPTY_TUPLE]);
        return Ok(vm.new_tuple(vec![ty, args]));
    }
    let args = vm.new_tuple_from(&[seq]);
    let state = vm.new_int(index);
    Ok(vm.new_tuple(vec![ty, args, state]))
}

fn reversed_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let index = super::iterobject::state_index(vm, state)?;
    let seq = vm.native::<IndexIterator>(this).seq;
    if !seq.is_null() {
        let len = vm.len(seq)?;
        vm.native_quiet::<IndexIterator>(this).index = index.clamp(-1, len - 1);
    }
    Ok(NONE)
}

// ---- zip, map, filter: Python/bltinmodule.c

/// The type `zip`.
pub static ZIP: TypeSpec = TypeSpec {
    tp_name: "zip",
    tp_basicsize: 48,
    tp_flags: FLAGS,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(zip_next),
        tp_new: Some(zip_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reduce__", NoArgs(zip_reduce), ""),
        MethodDef::new("__setstate__", O(zip_setstate), ""),
    ],
    tp_doc: "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.",
    ..TypeSpec::EMPTY
};

/// The type `map`.
pub static MAP: TypeSpec = TypeSpec {
    tp_name: "map",
    tp_basicsize: 32,
    tp_flags: FLAGS,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(map_next),
        tp_new: Some(map_new),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new("__reduce__", NoArgs(map_reduce), "")],
    tp_doc: "Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.",
    ..TypeSpec::EMPTY
};

/// The type `filter`.
pub static FILTER: TypeSpec = TypeSpec {
    tp_name: "filter",
    tp_basicsize: 32,
    tp_flags: FLAGS,
    slots: Slots {
        tp_iter: Some(self_iter),
        tp_iternext: Some(filter_next),
        tp_new: Some(filter_new),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new("__reduce__", NoArgs(filter_reduce), "")],
    tp_doc: "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.",
    ..TypeSpec::EMPTY
};

/// `zipobject`.
#[derive(Debug)]
pub struct ZipObject {
    /// The tuple of iterators.
    ittuple: ObjId,
    /// The tuple given last, used again while nobody else holds it.
    result: ObjId,
    strict: bool,
}

native_references!(ZipObject, ittuple, result);

/// A tuple of iterators over these iterables.
fn iterators_of(vm: &mut Vm, iterables: &[ObjId]) -> PyResult<ObjId> {
    let mut iterators = Vec::with_capacity(iterables.len());
    for &iterable in iterables {
        match vm.iter(iterable) {
            Ok(iterator) => iterators.push(iterator),
            Err(raised) => {
                for &made in iterators.iter().rev() {
                    vm.decref(made);
                }
                return Err(raised);
            }
        }
    }
    Ok(vm.new_tuple(iterators))
}

const ZIP_SIGNATURE: super::getargs::Signature<'_> =
    super::getargs::Signature::new("zip", &["strict"], 0).positional(0);

fn zip_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let strict = if kwargs.is_null() {
        false
    } else {
        let values = vm.unpack_tuple_dict(&ZIP_SIGNATURE, EMPTY_TUPLE, kwargs)?;
        !values[0].is_null() && vm.is_true(values[0])?
    };
    let iterables = vm.tuple_items(args).to_vec();
    zip_from_args(vm, ty, &iterables, strict)
}

/// `zip(*iterables, strict=strict)`.
pub fn zip_from_args(vm: &mut Vm, ty: ObjId, iterables: &[ObjId], strict: bool) -> PyResult<ObjId> {
    let ittuple = iterators_of(vm, iterables)?;
    let result = vm.new_tuple(vec![NONE; iterables.len()]);
    let zip = ZipObject {
        ittuple,
        result,
        strict,
    };
    Ok(vm.alloc_instance(ty, Payload::Native(Box::new(zip))))
}

fn zip_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let ZipObject {
        ittuple,
        result,
        strict,
    } = *vm.native::<ZipObject>(this);
    let count = vm.tuple_items(ittuple).len();
    if count == 0 {
        return Ok(None);
    }
    let mut items = Vec::with_capacity(count);
    for i in 0..count {
        let iterator = vm.tuple_items(ittuple)[i];
        match vm.iter_next_raw(iterator) {
            Ok(Some(item)) => items.push(item),
            end => {
                for &item in &items {
                    vm.decref(item);
                }
                if strict {
                    return zip_check_strict(vm, ittuple, i, end);
                }
                return end;
            }
        }
    }
    Ok(Some(vm.reuse_result_tuple(result, items)))
}

/// Iterator `ended` is the first to end: with `strict` all must end together.
fn zip_check_strict(
    vm: &mut Vm,
    ittuple: ObjId,
    ended: usize,
    end: PyResult<Option<ObjId>>,
) -> PyResult<Option<ObjId>> {
    if end.is_err() {
        if !vm.raised_matches(types::STOP_ITERATION) {
            return end;
        }
        vm.clear_raised();
    }
    let others = |i: usize| {
        if i == 1 {
            " 1".to_owned()
        } else {
            format!("s 1-{i}")
        }
    };
    if ended > 0 {
        let message = format!(
            "zip() argument {} is shorter than argument{}",
            ended + 1,
            others(ended)
        );
        return Err(vm.value_error(message));
    }
    for i in 1..vm.tuple_items(ittuple).len() {
        let iterator = vm.tuple_items(ittuple)[i];
        if let Some(item) = vm.iter_next(iterator)? {
            vm.decref(item);
            let message = format!(
                "zip() argument {} is longer than argument{}",
                i + 1,
                others(i)
            );
            return Err(vm.value_error(message));
        }
    }
    Ok(None)
}

fn zip_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let ZipObject {
        ittuple, strict, ..
    } = *vm.native::<ZipObject>(this);
    let ty = vm.type_of(this);
    vm.incref(ty);
    vm.incref(ittuple);
    let mut parts = vec![ty, ittuple];
    if strict {
        parts.push(super::wellknown::TRUE);
    }
    Ok(vm.new_tuple(parts))
}

fn zip_setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    let strict = vm.is_true(state)?;
    vm.native_quiet::<ZipObject>(this).strict = strict;
    Ok(NONE)
}

/// `mapobject`.
#[derive(Debug)]
pub struct MapObject {
    iters: ObjId,
    func: ObjId,
}

native_references!(MapObject, iters, func);

fn map_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if ty == types::MAP {
        vm.no_keywords("map", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    map_from_args(vm, ty, &args)
}

/// `map(*args)`.
pub fn map_from_args(vm: &mut Vm, ty: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let [func, iterables @ ..] = args else {
        return Err(vm.type_error("map() must have at least two arguments."));
    };
    if iterables.is_empty() {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let iters = iterators_of(vm, iterables)?;
    let map = MapObject {
        iters,
        func: vm.incref(*func),
    };
    Ok(vm.alloc_instance(ty, Payload::Native(Box::new(map))))
}

fn map_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let MapObject { iters, func } = *vm.native::<MapObject>(this);
    let count = vm.tuple_items(iters).len();
    let mut values = Vec::with_capacity(count);
    for i in 0..count {
        let iterator = vm.tuple_items(iters)[i];
        match vm.iter_next_raw(iterator) {
            Ok(Some(value)) => values.push(value),
            end => {
                vm.decref_all(&values);
                return end;
            }
        }
    }
    let result = vm.call(func, &values);
    vm.decref_all(&values);
    result.map(Some)
}

fn map_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let MapObject { iters, func } = *vm.native::<MapObject>(this);
    let mut args = vec![func];
    args.extend_from_slice(vm.tuple_items(iters));
    let args = vm.new_tuple_from(&args);
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args]))
}

/// `filterobject`.
#[derive(Debug)]
pub struct FilterObject {
    func: ObjId,
    it: ObjId,
}

impl NativePayload for FilterObject {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("it", self.it), ("func", self.func)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {
        // A filter has no `tp_clear`.
    }

    fn release(&mut self, dropped: &mut Vec<ObjId>) {
        dropped.extend([self.func, self.it]);
    }

    native_payload_any!();
}

fn filter_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if ty == types::FILTER {
        vm.no_keywords("filter", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    filter_from_args(vm, ty, &args)
}

/// `filter(*args)`.
pub fn filter_from_args(vm: &mut Vm, ty: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("filter", args.len(), 2, 2)?;
    let it = vm.iter(args[1])?;
    let filter = FilterObject {
        func: vm.incref(args[0]),
        it,
    };
    Ok(vm.alloc_instance(ty, Payload::Native(Box::new(filter))))
}

fn filter_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let FilterObject { func, it } = *vm.native::<FilterObject>(this);
    let plain = func == NONE || func == types::BOOL;
    loop {
        let Some(item) = vm.iter_next_raw(it)? else {
            return Ok(None);
        };
        let passed = if plain {
            vm.is_true(item)
        } else {
            filter_call(vm, func, item)
        };
        match passed {
            Ok(true) => return Ok(Some(item)),
            Ok(false) => vm.decref(item),
            Err(raised) => {
                vm.decref(item);
                return Err(raised);
            }
        }
    }
}

fn filter_call(vm: &mut Vm, func: ObjId, item: ObjId) -> PyResult<bool> {
    let good = vm.call(func, &[item])?;
    let truth = vm.is_true(good);
    vm.decref(good);
    truth
}

fn filter_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let FilterObject { func, it } = *vm.native::<FilterObject>(this);
    let args = vm.new_tuple_from(&[func, it]);
    let ty = vm.type_of(this);
    vm.incref(ty);
    Ok(vm.new_tuple(vec![ty, args]))
}
