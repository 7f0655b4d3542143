//! Writes a recording to a file while it is made: MCAP, in chunks that stand alone.
//!
//! Texts, code objects and sources go in a chunk of their own before the events that name them,
//! so that a reader loads those at once and the events when they are wanted. The file is the
//! same, byte for byte, for the same events.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use mcap::records::MessageHeader;

use super::annotations::Annotations;
use super::code_record::CodeRecord;
use super::codec::Encoder;
use super::error::RecordingError;
use super::file_format::{
    BLOCKS_IN_INDEX, End, FORMAT_VERSION, HeaderMessage, PROFILE, TOPICS, Topic,
};
use super::state::State;
use super::store::{BLOCK_EVENTS, Header, Recording};
use super::summary::Summary;
use crate::base::TextId;
use crate::bytecode::CodeObject;
use crate::events::{CodeId, Event, EventSink, Held};

/// Keyframes take at most this part of the bytes of the events.
const KEYFRAME_SHARE: u64 = 6;

/// The kind `Alloc`, by its number in the format.
const ALLOC_KIND: u8 = 0;

/// What a finished file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Written {
    pub events: u64,
    pub texts: u64,
    pub codes: u64,
    /// Objects made during the run.
    pub objects: u64,
    pub bytes: u64,
}

/// A file that grows with a run.
pub struct FileWriter<W: Write + Seek> {
    path: PathBuf,
    mcap: mcap::Writer<W>,
    channels: [u16; TOPICS.len()],
    /// Messages written, which MCAP wants numbered.
    sequence: u32,
    sources: Vec<(String, String)>,
    first_source: u32,
    texts: Vec<String>,
    first_text: u32,
    codes: Vec<CodeRecord>,
    first_code: u32,
    /// The block that grows.
    encoder: Encoder,
    /// Of the blocks behind the last index.
    summaries: Vec<Summary>,
    first_summary: u32,
    /// Events in blocks already coded.
    position: u64,
    objects: u64,
    event_bytes: u64,
    keyframes: Option<Keyframes>,
}

impl<W: Write + Seek> std::fmt::Debug for FileWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileWriter")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FileWriter<BufWriter<File>> {
    /// Makes (or replaces) the file at `path`.
    pub fn create(path: &Path, header: &Header) -> Result<Self, RecordingError> {
        Self::new(BufWriter::new(create(path)?), path, header)
    }
}

impl<W: Write + Seek> FileWriter<W> {
    /// Writes to `out`; `path` is for messages.
    pub fn new(out: W, path: &Path, header: &Header) -> Result<Self, RecordingError> {
        let options = mcap::WriteOptions::new()
            .profile(PROFILE)
            .library(format!("ouroscope {}", env!("CARGO_PKG_VERSION")))
            .chunk_size(None)
            .compression(Some(mcap::Compression::Zstd))
            .compression_level(1);
        let describe = |error| write_error(path, error);
        let mut mcap = options.create(out).map_err(describe)?;
        let mut channels = [0; TOPICS.len()];
        for (topic, name, encoding, schema) in TOPICS {
            let schema = mcap
                .add_schema(name, "text", schema.as_bytes())
                .map_err(|error| write_error(path, error))?;
            channels[topic as usize] = mcap
                .add_channel(schema, name, encoding, &BTreeMap::new())
                .map_err(|error| write_error(path, error))?;
        }
        let mut writer = Self {
            path: path.to_owned(),
            mcap,
            channels,
            sequence: 0,
            sources: Vec::new(),
            first_source: 0,
            texts: Vec::new(),
            first_text: 1,
            codes: Vec::new(),
            first_code: 0,
            encoder: Encoder::default(),
            summaries: Vec::new(),
            first_summary: 0,
            position: 0,
            objects: 0,
            event_bytes: 0,
            keyframes: None,
        };
        writer.encoder.begin();
        let message = HeaderMessage {
            format: FORMAT_VERSION,
            header: header.clone(),
        };
        writer.json(Topic::Header, &message)?;
        writer.end_chunk()?;
        Ok(writer)
    }

    /// Adds keyframes, which make the first seek in the file quick and take time to write.
    #[must_use]
    pub fn with_keyframes(mut self, header: &Header) -> Self {
        self.keyframes = Some(Keyframes {
            state: State::new(header.instruction_nanos),
            bytes_before: 0,
            size: 0,
        });
        self
    }

    /// Adds a source file.
    pub fn source(&mut self, path: &str, text: &str) {
        self.sources.push((path.to_owned(), text.to_owned()));
    }

