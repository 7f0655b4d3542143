//! The symbol table: which names each scope binds, uses and declares, and where each is looked up.
//!
//! Mirrors `Python/symtable.c`: a first pass over the tree collects (`build`), a second over the
//! scopes decides (`analyze`).

mod analyze;
mod build;
mod definitions;
mod entry;
mod expressions;

pub use build::build;
pub use entry::*;
