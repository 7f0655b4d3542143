//! Opens a recording's file without the machine, and rescues what is whole of a damaged one.
//!
//! Opening walks over the records and reads the tables alone; blocks of events are read when
//! somebody asks for them. Nothing in the file is believed before it is checked: lengths against
//! the file's size, chunks against their CRC, positions against each other.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcap::records::{MessageHeader, Record, op};

use super::code_record::CodeRecord;
use super::codec;
use super::codec_columns;
use super::error::RecordingError;
use super::file_format::{
    COLUMNS_BLOCK, COLUMNS_FORMAT, End, FORMAT_VERSION, FormatMessage, HeaderMessage,
    MAX_CHUNK_BYTES, PROFILE, TOPICS, Topic,
};
use super::file_writer::{FileWriter, Written};
use super::state::State;
use super::store::{BLOCK_EVENTS, BlockSource, Recording};
use super::summary::Summary;
use crate::events::Event;

/// How many unpacked chunks are kept.
const CACHED_CHUNKS: usize = 8;
const BLOCK: u64 = BLOCK_EVENTS as u64;

/// Opens the recording at `path`.
pub fn open(path: &Path) -> Result<Recording, RecordingError> {
    let mut walker = Walker::open(path)?;
    let mut loader = Loader::new(path);
    let mut events = Vec::new();
    let mut keyframes = Vec::new();
    let mut indexes = Vec::new();
    while let Item::Chunk(chunk) = walker.next()? {
        match loader.only_topic(&chunk) {
            Some(Topic::Events) => events.push(chunk),
            Some(Topic::Keyframe) => keyframes.push(chunk),
            Some(Topic::Index) => indexes.push(chunk),
            _ => {
                let bytes = walker.read_chunk(&chunk)?;
                loader.load(&bytes)?;
            }
        }
    }
    let Loader {
        recording,
        end,
        format,
        ..
    } = loader;
    let block = format.block();
    let damaged = |reason: &str| RecordingError::Damaged {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let recording = recording.ok_or_else(|| damaged("its header is missing"))?;
    let end = end.ok_or_else(|| damaged("its end is missing"))?;
    let mut next = 0;
    let mut chunks = Vec::new();
    for chunk in events {
        if chunk.first != next || chunk.last < chunk.first || !chunk.last.is_multiple_of(block) {
            return Err(damaged("blocks of its events are missing"));
        }
        next = chunk.last.saturating_add(block);
        chunks.push(chunk);
    }
    let counts = (
        recording.text_count() as u64,
        recording.codes().len() as u64,
    );
    if end.events.checked_next_multiple_of(block) != Some(next) || counts != (end.texts, end.codes)
    {
        return Err(damaged("its end does not fit its contents"));
    }
    let source: Arc<dyn BlockSource> = Arc::new(FileBlocks {
        path: path.to_owned(),
        walker: Mutex::new(walker),
        format,
        chunks,
        indexes,
        cache: Mutex::default(),
        events: end.events,
        channel: loader.channels[Topic::Events as usize],
    });
    for first in (0..end.events).step_by(BLOCK_EVENTS) {
        recording.push_stored(&source, BLOCK.min(end.events - first));
    }
    // A keyframe of another version may mean something else; the events are enough.
    for chunk in keyframes.into_iter().filter(|_| format == Format::Rows) {
        recording.push_stored_keyframe(chunk.first, &source, chunk.at);
    }
    recording.set_complete();
    Ok(recording)
}

/// Writes to `to` all that is whole of the damaged recording `from`: everything up to the first
/// chunk that is not.
pub fn recover(from: &Path, to: &Path) -> Result<Written, RecordingError> {
    let mut walker = Walker::open(from)?;
    let mut loader = Loader::new(from);
    let mut writer: Option<FileWriter<BufWriter<File>>> = None;
    let mut next = 0;
    let mut known = (0, 0, 0);
    'chunks: while let Ok(Item::Chunk(chunk)) = walker.next() {
        let Ok(bytes) = walker.read_chunk(&chunk) else {
            break;
        };
        let loaded = match loader.load(&bytes) {
            Ok(loaded) => loaded,
            Err(error @ RecordingError::Future { .. }) => return Err(error),
            Err(_) => break,
        };
        let Some(recording) = &loader.recording else {
            break;
        };
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(
                FileWriter::create(to, recording.header())?.with_keyframes(recording.header()),
            ),
        };
        for source in recording.sources().iter().skip(known.0) {
            writer.source(&source.path, &source.text);
        }
        for number in known.1 + 1..=recording.text_count() {
            writer.text(&recording.text(crate::base::TextId(number as u32)));
        }
        for code in recording.codes().iter().skip(known.2) {
            writer.code(code);
        }
        known = (
            recording.sources().len(),
            recording.text_count(),
            recording.codes().len(),
        );
        for (at, block) in loaded {
            let Some(events) = loader.format.decode(&block) else {
                break 'chunks;
            };
            if at != next {
                break 'chunks;
            }
            next = at + loader.format.block();
            writer.events(&events)?;
        }
    }
    let nothing = || RecordingError::Damaged {
        path: from.to_owned(),
        reason: "not even its header is whole".to_owned(),
    };
    writer
        .ok_or_else(nothing)?
        .finish_recovered()
        .map(|(written, _)| written)
}

