//! Tokens to the tree: the crate `rustpython-parser` is the grammar, everything around is ours.
//!
//! In reading order: `feed` (our tokens for the crate), `build` (its tree to ours), `fstrings`
//! and `literals` (values of strings and numbers).

pub mod build;
pub mod feed;
pub mod fstrings;
pub mod literals;

use rustpython_parser::ast as rp;
use rustpython_parser::{Mode as CrateMode, parse_tokens};

use super::ast::Mod;
use super::error::{ErrorKind, SyntaxError, Warning};
use super::lines::LineTable;
use super::tokenizer::{TokenMode, tokenize};

use build::Builder;
use feed::{Context, feed};

/// What a source is to be parsed as: the `mode` of Python's `compile`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A file.
    Exec,
    /// One expression.
    Eval,
    /// One statement at the prompt.
    Single,
}

/// Parses decoded source text; see [`super::parse`].
pub fn parse_text(source: &str, mode: Mode) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    let lines = LineTable::new(source);
    let list = tokenize(source, &lines, TokenMode::Parser);
    if let Some(error) = list.error {
        return Err(error.error);
    }
    let tokens = &list.tokens;
    let context = Context::new(source, tokens);
    let fed = feed(source, tokens, &context, 0, tokens.len(), false);
    let crate_mode = match mode {
        Mode::Exec => CrateMode::Module,
        Mode::Eval => CrateMode::Expression,
        Mode::Single => CrateMode::Interactive,
    };
    let mut builder = Builder::new(source, &lines, tokens, &context);
    let tree = match parse_tokens(fed, crate_mode, "") {
        Ok(rp::Mod::Module(module)) => Mod::Module {
            body: builder.body(module.body),
        },
        Ok(rp::Mod::Interactive(module)) => Mod::Interactive {
            body: builder.body(module.body),
        },
        Ok(rp::Mod::Expression(module)) => Mod::Expression {
            body: Box::new(builder.expr(*module.body)),
        },
        Ok(rp::Mod::FunctionType(_)) | Err(_) => {
            return Err(SyntaxError::without_place(
                ErrorKind::SyntaxError,
                "invalid syntax",
            ));
        }
    };
    if builder.broken {
        return Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            "invalid syntax",
        ));
    }
    let mut warnings = list.warnings;
    warnings.append(&mut builder.warnings);
    Ok((tree, warnings))
}
