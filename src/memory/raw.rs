//! The raw heap below pymalloc: a stand-in for the C library's `malloc`.
//!
//! `CPython` leaves requests of 0 or more than 512 bytes to libc. What libc answers is not
//! part of `CPython`, so this is one plausible heap after glibc: chunks of 16-byte steps with
//! an 8-byte header, freed chunks reused last-in-first-out by size, the last chunk grown in
//! place, and large requests served by mappings of their own.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::address::Address;

/// Where the heap (`brk`) starts.
const HEAP_START: u64 = 0x5581_7c2e_9000;
/// Where large mappings go, downwards.
const MAP_TOP: u64 = 0x7f3a_0000_0000;
/// Requests from here on get a mapping of their own (`M_MMAP_THRESHOLD`).
const MAP_THRESHOLD: usize = 128 * 1024;
const PAGE: u64 = 4096;
/// A mapping's header, which also keeps the block aligned.
const MAP_HEADER: u64 = 16;

/// Hashes an address by one multiplication; addresses are distinct multiples of 16.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

type ByAddress<V> = HashMap<u64, V, BuildHasherDefault<AddressHasher>>;

/// The raw heap.
pub struct RawHeap {
    /// The size of each live chunk, header included.
    chunks: ByAddress<u64>,
    /// Freed chunks by their size, most recent last.
    bins: ByAddress<Vec<u64>>,
    heap_end: u64,
    map_end: u64,
    /// Bytes in live chunks, headers included.
    bytes: u64,
}

impl Default for RawHeap {
    fn default() -> Self {
        Self {
            chunks: ByAddress::default(),
            bins: ByAddress::default(),
            heap_end: HEAP_START + 16,
            map_end: MAP_TOP,
            bytes: 0,
        }
    }
}

impl RawHeap {
    /// `malloc(n)`; 0 bytes are served as 1.
    pub fn malloc(&mut self, n: usize) -> Address {
        let size = chunk_size(n);
        self.bytes += size;
        let reused = self.bins.get_mut(&size).and_then(Vec::pop);
        let address = reused.unwrap_or_else(|| {
            if n >= MAP_THRESHOLD {
                self.map_end -= size;
                self.map_end + MAP_HEADER
            } else {
                let address = self.heap_end;
                self.heap_end += size;
                address
            }
        });
        self.chunks.insert(address, size);
        Address(address)
    }

    /// `free(address)`; the address must be live.
    pub fn free(&mut self, address: Address) {
        let size = self
            .chunks
            .remove(&address.0)
            .expect("only a live raw block is freed");
        self.bytes -= size;
        if address.0 + size == self.heap_end {
            // The last chunk melts back into the top of the heap.
            self.heap_end = address.0;
        } else {
            self.bins.entry(size).or_default().push(address.0);
        }
    }

    /// `realloc(address, n)`: stays where it is when it shrinks, fits, or is the last chunk.
    pub fn realloc(&mut self, address: Address, n: usize) -> Address {
        let new_size = chunk_size(n);
        let size = *self
            .chunks
            .get(&address.0)
            .expect("only a live raw block is resized");
        if new_size <= size && new_size * 2 > size {
            return address;
        }
        if address.0 + size == self.heap_end && n < MAP_THRESHOLD {
            self.heap_end = address.0 + new_size;
            self.chunks.insert(address.0, new_size);
            self.bytes = self.bytes + new_size - size;
            return address;
        }
        let moved = self.malloc(n);
        self.free(address);
        moved
    }

    /// How many blocks are live.
    pub fn blocks(&self) -> usize {
        self.chunks.len()
    }

    /// Bytes in live blocks with their headers.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The live blocks (address, size with header) in order of address.
    pub fn live(&self) -> Vec<(Address, u64)> {
        let mut live: Vec<(Address, u64)> = self
            .chunks
            .keys()
            .map(|&address| (Address(address), self.chunks[&address]))
            .collect();
        live.sort_unstable();
        live
    }
}

fn chunk_size(n: usize) -> u64 {
    if n >= MAP_THRESHOLD {
        (n as u64 + MAP_HEADER).div_ceil(PAGE) * PAGE
    } else {
        ((n as u64 + 8).div_ceil(16) * 16).max(32)
    }
}
