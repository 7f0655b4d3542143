//! The hash table of dictionaries: look-up, insertion, deletion, growth.
//!
//! Mirrors the keys-table half of `Objects/dictobject.c`, probe for probe.

use crate::base::ObjId;
use crate::events::{Event, Slot, SlotKind};
use crate::memory::Address;

use super::dictobject::{DUMMY, DictEntry, DictObject, EMPTY, KeysKind};
use super::heap::Reuse;
use super::object::Payload;
use super::vm::{PyResult, Vm};
use super::wellknown::types;

const PERTURB_SHIFT: u32 = 5;

/// `USABLE_FRACTION`: how many entries a table of `slots` index slots takes.
pub const fn usable_fraction(slots: usize) -> usize {
    (slots << 1) / 3
}

/// The table size for at least `minimum` slots (`calculate_log2_keysize`), at least 8.
pub fn keys_size_for(minimum: usize) -> usize {
    let rounded = ((minimum | 8) - 1) | 7;
    1 << (usize::BITS - rounded.leading_zeros())
}

impl DictObject {
    /// Bytes of the keys table (facts 1.5.1); 0 for the shared empty table and a class's table.
    pub fn keys_table_size(&self) -> usize {
        if self.indices.is_empty() || self.is_split() {
            return 0;
        }
        let slots = self.indices.len();
        let index_bytes = if slots < 1 << 8 {
            1
        } else if slots < 1 << 16 {
            2
        } else {
            4
        };
        let entry_bytes = if self.kind == KeysKind::General {
            24
        } else {
            16
        };
        32 + slots * index_bytes + usable_fraction(slots) * entry_bytes
    }

    /// Whether the table is one that `free_keys_object` parks: eight slots, strings alone.
    pub fn is_small_unicode(&self) -> bool {
        self.kind == KeysKind::Unicode && self.indices.len() == 8
    }

    /// Finds the entry that `matches`; entries are tried in probe order.
    fn probe(&self, hash: i64, mut matches: impl FnMut(&DictEntry) -> bool) -> Option<usize> {
        if self.indices.is_empty() {
            return None;
        }
        let mask = self.indices.len() - 1;
        let mut perturb = hash as u64;
        let mut i = hash as usize & mask;
        loop {
            let index = self.indices[i];
            if index == EMPTY {
                return None;
            }
            if index >= 0 && matches(&self.entries[index as usize]) {
                return Some(index as usize);
            }
            perturb >>= PERTURB_SHIFT;
            i = i
                .wrapping_mul(5)
                .wrapping_add(perturb as usize)
                .wrapping_add(1)
                & mask;
        }
    }

    /// The first index slot that an insertion may use (`find_empty_slot`).
    fn insertion_slot(&self, hash: i64) -> usize {
        let mask = self.indices.len() - 1;
        let mut perturb = hash as u64;
        let mut i = hash as usize & mask;
        while self.indices[i] >= 0 {
            perturb >>= PERTURB_SHIFT;
            i = i
                .wrapping_mul(5)
                .wrapping_add(perturb as usize)
                .wrapping_add(1)
                & mask;
        }
        i
    }

    /// The index slot that points to entry `entry`.
    fn slot_of_entry(&self, hash: i64, entry: usize) -> usize {
        let mask = self.indices.len() - 1;
        let mut perturb = hash as u64;
        let mut i = hash as usize & mask;
        while self.indices[i] != entry as i32 {
            perturb >>= PERTURB_SHIFT;
            i = i
                .wrapping_mul(5)
                .wrapping_add(perturb as usize)
                .wrapping_add(1)
                & mask;
        }
        i
    }

    /// Rebuilds the table with `slots` index slots; deleted entries vanish.
    fn rebuild(&mut self, slots: usize, kind: KeysKind) {
        self.entries.retain(|e| !e.key.is_null());
        self.kind = kind;
        self.indices = vec![EMPTY; slots];
        for i in 0..self.entries.len() {
            let at = self.insertion_slot(self.entries[i].hash);
            self.indices[at] = i as i32;
        }
        self.usable = usable_fraction(slots) - self.entries.len();
        self.keys_version = 0;
    }
}

