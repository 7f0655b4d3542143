//! The module `_bisect`: places in sorted sequences.
//!
//! Mirrors `Modules/_bisectmodule.c`.

use crate::base::ObjId;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::scalar_new::ssize_arg;
use crate::objects::slots::CompareOp;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::ModuleDef;

const SIGNATURE: &str = "($module, /, a, x, lo=0, hi=None, *, key=None)";

pub static MODULE: ModuleDef = ModuleDef {
    name: "_bisect",
    functions: &[
        MethodDef::new(
            "bisect_right",
            MethodImpl::FastKeywords(|vm, _, a, k| bisect(vm, "bisect_right", Side::Right, a, k)),
            SIGNATURE,
        ),
        MethodDef::new(
            "insort_right",
            MethodImpl::FastKeywords(|vm, _, a, k| insort(vm, "insort_right", Side::Right, a, k)),
            SIGNATURE,
        ),
        MethodDef::new(
            "bisect_left",
            MethodImpl::FastKeywords(|vm, _, a, k| bisect(vm, "bisect_left", Side::Left, a, k)),
            SIGNATURE,
        ),
        MethodDef::new(
            "insort_left",
            MethodImpl::FastKeywords(|vm, _, a, k| insort(vm, "insort_left", Side::Left, a, k)),
            SIGNATURE,
        ),
    ],
    exec: |_, _| Ok(()),
    doc: "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
};

/// On which side of equal items the place lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Left,
    Right,
}

/// The arguments that all four functions share.
struct Arguments {
    sequence: ObjId,
    x: ObjId,
    lo: i64,
    /// -1: the length.
    hi: i64,
    /// NULL: none.
    key: ObjId,
}

fn arguments(vm: &mut Vm, name: &str, args: &[ObjId], kwnames: ObjId) -> PyResult<Arguments> {
    let signature = Signature::new(name, &["a", "x", "lo", "hi", "key"], 2).positional(4);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let lo = if values[2].is_null() {
        0
    } else {
        ssize_arg(vm, values[2])?
    };
    let hi = if values[3].is_null() || values[3] == NONE {
        -1
    } else {
        ssize_arg(vm, values[3])?
    };
    let key = if values[4] == NONE {
        ObjId::NULL
    } else {
        values[4]
    };
    Ok(Arguments {
        sequence: values[0],
        x: values[1],
        lo,
        hi,
        key,
    })
}

fn bisect(vm: &mut Vm, name: &str, side: Side, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let a = arguments(vm, name, args, kwnames)?;
    let place = find(vm, side, &a, a.x)?;
    Ok(vm.new_int(place))
}

fn insort(vm: &mut Vm, name: &str, side: Side, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let a = arguments(vm, name, args, kwnames)?;
    let place = if a.key.is_null() {
        find(vm, side, &a, a.x)?
    } else {
        let wanted = vm.call(a.key, &[a.x])?;
        let place = find(vm, side, &a, wanted);
        vm.decref(wanted);
        place?
    };
    if vm.type_of(a.sequence) == types::LIST {
        vm.list_insert(a.sequence, place, a.x);
        return Ok(NONE);
    }
    let index = vm.new_int(place);
    let result = vm.call_method_name(a.sequence, "insert", &[index, a.x]);
    vm.decref(index);
    let result = result?;
    vm.decref(result);
    Ok(NONE)
}

fn find(vm: &mut Vm, side: Side, a: &Arguments, wanted: ObjId) -> PyResult<i64> {
    let mut lo = a.lo;
    if lo < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    let mut hi = if a.hi == -1 {
        vm.len(a.sequence)?
    } else {
        a.hi
    };
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let item = vm.sequence_getitem(a.sequence, middle)?;
        let key = if a.key.is_null() {
            item
        } else {
            let key = vm.call(a.key, &[item]);
            vm.decref(item);
            key?
        };
        let less = match side {
            Side::Left => vm.rich_compare_bool(key, wanted, CompareOp::Lt),
            Side::Right => vm.rich_compare_bool(wanted, key, CompareOp::Lt),
        };
        vm.decref(key);
        let less = less?;
        if less == (side == Side::Left) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    Ok(lo)
}
