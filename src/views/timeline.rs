//! The whole run at a glance: calls, the GIL, collector passes, marks and memory over the moments.
//!
//! The model grows with the recording, event by event, and answers "what lies in this stretch"
//! at a cost that follows the pixels asked for, not the events recorded.

use std::collections::BTreeMap;

use crate::base::{Moment, ObjId, TextId, ThreadId};
use crate::events::{CodeId, Event, FrameId, GcPhase, WaitReason};

/// A stretch of moments: from `start` up to, and without, `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch<T> {
    pub start: u64,
    pub end: u64,
    pub what: T,
}

/// What a thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doing {
    /// It holds the GIL.
    Running,
    /// It waits for the GIL.
    Waiting,
    /// It asked the holder to let go and still waits.
    Refused,
    /// It waits for a lock.
    Blocked,
    Sleeping,
    /// It waits for another thread's end.
    Joining,
    /// Input or output.
    Io,
    /// It is neither running nor waiting: just started or handed over.
    Idle,
}

impl Doing {
    /// The word for it on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "has the GIL",
            Self::Waiting => "waits for the GIL",
            Self::Refused => "asked, still waits",
            Self::Blocked => "blocked on a lock",
            Self::Sleeping => "sleeps",
            Self::Joining => "waits for a thread",
            Self::Io => "input or output",
            Self::Idle => "not running",
        }
    }
}

/// A call: the frame and its code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    pub frame: FrameId,
    pub code: CodeId,
}

/// One pass of the collector.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pass {
    pub generation: u8,
    pub automatic: bool,
    pub collected: u32,
    pub uncollectable: u32,
}

/// Moments worth a mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    Raise,
    Output,
    Finalize,
    WeakrefCallback,
}

/// A thread's lane.
#[derive(Clone, Debug)]
pub struct ThreadLane {
    pub thread: ThreadId,
    pub name: TextId,
    /// Calls by depth; each row is sorted and does not overlap.
    pub calls: Vec<Vec<Stretch<Call>>>,
    pub doing: Vec<Stretch<Doing>>,
    stack: Vec<OpenCall>,
    ended: bool,
}

#[derive(Clone, Copy, Debug)]
struct OpenCall {
    call: Call,
    start: u64,
}

/// Everything the timeline draws.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    threads: BTreeMap<ThreadId, ThreadLane>,
    passes: Vec<Stretch<Pass>>,
    phases: Vec<Stretch<GcPhase>>,
    open_pass: Option<u64>,
    marks: Vec<(u64, MarkKind)>,
    /// Bytes of living objects after each bucket of moments: the largest inside the bucket.
    memory: Vec<u64>,
    live: u64,
    sizes: Vec<u32>,
    suspended: BTreeMap<FrameId, Call>,
    imports: Vec<Stretch<CodeId>>,
    open_import: Option<(ThreadId, FrameId)>,
    peak: (u64, u64),
    next: u64,
    ready: Option<u64>,
    first_call: Option<u64>,
    finalizing: Option<u64>,
    lines: u64,
}

/// Moments in one bucket of the memory curve.
const BUCKET: u64 = 64;

impl Timeline {
    /// Takes in the next events of the recording; `is_import` says whether a code object is the
    /// body of a module of the library.
    pub fn extend(&mut self, events: &[Event], is_import: &dyn Fn(CodeId) -> bool) {
        for event in events {
            let at = self.next;
            self.take(at, event);
            self.note_import(at, event, is_import);
            self.next += 1;
            let bucket = (at / BUCKET) as usize;
            if self.memory.len() <= bucket {
                self.memory.push(self.live);
            } else {
                self.memory[bucket] = self.memory[bucket].max(self.live);
            }
            if self.live > self.peak.1 && self.ready.is_some() {
                self.peak = (at, self.live);
            }
        }
    }

    /// How many events were taken in.
    pub const fn taken(&self) -> Moment {
        Moment(self.next)
    }

    /// Where the program's first instruction is.
    pub fn first(&self) -> Moment {
        Moment(self.ready.unwrap_or(0))
    }

    /// Where the program's own code begins to run, once known.
    pub fn first_call(&self) -> Option<Moment> {
        self.first_call.map(Moment)
    }

    /// Where the program's last instruction was done, once known.
    pub fn finalizing(&self) -> Option<Moment> {
        self.finalizing.map(Moment)
    }

    /// The threads by number.
    pub fn threads(&self) -> impl Iterator<Item = &ThreadLane> {
        self.threads.values()
    }

