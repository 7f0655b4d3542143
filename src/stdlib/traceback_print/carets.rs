//! The source lines of a traceback entry with carets below them.

use crate::objects::vm::Vm;
use crate::stdlib::source_lines;
use crate::syntax::ast::{ExprKind, Mod, StmtKind};

use super::stack::Entry;

/// Where the middle part of the carets is, as (line, column) pairs relative to the segment.
#[derive(Clone, Copy, Debug)]
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

/// The lines below `File "…", line …`: the source, indented, and the carets.
pub(super) fn source_text(vm: &mut Vm, entry: &Entry) -> String {
    let loc = entry.location;
    let all = source_lines::lines(vm, &entry.filename);
    let get = |lineno: i32| -> String {
        usize::try_from(lineno - 1)
            .ok()
            .and_then(|i| all.get(i))
            .map_or_else(String::new, |l| l.trim_end().to_owned())
    };
    let end_lineno = loc.end_lineno.max(entry.lineno);
    let original: Vec<String> = (entry.lineno..=end_lineno).map(get).collect();
    if original.iter().all(|line| line.trim().is_empty()) {
        return String::new();
    }
    if loc.col_offset < 0 || loc.end_col_offset < 0 {
        return format!("    {}\n", original[0].trim());
    }
    let lines = dedent(&original);
    let start = char_offset(&original[0], loc.col_offset as usize);
    let last = original.len() - 1;
    let end = char_offset(&original[last], loc.end_col_offset as usize);
    let removed = original[0].chars().count() - lines[0].chars().count();
    let (start, end) = (start.saturating_sub(removed), end.saturating_sub(removed));
    let segment = segment(&lines, start, end);
    let anchors = find_anchors(&segment);
    let show = should_show(&lines, start, end, anchors.is_some());
    render(&lines, start, end, anchors, show)
}

fn dedent(lines: &[String]) -> Vec<String> {
    let margin = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.chars().take_while(|c| *c == ' ' || *c == '\t').count())
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .map(|line| {
            if line.trim().is_empty() {
                String::new()
            } else {
                line.chars().skip(margin).collect()
            }
        })
        .collect()
}

fn char_offset(line: &str, bytes: usize) -> usize {
    line.char_indices().take_while(|(i, _)| *i < bytes).count()
}

fn segment(lines: &[String], start: usize, end: usize) -> String {
    let mut parts: Vec<String> = lines.to_vec();
    if let Some(last) = parts.last_mut() {
        *last = last.chars().take(end).collect();
    }
    if let Some(first) = parts.first_mut() {
        *first = first.chars().skip(start).collect();
    }
    parts.join("\n")
}

/// Looks at the expression of the segment (`_extract_caret_anchors_from_line_segment`).
fn find_anchors(segment: &str) -> Option<Anchors> {
    let (module, _) =
        crate::syntax::parse_str(&format!("(\n{segment}\n)"), crate::syntax::Mode::Exec).ok()?;
    let Mod::Module { body, .. } = module else {
        return None;
    };
    let [statement] = &body[..] else { return None };
    let StmtKind::Expr { value } = &statement.kind else {
        return None;
    };
    let lines: Vec<Vec<char>> = segment
        .split('\n')
        .map(|line| line.chars().collect())
        .collect();
    let text_lines: Vec<&str> = segment.split('\n').collect();
    let position = |lineno: i32, col: i32| -> Option<(usize, usize)> {
        let line = usize::try_from(lineno - 2).ok()?;
        Some((
            line,
            char_offset(text_lines.get(line)?, col.max(0) as usize),
        ))
    };
    let end_of =
        |expr: &crate::syntax::ast::Expr| position(expr.loc.end_lineno, expr.loc.end_col_offset);
    match &value.kind {
        ExprKind::BinOp { left, right, .. } => {
            let from = valid(&lines, end_of(left)?)?;
            let (line, col) = advance(&lines, from, |c| !c.is_whitespace() && c != ')')?;
            let (right_line, right_start) = position(right.loc.lineno, right.loc.col_offset)?;
            let mut right_col = col + 1;
            if let Some(&c) = lines[line].get(right_col)
                && (right_line > line || right_col < right_start)
                && !c.is_whitespace()
                && c != '\\'
                && c != '#'
            {
                right_col += 1;
            }
            Some(Anchors {
                left: (line, col),
                right: (line, right_col),
            })
        }
        ExprKind::Subscript { value: inner, .. } => {
            let left = advance(&lines, valid(&lines, end_of(inner)?)?, |c| c == '[')?;
            Some(Anchors {
                left,
                right: end_of(value)?,
            })
        }
        ExprKind::Call { func, .. } => {
            let left = advance(&lines, valid(&lines, end_of(func)?)?, |c| c == '(')?;
            Some(Anchors {
                left,
                right: end_of(value)?,
            })
        }
        _ => None,
    }
}

