//! Buttons with drawn signs: the same in every font and at every size.

use egui::{Color32, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2};

use crate::app::ui::theme::Theme;

/// A sign on a button.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Icon {
    First,
    Back,
    Play,
    Pause,
    Forward,
    Last,
    Stop,
    Rerun,
    Search,
    Menu,
    Close,
    Light,
    Dark,
    Fit,
    ZoomIn,
    ZoomOut,
    Help,
    Command,
    Bookmark,
}

/// A square button with a sign; `name` is for screen readers and, with `keys`, the tooltip.
pub fn icon_button(
    ui: &mut Ui,
    theme: &Theme,
    icon: Icon,
    name: &str,
    keys: &str,
    enabled: bool,
) -> Response {
    let size = Vec2::new(30.0, 26.0);
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, enabled, name));
    let (ground, color) = if !enabled {
        (None, theme.border_strong)
    } else if response.is_pointer_button_down_on() {
        (Some(theme.accent_soft), theme.text)
    } else if response.hovered() || response.has_focus() {
        (Some(theme.hover), theme.text)
    } else {
        (None, theme.text_muted)
    };
    if let Some(ground) = ground {
        ui.painter().rect_filled(rect, theme.corner_radius, ground);
    }
    paint(ui, icon, rect.center(), 7.0, color);
    let tip = if keys.is_empty() {
        name.to_owned()
    } else {
        format!("{name}   {keys}")
    };
    response.on_hover_text(tip)
}

/// Paints a sign around `center`, `r` points to each side.
pub fn paint(ui: &Ui, icon: Icon, center: Pos2, r: f32, color: Color32) {
    let painter = ui.painter();
    let at = |x: f32, y: f32| center + Vec2::new(x * r, y * r);
    let stroke = Stroke::new(1.6, color);
    let triangle = |a: (f32, f32), b: (f32, f32), c: (f32, f32)| {
        painter.add(Shape::convex_polygon(
            vec![at(a.0, a.1), at(b.0, b.1), at(c.0, c.1)],
            color,
            Stroke::NONE,
        ));
    };
    let bar = |x: f32, w: f32| {
        painter.rect_filled(Rect::from_min_max(at(x, -0.8), at(x + w, 0.8)), 0.5, color);
    };
    let line = |points: &[(f32, f32)]| {
        painter.add(Shape::line(
            points.iter().map(|&(x, y)| at(x, y)).collect(),
            stroke,
        ));
    };
    match icon {
        Icon::First => {
            bar(-0.9, 0.25);
            triangle((0.8, -0.8), (0.8, 0.8), (-0.5, 0.0));
        }
        Icon::Last => {
            bar(0.65, 0.25);
            triangle((-0.8, 0.8), (-0.8, -0.8), (0.5, 0.0));
        }
        Icon::Back => {
            triangle((0.1, -0.8), (0.1, 0.8), (-0.9, 0.0));
            bar(0.4, 0.25);
        }
        Icon::Forward => {
            triangle((-0.1, 0.8), (-0.1, -0.8), (0.9, 0.0));
            bar(-0.65, 0.25);
        }
        Icon::Play => triangle((-0.6, 0.95), (-0.6, -0.95), (0.95, 0.0)),
        Icon::Pause => {
            bar(-0.7, 0.45);
            bar(0.25, 0.45);
        }
        Icon::Stop => {
            painter.rect_filled(Rect::from_min_max(at(-0.7, -0.7), at(0.7, 0.7)), 1.0, color);
        }
        Icon::Rerun => {
            arc(ui, center, r * 0.75, 0.6, 5.9, stroke);
            triangle((0.95, -0.95), (0.95, 0.05), (0.1, -0.35));
        }
        Icon::Search => {
            painter.circle_stroke(at(-0.2, -0.2), r * 0.6, stroke);
            line(&[(0.25, 0.25), (0.85, 0.85)]);
        }
        Icon::Menu => {
            for y in [-0.65, 0.0, 0.65] {
                line(&[(-0.85, y), (0.85, y)]);
            }
        }
        Icon::Close => {
            line(&[(-0.6, -0.6), (0.6, 0.6)]);
            line(&[(-0.6, 0.6), (0.6, -0.6)]);
        }
        Icon::Light => {
            painter.circle_filled(center, r * 0.42, color);
            for i in 0..8 {
                let (s, c) = (i as f32 * std::f32::consts::FRAC_PI_4).sin_cos();
                painter.line_segment([at(c * 0.68, s * 0.68), at(c, s)], stroke);
            }
        }
        Icon::Dark => {
            let mut points = Vec::new();
            for i in 0..=16 {
                let a = 0.9 + i as f32 / 16.0 * 4.5;
                points.push(at(a.cos() * 0.85, a.sin() * 0.85));
            }
            for i in (0..=12).rev() {
                let a = 1.4 + i as f32 / 12.0 * 3.5;
                points.push(at(0.3 + a.cos() * 0.62, a.sin() * 0.62));
            }
            painter.add(Shape::closed_line(points, stroke));
        }
        Icon::Fit => {
            for (x, y) in [(-1.0_f32, -1.0_f32), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                let (x, y) = (x * 0.8, y * 0.8);
                line(&[(x * 0.4, y), (x, y), (x, y * 0.4)]);
            }
        }
        Icon::ZoomIn | Icon::ZoomOut => {
            line(&[(-0.7, 0.0), (0.7, 0.0)]);
            if icon == Icon::ZoomIn {
                line(&[(0.0, -0.7), (0.0, 0.7)]);
            }
        }
        Icon::Help => {
            arc(ui, at(0.0, -0.4), r * 0.45, 3.3, 7.2, stroke);
            line(&[(0.2, -0.05), (0.0, 0.15), (0.0, 0.4)]);
            painter.circle_filled(at(0.0, 0.8), 1.3, color);
        }
        Icon::Command => {
            line(&[(-0.8, -0.6), (-0.2, 0.0), (-0.8, 0.6)]);
            line(&[(0.05, 0.6), (0.9, 0.6)]);
        }
        Icon::Bookmark => {
            line(&[
                (-0.5, -0.85),
                (0.5, -0.85),
                (0.5, 0.85),
                (0.0, 0.35),
                (-0.5, 0.85),
                (-0.5, -0.85),
            ]);
        }
    }
}

fn arc(ui: &Ui, center: Pos2, radius: f32, from: f32, to: f32, stroke: Stroke) {
    let points = (0..=24)
        .map(|i| {
            let a = from + (to - from) * i as f32 / 24.0;
            center + Vec2::new(a.cos(), a.sin()) * radius
        })
        .collect();
    ui.painter().add(Shape::line(points, stroke));
}
