//! Which classes derive directly from a class: a dict of weak references that the base keeps.
//!
//! Mirrors `add_subclass`, `remove_subclass` and `type___subclasses___impl` of
//! `Objects/typeobject.c`. The dict, its keys (addresses as ints) and its references are objects
//! like any other: the collector counts them.

use crate::base::ObjId;

use super::object::Payload;
use super::vm::{PyResult, Vm};
use super::wellknown::types;

impl Vm {
    /// Enters `ty` as a direct subclass of `base`.
    pub fn add_subclass(&mut self, base: ObjId, ty: ObjId) -> PyResult<()> {
        let key = self.new_int(self.heap.address(ty) as i64);
        let reference = self.new_weakref(types::WEAKREF, ty, ObjId::NULL)?;
        let mut subclasses = self.heap.type_object(base).tp_subclasses;
        if subclasses.is_null() {
            subclasses = self.new_dict();
            self.heap.type_object_mut(base).tp_subclasses = subclasses;
        }
        let result = self.dict_set(subclasses, key, reference);
        self.decref(key);
        self.decref(reference);
        result
    }

    /// Takes `ty` out of the subclasses of `base`; the last one takes the dict with it.
    pub fn remove_subclass(&mut self, base: ObjId, ty: ObjId) {
        let subclasses = match self.heap.payload(base) {
            Payload::Type(t) if !t.tp_subclasses.is_null() => t.tp_subclasses,
            _ => return,
        };
        let key = self.new_int(self.heap.address(ty) as i64);
        // A failed look-up of an int cannot raise.
        let _ = self.dict_delete(subclasses, key);
        self.decref(key);
        if self.dict_len(subclasses) == 0 {
            self.heap.type_object_mut(base).tp_subclasses = ObjId::NULL;
            self.decref(subclasses);
        }
    }

    /// The direct subclasses that live, in the order in which they were made; borrowed.
    pub fn subclasses_of(&self, ty: ObjId) -> Vec<ObjId> {
        let subclasses = self.heap.type_object(ty).tp_subclasses;
        if subclasses.is_null() {
            return Vec::new();
        }
        let entries = self.dict(subclasses).entries.iter();
        entries
            .filter(|entry| !entry.key.is_null())
            .filter_map(|entry| self.weakref_target(entry.value))
            .collect()
    }
}
