//! The rules of expressions.

use super::super::token::TokenKind as T;
use super::calls::{arguments, genexp};
use super::engine::{
    Node, NodeKind as K, P, Parser, Rule, alt, attempt, deeper, ensure, gather, look, look_kind,
    many, many1, memo, name, need, one_of, tok,
};
use super::fstring::strings;
use super::parameters::{Flavor, params};
use super::raise::Targets;
use super::targets::star_targets;

/// A list of `rule` with commas: one alone is itself, several make a tuple.
fn comma_list(p: &mut Parser<'_>, rule: fn(&mut Parser<'_>) -> P) -> P {
    let from = p.mark;
    let first = need!(rule(p));
    let mut kids = vec![first];
    let mut comma = false;
    loop {
        let next = attempt(p, |p| {
            need!(tok(p, T::Comma));
            rule(p)
        })?;
        match next {
            Some(node) => kids.push(node),
            None => break,
        }
    }
    if tok(p, T::Comma)?.is_some() {
        comma = true;
    }
    if kids.len() == 1 && !comma {
        return Ok(Some(first));
    }
    Ok(Some(p.node_of(K::Tuple, from, &kids)))
}

pub fn expressions(p: &mut Parser<'_>) -> P {
    comma_list(p, expression)
}

pub fn star_expressions(p: &mut Parser<'_>) -> P {
    comma_list(p, star_expression)
}

pub fn star_expression(p: &mut Parser<'_>) -> P {
    memo(p, Rule::StarExpression, |p| {
        alt!(p, starred_bitwise_or(p));
        expression(p)
    })
}

fn starred_bitwise_or(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(tok(p, T::Star));
    let value = need!(bitwise_or(p));
    Ok(Some(p.node_of(K::Starred, from, &[value])))
}

pub fn star_named_expression(p: &mut Parser<'_>) -> P {
    alt!(p, starred_bitwise_or(p));
    named_expression(p)
}

/// With an optional last comma.
pub fn star_named_expressions(p: &mut Parser<'_>) -> P<Vec<Node>> {
    let found = need!(gather(p, T::Comma, star_named_expression));
    tok(p, T::Comma)?;
    Ok(Some(found))
}

pub fn assignment_expression(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(name(p));
    need!(tok(p, T::ColonEqual));
    need!(expression(p));
    Ok(Some(p.node(K::NamedExpr, from)))
}

pub fn named_expression(p: &mut Parser<'_>) -> P {
    alt!(p, assignment_expression(p));
    if p.call_invalid_rules {
        alt!(p, invalid_named_expression(p));
    }
    attempt(p, |p| {
        let found = need!(expression(p));
        ensure!(!look_kind(p, &[T::ColonEqual])?);
        Ok(Some(found))
    })
}

/// `assignment_expression | expression !':='`.
pub fn walrus_or_expression(p: &mut Parser<'_>) -> P {
    alt!(p, assignment_expression(p));
    attempt(p, |p| {
        let found = need!(expression(p));
        ensure!(!look_kind(p, &[T::ColonEqual])?);
        Ok(Some(found))
    })
}

fn invalid_named_expression(p: &mut Parser<'_>) -> P {
    memo(p, Rule::NamedInvalid, |p| {
        alt!(p, {
            let target = need!(expression(p));
            need!(tok(p, T::ColonEqual));
            need!(expression(p));
            p.raise_at(
                target,
                &format!(
                    "cannot use assignment expressions with {}",
                    target.kind.name()
                ),
            )
        });
        alt!(p, {
            let target = need!(name(p));
            need!(tok(p, T::Equal));
            let value = need!(bitwise_or(p));
            ensure!(!look_kind(p, &[T::Equal, T::ColonEqual])?);
            p.raise_range(
                target,
                value,
                "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
            )
        });
        attempt(p, |p| {
            let excluded = look(p, list)?
                || look(p, tuple)?
                || look(p, genexp)?
                || look_kind(p, &[T::True, T::None, T::False])?;
            ensure!(!excluded);
            let target = need!(bitwise_or(p));
            need!(tok(p, T::Equal));
            need!(bitwise_or(p));
            ensure!(!look_kind(p, &[T::Equal, T::ColonEqual])?);
            p.raise_at(
                target,
                &format!(
                    "cannot assign to {} here. Maybe you meant '==' instead of '='?",
                    target.kind.name()
                ),
            )
        })
    })
}

