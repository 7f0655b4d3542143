//! The first pass over functions, classes, type aliases and type parameters: what opens scopes.
//!
//! Mirrors the cases of `symtable_visit_stmt` for definitions, `symtable_visit_annotations`,
//! `symtable_enter_type_param_block` and `symtable_visit_type_param` in `Python/symtable.c`.

use super::build::{Builder, Visit};
use super::entry::{BlockKey, BlockRole, BlockType, DEF_LOCAL, DEF_PARAM, DEF_TYPE_PARAM, USE};
use crate::syntax::ast::{
    Arg, Arguments, Expr, ExprKind, Identifier, Stmt, StmtKind, TypeParam, TypeParamKind,
};

impl Builder<'_> {
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of the node, taken apart"
    )]
    pub(super) fn visit_function(
        &mut self,
        s: &Stmt,
        name: &Identifier,
        args: &Arguments,
        body: &[Stmt],
        decorator_list: &[Expr],
        returns: Option<&Expr>,
        type_params: &[TypeParam],
        is_async: bool,
    ) -> Visit {
        self.add_def(name, DEF_LOCAL, s.loc)?;
        self.visit_defaults(args)?;
        self.visit_exprs(decorator_list)?;
        if !type_params.is_empty() {
            self.enter_type_param_block(s, name)?;
            // CPython's parser always makes a list of defaults, be it empty, so the parameter
            // `.defaults` is always there.
            self.add_def(&".defaults".into(), DEF_PARAM, s.loc)?;
            if args.kw_defaults.iter().any(Option::is_some) {
                self.add_def(&".kwdefaults".into(), DEF_PARAM, s.loc)?;
            }
            self.visit_type_params(type_params)?;
        }
        self.visit_annotations(s, args, returns)?;
        self.enter_block(
            name.clone(),
            BlockType::FunctionBlock,
            BlockKey::new(s, BlockRole::Body),
            s.loc,
        );
        if is_async {
            self.cur().ste_coroutine = true;
        }
        self.visit_arguments(args)?;
        self.visit_stmts(body)?;
        self.exit_block();
        if !type_params.is_empty() {
            self.exit_block();
        }
        Ok(())
    }

    pub(super) fn visit_class(&mut self, s: &Stmt) -> Visit {
        let StmtKind::ClassDef {
            name,
            bases,
            keywords,
            body,
            decorator_list,
            type_params,
        } = &s.kind
        else {
            unreachable!("called for a class");
        };
        self.add_def(name, DEF_LOCAL, s.loc)?;
        self.visit_exprs(decorator_list)?;
        let outer_private = self.st_private.clone();
        if !type_params.is_empty() {
            self.enter_type_param_block(s, name)?;
            for hidden in [".type_params", ".generic_base"] {
                // Set when the tuple of parameters is made, used when the bases are.
                self.add_def(&hidden.into(), DEF_LOCAL, s.loc)?;
                self.add_def(&hidden.into(), USE, s.loc)?;
            }
            self.st_private = Some(name.clone());
            self.cur().ste_mangled_names = Some(std::collections::BTreeSet::new());
            self.visit_type_params(type_params)?;
        }
        self.visit_exprs(bases)?;
        for keyword in keywords {
            self.visit_expr(&keyword.value)?;
        }
        self.enter_block(
            name.clone(),
            BlockType::ClassBlock,
            BlockKey::new(s, BlockRole::Body),
            s.loc,
        );
        self.st_private = Some(name.clone());
        if !type_params.is_empty() {
            self.add_def(&"__type_params__".into(), DEF_LOCAL, s.loc)?;
            self.add_def(&".type_params".into(), USE, s.loc)?;
        }
        self.visit_stmts(body)?;
        self.exit_block();
        if !type_params.is_empty() {
            self.exit_block();
        }
        self.st_private = outer_private;
        Ok(())
    }

    pub(super) fn visit_type_alias(
        &mut self,
        s: &Stmt,
        target: &Expr,
        type_params: &[TypeParam],
        value: &Expr,
    ) -> Visit {
        self.visit_expr(target)?;
        let ExprKind::Name { id: name, ctx: _ } = &target.kind else {
            unreachable!("the grammar allows a name alone");
        };
        let is_in_class = self.cur().ste_type == BlockType::ClassBlock;
        if !type_params.is_empty() {
            self.enter_type_param_block(s, name)?;
            self.visit_type_params(type_params)?;
        }
        self.enter_block(
            name.clone(),
            BlockType::TypeAliasBlock,
            BlockKey::new(s, BlockRole::Body),
            s.loc,
        );
        self.cur().ste_can_see_class_scope = is_in_class;
        if is_in_class {
            self.add_def(&"__classdict__".into(), USE, value.loc)?;
        }
        self.visit_expr(value)?;
        self.exit_block();
        if !type_params.is_empty() {
            self.exit_block();
        }
        Ok(())
    }

    /// Default values, which belong to the scope around the function.
    pub(super) fn visit_defaults(&mut self, args: &Arguments) -> Visit {
        self.visit_exprs(&args.defaults)?;
        args.kw_defaults
            .iter()
            .flatten()
            .try_for_each(|default| self.visit_expr(default))
    }

    /// The parameters, in the scope of the function (`symtable_visit_arguments`).
    pub(super) fn visit_arguments(&mut self, a: &Arguments) -> Visit {
        for arg in a.posonlyargs.iter().chain(&a.args).chain(&a.kwonlyargs) {
            self.add_def(&arg.arg, DEF_PARAM, arg.loc)?;
        }
        if let Some(vararg) = &a.vararg {
            self.add_def(&vararg.arg, DEF_PARAM, vararg.loc)?;
            self.cur().ste_varargs = true;
        }
        if let Some(kwarg) = &a.kwarg {
            self.add_def(&kwarg.arg, DEF_PARAM, kwarg.loc)?;
            self.cur().ste_varkeywords = true;
        }
        Ok(())
    }

    pub(super) fn visit_annotation(&mut self, annotation: &Expr) -> Visit {
        let as_strings = self.future.annotations();
        if as_strings {
            self.enter_block(
                "_annotation".into(),
                BlockType::AnnotationBlock,
                BlockKey::new(annotation, BlockRole::Annotations),
                annotation.loc,
            );
        }
        self.visit_expr(annotation)?;
        if as_strings {
            self.exit_block();
        }
        Ok(())
    }

    fn visit_annotations(&mut self, s: &Stmt, a: &Arguments, returns: Option<&Expr>) -> Visit {
        let as_strings = self.future.annotations();
        if as_strings {
            self.enter_block(
                "_annotation".into(),
                BlockType::AnnotationBlock,
                BlockKey::new(s, BlockRole::Annotations),
                s.loc,
            );
        }
        let annotated = a
            .posonlyargs
            .iter()
            .chain(&a.args)
            .chain(a.vararg.as_deref())
            .chain(a.kwarg.as_deref())
            .chain(&a.kwonlyargs);
        for Arg { annotation, .. } in annotated {
            self.visit_opt(annotation.as_deref())?;
        }
        if as_strings {
            self.exit_block();
        }
        match returns {
            Some(returns) => self.visit_annotation(returns),
            None => Ok(()),
        }
    }

    /// Opens the scope of type parameters (`symtable_enter_type_param_block`).
    fn enter_type_param_block(&mut self, s: &Stmt, name: &Identifier) -> Visit {
        let in_class = self.cur().ste_type == BlockType::ClassBlock;
        self.enter_block(
            name.clone(),
            BlockType::TypeParametersBlock,
            BlockKey::new(s, BlockRole::TypeParams),
            s.loc,
        );
        if in_class {
            self.cur().ste_can_see_class_scope = true;
            self.add_def(&"__classdict__".into(), USE, s.loc)?;
        }
        Ok(())
    }

    fn visit_type_params(&mut self, type_params: &[TypeParam]) -> Visit {
        for tp in type_params {
            self.enter_recursive()?;
            let (name, default_value, info) = match &tp.kind {
                TypeParamKind::TypeVar {
                    name,
                    bound: _,
                    default_value,
                } => (name, default_value, "a TypeVar default"),
                TypeParamKind::TypeVarTuple {
                    name,
                    default_value,
                } => (name, default_value, "a TypeVarTuple default"),
                TypeParamKind::ParamSpec {
                    name,
                    default_value,
                } => (name, default_value, "a ParamSpec default"),
            };
            self.add_def(name, DEF_TYPE_PARAM | DEF_LOCAL, tp.loc)?;
            if let TypeParamKind::TypeVar {
                bound: Some(bound), ..
            } = &tp.kind
            {
                let info = if matches!(bound.kind, ExprKind::Tuple { .. }) {
                    "a TypeVar constraint"
                } else {
                    "a TypeVar bound"
                };
                self.visit_type_param_value(tp, name, bound, BlockRole::Bound, info)?;
            }
            if let Some(default) = default_value {
                self.visit_type_param_value(tp, name, default, BlockRole::Default, info)?;
            }
            self.leave_recursive();
        }
        Ok(())
    }

    fn visit_type_param_value(
        &mut self,
        tp: &TypeParam,
        name: &Identifier,
        value: &Expr,
        role: BlockRole,
        info: &'static str,
    ) -> Visit {
        let is_in_class = self.cur().ste_can_see_class_scope;
        self.enter_block(
            name.clone(),
            BlockType::TypeVariableBlock,
            BlockKey::new(tp, role),
            value.loc,
        );
        self.cur().ste_can_see_class_scope = is_in_class;
        if is_in_class {
            self.add_def(&"__classdict__".into(), USE, value.loc)?;
        }
        self.cur().ste_scope_info = info;
        self.visit_expr(value)?;
        self.exit_block();
        Ok(())
    }
}
