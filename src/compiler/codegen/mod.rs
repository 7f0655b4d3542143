//! Code generation: turns a syntax tree into one sequence of instructions for each scope.
//!
//! Mirrors the first half of `Python/compile.c`. In reading order: `unit` (scopes and names),
//! `blocks` (what a jump out has to undo), `statements`, `assignments`, `exceptions`, `functions`,
//! `classes`, `expressions`, `conditions`, `displays`, `calls`, `comprehensions`, `patterns`, `checks` (warnings).

mod assignments;
mod blocks;
mod calls;
mod checks;
mod classes;
mod comprehensions;
mod conditions;
mod displays;
mod exceptions;
mod expressions;
mod functions;
mod patterns;
mod statements;
mod unit;

use std::sync::Arc;

use crate::base::{SourceLocation, Text};
use crate::bytecode::{CodeObject, Constant, Opcode};
use crate::compiler::flowgraph::notes::CfgStage;
use crate::compiler::future::FutureFeatures;
use crate::compiler::instruction_sequence::{InstructionSequence, Label};
use crate::compiler::interned::{FrozenSets, SourceText, Startup};
use crate::compiler::symtable::{SymbolTable, SymbolTableEntry};
use crate::syntax::ast::{self, Mod};
use crate::syntax::error::{SyntaxError, Warning};

pub(super) use unit::ScopeKind;
use unit::Unit;

/// Displays with more elements are built step by step (`STACK_USE_GUIDELINE`).
const STACK_USE_GUIDELINE: usize = 30;

type Gen = Result<(), SyntaxError>;

/// What code generation has to know beside the tree.
#[derive(Clone, Debug)]
pub struct CodegenOptions {
    pub filename: Arc<str>,
    /// As `-O` (1) and `-OO` (2).
    pub optimize: u8,
    pub future: FutureFeatures,
    /// Bits of `co_flags` that every code object gets.
    pub inherited_flags: u32,
    /// What the interpreter interned before.
    pub startup: Startup,
}

/// How a scope looked on its way to a code object.
#[derive(Clone, Debug)]
pub struct UnitStages {
    pub qualname: Arc<str>,
    pub firstlineno: i32,
    /// The instructions before the flow graph.
    pub sequence: InstructionSequence,
    /// The constants that the instructions load, in the order of their first use.
    pub consts: Vec<Constant>,
    pub names: Vec<Arc<str>>,
    pub varnames: Vec<Arc<str>>,
    /// The flow graph after each pass.
    pub cfg: Vec<CfgStage>,
}

/// What code generation made of a tree.
pub struct Generated {
    pub code: Arc<CodeObject>,
    pub warnings: Vec<Warning>,
}

/// Compiles a tree whose symbol table is made (`compiler_mod`).
pub fn generate<'a>(
    module: &'a Mod,
    symtable: SymbolTable,
    options: CodegenOptions,
    source: SourceText<'a>,
    stages: Option<&'a mut Vec<UnitStages>>,
) -> Result<Generated, SyntaxError> {
    let mut generator = Codegen {
        symtable,
        c_interactive: false,
        frozen_sets: FrozenSets::new(source, options.startup),
        options,
        units: Vec::new(),
        warnings: Vec::new(),
        stages,
    };
    let code = generator.compile_mod(module)?;
    Ok(Generated {
        code,
        warnings: generator.warnings,
    })
}

/// The state of code generation (`struct compiler`).
struct Codegen<'a> {
    symtable: SymbolTable,
    options: CodegenOptions,
    /// Expression statements print their value.
    c_interactive: bool,
    frozen_sets: FrozenSets<'a>,
    /// The scopes that are being compiled, the innermost last.
    units: Vec<Unit<'a>>,
    warnings: Vec<Warning>,
    stages: Option<&'a mut Vec<UnitStages>>,
}

impl<'a> Codegen<'a> {
    fn compile_mod(&mut self, module: &'a Mod) -> Result<Arc<CodeObject>, SyntaxError> {
        self.enter_scope("<module>", ScopeKind::Module, SymbolTable::TOP, 1);
        let loc = SourceLocation::new(1, 0, 1, 0);
        let add_none = match module {
            Mod::Module { body } => {
                self.body(loc, body)?;
                true
            }
            Mod::Interactive { body } => {
                self.c_interactive = true;
                if statements::has_annotations(body) {
                    self.addop(Opcode::SETUP_ANNOTATIONS, loc);
                }
                self.visit_stmts(body)?;
                true
            }
            Mod::Expression { body } => {
                self.visit_expr(body)?;
                false
            }
        };
        Ok(self.exit_scope(add_none))
    }

    // Shorthands for the current scope.

