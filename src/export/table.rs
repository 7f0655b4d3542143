//! The tables of a recording as CSV or JSON.

use std::io::Write;
use std::str::FromStr;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{ExportError, Scene};
use crate::analysis::calls::Callee;
use crate::analysis::{
    ThreadActivity, by_line, by_type, calls, gc_passes, gil_timeline, hot_lines, memory_curve,
    output,
};
use crate::base::Moment;
use crate::events::Stream;
use crate::trace::codec::{KIND_NAMES, kind_of};
use crate::trace::{Player, Recording};
use crate::views::events;
use crate::views::look::{Look, function_name};

/// Points of the memory curve.
const MEMORY_POINTS: usize = 1000;
/// Characters of a repr.
const REPR_WIDTH: usize = 200;

/// Which facts to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Table {
    /// Every event in words.
    Events,
    /// The objects alive at the moment.
    Objects,
    /// Objects and bytes alive at the moment by type.
    Types,
    /// Objects and bytes alive at the moment by the line that made them.
    Allocations,
    /// How many instructions ran on each line.
    Lines,
    Calls,
    /// The passes of the collector.
    Passes,
    /// What each thread did when.
    Threads,
    /// Memory over the run.
    Memory,
    Output,
}

/// Every table with its name and columns.
const TABLES: [(Table, &str, &[&str]); 10] = [
    (Table::Events, "events", &["moment", "kind", "what"]),
    (
        Table::Objects,
        "objects",
        &[
            "id", "type", "repr", "refcount", "size", "tracked", "born", "file", "line",
        ],
    ),
    (Table::Types, "types", &["type", "objects", "bytes"]),
    (
        Table::Allocations,
        "allocations",
        &["file", "line", "objects", "bytes"],
    ),
    (
        Table::Lines,
        "lines",
        &["file", "function", "line", "instructions"],
    ),
    (
        Table::Calls,
        "calls",
        &["start", "end", "thread", "depth", "function", "native"],
    ),
    (
        Table::Passes,
        "passes",
        &[
            "start",
            "end",
            "generation",
            "automatic",
            "collected",
            "uncollectable",
        ],
    ),
    (
        Table::Threads,
        "threads",
        &["start", "end", "thread", "activity", "forced"],
    ),
    (Table::Memory, "memory", &["moment", "bytes", "objects"]),
    (Table::Output, "output", &["moment", "stream", "text"]),
];

impl FromStr for Table {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        TABLES
            .iter()
            .find(|(_, known, _)| *known == name)
            .map(|(table, ..)| *table)
            .ok_or_else(|| {
                let names: Vec<&str> = TABLES.iter().map(|(_, name, _)| *name).collect();
                format!("there is no table {name:?}: {}", names.join(", "))
            })
    }
}

impl Table {
    fn columns(self) -> &'static [&'static str] {
        TABLES
            .iter()
            .find(|(table, ..)| *table == self)
            .map_or(&[], |(.., columns)| columns)
    }
}

/// Writes a table with a row of column names first.
pub fn write_csv(scene: &Scene, table: Table, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(table.columns())?;
    rows(scene, table, &mut |row| {
        writer.write_record(row.iter().map(|cell| match cell {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }))?;
        Ok(())
    })?;
    writer.flush()?;
    Ok(())
}

/// Writes a table as an array of objects, one a line.
pub fn write_json(scene: &Scene, table: Table, out: &mut dyn Write) -> Result<(), ExportError> {
    let columns = table.columns();
    let mut separator = "[\n";
    rows(scene, table, &mut |row| {
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        let object: Map<String, Value> = columns
            .iter()
            .map(|&name| name.to_owned())
            .zip(row)
            .collect();
        serde_json::to_writer(&mut *out, &object)?;
        Ok(())
    })?;
    let end = if separator == "[\n" { "[]\n" } else { "\n]\n" };
    out.write_all(end.as_bytes())?;
    Ok(())
}

type Sink<'a> = &'a mut dyn FnMut(Vec<Value>) -> Result<(), ExportError>;

