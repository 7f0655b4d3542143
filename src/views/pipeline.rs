//! The way from source to bytecode in rows: tokens, tree, folded constants, symbols, flow graph.

use std::sync::Arc;

use crate::base::SourceLocation;
use crate::bytecode::Flag;
use crate::bytecode::repr::{Style, repr_constant};
use crate::compiler::compile::{CompileOptions, Stages, compile_with_stages};
use crate::compiler::flowgraph::cfg::{Cfg, CfgInstr};
use crate::compiler::flowgraph::notes::{CfgStage, Change, changes};
use crate::compiler::symtable::{BlockType, ScopeId, ScopeReason, SymbolTable};
use crate::compiler::unparse::python_repr;
use crate::syntax::ast_dump;
use crate::syntax::lines::LineTable;
use crate::syntax::token::TokenKind;
use crate::syntax::tokenizer::{TokenMode, tokenize};

/// How a row is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    Plain,
    /// The head of a block or scope.
    Head,
    Added,
    Removed,
    Changed,
}

/// One row of a stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageRow {
    pub indent: usize,
    pub mark: Mark,
    pub name: String,
    pub text: String,
    /// Why it is so, in a sentence.
    pub note: String,
    /// The source line it comes from.
    pub line: Option<u32>,
}

impl StageRow {
    fn new(indent: usize, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            indent,
            mark: Mark::Plain,
            name: name.into(),
            text: text.into(),
            note: String::new(),
            line: None,
        }
    }

    fn head(mut self) -> Self {
        self.mark = Mark::Head;
        self
    }

    fn at(mut self, loc: SourceLocation) -> Self {
        self.line = u32::try_from(loc.lineno).ok().filter(|&line| line > 0);
        self
    }

    fn because(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// One scope's flow graph after each pass.
#[derive(Clone, Debug, Default)]
pub struct UnitRows {
    pub qualname: String,
    /// The name of each pass, how many instructions it changed, and the rows of the graph then.
    pub passes: Vec<(String, usize, Vec<StageRow>)>,
}

/// All stages of one program.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    pub tokens: Vec<StageRow>,
    pub tree: Vec<StageRow>,
    pub foldings: Vec<StageRow>,
    pub symbols: Vec<StageRow>,
    pub units: Vec<UnitRows>,
}

impl Pipeline {
    /// Compiles the program again and keeps every stage; the error's text where it is not valid.
    pub fn new(source: &str, filename: &str) -> Result<Self, String> {
        let stages = compile_with_stages(source.as_bytes(), &CompileOptions::exec(filename))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            tokens: token_rows(source),
            tree: tree_rows(&ast_dump(&stages.ast)),
            foldings: folding_rows(&stages),
            symbols: symbol_rows(&stages.symtable),
            units: stages
                .units
                .iter()
                .rev()
                .map(|unit| UnitRows {
                    qualname: unit.qualname.to_string(),
                    passes: pass_rows(&unit.cfg, &unit.names, &unit.varnames),
                })
                .collect(),
        })
    }
}

fn token_rows(source: &str) -> Vec<StageRow> {
    let lines = LineTable::new(source);
    tokenize(source, &lines, TokenMode::All)
        .tokens
        .iter()
        .map(|token| {
            let location = lines.location(token.start, token.end);
            let text = match token.kind {
                TokenKind::Newline | TokenKind::Nl => "\\n".to_owned(),
                _ => token.text(source).replace('\n', "\\n"),
            };
            let kind = if token.kind.is_operator() {
                "OP"
            } else {
                token.kind.name()
            };
            let exact = if token.kind.is_operator() {
                token.kind.name()
            } else {
                ""
            };
            StageRow::new(0, kind, text).at(location).because(exact)
        })
        .collect()
}

/// Turns the one line of `ast.dump` into a row for each node.
fn tree_rows(dump: &str) -> Vec<StageRow> {
    let mut rows: Vec<StageRow> = Vec::new();
    // The rows of the nodes that are open, innermost last.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut part = String::new();
    let mut quote: Option<char> = None;
    let mut chars = dump.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some(end) = quote {
            part.push(c);
            if c == '\\' {
                part.extend(chars.next());
            } else if c == end {
                quote = None;
            }
            continue;
        }
        match c {
            '\'' | '"' => {
                quote = Some(c);
                part.push(c);
            }
            '(' => {
                let (field, node) = part.rsplit_once('=').unwrap_or(("", part.as_str()));
                let depth = open.iter().flatten().count();
                rows.push(StageRow::new(depth, node.trim(), "").because(field.trim()));
                open.push(Some(rows.len() - 1));
                part.clear();
            }
            '[' => {
                open.push(None);
                if let Some(field) = part.trim().strip_suffix('=') {
                    part = format!("{field}=");
                }
            }
            ')' | ']' | ',' => {
                finish_field(&mut rows, &open, &part);
                part.clear();
                if c != ',' {
                    open.pop();
                }
            }
            _ => part.push(c),
        }
    }
    rows
}

