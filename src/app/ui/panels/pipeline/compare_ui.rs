//! Two versions of the source: the text can be changed at once, and beside it stands what that
//! changes in the bytecode.

use egui::{ComboBox, RichText, ScrollArea, Ui, UiBuilder};

use super::super::PanelContext;
use super::super::source::highlighted;
use super::{rows_ui, split};
use crate::app::command::Command;
use crate::app::ui::theme::{self, Theme};
use crate::app::ui::widgets;
use crate::views::pipeline::compare::Comparison;
use crate::views::source::SourceText;

/// Versions of one program kept to compare with.
const MOST_VERSIONS: usize = 20;

/// The comparison, and the versions it can be made with.
#[derive(Debug, Default)]
pub(super) struct CompareView {
    program: String,
    /// The texts that were run or named, oldest first, with what each is called.
    versions: Vec<(String, String)>,
    base: usize,
    /// The text as changed here.
    edited: Option<String>,
    made: Option<(usize, String, Result<Comparison, String>)>,
}

impl CompareView {
    /// A program was opened, or ran again with another text.
    pub(super) fn opened(&mut self, program: &str, text: &str) {
        if self.program != program {
            *self = Self {
                program: program.to_owned(),
                versions: std::mem::take(&mut self.versions)
                    .into_iter()
                    .filter(|(name, _)| self.program.is_empty() && name == NAMED)
                    .collect(),
                ..Self::default()
            };
        }
        self.edited = None;
        if self.versions.last().is_some_and(|(_, last)| last == text) {
            return;
        }
        let runs = self
            .versions
            .iter()
            .filter(|(name, _)| name != NAMED)
            .count();
        let before = self.versions.len();
        self.versions
            .push((format!("run {}", runs + 1), text.to_owned()));
        if self.versions.len() > MOST_VERSIONS {
            self.versions.remove(0);
        }
        // After an edit the version before is the one to look back at.
        self.base = if before > 0 {
            self.versions.len() - 2
        } else {
            0
        };
        self.made = None;
    }

    /// Another version of the program, to compare with.
    pub(super) fn compare_with(&mut self, text: &str) {
        self.versions.insert(0, (NAMED.to_owned(), text.to_owned()));
        self.base = 0;
        self.made = None;
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &mut PanelContext<'_>,
        source: &SourceText,
        filename: &str,
    ) {
        let theme = ctx.theme;
        self.head_ui(ui, ctx, source);
        let text = self
            .edited
            .clone()
            .unwrap_or_else(|| source.text().to_owned());
        let base = self.base.min(self.versions.len().saturating_sub(1));
        let Some((_, old)) = self.versions.get(base) else {
            return;
        };
        let known = self
            .made
            .as_ref()
            .is_some_and(|(known, new, _)| *known == base && *new == text);
        if !known {
            let made = Comparison::new(old.as_bytes(), text.as_bytes(), filename);
            self.made = Some((base, text, made));
        }
        let (left, right) = split(ui.available_rect_before_wrap());
        ui.painter().rect_filled(left, 0.0, theme.inset);
        ui.painter().rect_filled(right, 0.0, theme.inset);
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
            ui.set_clip_rect(left.intersect(ui.clip_rect()));
            self.edit_ui(ui, theme, source);
        });
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
            ui.set_clip_rect(right.intersect(ui.clip_rect()));
            self.rows_ui(ui, theme);
        });
    }

    fn head_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>, source: &SourceText) {
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new("Bytecode of this text against").size(13.0));
                    let versions = &self.versions;
                    let name = |index: usize| match versions.get(index) {
                        Some((name, text)) if text == source.text() => format!("{name} (as run)"),
                        Some((name, _)) => name.clone(),
                        None => String::new(),
                    };
                    ComboBox::from_id_salt("version")
                        .selected_text(RichText::new(name(self.base)).size(13.0))
                        .show_ui(ui, |ui| {
                            for index in 0..versions.len() {
                                if ui
                                    .selectable_label(self.base == index, name(index))
                                    .clicked()
                                {
                                    self.base = index;
                                }
                            }
                        });
                    if let Some(edited) = &self.edited {
                        if ui.button("Run it").clicked() {
                            ctx.commands.push(Command::RunSource(edited.clone()));
                        }
                        if ui
                            .button("Undo the changes")
                            .on_hover_text("Back to the text as run")
                            .clicked()
                        {
                            self.edited = None;
                        }
                    }
                    if let Some((_, _, Ok(made))) = &self.made {
                        let text = format!(
                            "{} added · {} removed · {} code objects as before",
                            made.added, made.removed, made.unchanged
                        );
                        widgets::hint(ui, theme, &text);
                    }
                });
            });
    }

    fn edit_ui(&mut self, ui: &mut Ui, theme: &Theme, source: &SourceText) {
        let mut text = self
            .edited
            .clone()
            .unwrap_or_else(|| source.text().to_owned());
        let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, _wrap: f32| {
            let job = highlighted(&SourceText::new(buffer.as_str()), theme);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        ScrollArea::both()
            .id_salt("compared text")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                let edit = egui::TextEdit::multiline(&mut text)
                    .code_editor()
                    .desired_width(f32::INFINITY)
                    .layouter(&mut layouter);
                if ui.add(edit).changed() {
                    self.edited = Some(text);
                }
            });
    }

    fn rows_ui(&self, ui: &mut Ui, theme: &Theme) {
        match &self.made {
            Some((_, _, Err(error))) => {
                ui.add_space(8.0);
                ui.label(
                    RichText::new(error)
                        .font(theme::mono(13.0))
                        .color(theme.error),
                );
            }
            Some((_, _, Ok(made))) if made.rows.is_empty() => widgets::empty(
                ui,
                theme,
                "The bytecode is the same",
                "Change the text on the left: what that changes in the bytecode is shown here at once.",
            ),
            Some((base, _, Ok(made))) => {
                rows_ui::show(ui, theme, &made.rows, ("compare", *base), None, None, None);
            }
            None => {}
        }
    }
}

/// What a version is called that was not run here.
const NAMED: &str = "the other file";
