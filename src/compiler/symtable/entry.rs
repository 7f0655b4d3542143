//! What the symbol table knows: one entry for each scope, one symbol for each name in it, and why.
//!
//! Mirrors `PySTEntryObject` of `Include/internal/pycore_symtable.h`; fields keep their names.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::base::SourceLocation;
use crate::compiler::names::NameMap;
use crate::syntax::ast::Identifier;

/// A scope's place in [`SymbolTable::entries`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ScopeId(pub u32);

/// What kind of source a scope belongs to (`_Py_block_ty`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BlockType {
    FunctionBlock,
    ClassBlock,
    ModuleBlock,
    /// An annotation under `from __future__ import annotations`: binds nothing, is not evaluated.
    AnnotationBlock,
    /// The value of a `type` statement.
    TypeAliasBlock,
    /// The type parameters of a function, class or alias.
    TypeParametersBlock,
    /// The bound, constraints or default of one type parameter.
    TypeVariableBlock,
}

impl BlockType {
    /// The word that the `symtable` module has for it (`SymbolTable.get_type`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::FunctionBlock => "function",
            Self::ClassBlock => "class",
            Self::ModuleBlock => "module",
            Self::AnnotationBlock => "annotation",
            Self::TypeAliasBlock => "type alias",
            Self::TypeParametersBlock => "type parameters",
            Self::TypeVariableBlock => "type variable",
        }
    }

    /// Whether names in it behave as in a function (`_PyST_IsFunctionLike`).
    pub const fn is_function_like(self) -> bool {
        matches!(
            self,
            Self::FunctionBlock
                | Self::TypeVariableBlock
                | Self::TypeAliasBlock
                | Self::TypeParametersBlock
        )
    }
}

/// Which comprehension a scope belongs to (`_Py_comprehension_ty`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ComprehensionType {
    #[default]
    NoComprehension,
    ListComprehension,
    DictComprehension,
    SetComprehension,
    GeneratorExpression,
}

/// `global` statement.
pub const DEF_GLOBAL: u32 = 1;
/// Assignment in the block.
pub const DEF_LOCAL: u32 = 1 << 1;
/// Formal parameter.
pub const DEF_PARAM: u32 = 1 << 2;
/// `nonlocal` statement.
pub const DEF_NONLOCAL: u32 = 1 << 3;
/// The name is used.
pub const USE: u32 = 1 << 4;
/// Free variable of a method with the name of a local of its class.
pub const DEF_FREE_CLASS: u32 = 1 << 6;
/// Bound by an import.
pub const DEF_IMPORT: u32 = 1 << 7;
/// The name is annotated.
pub const DEF_ANNOT: u32 = 1 << 8;
/// Iteration variable of a comprehension.
pub const DEF_COMP_ITER: u32 = 1 << 9;
/// Type parameter.
pub const DEF_TYPE_PARAM: u32 = 1 << 10;
/// Cell in an inlined comprehension.
pub const DEF_COMP_CELL: u32 = 1 << 11;
/// Everything that binds a name.
pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT;

/// Where a name is looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

impl Scope {
    /// CPython's number and name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "LOCAL",
            Self::GlobalExplicit => "GLOBAL_EXPLICIT",
            Self::GlobalImplicit => "GLOBAL_IMPLICIT",
            Self::Free => "FREE",
            Self::Cell => "CELL",
        }
    }

    /// CPython's number (`_PyST_GetScope`).
    pub const fn number(self) -> u32 {
        match self {
            Self::Local => 1,
            Self::GlobalExplicit => 2,
            Self::GlobalImplicit => 3,
            Self::Free => 4,
            Self::Cell => 5,
        }
    }
}

/// Why a name has its scope: the fact that decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScopeReason {
    /// A parameter of the function.
    Parameter { loc: SourceLocation },
    /// Assigned in this block (first at `loc`).
    AssignedHere { loc: SourceLocation },
    /// Imported in this block.
    ImportedHere { loc: SourceLocation },
    /// A type parameter of this block.
    TypeParameter { loc: SourceLocation },
    /// A `global` statement in this block.
    DeclaredGlobal { loc: SourceLocation },
    /// A `nonlocal` statement in this block; the name belongs to `scope`.
    DeclaredNonlocal {
        loc: SourceLocation,
        scope: Option<ScopeId>,
    },
    /// Bound here and used by the inner `scope`, so it lives in a cell.
    CapturedBy { scope: ScopeId },
    /// Bound here and in a cell, because an inlined comprehension has it in one.
    CellOfInlinedComprehension,
    /// Not bound here, but by the enclosing `scope`.
    FreeFrom { scope: ScopeId },
    /// Not used here; an inner block needs it from the outside.
    PassedInward,
    /// An enclosing block declares it `global`.
    GlobalOfEnclosing,
    /// The class around this annotation scope binds it: looked up in the class, then as a global.
    BoundByClass { scope: ScopeId },
    /// No enclosing function binds it: a global or a builtin.
    NotBound,
}

/// A name in a scope.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// `DEF_…` and `USE`, or-ed.
    pub flags: u32,
    /// Set by the analysis.
    pub scope: Option<Scope>,
    /// Set by the analysis, with `scope`.
    pub reason: ScopeReason,
    /// Where it is first bound or declared; `None` while it is only used.
    pub bound_at: Option<SourceLocation>,
}

