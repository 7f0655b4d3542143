//! How boxes and arrows of the object graph are painted: the shapes given to `egui_graphs`.

use std::sync::Arc;

use egui::epaint::{CubicBezierShape, TextShape};
use egui::{Color32, CornerRadius, FontId, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2};
use egui_graphs::{
    DisplayEdge, DisplayNode, DrawContext, EdgeProps, MetadataFrame, Node as GraphNode, NodeProps,
};
use petgraph::Directed;
use petgraph::stable_graph::DefaultIx;

use super::ZOOM;
use crate::app::ui::theme::{self, Theme};
use crate::views::graph::{Count, Edge, EdgeKind, Node, NodeKind, RowValue, metrics};

/// A box and what its painting needs.
#[derive(Debug)]
pub struct NodePaint {
    pub node: Node,
    pub size: Vec2,
    pub theme: Arc<Theme>,
    pub selected: bool,
    /// Not connected to what is selected, so it steps back.
    pub faded: bool,
    /// Part of the answer to a question.
    pub lit: bool,
    pub pinned: bool,
    /// The rows whose arrows leave at the left end.
    pub leaves_left: Vec<usize>,
}

/// An arrow and what its painting needs.
#[derive(Debug)]
pub struct EdgePaint {
    pub edge: Edge,
    pub theme: Arc<Theme>,
    /// Touches the selected box: drawn strong and with its name.
    pub selected: bool,
    pub faded: bool,
    /// Its way between the boxes; empty when the user moved an end.
    pub curves: Vec<[Pos2; 4]>,
    /// Where its boxes stood when the way was found.
    pub ends: [Pos2; 2],
}

/// The shape of a box.
#[derive(Clone, Debug)]
pub struct NodeShape {
    paint: Arc<NodePaint>,
    center: Pos2,
    hovered: bool,
}

impl From<NodeProps<Arc<NodePaint>>> for NodeShape {
    fn from(props: NodeProps<Arc<NodePaint>>) -> Self {
        Self {
            center: props.location(),
            hovered: props.hovered,
            paint: props.payload,
        }
    }
}

impl NodeShape {
    fn rect(&self) -> Rect {
        Rect::from_center_size(self.center, self.paint.size)
    }
}

impl<E: Clone> DisplayNode<Arc<NodePaint>, E, Directed, DefaultIx> for NodeShape {
    fn closest_boundary_point(&self, dir: Vec2) -> Pos2 {
        let half = self.paint.size / 2.0;
        let scale = (half.x / dir.x.abs().max(1e-6)).min(half.y / dir.y.abs().max(1e-6));
        self.center + dir * scale
    }

    fn shapes(&mut self, ctx: &DrawContext<'_>) -> Vec<Shape> {
        // In its first frame the crate fits a new view by itself, and one small box would fill the
        // screen with letters that no font atlas can hold.
        if !ZOOM.contains(&ctx.meta.zoom) {
            return Vec::new();
        }
        let rect = rect_on_screen(ctx.meta, self.rect());
        if !ctx.painter.clip_rect().intersects(rect.expand(30.0)) {
            return Vec::new();
        }
        let mut shapes = Vec::new();
        node_shapes(
            &self.paint,
            rect,
            ctx.meta.zoom,
            self.hovered,
            ctx.ctx,
            &mut shapes,
        );
        shapes
    }

    fn update(&mut self, state: &NodeProps<Arc<NodePaint>>) {
        self.center = state.location();
        self.hovered = state.hovered;
        self.paint = Arc::clone(&state.payload);
    }

    fn is_inside(&self, pos: Pos2) -> bool {
        self.rect().contains(pos)
    }
}

fn rect_on_screen(meta: &MetadataFrame, rect: Rect) -> Rect {
    Rect::from_min_max(
        meta.canvas_to_screen_pos(rect.min),
        meta.canvas_to_screen_pos(rect.max),
    )
}

/// A text size that the zoom gives, in steps, so that the font atlas stays small.
fn text_size(size: f32, zoom: f32) -> f32 {
    (size * zoom * 2.0).round() / 2.0
}

/// Below this size text is not drawn: nobody could read it.
const SMALLEST_TEXT: f32 = 5.0;

fn text(
    ctx: &egui::Context,
    at: Pos2,
    width: f32,
    text: &str,
    font: FontId,
    color: Color32,
) -> Option<(Shape, Rect)> {
    if font.size < SMALLEST_TEXT || width <= 1.0 || text.is_empty() {
        return None;
    }
    let mut job = egui::text::LayoutJob::single_section(
        text.to_owned(),
        egui::TextFormat::simple(font, color),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job));
    let min = Pos2::new(at.x, at.y - galley.size().y / 2.0);
    let rect = Rect::from_min_size(min, galley.size());
    Some((TextShape::new(min, galley, color).into(), rect))
}

