//! `match` statements and patterns of the crate's tree to ours.

use rustpython_parser::ast as rp;

use super::super::super::ast::{
    Expr, ExprContext, ExprKind, MatchCase, Pattern, PatternKind, Stmt, StmtKind,
};
use super::super::super::token::TokenKind;
use super::{Builder, singleton, span};

impl Builder<'_> {
    pub(super) fn match_stmt(&mut self, node: rp::StmtMatch) -> Stmt {
        let loc = self.block_loc(&node);
        let start = span(&node).0 + 1;
        let newline = self.tokens[start..]
            .iter()
            .position(|token| token.kind == TokenKind::Newline)
            .map_or(start, |at| start + at);
        let colon = newline - 1;
        let trailing_comma = self.tokens[colon - 1].kind == TokenKind::Comma;
        let subject = match *node.subject {
            // The crate gives the tuple of several subjects the whole statement's place.
            rp::Expr::Tuple(tuple) if span(&tuple).0 < start => {
                let elts = self.exprs(tuple.elts);
                self.subject_tuple(start, colon, elts)
            }
            single => {
                let subject = self.expr(single);
                if trailing_comma {
                    self.subject_tuple(start, colon, vec![subject])
                } else {
                    if matches!(subject.kind, ExprKind::Starred { .. }) {
                        self.doubtful = true;
                    }
                    subject
                }
            }
        };
        let cases = node
            .cases
            .into_iter()
            .map(|case| MatchCase {
                pattern: self.pattern(case.pattern, PatternPlace::Top),
                guard: self.opt_boxed(case.guard),
                body: self.body(case.body),
            })
            .collect();
        Stmt {
            loc,
            kind: StmtKind::Match {
                subject: Box::new(subject),
                cases,
            },
        }
    }

    pub(super) fn subject_tuple(&self, start: usize, colon: usize, elts: Vec<Expr>) -> Expr {
        Expr {
            loc: self.loc(start, colon),
            kind: ExprKind::Tuple {
                elts,
                ctx: ExprContext::Load,
            },
        }
    }

    pub(super) fn pattern(&mut self, pattern: rp::Pattern, place: PatternPlace) -> Pattern {
        let loc = self.loc_of(&pattern);
        let kind = match pattern {
            rp::Pattern::MatchValue(node) => {
                self.check_pattern_number(&node.value);
                PatternKind::MatchValue {
                    value: self.boxed(node.value),
                }
            }
            rp::Pattern::MatchSingleton(node) => PatternKind::MatchSingleton {
                value: singleton(&node.value),
            },
            rp::Pattern::MatchSequence(node) => {
                // `case a,:` at the top or a bracketed list.
                PatternKind::MatchSequence {
                    patterns: self.patterns(node.patterns, PatternPlace::Sequence),
                }
            }
            rp::Pattern::MatchMapping(node) => {
                for key in &node.keys {
                    self.check_pattern_number(key);
                }
                let rest = node.rest.map(|rest| self.name(&rest));
                if rest.as_deref() == Some("_") {
                    self.doubtful = true;
                }
                PatternKind::MatchMapping {
                    keys: self.exprs(node.keys),
                    patterns: self.patterns(node.patterns, PatternPlace::Inner),
                    rest,
                }
            }
            rp::Pattern::MatchClass(node) => PatternKind::MatchClass {
                cls: self.boxed(node.cls),
                patterns: self.patterns(node.patterns, PatternPlace::Inner),
                kwd_attrs: node.kwd_attrs.iter().map(|name| self.name(name)).collect(),
                kwd_patterns: self.patterns(node.kwd_patterns, PatternPlace::Inner),
            },
            rp::Pattern::MatchStar(node) => {
                if place != PatternPlace::Sequence {
                    self.doubtful = true;
                }
                PatternKind::MatchStar {
                    name: node
                        .name
                        .map(|name| self.name(&name))
                        .filter(|name| &**name != "_"),
                }
            }
            rp::Pattern::MatchAs(node) => {
                let name = node.name.map(|name| self.name(&name));
                let pattern = node
                    .pattern
                    .map(|pattern| Box::new(self.pattern(*pattern, PatternPlace::Inner)));
                if pattern.is_some() && name.as_deref() == Some("_") {
                    self.doubtful = true;
                }
                PatternKind::MatchAs {
                    pattern,
                    name: name.filter(|name| &**name != "_"),
                }
            }
            rp::Pattern::MatchOr(node) => PatternKind::MatchOr {
                patterns: self.patterns(node.patterns, PatternPlace::Inner),
            },
        };
        Pattern { loc, kind }
    }

    pub(super) fn patterns(
        &mut self,
        patterns: Vec<rp::Pattern>,
        place: PatternPlace,
    ) -> Vec<Pattern> {
        patterns
            .into_iter()
            .map(|pattern| self.pattern(pattern, place))
            .collect()
    }

    /// `1j + 1`, `1 + 1`: only a real number and an imaginary one make a complex.
    pub(super) fn check_pattern_number(&mut self, value: &rp::Expr) {
        let rp::Expr::BinOp(node) = value else { return };
        let left = span(&*node.left).1 - 1;
        let right = span(&*node.right).1 - 1;
        let imaginary = |at: usize| self.tokens[at].text(self.source).ends_with(['j', 'J']);
        if imaginary(left) || !imaginary(right) {
            self.doubtful = true;
        }
    }
}

/// Where a pattern stands: a star is only allowed directly in a sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternPlace {
    Top,
    Sequence,
    Inner,
}
