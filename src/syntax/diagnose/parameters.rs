//! The rules of parameter lists, of functions and of lambdas, and of type parameters.

use super::super::token::TokenKind as T;
use super::engine::{
    NodeKind as K, P, Parser, Rule, alt, attempt, ensure, gather, look_kind, many, many1, memo,
    name, need, one_of, tok,
};
use super::expressions::{expression, star_expression};

/// Whose parameters: they differ in annotations and in what ends the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavor {
    Def,
    Lambda,
}

impl Flavor {
    const fn end(self) -> T {
        match self {
            Self::Def => T::Rpar,
            Self::Lambda => T::Colon,
        }
    }
}

pub fn params(p: &mut Parser<'_>, f: Flavor) -> P {
    if p.call_invalid_rules {
        alt!(p, invalid_parameters(p, f));
    }
    parameters(p, f)
}

fn parameters(p: &mut Parser<'_>, f: Flavor) -> P {
    let from = p.mark;
    alt!(p, {
        need!(slash_no_default(p, f));
        many(p, |p| param_no_default(p, f))?;
        many(p, |p| param_with_default(p, f))?;
        attempt(p, |p| star_etc(p, f))?;
        Ok(Some(p.node(K::Other, from)))
    });
    alt!(p, {
        need!(slash_with_default(p, f));
        many(p, |p| param_with_default(p, f))?;
        attempt(p, |p| star_etc(p, f))?;
        Ok(Some(p.node(K::Other, from)))
    });
    alt!(p, {
        need!(many1(p, |p| param_no_default(p, f)));
        many(p, |p| param_with_default(p, f))?;
        attempt(p, |p| star_etc(p, f))?;
        Ok(Some(p.node(K::Other, from)))
    });
    alt!(p, {
        need!(many1(p, |p| param_with_default(p, f)));
        attempt(p, |p| star_etc(p, f))?;
        Ok(Some(p.node(K::Other, from)))
    });
    star_etc(p, f)
}

/// `,` or, without taking it, the end of the list.
fn comma_or_end(p: &mut Parser<'_>, f: Flavor) -> P {
    alt!(p, tok(p, T::Comma));
    let from = p.mark;
    ensure!(look_kind(p, &[f.end()])?);
    Ok(Some(p.node(K::Other, from)))
}

fn slash_no_default(p: &mut Parser<'_>, f: Flavor) -> P {
    need!(many1(p, |p| param_no_default(p, f)));
    let slash = need!(tok(p, T::Slash));
    need!(comma_or_end(p, f));
    Ok(Some(slash))
}

fn slash_with_default(p: &mut Parser<'_>, f: Flavor) -> P {
    many(p, |p| param_no_default(p, f))?;
    need!(many1(p, |p| param_with_default(p, f)));
    let slash = need!(tok(p, T::Slash));
    need!(comma_or_end(p, f));
    Ok(Some(slash))
}

fn star_etc(p: &mut Parser<'_>, f: Flavor) -> P {
    let from = p.mark;
    if p.call_invalid_rules {
        alt!(p, invalid_star_etc(p, f));
    }
    alt!(p, {
        need!(tok(p, T::Star));
        need!(param_no_default(p, f));
        many(p, |p| param_maybe_default(p, f))?;
        attempt(p, |p| kwds(p, f))?;
        Ok(Some(p.node(K::Other, from)))
    });
    if f == Flavor::Def {
        alt!(p, {
            // `*args: *Ts`
            need!(tok(p, T::Star));
            need!(name(p));
            need!(tok(p, T::Colon));
            need!(star_expression(p));
            need!(comma_or_end(p, f));
            many(p, |p| param_maybe_default(p, f))?;
            attempt(p, |p| kwds(p, f))?;
            Ok(Some(p.node(K::Other, from)))
        });
    }
    alt!(p, {
        need!(tok(p, T::Star));
        need!(tok(p, T::Comma));
        need!(many1(p, |p| param_maybe_default(p, f)));
        attempt(p, |p| kwds(p, f))?;
        Ok(Some(p.node(K::Other, from)))
    });
    kwds(p, f)
}

