//! What a block of events contains, so that a search passes over blocks that cannot match.

use serde::{Deserialize, Serialize};

use super::event_table::KINDS;
use crate::base::ObjId;
use crate::events::{Event, FrameId, Slot};

/// The kinds of events of a block, and what they mention: the index of the recording.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many events of each kind, by the kind's number in the format; kinds with none left out.
    pub kinds: Vec<(u8, u32)>,
    /// Every object that an event mentions, in ascending order, each as the distance from the
    /// one before.
    objects: Vec<u32>,
    /// The frames, likewise.
    frames: Vec<u32>,
    /// The lines that were reached, likewise.
    lines: Vec<u32>,
    /// By how many bytes the blocks in use grew.
    pub bytes_change: i64,
    /// The most that they grew within the block, and after how many of its events.
    pub bytes_peak: (i64, u32),
}

/// Something that events mention, by which a search can be narrowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mention {
    /// An event about this object: see [`subject`].
    Object(ObjId),
    /// An event of this frame.
    Frame(FrameId),
    /// A frame reached this source line.
    Line(u32),
}

impl Summary {
    /// Of the events of a block.
    pub fn of(events: &[Event]) -> Self {
        let mut encoder = super::codec::Encoder::default();
        encoder.encode(events);
        encoder.summary()
    }

    /// How many events of a kind there are, by its number in the format.
    pub fn count(&self, kind: u8) -> u32 {
        let found = self.kinds.iter().find(|(known, _)| *known == kind);
        found.map_or(0, |(_, count)| *count)
    }

    /// Whether an event of one of these kinds may be in the block that mentions it.
    pub fn may_contain(&self, kinds: u128, mention: Option<Mention>) -> bool {
        let (list, wanted) = match mention {
            None => (&[][..], 0),
            Some(Mention::Object(id)) => (&self.objects[..], id.0),
            Some(Mention::Frame(id)) => (&self.frames[..], id.0),
            Some(Mention::Line(line)) => (&self.lines[..], line),
        };
        let mut at = 0u32;
        let mut numbers = list.iter().map(|distance| {
            at = at.wrapping_add(*distance);
            at
        });
        self.kinds
            .iter()
            .any(|(kind, _)| kinds >> (kind & 127) & 1 == 1)
            && (mention.is_none() || numbers.find(|&number| number >= wanted) == Some(wanted))
    }
}

/// Collects a summary while a block is coded.
#[derive(Debug)]
pub(super) struct Notes {
    pub(super) kinds: [u32; KINDS],
    /// One bit for each object.
    objects: Vec<u64>,
    frames: Vec<u32>,
    lines: Vec<u32>,
    /// Objects with numbers beyond what a heap has: only damaged files name such.
    strange: Vec<u32>,
    bytes: i64,
    peak: (i64, u32),
    /// Events of the block so far.
    pub(super) position: u32,
}

/// Objects below this are noted as a bit each.
const STRANGE: u32 = 1 << 26;

impl Default for Notes {
    fn default() -> Self {
        Self {
            kinds: [0; KINDS],
            objects: Vec::new(),
            frames: Vec::new(),
            lines: Vec::new(),
            strange: Vec::new(),
            bytes: 0,
            peak: (0, 0),
            position: 0,
        }
    }
}

impl Notes {
    pub(super) fn begin(&mut self) {
        self.kinds.fill(0);
        self.objects.fill(0);
        self.frames.clear();
        self.lines.clear();
        self.strange.clear();
        self.position = 0;
        self.bytes = 0;
        self.peak = (0, 0);
    }

    #[inline]
    pub(super) fn object(&mut self, id: u32) {
        if id >= STRANGE {
            self.strange.push(id);
            return;
        }
        let word = id as usize / 64;
        if word >= self.objects.len() {
            self.objects.resize(word + 1, 0);
        }
        self.objects[word] |= 1 << (id % 64);
    }

    #[inline]
    pub(super) fn frame(&mut self, id: u32) {
        if self.frames.last() != Some(&id) {
            self.frames.push(id);
        }
    }

    #[inline]
    pub(super) fn line(&mut self, line: u32) {
        self.lines.push(line);
    }

