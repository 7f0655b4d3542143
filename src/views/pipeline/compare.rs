//! What changes in the bytecode when the source changes: two versions, code object by code object.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Arc;

use super::bytecode::all_codes;
use super::{Mark, StageRow};
use crate::base::SourceLocation;
use crate::bytecode::dis::listing;
use crate::bytecode::repr::{Style, repr_constant};
use crate::bytecode::{CodeObject, Constant};
use crate::compiler::{CompileOptions, compile};

/// Unchanged instructions shown around a change.
const CONTEXT: usize = 3;
/// Cells of the table in which two listings are aligned; beyond it a block counts as replaced.
const LARGEST_TABLE: usize = 4_000_000;

/// How two versions of a program differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// Each changed code object with its instructions; places are those of the version that the
    /// row belongs to.
    pub rows: Vec<StageRow>,
    pub added: usize,
    pub removed: usize,
    /// Code objects that are the same in both.
    pub unchanged: usize,
}

impl Comparison {
    /// Compiles both and compares them; the text of the error where one is not valid.
    pub fn new(old: &[u8], new: &[u8], filename: &str) -> Result<Self, String> {
        let codes = |source: &[u8]| {
            compile(source, &CompileOptions::exec(filename))
                .map(|compiled| all_codes(&compiled.code))
                .map_err(|error| error.to_string())
        };
        Ok(Self::of(&codes(old)?, &codes(new)?))
    }

    fn of(old: &[Arc<CodeObject>], new: &[Arc<CodeObject>]) -> Self {
        let mut found = Self {
            rows: Vec::new(),
            added: 0,
            removed: 0,
            unchanged: 0,
        };
        // Several code objects may have one name; the first goes with the first.
        let mut waiting: HashMap<&str, Vec<&Arc<CodeObject>>> = HashMap::new();
        for code in old.iter().rev() {
            waiting.entry(&code.co_qualname).or_default().push(code);
        }
        let mut pairs: Vec<(Option<&Arc<CodeObject>>, _)> = new
            .iter()
            .map(|code| {
                let partner = waiting.get_mut(&*code.co_qualname).and_then(Vec::pop);
                (partner, Some(code))
            })
            .collect();
        for code in old {
            let left = waiting.get(&*code.co_qualname);
            if left.is_some_and(|left| left.iter().any(|other| Arc::ptr_eq(other, code))) {
                pairs.push((Some(code), None));
            }
        }
        for (old, new) in pairs {
            found.compare(old.map(|code| &**code), new.map(|code| &**code));
        }
        found
    }

    fn compare(&mut self, old: Option<&CodeObject>, new: Option<&CodeObject>) {
        let before = old.map(instructions).unwrap_or_default();
        let after = new.map(instructions).unwrap_or_default();
        let facts = match (old, new) {
            (Some(old), Some(new)) => changed_facts(old, new),
            _ => Vec::new(),
        };
        let steps = align(&before, &after);
        let same = steps.iter().all(|step| matches!(step, Step::Both(_)));
        if same && facts.is_empty() && old.is_some() && new.is_some() {
            self.unchanged += 1;
            return;
        }
        let (name, what, mark) = match (old, new) {
            (Some(old), None) => (&old.co_qualname, "is gone", Mark::Removed),
            (None, Some(new)) => (&new.co_qualname, "is new", Mark::Added),
            (_, Some(new)) => (&new.co_qualname, "", Mark::Head),
            (None, None) => return,
        };
        let mut head = StageRow::new(0, &**name, what).head();
        if mark != Mark::Head {
            head = head.marked(mark);
        }
        self.rows.push(head);
        for fact in facts {
            self.rows.push(fact);
        }
        let near_change = |index: usize| {
            let from = index.saturating_sub(CONTEXT);
            let to = (index + CONTEXT + 1).min(steps.len());
            steps[from..to]
                .iter()
                .any(|step| !matches!(step, Step::Both(_)))
        };
        let mut left_out = 0;
        for (index, step) in steps.iter().enumerate() {
            let row = match *step {
                Step::Both(to) => {
                    if !near_change(index) {
                        left_out += 1;
                        continue;
                    }
                    after[to].row(Mark::Plain)
                }
                Step::Removed(from) => {
                    self.removed += 1;
                    before[from].row(Mark::Removed)
                }
                Step::Added(to) => {
                    self.added += 1;
                    after[to].row(Mark::Added)
                }
            };
            self.leave_out(&mut left_out);
            self.rows.push(row);
        }
        self.leave_out(&mut left_out);
    }

