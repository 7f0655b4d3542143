//! Simulated addresses: pymalloc's arenas, pools, blocks and free lists.
//!
//! In reading order: [`address`] names an address, [`raw`] stands in for the C library's
//! `malloc`, [`obmalloc`] is `CPython`'s own allocator, [`stats`] its figures.

pub mod address;
pub mod obmalloc;
pub mod raw;
pub mod stats;

pub use address::Address;
pub use obmalloc::{ArenaView, Obmalloc, PoolChange, PoolView};
pub use stats::Stats;
