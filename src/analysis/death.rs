//! How an object ended: when it became garbage, and who freed it.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::cause::{Cause, cause_of};
use super::count_history::made_at;
use super::retained::reachable;
use crate::base::{Moment, ObjId};
use crate::events::{Event, GcList};
use crate::trace::{Mention, Player, Recording, RecordingError, Search};

/// The end of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Death {
    /// The first moment at which nothing reached it any more.
    pub garbage: Moment,
    /// The position at which its destruction began.
    pub dealloc: Moment,
    /// The position at which its memory came back.
    pub freed: Moment,
    pub cause: DeathCause,
}

/// What ended an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeathCause {
    /// Its last reference went; the cause of that.
    LastReference(Cause),
    /// The collector found it in a cycle; the position of the pass's `GcStart`.
    Collector { pass: Moment, cause: Cause },
}

/// The end of the object that lives in slot `obj` at moment `at`; `None` while it lives to the
/// end of the recording, or when none lives there.
pub fn death(
    recording: &Arc<Recording>,
    obj: ObjId,
    at: Moment,
) -> Result<Option<Death>, RecordingError> {
    let Some(made) = made_at(recording, obj, at)? else {
        return Ok(None);
    };
    let mut last_decref = None;
    let mut dealloc = None;
    let mut unreachable = None;
    let about = Search::mention(Mention::Object(obj));
    let freed = about.each(recording, made.0 + 1..u64::MAX, |moment, event| {
        match *event {
            Event::Decref { obj: o, new: 0, .. } if o == obj => last_decref = Some(moment),
            Event::Dealloc { obj: o } if o == obj => dealloc = Some(moment),
            Event::GcMove { obj: o, to, .. } if o == obj => match to {
                GcList::Unreachable => unreachable = Some(moment),
                GcList::Untracked => {}
                // Back among the living: it was reachable after all.
                _ => unreachable = None,
            },
            Event::Free { obj: o, .. } if o == obj => return ControlFlow::Break(moment),
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    let Some(freed) = freed else { return Ok(None) };
    if freed.0 < at.0 {
        return Ok(None);
    }
    let dealloc = dealloc.unwrap_or(freed);
    let decisive = last_decref.unwrap_or(dealloc);
    let cause = cause_of(recording, decisive)?;
    let Some(found) = unreachable else {
        let garbage = Moment(decisive.0 + 1);
        let cause = DeathCause::LastReference(cause);
        return Ok(Some(Death {
            garbage,
            dealloc,
            freed,
            cause,
        }));
    };
    let starts = Search::kinds(&["GcStart"]);
    let pass = starts.find(recording, found, crate::trace::Direction::Backward)?;
    let pass = pass.map_or(found, |moment| Moment(moment.0 - 1));
    let garbage = first_unreachable(recording, obj, made, pass)?;
    Ok(Some(Death {
        garbage,
        dealloc,
        freed,
        cause: DeathCause::Collector { pass, cause },
    }))
}

/// Bisects for the first moment between `made` and `pass` at which no root reaches `obj`:
/// once unreachable, it stays so until the collector comes.
fn first_unreachable(
    recording: &Arc<Recording>,
    obj: ObjId,
    made: Moment,
    pass: Moment,
) -> Result<Moment, RecordingError> {
    let mut player = Player::new(Arc::clone(recording));
    let (mut alive, mut dead) = (made.0 + 1, pass.0);
    while alive + 1 < dead {
        let middle = u64::midpoint(alive, dead);
        let state = player.seek(Moment(middle))?;
        if reachable(state).get(obj.index()).copied().unwrap_or(false) {
            alive = middle;
        } else {
            dead = middle;
        }
    }
    Ok(Moment(dead))
}
