//! What the collector keeps of each object, and the lists in which it keeps them.
//!
//! Mirrors `PyGC_Head` of `Include/internal/pycore_gc.h` and the list functions of `Python/gc.c`.

use crate::base::ObjId;
use crate::events::{Event, GcList};

use super::heap::Heap;
use super::object::Payload;
use super::typeobject::TypeFlags;
use super::wellknown::types;

/// What the collector knows of an object: its place in a list and the copy of its count.
#[derive(Clone, Copy, Debug)]
pub struct GcHead {
    /// The next object of the list; NULL: untracked.
    pub next: ObjId,
    /// The previous object of the list.
    pub prev: ObjId,
    /// The remaining count during a pass.
    pub gc_refs: i32,
    /// The list in which the object is.
    pub list: GcList,
    /// Its finalizer already ran (`_PyGC_FINALIZED`).
    pub finalized: bool,
    /// It belongs to the set being collected.
    pub collecting: bool,
}

impl GcHead {
    pub(super) const UNTRACKED: Self = Self {
        next: ObjId::NULL,
        prev: ObjId::NULL,
        gc_refs: 0,
        list: GcList::Untracked,
        finalized: false,
        collecting: false,
    };
}

/// Counters and switches of the collector (`struct _gc_runtime_state`).
#[derive(Debug)]
pub struct GcState {
    pub enabled: bool,
    pub debug: u32,
    /// Allocations minus deallocations for generation 0; passes over the younger one for others.
    pub count: [u32; 3],
    pub threshold: [u32; 3],
    pub collecting: bool,
    pub long_lived_total: u64,
    pub long_lived_pending: u64,
    /// collections, collected, uncollectable of each generation (`gc.get_stats()`).
    pub stats: [[u64; 3]; 3],
    /// `gc.garbage`, once it exists.
    pub garbage: ObjId,
    /// `gc.callbacks`, once it exists.
    pub callbacks: ObjId,
    /// Set when a threshold was crossed; the collection itself runs at the next poll of the
    /// eval breaker.
    pub scheduled: bool,
    /// Each allocation schedules a pass, whatever the program says: to find references that are
    /// not counted.
    pub stress: bool,
}

impl Default for GcState {
    fn default() -> Self {
        Self {
            enabled: true,
            debug: 0,
            count: [0; 3],
            threshold: [2000, 10, 10],
            collecting: false,
            long_lived_total: 0,
            long_lived_pending: 0,
            stats: [[0; 3]; 3],
            garbage: ObjId::NULL,
            callbacks: ObjId::NULL,
            scheduled: false,
            stress: false,
        }
    }
}

/// The lists with a head of their own: slots 1 to 7 of the heap.
pub const fn list_head(list: GcList) -> ObjId {
    ObjId(match list {
        GcList::Untracked => 0,
        GcList::Generation0 => 1,
        GcList::Generation1 => 2,
        GcList::Generation2 => 3,
        GcList::Permanent => 4,
        GcList::Unreachable => 5,
        GcList::Finalizers => 6,
    })
}

impl Heap {
    #[inline]
    pub(super) fn count_gc_allocation(&mut self) {
        let old = self.gc.count[0];
        self.gc.count[0] = old + 1;
        if self.reporter.is_on() {
            self.reporter.emit(Event::GcCount {
                generation: 0,
                old,
                new: old + 1,
            });
        }
        let due = old + 1 > self.gc.threshold[0] && self.gc.enabled && self.gc.threshold[0] != 0;
        if (due || self.gc.stress) && !self.gc.collecting {
            self.gc.scheduled = true;
        }
    }

    #[inline]
    pub(super) fn uncount_gc_allocation(&mut self) {
        let old = self.gc.count[0];
        if old > 0 {
            self.gc.count[0] = old - 1;
            if self.reporter.is_on() {
                self.reporter.emit(Event::GcCount {
                    generation: 0,
                    old,
                    new: old - 1,
                });
            }
        }
    }

    /// Whether the collector watches `id` (`gc.is_tracked`).
    #[inline]
    pub fn is_tracked(&self, id: ObjId) -> bool {
        !self.gc_heads[id.index()].next.is_null()
    }

