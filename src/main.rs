//! The command line: reads the arguments and calls the library.

mod cli_export;
#[cfg_attr(not(feature = "window"), path = "cli_no_picture.rs")]
mod cli_picture;
mod cli_record;

use std::borrow::Cow;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use ouroscope::bytecode::dis::{DisOptions, dis};
use ouroscope::compiler::{self, CompileOptions, json};
use ouroscope::session::{Limits, Session, SessionOptions, Sink};
use ouroscope::stdlib::sysmodule::EMBEDDED_STDLIB;
use ouroscope::threads::Nanos;
use ouroscope::views::pipeline::compare::Comparison;

/// Shows how CPython 3.13 runs a program.
///
/// Without a command it opens the window, on FILE when one is given.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    window: WindowArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Args)]
struct WindowArgs {
    /// A Python program or a recording (.mcap) to open in the window
    file: Option<PathBuf>,
    /// Write a picture of the window as PNG and end
    #[arg(long, value_name = "OUT.png")]
    screenshot: Option<PathBuf>,
    /// The moment to show: a number, 50%, end, line:12, `gc:1/subtract_refs`, call:main, …
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// Learn, Objects, Collector, Threads, Memory or Present
    #[arg(long, value_name = "NAME")]
    layout: Option<String>,
    /// The panel to bring to the front
    #[arg(long, value_name = "NAME")]
    panel: Option<String>,
    /// The stage the Pipeline panel shows: Tokens, AST, Symbols, "Flow graph", Optimizations, Bytecode
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// Another version of FILE, whose bytecode the Pipeline panel compares
    #[arg(long, value_name = "OLD.py")]
    compare: Option<PathBuf>,
    /// The variable whose object is selected
    #[arg(long, value_name = "NAME")]
    select: Option<String>,
    /// The stop of the lesson to go to, from 1
    #[arg(long, value_name = "NUMBER")]
    stop: Option<usize>,
    /// The size of the window, such as 1280x800
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// light, dark or high-contrast
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
    /// The size of text in percent, from 80 to 300
    #[arg(long, value_name = "PERCENT")]
    text_size: Option<u16>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the bytecode of a file, as `python3.13 -m dis` does
    Dis(DisArgs),
    /// Run a Python file as `PYTHONHASHSEED=N python3.13 FILE` does
    Run(RunArgs),
    /// Compile files and print their code objects
    Compile(CompileArgs),
    /// Run a Python file and save the recording of everything that happens
    Record(cli_record::RecordArgs),
    /// Say what is in a recording
    Info(cli_record::InfoArgs),
    /// Write a recording in a format that other programs read
    Export(cli_export::ExportArgs),
    /// Save what is whole of a damaged recording
    Recover(cli_record::RecoverArgs),
}

#[derive(clap::Args)]
struct DisArgs {
    /// Show inline caches
    #[arg(short = 'C', long)]
    show_caches: bool,
    /// Show instruction offsets
    #[arg(short = 'O', long)]
    show_offsets: bool,
    /// Show what changes in the bytecode from FILE to NEW.py
    #[arg(long, value_name = "NEW.py", conflicts_with_all = ["show_caches", "show_offsets"])]
    diff: Option<PathBuf>,
    /// The Python file; - reads the standard input
    #[arg(default_value = "-")]
    file: PathBuf,
}

