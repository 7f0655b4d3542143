//! The object graph: boxes for objects, frames and modules, arrows for references.
//!
//! `egui_graphs` holds the graph, finds what is under the pointer and lets boxes be dragged; the
//! places come from [`crate::views::graph_layout`], the shapes from [`shapes`]. It asks for a new
//! frame after every frame, so it is called only when something changed, and its shapes are
//! painted again otherwise. What is new or gone shows itself for a moment, in its place.

pub mod map;
pub mod planner;
pub mod question;
pub mod shapes;

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Pos2, Rect, RichText, Sense, Shape, Stroke, StrokeKind, Ui, Vec2};
use egui_graphs::{GraphChange, GraphView, MetadataFrame, SettingsInteraction, SettingsNavigation};
use petgraph::Directed;
use petgraph::stable_graph::{DefaultIx, NodeIndex};

use self::map::MapView;
use self::planner::PlanRun;
use self::shapes::{EdgePaint, EdgeShape, NodePaint, NodeShape};
use super::{Panel, PanelContext, PanelKind, say_busy};
use crate::app::command::Command;
use crate::app::document::Document;
use crate::app::selection::Selection;
use crate::app::state::AppState;
use crate::app::ui::theme::{self, Theme};
use crate::app::ui::widgets::{self, Icon, icon_button};
use crate::base::Moment;
use crate::views::format::counted;
use crate::views::graph::{Count, Graph as Model, NodeId, RowValue};
use crate::views::graph_emphasis::{Answer, Lit, Question, answer};
use crate::views::graph_layout::Places;
use crate::views::objects::{Filter, Most, build};

type Graph =
    egui_graphs::Graph<Arc<NodePaint>, Arc<EdgePaint>, Directed, DefaultIx, NodeShape, EdgeShape>;

/// The name under which `egui_graphs` keeps this view's state.
const VIEW: &str = "objects";
/// Text smaller than at this zoom cannot be read, so the picture is never made smaller by itself.
const SMALLEST_AUTO_ZOOM: f32 = 0.75;
/// Larger than this a picture of few objects looks coarse.
const LARGEST_AUTO_ZOOM: f32 = 1.6;
const ZOOM: std::ops::RangeInclusive<f32> = 0.08..=3.0;
/// Names for screen readers cost a little each; beyond this many boxes they are left out.
const MOST_NAMED_BOXES: usize = 300;
/// How long what is new or gone shows itself, in seconds.
const FADE: f64 = 0.28;
/// More boxes than this that come or go at once are another picture, not a change of this one.
const MOST_FADING: usize = 24;
/// The steps of how many boxes a picture has at most.
const SIZES: [usize; 4] = [80, 160, 500, 2_000];

/// The panel.
pub struct ObjectsPanel {
    model: Model,
    graph: Graph,
    places: Places,
    filter: Filter,
    /// What the graph was built for.
    built: Option<(u64, theme::ThemeKind)>,
    filter_changed: bool,
    camera: Camera,
    bounds: Rect,
    cache: Option<Cache>,
    reveal: bool,
    last_corner: Option<Pos2>,
    /// The moment of the picture, and its counts: the next picture shows how they changed.
    shown_at: Moment,
    counts: HashMap<u64, u32>,
    document: u64,
    plan_run: Option<PlanRun>,
    question: Question,
    answer: Answer,
    lit: Option<Lit>,
    words: String,
    show_map: bool,
    map: MapView,
    fading: Fading,
}

/// What came and went with the last step.
#[derive(Debug, Default)]
struct Fading {
    since: Option<f64>,
    /// Where each box was, by key.
    before: HashMap<u64, (Rect, String)>,
    new: Vec<Rect>,
    gone: Vec<(Rect, String)>,
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
            document: 0,
            plan_run: None,
            question: Question::None,
            answer: Answer::default(),
            lit: None,
            words: String::new(),
            show_map: false,
            map: MapView::default(),
            fading: Fading::default(),
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
                self.fading = Fading::default();
                self.built = None;
                self.camera.auto = true;
                self.camera.fit = true;
            }
            Command::FocusSelection => {
                self.reveal = true;
                self.show_map = false;
            }
            Command::Isolate => {
                let around = self.filter.around.is_none().then_some(1);
                self.set_around(around);
            }
            _ => {}
        }
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        self.plan(ui.ctx(), ctx.app);
        self.rebuild(ui.ctx(), ctx);
        self.bar_ui(ui, ctx);
        self.answer_ui(ui, ctx);
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, ctx.theme.inset);
        if self.show_map {
            if self.map.ui(ui, ctx) {
                self.show_map = false;
                self.set_around(Some(2));
            }
            return;
        }
        if self.model.nodes.is_empty() {
            let over = ctx.app.document.as_ref().is_some_and(Document::is_over);
            let (what, why) = if over {
                (
                    "The program is over",
                    "Its frames are gone and its names with them. Step back to see what they held; Whole heap shows what is left.",
                )
            } else {
                (
                    "No objects yet",
                    "The program has not made any name so far. Step forward, or press Space to play.",
                )
            };
            widgets::empty(ui, ctx.theme, what, why);
            return;
        }
        self.follow(rect, ui.ctx().zoom_factor());
        self.graph_ui(ui, rect, ctx);
    }
}

