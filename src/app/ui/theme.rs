//! The one design language: roles for colors, sizes and spaces, in light, dark and high contrast.
//!
//! Nothing else in the window names a raw color. A role says what a color means ("the line that
//! just ran"), so that a theme can choose it anew without a panel knowing.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Vec2};
use serde::{Deserialize, Serialize};

/// Which palette the window wears.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum ThemeKind {
    Light,
    #[default]
    Dark,
    HighContrast,
}

impl ThemeKind {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::HighContrast];

    /// The theme of this name, in any case; a hyphen is as good as a space.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.replace('-', " ");
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(&name))
    }

    /// The word for it on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "Light",
            Self::Dark => "Dark",
            Self::HighContrast => "High contrast",
        }
    }
}

/// Distances, in points. A panel uses these and no others.
pub mod space {
    pub const XS: f32 = 4.0;
    pub const S: f32 = 8.0;
    pub const M: f32 = 12.0;
    pub const L: f32 = 16.0;
    pub const XL: f32 = 24.0;
    /// The height of a row of a table or a listing.
    pub const ROW: f32 = 22.0;
    /// The height of one lane of the timeline.
    pub const LANE: f32 = 18.0;
}

/// The family of the half-bold face of the user interface's font.
pub const STRONG: &str = "strong";
/// The family of the bold face of the code font.
pub const MONO_STRONG: &str = "mono-strong";

/// The colors of one theme, by role.
#[derive(Clone, Debug)]
pub struct Theme {
    pub kind: ThemeKind,
    /// Behind everything: bars and gaps.
    pub window: Color32,
    /// The ground of a panel.
    pub panel: Color32,
    /// Cards, headers of tables, buttons at rest.
    pub raised: Color32,
    /// Buttons under the pointer.
    pub hover: Color32,
    /// The ground of listings, graphs and charts.
    pub inset: Color32,
    pub border: Color32,
    pub border_strong: Color32,
    pub text: Color32,
    pub text_muted: Color32,
    pub text_faint: Color32,
    /// Links, the cursor, what is chosen.
    pub accent: Color32,
    /// The ground of what is chosen.
    pub accent_soft: Color32,
    /// Text on a type color or on the accent.
    pub ink: Color32,
    pub refcount_up: Color32,
    pub refcount_down: Color32,
    pub warning: Color32,
    pub error: Color32,
    pub executed_line: Color32,
    pub next_line: Color32,
    pub subexpression: Color32,
    pub breakpoint: Color32,
    pub weak_edge: Color32,
    pub edge: Color32,
    pub cycle: Color32,
    pub gc_pass: Color32,
    pub gil_running: Color32,
    pub gil_waiting: Color32,
    pub gil_refused: Color32,
    pub blocked: Color32,
    pub sleeping: Color32,
    pub stderr: Color32,
    pub syntax: SyntaxColors,
    /// Colors that only have to be told apart, such as the lines of a chart.
    pub series: [Color32; 8],
    pub corner_radius: CornerRadius,
}

