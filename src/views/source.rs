//! The program's text in lines with colored parts, for the Source panel.

use std::ops::Range;
use std::sync::Arc;

use crate::base::SourceLocation;
use crate::compiler::{CompileOptions, compile};
use crate::syntax::lines::LineTable;
use crate::syntax::token::TokenKind;
use crate::syntax::tokenizer::{TokenMode, tokenize};

/// What a part of the text is, which decides its color.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Plain,
    Keyword,
    /// The name behind `def` or `class`.
    Definition,
    Builtin,
    String,
    Number,
    Comment,
    Operator,
    Decorator,
}

/// A part of one line: a byte range inside the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    pub range: Range<usize>,
    pub part: Part,
}

/// A source file, split and classified once.
#[derive(Clone, Debug)]
pub struct SourceText {
    text: Arc<str>,
    lines: Vec<Range<usize>>,
    spans: Vec<Vec<Span>>,
    longest: usize,
}

/// Names of `builtins` that get their own color.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "self",
    "cls",
    "__name__",
];

/// Lines longer than this are not colored: a megabyte on one line stays usable.
const LONGEST_COLORED: usize = 20_000;

impl SourceText {
    /// Splits and classifies a text, which ends its lines with line feeds.
    pub fn new(text: &str) -> Self {
        let text: Arc<str> = text.into();
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\n', '\r']).len();
            lines.push(start..end);
            start += line.len();
        }
        let longest = lines
            .iter()
            .map(|l| text[l.clone()].chars().count())
            .max()
            .unwrap_or(0);
        let mut source = Self {
            spans: vec![Vec::new(); lines.len()],
            text,
            lines,
            longest,
        };
        source.classify();
        source
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The characters of the longest line.
    pub const fn longest(&self) -> usize {
        self.longest
    }

    /// A line by its number from 1, without its end; empty beyond the last.
    pub fn line(&self, lineno: usize) -> &str {
        lineno
            .checked_sub(1)
            .and_then(|index| self.lines.get(index))
            .map_or("", |range| &self.text[range.clone()])
    }

    /// The colored parts of a line, in order; what lies between them is plain.
    pub fn spans(&self, lineno: usize) -> &[Span] {
        lineno
            .checked_sub(1)
            .and_then(|index| self.spans.get(index))
            .map_or(&[], Vec::as_slice)
    }

    /// The bytes of a line that a location covers.
    pub fn covered(&self, location: &SourceLocation, lineno: usize) -> Option<Range<usize>> {
        let line = self.line(lineno);
        let number = lineno as i32;
        if location.lineno < 1
            || location.col_offset < 0
            || number < location.lineno
            || number > location.end_lineno
        {
            return None;
        }
        let indent = line.len() - line.trim_start().len();
        let start = if number == location.lineno {
            location.col_offset as usize
        } else {
            indent
        };
        let end = if number == location.end_lineno {
            location.end_col_offset.max(0) as usize
        } else {
            line.trim_end().len()
        };
        let (start, end) = (start.min(line.len()), end.min(line.len()));
        (start < end && line.is_char_boundary(start) && line.is_char_boundary(end))
            .then_some(start..end)
    }

    fn classify(&mut self) {
        if self.longest > LONGEST_COLORED {
            return;
        }
        let text = Arc::clone(&self.text);
        let table = LineTable::new(&text);
        let tokens = tokenize(&text, &table, TokenMode::All).tokens;
        let mut before = TokenKind::Newline;
        let mut decorator = false;
        for token in &tokens {
            let kind = token.kind;
            let at_start = matches!(
                before,
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::Nl
            );
            let part = match kind {
                TokenKind::At if at_start => {
                    decorator = true;
                    Part::Decorator
                }
                TokenKind::Name if decorator => Part::Decorator,
                TokenKind::Dot if decorator => Part::Decorator,
                TokenKind::Name if matches!(before, TokenKind::Def | TokenKind::Class) => {
                    Part::Definition
                }
                TokenKind::Name
                    if before != TokenKind::Dot && BUILTINS.contains(&token.text(&text)) =>
                {
                    Part::Builtin
                }
                TokenKind::Name
                    if at_start
                        && is_soft_keyword(token.text(&text), &text[token.end as usize..]) =>
                {
                    Part::Keyword
                }
                TokenKind::String
                | TokenKind::FStringStart
                | TokenKind::FStringMiddle
                | TokenKind::FStringEnd => Part::String,
                TokenKind::Number => Part::Number,
                TokenKind::Comment => Part::Comment,
                _ if kind.is_keyword() => Part::Keyword,
                _ if kind.is_operator() => Part::Operator,
                _ => Part::Plain,
            };
            if decorator && !matches!(kind, TokenKind::At | TokenKind::Name | TokenKind::Dot) {
                decorator = false;
            }
            if !matches!(kind, TokenKind::Comment | TokenKind::Nl) || kind == TokenKind::Nl {
                before = kind;
            }
            if part != Part::Plain {
                self.add(token.start as usize, token.end as usize, part);
            }
        }
    }

