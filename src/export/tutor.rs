//! The run in the trace format of Python Tutor, version 3 (`OPT`), for its many viewers.
//!
//! An entry is made when a frame of the program is about to run another line, when it returns and
//! when an exception is raised, as the tracer of Python Tutor makes them. Only variables and
//! frames of the program's own files are shown, as there.

use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::ExportError;
use crate::base::{Moment, ObjId, TextId};
use crate::events::{Event, FrameId, SlotKind, Stream};
use crate::trace::{FrameView, Player, Recording, Search};
use crate::views::look::{Look, Names};

/// Objects in the heap of one entry at most: its viewers draw every one.
const MOST_OBJECTS: usize = 2000;

/// Writes the run, at most `limit` entries of it.
pub fn write(
    recording: &Arc<Recording>,
    limit: usize,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut names = Names::default();
    names.update(recording);
    let source = recording.sources().into_iter().next();
    let stops = stops(recording)?;
    let mut player = Player::new(Arc::clone(recording));
    let mut stdout = String::new();
    let mut printed = 0;
    write!(out, "{{\"code\":")?;
    serde_json::to_writer(
        &mut *out,
        source.as_ref().map_or("", |source| &*source.text),
    )?;
    write!(out, ",\"trace\":[")?;
    let mut written = 0;
    for (moment, stop) in stops {
        let state = player.seek(moment)?;
        let look = Look {
            recording,
            names: &names,
            state,
        };
        while let Some(piece) = state.output.get(printed) {
            if piece.stream == Stream::Stdout {
                stdout.push_str(look.text(piece.text));
            }
            printed += 1;
        }
        let Some(entry) = entry(look, &stop, &stdout) else {
            continue;
        };
        if written > 0 {
            write!(out, ",")?;
        }
        writeln!(out)?;
        serde_json::to_writer(&mut *out, &entry)?;
        written += 1;
        if written == limit {
            break;
        }
    }
    writeln!(out, "\n]}}")?;
    Ok(())
}

/// Why an entry is made.
struct Stop {
    frame: FrameId,
    event: &'static str,
    /// What a `return` gives, or the exception that was raised.
    value: ObjId,
}

/// The moments of the entries.
fn stops(recording: &Recording) -> Result<Vec<(Moment, Stop)>, ExportError> {
    let mut stops = Vec::new();
    let mut entered = BTreeSet::new();
    let kinds = Search::kinds(&["FramePush", "Line", "PyReturn", "PyYield", "Raise"]);
    kinds.each(recording, 0..u64::MAX, |position, event| {
        // The state after the event.
        let moment = Moment(position.0 + 1);
        let (frame, name, value) = match *event {
            Event::FramePush { frame, .. } => {
                entered.insert(frame);
                return ControlFlow::<()>::Continue(());
            }
            Event::Line { frame, .. } if entered.remove(&frame) => (frame, "call", ObjId::NULL),
            Event::Line { frame, .. } => (frame, "step_line", ObjId::NULL),
            Event::PyReturn { frame, value } | Event::PyYield { frame, value } => {
                (frame, "return", value)
            }
            Event::Raise { frame, exception } => (frame, "exception", exception),
            _ => return ControlFlow::Continue(()),
        };
        stops.push((
            moment,
            Stop {
                frame,
                event: name,
                value,
            },
        ));
        ControlFlow::Continue(())
    })?;
    Ok(stops)
}