pub fn yield_expr(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Yield));
        need!(tok(p, T::From));
        need!(expression(p));
        Ok(Some(p.node(K::Yield, from)))
    });
    need!(tok(p, T::Yield));
    attempt(p, star_expressions)?;
    Ok(Some(p.node(K::Yield, from)))
}

/// `yield_expr | star_expressions`.
pub fn annotated_rhs(p: &mut Parser<'_>) -> P {
    alt!(p, yield_expr(p));
    star_expressions(p)
}

pub fn expression(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Expression, |p| {
        if p.call_invalid_rules {
            alt!(p, invalid_expression(p));
            alt!(p, invalid_legacy_expression(p));
        }
        plain_expression(p)
    })
}

fn plain_expression(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(disjunction(p));
        need!(tok(p, T::If));
        need!(disjunction(p));
        need!(tok(p, T::Else));
        need!(expression(p));
        Ok(Some(p.node(K::IfExp, from)))
    });
    alt!(p, disjunction(p));
    deeper(p, lambdef)
}

/// `expression` with the `invalid_` rules switched off.
fn expression_without_invalid(p: &mut Parser<'_>) -> P {
    let before = p.call_invalid_rules;
    p.call_invalid_rules = false;
    let found = plain_expression(p);
    p.call_invalid_rules = before;
    found
}

fn is_legacy(p: &Parser<'_>, node: Node) -> bool {
    node.kind == K::Name
        && node.to == node.from + 1
        && matches!(p.text_at(node.from as usize), "print" | "exec")
}

fn invalid_expression(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let excluded = look(p, |p| {
            need!(name(p));
            tok(p, T::String)
        })? || look(p, |p| {
            let found = need!(name(p));
            // CPython compares no further than the name is long, so `t` counts as `type`.
            let text = p.text_at(found.from as usize);
            ensure!(
                ["_", "case", "match", "type"]
                    .iter()
                    .any(|keyword| keyword.starts_with(text))
            );
            Ok(Some(found))
        })?;
        ensure!(!excluded);
        let a = need!(disjunction(p));
        let b = need!(expression_without_invalid(p));
        if is_legacy(p, a) || p.list.tokens[p.mark - 1].level == 0 {
            return Ok(None);
        }
        p.raise_range(a, b, "invalid syntax. Perhaps you forgot a comma?")
    });
    alt!(p, {
        let a = need!(disjunction(p));
        need!(tok(p, T::If));
        let b = need!(disjunction(p));
        ensure!(!look_kind(p, &[T::Else, T::Colon])?);
        p.raise_range(a, b, "expected 'else' after 'if' expression")
    });
    attempt(p, |p| {
        let a = need!(tok(p, T::Lambda));
        attempt(p, |p| params(p, Flavor::Lambda))?;
        let b = need!(tok(p, T::Colon));
        ensure!(look_kind(p, &[T::FStringMiddle])?);
        p.raise_range(
            a,
            b,
            "f-string: lambda expressions are not allowed without parentheses",
        )
    })
}

fn invalid_legacy_expression(p: &mut Parser<'_>) -> P {
    let a = need!(name(p));
    ensure!(!look_kind(p, &[T::Lpar])?);
    let b = need!(star_expressions(p));
    if !is_legacy(p, a) {
        return Ok(None);
    }
    let called = p.text_at(a.from as usize);
    p.raise_range(
        a,
        b,
        &format!("Missing parentheses in call to '{called}'. Did you mean {called}(...)?"),
    )
}

/// Operands of `rule` joined by `operator`; one alone is itself.
fn boolean(p: &mut Parser<'_>, operator: T, rule: fn(&mut Parser<'_>) -> P) -> P {
    let from = p.mark;
    let first = need!(rule(p));
    let mut joined = false;
    loop {
        let next = attempt(p, |p| {
            need!(tok(p, operator));
            rule(p)
        })?;
        if next.is_none() {
            break;
        }
        joined = true;
    }
    Ok(Some(if joined {
        p.node(K::Operation, from)
    } else {
        first
    }))
}