    #[inline]
    pub(super) fn memory(&mut self, change: i64) {
        self.bytes += change;
        if self.bytes > self.peak.0 {
            self.peak = (self.bytes, self.position);
        }
    }

    pub(super) fn summary(&mut self) -> Summary {
        let mut objects = Vec::new();
        let mut before = 0;
        for (word, &bits) in (0u32..).zip(&self.objects) {
            let mut bits = bits;
            while bits != 0 {
                let id = word * 64 + bits.trailing_zeros();
                objects.push(id - before);
                before = id;
                bits &= bits - 1;
            }
        }
        self.strange.sort_unstable();
        self.strange.dedup();
        for &id in &self.strange {
            objects.push(id - std::mem::replace(&mut before, id));
        }
        let kinds = (0u8..).zip(self.kinds).filter(|(_, count)| *count > 0);
        Summary {
            kinds: kinds.collect(),
            objects,
            frames: distances(&mut self.frames),
            lines: distances(&mut self.lines),
            bytes_change: self.bytes,
            bytes_peak: self.peak,
        }
    }
}

fn distances(numbers: &mut Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers.dedup();
    let mut before = 0;
    numbers
        .iter()
        .map(|&number| number - std::mem::replace(&mut before, number))
        .collect()
}

/// The object that an event is about: the one whose header, value, slots or place it changes.
pub const fn subject(event: &Event) -> Option<ObjId> {
    match *event {
        Event::Alloc { obj, .. }
        | Event::Dealloc { obj }
        | Event::Free { obj, .. }
        | Event::Incref { obj, .. }
        | Event::Decref { obj, .. }
        | Event::Immortalize { obj, .. }
        | Event::TypeSet { obj, .. }
        | Event::SizeSet { obj, .. }
        | Event::IntValue { obj, .. }
        | Event::FloatValue { obj, .. }
        | Event::ReprValue { obj, .. }
        | Event::Named { obj, .. }
        | Event::LookupStart { obj, .. }
        | Event::Finalize { obj }
        | Event::GcRefs { obj, .. }
        | Event::GcMove { obj, .. }
        | Event::GcClear { obj }
        | Event::GcResurrect { obj } => Some(obj),
        Event::SlotSet { owner, .. }
        | Event::ItemInsert { owner, .. }
        | Event::ItemRemove { owner, .. } => Some(owner),
        Event::WeakrefNew { weakref, .. }
        | Event::WeakrefClear { weakref, .. }
        | Event::WeakrefCallback { weakref, .. } => Some(weakref),
        Event::LockAcquire { lock, .. } | Event::LockRelease { lock, .. } => Some(lock),
        Event::Raise { exception, .. }
        | Event::ExceptionHandled { exception, .. }
        | Event::Unwind { exception, .. } => Some(exception),
        Event::CallNative { function, .. } | Event::ReturnNative { function, .. } => Some(function),
        _ => None,
    }
}

/// The frame that an event belongs to, when it names one.
pub const fn frame_of(event: &Event) -> Option<FrameId> {
    match *event {
        Event::FramePush { frame, .. }
        | Event::FramePop { frame, .. }
        | Event::FrameSuspend { frame, .. }
        | Event::FrameResume { frame, .. }
        | Event::FrameDiscard { frame, .. }
        | Event::FrameSlot { frame, .. }
        | Event::FrameNamespaces { frame, .. }
        | Event::FrameObject { frame, .. }
        | Event::Instruction { frame, .. }
        | Event::Line { frame, .. }
        | Event::PyReturn { frame, .. }
        | Event::PyYield { frame, .. }
        | Event::Raise { frame, .. }
        | Event::ExceptionHandled { frame, .. }
        | Event::Unwind { frame, .. } => Some(frame),
        _ => None,
    }
}

/// The slot that an event writes, with its owner.
pub const fn slot_of(event: &Event) -> Option<(ObjId, Slot)> {
    use crate::events::SlotKind::Item;
    match *event {
        Event::SlotSet { owner, slot, .. } => Some((owner, slot)),
        Event::ItemInsert { owner, index, .. } | Event::ItemRemove { owner, index, .. } => Some((
            owner,
            Slot {
                kind: Item,
                key: index,
            },
        )),
        _ => None,
    }
}
