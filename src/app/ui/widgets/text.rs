//! Headings, facts, badges, and the words where a panel has nothing to show.

use egui::{
    Align, Align2, Color32, Layout, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2,
};

use crate::app::ui::theme::{self, Theme, space};

/// The heading of a part of a panel, with a fine line to the right edge.
pub fn section(ui: &mut Ui, theme: &Theme, title: &str) {
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(title)
                .font(theme::strong(13.0))
                .color(theme.text_muted),
        );
        let rect = ui.available_rect_before_wrap();
        ui.painter().hline(
            rect.left()..=rect.right(),
            rect.center().y,
            Stroke::new(1.0, theme.border),
        );
    });
    ui.add_space(2.0);
}

/// What a panel says when there is nothing to show, and what would change that.
pub fn empty(ui: &mut Ui, theme: &Theme, what: &str, why: &str) {
    let room = ui.available_rect_before_wrap();
    let width = 420.0_f32.min(room.width() - 48.0).max(80.0);
    let top = room.top() + (room.height() * 0.32).min(160.0);
    let area = egui::Rect::from_min_max(
        egui::Pos2::new(room.center().x - width / 2.0, top),
        egui::Pos2::new(room.center().x + width / 2.0, room.bottom()),
    );
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(area)
            .layout(Layout::top_down(Align::Center)),
        |ui| {
            ui.label(
                RichText::new(what)
                    .font(theme::strong(15.0))
                    .color(theme.text_muted),
            );
            ui.label(RichText::new(why).size(13.0).color(theme.text_faint));
        },
    );
}

/// A remark in small type.
pub fn hint(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    ui.label(RichText::new(text).size(12.5).color(theme.text_faint))
}

/// A named fact: the name in a fixed column, the value beside it.
pub fn fact(ui: &mut Ui, theme: &Theme, name: &str, value: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        let (rect, _) = ui.allocate_exact_size(Vec2::new(92.0, 18.0), Sense::hover());
        ui.painter().text(
            rect.left_center(),
            Align2::LEFT_CENTER,
            name,
            egui::FontId::proportional(13.0),
            theme.text_muted,
        );
        ui.vertical(|ui| {
            ui.set_min_height(18.0);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                value(ui);
            });
        });
    });
}

/// A word in a colored, rounded field.
pub fn badge(ui: &mut Ui, theme: &Theme, text: &str, color: Color32) -> Response {
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), theme::strong(11.5), theme.ink);
    let size = galley.size() + Vec2::new(12.0, 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, theme.corner_radius, color);
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, theme.ink);
    response
}

/// A word with a dot of its color before it: never color alone.
pub fn status_word(ui: &mut Ui, theme: &Theme, text: &str, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
    ui.painter().rect(
        rect.shrink(0.5),
        2.0,
        color,
        Stroke::new(1.0, theme.border_strong),
        StrokeKind::Inside,
    );
    ui.label(RichText::new(text).size(12.5).color(theme.text_muted));
}
