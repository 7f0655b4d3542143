//! The frames of a traceback, one entry each, with repeated ones cut short.

use std::fmt::Write as _;

use crate::base::{ObjId, SourceLocation};
use crate::objects::object::Payload;
use crate::objects::vm::Vm;
use crate::objects::{frameobject, traceback};

/// More identical entries in a row than this are only counted.
const RECURSIVE_CUTOFF: usize = 3;

/// One frame of a traceback.
#[derive(Clone, Debug)]
pub struct Entry {
    pub filename: String,
    pub lineno: i32,
    pub name: String,
    pub location: SourceLocation,
}

/// The traceback of an exception, outermost call first.
pub fn entries(vm: &Vm, exception: ObjId) -> Vec<Entry> {
    let mut tb = match vm.heap.payload(exception) {
        Payload::Exception(e) => e.traceback,
        _ => ObjId::NULL,
    };
    let mut found = Vec::new();
    while !tb.is_null() {
        let t = traceback::entry(vm, tb);
        let code = frameobject::code_of(vm, t.tb_frame);
        let mut location = code.location_of(t.tb_lasti.max(0) as u32);
        if location.lineno < 0 || location.lineno != t.tb_lineno {
            location = SourceLocation {
                lineno: t.tb_lineno,
                end_lineno: t.tb_lineno,
                ..SourceLocation::NONE
            };
        }
        found.push(Entry {
            filename: code.code.co_filename.to_string(),
            lineno: t.tb_lineno,
            name: code.code.co_name.to_string(),
            location,
        });
        tb = t.tb_next;
    }
    found
}

/// All entries as text with source lines and carets.
pub(super) fn format(vm: &mut Vm, exception: ObjId) -> String {
    let entries = entries(vm, exception);
    format_entries(vm, &entries, |vm, entry| {
        super::carets::source_text(vm, entry)
    })
}

/// As the C printer does it: source lines without carets, and none at all while the interpreter
/// shuts down.
pub(super) fn format_plain(vm: &mut Vm, exception: ObjId) -> String {
    let entries = entries(vm, exception);
    if entries.is_empty() {
        return String::new();
    }
    let finalizing = vm.interp.finalizing;
    let body = format_entries(vm, &entries, |vm, entry| {
        if finalizing {
            return String::new();
        }
        match crate::stdlib::source_lines::line(vm, &entry.filename, entry.lineno) {
            Some(line) if !line.trim().is_empty() => format!("    {}\n", line.trim()),
            _ => String::new(),
        }
    });
    format!("Traceback (most recent call last):\n{body}")
}

fn format_entries(
    vm: &mut Vm,
    entries: &[Entry],
    source: impl Fn(&mut Vm, &Entry) -> String,
) -> String {
    let mut text = String::new();
    let mut last: Option<&Entry> = None;
    let mut count = 0;
    for entry in entries {
        let same = last.is_some_and(|l| {
            l.filename == entry.filename && l.lineno == entry.lineno && l.name == entry.name
        });
        if !same {
            repeated(&mut text, count);
            last = Some(entry);
            count = 0;
        }
        count += 1;
        if count > RECURSIVE_CUTOFF {
            continue;
        }
        writeln!(
            text,
            "  File \"{}\", line {}, in {}",
            entry.filename, entry.lineno, entry.name
        )
        .expect("a String takes any text");
        text.push_str(&source(vm, entry));
    }
    repeated(&mut text, count);
    text
}

fn repeated(text: &mut String, count: usize) {
    if count > RECURSIVE_CUTOFF {
        let more = count - RECURSIVE_CUTOFF;
        let s = if more > 1 { "s" } else { "" };
        writeln!(text, "  [Previous line repeated {more} more time{s}]")
            .expect("a String takes any text");
    }
}
