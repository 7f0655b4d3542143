//! Which lines made most during the run, and where memory was at its peak: from the index.

use std::ops::ControlFlow;

use super::memory_curve::MemoryPoint;
use crate::base::Moment;
use crate::events::Event;
use crate::trace::codec::kind_number;
use crate::trace::{BLOCK_EVENTS, LineTotal, LineTotals, Recording, RecordingError, Search};

/// All objects made during the run by the line that made them, most bytes first.
///
/// A recording from a file knows; for one that grows, the events so far are counted.
pub fn made_by_line(recording: &Recording) -> Result<Vec<LineTotal>, RecordingError> {
    if let Some(totals) = recording.line_totals() {
        return Ok(totals);
    }
    let mut totals = LineTotals::default();
    let kinds = Search::kinds(&[
        "Alloc",
        "Line",
        "FramePush",
        "FramePop",
        "FrameSuspend",
        "FrameResume",
        "FrameDiscard",
        "GilTake",
    ]);
    kinds.each(recording, 0..u64::MAX, |_, event| {
        totals.take(event);
        ControlFlow::<()>::Continue(())
    })?;
    Ok(totals.finish())
}

/// The moment at which most bytes were in use; reads one block of events.
pub fn memory_peak(recording: &Recording) -> Result<MemoryPoint, RecordingError> {
    let (alloc, free) = (kind_number("Alloc"), kind_number("Free"));
    let mut peak = (0i64, 0usize, 0u32);
    let (mut bytes, mut objects) = (0i64, 0u64);
    let mut objects_before = 0;
    for index in 0..recording.block_count() {
        let summary = recording.summary(index)?;
        let (most, position) = summary.bytes_peak;
        if bytes.saturating_add(most) > peak.0 {
            peak = (bytes.saturating_add(most), index, position);
            objects_before = objects;
        }
        bytes = bytes.saturating_add(summary.bytes_change);
        objects = (objects + u64::from(summary.count(alloc)))
            .saturating_sub(u64::from(summary.count(free)));
    }
    let (bytes, index, position) = peak;
    let mut alive = objects_before;
    if position > 0 {
        for event in recording.block(index)?.iter().take(position as usize) {
            match event {
                Event::Alloc { .. } => alive += 1,
                Event::Free { .. } => alive = alive.saturating_sub(1),
                _ => {}
            }
        }
    }
    Ok(MemoryPoint {
        moment: Moment((index * BLOCK_EVENTS) as u64 + u64::from(position)),
        bytes: bytes.unsigned_abs(),
        objects: alive,
    })
}
