//! The Events panel: the recording itself, a row for each event, filtered by groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{RichText, Ui};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme;
use crate::app::ui::widgets::{self, Cell, VirtualRows, row_painter};
use crate::base::Moment;
use crate::events::Event;
use crate::trace::{BLOCK_EVENTS, Recording};
use crate::views::events::{Group, row};
use crate::views::format::grouped;

const ROW: f32 = 20.0;
/// Events looked at in one frame while a filter is being applied.
const AT_ONCE: u64 = 400_000;

/// The panel.
#[derive(Debug, Default)]
pub struct EventsPanel {
    groups: BTreeSet<Group>,
    /// The positions that pass the filter, up to `looked_at`.
    found: Vec<u64>,
    looked_at: u64,
    document: u64,
    block: Option<(usize, Arc<[Event]>)>,
}

impl Panel for EventsPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Events
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.document != ctx.app.opened {
            *self = Self {
                document: ctx.app.opened,
                groups: std::mem::take(&mut self.groups),
                ..Self::default()
            };
        }
        self.filter_ui(ui, ctx);
        if self.look_further(ctx) {
            ui.ctx().request_repaint();
        }
        let all = self.groups.is_empty();
        let count = if all {
            ctx.app.last().0 as usize
        } else {
            self.found.len()
        };
        let cursor = ctx.app.cursor.0;
        let here = if all {
            cursor.saturating_sub(1) as usize
        } else {
            self.found
                .partition_point(|&position| position < cursor)
                .saturating_sub(1)
        };
        if count == 0 {
            widgets::empty(
                ui,
                ctx.theme,
                "No events",
                "Nothing of these groups was recorded.",
            );
            return;
        }
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, ctx.theme.inset);
        ui.spacing_mut().item_spacing.y = 0.0;
        VirtualRows::new("events", ROW, count)
            .reveal(Some(here))
            .show(ui, |ui, index, rect| {
                let position = if all { index as u64 } else { self.found[index] };
                let Some(event) = self.event(ctx.look.recording, position) else {
                    return;
                };
                let words = row(ctx.look, Moment(position), &event);
                let theme = ctx.theme;
                let future = position >= cursor;
                let (text, muted) = if future {
                    (theme.text_faint, theme.text_faint)
                } else {
                    (theme.text, theme.text_muted)
                };
                let number = grouped(position + 1);
                let cells = [
                    Cell {
                        x: 8.0,
                        width: 78.0,
                        text: &number,
                        font: theme::mono(12.0),
                        color: muted,
                    },
                    Cell {
                        x: 90.0,
                        width: 128.0,
                        text: &words.kind,
                        font: theme::mono_strong(12.5),
                        color: text,
                    },
                    Cell {
                        x: 222.0,
                        width: rect.width() - 228.0,
                        text: &words.text,
                        font: theme::mono(12.5),
                        color: muted,
                    },
                ];
                let response = row_painter(
                    ui,
                    theme,
                    rect,
                    ui.id().with(("event", position)),
                    position + 1 == cursor,
                    &words.kind,
                    &cells,
                );
                if response.clicked() {
                    ctx.commands.push(Command::GoTo(Moment(position + 1)));
                    if let Some(object) = words.object {
                        ctx.commands
                            .push(Command::Select(Selection::Object(object)));
                    }
                }
            });
    }
}

impl EventsPanel {
    fn filter_ui(&mut self, ui: &mut Ui, ctx: &PanelContext<'_>) {
        let theme = ctx.theme;
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 4))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    let mut changed = false;
                    let label = match self.groups.len() {
                        0 => "Filter: everything".to_owned(),
                        1 => format!(
                            "Filter: {}",
                            self.groups.iter().map(|g| g.name()).collect::<String>()
                        ),
                        count => format!("Filter: {count} kinds"),
                    };
                    let config = egui::containers::menu::MenuConfig::new()
                        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
                    egui::containers::menu::MenuButton::new(RichText::new(label).size(12.5))
                        .config(config)
                        .ui(ui, |ui| {
                            for group in Group::ALL {
                                let mut on = self.groups.contains(&group);
                                if ui.checkbox(&mut on, group.name()).changed() {
                                    changed = true;
                                    if on {
                                        self.groups.insert(group);
                                    } else {
                                        self.groups.remove(&group);
                                    }
                                }
                            }
                        });
                    if changed {
                        self.found.clear();
                        self.looked_at = 0;
                    }
                    let words = if self.groups.is_empty() {
                        "all events".to_owned()
                    } else {
                        format!("{} found", grouped(self.found.len() as u64))
                    };
                    widgets::hint(ui, theme, &words);
                });
            });
    }

    /// Applies the filter to more events; says whether some are left.
    fn look_further(&mut self, ctx: &PanelContext<'_>) -> bool {
        if self.groups.is_empty() {
            return false;
        }
        let last = ctx.app.last().0;
        let stop = last.min(self.looked_at + AT_ONCE);
        while self.looked_at < stop {
            let number = self.looked_at as usize / BLOCK_EVENTS;
            let Ok(events) = ctx.look.recording.block(number) else {
                return false;
            };
            for event in &events[(self.looked_at as usize % BLOCK_EVENTS).min(events.len())..] {
                if self.looked_at >= last {
                    break;
                }
                if self.groups.contains(&Group::of(event)) {
                    self.found.push(self.looked_at);
                }
                self.looked_at += 1;
            }
        }
        self.looked_at < last
    }

    fn event(&mut self, recording: &Recording, position: u64) -> Option<Event> {
        let number = position as usize / BLOCK_EVENTS;
        let index = position as usize % BLOCK_EVENTS;
        if self
            .block
            .as_ref()
            .is_none_or(|(known, events)| *known != number || events.len() <= index)
        {
            self.block = Some((number, recording.block(number).ok()?));
        }
        self.block
            .as_ref()
            .and_then(|(_, events)| events.get(index))
            .copied()
    }
}