impl Vm {
    /// The dict in slot `id`; panics when it is none, which is our bug.
    #[inline]
    pub fn dict(&self, id: ObjId) -> &DictObject {
        match self.heap.payload(id) {
            Payload::Dict(d) => d,
            other => panic!("{id:?} is no dict: {other:?}"),
        }
    }

    /// The dict in slot `id`, to be changed by code that reports each slot itself.
    #[inline]
    pub fn dict_mut(&mut self, id: ObjId) -> &mut DictObject {
        match self.heap.payload_mut_quiet(id) {
            Payload::Dict(d) => d,
            other => panic!("{id:?} is no dict: {other:?}"),
        }
    }

    /// A new empty `dict` from the free list (`PyDict_New`); not tracked until needed.
    pub fn new_dict(&mut self) -> ObjId {
        self.heap
            .alloc(types::DICT, Payload::Dict(Box::default()), Reuse::FreeList)
    }

    /// The hash of a `str`, computed once.
    #[inline]
    pub fn str_hash(&self, id: ObjId) -> i64 {
        match self.heap.payload(id) {
            Payload::Str(s) => {
                if !s.hashed.get() {
                    s.hash.set(crate::base::hash::hash_text(
                        &s.text,
                        self.interp.hash_secret,
                    ));
                    s.hashed.set(true);
                }
                s.hash.get()
            }
            other => panic!("{id:?} is no str: {other:?}"),
        }
    }

