//! What helps before an audience: the spotlight, the presenter's notes on a second window, and a
//! frame around what has the keyboard.

use std::collections::BTreeMap;

use egui::{CentralPanel, Rect, RichText, ScrollArea, Stroke, StrokeKind, Ui, ViewportBuilder};

use super::panels::PanelKind;
use super::theme::{self, Theme, space};
use super::widgets;
use crate::app::document::Document;
use crate::app::state::AppState;
use crate::views::format::grouped;

/// Dims all panels but one: the one under the pointer, else the one that the stop of the lesson
/// names, else the one that the layout is named after.
pub fn spotlight_ui(ui: &Ui, theme: &Theme, app: &AppState, shown: &BTreeMap<PanelKind, Rect>) {
    let pointer = ui.input(|i| i.pointer.hover_pos());
    let under_pointer = pointer.and_then(|at| shown.values().find(|rect| rect.contains(at)));
    let named = stop_of(app)
        .and_then(|stop| stop.spotlight.as_deref())
        .or(Some(app.settings.layout.name()))
        .and_then(PanelKind::from_name)
        .and_then(|kind| shown.get(&kind));
    let Some(&lit) = under_pointer.or(named).or_else(|| shown.values().next()) else {
        return;
    };
    let whole = shown.values().fold(lit, |whole, rect| whole.union(*rect));
    // The tabs above the panels are dimmed with them.
    let whole = Rect::from_min_max(whole.min - egui::vec2(4.0, 32.0), whole.max);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Middle,
        egui::Id::new("spotlight"),
    ));
    let dim = theme.window.gamma_multiply(0.78);
    for rect in [
        Rect::from_min_max(whole.min, egui::pos2(whole.right(), lit.top())),
        Rect::from_min_max(egui::pos2(whole.left(), lit.bottom()), whole.max),
        Rect::from_min_max(
            egui::pos2(whole.left(), lit.top()),
            egui::pos2(lit.left(), lit.bottom()),
        ),
        Rect::from_min_max(
            egui::pos2(lit.right(), lit.top()),
            egui::pos2(whole.right(), lit.bottom()),
        ),
    ] {
        painter.rect_filled(rect, 0.0, dim);
    }
    painter.rect_stroke(
        lit,
        4.0,
        Stroke::new(2.0, theme.accent),
        StrokeKind::Outside,
    );
}

fn stop_of(app: &AppState) -> Option<&crate::views::lesson::Stop> {
    let (lesson, at) = app.document.as_ref().and_then(Document::lesson)?;
    lesson.stops.get(at?)
}

/// The second window: the stop's whole text with its answer, what only the presenter sees, and
/// what comes next. False when it was closed.
pub fn notes_ui(ctx: &egui::Context, theme: &Theme, app: &AppState) -> bool {
    let id = egui::ViewportId::from_hash_of("presenter's notes");
    let builder = ViewportBuilder::default()
        .with_title("Notes – Ouroscope")
        .with_inner_size([620.0, 560.0]);
    ctx.show_viewport_immediate(id, builder, |ui, _class| {
        CentralPanel::no_frame()
            .frame(egui::Frame::new().fill(theme.panel).inner_margin(18.0))
            .show(ui, |ui| {
                ScrollArea::vertical()
                    .auto_shrink([false, false])
                    .show(ui, |ui| contents_ui(ui, theme, app));
            });
        !ui.input(|i| i.viewport().close_requested())
    })
}

fn contents_ui(ui: &mut Ui, theme: &Theme, app: &AppState) {
    let place = app.place().unwrap_or_default();
    let moment = format!("moment {} · {place}", grouped(app.cursor.0));
    widgets::hint(ui, theme, &moment);
    if let Some((lesson, at)) = app.document.as_ref().and_then(Document::lesson) {
        ui.label(RichText::new(&lesson.title).font(theme::strong(20.0)));
        let count = lesson.stops.len();
        if let Some(stop) = at.and_then(|at| lesson.stops.get(at)) {
            let number = at.map_or(0, |at| at + 1);
            widgets::hint(ui, theme, &format!("stop {number} of {count}"));
            ui.label(RichText::new(&stop.title).font(theme::strong(17.0)));
            for (name, text) in [("Ask", &stop.ask), ("Answer", &stop.answer)] {
                if let Some(text) = text {
                    ui.add_space(space::S);
                    ui.label(RichText::new(name).size(13.0).color(theme.text_muted));
                    ui.label(RichText::new(text).size(16.0));
                }
            }
            ui.add_space(space::S);
            ui.label(RichText::new(&stop.text).size(16.0));
            if let Some(notes) = &stop.notes {
                ui.add_space(space::M);
                ui.label(
                    RichText::new("Only for you")
                        .size(13.0)
                        .color(theme.text_muted),
                );
                ui.label(RichText::new(notes).size(16.0).color(theme.warning));
            }
        } else {
            ui.label(RichText::new(&lesson.summary).size(16.0));
        }
        if let Some(next) = lesson.stops.get(at.map_or(0, |at| at + 1)) {
            widgets::section(ui, theme, "Next");
            ui.label(RichText::new(&next.title).font(theme::strong(15.0)));
        }
    }
    let here = app.notes.bookmarks.get(&app.cursor);
    if let Some(mark) = here {
        widgets::section(ui, theme, "Bookmark");
        ui.label(RichText::new(&mark.title).font(theme::strong(17.0)));
        ui.label(RichText::new(&mark.note).size(16.0));
    }
    let next = app
        .notes
        .bookmarks
        .iter()
        .find(|(moment, _)| **moment > app.cursor);
    if let Some((moment, mark)) = next {
        widgets::section(ui, theme, "Next bookmark");
        ui.label(RichText::new(&mark.title).font(theme::strong(15.0)));
        widgets::hint(ui, theme, &format!("moment {}", grouped(moment.0)));
    }
}

/// A frame around the part that has the keyboard, whatever it is.
pub fn focus_ui(ctx: &egui::Context, theme: &Theme) {
    let Some(id) = ctx.memory(egui::Memory::focused) else {
        return;
    };
    let Some(response) = ctx.read_response(id) else {
        return;
    };
    let rect = response.rect.intersect(ctx.content_rect());
    if !rect.is_positive() {
        return;
    }
    ctx.layer_painter(egui::LayerId::new(
        egui::Order::Tooltip,
        egui::Id::new("focus"),
    ))
    .rect_stroke(
        rect.expand(1.0),
        theme.corner_radius,
        Stroke::new(2.0, theme.accent),
        StrokeKind::Outside,
    );
}