    /// Adds a part, cut at the ends of lines.
    fn add(&mut self, start: usize, end: usize, part: Part) {
        let first = self.lines.partition_point(|line| line.end < start);
        for index in first..self.lines.len() {
            let line = self.lines[index].clone();
            if line.start >= end {
                break;
            }
            let range =
                start.max(line.start) - line.start..end.min(line.end).max(line.start) - line.start;
            if range.start < range.end {
                self.spans[index].push(Span { range, part });
            }
        }
    }
}

/// Why a program cannot be compiled, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompileError {
    /// In CPython's words, with the line.
    pub text: String,
    pub line: Option<u32>,
    /// The characters of the line that are to blame, counted from 0.
    pub columns: Option<Range<usize>>,
}

/// Tries to compile a program; `None` when it can be compiled.
pub fn compile_error(source: &[u8], filename: &str) -> Option<CompileError> {
    let error = compile(source, &CompileOptions::exec(filename)).err()?;
    let line = error.lineno.and_then(|line| u32::try_from(line).ok());
    let first = error.offset.and_then(|at| usize::try_from(at - 1).ok());
    let last = error
        .end_offset
        .filter(|_| error.end_lineno == error.lineno)
        .and_then(|at| usize::try_from(at - 1).ok());
    Some(CompileError {
        text: error.to_string(),
        line: line.filter(|&line| line > 0),
        columns: first.map(|first| first..last.unwrap_or(0).max(first + 1)),
    })
}

/// `match`, `case` and `type` are keywords only where a statement can begin.
fn is_soft_keyword(name: &str, rest: &str) -> bool {
    matches!(name, "match" | "case" | "type")
        && rest.starts_with(' ')
        && !rest.trim_start().starts_with(['=', '.', ')', ',', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, line: usize, expected: &[(&str, Part)]) {
        let text = SourceText::new(source);
        let found: Vec<(&str, Part)> = text
            .spans(line)
            .iter()
            .map(|span| (&text.line(line)[span.range.clone()], span.part))
            .collect();
        assert_eq!(found, expected, "line {line} of {source:?}");
    }

    #[test]
    fn parts_of_a_line_have_their_kinds() {
        use Part::{Builtin, Comment, Decorator, Definition, Keyword, Number, Operator, String};
        check(
            "x = 1  # one\n",
            1,
            &[("=", Operator), ("1", Number), ("# one", Comment)],
        );
        check(
            "def f():\n    return len('é')\n",
            2,
            &[
                ("return", Keyword),
                ("len", Builtin),
                ("(", Operator),
                ("'é'", String),
                (")", Operator),
            ],
        );
        check(
            "class A:\n    @a.b\n    def f(self): pass\n",
            2,
            &[
                ("@", Decorator),
                ("a", Decorator),
                (".", Decorator),
                ("b", Decorator),
            ],
        );
        check(
            "class A: pass\n",
            1,
            &[
                ("class", Keyword),
                ("A", Definition),
                (":", Operator),
                ("pass", Keyword),
            ],
        );
        check("s = '''a\nb'''\n", 2, &[("b'''", String)]);
    }

    #[test]
    fn text_that_is_not_python_still_has_lines() {
        let text = SourceText::new("if (:\n  \u{1}\n'");
        assert_eq!(text.len(), 3);
        assert_eq!(text.line(3), "'");
        assert_eq!(text.line(9), "");
    }

    #[test]
    fn a_location_covers_its_bytes_of_each_line() {
        let text = SourceText::new("f(a,\n  b)\n");
        let location = SourceLocation::new(1, 0, 2, 4);
        assert_eq!(text.covered(&location, 1), Some(0..4));
        assert_eq!(text.covered(&location, 2), Some(2..4));
        assert_eq!(text.covered(&location, 3), None);
    }
}
