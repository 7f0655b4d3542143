//! Checks of a tree that a program made: what the compiler takes for granted of the parser's.
//!
//! Mirrors `Python/ast.c`.

use crate::base::SourceLocation;
use crate::syntax::ast::{
    Arg, Arguments, Comprehension, Constant, ExceptHandler, Expr, ExprContext, ExprKind, Keyword,
    Mod, Pattern, PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind, UnaryOperator, WithItem,
};

/// What is wrong with a tree.
#[derive(Debug)]
pub enum Problem {
    Value(String),
    Type(String),
}

type Checked = Result<(), Problem>;

fn value<T>(text: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::Value(text.into()))
}

/// `_PyAST_Validate`.
pub fn validate(tree: &Mod) -> Checked {
    match tree {
        Mod::Module { body } | Mod::Interactive { body } => stmts(body),
        Mod::Expression { body } => expr(body, ExprContext::Load),
    }
}

fn place(loc: SourceLocation) -> Checked {
    let SourceLocation {
        lineno,
        end_lineno,
        col_offset,
        end_col_offset,
    } = loc;
    if lineno > end_lineno {
        return value(format!(
            "AST node line range ({lineno}, {end_lineno}) is not valid"
        ));
    }
    if (lineno < 0 && end_lineno != lineno) || (col_offset < 0 && col_offset != end_col_offset) {
        return value(format!(
            "AST node column range ({col_offset}, {end_col_offset}) for line range ({lineno}, {end_lineno}) is not valid"
        ));
    }
    if lineno == end_lineno && col_offset > end_col_offset {
        return value(format!(
            "line {lineno}, column {col_offset}-{end_col_offset} is not a valid range"
        ));
    }
    Ok(())
}

fn nonempty<T>(items: &[T], what: &str, owner: &str) -> Checked {
    if items.is_empty() {
        return value(format!("empty {what} on {owner}"));
    }
    Ok(())
}

fn name(text: &str) -> Checked {
    if matches!(text, "None" | "True" | "False") {
        return value(format!(
            "identifier field can't represent '{text}' constant"
        ));
    }
    Ok(())
}

fn body(items: &[Stmt], owner: &str) -> Checked {
    nonempty(items, "body", owner)?;
    stmts(items)
}

fn stmts(items: &[Stmt]) -> Checked {
    items.iter().try_for_each(stmt)
}

fn exprs(items: &[Expr], ctx: ExprContext) -> Checked {
    items.iter().try_for_each(|e| expr(e, ctx))
}

fn load(e: &Expr) -> Checked {
    expr(e, ExprContext::Load)
}

fn load_opt(e: Option<&Expr>) -> Checked {
    e.map_or(Ok(()), load)
}

