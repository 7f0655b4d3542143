//! Questions about a recording and their answers, in words and as JSON: `info --object` and others.
//!
//! Each is answered from the recording's index: only blocks that are about the matter are read.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::Serialize;

use crate::analysis::count_history::made_at;
use crate::analysis::death::DeathCause;
use crate::analysis::{
    Cause, by_line, by_type, count_history, death, last_change, made_by_line, memory_peak,
};
use crate::base::{Moment, ObjId, TextId};
use crate::events::{CodeId, Event, GcPhase, Slot, SlotKind};
use crate::trace::named_moment::phase_name;
use crate::trace::{LineTotal, Mention, Player, Recording, RecordingError, Search};

/// Entries of a list in an answer, at most.
const MOST: usize = 50;

/// Where something happened.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Place {
    /// The position of its event.
    pub moment: u64,
    pub file: String,
    pub function: String,
    /// 0: outside the program's lines.
    pub line: u32,
    /// The innermost native function in progress.
    pub native: Option<String>,
    /// The collector's phase, when a pass did it.
    pub collector: Option<String>,
}

/// A change of a count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CountAnswer {
    pub old: u32,
    pub new: u32,
    pub place: Place,
}

/// A reference that the object holds, and who put it there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SlotAnswer {
    pub name: String,
    pub object: u32,
    pub changed: Option<Place>,
}

/// How an object ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EndAnswer {
    /// The first moment at which nothing reached it.
    pub garbage: u64,
    pub freed: u64,
    /// `count` or `collector`.
    pub by: &'static str,
    pub place: Place,
}

/// The life of an object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ObjectAnswer {
    pub object: u32,
    pub type_name: String,
    pub made: Place,
    /// Who took and gave back each count.
    pub counts: Vec<CountAnswer>,
    pub more_counts: bool,
    /// What it held when it was last seen.
    pub slots: Vec<SlotAnswer>,
    /// `None`: it lives to the end of the recording.
    pub end: Option<EndAnswer>,
}

/// What a line, or a type, made or holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TotalAnswer {
    pub name: String,
    pub objects: u64,
    pub bytes: u64,
}

/// A source line of the program.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LineAnswer {
    pub line: u32,
    /// How often a frame reached it, in any file.
    pub reached: u64,
    pub first: Option<u64>,
    pub last: Option<u64>,
    /// What it made during the run, by function.
    pub made: Vec<TotalAnswer>,
}

/// Memory at its peak.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PeakAnswer {
    pub moment: u64,
    pub bytes: u64,
    pub objects: u64,
    pub by_type: Vec<TotalAnswer>,
    pub by_line: Vec<TotalAnswer>,
}

/// The life of the object with this number that lives at `at`, or else of the last one before.
pub fn object(
    recording: &Arc<Recording>,
    number: u32,
    at: Moment,
) -> Result<Option<ObjectAnswer>, RecordingError> {
    let obj = ObjId(number);
    let mut at = at;
    let mut history = count_history(recording, obj, at, MOST)?;
    if history.is_none() {
        let Some(made) = made_at(recording, obj, at)? else {
            return Ok(None);
        };
        at = Moment(made.0 + 1);
        history = count_history(recording, obj, at, MOST)?;
    }
    let Some(history) = history else {
        return Ok(None);
    };
    let end = death(recording, obj, at)?;
    let seen = end.map_or(at.0.max(recording.len()), |end| end.dealloc.0);
    let mut player = Player::new(Arc::clone(recording));
    let state = player.seek(Moment(seen))?;
    let type_name = recording.text(state.type_name(obj)).to_string();
    let held: Vec<(Slot, ObjId)> = state
        .object(obj)
        .map(|object| object.slots.iter().take(MOST).collect())
        .unwrap_or_default();
    let mut slots = Vec::new();
    for (slot, target) in held {
        let changed = last_change(recording, obj, slot, Moment(seen))?;
        slots.push(SlotAnswer {
            name: slot_name(recording, slot),
            object: target.0,
            changed: changed.map(|(moment, cause)| place(recording, moment, &cause)),
        });
    }
    let mut counts = Vec::new();
    for change in &history.changes {
        let cause = change.cause(recording)?;
        counts.push(CountAnswer {
            old: change.old,
            new: change.new,
            place: place(recording, change.moment, &cause),
        });
    }
    let made = counts.first().map(|change| change.place.clone());
    let end = end.map(|end| {
        let (by, cause) = match end.cause {
            DeathCause::LastReference(cause) => ("count", cause),
            DeathCause::Collector { cause, .. } => ("collector", cause),
        };
        EndAnswer {
            garbage: end.garbage.0,
            freed: end.freed.0,
            by,
            place: place(recording, end.dealloc, &cause),
        }
    });
    Ok(Some(ObjectAnswer {
        object: number,
        type_name,
        made: made.unwrap_or_default(),
        counts,
        more_counts: history.more,
        slots,
        end,
    }))
}

/// How often a line was reached, and what it made.
pub fn line(recording: &Recording, line: u32) -> Result<LineAnswer, RecordingError> {
    let mut answer = LineAnswer {
        line,
        reached: 0,
        first: None,
        last: None,
        made: Vec::new(),
    };
    let reaches = |event: &Event| matches!(*event, Event::Line { new, .. } if new == line);
    let search = Search::mention(Mention::Line(line)).when(&reaches);
    search.each(recording, 0..u64::MAX, |moment, _| {
        answer.reached += 1;
        answer.first = answer.first.or(Some(moment.0));
        answer.last = Some(moment.0);
        ControlFlow::<()>::Continue(())
    })?;
    let made = made_by_line(recording)?;
    answer.made = totals(recording, made.iter().filter(|total| total.line == line));
    Ok(answer)
}

