//! The timeline: the whole run in lanes, with the cursor; drag to go anywhere, turn the wheel to zoom.

use egui::{Align2, Color32, FontId, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, Vec2};

use super::theme::{self, Theme, mix, space};
use crate::app::command::Command;
use crate::app::document::Document;
use crate::app::selection::Selection;
use crate::app::state::AppState;
use crate::base::Moment;
use crate::views::format::{bytes, grouped};
use crate::views::time_axis::TimeAxis;
use crate::views::timeline::{Doing, MarkKind, Stretch, ThreadLane, Timeline as Model};

/// The column with the names of the lanes.
const GUTTER: f32 = 96.0;
const RULER: f32 = 20.0;
const CALL_ROW: f32 = 15.0;
const GIL_ROW: f32 = 9.0;
const EVENTS_LANE: f32 = 16.0;
const MEMORY_LANE: f32 = 34.0;
/// Lanes get no more than this, and no more than [`MOST_PART`] of the window.
const MOST_HEIGHT: f32 = 230.0;
const MOST_PART: f32 = 0.27;
/// Below this height only the ruler and the marks are drawn.
const SMALL_WINDOW: f32 = 320.0;

/// What of the run is in view.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The places on the axis at the left and right edge; `None` shows the whole run.
    view: Option<(f64, f64)>,
    /// A stretch that is being drawn with Shift, by its first place.
    marking: Option<f64>,
}

/// Where things are while one frame is drawn.
pub struct Scale<'a> {
    pub left: f32,
    pub right: f32,
    /// The places on the axis at both edges.
    pub start: f64,
    pub end: f64,
    pub axis: &'a TimeAxis,
}

impl Scale<'_> {
    /// Where a moment is on the screen.
    pub fn x(&self, moment: f64) -> f32 {
        let part = (self.axis.place(moment) - self.start) / (self.end - self.start).max(1.0);
        self.left + (f64::from(self.right - self.left) * part) as f32
    }

    /// The place on the axis under a point of the screen.
    pub fn place(&self, x: f32) -> f64 {
        let part = f64::from((x - self.left) / (self.right - self.left).max(1.0));
        self.start + (self.end - self.start) * part
    }

    /// The moment under a point of the screen.
    pub fn moment(&self, x: f32) -> f64 {
        self.axis.moment(self.place(x))
    }

    /// Units of the axis in one point of the screen.
    pub fn step(&self) -> f64 {
        (self.end - self.start) / f64::from((self.right - self.left).max(1.0))
    }

    /// The first and last moment in view.
    pub fn moments(&self) -> (u64, u64) {
        (
            self.axis.moment(self.start).max(0.0) as u64,
            self.axis.moment(self.end).max(0.0) as u64 + 1,
        )
    }

    /// The stretches of a row that can be seen.
    pub fn visible<T: Copy>(&self, row: &[Stretch<T>]) -> Vec<Stretch<T>> {
        let (from, to) = self.moments();
        self.axis.visible(row, from, to, self.step())
    }
}

impl Timeline {
    /// Takes the commands that concern the view.
    pub fn command(&mut self, command: &Command, app: &AppState) {
        let (start, end) = self.range(app);
        let width = end - start;
        let cursor = app.axis().place(app.cursor.0 as f64);
        let center = if (start..=end).contains(&cursor) {
            cursor
        } else {
            f64::midpoint(start, end)
        };
        match command {
            Command::ZoomTimelineIn => self.zoom(app, center, 0.5),
            Command::ZoomTimelineOut => self.zoom(app, center, 2.0),
            Command::TimelineLeft => self.pan(app, -width * 0.2),
            Command::TimelineRight => self.pan(app, width * 0.2),
            Command::ZoomTimelineAll => self.view = None,
            Command::FocusSelection => {
                let half = (width / 2.0).min(2000.0);
                self.view = Some((cursor - half, cursor + half));
                self.clamp(app);
            }
            _ => {}
        }
    }

