//! The requested sizes of the blocks in use, while a run is recorded: a free says what it gives back.

use rustc_hash::FxHashMap;

/// Arenas are aligned to their size of one mebibyte.
const ARENA_BITS: u32 = 20;
/// Blocks of pools begin at multiples of 16 bytes, and are no larger than 512.
const GRANULE_BITS: u32 = 4;
const LARGEST_SMALL: u32 = 512;

/// Sizes by address: small ones in a table for each arena, others by hash.
#[derive(Debug, Default)]
pub struct BlockSizes {
    arenas: Vec<(u64, Box<[u16]>)>,
    /// The arena looked up last.
    last: usize,
    places: FxHashMap<u64, usize>,
    large: FxHashMap<u64, u32>,
}

impl BlockSizes {
    /// Notes that a block of `size` requested bytes is in use.
    #[inline]
    pub fn insert(&mut self, address: u64, size: u32) {
        if size > LARGEST_SMALL || size == 0 {
            self.large.insert(address, size);
            return;
        }
        let at = self.arena(address).unwrap_or_else(|| {
            let granules = 1 << (ARENA_BITS - GRANULE_BITS);
            self.arenas
                .push((address >> ARENA_BITS, vec![0; granules].into()));
            self.last = self.arenas.len() - 1;
            self.places.insert(address >> ARENA_BITS, self.last);
            self.last
        });
        self.arenas[at].1[granule(address)] = size as u16;
    }

    /// The size of a block that comes back; 0 for one that is not known.
    #[inline]
    pub fn remove(&mut self, address: u64) -> u32 {
        if let Some(at) = self.arena(address) {
            let size = std::mem::take(&mut self.arenas[at].1[granule(address)]);
            if size != 0 {
                return u32::from(size);
            }
        }
        self.large.remove(&address).unwrap_or(0)
    }

    #[inline]
    fn arena(&mut self, address: u64) -> Option<usize> {
        let key = address >> ARENA_BITS;
        if self.arenas.get(self.last).is_some_and(|(k, _)| *k == key) {
            return Some(self.last);
        }
        self.last = *self.places.get(&key)?;
        Some(self.last)
    }
}

#[inline]
const fn granule(address: u64) -> usize {
    (address >> GRANULE_BITS) as usize & ((1 << (ARENA_BITS - GRANULE_BITS)) - 1)
}
