//! Writes egui's shapes as SVG: the window, or one panel, as a drawing that scales.

use std::collections::HashMap;
use std::fmt::Write as _;

use egui::epaint::{ClippedShape, ColorMode, Mesh, PathShape, PathStroke, RectShape, TextShape};
use egui::{Color32, FontFamily, Pos2, Rect, Shape, Stroke, Vec2};

use crate::export::svg::escaped;

const MONOSPACE: &str =
    "'JetBrains Mono', ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";
const PROPORTIONAL: &str = "Inter, system-ui, 'Segoe UI', Ubuntu, 'DejaVu Sans', sans-serif";

/// The drawing of a frame.
pub fn drawing(shapes: &[ClippedShape], size: Vec2, background: Color32) -> String {
    let mut svg = Drawing {
        text: format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" \
             viewBox=\"0 0 {0} {1}\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"{2}\"/>\n",
            size.x,
            size.y,
            hex(background)
        ),
        clips: HashMap::new(),
    };
    let whole = Rect::from_min_size(Pos2::ZERO, size);
    for ClippedShape { clip_rect, shape } in shapes {
        let clip = clip_rect.intersect(whole);
        if !clip.is_positive() {
            continue;
        }
        let before = svg.text.len();
        let open = if clip == whole {
            "<g>".to_owned()
        } else {
            format!("<g clip-path=\"url(#c{})\">", svg.clip(clip))
        };
        svg.text.push_str(&open);
        let start = svg.text.len();
        svg.shape(shape);
        if svg.text.len() == start {
            svg.text.truncate(before);
        } else {
            svg.text.push_str("</g>\n");
        }
    }
    svg.text.push_str("</svg>\n");
    svg.text
}

struct Drawing {
    text: String,
    /// The number of each clip rectangle that was defined.
    clips: HashMap<[u32; 4], usize>,
}

impl Drawing {
    fn clip(&mut self, rect: Rect) -> usize {
        let key = [rect.min.x, rect.min.y, rect.max.x, rect.max.y].map(f32::to_bits);
        let next = self.clips.len();
        if let Some(&known) = self.clips.get(&key) {
            return known;
        }
        self.clips.insert(key, next);
        self.put(format_args!(
            "<clipPath id=\"c{next}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\
             </clipPath>",
            rect.min.x,
            rect.min.y,
            rect.width(),
            rect.height()
        ));
        next
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => {
                for shape in shapes {
                    self.shape(shape);
                }
            }
            Shape::Circle(circle) => {
                let looks = looks(circle.fill, circle.stroke);
                self.put(format_args!(
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{looks}/>",
                    circle.center.x, circle.center.y, circle.radius
                ));
            }
            Shape::Ellipse(ellipse) => {
                let looks = looks(ellipse.fill, ellipse.stroke);
                let (center, radius) = (ellipse.center, ellipse.radius);
                self.put(format_args!(
                    "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\"{looks}/>",
                    center.x, center.y, radius.x, radius.y
                ));
            }
            Shape::LineSegment { points, stroke } => {
                let [a, b] = points;
                let looks = looks(Color32::TRANSPARENT, *stroke);
                self.put(format_args!(
                    "<path d=\"M{} {} L{} {}\"{looks}/>",
                    a.x, a.y, b.x, b.y
                ));
            }
            Shape::Path(path) => self.path(path),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(text) => self.words(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::QuadraticBezier(curve) => {
                let [a, b, c] = curve.points;
                let looks = looks(curve.fill, solid(&curve.stroke, a));
                let end = if curve.closed { " Z" } else { "" };
                self.put(format_args!(
                    "<path d=\"M{} {} Q{} {} {} {}{end}\"{looks}/>",
                    a.x, a.y, b.x, b.y, c.x, c.y
                ));
            }
            Shape::CubicBezier(curve) => {
                let [a, b, c, d] = curve.points;
                let looks = looks(curve.fill, solid(&curve.stroke, a));
                let end = if curve.closed { " Z" } else { "" };
                self.put(format_args!(
                    "<path d=\"M{} {} C{} {} {} {} {} {}{end}\"{looks}/>",
                    a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y
                ));
            }
        }
    }

    fn path(&mut self, path: &PathShape) {
        let Some(first) = path.points.first() else {
            return;
        };
        let looks = looks(path.fill, solid(&path.stroke, *first));
        self.text.push_str("<path d=\"");
        for (index, point) in path.points.iter().enumerate() {
            let letter = if index == 0 { 'M' } else { 'L' };
            self.put(format_args!("{letter}{} {}", point.x, point.y));
        }
        let end = if path.closed { "Z" } else { "" };
        self.put(format_args!("{end}\"{looks}/>"));
    }

