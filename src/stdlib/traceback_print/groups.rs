//! A whole exception: the chain of causes and contexts, and groups with their margins.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::objects::object::Payload;
use crate::objects::vm::Vm;
use crate::objects::wellknown::types;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_WIDTH: usize = 15;
const MAX_DEPTH: usize = 10;

/// How deep in groups the printer is, and whether the innermost one still needs its closing line.
#[derive(Default)]
struct Margins {
    depth: usize,
    need_close: bool,
}

impl Margins {
    fn indent(&self) -> String {
        " ".repeat(2 * self.depth)
    }

    fn emit(&self, out: &mut String, text: &str, margin: char) {
        for line in text.split_inclusive('\n') {
            if self.depth > 0 {
                out.push_str(&self.indent());
                out.push(margin);
                out.push(' ');
            }
            out.push_str(line);
        }
    }
}

/// The exception as it is printed when nobody catches it.
pub fn format_exception(vm: &mut Vm, exception: ObjId) -> String {
    let mut out = String::new();
    let mut seen = Vec::new();
    let saved = vm.take_raised();
    format(vm, exception, &mut Margins::default(), &mut seen, &mut out);
    vm.clear_raised();
    if !saved.is_null() {
        vm.set_raised(saved);
    }
    out
}

fn format(
    vm: &mut Vm,
    exception: ObjId,
    margins: &mut Margins,
    seen: &mut Vec<ObjId>,
    out: &mut String,
) {
    let mut chain: Vec<(Option<&str>, ObjId)> = Vec::new();
    let mut current = exception;
    while !current.is_null() {
        seen.push(current);
        let (cause, context, suppressed) = match vm.heap.payload(current) {
            Payload::Exception(e) => (e.cause, e.context, e.suppress_context),
            _ => (ObjId::NULL, ObjId::NULL, true),
        };
        let (message, next) = if !cause.is_null() && !seen.contains(&cause) {
            (Some(CAUSE), cause)
        } else if cause.is_null() && !context.is_null() && !suppressed && !seen.contains(&context) {
            (Some(CONTEXT), context)
        } else {
            (None, ObjId::NULL)
        };
        chain.push((message, current));
        current = next;
    }
    for (message, exception) in chain.into_iter().rev() {
        if let Some(message) = message {
            margins.emit(out, message, '|');
        }
        if vm.isinstance(exception, types::BASE_EXCEPTION_GROUP) {
            format_group(vm, exception, margins, seen, out);
        } else {
            format_one(
                vm,
                exception,
                margins,
                out,
                "Traceback (most recent call last):\n",
                '|',
            );
        }
    }
}

fn format_one(
    vm: &mut Vm,
    exception: ObjId,
    margins: &Margins,
    out: &mut String,
    header: &str,
    margin: char,
) {
    let has_traceback =
        matches!(vm.heap.payload(exception), Payload::Exception(e) if !e.traceback.is_null());
    if has_traceback {
        margins.emit(out, header, margin);
        let stack = super::stack::format(vm, exception);
        margins.emit(out, &stack, '|');
    }
    let only = super::format_exception_only(vm, exception);
    margins.emit(out, &only, '|');
}

fn format_group(
    vm: &mut Vm,
    exception: ObjId,
    margins: &mut Margins,
    seen: &mut Vec<ObjId>,
    out: &mut String,
) {
    if margins.depth > MAX_DEPTH {
        margins.emit(out, &format!("... (max_group_depth is {MAX_DEPTH})\n"), '|');
        return;
    }
    let top = margins.depth == 0;
    if top {
        margins.depth = 1;
    }
    let margin = if top { '+' } else { '|' };
    format_one(
        vm,
        exception,
        margins,
        out,
        "Exception Group Traceback (most recent call last):\n",
        margin,
    );
    let members = match vm.heap.payload(exception) {
        Payload::Exception(e) => vm.tuple_items(e.field("exceptions")).to_vec(),
        _ => Vec::new(),
    };
    let shown = members.len().min(MAX_WIDTH + 1);
    margins.need_close = false;
    for i in 0..shown {
        let last = i + 1 == shown;
        if last {
            margins.need_close = true;
        }
        let truncated = i >= MAX_WIDTH;
        let title = if truncated {
            "...".to_owned()
        } else {
            (i + 1).to_string()
        };
        let lead = if i == 0 { "+-" } else { "  " };
        writeln!(
            out,
            "{}{lead}+---------------- {title} ----------------",
            margins.indent()
        )
        .expect("a String takes any text");
        margins.depth += 1;
        if truncated {
            let remaining = members.len() - MAX_WIDTH;
            let s = if remaining > 1 { "s" } else { "" };
            margins.emit(out, &format!("and {remaining} more exception{s}\n"), '|');
        } else if !seen.contains(&members[i]) {
            format(vm, members[i], margins, seen, out);
        }
        if last && margins.need_close {
            writeln!(
                out,
                "{}+------------------------------------",
                margins.indent()
            )
            .expect("a String takes any text");
            margins.need_close = false;
        }
        margins.depth -= 1;
    }
    if top {
        margins.depth = 0;
    }
}
