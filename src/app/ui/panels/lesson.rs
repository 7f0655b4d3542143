//! The Lesson panel: the narrative, stop by stop, with questions to think about first.

use egui::{RichText, ScrollArea, Stroke, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::ui::theme::{self, Theme, space};
use crate::app::ui::widgets;
use crate::base::Moment;
use crate::views::format::grouped;
use crate::views::lesson::Stop;

/// The panel.
#[derive(Default)]
pub struct LessonPanel {
    markdown: CommonMarkCache,
    /// The stop whose answer is shown.
    revealed: Option<usize>,
    /// The name that is being typed for a range.
    range_name: String,
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
            ScrollArea::vertical()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    egui::Frame::new()
                        .inner_margin(egui::Margin::symmetric(14, 12))
                        .show(ui, |ui| {
                            ui.set_width(ui.available_width());
                            ui.label(RichText::new("A lesson of your own").font(theme::strong(18.0)));
                            ui.label(
                                RichText::new("Go to a moment that matters, bookmark it and write what to see there. The bookmarks become the stops of a lesson; they are also saved with the recording.")
                                    .size(13.5)
                                    .color(theme.text_muted),
                            );
                            self.bookmarks_ui(ui, ctx);
                        });
                });
            return;
        };
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(14, 12))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        if at.is_none() {
                            ui.label(RichText::new(&lesson.title).font(theme::strong(20.0)));
                            ui.label(
                                RichText::new(&lesson.summary)
                                    .size(14.5)
                                    .color(theme.text_muted),
                            );
                            ui.add_space(space::S);
                        }
                        ui.horizontal_wrapped(|ui| {
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
                            ui.add_space(space::XS);
                            for (number, stop) in lesson.stops.iter().enumerate() {
                                if chip_ui(ui, theme, number, stop, at == Some(number)).clicked() {
                                    ctx.commands.push(Command::GoToStop(number));
                                }
                            }
                        });
                        match at.and_then(|at| Some((at, lesson.stops.get(at)?))) {
                            Some((number, stop)) => self.stop_ui(ui, ctx, number, stop),
                            None => {
                                for (number, stop) in lesson.stops.iter().enumerate() {
                                    ui.add_space(space::XS);
                                    let title = format!("{}  {}", number + 1, stop.title);
                                    let title = RichText::new(title)
                                        .font(theme::strong(14.0))
                                        .color(theme.text_muted);
                                    if widgets::link(ui, title).clicked() {
                                        ctx.commands.push(Command::GoToStop(number));
                                    }
                                }
                            }
                        }
                        ui.add_space(space::M);
                        egui::CollapsingHeader::new("Bookmarks and ranges")
                            .show(ui, |ui| self.bookmarks_ui(ui, ctx));
                    });
            });
    }
}

/// A stop as a small round number.
fn chip_ui(ui: &mut Ui, theme: &Theme, number: usize, stop: &Stop, here: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(22.0), egui::Sense::click());
    let name = format!("Stop {}: {}", number + 1, stop.title);
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::WidgetType::Button, true, here, &name));
    let ground = if here {
        theme.accent
    } else if response.hovered() {
        theme.hover
    } else {
        theme.raised
    };
    ui.painter().circle_filled(rect.center(), 11.0, ground);
    let ink = if here {
        crate::app::ui::start_page::on_accent(theme)
    } else {
        theme.text_muted
    };
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        (number + 1).to_string(),
        theme::strong(12.0),
        ink,
    );
    response.on_hover_text(name)
}

