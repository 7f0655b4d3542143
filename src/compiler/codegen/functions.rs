//! Functions and lambdas: defaults, annotations, decorators, closures.
//!
//! Mirrors `compiler_function`, `compiler_lambda` and their helpers in `Python/compile.c`.

use std::sync::Arc;

use super::blocks::BlockKind;
use super::unit::forbid_debug;
use super::{Codegen, Gen, ScopeKind, clean_doc};
use crate::base::SourceLocation;
use crate::bytecode::{CodeObject, Constant, Opcode};
use crate::compiler::ast_opt::docstring;
use crate::compiler::intrinsics;
use crate::compiler::symtable::{BlockRole, Scope};
use crate::compiler::unparse::unparse;
use crate::syntax::ast::{Arg, Arguments, Expr, ExprContext, ExprKind, Identifier, Stmt, StmtKind};
use crate::syntax::error::SyntaxError;

/// Bits of what a function gets beside its code (`MAKE_FUNCTION_…`).
const DEFAULTS: usize = 1;
const KWDEFAULTS: usize = 2;
const ANNOTATIONS: usize = 4;
const CLOSURE: usize = 8;

impl<'a> Codegen<'a> {
    pub(super) fn function(&mut self, s: &'a Stmt) -> Gen {
        let (StmtKind::FunctionDef {
            name,
            args,
            body: _,
            decorator_list,
            returns,
            type_params,
        }
        | StmtKind::AsyncFunctionDef {
            name,
            args,
            body: _,
            decorator_list,
            returns,
            type_params,
        }) = &s.kind
        else {
            unreachable!("called for a function");
        };
        let loc = s.loc;
        check_debug_args(args)?;
        self.visit_exprs(decorator_list)?;
        let firstlineno = decorator_list
            .first()
            .map_or(loc.lineno, |first| first.loc.lineno);
        let mut funcflags = self.default_arguments(loc, args)?;
        let is_generic = !type_params.is_empty();
        let mut num_typeparam_args = 0;
        if is_generic {
            num_typeparam_args =
                usize::from(funcflags & DEFAULTS != 0) + usize::from(funcflags & KWDEFAULTS != 0);
            if num_typeparam_args == 2 {
                self.addop_i(Opcode::SWAP, 2, loc);
            }
            let scope = self.symtable.lookup(s, BlockRole::TypeParams);
            let type_params_name = format!("<generic parameters of {name}>");
            self.enter_scope(&type_params_name, ScopeKind::TypeParams, scope, firstlineno);
            self.type_params(type_params)?;
            for i in 0..num_typeparam_args {
                self.addop_i(Opcode::LOAD_FAST, i, loc);
            }
        }
        if self.annotations(loc, args, returns.as_deref())? {
            funcflags |= ANNOTATIONS;
        }
        self.function_body(s, funcflags, firstlineno)?;
        if is_generic {
            self.addop_i(Opcode::SWAP, 2, loc);
            self.addop_i(
                Opcode::CALL_INTRINSIC_2,
                intrinsics::SET_FUNCTION_TYPE_PARAMS,
                loc,
            );
            self.u().metadata.u_argcount = num_typeparam_args as u32;
            let co = self.exit_scope(false);
            self.make_closure(loc, co, 0);
            if num_typeparam_args > 0 {
                self.addop_i(Opcode::SWAP, num_typeparam_args + 1, loc);
                self.addop_i(Opcode::CALL, num_typeparam_args - 1, loc);
            } else {
                self.addop(Opcode::PUSH_NULL, loc);
                self.addop_i(Opcode::CALL, 0, loc);
            }
        }
        self.apply_decorators(decorator_list);
        self.nameop(loc, name, ExprContext::Store)
    }

