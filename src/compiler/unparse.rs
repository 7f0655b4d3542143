//! An expression as the source text that CPython keeps for it: annotations that become strings.
//!
//! Mirrors `Python/ast_unparse.c`.

use crate::base::Text;
use crate::base::format::float::{repr_complex, repr_float};
use crate::base::format::int::magnitude_digits;
use crate::base::format::repr::{repr_bytes, repr_text};
use crate::base::integer::is_negative;
use crate::syntax::ast::{
    Arg, Arguments, BoolOperator, CmpOp, Comprehension, Constant, Expr, ExprKind, Operator,
    UnaryOperator,
};

/// How tightly an operator binds; an operand that binds less gets parentheses.
type Level = u8;
const PR_TUPLE: Level = 0;
const PR_TEST: Level = 1;
const PR_OR: Level = 2;
const PR_AND: Level = 3;
const PR_NOT: Level = 4;
const PR_CMP: Level = 5;
const PR_EXPR: Level = 6;
const PR_BOR: Level = PR_EXPR;
const PR_BXOR: Level = 7;
const PR_BAND: Level = 8;
const PR_SHIFT: Level = 9;
const PR_ARITH: Level = 10;
const PR_TERM: Level = 11;
const PR_FACTOR: Level = 12;
const PR_POWER: Level = 13;
const PR_AWAIT: Level = 14;
const PR_ATOM: Level = 15;

/// The text of an expression (`_PyAST_ExprAsUnicode`).
pub fn unparse(e: &Expr) -> Text {
    let mut writer = Writer::default();
    writer.expr(e, PR_TEST);
    Text::from_code_points(&writer.out)
}

#[derive(Default)]
struct Writer {
    out: Vec<u32>,
}

impl Writer {
    fn str(&mut self, text: &str) {
        self.out.extend(text.chars().map(u32::from));
    }

    fn str_if(&mut self, condition: bool, text: &str) {
        if condition {
            self.str(text);
        }
    }

