//! The rules of `match` statements and patterns.

use super::super::token::TokenKind as T;
use super::compound::block;
use super::engine::{
    Node, NodeKind as K, P, Parser, Rule, alt, attempt, ensure, gather, look_kind, many1, memo,
    name, need, one_of, soft, tok,
};
use super::expressions::{
    expression, named_expression, star_named_expression, star_named_expressions,
};
use super::fstring::strings;

pub fn match_stmt(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(soft(p, "match"));
        need!(subject_expr(p));
        need!(tok(p, T::Colon));
        need!(tok(p, T::Newline));
        need!(tok(p, T::Indent));
        need!(many1(p, case_block));
        need!(tok(p, T::Dedent));
        Ok(Some(p.node(K::Other, from)))
    });
    ensure!(p.call_invalid_rules);
    alt!(p, {
        need!(soft(p, "match"));
        need!(subject_expr(p));
        need!(tok(p, T::Newline));
        p.raise_last("expected ':'")
    });
    attempt(p, |p| {
        let a = need!(soft(p, "match"));
        need!(subject_expr(p));
        need!(tok(p, T::Colon));
        need!(tok(p, T::Newline));
        ensure!(!look_kind(p, &[T::Indent])?);
        p.raise_no_block("'match' statement", a)
    })
}

fn subject_expr(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let found = need!(star_named_expression(p));
        need!(tok(p, T::Comma));
        attempt(p, star_named_expressions)?;
        Ok(Some(found))
    });
    named_expression(p)
}

fn case_block(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            need!(soft(p, "case"));
            need!(patterns(p));
            attempt(p, guard)?;
            need!(tok(p, T::Newline));
            p.raise_last("expected ':'")
        });
        alt!(p, {
            let a = need!(soft(p, "case"));
            need!(patterns(p));
            attempt(p, guard)?;
            need!(tok(p, T::Colon));
            need!(tok(p, T::Newline));
            ensure!(!look_kind(p, &[T::Indent])?);
            p.raise_no_block("'case' statement", a)
        });
    }
    need!(soft(p, "case"));
    need!(patterns(p));
    attempt(p, guard)?;
    need!(tok(p, T::Colon));
    block(p)
}

fn guard(p: &mut Parser<'_>) -> P {
    need!(tok(p, T::If));
    named_expression(p)
}

fn patterns(p: &mut Parser<'_>) -> P {
    alt!(p, open_sequence_pattern(p));
    pattern(p)
}

fn pattern(p: &mut Parser<'_>) -> P {
    alt!(p, as_pattern(p));
    or_pattern(p)
}

fn as_pattern(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(or_pattern(p));
        need!(tok(p, T::As));
        pattern_capture_target(p)
    });
    ensure!(p.call_invalid_rules);
    alt!(p, {
        need!(or_pattern(p));
        need!(tok(p, T::As));
        let a = need!(soft(p, "_"));
        p.raise_at(a, "cannot use '_' as a target")
    });
    attempt(p, |p| {
        need!(or_pattern(p));
        need!(tok(p, T::As));
        ensure!(!look_kind(p, &[T::Name])?);
        let a = need!(expression(p));
        p.raise_at(a, "invalid pattern target")
    })
}

fn or_pattern(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(gather(p, T::Vbar, closed_pattern));
    Ok(Some(p.node(K::Other, from)))
}

fn closed_pattern(p: &mut Parser<'_>) -> P {
    memo(p, Rule::ClosedPattern, |p| {
        alt!(p, literal(p));
        alt!(p, pattern_capture_target(p));
        alt!(p, soft(p, "_"));
        alt!(p, {
            let found = need!(attr(p));
            ensure!(!look_kind(p, &[T::Dot, T::Lpar, T::Equal])?);
            Ok(Some(found))
        });
        alt!(p, {
            need!(tok(p, T::Lpar));
            let found = need!(pattern(p));
            need!(tok(p, T::Rpar));
            Ok(Some(found))
        });
        alt!(p, sequence_pattern(p));
        alt!(p, mapping_pattern(p));
        class_pattern(p)
    })
}

fn literal(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let found = need!(signed_number(p));
        ensure!(!look_kind(p, &[T::Plus, T::Minus])?);
        Ok(Some(found))
    });
    alt!(p, complex_number(p));
    alt!(p, strings(p));
    one_of(p, &[T::None, T::True, T::False])
}

fn number(p: &mut Parser<'_>) -> P {
    let found = need!(tok(p, T::Number));
    let text = p.text_at(found.from as usize);
    if let Err(msg) = super::super::parser::literals::number(text) {
        return p.raise_last(&msg);
    }
    Ok(Some(found))
}

fn signed_number(p: &mut Parser<'_>) -> P {
    alt!(p, number(p));
    need!(tok(p, T::Minus));
    number(p)
}

