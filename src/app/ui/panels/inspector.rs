//! The Inspector panel: everything about the selected object at this moment.

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, space};
use crate::app::ui::widgets::{self, fact, frame_link, line_link, moment_link, object_link};
use crate::base::ObjId;
use crate::events::LookupEnd;
use crate::views::collector::list_name;
use crate::views::format::{bytes, counted, grouped};
use crate::views::history::{CountChange, History};
use crate::views::inspector::{Holder, Inspection, LookupRows, Who, inspect, step_name, why_alive};

/// Heaps larger than this are searched for the way from a root only when asked.
const MOST_SEARCHED: u64 = 300_000;
/// Changes of the count that are listed around the cursor.
const CHANGES: usize = 14;

/// The panel; what it computed is kept until something changes.
#[derive(Debug, Default)]
pub struct InspectorPanel {
    built: Option<(u64, Option<ObjId>)>,
    inspection: Option<Inspection>,
    path: Option<Vec<Holder>>,
    history: History,
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
            self.inspection = inspect(ctx.look, object);
            self.path = if ctx.look.state.live_objects <= MOST_SEARCHED {
                why_alive(ctx.look, object)
            } else {
                None
            };
            let born = ctx.look.object(object).map(|object| object.born);
            if let Some(born) = born {
                self.history.follow(ctx.look.recording, object, born);
            }
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
                        self.path_ui(ui, ctx);
                        self.history_ui(ui, ctx);
                        self.references_ui(ui, ctx);
                        if let Some(lookup) = &inspection.lookup {
                            lookup_ui(ui, ctx, lookup);
                        }
                    });
            });
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
    if inspection.mro.len() > 1 {
        fact(ui, theme, "MRO", |ui| {
            for (index, (type_, name)) in inspection.mro.iter().enumerate() {
                if index > 0 {
                    widgets::hint(ui, theme, "→");
                }
                object_link(ui, theme, ctx.commands, *type_, "type", name);
            }
        });
    }
}

fn holder_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, holder: &Holder) {
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

impl InspectorPanel {
    fn path_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        widgets::section(ui, theme, "Why it is alive");
        match &self.path {
            Some(path) => {
                for (depth, holder) in path.iter().enumerate() {
                    ui.horizontal(|ui| {
                        ui.add_space(depth.min(8) as f32 * 12.0);
                        widgets::hint(ui, theme, if depth == 0 { "root" } else { "└" });
                        holder_ui(ui, ctx, holder);
                    });
                }
            }
            None if ctx.look.state.live_objects > MOST_SEARCHED => {
                widgets::hint(ui, theme, "The heap is too large to search at each step.");
            }
            None => {
                widgets::hint(
                    ui,
                    theme,
                    "No root reaches it by counted references: native code holds it, or it is garbage that waits for the collector.",
                );
            }
        }
    }

    fn history_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let changes = self.history.changes();
        if changes.len() < 2 {
            return;
        }
        widgets::section(
            ui,
            theme,
            &format!(
                "History of its count: {} changes",
                grouped(changes.len() as u64)
            ),
        );
        curve_ui(ui, ctx, changes);
        let at = changes.partition_point(|change| change.moment <= ctx.app.cursor);
        let first = at.saturating_sub(CHANGES / 2);
        for change in changes.iter().skip(first).take(CHANGES) {
            let here = change.moment <= ctx.app.cursor;
            ui.horizontal(|ui| {
                let (word, color) = if change.new > change.old {
                    (format!("+{}", change.new - change.old), theme.refcount_up)
                } else {
                    (format!("−{}", change.old - change.new), theme.refcount_down)
                };
                let (rect, _) = ui.allocate_exact_size(Vec2::new(68.0, 18.0), Sense::hover());
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
                    format!("→ {}", change.new),
                    theme::mono(13.0),
                    if here { theme.text } else { theme.text_faint },
                );
                widgets::hint(ui, theme, "moment");
                moment_link(ui, theme, ctx.commands, change.moment);
                if change.line > 0 {
                    line_link(ui, theme, ctx.commands, change.line);
                }
            });
        }
    }

    fn references_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let Some(inspection) = &self.inspection else {
            return;
        };
        if inspection.holds.is_empty() {
            return;
        }
        widgets::section(
            ui,
            ctx.theme,
            &format!("What it holds: {}", inspection.holds.len()),
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
    }
}

/// The count over the object's life as a staircase; a click goes there.
fn curve_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, changes: &[CountChange]) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), 56.0),
        Sense::click_and_drag(),
    );
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
        ctx.commands.push(Command::GoTo(crate::base::Moment(
            (start + part * (end - start)) as u64,
        )));
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
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            let (mark, color) = if step.found {
                ("found", theme.refcount_up)
            } else {
                ("not there", theme.text_faint)
            };
            ui.label(
                RichText::new(format!("{}.", index + 1))
                    .font(theme::mono(12.5))
                    .color(theme.text_faint),
            );
            ui.label(RichText::new(step_name(step.step)).size(13.0));
            if !step.place.is_null() {
                let link = widgets::link(
                    ui,
                    RichText::new(&step.place_text)
                        .font(theme::mono(12.5))
                        .color(theme.accent),
                );
                if link.clicked() {
                    ctx.commands
                        .push(Command::Select(Selection::Object(step.place)));
                }
            }
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
