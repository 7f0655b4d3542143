//! The bar at the top: the menu, what is open, the switch between layouts, and the window's tools.

use egui::{Align, Layout, RichText, Sense, Stroke, Ui, Vec2};

use super::theme::{self, Theme, ThemeKind, space};
use super::widgets::{self, Icon, icon_button};
use crate::app::command::{Command, CommandInfo, key_text};
use crate::app::layout::LayoutKind;
use crate::app::state::AppState;
use crate::app::ui::panels::PanelKind;

/// Draws the bar.
pub fn top_bar_ui(
    ui: &mut Ui,
    theme: &Theme,
    app: &AppState,
    list: &[CommandInfo],
    commands: &mut Vec<Command>,
) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        menu_ui(ui, theme, app, list, commands);
        let room = ui.available_width();
        let show_name = app.document.is_none() || room > 640.0;
        if show_name && name_ui(ui).clicked() {
            commands.push(Command::CloseDocument);
        }
        if let Some(document) = &app.document {
            ui.add_space(space::S);
            let switch = if room > SWITCH_ROOM { 590.0 } else { 290.0 };
            let room = (ui.available_width() - switch).clamp(0.0, 420.0);
            let (rect, response) = ui.allocate_exact_size(Vec2::new(room, 24.0), Sense::hover());
            let used = widgets::clipped(
                ui,
                rect,
                0.0,
                room,
                &document.title,
                theme::mono(13.5),
                theme.text_muted,
            );
            if let Some(path) = &document.path {
                response.on_hover_text(path.display().to_string());
            }
            let spare = room - (used.right() - rect.left()).max(0.0);
            ui.add_space(-spare.max(0.0));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let tip = |command: &Command| key_text(command, list);
            if icon_button(
                ui,
                theme,
                Icon::Help,
                "Keys and help",
                &tip(&Command::ToggleHelp),
                true,
            )
            .clicked()
            {
                commands.push(Command::ToggleHelp);
            }
            let (icon, next) = if app.settings.theme == ThemeKind::Light {
                (Icon::Dark, ThemeKind::Dark)
            } else {
                (Icon::Light, ThemeKind::Light)
            };
            let name = format!("{} theme", next.name());
            if icon_button(ui, theme, icon, &name, "", true).clicked() {
                commands.push(Command::SetTheme(next));
            }
            if icon_button(
                ui,
                theme,
                Icon::Command,
                "Commands",
                &tip(&Command::TogglePalette),
                true,
            )
            .clicked()
            {
                commands.push(Command::TogglePalette);
            }
            if icon_button(
                ui,
                theme,
                Icon::Search,
                "Search",
                &tip(&Command::Search),
                app.document.is_some(),
            )
            .clicked()
            {
                commands.push(Command::Search);
            }
            if app.document.is_some() {
                ui.add_space(space::S);
                if room > SWITCH_ROOM {
                    layouts_ui(ui, theme, app.settings.layout, commands);
                } else {
                    layout_box_ui(ui, app.settings.layout, commands);
                }
            }
        });
    });
}

/// With less room than this the layouts are a list to unfold.
const SWITCH_ROOM: f32 = 760.0;

fn name_ui(ui: &mut Ui) -> egui::Response {
    ui.add(
        egui::Label::new(RichText::new("Ouroscope").font(theme::strong(15.0)))
            .sense(Sense::click())
            .selectable(false),
    )
    .on_hover_text("Start page")
}

fn layout_box_ui(ui: &mut Ui, current: LayoutKind, commands: &mut Vec<Command>) {
    egui::ComboBox::from_id_salt("layout")
        .width(96.0)
        .selected_text(RichText::new(current.name()).size(13.0))
        .show_ui(ui, |ui| {
            for kind in LayoutKind::ALL {
                if ui.selectable_label(kind == current, kind.name()).clicked() {
                    commands.push(Command::SetLayout(kind));
                }
            }
        });
}

