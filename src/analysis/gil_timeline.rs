//! What each thread did when: who had the GIL, who waited, who was blocked.

use std::ops::ControlFlow;

use crate::base::{Moment, ObjId, ThreadId};
use crate::events::{Event, WaitReason};
use crate::trace::{Recording, RecordingError, Search};

/// What a thread does during a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThreadActivity {
    /// It holds the GIL.
    Running,
    /// It could run, but did not ask for the GIL yet.
    Ready,
    /// It waits for the GIL and has asked so many times.
    Waiting { requests: u32 },
    /// It waits for something else.
    Blocked { reason: WaitReason, object: ObjId },
}

/// A stretch in which a thread does one thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThreadSpan {
    pub thread: ThreadId,
    pub start: Moment,
    pub end: Moment,
    pub activity: ThreadActivity,
    /// It ended because another thread asked for the GIL.
    pub forced: bool,
}

/// The spans of all threads, by their start.
pub fn gil_timeline(recording: &Recording) -> Result<Vec<ThreadSpan>, RecordingError> {
    let mut spans = Vec::new();
    let mut open: Vec<Option<(Moment, ThreadActivity)>> =
        vec![Some((Moment(0), ThreadActivity::Running))];
    // `letting_go`: the GIL is dropped, because somebody asked for it when true.
    let mut change =
        |at: Moment, thread: ThreadId, next: Option<ThreadActivity>, letting_go: Option<bool>| {
            if thread.index() > open.len() {
                return;
            }
            // A thread that blocks or ends says so before it lets go.
            let runs = matches!(
                open.get(thread.index()),
                Some(Some((_, ThreadActivity::Running)))
            );
            if letting_go.is_some() && !runs {
                return;
            }
            if thread.index() == open.len() {
                open.push(None);
            }
            let place = &mut open[thread.index()];
            if let Some((start, activity)) = place.take()
                && start < at
            {
                spans.push(ThreadSpan {
                    thread,
                    start,
                    end: at,
                    activity,
                    forced: letting_go == Some(true),
                });
            }
            *place = next.map(|activity| (at, activity));
        };
    let mut requests: Vec<u32> = Vec::new();
    let kinds = Search::kinds(&[
        "ThreadStart",
        "ThreadEnd",
        "GilWait",
        "GilRequest",
        "GilDrop",
        "GilTake",
        "ThreadBlock",
        "ThreadWake",
    ]);
    kinds.each(recording, 0..u64::MAX, |moment, event| {
        let at = Moment(moment.0 + 1);
        match *event {
            Event::ThreadStart { thread, .. } if thread.0 > 0 => {
                change(at, thread, Some(ThreadActivity::Ready), None);
            }
            Event::ThreadEnd { thread } => change(at, thread, None, None),
            Event::GilWait { thread } => {
                if requests.len() <= thread.index() && thread.0 < 1 << 16 {
                    requests.resize(thread.index() + 1, 0);
                }
                if let Some(count) = requests.get_mut(thread.index()) {
                    *count = 0;
                }
                change(
                    at,
                    thread,
                    Some(ThreadActivity::Waiting { requests: 0 }),
                    None,
                );
            }
            Event::GilRequest { thread, .. } => {
                let count = requests.get_mut(thread.index()).map_or(1, |count| {
                    *count += 1;
                    *count
                });
                change(
                    at,
                    thread,
                    Some(ThreadActivity::Waiting { requests: count }),
                    None,
                );
            }
            Event::GilDrop { thread, forced } => {
                change(at, thread, Some(ThreadActivity::Ready), Some(forced));
            }
            Event::GilTake { thread, .. } => {
                change(at, thread, Some(ThreadActivity::Running), None);
            }
            Event::ThreadBlock {
                thread,
                reason,
                object,
            } => {
                change(
                    at,
                    thread,
                    Some(ThreadActivity::Blocked { reason, object }),
                    None,
                );
            }
            Event::ThreadWake { thread, .. } => {
                change(at, thread, Some(ThreadActivity::Ready), None);
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    })?;
    let end = recording.last_moment();
    for (number, place) in (0..).zip(open) {
        if let Some((start, activity)) = place
            && start < end
        {
            spans.push(ThreadSpan {
                thread: ThreadId(number),
                start,
                end,
                activity,
                forced: false,
            });
        }
    }
    spans.sort_by_key(|span| (span.start, span.thread));
    Ok(spans)
}
