//! The Pipeline panel: tokens, tree, folded constants, symbols, and the flow graph pass by pass.

use egui::{ComboBox, Pos2, Rect, RichText, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, Theme, mix};
use crate::app::ui::widgets::{self, VirtualRows};
use crate::views::pipeline::{Mark, Pipeline, StageRow};

const ROW: f32 = 20.0;

/// A stage of the compiler.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum StageTab {
    Tokens,
    Tree,
    Folding,
    #[default]
    Symbols,
    Graph,
}

impl StageTab {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Tokens, "Tokens", "Parser/tokenizer"),
        (Self::Tree, "AST", "Parser/Python.asdl"),
        (Self::Folding, "Folding", "Python/ast_opt.c"),
        (Self::Symbols, "Symbols", "Python/symtable.c"),
        (Self::Graph, "Flow graph", "Python/flowgraph.c"),
    ];
}

/// The panel; the stages are made once for each program.
#[derive(Debug, Default)]
pub struct PipelinePanel {
    document: u64,
    pipeline: Option<Result<Pipeline, String>>,
    tab: StageTab,
    unit: usize,
    pass: usize,
}

impl Panel for PipelinePanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Pipeline
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let Some(document) = &ctx.app.document else {
            return;
        };
        if self.document != ctx.app.opened {
            *self = Self {
                document: ctx.app.opened,
                tab: self.tab,
                ..Self::default()
            };
        }
        let name = ctx.look.names.program().unwrap_or("program");
        let pipeline = self
            .pipeline
            .get_or_insert_with(|| Pipeline::new(document.source().text(), name));
        let pipeline = match pipeline {
            Ok(pipeline) => pipeline,
            Err(error) => {
                widgets::empty(ui, ctx.theme, "The program cannot be compiled", error);
                return;
            }
        };
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = Vec2::new(3.0, 3.0);
                    for (tab, name, mirrors) in StageTab::ALL {
                        let on = tab == self.tab;
                        let color = if on { theme.text } else { theme.text_muted };
                        let button = egui::Button::new(RichText::new(name).size(12.5).color(color))
                            .fill(if on { theme.accent_soft } else { theme.raised });
                        if ui.add(button).on_hover_text(mirrors).clicked() {
                            self.tab = tab;
                        }
                    }
                });
                if self.tab == StageTab::Graph {
                    pass_ui(ui, theme, pipeline, &mut self.unit, &mut self.pass);
                }
            });
        let rows: &[StageRow] = match self.tab {
            StageTab::Tokens => &pipeline.tokens,
            StageTab::Tree => &pipeline.tree,
            StageTab::Folding => &pipeline.foldings,
            StageTab::Symbols => &pipeline.symbols,
            StageTab::Graph => pipeline
                .units
                .get(self.unit)
                .and_then(|unit| unit.passes.get(self.pass))
                .map_or(&[], |(_, _, rows)| rows.as_slice()),
        };
        if rows.is_empty() {
            widgets::empty(
                ui,
                theme,
                "Nothing here",
                "The program gave this stage nothing to do.",
            );
            return;
        }
        rows_ui(ui, ctx, rows, (self.tab as usize, self.unit, self.pass));
    }
}

/// Which scope and which pass.
fn pass_ui(ui: &mut Ui, theme: &Theme, pipeline: &Pipeline, unit: &mut usize, pass: &mut usize) {
    ui.horizontal_wrapped(|ui| {
        let name = |index: usize| {
            pipeline
                .units
                .get(index)
                .map_or("", |unit| unit.qualname.as_str())
        };
        ComboBox::from_id_salt("scope")
            .selected_text(RichText::new(name(*unit)).font(theme::mono(12.5)))
            .show_ui(ui, |ui| {
                for index in 0..pipeline.units.len() {
                    if ui.selectable_label(*unit == index, name(index)).clicked() {
                        *unit = index;
                    }
                }
            });
        let Some(shown) = pipeline.units.get(*unit) else {
            return;
        };
        *pass = (*pass).min(shown.passes.len().saturating_sub(1));
        let title = |index: usize| {
            let (name, changed, _) = &shown.passes[index];
            match changed {
                0 => format!("{}  {name}", index + 1),
                changed => format!("{}  {name}  ({changed} changed)", index + 1),
            }
        };
        if ui
            .add_enabled(*pass > 0, egui::Button::new("◀"))
            .on_hover_text("The pass before")
            .clicked()
        {
            *pass -= 1;
        }
        ComboBox::from_id_salt("pass")
            .width(230.0)
            .selected_text(RichText::new(title(*pass)).size(12.5))
            .show_ui(ui, |ui| {
                for index in 0..shown.passes.len() {
                    if ui.selectable_label(*pass == index, title(index)).clicked() {
                        *pass = index;
                    }
                }
            });
        let more = *pass + 1 < shown.passes.len();
        if ui
            .add_enabled(more, egui::Button::new("▶"))
            .on_hover_text("The next pass")
            .clicked()
        {
            *pass += 1;
        }
        widgets::hint(ui, theme, "green: added · yellow: changed · red: removed");
    });
}