pub fn disjunction(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Disjunction, |p| boolean(p, T::Or, conjunction))
}

fn conjunction(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Conjunction, |p| boolean(p, T::And, inversion))
}

fn inversion(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Inversion, |p| {
        let from = p.mark;
        alt!(p, {
            need!(tok(p, T::Not));
            need!(inversion(p));
            Ok(Some(p.node(K::Operation, from)))
        });
        comparison(p)
    })
}

fn comparison(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    let left = need!(bitwise_or(p));
    let mut first = None;
    loop {
        let operator = attempt(p, |p| {
            let operator = need!(compare_operator(p));
            need!(bitwise_or(p));
            Ok(Some(operator))
        })?;
        match operator {
            Some(operator) => first = first.or(Some(operator)),
            None => break,
        }
    }
    Ok(Some(match first {
        None => left,
        Some(T::In) => p.node_of(K::CompareIn, from, &[left]),
        Some(_) => p.node_of(K::Compare, from, &[left]),
    }))
}

fn compare_operator(p: &mut Parser<'_>) -> P<T> {
    let token = p.token()?;
    match token.kind {
        T::EqEqual | T::LessEqual | T::Less | T::GreaterEqual | T::Greater | T::In => {
            p.mark += 1;
            Ok(Some(token.kind))
        }
        T::NotEqual => {
            p.mark += 1;
            // `_PyPegen_check_barry_as_flufl`
            ensure!(token.text(p.source) == "!=");
            Ok(Some(token.kind))
        }
        T::Not => {
            p.mark += 1;
            need!(tok(p, T::In));
            Ok(Some(T::Not))
        }
        T::Is => {
            p.mark += 1;
            tok(p, T::Not)?;
            Ok(Some(T::Is))
        }
        _ => Ok(None),
    }
}

/// Operands of `rule` joined by any of `operators`, from the left.
fn binary(p: &mut Parser<'_>, operators: &[T], rule: fn(&mut Parser<'_>) -> P) -> P {
    let from = p.mark;
    let mut left = need!(rule(p));
    loop {
        let next = attempt(p, |p| {
            need!(one_of(p, operators));
            rule(p)
        })?;
        if next.is_none() {
            return Ok(Some(left));
        }
        left = p.node(K::Operation, from);
    }
}

pub fn bitwise_or(p: &mut Parser<'_>) -> P {
    memo(p, Rule::BitwiseOr, |p| binary(p, &[T::Vbar], bitwise_xor))
}

fn bitwise_xor(p: &mut Parser<'_>) -> P {
    memo(p, Rule::BitwiseXor, |p| {
        binary(p, &[T::Circumflex], bitwise_and)
    })
}

fn bitwise_and(p: &mut Parser<'_>) -> P {
    memo(p, Rule::BitwiseAnd, |p| binary(p, &[T::Amper], shift_expr))
}

fn shift_expr(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Shift, |p| {
        binary(p, &[T::LeftShift, T::RightShift], |p| {
            if p.call_invalid_rules {
                alt!(p, invalid_arithmetic(p));
            }
            sum(p)
        })
    })
}

const NOT_AFTER_OPERATOR: &str = "'not' after an operator must be parenthesized";

fn invalid_arithmetic(p: &mut Parser<'_>) -> P {
    need!(sum(p));
    need!(one_of(
        p,
        &[
            T::Plus,
            T::Minus,
            T::Star,
            T::Slash,
            T::Percent,
            T::DoubleSlash,
            T::At
        ]
    ));
    let a = need!(tok(p, T::Not));
    let b = need!(inversion(p));
    p.raise_range(a, b, NOT_AFTER_OPERATOR)
}

fn sum(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Sum, |p| binary(p, &[T::Plus, T::Minus], term))
}

fn term(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Term, |p| {
        binary(
            p,
            &[T::Star, T::Slash, T::DoubleSlash, T::Percent, T::At],
            factor,
        )
    })
}