fn stmt(s: &Stmt) -> Checked {
    place(s.loc)?;
    match &s.kind {
        StmtKind::FunctionDef {
            name: _,
            args,
            body: block,
            decorator_list,
            returns,
            type_params,
        }
        | StmtKind::AsyncFunctionDef {
            name: _,
            args,
            body: block,
            decorator_list,
            returns,
            type_params,
        } => {
            let owner = if matches!(s.kind, StmtKind::FunctionDef { .. }) {
                "FunctionDef"
            } else {
                "AsyncFunctionDef"
            };
            body(block, owner)?;
            type_parameters(type_params)?;
            arguments(args)?;
            exprs(decorator_list, ExprContext::Load)?;
            load_opt(returns.as_deref())
        }
        StmtKind::ClassDef {
            name: _,
            bases,
            keywords: words,
            body: block,
            decorator_list,
            type_params,
        } => {
            body(block, "ClassDef")?;
            type_parameters(type_params)?;
            exprs(bases, ExprContext::Load)?;
            keywords(words)?;
            exprs(decorator_list, ExprContext::Load)
        }
        StmtKind::Return { value } => load_opt(value.as_deref()),
        StmtKind::Delete { targets } => {
            nonempty(targets, "targets", "Delete")?;
            exprs(targets, ExprContext::Del)
        }
        StmtKind::Assign { targets, value } => {
            nonempty(targets, "targets", "Assign")?;
            exprs(targets, ExprContext::Store)?;
            load(value)
        }
        StmtKind::TypeAlias {
            name: target,
            type_params,
            value: aliased,
        } => {
            if !matches!(target.kind, ExprKind::Name { .. }) {
                return Err(Problem::Type("TypeAlias with non-Name name".to_owned()));
            }
            expr(target, ExprContext::Store)?;
            type_parameters(type_params)?;
            load(aliased)
        }
        StmtKind::AugAssign {
            target,
            op: _,
            value,
        } => {
            expr(target, ExprContext::Store)?;
            load(value)
        }
        StmtKind::AnnAssign {
            target,
            annotation,
            value,
            simple,
        } => {
            if *simple && !matches!(target.kind, ExprKind::Name { .. }) {
                return Err(Problem::Type(
                    "AnnAssign with simple non-Name target".to_owned(),
                ));
            }
            expr(target, ExprContext::Store)?;
            load_opt(value.as_deref())?;
            load(annotation)
        }
        StmtKind::For {
            target,
            iter,
            body: block,
            orelse,
        }
        | StmtKind::AsyncFor {
            target,
            iter,
            body: block,
            orelse,
        } => {
            expr(target, ExprContext::Store)?;
            load(iter)?;
            let owner = if matches!(s.kind, StmtKind::For { .. }) {
                "For"
            } else {
                "AsyncFor"
            };
            body(block, owner)?;
            stmts(orelse)
        }
        StmtKind::While {
            test,
            body: block,
            orelse,
        } => {
            load(test)?;
            body(block, "While")?;
            stmts(orelse)
        }
        StmtKind::If {
            test,
            body: block,
            orelse,
        } => {
            load(test)?;
            body(block, "If")?;
            stmts(orelse)
        }
        StmtKind::With { items, body: block } | StmtKind::AsyncWith { items, body: block } => {
            let owner = if matches!(s.kind, StmtKind::With { .. }) {
                "With"
            } else {
                "AsyncWith"
            };
            nonempty(items, "items", owner)?;
            for item in items {
                let WithItem {
                    context_expr,
                    optional_vars,
                } = item;
                load(context_expr)?;
                if let Some(target) = optional_vars {
                    expr(target, ExprContext::Store)?;
                }
            }
            body(block, owner)
        }
        StmtKind::Match { subject, cases } => {
            load(subject)?;
            nonempty(cases, "cases", "Match")?;
            for case in cases {
                pattern(&case.pattern, false)?;
                load_opt(case.guard.as_deref())?;
                body(&case.body, "match_case")?;
            }
            Ok(())
        }
        StmtKind::Raise { exc, cause } => {
            if exc.is_none() && cause.is_some() {
                return value("Raise with cause but no exception");
            }
            load_opt(exc.as_deref())?;
            load_opt(cause.as_deref())
        }
        StmtKind::Try {
            body: block,
            handlers,
            orelse,
            finalbody,
        }
        | StmtKind::TryStar {
            body: block,
            handlers,
            orelse,
            finalbody,
        } => {
            let owner = if matches!(s.kind, StmtKind::Try { .. }) {
                "Try"
            } else {
                "TryStar"
            };
            body(block, owner)?;
            if handlers.is_empty() && finalbody.is_empty() {
                return value(format!("{owner} has neither handlers nor finalbody"));
            }
            if handlers.is_empty() && !orelse.is_empty() {
                return value(format!("{owner} has orelse but no except handlers"));
            }
            for handler in handlers {
                let ExceptHandler {
                    loc,
                    type_,
                    name: _,
                    body: block,
                } = handler;
                place(*loc)?;
                load_opt(type_.as_deref())?;
                body(block, "ExceptHandler")?;
            }
            stmts(finalbody)?;
            stmts(orelse)
        }
        StmtKind::Assert { test, msg } => {
            load(test)?;
            load_opt(msg.as_deref())
        }
        StmtKind::Import { names } => nonempty(names, "names", "Import"),
        StmtKind::ImportFrom {
            module: _,
            names,
            level: _,
        } => nonempty(names, "names", "ImportFrom"),
        StmtKind::Global { names } => nonempty(names, "names", "Global"),
        StmtKind::Nonlocal { names } => nonempty(names, "names", "Nonlocal"),
        StmtKind::Expr { value } => load(value),
        StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
    }
}

fn arguments(args: &Arguments) -> Checked {
    let Arguments {
        posonlyargs,
        args: positional,
        vararg,
        kwonlyargs,
        kw_defaults,
        kwarg,
        defaults,
    } = args;
    let all = posonlyargs
        .iter()
        .chain(positional)
        .chain(vararg.as_deref())
        .chain(kwonlyargs)
        .chain(kwarg.as_deref());
    for arg in all {
        let Arg {
            loc,
            arg: _,
            annotation,
        } = arg;
        place(*loc)?;
        load_opt(annotation.as_deref())?;
    }
    if defaults.len() > posonlyargs.len() + positional.len() {
        return value("more positional defaults than args on arguments");
    }
    if kw_defaults.len() != kwonlyargs.len() {
        return value("length of kwonlyargs is not the same as kw_defaults on arguments");
    }
    exprs(defaults, ExprContext::Load)?;
    kw_defaults.iter().flatten().try_for_each(load)
}

