//! The Memory panel: arenas, pools and blocks to scale, the memory over time, and what fills it by
//! type and by line.

use std::collections::BTreeMap;

use egui::{Align2, Pos2, Rect, RichText, ScrollArea, Sense, Shape, Stroke, StrokeKind, Ui, Vec2};

use super::{Panel, PanelContext, PanelKind};
use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, mix, space};
use crate::app::ui::widgets::{self, moment_link, object_link};
use crate::base::{Moment, ObjId};
use crate::trace::PoolView;
use crate::views::format::{bytes, counted, grouped};
use crate::views::memory::{
    ClassRow, Share, Usage, Whose, by_line, by_type, objects_of_pool, objects_of_type,
    size_classes, usage, whole_pools,
};

/// Objects of a type that are listed when it is opened.
const MOST_LISTED: usize = 24;
/// Rows of each list of shares.
const MOST_SHARES: usize = 12;

/// The panel.
#[derive(Debug, Default)]
pub struct MemoryPanel {
    built: Option<(u64, Whose)>,
    whose: Whose,
    classes: Vec<ClassRow>,
    types: Vec<Share>,
    lines: Vec<Share>,
    usage: Usage,
    /// The address of the pool that is drawn block by block.
    pool: Option<u64>,
    /// The blocks of that pool by number.
    blocks: BTreeMap<u32, ObjId>,
    /// The object for which the pool was chosen.
    followed: Option<ObjId>,
    /// The type whose objects are listed.
    opened: Option<ObjId>,
    members: Vec<ObjId>,
}

impl Panel for MemoryPanel {
    fn kind(&self) -> PanelKind {
        PanelKind::Memory
    }

    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        if self.built != Some((ctx.app.revision, self.whose)) {
            self.built = Some((ctx.app.revision, self.whose));
            self.classes = size_classes(ctx.look);
            self.types = by_type(ctx.look, self.whose);
            self.lines = by_line(ctx.look, self.whose);
            self.usage = usage(ctx.look);
            self.follow(ctx);
            self.members = self.opened.map_or_else(Vec::new, |ob_type| {
                objects_of_type(ctx.look, self.whose, ob_type, MOST_LISTED)
            });
        }
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        Self::facts_ui(ui, ctx);
                        curve_ui(ui, ctx);
                        self.arenas_ui(ui, ctx);
                        self.whose_ui(ui, ctx);
                        if ui.available_width() > 560.0 {
                            ui.columns(2, |columns| {
                                self.types_ui(&mut columns[0], ctx);
                                self.lines_ui(&mut columns[1], ctx);
                            });
                        } else {
                            self.types_ui(ui, ctx);
                            self.lines_ui(ui, ctx);
                        }
                        self.classes_ui(ui, ctx);
                    });
            });
    }
}

impl MemoryPanel {
    /// The pool of an object that was selected since comes into view.
    fn follow(&mut self, ctx: &PanelContext<'_>) {
        let memory = &ctx.look.state.memory;
        let selected = ctx.app.selected.object;
        if selected != self.followed {
            self.followed = selected;
            let address = selected
                .and_then(|id| ctx.look.object(id))
                .map(|object| object.address);
            if let Some(pool) = address.and_then(|address| memory.pool_of(address)) {
                self.pool = Some(pool.address);
            }
        }
        let pool = self.pool.and_then(|address| memory.pool_of(address));
        self.blocks = pool.map_or_else(BTreeMap::new, |pool| objects_of_pool(ctx.look, pool));
    }

    fn facts_ui(ui: &mut Ui, ctx: &PanelContext<'_>) {
        let theme = ctx.theme;
        let memory = &ctx.look.state.memory;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XL;
            let number = |ui: &mut Ui, value: String, what: &str| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ui.label(RichText::new(value).font(theme::strong(19.0)));
                    widgets::hint(ui, theme, what);
                });
            };
            number(ui, grouped(ctx.look.state.live_objects), "objects alive");
            number(ui, grouped(ctx.look.state.made_objects), "made so far");
            number(ui, bytes(memory.pool_bytes), "in blocks of pools");
            number(ui, bytes(memory.raw_bytes), "from malloc (over 512 B)");
        });
        ui.add_space(space::XS);
    }

    fn whose_ui(&mut self, ui: &mut Ui, ctx: &PanelContext<'_>) {
        widgets::section(ui, ctx.theme, "Living objects");
        ui.horizontal(|ui| {
            for whose in Whose::ALL {
                let text = RichText::new(whose.name()).size(12.5);
                if ui.selectable_label(self.whose == whose, text).clicked() {
                    self.whose = whose;
                }
            }
        });
    }
}

