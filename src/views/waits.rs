//! Every wait of the run in words: for the GIL, for a lock, for time to pass, for a thread's end.
//!
//! Mirrors `take_gil` and `drop_gil` of `Python/ceval_gil.c`.

use std::collections::BTreeMap;

use super::format::nanos;
use super::look::Look;
use crate::base::{ObjId, ThreadId};
use crate::events::{Event, WaitReason};

/// What a thread waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitFor {
    /// The GIL, which `holder` had at the beginning of the wait.
    Gil {
        holder: Option<ThreadId>,
    },
    /// A lock, which `holder` had at the beginning, as far as any thread did.
    Lock {
        lock: ObjId,
        holder: Option<ThreadId>,
    },
    Sleep,
    Io,
    Join,
}

/// One wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    pub thread: ThreadId,
    pub what: WaitFor,
    /// The moments of its beginning and its end; `None` while it lasts.
    pub start: u64,
    pub end: Option<u64>,
    /// Virtual time spent, once it is over.
    pub nanos: u64,
    /// How often it asked the holder of the GIL to let go.
    pub requests: u32,
    /// Who let go last before the wait ended, and whether that thread was asked to.
    pub released: Option<(ThreadId, bool)>,
}

/// All waits of a run, in the order of their beginnings.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    all: Vec<Wait>,
    /// The open wait of each thread, and the clock at its beginning.
    open: BTreeMap<ThreadId, (usize, u64)>,
    holder: Option<ThreadId>,
    released: Option<(ThreadId, bool)>,
    locks: BTreeMap<ObjId, ThreadId>,
    released_locks: BTreeMap<ObjId, ThreadId>,
    clock: u64,
    instruction_nanos: u64,
    threads: bool,
}

impl Waits {
    /// No waits yet; each instruction takes `instruction_nanos` of virtual time.
    pub fn new(instruction_nanos: u64) -> Self {
        Self {
            holder: Some(ThreadId(0)),
            instruction_nanos,
            ..Self::default()
        }
    }

    /// All of them.
    pub fn all(&self) -> &[Wait] {
        &self.all
    }

    /// The wait of a thread at a moment.
    pub fn at(&self, thread: ThreadId, moment: u64) -> Option<&Wait> {
        let after = self.all.partition_point(|wait| wait.start <= moment);
        self.all[..after]
            .iter()
            .rev()
            .take(400)
            .find(|wait| wait.thread == thread)
            .filter(|wait| wait.end.is_none_or(|end| moment < end))
    }

    /// Takes in the next event, which is the one at `at`.
    pub fn take(&mut self, at: u64, event: &Event) {
        match *event {
            Event::Instruction { .. } => {
                self.clock = self.clock.wrapping_add(self.instruction_nanos);
            }
            Event::Clock { new_nanos, .. } => self.clock = new_nanos,
            Event::ThreadStart { .. } => self.threads = true,
            Event::GilWait { thread } => {
                let holder = self.holder;
                self.begin(at, thread, WaitFor::Gil { holder });
            }
            Event::GilRequest { thread, .. } => {
                if let Some(&(index, _)) = self.open.get(&thread) {
                    self.all[index].requests += 1;
                }
            }
            Event::GilDrop { thread, forced } => {
                self.holder = None;
                self.released = Some((thread, forced));
            }
            Event::GilTake { thread, .. } => {
                self.holder = Some(thread);
                let released = self.released;
                self.finish(at, thread, released);
            }
            Event::ThreadBlock {
                thread,
                reason,
                object,
            } => {
                let what = match reason {
                    WaitReason::Lock => WaitFor::Lock {
                        lock: object,
                        holder: self.locks.get(&object).copied(),
                    },
                    WaitReason::Sleep => WaitFor::Sleep,
                    WaitReason::Io => WaitFor::Io,
                    WaitReason::Join => WaitFor::Join,
                };
                self.begin(at, thread, what);
            }
            Event::ThreadWake { thread, object, .. } => {
                let released = self
                    .released_locks
                    .get(&object)
                    .map(|&thread| (thread, false));
                self.finish(at, thread, released);
            }
            Event::LockAcquire { thread, lock } => {
                self.locks.insert(lock, thread);
            }
            Event::LockRelease { thread, lock } => {
                self.locks.remove(&lock);
                self.released_locks.insert(lock, thread);
            }
            _ => {}
        }
    }

    fn begin(&mut self, at: u64, thread: ThreadId, what: WaitFor) {
        self.finish(at, thread, None);
        if !self.threads && matches!(what, WaitFor::Gil { .. }) {
            return;
        }
        self.open.insert(thread, (self.all.len(), self.clock));
        self.all.push(Wait {
            thread,
            what,
            start: at,
            end: None,
            nanos: 0,
            requests: 0,
            released: None,
        });
    }