    /// How many threads ran.
    pub fn thread_count(&self) -> usize {
        self.threads.len()
    }

    /// The collector's passes.
    pub fn passes(&self) -> &[Stretch<Pass>] {
        &self.passes
    }

    /// The phases of all passes.
    pub fn phases(&self) -> &[Stretch<GcPhase>] {
        &self.phases
    }

    /// Where modules of the library are imported: in order, the outermost import alone.
    pub fn imports(&self) -> &[Stretch<CodeId>] {
        &self.imports
    }

    /// The marks in order.
    pub fn marks(&self) -> &[(u64, MarkKind)] {
        &self.marks
    }

    /// The moment with the most bytes in living objects, and how many.
    pub const fn peak(&self) -> (Moment, u64) {
        (Moment(self.peak.0), self.peak.1)
    }

    /// How many lines were executed.
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// The most bytes alive between two moments.
    pub fn memory_between(&self, start: u64, end: u64) -> u64 {
        let first = (start / BUCKET) as usize;
        let last = (end.saturating_sub(1) / BUCKET) as usize;
        let last = last.min(self.memory.len().saturating_sub(1));
        self.memory
            .get(first..=last.max(first))
            .and_then(|buckets| buckets.iter().max().copied())
            .unwrap_or(self.live)
    }

    fn lane(&mut self, thread: ThreadId) -> &mut ThreadLane {
        self.threads.entry(thread).or_insert_with(|| ThreadLane {
            thread,
            name: TextId(0),
            calls: Vec::new(),
            // The main thread holds the GIL from the beginning; no event says so.
            doing: if thread.0 == 0 {
                vec![Stretch {
                    start: 0,
                    end: u64::MAX,
                    what: Doing::Running,
                }]
            } else {
                Vec::new()
            },
            stack: Vec::new(),
            ended: false,
        })
    }

    fn take(&mut self, at: u64, event: &Event) {
        match *event {
            Event::Ready => self.ready = Some(at + 1),
            Event::Finalizing => self.finalizing = Some(at),
            Event::Line { .. } => self.lines += 1,
            Event::Alloc { obj, size, .. } => {
                let index = obj.index();
                if self.sizes.len() <= index {
                    self.sizes.resize(index + 1, 0);
                }
                self.sizes[index] = size;
                self.live += u64::from(size);
            }
            Event::SizeSet { obj, old, new } => {
                if let Some(size) = self.sizes.get_mut(obj.index()) {
                    // The extra part (items of a list, a dict's table) beyond the basic block.
                    let change = i64::from(new) - i64::from(old);
                    *size = (i64::from(*size) + change).max(0) as u32;
                    self.live = self.live.saturating_add_signed(change);
                }
            }
            Event::Free { obj, .. } => self.free(obj),
            Event::FramePush {
                thread,
                frame,
                code,
                ..
            } => self.enter(at, thread, Call { frame, code }),
            Event::FramePop { thread, frame, .. } => {
                self.leave(at, thread, frame);
            }
            Event::FrameSuspend { thread, frame, .. } => {
                if let Some(call) = self.leave(at, thread, frame) {
                    self.suspended.insert(frame, call);
                }
            }
            Event::FrameResume { thread, frame, .. } => {
                if let Some(call) = self.suspended.remove(&frame) {
                    self.enter(at, thread, call);
                }
            }
            Event::FrameDiscard { frame, .. } => {
                self.suspended.remove(&frame);
            }
            Event::ThreadStart { thread, name, .. } => {
                self.lane(thread).name = name;
                self.doing(at, thread, Doing::Idle);
            }
            Event::ThreadName { thread, new, .. } => self.lane(thread).name = new,
            Event::ThreadEnd { thread } => {
                self.doing(at, thread, Doing::Idle);
                self.lane(thread).ended = true;
            }
            Event::GilWait { thread } => self.doing(at, thread, Doing::Waiting),
            Event::GilRequest { thread, .. } => self.doing(at, thread, Doing::Refused),
            // A thread that blocks says so before it lets go.
            Event::GilDrop { thread, .. }
                if self.lane(thread).doing_at(at) == Some(Doing::Running) =>
            {
                self.doing(at, thread, Doing::Idle);
            }
            Event::GilTake { thread, .. } => self.doing(at, thread, Doing::Running),
            Event::ThreadBlock { thread, reason, .. } => {
                let doing = match reason {
                    WaitReason::Lock => Doing::Blocked,
                    WaitReason::Sleep => Doing::Sleeping,
                    WaitReason::Io => Doing::Io,
                    WaitReason::Join => Doing::Joining,
                };
                self.doing(at, thread, doing);
            }
            Event::ThreadWake { thread, .. } => self.doing(at, thread, Doing::Idle),
            Event::GcStart {
                generation,
                automatic,
            } => {
                self.open_pass = Some(at);
                self.passes.push(Stretch {
                    start: at,
                    end: u64::MAX,
                    what: Pass {
                        generation,
                        automatic,
                        collected: 0,
                        uncollectable: 0,
                    },
                });
            }
            Event::GcPhase { phase } => {
                self.close_phase(at);
                self.phases.push(Stretch {
                    start: at,
                    end: u64::MAX,
                    what: phase,
                });
            }
            Event::GcEnd {
                collected,
                uncollectable,
                ..
            } => {
                self.close_phase(at);
                self.open_pass = None;
                if let Some(pass) = self.passes.last_mut() {
                    pass.end = at + 1;
                    pass.what.collected = collected;
                    pass.what.uncollectable = uncollectable;
                }
            }
            Event::Raise { .. } => self.mark(at, MarkKind::Raise),
            Event::Output { .. } => self.mark(at, MarkKind::Output),
            Event::Finalize { .. } => self.mark(at, MarkKind::Finalize),
            Event::WeakrefCallback { .. } => self.mark(at, MarkKind::WeakrefCallback),
            _ => {}
        }
    }