/// Bytes of living objects over the moments; a click goes there.
fn curve_ui(ui: &mut Ui, ctx: &mut PanelContext<'_>) {
    let theme = ctx.theme;
    let Some(document) = &ctx.app.document else {
        return;
    };
    let model = document.timeline();
    widgets::section(ui, theme, "Bytes of living objects over the run");
    let (rect, response) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), 110.0),
        Sense::click_and_drag(),
    );
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::WidgetType::Slider, true, "Memory over time")
    });
    ui.painter()
        .rect_filled(rect, theme.corner_radius, theme.inset);
    let area = Rect::from_min_max(
        rect.min + Vec2::new(76.0, 10.0),
        rect.max - Vec2::new(10.0, 10.0),
    );
    let (start, end) = (ctx.app.first().0 as f64, ctx.app.last().0 as f64);
    if end - start < 2.0 || area.width() < 40.0 {
        return;
    }
    let columns = area.width() as usize / 2;
    let span = (end - start) / columns as f64;
    let samples: Vec<u64> = (0..=columns)
        .map(|i| {
            let at = start + span * i as f64;
            model.memory_between(at as u64, (at + span).ceil() as u64)
        })
        .collect();
    let high = samples.iter().copied().max().unwrap_or(0);
    let low = samples.iter().copied().min().unwrap_or(0);
    let spread = (high - low).max(1) as f32;
    let x = |i: usize| area.left() + i as f32 / columns as f32 * area.width();
    let y = |value: u64| area.bottom() - (value - low) as f32 / spread * area.height();
    for (value, at) in [(high, area.top()), (low, area.bottom())] {
        ui.painter()
            .hline(area.x_range(), at, Stroke::new(1.0, theme.border));
        ui.painter().text(
            Pos2::new(area.left() - 8.0, at),
            Align2::RIGHT_CENTER,
            bytes(value),
            egui::FontId::proportional(11.5),
            theme.text_muted,
        );
    }
    let points: Vec<Pos2> = samples
        .iter()
        .enumerate()
        .map(|(i, &value)| Pos2::new(x(i), y(value)))
        .collect();
    let mut mesh = egui::Mesh::default();
    for pair in points.windows(2) {
        mesh.add_colored_rect(
            Rect::from_min_max(pair[0], Pos2::new(pair[1].x, area.bottom())),
            theme.series[0].gamma_multiply(0.25),
        );
    }
    ui.painter().add(Shape::mesh(mesh));
    ui.painter()
        .add(Shape::line(points, Stroke::new(1.6, theme.series[0])));
    let cursor =
        area.left() + ((ctx.app.cursor.0 as f64 - start) / (end - start)) as f32 * area.width();
    if area.x_range().contains(cursor) {
        ui.painter()
            .vline(cursor, rect.y_range(), Stroke::new(2.0, theme.accent));
    }
    if let Some(at) = response.interact_pointer_pos()
        && (response.clicked() || response.dragged())
    {
        let part = f64::from(((at.x - area.left()) / area.width()).clamp(0.0, 1.0));
        ctx.commands
            .push(Command::GoTo(Moment((start + part * (end - start)) as u64)));
    }
    let (moment, peak) = model.peak();
    ui.horizontal(|ui| {
        widgets::hint(ui, theme, &format!("peak {} at moment", bytes(peak)));
        moment_link(ui, theme, ctx.commands, moment);
    });
}

