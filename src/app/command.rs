//! Everything a user can ask for, as data: menus, keys, the palette and the panels all send these.

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::layout::LayoutKind;
use super::notes::Mark;
use super::run::Schedule;
use super::selection::Selection;
use super::ui::panels::PanelKind;
use super::ui::panels::pipeline::StageTab;
use super::ui::theme::ThemeKind;
use crate::base::Moment;
use crate::views::steps::StepSize;

/// One wish of the user. [`super::state::AppState::apply`] is the one place that fulfils it.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    // ---- files and runs
    OpenDialog,
    Open(PathBuf),
    OpenLesson(usize),
    /// Saves what is whole of a damaged recording, and opens that.
    Rescue(PathBuf),
    CloseDocument,
    SaveRecording,
    SaveRecordingTo(PathBuf),
    /// Writes bookmarks, ranges and the view into the recording that is open.
    SaveNotes,
    Rerun,
    StopRun,
    RunSource(String),
    /// Runs the program again under another schedule.
    SetSchedule(Schedule),
    /// Runs the program beside this run under another schedule, or forgets that run.
    CompareSchedule(Option<Schedule>),
    /// Evaluates in the selected frame at the moment shown.
    Ask(String),
    ForgetAnswers,

    // ---- time
    GoTo(Moment),
    First,
    Last,
    Forward,
    Back,
    ForwardTen,
    BackTen,
    StepInto,
    StepOver,
    Resume,
    ResumeBack,
    PlayPause,
    SetStepSize(StepSize),
    Faster,
    Slower,
    SetSpeed(f32),
    ToggleBreakpoint(u32),
    RunToLine(u32),
    ToggleBookmark,
    NextBookmark,
    PreviousBookmark,
    SetBookmark(Moment, Mark),
    RemoveBookmark(Moment),
    LoopFromHere,
    LoopToHere,
    SetLoop(Option<(Moment, Moment)>),
    NameLoop(String),
    RemoveRange(usize),
    UndoNavigation,
    RedoNavigation,

    // ---- selection
    Select(Selection),
    ClearSelection,
    FocusSelection,
    Isolate,
    RearrangeObjects,

    // ---- the lesson
    GoToStop(usize),
    NextStop,
    PreviousStop,
    SaveLesson,
    SaveLessonTo(PathBuf),
    ToggleSpotlight,
    ToggleNotes,

    // ---- the window
    SetLayout(LayoutKind),
    ResetLayout,
    ShowPanel(PanelKind),
    TearOff(PanelKind),
    PutBack(PanelKind),
    ToggleSettings,
    SetFoldImports(bool),
    ShowStage(StageTab),
    /// Compares the bytecode of the program with that of another text of it.
    CompareWith(String),
    SetTheme(ThemeKind),
    NextTheme,
    LargerText,
    SmallerText,
    SetTextScale(f32),
    TogglePalette,
    ToggleHelp,
    Search,
    ZoomTimelineIn,
    ZoomTimelineOut,
    TimelineLeft,
    TimelineRight,
    ZoomTimelineAll,
    ToggleFullscreen,
    Dismiss,
    Quit,
}

