//! The recording: events, texts, code objects and sources, written by one and read by many.
//!
//! A [`Recording`] only ever grows, so a live run and a saved one are read in the same way.
//! The machine's thread writes through a [`RecordingWriter`], which is an [`EventSink`];
//! everybody else holds an `Arc<Recording>` and asks for events by position. Events lie in
//! blocks of [`BLOCK_EVENTS`]. The newest blocks stay as they are; older ones are packed to a
//! fraction, or stay in the file they came from, and a small cache keeps what was unpacked last.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::annotations::Annotations;
use super::codec;
use super::error::RecordingError;
use super::line_totals::LineTotal;
use super::state::State;
use super::summary::Summary;
use crate::base::{Moment, TextId};
use crate::bytecode::CodeObject;
use crate::events::{CodeId, Event, EventSink};

/// Events in a block; only the last block may hold fewer.
pub const BLOCK_EVENTS: usize = 32768;
/// How many of the newest blocks stay unpacked.
const RAW_BLOCKS: usize = 8;
/// How many unpacked blocks are kept for reading.
const CACHED_BLOCKS: usize = 16;

/// What was run, and how: enough to run it again.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Header {
    /// The program's path as it was given, or a name such as `<editor>`.
    pub program: String,
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// `PYTHONHASHSEED`.
    pub hash_seed: u32,
    /// Decides what CPython leaves to the operating system's scheduler.
    pub schedule_seed: u64,
    /// What each instruction adds to the virtual clock.
    pub instruction_nanos: u64,
    /// Which standard library ran: `embedded`, or the folder that was given.
    pub stdlib: String,
    /// The program that wrote the recording, with its version.
    pub writer: String,
    /// All other options that were not left at their defaults, by name.
    pub options: BTreeMap<String, String>,
}

/// A source file that took part in the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceText {
    /// As in `co_filename`.
    pub path: Arc<str>,
    pub text: Arc<str>,
}

/// One run, complete or still growing.
#[derive(Debug)]
pub struct Recording {
    header: Header,
    len: AtomicU64,
    complete: AtomicBool,
    tables: RwLock<Tables>,
    blocks: RwLock<Blocks>,
    cache: Mutex<VecDeque<(usize, Arc<[Event]>)>>,
    keyframes: Mutex<BTreeMap<u64, Keyframe>>,
    /// Of the full blocks, as far as somebody searched.
    summaries: Mutex<Vec<Option<Arc<Summary>>>>,
    annotations: Mutex<Annotations>,
    line_totals: OnceLock<Vec<LineTotal>>,
}

#[derive(Debug, Default)]
struct Tables {
    texts: Vec<Arc<str>>,
    codes: Vec<Arc<CodeObject>>,
    sources: Vec<SourceText>,
}

#[derive(Debug, Default)]
struct Blocks {
    full: Vec<Block>,
    /// The block that still grows.
    tail: Vec<Event>,
}

#[derive(Debug)]
enum Keyframe {
    Ready(Box<State>),
    Stored(Arc<dyn BlockSource>, u64),
}

#[derive(Debug)]
enum Block {
    Raw(Arc<[Event]>),
    Packed(Arc<[u8]>),
    Stored(Arc<dyn BlockSource>),
}

/// A file from which blocks are read when they are wanted.
pub(super) trait BlockSource: Send + Sync + std::fmt::Debug {
    /// The events of block `index`, exactly as many as were announced.
    fn read(&self, index: usize) -> Result<Vec<Event>, RecordingError>;
    /// What blocks contain, with the number of the first; nothing when the file does not say.
    fn read_summaries(&self, index: usize) -> Option<(usize, Vec<Summary>)>;
    /// The keyframe at `place`; a shortcut, so a bad one is passed over.
    fn read_keyframe(&self, place: u64, moment: u64) -> Option<State>;
}

fn unpoisoned<'a, T>(
    result: Result<MutexGuard<'a, T>, PoisonError<MutexGuard<'a, T>>>,
) -> MutexGuard<'a, T> {
    result.unwrap_or_else(PoisonError::into_inner)
}

macro_rules! read {
    ($lock:expr) => {
        $lock.read().unwrap_or_else(PoisonError::into_inner)
    };
}
macro_rules! write {
    ($lock:expr) => {
        $lock.write().unwrap_or_else(PoisonError::into_inner)
    };
}

