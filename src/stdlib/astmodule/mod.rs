//! The module `_ast`: the classes of the nodes of a syntax tree, made from CPython's grammar of
//! trees; `nodes` turns the compiler's tree into objects of these classes and back.
//!
//! Mirrors `Python/Python-ast.c`.

pub mod nodes;
pub mod validate;
pub mod values;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::base::ObjId;
use crate::objects::builtin_descr::{own_dict_get, set_instance_dict};
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{EMPTY_TUPLE, NONE, names, types};
use crate::syntax::Mode;
use crate::syntax::ast::Mod;

use super::ModuleDef;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_ast",
    functions: &[],
    exec: |vm, module| {
        for (name, class) in all_classes(vm)? {
            vm.incref(class);
            vm.module_add(module, &name, class);
        }
        for (name, flag) in [
            ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
            ("PyCF_ONLY_AST", 0x400),
            ("PyCF_TYPE_COMMENTS", 0x1000),
            ("PyCF_OPTIMIZED_AST", 0x8400),
        ] {
            let flag = vm.new_int(flag);
            vm.module_add(module, name, flag);
        }
        Ok(())
    },
    doc: "",
};

/// Where a node says that it stands in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Attributes {
    None,
    /// The end may be left out.
    Place,
    WholePlace,
}

/// A class with the classes derived from it, or a class alone when it has no name.
#[derive(Debug)]
struct Sum {
    name: &'static str,
    attributes: Attributes,
    /// As in the grammar: `Name(type field, …)`; `*` marks a list, `?` what may be `None`.
    nodes: &'static [&'static str],
}