    fn rect(&mut self, shape: &RectShape) {
        let looks = looks(shape.fill, shape.stroke);
        if looks.is_empty() {
            return;
        }
        let rect = shape.rect;
        let round = shape.corner_radius.average();
        self.put(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"{looks}/>",
            rect.min.x,
            rect.min.y,
            rect.width().max(0.0),
            rect.height().max(0.0)
        ));
    }

    /// Every word at its own place, so that another font does not move the next one.
    fn words(&mut self, shape: &TextShape) {
        let turned = if shape.angle == 0.0 {
            String::new()
        } else {
            format!(
                " transform=\"rotate({} {} {})\"",
                shape.angle.to_degrees(),
                shape.pos.x,
                shape.pos.y
            )
        };
        let mut byte = 0;
        for row in &shape.galley.rows {
            let vertices = &row.row.visuals.mesh.vertices;
            let mut run = Run::default();
            for glyph in &row.row.glyphs {
                let section = shape
                    .galley
                    .job
                    .sections
                    .iter()
                    .find(|section| section.byte_range.contains(&byte.into()))
                    .or_else(|| shape.galley.job.sections.last());
                byte += glyph.chr.len_utf8();
                let Some(section) = section else { continue };
                let mut color = section.format.color;
                if color == Color32::PLACEHOLDER {
                    color = shape.fallback_color;
                }
                if let Some(forced) = shape.override_text_color {
                    color = forced;
                }
                let color = color.gamma_multiply(shape.opacity_factor);
                let font = &section.format.font_id;
                let place = shape.pos + row.pos.to_vec2() + glyph.pos.to_vec2();
                let looks = format!(
                    "{} font-size=\"{}\" font-family=\"{}\"",
                    fill(color),
                    font.size,
                    if font.family == FontFamily::Monospace {
                        MONOSPACE
                    } else {
                        PROPORTIONAL
                    }
                );
                let space = glyph.chr.is_whitespace();
                if space || run.looks != looks || run.y.to_bits() != place.y.to_bits() {
                    self.run(&run, &turned);
                    run = Run::default();
                }
                if !space && !vertices.is_empty() {
                    if run.letters.is_empty() {
                        (run.x, run.y, run.looks) = (place.x, place.y, looks);
                    }
                    run.letters.push(glyph.chr);
                    run.width = place.x + glyph.advance_width - run.x;
                }
            }
            self.run(&run, &turned);
            if row.ends_with_newline {
                byte += 1;
            }
        }
        if shape.underline.width > 0.0 {
            let rect = shape.galley.rect.translate(shape.pos.to_vec2());
            self.shape(&Shape::LineSegment {
                points: [rect.left_bottom(), rect.right_bottom()],
                stroke: shape.underline,
            });
        }
    }

    fn run(&mut self, run: &Run, turned: &str) {
        if !run.letters.is_empty() {
            self.put(format_args!(
                "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" \
                 lengthAdjust=\"spacingAndGlyphs\"{}{turned}>{}</text>",
                run.x,
                run.y,
                run.width,
                run.looks,
                escaped(&run.letters)
            ));
        }
    }

    /// Triangles in the mean of their corners' colors.
    fn mesh(&mut self, mesh: &Mesh) {
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |at: usize| mesh.vertices.get(corners[at] as usize);
            let (Some(a), Some(b), Some(c)) = (corner(0), corner(1), corner(2)) else {
                continue;
            };
            let color = a
                .color
                .lerp_to_gamma(b.color, 0.5)
                .lerp_to_gamma(c.color, 1.0 / 3.0);
            if color.a() > 0 {
                self.put(format_args!(
                    "<path d=\"M{} {} L{} {} L{} {} Z\"{}/>",
                    a.pos.x,
                    a.pos.y,
                    b.pos.x,
                    b.pos.y,
                    c.pos.x,
                    c.pos.y,
                    fill(color)
                ));
            }
        }
    }
}

/// Letters of one word that look alike.
#[derive(Default)]
struct Run {
    letters: String,
    x: f32,
    y: f32,
    width: f32,
    looks: String,
}

/// A stroke in one color; one that changes along its way takes the color of its beginning.
fn solid(stroke: &PathStroke, at: Pos2) -> Stroke {
    let color = match &stroke.color {
        ColorMode::Solid(color) => *color,
        ColorMode::UV(color) => color(Rect::from_min_max(at, at), at),
    };
    Stroke::new(stroke.width, color)
}

/// The attributes for fill and stroke; empty when nothing would be seen.
fn looks(inside: Color32, stroke: Stroke) -> String {
    let mut looks = String::new();
    let outlined = stroke.width > 0.0 && stroke.color.a() > 0;
    if inside.a() > 0 {
        looks.push_str(&fill(inside));
    } else if outlined {
        looks.push_str(" fill=\"none\"");
    }
    if outlined {
        let _ = write!(
            looks,
            " stroke=\"{}\" stroke-width=\"{}\"",
            hex(stroke.color),
            stroke.width
        );
        if stroke.color.a() < 255 {
            let _ = write!(looks, " stroke-opacity=\"{:.3}\"", opacity(stroke.color));
        }
    }
    looks
}

fn fill(color: Color32) -> String {
    let mut fill = format!(" fill=\"{}\"", hex(color));
    if color.a() < 255 {
        let _ = write!(fill, " fill-opacity=\"{:.3}\"", opacity(color));
    }
    fill
}

fn opacity(color: Color32) -> f32 {
    f32::from(color.a()) / 255.0
}

fn hex(color: Color32) -> String {
    let [r, g, b, _] = color.to_srgba_unmultiplied();
    format!("#{r:02x}{g:02x}{b:02x}")
}
