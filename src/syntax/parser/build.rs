//! The grammar core's tree to ours: same nodes, CPython's positions, values and contexts.
//!
//! The crate's ranges count tokens (see `feed.rs`). Where it accepts what CPython refuses, the
//! builder only notes a doubt; `diagnose` then decides and finds the message.

use std::collections::HashMap;
use std::sync::Arc;

use rustpython_parser::ast::{self as rp, Ranged};
use rustpython_parser::{Mode as CrateMode, parse_tokens};
use unicode_normalization::UnicodeNormalization;

use crate::base::SourceLocation;

use super::super::ast::{
    Alias, Arg, Arguments, BoolOperator, CmpOp, Comprehension, Constant, ExceptHandler, Expr,
    ExprContext, ExprKind, Identifier, Keyword, MatchCase, Operator, Pattern, PatternKind, Stmt,
    StmtKind, TypeParam, TypeParamKind, UnaryOperator, WithItem,
};
use super::super::error::Warning;
use super::super::lines::LineTable;
use super::super::token::{Token, TokenKind};
use super::feed::{Context, feed};
use super::literals::number;

/// From here on the rules have to tell whether CPython's parser has the stack for it.
const MAX_NESTING: usize = 900;
/// How deep a tree CPython's passes walk (`Py_C_RECURSION_LIMIT`).
const MAX_CHAIN: usize = 9900;

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

    fn stmt(&mut self, stmt: rp::Stmt) -> Stmt {
        match stmt {
            rp::Stmt::FunctionDef(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::FunctionDef {
                        name: self.name(&node.name),
                        decorator_list: self.exprs(node.decorator_list),
                        type_params: self.type_params(node.type_params),
                        args: Box::new(self.arguments(*node.args)),
                        returns: self.opt_boxed(node.returns),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::AsyncFunctionDef(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::AsyncFunctionDef {
                        name: self.name(&node.name),
                        decorator_list: self.exprs(node.decorator_list),
                        type_params: self.type_params(node.type_params),
                        args: Box::new(self.arguments(*node.args)),
                        returns: self.opt_boxed(node.returns),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::ClassDef(node) => {
                let loc = self.block_loc(&node);
                let decorator_list = self.exprs(node.decorator_list);
                let type_params = self.type_params(node.type_params);
                for base in &node.bases {
                    if self.is_bare_generator(base) {
                        self.doubtful = true;
                    }
                }
                Stmt {
                    loc,
                    kind: StmtKind::ClassDef {
                        name: self.name(&node.name),
                        bases: self.exprs(node.bases),
                        keywords: self.keywords(node.keywords),
                        body: self.body(node.body),
                        decorator_list,
                        type_params,
                    },
                }
            }
            rp::Stmt::For(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::For {
                        target: Box::new(self.target(*node.target)),
                        iter: self.boxed(node.iter),
                        body: self.body(node.body),
                        orelse: self.body(node.orelse),
                    },
                }
            }
            rp::Stmt::AsyncFor(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::AsyncFor {
                        target: Box::new(self.target(*node.target)),
                        iter: self.boxed(node.iter),
                        body: self.body(node.body),
                        orelse: self.body(node.orelse),
                    },
                }
            }
            rp::Stmt::While(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::While {
                        test: self.boxed(node.test),
                        body: self.body(node.body),
                        orelse: self.body(node.orelse),
                    },
                }
            }
            rp::Stmt::If(node) => self.if_stmt(node),
            rp::Stmt::With(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::With {
                        items: self.with_items(node.items),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::AsyncWith(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::AsyncWith {
                        items: self.with_items(node.items),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::Match(node) => self.match_stmt(node),
            rp::Stmt::Try(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::Try {
                        body: self.body(node.body),
                        handlers: self.handlers(node.handlers),
                        orelse: self.body(node.orelse),
                        finalbody: self.body(node.finalbody),
                    },
                }
            }
            rp::Stmt::TryStar(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::TryStar {
                        body: self.body(node.body),
                        handlers: self.handlers(node.handlers),
                        orelse: self.body(node.orelse),
                        finalbody: self.body(node.finalbody),
                    },
                }
            }
            simple => {
                let loc = self.loc_of(&simple);
                Stmt {
                    loc,
                    kind: self.simple_stmt(simple),
                }
            }
        }
    }

    fn simple_stmt(&mut self, stmt: rp::Stmt) -> StmtKind {
        match stmt {
            rp::Stmt::Return(node) => StmtKind::Return {
                value: self.opt_boxed(node.value),
            },
            rp::Stmt::Delete(node) => {
                let targets = self.exprs(node.targets);
                if !targets.iter().all(is_del_target) {
                    self.doubtful = true;
                }
                StmtKind::Delete { targets }
            }
            rp::Stmt::Assign(node) => StmtKind::Assign {
                targets: node
                    .targets
                    .into_iter()
                    .map(|target| self.target(target))
                    .collect(),
                value: self.boxed(node.value),
            },
            rp::Stmt::TypeAlias(node) => StmtKind::TypeAlias {
                name: self.boxed(node.name),
                type_params: self.type_params(node.type_params),
                value: self.boxed(node.value),
            },
            rp::Stmt::AugAssign(node) => StmtKind::AugAssign {
                target: self.single_target(*node.target),
                op: operator(node.op),
                value: self.boxed(node.value),
            },
            rp::Stmt::AnnAssign(node) => {
                let simple = node.target.is_name_expr() && span(&*node.target).0 == span(&node).0;
                StmtKind::AnnAssign {
                    target: self.single_target(*node.target),
                    annotation: self.boxed(node.annotation),
                    value: self.opt_boxed(node.value),
                    simple,
                }
            }
            rp::Stmt::Raise(node) => StmtKind::Raise {
                exc: self.opt_boxed(node.exc),
                cause: self.opt_boxed(node.cause),
            },
            rp::Stmt::Assert(node) => StmtKind::Assert {
                test: self.boxed(node.test),
                msg: self.opt_boxed(node.msg),
            },
            rp::Stmt::Import(node) => StmtKind::Import {
                names: self.aliases(node.names),
            },
            rp::Stmt::ImportFrom(node) => StmtKind::ImportFrom {
                module: node.module.map(|module| self.dotted(&module)),
                names: self.aliases(node.names),
                level: node.level.map_or(0, |level| level.to_u32()),
            },
            rp::Stmt::Global(node) => StmtKind::Global {
                names: node.names.iter().map(|name| self.name(name)).collect(),
            },
            rp::Stmt::Nonlocal(node) => StmtKind::Nonlocal {
                names: node.names.iter().map(|name| self.name(name)).collect(),
            },
            rp::Stmt::Expr(node) => StmtKind::Expr {
                value: self.boxed(node.value),
            },
            rp::Stmt::Pass(_) => StmtKind::Pass,
            rp::Stmt::Break(_) => StmtKind::Break,
            rp::Stmt::Continue(_) => StmtKind::Continue,
            _ => unreachable!("statements with blocks are handled in `stmt`"),
        }
    }

    fn if_stmt(&mut self, node: rp::StmtIf) -> Stmt {
        // A chain of `elif` is as deep as it is long: walk it with a list.
        let mut clauses = Vec::new();
        let mut last = node;
        let orelse = loop {
            let loc = self.block_loc(&last);
            let test = self.boxed(last.test);
            let body = self.body(last.body);
            clauses.push((loc, test, body));
            let mut orelse = last.orelse;
            match orelse.pop() {
                Some(rp::Stmt::If(next)) if orelse.is_empty() => last = next,
                Some(stmt) => {
                    orelse.push(stmt);
                    break self.body(orelse);
                }
                None => break Vec::new(),
            }
        };
        self.doubtful |= clauses.len() > MAX_NESTING;
        let mut orelse = orelse;
        loop {
            let (loc, test, body) = clauses.pop().expect("one clause at least");
            let stmt = Stmt {
                loc,
                kind: StmtKind::If { test, body, orelse },
            };
            if clauses.is_empty() {
                return stmt;
            }
            orelse = vec![stmt];
        }
    }

    fn with_items(&mut self, items: Vec<rp::WithItem>) -> Vec<WithItem> {
        items
            .into_iter()
            .map(|item| WithItem {
                context_expr: self.expr(item.context_expr),
                optional_vars: item.optional_vars.map(|vars| {
                    let vars = self.target(*vars);
                    if matches!(vars.kind, ExprKind::Starred { .. }) {
                        self.doubtful = true;
                    }
                    Box::new(vars)
                }),
            })
            .collect()
    }

    fn handlers(&mut self, handlers: Vec<rp::ExceptHandler>) -> Vec<ExceptHandler> {
        handlers
            .into_iter()
            .map(|handler| {
                let rp::ExceptHandler::ExceptHandler(handler) = handler;
                ExceptHandler {
                    loc: self.block_loc(&handler),
                    type_: self.opt_boxed(handler.type_),
                    name: handler.name.map(|name| self.name(&name)),
                    body: self.body(handler.body),
                }
            })
            .collect()
    }

    fn match_stmt(&mut self, node: rp::StmtMatch) -> Stmt {
        let loc = self.block_loc(&node);
        let start = span(&node).0 + 1;
        let newline = self.tokens[start..]
            .iter()
            .position(|token| token.kind == TokenKind::Newline)
            .map_or(start, |at| start + at);
        let colon = newline - 1;
        let trailing_comma = self.tokens[colon - 1].kind == TokenKind::Comma;
        let subject = match *node.subject {
            // The crate gives the tuple of several subjects the whole statement's place.
            rp::Expr::Tuple(tuple) if span(&tuple).0 < start => {
                let elts = self.exprs(tuple.elts);
                self.subject_tuple(start, colon, elts)
            }
            single => {
                let subject = self.expr(single);
                if trailing_comma {
                    self.subject_tuple(start, colon, vec![subject])
                } else {
                    if matches!(subject.kind, ExprKind::Starred { .. }) {
                        self.doubtful = true;
                    }
                    subject
                }
            }
        };
        let cases = node
            .cases
            .into_iter()
            .map(|case| MatchCase {
                pattern: self.pattern(case.pattern, PatternPlace::Top),
                guard: self.opt_boxed(case.guard),
                body: self.body(case.body),
            })
            .collect();
        Stmt {
            loc,
            kind: StmtKind::Match {
                subject: Box::new(subject),
                cases,
            },
        }
    }

    fn subject_tuple(&self, start: usize, colon: usize, elts: Vec<Expr>) -> Expr {
        Expr {
            loc: self.loc(start, colon),
            kind: ExprKind::Tuple {
                elts,
                ctx: ExprContext::Load,
            },
        }
    }

    fn pattern(&mut self, pattern: rp::Pattern, place: PatternPlace) -> Pattern {
        let loc = self.loc_of(&pattern);
        let kind = match pattern {
            rp::Pattern::MatchValue(node) => {
                self.check_pattern_number(&node.value);
                PatternKind::MatchValue {
                    value: self.boxed(node.value),
                }
            }
            rp::Pattern::MatchSingleton(node) => PatternKind::MatchSingleton {
                value: singleton(&node.value),
            },
            rp::Pattern::MatchSequence(node) => {
                // `case a,:` at the top or a bracketed list.
                PatternKind::MatchSequence {
                    patterns: self.patterns(node.patterns, PatternPlace::Sequence),
                }
            }
            rp::Pattern::MatchMapping(node) => {
                for key in &node.keys {
                    self.check_pattern_number(key);
                }
                let rest = node.rest.map(|rest| self.name(&rest));
                if rest.as_deref() == Some("_") {
                    self.doubtful = true;
                }
                PatternKind::MatchMapping {
                    keys: self.exprs(node.keys),
                    patterns: self.patterns(node.patterns, PatternPlace::Inner),
                    rest,
                }
            }
            rp::Pattern::MatchClass(node) => PatternKind::MatchClass {
                cls: self.boxed(node.cls),
                patterns: self.patterns(node.patterns, PatternPlace::Inner),
                kwd_attrs: node.kwd_attrs.iter().map(|name| self.name(name)).collect(),
                kwd_patterns: self.patterns(node.kwd_patterns, PatternPlace::Inner),
            },
            rp::Pattern::MatchStar(node) => {
                if place != PatternPlace::Sequence {
                    self.doubtful = true;
                }
                PatternKind::MatchStar {
                    name: node
                        .name
                        .map(|name| self.name(&name))
                        .filter(|name| &**name != "_"),
                }
            }
            rp::Pattern::MatchAs(node) => {
                let name = node.name.map(|name| self.name(&name));
                let pattern = node
                    .pattern
                    .map(|pattern| Box::new(self.pattern(*pattern, PatternPlace::Inner)));
                if pattern.is_some() && name.as_deref() == Some("_") {
                    self.doubtful = true;
                }
                PatternKind::MatchAs {
                    pattern,
                    name: name.filter(|name| &**name != "_"),
                }
            }
            rp::Pattern::MatchOr(node) => PatternKind::MatchOr {
                patterns: self.patterns(node.patterns, PatternPlace::Inner),
            },
        };
        Pattern { loc, kind }
    }

    fn patterns(&mut self, patterns: Vec<rp::Pattern>, place: PatternPlace) -> Vec<Pattern> {
        patterns
            .into_iter()
            .map(|pattern| self.pattern(pattern, place))
            .collect()
    }

    /// `1j + 1`, `1 + 1`: only a real number and an imaginary one make a complex.
    fn check_pattern_number(&mut self, value: &rp::Expr) {
        let rp::Expr::BinOp(node) = value else { return };
        let left = span(&*node.left).1 - 1;
        let right = span(&*node.right).1 - 1;
        let imaginary = |at: usize| self.tokens[at].text(self.source).ends_with(['j', 'J']);
        if imaginary(left) || !imaginary(right) {
            self.doubtful = true;
        }
    }

    fn type_params(&mut self, params: Vec<rp::TypeParam>) -> Vec<TypeParam> {
        params
            .into_iter()
            .map(|param| {
                let (from, mut to) = span(&param);
                let mut default_value = None;
                if let Some(&end) = self.context.type_defaults.get(&(to as u32)) {
                    let value = self.sub_expression(to + 1, end as usize);
                    if matches!(value.kind, ExprKind::Starred { .. })
                        && !matches!(param, rp::TypeParam::TypeVarTuple(_))
                    {
                        self.doubtful = true;
                    }
                    if matches!(
                        value.kind,
                        ExprKind::Yield { .. }
                            | ExprKind::YieldFrom { .. }
                            | ExprKind::Tuple { .. }
                    ) && self.tokens[to + 1].kind != TokenKind::Lpar
                    {
                        self.doubtful = true;
                    }
                    default_value = Some(Box::new(value));
                    to = end as usize;
                }
                let kind = match param {
                    rp::TypeParam::TypeVar(node) => TypeParamKind::TypeVar {
                        name: self.name(&node.name),
                        bound: self.opt_boxed(node.bound),
                        default_value,
                    },
                    rp::TypeParam::ParamSpec(node) => TypeParamKind::ParamSpec {
                        name: self.name(&node.name),
                        default_value,
                    },
                    rp::TypeParam::TypeVarTuple(node) => TypeParamKind::TypeVarTuple {
                        name: self.name(&node.name),
                        default_value,
                    },
                };
                TypeParam {
                    loc: self.loc(from, to),
                    kind,
                }
            })
            .collect()
    }

    fn aliases(&mut self, names: Vec<rp::Alias>) -> Vec<Alias> {
        names
            .into_iter()
            .map(|alias| Alias {
                loc: self.loc_of(&alias),
                name: self.dotted(&alias.name),
                asname: alias.asname.map(|name| self.name(&name)),
            })
            .collect()
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

    fn single_target(&mut self, target: rp::Expr) -> Box<Expr> {
        let target = self.expr(target);
        if !matches!(
            target.kind,
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. }
        ) {
            self.doubtful = true;
        }
        Box::new(target)
    }

    fn exprs(&mut self, exprs: Vec<rp::Expr>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

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
            rp::Constant::Int(_) => match number(self.tokens[from].text(self.source)) {
                Ok(value) => value,
                Err(_) => {
                    self.doubtful = true;
                    Constant::None
                }
            },
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

/// Where a pattern stands: a star is only allowed directly in a sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PatternPlace {
    Top,
    Sequence,
    Inner,
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
