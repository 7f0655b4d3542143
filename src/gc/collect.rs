//! One pass of the collector, from the callbacks before it to the callbacks after it.
//!
//! Mirrors `gc_collect_main`, `handle_weakrefs`, `finalize_garbage` and `delete_garbage`.

use crate::base::ObjId;
use crate::events::{Event, GcList, GcPhase, Stream};
use crate::objects::object::Payload;
use crate::objects::vm::Vm;

use super::find;

/// `gc.DEBUG_*`.
mod debug {
    pub(super) const STATS: u32 = 1;
    pub(super) const COLLECTABLE: u32 = 2;
    pub(super) const SAVEALL: u32 = 32;
}

/// Runs the collection that an allocation scheduled, at a poll of the eval breaker
/// (`_Py_RunGC`): the oldest generation whose count is above its threshold.
pub fn run_scheduled(vm: &mut Vm) {
    vm.heap.gc.scheduled = false;
    if vm.heap.gc.collecting {
        return;
    }
    if vm.heap.gc.stress {
        // Mostly the young, now and then the old: as far as time allows.
        let passes: u64 = vm.heap.gc.stats.iter().map(|stats| stats[0]).sum();
        let generation = match passes {
            n if n.is_multiple_of(4096) => 2,
            n if n.is_multiple_of(64) => 1,
            _ => 0,
        };
        collect_generation(vm, generation, true);
        return;
    }
    if !vm.heap.gc.enabled {
        return;
    }
    for generation in (0..3).rev() {
        let gc = &vm.heap.gc;
        if gc.count[generation] <= gc.threshold[generation] {
            continue;
        }
        // A full pass only once a quarter of what survived the last one is new.
        if generation == 2 && gc.long_lived_pending < gc.long_lived_total / 4 {
            continue;
        }
        collect_generation(vm, generation, true);
        return;
    }
}

/// `gc.collect(generation)`: gives how many unreachable objects were found.
pub fn collect(vm: &mut Vm, generation: usize) -> i64 {
    collect_generation(vm, generation, false)
}

const GENERATIONS: [GcList; 3] = [
    GcList::Generation0,
    GcList::Generation1,
    GcList::Generation2,
];

/// One pass over a generation and all younger ones.
pub fn collect_generation(vm: &mut Vm, generation: usize, automatic: bool) -> i64 {
    if vm.heap.gc.collecting {
        return 0;
    }
    vm.heap.gc.collecting = true;
    let saved = vm.take_raised();
    invoke_callbacks(vm, "start", generation, 0, 0);
    vm.heap.report_dirty();
    vm.heap.reporter.emit(Event::GcStart {
        generation: generation as u8,
        automatic,
    });
    if vm.heap.gc.debug & debug::STATS != 0 {
        print_start(vm, generation);
    }
    let (collected, uncollectable) = pass(vm, generation);
    vm.heap.reporter.emit(Event::GcEnd {
        generation: generation as u8,
        collected: collected as u32,
        uncollectable: uncollectable as u32,
    });
    let stats = &mut vm.heap.gc.stats[generation];
    stats[0] += 1;
    stats[1] += collected;
    stats[2] += uncollectable;
    if vm.heap.gc.debug & debug::STATS != 0 {
        let total = collected + uncollectable;
        vm.write_output(
            Stream::Stderr,
            &format!(
                "gc: done, {total} unreachable, {uncollectable} uncollectable, 0.0000s elapsed\n"
            ),
        );
    }
    invoke_callbacks(vm, "stop", generation, collected, uncollectable);
    vm.heap.gc.collecting = false;
    if !saved.is_null() {
        let _ = vm.set_raised(saved);
    }
    (collected + uncollectable) as i64
}

fn set_count(vm: &mut Vm, generation: usize, new: u32) {
    let old = std::mem::replace(&mut vm.heap.gc.count[generation], new);
    if old != new {
        vm.heap.reporter.emit(Event::GcCount {
            generation: generation as u8,
            old,
            new,
        });
    }
}

