//! The Collector panel: the generations as lanes, a pass told step by step with `gc_refs` on every
//! object, and the list of passes.

use std::time::Duration;

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind, say_busy};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, mix, space};
use crate::app::ui::widgets::{self, Icon, icon_button, moment_link};
use crate::base::{Moment, ObjId};
use crate::events::{GcList, GcPhase};
use crate::trace::Direction;
use crate::views::collector::{
    Candidate, Generation, PHASES, Told, Verdict, candidates, generations, step_of_pass, told,
    verdict,
};
use crate::views::format::{counted, grouped};

/// Objects drawn at most.
const MOST_OBJECTS: usize = 2_000;
const CELL: Vec2 = Vec2::new(176.0, 46.0);
/// From this width on every phase of a pass is named.
const ROOM_FOR_NAMES: f32 = 1_000.0;
/// The side of an object in the lane of its generation.
const SQUARE: f32 = 11.0;
/// Steps of a pass in a second while it plays.
const STEPS_A_SECOND: f64 = 3.0;

/// The panel.
#[derive(Debug, Default)]
pub struct CollectorPanel {
    built: Option<u64>,
    generations: Vec<Generation>,
    candidates: Vec<Candidate>,
    others: usize,
    told: Option<Told>,
    next: Option<Moment>,
    previous: Option<Moment>,
    /// Objects of imported modules too.
    all: bool,
    /// When the last step was played.
    playing: Option<f64>,
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
            self.told = told(ctx.look);
            self.next = step_of_pass(ctx.look, Direction::Forward);
            self.previous = step_of_pass(ctx.look, Direction::Backward);
        }
        self.play(ui, ctx);
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        self.generations_ui(ui, ctx);
                        self.pass_ui(ui, ctx);
                        self.objects_ui(ui, ctx);
                        passes_ui(ui, ctx);
                    });
            });
    }
}

impl CollectorPanel {
    /// Goes on to the next step when its time has come; stops where the pass ends.
    fn play(&mut self, ui: &Ui, ctx: &mut PanelContext<'_>) {
        let Some(since) = self.playing else { return };
        let now = ui.input(|i| i.time);
        // Begun before a pass, it goes on to that; begun within one, it ends with that.
        let told_to_the_end = since > 0.0 && ctx.look.state.gc.pass.is_none();
        if now - since >= 1.0 / STEPS_A_SECOND {
            self.playing = self.next.filter(|_| !told_to_the_end).map(|next| {
                ctx.commands.push(Command::GoTo(next));
                now
            });
        }
        say_busy(ui.ctx());
        ui.ctx().request_repaint_after(Duration::from_millis(40));
    }

