//! The calls of the run as spans: what a flame graph is made of.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use crate::base::{Moment, TextId, ThreadId};
use crate::events::{CodeId, Event, FrameId};
use crate::trace::{Recording, RecordingError, Search};

/// A stretch in which one call was on a thread's stack. A generator has one for each resumption.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallSpan {
    pub thread: ThreadId,
    /// How many calls were below it on the stack.
    pub depth: u32,
    pub what: Callee,
    pub start: Moment,
    /// The end of the range when it goes on.
    pub end: Moment,
}

/// What was called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    Python(FrameId, CodeId),
    Native(TextId),
}

/// The calls that begin in `range`, at most `limit` of them, by their start.
pub fn calls(
    recording: &Recording,
    range: Range<u64>,
    limit: usize,
) -> Result<Vec<CallSpan>, RecordingError> {
    let end = Moment(range.end.min(recording.len()));
    let mut spans: Vec<CallSpan> = Vec::new();
    let mut stacks: HashMap<ThreadId, Vec<usize>> = HashMap::new();
    let mut codes: HashMap<FrameId, CodeId> = HashMap::new();
    let mut running = ThreadId(0);
    let kinds = Search::kinds(&[
        "FramePush",
        "FramePop",
        "FrameSuspend",
        "FrameResume",
        "CallNative",
        "ReturnNative",
        "GilTake",
    ]);
    kinds.each(recording, range, |moment, event| {
        let mut open = |thread: ThreadId, what: Callee| {
            let stack = stacks.entry(thread).or_default();
            let depth = stack.len() as u32;
            stack.push(spans.len());
            spans.push(CallSpan {
                thread,
                depth,
                what,
                start: moment,
                end,
            });
        };
        match *event {
            Event::FramePush {
                thread,
                frame,
                code,
                ..
            } => {
                codes.insert(frame, code);
                open(thread, Callee::Python(frame, code));
            }
            Event::FrameResume { thread, frame, .. } => {
                let code = codes.get(&frame).copied().unwrap_or_default();
                open(thread, Callee::Python(frame, code));
            }
            Event::CallNative { name, .. } => open(running, Callee::Native(name)),
            Event::FramePop { thread, .. } | Event::FrameSuspend { thread, .. } => {
                close(&mut stacks, &mut spans, thread, moment);
            }
            Event::ReturnNative { .. } => close(&mut stacks, &mut spans, running, moment),
            Event::GilTake { thread, .. } => running = thread,
            _ => {}
        }
        if spans.len() >= limit {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(spans)
}

fn close(
    stacks: &mut HashMap<ThreadId, Vec<usize>>,
    spans: &mut [CallSpan],
    thread: ThreadId,
    at: Moment,
) {
    if let Some(span) = stacks.get_mut(&thread).and_then(Vec::pop) {
        spans[span].end = Moment(at.0 + 1);
    }
}