fn complex_number(p: &mut Parser<'_>) -> P {
    let is_imaginary = |p: &Parser<'_>, node: Node| {
        let text = p.text_at(node.to as usize - 1);
        text.ends_with(['j', 'J']) && !text.starts_with("0x") && !text.starts_with("0X")
    };
    let from = p.mark;
    tok(p, T::Minus)?;
    let real = need!(number(p));
    if is_imaginary(p, real) {
        return p.raise_at(real, "real number required in complex literal");
    }
    need!(one_of(p, &[T::Plus, T::Minus]));
    let imaginary = need!(number(p));
    if !is_imaginary(p, imaginary) {
        return p.raise_at(imaginary, "imaginary number required in complex literal");
    }
    Ok(Some(p.node(K::Other, from)))
}

fn pattern_capture_target(p: &mut Parser<'_>) -> P {
    attempt(p, |p| {
        let found = need!(name(p));
        ensure!(p.text_at(found.from as usize) != "_");
        ensure!(!look_kind(p, &[T::Dot, T::Lpar, T::Equal])?);
        Ok(Some(found))
    })
}

/// A name with at least one attribute.
fn attr(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(name(p));
    need!(many1(p, |p| {
        need!(tok(p, T::Dot));
        name(p)
    }));
    Ok(Some(p.node(K::Attribute, from)))
}

fn name_or_attr(p: &mut Parser<'_>) -> P {
    alt!(p, attr(p));
    name(p)
}

fn sequence_pattern(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(tok(p, T::Lsqb));
        attempt(p, maybe_sequence_pattern)?;
        tok(p, T::Rsqb)
    });
    need!(tok(p, T::Lpar));
    attempt(p, open_sequence_pattern)?;
    tok(p, T::Rpar)
}

fn open_sequence_pattern(p: &mut Parser<'_>) -> P {
    let found = need!(maybe_star_pattern(p));
    need!(tok(p, T::Comma));
    attempt(p, maybe_sequence_pattern)?;
    Ok(Some(found))
}

fn maybe_sequence_pattern(p: &mut Parser<'_>) -> P {
    let found = need!(gather(p, T::Comma, maybe_star_pattern));
    tok(p, T::Comma)?;
    Ok(Some(found[0]))
}

fn maybe_star_pattern(p: &mut Parser<'_>) -> P {
    alt!(
        p,
        memo(p, Rule::StarPattern, |p| {
            need!(tok(p, T::Star));
            alt!(p, pattern_capture_target(p));
            soft(p, "_")
        })
    );
    pattern(p)
}

fn mapping_pattern(p: &mut Parser<'_>) -> P {
    need!(tok(p, T::Lbrace));
    alt!(p, tok(p, T::Rbrace));
    alt!(p, {
        need!(double_star_pattern(p));
        tok(p, T::Comma)?;
        tok(p, T::Rbrace)
    });
    alt!(p, {
        need!(gather(p, T::Comma, key_value_pattern));
        need!(tok(p, T::Comma));
        need!(double_star_pattern(p));
        tok(p, T::Comma)?;
        tok(p, T::Rbrace)
    });
    need!(gather(p, T::Comma, key_value_pattern));
    tok(p, T::Comma)?;
    tok(p, T::Rbrace)
}

fn double_star_pattern(p: &mut Parser<'_>) -> P {
    need!(tok(p, T::DoubleStar));
    pattern_capture_target(p)
}

fn key_value_pattern(p: &mut Parser<'_>) -> P {
    need!(attempt(p, |p| {
        alt!(p, literal(p));
        attr(p)
    }));
    need!(tok(p, T::Colon));
    pattern(p)
}

fn keyword_pattern(p: &mut Parser<'_>) -> P {
    need!(name(p));
    need!(tok(p, T::Equal));
    pattern(p)
}

fn class_pattern(p: &mut Parser<'_>) -> P {
    let mark = p.mark;
    need!(name_or_attr(p));
    need!(tok(p, T::Lpar));
    alt!(p, tok(p, T::Rpar));
    alt!(p, {
        need!(gather(p, T::Comma, pattern));
        tok(p, T::Comma)?;
        tok(p, T::Rpar)
    });
    alt!(p, {
        need!(gather(p, T::Comma, keyword_pattern));
        tok(p, T::Comma)?;
        tok(p, T::Rpar)
    });
    alt!(p, {
        need!(gather(p, T::Comma, pattern));
        need!(tok(p, T::Comma));
        need!(gather(p, T::Comma, keyword_pattern));
        tok(p, T::Comma)?;
        tok(p, T::Rpar)
    });
    ensure!(p.call_invalid_rules);
    p.mark = mark;
    need!(name_or_attr(p));
    need!(tok(p, T::Lpar));
    attempt(p, |p| {
        need!(gather(p, T::Comma, pattern));
        tok(p, T::Comma)
    })?;
    need!(gather(p, T::Comma, keyword_pattern));
    need!(tok(p, T::Comma));
    let found = need!(gather(p, T::Comma, pattern));
    p.raise_range(
        found[0],
        found[found.len() - 1],
        "positional patterns follow keyword patterns",
    )
}
