//! What writer and reader of the file agree on: `docs/recording-format.md` in code.

use serde::{Deserialize, Serialize};

use super::store::Header;

/// Bumped when an older reader would misread the file.
pub const FORMAT_VERSION: u32 = 2;
/// Format 1 kept events in columns, and so many in a block.
pub(super) const COLUMNS_FORMAT: u32 = 1;
pub(super) const COLUMNS_BLOCK: u64 = 8192;
/// The MCAP profile.
pub(super) const PROFILE: &str = "ouroscope";
/// Blocks whose summaries share a chunk.
pub(super) const BLOCKS_IN_INDEX: usize = 64;
/// No chunk of ours unpacks to more.
pub(super) const MAX_CHUNK_BYTES: u64 = 1 << 30;

/// The channels, each with the description that goes into the file as its schema.
pub(super) const TOPICS: [(Topic, &str, &str, &str); 10] = [
    (
        Topic::Header,
        "header",
        "json",
        "What was run and how; `format` is the version of this format.",
    ),
    (
        Topic::Sources,
        "sources",
        "postcard",
        "Source files: (position of the first: varint, list of (path, text)).",
    ),
    (
        Topic::Texts,
        "texts",
        "postcard",
        "Texts that events name by number: (number of the first: varint, list of strings). \
         Numbers count from 1; 0 is the empty text.",
    ),
    (
        Topic::Codes,
        "codes",
        "postcard",
        "Code objects: (number of the first: varint, list of records); see code_record.rs.",
    ),
    (
        Topic::Events,
        "events",
        "ouroscope-rows",
        "A block of 32768 events (the last may be shorter) in rows; see codec.rs. The log time \
         is the position of its first event.",
    ),
    (
        Topic::Keyframe,
        "keyframe",
        "postcard",
        "The state after as many events as the log time says; a shortcut that readers may ignore.",
    ),
    (
        Topic::Annotations,
        "annotations",
        "json",
        "Bookmarks, notes and the view; the last counts.",
    ),
    (
        Topic::Index,
        "index",
        "postcard",
        "What each of up to 64 blocks contains: (number of the first block: varint, list of \
         summaries); see summary.rs. The log time is the position of their first event.",
    ),
    (
        Topic::Made,
        "made",
        "postcard",
        "What each source line made during the run, most bytes first: list of (code, line, \
         objects, bytes).",
    ),
    (
        Topic::End,
        "end",
        "json",
        "How many events, texts and code objects there are.",
    ),
];

/// A channel of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Topic {
    Header,
    Sources,
    Texts,
    Codes,
    Events,
    Keyframe,
    Annotations,
    Index,
    Made,
    End,
}

/// The message of the channel `header`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeaderMessage {
    pub(super) format: u32,
    #[serde(flatten)]
    pub(super) header: Header,
}

/// The part of it that every version keeps.
#[derive(Debug, Deserialize)]
pub(super) struct FormatMessage {
    pub(super) format: u32,
}

/// The message of the channel `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct End {
    pub events: u64,
    pub texts: u64,
    pub codes: u64,
    /// Recovered from a damaged file: the run went on after the last event.
    #[serde(default)]
    pub recovered: bool,
}
