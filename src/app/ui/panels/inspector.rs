//! The Inspector panel: everything about the selected object at this moment.

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::analysis::{CountChange, CountHistory, Holders, count_history};
use crate::app::command::Command;
use crate::app::ui::theme::{self, space};
use crate::app::ui::widgets::{self, fact, frame_link, line_link, moment_link, object_link};
use crate::base::{Moment, ObjId};
use crate::events::LookupEnd;
use crate::views::collector::list_name;
use crate::views::format::{bytes, counted, grouped};
use crate::views::inspector::{
    HolderRow, Inspection, LookupRows, Who, cause_words, class_name, inspect, step_name,
    step_reason,
};

/// Heaps larger than this are not searched for holders at each step.
const MOST_SEARCHED: u64 = 300_000;
/// Changes of the count that are read at most; the curve of more could not be told apart.
const MOST_CHANGES: usize = 50_000;
/// Changes of the count that are listed around the cursor.
const CHANGES: usize = 14;

/// The panel; what it computed is kept until something changes.
#[derive(Debug, Default)]
pub struct InspectorPanel {
    built: Option<(u64, Option<ObjId>)>,
    inspection: Option<Inspection>,
    history: Option<CountHistory>,
    /// The object, its birth, and how much was recorded when the history was read.
    history_of: Option<(ObjId, Moment, u64)>,
    changes: Vec<ChangeRow>,
}

/// A change of the count with its cause.
#[derive(Debug)]
struct ChangeRow {
    change: CountChange,
    cause: String,
    line: u32,
}

impl Panel for InspectorPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Inspector
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let selected = ctx.app.selected.object;
        let Some(object) = selected else {
            widgets::empty(
                ui,
                ctx.theme,
                "No object selected",
                "Click an object, a variable or a value: here is its header, its count with everyone who holds it, and its history.",
            );
            return;
        };
        if self.built != Some((ctx.app.revision, selected)) {
            self.built = Some((ctx.app.revision, selected));
            self.look_at(ctx, object);
        }
        let Some(inspection) = &self.inspection else {
            widgets::empty(
                ui,
                ctx.theme,
                "Not alive at this moment",
                "The selected object does not exist yet, or was freed. Step back, or select another one.",
            );
            return;
        };
        head_ui(ui, ctx, inspection);
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin {
                        left: 12,
                        right: 12,
                        top: 4,
                        bottom: 12,
                    })
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.spacing_mut().item_spacing.y = 3.0;
                        facts_ui(ui, ctx, inspection);
                        holders_ui(ui, ctx, inspection);
                        path_ui(ui, ctx, inspection);
                        self.history_ui(ui, ctx);
                        references_ui(ui, ctx, inspection);
                        mro_ui(ui, ctx, inspection);
                        if let Some(lookup) = &inspection.lookup {
                            lookup_ui(ui, ctx, lookup);
                        }
                    });
            });
    }
}

impl InspectorPanel {
    fn look_at(&mut self, ctx: &PanelContext<'_>, object: ObjId) {
        let look = ctx.look;
        let holders = (look.state.live_objects <= MOST_SEARCHED).then(|| Holders::of(look.state));
        self.inspection = inspect(look, object, holders.as_ref());
        let Some(view) = look.object(object) else {
            self.history = None;
            self.history_of = None;
            return;
        };
        let of = (object, view.born, look.recording.len());
        if self.history_of != Some(of) {
            self.history_of = Some(of);
            let at = look.state.moment;
            self.history = count_history(look.recording, object, at, MOST_CHANGES)
                .ok()
                .flatten();
        }
        let changes = self.history.as_ref().map_or(&[][..], |h| &h.changes);
        let at = changes.partition_point(|change| change.moment < ctx.app.cursor);
        let first = at
            .saturating_sub(CHANGES / 2 + 1)
            .min(changes.len().saturating_sub(CHANGES));
        self.changes = changes
            .iter()
            .skip(first)
            .take(CHANGES)
            .map(|change| {
                let (cause, line) = cause_words(look, change);
                ChangeRow {
                    change: *change,
                    cause,
                    line,
                }
            })
            .collect();
    }
}