/// The pass itself: (collected, uncollectable).
fn pass(vm: &mut Vm, generation: usize) -> (u64, u64) {
    if generation < 2 {
        let older = vm.heap.gc.count[generation + 1] + 1;
        set_count(vm, generation + 1, older);
    }
    for younger in 0..=generation {
        set_count(vm, younger, 0);
    }
    vm.heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::Merge,
    });
    let young = GENERATIONS[generation];
    for &list in &GENERATIONS[..generation] {
        for id in vm.heap.list_members(list) {
            vm.heap.move_to(id, young);
        }
    }
    find::deduce_unreachable(&mut vm.heap, young);
    vm.heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::UntrackContainers,
    });
    find::untrack_tuples(&mut vm.heap, young);
    if generation < 2 {
        let survivors = vm.heap.list_members(young);
        if generation == 1 {
            vm.heap.gc.long_lived_pending += survivors.len() as u64;
        }
        let old = GENERATIONS[generation + 1];
        for id in survivors {
            vm.heap.move_to(id, old);
        }
    } else {
        find::untrack_dicts(&mut vm.heap, young);
        vm.heap.gc.long_lived_pending = 0;
        vm.heap.gc.long_lived_total = vm.heap.list_members(young).len() as u64;
    }
    let old = GENERATIONS[(generation + 1).min(2)];
    if vm.heap.gc.debug & debug::COLLECTABLE != 0 {
        for id in vm.heap.list_members(GcList::Unreachable) {
            let (name, address) = (vm.type_name_of(id), vm.heap.address(id));
            vm.write_output(
                Stream::Stderr,
                &format!("gc: collectable <{name} {address:#x}>\n"),
            );
        }
    }
    vm.heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::HandleWeakrefs,
    });
    let mut collected = handle_weakrefs(vm);
    vm.heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::FinalizeGarbage,
    });
    finalize_garbage(vm);
    vm.heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::HandleResurrected,
    });
    handle_resurrected(vm, old);
    collected += vm.heap.list_members(GcList::Unreachable).len() as u64;
    vm.heap.reporter.emit(Event::GcPhase {
        phase: GcPhase::DeleteGarbage,
    });
    delete_garbage(vm, old);
    if generation == 2 {
        vm.heap.reporter.emit(Event::GcPhase {
            phase: GcPhase::ClearFreelists,
        });
        vm.heap.clear_freelists();
    }
    (collected, 0)
}

/// Clears the weak references to all garbage, then calls the callbacks of those that are not
/// garbage themselves; gives how many weak references died of it.
fn handle_weakrefs(vm: &mut Vm) -> u64 {
    let mut queue = Vec::new();
    for id in vm.heap.list_members(GcList::Unreachable) {
        if matches!(vm.heap.payload(id), Payload::Weakref(_)) {
            // A garbage weak reference with a callback must not call it any more.
            vm.unlink_weakref(id);
        }
        for weakref in vm.weakrefs_of(id) {
            vm.unlink_weakref(weakref);
            if vm.weakref(weakref).wr_callback.is_null() {
                continue;
            }
            if vm.heap.gc_heads[weakref.index()].collecting {
                continue;
            }
            vm.incref(weakref);
            queue.push(weakref);
        }
    }
    let mut freed = 0;
    for weakref in queue {
        let callback = vm.weakref(weakref).wr_callback;
        if !callback.is_null() {
            vm.call_weakref_callback(weakref, callback);
        }
        if vm.heap.refcnt(weakref) == 1 {
            // Dropping our reference frees it: C counts it as collected.
            freed += 1;
        }
        vm.decref(weakref);
    }
    freed
}

/// Calls the finalizer of each garbage object that has one, in list order.
fn finalize_garbage(vm: &mut Vm) {
    for id in vm.heap.list_members(GcList::Unreachable) {
        if vm.heap.gc_heads[id.index()].list != GcList::Unreachable
            || !find::has_pending_finalizer(&vm.heap, id)
        {
            continue;
        }
        let Some(finalize) = vm.slots_of(id).tp_finalize else {
            continue;
        };
        vm.incref(id);
        vm.call_finalizer(id, finalize);
        vm.decref(id);
    }
}

