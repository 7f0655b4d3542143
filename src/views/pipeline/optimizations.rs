//! Every optimization of one program, before and after, with the reason in words.
//!
//! Mirrors the order in which CPython applies them: `Python/ast_opt.c`, `Python/symtable.c`,
//! `Python/flowgraph.c`.

use std::collections::{HashMap, HashSet};

use super::graph::{changed_by, instruction_row};
use super::{Mark, StageRow};
use crate::base::SourceLocation;
use crate::bytecode::repr::{Style, repr_constant};
use crate::compiler::ast_opt::{FoldRule, Folding};
use crate::compiler::codegen::UnitStages;
use crate::compiler::compile::Stages;
use crate::compiler::constant_ops::Refusal;
use crate::compiler::flowgraph::cfg::{CfgInstr, InstrId};
use crate::compiler::flowgraph::notes::{CfgStage, Change, Rule};
use crate::compiler::symtable::SymbolTable;
use crate::compiler::unparse::python_repr;

/// The kinds under which the panel lists them, in the order of the compiler.
const KINDS: [&str; 13] = [
    "Constant folding",
    "Membership tests",
    "Inlined comprehensions",
    "Conditions known beforehand",
    "Dead code",
    "Jumps",
    "Copied exits",
    "Simpler instructions",
    "Line-number preserving NOPs",
    "Unused constants",
    "Checks for unbound locals",
    "Superinstructions",
    "Cold blocks",
];

/// What the compiler improved in a program, kind by kind.
pub fn optimization_rows(source: &str, stages: &Stages) -> Vec<StageRow> {
    let mut found: Vec<Vec<StageRow>> = vec![Vec::new(); KINDS.len()];
    for folding in &stages.foldings {
        let (kind, row) = folding_row(source, folding);
        found[kind].push(row);
    }
    inlined(source, &stages.symtable, &mut found[2]);
    for unit in stages.units.iter().rev() {
        unit_rows(unit, &mut found);
    }
    let mut rows = Vec::new();
    for (name, mut found) in KINDS.into_iter().zip(found) {
        if found.is_empty() {
            continue;
        }
        let count = match found.len() {
            1 => "once".to_owned(),
            n => format!("{n} times"),
        };
        rows.push(StageRow::new(0, name, count).head());
        rows.append(&mut found);
    }
    rows
}

/// One line of the source that a location covers, shortened.
fn excerpt(source: &str, loc: SourceLocation) -> String {
    const LONGEST: usize = 60;
    let line = source
        .lines()
        .nth(usize::try_from(loc.lineno - 1).unwrap_or(usize::MAX))
        .unwrap_or_default();
    let start = usize::try_from(loc.col_offset).unwrap_or(0);
    let end = if loc.end_lineno == loc.lineno {
        usize::try_from(loc.end_col_offset).unwrap_or(line.len())
    } else {
        line.len()
    };
    let text = line.get(start..end).unwrap_or(line);
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() || loc.end_lineno > loc.lineno {
        short.push('…');
    }
    short
}

fn folding_row(source: &str, folding: &Folding) -> (usize, StageRow) {
    let before = excerpt(source, folding.loc);
    let (kind, why) = match folding.rule {
        FoldRule::UnaryOnConstant(_) | FoldRule::BinaryOnConstants(_) => (
            0,
            "The operands are constants, so the result is worked out now.",
        ),
        FoldRule::NotIntoComparison => (0, "The negation goes into the comparison."),
        FoldRule::PercentFormatToJoinedStr => {
            (0, "The format is known, so it becomes an f-string.")
        }
        FoldRule::SubscriptOfConstant => (0, "Both are constants, so the item is known."),
        FoldRule::TupleOfConstants => (0, "A tuple of constants is itself a constant."),
        FoldRule::DebugConstant => (0, "__debug__ is known when the program is compiled."),
        FoldRule::ListToTuple => (
            1,
            "The list is only looked through, so one tuple made beforehand will do.",
        ),
        FoldRule::SetToFrozenSet => (
            1,
            "The set is only looked through, so one frozenset made beforehand will do.",
        ),
    };
    let row = match (&folding.value, folding.refused) {
        (_, Some(Refusal::TooLarge)) => StageRow::new(1, before, "stays as it is").because(
            "The result is beyond a limit of the optimizer (128 bits for powers and shifts, 4096 items for strings, 256 for tuples).",
        ),
        (_, Some(Refusal::Raises)) => StageRow::new(1, before, "stays as it is").because(
            "The operation raises an exception, which must happen when the program runs.",
        ),
        (Some(value), None) => StageRow::new(1, before, format!("→ {}", shortened(python_repr(value))))
            .marked(Mark::Changed)
            .because(why),
        (None, None) => StageRow::new(1, before, "→ rewritten")
            .marked(Mark::Changed)
            .because(why),
    };
    (kind, row.at(folding.loc))
}