    /// Each generation as a lane: the program's objects in the order of their age, and how full its
    /// counter is.
    fn generations_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let in_pass = ctx.look.state.gc.pass.is_some();
        for generation in &self.generations {
            let list = generation.list;
            if list != GcList::Permanent || generation.objects > 0 {
                let members = |one: &&Candidate| one.list == list;
                self.lane_ui(ui, ctx, generation.name, Some(generation), &members);
            }
        }
        let condemned =
            |one: &&Candidate| matches!(one.list, GcList::Unreachable | GcList::Finalizers);
        if in_pass {
            self.lane_ui(ui, ctx, "Unreachable", None, &condemned);
        }
        if !ctx.look.state.gc.enabled {
            widgets::badge(
                ui,
                ctx.theme,
                "gc.disable(): no automatic passes",
                ctx.theme.warning,
            );
        }
    }

    fn lane_ui(
        &self,
        ui: &mut Ui,
        ctx: &mut PanelContext<'_>,
        name: &str,
        generation: Option<&Generation>,
        is_member: &dyn Fn(&&Candidate) -> bool,
    ) {
        let theme = ctx.theme;
        let members: Vec<&Candidate> = self.candidates.iter().filter(is_member).collect();
        let (rect, response) =
            ui.allocate_exact_size(Vec2::new(ui.available_width(), 32.0), Sense::click());
        let objects = generation.map_or(members.len() as u32, |g| g.objects);
        let words = format!(
            "{name}: {}",
            counted(u64::from(objects), "object", "objects")
        );
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::WidgetType::Label, true, words.clone())
        });
        let painter = ui.painter_at(rect);
        painter.text(
            rect.left_top() + Vec2::new(0.0, 3.0),
            Align2::LEFT_TOP,
            name,
            theme::strong(13.5),
            theme.text,
        );
        let note = counted(u64::from(objects), "object", "objects");
        painter.text(
            rect.left_bottom() - Vec2::new(0.0, 2.0),
            Align2::LEFT_BOTTOM,
            note,
            egui::FontId::proportional(11.5),
            theme.text_faint,
        );
        let meter_width = if rect.width() > 560.0 { 206.0 } else { 118.0 };
        let lane = Rect::from_min_max(
            rect.min + Vec2::new(128.0, 3.0),
            rect.max - Vec2::new(meter_width + 8.0, 3.0),
        );
        if lane.width() > 40.0 {
            painter.rect_filled(lane, 3.0, theme.inset);
            self.squares_ui(ui, ctx, lane, &members, &response);
        }
        if let Some((generation, (count, threshold))) = generation.and_then(|g| Some((g, g.count?)))
        {
            meter(ui, ctx, rect, meter_width, count, threshold);
            response.on_hover_text(format!("The count: {}.", generation.counts_what));
        }
    }

    fn squares_ui(
        &self,
        ui: &Ui,
        ctx: &mut PanelContext<'_>,
        lane: Rect,
        members: &[&Candidate],
        response: &egui::Response,
    ) {
        let theme = ctx.theme;
        let painter = ui.painter_at(lane);
        let rows = 2;
        let step = SQUARE + 2.0;
        let fit = ((lane.width() - 8.0) / step).floor().max(1.0) as usize * rows;
        // The oldest at the left; where they do not fit, the youngest are shown.
        let skipped = members.len().saturating_sub(fit);
        let pointer = response.hover_pos();
        for (number, one) in members.iter().skip(skipped).enumerate() {
            let at = lane.min
                + Vec2::new(
                    5.0 + (number / rows) as f32 * step,
                    2.0 + (number % rows) as f32 * step,
                );
            let square = Rect::from_min_size(at, Vec2::splat(SQUARE));
            let tone = theme.type_color(&one.type_name);
            let color = if one.own {
                tone
            } else {
                mix(theme.inset, tone, 0.4)
            };
            painter.rect_filled(square, 2.0, color);
            let told = self.told.as_ref().is_some_and(|told| told.object == one.id);
            let chosen = ctx.app.selected.object == Some(one.id);
            if told || chosen {
                let stroke = Stroke::new(2.0, theme.accent);
                painter.rect_stroke(square, 2.0, stroke, StrokeKind::Outside);
            }
            if pointer.is_some_and(|at| square.expand(1.0).contains(at)) {
                let stroke = Stroke::new(1.5, theme.text);
                painter.rect_stroke(square, 2.0, stroke, StrokeKind::Outside);
                let words = format!(
                    "{} {}\nborn at moment {}",
                    one.type_name,
                    one.text,
                    ctx.look
                        .object(one.id)
                        .map_or_else(String::new, |o| grouped(o.born.0 + 1))
                );
                egui::Tooltip::for_enabled(response).show(|ui| ui.label(words));
                if response.clicked() {
                    ctx.commands
                        .push(Command::Select(Selection::Object(one.id)));
                }
            }
        }
    }

    /// The pass in view: its phases as steps, and the story of what just happened.
    fn pass_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
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
        let title = match (pass, current) {
            (None, _) => "No pass yet".to_owned(),
            (Some(pass), Some(_)) => {
                let why = if pass.what.automatic {
                    "a threshold was reached"
                } else {
                    "gc.collect() was called"
                };
                format!("Pass over generation {} now: {why}", pass.what.generation)
            }
            (Some(pass), None) => format!(
                "Last pass: generation {}, {} collected, {} uncollectable",
                pass.what.generation,
                grouped(u64::from(pass.what.collected)),
                grouped(u64::from(pass.what.uncollectable))
            ),
        };
        widgets::section(ui, theme, &title);
        self.story_ui(ui, ctx, current.is_some());
        let Some(pass) = pass else { return };
        let phases: Vec<(GcPhase, u64)> = model
            .phases()
            .iter()
            .filter(|phase| phase.start >= pass.start && phase.start < pass.end)
            .map(|phase| (phase.what, phase.start))
            .collect();
        let now = current.and_then(|pass| pass.phase);
        let reached = phases.partition_point(|&(_, start)| start < cursor);
        // With little room only the phase that runs is named; the others are their numbers.
        let roomy = ui.available_width() > ROOM_FOR_NAMES;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::new(4.0, 4.0);
            for (number, &(phase, start)) in phases.iter().enumerate() {
                let Some((_, name, about)) = PHASES.iter().find(|(known, ..)| *known == phase)
                else {
                    continue;
                };
                let here = now.is_some() && number + 1 == reached;
                let color = if here {
                    theme.ink
                } else if number < reached {
                    theme.text
                } else {
                    theme.text_muted
                };
                let fill = if here { theme.gc_pass } else { theme.raised };
                let words = if roomy || here {
                    format!("{} {name}", number + 1)
                } else {
                    (number + 1).to_string()
                };
                let text = RichText::new(words).font(theme::mono(12.5)).color(color);
                let button = ui.add(egui::Button::new(text).fill(fill));
                button.widget_info(|| {
                    let name = format!("Phase {} {name}", number + 1);
                    egui::WidgetInfo::labeled(egui::WidgetType::Button, true, name)
                });
                if button.on_hover_text(format!("{name}: {about}")).clicked() {
                    ctx.commands.push(Command::GoTo(Moment(start + 1)));
                }
            }
        });
        let words = now
            .and_then(|now| PHASES.iter().find(|(known, ..)| *known == now))
            .map(|(_, _, about)| *about);
        if let Some(words) = words {
            ui.label(RichText::new(words).size(13.5).color(theme.text_muted));
        }
    }

    /// The transport of the story, and its present sentence.
    fn story_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>, in_pass: bool) {
        let theme = ctx.theme;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let back = icon_button(
                ui,
                theme,
                Icon::Back,
                "Step of the pass before",
                "",
                self.previous.is_some(),
            );
            if let Some(moment) = self.previous.filter(|_| back.clicked()) {
                self.playing = None;
                ctx.commands.push(Command::GoTo(moment));
            }
            let (icon, name) = if self.playing.is_some() {
                (Icon::Pause, "Pause the pass")
            } else {
                (Icon::Play, "Play the pass")
            };
            if icon_button(ui, theme, icon, name, "", self.next.is_some()).clicked() {
                self.playing = match self.playing {
                    Some(_) => None,
                    None => Some(0.0),
                };
            }
            let forward = icon_button(
                ui,
                theme,
                Icon::Forward,
                "Next step of the pass",
                "",
                self.next.is_some(),
            );
            if let Some(moment) = self.next.filter(|_| forward.clicked()) {
                self.playing = None;
                ctx.commands.push(Command::GoTo(moment));
            }
            ui.add_space(6.0);
            let words = match (&self.told, in_pass) {
                (Some(told), _) => told.words.clone(),
                (None, true) => "Step on to see what the pass does to each object.".to_owned(),
                (None, false) if self.next.is_some() => {
                    "Play or step to go to the next pass.".to_owned()
                }
                (None, false) => "No pass follows in this recording.".to_owned(),
            };
            let color = if self.told.is_some() {
                theme.text
            } else {
                theme.text_faint
            };
            let label = egui::Label::new(RichText::new(words).size(13.5).color(color));
            ui.add(label.truncate());
        });
    }

    /// The tracked objects of the program: each keeps its place while the pass works on it.
    fn objects_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let shown: Vec<&Candidate> = self
            .candidates
            .iter()
            .filter(|one| one.own || self.all)
            .collect();
        widgets::section(
            ui,
            theme,
            &format!(
                "Tracked objects of the program: {}",
                grouped(shown.len() as u64)
            ),
        );
        if shown.is_empty() {
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
        let rows = shown.len().div_ceil(columns);
        let (area, _) = ui.allocate_exact_size(
            Vec2::new(ui.available_width(), rows as f32 * (CELL.y + 6.0)),
            Sense::hover(),
        );
        let told = self.told.as_ref().map(|told| told.object);
        for (index, candidate) in shown.iter().enumerate() {
            let at = area.min
                + Vec2::new(
                    (index % columns) as f32 * (width + space::S),
                    (index / columns) as f32 * (CELL.y + 6.0),
                );
            let rect = Rect::from_min_size(at, Vec2::new(width, CELL.y));
            if ui.is_rect_visible(rect) {
                cell_ui(ui, ctx, candidate, rect, told);
            }
        }
        let library = self.candidates.iter().filter(|one| !one.own).count();
        if library > 0 {
            let words = format!(
                "Also the {} of imported modules",
                counted(library as u64, "object", "objects")
            );
            ui.checkbox(&mut self.all, RichText::new(words).size(12.5));
        }
        if self.others > 0 {
            let text = format!(
                "and {} of the interpreter itself",
                counted(self.others as u64, "object", "objects")
            );
            widgets::hint(ui, theme, &text);
        }
    }
}

