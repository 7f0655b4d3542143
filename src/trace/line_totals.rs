//! How much each source line allocates, counted while events pass by.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::events::{CodeId, Event};

/// All objects that a line made during the run, whether they live or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LineTotal {
    pub code: CodeId,
    /// 0: made before any frame ran.
    pub line: u32,
    pub objects: u64,
    pub bytes: u64,
}

/// Follows which line runs, and counts the objects it makes.
#[derive(Debug, Default)]
pub struct LineTotals {
    running: usize,
    /// The frames on the stack of each thread.
    stacks: Vec<Vec<u32>>,
    /// Where each frame stands.
    frames: FxHashMap<u32, (CodeId, u32)>,
    here: (CodeId, u32),
    totals: FxHashMap<(CodeId, u32), (u64, u64)>,
}

impl LineTotals {
    /// An [`Event::Line`].
    #[inline]
    pub(super) fn line(&mut self, frame: u32, line: u32) {
        if let Some(place) = self.frames.get_mut(&frame) {
            place.1 = line;
            if self.top() == Some(frame) {
                self.here.1 = line;
            }
        }
    }

    /// An [`Event::Alloc`].
    #[inline]
    pub(super) fn made(&mut self, size: u32) {
        let total = self.totals.entry(self.here).or_default();
        total.0 += 1;
        total.1 += u64::from(size);
    }

    /// Any event.
    pub fn take(&mut self, event: &Event) {
        match *event {
            Event::Line { frame, new, .. } => self.line(frame.0, new),
            Event::Alloc { size, .. } => self.made(size),
            Event::FramePush {
                thread,
                frame,
                code,
                ..
            } => {
                self.frames.insert(frame.0, (code, 0));
                self.push(thread.index(), frame.0);
            }
            Event::FrameResume { thread, frame, .. } => self.push(thread.index(), frame.0),
            Event::FramePop { thread, frame, .. } => {
                self.leave(thread.index(), frame.0);
                self.frames.remove(&frame.0);
            }
            Event::FrameSuspend { thread, frame, .. } => self.leave(thread.index(), frame.0),
            Event::FrameDiscard { frame, .. } => drop(self.frames.remove(&frame.0)),
            Event::GilTake { thread, .. } => {
                self.running = thread.index();
                self.arrive();
            }
            _ => {}
        }
    }

    /// The totals, most bytes first.
    pub fn finish(&self) -> Vec<LineTotal> {
        let totals = self.totals.iter();
        let mut totals: Vec<LineTotal> = totals
            .map(|(&(code, line), &(objects, bytes))| LineTotal {
                code,
                line,
                objects,
                bytes,
            })
            .collect();
        totals.sort_unstable_by_key(|t| (std::cmp::Reverse(t.bytes), t.code, t.line));
        totals
    }

    fn top(&self) -> Option<u32> {
        self.stacks.get(self.running)?.last().copied()
    }

    fn push(&mut self, thread: usize, frame: u32) {
        // Threads are numbered in the order of their start: another number is no thread's.
        if thread > self.stacks.len() + 1024 {
            return;
        }
        while self.stacks.len() <= thread {
            self.stacks.push(Vec::new());
        }
        self.stacks[thread].push(frame);
        self.arrive();
    }

    fn leave(&mut self, thread: usize, frame: u32) {
        if let Some(stack) = self.stacks.get_mut(thread)
            && let Some(at) = stack.iter().rposition(|&id| id == frame)
        {
            stack.remove(at);
        }
        self.arrive();
    }

    fn arrive(&mut self) {
        let place = self.top().and_then(|frame| self.frames.get(&frame));
        self.here = place.copied().unwrap_or_default();
    }
}