fn rows(scene: &Scene, table: Table, sink: Sink<'_>) -> Result<(), ExportError> {
    let look = scene.look();
    let recording: &Arc<Recording> = scene.player.recording();
    match table {
        Table::Events => event_rows(scene, recording, sink),
        Table::Objects => object_rows(look, sink),
        Table::Types => by_type(look.state).into_iter().try_for_each(|row| {
            sink(vec![
                json!(look.text(row.name)),
                json!(row.objects),
                json!(row.bytes),
            ])
        }),
        Table::Allocations => by_line(look.state).into_iter().try_for_each(|row| {
            let file = look.code(row.code).map(|code| &*code.co_filename);
            sink(vec![
                json!(if row.line == 0 { None } else { file }),
                json!(row.line),
                json!(row.objects),
                json!(row.bytes),
            ])
        }),
        Table::Lines => hot_lines(recording)?.into_iter().try_for_each(|row| {
            let code = look.code(row.code);
            sink(vec![
                json!(code.map(|code| &*code.co_filename)),
                json!(code.map(|code| function_name(code))),
                json!(row.line),
                json!(row.instructions),
            ])
        }),
        Table::Calls => call_rows(look, sink),
        Table::Passes => gc_passes(recording)?.into_iter().try_for_each(|pass| {
            sink(vec![
                json!(pass.start.0),
                json!(pass.end.map(|end| end.0)),
                json!(pass.generation),
                json!(pass.automatic),
                json!(pass.collected),
                json!(pass.uncollectable),
            ])
        }),
        Table::Threads => gil_timeline(recording)?.into_iter().try_for_each(|span| {
            let activity = match span.activity {
                ThreadActivity::Running => "runs".to_owned(),
                ThreadActivity::Ready => "ready".to_owned(),
                ThreadActivity::Waiting { requests } => {
                    format!("waits for the GIL, requests: {requests}")
                }
                ThreadActivity::Blocked { reason, .. } => format!("blocked: {reason:?}"),
            };
            sink(vec![
                json!(span.start.0),
                json!(span.end.0),
                json!(look.thread_name(span.thread)),
                json!(activity),
                json!(span.forced),
            ])
        }),
        Table::Memory => memory_curve(recording, MEMORY_POINTS)?
            .points
            .into_iter()
            .try_for_each(|point| {
                sink(vec![
                    json!(point.moment.0),
                    json!(point.bytes),
                    json!(point.objects),
                ])
            }),
        Table::Output => output(recording)?.into_iter().try_for_each(|piece| {
            let stream = match piece.stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            sink(vec![
                json!(piece.moment.0),
                json!(stream),
                json!(&*piece.text),
            ])
        }),
    }
}

/// An object is described as it is when the event has happened.
fn event_rows(
    scene: &Scene,
    recording: &Arc<Recording>,
    sink: Sink<'_>,
) -> Result<(), ExportError> {
    let mut player = Player::new(Arc::clone(recording));
    for position in 0..recording.len() {
        let event = recording.event(Moment(position))?;
        let state = player.seek(Moment(position + 1))?;
        let look = Look {
            state,
            ..scene.look()
        };
        let row = events::row(look, Moment(position), &event);
        sink(vec![
            json!(position),
            json!(KIND_NAMES[usize::from(kind_of(&event))]),
            json!(row.text),
        ])?;
    }
    Ok(())
}

fn object_rows(look: Look<'_>, sink: Sink<'_>) -> Result<(), ExportError> {
    for (id, object) in look.state.objects() {
        let file = look.code(object.born_code).map(|code| &*code.co_filename);
        sink(vec![
            json!(format!("{:#x}", object.address)),
            json!(look.type_name(id)),
            json!(look.short(id, REPR_WIDTH)),
            json!((!object.is_immortal()).then_some(object.ob_refcnt)),
            json!(object.size),
            json!(object.is_tracked()),
            json!(object.born.0),
            json!(if object.born_line == 0 { None } else { file }),
            json!(object.born_line),
        ])?;
    }
    Ok(())
}

fn call_rows(look: Look<'_>, sink: Sink<'_>) -> Result<(), ExportError> {
    for span in calls(look.recording, 0..u64::MAX, usize::MAX)? {
        let (name, native) = match span.what {
            Callee::Python(_, code) => (
                look.code(code)
                    .map_or_else(|| "?".to_owned(), |code| function_name(code)),
                false,
            ),
            Callee::Native(name) => (look.text(name).to_owned(), true),
        };
        sink(vec![
            json!(span.start.0),
            json!(span.end.0),
            json!(look.thread_name(span.thread)),
            json!(span.depth),
            json!(name),
            json!(native),
        ])?;
    }
    Ok(())
}