    /// Adds the text with the next number.
    pub fn text(&mut self, text: &str) {
        self.texts.push(text.to_owned());
    }

    /// Adds the code object with the next number.
    pub fn code(&mut self, code: &CodeObject) {
        self.codes.push(CodeRecord::of(code));
    }

    /// Adds the next events.
    pub fn events(&mut self, mut events: &[Event]) -> Result<(), RecordingError> {
        while !events.is_empty() {
            let room = BLOCK_EVENTS - self.encoder.len();
            let (now, later) = events.split_at(room.min(events.len()));
            self.encoder.push(now);
            if let Some(keyframes) = &mut self.keyframes {
                for event in now {
                    keyframes.state.apply(event);
                }
            }
            events = later;
            if self.encoder.len() == BLOCK_EVENTS {
                self.end_block()?;
            }
        }
        Ok(())
    }

    /// Completes the file.
    pub fn finish(self, annotations: &Annotations) -> Result<(Written, W), RecordingError> {
        self.finish_with(annotations, false)
    }

    pub(super) fn finish_recovered(self) -> Result<(Written, W), RecordingError> {
        self.finish_with(&Annotations::default(), true)
    }

    fn finish_with(
        mut self,
        annotations: &Annotations,
        recovered: bool,
    ) -> Result<(Written, W), RecordingError> {
        if self.encoder.len() > 0 {
            self.end_block()?;
        }
        self.write_tables()?;
        self.write_index()?;
        let made = postcard::to_stdvec(&self.encoder.totals.finish());
        self.message(
            Topic::Made,
            self.position,
            &made.expect("plain data can be written"),
        )?;
        if *annotations != Annotations::default() {
            self.json(Topic::Annotations, annotations)?;
        }
        let end = End {
            events: self.position,
            texts: u64::from(self.first_text) - 1,
            codes: u64::from(self.first_code),
            recovered,
        };
        self.json(Topic::End, &end)?;
        self.mcap
            .finish()
            .map_err(|error| write_error(&self.path, error))?;
        let mut out = self.mcap.into_inner();
        let failed = |source| RecordingError::Write {
            path: self.path.clone(),
            source,
        };
        out.flush().map_err(failed)?;
        let bytes = out.stream_position().map_err(failed)?;
        let written = Written {
            events: end.events,
            texts: end.texts,
            codes: end.codes,
            objects: self.objects,
            bytes,
        };
        Ok((written, out))
    }

    /// Writes the chunk of a block, the tables that it needs before it, and perhaps a keyframe
    /// behind it.
    fn end_block(&mut self) -> Result<(), RecordingError> {
        self.write_tables()?;
        let mut encoder = std::mem::take(&mut self.encoder);
        let events = encoder.len() as u64;
        let bytes = encoder.bytes();
        self.event_bytes += bytes.len() as u64;
        let written = self.message(Topic::Events, self.position, bytes);
        let summary = encoder.summary();
        self.objects += u64::from(summary.count(ALLOC_KIND));
        self.summaries.push(summary);
        encoder.begin();
        self.encoder = encoder;
        written?;
        self.end_chunk()?;
        self.position += events;
        if let Some(keyframe) = self
            .keyframes
            .as_mut()
            .and_then(|keyframes| keyframes.due(self.event_bytes))
        {
            self.message(Topic::Keyframe, self.position, &keyframe)?;
            self.end_chunk()?;
        }
        if self.summaries.len() == BLOCKS_IN_INDEX {
            self.write_index()?;
        }
        Ok(())
    }

    fn write_index(&mut self) -> Result<(), RecordingError> {
        if self.summaries.is_empty() {
            return Ok(());
        }
        let summaries = std::mem::take(&mut self.summaries);
        let bytes = postcard::to_stdvec(&(self.first_summary, &summaries))
            .expect("plain data can be written");
        let at = u64::from(self.first_summary) * BLOCK_EVENTS as u64;
        self.first_summary += summaries.len() as u32;
        self.message(Topic::Index, at, &bytes)?;
        self.end_chunk()
    }