/// A command with its name and key, as the palette and the help list it.
#[derive(Clone, Debug)]
pub struct CommandInfo {
    pub group: &'static str,
    pub name: &'static str,
    pub command: Command,
    pub keys: Vec<KeyboardShortcut>,
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

/// Every command that needs no argument from its place on the screen, in the order of the help.
pub fn all() -> Vec<CommandInfo> {
    let mut list = Vec::new();
    let mut add = |group, name, command, keys: &[KeyboardShortcut]| {
        list.push(CommandInfo {
            group,
            name,
            command,
            keys: keys.to_vec(),
        });
    };

    add(
        "Time",
        "Play or pause",
        Command::PlayPause,
        &[key(Key::Space)],
    );
    add(
        "Time",
        "Step forward",
        Command::Forward,
        &[key(Key::ArrowRight)],
    );
    add(
        "Time",
        "Step back",
        Command::Back,
        &[key(Key::ArrowLeft), ctrl(Key::B)],
    );
    add(
        "Time",
        "Ten steps forward",
        Command::ForwardTen,
        &[shift(Key::ArrowRight)],
    );
    add(
        "Time",
        "Ten steps back",
        Command::BackTen,
        &[shift(Key::ArrowLeft)],
    );
    add("Time", "First moment", Command::First, &[key(Key::Home)]);
    add("Time", "Last moment", Command::Last, &[key(Key::End)]);
    add(
        "Time",
        "Over: next line, calls done",
        Command::StepOver,
        &[key(Key::F6)],
    );
    add(
        "Time",
        "Into: next line, also inside calls",
        Command::StepInto,
        &[key(Key::F7)],
    );
    add(
        "Time",
        "Resume to the next breakpoint",
        Command::Resume,
        &[key(Key::F8)],
    );
    add(
        "Time",
        "Resume back to the previous breakpoint",
        Command::ResumeBack,
        &[shift(Key::F8)],
    );
    add(
        "Time",
        "Play faster",
        Command::Faster,
        &[key(Key::Plus), key(Key::Equals)],
    );
    add("Time", "Play slower", Command::Slower, &[key(Key::Minus)]);
    add(
        "Time",
        "Undo navigation",
        Command::UndoNavigation,
        &[ctrl(Key::Z)],
    );
    add(
        "Time",
        "Redo navigation",
        Command::RedoNavigation,
        &[ctrl(Key::Y), ctrl_shift(Key::Z)],
    );
    add(
        "Time",
        "Set or clear a bookmark here",
        Command::ToggleBookmark,
        &[key(Key::M)],
    );
    add(
        "Time",
        "Next bookmark",
        Command::NextBookmark,
        &[key(Key::N)],
    );
    add(
        "Time",
        "Previous bookmark",
        Command::PreviousBookmark,
        &[shift(Key::N)],
    );
    add(
        "Time",
        "Loop from here",
        Command::LoopFromHere,
        &[key(Key::OpenBracket)],
    );
    add(
        "Time",
        "Loop to here",
        Command::LoopToHere,
        &[key(Key::CloseBracket)],
    );
    add(
        "Time",
        "No loop",
        Command::SetLoop(None),
        &[key(Key::Backslash)],
    );
    for size in StepSize::ALL {
        add("Step size", size.name(), Command::SetStepSize(size), &[]);
    }

    add(
        "Selection",
        "Focus what is selected",
        Command::FocusSelection,
        &[key(Key::F)],
    );
    add(
        "Selection",
        "Show only what is around the selection",
        Command::Isolate,
        &[key(Key::I)],
    );
    add(
        "Selection",
        "Clear selection, close what is open",
        Command::Dismiss,
        &[key(Key::Escape)],
    );
    add(
        "Selection",
        "Arrange the objects anew",
        Command::RearrangeObjects,
        &[key(Key::R)],
    );

    add(
        "Timeline",
        "Zoom in",
        Command::ZoomTimelineIn,
        &[key(Key::W)],
    );
    add(
        "Timeline",
        "Zoom out",
        Command::ZoomTimelineOut,
        &[key(Key::S)],
    );
    add(
        "Timeline",
        "Move left",
        Command::TimelineLeft,
        &[key(Key::A)],
    );
    add(
        "Timeline",
        "Move right",
        Command::TimelineRight,
        &[key(Key::D)],
    );
    add(
        "Timeline",
        "Show the whole run",
        Command::ZoomTimelineAll,
        &[key(Key::Num0)],
    );

    add(
        "Lesson",
        "Next stop",
        Command::NextStop,
        &[key(Key::PageDown)],
    );
    add(
        "Lesson",
        "Previous stop",
        Command::PreviousStop,
        &[key(Key::PageUp)],
    );
    add(
        "Lesson",
        "Spotlight on or off",
        Command::ToggleSpotlight,
        &[key(Key::L)],
    );
    add(
        "Lesson",
        "Notes on a second window",
        Command::ToggleNotes,
        &[ctrl_shift(Key::N)],
    );
    add(
        "Lesson",
        "Save the bookmarks as a lesson…",
        Command::SaveLesson,
        &[],
    );

    add(
        "File",
        "Open a program or a recording…",
        Command::OpenDialog,
        &[ctrl(Key::O)],
    );
    add(
        "File",
        "Save the recording…",
        Command::SaveRecording,
        &[ctrl(Key::S)],
    );
    add(
        "File",
        "Write the bookmarks into the open recording",
        Command::SaveNotes,
        &[ctrl_shift(Key::S)],
    );
    add(
        "File",
        "Run again",
        Command::Rerun,
        &[ctrl(Key::R), key(Key::F5)],
    );
    add("File", "Stop the run", Command::StopRun, &[shift(Key::F5)]);
    add(
        "File",
        "Back to the start page",
        Command::CloseDocument,
        &[ctrl(Key::W)],
    );
    add("File", "Quit", Command::Quit, &[ctrl(Key::Q)]);

    let digits = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
    ];
    for (kind, digit) in LayoutKind::ALL.into_iter().zip(digits) {
        add(
            "Layout",
            kind.name(),
            Command::SetLayout(kind),
            &[ctrl(digit)],
        );
    }
    add(
        "Layout",
        "Panels back to their places",
        Command::ResetLayout,
        &[],
    );
    for kind in PanelKind::ALL {
        add("Panel", kind.name(), Command::ShowPanel(kind), &[]);
    }
    for kind in PanelKind::ALL {
        add(
            "In a window of its own",
            kind.name(),
            Command::TearOff(kind),
            &[],
        );
    }
    for tab in StageTab::ALL {
        add("Pipeline", tab.name(), Command::ShowStage(tab), &[]);
    }

