//! Who watches the program from within: the tools of `sys.monitoring`, and `sys.settrace` and
//! `sys.setprofile`, which are two tools more.
//!
//! Mirrors `_PyMonitoringData` and the fields of `PyInterpreterState` that
//! `Python/instrumentation.c` works on.

use std::collections::HashMap;

use crate::base::ObjId;

/// The number of tools: six of the program's, then profile and trace.
pub const TOOLS: usize = 8;
/// The tools that `sys.monitoring` names by number.
pub const USER_TOOLS: usize = 6;
/// `PY_MONITORING_SYS_PROFILE_ID`.
pub const SYS_PROFILE: usize = 6;
/// `PY_MONITORING_SYS_TRACE_ID`.
pub const SYS_TRACE: usize = 7;

macro_rules! monitoring_events { ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
    /// What can be watched, numbered as in CPython; the first ten belong to a place in the code.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum MonitoringEvent { $($(#[$doc])* $name,)* }

    impl MonitoringEvent {
        /// Every event with its name.
        pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, $text),)*];
    }
} }

monitoring_events! {
    PyStart "PY_START",
    PyResume "PY_RESUME",
    PyReturn "PY_RETURN",
    PyYield "PY_YIELD",
    Call "CALL",
    Line "LINE",
    Instruction "INSTRUCTION",
    Jump "JUMP",
    Branch "BRANCH",
    StopIteration "STOP_ITERATION",
    Raise "RAISE",
    ExceptionHandled "EXCEPTION_HANDLED",
    PyUnwind "PY_UNWIND",
    PyThrow "PY_THROW",
    Reraise "RERAISE",
    CReturn "C_RETURN",
    CRaise "C_RAISE",
}

/// The number of events.
pub const EVENTS: usize = MonitoringEvent::ALL.len();
/// The events below this number belong to a place in the code and can be disabled there.
pub const LOCAL_EVENTS: usize = 10;

impl MonitoringEvent {
    /// Its bit in a set of events.
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// The tools and what they watch.
#[derive(Debug, Default)]
pub struct Monitoring {
    /// The names of the tools in use; owned.
    pub names: [ObjId; USER_TOOLS],
    /// Owned or NULL.
    pub callbacks: [[ObjId; EVENTS]; TOOLS],
    /// What each tool watches everywhere.
    pub events: [u32; TOOLS],
    /// What each tool watches in single code objects.
    pub local_events: HashMap<ObjId, [u32; TOOLS]>,
    /// What each tool has had enough of, by code object and code unit.
    pub disabled: HashMap<(ObjId, u32), [u32; TOOLS]>,
    /// `sys.monitoring.DISABLE` and `MISSING`; owned.
    pub disable: ObjId,
    pub missing: ObjId,
}

impl Monitoring {
    /// Whether anybody watches anything.
    pub fn is_active(&self) -> bool {
        self.events.iter().any(|&set| set != 0)
            || self.local_events.values().flatten().any(|&set| set != 0)
    }

    /// What is watched in a code object by any tool.
    pub fn events_in(&self, code: ObjId) -> u32 {
        let local = self.local_events.get(&code).copied().unwrap_or_default();
        self.events
            .iter()
            .chain(&local)
            .fold(0, |all, set| all | set)
    }

    /// Whether a tool watches an event at a code unit.
    pub fn watches(&self, tool: usize, event: MonitoringEvent, code: ObjId, instr: u32) -> bool {
        let local = self.local_events.get(&code).map_or(0, |sets| sets[tool]);
        let disabled = if (event as usize) < LOCAL_EVENTS {
            self.disabled
                .get(&(code, instr))
                .map_or(0, |sets| sets[tool])
        } else {
            0
        };
        (self.events[tool] | local) & !disabled & event.bit() != 0
    }

    /// Every owned reference.
    pub fn owned(&self) -> impl Iterator<Item = ObjId> {
        self.names
            .into_iter()
            .chain(self.callbacks.into_iter().flatten())
            .chain([self.disable, self.missing])
            .filter(|id| !id.is_null())
    }
}