impl Symbol {
    /// Flags and scope in one number, as `ste_symbols` of CPython holds them.
    pub fn raw(&self) -> u32 {
        const SCOPE_OFFSET: u32 = 12;
        self.flags | self.scope.map_or(0, Scope::number) << SCOPE_OFFSET
    }
}

/// One scope of the program (`PySTEntryObject`).
#[derive(Clone, Debug)]
pub struct SymbolTableEntry {
    pub ste_name: Identifier,
    pub ste_type: BlockType,
    pub ste_symbols: NameMap<Symbol>,
    /// The parameters in order.
    pub ste_varnames: Vec<Identifier>,
    pub ste_children: Vec<ScopeId>,
    /// Names of `global` and `nonlocal` statements with their places.
    pub ste_directives: Vec<(Identifier, SourceLocation)>,
    /// When set: only these names are mangled.
    pub ste_mangled_names: Option<BTreeSet<Identifier>>,
    /// For a type variable's block: the words for it in error messages.
    pub ste_scope_info: &'static str,
    pub ste_nested: bool,
    pub ste_free: bool,
    pub ste_child_free: bool,
    pub ste_generator: bool,
    pub ste_coroutine: bool,
    pub ste_comprehension: ComprehensionType,
    pub ste_varargs: bool,
    pub ste_varkeywords: bool,
    pub ste_returns_value: bool,
    pub ste_needs_class_closure: bool,
    pub ste_needs_classdict: bool,
    pub ste_comp_inlined: bool,
    pub ste_comp_iter_target: bool,
    pub ste_can_see_class_scope: bool,
    pub ste_comp_iter_expr: u32,
    pub ste_loc: SourceLocation,
}

impl SymbolTableEntry {
    pub(super) fn new(
        name: Identifier,
        ste_type: BlockType,
        ste_nested: bool,
        ste_loc: SourceLocation,
    ) -> Self {
        Self {
            ste_name: name,
            ste_type,
            ste_symbols: NameMap::default(),
            ste_varnames: Vec::new(),
            ste_children: Vec::new(),
            ste_directives: Vec::new(),
            ste_mangled_names: None,
            ste_scope_info: "",
            ste_nested,
            ste_free: false,
            ste_child_free: false,
            ste_generator: false,
            ste_coroutine: false,
            ste_comprehension: ComprehensionType::NoComprehension,
            ste_varargs: false,
            ste_varkeywords: false,
            ste_returns_value: false,
            ste_needs_class_closure: false,
            ste_needs_classdict: false,
            ste_comp_inlined: false,
            ste_comp_iter_target: false,
            ste_can_see_class_scope: false,
            ste_comp_iter_expr: 0,
            ste_loc,
        }
    }

    /// The flags of a name, 0 when the scope does not mention it (`_PyST_GetSymbol`).
    pub fn flags(&self, name: &str) -> u32 {
        self.ste_symbols.get(name).map_or(0, |symbol| symbol.flags)
    }

    /// The scope of a name, when the analysis gave it one (`_PyST_GetScope`).
    pub fn scope(&self, name: &str) -> Option<Scope> {
        self.ste_symbols.get(name).and_then(|symbol| symbol.scope)
    }

    /// Whether this is a comprehension or generator expression.
    pub fn is_comprehension(&self) -> bool {
        self.ste_comprehension != ComprehensionType::NoComprehension
    }

    /// Whether names in it behave as in a function.
    pub const fn is_function_like(&self) -> bool {
        self.ste_type.is_function_like()
    }
}

/// Which part of a syntax node a scope belongs to: one node can own several.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BlockRole {
    /// The node itself: module, function, class, lambda, comprehension, alias.
    Body,
    /// The type parameters of the node.
    TypeParams,
    /// The bound of a type variable.
    Bound,
    /// The default of a type parameter.
    Default,
    /// Annotations of the node.
    Annotations,
}

/// A syntax node by its address, which stays put while the tree is borrowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BlockKey {
    address: usize,
    role: BlockRole,
}

impl BlockKey {
    /// The key of `role` of `node`.
    pub fn new<T>(node: &T, role: BlockRole) -> Self {
        Self {
            address: std::ptr::from_ref(node) as usize,
            role,
        }
    }
}

/// All scopes of one compilation.
#[derive(Clone, Debug, Default)]
pub struct SymbolTable {
    /// In the order in which the scopes open; the module comes first.
    pub entries: Vec<SymbolTableEntry>,
    pub(super) st_blocks: FxHashMap<BlockKey, ScopeId>,
}

impl SymbolTable {
    /// The module's scope.
    pub const TOP: ScopeId = ScopeId(0);

    /// The scope with this number.
    pub fn entry(&self, id: ScopeId) -> &SymbolTableEntry {
        &self.entries[id.0 as usize]
    }

    pub(in crate::compiler) fn entry_mut(&mut self, id: ScopeId) -> &mut SymbolTableEntry {
        &mut self.entries[id.0 as usize]
    }

    /// The scope that belongs to a syntax node (`_PySymtable_Lookup`).
    pub fn lookup<T>(&self, node: &T, role: BlockRole) -> ScopeId {
        *self
            .st_blocks
            .get(&BlockKey::new(node, role))
            .expect("the builder opened a scope for each node that has one")
    }
}
