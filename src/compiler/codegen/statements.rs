//! Statements: bodies, branches, loops, jumps, imports.
//!
//! Mirrors `compiler_visit_stmt` and its helpers in `Python/compile.c`.

use super::blocks::{BlockKind, Tos};
use super::{Codegen, Gen, ScopeKind, clean_doc};
use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};
use crate::compiler::ast_opt::docstring;
use crate::compiler::error::error_at;
use crate::compiler::intrinsics;
use crate::syntax::ast::{self, Alias, Expr, ExprContext, ExprKind, Identifier, Stmt, StmtKind};

impl<'a> Codegen<'a> {
    /// The body of a module or class (`compiler_body`).
    pub(super) fn body(&mut self, loc: SourceLocation, stmts: &'a [Stmt]) -> Gen {
        // In a module SETUP_ANNOTATIONS stands on the line of the first statement.
        let loc = match stmts.first() {
            Some(first) if self.unit().u_scope_type == ScopeKind::Module => first.loc,
            Some(_) | None => loc,
        };
        if has_annotations(stmts) {
            self.addop(Opcode::SETUP_ANNOTATIONS, loc);
        }
        let mut rest = stmts;
        if let Some(doc) = docstring(stmts) {
            rest = &stmts[1..];
            if self.options.optimize < 2
                && let StmtKind::Expr { value } = &stmts[0].kind
            {
                let doc = Constant::Str(clean_doc(doc).into());
                self.load_const(doc, value.loc);
                self.hidden_nameop(SourceLocation::NONE, "__doc__", ExprContext::Store)?;
            }
        }
        self.visit_stmts(rest)
    }

    pub(super) fn visit_stmts(&mut self, stmts: &'a [Stmt]) -> Gen {
        stmts.iter().try_for_each(|stmt| self.visit_stmt(stmt))
    }

    fn visit_stmt(&mut self, s: &'a Stmt) -> Gen {
        let loc = s.loc;
        match &s.kind {
            StmtKind::FunctionDef { .. } | StmtKind::AsyncFunctionDef { .. } => self.function(s),
            StmtKind::ClassDef { .. } => self.class(s),
            StmtKind::TypeAlias { .. } => self.type_alias(s),
            StmtKind::Return { value } => self.return_(loc, value.as_deref()),
            StmtKind::Delete { targets } => self.visit_exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.visit_expr(value)?;
                for (i, target) in targets.iter().enumerate() {
                    if i + 1 < targets.len() {
                        self.addop_i(Opcode::COPY, 1, loc);
                    }
                    self.visit_expr(target)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.aug_assign(loc, target, *op, value),
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
                simple,
            } => self.ann_assign(loc, target, annotation, value.as_deref(), *simple),
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => self.for_(loc, target, iter, body, orelse),
            StmtKind::AsyncFor {
                target,
                iter,
                body,
                orelse,
            } => self.async_for(loc, target, iter, body, orelse),
            StmtKind::While { test, body, orelse } => self.while_(loc, test, body, orelse),
            StmtKind::If { test, body, orelse } => self.if_(test, body, orelse),
            StmtKind::Match { subject, cases } => self.match_(subject, cases),
            StmtKind::Raise { exc, cause } => {
                let mut n = 0;
                if let Some(exc) = exc {
                    self.visit_expr(exc)?;
                    n += 1;
                    if let Some(cause) = cause {
                        self.visit_expr(cause)?;
                        n += 1;
                    }
                }
                self.addop_i(Opcode::RAISE_VARARGS, n, loc);
                Ok(())
            }
            StmtKind::Try { .. } => self.try_(s),
            StmtKind::TryStar { .. } => self.try_star(s),
            StmtKind::Assert { test, msg } => self.assert(loc, test, msg.as_deref()),
            StmtKind::Import { names } => self.import(loc, names),
            StmtKind::ImportFrom {
                module,
                names,
                level,
            } => self.import_from(loc, module.as_ref(), names, *level),
            StmtKind::Global { names: _ } | StmtKind::Nonlocal { names: _ } => Ok(()),
            StmtKind::Expr { value } => self.expr_stmt(loc, value),
            StmtKind::Pass => {
                self.addop(Opcode::NOP, loc);
                Ok(())
            }
            StmtKind::Break => self.break_(loc),
            StmtKind::Continue => self.continue_(loc),
            StmtKind::With { items, body } => self.with(items, body),
            StmtKind::AsyncWith { items, body } => self.async_with(loc, items, body),
        }
    }

