//! The way from source to bytecode in rows: tokens, tree, symbols, flow graph, bytecode, what
//! each optimization did, and what a change of the source changes in the bytecode.
//!
//! Mirrors the order of `_PyAST_Compile` in `Python/compile.c`.

pub mod bytecode;
pub mod compare;
pub mod graph;
pub mod optimizations;
pub mod picture;
mod symbols;
mod tokens_and_tree;

use crate::base::SourceLocation;
use crate::compiler::compile::{CompileOptions, Stages, compile_with_stages};
use crate::syntax::ast_dump;

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
    /// The part of the source that it comes from.
    pub loc: SourceLocation,
    /// For an instruction of the finished code: the code object's number in the listing and the
    /// offset in code units.
    pub offset: Option<(usize, u32)>,
}

impl StageRow {
    fn new(indent: usize, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            indent,
            mark: Mark::Plain,
            name: name.into(),
            text: text.into(),
            note: String::new(),
            loc: SourceLocation::NONE,
            offset: None,
        }
    }

    fn head(mut self) -> Self {
        self.mark = Mark::Head;
        self
    }

    const fn marked(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }

    const fn at(mut self, loc: SourceLocation) -> Self {
        self.loc = loc;
        self
    }

    fn because(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The source line that it comes from.
    pub fn line(&self) -> Option<u32> {
        u32::try_from(self.loc.lineno).ok().filter(|&line| line > 0)
    }

    /// Whether the byte `column` of line `lineno` is in its part of the source.
    pub fn covers(&self, lineno: i32, column: i32) -> bool {
        let loc = &self.loc;
        loc.lineno > 0
            && loc.col_offset >= 0
            && (loc.lineno, loc.col_offset) <= (lineno, column)
            && (lineno, column) < (loc.end_lineno, loc.end_col_offset)
    }
}

/// A stage that has rows of its own; the flow graph has them for each scope and pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Tokens,
    Tree,
    Symbols,
    Optimizations,
    Bytecode,
    /// The graph of one scope (in the order of the source) as one pass left it.
    Graph {
        unit: usize,
        pass: usize,
    },
}

/// All stages of one program. Rows are made when they are asked for: all graphs of a large
/// module at once would be hundreds of thousands.
#[derive(Debug)]
pub struct Pipeline {
    source: String,
    stages: Stages,
}

impl Pipeline {
    /// Compiles the program again and keeps every stage; the error's text where it is not valid.
    pub fn new(source: &str, filename: &str) -> Result<Self, String> {
        let stages = compile_with_stages(source.as_bytes(), &CompileOptions::exec(filename))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            source: source.to_owned(),
            stages,
        })
    }

    /// The rows of a stage.
    pub fn rows(&self, stage: Stage) -> Vec<StageRow> {
        match stage {
            Stage::Tokens => tokens_and_tree::token_rows(&self.source),
            Stage::Tree => tokens_and_tree::tree_rows(&ast_dump(&self.stages.ast)),
            Stage::Symbols => symbols::symbol_rows(&self.stages.symtable),
            Stage::Optimizations => optimizations::optimization_rows(&self.source, &self.stages),
            Stage::Bytecode => bytecode::bytecode_rows(&self.stages.compiled.code),
            Stage::Graph { unit, pass } => self
                .unit(unit)
                .map(|unit| graph::pass_rows(unit, pass))
                .unwrap_or_default(),
        }
    }

    /// The flow graph of a scope after a pass as blocks and edges with places.
    pub fn picture(&self, unit: usize, pass: usize) -> Option<picture::Picture> {
        picture::Picture::new(self.unit(unit)?, pass)
    }

    /// The scopes, outer ones first.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.stages.units.iter().rev().map(|unit| &*unit.qualname)
    }

    /// The passes over the graph of a scope, each with the number of instructions it changed.
    pub fn passes(&self, unit: usize) -> Vec<(&'static str, usize)> {
        self.unit(unit).map(graph::passes).unwrap_or_default()
    }

    /// The scope that a code object with this name and first line was made from.
    pub fn unit_of(&self, qualname: &str, firstlineno: i32) -> Option<usize> {
        let units = || self.stages.units.iter().rev();
        units()
            .position(|unit| &*unit.qualname == qualname && unit.firstlineno == firstlineno)
            .or_else(|| units().position(|unit| &*unit.qualname == qualname))
    }

    /// The number of a code object in the listing of [`Stage::Bytecode`].
    pub fn code_number(&self, qualname: &str, firstlineno: i32) -> Option<usize> {
        bytecode::all_codes(&self.stages.compiled.code)
            .iter()
            .position(|code| &*code.co_qualname == qualname && code.co_firstlineno == firstlineno)
    }

    fn unit(&self, unit: usize) -> Option<&crate::compiler::codegen::UnitStages> {
        self.stages.units.iter().rev().nth(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_rows() {
        let source = "def f(a):\n    x = 2 * 3\n    return lambda: x + a\n";
        let pipeline = Pipeline::new(source, "f.py").expect("it is valid");
        let tokens = pipeline.rows(Stage::Tokens);
        let lambda = tokens
            .iter()
            .find(|row| row.name == "NAME" && row.text == "lambda")
            .expect("it is there");
        assert!(lambda.covers(3, 11) && !lambda.covers(3, 17));
        let symbols = pipeline.rows(Stage::Symbols);
        let x = symbols
            .iter()
            .find(|row| row.name == "x" && row.text == "CELL")
            .expect("the lambda uses it");
        assert!(x.note.contains("LOAD_DEREF"), "{}", x.note);
        assert_eq!(pipeline.units().count(), 3);
        assert!(pipeline.passes(0).len() > 2);
        assert!(!pipeline.rows(Stage::Graph { unit: 1, pass: 3 }).is_empty());
        let code = pipeline.code_number("f", 1).expect("it is a function");
        assert!(
            pipeline
                .rows(Stage::Bytecode)
                .iter()
                .any(|row| row.offset == Some((code, 0)))
        );
    }
}
