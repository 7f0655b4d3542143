//! The optimizer of the syntax tree: replaces what can be worked out at compile time.
//!
//! Mirrors `Python/ast_opt.c`. Each replacement is noted, with its place and rule, for showing.

use super::constant_ops::{self, Refusal};
use super::error::{RECURSION_LIMIT, recursion_error};
use super::format_opt::optimize_format;
use crate::base::SourceLocation;
use crate::syntax::ast::{
    Arguments, CmpOp, Comprehension, Constant, ExceptHandler, Expr, ExprContext, ExprKind, Keyword,
    MatchCase, Mod, Operator, Pattern, PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind,
    UnaryOperator, WithItem,
};
use crate::syntax::error::SyntaxError;

/// Which rule replaced a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldRule {
    /// `-1`, `not ()`.
    UnaryOnConstant(UnaryOperator),
    /// `not a is b` becomes `a is not b`, `not a in b` becomes `a not in b`.
    NotIntoComparison,
    /// `2 * 3`.
    BinaryOnConstants(Operator),
    /// `'%s' % (x,)` becomes an f-string.
    PercentFormatToJoinedStr,
    /// `'abc'[1]`.
    SubscriptOfConstant,
    /// A display of constants becomes one constant.
    TupleOfConstants,
    /// A list that is only looked through becomes a tuple.
    ListToTuple,
    /// A set of constants that is only looked through becomes a frozenset.
    SetToFrozenSet,
    /// `__debug__` is known.
    DebugConstant,
}

/// A replacement, or one that a limit forbade.
#[derive(Clone, Debug, PartialEq)]
pub struct Folding {
    /// The node that was replaced.
    pub loc: SourceLocation,
    pub rule: FoldRule,
    /// The constant that stands there now, where the outcome is one.
    pub value: Option<Constant>,
    /// Why nothing was replaced, when nothing was.
    pub refused: Option<Refusal>,
}

/// What the optimizer has to know.
#[derive(Clone, Copy, Debug)]
pub struct FoldOptions {
    /// As `-O` (1) and `-OO` (2).
    pub optimize: u8,
    /// Annotations become strings of their source and stay as they are.
    pub future_annotations: bool,
}

/// Optimizes a tree in place (`_PyAST_Optimize`).
pub fn optimize(module: &mut Mod, options: FoldOptions) -> Result<Vec<Folding>, SyntaxError> {
    let mut optimizer = Optimizer {
        options,
        depth: 0,
        foldings: Vec::new(),
    };
    match module {
        Mod::Module { body } => optimizer.fold_body(body)?,
        Mod::Interactive { body } => optimizer.fold_stmts(body)?,
        Mod::Expression { body } => optimizer.fold_expr(body)?,
    }
    Ok(optimizer.foldings)
}

/// The constant of a body's docstring, when it has one (`_PyAST_GetDocString`).
pub fn docstring(body: &[Stmt]) -> Option<&crate::base::Text> {
    if let StmtKind::Expr { value } = &body.first()?.kind
        && let ExprKind::Constant {
            value: Constant::Str(text),
            kind: _,
        } = &value.kind
    {
        return Some(text);
    }
    None
}

type Fold = Result<(), SyntaxError>;

struct Optimizer {
    options: FoldOptions,
    depth: u32,
    foldings: Vec<Folding>,
}

impl Optimizer {
    fn enter_recursive(&mut self) -> Fold {
        self.depth += 1;
        if self.depth > RECURSION_LIMIT {
            return Err(recursion_error());
        }
        Ok(())
    }

    /// Puts a constant where `node` was, or notes why not.
    fn replace(&mut self, node: &mut Expr, rule: FoldRule, folded: Result<Constant, Refusal>) {
        let (value, refused) = match folded {
            Ok(value) => (Some(value), None),
            Err(refused) => (None, Some(refused)),
        };
        if let Some(value) = &value {
            node.kind = ExprKind::Constant {
                value: value.clone(),
                kind: None,
            };
        }
        self.foldings.push(Folding {
            loc: node.loc,
            rule,
            value,
            refused,
        });
    }

