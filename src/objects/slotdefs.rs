//! The correspondence between dunder methods and slots, in both directions.
//!
//! Mirrors `slotdefs` and the `wrap_*` functions of `Objects/typeobject.c`: a row says how
//! Python code calls the slot (`wrapper`) and what fills the slot when a class defines the method
//! (`install`, functions of `slot_functions`).

use crate::base::ObjId;

use super::slot_functions as generic;
use super::slots::{CompareOp, SendResult, Slots};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, names, types};

/// How Python code calls a slot: the defining type's slots, self, arguments, keyword names.
pub type WrapperFunc = fn(&mut Vm, &Slots, ObjId, &[ObjId], ObjId) -> PyResult<ObjId>;

/// One row (`pytype_slotdef`).
#[derive(Debug)]
pub struct SlotDef {
    pub name: &'static str,
    pub name_id: ObjId,
    /// The slot it fills; rows of one slot share it.
    pub slot: SlotId,
    pub wrapper: WrapperFunc,
    pub signature: &'static str,
    /// Whether a type has the slot.
    pub is_set: fn(&Slots) -> bool,
    /// Copies the slot.
    pub copy: fn(&mut Slots, &Slots),
    /// Empties the slot.
    pub clear: fn(&mut Slots),
    /// Fills the slot with the function that calls the Python method.
    pub install: fn(&mut Slots),
}

macro_rules! slot_ids { ($($id:ident),* $(,)?) => {
    /// The slots that dunder methods fill.
    #[expect(non_camel_case_types, reason = "CPython's names of the slots")]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum SlotId { $($id,)* }
} }

slot_ids! {
    tp_getattro, tp_setattro, tp_repr, tp_hash, tp_call, tp_str, tp_richcompare, tp_iter, tp_iternext,
    tp_descr_get, tp_descr_set, tp_init, tp_new, tp_finalize, am_await, am_aiter, am_anext,
    nb_add, nb_subtract, nb_multiply, nb_remainder, nb_divmod, nb_power, nb_negative, nb_positive,
    nb_absolute, nb_bool, nb_invert, nb_lshift, nb_rshift, nb_and, nb_xor, nb_or, nb_int, nb_float,
    nb_inplace_add, nb_inplace_subtract, nb_inplace_multiply, nb_inplace_remainder,
    nb_inplace_power, nb_inplace_lshift, nb_inplace_rshift, nb_inplace_and, nb_inplace_xor,
    nb_inplace_or, nb_floor_divide, nb_true_divide, nb_inplace_floor_divide,
    nb_inplace_true_divide, nb_index, nb_matrix_multiply, nb_inplace_matrix_multiply,
    mp_length, mp_subscript, mp_ass_subscript, sq_length, sq_concat, sq_repeat, sq_item,
    sq_ass_item, sq_contains, sq_inplace_concat, sq_inplace_repeat,
}

macro_rules! rows { ($($name:ident $text:literal $slot:ident $wrapper:expr, $install:expr, $signature:literal;)*) => {
    /// All rows, in CPython's order.
    pub static SLOTDEFS: &[SlotDef] = &[$(SlotDef {
        name: $text,
        name_id: names::$name,
        slot: SlotId::$slot,
        wrapper: $wrapper,
        signature: $signature,
        is_set: |s| s.$slot.is_some(),
        copy: |to, from| to.$slot = from.$slot,
        clear: |s| s.$slot = None,
        install: |s| s.$slot = $install,
    },)*];
} }

macro_rules! binary {
    ($slot:ident) => {
        |vm, s, this, args, kw| {
            let other = one_arg(vm, args, kw)?;
            match s.$slot {
                Some(f) => f(vm, this, other),
                None => Ok(NOT_IMPLEMENTED),
            }
        }
    };
}
macro_rules! reflected {
    ($slot:ident) => {
        |vm, s, this, args, kw| {
            let other = one_arg(vm, args, kw)?;
            match s.$slot {
                Some(f) => f(vm, other, this),
                None => Ok(NOT_IMPLEMENTED),
            }
        }
    };
}
macro_rules! unary {
    ($slot:ident) => {
        |vm, s, this, args, kw| {
            no_args(vm, args, kw)?;
            s.$slot.expect("a wrapper exists only for a filled slot")(vm, this)
        }
    };
}
macro_rules! length {
    ($slot:ident) => {
        |vm, s, this, args, kw| {
            no_args(vm, args, kw)?;
            let n = s.$slot.expect("a wrapper exists only for a filled slot")(vm, this)?;
            Ok(vm.new_int(n))
        }
    };
}
macro_rules! compare {
    ($op:ident) => {
        |vm, s, this, args, kw| {
            let other = one_arg(vm, args, kw)?;
            s.tp_richcompare
                .expect("a wrapper exists only for a filled slot")(
                vm, this, other, CompareOp::$op
            )
        }
    };
}

