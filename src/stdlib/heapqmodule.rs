//! The module `_heapq`: a list as a priority queue.
//!
//! Mirrors `Modules/_heapqmodule.c`: the same comparisons in the same order.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::scalar_new::bad_argument;
use crate::objects::slots::CompareOp;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_heapq",
    functions: &[
        MethodDef::new(
            "heappush",
            MethodImpl::Fast(heappush),
            "($module, heap, item, /)",
        ),
        MethodDef::new(
            "heappushpop",
            MethodImpl::Fast(heappushpop),
            "($module, heap, item, /)",
        ),
        MethodDef::new(
            "heappop",
            MethodImpl::O(|vm, _, heap| pop(vm, "heappop", heap, Order::Min)),
            "($module, heap, /)",
        ),
        MethodDef::new(
            "heapreplace",
            MethodImpl::Fast(|vm, _, args| replace(vm, "heapreplace", args, Order::Min)),
            "($module, heap, item, /)",
        ),
        MethodDef::new(
            "heapify",
            MethodImpl::O(|vm, _, heap| heapify(vm, "heapify", heap, Order::Min)),
            "($module, heap, /)",
        ),
        MethodDef::new(
            "_heappop_max",
            MethodImpl::O(|vm, _, heap| pop(vm, "_heappop_max", heap, Order::Max)),
            "($module, heap, /)",
        ),
        MethodDef::new(
            "_heapify_max",
            MethodImpl::O(|vm, _, heap| heapify(vm, "_heapify_max", heap, Order::Max)),
            "($module, heap, /)",
        ),
        MethodDef::new(
            "_heapreplace_max",
            MethodImpl::Fast(|vm, _, args| replace(vm, "_heapreplace_max", args, Order::Max)),
            "($module, heap, item, /)",
        ),
    ],
    exec: |vm, module| {
        let about = vm.new_str(ABOUT);
        vm.module_add(module, "__about__", about);
        Ok(())
    },
    doc: "Heap queue algorithm (a.k.a. priority queue).",
};

const ABOUT: &str = "Heap queues: a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for all k.";

/// Which item is on top.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Min,
    Max,
}

fn check_list(vm: &mut Vm, name: &str, place: &str, heap: ObjId) -> PyResult<()> {
    if vm.is_list(heap) {
        return Ok(());
    }
    Err(bad_argument(vm, name, place, "list", heap))
}

fn two_args(vm: &mut Vm, name: &str, args: &[ObjId]) -> PyResult<(ObjId, ObjId)> {
    vm.check_positional(name, args.len(), 2, 2)?;
    check_list(vm, name, "1", args[0])?;
    Ok((args[0], args[1]))
}

fn item(vm: &Vm, heap: ObjId, at: usize) -> ObjId {
    vm.list(heap).ob_item[at]
}

/// Whether the item at `a` belongs above that at `b`; refuses a heap that changed its size.
fn above(vm: &mut Vm, heap: ObjId, a: ObjId, b: ObjId, order: Order) -> PyResult<bool> {
    let size = vm.list_len(heap);
    let (a, b) = if order == Order::Min { (a, b) } else { (b, a) };
    vm.incref(a);
    vm.incref(b);
    let result = vm.rich_compare_bool(a, b, CompareOp::Lt);
    vm.decref(a);
    vm.decref(b);
    let result = result?;
    if vm.list_len(heap) != size {
        return Err(vm.raise(types::RUNTIME_ERROR, "list changed size during iteration"));
    }
    Ok(result)
}

/// Moves the item at `pos` up to where it belongs below `start` (`siftdown`).
fn siftdown(vm: &mut Vm, heap: ObjId, start: usize, mut pos: usize, order: Order) -> PyResult<()> {
    if pos >= vm.list_len(heap) {
        return Err(vm.raise(types::INDEX_ERROR, "index out of range"));
    }
    while pos > start {
        let parent = (pos - 1) >> 1;
        let (new, old) = (item(vm, heap, pos), item(vm, heap, parent));
        if !above(vm, heap, new, old, order)? {
            break;
        }
        vm.list_swap(heap, parent, pos);
        pos = parent;
    }
    Ok(())
}