    fn leave_out(&mut self, count: &mut usize) {
        if *count > 0 {
            let text = match *count {
                1 => "1 instruction as before".to_owned(),
                n => format!("{n} instructions as before"),
            };
            self.rows.push(StageRow::new(1, "…", text));
        }
        *count = 0;
    }

    /// Writes the comparison as text, with `-` and `+` before what went and came.
    pub fn write(&self, out: &mut dyn Write) -> fmt::Result {
        for row in &self.rows {
            let sign = match row.mark {
                Mark::Added => '+',
                Mark::Removed => '-',
                Mark::Plain | Mark::Changed | Mark::Head => ' ',
            };
            if row.indent == 0 {
                let text = format!("{} {}", row.name, row.text);
                writeln!(out, "{sign} code {}", text.trim_end())?;
                continue;
            }
            let line = row.line().map_or_else(String::new, |line| line.to_string());
            let text = format!("{sign} {line:>5}  {:<24} {}", row.name, row.text);
            writeln!(out, "{}", text.trim_end())?;
        }
        writeln!(
            out,
            "{} instructions added, {} removed; {} code objects as before",
            self.added, self.removed, self.unchanged
        )
    }
}

/// An instruction in the form in which it is compared: without what moves when code is put in
/// before it.
struct Compared {
    opcode: &'static str,
    argument: String,
    loc: SourceLocation,
}

impl Compared {
    fn row(&self, mark: Mark) -> StageRow {
        StageRow::new(1, self.opcode, self.argument.clone())
            .marked(mark)
            .at(self.loc)
    }

    fn same(&self, other: &Self) -> bool {
        self.opcode == other.opcode && self.argument == other.argument
    }
}

fn instructions(code: &CodeObject) -> Vec<Compared> {
    let listing = listing(code, None, &|_| 0);
    let line_of = |offset| {
        let target = listing
            .instructions
            .iter()
            .find(|other| other.offset == offset || other.start_offset == offset);
        target.and_then(|target| target.line_number)
    };
    // Where a jump leads is told by line, from the line it stands on.
    listing
        .instructions
        .iter()
        .map(|instruction| {
            let argument = if let Some(target) = instruction.jump_target {
                match (line_of(target), instruction.line_number) {
                    (Some(to), Some(from)) if to > from => format!("{} lines down", to - from),
                    (Some(to), Some(from)) if to < from => format!("{} lines up", from - to),
                    (Some(_), Some(_)) => "on this line".to_owned(),
                    _ => "to no line".to_owned(),
                }
            } else if instruction.argrepr.starts_with("<code object") {
                let name = instruction.argrepr.split(' ').nth(2).unwrap_or_default();
                format!("code {name}")
            } else if instruction.argrepr.is_empty() {
                instruction
                    .arg
                    .map_or_else(String::new, |arg| arg.to_string())
            } else {
                instruction.argrepr.clone()
            };
            Compared {
                opcode: instruction.opcode.name(),
                argument,
                loc: instruction.positions,
            }
        })
        .collect()
}

