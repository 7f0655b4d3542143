//! The evaluation loop and what belongs to it: calls, unwinding, generators, imports.
//!
//! In reading order: `ceval` (the loop), `instructions` (one function for each opcode), `frames`
//! and `call_args` (calls), `unwind` and `exception_groups` (exceptions), `generators`,
//! `pending` (polls of the eval breaker), `specialize` (which form an instruction takes), `intrinsics`, `import`, `locals`.

pub mod call_args;
pub mod ceval;
pub mod exception_groups;
pub mod frames;
pub mod generators;
pub mod import;
pub mod instructions;
pub mod intrinsics;
pub mod legacy_tracing;
pub mod locals;
pub mod monitoring;
pub mod pending;
pub mod specialize;
pub mod threads;
pub mod unwind;