fn factor(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Factor, |p| {
        let from = p.mark;
        if p.call_invalid_rules {
            alt!(p, {
                need!(one_of(p, &[T::Plus, T::Minus, T::Tilde]));
                let a = need!(tok(p, T::Not));
                let b = need!(factor(p));
                p.raise_range(a, b, NOT_AFTER_OPERATOR)
            });
        }
        alt!(p, {
            need!(one_of(p, &[T::Plus, T::Minus, T::Tilde]));
            need!(factor(p));
            Ok(Some(p.node(K::Operation, from)))
        });
        power(p)
    })
}

fn power(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    let base = need!(await_primary(p));
    let exponent = attempt(p, |p| {
        need!(tok(p, T::DoubleStar));
        deeper(p, factor)
    })?;
    Ok(Some(match exponent {
        Some(_) => p.node(K::Operation, from),
        None => base,
    }))
}

fn await_primary(p: &mut Parser<'_>) -> P {
    memo(p, Rule::AwaitPrimary, |p| {
        let from = p.mark;
        alt!(p, {
            need!(tok(p, T::Await));
            need!(primary(p));
            Ok(Some(p.node(K::Await, from)))
        });
        primary(p)
    })
}

fn primary(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Primary, |p| {
        let from = p.mark;
        let mut found = need!(atom(p));
        while let Some(kind) = attempt(p, trailer)? {
            found = p.node(kind, from);
        }
        Ok(Some(found))
    })
}

/// What may follow a primary; the kind that it makes.
pub fn trailer(p: &mut Parser<'_>) -> P<K> {
    match p.kind()? {
        T::Dot => {
            p.mark += 1;
            need!(name(p));
            Ok(Some(K::Attribute))
        }
        T::Lpar => {
            alt!(p, {
                need!(genexp(p));
                Ok(Some(K::Call))
            });
            p.mark += 1;
            attempt(p, arguments)?;
            need!(tok(p, T::Rpar));
            Ok(Some(K::Call))
        }
        T::Lsqb => {
            p.mark += 1;
            need!(slices(p));
            need!(tok(p, T::Rsqb));
            Ok(Some(K::Subscript))
        }
        _ => Ok(None),
    }
}

fn slices(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        let found = need!(slice(p));
        ensure!(!look_kind(p, &[T::Comma])?);
        Ok(Some(found))
    });
    need!(gather(p, T::Comma, |p| {
        alt!(p, slice(p));
        starred_expression(p)
    }));
    tok(p, T::Comma)?;
    Ok(Some(p.node(K::Tuple, from)))
}

fn slice(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        attempt(p, expression)?;
        need!(tok(p, T::Colon));
        attempt(p, expression)?;
        attempt(p, |p| {
            let colon = need!(tok(p, T::Colon));
            attempt(p, expression)?;
            Ok(Some(colon))
        })?;
        Ok(Some(p.node(K::Other, from)))
    });
    named_expression(p)
}

pub fn starred_expression(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    if p.call_invalid_rules {
        alt!(p, {
            let a = need!(tok(p, T::Star));
            need!(expression(p));
            need!(tok(p, T::Equal));
            let b = need!(expression(p));
            p.raise_range(a, b, "cannot assign to iterable argument unpacking")
        });
    }
    alt!(p, {
        need!(tok(p, T::Star));
        let value = need!(expression(p));
        Ok(Some(p.node_of(K::Starred, from, &[value])))
    });
    if p.call_invalid_rules {
        alt!(p, {
            need!(tok(p, T::Star));
            p.raise_last("Invalid star expression")
        });
    }
    Ok(None)
}

pub fn atom(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    let kind = match p.kind()? {
        T::Name => K::Name,
        T::True => K::True,
        T::False => K::False,
        T::None => K::None,
        T::Ellipsis => K::Ellipsis,
        T::Number => {
            p.mark += 1;
            let text = p.text_at(from);
            if let Err(msg) = super::super::parser::literals::number(text) {
                return p.raise_last(&msg);
            }
            return Ok(Some(p.node(K::Literal, from)));
        }
        T::String | T::FStringStart => return strings(p),
        T::Lpar => {
            alt!(p, tuple(p));
            alt!(p, group(p));
            return genexp(p);
        }
        T::Lsqb => {
            alt!(p, list(p));
            return listcomp(p);
        }
        T::Lbrace => {
            alt!(p, dict(p));
            alt!(p, set(p));
            alt!(p, dictcomp(p));
            return setcomp(p);
        }
        _ => return Ok(None),
    };
    p.mark += 1;
    Ok(Some(p.node(kind, from)))
}

