//! Ouroscope shows how CPython 3.13 runs a program.
//!
//! A Python file is compiled to CPython's own bytecode, run on a machine of our own, and
//! every fact of the run is recorded; the window draws from that recording alone, so any
//! moment can be visited, forwards or backwards.
//!
//! ```text
//! source -> tokens -> AST -> symtable -> instruction sequence -> CFG -> code object     syntax, compiler
//! code object -> eval loop -> Event Event Event ... -> Recording                        interpreter, trace
//! Recording + Moment -> State -> rows, nodes, shapes -> pixels                          trace, views, app
//! click, key -> Command -> app state (cursor, selection) -> next frame                  app
//! ```
//!
//! # Layers
//!
//! From the ground up. A row names every layer that its files may use; a row names only
//! rows above it, so there are no cycles. `tests/suite/architecture.rs` reads this block
//! and fails when a file names a layer that its row does not list.
//!
//! ```layers
//! base        ->
//! syntax      -> base
//! bytecode    -> base
//! events      -> base bytecode
//! memory      -> base events
//! threads     -> base events
//! compiler    -> base syntax bytecode
//! objects     -> base events bytecode memory threads
//! gc          -> base events memory objects
//! interpreter -> base events bytecode memory objects gc threads
//! stdlib      -> base events syntax bytecode compiler memory objects gc threads interpreter
//! trace       -> base events bytecode
//! analysis    -> base events bytecode trace
//! session     -> base events syntax bytecode compiler memory objects gc threads interpreter stdlib trace analysis
//! views       -> base events syntax bytecode compiler trace analysis
//! export      -> base events trace analysis views
//! app         -> base events syntax bytecode trace analysis views session export
//! ```
//!
//! A first walk through the code: `main.rs`, [`session`], `interpreter/ceval.rs`,
//! `objects/listobject.rs`, `trace/state.rs`, one panel.

pub mod analysis;
#[cfg(feature = "window")]
pub mod app;
pub mod base;
pub mod bytecode;
pub mod compiler;
pub mod events;
pub mod export;
pub mod gc;
pub mod interpreter;
pub mod memory;
pub mod objects;
pub mod session;
pub mod stdlib;
pub mod syntax;
pub mod threads;
pub mod trace;
pub mod views;
