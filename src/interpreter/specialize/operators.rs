//! Specialization of operators, subscripts, tests, unpacking and loops: by the types of the
//! operands alone.

use crate::base::ObjId;
use crate::bytecode::Opcode;
use crate::events::Mode;
use crate::interpreter::ceval::Eval;
use crate::interpreter::frames::function_object;
use crate::objects::longobject::digit_count_i64;
use crate::objects::object::Payload;
use crate::objects::typeobject::TypeFlags;
use crate::objects::vm::Vm;
use crate::objects::wellknown::{NONE, names, types};

use super::{FunctionKind, function_kind};

/// The exact `int` as a number of one digit (`_PyLong_IsCompact`).
pub fn compact_int(vm: &Vm, id: ObjId) -> Option<i64> {
    match vm.heap.payload(id) {
        Payload::Int(value) if vm.type_of(id) == types::INT && digit_count_i64(*value) <= 1 => {
            Some(*value)
        }
        _ => None,
    }
}

/// `_Py_Specialize_BinaryOp`.
pub fn binary_op<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    const NB_ADD: u32 = 0;
    const NB_MULTIPLY: u32 = 5;
    const NB_SUBTRACT: u32 = 10;
    const INPLACE: u32 = 13;
    let (left, right) = (eval.peek(2), eval.peek(1));
    let ty = eval.vm.type_of(left);
    let form = if ty == eval.vm.type_of(right) {
        match (oparg % INPLACE, ty) {
            (NB_ADD, types::STR) => {
                let (next, local) = eval.following();
                if next == Opcode::STORE_FAST as u8 && eval.local(local.into()) == left {
                    Some(Opcode::BINARY_OP_INPLACE_ADD_UNICODE)
                } else {
                    Some(Opcode::BINARY_OP_ADD_UNICODE)
                }
            }
            (NB_ADD, types::INT) => Some(Opcode::BINARY_OP_ADD_INT),
            (NB_ADD, types::FLOAT) => Some(Opcode::BINARY_OP_ADD_FLOAT),
            (NB_MULTIPLY, types::INT) => Some(Opcode::BINARY_OP_MULTIPLY_INT),
            (NB_MULTIPLY, types::FLOAT) => Some(Opcode::BINARY_OP_MULTIPLY_FLOAT),
            (NB_SUBTRACT, types::INT) => Some(Opcode::BINARY_OP_SUBTRACT_INT),
            (NB_SUBTRACT, types::FLOAT) => Some(Opcode::BINARY_OP_SUBTRACT_FLOAT),
            _ => None,
        }
    } else {
        None
    };
    eval.specialize_to(Opcode::BINARY_OP, form);
}

/// `_Py_Specialize_CompareOp`.
pub fn compare_op<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    const EQ_OR_NE: [u32; 2] = [2, 3];
    let (left, right) = (eval.peek(2), eval.peek(1));
    let ty = eval.vm.type_of(left);
    let compact = |id| compact_int(eval.vm, id).is_some();
    let form = match ty {
        _ if ty != eval.vm.type_of(right) => None,
        types::FLOAT => Some(Opcode::COMPARE_OP_FLOAT),
        types::INT if compact(left) && compact(right) => Some(Opcode::COMPARE_OP_INT),
        types::STR if EQ_OR_NE.contains(&(oparg >> 5)) => Some(Opcode::COMPARE_OP_STR),
        _ => None,
    };
    eval.specialize_to(Opcode::COMPARE_OP, form);
}

/// `_Py_Specialize_ContainsOp`.
pub fn contains_op<M: Mode>(eval: &mut Eval<'_, M>) {
    let form = match eval.vm.type_of(eval.peek(1)) {
        types::DICT => Some(Opcode::CONTAINS_OP_DICT),
        types::SET | types::FROZENSET => Some(Opcode::CONTAINS_OP_SET),
        _ => None,
    };
    eval.specialize_to(Opcode::CONTAINS_OP, form);
}

/// `_Py_Specialize_ToBool`.
pub fn to_bool<M: Mode>(eval: &mut Eval<'_, M>) {
    let value = eval.peek(1);
    let ty = eval.vm.type_of(value);
    let form = match ty {
        types::BOOL => Some(Opcode::TO_BOOL_BOOL),
        types::INT => Some(Opcode::TO_BOOL_INT),
        types::LIST => Some(Opcode::TO_BOOL_LIST),
        types::STR => Some(Opcode::TO_BOOL_STR),
        _ if value == NONE => Some(Opcode::TO_BOOL_NONE),
        _ => {
            let object = eval.vm.heap.type_object(ty);
            let slots = &object.slots;
            let always = object.is_heap_type()
                && slots.nb_bool.is_none()
                && slots.mp_length.is_none()
                && slots.sq_length.is_none();
            always.then(|| {
                let version = eval.vm.type_version(ty);
                eval.set_cache32(1, version);
                Opcode::TO_BOOL_ALWAYS_TRUE
            })
        }
    };
    eval.specialize_to(Opcode::TO_BOOL, form);
}

