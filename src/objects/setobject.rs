//! Sets and frozen sets.
//!
//! Mirrors `Objects/setobject.c`.

use crate::base::ObjId;

use super::object::{Place, Visit};

/// A slot of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetEntry {
    Empty,
    Dummy,
    Key { key: ObjId, hash: i64 },
}

/// `PySetObject`.
#[derive(Debug)]
pub struct SetObject {
    /// The table; its length is a power of two, at least 8.
    pub table: Vec<SetEntry>,
    /// Active and dummy entries.
    pub fill: usize,
    /// Active entries.
    pub used: usize,
    /// Search finger for `pop`.
    pub finger: usize,
    /// The hash of a frozenset, once computed.
    pub hash: Option<i64>,
    /// The block of a table above 8 slots; 0: none.
    pub address: u64,
}

impl SetObject {
    /// Table order.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (i, entry) in self.table.iter().enumerate() {
            if let SetEntry::Key { key, .. } = entry {
                visit(Place::Key(i as u32), *key);
            }
        }
    }

    /// Table order.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        for entry in &mut self.table {
            if let SetEntry::Key { key, .. } = *entry {
                dropped.push(key);
                *entry = SetEntry::Empty;
            }
        }
        self.used = 0;
        self.fill = 0;
    }
}
