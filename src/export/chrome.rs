//! The run as a Chrome trace: calls, the GIL, the collector and memory, for Perfetto and others.
//!
//! The format is the JSON object of the Trace Event Format: `traceEvents` with times `ts` in
//! microseconds. Times are those of the program's virtual clock; `args.moment` says where in the
//! recording an entry stands. Processes are the lanes of the picture:
//!
//! | process | threads | entries |
//! |---|---|---|
//! | 1 calls | the program's threads | `B` and `E` for each call; `i` for exceptions and output |
//! | 2 GIL | the program's threads | `X`: has the GIL, waits, is blocked |
//! | 3 collector | one | `X` for each pass and, inside it, each phase |
//! | 4 memory | none | `C`: bytes in blocks and living objects |

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::{Value, json};

use super::ExportError;
use crate::analysis::calls::Callee;
use crate::analysis::{
    ThreadActivity, ThreadSpan, calls, clock_at, gc_passes, gil_timeline, memory_curve,
};
use crate::base::{Moment, ThreadId};
use crate::events::{Event, Stream, WaitReason};
use crate::trace::named_moment::phase_name;
use crate::trace::{Player, Recording, Search};
use crate::views::look::{Look, Names, function_name};

const CALLS: u32 = 1;
const GIL: u32 = 2;
const COLLECTOR: u32 = 3;
const MEMORY: u32 = 4;
/// Points of the memory curve.
const MEMORY_POINTS: usize = 2000;

/// An entry of the trace; its times are moments until the clock is known.
struct Entry {
    at: Moment,
    /// The end of an entry that has a duration.
    until: Option<Moment>,
    body: Value,
}

/// Writes the whole run.
pub fn write(recording: &Arc<Recording>, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut names = Names::default();
    names.update(recording);
    let mut player = Player::new(Arc::clone(recording));
    player.seek(recording.last_moment())?;
    let look = Look {
        recording,
        names: &names,
        state: player.state(),
    };
    let mut entries = Vec::new();
    add_calls(look, &mut entries)?;
    add_marks(recording, look, &mut entries)?;
    add_gil(look, &mut entries)?;
    add_passes(recording, &mut entries)?;
    add_memory(recording, &mut entries)?;
    // Stable: what begins and ends at one moment keeps the order of its lane.
    entries.sort_by_key(|entry| entry.at);
    let mut moments: Vec<Moment> = entries
        .iter()
        .flat_map(|entry| [Some(entry.at), entry.until])
        .flatten()
        .collect();
    moments.sort_unstable();
    moments.dedup();
    let clock = clock_at(recording, &moments)?;
    let micros = |moment: Moment| {
        let at = moments.partition_point(|known| *known < moment);
        clock.get(at).copied().unwrap_or_default() as f64 / 1000.0
    };

    write!(out, "{{\"displayTimeUnit\":\"ns\",\"otherData\":")?;
    serde_json::to_writer(
        &mut *out,
        &json!({
            "program": recording.header().program,
            "writer": recording.header().writer,
            "clock": "virtual",
        }),
    )?;
    write!(out, ",\"traceEvents\":[")?;
    let mut separator = "\n";
    for head in heads(look) {
        out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *out, &head)?;
        separator = ",\n";
    }
    for mut entry in entries {
        let start = micros(entry.at);
        entry.body["ts"] = json!(start);
        if let Some(until) = entry.until {
            entry.body["dur"] = json!(micros(until) - start);
        }
        if entry.body["ph"] != "E" {
            entry.body["args"]["moment"] = json!(entry.at.0);
        }
        out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *out, &entry.body)?;
        separator = ",\n";
    }
    writeln!(out, "\n]}}")?;
    Ok(())
}

/// The names of the lanes.
fn heads(look: Look<'_>) -> Vec<Value> {
    let process = |pid: u32, name: &str| {
        [
            json!({"ph": "M", "pid": pid, "tid": 0, "name": "process_name", "args": {"name": name}}),
            json!({"ph": "M", "pid": pid, "tid": 0, "name": "process_sort_index",
                "args": {"sort_index": pid}}),
        ]
    };
    let mut heads = Vec::new();
    heads.extend(process(CALLS, "calls"));
    heads.extend(process(GIL, "GIL"));
    heads.extend(process(COLLECTOR, "collector"));
    heads.extend(process(MEMORY, "memory"));
    for thread in &look.state.threads {
        let name = look.thread_name(thread.id);
        for pid in [CALLS, GIL] {
            heads.push(
                json!({"ph": "M", "pid": pid, "tid": tid(thread.id), "name": "thread_name",
                "args": {"name": name}}),
            );
        }
    }
    heads.push(
        json!({"ph": "M", "pid": COLLECTOR, "tid": 1, "name": "thread_name",
        "args": {"name": "Python/gc.c"}}),
    );
    heads
}

/// Number 0 would be the process itself.
const fn tid(thread: ThreadId) -> u32 {
    thread.0 + 1
}