/// One joined switch with a field for each layout.
fn layouts_ui(ui: &mut Ui, theme: &Theme, current: LayoutKind, commands: &mut Vec<Command>) {
    let frame = egui::Frame::new()
        .fill(theme.panel)
        .corner_radius(theme.corner_radius)
        .stroke(Stroke::new(1.0, theme.border))
        .inner_margin(2.0);
    // The bar gives its whole height; the switch takes only what its fields need.
    let layout = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(Vec2::new(ui.available_width(), 28.0), layout, |ui| {
        frame.show(ui, |ui| {
            ui.set_max_height(22.0);
            ui.spacing_mut().item_spacing.x = 1.0;
            // The surrounding bar runs from right to left.
            for kind in LayoutKind::ALL.into_iter().rev() {
                let chosen = kind == current;
                let color = if chosen { theme.text } else { theme.text_muted };
                let button = egui::Button::new(RichText::new(kind.name()).size(13.0).color(color))
                    .fill(if chosen {
                        theme.accent_soft
                    } else {
                        egui::Color32::TRANSPARENT
                    })
                    .corner_radius(4.0)
                    .min_size(Vec2::new(0.0, 22.0));
                if ui.add(button).clicked() {
                    commands.push(Command::SetLayout(kind));
                }
            }
        });
    });
}

fn menu_ui(
    ui: &mut Ui,
    theme: &Theme,
    app: &AppState,
    list: &[CommandInfo],
    commands: &mut Vec<Command>,
) {
    let button = icon_button(ui, theme, Icon::Menu, "Menu", "", true);
    egui::Popup::menu(&button).show(|ui| {
        ui.set_min_width(280.0);
        let mut item = |ui: &mut Ui, name: &str, command: Command, enabled: bool| {
            let keys = key_text(&command, list);
            let button =
                egui::Button::new(name).shortcut_text(RichText::new(keys).color(theme.text_faint));
            if ui.add_enabled(enabled, button).clicked() {
                commands.push(command);
                ui.close();
            }
        };
        let open = app.document.is_some();
        item(ui, "Open…", Command::OpenDialog, true);
        item(ui, "Save recording…", Command::SaveRecording, open);
        item(ui, "Save bookmarks as a lesson…", Command::SaveLesson, open);
        item(ui, "Run again", Command::Rerun, open);
        item(ui, "Start page", Command::CloseDocument, open);
        ui.separator();
        ui.menu_button("Panels", |ui| {
            for kind in PanelKind::ALL {
                item(ui, kind.name(), Command::ShowPanel(kind), open);
            }
            ui.separator();
            item(ui, "Back to their places", Command::ResetLayout, open);
        });
        ui.menu_button("In a window of its own", |ui| {
            for kind in PanelKind::ALL {
                item(ui, kind.name(), Command::TearOff(kind), open);
            }
        });
        ui.menu_button("Presenting", |ui| {
            let layout = Command::SetLayout(LayoutKind::Present);
            item(ui, "Present layout", layout, open);
            item(ui, "Spotlight", Command::ToggleSpotlight, open);
            item(ui, "Notes on a second window", Command::ToggleNotes, open);
            item(ui, "Next stop", Command::NextStop, open);
            item(ui, "Previous stop", Command::PreviousStop, open);
        });
        ui.menu_button("Theme", |ui| {
            for kind in ThemeKind::ALL {
                item(
                    ui,
                    kind.name(),
                    Command::SetTheme(kind),
                    app.settings.theme != kind,
                );
            }
        });
        ui.menu_button("Text size", |ui| {
            item(ui, "Larger", Command::LargerText, true);
            item(ui, "Smaller", Command::SmallerText, true);
            ui.separator();
            for percent in [80_u8, 100, 125, 150, 200, 250] {
                let scale = f32::from(percent) / 100.0;
                item(
                    ui,
                    &format!("{percent} %"),
                    Command::SetTextScale(scale),
                    true,
                );
            }
            item(ui, "300 %", Command::SetTextScale(3.0), true);
        });
        item(ui, "Full screen", Command::ToggleFullscreen, true);
        ui.separator();
        item(ui, "Settings", Command::ToggleSettings, true);
        item(ui, "Commands", Command::TogglePalette, true);
        item(ui, "Keys and help", Command::ToggleHelp, true);
        item(ui, "Quit", Command::Quit, true);
    });
}
