//! AST to code object, in CPython's own stages, each of which can be kept for showing.
//!
//! In reading order: `compile` (the whole way), `future`, `ast_opt` (constant folding), `symtable`,
//! `codegen` (instructions), `flowgraph` (their improvement), `assemble` (the code object).

pub mod assemble;
pub mod ast_opt;
pub mod codegen;
pub mod compile;
mod complex_ops;
pub mod constant_ops;
pub mod error;
pub mod flowgraph;
mod format_opt;
pub mod future;
pub mod instruction_sequence;
pub mod interned;
pub mod intrinsics;
pub mod json;
pub mod names;
pub mod symtable;
pub mod unparse;

pub use assemble::optimize_and_assemble;
pub use compile::{
    CompileOptions, Compiled, Stages, compile, compile_ast, compile_str, compile_with_stages,
    symbol_table,
};
pub use interned::Startup;
