//! How the count of one object changed over its life.

use std::sync::Arc;

use crate::base::{Moment, ObjId};
use crate::events::Event;
use crate::trace::{BLOCK_EVENTS, Recording};

/// One change of a count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountChange {
    /// The moment after the change.
    pub moment: Moment,
    pub old: u32,
    pub new: u32,
    /// The line that ran; 0 before the first.
    pub line: u32,
}

/// The changes of one object; grows with the recording.
#[derive(Clone, Debug, Default)]
pub struct History {
    of: Option<(ObjId, Moment)>,
    changes: Vec<CountChange>,
    next: u64,
    line: u32,
    over: bool,
}

/// Changes kept: enough for any curve that can be drawn.
const MOST_CHANGES: usize = 200_000;

impl History {
    /// The changes, oldest first; the first is the birth.
    pub fn changes(&self) -> &[CountChange] {
        &self.changes
    }

    /// Follows an object that was born by the event at `born`.
    pub fn follow(&mut self, recording: &Recording, object: ObjId, born: Moment) {
        if self.of != Some((object, born)) {
            *self = Self {
                of: Some((object, born)),
                next: born.0,
                ..Self::default()
            };
        }
        let mut block: Option<(usize, Arc<[Event]>)> = None;
        while !self.over && self.next < recording.len() && self.changes.len() < MOST_CHANGES {
            let number = self.next as usize / BLOCK_EVENTS;
            if block.as_ref().is_none_or(|(known, _)| *known != number) {
                let Ok(events) = recording.block(number) else {
                    return;
                };
                block = Some((number, events));
            }
            let Some((_, events)) = &block else { return };
            for event in &events[(self.next as usize % BLOCK_EVENTS).min(events.len())..] {
                self.next += 1;
                self.take(object, *event);
                if self.over {
                    return;
                }
            }
        }
    }

    fn take(&mut self, object: ObjId, event: Event) {
        let (old, new) = match event {
            Event::Line { new, .. } => {
                self.line = new;
                return;
            }
            Event::Alloc { obj, .. } if obj == object => (0, 1),
            Event::Incref { obj, old, new } | Event::Decref { obj, old, new } if obj == object => {
                (old, new)
            }
            Event::Free { obj, .. } if obj == object => {
                self.over = true;
                return;
            }
            Event::Immortalize { obj, .. } if obj == object => {
                self.over = true;
                return;
            }
            _ => return,
        };
        self.changes.push(CountChange {
            moment: Moment(self.next),
            old,
            new,
            line: self.line,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::EventSink;
    use crate::trace::{Header, RecordingWriter};

    #[test]
    fn every_change_has_its_moment_and_line() {
        let recording = Arc::new(Recording::new(Header::default()));
        let mut writer = RecordingWriter::new(Arc::clone(&recording));
        let (one, frame) = (ObjId(7), crate::events::FrameId(1));
        writer.events(&[
            Event::Alloc {
                gc: false,
                reused: false,
                obj: one,
                address: 64,
                type_: ObjId(1),
                size: 16,
            },
            Event::Line {
                frame,
                old: 0,
                new: 3,
            },
            Event::Incref {
                obj: one,
                old: 1,
                new: 2,
            },
            Event::Incref {
                obj: ObjId(8),
                old: 1,
                new: 2,
            },
            Event::Decref {
                obj: one,
                old: 2,
                new: 1,
            },
            Event::Free {
                obj: one,
                to_freelist: false,
            },
            Event::Incref {
                obj: one,
                old: 1,
                new: 2,
            },
        ]);
        let mut history = History::default();
        history.follow(&recording, one, Moment(0));
        let found: Vec<(u64, u32, u32)> = history
            .changes()
            .iter()
            .map(|c| (c.moment.0, c.new, c.line))
            .collect();
        assert_eq!(found, [(1, 1, 0), (3, 2, 3), (5, 1, 3)]);
    }
}
