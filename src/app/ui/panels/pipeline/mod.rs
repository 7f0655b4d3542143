//! The Pipeline panel: tokens, tree, symbols, flow graph, optimizations, bytecode, and what a
//! change of the source changes. Beside each stage stands the source: what the pointer is on in
//! one of them is marked in the other, and so is what the running instruction computes.

mod compare_ui;
mod graph_ui;
mod rows_ui;
mod source_ui;

use egui::{ComboBox, Rect, RichText, Ui, UiBuilder, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, Theme};
use crate::app::ui::widgets;
use crate::base::SourceLocation;
use crate::views::pipeline::picture::Picture;
use crate::views::pipeline::{Pipeline, Stage, StageRow};
use crate::views::place::place;

use compare_ui::CompareView;

/// A stage of the compiler, or the comparison of two versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StageTab {
    Tokens,
    Tree,
    Symbols,
    #[default]
    Graph,
    Optimizations,
    Bytecode,
    Compare,
}

impl StageTab {
    /// All of them, in the order of the compiler.
    pub const ALL: [Self; 7] = [
        Self::Tokens,
        Self::Tree,
        Self::Symbols,
        Self::Graph,
        Self::Optimizations,
        Self::Bytecode,
        Self::Compare,
    ];

    /// The word on its button.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tokens => "Tokens",
            Self::Tree => "AST",
            Self::Symbols => "Symbols",
            Self::Graph => "Flow graph",
            Self::Optimizations => "Optimizations",
            Self::Bytecode => "Bytecode",
            Self::Compare => "Compare",
        }
    }

    /// The tab of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|tab| tab.name().eq_ignore_ascii_case(name))
    }

    const fn mirrors(self) -> &'static str {
        match self {
            Self::Tokens => "Parser/tokenizer",
            Self::Tree => "Parser/Python.asdl",
            Self::Symbols => "Python/symtable.c",
            Self::Graph => "Python/flowgraph.c",
            Self::Optimizations => "Python/ast_opt.c, Python/flowgraph.c",
            Self::Bytecode => "Python/assemble.c",
            Self::Compare => "Change the source and see what changes in the bytecode",
        }
    }
}

/// What the program does now, as far as the stages can show it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Running {
    /// What the current instruction computes.
    position: SourceLocation,
    line: u32,
    /// The code object's number in the listing, and the offset in it.
    code: Option<(usize, u32)>,
}

/// What the pointer or a click picked out, in terms of the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Pointed {
    /// The part of the source behind the row under the pointer.
    part: Option<SourceLocation>,
    /// The line and byte column in the source under the pointer.
    at: Option<(i32, i32)>,
}

/// The panel; the stages are made once for each program.
#[derive(Debug, Default)]
pub struct PipelinePanel {
    document: u64,
    pipeline: Option<Result<Pipeline, String>>,
    tab: StageTab,
    unit: usize,
    pass: usize,
    /// The scope that ran when the last frame was drawn.
    followed: Option<usize>,
    /// The flow graph as a list of instructions, not as a picture.
    listed: bool,
    rows: Option<(Stage, Vec<StageRow>)>,
    passes: Option<(usize, Vec<(&'static str, usize)>)>,
    picture: Option<(usize, usize, Option<Picture>)>,
    /// What the pointer was on when the last frame was drawn.
    pointed: Pointed,
    /// A place of the source that was clicked; its rows stay marked.
    clicked: Option<(i32, i32)>,
    /// A row that a click asked to see.
    wanted_row: Option<usize>,
    wanted_line: Option<usize>,
    compare: CompareView,
}

impl Panel for PipelinePanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Pipeline
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::ShowStage(tab) => self.tab = *tab,
            Command::CompareWith(text) => {
                self.tab = StageTab::Compare;
                self.compare.compare_with(text);
            }
            _ => {}
        }
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let Some(document) = &ctx.app.document else {
            return;
        };
        if self.document != ctx.app.opened {
            *self = Self {
                document: ctx.app.opened,
                tab: self.tab,
                listed: self.listed,
                compare: std::mem::take(&mut self.compare),
                ..Self::default()
            };
            self.compare.opened(
                ctx.look.names.program().unwrap_or_default(),
                document.source().text(),
            );
        }
        let name = ctx.look.names.program().unwrap_or("program");
        self.pipeline
            .get_or_insert_with(|| Pipeline::new(document.source().text(), name));
        let theme = ctx.theme;
        self.tabs_ui(ui, theme);
        if self.tab == StageTab::Compare {
            self.compare.ui(ui, ctx, document.source(), name);
            return;
        }
        let running = self.running(ctx);
        self.follow(ctx);
        if !self.prepare(ui, theme) {
            return;
        }
        let (source_rect, stage_rect) = split(ui.available_rect_before_wrap());
        ui.painter().rect_filled(stage_rect, 0.0, theme.inset);
        let mut next = Pointed::default();
        ui.scope_builder(UiBuilder::new().max_rect(source_rect), |ui| {
            ui.set_clip_rect(source_rect.intersect(ui.clip_rect()));
            let marks = source_ui::Marks {
                part: self.pointed.part,
                clicked: self.clicked,
                running: running.as_ref(),
            };
            let found =
                source_ui::show(ui, ctx, document.source(), &marks, self.wanted_line.take());
            next.at = found.pointed;
            if let Some((line, column)) = found.clicked {
                self.clicked = Some((line, column));
                self.wanted_row = self.row_at(line, column);
                ctx.commands
                    .push(Command::Select(Selection::Line(line as u32)));
            }
        });
        let at = self.pointed.at.or(self.clicked);
        ui.scope_builder(UiBuilder::new().max_rect(stage_rect), |ui| {
            ui.set_clip_rect(stage_rect.intersect(ui.clip_rect()));
            next.part = self.stage_ui(ui, ctx, at, running.as_ref());
        });
        if next != self.pointed {
            self.pointed = next;
            ui.ctx().request_repaint();
        }
    }
}

