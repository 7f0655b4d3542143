//! The Threads panel: one lane per thread with what it does, the GIL in words, and the locks.

use std::collections::BTreeMap;

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Shape, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::run::Schedule;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, Theme, mix, space};
use crate::app::ui::timeline::{Scale, doing_color, whole_of};
use crate::app::ui::widgets::{self, moment_link, object_link, thread_link};
use crate::base::{Moment, ObjId, ThreadId};
use crate::trace::ThreadStatus;
use crate::views::format::{grouped, nanos};
use crate::views::threads::{
    LockRow, deadlock, deadlock_words, gil_words, lock_name, locks, status_words,
};
use crate::views::timeline::{Doing, ThreadLane};
use crate::views::waits::{WaitFor, words};

const LANE: f32 = 40.0;
const GUTTER: f32 = 150.0;
/// Waits listed: so many that began before this moment, and so many that begin after it.
const WAITS_BEFORE: usize = 6;
const WAITS_AFTER: usize = 3;
/// From this width on the waits stand beside the threads.
const TWO_COLUMNS: f32 = 900.0;
/// Lines of output that are compared.
const LINES: usize = 6;

/// The panel.
#[derive(Debug, Default)]
pub struct ThreadsPanel {
    /// The places on the axis at the edges; `None` is the whole run.
    view: Option<(f64, f64)>,
    /// What the locks are called, and in which revision that was found out.
    lock_names: (u64, BTreeMap<ObjId, String>),
}

impl Panel for ThreadsPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Threads
    }

    fn command(&mut self, command: &Command) {
        if *command == Command::ZoomTimelineAll {
            self.view = None;
        }
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        if self.lock_names.0 != ctx.app.revision {
            let names = ctx.look.state.locks.iter();
            let names = names.map(|&(lock, _)| (lock, lock_name(ctx.look, lock)));
            self.lock_names = (ctx.app.revision, names.collect());
        }
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.add(
                            egui::Label::new(RichText::new(gil_words(ctx.look)).size(14.5)).wrap(),
                        );
                        schedule_ui(ui, ctx);
                        let circle = deadlock(ctx.look).unwrap_or_default();
                        if let Some(text) = deadlock_words(ctx.look, &circle) {
                            widgets::badge(ui, theme, &text, theme.error);
                        }
                        ui.add_space(space::S);
                        self.lanes_ui(ui, ctx);
                        legend_ui(ui, ctx);
                        compared_ui(ui, ctx);
                        let names = &self.lock_names.1;
                        if ui.available_width() > TWO_COLUMNS {
                            ui.columns(2, |columns| {
                                now_ui(&mut columns[0], ctx);
                                wait_graph_ui(&mut columns[0], ctx, &circle, names);
                                locks_ui(&mut columns[0], ctx, names);
                                waits_ui(&mut columns[1], ctx);
                            });
                        } else {
                            now_ui(ui, ctx);
                            wait_graph_ui(ui, ctx, &circle, names);
                            locks_ui(ui, ctx, names);
                            waits_ui(ui, ctx);
                        }
                    });
            });
    }
}

/// The facts of the scheduler, and what can be chosen about them: the program then runs again.
fn schedule_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    let Some(document) = &ctx.app.document else {
        return;
    };
    let schedule = Schedule::of(document.header());
    let gil = ctx.look.state.gil;
    ui.horizontal_wrapped(|ui| {
        let facts = format!(
            "hand-overs so far {} · virtual time {}",
            grouped(gil.switches),
            nanos(ctx.look.state.clock_nanos)
        );
        let interval = |micros: u32| match micros {
            micros if micros.is_multiple_of(1000) => format!("{} ms", micros / 1000),
            micros => format!("{micros} µs"),
        };
        widgets::hint(ui, theme, "switch interval");
        egui::ComboBox::from_id_salt("switch interval")
            .width(84.0)
            .selected_text(RichText::new(interval(gil.interval_micros)).size(13.0))
            .show_ui(ui, |ui| {
                for micros in [5_000, 1_000, 200, 50, 10] {
                    let chosen = micros == gil.interval_micros;
                    if ui.selectable_label(chosen, interval(micros)).clicked() {
                        ctx.commands.push(Command::SetSchedule(Schedule {
                            interval_micros: (micros != 5_000).then_some(micros),
                            ..schedule
                        }));
                    }
                }
            })
            .response
            .on_hover_text("Runs the program again with this sys.setswitchinterval");
        widgets::hint(ui, theme, "schedule seed");
        let mut seed = schedule.seed;
        if ui.small_button("−").clicked() {
            seed = seed.saturating_sub(1);
        }
        ui.label(RichText::new(grouped(schedule.seed)).font(theme::mono(13.0)))
            .on_hover_text("Decides what CPython leaves to the operating system");
        if ui.small_button("+").clicked() {
            seed += 1;
        }
        if seed != schedule.seed {
            ctx.commands
                .push(Command::SetSchedule(Schedule { seed, ..schedule }));
        }
        if ctx.app.compared.is_some() {
            if ui.button("One schedule").clicked() {
                ctx.commands.push(Command::CompareSchedule(None));
            }
        } else if ui
            .button("Compare with the next seed")
            .on_hover_text("Runs the program under another schedule, and shows both")
            .clicked()
        {
            let other = Schedule {
                seed: schedule.seed + 1,
                ..schedule
            };
            ctx.commands.push(Command::CompareSchedule(Some(other)));
        }
        widgets::hint(ui, theme, &facts);
    });
}

