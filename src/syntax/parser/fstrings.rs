//! Adjacent string literals to one node: plain text, bytes or an f-string.
//!
//! Mirrors the actions of `strings` and `fstring` in `Parser/action_helpers.c`.

use std::sync::Arc;

use crate::base::SourceLocation;

use super::super::ast::{Constant, Expr, ExprKind, Identifier};
use super::super::error::Warning;
use super::super::token::TokenKind;
use super::build::Builder;
use super::literals::{StringProblem, decode_bytes, decode_text, string_parts, text_of};

/// A piece of an f-string in the making: text that may still grow, or a finished node.
enum Piece {
    Text {
        loc: SourceLocation,
        points: Vec<u32>,
        kind: Option<Identifier>,
    },
    Node(Expr),
}

impl Builder<'_> {
    /// The node for the string tokens from `from` to `to`.
    pub fn strings(&mut self, from: usize, to: usize) -> Expr {
        let loc = self.loc(from, to);
        let first = self.tokens[from];
        if first.kind == TokenKind::String && string_parts(first.text(self.source)).bytes {
            let mut value = Vec::new();
            for i in from..to {
                let parts = string_parts(self.tokens[i].text(self.source));
                let problem = decode_bytes(parts.body, parts.raw, &mut value);
                if !parts.body.is_ascii() {
                    self.doubtful = true;
                }
                self.note(problem, i);
            }
            let value = Constant::Bytes(value);
            return Expr {
                loc,
                kind: ExprKind::Constant { value, kind: None },
            };
        }
        let mut pieces = Vec::new();
        let mut is_fstring = false;
        let mut i = from;
        while i < to {
            if self.tokens[i].kind == TokenKind::FStringStart {
                is_fstring = true;
                i = self.fstring(i, &mut pieces);
                continue;
            }
            let parts = string_parts(self.tokens[i].text(self.source));
            let kind = parts.unicode.then(|| Arc::from("u"));
            let mut points = Vec::with_capacity(parts.body.len());
            let problem = decode_text(parts.body, parts.raw, &mut points);
            self.note(problem, i);
            let loc = self.loc(i, i + 1);
            pieces.push(Piece::Text { loc, points, kind });
            i += 1;
        }
        if is_fstring {
            return Expr {
                loc,
                kind: ExprKind::JoinedStr {
                    values: join(pieces),
                },
            };
        }
        let mut all = Vec::new();
        let mut first_kind = None;
        for (n, piece) in pieces.into_iter().enumerate() {
            if let Piece::Text { points, kind, .. } = piece {
                if n == 0 {
                    first_kind = kind;
                    all = points;
                } else {
                    all.extend(points);
                }
            }
        }
        Expr {
            loc,
            kind: ExprKind::Constant {
                value: Constant::Str(text_of(&all)),
                kind: first_kind,
            },
        }
    }

    fn note(&mut self, problem: Option<StringProblem>, token: usize) {
        match problem {
            None => {}
            Some(StringProblem::Error(_)) => self.doubtful = true,
            Some(StringProblem::Warning(msg)) => self.warnings.push(Warning {
                category: "SyntaxWarning",
                msg,
                lineno: self.lines.line(self.tokens[token].start),
            }),
        }
    }

    /// Takes the f-string at token `at` apart; returns the index after its end.
    fn fstring(&mut self, at: usize, pieces: &mut Vec<Piece>) -> usize {
        let raw = self.tokens[at].text(self.source).contains(['r', 'R']);
        let mut i = at + 1;
        loop {
            match self
                .tokens
                .get(i)
                .map_or(TokenKind::EndMarker, |token| token.kind)
            {
                TokenKind::FStringMiddle => {
                    self.middle(i, raw, pieces);
                    i += 1;
                }
                TokenKind::Lbrace => i = self.replacement_field(i, pieces),
                TokenKind::FStringEnd => return i + 1,
                _ => {
                    self.broken = true;
                    return super::feed::fstring_end(self.tokens, at) + 1;
                }
            }
        }
    }

    fn middle(&mut self, at: usize, raw: bool, pieces: &mut Vec<Piece>) {
        let text = self.tokens[at].text(self.source);
        if text.is_empty() {
            return;
        }
        let mut points = Vec::with_capacity(text.len());
        let problem = decode_text(text, raw, &mut points);
        // The tokenizer warned of a backslash before a brace already.
        let told = matches!(&problem, Some(StringProblem::Warning(msg)) if msg.ends_with("\\{'") || msg.ends_with("\\}'"));
        if !told {
            self.note(problem, at);
        }
        let mut loc = self.loc(at, at + 1);
        // The second of a doubled brace counts for the place, not for the text.
        if text.ends_with(['{', '}']) && self.tokens[at + 1].start == self.tokens[at].end + 1 {
            loc.end_col_offset += 1;
        }
        pieces.push(Piece::Text {
            loc,
            points,
            kind: None,
        });
    }

    /// The field whose `{` is token `at`; returns the index after its `}`.
    fn replacement_field(&mut self, at: usize, pieces: &mut Vec<Piece>) -> usize {
        let level = self.tokens[at].level;
        let mut i = at + 1;
        // The expression ends at the first of `=`, `!`, `:`, `}` in the field itself.
        let mut nested_fstrings = 0;
        loop {
            let token = self.tokens[i];
            match token.kind {
                TokenKind::FStringStart => nested_fstrings += 1,
                TokenKind::FStringEnd => nested_fstrings -= 1,
                TokenKind::Equal | TokenKind::Exclamation | TokenKind::Colon
                    if nested_fstrings == 0 && token.level == level =>
                {
                    break;
                }
                TokenKind::Rbrace if token.level < level => break,
                TokenKind::EndMarker | TokenKind::Newline => break,
                _ => {}
            }
            i += 1;
        }
        let value = self.sub_expression(at + 1, i);
        let debug = self.tokens[i].kind == TokenKind::Equal;
        if debug {
            i += 1;
        }
        let expression_end = i;
        let mut conversion = -1;
        if self.tokens[i].kind == TokenKind::EndMarker {
            self.broken = true;
            return i;
        }
        if self.tokens[i].kind == TokenKind::Exclamation {
            let name = self.tokens[i + 1];
            conversion = match name.text(self.source) {
                "s" => i32::from(b's'),
                "r" => i32::from(b'r'),
                "a" => i32::from(b'a'),
                _ => {
                    self.doubtful = true;
                    -1
                }
            };
            if name.start != self.tokens[i].end {
                self.doubtful = true;
            }
            i += 2;
        }
        let mut format_spec = None;
        if self.tokens[i].kind == TokenKind::Colon {
            let (spec, after) = self.format_spec(i, level);
            format_spec = Some(Box::new(spec));
            i = after;
        }
        if self.tokens[i].kind != TokenKind::Rbrace {
            self.broken = true;
            while self.tokens[i].kind != TokenKind::EndMarker
                && !(self.tokens[i].kind == TokenKind::Rbrace && self.tokens[i].level < level)
            {
                i += 1;
            }
        }
        if debug {
            let start = self.tokens[at].end;
            let end = self.tokens[expression_end].start;
            let text = without_comments(&self.source[start as usize..end as usize]);
            pieces.push(Piece::Text {
                loc: self.lines.location(start, end),
                points: text.chars().map(u32::from).collect(),
                kind: None,
            });
            if conversion == -1 && format_spec.is_none() {
                conversion = i32::from(b'r');
            }
        }
        pieces.push(Piece::Node(Expr {
            loc: self.loc(at, i + 1),
            kind: ExprKind::FormattedValue {
                value: Box::new(value),
                conversion,
                format_spec,
            },
        }));
        i + 1
    }

    /// The format specification after the colon at `at`, and the index after it.
    fn format_spec(&mut self, at: usize, level: u8) -> (Expr, usize) {
        let mut pieces = Vec::new();
        let mut i = at + 1;
        loop {
            match self.tokens[i].kind {
                // Escapes are decoded even in a raw f-string.
                TokenKind::FStringMiddle => {
                    self.middle(i, false, &mut pieces);
                    i += 1;
                }
                TokenKind::Lbrace if self.tokens[i].level == level + 1 => {
                    i = self.replacement_field(i, &mut pieces);
                }
                _ => break,
            }
        }
        let loc = self.loc(at, i);
        let values = join(pieces);
        let spec = Expr {
            loc,
            kind: ExprKind::JoinedStr { values },
        };
        (spec, i)
    }
}

