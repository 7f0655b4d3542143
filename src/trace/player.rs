//! A place in a recording, with the state there: forwards, backwards, anywhere.

use std::sync::Arc;

use super::error::RecordingError;
use super::state::State;
use super::store::{BLOCK_EVENTS, Recording};
use crate::base::Moment;
use crate::events::Event;

/// A player leaves a keyframe behind at each multiple of this many events.
pub const KEYFRAME_EVENTS: u64 = 1 << 16;
/// Below this distance a player steps rather than starts from a keyframe.
const NEAR: u64 = 1 << 14;

/// A moment of a recording and the state at it.
///
/// Several players can read one recording; they share the keyframes that each leaves behind
/// as it goes forwards.
#[derive(Debug)]
pub struct Player {
    recording: Arc<Recording>,
    state: State,
    /// The block read last, so that steps inside it take no lock.
    block: Option<(usize, Arc<[Event]>)>,
}

impl Player {
    /// A player before the first event.
    pub fn new(recording: Arc<Recording>) -> Self {
        let state = recording.initial_state();
        Self {
            recording,
            state,
            block: None,
        }
    }

    /// What is being played.
    pub const fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// The state at the current moment.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The current moment.
    pub const fn moment(&self) -> Moment {
        self.state.moment
    }

    /// Goes to a moment; beyond the end, to the end.
    pub fn seek(&mut self, moment: Moment) -> Result<&State, RecordingError> {
        let target = Moment(moment.0.min(self.recording.len()));
        let here = self.state.moment;
        if target < here {
            let steps = here.0 - target.0;
            let from_keyframe = target.0 - self.recording.keyframe_before(target).0;
            if steps > NEAR.min(from_keyframe.max(1)) || !self.step_back(target)? {
                self.restart(target);
            }
        } else if target.0 - here.0 > NEAR && self.recording.keyframe_before(target) > here {
            self.restart(target);
        }
        self.step_forward(target)?;
        Ok(&self.state)
    }

    /// A second state at the current moment, for work in the background.
    pub fn snapshot(&mut self) -> State {
        self.state.snapshot()
    }

    fn restart(&mut self, target: Moment) {
        self.state = self.recording.keyframe(target);
    }

    fn step_forward(&mut self, target: Moment) -> Result<(), RecordingError> {
        while self.state.moment < target {
            let at = self.state.moment.0;
            let index = at as usize / BLOCK_EVENTS;
            let from = at as usize % BLOCK_EVENTS;
            let wanted = (target.0 - at) as usize;
            let block = self.block(index, from + wanted.min(BLOCK_EVENTS - from))?;
            let to = (from + wanted).min(block.len());
            for event in &block[from..to] {
                self.state.apply(event);
            }
            let now = self.state.moment;
            if now.0.is_multiple_of(KEYFRAME_EVENTS) && self.recording.keyframe_before(now) != now {
                let keyframe = self.state.snapshot();
                self.recording.add_keyframe(keyframe);
            }
        }
        Ok(())
    }

    /// Steps back; false when the state does not remember enough.
    fn step_back(&mut self, target: Moment) -> Result<bool, RecordingError> {
        while self.state.moment > target {
            let last = self.state.moment.0 as usize - 1;
            let index = last / BLOCK_EVENTS;
            let to = last % BLOCK_EVENTS + 1;
            let block = self.block(index, to)?;
            let first = (target.0 as usize).saturating_sub(index * BLOCK_EVENTS);
            for event in block[first..to].iter().rev() {
                if self.state.undo(event).is_err() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// A block with at least `len` events.
    fn block(&mut self, index: usize, len: usize) -> Result<Arc<[Event]>, RecordingError> {
        if let Some((at, block)) = &self.block
            && *at == index
            && block.len() >= len
        {
            return Ok(Arc::clone(block));
        }
        let block = self.recording.block(index)?;
        self.block = Some((index, Arc::clone(&block)));
        if block.len() < len {
            let moment = (index * BLOCK_EVENTS + len) as u64;
            return Err(RecordingError::Beyond {
                moment,
                len: self.recording.len(),
            });
        }
        Ok(block)
    }
}
