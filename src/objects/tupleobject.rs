//! Tuples: the type `tuple` with all its methods.
//!
//! Mirrors `Objects/tupleobject.c`.

use crate::base::ObjId;

use super::iterobject::IndexIterator;
use super::methodobject::MethodDef;
use super::methodobject::MethodImpl::{Fast, NoArgs, O};
use super::object::Payload;
use super::repr_writer::ReprWriter;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NOT_IMPLEMENTED, bool_obj, types};

/// The type `tuple`.
pub static TUPLE: TypeSpec = TypeSpec {
    tp_name: "tuple",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::BASETYPE)
        .with(TypeFlags::TUPLE_SUBCLASS)
        .with(TypeFlags::MATCH_SELF)
        .with(TypeFlags::SEQUENCE),
    slots: Slots {
        tp_repr: Some(tuple_repr),
        tp_hash: Some(tuple_hash),
        tp_richcompare: Some(tuple_richcompare),
        tp_iter: Some(tuple_iter),
        tp_new: Some(tuple_new),
        sq_length: Some(tuple_length),
        sq_concat: Some(tuple_concat),
        sq_repeat: Some(tuple_repeat),
        sq_item: Some(tuple_item),
        sq_contains: Some(tuple_contains),
        mp_length: Some(tuple_length),
        mp_subscript: Some(tuple_subscript),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__getnewargs__", NoArgs(tuple_getnewargs), "($self, /)"),
        MethodDef::new(
            "index",
            Fast(tuple_index),
            "($self, value, start=0, stop=sys.maxsize, /)",
        ),
        MethodDef::new("count", O(tuple_count), "($self, value, /)"),
        MethodDef::new(
            "__class_getitem__",
            O(super::genericaliasobject::generic_alias_new),
            "",
        )
        .class_method(),
    ],
    tp_doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    ..TypeSpec::EMPTY
};

fn tuple_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if vm.same_init(ty, types::TUPLE) {
        vm.no_keywords("tuple", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("tuple", args.len(), 0, 1)?;
    let plain = match *args {
        [iterable] => vm.tuple_from_iterable(iterable)?,
        _ => EMPTY_TUPLE,
    };
    if ty == types::TUPLE {
        return Ok(plain);
    }
    let items = vm.tuple_items(plain).to_vec();
    for &item in &items {
        vm.incref(item);
    }
    let tuple = vm.alloc_instance(ty, Payload::Tuple(items.into_boxed_slice()));
    vm.decref(plain);
    Ok(tuple)
}

fn is_tuple(vm: &Vm, id: ObjId) -> bool {
    matches!(vm.heap.payload(id), Payload::Tuple(_))
}

fn tuple_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let items = vm.tuple_items(this).to_vec();
    if items.is_empty() {
        return Ok(vm.new_str("()"));
    }
    if vm.repr_enter(this) {
        return Ok(vm.new_str("(...)"));
    }
    let mut out = ReprWriter::new("(");
    let mut result = Ok(());
    for (i, &item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        result = out.push_repr(vm, item);
        if result.is_err() {
            break;
        }
    }
    vm.repr_leave(this);
    result?;
    out.push_str(if items.len() == 1 { ",)" } else { ")" });
    Ok(out.finish(vm))
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// The hash of a sequence of hashes, as `xxHash` mixes them; `length` is mixed in for tuples.
pub fn mix_hashes(hashes: &[i64], length: Option<usize>) -> i64 {
    let mut acc = PRIME_5;
    for &hash in hashes {
        acc = acc.wrapping_add((hash as u64).wrapping_mul(PRIME_2));
        acc = acc.rotate_left(31).wrapping_mul(PRIME_1);
    }
    if let Some(length) = length {
        acc = acc.wrapping_add(length as u64 ^ (PRIME_5 ^ 0x0035_d373));
    }
    if acc == u64::MAX {
        1_546_275_796
    } else {
        acc as i64
    }
}

fn tuple_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let len = vm.tuple_items(this).len();
    let mut hashes = Vec::with_capacity(len);
    for i in 0..len {
        let item = vm.tuple_items(this)[i];
        hashes.push(vm.hash(item)?);
    }
    Ok(mix_hashes(&hashes, Some(len)))
}