/// Moves the item at `pos` down along the better children, then up again (`siftup`).
fn siftup(vm: &mut Vm, heap: ObjId, mut pos: usize, order: Order) -> PyResult<()> {
    let end = vm.list_len(heap);
    let start = pos;
    if pos >= end {
        return Err(vm.raise(types::INDEX_ERROR, "index out of range"));
    }
    let limit = end >> 1;
    while pos < limit {
        let mut child = 2 * pos + 1;
        if child + 1 < end {
            let (left, right) = (item(vm, heap, child), item(vm, heap, child + 1));
            // As in C: the right child is taken unless the left one is strictly better.
            if !above(vm, heap, left, right, order)? {
                child += 1;
            }
        }
        vm.list_swap(heap, child, pos);
        pos = child;
    }
    siftdown(vm, heap, start, pos, order)
}

fn heappush(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (heap, new) = two_args(vm, "heappush", args)?;
    vm.list_append(heap, new);
    let last = vm.list_len(heap) - 1;
    siftdown(vm, heap, 0, last, Order::Min)?;
    Ok(NONE)
}

fn pop(vm: &mut Vm, name: &str, heap: ObjId, order: Order) -> PyResult<ObjId> {
    check_list(vm, name, "", heap)?;
    let count = vm.list_len(heap);
    if count == 0 {
        return Err(vm.raise(types::INDEX_ERROR, "index out of range"));
    }
    let last = vm.list_remove_at(heap, count - 1);
    if count == 1 {
        return Ok(last);
    }
    let top = vm.incref(item(vm, heap, 0));
    vm.list_set(heap, 0, last);
    vm.decref(last);
    match siftup(vm, heap, 0, order) {
        Ok(()) => Ok(top),
        Err(raised) => {
            vm.decref(top);
            Err(raised)
        }
    }
}

fn replace(vm: &mut Vm, name: &str, args: &[ObjId], order: Order) -> PyResult<ObjId> {
    let (heap, new) = two_args(vm, name, args)?;
    if vm.list_len(heap) == 0 {
        return Err(vm.raise(types::INDEX_ERROR, "index out of range"));
    }
    exchange_top(vm, heap, new, order)
}

/// Puts `new` in place of the top and gives the old top.
fn exchange_top(vm: &mut Vm, heap: ObjId, new: ObjId, order: Order) -> PyResult<ObjId> {
    let top = vm.incref(item(vm, heap, 0));
    vm.list_set(heap, 0, new);
    match siftup(vm, heap, 0, order) {
        Ok(()) => Ok(top),
        Err(raised) => {
            vm.decref(top);
            Err(raised)
        }
    }
}

fn heappushpop(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (heap, new) = two_args(vm, "heappushpop", args)?;
    if vm.list_len(heap) == 0 {
        return Ok(vm.incref(new));
    }
    let top = vm.incref(item(vm, heap, 0));
    let smaller = vm.rich_compare_bool(top, new, CompareOp::Lt);
    vm.decref(top);
    if !smaller? {
        return Ok(vm.incref(new));
    }
    if vm.list_len(heap) == 0 {
        return Err(vm.raise(types::INDEX_ERROR, "index out of range"));
    }
    exchange_top(vm, heap, new, Order::Min)
}

fn heapify(vm: &mut Vm, name: &str, heap: ObjId, order: Order) -> PyResult<ObjId> {
    check_list(vm, name, "", heap)?;
    let count = vm.list_len(heap);
    if count > 2500 {
        return heapify_in_cache_order(vm, heap, order);
    }
    for pos in (0..count >> 1).rev() {
        siftup(vm, heap, pos, order)?;
    }
    Ok(NONE)
}

/// `cache_friendly_heapify`: families of nodes one behind the other, for large heaps.
fn heapify_in_cache_order(vm: &mut Vm, heap: ObjId, order: Order) -> PyResult<ObjId> {
    let m = vm.list_len(heap) >> 1;
    // The last parents of the lowest full level, then the rest level by level.
    let leftmost = (1_usize << (usize::BITS - (m + 1).leading_zeros() - 1)) - 1;
    let half = m >> 1;
    let chain = |vm: &mut Vm, mut pos: usize| -> PyResult<()> {
        siftup(vm, heap, pos, order)?;
        while pos & 1 == 1 {
            pos >>= 1;
            siftup(vm, heap, pos, order)?;
        }
        Ok(())
    };
    for pos in (half..leftmost).rev() {
        chain(vm, pos)?;
    }
    for pos in (leftmost..m).rev() {
        chain(vm, pos)?;
    }
    Ok(NONE)
}
