//! What lists do underneath: the item array, its growth, and the report of each changed slot.
//!
//! Mirrors the lower half of `Objects/listobject.c`: `list_resize`, `ins1`, `list_ass_slice`,
//! `list_extend`. The `Vec` holds the items; `allocated` and `address` are those of C's array.

use crate::base::ObjId;
use crate::events::{Event, Slot, SlotKind};
use crate::memory::Address;

use super::heap::Reuse;
use super::listobject::ListObject;
use super::object::Payload;
use super::vm::{PyResult, Vm};
use super::wellknown::types;

impl Vm {
    /// The list in slot `id`; panics when it is none, which is our bug.
    #[inline]
    pub fn list(&self, id: ObjId) -> &ListObject {
        match self.heap.payload(id) {
            Payload::List(list) => list,
            other => panic!("{id:?} is no list: {other:?}"),
        }
    }

    /// The list in slot `id`, to be changed by code that reports each slot itself.
    #[inline]
    pub fn list_mut(&mut self, id: ObjId) -> &mut ListObject {
        match self.heap.payload_mut_quiet(id) {
            Payload::List(list) => list,
            other => panic!("{id:?} is no list: {other:?}"),
        }
    }

    /// Whether `id` is a list or an instance of a subclass.
    #[inline]
    pub fn is_list(&self, id: ObjId) -> bool {
        matches!(self.heap.payload(id), Payload::List(_))
    }

    /// The number of items.
    #[inline]
    pub fn list_len(&self, id: ObjId) -> usize {
        self.list(id).ob_item.len()
    }

    /// A new list that steals `items`, with an array of exactly their number (`PyList_New`).
    pub fn new_list(&mut self, items: Vec<ObjId>) -> ObjId {
        let allocated = items.len();
        let list = ListObject {
            ob_item: items,
            ..ListObject::default()
        };
        let id = self
            .heap
            .alloc(types::LIST, Payload::List(Box::new(list)), Reuse::FreeList);
        if allocated > 0 {
            self.list_reallocate(id, allocated);
        }
        self.heap.track(id);
        id
    }

    /// A new list that takes a reference of its own to each of `items`.
    pub fn new_list_from(&mut self, items: &[ObjId]) -> ObjId {
        for &item in items {
            self.incref(item);
        }
        self.new_list(items.to_vec())
    }

    /// `list(iterable)` (`PySequence_List`).
    pub fn list_from_iterable(&mut self, iterable: ObjId) -> PyResult<ObjId> {
        let list = self.new_list(Vec::new());
        match self.list_extend(list, iterable) {
            Ok(()) => Ok(list),
            Err(raised) => {
                self.decref(list);
                Err(raised)
            }
        }
    }

    /// Gives the array `allocated` slots.
    fn list_reallocate(&mut self, id: ObjId, allocated: usize) {
        let list = self.list_mut(id);
        let (old, address) = (list.allocated, list.address);
        if old == allocated {
            return;
        }
        let bytes = allocated * 8;
        let address = if old == 0 {
            self.heap.malloc(bytes)
        } else if allocated == 0 {
            self.heap.obmalloc_free(address);
            Address::default()
        } else {
            self.heap.realloc(address, bytes)
        };
        let list = self.list_mut(id);
        list.allocated = allocated;
        list.address = address;
        list.resized = true;
        if self.heap.reporter.is_on() {
            let ty = self.heap.type_object(self.type_of(id));
            let fixed = ty.tp_basicsize + ty.pre_header_size() as u32;
            let (old, new) = (fixed + 8 * old as u32, fixed + 8 * allocated as u32);
            self.heap
                .reporter
                .emit(Event::SizeSet { obj: id, old, new });
        }
    }

    /// Makes room for `new_len` items when there are `old_len` (`list_resize`).
    #[inline]
    fn list_resize(&mut self, id: ObjId, old_len: usize, new_len: usize) {
        let allocated = self.list(id).allocated;
        if allocated >= new_len && new_len >= allocated >> 1 {
            return;
        }
        self.list_reallocate(id, grown_size(old_len, new_len));
    }

    /// Refuses a length that cannot be.
    pub fn check_list_len(&mut self, len: usize) -> PyResult<()> {
        self.check_request(len.saturating_mul(8))
    }

    /// `PyErr_NoMemory()`.
    #[cold]
    pub fn no_memory(&mut self) -> super::vm::Raised {
        self.raise_with(types::MEMORY_ERROR, ObjId::NULL)
    }

