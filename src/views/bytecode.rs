//! The listing of one code object as the Bytecode panel draws it: `dis` rows with jumps as arrows
//! in lanes, and the exception table.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::look::Look;
use crate::base::{Moment, ObjId, SourceLocation};
use crate::bytecode::dis::{ExceptionRow, Listing, listing};
use crate::bytecode::{CodeObject, Opcode, locations};
use crate::events::{CodeId, Event, FrameId};
use crate::trace::{BLOCK_EVENTS, Recording, Search};

/// A code object, listed.
#[derive(Clone, Debug)]
pub struct CodeView {
    pub id: CodeId,
    pub code: Arc<CodeObject>,
    pub listing: Listing,
    pub jumps: Vec<Jump>,
    /// How many lanes the arrows take.
    pub lanes: usize,
    positions: Vec<SourceLocation>,
}

/// A jump from one row to another, drawn in a lane of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Jump {
    pub from: usize,
    pub to: usize,
    /// 0 is next to the rows.
    pub lane: usize,
}

impl CodeView {
    /// Lists a code object.
    pub fn new(id: CodeId, code: &Arc<CodeObject>) -> Self {
        let listing = listing(code, None, &|_| 0);
        let mut ends: Vec<(usize, usize)> = listing
            .instructions
            .iter()
            .enumerate()
            .filter_map(|(from, instruction)| {
                let target = instruction.jump_target?;
                let to = listing
                    .instructions
                    .iter()
                    .position(|i| i.start_offset == target || i.offset == target)?;
                Some((from, to))
            })
            .collect();
        // Short jumps lie inside long ones.
        ends.sort_by_key(|&(from, to)| (from.abs_diff(to), from));
        let (jumps, lanes) = lanes(&ends);
        Self {
            id,
            code: Arc::clone(code),
            jumps,
            lanes,
            positions: locations::co_positions(&code.co_linetable, code.co_firstlineno),
            listing,
        }
    }

    /// The row of the instruction at an offset; inside a cache, that of the instruction before.
    pub fn row_of(&self, offset: u32) -> Option<usize> {
        let after = self
            .listing
            .instructions
            .partition_point(|i| i.start_offset.0 <= offset);
        after.checked_sub(1)
    }

    /// The part of the source that the instruction at an offset computes.
    pub fn position(&self, offset: u32) -> Option<&SourceLocation> {
        self.positions.get(offset as usize)
    }

    /// The handlers that protect the instruction of a row.
    pub fn handlers(&self, row: usize) -> impl Iterator<Item = &ExceptionRow> {
        let offset = self
            .listing
            .instructions
            .get(row)
            .map_or(u32::MAX, |i| i.offset.0);
        self.listing
            .exception_table
            .iter()
            .filter(move |handler| (handler.entry.start..handler.entry.end).contains(&offset))
    }
}

/// What one instruction did to counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// The opcode as it ran.
    pub opcode: u8,
    pub changes: BTreeMap<ObjId, i64>,
}

/// Events looked at for what an instruction did; a call that runs long is not followed.
const MOST_EVENTS: u64 = 20_000;

/// What the instruction that ran last in a frame did to counts, as net changes.
pub fn last_effect(look: Look<'_>, frame: FrameId) -> Option<Effect> {
    let mut changes: BTreeMap<ObjId, i64> = BTreeMap::new();
    let mut at = look.state.moment.0;
    let mut skipped = false;
    let stop = at.saturating_sub(MOST_EVENTS);
    while at > stop {
        let number = (at - 1) as usize / BLOCK_EVENTS;
        let start = (number * BLOCK_EVENTS) as u64;
        let block = look.recording.block(number).ok()?;
        for event in block.get(..(at - start) as usize)?.iter().rev() {
            match *event {
                // The one that is about to run stands at the moment itself.
                Event::Instruction { frame: f, .. } if f == frame && !skipped => {
                    skipped = true;
                    changes.clear();
                }
                Event::Instruction {
                    frame: f, opcode, ..
                } if f == frame => {
                    changes.retain(|_, change| *change != 0);
                    return Some(Effect { opcode, changes });
                }
                Event::Incref { obj, old, new } | Event::Decref { obj, old, new } => {
                    *changes.entry(obj).or_default() += i64::from(new) - i64::from(old);
                }
                _ => {}
            }
        }
        at = start;
    }
    None
}

/// An instruction that was rewritten to a form for the types it meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Specialization {
    /// The moment after it.
    pub moment: Moment,
    pub offset: u32,
    pub old: u8,
    pub new: u8,
}

/// Every rewriting of a code object's instructions over the run, in order.
pub fn specializations(recording: &Recording, code: CodeId) -> Vec<Specialization> {
    let mut found = Vec::new();
    let kinds = Search::kinds(&["Specialize"]);
    // What cannot be read is reported where the recording is played.
    let _ = kinds.each(recording, 0..u64::MAX, |moment, event| {
        if let Event::Specialize {
            code: c,
            offset,
            old,
            new,
        } = *event
            && c == code
        {
            found.push(Specialization {
                moment: Moment(moment.0 + 1),
                offset,
                old,
                new,
            });
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// Gives each jump the innermost lane that is free along its whole way.
fn lanes(ends: &[(usize, usize)]) -> (Vec<Jump>, usize) {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut jumps = Vec::with_capacity(ends.len());
    for &(from, to) in ends {
        let (top, bottom) = (from.min(to), from.max(to));
        let free = |lane: &[(usize, usize)]| lane.iter().all(|&(a, b)| b < top || a > bottom);
        let lane = taken.iter().position(|lane| free(lane)).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        taken[lane].push((top, bottom));
        jumps.push(Jump { from, to, lane });
    }
    (jumps, taken.len())
}

/// The name of an opcode, shown in its specialized form when it was rewritten.
pub fn opcode_name(opcode: u8) -> &'static str {
    Opcode::from_number(u16::from(opcode)).map_or("?", Opcode::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_that_overlap_take_different_lanes() {
        let (jumps, lanes) = lanes(&[(1, 3), (5, 6), (0, 8), (2, 7)]);
        assert_eq!(jumps[0].lane, 0);
        assert_eq!(jumps[1].lane, 0, "it lies beside the first");
        assert_eq!((jumps[2].lane, jumps[3].lane), (1, 2));
        assert_eq!(lanes, 3);
    }
}
