//! How many events of each kind a recording holds.

use crate::trace::codec::KIND_NAMES;
use crate::trace::{Recording, RecordingError};

/// The events of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventCount {
    /// The name of the variant of [`Event`](crate::events::Event).
    pub kind: &'static str,
    pub count: u64,
}

/// All kinds that occur, most first; from the index.
pub fn event_counts(recording: &Recording) -> Result<Vec<EventCount>, RecordingError> {
    let mut counts = [0u64; KIND_NAMES.len()];
    for index in 0..recording.block_count() {
        for &(kind, count) in &recording.summary(index)?.kinds {
            if let Some(total) = counts.get_mut(kind as usize) {
                *total += u64::from(count);
            }
        }
    }
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
