//! The call stacks with what each frame holds, for the Frames panel.

use super::look::{Look, function_name};
use crate::base::{ObjId, ThreadId};
use crate::bytecode::LocalKind;
use crate::events::{CodeId, FrameId};
use crate::trace::{FrameView, ThreadStatus};

/// Where a variable lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaceKind {
    Local,
    /// In a cell, for the functions within.
    Cell,
    /// In a cell that came with the closure.
    Free,
    /// An entry of the namespace of a module or class body.
    Name,
    /// On the value stack.
    Stack,
}

impl PlaceKind {
    /// The word on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Cell => "cell",
            Self::Free => "free",
            Self::Name => "name",
            Self::Stack => "stack",
        }
    }
}

/// A variable or a place of the value stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    pub name: String,
    pub kind: PlaceKind,
    /// NULL: not assigned.
    pub object: ObjId,
    pub type_name: String,
    pub text: String,
    /// `None`: immortal or NULL.
    pub count: Option<u32>,
}

/// One frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameRows {
    pub id: FrameId,
    pub code: CodeId,
    pub name: String,
    pub line: u32,
    pub file: String,
    pub of_the_program: bool,
    pub generator: ObjId,
    pub variables: Vec<Variable>,
    pub stack: Vec<Variable>,
    /// Names left out of a large namespace.
    pub more: usize,
}

/// One thread with its frames, innermost first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThreadRows {
    pub id: ThreadId,
    pub name: String,
    pub status: ThreadStatus,
    pub frames: Vec<FrameRows>,
}

/// Names shown of a namespace at most.
const MOST_NAMES: usize = 60;

/// The stacks of all threads that have not ended.
pub fn stacks(look: Look<'_>) -> Vec<ThreadRows> {
    look.state
        .threads
        .iter()
        .filter(|thread| thread.status != ThreadStatus::Ended)
        .map(|thread| ThreadRows {
            id: thread.id,
            name: look.thread_name(thread.id),
            status: thread.status,
            frames: look
                .state
                .stack(thread.id)
                .rev()
                .map(|frame| frame_rows(look, frame))
                .collect(),
        })
        .collect()
}

/// The frames that wait inside generators and coroutines.
pub fn suspended(look: Look<'_>) -> Vec<FrameRows> {
    look.state
        .frames
        .iter()
        .filter(|frame| frame.suspended)
        .map(|frame| frame_rows(look, frame))
        .collect()
}

fn frame_rows(look: Look<'_>, frame: &FrameView) -> FrameRows {
    let code = look.code(frame.code);
    let locals = code.map_or(0, |code| code.co_localsplusnames.len());
    let mut variables = Vec::new();
    let mut more = 0;
    if let Some(namespace) = look.object(frame.f_locals) {
        for entry in namespace
            .slots
            .entries()
            .iter()
            .filter(|entry| !entry.key.is_null())
        {
            let name = look
                .atom(entry.key)
                .unwrap_or_default()
                .trim_matches('\'')
                .to_owned();
            if name.starts_with("__") {
                continue;
            }
            if variables.len() == MOST_NAMES {
                more += 1;
            } else {
                variables.push(variable(look, name, PlaceKind::Name, entry.value));
            }
        }
    }
    let mut stack = Vec::new();
    for index in 0..locals.max(frame.localsplus.len()) {
        let object = frame.localsplus.get(index).copied().unwrap_or_default();
        let name = look.local_name(frame, index);
        if index >= locals {
            stack.push(variable(look, name, PlaceKind::Stack, object));
            continue;
        }
        let kind = code
            .and_then(|code| code.co_localspluskinds.get(index))
            .copied();
        // A variable of an inlined comprehension is there only while that runs.
        if object.is_null() && kind.is_some_and(|kind| kind.contains(LocalKind::HIDDEN)) {
            continue;
        }
        let kind = match kind {
            Some(kind) if kind.contains(LocalKind::FREE) => PlaceKind::Free,
            Some(kind) if kind.contains(LocalKind::CELL) => PlaceKind::Cell,
            Some(_) | None => PlaceKind::Local,
        };
        variables.push(variable(look, name, kind, object));
    }
    FrameRows {
        id: frame.id,
        code: frame.code,
        name: code.map_or_else(|| "?".to_owned(), |code| function_name(code)),
        line: frame.line,
        file: code.map_or_else(String::new, |code| code.co_filename.to_string()),
        of_the_program: code.is_some_and(|code| look.names.is_program_file(&code.co_filename)),
        generator: frame.generator,
        variables,
        stack,
        more,
    }
}

fn variable(look: Look<'_>, name: String, kind: PlaceKind, object: ObjId) -> Variable {
    // A cell is shown by what it holds: that is what the name means in Python.
    let held =
        if matches!(kind, PlaceKind::Cell | PlaceKind::Free) && look.type_name(object) == "cell" {
            look.object(object)
                .and_then(|cell| cell.slots.iter().next())
                .map_or(ObjId::NULL, |(_, held)| held)
        } else {
            object
        };
    Variable {
        name,
        kind,
        object: held,
        type_name: look.type_name(held).to_owned(),
        text: if held.is_null() {
            "NULL".to_owned()
        } else {
            look.short(held, 80)
        },
        count: look
            .object(held)
            .filter(|view| !view.is_immortal())
            .map(|view| view.ob_refcnt),
    }
}

/// The value stack of a frame, bottom first.
pub fn stack_of(look: Look<'_>, frame: FrameId) -> Vec<Variable> {
    look.frame(frame)
        .map(|frame| frame_rows(look, frame).stack)
        .unwrap_or_default()
}