/// How full the counter of a generation is.
fn meter(ui: &Ui, ctx: &PanelContext<'_>, rect: Rect, width: f32, count: u32, threshold: u32) {
    let theme = ctx.theme;
    let painter = ui.painter();
    let words = format!(
        "{} of {}",
        grouped(u64::from(count)),
        grouped(u64::from(threshold))
    );
    painter.text(
        rect.right_center(),
        Align2::RIGHT_CENTER,
        &words,
        egui::FontId::proportional(12.5),
        theme.text_muted,
    );
    let bar = width - 110.0;
    if bar < 30.0 {
        return;
    }
    let meter = Rect::from_min_size(
        Pos2::new(rect.right() - width, rect.center().y - 6.0),
        Vec2::new(bar, 12.0),
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
    let filled = Rect::from_min_size(meter.min, Vec2::new(meter.width() * full, meter.height()));
    painter.rect_filled(filled, 3.0, color);
    painter.rect_stroke(
        meter,
        3.0,
        Stroke::new(1.0, theme.border),
        StrokeKind::Inside,
    );
}

fn cell_ui(
    ui: &Ui,
    ctx: &mut PanelContext<'_>,
    candidate: &Candidate,
    rect: Rect,
    told: Option<ObjId>,
) {
    let theme = ctx.theme;
    let verdict = verdict(ctx.look, candidate);
    let words = verdict.map_or_else(
        || crate::views::collector::list_name(candidate.list),
        Verdict::words,
    );
    let response = ui.interact(
        rect,
        ui.id().with(("candidate", candidate.id)),
        Sense::click(),
    );
    response.widget_info(|| {
        let mut name = format!("{} {}, {words}", candidate.type_name, candidate.text);
        if verdict.is_some() {
            name = format!("{name}, gc_refs {}", candidate.gc_refs);
        }
        egui::WidgetInfo::labeled(egui::WidgetType::Button, true, name)
    });
    let tone = match verdict {
        Some(Verdict::HeldFromOutside | Verdict::Reached) => Some(theme.refcount_up),
        Some(Verdict::OnlyFromInside) => Some(theme.gc_pass),
        Some(Verdict::Unreachable | Verdict::Finalizing) => Some(theme.cycle),
        Some(Verdict::Candidate | Verdict::NotLookedAt) | None => None,
    };
    let chosen = ctx.app.selected.object == Some(candidate.id);
    let is_told = told == Some(candidate.id);
    let ground = match tone {
        _ if chosen => theme.accent_soft,
        Some(tone) => mix(theme.panel, tone, 0.16),
        None => theme.raised,
    };
    let outline = if is_told {
        Stroke::new(2.4, theme.accent)
    } else if response.hovered() || chosen {
        Stroke::new(1.2, theme.accent)
    } else {
        Stroke::new(1.2, tone.unwrap_or(theme.border))
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
    let line = |top: f32| {
        Rect::from_min_size(
            rect.min + Vec2::new(0.0, top),
            Vec2::new(rect.width(), 18.0),
        )
    };
    let (upper, lower) = (line(4.0), line(24.0));
    let number_room = if verdict.is_some() { 62.0 } else { 40.0 };
    widgets::clipped(
        ui,
        upper,
        12.0,
        rect.width() - 20.0 - number_room,
        &candidate.text,
        theme::mono(12.5),
        theme.text,
    );
    widgets::clipped(
        ui,
        lower,
        12.0,
        rect.width() - 20.0 - number_room,
        words,
        egui::FontId::proportional(12.0),
        tone.unwrap_or(theme.text_faint),
    );
    let painter = ui.painter();
    let right = |area: Rect| area.right_center() - Vec2::new(9.0, 0.0);
    if let Some(verdict) = verdict.filter(|&verdict| verdict != Verdict::NotLookedAt) {
        // The number that decides, large; below it the count that it began as.
        let color = match verdict {
            Verdict::Candidate => theme.text,
            _ => tone.unwrap_or(theme.text),
        };
        painter.text(
            right(upper),
            Align2::RIGHT_CENTER,
            candidate.gc_refs.to_string(),
            theme::mono_strong(17.0),
            color,
        );
        painter.text(
            right(lower),
            Align2::RIGHT_CENTER,
            format!("of {}", candidate.ob_refcnt),
            theme::mono(12.0),
            theme.text_muted,
        );
    } else {
        painter.text(
            right(upper),
            Align2::RIGHT_CENTER,
            candidate.ob_refcnt.to_string(),
            theme::mono_strong(13.0),
            theme.text_muted,
        );
    }
    if response.clicked() {
        ctx.commands
            .push(Command::Select(Selection::Object(candidate.id)));
    }
    response.on_hover_text(if verdict.is_some() {
        "gc_refs, and the ob_refcnt it began as"
    } else {
        "ob_refcnt"
    });
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