rows! {
    GETATTRIBUTE "__getattribute__" tp_getattro binary!(tp_getattro), Some(generic::slot_tp_getattr_hook), "($self, name, /)";
    GETATTR "__getattr__" tp_getattro |vm, _, _, _, _| Err(vm.type_error("__getattr__ has no wrapper")), Some(generic::slot_tp_getattr_hook), "";
    SETATTR "__setattr__" tp_setattro wrap_setattr, Some(generic::slot_tp_setattro), "($self, name, value, /)";
    DELATTR "__delattr__" tp_setattro wrap_delattr, Some(generic::slot_tp_setattro), "($self, name, /)";
    REPR "__repr__" tp_repr unary!(tp_repr), Some(generic::slot_tp_repr), "($self, /)";
    HASH "__hash__" tp_hash wrap_hash, Some(generic::slot_tp_hash), "($self, /)";
    CALL "__call__" tp_call wrap_call, Some(generic::slot_tp_call), "($self, /, *args, **kwargs)";
    STR "__str__" tp_str unary!(tp_str), Some(generic::slot_tp_str), "($self, /)";
    LT "__lt__" tp_richcompare compare!(Lt), Some(generic::slot_tp_richcompare), "($self, value, /)";
    LE "__le__" tp_richcompare compare!(Le), Some(generic::slot_tp_richcompare), "($self, value, /)";
    EQ "__eq__" tp_richcompare compare!(Eq), Some(generic::slot_tp_richcompare), "($self, value, /)";
    NE "__ne__" tp_richcompare compare!(Ne), Some(generic::slot_tp_richcompare), "($self, value, /)";
    GT "__gt__" tp_richcompare compare!(Gt), Some(generic::slot_tp_richcompare), "($self, value, /)";
    GE "__ge__" tp_richcompare compare!(Ge), Some(generic::slot_tp_richcompare), "($self, value, /)";
    ITER "__iter__" tp_iter unary!(tp_iter), Some(generic::slot_tp_iter), "($self, /)";
    NEXT "__next__" tp_iternext wrap_next, Some(generic::slot_tp_iternext), "($self, /)";
    GET "__get__" tp_descr_get wrap_descr_get, Some(generic::slot_tp_descr_get), "($self, instance, owner=None, /)";
    SET "__set__" tp_descr_set wrap_descr_set, Some(generic::slot_tp_descr_set), "($self, instance, value, /)";
    DELETE "__delete__" tp_descr_set wrap_descr_delete, Some(generic::slot_tp_descr_set), "($self, instance, /)";
    INIT "__init__" tp_init wrap_init, Some(generic::slot_tp_init), "($self, /, *args, **kwargs)";
    NEW "__new__" tp_new |vm, _, _, _, _| Err(vm.type_error("__new__ has no wrapper")), Some(generic::slot_tp_new), "";
    DEL "__del__" tp_finalize wrap_del, Some(generic::slot_tp_finalize), "($self, /)";
    AWAIT "__await__" am_await unary!(am_await), Some(generic::slot_am_await), "($self, /)";
    AITER "__aiter__" am_aiter unary!(am_aiter), Some(generic::slot_am_aiter), "($self, /)";
    ANEXT "__anext__" am_anext unary!(am_anext), Some(generic::slot_am_anext), "($self, /)";
    ADD "__add__" nb_add binary!(nb_add), Some(generic::slot_nb_add), "($self, value, /)";
    RADD "__radd__" nb_add reflected!(nb_add), Some(generic::slot_nb_add), "($self, value, /)";
    SUB "__sub__" nb_subtract binary!(nb_subtract), Some(generic::slot_nb_subtract), "($self, value, /)";
    RSUB "__rsub__" nb_subtract reflected!(nb_subtract), Some(generic::slot_nb_subtract), "($self, value, /)";
    MUL "__mul__" nb_multiply binary!(nb_multiply), Some(generic::slot_nb_multiply), "($self, value, /)";
    RMUL "__rmul__" nb_multiply reflected!(nb_multiply), Some(generic::slot_nb_multiply), "($self, value, /)";
    MOD "__mod__" nb_remainder binary!(nb_remainder), Some(generic::slot_nb_remainder), "($self, value, /)";
    RMOD "__rmod__" nb_remainder reflected!(nb_remainder), Some(generic::slot_nb_remainder), "($self, value, /)";
    DIVMOD "__divmod__" nb_divmod binary!(nb_divmod), Some(generic::slot_nb_divmod), "($self, value, /)";
    RDIVMOD "__rdivmod__" nb_divmod reflected!(nb_divmod), Some(generic::slot_nb_divmod), "($self, value, /)";
    POW "__pow__" nb_power wrap_power, Some(generic::slot_nb_power), "($self, value, mod=None, /)";
    RPOW "__rpow__" nb_power wrap_power_reflected, Some(generic::slot_nb_power), "($self, value, mod=None, /)";
    NEG "__neg__" nb_negative unary!(nb_negative), Some(generic::slot_nb_negative), "($self, /)";
    POS "__pos__" nb_positive unary!(nb_positive), Some(generic::slot_nb_positive), "($self, /)";
    ABS "__abs__" nb_absolute unary!(nb_absolute), Some(generic::slot_nb_absolute), "($self, /)";
    BOOL "__bool__" nb_bool wrap_bool, Some(generic::slot_nb_bool), "($self, /)";
    INVERT "__invert__" nb_invert unary!(nb_invert), Some(generic::slot_nb_invert), "($self, /)";
    LSHIFT "__lshift__" nb_lshift binary!(nb_lshift), Some(generic::slot_nb_lshift), "($self, value, /)";
    RLSHIFT "__rlshift__" nb_lshift reflected!(nb_lshift), Some(generic::slot_nb_lshift), "($self, value, /)";
    RSHIFT "__rshift__" nb_rshift binary!(nb_rshift), Some(generic::slot_nb_rshift), "($self, value, /)";
    RRSHIFT "__rrshift__" nb_rshift reflected!(nb_rshift), Some(generic::slot_nb_rshift), "($self, value, /)";
    AND "__and__" nb_and binary!(nb_and), Some(generic::slot_nb_and), "($self, value, /)";
    RAND "__rand__" nb_and reflected!(nb_and), Some(generic::slot_nb_and), "($self, value, /)";
    XOR "__xor__" nb_xor binary!(nb_xor), Some(generic::slot_nb_xor), "($self, value, /)";
    RXOR "__rxor__" nb_xor reflected!(nb_xor), Some(generic::slot_nb_xor), "($self, value, /)";
    OR "__or__" nb_or binary!(nb_or), Some(generic::slot_nb_or), "($self, value, /)";
    ROR "__ror__" nb_or reflected!(nb_or), Some(generic::slot_nb_or), "($self, value, /)";
    INT "__int__" nb_int unary!(nb_int), Some(generic::slot_nb_int), "($self, /)";
    FLOAT "__float__" nb_float unary!(nb_float), Some(generic::slot_nb_float), "($self, /)";
    IADD "__iadd__" nb_inplace_add binary!(nb_inplace_add), Some(generic::slot_nb_inplace_add), "($self, value, /)";
    ISUB "__isub__" nb_inplace_subtract binary!(nb_inplace_subtract), Some(generic::slot_nb_inplace_subtract), "($self, value, /)";
    IMUL "__imul__" nb_inplace_multiply binary!(nb_inplace_multiply), Some(generic::slot_nb_inplace_multiply), "($self, value, /)";
    IMOD "__imod__" nb_inplace_remainder binary!(nb_inplace_remainder), Some(generic::slot_nb_inplace_remainder), "($self, value, /)";
    IPOW "__ipow__" nb_inplace_power wrap_inplace_power, Some(generic::slot_nb_inplace_power), "($self, value, /)";
    ILSHIFT "__ilshift__" nb_inplace_lshift binary!(nb_inplace_lshift), Some(generic::slot_nb_inplace_lshift), "($self, value, /)";
    IRSHIFT "__irshift__" nb_inplace_rshift binary!(nb_inplace_rshift), Some(generic::slot_nb_inplace_rshift), "($self, value, /)";
    IAND "__iand__" nb_inplace_and binary!(nb_inplace_and), Some(generic::slot_nb_inplace_and), "($self, value, /)";
    IXOR "__ixor__" nb_inplace_xor binary!(nb_inplace_xor), Some(generic::slot_nb_inplace_xor), "($self, value, /)";
    IOR "__ior__" nb_inplace_or binary!(nb_inplace_or), Some(generic::slot_nb_inplace_or), "($self, value, /)";
    FLOORDIV "__floordiv__" nb_floor_divide binary!(nb_floor_divide), Some(generic::slot_nb_floor_divide), "($self, value, /)";
    RFLOORDIV "__rfloordiv__" nb_floor_divide reflected!(nb_floor_divide), Some(generic::slot_nb_floor_divide), "($self, value, /)";
    TRUEDIV "__truediv__" nb_true_divide binary!(nb_true_divide), Some(generic::slot_nb_true_divide), "($self, value, /)";
    RTRUEDIV "__rtruediv__" nb_true_divide reflected!(nb_true_divide), Some(generic::slot_nb_true_divide), "($self, value, /)";
    IFLOORDIV "__ifloordiv__" nb_inplace_floor_divide binary!(nb_inplace_floor_divide), Some(generic::slot_nb_inplace_floor_divide), "($self, value, /)";
    ITRUEDIV "__itruediv__" nb_inplace_true_divide binary!(nb_inplace_true_divide), Some(generic::slot_nb_inplace_true_divide), "($self, value, /)";
    INDEX "__index__" nb_index unary!(nb_index), Some(generic::slot_nb_index), "($self, /)";
    MATMUL "__matmul__" nb_matrix_multiply binary!(nb_matrix_multiply), Some(generic::slot_nb_matrix_multiply), "($self, value, /)";
    RMATMUL "__rmatmul__" nb_matrix_multiply reflected!(nb_matrix_multiply), Some(generic::slot_nb_matrix_multiply), "($self, value, /)";
    IMATMUL "__imatmul__" nb_inplace_matrix_multiply binary!(nb_inplace_matrix_multiply), Some(generic::slot_nb_inplace_matrix_multiply), "($self, value, /)";
    LEN "__len__" mp_length length!(mp_length), Some(generic::slot_length), "($self, /)";
    GETITEM "__getitem__" mp_subscript binary!(mp_subscript), Some(generic::slot_mp_subscript), "($self, key, /)";
    SETITEM "__setitem__" mp_ass_subscript wrap_setitem, Some(generic::slot_mp_ass_subscript), "($self, key, value, /)";
    DELITEM "__delitem__" mp_ass_subscript wrap_delitem, Some(generic::slot_mp_ass_subscript), "($self, key, /)";
    LEN "__len__" sq_length length!(sq_length), Some(generic::slot_length), "($self, /)";
    ADD "__add__" sq_concat binary!(sq_concat), None, "($self, value, /)";
    MUL "__mul__" sq_repeat wrap_repeat, None, "($self, value, /)";
    RMUL "__rmul__" sq_repeat wrap_repeat, None, "($self, value, /)";
    GETITEM "__getitem__" sq_item wrap_sq_item, Some(generic::slot_sq_item), "($self, key, /)";
    SETITEM "__setitem__" sq_ass_item wrap_sq_setitem, Some(generic::slot_sq_ass_item), "($self, key, value, /)";
    DELITEM "__delitem__" sq_ass_item wrap_sq_delitem, Some(generic::slot_sq_ass_item), "($self, key, /)";
    CONTAINS "__contains__" sq_contains wrap_contains, Some(generic::slot_sq_contains), "($self, key, /)";
    IADD "__iadd__" sq_inplace_concat binary!(sq_inplace_concat), None, "($self, value, /)";
    IMUL "__imul__" sq_inplace_repeat wrap_inplace_repeat, None, "($self, value, /)";
}