fn fade(color: Color32, theme: &Theme, faded: bool) -> Color32 {
    if faded {
        theme::mix(color, theme.inset, 0.62)
    } else {
        color
    }
}

fn node_shapes(
    paint: &NodePaint,
    rect: Rect,
    zoom: f32,
    hovered: bool,
    ctx: &egui::Context,
    shapes: &mut Vec<Shape>,
) {
    let theme = &*paint.theme;
    let node = &paint.node;
    let tone = fade(theme.type_color(&node.type_name), theme, paint.faded);
    let ground = fade(theme.panel, theme, paint.faded);
    let radius = (6.0 * zoom).clamp(1.0, 12.0) as u8;
    let header = Rect::from_min_size(rect.min, Vec2::new(rect.width(), metrics::HEADER * zoom));
    let outline = if paint.selected {
        Stroke::new((2.5 * zoom).max(1.5), theme.accent)
    } else if paint.lit {
        Stroke::new((2.2 * zoom).max(1.2), theme.accent)
    } else if node.cycle.is_some() {
        Stroke::new((2.0 * zoom).max(1.0), fade(theme.cycle, theme, paint.faded))
    } else if hovered {
        Stroke::new((1.5 * zoom).max(1.0), theme.text)
    } else {
        Stroke::new((1.2 * zoom).max(0.6), tone)
    };

    if paint.selected {
        shapes.push(Shape::rect_filled(
            rect.expand(5.0 * zoom),
            CornerRadius::same(radius.saturating_add(4)),
            theme.accent_soft,
        ));
    }
    shapes.push(Shape::rect_filled(rect, CornerRadius::same(radius), ground));
    let bare = rect.height() <= header.height() + 1.0;
    let header_radius = if bare {
        CornerRadius::same(radius)
    } else {
        CornerRadius {
            nw: radius,
            ne: radius,
            sw: 0,
            se: 0,
        }
    };
    let header_ground = match node.kind {
        NodeKind::Root => fade(theme.hover, theme, paint.faded),
        NodeKind::Suspended | NodeKind::Object => tone,
    };
    shapes.push(Shape::rect_filled(header, header_radius, header_ground));
    if node.unreachable {
        stripes(header, fade(theme.panel, theme, paint.faded), zoom, shapes);
    }
    shapes.push(Shape::rect_stroke(
        rect,
        CornerRadius::same(radius),
        outline,
        StrokeKind::Middle,
    ));

    let ink = match node.kind {
        NodeKind::Root => fade(theme.text, theme, paint.faded),
        NodeKind::Suspended | NodeKind::Object => theme.ink,
    };
    let pad = metrics::PADDING * zoom;
    let title_at = header.left_center() + Vec2::new(pad, 0.0);
    let corner = if node.count.is_some() { 18.0 } else { 0.0 };
    let title_width = header.width() - 2.0 * pad - corner * zoom + 2.0;
    let title_font = theme::mono_strong(text_size(12.5, zoom));
    if let Some((shape, _)) = text(ctx, title_at, title_width, &node.title, title_font, ink) {
        shapes.push(shape);
    }
    body_shapes(paint, rect, zoom, ctx, shapes);
    count_shapes(paint, rect, zoom, ctx, shapes);
    if paint.pinned {
        shapes.push(Shape::circle_filled(
            rect.left_top() + Vec2::splat(3.0 * zoom),
            3.0 * zoom,
            theme.accent,
        ));
    }
}

/// Diagonal lines over a header: nothing reaches this object any more.
fn stripes(rect: Rect, color: Color32, zoom: f32, shapes: &mut Vec<Shape>) {
    let step = 9.0 * zoom;
    let mut x = rect.left() + step;
    while x < rect.right() - rect.height() {
        shapes.push(Shape::line_segment(
            [
                Pos2::new(x, rect.bottom()),
                Pos2::new(x + rect.height(), rect.top()),
            ],
            Stroke::new(1.4 * zoom, color.gamma_multiply(0.55)),
        ));
        x += step;
    }
}

