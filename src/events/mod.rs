//! The words in which the machine reports facts, and the door through which they leave it.
//!
//! The machine does not know who listens: it hands [`Event`]s, texts and code objects to a
//! [`Reporter`], which passes them on in chunks to one [`EventSink`].

mod event;
mod reporter;

pub use event::{
    AttrStep, CodeId, Event, FrameId, GcList, GcPhase, LookupEnd, Slot, SlotKind, Stream,
    WaitReason,
};
pub use reporter::{EventSink, Held, Mode, Recorded, Reporter, Unrecorded};
