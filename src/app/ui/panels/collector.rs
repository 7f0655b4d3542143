//! The Collector panel: the generations, a pass phase by phase with `gc_refs` on every object, and
//! the list of passes.

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, mix, space};
use crate::app::ui::widgets::{self, moment_link};
use crate::base::Moment;
use crate::events::{GcList, GcPhase};
use crate::views::collector::{Candidate, Generation, PHASES, candidates, generations, list_name};
use crate::views::format::{counted, grouped};

/// Objects drawn at most.
const MOST_OBJECTS: usize = 600;
const CELL: Vec2 = Vec2::new(164.0, 42.0);

/// The panel.
#[derive(Debug, Default)]
pub struct CollectorPanel {
    built: Option<u64>,
    generations: Vec<Generation>,
    candidates: Vec<Candidate>,
    others: usize,
}

impl Panel for CollectorPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Collector
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.built != Some(ctx.app.revision) {
            self.built = Some(ctx.app.revision);
            self.generations = generations(ctx.look);
            (self.candidates, self.others) = candidates(ctx.look, MOST_OBJECTS);
        }
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        self.generations_ui(ui, ctx);
                        pass_ui(ui, ctx);
                        self.objects_ui(ui, ctx);
                        passes_ui(ui, ctx);
                    });
            });
    }
}

impl CollectorPanel {
    /// Each generation as a lane: how full its counter is, and how many objects it has.
    fn generations_ui(&self, ui: &mut Ui, ctx: &PanelContext<'_>) {
        let theme = ctx.theme;
        let most = self
            .generations
            .iter()
            .map(|g| g.objects)
            .max()
            .unwrap_or(1)
            .max(1);
        for generation in self
            .generations
            .iter()
            .filter(|g| g.list != GcList::Permanent || g.objects > 0)
        {
            let (rect, response) =
                ui.allocate_exact_size(Vec2::new(ui.available_width(), 30.0), Sense::hover());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(
                    egui::WidgetType::Label,
                    true,
                    format!("{}: {} objects", generation.name, generation.objects),
                )
            });
            let painter = ui.painter();
            painter.text(
                rect.left_center(),
                Align2::LEFT_CENTER,
                generation.name,
                theme::strong(13.5),
                theme.text,
            );
            let bars = Rect::from_min_max(
                rect.min + Vec2::new(112.0, 4.0),
                rect.max - Vec2::new(250.0, 4.0),
            );
            if bars.width() > 40.0 {
                painter.rect_filled(bars, 3.0, theme.inset);
                let part = |objects: u32| bars.width() * objects as f32 / most as f32;
                let all = Rect::from_min_size(
                    bars.min,
                    Vec2::new(part(generation.objects), bars.height()),
                );
                painter.rect_filled(all, 3.0, mix(theme.panel, theme.gc_pass, 0.35));
                let own = Rect::from_min_size(
                    bars.min,
                    Vec2::new(part(generation.of_the_program), bars.height()),
                );
                painter.rect_filled(own, 3.0, theme.gc_pass);
                let text = format!(
                    "{} · {} of the program",
                    counted(u64::from(generation.objects), "object", "objects"),
                    grouped(u64::from(generation.of_the_program))
                );
                let galley =
                    painter.layout_no_wrap(text, egui::FontId::proportional(12.0), theme.text);
                let at = bars.left_center() + Vec2::new(8.0, -galley.size().y / 2.0);
                painter.rect_filled(
                    Rect::from_min_size(at, galley.size()).expand2(Vec2::new(4.0, 1.0)),
                    3.0,
                    theme.panel.gamma_multiply(0.75),
                );
                painter.galley(at, galley, theme.text);
            }
            if let Some((count, threshold)) = generation.count {
                let meter = Rect::from_min_size(
                    Pos2::new(rect.right() - 236.0, rect.top() + 9.0),
                    Vec2::new(96.0, 12.0),
                );
                painter.rect_filled(meter, 3.0, theme.inset);
                let full = if threshold == 0 {
                    0.0
                } else {
                    (count as f32 / threshold as f32).min(1.0)
                };
                let color = if full >= 1.0 {
                    theme.warning
                } else {
                    theme.accent
                };
                painter.rect_filled(
                    Rect::from_min_size(meter.min, Vec2::new(meter.width() * full, meter.height())),
                    3.0,
                    color,
                );
                painter.text(
                    Pos2::new(meter.right() + 8.0, rect.center().y),
                    Align2::LEFT_CENTER,
                    format!(
                        "count {} of {}",
                        grouped(u64::from(count)),
                        grouped(u64::from(threshold))
                    ),
                    egui::FontId::proportional(12.5),
                    theme.text_muted,
                );
            }
            response.on_hover_text(format!("The count: {}.", generation.counts_what));
        }
        if !ctx.look.state.gc.enabled {
            widgets::badge(
                ui,
                theme,
                "gc.disable(): no automatic passes",
                theme.warning,
            );
        }
    }

    /// The tracked objects of the program: each keeps its place while the pass works on it.
    fn objects_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let pass = ctx.look.state.gc.pass;
        widgets::section(
            ui,
            theme,
            &format!(
                "Tracked objects of the program: {}",
                grouped(self.candidates.len() as u64)
            ),
        );
        if self.candidates.is_empty() {
            widgets::hint(
                ui,
                theme,
                "The program has made no object that the collector tracks.",
            );
        }
        let columns = ((ui.available_width() + space::S) / (CELL.x + space::S))
            .floor()
            .max(1.0) as usize;
        let width = (ui.available_width() - (columns as f32 - 1.0) * space::S) / columns as f32;
        let rows = self.candidates.len().div_ceil(columns);
        let (area, _) = ui.allocate_exact_size(
            Vec2::new(ui.available_width(), rows as f32 * (CELL.y + 6.0)),
            Sense::hover(),
        );
        for (index, candidate) in self.candidates.iter().enumerate() {
            let at = area.min
                + Vec2::new(
                    (index % columns) as f32 * (width + space::S),
                    (index / columns) as f32 * (CELL.y + 6.0),
                );
            let rect = Rect::from_min_size(at, Vec2::new(width, CELL.y));
            if ui.is_rect_visible(rect) {
                cell_ui(ui, ctx, candidate, rect, pass.is_some());
            }
        }
        if self.others > 0 {
            let text = format!(
                "and {} of the interpreter and its library",
                counted(self.others as u64, "object", "objects")
            );
            widgets::hint(ui, theme, &text);
        }
    }
}

