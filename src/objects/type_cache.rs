//! The cache of look-ups on types: which class of the MRO has a name, if any.
//!
//! Mirrors `struct type_cache` of `Include/internal/pycore_typeobject.h`. An entry is good for
//! one version of one type; a type that changes gets another version, so that nothing has to be
//! taken out.

use std::cell::Cell;

use crate::base::ObjId;

/// How many entries there are (`1 << MCACHE_SIZE_EXP`).
const SIZE: usize = 1 << 12;

/// What a look-up found: the class that has the name, and the value; both NULL for none.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    version: u32,
    name: ObjId,
    owner: ObjId,
    value: ObjId,
}

/// The cache; its names are immortal, so that no other string takes the id of one.
#[derive(Debug, Default)]
pub struct TypeCache {
    entries: Box<[Cell<Entry>]>,
}

impl TypeCache {
    /// A cache without entries.
    pub fn new() -> Self {
        Self {
            entries: vec![Cell::new(Entry::default()); SIZE].into(),
        }
    }

    /// What was found for `name` on the type of this version: `None` when it is not known, else
    /// the class and the value, both NULL where no class has the name.
    #[inline]
    pub fn get(&self, version: u32, name: ObjId) -> Option<(ObjId, ObjId)> {
        let entry = self.entries[Self::index(version, name)].get();
        (entry.version == version && entry.name == name).then_some((entry.owner, entry.value))
    }

    /// Notes what was found.
    pub fn set(&self, version: u32, name: ObjId, owner: ObjId, value: ObjId) {
        self.entries[Self::index(version, name)].set(Entry {
            version,
            name,
            owner,
            value,
        });
    }

    #[inline]
    const fn index(version: u32, name: ObjId) -> usize {
        (version.wrapping_mul(31) ^ name.0) as usize & (SIZE - 1)
    }
}
