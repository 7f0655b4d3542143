//! A report on a run as one HTML file that needs nothing else: no script, no network.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use super::svg::{drawing, escaped};
use super::{ExportError, Scene};
use crate::analysis::{by_line, by_type, gc_passes, hot_lines, memory_curve, output};
use crate::events::Stream;
use crate::trace::{Player, Recording, Stage};
use crate::views::format::{bytes, counted, grouped, nanos};
use crate::views::look::Look;

/// Rows of a table.
const MOST_ROWS: usize = 20;
/// Passes of the collector that are listed.
const MOST_PASSES: usize = 50;
/// Bytes of output.
const MOST_OUTPUT: usize = 64 * 1024;
/// Points of the memory curve.
const MEMORY_POINTS: usize = 480;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}\
table{border-collapse:collapse}\
th,td{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid #8884}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
pre,code,td.c{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9rem}\
pre{overflow:auto;border:1px solid #8886;border-radius:6px;padding:.8rem}\
pre.source span{display:block}pre.source i,pre.source b{display:inline-block;width:6rem;\
text-align:right;margin-right:1rem;font-style:normal;font-weight:normal}\
pre.source b{width:3rem;opacity:.5}\
.picture{overflow:auto;border:1px solid #8886;border-radius:6px;background:#fff}\
.err{color:#c62828}";

/// Writes the report; the object graph and the tables of memory show the scene's moment.
pub fn write(scene: &Scene, out: &mut dyn Write) -> Result<(), ExportError> {
    let look = scene.look();
    let program = &look.recording.header().program;
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>{0}</title><style>{STYLE}</style></head><body>\n<h1>{0}</h1>\n",
        escaped(program)
    )?;
    summary(scene, out)?;
    curve(look.recording, out)?;
    source(look, out)?;
    writeln!(
        out,
        "<h2>Objects at moment {}</h2>\n<div class=\"picture\">{}</div>",
        grouped(look.state.moment.0),
        drawing(scene)
    )?;
    memory(look, out)?;
    passes(look.recording, out)?;
    written(look.recording, out)?;
    writeln!(out, "</body></html>")?;
    Ok(())
}

fn summary(scene: &Scene, out: &mut dyn Write) -> Result<(), ExportError> {
    let look = scene.look();
    let mut player = Player::new(Arc::clone(scene.player.recording()));
    let state = player.seek(look.recording.last_moment())?;
    let header = look.recording.header();
    let end = match state.stage {
        Stage::Ended { status, .. } => format!("exit status {status}"),
        Stage::Starting | Stage::Running | Stage::Finalizing => {
            "the recording ends before the run".to_owned()
        }
    };
    let rows = [
        ("Recorded by", header.writer.clone()),
        ("Events", grouped(look.recording.len())),
        ("Instructions", grouped(state.instructions)),
        (
            "Objects",
            format!(
                "{} made, {} alive at the end",
                grouped(state.made_objects),
                grouped(state.live_objects)
            ),
        ),
        ("Threads", state.threads.len().to_string()),
        ("Virtual time", nanos(state.clock_nanos)),
        ("End", end),
    ];
    writeln!(out, "<table>")?;
    for (name, value) in rows {
        writeln!(out, "<tr><th>{name}</th><td>{}</td></tr>", escaped(&value))?;
    }
    writeln!(out, "</table>")?;
    Ok(())
}

/// Memory over the run as a filled curve.
fn curve(recording: &Recording, out: &mut dyn Write) -> Result<(), ExportError> {
    let curve = memory_curve(recording, MEMORY_POINTS)?;
    let most = curve.peak.bytes.max(1) as f64;
    let (width, height) = (960.0, 120.0);
    let step = width / curve.points.len().max(1) as f64;
    let mut path = format!("M0 {height}");
    for (index, point) in curve.points.iter().enumerate() {
        let y = height - height * point.bytes as f64 / most;
        let _ = write!(path, " L{:.1} {y:.1}", index as f64 * step);
    }
    let _ = write!(path, " L{width} {height} Z");
    writeln!(
        out,
        "<h2>Memory</h2>\n<p>At most {} in blocks, at moment {}.</p>\n\
         <svg viewBox=\"0 0 {width} {height}\" width=\"100%\" role=\"img\" \
         aria-label=\"Bytes in blocks over the run\"><path d=\"{path}\" fill=\"#3b7dd8\" \
         fill-opacity=\".35\" stroke=\"#3b7dd8\"/></svg>",
        bytes(curve.peak.bytes),
        grouped(curve.peak.moment.0)
    )?;
    Ok(())
}

/// The program with the number of instructions that ran on each line.
fn source(look: Look<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let Some(source) = look.recording.sources().into_iter().next() else {
        return Ok(());
    };
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    for line in hot_lines(look.recording)? {
        if look
            .code(line.code)
            .is_some_and(|code| *code.co_filename == *source.path)
        {
            *counts.entry(line.line).or_default() += line.instructions;
        }
    }
    writeln!(
        out,
        "<h2>Source</h2>\n<p>Left: how many instructions ran on the line.</p>\n\
         <pre class=\"source\">"
    )?;
    for (number, text) in (1u32..).zip(source.text.lines()) {
        let count = counts
            .get(&number)
            .map_or_else(String::new, |&n| grouped(n));
        write!(
            out,
            "<span><i>{count}</i><b>{number}</b>{}\n</span>",
            escaped(text)
        )?;
    }
    writeln!(out, "</pre>")?;
    Ok(())
}

fn memory(look: Look<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let head = "<tr><th>{}</th><th class=\"n\">objects</th><th class=\"n\">bytes</th></tr>";
    let mut table = |title: &str, column: &str, rows: Vec<(String, u64, u64)>| {
        writeln!(
            out,
            "<h2>{title}</h2>\n<table>{}",
            head.replace("{}", column)
        )?;
        let rest = rows.len().saturating_sub(MOST_ROWS);
        for (name, objects, size) in rows.into_iter().take(MOST_ROWS) {
            writeln!(
                out,
                "<tr><td class=\"c\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                escaped(&name),
                grouped(objects),
                grouped(size)
            )?;
        }
        writeln!(out, "</table>")?;
        if rest > 0 {
            writeln!(out, "<p>and {}</p>", counted(rest as u64, "more", "more"))?;
        }
        Ok::<(), ExportError>(())
    };
    let types = by_type(look.state)
        .into_iter()
        .map(|row| (look.text(row.name).to_owned(), row.objects, row.bytes))
        .collect();
    table("Living objects by type", "type", types)?;
    let lines = by_line(look.state)
        .into_iter()
        .map(|row| {
            let place = match look.code(row.code) {
                Some(code) if row.line > 0 => format!("{}:{}", code.co_filename, row.line),
                _ => "the interpreter's start".to_owned(),
            };
            (place, row.objects, row.bytes)
        })
        .collect();
    table("Living objects by the line that made them", "line", lines)
}

fn passes(recording: &Recording, out: &mut dyn Write) -> Result<(), ExportError> {
    let passes = gc_passes(recording)?;
    writeln!(
        out,
        "<h2>The collector</h2>\n<p>{}.</p>",
        counted(passes.len() as u64, "pass", "passes")
    )?;
    if passes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<table><tr><th class=\"n\">moment</th><th class=\"n\">generation</th><th>why</th>\
         <th class=\"n\">collected</th><th class=\"n\">uncollectable</th></tr>"
    )?;
    let rest = passes.len().saturating_sub(MOST_PASSES);
    for pass in passes.iter().take(MOST_PASSES) {
        let why = if pass.automatic {
            "a threshold was passed"
        } else {
            "gc.collect()"
        };
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{why}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            grouped(pass.start.0),
            pass.generation,
            grouped(u64::from(pass.collected)),
            grouped(u64::from(pass.uncollectable))
        )?;
    }
    writeln!(out, "</table>")?;
    if rest > 0 {
        writeln!(out, "<p>and {}</p>", counted(rest as u64, "more", "more"))?;
    }
    Ok(())
}

fn written(recording: &Recording, out: &mut dyn Write) -> Result<(), ExportError> {
    let pieces = output(recording)?;
    if pieces.is_empty() {
        return Ok(());
    }
    write!(out, "<h2>Output</h2>\n<pre>")?;
    let mut room = MOST_OUTPUT;
    for piece in &pieces {
        if piece.text.len() > room {
            write!(out, "…")?;
            break;
        }
        room -= piece.text.len();
        match piece.stream {
            Stream::Stdout => write!(out, "{}", escaped(&piece.text))?,
            Stream::Stderr => write!(out, "<span class=\"err\">{}</span>", escaped(&piece.text))?,
        }
    }
    writeln!(out, "</pre>")?;
    Ok(())
}
