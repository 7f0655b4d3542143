//! The text of a `SyntaxError`: the place, the line, the carets, the message.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::objects::object::Payload;
use crate::objects::vm::Vm;

fn field(vm: &Vm, exception: ObjId, name: &str) -> ObjId {
    match vm.heap.payload(exception) {
        Payload::Exception(e) => e.field(name),
        _ => ObjId::NULL,
    }
}

fn number(vm: &Vm, exception: ObjId, name: &str) -> Option<i64> {
    let id = field(vm, exception, name);
    if id.is_null() {
        None
    } else {
        vm.int_as_i64(id)
    }
}

fn text(vm: &Vm, exception: ObjId, name: &str) -> Option<String> {
    let id = field(vm, exception, name);
    if id.is_null() || vm.text(id).is_none() {
        None
    } else {
        Some(vm.str_lossy(id))
    }
}

/// As `_format_syntax_error`.
pub(super) fn format(vm: &mut Vm, exception: ObjId) -> String {
    let class = vm.type_of(exception);
    let name = super::qualified_class_name(vm, class);
    let mut out = String::new();
    let filename = text(vm, exception, "filename");
    let lineno = number(vm, exception, "lineno");
    let mut suffix = String::new();
    if let Some(lineno) = lineno {
        writeln!(
            out,
            "  File \"{}\", line {lineno}",
            filename.as_deref().unwrap_or("<string>")
        )
        .expect("a String takes any text");
    } else if let Some(filename) = &filename {
        suffix = format!(" ({filename})");
    }
    if let Some(line) = text(vm, exception, "text") {
        out.push_str(&place(vm, exception, &line, lineno));
    }
    let msg = text(vm, exception, "msg").unwrap_or_else(|| "<no detail available>".to_owned());
    writeln!(out, "{name}: {msg}{suffix}").expect("a String takes any text");
    out
}

/// The source line and the carets below it.
fn place(vm: &Vm, exception: ObjId, line: &str, lineno: Option<i64>) -> String {
    let right = line.trim_end_matches('\n');
    let left = right.trim_start_matches([' ', '\n', '\u{c}']);
    let spaces = (right.chars().count() - left.chars().count()) as i64;
    let mut out = format!("    {left}\n");
    let Some(mut offset) = number(vm, exception, "offset") else {
        return out;
    };
    let length = line.chars().count() as i64;
    let mut end = if lineno == number(vm, exception, "end_lineno") {
        number(vm, exception, "end_offset")
            .filter(|&e| e != 0)
            .unwrap_or(offset)
    } else {
        right.chars().count() as i64 + 1
    };
    // A column counts bytes and can lie behind the last character.
    let line_end = right.chars().count() as i64 + 1;
    if !line.is_empty() && offset > length {
        offset = line_end;
    }
    if !line.is_empty() && end > length {
        end = line_end;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let (start, end) = (offset - 1 - spaces, end - 1 - spaces);
    if start >= 0 {
        let lead: String = left
            .chars()
            .chain(std::iter::repeat(' '))
            .take(start as usize)
            .map(|c| if c.is_whitespace() { c } else { ' ' })
            .collect();
        let lead: String = lead
            .chars()
            .take(left.chars().count().min(start as usize))
            .collect();
        writeln!(out, "    {lead}{}", "^".repeat((end - start) as usize))
            .expect("a String takes any text");
    }
    out
}
