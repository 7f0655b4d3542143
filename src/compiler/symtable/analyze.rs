//! The second pass over the scopes: decides for each name whether it is local, global, free or a cell.
//!
//! Mirrors `analyze_block` and its helpers in `Python/symtable.c`.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::entry::{
    BlockType, DEF_BOUND, DEF_COMP_CELL, DEF_FREE_CLASS, DEF_GLOBAL, DEF_IMPORT, DEF_NONLOCAL,
    DEF_PARAM, DEF_TYPE_PARAM, Scope, ScopeId, ScopeReason, Symbol, SymbolTable,
};
use crate::base::SourceLocation;
use crate::compiler::error::error_at;
use crate::syntax::ast::Identifier;
use crate::syntax::error::SyntaxError;

/// Names with the scope that binds them, or that uses them.
type Names = BTreeMap<Identifier, ScopeId>;
type Decisions = FxHashMap<Identifier, (Scope, ScopeReason)>;

/// What a block can see from the blocks around it.
#[derive(Clone, Default)]
struct Outside {
    /// Names bound by enclosing functions; `None` for the module itself.
    bound: Option<Names>,
    global: BTreeSet<Identifier>,
    type_params: BTreeSet<Identifier>,
}

/// Gives every symbol its scope (`symtable_analyze`).
pub(super) fn symtable_analyze(table: &mut SymbolTable) -> Result<(), SyntaxError> {
    let mut outside = Outside::default();
    analyze_block(table, SymbolTable::TOP, &mut outside, None)?;
    Ok(())
}

/// Analyzes a block and its children; returns the names free in them.
fn analyze_block(
    table: &mut SymbolTable,
    id: ScopeId,
    outside: &mut Outside,
    class_entry: Option<ScopeId>,
) -> Result<Names, SyntaxError> {
    let ste_type = table.entry(id).ste_type;
    let is_class = ste_type == BlockType::ClassBlock;
    let mut local = BTreeSet::new();
    let mut decisions = Decisions::default();
    // Names that the block itself takes from outside, and those that its children need.
    let mut own_free = Names::new();
    let mut newfree = Names::new();
    let mut newbound = Names::new();
    let mut newglobal = BTreeSet::new();
    let mut inlined_cells = BTreeSet::new();

    // A class's own names are invisible in its methods, so what they can see is taken first.
    if is_class {
        newglobal.clone_from(&outside.global);
        if let Some(bound) = &outside.bound {
            newbound.clone_from(bound);
        }
    }
    let names: Vec<(Identifier, u32, Option<SourceLocation>)> = table
        .entry(id)
        .ste_symbols
        .iter()
        .map(|(name, symbol)| (name.clone(), symbol.flags, symbol.bound_at))
        .collect();
    for (name, flags, bound_at) in names {
        let mut analysis = NameAnalysis {
            table,
            id,
            outside,
            local: &mut local,
            free: &mut own_free,
            class_entry,
        };
        let decision = analysis.analyze_name(&name, flags, bound_at)?;
        decisions.insert(name, decision);
    }
    if is_class {
        newbound.insert("__class__".into(), id);
        newbound.insert("__classdict__".into(), id);
    } else {
        if let Some(bound) = &outside.bound {
            newbound.clone_from(bound);
        }
        if ste_type.is_function_like() {
            newbound.extend(local.iter().map(|name| (name.clone(), id)));
        }
        newglobal.clone_from(&outside.global);
    }

    let can_see_class_scope = table.entry(id).ste_can_see_class_scope;
    for child in table.entry(id).ste_children.clone() {
        let child_entry = table.entry(child);
        let new_class_entry = if child_entry.ste_can_see_class_scope {
            if is_class { Some(id) } else { class_entry }
        } else {
            None
        };
        // Comprehensions are inlined, except in annotation scopes within classes.
        let inline_comp =
            child_entry.is_comprehension() && !child_entry.ste_generator && !can_see_class_scope;
        let mut child_outside = Outside {
            bound: Some(newbound.clone()),
            global: newglobal.clone(),
            type_params: outside.type_params.clone(),
        };
        let mut child_free = analyze_block(table, child, &mut child_outside, new_class_entry)?;
        if inline_comp {
            inline_comprehension(
                table,
                id,
                child,
                &mut decisions,
                &mut child_free,
                &mut inlined_cells,
            );
            table.entry_mut(child).ste_comp_inlined = true;
        }
        for (name, user) in child_free {
            newfree.entry(name).or_insert(user);
        }
        let child_entry = table.entry(child);
        if child_entry.ste_free || child_entry.ste_child_free {
            table.entry_mut(id).ste_child_free = true;
        }
    }

    // The children of an inlined comprehension become ours.
    let mut children = Vec::new();
    for child in table.entry(id).ste_children.clone() {
        if table.entry(child).ste_comp_inlined {
            children.extend_from_slice(&table.entry(child).ste_children);
        } else {
            children.push(child);
        }
    }
    table.entry_mut(id).ste_children = children;

    if ste_type.is_function_like() {
        analyze_cells(&mut decisions, &mut newfree, &inlined_cells);
    } else if is_class {
        let entry = table.entry_mut(id);
        entry.ste_needs_class_closure = newfree.remove("__class__").is_some();
        entry.ste_needs_classdict = newfree.remove("__classdict__").is_some();
    }
    update_symbols(
        table,
        id,
        &decisions,
        outside.bound.as_ref(),
        &newfree,
        &inlined_cells,
        is_class || can_see_class_scope,
    );
    table.entry_mut(id).ste_free |= !own_free.is_empty();
    for (name, user) in newfree {
        own_free.entry(name).or_insert(user);
    }
    Ok(own_free)
}

