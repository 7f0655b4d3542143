//! The recording: an append-only event stream, and the state at any moment of it.

pub mod codec;
pub mod error;
pub mod memory_view;
pub mod object_view;
pub mod player;
pub mod sharing;
pub mod state;
pub mod store;
pub mod thread_view;
mod undo_log;

pub use error::RecordingError;
pub use memory_view::{ArenaView, MemoryView, PoolView};
pub use object_view::{Entry, IMMORTAL_REFCNT, ObjectView, Slots, Value, WeakView};
pub use player::Player;
pub use state::{GcListView, GcPass, GcView, NeedsKeyframe, OutputPiece, Root, Stage, State};
pub use store::{
    Annotations, BLOCK_EVENTS, Bookmark, Header, Recording, RecordingWriter, SourceText,
};
pub use thread_view::{
    FramePlace, FrameView, Frames, GilView, LookupView, NativeCall, ThreadStatus, ThreadView,
};