const GRAMMAR: &[Sum] = &[
    Sum {
        name: "mod",
        attributes: Attributes::None,
        nodes: &[
            "Module(stmt* body, type_ignore* type_ignores)",
            "Interactive(stmt* body)",
            "Expression(expr body)",
            "FunctionType(expr* argtypes, expr returns)",
        ],
    },
    Sum {
        name: "stmt",
        attributes: Attributes::Place,
        nodes: &[
            "FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)",
            "AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)",
            "ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)",
            "Return(expr? value)",
            "Delete(expr* targets)",
            "Assign(expr* targets, expr value, string? type_comment)",
            "TypeAlias(expr name, type_param* type_params, expr value)",
            "AugAssign(expr target, operator op, expr value)",
            "AnnAssign(expr target, expr annotation, expr? value, int simple)",
            "For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)",
            "AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)",
            "While(expr test, stmt* body, stmt* orelse)",
            "If(expr test, stmt* body, stmt* orelse)",
            "With(withitem* items, stmt* body, string? type_comment)",
            "AsyncWith(withitem* items, stmt* body, string? type_comment)",
            "Match(expr subject, match_case* cases)",
            "Raise(expr? exc, expr? cause)",
            "Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)",
            "TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)",
            "Assert(expr test, expr? msg)",
            "Import(alias* names)",
            "ImportFrom(identifier? module, alias* names, int? level)",
            "Global(identifier* names)",
            "Nonlocal(identifier* names)",
            "Expr(expr value)",
            "Pass",
            "Break",
            "Continue",
        ],
    },
    Sum {
        name: "expr",
        attributes: Attributes::Place,
        nodes: &[
            "BoolOp(boolop op, expr* values)",
            "NamedExpr(expr target, expr value)",
            "BinOp(expr left, operator op, expr right)",
            "UnaryOp(unaryop op, expr operand)",
            "Lambda(arguments args, expr body)",
            "IfExp(expr test, expr body, expr orelse)",
            "Dict(expr* keys, expr* values)",
            "Set(expr* elts)",
            "ListComp(expr elt, comprehension* generators)",
            "SetComp(expr elt, comprehension* generators)",
            "DictComp(expr key, expr value, comprehension* generators)",
            "GeneratorExp(expr elt, comprehension* generators)",
            "Await(expr value)",
            "Yield(expr? value)",
            "YieldFrom(expr value)",
            "Compare(expr left, cmpop* ops, expr* comparators)",
            "Call(expr func, expr* args, keyword* keywords)",
            "FormattedValue(expr value, int conversion, expr? format_spec)",
            "JoinedStr(expr* values)",
            "Constant(constant value, string? kind)",
            "Attribute(expr value, identifier attr, expr_context ctx)",
            "Subscript(expr value, expr slice, expr_context ctx)",
            "Starred(expr value, expr_context ctx)",
            "Name(identifier id, expr_context ctx)",
            "List(expr* elts, expr_context ctx)",
            "Tuple(expr* elts, expr_context ctx)",
            "Slice(expr? lower, expr? upper, expr? step)",
        ],
    },
    Sum {
        name: "expr_context",
        attributes: Attributes::None,
        nodes: &["Load", "Store", "Del"],
    },
    Sum {
        name: "boolop",
        attributes: Attributes::None,
        nodes: &["And", "Or"],
    },
    Sum {
        name: "operator",
        attributes: Attributes::None,
        nodes: &[
            "Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow", "LShift", "RShift", "BitOr",
            "BitXor", "BitAnd", "FloorDiv",
        ],
    },
    Sum {
        name: "unaryop",
        attributes: Attributes::None,
        nodes: &["Invert", "Not", "UAdd", "USub"],
    },
    Sum {
        name: "cmpop",
        attributes: Attributes::None,
        nodes: &[
            "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn",
        ],
    },
    Sum {
        name: "",
        attributes: Attributes::None,
        nodes: &["comprehension(expr target, expr iter, expr* ifs, int is_async)"],
    },
    Sum {
        name: "excepthandler",
        attributes: Attributes::Place,
        nodes: &["ExceptHandler(expr? type, identifier? name, stmt* body)"],
    },
    Sum {
        name: "",
        attributes: Attributes::None,
        nodes: &[
            "arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr* kw_defaults, arg? kwarg, expr* defaults)",
        ],
    },
    Sum {
        name: "",
        attributes: Attributes::Place,
        nodes: &["arg(identifier arg, expr? annotation, string? type_comment)"],
    },
    Sum {
        name: "",
        attributes: Attributes::Place,
        nodes: &["keyword(identifier? arg, expr value)"],
    },
    Sum {
        name: "",
        attributes: Attributes::Place,
        nodes: &["alias(identifier name, identifier? asname)"],
    },
    Sum {
        name: "",
        attributes: Attributes::None,
        nodes: &["withitem(expr context_expr, expr? optional_vars)"],
    },
    Sum {
        name: "",
        attributes: Attributes::None,
        nodes: &["match_case(pattern pattern, expr? guard, stmt* body)"],
    },
    Sum {
        name: "pattern",
        attributes: Attributes::WholePlace,
        nodes: &[
            "MatchValue(expr value)",
            "MatchSingleton(constant value)",
            "MatchSequence(pattern* patterns)",
            "MatchMapping(expr* keys, pattern* patterns, identifier? rest)",
            "MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)",
            "MatchStar(identifier? name)",
            "MatchAs(pattern? pattern, identifier? name)",
            "MatchOr(pattern* patterns)",
        ],
    },
    Sum {
        name: "type_ignore",
        attributes: Attributes::None,
        nodes: &["TypeIgnore(int lineno, string tag)"],
    },
    Sum {
        name: "type_param",
        attributes: Attributes::WholePlace,
        nodes: &[
            "TypeVar(identifier name, expr? bound, expr? default_value)",
            "ParamSpec(identifier name, expr? default_value)",
            "TypeVarTuple(identifier name, expr? default_value)",
        ],
    },
];

/// One node of the grammar, taken apart.
#[derive(Debug)]
struct Node {
    name: &'static str,
    fields: Vec<Field>,
    /// The node has fields or is one of many, so that objects differ: operators are single.
    single: bool,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    kind: &'static str,
    /// `' '`, `'*'` or `'?'`.
    count: char,
    name: &'static str,
}

