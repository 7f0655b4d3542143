//! pymalloc: hands out small blocks from pools of equal-sized blocks, pools from arenas.
//!
//! Mirrors `Objects/obmalloc.c` as built without the free-threaded allocator: `usedpools`,
//! `usable_arenas` and `nfp2lasa` mean what they mean there. Since nothing is stored at a
//! simulated address, the link that `CPython` keeps inside each free block is kept in a table
//! beside the pools, two bytes for each 16 bytes of memory.

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::raw::RawHeap;

/// Every block starts at a multiple of this.
pub const ALIGNMENT: usize = 16;
/// The largest request that pymalloc serves.
pub const SMALL_REQUEST_THRESHOLD: usize = 512;
/// How many size classes there are.
pub const NB_SMALL_SIZE_CLASSES: usize = SMALL_REQUEST_THRESHOLD / ALIGNMENT;
/// Bytes in a pool.
pub const POOL_SIZE: u64 = 1 << POOL_BITS;
/// Bytes in an arena.
pub const ARENA_SIZE: u64 = 1 << 20;
/// Bytes of a pool's header, before its first block.
pub const POOL_OVERHEAD: u64 = 48;

const POOL_BITS: u32 = 14;
/// Pools fit between two arenas' starts, the one lost to alignment included.
const POOLS_BY_ARENA: u32 = (ARENA_SIZE / POOL_SIZE) as u32;
/// The end of the first arena. `mmap` gives page-aligned addresses downwards; being no
/// multiple of the pool size, each arena loses one pool, as usual in a real process.
const ARENAS_TOP: u64 = 0x7f52_c3fd_9000;
/// The first multiple of the pool size above [`ARENAS_TOP`].
const POOLS_TOP: u64 = ARENAS_TOP.div_ceil(POOL_SIZE) * POOL_SIZE;
/// Addresses below belong to the raw heap. Arenas would have to fill 400 GiB to come here.
const ARENAS_BOTTOM: u64 = 0x7f40_0000_0000;
/// Granules (of 16 bytes) in a pool.
const GRANULES: u32 = (POOL_SIZE / ALIGNMENT as u64) as u32;
/// Pool numbers below this are the 32 list headers of `usedpools`, not pools.
const FIRST_POOL: u32 = NB_SMALL_SIZE_CLASSES as u32;
/// No arena.
const NO_ARENA: u32 = u32::MAX;
/// `DUMMY_SIZE_IDX`: a pool that never held blocks.
const DUMMY_SIZE_IDX: u8 = 0xff;

/// A change worth showing in the memory panel; blocks are reported with their objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum PoolChange {
    /// A new arena was mapped.
    ArenaNew { arena: Address },
    /// An arena whose pools are all free was given back to the system.
    ArenaFree { arena: Address },
    /// A free pool was taken for blocks of a size class.
    PoolTake { pool: Address, szidx: u8 },
    /// The pool has no free block left and leaves its class's list.
    PoolFull { pool: Address, szidx: u8 },
    /// A block of a full pool was freed: the pool is at the front of its class's list again.
    PoolUsable { pool: Address, szidx: u8 },
    /// The pool's last block was freed: the pool goes back to its arena.
    PoolEmpty { pool: Address, szidx: u8 },
}

/// A pool's header (`struct pool_header`), or the head of a class's list.
#[derive(Clone, Copy, Debug)]
struct Pool {
    /// Blocks in use.
    ref_count: u16,
    /// The first free block, in granules from the pool's start; 0 is `NULL`.
    freeblock: u16,
    /// The first block never used so far, in granules.
    nextoffset: u16,
    /// The last value of `nextoffset` at which a block still fits.
    maxnextoffset: u16,
    szidx: u8,
    nextpool: u32,
    prevpool: u32,
}

/// `struct arena_object`.
#[derive(Clone, Debug)]
struct Arena {
    address: u64,
    /// The next pool never used so far.
    pool_address: u64,
    nfreepools: u32,
    ntotalpools: u32,
    /// Pools given back, most recent last.
    freepools: Vec<u32>,
    nextarena: u32,
    prevarena: u32,
}

