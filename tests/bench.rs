//! What recording costs: `cargo bench --no-default-features`.
//!
//! Runs a program with and without recording, and measures the recording it leaves: bytes for
//! each event, opening, seeking both ways, memory. `OUROSCOPE_BENCH_EVENTS` sets how long the
//! program is (ten million events by default, the size of the design's budgets);
//! `OUROSCOPE_BENCH_PYTHON` names a CPython 3.13 that runs the same program for comparison.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ouroscope::base::Moment;
use ouroscope::events::Event;
use ouroscope::session::{Outcome, Session, SessionOptions, Sink};
use ouroscope::trace::{self, Player, State, codec};

/// Calls, attributes, containers, floats and cycles, until enough events happened.
const PROGRAM: &str = "
class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def moved(self, dx):
        return Point(self.x + dx, self.y * 1.5)

def work(rounds):
    points = {}
    for i in range(rounds):
        p = Point(i, float(i))
        for j in range(5):
            p = p.moved(j)
        points[i % 500] = p
        p.me = [p, str(i)]
    return len(points)

print(work(ROUNDS))
";
/// Events of one round of the program, about.
const EVENTS_PER_ROUND: u64 = 1100;

fn main() -> io::Result<()> {
    let wanted = std::env::var("OUROSCOPE_BENCH_EVENTS").ok();
    let wanted: u64 = wanted
        .and_then(|text| text.parse().ok())
        .unwrap_or(10_000_000);
    let folder = std::env::temp_dir().join(format!("ouroscope-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = measure(wanted, &folder);
    std::fs::remove_dir_all(&folder)?;
    result
}

fn source(events: u64) -> String {
    let rounds = (events / EVENTS_PER_ROUND).max(1);
    PROGRAM.replace("ROUNDS", &rounds.to_string())
}

fn run(source: &str, sink: Sink) -> Outcome {
    let options = SessionOptions {
        program: "bench.py".to_owned(),
        source: source.as_bytes().to_vec(),
        sink,
        ..SessionOptions::default()
    };
    let session = Session::start(options).expect("threads can be made");
    session.join().expect("the machine does not panic")
}

fn measure(wanted: u64, folder: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let text = source(wanted);
    let file = folder.join("bench.mcap");

    let plain = run(&text, Sink::Nowhere);
    let started = Instant::now();
    let saved = run(&text, Sink::File(file.clone()));
    let with_file = started.elapsed();
    let written = saved.written.expect("it went to a file");
    writeln!(out, "events                      {:>12}", written.events)?;
    line(&mut out, "run, not recording", plain.elapsed)?;
    line(&mut out, "run, recording to a file", saved.elapsed)?;
    line(&mut out, "  until the file is whole", with_file)?;
    let each = with_file.as_nanos() as f64 / written.events as f64;
    writeln!(out, "  for each event            {each:>12.1} ns")?;
    memory(&mut out, "peak memory while recording")?;
    let ratio = with_file.as_secs_f64() / plain.elapsed.as_secs_f64().max(1e-9);
    writeln!(out, "against not recording       {ratio:>12.1} times")?;
    if let Ok(python) = std::env::var("OUROSCOPE_BENCH_PYTHON") {
        let elapsed = with_cpython(&python, &text, folder)?;
        line(&mut out, "CPython", elapsed)?;
        let ratio = with_file.as_secs_f64() / elapsed.as_secs_f64().max(1e-9);
        writeln!(out, "recording against CPython   {ratio:>12.1} times")?;
    }
    let each = written.bytes as f64 / written.events as f64;
    writeln!(
        out,
        "bytes on disk               {:>12}  {each:.3} for each event",
        written.bytes
    )?;

    reading(&mut out, &file, written.events)?;
    coding(&mut out, &file)?;

    writeln!(
        out,
        "\nevents       bytes/event  ns/event      open  to the end"
    )?;
    let mut size = 10_000;
    while size <= wanted {
        growth(&mut out, &source(size), folder)?;
        size *= 10;
    }
    Ok(())
}

/// The same program, without the time that an empty one takes to start; the best of three.
fn with_cpython(python: &str, text: &str, folder: &Path) -> io::Result<Duration> {
    let time = |text: &str| -> io::Result<Duration> {
        let path = folder.join("bench.py");
        std::fs::write(&path, text)?;
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let started = Instant::now();
            let status = Command::new(python)
                .arg(&path)
                .stdout(Stdio::null())
                .status()?;
            if !status.success() {
                return Err(io::Error::other("CPython failed"));
            }
            best = best.min(started.elapsed());
        }
        Ok(best)
    };
    Ok(time(text)?.saturating_sub(time("")?))
}

/// Opening the file, and seeks in it.
fn reading(out: &mut impl io::Write, file: &Path, events: u64) -> io::Result<()> {
    let started = Instant::now();
    let opened = Arc::new(trace::open(file).expect("it was written"));
    let mut player = Player::new(Arc::clone(&opened));
    player.seek(Moment(1)).expect("the file is whole");
    line(out, "open, to the first picture", started.elapsed())?;
    // Once over everything in the background, as the window does, leaves keyframes behind.
    let started = Instant::now();
    player.seek(Moment(events)).expect("the file is whole");
    line(out, "once over everything", started.elapsed())?;
    let mut seed = 1u64;
    let mut dice = || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        seed >> 20
    };
    let mut forwards = Vec::new();
    let mut backwards = Vec::new();
    while forwards.len() < 1000 || backwards.len() < 1000 {
        let target = dice() % (events + 1);
        let times = if target > player.moment().0 {
            &mut forwards
        } else {
            &mut backwards
        };
        let started = Instant::now();
        player.seek(Moment(target)).expect("the file is whole");
        times.push(started.elapsed());
    }
    for (name, mut times) in [("seek forwards", forwards), ("seek backwards", backwards)] {
        times.sort_unstable();
        let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        writeln!(out, "{name:<27} p50 {p50:>10.2?}  p99 {p99:>10.2?}")?;
    }
    memory(out, "peak memory with reading")
}

