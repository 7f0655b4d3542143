//! What the user looks at: one object, frame, line, thread and code object, each by itself.

use crate::base::{Moment, ObjId, ThreadId};
use crate::events::{CodeId, FrameId};

/// One thing to select; selecting a thing of one kind keeps the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selection {
    Object(ObjId),
    Frame(FrameId),
    Line(u32),
    Thread(ThreadId),
    Code(CodeId),
}

/// All that is selected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Selected {
    pub object: Option<ObjId>,
    pub frame: Option<FrameId>,
    pub line: Option<u32>,
    pub thread: Option<ThreadId>,
    pub code: Option<CodeId>,
}

impl Selected {
    /// Selects one thing.
    pub fn select(&mut self, selection: Selection) {
        match selection {
            Selection::Object(object) => self.object = Some(object),
            Selection::Frame(frame) => {
                self.frame = Some(frame);
                self.code = None;
            }
            Selection::Line(line) => self.line = Some(line),
            Selection::Thread(thread) => {
                self.thread = Some(thread);
                self.frame = None;
                self.code = None;
            }
            Selection::Code(code) => self.code = Some(code),
        }
    }
}

/// A place one can come back to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Visit {
    pub moment: Moment,
    pub selected: Selected,
}

/// The way the user came, for Ctrl+Z.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Vec<Visit>,
    future: Vec<Visit>,
}

/// Visits kept; older ones are forgotten.
const LONGEST_HISTORY: usize = 500;

impl History {
    /// Remembers where the user was before going elsewhere.
    pub fn leave(&mut self, from: Visit) {
        if self.past.last() == Some(&from) {
            return;
        }
        self.future.clear();
        self.past.push(from);
        if self.past.len() > LONGEST_HISTORY {
            self.past.remove(0);
        }
    }

    /// The visit before; `now` can be redone.
    pub fn undo(&mut self, now: Visit) -> Option<Visit> {
        let visit = self.past.pop()?;
        self.future.push(now);
        Some(visit)
    }

    /// The visit that was undone last.
    pub fn redo(&mut self, now: Visit) -> Option<Visit> {
        let visit = self.future.pop()?;
        self.past.push(now);
        Some(visit)
    }

    /// Whether there is anything to undo, and to redo.
    pub fn can(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: u64) -> Visit {
        Visit {
            moment: Moment(moment),
            selected: Selected::default(),
        }
    }

    #[test]
    fn undo_and_redo_walk_the_way_back_and_forth() {
        let mut history = History::default();
        history.leave(at(1));
        history.leave(at(5));
        history.leave(at(5));
        assert_eq!(history.undo(at(9)), Some(at(5)));
        assert_eq!(history.undo(at(5)), Some(at(1)));
        assert_eq!(history.undo(at(1)), None);
        assert_eq!(history.redo(at(1)), Some(at(5)));
        history.leave(at(5));
        assert_eq!(
            history.redo(at(7)),
            None,
            "a new way forgets the undone one"
        );
    }
}