    fn note(&mut self, loc: SourceLocation, rule: FoldRule) {
        self.foldings.push(Folding {
            loc,
            rule,
            value: None,
            refused: None,
        });
    }

    fn fold_body(&mut self, body: &mut [Stmt]) -> Fold {
        let had_docstring = docstring(body).is_some();
        self.fold_stmts(body)?;
        // A string that only folding made is no docstring: hide it in an f-string.
        if !had_docstring
            && docstring(body).is_some()
            && let StmtKind::Expr { value } = &mut body[0].kind
        {
            let inner = (**value).clone();
            value.kind = ExprKind::JoinedStr {
                values: vec![inner],
            };
            value.loc = body[0].loc;
        }
        Ok(())
    }

    fn fold_stmts(&mut self, stmts: &mut [Stmt]) -> Fold {
        stmts.iter_mut().try_for_each(|stmt| self.fold_stmt(stmt))
    }

    fn fold_exprs(&mut self, exprs: &mut [Expr]) -> Fold {
        exprs.iter_mut().try_for_each(|expr| self.fold_expr(expr))
    }

    fn fold_opt(&mut self, expr: Option<&mut Box<Expr>>) -> Fold {
        expr.map_or(Ok(()), |expr| self.fold_expr(expr))
    }

    fn fold_expr(&mut self, node: &mut Expr) -> Fold {
        self.enter_recursive()?;
        self.fold_children(node)?;
        self.fold_node(node);
        self.depth -= 1;
        Ok(())
    }

    fn fold_children(&mut self, node: &mut Expr) -> Fold {
        match &mut node.kind {
            ExprKind::BoolOp { op: _, values } | ExprKind::JoinedStr { values } => {
                self.fold_exprs(values)
            }
            ExprKind::BinOp { left, op: _, right } => {
                self.fold_expr(left)?;
                self.fold_expr(right)
            }
            ExprKind::UnaryOp { op: _, operand } => self.fold_expr(operand),
            ExprKind::Lambda { args, body } => {
                self.fold_arguments(args)?;
                self.fold_expr(body)
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.fold_expr(test)?;
                self.fold_expr(body)?;
                self.fold_expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                for key in keys.iter_mut().flatten() {
                    self.fold_expr(key)?;
                }
                self.fold_exprs(values)
            }
            ExprKind::Set { elts }
            | ExprKind::List { elts, ctx: _ }
            | ExprKind::Tuple { elts, ctx: _ } => self.fold_exprs(elts),
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.fold_expr(elt)?;
                self.fold_comprehensions(generators)
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => {
                self.fold_expr(key)?;
                self.fold_expr(value)?;
                self.fold_comprehensions(generators)
            }
            ExprKind::Await { value }
            | ExprKind::YieldFrom { value }
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred { value, ctx: _ }
            | ExprKind::NamedExpr { target: _, value } => self.fold_expr(value),
            ExprKind::Yield { value } => self.fold_opt(value.as_mut()),
            ExprKind::Compare {
                left,
                ops: _,
                comparators,
            } => {
                self.fold_expr(left)?;
                self.fold_exprs(comparators)
            }
            ExprKind::Call {
                func,
                args,
                keywords,
            } => {
                self.fold_expr(func)?;
                self.fold_exprs(args)?;
                self.fold_keywords(keywords)
            }
            ExprKind::FormattedValue {
                value,
                conversion: _,
                format_spec,
            } => {
                self.fold_expr(value)?;
                self.fold_opt(format_spec.as_mut())
            }
            ExprKind::Subscript {
                value,
                slice,
                ctx: _,
            } => {
                self.fold_expr(value)?;
                self.fold_expr(slice)
            }
            ExprKind::Slice { lower, upper, step } => {
                self.fold_opt(lower.as_mut())?;
                self.fold_opt(upper.as_mut())?;
                self.fold_opt(step.as_mut())
            }
            ExprKind::Constant { .. } | ExprKind::Name { .. } => Ok(()),
        }
    }