fn no_keywords(vm: &mut Vm, kwnames: ObjId) -> PyResult<()> {
    if kwnames.is_null() || vm.tuple_items(kwnames).is_empty() {
        return Ok(());
    }
    Err(vm.type_error("wrapper takes no keyword arguments"))
}

fn count_error(vm: &mut Vm, expected: usize, got: usize) -> super::vm::Raised {
    let s = if expected == 1 { "" } else { "s" };
    vm.type_error(format!("expected {expected} argument{s}, got {got}"))
}

fn no_args(vm: &mut Vm, args: &[ObjId], kwnames: ObjId) -> PyResult<()> {
    no_keywords(vm, kwnames)?;
    if args.is_empty() {
        Ok(())
    } else {
        Err(count_error(vm, 0, args.len()))
    }
}

fn one_arg(vm: &mut Vm, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    no_keywords(vm, kwnames)?;
    match *args {
        [x] => Ok(x),
        _ => Err(count_error(vm, 1, args.len())),
    }
}

fn two_args(vm: &mut Vm, args: &[ObjId], kwnames: ObjId) -> PyResult<(ObjId, ObjId)> {
    no_keywords(vm, kwnames)?;
    match *args {
        [x, y] => Ok((x, y)),
        _ => Err(count_error(vm, 2, args.len())),
    }
}

