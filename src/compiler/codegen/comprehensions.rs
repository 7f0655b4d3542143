//! Comprehensions and generator expressions, inlined into the scope around or not.
//!
//! Mirrors `compiler_comprehension` and its helpers in `Python/compile.c` (PEP 709).

use super::blocks::BlockKind;
use super::{Codegen, Gen, ScopeKind};
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::error::error_at;
use crate::compiler::instruction_sequence::Label;
use crate::compiler::symtable::{
    BlockRole, BlockType, DEF_LOCAL, DEF_NONLOCAL, Scope, ScopeId, ScopeReason, Symbol,
};
use crate::syntax::ast::{Comprehension, Expr, ExprKind, Identifier};

const NONE: SourceLocation = SourceLocation::NONE;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Set,
    Dict,
    Generator,
}

/// What a comprehension makes of each round.
#[derive(Clone, Copy)]
struct Element<'a> {
    kind: Kind,
    elt: &'a Expr,
    /// The value of a dict's pair.
    val: Option<&'a Expr>,
}

/// What has to be put back after an inlined comprehension.
#[derive(Default)]
struct InlinedState {
    pushed_locals: Vec<Identifier>,
    temp_symbols: Vec<(Identifier, Option<Symbol>)>,
    fast_hidden: Vec<Identifier>,
    /// Where an exception goes, and where the end is.
    labels: Option<(Label, Label)>,
}

impl<'a> Codegen<'a> {
    pub(super) fn comprehension(&mut self, e: &'a Expr) -> Gen {
        let (kind, elt, val, generators) = match &e.kind {
            ExprKind::ListComp { elt, generators } => (Kind::List, elt, None, generators),
            ExprKind::SetComp { elt, generators } => (Kind::Set, elt, None, generators),
            ExprKind::GeneratorExp { elt, generators } => (Kind::Generator, elt, None, generators),
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => (Kind::Dict, key, Some(&**value), generators),
            _ => unreachable!("called for a comprehension"),
        };
        let element = Element { kind, elt, val };
        let loc = e.loc;
        let id = self.symtable.lookup(e, BlockRole::Body);
        let entry = self.symtable.entry(id);
        let is_inlined = entry.ste_comp_inlined;
        let is_async = entry.ste_coroutine;
        let scope_type = self.unit().u_scope_type;
        let top_level_await = self.is_top_level_await();
        let outermost = &generators[0];
        let mut state = InlinedState::default();
        if is_inlined {
            self.comprehension_iter(outermost)?;
            state = self.push_inlined_state(loc, id);
        } else {
            let name = match kind {
                Kind::List => "<listcomp>",
                Kind::Set => "<setcomp>",
                Kind::Dict => "<dictcomp>",
                Kind::Generator => "<genexpr>",
            };
            self.enter_scope(name, ScopeKind::Comprehension, id, loc.lineno);
        }
        if is_async
            && kind != Kind::Generator
            && !matches!(
                scope_type,
                ScopeKind::AsyncFunction | ScopeKind::Comprehension
            )
            && !top_level_await
        {
            let msg = "asynchronous comprehension outside of an asynchronous function";
            return Err(error_at(loc, msg));
        }
        let build = match kind {
            Kind::List => Some(Opcode::BUILD_LIST),
            Kind::Set => Some(Opcode::BUILD_SET),
            Kind::Dict => Some(Opcode::BUILD_MAP),
            Kind::Generator => None,
        };
        if let Some(build) = build {
            self.addop_i(build, 0, loc);
            if is_inlined {
                self.addop_i(Opcode::SWAP, 2, loc);
            }
        }
        self.comprehension_generator(loc, generators, 0, 0, element, is_inlined)?;
        if is_inlined {
            self.pop_inlined_state(loc, state);
            return Ok(());
        }
        if kind == Kind::Generator {
            self.wrap_in_stopiteration_handler();
        } else {
            self.addop(Opcode::RETURN_VALUE, loc);
        }
        let co = self.exit_scope(true);
        if top_level_await && is_async {
            let id = self.unit().u_ste;
            self.symtable.entry_mut(id).ste_coroutine = true;
        }
        self.make_closure(loc, co, 0);
        self.comprehension_iter(outermost)?;
        self.addop_i(Opcode::CALL, 0, loc);
        if is_async && kind != Kind::Generator {
            self.await_value(0, loc);
        }
        Ok(())
    }

    /// Evaluates the outermost iterator, which belongs to the scope around.
    fn comprehension_iter(&mut self, comp: &'a Comprehension) -> Gen {
        self.visit_expr(&comp.iter)?;
        let opcode = if comp.is_async {
            Opcode::GET_AITER
        } else {
            Opcode::GET_ITER
        };
        self.addop(opcode, comp.iter.loc);
        Ok(())
    }

