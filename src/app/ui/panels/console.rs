//! The Console panel: what the program wrote up to this moment; each piece leads to its moment.

use egui::{RichText, Sense, Ui};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::ui::theme;
use crate::app::ui::widgets::{self, VirtualRows};
use crate::events::Stream;
use crate::views::console::{Line, lines};
use crate::views::format::grouped;

const ROW: f32 = 19.0;

/// The panel.
#[derive(Debug, Default)]
pub struct ConsolePanel {
    built: Option<u64>,
    lines: Vec<Line>,
}

impl Panel for ConsolePanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Console
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.built != Some(ctx.app.revision) {
            self.built = Some(ctx.app.revision);
            self.lines = lines(ctx.look);
        }
        let theme = ctx.theme;
        if self.lines.is_empty() {
            widgets::empty(
                ui,
                theme,
                "Nothing written yet",
                "Output appears here at the moment it is written.",
            );
            return;
        }
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, theme.inset);
        let last = self.lines.len() - 1;
        let lines = &self.lines;
        ui.spacing_mut().item_spacing.y = 0.0;
        VirtualRows::new("console", ROW, lines.len())
            .reveal(Some(last))
            .show(ui, |ui, index, row| {
                let mut x = 12.0;
                for (number, piece) in lines[index].iter().enumerate() {
                    let color = match piece.stream {
                        Stream::Stdout => theme.text,
                        Stream::Stderr => theme.stderr,
                    };
                    let used = widgets::clipped(
                        ui,
                        row,
                        x,
                        row.width() - x - 8.0,
                        &piece.text,
                        theme::mono(13.0),
                        color,
                    );
                    if !used.is_positive() {
                        continue;
                    }
                    let response =
                        ui.interact(used, ui.id().with(("piece", index, number)), Sense::click());
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::WidgetType::Link, true, &piece.text)
                    });
                    if response.hovered() {
                        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
                        ui.painter().rect_filled(
                            used.expand2(egui::vec2(2.0, 0.0)),
                            2.0,
                            theme.accent_soft.gamma_multiply(0.6),
                        );
                    }
                    if response.clicked() {
                        ctx.commands.push(Command::GoTo(piece.moment));
                    }
                    response.on_hover_ui(|ui| {
                        ui.label(RichText::new(format!(
                            "written at moment {}",
                            grouped(piece.moment.0)
                        )));
                    });
                    x = used.right() - row.left();
                }
            });
    }
}