fn wrap_setattr(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let (name, value) = two_args(vm, args, kw)?;
    hackcheck(vm, this, "__setattr__", s)?;
    s.tp_setattro
        .expect("a wrapper exists only for a filled slot")(vm, this, name, value)?;
    Ok(NONE)
}

fn wrap_delattr(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let name = one_arg(vm, args, kw)?;
    hackcheck(vm, this, "__delattr__", s)?;
    s.tp_setattro
        .expect("a wrapper exists only for a filled slot")(vm, this, name, ObjId::NULL)?;
    Ok(NONE)
}

/// Refuses `object.__setattr__(some_type, …)`, which would go around the metatype (`hackcheck`).
fn hackcheck(vm: &mut Vm, this: ObjId, what: &str, s: &Slots) -> PyResult<()> {
    let own = vm.slots_of(this).tp_setattro;
    let is_type = vm.isinstance(this, types::TYPE);
    let same = own.map(|f| f as usize) == s.tp_setattro.map(|f| f as usize);
    if is_type
        && !same
        && s.tp_setattro.map(|f| f as usize)
            != Some(super::type_methods::type_setattro as *const () as usize)
    {
        let name = vm.type_name_of(this);
        return Err(vm.type_error(format!("can't apply this {what} to {name} object")));
    }
    Ok(())
}

