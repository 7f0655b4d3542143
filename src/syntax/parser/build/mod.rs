//! The grammar core's tree to ours: same nodes, CPython's positions, values and contexts.
//!
//! Expressions are here, `statements` and `patterns` beside. The crate's ranges count tokens (see `feed.rs`). Where it accepts what CPython refuses, the
//! builder only notes a doubt; `diagnose` then decides and finds the message.

mod patterns;
mod statements;

use std::collections::HashMap;
use std::sync::Arc;

use rustpython_parser::ast::{self as rp, Ranged};
use rustpython_parser::{Mode as CrateMode, parse_tokens};
use unicode_normalization::UnicodeNormalization;

use crate::base::SourceLocation;

use super::super::ast::{
    Arg, Arguments, BoolOperator, CmpOp, Comprehension, Constant, Expr, ExprContext, ExprKind,
    Identifier, Keyword, Operator, Stmt, UnaryOperator,
};
use super::super::error::Warning;
use super::super::lines::LineTable;
use super::super::token::{Token, TokenKind};
use super::feed::{Context, feed};
use super::literals::number;

/// From here on the rules have to tell whether CPython's parser has the stack for it.
const MAX_NESTING: usize = 900;
/// How long a chain CPython's passes walk: `Py_C_RECURSION_LIMIT` without the levels around it.
const MAX_CHAIN: usize = 9995;

/// Makes our nodes from the crate's.
pub struct Builder<'s> {
    pub source: &'s str,
    pub lines: &'s LineTable,
    pub tokens: &'s [Token],
    pub context: &'s Context,
    pub warnings: Vec<Warning>,
    /// The tree may be one that CPython refuses.
    pub doubtful: bool,
    /// A part could not be parsed at all, so the tree has a hole.
    pub broken: bool,
    /// The tree is deeper than CPython's later passes can walk.
    pub too_deep: bool,
    /// How many expressions are around the one being built.
    depth: usize,
    names: HashMap<&'s str, Identifier>,
}

impl<'s> Builder<'s> {
    /// A builder for the tokens of one source.
    pub fn new(
        source: &'s str,
        lines: &'s LineTable,
        tokens: &'s [Token],
        context: &'s Context,
    ) -> Self {
        Self {
            source,
            lines,
            tokens,
            context,
            warnings: Vec::new(),
            doubtful: context.doubtful,
            broken: false,
            too_deep: false,
            depth: 0,
            names: HashMap::new(),
        }
    }

    /// All statements of `body`.
    pub fn body(&mut self, body: Vec<rp::Stmt>) -> Vec<Stmt> {
        body.into_iter().map(|stmt| self.stmt(stmt)).collect()
    }

    /// The expression that the tokens from `from` to `to` spell.
    pub fn sub_expression(&mut self, from: usize, to: usize) -> Expr {
        if from < to && self.tokens[to - 1].kind != TokenKind::Semi {
            let tokens = feed(self.source, self.tokens, self.context, from, to, true);
            if let Ok(rp::Mod::Module(module)) = parse_tokens(tokens, CrateMode::Module, "") {
                let mut body = module.body;
                if body.len() == 1
                    && let Some(rp::Stmt::Expr(stmt)) = body.pop()
                {
                    return self.expr(*stmt.value);
                }
            }
        }
        self.broken = true;
        Expr {
            loc: SourceLocation::NONE,
            kind: ExprKind::Constant {
                value: Constant::None,
                kind: None,
            },
        }
    }

    /// The location of the tokens from `from` to `to` (exclusive).
    pub fn loc(&self, from: usize, to: usize) -> SourceLocation {
        let start = self.tokens[from].start;
        let end = self.tokens[to.max(from + 1) - 1].end;
        self.lines.location(start, end)
    }

    fn loc_of(&self, node: &impl Ranged) -> SourceLocation {
        let (from, to) = span(node);
        self.loc(from, to)
    }

    /// The location of a statement with a block, which takes in a last `;`.
    fn block_loc(&self, node: &impl Ranged) -> SourceLocation {
        let (from, mut to) = span(node);
        if self.tokens[to].kind == TokenKind::Semi {
            to += 1;
        }
        self.loc(from, to)
    }

