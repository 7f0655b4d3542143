//! The allocator's arenas, pools and blocks as the recording knows them.
//!
//! The words are those of `Objects/obmalloc.c`.

use serde::{Deserialize, Serialize};

use super::sharing::Shareable;

const ARENA_BITS: u32 = 20;
const POOL_BITS: u32 = 14;
/// The header of a pool comes before its first block.
const POOL_OVERHEAD: u64 = 48;

/// All memory at one moment.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct MemoryView {
    /// Sorted by address.
    arenas: Vec<(u64, Shareable<ArenaView>)>,
    /// Blocks handed out by pools.
    pub pool_blocks: u64,
    /// Bytes of those blocks, each with the full size of its class.
    pub pool_bytes: u64,
    /// Bytes that were asked for in those blocks.
    pub requested_bytes: u64,
    /// Blocks too large for a pool, from the system's `malloc`.
    pub raw_blocks: u64,
    /// Bytes of those.
    pub raw_bytes: u64,
}

/// An arena: one mebibyte, cut into pools.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ArenaView {
    pub address: u64,
    /// By place in the arena; `None` where no pool is in use.
    pub pools: Vec<Option<PoolView>>,
}

/// A pool in use: 16 KiB of blocks of one size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PoolView {
    pub address: u64,
    /// The size class: blocks of `16 * (class + 1)` bytes.
    pub class: u8,
    /// `ref.count`: blocks in use.
    pub used: u16,
    /// One bit for each 16 bytes of the pool: set where a block in use starts.
    pub starts: Vec<u64>,
}

impl PoolView {
    /// Bytes of one block.
    pub const fn block_size(&self) -> u32 {
        (self.class as u32 + 1) * 16
    }

    /// How many blocks fit.
    pub const fn capacity(&self) -> u32 {
        ((1 << POOL_BITS) - POOL_OVERHEAD as u32) / self.block_size()
    }

    /// Whether the block with this number, from the pool's start, is in use.
    pub fn is_used(&self, block: u32) -> bool {
        let granule = (POOL_OVERHEAD as u32 + block * self.block_size()) / 16;
        self.starts
            .get(granule as usize / 64)
            .is_some_and(|word| word >> (granule % 64) & 1 == 1)
    }
}

impl MemoryView {
    /// The arenas, by address.
    pub fn arenas(&self) -> impl DoubleEndedIterator<Item = &ArenaView> {
        self.arenas.iter().map(|(_, arena)| arena.get())
    }

    /// The pools in use, by address.
    pub fn pools(&self) -> impl Iterator<Item = &PoolView> {
        self.arenas().flat_map(|arena| arena.pools.iter().flatten())
    }

    /// The pool in use in which `address` lies.
    pub fn pool_of(&self, address: u64) -> Option<&PoolView> {
        let at = self.arena_position(address)?;
        let arena = self.arenas[at].1.get();
        arena
            .pools
            .get(pool_index(arena.address, address))?
            .as_ref()
    }

    #[inline]
    fn arena_position(&self, address: u64) -> Option<usize> {
        let at = self
            .arenas
            .partition_point(|(start, _)| *start <= address)
            .checked_sub(1)?;
        (address - self.arenas[at].0 < 1 << ARENA_BITS).then_some(at)
    }

    #[inline]
    fn pool_mut(&mut self, address: u64) -> Option<&mut PoolView> {
        let at = self.arena_position(address)?;
        let arena = self.arenas[at].1.get_mut();
        let index = pool_index(arena.address, address);
        arena.pools.get_mut(index)?.as_mut()
    }

    pub(super) fn arena_new(&mut self, address: u64) {
        let last = address.saturating_add((1 << ARENA_BITS) - 1);
        let pools = vec![None; pool_index(address, last) + 1];
        let arena = Shareable::new(ArenaView { address, pools });
        match self.arenas.binary_search_by_key(&address, |a| a.0) {
            Ok(at) => self.arenas[at].1 = arena,
            Err(at) => self.arenas.insert(at, (address, arena)),
        }
    }

    pub(super) fn arena_free(&mut self, address: u64) {
        self.arenas.retain(|(start, _)| *start != address);
    }

    pub(super) fn pool_init(&mut self, address: u64, class: u8) {
        let Some(at) = self.arena_position(address) else {
            return;
        };
        let arena = self.arenas[at].1.get_mut();
        let index = pool_index(arena.address, address);
        if let Some(pool) = arena.pools.get_mut(index) {
            *pool = Some(PoolView {
                address,
                class,
                used: 0,
                starts: vec![0; 1 << (POOL_BITS - 10)],
            });
        }
    }

    pub(super) fn pool_free(&mut self, address: u64) {
        let Some(at) = self.arena_position(address) else {
            return;
        };
        let arena = self.arenas[at].1.get_mut();
        let index = pool_index(arena.address, address);
        if let Some(pool) = arena.pools.get_mut(index) {
            *pool = None;
        }
    }

    pub(super) fn block_alloc(&mut self, address: u64, size: u32) {
        if let Some(pool) = self.pool_mut(address) {
            pool.used = pool.used.wrapping_add(1);
            pool.mark(address);
            let bytes = u64::from(pool.block_size());
            self.pool_blocks = self.pool_blocks.wrapping_add(1);
            self.pool_bytes = self.pool_bytes.wrapping_add(bytes);
            self.requested_bytes = self.requested_bytes.wrapping_add(u64::from(size));
        } else {
            self.raw_blocks = self.raw_blocks.wrapping_add(1);
            self.raw_bytes = self.raw_bytes.wrapping_add(u64::from(size));
        }
    }

    pub(super) fn block_free(&mut self, address: u64, size: u32) {
        if let Some(pool) = self.pool_mut(address) {
            pool.used = pool.used.wrapping_sub(1);
            pool.mark(address);
            let bytes = u64::from(pool.block_size());
            self.pool_blocks = self.pool_blocks.wrapping_sub(1);
            self.pool_bytes = self.pool_bytes.wrapping_sub(bytes);
            self.requested_bytes = self.requested_bytes.wrapping_sub(u64::from(size));
        } else {
            self.raw_blocks = self.raw_blocks.wrapping_sub(1);
            self.raw_bytes = self.raw_bytes.wrapping_sub(u64::from(size));
        }
    }

    pub(super) fn share(&mut self) -> Self {
        let arenas = self
            .arenas
            .iter_mut()
            .map(|(start, arena)| (*start, arena.share()))
            .collect();
        Self { arenas, ..*self }
    }
}

impl PoolView {
    /// Flips the bit of the block at `address`.
    #[inline]
    fn mark(&mut self, address: u64) {
        let granule = (address >> 4 & 0x3ff) as usize;
        if let Some(word) = self.starts.get_mut(granule / 64) {
            *word ^= 1 << (granule % 64);
        }
    }
}

#[inline]
const fn pool_index(arena: u64, address: u64) -> usize {
    ((address >> POOL_BITS) - (arena >> POOL_BITS)) as usize
}
