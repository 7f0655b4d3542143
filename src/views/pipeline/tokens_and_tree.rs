//! The first two stages in rows: the tokens, and the tree as `ast.dump` names its nodes.

use super::StageRow;
use crate::syntax::lines::LineTable;
use crate::syntax::token::TokenKind;
use crate::syntax::tokenizer::{TokenMode, tokenize};

/// A row for each token.
pub(super) fn token_rows(source: &str) -> Vec<StageRow> {
    let lines = LineTable::new(source);
    tokenize(source, &lines, TokenMode::All)
        .tokens
        .iter()
        .map(|token| {
            let location = lines.location(token.start, token.end);
            let text = match token.kind {
                TokenKind::Newline | TokenKind::Nl => "\\n".to_owned(),
                _ => token.text(source).replace('\n', "\\n"),
            };
            let kind = if token.kind.is_operator() {
                "OP"
            } else {
                token.kind.name()
            };
            let exact = if token.kind.is_operator() {
                token.kind.name()
            } else {
                ""
            };
            StageRow::new(0, kind, text).at(location).because(exact)
        })
        .collect()
}

/// Turns the one line of `ast.dump` into a row for each node.
pub(super) fn tree_rows(dump: &str) -> Vec<StageRow> {
    let mut rows: Vec<StageRow> = Vec::new();
    // The rows of the nodes that are open, innermost last.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut part = String::new();
    let mut quote: Option<char> = None;
    let mut chars = dump.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some(end) = quote {
            part.push(c);
            if c == '\\' {
                part.extend(chars.next());
            } else if c == end {
                quote = None;
            }
            continue;
        }
        match c {
            '\'' | '"' => {
                quote = Some(c);
                part.push(c);
            }
            '(' => {
                let (field, node) = part.rsplit_once('=').unwrap_or(("", part.as_str()));
                let depth = open.iter().flatten().count();
                rows.push(StageRow::new(depth, node.trim(), "").because(field.trim()));
                open.push(Some(rows.len() - 1));
                part.clear();
            }
            '[' => {
                open.push(None);
                if let Some(field) = part.trim().strip_suffix('=') {
                    part = format!("{field}=");
                }
            }
            ')' | ']' | ',' => {
                finish_field(&mut rows, &open, &part);
                part.clear();
                if c != ',' {
                    open.pop();
                }
            }
            _ => part.push(c),
        }
    }
    rows
}

/// A plain field such as `id='x'` goes to the text of the innermost open node.
fn finish_field(rows: &mut [StageRow], open: &[Option<usize>], part: &str) {
    let Some(&row) = open.iter().rev().flatten().next() else {
        return;
    };
    let part = part.trim();
    let Some((name, value)) = part.split_once('=') else {
        return;
    };
    let row = &mut rows[row];
    match name {
        "lineno" => row.loc.lineno = value.parse().unwrap_or(-1),
        "col_offset" => row.loc.col_offset = value.parse().unwrap_or(-1),
        "end_lineno" => row.loc.end_lineno = value.parse().unwrap_or(-1),
        "end_col_offset" => row.loc.end_col_offset = value.parse().unwrap_or(-1),
        _ if value.is_empty() => {}
        _ => {
            if !row.text.is_empty() {
                row.text.push_str("  ");
            }
            row.text.push_str(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_a_row_for_each_node() {
        let rows = tree_rows(
            "Module(body=[Expr(value=Call(func=Name(id='f(', ctx=Load(), lineno=3), args=[Constant(value=1)]))])",
        );
        let names: Vec<(usize, &str)> = rows
            .iter()
            .map(|row| (row.indent, row.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                (0, "Module"),
                (1, "Expr"),
                (2, "Call"),
                (3, "Name"),
                (4, "Load"),
                (3, "Constant")
            ]
        );
        assert_eq!(rows[3].text, "id='f('");
        assert_eq!(rows[3].loc.lineno, 3);
        assert_eq!(rows[3].note, "func");
    }
}
