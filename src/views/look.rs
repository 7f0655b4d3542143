//! How things of a recording are called on the screen: types, short reprs, functions, threads.

use std::sync::Arc;

use crate::base::format::float::repr_float;
use crate::base::{Moment, ObjId, TextId, ThreadId};
use crate::bytecode::CodeObject;
use crate::events::{CodeId, FrameId, Slot, SlotKind};
use crate::trace::{FrameView, ObjectView, Recording, State, ThreadView, Value};

/// The longest string that is written into its holder.
const LONGEST_INLINE: usize = 26;

/// The texts and code objects of a recording, read out once so that they can be borrowed.
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: Vec<Arc<str>>,
    codes: Vec<Arc<CodeObject>>,
    program: Option<Arc<str>>,
    folder: String,
    /// The moment before the program's first instruction.
    pub ready: Moment,
}

impl Names {
    /// Reads what came since the last time.
    pub fn update(&mut self, recording: &Recording) {
        for number in self.texts.len()..recording.text_count() {
            self.texts.push(recording.text(TextId(number as u32 + 1)));
        }
        while let Some(code) = recording.code(CodeId(self.codes.len() as u32)) {
            self.codes.push(code);
        }
        if self.program.is_none()
            && let Some(source) = recording.sources().into_iter().next()
        {
            folder(&source.path).clone_into(&mut self.folder);
            self.program = Some(source.path);
        }
    }

    /// The text that an event referred to.
    pub fn text(&self, id: TextId) -> &str {
        id.index()
            .checked_sub(1)
            .and_then(|index| self.texts.get(index))
            .map_or("", |text| &**text)
    }

    /// A code object.
    pub fn code(&self, id: CodeId) -> Option<&Arc<CodeObject>> {
        self.codes.get(id.0 as usize)
    }

    /// All code objects by number.
    pub fn codes(&self) -> &[Arc<CodeObject>] {
        &self.codes
    }

    /// The path of the program.
    pub fn program(&self) -> Option<&str> {
        self.program.as_deref()
    }

    /// Whether a file is the program or one of the modules beside it, not the library's.
    pub fn is_program_file(&self, path: &str) -> bool {
        match &self.program {
            Some(program) => {
                **program == *path || (!path.starts_with('<') && folder(path) == self.folder)
            }
            None => false,
        }
    }
}

/// The folder of a path, with either kind of slash.
fn folder(path: &str) -> &str {
    path.rfind(['/', '\\']).map_or("", |end| &path[..end])
}

/// The program at one moment, with the texts to describe it.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub recording: &'a Recording,
    pub names: &'a Names,
    pub state: &'a State,
}

