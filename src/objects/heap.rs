//! The heap: every object, its count, its address, and how it is made and freed.
//!
//! The single place where `ob_refcnt` is written, each time together with its event. Mirrors
//! `Include/refcount.h` and `Objects/object.c`; the collector's lists are in [`super::gc_lists`],
//! the free lists in [`super::freelist`], the reports in `heap_report`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::{ObjId, Text};
use crate::events::{Event, Reporter};
use crate::memory::{Address, BlockSizes, Obmalloc};

use super::freelist::FreeLists;
pub use super::gc_lists::list_head;
use super::gc_lists::{GcHead, GcState};
use super::object::{IMMORTAL_REFCNT, Managed, NativePayload, Object, Payload, Place};
use super::reported::ReportedEdges;
use super::typeobject::{TypeFlags, TypeObject};
use super::wellknown::{self, DYNAMIC_BASE, types};

/// Whether a constructor may take a block from the type's free list, and its dealloc return it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reuse {
    /// `PyList_New`, displays, floats…: take a free-listed block when there is one.
    FreeList,
    /// `tp_alloc`: always a fresh block.
    Fresh,
}

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
    pub(super) dirty: Vec<ObjId>,
    /// What was reported last of objects that report by difference.
    pub(super) reported: ReportedEdges,
    /// How many objects live (immortal static ones not counted).
    pub live: u64,
    next_static_address: u64,
    /// More bytes than this raise the stop flag.
    pub max_bytes: u64,
    pub over_budget: bool,
    pub stop_flag: Arc<AtomicBool>,
    /// Requested sizes of the blocks in use, while recording: a free says what it gives back.
    block_sizes: BlockSizes,
}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap")
            .field("live", &self.live)
            .finish_non_exhaustive()
    }
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
            gc: GcState::default(),
            freelists: FreeLists::default(),
            reporter: Reporter::default(),
            interned: HashMap::new(),
            dirty: Vec::new(),
            reported: ReportedEdges::default(),
            live: 0,
            next_static_address: 0x5555_5590_0000,
            max_bytes: u64::MAX,
            over_budget: false,
            stop_flag: Arc::new(AtomicBool::new(false)),
            block_sizes: BlockSizes::default(),
        }
    }

    /// A heap with all static slots empty; `Vm::new` fills them.
    pub fn new(reporter: Reporter) -> Self {
        let mut heap = Self {
            objects: Vec::with_capacity(1 << 14),
            gc_heads: Vec::with_capacity(1 << 14),
            addresses: Vec::with_capacity(1 << 14),
            reporter,
            ..Self::hollow()
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
        let id = self.place(object, address);
        if gc && reused.is_none() {
            self.count_gc_allocation();
        }
        if heap_type {
            self.incref(ob_type);
        }
        if self.reporter.is_on() {
            let shown = self.sizeof(id);
            self.report_new(id, gc, reused.is_some(), shown as u32);
        }
        id
    }

    /// Puts a new object into a free slot, whose collector's entry is in its first state.
    #[inline]
    fn place(&mut self, object: Object, address: Address) -> ObjId {
        self.live += 1;
        if let Some(slot) = self.free_slots.pop() {
            let index = slot as usize;
            self.objects[index] = object;
            self.addresses[index] = address;
            ObjId(slot)
        } else {
            let slot = self.objects.len() as u32;
            self.objects.push(object);
            self.gc_heads.push(GcHead::UNTRACKED);
            self.addresses.push(address);
            ObjId(slot)
        }
    }

    /// An `int` or `float`, which need neither the collector nor a pre-header.
    #[inline]
    pub fn alloc_number(&mut self, ob_type: ObjId, payload: Payload) -> ObjId {
        if self.reporter.is_on() {
            let reuse = match payload {
                Payload::Float(_) => Reuse::FreeList,
                _ => Reuse::Fresh,
            };
            return self.alloc(ob_type, payload, reuse);
        }
        let block = match payload {
            Payload::Int(value) => self.malloc(int_size(value)),
            _ => match self.freelists.float.take() {
                Some(block) => block,
                None => self.malloc(FLOAT_SIZE),
            },
        };
        let object = Object {
            ob_refcnt: 1,
            ob_type,
            payload,
            managed: None,
        };
        self.place(object, block)
    }

    /// Frees a dead `int` or `float` where nobody listens; false for any other object.
    #[inline]
    pub fn free_number(&mut self, id: ObjId) -> bool {
        let index = id.index();
        let object = &mut self.objects[index];
        if ![types::INT, types::FLOAT].contains(&object.ob_type) || self.reporter.is_on() {
            return false;
        }
        let is_float = object.ob_type == types::FLOAT;
        object.payload = Payload::Empty;
        object.ob_type = ObjId::NULL;
        let block = self.addresses[index];
        if !(is_float && self.freelists.float.park(block)) {
            self.obmalloc.free(block);
        }
        self.live -= 1;
        self.free_slots.push(id.0);
        true
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
            self.reported.forget(id, size_payload);
        }
        let object = &mut self.objects[index];
        object.payload = Payload::Empty;
        object.managed = None;
        object.ob_refcnt = 0;
        object.ob_type = ObjId::NULL;
        if gc {
            self.gc_heads[index] = GcHead::UNTRACKED;
        }
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

    /// A block of `size` bytes for something that is no object (`PyMem_Malloc`).
    #[inline]
    pub fn malloc(&mut self, size: usize) -> Address {
        let address = self.obmalloc.alloc(size);
        if self.obmalloc.bytes() > self.max_bytes {
            self.stop_for_memory();
        }
        if self.reporter.is_on() {
            self.report_pool_changes();
            self.block_sizes.insert(address.0, size as u32);
            self.reporter.block_alloc(address.0, size as u32);
        }
        address
    }

    #[cold]
    fn stop_for_memory(&mut self) {
        self.over_budget = true;
        self.stop_flag.store(true, Ordering::Relaxed);
    }

    /// Gives a block back (`PyMem_Free`).
    #[inline]
    pub fn obmalloc_free(&mut self, address: Address) {
        if self.reporter.is_on() {
            let size = self.block_sizes.remove(address.0);
            self.obmalloc.free(address);
            self.reporter.block_free(address.0, size);
            self.report_pool_changes();
        } else {
            self.obmalloc.free(address);
        }
    }

    /// Resizes a block (`PyMem_Realloc`); gives its possibly new address.
    pub fn realloc(&mut self, address: Address, new_size: usize) -> Address {
        let new = self.obmalloc.realloc(address, new_size);
        if self.obmalloc.bytes() > self.max_bytes {
            self.stop_for_memory();
        }
        if self.reporter.is_on() {
            let size = self.block_sizes.remove(address.0);
            self.block_sizes.insert(new.0, new_size as u32);
            self.reporter.block_free(address.0, size);
            self.report_pool_changes();
            self.reporter.block_alloc(new.0, new_size as u32);
        }
        new
    }

    /// What `sys.getsizeof` gives for an object that was just made.
    pub(super) fn sizeof(&self, id: ObjId) -> usize {
        let object = self.get(id);
        let ty = self.type_object(object.ob_type);
        let (basic, item) = (ty.tp_basicsize as usize, ty.tp_itemsize as usize);
        ty.pre_header_size()
            + allocation_size(basic, item, object.ob_type, &object.payload)
            + self.separate_size(id)
    }

    /// Gives a `float` that has one reference left another value, as if it had been freed and made
    /// anew in the same place.
    pub fn reuse_float(&mut self, id: ObjId, value: f64) {
        self.objects[id.index()].payload = Payload::Float(value);
        if self.reporter.is_on() {
            self.report_replaced(id, true, FLOAT_SIZE as u32);
        }
    }

    /// Appends the text of `other` to a `str` that has one reference left: its block grows, and may
    /// move (`resize_compact`).
    pub fn grow_str(&mut self, id: ObjId, other: ObjId) {
        let Payload::Str(more) = std::mem::take(&mut self.objects[other.index()].payload) else {
            panic!("{other:?} is no str");
        };
        let Payload::Str(s) = &mut self.objects[id.index()].payload else {
            panic!("{id:?} is no str");
        };
        let fits = s.text.append(&more.text);
        assert!(fits, "the caller compared the kinds");
        let size = s.allocation_size(true, 0);
        self.objects[other.index()].payload = Payload::Str(more);
        let old = self.addresses[id.index()];
        let new = self.realloc(old, size);
        self.addresses[id.index()] = new;
        if self.reporter.is_on() {
            self.report_replaced(id, false, size as u32);
        }
    }

    /// Reports an object that was given another value in place: that it ended, and began anew.
    fn report_replaced(&mut self, id: ObjId, reused: bool, size: u32) {
        for event in [
            Event::Decref {
                obj: id,
                old: 1,
                new: 0,
            },
            Event::Dealloc { obj: id },
            Event::Free {
                obj: id,
                to_freelist: reused,
            },
        ] {
            self.reporter.emit(event);
        }
        self.reported.forget_name(id);
        self.report_new(id, false, reused, size);
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
}

/// Bytes of a `float`.
const FLOAT_SIZE: usize = 24;

/// Bytes of an `int` of a machine number.
#[inline]
const fn int_size(value: i64) -> usize {
    let digits = super::longobject::digit_count_i64(value);
    24 + 4 * if digits == 0 { 1 } else { digits }
}

/// Bytes that the constructor of the C type asks for, without pre-headers and inline values.
fn allocation_size(basic: usize, item: usize, ob_type: ObjId, payload: &Payload) -> usize {
    match payload {
        Payload::Int(v) => int_size(*v) + basic.saturating_sub(24),
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
