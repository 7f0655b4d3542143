//! AST to code object, in CPython's own stages, each of which can be kept for showing.

pub mod instruction_sequence;
