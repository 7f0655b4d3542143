//! A dialog of our own that asks for a path: a field, and the folder it leads to.

use std::path::{Path, PathBuf};

use egui::{Align, Align2, Key, Layout, RichText, ScrollArea, Sense, Ui, Vec2};

use super::start_page::on_accent;
use super::theme::{self, Theme, space};
use super::widgets;
use crate::app::command::Command;
use crate::app::dialogs::Purpose;

/// The dialog while it is open.
#[derive(Debug)]
pub struct PathDialog {
    purpose: Purpose,
    path: String,
    /// The folder listed, and what is in it.
    listed: Option<(PathBuf, Vec<Entry>)>,
    fresh: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry {
    is_file: bool,
    name: String,
}

/// Entries listed at most.
const MOST: usize = 400;

impl PathDialog {
    /// Asks for a path, beginning in `folder`.
    pub fn new(purpose: Purpose, folder: Option<&Path>) -> Self {
        let folder = folder
            .map(Path::to_owned)
            .filter(|folder| folder.is_dir())
            .or_else(|| std::env::current_dir().ok())
            .unwrap_or_default();
        let path = match &purpose {
            Purpose::Open => folder.join(""),
            Purpose::SaveRecording(name) | Purpose::SaveLesson(name) => folder.join(name),
        };
        Self {
            purpose,
            path: path.display().to_string(),
            listed: None,
            fresh: true,
        }
    }

    /// Draws it; false when it is done.
    pub fn show(&mut self, ui: &Ui, theme: &Theme, commands: &mut Vec<Command>) -> bool {
        let screen = ui.ctx().content_rect();
        let mut open = true;
        let mut done = false;
        egui::Window::new(RichText::new(self.purpose.title()).font(theme::strong(15.0)))
            .id(egui::Id::new("path dialog"))
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
            .fixed_size(Vec2::new(
                620.0_f32.min(screen.width() - 40.0),
                400.0_f32.min(screen.height() - 120.0),
            ))
            .show(ui.ctx(), |ui| done = self.contents_ui(ui, theme, commands));
        open && !done
    }

    fn contents_ui(&mut self, ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>) -> bool {
        let enter = ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Enter));
        let edit = ui.add(
            egui::TextEdit::singleline(&mut self.path)
                .hint_text("A path")
                .font(theme::mono(14.0))
                .margin(egui::Margin::symmetric(10, 8))
                .desired_width(f32::INFINITY),
        );
        if self.fresh {
            self.fresh = false;
            edit.request_focus();
        }
        let path = PathBuf::from(self.path.trim());
        self.list(&path);
        let verb = match &self.purpose {
            Purpose::Open => "Open",
            Purpose::SaveRecording(_) | Purpose::SaveLesson(_) => "Save",
        };
        let is_there = path.is_file();
        let possible = match &self.purpose {
            Purpose::Open => is_there,
            Purpose::SaveRecording(_) | Purpose::SaveLesson(_) => {
                !self.path.trim().is_empty()
                    && !self.path.trim_end().ends_with(['/', '\\'])
                    && (matches!(self.purpose, Purpose::SaveLesson(_)) || !path.is_dir())
            }
        };
        let mut chosen = enter && possible;
        ui.add_space(space::S);
        let room = ui.available_height() - 44.0;
        let mut next = None;
        ScrollArea::vertical()
            .max_height(room)
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                next = self.entries_ui(ui, theme);
            });
        if let Some(next) = next {
            self.path = next;
        }
        ui.add_space(space::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = egui::Button::new(RichText::new(verb).color(on_accent(theme)))
                .fill(theme.accent)
                .min_size(Vec2::new(84.0, 28.0));
            if ui.add_enabled(possible, button).clicked() {
                chosen = true;
            }
            if is_there && !matches!(self.purpose, Purpose::Open) {
                widgets::hint(ui, theme, "replaces the file that is there");
            }
        });
        if chosen {
            commands.push(self.purpose.command(path));
        }
        chosen
    }

    /// The folder's entries; the path that a click asks for.
    fn entries_ui(&self, ui: &mut Ui, theme: &Theme) -> Option<String> {
        let (folder, entries) = self.listed.as_ref()?;
        let mut chosen = None;
        let mut row = |ui: &mut Ui, name: &str, is_file: bool, path: PathBuf| {
            let (rect, response) =
                ui.allocate_exact_size(Vec2::new(ui.available_width(), 26.0), Sense::click());
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, name));
            if response.hovered() || response.has_focus() {
                ui.painter()
                    .rect_filled(rect, theme.corner_radius, theme.raised);
            }
            let color = if is_file { theme.text } else { theme.accent };
            widgets::clipped(
                ui,
                rect,
                space::S,
                rect.width() - space::L,
                name,
                theme::mono(13.5),
                color,
            );
            if response.clicked() {
                let path = if is_file { path } else { path.join("") };
                chosen = Some(path.display().to_string());
            }
        };
        if let Some(parent) = folder.parent() {
            row(ui, "../", false, parent.to_owned());
        }
        for entry in entries {
            let name = if entry.is_file {
                entry.name.clone()
            } else {
                format!("{}/", entry.name)
            };
            row(ui, &name, entry.is_file, folder.join(&entry.name));
        }
        if entries.is_empty() {
            widgets::hint(ui, theme, "No program, recording or lesson in this folder.");
        }
        chosen
    }

    fn list(&mut self, path: &Path) {
        let folder = if path.is_dir() {
            path.to_owned()
        } else {
            path.parent().map(Path::to_owned).unwrap_or_default()
        };
        if self
            .listed
            .as_ref()
            .is_some_and(|(known, _)| *known == folder)
        {
            return;
        }
        let mut entries: Vec<Entry> = std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                let is_file = !entry.path().is_dir();
                let ending = Path::new(&name)
                    .extension()
                    .and_then(std::ffi::OsStr::to_str);
                let wanted = matches!(ending, Some("py" | "mcap" | "md"));
                (!name.starts_with('.') && (wanted || !is_file)).then_some(Entry { is_file, name })
            })
            .take(MOST)
            .collect();
        entries.sort();
        self.listed = Some((folder, entries));
    }
}
