//! The rules of statements with blocks.

use super::super::token::TokenKind as T;
use super::calls::arguments;
use super::engine::{
    Halt, Node, P, Parser, Rule, alt, attempt, deeper, ensure, gather, look_kind, many, many1,
    memo, name, need, one_of, tok,
};
use super::expressions::{
    expression, expressions, invalid_for_target, named_expression, star_expressions,
};
use super::parameters::{Flavor, params, type_params};
use super::patterns::match_stmt;
use super::raise::Targets;
use super::statements::{as_name, simple_stmts, statements};
use super::targets::{star_target, star_targets};

pub fn compound_stmt(p: &mut Parser<'_>) -> P {
    deeper(p, |p| {
        let kind = p.kind()?;
        if matches!(kind, T::Def | T::At | T::Async) {
            alt!(p, function_def(p));
        }
        match kind {
            T::If => return if_stmt(p, T::If),
            T::Class | T::At => return class_def(p),
            T::With | T::Async => {
                alt!(p, with_stmt(p));
            }
            _ => {}
        }
        match kind {
            T::For | T::Async => for_stmt(p),
            T::Try => try_stmt(p),
            T::While => while_stmt(p),
            _ => match_stmt(p),
        }
    })
}

fn decorators(p: &mut Parser<'_>) -> Result<Vec<Node>, Halt> {
    many(p, |p| {
        need!(tok(p, T::At));
        let found = need!(named_expression(p));
        need!(tok(p, T::Newline));
        Ok(Some(found))
    })
}

fn class_def(p: &mut Parser<'_>) -> P {
    decorators(p)?;
    let header = |p: &mut Parser<'_>| -> P {
        let a = need!(tok(p, T::Class));
        need!(name(p));
        attempt(p, type_params)?;
        attempt(p, |p| {
            need!(tok(p, T::Lpar));
            attempt(p, arguments)?;
            tok(p, T::Rpar)
        })?;
        Ok(Some(a))
    };
    if p.call_invalid_rules {
        alt!(p, {
            need!(header(p));
            need!(tok(p, T::Newline));
            p.raise_last("expected ':'")
        });
        alt!(p, {
            let a = need!(header(p));
            need!(no_block(p));
            p.raise_no_block("class definition", a)
        });
    }
    let a = need!(header(p));
    need!(tok(p, T::Colon));
    need!(block(p));
    Ok(Some(a))
}

/// `':' NEWLINE !INDENT`
fn no_block(p: &mut Parser<'_>) -> P {
    let found = need!(tok(p, T::Colon));
    need!(tok(p, T::Newline));
    ensure!(!look_kind(p, &[T::Indent])?);
    Ok(Some(found))
}

fn function_def(p: &mut Parser<'_>) -> P {
    decorators(p)?;
    if p.call_invalid_rules {
        alt!(p, {
            tok(p, T::Async)?;
            let a = need!(tok(p, T::Def));
            need!(name(p));
            attempt(p, type_params)?;
            need!(tok(p, T::Lpar));
            attempt(p, |p| params(p, Flavor::Def))?;
            need!(tok(p, T::Rpar));
            attempt(p, |p| {
                need!(tok(p, T::Rarrow));
                expression(p)
            })?;
            need!(no_block(p));
            p.raise_no_block("function definition", a)
        });
    }
    tok(p, T::Async)?;
    let a = need!(tok(p, T::Def));
    need!(name(p));
    attempt(p, type_params)?;
    need!(p.force(T::Lpar));
    attempt(p, |p| params(p, Flavor::Def))?;
    need!(tok(p, T::Rpar));
    attempt(p, |p| {
        need!(tok(p, T::Rarrow));
        expression(p)
    })?;
    need!(p.force(T::Colon));
    need!(block(p));
    Ok(Some(a))
}

/// `if` and `elif`, which differ in their keyword alone.
fn if_stmt(p: &mut Parser<'_>, keyword: T) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            need!(tok(p, keyword));
            need!(named_expression(p));
            need!(tok(p, T::Newline));
            p.raise_last("expected ':'")
        });
        alt!(p, {
            let a = need!(tok(p, keyword));
            need!(named_expression(p));
            need!(no_block(p));
            p.raise_no_block(&format!("'{}' statement", keyword.text()), a)
        });
    }
    let a = need!(tok(p, keyword));
    need!(named_expression(p));
    need!(tok(p, T::Colon));
    need!(block(p));
    let elif = deeper(p, |p| attempt(p, |p| if_stmt(p, T::Elif)))?;
    if elif.is_none() {
        attempt(p, else_block)?;
    }
    Ok(Some(a))
}

fn else_block(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            let a = need!(tok(p, T::Else));
            need!(no_block(p));
            p.raise_no_block("'else' statement", a)
        });
    }
    need!(tok(p, T::Else));
    need!(p.force(T::Colon));
    block(p)
}

