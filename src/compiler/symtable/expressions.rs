//! The first pass over expressions: names, lambdas, comprehensions and `:=`.
//!
//! Mirrors `symtable_visit_expr` and its helpers in `Python/symtable.c`.

use super::build::{Builder, Visit};
use super::entry::{
    BlockKey, BlockRole, BlockType, ComprehensionType, DEF_COMP_ITER, DEF_GLOBAL, DEF_LOCAL,
    DEF_NONLOCAL, DEF_PARAM, USE,
};
use crate::compiler::error::error_at;
use crate::syntax::ast::{Comprehension, Expr, ExprContext, ExprKind};

impl Builder<'_> {
    pub(super) fn visit_exprs(&mut self, exprs: &[Expr]) -> Visit {
        exprs.iter().try_for_each(|expr| self.visit_expr(expr))
    }

    pub(super) fn visit_opt(&mut self, expr: Option<&Expr>) -> Visit {
        expr.map_or(Ok(()), |expr| self.visit_expr(expr))
    }

    pub(super) fn visit_expr(&mut self, e: &Expr) -> Visit {
        self.enter_recursive()?;
        self.visit_expr_kind(e)?;
        self.leave_recursive();
        Ok(())
    }

    fn visit_expr_kind(&mut self, e: &Expr) -> Visit {
        match &e.kind {
            ExprKind::NamedExpr { target, value } => {
                self.raise_if_annotation_block("named expression", e)?;
                self.handle_namedexpr(e, target, value)
            }
            ExprKind::BoolOp { op: _, values } | ExprKind::JoinedStr { values } => {
                self.visit_exprs(values)
            }
            ExprKind::BinOp { left, op: _, right } => {
                self.visit_expr(left)?;
                self.visit_expr(right)
            }
            ExprKind::UnaryOp { op: _, operand } => self.visit_expr(operand),
            ExprKind::Lambda { args, body } => {
                self.visit_defaults(args)?;
                self.enter_block(
                    "lambda".into(),
                    BlockType::FunctionBlock,
                    BlockKey::new(e, BlockRole::Body),
                    e.loc,
                );
                self.visit_arguments(args)?;
                self.visit_expr(body)?;
                self.exit_block();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.visit_expr(test)?;
                self.visit_expr(body)?;
                self.visit_expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                for key in keys.iter().flatten() {
                    self.visit_expr(key)?;
                }
                self.visit_exprs(values)
            }
            ExprKind::Set { elts }
            | ExprKind::List { elts, ctx: _ }
            | ExprKind::Tuple { elts, ctx: _ } => self.visit_exprs(elts),
            ExprKind::ListComp { elt, generators } => {
                self.handle_comprehension(e, "listcomp", generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => {
                self.handle_comprehension(e, "setcomp", generators, elt, None)
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.handle_comprehension(e, "genexpr", generators, elt, None)
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => self.handle_comprehension(e, "dictcomp", generators, key, Some(value)),
            ExprKind::Yield { value } => {
                self.raise_if_annotation_block("yield expression", e)?;
                self.visit_opt(value.as_deref())?;
                self.note_yield(e)
            }
            ExprKind::YieldFrom { value } => {
                self.raise_if_annotation_block("yield expression", e)?;
                self.visit_expr(value)?;
                self.note_yield(e)
            }
            ExprKind::Await { value } => {
                self.raise_if_annotation_block("await expression", e)?;
                self.visit_expr(value)?;
                self.cur().ste_coroutine = true;
                Ok(())
            }
            ExprKind::Compare {
                left,
                ops: _,
                comparators,
            } => {
                self.visit_expr(left)?;
                self.visit_exprs(comparators)
            }
            ExprKind::Call {
                func,
                args,
                keywords,
            } => {
                self.visit_expr(func)?;
                self.visit_exprs(args)?;
                for keyword in keywords {
                    self.visit_expr(&keyword.value)?;
                }
                Ok(())
            }
            ExprKind::FormattedValue {
                value,
                conversion: _,
                format_spec,
            } => {
                self.visit_expr(value)?;
                self.visit_opt(format_spec.as_deref())
            }
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Attribute { value, .. } | ExprKind::Starred { value, ctx: _ } => {
                self.visit_expr(value)
            }
            ExprKind::Subscript {
                value,
                slice,
                ctx: _,
            } => {
                self.visit_expr(value)?;
                self.visit_expr(slice)
            }
            ExprKind::Slice { lower, upper, step } => {
                self.visit_opt(lower.as_deref())?;
                self.visit_opt(upper.as_deref())?;
                self.visit_opt(step.as_deref())
            }
            ExprKind::Name { id, ctx } => {
                let flag = if *ctx == ExprContext::Load {
                    USE
                } else {
                    DEF_LOCAL
                };
                self.add_def(id, flag, e.loc)?;
                // `super` reads `__class__` behind the scenes.
                if *ctx == ExprContext::Load && self.cur().is_function_like() && &**id == "super" {
                    self.add_def(&"__class__".into(), USE, e.loc)?;
                }
                Ok(())
            }
        }
    }

    fn note_yield(&mut self, e: &Expr) -> Visit {
        let cur = self.cur();
        cur.ste_generator = true;
        let place = match cur.ste_comprehension {
            ComprehensionType::NoComprehension => return Ok(()),
            ComprehensionType::ListComprehension => "list comprehension",
            ComprehensionType::SetComprehension => "set comprehension",
            ComprehensionType::DictComprehension => "dict comprehension",
            ComprehensionType::GeneratorExpression => "generator expression",
        };
        Err(error_at(e.loc, format!("'yield' inside {place}")))
    }

    fn handle_namedexpr(&mut self, e: &Expr, target: &Expr, value: &Expr) -> Visit {
        if self.cur().ste_comp_iter_expr > 0 {
            let msg = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(error_at(e.loc, msg));
        }
        if self.cur().is_comprehension() {
            self.extend_namedexpr_scope(target)?;
        }
        self.visit_expr(value)?;
        self.visit_expr(target)
    }

    /// A `:=` in a comprehension binds in the nearest function or module around it.
    fn extend_namedexpr_scope(&mut self, target: &Expr) -> Visit {
        let ExprKind::Name { id: name, ctx: _ } = &target.kind else {
            unreachable!("the grammar allows a name alone");
        };
        let loc = target.loc;
        for id in self.st_stack.clone().into_iter().rev() {
            let ent = self.table.entry(id);
            if ent.is_comprehension() {
                let flags = self.lookup_entry(id, name);
                if flags & DEF_COMP_ITER != 0 && flags & (DEF_LOCAL | DEF_GLOBAL) != 0 {
                    let msg = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{name}'"
                    );
                    return Err(error_at(loc, msg));
                }
                continue;
            }
            let place = match ent.ste_type {
                BlockType::FunctionBlock => {
                    let flags = self.lookup_entry(id, name);
                    let flag = if flags & DEF_GLOBAL != 0 {
                        DEF_GLOBAL
                    } else {
                        DEF_NONLOCAL
                    };
                    self.add_def(name, flag, loc)?;
                    self.record_directive(name, loc);
                    return self.add_def_to(name, DEF_LOCAL, id, loc);
                }
                BlockType::ModuleBlock => {
                    self.add_def(name, DEF_GLOBAL, loc)?;
                    self.record_directive(name, loc);
                    return self.add_def_to(name, DEF_GLOBAL, id, loc);
                }
                BlockType::ClassBlock => "a class body",
                BlockType::TypeParametersBlock => "the definition of a generic",
                BlockType::TypeAliasBlock => "a type alias",
                BlockType::TypeVariableBlock => "a TypeVar bound",
                BlockType::AnnotationBlock => continue,
            };
            let preposition = if ent.ste_type == BlockType::TypeParametersBlock {
                "within"
            } else {
                "in"
            };
            let msg = format!(
                "assignment expression within a comprehension cannot be used {preposition} {place}"
            );
            return Err(error_at(loc, msg));
        }
        unreachable!("the module's scope is always on the stack")
    }

    fn handle_comprehension(
        &mut self,
        e: &Expr,
        scope_name: &str,
        generators: &[Comprehension],
        elt: &Expr,
        value: Option<&Expr>,
    ) -> Visit {
        let is_generator = matches!(e.kind, ExprKind::GeneratorExp { .. });
        let outermost = &generators[0];
        // The outermost iterator belongs to the scope around.
        self.cur().ste_comp_iter_expr += 1;
        self.visit_expr(&outermost.iter)?;
        self.cur().ste_comp_iter_expr -= 1;
        self.enter_block(
            scope_name.into(),
            BlockType::FunctionBlock,
            BlockKey::new(e, BlockRole::Body),
            e.loc,
        );
        self.cur().ste_comprehension = match &e.kind {
            ExprKind::ListComp { .. } => ComprehensionType::ListComprehension,
            ExprKind::SetComp { .. } => ComprehensionType::SetComprehension,
            ExprKind::DictComp { .. } => ComprehensionType::DictComprehension,
            _ => ComprehensionType::GeneratorExpression,
        };
        if outermost.is_async {
            self.cur().ste_coroutine = true;
        }
        self.add_def(&".0".into(), DEF_PARAM, e.loc)?;
        self.cur().ste_comp_iter_target = true;
        self.visit_expr(&outermost.target)?;
        self.cur().ste_comp_iter_target = false;
        self.visit_exprs(&outermost.ifs)?;
        for generator in &generators[1..] {
            self.visit_comprehension(generator)?;
        }
        self.visit_opt(value)?;
        self.visit_expr(elt)?;
        self.cur().ste_generator = is_generator;
        let is_async = self.cur().ste_coroutine && !is_generator;
        self.exit_block();
        if is_async {
            self.cur().ste_coroutine = true;
        }
        Ok(())
    }

    fn visit_comprehension(&mut self, lc: &Comprehension) -> Visit {
        self.cur().ste_comp_iter_target = true;
        self.visit_expr(&lc.target)?;
        self.cur().ste_comp_iter_target = false;
        self.cur().ste_comp_iter_expr += 1;
        self.visit_expr(&lc.iter)?;
        self.cur().ste_comp_iter_expr -= 1;
        self.visit_exprs(&lc.ifs)?;
        if lc.is_async {
            self.cur().ste_coroutine = true;
        }
        Ok(())
    }

    fn raise_if_annotation_block(&mut self, what: &str, e: &Expr) -> Visit {
        let cur = self.cur();
        let place = match cur.ste_type {
            BlockType::AnnotationBlock => "an annotation",
            BlockType::TypeVariableBlock => cur.ste_scope_info,
            BlockType::TypeAliasBlock => "a type alias",
            BlockType::TypeParametersBlock => "the definition of a generic",
            BlockType::FunctionBlock | BlockType::ClassBlock | BlockType::ModuleBlock => {
                return Ok(());
            }
        };
        Err(error_at(
            e.loc,
            format!("{what} cannot be used within {place}"),
        ))
    }
}
