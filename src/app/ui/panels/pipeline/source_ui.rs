//! The source beside a stage: what the pointer is on there is marked here, and the other way round.

use egui::{Align2, Pos2, Rect, ScrollArea, Sense, Ui};

use super::super::PanelContext;
use super::super::source::append_line;
use super::Running;
use crate::app::ui::theme;
use crate::app::ui::widgets::VirtualRows;
use crate::base::SourceLocation;
use crate::views::source::SourceText;

const ROW: f32 = 20.0;
const GUTTER: f32 = 44.0;

/// What is to be marked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks<'a> {
    pub(super) part: Option<SourceLocation>,
    pub(super) clicked: Option<(i32, i32)>,
    pub(super) running: Option<&'a Running>,
}

/// The line and byte column under the pointer, and those of a click.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SourceResponse {
    pub(super) pointed: Option<(i32, i32)>,
    pub(super) clicked: Option<(i32, i32)>,
}

/// Draws the source; `wanted` is a line, counted from 0, to scroll to.
pub(super) fn show(
    ui: &mut Ui,
    ctx: &PanelContext<'_>,
    source: &SourceText,
    marks: &Marks<'_>,
    wanted: Option<usize>,
) -> SourceResponse {
    let theme = ctx.theme;
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, theme.inset);
    ui.painter()
        .rect_filled(rect.with_max_x(rect.left() + GUTTER), 0.0, theme.panel);
    ui.spacing_mut().item_spacing.y = 0.0;
    let char_width = ui
        .ctx()
        .fonts_mut(|fonts| fonts.glyph_width(&theme::mono(super::super::source::FONT), 'm'));
    let width = GUTTER + 24.0 + source.longest() as f32 * char_width;
    let running = marks.running;
    let reveal = wanted.or_else(|| running.map(|running| running.line as usize - 1));
    let mut found = SourceResponse::default();
    ScrollArea::horizontal()
        .id_salt("pipeline source")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.set_min_width(width.max(rect.width()));
            VirtualRows::new("pipeline source rows", ROW, source.len())
                .reveal(reveal)
                .show(ui, |ui, index, row| {
                    let lineno = index + 1;
                    let response =
                        ui.interact(row, ui.id().with(("source line", lineno)), Sense::click());
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(
                            egui::WidgetType::Button,
                            true,
                            format!("Source line {lineno}"),
                        )
                    });
                    line_ui(ui, ctx, source, marks, lineno, row, char_width);
                    let at = response
                        .hover_pos()
                        .or_else(|| response.interact_pointer_pos());
                    if let Some(at) = at {
                        let column = column(source.line(lineno), at.x - text_left(row), char_width);
                        if response.hovered() {
                            found.pointed = Some((lineno as i32, column));
                        }
                        if response.clicked() {
                            found.clicked = Some((lineno as i32, column));
                        }
                    }
                });
        });
    found
}

fn text_left(row: Rect) -> f32 {
    row.left() + GUTTER + 8.0
}

/// The byte column of a place `x` points into the text of a line.
fn column(line: &str, x: f32, char_width: f32) -> i32 {
    let nth = (x / char_width).floor().max(0.0) as usize;
    line.char_indices()
        .nth(nth)
        .map_or(line.len(), |(at, _)| at) as i32
}

fn line_ui(
    ui: &Ui,
    ctx: &PanelContext<'_>,
    source: &SourceText,
    marks: &Marks<'_>,
    lineno: usize,
    row: Rect,
    char_width: f32,
) {
    let theme = ctx.theme;
    let painter = ui.painter();
    let line = source.line(lineno);
    let running = marks
        .running
        .filter(|running| running.line as usize == lineno);
    let field = row.with_min_x(row.left() + GUTTER);
    if running.is_some() {
        painter.rect_filled(field, 0.0, theme.next_line);
    } else if marks
        .clicked
        .is_some_and(|(clicked, _)| clicked as usize == lineno)
    {
        painter.rect_filled(field, 0.0, theme.hover.gamma_multiply(0.6));
    }
    let across = |part: &SourceLocation| {
        let range = source.covered(part, lineno)?;
        let left = text_left(row) + line[..range.start].chars().count() as f32 * char_width;
        let width = line[range].chars().count() as f32 * char_width;
        Some((left, left + width))
    };
    if let Some((left, right)) = marks.part.as_ref().and_then(across) {
        let part = Rect::from_x_y_ranges(left - 1.0..=right + 1.0, row.y_range().shrink(1.0));
        painter.rect_filled(part, 3.0, theme::mix(theme.inset, theme.accent, 0.35));
    }
    if let Some((left, right)) = running.and_then(|running| across(&running.position)) {
        let under = Rect::from_x_y_ranges(left..=right, row.bottom() - 3.0..=row.bottom() - 1.0);
        painter.rect_filled(under, 1.0, theme.subexpression);
    }
    painter.text(
        Pos2::new(row.left() + GUTTER - 8.0, row.center().y),
        Align2::RIGHT_CENTER,
        lineno.to_string(),
        theme::mono(12.5),
        if running.is_some() {
            theme.text
        } else {
            theme.text_faint
        },
    );
    let mut job = egui::text::LayoutJob::default();
    append_line(&mut job, source, lineno, theme);
    if !job.is_empty() {
        job.wrap.max_width = f32::INFINITY;
        let galley = painter.layout_job(job);
        painter.galley(
            Pos2::new(text_left(row), row.center().y - galley.size().y / 2.0),
            galley,
            theme.text,
        );
    }
}
