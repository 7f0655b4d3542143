//! Which moment comes next: steps of every size, in both directions.
//!
//! A step lands directly after the event that ends it, so that the state shows its effect.
//! Summaries of the blocks let a search pass over what cannot match.

use std::ops::ControlFlow;

use super::codec::{KIND_NAMES, kind_of};
use super::error::RecordingError;
use super::state::State;
use super::store::{BLOCK_EVENTS, Recording};
use super::summary::{Mention, subject};
use crate::base::{Moment, ObjId};
use crate::events::{Event, FrameId, Slot};

/// How far a step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// One event.
    Event,
    /// To the next bytecode instruction.
    Instruction,
    /// To the next source line, in whatever frame: steps into calls.
    Line,
    /// To the next line of the same frame, or back in its caller: steps over calls.
    Over,
    /// Out of the frame, back in its caller.
    Out,
    /// To the next call of a Python function.
    Call,
    /// To the next return or yield of a Python function.
    Return,
    /// To the next exception raised.
    Exception,
    /// To the next phase of the collector, or the end of a pass.
    GcPhase,
    /// To the next pass of the collector.
    GcPass,
    /// To the next moment at which another thread takes the GIL.
    ThreadSwitch,
    /// To the next output.
    Output,
    /// To the next event about this object.
    Object(ObjId),
    /// To the next change of this slot.
    Slot(ObjId, Slot),
    /// To the next change of this place of `localsplus`.
    Local(FrameId, u32),
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Forward,
    Backward,
}

/// The moment to which a step leads from `state`; `None` when there is none that way.
pub fn step(
    recording: &Recording,
    state: &State,
    size: Step,
    direction: Direction,
) -> Result<Option<Moment>, RecordingError> {
    let here = state.moment;
    let find = |search: Search<'_>| search.find(recording, here, direction);
    match size {
        Step::Event => Ok(match direction {
            Direction::Forward => (here.0 < recording.len()).then_some(Moment(here.0 + 1)),
            Direction::Backward => here.0.checked_sub(1).map(Moment),
        }),
        Step::Instruction => find(Search::kinds(&["Instruction"])),
        Step::Line => find(Search::kinds(&["Line"])),
        Step::Over => over(recording, state, direction),
        Step::Out => out(recording, state, direction),
        Step::Call => find(Search::kinds(&["FramePush"])),
        Step::Return => find(Search::kinds(&["PyReturn", "PyYield"])),
        Step::Exception => find(Search::kinds(&["Raise"])),
        Step::GcPhase => find(Search::kinds(&["GcStart", "GcPhase", "GcEnd"])),
        Step::GcPass => find(Search::kinds(&["GcStart"])),
        Step::ThreadSwitch => find(Search::kinds(&["GilTake"]).when(&is_switch)),
        Step::Output => find(Search::kinds(&["Output"])),
        Step::Object(obj) => {
            find(Search::mention(Mention::Object(obj)).when(&|e| subject(e) == Some(obj)))
        }
        Step::Slot(owner, slot) => {
            find(Search::mention(Mention::Object(owner)).when(&|e| writes_slot(e, owner, slot)))
        }
        Step::Local(wanted, place) => find(Search::mention(Mention::Frame(wanted)).when(
            &|e| matches!(*e, Event::FrameSlot { frame, index, .. } if frame == wanted && index == place),
        )),
    }
}

/// Whether another thread takes the GIL.
pub fn is_switch(event: &Event) -> bool {
    matches!(event, Event::GilTake { thread, previous } if thread != previous)
}

/// Whether the event changes what this slot holds; an insertion moves all items behind it.
pub fn writes_slot(event: &Event, owner: ObjId, slot: Slot) -> bool {
    use crate::events::SlotKind::Item;
    match *event {
        Event::SlotSet {
            owner: of,
            slot: written,
            ..
        } => of == owner && written == slot,
        Event::ItemInsert {
            owner: of, index, ..
        }
        | Event::ItemRemove {
            owner: of, index, ..
        } => of == owner && slot.kind == Item && index <= slot.key,
        _ => false,
    }
}

/// The innermost frame of the thread that runs, and its caller.
fn frame_and_caller(state: &State) -> Option<(FrameId, Option<FrameId>)> {
    let frames = &state.thread(state.running_thread())?.frames;
    let frame = *frames.last()?;
    let caller = frames.len().checked_sub(2).map(|at| frames[at]);
    Some((frame, caller))
}

fn over(
    recording: &Recording,
    state: &State,
    direction: Direction,
) -> Result<Option<Moment>, RecordingError> {
    let Some((frame, caller)) = frame_and_caller(state) else {
        return step(recording, state, Step::Line, direction);
    };
    let ends = |e: &Event| {
        matches!(*e, Event::Line { frame: of, .. } if of == frame) || leaves(e, frame, direction)
    };
    let search = Search::mention(Mention::Frame(frame)).when(&ends);
    let Some(moment) = search.find(recording, state.moment, direction)? else {
        return Ok(None);
    };
    if leaves(&recording.event(Moment(moment.0 - 1))?, frame, direction) {
        return in_caller(recording, moment, caller, direction);
    }
    Ok(Some(moment))
}

