//! Turns `'…%s…' % (a, b)` into the f-string that does the same.
//!
//! Mirrors `optimize_format` of `Python/ast_opt.c`: only `%s`, `%r` and `%a` with `-`, a width and
//! a precision of at most two digits each; everything else stays a `%`.

use crate::base::{SourceLocation, Text};
use crate::syntax::ast::{Constant, Expr, ExprKind};

const PERCENT: u32 = '%' as u32;

/// The values of the f-string, or `None` when the format is not of the simple kind.
/// The elements are taken out only on success.
pub(super) fn optimize_format(format: &Text, elts: &mut Vec<Expr>) -> Option<Vec<Expr>> {
    let points: Vec<u32> = format.code_points().collect();
    let mut rest = &points[..];
    let mut pieces = Vec::new();
    loop {
        let (literal, after) = parse_literal(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        rest = after;
        if rest.is_empty() {
            break;
        }
        let (piece, after) = parse_format(&rest[1..])?;
        pieces.push(piece);
        rest = after;
    }
    let units = pieces
        .iter()
        .filter(|p| matches!(p, Piece::Value { .. }))
        .count();
    if units != elts.len() {
        return None;
    }
    let mut args = std::mem::take(elts).into_iter();
    let values = pieces.into_iter().map(|piece| match piece {
        Piece::Literal(points) => text_node(&points),
        Piece::Value { conversion, spec } => {
            let value = args.next().expect("counted above");
            Expr {
                loc: value.loc,
                kind: ExprKind::FormattedValue {
                    value: Box::new(value),
                    conversion,
                    format_spec: (!spec.is_empty()).then(|| {
                        let points: Vec<u32> = spec.chars().map(u32::from).collect();
                        Box::new(text_node(&points))
                    }),
                },
            }
        }
    });
    Some(values.collect())
}

enum Piece {
    Literal(Vec<u32>),
    Value { conversion: i32, spec: String },
}

/// A literal that no source spells: it has no place.
fn text_node(points: &[u32]) -> Expr {
    Expr {
        loc: SourceLocation::NONE,
        kind: ExprKind::Constant {
            value: Constant::Str(Text::from_code_points(points)),
            kind: None,
        },
    }
}

/// The text up to the next unit, `%%` unescaped, and what follows it.
fn parse_literal(points: &[u32]) -> (Vec<u32>, &[u32]) {
    let mut literal = Vec::new();
    let mut rest = points;
    loop {
        match rest {
            [PERCENT, PERCENT, after @ ..] => {
                literal.push(PERCENT);
                rest = after;
            }
            [PERCENT, ..] | [] => return (literal, rest),
            [other, after @ ..] => {
                literal.push(*other);
                rest = after;
            }
        }
    }
}

/// What follows a `%`: flags, width, precision and kind.
fn parse_format(points: &[u32]) -> Option<(Piece, &[u32])> {
    let mut at = 0;
    let mut left = false;
    while let Some(flag @ ('-' | '+' | ' ' | '#' | '0')) = char_at(points, at) {
        left |= flag == '-';
        at += 1;
    }
    let width = parse_number(points, &mut at)?;
    let mut precision = None;
    if char_at(points, at)? == '.' {
        at += 1;
        precision = Some(parse_number(points, &mut at)?.unwrap_or(0));
    }
    let kind = char_at(points, at)?;
    if !matches!(kind, 's' | 'r' | 'a') {
        return None;
    }
    let mut spec = String::new();
    if !left && width.is_some_and(|width| width > 0) {
        spec.push('>');
    }
    if let Some(width) = width {
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push('.');
        spec.push_str(&precision.to_string());
    }
    let conversion = kind as i32;
    Some((Piece::Value { conversion, spec }, &points[at + 1..]))
}

/// At most two digits; the outer `None` when there are more, or the format ends.
#[expect(
    clippy::option_option,
    reason = "no number is not the same as no format"
)]
fn parse_number(points: &[u32], at: &mut usize) -> Option<Option<u32>> {
    let mut number = None;
    let mut digits = 0;
    while let Some(digit) = char_at(points, *at)?.to_digit(10) {
        number = Some(number.unwrap_or(0) * 10 + digit);
        *at += 1;
        digits += 1;
        if digits >= 3 {
            return None;
        }
    }
    Some(number)
}

fn char_at(points: &[u32], at: usize) -> Option<char> {
    points.get(at).copied().and_then(char::from_u32)
}