    /// The text of a name token, normalised.
    fn name_at(&mut self, index: usize) -> Identifier {
        let text = self.tokens[index].text(self.source);
        if let Some(name) = self.names.get(text) {
            return Arc::clone(name);
        }
        let name: Identifier = if text.is_ascii() {
            Arc::from(text)
        } else {
            Arc::from(text.nfkc().collect::<String>())
        };
        self.names.insert(text, Arc::clone(&name));
        name
    }

    /// The name whose token index the crate carried along.
    fn name(&mut self, name: &rp::Identifier) -> Identifier {
        self.name_at(index_of(name))
    }

    /// A dotted name; `*` stands for itself.
    fn dotted(&mut self, name: &rp::Identifier) -> Identifier {
        let name = name.as_str();
        if name == "*" {
            return Arc::from(name);
        }
        if !name.contains('.') {
            return self.name_at(parse_index(name));
        }
        let parts: Vec<Identifier> = name
            .split('.')
            .map(|part| self.name_at(parse_index(part)))
            .collect();
        Arc::from(parts.join("."))
    }

    fn arguments(&mut self, args: rp::Arguments) -> Arguments {
        let mut out = Arguments::default();
        for arg in args.posonlyargs {
            out.posonlyargs.push(self.arg(arg.def));
            out.defaults
                .extend(arg.default.map(|value| self.expr(*value)));
        }
        for arg in args.args {
            out.args.push(self.arg(arg.def));
            out.defaults
                .extend(arg.default.map(|value| self.expr(*value)));
        }
        out.vararg = args.vararg.map(|arg| Box::new(self.arg(*arg)));
        for arg in args.kwonlyargs {
            out.kwonlyargs.push(self.arg(arg.def));
            out.kw_defaults
                .push(arg.default.map(|value| self.expr(*value)));
        }
        out.kwarg = args.kwarg.map(|arg| Box::new(self.arg(*arg)));
        out
    }

    fn arg(&mut self, arg: rp::Arg) -> Arg {
        Arg {
            loc: self.loc_of(&arg),
            arg: self.name(&arg.arg),
            annotation: self.opt_boxed(arg.annotation),
        }
    }

    fn keywords(&mut self, keywords: Vec<rp::Keyword>) -> Vec<Keyword> {
        keywords
            .into_iter()
            .map(|keyword| Keyword {
                loc: self.loc_of(&keyword),
                arg: keyword.arg.map(|name| self.name(&name)),
                value: self.expr(keyword.value),
            })
            .collect()
    }

    /// An assignment target; anything that cannot be one raises a doubt.
    fn target(&mut self, target: rp::Expr) -> Expr {
        let target = self.expr(target);
        if !is_star_target(&target) {
            self.doubtful = true;
        }
        target
    }