    fn finish(&mut self, at: u64, thread: ThreadId, released: Option<(ThreadId, bool)>) {
        if let Some((index, since)) = self.open.remove(&thread) {
            let wait = &mut self.all[index];
            wait.end = Some(at + 1);
            wait.nanos = self.clock.saturating_sub(since);
            wait.released = released;
        }
    }
}

/// A wait in a sentence or two; `name` gives the names of threads.
pub fn words(wait: &Wait, look: Look<'_>, name: &dyn Fn(ThreadId) -> String) -> String {
    let who = name(wait.thread);
    let time = match wait.end {
        Some(_) => format!("for {}", nanos(wait.nanos)),
        None => "to the end of the recording".to_owned(),
    };
    match wait.what {
        WaitFor::Gil { holder } => {
            let begin = match holder.filter(|&holder| holder != wait.thread) {
                Some(holder) => {
                    format!(
                        "{who} waited {time} for the GIL, which {} held",
                        name(holder)
                    )
                }
                None => format!("{who} waited {time} for the GIL, which was being handed over"),
            };
            let asked = match wait.requests {
                0 => String::new(),
                1 => "; after one switch interval it asked for it".to_owned(),
                many => format!("; it asked for it {many} times, once each switch interval"),
            };
            let end = match (wait.end, wait.released) {
                (Some(_), Some((by, true))) => {
                    format!(
                        "; {} let go at its next check of the eval breaker",
                        name(by)
                    )
                }
                (Some(_), Some((by, false))) if by != wait.thread => {
                    format!("; {} let go by itself, to wait or to end", name(by))
                }
                _ => String::new(),
            };
            format!("{begin}{asked}{end}.")
        }
        WaitFor::Lock { lock, holder } => {
            let what = if lock.is_null() {
                "a lock".to_owned()
            } else {
                look.short(lock, 40)
            };
            let held = match holder {
                Some(holder) if holder == wait.thread => {
                    ", which it had acquired itself".to_owned()
                }
                Some(holder) => format!(", which {} held", name(holder)),
                None => String::new(),
            };
            let end = match (wait.end, wait.released) {
                (Some(_), Some((by, _))) if by != wait.thread => {
                    format!("; {} released it", name(by))
                }
                _ => String::new(),
            };
            format!("{who} waited {time} for {what}{held}{end}. It had let go of the GIL.")
        }
        WaitFor::Sleep => format!("{who} slept {time}. It had let go of the GIL."),
        WaitFor::Io => {
            format!("{who} waited {time} for input or output. It had let go of the GIL.")
        }
        WaitFor::Join => {
            format!("{who} waited {time} for another thread's end. It had let go of the GIL.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TextId;

    const MAIN: ThreadId = ThreadId(0);
    const OTHER: ThreadId = ThreadId(1);

    fn taken(events: &[Event]) -> Vec<Wait> {
        let mut waits = Waits::new(100);
        for (at, event) in events.iter().enumerate() {
            waits.take(at as u64, event);
        }
        waits.all().to_vec()
    }

    #[test]
    fn a_wait_for_the_gil_counts_its_requests_and_names_who_let_go() {
        let waits = taken(&[
            Event::ThreadStart {
                thread: OTHER,
                name: TextId(0),
                ident: 0,
            },
            Event::GilWait { thread: OTHER },
            Event::Clock {
                old_nanos: 0,
                new_nanos: 5_000_000,
            },
            Event::GilRequest {
                thread: OTHER,
                holder: MAIN,
            },
            Event::GilDrop {
                thread: MAIN,
                forced: true,
            },
            Event::GilTake {
                thread: OTHER,
                previous: MAIN,
            },
        ]);
        assert_eq!(waits.len(), 1);
        assert_eq!(waits[0].what, WaitFor::Gil { holder: Some(MAIN) });
        assert_eq!((waits[0].start, waits[0].end), (1, Some(6)));
        assert_eq!((waits[0].requests, waits[0].nanos), (1, 5_000_000));
        assert_eq!(waits[0].released, Some((MAIN, true)));
    }

    #[test]
    fn a_wait_for_a_lock_knows_its_holder() {
        let lock = ObjId(7);
        let reason = WaitReason::Lock;
        let waits = taken(&[
            Event::LockAcquire { thread: MAIN, lock },
            Event::ThreadBlock {
                thread: OTHER,
                reason,
                object: lock,
            },
            Event::LockRelease { thread: MAIN, lock },
            Event::ThreadWake {
                thread: OTHER,
                reason,
                object: lock,
            },
        ]);
        let holder = Some(MAIN);
        assert_eq!(waits[0].what, WaitFor::Lock { lock, holder });
        assert_eq!(waits[0].released, Some((MAIN, false)));
    }
}
