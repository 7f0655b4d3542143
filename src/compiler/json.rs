//! Code objects as JSON lines, one for each, for comparing them with another compiler's.
//!
//! Constants appear as Python's `repr` shows them, code objects by their qualified name.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::bytecode::CodeObject;
use crate::bytecode::repr::{Style, repr_constant};
use crate::syntax::error::SyntaxError;

/// Writes a code object and then those within it, one line each.
pub fn write_code(out: &mut dyn Write, code: &CodeObject) -> io::Result<()> {
    write_ascii(out, &record(code))?;
    code.nested().try_for_each(|nested| write_code(out, nested))
}

/// Writes an error as one line.
pub fn write_error(out: &mut dyn Write, error: &SyntaxError) -> io::Result<()> {
    let line = json!({
        "error": error.kind.name(),
        "msg": error.msg,
        "lineno": error.lineno,
        "offset": error.offset,
    });
    write_ascii(out, &line)
}

/// Writes the line that comes before the code objects of one file of several.
pub fn write_file_name(out: &mut dyn Write, file: &str) -> io::Result<()> {
    write_ascii(out, &json!({ "file": file }))
}

fn record(code: &CodeObject) -> Value {
    let names = |names: &mut dyn Iterator<Item = &std::sync::Arc<str>>| -> Vec<String> {
        names.map(|name| (**name).to_owned()).collect()
    };
    json!({
        "qualname": &*code.co_qualname,
        "name": &*code.co_name,
        "firstlineno": code.co_firstlineno,
        "argcount": code.co_argcount,
        "posonlyargcount": code.co_posonlyargcount,
        "kwonlyargcount": code.co_kwonlyargcount,
        "flags": code.co_flags,
        "stacksize": code.co_stacksize,
        "code": hex(&code.co_code_bytes()),
        "consts": code.co_consts.iter().map(|constant| repr_constant(constant, Style::Canonical)).collect::<Vec<_>>(),
        "names": names(&mut code.co_names.iter()),
        "varnames": names(&mut code.co_varnames()),
        "cellvars": names(&mut code.co_cellvars()),
        "freevars": names(&mut code.co_freevars()),
        "exceptiontable": hex(&code.co_exceptiontable),
        "linetable": hex(&code.co_linetable),
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String succeeds");
    }
    text
}

/// One line in which everything beyond ASCII is escaped.
fn write_ascii(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    let text = value.to_string();
    let mut units = [0; 2];
    let mut line = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c.is_ascii() {
            line.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            use std::fmt::Write;
            write!(line, "\\u{unit:04x}").expect("writing to a String succeeds");
        }
    }
    line.push('\n');
    out.write_all(line.as_bytes())
}
