//! What is open: a program with its run, or a recording from a file.
//!
//! A live run is a recording that still grows; a saved one is complete. Everything above sees the
//! recording alone, so both look the same.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::run::{self, Run, Schedule};
use super::walker::Walker;
use super::{AppError, lessons};
use crate::base::{Moment, ObjId, ThreadId};
use crate::events::{CodeId, Event, FrameId};
use crate::session::SessionOptions;
use crate::trace::{
    Annotations, BLOCK_EVENTS, Direction, Header, Player, Recording, RecordingError, Stage, State,
    Step, find_moment, step,
};
use crate::views::lesson::{Lesson, Stop};
use crate::views::look::{Look, Names, function_name};
use crate::views::source::{CompileError, SourceText};
use crate::views::steps::StepSize;
use crate::views::time_axis::TimeAxis;
use crate::views::timeline::Timeline;
use crate::views::waits::Waits;

/// An open program or recording.
pub struct Document {
    pub title: String,
    pub path: Option<PathBuf>,
    source: SourceText,
    names: Names,
    timeline: Timeline,
    axis: TimeAxis,
    waits: Waits,
    player: Player,
    walker: Walker,
    run: Option<Run>,
    lesson: Option<Arc<Lesson>>,
    stop: Option<usize>,
    syntax_error: Option<CompileError>,
    /// The moment at which the recording could not be read on.
    damage: Option<String>,
}

/// Blocks taken in at once, so that a frame stays short.
const BLOCKS_AT_ONCE: usize = 48;
/// Lines of the library passed over in one step before giving up.
const MOST_PASSED_OVER: usize = 20_000;

impl Document {
    /// Opens a file: a recording by its ending, anything else as a program that is run.
    pub fn open(path: &Path) -> Result<Self, AppError> {
        let title = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        if path.extension().is_some_and(|ending| ending == "mcap") {
            let recording = run::open_recording(path)?;
            return Ok(Self::new(title, Some(path.to_owned()), recording, None));
        }
        if path.extension().is_some_and(|ending| ending == "md") {
            return Self::open_lesson_file(path);
        }
        let bytes = run::read_file(path)?;
        let name = crate::session::program_name(path);
        let path = Some(path.to_owned());
        Ok(Self::run_program(
            title,
            path,
            &name,
            bytes,
            Schedule::default(),
        ))
    }

    /// Opens a lesson that somebody wrote: a `lesson.md` with its `program.py` beside it.
    fn open_lesson_file(path: &Path) -> Result<Self, AppError> {
        let text = run::read_file(path)?;
        let lesson = Lesson::parse(&String::from_utf8_lossy(&text));
        let program = path.with_file_name("program.py");
        let source = run::read_file(&program)?;
        let name = crate::session::program_name(&program);
        let title = lesson.title.clone();
        let schedule = Schedule::default();
        let mut document = Self::run_program(title, Some(program), &name, source, schedule);
        document.lesson = Some(Arc::new(lesson));
        Ok(document)
    }

    /// Opens a lesson and runs its program.
    pub fn open_lesson(number: usize) -> Option<Self> {
        let lesson = lessons::all().get(number)?;
        let mut document = Self::run_program(
            lesson.lesson.title.clone(),
            None,
            &format!("{}.py", lesson.slug),
            lesson.program.as_bytes().to_vec(),
            Schedule::default(),
        );
        document.lesson = Some(Arc::clone(&lesson.lesson));
        Some(document)
    }

    fn run_program(
        title: String,
        path: Option<PathBuf>,
        name: &str,
        source: Vec<u8>,
        schedule: Schedule,
    ) -> Self {
        let text = crate::syntax::decode_source(&source)
            .unwrap_or_else(|_| String::from_utf8_lossy(&source).into_owned());
        let text = SourceText::new(&text);
        let run = Run::start(run::options(name, &source, schedule));
        let recording = Arc::clone(run.recording());
        let mut document = Self::new(title, path, recording, Some(run));
        document.syntax_error = crate::views::source::compile_error(&source, name);
        document.source = text;
        document
    }

