//! The whole heap as one picture: a square for each object, the objects of a type together.

use std::sync::Arc;

use egui::{Color32, Mesh, Pos2, Rect, RichText, Sense, Shape, Stroke, StrokeKind, Ui, Vec2};

use crate::analysis::retained::reachable;
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::panels::PanelContext;
use crate::app::ui::theme::{self, mix};
use crate::app::ui::widgets;
use crate::base::ObjId;
use crate::views::format::{bytes, counted, grouped};
use crate::views::heap_map::{Extent, HeapMap, TITLE, heap_map};

/// The map and the mesh it is drawn with, kept until something changes.
#[derive(Debug, Default)]
pub struct MapView {
    extent: Extent,
    map: HeapMap,
    mesh: Arc<Mesh>,
    garbage: usize,
    key: Option<(u64, Extent, [u32; 2], theme::ThemeKind)>,
}

/// Squares smaller than this touch each other: a gap would be all one sees.
const GAP_FROM: f32 = 5.0;

impl MapView {
    /// Draws the map into what is left of the panel; true when the user chose an object to dive to.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) -> bool {
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(10, 4))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    for (extent, name) in [
                        (Extent::Program, "Since the program began"),
                        (Extent::Everything, "Everything"),
                    ] {
                        let chosen = self.extent == extent;
                        let text = RichText::new(name).size(12.5);
                        if ui.selectable_label(chosen, text).clicked() {
                            self.extent = extent;
                        }
                    }
                    let mut words = format!(
                        "{} · {} · one square each",
                        counted(self.map.objects as u64, "object", "objects"),
                        bytes(self.map.bytes)
                    );
                    if self.garbage > 0 {
                        words = format!(
                            "{words} · {} that nothing reaches (crossed)",
                            grouped(self.garbage as u64)
                        );
                    }
                    widgets::hint(ui, theme, &words);
                });
            });
        let area = ui.available_rect_before_wrap().shrink(6.0);
        if area.width() < 60.0 || area.height() < 60.0 {
            return false;
        }
        let key = (
            ctx.app.revision,
            self.extent,
            [area.width() as u32, area.height() as u32],
            theme.kind,
        );
        if self.key != Some(key) {
            self.key = Some(key);
            self.map = heap_map(ctx.look, self.extent, (area.width(), area.height()));
            self.draw(ctx);
        }
        let response = ui.allocate_rect(area, Sense::click());
        let mut mesh = Mesh::clone(&self.mesh);
        mesh.translate(area.min.to_vec2());
        let painter = ui.painter_at(area);
        for region in &self.map.regions {
            let [left, top, width, height] = region.rect;
            let rect =
                Rect::from_min_size(area.min + Vec2::new(left, top), Vec2::new(width, height));
            painter.rect_filled(rect, 3.0, theme.raised);
        }
        painter.add(Shape::mesh(mesh));
        for (number, region) in self.map.regions.iter().enumerate() {
            let [left, top, width, _] = region.rect;
            let title =
                Rect::from_min_size(area.min + Vec2::new(left, top), Vec2::new(width, TITLE));
            let words = format!(
                "{} {}",
                region.type_name,
                grouped(region.objects.len() as u64)
            );
            widgets::clipped(
                ui,
                title,
                4.0,
                width - 8.0,
                &words,
                theme::strong(12.0),
                theme.text,
            );
            let named = ui.interact(title, ui.id().with(("region", number)), Sense::hover());
            named.widget_info(|| {
                egui::WidgetInfo::labeled(
                    egui::WidgetType::Label,
                    true,
                    format!(
                        "{}, {}, {}",
                        region.type_name,
                        counted(region.objects.len() as u64, "object", "objects"),
                        bytes(region.bytes)
                    ),
                )
            });
        }
        if let Some(selected) = ctx.app.selected.object {
            self.outline(&painter, area, selected, theme.accent);
        }
        self.pointer_ui(ui, ctx, area, &response)
    }

    /// What is under the pointer; a click dives in.
    fn pointer_ui(
        &self,
        ui: &Ui,
        ctx: &mut PanelContext<'_>,
        area: Rect,
        response: &egui::Response,
    ) -> bool {
        let Some(at) = response.hover_pos() else {
            return false;
        };
        let local = at - area.min;
        let Some((region, object)) = self.map.at(local.x, local.y) else {
            return false;
        };
        let Some(object) = object else { return false };
        self.outline(&ui.painter_at(area), area, object, ctx.theme.text);
        let count = ctx
            .look
            .object(object)
            .filter(|view| !view.is_immortal())
            .map_or_else(
                || "immortal".to_owned(),
                |view| counted(u64::from(view.ob_refcnt), "reference", "references"),
            );
        let words = format!(
            "{} {}\n{count} · click to see it in the graph",
            region.type_name,
            ctx.look.short(object, 60)
        );
        egui::Tooltip::for_enabled(response)
            .at_pointer()
            .show(|ui| ui.label(words));
        if response.clicked() {
            ctx.commands
                .push(Command::Select(Selection::Object(object)));
            return true;
        }
        false
    }

    fn outline(&self, painter: &egui::Painter, area: Rect, object: ObjId, color: Color32) {
        for region in &self.map.regions {
            if let Some(number) = region.objects.iter().position(|&id| id == object) {
                let (left, top) = region.square(number);
                let rect =
                    Rect::from_min_size(area.min + Vec2::new(left, top), Vec2::splat(region.cell));
                painter.rect_stroke(rect, 1.0, Stroke::new(2.0, color), StrokeKind::Outside);
            }
        }
    }

    /// One mesh for all squares: its cost does not grow with each frame.
    fn draw(&mut self, ctx: &PanelContext<'_>) {
        let theme = ctx.theme;
        let reached = reachable(ctx.look.state);
        let mut mesh = Mesh::default();
        mesh.reserve_vertices(self.map.objects * 4);
        mesh.reserve_triangles(self.map.objects * 2);
        self.garbage = 0;
        for region in &self.map.regions {
            let color = mix(theme.inset, theme.type_color(&region.type_name), 0.85);
            let gap = if region.cell < GAP_FROM { 0.0 } else { 1.0 };
            for (number, object) in region.objects.iter().enumerate() {
                let (left, top) = region.square(number);
                let rect =
                    Rect::from_min_size(Pos2::new(left, top), Vec2::splat(region.cell - gap));
                let alive = reached.get(object.index()).copied().unwrap_or(true);
                if alive {
                    mesh.add_colored_rect(rect, color);
                    continue;
                }
                self.garbage += 1;
                mesh.add_colored_rect(rect, theme.cycle);
                let bar = Rect::from_center_size(
                    rect.center(),
                    Vec2::new(rect.width() * 0.7, (rect.height() * 0.18).max(1.0)),
                );
                mesh.add_colored_rect(bar, theme.panel);
            }
        }
        self.mesh = Arc::new(mesh);
    }
}

/// The switch between the graph and the map.
pub fn switch_ui(ui: &mut Ui, ctx: &PanelContext<'_>, on: &mut bool) -> bool {
    let theme = ctx.theme;
    let words = if *on {
        "Back to the graph"
    } else {
        "Whole heap"
    };
    let button = egui::Button::new(RichText::new(words).size(12.5).color(theme.text))
        .fill(if *on { theme.accent_soft } else { theme.raised });
    let tip = "Every object of the heap as one square, by type";
    let clicked = ui.add(button).on_hover_text(tip).clicked();
    if clicked {
        *on = !*on;
    }
    clicked
}
