//! The Bytecode panel: the listing of the frame in view, with the instruction that runs next, jump
//! arrows, specialized forms, handlers, and the value stack.

use std::collections::BTreeMap;

use egui::{Align2, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, mix, space};
use crate::app::ui::widgets::{self, VirtualRows, moment_link, object_link};
use crate::base::SourceLocation;
use crate::events::CodeId;
use crate::views::bytecode::{
    CodeView, Effect, Specialization, last_effect, opcode_name, specializations,
};
use crate::views::format::counted;
use crate::views::frames::{Variable, stack_of};
use crate::views::look::cut;
use crate::views::place::place;

const ROW: f32 = 20.0;
const FONT: f32 = 13.0;
const LANE: f32 = 7.0;
/// The advance of a character of the code font at 13 points, and what stands behind a value.
const CHAR: f32 = 7.85;
const ROOM_FOR_COUNT: f32 = 70.0;
/// One square for each unit of an inline cache.
const CACHE: f32 = 5.0;
/// A listing narrower than this has no columns.
const NARROW: f32 = 380.0;
/// Specializations listed at most.
const MOST_LISTED: usize = 200;

/// What stands below the listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Below {
    #[default]
    Stack,
    Handlers,
    Specialized,
}

/// The panel; listings are made once for each code object.
#[derive(Debug, Default)]
pub struct BytecodePanel {
    listings: BTreeMap<CodeId, CodeView>,
    document: u64,
    below: Below,
    built: Option<(u64, CodeId)>,
    effect: Option<Effect>,
    specialized: Vec<Specialization>,
    /// The code and the length of the recording that `specialized` is of.
    specialized_of: Option<(CodeId, u64)>,
}

impl Panel for BytecodePanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Bytecode
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.document != ctx.app.opened {
            self.document = ctx.app.opened;
            self.listings.clear();
        }
        let place = place(ctx.look, ctx.app.selected.frame, ctx.app.selected.thread);
        let here = place.as_ref().map(|place| (place.code, place.offset));
        let Some(shown) = ctx.app.selected.code.or(here.map(|(code, _)| code)) else {
            widgets::empty(
                ui,
                ctx.theme,
                "No frame runs",
                "The program has not started yet, or it is over.",
            );
            return;
        };
        if let std::collections::btree_map::Entry::Vacant(e) = self.listings.entry(shown) {
            let Some(code) = ctx.look.code(shown) else {
                return;
            };
            e.insert(CodeView::new(shown, code));
        }
        if self.built != Some((ctx.app.revision, shown)) {
            self.built = Some((ctx.app.revision, shown));
            let frame = place.as_ref().filter(|p| p.code == shown).map(|p| p.frame);
            self.effect = frame.and_then(|frame| last_effect(ctx.look, frame));
            let of = (shown, ctx.look.recording.len());
            if self.specialized_of != Some(of) {
                self.specialized_of = Some(of);
                self.specialized = specializations(ctx.look.recording, shown);
            }
        }
        let view = &self.listings[&shown];
        let current = here
            .filter(|&(code, _)| code == shown)
            .and_then(|(_, offset)| view.row_of(offset));
        Self::head_ui(ui, ctx, shown);
        let stack = place
            .as_ref()
            .filter(|p| p.code == shown)
            .map(|p| stack_of(ctx.look, p.frame))
            .unwrap_or_default();
        let room = ui.available_height();
        let table = (room - (room * 0.36).clamp(110.0, 230.0)).max(60.0);
        ui.allocate_ui(Vec2::new(ui.available_width(), table), |ui| {
            ui.set_height(table);
            Self::table_ui(ui, ctx, &self.listings[&shown], current);
        });
        self.below_ui(ui, ctx, shown, current, &stack);
    }
}