    fn note_import(&mut self, at: u64, event: &Event, is_import: &dyn Fn(CodeId) -> bool) {
        match (*event, self.open_import) {
            (
                Event::FramePush {
                    thread,
                    frame,
                    code,
                    ..
                },
                None,
            ) if self.ready.is_some() && is_import(code) => {
                self.open_import = Some((thread, frame));
                self.imports.push(Stretch {
                    start: at,
                    end: u64::MAX,
                    what: code,
                });
            }
            (Event::FramePop { thread, frame, .. }, Some(open)) if open == (thread, frame) => {
                self.open_import = None;
                if let Some(import) = self.imports.last_mut() {
                    import.end = at + 1;
                }
            }
            _ => {}
        }
    }

    fn mark(&mut self, at: u64, kind: MarkKind) {
        self.marks.push((at, kind));
    }

    fn close_phase(&mut self, at: u64) {
        if let Some(phase) = self.phases.last_mut()
            && phase.end == u64::MAX
        {
            phase.end = at;
        }
    }

    fn free(&mut self, obj: ObjId) {
        if let Some(size) = self.sizes.get_mut(obj.index()) {
            self.live = self.live.saturating_sub(u64::from(*size));
            *size = 0;
        }
    }

    fn enter(&mut self, at: u64, thread: ThreadId, call: Call) {
        if self.ready.is_some() && self.first_call.is_none() {
            self.first_call = Some(at);
        }
        let lane = self.lane(thread);
        let depth = lane.stack.len();
        if lane.calls.len() <= depth {
            lane.calls.push(Vec::new());
        }
        lane.calls[depth].push(Stretch {
            start: at,
            end: u64::MAX,
            what: call,
        });
        lane.stack.push(OpenCall { call, start: at });
    }

    fn leave(&mut self, at: u64, thread: ThreadId, frame: FrameId) -> Option<Call> {
        let lane = self.lane(thread);
        let position = lane
            .stack
            .iter()
            .rposition(|open| open.call.frame == frame)?;
        let mut left = None;
        while lane.stack.len() > position {
            let open = lane.stack.pop()?;
            let depth = lane.stack.len();
            if let Some(stretch) = lane.calls[depth].last_mut() {
                debug_assert_eq!(
                    stretch.start, open.start,
                    "the last stretch of a row is the open one"
                );
                stretch.end = at + 1;
            }
            left = Some(open.call);
        }
        left
    }

    fn doing(&mut self, at: u64, thread: ThreadId, doing: Doing) {
        let lane = self.lane(thread);
        if let Some(last) = lane.doing.last_mut() {
            if last.what == doing {
                return;
            }
            last.end = at;
        }
        lane.doing.push(Stretch {
            start: at,
            end: u64::MAX,
            what: doing,
        });
    }
}

impl ThreadLane {
    /// Whether the thread has ended.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// What the thread does at a moment.
    pub fn doing_at(&self, moment: u64) -> Option<Doing> {
        let after = self
            .doing
            .partition_point(|stretch| stretch.start <= moment);
        let stretch = self.doing.get(after.checked_sub(1)?)?;
        Some(stretch.what)
    }