    fn single_target(&mut self, target: rp::Expr) -> Expr {
        let target = self.expr(target);
        if !matches!(
            target.kind,
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }
        ) {
            self.doubtful = true;
        }
        target
    }

    fn exprs(&mut self, exprs: Vec<rp::Expr>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    #[expect(clippy::boxed_local, reason = "every caller has a box")]
    fn boxed(&mut self, expr: Box<rp::Expr>) -> Box<Expr> {
        Box::new(self.expr(*expr))
    }

    fn opt_boxed(&mut self, expr: Option<Box<rp::Expr>>) -> Option<Box<Expr>> {
        expr.map(|expr| self.boxed(expr))
    }

    /// Our node for `expr`.
    pub fn expr(&mut self, expr: rp::Expr) -> Expr {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            self.doubtful = true;
        }
        let expr = self.shallow_expr(expr);
        self.depth -= 1;
        expr
    }

    fn shallow_expr(&mut self, expr: rp::Expr) -> Expr {
        let loc = self.loc_of(&expr);
        let kind = match expr {
            rp::Expr::BoolOp(node) => ExprKind::BoolOp {
                op: match node.op {
                    rp::BoolOp::And => BoolOperator::And,
                    rp::BoolOp::Or => BoolOperator::Or,
                },
                values: self.exprs(node.values),
            },
            rp::Expr::NamedExpr(node) => return self.named_expr(node),
            rp::Expr::BinOp(node) => return self.bin_op(node),
            rp::Expr::UnaryOp(node) => ExprKind::UnaryOp {
                op: match node.op {
                    rp::UnaryOp::Invert => UnaryOperator::Invert,
                    rp::UnaryOp::Not => UnaryOperator::Not,
                    rp::UnaryOp::UAdd => UnaryOperator::UAdd,
                    rp::UnaryOp::USub => UnaryOperator::USub,
                },
                operand: self.boxed(node.operand),
            },
            rp::Expr::Lambda(node) => ExprKind::Lambda {
                args: Box::new(self.arguments(*node.args)),
                body: self.boxed(node.body),
            },
            rp::Expr::IfExp(node) => ExprKind::IfExp {
                test: self.boxed(node.test),
                body: self.boxed(node.body),
                orelse: self.boxed(node.orelse),
            },
            rp::Expr::Dict(node) => ExprKind::Dict {
                keys: node
                    .keys
                    .into_iter()
                    .map(|key| key.map(|key| self.expr(key)))
                    .collect(),
                values: self.exprs(node.values),
            },
            rp::Expr::Set(node) => ExprKind::Set {
                elts: self.exprs(node.elts),
            },
            rp::Expr::ListComp(node) => {
                let elt = self.boxed(node.elt);
                if matches!(elt.kind, ExprKind::Starred { .. }) {
                    self.doubtful = true;
                }
                ExprKind::ListComp {
                    elt,
                    generators: self.generators(node.generators),
                }
            }
            rp::Expr::SetComp(node) => ExprKind::SetComp {
                elt: self.boxed(node.elt),
                generators: self.generators(node.generators),
            },
            rp::Expr::DictComp(node) => ExprKind::DictComp {
                key: self.boxed(node.key),
                value: self.boxed(node.value),
                generators: self.generators(node.generators),
            },
            rp::Expr::GeneratorExp(node) => ExprKind::GeneratorExp {
                elt: self.boxed(node.elt),
                generators: self.generators(node.generators),
            },
            rp::Expr::Await(node) => ExprKind::Await {
                value: self.boxed(node.value),
            },
            rp::Expr::Yield(node) => ExprKind::Yield {
                value: self.opt_boxed(node.value),
            },
            rp::Expr::YieldFrom(node) => ExprKind::YieldFrom {
                value: self.boxed(node.value),
            },
            rp::Expr::Compare(node) => ExprKind::Compare {
                left: self.boxed(node.left),
                ops: node.ops.into_iter().map(cmp_op).collect(),
                comparators: self.exprs(node.comparators),
            },
            rp::Expr::Call(_) | rp::Expr::Attribute(_) | rp::Expr::Subscript(_) => {
                return self.primary(expr);
            }
            rp::Expr::Constant(node) => return self.constant(node, loc),
            rp::Expr::Starred(node) => ExprKind::Starred {
                value: self.boxed(node.value),
                ctx: context(node.ctx),
            },
            rp::Expr::Name(node) => ExprKind::Name {
                id: self.name(&node.id),
                ctx: context(node.ctx),
            },
            rp::Expr::List(node) => ExprKind::List {
                elts: self.exprs(node.elts),
                ctx: context(node.ctx),
            },
            rp::Expr::Tuple(node) => ExprKind::Tuple {
                elts: self.exprs(node.elts),
                ctx: context(node.ctx),
            },
            rp::Expr::Slice(node) => ExprKind::Slice {
                lower: self.opt_boxed(node.lower),
                upper: self.opt_boxed(node.upper),
                step: self.opt_boxed(node.step),
            },
            rp::Expr::FormattedValue(_) | rp::Expr::JoinedStr(_) => {
                unreachable!("f-strings reach the crate as plain strings")
            }
        };
        Expr { loc, kind }
    }

    fn named_expr(&mut self, node: rp::ExprNamedExpr) -> Expr {
        let loc = self.loc(span(&node).0, named_end(&node));
        Expr {
            loc,
            kind: ExprKind::NamedExpr {
                target: self.boxed(node.target),
                value: self.boxed(node.value),
            },
        }
    }

    /// A chain of operators is as deep as it is long: its left operands are walked with a list.
    fn bin_op(&mut self, node: rp::ExprBinOp) -> Expr {
        let mut pending = Vec::new();
        let mut node = node;
        let mut left = loop {
            let loc = self.loc_of(&node);
            pending.push((loc, node.op, node.right));
            match *node.left {
                rp::Expr::BinOp(inner) => node = inner,
                other => break self.expr(other),
            }
        };
        self.too_deep |= pending.len() > MAX_CHAIN;
        while let Some((loc, op, right)) = pending.pop() {
            let right = self.boxed(right);
            left = Expr {
                loc,
                kind: ExprKind::BinOp {
                    left: Box::new(left),
                    op: operator(op),
                    right,
                },
            };
        }
        left
    }

    /// A chain of calls, attributes and subscripts, walked with a list as well.
    fn primary(&mut self, expr: rp::Expr) -> Expr {
        enum Trailer {
            Call(Vec<rp::Expr>, Vec<rp::Keyword>),
            Attribute(rp::Identifier, rp::ExprContext),
            Subscript(Box<rp::Expr>, rp::ExprContext),
        }
        let mut trailers = Vec::new();
        let mut expr = expr;
        let mut value = loop {
            let loc = self.loc_of(&expr);
            match expr {
                rp::Expr::Call(node) => {
                    trailers.push((loc, Trailer::Call(node.args, node.keywords)));
                    expr = *node.func;
                }
                rp::Expr::Attribute(node) => {
                    trailers.push((loc, Trailer::Attribute(node.attr, node.ctx)));
                    expr = *node.value;
                }
                rp::Expr::Subscript(node) => {
                    trailers.push((loc, Trailer::Subscript(node.slice, node.ctx)));
                    expr = *node.value;
                }
                other => break self.expr(other),
            }
        };
        self.too_deep |= trailers.len() > MAX_CHAIN;
        while let Some((loc, trailer)) = trailers.pop() {
            let kind = match trailer {
                Trailer::Call(args, keywords) => {
                    let sole = args.len() == 1 && keywords.is_empty();
                    let args = args
                        .into_iter()
                        .map(|arg| self.argument(arg, sole))
                        .collect();
                    ExprKind::Call {
                        func: Box::new(value),
                        args,
                        keywords: self.keywords(keywords),
                    }
                }
                Trailer::Attribute(attr, ctx) => ExprKind::Attribute {
                    value: Box::new(value),
                    attr: self.name(&attr),
                    ctx: context(ctx),
                },
                Trailer::Subscript(slice, ctx) => {
                    let mut slice = self.expr(*slice);
                    if matches!(slice.kind, ExprKind::Starred { .. }) {
                        slice = Expr {
                            loc: slice.loc,
                            kind: ExprKind::Tuple {
                                elts: vec![slice],
                                ctx: ExprContext::Load,
                            },
                        };
                    }
                    ExprKind::Subscript {
                        value: Box::new(value),
                        slice: Box::new(slice),
                        ctx: context(ctx),
                    }
                }
            };
            value = Expr { loc, kind };
        }
        value
    }

    /// An argument of a call; a generator expression without parentheses of its own takes the call's.
    fn argument(&mut self, arg: rp::Expr, sole: bool) -> Expr {
        if !self.is_bare_generator(&arg) {
            return self.expr(arg);
        }
        let (from, to) = span(&arg);
        if !sole || self.tokens[to].kind != TokenKind::Rpar {
            self.doubtful = true;
        }
        let mut arg = self.expr(arg);
        arg.loc = self.loc(from - 1, to + 1);
        arg
    }

    /// Whether `arg` is a generator expression without parentheses of its own.
    fn is_bare_generator(&self, arg: &rp::Expr) -> bool {
        let rp::Expr::GeneratorExp(node) = arg else {
            return false;
        };
        let from = span(node).0;
        if self.tokens[from].kind != TokenKind::Lpar {
            return true;
        }
        let mut keyword = span(&node.generators[0].target).0 - 1;
        while self.tokens[keyword].kind != TokenKind::For {
            keyword -= 1;
        }
        self.tokens[keyword].level < self.tokens[from].level
    }

    fn generators(&mut self, generators: Vec<rp::Comprehension>) -> Vec<Comprehension> {
        generators
            .into_iter()
            .map(|generator| Comprehension {
                target: self.target(generator.target),
                iter: self.expr(generator.iter),
                ifs: self.exprs(generator.ifs),
                is_async: generator.is_async,
            })
            .collect()
    }

    fn constant(&mut self, node: rp::ExprConstant, loc: SourceLocation) -> Expr {
        let (from, to) = span(&node);
        let value = match node.value {
            rp::Constant::None => Constant::None,
            rp::Constant::Bool(value) => Constant::Bool(value),
            rp::Constant::Ellipsis => Constant::Ellipsis,
            rp::Constant::Str(_) | rp::Constant::Bytes(_) => return self.strings(from, to),
            rp::Constant::Int(_) => {
                if let Ok(value) = number(self.tokens[from].text(self.source)) {
                    value
                } else {
                    self.doubtful = true;
                    Constant::None
                }
            }
            rp::Constant::Tuple(_) | rp::Constant::Float(_) | rp::Constant::Complex { .. } => {
                unreachable!("every number reaches the crate as an integer")
            }
        };
        Expr {
            loc,
            kind: ExprKind::Constant { value, kind: None },
        }
    }
}