/// The colors of source text, by kind of token.
#[derive(Clone, Debug)]
pub struct SyntaxColors {
    pub keyword: Color32,
    pub definition: Color32,
    pub builtin: Color32,
    pub string: Color32,
    pub number: Color32,
    pub comment: Color32,
    pub operator: Color32,
    pub decorator: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Theme {
    /// The theme of this kind.
    pub fn new(kind: ThemeKind) -> Self {
        match kind {
            ThemeKind::Light => Self::light(),
            ThemeKind::Dark => Self::dark(),
            ThemeKind::HighContrast => Self::high_contrast(),
        }
    }

    fn dark() -> Self {
        Self {
            kind: ThemeKind::Dark,
            window: rgb(0x0B0D10),
            panel: rgb(0x14171B),
            raised: rgb(0x1E2228),
            hover: rgb(0x2A3038),
            inset: rgb(0x101316),
            border: rgb(0x262B32),
            border_strong: rgb(0x3D444E),
            text: rgb(0xE8EAED),
            text_muted: rgb(0xA3ABB5),
            text_faint: rgb(0x78818C),
            accent: rgb(0x6BB1FF),
            accent_soft: rgb(0x1D3A5C),
            ink: rgb(0x101316),
            refcount_up: rgb(0x5FD38D),
            refcount_down: rgb(0xFF8A80),
            warning: rgb(0xF5C451),
            error: rgb(0xFF7B72),
            executed_line: rgb(0x1F3D2B),
            next_line: rgb(0x3B3315),
            subexpression: rgb(0xF5C451),
            breakpoint: rgb(0xF2555A),
            weak_edge: rgb(0xB892FF),
            edge: rgb(0x8C959F),
            cycle: rgb(0xFF6B6B),
            gc_pass: rgb(0xC58AF9),
            gil_running: rgb(0x3FB96B),
            gil_waiting: rgb(0xE3B341),
            gil_refused: rgb(0xE5534B),
            blocked: rgb(0xA371F7),
            sleeping: rgb(0x4A5562),
            stderr: rgb(0xFF9D95),
            syntax: SyntaxColors {
                keyword: rgb(0xD19CF2),
                definition: rgb(0x82C4FF),
                builtin: rgb(0x6FD6CF),
                string: rgb(0x9FD88C),
                number: rgb(0xF2B880),
                comment: rgb(0x7D8894),
                operator: rgb(0xB9C2CC),
                decorator: rgb(0xF2CC60),
            },
            series: [
                rgb(0x6BB1FF),
                rgb(0xF2B880),
                rgb(0x5FD38D),
                rgb(0xD19CF2),
                rgb(0xFF8A80),
                rgb(0x6FD6CF),
                rgb(0xF2CC60),
                rgb(0xA3ABB5),
            ],
            corner_radius: CornerRadius::same(5),
        }
    }

    fn light() -> Self {
        Self {
            kind: ThemeKind::Light,
            window: rgb(0xE4E8EC),
            panel: rgb(0xFFFFFF),
            raised: rgb(0xEEF1F4),
            hover: rgb(0xE0E5EA),
            inset: rgb(0xF8F9FB),
            border: rgb(0xD6DCE2),
            border_strong: rgb(0xAFB8C1),
            text: rgb(0x16191D),
            text_muted: rgb(0x4E5862),
            text_faint: rgb(0x6C7680),
            accent: rgb(0x0A5FCC),
            accent_soft: rgb(0xD3E5FC),
            ink: rgb(0x101316),
            refcount_up: rgb(0x15803D),
            refcount_down: rgb(0xC0262D),
            warning: rgb(0x8F5F00),
            error: rgb(0xC0262D),
            executed_line: rgb(0xD4F3DD),
            next_line: rgb(0xFFF1C2),
            subexpression: rgb(0xB45F06),
            breakpoint: rgb(0xD1242F),
            weak_edge: rgb(0x7A3FD1),
            edge: rgb(0x5F6973),
            cycle: rgb(0xD1242F),
            gc_pass: rgb(0x8A3FD1),
            gil_running: rgb(0x2DA44E),
            gil_waiting: rgb(0xE0A100),
            gil_refused: rgb(0xD1242F),
            blocked: rgb(0x8250DF),
            sleeping: rgb(0xB6C0CA),
            stderr: rgb(0xB3261E),
            syntax: SyntaxColors {
                keyword: rgb(0x8A1FA8),
                definition: rgb(0x0A56B5),
                builtin: rgb(0x0A7A75),
                string: rgb(0x1A6E2E),
                number: rgb(0xA84300),
                comment: rgb(0x69737D),
                operator: rgb(0x3A434C),
                decorator: rgb(0x8F5F00),
            },
            series: [
                rgb(0x0A5FCC),
                rgb(0xC2540A),
                rgb(0x15803D),
                rgb(0x8A1FA8),
                rgb(0xC0262D),
                rgb(0x0A7A75),
                rgb(0x8F5F00),
                rgb(0x4E5862),
            ],
            corner_radius: CornerRadius::same(5),
        }
    }

    fn high_contrast() -> Self {
        let white = rgb(0xFFFFFF);
        let black = rgb(0x000000);
        Self {
            kind: ThemeKind::HighContrast,
            window: black,
            panel: black,
            raised: rgb(0x1A1A1A),
            hover: rgb(0x333333),
            inset: black,
            border: rgb(0x9A9A9A),
            border_strong: white,
            text: white,
            text_muted: rgb(0xE6E6E6),
            text_faint: rgb(0xCCCCCC),
            accent: rgb(0xFFE14D),
            accent_soft: rgb(0x4D4300),
            executed_line: rgb(0x004D1A),
            next_line: rgb(0x4D4300),
            edge: white,
            ..Self::dark()
        }
    }

    /// The color that goes with a type's name, after `memory_graph`.
    ///
    /// Color never stands alone: the name is always written beside it.
    pub fn type_color(&self, type_name: &str) -> Color32 {
        // `weakref.ReferenceType` goes by its last part.
        let type_name = type_name.rsplit('.').next().unwrap_or(type_name);
        let hex = match type_name {
            "list" | "deque" | "array" => 0xF28B7D,
            "tuple" | "namedtuple" => 0xF5A742,
            "dict" | "mappingproxy" | "defaultdict" | "OrderedDict" | "Counter" => 0x7AA5F5,
            "set" | "frozenset" => 0xDA83D8,
            "str" => 0x4FCBDD,
            "bytes" | "bytearray" | "memoryview" => 0x4DB6AC,
            "int" | "bool" => 0xB9B34C,
            "float" | "complex" => 0xCDBE5A,
            "NoneType" | "ellipsis" | "NotImplementedType" => 0x9AA4AF,
            "function"
            | "builtin_function_or_method"
            | "method"
            | "staticmethod"
            | "classmethod"
            | "property"
            | "method_descriptor"
            | "wrapper_descriptor" => 0xAF9CF5,
            "type" | "ABCMeta" | "EnumType" => 0xE0C068,
            "module" => 0xA9B7C6,
            "frame" | "code" => 0xB8C0C8,
            "cell" => 0xC8A27C,
            "generator" | "coroutine" | "async_generator" => 0xF08FB4,
            "weakref" | "ReferenceType" | "weakproxy" => 0xC3A1FF,
            "traceback" => 0xF2949B,
            name if name.ends_with("Error")
                || name.ends_with("Exception")
                || name.ends_with("Warning")
                || name == "KeyboardInterrupt"
                || name == "StopIteration" =>
            {
                0xF2949B
            }
            _ => 0x77C98A,
        };
        rgb(hex)
    }

    /// Text in the type's color, dark enough to read on the ground of this theme.
    pub fn type_text_color(&self, type_name: &str) -> Color32 {
        let color = self.type_color(type_name);
        match self.kind {
            ThemeKind::Light => mix(color, self.text, 0.55),
            ThemeKind::Dark | ThemeKind::HighContrast => color,
        }
    }

    /// Gives egui this theme's look.
    pub fn apply(&self, ctx: &egui::Context) {
        let base = if self.kind == ThemeKind::Light {
            egui::Theme::Light
        } else {
            egui::Theme::Dark
        };
        ctx.set_theme(base);
        ctx.style_mut_of(base, |style| {
            text_styles(style);
            spacing(style);
            self.visuals(style);
        });
    }

    fn visuals(&self, style: &mut egui::Style) {
        let v = &mut style.visuals;
        v.panel_fill = self.panel;
        v.window_fill = self.panel;
        v.window_stroke = Stroke::new(1.0, self.border_strong);
        v.window_corner_radius = CornerRadius::same(8);
        v.menu_corner_radius = CornerRadius::same(6);
        v.window_shadow = Shadow {
            offset: [0, 8],
            blur: 28,
            spread: 0,
            color: Color32::from_black_alpha(90),
        };
        v.popup_shadow = Shadow {
            offset: [0, 4],
            blur: 12,
            spread: 0,
            color: Color32::from_black_alpha(70),
        };
        v.extreme_bg_color = self.inset;
        v.faint_bg_color = self.raised;
        v.code_bg_color = self.raised;
        v.text_edit_bg_color = Some(self.inset);
        v.hyperlink_color = self.accent;
        v.warn_fg_color = self.warning;
        v.error_fg_color = self.error;
        v.weak_text_color = Some(self.text_muted);
        v.selection.bg_fill = self.accent_soft;
        v.selection.stroke = Stroke::new(1.0, self.accent);
        v.striped = false;
        v.indent_has_left_vline = false;
        v.widgets.noninteractive.bg_fill = self.panel;
        v.widgets.noninteractive.weak_bg_fill = self.panel;
        v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, self.border);
        v.widgets.noninteractive.fg_stroke = Stroke::new(1.0, self.text);
        v.widgets.inactive.bg_fill = self.hover;
        v.widgets.inactive.weak_bg_fill = self.raised;
        v.widgets.inactive.bg_stroke = Stroke::NONE;
        v.widgets.inactive.fg_stroke = Stroke::new(1.0, self.text);
        v.widgets.hovered.bg_fill = self.hover;
        v.widgets.hovered.weak_bg_fill = self.hover;
        v.widgets.hovered.bg_stroke = Stroke::NONE;
        v.widgets.hovered.fg_stroke = Stroke::new(1.0, self.text);
        v.widgets.active.bg_fill = self.accent_soft;
        v.widgets.active.weak_bg_fill = self.accent_soft;
        v.widgets.active.bg_stroke = Stroke::new(1.0, self.accent);
        v.widgets.active.fg_stroke = Stroke::new(1.0, self.text);
        v.widgets.open = v.widgets.hovered;
        for widget in [
            &mut v.widgets.noninteractive,
            &mut v.widgets.inactive,
            &mut v.widgets.hovered,
            &mut v.widgets.active,
            &mut v.widgets.open,
        ] {
            widget.corner_radius = self.corner_radius;
            widget.expansion = 0.0;
        }
    }
}

