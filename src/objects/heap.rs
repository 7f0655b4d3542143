//! The heap: every object, its count, its address, and the lists of the collector.
//!
//! The single place where `ob_refcnt` is written, each time together with its event. Mirrors
//! `Include/refcount.h`, `Objects/object.c` and the bookkeeping half of `Python/gc.c`.

use std::collections::HashMap;

use crate::base::{ObjId, Text};
use crate::events::{Event, GcList, Reporter, Slot, SlotKind};
use crate::memory::{Address, Obmalloc, PoolChange};

use super::object::{IMMORTAL_REFCNT, Managed, NativePayload, Object, Payload, Place};
use super::typeobject::{TypeFlags, TypeObject};
use super::wellknown::{self, DYNAMIC_BASE, types};

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
    const UNTRACKED: Self = Self {
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
}

/// How many dead objects of a kind wait for reuse, and how many may (`pycore_freelist.h`).
#[derive(Debug)]
pub struct FreeList {
    blocks: Vec<Address>,
    limit: usize,
}

impl FreeList {
    const fn new(limit: usize) -> Self {
        Self {
            blocks: Vec::new(),
            limit,
        }
    }

    /// How many blocks wait.
    pub const fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether no block waits.
    pub const fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// The free lists of facts section 2.5.
#[derive(Debug)]
pub struct FreeLists {
    pub float: FreeList,
    /// By length 1 to 20, at index length - 1.
    pub tuple: Vec<FreeList>,
    pub list: FreeList,
    pub dict: FreeList,
    pub dict_keys: FreeList,
    pub slice: FreeList,
    pub context: FreeList,
    pub async_gen_wrapped: FreeList,
    pub async_gen_asend: FreeList,
}

/// Whether a constructor may take a block from the type's free list, and its dealloc return it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reuse {
    /// `PyList_New`, displays, floats…: take a free-listed block when there is one.
    FreeList,
    /// `tp_alloc`: always a fresh block.
    Fresh,
}

/// Every object, and what the allocator and the collector know of them.
pub struct Heap {
    pub objects: Vec<Object>,
    pub gc_heads: Vec<GcHead>,
    /// Simulated address of the `PyObject` (behind its pre-headers).
    addresses: Vec<Address>,
    free_slots: Vec<u32>,
    pub obmalloc: Obmalloc,
    pub gc: GcState,
    pub freelists: FreeLists,
    pub reporter: Reporter,
    /// Interned strings; the references are not counted, as in CPython.
    pub interned: HashMap<Text, ObjId>,
    /// Objects whose payload may have changed since their edges were last reported.
    dirty: Vec<ObjId>,
    /// The edges last reported of objects that report by difference.
    reported_edges: HashMap<ObjId, Vec<(Slot, ObjId)>>,
    /// How many objects live (immortal static ones not counted).
    pub live: u64,
    next_static_address: u64,
    /// Requested sizes of the blocks in use, while recording: a free says what it gives back.
    block_sizes: HashMap<u64, u32>,
}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap")
            .field("live", &self.live)
            .finish_non_exhaustive()
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

impl Default for Heap {
    fn default() -> Self {
        Self::new(Reporter::default())
    }
}

impl Heap {
    /// A heap without any slot.
    pub fn hollow() -> Self {
        Self {
            objects: Vec::new(),
            gc_heads: Vec::new(),
            addresses: Vec::new(),
            free_slots: Vec::new(),
            obmalloc: Obmalloc::new(),
            gc: GcState {
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
            },
            freelists: FreeLists {
                float: FreeList::new(100),
                tuple: (0..20).map(|_| FreeList::new(2000)).collect(),
                list: FreeList::new(80),
                dict: FreeList::new(80),
                dict_keys: FreeList::new(80),
                slice: FreeList::new(1),
                context: FreeList::new(255),
                async_gen_wrapped: FreeList::new(80),
                async_gen_asend: FreeList::new(80),
            },
            reporter: Reporter::default(),
            interned: HashMap::new(),
            dirty: Vec::new(),
            reported_edges: HashMap::new(),
            live: 0,
            next_static_address: 0x5555_5590_0000,
            block_sizes: HashMap::new(),
        }
    }

