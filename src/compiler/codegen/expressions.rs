//! Expressions: operators, comparisons, conditions, displays, attributes, subscripts, f-strings.
//!
//! Mirrors `compiler_visit_expr1`, `compiler_jump_if` and their helpers in `Python/compile.c`.

use super::displays::{Display, LIST_DISPLAY, SET_DISPLAY, TUPLE_DISPLAY};
use super::unit::forbid_debug;
use super::{Codegen, Gen, STACK_USE_GUIDELINE, ScopeKind, code_constant};
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::error::error_at;
use crate::compiler::intrinsics;
use crate::syntax::ast::{self, Expr, ExprContext, ExprKind, Identifier, Operator, UnaryOperator};

const NONE: SourceLocation = SourceLocation::NONE;

/// `RESUME` after each kind of suspension.
const RESUME_AFTER_YIELD: usize = 1;
const RESUME_AFTER_YIELD_FROM: usize = 2;
const RESUME_AFTER_AWAIT: usize = 3;

impl<'a> Codegen<'a> {
    pub(super) fn visit_exprs(&mut self, exprs: &'a [Expr]) -> Gen {
        exprs.iter().try_for_each(|expr| self.visit_expr(expr))
    }

    pub(super) fn visit_expr(&mut self, e: &'a Expr) -> Gen {
        let loc = e.loc;
        match &e.kind {
            ExprKind::NamedExpr { target, value } => {
                self.visit_expr(value)?;
                self.addop_i(Opcode::COPY, 1, loc);
                self.visit_expr(target)
            }
            ExprKind::BoolOp { op, values } => self.bool_op(loc, *op, values),
            ExprKind::BinOp { left, op, right } => {
                self.visit_expr(left)?;
                self.visit_expr(right)?;
                self.addop_i(Opcode::BINARY_OP, binary_op(*op), loc);
                Ok(())
            }
            ExprKind::UnaryOp { op, operand } => {
                self.visit_expr(operand)?;
                match op {
                    UnaryOperator::Invert => self.addop(Opcode::UNARY_INVERT, loc),
                    UnaryOperator::USub => self.addop(Opcode::UNARY_NEGATIVE, loc),
                    UnaryOperator::UAdd => {
                        self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::UNARY_POSITIVE, loc);
                    }
                    UnaryOperator::Not => {
                        self.addop(Opcode::TO_BOOL, loc);
                        self.addop(Opcode::UNARY_NOT, loc);
                    }
                }
                Ok(())
            }
            ExprKind::Lambda { args, body } => self.lambda(e, args, body),
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let next = self.new_label();
                self.jump_if(test, next, false)?;
                self.visit_expr(body)?;
                self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
                self.use_label(next);
                self.visit_expr(orelse)?;
                self.use_label(end);
                Ok(())
            }
            ExprKind::Dict { keys, values } => self.dict(loc, keys, values),
            ExprKind::Set { elts } => self.starunpack(loc, elts, None, 0, SET_DISPLAY),
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => self.comprehension(e),
            ExprKind::Yield { value } => {
                if !self.ste().is_function_like() {
                    return Err(error_at(loc, "'yield' outside function"));
                }
                match value {
                    Some(value) => self.visit_expr(value)?,
                    None => self.load_none(loc),
                }
                self.addop_yield(loc);
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                if !self.ste().is_function_like() {
                    return Err(error_at(loc, "'yield from' outside function"));
                }
                if self.unit().u_scope_type == ScopeKind::AsyncFunction {
                    return Err(error_at(loc, "'yield from' inside async function"));
                }
                self.visit_expr(value)?;
                self.addop(Opcode::GET_YIELD_FROM_ITER, loc);
                self.load_none(loc);
                self.yield_from(false, loc);
                Ok(())
            }
            ExprKind::Await { value } => {
                if !self.is_top_level_await() {
                    if !self.ste().is_function_like() {
                        return Err(error_at(loc, "'await' outside function"));
                    }
                    if !matches!(
                        self.unit().u_scope_type,
                        ScopeKind::AsyncFunction | ScopeKind::Comprehension
                    ) {
                        return Err(error_at(loc, "'await' outside async function"));
                    }
                }
                self.visit_expr(value)?;
                self.await_value(0, loc);
                Ok(())
            }
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } => self.compare(e, left, ops, comparators),
            ExprKind::Call {
                func,
                args,
                keywords,
            } => self.call(loc, func, args, keywords),
            ExprKind::Constant { value, kind: _ } => {
                self.load_const(code_constant(value), loc);
                Ok(())
            }
            ExprKind::JoinedStr { values } => self.joined_str(loc, values),
            ExprKind::FormattedValue {
                value,
                conversion,
                format_spec,
            } => self.formatted_value(loc, value, *conversion, format_spec.as_deref()),
            ExprKind::Attribute { value, attr, ctx } => self.attribute(e, value, attr, *ctx),
            ExprKind::Subscript { value, slice, ctx } => self.subscript(loc, value, slice, *ctx),
            ExprKind::Starred { value: _, ctx } => Err(error_at(
                loc,
                if *ctx == ExprContext::Store {
                    "starred assignment target must be in a list or tuple"
                } else {
                    "can't use starred expression here"
                },
            )),
            ExprKind::Slice { .. } => {
                let n = self.slice_parts(e)?;
                self.addop_i(Opcode::BUILD_SLICE, n, loc);
                Ok(())
            }
            ExprKind::Name { id, ctx } => self.nameop(loc, id, *ctx),
            ExprKind::List { elts, ctx } => self.list_or_tuple(loc, elts, *ctx, LIST_DISPLAY),
            ExprKind::Tuple { elts, ctx } => self.list_or_tuple(loc, elts, *ctx, TUPLE_DISPLAY),
        }
    }

    fn list_or_tuple(
        &mut self,
        loc: SourceLocation,
        elts: &'a [Expr],
        ctx: ExprContext,
        display: Display,
    ) -> Gen {
        match ctx {
            ExprContext::Store => self.unpack_into(loc, elts),
            ExprContext::Load => self.starunpack(loc, elts, None, 0, display),
            ExprContext::Del => self.visit_exprs(elts),
        }
    }

    /// Suspends the generator with the value on the stack (`ADDOP_YIELD`).
    pub(super) fn addop_yield(&mut self, loc: SourceLocation) {
        let ste = self.ste();
        if ste.ste_generator && ste.ste_coroutine {
            self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::ASYNC_GEN_WRAP, loc);
        }
        self.addop_i(Opcode::YIELD_VALUE, 0, loc);
        self.addop_i(Opcode::RESUME, RESUME_AFTER_YIELD, loc);
    }

    /// Awaits the value on the stack; `kind` says for error messages who asks.
    pub(super) fn await_value(&mut self, kind: usize, loc: SourceLocation) {
        self.addop_i(Opcode::GET_AWAITABLE, kind, loc);
        self.load_none(loc);
        self.yield_from(true, loc);
    }

    /// Sends to the iterator on the stack until it is exhausted (`compiler_add_yield_from`).
    pub(super) fn yield_from(&mut self, is_await: bool, loc: SourceLocation) {
        let send = self.new_label();
        let fail = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.addop_jump(Opcode::SEND, exit, loc);
        // YIELD_VALUE raises when `close` or `throw` is called: CLEANUP_THROW sorts that out.
        self.addop_jump(Opcode::SETUP_FINALLY, fail, loc);
        self.addop_i(Opcode::YIELD_VALUE, 1, loc);
        self.addop(Opcode::POP_BLOCK, NONE);
        let resume = if is_await {
            RESUME_AFTER_AWAIT
        } else {
            RESUME_AFTER_YIELD_FROM
        };
        self.addop_i(Opcode::RESUME, resume, loc);
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, send, loc);
        self.use_label(fail);
        self.addop(Opcode::CLEANUP_THROW, loc);
        self.use_label(exit);
        self.addop(Opcode::END_SEND, loc);
    }

    fn joined_str(&mut self, loc: SourceLocation, values: &'a [Expr]) -> Gen {
        if values.len() > STACK_USE_GUIDELINE {
            self.load_str("", loc);
            self.addop_name(Opcode::LOAD_METHOD, &"join".into(), loc);
            self.addop_i(Opcode::BUILD_LIST, 0, loc);
            for value in values {
                self.visit_expr(value)?;
                self.addop_i(Opcode::LIST_APPEND, 1, loc);
            }
            self.addop_i(Opcode::CALL, 1, loc);
            return Ok(());
        }
        self.visit_exprs(values)?;
        match values.len() {
            0 => self.load_str("", loc),
            1 => {}
            n => self.addop_i(Opcode::BUILD_STRING, n, loc),
        }
        Ok(())
    }

    fn formatted_value(
        &mut self,
        loc: SourceLocation,
        value: &'a Expr,
        conversion: i32,
        format_spec: Option<&'a Expr>,
    ) -> Gen {
        self.visit_expr(value)?;
        if conversion != -1 {
            let oparg = match u8::try_from(conversion) {
                Ok(b's') => 1,
                Ok(b'r') => 2,
                Ok(b'a') => 3,
                _ => {
                    let msg = format!("Unrecognized conversion character {conversion}");
                    return Err(error_at(loc, msg));
                }
            };
            self.addop_i(Opcode::CONVERT_VALUE, oparg, loc);
        }
        if let Some(spec) = format_spec {
            self.visit_expr(spec)?;
            self.addop(Opcode::FORMAT_WITH_SPEC, loc);
        } else {
            self.addop(Opcode::FORMAT_SIMPLE, loc);
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        e: &'a Expr,
        value: &'a Expr,
        attr: &'a Identifier,
        ctx: ExprContext,
    ) -> Gen {
        if ctx == ExprContext::Load
            && let Some(args) = self.optimizable_super_call(value, attr)
        {
            self.load_args_for_super(value)?;
            let opcode = if args.is_empty() {
                Opcode::LOAD_ZERO_SUPER_ATTR
            } else {
                Opcode::LOAD_SUPER_ATTR
            };
            self.addop_name(opcode, attr, e.loc);
            let loc = start_at_attribute(e.loc, e.loc, attr);
            self.addop(Opcode::NOP, loc);
            return Ok(());
        }
        self.note_static_attribute(value, attr, ctx);
        self.visit_expr(value)?;
        let loc = start_at_attribute(e.loc, e.loc, attr);
        forbid_debug(loc, attr, ctx)?;
        let opcode = match ctx {
            ExprContext::Load => Opcode::LOAD_ATTR,
            ExprContext::Store => Opcode::STORE_ATTR,
            ExprContext::Del => Opcode::DELETE_ATTR,
        };
        self.addop_name(opcode, attr, loc);
        Ok(())
    }

    /// Notes `self.attr = …` for the `__static_attributes__` of the class around.
    fn note_static_attribute(&mut self, value: &Expr, attr: &Identifier, ctx: ExprContext) {
        let ExprKind::Name { id, ctx: _ } = &value.kind else {
            return;
        };
        if ctx != ExprContext::Store || &**id != "self" {
            return;
        }
        let outer = self.units.len() - 1;
        let class = self.units[..outer]
            .iter_mut()
            .rev()
            .find(|unit| unit.u_scope_type == ScopeKind::Class);
        if let Some(class) = class {
            class.u_static_attributes.insert(attr.clone());
        }
    }

    fn subscript(
        &mut self,
        loc: SourceLocation,
        value: &'a Expr,
        slice: &'a Expr,
        ctx: ExprContext,
    ) -> Gen {
        if ctx == ExprContext::Load {
            self.check_subscripter(value);
            self.check_index(value, slice);
        }
        self.visit_expr(value)?;
        if is_two_element_slice(slice) && ctx != ExprContext::Del {
            self.slice_parts(slice)?;
            let opcode = if ctx == ExprContext::Load {
                Opcode::BINARY_SLICE
            } else {
                Opcode::STORE_SLICE
            };
            self.addop(opcode, loc);
            return Ok(());
        }
        self.visit_expr(slice)?;
        let opcode = match ctx {
            ExprContext::Load => Opcode::BINARY_SUBSCR,
            ExprContext::Store => Opcode::STORE_SUBSCR,
            ExprContext::Del => Opcode::DELETE_SUBSCR,
        };
        self.addop(opcode, loc);
        Ok(())
    }

    /// Pushes the parts of a slice; how many.
    pub(super) fn slice_parts(
        &mut self,
        e: &'a Expr,
    ) -> Result<usize, crate::syntax::error::SyntaxError> {
        let ExprKind::Slice { lower, upper, step } = &e.kind else {
            unreachable!("called for a slice");
        };
        for part in [lower, upper] {
            match part {
                Some(part) => self.visit_expr(part)?,
                None => self.load_none(e.loc),
            }
        }
        let Some(step) = step else {
            return Ok(2);
        };
        self.visit_expr(step)?;
        Ok(3)
    }
}

