//! The command palette: every command by its name, found by typing parts of it.

use egui::{Align2, Key, RichText, ScrollArea, Sense, Ui, Vec2};

use super::theme::{self, Theme, space};
use super::widgets::clipped;
use crate::app::command::{Command, CommandInfo, shortcut_text};
use crate::views::search::{begins_words, matches};

/// What was typed, and which row is chosen.
#[derive(Debug, Default)]
pub struct Palette {
    pub open: bool,
    text: String,
    row: usize,
}

impl Palette {
    /// Opens it empty, or closes it.
    pub fn toggle(&mut self) {
        *self = Self {
            open: !self.open,
            ..Self::default()
        };
    }

    /// Draws the palette when it is open; what is chosen goes to `commands`.
    pub fn show(
        &mut self,
        ui: &Ui,
        theme: &Theme,
        list: &[CommandInfo],
        commands: &mut Vec<Command>,
    ) {
        if !self.open {
            return;
        }
        let screen = ui.ctx().content_rect();
        let response = egui::Area::new(egui::Id::new("palette"))
            .order(egui::Order::Foreground)
            .anchor(Align2::CENTER_TOP, Vec2::new(0.0, screen.height() * 0.12))
            .show(ui.ctx(), |ui| {
                egui::Frame::window(ui.style()).show(ui, |ui| {
                    ui.set_width(560.0_f32.min(screen.width() - 60.0));
                    self.contents_ui(ui, theme, list, commands);
                });
            });
        let pressed_elsewhere = ui.input(|i| i.pointer.any_pressed())
            && ui
                .input(|i| i.pointer.interact_pos())
                .is_some_and(|at| !response.response.rect.contains(at));
        if pressed_elsewhere {
            self.open = false;
        }
    }

    fn contents_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        list: &[CommandInfo],
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
                .hint_text("Type a command, or a moment such as 1234")
                .font(egui::FontId::proportional(16.0))
                .margin(egui::Margin::symmetric(10, 8))
                .desired_width(f32::INFINITY),
        );
        edit.request_focus();
        if edit.changed() {
            self.row = 0;
        }
        let moment = self.text.trim().parse::<u64>().ok();
        let words = |info: &CommandInfo| format!("{} {}", info.group, info.name);
        let mut found: Vec<&CommandInfo> = list
            .iter()
            .filter(|info| matches(&words(info), &self.text))
            .collect();
        found.sort_by_key(|info| !begins_words(&words(info), &self.text));
        let count = found.len() + usize::from(moment.is_some());
        if down {
            self.row = (self.row + 1).min(count.saturating_sub(1));
        }
        if up {
            self.row = self.row.saturating_sub(1);
        }
        ui.add_space(space::S);
        let mut chosen = None;
        ScrollArea::vertical()
            .max_height(380.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let mut index = 0;
                let mut row =
                    |ui: &mut Ui, group: &str, name: &str, keys: &str, command: Command| {
                        let (rect, response) = ui.allocate_exact_size(
                            Vec2::new(ui.available_width(), 28.0),
                            Sense::click(),
                        );
                        response.widget_info(|| {
                            egui::WidgetInfo::labeled(egui::WidgetType::Button, true, name)
                        });
                        let is_row = index == self.row;
                        if is_row {
                            ui.painter()
                                .rect_filled(rect, theme.corner_radius, theme.accent_soft);
                            if up || down {
                                response.scroll_to_me(None);
                            }
                        } else if response.hovered() {
                            ui.painter()
                                .rect_filled(rect, theme.corner_radius, theme.raised);
                        }
                        let group_font = egui::FontId::proportional(12.5);
                        clipped(ui, rect, 10.0, 90.0, group, group_font, theme.text_faint);
                        clipped(
                            ui,
                            rect,
                            104.0,
                            rect.width() - 220.0,
                            name,
                            egui::FontId::proportional(14.0),
                            theme.text,
                        );
                        ui.painter().text(
                            rect.right_center() - Vec2::new(10.0, 0.0),
                            Align2::RIGHT_CENTER,
                            keys,
                            theme::mono(12.5),
                            theme.text_muted,
                        );
                        if response.clicked() || (is_row && enter) {
                            chosen = Some(command);
                        }
                        index += 1;
                    };
                if let Some(moment) = moment {
                    let name = format!("Go to moment {}", crate::views::format::grouped(moment));
                    row(
                        ui,
                        "Time",
                        &name,
                        "",
                        Command::GoTo(crate::base::Moment(moment)),
                    );
                }
                for info in found {
                    let keys = info.keys.first().map_or_else(String::new, shortcut_text);
                    row(ui, info.group, info.name, &keys, info.command.clone());
                }
            });
        if count == 0 {
            ui.label(RichText::new("No command has all these words.").color(theme.text_muted));
        }
        if let Some(command) = chosen {
            self.open = false;
            commands.push(command);
        }
    }
}
