//! The disassembler: instructions as rows for the window, and as the text of `python -m dis`.
//!
//! Mirrors `Lib/dis.py`.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use super::code::{CodeObject, CodeUnit};
use super::exception_table::{self, ExceptionTableEntry};
use super::locations;
use super::opcode::{
    CMP_OP, CONVERT_VALUE, FUNCTION_ATTR_FLAGS, Flag, INTRINSIC_1, INTRINSIC_2, NB_OPS, Opcode,
};
use super::repr::{Style, push_code, repr_constant};
use crate::base::{Offset, SourceLocation};

/// Opcode names are padded to this width.
const OPNAME_WIDTH: usize = 20;
/// Arguments are padded to this width.
const OPARG_WIDTH: usize = 5;
/// What stands for the line of instructions that belong to none.
const NO_LINENO: &str = "  --";

/// What to show.
#[derive(Clone, Copy)]
pub struct DisOptions<'a> {
    /// A line for each unit of the inline caches (`-C`).
    pub show_caches: bool,
    /// A column with the offset in bytes (`-O`).
    pub show_offsets: bool,
    /// The address that the `repr` of a code object shows.
    pub address_of: &'a dyn Fn(&CodeObject) -> u64,
}

impl Default for DisOptions<'_> {
    fn default() -> Self {
        Self {
            show_caches: false,
            show_offsets: false,
            address_of: &|_| 0,
        }
    }
}

/// A field of an inline cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CacheField {
    pub name: &'static str,
    /// How many code units it takes.
    pub units: u8,
    pub value: u64,
}

/// One row of a listing, as `dis.Instruction`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// The opcode as it stands in the code: specialized where live code was given.
    pub opcode: Opcode,
    /// The argument with what the `EXTENDED_ARG` prefixes add; `None` where the opcode has none.
    pub arg: Option<u32>,
    /// What the argument means.
    pub argrepr: String,
    pub offset: Offset,
    /// Where the `EXTENDED_ARG` prefixes start; else as `offset`.
    pub start_offset: Offset,
    /// Whether a new line of the source starts here.
    pub starts_line: bool,
    pub line_number: Option<i32>,
    /// The number of the label in front of it.
    pub label: Option<u32>,
    /// Where a jump leads.
    pub jump_target: Option<Offset>,
    pub positions: SourceLocation,
    pub cache_info: Vec<CacheField>,
}

impl Instruction {
    /// The first code unit behind the instruction and its inline cache.
    pub fn end_offset(&self) -> Offset {
        Offset(self.offset.0 + 1 + self.opcode.cache_entries() as u32)
    }
}

/// An entry of the exception table with the labels of its ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExceptionRow {
    pub entry: ExceptionTableEntry,
    pub start_label: u32,
    pub end_label: u32,
    pub target_label: u32,
}

/// A listing of one code object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    pub instructions: Vec<Instruction>,
    pub exception_table: Vec<ExceptionRow>,
    /// How many labels there are.
    pub labels: usize,
    /// The width of the column of line numbers; 0 without lines.
    pub lineno_width: usize,
}