/// Rows for the fields of the code object that differ, beside its instructions.
fn changed_facts(old: &CodeObject, new: &CodeObject) -> Vec<StageRow> {
    let names = |names: Vec<&Arc<str>>| {
        let names: Vec<&str> = names.into_iter().map(|name| &**name).collect();
        names.join(", ")
    };
    let constants = |code: &CodeObject| {
        let texts: Vec<String> = code
            .co_consts
            .iter()
            .map(|constant| match constant {
                Constant::Code(code) => format!("code {}", code.co_name),
                other => repr_constant(other, Style::Repr(&|_| 0)),
            })
            .collect();
        texts.join(", ")
    };
    let facts = |code: &CodeObject| {
        [
            ("co_stacksize", code.co_stacksize.to_string()),
            ("co_flags", format!("{:#x}", code.co_flags)),
            ("co_consts", constants(code)),
            ("co_names", names(code.co_names.iter().collect())),
            ("co_varnames", names(code.co_varnames().collect())),
            ("co_cellvars", names(code.co_cellvars().collect())),
            ("co_freevars", names(code.co_freevars().collect())),
        ]
    };
    facts(old)
        .into_iter()
        .zip(facts(new))
        .filter(|((_, old), (_, new))| old != new)
        .flat_map(|((name, old), (_, new))| {
            [
                StageRow::new(1, name, old).marked(Mark::Removed),
                StageRow::new(1, name, new).marked(Mark::Added),
            ]
        })
        .collect()
}

/// A step from the old list to the new one.
#[derive(Clone, Copy)]
enum Step {
    /// In both; an index of the new list, as for `Added`.
    Both(usize),
    /// An index of the old list.
    Removed(usize),
    Added(usize),
}

/// The longest common subsequence of two lists, as steps.
fn align(old: &[Compared], new: &[Compared]) -> Vec<Step> {
    let head = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old.same(new))
        .count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(old, new)| old.same(new))
        .count();
    let (rows, columns) = (old.len() - head - tail, new.len() - head - tail);
    let mut steps: Vec<Step> = (0..head).map(Step::Both).collect();
    if rows.saturating_mul(columns) > LARGEST_TABLE {
        steps.extend((head..head + rows).map(Step::Removed));
        steps.extend((head..head + columns).map(Step::Added));
    } else {
        // How much is common from each pair of places on.
        let width = columns + 1;
        let mut common = vec![0_u32; (rows + 1) * width];
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                common[row * width + column] = if old[head + row].same(&new[head + column]) {
                    common[(row + 1) * width + column + 1] + 1
                } else {
                    common[(row + 1) * width + column].max(common[row * width + column + 1])
                };
            }
        }
        let (mut row, mut column) = (0, 0);
        while row < rows || column < columns {
            let here = row * width + column;
            if row < rows && column < columns && old[head + row].same(&new[head + column]) {
                steps.push(Step::Both(head + column));
                row += 1;
                column += 1;
            } else if column == columns || row < rows && common[here + width] >= common[here + 1] {
                steps.push(Step::Removed(head + row));
                row += 1;
            } else {
                steps.push(Step::Added(head + column));
                column += 1;
            }
        }
    }
    steps.extend((new.len() - tail..new.len()).map(Step::Both));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let found =
            Comparison::new(old.as_bytes(), new.as_bytes(), "f.py").expect("both are valid");
        let mut text = String::new();
        found.write(&mut text).expect("writing to a string");
        assert_eq!(text.trim(), expected.trim());
    }

    #[test]
    fn a_comment_changes_nothing() {
        check(
            "def f(): pass\nx = 1\n",
            "# why\ndef f(): pass\n\nx = 1\n",
            "0 instructions added, 0 removed; 2 code objects as before",
        );
    }

    #[test]
    fn what_came_and_went_is_told_apart() {
        check(
            "x = y in (a, b)\n",
            "x = y in (1, 2)\ndef f(): pass\n",
            "
  code <module>
-        co_stacksize             3
+        co_stacksize             2
-        co_consts                None
+        co_consts                (1, 2), code f, None
-        co_names                 y, a, b, x
+        co_names                 y, x, f
         RESUME                   0
      1  LOAD_NAME                y
-     1  LOAD_NAME                a
-     1  LOAD_NAME                b
-     1  BUILD_TUPLE              2
+     1  LOAD_CONST               (1, 2)
      1  CONTAINS_OP              0
      1  STORE_NAME               x
+     2  LOAD_CONST               code f
+     2  MAKE_FUNCTION
+     2  STORE_NAME               f
      2  RETURN_CONST             None
+ code f is new
+     2  RESUME                   0
+     2  RETURN_CONST             None
6 instructions added, 3 removed; 0 code objects as before",
        );
    }
}
