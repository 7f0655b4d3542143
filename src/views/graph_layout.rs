//! Gives every object of the graph a place, and the same place whenever and however it is shown.
//!
//! Objects stand in columns by their distance from the roots. A [`Plan`] is made once for a whole
//! recording: a [`Planner`] looks at pictures from its beginning to its end, and gives each object
//! a rectangle that no other object needs while it lives. So nothing moves because something else
//! came, grew or went, in either direction of time, and a moment looks the same whichever way led
//! there. What no picture of the plan knew takes the free place nearest to its holder. While a run
//! still grows there is no plan yet; then places are kept as they were first given.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// Space between two columns: room for the edges.
pub const COLUMN_GAP: f32 = 84.0;
/// Space between two objects of a column.
const ROW_GAP: f32 = 24.0;
/// Sweeps that order a plan; more change nothing on graphs of this size.
const SWEEPS: usize = 8;
/// Objects that a plan has room for; later ones find a place when they are shown.
const MOST_PLANNED: usize = 4_000;
/// How far above a holder's row the top of what it holds would like to be.
const HEAD: f32 = 13.0;

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

/// The upper left corner of an item, and the column it stands in.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Place {
    pub x: f32,
    pub y: f32,
    /// `None`: the user put it there.
    pub column: Option<usize>,
}

/// Where an object stands as long as it lives.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Home {
    column: usize,
    y: f32,
    /// The most it needs during its life.
    height: f32,
}

/// The places of all objects of a recording.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    homes: HashMap<u64, Home>,
    widths: Vec<f32>,
}

/// Collects what pictures of a recording show, in the order of time, and makes a plan of them.
#[derive(Clone, Debug, Default)]
pub struct Planner {
    index: HashMap<u64, usize>,
    seen: Vec<Seen>,
    /// For each holder and held: the sum of the ports and how often it was seen.
    links: BTreeMap<(usize, usize), (f32, u32)>,
    pictures: u32,
}

#[derive(Clone, Debug)]
struct Seen {
    key: u64,
    root: bool,
    width: f32,
    height: f32,
    /// The pictures in which it was first and last seen.
    first: u32,
    last: u32,
    /// In how many pictures it stood at each distance from the roots.
    columns: Vec<u32>,
}

impl Seen {
    /// Whether both may be in one picture. What is gone in the next picture may be there until
    /// shortly before it.
    const fn meets(&self, other: &Self) -> bool {
        self.first <= other.last + 1 && other.first <= self.last + 1
    }

    fn column(&self) -> usize {
        let most = self.columns.iter().max().copied().unwrap_or(0);
        let found = self.columns.iter().position(|&count| count == most);
        found.unwrap_or(usize::from(!self.root))
    }
}

impl Planner {
    /// Takes in the next picture.
    pub fn take(&mut self, items: &[Item], links: &[Link]) {
        let columns = distances(items, links, &|_| None);
        let picture = self.pictures;
        self.pictures += 1;
        let numbers: Vec<Option<usize>> = items
            .iter()
            .zip(&columns)
            .map(|(item, &column)| self.see(item, column, picture))
            .collect();
        for link in links {
            if let (Some(from), Some(to)) = (numbers[link.from], numbers[link.to]) {
                let sum = self.links.entry((from, to)).or_default();
                sum.0 += link.port;
                sum.1 += 1;
            }
        }
    }

    fn see(&mut self, item: &Item, column: usize, picture: u32) -> Option<usize> {
        let next = self.seen.len();
        let number = match self.index.get(&item.key) {
            Some(&number) => number,
            None if next >= MOST_PLANNED => return None,
            None => {
                self.index.insert(item.key, next);
                self.seen.push(Seen {
                    key: item.key,
                    root: item.root,
                    width: 0.0,
                    height: 0.0,
                    first: picture,
                    last: picture,
                    columns: Vec::new(),
                });
                next
            }
        };
        let seen = &mut self.seen[number];
        seen.last = picture;
        seen.width = seen.width.max(item.width);
        seen.height = seen.height.max(item.height);
        if seen.columns.len() <= column {
            seen.columns.resize(column + 1, 0);
        }
        seen.columns[column] += 1;
        Some(number)
    }