    /// Finds the entry of `key`; may call `__eq__` and so change anything.
    pub fn dict_lookup(&mut self, dict: ObjId, key: ObjId, hash: i64) -> PyResult<Option<usize>> {
        if self.dict(dict).kind == KeysKind::Unicode && self.type_of(key) == types::STR {
            return Ok(self.dict_lookup_str(dict, key, hash));
        }
        'restart: loop {
            let table = self.dict(dict);
            if table.indices.is_empty() {
                return Ok(None);
            }
            let mask = table.indices.len() - 1;
            let mut perturb = hash as u64;
            let mut i = hash as usize & mask;
            loop {
                let table = self.dict(dict);
                let index = table.indices[i];
                if index == EMPTY {
                    return Ok(None);
                }
                if index >= 0 {
                    let entry = table.entries[index as usize];
                    if entry.key == key {
                        return Ok(Some(index as usize));
                    }
                    if entry.hash == hash {
                        if let (Some(a), Some(b)) =
                            (self.exact_text(entry.key), self.exact_text(key))
                        {
                            if a == b {
                                return Ok(Some(index as usize));
                            }
                        } else {
                            let slots = table.indices.len();
                            self.incref(entry.key);
                            let equal = self.eq(entry.key, key);
                            self.decref(entry.key);
                            let equal = equal?;
                            let table = self.dict(dict);
                            let unchanged = table.indices.len() == slots
                                && table.indices[i] == index
                                && table
                                    .entries
                                    .get(index as usize)
                                    .is_some_and(|e| e.key == entry.key);
                            if !unchanged {
                                continue 'restart;
                            }
                            if equal {
                                return Ok(Some(index as usize));
                            }
                        }
                    }
                }
                perturb >>= PERTURB_SHIFT;
                i = i
                    .wrapping_mul(5)
                    .wrapping_add(perturb as usize)
                    .wrapping_add(1)
                    & mask;
            }
        }
    }

    fn exact_text(&self, id: ObjId) -> Option<&crate::base::Text> {
        if self.type_of(id) == types::STR {
            self.text(id)
        } else {
            None
        }
    }

    /// Finds the entry of an exact `str` in a table of exact strings: no Python code runs.
    #[inline]
    pub fn dict_lookup_str(&self, dict: ObjId, key: ObjId, hash: i64) -> Option<usize> {
        self.dict(dict).probe(hash, |entry| {
            entry.key == key
                || (entry.hash == hash && self.exact_text(entry.key) == self.exact_text(key))
        })
    }

    /// The value for an exact `str` key, borrowed; the dict's other keys may be anything, but
    /// a non-string key never equals through its `__eq__` here.
    #[inline]
    pub fn dict_get_str(&self, dict: ObjId, key: ObjId) -> Option<ObjId> {
        let hash = self.str_hash(key);
        self.dict_lookup_str(dict, key, hash)
            .map(|i| self.dict(dict).entries[i].value)
    }

    /// The value for a key, borrowed (`PyDict_GetItemWithError`).
    pub fn dict_get(&mut self, dict: ObjId, key: ObjId) -> PyResult<Option<ObjId>> {
        let hash = self.hash(key)?;
        let found = self.dict_lookup(dict, key, hash)?;
        Ok(found.map(|i| self.dict(dict).entries[i].value))
    }

    /// Sets `dict[key] = value`; takes its own references (`PyDict_SetItem`).
    pub fn dict_set(&mut self, dict: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
        let hash = self.hash(key)?;
        self.dict_set_known_hash(dict, key, hash, value)
    }

    /// As [`Self::dict_set`] with a name that is interned on the way.
    pub fn dict_set_name(&mut self, dict: ObjId, name: &str, value: ObjId) {
        let key = self.intern(name);
        let hash = self.str_hash(key);
        self.dict_set_known_hash(dict, key, hash, value)
            .expect("string keys run no Python code");
    }

    /// As [`Self::dict_get_str`] with a name that is interned on the way (borrowed value).
    pub fn dict_get_name(&mut self, dict: ObjId, name: &str) -> Option<ObjId> {
        let key = self.intern(name);
        self.dict_get_str(dict, key)
    }

    /// As [`Self::dict_set`] with the hash of the key at hand.
    pub fn dict_set_known_hash(
        &mut self,
        dict: ObjId,
        key: ObjId,
        hash: i64,
        value: ObjId,
    ) -> PyResult<()> {
        if let Some(index) = self.dict_lookup(dict, key, hash)? {
            self.incref(value);
            self.dict_replace_value(dict, index, value);
            return Ok(());
        }
        self.incref(key);
        self.incref(value);
        self.dict_insert_new(dict, key, hash, value);
        Ok(())
    }

    /// Replaces the value of an entry; steals the reference.
    #[inline]
    pub fn dict_replace_value(&mut self, dict: ObjId, index: usize, value: ObjId) {
        let old = std::mem::replace(&mut self.dict_mut(dict).entries[index].value, value);
        if self.heap.reporter.is_on() {
            let slot = Slot {
                kind: SlotKind::DictValue,
                key: index as u32,
            };
            self.heap.reporter.emit(Event::SlotSet {
                owner: dict,
                slot,
                old,
                new: value,
            });
        }
        self.maybe_track_dict(dict, value);
        self.decref(old);
    }

    /// Adds an entry for a key that is not there; steals both references (`insertdict`).
    pub fn dict_insert_new(&mut self, dict: ObjId, key: ObjId, hash: i64, value: ObjId) {
        let exact_str = self.type_of(key) == types::STR;
        if self.dict(dict).is_split() && !(exact_str && self.split_takes_key(dict, key)) {
            let slots = keys_size_for(self.dict(dict).used * 3);
            let kind = if exact_str {
                KeysKind::Unicode
            } else {
                KeysKind::General
            };
            self.dict_leave_split(dict, slots, kind);
        }
        let table = self.dict(dict);
        let used = table.used;
        let old_size = table.keys_table_size();
        if table.indices.is_empty() {
            let kind = if exact_str {
                KeysKind::Unicode
            } else {
                KeysKind::General
            };
            self.dict_mut(dict).rebuild(8, kind);
            self.dict_table_moved(dict, old_size);
        } else if table.usable == 0 || (table.kind == KeysKind::Unicode && !exact_str) {
            // GROWTH_RATE: three entries' worth of slots for each one in use.
            let slots = keys_size_for(used * 3);
            let kind = if exact_str {
                table.kind
            } else {
                KeysKind::General
            };
            self.dict_rebuild(dict, slots, kind);
        }
        let table = self.dict_mut(dict);
        let at = table.insertion_slot(hash);
        let index = table.entries.len();
        table.indices[at] = index as i32;
        table.entries.push(DictEntry { hash, key, value });
        table.used += 1;
        table.usable -= 1;
        table.keys_version = 0;
        if self.heap.reporter.is_on() {
            for (kind, new) in [(SlotKind::DictKey, key), (SlotKind::DictValue, value)] {
                let slot = Slot {
                    kind,
                    key: index as u32,
                };
                self.heap.reporter.emit(Event::SlotSet {
                    owner: dict,
                    slot,
                    old: ObjId::NULL,
                    new,
                });
            }
        }
        self.maybe_track_dict(dict, key);
        self.maybe_track_dict(dict, value);
    }

    /// Whether a dict that shares its class's keys can go on doing so with this key, which the
    /// class then learns (`insert_split_key`).
    fn split_takes_key(&mut self, dict: ObjId, key: ObjId) -> bool {
        let DictObject {
            split_type,
            split_capacity,
            used,
            ..
        } = *self.dict(dict);
        if split_type.is_null() {
            return used < usize::from(split_capacity);
        }
        let keys = &self.heap.type_object(split_type).shared_keys;
        if self.shared_key_index(&keys.names, key).is_some() {
            return true;
        }
        if keys.usable == 0 {
            return false;
        }
        self.incref(key);
        let keys = &mut self.heap.type_object_mut(split_type).shared_keys;
        keys.names.push(key);
        keys.usable -= 1;
        keys.version = 0;
        true
    }

    /// Gives a dict that shared its class's keys a table of its own.
    pub fn dict_leave_split(&mut self, dict: ObjId, slots: usize, kind: KeysKind) {
        let table = self.dict_mut(dict);
        table.split_type = ObjId::NULL;
        table.split_capacity = 0;
        // Nothing was allocated for it so far.
        table.indices = Vec::new();
        self.dict_rebuild(dict, slots, kind);
    }

    /// The instance whose `__dict__` this is lets it go: it keeps an array of its own
    /// (`_PyDict_DetachFromObject`).
    pub fn dict_detach(&mut self, dict: ObjId) {
        let split_type = std::mem::take(&mut self.dict_mut(dict).split_type);
        if !split_type.is_null() {
            let keys = &self.heap.type_object(split_type).shared_keys;
            let capacity = keys.names.len() + usize::from(keys.usable);
            self.dict_mut(dict).split_capacity = capacity as u16;
        }
    }

    /// Rebuilds the table and reports the entries that moved.
    pub fn dict_rebuild(&mut self, dict: ObjId, slots: usize, kind: KeysKind) {
        let old_size = self.dict(dict).keys_table_size();
        let before: Vec<DictEntry> = if self.heap.reporter.is_on() {
            self.dict(dict).entries.clone()
        } else {
            Vec::new()
        };
        self.dict_mut(dict).rebuild(slots, kind);
        self.dict_table_moved(dict, old_size);
        if self.heap.reporter.is_on() {
            let after = self.dict(dict).entries.clone();
            for (i, entry) in before.iter().enumerate() {
                let new = after
                    .get(i)
                    .map_or((ObjId::NULL, ObjId::NULL), |e| (e.key, e.value));
                let old = (entry.key, entry.value);
                for (kind, old, new) in [
                    (SlotKind::DictKey, old.0, new.0),
                    (SlotKind::DictValue, old.1, new.1),
                ] {
                    if old != new {
                        let slot = Slot {
                            kind,
                            key: i as u32,
                        };
                        self.heap.reporter.emit(Event::SlotSet {
                            owner: dict,
                            slot,
                            old,
                            new,
                        });
                    }
                }
            }
        }
    }

    /// Exchanges the block of the keys table after its size changed from `old_size`.
    pub fn dict_table_moved(&mut self, dict: ObjId, old_size: usize) {
        let size = self.dict(dict).keys_table_size();
        if size == old_size {
            return;
        }
        let small = self.dict(dict).is_small_unicode();
        let block = if small {
            self.heap.take_free_keys()
        } else {
            None
        };
        let block = match block {
            Some(block) => block,
            None if size == 0 => Address(0),
            None => self.heap.malloc(size),
        };
        let old = std::mem::replace(&mut self.dict_mut(dict).address, block);
        if old.0 != 0 {
            // 184 bytes: the only size of a table that the free list takes.
            if old_size != 184 || !self.heap.park_free_keys(old) {
                self.heap.obmalloc_free(old);
            }
        }
        if self.heap.reporter.is_on() {
            let obj = dict;
            self.heap.reporter.emit(Event::SizeSet {
                obj,
                old: 64 + old_size as u32,
                new: 64 + size as u32,
            });
        }
    }

    /// Removes entry `index`; gives its key and value to the caller (`delitem_common`).
    #[must_use]
    pub fn dict_remove_entry(&mut self, dict: ObjId, index: usize) -> (ObjId, ObjId) {
        let table = self.dict_mut(dict);
        let DictEntry { hash, key, value } = table.entries[index];
        let at = table.slot_of_entry(hash, index);
        table.indices[at] = DUMMY;
        table.entries[index] = DictEntry {
            hash: 0,
            key: ObjId::NULL,
            value: ObjId::NULL,
        };
        table.used -= 1;
        table.keys_version = 0;
        if self.heap.reporter.is_on() {
            for (kind, old) in [(SlotKind::DictKey, key), (SlotKind::DictValue, value)] {
                let slot = Slot {
                    kind,
                    key: index as u32,
                };
                self.heap.reporter.emit(Event::SlotSet {
                    owner: dict,
                    slot,
                    old,
                    new: ObjId::NULL,
                });
            }
        }
        (key, value)
    }

    /// Deletes a key; false when it is not there.
    pub fn dict_delete(&mut self, dict: ObjId, key: ObjId) -> PyResult<bool> {
        let hash = self.hash(key)?;
        let Some(index) = self.dict_lookup(dict, key, hash)? else {
            return Ok(false);
        };
        let (key, value) = self.dict_remove_entry(dict, index);
        self.decref(value);
        self.decref(key);
        Ok(true)
    }

    /// The version of the keys of a dict for inline caches
    /// (`_PyDictKeys_GetVersionForCurrentState`).
    pub fn dict_keys_version(&mut self, dict: ObjId) -> u32 {
        if self.dict(dict).keys_version == 0 {
            self.dict_mut(dict).keys_version = self.next_keys_version();
        }
        self.dict(dict).keys_version
    }

    /// The same for the keys that the instances of a class share.
    pub fn shared_keys_version(&mut self, ty: ObjId) -> u32 {
        if self.heap.type_object(ty).shared_keys.version == 0 {
            let version = self.next_keys_version();
            if let Payload::Type(t) = self.heap.payload_mut_quiet(ty) {
                t.shared_keys.version = version;
            }
        }
        self.heap.type_object(ty).shared_keys.version
    }

    fn next_keys_version(&mut self) -> u32 {
        let version = self.interp.next_keys_version;
        self.interp.next_keys_version = version.wrapping_add(1).max(1);
        version
    }

    /// How many entries a dict has.
    #[inline]
    pub fn dict_len(&self, dict: ObjId) -> usize {
        self.dict(dict).used
    }

    /// A copy of all live entries in insertion order (borrowed keys and values).
    pub fn dict_entries(&self, dict: ObjId) -> Vec<(ObjId, ObjId)> {
        self.dict(dict)
            .entries
            .iter()
            .filter(|e| !e.key.is_null())
            .map(|e| (e.key, e.value))
            .collect()
    }

    /// Tracks the dict once it holds something that the collector may care about
    /// (`MAINTAIN_TRACKING`).
    pub fn maybe_track_dict(&mut self, dict: ObjId, value: ObjId) {
        if !self.heap.is_tracked(dict) && self.heap.may_be_tracked(value) {
            self.heap.track(dict);
        }
    }
}
