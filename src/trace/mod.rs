//! The recording: an append-only event stream, and the state at any moment of it.

mod annotations;
mod code_record;
pub mod codec;
mod codec_columns;
pub mod error;
mod event_table;
mod file_append;
mod file_format;
pub mod file_reader;
pub mod file_writer;
mod line_totals;
pub mod memory_view;
mod model;
pub mod named_moment;
pub mod object_view;
pub mod player;
pub mod query;
pub mod sharing;
pub mod state;
pub mod store;
pub mod summary;
pub mod thread_view;
mod undo_log;

pub use annotations::{Annotations, Bookmark, NamedRange, View};
pub use error::RecordingError;
pub use file_append::append_annotations;
pub use file_format::{End, FORMAT_VERSION};
pub use file_reader::{open, recover};
pub use file_writer::{FileRecorder, FileTask, FileWriter, Written, save};
pub use line_totals::{LineTotal, LineTotals};
pub use memory_view::{ArenaView, MemoryView, PoolView};
pub use named_moment::{NamedMoment, NamedMomentError, find_moment};
pub use object_view::{Entry, IMMORTAL_REFCNT, ObjectView, Slots, Value, WeakView};
pub use player::Player;
pub use query::{Direction, Search, Step, step};
pub use state::{GcListView, GcPass, GcView, NeedsKeyframe, OutputPiece, Root, Stage, State};
pub use store::{BLOCK_EVENTS, Header, Recording, RecordingWriter, SourceText};
pub use summary::{Mention, Summary};
pub use thread_view::{
    FramePlace, FrameView, Frames, GilView, LookupView, NativeCall, ThreadStatus, ThreadView,
};
