//! The GIL and the virtual clock: who holds it, who waits, whose turn is next.
//!
//! In reading order: [`clock`] is the machine's time, [`gil`] the protocol by which threads
//! hand the one lock around.

pub mod clock;
pub mod gil;

pub use clock::{Nanos, VirtualClock};
pub use gil::{
    Deadlock, GilFact, GilFactKind, LockId, Next, Scheduler, ThreadStatus, WaitFor, WaitingThread,
    WakeReason,
};