    fn function_body(&mut self, s: &'a Stmt, funcflags: usize, firstlineno: i32) -> Gen {
        let (name, args, body, kind) = match &s.kind {
            StmtKind::FunctionDef {
                name, args, body, ..
            } => (name, args, body, ScopeKind::Function),
            StmtKind::AsyncFunctionDef {
                name, args, body, ..
            } => (name, args, body, ScopeKind::AsyncFunction),
            _ => unreachable!("called for a function"),
        };
        let scope = self.symtable.lookup(s, BlockRole::Body);
        self.enter_scope(name, kind, scope, firstlineno);
        let doc = docstring(body);
        let rest = if doc.is_some() { &body[1..] } else { &body[..] };
        let doc = doc.filter(|_| self.options.optimize < 2);
        // The first constant is the docstring or None, used or not.
        self.add_const(doc.map_or(Constant::None, |doc| Constant::Str(clean_doc(doc).into())));
        self.set_argcounts(args);
        let start = self.new_label();
        self.use_label(start);
        let ste = self.ste();
        let stops_iteration = ste.ste_coroutine || ste.ste_generator;
        if stops_iteration {
            // Room for the block of the handler around the whole body.
            self.push_fblock(
                SourceLocation::NONE,
                BlockKind::StopIteration,
                Some(start),
                None,
            )?;
        }
        self.visit_stmts(rest)?;
        if stops_iteration {
            self.wrap_in_stopiteration_handler();
            self.pop_fblock();
        }
        let co = self.exit_scope(true);
        self.make_closure(s.loc, co, funcflags);
        Ok(())
    }

    fn set_argcounts(&mut self, args: &Arguments) {
        let metadata = &mut self.u().metadata;
        metadata.u_argcount = args.args.len() as u32;
        metadata.u_posonlyargcount = args.posonlyargs.len() as u32;
        metadata.u_kwonlyargcount = args.kwonlyargs.len() as u32;
    }

    /// A `StopIteration` that leaves a generator's body becomes a `RuntimeError`.
    pub(super) fn wrap_in_stopiteration_handler(&mut self) {
        const NONE: SourceLocation = SourceLocation::NONE;
        let handler = self.new_label();
        self.u()
            .sequence
            .insert(0, Opcode::SETUP_CLEANUP, handler.0, NONE);
        self.load_none(NONE);
        self.addop(Opcode::RETURN_VALUE, NONE);
        self.use_label(handler);
        self.addop_i(
            Opcode::CALL_INTRINSIC_1,
            intrinsics::STOPITERATION_ERROR,
            NONE,
        );
        self.addop_i(Opcode::RERAISE, 1, NONE);
    }

    pub(super) fn lambda(&mut self, e: &'a Expr, args: &'a Arguments, body: &'a Expr) -> Gen {
        check_debug_args(args)?;
        let funcflags = self.default_arguments(e.loc, args)?;
        let scope = self.symtable.lookup(e, BlockRole::Body);
        self.enter_scope("<lambda>", ScopeKind::Lambda, scope, e.loc.lineno);
        // None comes first, so that no other constant can pass for a docstring.
        self.add_const(Constant::None);
        self.set_argcounts(args);
        self.visit_expr(body)?;
        let co = if self.ste().ste_generator {
            self.exit_scope(false)
        } else {
            self.addop(Opcode::RETURN_VALUE, body.loc);
            self.exit_scope(true)
        };
        self.make_closure(e.loc, co, funcflags);
        Ok(())
    }

    /// Pushes a function made of `co`, with its cells when it has free variables.
    pub(super) fn make_closure(
        &mut self,
        loc: SourceLocation,
        co: Arc<CodeObject>,
        mut funcflags: usize,
    ) {
        let freevars: Vec<Identifier> = co.co_freevars().cloned().collect();
        if !freevars.is_empty() {
            for name in &freevars {
                // A class can have a local with the name of a free variable of its methods: the
                // methods mean the one from outside.
                if self.ref_type(name) == Some(Scope::Cell) {
                    self.addop_cell(Opcode::LOAD_CLOSURE, name, loc);
                } else {
                    self.addop_free(Opcode::LOAD_CLOSURE, name, loc);
                }
            }
            funcflags |= CLOSURE;
            self.addop_i(Opcode::BUILD_TUPLE, freevars.len(), loc);
        }
        self.load_const(Constant::Code(co), loc);
        self.addop(Opcode::MAKE_FUNCTION, loc);
        for flag in [CLOSURE, ANNOTATIONS, KWDEFAULTS, DEFAULTS] {
            if funcflags & flag != 0 {
                self.addop_i(Opcode::SET_FUNCTION_ATTRIBUTE, flag, loc);
            }
        }
    }

