//! Source in, recording out: runs a program within budgets; no window.

pub mod answers;
mod host;
pub mod limits;
pub mod question;
pub mod report;
#[expect(
    clippy::module_inception,
    reason = "the session is what this layer is about"
)]
mod session;

pub use crate::stdlib::sysmodule::EMBEDDED_STDLIB;
pub use crate::threads::Nanos;
pub use limits::Limits;
pub use question::Question;
pub use report::{Info, info};
pub use session::{Outcome, Progress, Session, SessionError, SessionOptions, Sink, program_name};
