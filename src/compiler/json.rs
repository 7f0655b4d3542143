//! Code objects as JSON lines, one for each, for comparing them with another compiler's.
//!
//! Constants appear as Python's `repr` shows them, code objects by their qualified name.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::base::format::float::{repr_complex, repr_float};
use crate::base::format::int::{magnitude_digits, with_prefix};
use crate::base::format::repr::{ascii_text, repr_bytes};
use crate::base::integer::{bit_length, is_negative};
use crate::bytecode::{CodeObject, Constant};
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
        "consts": code.co_consts.iter().map(canonical).collect::<Vec<String>>(),
        "names": names(&mut code.co_names.iter()),
        "varnames": names(&mut code.co_varnames()),
        "cellvars": names(&mut code.co_cellvars()),
        "freevars": names(&mut code.co_freevars()),
        "exceptiontable": hex(&code.co_exceptiontable),
        "linetable": hex(&code.co_linetable),
    })
}

/// The canonical text of a constant.
fn canonical(constant: &Constant) -> String {
    match constant {
        Constant::None => "None".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Int(i) if bit_length(i) > 4096 => with_prefix(i, 16),
        Constant::Int(i) => {
            let sign = if is_negative(i) { "-" } else { "" };
            format!("{sign}{}", magnitude_digits(i, 10))
        }
        Constant::Float(f) => repr_float(*f),
        &Constant::Complex { real, imag } => repr_complex(real, imag),
        Constant::Str(text) => ascii_text(text).to_lossy(),
        Constant::Bytes(bytes) => repr_bytes(bytes),
        Constant::Tuple(items) => {
            let comma = if items.len() == 1 { "," } else { "" };
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("({}{comma})", items.join(", "))
        }
        Constant::FrozenSet(items) => {
            let mut items: Vec<String> = items.iter().map(canonical).collect();
            items.sort_unstable();
            format!("frozenset({{{}}})", items.join(", "))
        }
        Constant::Code(code) => format!("<code {}>", code.co_qualname),
    }
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
