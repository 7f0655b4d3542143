//! Every change of an object's count, from its making to its end, each with its cause.

use std::ops::ControlFlow;

use super::cause::{Cause, cause_of};
use crate::base::{Moment, ObjId};
use crate::events::Event;
use crate::trace::{Direction, IMMORTAL_REFCNT, Mention, Recording, RecordingError, Search};

/// One life of a slot of the heap, and what its count did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountHistory {
    /// The position of the `Alloc` event.
    pub made: Moment,
    /// The position of the `Free` event; `None` while it lives to the end of the recording.
    pub freed: Option<Moment>,
    /// In order; the first is the making itself, from 0 to 1.
    pub changes: Vec<CountChange>,
    /// More changes happened than were asked for.
    pub more: bool,
}

/// A change of a count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountChange {
    /// The position of its event.
    pub moment: Moment,
    pub old: u32,
    pub new: u32,
}

impl CountChange {
    /// Who did it.
    pub fn cause(&self, recording: &Recording) -> Result<Cause, RecordingError> {
        cause_of(recording, self.moment)
    }
}

/// The history of the object that lives in slot `obj` at moment `at`, with at most `limit`
/// changes; `None` when none lives there.
pub fn count_history(
    recording: &Recording,
    obj: ObjId,
    at: Moment,
    limit: usize,
) -> Result<Option<CountHistory>, RecordingError> {
    let Some(made) = made_at(recording, obj, at)? else {
        return Ok(None);
    };
    let mut history = CountHistory {
        made,
        freed: None,
        changes: Vec::new(),
        more: false,
    };
    let about = Search::mention(Mention::Object(obj));
    about.each(recording, made.0..u64::MAX, |moment, event| {
        let change = match *event {
            Event::Alloc { obj: o, .. } if o == obj => Some((0, 1)),
            Event::Incref { obj: o, old, new } | Event::Decref { obj: o, old, new } if o == obj => {
                Some((old, new))
            }
            Event::Immortalize { obj: o, old } if o == obj => Some((old, IMMORTAL_REFCNT)),
            Event::Free { obj: o, .. } if o == obj => {
                history.freed = Some(moment);
                return ControlFlow::Break(());
            }
            _ => None,
        };
        if let Some((old, new)) = change {
            if history.changes.len() < limit {
                history.changes.push(CountChange { moment, old, new });
            } else {
                history.more = true;
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(history
        .freed
        .is_none_or(|freed| freed.0 >= at.0)
        .then_some(history))
}

/// The position of the last `Alloc` of a slot before a moment.
pub fn made_at(
    recording: &Recording,
    obj: ObjId,
    at: Moment,
) -> Result<Option<Moment>, RecordingError> {
    let made = |event: &Event| matches!(*event, Event::Alloc { obj: o, .. } if o == obj);
    let search = Search::mention(Mention::Object(obj)).when(&made);
    let found = search.find(recording, Moment(at.0 + 1), Direction::Backward)?;
    Ok(found.map(|moment| Moment(moment.0 - 1)))
}
