//! The shell: opens the window, hands out the frame to bars and panels, and carries out effects.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui;
use egui::{CentralPanel, Panel as Bar, Ui, Vec2, ViewportBuilder, ViewportCommand};
use egui_tiles::{SimplificationOptions, TabState, TileId, Tiles, Tree, UiResponse};

use super::command::{self, Command, CommandInfo};
use super::dialogs::{Answer, Dialogs, Purpose};
use super::layout::{self, LayoutKind, Room};
use super::screenshot::Screenshot;
use super::state::{AppState, Effect, Settings, Tone};
use super::ui::help::help_ui;
use super::ui::palette::Palette;
use super::ui::panels::{self, Panel, PanelContext, PanelKind};
use super::ui::path_dialog::PathDialog;
use super::ui::presenter::{focus_ui, notes_ui, spotlight_ui};
use super::ui::search::Search;
use super::ui::settings::settings_ui;
use super::ui::start_page::{StartPage, drop_ui};
use super::ui::theme::{Theme, space};
use super::ui::timeline::Timeline;
use super::ui::top_bar::top_bar_ui;
use super::ui::{fonts, transport};
use super::{AppError, Options};

/// The key under which the settings are kept.
const SETTINGS: &str = "settings";
/// The key under which the places of the panels are kept.
const PLACES: &str = "places";

/// Opens the window and returns when it is closed.
pub fn run(options: Options) -> Result<(), AppError> {
    if cfg!(target_os = "linux")
        && std::env::var_os("DISPLAY").is_none_or(|v| v.is_empty())
        && std::env::var_os("WAYLAND_DISPLAY").is_none_or(|v| v.is_empty())
    {
        return Err(AppError::Window(
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); \
             `ouroscope run`, `dis`, `record` and `export` work without one"
                .to_owned(),
        ));
    }
    let size = options.size.unwrap_or([1440.0, 900.0]);
    let native = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Ouroscope")
            .with_app_id("ouroscope")
            .with_icon(icon())
            .with_inner_size(size)
            .with_min_inner_size([720.0, 480.0]),
        persist_window: options.screenshot.is_none() && options.size.is_none(),
        ..eframe::NativeOptions::default()
    };
    let picture = Arc::new(std::sync::Mutex::new(None));
    let outcome = Arc::clone(&picture);
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        eframe::run_native(
            "ouroscope",
            native,
            Box::new(move |creation| {
                let mut window = Window::new(&creation.egui_ctx, creation.storage, options);
                window.picture_result = outcome;
                Ok(Box::new(window))
            }),
        )
    }));
    match opened {
        Ok(Ok(())) => picture
            .lock()
            .ok()
            .and_then(|mut result| result.take())
            .unwrap_or(Ok(())),
        Ok(Err(error)) => Err(AppError::Window(error.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or_default();
            if text.contains("xkbcommon-x11") {
                Err(AppError::MissingLibrary("libxkbcommon-x11-0"))
            } else {
                std::panic::resume_unwind(panic)
            }
        }
    }
}

/// The sign of the window in the task bar.
fn icon() -> egui::IconData {
    const PNG: &[u8] = include_bytes!("../../assets/package/ouroscope.png");
    eframe::icon_data::from_png_bytes(PNG).unwrap_or_default()
}

type PictureResult = Arc<std::sync::Mutex<Option<Result<(), AppError>>>>;

/// The window and all its parts.
pub struct Window {
    app: AppState,
    theme: Arc<Theme>,
    commands: Vec<CommandInfo>,
    panels: Vec<Box<dyn Panel>>,
    tree: Tree<PanelKind>,
    timeline: Timeline,
    palette: Palette,
    search: Search,
    start_page: StartPage,
    help_open: bool,
    settings_open: bool,
    dialogs: Dialogs,
    path_dialog: Option<PathDialog>,
    notices: egui_notify::Toasts,
    screenshot: Option<Screenshot>,
    picture_result: PictureResult,
    /// What the command line asked for, done once the recording is there.
    wishes: Option<Options>,
    room: Room,
    /// The user moved panels in the layout that is shown.
    arranged: bool,
    /// The panel that was asked for last.
    front: Option<PanelKind>,
    /// Where the user put the panels of each layout.
    places: BTreeMap<LayoutKind, Tree<PanelKind>>,
    /// Panels in windows of their own.
    torn: Vec<PanelKind>,
    /// Where each visible panel was drawn.
    shown: BTreeMap<PanelKind, egui::Rect>,
    look: Option<(super::ui::theme::ThemeKind, u32)>,
}

