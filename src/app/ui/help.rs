//! The help: every key, what the colors of types mean, and how the numbers are to be read.

use egui::{Align2, RichText, ScrollArea, Ui, Vec2};

use super::theme::{self, Theme, space};
use super::widgets;
use crate::app::command::{CommandInfo, shortcut_text};

/// Draws the help over the window; `open` becomes false when it is closed.
pub fn help_ui(ui: &Ui, theme: &Theme, list: &[CommandInfo], open: &mut bool) {
    let screen = ui.ctx().content_rect();
    let size = Vec2::new(
        880.0_f32.min(screen.width() - 60.0),
        620.0_f32.min(screen.height() - 80.0),
    );
    egui::Window::new(RichText::new("Keys and help").font(theme::strong(16.0)))
        .open(open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .fixed_size(size)
        .show(ui.ctx(), |ui| {
            ScrollArea::vertical()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.columns(2, |columns| {
                        keys_ui(&mut columns[0], theme, list);
                        reading_ui(&mut columns[1], theme);
                    });
                });
        });
}

fn keys_ui(ui: &mut Ui, theme: &Theme, list: &[CommandInfo]) {
    let mut group = "";
    for info in list.iter().filter(|info| !info.keys.is_empty()) {
        if info.group != group {
            group = info.group;
            widgets::section(ui, theme, group);
        }
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::new(118.0, 20.0), egui::Sense::hover());
            let keys: Vec<String> = info.keys.iter().take(2).map(shortcut_text).collect();
            ui.painter().text(
                rect.left_center(),
                Align2::LEFT_CENTER,
                keys.join("  "),
                theme::mono(12.5),
                theme.accent,
            );
            ui.add(egui::Label::new(RichText::new(info.name).size(13.5)).truncate());
        });
    }
    ui.add_space(space::L);
}

fn reading_ui(ui: &mut Ui, theme: &Theme) {
    widgets::section(ui, theme, "How to read the objects");
    let types = [
        "list",
        "tuple",
        "dict",
        "set",
        "str",
        "int",
        "float",
        "function",
        "type",
        "module",
        "generator",
        "cell",
        "weakref",
        "ValueError",
        "your classes",
    ];
    ui.horizontal_wrapped(|ui| {
        for name in types {
            widgets::badge(ui, theme, name, theme.type_color(name));
        }
    });
    ui.add_space(space::S);
    for (what, meaning) in [
        (
            "A round number",
            "is ob_refcnt: how many references hold the object. ∞ marks an immortal object (PEP 683).",
        ),
        (
            "An arrow",
            "is one strong reference; it starts at the row that names its place in the holder.",
        ),
        (
            "A dashed arrow",
            "is a weak reference: it holds nothing alive.",
        ),
        (
            "A red outline",
            "marks objects that reach each other in a cycle: counting alone never frees them.",
        ),
        (
            "A value in a row",
            "is a small immutable object written into its holder instead of drawn by itself.",
        ),
    ] {
        entry(ui, theme, what, meaning);
    }
    widgets::section(ui, theme, "Time");
    for (what, meaning) in [
        (
            "Moment",
            "the number of events so far. Every panel shows the program at this moment.",
        ),
        (
            "Step size",
            "what Forward and Back move by: a line, an instruction, a call, a collector phase …",
        ),
        (
            "Virtual time",
            "each instruction costs a fixed time and sleeping advances the clock, so that the same program gives the same recording.",
        ),
        (
            "Blue text",
            "is a link: an object, a moment, a line, a frame or a thread. A click goes there; Ctrl+Z comes back.",
        ),
    ] {
        entry(ui, theme, what, meaning);
    }
    widgets::section(ui, theme, "Truth");
    entry(
        ui,
        theme,
        "Exact",
        "the machine inside runs the bytecode of CPython 3.13.0 and keeps its counts, sizes and collector. What it does not support is an error that says so.",
    );
}

fn entry(ui: &mut Ui, theme: &Theme, what: &str, meaning: &str) {
    ui.horizontal_top(|ui| {
        ui.allocate_ui(Vec2::new(112.0, 18.0), |ui| {
            ui.set_width(112.0);
            ui.label(RichText::new(what).font(theme::strong(13.0)));
        });
        ui.add(egui::Label::new(RichText::new(meaning).size(13.0).color(theme.text_muted)).wrap());
    });
    ui.add_space(2.0);
}