    fn write_tables(&mut self) -> Result<(), RecordingError> {
        const PROOF: &str = "plain data can be written";
        let before = self.sequence;
        let at = self.position;
        if !self.sources.is_empty() {
            let sources = std::mem::take(&mut self.sources);
            let bytes = postcard::to_stdvec(&(self.first_source, &sources)).expect(PROOF);
            self.first_source += sources.len() as u32;
            self.message(Topic::Sources, at, &bytes)?;
        }
        if !self.texts.is_empty() {
            let texts = std::mem::take(&mut self.texts);
            let bytes = postcard::to_stdvec(&(self.first_text, &texts)).expect(PROOF);
            self.first_text += texts.len() as u32;
            self.message(Topic::Texts, at, &bytes)?;
        }
        if !self.codes.is_empty() {
            let codes = std::mem::take(&mut self.codes);
            let bytes = postcard::to_stdvec(&(self.first_code, &codes)).expect(PROOF);
            self.first_code += codes.len() as u32;
            self.message(Topic::Codes, at, &bytes)?;
        }
        if self.sequence == before {
            Ok(())
        } else {
            self.end_chunk()
        }
    }

    fn json(&mut self, topic: Topic, value: &impl serde::Serialize) -> Result<(), RecordingError> {
        let bytes = serde_json::to_vec(value).expect("plain data can be written");
        self.message(topic, self.position, &bytes)
    }

    fn message(&mut self, topic: Topic, at: u64, data: &[u8]) -> Result<(), RecordingError> {
        let header = MessageHeader {
            channel_id: self.channels[topic as usize],
            sequence: self.sequence,
            log_time: at,
            publish_time: at,
        };
        self.sequence += 1;
        let result = self.mcap.write_to_known_channel(&header, data);
        result.map_err(|error| write_error(&self.path, error))
    }

    /// Closes the chunk and hands it to the system, so that a killed process loses no more
    /// than the next one.
    fn end_chunk(&mut self) -> Result<(), RecordingError> {
        self.mcap
            .flush()
            .map_err(|error| write_error(&self.path, error))
    }
}

fn write_error(path: &Path, error: mcap::McapError) -> RecordingError {
    let source = match error {
        mcap::McapError::Io(source) => source,
        other => std::io::Error::other(other),
    };
    RecordingError::Write {
        path: path.to_owned(),
        source,
    }
}

/// The keyframes of a file that is written at leisure. While a program runs they would take as
/// long as all the rest, and whoever reads the file makes them again on the way.
struct Keyframes {
    state: State,
    bytes_before: u64,
    size: u64,
}

impl Keyframes {
    /// The state in bytes, when the bytes of events behind the last one are worth it.
    fn due(&mut self, event_bytes: u64) -> Option<Vec<u8>> {
        if event_bytes - self.bytes_before < KEYFRAME_SHARE * self.size {
            return None;
        }
        let bytes = postcard::to_stdvec(&self.state).expect("a state has no maps without length");
        self.bytes_before = event_bytes;
        self.size = bytes.len() as u64;
        Some(bytes)
    }
}

/// Makes (or empties) a file that nobody else writes meanwhile.
fn create(path: &Path) -> Result<File, RecordingError> {
    let failed = |source| RecordingError::Write {
        path: path.to_owned(),
        source,
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    lock_for_writing(&file, path)?;
    // A device such as `/dev/full` cannot be cut, and need not be.
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        file.set_len(0).map_err(failed)?;
    }
    Ok(file)
}

/// Keeps a second writer away until the file is closed.
pub(super) fn lock_for_writing(file: &File, path: &Path) -> Result<(), RecordingError> {
    match file.try_lock() {
        // Where locks do not exist, there is nothing to respect.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(RecordingError::Busy {
            path: path.to_owned(),
        }),
    }
}

/// Saves a recording as it is now.
pub fn save(recording: &Recording, path: &Path) -> Result<Written, RecordingError> {
    // Beside the file first, so that a failure leaves what was there.
    let mut partial = path.as_os_str().to_owned();
    partial.push(".part");
    let partial = PathBuf::from(partial);
    let failed = |source| RecordingError::Write {
        path: path.to_owned(),
        source,
    };
    let written = write_all(recording, &partial, path);
    if written.is_err() {
        // The first error is the one to report.
        let _ = std::fs::remove_file(&partial);
        return written;
    }
    std::fs::rename(&partial, path).map_err(failed)?;
    written
}