/// Looks again at what is unreachable: finalizers may have revived some, which then live on in
/// the older generation.
fn handle_resurrected(vm: &mut Vm, old: GcList) {
    let before = vm.heap.list_members(GcList::Unreachable);
    for &id in &before {
        vm.heap.gc_heads[id.index()].collecting = false;
        vm.heap.move_to(id, GcList::Finalizers);
    }
    find::deduce_unreachable(&mut vm.heap, GcList::Finalizers);
    for id in vm.heap.list_members(GcList::Finalizers) {
        vm.heap.reporter.emit(Event::GcResurrect { obj: id });
        vm.heap.move_to(id, old);
    }
}

/// Breaks the cycles: clears each object that is still garbage.
fn delete_garbage(vm: &mut Vm, old: GcList) {
    let head = crate::objects::heap::list_head(GcList::Unreachable);
    loop {
        let id = vm.heap.gc_heads[head.index()].next;
        if id == head {
            return;
        }
        if vm.heap.gc.debug & debug::SAVEALL != 0 {
            let garbage = garbage_list(vm);
            vm.list_append(garbage, id);
        } else {
            vm.incref(id);
            vm.heap.reporter.emit(Event::GcClear { obj: id });
            vm.clear_references(id);
            vm.decref(id);
        }
        if vm.heap.gc_heads[head.index()].next == id {
            // It survived its clearing: others clear it yet, or it lives on.
            vm.heap.gc_heads[id.index()].collecting = false;
            vm.heap.move_to(id, old);
        }
    }
}

/// `gc.garbage`, borrowed; made on first use.
pub fn garbage_list(vm: &mut Vm) -> ObjId {
    if vm.heap.gc.garbage.is_null() {
        let list = vm.new_list(Vec::new());
        vm.heap.gc.garbage = list;
    }
    vm.heap.gc.garbage
}

/// Calls each function of `gc.callbacks` with the phase and what the pass found.
fn invoke_callbacks(
    vm: &mut Vm,
    phase: &str,
    generation: usize,
    collected: u64,
    uncollectable: u64,
) {
    let callbacks = vm.heap.gc.callbacks;
    if callbacks.is_null() || vm.interp.finalizing {
        return;
    }
    let count = match vm.heap.payload(callbacks) {
        Payload::List(list) => list.ob_item.len(),
        _ => 0,
    };
    if count == 0 {
        return;
    }
    let info = vm.new_dict();
    for (key, value) in [
        ("generation", generation as i64),
        ("collected", collected as i64),
        ("uncollectable", uncollectable as i64),
    ] {
        let number = vm.new_int(value);
        vm.dict_set_name(info, key, number);
        vm.decref(number);
    }
    let phase = vm.new_str(phase);
    let mut i = 0;
    loop {
        let callback = match vm.heap.payload(callbacks) {
            Payload::List(list) if i < list.ob_item.len() => list.ob_item[i],
            _ => break,
        };
        i += 1;
        vm.incref(callback);
        match vm.call(callback, &[phase, info]) {
            Ok(result) => vm.decref(result),
            Err(_) => (vm.hooks.write_unraisable)(vm, callback, ""),
        }
        vm.decref(callback);
    }
    vm.decref(phase);
    vm.decref(info);
}

fn print_start(vm: &mut Vm, generation: usize) {
    let sizes: Vec<String> = GENERATIONS
        .iter()
        .map(|&list| vm.heap.list_members(list).len().to_string())
        .collect();
    let permanent = vm.heap.list_members(GcList::Permanent).len();
    vm.write_output(
        Stream::Stderr,
        &format!(
            "gc: collecting generation {generation}...\ngc: objects in each generation: {}\ngc: objects in permanent generation: {permanent}\n",
            sizes.join(" ")
        ),
    );
}