impl Recording {
    /// An empty recording, to be filled through a [`RecordingWriter`].
    pub fn new(header: Header) -> Self {
        Self {
            header,
            len: AtomicU64::new(0),
            complete: AtomicBool::new(false),
            tables: RwLock::default(),
            blocks: RwLock::default(),
            cache: Mutex::default(),
            keyframes: Mutex::default(),
            summaries: Mutex::default(),
            annotations: Mutex::default(),
            line_totals: OnceLock::new(),
        }
    }

    /// What was run, and how.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// How many events there are by now; also the last moment.
    #[inline]
    pub fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    /// Whether there is no event yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last moment: after every event.
    pub fn last_moment(&self) -> Moment {
        Moment(self.len())
    }

    /// Whether the run is over, so that nothing will be added.
    pub fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// The event at a position: it leads from moment `position` to the next.
    pub fn event(&self, position: Moment) -> Result<Event, RecordingError> {
        let block = self.block(position.index() / BLOCK_EVENTS)?;
        let event = block.get(position.index() % BLOCK_EVENTS);
        event.copied().ok_or_else(|| self.beyond(position.0))
    }

    /// How many blocks there are by now, the growing one included.
    pub fn block_count(&self) -> usize {
        (self.len() as usize).div_ceil(BLOCK_EVENTS)
    }

    /// The events of a block; block `n` begins at position `n * BLOCK_EVENTS`.
    pub fn block(&self, index: usize) -> Result<Arc<[Event]>, RecordingError> {
        let (packed, stored) = {
            let blocks = read!(self.blocks);
            match blocks.full.get(index) {
                Some(Block::Raw(events)) => return Ok(Arc::clone(events)),
                Some(Block::Packed(bytes)) => (Some(Arc::clone(bytes)), None),
                Some(Block::Stored(source)) => (None, Some(Arc::clone(source))),
                None if index == blocks.full.len() && !blocks.tail.is_empty() => {
                    return Ok(blocks.tail.as_slice().into());
                }
                None => return Err(self.beyond((index * BLOCK_EVENTS) as u64)),
            }
        };
        if let Some(events) = self.cached(index) {
            return Ok(events);
        }
        let events: Arc<[Event]> = match (packed, stored) {
            (Some(bytes), _) => codec::unpack(&bytes, BLOCK_EVENTS)
                .expect("packed by ourselves")
                .into(),
            (None, Some(source)) => source.read(index)?.into(),
            (None, None) => unreachable!("one of the two was found"),
        };
        let mut cache = unpoisoned(self.cache.lock());
        if cache.len() == CACHED_BLOCKS {
            cache.pop_front();
        }
        cache.push_back((index, Arc::clone(&events)));
        Ok(events)
    }

    /// What a block may contain.
    pub fn summary(&self, index: usize) -> Result<Arc<Summary>, RecordingError> {
        if let Some(Some(summary)) = unpoisoned(self.summaries.lock()).get(index) {
            return Ok(Arc::clone(summary));
        }
        let source = match read!(self.blocks).full.get(index) {
            Some(Block::Stored(source)) => Some(Arc::clone(source)),
            _ => None,
        };
        if let Some((first, found)) = source.and_then(|source| source.read_summaries(index)) {
            self.keep_summaries(first, found);
            if let Some(Some(summary)) = unpoisoned(self.summaries.lock()).get(index) {
                return Ok(Arc::clone(summary));
            }
        }
        let events = self.block(index)?;
        let summary = Summary::of(&events);
        if events.len() < BLOCK_EVENTS && !self.is_complete() {
            return Ok(Arc::new(summary));
        }
        let summary = Arc::new(summary);
        self.keep_summary(index, Arc::clone(&summary));
        Ok(summary)
    }

    fn keep_summaries(&self, first: usize, found: Vec<Summary>) {
        for (index, summary) in (first..self.block_count()).zip(found) {
            self.keep_summary(index, Arc::new(summary));
        }
    }

    fn keep_summary(&self, index: usize, summary: Arc<Summary>) {
        let mut summaries = unpoisoned(self.summaries.lock());
        if summaries.len() <= index {
            summaries.resize(index + 1, None);
        }
        summaries[index] = Some(summary);
    }

