//! The system's file dialogs, asked on a thread of their own so that the window never waits; where
//! the system has none, the window asks for a path itself.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::command::Command;

/// What a path is wanted for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Purpose {
    Open,
    /// The name to propose.
    SaveRecording(String),
    /// The name of the folder to propose.
    SaveLesson(String),
}

impl Purpose {
    /// The title of the dialog.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Open => "Open a program, a recording or a lesson",
            Self::SaveRecording(_) => "Save the recording",
            Self::SaveLesson(_) => "Save the lesson in a folder",
        }
    }

    /// What the chosen path asks for.
    pub fn command(&self, mut path: PathBuf) -> Command {
        match self {
            Self::Open => Command::Open(path),
            Self::SaveRecording(_) => {
                if path.extension().is_none() {
                    path.set_extension("mcap");
                }
                Command::SaveRecordingTo(path)
            }
            Self::SaveLesson(_) => Command::SaveLessonTo(path),
        }
    }
}

/// What came of a dialog.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    Chosen(Command),
    Cancelled,
    /// The system has no dialogs.
    NoDialogs(Purpose),
}

/// An answer of "nothing" sooner than this was not given by a person.
const QUICKEST_PERSON: Duration = Duration::from_millis(350);

/// Dialogs that are open, and what they answered.
#[derive(Debug)]
pub struct Dialogs {
    sender: Sender<Answer>,
    receiver: Receiver<Answer>,
    open: usize,
}

impl Default for Dialogs {
    fn default() -> Self {
        let (sender, receiver) = channel();
        Self {
            sender,
            receiver,
            open: 0,
        }
    }
}

impl Dialogs {
    /// Asks for a path.
    pub fn ask(&mut self, ctx: &egui::Context, purpose: Purpose) {
        if self.open > 0 {
            return;
        }
        self.open += 1;
        let sender = self.sender.clone();
        let ctx = ctx.clone();
        std::thread::spawn(move || {
            let asked = Instant::now();
            let answer = match choose(&purpose) {
                Some(path) => Answer::Chosen(purpose.command(path)),
                None if asked.elapsed() < QUICKEST_PERSON => Answer::NoDialogs(purpose),
                None => Answer::Cancelled,
            };
            // The window may be gone by now; then nobody wants the answer.
            let _ = sender.send(answer);
            ctx.request_repaint();
        });
    }

    /// What was answered since the last frame.
    pub fn answers(&mut self) -> Vec<Answer> {
        let answers: Vec<_> = self.receiver.try_iter().collect();
        self.open = self.open.saturating_sub(answers.len());
        answers
    }
}

fn choose(purpose: &Purpose) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new().set_title(purpose.title());
    match purpose {
        Purpose::Open => dialog
            .add_filter("Programs, recordings, lessons", &["py", "mcap", "md"])
            .add_filter("All files", &["*"])
            .pick_file(),
        Purpose::SaveRecording(name) => dialog
            .set_file_name(name)
            .add_filter("Recordings", &["mcap"])
            .save_file(),
        Purpose::SaveLesson(name) => dialog.set_file_name(name).save_file(),
    }
}