fn body_shapes(
    paint: &NodePaint,
    rect: Rect,
    zoom: f32,
    ctx: &egui::Context,
    shapes: &mut Vec<Shape>,
) {
    let theme = &*paint.theme;
    let node = &paint.node;
    let font = theme::mono(text_size(12.5, zoom));
    let pad = metrics::PADDING * zoom;
    let muted = fade(theme.text_muted, theme, paint.faded);
    let plain = fade(theme.text, theme, paint.faded);
    if !node.repr.is_empty() {
        let at = Pos2::new(
            rect.left() + pad,
            rect.top() + (metrics::HEADER + 4.0 + metrics::ROW / 2.0) * zoom,
        );
        let line = text(
            ctx,
            at,
            rect.width() - 2.0 * pad,
            &node.repr,
            font.clone(),
            plain,
        );
        shapes.extend(line.map(|(shape, _)| shape));
    }
    for (number, row) in node.rows.iter().enumerate() {
        let at = Pos2::new(rect.left() + pad, rect.top() + node.row_y(number) * zoom);
        if number > 0 || !node.repr.is_empty() {
            let y = at.y - metrics::ROW / 2.0 * zoom;
            shapes.push(Shape::line_segment(
                [
                    Pos2::new(rect.left() + 1.0, y),
                    Pos2::new(rect.right() - 1.0, y),
                ],
                Stroke::new(1.0, fade(theme.border, theme, paint.faded)),
            ));
        }
        let room = rect.width() - 2.0 * pad;
        let name_color = if matches!(row.value, RowValue::More(_)) {
            theme.accent
        } else {
            muted
        };
        let name = text(ctx, at, room, &row.name, font.clone(), name_color);
        let name_end = name
            .as_ref()
            .map_or(at.x, |(_, rect)| rect.right() + 8.0 * zoom);
        shapes.extend(name.map(|(shape, _)| shape));
        let (value, color) = match &row.value {
            RowValue::Inline {
                type_name, text, ..
            } => (
                text.as_str(),
                fade(theme.type_text_color(type_name), theme, paint.faded),
            ),
            RowValue::Hidden { type_name, .. } => (type_name.as_str(), muted),
            RowValue::Empty => ("NULL", muted),
            RowValue::Arrow(_) => {
                let side = if paint.leaves_left.contains(&number) {
                    rect.left()
                } else {
                    rect.right()
                };
                shapes.push(Shape::circle_filled(
                    Pos2::new(side, at.y),
                    3.6 * zoom,
                    muted,
                ));
                continue;
            }
            RowValue::More(_) => continue,
        };
        let width = rect.right() - pad - name_end;
        if let Some((shape, _)) = text(
            ctx,
            Pos2::new(name_end, at.y),
            width,
            value,
            font.clone(),
            color,
        ) {
            shapes.push(shape);
        }
    }
}

/// The count in a round field on the upper right corner; `gc_refs` beside it while a pass runs.
fn count_shapes(
    paint: &NodePaint,
    rect: Rect,
    zoom: f32,
    ctx: &egui::Context,
    shapes: &mut Vec<Shape>,
) {
    let theme = &*paint.theme;
    let node = &paint.node;
    let Some(count) = node.count else { return };
    let words = match count {
        Count::Of(number) => number.to_string(),
        Count::Immortal => "∞".to_owned(),
    };
    let ring = match node.change {
        0 => fade(theme.type_color(&node.type_name), theme, paint.faded),
        change if change > 0 => theme.refcount_up,
        _ => theme.refcount_down,
    };
    let center = rect.right_top() + Vec2::new(-6.0, -2.0) * zoom;
    let half = Vec2::new((words.chars().count() as f32 * 3.9 + 7.0).max(11.0), 11.0) * zoom;
    let field = Rect::from_center_size(center, half * 2.0);
    let round = CornerRadius::same((11.0 * zoom).clamp(1.0, 250.0) as u8);
    shapes.push(Shape::rect_filled(
        field,
        round,
        fade(theme.panel, theme, paint.faded),
    ));
    let width = if node.change == 0 { 1.8 } else { 2.8 };
    shapes.push(Shape::rect_stroke(
        field,
        round,
        Stroke::new(width * zoom, ring),
        StrokeKind::Inside,
    ));
    let font = theme::mono_strong(text_size(12.5, zoom));
    let color = fade(theme.text, theme, paint.faded);
    if let Some((_, size)) = text(ctx, center, 200.0 * zoom, &words, font.clone(), color) {
        let at = Pos2::new(center.x - size.width() / 2.0, center.y);
        shapes.extend(
            text(ctx, at, 200.0 * zoom, &words, font.clone(), color).map(|(shape, _)| shape),
        );
    }
    let note = match (node.gc_refs, node.change) {
        (Some(refs), _) => format!("gc_refs {refs}"),
        (None, 0) => return,
        (None, change) => format!("{change:+}"),
    };
    let note_color = if node.gc_refs.is_some() {
        theme.gc_pass
    } else {
        ring
    };
    let at = Pos2::new(field.right() + 4.0 * zoom, center.y - 2.0 * zoom);
    shapes.extend(text(ctx, at, 200.0 * zoom, &note, font, note_color).map(|(shape, _)| shape));
}

