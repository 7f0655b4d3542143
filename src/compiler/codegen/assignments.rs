//! Assignments: unpacking, `x += 1`, `x: int = 1`.
//!
//! Mirrors `unpack_helper`, `compiler_augassign` and `compiler_annassign` of `Python/compile.c`.

use super::expressions::{binary_op, is_two_element_slice, start_at_attribute};
use super::unit::forbid_debug;
use super::{Codegen, Gen, ScopeKind};
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::error::error_at;
use crate::syntax::ast::{Expr, ExprContext, ExprKind, Operator};

/// In-place operators follow the plain ones in the numbering of `BINARY_OP`.
const NB_INPLACE: usize = 13;

impl<'a> Codegen<'a> {
    /// `a, *b = …`: takes the value apart and stores the parts.
    pub(super) fn unpack_into(&mut self, loc: SourceLocation, elts: &'a [Expr]) -> Gen {
        let n = elts.len();
        let mut seen_star = false;
        for (i, elt) in elts.iter().enumerate() {
            if !matches!(elt.kind, ExprKind::Starred { .. }) {
                continue;
            }
            if seen_star {
                return Err(error_at(loc, "multiple starred expressions in assignment"));
            }
            let after = n - i - 1;
            if i >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                let msg = "too many expressions in star-unpacking assignment";
                return Err(error_at(loc, msg));
            }
            self.addop_i(Opcode::UNPACK_EX, i + (after << 8), loc);
            seen_star = true;
        }
        if !seen_star {
            self.addop_i(Opcode::UNPACK_SEQUENCE, n, loc);
        }
        for elt in elts {
            match &elt.kind {
                ExprKind::Starred { value, ctx: _ } => self.visit_expr(value)?,
                _ => self.visit_expr(elt)?,
            }
        }
        Ok(())
    }

    pub(super) fn aug_assign(
        &mut self,
        s: SourceLocation,
        target: &'a Expr,
        op: Operator,
        value: &'a Expr,
    ) -> Gen {
        let loc = target.loc;
        match &target.kind {
            ExprKind::Attribute {
                value: owner,
                attr,
                ctx: _,
            } => {
                self.visit_expr(owner)?;
                self.addop_i(Opcode::COPY, 1, loc);
                let loc = start_at_attribute(loc, loc, attr);
                self.addop_name(Opcode::LOAD_ATTR, attr, loc);
            }
            ExprKind::Subscript {
                value: owner,
                slice,
                ctx: _,
            } => {
                self.visit_expr(owner)?;
                if is_two_element_slice(slice) {
                    self.slice_parts(slice)?;
                    for _ in 0..3 {
                        self.addop_i(Opcode::COPY, 3, loc);
                    }
                    self.addop(Opcode::BINARY_SLICE, loc);
                } else {
                    self.visit_expr(slice)?;
                    self.addop_i(Opcode::COPY, 2, loc);
                    self.addop_i(Opcode::COPY, 2, loc);
                    self.addop(Opcode::BINARY_SUBSCR, loc);
                }
            }
            ExprKind::Name { id, ctx: _ } => self.nameop(loc, id, ExprContext::Load)?,
            _ => unreachable!("the grammar allows no other target"),
        }
        self.visit_expr(value)?;
        self.addop_i(Opcode::BINARY_OP, binary_op(op) + NB_INPLACE, s);
        match &target.kind {
            ExprKind::Attribute { attr, .. } => {
                let loc = start_at_attribute(loc, loc, attr);
                self.addop_i(Opcode::SWAP, 2, loc);
                self.addop_name(Opcode::STORE_ATTR, attr, loc);
                Ok(())
            }
            ExprKind::Subscript { slice, .. } => {
                let (swaps, store) = if is_two_element_slice(slice) {
                    (4, Opcode::STORE_SLICE)
                } else {
                    (3, Opcode::STORE_SUBSCR)
                };
                for i in (2..=swaps).rev() {
                    self.addop_i(Opcode::SWAP, i, loc);
                }
                self.addop(store, loc);
                Ok(())
            }
            ExprKind::Name { id, ctx: _ } => self.nameop(loc, id, ExprContext::Store),
            _ => unreachable!("the grammar allows no other target"),
        }
    }

    pub(super) fn ann_assign(
        &mut self,
        loc: SourceLocation,
        target: &'a Expr,
        annotation: &'a Expr,
        value: Option<&'a Expr>,
        simple: bool,
    ) -> Gen {
        if let Some(value) = value {
            self.visit_expr(value)?;
            self.visit_expr(target)?;
        }
        let in_namespace = matches!(
            self.unit().u_scope_type,
            ScopeKind::Module | ScopeKind::Class
        );
        let future_annotations = self.options.future.annotations();
        match &target.kind {
            ExprKind::Name { id, ctx: _ } => {
                forbid_debug(loc, id, ExprContext::Store)?;
                if simple && in_namespace {
                    if future_annotations {
                        self.annotation_text(annotation);
                    } else {
                        self.visit_expr(annotation)?;
                    }
                    self.addop_name(Opcode::LOAD_NAME, &"__annotations__".into(), loc);
                    let mangled = self.maybe_mangle(id);
                    self.load_str(&mangled, loc);
                    self.addop(Opcode::STORE_SUBSCR, loc);
                }
            }
            ExprKind::Attribute {
                value: owner,
                attr,
                ctx: _,
            } => {
                forbid_debug(loc, attr, ExprContext::Store)?;
                if value.is_none() {
                    self.evaluate_and_drop(owner)?;
                }
            }
            ExprKind::Subscript {
                value: owner,
                slice,
                ctx: _,
            } => {
                if value.is_none() {
                    self.evaluate_and_drop(owner)?;
                    self.evaluate_subscript(slice)?;
                }
            }
            _ => {
                let msg = "invalid node type for annotated assignment";
                return Err(error_at(loc, msg));
            }
        }
        if !simple && in_namespace && !future_annotations {
            self.evaluate_and_drop(annotation)?;
        }
        Ok(())
    }

    fn evaluate_and_drop(&mut self, e: &'a Expr) -> Gen {
        self.visit_expr(e)?;
        self.addop(Opcode::POP_TOP, e.loc);
        Ok(())
    }

    fn evaluate_subscript(&mut self, e: &'a Expr) -> Gen {
        match &e.kind {
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    self.evaluate_and_drop(part)?;
                }
                Ok(())
            }
            ExprKind::Tuple { elts, ctx: _ } => {
                elts.iter().try_for_each(|elt| self.evaluate_subscript(elt))
            }
            _ => self.evaluate_and_drop(e),
        }
    }
}