/// The names that one block binds or needs, while its symbols are decided one by one.
struct NameAnalysis<'a> {
    table: &'a SymbolTable,
    id: ScopeId,
    outside: &'a mut Outside,
    local: &'a mut BTreeSet<Identifier>,
    free: &'a mut Names,
    class_entry: Option<ScopeId>,
}

impl NameAnalysis<'_> {
    /// Decides the scope of one name from its flags and its surroundings.
    fn analyze_name(
        &mut self,
        name: &Identifier,
        flags: u32,
        bound_at: Option<SourceLocation>,
    ) -> Result<(Scope, ScopeReason), SyntaxError> {
        let loc = bound_at.unwrap_or(SourceLocation::NONE);
        if flags & DEF_GLOBAL != 0 {
            if flags & DEF_NONLOCAL != 0 {
                return Err(
                    self.error_at_directive(name, format!("name '{name}' is nonlocal and global"))
                );
            }
            self.outside.global.insert(name.clone());
            if let Some(bound) = &mut self.outside.bound {
                bound.remove(name);
            }
            return Ok((Scope::GlobalExplicit, ScopeReason::DeclaredGlobal { loc }));
        }
        if flags & DEF_NONLOCAL != 0 {
            let Some(bound) = &self.outside.bound else {
                return Err(self.error_at_directive(
                    name,
                    "nonlocal declaration not allowed at module level".to_owned(),
                ));
            };
            let scope = bound.get(name).copied();
            if scope.is_none() {
                return Err(self
                    .error_at_directive(name, format!("no binding for nonlocal '{name}' found")));
            }
            if self.outside.type_params.contains(name) {
                return Err(self.error_at_directive(
                    name,
                    format!("nonlocal binding not allowed for type parameter '{name}'"),
                ));
            }
            self.free.insert(name.clone(), self.id);
            return Ok((Scope::Free, ScopeReason::DeclaredNonlocal { loc, scope }));
        }
        if flags & DEF_BOUND != 0 {
            self.local.insert(name.clone());
            self.outside.global.remove(name);
            if flags & DEF_TYPE_PARAM == 0 {
                self.outside.type_params.remove(name);
            } else {
                self.outside.type_params.insert(name.clone());
            }
            let reason = if flags & DEF_TYPE_PARAM != 0 {
                ScopeReason::TypeParameter { loc }
            } else if flags & DEF_PARAM != 0 {
                ScopeReason::Parameter { loc }
            } else if flags & DEF_IMPORT != 0 {
                ScopeReason::ImportedHere { loc }
            } else {
                ScopeReason::AssignedHere { loc }
            };
            return Ok((Scope::Local, reason));
        }
        // A name of the class around an annotation scope: only the class and the globals count.
        if let Some(scope) = self.class_entry {
            let class_flags = self.table.entry(scope).flags(name);
            if class_flags & DEF_GLOBAL != 0 {
                return Ok((Scope::GlobalExplicit, ScopeReason::GlobalOfEnclosing));
            }
            if class_flags & DEF_BOUND != 0 && class_flags & DEF_NONLOCAL == 0 {
                return Ok((Scope::GlobalImplicit, ScopeReason::BoundByClass { scope }));
            }
        }
        if let Some(&scope) = self.outside.bound.as_ref().and_then(|b| b.get(name)) {
            self.free.insert(name.clone(), self.id);
            return Ok((Scope::Free, ScopeReason::FreeFrom { scope }));
        }
        let reason = if self.outside.global.contains(name) {
            ScopeReason::GlobalOfEnclosing
        } else {
            ScopeReason::NotBound
        };
        Ok((Scope::GlobalImplicit, reason))
    }

    /// An error at the `global` or `nonlocal` statement that names `name`.
    fn error_at_directive(&self, name: &Identifier, msg: String) -> SyntaxError {
        let place = self
            .table
            .entry(self.id)
            .ste_directives
            .iter()
            .find(|(directive, _)| directive == name)
            .map_or(SourceLocation::NONE, |&(_, loc)| loc);
        error_at(place, msg)
    }
}