/// The run under another schedule: its lanes, and where its output differs.
fn compared_ui(ui: &mut Ui, ctx: &PanelContext<'_>) {
    let theme = ctx.theme;
    let (Some(document), Some(other)) = (&ctx.app.document, &ctx.app.compared) else {
        return;
    };
    let seed = other.header().schedule_seed;
    widgets::section(
        ui,
        theme,
        &format!("The same program with schedule seed {seed}"),
    );
    let count = other.timeline().thread_count().max(1) as f32;
    let size = Vec2::new(ui.available_width(), count * LANE + 4.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let gutter = GUTTER.min(rect.width() * 0.3);
    let area = Rect::from_min_max(rect.min + Vec2::new(gutter, 0.0), rect.max);
    let painter = ui.painter_at(rect);
    painter.rect_filled(area, 4.0, theme.inset);
    let axis = other.axis();
    let (start, end) = whole_of(other, axis);
    let scale = Scale {
        left: area.left(),
        right: area.right(),
        start,
        end,
        axis,
    };
    for (index, lane) in other.timeline().threads().enumerate() {
        let top = rect.top() + index as f32 * LANE + 3.0;
        let row = Rect::from_min_max(
            Pos2::new(area.left(), top),
            Pos2::new(area.right(), top + LANE - 6.0),
        );
        let name = other.thread_name(lane.thread);
        let field = Rect::from_min_max(Pos2::new(rect.left(), top), row.left_bottom());
        let font = theme::strong(13.5);
        widgets::clipped(ui, field, 0.0, gutter - 8.0, &name, font, theme.text);
        lane_ui(&painter, theme, lane, &scale, row);
    }
    if other.is_running() {
        widgets::hint(ui, theme, "running…");
        return;
    }
    let outputs = [document.whole_output(), other.whole_output()];
    if outputs[0] == outputs[1] {
        widgets::hint(ui, theme, "Both write the same.");
        return;
    }
    let [mine, theirs] = outputs
        .each_ref()
        .map(|text| text.lines().collect::<Vec<_>>());
    let same = mine.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    let words = format!("From line {} on they write different things:", same + 1);
    ui.label(RichText::new(words).size(13.5).color(theme.warning));
    ui.columns(2, |columns| {
        for (column, lines) in columns.iter_mut().zip([&mine, &theirs]) {
            for line in lines.iter().skip(same).take(LINES) {
                let text = RichText::new(*line).font(theme::mono(13.0));
                column.add(egui::Label::new(text).truncate());
            }
        }
    });
}

impl ThreadsPanel {
    fn lanes_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let Some(document) = &ctx.app.document else {
            return;
        };
        let model = document.timeline();
        let count = model.thread_count().max(1) as f32;
        let (rect, response) = ui.allocate_exact_size(
            Vec2::new(ui.available_width(), count * LANE + 4.0),
            Sense::click_and_drag(),
        );
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::WidgetType::Slider, true, "Lanes of the threads")
        });
        let gutter = GUTTER.min(rect.width() * 0.3);
        let area = Rect::from_min_max(rect.min + Vec2::new(gutter, 0.0), rect.max);
        let painter = ui.painter_at(rect);
        painter.rect_filled(area, 4.0, theme.inset);
        let all = whole_of(document, ctx.app.axis());
        let (start, end) = self.view.unwrap_or(all);
        let scale = Scale {
            left: area.left(),
            right: area.right(),
            start,
            end,
            axis: ctx.app.axis(),
        };
        for (index, lane) in model.threads().enumerate() {
            let top = rect.top() + index as f32 * LANE + 3.0;
            let row = Rect::from_min_max(
                Pos2::new(area.left(), top),
                Pos2::new(area.right(), top + LANE - 6.0),
            );
            let field = Rect::from_min_max(
                Pos2::new(rect.left(), top),
                Pos2::new(area.left() - 8.0, row.bottom()),
            );
            lane_name_ui(ui, ctx, lane, field);
            lane_ui(&painter, theme, lane, &scale, row);
        }
        let cursor = scale.x(ctx.app.cursor.0 as f64);
        if area.x_range().contains(cursor) {
            painter.vline(cursor, area.y_range(), Stroke::new(2.0, theme.accent));
        }
        if let Some(at) = response.interact_pointer_pos()
            && (response.clicked() || response.dragged_by(egui::PointerButton::Primary))
            && at.x >= area.left()
        {
            let x = at.x.clamp(area.left(), area.right());
            let moment = scale.moment(x).max(0.0);
            ctx.commands.push(Command::GoTo(Moment(moment as u64)));
        }
        let Some(at) = response.hover_pos().filter(|at| area.contains(*at)) else {
            return;
        };
        let zoom = ui.input(egui::InputState::zoom_delta);
        if (zoom - 1.0).abs() > 1e-6 {
            let center = scale.place(at.x);
            let factor = f64::from(1.0 / zoom);
            let view = (
                center - (center - start) * factor,
                center + (end - center) * factor,
            );
            self.view = (view.1 - view.0 < all.1 - all.0 && view.1 - view.0 > 4.0)
                .then_some(view)
                .or(self.view.filter(|_| zoom > 1.0));
        }
        let lane = model
            .threads()
            .nth(((at.y - rect.top()) / LANE).max(0.0) as usize);
        if let Some(lane) = lane
            && !response.dragged()
        {
            let moment = scale.moment(at.x).max(0.0) as u64;
            let name = |thread| document.thread_name(thread);
            let text = if let Some(wait) = document.waits().at(lane.thread, moment) {
                words(wait, ctx.look, &name)
            } else {
                let doing = lane.doing_at(moment).unwrap_or(Doing::Idle);
                format!("{} {} here.", name(lane.thread), doing.name())
            };
            response.on_hover_text_at_pointer(text);
        }
    }
}