/// The type, the repr and the count in a band of the type's color.
fn head_ui(ui: &mut Ui, ctx: &PanelContext<'_>, inspection: &Inspection) {
    let theme = ctx.theme;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 40.0), Sense::hover());
    let color = theme.type_color(&inspection.type_name);
    ui.painter().rect_filled(rect, 0.0, color);
    let name = widgets::clipped(
        ui,
        rect,
        12.0,
        rect.width() * 0.4,
        &inspection.type_name,
        theme::mono_strong(15.0),
        theme.ink,
    );
    let x = name.right() - rect.left() + 14.0;
    let count = inspection.count.map_or_else(
        || "immortal ∞".to_owned(),
        |count| format!("ob_refcnt {count}"),
    );
    let count_width = count.len() as f32 * 8.4 + 20.0;
    widgets::clipped(
        ui,
        rect,
        x,
        rect.width() - x - count_width - 16.0,
        &inspection.repr,
        theme::mono(14.0),
        theme.ink,
    );
    let right = Rect::from_min_size(
        Pos2::new(rect.right() - count_width - 8.0, rect.top() + 8.0),
        Vec2::new(count_width, 24.0),
    );
    ui.painter()
        .rect_filled(right, theme.corner_radius, theme.ink);
    ui.painter().text(
        right.center(),
        Align2::CENTER_CENTER,
        count,
        theme::mono_strong(13.5),
        color,
    );
}

fn facts_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, inspection: &Inspection) {
    let theme = ctx.theme;
    let plain = |ui: &mut Ui, text: String| {
        ui.label(RichText::new(text).font(theme::mono(13.0)));
    };
    ui.add_space(space::XS);
    fact(ui, theme, "ob_type", |ui| {
        object_link(
            ui,
            theme,
            ctx.commands,
            inspection.type_id,
            "type",
            &format!("<class '{}'>", inspection.type_name),
        );
    });
    fact(ui, theme, "id()", |ui| {
        plain(ui, format!("{:#x}", inspection.address));
    });
    fact(ui, theme, "getsizeof", |ui| {
        plain(ui, bytes(u64::from(inspection.size)));
        if inspection.reused {
            widgets::hint(ui, theme, "from a free list");
        }
    });
    fact(ui, theme, "born", |ui| {
        widgets::hint(ui, theme, "moment");
        moment_link(ui, theme, ctx.commands, inspection.born);
        if inspection.born_line > 0 {
            line_link(ui, theme, ctx.commands, inspection.born_line);
            widgets::hint(ui, theme, &format!("in {}", inspection.born_function));
        }
    });
    if let Some((objects, size)) = &inspection.retains {
        fact(ui, theme, "keeps alive", |ui| {
            let words = match objects {
                0 => "nothing: no root reaches it".to_owned(),
                1 => format!("itself alone, {size}"),
                many => format!(
                    "{} besides itself, {size} in all",
                    counted(many - 1, "object", "objects")
                ),
            };
            plain(ui, words);
        });
    }
    fact(ui, theme, "collector", |ui| {
        if inspection.gc {
            plain(ui, list_name(inspection.gc_list).to_owned());
            if let Some(refs) = inspection.gc_refs {
                ui.label(
                    RichText::new(format!("gc_refs {refs}"))
                        .font(theme::mono(13.0))
                        .color(theme.gc_pass),
                );
            }
        } else {
            plain(ui, "its type takes no part".to_owned());
        }
        if inspection.in_dealloc {
            ui.label(RichText::new("being deallocated").color(theme.error));
        }
    });
    if !inspection.weakrefs.is_empty() {
        fact(ui, theme, "weakrefs", |ui| {
            for &weakref in &inspection.weakrefs {
                let text = ctx.look.short(weakref, 24);
                object_link(ui, theme, ctx.commands, weakref, "weakref", &text);
            }
        });
    }
    if !inspection.referent.is_null() {
        fact(ui, theme, "refers to", |ui| {
            let type_name = ctx.look.type_name(inspection.referent);
            object_link(
                ui,
                theme,
                ctx.commands,
                inspection.referent,
                type_name,
                &ctx.look.short(inspection.referent, 40),
            );
        });
    }
}