impl Window {
    /// The window's state; `options` are carried out in the first frames.
    pub fn new(
        ctx: &egui::Context,
        storage: Option<&dyn eframe::Storage>,
        options: Options,
    ) -> Self {
        fonts::install(ctx);
        ctx.options_mut(|o| o.zoom_with_keyboard = false);
        let mut app = AppState::default();
        if let Some(settings) = storage
            .filter(|_| options.screenshot.is_none())
            .and_then(|storage| eframe::get_value::<Settings>(storage, SETTINGS))
        {
            app.settings = settings;
        }
        let places = storage
            .filter(|_| options.screenshot.is_none())
            .and_then(|storage| eframe::get_value(storage, PLACES))
            .unwrap_or_default();
        if let Some(theme) = options.theme {
            app.settings.theme = theme;
        }
        if let Some(layout) = options.layout {
            app.settings.layout = layout;
        }
        if let Some(scale) = options.text_scale {
            app.apply(Command::SetTextScale(scale));
        }
        let mut window = Self {
            theme: Arc::new(Theme::new(app.settings.theme)),
            commands: command::all(),
            panels: panels::all(),
            tree: app.settings.layout.tree(Room::Normal, false),
            app,
            timeline: Timeline::default(),
            palette: Palette::default(),
            search: Search::default(),
            start_page: StartPage::default(),
            help_open: false,
            settings_open: false,
            dialogs: Dialogs::default(),
            path_dialog: None,
            notices: egui_notify::Toasts::default().with_anchor(egui_notify::Anchor::BottomRight),
            screenshot: options.screenshot.clone().map(Screenshot::to),
            picture_result: PictureResult::default(),
            wishes: None,
            room: Room::Normal,
            arranged: false,
            front: None,
            places,
            torn: Vec::new(),
            shown: BTreeMap::new(),
            look: None,
        };
        window.place_panels();
        window.apply_look(ctx);
        if let Some(file) = options.file.clone() {
            window.app.apply(Command::Open(file));
        }
        window.wishes = Some(options);
        window
    }

    /// Carries out a command as if a panel had sent it.
    pub fn send(&mut self, command: Command) {
        self.app.apply(command);
    }

    /// The state, for tests.
    pub const fn app(&self) -> &AppState {
        &self.app
    }

    /// The color behind everything.
    pub fn background(&self) -> egui::Color32 {
        self.theme.window
    }

    /// Whether everything that was asked for is there and nothing is still being worked out.
    pub fn is_settled(&self, ctx: &egui::Context) -> bool {
        self.wishes.is_none() && !self.app.is_running() && !panels::is_busy(ctx)
    }

    /// Draws one frame of one panel alone into `ui`.
    pub fn panel_frame_ui(&mut self, ui: &mut Ui, kind: PanelKind) {
        let ctx = ui.ctx().clone();
        self.app.tick(0.0);
        self.do_wishes();
        self.apply_look(&ctx);
        let theme = Arc::clone(&self.theme);
        let mut commands = Vec::new();
        CentralPanel::no_frame()
            .frame(egui::Frame::new().fill(theme.panel))
            .show(ui, |ui| {
                let panel = self.panels.iter_mut().find(|panel| panel.kind() == kind);
                if let (Some(look), Some(panel)) = (self.app.look(), panel) {
                    let mut context = PanelContext {
                        app: &self.app,
                        look,
                        theme: &theme,
                        commands: &mut commands,
                    };
                    panel.ui(ui, &mut context);
                }
            });
        self.obey(&ctx, commands);
    }

    /// Does what a frame asked for.
    fn obey(&mut self, ctx: &egui::Context, commands: Vec<Command>) {
        for command in commands {
            self.app.apply(command);
        }
        for effect in self.app.take_effects() {
            self.carry_out(ctx, effect);
        }
    }

    /// Draws one frame into `ui`.
    pub fn frame_ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut commands = command::from_keys(&ctx, &self.commands);
        Self::take_dropped_files(&ctx, &mut commands);
        for answer in self.dialogs.answers() {
            match answer {
                Answer::Chosen(command) => commands.push(command),
                Answer::Cancelled => {}
                Answer::NoDialogs(purpose) => self.ask_for_path(purpose),
            }
        }
        let seconds = ctx.input(|i| i.stable_dt);
        if self.app.tick(seconds) {
            ctx.request_repaint_after(Duration::from_millis(16));
        }
        self.do_wishes();
        self.apply_look(&ctx);