/// Every node with its number; the sums themselves have none.
fn node_table() -> &'static (Vec<Node>, HashMap<&'static str, usize>) {
    static TABLE: OnceLock<(Vec<Node>, HashMap<&'static str, usize>)> = OnceLock::new();
    TABLE.get_or_init(|| {
        let nodes: Vec<Node> = GRAMMAR
            .iter()
            .flat_map(|sum| sum.nodes.iter().map(|text| parse_node(sum, text)))
            .collect();
        let index = nodes.iter().enumerate().map(|(i, n)| (n.name, i)).collect();
        (nodes, index)
    })
}

fn parse_node(sum: &Sum, text: &'static str) -> Node {
    let (name, fields) = text.split_once('(').unwrap_or((text, ")"));
    let fields = fields
        .trim_end_matches(')')
        .split(", ")
        .filter_map(|field| field.split_once(' '))
        .map(|(kind, name)| Field {
            kind: kind.trim_end_matches(['*', '?']),
            count: kind
                .chars()
                .last()
                .filter(|c| "*?".contains(*c))
                .unwrap_or(' '),
            name,
        })
        .collect();
    Node {
        name,
        fields,
        single: sum.attributes == Attributes::None && !text.contains('('),
    }
}

/// The base of all nodes.
static AST: TypeSpec = TypeSpec {
    tp_name: "ast.AST",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    slots: Slots {
        tp_new: Some(|vm, ty, _, _| {
            Ok(vm.generic_alloc(ty, crate::objects::object::Payload::Empty))
        }),
        tp_init: Some(ast_init),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(ast_reduce),
        "",
    )],
    getset: &[GetSetDef {
        name: "__dict__",
        get: own_dict_get,
        set: Some(set_instance_dict),
    }],
    dict: true,
    ..TypeSpec::EMPTY
};

/// The classes of the nodes in the order of [`node_table`], behind them the only objects of the
/// operators and contexts (NULL for other nodes), behind them `AST` and the sums.
fn state(vm: &mut Vm) -> PyResult<Vec<ObjId>> {
    if let Some(known) = vm.interp.module_state.get("_ast") {
        return Ok(known.clone());
    }
    let made = make_classes(vm)?;
    vm.interp.module_state.insert("_ast", made.clone());
    Ok(made)
}

fn all_classes(vm: &mut Vm) -> PyResult<Vec<(String, ObjId)>> {
    let nodes = node_table().0.len();
    let state = state(vm)?;
    let classes = state[..nodes].iter().chain(&state[2 * nodes..]);
    Ok(classes
        .map(|&class| (vm.class_name(class), class))
        .collect())
}

fn make_classes(vm: &mut Vm) -> PyResult<Vec<ObjId>> {
    let ast = vm.native_type(&AST);
    vm.incref(ast);
    let dict = vm.heap.type_object(ast).tp_dict;
    for name in ["_fields", "__match_args__", "_attributes"] {
        vm.dict_set_name(dict, name, EMPTY_TUPLE);
    }
    vm.type_modified(ast);
    let mut sums = vec![ast];
    let mut classes = Vec::new();
    for sum in GRAMMAR {
        let base = if sum.name.is_empty() {
            ast
        } else {
            let separator = format!("\n{:1$}| ", "", sum.name.len() + 1);
            let doc = format!("{} = {}", sum.name, sum.nodes.join(&separator));
            let class = new_class(vm, sum.name, ast, &[], &doc)?;
            add_attributes(vm, class, sum.attributes)?;
            sums.push(class);
            class
        };
        for text in sum.nodes {
            let node = parse_node(sum, text);
            let class = new_class(vm, node.name, base, &node.fields, text)?;
            if sum.name.is_empty() {
                add_attributes(vm, class, sum.attributes)?;
            }
            for field in node.fields.iter().filter(|f| f.count == '?') {
                let name = vm.intern(field.name);
                vm.setattr(class, name, NONE)?;
            }
            classes.push(class);
        }
    }
    let (nodes, index) = node_table();
    for (node, &class) in nodes.iter().zip(&classes) {
        add_field_types(vm, node, class, &classes, &sums, index)?;
    }
    let mut all = classes.clone();
    for (node, &class) in nodes.iter().zip(&classes) {
        all.push(if node.single {
            vm.call(class, &[])?
        } else {
            ObjId::NULL
        });
    }
    all.extend(sums);
    Ok(all)
}

fn new_class(vm: &mut Vm, name: &str, base: ObjId, fields: &[Field], doc: &str) -> PyResult<ObjId> {
    let names: Vec<ObjId> = fields.iter().map(|f| vm.intern(f.name)).collect();
    let fields = vm.new_tuple_from(&names);
    let namespace = vm.new_dict();
    vm.dict_set_name(namespace, "_fields", fields);
    vm.dict_set_name(namespace, "__match_args__", fields);
    vm.decref(fields);
    for (key, text) in [("__module__", "ast"), ("__doc__", doc)] {
        let text = vm.new_str(text);
        vm.dict_set_name(namespace, key, text);
        vm.decref(text);
    }
    let name = vm.intern(name);
    let bases = vm.new_tuple_from(&[base]);
    let class = vm.call(types::TYPE, &[name, bases, namespace]);
    vm.decref(bases);
    vm.decref(namespace);
    class
}

