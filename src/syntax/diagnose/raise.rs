//! Errors with CPython's places.
//!
//! Mirrors `_PyPegen_raise_error` and its kin in `Parser/pegen_errors.c`.

use super::super::error::{ErrorKind, SyntaxError};
use super::super::token::{Token, TokenKind};
use super::engine::{Halt, Node, NodeKind, P, Parser};

/// Which statement wanted a target (`TARGETS_TYPE`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Targets {
    Star,
    Del,
    For,
}

impl Parser<'_> {
    /// `RAISE_SYNTAX_ERROR_KNOWN_LOCATION`.
    pub fn raise_at<T>(&mut self, node: Node, msg: &str) -> P<T> {
        self.raise_range(node, node, msg)
    }

    /// `RAISE_SYNTAX_ERROR_KNOWN_RANGE`: from the start of one to the end of the other.
    pub fn raise_range<T>(&mut self, from: Node, to: Node, msg: &str) -> P<T> {
        let first = self.list.tokens[from.from as usize];
        if self.is_implicit_newline(first) {
            let error = self.error_without_column(ErrorKind::SyntaxError, msg);
            return self.halt(error);
        }
        let start = first.start;
        let last = (to.to.max(to.from + 1) - 1) as usize;
        let end = self.list.tokens[last].end;
        let error = self.error_between(ErrorKind::SyntaxError, start, Some(end), msg);
        self.halt(error)
    }

    /// `RAISE_SYNTAX_ERROR_STARTING_FROM`: up to where the tokenizer stands.
    pub fn raise_from<T>(&mut self, node: Node, msg: &str) -> P<T> {
        let start = self.list.tokens[node.from as usize].start;
        let cursor = self.cursor();
        let mut error = self.error_between(ErrorKind::SyntaxError, start, Some(cursor), msg);
        // CPython counts this end from 0.
        error.end_offset = error.end_offset.map(|offset| offset - 1);
        self.halt(error)
    }

    /// `RAISE_SYNTAX_ERROR`: at the last token looked at.
    pub fn raise_last<T>(&mut self, msg: &str) -> P<T> {
        let error = self.error_at_token(ErrorKind::SyntaxError, self.fill.saturating_sub(1), msg);
        self.halt(error)
    }

    /// `RAISE_INDENTATION_ERROR`.
    pub fn raise_indentation<T>(&mut self, msg: &str) -> P<T> {
        let error = self.error_at_token(
            ErrorKind::IndentationError,
            self.fill.saturating_sub(1),
            msg,
        );
        self.halt(error)
    }

    /// `RAISE_SYNTAX_ERROR_ON_NEXT_TOKEN`.
    pub fn raise_next<T>(&mut self, msg: &str) -> P<T> {
        let error = self.error_at_token(ErrorKind::SyntaxError, self.mark, msg);
        self.halt(error)
    }

    /// At the last byte of `node`, though on its first line: the place CPython gives a key.
    pub fn raise_at_end<T>(&mut self, node: Node, msg: &str) -> P<T> {
        let start = self.list.tokens[node.from as usize].start;
        let end = self.list.tokens[node.to as usize - 1].end;
        let mut error = self.error_between(ErrorKind::SyntaxError, start, None, msg);
        let (end_lineno, end_col) = self.lines.line_and_column(end);
        let text = error.text.as_deref().unwrap_or_default();
        error.offset = Some(characters_of(text, end_col - 1) + 1);
        error.end_lineno = Some(end_lineno);
        self.halt(error)
    }

    /// `RAISE_SYNTAX_ERROR_INVALID_TARGET`.
    pub fn raise_invalid_target<T>(&mut self, targets: Targets, node: Node) -> P<T> {
        let Some(invalid) = self.invalid_target(targets, node) else {
            return Ok(None);
        };
        let verb = match targets {
            Targets::Star | Targets::For => "assign to",
            Targets::Del => "delete",
        };
        let msg = format!("cannot {verb} {}", invalid.kind.name());
        self.raise_at(invalid, &msg)
    }

    /// `_PyPegen_get_invalid_target`.
    fn invalid_target(&self, targets: Targets, node: Node) -> Option<Node> {
        match node.kind {
            NodeKind::List | NodeKind::Tuple => self
                .kids(node)
                .iter()
                .find_map(|&kid| self.invalid_target(targets, kid)),
            NodeKind::Starred => {
                if targets == Targets::Del {
                    return Some(node);
                }
                self.invalid_target(targets, self.kids(node)[0])
            }
            NodeKind::Compare | NodeKind::CompareIn if targets == Targets::For => {
                if node.kind == NodeKind::CompareIn {
                    return self.invalid_target(targets, self.kids(node)[0]);
                }
                None
            }
            NodeKind::Name | NodeKind::Subscript | NodeKind::Attribute => None,
            _ => Some(node),
        }
    }

    /// The error for which no rule has a better message (`_PyPegen_set_syntax_error`).
    pub fn generic_error(&self, last_token: usize) -> SyntaxError {
        let token = self.list.tokens.get(last_token).copied();
        match token.map(|token| token.kind) {
            Some(TokenKind::Indent) => self.error_at_token(
                ErrorKind::IndentationError,
                self.fill - 1,
                "unexpected indent",
            ),
            Some(TokenKind::Dedent) => self.error_at_token(
                ErrorKind::IndentationError,
                self.fill - 1,
                "unexpected unindent",
            ),
            Some(TokenKind::EndMarker) => {
                self.error_without_column(ErrorKind::SyntaxError, "invalid syntax")
            }
            Some(_) if token.is_some_and(|token| self.is_implicit_newline(token)) => {
                self.error_without_column(ErrorKind::SyntaxError, "invalid syntax")
            }
            Some(_) => self.error_at_token(ErrorKind::SyntaxError, last_token, "invalid syntax"),
            None => SyntaxError::without_place(
                ErrorKind::SyntaxError,
                "error at start before reading any input",
            ),
        }
    }

    /// Where the tokenizer stands: after the last token looked at.
    fn cursor(&self) -> u32 {
        self.list.tokens[self.fill.saturating_sub(1)].end
    }

    fn halt<T>(&mut self, error: SyntaxError) -> P<T> {
        self.error = Some(error);
        Err(Halt)
    }

    fn error_at_token(&self, kind: ErrorKind, index: usize, msg: &str) -> SyntaxError {
        let token = self.list.tokens[index.min(self.list.tokens.len() - 1)];
        if self.is_implicit_newline(token) {
            let mut error = self.error_without_column(kind, msg);
            let text = error.text.as_deref().unwrap_or_default();
            error.offset = Some(text.trim_end_matches('\n').chars().count() as i32);
            error.end_offset = Some(-1);
            return error;
        }
        match token.kind {
            // These have no columns: the place is where the tokenizer stands.
            TokenKind::Indent | TokenKind::Dedent | TokenKind::EndMarker => {
                let at = self.list.tokens[self.fill.saturating_sub(1)];
                // At the end of the source CPython stays on the last line.
                let line = self
                    .lines
                    .line(at.end.min(self.source.len().saturating_sub(1) as u32));
                let start = self.lines.start_of(line);
                let mut error = self.error_between(kind, start, None, msg);
                let mut width = (at.end - start) as i32;
                if self.list.implicit_newline && at.end as usize == self.source.len() {
                    width -= 1;
                }
                error.offset = Some(self.characters(line, width));
                error.end_offset = Some(-1);
                error
            }
            TokenKind::Newline => {
                // A line end is as long as its line feed.
                self.error_between(kind, token.start, Some(token.end), msg)
            }
            _ => self.error_between(kind, token.start, Some(token.end), msg),
        }
    }

    /// An error from byte `start` to byte `end`; without an end as CPython's -1.
    fn error_between(
        &self,
        kind: ErrorKind,
        start: u32,
        end: Option<u32>,
        msg: &str,
    ) -> SyntaxError {
        let (lineno, col) = self.lines.line_and_column(start);
        let (end_lineno, end_offset) = match end {
            Some(end) => {
                let (mut end_lineno, mut end_col) = self.lines.line_and_column(end);
                // A token that ends with its line's feed ends on that line.
                if end_col == 0 && end > start {
                    let (line, col) = self.lines.line_and_column(end - 1);
                    end_lineno = line;
                    end_col = col + 1;
                }
                if end_lineno == lineno {
                    (end_lineno, self.characters(end_lineno, end_col) + 1)
                } else {
                    // CPython counts in the text of the first line all the same.
                    (
                        end_lineno,
                        characters_of(&self.shown_line(lineno), end_col) + 1,
                    )
                }
            }
            None => (lineno, 0),
        };
        SyntaxError {
            kind,
            msg: msg.to_owned(),
            lineno: Some(lineno),
            offset: Some(self.characters(lineno, col) + 1),
            end_lineno: Some(end_lineno),
            end_offset: Some(end_offset),
            text: Some(self.shown_line(lineno)),
        }
    }

    /// The line with its line feed, which CPython drops when the tokenizer is past the line.
    fn shown_line(&self, line: i32) -> String {
        let mut text = self.line_text(line);
        let cursor = self.cursor();
        let token = self.list.tokens[self.fill.saturating_sub(1)];
        let at = match token.kind {
            TokenKind::Indent => cursor,
            _ => cursor.saturating_sub(1),
        };
        let mut reached = self
            .lines
            .line(at.min(self.source.len().saturating_sub(1) as u32));
        if token.kind == TokenKind::Dedent && (cursor as usize) < self.source.len() {
            reached = self.lines.line(cursor);
        }
        if reached > line {
            text.truncate(text.trim_end_matches('\n').len());
        }
        text
    }

    /// The line end that only stands for the end of the source.
    fn is_implicit_newline(&self, token: Token) -> bool {
        self.list.implicit_newline
            && token.kind == TokenKind::Newline
            && token.end as usize == self.source.len()
    }

    /// An error at the end of the source, whose token has no column: CPython shows 0.
    fn error_without_column(&self, kind: ErrorKind, msg: &str) -> SyntaxError {
        let end = self.source.len().saturating_sub(1) as u32;
        let line = if self.source.is_empty() {
            0
        } else {
            self.lines.line(end)
        };
        SyntaxError {
            kind,
            msg: msg.to_owned(),
            lineno: Some(line),
            offset: Some(0),
            end_lineno: Some(line),
            end_offset: Some(0),
            text: Some(if line == 0 {
                String::new()
            } else {
                self.line_text(line)
            }),
        }
    }

    fn characters(&self, line: i32, bytes: i32) -> i32 {
        let start = self.lines.start_of(line) as usize;
        let end = (start + bytes.max(0) as usize).min(self.source.len());
        self.source[start..end].chars().count() as i32
    }

    fn line_text(&self, line: i32) -> String {
        let start = self.lines.start_of(line) as usize;
        let rest = &self.source[start..];
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        rest[..end].to_owned()
    }
}

/// How many characters the first `bytes` bytes of `text` are; no more than it has.
fn characters_of(text: &str, bytes: i32) -> i32 {
    let end = (bytes.max(0) as usize).min(text.len());
    String::from_utf8_lossy(&text.as_bytes()[..end])
        .chars()
        .count() as i32
}