        let theme = Arc::clone(&self.theme);
        Bar::top("top")
            .exact_size(40.0)
            .frame(
                egui::Frame::new()
                    .fill(theme.window)
                    .inner_margin(egui::Margin::symmetric(8, 0)),
            )
            .show_separator_line(false)
            .show(ui, |ui| {
                top_bar_ui(ui, &theme, &self.app, &self.commands, &mut commands);
            });
        if self.app.document.is_some() {
            self.time_ui(ui, &theme, &mut commands);
        }
        CentralPanel::no_frame()
            .frame(egui::Frame::new().fill(theme.window))
            .show(ui, |ui| {
                if self.app.document.is_some() {
                    self.panels_ui(ui, &theme, &mut commands);
                } else {
                    self.start_page.ui(ui, &theme, &self.app, &mut commands);
                }
            });
        self.palette.show(ui, &theme, &self.commands, &mut commands);
        self.search.show(ui, &theme, &self.app, &mut commands);
        if self.help_open {
            help_ui(ui, &theme, &self.commands, &mut self.help_open);
        }
        if self.settings_open {
            let open = &mut self.settings_open;
            settings_ui(ui, &theme, &self.app, open, &mut commands);
        }
        if let Some(dialog) = &mut self.path_dialog
            && !dialog.show(ui, &theme, &mut commands)
        {
            self.path_dialog = None;
        }
        self.torn_ui(&ctx, &theme, &mut commands);
        if self.app.notes_shown && !notes_ui(&ctx, &theme, &self.app) {
            commands.push(Command::ToggleNotes);
        }
        if self.app.spotlight {
            spotlight_ui(ui, &theme, &self.app, &self.shown);
        }
        focus_ui(&ctx, &theme);
        drop_ui(ui, &theme);
        self.notices.show(ui);