/// The shape of an arrow.
#[derive(Clone, Debug)]
pub struct EdgeShape {
    paint: Arc<EdgePaint>,
}

impl From<EdgeProps<Arc<EdgePaint>>> for EdgeShape {
    fn from(props: EdgeProps<Arc<EdgePaint>>) -> Self {
        Self {
            paint: props.payload,
        }
    }
}

type Shown = GraphNode<Arc<NodePaint>, Arc<EdgePaint>, Directed, DefaultIx, NodeShape>;

impl EdgeShape {
    /// The curves in canvas coordinates: the way that was found, or a plain bow to or from a box
    /// that the user moved.
    fn curves(&self, start: &Shown, end: &Shown) -> Vec<[Pos2; 4]> {
        let still = |shown: &Shown, was: Pos2| shown.location().distance(was) < 0.5;
        let [from, to] = self.paint.ends;
        if !self.paint.curves.is_empty() && still(start, from) && still(end, to) {
            return self.paint.curves.clone();
        }
        vec![self.bow(start, end)]
    }

    /// From the row's end to the side of the target that faces it.
    fn bow(&self, start: &Shown, end: &Shown) -> [Pos2; 4] {
        let from = start.display().rect();
        let to = end.display().rect();
        let node = &start.payload().node;
        let y = from.top()
            + self
                .paint
                .edge
                .row
                .map_or(metrics::HEADER / 2.0, |row| node.row_y(row));
        let target_y = to.top() + metrics::HEADER / 2.0;
        let right = Pos2::new(from.right(), y);
        if to.left() > from.right() {
            let end = Pos2::new(to.left(), target_y);
            let reach = ((end.x - right.x) * 0.5).clamp(30.0, 140.0);
            [
                right,
                right + Vec2::new(reach, 0.0),
                end - Vec2::new(reach, 0.0),
                end,
            ]
        } else if to.right() < from.left() {
            let left = Pos2::new(from.left(), y);
            let end = Pos2::new(to.right(), target_y + 5.0);
            let reach = ((left.x - end.x) * 0.5).clamp(30.0, 140.0);
            [
                left,
                left - Vec2::new(reach, 0.0),
                end + Vec2::new(reach, 0.0),
                end,
            ]
        } else {
            let end = Pos2::new(to.right(), target_y + 5.0);
            let reach = 46.0 + (end.y - right.y).abs() * 0.16;
            let bulge = right.x.max(end.x) + reach.min(120.0);
            [
                right,
                Pos2::new(bulge, right.y),
                Pos2::new(bulge, end.y),
                end,
            ]
        }
    }
}

/// Points along curves: straight parts need their ends alone.
fn flatten(curves: &[[Pos2; 4]]) -> Vec<Pos2> {
    let mut points = Vec::new();
    for curve in curves {
        points.push(curve[0]);
        let straight =
            (curve[0].y - curve[3].y).abs() < 0.5 && (curve[1].y - curve[0].y).abs() < 0.5;
        if !straight {
            let bezier = CubicBezierShape::from_points_stroke(
                *curve,
                false,
                Color32::TRANSPARENT,
                Stroke::NONE,
            );
            points.extend((1..CURVE_POINTS).map(|i| bezier.sample(i as f32 / CURVE_POINTS as f32)));
        }
    }
    points.extend(curves.last().map(|curve| curve[3]));
    points
}

/// Points of one bend.
const CURVE_POINTS: usize = 16;