fn wrap_hash(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    no_args(vm, args, kw)?;
    let hash = s.tp_hash.expect("a wrapper exists only for a filled slot")(vm, this)?;
    Ok(vm.new_int(hash))
}

fn wrap_call(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let f = s.tp_call.expect("a wrapper exists only for a filled slot");
    vm.call_tp_call(f, this, args, kw)
}

fn wrap_init(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let init = s.tp_init.expect("a wrapper exists only for a filled slot");
    let (tuple, dict) = vm.pack_call_args(args, kw)?;
    let result = init(vm, this, tuple, dict);
    vm.decref(tuple);
    vm.xdecref(dict);
    result?;
    Ok(NONE)
}

fn wrap_del(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    no_args(vm, args, kw)?;
    s.tp_finalize
        .expect("a wrapper exists only for a filled slot")(vm, this);
    Ok(NONE)
}

fn wrap_next(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    no_args(vm, args, kw)?;
    match s
        .tp_iternext
        .expect("a wrapper exists only for a filled slot")(vm, this)?
    {
        Some(item) => Ok(item),
        None => Err(vm.raise_stop_iteration()),
    }
}

fn wrap_descr_get(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    no_keywords(vm, kw)?;
    let (obj, owner) = match *args {
        [obj] => (obj, ObjId::NULL),
        [obj, owner] => (obj, owner),
        [] => return Err(vm.type_error("expected at least 1 argument, got 0")),
        _ => return Err(vm.type_error(format!("expected at most 2 arguments, got {}", args.len()))),
    };
    let obj = if obj == NONE { ObjId::NULL } else { obj };
    let owner = if owner == NONE { ObjId::NULL } else { owner };
    if obj.is_null() && owner.is_null() {
        return Err(vm.type_error("__get__(None, None) is invalid"));
    }
    s.tp_descr_get
        .expect("a wrapper exists only for a filled slot")(vm, this, obj, owner)
}

fn wrap_descr_set(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let (obj, value) = two_args(vm, args, kw)?;
    s.tp_descr_set
        .expect("a wrapper exists only for a filled slot")(vm, this, obj, value)?;
    Ok(NONE)
}

fn wrap_descr_delete(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let obj = one_arg(vm, args, kw)?;
    s.tp_descr_set
        .expect("a wrapper exists only for a filled slot")(vm, this, obj, ObjId::NULL)?;
    Ok(NONE)
}

