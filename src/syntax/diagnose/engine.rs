//! The machinery under the rules: the token cursor, memory of results, repetition, lookahead.
//!
//! Mirrors `Parser/pegen.c`.

use std::collections::HashMap;

use super::super::error::{ErrorKind, SyntaxError};
use super::super::lines::LineTable;
use super::super::token::{Token, TokenKind};
use super::super::tokenizer::Tokens;

/// An error was raised: every rule gives up at once. The error is in [`Parser::error`].
#[derive(Debug)]
pub struct Halt;

/// What a rule gives: a match, no match, or an error raised.
pub type P<T = Node> = Result<Option<T>, Halt>;

/// How many rules may be active at once: `MAXSTACK`, without those between a statement and its
/// expression that are no rules of their own here.
const MAX_STACK: u32 = 6000 - 16;

/// What an expression is, as far as messages tell it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// A token, or something whose kind no message tells.
    Other,
    Attribute,
    Subscript,
    Starred,
    Name,
    List,
    Tuple,
    Lambda,
    Call,
    Operation,
    GeneratorExp,
    Yield,
    Await,
    ListComp,
    SetComp,
    DictComp,
    Dict,
    Set,
    JoinedStr,
    None,
    True,
    False,
    Ellipsis,
    Literal,
    Compare,
    /// A comparison whose first operator is `in`.
    CompareIn,
    IfExp,
    NamedExpr,
    Keyword,
    DoubleStarKeyword,
}

impl NodeKind {
    /// `_PyPegen_get_expr_name`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Subscript => "subscript",
            Self::Starred => "starred",
            Self::Name => "name",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Lambda => "lambda",
            Self::Call => "function call",
            Self::Operation | Self::Other | Self::Keyword | Self::DoubleStarKeyword => "expression",
            Self::GeneratorExp => "generator expression",
            Self::Yield => "yield expression",
            Self::Await => "await expression",
            Self::ListComp => "list comprehension",
            Self::SetComp => "set comprehension",
            Self::DictComp => "dict comprehension",
            Self::Dict => "dict literal",
            Self::Set => "set display",
            Self::JoinedStr => "f-string expression",
            Self::None => "None",
            Self::True => "True",
            Self::False => "False",
            Self::Ellipsis => "ellipsis",
            Self::Literal => "literal",
            Self::Compare | Self::CompareIn => "comparison",
            Self::IfExp => "conditional expression",
            Self::NamedExpr => "named expression",
        }
    }
}

/// A match: its kind, its tokens (from, to exclusive), and its parts where a rule looks at them.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub kind: NodeKind,
    pub from: u32,
    pub to: u32,
    pub kids: (u32, u32),
}

/// The rules whose results are remembered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rule {
    SimpleStmt,
    Block,
    Expression,
    StarExpression,
    Disjunction,
    Conjunction,
    Inversion,
    BitwiseOr,
    BitwiseXor,
    BitwiseAnd,
    Shift,
    Sum,
    Term,
    Factor,
    AwaitPrimary,
    Primary,
    Strings,
    Arguments,
    StarTarget,
    TargetWithStarAtom,
    TPrimary,
    DelTarget,
    NamedInvalid,
    ClosedPattern,
    StarPattern,
    TypeParam,
    DottedName,
}

/// The state of one pass.
pub struct Parser<'s> {
    pub source: &'s str,
    pub lines: &'s LineTable,
    pub list: &'s Tokens,
    pub mark: usize,
    /// How many tokens were looked at.
    pub fill: usize,
    pub call_invalid_rules: bool,
    pub error: Option<SyntaxError>,
    /// Nothing that the tokenizer finds further on takes the place of the error.
    pub error_is_final: bool,
    memo: HashMap<(u32, Rule), (Option<Node>, u32)>,
    pool: Vec<Node>,
    depth: u32,
}

impl<'s> Parser<'s> {
    pub fn new(
        source: &'s str,
        lines: &'s LineTable,
        list: &'s Tokens,
        call_invalid_rules: bool,
    ) -> Self {
        Self {
            source,
            lines,
            list,
            mark: 0,
            fill: 0,
            call_invalid_rules,
            error: None,
            error_is_final: false,
            memo: HashMap::new(),
            pool: Vec::new(),
            depth: 0,
        }
    }

    /// The token at the cursor; the tokenizer's error when it got no further.
    pub fn token(&mut self) -> Result<Token, Halt> {
        let Some(&token) = self.list.tokens.get(self.mark) else {
            let error = match &self.list.error {
                Some(stop) => stop.error.clone(),
                None => SyntaxError::without_place(ErrorKind::SyntaxError, "invalid syntax"),
            };
            self.error = Some(error);
            self.error_is_final = true;
            return Err(Halt);
        };
        self.fill = self.fill.max(self.mark + 1);
        Ok(token)
    }

    pub fn kind(&mut self) -> Result<TokenKind, Halt> {
        self.token().map(|token| token.kind)
    }

    pub fn text_at(&self, index: usize) -> &'s str {
        self.list.tokens[index].text(self.source)
    }

    /// A node from token `from` to the cursor.
    pub fn node(&self, kind: NodeKind, from: usize) -> Node {
        Node {
            kind,
            from: from as u32,
            to: self.mark as u32,
            kids: (0, 0),
        }
    }

    /// A node with parts.
    pub fn node_of(&mut self, kind: NodeKind, from: usize, kids: &[Node]) -> Node {
        let start = self.pool.len() as u32;
        self.pool.extend_from_slice(kids);
        let mut node = self.node(kind, from);
        node.kids = (start, self.pool.len() as u32);
        node
    }

    /// `node` with `part` as its only part.
    pub fn with_part(&mut self, node: Node, part: Node) -> Node {
        let start = self.pool.len() as u32;
        self.pool.push(part);
        Node {
            kids: (start, start + 1),
            ..node
        }
    }

    pub fn kids(&self, node: Node) -> &[Node] {
        &self.pool[node.kids.0 as usize..node.kids.1 as usize]
    }
}