    fn expr(&mut self, e: &Expr, level: Level) {
        match &e.kind {
            ExprKind::BoolOp { op, values } => {
                let (word, pr) = match op {
                    BoolOperator::And => (" and ", PR_AND),
                    BoolOperator::Or => (" or ", PR_OR),
                };
                self.str_if(level > pr, "(");
                self.list(values, word, pr + 1);
                self.str_if(level > pr, ")");
            }
            ExprKind::BinOp { left, op, right } => {
                let (word, pr) = binary(*op);
                let right_associative = u8::from(*op == Operator::Pow);
                self.str_if(level > pr, "(");
                self.expr(left, pr + right_associative);
                self.str(word);
                self.expr(right, pr + 1 - right_associative);
                self.str_if(level > pr, ")");
            }
            ExprKind::UnaryOp { op, operand } => {
                let (word, pr) = match op {
                    UnaryOperator::Invert => ("~", PR_FACTOR),
                    UnaryOperator::Not => ("not ", PR_NOT),
                    UnaryOperator::UAdd => ("+", PR_FACTOR),
                    UnaryOperator::USub => ("-", PR_FACTOR),
                };
                self.str_if(level > pr, "(");
                self.str(word);
                self.expr(operand, pr);
                self.str_if(level > pr, ")");
            }
            ExprKind::Lambda { args, body } => {
                self.str_if(level > PR_TEST, "(");
                let positional = !args.args.is_empty() || !args.posonlyargs.is_empty();
                self.str(if positional { "lambda " } else { "lambda" });
                self.args(args);
                self.str(": ");
                self.expr(body, PR_TEST);
                self.str_if(level > PR_TEST, ")");
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.str_if(level > PR_TEST, "(");
                self.expr(body, PR_TEST + 1);
                self.str(" if ");
                self.expr(test, PR_TEST + 1);
                self.str(" else ");
                self.expr(orelse, PR_TEST);
                self.str_if(level > PR_TEST, ")");
            }
            ExprKind::Dict { keys, values } => {
                self.str("{");
                for (i, (key, value)) in keys.iter().zip(values).enumerate() {
                    self.str_if(i > 0, ", ");
                    if let Some(key) = key {
                        self.expr(key, PR_TEST);
                        self.str(": ");
                        self.expr(value, PR_TEST);
                    } else {
                        self.str("**");
                        self.expr(value, PR_EXPR);
                    }
                }
                self.str("}");
            }
            ExprKind::Set { elts } => {
                self.str("{");
                self.list(elts, ", ", PR_TEST);
                self.str("}");
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension("(", elt, None, generators, ")");
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension("[", elt, None, generators, "]");
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension("{", elt, None, generators, "}");
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => self.comprehension("{", key, Some(value), generators, "}"),
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } => {
                self.str_if(level > PR_CMP, "(");
                self.expr(left, PR_CMP + 1);
                for (op, comparator) in ops.iter().zip(comparators) {
                    self.str(comparison(*op));
                    self.expr(comparator, PR_CMP + 1);
                }
                self.str_if(level > PR_CMP, ")");
            }
            ExprKind::Await { value } => {
                self.str_if(level > PR_AWAIT, "(");
                self.str("await ");
                self.expr(value, PR_ATOM);
                self.str_if(level > PR_AWAIT, ")");
            }
            ExprKind::Yield { value: None } => self.str("(yield)"),
            ExprKind::Yield { value: Some(value) } => {
                self.str("(yield ");
                self.expr(value, PR_TEST);
                self.str(")");
            }
            ExprKind::YieldFrom { value } => {
                self.str("(yield from ");
                self.expr(value, PR_TEST);
                self.str(")");
            }
            ExprKind::Call {
                func,
                args,
                keywords,
            } => {
                self.expr(func, PR_ATOM);
                if let [
                    only @ Expr {
                        kind: ExprKind::GeneratorExp { .. },
                        ..
                    },
                ] = &args[..]
                    && keywords.is_empty()
                {
                    self.expr(only, PR_TEST);
                    return;
                }
                self.str("(");
                self.list(args, ", ", PR_TEST);
                for (i, keyword) in keywords.iter().enumerate() {
                    self.str_if(i > 0 || !args.is_empty(), ", ");
                    if let Some(arg) = &keyword.arg {
                        self.str(arg);
                        self.str("=");
                    } else {
                        self.str("**");
                    }
                    self.expr(&keyword.value, PR_TEST);
                }
                self.str(")");
            }
            ExprKind::Constant { value, kind } => {
                if let Some(kind) = kind {
                    self.str(kind);
                }
                self.constant(value);
            }
            ExprKind::JoinedStr { values } => self.joined_str(values, false),
            ExprKind::FormattedValue { .. } => self.joined_str(std::slice::from_ref(e), false),
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, PR_ATOM);
                // `1.real` would be a float.
                let is_int = matches!(
                    value.kind,
                    ExprKind::Constant {
                        value: Constant::Int(_),
                        ..
                    }
                );
                self.str(if is_int { " ." } else { "." });
                self.str(attr);
            }
            ExprKind::Starred { value, ctx: _ } => {
                self.str("*");
                self.expr(value, PR_EXPR);
            }
            ExprKind::Name { id, ctx: _ } => self.str(id),
            ExprKind::List { elts, ctx: _ } => {
                self.str("[");
                self.list(elts, ", ", PR_TEST);
                self.str("]");
            }
            ExprKind::Tuple { elts, ctx: _ } => {
                if elts.is_empty() {
                    self.str("()");
                    return;
                }
                self.str_if(level > PR_TUPLE, "(");
                self.list(elts, ", ", PR_TEST);
                self.str_if(elts.len() == 1, ",");
                self.str_if(level > PR_TUPLE, ")");
            }
            ExprKind::Subscript {
                value,
                slice,
                ctx: _,
            } => {
                self.expr(value, PR_ATOM);
                self.str("[");
                self.expr(slice, PR_TUPLE);
                self.str("]");
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, PR_TEST);
                }
                self.str(":");
                if let Some(upper) = upper {
                    self.expr(upper, PR_TEST);
                }
                if let Some(step) = step {
                    self.str(":");
                    self.expr(step, PR_TEST);
                }
            }
            ExprKind::NamedExpr { target, value } => {
                self.str_if(level > PR_TUPLE, "(");
                self.expr(target, PR_ATOM);
                self.str(" := ");
                self.expr(value, PR_ATOM);
                self.str_if(level > PR_TUPLE, ")");
            }
        }
    }

    fn list(&mut self, elts: &[Expr], separator: &str, level: Level) {
        for (i, elt) in elts.iter().enumerate() {
            self.str_if(i > 0, separator);
            self.expr(elt, level);
        }
    }

    fn args(&mut self, args: &Arguments) {
        let mut first = true;
        let mut comma = |writer: &mut Self| {
            writer.str_if(!first, ", ");
            first = false;
        };
        let positional = args.posonlyargs.len() + args.args.len();
        let without_default = positional - args.defaults.len();
        for (i, arg) in args.posonlyargs.iter().chain(&args.args).enumerate() {
            comma(self);
            self.arg(arg);
            if i >= without_default {
                self.str("=");
                self.expr(&args.defaults[i - without_default], PR_TEST);
            }
            self.str_if(i + 1 == args.posonlyargs.len(), ", /");
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            comma(self);
            self.str("*");
            if let Some(vararg) = &args.vararg {
                self.arg(vararg);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            comma(self);
            self.arg(arg);
            if let Some(default) = default {
                self.str("=");
                self.expr(default, PR_TEST);
            }
        }
        if let Some(kwarg) = &args.kwarg {
            comma(self);
            self.str("**");
            self.arg(kwarg);
        }
    }

    fn arg(&mut self, arg: &Arg) {
        self.str(&arg.arg);
        if let Some(annotation) = &arg.annotation {
            self.str(": ");
            self.expr(annotation, PR_TEST);
        }
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr,
        value: Option<&Expr>,
        generators: &[Comprehension],
        close: &str,
    ) {
        self.str(open);
        self.expr(elt, PR_TEST);
        if let Some(value) = value {
            self.str(": ");
            self.expr(value, PR_TEST);
        }
        for generator in generators {
            self.str(if generator.is_async {
                " async for "
            } else {
                " for "
            });
            self.expr(&generator.target, PR_TUPLE);
            self.str(" in ");
            self.expr(&generator.iter, PR_TEST + 1);
            for condition in &generator.ifs {
                self.str(" if ");
                self.expr(condition, PR_TEST + 1);
            }
        }
        self.str(close);
    }

    fn constant(&mut self, value: &Constant) {
        match value {
            Constant::Str(text) => self.out.extend(repr_text(text).code_points()),
            Constant::Ellipsis => self.str("..."),
            Constant::Tuple(items) => {
                self.str("(");
                for (i, item) in items.iter().enumerate() {
                    self.str_if(i > 0, ", ");
                    self.constant(item);
                }
                self.str_if(items.len() == 1, ",");
                self.str(")");
            }
            // There is no literal for infinity.
            Constant::Float(_) | Constant::Complex { .. } => {
                self.str(&python_repr(value).replace("inf", "1e309"));
            }
            Constant::None
            | Constant::Bool(_)
            | Constant::Int(_)
            | Constant::Bytes(_)
            | Constant::FrozenSet(_) => self.str(&python_repr(value)),
        }
    }

    fn joined_str(&mut self, values: &[Expr], is_format_spec: bool) {
        let mut body = Self::default();
        for value in values {
            body.joined_str_part(value, is_format_spec);
        }
        if is_format_spec {
            self.out.extend(body.out);
        } else {
            self.str("f");
            let text = Text::from_code_points(&body.out);
            self.out.extend(repr_text(&text).code_points());
        }
    }

    fn joined_str_part(&mut self, e: &Expr, is_format_spec: bool) {
        match &e.kind {
            ExprKind::Constant {
                value: Constant::Str(text),
                kind: _,
            } => {
                for c in text.code_points() {
                    self.out.push(c);
                    if c == u32::from('{') || c == u32::from('}') {
                        self.out.push(c);
                    }
                }
            }
            ExprKind::JoinedStr { values } => self.joined_str(values, is_format_spec),
            ExprKind::FormattedValue {
                value,
                conversion,
                format_spec,
            } => {
                let mut inner = Self::default();
                inner.expr(value, PR_TEST + 1);
                // A display in braces must not look like an escaped brace.
                let is_brace = inner.out.first() == Some(&u32::from('{'));
                self.str(if is_brace { "{ " } else { "{" });
                self.out.extend(inner.out);
                if let Some(letter) = u32::try_from(*conversion).ok().and_then(char::from_u32) {
                    self.str("!");
                    self.out.push(letter.into());
                }
                if let Some(spec) = format_spec {
                    self.str(":");
                    self.joined_str_part(spec, true);
                }
                self.str("}");
            }
            _ => self.expr(e, PR_TEST),
        }
    }
}