impl DisplayEdge<Arc<NodePaint>, Arc<EdgePaint>, Directed, DefaultIx, NodeShape> for EdgeShape {
    fn shapes(&mut self, start: &Shown, end: &Shown, ctx: &DrawContext<'_>) -> Vec<Shape> {
        let zoom = ctx.meta.zoom;
        let curves: Vec<[Pos2; 4]> = self
            .curves(start, end)
            .into_iter()
            .map(|curve| curve.map(|p| ctx.meta.canvas_to_screen_pos(p)))
            .collect();
        let mut line = flatten(&curves);
        let (Some(&tip_at), Some(&before)) = (
            line.last(),
            line.len().checked_sub(2).and_then(|at| line.get(at)),
        ) else {
            return Vec::new();
        };
        if !ctx
            .painter
            .clip_rect()
            .intersects(Rect::from_points(&line).expand(10.0))
        {
            return Vec::new();
        }
        let theme = &*self.paint.theme;
        let edge = &self.paint.edge;
        let base = match (edge.kind, edge.cycle) {
            (EdgeKind::Weak, _) => theme.weak_edge,
            (EdgeKind::Strong, Some(_)) => theme.cycle,
            (EdgeKind::Strong, None) if self.paint.selected => theme.accent,
            (EdgeKind::Strong, None) => theme.edge,
        };
        let color = fade(base, theme, self.paint.faded);
        let width = if self.paint.selected { 2.4 } else { 1.5 };
        let stroke = Stroke::new((width * zoom).max(0.8), color);
        let mut shapes = Vec::new();
        let tip = (8.0 * zoom).max(3.0);
        let direction = (tip_at - before).normalized();
        if let Some(last) = line.last_mut() {
            *last = tip_at - direction * tip * 0.8;
        }
        let middle = line[line.len() / 2];
        match edge.kind {
            EdgeKind::Strong => shapes.push(Shape::line(line, stroke)),
            EdgeKind::Weak => {
                // Dashes are shapes each: where they would be too fine to see, a thin line stands in.
                if zoom > 0.35 {
                    shapes.extend(Shape::dashed_line(&line, stroke, 6.0 * zoom, 4.0 * zoom));
                } else {
                    shapes.push(Shape::line(line, stroke));
                }
            }
        }
        let side = Vec2::new(-direction.y, direction.x) * tip * 0.5;
        let base = tip_at - direction * tip;
        shapes.push(Shape::convex_polygon(
            vec![tip_at, base + side, base - side],
            color,
            Stroke::NONE,
        ));
        if edge.breaks {
            breaking_mark(
                middle,
                zoom,
                color,
                fade(theme.panel, theme, self.paint.faded),
                &mut shapes,
            );
        }
        // The row that an arrow starts from has its name already.
        if edge.row.is_none() {
            label_shapes(edge, middle, zoom, theme, color, ctx.ctx, &mut shapes);
        }
        shapes
    }

    fn update(&mut self, state: &EdgeProps<Arc<EdgePaint>>) {
        self.paint = Arc::clone(&state.payload);
    }

    fn is_inside(&self, start: &Shown, end: &Shown, pos: Pos2) -> bool {
        let line = flatten(&self.curves(start, end));
        Rect::from_points(&line).expand(4.0).contains(pos)
            && line
                .windows(2)
                .any(|ends| distance_to_segment(pos, ends[0], ends[1]) < 5.0)
    }
}

/// How far a point is from a straight line between two others.
fn distance_to_segment(point: Pos2, from: Pos2, to: Pos2) -> f32 {
    let along = to - from;
    let part = ((point - from).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
    point.distance(from + along * part)
}

/// A cross in a circle: without this reference the cycle would be none.
fn breaking_mark(at: Pos2, zoom: f32, color: Color32, ground: Color32, shapes: &mut Vec<Shape>) {
    let radius = 8.0 * zoom;
    shapes.push(Shape::circle_filled(at, radius, ground));
    shapes.push(Shape::circle_stroke(
        at,
        radius,
        Stroke::new(1.6 * zoom, color),
    ));
    let arm = radius * 0.45;
    for side in [1.0, -1.0] {
        shapes.push(Shape::line_segment(
            [
                at + Vec2::new(-arm, -arm * side),
                at + Vec2::new(arm, arm * side),
            ],
            Stroke::new(2.0 * zoom, color),
        ));
    }
}

/// The name of an arrow, written on its middle.
fn label_shapes(
    edge: &Edge,
    middle: Pos2,
    zoom: f32,
    theme: &Theme,
    color: Color32,
    ctx: &egui::Context,
    shapes: &mut Vec<Shape>,
) {
    let font = theme::mono(text_size(11.5, zoom));
    if let Some((_, size)) = text(ctx, middle, 180.0 * zoom, &edge.name, font.clone(), color) {
        let field = Rect::from_center_size(middle, size.size() + Vec2::new(8.0, 2.0) * zoom);
        shapes.push(Shape::rect_filled(field, theme.corner_radius, theme.inset));
        let at = Pos2::new(middle.x - size.width() / 2.0, middle.y);
        shapes.extend(text(ctx, at, 180.0 * zoom, &edge.name, font, color).map(|(shape, _)| shape));
    }
}
