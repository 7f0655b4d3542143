//! Source text to tokens, with CPython's positions, limits and messages.
//!
//! Mirrors `Parser/lexer/lexer.c`; `numbers`, `strings` and `errors` hold its long parts. The whole source is read at once; where CPython would stop
//! with an error, the tokens up to there are kept together with it, because its parser may
//! find something wrong earlier.

mod errors;
mod numbers;
mod strings;

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::base::unicode;

use super::error::{ErrorKind, SyntaxError, Warning};
use super::lines::LineTable;
use super::token::{Token, TokenKind};

/// How deep brackets may nest (`MAXLEVEL`).
const MAX_LEVEL: usize = 200;
/// How deep blocks may nest (`MAXINDENT`).
const MAX_INDENT: usize = 100;
/// How deep f-strings may nest (`MAXFSTRINGLEVEL`).
const MAX_FSTRING_LEVEL: usize = 150;
/// How deep replacement fields of one f-string may nest (`MAX_EXPR_NESTING`).
const MAX_EXPR_NESTING: i32 = 3;

/// Which tokens are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenMode {
    /// Those that the parser sees.
    Parser,
    /// Also comments and line ends inside statements (`COMMENT`, `NL`), as `tokenize` gives.
    All,
}

/// Why there are no further tokens, as the parser tells the cases apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopReason {
    /// The tokenizer has a `SyntaxError` to report.
    Raised,
    /// The source ends inside brackets or after a backslash (`E_EOF`).
    Eof,
    /// Indentation matches no outer level (`E_DEDENT`).
    Dedent,
    /// Tabs and spaces disagree (`E_TABSPACE`), too many levels (`E_TOODEEP`), something
    /// after a backslash (`E_LINECONT`).
    Other,
}

/// The end of a tokenization that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenizeError {
    pub reason: StopReason,
    /// It happened inside an f-string, where the parser's own error is the better one.
    pub in_fstring: bool,
    pub error: SyntaxError,
}

/// The tokens of a source.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub tokens: Vec<Token>,
    /// Why the list stops before an `ENDMARKER`.
    pub error: Option<TokenizeError>,
    pub warnings: Vec<Warning>,
    /// The last line feed is ours: the source had none and is no file.
    pub implicit_newline: bool,
    /// The brackets still open at the end: their byte offsets.
    pub open_brackets: Vec<u32>,
    /// Where the tokenizer stood after each `INDENT` and `DEDENT` stays unknown to the list;
    /// this is where it stood at the end.
    pub end: u32,
}

/// Splits `source` (line feeds only, ending with one unless empty) into tokens.
pub fn tokenize(source: &str, lines: &LineTable, mode: TokenMode) -> Tokens {
    let mut tokenizer = Tokenizer {
        source,
        bytes: source.as_bytes(),
        lines,
        mode,
        pos: 0,
        start: 0,
        at_bol: true,
        pending: 0,
        indents: vec![(0, 0)],
        brackets: Vec::new(),
        fstrings: Vec::new(),
        warnings: Vec::new(),
        tokens: Vec::with_capacity(source.len() / 4 + 8),
        statement_begun: false,
    };
    let error = loop {
        match tokenizer.next_token() {
            Ok(()) => {
                if tokenizer
                    .tokens
                    .last()
                    .is_some_and(|token| token.kind == TokenKind::EndMarker)
                {
                    break None;
                }
            }
            Err(mut error) => {
                error.in_fstring = !tokenizer.fstrings.is_empty();
                break Some(*error);
            }
        }
    };
    Tokens {
        tokens: tokenizer.tokens,
        error,
        warnings: tokenizer.warnings,
        implicit_newline: false,
        open_brackets: tokenizer.brackets.iter().map(|bracket| bracket.1).collect(),
        end: tokenizer.pos as u32,
    }
}

/// An f-string that the tokenizer is inside of (`tokenizer_mode`).
struct FString {
    quote: u8,
    quote_size: usize,
    raw: bool,
    start: usize,
    /// In a replacement field, or in the text around.
    in_field: bool,
    in_format_spec: bool,
    curly_bracket_depth: i32,
    curly_bracket_expr_start_depth: i32,
}