fn shortened(text: String) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

/// The comprehensions without a function of their own. The table no longer counts them among the
/// children of the scope around them.
fn inlined(source: &str, table: &SymbolTable, rows: &mut Vec<StageRow>) {
    for entry in table.entries.iter().filter(|entry| entry.ste_comp_inlined) {
        rows.push(
            StageRow::new(1, excerpt(source, entry.ste_loc), "→ a loop in place")
                .marked(Mark::Changed)
                .at(entry.ste_loc)
                .because("The loop runs in the frame around it: no function is made and called. Its variables are put back afterwards."),
        );
    }
}

/// The kind of a rule of the flow graph: an index into [`KINDS`].
const fn kind_of(rule: Rule) -> usize {
    match rule {
        Rule::ConstantCondition | Rule::ConstantTruth => 3,
        Rule::Unreachable => 4,
        Rule::JumpThreading | Rule::RedundantJump | Rule::ExplicitJump | Rule::BackwardJump => 5,
        Rule::InlinedExit | Rule::InlinedNoLine | Rule::DuplicatedExit => 6,
        Rule::TestForNone
        | Rule::ReturnConst
        | Rule::FoldedTuple
        | Rule::UnpackedTuple
        | Rule::ComparisonToBool
        | Rule::AlreadyBool
        | Rule::DoubleNot
        | Rule::OverwrittenStore
        | Rule::EmptySwap
        | Rule::LoadGlobalPushNull
        | Rule::ShorterSwaps
        | Rule::SwappedStores
        | Rule::PushAndPop => 7,
        Rule::RedundantNop => 8,
        Rule::MayBeUnbound => 10,
        Rule::SuperInstruction => 11,
    }
}

fn unit_rows(unit: &UnitStages, found: &mut [Vec<StageRow>]) {
    for (pass, stage) in unit.cfg.iter().enumerate() {
        let Some(before) = pass.checked_sub(1).map(|before| &unit.cfg[before]) else {
            continue;
        };
        note_rows(unit, before, stage, found);
        if stage.pass == "remove_unused_consts" {
            unused_constants(unit, before, stage, &mut found[9]);
        }
        if stage.pass == "push_cold_blocks_to_end" {
            cold_blocks(unit, pass, &mut found[12]);
        }
    }
    if let Some(last) = unit.cfg.last() {
        kept_nops(unit, last, &mut found[8]);
    }
}

/// A row for each note of a pass: the instruction before and after.
fn note_rows(unit: &UnitStages, before: &CfgStage, stage: &CfgStage, found: &mut [Vec<StageRow>]) {
    if stage.notes.is_empty() {
        return;
    }
    let (old, new) = (by_id(before), by_id(stage));
    // An instruction may be looked at many times; one row for each reason is enough.
    let mut told = HashSet::new();
    for note in &stage.notes {
        if !told.insert((note.instr, kind_of(note.rule))) {
            continue;
        }
        let show = |stage: &CfgStage, instr: &CfgInstr| {
            let row = instruction_row(unit, stage, instr);
            format!("{} {}", row.name, row.text).trim_end().to_owned()
        };
        let was = old.get(&note.instr);
        let is = new.get(&note.instr);
        let (name, text, mark) = match (was, is) {
            (Some(was), Some(is)) => (
                show(before, was),
                format!("→ {}", show(stage, is)),
                Mark::Changed,
            ),
            (Some(was), None) => (show(before, was), "→ removed".to_owned(), Mark::Removed),
            (None, Some(is)) => (show(stage, is), "added".to_owned(), Mark::Added),
            // Made and dropped within the pass.
            (None, None) => continue,
        };
        let loc = was.or(is).map_or(SourceLocation::NONE, |instr| instr.i_loc);
        found[kind_of(note.rule)].push(
            StageRow::new(1, name, shortened(text))
                .marked(mark)
                .at(loc)
                .because(format!("{} ({})", note.rule.reason(), unit.qualname)),
        );
    }
}

fn by_id(stage: &CfgStage) -> HashMap<InstrId, CfgInstr> {
    let order = stage.cfg.order();
    order
        .iter()
        .flat_map(|&block| &stage.cfg[block].b_instr)
        .map(|&instr| (instr.id, instr))
        .collect()
}

fn unused_constants(
    unit: &UnitStages,
    before: &CfgStage,
    stage: &CfgStage,
    rows: &mut Vec<StageRow>,
) {
    let mut kept = stage.consts.iter().peekable();
    for constant in &before.consts {
        if kept.next_if(|&next| next == constant).is_some() {
            continue;
        }
        let text = shortened(repr_constant(constant, Style::Canonical));
        let row = StageRow::new(1, text, "→ removed from co_consts").marked(Mark::Removed);
        rows.push(row.because(format!(
            "No instruction loads it any more. ({})",
            unit.qualname
        )));
    }
}

