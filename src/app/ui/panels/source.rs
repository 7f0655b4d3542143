//! The Source panel: the program's text with what just ran, what runs next, and what the current
//! instruction computes.

use egui::{Align2, Pos2, Rect, ScrollArea, Sense, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::document::Document;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, Theme};
use crate::app::ui::widgets::{self, VirtualRows};
use crate::views::place::{Place, place};
use crate::views::source::{Part, SourceText};

const ROW: f32 = 21.0;
/// The size of source text.
pub const FONT: f32 = 14.0;
/// Room for breakpoints and line numbers.
const GUTTER: f32 = 58.0;

/// The panel.
#[derive(Debug, Default)]
pub struct SourcePanel {
    /// A line that a command asked to see.
    wanted: Option<u32>,
    editing: Option<String>,
    /// Where the program stands, and in which revision that was found out.
    place: Option<(u64, Option<Place>)>,
}

impl Panel for SourcePanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Source
    }

    fn command(&mut self, command: &Command) {
        if let Command::Select(Selection::Line(line)) = command {
            self.wanted = Some(*line);
        }
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let Some(document) = &ctx.app.document else {
            return;
        };
        if let Some(error) = document.syntax_error() {
            error_ui(ui, ctx.theme, &error.text);
        }
        if self.editing.is_some() {
            self.edit_ui(ui, ctx);
            return;
        }
        let source = document.source();
        if source.is_empty() {
            widgets::empty(
                ui,
                ctx.theme,
                "No source",
                "The recording holds no text for this program.",
            );
            return;
        }
        if self.place.as_ref().map(|(revision, _)| *revision) != Some(ctx.app.revision) {
            let found = place(ctx.look, ctx.app.selected.frame, ctx.app.selected.thread);
            self.place = Some((ctx.app.revision, found));
        }
        let place = self.place.as_ref().and_then(|(_, place)| place.clone());
        let shown_line = place.as_ref().and_then(|place| place.program_line);
        let error_line = document.syntax_error().and_then(|error| error.line);
        let reveal = self
            .wanted
            .take()
            .or(shown_line)
            .or(error_line)
            .map(|line| line as usize - 1);
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, ctx.theme.inset);
        let gutter = Rect::from_min_max(rect.min, Pos2::new(rect.left() + GUTTER, rect.bottom()));
        ui.painter().rect_filled(gutter, 0.0, ctx.theme.panel);
        let char_width = ui
            .ctx()
            .fonts_mut(|fonts| fonts.glyph_width(&theme::mono(FONT), 'm'));
        let width = GUTTER + 24.0 + source.longest() as f32 * char_width;
        let can_edit = document.can_run();
        ScrollArea::horizontal()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.set_min_width(width.max(rect.width()));
                VirtualRows::new("source", ROW, source.len())
                    .reveal(reveal)
                    .show(ui, |ui, index, row| {
                        line_ui(ui, ctx, source, place.as_ref(), index + 1, row, char_width);
                    });
            });
        if can_edit && ui.rect_contains_pointer(rect) {
            let button = Rect::from_min_size(
                rect.right_bottom() + Vec2::new(-62.0, -40.0),
                Vec2::new(46.0, 24.0),
            );
            let edit = egui::Button::new(egui::RichText::new("Edit").size(12.5));
            if ui
                .put(button, edit)
                .on_hover_text("Change the program and run it again")
                .clicked()
            {
                self.editing = Some(source.text().to_owned());
            }
        }
    }
}

impl SourcePanel {
    fn edit_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let Some(text) = &mut self.editing else {
            return;
        };
        let mut done = false;
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            if ui
                .button("Run")
                .on_hover_text("Run the changed program")
                .clicked()
            {
                ctx.commands.push(Command::RunSource(text.clone()));
                done = true;
            }
            if ui.button("Discard").clicked() {
                done = true;
            }
        });
        let theme = ctx.theme;
        let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, _wrap: f32| {
            let job = highlighted(&SourceText::new(buffer.as_str()), theme);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        ScrollArea::both()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.add(
                    egui::TextEdit::multiline(text)
                        .code_editor()
                        .desired_width(f32::INFINITY)
                        .desired_rows(30)
                        .layouter(&mut layouter),
                );
            });
        if done {
            self.editing = None;
        }
    }
}

