//! The rules of string literals and of replacement fields.

use super::super::parser::literals::{StringProblem, decode_bytes, decode_text, string_parts};
use super::super::token::TokenKind as T;
use super::engine::{
    NodeKind as K, P, Parser, Rule, alt, attempt, ensure, look, look_kind, many, many1, memo, name,
    need, tok,
};
use super::expressions::annotated_rhs;

pub fn strings(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Strings, |p| {
        let from = p.mark;
        let parts = need!(many1(p, |p| {
            alt!(p, fstring(p));
            string(p)
        }));
        let mut is_fstring = false;
        let mut bytes = 0;
        for part in &parts {
            let text = p.text_at(part.from as usize);
            if p.list.tokens[part.from as usize].kind == T::FStringStart {
                is_fstring = true;
            } else if string_parts(text).bytes {
                bytes += 1;
            }
        }
        if bytes > 0 && bytes < parts.len() {
            return p.raise_last("cannot mix bytes and nonbytes literals");
        }
        let kind = if is_fstring { K::JoinedStr } else { K::Literal };
        Ok(Some(p.node(kind, from)))
    })
}

fn string(p: &mut Parser<'_>) -> P {
    let found = need!(tok(p, T::String));
    let parts = string_parts(p.text_at(found.from as usize));
    if parts.bytes {
        if !parts.body.is_ascii() {
            return p.raise_at(found, "bytes can only contain ASCII literal characters");
        }
        if let Some(StringProblem::Error(msg)) =
            decode_bytes(parts.body, parts.raw, &mut Vec::new())
        {
            return p.raise_last(&msg);
        }
    } else if let Some(StringProblem::Error(msg)) =
        decode_text(parts.body, parts.raw, &mut Vec::new())
    {
        return p.raise_last(&msg);
    }
    Ok(Some(found))
}

fn fstring(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    need!(tok(p, T::FStringStart));
    let raw = p.text_at(from).contains(['r', 'R']);
    let middles = many(p, |p| {
        alt!(p, replacement_field(p));
        tok(p, T::FStringMiddle)
    })?;
    need!(tok(p, T::FStringEnd));
    for middle in middles {
        let at = middle.from as usize;
        if p.list.tokens[at].kind == T::FStringMiddle
            && let Some(StringProblem::Error(msg)) =
                decode_text(p.text_at(at), raw, &mut Vec::new())
        {
            return p.raise_last(&msg);
        }
    }
    Ok(Some(p.node(K::JoinedStr, from)))
}

fn replacement_field(p: &mut Parser<'_>) -> P {
    let from = p.mark;
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        tok(p, T::Equal)?;
        attempt(p, conversion)?;
        attempt(p, full_format_spec)?;
        need!(tok(p, T::Rbrace));
        Ok(Some(p.node(K::JoinedStr, from)))
    });
    ensure!(p.call_invalid_rules);
    invalid_replacement_field(p)
}

fn conversion(p: &mut Parser<'_>) -> P {
    let mark = need!(tok(p, T::Exclamation));
    let letter = need!(name(p));
    let end = p.list.tokens[mark.from as usize].end;
    if p.list.tokens[letter.from as usize].start != end {
        return p.raise_range(
            mark,
            letter,
            "f-string: conversion type must come right after the exclamanation mark",
        );
    }
    let text = p.text_at(letter.from as usize);
    if !matches!(text, "s" | "r" | "a") {
        return p.raise_at(
            letter,
            &format!("f-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"),
        );
    }
    Ok(Some(letter))
}

fn full_format_spec(p: &mut Parser<'_>) -> P {
    let colon = need!(tok(p, T::Colon));
    many(p, format_spec)?;
    Ok(Some(colon))
}

fn format_spec(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let middle = need!(tok(p, T::FStringMiddle));
        let text = p.text_at(middle.from as usize);
        if let Some(StringProblem::Error(msg)) = decode_text(text, false, &mut Vec::new()) {
            return p.raise_last(&msg);
        }
        Ok(Some(middle))
    });
    replacement_field(p)
}

/// `[('!' NAME)]`
fn any_conversion(p: &mut Parser<'_>) -> P {
    attempt(p, |p| {
        need!(tok(p, T::Exclamation));
        name(p)
    })
}

fn invalid_replacement_field(p: &mut Parser<'_>) -> P {
    for (kind, text) in [
        (T::Equal, "="),
        (T::Exclamation, "!"),
        (T::Colon, ":"),
        (T::Rbrace, "}"),
    ] {
        alt!(p, {
            need!(tok(p, T::Lbrace));
            let a = need!(tok(p, kind));
            p.raise_at(
                a,
                &format!("f-string: valid expression required before '{text}'"),
            )
        });
    }
    alt!(p, {
        need!(tok(p, T::Lbrace));
        ensure!(!look(p, annotated_rhs)?);
        p.raise_next("f-string: expecting a valid expression after '{'")
    });
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        ensure!(!look_kind(
            p,
            &[T::Equal, T::Exclamation, T::Colon, T::Rbrace]
        )?);
        p.raise_next("f-string: expecting '=', or '!', or ':', or '}'")
    });
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        need!(tok(p, T::Equal));
        ensure!(!look_kind(p, &[T::Exclamation, T::Colon, T::Rbrace])?);
        p.raise_next("f-string: expecting '!', or ':', or '}'")
    });
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        tok(p, T::Equal)?;
        invalid_conversion_character(p)
    });
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        tok(p, T::Equal)?;
        any_conversion(p)?;
        ensure!(!look_kind(p, &[T::Colon, T::Rbrace])?);
        p.raise_next("f-string: expecting ':' or '}'")
    });
    alt!(p, {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        tok(p, T::Equal)?;
        any_conversion(p)?;
        need!(tok(p, T::Colon));
        many(p, format_spec)?;
        ensure!(!look_kind(p, &[T::Rbrace])?);
        p.raise_next("f-string: expecting '}', or format specs")
    });
    attempt(p, |p| {
        need!(tok(p, T::Lbrace));
        need!(annotated_rhs(p));
        tok(p, T::Equal)?;
        any_conversion(p)?;
        ensure!(!look_kind(p, &[T::Rbrace])?);
        p.raise_next("f-string: expecting '}'")
    })
}

fn invalid_conversion_character(p: &mut Parser<'_>) -> P {
    alt!(p, {
        need!(tok(p, T::Exclamation));
        ensure!(look_kind(p, &[T::Colon, T::Rbrace])?);
        p.raise_next("f-string: missing conversion character")
    });
    attempt(p, |p| {
        need!(tok(p, T::Exclamation));
        ensure!(!look_kind(p, &[T::Name])?);
        p.raise_next("f-string: invalid conversion character")
    })
}
