//! Source to tokens to AST; `SyntaxError` in CPython's wording.

pub mod ast;
pub mod error;

pub use error::{ErrorKind, SyntaxError, Warning};