    /// A document on a recording.
    pub fn new(
        title: String,
        path: Option<PathBuf>,
        recording: Arc<Recording>,
        run: Option<Run>,
    ) -> Self {
        let source = recording.sources().first().map_or_else(
            || SourceText::new(""),
            |source| SourceText::new(&source.text),
        );
        Self {
            title,
            path,
            source,
            names: Names::default(),
            timeline: Timeline::default(),
            axis: TimeAxis::default(),
            waits: Waits::new(recording.header().instruction_nanos),
            walker: Walker::start(Arc::clone(&recording)),
            player: Player::new(recording),
            run,
            lesson: None,
            stop: None,
            syntax_error: None,
            damage: None,
        }
    }

    /// Runs the program again, or a changed text of it.
    #[must_use]
    pub fn rerun(&self, source: Option<String>, schedule: Schedule) -> Self {
        let text = source.unwrap_or_else(|| self.source.text().to_owned());
        let program = self.header().program.clone();
        let is_recording = |path: &PathBuf| path.extension().is_some_and(|end| end == "mcap");
        // The new run of a recorded program is in no file.
        let path = self.path.clone().filter(|path| !is_recording(path));
        let title = if path.is_some() || self.lesson.is_some() {
            self.title.clone()
        } else {
            program
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or(&program)
                .to_owned()
        };
        let mut document = Self::run_program(title, path, &program, text.into_bytes(), schedule);
        document.lesson.clone_from(&self.lesson);
        document
    }