    /// How much height the lanes need.
    pub fn height(&self, app: &AppState, window: f32) -> f32 {
        let Some(document) = &app.document else {
            return 0.0;
        };
        let lanes: f32 = document
            .timeline()
            .threads()
            .map(|lane| lane_height(document.timeline(), lane))
            .sum();
        if window < SMALL_WINDOW {
            return RULER + EVENTS_LANE + 8.0;
        }
        (RULER + lanes + EVENTS_LANE + MEMORY_LANE + 10.0)
            .min(MOST_HEIGHT)
            .min(window * MOST_PART)
    }

    fn range(&self, app: &AppState) -> (f64, f64) {
        self.view.unwrap_or_else(|| whole(app))
    }

    fn zoom(&mut self, app: &AppState, center: f64, factor: f64) {
        let (start, end) = self.range(app);
        let width = ((end - start) * factor).max(20.0);
        let part = (center - start) / (end - start).max(1.0);
        self.view = Some((center - width * part, center + width * (1.0 - part)));
        self.clamp(app);
    }

    fn pan(&mut self, app: &AppState, by: f64) {
        let (start, end) = self.range(app);
        self.view = Some((start + by, end + by));
        self.clamp(app);
    }

    fn clamp(&mut self, app: &AppState) {
        let last = app.axis().place(app.last().0 as f64);
        let Some((start, end)) = &mut self.view else {
            return;
        };
        let width = (*end - *start).min(last.max(1.0));
        *start = start.clamp(0.0, (last - width).max(0.0));
        *end = *start + width;
        if width >= last {
            self.view = Some((0.0, last));
        }
    }

