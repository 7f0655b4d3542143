//! The cycle collector: finds objects that only keep each other alive.
//!
//! Mirrors `Python/gc.c` of the classic three generations; `gc_refs`, `young` and `unreachable`
//! mean what they mean there. A pass looks ([`find`]), decides, then acts ([`collect`]).

mod collect;
mod find;

pub use collect::{collect, collect_generation, garbage_list, run_scheduled};
pub use find::collector_referents as referents;