        let changed = !commands.is_empty();
        self.obey(&ctx, commands);
        if changed {
            ctx.request_repaint();
        }
        self.take_picture(&ctx);
    }

    fn time_ui(&mut self, ui: &mut Ui, theme: &Arc<Theme>, commands: &mut Vec<Command>) {
        let lanes = self
            .timeline
            .height(&self.app, ui.ctx().content_rect().height());
        Bar::bottom("time")
            .resizable(false)
            .exact_size(transport::HEIGHT + lanes)
            .frame(egui::Frame::new().fill(theme.window))
            .show_separator_line(false)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                transport::transport_ui(ui, theme, &self.app, &self.commands, commands);
                self.timeline.ui(ui, theme, &self.app, commands);
            });
    }

    fn panels_ui(&mut self, ui: &mut Ui, theme: &Arc<Theme>, commands: &mut Vec<Command>) {
        let room = Room::of(ui.available_width());
        if room != self.room {
            self.room = room;
            self.place_panels();
            if let Some(kind) = self.front {
                layout::show_panel(&mut self.tree, kind);
            }
        }
        let Some(look) = self.app.look() else { return };
        self.shown.clear();
        let mut edited = false;
        let mut shelf = Shelf {
            panels: &mut self.panels,
            shown: &mut self.shown,
            edited: &mut edited,
            context: PanelContext {
                app: &self.app,
                look,
                theme,
                commands,
            },
        };
        self.tree.ui(&mut shelf, ui);
        self.arranged |= edited;
    }

    /// Brings a panel to the front; it stays there when the window gets another size.
    fn show_panel(&mut self, kind: PanelKind) {
        self.front = Some(kind);
        layout::show_panel(&mut self.tree, kind);
    }

    /// Puts the panels where the user left them in this layout, or where they belong.
    fn place_panels(&mut self) {
        let layout = self.app.settings.layout;
        let document = self.app.document.as_ref();
        let lesson = document.is_some_and(|document| document.lesson().is_some());
        // A lesson chooses its own places.
        let places = self
            .places
            .get(&layout)
            .filter(|_| self.room >= Room::Normal && !lesson);
        self.arranged = places.is_some();
        self.tree = places
            .cloned()
            .unwrap_or_else(|| layout.tree(self.room, lesson));
        for &kind in &self.torn {
            layout::take_out(&mut self.tree, kind);
        }
    }

    /// Remembers where the user put the panels of a layout.
    fn remember_places(&mut self, layout: LayoutKind) {
        let document = self.app.document.as_ref();
        let lesson = document.is_some_and(|document| document.lesson().is_some());
        if self.arranged && self.room >= Room::Normal && !lesson {
            self.places.insert(layout, self.tree.clone());
        }
    }

    /// The panels that stand in windows of their own.
    fn torn_ui(&mut self, ctx: &egui::Context, theme: &Arc<Theme>, commands: &mut Vec<Command>) {
        let Some(look) = self.app.look() else { return };
        for &kind in &self.torn {
            let Some(panel) = self.panels.iter_mut().find(|panel| panel.kind() == kind) else {
                continue;
            };
            let builder = ViewportBuilder::default()
                .with_title(format!("{} – Ouroscope", kind.name()))
                .with_inner_size([760.0, 620.0]);
            let mut context = PanelContext {
                app: &self.app,
                look,
                theme,
                commands,
            };
            let id = egui::ViewportId::from_hash_of(("panel", kind));
            let closed = ctx.show_viewport_immediate(id, builder, |ui, _class| {
                CentralPanel::no_frame()
                    .frame(egui::Frame::new().fill(theme.panel))
                    .show(ui, |ui| {
                        ui.push_id(kind.name(), |ui| panel.ui(ui, &mut context));
                    });
                ui.input(|i| i.viewport().close_requested())
            });
            if closed {
                commands.push(Command::PutBack(kind));
            }
        }
    }

    /// Asks for a path in the window itself.
    fn ask_for_path(&mut self, purpose: Purpose) {
        let recent = self.app.settings.recent.first();
        let folder = recent.and_then(|path| path.parent());
        self.path_dialog = Some(PathDialog::new(purpose, folder));
    }

    fn carry_out(&mut self, ctx: &egui::Context, effect: Effect) {
        match effect {
            Effect::ApplyLook => self.apply_look(ctx),
            Effect::ChooseFileToOpen => self.dialogs.ask(ctx, Purpose::Open),
            Effect::ChooseFileToSave => {
                if let Some(document) = &self.app.document {
                    let name = document.recording_name();
                    self.dialogs.ask(ctx, Purpose::SaveRecording(name));
                }
            }
            Effect::ChooseFolderForLesson => {
                if let Some(document) = &self.app.document {
                    let name = format!("{}-lesson", document.stem());
                    self.dialogs.ask(ctx, Purpose::SaveLesson(name));
                }
            }
            Effect::PlacePanels => {
                self.front = None;
                self.place_panels();
            }
            Effect::ResetLayout => {
                self.places.remove(&self.app.settings.layout);
                self.torn.clear();
                self.place_panels();
            }
            Effect::ChangeLayout(before) => {
                self.remember_places(before);
                self.place_panels();
            }
            Effect::ShowPanel(kind) => {
                if self.torn.contains(&kind) {
                    let id = egui::ViewportId::from_hash_of(("panel", kind));
                    ctx.send_viewport_cmd_to(id, ViewportCommand::Focus);
                } else {
                    self.show_panel(kind);
                }
            }
            Effect::TearOff(kind) => {
                if self.app.document.is_some() && !self.torn.contains(&kind) {
                    self.torn.push(kind);
                    layout::take_out(&mut self.tree, kind);
                }
            }
            Effect::PutBack(kind) => {
                self.torn.retain(|&torn| torn != kind);
                layout::show_panel(&mut self.tree, kind);
            }
            Effect::ToggleSettings => self.settings_open = !self.settings_open,
            Effect::ForPanels(command) => {
                self.timeline.command(&command, &self.app);
                for panel in &mut self.panels {
                    panel.command(&command);
                }
            }
            Effect::TogglePalette => self.palette.toggle(),
            Effect::ToggleHelp => self.help_open = !self.help_open,
            Effect::ToggleSearch => self.search.toggle(),
            Effect::Fullscreen => {
                let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!full));
            }
            Effect::Dismiss => self.dismiss(ctx),
            Effect::Say(tone, text) => {
                match tone {
                    Tone::Info => self.notices.info(text),
                    Tone::Error => self.notices.error(text),
                };
            }
            Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
        ctx.request_repaint();
    }

    /// Esc closes what is open, one thing at a time; then it clears the selection.
    fn dismiss(&mut self, ctx: &egui::Context) {
        if self.palette.open {
            self.palette.toggle();
        } else if self.search.open {
            self.search.toggle();
        } else if self.path_dialog.take().is_some() {
        } else if self.help_open || self.settings_open {
            self.help_open = false;
            self.settings_open = false;
        } else if self.app.spotlight {
            self.app.apply(Command::ToggleSpotlight);
        } else if ctx.memory(|m| m.focused().is_some()) {
            ctx.memory_mut(|m| {
                if let Some(id) = m.focused() {
                    m.surrender_focus(id);
                }
            });
        } else {
            self.app.apply(Command::ClearSelection);
        }
    }

    fn apply_look(&mut self, ctx: &egui::Context) {
        let settings = &self.app.settings;
        let width = ctx.content_rect().width() * ctx.zoom_factor();
        // A large screen is looked at from farther away.
        let size = (width / 1920.0).clamp(1.0, 1.4);
        let scale = settings.text_scale
            * size
            * if self.app.document.is_some() {
                settings.layout.text_scale()
            } else {
                1.0
            };
        let look = (settings.theme, (scale * 1000.0) as u32);
        if self.look != Some(look) {
            self.look = Some(look);
            self.theme = Arc::new(Theme::new(settings.theme));
            self.theme.apply(ctx);
            ctx.set_zoom_factor(scale);
        }
    }

    fn take_dropped_files(ctx: &egui::Context, commands: &mut Vec<Command>) {
        let dropped = ctx.input(|i| {
            i.raw
                .dropped_files
                .first()
                .map(|file| file.path().to_owned())
        });
        commands.extend(dropped.map(Command::Open));
    }

    /// Carries out what the command line asked for as soon as the recording has it.
    fn do_wishes(&mut self) {
        let ready = self.app.document.is_none() || !self.app.is_running();
        if !ready {
            return;
        }
        let Some(wishes) = self.wishes.take() else {
            return;
        };
        if let (Some(at), Some(document)) = (&wishes.at, &self.app.document) {
            match document.find_moment(at) {
                Ok(moment) => self.app.apply(Command::GoTo(moment)),
                Err(error) => self.app.apply_effect(Effect::Say(Tone::Error, error)),
            }
        }
        if let (Some(name), Some(document)) = (&wishes.select, &self.app.document)
            && let Some(object) = document.variable(name)
        {
            self.app
                .apply(Command::Select(super::selection::Selection::Object(object)));
        }
        if let Some(stop) = wishes.stop.and_then(|stop| stop.checked_sub(1)) {
            self.app.apply(Command::GoToStop(stop));
        }
        if let Some(kind) = wishes.panel {
            self.show_panel(kind);
        }
        if let Some(tab) = wishes.stage {
            self.app.apply(Command::ShowStage(tab));
        }
        if let Some(path) = wishes.compare {
            match std::fs::read_to_string(&path) {
                Ok(text) => self.app.apply(Command::CompareWith(text)),
                Err(error) => {
                    let text = format!("{}: {error}", path.display());
                    self.app.apply_effect(Effect::Say(Tone::Error, text));
                }
            }
        }
    }

    fn take_picture(&mut self, ctx: &egui::Context) {
        let ready = self.is_settled(ctx);
        if let Some(screenshot) = &mut self.screenshot {
            screenshot.frame(ctx, ready);
            if let Some(result) = screenshot.result.take() {
                screenshot.result = Some(Ok(()));
                if let Ok(mut slot) = self.picture_result.lock() {
                    slot.get_or_insert(result);
                }
            }
        }
    }
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.frame_ui(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if self.screenshot.is_none() {
            self.remember_places(self.app.settings.layout);
            eframe::set_value(storage, SETTINGS, &self.app.settings);
            eframe::set_value(storage, PLACES, &self.places);
        }
    }

    fn raw_input_hook(&mut self, _ctx: &egui::Context, raw_input: &mut egui::RawInput) {
        // Wherever the pointer happens to be, it is no part of the picture.
        if self.screenshot.is_some() {
            raw_input.events.retain(|event| {
                !matches!(
                    event,
                    egui::Event::PointerMoved(_) | egui::Event::PointerButton { .. }
                )
            });
        }
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.theme.window.to_normalized_gamma_f32()
    }
}

