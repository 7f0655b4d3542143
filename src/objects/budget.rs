//! How much a run may use, and how it is stopped: time on the virtual clock, memory, nested calls.
//!
//! A single request that memory cannot hold raises `MemoryError`, as `malloc` lets `CPython` do; what
//! grows past a budget bit by bit stops the run, which no Python code can catch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::vm::{PyResult, Raised, Stop, Vm};
use super::wellknown::types;
use crate::threads::{Nanos, VirtualClock};

/// Budgets that the machine itself watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budgets {
    /// Virtual time since the start.
    pub time: Nanos,
    /// Bytes in the arenas and raw blocks of the simulated heap.
    pub bytes: u64,
    /// Frames of one thread: a program can lift `sys.setrecursionlimit`, not this.
    pub frames: i32,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            time: Nanos::NEVER,
            bytes: 2 << 30,
            frames: 1_000_000,
        }
    }
}

impl Budgets {
    fn time_sentence(self) -> String {
        format!("stopped after {} seconds of virtual time", self.time.secs())
    }

    fn bytes_sentence(self) -> String {
        format!("stopped at {} bytes of memory", self.bytes)
    }

    fn frames_sentence(self) -> String {
        format!("stopped at {} nested calls", self.frames)
    }
}

impl Vm {
    /// Sets how far the run may go, and the flag with which it is stopped from outside.
    pub fn set_budgets(&mut self, budgets: Budgets, stop_flag: Arc<AtomicBool>) {
        self.budgets = budgets;
        self.heap.max_bytes = budgets.bytes;
        self.heap.stop_flag = Arc::clone(&stop_flag);
        self.stop_flag = stop_flag;
        self.interp.next_poll = self.last_instruction();
    }

    /// The virtual time.
    #[inline]
    pub const fn now(&self) -> Nanos {
        Nanos(self.interp.clock_nanos + self.interp.instructions * VirtualClock::INSTRUCTION.0)
    }

    /// The count of instructions at which the budget of time is used up, if nobody sleeps before.
    pub fn last_instruction(&self) -> u64 {
        if self.budgets.time == Nanos::NEVER {
            return u64::MAX;
        }
        let left = self.budgets.time.0.saturating_sub(self.interp.clock_nanos);
        left.div_ceil(VirtualClock::INSTRUCTION.0)
    }

    /// Stops the run when it has reached a time beyond its budget.
    pub fn check_time(&mut self, time: Nanos) -> PyResult<()> {
        if time >= self.budgets.time {
            let sentence = self.budgets.time_sentence();
            return Err(self.stop_with(Stop::Budget(sentence)));
        }
        Ok(())
    }

    /// Looks at the stop flag: called at each poll of the eval breaker, and by native loops.
    #[inline]
    pub fn check_stop(&mut self) -> PyResult<()> {
        if self.stop_flag.load(Ordering::Relaxed) || self.stop.is_some() {
            return self.stop_now();
        }
        Ok(())
    }

    #[cold]
    fn stop_now(&mut self) -> PyResult<()> {
        let stop = if self.heap.over_budget {
            Stop::Budget(self.budgets.bytes_sentence())
        } else {
            Stop::Requested
        };
        Err(self.stop_with(stop))
    }

    /// One turn of a native loop over an iterator: it may be endless, and no instruction passes
    /// meanwhile.
    #[inline]
    pub fn native_step(&mut self) -> PyResult<()> {
        self.interp.native_steps += 1;
        if self.interp.native_steps >= self.interp.next_native_check {
            self.check_native_time()?;
        }
        self.check_stop()
    }

    #[cold]
    fn check_native_time(&mut self) -> PyResult<()> {
        const STRIDE: u64 = 1 << 16;
        self.interp.next_native_check = self.interp.native_steps + STRIDE;
        let spent = Nanos(self.interp.native_steps * VirtualClock::INSTRUCTION.0);
        self.check_time(self.now().after(spent))
    }

    /// Whether memory could ever hold so many bytes.
    #[inline]
    pub const fn memory_holds(&self, bytes: usize) -> bool {
        bytes as u64 <= self.budgets.bytes
    }

    /// `MemoryError` for one request that cannot be met.
    #[inline]
    pub fn check_request(&mut self, bytes: usize) -> PyResult<()> {
        if self.memory_holds(bytes) {
            Ok(())
        } else {
            Err(self.no_memory())
        }
    }

    /// How many calls may be nested: `sys.getrecursionlimit()`, but no more than the budget.
    pub const fn recursion_depth_limit(&self) -> i32 {
        if self.interp.recursion_limit < self.budgets.frames {
            self.interp.recursion_limit
        } else {
            self.budgets.frames
        }
    }

    /// `sys.setrecursionlimit()`, for all threads.
    pub fn set_recursion_limit(&mut self, limit: i32) {
        let old = self.recursion_depth_limit();
        self.interp.recursion_limit = limit;
        let change = self.recursion_depth_limit() - old;
        self.tstate.py_recursion_remaining += change;
        for tstate in self.other_tstates.values_mut() {
            tstate.py_recursion_remaining += change;
        }
    }

    /// Too many nested calls: a `RecursionError`, or the end of the run when the program allows
    /// itself more than the budget does.
    #[cold]
    pub fn too_deep(&mut self) -> Raised {
        if self.interp.recursion_limit > self.budgets.frames {
            let sentence = self.budgets.frames_sentence();
            return self.stop_with(Stop::Budget(sentence));
        }
        self.raise(types::RECURSION_ERROR, "maximum recursion depth exceeded")
    }
}