pub fn list(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(tok(p, T::Lsqb));
    let kids = attempt(p, star_named_expressions)?.unwrap_or_default();
    need!(tok(p, T::Rsqb));
    Ok(Some(p.node_of(K::List, from, &kids)))
}

pub fn tuple(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(tok(p, T::Lpar));
    let kids = attempt(p, |p| {
        let mut kids = vec![need!(star_named_expression(p))];
        need!(tok(p, T::Comma));
        kids.extend(attempt(p, star_named_expressions)?.unwrap_or_default());
        Ok(Some(kids))
    })?
    .unwrap_or_default();
    need!(tok(p, T::Rpar));
    Ok(Some(p.node_of(K::Tuple, from, &kids)))
}

fn group(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(tok(p, T::Lpar));
        let inner = need!(attempt(p, |p| {
            alt!(p, yield_expr(p));
            named_expression(p)
        }));
        need!(tok(p, T::Rpar));
        Ok(Some(inner))
    });
    if p.call_invalid_rules {
        alt!(p, {
            need!(tok(p, T::Lpar));
            let a = need!(starred_expression(p));
            need!(tok(p, T::Rpar));
            p.raise_at(a, "cannot use starred expression here")
        });
        alt!(p, {
            need!(tok(p, T::Lpar));
            let a = need!(tok(p, T::DoubleStar));
            need!(expression(p));
            need!(tok(p, T::Rpar));
            p.raise_at(a, "cannot use double starred expression here")
        });
    }
    Ok(None)
}

fn set(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(tok(p, T::Lbrace));
    need!(star_named_expressions(p));
    need!(tok(p, T::Rbrace));
    Ok(Some(p.node(K::Set, from)))
}

fn dict(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Lbrace));
        attempt(p, |p| {
            let found = need!(gather(p, T::Comma, double_starred_kvpair));
            tok(p, T::Comma)?;
            Ok(Some(found[0]))
        })?;
        need!(tok(p, T::Rbrace));
        Ok(Some(p.node(K::Dict, from)))
    });
    // This one CPython tries on the first pass already.
    attempt(p, |p| {
        need!(tok(p, T::Lbrace));
        need!(invalid_double_starred_kvpairs(p));
        tok(p, T::Rbrace)
    })
}

fn double_starred_kvpair(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(tok(p, T::DoubleStar));
        bitwise_or(p)
    });
    kvpair(p)
}

fn kvpair(p: &mut Parser<'_>) -> P {
    let key = need!(expression(p));
    need!(tok(p, T::Colon));
    need!(expression(p));
    Ok(Some(key))
}

fn invalid_double_starred_kvpairs(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(gather(p, T::Comma, double_starred_kvpair));
        need!(tok(p, T::Comma));
        alt!(p, {
            let key = need!(expression(p));
            ensure!(!look_kind(p, &[T::Colon])?);
            p.raise_at_end(key, "':' expected after dictionary key")
        });
        invalid_dict_value(p)
    });
    invalid_dict_value(p)
}

fn invalid_dict_value(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(expression(p));
        need!(tok(p, T::Colon));
        let a = need!(tok(p, T::Star));
        need!(bitwise_or(p));
        p.raise_from(a, "cannot use a starred expression in a dictionary value")
    });
    attempt(p, |p| {
        need!(expression(p));
        let a = need!(tok(p, T::Colon));
        ensure!(look_kind(p, &[T::Rbrace, T::Comma])?);
        p.raise_at(a, "expression expected after dictionary key and ':'")
    })
}

fn listcomp(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Lsqb));
        need!(named_expression(p));
        need!(for_if_clauses(p));
        need!(tok(p, T::Rsqb));
        Ok(Some(p.node(K::ListComp, from)))
    });
    invalid_comprehension(p)
}

