//! The bar above the timeline: First, Back, Play, Forward, Last, step size, speed, and where we are.

use egui::{Align, ComboBox, Layout, RichText, Ui};

use super::theme::{self, Theme, space};
use super::widgets::{self, Icon, icon_button};
use crate::app::command::{Command, CommandInfo, key_text};
use crate::app::layout::Room;
use crate::app::state::AppState;
use crate::views::format::grouped;
use crate::views::steps::StepSize;

/// The height of the bar.
pub const HEIGHT: f32 = 36.0;

/// Draws the bar.
pub fn transport_ui(
    ui: &mut Ui,
    theme: &Theme,
    app: &AppState,
    list: &[CommandInfo],
    commands: &mut Vec<Command>,
) {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(8, 0))
        .show(ui, |ui| {
            ui.set_height(HEIGHT);
            let room = Room::of(ui.available_width());
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let (at_first, at_last) = (app.cursor <= app.first(), app.cursor >= app.last());
                let mut button = |ui: &mut Ui, icon, name: &str, command: Command, enabled| {
                    if icon_button(ui, theme, icon, name, &key_text(&command, list), enabled)
                        .clicked()
                    {
                        commands.push(command);
                    }
                };
                button(ui, Icon::First, "First", Command::First, !at_first);
                button(ui, Icon::Back, "Back", Command::Back, !at_first);
                let (icon, name) = if app.playing {
                    (Icon::Pause, "Pause")
                } else {
                    (Icon::Play, "Play")
                };
                button(ui, icon, name, Command::PlayPause, true);
                button(ui, Icon::Forward, "Forward", Command::Forward, !at_last);
                button(ui, Icon::Last, "Last", Command::Last, !at_last);
                ui.add_space(space::S);
                step_size_ui(ui, theme, app, room, commands);
                ui.add_space(space::XS);
                if room >= Room::Narrow {
                    speed_ui(ui, theme, app, room, commands);
                    ui.add_space(space::M);
                }
                position_ui(ui, theme, app, room);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    run_ui(ui, theme, app, list, room, commands);
                });
            });
        });
}

fn step_size_ui(
    ui: &mut Ui,
    theme: &Theme,
    app: &AppState,
    room: Room,
    commands: &mut Vec<Command>,
) {
    if room >= Room::Normal {
        ui.label(RichText::new("Step").size(13.0).color(theme.text_muted));
        ui.add_space(space::XS);
    }
    let current = app.settings.step_size;
    let short = if current == StepSize::Selected {
        "Selected object"
    } else {
        current.name()
    };
    ComboBox::from_id_salt("step size")
        .width(if room >= Room::Normal { 126.0 } else { 84.0 })
        .selected_text(RichText::new(short).size(13.0))
        .show_ui(ui, |ui| {
            for size in StepSize::ALL {
                if ui.selectable_label(size == current, size.name()).clicked() {
                    commands.push(Command::SetStepSize(size));
                }
            }
        })
        .response
        .on_hover_text("How far one step goes");
}

fn speed_ui(ui: &mut Ui, theme: &Theme, app: &AppState, room: Room, commands: &mut Vec<Command>) {
    if room >= Room::Normal {
        ui.label(RichText::new("Speed").size(13.0).color(theme.text_muted));
        ui.add_space(space::XS);
    }
    let speed = app.settings.speed;
    let text = |speed: f32| {
        if speed < 1.0 {
            format!("{speed:.1}/s")
        } else {
            format!("{speed:.0}/s")
        }
    };
    ComboBox::from_id_salt("speed")
        .width(70.0)
        .selected_text(RichText::new(text(speed)).size(13.0))
        .show_ui(ui, |ui| {
            for choice in [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0_f32] {
                if ui
                    .selectable_label((choice - speed).abs() < 0.01, text(choice))
                    .clicked()
                {
                    commands.push(Command::SetSpeed(choice));
                }
            }
        })
        .response
        .on_hover_text("Steps in a second while playing");
}

/// "moment 46 of 12 345", and the place in the program.
fn position_ui(ui: &mut Ui, theme: &Theme, app: &AppState, room: Room) {
    ui.spacing_mut().item_spacing.x = 6.0;
    if room >= Room::Normal {
        ui.label(RichText::new("moment").size(13.0).color(theme.text_muted));
    }
    let position = format!(
        "moment {} of {}",
        grouped(app.cursor.0),
        grouped(app.last().0)
    );
    ui.label(RichText::new(grouped(app.cursor.0)).font(theme::mono_strong(14.0)))
        .on_hover_text(position);
    if room >= Room::Normal {
        ui.label(
            RichText::new(format!("of {}", grouped(app.last().0)))
                .size(13.0)
                .color(theme.text_muted),
        );
    }
    if let Some(place) = app
        .place()
        .filter(|place| ui.available_width() > 250.0 + place.len() as f32 * 8.0)
    {
        ui.add_space(space::S);
        ui.label(
            RichText::new(place)
                .font(theme::mono(13.0))
                .color(theme.text_muted),
        );
    }
}

fn run_ui(
    ui: &mut Ui,
    theme: &Theme,
    app: &AppState,
    list: &[CommandInfo],
    room: Room,
    commands: &mut Vec<Command>,
) {
    let Some(document) = &app.document else {
        return;
    };
    let mut button = |ui: &mut Ui, icon, name: &str, command: Command, enabled| {
        if icon_button(ui, theme, icon, name, &key_text(&command, list), enabled).clicked() {
            commands.push(command);
        }
    };
    if room >= Room::Normal {
        button(
            ui,
            Icon::Fit,
            "Show the whole run",
            Command::ZoomTimelineAll,
            true,
        );
        button(ui, Icon::ZoomIn, "Zoom in", Command::ZoomTimelineIn, true);
        button(
            ui,
            Icon::ZoomOut,
            "Zoom out",
            Command::ZoomTimelineOut,
            true,
        );
    }
    button(
        ui,
        Icon::Bookmark,
        "Bookmark",
        Command::ToggleBookmark,
        true,
    );
    ui.add_space(space::S);
    if app.saving.is_some() {
        widgets::badge(ui, theme, "saving", theme.warning);
    }
    if document.is_live() {
        button(ui, Icon::Stop, "Stop the run", Command::StopRun, true);
        widgets::badge(ui, theme, "running", theme.warning);
    } else if app.is_running() {
        widgets::badge(ui, theme, "loading", theme.warning);
    } else if document.can_run() {
        button(ui, Icon::Rerun, "Run again", Command::Rerun, true);
    }
    if let Some((text, bad)) = document.outcome().filter(|_| room >= Room::Narrow) {
        let color = if bad { theme.error } else { theme.text_muted };
        let text = RichText::new(text).size(13.0).color(color);
        ui.add(egui::Label::new(text).truncate());
    }
}
