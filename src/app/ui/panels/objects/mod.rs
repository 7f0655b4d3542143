//! The object graph: boxes for objects, frames and modules, arrows for references.
//!
//! `egui_graphs` holds the graph, finds what is under the pointer and lets boxes be dragged; the
//! places come from [`crate::views::graph_layout`], the shapes from [`shapes`]. It asks for a new
//! frame after every frame, so it is called only when something changed, and its shapes are
//! painted again otherwise.

pub mod shapes;

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Pos2, Rect, RichText, Sense, Shape, Ui, Vec2};
use egui_graphs::{GraphChange, GraphView, MetadataFrame, SettingsInteraction, SettingsNavigation};
use petgraph::Directed;
use petgraph::stable_graph::{DefaultIx, NodeIndex};

use self::shapes::{EdgePaint, EdgeShape, NodePaint, NodeShape};
use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::state::AppState;
use crate::app::ui::theme::Theme;
use crate::app::ui::widgets::{self, Icon, icon_button};
use crate::base::Moment;
use crate::views::graph::{Count, Graph as Model, NodeId, RowValue};
use crate::views::graph_layout::{Place, Places};
use crate::views::objects::{Filter, build};

type Graph =
    egui_graphs::Graph<Arc<NodePaint>, Arc<EdgePaint>, Directed, DefaultIx, NodeShape, EdgeShape>;

/// The name under which `egui_graphs` keeps this view's state.
const VIEW: &str = "objects";
/// Text smaller than at this zoom cannot be read, so the picture is never made smaller by itself.
const SMALLEST_AUTO_ZOOM: f32 = 0.75;
const ZOOM: std::ops::RangeInclusive<f32> = 0.08..=3.0;
/// Names for screen readers cost a little each; beyond this many boxes they are left out.
const MOST_NAMED_BOXES: usize = 300;

/// The panel.
pub struct ObjectsPanel {
    model: Model,
    graph: Graph,
    places: Places,
    filter: Filter,
    /// What the graph was built for.
    built: Option<(u64, crate::app::ui::theme::ThemeKind)>,
    filter_changed: bool,
    camera: Camera,
    bounds: Rect,
    cache: Option<Cache>,
    reveal: bool,
    last_corner: Option<Pos2>,
    /// The moment of the picture, and its counts: the next picture shows how they changed.
    shown_at: Moment,
    counts: HashMap<u64, u32>,
}

/// Which part of the canvas is in view.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Camera {
    zoom: f32,
    pan: Vec2,
    /// Follows the content until the user takes over.
    auto: bool,
    fit: bool,
}

/// The shapes of the last frame, to be painted again while nothing changes.
struct Cache {
    rect: Rect,
    shapes: Vec<Shape>,
    key: (u64, Camera),
}

impl Default for ObjectsPanel {
    fn default() -> Self {
        Self {
            model: Model::default(),
            graph: Graph::new(),
            places: Places::default(),
            filter: Filter::default(),
            built: None,
            filter_changed: false,
            camera: Camera {
                zoom: 1.0,
                pan: Vec2::ZERO,
                auto: true,
                fit: true,
            },
            bounds: Rect::ZERO,
            cache: None,
            reveal: false,
            last_corner: None,
            shown_at: Moment(0),
            counts: HashMap::new(),
        }
    }
}

impl Panel for ObjectsPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Objects
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::RearrangeObjects => {
                self.places.clear();
                self.counts.clear();
                self.filter.counts_before.clear();
                self.built = None;
                self.camera.auto = true;
                self.camera.fit = true;
            }
            Command::FocusSelection => self.reveal = true,
            Command::Isolate => {
                self.filter.isolate = !self.filter.isolate;
                self.filter_changed = true;
                self.camera.fit = true;
            }
            _ => {}
        }
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        self.rebuild(ctx.app, ctx.theme);
        self.bar_ui(ui, ctx);
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, ctx.theme.inset);
        if self.model.nodes.is_empty() {
            widgets::empty(
                ui,
                ctx.theme,
                "No objects yet",
                "The program has not made any name so far. Step forward, or press Space to play.",
            );
            return;
        }
        self.follow(rect, ui.ctx().zoom_factor());
        self.graph_ui(ui, rect, ctx);
    }
}