/// The allocator.
pub struct Obmalloc {
    /// The 32 list heads of `usedpools`, then the headers of all pools, from the top down.
    pools: Vec<Pool>,
    /// For each granule of each pool: the next free block after the one that starts there.
    links: Vec<u16>,
    /// By place in memory, from the top down; `None` is unmapped.
    arenas: Vec<Option<Arena>>,
    /// The first of the usable arenas: fewest free pools first.
    usable_arenas: u32,
    /// By number of free pools: the last usable arena with as many.
    nfp2lasa: [u32; POOLS_BY_ARENA as usize + 1],
    raw: RawHeap,
    /// `raw_allocated_blocks`.
    raw_allocated_blocks: usize,
    ntimes_arena_allocated: usize,
    narenas_currently_allocated: usize,
    narenas_highwater: usize,
    /// Nodes of the radix tree that finds an arena by address; never given back.
    map_bot_nodes: Vec<u64>,
    recording: bool,
    changes: Vec<PoolChange>,
}

impl Obmalloc {
    /// Bytes taken from the system: whole arenas, and live raw blocks.
    #[inline]
    pub const fn bytes(&self) -> u64 {
        self.narenas_currently_allocated as u64 * ARENA_SIZE + self.raw.bytes()
    }
}

/// An arena as the memory panel shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArenaView {
    pub address: Address,
    pub nfreepools: u32,
    pub ntotalpools: u32,
    /// Pools of this arena that were never used.
    pub untouched: u32,
}

/// A pool as the memory panel shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolView {
    pub address: Address,
    pub arena: Address,
    /// `None` when the pool never held blocks.
    pub szidx: Option<u8>,
    /// Blocks in use; 0 for a free pool.
    pub ref_count: u16,
    /// Blocks that were in use at some time.
    pub carved: u16,
}

impl Default for Obmalloc {
    fn default() -> Self {
        Self::new()
    }
}

impl Obmalloc {
    /// An allocator without any arena.
    pub fn new() -> Self {
        let head = |szidx: u32| Pool {
            ref_count: 0,
            freeblock: 0,
            nextoffset: 0,
            maxnextoffset: 0,
            szidx: szidx as u8,
            nextpool: szidx,
            prevpool: szidx,
        };
        Self {
            pools: (0..FIRST_POOL).map(head).collect(),
            links: Vec::new(),
            arenas: Vec::new(),
            usable_arenas: NO_ARENA,
            nfp2lasa: [NO_ARENA; POOLS_BY_ARENA as usize + 1],
            raw: RawHeap::default(),
            raw_allocated_blocks: 0,
            ntimes_arena_allocated: 0,
            narenas_currently_allocated: 0,
            narenas_highwater: 0,
            map_bot_nodes: Vec::new(),
            recording: false,
            changes: Vec::new(),
        }
    }

    /// `PyObject_Malloc(n)`.
    #[inline]
    pub fn alloc(&mut self, n: usize) -> Address {
        if n.wrapping_sub(1) >= SMALL_REQUEST_THRESHOLD {
            return self.raw_alloc(n);
        }
        let szidx = ((n - 1) / ALIGNMENT) as u32;
        let number = self.pools[szidx as usize].nextpool;
        if number == szidx {
            return self.allocate_from_new_pool(szidx);
        }
        let pool = &mut self.pools[number as usize];
        pool.ref_count += 1;
        let block = pool.freeblock;
        let next = self.links[link_index(number, block)];
        pool.freeblock = next;
        if next == 0 {
            self.pool_extend(number);
        }
        block_address(number, block)
    }

    /// `PyObject_Free(address)`; the address must be live.
    #[inline]
    pub fn free(&mut self, address: Address) {
        if address.0 < ARENAS_BOTTOM {
            self.raw_allocated_blocks -= 1;
            self.raw.free(address);
            return;
        }
        let (number, block) = place(address);
        let pool = &mut self.pools[number as usize];
        let lastfree = pool.freeblock;
        self.links[link_index(number, block)] = lastfree;
        pool.freeblock = block;
        pool.ref_count -= 1;
        if lastfree == 0 {
            self.insert_to_usedpool(number);
        } else if pool.ref_count == 0 {
            self.insert_to_freepool(number);
        }
    }

    /// `PyObject_Realloc(address, new_n)`; a null address allocates.
    pub fn realloc(&mut self, address: Address, new_n: usize) -> Address {
        if address.is_null() {
            return self.alloc(new_n);
        }
        if address.0 < ARENAS_BOTTOM {
            return self.raw.realloc(address, new_n);
        }
        let size = self.block_size(address);
        // A block is kept as long as more than three quarters of it stay in use.
        if new_n <= size && 4 * new_n > 3 * size {
            return address;
        }
        let moved = self.alloc(new_n);
        self.free(address);
        moved
    }

