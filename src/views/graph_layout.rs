//! Gives every object of the graph a place, and the same place again whenever it is shown.
//!
//! Objects stand in columns by their distance from the roots. A place, once given, is kept under
//! the object's key, so stepping forwards and backwards moves nothing that the eye follows: a new
//! object takes the free place nearest to its holder, and an object that comes back (because the
//! user stepped back) finds its old place. Only an object that grows pushes its neighbors down.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// Space between two columns: room for the edges.
const COLUMN_GAP: f32 = 76.0;
/// Space between two objects of a column.
const ROW_GAP: f32 = 24.0;
/// Sweeps that order the first picture; more change nothing on graphs of this size.
const SWEEPS: usize = 6;

/// Something to place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Item {
    /// The same object has the same key at every moment.
    pub key: u64,
    pub width: f32,
    pub height: f32,
    /// Roots stand in the first column.
    pub root: bool,
}

/// A reference from `from`'s row at height `port` to `to` (positions in the list of items).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub port: f32,
}

/// The upper left corner of an item.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Place {
    pub x: f32,
    pub y: f32,
}

/// The places given so far: what keeps the picture still.
#[derive(Clone, Debug, Default)]
pub struct Places {
    homes: HashMap<u64, Home>,
    widths: BTreeMap<usize, f32>,
}

#[derive(Clone, Copy, Debug)]
struct Home {
    column: usize,
    y: f32,
    /// The user put it there.
    pinned: Option<Place>,
}

impl Places {
    /// Forgets all places, so that the next picture is laid out from nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The user moved an item; it stays where it was put.
    pub fn pin(&mut self, key: u64, place: Place) {
        if let Some(home) = self.homes.get_mut(&key) {
            home.pinned = Some(place);
        }
    }

    /// Whether the user put the item where it is.
    pub fn is_pinned(&self, key: u64) -> bool {
        self.homes
            .get(&key)
            .is_some_and(|home| home.pinned.is_some())
    }

    /// Places the items, remembering new ones.
    pub fn arrange(&mut self, items: &[Item], links: &[Link]) -> Vec<Place> {
        let columns = self.columns(items, links);
        let known = items
            .iter()
            .filter(|i| self.homes.contains_key(&i.key))
            .count();
        if known == 0 {
            self.arrange_first(items, links, &columns);
        } else {
            self.add_new(items, links, &columns);
        }
        for (item, &column) in items.iter().zip(&columns) {
            let width = self.widths.entry(column).or_default();
            *width = width.max(item.width);
        }
        self.resolve(items, &columns)
    }

    /// The column of each item: the remembered one, or one right of its nearest holder.
    fn columns(&self, items: &[Item], links: &[Link]) -> Vec<usize> {
        let mut column: Vec<Option<usize>> = items
            .iter()
            .map(|item| {
                self.homes
                    .get(&item.key)
                    .map(|home| home.column)
                    .or_else(|| item.root.then_some(0))
            })
            .collect();
        let mut outgoing = vec![Vec::new(); items.len()];
        for link in links {
            outgoing[link.from].push(link.to);
        }
        let mut queue: VecDeque<usize> = {
            let mut seeds: Vec<usize> = (0..items.len()).filter(|&i| column[i].is_some()).collect();
            seeds.sort_by_key(|&i| column[i]);
            seeds.into()
        };
        let mut next_seed = 0;
        loop {
            while let Some(from) = queue.pop_front() {
                let next = column[from].expect("only placed items are queued") + 1;
                for &to in &outgoing[from] {
                    if column[to].is_none() {
                        column[to] = Some(next);
                        queue.push_back(to);
                    }
                }
            }
            // What no root reaches (garbage in a cycle) starts a column of its own.
            match (next_seed..items.len()).find(|&i| column[i].is_none()) {
                Some(lost) => {
                    column[lost] = Some(1);
                    queue.push_back(lost);
                    next_seed = lost + 1;
                }
                None => break,
            }
        }
        column.into_iter().map(|c| c.unwrap_or(1)).collect()
    }

