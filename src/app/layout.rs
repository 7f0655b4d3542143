//! Which panels stand where: the six layouts of the window.

use egui_tiles::{Container, Linear, LinearDir, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use super::ui::panels::PanelKind;

/// A way to arrange the panels for one kind of work.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub enum LayoutKind {
    #[default]
    Learn,
    Objects,
    Collector,
    Threads,
    Memory,
    Present,
}

/// How much room the window has, in points: large text makes a window narrow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Room {
    /// For one column.
    Small,
    /// For two columns.
    Narrow,
    Normal,
    /// For more columns.
    Wide,
}

impl Room {
    /// The room in so many points of width.
    pub const fn of(width: f32) -> Self {
        match width {
            width if width < 560.0 => Self::Small,
            width if width < 860.0 => Self::Narrow,
            width if width <= 1600.0 => Self::Normal,
            _ => Self::Wide,
        }
    }
}

impl LayoutKind {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 6] = [
        Self::Learn,
        Self::Objects,
        Self::Collector,
        Self::Threads,
        Self::Memory,
        Self::Present,
    ];

    /// The word on the switch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Learn => "Learn",
            Self::Objects => "Objects",
            Self::Collector => "Collector",
            Self::Threads => "Threads",
            Self::Memory => "Memory",
            Self::Present => "Present",
        }
    }

    /// The layout of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// How much larger than the user's size the text is.
    pub const fn text_scale(self) -> f32 {
        match self {
            Self::Present => 1.35,
            Self::Learn | Self::Objects | Self::Collector | Self::Threads | Self::Memory => 1.0,
        }
    }

    /// The panel the layout is about, and those that stand beside it, when there is little room.
    const fn main_and_side(self) -> (&'static [PanelKind], &'static [PanelKind]) {
        use PanelKind as P;
        match self {
            Self::Learn | Self::Present => (
                &[P::Source, P::Lesson, P::Pipeline, P::Console, P::Events],
                &[P::Objects, P::Bytecode, P::Frames, P::Inspector, P::Threads],
            ),
            Self::Objects => (
                &[P::Objects, P::Inspector],
                &[P::Source, P::Frames, P::Bytecode, P::Console, P::Lesson],
            ),
            Self::Collector => (
                &[P::Collector, P::Objects],
                &[P::Source, P::Inspector, P::Console, P::Lesson],
            ),
            Self::Threads => (
                &[P::Threads],
                &[P::Source, P::Frames, P::Console, P::Lesson],
            ),
            Self::Memory => (
                &[P::Memory, P::Objects],
                &[P::Source, P::Inspector, P::Console, P::Lesson],
            ),
        }
    }

    /// The panels in their places; `lesson` says whether a lesson is open, which then has a place
    /// of its own beside what it is about.
    pub fn tree(self, room: Room, lesson: bool) -> Tree<PanelKind> {
        use PanelKind as P;
        let mut tiles = Tiles::default();
        let tiles = &mut tiles;
        let (main, side) = self.main_and_side();
        // Above the other panels of a column, when a lesson is open.
        let with_lesson = |tiles: &mut Tiles<PanelKind>, parts: &[(TileId, f32)]| {
            if !lesson {
                return column(tiles, parts);
            }
            let text = tabs(tiles, &[P::Lesson]);
            let mut all = vec![(text, 0.42)];
            all.extend(parts.iter().map(|&(tile, share)| (tile, share * 0.58)));
            column(tiles, &all)
        };
        let wide = room == Room::Wide;
        let root = match self {
            _ if room == Room::Small => tabs(tiles, &[main, side].concat()),
            _ if room == Room::Narrow => {
                let main = tabs(tiles, main);
                let side = tabs(tiles, side);
                row(tiles, &[(main, 0.55), (side, 0.45)])
            }
            Self::Learn => {
                let source = if lesson {
                    tabs(tiles, &[P::Source, P::Pipeline])
                } else {
                    tabs(tiles, &[P::Source, P::Pipeline, P::Lesson])
                };
                let console = tabs(tiles, &[P::Console, P::Events]);
                let bytecode = tabs(tiles, &[P::Bytecode]);
                let left = with_lesson(tiles, &[(source, 0.7), (console, 0.3)]);
                let graph = [P::Objects, P::Collector, P::Threads, P::Memory];
                // Without much room the Inspector shares a place, so that the objects keep theirs.
                let (middle, right) = if wide {
                    let frames = tabs(tiles, &[P::Frames]);
                    let objects = tabs(tiles, &graph);
                    let inspector = tabs(tiles, &[P::Inspector]);
                    (
                        column(tiles, &[(bytecode, 0.58), (frames, 0.42)]),
                        column(tiles, &[(objects, 0.66), (inspector, 0.34)]),
                    )
                } else {
                    let frames = tabs(tiles, &[P::Frames, P::Inspector]);
                    (
                        column(tiles, &[(bytecode, 0.55), (frames, 0.45)]),
                        tabs(tiles, &graph),
                    )
                };
                row(tiles, &[(left, 0.31), (middle, 0.27), (right, 0.42)])
            }
            Self::Objects => {
                let objects = tabs(tiles, &[P::Objects]);
                let source = tabs(tiles, &[P::Source, P::Bytecode, P::Frames]);
                let inspector = tabs(tiles, &[P::Inspector, P::Console]);
                let side = with_lesson(tiles, &[(source, 0.45), (inspector, 0.55)]);
                row(tiles, &[(objects, 0.66), (side, 0.34)])
            }
            Self::Collector => {
                let collector = tabs(tiles, &[P::Collector]);
                let objects = tabs(tiles, &[P::Objects]);
                let source = tabs(tiles, &[P::Source, P::Bytecode]);
                let inspector = tabs(tiles, &[P::Inspector, P::Console]);
                let main = column(tiles, &[(collector, 0.55), (objects, 0.45)]);
                let side = with_lesson(tiles, &[(source, 0.5), (inspector, 0.5)]);
                row(tiles, &[(main, 0.66), (side, 0.34)])
            }
            Self::Threads => {
                let threads = tabs(tiles, &[P::Threads]);
                let source = tabs(tiles, &[P::Source, P::Bytecode]);
                let console = [P::Console, P::Objects, P::Inspector];
                let below = if lesson {
                    let text = tabs(tiles, &[P::Lesson]);
                    let frames = tabs(tiles, &[&[P::Frames][..], &console].concat());
                    row(tiles, &[(text, 0.4), (source, 0.3), (frames, 0.3)])
                } else {
                    let frames = tabs(tiles, &[P::Frames]);
                    let console = tabs(tiles, &console);
                    row(tiles, &[(source, 0.4), (frames, 0.3), (console, 0.3)])
                };
                column(tiles, &[(threads, 0.56), (below, 0.44)])
            }
            Self::Memory => {
                let memory = tabs(tiles, &[P::Memory]);
                let source = tabs(tiles, &[P::Source, P::Console]);
                let inspector = tabs(tiles, &[P::Inspector, P::Objects]);
                let side = with_lesson(tiles, &[(source, 0.5), (inspector, 0.5)]);
                row(tiles, &[(memory, 0.66), (side, 0.34)])
            }
            Self::Present => {
                let graph = [P::Objects, P::Collector, P::Threads, P::Memory];
                let text = [P::Source, P::Bytecode, P::Pipeline, P::Console];
                let objects = tabs(tiles, &graph);
                let left = if lesson {
                    let source = tabs(tiles, &text);
                    with_lesson(tiles, &[(source, 1.0)])
                } else {
                    tabs(tiles, &[&text[..], &[P::Lesson]].concat())
                };
                row(tiles, &[(left, 0.42), (objects, 0.58)])
            }
        };
        Tree::new("panels", root, std::mem::take(tiles))
    }
}

