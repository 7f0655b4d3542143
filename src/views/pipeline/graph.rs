//! The flow graph of one scope in rows, as each pass left it.

use std::collections::HashMap;

use super::{Mark, StageRow};
use crate::bytecode::Flag;
use crate::bytecode::repr::{Style, repr_constant};
use crate::compiler::codegen::UnitStages;
use crate::compiler::flowgraph::cfg::{BasicBlock, CfgInstr, InstrId};
use crate::compiler::flowgraph::notes::{CfgStage, Change, changes};

/// Each pass with the number of instructions it changed.
pub fn passes(unit: &UnitStages) -> Vec<(&'static str, usize)> {
    unit.cfg
        .iter()
        .enumerate()
        .map(|(pass, stage)| (stage.pass, changed_by(unit, pass).len()))
        .collect()
}

/// What a pass changed.
pub fn changed_by(unit: &UnitStages, pass: usize) -> Vec<Change> {
    match (pass.checked_sub(1), unit.cfg.get(pass)) {
        (Some(before), Some(stage)) => changes(&unit.cfg[before].cfg, &stage.cfg),
        _ => Vec::new(),
    }
}

/// The graph after a pass, with what the pass changed marked, and what it removed at the end.
pub fn pass_rows(unit: &UnitStages, pass: usize) -> Vec<StageRow> {
    let Some(stage) = unit.cfg.get(pass) else {
        return Vec::new();
    };
    let before = pass.checked_sub(1).map(|before| &unit.cfg[before]);
    graph_rows(unit, before, stage, &changed_by(unit, pass))
}

/// What is special about a block, in words.
pub fn block_facts(block: &BasicBlock) -> Vec<String> {
    let mut facts = Vec::new();
    if block.b_except_handler {
        facts.push("exception handler".to_owned());
    }
    if block.b_cold {
        facts.push("cold".to_owned());
    }
    if let Some(next) = block.b_next.filter(|_| block.has_fallthrough()) {
        facts.push(format!("falls through to block {}", next.0));
    }
    facts
}

fn what_changed(before: &CfgInstr, after: &CfgInstr) -> String {
    if before.i_opcode != after.i_opcode {
        return format!("was {}", before.i_opcode.name());
    }
    match (before.i_target, after.i_target) {
        (Some(was), Some(is)) if was != is => return format!("went to block {}", was.0),
        _ => {}
    }
    if before.i_oparg != after.i_oparg {
        return format!("the argument was {}", before.i_oparg);
    }
    if before.i_loc != after.i_loc {
        return match (before.i_loc.lineno, after.i_loc.lineno) {
            (was, is) if was == is => "another place of the same line".to_owned(),
            (was, _) if was < 1 => "belonged to no line".to_owned(),
            (was, _) => format!("belonged to line {was}"),
        };
    }
    match (before.i_except, after.i_except) {
        (None, Some(handler)) => format!("exceptions go to block {}", handler.0),
        _ => String::new(),
    }
}

fn graph_rows(
    unit: &UnitStages,
    before: Option<&CfgStage>,
    stage: &CfgStage,
    changed: &[Change],
) -> Vec<StageRow> {
    let cfg = &stage.cfg;
    let reasons: HashMap<InstrId, &str> = stage
        .notes
        .iter()
        .rev()
        .map(|note| (note.instr, note.rule.reason()))
        .collect();
    let why = |instr: &CfgInstr| reasons.get(&instr.id).copied().unwrap_or_default();
    let became: HashMap<InstrId, &Change> = changed
        .iter()
        .filter_map(|change| match change {
            Change::Added(instr)
            | Change::Changed {
                before: _,
                after: instr,
            }
            | Change::Moved {
                from: _,
                to: _,
                instr,
            } => Some((instr.id, change)),
            Change::Removed(_) => None,
        })
        .collect();
    let mut rows = Vec::new();
    for block in cfg.order() {
        let view = &cfg[block];
        rows.push(
            StageRow::new(
                0,
                format!("block {}", block.0),
                block_facts(view).join(" · "),
            )
            .head(),
        );
        for instr in &view.b_instr {
            let mut row = instruction_row(unit, stage, instr).because(why(instr));
            let note = match became.get(&instr.id) {
                None | Some(Change::Removed(_)) => String::new(),
                Some(Change::Added(_)) => {
                    row.mark = Mark::Added;
                    String::new()
                }
                Some(Change::Changed { before, after }) => {
                    row.mark = Mark::Changed;
                    what_changed(before, after)
                }
                Some(Change::Moved { from, to, instr: _ }) => {
                    row.mark = Mark::Changed;
                    format!("moved from block {} to block {}", from.0, to.0)
                }
            };
            if row.note.is_empty() {
                row.note = note;
            }
            rows.push(row);
        }
    }
    let mut removed = changed
        .iter()
        .filter_map(|change| match change {
            Change::Removed(instr) => Some(instr),
            Change::Added(_) | Change::Changed { .. } | Change::Moved { .. } => None,
        })
        .peekable();
    if removed.peek().is_some() {
        rows.push(StageRow::new(0, "removed by this pass", "").head());
    }
    for instr in removed {
        // Its argument counts in the constants from before.
        let mut row = instruction_row(unit, before.unwrap_or(stage), instr).because(why(instr));
        row.mark = Mark::Removed;
        rows.push(row);
    }
    rows
}

/// An instruction with what its argument means.
pub fn instruction_row(unit: &UnitStages, stage: &CfgStage, instr: &CfgInstr) -> StageRow {
    let (names, varnames) = (&unit.names, &unit.varnames);
    let opcode = instr.i_opcode;
    let arg = instr.i_oparg as usize;
    let text = if let Some(target) = instr.i_target {
        format!("to block {}", target.0)
    } else if opcode.has(Flag::CONST) {
        stage.consts.get(arg).map_or_else(
            || arg.to_string(),
            |value| repr_constant(value, Style::Canonical),
        )
    } else if opcode.has(Flag::NAME) {
        // Some keep a bit or two beside the index: whether a NULL or self is pushed too.
        let index = match opcode.name() {
            "LOAD_GLOBAL" | "LOAD_ATTR" => arg >> 1,
            "LOAD_SUPER_ATTR" => arg >> 2,
            _ => arg,
        };
        names
            .get(index)
            .map_or_else(|| arg.to_string(), ToString::to_string)
    } else if matches!(
        opcode.name(),
        "LOAD_FAST" | "STORE_FAST" | "LOAD_FAST_CHECK" | "DELETE_FAST" | "LOAD_FAST_AND_CLEAR"
    ) {
        varnames
            .get(arg)
            .map_or_else(|| arg.to_string(), ToString::to_string)
    } else if matches!(
        opcode.name(),
        "LOAD_FAST_LOAD_FAST" | "STORE_FAST_LOAD_FAST" | "STORE_FAST_STORE_FAST"
    ) {
        let name = |index: usize| varnames.get(index).map_or("?", |name| &**name);
        format!("{}, {}", name(arg >> 4), name(arg & 15))
    } else if opcode.has_arg() {
        arg.to_string()
    } else {
        String::new()
    };
    StageRow::new(1, opcode.name(), text).at(instr.i_loc)
}
