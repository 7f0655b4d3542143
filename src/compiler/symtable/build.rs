//! The first pass: walks the tree, opens a scope for each block, notes each name that is bound or used.
//!
//! Mirrors `_PySymtable_Build` and `symtable_visit_stmt` in `Python/symtable.c`.

use super::analyze::symtable_analyze;
use super::entry::{
    BlockKey, BlockRole, BlockType, DEF_ANNOT, DEF_BOUND, DEF_COMP_ITER, DEF_GLOBAL, DEF_IMPORT,
    DEF_LOCAL, DEF_NONLOCAL, DEF_PARAM, DEF_TYPE_PARAM, ScopeId, ScopeReason, Symbol, SymbolTable,
    SymbolTableEntry, USE,
};
use crate::base::SourceLocation;
use crate::compiler::error::{RECURSION_LIMIT, error_at, recursion_error};
use crate::compiler::future::FutureFeatures;
use crate::compiler::names::mangle;
use crate::syntax::ast::{
    Alias, ExceptHandler, ExprKind, Identifier, MatchCase, Mod, Pattern, PatternKind, Stmt,
    StmtKind, WithItem,
};
use crate::syntax::error::SyntaxError;

/// The outcome of a visit.
pub(super) type Visit = Result<(), SyntaxError>;

/// Makes the symbol table of a tree (`_PySymtable_Build`).
pub fn build(module: &Mod, future: &FutureFeatures) -> Result<SymbolTable, SyntaxError> {
    let mut builder = Builder {
        table: SymbolTable::default(),
        st_stack: Vec::new(),
        st_private: None,
        future,
        recursion_depth: 0,
    };
    // The module's scope has line 0, as its `RESUME`.
    builder.enter_block(
        "top".into(),
        BlockType::ModuleBlock,
        BlockKey::new(module, BlockRole::Body),
        SourceLocation::new(0, 0, 0, 0),
    );
    match module {
        Mod::Module { body } | Mod::Interactive { body } => builder.visit_stmts(body)?,
        Mod::Expression { body } => builder.visit_expr(body)?,
    }
    builder.exit_block();
    let mut table = builder.table;
    symtable_analyze(&mut table)?;
    Ok(table)
}

/// The state of the walk (`struct symtable`).
pub(super) struct Builder<'a> {
    pub(super) table: SymbolTable,
    pub(super) st_stack: Vec<ScopeId>,
    /// The class whose private names are mangled.
    pub(super) st_private: Option<Identifier>,
    pub(super) future: &'a FutureFeatures,
    recursion_depth: u32,
}

