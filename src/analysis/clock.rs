//! What the program's virtual clock showed at given moments.

use std::ops::ControlFlow;

use crate::base::Moment;
use crate::events::Event;
use crate::trace::{Recording, RecordingError, Search};

/// The clock, in nanoseconds since the start of the run, at each of `moments`, which must be in
/// order; beyond the end it stands still.
pub fn clock_at(recording: &Recording, moments: &[Moment]) -> Result<Vec<u64>, RecordingError> {
    let mut times = Vec::with_capacity(moments.len());
    let mut clock = 0u64;
    let cost = recording.header().instruction_nanos;
    let kinds = Search::kinds(&["Instruction", "Clock"]);
    kinds.each(recording, 0..u64::MAX, |position, event| {
        while moments
            .get(times.len())
            .is_some_and(|moment| moment.0 <= position.0)
        {
            times.push(clock);
        }
        match *event {
            Event::Instruction { .. } => clock = clock.wrapping_add(cost),
            Event::Clock { new_nanos, .. } => clock = new_nanos,
            _ => {}
        }
        if times.len() == moments.len() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    times.resize(moments.len(), clock);
    Ok(times)
}
