//! Code objects in a recording: flat, so that reading one never recurses.
//!
//! A code object holds others among its constants, and tuples hold constants. Here the inner
//! code objects come first in a list, and constants are written as for a stack machine: the
//! items of a tuple, then the tuple with its length.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{BigInt, Text};
use crate::bytecode::CodeObject;
use crate::bytecode::code::{CodeUnit, Constant, LocalKind};

/// Tuples and functions nested more deeply are refused when read.
const MAX_DEPTH: usize = 400;

/// A code object with those inside it: the last is the whole, others come before their users.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CodeRecord {
    codes: Vec<FlatCode>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FlatCode {
    name: String,
    qualname: String,
    filename: String,
    argcount: u32,
    posonlyargcount: u32,
    kwonlyargcount: u32,
    flags: u32,
    stacksize: u32,
    firstlineno: i32,
    code: Vec<u8>,
    consts: Vec<FlatConstant>,
    names: Vec<String>,
    localsplusnames: Vec<String>,
    localspluskinds: Vec<u8>,
    exceptiontable: Vec<u8>,
    linetable: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
enum FlatConstant {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    /// In hexadecimal.
    BigInt(String),
    Float(f64),
    Complex(f64, f64),
    Str(String),
    /// A string with lone surrogates.
    Points(Vec<u32>),
    Bytes(Vec<u8>),
    /// Takes so many constants before it.
    Tuple(u32),
    FrozenSet(u32),
    /// By position in the record.
    Code(u32),
}

impl CodeRecord {
    pub(super) fn of(code: &CodeObject) -> Self {
        let mut record = Self { codes: Vec::new() };
        record.add(code);
        record
    }

    fn add(&mut self, code: &CodeObject) -> u32 {
        let mut consts = Vec::new();
        for constant in &code.co_consts {
            self.flatten(constant, &mut consts);
        }
        let strings = |names: &[Arc<str>]| names.iter().map(|name| (**name).to_owned()).collect();
        self.codes.push(FlatCode {
            name: (*code.co_name).to_owned(),
            qualname: (*code.co_qualname).to_owned(),
            filename: (*code.co_filename).to_owned(),
            argcount: code.co_argcount,
            posonlyargcount: code.co_posonlyargcount,
            kwonlyargcount: code.co_kwonlyargcount,
            flags: code.co_flags,
            stacksize: code.co_stacksize,
            firstlineno: code.co_firstlineno,
            code: code.co_code_bytes(),
            consts,
            names: strings(&code.co_names),
            localsplusnames: strings(&code.co_localsplusnames),
            localspluskinds: code.co_localspluskinds.iter().map(|kind| kind.0).collect(),
            exceptiontable: code.co_exceptiontable.to_vec(),
            linetable: code.co_linetable.to_vec(),
        });
        self.codes.len() as u32 - 1
    }

    fn flatten(&mut self, constant: &Constant, out: &mut Vec<FlatConstant>) {
        let flat = match constant {
            Constant::None => FlatConstant::None,
            Constant::Ellipsis => FlatConstant::Ellipsis,
            Constant::Bool(value) => FlatConstant::Bool(*value),
            Constant::Int(value) => match i64::try_from(value) {
                Ok(small) => FlatConstant::Int(small),
                Err(_) => FlatConstant::BigInt(value.in_radix(16).to_string()),
            },
            Constant::Float(value) => FlatConstant::Float(*value),
            Constant::Complex { real, imag } => FlatConstant::Complex(*real, *imag),
            Constant::Str(text) => match text.to_utf8() {
                Some(utf8) => FlatConstant::Str(utf8),
                None => FlatConstant::Points(text.code_points().collect()),
            },
            Constant::Bytes(bytes) => FlatConstant::Bytes(bytes.to_vec()),
            Constant::Tuple(items) => {
                items.iter().for_each(|item| self.flatten(item, out));
                FlatConstant::Tuple(items.len() as u32)
            }
            Constant::FrozenSet(items) => {
                items.iter().for_each(|item| self.flatten(item, out));
                FlatConstant::FrozenSet(items.len() as u32)
            }
            Constant::Code(code) => FlatConstant::Code(self.add(code)),
        };
        out.push(flat);
    }

    /// The code object; `None` when the record makes no sense.
    pub(super) fn build(self) -> Option<Arc<CodeObject>> {
        let mut built: Vec<(Arc<CodeObject>, usize)> = Vec::new();
        for flat in self.codes {
            let mut stack: Vec<(Constant, usize)> = Vec::new();
            for constant in flat.consts {
                let next = build_constant(constant, &mut stack, &built)?;
                stack.push(next);
            }
            let depth = stack.iter().map(|(_, depth)| depth + 1).max().unwrap_or(0);
            if depth > MAX_DEPTH || flat.code.len() % 2 != 0 {
                return None;
            }
            let units = flat.code.chunks_exact(2);
            let units = units.map(|unit| CodeUnit {
                opcode: unit[0],
                oparg: unit[1],
            });
            let arcs = |names: Vec<String>| names.into_iter().map(Arc::from).collect();
            let code = CodeObject {
                co_name: flat.name.into(),
                co_qualname: flat.qualname.into(),
                co_filename: flat.filename.into(),
                co_argcount: flat.argcount,
                co_posonlyargcount: flat.posonlyargcount,
                co_kwonlyargcount: flat.kwonlyargcount,
                co_flags: flat.flags,
                co_stacksize: flat.stacksize,
                co_firstlineno: flat.firstlineno,
                co_code: units.collect(),
                co_consts: stack.into_iter().map(|(constant, _)| constant).collect(),
                co_names: arcs(flat.names),
                co_localsplusnames: arcs(flat.localsplusnames),
                co_localspluskinds: flat.localspluskinds.into_iter().map(LocalKind).collect(),
                co_exceptiontable: flat.exceptiontable.into(),
                co_linetable: flat.linetable.into(),
            };
            built.push((Arc::new(code), depth));
        }
        built.pop().map(|(code, _)| code)
    }
}

/// A constant with how deeply it nests.
fn build_constant(
    flat: FlatConstant,
    stack: &mut Vec<(Constant, usize)>,
    built: &[(Arc<CodeObject>, usize)],
) -> Option<(Constant, usize)> {
    let mut take = |count: u32| {
        let first = stack.len().checked_sub(count as usize)?;
        let items = stack.split_off(first);
        let depth = items.iter().map(|(_, depth)| depth + 1).max().unwrap_or(0);
        let items: Arc<[Constant]> = items.into_iter().map(|(constant, _)| constant).collect();
        (depth <= MAX_DEPTH).then_some((items, depth))
    };
    Some(match flat {
        FlatConstant::None => (Constant::None, 0),
        FlatConstant::Ellipsis => (Constant::Ellipsis, 0),
        FlatConstant::Bool(value) => (Constant::Bool(value), 0),
        FlatConstant::Int(value) => (Constant::int(value), 0),
        FlatConstant::BigInt(digits) => {
            (Constant::Int(BigInt::from_str_radix(&digits, 16).ok()?), 0)
        }
        FlatConstant::Float(value) => (Constant::Float(value), 0),
        FlatConstant::Complex(real, imag) => (Constant::Complex { real, imag }, 0),
        FlatConstant::Str(text) => (Constant::str(&text), 0),
        FlatConstant::Points(points) => {
            let valid = points.iter().all(|&point| point <= 0x10_ffff);
            (
                Constant::Str(Arc::new(Text::from_code_points(valid.then_some(&points)?))),
                0,
            )
        }
        FlatConstant::Bytes(bytes) => (Constant::Bytes(bytes.into()), 0),
        FlatConstant::Tuple(count) => {
            let (items, depth) = take(count)?;
            (Constant::Tuple(items), depth)
        }
        FlatConstant::FrozenSet(count) => {
            let (items, depth) = take(count)?;
            (Constant::FrozenSet(items), depth)
        }
        FlatConstant::Code(at) => {
            let (code, depth) = built.get(at as usize)?;
            (Constant::Code(Arc::clone(code)), *depth)
        }
    })
}