    fn u(&mut self) -> &mut Unit<'a> {
        self.units.last_mut().expect("a scope is open")
    }

    fn unit(&self) -> &Unit<'a> {
        self.units.last().expect("a scope is open")
    }

    fn ste(&self) -> &SymbolTableEntry {
        self.symtable.entry(self.unit().u_ste)
    }

    fn addop(&mut self, opcode: Opcode, loc: SourceLocation) {
        self.u().sequence.addop(opcode, 0, loc);
    }

    fn addop_i(&mut self, opcode: Opcode, oparg: usize, loc: SourceLocation) {
        let oparg = u32::try_from(oparg).expect("arguments are counts of things in a source");
        self.u().sequence.addop(opcode, oparg, loc);
    }

    fn addop_jump(&mut self, opcode: Opcode, target: Label, loc: SourceLocation) {
        self.u().sequence.addop_jump(opcode, target, loc);
    }

    fn new_label(&mut self) -> Label {
        self.u().sequence.new_label()
    }

    fn use_label(&mut self, label: Label) {
        self.u().sequence.use_label(label);
    }

    /// The number of a constant, new or not (`compiler_add_const`).
    fn add_const(&mut self, value: Constant) -> u32 {
        let value = self.frozen_sets.in_final_order(value);
        let consts = &mut self.u().metadata.u_consts;
        if has_nan(&value) {
            // A NaN equals nothing, so CPython finds no constant to share.
            return consts.add_distinct(value);
        }
        consts.add(value)
    }

    fn load_const(&mut self, value: Constant, loc: SourceLocation) {
        let oparg = self.add_const(value);
        self.addop_i(Opcode::LOAD_CONST, oparg as usize, loc);
    }

    fn load_none(&mut self, loc: SourceLocation) {
        self.load_const(Constant::None, loc);
    }

    fn load_str(&mut self, text: &str, loc: SourceLocation) {
        self.load_const(Constant::str(text), loc);
    }
}

/// A constant of the tree as a constant of the code.
fn code_constant(value: &ast::Constant) -> Constant {
    match value {
        ast::Constant::None => Constant::None,
        ast::Constant::Bool(b) => Constant::Bool(*b),
        ast::Constant::Ellipsis => Constant::Ellipsis,
        ast::Constant::Int(i) => Constant::Int(i.clone()),
        ast::Constant::Float(f) => Constant::Float(*f),
        &ast::Constant::Complex { real, imag } => Constant::Complex { real, imag },
        ast::Constant::Str(text) => Constant::Str(Arc::new(text.clone())),
        ast::Constant::Bytes(bytes) => Constant::Bytes(bytes.as_slice().into()),
        ast::Constant::Tuple(items) => Constant::Tuple(items.iter().map(code_constant).collect()),
        ast::Constant::FrozenSet(items) => {
            Constant::FrozenSet(items.iter().map(code_constant).collect())
        }
    }
}

fn has_nan(value: &Constant) -> bool {
    match value {
        Constant::Float(f) => f.is_nan(),
        Constant::Complex { real, imag } => real.is_nan() || imag.is_nan(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => items.iter().any(has_nan),
        Constant::None
        | Constant::Ellipsis
        | Constant::Bool(_)
        | Constant::Int(_)
        | Constant::Str(_)
        | Constant::Bytes(_)
        | Constant::Code(_) => false,
    }
}

/// A docstring without the indentation of its source (`_PyCompile_CleanDoc`).
fn clean_doc(text: &Text) -> Text {
    const SPACE: u32 = ' ' as u32;
    const NEWLINE: u32 = '\n' as u32;
    let doc = expand_tabs(text);
    let mut lines = doc.split_inclusive(|&c| c == NEWLINE);
    let first = lines.next().unwrap_or_default();
    let indent = |line: &[u32]| line.iter().take_while(|&&c| c == SPACE).count();
    let margin = lines
        .clone()
        .filter(|line| line.get(indent(line)).is_some_and(|&c| c != NEWLINE))
        .map(indent)
        .min()
        .unwrap_or(0);
    let mut clean = first[indent(first)..].to_vec();
    for line in lines {
        clean.extend_from_slice(&line[indent(line).min(margin)..]);
    }
    Text::from_code_points(&clean)
}

/// As `str.expandtabs` with tabs of 8.
fn expand_tabs(text: &Text) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0;
    for c in text.code_points() {
        if c == u32::from('\t') {
            let spaces = 8 - column % 8;
            out.extend(std::iter::repeat_n(u32::from(' '), spaces));
            column += spaces;
        } else {
            out.push(c);
            column = if c == u32::from('\n') || c == u32::from('\r') {
                0
            } else {
                column + 1
            };
        }
    }
    out
}
