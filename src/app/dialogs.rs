//! The system's file dialogs, asked on a thread of their own so that the window never waits.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::command::Command;

/// Dialogs that are open, and what they answered.
#[derive(Debug)]
pub struct Dialogs {
    sender: Sender<Option<Command>>,
    receiver: Receiver<Option<Command>>,
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
    /// Asks for a file to open.
    pub fn open_file(&mut self, ctx: &egui::Context) {
        self.ask(ctx, || {
            rfd::FileDialog::new()
                .set_title("Open a program or a recording")
                .add_filter("Python programs and recordings", &["py", "mcap"])
                .add_filter("All files", &["*"])
                .pick_file()
                .map(Command::Open)
        });
    }

    /// Asks where to save the recording.
    pub fn save_file(&mut self, ctx: &egui::Context, name: String) {
        self.ask(ctx, move || {
            rfd::FileDialog::new()
                .set_title("Save the recording")
                .set_file_name(name)
                .add_filter("Recordings", &["mcap"])
                .save_file()
                .map(|mut path: PathBuf| {
                    if path.extension().is_none() {
                        path.set_extension("mcap");
                    }
                    Command::SaveRecordingTo(path)
                })
        });
    }

    fn ask(
        &mut self,
        ctx: &egui::Context,
        question: impl FnOnce() -> Option<Command> + Send + 'static,
    ) {
        if self.open > 0 {
            return;
        }
        self.open += 1;
        let sender = self.sender.clone();
        let ctx = ctx.clone();
        std::thread::spawn(move || {
            // The window may be gone by now; then nobody wants the answer.
            let _ = sender.send(question());
            ctx.request_repaint();
        });
    }

    /// What was answered since the last frame. `None` inside: cancelled, or the system has no
    /// dialogs, which cannot be told apart.
    pub fn answers(&mut self) -> Vec<Option<Command>> {
        let answers: Vec<_> = self.receiver.try_iter().collect();
        self.open = self.open.saturating_sub(answers.len());
        answers
    }
}