impl BytecodePanel {
    fn head_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, shown: CodeId) {
        let Some(code) = ctx.look.code(shown) else {
            return;
        };
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(10, 4))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.label(RichText::new(&*code.co_qualname).font(theme::mono_strong(13.5)));
                    let facts = format!(
                        "line {} · stacksize {}",
                        code.co_firstlineno, code.co_stacksize
                    );
                    ui.add(
                        egui::Label::new(RichText::new(facts).size(12.0).color(theme.text_faint))
                            .truncate(),
                    );
                    if ctx.app.selected.code.is_some()
                        && widgets::link(
                            ui,
                            RichText::new("back to the running frame")
                                .size(12.0)
                                .color(theme.accent),
                        )
                        .clicked()
                    {
                        ctx.commands.push(Command::ClearSelection);
                    }
                });
            });
    }

    fn table_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, view: &CodeView, current: Option<usize>) {
        let theme = ctx.theme;
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, theme.inset);
        let lanes = view.lanes.min(6) as f32 * LANE + 10.0;
        let line_width = 44.0;
        let offset_x = line_width + lanes;
        let name_x = offset_x + 40.0;
        let rows = &view.listing.instructions;
        let longest = rows
            .iter()
            .map(|i| i.opcode.name().len())
            .max()
            .unwrap_or(10)
            .min(26);
        let arg_x = name_x + longest as f32 * 7.85 + 10.0;
        VirtualRows::new(("bytecode", view.id.0), ROW, rows.len())
            .reveal(current)
            .show(ui, |ui, index, row| {
                let instruction = &rows[index];
                let response = ui.interact(row, ui.id().with(("row", index)), Sense::click());
                response.widget_info(|| {
                    egui::WidgetInfo::selected(
                        egui::WidgetType::SelectableLabel,
                        true,
                        current == Some(index),
                        format!("{} {}", instruction.opcode.name(), instruction.argrepr),
                    )
                });
                let painter = ui.painter();
                if instruction.starts_line && index > 0 {
                    painter.hline(
                        row.x_range(),
                        row.top(),
                        Stroke::new(1.0, theme.border.gamma_multiply(0.7)),
                    );
                }
                if current == Some(index) {
                    painter.rect_filled(row, 0.0, theme.next_line);
                    painter.rect_filled(
                        Rect::from_min_size(row.min, Vec2::new(3.0, ROW)),
                        0.0,
                        theme.warning,
                    );
                } else if response.hovered() {
                    painter.rect_filled(row, 0.0, theme.raised);
                }
                let width = row.width();
                let live = ctx.look.state.specialized(view.id, instruction.offset.0);
                let special = live
                    .map(opcode_name)
                    .filter(|&name| name != instruction.opcode.name());
                let name = special.unwrap_or_else(|| instruction.opcode.name());
                if instruction.starts_line
                    && let Some(line) = instruction.line_number
                {
                    painter.text(
                        Pos2::new(row.left() + line_width - 8.0, row.center().y),
                        Align2::RIGHT_CENTER,
                        line.to_string(),
                        theme::mono(12.5),
                        theme.text_muted,
                    );
                }
                if let Some(label) = instruction.label {
                    painter.text(
                        Pos2::new(row.left() + offset_x + 34.0, row.center().y),
                        Align2::RIGHT_CENTER,
                        format!("L{label}"),
                        theme::mono_strong(12.0),
                        theme.accent,
                    );
                } else {
                    painter.text(
                        Pos2::new(row.left() + offset_x + 34.0, row.center().y),
                        Align2::RIGHT_CENTER,
                        (instruction.offset.0 * 2).to_string(),
                        theme::mono(11.5),
                        theme.text_faint,
                    );
                }
                let color = if special.is_some() {
                    theme.refcount_up
                } else {
                    theme.text
                };
                widgets::clipped(
                    ui,
                    row,
                    name_x,
                    width - name_x - 6.0,
                    name,
                    theme::mono(FONT),
                    color,
                );
                // Without room for columns the argument follows its instruction.
                let narrow = width < NARROW;
                let arg_left = if narrow || name.len() > longest {
                    name_x + name.len() as f32 * 7.85 + 10.0
                } else {
                    arg_x
                };
                let caches = if narrow {
                    0
                } else {
                    instruction.opcode.cache_entries()
                };
                let arg = match (instruction.arg, instruction.argrepr.as_str()) {
                    (Some(arg), "") => arg.to_string(),
                    (_, repr) => repr.to_owned(),
                };
                let tone = mix(theme.text_muted, theme.syntax.string, 0.5);
                widgets::clipped(
                    ui,
                    row,
                    arg_left,
                    width - arg_left - 12.0 - caches as f32 * (CACHE + 1.5),
                    &arg,
                    theme::mono(FONT),
                    tone,
                );
                for unit in 0..caches {
                    let corner = Pos2::new(
                        row.right() - 8.0 - (caches - unit) as f32 * (CACHE + 1.5),
                        row.center().y - CACHE / 2.0,
                    );
                    let square = Rect::from_min_size(corner, Vec2::splat(CACHE));
                    if special.is_some() {
                        ui.painter().rect_filled(square, 1.0, theme.refcount_up);
                    } else {
                        ui.painter().rect_stroke(
                            square,
                            1.0,
                            Stroke::new(1.0, theme.border_strong),
                            egui::StrokeKind::Inside,
                        );
                    }
                }
                if response.clicked() && instruction.line_number.is_some_and(|line| line > 0) {
                    let line = instruction.line_number.unwrap_or(1) as u32;
                    ctx.commands.push(Command::Select(Selection::Line(line)));
                }
                response.on_hover_ui(|ui| hover_ui(ui, ctx, view, index, special));
            });
        arrows(ui, theme, view, rect, line_width, lanes, current);
    }
}

