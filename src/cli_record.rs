//! The commands `record`, `info` and `recover`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ouroscope::session::{Limits, Session, SessionError, SessionOptions, Sink, answers, info};
use ouroscope::stdlib::sysmodule::EMBEDDED_STDLIB;
use ouroscope::trace::{self, Written};

use crate::{Failure, read};

#[derive(clap::Args)]
pub(crate) struct RecordArgs {
    /// The recording to write
    #[arg(short, long, value_name = "OUT.mcap")]
    output: PathBuf,
    /// The seed of the string hash, as PYTHONHASHSEED
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed_hash: u32,
    /// A directory with the modules of the standard library
    #[arg(long, value_name = "DIR", env = "OUROSCOPE_STDLIB")]
    stdlib: Option<PathBuf>,
    /// Stop after so many events
    #[arg(long, value_name = "N")]
    max_events: Option<u64>,
    #[command(flatten)]
    limits: crate::LimitArgs,
    /// Refuse imports of files beside the program
    #[arg(long)]
    no_imports: bool,
    /// Do not run the program a second time to measure the slowdown
    #[arg(long)]
    no_compare: bool,
    /// The Python file
    file: PathBuf,
    /// What the program finds in `sys.argv[1:]`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(clap::Args)]
pub(crate) struct InfoArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The life of an object: who made it, took and gave back each count, changed what it holds,
    /// and freed it
    #[arg(long, value_name = "NUMBER", group = "question")]
    object: Option<u32>,
    /// The moment at which the object lives: a number, 50%, end, line:12, call:main, …
    #[arg(
        long,
        value_name = "MOMENT",
        default_value = "end",
        requires = "object"
    )]
    at: String,
    /// How often a source line was reached, and what it made
    #[arg(long, value_name = "NUMBER", group = "question")]
    line: Option<u32>,
    /// What lived when most memory was in use
    #[arg(long, group = "question")]
    peak: bool,
    /// The lines that made most during the run
    #[arg(long, group = "question")]
    made: bool,
    /// The recording
    file: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct RecoverArgs {
    /// The recording to write
    #[arg(short, long, value_name = "OUT.mcap")]
    output: PathBuf,
    /// The damaged recording
    file: PathBuf,
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::Failed(Some(error.to_string()))
    }
}

impl From<trace::RecordingError> for Failure {
    fn from(error: trace::RecordingError) -> Self {
        Self::Failed(Some(error.to_string()))
    }
}

/// Runs and records; gives the program's exit status.
pub(crate) fn record(args: &RecordArgs) -> Result<u8, Failure> {
    let limits = args.limits.limits();
    let limits = Limits {
        events: args.max_events.unwrap_or(limits.events),
        ..limits
    };
    let directory = args.file.parent().map(Path::to_owned).unwrap_or_default();
    let options = SessionOptions {
        program: ouroscope::session::program_name(&args.file),
        argv0: Some(args.file.to_string_lossy().into_owned()),
        source: read(&args.file)?,
        args: args.args.clone(),
        hash_seed: args.seed_hash,
        stdlib: args.stdlib.clone(),
        directory: (!args.no_imports).then_some(directory),
        path: vec![EMBEDDED_STDLIB.to_owned()],
        limits,
        schedule_seed: args.limits.schedule_seed,
        switch_interval: args.limits.switch_interval,
        gc_stress: args.limits.gc_stress,
        sink: Sink::File(args.output.clone()),
        terminal: true,
        question: None,
    };
    let session = Session::start(options.clone())?;
    watch(&session);
    let outcome = session.join()?;
    io::stdout().flush()?;
    let plain = if args.no_compare || outcome.stopped.is_some() {
        None
    } else {
        let quiet = SessionOptions {
            sink: Sink::Nowhere,
            terminal: false,
            ..options
        };
        Some(Session::start(quiet)?.join()?.elapsed)
    };
    if let Some(written) = outcome.written {
        summary(&args.output, &written, outcome.elapsed, plain)?;
    }
    if let Some(stopped) = outcome.stopped {
        writeln!(
            io::stderr(),
            "ouroscope: {stopped}; the recording up to there is whole"
        )?;
    }
    Ok(outcome.status as u8)
}

/// Shows how far the run is, when somebody looks.
fn watch(session: &Session) {
    let terminal = io::stderr().is_terminal();
    while session.is_running() {
        std::thread::sleep(Duration::from_millis(if terminal { 100 } else { 5 }));
        if terminal && session.elapsed() > Duration::from_millis(500) {
            let progress = session.progress();
            let (events, bytes) = (progress.events, progress.bytes >> 10);
            let _ = write!(io::stderr(), "\r{events} events, {bytes} KiB in use\x1b[K");
        }
    }
    if terminal {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

fn summary(
    output: &Path,
    written: &Written,
    elapsed: Duration,
    plain: Option<Duration>,
) -> io::Result<()> {
    let Written {
        events,
        texts: _,
        codes: _,
        objects,
        bytes,
    } = *written;
    let each = bytes as f64 / events.max(1) as f64;
    let mut out = io::stderr().lock();
    writeln!(
        out,
        "{}: {events} events, {objects} objects",
        output.display()
    )?;
    writeln!(out, "{bytes} bytes, {each:.2} for each event")?;
    let seconds = elapsed.as_secs_f64();
    match plain {
        Some(plain) => {
            let slowdown = seconds / plain.as_secs_f64().max(1e-9);
            writeln!(
                out,
                "{seconds:.3} s, {slowdown:.1} times as long as without recording"
            )
        }
        None => writeln!(out, "{seconds:.3} s"),
    }
}

pub(crate) fn show_info(args: &InfoArgs) -> Result<(), Failure> {
    let recording = Arc::new(trace::open(&args.file)?);
    let mut out = io::stdout().lock();
    if let Some(number) = args.object {
        let at = trace::find_moment(&recording, &args.at)
            .map_err(|error| Failure::Misuse(error.to_string()))?;
        let answer = answers::object(&recording, number, at)?.ok_or_else(|| {
            Failure::Failed(Some(format!(
                "{}: no object {number} lives at moment {} or before",
                args.file.display(),
                at.0
            )))
        })?;
        return tell(args, &answer, &mut out, |out| answer.write(out));
    }
    if let Some(number) = args.line {
        let answer = answers::line(&recording, number)?;
        return tell(args, &answer, &mut out, |out| answer.write(out));
    }
    if args.peak {
        let answer = answers::peak(&recording)?;
        return tell(args, &answer, &mut out, |out| answer.write(out));
    }
    if args.made {
        let answer = answers::made(&recording)?;
        return tell(args, &answer, &mut out, |out| {
            answers::write_totals(&answer, out)
        });
    }
    let info = info(&recording)?;
    tell(args, &info, &mut out, |out| info.write(out))
}

/// Prints an answer as JSON or in words.
fn tell(
    args: &InfoArgs,
    answer: &impl serde::Serialize,
    out: &mut dyn io::Write,
    in_words: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Failure> {
    if args.json {
        let text = serde_json::to_string_pretty(answer).expect("plain data can be written");
        writeln!(out, "{text}")?;
    } else {
        in_words(out)?;
    }
    Ok(())
}

pub(crate) fn recover(args: &RecoverArgs) -> Result<(), Failure> {
    let written = trace::recover(&args.file, &args.output)?;
    let path = args.output.display();
    writeln!(io::stdout(), "{path}: {} events are whole", written.events)?;
    Ok(())
}