/// `_Py_Specialize_BinarySubscr`.
pub fn binary_subscr<M: Mode>(eval: &mut Eval<'_, M>) {
    let (container, sub) = (eval.peek(2), eval.peek(1));
    let index = compact_int(eval.vm, sub).is_some_and(|i| i >= 0);
    let form = match eval.vm.type_of(container) {
        types::LIST => index.then_some(Opcode::BINARY_SUBSCR_LIST_INT),
        types::TUPLE => index.then_some(Opcode::BINARY_SUBSCR_TUPLE_INT),
        types::STR => index.then_some(Opcode::BINARY_SUBSCR_STR_INT),
        types::DICT => Some(Opcode::BINARY_SUBSCR_DICT),
        ty => cache_getitem(eval.vm, ty).then_some(Opcode::BINARY_SUBSCR_GETITEM),
    };
    eval.specialize_to(Opcode::BINARY_SUBSCR, form);
}

/// Notes a class's `__getitem__` in the class, if it is a plain function of two parameters.
fn cache_getitem(vm: &mut Vm, ty: ObjId) -> bool {
    let Some(getitem) = vm.type_lookup(ty, names::GETITEM) else {
        return false;
    };
    if vm.type_of(getitem) != types::FUNCTION || !vm.heap.type_object(ty).is_heap_type() {
        return false;
    }
    let function = function_object(vm, getitem);
    let (code, version) = (function.func_code, function.func_version);
    if function_kind(vm, code) != FunctionKind::Simple
        || vm.code_runtime(code).co_argcount != 2
        || version == 0
    {
        return false;
    }
    if let Payload::Type(t) = vm.heap.payload_mut_quiet(ty) {
        t.spec_cache.getitem = getitem;
        t.spec_cache.getitem_version = version;
    }
    true
}

/// `_Py_Specialize_StoreSubscr`.
pub fn store_subscr<M: Mode>(eval: &mut Eval<'_, M>) {
    let (container, sub) = (eval.peek(2), eval.peek(1));
    let form = match eval.vm.type_of(container) {
        types::LIST => compact_int(eval.vm, sub)
            .is_some_and(|i| i >= 0 && (i as usize) < eval.vm.list_len(container))
            .then_some(Opcode::STORE_SUBSCR_LIST_INT),
        types::DICT => Some(Opcode::STORE_SUBSCR_DICT),
        _ => None,
    };
    eval.specialize_to(Opcode::STORE_SUBSCR, form);
}

/// `_Py_Specialize_UnpackSequence`.
pub fn unpack_sequence<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    let sequence = eval.peek(1);
    let oparg = oparg as usize;
    let form = match eval.vm.type_of(sequence) {
        types::TUPLE if eval.vm.tuple_items(sequence).len() == oparg => Some(if oparg == 2 {
            Opcode::UNPACK_SEQUENCE_TWO_TUPLE
        } else {
            Opcode::UNPACK_SEQUENCE_TUPLE
        }),
        types::LIST if eval.vm.list_len(sequence) == oparg => Some(Opcode::UNPACK_SEQUENCE_LIST),
        _ => None,
    };
    eval.specialize_to(Opcode::UNPACK_SEQUENCE, form);
}

/// `_Py_Specialize_ForIter`.
pub fn for_iter<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    const SHRT_MAX: u32 = 0x7fff;
    let form = match eval.vm.type_of(eval.peek(1)) {
        types::LIST_ITERATOR => Some(Opcode::FOR_ITER_LIST),
        types::TUPLE_ITERATOR => Some(Opcode::FOR_ITER_TUPLE),
        types::RANGE_ITERATOR => Some(Opcode::FOR_ITER_RANGE),
        types::GENERATOR if oparg <= SHRT_MAX => Some(Opcode::FOR_ITER_GEN),
        _ => None,
    };
    eval.specialize_to(Opcode::FOR_ITER, form);
}

/// `_Py_Specialize_Send`.
pub fn send<M: Mode>(eval: &mut Eval<'_, M>) {
    let form = match eval.vm.type_of(eval.peek(2)) {
        types::GENERATOR | types::COROUTINE => Some(Opcode::SEND_GEN),
        _ => None,
    };
    eval.specialize_to(Opcode::SEND, form);
}

/// Whether instances of a type carry their attributes in a dict or values in front of them.
pub fn has_managed_dict(vm: &Vm, ty: ObjId) -> bool {
    let flags = vm.heap.type_object(ty).tp_flags;
    flags.contains(TypeFlags::MANAGED_DICT)
}