fn out(
    recording: &Recording,
    state: &State,
    direction: Direction,
) -> Result<Option<Moment>, RecordingError> {
    let Some((frame, caller)) = frame_and_caller(state) else {
        return Ok(None);
    };
    let ends = |e: &Event| leaves(e, frame, direction);
    let search = Search::mention(Mention::Frame(frame)).when(&ends);
    match search.find(recording, state.moment, direction)? {
        Some(moment) => in_caller(recording, moment, caller, direction),
        None => Ok(None),
    }
}

/// Whether the frame leaves the stack by this event, seen in this direction.
fn leaves(event: &Event, frame: FrameId, direction: Direction) -> bool {
    match (*event, direction) {
        (
            Event::FramePop { frame: of, .. } | Event::FrameSuspend { frame: of, .. },
            Direction::Forward,
        )
        | (
            Event::FramePush { frame: of, .. } | Event::FrameResume { frame: of, .. },
            Direction::Backward,
        ) => of == frame,
        _ => false,
    }
}

/// The next instruction of the caller; the moment itself when there is no caller.
fn in_caller(
    recording: &Recording,
    moment: Moment,
    caller: Option<FrameId>,
    direction: Direction,
) -> Result<Option<Moment>, RecordingError> {
    let Some(caller) = caller else {
        return Ok(Some(moment));
    };
    let runs = |e: &Event| matches!(*e, Event::Instruction { frame, .. } if frame == caller);
    let search = Search::mention(Mention::Frame(caller)).when(&runs);
    Ok(search.find(recording, moment, direction)?.or(Some(moment)))
}

/// What to look for.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    kinds: u128,
    mention: Option<Mention>,
    accept: Option<&'a dyn Fn(&Event) -> bool>,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("mention", &self.mention)
            .finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// Events of these kinds, by the names of the variants of [`Event`].
    pub fn kinds(names: &[&str]) -> Self {
        let known = |name: &&str| KIND_NAMES.iter().position(|known| known == name);
        let kinds = names
            .iter()
            .filter_map(known)
            .fold(0, |mask, kind| mask | 1 << kind);
        Self {
            kinds,
            mention: None,
            accept: None,
        }
    }

    /// Every event.
    pub const fn all() -> Self {
        Self {
            kinds: u128::MAX,
            mention: None,
            accept: None,
        }
    }

    /// Events of any kind that mention this.
    pub const fn mention(mention: Mention) -> Self {
        Self {
            kinds: u128::MAX,
            mention: Some(mention),
            accept: None,
        }
    }

    /// Only those that `accept` takes.
    #[must_use]
    pub const fn when(self, accept: &'a dyn Fn(&Event) -> bool) -> Self {
        Self {
            accept: Some(accept),
            ..self
        }
    }

    #[inline]
    fn takes(&self, event: &Event) -> bool {
        self.kinds >> kind_of(event) & 1 == 1 && self.accept.is_none_or(|f| f(event))
    }

    /// The moment after the nearest matching event in this direction, other than `from` itself.
    pub fn find(
        &self,
        recording: &Recording,
        from: Moment,
        direction: Direction,
    ) -> Result<Option<Moment>, RecordingError> {
        let len = recording.len();
        match direction {
            Direction::Forward => self.first_in(recording, from.0, len),
            Direction::Backward => self.last_before(recording, from.0.saturating_sub(1)),
        }
    }

    /// Calls `visit` with the position of each matching event, in order.
    pub fn each<B>(
        &self,
        recording: &Recording,
        range: std::ops::Range<u64>,
        mut visit: impl FnMut(Moment, &Event) -> ControlFlow<B>,
    ) -> Result<Option<B>, RecordingError> {
        let end = range.end.min(recording.len());
        let mut at = range.start;
        while at < end {
            let index = at as usize / BLOCK_EVENTS;
            let next = ((index + 1) * BLOCK_EVENTS) as u64;
            if recording
                .summary(index)?
                .may_contain(self.kinds, self.mention)
            {
                let block = recording.block(index)?;
                let first = at as usize % BLOCK_EVENTS;
                let last = block
                    .len()
                    .min((end - (next - BLOCK_EVENTS as u64)) as usize);
                for (offset, event) in (at..).zip(&block[first..last.max(first)]) {
                    if self.takes(event)
                        && let ControlFlow::Break(found) = visit(Moment(offset), event)
                    {
                        return Ok(Some(found));
                    }
                }
            }
            at = next;
        }
        Ok(None)
    }

    fn first_in(
        &self,
        recording: &Recording,
        from: u64,
        end: u64,
    ) -> Result<Option<Moment>, RecordingError> {
        self.each(recording, from..end, |at, _| {
            ControlFlow::Break(Moment(at.0 + 1))
        })
    }

    fn last_before(
        &self,
        recording: &Recording,
        end: u64,
    ) -> Result<Option<Moment>, RecordingError> {
        let mut end = end.min(recording.len());
        while end > 0 {
            let index = (end as usize - 1) / BLOCK_EVENTS;
            let start = (index * BLOCK_EVENTS) as u64;
            if recording
                .summary(index)?
                .may_contain(self.kinds, self.mention)
            {
                let block = recording.block(index)?;
                let here = &block[..((end - start) as usize).min(block.len())];
                if let Some(at) = here.iter().rposition(|event| self.takes(event)) {
                    return Ok(Some(Moment(start + at as u64 + 1)));
                }
            }
            end = start;
        }
        Ok(None)
    }
}
