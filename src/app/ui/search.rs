//! The search field: finds lines, names, objects and moments in the recording.

use egui::{Align2, Key, RichText, ScrollArea, Sense, Ui, Vec2};

use super::theme::{Theme, space};
use super::widgets;
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::state::AppState;
use crate::views::find::{Hit, find};

/// What was typed and what was found.
#[derive(Debug, Default)]
pub struct Search {
    pub open: bool,
    text: String,
    row: usize,
    found: Vec<Hit>,
    found_for: Option<(String, u64)>,
}

/// Hits shown at most; a longer list helps nobody.
const MOST_HITS: usize = 60;

impl Search {
    /// Opens or closes the field; the text stays.
    pub fn toggle(&mut self) {
        self.open = !self.open;
        self.row = 0;
        self.found_for = None;
    }

    /// Draws the field when it is open.
    pub fn show(&mut self, ui: &Ui, theme: &Theme, app: &AppState, commands: &mut Vec<Command>) {
        if !self.open {
            return;
        }
        let screen = ui.ctx().content_rect();
        egui::Area::new(egui::Id::new("search"))
            .order(egui::Order::Foreground)
            .anchor(Align2::RIGHT_TOP, Vec2::new(-space::M, 48.0))
            .show(ui.ctx(), |ui| {
                egui::Frame::window(ui.style()).show(ui, |ui| {
                    ui.set_width(440.0_f32.min(screen.width() - 40.0));
                    self.contents_ui(ui, theme, app, commands);
                });
            });
    }

    fn contents_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        app: &AppState,
        commands: &mut Vec<Command>,
    ) {
        let (up, down, enter) = ui.input_mut(|i| {
            (
                i.consume_key(egui::Modifiers::NONE, Key::ArrowUp),
                i.consume_key(egui::Modifiers::NONE, Key::ArrowDown),
                i.consume_key(egui::Modifiers::NONE, Key::Enter),
            )
        });
        let edit = ui.add(
            egui::TextEdit::singleline(&mut self.text)
                .hint_text("Search source, objects, output, events")
                .margin(egui::Margin::symmetric(10, 8))
                .desired_width(f32::INFINITY),
        );
        edit.request_focus();
        let wanted = (self.text.clone(), app.revision);
        if self.found_for.as_ref() != Some(&wanted) {
            self.found = match &app.document {
                Some(document) if !self.text.trim().is_empty() => {
                    find(&self.text, document.source(), document.look(), MOST_HITS)
                }
                _ => Vec::new(),
            };
            self.row = self.row.min(self.found.len().saturating_sub(1));
            self.found_for = Some(wanted);
        }
        if down {
            self.row = (self.row + 1).min(self.found.len().saturating_sub(1));
        }
        if up {
            self.row = self.row.saturating_sub(1);
        }
        if self.found.is_empty() {
            if !self.text.trim().is_empty() {
                widgets::hint(
                    ui,
                    theme,
                    "Nothing in the source, the living objects, the output or the next events.",
                );
            }
            return;
        }
        let mut chosen = None;
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, hit) in self.found.iter().enumerate() {
                let (kind, text, command) = match hit {
                    Hit::Line { line, text } => (
                        format!("line {line}"),
                        text.as_str(),
                        Command::Select(Selection::Line(*line)),
                    ),
                    Hit::Object {
                        object,
                        type_name,
                        text,
                    } => (
                        type_name.clone(),
                        text.as_str(),
                        Command::Select(Selection::Object(*object)),
                    ),
                    Hit::Output { moment, text } => {
                        ("output".to_owned(), text.as_str(), Command::GoTo(*moment))
                    }
                    Hit::Event { moment, text } => {
                        ("event".to_owned(), text.as_str(), Command::GoTo(*moment))
                    }
                };
                let (rect, response) =
                    ui.allocate_exact_size(Vec2::new(ui.available_width(), 24.0), Sense::click());
                response.widget_info(|| {
                    let label = format!("{kind}: {text}");
                    egui::WidgetInfo::labeled(egui::WidgetType::Button, true, label)
                });
                if index == self.row {
                    ui.painter()
                        .rect_filled(rect, theme.corner_radius, theme.accent_soft);
                    if up || down {
                        response.scroll_to_me(None);
                    }
                } else if response.hovered() {
                    ui.painter()
                        .rect_filled(rect, theme.corner_radius, theme.raised);
                }
                widgets::clipped(
                    ui,
                    rect,
                    8.0,
                    84.0,
                    &kind,
                    egui::FontId::proportional(12.5),
                    theme.text_faint,
                );
                widgets::clipped(
                    ui,
                    rect,
                    98.0,
                    rect.width() - 106.0,
                    text,
                    super::theme::mono(13.0),
                    theme.text,
                );
                if response.clicked() || (index == self.row && enter) {
                    chosen = Some(command);
                }
            }
        });
        ui.label(
            RichText::new("Enter goes there · Esc closes")
                .size(12.0)
                .color(theme.text_faint),
        );
        commands.extend(chosen);
    }
}
