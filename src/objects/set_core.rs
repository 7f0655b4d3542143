//! The hash table of sets: look-up, insertion, removal, growth, and the set operations.
//!
//! Mirrors the lower half of `Objects/setobject.c`, slot for slot: 10 neighboring slots are
//! tried before the next jump, a removed entry leaves a dummy.

use crate::base::ObjId;
use crate::events::Event;
use crate::memory::Address;

use super::heap::Reuse;
use super::object::{Payload, Place};
use super::setobject::{SetEntry, SetObject};
use super::slots::CompareOp;
use super::vm::{PyResult, Vm};
use super::wellknown::types;

/// Slots of a table that lies inside the object.
pub const PYSET_MINSIZE: usize = 8;
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;

/// The slots that a hash may use, in the order in which they are tried.
struct Probes {
    mask: usize,
    perturb: u64,
    i: usize,
    /// Neighbors of `i` still to be tried.
    left: usize,
    at: usize,
}

impl Probes {
    fn new(hash: i64, mask: usize) -> Self {
        let i = hash as usize & mask;
        Self {
            mask,
            perturb: hash as u64,
            i,
            left: Self::neighbors(i, mask),
            at: i,
        }
    }

    const fn neighbors(i: usize, mask: usize) -> usize {
        if i + LINEAR_PROBES <= mask {
            LINEAR_PROBES
        } else {
            0
        }
    }

    fn advance(&mut self) {
        if self.left > 0 {
            self.left -= 1;
            self.at += 1;
            return;
        }
        self.perturb >>= PERTURB_SHIFT;
        self.i = self
            .i
            .wrapping_mul(5)
            .wrapping_add(1)
            .wrapping_add(self.perturb as usize)
            & self.mask;
        self.left = Self::neighbors(self.i, self.mask);
        self.at = self.i;
    }
}

/// What a look-up found.
enum Found {
    /// The slot that holds an equal key.
    Active(usize),
    /// No equal key; a new one goes here: the last dummy passed, else the first empty slot.
    Absent { slot: usize, dummy: bool },
}

impl SetObject {
    /// An empty set.
    pub fn empty() -> Self {
        Self {
            table: vec![SetEntry::Empty; PYSET_MINSIZE],
            fill: 0,
            used: 0,
            finger: 0,
            hash: None,
            address: 0,
        }
    }

    const fn mask(&self) -> usize {
        self.table.len() - 1
    }

    /// Puts a key that is not there into a table without dummies (`set_insert_clean`).
    fn insert_clean(&mut self, key: ObjId, hash: i64) {
        let mut probes = Probes::new(hash, self.mask());
        while self.table[probes.at] != SetEntry::Empty {
            probes.advance();
        }
        self.table[probes.at] = SetEntry::Key { key, hash };
    }

    /// The entries in table order.
    pub fn entries(&self) -> impl Iterator<Item = (ObjId, i64)> + '_ {
        self.table.iter().filter_map(|entry| match *entry {
            SetEntry::Key { key, hash } => Some((key, hash)),
            SetEntry::Empty | SetEntry::Dummy => None,
        })
    }

    /// The first entry at table position `from` or behind it, with its position.
    pub fn next_entry(&self, from: usize) -> Option<(usize, ObjId, i64)> {
        let rest = self.table.get(from..)?;
        rest.iter().enumerate().find_map(|(i, entry)| match *entry {
            SetEntry::Key { key, hash } => Some((from + i, key, hash)),
            SetEntry::Empty | SetEntry::Dummy => None,
        })
    }
}

impl Vm {
    /// The set in slot `id`; panics when it is none, which is our bug.
    #[inline]
    pub fn set(&self, id: ObjId) -> &SetObject {
        match self.heap.payload(id) {
            Payload::Set(set) => set,
            other => panic!("{id:?} is no set: {other:?}"),
        }
    }

    /// The set in slot `id`, to be changed.
    #[inline]
    pub fn set_mut(&mut self, id: ObjId) -> &mut SetObject {
        match self.heap.payload_mut(id) {
            Payload::Set(set) => set,
            other => panic!("{id:?} is no set: {other:?}"),
        }
    }

    /// As [`Self::set_mut`], for a caller that reports every changed key itself.
    #[inline]
    fn set_mut_quiet(&mut self, id: ObjId) -> &mut SetObject {
        match self.heap.payload_mut_quiet(id) {
            Payload::Set(set) => set,
            other => panic!("{id:?} is no set: {other:?}"),
        }
    }

