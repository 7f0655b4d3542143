//! A tree as text, exactly as Python's `ast.dump(tree, include_attributes=True)` writes it.
//!
//! Mirrors `dump` of `Lib/ast.py` as of 3.13, which leaves out empty lists and absent options.

use std::fmt::Write;

use crate::base::format::float::{repr_complex, repr_float};
use crate::base::format::repr::{repr_bytes, repr_text};
use crate::base::{SourceLocation, Text};

use super::ast::{
    Alias, Arg, Arguments, BoolOperator, CmpOp, Comprehension, Constant, ExceptHandler, Expr,
    ExprContext, ExprKind, Keyword, MatchCase, Mod, Operator, Pattern, PatternKind, Stmt, StmtKind,
    TypeParam, TypeParamKind, UnaryOperator, WithItem,
};

/// `tree` as `ast.dump` shows it, places included.
pub fn ast_dump(tree: &Mod) -> String {
    let mut dumper = Dumper {
        out: String::new(),
        first: true,
    };
    match tree {
        Mod::Module { body } => {
            dumper.open("Module");
            dumper.stmts("body", body);
        }
        Mod::Interactive { body } => {
            dumper.open("Interactive");
            dumper.stmts("body", body);
        }
        Mod::Expression { body } => {
            dumper.open("Expression");
            dumper.expr("body", body);
        }
    }
    dumper.close();
    dumper.out
}

struct Dumper {
    out: String,
    /// Nothing was written since the last opening bracket.
    first: bool,
}

impl Dumper {
    fn open(&mut self, name: &str) {
        self.out.push_str(name);
        self.out.push('(');
        self.first = true;
    }

    fn close(&mut self) {
        self.out.push(')');
        self.first = false;
    }

    fn separate(&mut self) {
        if !self.first {
            self.out.push_str(", ");
        }
        self.first = false;
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.out.push_str(name);
        self.out.push('=');
    }

    fn plain(&mut self, name: &str, value: impl std::fmt::Display) {
        self.name(name);
        let _ = write!(self.out, "{value}");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.out.push_str(&repr_text(&Text::from(value)).to_lossy());
    }

    fn opt_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn place(&mut self, loc: SourceLocation) {
        self.plain("lineno", loc.lineno);
        self.plain("col_offset", loc.col_offset);
        self.plain("end_lineno", loc.end_lineno);
        self.plain("end_col_offset", loc.end_col_offset);
    }

    fn list<T>(&mut self, name: &str, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.name(name);
        self.out.push('[');
        self.first = true;
        for item in items {
            self.separate();
            write(self, item);
        }
        self.out.push(']');
        self.first = false;
    }

    fn stmts(&mut self, name: &str, body: &[Stmt]) {
        self.list(name, body, Self::write_stmt);
    }

    fn exprs(&mut self, name: &str, exprs: &[Expr]) {
        self.list(name, exprs, Self::write_expr);
    }

    fn opt_exprs(&mut self, name: &str, exprs: &[Option<Expr>]) {
        self.list(name, exprs, |dumper, expr| match expr {
            Some(expr) => dumper.write_expr(expr),
            None => dumper.out.push_str("None"),
        });
    }

    fn expr(&mut self, name: &str, expr: &Expr) {
        self.name(name);
        self.write_expr(expr);
    }