/// One token of kind `kind`.
pub fn tok(p: &mut Parser<'_>, kind: TokenKind) -> P {
    if p.kind()? != kind {
        return Ok(None);
    }
    p.mark += 1;
    Ok(Some(p.node(NodeKind::Other, p.mark - 1)))
}

/// One token of any of `kinds`.
pub fn one_of(p: &mut Parser<'_>, kinds: &[TokenKind]) -> P {
    if !kinds.contains(&p.kind()?) {
        return Ok(None);
    }
    p.mark += 1;
    Ok(Some(p.node(NodeKind::Other, p.mark - 1)))
}

/// A name.
pub fn name(p: &mut Parser<'_>) -> P {
    if p.kind()? != TokenKind::Name {
        return Ok(None);
    }
    p.mark += 1;
    Ok(Some(p.node(NodeKind::Name, p.mark - 1)))
}

/// The name `text`, as a soft keyword.
pub fn soft(p: &mut Parser<'_>, text: &str) -> P {
    if p.kind()? != TokenKind::Name || p.text_at(p.mark) != text {
        return Ok(None);
    }
    p.mark += 1;
    Ok(Some(p.node(NodeKind::Other, p.mark - 1)))
}

/// `rule`, with the cursor put back when it does not match.
pub fn attempt<'s, T>(p: &mut Parser<'s>, rule: impl FnOnce(&mut Parser<'s>) -> P<T>) -> P<T> {
    let mark = p.mark;
    let found = rule(p)?;
    if found.is_none() {
        p.mark = mark;
    }
    Ok(found)
}

/// Whether `rule` matches here; the cursor stays.
pub fn look<'s, T>(
    p: &mut Parser<'s>,
    rule: impl FnOnce(&mut Parser<'s>) -> P<T>,
) -> Result<bool, Halt> {
    let mark = p.mark;
    let found = rule(p)?.is_some();
    p.mark = mark;
    Ok(found)
}

/// Whether the next token is of one of `kinds`.
pub fn look_kind(p: &mut Parser<'_>, kinds: &[TokenKind]) -> Result<bool, Halt> {
    Ok(kinds.contains(&p.kind()?))
}

/// `rule` as often as it matches.
pub fn many<'s>(
    p: &mut Parser<'s>,
    rule: impl Fn(&mut Parser<'s>) -> P,
) -> Result<Vec<Node>, Halt> {
    let mut found = Vec::new();
    while let Some(node) = attempt(p, &rule)? {
        found.push(node);
    }
    Ok(found)
}

/// `rule` once at least.
pub fn many1<'s>(p: &mut Parser<'s>, rule: impl Fn(&mut Parser<'s>) -> P) -> P<Vec<Node>> {
    let found = many(p, rule)?;
    Ok((!found.is_empty()).then_some(found))
}

/// `rule` once at least, with `separator` between.
pub fn gather<'s>(
    p: &mut Parser<'s>,
    separator: TokenKind,
    rule: impl Fn(&mut Parser<'s>) -> P,
) -> P<Vec<Node>> {
    let Some(first) = attempt(p, &rule)? else {
        return Ok(None);
    };
    let mut found = vec![first];
    loop {
        let next = attempt(p, |p| {
            if tok(p, separator)?.is_none() {
                return Ok(None);
            }
            rule(p)
        })?;
        match next {
            Some(node) => found.push(node),
            None => return Ok(Some(found)),
        }
    }
}

/// The remembered result of `rule` here, or a new one.
pub fn memo<'s>(p: &mut Parser<'s>, rule: Rule, run: impl FnOnce(&mut Parser<'s>) -> P) -> P {
    let key = (p.mark as u32, rule);
    if let Some(&(found, mark)) = p.memo.get(&key) {
        p.mark = mark as usize;
        return Ok(found);
    }
    let mark = p.mark;
    let found = deeper(p, run)?;
    if found.is_none() {
        p.mark = mark;
    }
    p.memo.insert(key, (found, p.mark as u32));
    Ok(found)
}

/// `run` one level down; too many levels are CPython's `MemoryError`.
pub fn deeper<'s, T>(p: &mut Parser<'s>, run: impl FnOnce(&mut Parser<'s>) -> P<T>) -> P<T> {
    p.depth += 1;
    if p.depth > MAX_STACK {
        p.error = Some(SyntaxError::without_place(
            ErrorKind::MemoryError,
            "Parser stack overflowed - Python source too complex to parse",
        ));
        p.error_is_final = true;
        return Err(Halt);
    }
    let found = run(p)?;
    p.depth -= 1;
    Ok(found)
}

/// The value of a match, or leave the rule without one.
macro_rules! need {
    ($found:expr) => {
        match $found? {
            Some(found) => found,
            None => return Ok(None),
        }
    };
}

/// An alternative: when its body matches, the rule is done.
macro_rules! alt {
    ($p:ident, $body:expr) => {
        if let Some(found) = $crate::syntax::diagnose::engine::attempt($p, |$p| $body)? {
            return Ok(Some(found));
        }
    };
}

/// A condition without which the rule does not match.
macro_rules! ensure {
    ($condition:expr) => {
        if !$condition {
            return Ok(None);
        }
    };
}

pub(in crate::syntax::diagnose) use {alt, ensure, need};
