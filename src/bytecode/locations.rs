//! The location table of a code object: which piece of the source each instruction comes from.
//!
//! Mirrors `write_location_info_entry` in `Python/assemble.c`, the readers in
//! `Objects/codeobject.c` and `InternalDocs/locations.md` (PEP 626, PEP 657). An entry covers
//! up to eight code units; its first byte is `0x80 | code << 3 | units - 1`.

use crate::base::SourceLocation;

/// Codes 0 to 9: same line, columns in one byte; the code is the start column divided by 8.
const CODE_ONE_LINE: u8 = 10;
const CODE_NO_COLUMNS: u8 = 13;
const CODE_LONG: u8 = 14;
const CODE_NONE: u8 = 15;
/// So many code units fit into one entry.
const MAX_UNITS: usize = 8;

/// Writes a location table.
#[derive(Clone, Debug)]
pub struct LocationTableWriter {
    bytes: Vec<u8>,
    lineno: i32,
}

impl LocationTableWriter {
    /// Starts a table for a code object that begins at this line.
    pub const fn new(co_firstlineno: i32) -> Self {
        Self {
            bytes: Vec::new(),
            lineno: co_firstlineno,
        }
    }

    /// Adds a run of code units that come from one place.
    pub fn push(&mut self, loc: SourceLocation, mut units: usize) {
        while units > MAX_UNITS {
            self.entry(loc, MAX_UNITS);
            units -= MAX_UNITS;
        }
        if units > 0 {
            self.entry(loc, units);
        }
    }

    /// The table.
    pub fn finish(self) -> Box<[u8]> {
        self.bytes.into()
    }

    fn first_byte(&mut self, code: u8, units: usize) {
        self.bytes.push(0x80 | code << 3 | (units - 1) as u8);
    }

    fn entry(&mut self, loc: SourceLocation, units: usize) {
        if loc.lineno < 0 {
            self.first_byte(CODE_NONE, units);
            return;
        }
        let line_delta = loc.lineno - self.lineno;
        let (column, end_column) = (loc.col_offset, loc.end_col_offset);
        if column < 0 || end_column < 0 {
            if loc.end_lineno == loc.lineno || loc.end_lineno < 0 {
                self.first_byte(CODE_NO_COLUMNS, units);
                self.signed_varint(line_delta);
                self.lineno = loc.lineno;
                return;
            }
        } else if loc.end_lineno == loc.lineno {
            if line_delta == 0 && column < 80 && (0..16).contains(&(end_column - column)) {
                self.first_byte((column >> 3) as u8, units);
                self.bytes
                    .push(((column & 7) << 4 | (end_column - column)) as u8);
                return;
            }
            if (0..3).contains(&line_delta) && column < 128 && end_column < 128 {
                self.first_byte(CODE_ONE_LINE + line_delta as u8, units);
                self.bytes.extend([column as u8, end_column as u8]);
                self.lineno = loc.lineno;
                return;
            }
        }
        self.first_byte(CODE_LONG, units);
        self.signed_varint(line_delta);
        self.varint((loc.end_lineno - loc.lineno) as u32);
        self.varint((column + 1) as u32);
        self.varint((end_column + 1) as u32);
        self.lineno = loc.lineno;
    }

    fn varint(&mut self, mut value: u32) {
        while value >= 64 {
            self.bytes.push(0x40 | (value & 0x3F) as u8);
            value >>= 6;
        }
        self.bytes.push(value as u8);
    }

    fn signed_varint(&mut self, value: i32) {
        let magnitude = value.unsigned_abs() << 1;
        self.varint(if value < 0 { magnitude | 1 } else { magnitude });
    }
}

/// An entry of a location table, read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocationEntry {
    /// The first code unit.
    pub start: u32,
    /// The code unit behind the last one.
    pub end: u32,
    /// Line -1 for no location, column -1 for no columns.
    pub loc: SourceLocation,
}

/// Reads a location table, entry by entry.
#[derive(Clone, Debug)]
pub struct LocationEntries<'a> {
    bytes: &'a [u8],
    lineno: i32,
    unit: u32,
}

/// The entries of a location table.
pub const fn entries(co_linetable: &[u8], co_firstlineno: i32) -> LocationEntries<'_> {
    LocationEntries {
        bytes: co_linetable,
        lineno: co_firstlineno,
        unit: 0,
    }
}