    /// Draws the timeline in what is left of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme, app: &AppState, commands: &mut Vec<Command>) {
        let Some(document) = &app.document else {
            return;
        };
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Slider, true, "Timeline"));
        let painter = ui.painter_at(rect);
        let area = Rect::from_min_max(
            rect.min + Vec2::new(GUTTER, 0.0),
            rect.max - Vec2::new(space::M, 6.0),
        );
        painter.rect_filled(area, 3.0, theme.panel);
        self.navigate(ui, app, &response, area, commands);

        let (start, end) = self.range(app);
        let scale = Scale {
            left: area.left(),
            right: area.right(),
            start,
            end,
            axis: app.axis(),
        };
        let model = document.timeline();
        folds_ui(&painter, theme, &scale, area);
        ruler(&painter, theme, &scale, area);
        let mut y = area.top() + RULER;
        let memory_height = if area.height() > 110.0 {
            MEMORY_LANE
        } else {
            0.0
        };
        let bottom = area.bottom() - EVENTS_LANE - memory_height;
        for lane in model.threads() {
            let height = lane_height(model, lane);
            if y + height > bottom + 1.0 {
                break;
            }
            let lane_rect = Rect::from_min_max(
                Pos2::new(area.left(), y),
                Pos2::new(area.right(), y + height),
            );
            thread_lane(
                ui, &painter, theme, document, app, lane, &scale, lane_rect, commands,
            );
            y += height;
        }
        let y = bottom;
        let events = Rect::from_min_max(
            Pos2::new(area.left(), y),
            Pos2::new(area.right(), y + EVENTS_LANE),
        );
        events_lane(&painter, theme, app, model, &scale, events);
        let memory = Rect::from_min_max(events.left_bottom(), area.right_bottom());
        lane_name(
            &painter,
            "Events",
            rect.left(),
            events.center().y,
            theme.text_muted,
        );
        if memory_height > 0.0 {
            memory_lane(&painter, theme, model, app.last().0, &scale, memory);
            lane_name(
                &painter,
                "Memory",
                rect.left(),
                memory.center().y,
                theme.text_muted,
            );
        }
        ranges_ui(&painter, theme, app, &scale, area);
        self.marking_ui(ui, &painter, theme, &scale, area);
        cursor(&painter, theme, app.cursor, &scale, area);
        hover(ui, theme, app, document, &scale, area, &response);
    }

    /// The stretch that is being drawn.
    fn marking_ui(
        &self,
        ui: &Ui,
        painter: &egui::Painter,
        theme: &Theme,
        scale: &Scale<'_>,
        area: Rect,
    ) {
        let (Some(first), Some(at)) = (self.marking, ui.input(|i| i.pointer.hover_pos())) else {
            return;
        };
        let x = scale.x(scale.axis.moment(first));
        let rect = Rect::from_two_pos(
            Pos2::new(x, area.top()),
            Pos2::new(at.x.clamp(area.left(), area.right()), area.bottom()),
        );
        painter.rect_filled(rect, 0.0, theme.accent.gamma_multiply(0.2));
    }

    fn navigate(
        &mut self,
        ui: &Ui,
        app: &AppState,
        response: &egui::Response,
        area: Rect,
        commands: &mut Vec<Command>,
    ) {
        let (start, end) = self.range(app);
        let scale = Scale {
            left: area.left(),
            right: area.right(),
            start,
            end,
            axis: app.axis(),
        };
        let shift = ui.input(|i| i.modifiers.shift);
        if shift && response.drag_started_by(egui::PointerButton::Primary) {
            self.marking = response.interact_pointer_pos().map(|at| scale.place(at.x));
        }
        if let Some(first) = self.marking {
            if response.drag_stopped() {
                self.marking = None;
                let last = response.interact_pointer_pos().map(|at| scale.place(at.x));
                let last = last.unwrap_or(first);
                let moment = |place: f64| Moment(scale.axis.moment(place.max(0.0)) as u64);
                let range = (moment(first.min(last)), moment(first.max(last)));
                if range.0 < range.1 {
                    commands.push(Command::SetLoop(Some(range)));
                }
            }
            return;
        }
        if let Some(at) = response.interact_pointer_pos()
            && (response.dragged_by(egui::PointerButton::Primary) || response.clicked())
            && at.x >= area.left() - 4.0
        {
            let moment = scale
                .moment(at.x.clamp(area.left(), area.right()))
                .round()
                .max(0.0);
            commands.push(Command::GoTo(Moment(moment as u64)));
        }
        if response.dragged_by(egui::PointerButton::Middle)
            || response.dragged_by(egui::PointerButton::Secondary)
        {
            self.pan(app, -f64::from(response.drag_delta().x) * scale.step());
        }
        if let Some(at) = response.hover_pos() {
            let (scroll, zoom) = ui.input(|i| (i.smooth_scroll_delta(), i.zoom_delta()));
            if (zoom - 1.0).abs() > 1e-6 {
                self.zoom(app, scale.moment(at.x), f64::from(1.0 / zoom));
            } else if scroll.y != 0.0 {
                self.zoom(app, scale.moment(at.x), f64::from(-scroll.y / 120.0).exp2());
            }
            if scroll.x != 0.0 {
                self.pan(app, -f64::from(scroll.x) * scale.step());
            }
        }
    }
}

/// The program's part of the run: from its first instruction to its last, with a little of the
/// shutdown behind it.
fn whole(app: &AppState) -> (f64, f64) {
    match &app.document {
        Some(document) => whole_of(document, app.axis()),
        None => (0.0, 2.0),
    }
}

/// As [`whole`], of any document.
pub fn whole_of(document: &Document, axis: &TimeAxis) -> (f64, f64) {
    let model = document.timeline();
    let first = model.first_call().unwrap_or(document.first());
    let first = axis.place(first.0 as f64);
    let last = axis.place(document.last().0 as f64);
    let end = model.finalizing().map_or(last, |moment| {
        let end = axis.place(moment.0 as f64);
        (end + (end - first) * 0.04).min(last)
    });
    let first = (first - (end - first) * 0.01).max(0.0);
    if end - first < 2.0 {
        (0.0, last.max(2.0))
    } else {
        (first, end)
    }
}

fn call_rows(model: &Model, lane: &ThreadLane) -> usize {
    let most = if model.thread_count() > 2 { 1 } else { 4 };
    lane.calls.len().clamp(1, most)
}

fn lane_height(model: &Model, lane: &ThreadLane) -> f32 {
    let gil = if model.thread_count() > 1 {
        GIL_ROW + 2.0
    } else {
        0.0
    };
    gil + call_rows(model, lane) as f32 * CALL_ROW + 4.0
}

