//! AST to code object, in CPython's own stages, each of which can be kept for showing.

pub mod assemble;
pub mod flowgraph;
pub mod instruction_sequence;

pub use assemble::optimize_and_assemble;
