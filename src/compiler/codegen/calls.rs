//! Calls: of methods, of `super()`, with `*` and `**`, with keywords.
//!
//! Mirrors `compiler_call`, `maybe_optimize_method_call` and `compiler_call_helper` of
//! `Python/compile.c`.

use super::displays::TUPLE_DISPLAY;
use super::expressions::start_at_attribute;
use super::unit::forbid_debug;
use super::{Codegen, Gen, STACK_USE_GUIDELINE};
use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};
use crate::compiler::error::error_at;
use crate::compiler::symtable::{DEF_IMPORT, Scope, SymbolTable};
use crate::syntax::ast::{Expr, ExprContext, ExprKind, Keyword};
use crate::syntax::error::SyntaxError;

impl<'a> Codegen<'a> {
    pub(super) fn call(
        &mut self,
        loc: SourceLocation,
        func: &'a Expr,
        args: &'a [Expr],
        keywords: &'a [Keyword],
    ) -> Gen {
        validate_keywords(keywords)?;
        if self.method_call(loc, func, args, keywords)? {
            return Ok(());
        }
        self.check_caller(func);
        self.visit_expr(func)?;
        self.addop(Opcode::PUSH_NULL, func.loc);
        self.call_helper(loc, 0, args, None, keywords)
    }

    /// `a.b(…)` without making a bound method, where that is possible; whether it was.
    fn method_call(
        &mut self,
        call: SourceLocation,
        meth: &'a Expr,
        args: &'a [Expr],
        keywords: &'a [Keyword],
    ) -> Result<bool, SyntaxError> {
        let ExprKind::Attribute {
            value,
            attr,
            ctx: ExprContext::Load,
        } = &meth.kind
        else {
            return Ok(false);
        };
        let count = args.len() + keywords.len() + usize::from(!keywords.is_empty());
        if self.is_import_originated(value)
            || count >= STACK_USE_GUIDELINE
            || args.iter().any(is_starred)
            || keywords.iter().any(|keyword| keyword.arg.is_none())
        {
            return Ok(false);
        }
        let mut loc = meth.loc;
        if let Some(super_args) = self.optimizable_super_call(value, attr) {
            self.load_args_for_super(value)?;
            let opcode = if super_args.is_empty() {
                Opcode::LOAD_ZERO_SUPER_METHOD
            } else {
                Opcode::LOAD_SUPER_METHOD
            };
            self.addop_name(opcode, attr, loc);
            loc = start_at_attribute(loc, meth.loc, attr);
            self.addop(Opcode::NOP, loc);
        } else {
            self.visit_expr(value)?;
            loc = start_at_attribute(loc, meth.loc, attr);
            self.addop_name(Opcode::LOAD_METHOD, attr, loc);
        }
        self.visit_exprs(args)?;
        let call_loc = start_at_attribute(call, meth.loc, attr);
        if keywords.is_empty() {
            self.addop_i(Opcode::CALL, args.len(), call_loc);
        } else {
            self.keyword_values(keywords)?;
            self.load_keyword_names(keywords, loc);
            self.addop_i(Opcode::CALL_KW, args.len() + keywords.len(), call_loc);
        }
        Ok(true)
    }

    /// Whether a name is imported at the top of the module, so that `a.b()` calls a function.
    fn is_import_originated(&self, e: &Expr) -> bool {
        let ExprKind::Name { id, ctx: _ } = &e.kind else {
            return false;
        };
        self.symtable.entry(SymbolTable::TOP).flags(id) & DEF_IMPORT != 0
    }

