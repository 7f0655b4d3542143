//! All that the window shares between its parts, and the one function that changes it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::asking::Asked;
use super::command::Command;
use super::document::Document;
use super::layout::LayoutKind;
use super::notes::{Mark, NamedRange, Notes, SavedView, lesson_markdown};
use super::run::{Schedule, rescue_recording, write_file, write_notes};
use super::saving::Saving;
use super::selection::{History, Selected, Selection, Visit};
use super::ui::panels::PanelKind;
use super::ui::theme::ThemeKind;
use crate::base::Moment;
use crate::trace::Direction;
use crate::views::look::Look;
use crate::views::place::place;
use crate::views::steps::StepSize;
use crate::views::time_axis::TimeAxis;

/// What is kept between one start of the program and the next.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: ThemeKind,
    pub text_scale: f32,
    pub layout: LayoutKind,
    pub step_size: StepSize,
    /// Steps in a second while playing.
    pub speed: f32,
    pub recent: Vec<PathBuf>,
    /// Imports of the library take little room on the axis of time.
    pub fold_imports: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeKind::default(),
            text_scale: 1.0,
            layout: LayoutKind::default(),
            step_size: StepSize::default(),
            speed: 4.0,
            recent: Vec::new(),
            fold_imports: true,
        }
    }
}

/// What the shell around the panels has to do with egui or the system.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    ApplyLook,
    ChooseFileToOpen,
    ChooseFileToSave,
    ChooseFolderForLesson,
    /// Another document is open: the panels go to where they were in its layout.
    PlacePanels,
    /// The panels go to where they belong.
    ResetLayout,
    /// The layout was changed: the panels go to where they were in it.
    ChangeLayout(LayoutKind),
    ShowPanel(PanelKind),
    TearOff(PanelKind),
    PutBack(PanelKind),
    ToggleSettings,
    ForPanels(Command),
    TogglePalette,
    ToggleHelp,
    ToggleSearch,
    Fullscreen,
    Dismiss,
    Say(Tone, String),
    Quit,
}

/// How a message is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    Info,
    Error,
}

/// The state of the window.
#[derive(Default)]
pub struct AppState {
    pub settings: Settings,
    pub document: Option<Document>,
    /// The moment every panel shows.
    pub cursor: Moment,
    pub selected: Selected,
    pub playing: bool,
    pub breakpoints: BTreeSet<u32>,
    /// Bookmarks and named ranges.
    pub notes: Notes,
    /// The stretch that playing repeats.
    pub looped: Option<(Moment, Moment)>,
    /// All but what matters is dimmed.
    pub spotlight: bool,
    /// The presenter's notes are on a second window.
    pub notes_shown: bool,
    pub history: History,
    /// Why the last file could not be opened.
    pub error: Option<String>,
    /// The damaged recording that could be rescued.
    pub damaged: Option<PathBuf>,
    /// The program's run under another schedule, beside this one.
    pub compared: Option<Document>,
    /// What was typed at the console's prompt.
    pub asked: Vec<Asked>,
    /// A recording that is being written.
    pub saving: Option<Saving>,
    /// Counts documents, so that a panel can tell a new one.
    pub opened: u64,
    /// Counts changes of what panels show, so that a panel can keep what it computed.
    pub revision: u64,
    /// The cursor follows the end of a growing recording until the user moves it.
    pub follow: bool,
    /// Where to go when a run is over, instead of its end.
    arrival: Option<Arrival>,
    play_debt: f32,
    effects: Vec<Effect>,
}

/// A place to go to as soon as the recording has it.
#[derive(Clone, Debug)]
enum Arrival {
    /// The view that was saved in the recording.
    View(SavedView),
    /// A line and its run, as before the program was run again.
    Line(u32, u64),
}

/// The range of the text size (design: 80 % to 300 %).
const TEXT_SCALE: std::ops::RangeInclusive<f32> = 0.8..=3.0;
/// The range of playing speeds, in steps a second.
const SPEED: std::ops::RangeInclusive<f32> = 0.5..=512.0;
/// Recent files kept.
const RECENT: usize = 12;

