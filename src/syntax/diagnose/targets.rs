//! The rules of what can be assigned to or deleted.

use super::super::token::TokenKind as T;
use super::calls::{arguments, genexp};
use super::engine::{
    Node, NodeKind as K, P, Parser, Rule, alt, attempt, ensure, gather, look_kind, memo, name,
    need, tok,
};
use super::expressions::trailer;

const T_LOOKAHEAD: &[T] = &[T::Lpar, T::Lsqb, T::Dot];

pub fn star_targets(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        let found = need!(star_target(p));
        ensure!(!look_kind(p, &[T::Comma])?);
        Ok(Some(found))
    });
    let kids = need!(gather(p, T::Comma, star_target));
    tok(p, T::Comma)?;
    Ok(Some(p.node_of(K::Tuple, from, &kids)))
}

pub fn star_target(p: &mut Parser<'_>) -> P {
    memo(p, Rule::StarTarget, |p| {
        let from = p.mark;
        alt!(p, {
            need!(tok(p, T::Star));
            ensure!(!look_kind(p, &[T::Star])?);
            let value = need!(star_target(p));
            Ok(Some(p.node_of(K::Starred, from, &[value])))
        });
        target_with_star_atom(p)
    })
}

fn target_with_star_atom(p: &mut Parser<'_>) -> P {
    memo(p, Rule::TargetWithStarAtom, |p| {
        alt!(p, single_subscript_attribute_target(p));
        star_atom(p)
    })
}

fn star_atom(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, name(p));
    alt!(p, {
        need!(tok(p, T::Lpar));
        let found = need!(target_with_star_atom(p));
        need!(tok(p, T::Rpar));
        Ok(Some(found))
    });
    alt!(p, {
        need!(tok(p, T::Lpar));
        let kids = attempt(p, |p| {
            let found = need!(gather(p, T::Comma, star_target));
            let comma = tok(p, T::Comma)?;
            ensure!(found.len() > 1 || comma.is_some());
            Ok(Some(found))
        })?
        .unwrap_or_default();
        need!(tok(p, T::Rpar));
        Ok(Some(p.node_of(K::Tuple, from, &kids)))
    });
    need!(tok(p, T::Lsqb));
    let kids = attempt(p, |p| {
        let found = need!(gather(p, T::Comma, star_target));
        tok(p, T::Comma)?;
        Ok(Some(found))
    })?
    .unwrap_or_default();
    need!(tok(p, T::Rsqb));
    Ok(Some(p.node_of(K::List, from, &kids)))
}

pub fn single_target(p: &mut Parser<'_>) -> P {
    alt!(p, single_subscript_attribute_target(p));
    alt!(p, name(p));
    need!(tok(p, T::Lpar));
    let found = need!(single_target(p));
    need!(tok(p, T::Rpar));
    Ok(Some(found))
}

pub fn single_subscript_attribute_target(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    attempt(p, |p| {
        need!(t_primary(p));
        ensure!(look_kind(p, &[T::Dot, T::Lsqb])?);
        let kind = need!(trailer(p));
        ensure!(!look_kind(p, T_LOOKAHEAD)?);
        Ok(Some(p.node(kind, from)))
    })
}

/// A primary that something follows: an attribute, a subscript or a call.
fn t_primary(p: &mut Parser<'_>) -> P {
    memo(p, Rule::TPrimary, |p| {
        let from = p.mark;
        let mut found = need!(attempt(p, |p| {
            let found = need!(super::expressions::atom(p));
            ensure!(look_kind(p, T_LOOKAHEAD)?);
            Ok(Some(found))
        }));
        loop {
            let next = attempt(p, |p| {
                let kind = if look_kind(p, &[T::Lpar])? {
                    need!(t_call(p))
                } else {
                    need!(trailer(p))
                };
                ensure!(look_kind(p, T_LOOKAHEAD)?);
                Ok(Some(kind))
            })?;
            match next {
                Some(kind) => found = p.node(kind, from),
                None => return Ok(Some(found)),
            }
        }
    })
}

/// A call in the middle of a target: a generator expression counts when something follows it.
fn t_call(p: &mut Parser<'_>) -> P<K> {
    alt!(p, {
        need!(genexp(p));
        ensure!(look_kind(p, T_LOOKAHEAD)?);
        Ok(Some(K::Call))
    });
    need!(tok(p, T::Lpar));
    attempt(p, arguments)?;
    need!(tok(p, T::Rpar));
    Ok(Some(K::Call))
}

pub fn del_targets(p: &mut Parser<'_>) -> P<Vec<Node>> {
    let found = need!(gather(p, T::Comma, del_target));
    tok(p, T::Comma)?;
    Ok(Some(found))
}

fn del_target(p: &mut Parser<'_>) -> P {
    memo(p, Rule::DelTarget, |p| {
        let from = p.mark;
        alt!(p, single_subscript_attribute_target(p));
        alt!(p, name(p));
        alt!(p, {
            need!(tok(p, T::Lpar));
            let found = need!(del_target(p));
            need!(tok(p, T::Rpar));
            Ok(Some(found))
        });
        alt!(p, {
            need!(tok(p, T::Lpar));
            let kids = attempt(p, del_targets)?.unwrap_or_default();
            need!(tok(p, T::Rpar));
            Ok(Some(p.node_of(K::Tuple, from, &kids)))
        });
        need!(tok(p, T::Lsqb));
        let kids = attempt(p, del_targets)?.unwrap_or_default();
        need!(tok(p, T::Rsqb));
        Ok(Some(p.node_of(K::List, from, &kids)))
    })
}