    /// Appends an item and takes over the reference (`_PyList_AppendTakeRef`).
    #[inline]
    pub fn list_append_steal(&mut self, id: ObjId, item: ObjId) {
        let list = self.list_mut(id);
        let len = list.ob_item.len();
        if len >= list.allocated {
            self.list_resize(id, len, len + 1);
        }
        self.list_mut(id).ob_item.push(item);
        if self.heap.reporter.is_on() {
            self.report_item(id, len, ObjId::NULL, item);
        }
    }

    /// Appends an item (`PyList_Append`).
    #[inline]
    pub fn list_append(&mut self, id: ObjId, item: ObjId) {
        self.incref(item);
        self.list_append_steal(id, item);
    }

    /// Inserts an item before position `index`, which is clipped (`ins1`).
    pub fn list_insert(&mut self, id: ObjId, index: i64, item: ObjId) {
        let len = self.list_len(id);
        let index = clip(index, len);
        self.list_resize(id, len, len + 1);
        self.incref(item);
        self.list_mut(id).ob_item.insert(index, item);
        if self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::ItemInsert {
                owner: id,
                index: index as u32,
                new: item,
            });
        }
    }

    /// Replaces item `index`, which must exist; drops the old one.
    pub fn list_set(&mut self, id: ObjId, index: usize, item: ObjId) {
        self.incref(item);
        let old = std::mem::replace(&mut self.list_mut(id).ob_item[index], item);
        self.report_item(id, index, old, item);
        self.decref(old);
    }

    /// Exchanges two items; counts stay as they are.
    pub fn list_swap(&mut self, id: ObjId, a: usize, b: usize) {
        let items = &mut self.list_mut(id).ob_item;
        items.swap(a, b);
        let (at_a, at_b) = (items[a], items[b]);
        self.report_item(id, a, at_b, at_a);
        self.report_item(id, b, at_a, at_b);
    }

    /// Takes item `index` out, with its reference; the last one takes the array with it
    /// (`list_pop_impl`).
    pub fn list_remove_at(&mut self, id: ObjId, index: usize) -> ObjId {
        let item = self.list_take_at(id, index);
        let len = self.list_len(id);
        if len == 0 {
            self.list_clear(id);
        } else {
            self.list_resize(id, len + 1, len);
        }
        item
    }

    /// Takes one item out; the array keeps its size, as `del list[i]` leaves it.
    pub fn list_take_at(&mut self, id: ObjId, index: usize) -> ObjId {
        let list = self.list_mut(id);
        let item = list.ob_item.remove(index);
        let len = list.ob_item.len();
        if self.heap.reporter.is_on() {
            if index == len {
                self.report_item(id, index, item, ObjId::NULL);
            } else {
                self.heap.reporter.emit(Event::ItemRemove {
                    owner: id,
                    index: index as u32,
                    old: item,
                });
            }
        }
        item
    }

    /// A list of `items` that was made with room for so many and filled one by one.
    pub fn new_list_with_room(&mut self, items: Vec<ObjId>, room: usize) -> ObjId {
        let list = self.new_list(Vec::new());
        self.list_reallocate(list, room);
        for item in items {
            self.list_append_steal(list, item);
        }
        list
    }

    /// Takes the items from `at` on out, with their references; the array keeps its size, as
    /// in `_PyEval_UnpackIterable`.
    pub fn list_split_off(&mut self, id: ObjId, at: usize) -> Vec<ObjId> {
        let tail = self.list_mut(id).ob_item.split_off(at);
        for (i, &item) in tail.iter().enumerate() {
            self.report_item(id, at + i, item, ObjId::NULL);
        }
        tail
    }

    /// Empties the list (`list_clear`): the array is freed after its items died, last first.
    pub fn list_clear(&mut self, id: ObjId) {
        let list = self.list_mut(id);
        let items = std::mem::take(&mut list.ob_item);
        let address = std::mem::take(&mut list.address);
        let allocated = std::mem::take(&mut list.allocated);
        list.resized |= allocated > 0;
        for (i, &item) in items.iter().enumerate().rev() {
            self.report_item(id, i, item, ObjId::NULL);
        }
        if allocated > 0 && self.heap.reporter.is_on() {
            let ty = self.heap.type_object(self.type_of(id));
            let new = ty.tp_basicsize + ty.pre_header_size() as u32;
            let old = new + 8 * allocated as u32;
            self.heap
                .reporter
                .emit(Event::SizeSet { obj: id, old, new });
        }
        for &item in items.iter().rev() {
            self.xdecref(item);
        }
        if allocated > 0 {
            self.heap.obmalloc_free(address);
        }
    }

    /// Replaces the items from `low` to `high` by `new`, which is stolen (`list_ass_slice`).
    pub fn list_assign_range(
        &mut self,
        id: ObjId,
        low: usize,
        high: usize,
        new: Vec<ObjId>,
    ) -> PyResult<()> {
        let len = self.list_len(id);
        let new_len = len - (high - low) + new.len();
        if new_len == 0 {
            self.list_clear(id);
            return Ok(());
        }
        self.check_list_len(new_len)?;
        let before = self.items_for_report(id);
        let old: Vec<ObjId> = self.list_mut(id).ob_item.splice(low..high, new).collect();
        self.list_resize(id, len, new_len);
        self.report_items_since(id, before);
        for &item in old.iter().rev() {
            self.decref(item);
        }
        Ok(())
    }

    /// Puts other items in place of all; counts are the caller's.
    pub fn list_replace_items(&mut self, id: ObjId, items: Vec<ObjId>) {
        let before = self.items_for_report(id);
        let len = items.len();
        self.list_mut(id).ob_item = items;
        self.list_resize(id, len, len);
        self.report_items_since(id, before);
    }

    /// Exchanges all items at once, as `sort` and `reverse` do; counts stay as they are.
    pub fn list_permute(&mut self, id: ObjId, permute: impl FnOnce(&mut [ObjId])) {
        let before = self.items_for_report(id);
        permute(&mut self.list_mut(id).ob_item);
        self.report_items_since(id, before);
    }

    /// Adds all items of an iterable (`list_extend`).
    pub fn list_extend(&mut self, id: ObjId, iterable: ObjId) -> PyResult<()> {
        let ty = self.type_of(iterable);
        if ty == types::LIST || ty == types::TUPLE || iterable == id {
            let items = match self.heap.payload(iterable) {
                Payload::List(list) => list.ob_item.clone(),
                _ => self.tuple_items(iterable).to_vec(),
            };
            for &item in &items {
                self.incref(item);
            }
            return self.list_extend_steal(id, &items);
        }
        if ty == types::SET || ty == types::FROZENSET {
            let items = self.set_keys(iterable);
            return self.list_extend_counted(id, &items);
        }
        if ty == types::DICT {
            let keys: Vec<ObjId> = self
                .dict_entries(iterable)
                .into_iter()
                .map(|(key, _)| key)
                .collect();
            return self.list_extend_counted(id, &keys);
        }
        if let Some(items) = self.dict_view_items_for_extend(iterable) {
            return self.list_extend_grown(id, &items);
        }
        self.list_extend_iterate(id, iterable)
    }

    /// `list_extend_fast`: an empty list gets an array rounded up to even.
    fn list_extend_steal(&mut self, id: ObjId, items: &[ObjId]) -> PyResult<()> {
        if items.is_empty() {
            return Ok(());
        }
        let len = self.list_len(id);
        let new_len = len + items.len();
        if let Err(raised) = self.check_list_len(new_len) {
            self.decref_all(items);
            return Err(raised);
        }
        if self.list(id).allocated == 0 {
            self.list_reallocate(id, even(new_len));
        } else {
            self.list_resize(id, len, new_len);
        }
        self.list_mut(id).ob_item.extend_from_slice(items);
        self.report_appended(id, len);
        Ok(())
    }

    fn list_extend_counted(&mut self, id: ObjId, items: &[ObjId]) -> PyResult<()> {
        for &item in items {
            self.incref(item);
        }
        self.list_extend_grown(id, items)
    }

    /// Sets, dicts and their views: the array grows by the usual rule. Steals the items.
    fn list_extend_grown(&mut self, id: ObjId, items: &[ObjId]) -> PyResult<()> {
        let len = self.list_len(id);
        self.list_resize(id, len, len + items.len());
        self.list_mut(id).ob_item.extend_from_slice(items);
        self.report_appended(id, len);
        Ok(())
    }

    /// `list_extend_lock_held` for any other iterable: room for the length hint, then one by one.
    fn list_extend_iterate(&mut self, id: ObjId, iterable: ObjId) -> PyResult<()> {
        let iterator = self.iter(iterable)?;
        let result = self.list_extend_from_iterator(id, iterable, iterator);
        self.decref(iterator);
        result
    }

    fn list_extend_from_iterator(
        &mut self,
        id: ObjId,
        iterable: ObjId,
        iterator: ObjId,
    ) -> PyResult<()> {
        let hint = self.length_hint(iterable, 8)? as usize;
        let len = self.list_len(id);
        if self.list(id).allocated == 0 {
            if hint > 0 {
                self.check_list_len(hint)?;
                self.list_reallocate(id, even(hint));
            }
        } else if hint > i64::MAX as usize - len {
            // The hint overflows: items come one by one.
        } else {
            let room = len + hint;
            self.check_list_len(room)?;
            self.list_resize(id, len, room);
        }
        while let Some(item) = self.iter_next(iterator)? {
            self.list_append_steal(id, item);
        }
        let len = self.list_len(id);
        if len < self.list(id).allocated {
            self.list_resize(id, len, len);
        }
        Ok(())
    }

    /// `list * n` in place (`list_inplace_repeat`).
    pub fn list_repeat_in_place(&mut self, id: ObjId, count: i64) -> PyResult<()> {
        let len = self.list_len(id);
        if len == 0 || count == 1 {
            return Ok(());
        }
        if count < 1 {
            self.list_clear(id);
            return Ok(());
        }
        let new_len = (count as usize).saturating_mul(len);
        self.check_list_len(new_len)?;
        self.list_resize(id, len, new_len);
        let items = self.list(id).ob_item.clone();
        for _ in 1..count {
            for &item in &items {
                self.incref(item);
            }
            self.list_mut(id).ob_item.extend_from_slice(&items);
        }
        self.report_appended(id, len);
        Ok(())
    }

    // ---- reports

    /// Reports one changed item slot.
    #[inline]
    pub fn report_item(&mut self, owner: ObjId, index: usize, old: ObjId, new: ObjId) {
        if self.heap.reporter.is_on() {
            let slot = Slot {
                kind: SlotKind::Item,
                key: index as u32,
            };
            self.heap.reporter.emit(Event::SlotSet {
                owner,
                slot,
                old,
                new,
            });
        }
    }

    fn report_appended(&mut self, id: ObjId, from: usize) {
        if self.heap.reporter.is_on() {
            for i in from..self.list_len(id) {
                let item = self.list(id).ob_item[i];
                self.report_item(id, i, ObjId::NULL, item);
            }
        }
    }

    /// The items before a change of many, to compare with; empty when nobody listens.
    fn items_for_report(&self, id: ObjId) -> Vec<ObjId> {
        if self.heap.reporter.is_on() {
            self.list(id).ob_item.clone()
        } else {
            Vec::new()
        }
    }

    fn report_items_since(&mut self, id: ObjId, before: Vec<ObjId>) {
        if !self.heap.reporter.is_on() {
            return;
        }
        let after = self.list(id).ob_item.clone();
        for i in 0..before.len().max(after.len()) {
            let old = before.get(i).copied().unwrap_or(ObjId::NULL);
            let new = after.get(i).copied().unwrap_or(ObjId::NULL);
            if old != new {
                self.report_item(id, i, old, new);
            }
        }
    }
}

