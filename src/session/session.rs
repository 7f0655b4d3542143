//! A run in progress: the machine on its own thread, its recording, and the way to stop it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::host::{ReadSources, SessionHost};
use super::limits::{Gauge, Limits, Metered};
use super::question::Question;
use crate::base::TextId;
use crate::bytecode::CodeObject;
use crate::events::{CodeId, Event, EventSink, Held, Reporter};
use crate::interpreter::ceval::INSTRUCTION_NANOS;
use crate::objects::vm;
use crate::stdlib::run::{RunOptions, RunResult, STACK_SIZE, new_machine, run_program};
use crate::threads::Nanos;
use crate::trace::{
    FileRecorder, FileTask, Header, Recording, RecordingError, RecordingWriter, Written,
};

/// Where the events go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Sink {
    /// Into memory, to be looked at while the run goes on.
    #[default]
    Memory,
    /// Into a file, as they come; memory stays small.
    File(PathBuf),
    /// Nowhere: the program just runs.
    Nowhere,
}

/// What to run, and how.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// The path as messages show it, or a name such as `<editor>`.
    pub program: String,
    pub source: Vec<u8>,
    /// `sys.argv[0]`, where it is not `program`.
    pub argv0: Option<String>,
    /// `sys.argv[1:]`.
    pub args: Vec<String>,
    /// `PYTHONHASHSEED`.
    pub hash_seed: u32,
    /// The folder of a standard library, instead of the embedded one.
    pub stdlib: Option<PathBuf>,
    /// The only folder whose files imports may read; `None`: none.
    pub directory: Option<PathBuf>,
    /// Where the standard library is found on `sys.path`.
    pub path: Vec<String>,
    pub limits: Limits,
    /// Decides what CPython leaves to the operating system's scheduler.
    pub schedule_seed: u64,
    /// `sys.getswitchinterval()` at the start; `None`: CPython's 5 ms.
    pub switch_interval: Option<Nanos>,
    /// A pass of the collector at every allocation: to find references that are not counted.
    pub gc_stress: bool,
    pub sink: Sink,
    /// The program writes to and reads from this process's streams.
    pub terminal: bool,
    /// Asked on the way; the run then ends.
    pub question: Option<Question>,
}

/// A run cannot begin, or its file failed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("cannot start a thread for the machine: {0}")]
    Thread(std::io::Error),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error("the machine broke down; this is a bug")]
    Panicked,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The exit status.
    pub status: i32,
    /// One sentence on why the run was stopped before its end.
    pub stopped: Option<String>,
    /// Events recorded.
    pub events: u64,
    /// Real time from start to end.
    pub elapsed: Duration,
    /// What the file holds, with [`Sink::File`].
    pub written: Option<Written>,
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    pub events: u64,
    /// Bytes in blocks that the program holds.
    pub bytes: u64,
    pub running: bool,
}

/// A run in progress.
#[derive(Debug)]
pub struct Session {
    recording: Arc<Recording>,
    stop: Arc<AtomicBool>,
    gauge: Arc<Gauge>,
    limits: Limits,
    started: Instant,
    thread: JoinHandle<(RunResult, Duration)>,
    file: Option<FileTask>,
}

impl Session {
    /// Starts a run on a thread of its own.
    pub fn start(options: SessionOptions) -> Result<Self, SessionError> {
        let header = header_of(&options);
        let recording = Arc::new(Recording::new(header.clone()));
        let text = String::from_utf8_lossy(&options.source).into_owned();
        recording.add_source(&options.program, &text);
        let stop = Arc::new(AtomicBool::new(false));
        let gauge = Arc::new(Gauge::default());
        let sources = ReadSources::default();
        let mut file = None;
        let reporter = match &options.sink {
            Sink::Nowhere => Reporter::default(),
            Sink::Memory => {
                let sink = MemorySink {
                    writer: RecordingWriter::new(Arc::clone(&recording)),
                    recording: Arc::clone(&recording),
                    sources: Arc::clone(&sources),
                };
                let metered =
                    Metered::new(sink, options.limits, Arc::clone(&stop), Arc::clone(&gauge));
                Reporter::to(Box::new(metered))
            }
            Sink::File(path) => {
                let (mut recorder, task) = FileRecorder::start(path, &header)?;
                recorder.source(&options.program, &text);
                file = Some(task);
                let sink = FileSink {
                    recorder,
                    sources: Arc::clone(&sources),
                    stop: Arc::clone(&stop),
                };
                let metered =
                    Metered::new(sink, options.limits, Arc::clone(&stop), Arc::clone(&gauge));
                Reporter::to(Box::new(metered))
            }
        };
        let host = SessionHost::new(
            options.directory.as_deref(),
            options.stdlib.clone(),
            options.terminal,
            sources,
        );
        let run_options = RunOptions {
            argv0: options.argv0.unwrap_or_else(|| options.program.clone()),
            filename: options.program.clone(),
            source: options.source,
            args: options.args,
            hash_seed: options.hash_seed,
            path: options.path,
            optimize: 0,
            budgets: options.limits.budgets(),
            schedule_seed: options.schedule_seed,
            switch_interval: options.switch_interval,
            gc_stress: options.gc_stress,
        };
        let flag = Arc::clone(&stop);
        let finished = Arc::clone(&recording);
        let started = Instant::now();
        let body = move || {
            // Whatever happens in the machine, readers learn that nothing more will come.
            let _complete = CompleteOnDrop(finished);
            let started = Instant::now();
            let mut vm = new_machine(&run_options, Box::new(host), reporter);
            vm.set_budgets(run_options.budgets, flag);
            if let Some(question) = options.question {
                vm.interp.question = Some(Box::new(vm::Question {
                    instructions: question.instructions,
                    depth: question.depth,
                    text: question.text,
                    answer: crate::stdlib::question::answer,
                }));
            }
            let result = run_program(&mut vm, &run_options);
            (result, started.elapsed())
        };
        let thread = std::thread::Builder::new()
            .name("machine".to_owned())
            .stack_size(STACK_SIZE)
            .spawn(body)
            .map_err(SessionError::Thread)?;
        Ok(Self {
            recording,
            stop,
            gauge,
            limits: options.limits,
            started,
            thread,
            file,
        })
    }

