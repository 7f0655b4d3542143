//! The object graph of one moment as a drawing: SVG, made without a window.
//!
//! Boxes stand where the Objects panel would put them when it is opened at this moment.

use std::fmt::Write as _;
use std::io::Write;

use super::{ExportError, Scene};
use crate::views::graph::{Count, EdgeKind, Graph, Node, NodeKind, RowValue, metrics};
use crate::views::graph_layout::{Place, Places};
use crate::views::look::cut;
use crate::views::objects::{Filter, build};

const MARGIN: f32 = 16.0;
/// Room at the right for arrows that go around a box.
const AROUND: f32 = 40.0;
const FONT: &str = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/// Writes the picture that the Objects panel shows at the scene's moment.
pub fn write(scene: &Scene, out: &mut dyn Write) -> Result<(), ExportError> {
    out.write_all(drawing(scene).as_bytes())?;
    Ok(())
}

/// The drawing as one `svg` element.
pub fn drawing(scene: &Scene) -> String {
    let graph = build(scene.look(), &Filter::default());
    let places = graph.arrange(&mut Places::default());
    let corner = |of: fn(&Place) -> f32| places.iter().map(of).fold(f32::INFINITY, f32::min);
    let (left, top) = (corner(|place| place.x), corner(|place| place.y));
    let (left, top) = if graph.nodes.is_empty() {
        (0.0, 0.0)
    } else {
        (left - MARGIN, top - MARGIN)
    };
    let (mut right, mut bottom) = (left + 2.0 * MARGIN, top + 2.0 * MARGIN);
    for (node, place) in graph.nodes.iter().zip(&places) {
        let (width, height) = node.size();
        right = right.max(place.x + width + AROUND + MARGIN);
        bottom = bottom.max(place.y + height + MARGIN);
    }
    let (width, height) = (right - left, bottom - top);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"{left} {top} {width} {height}\" font-family=\"{FONT}\" font-size=\"12.5\">\n\
         <rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (id, color) in [("arrow", "#5b6470"), ("cycle", "#c62828")] {
        let _ = writeln!(
            svg,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" \
             markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 Z\" fill=\"{color}\"/>\
             </marker>"
        );
    }
    draw_edges(&mut svg, &graph, &places);
    for (node, place) in graph.nodes.iter().zip(&places) {
        draw_node(&mut svg, node, *place);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_edges(svg: &mut String, graph: &Graph, places: &[Place]) {
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
        let (home, target) = (places[edge.from], places[edge.to]);
        let row_y = edge
            .row
            .map_or(metrics::HEADER / 2.0, |row| from.row_y(row));
        let (start_y, end_y) = (home.y + row_y, target.y + metrics::HEADER / 2.0);
        let (left, right) = (home.x, home.x + from.size().0);
        let target_right = target.x + to.size().0;
        // An arrow goes around boxes on the side where the gap between the columns is.
        let (start_x, end_x, start_reach, end_reach) = if target.x > right {
            let reach = ((target.x - right) / 2.0).clamp(24.0, 120.0);
            (right - metrics::PORT / 2.0, target.x, reach, -reach)
        } else if target_right < left {
            let reach = ((left - target_right) / 2.0).clamp(24.0, 120.0);
            (left, target_right, -reach, reach)
        } else {
            let reach = 24.0 + ((end_y - start_y).abs() / 12.0).min(24.0);
            (right - metrics::PORT / 2.0, target_right, reach, reach)
        };
        let (color, marker) = match edge.cycle {
            Some(_) => ("#c62828", "cycle"),
            None => ("#5b6470", "arrow"),
        };
        let dash = match edge.kind {
            EdgeKind::Strong => "",
            EdgeKind::Weak => " stroke-dasharray=\"5 4\"",
        };
        let _ = writeln!(
            svg,
            "<path d=\"M{start_x} {start_y} C{} {start_y} {} {end_y} {end_x} {end_y}\" \
             fill=\"none\" stroke=\"{color}\" stroke-width=\"1.4\"{dash} \
             marker-end=\"url(#{marker})\"><title>{}</title></path>",
            start_x + start_reach,
            end_x + end_reach,
            escaped(&edge.name)
        );
    }
}

