//! `try` in all its forms and `with`: code that runs when something is raised.
//!
//! Mirrors `compiler_try_finally`, `compiler_try_except`, `compiler_try_star_except` and
//! `compiler_with` of `Python/compile.c`.

use super::blocks::BlockKind;
use super::{Codegen, Gen, ScopeKind};
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::error::error_at;
use crate::compiler::instruction_sequence::Label;
use crate::compiler::intrinsics;
use crate::syntax::ast::{ExceptHandler, ExprContext, Stmt, StmtKind, WithItem};

const NONE: SourceLocation = SourceLocation::NONE;

impl<'a> Codegen<'a> {
    pub(super) fn try_(&mut self, s: &'a Stmt) -> Gen {
        let StmtKind::Try {
            body,
            handlers,
            orelse,
            finalbody,
        } = &s.kind
        else {
            unreachable!("called for a try statement");
        };
        if finalbody.is_empty() {
            return self.try_except(s.loc, body, handlers, orelse);
        }
        self.try_finally(s.loc, finalbody, |this| {
            if handlers.is_empty() {
                this.visit_stmts(body)
            } else {
                this.try_except(s.loc, body, handlers, orelse)
            }
        })
    }

    pub(super) fn try_star(&mut self, s: &'a Stmt) -> Gen {
        let StmtKind::TryStar {
            body,
            handlers,
            orelse,
            finalbody,
        } = &s.kind
        else {
            unreachable!("called for a try statement");
        };
        if finalbody.is_empty() {
            return self.try_star_except(s.loc, body, handlers, orelse);
        }
        self.try_finally(s.loc, finalbody, |this| {
            if handlers.is_empty() {
                this.visit_stmts(body)
            } else {
                this.try_star_except(s.loc, body, handlers, orelse)
            }
        })
    }

    fn pop_except_and_reraise(&mut self) {
        self.addop_i(Opcode::COPY, 3, NONE);
        self.addop(Opcode::POP_EXCEPT, NONE);
        self.addop_i(Opcode::RERAISE, 1, NONE);
    }

