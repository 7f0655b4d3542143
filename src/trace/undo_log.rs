//! What a backward step needs beyond the event itself.
//!
//! Most events carry old and new values. A few destroy more than fits 24 bytes: the freed
//! object, the popped frame, the place in a list. `State::apply` leaves those here, and
//! `State::undo` takes them back. The log is bounded; when it runs out, the player starts again
//! from a keyframe.

use std::collections::VecDeque;

use super::object_view::ObjectView;
use super::sharing::Shareable;
use super::state::{GcPass, Stage};
use super::thread_view::{FrameView, LookupView, ThreadStatus};
use crate::base::ObjId;

/// How many entries of a kind are kept.
const LIMIT: usize = 1 << 16;

/// The bounded log of destroyed facts.
///
/// It is no part of the state: two states are equal whatever their logs hold.
#[derive(Debug, Default)]
pub(super) struct UndoLog {
    pub(super) objects: Bounded<ObjectView>,
    pub(super) frames: Bounded<Shareable<FrameView>>,
    /// The neighbors before objects that left a list of the collector.
    pub(super) gc_prev: Bounded<ObjId>,
    pub(super) statuses: Bounded<(ThreadStatus, Option<crate::base::ThreadId>)>,
    pub(super) lookups: Bounded<Option<Box<LookupView>>>,
    pub(super) passes: Bounded<Option<GcPass>>,
    pub(super) numbers: Bounded<u32>,
    pub(super) stages: Bounded<Stage>,
}

impl PartialEq for UndoLog {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A stack that forgets its oldest entries.
#[derive(Debug)]
pub(super) struct Bounded<T> {
    entries: VecDeque<T>,
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }
}

impl<T> Bounded<T> {
    #[inline]
    pub(super) fn push(&mut self, entry: T) {
        if self.entries.len() == LIMIT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Result<T, super::state::NeedsKeyframe> {
        self.entries.pop_back().ok_or(super::state::NeedsKeyframe)
    }
}