fn holder_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, holder: &HolderRow) {
    let theme = ctx.theme;
    ui.spacing_mut().item_spacing.x = 5.0;
    match holder.who {
        Who::Object(object) => {
            object_link(
                ui,
                theme,
                ctx.commands,
                object,
                &holder.type_name,
                &holder.name,
            );
        }
        Who::Frame(frame) => {
            frame_link(ui, theme, ctx.commands, frame, &holder.name);
        }
        Who::Interpreter => {
            ui.label(
                RichText::new(&holder.name)
                    .font(theme::mono(13.0))
                    .color(theme.text_muted),
            );
        }
    }
    ui.add(
        egui::Label::new(
            RichText::new(&holder.place)
                .font(theme::mono(13.0))
                .color(theme.text),
        )
        .truncate(),
    );
}

fn holders_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, inspection: &Inspection) {
    let theme = ctx.theme;
    let Some(count) = inspection.count else {
        widgets::section(ui, theme, "Who holds it");
        widgets::hint(
            ui,
            theme,
            "Immortal: nobody counts its references (PEP 683).",
        );
        return;
    };
    widgets::section(
        ui,
        theme,
        &format!(
            "Who holds it: {}",
            counted(u64::from(count), "reference", "references")
        ),
    );
    for (index, holder) in inspection.holders.iter().enumerate() {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(22.0, 18.0), Sense::hover());
            ui.painter().text(
                rect.right_center(),
                Align2::RIGHT_CENTER,
                (index + 1).to_string(),
                theme::mono(12.0),
                theme.text_faint,
            );
            holder_ui(ui, ctx, holder);
        });
    }
    if inspection.unaccounted > 0 {
        let many = u64::from(inspection.unaccounted);
        widgets::hint(
            ui,
            theme,
            &format!(
                "and {} by native code that is running",
                counted(many, "reference", "references")
            ),
        );
    }
}

fn path_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, inspection: &Inspection) {
    let theme = ctx.theme;
    if inspection.count.is_none() {
        return;
    }
    widgets::section(ui, theme, "Why it is alive");
    for (depth, holder) in inspection.path.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.add_space(depth.min(8) as f32 * 12.0);
            widgets::hint(ui, theme, if depth == 0 { "root" } else { "└" });
            holder_ui(ui, ctx, holder);
        });
    }
    if inspection.path.is_empty() {
        let words = if ctx.look.state.live_objects > MOST_SEARCHED {
            "The heap is too large to search at each step."
        } else {
            "No root reaches it by counted references: native code holds it, or it is garbage that waits for the collector."
        };
        widgets::hint(ui, theme, words);
    }
}

impl InspectorPanel {
    fn history_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let Some(history) = self.history.as_ref().filter(|h| h.changes.len() > 1) else {
            return;
        };
        let more = if history.more { "the first " } else { "" };
        widgets::section(
            ui,
            theme,
            &format!(
                "History of its count: {more}{} changes",
                grouped(history.changes.len() as u64)
            ),
        );
        curve_ui(ui, ctx, &history.changes);
        for row in &self.changes {
            let after = Moment(row.change.moment.0 + 1);
            let here = after <= ctx.app.cursor;
            let now = after == ctx.app.cursor;
            ui.horizontal(|ui| {
                let (old, new) = (row.change.old, row.change.new);
                let (word, color) = if new > old {
                    (format!("+{}", new - old), theme.refcount_up)
                } else {
                    (format!("−{}", old - new), theme.refcount_down)
                };
                let (rect, _) = ui.allocate_exact_size(Vec2::new(68.0, 18.0), Sense::hover());
                if now {
                    ui.painter()
                        .rect_filled(rect, theme.corner_radius, theme.accent_soft);
                }
                let middle = rect.center().y;
                ui.painter().text(
                    Pos2::new(rect.left() + 26.0, middle),
                    Align2::RIGHT_CENTER,
                    word,
                    theme::mono_strong(13.0),
                    color,
                );
                ui.painter().text(
                    Pos2::new(rect.left() + 62.0, middle),
                    Align2::RIGHT_CENTER,
                    format!("→ {new}"),
                    theme::mono(13.0),
                    if here { theme.text } else { theme.text_faint },
                );
                moment_link(ui, theme, ctx.commands, after);
                if row.line > 0 {
                    line_link(ui, theme, ctx.commands, row.line);
                }
                ui.add(
                    egui::Label::new(
                        RichText::new(&row.cause)
                            .font(theme::mono(12.5))
                            .color(theme.text_muted),
                    )
                    .truncate(),
                );
            });
        }
    }
}