impl Builder<'_> {
    /// The scope that names go to now.
    pub(super) fn st_cur(&self) -> ScopeId {
        *self.st_stack.last().expect("the module's scope is open")
    }

    pub(super) fn cur(&mut self) -> &mut SymbolTableEntry {
        let id = self.st_cur();
        self.table.entry_mut(id)
    }

    /// Opens a scope (`symtable_enter_block`).
    pub(super) fn enter_block(
        &mut self,
        name: Identifier,
        block: BlockType,
        key: BlockKey,
        loc: SourceLocation,
    ) {
        let id = ScopeId(u32::try_from(self.table.entries.len()).expect("scopes fit a source"));
        let prev = self.st_stack.last().copied();
        let nested = prev.is_some_and(|prev| {
            let prev = self.table.entry(prev);
            prev.ste_nested || prev.is_function_like()
        });
        let mut entry = SymbolTableEntry::new(name, block, nested, loc);
        if let Some(prev) = prev {
            let prev = self.table.entry_mut(prev);
            entry.ste_comp_iter_expr = prev.ste_comp_iter_expr;
            if block != BlockType::ClassBlock {
                entry.ste_mangled_names.clone_from(&prev.ste_mangled_names);
            }
            // Annotations that become strings leave no trace among the children.
            if block != BlockType::AnnotationBlock {
                prev.ste_children.push(id);
            }
        }
        self.table.entries.push(entry);
        self.table.st_blocks.insert(key, id);
        self.st_stack.push(id);
    }

    /// Closes the current scope.
    pub(super) fn exit_block(&mut self) {
        let closed = self.st_stack.pop();
        // The set of mangled names is one and the same in nested scopes: hand additions outward.
        if let (Some(closed), Some(&outer)) = (closed, self.st_stack.last())
            && let Some(inner) = self.table.entry_mut(closed).ste_mangled_names.clone()
        {
            let outer = self.table.entry_mut(outer);
            if let Some(names) = &mut outer.ste_mangled_names {
                names.extend(inner);
            }
        }
    }

    fn maybe_mangle(&self, name: &Identifier) -> Identifier {
        let cur = self.table.entry(self.st_cur());
        if let Some(names) = &cur.ste_mangled_names
            && !names.contains(name)
        {
            return name.clone();
        }
        mangle(self.st_private.as_deref(), name)
    }

    /// The flags that a name has in a scope so far (`symtable_lookup_entry`).
    pub(super) fn lookup_entry(&self, id: ScopeId, name: &Identifier) -> u32 {
        let mangled = self.maybe_mangle(name);
        self.table.entry(id).flags(&mangled)
    }

    /// Notes a name in the current scope (`symtable_add_def`).
    pub(super) fn add_def(&mut self, name: &Identifier, flag: u32, loc: SourceLocation) -> Visit {
        if flag & DEF_TYPE_PARAM != 0
            && let Some(names) = &mut self.cur().ste_mangled_names
        {
            names.insert(name.clone());
        }
        self.add_def_to(name, flag, self.st_cur(), loc)
    }

    /// Notes a name in a given scope (`symtable_add_def_helper`).
    pub(super) fn add_def_to(
        &mut self,
        name: &Identifier,
        flag: u32,
        id: ScopeId,
        loc: SourceLocation,
    ) -> Visit {
        let mangled = self.maybe_mangle(name);
        let entry = self.table.entry_mut(id);
        let old = entry.flags(&mangled);
        if flag & DEF_PARAM != 0 && old & DEF_PARAM != 0 {
            let msg = format!("duplicate argument '{name}' in function definition");
            return Err(error_at(loc, msg));
        }
        if flag & DEF_TYPE_PARAM != 0 && old & DEF_TYPE_PARAM != 0 {
            return Err(error_at(loc, format!("duplicate type parameter '{name}'")));
        }
        let mut flags = old | flag;
        if entry.ste_comp_iter_target {
            if flags & (DEF_GLOBAL | DEF_NONLOCAL) != 0 {
                let msg = format!(
                    "comprehension inner loop cannot rebind assignment expression target '{name}'"
                );
                return Err(error_at(loc, msg));
            }
            flags |= DEF_COMP_ITER;
        }
        set_flags(entry, &mangled, flags, flag, loc);
        if flag & DEF_PARAM != 0 {
            entry.ste_varnames.push(mangled);
        } else if flag & DEF_GLOBAL != 0 && id != SymbolTable::TOP {
            let top = self.table.entry_mut(SymbolTable::TOP);
            let flags = top.flags(&mangled) | flag;
            set_flags(top, &mangled, flags, flag, loc);
        }
        Ok(())
    }

    pub(super) fn record_directive(&mut self, name: &Identifier, loc: SourceLocation) {
        let mangled = mangle(self.st_private.as_deref(), name);
        self.cur().ste_directives.push((mangled, loc));
    }

    /// Counts a level of the tree, or gives up as CPython does.
    pub(super) fn enter_recursive(&mut self) -> Visit {
        self.recursion_depth += 1;
        if self.recursion_depth > RECURSION_LIMIT {
            return Err(recursion_error());
        }
        Ok(())
    }

    pub(super) const fn leave_recursive(&mut self) {
        self.recursion_depth -= 1;
    }

    pub(super) fn visit_stmts(&mut self, stmts: &[Stmt]) -> Visit {
        stmts.iter().try_for_each(|stmt| self.visit_stmt(stmt))
    }

    fn visit_stmt(&mut self, s: &Stmt) -> Visit {
        self.enter_recursive()?;
        self.visit_stmt_kind(s)?;
        self.leave_recursive();
        Ok(())
    }

    fn visit_stmt_kind(&mut self, s: &Stmt) -> Visit {
        match &s.kind {
            StmtKind::FunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
            } => self.visit_function(
                s,
                name,
                args,
                body,
                decorator_list,
                returns.as_deref(),
                type_params,
                false,
            ),
            StmtKind::AsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
            } => self.visit_function(
                s,
                name,
                args,
                body,
                decorator_list,
                returns.as_deref(),
                type_params,
                true,
            ),
            StmtKind::ClassDef { .. } => self.visit_class(s),
            StmtKind::TypeAlias {
                name,
                type_params,
                value,
            } => self.visit_type_alias(s, name, type_params, value),
            StmtKind::Return { value } => {
                if let Some(value) = value {
                    self.visit_expr(value)?;
                    self.cur().ste_returns_value = true;
                }
                Ok(())
            }
            StmtKind::Delete { targets } => self.visit_exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.visit_exprs(targets)?;
                self.visit_expr(value)
            }
            StmtKind::AnnAssign { .. } => self.visit_ann_assign(s),
            StmtKind::AugAssign {
                target,
                op: _,
                value,
            } => {
                self.visit_expr(target)?;
                self.visit_expr(value)
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                self.visit_expr(target)?;
                self.visit_expr(iter)?;
                self.visit_stmts(body)?;
                self.visit_stmts(orelse)
            }
            StmtKind::AsyncFor {
                target,
                iter,
                body,
                orelse,
            } => {
                self.maybe_set_ste_coroutine_for_module();
                self.visit_expr(target)?;
                self.visit_expr(iter)?;
                self.visit_stmts(body)?;
                self.visit_stmts(orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.visit_expr(test)?;
                self.visit_stmts(body)?;
                self.visit_stmts(orelse)
            }
            StmtKind::With { items, body } => {
                self.visit_withitems(items)?;
                self.visit_stmts(body)
            }
            StmtKind::AsyncWith { items, body } => {
                self.maybe_set_ste_coroutine_for_module();
                self.visit_withitems(items)?;
                self.visit_stmts(body)
            }
            StmtKind::Match { subject, cases } => {
                self.visit_expr(subject)?;
                cases
                    .iter()
                    .try_for_each(|case| self.visit_match_case(case))
            }
            StmtKind::Raise { exc, cause } => {
                self.visit_opt(exc.as_deref())?;
                self.visit_opt(cause.as_deref())
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
                self.visit_stmts(body)?;
                for handler in handlers {
                    self.visit_excepthandler(handler)?;
                }
                self.visit_stmts(orelse)?;
                self.visit_stmts(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.visit_expr(test)?;
                self.visit_opt(msg.as_deref())
            }
            StmtKind::Import { names }
            | StmtKind::ImportFrom {
                module: _,
                names,
                level: _,
            } => names.iter().try_for_each(|alias| self.visit_alias(alias)),
            StmtKind::Global { names } => names
                .iter()
                .try_for_each(|name| self.visit_directive(name, DEF_GLOBAL, s.loc)),
            StmtKind::Nonlocal { names } => names
                .iter()
                .try_for_each(|name| self.visit_directive(name, DEF_NONLOCAL, s.loc)),
            StmtKind::Expr { value } => self.visit_expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn visit_ann_assign(&mut self, s: &Stmt) -> Visit {
        let StmtKind::AnnAssign {
            target,
            annotation,
            value,
            simple,
        } = &s.kind
        else {
            unreachable!("called for an annotated assignment");
        };
        if let ExprKind::Name { id, ctx: _ } = &target.kind {
            let cur = self.lookup_entry(self.st_cur(), id);
            if *simple
                && cur & (DEF_GLOBAL | DEF_NONLOCAL) != 0
                && self.st_cur() != SymbolTable::TOP
            {
                let word = if cur & DEF_GLOBAL != 0 {
                    "global"
                } else {
                    "nonlocal"
                };
                let msg = format!("annotated name '{id}' can't be {word}");
                return Err(error_at(s.loc, msg));
            }
            if *simple {
                self.add_def(id, DEF_ANNOT | DEF_LOCAL, target.loc)?;
            } else if value.is_some() {
                self.add_def(id, DEF_LOCAL, target.loc)?;
            }
        } else {
            self.visit_expr(target)?;
        }
        self.visit_annotation(annotation)?;
        self.visit_opt(value.as_deref())
    }

    /// A name in a `global` or `nonlocal` statement.
    fn visit_directive(&mut self, name: &Identifier, flag: u32, loc: SourceLocation) -> Visit {
        let word = if flag == DEF_GLOBAL {
            "global"
        } else {
            "nonlocal"
        };
        let cur = self.lookup_entry(self.st_cur(), name);
        if cur & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) != 0 {
            let msg = if cur & DEF_PARAM != 0 {
                format!("name '{name}' is parameter and {word}")
            } else if cur & USE != 0 {
                format!("name '{name}' is used prior to {word} declaration")
            } else if cur & DEF_ANNOT != 0 {
                format!("annotated name '{name}' can't be {word}")
            } else {
                format!("name '{name}' is assigned to before {word} declaration")
            };
            return Err(error_at(loc, msg));
        }
        self.add_def(name, flag, loc)?;
        self.record_directive(name, loc);
        Ok(())
    }

    fn visit_alias(&mut self, a: &Alias) -> Visit {
        let name = a.asname.as_ref().unwrap_or(&a.name);
        if &**name == "*" {
            if self.cur().ste_type != BlockType::ModuleBlock {
                return Err(error_at(a.loc, "import * only allowed at module level"));
            }
            return Ok(());
        }
        // `import a.b` binds `a`.
        let store_name = match name.split_once('.') {
            Some((first, _)) => Identifier::from(first),
            None => name.clone(),
        };
        self.add_def(&store_name, DEF_IMPORT, a.loc)
    }

    fn visit_withitems(&mut self, items: &[WithItem]) -> Visit {
        for item in items {
            self.visit_expr(&item.context_expr)?;
            self.visit_opt(item.optional_vars.as_deref())?;
        }
        Ok(())
    }

    fn visit_excepthandler(&mut self, eh: &ExceptHandler) -> Visit {
        self.visit_opt(eh.type_.as_deref())?;
        if let Some(name) = &eh.name {
            self.add_def(name, DEF_LOCAL, eh.loc)?;
        }
        self.visit_stmts(&eh.body)
    }

    fn visit_match_case(&mut self, case: &MatchCase) -> Visit {
        self.visit_pattern(&case.pattern)?;
        self.visit_opt(case.guard.as_deref())?;
        self.visit_stmts(&case.body)
    }

    fn visit_pattern(&mut self, p: &Pattern) -> Visit {
        self.enter_recursive()?;
        match &p.kind {
            PatternKind::MatchValue { value } => self.visit_expr(value)?,
            PatternKind::MatchSingleton { value: _ } => {}
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.visit_patterns(patterns)?;
            }
            PatternKind::MatchStar { name } => {
                if let Some(name) = name {
                    self.add_def(name, DEF_LOCAL, p.loc)?;
                }
            }
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest,
            } => {
                self.visit_exprs(keys)?;
                self.visit_patterns(patterns)?;
                if let Some(rest) = rest {
                    self.add_def(rest, DEF_LOCAL, p.loc)?;
                }
            }
            PatternKind::MatchClass {
                cls,
                patterns,
                kwd_attrs: _,
                kwd_patterns,
            } => {
                self.visit_expr(cls)?;
                self.visit_patterns(patterns)?;
                self.visit_patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.visit_pattern(pattern)?;
                }
                if let Some(name) = name {
                    self.add_def(name, DEF_LOCAL, p.loc)?;
                }
            }
        }
        self.leave_recursive();
        Ok(())
    }

    fn visit_patterns(&mut self, patterns: &[Pattern]) -> Visit {
        patterns
            .iter()
            .try_for_each(|pattern| self.visit_pattern(pattern))
    }

    /// With top-level `await` allowed, a module that needs it becomes a coroutine.
    fn maybe_set_ste_coroutine_for_module(&mut self) {
        if self.allows_top_level_await() {
            self.cur().ste_coroutine = true;
        }
    }

    pub(super) fn allows_top_level_await(&self) -> bool {
        self.future.top_level_await && self.st_cur() == SymbolTable::TOP
    }
}

fn set_flags(
    entry: &mut SymbolTableEntry,
    name: &Identifier,
    flags: u32,
    added: u32,
    loc: SourceLocation,
) {
    let binds = added & (DEF_BOUND | DEF_GLOBAL | DEF_NONLOCAL | DEF_IMPORT) != 0;
    if let Some(symbol) = entry.ste_symbols.get_mut(name) {
        symbol.flags = flags;
        if binds && symbol.bound_at.is_none() {
            symbol.bound_at = Some(loc);
        }
    } else {
        entry.ste_symbols.insert(
            name.clone(),
            Symbol {
                flags,
                scope: None,
                reason: ScopeReason::NotBound,
                bound_at: binds.then_some(loc),
            },
        );
    }
}
