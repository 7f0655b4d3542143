//! Every node of the compiler's tree as an object, and back: one row for each.
//!
//! Mirrors the functions `ast2obj_…` and `obj2ast_…` of `Python/Python-ast.c`.

use crate::base::{ObjId, SourceLocation};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::NONE;
use crate::syntax::ast::{
    Alias, Arg, Arguments, Comprehension, ExceptHandler, Expr, ExprKind, Keyword, MatchCase, Mod,
    Pattern, PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind, WithItem,
};

use super::values::{AstValue, Place, get, required, unexpected};
use super::{PLACE, class_of, node_name, node_table};

/// A field as Python spells it: Rust reserves `type`.
fn spelled(field: &'static str) -> &'static str {
    field.strip_suffix('_').unwrap_or(field)
}

/// A node with these fields (stolen), in the order of the grammar; what the tree leaves out
/// (type comments) is `None`.
fn new_node(
    vm: &mut Vm,
    name: &'static str,
    values: &[(&'static str, ObjId)],
    loc: Option<SourceLocation>,
) -> PyResult<ObjId> {
    let class = class_of(vm, name)?;
    let object = vm.generic_alloc(class, Payload::Empty);
    let (nodes, index) = node_table();
    for field in &nodes[index[name]].fields {
        let value = values.iter().find(|(name, _)| spelled(name) == field.name);
        let value = match value {
            Some(&(_, value)) => value,
            None if field.count == '*' => vm.new_list(Vec::new()),
            None => NONE,
        };
        let field = vm.intern(field.name);
        vm.setattr(object, field, value)?;
        vm.decref(value);
    }
    if let Some(loc) = loc {
        let numbers = [
            loc.lineno,
            loc.col_offset,
            loc.end_lineno,
            loc.end_col_offset,
        ];
        for (name, number) in PLACE.into_iter().zip(numbers) {
            let number = vm.new_int(i64::from(number));
            let name = vm.intern(name);
            vm.setattr(object, name, number)?;
            vm.decref(number);
        }
    }
    Ok(object)
}

fn location(vm: &mut Vm, object: ObjId, node: &'static str) -> PyResult<SourceLocation> {
    let lineno = get(vm, object, node, "lineno")?;
    let col_offset = get(vm, object, node, "col_offset")?;
    let whole = matches!(node, "pattern" | "type_param");
    let (end_lineno, end_col_offset) = if whole {
        (
            get(vm, object, node, "end_lineno")?,
            get(vm, object, node, "end_col_offset")?,
        )
    } else {
        let end: Option<i32> = get(vm, object, node, "end_lineno")?;
        let end_col: Option<i32> = get(vm, object, node, "end_col_offset")?;
        (end.unwrap_or(lineno), end_col.unwrap_or(col_offset))
    };
    Ok(SourceLocation {
        lineno,
        end_lineno,
        col_offset,
        end_col_offset,
    })
}

macro_rules! sum_types { ($($type:ident $kind:ident $asdl:literal { $($variant:ident [$($field:ident)*])* })*) => { $(
    impl AstValue for $type {
        fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
            vm.enter_native_call(" during  ast construction")?;
            let (name, values): (&'static str, Vec<(&'static str, ObjId)>) = match &self.kind {
                $($kind::$variant { $($field),* } => (
                    stringify!($variant),
                    vec![$((stringify!($field), $field.to_object(vm)?)),*],
                ),)*
            };
            vm.leave_native_call();
            new_node(vm, name, &values, Some(self.loc))
        }
        fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
            if object == NONE {
                return Err(required(vm, place, $asdl));
            }
            let Some(node) = node_name(vm, object)? else {
                return Err(unexpected(vm, object, $asdl));
            };
            let kind = match node {
                $(stringify!($variant) => {
                    vm.enter_native_call(concat!(" while traversing '", $asdl, "' node"))?;
                    let loc = location(vm, object, $asdl)?;
                    let kind = $kind::$variant {
                        $($field: get(vm, object, stringify!($variant), spelled(stringify!($field)))?),*
                    };
                    vm.leave_native_call();
                    (loc, kind)
                })*
                _ => return Err(unexpected(vm, object, $asdl)),
            };
            Ok(Self { loc: kind.0, kind: kind.1 })
        }
    }
)* } }

