//! The slots of classes written in Python: each calls the method that the class defines.
//!
//! Mirrors the `slot_*` functions of `Objects/typeobject.c`.

use crate::base::ObjId;

use super::slots::CompareOp;
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, names, types};

/// Calls the method `name` of the type of `this`; `None` when there is none
/// (`vectorcall_maybe`, `lookup_maybe_method`).
pub fn call_method_maybe(
    vm: &mut Vm,
    this: ObjId,
    name: ObjId,
    args: &[ObjId],
) -> PyResult<Option<ObjId>> {
    let Some(method) = vm.lookup_special_unbound(this, name) else {
        return Ok(None);
    };
    let result = method.call(vm, this, args);
    method.drop(vm);
    result.map(Some)
}

/// Calls the method `name`, which must exist (`vectorcall_method`).
fn call_method(vm: &mut Vm, this: ObjId, name: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if let Some(result) = call_method_maybe(vm, this, name, args)? {
        Ok(result)
    } else {
        let raised = vm.raise_with(types::ATTRIBUTE_ERROR, name);
        Err(raised)
    }
}

macro_rules! unary_slots { ($($fn:ident $name:ident;)*) => { $(
    pub fn $fn(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
        call_method(vm, this, names::$name, &[])
    }
)* } }

unary_slots! {
    slot_nb_negative NEG; slot_nb_positive POS; slot_nb_absolute ABS; slot_nb_invert INVERT;
    slot_nb_int INT; slot_nb_float FLOAT; slot_nb_index INDEX;
}

macro_rules! inplace_slots { ($($fn:ident $name:ident;)*) => { $(
    pub fn $fn(vm: &mut Vm, this: ObjId, other: ObjId) -> PyResult<ObjId> {
        call_method(vm, this, names::$name, &[other])
    }
)* } }

inplace_slots! {
    slot_nb_inplace_add IADD; slot_nb_inplace_subtract ISUB; slot_nb_inplace_multiply IMUL;
    slot_nb_inplace_remainder IMOD; slot_nb_inplace_lshift ILSHIFT; slot_nb_inplace_rshift IRSHIFT;
    slot_nb_inplace_and IAND; slot_nb_inplace_xor IXOR; slot_nb_inplace_or IOR;
    slot_nb_inplace_floor_divide IFLOORDIV; slot_nb_inplace_true_divide ITRUEDIV;
    slot_nb_inplace_matrix_multiply IMATMUL; slot_mp_subscript GETITEM;
}

macro_rules! binary_slots { ($($fn:ident $slot:ident $left:ident $right:ident;)*) => { $(
    pub fn $fn(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        let a_is = vm.slots_of(a).$slot.map(|f| f as usize) == Some($fn as *const () as usize);
        let b_is = vm.slots_of(b).$slot.map(|f| f as usize) == Some($fn as *const () as usize);
        binary(vm, a, b, a_is, b_is, names::$left, names::$right)
    }
)* } }

binary_slots! {
    slot_nb_add nb_add ADD RADD; slot_nb_subtract nb_subtract SUB RSUB;
    slot_nb_multiply nb_multiply MUL RMUL; slot_nb_remainder nb_remainder MOD RMOD;
    slot_nb_divmod nb_divmod DIVMOD RDIVMOD; slot_nb_lshift nb_lshift LSHIFT RLSHIFT;
    slot_nb_rshift nb_rshift RSHIFT RRSHIFT; slot_nb_and nb_and AND RAND; slot_nb_xor nb_xor XOR RXOR;
    slot_nb_or nb_or OR ROR; slot_nb_floor_divide nb_floor_divide FLOORDIV RFLOORDIV;
    slot_nb_true_divide nb_true_divide TRUEDIV RTRUEDIV;
    slot_nb_matrix_multiply nb_matrix_multiply MATMUL RMATMUL;
}