fn hover_ui(
    ui: &mut Ui,
    ctx: &PanelContext<'_>,
    view: &CodeView,
    index: usize,
    special: Option<&str>,
) {
    let theme = ctx.theme;
    let instruction = &view.listing.instructions[index];
    ui.label(RichText::new(instruction.opcode.name()).font(theme::mono_strong(14.0)));
    if let Some(special) = special {
        ui.label(RichText::new(format!("specialized: {special}")).color(theme.refcount_up));
    }
    ui.label(RichText::new(instruction.opcode.info().meaning).size(13.0));
    let mut facts = format!("offset {}", instruction.offset.0 * 2);
    if let Some(arg) = instruction.arg {
        facts = format!("{facts} · oparg {arg}");
    }
    let caches = instruction.opcode.cache_entries();
    if caches > 0 {
        let names: Vec<&str> = instruction.cache_info.iter().map(|c| c.name).collect();
        facts = format!(
            "{facts} · inline cache of {} ({})",
            counted(caches as u64, "unit", "units"),
            names.join(", ")
        );
    }
    ui.label(RichText::new(facts).size(12.5).color(theme.text_muted));
    let SourceLocation {
        lineno,
        col_offset,
        end_lineno,
        end_col_offset,
    } = instruction.positions;
    if lineno > 0 && col_offset >= 0 {
        let text = format!("source {lineno}:{col_offset} to {end_lineno}:{end_col_offset}");
        ui.label(RichText::new(text).size(12.5).color(theme.text_muted));
    }
    for handler in view.handlers(index) {
        let text = format!(
            "an exception here goes to L{}, stack cut to {}",
            handler.target_label, handler.entry.depth
        );
        ui.label(RichText::new(text).size(12.5).color(theme.error));
    }
}