fn cold_blocks(unit: &UnitStages, pass: usize, rows: &mut Vec<StageRow>) {
    let (before, stage) = (&unit.cfg[pass - 1], &unit.cfg[pass]);
    let (old, new) = (before.cfg.order(), stage.cfg.order());
    for &block in &new {
        let view = &stage.cfg[block];
        if !view.b_cold || view.b_instr.is_empty() {
            continue;
        }
        let follows = |order: &[_]| {
            let at = order.iter().position(|&other| other == block)?;
            order[at..]
                .iter()
                .copied()
                .find(|&next| !stage.cfg[next].b_cold)
        };
        if follows(&old) == follows(&new) {
            continue;
        }
        let loc = view
            .b_instr
            .iter()
            .map(|instr| instr.i_loc)
            .find(|loc| loc.lineno > 0)
            .unwrap_or(SourceLocation::NONE);
        rows.push(
            StageRow::new(1, format!("block {}", block.0), "→ to the end")
                .marked(Mark::Changed)
                .at(loc)
                .because(format!(
                    "Only an exception leads here, so the usual way runs past it without a jump. ({})",
                    unit.qualname
                )),
        );
    }
    // A way from a cold block back into warm code must now be a jump.
    for change in changed_by(unit, pass) {
        if let Change::Added(instr) = change {
            let row = instruction_row(unit, stage, &instr);
            rows.push(
                StageRow::new(1, format!("{} {}", row.name, row.text), "added")
                    .marked(Mark::Added)
                    .at(instr.i_loc)
                    .because(format!(
                        "The block no longer stands before the one it leads to. ({})",
                        unit.qualname
                    )),
            );
        }
    }
}

fn kept_nops(unit: &UnitStages, last: &CfgStage, rows: &mut Vec<StageRow>) {
    for instr in by_order(last) {
        if instr.i_opcode.name() == "NOP" {
            rows.push(
                StageRow::new(1, "NOP", "stays")
                    .at(instr.i_loc)
                    .because(format!(
                        "No other instruction belongs to this line, and tracing must see the line. ({})",
                        unit.qualname
                    )),
            );
        }
    }
}

fn by_order(stage: &CfgStage) -> impl Iterator<Item = &CfgInstr> {
    let order = stage.cfg.order();
    order
        .into_iter()
        .flat_map(|block| &stage.cfg[block].b_instr)
}

#[cfg(test)]
mod tests {
    use super::super::{Pipeline, Stage};

    /// The rows below the head `kind`, each as "name text".
    #[track_caller]
    fn check(source: &str, kind: &str, expected: &[&str]) {
        let pipeline = Pipeline::new(source, "f.py").expect("it is valid");
        let rows = pipeline.rows(Stage::Optimizations);
        let found: Vec<String> = rows
            .iter()
            .skip_while(|row| row.name != kind)
            .skip(1)
            .take_while(|row| row.indent > 0)
            .map(|row| {
                assert!(!row.note.is_empty(), "{row:?} has a reason");
                format!("{} {}", row.name, row.text)
            })
            .collect();
        for wanted in expected {
            assert!(
                found.iter().any(|found| found == wanted),
                "{wanted:?} is not in {found:#?} of {kind}"
            );
        }
    }

    #[test]
    fn every_kind_is_told_with_its_reason() {
        check(
            "x = 24 * 60\ny = 2 ** 1000\nz = 1 / 0\n",
            "Constant folding",
            &[
                "24 * 60 → 1440",
                "2 ** 1000 stays as it is",
                "1 / 0 stays as it is",
            ],
        );
        check(
            "x = a in {1, 2}\ny = a in [1, b]\n",
            "Membership tests",
            &["{1, 2} → frozenset({1, 2})"],
        );
        check(
            "x = [i for i in y]\n",
            "Inlined comprehensions",
            &["[i for i in y] → a loop in place"],
        );
        check("if 0:\n    f()\n", "Dead code", &["LOAD_NAME f → removed"]);
        check(
            "def f(a, b):\n    if a or b:\n        return 1\n    x = 'unused' if 0 else 2\n    return x\n",
            "Unused constants",
            &["'unused' → removed from co_consts"],
        );
        check(
            "def f(a, b):\n    return a + b\n",
            "Superinstructions",
            &["LOAD_FAST a → LOAD_FAST_LOAD_FAST a, b"],
        );
        check(
            "def f():\n    try:\n        g()\n    except E:\n        h()\n    return 1\n",
            "Cold blocks",
            &["block 2 → to the end"],
        );
        check(
            "def f():\n    pass\n    for i in x:\n        if i:\n            continue\n",
            "Line-number preserving NOPs",
            &["NOP stays"],
        );
    }
}
