//! The first page: lessons, recent files, Open, a path field, and where to drop a file.

use std::path::{Path, PathBuf};

use egui::{Align, Layout, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2};

use super::theme::{self, Theme, space};
use super::widgets;
use crate::app::command::Command;
use crate::app::lessons;
use crate::app::state::AppState;

/// What is typed into the path field.
#[derive(Debug, Default)]
pub struct StartPage {
    path: String,
}

impl StartPage {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme, app: &AppState, commands: &mut Vec<Command>) {
        let recent = &app.settings.recent;
        let width = ui.available_width().min(1500.0);
        let margin = ((ui.available_width() - width) / 2.0).max(0.0) + space::XL;
        let top = (ui.available_height() * 0.09 - space::XL).clamp(space::S, 110.0);
        let area = ui.max_rect().shrink2(Vec2::new(margin, 0.0));
        let area = Rect::from_min_max(
            Pos2::new(area.left(), ui.max_rect().top() + top),
            area.max - Vec2::new(0.0, 12.0),
        );
        ui.scope_builder(egui::UiBuilder::new().max_rect(area), |ui| {
            ui.label(RichText::new("Ouroscope").font(theme::strong(34.0)));
            ui.label(
                RichText::new("See how CPython 3.13 runs a program: every object, count and instruction, at any moment.")
                    .size(16.0)
                    .color(theme.text_muted),
            );
            if let Some(error) = &app.error {
                ui.add_space(space::M);
                error_ui(ui, theme, error, app.damaged.as_deref(), commands);
            }
            ui.add_space(space::XL);
            if area.width() < 620.0 {
                ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                    self.open_ui(ui, theme, recent, commands);
                    ui.add_space(space::XL);
                    lessons_ui(ui, theme, commands);
                });
                return;
            }
            let gap = space::XL * 1.5;
            let left_width = ((area.width() - gap) * 0.36).clamp(260.0, 420.0);
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(Vec2::new(left_width, ui.available_height()), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(left_width);
                    self.open_ui(ui, theme, recent, commands);
                });
                ui.add_space(gap);
                ui.vertical(|ui| lessons_ui(ui, theme, commands));
            });
        });
        drop_ui(ui, theme);
    }

    fn open_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        recent: &[PathBuf],
        commands: &mut Vec<Command>,
    ) {
        ui.label(RichText::new("Open").font(theme::strong(18.0)));
        ui.add_space(space::S);
        let (rect, response) =
            ui.allocate_exact_size(Vec2::new(ui.available_width(), 42.0), Sense::click());
        let label = "Open a program or a recording…";
        response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, label));
        let ground = if response.hovered() {
            theme::mix(theme.accent, theme.text, 0.15)
        } else {
            theme.accent
        };
        ui.painter().rect_filled(rect, theme.corner_radius, ground);
        ui.painter().text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            label,
            theme::strong(15.0),
            on_accent(theme),
        );
        if response.clicked() {
            commands.push(Command::OpenDialog);
        }
        ui.add_space(space::S);
        let edit = ui.add(
            egui::TextEdit::singleline(&mut self.path)
                .hint_text("or type a path and press Enter")
                .margin(egui::Margin::symmetric(10, 8))
                .desired_width(f32::INFINITY),
        );
        if !edit.has_focus() {
            ui.painter().rect_stroke(
                edit.rect,
                theme.corner_radius,
                Stroke::new(1.0, theme.border_strong),
                StrokeKind::Inside,
            );
        }
        if edit.lost_focus()
            && ui.input(|i| i.key_pressed(egui::Key::Enter))
            && !self.path.trim().is_empty()
        {
            commands.push(Command::Open(PathBuf::from(self.path.trim())));
        }
        ui.add_space(space::S);
        widgets::hint(
            ui,
            theme,
            "or drop a program, a recording or a lesson on this window",
        );
        ui.add_space(space::XL);
        ui.label(RichText::new("Recent").font(theme::strong(18.0)));
        ui.add_space(space::S);
        if recent.is_empty() {
            widgets::hint(ui, theme, "Files you open are listed here.");
        }
        for path in recent.iter().take(8) {
            let name = path.file_name().map_or_else(
                || path.display().to_string(),
                |n| n.to_string_lossy().into_owned(),
            );
            let folder = path
                .parent()
                .map_or_else(String::new, |p| p.display().to_string());
            let (rect, response) =
                ui.allocate_exact_size(Vec2::new(ui.available_width(), 30.0), Sense::click());
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &name));
            if response.hovered() {
                ui.painter()
                    .rect_filled(rect, theme.corner_radius, theme.raised);
            }
            let used = widgets::clipped(
                ui,
                rect,
                space::S,
                rect.width() * 0.6,
                &name,
                theme::mono(13.5),
                theme.accent,
            );
            let x = used.right() - rect.left() + space::M;
            widgets::clipped(
                ui,
                rect,
                x,
                rect.width() - x - space::S,
                &folder,
                egui::FontId::proportional(12.5),
                theme.text_faint,
            );
            if response.clicked() {
                commands.push(Command::Open(path.clone()));
            }
        }
    }
}

