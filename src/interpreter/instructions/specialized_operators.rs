//! The specialized forms of operators, comparisons, tests, subscripts and unpacking.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::frames::function_object;
use crate::interpreter::specialize::compact_int;
use crate::objects::longobject::{long_add, long_mul, long_sub};
use crate::objects::object::Payload;
use crate::objects::slots::{BinaryFunc, CompareOp};
use crate::objects::unicodeobject::{unicode_append, unicode_concat};
use crate::objects::vm::PyResult;
use crate::objects::wellknown::{FALSE, NONE, TRUE, bool_obj, latin1_char, types};

use super::operators::{binary, binary_op, compare_op, contains_op, to_bool};
use super::subscripts::{binary_subscr, store_subscr};
use super::unpacking::unpack_sequence;

/// Whether both operands on top are of exactly this type.
#[inline]
fn both_are<M: Mode>(eval: &Eval<'_, M>, ty: ObjId) -> bool {
    eval.vm.type_of(eval.peek(2)) == ty && eval.vm.type_of(eval.peek(1)) == ty
}

/// The two top operands as floats, if both are.
#[inline]
fn two_floats<M: Mode>(eval: &Eval<'_, M>) -> Option<(f64, f64)> {
    if !both_are(eval, types::FLOAT) {
        return None;
    }
    let heap = &eval.vm.heap;
    match (heap.payload(eval.peek(2)), heap.payload(eval.peek(1))) {
        (Payload::Float(x), Payload::Float(y)) => Some((*x, *y)),
        _ => None,
    }
}

/// `+`, `-`, `*` of two ints: in machine numbers where the result fits.
#[inline]
fn int_form<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
    checked: fn(i64, i64) -> Option<i64>,
    general: BinaryFunc,
) -> PyResult<Flow> {
    if !both_are(eval, types::INT) {
        return binary_op(eval, oparg);
    }
    let (left, right) = (eval.peek(2), eval.peek(1));
    let heap = &eval.vm.heap;
    let small = match (heap.payload(left), heap.payload(right)) {
        (Payload::Int(x), Payload::Int(y)) => checked(*x, *y),
        _ => None,
    };
    let Some(value) = small else {
        return binary(eval, general);
    };
    let result = eval.vm.new_int(value);
    eval.forget(1);
    eval.replace(1, result);
    eval.vm.decref(right);
    eval.vm.decref(left);
    Ok(Flow::Next)
}

#[inline]
pub fn binary_op_add_int<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    int_form(eval, oparg, i64::checked_add, long_add)
}

#[inline]
pub fn binary_op_subtract_int<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    int_form(eval, oparg, i64::checked_sub, long_sub)
}

#[inline]
pub fn binary_op_multiply_int<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    int_form(eval, oparg, i64::checked_mul, long_mul)
}

/// `+`, `-`, `*` of two floats: an operand that nothing else refers to becomes the result
/// (`DECREF_INPUTS_AND_REUSE_FLOAT`).
#[inline]
fn float_form<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
    operation: fn(f64, f64) -> f64,
) -> PyResult<Flow> {
    let Some((x, y)) = two_floats(eval) else {
        return binary_op(eval, oparg);
    };
    let value = operation(x, y);
    let (left, right) = (eval.peek(2), eval.peek(1));
    eval.forget(2);
    let result = if eval.vm.heap.refcnt(left) == 1 {
        eval.vm.heap.reuse_float(left, value);
        eval.vm.decref(right);
        left
    } else if eval.vm.heap.refcnt(right) == 1 {
        eval.vm.heap.reuse_float(right, value);
        eval.vm.decref(left);
        right
    } else {
        let result = eval.vm.new_float(value);
        eval.vm.decref(left);
        eval.vm.decref(right);
        result
    };
    eval.done(result)
}

#[inline]
pub fn binary_op_add_float<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    float_form(eval, oparg, |x, y| x + y)
}

#[inline]
pub fn binary_op_subtract_float<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    float_form(eval, oparg, |x, y| x - y)
}

#[inline]
pub fn binary_op_multiply_float<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    float_form(eval, oparg, |x, y| x * y)
}

pub fn binary_op_add_unicode<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if both_are(eval, types::STR) {
        return binary(eval, unicode_concat);
    }
    binary_op(eval, oparg)
}

/// `s += t` where the next instruction stores into `s`: the variable lets go first, so that a
/// string that nothing else refers to grows in place. That instruction is skipped.
pub fn binary_op_inplace_add_unicode<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    let (left, right) = (eval.peek(2), eval.peek(1));
    let local = usize::from(eval.code.unit(eval.pc) >> 8);
    if !both_are(eval, types::STR) || eval.local(local) != left {
        return binary_op(eval, oparg);
    }
    eval.forget(2);
    // The stack's reference goes; the variable keeps its own for the time being.
    eval.vm.decref(left);
    eval.set_local(local, ObjId::NULL);
    let result = unicode_append(eval.vm, left, right);
    eval.vm.decref(right);
    eval.set_local(local, result?);
    eval.pc += 1;
    Ok(Flow::Next)
}

