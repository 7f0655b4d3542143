//! Answers drawn from a recording: histories, cycles, hot lines. One file for each question.
//!
//! An answer about one moment takes a [`State`](crate::trace::State); an answer about the run
//! takes a [`Recording`](crate::trace::Recording) and walks over its events once.

pub mod alive;
pub mod allocations;
pub mod calls;
pub mod cause;
pub mod clock;
pub mod count_history;
pub mod cycles;
pub mod death;
pub mod event_counts;
pub mod gc_passes;
pub mod gil_timeline;
pub mod holders;
pub mod hot_lines;
pub mod last_change;
pub mod made;
pub mod memory_curve;
pub mod output;
pub mod retained;

pub use alive::{PathStep, why_alive};
pub use allocations::{AllocationSite, TypeTotal, by_line, by_type};
pub use calls::{CallSpan, calls};
pub use cause::{Cause, cause_of};
pub use clock::clock_at;
pub use count_history::{CountChange, CountHistory, count_history};
pub use cycles::{Cycle, cycles};
pub use death::{Death, DeathCause, death};
pub use event_counts::{EventCount, event_counts};
pub use gc_passes::{GcPassSpan, gc_passes};
pub use gil_timeline::{ThreadActivity, ThreadSpan, gil_timeline};
pub use holders::{Holder, Holders};
pub use hot_lines::{HotLine, hot_lines};
pub use last_change::{last_change, last_local_change};
pub use made::{made_by_line, memory_peak};
pub use memory_curve::{MemoryCurve, MemoryPoint, memory_curve};
pub use output::{Piece, output};
pub use retained::{Retained, retained};
