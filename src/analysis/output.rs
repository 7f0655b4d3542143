//! What the program wrote, piece by piece, each with its moment.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::base::Moment;
use crate::events::{Event, Stream};
use crate::trace::{Recording, RecordingError, Search};

/// A piece of output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    pub stream: Stream,
    pub text: Arc<str>,
    /// The position of its event.
    pub moment: Moment,
}

/// All output of the run, in order.
pub fn output(recording: &Recording) -> Result<Vec<Piece>, RecordingError> {
    let mut pieces = Vec::new();
    Search::kinds(&["Output"]).each(recording, 0..u64::MAX, |moment, event| {
        if let Event::Output { stream, text } = *event {
            pieces.push(Piece {
                stream,
                text: recording.text(text),
                moment,
            });
        }
        ControlFlow::<()>::Continue(())
    })?;
    Ok(pieces)
}