const PLACE: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

fn add_attributes(vm: &mut Vm, class: ObjId, attributes: Attributes) -> PyResult<()> {
    let given: &[&str] = if attributes == Attributes::None {
        &[]
    } else {
        &PLACE
    };
    let items: Vec<ObjId> = given.iter().map(|name| vm.intern(name)).collect();
    let tuple = vm.new_tuple_from(&items);
    let name = vm.intern("_attributes");
    vm.setattr(class, name, tuple)?;
    vm.decref(tuple);
    if attributes == Attributes::Place {
        for &name in &items[2..] {
            vm.setattr(class, name, NONE)?;
        }
    }
    Ok(())
}

fn add_field_types(
    vm: &mut Vm,
    node: &Node,
    class: ObjId,
    classes: &[ObjId],
    sums: &[ObjId],
    index: &HashMap<&'static str, usize>,
) -> PyResult<()> {
    let table = vm.new_dict();
    for field in &node.fields {
        let sum = GRAMMAR
            .iter()
            .filter(|sum| !sum.name.is_empty())
            .position(|sum| sum.name == field.kind);
        let kind = match (field.kind, sum) {
            ("identifier" | "string", _) => types::STR,
            ("int", _) => types::INT,
            ("constant", _) => types::OBJECT,
            (_, Some(sum)) => sums[sum + 1],
            (name, None) => classes[index[name]],
        };
        let value = match field.count {
            '*' => crate::objects::genericaliasobject::generic_alias_new(vm, types::LIST, kind)?,
            '?' => crate::objects::unionobject::type_or(vm, kind, NONE)?,
            _ => vm.incref(kind),
        };
        vm.dict_set_name(table, field.name, value);
        vm.decref(value);
    }
    for name in ["_field_types", "__annotations__"] {
        let name = vm.intern(name);
        vm.setattr(class, name, table)?;
    }
    vm.decref(table);
    Ok(())
}

/// The class of the node with this name, borrowed.
fn class_of(vm: &mut Vm, name: &str) -> PyResult<ObjId> {
    let index = node_table().1[name];
    Ok(state(vm)?[index])
}

/// The name of the node that an object is, by its class or the first of its bases that is one.
fn node_name(vm: &mut Vm, object: ObjId) -> PyResult<Option<&'static str>> {
    let nodes = &node_table().0;
    let classes = state(vm)?;
    let mro = vm.heap.type_object(vm.type_of(object)).tp_mro;
    let found = vm.tuple_items(mro).iter().find_map(|base| {
        classes[..nodes.len()]
            .iter()
            .position(|class| class == base)
    });
    Ok(found.map(|index| nodes[index].name))
}

/// Whether an object is a node of a tree.
pub fn is_ast(vm: &mut Vm, object: ObjId) -> bool {
    match vm.interp.native_types.get("ast.AST") {
        Some(&ast) => vm.isinstance(object, ast),
        None => false,
    }
}

// ---- nodes made by calling their class

/// `ast_type_init`.
fn ast_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let class = vm.type_of(this);
    let class_name = vm.type_name_of(this);
    let fields = match vm.getattr_name_opt(class, "_fields")? {
        Some(fields) => {
            let items = vm.collect_iterable(fields);
            vm.decref(fields);
            items?
        }
        None => Vec::new(),
    };
    let given = vm.tuple_items(args).to_vec();
    if given.len() > fields.len() {
        let (count, s) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
        return Err(vm.type_error(format!(
            "{class_name} constructor takes at most {count} positional argument{s}"
        )));
    }
    let mut remaining = fields.clone();
    for (&name, &value) in fields.iter().zip(&given) {
        vm.setattr(this, name, value)?;
        remaining.retain(|&f| f != name);
    }
    let keywords = if kwargs.is_null() {
        Vec::new()
    } else {
        vm.dict_entries(kwargs)
    };
    for (key, value) in keywords {
        let key_text = vm.str_lossy(key);
        let same = |vm: &Vm, f: ObjId| vm.str_lossy(f) == key_text;
        if fields.iter().any(|&f| same(vm, f)) {
            let before = remaining.len();
            remaining.retain(|&f| !same(vm, f));
            if remaining.len() == before {
                let key = vm.repr_string(key)?;
                return Err(vm.type_error(format!(
                    "{class_name} got multiple values for argument {key}"
                )));
            }
        } else {
            let attributes = vm.getattr_name(class, "_attributes")?;
            let known = vm.contains(attributes, key);
            vm.decref(attributes);
            if !known? {
                let key = vm.repr_string(key)?;
                deprecated(
                    vm,
                    &format!(
                        "{class_name}.__init__ got an unexpected keyword argument {key}. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."
                    ),
                )?;
            }
        }
        vm.setattr(this, key, value)?;
    }
    let outcome = fill_remaining(vm, this, class, &class_name, &remaining);
    vm.decref_all(&fields);
    outcome
}

