//! What caused an event: the instruction, its line, the native function, the collector.

use crate::base::{Moment, TextId};
use crate::bytecode::CodeObject;
use crate::bytecode::locations::co_lines;
use crate::events::{CodeId, Event, FrameId, GcPhase};
use crate::trace::{BLOCK_EVENTS, Direction, Mention, Recording, RecordingError, Search};

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cause {
    /// The instruction's own event; `None` before the first instruction.
    pub instruction: Option<Moment>,
    pub frame: Option<FrameId>,
    pub code: Option<CodeId>,
    pub offset: u32,
    /// The opcode as it ran (perhaps specialized).
    pub opcode: u8,
    /// The source line; 0 when the instruction has none.
    pub line: u32,
    /// The innermost native function that the instruction was in.
    pub native: Option<TextId>,
    /// The phase of the collector, when a pass did it.
    pub collector: Option<GcPhase>,
}

/// The cause of the event at `position`.
///
/// What happens between two instructions belongs to the first, so the answer is near: a walk
/// backwards to it, past any frame that came and went in between.
pub fn cause_of(recording: &Recording, position: Moment) -> Result<Cause, RecordingError> {
    let mut cause = Cause::default();
    let mut natives_ended = 0u32;
    let mut passes_ended = 0u32;
    let mut collecting = None;
    let mut at = position.0;
    while at > 0 {
        let index = (at - 1) as usize / BLOCK_EVENTS;
        let start = (index * BLOCK_EVENTS) as u64;
        let block = recording.block(index)?;
        let mut jump = None;
        for offset in (0..(at - start) as usize).rev() {
            match block[offset] {
                Event::FramePop { frame, .. } | Event::FrameSuspend { frame, .. } => {
                    jump = Some((start + offset as u64, frame));
                    break;
                }
                Event::Instruction {
                    frame,
                    offset: unit,
                    opcode,
                    ..
                } => {
                    cause.instruction = Some(Moment(start + offset as u64));
                    cause.frame = Some(frame);
                    cause.offset = unit;
                    cause.opcode = opcode;
                    cause.code = code_of(recording, frame, at)?;
                    cause.collector = collecting.flatten();
                    let code = cause.code.and_then(|code| recording.code(code));
                    cause.line = code.map_or(0, |code| line_of(&code, unit));
                    return Ok(cause);
                }
                Event::ReturnNative { .. } => natives_ended += 1,
                Event::CallNative { .. } if natives_ended > 0 => natives_ended -= 1,
                Event::CallNative { name, .. } => cause.native = cause.native.or(Some(name)),
                Event::GcEnd { .. } => passes_ended += 1,
                Event::GcStart { .. } if passes_ended > 0 => passes_ended -= 1,
                Event::GcPhase { phase } if passes_ended == 0 => {
                    collecting = collecting.or(Some(Some(phase)));
                }
                _ => {}
            }
        }
        at = match jump {
            None => start,
            // Back to where that frame came onto the stack.
            Some((gone, frame)) => {
                let came = |event: &Event| matches!(*event, Event::FramePush { frame: f, .. } | Event::FrameResume { frame: f, .. } if f == frame);
                let search = Search::mention(Mention::Frame(frame)).when(&came);
                let found = search.find(recording, Moment(gone + 1), Direction::Backward)?;
                found.map_or(0, |moment| moment.0 - 1)
            }
        };
    }
    cause.collector = collecting.flatten();
    Ok(cause)
}

/// The code of a frame that was pushed before `before`.
pub fn code_of(
    recording: &Recording,
    frame: FrameId,
    before: u64,
) -> Result<Option<CodeId>, RecordingError> {
    let pushed = |event: &Event| matches!(*event, Event::FramePush { frame: f, .. } if f == frame);
    let search = Search::mention(Mention::Frame(frame)).when(&pushed);
    let found = search.find(recording, Moment(before + 1), Direction::Backward)?;
    let Some(moment) = found else { return Ok(None) };
    Ok(match recording.event(Moment(moment.0 - 1))? {
        Event::FramePush { code, .. } => Some(code),
        _ => None,
    })
}

/// The line of a code unit; 0 when it has none.
pub fn line_of(code: &CodeObject, unit: u32) -> u32 {
    let lines = co_lines(&code.co_linetable, code.co_firstlineno);
    let range = lines
        .iter()
        .find(|range| range.start <= unit && unit < range.end);
    range
        .and_then(|range| range.line)
        .and_then(|line| u32::try_from(line).ok())
        .unwrap_or(0)
}