fn text_styles(style: &mut egui::Style) {
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(12.0)),
        (TextStyle::Body, FontId::proportional(14.0)),
        (TextStyle::Button, FontId::proportional(14.0)),
        (TextStyle::Heading, strong(18.0)),
        (TextStyle::Monospace, FontId::monospace(13.5)),
    ]
    .into();
}

fn spacing(style: &mut egui::Style) {
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(space::S, space::XS);
    spacing.button_padding = Vec2::new(space::S, 3.0);
    spacing.interact_size = Vec2::new(28.0, 24.0);
    spacing.window_margin = Margin::same(12);
    spacing.menu_margin = Margin::same(6);
    spacing.tooltip_width = 460.0;
    spacing.scroll = egui::style::ScrollStyle::solid();
    spacing.scroll.bar_width = 8.0;
    spacing.scroll.bar_inner_margin = 2.0;
    spacing.scroll.bar_outer_margin = 0.0;
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = false;
    style.animation_time = 0.08;
}

/// A half-bold font of the user interface.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// The code font.
pub fn mono(size: f32) -> FontId {
    FontId::monospace(size)
}

/// The bold code font.
pub fn mono_strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(MONO_STRONG.into()))
}

/// A color between two: 0 gives `a`, 1 gives `b`.
pub fn mix(a: Color32, b: Color32, part: f32) -> Color32 {
    let blend = |x: u8, y: u8| (f32::from(x) + (f32::from(y) - f32::from(x)) * part).round() as u8;
    Color32::from_rgb(
        blend(a.r(), b.r()),
        blend(a.g(), b.g()),
        blend(a.b(), b.b()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f32 {
        let channel = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_can_be_read_in_every_theme() {
        for kind in ThemeKind::ALL {
            let t = Theme::new(kind);
            for ground in [t.panel, t.inset, t.raised, t.executed_line, t.next_line] {
                assert!(contrast(t.text, ground) > 7.0, "text in {kind:?}");
            }
            for (name, color) in [
                ("muted", t.text_muted),
                ("faint", t.text_faint),
                ("accent", t.accent),
                ("up", t.refcount_up),
                ("down", t.refcount_down),
                ("comment", t.syntax.comment),
                ("string", t.syntax.string),
                ("warning", t.warning),
            ] {
                assert!(contrast(color, t.panel) > 4.4, "{name} in {kind:?}");
            }
            for name in ["list", "tuple", "dict", "set", "str", "int", "Node", "type"] {
                assert!(
                    contrast(t.ink, t.type_color(name)) > 7.0,
                    "header of {name}"
                );
                assert!(
                    contrast(t.type_text_color(name), t.panel) > 3.5,
                    "{name} as text in {kind:?}"
                );
            }
        }
    }
}