fn keywords(words: &[Keyword]) -> Checked {
    words.iter().try_for_each(|k| load(&k.value))
}

fn type_parameters(params: &[TypeParam]) -> Checked {
    for param in params {
        place(param.loc)?;
        let (id, parts) = match &param.kind {
            TypeParamKind::TypeVar {
                name,
                bound,
                default_value,
            } => (name, [bound.as_deref(), default_value.as_deref()]),
            TypeParamKind::ParamSpec {
                name,
                default_value,
            }
            | TypeParamKind::TypeVarTuple {
                name,
                default_value,
            } => (name, [None, default_value.as_deref()]),
        };
        name(id)?;
        parts.into_iter().flatten().try_for_each(load)?;
    }
    Ok(())
}

fn comprehensions(generators: &[Comprehension]) -> Checked {
    if generators.is_empty() {
        return value("comprehension with no generators");
    }
    for generator in generators {
        expr(&generator.target, ExprContext::Store)?;
        load(&generator.iter)?;
        exprs(&generator.ifs, ExprContext::Load)?;
    }
    Ok(())
}

const fn context_name(ctx: ExprContext) -> &'static str {
    match ctx {
        ExprContext::Load => "Load",
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
    }
}

fn expr(e: &Expr, ctx: ExprContext) -> Checked {
    place(e.loc)?;
    let actual = match &e.kind {
        ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::Name { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => *ctx,
        _ if ctx == ExprContext::Load => ctx,
        _ => {
            return value(format!(
                "expression which can't be assigned to in {} context",
                context_name(ctx)
            ));
        }
    };
    if let ExprKind::Name { id, ctx: _ } = &e.kind {
        name(id)?;
    }
    if actual != ctx {
        return value(format!(
            "expression must have {} context but has {} instead",
            context_name(ctx),
            context_name(actual)
        ));
    }
    parts(e, ctx)
}

fn parts(e: &Expr, ctx: ExprContext) -> Checked {
    match &e.kind {
        ExprKind::BoolOp { op: _, values } => {
            if values.len() < 2 {
                return value("BoolOp with less than 2 values");
            }
            exprs(values, ExprContext::Load)
        }
        ExprKind::NamedExpr { target, value } => {
            if !matches!(target.kind, ExprKind::Name { .. }) {
                return Err(Problem::Type("NamedExpr target must be a Name".to_owned()));
            }
            expr(target, ExprContext::Store)?;
            load(value)
        }
        ExprKind::BinOp { left, op: _, right } => {
            load(left)?;
            load(right)
        }
        ExprKind::UnaryOp { op: _, operand } => load(operand),
        ExprKind::Lambda { args, body } => {
            arguments(args)?;
            load(body)
        }
        ExprKind::IfExp { test, body, orelse } => {
            load(test)?;
            load(body)?;
            load(orelse)
        }
        ExprKind::Dict { keys, values } => {
            if keys.len() != values.len() {
                return value("Dict doesn't have the same number of keys as values");
            }
            keys.iter().flatten().try_for_each(load)?;
            exprs(values, ExprContext::Load)
        }
        ExprKind::Set { elts } => exprs(elts, ExprContext::Load),
        ExprKind::ListComp { elt, generators }
        | ExprKind::SetComp { elt, generators }
        | ExprKind::GeneratorExp { elt, generators } => {
            comprehensions(generators)?;
            load(elt)
        }
        ExprKind::DictComp {
            key,
            value,
            generators,
        } => {
            comprehensions(generators)?;
            load(key)?;
            load(value)
        }
        ExprKind::Yield { value } => load_opt(value.as_deref()),
        ExprKind::YieldFrom { value } | ExprKind::Await { value } => load(value),
        ExprKind::Compare {
            left,
            ops,
            comparators,
        } => {
            if comparators.is_empty() {
                return value("Compare with no comparators");
            }
            if comparators.len() != ops.len() {
                return value("Compare has a different number of comparators and operands");
            }
            exprs(comparators, ExprContext::Load)?;
            load(left)
        }
        ExprKind::Call {
            func,
            args,
            keywords: words,
        } => {
            load(func)?;
            exprs(args, ExprContext::Load)?;
            keywords(words)
        }
        ExprKind::FormattedValue {
            value,
            conversion: _,
            format_spec,
        } => {
            load(value)?;
            load_opt(format_spec.as_deref())
        }
        ExprKind::JoinedStr { values } => exprs(values, ExprContext::Load),
        ExprKind::Constant { .. } => Ok(()),
        ExprKind::Attribute { value, .. } => load(value),
        ExprKind::Subscript { value, slice, .. } => {
            load(slice)?;
            load(value)
        }
        ExprKind::Starred { value, .. } => expr(value, ctx),
        ExprKind::Name { .. } => Ok(()),
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => exprs(elts, ctx),
        ExprKind::Slice { lower, upper, step } => [lower, upper, step]
            .into_iter()
            .try_for_each(|part| load_opt(part.as_deref())),
    }
}

fn pattern(p: &Pattern, star_ok: bool) -> Checked {
    place(p.loc)?;
    let inner =
        |items: &[Pattern], star_ok: bool| items.iter().try_for_each(|item| pattern(item, star_ok));
    match &p.kind {
        PatternKind::MatchValue { value } => pattern_value(value),
        PatternKind::MatchSingleton { value: constant } => {
            if matches!(constant, Constant::None | Constant::Bool(_)) {
                return Ok(());
            }
            value("MatchSingleton can only contain True, False and None")
        }
        PatternKind::MatchSequence { patterns } => inner(patterns, true),
        PatternKind::MatchMapping {
            keys,
            patterns,
            rest,
        } => {
            if keys.len() != patterns.len() {
                return value("MatchMapping doesn't have the same number of keys as patterns");
            }
            if let Some(rest) = rest {
                capture(rest)?;
            }
            for key in keys {
                if matches!(
                    key.kind,
                    ExprKind::Constant {
                        value: Constant::None | Constant::Bool(_),
                        ..
                    }
                ) {
                    continue;
                }
                pattern_value(key)?;
            }
            inner(patterns, false)
        }
        PatternKind::MatchClass {
            cls,
            patterns,
            kwd_attrs,
            kwd_patterns,
        } => {
            if kwd_attrs.len() != kwd_patterns.len() {
                return value(
                    "MatchClass doesn't have the same number of keyword attributes as patterns",
                );
            }
            load(cls)?;
            let mut class = cls;
            while let ExprKind::Attribute { value, .. } = &class.kind {
                class = value;
            }
            if !matches!(class.kind, ExprKind::Name { .. }) {
                return value("MatchClass cls field can only contain Name or Attribute nodes.");
            }
            kwd_attrs.iter().try_for_each(|attr| name(attr))?;
            inner(patterns, false)?;
            inner(kwd_patterns, false)
        }
        PatternKind::MatchStar { name } => {
            if !star_ok {
                return value("can't use MatchStar here");
            }
            name.as_ref().map_or(Ok(()), |name| capture(name))
        }
        PatternKind::MatchAs { pattern: sub, name } => {
            if let Some(name) = name {
                capture(name)?;
            }
            match (sub, name) {
                (None, _) => Ok(()),
                (Some(_), None) => {
                    value("MatchAs must specify a target name if a pattern is given")
                }
                (Some(sub), Some(_)) => pattern(sub, false),
            }
        }
        PatternKind::MatchOr { patterns } => {
            if patterns.len() < 2 {
                return value("MatchOr requires at least 2 patterns");
            }
            inner(patterns, false)
        }
    }
}

fn capture(text: &str) -> Checked {
    if text == "_" {
        return value("can't capture name '_' in patterns");
    }
    name(text)
}

fn pattern_value(e: &Expr) -> Checked {
    load(e)?;
    let fits = match &e.kind {
        ExprKind::Constant {
            value: constant, ..
        } => match constant {
            Constant::Ellipsis => {
                return value("unexpected constant inside of a literal pattern");
            }
            Constant::Int(_)
            | Constant::Float(_)
            | Constant::Bytes(_)
            | Constant::Complex { .. }
            | Constant::Str(_) => true,
            Constant::None | Constant::Bool(_) | Constant::Tuple(_) | Constant::FrozenSet(_) => {
                return value("unexpected constant inside of a literal pattern");
            }
        },
        ExprKind::Attribute { .. } | ExprKind::JoinedStr { .. } => true,
        ExprKind::UnaryOp { op, operand } => {
            *op == UnaryOperator::USub && matches!(operand.kind, ExprKind::Constant { .. })
        }
        ExprKind::BinOp { .. } => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    value("patterns may only match literals and attribute lookups")
}