    /// Gives each object its place for good: first those that stay, ordered so that few arrows
    /// cross, then in the order of their coming those that pass, each where room is while it lives.
    pub fn finish(self) -> Plan {
        let columns: Vec<usize> = self.seen.iter().map(Seen::column).collect();
        let count = columns.iter().max().map_or(0, |&c| c + 1);
        let mut widths = vec![0.0_f32; count];
        for (seen, &column) in self.seen.iter().zip(&columns) {
            widths[column] = widths[column].max(seen.width);
        }
        let mut neighbors = Neighbors {
            holders: vec![Vec::new(); self.seen.len()],
            held: vec![Vec::new(); self.seen.len()],
        };
        for (&(from, to), &(sum, times)) in &self.links {
            if columns[from] < columns[to] {
                let port = sum / times as f32;
                neighbors.holders[to].push((from, port));
                neighbors.held[from].push((to, port));
            }
        }
        let stays: Vec<bool> = self.seen.iter().map(|seen| self.stays(seen)).collect();
        let mut y = self.place_staying(&columns, &stays, &neighbors);
        let top = (0..y.len())
            .filter(|&i| stays[i])
            .map(|i| y[i])
            .fold(f32::INFINITY, f32::min);
        for value in &mut y {
            *value = (*value - top).round();
        }
        self.place_passing(&columns, &stays, &neighbors, &mut y);
        let homes = self
            .seen
            .iter()
            .zip(columns)
            .zip(y)
            .map(|((seen, column), y)| {
                let height = seen.height;
                (seen.key, Home { column, y, height })
            })
            .collect();
        Plan { homes, widths }
    }

    /// Whether an object is there to the end, or for a good part of the run.
    const fn stays(&self, seen: &Seen) -> bool {
        seen.last + 1 >= self.pictures || (seen.last - seen.first) * 4 >= self.pictures
    }

    fn place_staying(&self, columns: &[usize], stays: &[bool], neighbors: &Neighbors) -> Vec<f32> {
        let count = columns.iter().max().map_or(0, |&c| c + 1);
        let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (number, &column) in columns.iter().enumerate() {
            if stays[number] {
                order[column].push(number);
            }
        }
        let mut y = vec![0.0_f32; self.seen.len()];
        let still = y.clone();
        for members in &order {
            settle(members, &still, &self.seen, &mut y);
        }
        for sweep in 0..SWEEPS {
            let outward = sweep % 2 == 0;
            for step in 0..count {
                let column = if outward { step } else { count - 1 - step };
                let mut wish = y.clone();
                for &i in &order[column] {
                    let found = if outward {
                        neighbors.wish_of_holders(i, &y, stays)
                    } else {
                        neighbors.wish_of_held(i, &y, stays)
                    };
                    wish[i] = found.unwrap_or(wish[i]);
                }
                // Frames stand in the order in which they began.
                if column > 0 {
                    order[column].sort_by(|&a, &b| wish[a].total_cmp(&wish[b]).then(a.cmp(&b)));
                }
                settle(&order[column], &wish, &self.seen, &mut y);
            }
        }
        y
    }