/// The dance of left and reflected methods (`SLOT1BINFULL`).
fn binary(
    vm: &mut Vm,
    a: ObjId,
    b: ObjId,
    a_is: bool,
    b_is: bool,
    left: ObjId,
    right: ObjId,
) -> PyResult<ObjId> {
    let mut try_other = vm.type_of(a) != vm.type_of(b) && b_is;
    if a_is {
        let (ta, tb) = (vm.type_of(a), vm.type_of(b));
        if try_other && vm.is_subtype(tb, ta) && method_is_overloaded(vm, a, b, right)? {
            let result = call_maybe(vm, b, right, a)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
            try_other = false;
        }
        let result = call_maybe(vm, a, left, b)?;
        if result != NOT_IMPLEMENTED || ta == tb {
            return Ok(result);
        }
    }
    if try_other {
        return call_maybe(vm, b, right, a);
    }
    Ok(NOT_IMPLEMENTED)
}

fn call_maybe(vm: &mut Vm, this: ObjId, name: ObjId, other: ObjId) -> PyResult<ObjId> {
    Ok(call_method_maybe(vm, this, name, &[other])?.unwrap_or(NOT_IMPLEMENTED))
}

/// Whether the right operand's type has another reflected method than the left's
/// (`method_is_overloaded`).
fn method_is_overloaded(vm: &mut Vm, left: ObjId, right: ObjId, name: ObjId) -> PyResult<bool> {
    let (tl, tr) = (vm.type_of(left), vm.type_of(right));
    let Some(b) = vm.getattr_opt(tr, name)? else {
        return Ok(false);
    };
    let a = match vm.getattr_opt(tl, name) {
        Ok(a) => a,
        Err(raised) => {
            vm.decref(b);
            return Err(raised);
        }
    };
    let Some(a) = a else {
        vm.decref(b);
        return Ok(true);
    };
    let result = vm.rich_compare_bool(a, b, CompareOp::Ne);
    vm.decref(a);
    vm.decref(b);
    result
}

pub fn slot_nb_power(vm: &mut Vm, a: ObjId, b: ObjId, modulus: ObjId) -> PyResult<ObjId> {
    if modulus == NONE {
        let a_is = vm.slots_of(a).nb_power.map(|f| f as usize)
            == Some(slot_nb_power as *const () as usize);
        let b_is = vm.slots_of(b).nb_power.map(|f| f as usize)
            == Some(slot_nb_power as *const () as usize);
        return binary(vm, a, b, a_is, b_is, names::POW, names::RPOW);
    }
    // Three arguments: the reflected form is never tried.
    if vm.slots_of(a).nb_power.map(|f| f as usize) == Some(slot_nb_power as *const () as usize) {
        return call_method(vm, a, names::POW, &[b, modulus]);
    }
    Ok(NOT_IMPLEMENTED)
}

pub fn slot_nb_inplace_power(vm: &mut Vm, a: ObjId, b: ObjId, _modulus: ObjId) -> PyResult<ObjId> {
    call_method(vm, a, names::IPOW, &[b])
}

pub fn slot_nb_bool(vm: &mut Vm, this: ObjId) -> PyResult<bool> {
    let (result, using_len) = match call_method_maybe(vm, this, names::BOOL, &[])? {
        Some(result) => (result, false),
        None => match call_method_maybe(vm, this, names::LEN, &[])? {
            Some(result) => (result, true),
            None => return Ok(true),
        },
    };
    if using_len {
        let truth = vm.is_true(result);
        vm.decref(result);
        return truth;
    }
    if vm.type_of(result) != types::BOOL {
        let name = vm.type_name_of(result);
        vm.decref(result);
        return Err(vm.type_error(format!("__bool__ should return bool, returned {name}")));
    }
    Ok(result == super::wellknown::TRUE)
}

pub fn slot_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let result = call_method(vm, this, names::LEN, &[])?;
    let index = vm.number_index(result);
    vm.decref(result);
    let index = index?;
    let negative = vm.int_is_negative(index);
    if negative {
        vm.decref(index);
        return Err(vm.value_error("__len__() should return >= 0"));
    }
    let n = vm.index_as_ssize(index, Some(types::OVERFLOW_ERROR));
    vm.decref(index);
    n
}

