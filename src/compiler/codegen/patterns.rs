//! `match`: patterns that test the value on the stack and capture its parts.
//!
//! Mirrors `compiler_match` and the `compiler_pattern_…` functions of `Python/compile.c`. Captured
//! values stay on the stack below what is being matched, and are stored once all has matched.

use super::unit::forbid_debug;
use super::{Codegen, Gen, code_constant};
use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};
use crate::compiler::constant_ops::same_key;
use crate::compiler::error::error_at;
use crate::compiler::instruction_sequence::Label;
use crate::compiler::unparse::python_repr;
use crate::syntax::ast::{
    self, CmpOp, Expr, ExprContext, ExprKind, Identifier, MatchCase, Operator, Pattern, PatternKind,
};

/// What a pattern in progress has on the stack and where failure goes (`pattern_context`).
#[derive(Default)]
struct PatternContext {
    /// Names whose values lie on the stack.
    stores: Vec<Identifier>,
    /// Whether a pattern that always matches is allowed here.
    allow_irrefutable: bool,
    /// `fail_pop[n]` pops `n` values and goes on with the next case.
    fail_pop: Vec<Label>,
    /// How many values lie above the captured ones.
    on_top: usize,
}

impl<'a> Codegen<'a> {
    pub(super) fn match_(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) -> Gen {
        self.visit_expr(subject)?;
        let end = self.new_label();
        let last = cases.last().expect("a match has cases");
        let has_default = is_wildcard(&last.pattern) && cases.len() > 1;
        let tested = cases.len() - usize::from(has_default);
        for (i, case) in cases[..tested].iter().enumerate() {
            let loc = case.pattern.loc;
            let keeps_subject = i + 1 != tested;
            if keeps_subject {
                self.addop_i(Opcode::COPY, 1, loc);
            }
            let mut pc = PatternContext {
                allow_irrefutable: case.guard.is_some() || i + 1 == cases.len(),
                ..PatternContext::default()
            };
            self.pattern(&case.pattern, &mut pc)?;
            for name in &pc.stores {
                self.nameop(loc, name, ExprContext::Store)?;
            }
            if let Some(guard) = &case.guard {
                self.ensure_fail_pop(&mut pc, 0);
                self.jump_if(guard, pc.fail_pop[0], false)?;
            }
            if keeps_subject {
                self.addop(Opcode::POP_TOP, loc);
            }
            self.visit_stmts(&case.body)?;
            self.addop_jump(Opcode::JUMP, end, SourceLocation::NONE);
            self.emit_and_reset_fail_pop(loc, &mut pc);
        }
        if has_default {
            let loc = last.pattern.loc;
            // The line of `case _` shows in traces, though nothing is tested.
            self.addop(Opcode::NOP, loc);
            if let Some(guard) = &last.guard {
                self.jump_if(guard, end, false)?;
            }
            self.visit_stmts(&last.body)?;
        }
        self.use_label(end);
        Ok(())
    }

    fn ensure_fail_pop(&mut self, pc: &mut PatternContext, n: usize) {
        while pc.fail_pop.len() <= n {
            let label = self.new_label();
            pc.fail_pop.push(label);
        }
    }

    fn jump_to_fail_pop(&mut self, loc: SourceLocation, pc: &mut PatternContext, op: Opcode) {
        let pops = pc.on_top + pc.stores.len();
        self.ensure_fail_pop(pc, pops);
        self.addop_jump(op, pc.fail_pop[pops], loc);
    }

    fn emit_and_reset_fail_pop(&mut self, loc: SourceLocation, pc: &mut PatternContext) {
        for (pops, label) in std::mem::take(&mut pc.fail_pop)
            .into_iter()
            .enumerate()
            .rev()
        {
            self.use_label(label);
            if pops > 0 {
                self.addop(Opcode::POP_TOP, loc);
            }
        }
    }

    fn rotate(&mut self, loc: SourceLocation, count: usize) {
        for i in (2..=count).rev() {
            self.addop_i(Opcode::SWAP, i, loc);
        }
    }

    fn store_name(
        &mut self,
        loc: SourceLocation,
        name: Option<&Identifier>,
        pc: &mut PatternContext,
    ) -> Gen {
        let Some(name) = name else {
            self.addop(Opcode::POP_TOP, loc);
            return Ok(());
        };
        if pc.stores.contains(name) {
            return Err(duplicate_store(loc, name));
        }
        self.rotate(loc, pc.on_top + pc.stores.len() + 1);
        pc.stores.push(name.clone());
        Ok(())
    }