impl LessonPanel {
    /// The stop one is at: the question first, then the rest.
    fn stop_ui(&mut self, ui: &mut Ui, ctx: &PanelContext<'_>, number: usize, stop: &Stop) {
        let theme = ctx.theme;
        ui.add_space(space::S);
        ui.label(RichText::new(&stop.title).font(theme::strong(18.0)));
        ui.add_space(space::XS);
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
                        ui.add_space(space::XS);
                        if self.revealed == Some(number) {
                            CommonMarkViewer::new().show(ui, &mut self.markdown, answer);
                        } else if ui.button("Show the answer").clicked() {
                            self.revealed = Some(number);
                        }
                    }
                });
            ui.add_space(space::XS);
        }
        if stop.ask.is_none() || self.revealed == Some(number) || stop.answer.is_none() {
            CommonMarkViewer::new().show(ui, &mut self.markdown, &stop.text);
        }
    }

    /// The bookmarks with their notes, and what can be made of them.
    fn bookmarks_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        ui.horizontal_wrapped(|ui| {
            let here = ctx.app.notes.bookmarks.contains_key(&ctx.app.cursor);
            let verb = if here {
                "Remove this bookmark"
            } else {
                "Bookmark this moment"
            };
            if ui.button(verb).clicked() {
                ctx.commands.push(Command::ToggleBookmark);
            }
            let any = !ctx.app.notes.bookmarks.is_empty();
            if ui
                .add_enabled(any, egui::Button::new("Save as a lesson…"))
                .clicked()
            {
                ctx.commands.push(Command::SaveLesson);
            }
        });
        for (&moment, mark) in &ctx.app.notes.bookmarks {
            ui.add_space(space::XS);
            let here = moment == ctx.app.cursor;
            let frame = egui::Frame::new()
                .fill(theme.raised)
                .stroke(Stroke::new(
                    1.0,
                    if here { theme.accent } else { theme.border },
                ))
                .corner_radius(theme.corner_radius)
                .inner_margin(8.0);
            frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal(|ui| {
                    widgets::moment_link(ui, theme, ctx.commands, moment);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        let close = widgets::Icon::Close;
                        if widgets::icon_button(ui, theme, close, "Remove bookmark", "", true)
                            .clicked()
                        {
                            ctx.commands.push(Command::RemoveBookmark(moment));
                        }
                    });
                });
                let mut mark = mark.clone();
                let title = ui.add(
                    egui::TextEdit::singleline(&mut mark.title)
                        .hint_text("Title")
                        .font(theme::strong(14.0))
                        .desired_width(f32::INFINITY),
                );
                let note = ui.add(
                    egui::TextEdit::multiline(&mut mark.note)
                        .hint_text("What to see here, in Markdown")
                        .desired_rows(2)
                        .desired_width(f32::INFINITY),
                );
                if title.changed() || note.changed() {
                    ctx.commands.push(Command::SetBookmark(moment, mark));
                }
            });
        }
        self.ranges_ui(ui, ctx);
    }

    /// The loop and the named ranges.
    fn ranges_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        widgets::section(ui, theme, "Ranges");
        if let Some((start, end)) = ctx.app.looped {
            ui.horizontal_wrapped(|ui| {
                ui.label("Playing repeats");
                widgets::moment_link(ui, theme, ctx.commands, start);
                ui.label("to");
                widgets::moment_link(ui, theme, ctx.commands, end);
                if ui.button("No loop").clicked() {
                    ctx.commands.push(Command::SetLoop(None));
                }
            });
            ui.horizontal(|ui| {
                let edit = ui.add(
                    egui::TextEdit::singleline(&mut self.range_name)
                        .hint_text("Name this range")
                        .desired_width(180.0),
                );
                let entered = edit.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
                let named = !self.range_name.trim().is_empty();
                if (ui.add_enabled(named, egui::Button::new("Keep")).clicked() || entered) && named
                {
                    let name = std::mem::take(&mut self.range_name);
                    ctx.commands.push(Command::NameLoop(name.trim().to_owned()));
                }
            });
        } else {
            widgets::hint(
                ui,
                theme,
                "Drag with Shift on the timeline, or press [ and ], to repeat a stretch.",
            );
        }
        for (index, range) in ctx.app.notes.ranges.iter().enumerate() {
            ui.horizontal(|ui| {
                let text = RichText::new(&range.name).color(theme.accent);
                if widgets::link(ui, text).clicked() {
                    let range = (Moment(range.start), Moment(range.end));
                    ctx.commands.push(Command::SetLoop(Some(range)));
                }
                let extent = format!("{} … {}", grouped(range.start), grouped(range.end));
                widgets::hint(ui, theme, &extent);
                if ui.small_button("Remove").clicked() {
                    ctx.commands.push(Command::RemoveRange(index));
                }
            });
        }
    }
}
