//! How far a run may go, and the sink that stops it there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::base::TextId;
use crate::bytecode::CodeObject;
use crate::events::{CodeId, Event, EventSink, Held};
use crate::objects::budget::Budgets;
use crate::threads::Nanos;

/// Budgets of a run; what was recorded up to there is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Events recorded.
    pub events: u64,
    /// Bytes that the program's objects take at one time.
    pub bytes: u64,
    /// Virtual time; `None`: as long as it takes.
    pub time: Option<Nanos>,
    /// Characters written.
    pub output: u64,
}

impl Default for Limits {
    /// Far beyond what a lecture shows, far below what a computer has.
    fn default() -> Self {
        Self {
            events: 200_000_000,
            bytes: Budgets::default().bytes,
            time: None,
            output: 64 << 20,
        }
    }
}

impl Limits {
    /// What the machine itself watches.
    pub fn budgets(&self) -> Budgets {
        Budgets {
            time: self.time.unwrap_or(Nanos::NEVER),
            bytes: self.bytes,
            ..Budgets::default()
        }
    }
}

/// Which budget of the recording was used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exceeded {
    Events,
    Output,
}

impl Exceeded {
    /// One sentence that names the budget with its limit.
    pub fn sentence(self, limits: &Limits) -> String {
        match self {
            Self::Events => format!("stopped after {} events", limits.events),
            Self::Output => format!("stopped after {} characters of output", limits.output),
        }
    }

    const fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::Events),
            2 => Some(Self::Output),
            _ => None,
        }
    }
}

/// What a run's sink tells those who wait for it.
#[derive(Debug, Default)]
pub struct Gauge {
    events: AtomicU64,
    bytes: AtomicU64,
    exceeded: AtomicU64,
}

impl Gauge {
    /// Events so far.
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// Bytes in blocks now.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The budget that was used up, if one was.
    pub fn exceeded(&self) -> Option<Exceeded> {
        Exceeded::from_code(self.exceeded.load(Ordering::Relaxed))
    }
}

/// Passes everything on, and raises the stop flag when a budget is used up.
#[derive(Debug)]
pub(super) struct Metered<S> {
    sink: S,
    limits: Limits,
    stop: Arc<AtomicBool>,
    gauge: Arc<Gauge>,
}

impl<S: EventSink> Metered<S> {
    pub(super) const fn new(
        sink: S,
        limits: Limits,
        stop: Arc<AtomicBool>,
        gauge: Arc<Gauge>,
    ) -> Self {
        Self {
            sink,
            limits,
            stop,
            gauge,
        }
    }

    fn exceed(&self, what: Exceeded) {
        let code = match what {
            Exceeded::Events => 1,
            Exceeded::Output => 2,
        };
        if !self.stop.swap(true, Ordering::Relaxed) {
            self.gauge.exceeded.store(code, Ordering::Relaxed);
        }
    }
}

impl<S: EventSink> EventSink for Metered<S> {
    fn events(&mut self, events: &[Event]) {
        self.sink.events(events);
    }

    fn take(&mut self, events: &mut Vec<Event>, held: Held) {
        let count = events.len() as u64;
        let before = self.gauge.events.fetch_add(count, Ordering::Relaxed);
        self.gauge.bytes.store(held.bytes, Ordering::Relaxed);
        if before + count > self.limits.events {
            self.exceed(Exceeded::Events);
        } else if held.output > self.limits.output {
            self.exceed(Exceeded::Output);
        }
        self.sink.take(events, held);
    }

    fn text(&mut self, id: TextId, text: &str) {
        self.sink.text(id, text);
    }

    fn code(&mut self, id: CodeId, code: &Arc<CodeObject>) {
        self.sink.code(id, code);
    }
}
