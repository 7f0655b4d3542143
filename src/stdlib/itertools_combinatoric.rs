//! The combinatoric iterators of `itertools`: product, permutations, combinations.
//!
//! Mirrors the second half of `Modules/itertoolsmodule.c`.

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::getargs::Signature;
use crate::objects::object::Payload;
use crate::objects::slots::Slots;
use crate::objects::typeobject::TypeSpec;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{EMPTY_TUPLE, NONE, types};

use super::itertoolsmodule::ITERATOR;

native_struct! {
    /// The pool (a tuple, or for products a tuple of tuples) and where the iterator stands.
    Combinatoric { pool } [] (indices: Vec<usize>, cycles: Vec<usize>, r: usize, started: bool, stopped: bool)
}

macro_rules! combinatoric {
    ($id:ident, $name:literal, $size:literal, $new:expr, $next:expr) => {
        pub static $id: TypeSpec = TypeSpec {
            tp_name: concat!("itertools.", $name),
            tp_basicsize: $size,
            slots: Slots {
                tp_new: Some($new),
                tp_iternext: Some($next),
                ..ITERATOR.slots
            },
            ..ITERATOR
        };
    };
}

combinatoric!(PRODUCT, "product", 48, product_new, product_next);
combinatoric!(
    PERMUTATIONS,
    "permutations",
    64,
    permutations_new,
    permutations_next
);
combinatoric!(
    COMBINATIONS,
    "combinations",
    56,
    |vm, t, a, k| combinations_new(vm, t, a, k, "combinations"),
    combinations_next
);
combinatoric!(
    COMBINATIONS_WITH_REPLACEMENT,
    "combinations_with_replacement",
    56,
    |vm, t, a, k| combinations_new(vm, t, a, k, "combinations_with_replacement"),
    replacement_next
);

fn alloc(vm: &mut Vm, ty: ObjId, state: Combinatoric) -> ObjId {
    vm.generic_alloc(ty, Payload::Native(Box::new(state)))
}

fn pool_of(vm: &mut Vm, iterable: ObjId) -> PyResult<ObjId> {
    let items = vm.collect_iterable(iterable)?;
    Ok(vm.new_tuple(items))
}

fn pick(vm: &mut Vm, this: ObjId) -> ObjId {
    let c = Combinatoric::of(vm, this);
    let pool = vm.tuple_items(c.pool);
    let items: Vec<ObjId> = c.indices[..c.r].iter().map(|&i| pool[i]).collect();
    vm.new_tuple_from(&items)
}

// ---- product
fn product_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let mut repeat = 1;
    if !kwargs.is_null() {
        for (key, value) in vm.dict_entries(kwargs) {
            if vm.str_lossy(key) != "repeat" {
                let name = vm.str_lossy(key);
                return Err(vm.type_error(format!(
                    "product() got an unexpected keyword argument '{name}'"
                )));
            }
            repeat = vm.index_as_ssize(value, Some(types::OVERFLOW_ERROR))?;
            if repeat < 0 {
                return Err(vm.value_error("repeat argument cannot be negative"));
            }
        }
    }
    let mut pools = Vec::new();
    if repeat > 0 {
        for item in vm.tuple_items(args).to_vec() {
            match pool_of(vm, item) {
                Ok(pool) => pools.push(pool),
                Err(raised) => {
                    vm.decref_all(&pools);
                    return Err(raised);
                }
            }
        }
    }
    let base = pools.clone();
    for _ in 1..repeat {
        for &pool in &base {
            pools.push(vm.incref(pool));
        }
    }
    let count = pools.len();
    let pool = vm.new_tuple(pools);
    Ok(alloc(
        vm,
        ty,
        Combinatoric {
            pool,
            indices: vec![0; count],
            r: count,
            ..Combinatoric::default()
        },
    ))
}