    add(
        "View",
        "Search",
        Command::Search,
        &[key(Key::Slash), ctrl(Key::F)],
    );
    add(
        "View",
        "Commands",
        Command::TogglePalette,
        &[ctrl_shift(Key::P), ctrl(Key::P)],
    );
    add(
        "View",
        "Settings",
        Command::ToggleSettings,
        &[ctrl(Key::Comma)],
    );
    add(
        "View",
        "Fold imports of the library",
        Command::SetFoldImports(true),
        &[],
    );
    add(
        "View",
        "Show imports of the library at full length",
        Command::SetFoldImports(false),
        &[],
    );
    add(
        "View",
        "Keys and help",
        Command::ToggleHelp,
        &[shift(Key::Slash), key(Key::Questionmark), key(Key::F1)],
    );
    add(
        "View",
        "Larger text",
        Command::LargerText,
        &[ctrl(Key::Plus), ctrl(Key::Equals)],
    );
    add(
        "View",
        "Smaller text",
        Command::SmallerText,
        &[ctrl(Key::Minus)],
    );
    add(
        "View",
        "Text at 100 %",
        Command::SetTextScale(1.0),
        &[ctrl(Key::Num0)],
    );
    add("View", "Next theme", Command::NextTheme, &[ctrl(Key::T)]);
    for kind in ThemeKind::ALL {
        add("Theme", kind.name(), Command::SetTheme(kind), &[]);
    }
    add(
        "View",
        "Full screen",
        Command::ToggleFullscreen,
        &[key(Key::F11)],
    );
    list
}

/// The key of a command as menus write it, or nothing.
pub fn key_text(command: &Command, commands: &[CommandInfo]) -> String {
    commands
        .iter()
        .find(|info| info.command == *command)
        .and_then(|info| info.keys.first())
        .map_or_else(String::new, shortcut_text)
}

/// A shortcut as people write it.
pub fn shortcut_text(shortcut: &KeyboardShortcut) -> String {
    let mut text = String::new();
    if shortcut.modifiers.command {
        text.push_str(if cfg!(target_os = "macos") {
            "⌘"
        } else {
            "Ctrl+"
        });
    }
    if shortcut.modifiers.shift && shortcut.logical_key != Key::Slash {
        text.push_str("Shift+");
    }
    text.push_str(match shortcut.logical_key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::Slash if shortcut.modifiers.shift => "?",
        other => other.symbol_or_name(),
    });
    text
}

/// Which commands the keys of this frame ask for; a text field that has the keyboard keeps it.
pub fn from_keys(ctx: &egui::Context, commands: &[CommandInfo]) -> Vec<Command> {
    let focused = ctx.memory(egui::Memory::focused).is_some();
    let typing = ctx.text_edit_focused();
    // The most particular shortcut first, or Shift+Left would be taken as Left.
    let mut candidates: Vec<(&KeyboardShortcut, &Command)> = commands
        .iter()
        .flat_map(|info| info.keys.iter().map(move |keys| (keys, &info.command)))
        .filter(|(keys, command)| {
            !typing || keys.modifiers.command || **command == Command::Dismiss
        })
        // Space presses the button that has the keyboard, and arrows lead on to the next one.
        .filter(|(keys, _)| {
            !focused
                || keys.modifiers.any()
                || !matches!(
                    keys.logical_key,
                    Key::Space | Key::ArrowLeft | Key::ArrowRight
                )
        })
        .collect();
    candidates.sort_by_key(|(keys, _)| {
        std::cmp::Reverse(u8::from(keys.modifiers.command) + u8::from(keys.modifiers.shift))
    });
    ctx.input_mut(|input| {
        candidates
            .into_iter()
            .filter(|(keys, _)| input.consume_shortcut(keys))
            .map(|(_, command)| command.clone())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        let mut seen = std::collections::BTreeMap::new();
        for info in all() {
            for keys in info.keys {
                let text = format!("{:?} {:?}", keys.modifiers, keys.logical_key);
                let before = seen.insert(text.clone(), info.name);
                assert_eq!(before, None, "{text} is also {}", info.name);
            }
        }
    }

    #[test]
    fn keys_read_as_people_write_them() {
        let commands = all();
        let cases = [
            (Command::TogglePalette, "Ctrl+Shift+P"),
            (Command::Back, "←"),
            (Command::ToggleHelp, "?"),
            (Command::BackTen, "Shift+←"),
        ];
        for (command, expected) in cases {
            assert_eq!(key_text(&command, &commands), expected);
        }
    }
}
