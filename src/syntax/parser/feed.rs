//! Our tokens in the form that the grammar core (the crate `rustpython-parser`) reads.
//!
//! A token's range is not its place in the source but its index in our list, and a name's
//! text is that index too: so each node of the crate's tree leads back to the exact tokens it
//! was made of. An f-string goes in as one plain string, a type parameter's default is left
//! out; `build.rs` puts both back.

use rustpython_parser::ast::bigint::BigInt as CrateInt;
use rustpython_parser::lexer::LexResult;
use rustpython_parser::text_size::{TextRange, TextSize};
use rustpython_parser::{StringKind, Tok};

use rustc_hash::FxHashMap;

use super::super::token::{Token, TokenKind};

/// What must be known of the whole token list before parts of it are parsed.
#[derive(Debug, Default)]
pub struct Context {
    /// For each token whether it is `match`, `case` or `type` used as a keyword.
    pub soft_keyword: Vec<bool>,
    /// Defaults of type parameters: the index of `=` to that of the token after the default.
    pub type_defaults: FxHashMap<u32, u32>,
    /// Before which tokens parentheses close and open, because the crate takes some operands of
    /// `*` in a subscript only so.
    pub parentheses: FxHashMap<u32, (u32, u32)>,
    /// Something is there that the crate accepts but CPython may not.
    pub doubtful: bool,
}

impl Context {
    /// Looks through `tokens` of `source`.
    pub fn new(source: &str, tokens: &[Token]) -> Self {
        let mut context = Self {
            soft_keyword: vec![false; tokens.len()],
            ..Self::default()
        };
        let mut depth = 0_i32;
        // The depths of the blocks whose statements are `case` clauses.
        let mut match_depths: Vec<i32> = Vec::new();
        let mut line_start = true;
        for (i, token) in tokens.iter().enumerate() {
            let next = tokens
                .get(i + 1)
                .map_or(TokenKind::EndMarker, |next| next.kind);
            match token.kind {
                TokenKind::Indent => depth += 1,
                TokenKind::Dedent => {
                    if match_depths.last() == Some(&depth) {
                        match_depths.pop();
                    }
                    depth -= 1;
                }
                TokenKind::Name if line_start || next == TokenKind::Name => {
                    match token.text(source) {
                        "match" if line_start && opens_match(source, tokens, i) => {
                            context.soft_keyword[i] = true;
                            match_depths.push(depth + 1);
                        }
                        "case" if line_start && match_depths.last() == Some(&depth) => {
                            context.soft_keyword[i] = true;
                        }
                        "type" if next == TokenKind::Name => {
                            context.soft_keyword[i] = true;
                            context.type_params(tokens, i + 2);
                        }
                        _ => {}
                    }
                }
                TokenKind::Def | TokenKind::Class => context.type_params(tokens, i + 2),
                // `**` without a name, `*, **`: refused, but not by the crate.
                TokenKind::DoubleStar
                    if matches!(next, TokenKind::Rpar | TokenKind::Comma | TokenKind::Colon) =>
                {
                    context.doubtful = true;
                }
                TokenKind::Star
                    if next == TokenKind::Comma
                        && tokens
                            .get(i + 2)
                            .is_some_and(|t| t.kind == TokenKind::DoubleStar) =>
                {
                    context.doubtful = true;
                }
                TokenKind::Star
                    if i > 0
                        && matches!(tokens[i - 1].kind, TokenKind::Lsqb | TokenKind::Comma) =>
                {
                    context.star_operand(tokens, i);
                }
                TokenKind::NotEqual if token.text(source) == "<>" => context.doubtful = true,
                _ => {}
            }
            line_start = matches!(
                token.kind,
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            );
        }
        context
    }