    /// The line of the program that was begun last before a moment, and how often it had been
    /// begun by then.
    pub fn line_before(&self, moment: Moment) -> Option<(u32, u64)> {
        let recording = self.player.recording();
        let mut codes: BTreeMap<FrameId, CodeId> = BTreeMap::new();
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        let mut last = None;
        let search = crate::trace::Search::kinds(&["FramePush", "Line"]);
        let walked = search.each(recording, 0..moment.0, |_, event| {
            match *event {
                Event::FramePush { frame, code, .. } => {
                    codes.insert(frame, code);
                }
                Event::Line { frame, new, .. } => {
                    let of_program = codes
                        .get(&frame)
                        .and_then(|&code| self.names.code(code))
                        .is_some_and(|code| self.names.program() == Some(&*code.co_filename));
                    if of_program && new > 0 {
                        *counts.entry(new).or_default() += 1;
                        last = Some(new);
                    }
                }
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
        walked.ok()?;
        let line = last?;
        Some((line, counts.get(&line).copied().unwrap_or(1)))
    }

    /// A name for a moment that holds also when the program changes a little elsewhere: the line
    /// and its run, where one begins there; else the number.
    pub fn name_of(&self, moment: Moment) -> String {
        let number = moment.0.to_string();
        let Some((line, run)) = self.line_before(moment) else {
            return number;
        };
        let name = if run == 1 {
            format!("line:{line}")
        } else {
            format!("line:{line}#{run}")
        };
        if self.find_moment(&name) == Ok(moment) {
            name
        } else {
            number
        }
    }

    /// Takes in what the run recorded since the last time; says whether anything came.
    pub fn poll(&mut self) -> bool {
        let recording = Arc::clone(self.player.recording());
        if let Some(run) = &mut self.run {
            run.poll();
        }
        let before = self.timeline.taken().0;
        if before == recording.len() {
            return false;
        }
        self.names.update(&recording);
        let limit = if self.walker.is_done() {
            recording.last_moment()
        } else {
            self.walker.walked()
        };
        for _ in 0..BLOCKS_AT_ONCE {
            let taken = self.timeline.taken().0;
            if taken >= limit.0 || self.damage.is_some() {
                break;
            }
            let (number, first) = (taken as usize / BLOCK_EVENTS, taken as usize % BLOCK_EVENTS);
            match recording.block(number) {
                Ok(events) => {
                    let end = events.len().min(first + (limit.0 - taken) as usize);
                    let events = events.get(first..end).unwrap_or_default();
                    let names = &self.names;
                    self.timeline.extend(events, &|code| {
                        names.code(code).is_some_and(|code| {
                            &*code.co_name == "<module>"
                                && !names.is_program_file(&code.co_filename)
                        })
                    });
                    for (at, event) in (taken..).zip(events) {
                        self.waits.take(at, event);
                    }
                }
                Err(error) => self.damage = Some(error.to_string()),
            }
        }
        self.names.ready = self.timeline.first();
        let grew = self.timeline.taken().0 > before;
        if grew {
            let end = self.timeline.finalizing().unwrap_or(self.last());
            self.axis = TimeAxis::new(self.timeline.imports(), end.0);
        }
        grew
    }

    /// Whether events still wait to be taken in.
    pub fn is_behind(&self) -> bool {
        self.damage.is_none() && self.timeline.taken() < self.player.recording().last_moment()
    }

    /// Where the program's first instruction is.
    pub fn first(&self) -> Moment {
        self.timeline.first()
    }

    /// The last moment taken in.
    pub const fn last(&self) -> Moment {
        self.timeline.taken()
    }

    /// The last line of the program, when all it made is still there: the first picture of a
    /// finished run.
    pub fn end_of_program(&mut self) -> Moment {
        if self.syntax_error.is_some() {
            // Nothing ran; at the end the message is on the console.
            return self.last();
        }
        let end = self.timeline.finalizing().unwrap_or(self.last());
        self.seek(end);
        if self.step(StepSize::Line, Direction::Backward, None) {
            self.moment()
        } else {
            end
        }
    }

    /// Whether the moment shown is the one at which a finished run is shown first, or later.
    pub fn is_at_end_of_program(&self) -> bool {
        let Some(end) = self.timeline.finalizing() else {
            return false;
        };
        let recording = self.player.recording();
        let later_line = crate::trace::Search::kinds(&["Line"]).when(&|_| true).find(
            recording,
            self.moment(),
            Direction::Forward,
        );
        self.moment() >= end || matches!(later_line, Ok(moment) if moment.is_none_or(|m| m > end))
    }

    /// The moment shown.
    pub const fn moment(&self) -> Moment {
        self.player.moment()
    }

    /// The program at the moment shown.
    pub fn look(&self) -> Look<'_> {
        Look {
            recording: self.player.recording(),
            names: &self.names,
            state: self.player.state(),
        }
    }

    /// The recording, for work in the background.
    pub const fn recording(&self) -> &Arc<Recording> {
        self.player.recording()
    }

    /// The state at the moment shown.
    pub const fn state(&self) -> &State {
        self.player.state()
    }

    /// Shows another moment.
    pub fn seek(&mut self, moment: Moment) {
        if let Err(error) = self.player.seek(moment) {
            self.damage = Some(error.to_string());
        }
    }

    /// Goes one step; false when there is none.
    pub fn step(&mut self, size: StepSize, direction: Direction, selected: Option<ObjId>) -> bool {
        let Some(size) = step_of(size, selected) else {
            return false;
        };
        let from = self.moment();
        for _ in 0..MOST_PASSED_OVER {
            let found = step(
                self.player.recording(),
                self.player.state(),
                size,
                direction,
            );
            let Some(moment) = self.noted(found).flatten() else {
                break;
            };
            if direction == Direction::Backward && moment < self.first() {
                break;
            }
            let landing = match size {
                Step::Line | Step::Over => self.landing(moment),
                _ => moment,
            };
            // Going back from behind the line's own event leads to that event first.
            let nowhere = landing >= from && direction == Direction::Backward;
            self.seek(if nowhere { moment } else { landing });
            if nowhere {
                continue;
            }
            if !matches!(size, Step::Line | Step::Over) || self.is_at_program_line() {
                return true;
            }
        }
        // Nothing further in the program's own file: the first or last moment is the end of the way.
        let end = match direction {
            Direction::Forward => self.last(),
            Direction::Backward => self.first(),
        };
        self.seek(end);
        end != from
    }

    /// The moment at which the first instruction of a line is about to run, when that follows the
    /// line's event at once.
    pub fn landing(&self, moment: Moment) -> Moment {
        let recording = self.player.recording();
        (moment.0..moment.0 + 3)
            .find(|&at| matches!(recording.event(Moment(at)), Ok(Event::Instruction { .. })))
            .map_or(moment, |at| Moment(at + 1))
    }

    fn is_at_program_line(&self) -> bool {
        let look = self.look();
        let frame = look.state.top_frame(look.state.running_thread());
        frame
            .and_then(|frame| look.code(frame.code))
            .is_some_and(|code| look.names.is_program_file(&code.co_filename))
    }

    /// Goes to the next (or previous) moment at which the program reaches one of these lines.
    pub fn go_to_line(&mut self, lines: &BTreeSet<u32>, direction: Direction) -> bool {
        let recording = Arc::clone(self.player.recording());
        let start = self.moment();
        let lines_here =
            |event: &Event| matches!(event, Event::Line { new, .. } if lines.contains(new));
        let mut from = start;
        for _ in 0..MOST_PASSED_OVER {
            let found = crate::trace::Search::kinds(&["Line"])
                .when(&lines_here)
                .find(&recording, from, direction);
            let Some(moment) = self.noted(found).flatten() else {
                break;
            };
            self.seek(moment);
            let look = self.look();
            let frame = look.state.top_frame(look.state.running_thread());
            let in_program = frame
                .and_then(|frame| look.code(frame.code))
                .is_some_and(|code| look.names.program() == Some(&*code.co_filename));
            let landing = self.landing(moment);
            if in_program && moment >= self.first() && landing != start {
                self.seek(landing);
                return true;
            }
            from = moment;
        }
        self.seek(start);
        false
    }

    fn noted<T>(&mut self, result: Result<T, RecordingError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.damage = Some(error.to_string());
                None
            }
        }
    }

