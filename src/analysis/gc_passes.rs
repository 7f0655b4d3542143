//! The passes of the collector: when, over what, with what result.

use std::ops::ControlFlow;

use crate::base::Moment;
use crate::events::{Event, GcPhase};
use crate::trace::{Recording, RecordingError, Search};

/// One pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GcPassSpan {
    pub generation: u8,
    /// A threshold caused it, not `gc.collect()`.
    pub automatic: bool,
    /// The position of its `GcStart`.
    pub start: Moment,
    /// The moment after its `GcEnd`; `None` when the recording ends first.
    pub end: Option<Moment>,
    /// The position at which each phase began.
    pub phases: Vec<(GcPhase, Moment)>,
    pub collected: u32,
    pub uncollectable: u32,
}

/// All passes, in order.
pub fn gc_passes(recording: &Recording) -> Result<Vec<GcPassSpan>, RecordingError> {
    let mut passes: Vec<GcPassSpan> = Vec::new();
    let kinds = Search::kinds(&["GcStart", "GcPhase", "GcEnd"]);
    kinds.each(recording, 0..u64::MAX, |moment, event| {
        let open = passes.iter_mut().rev().find(|pass| pass.end.is_none());
        match (*event, open) {
            (
                Event::GcStart {
                    generation,
                    automatic,
                },
                _,
            ) => passes.push(GcPassSpan {
                generation,
                automatic,
                start: moment,
                end: None,
                phases: Vec::new(),
                collected: 0,
                uncollectable: 0,
            }),
            (Event::GcPhase { phase }, Some(pass)) => pass.phases.push((phase, moment)),
            (
                Event::GcEnd {
                    collected,
                    uncollectable,
                    ..
                },
                Some(pass),
            ) => {
                pass.end = Some(Moment(moment.0 + 1));
                (pass.collected, pass.uncollectable) = (collected, uncollectable);
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    })?;
    Ok(passes)
}
