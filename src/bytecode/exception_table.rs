//! The exception table of a code object: which handler takes over where.
//!
//! Mirrors `assemble_exception_table` in `Python/assemble.c`, `get_exception_handler` in
//! `Python/ceval.c` and `InternalDocs/exception_handling.md`. Numbers are written in groups of
//! six bits, highest first; bit 6 says that more follow, bit 7 marks the start of an entry.

/// An entry: an exception raised from `start` up to `end` goes to `target`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExceptionTableEntry {
    /// The first code unit.
    pub start: u32,
    /// The code unit behind the last one.
    pub end: u32,
    /// The code unit where the handler starts.
    pub target: u32,
    /// To this depth the stack is popped first.
    pub depth: u32,
    /// Whether the offset of the failed instruction is pushed before the exception.
    pub lasti: bool,
}

/// Adds an entry to a table.
pub fn push_entry(table: &mut Vec<u8>, entry: ExceptionTableEntry) {
    push_item(table, entry.start, 0x80);
    push_item(table, entry.end - entry.start, 0);
    push_item(table, entry.target, 0);
    push_item(table, entry.depth << 1 | u32::from(entry.lasti), 0);
}

fn push_item(table: &mut Vec<u8>, value: u32, mut mark: u8) {
    let mut shift = 0;
    while value >> shift >= 64 {
        shift += 6;
    }
    while shift > 0 {
        table.push((value >> shift & 0x3F) as u8 | 0x40 | mark);
        mark = 0;
        shift -= 6;
    }
    table.push((value & 0x3F) as u8 | mark);
}

/// All entries of a table, in order.
pub fn entries(co_exceptiontable: &[u8]) -> impl Iterator<Item = ExceptionTableEntry> {
    let mut bytes = co_exceptiontable.iter().copied();
    let mut item = move || {
        let mut byte = bytes.next()?;
        let mut value = u32::from(byte & 0x3F);
        while byte & 0x40 != 0 {
            byte = bytes.next()?;
            value = value << 6 | u32::from(byte & 0x3F);
        }
        Some(value)
    };
    std::iter::from_fn(move || {
        let start = item()?;
        let end = start + item()?;
        let target = item()?;
        let depth_lasti = item()?;
        Some(ExceptionTableEntry {
            start,
            end,
            target,
            depth: depth_lasti >> 1,
            lasti: depth_lasti & 1 != 0,
        })
    })
}

/// The handler for an exception raised at this code unit.
pub fn find_handler(co_exceptiontable: &[u8], unit: u32) -> Option<ExceptionTableEntry> {
    entries(co_exceptiontable)
        .take_while(|entry| entry.start <= unit)
        .find(|entry| unit < entry.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let list = [
            (0, 1, 5, 0, false),
            (64, 4160, 4096, 31, true),
            (300000, 300001, 262143, 32, false),
        ]
        .map(|(start, end, target, depth, lasti)| ExceptionTableEntry {
            start,
            end,
            target,
            depth,
            lasti,
        });
        let mut table = Vec::new();
        for entry in list {
            push_entry(&mut table, entry);
        }
        assert_eq!(entries(&table).collect::<Vec<_>>(), list);
        assert_eq!(find_handler(&table, 4159), Some(list[1]));
        assert_eq!(find_handler(&table, 1), None);
    }
}
