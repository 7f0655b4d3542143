//! Displays: lists, tuples, sets and dicts, with `*` and `**`, constant or very long.
//!
//! Mirrors `starunpack_helper`, `compiler_dict` and `compiler_subdict` of `Python/compile.c`.

use super::{Codegen, Gen, STACK_USE_GUIDELINE, code_constant};
use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};
use crate::compiler::ast_opt::constant;
use crate::compiler::constant_ops::frozen_set;
use crate::compiler::intrinsics;
use crate::syntax::ast::{Expr, ExprContext, ExprKind};

/// How a display is built: the instructions for starting, adding and extending.
#[derive(Clone, Copy)]
pub(super) struct Display {
    pub(super) build: Opcode,
    pub(super) add: Opcode,
    pub(super) extend: Opcode,
    /// Built as a list and made a tuple in the end.
    pub(super) tuple: bool,
}

pub(super) const TUPLE_DISPLAY: Display = Display {
    build: Opcode::BUILD_LIST,
    add: Opcode::LIST_APPEND,
    extend: Opcode::LIST_EXTEND,
    tuple: true,
};
pub(super) const LIST_DISPLAY: Display = Display {
    tuple: false,
    ..TUPLE_DISPLAY
};
pub(super) const SET_DISPLAY: Display = Display {
    build: Opcode::BUILD_SET,
    add: Opcode::SET_ADD,
    extend: Opcode::SET_UPDATE,
    tuple: false,
};

impl<'a> Codegen<'a> {
    /// A list, set or tuple with or without `*` (`starunpack_helper`). `pushed` values lie on the
    /// stack already; `extra` is the name of a last element that the compiler adds.
    pub(super) fn starunpack(
        &mut self,
        loc: SourceLocation,
        elts: &'a [Expr],
        extra: Option<&str>,
        pushed: usize,
        display: Display,
    ) -> Gen {
        let n = elts.len() + usize::from(extra.is_some());
        if n > 2
            && extra.is_none()
            && let Some(items) = elts.iter().map(constant).collect::<Option<Vec<_>>>()
        {
            if display.tuple && pushed == 0 {
                let folded = items.into_iter().map(code_constant).collect();
                self.load_const(Constant::Tuple(folded), loc);
                return Ok(());
            }
            let folded = if display.add == Opcode::SET_ADD {
                code_constant(&frozen_set(items.into_iter().cloned().collect()))
            } else {
                Constant::Tuple(items.into_iter().map(code_constant).collect())
            };
            self.addop_i(display.build, pushed, loc);
            self.load_const(folded, loc);
            self.addop_i(display.extend, 1, loc);
            if display.tuple {
                self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::LIST_TO_TUPLE, loc);
            }
            return Ok(());
        }
        let big = n + pushed > STACK_USE_GUIDELINE;
        let seen_star = elts
            .iter()
            .any(|elt| matches!(elt.kind, ExprKind::Starred { .. }));
        if !seen_star && !big {
            self.visit_exprs(elts)?;
            self.load_extra(loc, extra)?;
            let build = if display.tuple {
                Opcode::BUILD_TUPLE
            } else {
                display.build
            };
            self.addop_i(build, n + pushed, loc);
            return Ok(());
        }
        let mut sequence_built = big;
        if big {
            self.addop_i(display.build, pushed, loc);
        }
        for (i, elt) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, ctx: _ } = &elt.kind {
                if !sequence_built {
                    self.addop_i(display.build, i + pushed, loc);
                    sequence_built = true;
                }
                self.visit_expr(value)?;
                self.addop_i(display.extend, 1, loc);
            } else {
                self.visit_expr(elt)?;
                if sequence_built {
                    self.addop_i(display.add, 1, loc);
                }
            }
        }
        if extra.is_some() {
            self.load_extra(loc, extra)?;
            self.addop_i(display.add, 1, loc);
        }
        if display.tuple {
            self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::LIST_TO_TUPLE, loc);
        }
        Ok(())
    }

    /// Loads the name that the compiler adds to the bases of a generic class.
    pub(super) fn load_extra(&mut self, loc: SourceLocation, extra: Option<&str>) -> Gen {
        match extra {
            Some(name) => self.hidden_nameop(loc, name, ExprContext::Load),
            None => Ok(()),
        }
    }

    pub(super) fn dict(
        &mut self,
        loc: SourceLocation,
        keys: &'a [Option<Expr>],
        values: &'a [Expr],
    ) -> Gen {
        let mut have_dict = false;
        let mut elements = 0;
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            if key.is_none() {
                if elements > 0 {
                    self.sub_dict(loc, keys, values, i - elements..i, have_dict)?;
                    have_dict = true;
                    elements = 0;
                }
                if !have_dict {
                    self.addop_i(Opcode::BUILD_MAP, 0, loc);
                    have_dict = true;
                }
                self.visit_expr(value)?;
                self.addop_i(Opcode::DICT_UPDATE, 1, loc);
            } else if elements * 2 > STACK_USE_GUIDELINE {
                self.sub_dict(loc, keys, values, i - elements..i + 1, have_dict)?;
                have_dict = true;
                elements = 0;
            } else {
                elements += 1;
            }
        }
        if elements > 0 {
            let n = values.len();
            self.sub_dict(loc, keys, values, n - elements..n, have_dict)?;
            have_dict = true;
        }
        if !have_dict {
            self.addop_i(Opcode::BUILD_MAP, 0, loc);
        }
        Ok(())
    }

    /// One run of `key: value` pairs, added to the dict before it when there is one.
    fn sub_dict(
        &mut self,
        loc: SourceLocation,
        keys: &'a [Option<Expr>],
        values: &'a [Expr],
        range: std::ops::Range<usize>,
        have_dict: bool,
    ) -> Gen {
        let n = range.len();
        let big = n * 2 > STACK_USE_GUIDELINE;
        let (keys, values) = (&keys[range.clone()], &values[range]);
        let constants: Option<Vec<Constant>> = keys
            .iter()
            .map(|key| key.as_ref().and_then(constant).map(code_constant))
            .collect();
        match constants {
            Some(constants) if n > 1 && !big => {
                self.visit_exprs(values)?;
                self.load_const(Constant::Tuple(constants.into()), loc);
                self.addop_i(Opcode::BUILD_CONST_KEY_MAP, n, loc);
            }
            _ => {
                if big {
                    self.addop_i(Opcode::BUILD_MAP, 0, loc);
                }
                for (key, value) in keys.iter().flatten().zip(values) {
                    self.visit_expr(key)?;
                    self.visit_expr(value)?;
                    if big {
                        self.addop_i(Opcode::MAP_ADD, 1, loc);
                    }
                }
                if !big {
                    self.addop_i(Opcode::BUILD_MAP, n, loc);
                }
            }
        }
        if have_dict {
            self.addop_i(Opcode::DICT_UPDATE, 1, loc);
        }
        Ok(())
    }
}