sum_types! {
    Stmt StmtKind "stmt" {
        FunctionDef [name args body decorator_list returns type_params]
        AsyncFunctionDef [name args body decorator_list returns type_params]
        ClassDef [name bases keywords body decorator_list type_params]
        Return [value]
        Delete [targets]
        Assign [targets value]
        TypeAlias [name type_params value]
        AugAssign [target op value]
        AnnAssign [target annotation value simple]
        For [target iter body orelse]
        AsyncFor [target iter body orelse]
        While [test body orelse]
        If [test body orelse]
        With [items body]
        AsyncWith [items body]
        Match [subject cases]
        Raise [exc cause]
        Try [body handlers orelse finalbody]
        TryStar [body handlers orelse finalbody]
        Assert [test msg]
        Import [names]
        ImportFrom [module names level]
        Global [names]
        Nonlocal [names]
        Expr [value]
        Pass []
        Break []
        Continue []
    }
    Expr ExprKind "expr" {
        BoolOp [op values]
        NamedExpr [target value]
        BinOp [left op right]
        UnaryOp [op operand]
        Lambda [args body]
        IfExp [test body orelse]
        Dict [keys values]
        Set [elts]
        ListComp [elt generators]
        SetComp [elt generators]
        DictComp [key value generators]
        GeneratorExp [elt generators]
        Await [value]
        Yield [value]
        YieldFrom [value]
        Compare [left ops comparators]
        Call [func args keywords]
        FormattedValue [value conversion format_spec]
        JoinedStr [values]
        Constant [value kind]
        Attribute [value attr ctx]
        Subscript [value slice ctx]
        Starred [value ctx]
        Name [id ctx]
        List [elts ctx]
        Tuple [elts ctx]
        Slice [lower upper step]
    }
    Pattern PatternKind "pattern" {
        MatchValue [value]
        MatchSingleton [value]
        MatchSequence [patterns]
        MatchMapping [keys patterns rest]
        MatchClass [cls patterns kwd_attrs kwd_patterns]
        MatchStar [name]
        MatchAs [pattern name]
        MatchOr [patterns]
    }
    TypeParam TypeParamKind "type_param" {
        TypeVar [name bound default_value]
        ParamSpec [name default_value]
        TypeVarTuple [name default_value]
    }
}

macro_rules! product_types { ($($type:ident $asdl:literal $node:literal [$($loc:ident)?] [$($field:ident)*])*) => { $(
    impl AstValue for $type {
        fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
            let values = [$((stringify!($field), self.$field.to_object(vm)?)),*];
            let place = None$(.or(Some(self.$loc)))?;
            new_node(vm, $node, &values, place)
        }
        fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
            if object == NONE {
                return Err(required(vm, place, $asdl));
            }
            if node_name(vm, object)? != Some($node) {
                return Err(unexpected(vm, object, $asdl));
            }
            vm.enter_native_call(concat!(" while traversing '", $asdl, "' node"))?;
            let value = Self {
                $($loc: location(vm, object, $asdl)?,)?
                $($field: get(vm, object, $node, spelled(stringify!($field)))?,)*
            };
            vm.leave_native_call();
            Ok(value)
        }
    }
)* } }

product_types! {
    Comprehension "comprehension" "comprehension" [] [target iter ifs is_async]
    ExceptHandler "excepthandler" "ExceptHandler" [loc] [type_ name body]
    Arguments "arguments" "arguments" []
        [posonlyargs args vararg kwonlyargs kw_defaults kwarg defaults]
    Arg "arg" "arg" [loc] [arg annotation]
    Keyword "keyword" "keyword" [loc] [arg value]
    Alias "alias" "alias" [loc] [name asname]
    WithItem "withitem" "withitem" [] [context_expr optional_vars]
    MatchCase "match_case" "match_case" [] [pattern guard body]
}

impl AstValue for Mod {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        let (name, body) = match self {
            Self::Module { body } => ("Module", body.to_object(vm)?),
            Self::Interactive { body } => ("Interactive", body.to_object(vm)?),
            Self::Expression { body } => ("Expression", body.to_object(vm)?),
        };
        new_node(vm, name, &[("body", body)], None)
    }
    fn from_object(vm: &mut Vm, object: ObjId, _place: Place) -> PyResult<Self> {
        mod_from_object(vm, object)
    }
}

/// The tree whose root is a node of class `Module`, `Interactive` or `Expression`.
pub fn mod_from_object(vm: &mut Vm, object: ObjId) -> PyResult<Mod> {
    Ok(match node_name(vm, object)? {
        Some("Module") => Mod::Module {
            body: get(vm, object, "Module", "body")?,
        },
        Some("Interactive") => Mod::Interactive {
            body: get(vm, object, "Interactive", "body")?,
        },
        Some("Expression") => Mod::Expression {
            body: get(vm, object, "Expression", "body")?,
        },
        _ => return Err(unexpected(vm, object, "mod")),
    })
}