    fn place_passing(
        &self,
        columns: &[usize],
        stays: &[bool],
        neighbors: &Neighbors,
        y: &mut [f32],
    ) {
        let mut placed = stays.to_vec();
        let mut passing: Vec<usize> = (0..self.seen.len()).filter(|&i| !stays[i]).collect();
        passing.sort_by_key(|&i| (self.seen[i].first, columns[i], i));
        for i in passing {
            let mut taken: Vec<(f32, f32)> = (0..self.seen.len())
                .filter(|&other| placed[other] && columns[other] == columns[i])
                .filter(|&other| self.seen[other].meets(&self.seen[i]))
                .map(|other| {
                    let bottom = y[other] + self.seen[other].height;
                    (y[other] - ROW_GAP, bottom + ROW_GAP)
                })
                .collect();
            taken.sort_by(|a, b| a.0.total_cmp(&b.0));
            let height = self.seen[i].height;
            y[i] = if self.seen[i].root {
                // A call stack grows downwards.
                let below = taken.iter().map(|&(_, bottom)| bottom);
                below.fold(0.0, f32::max)
            } else {
                let wish = neighbors
                    .wish_of_holders(i, y, &placed)
                    .or_else(|| neighbors.wish_of_held(i, y, &placed));
                free_place(&taken, wish.unwrap_or(0.0), height)
            };
            placed[i] = true;
        }
    }
}

/// Who holds and who is held, each with the height of the row.
struct Neighbors {
    holders: Vec<Vec<(usize, f32)>>,
    held: Vec<Vec<(usize, f32)>>,
}

impl Neighbors {
    /// Level with the rows of those placed objects that hold it.
    fn wish_of_holders(&self, i: usize, y: &[f32], placed: &[bool]) -> Option<f32> {
        let holders = self.holders[i].iter().filter(|(other, _)| placed[*other]);
        mean(holders.map(|&(other, port)| y[other] + port - HEAD))
    }

    /// So that its rows are level with those placed objects that they hold.
    fn wish_of_held(&self, i: usize, y: &[f32], placed: &[bool]) -> Option<f32> {
        let held = self.held[i].iter().filter(|(other, _)| placed[*other]);
        mean(held.map(|&(other, port)| y[other] + HEAD - port))
    }
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, many) = values.fold((0.0, 0.0), |(sum, many), value| (sum + value, many + 1.0));
    (many > 0.0).then(|| sum / many)
}

/// Places the members of a column in their order as near to their wishes as the others allow:
/// halfway between as high and as low as they can be, and so in the middle.
fn settle(order: &[usize], wish: &[f32], seen: &[Seen], y: &mut [f32]) {
    let mut low = vec![0.0_f32; order.len()];
    for at in 0..order.len() {
        let i = order[at];
        low[at] = (0..at)
            .filter(|&b| seen[order[b]].meets(&seen[i]))
            .map(|b| low[b] + seen[order[b]].height + ROW_GAP)
            .fold(wish[i], f32::max);
    }
    let mut high = vec![0.0_f32; order.len()];
    for at in (0..order.len()).rev() {
        let i = order[at];
        high[at] = (at + 1..order.len())
            .filter(|&b| seen[order[b]].meets(&seen[i]))
            .map(|b| high[b] - seen[i].height - ROW_GAP)
            .fold(wish[i], f32::min);
    }
    for (at, &i) in order.iter().enumerate() {
        y[i] = f32::midpoint(low[at], high[at]);
    }
}

