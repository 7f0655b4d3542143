//! The search: lines of the source, living objects, and output that contain the words.

use super::events::row;
use super::look::Look;
use super::search::matches;
use super::source::SourceText;
use crate::base::{Moment, ObjId};

/// Something found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hit {
    Line {
        line: u32,
        text: String,
    },
    Object {
        object: ObjId,
        type_name: String,
        text: String,
    },
    Output {
        moment: Moment,
        text: String,
    },
    Event {
        moment: Moment,
        text: String,
    },
}

/// Events looked at, from the moment shown on; more would keep the window waiting.
const EVENTS_AHEAD: u64 = 6_000;
/// Hits among them, so that they do not crowd out the rest.
const MOST_EVENTS: usize = 12;

/// Finds what contains all the words; source first, then objects of the
/// program, then output, then the next events.
pub fn find(query: &str, source: &SourceText, look: Look<'_>, most: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    for lineno in 1..=source.len() {
        let line = source.line(lineno);
        if hits.len() < most / 2 && matches(line, query) {
            hits.push(Hit::Line {
                line: lineno as u32,
                text: line.trim().to_owned(),
            });
        }
    }
    for (object, view) in look.state.objects() {
        if hits.len() >= most {
            break;
        }
        if view.born < look.names.ready {
            continue;
        }
        let type_name = look.type_name(object);
        let text = look.short(object, 60);
        if matches(&format!("{type_name} {text} {:#x}", view.address), query) {
            hits.push(Hit::Object {
                object,
                type_name: type_name.to_owned(),
                text,
            });
        }
    }
    for piece in look.state.output.iter() {
        if hits.len() >= most {
            break;
        }
        let text = look.names.text(piece.text);
        if !text.trim().is_empty() && matches(text, query) {
            hits.push(Hit::Output {
                moment: Moment(piece.moment.0 + 1),
                text: text.trim().to_owned(),
            });
        }
    }
    hits.extend(next_events(query, look, most.saturating_sub(hits.len())));
    hits
}

fn next_events(query: &str, look: Look<'_>, most: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    let now = look.state.moment.0;
    for at in now..(now + EVENTS_AHEAD).min(look.recording.len()) {
        if hits.len() >= most.min(MOST_EVENTS) {
            break;
        }
        let Ok(event) = look.recording.event(Moment(at)) else {
            break;
        };
        let row = row(look, Moment(at), &event);
        let text = format!("{} {}", row.kind, row.text);
        if matches(&text, query) {
            hits.push(Hit::Event {
                moment: Moment(at + 1),
                text,
            });
        }
    }
    hits
}
