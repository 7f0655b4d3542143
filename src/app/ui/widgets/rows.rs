//! A table whose cost follows what is visible: only the rows in view are made and painted.

use egui::{Align2, Color32, FontId, Pos2, Rect, Response, ScrollArea, Sense, Ui, Vec2};

use crate::app::ui::theme::Theme;

/// A scrolling list of rows of one height.
pub struct VirtualRows {
    id: egui::Id,
    row_height: f32,
    count: usize,
    reveal: Option<usize>,
}

/// Frames in which a row that is not in view is scrolled to.
const MOST_TRIES: u8 = 3;

impl VirtualRows {
    /// `count` rows of `row_height`.
    pub fn new(id: impl std::hash::Hash + std::fmt::Debug, row_height: f32, count: usize) -> Self {
        Self {
            id: egui::Id::new(id),
            row_height,
            count,
            reveal: None,
        }
    }

    /// Scrolls so that this row is in view, when it changed since the last frame.
    #[must_use]
    pub fn reveal(mut self, row: Option<usize>) -> Self {
        self.reveal = row;
        self
    }

    /// Calls `row` with each visible row's number and place.
    pub fn show(self, ui: &mut Ui, mut row: impl FnMut(&mut Ui, usize, Rect)) {
        let memory = self.id.with("revealed");
        let height = ui.available_height();
        let mut area = ScrollArea::vertical()
            .id_salt(self.id)
            .auto_shrink([false, false]);
        if let Some(reveal) = self.reveal {
            // A place that changed its height is looked at again. The row counts as shown only when
            // a frame found it in view: a panel that appears or is resized just then may not follow.
            let now = (reveal, height as i32);
            let before: Option<((usize, i32), u8)> = ui.data(|data| data.get_temp(memory));
            let tries = match before {
                Some((known, tries)) if known == now => tries,
                _ => 0,
            };
            if tries < MOST_TRIES {
                let offset: f32 =
                    ui.data(|data| data.get_temp(self.id.with("offset")).unwrap_or(0.0));
                let top = reveal as f32 * self.row_height;
                let margin = self.row_height * 2.0;
                let above = top - margin >= offset || offset < self.row_height;
                let content = self.row_height * self.count as f32;
                let below = top + self.row_height + margin <= offset + height
                    || offset + height > content - self.row_height;
                let visible = top >= offset && top + self.row_height <= offset + height;
                if visible && above && below {
                    ui.data_mut(|data| data.insert_temp(memory, (now, MOST_TRIES)));
                } else {
                    // Whole rows: half a row at the top looks like a mistake.
                    let offset = ((top - height * 0.4) / self.row_height).round() * self.row_height;
                    area = area.vertical_scroll_offset(offset.max(0.0));
                    ui.data_mut(|data| data.insert_temp(memory, (now, tries + 1)));
                    ui.ctx().request_repaint();
                }
            }
        }
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_height(self.row_height * self.count as f32);
            let first = (viewport.min.y / self.row_height).floor().max(0.0) as usize;
            let last =
                ((viewport.max.y / self.row_height).ceil().max(0.0) as usize).min(self.count);
            let origin = ui.max_rect().min;
            let width = ui.max_rect().width();
            for index in first..last {
                let rect = Rect::from_min_size(
                    origin + Vec2::new(0.0, index as f32 * self.row_height),
                    Vec2::new(width, self.row_height),
                );
                row(ui, index, rect);
            }
        });
        ui.data_mut(|data| data.insert_temp(self.id.with("offset"), output.state.offset.y));
    }
}

/// One cell of a painted row.
pub struct Cell<'a> {
    pub x: f32,
    pub width: f32,
    pub text: &'a str,
    pub font: FontId,
    pub color: Color32,
}

/// Paints the ground and the cells of a row and senses clicks on it.
pub fn row_painter(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    id: egui::Id,
    chosen: bool,
    name: &str,
    cells: &[Cell<'_>],
) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::WidgetType::SelectableLabel, true, chosen, name)
    });
    if chosen {
        ui.painter().rect_filled(rect, 0.0, theme.accent_soft);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.raised);
    }
    for cell in cells {
        clipped(
            ui,
            rect,
            cell.x,
            cell.width,
            cell.text,
            cell.font.clone(),
            cell.color,
        );
    }
    response
}

/// Paints text on one line at `x` inside `rect`, cut with an ellipsis where it is longer than `width`.
pub fn clipped(
    ui: &Ui,
    rect: Rect,
    x: f32,
    width: f32,
    text: &str,
    font: FontId,
    color: Color32,
) -> Rect {
    if width <= 4.0 || text.is_empty() {
        return Rect::NOTHING;
    }
    let mut job = egui::text::LayoutJob::single_section(
        text.to_owned(),
        egui::TextFormat::simple(font, color),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = ui.painter().layout_job(job);
    let at =
        Align2::LEFT_CENTER.anchor_size(Pos2::new(rect.left() + x, rect.center().y), galley.size());
    ui.painter().galley(at.min, galley, color);
    at
}