/// Jumps as lines between the line numbers and the offsets.
fn arrows(
    ui: &Ui,
    theme: &theme::Theme,
    view: &CodeView,
    rect: Rect,
    x: f32,
    width: f32,
    current: Option<usize>,
) {
    let id = egui::Id::new(("bytecode", view.id.0)).with("offset");
    let offset: f32 = ui.data(|data| data.get_temp(id).unwrap_or(0.0));
    let painter = ui.painter_at(rect);
    let right = rect.left() + x + width;
    for jump in view.jumps.iter().filter(|jump| jump.lane < 6) {
        let y = |row: usize| rect.top() + row as f32 * ROW + ROW / 2.0 - offset;
        let (from, to) = (y(jump.from), y(jump.to));
        if from.max(to) < rect.top() || from.min(to) > rect.bottom() {
            continue;
        }
        let lane = right - 8.0 - (jump.lane as f32 + 0.5) * LANE;
        let active = current == Some(jump.from);
        let color = if active {
            theme.warning
        } else {
            theme.text_faint
        };
        let stroke = Stroke::new(if active { 2.0 } else { 1.2 }, color);
        painter.add(Shape::line(
            vec![
                Pos2::new(right - 2.0, from),
                Pos2::new(lane, from),
                Pos2::new(lane, to),
                Pos2::new(right - 2.0, to),
            ],
            stroke,
        ));
        let tip = Pos2::new(right + 1.0, to);
        painter.add(Shape::convex_polygon(
            vec![tip, tip + Vec2::new(-6.0, -3.5), tip + Vec2::new(-6.0, 3.5)],
            color,
            Stroke::NONE,
        ));
    }
}

impl BytecodePanel {
    /// The value stack, the exception table or the specializations, one at a time.
    fn below_ui(
        &mut self,
        ui: &mut Ui,
        ctx: &mut PanelContext<'_>,
        shown: CodeId,
        current: Option<usize>,
        stack: &[Variable],
    ) {
        let view = &self.listings[&shown];
        let handlers = view.listing.exception_table.len();
        let so_far = self
            .specialized
            .iter()
            .filter(|one| one.moment <= ctx.app.cursor)
            .count();
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 4))
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    let tabs = [
                        (Below::Stack, format!("Value stack {}", stack.len())),
                        (Below::Handlers, format!("Handlers {handlers}")),
                        (Below::Specialized, format!("Specialized {so_far}")),
                    ];
                    for (tab, words) in tabs {
                        let text = RichText::new(words).size(12.5);
                        if ui.selectable_label(self.below == tab, text).clicked() {
                            self.below = tab;
                        }
                    }
                });
                egui::ScrollArea::vertical()
                    .id_salt(("below the listing", self.below as u8))
                    .auto_shrink([false, false])
                    .show(ui, |ui| match self.below {
                        Below::Stack => stack_ui(ui, ctx, stack, self.effect.as_ref()),
                        Below::Handlers => handlers_ui(ui, ctx, view, current),
                        Below::Specialized => specialized_ui(ui, ctx, view, &self.specialized),
                    });
            });
    }
}

/// The value stack, top first, with what the last instruction did to the counts.
fn stack_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, stack: &[Variable], effect: Option<&Effect>) {
    let theme = ctx.theme;
    if stack.is_empty() {
        widgets::hint(ui, theme, "The value stack is empty.");
    }
    let change_of = |object| {
        effect
            .and_then(|effect| effect.changes.get(&object))
            .copied()
            .unwrap_or(0)
    };
    for (number, value) in stack.iter().rev().enumerate() {
        ui.horizontal(|ui| {
            let place = if number == 0 {
                "top".to_owned()
            } else {
                (stack.len() - 1 - number).to_string()
            };
            let (rect, _) = ui.allocate_exact_size(Vec2::new(26.0, 18.0), Sense::hover());
            ui.painter().text(
                rect.right_center(),
                Align2::RIGHT_CENTER,
                place,
                theme::mono(11.5),
                theme.text_faint,
            );
            if value.object.is_null() {
                ui.label(
                    RichText::new("NULL")
                        .font(theme::mono(13.0))
                        .color(theme.text_faint),
                );
                return;
            }
            let room = (ui.available_width() - ROOM_FOR_COUNT) / CHAR;
            object_link(
                ui,
                theme,
                ctx.commands,
                value.object,
                &value.type_name,
                &cut(&value.text, room.max(6.0) as usize),
            );
            let count = value
                .count
                .map_or_else(|| "∞".to_owned(), |count| count.to_string());
            ui.label(
                RichText::new(count)
                    .font(theme::mono(12.5))
                    .color(theme.text_muted),
            )
            .on_hover_text("ob_refcnt");
            change_ui(ui, ctx, change_of(value.object));
        });
    }
    let Some(effect) = effect else { return };
    let gone = effect
        .changes
        .iter()
        .filter(|(object, _)| !stack.iter().any(|value| value.object == **object));
    let gone: Vec<_> = gone
        .filter(|(object, _)| ctx.look.object(**object).is_some())
        .take(12)
        .collect();
    if gone.is_empty() {
        return;
    }
    ui.add_space(space::XS);
    let words = format!("{} also changed", opcode_name(effect.opcode));
    widgets::hint(ui, theme, &words);
    for (&object, &change) in gone {
        ui.horizontal(|ui| {
            ui.add_space(26.0);
            let type_name = ctx.look.type_name(object);
            let text = ctx.look.short(object, 36);
            object_link(ui, theme, ctx.commands, object, type_name, &text);
            change_ui(ui, ctx, change);
        });
    }
}

