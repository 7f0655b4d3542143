//! The function slots of a type: what the machine calls when an operator or protocol is used.
//!
//! Mirrors `PyTypeObject`, `PyNumberMethods`, `PySequenceMethods`, `PyMappingMethods` and
//! `PyAsyncMethods` of `Include/cpython/object.h`. Arguments are borrowed, results are new
//! references, as in C.

use crate::base::ObjId;

use super::vm::{PyResult, Vm};

/// `PyObject *f(self)`.
pub type UnaryFunc = fn(&mut Vm, ObjId) -> PyResult<ObjId>;
/// `PyObject *f(self, other)`.
pub type BinaryFunc = fn(&mut Vm, ObjId, ObjId) -> PyResult<ObjId>;
/// `PyObject *f(self, a, b)`; NULL arguments are allowed where C's are.
pub type TernaryFunc = fn(&mut Vm, ObjId, ObjId, ObjId) -> PyResult<ObjId>;
/// `int f(self)` as a truth value.
pub type InquiryFunc = fn(&mut Vm, ObjId) -> PyResult<bool>;
/// `Py_ssize_t f(self)`.
pub type LenFunc = fn(&mut Vm, ObjId) -> PyResult<i64>;
/// `Py_hash_t f(self)`.
pub type HashFunc = fn(&mut Vm, ObjId) -> PyResult<i64>;
/// `PyObject *f(self, i)`; `i` already counts from the front where C adds the length.
pub type SsizeArgFunc = fn(&mut Vm, ObjId, i64) -> PyResult<ObjId>;
/// `int f(self, i, value)`; a NULL value deletes.
pub type SsizeObjArgFunc = fn(&mut Vm, ObjId, i64, ObjId) -> PyResult<()>;
/// `int f(self, key, value)`; a NULL value deletes.
pub type ObjObjArgFunc = fn(&mut Vm, ObjId, ObjId, ObjId) -> PyResult<()>;
/// `int f(self, value)` as a truth value (`sq_contains`).
pub type ObjObjFunc = fn(&mut Vm, ObjId, ObjId) -> PyResult<bool>;
/// `PyObject *f(self, other, op)`.
pub type RichCmpFunc = fn(&mut Vm, ObjId, ObjId, CompareOp) -> PyResult<ObjId>;
/// `PyObject *f(self)`; `Ok(None)` is the end of the iteration (C's NULL without an error).
pub type IterNextFunc = fn(&mut Vm, ObjId) -> PyResult<Option<ObjId>>;
/// `PyObject *f(descr, obj or NULL, type or NULL)`.
pub type DescrGetFunc = TernaryFunc;
/// `int f(descr, obj, value or NULL)`.
pub type DescrSetFunc = ObjObjArgFunc;
/// `int f(self, args, kwargs or NULL)`.
pub type InitProc = fn(&mut Vm, ObjId, ObjId, ObjId) -> PyResult<()>;
/// `PyObject *f(type, args, kwargs or NULL)`.
pub type NewFunc = TernaryFunc;
/// `PyObject *f(callable, args, kwnames or NULL)`: `args` holds the positional arguments and
/// then the values of the keywords that the tuple `kwnames` names. All are borrowed.
pub type VectorcallFunc = fn(&mut Vm, ObjId, &[ObjId], ObjId) -> PyResult<ObjId>;
/// `void f(self)`.
pub type DestructorFunc = fn(&mut Vm, ObjId);
/// `setter` of `PyGetSetDef`: self, value or NULL.
pub type SetterFunc = fn(&mut Vm, ObjId, ObjId) -> PyResult<()>;
/// What `send` gives (`PySendResult`).
pub type SendFunc = fn(&mut Vm, ObjId, ObjId) -> PyResult<SendResult>;

/// Outcome of sending a value into an iterator or coroutine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendResult {
    /// It returned this value (a new reference).
    Return(ObjId),
    /// It yielded this value (a new reference).
    Next(ObjId),
}