/// How far each item is from the roots; `known` gives what is settled already.
fn distances(items: &[Item], links: &[Link], known: &dyn Fn(u64) -> Option<usize>) -> Vec<usize> {
    let mut column: Vec<Option<usize>> = items
        .iter()
        .map(|item| known(item.key).or_else(|| item.root.then_some(0)))
        .collect();
    let mut outgoing = vec![Vec::new(); items.len()];
    for link in links {
        outgoing[link.from].push(link.to);
    }
    let mut seeds: Vec<usize> = (0..items.len()).filter(|&i| column[i].is_some()).collect();
    seeds.sort_by_key(|&i| column[i]);
    let mut queue: VecDeque<usize> = seeds.into();
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

/// The plan, what the user moved, and the places given while there is no plan.
#[derive(Clone, Debug, Default)]
pub struct Places {
    plan: Plan,
    /// The plan is that of the whole recording.
    planned: bool,
    pinned: HashMap<u64, (f32, f32)>,
}

impl Places {
    /// Forgets where the user put things, and what was placed without a plan.
    pub fn clear(&mut self) {
        self.pinned.clear();
        if !self.planned {
            self.plan = Plan::default();
        }
    }

    /// Another recording, or another choice of what is shown: nothing is placed.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// From now on everything stands where the plan says.
    pub fn set_plan(&mut self, plan: Plan) {
        self.plan = plan;
        self.planned = true;
    }

    /// Whether the whole recording is planned.
    pub const fn is_planned(&self) -> bool {
        self.planned
    }

    /// The user moved an item; it stays where it was put.
    pub fn pin(&mut self, key: u64, x: f32, y: f32) {
        self.pinned.insert(key, (x, y));
    }

    /// The item goes back to its own place.
    pub fn unpin(&mut self, key: u64) {
        self.pinned.remove(&key);
    }

    /// Whether the user put the item where it is.
    pub fn is_pinned(&self, key: u64) -> bool {
        self.pinned.contains_key(&key)
    }

    /// Whether the user moved anything.
    pub fn has_pins(&self) -> bool {
        !self.pinned.is_empty()
    }

    /// Places the items.
    pub fn arrange(&mut self, items: &[Item], links: &[Link]) -> Vec<Place> {
        if !self.planned && self.plan.homes.is_empty() {
            let mut planner = Planner::default();
            planner.take(items, links);
            self.plan = planner.finish();
        }
        let columns = distances(items, links, &|key| {
            self.plan.homes.get(&key).map(|home| home.column)
        });
        let homes = self.with_strays(items, links, &columns);
        let mut widths = self.plan.widths.clone();
        for (item, home) in items.iter().zip(&homes) {
            if widths.len() <= home.column {
                widths.resize(home.column + 1, 0.0);
            }
            widths[home.column] = widths[home.column].max(item.width);
        }
        if !self.planned {
            let placed = items.iter().map(|item| item.key).zip(homes.iter().copied());
            self.plan.homes.extend(placed);
            self.plan.widths.clone_from(&widths);
        }
        self.resolve(items, &homes, &widths)
    }

    /// The homes of all items: those of the plan, and for each other one the free place nearest to
    /// its holder's row. Depends on nothing but the plan and this picture.
    fn with_strays(&self, items: &[Item], links: &[Link], columns: &[usize]) -> Vec<Home> {
        let mut homes: Vec<Option<Home>> = items
            .iter()
            .map(|item| self.plan.homes.get(&item.key).copied())
            .collect();
        let mut strays: Vec<usize> = (0..items.len()).filter(|&i| homes[i].is_none()).collect();
        strays.sort_by_key(|&i| (columns[i], i));
        let mut incoming: HashMap<usize, Vec<&Link>> = HashMap::new();
        for link in links.iter().filter(|link| homes[link.to].is_none()) {
            incoming.entry(link.to).or_default().push(link);
        }
        for i in strays {
            let wish = incoming
                .get(&i)
                .into_iter()
                .flatten()
                .filter_map(|link| Some(homes[link.from]?.y + link.port - HEAD))
                .fold(f32::INFINITY, f32::min);
            let mut taken: Vec<(f32, f32)> = homes
                .iter()
                .zip(items)
                .filter_map(|(home, item)| Some((home.as_ref()?, item)))
                .filter(|(home, _)| home.column == columns[i])
                .map(|(home, item)| {
                    let height = home.height.max(item.height);
                    (home.y - ROW_GAP, home.y + height + ROW_GAP)
                })
                .collect();
            taken.sort_by(|a, b| a.0.total_cmp(&b.0));
            let wish = if wish.is_finite() { wish } else { 0.0 };
            homes[i] = Some(Home {
                column: columns[i],
                y: free_place(&taken, wish, items[i].height),
                height: items[i].height,
            });
        }
        homes
            .into_iter()
            .map(|home| home.expect("each stray was given a home"))
            .collect()
    }

    /// Homes to places. An item that outgrew what was planned (the user opened it further) pushes
    /// those below it down.
    fn resolve(&self, items: &[Item], homes: &[Home], widths: &[f32]) -> Vec<Place> {
        let mut left = Vec::with_capacity(widths.len());
        let mut x = 0.0;
        for &width in widths {
            left.push(x);
            if width > 0.0 {
                x += width + COLUMN_GAP;
            }
        }
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (homes[a], homes[b]);
            a.column.cmp(&b.column).then(a.y.total_cmp(&b.y))
        });
        let mut places = vec![Place::default(); items.len()];
        let mut floor: HashMap<usize, f32> = HashMap::new();
        for i in order {
            if let Some(&(x, y)) = self.pinned.get(&items[i].key) {
                places[i] = Place { x, y, column: None };
                continue;
            }
            let home = homes[i];
            let lowest = floor.entry(home.column).or_insert(f32::NEG_INFINITY);
            let y = home.y.max(*lowest);
            places[i] = Place {
                x: left[home.column],
                y,
                column: Some(home.column),
            };
            *lowest = y + items[i].height + 8.0;
        }
        places
    }
}

