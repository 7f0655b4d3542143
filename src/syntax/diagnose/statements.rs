//! The rules of statements, and where each mode starts.

use super::super::parser::Mode;
use super::super::token::TokenKind as T;
use super::compound::compound_stmt;
use super::engine::{
    Node, NodeKind as K, P, Parser, Rule, alt, attempt, ensure, gather, look_kind, many, many1,
    memo, name, need, one_of, soft, tok,
};
use super::expressions::{
    annotated_rhs, expression, expressions, list, star_expressions, star_named_expression,
    star_named_expressions, tuple, yield_expr,
};
use super::parameters::type_params;
use super::raise::Targets;
use super::targets::{del_targets, single_subscript_attribute_target, single_target, star_targets};

const AUGMENTED: &[T] = &[
    T::PlusEqual,
    T::MinEqual,
    T::StarEqual,
    T::AtEqual,
    T::SlashEqual,
    T::PercentEqual,
    T::AmperEqual,
    T::VbarEqual,
    T::CircumflexEqual,
    T::LeftShiftEqual,
    T::RightShiftEqual,
    T::DoubleStarEqual,
    T::DoubleSlashEqual,
];

impl Parser<'_> {
    /// `expected an indented block after … on line …`.
    pub fn raise_no_block<T>(&mut self, after: &str, keyword: Node) -> P<T> {
        let line = self
            .lines
            .line(self.list.tokens[keyword.from as usize].start);
        self.raise_indentation(&format!(
            "expected an indented block after {after} on line {line}"
        ))
    }

    /// `&&token`: the token must follow, at once an error if not.
    pub fn force(&mut self, kind: T) -> P {
        if self.kind()? == kind || !self.call_invalid_rules {
            return tok(self, kind);
        }
        let node = Node {
            to: self.mark as u32 + 1,
            ..self.node(K::Other, self.mark)
        };
        self.raise_at(node, &format!("expected '{}'", kind.text()))
    }
}

/// The whole source.
pub fn start(p: &mut Parser<'_>, mode: Mode) -> P<()> {
    match mode {
        Mode::Exec => {
            attempt(p, statements)?;
            need!(tok(p, T::EndMarker));
        }
        Mode::Eval => {
            need!(expressions(p));
            while tok(p, T::Newline)?.is_some() {}
            need!(tok(p, T::EndMarker));
        }
        Mode::Single => {
            if attempt(p, compound_stmt)?.is_some() {
                // A line end must follow; the end of the source gives one, but not twice.
                let last = p.list.tokens[p.mark - 1].kind;
                ensure!(
                    !(p.list.implicit_newline && last == T::Newline) || p.kind()? != T::EndMarker
                );
                need!(tok(p, T::EndMarker));
                return Ok(Some(()));
            }
            let line = attempt(p, |p| {
                alt!(p, simple_stmts(p));
                tok(p, T::Newline)
            })?;
            if line.is_none() {
                p.kind()?;
                return Ok(None);
            }
            if p.list
                .tokens
                .get(p.mark)
                .is_none_or(|t| t.kind != T::EndMarker)
            {
                p.error_is_final = true;
                return p
                    .raise_last("multiple statements found while compiling a single statement");
            }
        }
    }
    Ok(Some(()))
}

pub fn statements(p: &mut Parser<'_>) -> P {
    let found = need!(many1(p, |p| {
        alt!(p, compound_stmt(p));
        simple_stmts(p)
    }));
    Ok(found.last().copied())
}

pub fn simple_stmts(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let found = need!(simple_stmt(p));
        ensure!(!look_kind(p, &[T::Semi])?);
        need!(tok(p, T::Newline));
        Ok(Some(found))
    });
    let found = need!(gather(p, T::Semi, simple_stmt));
    tok(p, T::Semi)?;
    need!(tok(p, T::Newline));
    Ok(found.last().copied())
}