fn references_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, inspection: &Inspection) {
    if inspection.holds.is_empty() {
        return;
    }
    widgets::section(
        ui,
        ctx.theme,
        &format!(
            "What it holds: {}",
            counted(inspection.held as u64, "reference", "references")
        ),
    );
    for (place, held) in &inspection.holds {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(120.0, 18.0), Sense::hover());
            widgets::clipped(
                ui,
                rect,
                8.0,
                110.0,
                place,
                theme::mono(13.0),
                ctx.theme.text_muted,
            );
            let type_name = ctx.look.type_name(*held);
            let text = ctx.look.short(*held, 60);
            object_link(ui, ctx.theme, ctx.commands, *held, type_name, &text);
        });
    }
    if inspection.held > inspection.holds.len() {
        let more = (inspection.held - inspection.holds.len()) as u64;
        widgets::hint(ui, ctx.theme, &format!("and {} more", grouped(more)));
    }
}

/// The method resolution order, and how the C3 merge came to it.
fn mro_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, inspection: &Inspection) {
    if inspection.mro.len() < 2 {
        return;
    }
    let theme = ctx.theme;
    let (_, first) = &inspection.mro[0];
    widgets::section(ui, theme, &format!("Method resolution order of {first}"));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (index, (type_, name)) in inspection.mro.iter().enumerate() {
            if index > 0 {
                widgets::hint(ui, theme, "→");
            }
            object_link(ui, theme, ctx.commands, *type_, "type", name);
        }
    });
    if inspection.merge.is_empty() {
        widgets::hint(
            ui,
            theme,
            "At most one base: its order follows the class as it is.",
        );
        return;
    }
    widgets::hint(
        ui,
        theme,
        "C3: take the first head that stands in no tail; then strike it everywhere.",
    );
    for (number, step) in inspection.merge.iter().enumerate() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            ui.label(
                RichText::new(format!("{}.", number + 1))
                    .font(theme::mono(12.5))
                    .color(theme.text_faint),
            );
            for list in &step.lists {
                let names: Vec<String> = list
                    .iter()
                    .map(|&class| class_name(ctx.look, class))
                    .collect();
                let takes = list.first() == Some(&step.taken);
                let color = if takes { theme.text } else { theme.text_muted };
                ui.label(
                    RichText::new(format!("[{}]", names.join(" ")))
                        .font(theme::mono(12.5))
                        .color(color),
                );
            }
            let taken = class_name(ctx.look, step.taken);
            widgets::hint(ui, theme, "takes");
            object_link(ui, theme, ctx.commands, step.taken, "type", &taken);
            for (class, _) in &step.passed_over {
                let words = format!("({} stands in a tail)", class_name(ctx.look, *class));
                widgets::hint(ui, theme, &words);
            }
        });
    }
}