pub fn slot_mp_ass_subscript(vm: &mut Vm, this: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
    let result = if value.is_null() {
        call_method(vm, this, names::DELITEM, &[key])?
    } else {
        call_method(vm, this, names::SETITEM, &[key, value])?
    };
    vm.decref(result);
    Ok(())
}

pub fn slot_sq_item(vm: &mut Vm, this: ObjId, i: i64) -> PyResult<ObjId> {
    let index = vm.new_int(i);
    let result = call_method(vm, this, names::GETITEM, &[index]);
    vm.decref(index);
    result
}

pub fn slot_sq_ass_item(vm: &mut Vm, this: ObjId, i: i64, value: ObjId) -> PyResult<()> {
    let index = vm.new_int(i);
    let result = slot_mp_ass_subscript(vm, this, index, value);
    vm.decref(index);
    result
}

pub fn slot_sq_contains(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<bool> {
    if vm.lookup_special_is_none(this, names::CONTAINS) {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!("'{name}' object is not a container")));
    }
    match call_method_maybe(vm, this, names::CONTAINS, &[value])? {
        Some(result) => {
            let truth = vm.is_true(result);
            vm.decref(result);
            truth
        }
        None => vm.iter_search_contains(this, value),
    }
}

pub fn slot_tp_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if let Some(result) = call_method_maybe(vm, this, names::REPR, &[])? {
        Ok(result)
    } else {
        let name = vm.type_name_of(this);
        let address = vm.heap.address(this);
        Ok(vm.new_string(format!("<{name} object at {address:#x}>")))
    }
}

pub fn slot_tp_str(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    call_method(vm, this, names::STR, &[])
}

pub fn slot_tp_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    if vm.lookup_special_is_none(this, names::HASH) {
        return super::object_type::hash_not_implemented(vm, this);
    }
    let Some(result) = call_method_maybe(vm, this, names::HASH, &[])? else {
        return super::object_type::hash_not_implemented(vm, this);
    };
    if !vm.is_int(result) {
        vm.decref(result);
        return Err(vm.type_error("__hash__ method should return an integer"));
    }
    // A value that does not fit is hashed in turn, as a big int's own hash is.
    let hash = match vm.int_as_i64(result) {
        Some(value) => value,
        None => vm.hash(result)?,
    };
    vm.decref(result);
    Ok(if hash == -1 { -2 } else { hash })
}

pub fn slot_tp_call(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let Some(method) = vm.lookup_special_unbound(this, names::CALL) else {
        return Err(vm.raise_with(types::ATTRIBUTE_ERROR, names::CALL));
    };
    let result = method.call_tuple_dict(vm, this, args, kwargs);
    method.drop(vm);
    result
}

/// Both `__getattribute__` and `__getattr__` (`slot_tp_getattr_hook`).
pub fn slot_tp_getattr_hook(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let result = match vm.type_lookup(ty, names::GETATTRIBUTE) {
        Some(found) if !vm.is_object_getattribute(found) => {
            call_method(vm, this, names::GETATTRIBUTE, &[name])
        }
        _ => vm.generic_getattr(this, name),
    };
    match result {
        Err(raised) if vm.raised_matches(types::ATTRIBUTE_ERROR) => {
            let Some(hook) = vm.lookup_special_unbound(this, names::GETATTR) else {
                return Err(raised);
            };
            vm.clear_raised();
            vm.report_lookup_hook(this);
            let result = hook.call(vm, this, &[name]);
            hook.drop(vm);
            result
        }
        other => other,
    }
}

pub fn slot_tp_setattro(vm: &mut Vm, this: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
    let result = if value.is_null() {
        call_method(vm, this, names::DELATTR, &[name])?
    } else {
        call_method(vm, this, names::SETATTR, &[name, value])?
    };
    vm.decref(result);
    Ok(())
}

