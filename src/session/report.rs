//! What is in a recording, in words and as JSON: the command `info`.

use std::io::{self, Write};

use serde::Serialize;

use crate::analysis::{event_counts, gc_passes, memory_peak};
use crate::base::Moment;
use crate::trace::{FORMAT_VERSION, Player, Recording, RecordingError, Stage};
use std::sync::Arc;

/// A summary of a recording.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Info {
    pub format: u32,
    pub program: String,
    pub argv: Vec<String>,
    pub hash_seed: u32,
    pub schedule_seed: u64,
    pub stdlib: String,
    pub writer: String,
    pub events: u64,
    pub instructions: u64,
    pub objects_made: u64,
    pub objects_alive: u64,
    pub threads: usize,
    pub gc_passes: usize,
    pub peak_bytes: u64,
    pub peak_moment: u64,
    pub virtual_seconds: f64,
    pub output_pieces: usize,
    /// `None` when the recording ends before the run.
    pub exit_status: Option<i32>,
    pub sources: Vec<String>,
    pub texts: usize,
    pub codes: usize,
    pub bookmarks: usize,
    /// By kind, most first.
    pub kinds: Vec<(String, u64)>,
}

/// Reads a whole recording and sums it up.
pub fn info(recording: &Arc<Recording>) -> Result<Info, RecordingError> {
    let mut player = Player::new(Arc::clone(recording));
    let state = player.seek(Moment(u64::MAX))?;
    let peak = memory_peak(recording)?;
    let header = recording.header();
    let exit_status = match state.stage {
        Stage::Ended { status, .. } => Some(status),
        Stage::Starting | Stage::Running | Stage::Finalizing => None,
    };
    let counts = event_counts(recording)?;
    Ok(Info {
        format: FORMAT_VERSION,
        program: header.program.clone(),
        argv: header.argv.clone(),
        hash_seed: header.hash_seed,
        schedule_seed: header.schedule_seed,
        stdlib: header.stdlib.clone(),
        writer: header.writer.clone(),
        events: recording.len(),
        instructions: state.instructions,
        objects_made: state.made_objects,
        objects_alive: state.live_objects,
        threads: state.threads.len(),
        gc_passes: gc_passes(recording)?.len(),
        peak_bytes: peak.bytes,
        peak_moment: peak.moment.0,
        virtual_seconds: state.clock_nanos as f64 / 1e9,
        output_pieces: state.output.len(),
        exit_status,
        sources: recording
            .sources()
            .iter()
            .map(|source| (*source.path).to_owned())
            .collect(),
        texts: recording.text_count(),
        codes: recording.codes().len(),
        bookmarks: recording.annotations().bookmarks.len(),
        kinds: counts
            .into_iter()
            .map(|entry| (entry.kind.to_owned(), entry.count))
            .collect(),
    })
}

impl Info {
    /// As text for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "program    {}", self.argv.join(" "))?;
        writeln!(out, "written by {} (format {})", self.writer, self.format)?;
        let (hash, schedule) = (self.hash_seed, self.schedule_seed);
        writeln!(
            out,
            "options    hash seed {hash}, schedule seed {schedule}, library {}",
            self.stdlib
        )?;
        writeln!(
            out,
            "events     {} ({} instructions)",
            self.events, self.instructions
        )?;
        writeln!(
            out,
            "objects    {} made, {} alive at the end",
            self.objects_made, self.objects_alive
        )?;
        writeln!(
            out,
            "memory     peak {} bytes at moment {}",
            self.peak_bytes, self.peak_moment
        )?;
        let (passes, threads) = (self.gc_passes, self.threads);
        writeln!(out, "collector  {passes} passes; threads: {threads}")?;
        writeln!(
            out,
            "clock      {:.6} virtual seconds",
            self.virtual_seconds
        )?;
        match self.exit_status {
            Some(status) => writeln!(out, "end        exit status {status}")?,
            None => writeln!(out, "end        the recording ends before the run")?,
        }
        writeln!(out, "sources    {}", self.sources.join(", "))?;
        writeln!(
            out,
            "tables     {} texts, {} code objects",
            self.texts, self.codes
        )?;
        for (kind, count) in &self.kinds {
            writeln!(out, "  {count:>12} {kind}")?;
        }
        Ok(())
    }
}