    /// Whether the type of `id` takes part in collection (`PyObject_IS_GC`).
    pub fn is_gc(&self, id: ObjId) -> bool {
        let ob_type = self.type_of(id);
        let ty = self.type_object(ob_type);
        ty.tp_flags.contains(TypeFlags::HAVE_GC)
            // Static types are no collectable objects (`type_is_gc`).
            && !matches!(self.payload(id), Payload::Type(t) if !t.tp_flags.contains(TypeFlags::HEAPTYPE))
    }

    /// Appends `id` to generation 0 (`_PyObject_GC_TRACK`); it must be untracked.
    #[inline]
    pub fn track(&mut self, id: ObjId) {
        debug_assert!(!self.is_tracked(id), "tracked twice");
        self.link_last(id, GcList::Generation0);
        if self.reporter.is_on() {
            self.reporter.emit(Event::GcMove {
                obj: id,
                from: GcList::Untracked,
                to: GcList::Generation0,
            });
        }
    }

    /// Takes `id` off its list (`PyObject_GC_UnTrack`); nothing happens when it is on none.
    #[inline]
    pub fn untrack(&mut self, id: ObjId) {
        if self.is_tracked(id) {
            let from = self.gc_heads[id.index()].list;
            self.unlink(id);
            if self.reporter.is_on() {
                self.reporter.emit(Event::GcMove {
                    obj: id,
                    from,
                    to: GcList::Untracked,
                });
            }
        }
    }

    /// Moves a tracked object to the end of another list (`gc_list_move`).
    pub fn move_to(&mut self, id: ObjId, to: GcList) {
        let from = self.gc_heads[id.index()].list;
        self.unlink(id);
        self.link_last(id, to);
        if from != to && self.reporter.is_on() {
            self.reporter.emit(Event::GcMove { obj: id, from, to });
        }
    }

    fn link_last(&mut self, id: ObjId, list: GcList) {
        let head = list_head(list);
        let last = self.gc_heads[head.index()].prev;
        let entry = &mut self.gc_heads[id.index()];
        entry.next = head;
        entry.prev = last;
        entry.list = list;
        self.gc_heads[last.index()].next = id;
        self.gc_heads[head.index()].prev = id;
    }

    fn unlink(&mut self, id: ObjId) {
        let entry = &mut self.gc_heads[id.index()];
        let (next, prev) = (entry.next, entry.prev);
        entry.next = ObjId::NULL;
        entry.prev = ObjId::NULL;
        entry.list = GcList::Untracked;
        self.gc_heads[prev.index()].next = next;
        self.gc_heads[next.index()].prev = prev;
    }

    /// The last object of a list; its head when it is empty.
    pub fn last_of(&self, list: GcList) -> ObjId {
        self.gc_heads[list_head(list).index()].prev
    }

    /// Moves the objects that came to generation 0 after `last` to where the interpreter's own
    /// objects are by now, and forgets that they were counted.
    pub fn settle_startup_objects(&mut self, last: ObjId, count: u32) {
        let head = list_head(GcList::Generation0);
        let old = self.gc.stats[1][0] + self.gc.stats[2][0] > 0;
        let to = if old {
            GcList::Generation2
        } else {
            GcList::Generation1
        };
        loop {
            let id = self.gc_heads[last.index()].next;
            if id == head {
                break;
            }
            self.move_to(id, to);
        }
        self.set_count(0, count);
    }

    /// Sets the counter of a generation.
    pub fn set_count(&mut self, generation: usize, new: u32) {
        let old = std::mem::replace(&mut self.gc.count[generation], new);
        self.reporter.emit(Event::GcCount {
            generation: generation as u8,
            old,
            new,
        });
    }

    /// The objects of a list, in order.
    pub fn list_members(&self, list: GcList) -> Vec<ObjId> {
        let head = list_head(list);
        let mut members = Vec::new();
        let mut id = self.gc_heads[head.index()].next;
        while id != head {
            members.push(id);
            id = self.gc_heads[id.index()].next;
        }
        members
    }

    /// Whether an object may ever be on a list (`_PyObject_GC_MAY_BE_TRACKED`): any collectable
    /// one but an untracked tuple.
    pub fn may_be_tracked(&self, id: ObjId) -> bool {
        self.is_gc(id) && (self.type_of(id) != types::TUPLE || self.is_tracked(id))
    }
}