    /// The first picture: order the columns so that few edges cross, then stack them.
    fn arrange_first(&mut self, items: &[Item], links: &[Link], columns: &[usize]) {
        let count = columns.iter().max().map_or(0, |&c| c + 1);
        let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (i, &column) in columns.iter().enumerate() {
            order[column].push(i);
        }
        let mut y = vec![0.0_f32; items.len()];
        stack(&order, items, &mut y);
        let mut holders = vec![Vec::new(); items.len()];
        let mut held = vec![Vec::new(); items.len()];
        for link in links {
            if columns[link.from] < columns[link.to] {
                holders[link.to].push((link.from, link.port));
                held[link.from].push(link.to);
            }
        }
        for sweep in 0..SWEEPS {
            for step in 0..count {
                let forward = sweep % 2 == 0;
                let column = if forward { step } else { count - 1 - step };
                let wish = |i: usize| -> f32 {
                    let wishes: Vec<f32> = if forward {
                        holders[i].iter().map(|&(h, port)| y[h] + port).collect()
                    } else {
                        held[i].iter().map(|&h| y[h]).collect()
                    };
                    if wishes.is_empty() {
                        y[i]
                    } else {
                        wishes.iter().sum::<f32>() / wishes.len() as f32
                    }
                };
                let mut wished: Vec<(f32, usize)> =
                    order[column].iter().map(|&i| (wish(i), i)).collect();
                wished.sort_by(|a, b| a.0.total_cmp(&b.0));
                order[column] = wished.into_iter().map(|(_, i)| i).collect();
            }
            stack(&order, items, &mut y);
        }
        // Each item slides towards its first holder's row, as far as the one above it allows.
        for members in &order {
            let mut floor = 0.0_f32;
            for &i in members {
                let wish = holders[i]
                    .iter()
                    .map(|&(h, port)| y[h] + port - 12.0)
                    .fold(f32::INFINITY, f32::min);
                y[i] = if wish.is_finite() {
                    wish.max(floor)
                } else {
                    floor
                };
                floor = y[i] + items[i].height + ROW_GAP;
            }
        }
        for (i, item) in items.iter().enumerate() {
            self.homes.insert(
                item.key,
                Home {
                    column: columns[i],
                    y: y[i],
                    pinned: None,
                },
            );
        }
    }

    /// Later pictures: every new item takes the free place nearest to its holder's row.
    fn add_new(&mut self, items: &[Item], links: &[Link], columns: &[usize]) {
        let mut new: Vec<usize> = (0..items.len())
            .filter(|&i| !self.homes.contains_key(&items[i].key))
            .collect();
        new.sort_by_key(|&i| columns[i]);
        for i in new {
            let wish = links
                .iter()
                .filter(|link| link.to == i && link.from != i)
                .filter_map(|link| {
                    let home = self.homes.get(&items[link.from].key)?;
                    Some(home.y + link.port - 12.0)
                })
                .fold(f32::INFINITY, f32::min);
            let mut taken: Vec<(f32, f32)> = items
                .iter()
                .zip(columns)
                .filter(|&(_, &column)| column == columns[i])
                .filter_map(|(item, _)| {
                    let home = self.homes.get(&item.key)?;
                    Some((home.y - ROW_GAP, home.y + item.height + ROW_GAP))
                })
                .collect();
            taken.sort_by(|a, b| a.0.total_cmp(&b.0));
            let wish = if wish.is_finite() { wish } else { 0.0 };
            let y = free_place(&taken, wish, items[i].height);
            self.homes.insert(
                items[i].key,
                Home {
                    column: columns[i],
                    y,
                    pinned: None,
                },
            );
        }
    }

    /// Homes to places: an item that grew pushes those below it down.
    fn resolve(&self, items: &[Item], columns: &[usize]) -> Vec<Place> {
        let mut x_of = BTreeMap::new();
        let mut x = 0.0;
        let last = columns.iter().max().copied().unwrap_or(0);
        for column in 0..=last {
            x_of.insert(column, x);
            if let Some(width) = self.widths.get(&column) {
                x += width + COLUMN_GAP;
            }
        }
        let mut order: Vec<usize> = (0..items.len()).collect();
        let home = |i: usize| self.homes[&items[i].key];
        order.sort_by(|&a, &b| {
            columns[a]
                .cmp(&columns[b])
                .then(home(a).y.total_cmp(&home(b).y))
        });
        let mut places = vec![Place::default(); items.len()];
        let mut floor: HashMap<usize, f32> = HashMap::new();
        for i in order {
            if let Some(place) = home(i).pinned {
                places[i] = place;
                continue;
            }
            let lowest = floor.entry(columns[i]).or_insert(f32::NEG_INFINITY);
            let y = home(i).y.max(*lowest);
            places[i] = Place {
                x: x_of[&columns[i]],
                y,
            };
            *lowest = y + items[i].height + ROW_GAP;
        }
        places
    }
}