/// How the events are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    /// As format 1 did.
    Columns,
    Rows,
}

impl Format {
    /// Events in a stored block.
    const fn block(self) -> u64 {
        match self {
            Self::Columns => COLUMNS_BLOCK,
            Self::Rows => BLOCK,
        }
    }

    fn decode(self, bytes: &[u8]) -> Option<Vec<Event>> {
        match self {
            Self::Columns => codec_columns::decode(bytes, COLUMNS_BLOCK as usize),
            Self::Rows => codec::decode(bytes, BLOCK_EVENTS),
        }
    }
}

/// A chunk of the file, not yet read.
#[derive(Clone, Copy, Debug)]
struct ChunkPlace {
    /// Where its record's body begins.
    at: u64,
    length: u64,
    /// The log times of its first and last message.
    first: u64,
    last: u64,
    /// The one channel of its messages, when it has one alone.
    channel: Option<u16>,
}

enum Item {
    Chunk(ChunkPlace),
    End,
}

/// Walks over the records of a file.
#[derive(Debug)]
pub(super) struct Walker {
    path: PathBuf,
    file: File,
    size: u64,
    position: u64,
}

impl Walker {
    pub(super) fn open(path: &Path) -> Result<Self, RecordingError> {
        let file = File::open(path).map_err(|source| RecordingError::Open {
            path: path.to_owned(),
            source,
        })?;
        Self::over(file, path)
    }

    /// Over an open file; `path` is for messages.
    pub(super) fn over(mut file: File, path: &Path) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::Open {
            path: path.to_owned(),
            source,
        };
        let size = file.metadata().map_err(failed)?.len();
        let mut magic = [0; 8];
        let foreign = |reason: &str| RecordingError::Foreign {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        file.rewind().map_err(failed)?;
        let is_mcap = file.read_exact(&mut magic).is_ok() && magic == *mcap::MAGIC;
        if !is_mcap {
            return Err(foreign("it is no MCAP file"));
        }
        let mut walker = Self {
            path: path.to_owned(),
            file,
            size,
            position: 8,
        };
        let (opcode, length) = walker.record_header()?;
        let body = walker.read(walker.position, length.min(1 << 16))?;
        walker.position += length;
        match mcap::parse_record(opcode, &body) {
            Ok(Record::Header(header)) if header.profile == PROFILE => Ok(walker),
            Ok(Record::Header(header)) => Err(foreign(&format!(
                "its MCAP profile is {:?}",
                header.profile
            ))),
            _ => Err(walker.damaged("its first record is no header")),
        }
    }

    /// The next chunk, or the end of the data.
    fn next(&mut self) -> Result<Item, RecordingError> {
        loop {
            let (opcode, length) = self.record_header()?;
            let body = self.position;
            self.position += length;
            match opcode {
                op::CHUNK => {
                    let head = self.read(body, length.min(64))?;
                    let (Some(first), Some(last)) = (number(&head, 0), number(&head, 8)) else {
                        return Err(self.damaged("a chunk is too short"));
                    };
                    let channel = self.only_channel()?;
                    return Ok(Item::Chunk(ChunkPlace {
                        at: body,
                        length,
                        first,
                        last,
                        channel,
                    }));
                }
                op::DATA_END => {
                    self.check_tail()?;
                    return Ok(Item::End);
                }
                _ => {}
            }
        }
    }