    /// Whether `id` is a `set`, a `frozenset` or an instance of a subclass (`PyAnySet_Check`).
    #[inline]
    pub fn is_any_set(&self, id: ObjId) -> bool {
        matches!(self.heap.payload(id), Payload::Set(_))
    }

    /// A new empty `set` (`PySet_New(NULL)`).
    pub fn new_set(&mut self) -> ObjId {
        self.new_set_of(types::SET)
    }

    /// A new empty set of the type `set` or `frozenset`.
    pub fn new_set_of(&mut self, ty: ObjId) -> ObjId {
        let id = self
            .heap
            .alloc(ty, Payload::Set(Box::new(SetObject::empty())), Reuse::Fresh);
        self.heap.track(id);
        id
    }

    /// The keys in table order (borrowed).
    pub fn set_keys(&self, id: ObjId) -> Vec<ObjId> {
        self.set(id).entries().map(|(key, _)| key).collect()
    }

    /// How many keys a set has.
    #[inline]
    pub fn set_len(&self, id: ObjId) -> usize {
        self.set(id).used
    }

    /// Looks for a key; comparing may run Python code, which may change the set.
    fn set_find(&mut self, id: ObjId, key: ObjId, hash: i64) -> PyResult<Found> {
        let exact_str = self.type_of(key) == types::STR;
        'restart: loop {
            let mut probes = Probes::new(hash, self.set(id).mask());
            let mut free = None;
            loop {
                match self.set(id).table[probes.at] {
                    SetEntry::Empty => {
                        let slot = free.unwrap_or(probes.at);
                        return Ok(Found::Absent {
                            slot,
                            dummy: free.is_some(),
                        });
                    }
                    SetEntry::Dummy => free = Some(probes.at),
                    SetEntry::Key {
                        key: found,
                        hash: found_hash,
                    } if found_hash == hash => {
                        if found == key {
                            return Ok(Found::Active(probes.at));
                        }
                        if exact_str && self.type_of(found) == types::STR {
                            if self.text(found) == self.text(key) {
                                return Ok(Found::Active(probes.at));
                            }
                        } else {
                            let table = self.set(id).table.as_ptr();
                            self.incref(found);
                            let equal = self.rich_compare_bool(found, key, CompareOp::Eq);
                            self.decref(found);
                            let equal = equal?;
                            let set = self.set(id);
                            let unchanged = set.table.as_ptr() == table
                                && matches!(set.table[probes.at], SetEntry::Key { key, .. } if key == found);
                            if equal {
                                return Ok(Found::Active(probes.at));
                            }
                            if !unchanged {
                                continue 'restart;
                            }
                        }
                    }
                    SetEntry::Key { .. } => {}
                }
                probes.advance();
            }
        }
    }

    /// Whether a key with this hash is in the set (`set_contains_entry`).
    pub fn set_contains_entry(&mut self, id: ObjId, key: ObjId, hash: i64) -> PyResult<bool> {
        Ok(matches!(self.set_find(id, key, hash)?, Found::Active(_)))
    }

    /// Whether a key is in the set.
    pub fn set_contains_key(&mut self, id: ObjId, key: ObjId) -> PyResult<bool> {
        let hash = self.hash(key)?;
        self.set_contains_entry(id, key, hash)
    }

    /// Adds a key (`PySet_Add`); takes a reference of its own when it was not there.
    pub fn set_add(&mut self, id: ObjId, key: ObjId) -> PyResult<()> {
        let hash = self.hash(key)?;
        self.set_add_entry(id, key, hash)
    }

    /// As [`Self::set_add`] with the hash at hand (`set_add_entry`).
    pub fn set_add_entry(&mut self, id: ObjId, key: ObjId, hash: i64) -> PyResult<()> {
        // Counted before the comparisons, which might otherwise free the key.
        self.incref(key);
        match self.set_find(id, key, hash) {
            Err(raised) => {
                self.decref(key);
                return Err(raised);
            }
            Ok(Found::Active(_)) => {
                self.decref(key);
            }
            Ok(Found::Absent { slot, dummy }) => {
                let set = self.set_mut_quiet(id);
                set.table[slot] = SetEntry::Key { key, hash };
                set.used += 1;
                let place = Place::Key(slot as u32);
                self.heap.report_slot_tracked(id, place, ObjId::NULL, key);
                if !dummy {
                    let set = self.set_mut_quiet(id);
                    set.fill += 1;
                    if set.fill * 5 >= set.mask() * 3 {
                        let target = grown_target(set.used);
                        self.set_resize(id, target);
                    }
                }
            }
        }
        Ok(())
    }

    /// Rebuilds the table with more than `minimum` slots (`set_table_resize`).
    fn set_resize(&mut self, id: ObjId, minimum: usize) {
        let mut slots = PYSET_MINSIZE;
        while slots <= minimum {
            slots <<= 1;
        }
        let set = self.set_mut(id);
        let old_slots = set.table.len();
        let entries: Vec<(ObjId, i64)> = set.entries().collect();
        set.table = vec![SetEntry::Empty; slots];
        set.fill = set.used;
        for (key, hash) in entries {
            set.insert_clean(key, hash);
        }
        self.heap.report_references(id);
        self.set_table_moved(id, old_slots);
    }

    /// Exchanges the block of the table, which had `old_slots` slots.
    fn set_table_moved(&mut self, id: ObjId, old_slots: usize) {
        let slots = self.set(id).table.len();
        let block = if slots > PYSET_MINSIZE {
            self.heap.malloc(slots * 16).0
        } else {
            0
        };
        let old = std::mem::replace(&mut self.set_mut(id).address, block);
        if old != 0 {
            self.heap.obmalloc_free(Address(old));
        }
        if self.heap.reporter.is_on() && old_slots != slots {
            let size = |slots: usize| {
                216 + if slots > PYSET_MINSIZE {
                    16 * slots as u32
                } else {
                    0
                }
            };
            self.heap.reporter.emit(Event::SizeSet {
                obj: id,
                old: size(old_slots),
                new: size(slots),
            });
        }
    }

    /// Removes a key and gives its reference; `None` when it is not there.
    fn set_take(&mut self, id: ObjId, key: ObjId, hash: i64) -> PyResult<Option<ObjId>> {
        let Found::Active(slot) = self.set_find(id, key, hash)? else {
            return Ok(None);
        };
        let set = self.set_mut_quiet(id);
        // The comparison that found it may have removed it, or all.
        let Some(entry @ SetEntry::Key { .. }) = set.table.get_mut(slot) else {
            return Ok(None);
        };
        let SetEntry::Key { key, .. } = std::mem::replace(entry, SetEntry::Dummy) else {
            unreachable!("just matched");
        };
        set.used -= 1;
        let place = Place::Key(slot as u32);
        self.heap.report_slot_tracked(id, place, key, ObjId::NULL);
        Ok(Some(key))
    }

    /// Removes a key; false when it is not there (`set_discard_entry`).
    pub fn set_discard_entry(&mut self, id: ObjId, key: ObjId, hash: i64) -> PyResult<bool> {
        match self.set_take(id, key, hash)? {
            Some(old) => {
                self.decref(old);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Removes a key; false when it is not there (`PySet_Discard`).
    pub fn set_discard(&mut self, id: ObjId, key: ObjId) -> PyResult<bool> {
        let hash = self.hash(key)?;
        self.set_discard_entry(id, key, hash)
    }

    /// Takes an arbitrary key out, beginning at the finger (`set_pop`); `None` when empty.
    pub fn set_pop(&mut self, id: ObjId) -> Option<ObjId> {
        let set = self.set_mut_quiet(id);
        if set.used == 0 {
            return None;
        }
        let mask = set.mask();
        let mut at = set.finger & mask;
        loop {
            if let SetEntry::Key { key, .. } = set.table[at] {
                set.table[at] = SetEntry::Dummy;
                set.used -= 1;
                set.finger = at + 1;
                let place = Place::Key(at as u32);
                self.heap.report_slot_tracked(id, place, key, ObjId::NULL);
                return Some(key);
            }
            at = (at + 1) & mask;
        }
    }

    /// Empties a set (`set_clear_internal`).
    pub fn set_clear(&mut self, id: ObjId) {
        let set = self.set_mut(id);
        let old_slots = set.table.len();
        let entries: Vec<ObjId> = set.entries().map(|(key, _)| key).collect();
        let (address, finger) = (set.address, set.finger);
        *set = SetObject {
            finger,
            ..SetObject::empty()
        };
        self.heap.report_references(id);
        self.decref_all(&entries);
        if address != 0 {
            self.heap.obmalloc_free(Address(address));
        }
        if self.heap.reporter.is_on() && old_slots > PYSET_MINSIZE {
            let old = 216 + 16 * old_slots as u32;
            self.heap.reporter.emit(Event::SizeSet {
                obj: id,
                old,
                new: 216,
            });
        }
    }

    /// Adds all items of an iterable (`set_update_internal`).
    pub fn set_update(&mut self, id: ObjId, other: ObjId) -> PyResult<()> {
        if self.is_any_set(other) {
            return self.set_merge(id, other);
        }
        if self.type_of(other) == types::DICT {
            let count = self.dict_len(other);
            let set = self.set(id);
            if (set.fill + count) * 5 >= set.mask() * 3 {
                let target = (set.used + count) * 2;
                self.set_resize(id, target);
            }
            let mut position = 0;
            while let Some((next, key, hash)) = self.dict_next_key(other, position) {
                position = next;
                self.set_add_entry(id, key, hash)?;
            }
            return Ok(());
        }
        let iterator = self.iter(other)?;
        let result = self.set_add_all(id, iterator);
        self.decref(iterator);
        result
    }

    fn set_add_all(&mut self, id: ObjId, iterator: ObjId) -> PyResult<()> {
        while let Some(key) = self.iter_next(iterator)? {
            let result = self.set_add(id, key);
            self.decref(key);
            result?;
        }
        Ok(())
    }

    /// The key and hash of the first live entry of a dict at `position` or behind it, and the
    /// position behind that (`_PyDict_Next`).
    pub fn dict_next_key(&self, dict: ObjId, position: usize) -> Option<(usize, ObjId, i64)> {
        let entries = self.dict(dict).entries.get(position..)?;
        let found = entries.iter().position(|entry| !entry.key.is_null())?;
        let entry = entries[found];
        Some((position + found + 1, entry.key, entry.hash))
    }

    /// Adds all keys of another set (`set_merge`).
    fn set_merge(&mut self, id: ObjId, other: ObjId) -> PyResult<()> {
        if id == other || self.set_len(other) == 0 {
            return Ok(());
        }
        let (set, source) = (self.set(id), self.set(other));
        if (set.fill + source.used) * 5 >= set.mask() * 3 {
            let target = (set.used + source.used) * 2;
            self.set_resize(id, target);
        }
        let (set, source) = (self.set(id), self.set(other));
        if set.fill == 0 {
            let same = set.mask() == source.mask() && source.fill == source.used;
            let table = source.table.clone();
            let entries: Vec<(ObjId, i64)> = source.entries().collect();
            for &(key, _) in &entries {
                self.incref(key);
            }
            let set = self.set_mut(id);
            set.fill = entries.len();
            set.used = entries.len();
            if same {
                // Every key keeps its slot.
                set.table = table;
            } else {
                for (key, hash) in entries {
                    set.insert_clean(key, hash);
                }
            }
            self.heap.report_references(id);
            return Ok(());
        }
        let mut at = 0;
        while let Some((slot, key, hash)) = self.set(other).next_entry(at) {
            at = slot + 1;
            self.set_add_entry(id, key, hash)?;
        }
        Ok(())
    }

    /// A new set with the items of an iterable, or empty when it is NULL (`make_new_set`).
    pub fn make_set(&mut self, ty: ObjId, iterable: ObjId) -> PyResult<ObjId> {
        let set = if ty == types::SET || ty == types::FROZENSET {
            self.new_set_of(ty)
        } else {
            self.alloc_instance(ty, Payload::Set(Box::new(SetObject::empty())))
        };
        if !iterable.is_null()
            && let Err(raised) = self.set_update(set, iterable)
        {
            self.decref(set);
            return Err(raised);
        }
        Ok(set)
    }

    /// `set` or `frozenset`, whichever the type derives from (`make_new_set_basetype`).
    fn set_base_type(&self, ty: ObjId) -> ObjId {
        if self.is_subtype(ty, types::SET) {
            types::SET
        } else {
            types::FROZENSET
        }
    }

    /// As [`Self::make_set`] with the built-in base of the type of `like`.
    pub fn make_base_set(&mut self, like: ObjId, iterable: ObjId) -> PyResult<ObjId> {
        let ty = self.set_base_type(self.type_of(like));
        self.make_set(ty, iterable)
    }

    /// A copy, of the built-in type (`set_copy`).
    pub fn set_copy(&mut self, id: ObjId) -> PyResult<ObjId> {
        self.make_base_set(id, id)
    }

    /// `a & b` (`set_intersection`).
    pub fn set_intersection(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if a == b {
            return self.set_copy(a);
        }
        let result = self.make_base_set(a, ObjId::NULL)?;
        let filled = if self.is_any_set(b) {
            let (large, small) = if self.set_len(b) > self.set_len(a) {
                (b, a)
            } else {
                (a, b)
            };
            self.set_keep_entries(result, small, |vm, key, hash| {
                vm.set_contains_entry(large, key, hash)
            })
        } else {
            self.set_intersect_iterable(result, a, b)
        };
        self.result_or_drop(result, filled)
    }

    fn set_intersect_iterable(&mut self, result: ObjId, a: ObjId, iterable: ObjId) -> PyResult<()> {
        let iterator = self.iter(iterable)?;
        let outcome = self.set_intersect_iterator(result, a, iterator);
        self.decref(iterator);
        outcome
    }

    fn set_intersect_iterator(&mut self, result: ObjId, a: ObjId, iterator: ObjId) -> PyResult<()> {
        while let Some(key) = self.iter_next(iterator)? {
            let outcome = self.set_add_if_in(result, a, key);
            self.decref(key);
            if outcome? && self.set_len(result) >= self.set_len(a) {
                break;
            }
        }
        Ok(())
    }

    fn set_add_if_in(&mut self, result: ObjId, a: ObjId, key: ObjId) -> PyResult<bool> {
        let hash = self.hash(key)?;
        let found = self.set_contains_entry(a, key, hash)?;
        if found {
            self.set_add_entry(result, key, hash)?;
        }
        Ok(found)
    }

    /// Adds those entries of `source` that pass the test.
    fn set_keep_entries(
        &mut self,
        result: ObjId,
        source: ObjId,
        mut keep: impl FnMut(&mut Self, ObjId, i64) -> PyResult<bool>,
    ) -> PyResult<()> {
        let mut at = 0;
        while let Some((slot, key, hash)) = self.set(source).next_entry(at) {
            at = slot + 1;
            self.incref(key);
            let outcome = keep(self, key, hash).and_then(|kept| {
                if kept {
                    self.set_add_entry(result, key, hash)
                } else {
                    Ok(())
                }
            });
            self.decref(key);
            outcome?;
        }
        Ok(())
    }

    /// Gives a new object, or drops it when filling it failed.
    pub fn result_or_drop(&mut self, result: ObjId, filled: PyResult<()>) -> PyResult<ObjId> {
        match filled {
            Ok(()) => Ok(result),
            Err(raised) => {
                self.decref(result);
                Err(raised)
            }
        }
    }

    /// `a - b` for any iterable `b` (`set_difference`).
    pub fn set_difference(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        let is_dict = self.type_of(b) == types::DICT;
        let other_len = if self.is_any_set(b) {
            self.set_len(b)
        } else if is_dict {
            self.dict_len(b)
        } else {
            return self.set_copy_and_difference(a, b);
        };
        if self.set_len(a) >> 2 > other_len {
            return self.set_copy_and_difference(a, b);
        }
        let result = self.make_base_set(a, ObjId::NULL)?;
        let filled = self.set_keep_entries(result, a, |vm, key, hash| {
            let found = if is_dict {
                vm.dict_lookup(b, key, hash)?.is_some()
            } else {
                vm.set_contains_entry(b, key, hash)?
            };
            Ok(!found)
        });
        self.result_or_drop(result, filled)
    }

    fn set_copy_and_difference(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        let result = self.set_copy(a)?;
        let filled = self.set_difference_update(result, b);
        self.result_or_drop(result, filled)
    }

    /// Removes the items of an iterable (`set_difference_update_internal`).
    pub fn set_difference_update(&mut self, id: ObjId, other: ObjId) -> PyResult<()> {
        if id == other {
            self.set_clear(id);
            return Ok(());
        }
        if self.is_any_set(other) {
            // A much larger set is first narrowed down to what both have.
            let narrow = self.set_len(other) >> 3 > self.set_len(id);
            let other = if narrow {
                self.set_intersection(id, other)?
            } else {
                self.incref(other)
            };
            let result = self.set_discard_entries(id, other);
            self.decref(other);
            result?;
        } else {
            let iterator = self.iter(other)?;
            let result = self.set_discard_all(id, iterator);
            self.decref(iterator);
            result?;
        }
        let set = self.set(id);
        if set.fill - set.used > set.mask() / 4 {
            let target = grown_target(set.used);
            self.set_resize(id, target);
        }
        Ok(())
    }

    fn set_discard_entries(&mut self, id: ObjId, other: ObjId) -> PyResult<()> {
        let mut at = 0;
        while let Some((slot, key, hash)) = self.set(other).next_entry(at) {
            at = slot + 1;
            self.incref(key);
            let result = self.set_discard_entry(id, key, hash);
            self.decref(key);
            result?;
        }
        Ok(())
    }

    fn set_discard_all(&mut self, id: ObjId, iterator: ObjId) -> PyResult<()> {
        while let Some(key) = self.iter_next(iterator)? {
            let result = self.set_discard(id, key);
            self.decref(key);
            result?;
        }
        Ok(())
    }

    /// Removes what both have and adds what only `other` has
    /// (`set_symmetric_difference_update`).
    pub fn set_symmetric_difference_update(&mut self, id: ObjId, other: ObjId) -> PyResult<()> {
        if id == other {
            self.set_clear(id);
            return Ok(());
        }
        if self.type_of(other) == types::DICT {
            let mut position = 0;
            while let Some((next, key, hash)) = self.dict_next_key(other, position) {
                position = next;
                self.set_toggle(id, key, hash)?;
            }
            return Ok(());
        }
        if self.is_any_set(other) {
            return self.set_toggle_entries(id, other);
        }
        let other = self.make_base_set(id, other)?;
        let result = self.set_toggle_entries(id, other);
        self.decref(other);
        result
    }

    /// `a ^ b`: a copy of `b`, toggled by `a` (`set_symmetric_difference`).
    pub fn set_symmetric_difference(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        let result = self.make_base_set(a, b)?;
        let filled = self.set_toggle_entries(result, a);
        self.result_or_drop(result, filled)
    }

    fn set_toggle_entries(&mut self, id: ObjId, other: ObjId) -> PyResult<()> {
        let mut at = 0;
        while let Some((slot, key, hash)) = self.set(other).next_entry(at) {
            at = slot + 1;
            self.set_toggle(id, key, hash)?;
        }
        Ok(())
    }

    fn set_toggle(&mut self, id: ObjId, key: ObjId, hash: i64) -> PyResult<()> {
        self.incref(key);
        let result = match self.set_discard_entry(id, key, hash) {
            Ok(false) => self.set_add_entry(id, key, hash),
            Ok(true) => Ok(()),
            Err(raised) => Err(raised),
        };
        self.decref(key);
        result
    }

    /// Whether every key of `a` is in `b`, both sets (`set_issubset`).
    pub fn set_is_subset(&mut self, a: ObjId, b: ObjId) -> PyResult<bool> {
        if self.set_len(a) > self.set_len(b) {
            return Ok(false);
        }
        let mut at = 0;
        while let Some((slot, key, hash)) = self.set(a).next_entry(at) {
            at = slot + 1;
            self.incref(key);
            let found = self.set_contains_entry(b, key, hash);
            self.decref(key);
            if !found? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Exchanges the contents of two sets (`set_swap_bodies`).
    pub fn set_swap_bodies(&mut self, a: ObjId, b: ObjId) {
        let other = std::mem::replace(self.set_mut(b), SetObject::empty());
        let mine = std::mem::replace(self.set_mut(a), other);
        *self.set_mut(b) = mine;
        self.heap.report_references(a);
        self.heap.report_references(b);
        let both_frozen =
            self.isinstance(a, types::FROZENSET) && self.isinstance(b, types::FROZENSET);
        if !both_frozen {
            self.set_mut(a).hash = None;
            self.set_mut(b).hash = None;
        }
    }
}

/// The size to rebuild for: small sets grow faster.
const fn grown_target(used: usize) -> usize {
    if used > 50000 { used * 2 } else { used * 4 }
}