    /// Folds a node whose children are folded.
    fn fold_node(&mut self, node: &mut Expr) {
        match &mut node.kind {
            ExprKind::UnaryOp { .. } => self.fold_unaryop(node),
            ExprKind::BinOp { .. } => self.fold_binop(node),
            ExprKind::Compare {
                left: _,
                ops,
                comparators,
            } => {
                if matches!(ops.last(), Some(CmpOp::In | CmpOp::NotIn))
                    && let Some(last) = comparators.last_mut()
                {
                    self.fold_iter(last);
                }
            }
            ExprKind::Tuple {
                elts,
                ctx: ExprContext::Load,
            } => {
                if let Some(items) = constants(elts) {
                    self.replace(node, FoldRule::TupleOfConstants, Ok(Constant::Tuple(items)));
                }
            }
            ExprKind::Subscript {
                value,
                slice,
                ctx: ExprContext::Load,
            } => {
                if let (Some(value), Some(index)) = (constant(value), constant(slice)) {
                    let folded = constant_ops::subscript(value, index);
                    self.replace(node, FoldRule::SubscriptOfConstant, folded);
                }
            }
            ExprKind::Name {
                id,
                ctx: ExprContext::Load,
            } if &**id == "__debug__" => {
                let value = Constant::Bool(self.options.optimize == 0);
                self.replace(node, FoldRule::DebugConstant, Ok(value));
            }
            _ => {}
        }
    }