    /// The bytes of the block at a live pymalloc address: its size class.
    fn block_size(&self, address: Address) -> usize {
        let (number, _) = place(address);
        class_size(self.pools[number as usize].szidx)
    }

    /// From now on keep (or no longer keep) the changes for [`Self::take_changes`].
    pub fn set_recording(&mut self, recording: bool) {
        self.recording = recording;
    }

    /// Whether changes wait to be taken.
    #[inline]
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// The changes since the last call, oldest first.
    pub fn take_changes(&mut self) -> Vec<PoolChange> {
        std::mem::take(&mut self.changes)
    }

    /// `sys.getallocatedblocks()`.
    pub fn getallocatedblocks(&self) -> usize {
        let in_pools: usize = self.pools[FIRST_POOL as usize..]
            .iter()
            .map(|pool| usize::from(pool.ref_count))
            .sum();
        in_pools + self.raw_allocated_blocks
    }

    /// The mapped arenas in order of address.
    pub fn arenas(&self) -> impl Iterator<Item = ArenaView> + '_ {
        self.arenas.iter().rev().flatten().map(|arena| ArenaView {
            address: Address(arena.address),
            nfreepools: arena.nfreepools,
            ntotalpools: arena.ntotalpools,
            untouched: ((arena.address + ARENA_SIZE - arena.pool_address) / POOL_SIZE) as u32,
        })
    }

    /// The pools of the mapped arenas that were ever used, in order of address.
    pub fn pools(&self) -> impl Iterator<Item = PoolView> + '_ {
        self.arenas.iter().rev().flatten().flat_map(|arena| {
            let start = arena.address.div_ceil(POOL_SIZE) * POOL_SIZE;
            (start..arena.pool_address)
                .step_by(POOL_SIZE as usize)
                .map(|address| self.pool_view(Address(address), Address(arena.address)))
        })
    }

    fn pool_view(&self, address: Address, arena: Address) -> PoolView {
        let pool = &self.pools[place(address).0 as usize];
        let szidx = (pool.szidx != DUMMY_SIZE_IDX).then_some(pool.szidx);
        let carved = szidx.map_or(0, |szidx| {
            let used = usize::from(pool.nextoffset) * ALIGNMENT - POOL_OVERHEAD as usize;
            (used / class_size(szidx)) as u16
        });
        PoolView {
            address,
            arena,
            szidx,
            ref_count: pool.ref_count,
            carved,
        }
    }

    /// The free blocks of a pool in the order in which they will be handed out; blocks never
    /// used so far are not among them.
    pub fn free_blocks(&self, pool: Address) -> Vec<Address> {
        let (number, _) = place(pool);
        let mut free = Vec::new();
        let mut block = self.pools[number as usize].freeblock;
        while block != 0 {
            free.push(block_address(number, block));
            block = self.links[link_index(number, block)];
        }
        free
    }

    /// The raw heap, for the memory panel.
    pub const fn raw(&self) -> &RawHeap {
        &self.raw
    }

    pub(super) fn arena_counts(&self) -> ArenaCounts {
        // The middle level covers 14 more bits than the bottom level.
        let mut mids: Vec<u64> = self.map_bot_nodes.iter().map(|node| node >> 15).collect();
        mids.sort_unstable();
        mids.dedup();
        ArenaCounts {
            ntimes_arena_allocated: self.ntimes_arena_allocated,
            narenas_currently_allocated: self.narenas_currently_allocated,
            narenas_highwater: self.narenas_highwater,
            map_mid_nodes: mids.len(),
            map_bot_nodes: self.map_bot_nodes.len(),
        }
    }

    #[cold]
    fn raw_alloc(&mut self, n: usize) -> Address {
        self.raw_allocated_blocks += 1;
        self.raw.malloc(n)
    }

    /// `pymalloc_pool_extend`: the free list is empty; carve the next block, or else the pool
    /// is full.
    #[inline]
    fn pool_extend(&mut self, number: u32) {
        let pool = &mut self.pools[number as usize];
        if pool.nextoffset <= pool.maxnextoffset {
            let block = pool.nextoffset;
            pool.freeblock = block;
            pool.nextoffset += u16::from(pool.szidx) + 1;
            self.links[link_index(number, block)] = 0;
            return;
        }
        let szidx = pool.szidx;
        self.unlink_pool(number);
        self.note(PoolChange::PoolFull {
            pool: pool_address(number),
            szidx,
        });
    }

    /// The class has no pool with a free block: take a pool from the fullest usable arena.
    #[cold]
    fn allocate_from_new_pool(&mut self, szidx: u32) -> Address {
        if self.usable_arenas == NO_ARENA {
            self.new_arena();
        }
        let index = self.usable_arenas;
        let arena = self.arenas[index as usize]
            .as_mut()
            .expect("a usable arena is mapped");
        // This arena is no longer the last with so many free pools, but now that with one less.
        let nfreepools = arena.nfreepools as usize;
        if self.nfp2lasa[nfreepools] == index {
            self.nfp2lasa[nfreepools] = NO_ARENA;
        }
        if nfreepools > 1 {
            self.nfp2lasa[nfreepools - 1] = index;
        }
        arena.nfreepools -= 1;
        let number = arena.freepools.pop().unwrap_or_else(|| {
            let number = place(Address(arena.pool_address)).0;
            arena.pool_address += POOL_SIZE;
            number
        });
        if arena.nfreepools == 0 {
            let next = arena.nextarena;
            self.usable_arenas = next;
            if next != NO_ARENA {
                self.arena(next).prevarena = NO_ARENA;
            }
        }
        self.note(PoolChange::PoolTake {
            pool: pool_address(number),
            szidx: szidx as u8,
        });
        self.init_pool(number, szidx)
    }

    /// Puts a free pool at the front of its class's (empty) list and takes its first block.
    fn init_pool(&mut self, number: u32, szidx: u32) -> Address {
        self.link_pool_at_front(number, szidx);
        let pool = &mut self.pools[number as usize];
        pool.ref_count = 1;
        if u32::from(pool.szidx) == szidx {
            // The pool last served the same class: its free list is still good.
            let block = pool.freeblock;
            pool.freeblock = self.links[link_index(number, block)];
            return block_address(number, block);
        }
        let granules = szidx as u16 + 1;
        let first = POOL_OVERHEAD as u16 / ALIGNMENT as u16;
        pool.szidx = szidx as u8;
        pool.freeblock = first + granules;
        pool.nextoffset = first + 2 * granules;
        pool.maxnextoffset = GRANULES as u16 - granules;
        self.links[link_index(number, first + granules)] = 0;
        block_address(number, first)
    }

    /// A block of a full pool was freed: its class may use it again, first of all.
    #[cold]
    fn insert_to_usedpool(&mut self, number: u32) {
        let szidx = self.pools[number as usize].szidx;
        self.link_pool_at_front(number, u32::from(szidx));
        self.note(PoolChange::PoolUsable {
            pool: pool_address(number),
            szidx,
        });
    }

    /// The pool's last block was freed: give the pool back to its arena, and keep the usable
    /// arenas in order of their free pools.
    #[cold]
    fn insert_to_freepool(&mut self, number: u32) {
        let szidx = self.pools[number as usize].szidx;
        self.unlink_pool(number);
        self.note(PoolChange::PoolEmpty {
            pool: pool_address(number),
            szidx,
        });
        let index = arena_index(number);
        let arena = self.arena(index);
        arena.freepools.push(number);
        let old_free = arena.nfreepools as usize;
        arena.nfreepools += 1;
        let (free, total) = (arena.nfreepools, arena.ntotalpools);
        let (prev, next) = (arena.prevarena, arena.nextarena);

        let lastnf = self.nfp2lasa[old_free];
        if lastnf == index {
            // It was the last with so many; the one before may be that now.
            let before = prev != NO_ARENA && self.arena(prev).nfreepools as usize == old_free;
            self.nfp2lasa[old_free] = if before { prev } else { NO_ARENA };
        }
        if free == total && next != NO_ARENA {
            self.unlink_arena(index);
            self.free_arena(index);
            return;
        }
        if free == 1 {
            // It was not usable before: no arena has fewer free pools.
            let first = self.usable_arenas;
            let arena = self.arena(index);
            arena.nextarena = first;
            arena.prevarena = NO_ARENA;
            if first != NO_ARENA {
                self.arena(first).prevarena = index;
            }
            self.usable_arenas = index;
            if self.nfp2lasa[1] == NO_ARENA {
                self.nfp2lasa[1] = index;
            }
            return;
        }
        if self.nfp2lasa[free as usize] == NO_ARENA {
            self.nfp2lasa[free as usize] = index;
        }
        if lastnf == index || lastnf == NO_ARENA {
            return;
        }
        // Move it right, past the last arena that has the old number of free pools.
        self.unlink_arena(index);
        let after = self.arena(lastnf).nextarena;
        let arena = self.arena(index);
        arena.prevarena = lastnf;
        arena.nextarena = after;
        if after != NO_ARENA {
            self.arena(after).prevarena = index;
        }
        self.arena(lastnf).nextarena = index;
    }

    /// Maps an arena, the only usable one then.
    fn new_arena(&mut self) {
        let index = self.free_place();
        let address = ARENAS_TOP - (u64::from(index) + 1) * ARENA_SIZE;
        let pool_start = address.div_ceil(POOL_SIZE) * POOL_SIZE;
        let ntotalpools = ((address + ARENA_SIZE - pool_start) / POOL_SIZE) as u32;
        let last_pool = pools_before(index + 1) as usize;
        if self.pools.len() < last_pool {
            let head = self.pools[0];
            self.pools.resize(last_pool, head);
            self.links
                .resize((last_pool - FIRST_POOL as usize) * GRANULES as usize, 0);
        }
        for pool in pool_start / POOL_SIZE..(address + ARENA_SIZE) / POOL_SIZE {
            let number = place(Address(pool * POOL_SIZE)).0;
            self.pools[number as usize] = Pool {
                ref_count: 0,
                freeblock: 0,
                nextoffset: 0,
                maxnextoffset: 0,
                szidx: DUMMY_SIZE_IDX,
                nextpool: number,
                prevpool: number,
            };
        }
        self.arenas[index as usize] = Some(Arena {
            address,
            pool_address: pool_start,
            nfreepools: ntotalpools,
            ntotalpools,
            freepools: Vec::new(),
            nextarena: NO_ARENA,
            prevarena: NO_ARENA,
        });
        self.usable_arenas = index;
        self.nfp2lasa[ntotalpools as usize] = index;
        self.ntimes_arena_allocated += 1;
        self.narenas_currently_allocated += 1;
        self.narenas_highwater = self.narenas_highwater.max(self.narenas_currently_allocated);
        // An arena that is no multiple of 1 MiB is entered in two places of the map.
        for end in [address, address + ARENA_SIZE - 1] {
            let node = end >> 34;
            if !self.map_bot_nodes.contains(&node) {
                self.map_bot_nodes.push(node);
            }
        }
        self.note(PoolChange::ArenaNew {
            arena: Address(address),
        });
    }

    /// Where the system maps the next arena: the highest gap.
    fn free_place(&mut self) -> u32 {
        if self.narenas_currently_allocated == self.arenas.len() {
            self.arenas.push(None);
        }
        let place = self.arenas.iter().position(Option::is_none);
        place.expect("there are more places than mapped arenas") as u32
    }

    /// Gives an arena back to the system.
    fn free_arena(&mut self, index: u32) {
        let arena = self.arenas[index as usize]
            .take()
            .expect("only a mapped arena is freed");
        self.narenas_currently_allocated -= 1;
        self.note(PoolChange::ArenaFree {
            arena: Address(arena.address),
        });
    }

    fn unlink_arena(&mut self, index: u32) {
        let arena = self.arena(index);
        let (prev, next) = (arena.prevarena, arena.nextarena);
        if prev == NO_ARENA {
            self.usable_arenas = next;
        } else {
            self.arena(prev).nextarena = next;
        }
        if next != NO_ARENA {
            self.arena(next).prevarena = prev;
        }
    }

    fn arena(&mut self, index: u32) -> &mut Arena {
        self.arenas[index as usize]
            .as_mut()
            .expect("lists hold mapped arenas only")
    }

    fn link_pool_at_front(&mut self, number: u32, szidx: u32) {
        let next = self.pools[szidx as usize].nextpool;
        let pool = &mut self.pools[number as usize];
        pool.nextpool = next;
        pool.prevpool = szidx;
        self.pools[next as usize].prevpool = number;
        self.pools[szidx as usize].nextpool = number;
    }

    fn unlink_pool(&mut self, number: u32) {
        let Pool {
            nextpool, prevpool, ..
        } = self.pools[number as usize];
        self.pools[nextpool as usize].prevpool = prevpool;
        self.pools[prevpool as usize].nextpool = nextpool;
    }

    #[inline]
    fn note(&mut self, change: PoolChange) {
        if self.recording {
            self.changes.push(change);
        }
    }
}

