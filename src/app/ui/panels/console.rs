//! The Console panel: what the program wrote up to this moment, each piece leading to its moment,
//! and a prompt that evaluates in the selected frame.

use egui::{Align, Layout, Pos2, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::document::Document;
use crate::app::ui::theme::{self, space};
use crate::app::ui::widgets::{self, Icon, VirtualRows, icon_button, moment_link};
use crate::events::Stream;
use crate::views::console::{Line, lines};
use crate::views::format::grouped;
use crate::views::place::place;

const ROW: f32 = 19.0;
/// The height of the prompt.
const PROMPT: f32 = 34.0;
/// Answers take no more than this part of the panel.
const ANSWERS: f32 = 0.5;

/// The panel.
#[derive(Debug, Default)]
pub struct ConsolePanel {
    built: Option<u64>,
    lines: Vec<Line>,
    /// In which frame the prompt evaluates.
    hint: String,
    /// What is being typed.
    typed: String,
    /// How far one went back in what was typed before.
    back: usize,
}

impl Panel for ConsolePanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Console
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.built != Some(ctx.app.revision) {
            self.built = Some(ctx.app.revision);
            self.lines = lines(ctx.look);
            let place = place(ctx.look, ctx.app.selected.frame, ctx.app.selected.thread);
            self.hint = place.map_or_else(
                || "no frame runs at this moment".to_owned(),
                |place| format!("evaluate in {} at this moment", place.function),
            );
        }
        let theme = ctx.theme;
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, theme.inset);
        let can_ask =
            ctx.app.document.as_ref().is_some_and(Document::can_run) && rect.height() > 90.0;
        let prompt = if can_ask { PROMPT } else { 0.0 };
        let answers = if ctx.app.asked.is_empty() || !can_ask {
            0.0
        } else {
            let wanted = ctx.app.asked.len() as f32 * ROW * 2.4 + space::S;
            wanted.min((rect.height() - prompt) * ANSWERS)
        };
        let bottom = rect.bottom() - prompt;
        let output = Rect::from_min_max(rect.min, Pos2::new(rect.right(), bottom - answers));
        ui.scope_builder(UiBuilder::new().max_rect(output), |ui| {
            self.output_ui(ui, ctx);
        });
        if answers > 0.0 {
            let rect = Rect::from_min_max(output.left_bottom(), Pos2::new(rect.right(), bottom));
            ui.painter().rect_filled(rect, 0.0, theme.panel);
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| answers_ui(ui, ctx));
        }
        if can_ask {
            let rect = Rect::from_min_max(Pos2::new(rect.left(), bottom), rect.max);
            ui.painter().rect_filled(rect, 0.0, theme.raised);
            let inside = rect.shrink2(egui::vec2(10.0, 4.0));
            ui.scope_builder(UiBuilder::new().max_rect(inside), |ui| {
                self.prompt_ui(ui, ctx);
            });
        }
    }
}

impl ConsolePanel {
    fn output_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        if self.lines.is_empty() {
            widgets::empty(
                ui,
                theme,
                "Nothing written yet",
                "Output appears here at the moment it is written.",
            );
            return;
        }
        let last = self.lines.len() - 1;
        let lines = &self.lines;
        ui.spacing_mut().item_spacing.y = 0.0;
        VirtualRows::new("console", ROW, lines.len())
            .reveal(Some(last))
            .show(ui, |ui, index, row| {
                let mut x = 12.0;
                for (number, piece) in lines[index].iter().enumerate() {
                    let color = match piece.stream {
                        Stream::Stdout => theme.text,
                        Stream::Stderr => theme.stderr,
                    };
                    let used = widgets::clipped(
                        ui,
                        row,
                        x,
                        row.width() - x - 8.0,
                        &piece.text,
                        theme::mono(13.0),
                        color,
                    );
                    if !used.is_positive() {
                        continue;
                    }
                    let response =
                        ui.interact(used, ui.id().with(("piece", index, number)), Sense::click());
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::WidgetType::Link, true, &piece.text)
                    });
                    if response.hovered() {
                        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
                        ui.painter().rect_filled(
                            used.expand2(egui::vec2(2.0, 0.0)),
                            2.0,
                            theme.accent_soft.gamma_multiply(0.6),
                        );
                    }
                    if response.clicked() {
                        ctx.commands.push(Command::GoTo(piece.moment));
                    }
                    response.on_hover_ui(|ui| {
                        ui.label(RichText::new(format!(
                            "written at moment {}",
                            grouped(piece.moment.0)
                        )));
                    });
                    x = used.right() - row.left();
                }
            });
    }

    fn prompt_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(">>>").font(theme::mono_strong(13.5)).color(theme.accent));
            let edit = ui.add(
                egui::TextEdit::singleline(&mut self.typed)
                    .id_salt("prompt")
                    .hint_text(self.hint.as_str())
                    .font(theme::mono(13.5))
                    .frame(egui::Frame::NONE)
                    .desired_width(f32::INFINITY),
            );
            edit.widget_info(|| {
                egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, "Prompt")
            });
            if edit.has_focus() {
                self.go_back_in_time(ui, ctx);
            }
            let entered = edit.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            if entered && !self.typed.trim().is_empty() {
                ctx.commands.push(Command::Ask(std::mem::take(&mut self.typed)));
                self.back = 0;
                edit.request_focus();
            }
            edit.on_hover_text(
                "The program is run again up to this moment and asked there; the recording does not change.",
            );
        });
    }

    /// Arrow up brings back what was typed before.
    fn go_back_in_time(&mut self, ui: &Ui, ctx: &PanelContext<'_>) {
        let (up, down) = ui.input(|i| {
            (
                i.key_pressed(egui::Key::ArrowUp),
                i.key_pressed(egui::Key::ArrowDown),
            )
        });
        let asked = &ctx.app.asked;
        if up && self.back < asked.len() {
            self.back += 1;
        } else if down && self.back > 0 {
            self.back -= 1;
        } else {
            return;
        }
        self.typed = asked
            .len()
            .checked_sub(self.back)
            .and_then(|at| asked.get(at))
            .map_or_else(String::new, |asked| asked.text.clone());
    }
}

/// What was asked, and what came of it.
fn answers_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    ScrollArea::vertical()
        .id_salt("answers")
        .stick_to_bottom(true)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(egui::Margin::symmetric(12, 4))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = 2.0;
                    for (index, asked) in ctx.app.asked.iter().enumerate() {
                        ui.horizontal(|ui| {
                            let text = format!(">>> {}", asked.text);
                            ui.label(
                                RichText::new(text)
                                    .font(theme::mono(13.0))
                                    .color(theme.accent),
                            );
                            widgets::hint(ui, theme, &format!("in {} at", asked.place));
                            moment_link(ui, theme, ctx.commands, asked.moment);
                            if index == 0 {
                                let close = Icon::Close;
                                if icon_button(ui, theme, close, "Forget the answers", "", true)
                                    .clicked()
                                {
                                    ctx.commands.push(Command::ForgetAnswers);
                                }
                            }
                        });
                        let answer = asked.answer.as_deref().unwrap_or("…");
                        if !answer.is_empty() {
                            let text = RichText::new(answer).font(theme::mono(13.0));
                            ui.add(egui::Label::new(text).wrap().selectable(true));
                        }
                    }
                });
        });
}
