//! The rules of call arguments and of generator expressions.

use super::super::token::TokenKind as T;
use super::engine::{
    Node, NodeKind as K, P, Parser, Rule, alt, attempt, ensure, gather, look, look_kind, memo,
    name, need, one_of, tok,
};
use super::expressions::{
    expression, for_if_clauses, invalid_comprehension, starred_expression, walrus_or_expression,
};

const PARENTHESIZE: &str = "Generator expression must be parenthesized";
const MAYBE_EQUAL: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";

pub fn genexp(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Lpar));
        need!(walrus_or_expression(p));
        need!(for_if_clauses(p));
        need!(tok(p, T::Rpar));
        Ok(Some(p.node(K::GeneratorExp, from)))
    });
    invalid_comprehension(p)
}

/// What stands between the parentheses of a call; its parts are the arguments in order.
pub fn arguments(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Arguments, |p| {
        alt!(p, {
            let found = need!(args(p));
            tok(p, T::Comma)?;
            ensure!(look_kind(p, &[T::Rpar])?);
            Ok(Some(found))
        });
        if p.call_invalid_rules {
            alt!(p, invalid_arguments(p));
        }
        Ok(None)
    })
}

fn positional(p: &mut Parser<'_>) -> P {
    alt!(p, starred_expression(p));
    let found = need!(walrus_or_expression(p));
    ensure!(!look_kind(p, &[T::Equal])?);
    Ok(Some(found))
}

fn args(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        let mut found = need!(gather(p, T::Comma, positional));
        let keywords = attempt(p, |p| {
            need!(tok(p, T::Comma));
            kwargs(p)
        })?;
        found.extend(keywords.unwrap_or_default());
        Ok(Some(p.node_of(K::Other, from, &found)))
    });
    let found = need!(kwargs(p));
    Ok(Some(p.node_of(K::Other, from, &found)))
}

fn kwargs(p: &mut Parser<'_>) -> P<Vec<Node>> {
    alt!(p, {
        let mut found = need!(gather(p, T::Comma, kwarg_or_starred));
        need!(tok(p, T::Comma));
        found.extend(need!(gather(p, T::Comma, kwarg_or_double_starred)));
        Ok(Some(found))
    });
    alt!(p, gather(p, T::Comma, kwarg_or_starred));
    gather(p, T::Comma, kwarg_or_double_starred)
}

fn keyword(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(name(p));
    need!(tok(p, T::Equal));
    need!(expression(p));
    Ok(Some(p.node(K::Keyword, from)))
}

fn kwarg_or_starred(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, invalid_kwarg(p));
    }
    alt!(p, keyword(p));
    starred_expression(p)
}

fn kwarg_or_double_starred(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    if p.call_invalid_rules {
        alt!(p, invalid_kwarg(p));
    }
    alt!(p, keyword(p));
    need!(tok(p, T::DoubleStar));
    need!(expression(p));
    Ok(Some(p.node(K::DoubleStarKeyword, from)))
}

fn invalid_kwarg(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let a = need!(one_of(p, &[T::True, T::False, T::None]));
        let b = need!(tok(p, T::Equal));
        let constant = p.text_at(a.from as usize);
        p.raise_range(a, b, &format!("cannot assign to {constant}"))
    });
    alt!(p, {
        let a = need!(name(p));
        let b = need!(tok(p, T::Equal));
        need!(expression(p));
        need!(for_if_clauses(p));
        p.raise_range(a, b, MAYBE_EQUAL)
    });
    alt!(p, {
        let named = look(p, |p| {
            need!(name(p));
            tok(p, T::Equal)
        })?;
        ensure!(!named);
        let a = need!(expression(p));
        let b = need!(tok(p, T::Equal));
        p.raise_range(
            a,
            b,
            "expression cannot contain assignment, perhaps you meant \"==\"?",
        )
    });
    attempt(p, |p| {
        let a = need!(tok(p, T::DoubleStar));
        need!(expression(p));
        need!(tok(p, T::Equal));
        let b = need!(expression(p));
        p.raise_range(a, b, "cannot assign to keyword argument unpacking")
    })
}

fn invalid_arguments(p: &mut Parser<'_>) -> P {
    alt!(p, {
        // Keyword arguments, then `*`.
        need!(attempt(p, |p| {
            alt!(p, {
                need!(gather(p, T::Comma, positional));
                need!(tok(p, T::Comma));
                kwargs(p)
            });
            kwargs(p)
        }));
        let a = need!(tok(p, T::Comma));
        need!(gather(p, T::Comma, |p| {
            let found = need!(starred_expression(p));
            ensure!(!look_kind(p, &[T::Equal])?);
            Ok(Some(found))
        }));
        p.raise_from(
            a,
            "iterable argument unpacking follows keyword argument unpacking",
        )
    });
    alt!(p, {
        let a = need!(expression(p));
        let b = need!(for_if_clauses(p));
        need!(tok(p, T::Comma));
        attempt(p, |p| {
            alt!(p, args(p));
            need!(expression(p));
            for_if_clauses(p)
        })?;
        p.raise_range(a, b, PARENTHESIZE)
    });
    alt!(p, {
        let a = need!(name(p));
        let b = need!(tok(p, T::Equal));
        need!(expression(p));
        need!(for_if_clauses(p));
        p.raise_range(a, b, MAYBE_EQUAL)
    });
    alt!(p, {
        attempt(p, |p| {
            need!(args(p));
            tok(p, T::Comma)
        })?;
        let a = need!(name(p));
        let b = need!(tok(p, T::Equal));
        ensure!(look_kind(p, &[T::Comma, T::Rpar])?);
        p.raise_range(a, b, "expected argument value expression")
    });
    alt!(p, {
        let a = need!(args(p));
        let b = need!(for_if_clauses(p));
        // `_PyPegen_nonparen_genexp_in_call`
        let kids: Vec<Node> = p
            .kids(a)
            .iter()
            .copied()
            .filter(|kid| !matches!(kid.kind, K::Keyword | K::DoubleStarKeyword))
            .collect();
        ensure!(kids.len() > 1);
        p.raise_range(kids[kids.len() - 1], b, PARENTHESIZE)
    });
    alt!(p, {
        need!(args(p));
        need!(tok(p, T::Comma));
        let a = need!(expression(p));
        let b = need!(for_if_clauses(p));
        let target = p.kids(b)[0];
        p.raise_range(a, target, PARENTHESIZE)
    });
    attempt(p, |p| {
        let a = need!(args(p));
        need!(tok(p, T::Comma));
        need!(args(p));
        let unpacking = p.kids(a).iter().any(|kid| kid.kind == K::DoubleStarKeyword);
        p.raise_last(if unpacking {
            "positional argument follows keyword argument unpacking"
        } else {
            "positional argument follows keyword argument"
        })
    })
}