/// Figures about arenas for the statistics.
pub(super) struct ArenaCounts {
    pub(super) ntimes_arena_allocated: usize,
    pub(super) narenas_currently_allocated: usize,
    pub(super) narenas_highwater: usize,
    pub(super) map_mid_nodes: usize,
    pub(super) map_bot_nodes: usize,
}

/// Bytes of a block of a size class (`INDEX2SIZE`).
#[inline]
pub const fn class_size(szidx: u8) -> usize {
    (szidx as usize + 1) * ALIGNMENT
}

/// Blocks in a pool of a size class (`NUMBLOCKS`).
pub const fn num_blocks(szidx: u8) -> usize {
    (POOL_SIZE - POOL_OVERHEAD) as usize / class_size(szidx)
}

/// The pool of an address, and the granule inside it.
#[inline]
const fn place(address: Address) -> (u32, u16) {
    let number = ((POOLS_TOP - 1 - address.0) >> POOL_BITS) as u32 + FIRST_POOL;
    (number, ((address.0 & (POOL_SIZE - 1)) >> 4) as u16)
}

#[inline]
const fn pool_address(number: u32) -> Address {
    Address(POOLS_TOP - (((number - FIRST_POOL) as u64 + 1) << POOL_BITS))
}

#[inline]
const fn block_address(number: u32, block: u16) -> Address {
    pool_address(number).offset((block as u64) << 4)
}