/// The name of a thread, and what it does at the moment shown.
fn lane_name_ui(ui: &Ui, ctx: &mut PanelContext<'_>, lane: &ThreadLane, field: Rect) {
    let theme = ctx.theme;
    let Some(document) = &ctx.app.document else {
        return;
    };
    let name = document.thread_name(lane.thread);
    let click = ui.interact(field, ui.id().with(("thread", lane.thread)), Sense::click());
    let words = lane.doing_at(ctx.app.cursor.0).map_or("", Doing::name);
    click.widget_info(|| {
        let label = format!("Lane of {name}: {words}");
        egui::WidgetInfo::labeled(egui::WidgetType::Button, true, label)
    });
    let chosen = ctx.app.selected.thread == Some(lane.thread) || click.hovered();
    let color = if chosen { theme.accent } else { theme.text };
    let upper = Rect::from_min_size(field.min, Vec2::new(field.width(), 18.0));
    let lower = upper.translate(Vec2::new(0.0, 17.0));
    let width = field.width();
    widgets::clipped(ui, upper, 0.0, width, &name, theme::strong(13.5), color);
    let font = egui::FontId::proportional(12.0);
    widgets::clipped(ui, lower, 0.0, width, words, font, theme.text_muted);
    if click.clicked() {
        ctx.commands
            .push(Command::Select(Selection::Thread(lane.thread)));
    }
}

fn lane_ui(
    painter: &egui::Painter,
    theme: &Theme,
    lane: &ThreadLane,
    scale: &Scale<'_>,
    row: Rect,
) {
    let mut mesh = egui::Mesh::default();
    let (_, to) = scale.moments();
    for stretch in scale.visible(&lane.doing) {
        let color = doing_color(theme, stretch.what);
        if color == egui::Color32::TRANSPARENT {
            continue;
        }
        let left = scale.x(stretch.start as f64).max(row.left());
        let right = scale
            .x(stretch.end.min(to) as f64)
            .min(row.right())
            .max(left + 1.0);
        // Waiting is drawn thinner: shape says it too, not color alone.
        let inset = match stretch.what {
            Doing::Running => 0.0,
            Doing::Waiting | Doing::Refused => 9.0,
            Doing::Blocked | Doing::Sleeping | Doing::Joining | Doing::Io | Doing::Idle => 13.0,
        };
        mesh.add_colored_rect(
            Rect::from_min_max(
                Pos2::new(left, row.top() + inset),
                Pos2::new(right, row.bottom() - inset),
            ),
            color,
        );
    }
    painter.add(Shape::mesh(mesh));
}

