//! Simulated addresses: pymalloc's arenas, pools, blocks and free lists.
//!
//! In reading order: [`address`] names an address, [`raw`] stands in for the C library's
//! `malloc`, [`obmalloc`] is `CPython`'s own allocator, [`stats`] its figures;
//! `block_sizes` remembers what a recording says of a block.

pub mod address;
mod block_sizes;
pub mod obmalloc;
pub mod raw;
pub mod stats;

pub use address::Address;
pub use block_sizes::BlockSizes;
pub use obmalloc::{ArenaView, Obmalloc, PoolChange, PoolView};
pub use stats::Stats;