pub fn slot_tp_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let name = match op {
        CompareOp::Lt => names::LT,
        CompareOp::Le => names::LE,
        CompareOp::Eq => names::EQ,
        CompareOp::Ne => names::NE,
        CompareOp::Gt => names::GT,
        CompareOp::Ge => names::GE,
    };
    call_maybe(vm, a, name, b)
}

pub fn slot_tp_iter(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    if vm.lookup_special_is_none(this, names::ITER) {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!("'{name}' object is not iterable")));
    }
    if let Some(result) = call_method_maybe(vm, this, names::ITER, &[])? {
        return Ok(result);
    }
    let ty = vm.type_of(this);
    if vm.type_lookup(ty, names::GETITEM).is_none() {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!("'{name}' object is not iterable")));
    }
    Ok(vm.new_seq_iter(this))
}

pub fn slot_tp_iternext(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    match call_method(vm, this, names::NEXT, &[]) {
        Ok(item) => Ok(Some(item)),
        Err(_) if vm.raised_matches(types::STOP_ITERATION) => {
            vm.clear_raised();
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

pub fn slot_tp_descr_get(vm: &mut Vm, this: ObjId, obj: ObjId, owner: ObjId) -> PyResult<ObjId> {
    let ty = vm.type_of(this);
    let Some(get) = vm.type_lookup(ty, names::GET) else {
        return Ok(vm.incref(this));
    };
    let obj = if obj.is_null() { NONE } else { obj };
    let owner = if owner.is_null() { NONE } else { owner };
    vm.incref(get);
    let result = vm.call(get, &[this, obj, owner]);
    vm.decref(get);
    result
}

pub fn slot_tp_descr_set(vm: &mut Vm, this: ObjId, obj: ObjId, value: ObjId) -> PyResult<()> {
    let result = if value.is_null() {
        call_method(vm, this, names::DELETE, &[obj])?
    } else {
        call_method(vm, this, names::SET, &[obj, value])?
    };
    vm.decref(result);
    Ok(())
}

pub fn slot_tp_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let Some(method) = vm.lookup_special_unbound(this, names::INIT) else {
        return Err(vm.raise_with(types::ATTRIBUTE_ERROR, names::INIT));
    };
    let result = method.call_tuple_dict(vm, this, args, kwargs);
    method.drop(vm);
    let result = result?;
    if result != NONE {
        let name = vm.type_name_of(result);
        vm.decref(result);
        return Err(vm.type_error(format!("__init__() should return None, not '{name}'")));
    }
    Ok(())
}

pub fn slot_tp_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let func = vm.getattr(ty, names::NEW)?;
    let mut all = vec![ty];
    all.extend_from_slice(vm.tuple_items(args));
    let result = vm.call_args_dict(func, &all, kwargs);
    vm.decref(func);
    result
}

/// `__del__`: an exception inside is reported and forgotten.
pub fn slot_tp_finalize(vm: &mut Vm, this: ObjId) {
    let saved = vm.take_raised();
    if let Some(method) = vm.lookup_special_unbound(this, names::DEL) {
        if let Ok(result) = method.call(vm, this, &[]) {
            vm.decref(result);
        } else {
            let function = method.function();
            (vm.hooks.write_unraisable)(vm, function, "");
        }
        method.drop(vm);
    }
    if !saved.is_null() {
        let _ = vm.set_raised(saved);
    }
}

macro_rules! async_slots { ($($fn:ident $name:ident $message:literal;)*) => { $(
    pub fn $fn(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
        match call_method_maybe(vm, this, names::$name, &[])? {
            Some(result) => Ok(result),
            None => {
                let name = vm.type_name_of(this);
                Err(vm.raise(types::ATTRIBUTE_ERROR, format!($message, name)))
            }
        }
    }
)* } }

async_slots! {
    slot_am_await AWAIT "object {} does not have __await__ method";
    slot_am_aiter AITER "object {} does not have __aiter__ method";
    slot_am_anext ANEXT "object {} does not have __anext__ method";
}