    /// A heap with all static slots empty; `Vm::new` fills them.
    pub fn new(reporter: Reporter) -> Self {
        let mut heap = Self {
            objects: Vec::with_capacity(1 << 14),
            gc_heads: Vec::with_capacity(1 << 14),
            addresses: Vec::with_capacity(1 << 14),
            free_slots: Vec::new(),
            obmalloc: Obmalloc::new(),
            gc: GcState {
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
            },
            freelists: FreeLists {
                float: FreeList::new(100),
                tuple: (0..20).map(|_| FreeList::new(2000)).collect(),
                list: FreeList::new(80),
                dict: FreeList::new(80),
                dict_keys: FreeList::new(80),
                slice: FreeList::new(1),
                context: FreeList::new(255),
                async_gen_wrapped: FreeList::new(80),
                async_gen_asend: FreeList::new(80),
            },
            reporter,
            interned: HashMap::new(),
            dirty: Vec::new(),
            reported_edges: HashMap::new(),
            live: 0,
            next_static_address: 0x5555_5590_0000,
            block_sizes: HashMap::new(),
        };
        heap.obmalloc.set_recording(heap.reporter.is_on());
        for slot in 0..DYNAMIC_BASE {
            heap.objects.push(Object {
                ob_refcnt: IMMORTAL_REFCNT,
                ob_type: types::OBJECT,
                payload: Payload::Empty,
                managed: None,
            });
            heap.gc_heads.push(GcHead::UNTRACKED);
            heap.addresses.push(Address::default());
            if slot < wellknown::FIRST_OBJECT {
                let head = ObjId(slot);
                heap.gc_heads[head.index()].next = head;
                heap.gc_heads[head.index()].prev = head;
            }
        }
        heap
    }

    // ---- reading

    /// The object itself.
    #[inline]
    pub fn get(&self, id: ObjId) -> &Object {
        &self.objects[id.index()]
    }

    /// The type of `id` (borrowed).
    #[inline]
    pub fn type_of(&self, id: ObjId) -> ObjId {
        self.objects[id.index()].ob_type
    }

    /// What `id` holds.
    #[inline]
    pub fn payload(&self, id: ObjId) -> &Payload {
        &self.objects[id.index()].payload
    }

    /// What `id` holds, to be changed: its references are reported anew before the next
    /// instruction. Lists, dicts and instances have their own, cheaper doors.
    #[inline]
    pub fn payload_mut(&mut self, id: ObjId) -> &mut Payload {
        if self.reporter.is_on() {
            self.dirty.push(id);
        }
        &mut self.objects[id.index()].payload
    }

    /// What `id` holds, to be changed by a caller that reports every changed slot itself.
    #[inline]
    pub fn payload_mut_quiet(&mut self, id: ObjId) -> &mut Payload {
        &mut self.objects[id.index()].payload
    }