    /// The call at a depth at a moment.
    pub fn call_at(&self, depth: usize, moment: u64) -> Option<&Stretch<Call>> {
        let row = self.calls.get(depth)?;
        let after = row.partition_point(|stretch| stretch.start <= moment);
        let stretch = row.get(after.checked_sub(1)?)?;
        (moment < stretch.end).then_some(stretch)
    }
}

/// The stretches that can be seen between two moments when `step` moments share a pixel: those
/// that would fall on a pixel already taken are left out.
pub fn visible<T: Copy>(row: &[Stretch<T>], start: u64, end: u64, step: f64) -> Vec<Stretch<T>> {
    let mut found = Vec::new();
    let mut index = row.partition_point(|stretch| stretch.end <= start);
    while let Some(stretch) = row.get(index) {
        if stretch.start >= end {
            break;
        }
        found.push(*stretch);
        let covered = stretch.end.min(end).max(stretch.start + step as u64);
        let next = index + 1;
        index = next
            + row[next..]
                .partition_point(|later| later.end <= covered.max(1) && later.end != u64::MAX);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: ThreadId = ThreadId(0);

    fn push(frame: u32) -> Event {
        Event::FramePush {
            thread: MAIN,
            frame: FrameId(frame),
            code: CodeId(frame),
            function: ObjId::NULL,
        }
    }

    fn pop(frame: u32) -> Event {
        Event::FramePop {
            thread: MAIN,
            frame: FrameId(frame),
            code: CodeId(frame),
            function: ObjId::NULL,
        }
    }

    fn alloc(obj: u32, size: u32) -> Event {
        Event::Alloc {
            gc: false,
            reused: false,
            obj: ObjId(obj),
            address: 0,
            type_: ObjId(1),
            size,
        }
    }

    #[test]
    fn calls_nest_by_depth() {
        let mut timeline = Timeline::default();
        let events = [push(1), push(2), pop(2), push(3), pop(3), pop(1)];
        timeline.extend(&events, &|_| false);
        let lane = timeline.threads().next().expect("the main thread ran");
        assert_eq!(lane.calls.len(), 2);
        let inner: Vec<(u64, u64)> = lane.calls[1].iter().map(|s| (s.start, s.end)).collect();
        assert_eq!(inner, [(1, 3), (3, 5)]);
        assert_eq!(lane.call_at(1, 3).map(|s| s.what.frame), Some(FrameId(3)));
        assert_eq!(lane.call_at(1, 5).map(|s| s.what.frame), None);
    }

    #[test]
    fn a_generator_comes_and_goes() {
        let mut timeline = Timeline::default();
        let generator = ObjId(9);
        let events = [
            push(1),
            push(2),
            Event::FrameSuspend {
                thread: MAIN,
                frame: FrameId(2),
                generator,
            },
            Event::FrameResume {
                thread: MAIN,
                frame: FrameId(2),
                generator,
            },
            pop(2),
            pop(1),
        ];
        timeline.extend(&events, &|_| false);
        let lane = timeline.threads().next().expect("the main thread ran");
        assert_eq!(lane.calls[1].len(), 2);
    }

    #[test]
    fn the_outermost_import_is_noted() {
        let mut timeline = Timeline::default();
        let events = [
            Event::Ready,
            push(1),
            push(2),
            push(3),
            pop(3),
            pop(2),
            push(4),
            pop(4),
            pop(1),
        ];
        timeline.extend(&events, &|code| matches!(code.0, 2 | 3));
        let imports: Vec<_> = timeline
            .imports()
            .iter()
            .map(|s| (s.start, s.end))
            .collect();
        assert_eq!(imports, [(2, 6)]);
    }

    #[test]
    fn memory_rises_and_falls() {
        let mut timeline = Timeline::default();
        let events = [
            Event::Ready,
            alloc(2, 56),
            alloc(3, 100),
            Event::Free {
                obj: ObjId(2),
                to_freelist: false,
            },
        ];
        timeline.extend(&events, &|_| false);
        assert_eq!(timeline.peak(), (Moment(2), 156));
        assert_eq!(timeline.memory_between(0, 64), 156);
    }

    #[test]
    fn a_row_costs_no_more_than_its_pixels() {
        let row: Vec<Stretch<u32>> = (0..100_000_u64)
            .map(|i| Stretch {
                start: i * 10,
                end: i * 10 + 9,
                what: i as u32,
            })
            .collect();
        let seen = visible(&row, 0, 1_000_000, 1000.0);
        assert!(seen.len() <= 1001, "{}", seen.len());
        assert_eq!(visible(&row, 500, 530, 0.5).len(), 3);
    }
}
