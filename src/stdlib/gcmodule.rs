//! The module `gc`: the collector seen from Python.
//!
//! Mirrors `Modules/gcmodule.c`.

use crate::base::ObjId;
use crate::events::{Event, GcList};
use crate::gc;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "gc",
    functions: &[
        MethodDef::new(
            "enable",
            MethodImpl::NoArgs(|vm, _| switch(vm, true)),
            "($module, /)",
        ),
        MethodDef::new(
            "disable",
            MethodImpl::NoArgs(|vm, _| switch(vm, false)),
            "($module, /)",
        ),
        MethodDef::new(
            "isenabled",
            MethodImpl::NoArgs(|vm, _| Ok(bool_obj(vm.heap.gc.enabled))),
            "($module, /)",
        ),
        MethodDef::new("set_debug", MethodImpl::O(set_debug), "($module, flags, /)"),
        MethodDef::new(
            "get_debug",
            MethodImpl::NoArgs(|vm, _| {
                let d = vm.heap.gc.debug;
                Ok(vm.new_int(i64::from(d)))
            }),
            "($module, /)",
        ),
        MethodDef::new("get_count", MethodImpl::NoArgs(get_count), "($module, /)"),
        MethodDef::new("set_threshold", MethodImpl::Fast(set_threshold), ""),
        MethodDef::new(
            "get_threshold",
            MethodImpl::NoArgs(get_threshold),
            "($module, /)",
        ),
        MethodDef::new(
            "collect",
            MethodImpl::FastKeywords(collect),
            "($module, /, generation=2)",
        ),
        MethodDef::new(
            "get_objects",
            MethodImpl::FastKeywords(get_objects),
            "($module, /, generation=None)",
        ),
        MethodDef::new("get_stats", MethodImpl::NoArgs(get_stats), "($module, /)"),
        MethodDef::new(
            "is_tracked",
            MethodImpl::O(|vm, _, o| Ok(bool_obj(vm.heap.is_tracked(o)))),
            "($module, obj, /)",
        ),
        MethodDef::new(
            "is_finalized",
            MethodImpl::O(|vm, _, o| Ok(bool_obj(vm.heap.gc_heads[o.index()].finalized))),
            "($module, obj, /)",
        ),
        MethodDef::new("get_referrers", MethodImpl::Fast(get_referrers), ""),
        MethodDef::new("get_referents", MethodImpl::Fast(get_referents), ""),
        MethodDef::new("freeze", MethodImpl::NoArgs(freeze), "($module, /)"),
        MethodDef::new("unfreeze", MethodImpl::NoArgs(unfreeze), "($module, /)"),
        MethodDef::new(
            "get_freeze_count",
            MethodImpl::NoArgs(get_freeze_count),
            "($module, /)",
        ),
    ],
    exec,
    doc: "This module provides access to the garbage collector for reference cycles.",
};

const GENERATIONS: [GcList; 3] = [
    GcList::Generation0,
    GcList::Generation1,
    GcList::Generation2,
];

fn exec(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    let garbage = gc::garbage_list(vm);
    vm.incref(garbage);
    vm.module_add(module, "garbage", garbage);
    let callbacks = vm.new_list(Vec::new());
    vm.heap.gc.callbacks = vm.incref(callbacks);
    vm.module_add(module, "callbacks", callbacks);
    for (name, value) in [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 38),
    ] {
        let number = vm.new_int(value);
        vm.module_add(module, name, number);
    }
    Ok(())
}

fn switch(vm: &mut Vm, on: bool) -> PyResult<ObjId> {
    vm.heap.gc.enabled = on;
    vm.heap.reporter.emit(Event::GcEnabled { on });
    Ok(NONE)
}

fn set_debug(vm: &mut Vm, _module: ObjId, flags: ObjId) -> PyResult<ObjId> {
    vm.heap.gc.debug = vm.index_as_ssize(flags, Some(types::OVERFLOW_ERROR))? as u32;
    Ok(NONE)
}

fn three(vm: &mut Vm, values: [u32; 3]) -> ObjId {
    let items = values.iter().map(|&v| vm.new_int(i64::from(v))).collect();
    vm.new_tuple(items)
}

fn get_count(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    // Read first: making the tuple may count as an allocation.
    let count = vm.heap.gc.count;
    Ok(three(vm, count))
}