fn draw_node(svg: &mut String, node: &Node, place: Place) {
    use metrics::{CHAR, HEADER, PADDING, PORT, ROW};
    let (width, height) = node.size();
    let Place { x, y, .. } = place;
    let border = if node.cycle.is_some() {
        "#c62828"
    } else {
        "#8a93a0"
    };
    let fill = match node.kind {
        NodeKind::Root => "#dfe7f5",
        NodeKind::Suspended => "#ece6f5",
        NodeKind::Object => "#eef1f4",
    };
    let _ = writeln!(
        svg,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
         rx=\"5\" fill=\"#ffffff\" stroke=\"{border}\"/><path d=\"M{x} {} v{} a5 5 0 0 1 5 -5 \
         h{} a5 5 0 0 1 5 5 v{} Z\" fill=\"{fill}\"/>",
        escaped(&node.description()),
        y + HEADER,
        5.0 - HEADER,
        width - 10.0,
        HEADER - 5.0
    );
    let chars = |pixels: f32| (pixels / CHAR).max(1.0) as usize;
    let count = match node.count {
        Some(Count::Of(count)) => count.to_string(),
        Some(Count::Immortal) => "∞".to_owned(),
        None => String::new(),
    };
    let room = width - 2.0 * PADDING - (count.chars().count() + 1) as f32 * CHAR;
    let middle = |line: f32| line + 4.5;
    text(
        svg,
        (x + PADDING, middle(y + HEADER / 2.0)),
        "font-weight=\"bold\"",
        &cut(&node.title, chars(room)),
    );
    text(
        svg,
        (x + width - PADDING, middle(y + HEADER / 2.0)),
        "text-anchor=\"end\"",
        &count,
    );
    if !node.repr.is_empty() {
        let line = y + HEADER + 4.0 + ROW / 2.0;
        let room = chars(width - 2.0 * PADDING);
        text(svg, (x + PADDING, middle(line)), "", &cut(&node.repr, room));
    }
    for (index, row) in node.rows.iter().enumerate() {
        let line = middle(y + node.row_y(index));
        let (value, looks) = match &row.value {
            RowValue::Inline { text, .. } => (text.clone(), ""),
            RowValue::Arrow(_) => {
                let _ = write!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"2.5\" fill=\"{border}\"/>",
                    x + width - PORT / 2.0,
                    y + node.row_y(index)
                );
                (String::new(), "")
            }
            RowValue::Hidden { type_name, .. } => (format!("<{type_name}>"), " fill=\"#6b7280\""),
            RowValue::Empty => ("NULL".to_owned(), " fill=\"#6b7280\""),
            RowValue::More(count) => (format!("{count} more"), " fill=\"#6b7280\""),
        };
        let room = chars(width - 2.0 * PADDING);
        let name = cut(&row.name, room);
        let left = room.saturating_sub(name.chars().count() + 1);
        text(svg, (x + PADDING, line), "fill=\"#374151\"", &name);
        if !value.is_empty() && left > 0 {
            text(
                svg,
                (x + width - PADDING, line),
                &format!("text-anchor=\"end\"{looks}"),
                &cut(&value, left),
            );
        }
    }
    svg.push_str("</g>\n");
}

fn text(svg: &mut String, (x, y): (f32, f32), looks: &str, words: &str) {
    if !words.is_empty() {
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" {looks} xml:space=\"preserve\">{}</text>",
            escaped(words)
        );
    }
}

/// Text as XML takes it; a character that XML cannot hold becomes U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_is_safe_in_xml() {
        assert_eq!(escaped("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
        assert_eq!(escaped("nul\0 end"), "nul\u{fffd} end");
    }
}