/// Shows the panels on the docking tree.
struct Shelf<'a> {
    panels: &'a mut Vec<Box<dyn Panel>>,
    shown: &'a mut BTreeMap<PanelKind, egui::Rect>,
    edited: &'a mut bool,
    context: PanelContext<'a>,
}

impl egui_tiles::Behavior<PanelKind> for Shelf<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, kind: &mut PanelKind) -> UiResponse {
        let theme = Arc::clone(self.context.theme);
        ui.painter().rect_filled(ui.max_rect(), 0.0, theme.panel);
        self.shown.insert(*kind, ui.max_rect());
        if let Some(panel) = self.panels.iter_mut().find(|panel| panel.kind() == *kind) {
            ui.push_id(kind.name(), |ui| panel.ui(ui, &mut self.context));
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, kind: &PanelKind) -> egui::WidgetText {
        kind.name().into()
    }

    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<PanelKind>,
        ui: &mut Ui,
        _tile: TileId,
        tabs: &egui_tiles::Tabs,
        _scroll: &mut f32,
    ) {
        let active = tabs.active.and_then(|id| tiles.get_pane(&id));
        if let Some(kind) = active {
            let mirrors = kind.mirrors();
            let titles = tabs.children.len() as f32 * 84.0;
            let needed = mirrors.len() as f32 * 7.0 + space::M;
            ui.add_space(space::S);
            if !mirrors.is_empty() && ui.available_width() > titles + needed {
                let text = egui::RichText::new(mirrors)
                    .font(super::ui::theme::mono(11.5))
                    .color(self.context.theme.text_faint);
                ui.label(text)
                    .on_hover_text(format!("{}\nCPython does this in {mirrors}.", kind.about()));
            }
        }
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut Tiles<PanelKind>,
        tile: TileId,
        button: egui::Response,
    ) -> egui::Response {
        if let Some(&kind) = tiles.get_pane(&tile) {
            button.context_menu(|ui| {
                ui.set_min_width(220.0);
                ui.label(egui::RichText::new(kind.about()).size(12.5));
                ui.separator();
                if ui.button("In a window of its own").clicked() {
                    self.context.commands.push(Command::TearOff(kind));
                    ui.close();
                }
                if ui.button("All panels back to their places").clicked() {
                    self.context.commands.push(Command::ResetLayout);
                    ui.close();
                }
            });
        }
        button
    }

    fn on_edit(&mut self, action: egui_tiles::EditAction) {
        use egui_tiles::EditAction as E;
        *self.edited |= matches!(action, E::TileResized | E::TileDropped);
    }

    fn is_tab_closable(&self, tiles: &Tiles<PanelKind>, tile: TileId) -> bool {
        // Panels leave their place by being dragged; a cross on each tab would be noise.
        let _ = (tiles, tile);
        false
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        28.0
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        4.0
    }

    fn min_size(&self) -> f32 {
        120.0
    }

    fn tab_title_spacing(&self, _visuals: &egui::Visuals) -> f32 {
        10.0
    }

    fn close_button_outer_size(&self) -> f32 {
        0.0
    }

    fn tab_bar_color(&self, _visuals: &egui::Visuals) -> egui::Color32 {
        self.context.theme.window
    }

    fn tab_bg_color(
        &self,
        _visuals: &egui::Visuals,
        _tiles: &Tiles<PanelKind>,
        _tile: TileId,
        state: &TabState,
    ) -> egui::Color32 {
        if state.active {
            self.context.theme.panel
        } else {
            egui::Color32::TRANSPARENT
        }
    }

    fn tab_outline_stroke(
        &self,
        _visuals: &egui::Visuals,
        _tiles: &Tiles<PanelKind>,
        _tile: TileId,
        _state: &TabState,
    ) -> egui::Stroke {
        egui::Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, _visuals: &egui::Visuals) -> egui::Stroke {
        egui::Stroke::NONE
    }

    fn tab_text_color(
        &self,
        _visuals: &egui::Visuals,
        _tiles: &Tiles<PanelKind>,
        _tile: TileId,
        state: &TabState,
    ) -> egui::Color32 {
        if state.active {
            self.context.theme.text
        } else {
            self.context.theme.text_muted
        }
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }
}

/// A size such as `1280x800`.
pub fn parse_size(text: &str) -> Option<[f32; 2]> {
    let (width, height) = text.split_once('x')?;
    let (width, height) = (
        width.trim().parse::<u16>().ok()?,
        height.trim().parse::<u16>().ok()?,
    );
    let size = Vec2::new(f32::from(width), f32::from(height));
    (size.x >= 320.0 && size.y >= 240.0).then_some([size.x, size.y])
}
