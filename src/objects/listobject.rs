//! Lists: the type `list` with all its methods.
//!
//! Mirrors `Objects/listobject.c`; the array itself is in `list_core`, sorting in `listsort`,
//! the iterators in `iterobject`.

use crate::base::ObjId;
use crate::memory::Address;

use super::iterobject::IndexIterator;
use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::{Fast, FastKeywords, NoArgs, O};
use super::object::Payload;
use super::sliceobject::SliceIndices;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// `PyListObject`.
#[derive(Debug, Default)]
pub struct ListObject {
    pub ob_item: Vec<ObjId>,
    /// Slots allocated in C's array (facts 1.4), which is not the capacity of the `Vec`.
    pub allocated: usize,
    /// The block of the array; 0: none.
    pub address: Address,
    /// The array was exchanged since `sort` last cleared this.
    pub resized: bool,
}

/// The type `list`.
pub static LIST: TypeSpec = TypeSpec {
    tp_name: "list",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::LIST_SUBCLASS)
        .with(TypeFlags::MATCH_SELF)
        .with(TypeFlags::SEQUENCE),
    slots: Slots {
        tp_repr: Some(list_repr),
        tp_hash: Some(super::object_type::hash_not_implemented),
        tp_richcompare: Some(list_richcompare),
        tp_iter: Some(list_iter),
        tp_init: Some(list_init),
        tp_new: Some(list_new),
        sq_length: Some(list_length),
        sq_concat: Some(list_concat),
        sq_repeat: Some(list_repeat),
        sq_item: Some(list_item),
        sq_ass_item: Some(list_ass_item),
        sq_contains: Some(list_contains),
        sq_inplace_concat: Some(list_inplace_concat),
        sq_inplace_repeat: Some(list_inplace_repeat),
        mp_length: Some(list_length),
        mp_subscript: Some(list_subscript),
        mp_ass_subscript: Some(list_ass_subscript),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__getitem__", O(list_subscript), "($self, index, /)"),
        MethodDef::new("__reversed__", NoArgs(list_reversed), "($self, /)"),
        MethodDef::new("__sizeof__", NoArgs(list_sizeof), "($self, /)"),
        MethodDef::new("clear", NoArgs(list_clear_method), "($self, /)"),
        MethodDef::new("copy", NoArgs(list_copy), "($self, /)"),
        MethodDef::new("append", O(list_append), "($self, object, /)"),
        MethodDef::new("insert", Fast(list_insert), "($self, index, object, /)"),
        MethodDef::new("extend", O(list_extend), "($self, iterable, /)"),
        MethodDef::new("pop", Fast(list_pop), "($self, index=-1, /)"),
        MethodDef::new("remove", O(list_remove), "($self, value, /)"),
        MethodDef::new(
            "index",
            Fast(list_index),
            "($self, value, start=0, stop=sys.maxsize, /)",
        ),
        MethodDef::new("count", O(list_count), "($self, value, /)"),
        MethodDef::new("reverse", NoArgs(list_reverse), "($self, /)"),
        MethodDef::new(
            "sort",
            FastKeywords(super::listsort::list_sort),
            "($self, /, *, key=None, reverse=False)",
        ),
        MethodDef::new(
            "__class_getitem__",
            O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    ..TypeSpec::EMPTY
};

fn list_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.alloc_instance(ty, Payload::List(Box::default())))
}

fn list_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    if vm.same_new(vm.type_of(this), types::LIST) {
        vm.no_keywords("list", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("list", args.len(), 0, 1)?;
    if vm.list_len(this) > 0 {
        vm.list_clear(this);
    }
    match *args {
        [iterable] => vm.list_extend(this, iterable),
        _ => Ok(()),
    }
}

fn list_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.list_len(this) == 0 {
        return Ok(vm.new_str("[]"));
    }
    if vm.repr_enter(this) {
        return Ok(vm.new_str("[...]"));
    }
    let mut out = super::repr_writer::ReprWriter::new("[");
    let mut i = 0;
    let result = loop {
        let Some(&item) = vm.list(this).ob_item.get(i) else {
            break Ok(());
        };
        if i > 0 {
            out.push_str(", ");
        }
        vm.incref(item);
        let result = out.push_repr(vm, item);
        vm.decref(item);
        if result.is_err() {
            break result;
        }
        i += 1;
    };
    vm.repr_leave(this);
    result?;
    out.push_str("]");
    Ok(out.finish(vm))
}

fn list_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !vm.is_list(a) || !vm.is_list(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    if vm.list_len(a) != vm.list_len(b) && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(bool_obj(op == CompareOp::Ne));
    }
    let mut i = 0;
    loop {
        let (Some(&x), Some(&y)) = (vm.list(a).ob_item.get(i), vm.list(b).ob_item.get(i)) else {
            // One list begins with the other.
            return Ok(bool_obj(op.holds(vm.list_len(a).cmp(&vm.list_len(b)))));
        };
        if x != y {
            vm.incref(x);
            vm.incref(y);
            let equal = vm.rich_compare_bool(x, y, CompareOp::Eq);
            vm.decref(x);
            vm.decref(y);
            if !equal? {
                return compare_at(vm, a, b, i, op);
            }
        }
        i += 1;
    }
}