    /// Notes the operand of the `*` at `at` when it is more than the crate takes in a subscript,
    /// such as `a[*b or c]`; whether it stands in one is for the rules to say.
    fn star_operand(&mut self, tokens: &[Token], at: usize) {
        let level = tokens[at].level;
        let mut lambdas = 0;
        let mut is_more = false;
        let mut end = at + 1;
        for token in &tokens[at + 1..] {
            if token.level < level {
                break;
            }
            if token.level == level {
                match token.kind {
                    TokenKind::Comma if lambdas == 0 => break,
                    TokenKind::Colon if lambdas == 0 => return,
                    TokenKind::Colon => lambdas -= 1,
                    TokenKind::Lambda => {
                        lambdas += 1;
                        is_more = true;
                    }
                    TokenKind::Or
                    | TokenKind::And
                    | TokenKind::Not
                    | TokenKind::In
                    | TokenKind::Is
                    | TokenKind::If
                    | TokenKind::Less
                    | TokenKind::Greater
                    | TokenKind::EqEqual
                    | TokenKind::NotEqual
                    | TokenKind::LessEqual
                    | TokenKind::GreaterEqual => is_more = true,
                    TokenKind::For | TokenKind::ColonEqual => return,
                    _ => {}
                }
            }
            end += 1;
        }
        if !is_more || tokens.get(end).is_none_or(|token| token.level > level) {
            return;
        }
        let before = tokens[..at].iter().rposition(|token| token.level < level);
        let opening = before.map_or(0, |before| before + 1);
        let is_subscript = tokens[opening].kind == TokenKind::Lsqb
            && before.is_some_and(|before| {
                matches!(
                    tokens[before].kind,
                    TokenKind::Name
                        | TokenKind::Rpar
                        | TokenKind::Rsqb
                        | TokenKind::Rbrace
                        | TokenKind::String
                        | TokenKind::FStringEnd
                        | TokenKind::Number
                        | TokenKind::None
                        | TokenKind::True
                        | TokenKind::False
                        | TokenKind::Ellipsis
                )
            });
        if is_subscript {
            self.parentheses.entry(at as u32 + 1).or_default().1 += 1;
            self.parentheses.entry(end as u32).or_default().0 += 1;
            self.doubtful = true;
        }
    }

    /// Notes the defaults in the type parameter list that may begin at token `at`.
    fn type_params(&mut self, tokens: &[Token], at: usize) {
        let Some(opening) = tokens.get(at).filter(|t| t.kind == TokenKind::Lsqb) else {
            return;
        };
        let level = opening.level;
        let mut default_at = None;
        for (i, token) in tokens.iter().enumerate().skip(at + 1) {
            let closes = token.kind == TokenKind::Rsqb && token.level < level;
            if token.level == level && token.kind == TokenKind::Equal && default_at.is_none() {
                default_at = Some(i);
            }
            let ends = closes || (token.level == level && token.kind == TokenKind::Comma);
            if ends && let Some(start) = default_at.take() {
                self.type_defaults.insert(start as u32, i as u32);
            }
            if closes {
                return;
            }
        }
    }
}

/// Whether the name `match` at `at` begins a match statement: its line ends in a colon and a
/// block follows that begins with `case`.
fn opens_match(source: &str, tokens: &[Token], at: usize) -> bool {
    let Some(newline) = tokens[at..]
        .iter()
        .position(|t| t.kind == TokenKind::Newline)
    else {
        return false;
    };
    let newline = at + newline;
    newline > at + 2
        && tokens[newline - 1].kind == TokenKind::Colon
        && tokens
            .get(newline + 1)
            .is_some_and(|t| t.kind == TokenKind::Indent)
        && tokens
            .get(newline + 2)
            .is_some_and(|t| t.text(source) == "case")
}

