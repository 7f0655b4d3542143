//! Questions typed at the console's prompt, and their answers.
//!
//! A question is answered by running the program again, on a thread of its own, up to the moment
//! shown; the recording that is open does not change.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use crate::base::Moment;
use crate::session::question::{ask, instructions_before};
use crate::session::{Question, SessionOptions};
use crate::trace::Recording;

/// A question with its answer, once there is one.
#[derive(Debug)]
pub struct Asked {
    pub moment: Moment,
    /// The frame in which it was asked.
    pub place: String,
    pub text: String,
    pub answer: Option<String>,
    receiver: Receiver<String>,
}

impl Asked {
    /// Asks in the frame that is `depth` frames above the innermost one.
    pub fn start(
        recording: Arc<Recording>,
        options: SessionOptions,
        moment: Moment,
        (depth, place): (u32, String),
        text: String,
    ) -> Self {
        let (sender, receiver) = channel();
        let question = text.clone();
        std::thread::spawn(move || {
            let instructions = instructions_before(&recording, moment);
            let question = Question {
                instructions,
                depth,
                text: question,
            };
            let answer = match ask(options, question) {
                Ok(Some(answer)) => answer,
                Ok(None) => {
                    "The program did not come to this moment again: its files may have changed."
                        .to_owned()
                }
                Err(error) => error.to_string(),
            };
            // The window may be gone by now; then nobody wants the answer.
            let _ = sender.send(answer);
        });
        Self {
            moment,
            place,
            text,
            answer: None,
            receiver,
        }
    }

    /// Takes in the answer; says whether it came just now.
    pub fn poll(&mut self) -> bool {
        if self.answer.is_none()
            && let Ok(answer) = self.receiver.try_recv()
        {
            self.answer = Some(answer);
            return true;
        }
        false
    }
}
