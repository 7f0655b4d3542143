//! A scope while it is compiled: its instructions, names and constants; entering, leaving, naming.
//!
//! Mirrors `struct compiler_unit`, `compiler_enter_scope` and `compiler_nameop` of
//! `Python/compile.c`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::blocks::FrameBlock;
use super::{Codegen, Gen, UnitStages};
use crate::base::SourceLocation;
use crate::bytecode::code::flags;
use crate::bytecode::{CodeObject, Opcode};
use crate::compiler::assemble::optimize_and_assemble;
use crate::compiler::error::error_at;
use crate::compiler::instruction_sequence::{
    CompilationUnitMetadata, InstructionSequence, Numbered,
};
use crate::compiler::names::mangle;
use crate::compiler::symtable::{
    BlockType, DEF_COMP_CELL, DEF_FREE_CLASS, Scope, ScopeId, SymbolTableEntry,
};
use crate::syntax::ast::{ExprContext, Identifier};
use crate::syntax::error::SyntaxError;

/// What a scope is compiled as (`COMPILER_SCOPE_…`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::compiler) enum ScopeKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    TypeParams,
}

/// A scope that is being compiled.
pub(super) struct Unit<'a> {
    pub(super) u_ste: ScopeId,
    pub(super) u_scope_type: ScopeKind,
    /// The class whose private names are mangled.
    pub(super) u_private: Option<Identifier>,
    /// For a class: the attributes that its methods assign on `self`.
    pub(super) u_static_attributes: BTreeSet<Identifier>,
    pub(super) sequence: InstructionSequence,
    pub(super) fblocks: Vec<FrameBlock<'a>>,
    pub(super) u_in_inlined_comp: u32,
    pub(super) metadata: CompilationUnitMetadata,
    /// Names that an inlined comprehension has in fast locals now, outside functions.
    pub(super) fast_hidden_now: Vec<Identifier>,
}

/// `RESUME` at the start of a function.
const RESUME_AT_FUNC_START: usize = 0;

