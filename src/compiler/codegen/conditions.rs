//! Conditions: `and`, `or`, comparisons, and jumps on the truth of an expression.
//!
//! Mirrors `compiler_boolop`, `compiler_compare` and `compiler_jump_if` of `Python/compile.c`.

use super::{Codegen, Gen};
use crate::base::SourceLocation;
use crate::bytecode::Opcode;
use crate::compiler::instruction_sequence::Label;
use crate::syntax::ast::{BoolOperator, CmpOp, Expr, ExprKind, UnaryOperator};

const NONE: SourceLocation = SourceLocation::NONE;

impl<'a> Codegen<'a> {
    pub(super) fn bool_op(
        &mut self,
        loc: SourceLocation,
        op: BoolOperator,
        values: &'a [Expr],
    ) -> Gen {
        let jump = match op {
            BoolOperator::And => Opcode::POP_JUMP_IF_FALSE,
            BoolOperator::Or => Opcode::POP_JUMP_IF_TRUE,
        };
        let end = self.new_label();
        let (last, first) = values.split_last().expect("an operator has operands");
        for value in first {
            self.visit_expr(value)?;
            self.addop_i(Opcode::COPY, 1, loc);
            self.addop(Opcode::TO_BOOL, loc);
            self.addop_jump(jump, end, loc);
            self.addop(Opcode::POP_TOP, loc);
        }
        self.visit_expr(last)?;
        self.use_label(end);
        Ok(())
    }

    fn add_compare(&mut self, op: CmpOp, loc: SourceLocation) {
        // Index of the comparison in the high bits; below them the mask of outcomes that
        // specialized forms test.
        let (opcode, oparg) = match op {
            CmpOp::Lt => (Opcode::COMPARE_OP, 0b0010),
            CmpOp::LtE => (Opcode::COMPARE_OP, 1 << 5 | 0b1010),
            CmpOp::Eq => (Opcode::COMPARE_OP, 2 << 5 | 0b1000),
            CmpOp::NotEq => (Opcode::COMPARE_OP, 3 << 5 | 0b0111),
            CmpOp::Gt => (Opcode::COMPARE_OP, 4 << 5 | 0b0100),
            CmpOp::GtE => (Opcode::COMPARE_OP, 5 << 5 | 0b1100),
            CmpOp::Is => (Opcode::IS_OP, 0),
            CmpOp::IsNot => (Opcode::IS_OP, 1),
            CmpOp::In => (Opcode::CONTAINS_OP, 0),
            CmpOp::NotIn => (Opcode::CONTAINS_OP, 1),
        };
        self.addop_i(opcode, oparg, loc);
    }

    /// A comparison in a pattern.
    pub(super) fn compare_op(&mut self, op: CmpOp, loc: SourceLocation) {
        self.add_compare(op, loc);
    }

    pub(super) fn compare(
        &mut self,
        e: &'a Expr,
        left: &'a Expr,
        ops: &[CmpOp],
        comparators: &'a [Expr],
    ) -> Gen {
        let loc = e.loc;
        self.check_compare(loc, left, ops, comparators);
        self.visit_expr(left)?;
        if let ([op], [comparator]) = (ops, comparators) {
            self.visit_expr(comparator)?;
            self.add_compare(*op, loc);
            return Ok(());
        }
        let cleanup = self.new_label();
        let last = ops.len() - 1;
        for (op, comparator) in ops[..last].iter().zip(comparators) {
            self.visit_expr(comparator)?;
            self.addop_i(Opcode::SWAP, 2, loc);
            self.addop_i(Opcode::COPY, 2, loc);
            self.add_compare(*op, loc);
            self.addop_i(Opcode::COPY, 1, loc);
            self.addop(Opcode::TO_BOOL, loc);
            self.addop_jump(Opcode::POP_JUMP_IF_FALSE, cleanup, loc);
            self.addop(Opcode::POP_TOP, loc);
        }
        self.visit_expr(&comparators[last])?;
        self.add_compare(ops[last], loc);
        let end = self.new_label();
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
        self.use_label(cleanup);
        self.addop_i(Opcode::SWAP, 2, loc);
        self.addop(Opcode::POP_TOP, loc);
        self.use_label(end);
        Ok(())
    }

    /// Jumps to `next` when the truth of `e` is `cond`, and else falls through.
    pub(super) fn jump_if(&mut self, e: &'a Expr, next: Label, cond: bool) -> Gen {
        match &e.kind {
            ExprKind::UnaryOp {
                op: UnaryOperator::Not,
                operand,
            } => return self.jump_if(operand, next, !cond),
            ExprKind::BoolOp { op, values } => {
                let cond2 = *op == BoolOperator::Or;
                let next2 = if cond2 == cond {
                    next
                } else {
                    self.new_label()
                };
                let (last, first) = values.split_last().expect("an operator has operands");
                for value in first {
                    self.jump_if(value, next2, cond2)?;
                }
                self.jump_if(last, next, cond)?;
                if next2 != next {
                    self.use_label(next2);
                }
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let next2 = self.new_label();
                self.jump_if(test, next2, false)?;
                self.jump_if(body, next, cond)?;
                self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
                self.use_label(next2);
                self.jump_if(orelse, next, cond)?;
                self.use_label(end);
                return Ok(());
            }
            ExprKind::Compare {
                left,
                ops,
                comparators,
            } if ops.len() > 1 => {
                return self.jump_if_chain(e.loc, (left, ops, comparators), next, cond);
            }
            _ => {}
        }
        self.visit_expr(e)?;
        self.addop(Opcode::TO_BOOL, e.loc);
        self.addop_jump(jump_on(cond), next, e.loc);
        Ok(())
    }

    fn jump_if_chain(
        &mut self,
        loc: SourceLocation,
        (left, ops, comparators): (&'a Expr, &[CmpOp], &'a [Expr]),
        next: Label,
        cond: bool,
    ) -> Gen {
        self.check_compare(loc, left, ops, comparators);
        let cleanup = self.new_label();
        self.visit_expr(left)?;
        let last = ops.len() - 1;
        for (op, comparator) in ops[..last].iter().zip(comparators) {
            self.visit_expr(comparator)?;
            self.addop_i(Opcode::SWAP, 2, loc);
            self.addop_i(Opcode::COPY, 2, loc);
            self.add_compare(*op, loc);
            self.addop(Opcode::TO_BOOL, loc);
            self.addop_jump(Opcode::POP_JUMP_IF_FALSE, cleanup, loc);
        }
        self.visit_expr(&comparators[last])?;
        self.add_compare(ops[last], loc);
        self.addop(Opcode::TO_BOOL, loc);
        self.addop_jump(jump_on(cond), next, loc);
        let end = self.new_label();
        self.addop_jump(Opcode::JUMP_NO_INTERRUPT, end, NONE);
        self.use_label(cleanup);
        self.addop(Opcode::POP_TOP, loc);
        if !cond {
            self.addop_jump(Opcode::JUMP_NO_INTERRUPT, next, NONE);
        }
        self.use_label(end);
        Ok(())
    }
}

const fn jump_on(cond: bool) -> Opcode {
    if cond {
        Opcode::POP_JUMP_IF_TRUE
    } else {
        Opcode::POP_JUMP_IF_FALSE
    }
}
