//! What recording costs: `cargo bench --no-default-features`.
//!
//! Runs a program with and without recording, and measures the recording it leaves: bytes for
//! each event, opening, stepping, seeking. `OUROSCOPE_BENCH_EVENTS` sets how long the program
//! is (one million events by default; ten million is the size of the design's budgets).

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ouroscope::base::Moment;
use ouroscope::events::Event;
use ouroscope::session::{Session, SessionOptions, Sink};
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

fn main() -> io::Result<()> {
    let wanted = std::env::var("OUROSCOPE_BENCH_EVENTS").ok();
    let wanted: u64 = wanted
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let folder = std::env::temp_dir().join(format!("ouroscope-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = measure(wanted, &folder);
    std::fs::remove_dir_all(&folder)?;
    result
}

fn measure(wanted: u64, folder: &std::path::Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let per_round = 400;
    let source = PROGRAM.replace("ROUNDS", &(wanted / per_round).max(1).to_string());
    let file = folder.join("bench.mcap");
    let run = |sink: Sink| {
        let options = SessionOptions {
            program: "bench.py".to_owned(),
            source: source.clone().into_bytes(),
            sink,
            ..SessionOptions::default()
        };
        let session = Session::start(options).expect("threads can be made");
        let recording = Arc::clone(session.recording());
        let started = Instant::now();
        let outcome = session.join().expect("the machine does not panic");
        (outcome, recording, started.elapsed())
    };

    let (plain, _, _) = run(Sink::Nowhere);
    let (live, recording, _) = run(Sink::Memory);
    let (saved, _, with_file) = run(Sink::File(file.clone()));
    let events = recording.len();
    writeln!(out, "events                      {events:>12}")?;
    line(&mut out, "run, not recording", plain.elapsed)?;
    line(&mut out, "run, recording in memory", live.elapsed)?;
    line(&mut out, "run, recording to a file", saved.elapsed)?;
    line(&mut out, "  until the file is whole", with_file)?;
    let written = saved.written.expect("it went to a file");
    let each = written.bytes as f64 / written.events as f64;
    writeln!(
        out,
        "bytes on disk               {:>12}  {each:.3} for each event",
        written.bytes
    )?;

    let all: Vec<Event> = (0..recording.block_count())
        .flat_map(|index| recording.block(index).expect("in memory").to_vec())
        .collect();
    rate(&mut out, "apply", events, || {
        let mut state = State::new(50);
        for event in &all {
            state.apply(event);
        }
        state.live_objects
    })?;
    rate(&mut out, "apply and undo", events, || {
        let mut state = State::new(50);
        for event in &all {
            state.apply(event);
        }
        let back = all
            .iter()
            .rev()
            .take_while(|event| state.undo(event).is_ok());
        back.count() as u64
    })?;
    let blocks: Vec<Vec<u8>> = all.chunks(trace::BLOCK_EVENTS).map(codec::encode).collect();
    rate(&mut out, "encode", events, || {
        all.chunks(trace::BLOCK_EVENTS)
            .map(|block| codec::encode(block).len() as u64)
            .sum()
    })?;
    rate(&mut out, "decode", events, || {
        let decoded = blocks
            .iter()
            .map(|block| codec::decode(block, trace::BLOCK_EVENTS));
        decoded
            .map(|block| block.expect("it was encoded").len() as u64)
            .sum()
    })?;

    let started = Instant::now();
    let opened = Arc::new(trace::open(&file).expect("it was written"));
    line(&mut out, "open", started.elapsed())?;
    let mut player = Player::new(Arc::clone(&opened));
    let started = Instant::now();
    player.seek(Moment(events / 2)).expect("the file is whole");
    line(&mut out, "first seek, to the middle", started.elapsed())?;
    // Once over everything in the background, as the window does, leaves keyframes behind.
    let mut seed = 1u64;
    for pass in ["random seeks, fresh", "random seeks, again"] {
        let mut times: Vec<Duration> = (0..400)
            .map(|_| {
                seed = seed
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                let target = (seed >> 20) % (events + 1);
                let started = Instant::now();
                player.seek(Moment(target)).expect("the file is whole");
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        let (p50, p99, max) = (times[200], times[396], times[399]);
        writeln!(
            out,
            "{pass:<27} p50 {p50:>10.2?}  p99 {p99:>10.2?}  max {max:>10.2?}"
        )?;
    }
    Ok(())
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
