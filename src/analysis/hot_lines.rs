//! How many instructions ran on each source line.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::cause::line_of;
use crate::events::{CodeId, Event, FrameId};
use crate::trace::{Recording, RecordingError, Search};

/// A line and the instructions that ran on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HotLine {
    pub code: CodeId,
    pub line: u32,
    pub instructions: u64,
}

/// Every line that ran, most instructions first.
pub fn hot_lines(recording: &Recording) -> Result<Vec<HotLine>, RecordingError> {
    let mut codes: HashMap<FrameId, CodeId> = HashMap::new();
    // Instructions by code unit first: far fewer than instructions, and the line table is
    // asked once for each.
    let mut units: HashMap<(CodeId, u32), u64> = HashMap::new();
    let kinds = Search::kinds(&["FramePush", "FramePop", "FrameDiscard", "Instruction"]);
    kinds.each(recording, 0..u64::MAX, |_, event| {
        match *event {
            Event::FramePush { frame, code, .. } => {
                codes.insert(frame, code);
            }
            Event::FramePop { frame, .. } | Event::FrameDiscard { frame, .. } => {
                codes.remove(&frame);
            }
            Event::Instruction { frame, offset, .. } => {
                if let Some(&code) = codes.get(&frame) {
                    *units.entry((code, offset)).or_default() += 1;
                }
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    })?;
    let units: BTreeMap<(CodeId, u32), u64> = units.into_iter().collect();
    let mut lines: BTreeMap<(CodeId, u32), u64> = BTreeMap::new();
    for ((code, unit), count) in units {
        let line = recording
            .code(code)
            .map_or(0, |object| line_of(&object, unit));
        *lines.entry((code, line)).or_default() += count;
    }
    let mut lines: Vec<HotLine> = lines
        .into_iter()
        .map(|((code, line), instructions)| HotLine {
            code,
            line,
            instructions,
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.instructions));
    Ok(lines)
}