impl PipelinePanel {
    fn tabs_ui(&mut self, ui: &mut Ui, theme: &Theme) {
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = Vec2::new(3.0, 3.0);
                    for tab in StageTab::ALL {
                        let on = tab == self.tab;
                        let color = if on { theme.text } else { theme.text_muted };
                        let button =
                            egui::Button::new(RichText::new(tab.name()).size(13.0).color(color))
                                .fill(if on { theme.accent_soft } else { theme.raised });
                        if ui.add(button).on_hover_text(tab.mirrors()).clicked() {
                            self.tab = tab;
                            self.wanted_row = None;
                        }
                    }
                });
                if self.tab == StageTab::Graph {
                    self.pass_ui(ui, theme);
                }
            });
    }

    /// Which scope and which pass.
    fn pass_ui(&mut self, ui: &mut Ui, theme: &Theme) {
        let Some(Ok(pipeline)) = &self.pipeline else {
            return;
        };
        let units: Vec<&str> = pipeline.units().collect();
        ui.horizontal_wrapped(|ui| {
            let name = |index: usize| units.get(index).copied().unwrap_or_default();
            ComboBox::from_id_salt("scope")
                .selected_text(RichText::new(name(self.unit)).font(theme::mono(13.0)))
                .show_ui(ui, |ui| {
                    for index in 0..units.len() {
                        if ui
                            .selectable_label(self.unit == index, name(index))
                            .clicked()
                        {
                            self.unit = index;
                        }
                    }
                });
            if self
                .passes
                .as_ref()
                .is_none_or(|(unit, _)| *unit != self.unit)
            {
                let passes = pipeline.passes(self.unit);
                // The finished graph is the one to begin with.
                if self.passes.is_none() {
                    self.pass = passes.len().saturating_sub(1);
                }
                self.passes = Some((self.unit, passes));
            }
            let Some((_, passes)) = &self.passes else {
                return;
            };
            self.pass = self.pass.min(passes.len().saturating_sub(1));
            let title = |index: usize| match passes.get(index) {
                None => String::new(),
                Some((name, 0)) => format!("{}  {name}", index + 1),
                Some((name, changed)) => format!("{}  {name}  ({changed} changed)", index + 1),
            };
            if ui
                .add_enabled(self.pass > 0, egui::Button::new("◀"))
                .on_hover_text("The pass before")
                .clicked()
            {
                self.pass -= 1;
            }
            ComboBox::from_id_salt("pass")
                .width(250.0)
                .selected_text(RichText::new(title(self.pass)).size(13.0))
                .show_ui(ui, |ui| {
                    for index in 0..passes.len() {
                        if ui
                            .selectable_label(self.pass == index, title(index))
                            .clicked()
                        {
                            self.pass = index;
                        }
                    }
                });
            if ui
                .add_enabled(self.pass + 1 < passes.len(), egui::Button::new("▶"))
                .on_hover_text("The next pass")
                .clicked()
            {
                self.pass += 1;
            }
            let other = if self.listed { "Draw it" } else { "List it" };
            if ui
                .button(RichText::new(other).size(13.0))
                .on_hover_text("Blocks and edges, or instructions one below the other")
                .clicked()
            {
                self.listed = !self.listed;
            }
            widgets::hint(ui, theme, "green: added · yellow: changed · red: removed");
        });
    }

    const fn stage(&self) -> Stage {
        match self.tab {
            StageTab::Tokens => Stage::Tokens,
            StageTab::Tree => Stage::Tree,
            StageTab::Symbols => Stage::Symbols,
            StageTab::Optimizations => Stage::Optimizations,
            StageTab::Bytecode | StageTab::Compare => Stage::Bytecode,
            StageTab::Graph => Stage::Graph {
                unit: self.unit,
                pass: self.pass,
            },
        }
    }

    /// Makes the rows of the stage shown; says whether there are any.
    fn prepare(&mut self, ui: &mut Ui, theme: &Theme) -> bool {
        let stage = self.stage();
        let pipeline = match &self.pipeline {
            Some(Ok(pipeline)) => pipeline,
            Some(Err(error)) => {
                widgets::empty(ui, theme, "The program cannot be compiled", error);
                return false;
            }
            None => return false,
        };
        if self.rows.as_ref().is_none_or(|(known, _)| *known != stage) {
            self.rows = Some((stage, pipeline.rows(stage)));
        }
        if let Stage::Graph { unit, pass } = stage
            && self
                .picture
                .as_ref()
                .is_none_or(|known| (known.0, known.1) != (unit, pass))
        {
            self.picture = Some((unit, pass, pipeline.picture(unit, pass)));
        }
        if self.rows.as_ref().is_some_and(|(_, rows)| rows.is_empty()) {
            widgets::empty(
                ui,
                theme,
                "Nothing here",
                "The program gave this stage nothing to do.",
            );
            return false;
        }
        true
    }

    /// Where the program stands.
    fn running(&self, ctx: &PanelContext<'_>) -> Option<Running> {
        let place = place(ctx.look, ctx.app.selected.frame, ctx.app.selected.thread)?;
        let Some(Ok(pipeline)) = &self.pipeline else {
            return None;
        };
        let code = ctx.look.code(place.code)?;
        let in_program = ctx.look.names.program() == Some(&*code.co_filename);
        let number = pipeline
            .code_number(&code.co_qualname, code.co_firstlineno)
            .filter(|_| in_program);
        Some(Running {
            position: place.position.unwrap_or(SourceLocation::NONE),
            line: place.program_line?,
            code: number.map(|number| (number, place.offset)),
        })
    }

    /// Shows the flow graph of the scope that runs, when another one begins to.
    fn follow(&mut self, ctx: &PanelContext<'_>) {
        let Some(place) = place(ctx.look, ctx.app.selected.frame, ctx.app.selected.thread) else {
            return;
        };
        let (Some(code), Some(Ok(pipeline))) = (ctx.look.code(place.code), &self.pipeline) else {
            return;
        };
        let unit = pipeline
            .unit_of(&code.co_qualname, code.co_firstlineno)
            .filter(|_| ctx.look.names.program() == Some(&*code.co_filename));
        if unit.is_some() && unit != self.followed {
            self.followed = unit;
            self.unit = unit.unwrap_or_default();
        }
    }

    /// The first row for a place of the source: the one with the smallest part around it.
    fn row_at(&self, line: i32, column: i32) -> Option<usize> {
        let (_, rows) = self.rows.as_ref()?;
        let part = rows_ui::innermost(rows, (line, column));
        rows.iter()
            .position(|row| part.is_some_and(|part| row.loc == part))
            .or_else(|| rows.iter().position(|row| row.loc.lineno == line))
    }

    /// Draws the stage; gives the part of the source behind what the pointer is on.
    fn stage_ui(
        &mut self,
        ui: &mut Ui,
        ctx: &mut PanelContext<'_>,
        at: Option<(i32, i32)>,
        running: Option<&Running>,
    ) -> Option<SourceLocation> {
        let (_, rows) = self.rows.as_ref()?;
        let found = match (&self.picture, self.tab) {
            (Some((unit, pass, Some(picture))), StageTab::Graph) if !self.listed => {
                graph_ui::show(ui, ctx.theme, picture, (*unit, *pass), at, running)
            }
            _ => {
                let reveal = self.wanted_row.or_else(|| {
                    rows.iter()
                        .position(|row| rows_ui::is_running(row, running))
                });
                let salt = (self.tab as usize, self.unit, self.pass);
                rows_ui::show(ui, ctx.theme, rows, salt, at, running, reveal)
            }
        };
        if let Some(line) = found.clicked {
            self.wanted_line = Some(line as usize - 1);
            ctx.commands.push(Command::Select(Selection::Line(line)));
        }
        found.pointed
    }
}

/// What happened in a stage.
#[derive(Clone, Copy, Debug, Default)]
struct StageResponse {
    pointed: Option<SourceLocation>,
    clicked: Option<u32>,
}

/// The source and the stage side by side, or one above the other where the panel is narrow.
fn split(rect: Rect) -> (Rect, Rect) {
    if rect.width() > 640.0 {
        let (left, right) = rect.split_left_right_at_fraction(0.42);
        (left.with_max_x(left.right() - 1.0), right)
    } else {
        let (top, bottom) = rect.split_top_bottom_at_fraction(0.36);
        (top.with_max_y(top.bottom() - 1.0), bottom)
    }
}