fn tabs(tiles: &mut Tiles<PanelKind>, panels: &[PanelKind]) -> TileId {
    let children = panels
        .iter()
        .map(|&panel| tiles.insert_pane(panel))
        .collect();
    tiles.insert_tab_tile(children)
}

fn row(tiles: &mut Tiles<PanelKind>, parts: &[(TileId, f32)]) -> TileId {
    linear(tiles, LinearDir::Horizontal, parts)
}

fn column(tiles: &mut Tiles<PanelKind>, parts: &[(TileId, f32)]) -> TileId {
    linear(tiles, LinearDir::Vertical, parts)
}

fn linear(tiles: &mut Tiles<PanelKind>, dir: LinearDir, parts: &[(TileId, f32)]) -> TileId {
    let mut linear = Linear::new(dir, parts.iter().map(|&(tile, _)| tile).collect());
    for &(tile, share) in parts {
        linear.shares.set_share(tile, share);
    }
    tiles.insert_container(Container::Linear(linear))
}

/// Takes a panel out of the tree.
pub fn take_out(tree: &mut Tree<PanelKind>, kind: PanelKind) {
    let found = tree.tiles.iter().find_map(|(&id, tile)| match tile {
        egui_tiles::Tile::Pane(pane) if *pane == kind => Some(id),
        egui_tiles::Tile::Pane(_) | egui_tiles::Tile::Container(_) => None,
    });
    if let Some(id) = found {
        tree.remove_recursively(id);
    }
}

