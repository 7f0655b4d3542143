//! Source text to tokens to AST, with CPython's positions and error messages.
//!
//! In reading order: `decode` (bytes to text), `token` and `tokenizer`, `ast`, `parser`,
//! `error`; `dump` writes a tree as Python's `ast.dump` does.

pub mod ast;
pub mod decode;
pub mod diagnose;
pub mod dump;
pub mod error;
pub mod lines;
pub mod parser;
pub mod token;
pub mod tokenizer;

pub use decode::{Origin, decode_source};
pub use dump::ast_dump;
pub use error::{ErrorKind, SyntaxError, Warning};
pub use parser::Mode;

/// Parses the bytes of a source file.
pub fn parse(source: &[u8], mode: Mode) -> Result<(ast::Mod, Vec<Warning>), SyntaxError> {
    let text = decode_source(source)?;
    parser::parse_text(&text, mode, false)
}

/// Parses the bytes of the script `filename`, with the errors that CPython has for scripts.
pub fn parse_file(
    source: &[u8],
    filename: &str,
    mode: Mode,
) -> Result<(ast::Mod, Vec<Warning>), SyntaxError> {
    let text = decode_file(source, filename)?;
    parser::parse_text(&text, mode, false)
}

/// Decodes the source of a file that is run as a program: the errors are worded as those of
/// `python FILE`.
pub fn decode_file(source: &[u8], filename: &str) -> Result<String, SyntaxError> {
    decode::decode(source, Origin::File(filename))
}

/// Parses text that is decoded already, as `compile` does with a `str`.
pub fn parse_str(source: &str, mode: Mode) -> Result<(ast::Mod, Vec<Warning>), SyntaxError> {
    if source.contains('\0') {
        return Err(SyntaxError::without_place(
            ErrorKind::SyntaxError,
            "source code string cannot contain null bytes",
        ));
    }
    let text = decode::normalize_newlines(source);
    let implicit_newline = mode != Mode::Exec && !source.ends_with(['\n', '\r']);
    let parsed = parser::parse_text(&text, mode, implicit_newline);
    if !implicit_newline {
        return parsed;
    }
    // Only a file gets a last line feed from CPython.
    let last_line = source.lines().count() as i32;
    parsed.map_err(|mut error| {
        if error.lineno == Some(last_line)
            && let Some(text) = &mut error.text
        {
            text.truncate(text.trim_end_matches('\n').len());
        }
        error
    })
}