// ---- comparisons

#[inline]
#[expect(clippy::float_cmp, reason = "this is what == of Python means")]
pub fn compare_op_float<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let Some((x, y)) = two_floats(eval) else {
        return compare_op(eval, oparg);
    };
    let holds = match comparison(oparg) {
        CompareOp::Lt => x < y,
        CompareOp::Le => x <= y,
        CompareOp::Eq => x == y,
        CompareOp::Ne => x != y,
        CompareOp::Gt => x > y,
        CompareOp::Ge => x >= y,
    };
    replace_two(eval, bool_obj(holds))
}

const fn comparison(oparg: u32) -> CompareOp {
    CompareOp::from_index((oparg >> 5) as usize)
}

/// Drops the two operands on top and pushes `result`, which is immortal.
#[inline]
fn replace_two<M: Mode>(eval: &mut Eval<'_, M>, result: ObjId) -> PyResult<Flow> {
    let right = eval.pop();
    let left = eval.replace(1, result);
    eval.vm.decref(left);
    eval.vm.decref(right);
    Ok(Flow::Next)
}

#[inline]
pub fn compare_op_int<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (left, right) = (eval.peek(2), eval.peek(1));
    let (Some(x), Some(y)) = (compact_int(eval.vm, left), compact_int(eval.vm, right)) else {
        return compare_op(eval, oparg);
    };
    replace_two(eval, bool_obj(comparison(oparg).holds(x.cmp(&y))))
}

pub fn compare_op_str<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !both_are(eval, types::STR) {
        return compare_op(eval, oparg);
    }
    let (left, right) = (eval.peek(2), eval.peek(1));
    let equal = left == right || eval.vm.text(left) == eval.vm.text(right);
    replace_two(
        eval,
        bool_obj(equal == (comparison(oparg) == CompareOp::Eq)),
    )
}

pub fn contains_op_dict<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !eval.is_exact_dict(eval.peek(1)) {
        return contains_op(eval, oparg);
    }
    binary(eval, |vm, key, dict| {
        let found = vm.dict_get(dict, key)?.is_some();
        Ok(bool_obj(found != (oparg & 1 != 0)))
    })
}

pub fn contains_op_set<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if ![types::SET, types::FROZENSET].contains(&eval.vm.type_of(eval.peek(1))) {
        return contains_op(eval, oparg);
    }
    binary(eval, |vm, key, set| {
        let found = crate::objects::setobject::set_contains(vm, set, key)?;
        Ok(bool_obj(found != (oparg & 1 != 0)))
    })
}

// ---- truth

#[inline]
pub fn to_bool_bool<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    if value == TRUE || value == FALSE {
        return Ok(Flow::Next);
    }
    to_bool(eval, oparg)
}

/// Ends a test whose outcome is known; `None`: the guard failed.
#[inline]
fn truth<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32, outcome: Option<bool>) -> PyResult<Flow> {
    let Some(outcome) = outcome else {
        return to_bool(eval, oparg);
    };
    let value = eval.replace(1, bool_obj(outcome));
    eval.vm.decref(value);
    Ok(Flow::Next)
}

#[inline]
pub fn to_bool_int<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    let outcome = match eval.vm.heap.payload(value) {
        _ if eval.vm.type_of(value) != types::INT => None,
        Payload::Int(value) => Some(*value != 0),
        _ => Some(true),
    };
    truth(eval, oparg, outcome)
}

pub fn to_bool_list<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    let exact = eval.vm.type_of(value) == types::LIST;
    let outcome = exact.then(|| eval.vm.list_len(value) > 0);
    truth(eval, oparg, outcome)
}

pub fn to_bool_none<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let outcome = (eval.peek(1) == NONE).then_some(false);
    truth(eval, oparg, outcome)
}

pub fn to_bool_str<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.peek(1);
    let outcome = match eval.vm.text(value) {
        Some(text) if eval.vm.type_of(value) == types::STR => Some(!text.is_empty()),
        _ => None,
    };
    truth(eval, oparg, outcome)
}

pub fn to_bool_always_true<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let ty = eval.vm.heap.type_object(eval.vm.type_of(eval.peek(1)));
    let outcome = (ty.tp_version_tag.get() == eval.cache32(1)).then_some(true);
    truth(eval, oparg, outcome)
}

// ---- subscripts

/// The operand on top as an index from the front.
#[inline]
fn index_on_top<M: Mode>(eval: &Eval<'_, M>) -> Option<usize> {
    compact_int(eval.vm, eval.peek(1)).and_then(|i| usize::try_from(i).ok())
}

