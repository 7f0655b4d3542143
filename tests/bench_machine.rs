//! How fast programs run beside CPython: `PYTHON=python3.13 cargo bench --no-default-features --bench machine`.
//!
//! Runs each program of `tests/bench_programs` by turns in the real CPython, in the machine
//! unrecorded, and in the machine with a recording to a file, as processes of their own, and
//! prints the best times and their ratios. Without `PYTHON` only the machine is measured. Words
//! behind `--` choose programs by name; `OUROSCOPE_BENCH_ROUNDS` sets the number of rounds.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The best times of one program.
struct Times {
    name: String,
    cpython: Option<Duration>,
    unrecorded: Duration,
    recorded: Duration,
}

fn main() -> io::Result<()> {
    let python = std::env::var_os("PYTHON");
    let rounds = std::env::var("OUROSCOPE_BENCH_ROUNDS").ok();
    let rounds = rounds.and_then(|text| text.parse().ok()).unwrap_or(5);
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let recording = std::env::temp_dir().join(format!("ouroscope-{}.mcap", std::process::id()));
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<18}{:>10}{:>12}{:>8}{:>12}{:>8}",
        "", "CPython", "unrecorded", "ratio", "recorded", "ratio"
    )?;
    let mut all = Vec::new();
    for program in programs(&chosen)? {
        let times = measure(&program, python.as_deref(), &recording, rounds)?;
        print(&mut out, &times)?;
        all.push(times);
    }
    // What an empty program takes says nothing about running.
    all.retain(|times| times.name != "start_up");
    if let (Some(unrecorded), Some(recorded)) = (
        geometric_mean(&all, |times| times.unrecorded),
        geometric_mean(&all, |times| times.recorded),
    ) {
        writeln!(
            out,
            "{:<18}{:>10}{:>12}{unrecorded:>8.2}{:>12}{recorded:>8.2}",
            "geometric mean", "", "", ""
        )?;
    }
    std::fs::remove_file(recording).or(Ok(()))
}

fn programs(chosen: &[String]) -> io::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench_programs");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    found.retain(|path| {
        path.extension() == Some(OsStr::new("py"))
            && (chosen.is_empty() || chosen.contains(&name_of(path)))
    });
    found.sort();
    Ok(found)
}

fn name_of(program: &Path) -> String {
    program
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

fn measure(
    program: &Path,
    python: Option<&OsStr>,
    recording: &Path,
    rounds: usize,
) -> io::Result<Times> {
    let ours = env!("CARGO_BIN_EXE_ouroscope");
    let mut best: [Option<Duration>; 3] = [None; 3];
    for _ in 0..rounds {
        let mut unrecorded = Command::new(ours);
        unrecorded.arg("run").arg(program);
        let mut recorded = Command::new(ours);
        recorded
            .args(["record", "--no-compare", "-o"])
            .arg(recording)
            .arg(program);
        let commands = [
            python.map(|python| {
                let mut command = Command::new(python);
                command.arg(program).env("PYTHONHASHSEED", "0");
                command
            }),
            Some(unrecorded),
            Some(recorded),
        ];
        for (best, command) in best.iter_mut().zip(commands) {
            let Some(mut command) = command else { continue };
            let started = Instant::now();
            let status = command.stdout(Stdio::null()).status()?;
            let time = started.elapsed();
            if !status.success() {
                let name = name_of(program);
                return Err(io::Error::other(format!("{name} ended with {status}")));
            }
            *best = Some(best.map_or(time, |best| best.min(time)));
        }
    }
    let [cpython, unrecorded, recorded] = best;
    Ok(Times {
        name: name_of(program),
        cpython,
        unrecorded: unrecorded.unwrap_or_default(),
        recorded: recorded.unwrap_or_default(),
    })
}

fn ratio(time: Duration, times: &Times) -> Option<f64> {
    times
        .cpython
        .map(|cpython| time.as_secs_f64() / cpython.as_secs_f64())
}

fn print(out: &mut impl io::Write, times: &Times) -> io::Result<()> {
    let shown = |time: Option<Duration>| time.map_or_else(String::new, |t| format!("{t:.1?}"));
    let shown_ratio =
        |time: Duration| ratio(time, times).map_or_else(String::new, |r| format!("{r:.2}"));
    writeln!(
        out,
        "{:<18}{:>10}{:>12}{:>8}{:>12}{:>8}",
        times.name,
        shown(times.cpython),
        shown(Some(times.unrecorded)),
        shown_ratio(times.unrecorded),
        shown(Some(times.recorded)),
        shown_ratio(times.recorded),
    )
}

fn geometric_mean(all: &[Times], time: impl Fn(&Times) -> Duration) -> Option<f64> {
    let ratios: Vec<f64> = all
        .iter()
        .map(|t| ratio(time(t), t))
        .collect::<Option<_>>()?;
    let logs: f64 = ratios.iter().map(|r| r.ln()).sum();
    (!ratios.is_empty()).then(|| (logs / ratios.len() as f64).exp())
}