    fn opt_expr(&mut self, name: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(name, expr);
        }
    }

    fn names(&mut self, name: &str, names: &[super::ast::Identifier]) {
        self.list(name, names, |dumper, name| {
            dumper
                .out
                .push_str(&repr_text(&Text::from(&**name)).to_lossy());
        });
    }

    fn write_stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
            } => {
                self.open("FunctionDef");
                self.function(
                    name,
                    args,
                    body,
                    decorator_list,
                    returns.as_deref(),
                    type_params,
                );
            }
            StmtKind::AsyncFunctionDef {
                name,
                args,
                body,
                decorator_list,
                returns,
                type_params,
            } => {
                self.open("AsyncFunctionDef");
                self.function(
                    name,
                    args,
                    body,
                    decorator_list,
                    returns.as_deref(),
                    type_params,
                );
            }
            StmtKind::ClassDef {
                name,
                bases,
                keywords,
                body,
                decorator_list,
                type_params,
            } => {
                self.open("ClassDef");
                self.text("name", name);
                self.exprs("bases", bases);
                self.list("keywords", keywords, Self::write_keyword);
                self.stmts("body", body);
                self.exprs("decorator_list", decorator_list);
                self.list("type_params", type_params, Self::write_type_param);
            }
            StmtKind::Return { value } => {
                self.open("Return");
                self.opt_expr("value", value.as_deref());
            }
            StmtKind::Delete { targets } => {
                self.open("Delete");
                self.exprs("targets", targets);
            }
            StmtKind::Assign { targets, value } => {
                self.open("Assign");
                self.exprs("targets", targets);
                self.expr("value", value);
            }
            StmtKind::TypeAlias {
                name,
                type_params,
                value,
            } => {
                self.open("TypeAlias");
                self.expr("name", name);
                self.list("type_params", type_params, Self::write_type_param);
                self.expr("value", value);
            }
            StmtKind::AugAssign { target, op, value } => {
                self.open("AugAssign");
                self.expr("target", target);
                self.plain("op", operator(*op));
                self.expr("value", value);
            }
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
                simple,
            } => {
                self.open("AnnAssign");
                self.expr("target", target);
                self.expr("annotation", annotation);
                self.opt_expr("value", value.as_deref());
                self.plain("simple", i32::from(*simple));
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                self.open("For");
                self.expr("target", target);
                self.expr("iter", iter);
                self.stmts("body", body);
                self.stmts("orelse", orelse);
            }
            StmtKind::AsyncFor {
                target,
                iter,
                body,
                orelse,
            } => {
                self.open("AsyncFor");
                self.expr("target", target);
                self.expr("iter", iter);
                self.stmts("body", body);
                self.stmts("orelse", orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.open("While");
                self.expr("test", test);
                self.stmts("body", body);
                self.stmts("orelse", orelse);
            }
            StmtKind::If { test, body, orelse } => {
                self.open("If");
                self.expr("test", test);
                self.stmts("body", body);
                self.stmts("orelse", orelse);
            }
            StmtKind::With { items, body } => {
                self.open("With");
                self.list("items", items, Self::write_with_item);
                self.stmts("body", body);
            }
            StmtKind::AsyncWith { items, body } => {
                self.open("AsyncWith");
                self.list("items", items, Self::write_with_item);
                self.stmts("body", body);
            }
            StmtKind::Match { subject, cases } => {
                self.open("Match");
                self.expr("subject", subject);
                self.list("cases", cases, Self::write_case);
            }
            StmtKind::Raise { exc, cause } => {
                self.open("Raise");
                self.opt_expr("exc", exc.as_deref());
                self.opt_expr("cause", cause.as_deref());
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.open("Try");
                self.try_fields(body, handlers, orelse, finalbody);
            }
            StmtKind::TryStar {
                body,
                handlers,
                orelse,
                finalbody,
            } => {
                self.open("TryStar");
                self.try_fields(body, handlers, orelse, finalbody);
            }
            StmtKind::Assert { test, msg } => {
                self.open("Assert");
                self.expr("test", test);
                self.opt_expr("msg", msg.as_deref());
            }
            StmtKind::Import { names } => {
                self.open("Import");
                self.list("names", names, Self::write_alias);
            }
            StmtKind::ImportFrom {
                module,
                names,
                level,
            } => {
                self.open("ImportFrom");
                self.opt_text("module", module.as_deref());
                self.list("names", names, Self::write_alias);
                self.plain("level", level);
            }
            StmtKind::Global { names } => {
                self.open("Global");
                self.names("names", names);
            }
            StmtKind::Nonlocal { names } => {
                self.open("Nonlocal");
                self.names("names", names);
            }
            StmtKind::Expr { value } => {
                self.open("Expr");
                self.expr("value", value);
            }
            StmtKind::Pass => self.open("Pass"),
            StmtKind::Break => self.open("Break"),
            StmtKind::Continue => self.open("Continue"),
        }
        self.place(stmt.loc);
        self.close();
    }

    fn function(
        &mut self,
        name: &str,
        args: &Arguments,
        body: &[Stmt],
        decorator_list: &[Expr],
        returns: Option<&Expr>,
        type_params: &[TypeParam],
    ) {
        self.text("name", name);
        self.name("args");
        self.write_arguments(args);
        self.stmts("body", body);
        self.exprs("decorator_list", decorator_list);
        self.opt_expr("returns", returns);
        self.list("type_params", type_params, Self::write_type_param);
    }

    fn try_fields(
        &mut self,
        body: &[Stmt],
        handlers: &[ExceptHandler],
        orelse: &[Stmt],
        finalbody: &[Stmt],
    ) {
        self.stmts("body", body);
        self.list("handlers", handlers, |dumper, handler| {
            dumper.open("ExceptHandler");
            dumper.opt_expr("type", handler.type_.as_deref());
            dumper.opt_text("name", handler.name.as_deref());
            dumper.stmts("body", &handler.body);
            dumper.place(handler.loc);
            dumper.close();
        });
        self.stmts("orelse", orelse);
        self.stmts("finalbody", finalbody);
    }

    fn write_expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::BoolOp { op, values } => {
                self.open("BoolOp");
                self.plain(
                    "op",
                    match op {
                        BoolOperator::And => "And()",
                        BoolOperator::Or => "Or()",
                    },
                );
                self.exprs("values", values);
            }
            ExprKind::NamedExpr { target, value } => {
                self.open("NamedExpr");
                self.expr("target", target);
                self.expr("value", value);
            }
            ExprKind::BinOp { left, op, right } => {
                self.open("BinOp");
                self.expr("left", left);
                self.plain("op", operator(*op));
                self.expr("right", right);
            }
            ExprKind::UnaryOp { op, operand } => {
                self.open("UnaryOp");
                self.plain(
                    "op",
                    match op {
                        UnaryOperator::Invert => "Invert()",
                        UnaryOperator::Not => "Not()",
                        UnaryOperator::UAdd => "UAdd()",
                        UnaryOperator::USub => "USub()",
                    },
                );
                self.expr("operand", operand);
            }
            ExprKind::Lambda { args, body } => {
                self.open("Lambda");
                self.name("args");
                self.write_arguments(args);
                self.expr("body", body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.open("IfExp");
                self.expr("test", test);
                self.expr("body", body);
                self.expr("orelse", orelse);
            }
            ExprKind::Dict { keys, values } => {
                self.open("Dict");
                self.opt_exprs("keys", keys);
                self.exprs("values", values);
            }
            ExprKind::Set { elts } => {
                self.open("Set");
                self.exprs("elts", elts);
            }
            ExprKind::ListComp { elt, generators } => {
                self.open("ListComp");
                self.expr("elt", elt);
                self.list("generators", generators, Self::write_comprehension);
            }
            ExprKind::SetComp { elt, generators } => {
                self.open("SetComp");
                self.expr("elt", elt);
                self.list("generators", generators, Self::write_comprehension);
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => {
                self.open("DictComp");
                self.expr("key", key);
                self.expr("value", value);
                self.list("generators", generators, Self::write_comprehension);
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.open("GeneratorExp");
                self.expr("elt", elt);
                self.list("generators", generators, Self::write_comprehension);
            }
            ExprKind::Await { value } => {
                self.open("Await");
                self.expr("value", value);
            }
            ExprKind::Yield { value } => {
                self.open("Yield");
                self.opt_expr("value", value.as_deref());
            }
            ExprKind::YieldFrom { value } => {
                self.open("YieldFrom");
                self.expr("value", value);
            }
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } => {
                self.open("Compare");
                self.expr("left", left);
                self.list("ops", ops, |dumper, op| dumper.out.push_str(cmp_op(*op)));
                self.exprs("comparators", comparators);
            }
            ExprKind::Call {
                func,
                args,
                keywords,
            } => {
                self.open("Call");
                self.expr("func", func);
                self.exprs("args", args);
                self.list("keywords", keywords, Self::write_keyword);
            }
            ExprKind::FormattedValue {
                value,
                conversion,
                format_spec,
            } => {
                self.open("FormattedValue");
                self.expr("value", value);
                self.plain("conversion", conversion);
                self.opt_expr("format_spec", format_spec.as_deref());
            }
            ExprKind::JoinedStr { values } => {
                self.open("JoinedStr");
                self.exprs("values", values);
            }
            ExprKind::Constant { value, kind } => {
                self.open("Constant");
                self.name("value");
                repr_constant(&mut self.out, value);
                self.opt_text("kind", kind.as_deref());
            }
            ExprKind::Attribute { value, attr, ctx } => {
                self.open("Attribute");
                self.expr("value", value);
                self.text("attr", attr);
                self.plain("ctx", context(*ctx));
            }
            ExprKind::Subscript { value, slice, ctx } => {
                self.open("Subscript");
                self.expr("value", value);
                self.expr("slice", slice);
                self.plain("ctx", context(*ctx));
            }
            ExprKind::Starred { value, ctx } => {
                self.open("Starred");
                self.expr("value", value);
                self.plain("ctx", context(*ctx));
            }
            ExprKind::Name { id, ctx } => {
                self.open("Name");
                self.text("id", id);
                self.plain("ctx", context(*ctx));
            }
            ExprKind::List { elts, ctx } => {
                self.open("List");
                self.exprs("elts", elts);
                self.plain("ctx", context(*ctx));
            }
            ExprKind::Tuple { elts, ctx } => {
                self.open("Tuple");
                self.exprs("elts", elts);
                self.plain("ctx", context(*ctx));
            }
            ExprKind::Slice { lower, upper, step } => {
                self.open("Slice");
                self.opt_expr("lower", lower.as_deref());
                self.opt_expr("upper", upper.as_deref());
                self.opt_expr("step", step.as_deref());
            }
        }
        self.place(expr.loc);
        self.close();
    }

    fn write_comprehension(&mut self, generator: &Comprehension) {
        self.open("comprehension");
        self.expr("target", &generator.target);
        self.expr("iter", &generator.iter);
        self.exprs("ifs", &generator.ifs);
        self.plain("is_async", i32::from(generator.is_async));
        self.close();
    }

    fn write_arguments(&mut self, args: &Arguments) {
        self.open("arguments");
        self.list("posonlyargs", &args.posonlyargs, Self::write_arg);
        self.list("args", &args.args, Self::write_arg);
        if let Some(arg) = &args.vararg {
            self.name("vararg");
            self.write_arg(arg);
        }
        self.list("kwonlyargs", &args.kwonlyargs, Self::write_arg);
        self.opt_exprs("kw_defaults", &args.kw_defaults);
        if let Some(arg) = &args.kwarg {
            self.name("kwarg");
            self.write_arg(arg);
        }
        self.exprs("defaults", &args.defaults);
        self.close();
    }

    fn write_arg(&mut self, arg: &Arg) {
        self.open("arg");
        self.text("arg", &arg.arg);
        self.opt_expr("annotation", arg.annotation.as_deref());
        self.place(arg.loc);
        self.close();
    }

    fn write_keyword(&mut self, keyword: &Keyword) {
        self.open("keyword");
        self.opt_text("arg", keyword.arg.as_deref());
        self.expr("value", &keyword.value);
        self.place(keyword.loc);
        self.close();
    }

    fn write_alias(&mut self, alias: &Alias) {
        self.open("alias");
        self.text("name", &alias.name);
        self.opt_text("asname", alias.asname.as_deref());
        self.place(alias.loc);
        self.close();
    }

    fn write_with_item(&mut self, item: &WithItem) {
        self.open("withitem");
        self.expr("context_expr", &item.context_expr);
        self.opt_expr("optional_vars", item.optional_vars.as_deref());
        self.close();
    }

    fn write_case(&mut self, case: &MatchCase) {
        self.open("match_case");
        self.name("pattern");
        self.write_pattern(&case.pattern);
        self.opt_expr("guard", case.guard.as_deref());
        self.stmts("body", &case.body);
        self.close();
    }

    fn patterns(&mut self, name: &str, patterns: &[Pattern]) {
        self.list(name, patterns, Self::write_pattern);
    }

    fn write_pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::MatchValue { value } => {
                self.open("MatchValue");
                self.expr("value", value);
            }
            PatternKind::MatchSingleton { value } => {
                self.open("MatchSingleton");
                self.name("value");
                repr_constant(&mut self.out, value);
            }
            PatternKind::MatchSequence { patterns } => {
                self.open("MatchSequence");
                self.patterns("patterns", patterns);
            }
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest,
            } => {
                self.open("MatchMapping");
                self.exprs("keys", keys);
                self.patterns("patterns", patterns);
                self.opt_text("rest", rest.as_deref());
            }
            PatternKind::MatchClass {
                cls,
                patterns,
                kwd_attrs,
                kwd_patterns,
            } => {
                self.open("MatchClass");
                self.expr("cls", cls);
                self.patterns("patterns", patterns);
                self.names("kwd_attrs", kwd_attrs);
                self.patterns("kwd_patterns", kwd_patterns);
            }
            PatternKind::MatchStar { name } => {
                self.open("MatchStar");
                self.opt_text("name", name.as_deref());
            }
            PatternKind::MatchAs { pattern, name } => {
                self.open("MatchAs");
                if let Some(pattern) = pattern {
                    self.name("pattern");
                    self.write_pattern(pattern);
                }
                self.opt_text("name", name.as_deref());
            }
            PatternKind::MatchOr { patterns } => {
                self.open("MatchOr");
                self.patterns("patterns", patterns);
            }
        }
        self.place(pattern.loc);
        self.close();
    }

    fn write_type_param(&mut self, param: &TypeParam) {
        match &param.kind {
            TypeParamKind::TypeVar {
                name,
                bound,
                default_value,
            } => {
                self.open("TypeVar");
                self.text("name", name);
                self.opt_expr("bound", bound.as_deref());
                self.opt_expr("default_value", default_value.as_deref());
            }
            TypeParamKind::ParamSpec {
                name,
                default_value,
            } => {
                self.open("ParamSpec");
                self.text("name", name);
                self.opt_expr("default_value", default_value.as_deref());
            }
            TypeParamKind::TypeVarTuple {
                name,
                default_value,
            } => {
                self.open("TypeVarTuple");
                self.text("name", name);
                self.opt_expr("default_value", default_value.as_deref());
            }
        }
        self.place(param.loc);
        self.close();
    }
}