fn change_ui(ui: &mut Ui, ctx: &PanelContext<'_>, change: i64) {
    if change == 0 {
        return;
    }
    let color = if change > 0 {
        ctx.theme.refcount_up
    } else {
        ctx.theme.refcount_down
    };
    ui.label(
        RichText::new(format!("{change:+}").replace('-', "−"))
            .font(theme::mono_strong(12.5))
            .color(color),
    );
}

/// The exception table; the entries that protect the current instruction stand out.
fn handlers_ui(ui: &mut Ui, ctx: &PanelContext<'_>, view: &CodeView, current: Option<usize>) {
    let theme = ctx.theme;
    if view.listing.exception_table.is_empty() {
        widgets::hint(
            ui,
            theme,
            "No handler: an exception here leaves the function.",
        );
    }
    let offset = current.map(|row| view.listing.instructions[row].offset.0);
    for handler in &view.listing.exception_table {
        let active =
            offset.is_some_and(|at| (handler.entry.start..handler.entry.end).contains(&at));
        let words = format!(
            "L{} to L{} → L{}  stack cut to {}{}",
            handler.start_label,
            handler.end_label,
            handler.target_label,
            handler.entry.depth,
            if handler.entry.lasti {
                ", offset pushed"
            } else {
                ""
            }
        );
        ui.horizontal(|ui| {
            let color = if active {
                theme.error
            } else {
                theme.text_muted
            };
            ui.label(RichText::new(words).font(theme::mono(12.5)).color(color));
            if active {
                widgets::hint(ui, theme, "protects the current instruction");
            }
        });
    }
}

/// When instructions were rewritten to forms for the types that they met.
fn specialized_ui(
    ui: &mut Ui,
    ctx: &mut PanelContext<'_>,
    view: &CodeView,
    specialized: &[Specialization],
) {
    let theme = ctx.theme;
    if specialized.is_empty() {
        widgets::hint(
            ui,
            theme,
            "No instruction of this code runs often enough in this run to be specialized.",
        );
    }
    for one in specialized.iter().take(MOST_LISTED) {
        ui.horizontal(|ui| {
            let past = one.moment <= ctx.app.cursor;
            moment_link(ui, theme, ctx.commands, one.moment);
            let line = view
                .row_of(one.offset)
                .and_then(|row| view.listing.instructions[row].line_number);
            let words = format!(
                "{} {} → {}",
                one.offset * 2,
                opcode_name(one.old),
                opcode_name(one.new)
            );
            let color = if past {
                theme.refcount_up
            } else {
                theme.text_faint
            };
            ui.label(RichText::new(words).font(theme::mono(12.5)).color(color));
            if let Some(line) = line.filter(|&line| line > 0) {
                widgets::hint(ui, theme, &format!("line {line}"));
            }
        });
    }
}
