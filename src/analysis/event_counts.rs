//! How many events of each kind a recording holds.

use std::ops::ControlFlow;

use crate::trace::codec::{KIND_NAMES, kind_of};
use crate::trace::{Recording, RecordingError, Search};

/// The events of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventCount {
    /// The name of the variant of [`Event`](crate::events::Event).
    pub kind: &'static str,
    pub count: u64,
}

/// All kinds that occur, most first.
pub fn event_counts(recording: &Recording) -> Result<Vec<EventCount>, RecordingError> {
    let mut counts = [0u64; KIND_NAMES.len()];
    Search::all().each(recording, 0..u64::MAX, |_, event| {
        counts[kind_of(event) as usize] += 1;
        ControlFlow::<()>::Continue(())
    })?;
    let kinds = KIND_NAMES
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0);
    let mut counts: Vec<EventCount> = kinds
        .map(|(kind, count)| EventCount { kind, count })
        .collect();
    counts.sort_by_key(|entry| std::cmp::Reverse(entry.count));
    Ok(counts)
}
