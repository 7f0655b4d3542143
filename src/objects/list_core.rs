//! Lists as the machine uses them: making, appending.
//!
//! Mirrors the API half of `Objects/listobject.c`.

use crate::base::ObjId;

use super::heap::Reuse;
use super::listobject::ListObject;
use super::object::Payload;
use super::vm::Vm;
use super::wellknown::types;

impl Vm {
    /// A tracked list that steals the references in `items`, with exactly their capacity.
    pub fn new_list(&mut self, items: Vec<ObjId>) -> ObjId {
        let allocated = items.len();
        let list = ListObject {
            ob_item: items,
            allocated,
            ..ListObject::default()
        };
        let id = self
            .heap
            .alloc(types::LIST, Payload::List(Box::new(list)), Reuse::FreeList);
        self.heap.track(id);
        id
    }

    /// A list with references of its own to `items`.
    pub fn new_list_from(&mut self, items: &[ObjId]) -> ObjId {
        for &item in items {
            self.incref(item);
        }
        self.new_list(items.to_vec())
    }

    /// Appends with a reference of its own.
    pub fn list_append(&mut self, id: ObjId, item: ObjId) {
        self.incref(item);
        if let Payload::List(list) = self.heap.payload_mut_quiet(id) {
            list.ob_item.push(item);
            list.allocated = list.ob_item.len();
        }
        self.heap.touch(id);
    }
}