impl ObjectsPanel {
    fn rebuild(&mut self, app: &AppState, theme: &Arc<Theme>) {
        let key = (app.revision, theme.kind);
        if self.built == Some(key) && !self.filter_changed {
            return;
        }
        self.built = Some(key);
        self.filter_changed = false;
        let Some(document) = &app.document else {
            return;
        };
        self.filter.selected = app.selected.object;
        if self.shown_at != app.cursor {
            self.shown_at = app.cursor;
            self.filter.counts_before = std::mem::take(&mut self.counts);
        }
        self.model = build(document.look(), &self.filter);
        self.counts = self
            .model
            .nodes
            .iter()
            .filter_map(|node| match node.count {
                Some(Count::Of(count)) => Some((node.key, count)),
                Some(Count::Immortal) | None => None,
            })
            .collect();
        let places = self.model.arrange(&mut self.places);
        let selected = app.selected.object.map(NodeId::Object);
        self.graph = Graph::new();
        self.bounds = Rect::NOTHING;
        let mut indices: Vec<NodeIndex<DefaultIx>> = Vec::with_capacity(self.model.nodes.len());
        for (node, place) in self.model.nodes.iter().zip(&places) {
            let (width, height) = node.size();
            let size = Vec2::new(width, height);
            let rect = Rect::from_min_size(Pos2::new(place.x, place.y), size);
            self.bounds = self.bounds.union(rect);
            let paint = NodePaint {
                node: node.clone(),
                size,
                theme: Arc::clone(theme),
                selected: Some(node.id) == selected,
                faded: false,
                pinned: self.places.is_pinned(node.key),
            };
            indices.push(self.graph.add_node_with_label_and_location(
                Arc::new(paint),
                node.title.clone(),
                rect.center(),
            ));
        }
        for edge in &self.model.edges {
            let touches = |index: usize| Some(self.model.nodes[index].id) == selected;
            let paint = EdgePaint {
                selected: touches(edge.from) || touches(edge.to),
                edge: edge.clone(),
                theme: Arc::clone(theme),
                faded: false,
            };
            self.graph.add_edge_with_label(
                indices[edge.from],
                indices[edge.to],
                Arc::new(paint),
                edge.name.clone(),
            );
        }
        self.cache = None;
    }

