//! Why a source is refused: CPython's own search for the message, run only after a parse failed.
//!
//! Mirrors the rules of `Grammar/python.gram` with their `invalid_` alternatives, and
//! `Parser/pegen_errors.c`. CPython's parser tries alternatives in order and remembers which
//! tokens it has looked at; its messages depend on both, so this is a parser of the same kind.
//! It builds no tree, only the kind and the extent of each expression.
//!
//! In reading order: `engine` (tokens, memory, lookahead), `raise` (places of errors), then the
//! rules: `statements`, `compound`, `expressions`, `calls`, `parameters`, `targets`, `patterns`, `fstring`.

pub mod calls;
pub mod compound;
pub mod engine;
pub mod expressions;
pub mod fstring;
pub mod parameters;
pub mod patterns;
pub mod raise;
pub mod statements;
pub mod targets;

use super::error::{ErrorKind, SyntaxError};
use super::lines::LineTable;
use super::parser::Mode;
use super::tokenizer::{StopReason, Tokens};

use engine::Parser;

/// The error that CPython raises for this source, or `None` when it accepts it.
pub fn diagnose(source: &str, lines: &LineTable, list: &Tokens, mode: Mode) -> Option<SyntaxError> {
    // The rules call each other deeply; a stack of its own keeps any source from exhausting it.
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(1 << 29)
            .spawn_scoped(scope, || find_error(source, lines, list, mode))
            .ok()
            .and_then(|thread| thread.join().ok())
            .flatten()
    })
}

/// `_PyPegen_run_parser`: one pass as usual, a second with the `invalid_` rules.
fn find_error(source: &str, lines: &LineTable, list: &Tokens, mode: Mode) -> Option<SyntaxError> {
    let mut first = Parser::new(source, lines, list, false);
    match statements::start(&mut first, mode) {
        Ok(Some(())) => return None,
        Ok(None) => {}
        Err(_) => {
            return first
                .error
                .take()
                .map(|error| prefer_tokenizer(&first, error));
        }
    }
    let last_token = first.fill.saturating_sub(1);
    let mut second = Parser::new(source, lines, list, true);
    second.fill = first.fill;
    let _ = statements::start(&mut second, mode);
    if let Some(error) = second.error.take() {
        return Some(prefer_tokenizer(&second, error));
    }
    let error = second.generic_error(last_token);
    if error.kind == ErrorKind::IndentationError {
        return Some(error);
    }
    Some(prefer_tokenizer(&second, error))
}

/// `_PyPegen_tokenize_full_source_to_check_for_errors`: what the tokenizer finds wrong further
/// on comes before what the parser found.
fn prefer_tokenizer(parser: &Parser<'_>, error: SyntaxError) -> SyntaxError {
    let Some(stop) = &parser.list.error else {
        return error;
    };
    if parser.error_is_final {
        return error;
    }
    match stop.reason {
        StopReason::Raised | StopReason::Eof if stop.in_fstring => error,
        StopReason::Raised => stop.error.clone(),
        StopReason::Eof => {
            let Some(&bracket) = parser.list.open_brackets.last() else {
                return error;
            };
            let reached = parser.list.tokens[parser.fill.saturating_sub(1)];
            if parser.lines.line(reached.start) > parser.lines.line(bracket) {
                stop.error.clone()
            } else {
                error
            }
        }
        StopReason::Dedent | StopReason::Other => error,
    }
}
