//! The symbol table in rows: each scope's names, what kind each is, and why.

use super::StageRow;
use crate::base::SourceLocation;
use crate::compiler::symtable::{BlockType, ScopeId, ScopeReason, SymbolTable};

/// A row for each name of each scope, with the reason for its scope.
pub(super) fn symbol_rows(table: &SymbolTable) -> Vec<StageRow> {
    let mut rows = Vec::new();
    add_scope(table, SymbolTable::TOP, 0, &mut rows);
    rows
}

fn add_scope(table: &SymbolTable, id: ScopeId, depth: usize, rows: &mut Vec<StageRow>) {
    let entry = table.entry(id);
    let kind = match entry.ste_type {
        BlockType::FunctionBlock => "function",
        BlockType::ClassBlock => "class",
        BlockType::ModuleBlock => "module",
        BlockType::AnnotationBlock => "annotation",
        BlockType::TypeAliasBlock => "type alias",
        BlockType::TypeParametersBlock => "type parameters",
        BlockType::TypeVariableBlock => "type variable",
    };
    let mut head = StageRow::new(depth, format!("{kind} {}", entry.ste_name), "").head();
    if id != SymbolTable::TOP {
        head = head.at(entry.ste_loc);
    }
    rows.push(head);
    for (name, symbol) in entry.ste_symbols.iter() {
        let scope = symbol.scope.map_or("?", |scope| scope.name());
        let (why, line) = reason(table, symbol.reason);
        let mut row = StageRow::new(depth + 1, name.to_string(), scope).because(format!(
            "{why}; {}",
            access(
                symbol.scope.map_or("", |scope| scope.name()),
                entry.ste_type
            )
        ));
        if let Some(loc) = line.or(symbol.bound_at) {
            row = row.at(loc);
        }
        rows.push(row);
    }
    for &child in &entry.ste_children {
        add_scope(table, child, depth + 1, rows);
    }
}

/// The instruction that such a name is read with.
fn access(scope: &str, block: BlockType) -> &'static str {
    match (scope, block) {
        ("CELL" | "FREE", _) => "read with LOAD_DEREF",
        ("LOCAL", BlockType::FunctionBlock) => "read with LOAD_FAST",
        ("GLOBAL_EXPLICIT", _) | ("GLOBAL_IMPLICIT", BlockType::FunctionBlock) => {
            "read with LOAD_GLOBAL"
        }
        _ => "read with LOAD_NAME",
    }
}

fn reason(table: &SymbolTable, reason: ScopeReason) -> (String, Option<SourceLocation>) {
    let scope = |id: ScopeId| table.entry(id).ste_name.to_string();
    match reason {
        ScopeReason::Parameter { loc } => ("a parameter".to_owned(), Some(loc)),
        ScopeReason::AssignedHere { loc } => ("assigned in this block".to_owned(), Some(loc)),
        ScopeReason::ImportedHere { loc } => ("imported in this block".to_owned(), Some(loc)),
        ScopeReason::TypeParameter { loc } => ("a type parameter".to_owned(), Some(loc)),
        ScopeReason::DeclaredGlobal { loc } => ("declared global here".to_owned(), Some(loc)),
        ScopeReason::DeclaredNonlocal { loc, scope: of } => (
            of.map_or_else(
                || "declared nonlocal".to_owned(),
                |of| format!("declared nonlocal: it belongs to {}", scope(of)),
            ),
            Some(loc),
        ),
        ScopeReason::CapturedBy { scope: by } => (
            format!(
                "bound here and used by {}, so it lives in a cell",
                scope(by)
            ),
            None,
        ),
        ScopeReason::CellOfInlinedComprehension => {
            ("an inlined comprehension has it in a cell".to_owned(), None)
        }
        ScopeReason::FreeFrom { scope: from } => {
            (format!("bound by the enclosing {}", scope(from)), None)
        }
        ScopeReason::PassedInward => ("an inner block needs it".to_owned(), None),
        ScopeReason::GlobalOfEnclosing => {
            ("an enclosing block declares it global".to_owned(), None)
        }
        ScopeReason::BoundByClass { scope: by } => (
            format!("looked up in class {}, then as a global", scope(by)),
            None,
        ),
        ScopeReason::NotBound => (
            "nothing around binds it: a global or a builtin".to_owned(),
            None,
        ),
    }
}