fn error_ui(ui: &mut Ui, theme: &Theme, error: &str) {
    egui::Frame::new()
        .fill(theme.raised)
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(
                egui::RichText::new(error)
                    .font(theme::mono(13.0))
                    .color(theme.error),
            );
        });
}

fn part_color(theme: &Theme, part: Part) -> egui::Color32 {
    match part {
        Part::Plain => theme.text,
        Part::Keyword => theme.syntax.keyword,
        Part::Definition => theme.syntax.definition,
        Part::Builtin => theme.syntax.builtin,
        Part::String => theme.syntax.string,
        Part::Number => theme.syntax.number,
        Part::Comment => theme.syntax.comment,
        Part::Operator => theme.syntax.operator,
        Part::Decorator => theme.syntax.decorator,
    }
}

/// One line with its colors, appended to a layout job.
pub fn append_line(
    job: &mut egui::text::LayoutJob,
    source: &SourceText,
    lineno: usize,
    theme: &Theme,
) {
    let line = source.line(lineno);
    let mut at = 0;
    let mut add = |range: std::ops::Range<usize>, color| {
        if let Some(text) = line.get(range).filter(|text| !text.is_empty()) {
            job.append(
                text,
                0.0,
                egui::TextFormat::simple(theme::mono(FONT), color),
            );
        }
    };
    for span in source.spans(lineno) {
        add(at..span.range.start, theme.text);
        add(span.range.clone(), part_color(theme, span.part));
        at = span.range.end;
    }
    add(at..line.len(), theme.text);
}

/// A whole text with its colors, for an editor.
pub fn highlighted(source: &SourceText, theme: &Theme) -> egui::text::LayoutJob {
    let mut job = egui::text::LayoutJob::default();
    for lineno in 1..=source.len() {
        append_line(&mut job, source, lineno, theme);
        job.append(
            "\n",
            0.0,
            egui::TextFormat::simple(theme::mono(FONT), theme.text),
        );
    }
    job
}

