//! Where the program stands at a moment: the frame in view, its line, and the part of the line that
//! the current instruction computes.

use super::look::Look;
use crate::base::{SourceLocation, ThreadId};
use crate::bytecode::locations;
use crate::events::{CodeId, Event, FrameId};
use crate::trace::{BLOCK_EVENTS, FrameView, ThreadStatus};

/// Where another thread stands in the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OtherThread {
    pub thread: ThreadId,
    pub name: String,
    pub line: Option<u32>,
}

/// The place in view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub thread: ThreadId,
    /// The frame in view: the selected one, or the innermost of the thread.
    pub frame: FrameId,
    pub code: CodeId,
    pub offset: u32,
    pub function: String,
    /// The line at which the program stands, in the program's own file.
    pub program_line: Option<u32>,
    /// The line that ran before, when another statement follows it.
    pub executed_line: Option<u32>,
    /// What the current instruction computes, when it belongs to the line in view.
    pub position: Option<SourceLocation>,
    pub other_threads: Vec<OtherThread>,
}

/// Finds the place; `None` before the first and after the last frame.
pub fn place(look: Look<'_>, frame: Option<FrameId>, thread: Option<ThreadId>) -> Option<Place> {
    let chosen = frame.and_then(|id| look.frame(id));
    let thread = chosen
        .map(|frame| frame.thread)
        .or(thread)
        .filter(|&id| look.state.top_frame(id).is_some())
        .unwrap_or_else(|| look.state.running_thread());
    let top = look.state.top_frame(thread).or_else(|| {
        look.state
            .threads
            .iter()
            .find_map(|thread| look.state.top_frame(thread.id))
    })?;
    let frame = chosen.unwrap_or(top);
    let in_program = |frame: &FrameView| {
        frame.line > 0
            && look
                .code(frame.code)
                .is_some_and(|code| look.names.program() == Some(&*code.co_filename))
    };
    // Inside the library the program stands at the call that led there.
    let shown = if in_program(frame) {
        Some(frame)
    } else {
        look.state
            .stack(thread)
            .rev()
            .find(|frame| in_program(frame))
    };
    let position = shown.and_then(|frame| {
        let code = look.code(frame.code)?;
        let positions = locations::co_positions(&code.co_linetable, code.co_firstlineno);
        positions.get(frame.offset as usize).copied()
    });
    let other_threads = look
        .state
        .threads
        .iter()
        .filter(|other| other.id != thread && other.status != ThreadStatus::Ended)
        .map(|other| OtherThread {
            thread: other.id,
            name: look.thread_name(other.id),
            line: look
                .state
                .stack(other.id)
                .rev()
                .find(|frame| in_program(frame))
                .map(|frame| frame.line),
        })
        .collect();
    Some(Place {
        thread,
        frame: frame.id,
        code: frame.code,
        offset: frame.offset,
        function: look.frame_name(frame),
        program_line: shown.map(|frame| frame.line),
        executed_line: executed_line(look, &in_program),
        position,
        other_threads,
    })
}

/// Events looked at in search of the line before; a longer way back is not "just ran".
const FARTHEST_BACK: u64 = 30_000;

/// The line that ran before the current one.
fn executed_line(look: Look<'_>, in_program: &dyn Fn(&FrameView) -> bool) -> Option<u32> {
    let now = look.state.moment.0;
    let mut current: Option<u32> = None;
    let mut block = None;
    for position in (now.saturating_sub(FARTHEST_BACK)..now).rev() {
        let number = position as usize / BLOCK_EVENTS;
        if block.as_ref().is_none_or(|(known, _)| *known != number) {
            block = Some((number, look.recording.block(number).ok()?));
        }
        let event = block
            .as_ref()
            .and_then(|(_, events)| events.get(position as usize % BLOCK_EVENTS));
        let Some(&Event::Line { frame, old, new }) = event else {
            continue;
        };
        match (current, look.frame(frame)) {
            (None, Some(view)) if in_program(view) => {
                if old != 0 && old != new {
                    current = Some(old);
                } else {
                    current = Some(0);
                }
            }
            (Some(_), Some(view)) if in_program(view) => return Some(new),
            (Some(before), None) => return (before != 0).then_some(before),
            _ => {}
        }
    }
    current.filter(|&line| line != 0)
}
