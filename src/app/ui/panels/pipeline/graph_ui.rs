//! The flow graph drawn: blocks of instructions, with the ways between them as arrows.

use egui::epaint::CubicBezierShape;
use egui::{Align2, Color32, Pos2, Rect, ScrollArea, Sense, Shape, Stroke, StrokeKind, Ui, Vec2};

use super::rows_ui::{ground, innermost, is_running};
use super::{Running, StageResponse};
use crate::app::ui::theme::{self, Theme, mix};
use crate::app::ui::widgets;
use crate::views::pipeline::StageRow;
use crate::views::pipeline::picture::{Block, Edge, EdgeKind, Picture, ROW};

/// Draws the graph; instructions of the place `at` in the source are marked.
pub(super) fn show(
    ui: &mut Ui,
    theme: &Theme,
    picture: &Picture,
    salt: (usize, usize),
    at: Option<(i32, i32)>,
    running: Option<&Running>,
) -> StageResponse {
    let mut found = StageResponse::default();
    let pointed = at.and_then(|at| {
        let parts = picture
            .blocks
            .iter()
            .filter_map(|block| innermost(&block.rows, at));
        parts.min_by_key(|loc| {
            (
                loc.end_lineno - loc.lineno,
                loc.end_col_offset - loc.col_offset,
            )
        })
    });
    legend_ui(ui, theme);
    ScrollArea::both()
        .id_salt(("flow graph", salt))
        .auto_shrink([false, false])
        .show_viewport(ui, |ui, viewport| {
            let room = ui.available_size();
            let (area, _) = ui.allocate_exact_size(
                Vec2::new(picture.width.max(room.x), picture.height.max(room.y)),
                Sense::hover(),
            );
            // A small graph stands in the middle.
            let left = ((room.x - picture.width) / 2.0).max(0.0);
            let origin = area.min + Vec2::new(left, 0.0);
            let seen = viewport.translate(area.min.to_vec2()).expand(40.0);
            for edge in &picture.edges {
                edge_ui(ui, theme, picture, *edge, origin, seen);
            }
            for (index, block) in picture.blocks.iter().enumerate() {
                let rect = rect_of(block, origin);
                if !rect.intersects(seen) {
                    continue;
                }
                block_ui(ui, theme, block, rect);
                for (line, row) in block.rows.iter().enumerate() {
                    let top = rect.top() + 8.0 + (line + 1) as f32 * ROW;
                    let place = Rect::from_min_size(
                        Pos2::new(rect.left() + 1.0, top),
                        Vec2::new(rect.width() - 2.0, ROW),
                    );
                    let id = ui.id().with(("block row", index, line));
                    let response = ui.interact(place, id, Sense::click());
                    response.widget_info(|| {
                        let name = format!("{} {}", row.name, row.text);
                        egui::WidgetInfo::labeled(egui::WidgetType::Button, true, name)
                    });
                    let marked = pointed.is_some_and(|part| part == row.loc);
                    row_ui(ui, theme, row, place, marked || response.hovered(), running);
                    if response.hovered() && row.loc.lineno > 0 {
                        found.pointed = Some(row.loc);
                    }
                    if response.clicked() {
                        found.clicked = row.line();
                    }
                    if !row.note.is_empty() {
                        response.on_hover_text(&row.note);
                    }
                }
            }
        });
    found
}

fn legend_ui(ui: &mut Ui, theme: &Theme) {
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        for (kind, name) in [
            (EdgeKind::FallThrough, "falls through"),
            (EdgeKind::Jump, "jumps"),
            (EdgeKind::Exception, "on an exception"),
        ] {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(26.0, 14.0), Sense::hover());
            let ends = [rect.left_center(), rect.right_center()];
            let stroke = Stroke::new(2.0, color_of(theme, kind));
            if kind == EdgeKind::Exception {
                ui.painter()
                    .extend(Shape::dashed_line(&ends, stroke, 4.0, 3.0));
            } else {
                ui.painter().line_segment(ends, stroke);
            }
            widgets::hint(ui, theme, name);
        }
    });
}

fn rect_of(block: &Block, origin: Pos2) -> Rect {
    Rect::from_min_size(
        origin + Vec2::new(block.x, block.y),
        Vec2::new(block.width, block.height),
    )
}

fn color_of(theme: &Theme, kind: EdgeKind) -> Color32 {
    match kind {
        EdgeKind::FallThrough => theme.text_muted,
        EdgeKind::Jump => theme.accent,
        EdgeKind::Exception => theme.error,
    }
}

