//! The Lesson panel: the narrative, stop by stop, with questions to think about first.

use egui::{RichText, ScrollArea, Stroke, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::ui::theme::{self, space};
use crate::app::ui::widgets;

/// The panel.
#[derive(Default)]
pub struct LessonPanel {
    markdown: CommonMarkCache,
    /// The stop whose answer is shown.
    revealed: Option<usize>,
}

impl Panel for LessonPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Lesson
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let Some((lesson, at)) = ctx
            .app
            .document
            .as_ref()
            .and_then(crate::app::document::Document::lesson)
        else {
            widgets::empty(
                ui,
                theme,
                "No lesson is open",
                "Choose one on the start page.",
            );
            return;
        };
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(14, 12))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.label(RichText::new(&lesson.title).font(theme::strong(20.0)));
                        ui.label(
                            RichText::new(&lesson.summary)
                                .size(14.5)
                                .color(theme.text_muted),
                        );
                        ui.add_space(space::S);
                        ui.horizontal(|ui| {
                            let count = lesson.stops.len();
                            if ui
                                .add_enabled(
                                    at.is_some_and(|at| at > 0),
                                    egui::Button::new("Previous"),
                                )
                                .clicked()
                            {
                                ctx.commands.push(Command::PreviousStop);
                            }
                            let next = if at.is_none() { "Start" } else { "Next" };
                            let more = at.is_none_or(|at| at + 1 < count);
                            let text = RichText::new(next)
                                .color(crate::app::ui::start_page::on_accent(theme));
                            if ui
                                .add_enabled(more, egui::Button::new(text).fill(theme.accent))
                                .clicked()
                            {
                                ctx.commands.push(Command::NextStop);
                            }
                            let position = at.map_or_else(
                                || format!("{count} stops"),
                                |at| format!("stop {} of {count}", at + 1),
                            );
                            widgets::hint(ui, theme, &position);
                        });
                        for (number, stop) in lesson.stops.iter().enumerate() {
                            ui.add_space(space::S);
                            let here = at == Some(number);
                            let title = RichText::new(format!("{}  {}", number + 1, stop.title))
                                .font(theme::strong(if here { 16.0 } else { 14.0 }))
                                .color(if here { theme.text } else { theme.text_muted });
                            if widgets::link(ui, title).clicked() {
                                ctx.commands.push(Command::GoToStop(number));
                            }
                            if !here {
                                continue;
                            }
                            if let Some(ask) = &stop.ask {
                                egui::Frame::new()
                                    .fill(theme.raised)
                                    .stroke(Stroke::new(1.0, theme.border))
                                    .corner_radius(theme.corner_radius)
                                    .inner_margin(10.0)
                                    .show(ui, |ui| {
                                        ui.set_width(ui.available_width());
                                        CommonMarkViewer::new().show(ui, &mut self.markdown, ask);
                                        if let Some(answer) = &stop.answer {
                                            if self.revealed == Some(number) {
                                                CommonMarkViewer::new().show(
                                                    ui,
                                                    &mut self.markdown,
                                                    answer,
                                                );
                                            } else if ui.button("Show the answer").clicked() {
                                                self.revealed = Some(number);
                                            }
                                        }
                                    });
                            }
                            if stop.ask.is_none()
                                || self.revealed == Some(number)
                                || stop.answer.is_none()
                            {
                                CommonMarkViewer::new().show(ui, &mut self.markdown, &stop.text);
                            }
                        }
                    });
            });
    }
}