/// Lists a code object. `live` is its code as the machine changed it: specialized opcodes and
/// filled inline caches.
pub fn listing(
    code: &CodeObject,
    live: Option<&[CodeUnit]>,
    address_of: &dyn Fn(&CodeObject) -> u64,
) -> Listing {
    let units: Vec<UnpackedUnit> = unpack_opargs(&code.co_code).collect();
    let table: Vec<_> = exception_table::entries(&code.co_exceptiontable).collect();
    let labels = labels(&units, &table);
    let label_at = |unit: u32| {
        labels
            .binary_search(&unit)
            .ok()
            .map(|index| index as u32 + 1)
    };
    let lines = locations::co_lines(&code.co_linetable, code.co_firstlineno);
    let positions = locations::co_positions(&code.co_linetable, code.co_firstlineno);
    let mut next_line = lines.iter().peekable();
    let mut line_number = None;
    let instructions = units
        .iter()
        .map(|unit| {
            let starts = next_line.next_if(|range| range.start == unit.offset);
            if let Some(range) = starts {
                line_number = range.line;
            }
            let index = unit.offset as usize;
            let live_units = live.unwrap_or(&code.co_code);
            let opcode =
                Opcode::from_number(u16::from(live_units[index].opcode)).unwrap_or(unit.opcode);
            let jump_target = unit.jump_target();
            Instruction {
                opcode,
                arg: unit.arg,
                argrepr: unit.arg.map_or_else(String::new, |arg| {
                    argrepr(
                        code,
                        opcode.deopt(),
                        arg,
                        jump_target.and_then(label_at),
                        address_of,
                    )
                }),
                offset: Offset(unit.offset),
                start_offset: Offset(unit.start_offset),
                starts_line: starts.is_some(),
                line_number,
                label: label_at(unit.offset),
                jump_target: jump_target.map(Offset),
                positions: positions
                    .get(index)
                    .copied()
                    .unwrap_or(SourceLocation::NONE),
                cache_info: cache_info(unit.opcode, &live_units[index + 1..]),
            }
        })
        .collect();
    let exception_table = table
        .into_iter()
        .map(|entry| ExceptionRow {
            entry,
            start_label: label_at(entry.start).unwrap_or(0),
            end_label: label_at(entry.end).unwrap_or(0),
            target_label: label_at(entry.target).unwrap_or(0),
        })
        .collect();
    Listing {
        instructions,
        exception_table,
        labels: labels.len(),
        lineno_width: lineno_width(&lines),
    }
}

/// An instruction as it stands in the code, with its prefixes added up.
struct UnpackedUnit {
    offset: u32,
    start_offset: u32,
    opcode: Opcode,
    arg: Option<u32>,
}

impl UnpackedUnit {
    fn jump_target(&self) -> Option<u32> {
        let arg = self.arg.filter(|_| self.opcode.is_jump())?;
        let origin = self.offset + 1 + self.opcode.cache_entries() as u32;
        Some(if self.opcode.is_backwards_jump() {
            origin.wrapping_sub(arg)
        } else {
            origin.wrapping_add(arg)
        })
    }
}

/// Walks the instructions, prefixes included, inline caches left out (`_unpack_opargs`).
fn unpack_opargs(code: &[CodeUnit]) -> impl Iterator<Item = UnpackedUnit> {
    let mut at = 0;
    let mut extended_arg = 0;
    let mut prefixes = 0;
    std::iter::from_fn(move || {
        let unit = *code.get(at)?;
        let offset = at as u32;
        let opcode = Opcode::from_number(u16::from(unit.opcode))
            .unwrap_or(Opcode::RESERVED)
            .deopt();
        at += 1 + opcode.cache_entries();
        let arg = opcode
            .has_arg()
            .then(|| extended_arg | u32::from(unit.oparg));
        let start_offset = offset - prefixes;
        if opcode == Opcode::EXTENDED_ARG {
            extended_arg = arg.unwrap_or(0) << 8;
            prefixes += 1;
            return Some(UnpackedUnit {
                offset,
                start_offset: offset,
                opcode,
                arg,
            });
        }
        extended_arg = 0;
        prefixes = 0;
        Some(UnpackedUnit {
            offset,
            start_offset,
            opcode,
            arg,
        })
    })
}

/// The sorted places that a jump or the exception table names (`_make_labels_map`).
fn labels(units: &[UnpackedUnit], table: &[ExceptionTableEntry]) -> Vec<u32> {
    let jumps = units.iter().filter_map(UnpackedUnit::jump_target);
    let handlers = table
        .iter()
        .flat_map(|entry| [entry.start, entry.end, entry.target]);
    let places: BTreeSet<u32> = jumps.chain(handlers).collect();
    places.into_iter().collect()
}

/// The inline cache of an instruction, from the units behind it.
fn cache_info(opcode: Opcode, mut units: &[CodeUnit]) -> Vec<CacheField> {
    let layout = opcode.info().cache_layout;
    let field = |&(name, size): &(&'static str, u8)| {
        let (own, rest) = units.split_at(usize::from(size).min(units.len()));
        units = rest;
        let value = own.iter().rev().fold(0, |value, unit| {
            value << 16 | u64::from(unit.oparg) << 8 | u64::from(unit.opcode)
        });
        CacheField {
            name,
            units: size,
            value,
        }
    };
    layout.iter().map(field).collect()
}