/// The lines that made most during the run.
pub fn made(recording: &Recording) -> Result<Vec<TotalAnswer>, RecordingError> {
    Ok(totals(recording, made_by_line(recording)?.iter()))
}

/// What lived when most memory was in use.
pub fn peak(recording: &Arc<Recording>) -> Result<PeakAnswer, RecordingError> {
    let peak = memory_peak(recording)?;
    let mut player = Player::new(Arc::clone(recording));
    let state = player.seek(peak.moment)?;
    let by_type = by_type(state).into_iter().take(MOST);
    let by_line = by_line(state).into_iter().map(|site| LineTotal {
        code: site.code,
        line: site.line,
        objects: site.objects,
        bytes: site.bytes,
    });
    let by_line: Vec<LineTotal> = by_line.collect();
    Ok(PeakAnswer {
        moment: peak.moment.0,
        bytes: peak.bytes,
        objects: peak.objects,
        by_type: by_type
            .map(|total| TotalAnswer {
                name: recording.text(total.name).to_string(),
                objects: total.objects,
                bytes: total.bytes,
            })
            .collect(),
        by_line: totals(recording, by_line.iter()),
    })
}

fn totals<'a>(
    recording: &Recording,
    totals: impl Iterator<Item = &'a LineTotal>,
) -> Vec<TotalAnswer> {
    let answer = |total: &LineTotal| {
        let (file, function) = code_names(recording, Some(total.code));
        let name = match total.line {
            0 => "before the first line".to_owned(),
            line => format!("{file}:{line} in {function}"),
        };
        TotalAnswer {
            name,
            objects: total.objects,
            bytes: total.bytes,
        }
    };
    totals.take(MOST).map(answer).collect()
}

fn code_names(recording: &Recording, code: Option<CodeId>) -> (String, String) {
    code.and_then(|code| recording.code(code))
        .map(|code| (code.co_filename.to_string(), code.co_qualname.to_string()))
        .unwrap_or_default()
}

fn place(recording: &Recording, moment: Moment, cause: &Cause) -> Place {
    let (file, function) = code_names(recording, cause.code);
    Place {
        moment: moment.0,
        file,
        function,
        line: cause.line,
        native: cause.native.map(|name| recording.text(name).to_string()),
        collector: cause
            .collector
            .map(|phase: GcPhase| phase_name(phase).to_owned()),
    }
}

fn slot_name(recording: &Recording, slot: Slot) -> String {
    match slot.kind {
        SlotKind::Item => format!("[{}]", slot.key),
        SlotKind::DictKey => format!("key {}", slot.key),
        SlotKind::DictValue => format!("value {}", slot.key),
        SlotKind::Local => format!("local {}", slot.key),
        SlotKind::Attr | SlotKind::Slot | SlotKind::Member => {
            recording.text(TextId(slot.key)).to_string()
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "moment {}", self.moment)?;
        if !self.function.is_empty() {
            write!(f, ", {}:{} in {}", self.file, self.line, self.function)?;
        }
        if let Some(native) = &self.native {
            write!(f, ", {native}()")?;
        }
        match &self.collector {
            Some(phase) => write!(f, ", the collector ({phase})"),
            None => Ok(()),
        }
    }
}

impl ObjectAnswer {
    /// As text for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "object {}: {}", self.object, self.type_name)?;
        writeln!(out, "made   {}", self.made)?;
        for CountAnswer { old, new, place } in &self.counts {
            writeln!(out, "count  {old} -> {new}  {place}")?;
        }
        if self.more_counts {
            writeln!(out, "count  … and more")?;
        }
        for slot in &self.slots {
            write!(out, "holds  {} = object {}", slot.name, slot.object)?;
            match &slot.changed {
                Some(place) => writeln!(out, ", since {place}")?,
                None => writeln!(out)?,
            }
        }
        match &self.end {
            None => writeln!(out, "end    it lives to the end of the recording"),
            Some(end) => writeln!(
                out,
                "end    garbage from moment {}, freed at moment {} by the {}: {}",
                end.garbage, end.freed, end.by, end.place
            ),
        }
    }
}

impl LineAnswer {
    /// As text for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "line {}: reached {} times", self.line, self.reached)?;
        if let (Some(first), Some(last)) = (self.first, self.last) {
            writeln!(out, "first at moment {first}, last at moment {last}")?;
        }
        write_totals(&self.made, out)
    }
}

impl PeakAnswer {
    /// As text for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            moment,
            bytes,
            objects,
            ..
        } = self;
        writeln!(
            out,
            "peak at moment {moment}: {bytes} bytes in blocks, {objects} objects"
        )?;
        writeln!(out, "by type")?;
        write_totals(&self.by_type, out)?;
        writeln!(out, "by line")?;
        write_totals(&self.by_line, out)
    }
}

/// As text for people.
pub fn write_totals(totals: &[TotalAnswer], out: &mut dyn Write) -> io::Result<()> {
    for total in totals {
        let (bytes, objects) = (total.bytes, total.objects);
        writeln!(
            out,
            "{bytes:>12} bytes {objects:>10} objects  {}",
            total.name
        )?;
    }
    Ok(())
}