/// The items at `i` differ: they decide, unless comparing them has shortened a list.
fn compare_at(vm: &mut Vm, a: ObjId, b: ObjId, i: usize, op: CompareOp) -> PyResult<ObjId> {
    let (Some(&x), Some(&y)) = (vm.list(a).ob_item.get(i), vm.list(b).ob_item.get(i)) else {
        return Ok(bool_obj(op.holds(vm.list_len(a).cmp(&vm.list_len(b)))));
    };
    match op {
        CompareOp::Eq => Ok(bool_obj(false)),
        CompareOp::Ne => Ok(bool_obj(true)),
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
            vm.incref(x);
            vm.incref(y);
            let result = vm.rich_compare(x, y, op);
            vm.decref(x);
            vm.decref(y);
            result
        }
    }
}

fn list_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.incref(this);
    Ok(vm.new_native(
        types::LIST_ITERATOR,
        IndexIterator {
            index: 0,
            seq: this,
        },
    ))
}

fn list_reversed(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.incref(this);
    let index = vm.list_len(this) as i64 - 1;
    Ok(vm.new_native(
        types::LIST_REVERSEITERATOR,
        IndexIterator { index, seq: this },
    ))
}

fn list_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.list_len(this) as i64)
}

fn list_concat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    if !vm.is_list(other) {
        let name = vm.type_name_of(other);
        return Err(vm.type_error(format!(
            "can only concatenate list (not \"{name}\") to list"
        )));
    }
    let mut items = vm.list(this).ob_item.clone();
    items.extend_from_slice(&vm.list(other).ob_item);
    Ok(vm.new_list_from(&items))
}

fn list_repeat(vm: &mut Vm, this: ObjId, count: i64) -> PyResult<ObjId> {
    let len = vm.list_len(this);
    if count <= 0 || len == 0 {
        return Ok(vm.new_list(Vec::new()));
    }
    vm.check_list_len((count as usize).saturating_mul(len))?;
    let items = vm.list(this).ob_item.repeat(count as usize);
    Ok(vm.new_list_from(&items))
}

fn list_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    match usize::try_from(index)
        .ok()
        .and_then(|i| vm.list(this).ob_item.get(i))
    {
        Some(&item) => Ok(vm.incref(item)),
        None => Err(vm.raise(types::INDEX_ERROR, "list index out of range")),
    }
}

fn list_ass_item(vm: &mut Vm, this: ObjId, index: i64, value: ObjId) -> PyResult<()> {
    let len = vm.list_len(this);
    let Some(index) = usize::try_from(index).ok().filter(|&i| i < len) else {
        return Err(vm.raise(types::INDEX_ERROR, "list assignment index out of range"));
    };
    if value.is_null() {
        let item = vm.list_take_at(this, index);
        vm.decref(item);
        return Ok(());
    }
    vm.list_set(this, index, value);
    Ok(())
}

fn list_contains(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<bool> {
    Ok(find_from(vm, this, value, 0, usize::MAX)?.is_some())
}

/// The first position in `start..stop` whose item equals `value`; items may change meanwhile.
fn find_from(
    vm: &mut Vm,
    this: ObjId,
    value: ObjId,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let mut i = start;
    while i < stop {
        let Some(&item) = vm.list(this).ob_item.get(i) else {
            break;
        };
        if item == value {
            return Ok(Some(i));
        }
        vm.incref(item);
        let equal = vm.rich_compare_bool(item, value, CompareOp::Eq);
        vm.decref(item);
        if equal? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn list_inplace_concat(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
    vm.list_extend(this, other)?;
    Ok(vm.incref(this))
}

fn list_inplace_repeat(vm: &mut Vm, this: ObjId, count: i64) -> PyResult<ObjId> {
    vm.list_repeat_in_place(this, count)?;
    Ok(vm.incref(this))
}

fn list_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        let index = if index < 0 {
            index + vm.list_len(this) as i64
        } else {
            index
        };
        return list_item(vm, this, index);
    }
    if vm.type_of(key) != types::SLICE {
        return Err(bad_index(vm, key));
    }
    let slice = vm.slice_unpack(key)?.adjust(vm.list_len(this));
    let items = slice.pick(&vm.list(this).ob_item);
    Ok(vm.new_list_from(&items))
}

fn bad_index(vm: &mut Vm, key: ObjId) -> super::vm::Raised {
    let name = vm.type_name_of(key);
    vm.type_error(format!(
        "list indices must be integers or slices, not {name}"
    ))
}

fn list_ass_subscript(vm: &mut Vm, this: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        let index = if index < 0 {
            index + vm.list_len(this) as i64
        } else {
            index
        };
        return list_ass_item(vm, this, index, value);
    }
    if vm.type_of(key) != types::SLICE {
        return Err(bad_index(vm, key));
    }
    let unpacked = vm.slice_unpack(key)?;
    // Iterating the value may change the list: only then are the positions counted.
    let items = if value.is_null() {
        Vec::new()
    } else {
        vm.sequence_fast_items(value, "must assign iterable to extended slice")?
    };
    let slice = unpacked.adjust(vm.list_len(this));
    if slice.step == 1 {
        let stop = slice.stop.max(slice.start);
        return vm.list_assign_range(this, slice.start as usize, stop as usize, items);
    }
    if value.is_null() {
        delete_extended_slice(vm, this, &slice);
        return Ok(());
    }
    assign_extended_slice(vm, this, &slice, items)
}