fn rows_ui(
    ui: &mut Ui,
    ctx: &mut PanelContext<'_>,
    rows: &[StageRow],
    salt: (usize, usize, usize),
) {
    let theme = ctx.theme;
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, theme.inset);
    ui.spacing_mut().item_spacing.y = 0.0;
    let current =
        crate::views::place::place(ctx.look, ctx.app.selected.frame, ctx.app.selected.thread)
            .and_then(|place| place.program_line);
    VirtualRows::new(("pipeline", salt), ROW, rows.len()).show(ui, |ui, index, rect| {
        let row = &rows[index];
        let response = ui.interact(
            rect,
            ui.id().with(("stage row", index)),
            egui::Sense::click(),
        );
        response.widget_info(|| {
            egui::WidgetInfo::labeled(
                egui::WidgetType::Button,
                true,
                format!("{} {}", row.name, row.text),
            )
        });
        let ground = match row.mark {
            Mark::Added => Some(mix(theme.inset, theme.refcount_up, 0.2)),
            Mark::Removed => Some(mix(theme.inset, theme.refcount_down, 0.2)),
            Mark::Changed => Some(mix(theme.inset, theme.warning, 0.2)),
            Mark::Head => Some(theme.raised),
            Mark::Plain => None,
        };
        if let Some(ground) = ground {
            ui.painter().rect_filled(rect, 0.0, ground);
        }
        if response.hovered() {
            ui.painter()
                .rect_filled(rect, 0.0, theme.hover.gamma_multiply(0.6));
        }
        let x = 46.0 + row.indent as f32 * 14.0;
        if let Some(line) = row.line {
            let tone = if current == Some(line) {
                theme.warning
            } else {
                theme.text_faint
            };
            ui.painter().text(
                Pos2::new(rect.left() + 34.0, rect.center().y),
                egui::Align2::RIGHT_CENTER,
                line.to_string(),
                theme::mono(11.5),
                tone,
            );
        }
        let font = if row.mark == Mark::Head {
            theme::mono_strong(12.5)
        } else {
            theme::mono(12.5)
        };
        let name = widgets::clipped(
            ui,
            rect,
            x,
            (rect.width() - x).min(230.0),
            &row.name,
            font,
            theme.text,
        );
        let x = (name.right() - rect.left() + 10.0).max(x + 20.0);
        let text = widgets::clipped(
            ui,
            rect,
            x,
            rect.width() - x - 8.0,
            &row.text,
            theme::mono(12.5),
            theme.syntax.string,
        );
        let after = if text.is_positive() {
            text.right() - rect.left() + 12.0
        } else {
            x
        };
        let note = egui::FontId::proportional(12.5);
        widgets::clipped(
            ui,
            rect,
            after,
            rect.width() - after - 8.0,
            &row.note,
            note,
            theme.text_faint,
        );
        if row.mark == Mark::Removed && name.is_positive() {
            let across = Rect::from_min_max(
                name.min,
                Pos2::new(text.right().max(name.right()), name.max.y),
            );
            ui.painter().hline(
                across.x_range(),
                across.center().y,
                Stroke::new(1.0, theme.refcount_down),
            );
        }
        if response.clicked()
            && let Some(line) = row.line
        {
            ctx.commands.push(Command::Select(Selection::Line(line)));
        }
        if !row.note.is_empty() {
            response.on_hover_text(&row.note);
        }
    });
}
