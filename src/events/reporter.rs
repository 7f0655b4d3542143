//! Collects events in a buffer and hands them on in chunks, so that reporting one costs a store.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{CodeId, Event, Stream};
use crate::base::TextId;
use crate::bytecode::CodeObject;

/// Events in a chunk, at most: a chunk fits the second-level cache.
const CHUNK_EVENTS: usize = 16384;

/// Who listens to a run.
///
/// Texts and code objects arrive before the first event that names them; their numbers count
/// up from 1 (0 stands for the empty text) and from 0.
pub trait EventSink: Send {
    /// Takes the next events of the stream.
    fn events(&mut self, events: &[Event]);
    /// As [`Self::events`], with what the run holds after them. A sink that passes events on to
    /// another thread may keep the buffer and leave an empty one.
    fn take(&mut self, events: &mut Vec<Event>, _: Held) {
        self.events(events);
    }
    /// Takes the text that `id` stands for from now on.
    fn text(&mut self, id: TextId, text: &str);
    /// Takes the code object that `id` stands for from now on.
    fn code(&mut self, id: CodeId, code: &Arc<CodeObject>);
}

/// What a run holds, for budgets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Bytes in blocks handed out and not yet given back.
    pub bytes: u64,
    /// Bytes of text written so far.
    pub output: u64,
}

/// Whether the evaluation loop reports: a type parameter of the loop, so that the unrecorded
/// loop contains no trace of recording.
pub trait Mode {
    /// True where events are wanted.
    const RECORDING: bool;
}

/// The loop that reports each fact.
#[derive(Clone, Copy, Debug)]
pub struct Recorded;
/// The loop that reports nothing and pays nothing for it.
#[derive(Clone, Copy, Debug)]
pub struct Unrecorded;

impl Mode for Recorded {
    const RECORDING: bool = true;
}
impl Mode for Unrecorded {
    const RECORDING: bool = false;
}

/// The machine's end of the event stream.
///
/// Without a sink it is off: `emit` is then one test of a flag.
#[derive(Default)]
pub struct Reporter {
    on: bool,
    buffer: Vec<Event>,
    reported: u64,
    texts: FxHashMap<Box<str>, TextId>,
    held: Held,
    codes: u32,
    sink: Option<Box<dyn EventSink>>,
}

impl std::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reporter")
            .field("on", &self.on)
            .field("reported", &self.reported)
            .finish_non_exhaustive()
    }
}

impl Reporter {
    /// A reporter that passes everything to `sink`.
    pub fn to(sink: Box<dyn EventSink>) -> Self {
        Self {
            on: true,
            buffer: Vec::with_capacity(CHUNK_EVENTS),
            sink: Some(sink),
            ..Self::default()
        }
    }

    /// Whether anybody listens.
    #[inline]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// How many events were reported so far: the current moment.
    #[inline]
    pub const fn moment(&self) -> u64 {
        self.reported + self.buffer.len() as u64
    }

    /// Reports one fact; does nothing when nobody listens.
    #[inline]
    pub fn emit(&mut self, event: Event) {
        if self.on {
            self.buffer.push(event);
            if self.buffer.len() == CHUNK_EVENTS {
                self.flush();
            }
        }
    }

    /// Reports that a block was handed out.
    #[inline]
    pub fn block_alloc(&mut self, address: u64, size: u32) {
        self.held.bytes += u64::from(size);
        self.emit(Event::BlockAlloc { address, size });
    }

    /// Reports that a block came back.
    #[inline]
    pub fn block_free(&mut self, address: u64, size: u32) {
        self.held.bytes = self.held.bytes.saturating_sub(u64::from(size));
        self.emit(Event::BlockFree { address, size });
    }

    /// Reports that text was written. Only called when [`Self::is_on`].
    pub fn output(&mut self, stream: Stream, text: &str) {
        self.held.output += text.len() as u64;
        let text = self.text(text);
        self.emit(Event::Output { stream, text });
    }

    /// The number of `text`, which the sink learns on first use. Only called when [`Self::is_on`].
    pub fn text(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId(0);
        }
        if let Some(&id) = self.texts.get(text) {
            return id;
        }
        let id = TextId(self.texts.len() as u32 + 1);
        self.texts.insert(text.into(), id);
        if let Some(sink) = &mut self.sink {
            sink.text(id, text);
        }
        id
    }

    /// Registers a code object and gives its number.
    pub fn code(&mut self, code: &Arc<CodeObject>) -> CodeId {
        let id = CodeId(self.codes);
        self.codes += 1;
        if let Some(sink) = &mut self.sink {
            sink.code(id, code);
        }
        id
    }

    /// Hands on what the buffer holds.
    #[cold]
    #[inline(never)]
    pub fn flush(&mut self) {
        self.reported += self.buffer.len() as u64;
        if let Some(sink) = &mut self.sink {
            sink.take(&mut self.buffer, self.held);
        }
        self.buffer.clear();
        self.buffer.reserve(CHUNK_EVENTS);
    }
}