/// Ends a subscript: `item` (borrowed) takes the place of container and index; NULL: the guard
/// failed.
#[inline]
fn push_item<M: Mode>(eval: &mut Eval<'_, M>, item: Option<ObjId>) -> PyResult<Flow> {
    let Some(item) = item else {
        return binary_subscr(eval, 0);
    };
    eval.vm.incref(item);
    let sub = eval.pop();
    let container = eval.replace(1, item);
    eval.vm.decref(sub);
    eval.vm.decref(container);
    Ok(Flow::Next)
}

#[inline]
pub fn binary_subscr_list_int<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let container = eval.peek(2);
    let item = match (eval.vm.heap.payload(container), index_on_top(eval)) {
        (Payload::List(list), Some(index)) if eval.vm.type_of(container) == types::LIST => {
            list.ob_item.get(index).copied()
        }
        _ => None,
    };
    push_item(eval, item)
}

#[inline]
pub fn binary_subscr_tuple_int<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let container = eval.peek(2);
    let item = match (eval.vm.heap.payload(container), index_on_top(eval)) {
        (Payload::Tuple(items), Some(index)) if eval.vm.type_of(container) == types::TUPLE => {
            items.get(index).copied()
        }
        _ => None,
    };
    push_item(eval, item)
}

pub fn binary_subscr_str_int<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let container = eval.peek(2);
    let item = match (eval.vm.text(container), index_on_top(eval)) {
        (Some(text), Some(index))
            if eval.vm.type_of(container) == types::STR && index < text.len() =>
        {
            let point = text.at(index);
            (point < 128).then(|| latin1_char(point as u8))
        }
        _ => None,
    };
    push_item(eval, item)
}

pub fn binary_subscr_dict<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !eval.is_exact_dict(eval.peek(2)) {
        return binary_subscr(eval, oparg);
    }
    binary(eval, |vm, dict, key| match vm.dict_get(dict, key)? {
        Some(value) => Ok(vm.incref(value)),
        None => Err(vm.raise_key_error(key)),
    })
}

pub fn binary_subscr_getitem<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (container, sub) = (eval.peek(2), eval.peek(1));
    let ty = eval.vm.heap.type_object(eval.vm.type_of(container));
    let cache = ty.spec_cache;
    if cache.getitem.is_null()
        || function_object(eval.vm, cache.getitem).func_version != cache.getitem_version
        || !eval.has_call_left()
    {
        return binary_subscr(eval, oparg);
    }
    eval.vm.incref(cache.getitem);
    eval.forget(2);
    eval.enter_function(cache.getitem, &[container, sub], ObjId::NULL)
}

#[inline]
pub fn store_subscr_list_int<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (value, container, sub) = (eval.peek(3), eval.peek(2), eval.peek(1));
    let index = match index_on_top(eval) {
        Some(index)
            if eval.vm.type_of(container) == types::LIST && index < eval.vm.list_len(container) =>
        {
            index
        }
        _ => return store_subscr(eval, oparg),
    };
    eval.forget(3);
    let old = std::mem::replace(&mut eval.vm.list_mut(container).ob_item[index], value);
    if M::RECORDING {
        eval.vm.report_item(container, index, old, value);
    }
    eval.vm.decref(old);
    eval.vm.decref(sub);
    eval.vm.decref(container);
    Ok(Flow::Next)
}

pub fn store_subscr_dict<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (value, dict, key) = (eval.peek(3), eval.peek(2), eval.peek(1));
    if !eval.is_exact_dict(dict) {
        return store_subscr(eval, oparg);
    }
    eval.vm.dict_set(dict, key, value)?;
    eval.forget(3);
    eval.vm.decref(value);
    eval.vm.decref(key);
    eval.vm.decref(dict);
    Ok(Flow::Next)
}

// ---- unpacking

#[inline]
pub fn unpack_sequence_two_tuple<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    unpack_sequence_tuple(eval, oparg)
}

pub fn unpack_sequence_tuple<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let sequence = eval.peek(1);
    if eval.vm.type_of(sequence) != types::TUPLE
        || eval.vm.tuple_items(sequence).len() != oparg as usize
    {
        return unpack_sequence(eval, oparg);
    }
    eval.forget(1);
    for i in (0..oparg as usize).rev() {
        let item = eval.vm.tuple_items(sequence)[i];
        eval.vm.incref(item);
        eval.push(item);
    }
    eval.vm.decref(sequence);
    Ok(Flow::Next)
}

pub fn unpack_sequence_list<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let sequence = eval.peek(1);
    if eval.vm.type_of(sequence) != types::LIST || eval.vm.list_len(sequence) != oparg as usize {
        return unpack_sequence(eval, oparg);
    }
    eval.forget(1);
    for i in (0..oparg as usize).rev() {
        let item = eval.vm.list(sequence).ob_item[i];
        eval.vm.incref(item);
        eval.push(item);
    }
    eval.vm.decref(sequence);
    Ok(Flow::Next)
}