fn block_ui(ui: &Ui, theme: &Theme, block: &Block, rect: Rect) {
    let painter = ui.painter();
    let line = if block.handler {
        theme.error
    } else {
        theme.border_strong
    };
    painter.rect(
        rect,
        4.0,
        theme.panel,
        Stroke::new(1.0, line),
        StrokeKind::Inside,
    );
    let head = Rect::from_min_max(rect.min, Pos2::new(rect.right(), rect.top() + 6.0 + ROW));
    painter.rect_filled(head.shrink(1.0), 3.0, theme.raised);
    let tone = if block.cold {
        theme.text_muted
    } else {
        theme.text
    };
    widgets::clipped(
        ui,
        head,
        8.0,
        head.width() - 12.0,
        &block.title,
        theme::mono_strong(12.0),
        tone,
    );
    if block.hidden > 0 {
        painter.text(
            rect.left_bottom() + Vec2::new(10.0, -8.0),
            Align2::LEFT_BOTTOM,
            format!("… {} more; List it shows them", block.hidden),
            egui::FontId::proportional(12.0),
            theme.text_muted,
        );
    }
}

fn row_ui(
    ui: &Ui,
    theme: &Theme,
    row: &StageRow,
    rect: Rect,
    marked: bool,
    running: Option<&Running>,
) {
    if let Some(ground) = ground(theme, row.mark) {
        ui.painter().rect_filled(rect, 0.0, ground);
    }
    if is_running(row, running) {
        ui.painter().rect_filled(rect, 0.0, theme.next_line);
    }
    if marked {
        let color = mix(theme.panel, theme.accent, 0.3);
        ui.painter().rect_filled(rect, 0.0, color);
    }
    if let Some(line) = row.line() {
        ui.painter().text(
            Pos2::new(rect.left() + 26.0, rect.center().y),
            Align2::RIGHT_CENTER,
            line.to_string(),
            theme::mono(10.5),
            theme.text_faint,
        );
    }
    let name = widgets::clipped(
        ui,
        rect,
        34.0,
        rect.width() - 36.0,
        &row.name,
        theme::mono(12.0),
        theme.text,
    );
    let x = name.right() - rect.left() + 8.0;
    widgets::clipped(
        ui,
        rect,
        x,
        rect.width() - x - 4.0,
        &row.text,
        theme::mono(12.0),
        theme.syntax.string,
    );
}

fn edge_ui(ui: &Ui, theme: &Theme, picture: &Picture, edge: Edge, origin: Pos2, seen: Rect) {
    let from = rect_of(&picture.blocks[edge.from], origin);
    let to = rect_of(&picture.blocks[edge.to], origin);
    if !from.union(to).expand(60.0).intersects(seen) {
        return;
    }
    let color = color_of(theme, edge.kind);
    let stroke = Stroke::new(1.6, color);
    // Each kind leaves and arrives at a place of its own, so that arrows do not hide each other.
    let share = match edge.kind {
        EdgeKind::FallThrough => 0.5,
        EdgeKind::Jump => 0.36,
        EdgeKind::Exception => 0.66,
    };
    let (points, tip, direction) = if edge.back {
        let start = from.left_top() + Vec2::new(0.0, from.height() - 12.0);
        let end = to.left_top() + Vec2::new(0.0, 12.0);
        let out = 26.0 + (edge.from - edge.to).min(8) as f32 * 4.0;
        let bend = start.x.min(end.x) - out;
        (
            [start, Pos2::new(bend, start.y), Pos2::new(bend, end.y), end],
            end,
            Vec2::new(1.0, 0.0),
        )
    } else {
        let start = Pos2::new(from.left() + from.width() * share, from.bottom());
        let end = Pos2::new(to.left() + to.width() * share, to.top());
        let reach = ((end.y - start.y) / 2.0).clamp(16.0, 120.0);
        (
            [
                start,
                start + Vec2::new(0.0, reach),
                end - Vec2::new(0.0, reach),
                end,
            ],
            end,
            Vec2::new(0.0, 1.0),
        )
    };
    let curve = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke);
    if edge.kind == EdgeKind::Exception {
        let line = curve.flatten(Some(0.5));
        ui.painter()
            .extend(Shape::dashed_line(&line, stroke, 5.0, 4.0));
    } else {
        ui.painter().add(curve);
    }
    let side = direction.rot90() * 4.0;
    let back = tip - direction * 8.0;
    ui.painter().add(Shape::convex_polygon(
        vec![tip, back + side, back - side],
        color,
        Stroke::NONE,
    ));
}