    fn try_finally(
        &mut self,
        loc: SourceLocation,
        finalbody: &'a [Stmt],
        inner: impl FnOnce(&mut Self) -> Gen,
    ) -> Gen {
        let body = self.new_label();
        let end = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.addop_jump(Opcode::SETUP_FINALLY, end, loc);
        self.use_label(body);
        self.push_fblock(loc, BlockKind::FinallyTry(finalbody), Some(body), Some(end))?;
        inner(self)?;
        self.addop(Opcode::POP_BLOCK, NONE);
        self.pop_fblock();
        self.visit_stmts(finalbody)?;
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, exit, NONE);
        // The finally body once more, for the way with an exception.
        self.use_label(end);
        self.push_fblock(NONE, BlockKind::FinallyEnd, Some(end), None)?;
        self.addop_jump(Opcode::SETUP_CLEANUP, cleanup, NONE);
        self.addop(Opcode::PUSH_EXC_INFO, NONE);
        self.visit_stmts(finalbody)?;
        self.pop_fblock();
        self.addop_i(Opcode::RERAISE, 0, NONE);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(exit);
        Ok(())
    }

    fn try_except(
        &mut self,
        s: SourceLocation,
        body: &'a [Stmt],
        handlers: &'a [ExceptHandler],
        orelse: &'a [Stmt],
    ) -> Gen {
        let body_label = self.new_label();
        let mut except = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        self.addop_jump(Opcode::SETUP_FINALLY, except, s);
        self.use_label(body_label);
        self.push_fblock(s, BlockKind::TryExcept, Some(body_label), None)?;
        self.visit_stmts(body)?;
        self.pop_fblock();
        self.addop(Opcode::POP_BLOCK, NONE);
        self.visit_stmts(orelse)?;
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
        self.use_label(except);
        self.addop_jump(Opcode::SETUP_CLEANUP, cleanup, NONE);
        self.addop(Opcode::PUSH_EXC_INFO, NONE);
        // The running machine has a block here.
        self.push_fblock(s, BlockKind::ExceptionHandler, None, None)?;
        for (i, handler) in handlers.iter().enumerate() {
            let loc = handler.loc;
            if handler.type_.is_none() && i + 1 < handlers.len() {
                return Err(error_at(loc, "default 'except:' must be last"));
            }
            except = self.new_label();
            if let Some(type_) = &handler.type_ {
                self.visit_expr(type_)?;
                self.addop(Opcode::CHECK_EXC_MATCH, loc);
                self.addop_jump(Opcode::POP_JUMP_IF_FALSE, except, loc);
            }
            if let Some(name) = &handler.name {
                let cleanup_end = self.new_label();
                let cleanup_body = self.new_label();
                self.nameop(loc, name, ExprContext::Store)?;
                // The clause is a try of its own, whose finally unbinds the name.
                self.addop_jump(Opcode::SETUP_CLEANUP, cleanup_end, loc);
                self.use_label(cleanup_body);
                let kind = BlockKind::HandlerCleanup(Some(name));
                self.push_fblock(loc, kind, Some(cleanup_body), None)?;
                self.visit_stmts(&handler.body)?;
                self.pop_fblock();
                self.addop(Opcode::POP_BLOCK, NONE);
                self.addop(Opcode::POP_BLOCK, NONE);
                self.addop(Opcode::POP_EXCEPT, NONE);
                self.unbind_name(name, NONE)?;
                self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
                self.use_label(cleanup_end);
                self.unbind_name(name, NONE)?;
                self.addop_i(Opcode::RERAISE, 1, NONE);
            } else {
                let cleanup_body = self.new_label();
                self.addop(Opcode::POP_TOP, loc);
                self.use_label(cleanup_body);
                let kind = BlockKind::HandlerCleanup(None);
                self.push_fblock(loc, kind, Some(cleanup_body), None)?;
                self.visit_stmts(&handler.body)?;
                self.pop_fblock();
                self.addop(Opcode::POP_BLOCK, NONE);
                self.addop(Opcode::POP_EXCEPT, NONE);
                self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
            }
            self.use_label(except);
        }
        self.pop_fblock();
        self.addop_i(Opcode::RERAISE, 0, NONE);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(end);
        Ok(())
    }

    /// `except*`: each clause takes its part of the group; what is left or raised anew is
    /// collected in a list and raised at the end.
    fn try_star_except(
        &mut self,
        s: SourceLocation,
        body: &'a [Stmt],
        handlers: &'a [ExceptHandler],
        orelse: &'a [Stmt],
    ) -> Gen {
        let body_label = self.new_label();
        let mut except = self.new_label();
        let orelse_label = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        let reraise_star = self.new_label();
        self.addop_jump(Opcode::SETUP_FINALLY, except, s);
        self.use_label(body_label);
        self.push_fblock(s, BlockKind::TryExcept, Some(body_label), None)?;
        self.visit_stmts(body)?;
        self.pop_fblock();
        self.addop(Opcode::POP_BLOCK, NONE);
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, orelse_label, NONE);
        self.use_label(except);
        self.addop_jump(Opcode::SETUP_CLEANUP, cleanup, NONE);
        self.addop(Opcode::PUSH_EXC_INFO, NONE);
        self.push_fblock(s, BlockKind::ExceptionGroupHandler, None, None)?;
        for (i, handler) in handlers.iter().enumerate() {
            let loc = handler.loc;
            except = self.new_label();
            let except_with_error = self.new_label();
            let no_match = self.new_label();
            if i == 0 {
                // The list of what the clauses raise, and a copy of the group.
                self.addop_i(Opcode::BUILD_LIST, 0, loc);
                self.addop_i(Opcode::COPY, 2, loc);
            }
            if let Some(type_) = &handler.type_ {
                self.visit_expr(type_)?;
                self.addop(Opcode::CHECK_EG_MATCH, loc);
                self.addop_i(Opcode::COPY, 1, loc);
                self.addop_jump(Opcode::POP_JUMP_IF_NONE, no_match, loc);
            }
            let cleanup_end = self.new_label();
            let cleanup_body = self.new_label();
            let name = handler.name.as_ref();
            match name {
                Some(name) => self.nameop(loc, name, ExprContext::Store)?,
                None => self.addop(Opcode::POP_TOP, loc),
            }
            self.addop_jump(Opcode::SETUP_CLEANUP, cleanup_end, loc);
            self.use_label(cleanup_body);
            let kind = BlockKind::HandlerCleanup(name);
            self.push_fblock(loc, kind, Some(cleanup_body), None)?;
            self.visit_stmts(&handler.body)?;
            self.pop_fblock();
            self.addop(Opcode::POP_BLOCK, NONE);
            if let Some(name) = name {
                self.unbind_name(name, NONE)?;
            }
            self.addop_jump(Opcode::JUMP_NO_INTERRUPT, except, NONE);
            self.use_label(cleanup_end);
            if let Some(name) = name {
                self.unbind_name(name, NONE)?;
            }
            // What the clause raised goes to the list; below it lies the failed instruction.
            self.addop_i(Opcode::LIST_APPEND, 3, NONE);
            self.addop(Opcode::POP_TOP, NONE);
            self.addop_jump(Opcode::JUMP_NO_INTERRUPT, except_with_error, NONE);
            self.use_label(except);
            // Holds a location that is handed on.
            self.addop(Opcode::NOP, NONE);
            self.addop_jump(Opcode::JUMP_NO_INTERRUPT, except_with_error, NONE);
            self.use_label(no_match);
            self.addop(Opcode::POP_TOP, loc);
            self.use_label(except_with_error);
            if i + 1 == handlers.len() {
                // The part of the group that no clause took, or None.
                self.addop_i(Opcode::LIST_APPEND, 1, NONE);
                self.addop_jump(Opcode::JUMP_NO_INTERRUPT, reraise_star, NONE);
            }
        }
        self.pop_fblock();
        let reraise = self.new_label();
        self.use_label(reraise_star);
        self.addop_i(
            Opcode::CALL_INTRINSIC_2,
            intrinsics::PREP_RERAISE_STAR,
            NONE,
        );
        self.addop_i(Opcode::COPY, 1, NONE);
        self.addop_jump(Opcode::POP_JUMP_IF_NOT_NONE, reraise, NONE);
        self.addop(Opcode::POP_TOP, NONE);
        self.addop(Opcode::POP_BLOCK, NONE);
        self.addop(Opcode::POP_EXCEPT, NONE);
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
        self.use_label(reraise);
        self.addop(Opcode::POP_BLOCK, NONE);
        self.addop_i(Opcode::SWAP, 2, NONE);
        self.addop(Opcode::POP_EXCEPT, NONE);
        self.addop_i(Opcode::RERAISE, 0, NONE);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(orelse_label);
        self.visit_stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    pub(super) fn with(&mut self, items: &'a [WithItem], body: &'a [Stmt]) -> Gen {
        let Some((item, rest)) = items.split_first() else {
            return self.visit_stmts(body);
        };
        let block = self.new_label();
        let final_ = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        let loc = item.context_expr.loc;
        self.visit_expr(&item.context_expr)?;
        self.addop(Opcode::BEFORE_WITH, loc);
        self.addop_jump(Opcode::SETUP_WITH, final_, loc);
        self.use_label(block);
        self.push_fblock(loc, BlockKind::With, Some(block), Some(final_))?;
        match &item.optional_vars {
            Some(vars) => self.visit_expr(vars)?,
            None => self.addop(Opcode::POP_TOP, loc),
        }
        self.with(rest, body)?;
        self.addop(Opcode::POP_BLOCK, NONE);
        self.pop_fblock();
        self.call_exit_with_nones(loc);
        self.addop(Opcode::POP_TOP, loc);
        self.addop_jump(Opcode::JUMP, exit, loc);
        self.use_label(final_);
        self.addop_jump(Opcode::SETUP_CLEANUP, cleanup, loc);
        self.addop(Opcode::PUSH_EXC_INFO, loc);
        self.addop(Opcode::WITH_EXCEPT_START, loc);
        self.with_except_finish(cleanup);
        self.use_label(exit);
        Ok(())
    }

    pub(super) fn async_with(
        &mut self,
        s: SourceLocation,
        items: &'a [WithItem],
        body: &'a [Stmt],
    ) -> Gen {
        if !self.is_top_level_await() && self.unit().u_scope_type != ScopeKind::AsyncFunction {
            return Err(error_at(s, "'async with' outside async function"));
        }
        let Some((item, rest)) = items.split_first() else {
            return self.visit_stmts(body);
        };
        let block = self.new_label();
        let final_ = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        let loc = item.context_expr.loc;
        self.visit_expr(&item.context_expr)?;
        self.addop(Opcode::BEFORE_ASYNC_WITH, loc);
        self.await_value(1, loc);
        self.addop_jump(Opcode::SETUP_WITH, final_, loc);
        self.use_label(block);
        self.push_fblock(loc, BlockKind::AsyncWith, Some(block), Some(final_))?;
        match &item.optional_vars {
            Some(vars) => self.visit_expr(vars)?,
            None => self.addop(Opcode::POP_TOP, loc),
        }
        self.async_with(s, rest, body)?;
        self.addop(Opcode::POP_BLOCK, loc);
        self.pop_fblock();
        self.call_exit_with_nones(loc);
        self.await_value(2, loc);
        self.addop(Opcode::POP_TOP, loc);
        self.addop_jump(Opcode::JUMP, exit, loc);
        self.use_label(final_);
        self.addop_jump(Opcode::SETUP_CLEANUP, cleanup, loc);
        self.addop(Opcode::PUSH_EXC_INFO, loc);
        self.addop(Opcode::WITH_EXCEPT_START, loc);
        self.await_value(2, loc);
        self.with_except_finish(cleanup);
        self.use_label(exit);
        Ok(())
    }

    /// After `__exit__` got an exception: raise it again, or go on when the answer is true.
    fn with_except_finish(&mut self, cleanup: Label) {
        let suppress = self.new_label();
        self.addop(Opcode::TO_BOOL, NONE);
        self.addop_jump(Opcode::POP_JUMP_IF_TRUE, suppress, NONE);
        self.addop_i(Opcode::RERAISE, 2, NONE);
        self.use_label(suppress);
        self.addop(Opcode::POP_TOP, NONE);
        self.addop(Opcode::POP_BLOCK, NONE);
        self.addop(Opcode::POP_EXCEPT, NONE);
        self.addop(Opcode::POP_TOP, NONE);
        self.addop(Opcode::POP_TOP, NONE);
        let exit = self.new_label();
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, exit, NONE);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(exit);
    }
}