    fn bar_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 3.0;
                    let filter = &mut self.filter;
                    let changed = &mut self.filter_changed;
                    let more = [
                        (&mut filter.functions, "Functions and methods"),
                        (&mut filter.classes, "Classes"),
                        (&mut filter.modules, "Imported modules"),
                        (&mut filter.unfold, "Small values as objects of their own"),
                        (&mut filter.stack, "All of the value stacks"),
                    ];
                    let on = more.iter().filter(|(on, _)| **on).count();
                    let label = if on == 0 {
                        "Also show".to_owned()
                    } else {
                        format!("Also show ({on})")
                    };
                    let button =
                        egui::containers::menu::MenuButton::new(RichText::new(label).size(12.5));
                    button
                        .config(
                            egui::containers::menu::MenuConfig::new()
                                .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside),
                        )
                        .ui(ui, |ui| {
                            for (on, name) in more {
                                *changed |= ui.checkbox(on, name).changed();
                            }
                        });
                    if filter.isolate || ctx.app.selected.object.is_some() {
                        let on = filter.isolate;
                        let color = if on { theme.text } else { theme.text_muted };
                        let button = egui::Button::new(
                            RichText::new("Around selection").size(12.5).color(color),
                        )
                        .fill(if on {
                            theme.accent_soft
                        } else {
                            theme.raised
                        });
                        let tip = "Show only what holds the selected object and what it holds";
                        if ui.add(button).on_hover_text(tip).clicked() {
                            ctx.commands.push(Command::Isolate);
                        }
                    }
                    if !filter.hidden.is_empty() {
                        let text = format!("Show {} hidden", filter.hidden.len());
                        if ui
                            .add(egui::Button::new(RichText::new(text).size(12.5)))
                            .clicked()
                        {
                            filter.hidden.clear();
                            self.filter_changed = true;
                        }
                    }
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.spacing_mut().item_spacing.x = 2.0;
                        if icon_button(ui, theme, Icon::Fit, "Show all objects", "", true).clicked()
                        {
                            self.camera.auto = true;
                            self.camera.fit = true;
                        }
                        if icon_button(ui, theme, Icon::Rerun, "Arrange anew", "R", true).clicked()
                        {
                            ctx.commands.push(Command::RearrangeObjects);
                        }
                        let mut words = format!("{} shown", self.model.nodes.len());
                        if self.model.cut > 0 {
                            words = format!("{words}, {} more", self.model.cut);
                        }
                        if ui.available_width() > 90.0 {
                            widgets::hint(ui, theme, &words);
                        }
                    });
                });
            });
    }

    /// Moves the camera where the content or a command wants it.
    fn follow(&mut self, rect: Rect, text_scale: f32) {
        let margin = Vec2::new(24.0, 26.0);
        let room = (rect.size() - margin * 2.0).max(Vec2::splat(50.0));
        let needed =
            (room.x / self.bounds.width().max(1.0)).min(room.y / self.bounds.height().max(1.0));
        let out_of_view = {
            let seen = Rect::from_min_size(
                (-self.camera.pan / self.camera.zoom).to_pos2(),
                rect.size() / self.camera.zoom,
            );
            !seen.contains_rect(self.bounds)
        };
        if self.camera.fit || (self.camera.auto && out_of_view) {
            let zoom = needed.clamp(
                (SMALLEST_AUTO_ZOOM / text_scale).clamp(0.66, SMALLEST_AUTO_ZOOM),
                1.15,
            );
            // In auto mode the picture only ever shrinks: growing and shrinking with each step would tire the eye.
            self.camera.zoom = if self.camera.fit {
                zoom
            } else {
                zoom.min(self.camera.zoom)
            };
            self.camera.fit = false;
            let size = self.bounds.size() * self.camera.zoom;
            let offset = |room: f32, size: f32, margin: f32, whole: f32| {
                if size <= room {
                    (whole - size) / 2.0
                } else {
                    margin
                }
            };
            let at = Vec2::new(
                offset(room.x, size.x, margin.x, rect.width()),
                offset(room.y, size.y, margin.y, rect.height()),
            );
            self.camera.pan = at - self.bounds.min.to_vec2() * self.camera.zoom;
        }
        if self.reveal {
            self.reveal = false;
            let chosen = self
                .graph
                .nodes_iter()
                .find(|(_, node)| node.payload().selected);
            if let Some((_, node)) = chosen {
                self.camera.zoom = self.camera.zoom.max(0.9);
                self.camera.pan = rect.size() / 2.0 - node.location().to_vec2() * self.camera.zoom;
                self.camera.auto = false;
            }
        }
    }

    fn graph_ui(&mut self, ui: &mut Ui, rect: Rect, ctx: &mut PanelContext<'_>) {
        let touched = ui.rect_contains_pointer(rect)
            && ui.input(|i| {
                i.pointer.is_moving()
                    || i.pointer.any_down()
                    || i.pointer.any_released()
                    || i.smooth_scroll_delta() != Vec2::ZERO
                    || zooms(i.zoom_delta())
            });
        let key = (ctx.app.revision, self.camera);
        if !touched
            && self.graph.dragged_node().is_none()
            && let Some(cache) = self
                .cache
                .as_ref()
                .filter(|cache| cache.rect == rect && cache.key == key)
        {
            let (_, painter) = ui.allocate_painter(rect.size(), Sense::click_and_drag());
            painter.extend(cache.shapes.iter().cloned());
            self.names_ui(ui, rect);
            return;
        }
        self.wheel(ui, rect);
        let mut metadata = MetadataFrame::new(Some(VIEW.to_owned()));
        metadata.zoom = self.camera.zoom;
        // The crate moves the canvas along when its place in the window changes; ours is relative
        // to that place already.
        let shift = self
            .last_corner
            .map_or(Vec2::ZERO, |corner| rect.min - corner);
        self.last_corner = Some(rect.min);
        metadata.pan = self.camera.pan - shift;
        metadata.save(ui);
        let painter = ui.painter().clone();
        let start = painter.add(Shape::Noop);
        let response = GraphView::<StillState, Still>::new()
            .with_id(Some(VIEW.to_owned()))
            .with_interactions(
                &SettingsInteraction::new()
                    .with_dragging_enabled(true)
                    .with_hover_enabled(true)
                    .with_node_clicking_enabled(true)
                    .with_edge_clicking_enabled(true),
            )
            .with_navigations(
                &SettingsNavigation::new()
                    .with_fit_to_screen_enabled(false)
                    .with_zoom_and_pan_enabled(true),
            )
            .show(ui, &mut self.graph);
        let after = MetadataFrame::new(Some(VIEW.to_owned())).load(ui);
        for change in response.changes {
            self.take_change(ui, rect, &change, ctx);
        }
        let moved = response.response.dragged() && self.graph.dragged_node().is_none();
        if moved {
            self.camera.pan = after.pan;
            self.camera.auto = false;
        }
        // In its first frame the crate fits a new view by itself; ours is the camera that counts.
        let same = (after.zoom - self.camera.zoom).abs() < 1e-4
            && (after.pan - self.camera.pan).length() < 0.5;
        if !same {
            ui.ctx().request_repaint();
        }
        if response.response.clicked()
            && self.hit(ui, rect).is_none()
            && ctx.app.selected.object.is_some()
        {
            ctx.commands.push(Command::ClearSelection);
        }
        self.menu_ui(&response.response, rect, ctx);
        let mut shapes = Vec::new();
        let mut index = 0;
        painter.for_each_shape(|shape| {
            if index > start.0 {
                shapes.push(shape.shape.clone());
            }
            index += 1;
        });
        self.cache = same.then(|| Cache {
            rect,
            shapes,
            key: (ctx.app.revision, self.camera),
        });
        self.names_ui(ui, rect);
    }

    /// The wheel zooms at the pointer.
    fn wheel(&mut self, ui: &Ui, rect: Rect) {
        let Some(at) = ui
            .input(|i| i.pointer.hover_pos())
            .filter(|at| rect.contains(*at))
        else {
            return;
        };
        if !ui.rect_contains_pointer(rect) {
            return;
        }
        let (scroll, zoom) = ui.input(|i| (i.smooth_scroll_delta(), i.zoom_delta()));
        let factor = if zooms(zoom) {
            zoom
        } else {
            (scroll.y / 240.0).exp2()
        };
        if !zooms(factor) {
            return;
        }
        let local = at - rect.min;
        let zoom = (self.camera.zoom * factor).clamp(*ZOOM.start(), *ZOOM.end());
        let fixed = (local - self.camera.pan) / self.camera.zoom;
        self.camera = Camera {
            zoom,
            pan: local - fixed * zoom,
            auto: false,
            fit: false,
        };
    }

    fn canvas_pos(&self, at: Pos2, rect: Rect) -> Pos2 {
        (((at - rect.min) - self.camera.pan) / self.camera.zoom).to_pos2()
    }

    /// The box under the pointer and the place inside it.
    fn hit(&self, ui: &Ui, rect: Rect) -> Option<(usize, Vec2)> {
        let at = self.canvas_pos(ui.input(|i| i.pointer.interact_pos())?, rect);
        self.graph.nodes_iter().find_map(|(index, node)| {
            let own = Rect::from_center_size(node.location(), node.payload().size);
            own.contains(at).then(|| (index.index(), at - own.min))
        })
    }

    fn take_change(
        &mut self,
        ui: &Ui,
        rect: Rect,
        change: &GraphChange<DefaultIx>,
        ctx: &mut PanelContext<'_>,
    ) {
        match change {
            GraphChange::NodeClicked { node } | GraphChange::NodeDoubleClicked { node } => {
                let Some(clicked) = self.model.nodes.get(node.index()) else {
                    return;
                };
                let row = self
                    .hit(ui, rect)
                    .and_then(|(_, inside)| clicked.row_at(inside.y))
                    .and_then(|row| clicked.rows.get(row));
                let object = match row.map(|row| &row.value) {
                    Some(RowValue::Inline { object, .. } | RowValue::Hidden { object, .. }) => {
                        Some(*object)
                    }
                    Some(RowValue::More(_)) => {
                        *self.filter.rows.entry(clicked.key).or_insert(0) += 50;
                        self.filter_changed = true;
                        return;
                    }
                    Some(RowValue::Arrow(_) | RowValue::Empty) | None => None,
                };
                match (object, clicked.id) {
                    (Some(object), _) | (None, NodeId::Object(object)) => {
                        ctx.commands
                            .push(Command::Select(Selection::Object(object)));
                    }
                    (None, NodeId::Frame(frame)) => {
                        ctx.commands.push(Command::Select(Selection::Frame(frame)));
                    }
                }
            }
            GraphChange::EdgeClicked { edge } => {
                let target = self
                    .model
                    .edges
                    .get(edge.index())
                    .map(|edge| self.model.nodes[edge.to].id);
                if let Some(NodeId::Object(object)) = target {
                    ctx.commands
                        .push(Command::Select(Selection::Object(object)));
                }
            }
            GraphChange::NodeDragEnded { node } => {
                if let (Some(moved), Some(shown)) =
                    (self.model.nodes.get(node.index()), self.graph.node(*node))
                {
                    let corner = shown.location() - shown.payload().size / 2.0;
                    self.places.pin(
                        moved.key,
                        Place {
                            x: corner.x,
                            y: corner.y,
                        },
                    );
                    self.camera.auto = false;
                    self.built = None;
                }
            }
            _ => {}
        }
    }

    /// What can be done with the box under the pointer.
    fn menu_ui(&mut self, response: &egui::Response, rect: Rect, ctx: &mut PanelContext<'_>) {
        let id = response.id.with("menu for");
        if response.secondary_clicked()
            && let Some(at) = response.interact_pointer_pos()
        {
            let at = self.canvas_pos(at, rect);
            let hit = self.graph.nodes_iter().find(|(_, node)| {
                Rect::from_center_size(node.location(), node.payload().size).contains(at)
            });
            let key = hit.map(|(index, _)| index.index());
            response.ctx.data_mut(|data| data.insert_temp(id, key));
        }
        let target: Option<usize> = response.ctx.data(|data| data.get_temp(id)).flatten();
        let Some(node) = target
            .and_then(|index| self.model.nodes.get(index))
            .cloned()
        else {
            return;
        };
        response.context_menu(|ui| {
            ui.label(RichText::new(&node.title).strong());
            ui.separator();
            if let NodeId::Object(object) = node.id {
                if ui.button("Inspect").clicked() {
                    ctx.commands
                        .push(Command::Select(Selection::Object(object)));
                    ctx.commands.push(Command::ShowPanel(PanelKind::Inspector));
                    ui.close();
                }
                if ui.button("Show only what is around it").clicked() {
                    ctx.commands
                        .push(Command::Select(Selection::Object(object)));
                    self.filter.isolate = true;
                    self.filter_changed = true;
                    self.camera.fit = true;
                    ui.close();
                }
            }
            if ui.button("Hide").clicked() {
                self.filter.hidden.insert(node.key);
                self.filter_changed = true;
                ui.close();
            }
            let type_name = node.type_name.clone();
            if ui.button(format!("Hide every {type_name}")).clicked() {
                self.filter.hidden_types.insert(type_name);
                self.filter_changed = true;
                ui.close();
            }
            if !self.filter.hidden_types.is_empty() && ui.button("Show hidden types").clicked() {
                self.filter.hidden_types.clear();
                self.filter_changed = true;
                ui.close();
            }
        });
    }

    /// Names for screen readers and tests.
    fn names_ui(&self, ui: &Ui, rect: Rect) {
        if self.model.nodes.len() > MOST_NAMED_BOXES {
            return;
        }
        for (index, node) in self.graph.nodes_iter() {
            let paint = node.payload();
            let corner = node.location() - paint.size / 2.0;
            let min = rect.min + self.camera.pan + corner.to_vec2() * self.camera.zoom;
            let own = Rect::from_min_size(min, paint.size * self.camera.zoom).intersect(rect);
            if own.is_positive() {
                let response =
                    ui.interact(own, ui.id().with(("box", index.index())), Sense::hover());
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(
                        egui::WidgetType::Other,
                        true,
                        paint.node.description(),
                    )
                });
            }
        }
    }
}

/// Whether a factor changes the zoom.
fn zooms(factor: f32) -> bool {
    (factor - 1.0).abs() > 1e-6
}

/// A layout for `egui_graphs` that leaves every box where it is.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
struct StillState;

impl egui_graphs::LayoutState for StillState {}

#[derive(Debug, Default)]
struct Still;

impl egui_graphs::Layout<StillState> for Still {
    fn from_state(_state: StillState) -> impl egui_graphs::Layout<StillState> {
        Self
    }

    fn next<N, E, Ty, Ix, Dn, De>(
        &mut self,
        _graph: &mut egui_graphs::Graph<N, E, Ty, Ix, Dn, De>,
        _ui: &Ui,
    ) where
        N: Clone,
        E: Clone,
        Ty: petgraph::EdgeType,
        Ix: petgraph::stable_graph::IndexType,
        Dn: egui_graphs::DisplayNode<N, E, Ty, Ix>,
        De: egui_graphs::DisplayEdge<N, E, Ty, Ix, Dn>,
    {
    }

    fn state(&self) -> StillState {
        StillState
    }
}