/// The place itself, or the first one behind it that has a character.
fn valid(lines: &[Vec<char>], (mut line, mut col): (usize, usize)) -> Option<(usize, usize)> {
    while line < lines.len() && col >= lines[line].len() {
        col = 0;
        line += 1;
    }
    (line < lines.len()).then_some((line, col))
}

/// The first place from `at` on whose character satisfies `stop`; comments and line joins are
/// skipped.
fn advance(
    lines: &[Vec<char>],
    at: (usize, usize),
    stop: impl Fn(char) -> bool,
) -> Option<(usize, usize)> {
    let (mut line, mut col) = at;
    loop {
        let c = *lines.get(line)?.get(col)?;
        if c == '\\' || c == '#' {
            (line, col) = valid(lines, (line + 1, 0))?;
        } else if stop(c) {
            return Some((line, col));
        } else {
            (line, col) = valid(lines, (line, col + 1))?;
        }
    }
}

/// Whether carets say more than the line itself (`_should_show_carets`).
fn should_show(lines: &[String], start: usize, end: usize, has_anchors: bool) -> bool {
    let source = lines.join("\n");
    let Ok((module, _)) = crate::syntax::parse_str(&source, crate::syntax::Mode::Exec) else {
        return carets_needed(lines, start, end, has_anchors);
    };
    let Mod::Module { body, .. } = module else {
        return false;
    };
    let Some(statement) = body.first() else {
        return false;
    };
    let call = match &statement.kind {
        StmtKind::Return { value: Some(value) } => match &value.kind {
            ExprKind::Call { func, .. } if matches!(func.kind, ExprKind::Name { .. }) => {
                Some(value)
            }
            _ => None,
        },
        StmtKind::Assign { value, .. } if matches!(value.kind, ExprKind::Call { .. }) => {
            Some(value)
        }
        _ => None,
    };
    if let Some(value) = call
        && value.loc.lineno == 1
        && value.loc.end_lineno as usize == lines.len()
        && value.loc.col_offset as usize == start
        && value.loc.end_col_offset as usize == end
    {
        return false;
    }
    carets_needed(lines, start, end, has_anchors)
}

fn carets_needed(lines: &[String], start: usize, end: usize, has_anchors: bool) -> bool {
    let before: String = lines[0].chars().take(start).collect();
    let after: String = lines[lines.len() - 1].chars().skip(end).collect();
    has_anchors || !before.trim_start().is_empty() || !after.trim_end().is_empty()
}

/// Columns that text takes on a terminal: East Asian wide characters take two.
fn display_width(line: &str, offset: Option<usize>) -> usize {
    let count = offset.unwrap_or(usize::MAX);
    line.chars()
        .take(count)
        .map(|c| if is_wide(c) { 2 } else { 1 })
        .sum()
}

fn is_wide(c: char) -> bool {
    matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd)
}

fn render(
    lines: &[String],
    start: usize,
    end: usize,
    anchors: Option<Anchors>,
    show: bool,
) -> String {
    let last = lines.len() - 1;
    let mut significant = vec![0, last];
    let placed = anchors.map(|a| {
        for center in [a.left.0, a.right.0] {
            significant.extend([center.wrapping_sub(1), center, center + 1]);
        }
        let absolute = |(line, col): (usize, usize)| {
            let col = if line == 0 { col + start } else { col };
            (line, display_width(&lines[line], Some(col)))
        };
        Anchors {
            left: absolute(a.left),
            right: absolute(a.right),
        }
    });
    significant.retain(|&line| line <= last);
    significant.sort_unstable();
    significant.dedup();
    let mut out: Vec<String> = Vec::new();
    let first_col = display_width(&lines[0], Some(start));
    let end_col = display_width(&lines[last], Some(end));
    let output = |out: &mut Vec<String>, line: usize| {
        out.push(lines[line].clone());
        if !show {
            return;
        }
        let spaces = lines[line]
            .chars()
            .take_while(|c| c.is_whitespace())
            .count();
        let width = if line == last {
            end_col
        } else {
            display_width(&lines[line], None)
        };
        let carets: String = (0..width)
            .map(|col| {
                if col < spaces || (line == 0 && col < first_col) {
                    return ' ';
                }
                let Some(a) = placed else { return '^' };
                if (line, col) >= a.left && (line, col) < a.right {
                    '^'
                } else {
                    '~'
                }
            })
            .collect();
        out.push(carets);
    };
    let mut previous: Option<usize> = None;
    for &line in &significant {
        if let Some(previous) = previous {
            match line - previous {
                0 | 1 => {}
                2 => output(&mut out, line - 1),
                gap => out.push(format!("...<{} lines>...", gap - 1)),
            }
        }
        output(&mut out, line);
        previous = Some(line);
    }
    out.iter()
        .map(|line| {
            if line.is_empty() {
                "    \n".to_owned()
            } else {
                format!("    {line}\n")
            }
        })
        .collect()
}