/// The count over the object's life as a staircase; a click goes there.
fn curve_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, changes: &[CountChange]) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), 56.0),
        Sense::click_and_drag(),
    );
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Slider, true, "Count over time")
    });
    ui.painter()
        .rect_filled(rect, theme.corner_radius, theme.inset);
    let area = rect.shrink2(Vec2::new(8.0, 6.0));
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
        return;
    };
    let start = first.moment.0 as f64;
    let end = (last.moment.0 as f64)
        .max(ctx.app.cursor.0 as f64)
        .max(start + 1.0);
    let most = changes
        .iter()
        .map(|change| change.new.max(change.old))
        .max()
        .unwrap_or(1)
        .max(1) as f32;
    let x = |moment: f64| area.left() + ((moment - start) / (end - start)) as f32 * area.width();
    let y = |count: u32| area.bottom() - count as f32 / most * area.height();
    let step = (changes.len() / 2000).max(1);
    let mut points = Vec::new();
    for change in changes.iter().step_by(step) {
        let at = x(change.moment.0 as f64);
        points.push(Pos2::new(at, y(change.old)));
        points.push(Pos2::new(at, y(change.new)));
    }
    points.push(Pos2::new(area.right(), y(last.new)));
    ui.painter()
        .add(egui::Shape::line(points, Stroke::new(1.6, theme.series[0])));
    let cursor = x(ctx.app.cursor.0 as f64);
    if (area.left()..=area.right()).contains(&cursor) {
        ui.painter()
            .vline(cursor, rect.y_range(), Stroke::new(1.5, theme.accent));
    }
    if (response.clicked() || response.dragged())
        && let Some(at) = response.interact_pointer_pos()
    {
        let part = f64::from(((at.x - area.left()) / area.width()).clamp(0.0, 1.0));
        ctx.commands
            .push(Command::GoTo(Moment((start + part * (end - start)) as u64)));
    }
}

fn lookup_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, lookup: &LookupRows) {
    let theme = ctx.theme;
    widgets::section(ui, theme, "Last attribute look-up of the running thread");
    ui.horizontal(|ui| {
        let type_name = ctx.look.type_name(lookup.obj);
        object_link(
            ui,
            theme,
            ctx.commands,
            lookup.obj,
            type_name,
            &lookup.obj_text,
        );
        ui.label(RichText::new(format!(".{}", lookup.name)).font(theme::mono_strong(13.0)));
    });
    for (index, step) in lookup.steps.iter().enumerate() {
        let last = index + 1 == lookup.steps.len();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let (rect, _) = ui.allocate_exact_size(Vec2::new(22.0, 20.0), Sense::hover());
            let center = rect.center();
            let color = if step.found {
                theme.refcount_up
            } else {
                theme.text_faint
            };
            let from = if index == 0 {
                center.y
            } else {
                rect.top() - 2.0
            };
            let to = if last { center.y } else { rect.bottom() + 2.0 };
            ui.painter()
                .vline(center.x, from..=to, Stroke::new(1.5, theme.border_strong));
            if step.found {
                ui.painter().circle_filled(center, 5.0, color);
            } else {
                ui.painter().circle_filled(center, 5.0, theme.panel);
                ui.painter()
                    .circle_stroke(center, 4.5, Stroke::new(1.5, color));
            }
            ui.label(RichText::new(step_name(step.step)).size(13.0))
                .on_hover_text(step_reason(step.step));
            if !step.place.is_null() {
                let type_name = ctx.look.type_name(step.place);
                object_link(
                    ui,
                    theme,
                    ctx.commands,
                    step.place,
                    type_name,
                    &step.place_text,
                );
            }
            let mark = match (step.found, last) {
                (true, true) => "found: stops here",
                (true, false) => "found",
                (false, _) => "not there",
            };
            ui.label(RichText::new(mark).size(12.5).color(color));
        });
    }
    match &lookup.end {
        Some((LookupEnd::Found, value, text)) => {
            ui.horizontal(|ui| {
                ui.add_space(8.0);
                widgets::hint(ui, theme, "gives");
                let type_name = ctx.look.type_name(*value);
                object_link(ui, theme, ctx.commands, *value, type_name, text);
            });
        }
        Some((LookupEnd::AttributeError, ..)) => {
            ui.label(RichText::new("AttributeError").color(theme.error));
        }
        None => {
            widgets::hint(ui, theme, "still going on");
        }
    }
}