fn kwds(p: &mut Parser<'_>, f: Flavor) -> P {
    if p.call_invalid_rules {
        alt!(p, invalid_kwds(p, f));
    }
    need!(tok(p, T::DoubleStar));
    param_no_default(p, f)
}

fn param(p: &mut Parser<'_>, f: Flavor) -> P {
    let found = need!(name(p));
    if f == Flavor::Def {
        attempt(p, |p| {
            need!(tok(p, T::Colon));
            expression(p)
        })?;
    }
    let mut found = found;
    found.to = p.mark as u32;
    Ok(Some(found))
}

fn param_no_default(p: &mut Parser<'_>, f: Flavor) -> P {
    attempt(p, |p| {
        let found = need!(param(p, f));
        need!(comma_or_end(p, f));
        Ok(Some(found))
    })
}

fn default(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(tok(p, T::Equal));
        expression(p)
    });
    ensure!(p.call_invalid_rules);
    attempt(p, |p| {
        let a = need!(tok(p, T::Equal));
        ensure!(look_kind(p, &[T::Rpar, T::Comma])?);
        p.raise_at(a, "expected default value expression")
    })
}

fn param_with_default(p: &mut Parser<'_>, f: Flavor) -> P {
    attempt(p, |p| {
        let found = need!(param(p, f));
        need!(default(p));
        need!(comma_or_end(p, f));
        Ok(Some(found))
    })
}

fn param_maybe_default(p: &mut Parser<'_>, f: Flavor) -> P {
    attempt(p, |p| {
        let found = need!(param(p, f));
        attempt(p, default)?;
        need!(comma_or_end(p, f));
        Ok(Some(found))
    })
}

fn slash_any(p: &mut Parser<'_>, f: Flavor) -> P {
    alt!(p, slash_no_default(p, f));
    slash_with_default(p, f)
}

fn invalid_parameters(p: &mut Parser<'_>, f: Flavor) -> P {
    alt!(p, {
        let a = need!(tok(p, T::Slash));
        need!(tok(p, T::Comma));
        p.raise_at(a, "at least one argument must precede /")
    });
    alt!(p, {
        need!(slash_any(p, f));
        many(p, |p| param_maybe_default(p, f))?;
        let a = need!(tok(p, T::Slash));
        p.raise_at(a, "/ may appear only once")
    });
    alt!(p, {
        attempt(p, |p| slash_no_default(p, f))?;
        many(p, |p| param_no_default(p, f))?;
        need!(attempt(p, |p| {
            alt!(p, slash_with_default(p, f));
            let found = need!(many1(p, |p| param_with_default(p, f)));
            Ok(Some(found[0]))
        }));
        let a = need!(param_no_default(p, f));
        p.raise_at(
            a,
            "parameter without a default follows parameter with a default",
        )
    });
    alt!(p, {
        many(p, |p| param_no_default(p, f))?;
        let a = need!(tok(p, T::Lpar));
        match f {
            Flavor::Def => {
                need!(many1(p, |p| param_in_parentheses(p, f)));
            }
            Flavor::Lambda => {
                need!(gather(p, T::Comma, |p| param(p, f)));
            }
        }
        tok(p, T::Comma)?;
        let b = need!(tok(p, T::Rpar));
        p.raise_range(
            a,
            b,
            match f {
                Flavor::Def => "Function parameters cannot be parenthesized",
                Flavor::Lambda => "Lambda expression parameters cannot be parenthesized",
            },
        )
    });
    alt!(p, {
        attempt(p, |p| slash_any(p, f))?;
        many(p, |p| param_maybe_default(p, f))?;
        need!(tok(p, T::Star));
        need!(attempt(p, |p| {
            alt!(p, tok(p, T::Comma));
            param_no_default(p, f)
        }));
        many(p, |p| param_maybe_default(p, f))?;
        let a = need!(tok(p, T::Slash));
        p.raise_at(a, "/ must be ahead of *")
    });
    attempt(p, |p| {
        need!(many1(p, |p| param_maybe_default(p, f)));
        need!(tok(p, T::Slash));
        let a = need!(tok(p, T::Star));
        p.raise_at(a, "expected comma between / and *")
    })
}

fn param_in_parentheses(p: &mut Parser<'_>, f: Flavor) -> P {
    param_no_default(p, f)
}

