//! The finished bytecode in rows, all code objects one below the other, as `dis` lists them.

use std::fmt::Write as _;
use std::sync::Arc;

use super::StageRow;
use crate::bytecode::CodeObject;
use crate::bytecode::dis::listing;

/// The code object and all within, in the order in which `dis` shows them.
pub fn all_codes(code: &Arc<CodeObject>) -> Vec<Arc<CodeObject>> {
    let mut found = vec![Arc::clone(code)];
    for nested in code.nested() {
        found.extend(all_codes(nested));
    }
    found
}

/// A row for each instruction, with a head for each code object.
pub fn bytecode_rows(code: &Arc<CodeObject>) -> Vec<StageRow> {
    let mut rows = Vec::new();
    for (number, code) in all_codes(code).iter().enumerate() {
        let facts = format!(
            "stacksize {} · {} constants · {} names",
            code.co_stacksize,
            code.co_consts.len(),
            code.co_names.len()
        );
        rows.push(StageRow::new(0, &*code.co_qualname, facts).head());
        let listing = listing(code, None, &|_| 0);
        for instruction in &listing.instructions {
            let label = instruction
                .label
                .map_or_else(String::new, |label| format!("L{label}:"));
            let mut text = instruction
                .arg
                .map_or_else(String::new, |arg| format!("{arg:<3}"));
            if !instruction.argrepr.is_empty() {
                let _ = write!(text, " ({})", instruction.argrepr);
            }
            let mut row = StageRow::new(1, instruction.opcode.name(), text)
                .at(instruction.positions)
                .because(label);
            row.offset = Some((number, instruction.offset.0));
            rows.push(row);
        }
        for handler in &listing.exception_table {
            rows.push(StageRow::new(
                1,
                "exception table",
                format!(
                    "L{} to L{} → L{} [{}]{}",
                    handler.start_label,
                    handler.end_label,
                    handler.target_label,
                    handler.entry.depth,
                    if handler.entry.lasti { " lasti" } else { "" }
                ),
            ));
        }
    }
    rows
}
