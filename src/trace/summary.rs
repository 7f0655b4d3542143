//! What a block of events may contain, so that a search passes over blocks that cannot match.

use super::codec::kind_of;
use crate::base::ObjId;
use crate::events::{Event, FrameId, Slot};

const BLOOM_WORDS: usize = 128;

/// The kinds of events of a block, and a Bloom filter of what they mention.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// One bit for each kind, by its number in the format.
    kinds: u128,
    mentions: Box<[u64; BLOOM_WORDS]>,
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

impl Mention {
    /// Two places in the filter.
    #[inline]
    const fn bits(self) -> (usize, usize) {
        let (family, number) = match self {
            Self::Object(id) => (1, id.0),
            Self::Frame(id) => (2, id.0),
            Self::Line(line) => (3, line),
        };
        let hash = (number as u64 | family << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = hash ^ hash >> 29;
        let mask = BLOOM_WORDS * 64 - 1;
        (hash as usize & mask, (hash >> 20) as usize & mask)
    }
}

impl Summary {
    /// Of the events of a block.
    pub fn of(events: &[Event]) -> Self {
        let mut summary = Self {
            kinds: 0,
            mentions: Box::new([0; BLOOM_WORDS]),
        };
        let mut last = [None; 3];
        for event in events {
            summary.kinds |= 1 << kind_of(event);
            let line = match *event {
                Event::Line { new, .. } => Some(Mention::Line(new)),
                _ => None,
            };
            let mentions = [
                subject(event).map(Mention::Object),
                frame_of(event).map(Mention::Frame),
                line,
            ];
            for (mention, last) in mentions.into_iter().zip(&mut last) {
                if let Some(mentioned) = mention
                    && *last != mention
                {
                    *last = mention;
                    summary.add(mentioned);
                }
            }
        }
        summary
    }

    fn add(&mut self, mention: Mention) {
        let (first, second) = mention.bits();
        self.mentions[first / 64] |= 1 << (first % 64);
        self.mentions[second / 64] |= 1 << (second % 64);
    }

    /// Whether an event of one of these kinds may be in the block that mentions it.
    pub fn may_contain(&self, kinds: u128, mention: Option<Mention>) -> bool {
        self.kinds & kinds != 0
            && mention.is_none_or(|mention| {
                let (first, second) = mention.bits();
                self.mentions[first / 64] >> (first % 64) & 1 == 1
                    && self.mentions[second / 64] >> (second % 64) & 1 == 1
            })
    }
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