/// Stacks each column from the top.
fn stack(order: &[Vec<usize>], items: &[Item], y: &mut [f32]) {
    for members in order {
        let mut next = 0.0;
        for &i in members {
            y[i] = next;
            next += items[i].height + ROW_GAP;
        }
    }
}

/// The free stretch of `height` nearest to `wish`, between the sorted stretches `taken`.
fn free_place(taken: &[(f32, f32)], wish: f32, height: f32) -> f32 {
    let fits = |y: f32| {
        taken
            .iter()
            .all(|&(top, bottom)| y + height <= top || y >= bottom)
    };
    let mut candidates = vec![wish];
    for &(top, bottom) in taken {
        candidates.push(bottom);
        candidates.push(top - height);
    }
    candidates
        .into_iter()
        .filter(|&y| fits(y))
        .min_by(|a, b| (a - wish).abs().total_cmp(&(b - wish).abs()))
        .unwrap_or(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: u64, root: bool) -> Item {
        Item {
            key,
            width: 100.0,
            height: 50.0,
            root,
        }
    }

    fn link(from: usize, to: usize) -> Link {
        Link {
            from,
            to,
            port: 30.0,
        }
    }

    fn overlap(items: &[Item], places: &[Place]) -> bool {
        (0..items.len()).any(|a| {
            (0..a).any(|b| {
                let (pa, pb) = (places[a], places[b]);
                pa.x < pb.x + items[b].width
                    && pb.x < pa.x + items[a].width
                    && pa.y < pb.y + items[b].height
                    && pb.y < pa.y + items[a].height
            })
        })
    }

    #[test]
    fn holders_stand_left_of_what_they_hold() {
        let items = [item(1, true), item(2, false), item(3, false)];
        let places = Places::default().arrange(&items, &[link(0, 1), link(1, 2), link(2, 1)]);
        assert!(places[0].x < places[1].x && places[1].x < places[2].x);
    }

    #[test]
    fn a_newcomer_moves_nobody_and_an_old_friend_finds_its_place() {
        let mut kept = Places::default();
        let two = [item(1, true), item(2, false)];
        let before = kept.arrange(&two, &[link(0, 1)]);
        let three = [item(1, true), item(2, false), item(3, false)];
        let with = kept.arrange(&three, &[link(0, 1), link(0, 2)]);
        assert_eq!(before[..], with[..2]);
        assert!(!overlap(&three, &with));
        assert_eq!(kept.arrange(&two, &[link(0, 1)]), before, "stepping back");
        assert_eq!(
            kept.arrange(&three, &[link(0, 1), link(0, 2)]),
            with,
            "and forward again"
        );
    }

    #[test]
    fn growth_pushes_the_ones_below_down() {
        let mut kept = Places::default();
        let mut items = [item(1, true), item(2, false), item(3, false)];
        let links = [link(0, 1), link(0, 2)];
        kept.arrange(&items, &links);
        items[1].height = 400.0;
        let places = kept.arrange(&items, &links);
        assert!(!overlap(&items, &places));
    }

    #[test]
    fn what_nothing_reaches_still_has_a_place() {
        let items = [item(1, true), item(2, false), item(3, false)];
        let places = Places::default().arrange(&items, &[link(1, 2), link(2, 1)]);
        assert!(!overlap(&items, &places));
    }

    #[test]
    fn a_thousand_objects_do_not_overlap() {
        let items: Vec<Item> = (0..1000).map(|i| item(i, i < 3)).collect();
        let links: Vec<Link> = (3..1000_usize).map(|i| link((i * 7919) % i, i)).collect();
        let places = Places::default().arrange(&items, &links);
        assert!(!overlap(&items, &places));
    }

    #[test]
    fn nothing_at_all_is_fine() {
        assert!(Places::default().arrange(&[], &[]).is_empty());
    }
}