    /// The native struct of `id`, when it is a `T`.
    #[inline]
    pub fn native<T: NativePayload>(&self, id: ObjId) -> Option<&T> {
        match self.payload(id) {
            Payload::Native(native) => native.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The native struct of `id`, to be changed.
    #[inline]
    pub fn native_mut<T: NativePayload>(&mut self, id: ObjId) -> Option<&mut T> {
        match self.payload_mut(id) {
            Payload::Native(native) => native.as_any_mut().downcast_mut(),
            _ => None,
        }
    }

    /// The type object in slot `id`; panics if it is none, which is our bug.
    #[inline]
    pub fn type_object(&self, id: ObjId) -> &TypeObject {
        match &self.objects[id.index()].payload {
            Payload::Type(t) => t,
            _ => panic!("slot {} holds no type", id.0),
        }
    }

    /// The type object in slot `id`, to be changed.
    #[inline]
    pub fn type_object_mut(&mut self, id: ObjId) -> &mut TypeObject {
        match self.payload_mut(id) {
            Payload::Type(t) => t,
            _ => panic!("slot {} holds no type", id.0),
        }
    }

    /// The simulated address: what `id()` shows.
    #[inline]
    pub fn address(&self, id: ObjId) -> u64 {
        self.addresses[id.index()].0
    }

    /// The count as `sys.getrefcount` would read it without the argument's own reference.
    #[inline]
    pub fn refcnt(&self, id: ObjId) -> u32 {
        self.objects[id.index()].ob_refcnt
    }

    /// Whether counts of `id` never change.
    #[inline]
    pub fn is_immortal(&self, id: ObjId) -> bool {
        self.objects[id.index()].ob_refcnt == IMMORTAL_REFCNT
    }

    // ---- counting

    /// Takes one more reference; NULL is not allowed. Gives `id` back for chaining.
    #[inline]
    pub fn incref(&mut self, id: ObjId) -> ObjId {
        let object = &mut self.objects[id.index()];
        let old = object.ob_refcnt;
        if old != IMMORTAL_REFCNT {
            object.ob_refcnt = old + 1;
            if self.reporter.is_on() {
                self.reporter.emit(Event::Incref {
                    obj: id,
                    old,
                    new: old + 1,
                });
            }
        }
        id
    }

    /// Gives one reference back and says whether it was the last: then the caller must
    /// destroy the object (`Vm::decref` does both).
    #[inline]
    #[must_use]
    pub fn decref_is_last(&mut self, id: ObjId) -> bool {
        let object = &mut self.objects[id.index()];
        let old = object.ob_refcnt;
        if old == IMMORTAL_REFCNT {
            return false;
        }
        debug_assert!(old > 0, "decref of a dead object {id:?} {object:?}");
        let new = old - 1;
        object.ob_refcnt = new;
        if self.reporter.is_on() {
            self.reporter.emit(Event::Decref { obj: id, old, new });
        }
        new == 0
    }

    /// Changes the type of an object; the caller counts the types.
    pub fn set_type(&mut self, id: ObjId, ob_type: ObjId) {
        let old = std::mem::replace(&mut self.objects[id.index()].ob_type, ob_type);
        self.reporter.emit(Event::TypeSet {
            obj: id,
            old,
            new: ob_type,
        });
        self.touch(id);
    }

    /// Gives a dead object one reference for the time of its finalizer.
    pub fn revive_for_finalizer(&mut self, id: ObjId) {
        self.objects[id.index()].ob_refcnt = 1;
        if self.reporter.is_on() {
            self.reporter.emit(Event::Incref {
                obj: id,
                old: 0,
                new: 1,
            });
        }
    }

    /// Takes that reference back; true when the finalizer made others: the object lives on.
    pub fn end_of_finalizer(&mut self, id: ObjId) -> bool {
        !self.decref_is_last(id)
    }

    /// Makes the object immortal in place.
    pub fn immortalize(&mut self, id: ObjId) {
        let old = self.objects[id.index()].ob_refcnt;
        if old != IMMORTAL_REFCNT {
            self.objects[id.index()].ob_refcnt = IMMORTAL_REFCNT;
            self.reporter.emit(Event::Immortalize { obj: id, old });
        }
    }

    // ---- making and freeing

    /// Makes an object of type `ob_type` with a count of 1 (`PyObject_Malloc` and friends).
    ///
    /// Owns the references inside `payload` from now on, and takes one on a heap type. Does not
    /// track: the constructor calls [`Self::track`] when C's does.
    pub fn alloc(&mut self, ob_type: ObjId, payload: Payload, reuse: Reuse) -> ObjId {
        let ty = self.type_object(ob_type);
        let gc = ty.tp_flags.contains(TypeFlags::HAVE_GC);
        let heap_type = ty.tp_flags.contains(TypeFlags::HEAPTYPE);
        let pre_header = ty.pre_header_size();
        let inline_size = ty.inline_values_size();
        let basic = ty.tp_basicsize as usize;
        let item = ty.tp_itemsize as usize;
        let size = allocation_size(basic, item, ob_type, &payload);
        let total = pre_header + size + inline_size;
        let reused = if reuse == Reuse::FreeList {
            self.take_free_block(ob_type, &payload)
        } else {
            None
        };
        let block = match reused {
            Some(block) => block,
            None => self.malloc(total),
        };
        let address = Address(block.0 + pre_header as u64);
        let object = Object {
            ob_refcnt: 1,
            ob_type,
            payload,
            managed: None,
        };
        let id = if let Some(slot) = self.free_slots.pop() {
            let index = slot as usize;
            self.objects[index] = object;
            self.gc_heads[index] = GcHead::UNTRACKED;
            self.addresses[index] = address;
            ObjId(slot)
        } else {
            let slot = self.objects.len() as u32;
            self.objects.push(object);
            self.gc_heads.push(GcHead::UNTRACKED);
            self.addresses.push(address);
            ObjId(slot)
        };
        self.live += 1;
        if gc && reused.is_none() {
            self.count_gc_allocation();
        }
        if heap_type {
            self.incref(ob_type);
        }
        if self.reporter.is_on() {
            let shown = pre_header + size + self.separate_size(id);
            self.report_new(id, gc, reused.is_some(), shown as u32);
        }
        id
    }

    /// Gives back the slot and memory of an object whose references are already dropped.
    /// `ob_type` must still be alive. The count of a heap type is the caller's to drop.
    pub fn free(&mut self, id: ObjId, size_payload: &Payload) {
        let index = id.index();
        let ob_type = self.objects[index].ob_type;
        let ty = self.type_object(ob_type);
        let gc = ty.tp_flags.contains(TypeFlags::HAVE_GC);
        let pre_header = ty.pre_header_size();
        debug_assert!(
            self.gc_heads[index].next.is_null() || !gc,
            "freeing a tracked object"
        );
        let block = Address(self.addresses[index].0 - pre_header as u64);
        let parked = self.park_free_block(ob_type, size_payload, block);
        if !parked {
            self.obmalloc_free(block);
            if gc {
                self.uncount_gc_allocation();
            }
        }
        self.live -= 1;
        if self.reporter.is_on() {
            self.reporter.emit(Event::Free {
                obj: id,
                to_freelist: parked,
            });
            self.reported_edges.remove(&id);
        }
        self.objects[index].payload = Payload::Empty;
        self.objects[index].managed = None;
        self.objects[index].ob_refcnt = 0;
        self.objects[index].ob_type = ObjId::NULL;
        self.free_slots.push(id.0);
    }

    /// Fills a static slot with an immortal object.
    pub fn place_static(&mut self, id: ObjId, ob_type: ObjId, payload: Payload) {
        let address = self.next_static_address;
        self.next_static_address += 64;
        self.addresses[id.index()] = Address(address);
        self.objects[id.index()] = Object {
            ob_refcnt: IMMORTAL_REFCNT,
            ob_type,
            payload,
            managed: None,
        };
        if self.reporter.is_on() {
            self.report_static(id);
        }
    }

    /// Reports an object that exists before the interpreter starts, as CPython's static data does.
    fn report_static(&mut self, id: ObjId) {
        let size = match self.payload(id) {
            Payload::Int(_) => 28,
            Payload::Str(s) if s.text.is_ascii() => 41 + s.text.len(),
            Payload::Str(s) => 57 + s.text.len() * s.text.kind(),
            Payload::Bytes(b) => 33 + b.len(),
            Payload::Tuple(items) => 40 + 8 * items.len(),
            Payload::Type(_) => 416,
            _ => 16,
        };
        self.reporter.emit(Event::Alloc {
            gc: false,
            reused: false,
            obj: id,
            address: self.address(id),
            type_: self.type_of(id),
            size: size as u32,
        });
        self.reporter.emit(Event::Immortalize { obj: id, old: 1 });
        self.report_value(id);
        self.touch(id);
    }

    /// A block of `size` bytes for something that is no object (`PyMem_Malloc`).
    #[inline]
    pub fn malloc(&mut self, size: usize) -> Address {
        let address = self.obmalloc.alloc(size);
        if self.reporter.is_on() {
            self.report_pool_changes();
            self.block_sizes.insert(address.0, size as u32);
            self.reporter.emit(Event::BlockAlloc {
                address: address.0,
                size: size as u32,
            });
        }
        address
    }

    /// Gives a block back (`PyMem_Free`).
    #[inline]
    pub fn obmalloc_free(&mut self, address: Address) {
        if self.reporter.is_on() {
            let size = self.block_sizes.remove(&address.0).unwrap_or(0);
            self.obmalloc.free(address);
            self.reporter.emit(Event::BlockFree {
                address: address.0,
                size,
            });
            self.report_pool_changes();
        } else {
            self.obmalloc.free(address);
        }
    }

    /// Resizes a block (`PyMem_Realloc`); gives its possibly new address.
    pub fn realloc(&mut self, address: Address, new_size: usize) -> Address {
        let new = self.obmalloc.realloc(address, new_size);
        if self.reporter.is_on() {
            let size = self.block_sizes.remove(&address.0).unwrap_or(0);
            self.block_sizes.insert(new.0, new_size as u32);
            self.reporter.emit(Event::BlockFree {
                address: address.0,
                size,
            });
            self.report_pool_changes();
            self.reporter.emit(Event::BlockAlloc {
                address: new.0,
                size: new_size as u32,
            });
        }
        new
    }

    fn take_free_block(&mut self, ob_type: ObjId, payload: &Payload) -> Option<Address> {
        self.freelist_for(ob_type, payload)?.blocks.pop()
    }

    fn park_free_block(&mut self, ob_type: ObjId, payload: &Payload, block: Address) -> bool {
        let Some(list) = self.freelist_for(ob_type, payload) else {
            return false;
        };
        if list.blocks.len() >= list.limit {
            return false;
        }
        list.blocks.push(block);
        true
    }

    fn freelist_for(&mut self, ob_type: ObjId, payload: &Payload) -> Option<&mut FreeList> {
        let lists = &mut self.freelists;
        match ob_type {
            types::FLOAT => Some(&mut lists.float),
            types::LIST => Some(&mut lists.list),
            types::DICT => Some(&mut lists.dict),
            types::SLICE => Some(&mut lists.slice),
            types::TUPLE => match payload {
                Payload::Tuple(items) if (1..=20).contains(&items.len()) => {
                    lists.tuple.get_mut(items.len() - 1)
                }
                _ => None,
            },
            types::ASYNC_GEN_WRAPPED_VALUE => Some(&mut lists.async_gen_wrapped),
            types::ASYNC_GEN_ASEND => Some(&mut lists.async_gen_asend),
            _ => None,
        }
    }

    /// A keys table of eight slots from its free list.
    pub fn take_free_keys(&mut self) -> Option<Address> {
        self.freelists.dict_keys.blocks.pop()
    }

    /// Parks a keys table of eight slots; false when the list is full.
    pub fn park_free_keys(&mut self, block: Address) -> bool {
        let list = &mut self.freelists.dict_keys;
        if list.blocks.len() >= list.limit {
            return false;
        }
        list.blocks.push(block);
        true
    }

    /// Empties all free lists (`_PyObject_ClearFreeLists`), as a full collection does.
    pub fn clear_freelists(&mut self) {
        let lists = &mut self.freelists;
        let gc_blocks: Vec<Address> = std::iter::empty()
            .chain(lists.tuple.iter_mut().flat_map(|l| l.blocks.drain(..)))
            .chain(lists.list.blocks.drain(..))
            .chain(lists.dict.blocks.drain(..))
            .chain(lists.async_gen_asend.blocks.drain(..))
            .chain(lists.async_gen_wrapped.blocks.drain(..))
            .collect();
        let plain: Vec<Address> = lists
            .float
            .blocks
            .drain(..)
            .chain(lists.dict_keys.blocks.drain(..))
            .chain(lists.context.blocks.drain(..))
            .collect();
        for block in gc_blocks {
            self.obmalloc_free(block);
            self.uncount_gc_allocation();
        }
        for block in plain {
            self.obmalloc_free(block);
        }
    }

    // ---- the collector's bookkeeping

    #[inline]
    fn count_gc_allocation(&mut self) {
        let old = self.gc.count[0];
        self.gc.count[0] = old + 1;
        if self.reporter.is_on() {
            self.reporter.emit(Event::GcCount {
                generation: 0,
                old,
                new: old + 1,
            });
        }
        if old + 1 > self.gc.threshold[0]
            && self.gc.enabled
            && self.gc.threshold[0] != 0
            && !self.gc.collecting
        {
            self.gc.scheduled = true;
        }
    }

    #[inline]
    fn uncount_gc_allocation(&mut self) {
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

    // ---- references of an object

    /// Reports every reference that `id` owns, in the order of `tp_traverse`. An instance of a
    /// class: slots and values, the class, then the payload (`subtype_traverse`); any other: the
    /// payload, then its dict.
    pub fn traverse(&self, id: ObjId, visit: &mut dyn FnMut(Place, ObjId)) {
        let object = self.get(id);
        let heap_type = self
            .type_object(object.ob_type)
            .tp_flags
            .contains(TypeFlags::HEAPTYPE);
        if !heap_type {
            object.payload.traverse(visit);
        }
        if let Some(managed) = &object.managed {
            self.traverse_managed(object.ob_type, managed, visit);
        }
        if heap_type {
            visit(Place::Member("__class__"), object.ob_type);
            object.payload.traverse(visit);
        }
    }

    /// Reports every reference that `id` owns, also those that `tp_traverse` leaves out.
    pub fn traverse_owned(&self, id: ObjId, visit: &mut dyn FnMut(Place, ObjId)) {
        self.traverse(id, visit);
        if let Payload::Type(t) = self.payload(id) {
            t.traverse_hidden(visit);
        }
    }

    fn traverse_managed(
        &self,
        ob_type: ObjId,
        managed: &Managed,
        visit: &mut dyn FnMut(Place, ObjId),
    ) {
        let Managed {
            dict,
            weaklist: _,
            inline,
            slots,
            extra,
        } = managed;
        for &field in extra {
            if !field.is_null() {
                visit(Place::Member("default_factory"), field);
            }
        }
        for (i, &value) in slots.iter().enumerate() {
            if !value.is_null() {
                visit(Place::Slot(i as u32), value);
            }
        }
        match inline {
            Some(inline) if inline.valid => {
                let keys = &self.type_object(ob_type).shared_keys;
                for (i, &value) in inline.values.iter().enumerate() {
                    if !value.is_null() {
                        visit(Place::Attr(keys.names[i]), value);
                    }
                }
            }
            _ => {}
        }
        if !dict.is_null() {
            visit(Place::Member("__dict__"), *dict);
        }
    }

    // ---- reporting

    /// The name of the `__slots__` member at an index of the instance's slot array.
    fn member_name(&self, owner: ObjId, index: u32) -> String {
        let mro = match self.payload(self.type_object(self.type_of(owner)).tp_mro) {
            Payload::Tuple(mro) => &mro[..],
            _ => &[],
        };
        for &class in mro {
            let Payload::Dict(dict) = self.payload(self.type_object(class).tp_dict) else {
                continue;
            };
            for entry in dict.entries.iter().filter(|e| !e.key.is_null()) {
                if let Payload::Descriptor(d) = self.payload(entry.value)
                    && matches!(d.kind, super::descrobject::DescriptorKind::Slot(i) if i == index)
                    && let Payload::Str(name) = self.payload(d.d_name)
                {
                    return name.text.to_lossy();
                }
            }
        }
        format!("slot {index}")
    }

    /// The event name of a place.
    pub fn slot_of(&mut self, owner: ObjId, place: Place) -> Slot {
        match place {
            Place::Item(i) => Slot {
                kind: SlotKind::Item,
                key: i,
            },
            Place::Key(i) => Slot {
                kind: SlotKind::DictKey,
                key: i,
            },
            Place::Value(i) => Slot {
                kind: SlotKind::DictValue,
                key: i,
            },
            Place::Local(i) => Slot {
                kind: SlotKind::Local,
                key: i,
            },
            Place::Slot(i) => {
                let name = self.member_name(owner, i);
                Slot {
                    kind: SlotKind::Slot,
                    key: self.reporter.text(&name).0,
                }
            }
            Place::Member(name) => Slot {
                kind: SlotKind::Member,
                key: self.reporter.text(name).0,
            },
            Place::Attr(name) => {
                let text = match self.payload(name) {
                    Payload::Str(s) => s.text.to_lossy(),
                    _ => String::new(),
                };
                Slot {
                    kind: SlotKind::Attr,
                    key: self.reporter.text(&text).0,
                }
            }
        }
    }

    /// Reports one changed reference slot at once (for owners that do not report by difference).
    #[inline]
    pub fn report_slot(&mut self, owner: ObjId, place: Place, old: ObjId, new: ObjId) {
        if self.reporter.is_on() {
            let slot = self.slot_of(owner, place);
            self.reporter.emit(Event::SlotSet {
                owner,
                slot,
                old,
                new,
            });
        }
    }

    /// As [`Self::report_slot`] for an owner that is also compared when touched: keeps both in step.
    pub fn report_slot_tracked(&mut self, owner: ObjId, place: Place, old: ObjId, new: ObjId) {
        if !self.reporter.is_on() {
            return;
        }
        let slot = self.slot_of(owner, place);
        self.reporter.emit(Event::SlotSet {
            owner,
            slot,
            old,
            new,
        });
        let edges = self.reported_edges.entry(owner).or_default();
        edges.retain(|(s, _)| *s != slot);
        if !new.is_null() {
            edges.push((slot, new));
        }
    }

    /// Reports that a list lost all its items; `items` holds them, last first.
    pub fn report_list_cleared(&mut self, list: ObjId, items: &[ObjId]) {
        if self.reporter.is_on() {
            for (i, &old) in items.iter().enumerate() {
                let index = (items.len() - 1 - i) as u32;
                self.reporter.emit(Event::ItemRemove {
                    owner: list,
                    index,
                    old,
                });
            }
        }
    }

    /// Reports that a dict lost all its entries.
    pub fn report_dict_cleared(&mut self, dict: ObjId, entries: &[super::dictobject::DictEntry]) {
        if !self.reporter.is_on() {
            return;
        }
        for (i, entry) in entries.iter().enumerate() {
            if entry.key.is_null() {
                continue;
            }
            for (kind, old) in [
                (SlotKind::DictKey, entry.key),
                (SlotKind::DictValue, entry.value),
            ] {
                let slot = Slot {
                    kind,
                    key: i as u32,
                };
                self.reporter.emit(Event::SlotSet {
                    owner: dict,
                    slot,
                    old,
                    new: ObjId::NULL,
                });
            }
        }
    }

    /// What `__sizeof__` counts beside the object's own block: arrays and tables. Inline values are
    /// part of the block, and `sys.getsizeof` leaves them out (facts: object sizes).
    fn separate_size(&self, id: ObjId) -> usize {
        match self.payload(id) {
            Payload::List(list) => 8 * list.allocated,
            Payload::Set(set) if set.table.len() > 8 => 16 * set.table.len(),
            Payload::ByteArray(bytes) => bytes.ob_alloc,
            Payload::Dict(dict) => dict.keys_table_size(),
            Payload::Type(ty) if ty.shared_keys.address != 0 => 768,
            _ => 0,
        }
    }

    fn report_new(&mut self, id: ObjId, gc: bool, reused: bool, size: u32) {
        let ob_type = self.type_of(id);
        let address = self.address(id);
        self.reporter.emit(Event::Alloc {
            gc,
            reused,
            obj: id,
            address,
            type_: ob_type,
            size,
        });
        self.report_value(id);
        self.report_edges(id);
    }

    /// Reports the value of an atom, or the name of a named object.
    pub fn report_value(&mut self, id: ObjId) {
        let event = match self.payload(id) {
            Payload::Int(value) => Event::IntValue {
                obj: id,
                value: *value,
            },
            Payload::Float(value) => Event::FloatValue {
                obj: id,
                value: *value,
            },
            Payload::Empty
            | Payload::Tuple(_)
            | Payload::List(_)
            | Payload::Dict(_)
            | Payload::Set(_)
            | Payload::Cell(_)
            | Payload::Method(_)
            | Payload::Weakref(_) => return,
            payload => {
                let Some(value) = super::display::atom_text(self, payload) else {
                    return;
                };
                let (named, text) = value;
                let new = self.reporter.text(&text);
                let old = crate::base::TextId(0);
                if named {
                    Event::Named { obj: id, old, new }
                } else {
                    Event::ReprValue { obj: id, old, new }
                }
            }
        };
        self.reporter.emit(event);
    }

    /// Reports all edges of a new object.
    fn report_edges(&mut self, id: ObjId) {
        let mut edges = Vec::new();
        self.traverse_owned(id, &mut |place, target| edges.push((place, target)));
        for (place, target) in edges {
            let slot = self.slot_of(id, place);
            self.reporter.emit(Event::SlotSet {
                owner: id,
                slot,
                old: ObjId::NULL,
                new: target,
            });
            if self.reports_by_difference(id) {
                self.reported_edges
                    .entry(id)
                    .or_default()
                    .push((slot, target));
            }
        }
    }

    /// Lists, tuples and dicts report each change themselves; all else is compared.
    fn reports_by_difference(&self, id: ObjId) -> bool {
        !matches!(
            self.payload(id),
            Payload::List(_) | Payload::Tuple(_) | Payload::Dict(_)
        )
    }

    /// Notes that the references of `id` may have changed.
    #[inline]
    pub fn touch(&mut self, id: ObjId) {
        if self.reporter.is_on() {
            self.dirty.push(id);
        }
    }

    /// Whether objects wait for their changed references to be reported.
    #[inline]
    pub fn has_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Reports what changed in the objects touched since the last call: called between
    /// instructions, so that recorded references are complete there.
    pub fn report_dirty(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        dirty.dedup();
        for id in dirty {
            if self.get(id).ob_type.is_null() || !self.reports_by_difference(id) {
                continue;
            }
            let mut edges = Vec::new();
            self.traverse_owned(id, &mut |place, target| edges.push((place, target)));
            let new: Vec<(Slot, ObjId)> = edges
                .into_iter()
                .map(|(p, t)| (self.slot_of(id, p), t))
                .collect();
            self.report_difference(id, new);
        }
    }

    /// Reports the references that the interpreter itself holds, as far as they changed.
    pub fn report_interpreter(&mut self, held: &[(String, ObjId)]) {
        let mut new = Vec::new();
        for (name, id) in held {
            let key = self.reporter.text(name).0;
            new.push((
                Slot {
                    kind: SlotKind::Member,
                    key,
                },
                *id,
            ));
        }
        self.report_difference(ObjId::NULL, new);
    }

    /// Reports how the references of `owner` differ from those reported last.
    fn report_difference(&mut self, owner: ObjId, new: Vec<(Slot, ObjId)>) {
        let old = self.reported_edges.remove(&owner).unwrap_or_default();
        let old_map: HashMap<Slot, ObjId> = old.iter().copied().collect();
        let new_map: HashMap<Slot, ObjId> = new.iter().copied().collect();
        for (slot, before) in old {
            if !new_map.contains_key(&slot) {
                self.reporter.emit(Event::SlotSet {
                    owner,
                    slot,
                    old: before,
                    new: ObjId::NULL,
                });
            }
        }
        for &(slot, after) in &new {
            let before = old_map.get(&slot).copied().unwrap_or(ObjId::NULL);
            if before != after {
                self.reporter.emit(Event::SlotSet {
                    owner,
                    slot,
                    old: before,
                    new: after,
                });
            }
        }
        if !new.is_empty() {
            self.reported_edges.insert(owner, new);
        }
    }

    fn report_pool_changes(&mut self) {
        if !self.obmalloc.has_changes() {
            return;
        }
        for change in self.obmalloc.take_changes() {
            let event = match change {
                PoolChange::ArenaNew { arena } => Event::ArenaNew { address: arena.0 },
                PoolChange::ArenaFree { arena } => Event::ArenaFree { address: arena.0 },
                PoolChange::PoolTake { pool, szidx } => Event::PoolInit {
                    address: pool.0,
                    class: szidx,
                },
                PoolChange::PoolEmpty { pool, szidx } => Event::PoolFree {
                    address: pool.0,
                    class: szidx,
                },
                // Derived from the blocks in use.
                PoolChange::PoolFull { .. } | PoolChange::PoolUsable { .. } => continue,
            };
            self.reporter.emit(event);
        }
    }
}

/// Bytes that the constructor of the C type asks for, without pre-headers and inline values.
fn allocation_size(basic: usize, item: usize, ob_type: ObjId, payload: &Payload) -> usize {
    match payload {
        Payload::Int(v) => {
            24 + 4 * super::longobject::digit_count_i64(*v).max(1) + basic.saturating_sub(24)
        }
        Payload::BigInt(v) => 24 + 4 * super::longobject::digit_count(v) + basic.saturating_sub(24),
        Payload::Str(s) => s.allocation_size(ob_type == types::STR, basic),
        Payload::Bytes(b) => basic + b.len(),
        Payload::Tuple(t) => basic + 8 * t.len(),
        Payload::Code(c) => c.sizeof(),
        Payload::Generator(g) => g.sizeof(),
        Payload::Native(n) => basic + item * n.ob_size(),
        Payload::Empty
        | Payload::Float(_)
        | Payload::Complex(_)
        | Payload::ByteArray(_)
        | Payload::List(_)
        | Payload::Dict(_)
        | Payload::Set(_)
        | Payload::Type(_)
        | Payload::Function(_)
        | Payload::Method(_)
        | Payload::CFunction(_)
        | Payload::Descriptor(_)
        | Payload::Cell(_)
        | Payload::Module(_)
        | Payload::Exception(_)
        | Payload::Weakref(_) => basic,
    }
}