    fn pattern(&mut self, p: &'a Pattern, pc: &mut PatternContext) -> Gen {
        let loc = p.loc;
        match &p.kind {
            PatternKind::MatchValue { value } => {
                if !is_match_value(value) {
                    let msg = "patterns may only match literals and attribute lookups";
                    return Err(error_at(loc, msg));
                }
                self.visit_expr(value)?;
                self.compare_op(CmpOp::Eq, loc);
                self.addop(Opcode::TO_BOOL, loc);
                self.jump_to_fail_pop(loc, pc, Opcode::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSingleton { value } => {
                self.load_const(code_constant(value), loc);
                self.compare_op(CmpOp::Is, loc);
                self.jump_to_fail_pop(loc, pc, Opcode::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSequence { patterns } => self.pattern_sequence(loc, patterns, pc),
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest,
            } => self.pattern_mapping(loc, keys, patterns, rest.as_ref(), pc),
            PatternKind::MatchClass {
                cls,
                patterns,
                kwd_attrs,
                kwd_patterns,
            } => self.pattern_class(loc, cls, patterns, kwd_attrs, kwd_patterns, pc),
            PatternKind::MatchStar { name } => self.store_name(loc, name.as_ref(), pc),
            PatternKind::MatchAs { pattern, name } => {
                self.pattern_as(loc, pattern.as_deref(), name.as_ref(), pc)
            }
            PatternKind::MatchOr { patterns } => self.pattern_or(loc, patterns, pc),
        }
    }

    /// A pattern within another, where one that always matches is fine.
    fn subpattern(&mut self, p: &'a Pattern, pc: &mut PatternContext) -> Gen {
        let old = std::mem::replace(&mut pc.allow_irrefutable, true);
        self.pattern(p, pc)?;
        pc.allow_irrefutable = old;
        Ok(())
    }

    fn pattern_as(
        &mut self,
        loc: SourceLocation,
        pattern: Option<&'a Pattern>,
        name: Option<&Identifier>,
        pc: &mut PatternContext,
    ) -> Gen {
        let Some(pattern) = pattern else {
            if !pc.allow_irrefutable {
                let msg = match name {
                    Some(name) => {
                        format!("name capture '{name}' makes remaining patterns unreachable")
                    }
                    None => "wildcard makes remaining patterns unreachable".to_owned(),
                };
                return Err(error_at(loc, msg));
            }
            return self.store_name(loc, name, pc);
        };
        pc.on_top += 1;
        self.addop_i(Opcode::COPY, 1, loc);
        self.pattern(pattern, pc)?;
        pc.on_top -= 1;
        self.store_name(loc, name, pc)
    }

    fn pattern_sequence(
        &mut self,
        loc: SourceLocation,
        patterns: &'a [Pattern],
        pc: &mut PatternContext,
    ) -> Gen {
        let size = patterns.len();
        let mut star = None;
        let mut only_wildcard = true;
        let mut star_wildcard = false;
        for (i, pattern) in patterns.iter().enumerate() {
            if let PatternKind::MatchStar { name } = &pattern.kind {
                if star.is_some() {
                    let msg = "multiple starred names in sequence pattern";
                    return Err(error_at(loc, msg));
                }
                star_wildcard = name.is_none();
                only_wildcard &= star_wildcard;
                star = Some(i);
            } else {
                only_wildcard &= is_wildcard(pattern);
            }
        }
        pc.on_top += 1;
        self.addop(Opcode::MATCH_SEQUENCE, loc);
        self.jump_to_fail_pop(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        let length_check = match star {
            None => Some((size, CmpOp::Eq)),
            Some(_) if size > 1 => Some((size - 1, CmpOp::GtE)),
            Some(_) => None,
        };
        if let Some((len, op)) = length_check {
            self.check_length(loc, len, op, pc);
        }
        // What comes next consumes the subject.
        pc.on_top -= 1;
        match star {
            _ if only_wildcard => {
                self.addop(Opcode::POP_TOP, loc);
                Ok(())
            }
            Some(star) if star_wildcard => self.sequence_by_subscript(loc, patterns, star, pc),
            _ => self.sequence_by_unpacking(loc, patterns, pc),
        }
    }

    fn check_length(
        &mut self,
        loc: SourceLocation,
        len: usize,
        op: CmpOp,
        pc: &mut PatternContext,
    ) {
        self.addop(Opcode::GET_LEN, loc);
        self.load_const(Constant::int(len), loc);
        self.compare_op(op, loc);
        self.jump_to_fail_pop(loc, pc, Opcode::POP_JUMP_IF_FALSE);
    }

    fn sequence_by_unpacking(
        &mut self,
        loc: SourceLocation,
        patterns: &'a [Pattern],
        pc: &mut PatternContext,
    ) -> Gen {
        let size = patterns.len();
        let star = patterns
            .iter()
            .position(|p| matches!(p.kind, PatternKind::MatchStar { .. }));
        if let Some(star) = star {
            let after = size - star - 1;
            if star >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                let msg = "too many expressions in star-unpacking sequence pattern";
                return Err(error_at(loc, msg));
            }
            self.addop_i(Opcode::UNPACK_EX, star + (after << 8), loc);
        } else {
            self.addop_i(Opcode::UNPACK_SEQUENCE, size, loc);
        }
        // All parts lie on the stack and have to stay until their turn.
        pc.on_top += size;
        for pattern in patterns {
            pc.on_top -= 1;
            self.subpattern(pattern, pc)?;
        }
        Ok(())
    }

    /// With `*_` among the patterns the others are fetched by index.
    fn sequence_by_subscript(
        &mut self,
        loc: SourceLocation,
        patterns: &'a [Pattern],
        star: usize,
        pc: &mut PatternContext,
    ) -> Gen {
        let size = patterns.len();
        pc.on_top += 1;
        for (i, pattern) in patterns.iter().enumerate() {
            if i == star || is_wildcard(pattern) {
                continue;
            }
            self.addop_i(Opcode::COPY, 1, loc);
            if i < star {
                self.load_const(Constant::int(i), loc);
            } else {
                // Counted from the end by hand, since the subject need not know negative indices.
                self.addop(Opcode::GET_LEN, loc);
                self.load_const(Constant::int(size - i), loc);
                let sub = super::expressions::binary_op(Operator::Sub);
                self.addop_i(Opcode::BINARY_OP, sub, loc);
            }
            self.addop(Opcode::BINARY_SUBSCR, loc);
            self.subpattern(pattern, pc)?;
        }
        pc.on_top -= 1;
        self.addop(Opcode::POP_TOP, loc);
        Ok(())
    }

    fn pattern_class(
        &mut self,
        loc: SourceLocation,
        cls: &'a Expr,
        patterns: &'a [Pattern],
        kwd_attrs: &[Identifier],
        kwd_patterns: &'a [Pattern],
        pc: &mut PatternContext,
    ) -> Gen {
        let nargs = patterns.len();
        let total = nargs + kwd_attrs.len();
        for (i, attr) in kwd_attrs.iter().enumerate() {
            forbid_debug(kwd_patterns[i].loc, attr, ExprContext::Store)?;
            if let Some(again) = kwd_attrs[i + 1..].iter().position(|other| other == attr) {
                let msg = format!("attribute name repeated in class pattern: {attr}");
                return Err(error_at(kwd_patterns[i + 1 + again].loc, msg));
            }
        }
        self.visit_expr(cls)?;
        let names = kwd_attrs.iter().map(|attr| Constant::str(attr)).collect();
        self.load_const(Constant::Tuple(names), loc);
        self.addop_i(Opcode::MATCH_CLASS, nargs, loc);
        self.fail_if_none(loc, pc, 1);
        self.addop_i(Opcode::UNPACK_SEQUENCE, total, loc);
        pc.on_top += total;
        pc.on_top -= 1;
        for pattern in patterns.iter().chain(kwd_patterns) {
            pc.on_top -= 1;
            if is_wildcard(pattern) {
                self.addop(Opcode::POP_TOP, loc);
                continue;
            }
            self.subpattern(pattern, pc)?;
        }
        Ok(())
    }

    /// `pushed` values came onto the stack, the topmost None when nothing matched.
    fn fail_if_none(&mut self, loc: SourceLocation, pc: &mut PatternContext, pushed: usize) {
        pc.on_top += pushed;
        self.addop_i(Opcode::COPY, 1, loc);
        self.load_none(loc);
        self.compare_op(CmpOp::IsNot, loc);
        self.jump_to_fail_pop(loc, pc, Opcode::POP_JUMP_IF_FALSE);
    }

    fn pattern_mapping(
        &mut self,
        loc: SourceLocation,
        keys: &'a [Expr],
        patterns: &'a [Pattern],
        rest: Option<&Identifier>,
        pc: &mut PatternContext,
    ) -> Gen {
        let size = keys.len();
        pc.on_top += 1;
        self.addop(Opcode::MATCH_MAPPING, loc);
        self.jump_to_fail_pop(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        if size == 0 && rest.is_none() {
            pc.on_top -= 1;
            self.addop(Opcode::POP_TOP, loc);
            return Ok(());
        }
        if size > 0 {
            self.check_length(loc, size, CmpOp::GtE, pc);
        }
        let mut seen: Vec<&ast::Constant> = Vec::new();
        for key in keys {
            match &key.kind {
                ExprKind::Constant { value, kind: _ } => {
                    if seen.iter().any(|other| same_key(other, value)) {
                        let repr = python_repr(value);
                        let msg = format!("mapping pattern checks duplicate key ({repr})");
                        return Err(error_at(loc, msg));
                    }
                    seen.push(value);
                }
                ExprKind::Attribute { .. } => {}
                _ => {
                    let msg = "mapping pattern keys may only match literals and attribute lookups";
                    return Err(error_at(loc, msg));
                }
            }
            self.visit_expr(key)?;
        }
        self.addop_i(Opcode::BUILD_TUPLE, size, loc);
        self.addop(Opcode::MATCH_KEYS, loc);
        self.fail_if_none(loc, pc, 2);
        self.addop_i(Opcode::UNPACK_SEQUENCE, size, loc);
        pc.on_top += size;
        pc.on_top -= 1;
        for pattern in patterns {
            pc.on_top -= 1;
            self.subpattern(pattern, pc)?;
        }
        // What is left: the keys and the subject.
        pc.on_top -= 2;
        let Some(rest) = rest else {
            self.addop(Opcode::POP_TOP, loc);
            self.addop(Opcode::POP_TOP, loc);
            return Ok(());
        };
        // rest = dict(subject); for key in keys: del rest[key]
        self.addop_i(Opcode::BUILD_MAP, 0, loc);
        self.addop_i(Opcode::SWAP, 3, loc);
        self.addop_i(Opcode::DICT_UPDATE, 2, loc);
        self.addop_i(Opcode::UNPACK_SEQUENCE, size, loc);
        for left in (1..=size).rev() {
            self.addop_i(Opcode::COPY, 1 + left, loc);
            self.addop_i(Opcode::SWAP, 2, loc);
            self.addop(Opcode::DELETE_SUBSCR, loc);
        }
        self.store_name(loc, Some(rest), pc)
    }

    fn pattern_or(
        &mut self,
        loc: SourceLocation,
        patterns: &'a [Pattern],
        pc: &mut PatternContext,
    ) -> Gen {
        let end = self.new_label();
        let old_pc = std::mem::take(pc);
        // The names of the first alternative, in its order: the others have to agree.
        let mut control: Vec<Identifier> = Vec::new();
        for (i, alt) in patterns.iter().enumerate() {
            *pc = PatternContext {
                allow_irrefutable: i + 1 == patterns.len() && old_pc.allow_irrefutable,
                ..PatternContext::default()
            };
            self.addop_i(Opcode::COPY, 1, alt.loc);
            self.pattern(alt, pc)?;
            if i == 0 {
                control.clone_from(&pc.stores);
            } else {
                self.reorder_stores(loc, alt.loc, &control, &mut pc.stores)?;
            }
            self.addop_jump(Opcode::JUMP, end, alt.loc);
            self.emit_and_reset_fail_pop(alt.loc, pc);
        }
        *pc = old_pc;
        // No alternative matched: drop the subject's copy and fail.
        self.addop(Opcode::POP_TOP, loc);
        self.jump_to_fail_pop(loc, pc, Opcode::JUMP);
        self.use_label(end);
        // The new captures lie on top; each moves below what has to stay.
        let rotations = control.len() + 1 + pc.on_top + pc.stores.len();
        for name in control {
            self.rotate(loc, rotations);
            if pc.stores.contains(&name) {
                return Err(duplicate_store(loc, &name));
            }
            pc.stores.push(name);
        }
        self.addop(Opcode::POP_TOP, loc);
        Ok(())
    }

    /// Brings the captures of an alternative into the order of the first one.
    fn reorder_stores(
        &mut self,
        pattern: SourceLocation,
        alt: SourceLocation,
        control: &[Identifier],
        stores: &mut Vec<Identifier>,
    ) -> Gen {
        let differ = || error_at(pattern, "alternative patterns bind different names");
        if stores.len() != control.len() {
            return Err(differ());
        }
        for icontrol in (0..control.len()).rev() {
            let istores = stores
                .iter()
                .position(|name| *name == control[icontrol])
                .ok_or_else(differ)?;
            if icontrol == istores {
                continue;
            }
            let rotations = istores + 1;
            let rotated: Vec<Identifier> = stores.drain(..rotations).collect();
            let at = icontrol - istores;
            stores.splice(at..at, rotated);
            for _ in 0..rotations {
                self.rotate(alt, icontrol + 1);
            }
        }
        Ok(())
    }
}

fn duplicate_store(loc: SourceLocation, name: &str) -> crate::syntax::error::SyntaxError {
    error_at(
        loc,
        format!("multiple assignments to name '{name}' in pattern"),
    )
}

/// `_`, which matches everything.
const fn is_wildcard(p: &Pattern) -> bool {
    matches!(p.kind, PatternKind::MatchAs { name: None, .. })
}

/// What may stand for a value in a pattern (`MATCH_VALUE_EXPR`).
const fn is_match_value(e: &Expr) -> bool {
    matches!(
        e.kind,
        ExprKind::Constant { .. } | ExprKind::Attribute { .. }
    )
}
