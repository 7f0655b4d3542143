//! A stage as a list of rows.

use egui::{Pos2, Rect, Sense, Stroke, Ui};

use super::{Running, StageResponse};
use crate::app::ui::theme::{self, Theme, mix};
use crate::app::ui::widgets::{self, VirtualRows};
use crate::base::SourceLocation;
use crate::views::pipeline::{Mark, StageRow};

const ROW: f32 = 20.0;

/// The smallest part of the source, among those that rows stand for, around a place.
pub(super) fn innermost(rows: &[StageRow], (line, column): (i32, i32)) -> Option<SourceLocation> {
    rows.iter()
        .filter(|row| row.covers(line, column))
        .map(|row| row.loc)
        .min_by_key(|loc| {
            (
                loc.end_lineno - loc.lineno,
                loc.end_col_offset - loc.col_offset,
            )
        })
}

/// Whether the row belongs to the instruction that runs.
pub(super) fn is_running(row: &StageRow, running: Option<&Running>) -> bool {
    let Some(running) = running else {
        return false;
    };
    match row.offset {
        Some(offset) => running.code == Some(offset),
        None => running.position.lineno > 0 && row.loc == running.position,
    }
}

/// The ground of a row by what happened to it.
pub(super) fn ground(theme: &Theme, mark: Mark) -> Option<egui::Color32> {
    match mark {
        Mark::Added => Some(mix(theme.inset, theme.refcount_up, 0.2)),
        Mark::Removed => Some(mix(theme.inset, theme.refcount_down, 0.2)),
        Mark::Changed => Some(mix(theme.inset, theme.warning, 0.2)),
        Mark::Head => Some(theme.raised),
        Mark::Plain => None,
    }
}

/// Draws the rows; those of the place `at` in the source are marked.
pub(super) fn show(
    ui: &mut Ui,
    theme: &Theme,
    rows: &[StageRow],
    salt: impl std::hash::Hash + std::fmt::Debug,
    at: Option<(i32, i32)>,
    running: Option<&Running>,
    reveal: Option<usize>,
) -> StageResponse {
    ui.spacing_mut().item_spacing.y = 0.0;
    let pointed = at.and_then(|at| innermost(rows, at));
    let mut found = StageResponse::default();
    VirtualRows::new(("pipeline", salt), ROW, rows.len())
        .reveal(reveal)
        .show(ui, |ui, index, rect| {
            let row = &rows[index];
            let response = ui.interact(rect, ui.id().with(("stage row", index)), Sense::click());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(
                    egui::WidgetType::Button,
                    true,
                    format!("{} {}", row.name, row.text),
                )
            });
            if let Some(ground) = ground(theme, row.mark) {
                ui.painter().rect_filled(rect, 0.0, ground);
            }
            if is_running(row, running) {
                ui.painter().rect_filled(rect, 0.0, theme.next_line);
            }
            let marked = pointed.is_some_and(|part| row.loc == part);
            if marked {
                let color = mix(theme.inset, theme.accent, 0.3);
                ui.painter().rect_filled(rect, 0.0, color);
            } else if response.hovered() {
                ui.painter()
                    .rect_filled(rect, 0.0, theme.hover.gamma_multiply(0.6));
            }
            row_ui(ui, theme, row, rect, running);
            if response.hovered() && row.loc.lineno > 0 {
                found.pointed = Some(row.loc);
            }
            if response.clicked() {
                found.clicked = row.line();
            }
            if !row.note.is_empty() {
                response.on_hover_text(&row.note);
            }
        });
    found
}

fn row_ui(ui: &Ui, theme: &Theme, row: &StageRow, rect: Rect, running: Option<&Running>) {
    let x = 46.0 + row.indent as f32 * 14.0;
    if let Some(line) = row.line() {
        let tone = if running.is_some_and(|running| running.line == line) {
            theme.warning
        } else {
            theme.text_faint
        };
        ui.painter().text(
            Pos2::new(rect.left() + 34.0, rect.center().y),
            egui::Align2::RIGHT_CENTER,
            line.to_string(),
            theme::mono(11.5),
            tone,
        );
    }
    let font = if row.mark == Mark::Head {
        theme::mono_strong(13.0)
    } else {
        theme::mono(13.0)
    };
    let room = (rect.width() - x).min((rect.width() * 0.45).max(230.0));
    let name = widgets::clipped(ui, rect, x, room, &row.name, font, theme.text);
    let x = (name.right() - rect.left() + 10.0).max(x + 20.0);
    let text = widgets::clipped(
        ui,
        rect,
        x,
        rect.width() - x - 8.0,
        &row.text,
        theme::mono(13.0),
        theme.syntax.string,
    );
    let after = if text.is_positive() {
        text.right() - rect.left() + 12.0
    } else {
        x
    };
    widgets::clipped(
        ui,
        rect,
        after,
        rect.width() - after - 8.0,
        &row.note,
        egui::FontId::proportional(12.5),
        theme.text_muted,
    );
    if row.mark == Mark::Removed && name.is_positive() {
        let right = text.max.x.max(name.max.x);
        ui.painter().hline(
            name.left()..=right,
            name.center().y,
            Stroke::new(1.0, theme.refcount_down),
        );
    }
}