#[inline]
const fn link_index(number: u32, block: u16) -> usize {
    ((number - FIRST_POOL) as usize) * GRANULES as usize + block as usize
}

/// The arena of a pool.
const fn arena_index(number: u32) -> u32 {
    ((ARENAS_TOP - 1 - pool_address(number).0) / ARENA_SIZE) as u32
}

/// The pool numbers that the first `arenas` arenas need.
const fn pools_before(arenas: u32) -> u32 {
    FIRST_POOL + arenas * POOLS_BY_ARENA + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Stats;

    fn pool_of(address: Address) -> u64 {
        address.0 >> POOL_BITS
    }

    #[test]
    fn blocks_ascend_and_come_back_last_in_first_out() {
        let mut m = Obmalloc::new();
        let a = m.alloc(20);
        let b = m.alloc(32);
        let c = m.alloc(17);
        assert_eq!((b.0 - a.0, c.0 - b.0, a.0 % POOL_SIZE), (32, 32, 48));
        m.free(a);
        m.free(c);
        assert_eq!([m.alloc(32), m.alloc(32)], [c, a]);
        assert_eq!(m.getallocatedblocks(), 3);
    }

    #[test]
    fn a_full_pool_comes_back_to_the_front() {
        let mut m = Obmalloc::new();
        let blocks: Vec<Address> = (0..num_blocks(31) * 3 + 4).map(|_| m.alloc(512)).collect();
        m.free(blocks[3]);
        assert_eq!(m.alloc(512), blocks[3]);
        assert_eq!(
            pool_of(m.alloc(512)),
            pool_of(*blocks.last().expect("some"))
        );
    }

    #[test]
    fn empty_arenas_are_given_back_but_for_the_last() {
        let mut m = Obmalloc::new();
        m.set_recording(true);
        let by_arena = 63 * num_blocks(31);
        let blocks: Vec<Address> = (0..3 * by_arena).map(|_| m.alloc(512)).collect();
        let stats = Stats::of(&m);
        assert_eq!((stats.arenas_current, stats.unused_pools), (3, 0));
        assert_eq!(stats.arena_alignment, 3 * POOL_SIZE as usize);
        for &block in &blocks {
            m.free(block);
        }
        let stats = Stats::of(&m);
        assert_eq!((stats.arenas_current, stats.arenas_allocated_total), (1, 3));
        assert_eq!(m.getallocatedblocks(), 0);
        let freed = m.take_changes();
        let count = |wanted: fn(&PoolChange) -> bool| freed.iter().filter(|c| wanted(c)).count();
        assert_eq!(count(|c| matches!(c, PoolChange::ArenaFree { .. })), 2);
        assert_eq!(count(|c| matches!(c, PoolChange::PoolEmpty { .. })), 3 * 63);
    }

    #[test]
    fn realloc_keeps_a_block_that_stays_mostly_used() {
        let mut m = Obmalloc::new();
        let a = m.alloc(100);
        assert_eq!(m.realloc(a, 112), a);
        assert_eq!(m.realloc(a, 85), a);
        let moved = m.realloc(a, 84);
        assert_ne!(moved, a);
        let large = m.realloc(moved, 600);
        assert!(large.0 < ARENAS_BOTTOM);
        assert_eq!(m.getallocatedblocks(), 1);
        m.free(large);
        assert_eq!(m.getallocatedblocks(), 0);
    }
}