    fn cached(&self, index: usize) -> Option<Arc<[Event]>> {
        let mut cache = unpoisoned(self.cache.lock());
        let at = cache.iter().position(|(cached, _)| *cached == index)?;
        let entry = cache.remove(at)?;
        let events = Arc::clone(&entry.1);
        cache.push_back(entry);
        Some(events)
    }

    fn beyond(&self, moment: u64) -> RecordingError {
        RecordingError::Beyond {
            moment,
            len: self.len(),
        }
    }

    /// The text with this number; empty for 0 and for a number never given.
    pub fn text(&self, id: TextId) -> Arc<str> {
        let tables = read!(self.tables);
        let text = id
            .index()
            .checked_sub(1)
            .and_then(|index| tables.texts.get(index));
        text.map_or_else(|| Arc::from(""), Arc::clone)
    }

    /// How many texts there are by now; their numbers count from 1.
    pub fn text_count(&self) -> usize {
        read!(self.tables).texts.len()
    }

    /// The number of a text, when an event may have named it.
    pub fn find_text(&self, text: &str) -> Option<TextId> {
        let tables = read!(self.tables);
        let at = tables.texts.iter().position(|known| &**known == text)?;
        Some(TextId(at as u32 + 1))
    }

    /// The numbers of all texts that `accept` takes.
    pub fn find_texts(&self, accept: impl Fn(&str) -> bool) -> Vec<TextId> {
        let tables = read!(self.tables);
        let found = (1..).zip(&tables.texts).filter(|(_, text)| accept(text));
        found.map(|(number, _)| TextId(number)).collect()
    }

    /// The code object with this number.
    pub fn code(&self, id: CodeId) -> Option<Arc<CodeObject>> {
        read!(self.tables).codes.get(id.0 as usize).cloned()
    }

    /// All code objects by now, by number.
    pub fn codes(&self) -> Vec<Arc<CodeObject>> {
        read!(self.tables).codes.clone()
    }

    /// All source files by now; the program itself comes first.
    pub fn sources(&self) -> Vec<SourceText> {
        read!(self.tables).sources.clone()
    }

    /// The source file with this path.
    pub fn source(&self, path: &str) -> Option<Arc<str>> {
        let tables = read!(self.tables);
        let found = tables.sources.iter().find(|source| &*source.path == path);
        found.map(|source| Arc::clone(&source.text))
    }

    /// Adds a source file, once.
    pub fn add_source(&self, path: &str, text: &str) {
        let mut tables = write!(self.tables);
        if !tables.sources.iter().any(|source| &*source.path == path) {
            tables.sources.push(SourceText {
                path: path.into(),
                text: text.into(),
            });
        }
    }

    /// Bookmarks, named ranges and the view.
    pub fn annotations(&self) -> Annotations {
        unpoisoned(self.annotations.lock()).clone()
    }

    /// Replaces bookmarks, named ranges and the view; [`append_annotations`](super::append_annotations)
    /// writes them into a file.
    pub fn set_annotations(&self, annotations: Annotations) {
        *unpoisoned(self.annotations.lock()) = annotations;
    }

    /// What each line made during the run, when the recording's file says so.
    pub fn line_totals(&self) -> Option<Vec<LineTotal>> {
        self.line_totals.get().cloned()
    }

    pub(super) fn set_line_totals(&self, totals: Vec<LineTotal>) {
        // A second message would be a damaged file's; the first one stays.
        let _ = self.line_totals.set(totals);
    }

    /// The state before the first event.
    pub fn initial_state(&self) -> State {
        State::new(self.header.instruction_nanos)
    }

    /// The newest keyframe at or before `moment`; the state before the first event if there is
    /// none.
    pub fn keyframe(&self, moment: Moment) -> State {
        loop {
            let mut keyframes = unpoisoned(self.keyframes.lock());
            let (at, place, source) = match keyframes.range_mut(..=moment.0).next_back() {
                None => return self.initial_state(),
                Some((_, Keyframe::Ready(state))) => return state.snapshot(),
                Some((at, Keyframe::Stored(source, place))) => (*at, *place, Arc::clone(source)),
            };
            drop(keyframes);
            let read = source.read_keyframe(place, at);
            let mut keyframes = unpoisoned(self.keyframes.lock());
            match read {
                Some(state) => keyframes.insert(at, Keyframe::Ready(Box::new(state))),
                None => keyframes.remove(&at),
            };
        }
    }