fn while_stmt(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            need!(tok(p, T::While));
            need!(named_expression(p));
            need!(tok(p, T::Newline));
            p.raise_last("expected ':'")
        });
        alt!(p, {
            let a = need!(tok(p, T::While));
            need!(named_expression(p));
            need!(no_block(p));
            p.raise_no_block("'while' statement", a)
        });
    }
    let a = need!(tok(p, T::While));
    need!(named_expression(p));
    need!(tok(p, T::Colon));
    need!(block(p));
    attempt(p, else_block)?;
    Ok(Some(a))
}

fn for_stmt(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            tok(p, T::Async)?;
            need!(tok(p, T::For));
            need!(star_targets(p));
            need!(tok(p, T::In));
            need!(star_expressions(p));
            need!(tok(p, T::Newline));
            p.raise_last("expected ':'")
        });
        alt!(p, {
            tok(p, T::Async)?;
            let a = need!(tok(p, T::For));
            need!(star_targets(p));
            need!(tok(p, T::In));
            need!(star_expressions(p));
            need!(no_block(p));
            p.raise_no_block("'for' statement", a)
        });
    }
    let header = attempt(p, |p| {
        tok(p, T::Async)?;
        let a = need!(tok(p, T::For));
        need!(star_targets(p));
        need!(tok(p, T::In));
        Ok(Some(a))
    })?;
    if let Some(a) = header {
        // After `in` there is no way back.
        need!(star_expressions(p));
        need!(tok(p, T::Colon));
        need!(block(p));
        attempt(p, else_block)?;
        return Ok(Some(a));
    }
    invalid_for_target(p)
}

fn with_item(p: &mut Parser<'_>) -> P {
    alt!(p, {
        let found = need!(expression(p));
        need!(tok(p, T::As));
        need!(star_target(p));
        ensure!(look_kind(p, &[T::Comma, T::Rpar, T::Colon])?);
        Ok(Some(found))
    });
    if p.call_invalid_rules {
        alt!(p, {
            need!(expression(p));
            need!(tok(p, T::As));
            let a = need!(expression(p));
            ensure!(look_kind(p, &[T::Comma, T::Rpar, T::Colon])?);
            p.raise_invalid_target(Targets::Star, a)
        });
    }
    expression(p)
}

fn with_stmt(p: &mut Parser<'_>) -> P {
    let loose_items = |p: &mut Parser<'_>| {
        gather(p, T::Comma, |p| {
            let found = need!(expression(p));
            attempt(p, |p| {
                need!(tok(p, T::As));
                star_target(p)
            })?;
            Ok(Some(found))
        })
    };
    let loose_items_in_parentheses = |p: &mut Parser<'_>| -> P {
        let a = need!(tok(p, T::Lpar));
        need!(gather(p, T::Comma, |p| {
            let found = need!(expressions(p));
            attempt(p, |p| {
                need!(tok(p, T::As));
                star_target(p)
            })?;
            Ok(Some(found))
        }));
        tok(p, T::Comma)?;
        need!(tok(p, T::Rpar));
        Ok(Some(a))
    };
    if p.call_invalid_rules {
        alt!(p, {
            tok(p, T::Async)?;
            let a = need!(tok(p, T::With));
            need!(loose_items(p));
            need!(no_block(p));
            p.raise_no_block("'with' statement", a)
        });
        alt!(p, {
            tok(p, T::Async)?;
            let a = need!(tok(p, T::With));
            need!(loose_items_in_parentheses(p));
            need!(no_block(p));
            p.raise_no_block("'with' statement", a)
        });
    }
    alt!(p, {
        tok(p, T::Async)?;
        let a = need!(tok(p, T::With));
        need!(tok(p, T::Lpar));
        need!(gather(p, T::Comma, with_item));
        tok(p, T::Comma)?;
        need!(tok(p, T::Rpar));
        need!(tok(p, T::Colon));
        need!(block(p));
        Ok(Some(a))
    });
    alt!(p, {
        tok(p, T::Async)?;
        let a = need!(tok(p, T::With));
        need!(gather(p, T::Comma, with_item));
        need!(tok(p, T::Colon));
        need!(block(p));
        Ok(Some(a))
    });
    ensure!(p.call_invalid_rules);
    alt!(p, {
        tok(p, T::Async)?;
        need!(tok(p, T::With));
        need!(loose_items(p));
        need!(tok(p, T::Newline));
        p.raise_last("expected ':'")
    });
    attempt(p, |p| {
        tok(p, T::Async)?;
        need!(tok(p, T::With));
        need!(loose_items_in_parentheses(p));
        need!(tok(p, T::Newline));
        p.raise_last("expected ':'")
    })
}

fn try_stmt(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, invalid_try_stmt(p));
    }
    let a = need!(tok(p, T::Try));
    need!(p.force(T::Colon));
    need!(block(p));
    alt!(p, finally_block(p));
    alt!(p, {
        need!(many1(p, except_block));
        attempt(p, else_block)?;
        attempt(p, finally_block)?;
        Ok(Some(a))
    });
    need!(many1(p, except_star_block));
    attempt(p, else_block)?;
    attempt(p, finally_block)?;
    Ok(Some(a))
}