impl<'a> Look<'a> {
    /// The object, if it is alive.
    pub fn object(self, id: ObjId) -> Option<&'a ObjectView> {
        self.state.object(id)
    }

    /// The text that an event referred to.
    pub fn text(self, id: TextId) -> &'a str {
        self.names.text(id)
    }

    /// A code object.
    pub fn code(self, id: CodeId) -> Option<&'a Arc<CodeObject>> {
        self.names.code(id)
    }

    /// A frame that exists.
    pub fn frame(self, id: FrameId) -> Option<&'a FrameView> {
        self.state.frames.get(id)
    }

    /// A thread.
    pub fn thread(self, id: ThreadId) -> Option<&'a ThreadView> {
        self.state.thread(id)
    }

    /// The name of an object's type.
    pub fn type_name(self, id: ObjId) -> &'a str {
        self.object(id)
            .and_then(|object| self.object(object.ob_type))
            .map_or("object", |type_| self.text(type_.name))
    }

    /// The name of a thread.
    pub fn thread_name(self, id: ThreadId) -> String {
        let name = self.thread(id).map_or("", |thread| self.text(thread.name));
        match (name, id.0) {
            ("", 0) => "MainThread".to_owned(),
            ("", number) => format!("Thread-{number}"),
            (name, _) => name.to_owned(),
        }
    }

    /// What `co_qualname` says, with the line where a frame stands.
    pub fn frame_name(self, frame: &FrameView) -> String {
        self.code(frame.code)
            .map_or_else(|| "?".to_owned(), |code| function_name(code))
    }

    /// The name of `localsplus[index]` of a frame: a variable, or a place of the value stack.
    pub fn local_name(self, frame: &FrameView, index: usize) -> String {
        let Some(code) = self.code(frame.code) else {
            return format!("[{index}]");
        };
        match code.co_localsplusnames.get(index) {
            Some(name) => name.to_string(),
            None => format!("stack[{}]", index - code.co_localsplusnames.len()),
        }
    }

    /// The name of a place inside an object, as Python would write it behind the object.
    pub fn slot_name(self, owner: ObjId, slot: Slot) -> String {
        match slot.kind {
            SlotKind::Item => format!("[{}]", slot.key),
            SlotKind::DictKey => format!("key {}", slot.key),
            SlotKind::DictValue => {
                let key = self
                    .object(owner)
                    .and_then(|object| object.slots.entries().get(slot.key as usize))
                    .map_or(ObjId::NULL, |entry| entry.key);
                format!("[{}]", self.short(key, 24))
            }
            SlotKind::Attr | SlotKind::Slot => format!(".{}", self.text(TextId(slot.key))),
            SlotKind::Member => self.text(TextId(slot.key)).to_owned(),
            SlotKind::Local => format!("local {}", slot.key),
        }
    }

    /// The repr of an atom; `None` for what has no value of its own.
    pub fn atom(self, id: ObjId) -> Option<String> {
        let object = self.object(id)?;
        match object.value {
            Value::Int(value) => Some(match (self.type_name(id), value) {
                ("bool", 0) => "False".to_owned(),
                ("bool", _) => "True".to_owned(),
                _ => value.to_string(),
            }),
            Value::Float(value) => Some(repr_float(value)),
            Value::Repr(text) => Some(self.text(text).to_owned()),
            Value::None => match self.type_name(id) {
                "NoneType" => Some("None".to_owned()),
                "ellipsis" => Some("Ellipsis".to_owned()),
                "NotImplementedType" => Some("NotImplemented".to_owned()),
                _ => None,
            },
        }
    }

    /// Whether the object is a small immutable value, to be written into its holder.
    pub fn is_inline(self, id: ObjId) -> bool {
        let kind = self.type_name(id);
        let atomic = matches!(
            kind,
            "int"
                | "bool"
                | "float"
                | "complex"
                | "str"
                | "bytes"
                | "NoneType"
                | "ellipsis"
                | "NotImplementedType"
                | "range"
        );
        atomic
            && self
                .atom(id)
                .is_some_and(|text| text.chars().count() <= LONGEST_INLINE)
    }

    /// A short text for an object, at most `width` characters.
    pub fn short(self, id: ObjId, width: usize) -> String {
        cut(&self.repr(id, 2), width)
    }

    fn repr(self, id: ObjId, depth: usize) -> String {
        if id.is_null() {
            return "NULL".to_owned();
        }
        let Some(object) = self.object(id) else {
            return "(freed)".to_owned();
        };
        if let Some(atom) = self.atom(id) {
            return atom;
        }
        let kind = self.type_name(id);
        let name = self.text(object.name);
        let list = |open: &str, close: &str, ids: &mut dyn Iterator<Item = ObjId>| {
            if depth == 0 {
                return format!("{open}…{close}");
            }
            let mut parts: Vec<String> =
                ids.take(7).map(|item| self.repr(item, depth - 1)).collect();
            if parts.len() == 7 {
                "…".clone_into(&mut parts[6]);
            }
            if kind == "tuple" && parts.len() == 1 {
                return format!("({},)", parts[0]);
            }
            format!("{open}{}{close}", parts.join(", "))
        };
        match kind {
            "list" => list("[", "]", &mut object.slots.items().iter().copied()),
            "tuple" => list("(", ")", &mut object.slots.items().iter().copied()),
            "set" | "frozenset" => {
                let mut keys = object
                    .slots
                    .entries()
                    .iter()
                    .map(|e| e.key)
                    .filter(|k| !k.is_null())
                    .peekable();
                if keys.peek().is_none() {
                    format!("{kind}()")
                } else if kind == "set" {
                    list("{", "}", &mut keys)
                } else {
                    list("frozenset({", "})", &mut keys)
                }
            }
            "dict" => {
                let entries = object.slots.entries().iter().filter(|e| !e.key.is_null());
                if depth == 0 {
                    return "{…}".to_owned();
                }
                let mut parts: Vec<String> = entries
                    .take(5)
                    .map(|e| {
                        format!(
                            "{}: {}",
                            self.repr(e.key, depth - 1),
                            self.repr(e.value, depth - 1)
                        )
                    })
                    .collect();
                if parts.len() == 5 {
                    "…".clone_into(&mut parts[4]);
                }
                format!("{{{}}}", parts.join(", "))
            }
            "type" => format!("<class '{name}'>"),
            _ if !name.is_empty() => format!("<{kind} {name}>"),
            _ => format!("<{kind}>"),
        }
    }
}

/// How a code object's function is called: `main()`, `<module>`.
pub fn function_name(code: &CodeObject) -> String {
    if code.co_name.starts_with('<') {
        code.co_qualname.to_string()
    } else {
        format!("{}()", code.co_qualname)
    }
}

/// Cuts a text to a number of characters.
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_by_characters() {
        assert_eq!(cut("héllo", 5), "héllo");
        assert_eq!(cut("héllo!", 5), "héll…");
    }
}