impl ObjectsPanel {
    /// Keeps the plan of places in step with what is open and what kinds of objects are shown.
    fn plan(&mut self, egui: &egui::Context, app: &AppState) {
        if self.document != app.opened {
            self.document = app.opened;
            self.plan_run = None;
            self.places.forget();
            self.fading = Fading::default();
            self.question = Question::None;
            self.words.clear();
            self.filter.hidden.clear();
            self.filter.around = None;
            self.show_map = false;
        }
        if let Some(found) = self.plan_run.as_ref().and_then(PlanRun::poll) {
            self.plan_run = None;
            self.places.set_plan(found.unwrap_or_default());
            self.fading = Fading::default();
            self.built = None;
            if self.camera.auto {
                self.camera.fit = true;
            }
        }
        let Some(document) = &app.document else {
            return;
        };
        let waits = !self.places.is_planned() && self.plan_run.is_none();
        if waits && document.recording().is_complete() && !app.is_running() {
            self.plan_run = Some(PlanRun::start(
                Arc::clone(document.recording()),
                self.filter.kinds(),
                egui.clone(),
            ));
        }
        if self.plan_run.is_some() {
            say_busy(egui);
        }
    }

    /// What is shown has changed in kind: the places are planned anew.
    fn replan(&mut self) {
        self.places.forget();
        self.plan_run = None;
        self.filter_changed = true;
    }

    fn set_around(&mut self, distance: Option<usize>) {
        self.filter.around = distance;
        self.filter_changed = true;
        self.camera.fit = true;
        self.camera.auto = true;
    }

    fn ask(&mut self, question: Question) {
        self.question = question;
        self.filter_changed = true;
        self.camera.auto = true;
    }

    fn rebuild(&mut self, egui: &egui::Context, ctx: &PanelContext<'_>) {
        let (app, theme, look) = (ctx.app, ctx.theme, ctx.look);
        let key = (app.revision, theme.kind);
        if self.built == Some(key) && !self.filter_changed {
            return;
        }
        self.built = Some(key);
        self.filter_changed = false;
        self.filter.selected = app.selected.object;
        let moved = self.shown_at != app.cursor;
        if moved {
            self.shown_at = app.cursor;
            self.filter.counts_before = std::mem::take(&mut self.counts);
        }
        if self.question == Question::None && !self.words.trim().is_empty() {
            self.question = Question::Words(self.words.clone());
        }
        self.answer = answer(look, &self.question, app.selected.object);
        self.filter.also = self.answer.also(look, &self.question);
        self.model = build(look, &self.filter);
        self.lit = self.answer.lit(look, &self.model, &self.question);
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
        let ways = self.model.ways(&places);
        let selected = app.selected.object.map(NodeId::Object);
        let is_lit = |node: usize| {
            self.lit
                .as_ref()
                .is_none_or(|lit| lit.nodes.contains(&node))
        };
        let mut leaves_left = vec![Vec::new(); self.model.nodes.len()];
        for (edge, way) in self.model.edges.iter().zip(&ways) {
            if way.as_ref().is_some_and(|way| way.leaves_left) {
                leaves_left[edge.from].extend(edge.row);
            }
        }
        self.graph = Graph::new();
        self.bounds = Rect::NOTHING;
        let mut rects = HashMap::new();
        let mut indices: Vec<NodeIndex<DefaultIx>> = Vec::with_capacity(self.model.nodes.len());
        for (number, (node, place)) in self.model.nodes.iter().zip(&places).enumerate() {
            let (width, height) = node.size();
            let size = Vec2::new(width, height);
            let rect = Rect::from_min_size(Pos2::new(place.x, place.y), size);
            self.bounds = self.bounds.union(rect);
            rects.insert(node.key, (rect, node.type_name.clone()));
            let paint = NodePaint {
                node: node.clone(),
                size,
                theme: Arc::clone(theme),
                selected: Some(node.id) == selected,
                faded: !is_lit(number),
                lit: self.lit.is_some() && is_lit(number),
                pinned: self.places.is_pinned(node.key),
                leaves_left: std::mem::take(&mut leaves_left[number]),
            };
            indices.push(self.graph.add_node_with_label_and_location(
                Arc::new(paint),
                node.title.clone(),
                rect.center(),
            ));
        }
        for (number, (edge, way)) in self.model.edges.iter().zip(&ways).enumerate() {
            let touches = |index: usize| Some(self.model.nodes[index].id) == selected;
            let lit = self.lit.as_ref().map(|lit| lit.edges.contains(&number));
            let pos = |(x, y): (f32, f32)| Pos2::new(x, y);
            let curves: Vec<[Pos2; 4]> = way.as_ref().map_or_else(Vec::new, |way| {
                way.curves().iter().map(|curve| curve.map(pos)).collect()
            });
            // An arrow around a box reaches farther than the boxes.
            for point in curves.iter().flatten() {
                self.bounds.extend_with(*point);
            }
            let paint = EdgePaint {
                selected: lit.unwrap_or(touches(edge.from) || touches(edge.to)),
                edge: edge.clone(),
                theme: Arc::clone(theme),
                faded: lit == Some(false),
                curves,
                ends: [edge.from, edge.to].map(|end| {
                    let (width, height) = self.model.nodes[end].size();
                    Pos2::new(places[end].x + width / 2.0, places[end].y + height / 2.0)
                }),
            };
            self.graph.add_edge_with_label(
                indices[edge.from],
                indices[edge.to],
                Arc::new(paint),
                edge.name.clone(),
            );
        }
        if moved {
            self.fading.step(egui, &rects);
        }
        self.fading.before = rects;
        self.cache = None;
    }