    /// Where the newest keyframe at or before `moment` is; 0 without one.
    pub fn keyframe_before(&self, moment: Moment) -> Moment {
        let keyframes = unpoisoned(self.keyframes.lock());
        Moment(
            keyframes
                .range(..=moment.0)
                .next_back()
                .map_or(0, |(&at, _)| at),
        )
    }

    /// Keeps a keyframe. When there are too many, each second one goes.
    pub fn add_keyframe(&self, state: State) {
        const LIMIT: usize = 1024;
        let mut keyframes = unpoisoned(self.keyframes.lock());
        keyframes.insert(state.moment.0, Keyframe::Ready(Box::new(state)));
        if keyframes.len() > LIMIT {
            let mut odd = false;
            keyframes.retain(|_, _| {
                odd = !odd;
                odd
            });
        }
    }

    // ---- writing, by a `RecordingWriter` or a file's reader

    pub(super) fn push_events(&self, mut events: &[Event]) {
        let mut blocks = write!(self.blocks);
        let added = events.len() as u64;
        while !events.is_empty() {
            let room = BLOCK_EVENTS - blocks.tail.len();
            let (now, later) = events.split_at(room.min(events.len()));
            blocks.tail.extend_from_slice(now);
            events = later;
            if blocks.tail.len() == BLOCK_EVENTS {
                let full: Arc<[Event]> = blocks.tail.as_slice().into();
                blocks.tail.clear();
                blocks.full.push(Block::Raw(full));
            }
        }
        drop(blocks);
        self.len.fetch_add(added, Ordering::Release);
        self.pack_old_blocks();
    }

    /// Packs the oldest raw block when too many are raw; outside the lock, since it takes time.
    fn pack_old_blocks(&self) {
        loop {
            let (index, events) = {
                let blocks = read!(self.blocks);
                let Some(index) = blocks.full.len().checked_sub(RAW_BLOCKS + 1) else {
                    return;
                };
                match &blocks.full[index] {
                    Block::Raw(events) => (index, Arc::clone(events)),
                    Block::Packed(_) | Block::Stored(_) => return,
                }
            };
            let (packed, summary) = codec::pack(&events);
            self.keep_summaries(index, vec![summary]);
            write!(self.blocks).full[index] = Block::Packed(packed.into());
        }
    }

    pub(super) fn push_stored(&self, source: &Arc<dyn BlockSource>, events: u64) {
        write!(self.blocks)
            .full
            .push(Block::Stored(Arc::clone(source)));
        self.len.fetch_add(events, Ordering::Release);
    }

    pub(super) fn push_stored_keyframe(
        &self,
        moment: u64,
        source: &Arc<dyn BlockSource>,
        place: u64,
    ) {
        let keyframe = Keyframe::Stored(Arc::clone(source), place);
        unpoisoned(self.keyframes.lock()).insert(moment, keyframe);
    }

    pub(super) fn push_text(&self, text: &str) {
        write!(self.tables).texts.push(text.into());
    }

    pub(super) fn push_code(&self, code: Arc<CodeObject>) {
        write!(self.tables).codes.push(code);
    }

    pub(super) fn set_complete(&self) {
        self.complete.store(true, Ordering::Release);
    }
}

/// The machine's end of a recording.
#[derive(Debug)]
pub struct RecordingWriter {
    recording: Arc<Recording>,
}

impl RecordingWriter {
    /// A writer of `recording`, which must have no other.
    pub const fn new(recording: Arc<Recording>) -> Self {
        Self { recording }
    }

    /// Says that nothing will be added.
    pub fn finish(self) {
        self.recording.set_complete();
    }
}

impl EventSink for RecordingWriter {
    fn events(&mut self, events: &[Event]) {
        self.recording.push_events(events);
    }

    fn text(&mut self, _: TextId, text: &str) {
        self.recording.push_text(text);
    }

    fn code(&mut self, _: CodeId, code: &Arc<CodeObject>) {
        self.recording.push_code(Arc::clone(code));
    }
}
