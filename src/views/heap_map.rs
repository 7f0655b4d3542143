//! The whole heap from far away: every object a small square, the objects of a type together.
//!
//! Types are rectangles whose areas follow the number of their objects (a squarified treemap);
//! inside, the objects stand in rows in the order of their birth.

use std::collections::BTreeMap;

use super::look::Look;
use crate::base::{Moment, ObjId};
use crate::trace::ObjectView;

/// Whose objects are on the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Extent {
    /// Those made since the program's first instruction.
    #[default]
    Program,
    Everything,
}

/// The objects of one type.
#[derive(Clone, PartialEq, Debug)]
pub struct Region {
    pub type_name: String,
    pub objects: Vec<ObjId>,
    pub bytes: u64,
    /// Left, top, width and height within the map.
    pub rect: [f32; 4],
    /// Squares in a row, and the side of one.
    pub columns: usize,
    pub cell: f32,
}

/// The map.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct HeapMap {
    pub regions: Vec<Region>,
    pub objects: usize,
    pub bytes: u64,
}

/// Room for the name of a type above its objects.
pub const TITLE: f32 = 19.0;
/// Room between two types.
const GAP: f32 = 5.0;
/// The largest side of one object's square.
const LARGEST_CELL: f32 = 26.0;
/// The least area of a type, as a share of the map, so that its name can be read.
const LEAST_SHARE: f64 = 0.006;

/// Draws the map of the heap at a moment, `width` by `height`.
pub fn heap_map(look: Look<'_>, extent: Extent, (width, height): (f32, f32)) -> HeapMap {
    let since = match extent {
        Extent::Program => look.names.ready,
        Extent::Everything => Moment(0),
    };
    let mut types: BTreeMap<ObjId, (Vec<(Moment, ObjId)>, u64)> = BTreeMap::new();
    let own = |object: &ObjectView| object.born >= since;
    for (id, object) in look.state.objects().filter(|(_, object)| own(object)) {
        let (members, bytes) = types.entry(object.ob_type).or_default();
        members.push((object.born, id));
        *bytes += u64::from(object.size);
    }
    let mut regions: Vec<Region> = types
        .into_iter()
        .map(|(type_, (mut members, bytes))| {
            members.sort_unstable();
            Region {
                type_name: look
                    .object(type_)
                    .map_or("object", |type_| look.text(type_.name))
                    .to_owned(),
                objects: members.into_iter().map(|(_, id)| id).collect(),
                bytes,
                rect: [0.0; 4],
                columns: 1,
                cell: 0.0,
            }
        })
        .collect();
    regions.sort_by(|a, b| {
        let sizes = b.objects.len().cmp(&a.objects.len());
        sizes.then_with(|| a.type_name.cmp(&b.type_name))
    });
    let objects = regions.iter().map(|region| region.objects.len()).sum();
    let bytes = regions.iter().map(|region| region.bytes).sum();
    let total = objects as f64;
    let areas: Vec<f64> = regions
        .iter()
        .map(|region| (region.objects.len() as f64 / total).max(LEAST_SHARE))
        .collect();
    for (region, rect) in regions.iter_mut().zip(treemap(&areas, width, height)) {
        region.rect = [
            rect[0] + GAP / 2.0,
            rect[1] + GAP / 2.0,
            (rect[2] - GAP).max(1.0),
            (rect[3] - GAP).max(1.0),
        ];
        (region.columns, region.cell) = grid(
            region.objects.len(),
            region.rect[2] - 4.0,
            region.rect[3] - TITLE - 4.0,
        );
    }
    HeapMap {
        regions,
        objects,
        bytes,
    }
}

impl HeapMap {
    /// The type and the object at a place of the map.
    pub fn at(&self, x: f32, y: f32) -> Option<(&Region, Option<ObjId>)> {
        let inside = |region: &&Region| {
            let [left, top, width, height] = region.rect;
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        };
        let region = self.regions.iter().find(inside)?;
        let [left, top, ..] = region.rect;
        let (column, row) = (
            ((x - left - 2.0) / region.cell).floor(),
            ((y - top - TITLE) / region.cell).floor(),
        );
        let on_grid = column >= 0.0 && row >= 0.0 && (column as usize) < region.columns;
        let object = on_grid
            .then(|| {
                region
                    .objects
                    .get(row as usize * region.columns + column as usize)
            })
            .flatten();
        Some((region, object.copied()))
    }
}

