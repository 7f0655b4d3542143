//! Frame blocks: what a `return`, `break` or `continue` has to undo on its way out.
//!
//! Mirrors `struct fblockinfo` and `compiler_unwind_fblock` of `Python/compile.c`.

use super::{Codegen, Gen};
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::error::error_at;
use crate::compiler::instruction_sequence::Label;
use crate::syntax::ast::{ExprContext, Identifier, Stmt};
use crate::syntax::error::SyntaxError;

/// CPython's limit on blocks within blocks.
const CO_MAXBLOCKS: usize = 21;

/// What a block is, with what its unwinding needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum BlockKind<'a> {
    WhileLoop,
    ForLoop,
    TryExcept,
    /// The body of a `try` with its `finally`, which a jump out has to run.
    FinallyTry(&'a [Stmt]),
    FinallyEnd,
    With,
    AsyncWith,
    /// An `except` clause, with the name that it binds.
    HandlerCleanup(Option<&'a Identifier>),
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehensionGenerator,
    StopIteration,
}

/// A block that is open (`struct fblockinfo`).
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameBlock<'a> {
    pub(super) kind: BlockKind<'a>,
    /// Where `continue` goes.
    pub(super) fb_block: Option<Label>,
    pub(super) fb_loc: SourceLocation,
    /// Where `break` goes.
    pub(super) fb_exit: Option<Label>,
}

/// Whether a value on the stack has to survive the unwinding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tos {
    Preserve,
    Nothing,
}

impl<'a> Codegen<'a> {
    /// Opens a block.
    pub(super) fn push_fblock(
        &mut self,
        loc: SourceLocation,
        kind: BlockKind<'a>,
        fb_block: Option<Label>,
        fb_exit: Option<Label>,
    ) -> Gen {
        if self.unit().fblocks.len() >= CO_MAXBLOCKS {
            return Err(error_at(loc, "too many statically nested blocks"));
        }
        self.u().fblocks.push(FrameBlock {
            kind,
            fb_block,
            fb_loc: loc,
            fb_exit,
        });
        Ok(())
    }

    /// Closes the innermost block.
    pub(super) fn pop_fblock(&mut self) {
        self.u().fblocks.pop();
    }

    /// Calls an `__exit__` that lies on the stack without an exception.
    pub(super) fn call_exit_with_nones(&mut self, loc: SourceLocation) {
        for _ in 0..3 {
            self.load_none(loc);
        }
        self.addop_i(Opcode::CALL, 2, loc);
    }

    /// Undoes one block; returns the location for the instructions that follow.
    pub(super) fn unwind_fblock(
        &mut self,
        loc: SourceLocation,
        info: FrameBlock<'a>,
        tos: Tos,
    ) -> Result<SourceLocation, SyntaxError> {
        let preserve = tos == Tos::Preserve;
        match info.kind {
            BlockKind::WhileLoop
            | BlockKind::ExceptionHandler
            | BlockKind::ExceptionGroupHandler
            | BlockKind::AsyncComprehensionGenerator
            | BlockKind::StopIteration => {}
            BlockKind::ForLoop | BlockKind::PopValue => {
                self.swap_if(preserve, loc);
                self.addop(Opcode::POP_TOP, loc);
            }
            BlockKind::TryExcept => self.addop(Opcode::POP_BLOCK, loc),
            BlockKind::FinallyTry(finalbody) => {
                self.addop(Opcode::POP_BLOCK, loc);
                if preserve {
                    self.push_fblock(loc, BlockKind::PopValue, None, None)?;
                }
                self.visit_stmts(finalbody)?;
                if preserve {
                    self.pop_fblock();
                }
                // The finally body runs after the statement that jumps: what follows is artificial.
                return Ok(SourceLocation::NONE);
            }
            BlockKind::FinallyEnd => {
                self.swap_if(preserve, loc);
                self.addop(Opcode::POP_TOP, loc);
                self.swap_if(preserve, loc);
                self.addop(Opcode::POP_BLOCK, loc);
                self.addop(Opcode::POP_EXCEPT, loc);
            }
            BlockKind::With | BlockKind::AsyncWith => {
                let loc = info.fb_loc;
                self.addop(Opcode::POP_BLOCK, loc);
                self.swap_if(preserve, loc);
                self.call_exit_with_nones(loc);
                if matches!(info.kind, BlockKind::AsyncWith) {
                    self.await_value(2, loc);
                }
                self.addop(Opcode::POP_TOP, loc);
                return Ok(SourceLocation::NONE);
            }
            BlockKind::HandlerCleanup(name) => {
                if name.is_some() {
                    self.addop(Opcode::POP_BLOCK, loc);
                }
                self.swap_if(preserve, loc);
                self.addop(Opcode::POP_BLOCK, loc);
                self.addop(Opcode::POP_EXCEPT, loc);
                if let Some(name) = name {
                    self.unbind_name(name, loc)?;
                }
            }
        }
        Ok(loc)
    }

    /// `name = None; del name`.
    pub(super) fn unbind_name(&mut self, name: &Identifier, loc: SourceLocation) -> Gen {
        self.load_none(loc);
        self.nameop(loc, name, ExprContext::Store)?;
        self.nameop(loc, name, ExprContext::Del)
    }

    fn swap_if(&mut self, preserve: bool, loc: SourceLocation) {
        if preserve {
            self.addop_i(Opcode::SWAP, 2, loc);
        }
    }

    /// Undoes all blocks, or with `to_loop` those within the innermost loop, which it returns.
    pub(super) fn unwind_fblock_stack(
        &mut self,
        loc: &mut SourceLocation,
        tos: Tos,
        to_loop: bool,
    ) -> Result<Option<FrameBlock<'a>>, SyntaxError> {
        let Some(&top) = self.unit().fblocks.last() else {
            return Ok(None);
        };
        if matches!(top.kind, BlockKind::ExceptionGroupHandler) {
            let msg = "'break', 'continue' and 'return' cannot appear in an except* block";
            return Err(error_at(*loc, msg));
        }
        if to_loop && matches!(top.kind, BlockKind::WhileLoop | BlockKind::ForLoop) {
            return Ok(Some(top));
        }
        // While a block is undone it does not exist: a finally body is outside of its own try.
        self.pop_fblock();
        *loc = self.unwind_fblock(*loc, top, tos)?;
        let found = self.unwind_fblock_stack(loc, tos, to_loop)?;
        self.u().fblocks.push(top);
        Ok(found)
    }
}