    /// Where the record `DataEnd` begins.
    pub(super) fn data_end(&mut self) -> Result<u64, RecordingError> {
        loop {
            let at = self.position;
            let (opcode, length) = self.record_header()?;
            if opcode == op::DATA_END {
                self.check_tail()?;
                return Ok(at);
            }
            self.position += length;
        }
    }

    /// The channel of the message index that follows a chunk, when there is one alone.
    fn only_channel(&mut self) -> Result<Option<u16>, RecordingError> {
        let mut channel = None;
        let mut count = 0;
        loop {
            let before = self.position;
            let (opcode, length) = self.record_header()?;
            if opcode != op::MESSAGE_INDEX {
                self.position = before;
                return Ok(if count == 1 { channel } else { None });
            }
            let head = self.read(self.position, length.min(2))?;
            channel = head.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
            count += 1;
            self.position += length;
        }
    }

    /// The file is complete when it ends in the magic bytes.
    fn check_tail(&mut self) -> Result<(), RecordingError> {
        let tail = self.read(self.size.saturating_sub(8), 8)?;
        if tail == mcap::MAGIC {
            Ok(())
        } else {
            Err(self.damaged("its end is cut off"))
        }
    }

    fn record_header(&mut self) -> Result<(u8, u64), RecordingError> {
        if self.position + 9 > self.size {
            return Err(self.damaged("its end is cut off"));
        }
        let head = self.read(self.position, 9)?;
        let length = number(&head, 1).unwrap_or(u64::MAX);
        self.position += 9;
        if length > self.size - self.position {
            return Err(self.damaged("a record is longer than the file"));
        }
        Ok((head[0], length))
    }

    fn read(&mut self, at: u64, length: u64) -> Result<Vec<u8>, RecordingError> {
        if at.checked_add(length).is_none_or(|end| end > self.size) {
            return Err(self.damaged("its end is cut off"));
        }
        let mut bytes = vec![0; length as usize];
        let result = self
            .file
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.file.read_exact(&mut bytes));
        result.map_err(|source| RecordingError::Open {
            path: self.path.clone(),
            source,
        })?;
        Ok(bytes)
    }

    /// The contents of a chunk, checked against its CRC.
    fn read_chunk(&mut self, chunk: &ChunkPlace) -> Result<Vec<u8>, RecordingError> {
        let body = self.read(chunk.at, chunk.length)?;
        let Ok(Record::Chunk { header, data }) = mcap::parse_record(op::CHUNK, &body) else {
            return Err(self.damaged("a chunk cannot be read"));
        };
        let limit = header.uncompressed_size.min(MAX_CHUNK_BYTES);
        let mut bytes = Vec::new();
        let unpacked = match header.compression.as_str() {
            "" => data.as_ref().take(limit).read_to_end(&mut bytes),
            "zstd" => zstd::stream::read::Decoder::new(data.as_ref())
                .and_then(|decoder| decoder.take(limit).read_to_end(&mut bytes)),
            _ => return Err(self.damaged("a chunk is packed in an unknown way")),
        };
        let whole = unpacked.is_ok_and(|length| length as u64 == header.uncompressed_size);
        if !whole || crc32fast::hash(&bytes) != header.uncompressed_crc {
            return Err(self.damaged("a chunk does not fit its checksum"));
        }
        Ok(bytes)
    }

    fn damaged(&self, reason: &str) -> RecordingError {
        RecordingError::Damaged {
            path: self.path.clone(),
            reason: reason.to_owned(),
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// A record of an unpacked chunk, or of the summary.
pub(super) struct RawRecord<'a> {
    pub(super) opcode: u8,
    pub(super) body: &'a [u8],
    pub(super) parsed: Record<'a>,
}

/// The records in `bytes`; `None` where they cannot be read.
pub(super) fn records(mut bytes: &[u8]) -> impl Iterator<Item = Option<RawRecord<'_>>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let mut next = || {
            let length = usize::try_from(number(bytes, 1)?).ok()?;
            let opcode = bytes[0];
            let (body, rest) = bytes.get(9..)?.split_at_checked(length)?;
            bytes = rest;
            let parsed = mcap::parse_record(opcode, body).ok()?;
            Some(RawRecord {
                opcode,
                body,
                parsed,
            })
        };
        let record = next();
        if record.is_none() {
            bytes = &[];
        }
        Some(record)
    })
}

