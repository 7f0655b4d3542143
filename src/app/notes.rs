//! What the user adds to a recording: bookmarks with notes, named ranges, and the view to begin
//! with. It is saved inside the recording, and comes back with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::layout::LayoutKind;
use super::selection::Selected;
use crate::base::{Moment, ObjId, ThreadId};
use crate::events::{CodeId, FrameId};
use crate::trace::{self, Annotations, Bookmark, View};

/// A marked moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    pub title: String,
    /// In Markdown.
    pub note: String,
}

/// A stretch of the run with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedRange {
    pub name: String,
    pub start: u64,
    pub end: u64,
}

/// Everything that was added.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    pub bookmarks: BTreeMap<Moment, Mark>,
    pub ranges: Vec<NamedRange>,
}

/// The view in the words of the recording.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    pub moment: u64,
    pub layout: Option<LayoutKind>,
    pub object: Option<u32>,
    pub frame: Option<u32>,
    pub line: Option<u32>,
    pub thread: Option<u32>,
    pub code: Option<u32>,
    pub breakpoints: Vec<u32>,
}

impl SavedView {
    /// The view as it is now.
    pub fn new(moment: Moment, layout: LayoutKind, selected: Selected) -> Self {
        Self {
            moment: moment.0,
            layout: Some(layout),
            object: selected.object.map(|id| id.0),
            frame: selected.frame.map(|id| id.0),
            line: selected.line,
            thread: selected.thread.map(|id| id.0),
            code: selected.code.map(|id| id.0),
            ..Self::default()
        }
    }

    /// What was selected.
    pub fn selected(&self) -> Selected {
        Selected {
            object: self.object.map(ObjId),
            frame: self.frame.map(FrameId),
            line: self.line,
            thread: self.thread.map(ThreadId),
            code: self.code.map(CodeId),
        }
    }
}

impl Notes {
    /// Reads what was saved in a recording; a view of another writer is passed over.
    pub fn read(annotations: &Annotations) -> (Self, Option<SavedView>) {
        let view = annotations
            .view
            .as_ref()
            .and_then(|view| serde_json::from_str(&view.details).ok());
        let bookmarks = annotations
            .bookmarks
            .iter()
            .map(|bookmark| {
                let mark = Mark {
                    title: bookmark.title.clone(),
                    note: bookmark.note.clone(),
                };
                (bookmark.moment, mark)
            })
            .collect();
        let ranges = annotations
            .ranges
            .iter()
            .map(|range| NamedRange {
                name: range.title.clone(),
                start: range.first.0,
                end: range.last.0,
            })
            .collect();
        (Self { bookmarks, ranges }, view)
    }

    /// The words in which it is saved.
    pub fn write(&self, view: &SavedView) -> Annotations {
        let ranges = self.ranges.iter().map(|range| trace::NamedRange {
            first: Moment(range.start),
            last: Moment(range.end),
            title: range.name.clone(),
            note: String::new(),
        });
        Annotations {
            bookmarks: self
                .bookmarks
                .iter()
                .map(|(&moment, mark)| Bookmark {
                    moment,
                    title: mark.title.clone(),
                    note: mark.note.clone(),
                })
                .collect(),
            ranges: ranges.collect(),
            view: Some(View {
                moment: Moment(view.moment),
                layout: view.layout.map_or("", LayoutKind::name).to_owned(),
                selection: view.object.map(ObjId),
                details: serde_json::to_string(view).unwrap_or_default(),
            }),
        }
    }
}

/// A lesson in the format of the built-in ones, with a stop for each bookmark; `name_of` gives the
/// names of moments.
pub fn lesson_markdown(
    title: &str,
    notes: &Notes,
    layout: LayoutKind,
    name_of: &dyn Fn(Moment) -> String,
) -> String {
    let mut text = format!("# {title}\n");
    for (moment, mark) in &notes.bookmarks {
        let name = if mark.title.trim().is_empty() {
            format!("Moment {}", moment.0)
        } else {
            mark.title.trim().replace('\n', " ")
        };
        let _ = write!(
            text,
            "\n## {name}\n- at: {}\n- layout: {}\n",
            name_of(*moment),
            layout.name()
        );
        if !mark.note.trim().is_empty() {
            let _ = write!(text, "\n{}\n", mark.note.trim());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes() -> Notes {
        let mark = Mark {
            title: "Here".to_owned(),
            note: "Look at *this*.".to_owned(),
        };
        Notes {
            bookmarks: BTreeMap::from([(Moment(7), mark)]),
            ranges: vec![NamedRange {
                name: "the loop".to_owned(),
                start: 3,
                end: 9,
            }],
        }
    }

    #[test]
    fn what_was_added_comes_back() {
        let selected = Selected {
            object: Some(ObjId(5)),
            ..Selected::default()
        };
        let view = SavedView::new(Moment(7), LayoutKind::Threads, selected);
        let (back, view) = Notes::read(&notes().write(&view));
        assert_eq!(back, notes());
        let view = view.expect("a view was saved");
        assert_eq!((view.moment, view.layout), (7, Some(LayoutKind::Threads)));
        assert_eq!(view.selected(), selected);
    }

    #[test]
    fn bookmarks_become_a_lesson() {
        let text = lesson_markdown("Mine", &notes(), LayoutKind::Learn, &|moment| {
            moment.0.to_string()
        });
        let lesson = crate::views::lesson::Lesson::parse(&text);
        assert_eq!(lesson.title, "Mine");
        assert_eq!(lesson.stops[0].title, "Here");
        assert_eq!(lesson.stops[0].at.as_deref(), Some("7"));
        assert_eq!(lesson.stops[0].text, "Look at *this*.");
    }
}
