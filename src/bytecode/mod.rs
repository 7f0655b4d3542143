//! The opcode table, code objects, their exception and location tables, and `dis`.

pub mod code;
pub mod dis;
pub mod exception_table;
pub mod locations;
pub mod opcode;
pub mod repr;

pub use code::{CodeObject, CodeUnit, Constant, LocalKind};
pub use opcode::{Flag, Opcode};