    pub(super) fn apply_decorators(&mut self, decorators: &[Expr]) {
        for decorator in decorators.iter().rev() {
            self.addop_i(Opcode::CALL, 0, decorator.loc);
        }
    }

    /// Pushes the default values; returns which kinds there are.
    fn default_arguments(
        &mut self,
        loc: SourceLocation,
        args: &'a Arguments,
    ) -> Result<usize, SyntaxError> {
        let mut funcflags = 0;
        if !args.defaults.is_empty() {
            self.visit_exprs(&args.defaults)?;
            self.addop_i(Opcode::BUILD_TUPLE, args.defaults.len(), loc);
            funcflags |= DEFAULTS;
        }
        let mut keys = Vec::new();
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            if let Some(default) = default {
                keys.push(Constant::str(&self.maybe_mangle(&arg.arg)));
                self.visit_expr(default)?;
            }
        }
        if !keys.is_empty() {
            let count = keys.len();
            self.load_const(Constant::Tuple(keys.into()), loc);
            self.addop_i(Opcode::BUILD_CONST_KEY_MAP, count, loc);
            funcflags |= KWDEFAULTS;
        }
        Ok(funcflags)
    }

    /// Pushes the annotations as a tuple of names and values; whether there are any.
    fn annotations(
        &mut self,
        loc: SourceLocation,
        args: &'a Arguments,
        returns: Option<&'a Expr>,
    ) -> Result<bool, SyntaxError> {
        // In CPython's order, positional-only parameters after the others.
        let annotated = args
            .args
            .iter()
            .chain(&args.posonlyargs)
            .chain(args.vararg.as_deref())
            .chain(&args.kwonlyargs)
            .chain(args.kwarg.as_deref());
        let mut len = 0;
        for Arg {
            arg, annotation, ..
        } in annotated
        {
            if let Some(annotation) = annotation {
                self.annotation(loc, arg, annotation)?;
                len += 2;
            }
        }
        if let Some(returns) = returns {
            self.annotation(loc, &"return".into(), returns)?;
            len += 2;
        }
        if len > 0 {
            self.addop_i(Opcode::BUILD_TUPLE, len, loc);
        }
        Ok(len > 0)
    }

    fn annotation(&mut self, loc: SourceLocation, name: &Identifier, annotation: &'a Expr) -> Gen {
        let mangled = self.maybe_mangle(name);
        self.load_str(&mangled, loc);
        if self.options.future.annotations() {
            self.annotation_text(annotation);
            return Ok(());
        }
        if let ExprKind::Starred { value, ctx: _ } = &annotation.kind {
            // `*args: *Ts` means the one value of `[*Ts]`.
            self.visit_expr(value)?;
            self.addop_i(Opcode::UNPACK_SEQUENCE, 1, loc);
            return Ok(());
        }
        self.visit_expr(annotation)
    }

    /// Pushes an annotation as the text of its source.
    pub(super) fn annotation_text(&mut self, annotation: &Expr) {
        let text = Constant::Str(unparse(annotation).into());
        self.load_const(text, annotation.loc);
    }
}

fn check_debug_args(args: &Arguments) -> Gen {
    let all = args
        .posonlyargs
        .iter()
        .chain(&args.args)
        .chain(args.vararg.as_deref())
        .chain(&args.kwonlyargs)
        .chain(args.kwarg.as_deref());
    for arg in all {
        forbid_debug(arg.loc, &arg.arg, ExprContext::Store)?;
    }
    Ok(())
}