/// Fills a recording from chunks.
struct Loader {
    path: PathBuf,
    channels: [Option<u16>; TOPICS.len()],
    recording: Option<Recording>,
    format: Format,
    end: Option<End>,
}

impl Loader {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            channels: [None; TOPICS.len()],
            recording: None,
            format: Format::Rows,
            end: None,
        }
    }

    fn damaged(&self, reason: &str) -> RecordingError {
        RecordingError::Damaged {
            path: self.path.clone(),
            reason: reason.to_owned(),
        }
    }

    fn only_topic(&self, chunk: &ChunkPlace) -> Option<Topic> {
        self.topic(chunk.channel?)
    }

    fn topic(&self, channel: u16) -> Option<Topic> {
        let known = TOPICS.iter().map(|(topic, ..)| *topic);
        known
            .into_iter()
            .find(|topic| self.channels[*topic as usize] == Some(channel))
    }

    /// Takes the tables of a chunk, and gives its blocks of events.
    fn load(&mut self, bytes: &[u8]) -> Result<Vec<(u64, Vec<u8>)>, RecordingError> {
        let mut blocks = Vec::new();
        for record in records(bytes) {
            let record =
                record.ok_or_else(|| self.damaged("a record in a chunk cannot be read"))?;
            match record.parsed {
                Record::Channel(channel) => {
                    let known = TOPICS.iter().find(|(_, name, ..)| *name == channel.topic);
                    if let Some((topic, ..)) = known {
                        self.channels[*topic as usize] = Some(channel.id);
                    }
                }
                Record::Message { header, data } => self.message(&header, &data, &mut blocks)?,
                _ => {}
            }
        }
        Ok(blocks)
    }

    fn message(
        &mut self,
        header: &MessageHeader,
        data: &[u8],
        blocks: &mut Vec<(u64, Vec<u8>)>,
    ) -> Result<(), RecordingError> {
        // A channel that this version does not know may be left out.
        let Some(topic) = self.topic(header.channel_id) else {
            return Ok(());
        };
        if topic == Topic::Header {
            return self.header(data);
        }
        let Some(recording) = &self.recording else {
            return Err(self.damaged("its header is missing"));
        };
        let understood = match topic {
            Topic::Header | Topic::Keyframe | Topic::Index => Some(()),
            Topic::Sources => {
                from_postcard::<(u32, Vec<(String, String)>)>(data).map(|(_, sources)| {
                    for (path, text) in sources {
                        recording.add_source(&path, &text);
                    }
                })
            }
            Topic::Texts => from_postcard::<(u32, Vec<String>)>(data).and_then(|(first, texts)| {
                let next = recording.text_count() + 1;
                for text in &texts {
                    recording.push_text(text);
                }
                (first as usize == next).then_some(())
            }),
            Topic::Codes => {
                from_postcard::<(u32, Vec<CodeRecord>)>(data).and_then(|(first, codes)| {
                    let next = recording.codes().len();
                    for code in codes {
                        recording.push_code(code.build()?);
                    }
                    (first as usize == next).then_some(())
                })
            }
            Topic::Events => {
                blocks.push((header.log_time, data.to_vec()));
                Some(())
            }
            Topic::Made => from_postcard(data).map(|made| recording.set_line_totals(made)),
            Topic::Annotations => serde_json::from_slice(data)
                .ok()
                .map(|found| recording.set_annotations(found)),
            Topic::End => serde_json::from_slice(data)
                .ok()
                .map(|end| self.end = Some(end)),
        };
        understood.ok_or_else(|| self.damaged("one of its tables cannot be read"))
    }

    fn header(&mut self, data: &[u8]) -> Result<(), RecordingError> {
        let bad = |_| self.damaged("its header cannot be read");
        let FormatMessage { format } = serde_json::from_slice(data).map_err(bad)?;
        if format > FORMAT_VERSION {
            let path = self.path.clone();
            return Err(RecordingError::Future {
                path,
                found: format,
                known: FORMAT_VERSION,
            });
        }
        let HeaderMessage { header, .. } = serde_json::from_slice(data).map_err(bad)?;
        if format <= COLUMNS_FORMAT {
            self.format = Format::Columns;
        }
        self.recording = Some(Recording::new(header));
        Ok(())
    }
}