    /// The arguments of `super(…)` in `super(…).attr`, when `LOAD_SUPER_ATTR` can stand for it.
    pub(super) fn optimizable_super_call(&self, value: &'a Expr, attr: &str) -> Option<&'a [Expr]> {
        let ExprKind::Call {
            func,
            args,
            keywords,
        } = &value.kind
        else {
            return None;
        };
        let ExprKind::Name { id, ctx: _ } = &func.kind else {
            return None;
        };
        // A `super` object has a `__class__` of its own.
        if &**id != "super" || !keywords.is_empty() || attr == "__class__" {
            return None;
        }
        // Only when `super` is surely the builtin.
        if self.ste().scope(id) != Some(Scope::GlobalImplicit)
            || self.symtable.entry(SymbolTable::TOP).scope(id).is_some()
        {
            return None;
        }
        match args.len() {
            2 => (!args.iter().any(is_starred)).then_some(args),
            0 => {
                let metadata = &self.unit().metadata;
                let has_self = metadata.u_argcount > 0 || metadata.u_posonlyargcount > 0;
                (has_self && self.ref_type("__class__") == Some(Scope::Free)).then_some(args)
            }
            _ => None,
        }
    }

    /// Pushes `super`, the class and the instance.
    pub(super) fn load_args_for_super(&mut self, value: &'a Expr) -> Gen {
        let ExprKind::Call { func, args, .. } = &value.kind else {
            unreachable!("called for a call of super");
        };
        self.hidden_nameop(func.loc, "super", ExprContext::Load)?;
        if args.is_empty() {
            self.hidden_nameop(value.loc, "__class__", ExprContext::Load)?;
            let first = self.unit().metadata.u_varnames.at(0).clone();
            self.nameop(value.loc, &first, ExprContext::Load)
        } else {
            self.visit_exprs(args)
        }
    }

    fn keyword_values(&mut self, keywords: &'a [Keyword]) -> Gen {
        keywords
            .iter()
            .try_for_each(|keyword| self.visit_expr(&keyword.value))
    }

    fn load_keyword_names(&mut self, keywords: &[Keyword], loc: SourceLocation) {
        let names = keywords
            .iter()
            .filter_map(|keyword| keyword.arg.as_deref().map(Constant::str))
            .collect();
        self.load_const(Constant::Tuple(names), loc);
    }

    /// Pushes arguments and calls; `n` arguments lie on the stack already, and `extra` is the
    /// name of a last one that the compiler adds.
    pub(super) fn call_helper(
        &mut self,
        loc: SourceLocation,
        n: usize,
        args: &'a [Expr],
        extra: Option<&str>,
        keywords: &'a [Keyword],
    ) -> Gen {
        validate_keywords(keywords)?;
        let nelts = args.len() + usize::from(extra.is_some());
        let nkwelts = keywords.len();
        if nelts + nkwelts * 2 > STACK_USE_GUIDELINE
            || args.iter().any(is_starred)
            || keywords.iter().any(|keyword| keyword.arg.is_none())
        {
            return self.call_function_ex(loc, n, args, extra, keywords);
        }
        self.visit_exprs(args)?;
        self.load_extra(loc, extra)?;
        if nkwelts > 0 {
            self.keyword_values(keywords)?;
            self.load_keyword_names(keywords, loc);
            self.addop_i(Opcode::CALL_KW, n + nelts + nkwelts, loc);
        } else {
            self.addop_i(Opcode::CALL, n + nelts, loc);
        }
        Ok(())
    }

    /// A call with `*` or `**`, or with very many arguments: one tuple and one dict.
    fn call_function_ex(
        &mut self,
        loc: SourceLocation,
        n: usize,
        args: &'a [Expr],
        extra: Option<&str>,
        keywords: &'a [Keyword],
    ) -> Gen {
        match args {
            [
                Expr {
                    kind: ExprKind::Starred { value, ctx: _ },
                    ..
                },
            ] if n == 0 && extra.is_none() => self.visit_expr(value)?,
            _ => self.starunpack(loc, args, extra, n, TUPLE_DISPLAY)?,
        }
        let mut have_dict = false;
        let mut nseen = 0;
        for (i, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                nseen += 1;
                continue;
            }
            if nseen > 0 {
                self.sub_kwargs(loc, &keywords[i - nseen..i], have_dict)?;
                have_dict = true;
                nseen = 0;
            }
            if !have_dict {
                self.addop_i(Opcode::BUILD_MAP, 0, loc);
                have_dict = true;
            }
            self.visit_expr(&keyword.value)?;
            self.addop_i(Opcode::DICT_MERGE, 1, loc);
        }
        if nseen > 0 {
            self.sub_kwargs(loc, &keywords[keywords.len() - nseen..], have_dict)?;
        }
        self.addop_i(
            Opcode::CALL_FUNCTION_EX,
            usize::from(!keywords.is_empty()),
            loc,
        );
        Ok(())
    }

    fn sub_kwargs(&mut self, loc: SourceLocation, keywords: &'a [Keyword], merge: bool) -> Gen {
        let n = keywords.len();
        let big = n * 2 > STACK_USE_GUIDELINE;
        if n > 1 && !big {
            self.keyword_values(keywords)?;
            self.load_keyword_names(keywords, loc);
            self.addop_i(Opcode::BUILD_CONST_KEY_MAP, n, loc);
        } else {
            if big {
                self.addop_i(Opcode::BUILD_MAP, 0, SourceLocation::NONE);
            }
            for keyword in keywords {
                self.load_str(keyword.arg.as_deref().unwrap_or_default(), loc);
                self.visit_expr(&keyword.value)?;
                if big {
                    self.addop_i(Opcode::MAP_ADD, 1, SourceLocation::NONE);
                }
            }
            if !big {
                self.addop_i(Opcode::BUILD_MAP, n, loc);
            }
        }
        if merge {
            self.addop_i(Opcode::DICT_MERGE, 1, loc);
        }
        Ok(())
    }
}

fn validate_keywords(keywords: &[Keyword]) -> Gen {
    for (i, keyword) in keywords.iter().enumerate() {
        let Some(arg) = &keyword.arg else {
            continue;
        };
        forbid_debug(keyword.loc, arg, ExprContext::Store)?;
        let again = keywords[i + 1..]
            .iter()
            .find(|other| other.arg.as_ref() == Some(arg));
        if let Some(again) = again {
            let msg = format!("keyword argument repeated: {arg}");
            return Err(error_at(again.loc, msg));
        }
    }
    Ok(())
}

const fn is_starred(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Starred { .. })
}