impl AppState {
    /// Fulfils a wish: the only way shared state changes.
    pub fn apply(&mut self, command: Command) {
        self.revision += 1;
        match command {
            Command::OpenDialog => self.effects.push(Effect::ChooseFileToOpen),
            Command::Open(path) => self.open(&path),
            Command::OpenLesson(number) => self.open_lesson(number),
            Command::Rescue(path) => match rescue_recording(&path) {
                Ok(whole) => self.open(&whole),
                Err(error) => self.fail(error.to_string()),
            },
            Command::CloseDocument => self.close(),
            Command::SaveRecording => self.effects.push(Effect::ChooseFileToSave),
            Command::SaveRecordingTo(path) => self.save(&path),
            Command::SaveNotes => self.save_notes(),
            Command::Rerun => self.rerun(None, None),
            Command::RunSource(source) => self.rerun(Some(source), None),
            Command::SetSchedule(schedule) => self.rerun(None, Some(schedule)),
            Command::CompareSchedule(schedule) => {
                self.compared = match (&self.document, schedule) {
                    (Some(document), Some(schedule)) => Some(document.rerun(None, schedule)),
                    _ => None,
                };
            }
            Command::Ask(text) => self.ask(text),
            Command::ForgetAnswers => self.asked.clear(),
            Command::StopRun => {
                if let Some(document) = &mut self.document {
                    document.stop();
                }
            }

            Command::GoTo(moment) => {
                self.move_once(|app| {
                    app.seek(moment);
                    true
                });
            }
            Command::First => {
                self.leave();
                self.stop_playing();
                let first = self.first();
                self.seek(first);
            }
            Command::Last => {
                self.leave();
                self.stop_playing();
                let last = self.last();
                self.seek(last);
            }
            Command::Forward => self.step_by(1),
            Command::Back => self.step_by(-1),
            Command::ForwardTen => self.step_by(10),
            Command::BackTen => self.step_by(-10),
            Command::StepInto => self.move_once(|app| app.step(StepSize::Line, Direction::Forward)),
            Command::StepOver => self.move_once(|app| app.step(StepSize::Over, Direction::Forward)),
            Command::Resume => self.resume(Direction::Forward),
            Command::ResumeBack => self.resume(Direction::Backward),
            Command::RunToLine(line) => self.move_once(|app| app.next_run_of(line)),
            Command::PlayPause => {
                if self.playing {
                    self.stop_playing();
                } else {
                    if self.cursor >= self.last() {
                        let first = self.first();
                        self.seek(first);
                    }
                    self.follow = false;
                    self.playing = self.document.is_some();
                    self.play_debt = 0.0;
                }
            }
            Command::SetStepSize(size) => self.settings.step_size = size,
            Command::Faster => self.set_speed(self.settings.speed * 2.0),
            Command::Slower => self.set_speed(self.settings.speed / 2.0),
            Command::SetSpeed(speed) => self.set_speed(speed),
            Command::ToggleBreakpoint(line) => {
                if !self.breakpoints.remove(&line) {
                    self.breakpoints.insert(line);
                }
            }
            Command::ToggleBookmark => {
                if self.notes.bookmarks.remove(&self.cursor).is_none() {
                    let title = self.place().unwrap_or_default();
                    let mark = Mark {
                        title,
                        note: String::new(),
                    };
                    self.notes.bookmarks.insert(self.cursor, mark);
                }
            }
            Command::SetBookmark(moment, mark) => {
                self.notes.bookmarks.insert(moment, mark);
            }
            Command::RemoveBookmark(moment) => {
                self.notes.bookmarks.remove(&moment);
            }
            Command::NextBookmark => {
                let marks = &self.notes.bookmarks;
                let next = marks.keys().find(|&&moment| moment > self.cursor);
                self.go_to_bookmark(next.or(marks.keys().next()).copied());
            }
            Command::PreviousBookmark => {
                let marks = &self.notes.bookmarks;
                let previous = marks.keys().rev().find(|&&moment| moment < self.cursor);
                self.go_to_bookmark(previous.or(marks.keys().next_back()).copied());
            }
            Command::LoopFromHere => {
                let end = self
                    .looped
                    .map_or(self.last(), |(_, end)| end)
                    .max(Moment(self.cursor.0 + 1));
                self.looped = Some((self.cursor, end));
            }
            Command::LoopToHere => {
                let start = self.looped.map_or(self.first(), |(start, _)| start);
                let start = start.min(Moment(self.cursor.0.saturating_sub(1)));
                self.looped = Some((start, self.cursor));
            }
            Command::SetLoop(range) => {
                self.looped = range;
                if let Some((start, _)) = range {
                    self.leave();
                    self.seek(start);
                }
            }
            Command::NameLoop(name) => {
                if let Some((start, end)) = self.looped {
                    self.notes.ranges.push(NamedRange {
                        name,
                        start: start.0,
                        end: end.0,
                    });
                }
            }
            Command::RemoveRange(index) => {
                if index < self.notes.ranges.len() {
                    self.notes.ranges.remove(index);
                }
            }
            Command::UndoNavigation => {
                if let Some(visit) = self.history.undo(self.visit()) {
                    self.visit_again(visit);
                }
            }
            Command::RedoNavigation => {
                if let Some(visit) = self.history.redo(self.visit()) {
                    self.visit_again(visit);
                }
            }

            Command::Select(selection) => {
                self.leave();
                self.selected.select(selection);
                if let Selection::Line(_) = selection {
                    self.effects
                        .push(Effect::ForPanels(Command::Select(selection)));
                }
            }
            Command::ClearSelection => {
                self.leave();
                self.selected = Selected::default();
            }
            Command::FocusSelection | Command::Isolate | Command::RearrangeObjects => {
                self.effects.push(Effect::ForPanels(command));
            }

            Command::GoToStop(number) => self.go_to_stop(number),
            Command::NextStop => self.lesson_stop(1),
            Command::PreviousStop => self.lesson_stop(-1),
            Command::SaveLesson => self.effects.push(Effect::ChooseFolderForLesson),
            Command::SaveLessonTo(folder) => self.save_lesson(&folder),
            Command::ToggleSpotlight => self.spotlight = !self.spotlight,
            Command::ToggleNotes => self.notes_shown = !self.notes_shown,

            Command::SetLayout(layout) => {
                self.effects
                    .push(Effect::ChangeLayout(self.settings.layout));
                self.settings.layout = layout;
                self.effects.push(Effect::ApplyLook);
            }
            Command::TearOff(kind) => self.effects.push(Effect::TearOff(kind)),
            Command::PutBack(kind) => self.effects.push(Effect::PutBack(kind)),
            Command::ToggleSettings => self.effects.push(Effect::ToggleSettings),
            Command::SetFoldImports(fold) => {
                self.settings.fold_imports = fold;
                self.effects
                    .push(Effect::ForPanels(Command::ZoomTimelineAll));
            }
            Command::ResetLayout => self.effects.push(Effect::ResetLayout),
            Command::ShowPanel(kind) => self.effects.push(Effect::ShowPanel(kind)),
            Command::ShowStage(_) | Command::CompareWith(_) => {
                self.effects.push(Effect::ShowPanel(PanelKind::Pipeline));
                self.effects.push(Effect::ForPanels(command));
            }
            Command::SetTheme(theme) => {
                self.settings.theme = theme;
                self.effects.push(Effect::ApplyLook);
            }
            Command::NextTheme => {
                let at = ThemeKind::ALL
                    .iter()
                    .position(|&kind| kind == self.settings.theme);
                let next = at.map_or(0, |at| (at + 1) % ThemeKind::ALL.len());
                self.settings.theme = ThemeKind::ALL[next];
                self.effects.push(Effect::ApplyLook);
            }
            Command::LargerText => self.set_text_scale(self.settings.text_scale * 1.1),
            Command::SmallerText => self.set_text_scale(self.settings.text_scale / 1.1),
            Command::SetTextScale(scale) => self.set_text_scale(scale),
            Command::TogglePalette => self.effects.push(Effect::TogglePalette),
            Command::ToggleHelp => self.effects.push(Effect::ToggleHelp),
            Command::Search => self.effects.push(Effect::ToggleSearch),
            Command::ZoomTimelineIn
            | Command::ZoomTimelineOut
            | Command::TimelineLeft
            | Command::TimelineRight
            | Command::ZoomTimelineAll => self.effects.push(Effect::ForPanels(command)),
            Command::ToggleFullscreen => self.effects.push(Effect::Fullscreen),
            Command::Dismiss => {
                self.effects.push(Effect::Dismiss);
            }
            Command::Quit => self.effects.push(Effect::Quit),
        }
    }