/// One entry; `None` where the frame is not the program's or stands on no line of it.
fn entry(look: Look<'_>, stop: &Stop, stdout: &str) -> Option<Value> {
    let frame = look.frame(stop.frame)?;
    let of_the_program = |frame: &FrameView| {
        look.code(frame.code)
            .is_some_and(|code| look.names.is_program_file(&code.co_filename))
    };
    if !of_the_program(frame) || frame.line == 0 {
        return None;
    }
    let mut heap = Heap::new(look);
    let stack: Vec<&FrameView> = look
        .state
        .stack(frame.thread)
        .filter(|frame| of_the_program(frame))
        .collect();
    let (mut globals, mut ordered_globals) = (Map::new(), Vec::new());
    if let Some(namespace) = stack.first().and_then(|frame| look.object(frame.f_globals)) {
        for entry in namespace.slots.entries() {
            let Some(name) = heap.text(entry.key) else {
                continue;
            };
            if name.starts_with("__") || look.type_name(entry.value) == "module" {
                continue;
            }
            ordered_globals.push(json!(name));
            globals.insert(name, heap.encode(entry.value));
        }
    }
    let mut rendered = Vec::new();
    let name_of = |frame: &FrameView| {
        look.code(frame.code)
            .map_or_else(|| "?".to_owned(), |code| code.co_name.to_string())
    };
    for (depth, frame) in stack.iter().enumerate() {
        if name_of(frame) == "<module>" {
            continue;
        }
        let (mut locals, mut order) = (Map::new(), Vec::new());
        let code = look.code(frame.code)?;
        // A class body keeps its names in a dict.
        if let Some(namespace) = look.object(frame.f_locals) {
            for entry in namespace.slots.entries() {
                if let Some(name) = heap.text(entry.key).filter(|name| !name.starts_with("__")) {
                    order.push(json!(name));
                    locals.insert(name, heap.encode(entry.value));
                }
            }
        }
        for (index, &object) in frame.localsplus.iter().enumerate() {
            let Some(name) = code.co_localsplusnames.get(index) else {
                break;
            };
            // A cell stands for what is in it.
            let held = if look.type_name(object) == "cell" {
                look.object(object)
                    .and_then(|cell| cell.slots.iter().next())
                    .map_or(ObjId::NULL, |(_, id)| id)
            } else {
                object
            };
            if !held.is_null() {
                order.push(json!(name.to_string()));
                locals.insert(name.to_string(), heap.encode(held));
            }
        }
        let innermost = depth + 1 == stack.len();
        if innermost && stop.event == "return" {
            order.push(json!("__return__"));
            locals.insert("__return__".to_owned(), heap.encode(stop.value));
        }
        rendered.push(json!({
            "frame_id": frame.id.0,
            "func_name": name_of(frame),
            "encoded_locals": locals,
            "ordered_varnames": order,
            "is_highlighted": innermost,
            "is_parent": false,
            "is_zombie": false,
            "parent_frame_id_list": [],
            "unique_hash": format!("{}_f{}", name_of(frame), frame.id.0),
        }));
    }
    // A module is not called: its first line is a step.
    let event = match stop.event {
        "call" if name_of(frame) == "<module>" => "step_line",
        event => event,
    };
    let mut entry = json!({
        "event": event,
        "line": frame.line,
        "func_name": name_of(frame),
        "globals": globals,
        "ordered_globals": ordered_globals,
        "stack_to_render": rendered,
        "stdout": stdout,
    });
    if stop.event == "exception" {
        entry["exception_msg"] = json!(exception_words(look, &heap, stop.value));
    }
    entry["heap"] = Value::Object(heap.finish());
    Some(entry)
}

/// The type of an exception, and its message where that is one string.
fn exception_words(look: Look<'_>, heap: &Heap<'_>, exception: ObjId) -> String {
    let kind = look.type_name(exception);
    let message = look.object(exception).and_then(|object| {
        let (_, args) = object.slots.iter().find(|(slot, _)| {
            slot.kind == SlotKind::Member && look.text(TextId(slot.key)) == "args"
        })?;
        match look.object(args)?.slots.items() {
            [only] => heap.text(*only).or_else(|| look.atom(*only)),
            _ => None,
        }
    });
    match message {
        Some(message) => format!("{kind}: {message}"),
        None => kind.to_owned(),
    }
}

/// The objects of one entry, found as variables lead to them.
struct Heap<'a> {
    look: Look<'a>,
    seen: BTreeSet<ObjId>,
    queue: VecDeque<ObjId>,
}

impl<'a> Heap<'a> {
    const fn new(look: Look<'a>) -> Self {
        Self {
            look,
            seen: BTreeSet::new(),
            queue: VecDeque::new(),
        }
    }

    /// What a `str` holds.
    fn text(&self, id: ObjId) -> Option<String> {
        (self.look.type_name(id) == "str")
            .then(|| self.look.atom(id))
            .flatten()
            .map(|repr| unquoted(&repr))
    }