/// The free stretch of `height` nearest to `wish`, between the stretches `taken`, sorted by their
/// tops.
fn free_place(taken: &[(f32, f32)], wish: f32, height: f32) -> f32 {
    let mut best: Option<f32> = None;
    let mut consider = |y: f32| {
        if best.is_none_or(|best| (y - wish).abs() < (best - wish).abs()) {
            best = Some(y);
        }
    };
    let mut floor = f32::NEG_INFINITY;
    for &(top, bottom) in taken {
        if top - floor >= height {
            consider(wish.clamp(floor, top - height));
        }
        floor = floor.max(bottom);
    }
    consider(wish.max(floor));
    best.unwrap_or(wish)
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

    /// Three pictures: a second object comes, grows, and makes room for a third.
    fn film() -> [(Vec<Item>, Vec<Link>); 3] {
        let one = item(1, true);
        let mut grown = item(2, false);
        grown.height = 300.0;
        [
            (vec![one, item(2, false)], vec![link(0, 1)]),
            (
                vec![one, grown, item(3, false)],
                vec![link(0, 1), link(0, 2)],
            ),
            (vec![one, item(4, false)], vec![link(0, 1)]),
        ]
    }

    #[test]
    fn a_planned_object_stands_still_whatever_comes_grows_or_goes() {
        let mut planner = Planner::default();
        for (items, links) in film() {
            planner.take(&items, &links);
        }
        let mut places = Places::default();
        places.set_plan(planner.finish());
        let [first, second, _] = film();
        let before = places.arrange(&first.0, &first.1);
        let after = places.arrange(&second.0, &second.1);
        assert_eq!(before[..2], after[..2]);
        assert!(!overlap(&second.0, &after));
    }

    #[test]
    fn the_way_to_a_moment_makes_no_difference() {
        let mut planner = Planner::default();
        for (items, links) in film() {
            planner.take(&items, &links);
        }
        let plan = planner.finish();
        let look = |order: &[usize]| {
            let mut places = Places::default();
            places.set_plan(plan.clone());
            let mut last = Vec::new();
            for &number in order {
                let (mut items, mut links) = film()[number].clone();
                // Something that no picture of the plan had.
                items.push(item(9, false));
                links.push(link(0, items.len() - 1));
                last = places.arrange(&items, &links);
            }
            last
        };
        assert_eq!(look(&[0, 1, 2, 1]), look(&[1]));
    }

    #[test]
    fn without_a_plan_a_newcomer_moves_nobody() {
        let mut kept = Places::default();
        let two = [item(1, true), item(2, false)];
        let before = kept.arrange(&two, &[link(0, 1)]);
        let three = [item(1, true), item(2, false), item(3, false)];
        let with = kept.arrange(&three, &[link(0, 1), link(0, 2)]);
        assert_eq!(before[..], with[..2]);
        assert!(!overlap(&three, &with));
        assert_eq!(kept.arrange(&two, &[link(0, 1)]), before, "stepping back");
    }

    #[test]
    fn growth_that_nobody_foresaw_pushes_the_ones_below_down() {
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