impl MemoryPanel {
    fn types_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        widgets::hint(ui, theme, "by type");
        let most = self.types.first().map_or(1, |share| share.bytes.max(1));
        let mut clicked = None;
        for share in self.types.iter().take(MOST_SHARES) {
            if share_ui(ui, ctx, share, most, theme.type_color(&share.name)) {
                clicked = Some(share.ob_type);
            }
            if self.opened == Some(share.ob_type) {
                for &object in &self.members {
                    ui.horizontal(|ui| {
                        ui.add_space(18.0);
                        let text = ctx.look.short(object, 48);
                        object_link(ui, theme, ctx.commands, object, &share.name, &text);
                    });
                }
                if share.objects > self.members.len() as u64 {
                    let more = share.objects - self.members.len() as u64;
                    widgets::hint(ui, theme, &format!("    and {} more", grouped(more)));
                }
            }
        }
        if clicked.is_some() {
            self.opened = clicked.filter(|_| self.opened != clicked);
            self.built = None;
        }
        more_ui(ui, ctx, &self.types);
    }

    fn lines_ui(&self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        widgets::hint(ui, theme, "by the line that made them");
        let most = self.lines.first().map_or(1, |share| share.bytes.max(1));
        for share in self.lines.iter().take(MOST_SHARES) {
            let clicked = share_ui(ui, ctx, share, most, theme.series[0]);
            if let Some(line) = share.line.filter(|_| clicked) {
                ctx.commands.push(Command::Select(Selection::Line(line)));
            }
        }
        more_ui(ui, ctx, &self.lines);
    }

    /// Every arena as a strip of its pools; a pool shows how full it is.
    fn arenas_ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>) {
        let theme = ctx.theme;
        let arenas: Vec<_> = ctx.look.state.memory.arenas().collect();
        widgets::section(
            ui,
            theme,
            &format!(
                "{} of 1 MiB, each cut into pools of 16 KiB",
                counted(arenas.len() as u64, "arena", "arenas")
            ),
        );
        for arena in arenas {
            let (first, count) = whole_pools(arena.address);
            let used = arena.pools.iter().flatten().count();
            ui.horizontal(|ui| {
                ui.label(
                    RichText::new(format!("{:#x}", arena.address))
                        .font(theme::mono(12.5))
                        .color(theme.text_muted),
                );
                let lost = if first > 0 {
                    ", one lost to alignment"
                } else {
                    ""
                };
                widgets::hint(ui, theme, &format!("{used} of {count} pools in use{lost}"));
            });
            let columns = ((ui.available_width() / 26.0) as usize).clamp(8, 64);
            let rows = count.div_ceil(columns);
            let size = (ui.available_width() / columns as f32).min(34.0);
            let (area, response) = ui.allocate_exact_size(
                Vec2::new(ui.available_width(), rows as f32 * size),
                Sense::click(),
            );
            response.widget_info(|| {
                egui::WidgetInfo::labeled(
                    egui::WidgetType::Button,
                    true,
                    format!("Arena {:#x}, {used} of {count} pools in use", arena.address),
                )
            });
            let whole = arena.pools.iter().skip(first).take(count);
            for (index, pool) in whole.enumerate() {
                let at =
                    area.min + Vec2::new((index % columns) as f32, (index / columns) as f32) * size;
                let rect = Rect::from_min_size(at, Vec2::splat(size - 2.0));
                if !ui.is_rect_visible(rect) {
                    continue;
                }
                let Some(pool) = pool else {
                    ui.painter().rect_stroke(
                        rect,
                        2.0,
                        Stroke::new(1.0, theme.border),
                        StrokeKind::Inside,
                    );
                    continue;
                };
                pool_cell(ui, ctx, pool, rect, self.pool == Some(pool.address));
                let under = response.hover_pos().is_some_and(|at| rect.contains(at));
                if under {
                    ui.painter().rect_stroke(
                        rect.expand(1.0),
                        2.0,
                        Stroke::new(1.5, theme.text),
                        StrokeKind::Inside,
                    );
                    if response.clicked() {
                        self.pool = (self.pool != Some(pool.address)).then_some(pool.address);
                        self.built = None;
                    }
                    let text = format!(
                        "pool {:#x}\nblocks of {} B: {} of {} used",
                        pool.address,
                        pool.block_size(),
                        pool.used,
                        pool.capacity()
                    );
                    egui::Tooltip::for_enabled(&response).show(|ui| ui.label(text));
                }
            }
        }
        usage_ui(ui, ctx, &self.usage);
        let chosen = self
            .pool
            .and_then(|address| ctx.look.state.memory.pool_of(address));
        if let Some(pool) = chosen {
            blocks_ui(ui, ctx, pool, &self.blocks);
        } else {
            widgets::hint(ui, theme, "Click a pool to see its blocks.");
        }
    }

    fn classes_ui(&self, ui: &mut Ui, ctx: &PanelContext<'_>) {
        let theme = ctx.theme;
        widgets::section(ui, theme, "Size classes");
        for class in &self.classes {
            let (rect, _) =
                ui.allocate_exact_size(Vec2::new(ui.available_width(), 20.0), Sense::hover());
            let size = format!("{} B", class.block_size);
            ui.painter().text(
                Pos2::new(rect.left() + 52.0, rect.center().y),
                Align2::RIGHT_CENTER,
                size,
                theme::mono(12.5),
                theme.text,
            );
            let bar = Rect::from_min_max(
                Pos2::new(rect.left() + 62.0, rect.top() + 4.0),
                rect.max - Vec2::new(230.0, 4.0),
            );
            let part = class.used as f32 / class.capacity.max(1) as f32;
            ui.painter().rect_filled(bar, 2.0, theme.inset);
            ui.painter().rect_filled(
                Rect::from_min_size(bar.min, Vec2::new(bar.width() * part, bar.height())),
                2.0,
                class_color(ctx, (class.block_size / 16) as usize),
            );
            let text = format!(
                "{} of {} blocks in {}",
                grouped(u64::from(class.used)),
                grouped(u64::from(class.capacity)),
                counted(u64::from(class.pools), "pool", "pools")
            );
            ui.painter().text(
                Pos2::new(bar.right() + 10.0, rect.center().y),
                Align2::LEFT_CENTER,
                text,
                egui::FontId::proportional(12.5),
                theme.text_muted,
            );
        }
    }
}