/// The token indices of a node: first, and one past the last.
fn span(node: &impl Ranged) -> (usize, usize) {
    let range = node.range();
    (range.start().to_usize(), range.end().to_usize())
}

/// The end of a `:=` expression, whose end in the crate forgets parentheses around the value.
fn named_end(node: &rp::ExprNamedExpr) -> usize {
    let (value_from, value_to) = span(&*node.value);
    let value_end = match &*node.value {
        rp::Expr::NamedExpr(inner) => named_end(inner),
        _ => value_to,
    };
    value_end + (value_from - (span(node).0 + 2))
}

fn parse_index(name: &str) -> usize {
    name.parse()
        .expect("names reach the crate as token indices")
}

fn index_of(name: &rp::Identifier) -> usize {
    parse_index(name.as_str())
}

fn singleton(value: &rp::Constant) -> Constant {
    match value {
        rp::Constant::Bool(value) => Constant::Bool(*value),
        _ => Constant::None,
    }
}

fn is_star_target(target: &Expr) -> bool {
    match &target.kind {
        ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => true,
        ExprKind::Starred { value, .. } => {
            !matches!(value.kind, ExprKind::Starred { .. }) && is_star_target(value)
        }
        ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
            elts.iter().all(is_star_target)
        }
        _ => false,
    }
}

