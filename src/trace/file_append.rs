//! Adds bookmarks, notes and the view to a recording's file without writing the rest anew.
//!
//! The new chunk takes the place of the file's tail (the MCAP records `DataEnd`, the summary and
//! the footer), which is then written again behind it. All that stands before stays untouched.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use mcap::records::{Record, op};

use super::annotations::Annotations;
use super::error::RecordingError;
use super::file_format::{TOPICS, Topic};
use super::file_reader::{Walker, records};
use super::file_writer::lock_for_writing;

/// Writes `annotations` into the recording at `path`; they replace those that it has.
pub fn append_annotations(path: &Path, annotations: &Annotations) -> Result<(), RecordingError> {
    let failed = |source| RecordingError::Write {
        path: path.to_owned(),
        source,
    };
    let damaged = || RecordingError::Damaged {
        path: path.to_owned(),
        reason: "its summary cannot be read".to_owned(),
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    lock_for_writing(&file, path)?;
    let at = Walker::over(file.try_clone().map_err(failed)?, path)?.data_end()?;
    let mut old_tail = Vec::new();
    file.seek(SeekFrom::Start(at))
        .and_then(|_| {
            Read::by_ref(&mut file)
                .take(u64::MAX)
                .read_to_end(&mut old_tail)
        })
        .map_err(failed)?;
    let message = serde_json::to_vec(annotations).expect("plain data can be written");
    let tail = new_tail(&old_tail, at, &message).ok_or_else(damaged)?;
    if let Err(source) = write_tail(&mut file, at, &tail) {
        // A full disk: the file becomes what it was; the first error is the one to report.
        let _ = write_tail(&mut file, at, &old_tail);
        return Err(failed(source));
    }
    Ok(())
}

fn write_tail(file: &mut File, at: u64, tail: &[u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(tail)?;
    file.set_len(at + tail.len() as u64)?;
    file.sync_data()
}

/// A chunk with the message, and the old tail with an entry for it.
fn new_tail(old: &[u8], at: u64, message: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let mut statistics = None;
    let mut channel = None;
    let (_, topic, ..) = TOPICS[Topic::Annotations as usize];
    for record in records(old.strip_suffix(mcap::MAGIC)?) {
        let record = record?;
        match &record.parsed {
            Record::Statistics(_) => statistics = Some(record.body.to_vec()),
            Record::DataEnd(_) | Record::Footer(_) | Record::SummaryOffset(_) => continue,
            Record::Channel(found) if found.topic == topic => channel = Some(found.id),
            _ => {}
        }
        if statistics.is_none() || record.opcode != op::STATISTICS {
            push_record(&mut kept, record.opcode, record.body);
        }
    }
    let channel = channel?;
    let mut out = Vec::new();
    let index = push_chunk(&mut out, at, channel, message);
    push_record(&mut out, op::DATA_END, &0u32.to_le_bytes());
    let summary_start = at + out.len() as u64;
    out.extend_from_slice(&kept);
    push_record(&mut out, op::CHUNK_INDEX, &index);
    if let Some(statistics) = statistics {
        push_record(&mut out, op::STATISTICS, &counted(statistics, channel)?);
    }
    let mut footer = summary_start.to_le_bytes().to_vec();
    footer.extend_from_slice(&[0; 12]);
    push_record(&mut out, op::FOOTER, &footer);
    out.extend_from_slice(mcap::MAGIC);
    Some(out)
}

fn push_record(out: &mut Vec<u8>, opcode: u8, body: &[u8]) {
    out.push(opcode);
    out.extend_from_slice(&(body.len() as u64).to_le_bytes());
    out.extend_from_slice(body);
}

/// Appends a chunk with one message, and its message index; gives the body of its chunk index.
fn push_chunk(out: &mut Vec<u8>, at: u64, channel: u16, data: &[u8]) -> Vec<u8> {
    let mut message = channel.to_le_bytes().to_vec();
    // Sequence, log time and publish time.
    message.extend_from_slice(&[0; 4 + 8 + 8]);
    message.extend_from_slice(data);
    let mut content = Vec::new();
    push_record(&mut content, op::MESSAGE, &message);
    let length = content.len() as u64;

    let mut chunk = vec![0; 16];
    chunk.extend_from_slice(&length.to_le_bytes());
    chunk.extend_from_slice(&crc32fast::hash(&content).to_le_bytes());
    chunk.extend_from_slice(&0u32.to_le_bytes());
    chunk.extend_from_slice(&length.to_le_bytes());
    chunk.extend_from_slice(&content);
    push_record(out, op::CHUNK, &chunk);
    let chunk_length = out.len() as u64;

    let mut entry = channel.to_le_bytes().to_vec();
    entry.extend_from_slice(&16u32.to_le_bytes());
    // The message's time, and its place in the chunk.
    entry.extend_from_slice(&[0; 16]);
    push_record(out, op::MESSAGE_INDEX, &entry);

    let mut index = vec![0; 16];
    index.extend_from_slice(&at.to_le_bytes());
    index.extend_from_slice(&chunk_length.to_le_bytes());
    index.extend_from_slice(&10u32.to_le_bytes());
    index.extend_from_slice(&channel.to_le_bytes());
    index.extend_from_slice(&(at + chunk_length).to_le_bytes());
    index.extend_from_slice(&(out.len() as u64 - chunk_length).to_le_bytes());
    index.extend_from_slice(&0u32.to_le_bytes());
    index.extend_from_slice(&length.to_le_bytes());
    index.extend_from_slice(&length.to_le_bytes());
    index
}

/// The body of the record `Statistics` with one chunk and one message of `channel` more.
fn counted(mut body: Vec<u8>, channel: u16) -> Option<Vec<u8>> {
    const CHUNKS: usize = 22;
    const COUNTS: usize = 42;
    let messages = u64::from_le_bytes(*body.first_chunk()?);
    body[..8].copy_from_slice(&(messages + 1).to_le_bytes());
    let chunks: &mut [u8; 4] = body.get_mut(CHUNKS..)?.first_chunk_mut()?;
    *chunks = (u32::from_le_bytes(*chunks) + 1).to_le_bytes();
    let mut counts = body.split_off(COUNTS.min(body.len())).get(4..)?.to_vec();
    let entry = counts
        .chunks_exact_mut(10)
        .find(|entry| entry[..2] == channel.to_le_bytes());
    if let Some(entry) = entry {
        let count: &mut [u8; 8] = entry[2..].first_chunk_mut()?;
        *count = (u64::from_le_bytes(*count) + 1).to_le_bytes();
    } else {
        counts.extend_from_slice(&channel.to_le_bytes());
        counts.extend_from_slice(&1u64.to_le_bytes());
    }
    body.extend_from_slice(&(counts.len() as u32).to_le_bytes());
    body.extend_from_slice(&counts);
    Some(body)
}