fn power_args(vm: &mut Vm, args: &[ObjId], kw: ObjId) -> PyResult<(ObjId, ObjId)> {
    no_keywords(vm, kw)?;
    match *args {
        [other] => Ok((other, NONE)),
        [other, modulus] => Ok((other, modulus)),
        [] => Err(vm.type_error("expected at least 1 argument, got 0")),
        _ => Err(vm.type_error(format!("expected at most 2 arguments, got {}", args.len()))),
    }
}

fn wrap_power(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let (other, modulus) = power_args(vm, args, kw)?;
    s.nb_power.expect("a wrapper exists only for a filled slot")(vm, this, other, modulus)
}

fn wrap_power_reflected(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let (other, modulus) = power_args(vm, args, kw)?;
    s.nb_power.expect("a wrapper exists only for a filled slot")(vm, other, this, modulus)
}

fn wrap_inplace_power(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let other = one_arg(vm, args, kw)?;
    s.nb_inplace_power
        .expect("a wrapper exists only for a filled slot")(vm, this, other, NONE)
}

fn wrap_bool(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    no_args(vm, args, kw)?;
    let truth = s.nb_bool.expect("a wrapper exists only for a filled slot")(vm, this)?;
    Ok(bool_obj(truth))
}

fn wrap_setitem(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let (key, value) = two_args(vm, args, kw)?;
    s.mp_ass_subscript
        .expect("a wrapper exists only for a filled slot")(vm, this, key, value)?;
    Ok(NONE)
}

fn wrap_delitem(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let key = one_arg(vm, args, kw)?;
    s.mp_ass_subscript
        .expect("a wrapper exists only for a filled slot")(vm, this, key, ObjId::NULL)?;
    Ok(NONE)
}

fn wrap_contains(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let key = one_arg(vm, args, kw)?;
    let found = s
        .sq_contains
        .expect("a wrapper exists only for a filled slot")(vm, this, key)?;
    Ok(bool_obj(found))
}

fn wrap_repeat(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let count = one_arg(vm, args, kw)?;
    let n = vm.index_as_ssize(count, Some(types::OVERFLOW_ERROR))?;
    s.sq_repeat
        .expect("a wrapper exists only for a filled slot")(vm, this, n)
}

fn wrap_inplace_repeat(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let count = one_arg(vm, args, kw)?;
    let n = vm.index_as_ssize(count, Some(types::OVERFLOW_ERROR))?;
    s.sq_inplace_repeat
        .expect("a wrapper exists only for a filled slot")(vm, this, n)
}

/// An index argument; negative ones count from the end (`getindex`).
fn sequence_index(vm: &mut Vm, s: &Slots, this: ObjId, index: ObjId) -> PyResult<i64> {
    let mut i = vm.index_as_ssize(index, Some(types::OVERFLOW_ERROR))?;
    if i < 0
        && let Some(length) = s.sq_length
    {
        i += length(vm, this)?;
    }
    Ok(i)
}

fn wrap_sq_item(vm: &mut Vm, s: &Slots, this: ObjId, args: &[ObjId], kw: ObjId) -> PyResult<ObjId> {
    let index = one_arg(vm, args, kw)?;
    let i = sequence_index(vm, s, this, index)?;
    s.sq_item.expect("a wrapper exists only for a filled slot")(vm, this, i)
}

fn wrap_sq_setitem(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let (index, value) = two_args(vm, args, kw)?;
    let i = sequence_index(vm, s, this, index)?;
    s.sq_ass_item
        .expect("a wrapper exists only for a filled slot")(vm, this, i, value)?;
    Ok(NONE)
}

fn wrap_sq_delitem(
    vm: &mut Vm,
    s: &Slots,
    this: ObjId,
    args: &[ObjId],
    kw: ObjId,
) -> PyResult<ObjId> {
    let index = one_arg(vm, args, kw)?;
    let i = sequence_index(vm, s, this, index)?;
    s.sq_ass_item
        .expect("a wrapper exists only for a filled slot")(vm, this, i, ObjId::NULL)?;
    Ok(NONE)
}

/// What a `send` slot gives to Python code: a return becomes `StopIteration`.
pub fn send_result_to_python(vm: &mut Vm, result: SendResult) -> PyResult<ObjId> {
    match result {
        SendResult::Next(value) => Ok(value),
        SendResult::Return(value) => {
            let raised = vm.raise_stop_iteration_value(value);
            vm.decref(value);
            Err(raised)
        }
    }
}
