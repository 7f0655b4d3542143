//! Paints egui's triangles into a picture, without a display or a graphics card.
//!
//! Colors are blended as egui's own painters blend them: premultiplied, in gamma space. The same
//! shapes give the same bytes on every machine.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, Primitive, Vertex};
use egui::{Color32, ColorImage, Pos2, Rect, TextureId, TexturesDelta};

/// The textures that egui asked for: fonts and images.
#[derive(Debug, Default)]
pub struct Textures {
    images: HashMap<TextureId, ColorImage>,
    /// Still wanted by the shapes of the last frame.
    freed: Vec<TextureId>,
}

impl Textures {
    /// Takes in what changed with a frame, before its shapes are painted. What the frame before
    /// let go is dropped now, since its shapes may have been painted meanwhile.
    pub fn take(&mut self, mut delta: TexturesDelta) {
        for id in std::mem::take(&mut self.freed) {
            self.images.remove(&id);
        }
        let changes = delta.set.iter();
        for (id, change) in changes.flat_map(|(id, all)| all.iter().map(move |one| (id, one))) {
            let ImageData::Color(image) = &change.image;
            match change.pos {
                None => {
                    self.images.insert(*id, ColorImage::clone(image));
                }
                Some([left, top]) => {
                    if let Some(whole) = self.images.get_mut(id) {
                        patch(whole, image, left, top);
                    }
                }
            }
        }
        self.freed.extend(delta.free.iter().copied());
        delta.clear();
    }
}

fn patch(whole: &mut ColorImage, part: &ColorImage, left: usize, top: usize) {
    let [width, height] = part.size;
    let stride = whole.size[0];
    for row in 0..height {
        let to = (top + row) * stride + left;
        let from = row * width;
        if let Some(target) = whole.pixels.get_mut(to..to + width) {
            target.copy_from_slice(&part.pixels[from..from + width]);
        }
    }
}

/// Paints a frame over `background`; `size` is in pixels.
pub fn paint(
    primitives: &[ClippedPrimitive],
    textures: &Textures,
    size: [usize; 2],
    pixels_per_point: f32,
    background: Color32,
) -> ColorImage {
    let mut canvas = Canvas {
        image: ColorImage::filled(size, background),
        scale: pixels_per_point,
    };
    for ClippedPrimitive {
        clip_rect,
        primitive,
    } in primitives
    {
        // A callback draws with the graphics card; the window uses none.
        let Primitive::Mesh(mesh) = primitive else {
            continue;
        };
        let Some(texture) = textures.images.get(&mesh.texture_id) else {
            continue;
        };
        let clip = canvas.clip(*clip_rect);
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |at: usize| mesh.vertices.get(corners[at] as usize);
            if let (Some(a), Some(b), Some(c)) = (corner(0), corner(1), corner(2)) {
                canvas.triangle(clip, texture, [a, b, c]);
            }
        }
    }
    canvas.image
}

struct Canvas {
    image: ColorImage,
    scale: f32,
}

/// Pixels from `left` and `top` up to, but not including, `right` and `bottom`.
#[derive(Clone, Copy)]
struct Clip {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

impl Canvas {
    fn clip(&self, rect: Rect) -> Clip {
        let [width, height] = self.image.size.map(|side| side as i64);
        let pixel = |point: f32, most: i64| ((point * self.scale).round() as i64).clamp(0, most);
        Clip {
            left: pixel(rect.left(), width),
            top: pixel(rect.top(), height),
            right: pixel(rect.right(), width),
            bottom: pixel(rect.bottom(), height),
        }
    }

    fn triangle(&mut self, clip: Clip, texture: &ColorImage, [a, b, c]: [&Vertex; 3]) {
        let place = |vertex: &Vertex| (vertex.pos.to_vec2() * self.scale).to_pos2();
        let (mut b, mut c) = (b, c);
        let (pa, mut pb, mut pc) = (place(a), place(b), place(c));
        let mut area = cross(pa, pb, pc);
        if area < 0.0 {
            (b, c, pb, pc, area) = (c, b, pc, pb, -area);
        }
        if area <= 0.0 || !area.is_finite() {
            return;
        }
        let least = |of: fn(Pos2) -> f32| of(pa).min(of(pb)).min(of(pc)).floor() as i64;
        let most = |of: fn(Pos2) -> f32| of(pa).max(of(pb)).max(of(pc)).ceil() as i64;
        let left = least(|p| p.x).max(clip.left);
        let right = most(|p| p.x).min(clip.right);
        let top = least(|p| p.y).max(clip.top);
        let bottom = most(|p| p.y).min(clip.bottom);
        // A pixel on an edge that two triangles share belongs to one of them.
        let edges = [
            (pb, pc, takes_edge(pb, pc)),
            (pc, pa, takes_edge(pc, pa)),
            (pa, pb, takes_edge(pa, pb)),
        ];
        let plain = a.uv == b.uv && b.uv == c.uv && a.color == b.color && b.color == c.color;
        let flat = plain.then(|| multiply(sample(texture, a.uv), a.color.to_array()));
        let width = self.image.size[0];
        for row in top..bottom {
            for column in left..right {
                let point = Pos2::new(column as f32 + 0.5, row as f32 + 0.5);
                let weights = edges.map(|(from, to, _)| cross(from, to, point));
                let inside = weights
                    .iter()
                    .zip(&edges)
                    .all(|(&weight, edge)| weight > 0.0 || (weight == 0.0 && edge.2));
                if !inside {
                    continue;
                }
                let color = flat.unwrap_or_else(|| {
                    let [wa, wb, wc] = weights.map(|weight| weight / area);
                    let uv = Pos2::new(
                        a.uv.x * wa + b.uv.x * wb + c.uv.x * wc,
                        a.uv.y * wa + b.uv.y * wb + c.uv.y * wc,
                    );
                    let mut color = [0.0; 4];
                    for (channel, mixed) in color.iter_mut().enumerate() {
                        *mixed = f32::from(a.color[channel]) * wa
                            + f32::from(b.color[channel]) * wb
                            + f32::from(c.color[channel]) * wc;
                    }
                    let texel = sample(texture, uv);
                    std::array::from_fn(|channel| texel[channel] * color[channel] / 255.0)
                });
                blend(
                    &mut self.image.pixels[row as usize * width + column as usize],
                    color,
                );
            }
        }
    }
}

/// Twice the area of the triangle; positive when it turns right on the screen.
fn cross(a: Pos2, b: Pos2, p: Pos2) -> f32 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}

