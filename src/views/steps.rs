//! How far one step goes.

use serde::{Deserialize, Serialize};

/// What Forward and Back move by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum StepSize {
    Event,
    Instruction,
    #[default]
    Line,
    /// The next line of the same function, calls done.
    Over,
    Call,
    Return,
    Exception,
    GcPhase,
    ThreadSwitch,
    Output,
    /// The next change of the selected object.
    Selected,
}

impl StepSize {
    /// All sizes, from small to large.
    pub const ALL: [Self; 11] = [
        Self::Event,
        Self::Instruction,
        Self::Line,
        Self::Over,
        Self::Call,
        Self::Return,
        Self::Exception,
        Self::GcPhase,
        Self::ThreadSwitch,
        Self::Output,
        Self::Selected,
    ];

    /// The word for it on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::Instruction => "Instruction",
            Self::Line => "Line",
            Self::Over => "Line over calls",
            Self::Call => "Call",
            Self::Return => "Return",
            Self::Exception => "Exception",
            Self::GcPhase => "Collector phase",
            Self::ThreadSwitch => "Thread switch",
            Self::Output => "Output",
            Self::Selected => "Change of the selected object",
        }
    }

    /// The size of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|size| size.name().eq_ignore_ascii_case(name))
    }
}