/// The color of what a thread does.
pub fn doing_color(theme: &Theme, doing: Doing) -> Color32 {
    match doing {
        Doing::Running => theme.gil_running,
        Doing::Waiting => theme.gil_waiting,
        Doing::Refused => theme.gil_refused,
        Doing::Blocked => theme.blocked,
        Doing::Sleeping | Doing::Joining | Doing::Io => theme.sleeping,
        Doing::Idle => Color32::TRANSPARENT,
    }
}

fn lane_name(painter: &egui::Painter, name: &str, left: f32, middle: f32, color: Color32) {
    let mut job = egui::text::LayoutJob::single_section(
        name.to_owned(),
        egui::TextFormat::simple(FontId::proportional(12.0), color),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(GUTTER - 18.0);
    let galley = painter.layout_job(job);
    let at = Pos2::new(
        left + GUTTER - 8.0 - galley.size().x,
        middle - galley.size().y / 2.0,
    );
    painter.galley(at, galley, color);
}

/// Folds are hatched, so that nobody takes their width for their length.
fn folds_ui(painter: &egui::Painter, theme: &Theme, scale: &Scale<'_>, area: Rect) {
    for fold in scale.axis.folds() {
        let left = scale.x(fold.start as f64).max(area.left());
        let right = scale.x(fold.end as f64).min(area.right());
        if right <= left {
            continue;
        }
        let rect = Rect::from_min_max(Pos2::new(left, area.top()), Pos2::new(right, area.bottom()));
        painter.rect_filled(rect, 0.0, mix(theme.panel, theme.window, 0.55));
        let inside = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
        let stroke = Stroke::new(1.0, theme.border.gamma_multiply(0.7));
        let mut x = rect.left() - rect.height();
        while x < rect.right() {
            inside.line_segment(
                [
                    Pos2::new(x, rect.bottom()),
                    Pos2::new(x + rect.height(), rect.top()),
                ],
                stroke,
            );
            x += 9.0;
        }
    }
}

fn ruler(painter: &egui::Painter, theme: &Theme, scale: &Scale<'_>, area: Rect) {
    let target = scale.step() * 110.0;
    let base = 10_f64.powf(target.max(1.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * base)
        .into_iter()
        .find(|&s| s >= target)
        .unwrap_or(base * 10.0);
    let step = step.max(1.0) as u64;
    let (from, to) = scale.moments();
    let mut free = area.left();
    for part in scale.axis.parts(from, to) {
        // Inside a fold the ticks of the rest would lie on each other.
        let step = step * (part.density.ceil() as u64).next_power_of_two().max(1);
        let mut moment = part.start.div_ceil(step) * step;
        while moment < part.end {
            let x = scale.x(moment as f64);
            let text = painter.layout_no_wrap(
                grouped(moment),
                FontId::proportional(11.5),
                theme.text_faint,
            );
            let fits = x >= free && x + text.size().x + 8.0 < area.right();
            if fits || part.density <= 1.0 {
                painter.vline(
                    x,
                    area.top()..=area.bottom(),
                    Stroke::new(1.0, theme.border.gamma_multiply(0.6)),
                );
            }
            if fits {
                free = x + text.size().x + 14.0;
                let at = Pos2::new(x + 4.0, area.top() + (RULER - text.size().y) / 2.0);
                painter.galley(at, text, theme.text_faint);
            }
            moment += step;
        }
    }
}

/// The loop and the named ranges, on the ruler.
fn ranges_ui(
    painter: &egui::Painter,
    theme: &Theme,
    app: &AppState,
    scale: &Scale<'_>,
    area: Rect,
) {
    let named = app.notes.ranges.iter().enumerate().map(|(index, range)| {
        let color = theme.series[index % theme.series.len()];
        (range.start, range.end, range.name.as_str(), color)
    });
    let looped = app
        .looped
        .map(|(start, end)| (start.0, end.0, "loop", theme.accent));
    for (start, end, name, color) in named.chain(looped) {
        let left = scale.x(start as f64).max(area.left());
        let right = scale.x(end as f64).min(area.right());
        if right <= left {
            continue;
        }
        let bar = Rect::from_min_max(
            Pos2::new(left, area.top()),
            Pos2::new(right.max(left + 2.0), area.top() + RULER),
        );
        painter.rect_filled(bar, 2.0, color.gamma_multiply(0.35));
        for x in [left, right] {
            painter.vline(x, area.y_range(), Stroke::new(1.0, color));
        }
        let text = painter.layout_no_wrap(name.to_owned(), theme::strong(11.5), theme.text);
        if text.size().x + 8.0 < bar.width() {
            let at = bar.center() - text.size() / 2.0;
            painter.rect_filled(
                Rect::from_min_size(at, text.size()).expand(2.0),
                2.0,
                theme.panel,
            );
            painter.galley(at, text, theme.text);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one lane's whole surroundings")]
fn thread_lane(
    ui: &Ui,
    painter: &egui::Painter,
    theme: &Theme,
    document: &Document,
    app: &AppState,
    lane: &ThreadLane,
    scale: &Scale<'_>,
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let model = document.timeline();
    let (_, end) = scale.moments();
    let name = document.thread_name(lane.thread);
    let chosen = app.selected.thread == Some(lane.thread);
    let gutter = Rect::from_min_max(
        Pos2::new(rect.left() - GUTTER, rect.top()),
        rect.left_bottom(),
    );
    let click = ui.interact(gutter, ui.id().with(("lane", lane.thread)), Sense::click());
    let color = if chosen || click.hovered() {
        theme.accent
    } else {
        theme.text_muted
    };
    lane_name(
        painter,
        &name,
        gutter.left(),
        rect.top() + 4.0 + CALL_ROW / 2.0,
        color,
    );
    if click.clicked() {
        commands.push(Command::Select(Selection::Thread(lane.thread)));
    }
    painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, theme.border));
    let mut y = rect.top() + 3.0;
    if model.thread_count() > 1 {
        let mut mesh = egui::Mesh::default();
        for stretch in scale.visible(&lane.doing) {
            let color = doing_color(theme, stretch.what);
            if color != Color32::TRANSPARENT {
                let x = scale.x(stretch.start as f64).max(rect.left());
                let right = scale.x(stretch.end.min(end) as f64).min(rect.right());
                mesh.add_colored_rect(
                    Rect::from_min_max(Pos2::new(x, y), Pos2::new(right.max(x + 1.0), y + GIL_ROW)),
                    color,
                );
            }
        }
        painter.add(Shape::mesh(mesh));
        y += GIL_ROW + 2.0;
    }
    for row in lane.calls.iter().take(call_rows(model, lane)) {
        for stretch in scale.visible(row) {
            let x = scale.x(stretch.start as f64).max(rect.left());
            let right = scale
                .x(stretch.end.min(app.last().0) as f64)
                .min(rect.right());
            let bar = Rect::from_min_max(
                Pos2::new(x, y),
                Pos2::new(right.max(x + 1.0), y + CALL_ROW - 2.0),
            );
            // The library is gray: it is not what one came to see.
            let tone = if document.is_program_code(stretch.what.code) {
                theme.series[stretch.what.code.0 as usize % theme.series.len()]
            } else {
                theme.text_faint
            };
            let here = (stretch.start..stretch.end).contains(&app.cursor.0);
            let fill = mix(theme.panel, tone, if here { 0.55 } else { 0.3 });
            painter.rect_filled(bar, 2.0, fill);
            if bar.width() > 24.0 {
                let label = document.code_name(stretch.what.code);
                let mut job = egui::text::LayoutJob::single_section(
                    label,
                    egui::TextFormat::simple(theme::mono(11.0), theme.text),
                );
                job.wrap = egui::text::TextWrapping::truncate_at_width(bar.width() - 8.0);
                let galley = painter.layout_job(job);
                let at = Pos2::new(bar.left() + 4.0, bar.center().y - galley.size().y / 2.0);
                painter.galley(at, galley, theme.text);
            }
        }
        y += CALL_ROW;
    }
}

/// Collector passes as bars, exceptions as triangles, output as ticks, bookmarks as flags.
fn events_lane(
    painter: &egui::Painter,
    theme: &Theme,
    app: &AppState,
    model: &Model,
    scale: &Scale<'_>,
    rect: Rect,
) {
    painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, theme.border));
    let (start, end) = scale.moments();
    for pass in scale.visible(model.passes()) {
        let x = scale.x(pass.start as f64).max(rect.left());
        let right = scale
            .x(pass.end.min(end) as f64)
            .min(rect.right())
            .max(x + 3.0);
        let bar = Rect::from_min_max(
            Pos2::new(x, rect.top() + 3.0),
            Pos2::new(right, rect.bottom() - 2.0),
        );
        painter.rect_filled(bar, 2.0, theme.gc_pass.gamma_multiply(0.85));
        if bar.width() > 52.0 {
            painter.text(
                bar.left_center() + Vec2::new(4.0, 0.0),
                Align2::LEFT_CENTER,
                format!("gc {}", pass.what.generation),
                theme::strong(11.0),
                theme.ink,
            );
        }
    }
    let marks = model.marks();
    let mut taken = [f32::NEG_INFINITY; 2];
    let first = marks.partition_point(|&(at, _)| at < start);
    for &(at, kind) in marks[first..]
        .iter()
        .take_while(|&&(at, _)| at < end)
        .take(100_000)
    {
        let x = scale.x(at as f64);
        let row = usize::from(kind == MarkKind::Raise);
        if x - taken[row] < 2.0 {
            continue;
        }
        taken[row] = x;
        match kind {
            MarkKind::Raise => {
                let top = Pos2::new(x, rect.top() + 3.0);
                let low = rect.bottom() - 3.0;
                painter.add(Shape::convex_polygon(
                    vec![top, Pos2::new(x + 4.5, low), Pos2::new(x - 4.5, low)],
                    theme.error,
                    Stroke::NONE,
                ));
            }
            MarkKind::Output => {
                painter.vline(
                    x,
                    rect.top() + 5.0..=rect.bottom() - 4.0,
                    Stroke::new(1.5, theme.text_muted),
                );
            }
            MarkKind::Finalize | MarkKind::WeakrefCallback => {
                painter.circle_filled(Pos2::new(x, rect.center().y), 3.0, theme.weak_edge);
            }
        }
    }
    for bookmark in app.notes.bookmarks.keys() {
        let x = scale.x(bookmark.0 as f64);
        let top = rect.top() + 1.0;
        painter.add(Shape::convex_polygon(
            vec![
                Pos2::new(x, top),
                Pos2::new(x + 9.0, top + 4.0),
                Pos2::new(x, top + 8.0),
            ],
            theme.accent,
            Stroke::NONE,
        ));
        painter.vline(x, top..=rect.bottom(), Stroke::new(1.2, theme.accent));
    }
}

fn memory_lane(
    painter: &egui::Painter,
    theme: &Theme,
    model: &Model,
    last: u64,
    scale: &Scale<'_>,
    rect: Rect,
) {
    painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, theme.border));
    let columns = (rect.width() / 2.0).max(1.0) as usize;
    let samples: Vec<(f32, u64)> = (0..=columns)
        .map(|i| rect.left() + rect.width() * i as f32 / columns as f32)
        .take_while(|&x| scale.moment(x) <= last as f64)
        .map(|x| {
            let from = scale.moment(x).max(0.0);
            let to = scale.moment(x + 2.0);
            (x, model.memory_between(from as u64, to.ceil() as u64))
        })
        .collect();
    let Some(high) = samples.iter().map(|&(_, b)| b).max() else {
        return;
    };
    let low = samples.iter().map(|&(_, b)| b).min().unwrap_or(0);
    // The scale starts near the least, or a program's own objects would drown in the interpreter's.
    let spread = (high - low).max(1);
    let y = |bytes: u64| {
        let part = (bytes - low) as f32 / spread as f32;
        rect.bottom() - 3.0 - part * (rect.height() - 8.0)
    };
    let mut mesh = egui::Mesh::default();
    let fill = theme.series[0].gamma_multiply(0.28);
    for pair in samples.windows(2) {
        mesh.add_colored_rect(
            Rect::from_min_max(
                Pos2::new(pair[0].0, y(pair[0].1)),
                Pos2::new(pair[1].0, rect.bottom()),
            ),
            fill,
        );
    }
    painter.add(Shape::mesh(mesh));
    let line: Vec<Pos2> = samples.iter().map(|&(x, b)| Pos2::new(x, y(b))).collect();
    painter.add(Shape::line(line, Stroke::new(1.3, theme.series[0])));
    let text = format!("{} … {}", bytes(low), bytes(high));
    let galley = painter.layout_no_wrap(text, FontId::proportional(11.0), theme.text_muted);
    let at = Pos2::new(rect.left() + 5.0, rect.top() + 3.0);
    painter.rect_filled(
        Rect::from_min_size(at, galley.size()).expand(2.0),
        2.0,
        theme.panel.gamma_multiply(0.8),
    );
    painter.galley(at, galley, theme.text_muted);
}