fn tuple_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !is_tuple(vm, a) || !is_tuple(vm, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (len_a, len_b) = (vm.tuple_items(a).len(), vm.tuple_items(b).len());
    for i in 0..len_a.min(len_b) {
        let (x, y) = (vm.tuple_items(a)[i], vm.tuple_items(b)[i]);
        if vm.rich_compare_bool(x, y, CompareOp::Eq)? {
            continue;
        }
        return match op {
            CompareOp::Eq => Ok(bool_obj(false)),
            CompareOp::Ne => Ok(bool_obj(true)),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                vm.rich_compare(x, y, op)
            }
        };
    }
    Ok(bool_obj(op.holds(len_a.cmp(&len_b))))
}

fn tuple_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    vm.incref(this);
    Ok(vm.new_native(
        types::TUPLE_ITERATOR,
        IndexIterator {
            index: 0,
            seq: this,
        },
    ))
}

fn tuple_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.tuple_items(this).len() as i64)
}

fn tuple_concat(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if vm.tuple_items(a).is_empty() && vm.type_of(b) == types::TUPLE {
        return Ok(vm.incref(b));
    }
    if !is_tuple(vm, b) {
        let name = vm.type_name_of(b);
        return Err(vm.type_error(format!(
            "can only concatenate tuple (not \"{name}\") to tuple"
        )));
    }
    if vm.tuple_items(b).is_empty() && vm.type_of(a) == types::TUPLE {
        return Ok(vm.incref(a));
    }
    let items = [vm.tuple_items(a), vm.tuple_items(b)].concat();
    Ok(vm.new_tuple_from(&items))
}

fn tuple_repeat(vm: &mut Vm, this: ObjId, count: i64) -> PyResult<ObjId> {
    let len = vm.tuple_items(this).len();
    if (len == 0 || count == 1) && vm.type_of(this) == types::TUPLE {
        return Ok(vm.incref(this));
    }
    if len == 0 || count <= 0 {
        return Ok(EMPTY_TUPLE);
    }
    vm.check_list_len((count as usize).saturating_mul(len))?;
    let items = vm.tuple_items(this).repeat(count as usize);
    Ok(vm.new_tuple_from(&items))
}

fn tuple_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    match usize::try_from(index)
        .ok()
        .and_then(|i| vm.tuple_items(this).get(i))
    {
        Some(&item) => Ok(vm.incref(item)),
        None => Err(vm.raise(types::INDEX_ERROR, "tuple index out of range")),
    }
}

fn tuple_contains(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<bool> {
    Ok(find_from(vm, this, value, 0, usize::MAX)?.is_some())
}

fn find_from(
    vm: &mut Vm,
    this: ObjId,
    value: ObjId,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let len = vm.tuple_items(this).len();
    for i in start..stop.min(len) {
        let item = vm.tuple_items(this)[i];
        if vm.rich_compare_bool(item, value, CompareOp::Eq)? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn tuple_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    let len = vm.tuple_items(this).len();
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        return tuple_item(vm, this, if index < 0 { index + len as i64 } else { index });
    }
    if vm.type_of(key) != types::SLICE {
        let name = vm.type_name_of(key);
        return Err(vm.type_error(format!(
            "tuple indices must be integers or slices, not {name}"
        )));
    }
    let slice = vm.slice_unpack(key)?.adjust(len);
    if slice.start == 0
        && slice.step == 1
        && slice.length == len
        && vm.type_of(this) == types::TUPLE
    {
        return Ok(vm.incref(this));
    }
    let items = slice.pick(vm.tuple_items(this));
    Ok(vm.new_tuple_from(&items))
}

fn tuple_getnewargs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let items = vm.tuple_items(this).to_vec();
    let copy = vm.new_tuple_from(&items);
    Ok(vm.new_tuple(vec![copy]))
}

fn tuple_index(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("index", args.len(), 1, 3)?;
    let len = vm.tuple_items(this).len();
    let start = vm.slice_index_argument(args.get(1), 0)?;
    let stop = vm.slice_index_argument(args.get(2), i64::MAX)?;
    let from_front = |i: i64| {
        if i < 0 {
            (i + len as i64).max(0) as usize
        } else {
            i as usize
        }
    };
    match find_from(vm, this, args[0], from_front(start), from_front(stop))? {
        Some(i) => Ok(vm.new_int(i as i64)),
        None => Err(vm.value_error("tuple.index(x): x not in tuple")),
    }
}

fn tuple_count(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<ObjId> {
    let mut count = 0;
    let mut start = 0;
    while let Some(i) = find_from(vm, this, value, start, usize::MAX)? {
        count += 1;
        start = i + 1;
    }
    Ok(vm.new_int(count))
}
