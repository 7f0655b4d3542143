//! Byte offsets of a source to lines and columns, and back.

use crate::base::SourceLocation;

/// Where each line of a source begins.
#[derive(Clone, Debug)]
pub struct LineTable {
    starts: Vec<u32>,
}

impl LineTable {
    /// The lines of `source`, which ends each with a line feed.
    pub fn new(source: &str) -> Self {
        let mut starts = Vec::with_capacity(source.len() / 32 + 1);
        starts.push(0);
        for (i, &byte) in source.as_bytes().iter().enumerate() {
            if byte == b'\n' {
                starts.push(i as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The number of the line, from 0, that holds byte `offset`.
    fn index(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The line, from 1, that holds byte `offset`.
    pub fn line(&self, offset: u32) -> i32 {
        self.index(offset) as i32 + 1
    }

    /// The line, from 1, and the column in bytes, from 0, of byte `offset`.
    pub fn line_and_column(&self, offset: u32) -> (i32, i32) {
        let index = self.index(offset);
        (index as i32 + 1, (offset - self.starts[index]) as i32)
    }

    /// Where line `line`, counted from 1, begins.
    pub fn start_of(&self, line: i32) -> u32 {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[index]
    }

    /// The location of the bytes from `start` to `end`.
    pub fn location(&self, start: u32, end: u32) -> SourceLocation {
        let (lineno, col_offset) = self.line_and_column(start);
        let (end_lineno, end_col_offset) = self.line_and_column(end);
        SourceLocation {
            lineno,
            end_lineno,
            col_offset,
            end_col_offset,
        }
    }
}
