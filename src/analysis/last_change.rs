//! Who last changed a slot, an attribute, or a local variable.

use super::cause::{Cause, cause_of};
use crate::base::{Moment, ObjId};
use crate::events::{Event, FrameId, Slot};
use crate::trace::query::writes_slot;
use crate::trace::{Direction, Mention, Recording, RecordingError, Search};

/// The position of the last event before `at` that changed this slot, and its cause.
pub fn last_change(
    recording: &Recording,
    owner: ObjId,
    slot: Slot,
    at: Moment,
) -> Result<Option<(Moment, Cause)>, RecordingError> {
    let writes = |event: &Event| writes_slot(event, owner, slot);
    find(
        recording,
        Search::mention(Mention::Object(owner)).when(&writes),
        at,
    )
}

/// The position of the last event before `at` that changed `localsplus[index]` of a frame.
pub fn last_local_change(
    recording: &Recording,
    frame: FrameId,
    index: u32,
    at: Moment,
) -> Result<Option<(Moment, Cause)>, RecordingError> {
    let writes = |event: &Event| matches!(*event, Event::FrameSlot { frame: f, index: i, .. } if f == frame && i == index);
    find(
        recording,
        Search::mention(Mention::Frame(frame)).when(&writes),
        at,
    )
}

fn find(
    recording: &Recording,
    search: Search<'_>,
    at: Moment,
) -> Result<Option<(Moment, Cause)>, RecordingError> {
    let Some(found) = search.find(recording, Moment(at.0 + 1), Direction::Backward)? else {
        return Ok(None);
    };
    let position = Moment(found.0 - 1);
    Ok(Some((position, cause_of(recording, position)?)))
}