/// The waits around this moment, in words.
fn waits_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    let Some(document) = &ctx.app.document else {
        return;
    };
    let waits = document.waits().all();
    if waits.is_empty() {
        return;
    }
    widgets::section(ui, theme, "Waits around this moment");
    let now = ctx.app.cursor.0;
    let after = waits.partition_point(|wait| wait.start <= now);
    let first = after.saturating_sub(WAITS_BEFORE);
    let name = |thread| document.thread_name(thread);
    for wait in waits.iter().skip(first).take(WAITS_BEFORE + WAITS_AFTER) {
        let lasts = wait.start <= now && wait.end.is_none_or(|end| now < end);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let (dot, _) = ui.allocate_exact_size(Vec2::new(10.0, 18.0), Sense::hover());
            let color = match wait.what {
                WaitFor::Gil { .. } if wait.requests > 0 => theme.gil_refused,
                WaitFor::Gil { .. } => theme.gil_waiting,
                WaitFor::Lock { .. } => theme.blocked,
                WaitFor::Sleep | WaitFor::Io | WaitFor::Join => theme.sleeping,
            };
            ui.painter().rect_filled(
                Rect::from_center_size(
                    dot.center(),
                    Vec2::new(8.0, if lasts { 16.0 } else { 8.0 }),
                ),
                2.0,
                color,
            );
            ui.allocate_ui(Vec2::new(78.0, 18.0), |ui| {
                ui.set_width(78.0);
                moment_link(ui, theme, ctx.commands, Moment(wait.start + 1));
            });
            let color = if lasts { theme.text } else { theme.text_muted };
            let text = RichText::new(words(wait, ctx.look, &name))
                .size(13.0)
                .color(color);
            ui.add(egui::Label::new(text).wrap());
        });
    }
}

/// Who waits for whom: an arrow from each waiting thread to its lock, and from each lock to its
/// holder.
fn wait_graph_ui(
    ui: &mut Ui,
    ctx: &mut PanelContext<'_>,
    circle: &[ThreadId],
    names: &BTreeMap<ObjId, String>,
) {
    let theme = ctx.theme;
    let rows: Vec<LockRow> = locks(ctx.look)
        .into_iter()
        .filter(|row| !row.waiting.is_empty())
        .collect();
    if rows.is_empty() {
        return;
    }
    widgets::section(ui, theme, "Who waits for whom");
    let mut threads: Vec<ThreadId> = rows
        .iter()
        .flat_map(|row| row.waiting.iter().copied().chain([row.holder]))
        .collect();
    threads.sort_unstable();
    threads.dedup();
    let height = 44.0 * threads.len().max(rows.len()) as f32;
    let width = ui.available_width().min(560.0);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, height), Sense::hover());
    let node = |column: f32, index: usize, count: usize| {
        let pitch = height / count as f32;
        let center = Pos2::new(
            rect.left() + column,
            rect.top() + pitch * (index as f32 + 0.5),
        );
        Rect::from_center_size(center, Vec2::new(170.0, 30.0))
    };
    let thread_rect = |thread: ThreadId| {
        let index = threads.iter().position(|&known| known == thread);
        node(87.0, index.unwrap_or(0), threads.len())
    };
    for (index, row) in rows.iter().enumerate() {
        let lock = node(width - 87.0, index, rows.len());
        let closed = circle.contains(&row.holder);
        for &waiter in &row.waiting {
            let tone = if closed && circle.contains(&waiter) {
                theme.error
            } else {
                theme.edge
            };
            arrow(
                ui,
                thread_rect(waiter).right_center() - Vec2::new(0.0, 5.0),
                lock.left_center() - Vec2::new(0.0, 5.0),
                Stroke::new(2.0, tone),
            );
        }
        let tone = if closed { theme.error } else { theme.edge };
        arrow(
            ui,
            lock.left_center() + Vec2::new(0.0, 7.0),
            thread_rect(row.holder).right_center() + Vec2::new(0.0, 7.0),
            Stroke::new(2.0, tone),
        );
    }
    for &thread in &threads {
        let name = ctx.look.thread_name(thread);
        let ring = circle.contains(&thread);
        if node_ui(ui, theme, thread_rect(thread), &name, ring, 15.0).clicked() {
            ctx.commands
                .push(Command::Select(Selection::Thread(thread)));
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let lock = node(width - 87.0, index, rows.len());
        let name = names.get(&row.lock).map_or("lock", String::as_str);
        let ring = circle.contains(&row.holder);
        if node_ui(ui, theme, lock, name, ring, 3.0).clicked() {
            ctx.commands
                .push(Command::Select(Selection::Object(row.lock)));
        }
    }
    widgets::hint(
        ui,
        theme,
        "An arrow to the right: waits for. An arrow to the left: is held by.",
    );
}