fn add_calls(look: Look<'_>, entries: &mut Vec<Entry>) -> Result<(), ExportError> {
    for span in calls(look.recording, 0..u64::MAX, usize::MAX)? {
        let (name, category, args) = match span.what {
            Callee::Python(_, code) => match look.code(code) {
                Some(code) => (
                    function_name(code),
                    "python",
                    json!({"file": &*code.co_filename, "line": code.co_firstlineno}),
                ),
                None => ("?".to_owned(), "python", json!({})),
            },
            Callee::Native(name) => (look.text(name).to_owned(), "native", json!({})),
        };
        let thread = tid(span.thread);
        entries.push(Entry {
            at: span.start,
            until: None,
            body: json!({"ph": "B", "pid": CALLS, "tid": thread, "name": name, "cat": category,
                "args": args}),
        });
        entries.push(Entry {
            at: span.end,
            until: None,
            body: json!({"ph": "E", "pid": CALLS, "tid": thread}),
        });
    }
    // An end comes before a begin at the same moment: no span is empty.
    entries.sort_by_key(|entry| (entry.at, entry.body["ph"] == "B"));
    Ok(())
}

/// Exceptions and output, as points on the thread that ran.
fn add_marks(
    recording: &Arc<Recording>,
    look: Look<'_>,
    entries: &mut Vec<Entry>,
) -> Result<(), ExportError> {
    let mut marks = Vec::new();
    let mut running = ThreadId(0);
    let kinds = Search::kinds(&["Raise", "Output", "GilTake"]);
    kinds.each(recording, 0..u64::MAX, |moment, event| {
        match *event {
            Event::GilTake { thread, .. } => running = thread,
            _ => marks.push((moment, running, *event)),
        }
        ControlFlow::<()>::Continue(())
    })?;
    let mut player = Player::new(Arc::clone(recording));
    for (moment, thread, event) in marks {
        let (name, category, args) = match event {
            Event::Raise { exception, .. } => {
                let state = player.seek(moment)?;
                let kind = look.text(state.type_name(exception)).to_owned();
                (kind, "exception", json!({}))
            }
            Event::Output { stream, text } => {
                let name = match stream {
                    Stream::Stdout => "stdout",
                    Stream::Stderr => "stderr",
                };
                (name.to_owned(), "output", json!({"text": look.text(text)}))
            }
            _ => continue,
        };
        entries.push(Entry {
            at: moment,
            until: None,
            body: json!({"ph": "i", "s": "t", "pid": CALLS, "tid": tid(thread), "name": name,
                "cat": category, "args": args}),
        });
    }
    Ok(())
}

fn add_gil(look: Look<'_>, entries: &mut Vec<Entry>) -> Result<(), ExportError> {
    for span in gil_timeline(look.recording)? {
        let Some(name) = activity(&span) else {
            continue;
        };
        entries.push(Entry {
            at: span.start,
            until: Some(span.end),
            body: json!({"ph": "X", "pid": GIL, "tid": tid(span.thread), "name": name,
                "cat": "gil", "args": {"forced": span.forced}}),
        });
    }
    Ok(())
}

/// What the lane of a thread says; nothing for one that is ready but does not ask.
const fn activity(span: &ThreadSpan) -> Option<&'static str> {
    Some(match span.activity {
        ThreadActivity::Running => "has the GIL",
        ThreadActivity::Ready => return None,
        ThreadActivity::Waiting { requests: 0 } => "waits for the GIL",
        ThreadActivity::Waiting { .. } => "waits for the GIL, has asked for it",
        ThreadActivity::Blocked { reason, .. } => match reason {
            WaitReason::Lock => "waits for a lock",
            WaitReason::Sleep => "sleeps",
            WaitReason::Io => "in input or output",
            WaitReason::Join => "waits for a thread's end",
        },
    })
}

fn add_passes(recording: &Recording, entries: &mut Vec<Entry>) -> Result<(), ExportError> {
    for pass in gc_passes(recording)? {
        let end = pass.end.unwrap_or_else(|| recording.last_moment());
        entries.push(Entry {
            at: pass.start,
            until: Some(end),
            body: json!({"ph": "X", "pid": COLLECTOR, "tid": 1, "cat": "gc",
                "name": format!("generation {}", pass.generation),
                "args": {"automatic": pass.automatic, "collected": pass.collected,
                    "uncollectable": pass.uncollectable}}),
        });
        for (index, &(phase, at)) in pass.phases.iter().enumerate() {
            let until = pass.phases.get(index + 1).map_or(end, |next| next.1);
            entries.push(Entry {
                at,
                until: Some(until),
                body: json!({"ph": "X", "pid": COLLECTOR, "tid": 1, "cat": "gc",
                    "name": phase_name(phase), "args": {}}),
            });
        }
    }
    Ok(())
}

fn add_memory(recording: &Recording, entries: &mut Vec<Entry>) -> Result<(), ExportError> {
    for point in memory_curve(recording, MEMORY_POINTS)?.points {
        let counters = [
            ("bytes in blocks", "bytes", point.bytes),
            ("living objects", "objects", point.objects),
        ];
        for (name, unit, value) in counters {
            let mut args = json!({});
            args[unit] = json!(value);
            entries.push(Entry {
                at: point.moment,
                until: None,
                body: json!({"ph": "C", "pid": MEMORY, "name": name, "args": args}),
            });
        }
    }
    Ok(())
}
