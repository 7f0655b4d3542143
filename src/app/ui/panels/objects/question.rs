//! Questions about the graph: the menu in which they are asked and the strip that answers.

use egui::{RichText, Ui};

use super::ObjectsPanel;
use crate::app::command::Command;
use crate::app::ui::panels::PanelContext;
use crate::app::ui::widgets::{self, Icon, frame_link, icon_button, moment_link, object_link};
use crate::views::format::counted;
use crate::views::graph_emphasis::{Question, Word};

/// How far around the selected object one can ask to look.
const DISTANCES: [usize; 3] = [1, 2, 3];

impl ObjectsPanel {
    /// The menu of questions.
    pub(super) fn ask_menu_ui(&mut self, ui: &mut Ui, ctx: &PanelContext<'_>) {
        let chosen = ctx.app.selected.object.is_some();
        let here = ctx.app.cursor;
        ui.menu_button(RichText::new("Ask").size(12.5), |ui| {
            let about = [
                ("Why is the selected object alive?", Question::WhyAlive),
                ("What would go with it?", Question::WhatDies),
            ];
            for (words, question) in about {
                if ui.add_enabled(chosen, egui::Button::new(words)).clicked() {
                    self.ask(question);
                    ui.close();
                }
            }
            for distance in DISTANCES {
                let words = format!(
                    "Only what is {} away",
                    counted(distance as u64, "reference", "references")
                );
                if ui.add_enabled(chosen, egui::Button::new(words)).clicked() {
                    self.set_around(Some(distance));
                    ui.close();
                }
            }
            ui.separator();
            if ui.button("What changes from this moment on?").clicked() {
                self.ask(Question::Changed(here));
                ui.close();
            }
        });
    }

    /// The answer in words, with a way to end it; what a cycle is doing there.
    pub(super) fn answer_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.show_map {
            return;
        }
        let asked = !matches!(self.question, Question::None | Question::Words(_));
        if asked {
            let words = self.answer.words.clone();
            if strip_ui(ui, ctx, |ui, ctx| words_ui(ui, ctx, &words)) {
                self.ask(Question::None);
            }
        }
        if let Some(distance) = self.filter.around {
            let words = format!(
                "Only what is at most {} from the selected object",
                counted(distance as u64, "reference", "references")
            );
            if strip_ui(ui, ctx, |ui, _| {
                ui.label(RichText::new(words).size(13.0));
            }) {
                self.set_around(None);
            }
        }
        let words = self.cycle_words();
        if !asked && !words.is_empty() {
            egui::Frame::new()
                .inner_margin(egui::Margin::symmetric(10, 2))
                .show(ui, |ui| {
                    ui.horizontal_wrapped(|ui| {
                        widgets::status_word(ui, ctx.theme, &words, ctx.theme.cycle);
                    });
                });
        }
    }

    /// What the cycles of the picture are, in a sentence.
    fn cycle_words(&self) -> String {
        let cycles = self.model.nodes.iter().filter_map(|node| node.cycle).max();
        let Some(last) = cycles else {
            return String::new();
        };
        let garbage = |cycle: usize| {
            let mut members = self
                .model
                .nodes
                .iter()
                .filter(|node| node.cycle == Some(cycle));
            members.all(|node| node.unreachable)
        };
        let dead = (0..=last).filter(|&cycle| garbage(cycle)).count();
        let all = last + 1;
        let mut words = counted(all as u64, "cycle", "cycles");
        let only = "(striped): only the collector frees that";
        if dead == all {
            words = format!("{words} that nothing reaches {only}");
        } else if dead > 0 {
            words = format!("{words}, {dead} that nothing reaches {only}");
        }
        if self.model.edges.iter().any(|edge| edge.breaks) {
            words.push_str(" · without the reference marked ✕ there is none");
        }
        words
    }
}

/// A strip below the bar with a button that ends what it tells of; true when it was pressed.
fn strip_ui(
    ui: &mut Ui,
    ctx: &mut PanelContext<'_>,
    content: impl FnOnce(&mut Ui, &mut PanelContext<'_>),
) -> bool {
    let theme = ctx.theme;
    let mut ended = false;
    egui::Frame::new()
        .fill(theme.accent_soft)
        .inner_margin(egui::Margin::symmetric(10, 3))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_width(ui.available_width());
                ended = icon_button(ui, theme, Icon::Close, "Show everything again", "", true)
                    .clicked();
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    content(ui, ctx);
                });
            });
        });
    ended
}

fn words_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, words: &[Word]) {
    let theme = ctx.theme;
    let commands: &mut Vec<Command> = ctx.commands;
    for word in words {
        match word {
            Word::Text(text) => {
                ui.label(RichText::new(text).size(13.0));
            }
            Word::Object(object, text) => {
                let type_name = ctx.look.type_name(*object);
                object_link(ui, theme, commands, *object, type_name, text);
            }
            Word::Frame(frame, name) => {
                frame_link(ui, theme, commands, *frame, name);
            }
            Word::Moment(moment) => {
                moment_link(ui, theme, commands, *moment);
            }
        }
    }
}