    fn comprehension_generator(
        &mut self,
        loc: SourceLocation,
        generators: &'a [Comprehension],
        index: usize,
        depth: usize,
        element: Element<'a>,
        iter_on_stack: bool,
    ) -> Gen {
        if generators[index].is_async {
            self.async_generator(loc, generators, index, depth, element, iter_on_stack)
        } else {
            self.sync_generator(loc, generators, index, depth, element, iter_on_stack)
        }
    }

    fn sync_generator(
        &mut self,
        loc: SourceLocation,
        generators: &'a [Comprehension],
        index: usize,
        mut depth: usize,
        element: Element<'a>,
        iter_on_stack: bool,
    ) -> Gen {
        let comp = &generators[index];
        let start = self.new_label();
        let if_cleanup = self.new_label();
        let anchor = self.new_label();
        let mut loops = true;
        if !iter_on_stack {
            if index == 0 {
                self.u().metadata.u_argcount = 1;
                self.addop_i(Opcode::LOAD_FAST, 0, loc);
            } else if let ExprKind::List { elts, ctx: _ } | ExprKind::Tuple { elts, ctx: _ } =
                &comp.iter.kind
                && let [only] = &elts[..]
                && !matches!(only.kind, ExprKind::Starred { .. })
            {
                // `for y in [f(x)]` is an assignment, no loop.
                self.visit_expr(only)?;
                loops = false;
            } else {
                self.comprehension_iter(comp)?;
            }
        }
        if loops {
            depth += 1;
            self.use_label(start);
            self.addop_jump(Opcode::FOR_ITER, anchor, comp.iter.loc);
        }
        self.visit_expr(&comp.target)?;
        for condition in &comp.ifs {
            self.jump_if(condition, if_cleanup, false)?;
        }
        let elt_loc = self.comprehension_rest(loc, generators, index, depth, element)?;
        self.use_label(if_cleanup);
        if loops {
            self.addop_jump(Opcode::JUMP, start, elt_loc);
            self.use_label(anchor);
            self.addop(Opcode::END_FOR, NONE);
            self.addop(Opcode::POP_TOP, NONE);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        loc: SourceLocation,
        generators: &'a [Comprehension],
        index: usize,
        depth: usize,
        element: Element<'a>,
        iter_on_stack: bool,
    ) -> Gen {
        let comp = &generators[index];
        let start = self.new_label();
        let except = self.new_label();
        let if_cleanup = self.new_label();
        if !iter_on_stack {
            if index == 0 {
                self.u().metadata.u_argcount = 1;
                self.addop_i(Opcode::LOAD_FAST, 0, loc);
            } else {
                self.comprehension_iter(comp)?;
            }
        }
        self.use_label(start);
        let kind = BlockKind::AsyncComprehensionGenerator;
        self.push_fblock(loc, kind, Some(start), None)?;
        self.addop_jump(Opcode::SETUP_FINALLY, except, loc);
        self.addop(Opcode::GET_ANEXT, loc);
        self.load_none(loc);
        self.yield_from(true, loc);
        self.addop(Opcode::POP_BLOCK, loc);
        self.visit_expr(&comp.target)?;
        for condition in &comp.ifs {
            self.jump_if(condition, if_cleanup, false)?;
        }
        let elt_loc = self.comprehension_rest(loc, generators, index, depth + 1, element)?;
        self.use_label(if_cleanup);
        self.addop_jump(Opcode::JUMP, start, elt_loc);
        self.pop_fblock();
        self.use_label(except);
        self.addop(Opcode::END_ASYNC_FOR, loc);
        Ok(())
    }

    /// The next `for`, or after the last the element; returns the place of the element.
    fn comprehension_rest(
        &mut self,
        loc: SourceLocation,
        generators: &'a [Comprehension],
        index: usize,
        depth: usize,
        element: Element<'a>,
    ) -> Result<SourceLocation, crate::syntax::error::SyntaxError> {
        let Element { kind, elt, val } = element;
        let mut elt_loc = elt.loc;
        if index + 1 < generators.len() {
            self.comprehension_generator(loc, generators, index + 1, depth, element, false)?;
            return Ok(elt_loc);
        }
        self.visit_expr(elt)?;
        match kind {
            Kind::Generator => {
                self.addop_yield(elt_loc);
                self.addop(Opcode::POP_TOP, elt_loc);
            }
            Kind::List => self.addop_i(Opcode::LIST_APPEND, depth + 1, elt_loc),
            Kind::Set => self.addop_i(Opcode::SET_ADD, depth + 1, elt_loc),
            Kind::Dict => {
                let val = val.expect("a dict's element is a pair");
                self.visit_expr(val)?;
                elt_loc.end_lineno = val.loc.end_lineno;
                elt_loc.end_col_offset = val.loc.end_col_offset;
                self.addop_i(Opcode::MAP_ADD, depth + 1, elt_loc);
            }
        }
        Ok(elt_loc)
    }

    /// Makes room for the names of an inlined comprehension: the locals of the same names are
    /// parked on the stack.
    fn push_inlined_state(&mut self, loc: SourceLocation, comp: ScopeId) -> InlinedState {
        let mut state = InlinedState::default();
        let outer = self.unit().u_ste;
        let in_class_block =
            self.ste().ste_type == BlockType::ClassBlock && self.unit().u_in_inlined_comp == 0;
        let function_like = self.ste().is_function_like();
        self.u().u_in_inlined_comp += 1;
        let symbols: Vec<(Identifier, Symbol)> = self
            .symtable
            .entry(comp)
            .ste_symbols
            .iter()
            .map(|(name, symbol)| (name.clone(), symbol.clone()))
            .collect();
        for (name, symbol) in symbols {
            let scope = symbol.scope;
            let out = self.symtable.entry(outer).ste_symbols.get(&name).cloned();
            let out_scope = out.as_ref().and_then(|symbol| symbol.scope);
            let keeps_scope = scope == out_scope
                || scope == Some(Scope::Free)
                || (scope == Some(Scope::Cell) && out_scope == Some(Scope::Free));
            let binds = symbol.flags & DEF_LOCAL != 0 && symbol.flags & DEF_NONLOCAL == 0;
            // Also a name that the comprehension only uses has its own scope there meanwhile.
            if !keeps_scope || in_class_block {
                self.symtable
                    .entry_mut(outer)
                    .ste_symbols
                    .insert(name.clone(), symbol);
                state.temp_symbols.push((name.clone(), out));
            }
            if binds || in_class_block {
                if !function_like && !self.unit().fast_hidden_now.contains(&name) {
                    self.u().metadata.u_fasthidden.add(name.clone());
                    self.u().fast_hidden_now.push(name.clone());
                    state.fast_hidden.push(name.clone());
                }
                // A cell is parked itself, and the comprehension gets a new one.
                self.addop_varname(Opcode::LOAD_FAST_AND_CLEAR, &name, loc);
                if scope == Some(Scope::Cell) {
                    if out_scope == Some(Scope::Free) {
                        self.addop_free(Opcode::MAKE_CELL, &name, loc);
                    } else {
                        self.addop_cell(Opcode::MAKE_CELL, &name, loc);
                    }
                }
                state.pushed_locals.push(name);
            }
        }
        if !state.pushed_locals.is_empty() {
            // The iterator comes on top again.
            self.addop_i(Opcode::SWAP, state.pushed_locals.len() + 1, loc);
            let cleanup = self.new_label();
            self.addop_jump(Opcode::SETUP_FINALLY, cleanup, loc);
            let end = self.new_label();
            state.labels = Some((cleanup, end));
        }
        state
    }

    fn restore_inlined_locals(&mut self, loc: SourceLocation, state: &InlinedState) {
        self.addop_i(Opcode::SWAP, state.pushed_locals.len() + 1, loc);
        for name in state.pushed_locals.iter().rev() {
            self.addop_varname(Opcode::STORE_FAST_MAYBE_NULL, name, loc);
        }
    }

    fn pop_inlined_state(&mut self, loc: SourceLocation, state: InlinedState) {
        self.u().u_in_inlined_comp -= 1;
        let outer = self.unit().u_ste;
        let symbols = &mut self.symtable.entry_mut(outer).ste_symbols;
        for (name, out) in &state.temp_symbols {
            // A name that the scope does not mention stays behind without a scope.
            let out = out.clone().unwrap_or(Symbol {
                flags: 0,
                scope: None,
                reason: ScopeReason::NotBound,
                bound_at: None,
            });
            symbols.insert(name.clone(), out);
        }
        if let Some((cleanup, end)) = state.labels {
            self.addop(Opcode::POP_BLOCK, NONE);
            self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
            // After an exception: drop the unfinished result, put the locals back.
            self.use_label(cleanup);
            self.addop_i(Opcode::SWAP, 2, NONE);
            self.addop(Opcode::POP_TOP, NONE);
            self.restore_inlined_locals(loc, &state);
            self.addop_i(Opcode::RERAISE, 0, NONE);
            self.use_label(end);
            self.restore_inlined_locals(loc, &state);
        }
        self.u()
            .fast_hidden_now
            .retain(|name| !state.fast_hidden.contains(name));
    }
}