fn delete_extended_slice(vm: &mut Vm, this: ObjId, slice: &SliceIndices) {
    if slice.length == 0 {
        return;
    }
    let mut doomed: Vec<usize> = slice.positions().collect();
    doomed.sort_unstable();
    let len = vm.list_len(this);
    let all = vm.list(this).ob_item.clone();
    let garbage: Vec<ObjId> = doomed.iter().map(|&i| all[i]).collect();
    let mut next = doomed.iter().copied().peekable();
    let kept: Vec<ObjId> = (0..len)
        .filter(|i| next.next_if_eq(i).is_none())
        .map(|i| all[i])
        .collect();
    vm.list_replace_items(this, kept);
    vm.decref_all(&garbage);
}

fn assign_extended_slice(
    vm: &mut Vm,
    this: ObjId,
    slice: &SliceIndices,
    items: Vec<ObjId>,
) -> PyResult<()> {
    if items.len() != slice.length {
        let (given, wanted) = (items.len(), slice.length);
        vm.decref_all(&items);
        return Err(vm.value_error(format!(
            "attempt to assign sequence of size {given} to extended slice of size {wanted}"
        )));
    }
    let mut garbage = Vec::with_capacity(items.len());
    for (i, item) in slice.positions().zip(items) {
        let old = std::mem::replace(&mut vm.list_mut(this).ob_item[i], item);
        vm.report_item(this, i, old, item);
        garbage.push(old);
    }
    vm.decref_all(&garbage);
    Ok(())
}

// ---- methods

fn list_sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let basic = i64::from(vm.heap.type_object(vm.type_of(this)).tp_basicsize);
    let size = basic + 8 * vm.list(this).allocated as i64;
    Ok(vm.new_int(size))
}

fn list_clear_method(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.list_clear(this);
    Ok(NONE)
}

fn list_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let items = vm.list(this).ob_item.clone();
    Ok(vm.new_list_from(&items))
}

fn list_append(vm: &mut Vm, this: ObjId, item: ObjId) -> PyResult<ObjId> {
    vm.list_append(this, item);
    Ok(NONE)
}

fn list_insert(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("insert", args.len(), 2, 2)?;
    let index = vm.index_as_ssize(args[0], Some(types::OVERFLOW_ERROR))?;
    vm.list_insert(this, index, args[1]);
    Ok(NONE)
}

fn list_extend(vm: &mut Vm, this: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    vm.list_extend(this, iterable)?;
    Ok(NONE)
}

fn list_pop(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("pop", args.len(), 0, 1)?;
    let index = match args {
        [index] => vm.index_as_ssize(*index, Some(types::OVERFLOW_ERROR))?,
        _ => -1,
    };
    let len = vm.list_len(this) as i64;
    if len == 0 {
        return Err(vm.raise(types::INDEX_ERROR, "pop from empty list"));
    }
    let index = if index < 0 { index + len } else { index };
    if !(0..len).contains(&index) {
        return Err(vm.raise(types::INDEX_ERROR, "pop index out of range"));
    }
    Ok(vm.list_remove_at(this, index as usize))
}

fn list_remove(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    match find_from(vm, this, value, 0, usize::MAX)? {
        Some(i) if i < vm.list_len(this) => {
            vm.list_assign_range(this, i, i + 1, Vec::new())?;
            Ok(NONE)
        }
        Some(_) => Ok(NONE),
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

fn list_index(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("index", args.len(), 1, 3)?;
    let len = vm.list_len(this);
    let start = vm.slice_index_argument(args.get(1), 0)?;
    let stop = vm.slice_index_argument(args.get(2), i64::MAX)?;
    let from_front = |i: i64| {
        if i < 0 {
            (i + len as i64).max(0) as usize
        } else {
            i as usize
        }
    };
    let found = find_from(vm, this, args[0], from_front(start), from_front(stop))?;
    if let Some(i) = found {
        return Ok(vm.new_int(i as i64));
    }
    let repr = vm.repr_string(args[0])?;
    Err(vm.value_error(format!("{repr} is not in list")))
}

fn list_count(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let mut count = 0;
    let mut start = 0;
    while let Some(i) = find_from(vm, this, value, start, usize::MAX)? {
        count += 1;
        start = i + 1;
    }
    Ok(vm.new_int(count))
}

fn list_reverse(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.list_permute(this, <[ObjId]>::reverse);
    Ok(NONE)
}
