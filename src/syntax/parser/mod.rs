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

use super::ast::{ExprKind, Mod};
use super::diagnose::diagnose;
use super::error::{ErrorKind, SyntaxError, Warning};
use super::lines::LineTable;
use super::token::TokenKind;
use super::tokenizer::{TokenMode, Tokens, tokenize};

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
///
/// `source` ends with a line feed; `implicit_newline` tells that it was added to text that is no
/// file, where CPython adds none.
pub fn parse_text(
    source: &str,
    mode: Mode,
    implicit_newline: bool,
) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    let lines = LineTable::new(source);
    let mut list = tokenize(source, &lines, TokenMode::Parser);
    if implicit_newline && mode != Mode::Exec {
        list.implicit_newline = true;
        let last = list
            .tokens
            .iter()
            .rposition(|token| token.kind == TokenKind::Newline);
        if mode == Mode::Eval
            && let Some(last) = last
            && list.tokens[last].end as usize == source.len()
        {
            list.tokens.remove(last);
        }
    }
    if is_deep(&list) {
        // Trees of such depth need more stack to build and to drop than a thread usually has.
        return std::thread::scope(|scope| {
            std::thread::Builder::new()
                .stack_size(1 << 30)
                .spawn_scoped(scope, || parse_list(source, &lines, &list, mode))
                .expect("the system can start a thread")
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
    }
    parse_list(source, &lines, &list, mode)
}

/// Whether the tree may be deep: a long logical line or a long chain of `elif`.
fn is_deep(list: &Tokens) -> bool {
    let mut length = 0;
    let mut elifs = 0;
    for token in &list.tokens {
        match token.kind {
            TokenKind::Newline => length = 0,
            TokenKind::Elif => {
                elifs += 1;
                length += 1;
            }
            _ => length += 1,
        }
        if length > 300 || elifs > 300 {
            return true;
        }
    }
    false
}

fn parse_list(
    source: &str,
    lines: &LineTable,
    list: &Tokens,
    mode: Mode,
) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    if list.error.is_none()
        && let Some(parsed) = parse_tokens_of(source, lines, list, mode)
    {
        return parsed;
    }
    match diagnose(source, lines, list, mode) {
        Some(error) => Err(error),
        None => accept_anyway(source, lines, list, mode),
    }
}

type Parsed = Result<(Mod, Vec<Warning>), SyntaxError>;

/// The tree, unless something about it needs a closer look.
fn parse_tokens_of(source: &str, lines: &LineTable, list: &Tokens, mode: Mode) -> Option<Parsed> {
    let built = build_tree(source, lines, list, mode)?;
    (!built.doubtful).then(|| built.finish())
}

/// The rules of CPython accept what raised a doubt; so do we.
fn accept_anyway(source: &str, lines: &LineTable, list: &Tokens, mode: Mode) -> Parsed {
    match build_tree(source, lines, list, mode) {
        Some(built) => built.finish(),
        None => Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            "this source is not supported by the parser",
        )),
    }
}

/// A tree, before it is clear whether CPython would have one.
struct Built {
    tree: Mod,
    warnings: Vec<Warning>,
    doubtful: bool,
    too_deep: bool,
}

impl Built {
    fn finish(self) -> Parsed {
        if self.too_deep {
            return Err(SyntaxError::without_place(
                ErrorKind::RecursionError,
                "maximum recursion depth exceeded during compilation",
            ));
        }
        Ok((self.tree, self.warnings))
    }
}

/// The crate's tree made ours, or `None` when the crate refuses the source.
fn build_tree(source: &str, lines: &LineTable, list: &Tokens, mode: Mode) -> Option<Built> {
    let tokens = &list.tokens;
    let context = Context::new(source, tokens);
    let fed = feed(source, tokens, &context, 0, tokens.len(), false);
    let crate_mode = match mode {
        Mode::Exec => CrateMode::Module,
        Mode::Eval => CrateMode::Expression,
        Mode::Single => CrateMode::Interactive,
    };
    let mut builder = Builder::new(source, lines, tokens, &context);
    let tree = match parse_tokens(fed, crate_mode, "") {
        Ok(rp::Mod::Module(module)) => Mod::Module {
            body: builder.body(module.body),
        },
        Ok(rp::Mod::Interactive(module)) => {
            // What counts as one statement is for the rules to say.
            builder.doubtful = true;
            Mod::Interactive {
                body: builder.body(module.body),
            }
        }
        Ok(rp::Mod::Expression(module)) => {
            let body = Box::new(builder.expr(*module.body));
            if matches!(body.kind, ExprKind::Starred { .. } | ExprKind::Tuple { .. }) {
                builder.doubtful = true;
            }
            Mod::Expression { body }
        }
        Ok(rp::Mod::FunctionType(_)) | Err(_) => return None,
    };
    if builder.broken {
        return None;
    }
    let mut warnings = list.warnings.clone();
    warnings.append(&mut builder.warnings);
    Some(Built {
        tree,
        warnings,
        doubtful: builder.doubtful,
        too_deep: builder.too_deep,
    })
}