fn simple_stmt(p: &mut Parser<'_>) -> P {
    memo(p, Rule::SimpleStmt, |p| {
        alt!(p, assignment(p));
        alt!(p, type_alias(p));
        alt!(p, star_expressions(p));
        let from = p.mark;
        let token = p.token()?;
        match token.kind {
            T::Return => {
                p.mark += 1;
                attempt(p, star_expressions)?;
                Ok(Some(p.node(K::Other, from)))
            }
            T::Import | T::From => import_stmt(p),
            T::Raise => {
                p.mark += 1;
                attempt(p, |p| {
                    need!(expression(p));
                    attempt(p, |p| {
                        need!(tok(p, T::From));
                        expression(p)
                    })?;
                    Ok(Some(()))
                })?;
                Ok(Some(p.node(K::Other, from)))
            }
            T::Pass | T::Break | T::Continue => {
                p.mark += 1;
                Ok(Some(p.node(K::Other, from)))
            }
            T::Del => del_stmt(p),
            T::Yield => yield_expr(p),
            T::Assert => {
                p.mark += 1;
                need!(expression(p));
                attempt(p, |p| {
                    need!(tok(p, T::Comma));
                    expression(p)
                })?;
                Ok(Some(p.node(K::Other, from)))
            }
            T::Global | T::Nonlocal => {
                p.mark += 1;
                need!(gather(p, T::Comma, name));
                Ok(Some(p.node(K::Other, from)))
            }
            _ => Ok(None),
        }
    })
}

fn assignment(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    let value = |p: &mut Parser<'_>| {
        attempt(p, |p| {
            need!(tok(p, T::Equal));
            annotated_rhs(p)
        })
    };
    alt!(p, {
        need!(name(p));
        need!(tok(p, T::Colon));
        need!(expression(p));
        value(p)?;
        Ok(Some(p.node(K::Other, from)))
    });
    alt!(p, {
        need!(attempt(p, |p| {
            alt!(p, {
                need!(tok(p, T::Lpar));
                let found = need!(single_target(p));
                need!(tok(p, T::Rpar));
                Ok(Some(found))
            });
            single_subscript_attribute_target(p)
        }));
        need!(tok(p, T::Colon));
        need!(expression(p));
        value(p)?;
        Ok(Some(p.node(K::Other, from)))
    });
    alt!(p, {
        need!(many1(p, target_and_equal));
        need!(annotated_rhs(p));
        ensure!(!look_kind(p, &[T::Equal])?);
        Ok(Some(p.node(K::Other, from)))
    });
    let augmented = attempt(p, |p| {
        need!(single_target(p));
        one_of(p, AUGMENTED)
    })?;
    if augmented.is_some() {
        // After the operator there is no way back.
        need!(annotated_rhs(p));
        return Ok(Some(p.node(K::Other, from)));
    }
    ensure!(p.call_invalid_rules);
    invalid_assignment(p)
}

fn target_and_equal(p: &mut Parser<'_>) -> P {
    let found = need!(star_targets(p));
    need!(tok(p, T::Equal));
    Ok(Some(found))
}

fn invalid_assignment(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let a = need!(invalid_ann_assign_target(p));
        need!(tok(p, T::Colon));
        need!(expression(p));
        p.raise_at(
            a,
            &format!(
                "only single target (not {}) can be annotated",
                a.kind.name()
            ),
        )
    });
    alt!(p, {
        let a = need!(star_named_expression(p));
        need!(tok(p, T::Comma));
        while attempt(p, star_named_expressions)?.is_some() {}
        need!(tok(p, T::Colon));
        need!(expression(p));
        p.raise_at(a, "only single target (not tuple) can be annotated")
    });
    alt!(p, {
        let a = need!(expression(p));
        need!(tok(p, T::Colon));
        need!(expression(p));
        p.raise_at(a, "illegal target for annotation")
    });
    alt!(p, {
        many(p, target_and_equal)?;
        let a = need!(star_expressions(p));
        need!(tok(p, T::Equal));
        p.raise_invalid_target(Targets::Star, a)
    });
    alt!(p, {
        many(p, target_and_equal)?;
        let a = need!(yield_expr(p));
        need!(tok(p, T::Equal));
        p.raise_at(a, "assignment to yield expression not possible")
    });
    attempt(p, |p| {
        let a = need!(star_expressions(p));
        need!(one_of(p, AUGMENTED));
        need!(annotated_rhs(p));
        p.raise_at(
            a,
            &format!(
                "'{}' is an illegal expression for augmented assignment",
                a.kind.name()
            ),
        )
    })
}

