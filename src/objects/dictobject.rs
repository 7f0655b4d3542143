//! Dictionaries.
//!
//! Mirrors `Objects/dictobject.c`.

use crate::base::ObjId;
use crate::memory::Address;

use super::object::{Place, Visit};

/// How the keys table stores its entries (`dk_kind`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum KeysKind {
    /// Any keys: hash, key and value in 24 bytes.
    General,
    /// Exact strings alone: key and value in 16 bytes.
    #[default]
    Unicode,
}

/// One entry in insertion order; a deleted one has a NULL key.
#[derive(Clone, Copy, Debug)]
pub struct DictEntry {
    pub hash: i64,
    pub key: ObjId,
    pub value: ObjId,
}

/// An index slot that was never used (`DKIX_EMPTY`).
pub const EMPTY: i32 = -1;
/// An index slot whose entry was deleted (`DKIX_DUMMY`).
pub const DUMMY: i32 = -2;

/// `PyDictObject` with its keys table.
///
/// `indices` is the hash table (its length a power of two; empty for the shared empty table),
/// `entries` the insertion-ordered array it points into.
#[derive(Debug, Default)]
pub struct DictObject {
    pub kind: KeysKind,
    pub indices: Vec<i32>,
    pub entries: Vec<DictEntry>,
    /// Live entries.
    pub used: usize,
    /// How many more entries fit before the table is rebuilt.
    pub usable: usize,
    /// The block of the keys table; 0: none.
    pub address: Address,
    /// Changes whenever the set of keys or the layout changes; for inline caches.
    pub keys_version: u32,
    /// The class whose shared keys C's table would still use: this is the `__dict__` of an
    /// instance whose values C keeps inline. Only `__sizeof__` shows the difference. Not counted;
    /// NULL for every other dict.
    pub split_type: ObjId,
    /// The same for the `__dict__` of an instance that died, or a copy: how many values C's
    /// array has; 0 for every other dict.
    pub split_capacity: u16,
}

impl DictObject {
    /// Whether C's dict would share a class's keys table and have only an array of values.
    #[inline]
    pub const fn is_split(&self) -> bool {
        !self.split_type.is_null() || self.split_capacity > 0
    }

    /// Unicode tables: values in entry order; others: value, then key (`dict_traverse`).
    pub fn traverse(&self, visit: Visit<'_>) {
        for (i, entry) in self.entries.iter().enumerate() {
            if entry.key.is_null() {
                continue;
            }
            if self.kind == KeysKind::General {
                visit(Place::Value(i as u32), entry.value);
                visit(Place::Key(i as u32), entry.key);
            } else {
                visit(Place::Value(i as u32), entry.value);
                // C leaves exact strings out: they own nothing. The recording wants them.
                visit(Place::Key(i as u32), entry.key);
            }
        }
    }

    /// Insertion order, key then value.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        for entry in self.entries.drain(..) {
            if !entry.key.is_null() {
                dropped.push(entry.key);
                dropped.push(entry.value);
            }
        }
        self.indices.clear();
        self.used = 0;
    }
}