/// Shows a panel: brings its tab to the front, or adds it beside the others.
pub fn show_panel(tree: &mut Tree<PanelKind>, kind: PanelKind) {
    if tree.make_active(|_, tile| matches!(tile, egui_tiles::Tile::Pane(pane) if *pane == kind)) {
        return;
    }
    let pane = tree.tiles.insert_pane(kind);
    // The last place on the screen: the first is what the layout is about.
    let first_tabs = tree
        .tiles
        .iter()
        .filter(|(_, tile)| matches!(tile, egui_tiles::Tile::Container(Container::Tabs(_))))
        .map(|(&id, _)| id)
        .max_by_key(|id| id.0);
    match (first_tabs, tree.root) {
        (Some(parent), _) => tree.move_tile_to_container(pane, parent, 0, true),
        (None, Some(root)) => {
            let both = row(&mut tree.tiles, &[(root, 0.6), (pane, 0.4)]);
            tree.root = Some(both);
        }
        (None, None) => tree.root = Some(pane),
    }
    tree.make_active(|_, tile| matches!(tile, egui_tiles::Tile::Pane(found) if *found == kind));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_shows_what_it_is_named_after() {
        for (kind, room) in LayoutKind::ALL
            .into_iter()
            .flat_map(|kind| [300.0, 700.0, 1280.0, 2000.0].map(|width| (kind, Room::of(width))))
        {
            let tree = kind.tree(room, false);
            let panels: Vec<PanelKind> = tree
                .tiles
                .tiles()
                .filter_map(|tile| match tile {
                    egui_tiles::Tile::Pane(panel) => Some(*panel),
                    egui_tiles::Tile::Container(_) => None,
                })
                .collect();
            assert!(panels.contains(&PanelKind::Source), "{kind:?}");
            assert_eq!(
                LayoutKind::from_name(&kind.name().to_lowercase()),
                Some(kind)
            );
        }
    }

    #[test]
    fn a_panel_that_is_not_there_is_added() {
        let mut tree = LayoutKind::Objects.tree(Room::Wide, false);
        show_panel(&mut tree, PanelKind::Memory);
        let found = tree.tiles.tiles().any(
            |tile| matches!(tile, egui_tiles::Tile::Pane(panel) if *panel == PanelKind::Memory),
        );
        assert!(found);
    }
}
