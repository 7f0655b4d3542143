//! The Threads panel: one lane per thread with what it does, the GIL in words, and the locks.

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Shape, Stroke, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, mix, space};
use crate::app::ui::timeline::doing_color;
use crate::app::ui::widgets::{self, object_link, thread_link};
use crate::base::Moment;
use crate::trace::ThreadStatus;
use crate::views::format::{grouped, nanos};
use crate::views::threads::{deadlock, gil_words, locks, status_words};
use crate::views::timeline::{Doing, visible};

const LANE: f32 = 40.0;
const GUTTER: f32 = 150.0;

/// The panel.
#[derive(Debug, Default)]
pub struct ThreadsPanel {
    /// The moments at the edges; `None` is the whole run.
    view: Option<(f64, f64)>,
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
                        ui.horizontal(|ui| {
                            let gil = ctx.look.state.gil;
                            let facts = format!(
                                "switch interval {} ms · hand-overs so far {} · virtual time {}",
                                f64::from(gil.interval_micros) / 1000.0,
                                grouped(gil.switches),
                                nanos(ctx.look.state.clock_nanos)
                            );
                            widgets::hint(ui, theme, &facts);
                        });
                        if let Some(circle) = deadlock(ctx.look) {
                            let names: Vec<String> =
                                circle.iter().map(|&id| ctx.look.thread_name(id)).collect();
                            let text = format!(
                                "Deadlock: {} wait for each other's locks",
                                names.join(" and ")
                            );
                            widgets::badge(ui, theme, &text, theme.error);
                        }
                        ui.add_space(space::S);
                        self.lanes_ui(ui, ctx);
                        legend_ui(ui, ctx);
                        now_ui(ui, ctx);
                        locks_ui(ui, ctx);
                    });
            });
    }
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
        let area = Rect::from_min_max(rect.min + Vec2::new(GUTTER, 0.0), rect.max);
        let painter = ui.painter_at(rect);
        painter.rect_filled(area, 4.0, theme.inset);
        let whole = (
            ctx.app.first().0 as f64,
            (ctx.app.last().0 as f64).max(ctx.app.first().0 as f64 + 2.0),
        );
        let (start, end) = self.view.unwrap_or(whole);
        let x =
            |moment: f64| area.left() + ((moment - start) / (end - start)) as f32 * area.width();
        let step = (end - start) / f64::from(area.width().max(1.0));
        let (from, to) = (start.max(0.0) as u64, end.max(0.0) as u64 + 1);
        for (index, lane) in model.threads().enumerate() {
            let top = rect.top() + index as f32 * LANE + 3.0;
            let row = Rect::from_min_max(
                Pos2::new(area.left(), top),
                Pos2::new(area.right(), top + LANE - 6.0),
            );
            let name = document.thread_name(lane.thread);
            let field = Rect::from_min_max(
                Pos2::new(rect.left(), top),
                Pos2::new(area.left() - 8.0, row.bottom()),
            );
            let click = ui.interact(field, ui.id().with(("thread", lane.thread)), Sense::click());
            let chosen = ctx.app.selected.thread == Some(lane.thread) || click.hovered();
            let upper = Rect::from_min_size(field.min, Vec2::new(field.width(), 18.0));
            let lower = Rect::from_min_size(
                field.min + Vec2::new(0.0, 17.0),
                Vec2::new(field.width(), 16.0),
            );
            let color = if chosen { theme.accent } else { theme.text };
            widgets::clipped(
                ui,
                upper,
                0.0,
                field.width(),
                &name,
                theme::strong(13.5),
                color,
            );
            let doing = lane.doing_at(ctx.app.cursor.0);
            let words = doing.map_or("", Doing::name);
            widgets::clipped(
                ui,
                lower,
                0.0,
                field.width(),
                words,
                egui::FontId::proportional(12.0),
                theme.text_muted,
            );
            if click.clicked() {
                ctx.commands
                    .push(Command::Select(Selection::Thread(lane.thread)));
            }
            let mut mesh = egui::Mesh::default();
            for stretch in visible(&lane.doing, from, to, step) {
                let color = doing_color(theme, stretch.what);
                if color == egui::Color32::TRANSPARENT {
                    continue;
                }
                let left = x(stretch.start as f64).max(area.left());
                let right = x(stretch.end.min(to) as f64)
                    .min(area.right())
                    .max(left + 1.0);
                // Waiting is drawn thinner: shape says it too, not color alone.
                let inset = match stretch.what {
                    Doing::Running => 0.0,
                    Doing::Waiting | Doing::Refused => 9.0,
                    Doing::Blocked | Doing::Sleeping | Doing::Joining | Doing::Io | Doing::Idle => {
                        13.0
                    }
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
        let cursor = x(ctx.app.cursor.0 as f64);
        painter.vline(cursor, area.y_range(), Stroke::new(2.0, theme.accent));
        if let Some(at) = response.interact_pointer_pos()
            && (response.clicked() || response.dragged_by(egui::PointerButton::Primary))
            && at.x >= area.left()
        {
            let part = f64::from(((at.x - area.left()) / area.width()).clamp(0.0, 1.0));
            ctx.commands
                .push(Command::GoTo(Moment((start + part * (end - start)) as u64)));
        }
        if let Some(at) = response.hover_pos().filter(|at| area.contains(*at)) {
            let zoom = ui.input(egui::InputState::zoom_delta);
            if (zoom - 1.0).abs() > 1e-6 {
                let center = start + f64::from((at.x - area.left()) / area.width()) * (end - start);
                let factor = f64::from(1.0 / zoom);
                let view = (
                    center - (center - start) * factor,
                    center + (end - center) * factor,
                );
                self.view = (view.1 - view.0 < whole.1 - whole.0).then_some(view);
            }
        }
    }
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

fn locks_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    let rows = locks(ctx.look);
    if rows.is_empty() {
        return;
    }
    widgets::section(ui, theme, "Locks held");
    for row in rows {
        ui.horizontal(|ui| {
            object_link(ui, theme, ctx.commands, row.lock, "lock", &row.text);
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