    fn fold_unaryop(&mut self, node: &mut Expr) {
        let ExprKind::UnaryOp { op, operand } = &mut node.kind else {
            return;
        };
        let op = *op;
        if let Some(value) = constant(operand) {
            let folded = constant_ops::unary(op, value);
            self.replace(node, FoldRule::UnaryOnConstant(op), folded);
            return;
        }
        if op == UnaryOperator::Not
            && let ExprKind::Compare { ops, .. } = &mut operand.kind
            && let [only] = &mut ops[..]
        {
            *only = match only {
                CmpOp::Is => CmpOp::IsNot,
                CmpOp::IsNot => CmpOp::Is,
                CmpOp::In => CmpOp::NotIn,
                CmpOp::NotIn => CmpOp::In,
                // `==` and `<` may be overloaded in ways that are no opposites.
                CmpOp::Eq | CmpOp::NotEq | CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                    return;
                }
            };
            let loc = node.loc;
            // The comparison takes the node's place with its own location.
            let comparison = Expr {
                loc: operand.loc,
                kind: std::mem::replace(&mut operand.kind, ExprKind::Set { elts: Vec::new() }),
            };
            *node = comparison;
            self.note(loc, FoldRule::NotIntoComparison);
        }
    }

    fn fold_binop(&mut self, node: &mut Expr) {
        let ExprKind::BinOp { left, op, right } = &mut node.kind else {
            return;
        };
        let op = *op;
        let Some(lhs) = constant(left) else {
            return;
        };
        if op == Operator::Mod
            && let (Constant::Str(format), ExprKind::Tuple { elts, ctx: _ }) =
                (lhs, &mut right.kind)
            && !has_starred(elts)
        {
            if let Some(values) = optimize_format(format, elts) {
                node.kind = ExprKind::JoinedStr { values };
                self.note(node.loc, FoldRule::PercentFormatToJoinedStr);
            }
            return;
        }
        let Some(rhs) = constant(right) else {
            return;
        };
        let folded = constant_ops::binary(lhs, op, rhs);
        self.replace(node, FoldRule::BinaryOnConstants(op), folded);
    }

    /// A list or set that is only looked through becomes a tuple or frozenset.
    fn fold_iter(&mut self, arg: &mut Expr) {
        match &mut arg.kind {
            ExprKind::List { elts, ctx } => {
                if has_starred(elts) {
                    return;
                }
                if let Some(items) = constants(elts) {
                    self.replace(arg, FoldRule::ListToTuple, Ok(Constant::Tuple(items)));
                } else {
                    arg.kind = ExprKind::Tuple {
                        elts: std::mem::take(elts),
                        ctx: *ctx,
                    };
                    self.note(arg.loc, FoldRule::ListToTuple);
                }
            }
            ExprKind::Set { elts } => {
                if let Some(items) = constants(elts) {
                    let value = constant_ops::frozen_set(items);
                    self.replace(arg, FoldRule::SetToFrozenSet, Ok(value));
                }
            }
            _ => {}
        }
    }

    fn fold_keywords(&mut self, keywords: &mut [Keyword]) -> Fold {
        keywords
            .iter_mut()
            .try_for_each(|keyword| self.fold_expr(&mut keyword.value))
    }

    fn fold_comprehensions(&mut self, generators: &mut [Comprehension]) -> Fold {
        for generator in generators {
            self.fold_expr(&mut generator.target)?;
            self.fold_expr(&mut generator.iter)?;
            self.fold_exprs(&mut generator.ifs)?;
            self.fold_iter(&mut generator.iter);
        }
        Ok(())
    }

    fn fold_arguments(&mut self, args: &mut Arguments) -> Fold {
        if !self.options.future_annotations {
            let all = args
                .posonlyargs
                .iter_mut()
                .chain(&mut args.args)
                .chain(args.vararg.as_deref_mut())
                .chain(&mut args.kwonlyargs)
                .chain(args.kwarg.as_deref_mut());
            for arg in all {
                self.fold_opt(arg.annotation.as_mut())?;
            }
        }
        for default in args.kw_defaults.iter_mut().flatten() {
            self.fold_expr(default)?;
        }
        self.fold_exprs(&mut args.defaults)
    }

    fn fold_stmt(&mut self, node: &mut Stmt) -> Fold {
        self.enter_recursive()?;
        self.fold_stmt_kind(node)?;
        self.depth -= 1;
        Ok(())
    }

    fn fold_stmt_kind(&mut self, node: &mut Stmt) -> Fold {
        match &mut node.kind {
            StmtKind::FunctionDef {
                name: _,
                args,
                body,
                decorator_list,
                returns,
                type_params,
            }
            | StmtKind::AsyncFunctionDef {
                name: _,
                args,
                body,
                decorator_list,
                returns,
                type_params,
            } => {
                self.fold_type_params(type_params)?;
                self.fold_arguments(args)?;
                self.fold_body(body)?;
                self.fold_exprs(decorator_list)?;
                if self.options.future_annotations {
                    return Ok(());
                }
                self.fold_opt(returns.as_mut())
            }
            StmtKind::ClassDef {
                name: _,
                bases,
                keywords,
                body,
                decorator_list,
                type_params,
            } => {
                self.fold_type_params(type_params)?;
                self.fold_exprs(bases)?;
                self.fold_keywords(keywords)?;
                self.fold_body(body)?;
                self.fold_exprs(decorator_list)
            }
            StmtKind::Return { value } => self.fold_opt(value.as_mut()),
            StmtKind::Delete { targets } => self.fold_exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.fold_exprs(targets)?;
                self.fold_expr(value)
            }
            StmtKind::AugAssign {
                target,
                op: _,
                value,
            } => {
                self.fold_expr(target)?;
                self.fold_expr(value)
            }
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
                simple: _,
            } => {
                self.fold_expr(target)?;
                if !self.options.future_annotations {
                    self.fold_expr(annotation)?;
                }
                self.fold_opt(value.as_mut())
            }
            StmtKind::TypeAlias {
                name,
                type_params,
                value,
            } => {
                self.fold_expr(name)?;
                self.fold_type_params(type_params)?;
                self.fold_expr(value)
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                self.fold_expr(target)?;
                self.fold_expr(iter)?;
                self.fold_stmts(body)?;
                self.fold_stmts(orelse)?;
                self.fold_iter(iter);
                Ok(())
            }
            StmtKind::AsyncFor {
                target,
                iter,
                body,
                orelse,
            } => {
                self.fold_expr(target)?;
                self.fold_expr(iter)?;
                self.fold_stmts(body)?;
                self.fold_stmts(orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.fold_expr(test)?;
                self.fold_stmts(body)?;
                self.fold_stmts(orelse)
            }
            StmtKind::With { items, body } | StmtKind::AsyncWith { items, body } => {
                for WithItem {
                    context_expr,
                    optional_vars,
                } in items
                {
                    self.fold_expr(context_expr)?;
                    self.fold_opt(optional_vars.as_mut())?;
                }
                self.fold_stmts(body)
            }
            StmtKind::Match { subject, cases } => {
                self.fold_expr(subject)?;
                for MatchCase {
                    pattern,
                    guard,
                    body,
                } in cases
                {
                    self.fold_pattern(pattern)?;
                    self.fold_opt(guard.as_mut())?;
                    self.fold_stmts(body)?;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                self.fold_opt(exc.as_mut())?;
                self.fold_opt(cause.as_mut())
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            }
            | StmtKind::TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.fold_stmts(body)?;
                for ExceptHandler { type_, body, .. } in handlers {
                    self.fold_opt(type_.as_mut())?;
                    self.fold_stmts(body)?;
                }
                self.fold_stmts(orelse)?;
                self.fold_stmts(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.fold_expr(test)?;
                self.fold_opt(msg.as_mut())
            }
            StmtKind::Expr { value } => self.fold_expr(value),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nonlocal { .. }
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => Ok(()),
        }
    }

    fn fold_pattern(&mut self, node: &mut Pattern) -> Fold {
        self.enter_recursive()?;
        match &mut node.kind {
            PatternKind::MatchValue { value } => self.fold_expr(value)?,
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.fold_patterns(patterns)?;
            }
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest: _,
            } => {
                self.fold_exprs(keys)?;
                self.fold_patterns(patterns)?;
            }
            PatternKind::MatchClass {
                cls,
                patterns,
                kwd_attrs: _,
                kwd_patterns,
            } => {
                self.fold_expr(cls)?;
                self.fold_patterns(patterns)?;
                self.fold_patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern, name: _ } => {
                if let Some(pattern) = pattern {
                    self.fold_pattern(pattern)?;
                }
            }
            PatternKind::MatchSingleton { .. } | PatternKind::MatchStar { .. } => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn fold_patterns(&mut self, patterns: &mut [Pattern]) -> Fold {
        patterns
            .iter_mut()
            .try_for_each(|pattern| self.fold_pattern(pattern))
    }

    fn fold_type_params(&mut self, type_params: &mut [TypeParam]) -> Fold {
        for param in type_params {
            match &mut param.kind {
                TypeParamKind::TypeVar {
                    name: _,
                    bound,
                    default_value,
                } => {
                    self.fold_opt(bound.as_mut())?;
                    self.fold_opt(default_value.as_mut())?;
                }
                TypeParamKind::ParamSpec {
                    name: _,
                    default_value,
                }
                | TypeParamKind::TypeVarTuple {
                    name: _,
                    default_value,
                } => self.fold_opt(default_value.as_mut())?,
            }
        }
        Ok(())
    }
}

/// The value of a constant node.
pub fn constant(node: &Expr) -> Option<&Constant> {
    match &node.kind {
        ExprKind::Constant { value, kind: _ } => Some(value),
        _ => None,
    }
}

/// The values, when all nodes are constants.
fn constants(elts: &[Expr]) -> Option<Vec<Constant>> {
    elts.iter().map(|elt| constant(elt).cloned()).collect()
}

fn has_starred(elts: &[Expr]) -> bool {
    elts.iter()
        .any(|elt| matches!(elt.kind, ExprKind::Starred { .. }))
}