const fn operator(op: Operator) -> &'static str {
    match op {
        Operator::Add => "Add()",
        Operator::Sub => "Sub()",
        Operator::Mult => "Mult()",
        Operator::MatMult => "MatMult()",
        Operator::Div => "Div()",
        Operator::Mod => "Mod()",
        Operator::Pow => "Pow()",
        Operator::LShift => "LShift()",
        Operator::RShift => "RShift()",
        Operator::BitOr => "BitOr()",
        Operator::BitXor => "BitXor()",
        Operator::BitAnd => "BitAnd()",
        Operator::FloorDiv => "FloorDiv()",
    }
}

const fn cmp_op(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "Eq()",
        CmpOp::NotEq => "NotEq()",
        CmpOp::Lt => "Lt()",
        CmpOp::LtE => "LtE()",
        CmpOp::Gt => "Gt()",
        CmpOp::GtE => "GtE()",
        CmpOp::Is => "Is()",
        CmpOp::IsNot => "IsNot()",
        CmpOp::In => "In()",
        CmpOp::NotIn => "NotIn()",
    }
}

const fn context(ctx: ExprContext) -> &'static str {
    match ctx {
        ExprContext::Load => "Load()",
        ExprContext::Store => "Store()",
        ExprContext::Del => "Del()",
    }
}

fn repr_constant(out: &mut String, value: &Constant) {
    match value {
        Constant::None => out.push_str("None"),
        Constant::Bool(true) => out.push_str("True"),
        Constant::Bool(false) => out.push_str("False"),
        Constant::Ellipsis => out.push_str("Ellipsis"),
        Constant::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Constant::Float(value) => out.push_str(&repr_float(*value)),
        Constant::Complex { real, imag } => out.push_str(&repr_complex(*real, *imag)),
        Constant::Str(value) => out.push_str(&repr_text(value).to_lossy()),
        Constant::Bytes(value) => out.push_str(&repr_bytes(value)),
        Constant::Tuple(items) => {
            out.push('(');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                repr_constant(out, item);
            }
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Constant::FrozenSet(items) => {
            out.push_str("frozenset({");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                repr_constant(out, item);
            }
            out.push_str("})");
        }
    }
}