impl LocationEntries<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    fn varint(&mut self) -> Option<i32> {
        let mut value = 0_u32;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x3F).checked_shl(shift)?;
            shift += 6;
            if byte & 0x40 == 0 {
                return Some(value as i32);
            }
        }
    }

    fn signed_varint(&mut self) -> Option<i32> {
        let value = self.varint()? as u32;
        let magnitude = (value >> 1) as i32;
        Some(if value & 1 != 0 {
            -magnitude
        } else {
            magnitude
        })
    }
}

impl Iterator for LocationEntries<'_> {
    type Item = LocationEntry;

    fn next(&mut self) -> Option<LocationEntry> {
        let first = self.byte()?;
        let start = self.unit;
        let end = start + u32::from(first & 7) + 1;
        let code = first >> 3 & 15;
        let loc = match code {
            CODE_NONE => SourceLocation::NONE,
            CODE_LONG => {
                self.lineno += self.signed_varint()?;
                let end_lineno = self.lineno + self.varint()?;
                let column = self.varint()? - 1;
                SourceLocation::new(self.lineno, column, end_lineno, self.varint()? - 1)
            }
            CODE_NO_COLUMNS => {
                self.lineno += self.signed_varint()?;
                SourceLocation::new(self.lineno, -1, self.lineno, -1)
            }
            CODE_ONE_LINE.. => {
                self.lineno += i32::from(code - CODE_ONE_LINE);
                let column = i32::from(self.byte()?);
                SourceLocation::new(self.lineno, column, self.lineno, i32::from(self.byte()?))
            }
            _ => {
                let byte = self.byte()?;
                let column = i32::from(code << 3 | byte >> 4);
                let end_column = column + i32::from(byte & 15);
                SourceLocation::new(self.lineno, column, self.lineno, end_column)
            }
        };
        self.unit = end;
        Some(LocationEntry { start, end, loc })
    }
}

/// A run of code units that belongs to one line, as `co_lines()` gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRange {
    /// The first code unit; `co_lines()` counts in bytes.
    pub start: u32,
    /// The code unit behind the last one.
    pub end: u32,
    pub line: Option<i32>,
}

/// What `co_lines()` gives: neighboring entries with the same line are one range.
pub fn co_lines(co_linetable: &[u8], co_firstlineno: i32) -> Vec<LineRange> {
    let mut ranges: Vec<LineRange> = Vec::new();
    for entry in entries(co_linetable, co_firstlineno) {
        let line = (entry.loc.lineno >= 0).then_some(entry.loc.lineno);
        match ranges.last_mut() {
            Some(last) if last.line == line => last.end = entry.end,
            _ => ranges.push(LineRange {
                start: entry.start,
                end: entry.end,
                line,
            }),
        }
    }
    ranges
}

/// What `co_positions()` gives: the location of each code unit.
pub fn co_positions(co_linetable: &[u8], co_firstlineno: i32) -> Vec<SourceLocation> {
    entries(co_linetable, co_firstlineno)
        .flat_map(|entry| (entry.start..entry.end).map(move |_| entry.loc))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::bytecode::exception_table;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len() / 2)
            .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
            .collect()
    }

    /// Reads the tables that CPython wrote and writes them again.
    fn check(line: &str) {
        let code: serde_json::Value = serde_json::from_str(line).unwrap();
        let bytes = |field: &str| unhex(code[field].as_str().unwrap());
        let firstlineno = code["firstlineno"].as_i64().unwrap() as i32;

        let linetable = bytes("linetable");
        let read: Vec<_> = entries(&linetable, firstlineno).collect();
        let mut writer = LocationTableWriter::new(firstlineno);
        for run in read.chunk_by(|a, b| a.loc == b.loc) {
            writer.push(run[0].loc, (run[run.len() - 1].end - run[0].start) as usize);
        }
        assert_eq!(*writer.finish(), *linetable, "{}", code["qualname"]);
        let units = bytes("code").len() / 2;
        assert_eq!(co_positions(&linetable, firstlineno).len(), units);

        let table = bytes("exceptiontable");
        let mut written = Vec::new();
        for entry in exception_table::entries(&table) {
            exception_table::push_entry(&mut written, entry);
        }
        assert_eq!(written, table, "{}", code["qualname"]);
    }

    #[test]
    fn tables_of_cpython() {
        if let Some(path) = std::env::var_os("OUROSCOPE_CODE") {
            std::fs::read_to_string(path)
                .unwrap()
                .lines()
                .for_each(check);
        }
        for lines in [
            include_str!("../../tests/corpus/compile/classes.json"),
            include_str!("../../tests/corpus/compile/control_flow.json"),
            include_str!("../../tests/corpus/compile/expressions.json"),
            include_str!("../../tests/corpus/compile/extended_arg.json"),
        ] {
            lines.lines().for_each(check);
        }
    }
}