fn is_del_target(target: &Expr) -> bool {
    match &target.kind {
        ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => true,
        ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
            elts.iter().all(is_del_target)
        }
        _ => false,
    }
}

fn context(ctx: rp::ExprContext) -> ExprContext {
    match ctx {
        rp::ExprContext::Load => ExprContext::Load,
        rp::ExprContext::Store => ExprContext::Store,
        rp::ExprContext::Del => ExprContext::Del,
    }
}

fn operator(op: rp::Operator) -> Operator {
    match op {
        rp::Operator::Add => Operator::Add,
        rp::Operator::Sub => Operator::Sub,
        rp::Operator::Mult => Operator::Mult,
        rp::Operator::MatMult => Operator::MatMult,
        rp::Operator::Div => Operator::Div,
        rp::Operator::Mod => Operator::Mod,
        rp::Operator::Pow => Operator::Pow,
        rp::Operator::LShift => Operator::LShift,
        rp::Operator::RShift => Operator::RShift,
        rp::Operator::BitOr => Operator::BitOr,
        rp::Operator::BitXor => Operator::BitXor,
        rp::Operator::BitAnd => Operator::BitAnd,
        rp::Operator::FloorDiv => Operator::FloorDiv,
    }
}

fn cmp_op(op: rp::CmpOp) -> CmpOp {
    match op {
        rp::CmpOp::Eq => CmpOp::Eq,
        rp::CmpOp::NotEq => CmpOp::NotEq,
        rp::CmpOp::Lt => CmpOp::Lt,
        rp::CmpOp::LtE => CmpOp::LtE,
        rp::CmpOp::Gt => CmpOp::Gt,
        rp::CmpOp::GtE => CmpOp::GtE,
        rp::CmpOp::Is => CmpOp::Is,
        rp::CmpOp::IsNot => CmpOp::IsNot,
        rp::CmpOp::In => CmpOp::In,
        rp::CmpOp::NotIn => CmpOp::NotIn,
    }
}