/// The index of the `FSTRING_END` that belongs to the `FSTRING_START` at `at`.
pub fn fstring_end(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_i32;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            TokenKind::FStringStart => depth += 1,
            TokenKind::FStringEnd => {
                depth -= 1;
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    tokens.len() - 1
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

/// The tokens from `from` to `to` for the crate, with a line end added when `add_newline`.
pub fn feed(
    source: &str,
    tokens: &[Token],
    context: &Context,
    from: usize,
    to: usize,
    add_newline: bool,
) -> Vec<LexResult> {
    let mut out: Vec<LexResult> = Vec::with_capacity(to - from + 1);
    let mut i = from;
    while i < to {
        if !context.parentheses.is_empty()
            && let Some(&(close, open)) = context.parentheses.get(&(i as u32))
        {
            out.extend((0..close).map(|_| Ok((Tok::Rpar, range(i, i)))));
            out.extend((0..open).map(|_| Ok((Tok::Lpar, range(i, i)))));
        }
        let token = tokens[i];
        let tok = match token.kind {
            TokenKind::EndMarker => break,
            TokenKind::FStringStart => {
                let end = fstring_end(tokens, i) + 1;
                let tok = Tok::String {
                    value: String::new(),
                    kind: StringKind::String,
                    triple_quoted: false,
                };
                out.push(Ok((tok, range(i, end))));
                i = end;
                continue;
            }
            TokenKind::Equal => {
                if let Some(&after) = context.type_defaults.get(&(i as u32)) {
                    i = after as usize;
                    continue;
                }
                Tok::Equal
            }
            TokenKind::Name => {
                if context.soft_keyword[i] {
                    match token.text(source) {
                        "match" => Tok::Match,
                        "case" => Tok::Case,
                        _ => Tok::Type,
                    }
                } else {
                    Tok::Name {
                        name: i.to_string(),
                    }
                }
            }
            TokenKind::Number => Tok::Int {
                value: CrateInt::from(0),
            },
            TokenKind::String => {
                let text = token.text(source).as_bytes();
                let bytes = text.iter().take(2).any(|b| matches!(b, b'b' | b'B'))
                    && !matches!(text[0], b'\'' | b'"');
                let bytes =
                    bytes && (matches!(text[0], b'b' | b'B') || !matches!(text[1], b'\'' | b'"'));
                Tok::String {
                    value: String::new(),
                    kind: if bytes {
                        StringKind::Bytes
                    } else {
                        StringKind::String
                    },
                    triple_quoted: false,
                }
            }
            other => match plain(other) {
                Some(tok) => tok,
                // `!` outside an f-string: the crate has no word for it, so this must fail.
                None => Tok::EndOfFile,
            },
        };
        out.push(Ok((tok, range(i, i + 1))));
        i += 1;
    }
    if add_newline {
        out.push(Ok((Tok::Newline, range(to, to))));
    }
    out
}

/// The crate's token for those that carry no value.
fn plain(kind: TokenKind) -> Option<Tok> {
    use TokenKind as T;
    Some(match kind {
        T::Newline => Tok::Newline,
        T::Indent => Tok::Indent,
        T::Dedent => Tok::Dedent,
        T::Lpar => Tok::Lpar,
        T::Rpar => Tok::Rpar,
        T::Lsqb => Tok::Lsqb,
        T::Rsqb => Tok::Rsqb,
        T::Colon => Tok::Colon,
        T::Comma => Tok::Comma,
        T::Semi => Tok::Semi,
        T::Plus => Tok::Plus,
        T::Minus => Tok::Minus,
        T::Star => Tok::Star,
        T::Slash => Tok::Slash,
        T::Vbar => Tok::Vbar,
        T::Amper => Tok::Amper,
        T::Less => Tok::Less,
        T::Greater => Tok::Greater,
        T::Equal => Tok::Equal,
        T::Dot => Tok::Dot,
        T::Percent => Tok::Percent,
        T::Lbrace => Tok::Lbrace,
        T::Rbrace => Tok::Rbrace,
        T::EqEqual => Tok::EqEqual,
        T::NotEqual => Tok::NotEqual,
        T::LessEqual => Tok::LessEqual,
        T::GreaterEqual => Tok::GreaterEqual,
        T::Tilde => Tok::Tilde,
        T::Circumflex => Tok::CircumFlex,
        T::LeftShift => Tok::LeftShift,
        T::RightShift => Tok::RightShift,
        T::DoubleStar => Tok::DoubleStar,
        T::PlusEqual => Tok::PlusEqual,
        T::MinEqual => Tok::MinusEqual,
        T::StarEqual => Tok::StarEqual,
        T::SlashEqual => Tok::SlashEqual,
        T::PercentEqual => Tok::PercentEqual,
        T::AmperEqual => Tok::AmperEqual,
        T::VbarEqual => Tok::VbarEqual,
        T::CircumflexEqual => Tok::CircumflexEqual,
        T::LeftShiftEqual => Tok::LeftShiftEqual,
        T::RightShiftEqual => Tok::RightShiftEqual,
        T::DoubleStarEqual => Tok::DoubleStarEqual,
        T::DoubleSlash => Tok::DoubleSlash,
        T::DoubleSlashEqual => Tok::DoubleSlashEqual,
        T::At => Tok::At,
        T::AtEqual => Tok::AtEqual,
        T::Rarrow => Tok::Rarrow,
        T::Ellipsis => Tok::Ellipsis,
        T::ColonEqual => Tok::ColonEqual,
        T::False => Tok::False,
        T::None => Tok::None,
        T::True => Tok::True,
        T::And => Tok::And,
        T::As => Tok::As,
        T::Assert => Tok::Assert,
        T::Async => Tok::Async,
        T::Await => Tok::Await,
        T::Break => Tok::Break,
        T::Class => Tok::Class,
        T::Continue => Tok::Continue,
        T::Def => Tok::Def,
        T::Del => Tok::Del,
        T::Elif => Tok::Elif,
        T::Else => Tok::Else,
        T::Except => Tok::Except,
        T::Finally => Tok::Finally,
        T::For => Tok::For,
        T::From => Tok::From,
        T::Global => Tok::Global,
        T::If => Tok::If,
        T::Import => Tok::Import,
        T::In => Tok::In,
        T::Is => Tok::Is,
        T::Lambda => Tok::Lambda,
        T::Nonlocal => Tok::Nonlocal,
        T::Not => Tok::Not,
        T::Or => Tok::Or,
        T::Pass => Tok::Pass,
        T::Raise => Tok::Raise,
        T::Return => Tok::Return,
        T::Try => Tok::Try,
        T::While => Tok::While,
        T::With => Tok::With,
        T::Yield => Tok::Yield,
        T::EndMarker
        | T::Name
        | T::Number
        | T::String
        | T::FStringStart
        | T::FStringMiddle
        | T::FStringEnd
        | T::Comment
        | T::Nl
        | T::Op
        | T::Exclamation => return None,
    })
}