/// The array size for `new_len` items (`list_resize`).
pub const fn grown_size(old_len: usize, new_len: usize) -> usize {
    if new_len == 0 {
        return 0;
    }
    let grown = (new_len + (new_len >> 3) + 6) & !3;
    if new_len > old_len && new_len - old_len > grown - new_len {
        (new_len + 3) & !3
    } else {
        grown
    }
}

/// `list_preallocate`: rounded up to even.
const fn even(len: usize) -> usize {
    (len + 1) & !1
}

/// A position to insert at: negative ones count from the end, all are clipped.
fn clip(index: i64, len: usize) -> usize {
    let index = if index < 0 {
        (index + len as i64).max(0)
    } else {
        index
    };
    (index as usize).min(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_grow_as_in_cpython() {
        let mut allocated = 0;
        let mut seen = Vec::new();
        for len in 1..=150 {
            if len > allocated {
                allocated = grown_size(len - 1, len);
                seen.push(allocated);
            }
        }
        assert_eq!(
            seen,
            [4, 8, 16, 24, 32, 40, 52, 64, 76, 92, 108, 128, 148, 172]
        );
        assert_eq!(
            (grown_size(0, 3), grown_size(0, 7), grown_size(0, 100)),
            (8, 8, 100)
        );
    }
}
