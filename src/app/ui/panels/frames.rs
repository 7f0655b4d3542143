//! The Frames panel: the call stack of each thread, what each frame's names hold, and suspended
//! generators.

use egui::{CollapsingHeader, RichText, ScrollArea, Sense, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, space};
use crate::app::ui::widgets::{self, line_link, object_link};
use crate::trace::ThreadStatus;
use crate::views::frames::{FrameRows, PlaceKind, ThreadRows, Variable, stacks, suspended};
use crate::views::threads::status_words;

/// The panel.
#[derive(Debug, Default)]
pub struct FramesPanel {
    built: Option<u64>,
    threads: Vec<ThreadRows>,
    suspended: Vec<FrameRows>,
}

impl Panel for FramesPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Frames
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.built != Some(ctx.app.revision) {
            self.built = Some(ctx.app.revision);
            self.threads = stacks(ctx.look);
            self.suspended = suspended(ctx.look);
        }
        if self.threads.iter().all(|thread| thread.frames.is_empty()) && self.suspended.is_empty() {
            widgets::empty(
                ui,
                ctx.theme,
                "No frame runs",
                "The program has not started yet, or it is over.",
            );
            return;
        }
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(10, 6))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        let many = self.threads.len() > 1;
                        for thread in &self.threads {
                            if many {
                                thread_ui(ui, ctx, thread);
                            }
                            for (depth, frame) in thread.frames.iter().enumerate() {
                                frame_ui(ui, ctx, frame, depth == 0);
                            }
                            if many {
                                ui.add_space(space::S);
                            }
                        }
                        if !self.suspended.is_empty() {
                            widgets::section(ui, ctx.theme, "Suspended");
                            for frame in &self.suspended {
                                frame_ui(ui, ctx, frame, false);
                            }
                        }
                    });
            });
    }
}

fn thread_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, thread: &ThreadRows) {
    ui.horizontal(|ui| {
        widgets::thread_link(ui, ctx.theme, ctx.commands, thread.id, &thread.name);
        let color = if thread.status == ThreadStatus::Running {
            ctx.theme.gil_running
        } else {
            ctx.theme.text_faint
        };
        widgets::status_word(ui, ctx.theme, &status_words(ctx.look, thread.status), color);
    });
}

fn frame_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, frame: &FrameRows, innermost: bool) {
    let theme = ctx.theme;
    let chosen = ctx.app.selected.frame == Some(frame.id);
    let ground = if chosen {
        theme.accent_soft
    } else {
        theme.raised
    };
    egui::Frame::new()
        .fill(ground)
        .corner_radius(theme.corner_radius)
        .inner_margin(egui::Margin::symmetric(8, 3))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_width(ui.available_width());
                let name = RichText::new(&frame.name)
                    .font(theme::mono_strong(13.5))
                    .color(if frame.of_the_program {
                        theme.text
                    } else {
                        theme.text_muted
                    });
                if widgets::link(ui, name).on_hover_text(&frame.file).clicked() {
                    ctx.commands
                        .push(Command::Select(Selection::Frame(frame.id)));
                }
                if frame.line > 0 {
                    if frame.of_the_program {
                        line_link(ui, theme, ctx.commands, frame.line);
                    } else {
                        let file = frame.file.rsplit('/').next().unwrap_or_default();
                        let place = RichText::new(format!("{file}:{}", frame.line))
                            .size(12.5)
                            .color(theme.text_faint);
                        ui.add(egui::Label::new(place).truncate());
                    }
                }
                if innermost && ui.available_width() > 60.0 {
                    widgets::hint(ui, theme, "running");
                }
                if !frame.generator.is_null() {
                    object_link(
                        ui,
                        theme,
                        ctx.commands,
                        frame.generator,
                        "generator",
                        "its generator",
                    );
                }
            });
        });
    let open = frame.of_the_program || chosen;
    if !open {
        return;
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    for variable in &frame.variables {
        let boring = variable.kind == PlaceKind::Name
            && matches!(
                variable.type_name.as_str(),
                "module" | "builtin_function_or_method"
            );
        if !boring {
            variable_ui(ui, ctx, variable);
        }
    }
    if frame.more > 0 {
        widgets::hint(ui, theme, &format!("{} more names", frame.more));
    }
    if !frame.stack.is_empty() {
        CollapsingHeader::new(
            RichText::new(format!("value stack ({})", frame.stack.len()))
                .size(12.5)
                .color(theme.text_muted),
        )
        .id_salt(("stack", frame.id))
        .default_open(innermost)
        .show(ui, |ui| {
            for value in frame.stack.iter().rev() {
                variable_ui(ui, ctx, value);
            }
        });
    }
    ui.add_space(space::XS);
}

fn variable_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>, variable: &Variable) {
    let theme = ctx.theme;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 20.0), Sense::hover());
    if ctx.app.selected.object == Some(variable.object) && !variable.object.is_null() {
        ui.painter()
            .rect_filled(rect, theme.corner_radius, theme.accent_soft);
    }
    let name_width = (rect.width() * 0.32).clamp(70.0, 150.0);
    widgets::clipped(
        ui,
        rect,
        8.0,
        name_width - 12.0,
        &variable.name,
        theme::mono(13.0),
        theme.text_muted,
    );
    let count = variable
        .count
        .map_or_else(String::new, |count| count.to_string());
    let value_width = rect.width() - name_width - 44.0;
    let color = if variable.object.is_null() {
        theme.text_faint
    } else {
        theme.type_text_color(&variable.type_name)
    };
    let used = widgets::clipped(
        ui,
        rect,
        name_width,
        value_width,
        &variable.text,
        theme::mono(13.0),
        color,
    );
    ui.painter().text(
        rect.right_center() - Vec2::new(6.0, 0.0),
        egui::Align2::RIGHT_CENTER,
        count,
        theme::mono(12.0),
        theme.text_faint,
    );
    if variable.object.is_null() {
        return;
    }
    let field = egui::Rect::from_min_max(
        egui::Pos2::new(rect.left(), rect.top()),
        egui::Pos2::new(used.right().max(rect.left() + name_width), rect.bottom()),
    );
    let response = ui.interact(
        field,
        ui.next_auto_id().with(&variable.name),
        Sense::click(),
    );
    ui.skip_ahead_auto_ids(1);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::WidgetType::Button,
            true,
            format!("{} = {}", variable.name, variable.text),
        )
    });
    if response.hovered() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        ui.painter().hline(
            used.x_range(),
            used.bottom() - 1.0,
            egui::Stroke::new(1.0, color),
        );
    }
    if response.clicked() {
        ctx.commands
            .push(Command::Select(Selection::Object(variable.object)));
    }
    response.on_hover_text(format!(
        "{} {} · {}",
        variable.kind.name(),
        variable.name,
        variable.type_name
    ));
}
