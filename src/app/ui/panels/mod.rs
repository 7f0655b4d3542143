//! The panels: what each is called, which file of CPython it mirrors, and where its code is.

pub mod bytecode;
pub mod collector;
pub mod console;
pub mod events;
pub mod frames;
pub mod inspector;
pub mod lesson;
pub mod memory;
pub mod objects;
pub mod pipeline;
pub mod source;
pub mod threads;

use std::sync::Arc;

use egui::Ui;
use serde::{Deserialize, Serialize};

use super::theme::Theme;
use crate::app::command::Command;
use crate::app::state::AppState;
use crate::views::look::Look;

macro_rules! panels { ($($kind:ident $name:literal $mirrors:literal $about:literal)*) => {
    /// Which panel.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
    pub enum PanelKind { $($kind),* }

    impl PanelKind {
        /// All of them, in the order of the menu.
        pub const ALL: [Self; [$(Self::$kind),*].len()] = [$(Self::$kind),*];

        /// The name on its tab.
        pub const fn name(self) -> &'static str {
            match self { $(Self::$kind => $name),* }
        }

        /// Where CPython does what the panel shows.
        pub const fn mirrors(self) -> &'static str {
            match self { $(Self::$kind => $mirrors),* }
        }

        /// What it shows, in a sentence.
        pub const fn about(self) -> &'static str {
            match self { $(Self::$kind => $about),* }
        }
    }
} }

panels! {
    Source "Source" "Parser/" "The program: the line that just ran, the next one, and the part that the current instruction computes."
    Lesson "Lesson" "" "What to look at, stop by stop."
    Pipeline "Pipeline" "Python/compile.c" "How the source becomes bytecode, stage by stage, and what each optimization did."
    Bytecode "Bytecode" "Python/ceval.c" "The instructions of the selected frame, as dis shows them."
    Frames "Frames" "Include/internal/pycore_frame.h" "The call stack of each thread with locals, cells and value stack."
    Objects "Objects" "Objects/object.c" "The objects the program holds and the references between them."
    Inspector "Inspector" "Include/object.h" "Everything about the selected object."
    Collector "Collector" "Python/gc.c" "The generations of the cycle collector, and its passes phase by phase."
    Threads "Threads" "Python/ceval_gil.c" "Which thread holds the GIL and what the others wait for."
    Memory "Memory" "Objects/obmalloc.c" "Arenas, pools and blocks, and what fills them."
    Console "Console" "Python/bltinmodule.c" "What the program wrote."
    Events "Events" "" "The recording itself, event by event."
}

impl PanelKind {
    /// The panel of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// What a panel sees, and where it puts its wishes.
pub struct PanelContext<'a> {
    pub app: &'a AppState,
    /// The program at the moment shown.
    pub look: Look<'a>,
    pub theme: &'a Arc<Theme>,
    pub commands: &'a mut Vec<Command>,
}

/// Says that a panel is still about to change what it shows by itself, so that a picture of the
/// window has to wait.
pub fn say_busy(ctx: &egui::Context) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| data.insert_temp(busy_id(), pass));
}

/// Whether a panel said so in this frame.
pub fn is_busy(ctx: &egui::Context) -> bool {
    let said: Option<u64> = ctx.data(|data| data.get_temp(busy_id()));
    said == Some(ctx.cumulative_pass_nr())
}

fn busy_id() -> egui::Id {
    egui::Id::new("a panel is busy")
}

/// A part of the window that shows one thing about the program at the current moment.
pub trait Panel {
    /// Which panel it is.
    fn kind(&self) -> PanelKind;

    /// Draws it: reads `ctx.app`, and sends what the user wants to `ctx.commands`.
    fn ui(&mut self, ui: &mut Ui, ctx: &mut PanelContext<'_>);

    /// Takes a command that concerns the view alone, such as focus.
    fn command(&mut self, _command: &Command) {}
}

/// Every panel, in the order of the menu.
pub fn all() -> Vec<Box<dyn Panel>> {
    vec![
        Box::<source::SourcePanel>::default(),
        Box::<lesson::LessonPanel>::default(),
        Box::<pipeline::PipelinePanel>::default(),
        Box::<bytecode::BytecodePanel>::default(),
        Box::<frames::FramesPanel>::default(),
        Box::<objects::ObjectsPanel>::default(),
        Box::<inspector::InspectorPanel>::default(),
        Box::<collector::CollectorPanel>::default(),
        Box::<threads::ThreadsPanel>::default(),
        Box::<memory::MemoryPanel>::default(),
        Box::<console::ConsolePanel>::default(),
        Box::<events::EventsPanel>::default(),
    ]
}