fn deprecated(vm: &mut Vm, text: &str) -> PyResult<()> {
    (vm.hooks.warn)(vm, types::DEPRECATION_WARNING, text, 1)
}

/// Gives the fields that were left out their defaults.
fn fill_remaining(
    vm: &mut Vm,
    this: ObjId,
    class: ObjId,
    class_name: &str,
    remaining: &[ObjId],
) -> PyResult<()> {
    if remaining.is_empty() {
        return Ok(());
    }
    let Some(field_types) = vm.getattr_name_opt(class, "_field_types")? else {
        return Ok(());
    };
    let nodes = node_table().0.len();
    let state = state(vm)?;
    let context = state[2 * nodes..]
        .iter()
        .copied()
        .find(|&sum| vm.class_name(sum) == "expr_context");
    for &name in remaining {
        let kind = vm.dict_get(field_types, name)?;
        let Some(kind) = kind else {
            let name = vm.repr_string(name)?;
            deprecated(
                vm,
                &format!(
                    "Field {name} is missing from {class_name}._field_types. This will become an error in Python 3.15."
                ),
            )?;
            continue;
        };
        if vm.type_of(kind) == types::UNION_TYPE {
            continue;
        }
        if vm.type_of(kind) == types::GENERIC_ALIAS {
            let list = vm.new_list(Vec::new());
            vm.setattr(this, name, list)?;
            vm.decref(list);
        } else if Some(kind) == context {
            let load = state[nodes + node_table().1["Load"]];
            vm.setattr(this, name, load)?;
        } else {
            let name = vm.repr_string(name)?;
            deprecated(
                vm,
                &format!(
                    "{class_name}.__init__ missing 1 required positional argument: {name}. This will become an error in Python 3.15."
                ),
            )?;
        }
    }
    vm.decref(field_types);
    Ok(())
}

/// `ast_type_reduce`: as many fields as possible become positional arguments.
fn ast_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let class = vm.type_of(this);
    vm.incref(class);
    let Some(dict) = vm.getattr_opt(this, names::DICT)? else {
        return Ok(vm.new_tuple(vec![class, EMPTY_TUPLE]));
    };
    let remaining = vm.dict_copy(dict);
    vm.decref(dict);
    let mut positional = Vec::new();
    if let Some(fields) = vm.getattr_name_opt(class, "_fields")? {
        let items = vm.collect_iterable(fields)?;
        vm.decref(fields);
        for &name in &items {
            let Some(value) = vm.dict_get(remaining, name)? else {
                break;
            };
            positional.push(vm.incref(value));
            vm.dict_delete(remaining, name)?;
        }
        vm.decref_all(&items);
    }
    let positional = vm.new_tuple(positional);
    Ok(vm.new_tuple(vec![class, positional, remaining]))
}

// ---- whole trees

/// The objects of a tree (`PyAST_mod2obj`): a new reference.
pub fn to_object(vm: &mut Vm, tree: &Mod) -> PyResult<ObjId> {
    values::AstValue::to_object(tree, vm)
}

/// The tree that objects stand for (`PyAST_obj2mod`), checked as CPython checks it.
pub fn from_object(vm: &mut Vm, object: ObjId, mode: Mode) -> PyResult<Mod> {
    let expected = match mode {
        Mode::Exec => "Module",
        Mode::Eval => "Expression",
        Mode::Single => "Interactive",
    };
    let class = class_of(vm, expected)?;
    if !vm.isinstance(object, class) {
        let got = vm.type_name_of(object);
        return Err(vm.type_error(format!("expected {expected} node, got {got}")));
    }
    let tree = nodes::mod_from_object(vm, object)?;
    if let Err(problem) = validate::validate(&tree) {
        return Err(match problem {
            validate::Problem::Value(text) => vm.value_error(text),
            validate::Problem::Type(text) => vm.type_error(text),
        });
    }
    Ok(tree)
}