fn line_ui(
    ui: &Ui,
    ctx: &mut PanelContext<'_>,
    source: &SourceText,
    place: Option<&Place>,
    lineno: usize,
    row: Rect,
    char_width: f32,
) {
    let theme = ctx.theme;
    let painter = ui.painter();
    let number = lineno as u32;
    let text_left = row.left() + GUTTER + 10.0;
    let just_ran = place.is_some_and(|place| place.executed_line == Some(number));
    let next = place.is_some_and(|place| place.program_line == Some(number));
    let field = Rect::from_min_max(Pos2::new(row.left() + GUTTER, row.top()), row.max);
    if next {
        painter.rect_filled(field, 0.0, theme.next_line);
    } else if just_ran {
        painter.rect_filled(field, 0.0, theme.executed_line);
    } else if ctx.app.selected.line == Some(number) {
        painter.rect_filled(field, 0.0, theme.accent_soft);
    }
    gutter_ui(ui, ctx, number, row, next, just_ran);
    let painter = ui.painter();
    let line = source.line(lineno);
    let error = ctx
        .app
        .document
        .as_ref()
        .and_then(Document::syntax_error)
        .filter(|error| error.line == Some(number));
    if let Some(columns) = error.and_then(|error| error.columns.as_ref()) {
        let left = text_left + columns.start as f32 * char_width;
        let under = Rect::from_min_max(
            Pos2::new(left, row.top()),
            Pos2::new(left + columns.len() as f32 * char_width, row.bottom()),
        );
        painter.rect_filled(under, 2.0, theme.error.gamma_multiply(0.35));
        painter.hline(
            under.x_range(),
            row.bottom() - 2.0,
            Stroke::new(2.0, theme.error),
        );
    }
    if next
        && let Some(range) =
            place.and_then(|place| source.covered(place.position.as_ref()?, lineno))
    {
        let before = line[..range.start].chars().count() as f32 * char_width;
        let width = line[range].chars().count() as f32 * char_width;
        let left = text_left + before;
        let under = Rect::from_min_max(
            Pos2::new(left, row.bottom() - 3.5),
            Pos2::new(left + width, row.bottom() - 1.5),
        );
        painter.rect_filled(under, 1.0, theme.subexpression);
    }
    let mut job = egui::text::LayoutJob::default();
    append_line(&mut job, source, lineno, theme);
    if !job.is_empty() {
        job.wrap.max_width = f32::INFINITY;
        let galley = painter.layout_job(job);
        painter.galley(
            Pos2::new(text_left, row.center().y - galley.size().y / 2.0),
            galley,
            theme.text,
        );
    }
    for (place_line, name, color) in place
        .into_iter()
        .flat_map(|place| &place.other_threads)
        .filter_map(|other| {
            Some((
                other.line?,
                other.name.as_str(),
                theme.series[other.thread.0 as usize % theme.series.len()],
            ))
        })
    {
        if place_line == number {
            let right = Pos2::new(ui.clip_rect().right() - 12.0, row.center().y);
            let text = painter.text(
                right,
                Align2::RIGHT_CENTER,
                name,
                theme::strong(11.5),
                color,
            );
            painter.circle_filled(text.left_center() - Vec2::new(8.0, 0.0), 3.5, color);
        }
    }
}

fn gutter_ui(
    ui: &Ui,
    ctx: &mut PanelContext<'_>,
    number: u32,
    row: Rect,
    next: bool,
    just_ran: bool,
) {
    let theme = ctx.theme;
    let gutter = Rect::from_min_max(row.min, Pos2::new(row.left() + GUTTER, row.bottom()));
    let response = ui.interact(gutter, ui.id().with(("gutter", number)), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::WidgetType::Button,
            true,
            format!("Breakpoint at line {number}"),
        )
    });
    let dot = Pos2::new(gutter.left() + 11.0, gutter.center().y);
    let painter = ui.painter();
    if ctx.app.breakpoints.contains(&number) {
        painter.circle_filled(dot, 5.0, theme.breakpoint);
    } else if response.hovered() {
        painter.circle_stroke(dot, 5.0, Stroke::new(1.5, theme.breakpoint));
    }
    let color = if next { theme.text } else { theme.text_faint };
    painter.text(
        gutter.right_center() - Vec2::new(18.0, 0.0),
        Align2::RIGHT_CENTER,
        number.to_string(),
        theme::mono(12.5),
        color,
    );
    let tip = Pos2::new(gutter.right() - 5.0, gutter.center().y);
    if next {
        painter.add(egui::Shape::convex_polygon(
            vec![tip + Vec2::new(-8.0, -5.0), tip, tip + Vec2::new(-8.0, 5.0)],
            theme.warning,
            Stroke::NONE,
        ));
    } else if just_ran {
        painter.circle_filled(tip - Vec2::new(4.0, 0.0), 2.5, theme.refcount_up);
    }
    if response.clicked() {
        ctx.commands.push(Command::ToggleBreakpoint(number));
    }
    let menu_line = number;
    response
        .on_hover_text("Click: breakpoint. Right click: go to this line's next run")
        .context_menu(|ui| {
            if ui
                .button(format!("Next time line {menu_line} runs"))
                .clicked()
            {
                ctx.commands.push(Command::RunToLine(menu_line));
                ui.close();
            }
            if ui.button("Breakpoint on or off").clicked() {
                ctx.commands.push(Command::ToggleBreakpoint(menu_line));
                ui.close();
            }
        });
}