fn invalid_ann_assign_target(p: &mut Parser<'_>) -> P {
    alt!(p, list(p));
    alt!(p, tuple(p));
    need!(tok(p, T::Lpar));
    let found = need!(invalid_ann_assign_target(p));
    need!(tok(p, T::Rpar));
    Ok(Some(found))
}

fn del_stmt(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Del));
        need!(del_targets(p));
        ensure!(look_kind(p, &[T::Semi, T::Newline])?);
        Ok(Some(p.node(K::Other, from)))
    });
    ensure!(p.call_invalid_rules);
    attempt(p, |p| {
        need!(tok(p, T::Del));
        let a = need!(star_expressions(p));
        p.raise_invalid_target(Targets::Del, a)
    })
}

fn type_alias(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(soft(p, "type"));
    need!(name(p));
    attempt(p, type_params)?;
    need!(tok(p, T::Equal));
    need!(expression(p));
    Ok(Some(p.node(K::Other, from)))
}

fn dotted_name(p: &mut Parser<'_>) -> P {
    memo(p, Rule::DottedName, |p| {
        let from = p.mark;
        need!(name(p));
        many(p, |p| {
            need!(tok(p, T::Dot));
            name(p)
        })?;
        Ok(Some(p.node(K::Attribute, from)))
    })
}

pub fn as_name(p: &mut Parser<'_>) -> P {
    attempt(p, |p| {
        need!(tok(p, T::As));
        name(p)
    })
}

fn import_stmt(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    if p.call_invalid_rules {
        alt!(p, {
            let a = need!(tok(p, T::Import));
            need!(gather(p, T::Comma, dotted_name));
            need!(tok(p, T::From));
            need!(dotted_name(p));
            p.raise_from(a, "Did you mean to use 'from ... import ...' instead?")
        });
        alt!(p, {
            need!(tok(p, T::Import));
            let a = need!(tok(p, T::Newline));
            p.raise_from(a, "Expected one or more names after 'import'")
        });
    }
    alt!(p, {
        need!(tok(p, T::Import));
        need!(gather(p, T::Comma, |p| {
            let found = need!(dotted_name(p));
            as_name(p)?;
            Ok(Some(found))
        }));
        Ok(Some(p.node(K::Other, from)))
    });
    alt!(p, {
        need!(tok(p, T::From));
        many(p, |p| one_of(p, &[T::Dot, T::Ellipsis]))?;
        need!(dotted_name(p));
        need!(tok(p, T::Import));
        need!(import_from_targets(p));
        Ok(Some(p.node(K::Other, from)))
    });
    need!(tok(p, T::From));
    need!(many1(p, |p| one_of(p, &[T::Dot, T::Ellipsis])));
    need!(tok(p, T::Import));
    need!(import_from_targets(p));
    Ok(Some(p.node(K::Other, from)))
}

fn import_from_as_names(p: &mut Parser<'_>) -> P {
    let found = need!(gather(p, T::Comma, |p| {
        let found = need!(name(p));
        as_name(p)?;
        Ok(Some(found))
    }));
    Ok(found.last().copied())
}

fn import_from_targets(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(tok(p, T::Lpar));
        need!(import_from_as_names(p));
        tok(p, T::Comma)?;
        tok(p, T::Rpar)
    });
    alt!(p, {
        let found = need!(import_from_as_names(p));
        ensure!(!look_kind(p, &[T::Comma])?);
        Ok(Some(found))
    });
    alt!(p, tok(p, T::Star));
    ensure!(p.call_invalid_rules);
    alt!(p, {
        need!(import_from_as_names(p));
        need!(tok(p, T::Comma));
        need!(tok(p, T::Newline));
        p.raise_last("trailing comma not allowed without surrounding parentheses")
    });
    attempt(p, |p| {
        let a = need!(tok(p, T::Newline));
        p.raise_from(a, "Expected one or more names after 'import'")
    })
}