fn invalid_star_etc(p: &mut Parser<'_>, f: Flavor) -> P {
    alt!(p, {
        let a = need!(tok(p, T::Star));
        need!(attempt(p, |p| {
            alt!(p, tok(p, f.end()));
            need!(tok(p, T::Comma));
            one_of(p, &[f.end(), T::DoubleStar])
        }));
        const MESSAGE: &str = "named arguments must follow bare *";
        match f {
            Flavor::Def => p.raise_at(a, MESSAGE),
            Flavor::Lambda => p.raise_last(MESSAGE),
        }
    });
    alt!(p, {
        need!(tok(p, T::Star));
        need!(param(p, f));
        let a = need!(tok(p, T::Equal));
        p.raise_at(a, "var-positional argument cannot have default value")
    });
    attempt(p, |p| {
        need!(tok(p, T::Star));
        need!(attempt(p, |p| {
            alt!(p, param_no_default(p, f));
            tok(p, T::Comma)
        }));
        many(p, |p| param_maybe_default(p, f))?;
        let a = need!(tok(p, T::Star));
        need!(attempt(p, |p| {
            alt!(p, param_no_default(p, f));
            tok(p, T::Comma)
        }));
        p.raise_at(a, "* argument may appear only once")
    })
}

fn invalid_kwds(p: &mut Parser<'_>, f: Flavor) -> P {
    alt!(p, {
        need!(tok(p, T::DoubleStar));
        need!(param(p, f));
        let a = need!(tok(p, T::Equal));
        p.raise_at(a, "var-keyword argument cannot have default value")
    });
    alt!(p, {
        need!(tok(p, T::DoubleStar));
        need!(param(p, f));
        need!(tok(p, T::Comma));
        let a = need!(param(p, f));
        p.raise_at(a, "arguments cannot follow var-keyword argument")
    });
    attempt(p, |p| {
        need!(tok(p, T::DoubleStar));
        need!(param(p, f));
        need!(tok(p, T::Comma));
        let a = need!(one_of(p, &[T::Star, T::DoubleStar, T::Slash]));
        p.raise_at(a, "arguments cannot follow var-keyword argument")
    })
}

pub fn type_params(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    if p.call_invalid_rules {
        alt!(p, {
            need!(tok(p, T::Lsqb));
            let a = need!(tok(p, T::Rsqb));
            p.raise_from(a, "Type parameter list cannot be empty")
        });
    }
    need!(tok(p, T::Lsqb));
    need!(gather(p, T::Comma, type_param));
    tok(p, T::Comma)?;
    need!(tok(p, T::Rsqb));
    Ok(Some(p.node(K::Other, from)))
}

fn type_param(p: &mut Parser<'_>) -> P {
    memo(p, Rule::TypeParam, |p| {
        let from = p.mark;
        alt!(p, {
            need!(name(p));
            attempt(p, |p| {
                need!(tok(p, T::Colon));
                expression(p)
            })?;
            attempt(p, type_param_default)?;
            Ok(Some(p.node(K::Other, from)))
        });
        if p.call_invalid_rules {
            for (star, what) in [(T::Star, "TypeVarTuple"), (T::DoubleStar, "ParamSpec")] {
                alt!(p, {
                    need!(tok(p, star));
                    need!(name(p));
                    let colon = need!(tok(p, T::Colon));
                    let bound = need!(expression(p));
                    let thing = if bound.kind == K::Tuple {
                        "constraints"
                    } else {
                        "bound"
                    };
                    p.raise_from(colon, &format!("cannot use {thing} with {what}"))
                });
            }
        }
        alt!(p, {
            need!(tok(p, T::Star));
            need!(name(p));
            attempt(p, |p| {
                need!(tok(p, T::Equal));
                star_expression(p)
            })?;
            Ok(Some(p.node(K::Other, from)))
        });
        need!(tok(p, T::DoubleStar));
        need!(name(p));
        attempt(p, type_param_default)?;
        Ok(Some(p.node(K::Other, from)))
    })
}

fn type_param_default(p: &mut Parser<'_>) -> P {
    need!(tok(p, T::Equal));
    expression(p)
}