fn get_threshold(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let threshold = vm.heap.gc.threshold;
    Ok(three(vm, threshold))
}

fn set_threshold(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    if args.is_empty() || args.len() > 3 {
        return Err(vm.type_error("gc.set_threshold requires 1 to 3 arguments"));
    }
    for (i, &arg) in args.iter().enumerate() {
        let new = vm.index_as_ssize(arg, Some(types::OVERFLOW_ERROR))? as u32;
        let old = std::mem::replace(&mut vm.heap.gc.threshold[i], new);
        vm.heap.reporter.emit(Event::GcThreshold {
            generation: i as u8,
            old,
            new,
        });
    }
    Ok(NONE)
}

fn one_keyword(
    vm: &mut Vm,
    name: &str,
    parameter: &str,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let signature = crate::objects::getargs::Signature::new(name, &[], 0);
    let parameters = [parameter];
    let values = vm.unpack_keywords(
        &crate::objects::getargs::Signature {
            parameters: &parameters,
            max_positional: 1,
            ..signature
        },
        args,
        kwnames,
    )?;
    Ok(values[0])
}

fn collect(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let generation = one_keyword(vm, "collect", "generation", args, kwnames)?;
    let generation = if generation.is_null() {
        2
    } else {
        vm.index_as_ssize(generation, Some(types::OVERFLOW_ERROR))?
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.value_error("invalid generation"));
    }
    let found = gc::collect(vm, generation as usize);
    Ok(vm.new_int(found))
}

fn get_objects(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let generation = one_keyword(vm, "get_objects", "generation", args, kwnames)?;
    let lists: &[GcList] = if generation.is_null() || generation == NONE {
        &GENERATIONS
    } else {
        let i = vm.index_as_ssize(generation, Some(types::OVERFLOW_ERROR))?;
        if i >= 3 {
            return Err(vm.value_error(
                "generation parameter must be less than the number of available generations (3)",
            ));
        }
        if i < 0 {
            return Err(vm.value_error("generation parameter cannot be negative"));
        }
        &GENERATIONS[i as usize..=i as usize]
    };
    let objects: Vec<ObjId> = lists
        .iter()
        .flat_map(|&list| vm.heap.list_members(list))
        .collect();
    Ok(vm.new_list_from(&objects))
}

fn get_stats(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let stats = vm.heap.gc.stats;
    let mut dicts = Vec::new();
    for row in stats {
        let dict = vm.new_dict();
        for (name, value) in ["collections", "collected", "uncollectable"]
            .into_iter()
            .zip(row)
        {
            let number = vm.new_int(value as i64);
            vm.dict_set_name(dict, name, number);
            vm.decref(number);
        }
        dicts.push(dict);
    }
    Ok(vm.new_list(dicts))
}

/// What the C `tp_traverse` of an object visits, in its order.
fn referents(vm: &Vm, id: ObjId) -> Vec<ObjId> {
    if vm.heap.is_gc(id) {
        gc::referents(&vm.heap, id)
    } else {
        Vec::new()
    }
}

fn get_referrers(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let mut found = Vec::new();
    let tuple = args.to_vec();
    for list in GENERATIONS {
        for id in vm.heap.list_members(list) {
            if referents(vm, id)
                .iter()
                .any(|target| tuple.contains(target))
            {
                found.push(id);
            }
        }
    }
    Ok(vm.new_list_from(&found))
}

fn get_referents(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let mut found = Vec::new();
    for &arg in args {
        found.extend(referents(vm, arg));
    }
    Ok(vm.new_list_from(&found))
}

fn freeze(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    for (i, list) in GENERATIONS.into_iter().enumerate() {
        for id in vm.heap.list_members(list) {
            vm.heap.move_to(id, GcList::Permanent);
        }
        let old = std::mem::take(&mut vm.heap.gc.count[i]);
        vm.heap.reporter.emit(Event::GcCount {
            generation: i as u8,
            old,
            new: 0,
        });
    }
    Ok(NONE)
}

fn unfreeze(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    for id in vm.heap.list_members(GcList::Permanent) {
        vm.heap.move_to(id, GcList::Generation2);
    }
    Ok(NONE)
}

fn get_freeze_count(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let n = vm.heap.list_members(GcList::Permanent).len();
    Ok(vm.new_int(n as i64))
}
