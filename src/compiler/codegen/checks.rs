//! Warnings about code that is legal but surely a mistake.
//!
//! Mirrors `check_compare`, `check_caller`, `check_subscripter` and `check_index` of
//! `Python/compile.c`.

use super::Codegen;
use super::expressions::infer_type;
use crate::base::SourceLocation;
use crate::syntax::ast::{CmpOp, Constant, Expr, ExprKind};
use crate::syntax::error::Warning;

impl Codegen<'_> {
    /// Gives a `SyntaxWarning`.
    pub(super) fn warn(&mut self, loc: SourceLocation, msg: impl Into<String>) {
        self.warnings.push(Warning {
            category: "SyntaxWarning",
            msg: msg.into(),
            lineno: loc.lineno,
        });
    }

    /// `x is 1`.
    pub(super) fn check_compare(
        &mut self,
        loc: SourceLocation,
        left: &Expr,
        ops: &[CmpOp],
        comparators: &[Expr],
    ) {
        let mut left = left;
        for (op, right) in ops.iter().zip(comparators) {
            let (word, instead) = match op {
                CmpOp::Is => ("is", "=="),
                CmpOp::IsNot => ("is not", "!="),
                _ => {
                    left = right;
                    continue;
                }
            };
            let literal = [left, right].into_iter().find(|e| is_literal(e));
            if let Some(name) = literal.and_then(infer_type) {
                let msg = format!("\"{word}\" with '{name}' literal. Did you mean \"{instead}\"?");
                self.warn(loc, msg);
                return;
            }
            left = right;
        }
    }

    /// `"text" (x)`.
    pub(super) fn check_caller(&mut self, e: &Expr) {
        if matches!(
            e.kind,
            ExprKind::Constant { .. }
                | ExprKind::Tuple { .. }
                | ExprKind::List { .. }
                | ExprKind::ListComp { .. }
                | ExprKind::Dict { .. }
                | ExprKind::DictComp { .. }
                | ExprKind::Set { .. }
                | ExprKind::SetComp { .. }
                | ExprKind::GeneratorExp { .. }
                | ExprKind::JoinedStr { .. }
                | ExprKind::FormattedValue { .. }
        ) && let Some(name) = infer_type(e)
        {
            self.warn(
                e.loc,
                format!("'{name}' object is not callable; perhaps you missed a comma?"),
            );
        }
    }

    /// `1 [x]`.
    pub(super) fn check_subscripter(&mut self, e: &Expr) {
        let wrong = match &e.kind {
            ExprKind::Constant { value, kind: _ } => !matches!(
                value,
                Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_)
            ),
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::Lambda { .. } => true,
            _ => false,
        };
        if wrong && let Some(name) = infer_type(e) {
            self.warn(
                e.loc,
                format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
            );
        }
    }

    /// `[1, 2] [x, y]`.
    pub(super) fn check_index(&mut self, e: &Expr, slice: &Expr) {
        let index = match infer_type(slice) {
            None | Some("int" | "bool") => return,
            Some(name) => name,
        };
        let sequence = match &e.kind {
            ExprKind::Constant { value, kind: _ } => matches!(
                value,
                Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_)
            ),
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            _ => false,
        };
        if sequence && let Some(name) = infer_type(e) {
            let msg = format!(
                "{name} indices must be integers or slices, not {index}; perhaps you missed a comma?"
            );
            self.warn(e.loc, msg);
        }
    }
}

/// A constant other than the ones of which there is only one (`check_is_arg`).
const fn is_literal(e: &Expr) -> bool {
    matches!(
        &e.kind,
        ExprKind::Constant { value, kind: _ }
            if !matches!(value, Constant::None | Constant::Bool(_) | Constant::Ellipsis)
    )
}