impl Codegen<'_> {
    /// Opens a scope (`compiler_enter_scope`).
    pub(super) fn enter_scope(
        &mut self,
        name: &str,
        u_scope_type: ScopeKind,
        u_ste: ScopeId,
        lineno: i32,
    ) {
        let ste = self.symtable.entry(u_ste);
        let mut u_cellvars = names_by_type(ste, Scope::Cell, DEF_COMP_CELL);
        if ste.ste_needs_class_closure {
            u_cellvars.push("__class__".into());
        }
        if ste.ste_needs_classdict {
            u_cellvars.push("__classdict__".into());
        }
        let metadata = CompilationUnitMetadata {
            u_name: name.into(),
            u_qualname: name.into(),
            u_consts: Numbered::default(),
            u_names: Numbered::default(),
            u_varnames: ste.ste_varnames.iter().cloned().collect(),
            u_cellvars: u_cellvars.into_iter().collect(),
            u_freevars: names_by_type(ste, Scope::Free, DEF_FREE_CLASS)
                .into_iter()
                .collect(),
            u_fasthidden: Numbered::default(),
            u_argcount: 0,
            u_posonlyargcount: 0,
            u_kwonlyargcount: 0,
            u_firstlineno: lineno,
        };
        let u_private = self.units.last().and_then(|outer| outer.u_private.clone());
        self.units.push(Unit {
            u_ste,
            u_scope_type,
            u_private,
            u_static_attributes: BTreeSet::new(),
            sequence: InstructionSequence::new(),
            fblocks: Vec::new(),
            u_in_inlined_comp: 0,
            metadata,
            fast_hidden_now: Vec::new(),
        });
        let mut loc = SourceLocation::new(lineno, 0, lineno, 0);
        if u_scope_type == ScopeKind::Module {
            loc.lineno = 0;
        } else {
            self.set_qualname();
        }
        self.addop_i(Opcode::RESUME, RESUME_AT_FUNC_START, loc);
    }

    /// Closes the scope and makes its code object (`optimize_and_assemble`, `compiler_exit_scope`).
    pub(super) fn exit_scope(&mut self, add_none: bool) -> Arc<CodeObject> {
        if add_none {
            self.load_none(SourceLocation::NONE);
        }
        self.addop(Opcode::RETURN_VALUE, SourceLocation::NONE);
        let code_flags = self.compute_code_flags();
        let unit = self.units.pop().expect("a scope is open");
        let filename = &self.options.filename;
        let Some(stages) = &mut self.stages else {
            let code =
                optimize_and_assemble(unit.sequence, unit.metadata, code_flags, filename, None);
            return Arc::new(code);
        };
        let metadata = &unit.metadata;
        let mut kept = UnitStages {
            qualname: metadata.u_qualname.clone(),
            firstlineno: metadata.u_firstlineno,
            sequence: unit.sequence.clone(),
            consts: metadata.u_consts.values().to_vec(),
            names: metadata.u_names.values().to_vec(),
            varnames: metadata.u_varnames.values().to_vec(),
            cfg: Vec::new(),
        };
        let code = optimize_and_assemble(
            unit.sequence,
            unit.metadata,
            code_flags,
            filename,
            Some(&mut kept.cfg),
        );
        stages.push(kept);
        Arc::new(code)
    }

    fn compute_code_flags(&self) -> u32 {
        let ste = self.ste();
        let mut code_flags = self.options.inherited_flags;
        if ste.is_function_like() {
            code_flags |= flags::CO_NEWLOCALS | flags::CO_OPTIMIZED;
            if ste.ste_nested {
                code_flags |= flags::CO_NESTED;
            }
            code_flags |= match (ste.ste_generator, ste.ste_coroutine) {
                (true, false) => flags::CO_GENERATOR,
                (false, true) => flags::CO_COROUTINE,
                (true, true) => flags::CO_ASYNC_GENERATOR,
                (false, false) => 0,
            };
            if ste.ste_varargs {
                code_flags |= flags::CO_VARARGS;
            }
            if ste.ste_varkeywords {
                code_flags |= flags::CO_VARKEYWORDS;
            }
        }
        if self.is_top_level_await() && ste.ste_coroutine && !ste.ste_generator {
            code_flags |= flags::CO_COROUTINE;
        }
        code_flags
    }

    /// Whether `await` is allowed here because the caller allows it at the top level.
    pub(super) fn is_top_level_await(&self) -> bool {
        self.options.future.top_level_await && self.ste().ste_type == BlockType::ModuleBlock
    }

    /// Works out the qualified name of the scope that was just opened.
    fn set_qualname(&mut self) {
        let Some((unit, outer)) = self.units.split_last_mut() else {
            return;
        };
        // A child of the module has its plain name.
        let Some((mut parent, rest)) = outer.split_last() else {
            return;
        };
        if rest.is_empty() {
            return;
        }
        if parent.u_scope_type == ScopeKind::TypeParams {
            if rest.len() == 1 {
                return;
            }
            parent = &rest[rest.len() - 1];
        }
        let name = unit.metadata.u_name.clone();
        let declared_global = matches!(
            unit.u_scope_type,
            ScopeKind::Function | ScopeKind::AsyncFunction | ScopeKind::Class
        ) && {
            let mangled = mangle(parent.u_private.as_deref(), &name);
            self.symtable.entry(parent.u_ste).scope(&mangled) == Some(Scope::GlobalExplicit)
        };
        if declared_global {
            return;
        }
        let base = &parent.metadata.u_qualname;
        let locals = match parent.u_scope_type {
            ScopeKind::Function | ScopeKind::AsyncFunction | ScopeKind::Lambda => ".<locals>",
            ScopeKind::Module
            | ScopeKind::Class
            | ScopeKind::Comprehension
            | ScopeKind::TypeParams => "",
        };
        unit.metadata.u_qualname = format!("{base}{locals}.{name}").into();
    }

    /// The name as this scope spells it (`compiler_maybe_mangle`).
    pub(super) fn maybe_mangle(&self, name: &Identifier) -> Identifier {
        if let Some(names) = &self.ste().ste_mangled_names
            && !names.contains(name)
        {
            return name.clone();
        }
        mangle(self.unit().u_private.as_deref(), name)
    }

    /// Adds an instruction whose argument is a name, mangled (`ADDOP_NAME`).
    pub(super) fn addop_name(&mut self, opcode: Opcode, name: &Identifier, loc: SourceLocation) {
        let mangled = self.maybe_mangle(name);
        let index = self.u().metadata.u_names.add(mangled) as usize;
        let (opcode, oparg) = match opcode {
            Opcode::LOAD_ATTR => (opcode, index << 1),
            Opcode::LOAD_METHOD => (Opcode::LOAD_ATTR, index << 1 | 1),
            Opcode::LOAD_SUPER_ATTR => (opcode, index << 2 | 2),
            Opcode::LOAD_SUPER_METHOD => (Opcode::LOAD_SUPER_ATTR, index << 2 | 3),
            Opcode::LOAD_ZERO_SUPER_ATTR => (Opcode::LOAD_SUPER_ATTR, index << 2),
            Opcode::LOAD_ZERO_SUPER_METHOD => (Opcode::LOAD_SUPER_ATTR, index << 2 | 1),
            _ => (opcode, index),
        };
        self.addop_i(opcode, oparg, loc);
    }

    /// Adds an instruction on a local variable's slot.
    pub(super) fn addop_varname(&mut self, opcode: Opcode, name: &Identifier, loc: SourceLocation) {
        let index = self.u().metadata.u_varnames.add(name.clone());
        self.addop_i(opcode, index as usize, loc);
    }

    /// The argument of an instruction on a cell or free variable: cells come first.
    fn cell_oparg(&self, name: &str) -> Option<usize> {
        let metadata = &self.unit().metadata;
        metadata.u_cellvars.get(name).map(|index| index as usize)
    }

    fn free_oparg(&self, name: &str) -> Option<usize> {
        let metadata = &self.unit().metadata;
        let index = metadata.u_freevars.get(name)?;
        Some(metadata.u_cellvars.len() + index as usize)
    }

    /// Adds an instruction on a cell of this scope.
    pub(super) fn addop_cell(&mut self, opcode: Opcode, name: &str, loc: SourceLocation) {
        let oparg = self
            .cell_oparg(name)
            .expect("the symbol table made it a cell");
        self.addop_i(opcode, oparg, loc);
    }

    /// Adds an instruction on a free variable of this scope.
    pub(super) fn addop_free(&mut self, opcode: Opcode, name: &str, loc: SourceLocation) {
        let oparg = self
            .free_oparg(name)
            .expect("the symbol table made it free");
        self.addop_i(opcode, oparg, loc);
    }

    /// Whether a name is a cell or free here (`get_ref_type`).
    pub(super) fn ref_type(&self, name: &str) -> Option<Scope> {
        let is_class = self.unit().u_scope_type == ScopeKind::Class;
        if is_class && (name == "__class__" || name == "__classdict__") {
            return Some(Scope::Cell);
        }
        self.ste().scope(name)
    }

    /// Loads, stores or deletes a variable, wherever the symbol table put it (`compiler_nameop`).
    pub(super) fn nameop(
        &mut self,
        loc: SourceLocation,
        name: &Identifier,
        ctx: ExprContext,
    ) -> Result<(), SyntaxError> {
        forbid_debug(loc, name, ctx)?;
        let mangled = self.maybe_mangle(name);
        let ste = self.ste();
        let scope = ste.scope(&mangled);
        let function_like = ste.is_function_like();
        let in_class = ste.ste_type == BlockType::ClassBlock;
        let in_inlined_comp = self.unit().u_in_inlined_comp > 0;
        let can_see_class_scope = ste.ste_can_see_class_scope;
        match scope {
            Some(scope @ (Scope::Free | Scope::Cell)) => {
                let opcode = match ctx {
                    ExprContext::Load if in_class && !in_inlined_comp => {
                        self.addop(Opcode::LOAD_LOCALS, loc);
                        Opcode::LOAD_FROM_DICT_OR_DEREF
                    }
                    ExprContext::Load if can_see_class_scope => {
                        self.addop_free(Opcode::LOAD_DEREF, "__classdict__", loc);
                        Opcode::LOAD_FROM_DICT_OR_DEREF
                    }
                    ExprContext::Load => Opcode::LOAD_DEREF,
                    ExprContext::Store => Opcode::STORE_DEREF,
                    ExprContext::Del => Opcode::DELETE_DEREF,
                };
                if scope == Scope::Free {
                    self.addop_free(opcode, &mangled, loc);
                } else {
                    self.addop_cell(opcode, &mangled, loc);
                }
            }
            Some(Scope::Local)
                if function_like || self.unit().fast_hidden_now.contains(&mangled) =>
            {
                let opcode = match ctx {
                    ExprContext::Load => Opcode::LOAD_FAST,
                    ExprContext::Store => Opcode::STORE_FAST,
                    ExprContext::Del => Opcode::DELETE_FAST,
                };
                self.addop_varname(opcode, &mangled, loc);
            }
            Some(Scope::GlobalImplicit | Scope::GlobalExplicit)
                if function_like || scope == Some(Scope::GlobalExplicit) =>
            {
                let index = self.u().metadata.u_names.add(mangled) as usize;
                match ctx {
                    ExprContext::Load
                        if can_see_class_scope && scope == Some(Scope::GlobalImplicit) =>
                    {
                        self.addop_free(Opcode::LOAD_DEREF, "__classdict__", loc);
                        self.addop_i(Opcode::LOAD_FROM_DICT_OR_GLOBALS, index, loc);
                    }
                    ExprContext::Load => self.addop_i(Opcode::LOAD_GLOBAL, index << 1, loc),
                    ExprContext::Store => self.addop_i(Opcode::STORE_GLOBAL, index, loc),
                    ExprContext::Del => self.addop_i(Opcode::DELETE_GLOBAL, index, loc),
                }
            }
            // At module and class level names are looked up by name; so are names that no
            // source mentions, such as `__module__`.
            Some(Scope::Local | Scope::GlobalImplicit | Scope::GlobalExplicit) | None => {
                let index = self.u().metadata.u_names.add(mangled) as usize;
                match ctx {
                    ExprContext::Load if in_class && in_inlined_comp => {
                        self.addop_i(Opcode::LOAD_GLOBAL, index << 1, loc);
                    }
                    ExprContext::Load => self.addop_i(Opcode::LOAD_NAME, index, loc),
                    ExprContext::Store => self.addop_i(Opcode::STORE_NAME, index, loc),
                    ExprContext::Del => self.addop_i(Opcode::DELETE_NAME, index, loc),
                }
            }
        }
        Ok(())
    }

    /// [`Self::nameop`] on a name that the compiler itself makes up.
    pub(super) fn hidden_nameop(
        &mut self,
        loc: SourceLocation,
        name: &str,
        ctx: ExprContext,
    ) -> Gen {
        self.nameop(loc, &name.into(), ctx)
    }
}

/// Refuses `__debug__` as a target (`forbidden_name`).
pub(super) fn forbid_debug(loc: SourceLocation, name: &str, ctx: ExprContext) -> Gen {
    if name != "__debug__" {
        return Ok(());
    }
    match ctx {
        ExprContext::Store => Err(error_at(loc, "cannot assign to __debug__")),
        ExprContext::Del => Err(error_at(loc, "cannot delete __debug__")),
        ExprContext::Load => Ok(()),
    }
}

/// The names with this scope or flag, sorted (`dictbytype`).
fn names_by_type(ste: &SymbolTableEntry, scope: Scope, flag: u32) -> Vec<Identifier> {
    let mut names: Vec<Identifier> = ste
        .ste_symbols
        .iter()
        .filter(|(_, symbol)| symbol.scope == Some(scope) || symbol.flags & flag != 0)
        .map(|(name, _)| name.clone())
        .collect();
    names.sort_by(|a, b| a.chars().cmp(b.chars()));
    names
}