/// Whether an edge of a triangle owns the pixels that lie on it: top and left edges do.
#[expect(
    clippy::float_cmp,
    reason = "an edge lies on the pixel's row exactly or not at all"
)]
fn takes_edge(from: Pos2, to: Pos2) -> bool {
    (from.y == to.y && to.x > from.x) || to.y < from.y
}

fn multiply(texel: [f32; 4], color: [u8; 4]) -> [f32; 4] {
    std::array::from_fn(|channel| texel[channel] * f32::from(color[channel]) / 255.0)
}

/// Places between two texels that are told apart.
const STEPS: f32 = 64.0;

/// The texture at a place, from 0 to 1 each way, between its four nearest texels.
fn sample(texture: &ColorImage, uv: Pos2) -> [f32; 4] {
    let [width, height] = texture.size;
    // Where in the atlas a letter stands is chance, and so are the last bits of its places.
    let steady = |at: f32| (at * STEPS).round() / STEPS;
    let x = steady(uv.x * width as f32 - 0.5);
    let y = steady(uv.y * height as f32 - 0.5);
    let texel = |column: i64, row: i64| {
        let column = column.clamp(0, width as i64 - 1) as usize;
        let row = row.clamp(0, height as i64 - 1) as usize;
        texture
            .pixels
            .get(row * width + column)
            .map_or([0.0; 4], |color| color.to_array().map(f32::from))
    };
    let (left, top) = (x.floor(), y.floor());
    let (right_part, bottom_part) = (x - left, y - top);
    let (left, top) = (left as i64, top as i64);
    let corners = [
        (texel(left, top), (1.0 - right_part) * (1.0 - bottom_part)),
        (texel(left + 1, top), right_part * (1.0 - bottom_part)),
        (texel(left, top + 1), (1.0 - right_part) * bottom_part),
        (texel(left + 1, top + 1), right_part * bottom_part),
    ];
    std::array::from_fn(|channel| {
        corners
            .iter()
            .map(|(color, part)| color[channel] * part)
            .sum()
    })
}

/// Lays a premultiplied color over a pixel.
fn blend(pixel: &mut Color32, [r, g, b, a]: [f32; 4]) {
    let below = 1.0 - a / 255.0;
    let mix = |over: f32, under: u8| (over + f32::from(under) * below + 0.5) as u8;
    for (channel, over) in [r, g, b, a].into_iter().enumerate() {
        pixel[channel] = mix(over, pixel[channel]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::epaint::Mesh;

    #[test]
    fn two_triangles_paint_each_pixel_of_a_square_once() {
        let mut textures = Textures::default();
        textures.images.insert(
            TextureId::default(),
            ColorImage::filled([1, 1], Color32::WHITE),
        );
        let mut mesh = Mesh::default();
        let half = Color32::from_rgba_premultiplied(0, 0, 0, 128);
        mesh.add_colored_rect(
            Rect::from_min_max((1.0, 1.0).into(), (5.0, 4.0).into()),
            half,
        );
        let primitive = ClippedPrimitive {
            clip_rect: Rect::EVERYTHING,
            primitive: Primitive::Mesh(mesh),
        };
        let image = paint(&[primitive], &textures, [6, 5], 1.0, Color32::WHITE);
        for row in 0..5 {
            for column in 0..6 {
                let inside = (1..5).contains(&column) && (1..4).contains(&row);
                let expected = if inside { 127 } else { 255 };
                let pixel = image.pixels[row * 6 + column];
                assert_eq!(pixel.r(), expected, "column {column}, row {row}");
            }
        }
    }
}