/// What the argument means (`get_argval_argrepr`); empty where it is only a number.
fn argrepr(
    code: &CodeObject,
    opcode: Opcode,
    arg: u32,
    target_label: Option<u32>,
    address_of: &dyn Fn(&CodeObject) -> u64,
) -> String {
    let index = arg as usize;
    let name = |index: u32| code.co_names.get(index as usize).map_or("", |name| name);
    let local = |index: u32| {
        let names = &code.co_localsplusnames;
        names.get(index as usize).map_or("", |name| name)
    };
    let table = |texts: &[&str]| texts.get(index).copied().unwrap_or("").to_owned();
    match opcode {
        Opcode::LOAD_GLOBAL if arg & 1 != 0 => format!("{} + NULL", name(arg >> 1)),
        Opcode::LOAD_GLOBAL => name(arg >> 1).to_owned(),
        Opcode::LOAD_ATTR if arg & 1 != 0 => format!("{} + NULL|self", name(arg >> 1)),
        Opcode::LOAD_ATTR => name(arg >> 1).to_owned(),
        Opcode::LOAD_SUPER_ATTR if arg & 1 != 0 => format!("{} + NULL|self", name(arg >> 2)),
        Opcode::LOAD_SUPER_ATTR => name(arg >> 2).to_owned(),
        Opcode::LOAD_FAST_LOAD_FAST
        | Opcode::STORE_FAST_LOAD_FAST
        | Opcode::STORE_FAST_STORE_FAST => format!("{}, {}", local(arg >> 4), local(arg & 15)),
        Opcode::COMPARE_OP => {
            let symbol = CMP_OP.get(index >> 5).copied().unwrap_or("");
            if arg & 16 != 0 {
                format!("bool({symbol})")
            } else {
                symbol.to_owned()
            }
        }
        Opcode::CONVERT_VALUE => table(&CONVERT_VALUE),
        Opcode::SET_FUNCTION_ATTRIBUTE => {
            let set = |&(bit, _): &(usize, &&str)| arg & 1 << bit != 0;
            let names = FUNCTION_ATTR_FLAGS.iter().enumerate().filter(set);
            names.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
        }
        Opcode::BINARY_OP => NB_OPS
            .get(index)
            .map_or("", |(_, symbol)| symbol)
            .to_owned(),
        Opcode::CALL_INTRINSIC_1 => table(&INTRINSIC_1),
        Opcode::CALL_INTRINSIC_2 => table(&INTRINSIC_2),
        _ if opcode.has(Flag::CONST) => code
            .co_consts
            .get(index)
            .map_or_else(String::new, |constant| {
                repr_constant(constant, Style::Repr(address_of))
            }),
        _ if opcode.has(Flag::NAME) => name(arg).to_owned(),
        _ if opcode.is_jump() => {
            target_label.map_or_else(String::new, |label| format!("to L{label}"))
        }
        _ if opcode.has(Flag::LOCAL) || opcode.has(Flag::FREE) => local(arg).to_owned(),
        _ => String::new(),
    }
}

/// The width of the column of line numbers (`_get_lineno_width`).
fn lineno_width(lines: &[locations::LineRange]) -> usize {
    // Line 0 counts as none here, as CPython filters it out.
    let Some(highest) = lines
        .iter()
        .filter_map(|range| range.line)
        .filter(|&l| l != 0)
        .max()
    else {
        return 0;
    };
    let width = highest.to_string().len().max(3);
    if width < NO_LINENO.len() && lines.iter().any(|range| range.line.is_none()) {
        return NO_LINENO.len();
    }
    width
}

/// Writes the listing of a code object and of all code objects among its constants, as
/// `dis.dis` does.
pub fn dis(out: &mut dyn Write, code: &CodeObject, options: &DisOptions<'_>) -> fmt::Result {
    disassemble(out, code, None, options)?;
    for nested in code.nested() {
        let mut repr = String::new();
        push_code(&mut repr, nested, (options.address_of)(nested));
        writeln!(out, "\nDisassembly of {repr}:")?;
        dis(out, nested, options)?;
    }
    Ok(())
}