    fn expr_stmt(&mut self, loc: SourceLocation, value: &'a Expr) -> Gen {
        if self.c_interactive && self.units.len() <= 1 {
            self.visit_expr(value)?;
            self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::PRINT, loc);
        } else if matches!(value.kind, ExprKind::Constant { .. }) {
            self.addop(Opcode::NOP, loc);
            return Ok(());
        } else {
            self.visit_expr(value)?;
        }
        self.addop(Opcode::POP_TOP, SourceLocation::NONE);
        Ok(())
    }

    fn if_(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Gen {
        let end = self.new_label();
        let next = if orelse.is_empty() {
            end
        } else {
            self.new_label()
        };
        self.jump_if(test, next, false)?;
        self.visit_stmts(body)?;
        if !orelse.is_empty() {
            self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, SourceLocation::NONE);
            self.use_label(next);
            self.visit_stmts(orelse)?;
        }
        self.use_label(end);
        Ok(())
    }

    fn for_(
        &mut self,
        loc: SourceLocation,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Gen {
        let start = self.new_label();
        let cleanup = self.new_label();
        let end = self.new_label();
        self.push_fblock(loc, BlockKind::ForLoop, Some(start), Some(end))?;
        self.visit_expr(iter)?;
        self.addop(Opcode::GET_ITER, iter.loc);
        self.use_label(start);
        self.addop_jump(Opcode::FOR_ITER, cleanup, iter.loc);
        // Gives the target a line of its own for tracing; dropped when it shares one.
        self.addop(Opcode::NOP, target.loc);
        self.visit_expr(target)?;
        self.visit_stmts(body)?;
        self.addop_jump(Opcode::JUMP, start, SourceLocation::NONE);
        self.use_label(cleanup);
        self.addop(Opcode::END_FOR, SourceLocation::NONE);
        self.addop(Opcode::POP_TOP, SourceLocation::NONE);
        self.pop_fblock();
        self.visit_stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn async_for(
        &mut self,
        loc: SourceLocation,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Gen {
        if !self.is_top_level_await() && self.unit().u_scope_type != ScopeKind::AsyncFunction {
            return Err(error_at(loc, "'async for' outside async function"));
        }
        let start = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        self.visit_expr(iter)?;
        self.addop(Opcode::GET_AITER, iter.loc);
        self.use_label(start);
        self.push_fblock(loc, BlockKind::ForLoop, Some(start), Some(end))?;
        // Guards the call of `__anext__`.
        self.addop_jump(Opcode::SETUP_FINALLY, except, loc);
        self.addop(Opcode::GET_ANEXT, loc);
        self.load_none(loc);
        self.yield_from(true, loc);
        self.addop(Opcode::POP_BLOCK, loc);
        self.visit_expr(target)?;
        self.visit_stmts(body)?;
        self.addop_jump(Opcode::JUMP, start, SourceLocation::NONE);
        self.pop_fblock();
        self.use_label(except);
        // The end belongs to the `for`, not to the body.
        self.addop(Opcode::END_ASYNC_FOR, iter.loc);
        self.visit_stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn while_(
        &mut self,
        loc: SourceLocation,
        test: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Gen {
        let loop_ = self.new_label();
        let body_label = self.new_label();
        let anchor = self.new_label();
        let end = self.new_label();
        self.use_label(loop_);
        self.push_fblock(loc, BlockKind::WhileLoop, Some(loop_), Some(end))?;
        self.jump_if(test, anchor, false)?;
        self.use_label(body_label);
        self.visit_stmts(body)?;
        // The test is compiled twice, so that each round takes one jump.
        self.jump_if(test, body_label, true)?;
        self.pop_fblock();
        self.use_label(anchor);
        self.visit_stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn return_(&mut self, s: SourceLocation, value: Option<&'a Expr>) -> Gen {
        let constant = value.and_then(crate::compiler::ast_opt::constant);
        let tos = if value.is_some() && constant.is_none() {
            Tos::Preserve
        } else {
            Tos::Nothing
        };
        let ste = self.ste();
        if !ste.is_function_like() {
            return Err(error_at(s, "'return' outside function"));
        }
        if value.is_some() && ste.ste_coroutine && ste.ste_generator {
            return Err(error_at(s, "'return' with value in async generator"));
        }
        let mut loc = s;
        if let Some(value) = value {
            if tos == Tos::Preserve {
                self.visit_expr(value)?;
            } else {
                // The value gets a line of its own.
                loc = value.loc;
                self.addop(Opcode::NOP, loc);
            }
        }
        if value.is_none_or(|value| value.loc.lineno != s.lineno) {
            loc = s;
            self.addop(Opcode::NOP, loc);
        }
        self.unwind_fblock_stack(&mut loc, tos, false)?;
        match (value, constant) {
            (None, _) => self.load_none(loc),
            (Some(_), Some(constant)) => self.load_const(super::code_constant(constant), loc),
            (Some(_), None) => {}
        }
        self.addop(Opcode::RETURN_VALUE, loc);
        Ok(())
    }

    fn break_(&mut self, origin: SourceLocation) -> Gen {
        let mut loc = origin;
        self.addop(Opcode::NOP, loc);
        let Some(info) = self.unwind_fblock_stack(&mut loc, Tos::Nothing, true)? else {
            return Err(error_at(origin, "'break' outside loop"));
        };
        let loc = self.unwind_fblock(loc, info, Tos::Nothing)?;
        let exit = info.fb_exit.expect("a loop has an exit");
        self.addop_jump(Opcode::JUMP, exit, loc);
        Ok(())
    }

    fn continue_(&mut self, origin: SourceLocation) -> Gen {
        let mut loc = origin;
        self.addop(Opcode::NOP, loc);
        let Some(info) = self.unwind_fblock_stack(&mut loc, Tos::Nothing, true)? else {
            return Err(error_at(origin, "'continue' not properly in loop"));
        };
        let start = info.fb_block.expect("a loop has a start");
        self.addop_jump(Opcode::JUMP, start, loc);
        Ok(())
    }

    fn assert(&mut self, loc: SourceLocation, test: &'a Expr, msg: Option<&'a Expr>) -> Gen {
        let is_tuple = match &test.kind {
            ExprKind::Tuple { elts, ctx: _ } => !elts.is_empty(),
            ExprKind::Constant {
                value: ast::Constant::Tuple(items),
                kind: _,
            } => !items.is_empty(),
            _ => false,
        };
        if is_tuple {
            self.warn(loc, "assertion is always true, perhaps remove parentheses?");
        }
        if self.options.optimize > 0 {
            return Ok(());
        }
        let end = self.new_label();
        self.jump_if(test, end, true)?;
        self.addop(Opcode::LOAD_ASSERTION_ERROR, loc);
        if let Some(msg) = msg {
            self.visit_expr(msg)?;
            self.addop_i(Opcode::CALL, 0, loc);
        }
        self.addop_i(Opcode::RAISE_VARARGS, 1, test.loc);
        self.use_label(end);
        Ok(())
    }

    fn import(&mut self, loc: SourceLocation, names: &'a [Alias]) -> Gen {
        for alias in names {
            self.load_const(Constant::int(0), loc);
            self.load_none(loc);
            self.addop_name(Opcode::IMPORT_NAME, &alias.name, loc);
            if let Some(asname) = &alias.asname {
                self.import_as(loc, &alias.name, asname)?;
            } else {
                // `import a.b` binds `a`.
                let top = alias.name.split('.').next().unwrap_or_default();
                self.hidden_nameop(loc, top, ExprContext::Store)?;
            }
        }
        Ok(())
    }

    /// Binds what `IMPORT_NAME` pushed: for `import a.b as c` that is the `b` of `a`.
    fn import_as(&mut self, loc: SourceLocation, name: &str, asname: &Identifier) -> Gen {
        let parts: Vec<&str> = name.split('.').skip(1).collect();
        if parts.is_empty() {
            return self.nameop(loc, asname, ExprContext::Store);
        }
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.addop_i(Opcode::SWAP, 2, loc);
                self.addop(Opcode::POP_TOP, loc);
            }
            let index = self.u().metadata.u_names.add((*part).into());
            self.addop_i(Opcode::IMPORT_FROM, index as usize, loc);
        }
        self.nameop(loc, asname, ExprContext::Store)?;
        self.addop(Opcode::POP_TOP, loc);
        Ok(())
    }

    fn import_from(
        &mut self,
        loc: SourceLocation,
        module: Option<&'a Identifier>,
        names: &'a [Alias],
        level: u32,
    ) -> Gen {
        self.load_const(Constant::int(level), loc);
        let is_future = level == 0 && module.is_some_and(|module| &**module == "__future__");
        let last = self.options.future.ff_location;
        let is_late = loc.lineno > last.lineno
            || (loc.lineno == last.lineno && loc.col_offset > last.end_col_offset);
        if is_future && is_late {
            let msg = "from __future__ imports must occur at the beginning of the file";
            return Err(error_at(loc, msg));
        }
        let tuple = names
            .iter()
            .map(|alias| Constant::str(&alias.name))
            .collect();
        self.load_const(Constant::Tuple(tuple), loc);
        let empty = Identifier::from("");
        self.addop_name(Opcode::IMPORT_NAME, module.unwrap_or(&empty), loc);
        for (i, alias) in names.iter().enumerate() {
            if i == 0 && &*alias.name == "*" {
                self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::IMPORT_STAR, loc);
                self.addop(Opcode::POP_TOP, SourceLocation::NONE);
                return Ok(());
            }
            self.addop_name(Opcode::IMPORT_FROM, &alias.name, loc);
            let store_name = alias.asname.as_ref().unwrap_or(&alias.name);
            self.nameop(loc, store_name, ExprContext::Store)?;
        }
        self.addop(Opcode::POP_TOP, loc);
        Ok(())
    }
}

/// Whether there is an annotated assignment in a body, not counting scopes within (`find_ann`).
pub(super) fn has_annotations(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::AnnAssign { .. } => true,
        StmtKind::For { body, orelse, .. }
        | StmtKind::AsyncFor { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => has_annotations(body) || has_annotations(orelse),
        StmtKind::Match { subject: _, cases } => {
            cases.iter().any(|case| has_annotations(&case.body))
        }
        StmtKind::With { items: _, body } | StmtKind::AsyncWith { items: _, body } => {
            has_annotations(body)
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
            has_annotations(body)
                || handlers
                    .iter()
                    .any(|handler| has_annotations(&handler.body))
                || has_annotations(finalbody)
                || has_annotations(orelse)
        }
        _ => false,
    })
}
