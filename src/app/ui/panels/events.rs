//! The Events panel: the recording itself, a row for each event, filtered by groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{RichText, Ui};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme;
use crate::app::ui::widgets::{self, Cell, VirtualRows, row_painter};
use crate::base::{Moment, ObjId};
use crate::events::Event;
use crate::trace::summary::subject;
use crate::trace::{BLOCK_EVENTS, Recording};
use crate::views::events::{Group, row};
use crate::views::format::grouped;
use crate::views::search::matches;

const ROW: f32 = 20.0;
/// Events looked at in one frame while a filter is being applied; with words to find, each has to
/// be put in words first.
const AT_ONCE: u64 = 400_000;
const AT_ONCE_IN_WORDS: u64 = 12_000;

/// The panel.
#[derive(Debug, Default)]
pub struct EventsPanel {
    groups: BTreeSet<Group>,
    words: String,
    /// Only what happened to this object, from its birth on.
    about: Option<(ObjId, Moment)>,
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
                words: std::mem::take(&mut self.words),
                ..Self::default()
            };
        }
        self.filter_ui(ui, ctx);
        if self.look_further(ctx) {
            ui.ctx().request_repaint();
        }
        let all = self.shows_all();
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
                "Nothing that was recorded passes the filter.",
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
                    if let Some(object) = ctx.app.selected.object
                        && let Some(view) = ctx.look.object(object)
                    {
                        let mut on = self.about == Some((object, view.born));
                        let name = format!("Only {}", ctx.look.short(object, 16));
                        if ui
                            .checkbox(&mut on, RichText::new(name).size(12.5))
                            .changed()
                        {
                            self.about = on.then_some((object, view.born));
                            changed = true;
                        }
                    } else if self.about.is_some() {
                        changed = true;
                        self.about = None;
                    }
                    if ui.available_width() > 150.0 {
                        let field = egui::TextEdit::singleline(&mut self.words)
                            .hint_text("Find")
                            .desired_width(100.0)
                            .font(egui::FontId::proportional(12.5));
                        let response = ui.add(field);
                        response.widget_info(|| {
                            egui::WidgetInfo::labeled(
                                egui::WidgetType::TextEdit,
                                true,
                                "Find in the events",
                            )
                        });
                        changed |= response.changed();
                    }
                    if changed {
                        self.found.clear();
                        self.looked_at = self.about.map_or(0, |(_, born)| born.0);
                    }
                    let words = if self.shows_all() {
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
        if self.shows_all() {
            return false;
        }
        let last = ctx.app.last().0;
        let at_once = if self.words.trim().is_empty() {
            AT_ONCE
        } else {
            AT_ONCE_IN_WORDS
        };
        let stop = last.min(self.looked_at + at_once);
        while self.looked_at < stop {
            let number = self.looked_at as usize / BLOCK_EVENTS;
            let Ok(events) = ctx.look.recording.block(number) else {
                return false;
            };
            for event in &events[(self.looked_at as usize % BLOCK_EVENTS).min(events.len())..] {
                if self.looked_at >= stop {
                    break;
                }
                if self.passes(ctx, event) {
                    self.found.push(self.looked_at);
                }
                // Its slot of the heap may serve another object afterwards.
                let freed = matches!(*event, Event::Free { obj, .. } if self.about.is_some_and(|(object, _)| object == obj));
                if freed {
                    self.looked_at = u64::MAX;
                    return false;
                }
                self.looked_at += 1;
            }
        }
        self.looked_at < last
    }

    fn shows_all(&self) -> bool {
        self.groups.is_empty() && self.about.is_none() && self.words.trim().is_empty()
    }

    fn passes(&self, ctx: &PanelContext<'_>, event: &Event) -> bool {
        let of_group = self.groups.is_empty() || self.groups.contains(&Group::of(event));
        let about = self
            .about
            .is_none_or(|(object, _)| subject(event) == Some(object));
        of_group && about && {
            let query = self.words.trim();
            query.is_empty() || {
                let words = row(ctx.look, Moment(self.looked_at), event);
                matches(&format!("{} {}", words.kind, words.text), query)
            }
        }
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
