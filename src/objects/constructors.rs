//! Calls of built-in types that take their arguments as a vector: no tuple is made for them.
//!
//! Mirrors the `tp_vectorcall` functions of `list`, `tuple`, `dict`, `set`, `range`, `int` and so
//! on, which CPython calls in place of `tp_new` and `tp_init`. The difference shows in the counts
//! of the collector.

use crate::base::ObjId;

use super::object::Payload;
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_STR, EMPTY_TUPLE, bool_obj, small_int, types};

/// Whether C's type has a `tp_vectorcall` of its own.
pub const fn has_vectorcall(ty: ObjId) -> bool {
    matches!(
        ty,
        types::BOOL
            | types::DICT
            | types::ENUMERATE
            | types::FILTER
            | types::FLOAT
            | types::FROZENSET
            | types::INT
            | types::LIST
            | types::MAP
            | types::RANGE
            | types::REVERSED
            | types::SET
            | types::STR
            | types::SUPER
            | types::TUPLE
            | types::TYPE
    )
}

/// The new instance, or `None` when this type (or these arguments) take the general way.
pub fn construct(
    vm: &mut Vm,
    ty: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> Option<PyResult<ObjId>> {
    if !kwnames.is_null() {
        return None;
    }
    Some(match (ty, args) {
        (types::RANGE, _) => super::rangeobject::range_from_args(vm, args),
        (types::LIST, []) => Ok(vm.alloc_instance(types::LIST, Payload::List(Box::default()))),
        (types::LIST, [iterable]) => {
            let list = vm.alloc_instance(types::LIST, Payload::List(Box::default()));
            let filled = vm.list_extend(list, *iterable);
            vm.result_or_drop(list, filled)
        }
        (types::TUPLE, []) => Ok(EMPTY_TUPLE),
        (types::TUPLE, [iterable]) => vm.tuple_from_iterable(*iterable),
        (types::SET, []) => vm.make_set(types::SET, ObjId::NULL),
        (types::SET, [iterable]) => vm.make_set(types::SET, *iterable),
        (types::FROZENSET, []) => vm.make_set(types::FROZENSET, ObjId::NULL),
        (types::FROZENSET, [iterable]) => {
            if vm.type_of(*iterable) == types::FROZENSET {
                Ok(vm.incref(*iterable))
            } else {
                vm.make_set(types::FROZENSET, *iterable)
            }
        }
        (types::DICT, []) => Ok(vm.alloc_instance(types::DICT, Payload::Dict(Box::default()))),
        (types::DICT, [arg]) => {
            let dict = vm.alloc_instance(types::DICT, Payload::Dict(Box::default()));
            let filled = vm.dict_update_arg(dict, *arg);
            vm.result_or_drop(dict, filled)
        }
        (types::ENUMERATE, [iterable]) => {
            super::enumobject::enumerate_from_args(vm, ty, *iterable, ObjId::NULL)
        }
        (types::ENUMERATE, [iterable, start]) => {
            super::enumobject::enumerate_from_args(vm, ty, *iterable, *start)
        }
        (types::REVERSED, _) => super::enumobject::reversed_from_args(vm, ty, args),
        (types::ZIP, _) => super::enumobject::zip_from_args(vm, ty, args, false),
        (types::MAP, _) => super::enumobject::map_from_args(vm, ty, args),
        (types::FILTER, _) => super::enumobject::filter_from_args(vm, ty, args),
        (types::INT, []) => Ok(small_int(0)),
        (types::INT, [x]) => super::longobject::number_long(vm, *x),
        (types::FLOAT, []) => Ok(vm.new_float(0.0)),
        (types::FLOAT, [x]) => super::floatobject::number_float(vm, *x),
        (types::STR, []) => Ok(EMPTY_STR),
        (types::STR, [x]) => vm.str(*x),
        (types::BOOL, []) => Ok(bool_obj(false)),
        (types::BOOL, [x]) => vm.is_true(*x).map(bool_obj),
        _ => return None,
    })
}
