//! The settings, each of which is remembered.

use egui::{Align2, RichText, Slider, Ui, Vec2};

use super::theme::{self, Theme, ThemeKind, space};
use super::widgets;
use crate::app::command::Command;
use crate::app::layout::LayoutKind;
use crate::app::state::AppState;
use crate::views::steps::StepSize;

/// Draws the settings over the window; `open` becomes false when they are closed.
pub fn settings_ui(
    ui: &Ui,
    theme: &Theme,
    app: &AppState,
    open: &mut bool,
    commands: &mut Vec<Command>,
) {
    let screen = ui.ctx().content_rect();
    egui::Window::new(RichText::new("Settings").font(theme::strong(16.0)))
        .open(open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .default_width(460.0_f32.min(screen.width() - 40.0))
        .vscroll(screen.height() < 480.0)
        .show(ui.ctx(), |ui| contents_ui(ui, theme, app, commands));
}

fn contents_ui(ui: &mut Ui, theme: &Theme, app: &AppState, commands: &mut Vec<Command>) {
    ui.set_min_width(320.0_f32.min(ui.available_width()));
    let settings = &app.settings;
    widgets::section(ui, theme, "Look");
    ui.horizontal_wrapped(|ui| {
        for kind in ThemeKind::ALL {
            if ui
                .selectable_label(settings.theme == kind, kind.name())
                .clicked()
            {
                commands.push(Command::SetTheme(kind));
            }
        }
    });
    let mut percent = settings.text_scale * 100.0;
    let slider = Slider::new(&mut percent, 80.0..=300.0)
        .step_by(5.0)
        .suffix(" %")
        .text("text size");
    let slider = ui.add(slider);
    // While the slider is dragged its own size would change under the pointer.
    if slider.drag_stopped() || (slider.changed() && !slider.dragged()) {
        commands.push(Command::SetTextScale(percent / 100.0));
    }
    widgets::section(ui, theme, "Panels");
    ui.horizontal_wrapped(|ui| {
        for kind in LayoutKind::ALL {
            if ui
                .selectable_label(settings.layout == kind, kind.name())
                .clicked()
            {
                commands.push(Command::SetLayout(kind));
            }
        }
    });
    if ui.button("All panels back to their places").clicked() {
        commands.push(Command::ResetLayout);
    }
    widgets::section(ui, theme, "Time");
    let mut fold = settings.fold_imports;
    if ui
        .checkbox(&mut fold, "Fold imports of the library on the timeline")
        .changed()
    {
        commands.push(Command::SetFoldImports(fold));
    }
    ui.horizontal(|ui| {
        ui.label("One step is");
        egui::ComboBox::from_id_salt("settings step size")
            .selected_text(settings.step_size.name())
            .show_ui(ui, |ui| {
                for size in StepSize::ALL {
                    if ui
                        .selectable_label(size == settings.step_size, size.name())
                        .clicked()
                    {
                        commands.push(Command::SetStepSize(size));
                    }
                }
            });
    });
    let mut speed = settings.speed;
    let slider = Slider::new(&mut speed, 0.5..=512.0)
        .logarithmic(true)
        .text("steps a second while playing");
    if ui.add(slider).changed() {
        commands.push(Command::SetSpeed(speed));
    }
    ui.add_space(space::S);
    widgets::hint(ui, theme, "Settings are kept from one start to the next.");
}
