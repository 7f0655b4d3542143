//! Names that stand for an object, a moment, a line, a frame or a thread, and go there when clicked.

use egui::{Response, RichText, Sense, Ui};

use crate::app::command::Command;
use crate::app::selection::Selection;
use crate::app::ui::theme::{self, Theme};
use crate::base::{Moment, ObjId, ThreadId};
use crate::events::FrameId;
use crate::views::format::grouped;

/// Text that can be clicked; underlined under the pointer.
pub fn link(ui: &mut Ui, text: RichText) -> Response {
    let response = ui.add(
        egui::Label::new(text)
            .sense(Sense::click())
            .wrap_mode(egui::TextWrapMode::Extend),
    );
    if response.hovered() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        let rect = response.rect;
        ui.painter().hline(
            rect.left()..=rect.right(),
            rect.bottom() - 1.0,
            egui::Stroke::new(1.0, ui.visuals().hyperlink_color),
        );
    }
    response
}

/// An object by its short text; selects it.
pub fn object_link(
    ui: &mut Ui,
    theme: &Theme,
    commands: &mut Vec<Command>,
    object: ObjId,
    type_name: &str,
    text: &str,
) -> Response {
    let text = RichText::new(text)
        .font(theme::mono(13.0))
        .color(theme.type_text_color(type_name));
    let response =
        link(ui, text).on_hover_text(format!("{type_name} · show in Objects and Inspector"));
    if response.clicked() {
        commands.push(Command::Select(Selection::Object(object)));
    }
    if response.double_clicked() {
        commands.push(Command::FocusSelection);
    }
    response
}

/// A moment by its number; goes there.
pub fn moment_link(
    ui: &mut Ui,
    theme: &Theme,
    commands: &mut Vec<Command>,
    moment: Moment,
) -> Response {
    let text = RichText::new(grouped(moment.0))
        .font(theme::mono(13.0))
        .color(theme.accent);
    let response = link(ui, text).on_hover_text("Go to this moment");
    if response.clicked() {
        commands.push(Command::GoTo(moment));
    }
    response
}

/// A source line; selects it, and Source scrolls there.
pub fn line_link(ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>, line: u32) -> Response {
    let text = RichText::new(format!("line {line}"))
        .size(13.0)
        .color(theme.accent);
    let response = link(ui, text).on_hover_text("Show this line in Source");
    if response.clicked() {
        commands.push(Command::Select(Selection::Line(line)));
    }
    response
}

/// A frame by its function's name; selects it.
pub fn frame_link(
    ui: &mut Ui,
    theme: &Theme,
    commands: &mut Vec<Command>,
    frame: FrameId,
    name: &str,
) -> Response {
    let text = RichText::new(name)
        .font(theme::mono(13.0))
        .color(theme.accent);
    let response = link(ui, text).on_hover_text("Select this frame");
    if response.clicked() {
        commands.push(Command::Select(Selection::Frame(frame)));
    }
    response
}

/// A thread by its name; selects it.
pub fn thread_link(
    ui: &mut Ui,
    theme: &Theme,
    commands: &mut Vec<Command>,
    thread: ThreadId,
    name: &str,
) -> Response {
    let text = RichText::new(name)
        .font(theme::strong(13.0))
        .color(theme.accent);
    let response = link(ui, text).on_hover_text("Select this thread");
    if response.clicked() {
        commands.push(Command::Select(Selection::Thread(thread)));
    }
    response
}