fn cell_ui(ui: &Ui, ctx: &mut PanelContext<'_>, candidate: &Candidate, rect: Rect, in_pass: bool) {
    let theme = ctx.theme;
    let response = ui.interact(
        rect,
        ui.id().with(("candidate", candidate.id)),
        Sense::click(),
    );
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::WidgetType::Button,
            true,
            format!(
                "{} {}, {}",
                candidate.type_name,
                candidate.text,
                list_name(candidate.list)
            ),
        )
    });
    let unreachable = matches!(candidate.list, GcList::Unreachable);
    let chosen = ctx.app.selected.object == Some(candidate.id);
    let ground = if chosen {
        theme.accent_soft
    } else if unreachable {
        mix(theme.panel, theme.cycle, 0.22)
    } else {
        theme.raised
    };
    let outline = if unreachable {
        Stroke::new(1.6, theme.cycle)
    } else if response.hovered() || chosen {
        Stroke::new(1.2, theme.accent)
    } else {
        Stroke::new(1.0, theme.border)
    };
    ui.painter().rect(
        rect,
        theme.corner_radius,
        ground,
        outline,
        StrokeKind::Inside,
    );
    let mark = Rect::from_min_size(rect.min, Vec2::new(4.0, rect.height()));
    ui.painter()
        .rect_filled(mark, 2.0, theme.type_color(&candidate.type_name));
    let upper = Rect::from_min_size(
        rect.min + Vec2::new(0.0, 3.0),
        Vec2::new(rect.width(), 18.0),
    );
    let lower = Rect::from_min_size(
        rect.min + Vec2::new(0.0, 21.0),
        Vec2::new(rect.width(), 18.0),
    );
    widgets::clipped(
        ui,
        upper,
        12.0,
        rect.width() - 56.0,
        &candidate.text,
        theme::mono(12.5),
        theme.text,
    );
    let number = |text: String, at: Pos2, color| {
        ui.painter().text(
            at,
            Align2::RIGHT_CENTER,
            text,
            theme::mono_strong(12.5),
            color,
        );
    };
    if in_pass {
        let color = if candidate.gc_refs > 0 {
            theme.refcount_up
        } else {
            theme.gc_pass
        };
        let words = format!("gc_refs {}", candidate.gc_refs);
        number(words, lower.right_center() - Vec2::new(8.0, 0.0), color);
    }
    number(
        candidate.ob_refcnt.to_string(),
        upper.right_center() - Vec2::new(8.0, 0.0),
        theme.text_muted,
    );
    // While a pass runs, gc_refs needs the room; what matters then is whether it is unreachable.
    let place = match (unreachable, in_pass) {
        (true, _) => "unreachable",
        (false, true) => "",
        (false, false) => list_name(candidate.list),
    };
    let color = if unreachable {
        theme.error
    } else {
        theme.text_faint
    };
    widgets::clipped(
        ui,
        lower,
        12.0,
        rect.width() - 20.0,
        place,
        egui::FontId::proportional(12.0),
        color,
    );
    if response.clicked() {
        ctx.commands
            .push(Command::Select(Selection::Object(candidate.id)));
    }
}