/// Reads a message to its last byte.
fn from_postcard<T: serde::de::DeserializeOwned>(data: &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(data).ok()?;
    rest.is_empty().then_some(value)
}

/// The blocks of events of an open file.
#[derive(Debug)]
struct FileBlocks {
    path: PathBuf,
    walker: Mutex<Walker>,
    format: Format,
    chunks: Vec<ChunkPlace>,
    indexes: Vec<ChunkPlace>,
    /// The chunks unpacked last, by number.
    cache: Mutex<VecDeque<(usize, Arc<Vec<u8>>)>>,
    events: u64,
    channel: Option<u16>,
}

impl FileBlocks {
    fn chunk(&self, number: usize) -> Result<Arc<Vec<u8>>, RecordingError> {
        let mut cache = lock(&self.cache);
        if let Some(at) = cache.iter().position(|(cached, _)| *cached == number)
            && let Some(entry) = cache.remove(at)
        {
            let bytes = Arc::clone(&entry.1);
            cache.push_back(entry);
            return Ok(bytes);
        }
        drop(cache);
        let bytes = Arc::new(lock(&self.walker).read_chunk(&self.chunks[number])?);
        let mut cache = lock(&self.cache);
        if cache.len() == CACHED_CHUNKS {
            cache.pop_front();
        }
        cache.push_back((number, Arc::clone(&bytes)));
        Ok(bytes)
    }
}

impl BlockSource for FileBlocks {
    fn read(&self, index: usize) -> Result<Vec<Event>, RecordingError> {
        let first = index as u64 * BLOCK;
        let number = self.chunks.partition_point(|chunk| chunk.first <= first);
        let bytes = self.chunk(number.saturating_sub(1))?;
        let expected = BLOCK.min(self.events.saturating_sub(first)) as usize;
        let mut events = Vec::new();
        for record in records(&bytes).flatten() {
            if let Record::Message { header, data } = record.parsed
                && header.log_time == first + events.len() as u64
                && events.len() < expected
                && Some(header.channel_id) == self.channel
            {
                let part = self.format.decode(&data);
                events.extend(part.ok_or_else(|| codec::bad_block(&self.path, index))?);
            }
        }
        if events.len() == expected {
            Ok(events)
        } else {
            Err(codec::bad_block(&self.path, index))
        }
    }

    fn read_summaries(&self, index: usize) -> Option<(usize, Vec<Summary>)> {
        let first = index as u64 * BLOCK;
        let number = self.indexes.partition_point(|chunk| chunk.first <= first);
        let chunk = self.indexes.get(number.checked_sub(1)?)?;
        let bytes = lock(&self.walker).read_chunk(chunk).ok()?;
        records(&bytes).find_map(|record| match record?.parsed {
            Record::Message { data, .. } => from_postcard::<(u32, Vec<Summary>)>(&data)
                .map(|(first, summaries)| (first as usize, summaries)),
            _ => None,
        })
    }

    fn read_keyframe(&self, place: u64, moment: u64) -> Option<State> {
        let mut walker = lock(&self.walker);
        walker.position = place.checked_sub(9)?;
        let (_, length) = walker.record_header().ok()?;
        let chunk = ChunkPlace {
            at: place,
            length,
            first: moment,
            last: moment,
            channel: None,
        };
        let bytes = walker.read_chunk(&chunk).ok()?;
        drop(walker);
        let state = records(&bytes).find_map(|record| match record?.parsed {
            Record::Message { data, .. } => from_postcard::<State>(&data),
            _ => None,
        })?;
        (state.moment.0 == moment).then_some(state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