    /// A moment by its name.
    pub fn find_moment(&self, name: &str) -> Result<Moment, String> {
        let moment =
            find_moment(self.player.recording(), name).map_err(|error| error.to_string())?;
        let is_line = name.trim_start().starts_with("line:");
        Ok(if is_line {
            self.landing(moment)
        } else {
            moment
        })
    }

    /// Whether the program itself still runs.
    pub fn is_live(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_running)
    }

    /// Whether the program still runs, or events still wait to be taken in.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_running) || self.is_behind()
    }

    /// Whether the program can be run again.
    pub fn can_run(&self) -> bool {
        !self.source.is_empty()
    }

    /// Asks the run to stop.
    pub fn stop(&self) {
        if let Some(run) = &self.run {
            run.stop();
        }
    }

    /// How to run the program once more in the same way.
    pub fn session_options(&self) -> SessionOptions {
        let header = self.header();
        let schedule = Schedule::of(header);
        let options = run::options(&header.program, self.source.text().as_bytes(), schedule);
        SessionOptions {
            argv0: header.argv.first().cloned(),
            args: header.argv.iter().skip(1).cloned().collect(),
            hash_seed: header.hash_seed,
            ..options
        }
    }

    /// Everything the program wrote.
    pub fn whole_output(&self) -> String {
        let recording = self.player.recording();
        let mut text = String::new();
        // Damage ends the output where the recording ends.
        let _ = crate::trace::Search::kinds(&["Output"]).each(
            recording,
            0..recording.len(),
            |_, event| {
                if let Event::Output { text: piece, .. } = *event {
                    text.push_str(self.names.text(piece));
                }
                ControlFlow::<()>::Continue(())
            },
        );
        text
    }

    /// How many frames the selected one is above the innermost of the running thread.
    pub fn depth_of(&self, frame: FrameId) -> Option<u32> {
        let state = self.player.state();
        let mut stack = state.stack(state.running_thread()).rev();
        let depth = stack.position(|found| found.id == frame)?;
        u32::try_from(depth).ok()
    }

    /// What somebody added to the recording before it was saved.
    pub fn annotations(&self) -> Annotations {
        self.player.recording().annotations()
    }

    /// How it was run.
    pub fn header(&self) -> &Header {
        self.player.recording().header()
    }

    /// A name for the saved recording.
    pub fn recording_name(&self) -> String {
        format!("{}.mcap", self.stem())
    }

    /// The title without the ending of its file.
    pub fn stem(&self) -> &str {
        let title = &self.title;
        ["py", "mcap"]
            .iter()
            .find_map(|ending| title.strip_suffix(ending)?.strip_suffix('.'))
            .unwrap_or(title)
    }

    /// The run at a glance.
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The axis of time with imports of the library folded.
    pub const fn axis(&self) -> &TimeAxis {
        &self.axis
    }

    /// Every wait of every thread.
    pub const fn waits(&self) -> &Waits {
        &self.waits
    }

    /// The program's text.
    pub const fn source(&self) -> &SourceText {
        &self.source
    }

    /// Why the program could not be compiled.
    pub const fn syntax_error(&self) -> Option<&CompileError> {
        self.syntax_error.as_ref()
    }

    /// How the run ended, once it did, and whether that is bad.
    pub fn outcome(&self) -> Option<(String, bool)> {
        if let Some(damage) = &self.damage {
            return Some((damage.clone(), true));
        }
        if let Some(failure) = self.run.as_ref().and_then(Run::failure) {
            return Some((failure, true));
        }
        if self.syntax_error.is_some() {
            return Some(("SyntaxError".to_owned(), true));
        }
        let recording = self.player.recording();
        let last = recording.len().checked_sub(1)?;
        match recording.event(Moment(last)).ok()? {
            Event::End { status, reason } => {
                let reason = self.names.text(reason);
                if !reason.is_empty() {
                    Some((format!("stopped: {reason}"), true))
                } else if status != 0 {
                    Some((format!("exit status {status}"), true))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// The name of a thread, also of one that has not started at the moment shown.
    pub fn thread_name(&self, thread: ThreadId) -> String {
        let named = self
            .timeline
            .threads()
            .find(|lane| lane.thread == thread)
            .map(|lane| lane.name);
        match (named.map_or("", |name| self.names.text(name)), thread.0) {
            ("", 0) => "MainThread".to_owned(),
            ("", number) => format!("Thread-{number}"),
            (name, _) => name.to_owned(),
        }
    }

    /// The name of a code object; the body of a module of the library goes by the module's name.
    pub fn code_name(&self, code: CodeId) -> String {
        let Some(code) = self.names.code(code) else {
            return "?".to_owned();
        };
        if &*code.co_name == "<module>" && self.names.program() != Some(&*code.co_filename) {
            return format!("import {}", module_of(&code.co_filename));
        }
        function_name(code)
    }

    /// Whether a code object comes from the program or a module beside it.
    pub fn is_program_code(&self, code: CodeId) -> bool {
        self.names
            .code(code)
            .is_some_and(|code| self.names.is_program_file(&code.co_filename))
    }

    /// The object that a name of the program stands for at the moment shown: a local of the
    /// innermost frames first, then a global.
    pub fn variable(&self, name: &str) -> Option<ObjId> {
        let stacks = crate::views::frames::stacks(self.look());
        stacks
            .iter()
            .flat_map(|thread| &thread.frames)
            .filter(|frame| frame.of_the_program)
            .flat_map(|frame| &frame.variables)
            .find(|variable| variable.name == name && !variable.object.is_null())
            .map(|variable| variable.object)
    }

    /// The lesson this is, with the stop one is at.
    pub fn lesson(&self) -> Option<(&Lesson, Option<usize>)> {
        Some((self.lesson.as_deref()?, self.stop))
    }

    /// Goes to another stop of the lesson.
    pub fn go_to_stop(&mut self, stop: usize) -> Option<Stop> {
        let found = self.lesson.as_ref()?.stops.get(stop)?.clone();
        self.stop = Some(stop);
        Some(found)
    }

    /// Whether the program stands behind its last instruction.
    pub const fn is_over(&self) -> bool {
        matches!(
            self.player.state().stage,
            Stage::Finalizing | Stage::Ended { .. }
        )
    }
}

/// The name of the module in a file: `lib/json/__init__.py` holds `json`.
fn module_of(path: &str) -> &str {
    let path = path.strip_suffix(".py").unwrap_or(path);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.trim_start_matches("<frozen ").trim_end_matches('>')
}

fn step_of(size: StepSize, selected: Option<ObjId>) -> Option<Step> {
    Some(match size {
        StepSize::Event => Step::Event,
        StepSize::Instruction => Step::Instruction,
        StepSize::Line => Step::Line,
        StepSize::Over => Step::Over,
        StepSize::Call => Step::Call,
        StepSize::Return => Step::Return,
        StepSize::Exception => Step::Exception,
        StepSize::GcPhase => Step::GcPhase,
        StepSize::ThreadSwitch => Step::ThreadSwitch,
        StepSize::Output => Step::Output,
        StepSize::Selected => Step::Object(selected?),
    })
}