    /// What is being recorded; grows while the run goes on (with [`Sink::Memory`]).
    pub const fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// How far the run is.
    pub fn progress(&self) -> Progress {
        Progress {
            events: self.gauge.events(),
            bytes: self.gauge.bytes(),
            running: self.is_running(),
        }
    }

    /// Whether the machine still runs.
    pub fn is_running(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Real time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Why writing the file failed, as soon as it did.
    pub fn file_error(&self) -> Option<String> {
        self.file.as_ref().and_then(FileTask::error)
    }

    /// Asks the machine to stop; it does so within an instruction or a loop of a native function.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Waits for the end.
    pub fn join(self) -> Result<Outcome, SessionError> {
        let events = Arc::clone(&self.gauge);
        let joined = self.thread.join();
        let written = self.file.map(FileTask::join).transpose();
        let (result, elapsed) = joined.ok().ok_or(SessionError::Panicked)?;
        let exceeded = self
            .gauge
            .exceeded()
            .map(|what| what.sentence(&self.limits));
        let stopped = exceeded.or_else(|| result.stop.as_ref().map(ToString::to_string));
        Ok(Outcome {
            status: result.status,
            stopped,
            events: events.events(),
            elapsed,
            written: written?,
        })
    }
}

/// The path of a program as messages and `__file__` show it, whatever folder the user is in.
pub fn program_name(file: &Path) -> String {
    let path = std::path::absolute(file);
    path.as_deref()
        .unwrap_or(file)
        .to_string_lossy()
        .into_owned()
}

fn header_of(options: &SessionOptions) -> Header {
    let mut argv = vec![options.argv0.as_ref().unwrap_or(&options.program).clone()];
    argv.extend(options.args.iter().cloned());
    let mut others = BTreeMap::new();
    let defaults = Limits::default();
    if options.limits.events != defaults.events {
        others.insert("limit_events".to_owned(), options.limits.events.to_string());
    }
    if options.limits.bytes != defaults.bytes {
        others.insert("limit_bytes".to_owned(), options.limits.bytes.to_string());
    }
    if let Some(time) = options.limits.time {
        others.insert("limit_nanos".to_owned(), time.0.to_string());
    }
    if let Some(interval) = options.switch_interval {
        others.insert("switch_interval_nanos".to_owned(), interval.0.to_string());
    }
    if options.gc_stress {
        others.insert("gc_stress".to_owned(), "true".to_owned());
    }
    let stdlib = options
        .stdlib
        .as_ref()
        .map(|folder| folder.display().to_string());
    Header {
        program: options.program.clone(),
        argv,
        hash_seed: options.hash_seed,
        schedule_seed: options.schedule_seed,
        instruction_nanos: INSTRUCTION_NANOS,
        stdlib: stdlib.unwrap_or_else(|| "embedded".to_owned()),
        writer: format!("ouroscope {}", env!("CARGO_PKG_VERSION")),
        options: others,
    }
}

/// Says that the recording is complete when the machine is gone.
struct CompleteOnDrop(Arc<Recording>);

impl Drop for CompleteOnDrop {
    fn drop(&mut self) {
        RecordingWriter::new(Arc::clone(&self.0)).finish();
    }
}

/// Takes the source files that the host read since the last call.
fn take_sources(sources: &Mutex<Vec<(String, String)>>) -> Vec<(String, String)> {
    std::mem::take(&mut *sources.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A recording in memory, with the sources of the modules it imports.
#[derive(Debug)]
struct MemorySink {
    writer: RecordingWriter,
    recording: Arc<Recording>,
    sources: ReadSources,
}

impl EventSink for MemorySink {
    fn events(&mut self, events: &[Event]) {
        self.writer.events(events);
    }

    fn text(&mut self, id: TextId, text: &str) {
        self.writer.text(id, text);
    }

    fn code(&mut self, id: CodeId, code: &Arc<CodeObject>) {
        // A module's code comes directly after its file was read.
        for (path, text) in take_sources(&self.sources) {
            self.recording.add_source(&path, &text);
        }
        self.writer.code(id, code);
    }
}

/// A recording in a file, with the sources of the modules it imports.
#[derive(Debug)]
struct FileSink {
    recorder: FileRecorder,
    sources: ReadSources,
    stop: Arc<AtomicBool>,
}

impl EventSink for FileSink {
    fn events(&mut self, events: &[Event]) {
        self.recorder.events(events);
    }

    fn take(&mut self, events: &mut Vec<Event>, held: Held) {
        self.recorder.take(events, held);
        // A disk that is full is said at once, not at the end of the run.
        if self.recorder.has_failed() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn text(&mut self, id: TextId, text: &str) {
        self.recorder.text(id, text);
    }

    fn code(&mut self, id: CodeId, code: &Arc<CodeObject>) {
        for (path, text) in take_sources(&self.sources) {
            self.recorder.source(&path, &text);
        }
        self.recorder.code(id, code);
    }
}