fn write_all(
    recording: &Recording,
    partial: &Path,
    path: &Path,
) -> Result<Written, RecordingError> {
    let file = BufWriter::new(create(partial)?);
    let mut writer =
        FileWriter::new(file, path, recording.header())?.with_keyframes(recording.header());
    // The run may go on meanwhile: what the events so far name is in the tables by now.
    let len = recording.len();
    for source in recording.sources() {
        writer.source(&source.path, &source.text);
    }
    for number in 1..=recording.text_count() {
        writer.text(&recording.text(TextId(number as u32)));
    }
    for code in recording.codes() {
        writer.code(&code);
    }
    for (index, first) in (0..len).step_by(BLOCK_EVENTS).enumerate() {
        let block = recording.block(index)?;
        let wanted = block.len().min((len - first) as usize);
        writer.events(&block[..wanted])?;
    }
    let (written, out) = writer.finish(&recording.annotations())?;
    drop(out);
    Ok(written)
}

/// How many buffers of events wait for the writing thread before the machine waits for it.
const BUFFERS_IN_FLIGHT: usize = 4;

/// What the machine's thread sends to the thread that writes.
enum Part {
    Source(String, String),
    Text(String),
    Code(Arc<CodeObject>),
    Events(Vec<Event>),
}

/// An [`EventSink`] that writes a file on a thread of its own.
///
/// The machine waits when the file falls far behind, so memory stays bounded. After a failure
/// (a full disk) nothing more is written and [`FileTask::error`] tells why at once.
pub struct FileRecorder {
    sender: SyncSender<Part>,
    /// Buffers that are written and can be filled again.
    emptied: Receiver<Vec<Event>>,
    failed: bool,
}

impl std::fmt::Debug for FileRecorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileRecorder").finish_non_exhaustive()
    }
}

/// The writing thread; joined to get the result once the [`FileRecorder`] is gone.
#[derive(Debug)]
pub struct FileTask {
    thread: JoinHandle<Result<Written, RecordingError>>,
    failure: Arc<Mutex<Option<String>>>,
}

impl FileRecorder {
    /// Starts writing a file; the header must be complete.
    pub fn start(path: &Path, header: &Header) -> Result<(Self, FileTask), RecordingError> {
        let writer = FileWriter::create(path, header)?;
        let (sender, receiver) = sync_channel(BUFFERS_IN_FLIGHT);
        let (give_back, emptied) = sync_channel(BUFFERS_IN_FLIGHT + 2);
        let failure = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&failure);
        let thread = std::thread::spawn(move || {
            let result = write_parts(writer, &receiver, &give_back);
            if let Err(error) = &result {
                *shared.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
            }
            result
        });
        let task = FileTask { thread, failure };
        Ok((
            Self {
                sender,
                emptied,
                failed: false,
            },
            task,
        ))
    }

    /// Adds a source file.
    pub fn source(&mut self, path: &str, text: &str) {
        self.send(Part::Source(path.to_owned(), text.to_owned()));
    }

    /// Whether writing stopped early; [`FileTask::error`] says why.
    pub const fn has_failed(&self) -> bool {
        self.failed
    }

    /// The receiver is gone only after a failure, which the task reports.
    fn send(&mut self, part: Part) {
        self.failed |= self.sender.send(part).is_err();
    }
}

impl FileTask {
    /// Why writing stopped, if it did.
    pub fn error(&self) -> Option<String> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for the file to be complete.
    pub fn join(self) -> Result<Written, RecordingError> {
        self.thread
            .join()
            .expect("the writing thread does not panic")
    }
}

fn write_parts(
    mut writer: FileWriter<BufWriter<File>>,
    parts: &Receiver<Part>,
    give_back: &SyncSender<Vec<Event>>,
) -> Result<Written, RecordingError> {
    for part in parts {
        match part {
            Part::Source(path, text) => writer.source(&path, &text),
            Part::Text(text) => writer.text(&text),
            Part::Code(code) => writer.code(&code),
            Part::Events(mut events) => {
                writer.events(&events)?;
                events.clear();
                // When the recorder is gone or has enough, the buffer is not wanted.
                let _ = give_back.try_send(events);
            }
        }
    }
    writer
        .finish(&Annotations::default())
        .map(|(written, _)| written)
}

impl EventSink for FileRecorder {
    fn events(&mut self, events: &[Event]) {
        self.send(Part::Events(events.to_vec()));
    }

    fn take(&mut self, events: &mut Vec<Event>, _: Held) {
        let empty = self.emptied.try_recv().unwrap_or_default();
        self.send(Part::Events(std::mem::replace(events, empty)));
    }

    fn text(&mut self, _: TextId, text: &str) {
        self.send(Part::Text(text.to_owned()));
    }

    fn code(&mut self, _: CodeId, code: &Arc<CodeObject>) {
        self.send(Part::Code(Arc::clone(code)));
    }
}
