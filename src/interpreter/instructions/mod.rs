//! One function for each opcode, in families; the loop's dispatch names them from the opcode table.
//!
//! Mirrors `Python/bytecodes.c`. An operand that an instruction drops is dropped after the
//! operation, in CPython's order, so that every count a program can see is right.

mod attributes;
mod calls;
mod classes;
mod containers;
mod exceptions;
mod formatting;
mod generators;
mod imports;
mod iteration;
mod jumps;
mod names;
mod operators;
mod patterns;
mod specialized_attributes;
mod specialized_calls;
mod specialized_iteration;
mod specialized_operators;
mod stack;
mod subscripts;
mod unpacking;

pub use attributes::*;
pub use calls::*;
pub use classes::*;
pub use containers::*;
pub use exceptions::*;
pub use formatting::*;
pub use generators::*;
pub use imports::*;
pub use iteration::*;
pub use jumps::*;
pub use names::*;
pub use operators::*;
pub use patterns::*;
pub use specialized_attributes::*;
pub use specialized_calls::*;
pub use specialized_iteration::*;
pub use specialized_operators::*;
pub use stack::*;
pub use subscripts::*;
pub use unpacking::*;