/// Joins neighbouring texts and drops empty ones.
fn join(pieces: Vec<Piece>) -> Vec<Expr> {
    let mut out = Vec::new();
    let mut text: Option<(SourceLocation, Vec<u32>, Option<Identifier>)> = None;
    for piece in pieces {
        match piece {
            Piece::Text { loc, points, kind } => {
                if points.is_empty() {
                    continue;
                }
                match &mut text {
                    Some((whole, all, _)) => {
                        whole.end_lineno = loc.end_lineno;
                        whole.end_col_offset = loc.end_col_offset;
                        all.extend(points);
                    }
                    None => text = Some((loc, points, kind)),
                }
            }
            Piece::Node(node) => {
                out.extend(text.take().map(text_node));
                out.push(node);
            }
        }
    }
    out.extend(text.map(text_node));
    out
}

fn text_node((loc, points, kind): (SourceLocation, Vec<u32>, Option<Identifier>)) -> Expr {
    Expr {
        loc,
        kind: ExprKind::Constant {
            value: Constant::Str(text_of(&points)),
            kind,
        },
    }
}

/// The text of a `=` field, from which CPython takes comments out.
fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut quote = None;
    let mut comment = false;
    for c in text.chars() {
        if comment {
            if c == '\n' {
                comment = false;
                out.push(c);
            }
            continue;
        }
        match (c, quote) {
            ('#', None) => {
                comment = true;
                continue;
            }
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if open == c => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out
}