fn node_ui(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    name: &str,
    in_circle: bool,
    corner: f32,
) -> egui::Response {
    let response = ui.interact(
        rect,
        ui.id().with(("wait graph", name, corner as i32)),
        Sense::click(),
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, name));
    let edge = if in_circle {
        theme.error
    } else {
        theme.border_strong
    };
    let ground = if response.hovered() {
        theme.hover
    } else {
        theme.raised
    };
    ui.painter().rect(
        rect,
        corner,
        ground,
        Stroke::new(1.5, edge),
        egui::StrokeKind::Inside,
    );
    widgets::clipped(
        ui,
        rect,
        12.0,
        rect.width() - 20.0,
        name,
        theme::strong(13.0),
        theme.text,
    );
    response
}

fn arrow(ui: &Ui, from: Pos2, to: Pos2, stroke: Stroke) {
    let painter = ui.painter();
    painter.line_segment([from, to], stroke);
    let along = (to - from).normalized();
    let side = along.rot90();
    painter.add(Shape::convex_polygon(
        vec![
            to,
            to - along * 10.0 + side * 5.0,
            to - along * 10.0 - side * 5.0,
        ],
        stroke.color,
        Stroke::NONE,
    ));
}

fn legend_ui(ui: &mut Ui, ctx: &PanelContext<'_>) {
    let theme = ctx.theme;
    ui.horizontal_wrapped(|ui| {
        for doing in [
            Doing::Running,
            Doing::Waiting,
            Doing::Refused,
            Doing::Blocked,
            Doing::Sleeping,
        ] {
            widgets::status_word(ui, theme, doing.name(), doing_color(theme, doing));
        }
        widgets::hint(ui, theme, "Ctrl+wheel zooms");
    });
}

/// Every thread at this moment.
fn now_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    widgets::section(ui, theme, "At this moment");
    for thread in &ctx.look.state.threads {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(12.0, 18.0), Sense::hover());
            let color = match thread.status {
                ThreadStatus::Running => theme.gil_running,
                ThreadStatus::Waiting { requests: 0 } => theme.gil_waiting,
                ThreadStatus::Waiting { .. } => theme.gil_refused,
                ThreadStatus::Blocked { .. } => theme.blocked,
                ThreadStatus::Ready | ThreadStatus::Ended => {
                    mix(theme.panel, theme.text_faint, 0.5)
                }
            };
            ui.painter().circle_filled(rect.center(), 5.0, color);
            thread_link(
                ui,
                theme,
                ctx.commands,
                thread.id,
                &ctx.look.thread_name(thread.id),
            );
            ui.label(RichText::new(status_words(ctx.look, thread.status)).size(13.5));
            if let Some(frame) = ctx.look.state.top_frame(thread.id) {
                let place = format!("{} line {}", ctx.look.frame_name(frame), frame.line);
                ui.add(
                    egui::Label::new(
                        RichText::new(place)
                            .font(theme::mono(12.5))
                            .color(theme.text_muted),
                    )
                    .truncate(),
                );
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if thread.ident != 0 {
                    let (rect, _) = ui.allocate_exact_size(Vec2::new(150.0, 18.0), Sense::hover());
                    ui.painter().text(
                        rect.right_center(),
                        Align2::RIGHT_CENTER,
                        format!("ident {}", thread.ident),
                        theme::mono(12.0),
                        theme.text_faint,
                    );
                }
            });
        });
    }
}

fn locks_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, names: &BTreeMap<ObjId, String>) {
    let theme = ctx.theme;
    let rows = locks(ctx.look);
    if rows.is_empty() {
        return;
    }
    widgets::section(ui, theme, "Locks held");
    for row in rows {
        ui.horizontal(|ui| {
            let name = names.get(&row.lock).map_or(&row.text, |name| name);
            object_link(ui, theme, ctx.commands, row.lock, "lock", name);
            widgets::hint(ui, theme, "held by");
            thread_link(
                ui,
                theme,
                ctx.commands,
                row.holder,
                &ctx.look.thread_name(row.holder),
            );
            for thread in row.waiting {
                widgets::hint(ui, theme, "waited for by");
                thread_link(
                    ui,
                    theme,
                    ctx.commands,
                    thread,
                    &ctx.look.thread_name(thread),
                );
            }
        });
    }
}
