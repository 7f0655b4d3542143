//! How an object ends: finalizer, weak references, attributes, contents, memory.
//!
//! Mirrors `_Py_Dealloc`, `subtype_dealloc` and the trash can of `Objects/object.c`.

use crate::base::ObjId;
use crate::events::Event;
use crate::memory::Address;

use super::object::Payload;
use super::unicodeobject::Interned;
use super::vm::Vm;

/// Nested destructions beyond this wait in the trash can (C: when 50 levels of C recursion
/// remain of 10000).
const MAX_DEALLOC_DEPTH: u32 = 200;

impl Vm {
    /// Destroys an object whose count has reached zero (`_Py_Dealloc`).
    #[cold]
    #[inline(never)]
    pub fn dealloc(&mut self, id: ObjId) {
        if self.heap.free_number(id) {
            return;
        }
        if self.dealloc_depth >= MAX_DEALLOC_DEPTH && self.heap.is_gc(id) {
            self.trash.push(id);
            return;
        }
        self.dealloc_depth += 1;
        self.dealloc_now(id);
        self.dealloc_depth -= 1;
        if self.dealloc_depth == 0 {
            while let Some(id) = self.trash.pop() {
                self.dealloc_depth += 1;
                self.dealloc_now(id);
                self.dealloc_depth -= 1;
            }
        }
    }

    fn dealloc_now(&mut self, id: ObjId) {
        let ob_type = self.type_of(id);
        let slots = &self.heap.type_object(ob_type).slots;
        let (tp_finalize, tp_dealloc) = (slots.tp_finalize, slots.tp_dealloc);
        // The finalizer runs while the object is whole; it may revive it.
        if let Some(finalize) = tp_finalize
            && !self.call_finalizer_from_dealloc(id, finalize)
        {
            return;
        }
        if let Some(dealloc) = tp_dealloc {
            dealloc(self, id);
        }
        self.finish_dealloc(id);
    }

    /// Runs `tp_finalize` once; false when the object was revived
    /// (`PyObject_CallFinalizerFromDealloc`).
    fn call_finalizer_from_dealloc(
        &mut self,
        id: ObjId,
        finalize: super::slots::DestructorFunc,
    ) -> bool {
        if self.heap.gc_heads[id.index()].finalized {
            return true;
        }
        self.heap.revive_for_finalizer(id);
        self.call_finalizer(id, finalize);
        !self.heap.end_of_finalizer(id)
    }

    /// Marks the object finalized and calls `tp_finalize` (`PyObject_CallFinalizer`).
    pub fn call_finalizer(&mut self, id: ObjId, finalize: super::slots::DestructorFunc) {
        if self.heap.gc_heads[id.index()].finalized {
            return;
        }
        if self.heap.is_gc(id) {
            self.heap.gc_heads[id.index()].finalized = true;
        }
        if self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::Finalize { obj: id });
        }
        finalize(self, id);
    }

    /// Everything after the finalizer: weak references, attributes, contents, memory.
    fn finish_dealloc(&mut self, id: ObjId) {
        if self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::Dealloc { obj: id });
        }
        let ob_type = self.type_of(id);
        let heap_type = self.heap.type_object(ob_type).is_heap_type();
        self.heap.untrack(id);
        self.clear_weakrefs_of(id);
        self.drop_managed(id);
        let mut payload = std::mem::take(self.heap.payload_mut_quiet(id));
        self.forget_interned(&payload, id);
        let buffer = take_buffer(&mut payload);
        self.drop_contents(&mut payload);
        self.free_buffer(buffer);
        self.heap.free(id, &payload);
        if heap_type {
            self.decref(ob_type);
        }
    }

    /// Gives back what the object itself refers to, in the order of its `tp_dealloc`.
    fn drop_contents(&mut self, payload: &mut Payload) {
        match payload {
            // Last item first; no list of them is needed.
            Payload::Tuple(items) => {
                for &item in items.iter().rev() {
                    self.xdecref(item);
                }
            }
            Payload::List(list) => {
                for item in std::mem::take(&mut list.ob_item).into_iter().rev() {
                    self.xdecref(item);
                }
            }
            Payload::Empty | Payload::Int(_) | Payload::Float(_) | Payload::Str(_) => {}
            payload => {
                let mut dropped = Vec::new();
                payload.release(&mut dropped);
                self.decref_all(&dropped);
            }
        }
    }

    /// Slots, then inline values or the dict (`subtype_dealloc`, `PyObject_ClearManagedDict`).
    fn drop_managed(&mut self, id: ObjId) {
        let Some(managed) = self.heap.objects[id.index()].managed.take() else {
            return;
        };
        let super::object::Managed {
            dict,
            weaklist: _,
            inline,
            slots,
            extra,
        } = *managed;
        self.decref_all(&extra);
        self.decref_all(&slots);
        if !dict.is_null() {
            self.dict_detach(dict);
        }
        if let Some(inline) = inline {
            self.decref_all(&inline.values);
        }
        self.xdecref(dict);
    }

    /// A mortal interned string leaves the table as it dies.
    fn forget_interned(&mut self, payload: &Payload, id: ObjId) {
        if let Payload::Str(s) = payload
            && s.interned == Interned::Mortal
            && self.heap.interned.get(&s.text) == Some(&id)
        {
            self.heap.interned.remove(&s.text);
        }
    }

    /// Frees the array or table after what was in it, as `list_dealloc` and its kin do.
    fn free_buffer(&mut self, buffer: Buffer) {
        let (block, parks) = match buffer {
            Buffer::None => return,
            Buffer::Block(block) => (block, false),
            Buffer::SmallKeys(block) => (block, true),
        };
        if block.0 != 0 && !(parks && self.heap.park_free_keys(block)) {
            self.heap.obmalloc_free(block);
        }
    }
}

/// A block that belongs to an object besides its own.
enum Buffer {
    None,
    Block(Address),
    /// A keys table of a size that has a free list.
    SmallKeys(Address),
}

fn take_buffer(payload: &mut Payload) -> Buffer {
    match payload {
        Payload::List(list) => Buffer::Block(std::mem::take(&mut list.address)),
        Payload::ByteArray(b) => Buffer::Block(std::mem::take(&mut b.address)),
        Payload::Set(set) => Buffer::Block(Address(std::mem::take(&mut set.address))),
        Payload::Type(t) => Buffer::Block(Address(std::mem::take(&mut t.shared_keys.address))),
        Payload::Dict(dict) => {
            let block = std::mem::take(&mut dict.address);
            if dict.is_small_unicode() {
                Buffer::SmallKeys(block)
            } else {
                Buffer::Block(block)
            }
        }
        _ => Buffer::None,
    }
}
