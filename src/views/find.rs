//! The search: lines of the source, living objects, and output that contain the words.

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
}

/// Finds what contains all the words; source first, then objects of the program, then output.
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
    hits
}