/// Writes the listing of one code object. `lasti` is the instruction to mark.
pub fn disassemble(
    out: &mut dyn Write,
    code: &CodeObject,
    lasti: Option<Offset>,
    options: &DisOptions<'_>,
) -> fmt::Result {
    let listing = listing(code, None, options.address_of);
    write_listing(out, code, &listing, lasti, options)
}

/// Writes a listing as text.
pub fn write_listing(
    out: &mut dyn Write,
    code: &CodeObject,
    listing: &Listing,
    lasti: Option<Offset>,
    options: &DisOptions<'_>,
) -> fmt::Result {
    let last_offset = (2 * code.co_code.len()).saturating_sub(2);
    let widths = Widths {
        lineno: listing.lineno_width,
        label: 4 + listing.labels.to_string().len(),
        offset: if options.show_offsets {
            last_offset.max(9999).to_string().len()
        } else {
            0
        },
    };
    for instr in &listing.instructions {
        let end = instr.end_offset();
        let is_current = lasti.is_some_and(|lasti| instr.offset <= lasti && lasti < end);
        widths.write_line(out, instr, is_current)?;
        if options.show_caches {
            let mut offset = instr.offset;
            for field in &instr.cache_info {
                for unit in 0..field.units {
                    offset.0 += 1;
                    let argrepr = if unit == 0 {
                        format!("{}: {}", field.name, field.value)
                    } else {
                        String::new()
                    };
                    let cache = Instruction {
                        opcode: Opcode::CACHE,
                        arg: Some(0),
                        argrepr,
                        offset,
                        start_offset: offset,
                        starts_line: false,
                        line_number: None,
                        label: None,
                        jump_target: None,
                        positions: instr.positions,
                        cache_info: Vec::new(),
                    };
                    widths.write_line(out, &cache, false)?;
                }
            }
        }
    }
    if !listing.exception_table.is_empty() {
        writeln!(out, "ExceptionTable:")?;
    }
    for row in &listing.exception_table {
        let ExceptionRow {
            entry,
            start_label,
            end_label,
            target_label,
        } = row;
        let lasti = if entry.lasti { " lasti" } else { "" };
        let depth = entry.depth;
        writeln!(
            out,
            "  L{start_label} to L{end_label} -> L{target_label} [{depth}]{lasti}"
        )?;
    }
    Ok(())
}

/// The widths of the columns; 0 leaves a column out.
struct Widths {
    lineno: usize,
    label: usize,
    offset: usize,
}

impl Widths {
    /// Writes one instruction (`print_instruction_line`).
    fn write_line(
        &self,
        out: &mut dyn Write,
        instr: &Instruction,
        is_current: bool,
    ) -> fmt::Result {
        let mut line = String::new();
        if self.lineno > 0 {
            if instr.starts_line && instr.offset.0 > 0 {
                out.write_char('\n')?;
            }
            let lineno = match instr.line_number {
                _ if !instr.starts_line => String::new(),
                Some(lineno) => lineno.to_string(),
                None => NO_LINENO.to_owned(),
            };
            write!(line, "{lineno:>0$} ", self.lineno)?;
        }
        let label = instr
            .label
            .map_or_else(String::new, |label| format!("L{label}:"));
        write!(line, "{label:>0$} ", self.label)?;
        if self.offset > 0 {
            write!(line, "{:>1$}   ", 2 * instr.offset.0, self.offset)?;
        }
        line.push_str(if is_current { "--> " } else { "    " });
        let opname = instr.opcode.name();
        write!(line, "{opname:<OPNAME_WIDTH$}")?;
        if let Some(arg) = instr.arg {
            // A name that is too long takes some of the argument's place.
            let excess = opname.len().saturating_sub(OPNAME_WIDTH);
            write!(line, " {arg:>0$}", OPARG_WIDTH.saturating_sub(excess))?;
            if !instr.argrepr.is_empty() {
                write!(line, " ({})", instr.argrepr)?;
            }
        }
        writeln!(out, "{}", line.trim_end())
    }
}
