//! The virtual clock: time passes by instructions and by sleeping, the same in every run.
//!
//! The host's clock is never read here, so that equal programs give equal recordings.

use serde::{Deserialize, Serialize};

/// Nanoseconds of virtual time since the machine's start.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Nanos(pub u64);

impl Nanos {
    /// A time that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time `span` later.
    #[must_use]
    pub const fn after(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// From a number of seconds, as `time.sleep` takes them; rounded up as `CPython` does.
    pub fn from_secs_ceil(secs: f64) -> Self {
        let nanos = (secs * 1e9).ceil();
        if nanos >= u64::MAX as f64 {
            Self::NEVER
        } else {
            Self(nanos.max(0.0) as u64)
        }
    }

    /// As seconds.
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct VirtualClock {
    now: Nanos,
    instruction: Nanos,
    epoch: Nanos,
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl VirtualClock {
    /// What one bytecode instruction costs: 20 ns, about what `CPython` takes.
    pub const INSTRUCTION: Nanos = Nanos(20);
    /// What `time.time()` shows at the machine's start: 2024-10-07 12:00 UTC, the day on which
    /// 3.13.0 came out.
    pub const EPOCH: Nanos = Nanos(1_728_302_400_000_000_000);

    /// A clock at the machine's start.
    pub const fn new() -> Self {
        Self {
            now: Nanos(0),
            instruction: Self::INSTRUCTION,
            epoch: Self::EPOCH,
        }
    }

    /// The time since the machine's start, as `time.monotonic()`.
    #[inline]
    pub const fn now(&self) -> Nanos {
        self.now
    }

    /// The time of day, as `time.time()`.
    pub const fn time_of_day(&self) -> Nanos {
        self.epoch.after(self.now)
    }

    /// One instruction was executed.
    #[inline]
    pub const fn tick(&mut self) {
        self.now.0 += self.instruction.0;
    }

    /// `count` instructions were executed.
    #[inline]
    pub const fn tick_many(&mut self, count: u64) {
        self.now.0 += self.instruction.0 * count;
    }

    /// Nothing runs until `time`; a time in the past changes nothing.
    pub const fn advance_to(&mut self, time: Nanos) {
        if time.0 > self.now.0 {
            self.now = time;
        }
    }
}
