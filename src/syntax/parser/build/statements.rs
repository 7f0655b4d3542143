//! Statements of the crate's tree to ours.

use rustpython_parser::ast as rp;

use super::super::super::ast::{
    Alias, ExceptHandler, ExprKind, Stmt, StmtKind, TypeParam, TypeParamKind, WithItem,
};
use super::super::super::token::TokenKind;
use super::{Builder, MAX_NESTING, is_del_target, operator, span};

impl Builder<'_> {
    pub(super) fn stmt(&mut self, stmt: rp::Stmt) -> Stmt {
        match stmt {
            rp::Stmt::FunctionDef(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::FunctionDef {
                        name: self.name(&node.name),
                        decorator_list: self.exprs(node.decorator_list),
                        type_params: self.type_params(node.type_params),
                        args: Box::new(self.arguments(*node.args)),
                        returns: self.opt_boxed(node.returns),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::AsyncFunctionDef(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::AsyncFunctionDef {
                        name: self.name(&node.name),
                        decorator_list: self.exprs(node.decorator_list),
                        type_params: self.type_params(node.type_params),
                        args: Box::new(self.arguments(*node.args)),
                        returns: self.opt_boxed(node.returns),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::ClassDef(node) => {
                let loc = self.block_loc(&node);
                let decorator_list = self.exprs(node.decorator_list);
                let type_params = self.type_params(node.type_params);
                for base in &node.bases {
                    if self.is_bare_generator(base) {
                        self.doubtful = true;
                    }
                }
                Stmt {
                    loc,
                    kind: StmtKind::ClassDef {
                        name: self.name(&node.name),
                        bases: self.exprs(node.bases),
                        keywords: self.keywords(node.keywords),
                        body: self.body(node.body),
                        decorator_list,
                        type_params,
                    },
                }
            }
            rp::Stmt::For(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::For {
                        target: Box::new(self.target(*node.target)),
                        iter: self.boxed(node.iter),
                        body: self.body(node.body),
                        orelse: self.body(node.orelse),
                    },
                }
            }
            rp::Stmt::AsyncFor(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::AsyncFor {
                        target: Box::new(self.target(*node.target)),
                        iter: self.boxed(node.iter),
                        body: self.body(node.body),
                        orelse: self.body(node.orelse),
                    },
                }
            }
            rp::Stmt::While(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::While {
                        test: self.boxed(node.test),
                        body: self.body(node.body),
                        orelse: self.body(node.orelse),
                    },
                }
            }
            rp::Stmt::If(node) => self.if_stmt(node),
            rp::Stmt::With(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::With {
                        items: self.with_items(node.items),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::AsyncWith(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::AsyncWith {
                        items: self.with_items(node.items),
                        body: self.body(node.body),
                    },
                }
            }
            rp::Stmt::Match(node) => self.match_stmt(node),
            rp::Stmt::Try(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::Try {
                        body: self.body(node.body),
                        handlers: self.handlers(node.handlers),
                        orelse: self.body(node.orelse),
                        finalbody: self.body(node.finalbody),
                    },
                }
            }
            rp::Stmt::TryStar(node) => {
                let loc = self.block_loc(&node);
                Stmt {
                    loc,
                    kind: StmtKind::TryStar {
                        body: self.body(node.body),
                        handlers: self.handlers(node.handlers),
                        orelse: self.body(node.orelse),
                        finalbody: self.body(node.finalbody),
                    },
                }
            }
            simple => {
                let loc = self.loc_of(&simple);
                Stmt {
                    loc,
                    kind: self.simple_stmt(simple),
                }
            }
        }
    }

    pub(super) fn simple_stmt(&mut self, stmt: rp::Stmt) -> StmtKind {
        match stmt {
            rp::Stmt::Return(node) => StmtKind::Return {
                value: self.opt_boxed(node.value),
            },
            rp::Stmt::Delete(node) => {
                let targets = self.exprs(node.targets);
                if !targets.iter().all(is_del_target) {
                    self.doubtful = true;
                }
                StmtKind::Delete { targets }
            }
            rp::Stmt::Assign(node) => StmtKind::Assign {
                targets: node
                    .targets
                    .into_iter()
                    .map(|target| self.target(target))
                    .collect(),
                value: self.boxed(node.value),
            },
            rp::Stmt::TypeAlias(node) => StmtKind::TypeAlias {
                name: self.boxed(node.name),
                type_params: self.type_params(node.type_params),
                value: self.boxed(node.value),
            },
            rp::Stmt::AugAssign(node) => StmtKind::AugAssign {
                target: Box::new(self.single_target(*node.target)),
                op: operator(node.op),
                value: self.boxed(node.value),
            },
            rp::Stmt::AnnAssign(node) => {
                let simple = node.target.is_name_expr() && span(&*node.target).0 == span(&node).0;
                StmtKind::AnnAssign {
                    target: Box::new(self.single_target(*node.target)),
                    annotation: self.boxed(node.annotation),
                    value: self.opt_boxed(node.value),
                    simple,
                }
            }
            rp::Stmt::Raise(node) => StmtKind::Raise {
                exc: self.opt_boxed(node.exc),
                cause: self.opt_boxed(node.cause),
            },
            rp::Stmt::Assert(node) => StmtKind::Assert {
                test: self.boxed(node.test),
                msg: self.opt_boxed(node.msg),
            },
            rp::Stmt::Import(node) => StmtKind::Import {
                names: self.aliases(node.names),
            },
            rp::Stmt::ImportFrom(node) => StmtKind::ImportFrom {
                module: node.module.map(|module| self.dotted(&module)),
                names: self.aliases(node.names),
                level: node.level.map_or(0, |level| level.to_u32()),
            },
            rp::Stmt::Global(node) => StmtKind::Global {
                names: node.names.iter().map(|name| self.name(name)).collect(),
            },
            rp::Stmt::Nonlocal(node) => StmtKind::Nonlocal {
                names: node.names.iter().map(|name| self.name(name)).collect(),
            },
            rp::Stmt::Expr(node) => StmtKind::Expr {
                value: self.boxed(node.value),
            },
            rp::Stmt::Pass(_) => StmtKind::Pass,
            rp::Stmt::Break(_) => StmtKind::Break,
            rp::Stmt::Continue(_) => StmtKind::Continue,
            _ => unreachable!("statements with blocks are handled in `stmt`"),
        }
    }

    pub(super) fn if_stmt(&mut self, node: rp::StmtIf) -> Stmt {
        // A chain of `elif` is as deep as it is long: walk it with a list.
        let mut clauses = Vec::new();
        let mut last = node;
        let orelse = loop {
            let loc = self.block_loc(&last);
            let test = self.boxed(last.test);
            let body = self.body(last.body);
            clauses.push((loc, test, body));
            let mut orelse = last.orelse;
            match orelse.pop() {
                Some(rp::Stmt::If(next)) if orelse.is_empty() => last = next,
                Some(stmt) => {
                    orelse.push(stmt);
                    break self.body(orelse);
                }
                None => break Vec::new(),
            }
        };
        self.doubtful |= clauses.len() > MAX_NESTING;
        let mut orelse = orelse;
        loop {
            let (loc, test, body) = clauses.pop().expect("one clause at least");
            let stmt = Stmt {
                loc,
                kind: StmtKind::If { test, body, orelse },
            };
            if clauses.is_empty() {
                return stmt;
            }
            orelse = vec![stmt];
        }
    }

    pub(super) fn with_items(&mut self, items: Vec<rp::WithItem>) -> Vec<WithItem> {
        items
            .into_iter()
            .map(|item| WithItem {
                context_expr: self.expr(item.context_expr),
                optional_vars: item.optional_vars.map(|vars| {
                    let vars = self.target(*vars);
                    if matches!(vars.kind, ExprKind::Starred { .. }) {
                        self.doubtful = true;
                    }
                    Box::new(vars)
                }),
            })
            .collect()
    }

    pub(super) fn handlers(&mut self, handlers: Vec<rp::ExceptHandler>) -> Vec<ExceptHandler> {
        handlers
            .into_iter()
            .map(|handler| {
                let rp::ExceptHandler::ExceptHandler(handler) = handler;
                ExceptHandler {
                    loc: self.block_loc(&handler),
                    type_: self.opt_boxed(handler.type_),
                    name: handler.name.map(|name| self.name(&name)),
                    body: self.body(handler.body),
                }
            })
            .collect()
    }

    pub(super) fn type_params(&mut self, params: Vec<rp::TypeParam>) -> Vec<TypeParam> {
        params
            .into_iter()
            .map(|param| {
                let (from, mut to) = span(&param);
                let mut default_value = None;
                if let Some(&end) = self.context.type_defaults.get(&(to as u32)) {
                    let value = self.sub_expression(to + 1, end as usize);
                    if matches!(value.kind, ExprKind::Starred { .. })
                        && !matches!(param, rp::TypeParam::TypeVarTuple(_))
                    {
                        self.doubtful = true;
                    }
                    if matches!(
                        value.kind,
                        ExprKind::Yield { .. }
                            | ExprKind::YieldFrom { .. }
                            | ExprKind::Tuple { .. }
                    ) && self.tokens[to + 1].kind != TokenKind::Lpar
                    {
                        self.doubtful = true;
                    }
                    default_value = Some(Box::new(value));
                    to = end as usize;
                }
                let kind = match param {
                    rp::TypeParam::TypeVar(node) => TypeParamKind::TypeVar {
                        name: self.name(&node.name),
                        bound: self.opt_boxed(node.bound),
                        default_value,
                    },
                    rp::TypeParam::ParamSpec(node) => TypeParamKind::ParamSpec {
                        name: self.name(&node.name),
                        default_value,
                    },
                    rp::TypeParam::TypeVarTuple(node) => TypeParamKind::TypeVarTuple {
                        name: self.name(&node.name),
                        default_value,
                    },
                };
                TypeParam {
                    loc: self.loc(from, to),
                    kind,
                }
            })
            .collect()
    }

    pub(super) fn aliases(&mut self, names: Vec<rp::Alias>) -> Vec<Alias> {
        names
            .into_iter()
            .map(|alias| Alias {
                loc: self.loc_of(&alias),
                name: self.dotted(&alias.name),
                asname: alias.asname.map(|name| self.name(&name)),
            })
            .collect()
    }
}
