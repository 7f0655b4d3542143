//! Code objects as JSON lines, one for each, for comparing them with another compiler's.
//!
//! The keys are the names of CPython's attributes without `co_`. Constants appear as Python's
//! `repr` shows them, code objects by their qualified name.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::bytecode::CodeObject;
use crate::bytecode::repr::{Style, repr_constant};
use crate::syntax::error::SyntaxError;

/// Writes a code object and then those within it, one line each.
pub fn write_code(out: &mut dyn Write, code: &CodeObject) -> io::Result<()> {
    write_line(out, &CodeRecord::of(code))?;
    code.nested().try_for_each(|nested| write_code(out, nested))
}

/// Writes an error as one line.
pub fn write_error(out: &mut dyn Write, error: &SyntaxError) -> io::Result<()> {
    let line = ErrorRecord {
        error: error.kind.name(),
        msg: &error.msg,
        lineno: error.lineno,
        offset: error.offset,
    };
    write_line(out, &line)
}

/// Writes the line that comes before the code objects of one file of several.
pub fn write_file_name(out: &mut dyn Write, file: &str) -> io::Result<()> {
    write_line(out, &FileRecord { file })
}

#[derive(Serialize)]
struct FileRecord<'a> {
    file: &'a str,
}

#[derive(Serialize)]
struct ErrorRecord<'a> {
    error: &'a str,
    msg: &'a str,
    lineno: Option<i32>,
    offset: Option<i32>,
}

#[derive(Serialize)]
struct CodeRecord<'a> {
    qualname: &'a str,
    name: &'a str,
    firstlineno: i32,
    argcount: u32,
    posonlyargcount: u32,
    kwonlyargcount: u32,
    flags: u32,
    stacksize: u32,
    code: String,
    consts: Vec<String>,
    names: Vec<&'a str>,
    varnames: Vec<&'a str>,
    cellvars: Vec<&'a str>,
    freevars: Vec<&'a str>,
    exceptiontable: String,
    linetable: String,
}

impl<'a> CodeRecord<'a> {
    fn of(code: &'a CodeObject) -> Self {
        let constants = code.co_consts.iter();
        Self {
            qualname: &code.co_qualname,
            name: &code.co_name,
            firstlineno: code.co_firstlineno,
            argcount: code.co_argcount,
            posonlyargcount: code.co_posonlyargcount,
            kwonlyargcount: code.co_kwonlyargcount,
            flags: code.co_flags,
            stacksize: code.co_stacksize,
            code: hex(&code.co_code_bytes()),
            consts: constants
                .map(|constant| repr_constant(constant, Style::Canonical))
                .collect(),
            names: code.co_names.iter().map(|name| &**name).collect(),
            varnames: code.co_varnames().map(|name| &**name).collect(),
            cellvars: code.co_cellvars().map(|name| &**name).collect(),
            freevars: code.co_freevars().map(|name| &**name).collect(),
            exceptiontable: hex(&code.co_exceptiontable),
            linetable: hex(&code.co_linetable),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = Vec::with_capacity(1024);
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut line,
        AsciiFormatter,
    ))?;
    line.push(b'\n');
    out.write_all(&line)
}

/// Writes everything outside ASCII as `\uXXXX`.
struct AsciiFormatter;

impl Formatter for AsciiFormatter {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() {
            return writer.write_all(fragment.as_bytes());
        }
        for unit in fragment.encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii() => writer.write_all(&[byte])?,
                _ => write!(writer, "\\u{unit:04x}")?,
            }
        }
        Ok(())
    }
}
