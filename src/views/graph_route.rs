//! Leads the arrows of the object graph between the boxes: along rows and through the gaps between
//! columns, never through a box.
//!
//! A way is a list of points. It is horizontal at each of them, and bends only in the gap between
//! two columns; across a column it runs straight, at a height where no box stands.

use std::cmp::Ordering;

use super::graph_layout::{COLUMN_GAP, Place};

/// A box that arrows go around.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Block {
    pub place: Place,
    pub width: f32,
    pub height: f32,
}

impl Block {
    const fn right(&self) -> f32 {
        self.place.x + self.width
    }
}

/// The way of one arrow.
#[derive(Clone, PartialEq, Debug)]
pub struct Way {
    pub points: Vec<(f32, f32)>,
    /// It leaves its row at the left end, because it leads to a column further left.
    pub leaves_left: bool,
    /// Between these two points it turns back, in the gap right of the column.
    pub turns: Option<usize>,
}

/// The columns of a picture, with the stretches of each that boxes take.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    left: Vec<f32>,
    right: Vec<f32>,
    taken: Vec<Vec<(f32, f32)>>,
}

/// Room between an arrow that crosses a column and the boxes there.
const CLEARANCE: f32 = 8.0;

impl Columns {
    /// Looks at the boxes of a picture.
    pub fn of(blocks: &[Block]) -> Self {
        let mut columns = Self::default();
        for block in blocks {
            let Some(column) = block.place.column else {
                continue;
            };
            if columns.left.len() <= column {
                columns.left.resize(column + 1, f32::INFINITY);
                columns.right.resize(column + 1, f32::NEG_INFINITY);
                columns.taken.resize(column + 1, Vec::new());
            }
            columns.left[column] = columns.left[column].min(block.place.x);
            columns.right[column] = columns.right[column].max(block.right());
            columns.taken[column].push((block.place.y, block.place.y + block.height));
        }
        for taken in &mut columns.taken {
            taken.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        columns
    }

    /// The way from a row of `from`, `port` below its top, to the head of `to`, `head` below its
    /// top. `lane` tells ways apart that would else lie on each other.
    pub fn way(&self, from: &Block, port: f32, to: &Block, head: f32, lane: usize) -> Option<Way> {
        let (start, end) = (from.place.column?, to.place.column?);
        let y = from.place.y + port;
        let target = to.place.y + head;
        let apart = (lane % 5) as f32 * 3.0 - 6.0;
        let mut points = Vec::new();
        match start.cmp(&end) {
            Ordering::Less => {
                points.push((from.right(), y));
                points.push((self.right[start], y));
                self.cross(start + 1..end, false, (y, target), apart, &mut points);
                points.push((to.place.x, target));
                Some(Way {
                    points,
                    leaves_left: false,
                    turns: None,
                })
            }
            Ordering::Equal => {
                let beside = self.right[start];
                points.push((from.right(), y));
                points.push((beside, y));
                points.push((beside, target));
                points.push((to.right(), target));
                Some(Way {
                    points,
                    leaves_left: false,
                    turns: Some(1),
                })
            }
            Ordering::Greater => {
                points.push((from.place.x, y));
                self.cross(end + 1..start, true, (y, target), apart, &mut points);
                points.push((self.right[end], target));
                points.push((to.right(), target));
                Some(Way {
                    points,
                    leaves_left: true,
                    turns: None,
                })
            }
        }
    }

    /// Adds the points at which a way enters and leaves each column that it crosses.
    fn cross(
        &self,
        between: std::ops::Range<usize>,
        leftwards: bool,
        (y, target): (f32, f32),
        apart: f32,
        points: &mut Vec<(f32, f32)>,
    ) {
        let many = between.len() as f32 + 1.0;
        let columns: Vec<usize> = if leftwards {
            between.rev().collect()
        } else {
            between.collect()
        };
        for (number, column) in columns.into_iter().enumerate() {
            if !self.left[column].is_finite() {
                continue;
            }
            let wish = y + (target - y) * (number as f32 + 1.0) / many;
            let through = self.free(column, wish) + apart;
            let (first, second) = if leftwards {
                (self.right[column], self.left[column])
            } else {
                (self.left[column], self.right[column])
            };
            points.push((first, through));
            points.push((second, through));
        }
    }

    /// The height nearest to `wish` at which no box of the column stands.
    fn free(&self, column: usize, wish: f32) -> f32 {
        let taken = &self.taken[column];
        let fits = |y: f32| {
            taken
                .iter()
                .all(|&(top, bottom)| y <= top - CLEARANCE || y >= bottom + CLEARANCE)
        };
        let edges = taken
            .iter()
            .flat_map(|&(top, bottom)| [top - CLEARANCE - 4.0, bottom + CLEARANCE + 4.0]);
        std::iter::once(wish)
            .chain(edges)
            .filter(|&y| fits(y))
            .min_by(|a, b| (a - wish).abs().total_cmp(&(b - wish).abs()))
            .unwrap_or(wish)
    }
}

impl Way {
    /// The way as cubic curves: start, two control points, end.
    pub fn curves(&self) -> Vec<[(f32, f32); 4]> {
        self.points
            .windows(2)
            .enumerate()
            .filter(|(_, ends)| ends[0] != ends[1])
            .map(|(number, ends)| {
                let (a, b) = (ends[0], ends[1]);
                if self.turns == Some(number) {
                    let bulge = (22.0 + (b.1 - a.1).abs() * 0.12).min(COLUMN_GAP * 0.9);
                    [a, (a.0 + bulge, a.1), (b.0 + bulge, b.1), b]
                } else {
                    let middle = f32::midpoint(a.0, b.0);
                    [a, (middle, a.1), (middle, b.1), b]
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(column: usize, y: f32, height: f32) -> Block {
        Block {
            place: Place {
                x: column as f32 * 200.0,
                y,
                column: Some(column),
            },
            width: 100.0,
            height,
        }
    }

    /// Whether any point of the way lies inside a box.
    fn hits(way: &Way, blocks: &[Block]) -> bool {
        way.curves().iter().any(|curve| {
            (1..20).any(|i| {
                let t = i as f32 / 20.0;
                let s = 1.0 - t;
                let at = |pick: fn((f32, f32)) -> f32| {
                    s * s * s * pick(curve[0])
                        + 3.0 * s * s * t * pick(curve[1])
                        + 3.0 * s * t * t * pick(curve[2])
                        + t * t * t * pick(curve[3])
                };
                let (x, y) = (at(|p| p.0), at(|p| p.1));
                blocks.iter().any(|block| {
                    x > block.place.x
                        && x < block.right()
                        && y > block.place.y
                        && y < block.place.y + block.height
                })
            })
        })
    }

    #[test]
    fn ways_go_around_the_boxes_between() {
        let blocks = [
            block(0, 0.0, 60.0),
            block(1, -200.0, 500.0),
            block(2, 0.0, 60.0),
            block(1, 330.0, 60.0),
            block(2, 200.0, 60.0),
        ];
        let columns = Columns::of(&blocks);
        for (from, to) in [(0, 2), (2, 0), (0, 3), (4, 2), (2, 2), (4, 0), (3, 4)] {
            let way = columns
                .way(&blocks[from], 40.0, &blocks[to], 13.0, from)
                .expect("both stand in a column");
            assert!(!hits(&way, &blocks), "{from} to {to}: {way:?}");
        }
    }

    #[test]
    fn what_the_user_moved_has_no_planned_way() {
        let mut free = block(0, 0.0, 60.0);
        free.place.column = None;
        let columns = Columns::of(&[free]);
        assert_eq!(columns.way(&free, 0.0, &free, 0.0, 0), None);
    }
}