/// Merges the names of a comprehension into the block that it becomes part of.
fn inline_comprehension(
    table: &mut SymbolTable,
    outer: ScopeId,
    comp: ScopeId,
    decisions: &mut Decisions,
    comp_free: &mut Names,
    inlined_cells: &mut BTreeSet<Identifier>,
) {
    let mut remove_dunder_class = false;
    let symbols: Vec<(Identifier, Symbol)> = table
        .entry(comp)
        .ste_symbols
        .iter()
        .map(|(name, symbol)| (name.clone(), symbol.clone()))
        .collect();
    let outer_is_class = table.entry(outer).ste_type == BlockType::ClassBlock;
    for (name, symbol) in symbols {
        // The comprehension's one parameter, its first iterator, vanishes.
        if symbol.flags & DEF_PARAM != 0 {
            continue;
        }
        let mut scope = symbol.scope.expect("children are analyzed first");
        let mut reason = symbol.reason;
        if scope == Scope::Cell || symbol.flags & DEF_COMP_CELL != 0 {
            inlined_cells.insert(name.clone());
        }
        let existing = table.entry(outer).ste_symbols.get(&name).map(|s| s.flags);
        if let Some(existing) = existing {
            // Free in the comprehension and bound outside of it: a local of the merged block.
            if existing & DEF_BOUND != 0
                && !outer_is_class
                && !is_free_in_any_child(table, comp, &name)
            {
                comp_free.remove(&name);
            }
        } else {
            if scope == Scope::Free && outer_is_class && &*name == "__class__" {
                scope = Scope::GlobalImplicit;
                reason = ScopeReason::NotBound;
                comp_free.remove(&name);
                remove_dunder_class = true;
            }
            decisions.insert(name.clone(), (scope, reason));
            let copy = Symbol {
                scope: None,
                ..symbol
            };
            table.entry_mut(outer).ste_symbols.insert(name, copy);
        }
    }
    table.entry_mut(comp).ste_free = !comp_free.is_empty();
    if remove_dunder_class {
        table.entry_mut(comp).ste_symbols.remove("__class__");
    }
}

fn is_free_in_any_child(table: &SymbolTable, id: ScopeId, name: &str) -> bool {
    table
        .entry(id)
        .ste_children
        .iter()
        .any(|&child| table.entry(child).scope(name) == Some(Scope::Free))
}

/// Turns locals that inner blocks use into cells.
fn analyze_cells(
    decisions: &mut Decisions,
    free: &mut Names,
    inlined_cells: &BTreeSet<Identifier>,
) {
    let mut captured = Vec::new();
    for (name, &user) in &*free {
        if let Some((scope @ Scope::Local, reason)) = decisions.get_mut(name) {
            *scope = Scope::Cell;
            *reason = ScopeReason::CapturedBy { scope: user };
            captured.push(name.clone());
        }
    }
    for name in captured {
        free.remove(&name);
    }
    for name in inlined_cells {
        if let Some((scope @ Scope::Local, reason)) = decisions.get_mut(name) {
            *scope = Scope::Cell;
            *reason = ScopeReason::CellOfInlinedComprehension;
        }
    }
}

/// Writes the decisions into the block's symbols and adds what its children need from outside.
fn update_symbols(
    table: &mut SymbolTable,
    id: ScopeId,
    decisions: &Decisions,
    bound: Option<&Names>,
    free: &Names,
    inlined_cells: &BTreeSet<Identifier>,
    classflag: bool,
) {
    let symbols = &mut table.entry_mut(id).ste_symbols;
    for (name, symbol) in symbols.iter_mut() {
        if inlined_cells.contains(name) {
            symbol.flags |= DEF_COMP_CELL;
        }
        let &(scope, reason) = decisions.get(name).expect("every symbol was decided");
        symbol.scope = Some(scope);
        symbol.reason = reason;
    }
    for name in free.keys() {
        if let Some(symbol) = symbols.get_mut(name) {
            if classflag {
                symbol.flags |= DEF_FREE_CLASS;
            }
            continue;
        }
        if bound.is_some_and(|bound| !bound.contains_key(name)) {
            continue;
        }
        symbols.insert(
            name.clone(),
            Symbol {
                flags: 0,
                scope: Some(Scope::Free),
                reason: ScopeReason::PassedInward,
                bound_at: None,
            },
        );
    }
}
