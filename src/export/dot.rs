//! The object graph of one moment in the language of Graphviz.
//!
//! Every box of the Objects panel is a table whose rows are ports, so an arrow leaves from the
//! attribute, item or local that holds the reference. Weak references are dashed, cycles red.

use std::io::Write;

use super::{ExportError, Scene};
use crate::views::format::grouped;
use crate::views::graph::{Count, EdgeKind, Graph, Node, NodeKind, RowValue};
use crate::views::objects::{Filter, build};

/// Writes the picture that the Objects panel shows at the scene's moment.
pub fn write(scene: &Scene, out: &mut dyn Write) -> Result<(), ExportError> {
    let look = scene.look();
    let graph = build(look, &Filter::default());
    writeln!(out, "digraph objects {{")?;
    writeln!(
        out,
        "  label={};",
        quoted(&format!(
            "{} at moment {} of {}",
            look.recording.header().program,
            grouped(look.state.moment.0),
            grouped(look.recording.len())
        ))
    )?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(
        out,
        "  node [shape=plain, fontname=\"DejaVu Sans Mono, monospace\", fontsize=11];"
    )?;
    writeln!(out, "  edge [arrowsize=0.7];")?;
    for (index, node) in graph.nodes.iter().enumerate() {
        write_node(out, index, node)?;
    }
    write_edges(out, &graph)?;
    if graph.cut > 0 {
        writeln!(
            out,
            "  cut [shape=plaintext, label={}];",
            quoted(&format!(
                "{} more objects are not drawn",
                grouped(graph.cut as u64)
            ))
        )?;
    }
    writeln!(out, "}}")?;
    Ok(())
}

fn write_node(out: &mut dyn Write, index: usize, node: &Node) -> Result<(), ExportError> {
    let fill = match node.kind {
        NodeKind::Root => "#dfe7f5",
        NodeKind::Suspended => "#ece6f5",
        NodeKind::Object => "#f4f4f4",
    };
    let border = if node.cycle.is_some() {
        "#c62828"
    } else {
        "#555555"
    };
    write!(
        out,
        "  n{index} [label=<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" \
         color=\"{border}\" bgcolor=\"white\"><tr><td port=\"head\" align=\"left\" \
         bgcolor=\"{fill}\"><b>{}</b>{}</td></tr>",
        markup(&node.title),
        match node.count {
            Some(Count::Of(count)) => format!("  {count}"),
            Some(Count::Immortal) => "  immortal".to_owned(),
            None => String::new(),
        }
    )?;
    if !node.repr.is_empty() {
        write!(
            out,
            "<tr><td align=\"left\">{}</td></tr>",
            markup(&node.repr)
        )?;
    }
    for (row, line) in node.rows.iter().enumerate() {
        let value = match &line.value {
            RowValue::Inline { text, .. } => text.clone(),
            RowValue::Arrow(_) => String::new(),
            RowValue::Hidden { type_name, .. } => format!("<{type_name}>"),
            RowValue::Empty => "NULL".to_owned(),
            RowValue::More(count) => format!("{count} more"),
        };
        let name = &line.name;
        let text = if name.is_empty() || value.is_empty() {
            format!("{name}{value}")
        } else {
            format!("{name} = {value}")
        };
        write!(
            out,
            "<tr><td port=\"r{row}\" align=\"left\">{}</td></tr>",
            markup(&text)
        )?;
    }
    writeln!(out, "</table>>];")?;
    Ok(())
}

fn write_edges(out: &mut dyn Write, graph: &Graph) -> Result<(), ExportError> {
    for edge in &graph.edges {
        let port = edge
            .row
            .map_or_else(|| "head".to_owned(), |row| format!("r{row}"));
        let mut looks = vec![format!("tooltip={}", quoted(&edge.name))];
        if edge.kind == EdgeKind::Weak {
            looks.push("style=dashed".to_owned());
        }
        if edge.cycle.is_some() {
            looks.push("color=\"#c62828\"".to_owned());
        }
        writeln!(
            out,
            "  n{}:{port}:e -> n{}:head:w [{}];",
            edge.from,
            edge.to,
            looks.join(", ")
        )?;
    }
    Ok(())
}

/// A string of the language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Text inside an HTML-like label; a space keeps an empty cell whole.
fn markup(text: &str) -> String {
    if text.is_empty() {
        return " ".to_owned();
    }
    super::svg::escaped(text)
}