/// A plain field such as `id='x'` goes to the text of the innermost open node.
fn finish_field(rows: &mut [StageRow], open: &[Option<usize>], part: &str) {
    let Some(&row) = open.iter().rev().flatten().next() else {
        return;
    };
    let part = part.trim();
    let Some((name, value)) = part.split_once('=') else {
        return;
    };
    let row = &mut rows[row];
    match name {
        "lineno" => row.line = value.parse().ok(),
        "col_offset" | "end_lineno" | "end_col_offset" => {}
        _ if value.is_empty() => {}
        _ => {
            if !row.text.is_empty() {
                row.text.push_str("  ");
            }
            row.text.push_str(part);
        }
    }
}

fn folding_rows(stages: &Stages) -> Vec<StageRow> {
    stages
        .foldings
        .iter()
        .map(|folding| {
            let rule = format!("{:?}", folding.rule);
            let mut row = match (&folding.value, &folding.refused) {
                (_, Some(refused)) => StageRow::new(0, rule, format!("left as it is: {refused:?}"))
                    .because("The optimizer refused."),
                (Some(value), None) => StageRow::new(0, rule, python_repr(value)),
                (None, None) => StageRow::new(0, rule, "rewritten"),
            };
            row.mark = if folding.refused.is_some() {
                Mark::Plain
            } else {
                Mark::Changed
            };
            row.at(folding.loc)
        })
        .collect()
}

fn constant_style() -> Style<'static> {
    Style::Canonical
}

fn symbol_rows(table: &SymbolTable) -> Vec<StageRow> {
    let mut rows = Vec::new();
    add_scope(table, SymbolTable::TOP, 0, &mut rows);
    rows
}

fn add_scope(table: &SymbolTable, id: ScopeId, depth: usize, rows: &mut Vec<StageRow>) {
    let entry = table.entry(id);
    let kind = match entry.ste_type {
        BlockType::FunctionBlock => "function",
        BlockType::ClassBlock => "class",
        BlockType::ModuleBlock => "module",
        BlockType::AnnotationBlock => "annotation",
        BlockType::TypeAliasBlock => "type alias",
        BlockType::TypeParametersBlock => "type parameters",
        BlockType::TypeVariableBlock => "type variable",
    };
    rows.push(StageRow::new(depth, format!("{kind} {}", entry.ste_name), "").head());
    for (name, symbol) in entry.ste_symbols.iter() {
        let scope = symbol.scope.map_or("?", |scope| scope.name());
        let (why, line) = reason(table, symbol.reason);
        let mut row = StageRow::new(depth + 1, name.to_string(), scope).because(format!(
            "{why}; {}",
            access(
                symbol.scope.map_or("", |scope| scope.name()),
                entry.ste_type
            )
        ));
        row.line = line
            .and_then(|loc| u32::try_from(loc.lineno).ok())
            .or_else(|| {
                symbol
                    .bound_at
                    .and_then(|loc| u32::try_from(loc.lineno).ok())
            });
        rows.push(row);
    }
    for &child in &entry.ste_children {
        add_scope(table, child, depth + 1, rows);
    }
}

/// The instruction that such a name is read with.
fn access(scope: &str, block: BlockType) -> &'static str {
    match (scope, block) {
        ("CELL" | "FREE", _) => "read with LOAD_DEREF",
        ("LOCAL", BlockType::FunctionBlock) => "read with LOAD_FAST",
        ("GLOBAL_EXPLICIT", _) | ("GLOBAL_IMPLICIT", BlockType::FunctionBlock) => {
            "read with LOAD_GLOBAL"
        }
        _ => "read with LOAD_NAME",
    }
}

fn reason(table: &SymbolTable, reason: ScopeReason) -> (String, Option<SourceLocation>) {
    let scope = |id: ScopeId| table.entry(id).ste_name.to_string();
    match reason {
        ScopeReason::Parameter { loc } => ("a parameter".to_owned(), Some(loc)),
        ScopeReason::AssignedHere { loc } => ("assigned in this block".to_owned(), Some(loc)),
        ScopeReason::ImportedHere { loc } => ("imported in this block".to_owned(), Some(loc)),
        ScopeReason::TypeParameter { loc } => ("a type parameter".to_owned(), Some(loc)),
        ScopeReason::DeclaredGlobal { loc } => ("declared global here".to_owned(), Some(loc)),
        ScopeReason::DeclaredNonlocal { loc, scope: of } => (
            of.map_or_else(
                || "declared nonlocal".to_owned(),
                |of| format!("declared nonlocal: it belongs to {}", scope(of)),
            ),
            Some(loc),
        ),
        ScopeReason::CapturedBy { scope: by } => (
            format!(
                "bound here and used by {}, so it lives in a cell",
                scope(by)
            ),
            None,
        ),
        ScopeReason::CellOfInlinedComprehension => {
            ("an inlined comprehension has it in a cell".to_owned(), None)
        }
        ScopeReason::FreeFrom { scope: from } => {
            (format!("bound by the enclosing {}", scope(from)), None)
        }
        ScopeReason::PassedInward => ("an inner block needs it".to_owned(), None),
        ScopeReason::GlobalOfEnclosing => {
            ("an enclosing block declares it global".to_owned(), None)
        }
        ScopeReason::BoundByClass { scope: by } => (
            format!("looked up in class {}, then as a global", scope(by)),
            None,
        ),
        ScopeReason::NotBound => (
            "nothing around binds it: a global or a builtin".to_owned(),
            None,
        ),
    }
}