fn cursor(painter: &egui::Painter, theme: &Theme, cursor: Moment, scale: &Scale<'_>, area: Rect) {
    let x = scale.x(cursor.0 as f64);
    if x < area.left() - 1.0 || x > area.right() + 1.0 {
        return;
    }
    painter.vline(
        x,
        area.top()..=area.bottom(),
        Stroke::new(2.0, theme.accent),
    );
    painter.add(Shape::convex_polygon(
        vec![
            Pos2::new(x - 6.0, area.top()),
            Pos2::new(x + 6.0, area.top()),
            Pos2::new(x, area.top() + 9.0),
        ],
        theme.accent,
        Stroke::NONE,
    ));
}

/// Under the pointer: the moment, and the function that ran there.
fn hover(
    ui: &Ui,
    theme: &Theme,
    app: &AppState,
    document: &Document,
    scale: &Scale<'_>,
    area: Rect,
    response: &egui::Response,
) {
    let Some(at) = response.hover_pos().filter(|at| area.contains(*at)) else {
        return;
    };
    if response.dragged() {
        return;
    }
    let moment = scale.moment(at.x).max(0.0) as u64;
    let mut text = format!("moment {}", grouped(moment));
    for (moment, mark) in &app.notes.bookmarks {
        if (scale.x(moment.0 as f64) - at.x).abs() < 6.0 {
            text = format!("{text}\nbookmark: {}", mark.title);
            if !mark.note.is_empty() {
                text = format!("{text}\n{}", mark.note);
            }
        }
    }
    for lane in document.timeline().threads() {
        let innermost = (0..lane.calls.len())
            .rev()
            .find_map(|depth| lane.call_at(depth, moment));
        if let Some(call) = innermost {
            text.push('\n');
            if document.timeline().thread_count() > 1 {
                text.push_str(&document.thread_name(lane.thread));
                text.push_str(": ");
            }
            text.push_str(&document.code_name(call.what.code));
            if document.timeline().thread_count() > 1
                && let Some(doing) = lane.doing_at(moment)
            {
                text = format!("{text} · {}", doing.name());
            }
        }
    }
    let galley = ui
        .painter()
        .layout_no_wrap(text, FontId::proportional(12.5), theme.text);
    let size = galley.size() + Vec2::new(14.0, 8.0);
    let left = (at.x + 12.0).min(area.right() - size.x);
    let rect = Rect::from_min_size(Pos2::new(left, area.top() - size.y - 6.0), size);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Tooltip,
        ui.id().with("moment"),
    ));
    painter.rect(
        rect,
        theme.corner_radius,
        theme.raised,
        Stroke::new(1.0, theme.border_strong),
        StrokeKind::Inside,
    );
    painter.galley(rect.min + Vec2::new(7.0, 4.0), galley, theme.text);
    ui.painter_at(area).vline(
        at.x,
        area.top()..=area.bottom(),
        Stroke::new(1.0, theme.text_faint),
    );
}