/// The argument of `BINARY_OP` (`NB_…`).
pub(super) const fn binary_op(op: Operator) -> usize {
    match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}

pub(super) const fn is_two_element_slice(slice: &Expr) -> bool {
    matches!(slice.kind, ExprKind::Slice { step: None, .. })
}

/// Where an instruction on an attribute stands: a chain over several lines counts from the
/// attribute's line (`update_start_location_to_match_attr`). `attribute` is the place of the
/// whole attribute expression.
pub(super) fn start_at_attribute(
    mut loc: SourceLocation,
    attribute: SourceLocation,
    attr: &str,
) -> SourceLocation {
    if loc.lineno != attribute.end_lineno {
        loc.lineno = attribute.end_lineno;
        let len = attr.chars().count() as i32;
        if len <= attribute.end_col_offset {
            loc.col_offset = attribute.end_col_offset - len;
        } else {
            loc.col_offset = -1;
            loc.end_col_offset = -1;
        }
        loc.end_lineno = loc.end_lineno.max(loc.lineno);
    }
    loc
}

/// The type that the value of an expression certainly has (`infer_type`).
pub(super) const fn infer_type(e: &Expr) -> Option<&'static str> {
    Some(match &e.kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        ExprKind::Constant { value, kind: _ } => match value {
            ast::Constant::None => "NoneType",
            ast::Constant::Bool(_) => "bool",
            ast::Constant::Ellipsis => "ellipsis",
            ast::Constant::Int(_) => "int",
            ast::Constant::Float(_) => "float",
            ast::Constant::Complex { .. } => "complex",
            ast::Constant::Str(_) => "str",
            ast::Constant::Bytes(_) => "bytes",
            ast::Constant::Tuple(_) => "tuple",
            ast::Constant::FrozenSet(_) => "frozenset",
        },
        _ => return None,
    })
}