    /// What the shell has to do since it last asked.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Asks the shell for something that is no command.
    pub fn apply_effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The moment before the program's first instruction.
    pub fn first(&self) -> Moment {
        self.document.as_ref().map_or(Moment(0), Document::first)
    }

    /// The program at the moment shown; `None` while nothing is open.
    pub fn look(&self) -> Option<Look<'_>> {
        self.document.as_ref().map(Document::look)
    }

    /// Where the program stands, such as `main() line 12`.
    pub fn place(&self) -> Option<String> {
        let document = self.document.as_ref()?;
        let Some(place) = place(document.look(), self.selected.frame, self.selected.thread) else {
            return document.is_over().then(|| "the program is over".to_owned());
        };
        match place.program_line {
            Some(line) => Some(format!("{} line {line}", place.function)),
            None => Some(place.function),
        }
    }

    /// The last moment recorded so far.
    pub fn last(&self) -> Moment {
        self.document.as_ref().map_or(Moment(0), Document::last)
    }

    /// Shows the program at another moment, without remembering the way.
    pub fn seek(&mut self, moment: Moment) {
        self.follow = false;
        if let Some(document) = &mut self.document {
            document.seek(moment.min(document.last()));
            self.cursor = document.moment();
            self.revision += 1;
        }
    }

    /// Lets time pass: plays, takes in what the run recorded, and says whether to draw again soon.
    pub fn tick(&mut self, seconds: f32) -> bool {
        match self.saving.as_ref().and_then(Saving::result) {
            Some(Ok(text)) => {
                self.saving = None;
                self.effects.push(Effect::Say(Tone::Info, text));
            }
            Some(Err(error)) => {
                self.saving = None;
                self.fail(error);
            }
            None => {}
        }
        let mut comparing = false;
        if let Some(other) = &mut self.compared {
            if other.poll() && !other.is_running() {
                let end = other.last();
                other.seek(end);
                self.revision += 1;
            }
            comparing = other.is_running();
        }
        for asked in &mut self.asked {
            if asked.poll() {
                self.revision += 1;
            }
        }
        let grew = self.document.as_mut().is_some_and(Document::poll);
        if grew {
            self.revision += 1;
            if self.follow {
                let running = self.is_running();
                let end = self.document.as_mut().map_or(Moment(0), |document| {
                    if running {
                        document.last()
                    } else {
                        document.end_of_program()
                    }
                });
                self.seek(end);
                self.follow = running;
                if !running {
                    self.arrive();
                }
            }
        }
        if self.playing {
            self.play_debt += seconds.min(0.25) * self.settings.speed;
            let steps = self.play_debt.floor();
            self.play_debt -= steps;
            for _ in 0..steps as u32 {
                if let Some((start, end)) = self.looped
                    && !(start..end).contains(&self.cursor)
                {
                    self.seek(start);
                    continue;
                }
                let moved = self.step(self.settings.step_size, Direction::Forward);
                if let Some((start, end)) = self.looped
                    && (!moved || self.cursor > end)
                {
                    self.seek(start);
                } else if !moved {
                    if !self.is_running() {
                        self.playing = false;
                    }
                    break;
                }
            }
        }
        let asking = self.asked.iter().any(|asked| asked.answer.is_none());
        self.playing || self.is_running() || self.saving.is_some() || asking || comparing
    }

    /// Goes to where the user was before the program was run again, or saved.
    fn arrive(&mut self) {
        match self.arrival.take() {
            Some(Arrival::View(view)) => {
                self.seek(Moment(view.moment).max(self.first()));
                self.selected = view.selected();
            }
            Some(Arrival::Line(line, run)) => {
                let Some(document) = &self.document else {
                    return;
                };
                let found = document
                    .find_moment(&format!("line:{line}#{run}"))
                    .or_else(|_| document.find_moment(&format!("line:{line}")));
                if let Ok(moment) = found {
                    self.seek(moment);
                }
            }
            None => {}
        }
    }

    /// The axis of time as the user wants it.
    pub fn axis(&self) -> &TimeAxis {
        static EVEN: std::sync::LazyLock<TimeAxis> = std::sync::LazyLock::new(TimeAxis::default);
        match &self.document {
            Some(document) if self.settings.fold_imports => document.axis(),
            _ => &EVEN,
        }
    }

    /// Whether the program still runs.
    pub fn is_running(&self) -> bool {
        self.document.as_ref().is_some_and(Document::is_running)
    }

    fn open(&mut self, path: &Path) {
        match Document::open(path) {
            Ok(document) => {
                self.settings.recent.retain(|known| known != path);
                self.settings.recent.insert(0, path.to_owned());
                self.settings.recent.truncate(RECENT);
                self.show(document);
                self.effects.push(Effect::PlacePanels);
                if self.document.as_ref().is_some_and(|d| d.lesson().is_some()) {
                    self.effects.push(Effect::ShowPanel(PanelKind::Lesson));
                }
            }
            Err(error) => {
                self.damaged = match &error {
                    super::AppError::Damaged { path, .. } => Some(path.clone()),
                    _ => None,
                };
                self.fail(error.to_string());
            }
        }
    }

    fn open_lesson(&mut self, number: usize) {
        if let Some(document) = Document::open_lesson(number) {
            self.show(document);
            self.effects.push(Effect::PlacePanels);
            self.effects.push(Effect::ShowPanel(PanelKind::Lesson));
        }
    }

    /// Shows a document from its beginning.
    pub fn show(&mut self, document: Document) {
        self.close();
        self.error = None;
        self.damaged = None;
        let (notes, view) = Notes::read(&document.annotations());
        self.notes = notes;
        if let Some(view) = view {
            self.settings.layout = view.layout.unwrap_or(self.settings.layout);
            self.breakpoints.extend(&view.breakpoints);
            self.arrival = Some(Arrival::View(view));
        }
        self.document = Some(document);
        self.opened += 1;
        self.follow = true;
        self.effects.push(Effect::ApplyLook);
        self.effects
            .push(Effect::ForPanels(Command::RearrangeObjects));
        self.effects
            .push(Effect::ForPanels(Command::ZoomTimelineAll));
    }

    fn close(&mut self) {
        if let Some(document) = self.document.take() {
            document.stop();
        }
        self.cursor = Moment(0);
        self.selected = Selected::default();
        self.history = History::default();
        self.playing = false;
        self.breakpoints.clear();
        self.notes = Notes::default();
        self.looped = None;
        self.asked.clear();
        self.compared = None;
        self.arrival = None;
        self.effects.push(Effect::ApplyLook);
    }

    fn rerun(&mut self, source: Option<String>, schedule: Option<Schedule>) {
        let Some(document) = &self.document else {
            return;
        };
        let before = document.source().text().to_owned();
        // At the end of the program there is no place to keep: the new end is what one wants to see.
        let place = if self.follow || self.place().is_none() {
            None
        } else {
            document.line_before(self.cursor)
        };
        let at_end = document.is_at_end_of_program();
        let schedule = schedule.unwrap_or_else(|| Schedule::of(document.header()));
        let again = document.rerun(source, schedule);
        let after = again.source().text().to_owned();
        let breakpoints = std::mem::take(&mut self.breakpoints);
        self.show(again);
        self.breakpoints = breakpoints
            .into_iter()
            .filter_map(|line| moved_line(&before, &after, line))
            .collect();
        if let Some((line, run)) = place.filter(|_| !at_end)
            && let Some(line) = moved_line(&before, &after, line)
        {
            self.arrival = Some(Arrival::Line(line, run));
        }
    }

    /// What the recording is saved with.
    fn annotations(&self) -> crate::trace::Annotations {
        let mut view = SavedView::new(self.cursor, self.settings.layout, self.selected);
        view.breakpoints = self.breakpoints.iter().copied().collect();
        self.notes.write(&view)
    }

    /// Writes the bookmarks as a lesson: a folder with the program and the text.
    fn save_lesson(&mut self, folder: &Path) {
        let Some(document) = &self.document else {
            return;
        };
        let title = document.stem();
        let text = lesson_markdown(title, &self.notes, self.settings.layout, &|moment| {
            document.name_of(moment)
        });
        let written = std::fs::create_dir_all(folder)
            .map_err(|error| super::AppError::File {
                path: folder.display().to_string(),
                reason: error.to_string(),
            })
            .and_then(|()| write_file(&folder.join("program.py"), document.source().text()))
            .and_then(|()| write_file(&folder.join("lesson.md"), &text));
        match written {
            Ok(()) => self.effects.push(Effect::Say(
                Tone::Info,
                format!("Saved {}", folder.join("lesson.md").display()),
            )),
            Err(error) => self.fail(error.to_string()),
        }
    }

    fn go_to_bookmark(&mut self, moment: Option<Moment>) {
        if let Some(moment) = moment {
            self.leave();
            self.stop_playing();
            self.seek(moment);
        }
    }

    fn save(&mut self, path: &Path) {
        let Some(document) = &self.document else {
            return;
        };
        let annotations = self.annotations();
        self.saving = Some(Saving::start(document.recording(), annotations, path));
    }

    fn ask(&mut self, text: String) {
        let Some(document) = &self.document else {
            return;
        };
        let place = place(document.look(), self.selected.frame, self.selected.thread);
        let Some(place) = place else {
            let text = "At this moment no frame runs in which to evaluate.".to_owned();
            self.effects.push(Effect::Say(Tone::Info, text));
            return;
        };
        let Some(depth) = document.depth_of(place.frame) else {
            let text = "Only frames of the running thread can be asked.".to_owned();
            self.effects.push(Effect::Say(Tone::Info, text));
            return;
        };
        self.asked.push(Asked::start(
            Arc::clone(document.recording()),
            document.session_options(),
            self.cursor,
            (depth, place.function),
            text,
        ));
    }

    fn save_notes(&mut self) {
        let path = self.document.as_ref().and_then(|d| d.path.clone());
        match path.filter(|path| path.extension().is_some_and(|ending| ending == "mcap")) {
            Some(path) => match write_notes(&path, &self.annotations()) {
                Ok(()) => {
                    let text = format!("Saved in {}", path.display());
                    self.effects.push(Effect::Say(Tone::Info, text));
                }
                Err(error) => self.fail(error.to_string()),
            },
            // A run that is in no file yet.
            None => self.effects.push(Effect::ChooseFileToSave),
        }
    }

    fn fail(&mut self, message: String) {
        // The start page shows the sentence itself.
        if self.document.is_some() {
            self.effects.push(Effect::Say(Tone::Error, message.clone()));
        }
        self.error = Some(message);
    }

    fn step_by(&mut self, steps: i32) {
        let direction = if steps < 0 {
            Direction::Backward
        } else {
            Direction::Forward
        };
        self.move_once(|app| {
            let mut moved = false;
            for _ in 0..steps.abs() {
                if !app.step(app.settings.step_size, direction) {
                    break;
                }
                moved = true;
            }
            moved
        });
    }

    /// Moves, and remembers where it was when that led elsewhere.
    fn move_once(&mut self, movement: impl FnOnce(&mut Self) -> bool) {
        let visit = self.visit();
        self.stop_playing();
        if movement(self) && self.cursor != visit.moment {
            self.history.leave(visit);
        }
    }

    /// One step; false at the end.
    fn step(&mut self, size: StepSize, direction: Direction) -> bool {
        let selected = self.selected.object;
        let Some(document) = &mut self.document else {
            return false;
        };
        let moved = document.step(size, direction, selected);
        self.cursor = document.moment();
        self.revision += 1;
        moved
    }

    fn resume(&mut self, direction: Direction) {
        let lines = self.breakpoints.clone();
        self.move_once(|app| {
            let Some(document) = &mut app.document else {
                return false;
            };
            let found = !lines.is_empty() && document.go_to_line(&lines, direction);
            let end = match direction {
                Direction::Forward => document.last(),
                Direction::Backward => document.first(),
            };
            let moment = if found { document.moment() } else { end };
            app.seek(moment);
            true
        });
    }

    /// The next run of a line; from the beginning when there is none further on.
    fn next_run_of(&mut self, line: u32) -> bool {
        let Some(document) = &mut self.document else {
            return false;
        };
        let lines = BTreeSet::from([line]);
        let before = document.moment();
        if !document.go_to_line(&lines, Direction::Forward) {
            document.seek(document.first());
            if !document.go_to_line(&lines, Direction::Forward) {
                document.seek(before);
                self.effects
                    .push(Effect::Say(Tone::Info, format!("line {line} never runs")));
                return false;
            }
        }
        let moment = document.moment();
        self.seek(moment);
        true
    }

    fn lesson_stop(&mut self, direction: i32) {
        let Some(document) = &self.document else {
            return;
        };
        let Some((lesson, at)) = document.lesson() else {
            return;
        };
        let next = match (at, direction) {
            (None, _) => 0,
            (Some(at), 1) => (at + 1).min(lesson.stops.len().saturating_sub(1)),
            (Some(at), _) => at.saturating_sub(1),
        };
        self.go_to_stop(next);
    }

    fn go_to_stop(&mut self, number: usize) {
        let visit = self.visit();
        let Some(document) = &mut self.document else {
            return;
        };
        let Some(mut stop) = document.go_to_stop(number) else {
            return;
        };
        // What a stop does not say is as at the stop before.
        if let Some((lesson, _)) = document.lesson() {
            let before = &lesson.stops[..number];
            let last = |of: fn(&crate::views::lesson::Stop) -> &Option<String>| {
                before.iter().rev().find_map(|stop| of(stop).clone())
            };
            stop.layout = stop.layout.or_else(|| last(|stop| &stop.layout));
            stop.at = stop.at.or_else(|| last(|stop| &stop.at));
        }
        self.history.leave(visit);
        self.stop_playing();
        self.spotlight = stop.spotlight.is_some();
        if let Some(layout) = stop.layout.as_deref().and_then(LayoutKind::from_name)
            && layout != self.settings.layout
        {
            self.apply(Command::SetLayout(layout));
        }
        self.effects.push(Effect::ShowPanel(PanelKind::Lesson));
        if let Some(panel) = stop.panel.as_deref().and_then(PanelKind::from_name) {
            self.effects.push(Effect::ShowPanel(panel));
        }
        let moment = stop
            .at
            .as_deref()
            .and_then(|at| self.document.as_ref().map(|d| d.find_moment(at)));
        match moment {
            Some(Ok(moment)) => self.seek(moment),
            Some(Err(error)) => self.effects.push(Effect::Say(Tone::Error, error)),
            None => {}
        }
        let object = stop.select.as_deref().and_then(|name| {
            self.document
                .as_ref()
                .and_then(|document| document.variable(name))
        });
        if object.is_some() {
            self.selected.object = object;
        }
    }

    fn stop_playing(&mut self) {
        self.playing = false;
        self.follow = false;
    }

    fn set_speed(&mut self, speed: f32) {
        self.settings.speed = speed.clamp(*SPEED.start(), *SPEED.end());
    }

    fn set_text_scale(&mut self, scale: f32) {
        self.settings.text_scale = scale.clamp(*TEXT_SCALE.start(), *TEXT_SCALE.end());
        self.effects.push(Effect::ApplyLook);
    }

    const fn visit(&self) -> Visit {
        Visit {
            moment: self.cursor,
            selected: self.selected,
        }
    }

    fn leave(&mut self) {
        let visit = self.visit();
        self.history.leave(visit);
    }

    fn visit_again(&mut self, visit: Visit) {
        self.stop_playing();
        self.selected = visit.selected;
        self.seek(visit.moment);
    }
}

/// Where a line of a text is after an edit: found by counting from the unchanged beginning or end;
/// `None` when the line itself is gone.
fn moved_line(before: &str, after: &str, line: u32) -> Option<u32> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same_head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let same_tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let index = (line as usize).checked_sub(1)?;
    if index < same_head {
        return Some(line);
    }
    let from_end = old.len().checked_sub(index)?;
    let moved = if from_end <= same_tail {
        new.len().checked_sub(from_end)?
    } else {
        index
    };
    (moved < new.len()).then_some(moved as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again_after_an_edit() {
        let before = "a\nb\nc\nd\n";
        let cases = [
            ("a\nb\nc\nd\n", 3, Some(3)),
            ("a\nx\ny\nb\nc\nd\n", 3, Some(5)),
            ("b\nc\nd\n", 4, Some(3)),
            ("a\nB\nc\nd\n", 2, Some(2)),
            ("a\n", 4, None),
        ];
        for (after, line, expected) in cases {
            assert_eq!(
                moved_line(before, after, line),
                expected,
                "{line} in {after:?}"
            );
        }
    }
}