impl Region {
    /// Left and top of an object's square, by its number.
    pub fn square(&self, number: usize) -> (f32, f32) {
        let (row, column) = (number / self.columns, number % self.columns);
        (
            self.rect[0] + 2.0 + column as f32 * self.cell,
            self.rect[1] + TITLE + row as f32 * self.cell,
        )
    }
}

/// The largest squares of which `count` fit, in rows.
fn grid(count: usize, width: f32, height: f32) -> (usize, f32) {
    let (width, height) = (width.max(1.0), height.max(1.0));
    let mut columns = ((count as f32 * width / height).sqrt().ceil() as usize).max(1);
    // Rounding may leave one row too many: then rows have to be longer.
    while (count.div_ceil(columns) as f32) * (width / columns as f32) > height && columns < count {
        columns += 1;
    }
    let side = (width / columns as f32)
        .min(height / count.div_ceil(columns).max(1) as f32)
        .min(LARGEST_CELL);
    // Small squares that stop growing leave room at the right: rows fill it.
    let fit = ((width / side).floor() as usize).clamp(1, count.max(1));
    (fit, side)
}

/// Rectangles with these areas (in any unit), as square as they can be (Bruls, Huizing, van Wijk).
fn treemap(areas: &[f64], width: f32, height: f32) -> Vec<[f32; 4]> {
    let total: f64 = areas.iter().sum();
    let scale = f64::from(width) * f64::from(height) / total.max(f64::MIN_POSITIVE);
    let areas: Vec<f64> = areas.iter().map(|area| area * scale).collect();
    let mut rects = Vec::with_capacity(areas.len());
    let (mut left, mut top) = (0.0, 0.0);
    let (mut width, mut height) = (f64::from(width), f64::from(height));
    let mut from = 0;
    while from < areas.len() {
        let side = width.min(height).max(1.0);
        let mut to = from + 1;
        while to < areas.len() && worst(&areas[from..=to], side) <= worst(&areas[from..to], side) {
            to += 1;
        }
        let sum: f64 = areas[from..to].iter().sum();
        let depth = sum / side;
        let mut along = 0.0;
        for area in &areas[from..to] {
            let length = area / depth.max(f64::MIN_POSITIVE);
            rects.push(if width >= height {
                [left, top + along, depth, length].map(|v| v as f32)
            } else {
                [left + along, top, length, depth].map(|v| v as f32)
            });
            along += length;
        }
        if width >= height {
            left += depth;
            width -= depth;
        } else {
            top += depth;
            height -= depth;
        }
        from = to;
    }
    rects
}

/// How far the least square rectangle of a row is from a square.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    row.iter()
        .map(|&area| {
            let ratio = side * side * area / (sum * sum);
            ratio.max(1.0 / ratio)
        })
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rectangles_fill_the_map_and_no_more() {
        let areas = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let rects = treemap(&areas, 600.0, 400.0);
        let filled: f32 = rects.iter().map(|r| r[2] * r[3]).sum();
        assert!((filled - 240_000.0).abs() < 1.0, "{filled}");
        for rect in rects {
            assert!(rect[0] >= -0.01 && rect[0] + rect[2] <= 600.01, "{rect:?}");
            assert!(rect[1] >= -0.01 && rect[1] + rect[3] <= 400.01, "{rect:?}");
        }
    }

    #[test]
    fn every_square_fits() {
        for count in [1, 2, 7, 100, 5_000] {
            let (columns, cell) = grid(count, 230.0, 90.0);
            let rows = count.div_ceil(columns) as f32;
            assert!(
                columns as f32 * cell <= 230.1,
                "{count}: {columns} of {cell}"
            );
            assert!(rows * cell <= 90.1, "{count}: {rows} rows of {cell}");
        }
    }
}