fn setcomp(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(named_expression(p));
        need!(for_if_clauses(p));
        need!(tok(p, T::Rbrace));
        Ok(Some(p.node(K::SetComp, from)))
    });
    invalid_comprehension(p)
}

fn dictcomp(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(kvpair(p));
        need!(for_if_clauses(p));
        need!(tok(p, T::Rbrace));
        Ok(Some(p.node(K::DictComp, from)))
    });
    ensure!(p.call_invalid_rules);
    attempt(p, |p| {
        need!(tok(p, T::Lbrace));
        let a = need!(tok(p, T::DoubleStar));
        need!(bitwise_or(p));
        need!(for_if_clauses(p));
        need!(tok(p, T::Rbrace));
        p.raise_at(a, "dict unpacking cannot be used in dict comprehension")
    })
}

pub fn invalid_comprehension(p: &mut Parser<'_>) -> P {
    ensure!(p.call_invalid_rules);
    alt!(p, {
        need!(one_of(p, &[T::Lsqb, T::Lpar, T::Lbrace]));
        let a = need!(starred_expression(p));
        need!(for_if_clauses(p));
        p.raise_at(a, "iterable unpacking cannot be used in comprehension")
    });
    alt!(p, {
        need!(one_of(p, &[T::Lsqb, T::Lbrace]));
        let a = need!(star_named_expression(p));
        need!(tok(p, T::Comma));
        let b = need!(star_named_expressions(p));
        need!(for_if_clauses(p));
        p.raise_range(
            a,
            b[b.len() - 1],
            "did you forget parentheses around the comprehension target?",
        )
    });
    attempt(p, |p| {
        need!(one_of(p, &[T::Lsqb, T::Lbrace]));
        let a = need!(star_named_expression(p));
        let b = need!(tok(p, T::Comma));
        need!(for_if_clauses(p));
        p.raise_range(
            a,
            b,
            "did you forget parentheses around the comprehension target?",
        )
    })
}

/// One `for` clause or more: the last item (condition or iterable) of the last one, with its
/// target as part.
pub fn for_if_clauses(p: &mut Parser<'_>) -> P {
    let clauses = need!(many1(p, |p| deeper(p, for_if_clause)));
    Ok(clauses.last().copied())
}

fn for_if_clause(p: &mut Parser<'_>) -> P {
    let mark = p.mark;
    for is_async in [true, false] {
        p.mark = mark;
        if is_async && tok(p, T::Async)?.is_none() {
            continue;
        }
        let header = attempt(p, |p| {
            need!(tok(p, T::For));
            let target = need!(star_targets(p));
            need!(tok(p, T::In));
            Ok(Some(target))
        })?;
        if let Some(target) = header {
            // After `in` there is no way back.
            let mut last = need!(disjunction(p));
            let conditions = many(p, |p| {
                need!(tok(p, T::If));
                disjunction(p)
            })?;
            if let Some(&condition) = conditions.last() {
                last = condition;
            }
            return Ok(Some(p.with_part(last, target)));
        }
    }
    p.mark = mark;
    // This one CPython tries on the first pass already.
    alt!(p, {
        tok(p, T::Async)?;
        need!(tok(p, T::For));
        need!(bitwise_or(p));
        many(p, |p| {
            need!(tok(p, T::Comma));
            bitwise_or(p)
        })?;
        tok(p, T::Comma)?;
        ensure!(!look_kind(p, &[T::In])?);
        p.raise_last("'in' expected after for-loop variables")
    });
    invalid_for_target(p)
}

pub fn invalid_for_target(p: &mut Parser<'_>) -> P {
    ensure!(p.call_invalid_rules);
    attempt(p, |p| {
        tok(p, T::Async)?;
        need!(tok(p, T::For));
        let a = need!(star_expressions(p));
        p.raise_invalid_target(Targets::For, a)
    })
}

fn lambdef(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(tok(p, T::Lambda));
    attempt(p, |p| params(p, Flavor::Lambda))?;
    need!(tok(p, T::Colon));
    need!(expression(p));
    Ok(Some(p.node(K::Lambda, from)))
}
