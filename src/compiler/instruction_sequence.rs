//! Instructions with labels, in the order of writing: what code generation hands to the flow graph.
//!
//! Mirrors `Python/instruction_sequence.c` and `pycore_instruction_sequence.h`. The way on is
//! `optimize_and_assemble(seq, umd, code_flags, filename, stages) -> CodeObject`.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};

/// A place to jump to; may be used before it is placed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Label(pub u32);

/// Where an exception raised by an instruction goes, as `_PyExceptHandlerInfo`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExceptHandlerInfo {
    /// The label of the handler, later the index of its first instruction.
    pub label: u32,
    /// The depth of the stack at its start.
    pub startdepth: u32,
    /// Whether it gets the position of the failed instruction.
    pub preserve_lasti: bool,
}

/// One instruction, pseudo or real, as `_PyInstruction`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    pub opcode: Opcode,
    /// The argument; of a jump or block push the number of a [`Label`], after
    /// [`InstructionSequence::apply_label_map`] the index of the target instruction.
    pub oparg: u32,
    pub loc: SourceLocation,
    /// Known once the flow graph has been laid out.
    pub handler: Option<ExceptHandlerInfo>,
}

/// The instructions of one scope, with the sequences of the scopes within for showing.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    instrs: Vec<Instruction>,
    /// For each label the index of the instruction that follows it.
    label_map: Vec<Option<u32>>,
    nested: Vec<Self>,
}

impl InstructionSequence {
    /// An empty sequence.
    pub fn new() -> Self {
        Self::default()
    }

    /// A label that has no place yet.
    pub fn new_label(&mut self) -> Label {
        self.label_map.push(None);
        Label(self.label_map.len() as u32 - 1)
    }

    /// Puts the label before the instruction that is added next.
    pub fn use_label(&mut self, label: Label) {
        let place = self.instrs.len() as u32;
        self.label_map[label.0 as usize] = Some(place);
    }

    /// Adds an instruction; an opcode without argument takes 0.
    pub fn addop(&mut self, opcode: Opcode, oparg: u32, loc: SourceLocation) {
        debug_assert!(
            opcode.has_arg() || opcode.has_target() || oparg == 0,
            "{opcode:?} has no argument"
        );
        self.instrs.push(Instruction {
            opcode,
            oparg,
            loc,
            handler: None,
        });
    }

    /// Adds a jump or a block push.
    pub fn addop_jump(&mut self, opcode: Opcode, target: Label, loc: SourceLocation) {
        debug_assert!(opcode.has_target(), "{opcode:?} has no target");
        self.addop(opcode, target.0, loc);
    }

    /// Inserts an instruction before the one at `index`; labels move along.
    pub fn insert(&mut self, index: usize, opcode: Opcode, oparg: u32, loc: SourceLocation) {
        self.instrs.insert(
            index,
            Instruction {
                opcode,
                oparg,
                loc,
                handler: None,
            },
        );
        for place in self.label_map.iter_mut().flatten() {
            if *place as usize >= index {
                *place += 1;
            }
        }
    }

    /// Keeps the sequence of a scope within, for showing.
    pub fn add_nested(&mut self, nested: Self) {
        self.nested.push(nested);
    }

    /// The sequences of the scopes within, in the order of compiling.
    pub fn nested(&self) -> &[Self] {
        &self.nested
    }

    /// The instructions.
    pub fn instrs(&self) -> &[Instruction] {
        &self.instrs
    }

    /// The instructions, to change locations or arguments of what stands there.
    pub fn instrs_mut(&mut self) -> &mut [Instruction] {
        &mut self.instrs
    }

    /// Before which instruction a label stands.
    pub fn label_place(&self, label: Label) -> Option<usize> {
        self.label_map[label.0 as usize].map(|place| place as usize)
    }

    /// Replaces the labels in jumps by the indices of their targets
    /// (`_PyInstructionSequence_ApplyLabelMap`).
    pub fn apply_label_map(&mut self) {
        let place_of = |label: u32| {
            self.label_map[label as usize].expect("code generation places each label it jumps to")
        };
        for instr in &mut self.instrs {
            if instr.opcode.has_target() {
                instr.oparg = place_of(instr.oparg);
            }
            if let Some(handler) = &mut instr.handler {
                handler.label = place_of(handler.label);
            }
        }
        self.label_map.clear();
    }

    /// Adds a finished instruction of the flow graph.
    pub(super) fn push(&mut self, instr: Instruction) {
        self.instrs.push(instr);
    }
}

/// Values numbered in the order of their first use, as the dicts `u_names`, `u_consts`, ….
#[derive(Clone, Debug)]
pub struct Numbered<T> {
    values: Vec<T>,
    indices: FxHashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            indices: FxHashMap::default(),
        }
    }
}

impl<T: Eq + Hash + Clone> Numbered<T> {
    /// The number of the value, which gets the next one when it is new (`dict_add_o`).
    pub fn add(&mut self, value: T) -> u32 {
        if let Some(&index) = self.indices.get(&value) {
            return index;
        }
        let index = self.values.len() as u32;
        self.indices.insert(value.clone(), index);
        self.values.push(value);
        index
    }

    /// Gives the value a number of its own, though an equal one may have one.
    pub fn add_distinct(&mut self, value: T) -> u32 {
        self.values.push(value);
        self.values.len() as u32 - 1
    }

    /// The number of the value, if it has one.
    pub fn get<Q>(&self, value: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.indices.get(value).copied()
    }

    /// The value with this number.
    pub fn at(&self, index: u32) -> &T {
        &self.values[index as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All in the order of their numbers.
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

impl<T: Eq + Hash + Clone> FromIterator<T> for Numbered<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut numbered = Self::default();
        for value in values {
            numbered.add(value);
        }
        numbered
    }
}

/// What the assembler needs to know about a scope beside its instructions, as
/// `_PyCompile_CodeUnitMetadata`.
#[derive(Clone, Debug, Default)]
pub struct CompilationUnitMetadata {
    pub u_name: Arc<str>,
    pub u_qualname: Arc<str>,
    pub u_consts: Numbered<Constant>,
    pub u_names: Numbered<Arc<str>>,
    /// Parameters first.
    pub u_varnames: Numbered<Arc<str>>,
    /// An argument `i` of a cell instruction below the number of cells means cell `i`.
    pub u_cellvars: Numbered<Arc<str>>,
    /// An argument `n + i` of a cell instruction, with `n` cells, means free variable `i`.
    pub u_freevars: Numbered<Arc<str>>,
    /// Locals of inlined comprehensions outside functions.
    pub u_fasthidden: Numbered<Arc<str>>,
    /// Positional parameters without the positional-only ones.
    pub u_argcount: u32,
    pub u_posonlyargcount: u32,
    pub u_kwonlyargcount: u32,
    pub u_firstlineno: i32,
}