fn pass_rows(
    stages: &[CfgStage],
    names: &[Arc<str>],
    varnames: &[Arc<str>],
) -> Vec<(String, usize, Vec<StageRow>)> {
    stages
        .iter()
        .enumerate()
        .map(|(number, stage)| {
            let changed = match number.checked_sub(1) {
                Some(before) => changes(&stages[before].cfg, &stage.cfg),
                None => Vec::new(),
            };
            let rows = graph_rows(stage, &changed, names, varnames);
            (stage.pass.to_owned(), changed.len(), rows)
        })
        .collect()
}

fn graph_rows(
    stage: &CfgStage,
    changed: &[Change],
    names: &[Arc<str>],
    varnames: &[Arc<str>],
) -> Vec<StageRow> {
    let cfg = &stage.cfg;
    let why = |instr: &CfgInstr| {
        stage
            .notes
            .iter()
            .find(|note| note.instr == instr.id)
            .map_or("", |note| note.rule.reason())
    };
    let mut rows = Vec::new();
    for block in cfg.order() {
        let view = &cfg[block];
        let mut facts = Vec::new();
        if view.b_except_handler {
            facts.push("exception handler".to_owned());
        }
        if view.b_cold {
            facts.push("cold".to_owned());
        }
        if let Some(next) = view.b_next.filter(|_| view.has_fallthrough()) {
            facts.push(format!("falls through to block {}", next.0));
        }
        rows.push(StageRow::new(0, format!("block {}", block.0), facts.join(" · ")).head());
        for instr in &view.b_instr {
            let mut row = instruction_row(cfg, stage, instr, names, varnames).because(why(instr));
            for change in changed {
                match change {
                    Change::Added(added) if added.id == instr.id => row.mark = Mark::Added,
                    Change::Changed { before, after } if after.id == instr.id => {
                        row.mark = Mark::Changed;
                        if row.note.is_empty() && before.i_opcode != after.i_opcode {
                            row.note = format!("was {}", before.i_opcode.name());
                        }
                    }
                    Change::Moved {
                        from,
                        to,
                        instr: moved,
                    } if moved.id == instr.id => {
                        row.mark = Mark::Changed;
                        if row.note.is_empty() {
                            row.note = format!("moved from block {} to block {}", from.0, to.0);
                        }
                    }
                    Change::Added(_)
                    | Change::Removed(_)
                    | Change::Changed { .. }
                    | Change::Moved { .. } => {}
                }
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
        let mut row = instruction_row(cfg, stage, instr, names, varnames).because(why(instr));
        row.mark = Mark::Removed;
        rows.push(row);
    }
    rows
}

fn instruction_row(
    _cfg: &Cfg,
    stage: &CfgStage,
    instr: &CfgInstr,
    names: &[Arc<str>],
    varnames: &[Arc<str>],
) -> StageRow {
    let opcode = instr.i_opcode;
    let arg = instr.i_oparg as usize;
    let text = if let Some(target) = instr.i_target {
        format!("to block {}", target.0)
    } else if opcode.has(Flag::CONST) {
        stage.consts.get(arg).map_or_else(
            || arg.to_string(),
            |value| repr_constant(value, constant_style()),
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
    } else if opcode.has_arg() {
        arg.to_string()
    } else {
        String::new()
    };
    StageRow::new(1, opcode.name(), text).at(instr.i_loc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_rows() {
        let source = "def f(a):\n    x = 2 * 3\n    return lambda: x + a\n";
        let pipeline = Pipeline::new(source, "f.py").expect("it is valid");
        assert!(
            pipeline
                .tokens
                .iter()
                .any(|row| row.name == "NAME" && row.text == "lambda")
        );
        let x = pipeline
            .symbols
            .iter()
            .find(|row| row.name == "x" && row.text == "CELL")
            .expect("the lambda uses it");
        assert!(x.note.contains("LOAD_DEREF"), "{}", x.note);
        assert_eq!(pipeline.foldings.len(), 1);
        assert_eq!(pipeline.foldings[0].text, "6");
        assert_eq!(pipeline.units.len(), 3);
        assert!(pipeline.units[0].passes.len() > 2);
    }

    #[test]
    fn a_tree_has_a_row_for_each_node() {
        let rows = tree_rows(
            "Module(body=[Expr(value=Call(func=Name(id='f(', ctx=Load(), lineno=3), args=[Constant(value=1)]))])",
        );
        let names: Vec<(usize, &str)> = rows
            .iter()
            .map(|row| (row.indent, row.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                (0, "Module"),
                (1, "Expr"),
                (2, "Call"),
                (3, "Name"),
                (4, "Load"),
                (3, "Constant")
            ]
        );
        assert_eq!(rows[3].text, "id='f('");
        assert_eq!(rows[3].line, Some(3));
        assert_eq!(rows[3].note, "func");
    }
}
