//! The tokenizer's errors and warnings, at CPython's places.
//!
//! Mirrors `_syntaxerror_range` and `tokenizer_error`.

use super::super::error::{ErrorKind, SyntaxError, Warning};
use super::{Failure, StopReason, TokenizeError, Tokenizer};

#[expect(
    clippy::unnecessary_box_returns,
    reason = "an error is rare, and large beside the unit that a step returns"
)]
impl Tokenizer<'_> {
    /// `raise_unclosed_parentheses_error`, when a bracket is open.
    pub(super) fn unclosed(&self) -> Option<Failure> {
        let &(bracket, at) = self.brackets.last()?;
        let (line, col) = self.lines.line_and_column(at);
        let mut text = self.line_text(line);
        if line < self.last_line() {
            text.truncate(text.trim_end_matches('\n').len());
        }
        Some(Box::new(TokenizeError {
            reason: StopReason::Eof,
            in_fstring: false,
            error: SyntaxError {
                kind: ErrorKind::SyntaxError,
                msg: format!("'{}' was never closed", char::from(bracket)),
                lineno: Some(line),
                offset: Some(self.character_column(line, col) + 1),
                end_lineno: Some(line),
                end_offset: Some(0),
                text: Some(text),
            },
        }))
    }

    pub(super) fn warn(&mut self, msg: String) {
        self.warnings.push(Warning {
            category: "SyntaxWarning",
            msg,
            lineno: self
                .lines
                .line(self.pos.min(self.bytes.len().saturating_sub(1)) as u32),
        });
    }

    /// `_syntaxerror`: the column is that of the last character read.
    pub(super) fn raise(&self, msg: &str) -> Failure {
        let pos = self.pos.min(self.bytes.len());
        let line = self.lines.line(pos.saturating_sub(1) as u32);
        let line_start = self.lines.start_of(line) as usize;
        let offset = self.source[line_start..pos].chars().count() as i32;
        Box::new(TokenizeError {
            reason: StopReason::Raised,
            in_fstring: false,
            error: SyntaxError {
                kind: ErrorKind::SyntaxError,
                msg: msg.to_owned(),
                lineno: Some(line),
                offset: Some(offset),
                end_lineno: Some(line),
                end_offset: Some(offset),
                text: Some(self.line_text(line).trim_end_matches('\n').to_owned()),
            },
        })
    }

    pub(super) fn tab_error(&self) -> Failure {
        self.stop_at_line(
            StopReason::Other,
            ErrorKind::TabError,
            "inconsistent use of tabs and spaces in indentation",
        )
    }

    pub(super) fn dedent_error(&self) -> Failure {
        let mut error = self.stop_at_line(
            StopReason::Dedent,
            ErrorKind::IndentationError,
            "unindent does not match any outer indentation level",
        );
        let line = self.lines.line(self.pos as u32);
        let length = self.line_text(line).trim_end_matches('\n').chars().count() as i32;
        error.error.offset = Some(length + 1);
        error.error.end_offset = Some(-1);
        error
    }

    /// An error that blames the whole current line.
    pub(super) fn stop_at_line(&self, reason: StopReason, kind: ErrorKind, msg: &str) -> Failure {
        let line = self.lines.line(self.pos as u32);
        Box::new(TokenizeError {
            reason,
            in_fstring: false,
            error: SyntaxError {
                kind,
                msg: msg.to_owned(),
                lineno: Some(line),
                offset: Some(1),
                end_lineno: Some(line),
                end_offset: Some(0),
                text: Some(self.line_text(line)),
            },
        })
    }

    pub(super) fn line_text(&self, line: i32) -> String {
        let start = self.lines.start_of(line) as usize;
        let rest = &self.source[start..];
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        rest[..end].to_owned()
    }

    /// How many characters are in the first `bytes` bytes of line `line`.
    pub(super) fn character_column(&self, line: i32, bytes: i32) -> i32 {
        let start = self.lines.start_of(line) as usize;
        self.source[start..start + bytes as usize].chars().count() as i32
    }
}