fn class_color(ctx: &PanelContext<'_>, class: usize) -> egui::Color32 {
    ctx.theme.series[class % ctx.theme.series.len()]
}

fn pool_cell(ui: &Ui, ctx: &PanelContext<'_>, pool: &PoolView, rect: Rect, chosen: bool) {
    let theme = ctx.theme;
    let color = class_color(ctx, (pool.block_size() / 16) as usize);
    let full = f32::from(pool.used) / pool.capacity().max(1) as f32;
    ui.painter()
        .rect_filled(rect, 2.0, mix(theme.inset, color, 0.22));
    let height = rect.height() * full;
    ui.painter().rect_filled(
        Rect::from_min_max(Pos2::new(rect.left(), rect.bottom() - height), rect.max),
        2.0,
        mix(theme.inset, color, 0.8),
    );
    if chosen {
        ui.painter().rect_stroke(
            rect.expand(1.0),
            2.0,
            Stroke::new(2.0, theme.accent),
            StrokeKind::Inside,
        );
    }
}

/// What the arenas' memory is used for, to scale: what is lost to rounding and what lies between
/// used blocks is fragmentation.
fn usage_ui(ui: &mut Ui, ctx: &PanelContext<'_>, usage: &Usage) {
    let theme = ctx.theme;
    if usage.arenas == 0 {
        return;
    }
    let rounding = usage.blocks.saturating_sub(usage.requested);
    let parts = [
        (usage.requested, theme.series[0], "asked for"),
        (rounding, theme.series[1], "lost to rounding"),
        (usage.free_blocks, theme.series[6], "free blocks in pools"),
        (usage.free_pools, theme.border_strong, "free pools"),
    ];
    ui.add_space(space::XS);
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), 14.0), Sense::hover());
    let words: Vec<String> = parts
        .iter()
        .map(|(size, _, name)| format!("{} {name}", bytes(*size)))
        .collect();
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, words.join(", ")));
    ui.painter().rect_filled(rect, 2.0, theme.inset);
    let mut x = rect.left();
    for (size, color, _) in parts {
        let width = rect.width() * size as f32 / usage.arenas as f32;
        let part = Rect::from_min_size(Pos2::new(x, rect.top()), Vec2::new(width, rect.height()));
        ui.painter().rect_filled(part, 1.0, color);
        x += width;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        for ((_, color, _), words) in parts.iter().zip(&words) {
            widgets::status_word(ui, theme, words, *color);
        }
        let served = (usage.blocks + usage.free_blocks).max(1);
        let lost = (rounding + usage.free_blocks) as f64 / served as f64;
        widgets::hint(ui, theme, &format!("fragmentation {:.0} %", lost * 100.0));
    });
}