/// The phases of the pass in view as steps; each leads to its moment.
fn pass_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    let Some(document) = &ctx.app.document else {
        return;
    };
    let model = document.timeline();
    let cursor = ctx.app.cursor.0;
    let current = ctx.look.state.gc.pass;
    let pass = match current {
        Some(pass) => model
            .passes()
            .iter()
            .find(|stretch| stretch.start == pass.start.0),
        None => model
            .passes()
            .iter()
            .rev()
            .find(|stretch| stretch.end <= cursor),
    };
    let Some(pass) = pass else {
        widgets::section(ui, theme, "No pass yet");
        let next = model
            .passes()
            .iter()
            .find(|stretch| stretch.start >= cursor);
        ui.horizontal(|ui| match next {
            Some(next) => {
                widgets::hint(ui, theme, "The next one begins at moment");
                moment_link(ui, theme, ctx.commands, Moment(next.start + 1));
            }
            None => {
                widgets::hint(ui, theme, "No pass follows in this recording.");
            }
        });
        return;
    };
    let why = if pass.what.automatic {
        "a threshold was reached"
    } else {
        "gc.collect() was called"
    };
    let title = if current.is_some() {
        format!("Pass over generation {} now: {why}", pass.what.generation)
    } else {
        format!(
            "Last pass: generation {}, {} collected, {} uncollectable",
            pass.what.generation,
            grouped(u64::from(pass.what.collected)),
            grouped(u64::from(pass.what.uncollectable))
        )
    };
    widgets::section(ui, theme, &title);
    let phases: Vec<(GcPhase, u64)> = model
        .phases()
        .iter()
        .filter(|phase| phase.start >= pass.start && phase.start < pass.end)
        .map(|phase| (phase.what, phase.start))
        .collect();
    let now = current.and_then(|pass| pass.phase);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(4.0, 4.0);
        for (number, &(phase, start)) in phases.iter().enumerate() {
            let Some((_, name, about)) = PHASES.iter().find(|(known, ..)| *known == phase) else {
                continue;
            };
            let here = now == Some(phase) && cursor > start;
            let past = cursor > start;
            let color = if here {
                theme.ink
            } else if past {
                theme.text
            } else {
                theme.text_muted
            };
            let fill = if here { theme.gc_pass } else { theme.raised };
            let text = RichText::new(format!("{} {name}", number + 1))
                .font(theme::mono(12.5))
                .color(color);
            if ui
                .add(egui::Button::new(text).fill(fill))
                .on_hover_text(*about)
                .clicked()
            {
                ctx.commands.push(Command::GoTo(Moment(start + 1)));
            }
        }
    });
    let words = now
        .and_then(|now| PHASES.iter().find(|(known, ..)| *known == now))
        .map(|(_, _, about)| *about);
    if let Some(words) = words {
        ui.label(RichText::new(words).size(13.5));
    }
}

fn passes_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    let Some(document) = &ctx.app.document else {
        return;
    };
    let first = document.first().0;
    let passes: Vec<_> = document
        .timeline()
        .passes()
        .iter()
        .filter(|pass| pass.start >= first)
        .collect();
    widgets::section(
        ui,
        theme,
        &format!("Passes of this run: {}", grouped(passes.len() as u64)),
    );
    for pass in passes.iter().take(200) {
        ui.horizontal(|ui| {
            let past = pass.start < ctx.app.cursor.0;
            let color = if past { theme.text } else { theme.text_faint };
            widgets::hint(ui, theme, "moment");
            moment_link(ui, theme, ctx.commands, Moment(pass.start + 1));
            let why = if pass.what.automatic {
                "threshold"
            } else {
                "gc.collect()"
            };
            let text = format!(
                "generation {} · {why} · {} collected · {} uncollectable",
                pass.what.generation,
                grouped(u64::from(pass.what.collected)),
                pass.what.uncollectable
            );
            ui.add(egui::Label::new(RichText::new(text).size(13.0).color(color)).truncate());
        });
    }
}
