//! Classes, type aliases and type parameters.
//!
//! Mirrors `compiler_class`, `compiler_typealias` and `compiler_type_params` of `Python/compile.c`.

use super::{Codegen, Gen, ScopeKind};
use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};
use crate::compiler::error::error_at;
use crate::compiler::intrinsics;
use crate::compiler::symtable::BlockRole;
use crate::syntax::ast::{
    Expr, ExprContext, ExprKind, Identifier, Stmt, StmtKind, TypeParam, TypeParamKind,
};

impl<'a> Codegen<'a> {
    pub(super) fn class(&mut self, s: &'a Stmt) -> Gen {
        let StmtKind::ClassDef {
            name,
            bases,
            keywords,
            body: _,
            decorator_list,
            type_params,
        } = &s.kind
        else {
            unreachable!("called for a class");
        };
        let loc = s.loc;
        self.visit_exprs(decorator_list)?;
        let firstlineno = decorator_list
            .first()
            .map_or(loc.lineno, |first| first.loc.lineno);
        if type_params.is_empty() {
            self.class_body(s, firstlineno)?;
            self.call_helper(loc, 2, bases, None, keywords)?;
        } else {
            let scope = self.symtable.lookup(s, BlockRole::TypeParams);
            let type_params_name = format!("<generic parameters of {name}>");
            self.enter_scope(&type_params_name, ScopeKind::TypeParams, scope, firstlineno);
            self.u().u_private = Some(name.clone());
            self.type_params(type_params)?;
            self.hidden_nameop(loc, ".type_params", ExprContext::Store)?;
            self.class_body(s, firstlineno)?;
            self.hidden_nameop(loc, ".type_params", ExprContext::Load)?;
            self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::SUBSCRIPT_GENERIC, loc);
            self.hidden_nameop(loc, ".generic_base", ExprContext::Store)?;
            self.call_helper(loc, 2, bases, Some(".generic_base"), keywords)?;
            let co = self.exit_scope(false);
            self.make_closure(loc, co, 0);
            self.addop(Opcode::PUSH_NULL, loc);
            self.addop_i(Opcode::CALL, 0, loc);
        }
        self.apply_decorators(decorator_list);
        self.nameop(loc, name, ExprContext::Store)
    }

    /// Compiles the body to a function and pushes what calls `__build_class__` with it.
    fn class_body(&mut self, s: &'a Stmt, firstlineno: i32) -> Gen {
        let StmtKind::ClassDef {
            name,
            body,
            type_params,
            ..
        } = &s.kind
        else {
            unreachable!("called for a class");
        };
        const NONE: SourceLocation = SourceLocation::NONE;
        let scope = self.symtable.lookup(s, BlockRole::Body);
        self.enter_scope(name, ScopeKind::Class, scope, firstlineno);
        let loc = SourceLocation::new(firstlineno, 0, firstlineno, 0);
        self.u().u_private = Some(name.clone());
        self.hidden_nameop(loc, "__name__", ExprContext::Load)?;
        self.hidden_nameop(loc, "__module__", ExprContext::Store)?;
        let qualname = self.unit().metadata.u_qualname.clone();
        self.load_str(&qualname, loc);
        self.hidden_nameop(loc, "__qualname__", ExprContext::Store)?;
        self.load_const(Constant::int(firstlineno), loc);
        self.hidden_nameop(loc, "__firstlineno__", ExprContext::Store)?;
        if !type_params.is_empty() {
            self.hidden_nameop(loc, ".type_params", ExprContext::Load)?;
            self.hidden_nameop(loc, "__type_params__", ExprContext::Store)?;
        }
        let needs_classdict = self.ste().ste_needs_classdict;
        if needs_classdict {
            self.addop(Opcode::LOAD_LOCALS, loc);
            self.addop_cell(Opcode::STORE_DEREF, "__classdict__", loc);
        }
        self.body(loc, body)?;
        let attributes = self.unit().u_static_attributes.iter();
        let attributes = attributes.map(|name| Constant::str(name)).collect();
        self.load_const(Constant::Tuple(attributes), NONE);
        self.hidden_nameop(NONE, "__static_attributes__", ExprContext::Store)?;
        if needs_classdict {
            self.addop_cell(Opcode::LOAD_CLOSURE, "__classdict__", NONE);
            self.hidden_nameop(NONE, "__classdictcell__", ExprContext::Store)?;
        }
        if self.ste().ste_needs_class_closure {
            self.addop_cell(Opcode::LOAD_CLOSURE, "__class__", NONE);
            self.addop_i(Opcode::COPY, 1, NONE);
            self.hidden_nameop(NONE, "__classcell__", ExprContext::Store)?;
        } else {
            self.load_none(NONE);
        }
        self.addop(Opcode::RETURN_VALUE, NONE);
        let co = self.exit_scope(true);
        // These belong to the class statement, not to a decorator above it.
        self.addop(Opcode::LOAD_BUILD_CLASS, s.loc);
        self.addop(Opcode::PUSH_NULL, s.loc);
        self.make_closure(s.loc, co, 0);
        self.load_str(name, s.loc);
        Ok(())
    }

    pub(super) fn type_alias(&mut self, s: &'a Stmt) -> Gen {
        let StmtKind::TypeAlias {
            name: target,
            type_params,
            value,
        } = &s.kind
        else {
            unreachable!("called for a type alias");
        };
        let ExprKind::Name { id: name, ctx: _ } = &target.kind else {
            unreachable!("the grammar allows a name alone");
        };
        let loc = s.loc;
        let is_generic = !type_params.is_empty();
        if is_generic {
            let scope = self.symtable.lookup(s, BlockRole::TypeParams);
            let type_params_name = format!("<generic parameters of {name}>");
            self.enter_scope(&type_params_name, ScopeKind::TypeParams, scope, loc.lineno);
            self.load_str(name, loc);
            self.type_params(type_params)?;
        } else {
            self.load_str(name, loc);
            self.load_none(loc);
        }
        // The value is a function of its own, called when it is first asked for.
        let scope = self.symtable.lookup(s, BlockRole::Body);
        self.enter_scope(name, ScopeKind::Function, scope, loc.lineno);
        self.add_const(Constant::None);
        self.visit_expr(value)?;
        self.addop(Opcode::RETURN_VALUE, loc);
        let co = self.exit_scope(false);
        self.make_closure(loc, co, 0);
        self.addop_i(Opcode::BUILD_TUPLE, 3, loc);
        self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::TYPEALIAS, loc);
        if is_generic {
            let co = self.exit_scope(false);
            self.make_closure(loc, co, 0);
            self.addop(Opcode::PUSH_NULL, loc);
            self.addop_i(Opcode::CALL, 0, loc);
        }
        self.nameop(loc, name, ExprContext::Store)
    }

    /// Makes the type parameters, stores each, and pushes their tuple.
    pub(super) fn type_params(&mut self, type_params: &'a [TypeParam]) -> Gen {
        let mut seen_default = false;
        for param in type_params {
            let loc = param.loc;
            let (name, default_value, allow_starred) = match &param.kind {
                TypeParamKind::TypeVar {
                    name,
                    bound,
                    default_value,
                } => {
                    self.load_str(name, loc);
                    if let Some(bound) = bound {
                        self.type_param_value(bound, name, param, BlockRole::Bound, false)?;
                        let intrinsic = if matches!(bound.kind, ExprKind::Tuple { .. }) {
                            intrinsics::TYPEVAR_WITH_CONSTRAINTS
                        } else {
                            intrinsics::TYPEVAR_WITH_BOUND
                        };
                        self.addop_i(Opcode::CALL_INTRINSIC_2, intrinsic, loc);
                    } else {
                        self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::TYPEVAR, loc);
                    }
                    (name, default_value, false)
                }
                TypeParamKind::TypeVarTuple {
                    name,
                    default_value,
                } => {
                    self.load_str(name, loc);
                    self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::TYPEVARTUPLE, loc);
                    (name, default_value, true)
                }
                TypeParamKind::ParamSpec {
                    name,
                    default_value,
                } => {
                    self.load_str(name, loc);
                    self.addop_i(Opcode::CALL_INTRINSIC_1, intrinsics::PARAMSPEC, loc);
                    (name, default_value, false)
                }
            };
            if let Some(default) = default_value {
                seen_default = true;
                self.type_param_value(default, name, param, BlockRole::Default, allow_starred)?;
                self.addop_i(
                    Opcode::CALL_INTRINSIC_2,
                    intrinsics::SET_TYPEPARAM_DEFAULT,
                    loc,
                );
            } else if seen_default {
                let msg =
                    format!("non-default type parameter '{name}' follows default type parameter");
                return Err(error_at(loc, msg));
            }
            self.addop_i(Opcode::COPY, 1, loc);
            self.nameop(loc, name, ExprContext::Store)?;
        }
        self.addop_i(Opcode::BUILD_TUPLE, type_params.len(), type_params[0].loc);
        Ok(())
    }

    /// A bound or default is a function of its own, called when it is first asked for.
    fn type_param_value(
        &mut self,
        value: &'a Expr,
        name: &Identifier,
        param: &'a TypeParam,
        role: BlockRole,
        allow_starred: bool,
    ) -> Gen {
        let scope = self.symtable.lookup(param, role);
        self.enter_scope(name, ScopeKind::TypeParams, scope, value.loc.lineno);
        match &value.kind {
            ExprKind::Starred {
                value: inner,
                ctx: _,
            } if allow_starred => {
                self.visit_expr(inner)?;
                self.addop_i(Opcode::UNPACK_SEQUENCE, 1, value.loc);
            }
            _ => self.visit_expr(value)?,
        }
        self.addop(Opcode::RETURN_VALUE, value.loc);
        let co = self.exit_scope(true);
        self.make_closure(value.loc, co, 0);
        Ok(())
    }
}