#[derive(clap::Args)]
struct RunArgs {
    /// The seed of the string hash, as PYTHONHASHSEED
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed_hash: u32,
    /// A directory with the modules of the standard library
    #[arg(long, value_name = "DIR", env = "OUROSCOPE_STDLIB")]
    stdlib: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
    /// The Python file
    file: PathBuf,
    /// What the program finds in `sys.argv[1:]`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// What decides how threads take turns, and how far a run may go.
#[derive(clap::Args)]
struct LimitArgs {
    /// Decides what CPython leaves to the operating system's scheduler
    #[arg(long, value_name = "N", default_value_t = 0)]
    schedule_seed: u64,
    /// How long a thread keeps the GIL when others want it (sys.setswitchinterval)
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    switch_interval: Option<Nanos>,
    /// Stop after so much virtual time
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    max_time: Option<Nanos>,
    /// Stop when the program's objects take so many bytes; K, M and G stand for powers of 1024
    #[arg(long, alias = "max-bytes", value_name = "BYTES", value_parser = bytes)]
    max_memory: Option<u64>,
    /// Collect garbage at every allocation, to find references that are not counted
    #[arg(long)]
    gc_stress: bool,
}

impl LimitArgs {
    fn limits(&self) -> Limits {
        let defaults = Limits::default();
        Limits {
            bytes: self.max_memory.unwrap_or(defaults.bytes),
            time: self.max_time,
            ..defaults
        }
    }
}

/// A positive number of seconds.
fn seconds(text: &str) -> Result<Nanos, String> {
    match text.parse::<f64>() {
        Ok(secs) if secs > 0.0 => Ok(Nanos::from_secs_ceil(secs)),
        Ok(_) => Err("it must be above 0".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A number of bytes, such as 64M.
fn bytes(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.trim_end_matches(['b', 'B']).char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 10),
        Some((at, 'm' | 'M')) => (&text[..at], 20),
        Some((at, 'g' | 'G')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let count: u64 = digits.parse().map_err(|error| format!("{error}"))?;
    count
        .checked_mul(1 << shift)
        .ok_or_else(|| "it is too large".to_owned())
}

#[derive(clap::Args)]
struct CompileArgs {
    /// Print one line of JSON for each code object
    #[arg(long, required = true)]
    json: bool,
    /// The Python files; with several, a line that names the file comes before each one's lines
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Why a command did not succeed.
enum Failure {
    /// The command was not given what it needs; exit status 2.
    Misuse(String),
    /// It was tried and failed; exit status 1, with a line for stderr if there is more to say.
    Failed(Option<String>),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // A reader that has seen enough, such as `head`, is no reason to complain.
        let quiet = error.kind() == io::ErrorKind::BrokenPipe;
        Self::Failed((!quiet).then(|| error.to_string()))
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Run(args)) => match run_file(args) {
            Ok(status) => return ExitCode::from(status),
            Err(failure) => Err(failure),
        },
        Some(Command::Record(args)) => match cli_record::record(&args) {
            Ok(status) => return ExitCode::from(status),
            Err(failure) => Err(failure),
        },
        Some(Command::Info(args)) => cli_record::show_info(&args),
        Some(Command::Export(args)) => cli_export::export(&args),
        Some(Command::Recover(args)) => cli_record::recover(&args),
        Some(Command::Dis(args)) => run_dis(&args),
        Some(Command::Compile(args)) => run_compile(&args),
        None => open_window(cli.window),
    };
    let (status, message) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Misuse(message)) => (2, Some(message)),
        Err(Failure::Failed(message)) => (1, message),
    };
    if let Some(message) = message {
        // Nothing is left to do when even stderr is closed.
        let _ = writeln!(io::stderr(), "ouroscope: {message}");
    }
    ExitCode::from(status)
}

#[cfg(feature = "window")]
fn open_window(args: WindowArgs) -> Result<(), Failure> {
    use ouroscope::app::{
        self, Options, layout::LayoutKind, ui::panels::PanelKind, ui::panels::pipeline::StageTab,
        ui::theme::ThemeKind, window::parse_size,
    };

    let layout = wanted(args.layout.as_deref(), "layout", LayoutKind::from_name)?;
    let panel = wanted(args.panel.as_deref(), "panel", PanelKind::from_name)?;
    let stage = wanted(args.stage.as_deref(), "stage", StageTab::from_name)?;
    let theme = wanted(args.theme.as_deref(), "theme", ThemeKind::from_name)?;
    let size = wanted(args.size.as_deref(), "size", parse_size)?;
    if let Some(file) = args.file.as_ref().filter(|_| args.screenshot.is_some()) {
        // The window would show the error; a picture of it is not what was asked for.
        read(file)?;
    }
    let options = Options {
        file: args.file,
        screenshot: args.screenshot,
        at: args.at,
        layout,
        panel,
        stage,
        compare: args.compare,
        select: args.select,
        stop: args.stop,
        size,
        theme,
        text_scale: args.text_size.map(|percent| f32::from(percent) / 100.0),
    };
    app::run(options).map_err(|error| Failure::Failed(Some(error.to_string())))
}

/// Reads an option that is given as text.
#[cfg(feature = "window")]
fn wanted<T>(
    text: Option<&str>,
    what: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Failure> {
    text.map(|text| {
        parse(text).ok_or_else(|| Failure::Misuse(format!("there is no {what} {text:?}")))
    })
    .transpose()
}

#[cfg(not(feature = "window"))]
fn open_window(_args: WindowArgs) -> Result<(), Failure> {
    Err(Failure::Misuse(
        "this build has no window; see `ouroscope --help` for the commands".to_owned(),
    ))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Misuse(format!("{}: {error}", file.display())))
}

fn run_dis(args: &DisArgs) -> Result<(), Failure> {
    let (source, filename) = if args.file.as_os_str() == "-" {
        let mut source = Vec::new();
        io::stdin().lock().read_to_end(&mut source)?;
        (source, Cow::Borrowed("<stdin>"))
    } else {
        (read(&args.file)?, args.file.to_string_lossy())
    };
    if let Some(new) = &args.diff {
        let mut text = format!("--- {filename}\n+++ {}\n", new.display());
        let found = Comparison::new(&source, &read(new)?, &filename)
            .map_err(|error| Failure::Failed(Some(error)))?;
        found
            .write(&mut text)
            .expect("writing to a string does not fail");
        return Ok(io::stdout().lock().write_all(text.as_bytes())?);
    }
    let options = CompileOptions {
        startup: compiler::Startup::Dis,
        ..CompileOptions::exec(&*filename)
    };
    let compiled = compiler::compile(&source, &options)
        .map_err(|error| Failure::Failed(Some(format!("{filename}: {error}"))))?;
    let options = DisOptions {
        show_caches: args.show_caches,
        show_offsets: args.show_offsets,
        address_of: &|code| std::ptr::from_ref(code).addr() as u64,
    };
    let mut text = String::new();
    dis(&mut text, &compiled.code, &options).expect("writing to a string does not fail");
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

fn run_file(args: RunArgs) -> Result<u8, Failure> {
    let options = SessionOptions {
        program: ouroscope::session::program_name(&args.file),
        argv0: Some(args.file.to_string_lossy().into_owned()),
        source: read(&args.file)?,
        directory: Some(args.file.parent().map(Path::to_owned).unwrap_or_default()),
        args: args.args,
        hash_seed: args.seed_hash,
        stdlib: args.stdlib,
        path: vec![EMBEDDED_STDLIB.to_owned()],
        limits: args.limits.limits(),
        schedule_seed: args.limits.schedule_seed,
        switch_interval: args.limits.switch_interval,
        gc_stress: args.limits.gc_stress,
        sink: Sink::Nowhere,
        terminal: true,
        question: None,
    };
    let outcome = Session::start(options)?.join()?;
    if let Some(stopped) = outcome.stopped {
        // Nothing is left to do when even stderr is closed.
        let _ = writeln!(io::stderr(), "ouroscope: {stopped}");
    }
    Ok(outcome.status as u8)
}

fn run_compile(args: &CompileArgs) -> Result<(), Failure> {
    let CompileArgs { json: _, files } = args;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut failed = false;
    for file in files {
        let source = read(file)?;
        if files.len() > 1 {
            json::write_file_name(&mut out, &file.to_string_lossy())?;
        }
        match compiler::compile(&source, &CompileOptions::exec("FILE")) {
            Ok(compiled) => json::write_code(&mut out, &compiled.code)?,
            Err(error) => {
                failed = true;
                json::write_error(&mut out, &error)?;
            }
        }
    }
    out.flush()?;
    if failed {
        return Err(Failure::Failed(None));
    }
    Ok(())
}