/// The blocks of one pool to scale: filled ones are in use; a click selects the object in one.
fn blocks_ui(
    ui: &mut Ui,
    ctx: &mut PanelContext<'_>,
    pool: &PoolView,
    objects: &BTreeMap<u32, ObjId>,
) {
    let theme = ctx.theme;
    ui.add_space(space::S);
    ui.label(
        RichText::new(format!(
            "Pool {:#x}: blocks of {} bytes, {} of {} in use",
            pool.address,
            pool.block_size(),
            pool.used,
            pool.capacity()
        ))
        .font(theme::mono(13.0)),
    );
    let width = (pool.block_size() as f32 / 2.0).clamp(9.0, 96.0);
    let columns = (ui.available_width() / width).floor().max(1.0) as u32;
    let rows = pool.capacity().div_ceil(columns);
    let (area, response) = ui.allocate_exact_size(
        Vec2::new(ui.available_width(), rows as f32 * 14.0),
        Sense::click(),
    );
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::WidgetType::Button,
            true,
            format!("Blocks of pool {:#x}", pool.address),
        )
    });
    let plain = class_color(ctx, (pool.block_size() / 16) as usize);
    for block in 0..pool.capacity() {
        let at = area.min
            + Vec2::new(
                (block % columns) as f32 * width,
                (block / columns) as f32 * 14.0,
            );
        let rect = Rect::from_min_size(at, Vec2::new(width - 1.5, 12.0));
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let object = objects.get(&block).copied();
        if pool.is_used(block) {
            let color = object.map_or(mix(theme.inset, plain, 0.5), |object| {
                theme.type_color(ctx.look.type_name(object))
            });
            ui.painter().rect_filled(rect, 1.5, color);
        } else {
            ui.painter().rect_stroke(
                rect,
                1.5,
                Stroke::new(1.0, theme.border_strong),
                StrokeKind::Inside,
            );
        }
        let chosen = object.is_some() && object == ctx.app.selected.object;
        let under = response.hover_pos().is_some_and(|at| rect.contains(at));
        if chosen || under {
            let color = if chosen { theme.accent } else { theme.text };
            ui.painter()
                .rect_stroke(rect, 1.5, Stroke::new(2.0, color), StrokeKind::Outside);
        }
        if under {
            let words = match object {
                Some(object) => format!(
                    "block {block}: {} {}",
                    ctx.look.type_name(object),
                    ctx.look.short(object, 48)
                ),
                None if pool.is_used(block) => {
                    format!("block {block}: memory of an object that lives elsewhere")
                }
                None => format!("block {block}: free"),
            };
            egui::Tooltip::for_enabled(&response).show(|ui| ui.label(words));
            if let Some(object) = object.filter(|_| response.clicked()) {
                ctx.commands
                    .push(Command::Select(Selection::Object(object)));
            }
        }
    }
    widgets::hint(
        ui,
        theme,
        "In the color of its type: an object. Pale: a table or an array that belongs to one.",
    );
}

/// A row of a list of shares; true when it was clicked.
fn share_ui(
    ui: &mut Ui,
    ctx: &PanelContext<'_>,
    share: &Share,
    most: u64,
    color: egui::Color32,
) -> bool {
    let theme = ctx.theme;
    let leads = share.line.is_some() || !share.ob_type.is_null();
    let sense = if leads {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 22.0), sense);
    response.widget_info(|| {
        let name = format!(
            "{}, {}, {}",
            share.name,
            counted(share.objects, "object", "objects"),
            bytes(share.bytes)
        );
        egui::WidgetInfo::labeled(egui::WidgetType::Button, leads, name)
    });
    let painter = ui.painter();
    let bar = rect.shrink2(Vec2::new(0.0, 2.0));
    painter.rect_filled(bar, 3.0, theme.inset);
    let part = share.bytes as f32 / most as f32;
    painter.rect_filled(
        Rect::from_min_size(bar.min, Vec2::new(bar.width() * part, bar.height())),
        3.0,
        mix(theme.inset, color, 0.42),
    );
    let name = match share.line {
        Some(line) => format!("line {line}  {}", share.name),
        None => share.name.clone(),
    };
    let tone = if response.hovered() && leads {
        theme.accent
    } else {
        theme.text
    };
    widgets::clipped(
        ui,
        rect,
        8.0,
        rect.width() - 170.0,
        &name,
        theme::mono(12.5),
        tone,
    );
    ui.painter().text(
        rect.right_center() - Vec2::new(8.0, 0.0),
        Align2::RIGHT_CENTER,
        format!(
            "{} · {}",
            counted(share.objects, "object", "objects"),
            bytes(share.bytes)
        ),
        egui::FontId::proportional(12.5),
        theme.text_muted,
    );
    response.clicked()
}

fn more_ui(ui: &mut Ui, ctx: &PanelContext<'_>, shares: &[Share]) {
    if let Some(rest) = shares.get(MOST_SHARES..).filter(|rest| !rest.is_empty()) {
        let total: u64 = rest.iter().map(|share| share.bytes).sum();
        widgets::hint(
            ui,
            ctx.theme,
            &format!("{} more, {}", rest.len(), bytes(total)),
        );
    }
}
