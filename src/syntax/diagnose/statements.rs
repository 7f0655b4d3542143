//! The rules of statements, and where each mode starts.

use super::super::parser::Mode;
use super::super::token::TokenKind as T;
use super::calls::arguments;
use super::engine::{
    Halt, Node, NodeKind as K, P, Parser, Rule, alt, attempt, deeper, ensure, gather, look_kind,
    many, many1, memo, name, need, one_of, soft, tok,
};
use super::expressions::{
    annotated_rhs, expression, expressions, invalid_for_target, list, named_expression,
    star_expressions, star_named_expression, star_named_expressions, tuple, yield_expr,
};
use super::parameters::{Flavor, params, type_params};
use super::patterns::match_stmt;
use super::raise::Targets;
use super::targets::{
    del_targets, single_subscript_attribute_target, single_target, star_target, star_targets,
};

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
    fn force(&mut self, kind: T) -> P {
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
                return p
                    .raise_last("multiple statements found while compiling a single statement");
            }
        }
    }
    Ok(Some(()))
}

fn statements(p: &mut Parser<'_>) -> P {
    let found = need!(many1(p, |p| {
        alt!(p, compound_stmt(p));
        simple_stmts(p)
    }));
    Ok(found.last().copied())
}

fn simple_stmts(p: &mut Parser<'_>) -> P {
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

fn as_name(p: &mut Parser<'_>) -> P {
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

fn compound_stmt(p: &mut Parser<'_>) -> P {
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