    fn bar_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    if !self.show_map {
                        self.show_menu_ui(ui);
                        self.ask_menu_ui(ui, ctx);
                    }
                    if map::switch_ui(ui, ctx, &mut self.show_map) {
                        self.filter_changed = true;
                    }
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.spacing_mut().item_spacing.x = 2.0;
                        if self.show_map {
                            return;
                        }
                        if icon_button(ui, theme, Icon::Fit, "Show all objects", "", true).clicked()
                        {
                            self.camera.auto = true;
                            self.camera.fit = true;
                        }
                        let moved = self.places.has_pins();
                        if icon_button(ui, theme, Icon::Rerun, "Arrange anew", "R", moved).clicked()
                        {
                            ctx.commands.push(Command::RearrangeObjects);
                        }
                        if ui.available_width() > 120.0 {
                            let field = egui::TextEdit::singleline(&mut self.words)
                                .hint_text("Find in the picture")
                                .desired_width((ui.available_width() - 110.0).clamp(60.0, 170.0))
                                .font(egui::FontId::proportional(12.5));
                            let response = ui.add(field);
                            response.widget_info(|| {
                                egui::WidgetInfo::labeled(
                                    egui::WidgetType::TextEdit,
                                    true,
                                    "Find in the picture",
                                )
                            });
                            if response.changed() {
                                let question = if self.words.trim().is_empty() {
                                    Question::None
                                } else {
                                    Question::Words(self.words.clone())
                                };
                                self.ask(question);
                            }
                        }
                        let mut words = format!("{} shown", self.model.nodes.len());
                        if self.model.cut > 0 {
                            words = format!("{words}, {} more", self.model.cut);
                        }
                        if ui.available_width() > 96.0 {
                            widgets::hint(ui, theme, &words);
                        }
                    });
                });
            });
    }

    /// What kinds of objects are shown, and how many.
    fn show_menu_ui(&mut self, ui: &mut Ui) {
        let filter = &mut self.filter;
        let mut changed = false;
        let more = [
            (&mut filter.functions, "Functions and methods"),
            (&mut filter.classes, "Classes"),
            (&mut filter.modules, "Imported modules"),
            (&mut filter.unfold, "Small values as objects of their own"),
            (&mut filter.stack, "All of the value stacks"),
        ];
        let on = more.iter().filter(|(on, _)| **on).count();
        let label = if on == 0 {
            "Show".to_owned()
        } else {
            format!("Show ({on})")
        };
        let config = egui::containers::menu::MenuConfig::new()
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        egui::containers::menu::MenuButton::new(RichText::new(label).size(12.5))
            .config(config)
            .ui(ui, |ui| {
                for (on, name) in more {
                    changed |= ui.checkbox(on, name).changed();
                }
                ui.separator();
                ui.label(RichText::new("Objects at most").size(12.5));
                ui.horizontal(|ui| {
                    for size in SIZES {
                        let most = Most(size);
                        changed |= ui
                            .radio_value(&mut filter.most, most, size.to_string())
                            .changed();
                    }
                });
                if !filter.hidden_types.is_empty() {
                    ui.separator();
                    let types: Vec<String> = filter.hidden_types.iter().cloned().collect();
                    for name in types {
                        if ui.button(format!("Show every {name} again")).clicked() {
                            filter.hidden_types.remove(&name);
                            changed = true;
                        }
                    }
                }
                if !filter.hidden.is_empty() {
                    let words = format!(
                        "Show {} again",
                        counted(
                            filter.hidden.len() as u64,
                            "hidden object",
                            "hidden objects"
                        )
                    );
                    if ui.button(words).clicked() {
                        filter.hidden.clear();
                        self.filter_changed = true;
                    }
                }
            });
        if changed {
            self.replan();
        }
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
                LARGEST_AUTO_ZOOM,
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
            self.fading_ui(ui, rect, ctx.theme);
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
        self.fading_ui(ui, rect, ctx.theme);
        self.names_ui(ui, rect);
    }

    /// What is new appears and what is gone disappears in its own place.
    fn fading_ui(&mut self, ui: &Ui, rect: Rect, theme: &Theme) {
        let Some(since) = self.fading.since else {
            return;
        };
        let part = ((ui.input(|i| i.time) - since) / FADE) as f32;
        if part >= 1.0 {
            self.fading.since = None;
            return;
        }
        say_busy(ui.ctx());
        ui.ctx().request_repaint();
        let painter = ui.painter_at(rect);
        let on_screen = |own: &Rect| {
            let min = rect.min + self.camera.pan + own.min.to_vec2() * self.camera.zoom;
            Rect::from_min_size(min, own.size() * self.camera.zoom)
        };
        for own in &self.fading.new {
            let veil = theme.inset.gamma_multiply(1.0 - part);
            painter.rect_filled(on_screen(own).expand(14.0 * self.camera.zoom), 6.0, veil);
        }
        for (own, type_name) in &self.fading.gone {
            let shown = on_screen(own);
            let color = theme.type_color(type_name).gamma_multiply(1.0 - part);
            let ground = theme.panel.gamma_multiply(1.0 - part);
            painter.rect_filled(shown, 6.0, ground);
            painter.rect_stroke(shown, 6.0, Stroke::new(1.5, color), StrokeKind::Middle);
            painter.text(
                shown.center(),
                egui::Align2::CENTER_CENTER,
                format!("{type_name} gone"),
                theme::mono_strong(12.5 * self.camera.zoom),
                color,
            );
        }
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
                    self.places.pin(moved.key, corner.x, corner.y);
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
                for (words, question) in [
                    ("Why is it alive?", Question::WhyAlive),
                    ("What would go with it?", Question::WhatDies),
                ] {
                    if ui.button(words).clicked() {
                        ctx.commands
                            .push(Command::Select(Selection::Object(object)));
                        self.ask(question);
                        ui.close();
                    }
                }
                if ui.button("Show only what is around it").clicked() {
                    ctx.commands
                        .push(Command::Select(Selection::Object(object)));
                    self.set_around(Some(1));
                    ui.close();
                }
            }
            if self.places.is_pinned(node.key) && ui.button("Back to its own place").clicked() {
                self.places.unpin(node.key);
                self.built = None;
                ui.close();
            }
            if node
                .rows
                .iter()
                .any(|row| matches!(row.value, RowValue::More(_)))
                && ui.button("Show more of its rows").clicked()
            {
                *self.filter.rows.entry(node.key).or_insert(0) += 50;
                self.filter_changed = true;
                ui.close();
            }
            if self.filter.rows.contains_key(&node.key)
                && ui.button("Fold its rows again").clicked()
            {
                self.filter.rows.remove(&node.key);
                self.filter_changed = true;
                ui.close();
            }
            if ui.button("Hide").clicked() {
                self.filter.hidden.insert(node.key);
                self.filter_changed = true;
                ui.close();
            }
            let type_name = node.type_name.clone();
            if ui.button(format!("Hide every {type_name}")).clicked() {
                self.filter.hidden_types.insert(type_name);
                self.replan();
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

impl Fading {
    /// Notes what came and what went.
    fn step(&mut self, egui: &egui::Context, now: &HashMap<u64, (Rect, String)>) {
        let missing = |from: &HashMap<u64, (Rect, String)>, to: &HashMap<u64, (Rect, String)>| {
            let mut keys: Vec<u64> = from
                .keys()
                .filter(|&key| !to.contains_key(key))
                .copied()
                .collect();
            keys.sort_unstable();
            keys.into_iter()
                .filter_map(|key| from.get(&key).cloned())
                .collect::<Vec<_>>()
        };
        self.gone = missing(&self.before, now);
        self.new = missing(now, &self.before)
            .into_iter()
            .map(|(rect, _)| rect)
            .collect();
        let many = self.gone.len() + self.new.len();
        let shows = !self.before.is_empty() && (1..=MOST_FADING).contains(&many);
        self.since = shows.then(|| egui.input(|i| i.time));
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