/// The six comparisons, numbered as `Py_LT` … `Py_GE`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompareOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl CompareOp {
    /// The comparison with both sides exchanged.
    #[must_use]
    pub const fn swapped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }

    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// Whether an ordering satisfies the comparison.
    pub const fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
        }
    }

    /// From its number; `index` below 6.
    pub const fn from_index(index: usize) -> Self {
        [Self::Lt, Self::Le, Self::Eq, Self::Ne, Self::Gt, Self::Ge][index]
    }
}

macro_rules! slots { ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {
    /// The slots of one type; `None` where C has NULL.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Slots { $($(#[$doc])* pub $name: Option<$kind>,)* }

    impl Slots {
        /// No slot filled: for `..Slots::EMPTY` in type definitions.
        pub const EMPTY: Self = Self { $($name: None,)* };

        /// Fills each empty slot from `base` (the plain half of `inherit_slots`; groups that
        /// inherit together are handled by `typeobject`).
        pub fn inherit_plain(&mut self, base: &Self) {
            $(if self.$name.is_none() { self.$name = base.$name; })*
        }
    }
} }

slots! {
    tp_dealloc: DestructorFunc, tp_finalize: DestructorFunc,
    tp_repr: UnaryFunc, tp_str: UnaryFunc, tp_hash: HashFunc,
    tp_call: TernaryFunc, tp_vectorcall: VectorcallFunc,
    tp_getattro: BinaryFunc, tp_setattro: ObjObjArgFunc,
    tp_richcompare: RichCmpFunc, tp_iter: UnaryFunc, tp_iternext: IterNextFunc,
    tp_descr_get: DescrGetFunc, tp_descr_set: DescrSetFunc,
    tp_init: InitProc, tp_new: NewFunc,
    am_await: UnaryFunc, am_aiter: UnaryFunc, am_anext: UnaryFunc, am_send: SendFunc,
    nb_add: BinaryFunc, nb_subtract: BinaryFunc, nb_multiply: BinaryFunc, nb_remainder: BinaryFunc,
    nb_divmod: BinaryFunc, nb_power: TernaryFunc, nb_negative: UnaryFunc, nb_positive: UnaryFunc,
    nb_absolute: UnaryFunc, nb_bool: InquiryFunc, nb_invert: UnaryFunc, nb_lshift: BinaryFunc,
    nb_rshift: BinaryFunc, nb_and: BinaryFunc, nb_xor: BinaryFunc, nb_or: BinaryFunc,
    nb_int: UnaryFunc, nb_float: UnaryFunc,
    nb_inplace_add: BinaryFunc, nb_inplace_subtract: BinaryFunc, nb_inplace_multiply: BinaryFunc,
    nb_inplace_remainder: BinaryFunc, nb_inplace_power: TernaryFunc, nb_inplace_lshift: BinaryFunc,
    nb_inplace_rshift: BinaryFunc, nb_inplace_and: BinaryFunc, nb_inplace_xor: BinaryFunc,
    nb_inplace_or: BinaryFunc, nb_floor_divide: BinaryFunc, nb_true_divide: BinaryFunc,
    nb_inplace_floor_divide: BinaryFunc, nb_inplace_true_divide: BinaryFunc, nb_index: UnaryFunc,
    nb_matrix_multiply: BinaryFunc, nb_inplace_matrix_multiply: BinaryFunc,
    mp_length: LenFunc, mp_subscript: BinaryFunc, mp_ass_subscript: ObjObjArgFunc,
    sq_length: LenFunc, sq_concat: BinaryFunc, sq_repeat: SsizeArgFunc, sq_item: SsizeArgFunc,
    sq_ass_item: SsizeObjArgFunc, sq_contains: ObjObjFunc, sq_inplace_concat: BinaryFunc,
    sq_inplace_repeat: SsizeArgFunc,
}