fn product_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let c = Combinatoric::of(vm, this);
    if c.stopped {
        return Ok(None);
    }
    let pools = vm.tuple_items(c.pool).to_vec();
    let lengths: Vec<usize> = pools.iter().map(|&p| vm.tuple_items(p).len()).collect();
    let c = Combinatoric::of_mut(vm, this);
    if c.started {
        let mut i = lengths.len();
        loop {
            if i == 0 {
                c.stopped = true;
                return Ok(None);
            }
            i -= 1;
            c.indices[i] += 1;
            if c.indices[i] < lengths[i] {
                break;
            }
            c.indices[i] = 0;
        }
    } else {
        c.started = true;
        if lengths.contains(&0) {
            c.stopped = true;
            return Ok(None);
        }
    }
    let indices = c.indices.clone();
    let items: Vec<ObjId> = pools
        .iter()
        .zip(indices)
        .map(|(&p, i)| vm.tuple_items(p)[i])
        .collect();
    Ok(Some(if items.is_empty() {
        EMPTY_TUPLE
    } else {
        vm.new_tuple_from(&items)
    }))
}

// ---- permutations
fn permutations_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_tuple_dict(
        &Signature::new("permutations", &["iterable", "r"], 1),
        args,
        kwargs,
    )?;
    let pool = pool_of(vm, values[0])?;
    let n = vm.tuple_items(pool).len();
    let r = if values[1].is_null() || values[1] == NONE {
        n as i64
    } else if vm.is_int(values[1]) {
        vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?
    } else {
        vm.decref(pool);
        return Err(vm.type_error("Expected int as r"));
    };
    if r < 0 {
        vm.decref(pool);
        return Err(vm.value_error("r must be non-negative"));
    }
    let r = r as usize;
    let state = Combinatoric {
        pool,
        indices: (0..n).collect(),
        cycles: (0..r.min(n)).map(|i| n - i).collect(),
        r,
        started: false,
        stopped: r > n,
    };
    Ok(alloc(vm, ty, state))
}

fn permutations_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let c = Combinatoric::of_mut(vm, this);
    if c.stopped {
        return Ok(None);
    }
    if c.started {
        let n = c.indices.len();
        let mut i = c.r;
        loop {
            if i == 0 {
                c.stopped = true;
                return Ok(None);
            }
            i -= 1;
            c.cycles[i] -= 1;
            if c.cycles[i] == 0 {
                c.indices[i..].rotate_left(1);
                c.cycles[i] = n - i;
            } else {
                let j = c.cycles[i];
                c.indices.swap(i, n - j);
                break;
            }
        }
    }
    c.started = true;
    Ok(Some(pick(vm, this)))
}

// ---- combinations
fn combinations_new(
    vm: &mut Vm,
    ty: ObjId,
    args: ObjId,
    kwargs: ObjId,
    name: &str,
) -> PyResult<ObjId> {
    let values =
        vm.unpack_tuple_dict(&Signature::new(name, &["iterable", "r"], 2), args, kwargs)?;
    let pool = pool_of(vm, values[0])?;
    let n = vm.tuple_items(pool).len();
    let r = vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?;
    if r < 0 {
        vm.decref(pool);
        return Err(vm.value_error("r must be non-negative"));
    }
    let r = r as usize;
    let replacement = name != "combinations";
    let indices = if replacement {
        vec![0; r]
    } else {
        (0..r).collect()
    };
    let stopped = if replacement { n == 0 && r > 0 } else { r > n };
    Ok(alloc(
        vm,
        ty,
        Combinatoric {
            pool,
            indices,
            cycles: Vec::new(),
            r,
            started: false,
            stopped,
        },
    ))
}

fn combinations_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let n = vm.tuple_items(Combinatoric::of(vm, this).pool).len();
    let c = Combinatoric::of_mut(vm, this);
    if c.stopped {
        return Ok(None);
    }
    if c.started {
        let r = c.r;
        let Some(i) = (0..r).rev().find(|&i| c.indices[i] != i + n - r) else {
            c.stopped = true;
            return Ok(None);
        };
        c.indices[i] += 1;
        for j in i + 1..r {
            c.indices[j] = c.indices[j - 1] + 1;
        }
    }
    c.started = true;
    Ok(Some(pick(vm, this)))
}

fn replacement_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let n = vm.tuple_items(Combinatoric::of(vm, this).pool).len();
    let c = Combinatoric::of_mut(vm, this);
    if c.stopped {
        return Ok(None);
    }
    if c.started {
        let r = c.r;
        let Some(i) = (0..r).rev().find(|&i| c.indices[i] != n - 1) else {
            c.stopped = true;
            return Ok(None);
        };
        let next = c.indices[i] + 1;
        for j in i..r {
            c.indices[j] = next;
        }
    }
    c.started = true;
    Ok(Some(pick(vm, this)))
}
