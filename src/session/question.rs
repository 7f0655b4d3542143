//! Questions about a moment of a run, answered by running the program again up to that moment.

use std::ops::ControlFlow;

use super::session::{Session, SessionError, SessionOptions};
use crate::base::Moment;
use crate::events::Event;
use crate::stdlib::question::MARK;
use crate::trace::{Recording, Search};

/// An expression or statement, and where it is evaluated.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Question {
    /// How many instructions are begun before it is asked.
    pub instructions: u64,
    /// How many frames above the innermost one of the running thread.
    pub depth: u32,
    pub text: String,
}

/// Counts the instructions that begin before a moment of a recording.
pub fn instructions_before(recording: &Recording, moment: Moment) -> u64 {
    let mut count = 0;
    // Damage ends the count; then the question is asked earlier, or never.
    let _ = Search::kinds(&["Instruction"]).each(recording, 0..moment.0, |_, _| {
        count += 1;
        ControlFlow::<()>::Continue(())
    });
    count
}

/// Runs the program again and asks; gives what the prompt would show. `None` when the run did not
/// come to that instruction.
pub fn ask(options: SessionOptions, question: Question) -> Result<Option<String>, SessionError> {
    let session = Session::start(SessionOptions {
        question: Some(question),
        ..options
    })?;
    let recording = std::sync::Arc::clone(session.recording());
    session.join()?;
    let mut answer: Option<String> = None;
    let len = recording.len();
    Search::kinds(&["Output"]).each(&recording, 0..len, |_, event| {
        if let Event::Output { text, .. } = *event {
            let text = recording.text(text);
            match (&mut answer, text.split_once(MARK)) {
                (Some(answer), _) => answer.push_str(&text),
                (None, Some((_, rest))) => answer = Some(rest.to_owned()),
                (None, None) => {}
            }
        }
        ControlFlow::<()>::Continue(())
    })?;
    Ok(answer.map(|answer| answer.trim_start_matches('\n').trim_end().to_owned()))
}