    /// A value as a variable shows it: itself when it is a simple one, else its place in the heap.
    fn encode(&mut self, id: ObjId) -> Value {
        let look = self.look;
        let Some(object) = look.object(id) else {
            return Value::Null;
        };
        let atom = || look.atom(id).unwrap_or_default();
        match look.type_name(id) {
            "NoneType" => return Value::Null,
            "bool" => return json!(atom() == "True"),
            "str" => return json!(self.text(id)),
            "int" | "float" => {
                let text = atom();
                if let Ok(number) = text.parse::<i64>()
                    && number.unsigned_abs() < 1 << 53
                {
                    return json!(number);
                }
                if let Ok(number) = text.parse::<f64>()
                    && number.is_finite()
                    && look.type_name(id) == "float"
                {
                    // A whole float would be read as an int.
                    return if number.fract() == 0.0 {
                        json!(["SPECIAL_FLOAT", text])
                    } else {
                        json!(number)
                    };
                }
                return json!(["SPECIAL_FLOAT", text]);
            }
            _ => {}
        }
        if self.seen.len() < MOST_OBJECTS && self.seen.insert(id) {
            self.queue.push_back(id);
        }
        json!(["REF", object.address])
    }

    /// Everything that the variables lead to.
    fn finish(mut self) -> Map<String, Value> {
        let mut heap = Map::new();
        while let Some(id) = self.queue.pop_front() {
            if let Some(object) = self.look.object(id) {
                heap.insert(object.address.to_string(), self.object(id));
            }
        }
        heap
    }

    fn object(&mut self, id: ObjId) -> Value {
        let look = self.look;
        let Some(object) = look.object(id) else {
            return Value::Null;
        };
        let kind = look.type_name(id);
        let name = look.text(object.name);
        match kind {
            "list" | "tuple" => {
                let mut parts = vec![json!(kind.to_uppercase())];
                for &item in object.slots.items() {
                    parts.push(self.encode(item));
                }
                json!(parts)
            }
            "set" | "frozenset" => {
                let mut parts = vec![json!("SET")];
                for entry in object.slots.entries().iter().filter(|e| !e.key.is_null()) {
                    parts.push(self.encode(entry.key));
                }
                json!(parts)
            }
            "dict" => {
                let mut parts = vec![json!("DICT")];
                for entry in object.slots.entries().iter().filter(|e| !e.key.is_null()) {
                    let pair = [self.encode(entry.key), self.encode(entry.value)];
                    parts.push(json!(pair));
                }
                json!(parts)
            }
            "function" => json!(["FUNCTION", format!("{name}()"), null]),
            "module" => json!(["module", name]),
            "type" => json!(["CLASS", name, []]),
            _ => {
                if let Some(atom) = look.atom(id) {
                    return json!(["HEAP_PRIMITIVE", kind, atom]);
                }
                let mut parts = vec![json!("INSTANCE"), json!(kind)];
                for &(slot, value) in object.slots.named() {
                    if matches!(slot.kind, SlotKind::Attr | SlotKind::Slot) {
                        let pair = [json!(look.text(TextId(slot.key))), self.encode(value)];
                        parts.push(json!(pair));
                    }
                }
                json!(parts)
            }
        }
    }
}

/// The text of a string from its repr.
fn unquoted(repr: &str) -> String {
    let mut chars = repr.chars();
    let quote = chars.next();
    let inside = chars.as_str();
    let inside = quote
        .and_then(|quote| inside.strip_suffix(quote))
        .unwrap_or(inside);
    let mut text = String::new();
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let digits = match rest.next() {
            Some('n') => {
                text.push('\n');
                continue;
            }
            Some('r') => {
                text.push('\r');
                continue;
            }
            Some('t') => {
                text.push('\t');
                continue;
            }
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(other) => {
                text.push(other);
                continue;
            }
            None => break,
        };
        let code: String = rest.by_ref().take(digits).collect();
        let point = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
        // A lone surrogate cannot be written as JSON text.
        text.push(point.unwrap_or('\u{fffd}'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn a_repr_gives_back_its_text() {
        let cases = [
            ("'plain'", "plain"),
            ("\"it's\"", "it's"),
            (r"'a\nb\t\\\'\x00'", "a\nb\t\\'\0"),
            (r"'\u2028\U0001f600\ud800'", "\u{2028}😀\u{fffd}"),
            ("'cut…", "cut…"),
        ];
        for (repr, text) in cases {
            assert_eq!(unquoted(repr), text, "{repr}");
        }
    }
}