/// Text on the accent color.
pub fn on_accent(theme: &Theme) -> egui::Color32 {
    if theme.kind == theme::ThemeKind::Light {
        theme.panel
    } else {
        theme.ink
    }
}

fn error_ui(
    ui: &mut Ui,
    theme: &Theme,
    error: &str,
    damaged: Option<&Path>,
    commands: &mut Vec<Command>,
) {
    egui::Frame::new()
        .fill(theme.raised)
        .stroke(Stroke::new(1.0, theme.error))
        .corner_radius(theme.corner_radius)
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new(error).color(theme.error));
            if let Some(path) = damaged
                && ui.button("Save what is whole, and open that").clicked()
            {
                commands.push(Command::Rescue(path.to_owned()));
            }
        });
}

/// The height of a lesson's card, and the width below which there is one column of them.
const CARD: f32 = 82.0;
const TWO_COLUMNS: f32 = 720.0;

fn lessons_ui(ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>) {
    let count = lessons::all().len();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Lessons").font(theme::strong(18.0)));
        widgets::hint(ui, theme, &format!("{count}, each with its own program"));
    });
    ui.add_space(space::S);
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(space::S);
            let width = ui.available_width() - space::S;
            let columns = if width > TWO_COLUMNS { 2 } else { 1 };
            let card = (width - space::S * (columns - 1) as f32) / columns as f32;
            // Down the first column, then down the second: the order is the order of reading.
            let rows = count.div_ceil(columns);
            for row in 0..rows {
                ui.horizontal(|ui| {
                    for number in (0..columns).map(|column| column * rows + row) {
                        if number < count {
                            card_ui(ui, theme, number, card, commands);
                        }
                    }
                });
            }
        });
}

fn card_ui(ui: &mut Ui, theme: &Theme, number: usize, width: f32, commands: &mut Vec<Command>) {
    let lesson = &lessons::all()[number].lesson;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, CARD), Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &lesson.title));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let ground = if response.hovered() {
        theme.hover
    } else {
        theme.panel
    };
    ui.painter().rect(
        rect,
        theme.corner_radius,
        ground,
        Stroke::new(1.0, theme.border),
        StrokeKind::Inside,
    );
    let upper = Rect::from_min_size(
        rect.min + Vec2::new(0.0, 9.0),
        Vec2::new(rect.width(), 22.0),
    );
    ui.painter().text(
        upper.left_center() + Vec2::new(30.0, 0.0),
        egui::Align2::RIGHT_CENTER,
        format!("{}", number + 1),
        theme::mono_strong(14.0),
        theme.text_faint,
    );
    widgets::clipped(
        ui,
        upper,
        44.0,
        rect.width() - 120.0,
        &lesson.title,
        theme::strong(15.0),
        theme.text,
    );
    ui.painter().text(
        upper.right_center() - Vec2::new(14.0, 0.0),
        egui::Align2::RIGHT_CENTER,
        format!("{} stops", lesson.stops.len()),
        egui::FontId::proportional(12.5),
        theme.text_faint,
    );
    let mut job = egui::text::LayoutJob::single_section(
        lesson.summary.replace('\n', " ").replace('`', ""),
        egui::TextFormat::simple(egui::FontId::proportional(13.0), theme.text_muted),
    );
    job.wrap.max_width = rect.width() - 58.0;
    job.wrap.max_rows = 2;
    let galley = ui.painter().layout_job(job);
    ui.painter()
        .galley(rect.min + Vec2::new(44.0, 34.0), galley, theme.text_muted);
    if response.clicked() {
        commands.push(Command::OpenLesson(number));
    }
}

/// While a file hangs over the window: where it would go.
pub fn drop_ui(ui: &Ui, theme: &Theme) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let rect = ui.ctx().content_rect().shrink(space::L);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        egui::Id::new("drop"),
    ));
    painter.rect(
        rect,
        12.0,
        theme.accent_soft.gamma_multiply(0.92),
        Stroke::new(2.0, theme.accent),
        StrokeKind::Inside,
    );
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        "Drop to open",
        theme::strong(28.0),
        theme.text,
    );
}