/// What the parts of it take.
fn coding(out: &mut impl io::Write, file: &Path) -> io::Result<()> {
    let opened = trace::open(file).expect("it was written");
    let blocks = opened.block_count().min(32);
    let all: Vec<Arc<[Event]>> = (0..blocks)
        .map(|index| opened.block(index).expect("the file is whole"))
        .collect();
    let events: u64 = all.iter().map(|block| block.len() as u64).sum();
    let header = opened.header();
    rate(out, "apply", events, || {
        let mut state = State::new(header.instruction_nanos);
        for event in all.iter().flat_map(|block| block.iter()) {
            state.apply(event);
        }
        state.live_objects
    })?;
    let coded: Vec<Vec<u8>> = all.iter().map(|block| codec::encode(block)).collect();
    rate(out, "encode", events, || {
        all.iter()
            .map(|block| codec::encode(block).len() as u64)
            .sum()
    })?;
    rate(out, "decode", events, || {
        let decoded = coded
            .iter()
            .map(|block| codec::decode(block, trace::BLOCK_EVENTS));
        decoded
            .map(|block| block.expect("it was encoded").len() as u64)
            .sum()
    })
}

/// One row of how the figures grow.
fn growth(out: &mut impl io::Write, text: &str, folder: &Path) -> io::Result<()> {
    let file = folder.join("growth.mcap");
    let started = Instant::now();
    let written = run(text, Sink::File(file.clone())).written;
    let elapsed = started.elapsed();
    let written = written.expect("it went to a file");
    let started = Instant::now();
    let opened = Arc::new(trace::open(&file).expect("it was written"));
    let open = started.elapsed();
    let started = Instant::now();
    let mut player = Player::new(Arc::clone(&opened));
    player
        .seek(opened.last_moment())
        .expect("the file is whole");
    let seek = started.elapsed();
    let bytes = written.bytes as f64 / written.events as f64;
    let nanos = elapsed.as_nanos() as f64 / written.events as f64;
    writeln!(
        out,
        "{:<12} {bytes:>11.3}  {nanos:>8.1}  {open:>8.1?}  {seek:>10.1?}",
        written.events
    )
}

/// The most memory that the process ever used, where the system says (Linux).
fn memory(out: &mut impl io::Write, name: &str) -> io::Result<()> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    match status.lines().find(|line| line.starts_with("VmHWM:")) {
        Some(peak) => writeln!(
            out,
            "{name:<27} {:>12}",
            peak.trim_start_matches("VmHWM:").trim()
        ),
        None => Ok(()),
    }
}

fn line(out: &mut impl io::Write, name: &str, time: Duration) -> io::Result<()> {
    writeln!(out, "{name:<27} {time:>12.3?}")
}

/// The best of three.
fn rate(
    out: &mut impl io::Write,
    name: &str,
    events: u64,
    work: impl Fn() -> u64,
) -> io::Result<()> {
    let once = || {
        let started = Instant::now();
        std::hint::black_box(work());
        started.elapsed()
    };
    let best = (0..3).map(|_| once()).min().unwrap_or_default();
    let each = best.as_nanos() as f64 / events.max(1) as f64;
    writeln!(out, "{name:<27} {best:>12.3?}  {each:.1} ns for each event")
}