fn invalid_try_stmt(p: &mut Parser<'_>) -> P {
    const BOTH: &str = "cannot have both 'except' and 'except*' on the same 'try'";
    alt!(p, {
        let a = need!(tok(p, T::Try));
        need!(no_block(p));
        p.raise_no_block("'try' statement", a)
    });
    alt!(p, {
        need!(tok(p, T::Try));
        need!(tok(p, T::Colon));
        need!(block(p));
        ensure!(!look_kind(p, &[T::Except, T::Finally])?);
        p.raise_last("expected 'except' or 'finally' block")
    });
    alt!(p, {
        need!(tok(p, T::Try));
        need!(tok(p, T::Colon));
        many(p, block)?;
        need!(many1(p, except_block));
        let a = need!(tok(p, T::Except));
        let b = need!(tok(p, T::Star));
        need!(expression(p));
        as_name(p)?;
        need!(tok(p, T::Colon));
        p.raise_range(a, b, BOTH)
    });
    attempt(p, |p| {
        need!(tok(p, T::Try));
        need!(tok(p, T::Colon));
        many(p, block)?;
        need!(many1(p, except_star_block));
        let a = need!(tok(p, T::Except));
        attempt(p, |p| {
            let found = need!(expression(p));
            as_name(p)?;
            Ok(Some(found))
        })?;
        need!(tok(p, T::Colon));
        p.raise_at(a, BOTH)
    })
}

fn except_block(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            let a = need!(tok(p, T::Except));
            need!(expression(p));
            as_name(p)?;
            need!(no_block(p));
            p.raise_no_block("'except' statement", a)
        });
        alt!(p, {
            let a = need!(tok(p, T::Except));
            need!(no_block(p));
            p.raise_no_block("'except' statement", a)
        });
    }
    alt!(p, {
        let a = need!(tok(p, T::Except));
        need!(expression(p));
        as_name(p)?;
        need!(tok(p, T::Colon));
        need!(block(p));
        Ok(Some(a))
    });
    alt!(p, {
        let a = need!(tok(p, T::Except));
        need!(tok(p, T::Colon));
        need!(block(p));
        Ok(Some(a))
    });
    invalid_except_stmt(p)
}

fn except_star_block(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            let a = need!(tok(p, T::Except));
            need!(tok(p, T::Star));
            need!(expression(p));
            as_name(p)?;
            need!(no_block(p));
            p.raise_no_block("'except*' statement", a)
        });
    }
    alt!(p, {
        let a = need!(tok(p, T::Except));
        need!(tok(p, T::Star));
        need!(expression(p));
        as_name(p)?;
        need!(tok(p, T::Colon));
        need!(block(p));
        Ok(Some(a))
    });
    invalid_except_stmt(p)
}

fn invalid_except_stmt(p: &mut Parser<'_>) -> P {
    ensure!(p.call_invalid_rules);
    alt!(p, {
        need!(tok(p, T::Except));
        tok(p, T::Star)?;
        let a = need!(expression(p));
        need!(tok(p, T::Comma));
        need!(expressions(p));
        as_name(p)?;
        need!(tok(p, T::Colon));
        p.raise_from(a, "multiple exception types must be parenthesized")
    });
    alt!(p, {
        need!(tok(p, T::Except));
        tok(p, T::Star)?;
        need!(expression(p));
        as_name(p)?;
        need!(tok(p, T::Newline));
        p.raise_last("expected ':'")
    });
    alt!(p, {
        need!(tok(p, T::Except));
        need!(tok(p, T::Newline));
        p.raise_last("expected ':'")
    });
    attempt(p, |p| {
        need!(tok(p, T::Except));
        need!(tok(p, T::Star));
        need!(one_of(p, &[T::Newline, T::Colon]));
        p.raise_last("expected one or more exception types")
    })
}

fn finally_block(p: &mut Parser<'_>) -> P {
    if p.call_invalid_rules {
        alt!(p, {
            let a = need!(tok(p, T::Finally));
            need!(no_block(p));
            p.raise_no_block("'finally' statement", a)
        });
    }
    need!(tok(p, T::Finally));
    need!(p.force(T::Colon));
    block(p)
}

pub fn block(p: &mut Parser<'_>) -> P {
    memo(p, Rule::Block, |p| {
        alt!(p, {
            need!(tok(p, T::Newline));
            need!(tok(p, T::Indent));
            let found = need!(statements(p));
            need!(tok(p, T::Dedent));
            Ok(Some(found))
        });
        alt!(p, simple_stmts(p));
        ensure!(p.call_invalid_rules);
        attempt(p, |p| {
            need!(tok(p, T::Newline));
            ensure!(!look_kind(p, &[T::Indent])?);
            p.raise_indentation("expected an indented block")
        })
    })
}