struct Tokenizer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    lines: &'s LineTable,
    mode: TokenMode,
    pos: usize,
    /// Where the current token begins.
    start: usize,
    at_bol: bool,
    /// Indents (positive) or dedents (negative) not given out yet.
    pending: i32,
    /// Columns of the open blocks: with tabs to multiples of 8, and with tabs as 1.
    indents: Vec<(u32, u32)>,
    /// Open brackets and where they are.
    brackets: Vec<(u8, u32)>,
    fstrings: Vec<FString>,
    warnings: Vec<Warning>,
    tokens: Vec<Token>,
    /// Whether a token of the current logical line was given out.
    statement_begun: bool,
}

/// Boxed, so that the many steps that succeed return quickly.
type Failure = Box<TokenizeError>;
type Step = Result<(), Failure>;

impl Tokenizer<'_> {
    /// Adds at least one token, or says why not.
    fn next_token(&mut self) -> Step {
        if self
            .fstrings
            .last()
            .is_some_and(|fstring| !fstring.in_field)
        {
            return self.fstring_token();
        }
        self.regular_token()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.statement_begun = true;
        self.tokens.push(Token {
            kind,
            level: self.brackets.len() as u8,
            start: start as u32,
            end: end as u32,
        });
    }

    /// `tok_get_normal_mode`.
    fn regular_token(&mut self) -> Step {
        let mut blank_line = false;
        if self.at_bol {
            self.at_bol = false;
            blank_line = self.indentation()?;
        }
        self.start = self.pos;
        if self.pending != 0 {
            let kind = if self.pending < 0 {
                self.pending += 1;
                TokenKind::Dedent
            } else {
                self.pending -= 1;
                TokenKind::Indent
            };
            let start = if kind == TokenKind::Indent {
                self.lines.start_of(self.lines.line(self.pos as u32)) as usize
            } else {
                self.pos
            };
            self.push(kind, start, self.pos);
            self.statement_begun = false;
            return Ok(());
        }
        let mut comment_start = None;
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | 0x0c)) {
                self.pos += 1;
            }
            self.start = self.pos;
            let Some(c) = self.peek() else {
                return self.end_of_source();
            };
            match c {
                b'#' => {
                    let rest = &self.bytes[self.pos..];
                    let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                    self.pos += length;
                    if self.mode == TokenMode::Parser {
                        // For the parser the line end begins with the comment.
                        comment_start = comment_start.or(Some(self.start));
                    } else {
                        let begun = self.statement_begun;
                        self.push(TokenKind::Comment, self.start, self.pos);
                        self.statement_begun = begun;
                        self.start = self.pos;
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => return self.name_or_string(),
                b'\n' => {
                    self.pos += 1;
                    self.at_bol = true;
                    if blank_line || !self.brackets.is_empty() || !self.statement_begun {
                        if self.mode == TokenMode::All {
                            let begun = self.statement_begun;
                            self.push(TokenKind::Nl, self.start, self.pos);
                            self.statement_begun = begun;
                        }
                        if self.brackets.is_empty() {
                            return Ok(());
                        }
                        // Inside brackets lines have no indentation.
                        self.at_bol = false;
                        continue;
                    }
                    self.push(
                        TokenKind::Newline,
                        comment_start.unwrap_or(self.start),
                        self.pos,
                    );
                    self.statement_begun = false;
                    return Ok(());
                }
                b'.' => {
                    if self.peek_at(1).is_some_and(|b| b.is_ascii_digit()) {
                        return self.number();
                    }
                    if self.bytes[self.pos..].starts_with(b"...") {
                        self.pos += 3;
                        self.push(TokenKind::Ellipsis, self.start, self.pos);
                    } else {
                        self.pos += 1;
                        self.push(TokenKind::Dot, self.start, self.pos);
                    }
                    return Ok(());
                }
                b'0'..=b'9' => return self.number(),
                b'\'' | b'"' => return self.string(self.pos),
                b'\\' => {
                    self.pos += 1;
                    self.continuation_line()?;
                }
                _ => return self.operator(c),
            }
        }
    }

    /// Reads the white space that begins a line; whether the line is blank.
    fn indentation(&mut self) -> Result<bool, Failure> {
        let mut col = 0;
        let mut altcol = 0;
        let mut continued: Option<(u32, u32)> = None;
        loop {
            match self.peek() {
                Some(b' ') => {
                    col += 1;
                    altcol += 1;
                }
                Some(b'\t') => {
                    col = (col / 8 + 1) * 8;
                    altcol += 1;
                }
                Some(0x0c) => {
                    col = 0;
                    altcol = 0;
                }
                Some(b'\\') => {
                    // The indentation is that of the line's first piece.
                    continued = continued.or(Some((col, altcol)));
                    self.pos += 1;
                    self.continuation_line()?;
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        if matches!(self.peek(), Some(b'#' | b'\n')) {
            return Ok(true);
        }
        if !self.brackets.is_empty() {
            return Ok(false);
        }
        let (col, altcol) = if self.peek().is_none() {
            (0, 0)
        } else {
            continued.map_or((col, altcol), |first| {
                (first.0, if first.0 == 0 { altcol } else { first.1 })
            })
        };
        let &(top, alt_top) = self
            .indents
            .last()
            .expect("the outermost level is never popped");
        match col.cmp(&top) {
            Ordering::Equal => {
                if altcol != alt_top {
                    return Err(self.tab_error());
                }
            }
            Ordering::Greater => {
                if self.indents.len() >= MAX_INDENT {
                    return Err(self.stop_at_line(
                        StopReason::Other,
                        ErrorKind::IndentationError,
                        "too many levels of indentation",
                    ));
                }
                if altcol <= alt_top {
                    return Err(self.tab_error());
                }
                self.pending += 1;
                self.indents.push((col, altcol));
            }
            Ordering::Less => {
                while self.indents.len() > 1 && col < self.indents[self.indents.len() - 1].0 {
                    self.indents.pop();
                    self.pending -= 1;
                }
                let &(top, alt_top) = self
                    .indents
                    .last()
                    .expect("the outermost level is never popped");
                if col != top {
                    return Err(self.dedent_error());
                }
                if altcol != alt_top {
                    return Err(self.tab_error());
                }
            }
        }
        Ok(false)
    }

    /// After a backslash: the line must end here and another must follow.
    fn continuation_line(&mut self) -> Step {
        if self.peek() != Some(b'\n') {
            let line = self.lines.line(self.pos as u32);
            let offset = self.pos as i32 - self.lines.start_of(line) as i32;
            let mut error = self.stop_at_line(
                StopReason::Other,
                ErrorKind::SyntaxError,
                "unexpected character after line continuation character",
            );
            error.error.offset = Some(self.character_column(line, offset) + 1);
            // The byte after the backslash was read already.
            return Err(error);
        }
        self.pos += 1;
        if self.pos >= self.bytes.len() {
            if let Some(error) = self.unclosed() {
                return Err(error);
            }
            let pos = self.pos - 1;
            let line = self.lines.line(pos as u32);
            let text = self.line_text(line);
            return Err(Box::new(TokenizeError {
                reason: StopReason::Eof,
                in_fstring: false,
                error: SyntaxError {
                    kind: ErrorKind::SyntaxError,
                    msg: "unexpected EOF while parsing".to_owned(),
                    lineno: Some(line),
                    offset: Some(
                        self.character_column(line, pos as i32 - self.lines.start_of(line) as i32)
                            + 1,
                    ),
                    end_lineno: Some(line),
                    end_offset: Some(-1),
                    text: Some(text),
                },
            }));
        }
        Ok(())
    }

    /// Closes the open blocks and adds `ENDMARKER`.
    fn end_of_source(&mut self) -> Step {
        if let Some(error) = self.unclosed() {
            return Err(error);
        }
        while self.indents.len() > 1 {
            self.indents.pop();
            self.push(TokenKind::Dedent, self.pos, self.pos);
        }
        self.push(TokenKind::EndMarker, self.pos, self.pos);
        Ok(())
    }

    fn name_or_string(&mut self) -> Step {
        // A string prefix, in either case and order: at most one of each letter.
        let (mut saw_b, mut saw_r, mut saw_u, mut saw_f) = (false, false, false, false);
        let mut at = self.pos;
        loop {
            match self.bytes.get(at) {
                Some(b'b' | b'B') if !(saw_b || saw_u || saw_f) => saw_b = true,
                Some(b'u' | b'U') if !(saw_b || saw_u || saw_r || saw_f) => saw_u = true,
                Some(b'r' | b'R') if !(saw_r || saw_u) => saw_r = true,
                Some(b'f' | b'F') if !(saw_f || saw_b || saw_u) => saw_f = true,
                Some(b'\'' | b'"') => {
                    if saw_f {
                        return self.fstring_start(at, saw_r);
                    }
                    return self.string(at);
                }
                _ => break,
            }
            at += 1;
        }
        let rest = &self.bytes[self.pos..];
        let length = rest
            .iter()
            .position(|&b| !(b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80))
            .unwrap_or(rest.len());
        let text = &rest[..length];
        self.pos += length;
        if !text.is_ascii() {
            self.verify_identifier()?;
        }
        let text = &self.source[self.start..self.pos];
        let kind = TokenKind::from_keyword(text).unwrap_or(TokenKind::Name);
        self.push(kind, self.start, self.pos);
        Ok(())
    }

    /// `verify_identifier`: each code point must be allowed where it stands.
    fn verify_identifier(&mut self) -> Step {
        let text = &self.source[self.start..self.pos];
        let bad = text
            .char_indices()
            .find(|&(i, c)| !may_be_in_name(c, i == 0));
        let Some((i, c)) = bad else { return Ok(()) };
        self.pos = self.start + i + c.len_utf8();
        let msg = if is_printable(c) {
            format!("invalid character '{c}' (U+{:04X})", u32::from(c))
        } else {
            format!("invalid non-printable character U+{:04X}", u32::from(c))
        };
        Err(self.raise(&msg))
    }

    fn operator(&mut self, c: u8) -> Step {
        if let Some(fstring) = self.fstrings.last_mut()
            && fstring.curly_bracket_expr_start_depth >= 0
            && c == b':'
            && fstring.curly_bracket_depth - 1 == fstring.curly_bracket_expr_start_depth
        {
            fstring.in_field = false;
            fstring.in_format_spec = true;
            self.pos += 1;
            self.push(TokenKind::Colon, self.start, self.pos);
            return Ok(());
        }
        let (kind, length) = operator_at(&self.bytes[self.pos..]);
        if length > 1 {
            self.pos += length;
            self.push(kind.unwrap_or(TokenKind::NotEqual), self.start, self.pos);
            return Ok(());
        }
        self.pos += 1;
        match c {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MAX_LEVEL {
                    return Err(self.raise("too many nested parentheses"));
                }
                self.brackets.push((c, self.start as u32));
                if let Some(fstring) = self.fstrings.last_mut() {
                    fstring.curly_bracket_depth += 1;
                }
            }
            b')' | b']' | b'}' => self.closing_bracket(c)?,
            _ => {}
        }
        let Some(kind) = kind else {
            let c = self.source[self.start..].chars().next().unwrap_or(' ');
            self.pos = self.start + c.len_utf8();
            if is_printable(c) {
                // `$`, `?` and the backquote: a token that no rule wants.
                self.push(TokenKind::Op, self.start, self.pos);
                return Ok(());
            }
            return Err(self.raise(&format!(
                "invalid non-printable character U+{:04X}",
                u32::from(c)
            )));
        };
        self.push(kind, self.start, self.pos);
        Ok(())
    }

    fn closing_bracket(&mut self, c: u8) -> Step {
        let shown = char::from(c);
        if c == b'}'
            && self
                .fstrings
                .last()
                .is_some_and(|fstring| fstring.curly_bracket_depth == 0)
        {
            return Err(self.raise("f-string: single '}' is not allowed"));
        }
        let Some((opening, at)) = self.brackets.pop() else {
            return Err(self.raise(&format!("unmatched '{shown}'")));
        };
        if !matches!((opening, c), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            if opening == b'{'
                && self.fstrings.last().is_some_and(|fstring| {
                    fstring.curly_bracket_depth - 1 == fstring.curly_bracket_expr_start_depth
                })
            {
                return Err(self.raise(&format!("f-string: unmatched '{shown}'")));
            }
            let opening = char::from(opening);
            let opening_line = self.lines.line(at);
            let mut msg = format!(
                "closing parenthesis '{shown}' does not match opening parenthesis '{opening}'"
            );
            if opening_line != self.lines.line(self.start as u32) {
                let _ = write!(msg, " on line {opening_line}");
            }
            return Err(self.raise(&msg));
        }
        if let Some(fstring) = self.fstrings.last_mut() {
            fstring.curly_bracket_depth -= 1;
            if fstring.curly_bracket_depth < 0 {
                return Err(self.raise(&format!("f-string: unmatched '{shown}'")));
            }
            if c == b'}' && fstring.curly_bracket_depth == fstring.curly_bracket_expr_start_depth {
                fstring.curly_bracket_expr_start_depth -= 1;
                fstring.in_field = false;
                fstring.in_format_spec = false;
            }
        }
        Ok(())
    }
}

/// The operator at the start of `rest`, and its length.
fn operator_at(rest: &[u8]) -> (Option<TokenKind>, usize) {
    use TokenKind as T;
    let second = rest.get(1).copied();
    let third = rest.get(2).copied();
    let (kind, length) = match (rest[0], second, third) {
        (b'*', Some(b'*'), Some(b'=')) => (T::DoubleStarEqual, 3),
        (b'/', Some(b'/'), Some(b'=')) => (T::DoubleSlashEqual, 3),
        (b'<', Some(b'<'), Some(b'=')) => (T::LeftShiftEqual, 3),
        (b'>', Some(b'>'), Some(b'=')) => (T::RightShiftEqual, 3),
        (b'*', Some(b'*'), _) => (T::DoubleStar, 2),
        (b'/', Some(b'/'), _) => (T::DoubleSlash, 2),
        (b'<', Some(b'<'), _) => (T::LeftShift, 2),
        (b'>', Some(b'>'), _) => (T::RightShift, 2),
        (b'=', Some(b'='), _) => (T::EqEqual, 2),
        (b'!', Some(b'='), _) => (T::NotEqual, 2),
        (b'<', Some(b'='), _) => (T::LessEqual, 2),
        (b'<', Some(b'>'), _) => (T::NotEqual, 2),
        (b'>', Some(b'='), _) => (T::GreaterEqual, 2),
        (b'+', Some(b'='), _) => (T::PlusEqual, 2),
        (b'-', Some(b'='), _) => (T::MinEqual, 2),
        (b'-', Some(b'>'), _) => (T::Rarrow, 2),
        (b'*', Some(b'='), _) => (T::StarEqual, 2),
        (b'/', Some(b'='), _) => (T::SlashEqual, 2),
        (b'%', Some(b'='), _) => (T::PercentEqual, 2),
        (b'&', Some(b'='), _) => (T::AmperEqual, 2),
        (b'|', Some(b'='), _) => (T::VbarEqual, 2),
        (b'^', Some(b'='), _) => (T::CircumflexEqual, 2),
        (b'@', Some(b'='), _) => (T::AtEqual, 2),
        (b':', Some(b'='), _) => (T::ColonEqual, 2),
        (b'(', ..) => (T::Lpar, 1),
        (b')', ..) => (T::Rpar, 1),
        (b'[', ..) => (T::Lsqb, 1),
        (b']', ..) => (T::Rsqb, 1),
        (b'{', ..) => (T::Lbrace, 1),
        (b'}', ..) => (T::Rbrace, 1),
        (b':', ..) => (T::Colon, 1),
        (b',', ..) => (T::Comma, 1),
        (b';', ..) => (T::Semi, 1),
        (b'+', ..) => (T::Plus, 1),
        (b'-', ..) => (T::Minus, 1),
        (b'*', ..) => (T::Star, 1),
        (b'/', ..) => (T::Slash, 1),
        (b'|', ..) => (T::Vbar, 1),
        (b'&', ..) => (T::Amper, 1),
        (b'<', ..) => (T::Less, 1),
        (b'>', ..) => (T::Greater, 1),
        (b'=', ..) => (T::Equal, 1),
        (b'.', ..) => (T::Dot, 1),
        (b'%', ..) => (T::Percent, 1),
        (b'~', ..) => (T::Tilde, 1),
        (b'^', ..) => (T::Circumflex, 1),
        (b'@', ..) => (T::At, 1),
        (b'!', ..) => (T::Exclamation, 1),
        _ => return (None, 1),
    };
    (Some(kind), length)
}

fn may_be_in_name(c: char, first: bool) -> bool {
    if first {
        unicode::is_id_start(u32::from(c))
    } else {
        unicode::is_id_continue(u32::from(c))
    }
}

fn is_printable(c: char) -> bool {
    unicode::is_printable(u32::from(c))
}