const fn binary(op: Operator) -> (&'static str, Level) {
    match op {
        Operator::Add => (" + ", PR_ARITH),
        Operator::Sub => (" - ", PR_ARITH),
        Operator::Mult => (" * ", PR_TERM),
        Operator::MatMult => (" @ ", PR_TERM),
        Operator::Div => (" / ", PR_TERM),
        Operator::Mod => (" % ", PR_TERM),
        Operator::LShift => (" << ", PR_SHIFT),
        Operator::RShift => (" >> ", PR_SHIFT),
        Operator::BitOr => (" | ", PR_BOR),
        Operator::BitXor => (" ^ ", PR_BXOR),
        Operator::BitAnd => (" & ", PR_BAND),
        Operator::FloorDiv => (" // ", PR_TERM),
        Operator::Pow => (" ** ", PR_POWER),
    }
}

const fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}

/// A constant as Python's `repr` shows it.
pub fn python_repr(value: &Constant) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Int(i) => {
            let sign = if is_negative(i) { "-" } else { "" };
            format!("{sign}{}", magnitude_digits(i, 10))
        }
        Constant::Float(f) => repr_float(*f),
        &Constant::Complex { real, imag } => repr_complex(real, imag),
        Constant::Str(text) => repr_text(text).to_lossy(),
        Constant::Bytes(bytes) => repr_bytes(bytes),
        Constant::Tuple(items) => {
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", repr_list(items))
        }
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", repr_list(items)),
    }
}

fn repr_list(items: &[Constant]) -> String {
    let parts: Vec<String> = items.iter().map(python_repr).collect();
    parts.join(", ")
}
