//! Where moments lie on the axis of time: imports of the library are folded, so that a program of
//! twenty lines is not a sliver behind a hundred thousand events of `import threading`.

use super::timeline::{Stretch, visible};

/// All imports together take no more than this part of the axis.
const MOST_FOLDED: f64 = 0.16;
/// One import takes no more than this part.
const ONE_FOLD: f64 = 0.06;
/// Imports shorter than this are left as they are.
const SHORTEST: u64 = 500;

/// The axis: places grow with moments, but slower inside a fold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TimeAxis {
    folds: Vec<Fold>,
}

/// A stretch of moments that takes less room than its number of moments.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fold {
    pub start: u64,
    pub end: u64,
    /// Where it begins and ends on the axis.
    pub place: (f64, f64),
}

/// A part of the axis on which places and moments go evenly.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Even {
    pub start: u64,
    pub end: u64,
    /// Moments in one unit of the axis: 1 outside of folds.
    pub density: f64,
}

impl TimeAxis {
    /// The axis of a run of this length with these stretches folded; they are in order and apart.
    pub fn new<T>(imports: &[Stretch<T>], length: u64) -> Self {
        let long: Vec<(u64, u64)> = imports
            .iter()
            .map(|stretch| (stretch.start, stretch.end.min(length)))
            .filter(|&(start, end)| end >= start + SHORTEST)
            .collect();
        let folded: u64 = long.iter().map(|(start, end)| end - start).sum();
        let rest = length.saturating_sub(folded).max(1) as f64;
        let share = (MOST_FOLDED / long.len().max(1) as f64).min(ONE_FOLD);
        let mut folds = Vec::with_capacity(long.len());
        let (mut moment, mut place) = (0, 0.0);
        for (start, end) in long {
            let left = place + (start - moment) as f64;
            let right = left + (rest * share).min((end - start) as f64);
            folds.push(Fold {
                start,
                end,
                place: (left, right),
            });
            (moment, place) = (end, right);
        }
        Self { folds }
    }

    /// The folds in order.
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }

    /// Where a moment lies.
    pub fn place(&self, moment: f64) -> f64 {
        let after = self.folds.partition_point(|f| f.start as f64 <= moment);
        let Some(fold) = after.checked_sub(1).map(|index| self.folds[index]) else {
            return moment;
        };
        let (start, end) = (fold.start as f64, fold.end as f64);
        if moment >= end {
            fold.place.1 + (moment - end)
        } else {
            fold.place.0 + (moment - start) / (end - start) * (fold.place.1 - fold.place.0)
        }
    }

    /// The moment that lies at a place.
    pub fn moment(&self, place: f64) -> f64 {
        let after = self.folds.partition_point(|f| f.place.0 <= place);
        let Some(fold) = after.checked_sub(1).map(|index| self.folds[index]) else {
            return place;
        };
        let (start, end) = (fold.start as f64, fold.end as f64);
        if place >= fold.place.1 {
            end + (place - fold.place.1)
        } else {
            start + (place - fold.place.0) / (fold.place.1 - fold.place.0) * (end - start)
        }
    }

    /// The even parts between two moments, in order.
    pub fn parts(&self, from: u64, to: u64) -> Vec<Even> {
        let mut parts = Vec::new();
        let mut at = from;
        let mut add = |at: &mut u64, end: u64, density: f64| {
            let end = end.min(to);
            if end > *at {
                parts.push(Even {
                    start: *at,
                    end,
                    density,
                });
                *at = end;
            }
        };
        for fold in &self.folds {
            add(&mut at, fold.start, 1.0);
            let density = (fold.end - fold.start) as f64 / (fold.place.1 - fold.place.0).max(1e-6);
            add(&mut at, fold.end, density);
        }
        add(&mut at, to, 1.0);
        parts
    }

    /// The stretches that can be seen between two moments when `step` units of the axis share a
    /// pixel.
    pub fn visible<T: Copy>(
        &self,
        row: &[Stretch<T>],
        from: u64,
        to: u64,
        step: f64,
    ) -> Vec<Stretch<T>> {
        let mut found: Vec<Stretch<T>> = Vec::new();
        for part in self.parts(from, to) {
            for stretch in visible(row, part.start, part.end, step * part.density) {
                // A stretch that reaches over the end of a part is found in both.
                if found.last().is_none_or(|last| last.start < stretch.start) {
                    found.push(stretch);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> TimeAxis {
        let imports = [(1_000, 11_000), (12_000, 12_100), (13_000, 23_000)];
        let imports = imports.map(|(start, end)| Stretch {
            start,
            end,
            what: (),
        });
        TimeAxis::new(&imports, 25_000)
    }

    #[test]
    fn long_imports_are_folded_and_short_ones_are_not() {
        let axis = axis();
        assert_eq!(axis.folds().len(), 2);
        assert!((axis.place(500.0) - 500.0).abs() < 1e-6);
        assert!((axis.place(11_000.0) - 1_300.0).abs() < 1e-6);
        assert!((axis.place(25_000.0) - 5_600.0).abs() < 1e-6);
    }

    #[test]
    fn places_lead_back_to_their_moments() {
        let axis = axis();
        for moment in [0, 999, 1_000, 6_000, 11_000, 12_500, 22_999, 24_000] {
            let moment = f64::from(moment);
            let back = axis.moment(axis.place(moment));
            assert!(
                (back - moment).abs() < 1e-6,
                "{moment} comes back as {back}"
            );
        }
    }

    #[test]
    fn a_stretch_over_a_fold_is_seen_once() {
        let row = [Stretch {
            start: 10,
            end: 24_000,
            what: (),
        }];
        assert_eq!(axis().visible(&row, 0, 25_000, 1.0).len(), 1);
        assert_eq!(axis().parts(0, 25_000).len(), 5);
    }
}
