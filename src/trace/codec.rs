//! Events in few bytes: a row of bytes for each, most often one.
//!
//! A block is coded on its own, so that any block can be read alone. Both sides keep the same
//! [`Model`] while walking the events in order: what stands in each place of the value stack, the
//! count that each object had last, the instruction that followed this one the last time. An
//! event that comes as the model expects is one byte; any other names what differs. Rows that
//! repeat (a loop) repeat byte for byte, which zstd then turns into next to nothing.
//! `docs/recording-format.md` describes the bytes.

use super::RecordingError;
pub use super::event_table::{KIND_NAMES, kind_number, kind_of};
use super::event_table::{KINDS, Word, for_each_event, unzigzag, zigzag};
use super::line_totals::LineTotals;
use super::model::{Known, Model};
use super::summary::{Notes, Summary};
use crate::base::ObjId;
use crate::events::{Event, FrameId};

/// The first bytes of rows that are shorter than the event's kind and all its fields.
mod row {
    pub(super) const FRAME: u8 = 96;
    pub(super) const PUSH_LAST: u8 = 97;
    pub(super) const PUSH: u8 = 98;
    pub(super) const POP: u8 = 99;
    pub(super) const SET: u8 = 100;
    pub(super) const INSTRUCTION: u8 = 101;
    pub(super) const INSTRUCTION_AT: u8 = 102;
    pub(super) const LINE: u8 = 103;
    pub(super) const LINE_AT: u8 = 104;
    pub(super) const INCREF_LAST: u8 = 105;
    pub(super) const INCREF: u8 = 106;
    pub(super) const DECREF_LAST: u8 = 107;
    pub(super) const DECREF: u8 = 108;
    pub(super) const INCREF_FROM: u8 = 109;
    pub(super) const DECREF_FROM: u8 = 110;
    pub(super) const DEALLOC_LAST: u8 = 111;
    pub(super) const FREE_LAST: u8 = 112;
    pub(super) const PARK_LAST: u8 = 113;
    pub(super) const ALLOC: u8 = 114;
    pub(super) const BLOCK_ALLOC: u8 = 115;
    pub(super) const BLOCK_ALLOC_AT: u8 = 116;
    pub(super) const BLOCK_FREE: u8 = 117;
    pub(super) const INT_LAST: u8 = 118;
    pub(super) const COUNT_UP: u8 = 119;
    pub(super) const COUNT_DOWN: u8 = 120;
    pub(super) const ALLOC_AT: u8 = 121;
    pub(super) const BLOCK_FREE_AT: u8 = 122;
}

/// Codes of an object: a place of the model's cache, or one of these.
const CACHED: u8 = 128;
const NULL_CODE: u8 = 128;
const LAST_CODE: u8 = 129;
/// The number follows in two, three or four bytes.
const TWO_BYTES: u8 = 130;
const THREE_BYTES: u8 = 131;
const FOUR_BYTES: u8 = 132;

/// No row is longer, with the row of its frame before it.
const LONGEST_ROW: usize = 80;

/// Codes a block of events.
pub fn encode(events: &[Event]) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.encode(events).to_vec()
}

/// Reads a block of at most `limit` events; `None` when the bytes are no block.
pub fn decode(bytes: &[u8], limit: usize) -> Option<Vec<Event>> {
    let (count, bytes) = bytes.split_first_chunk()?;
    let count = u32::from_le_bytes(*count) as usize;
    if count > limit || count > bytes.len() {
        return None;
    }
    let mut decoder = Decoder {
        bytes,
        model: Model::default(),
    };
    let mut events = Vec::with_capacity(count);
    for _ in 0..count {
        events.push(decoder.event()?);
    }
    decoder.bytes.is_empty().then_some(events)
}

/// Codes and compresses a block for memory, and sums it up.
pub(super) fn pack(events: &[Event]) -> (Vec<u8>, Summary) {
    let mut encoder = Encoder::default();
    let bytes = zstd::bulk::compress(encoder.encode(events), 1);
    (
        bytes.expect("memory is the only thing it needs"),
        encoder.summary(),
    )
}

/// Reads what [`pack`] made.
pub(super) fn unpack(bytes: &[u8], limit: usize) -> Option<Vec<Event>> {
    decode(
        &zstd::bulk::decompress(bytes, limit * LONGEST_ROW + 16).ok()?,
        limit,
    )
}

/// An error for a block that cannot be read.
pub(super) fn bad_block(path: &std::path::Path, index: usize) -> RecordingError {
    let reason = format!("block {index} of its events cannot be read");
    RecordingError::Damaged {
        path: path.to_owned(),
        reason,
    }
}

/// Codes one block after the other; keeps its memory between them.
#[derive(Default)]
pub(super) struct Encoder {
    out: Vec<u8>,
    at: usize,
    model: Model,
    notes: Notes,
    /// Over all blocks.
    pub(super) totals: LineTotals,
}

impl Encoder {
    /// The bytes of a block, until the next one is coded.
    pub(super) fn encode(&mut self, events: &[Event]) -> &[u8] {
        self.begin();
        self.push(events);
        self.bytes()
    }

    /// Begins a block.
    pub(super) fn begin(&mut self) {
        self.at = size_of::<u32>();
        self.model.forget();
        self.notes.begin();
    }

    /// Codes the next events of the block.
    pub(super) fn push(&mut self, events: &[Event]) {
        let room = self.at + events.len() * LONGEST_ROW + 16;
        if self.out.len() < room {
            self.out.resize(room, 0);
        }
        for event in events {
            self.notes.position += 1;
            self.notes.kinds[kind_of(event) as usize] += 1;
            self.event(event);
        }
    }

    /// How many events the block has by now.
    pub(super) const fn len(&self) -> usize {
        self.notes.position as usize
    }

    /// The bytes of the block by now.
    pub(super) fn bytes(&mut self) -> &[u8] {
        if self.out.len() < self.at {
            self.out.resize(self.at, 0);
        }
        self.out[..4].copy_from_slice(&self.notes.position.to_le_bytes());
        &self.out[..self.at]
    }

    /// What the block coded last contains.
    pub(super) fn summary(&mut self) -> Summary {
        self.notes.summary()
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.out[self.at] = byte;
        self.at += 1;
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    #[inline]
    fn signed(&mut self, value: u64) {
        self.varint(zigzag(value));
    }

    #[inline]
    fn object(&mut self, id: ObjId) {
        if id.is_null() {
            self.byte(NULL_CODE);
        } else if id.0 == self.model.last {
            self.byte(LAST_CODE);
        } else if let Some(place) = self.model.find(id.0) {
            self.byte(place);
        } else {
            self.notes.object(id.0);
            let bytes = id.0.to_le_bytes();
            let (code, length) = match id.0 {
                0..0x1_0000 => (TWO_BYTES, 2),
                0x1_0000..0x100_0000 => (THREE_BYTES, 3),
                0x100_0000.. => (FOUR_BYTES, 4),
            };
            self.byte(code);
            for &byte in &bytes[..length] {
                self.byte(byte);
            }
        }
    }

    /// Says which frame the next row is about, when it is another than before.
    #[inline]
    fn enter(&mut self, frame: FrameId) {
        if frame.0 != self.model.frame {
            self.byte(row::FRAME);
            self.signed(i64::from(frame.0.wrapping_sub(self.model.frame) as i32) as u64);
            self.model.enter(frame.0);
            self.notes.frame(frame.0);
        }
    }

    #[inline]
    fn event(&mut self, event: &Event) {
        match *event {
            Event::FrameSlot {
                frame,
                index,
                old,
                new,
            } => {
                self.enter(frame);
                let model = &self.model;
                let known = model.slot(index);
                if old.0 != known {
                    self.any(event);
                } else if new.is_null() && index.wrapping_add(1) == model.sp {
                    self.byte(row::POP);
                } else if old.is_null() && index == model.sp {
                    if new.0 == model.last {
                        self.byte(row::PUSH_LAST);
                    } else {
                        self.byte(row::PUSH);
                        self.object(new);
                    }
                } else {
                    self.byte(row::SET);
                    self.varint(u64::from(index));
                    self.object(new);
                }
                self.model.saw_slot(index, old.0, new.0);
                return;
            }
            Event::Instruction {
                frame,
                previous,
                offset,
                opcode,
            } => {
                self.enter(frame);
                let model = &self.model;
                if previous != model.prev {
                    self.any(event);
                } else if model.next_instruction() == (offset, opcode) {
                    self.byte(row::INSTRUCTION);
                } else {
                    self.byte(row::INSTRUCTION_AT);
                    self.varint(u64::from(offset));
                    self.byte(opcode);
                }
                self.model.saw_instruction(offset, opcode);
                return;
            }
            Event::Line { frame, old, new } => {
                self.enter(frame);
                if old != self.model.line {
                    self.notes.line(new);
                    self.any(event);
                } else if self.model.next_line() == new {
                    self.byte(row::LINE);
                } else {
                    self.notes.line(new);
                    self.byte(row::LINE_AT);
                    self.signed(u64::from(new).wrapping_sub(u64::from(old)));
                }
                self.model.saw_line(new);
                self.totals.line(frame.0, new);
                return;
            }
            Event::Incref { obj, old, new } => {
                if new != old.wrapping_add(1) {
                    self.any(event);
                } else if old != self.model.count(obj) {
                    self.byte(row::INCREF_FROM);
                    self.object(obj);
                    self.varint(u64::from(old));
                } else if obj.0 == self.model.last {
                    self.byte(row::INCREF_LAST);
                } else {
                    self.byte(row::INCREF);
                    self.object(obj);
                }
                self.model.saw_count(obj, new);
                return;
            }
            Event::Decref { obj, old, new } => {
                if new != old.wrapping_sub(1) {
                    self.any(event);
                } else if old != self.model.count(obj) {
                    self.byte(row::DECREF_FROM);
                    self.object(obj);
                    self.varint(u64::from(old));
                } else if obj.0 == self.model.last {
                    self.byte(row::DECREF_LAST);
                } else {
                    self.byte(row::DECREF);
                    self.object(obj);
                }
                self.model.saw_count(obj, new);
                return;
            }
            Event::Dealloc { obj } if obj.0 == self.model.last => self.byte(row::DEALLOC_LAST),
            Event::Free { obj, to_freelist } if obj.0 == self.model.last => {
                self.byte(if to_freelist {
                    row::PARK_LAST
                } else {
                    row::FREE_LAST
                });
            }
            Event::Alloc {
                gc,
                reused,
                obj,
                address,
                type_,
                size,
            } => {
                self.notes.object(obj.0);
                self.notes.object(type_.0);
                self.totals.made(size);
                let expected = self.model.allocation(type_);
                if obj.0 == self.model.free_slots.top() && expected == (gc, reused, address, size) {
                    self.byte(row::ALLOC);
                    self.varint(u64::from(type_.0));
                } else {
                    self.byte(row::ALLOC_AT);
                    self.byte(u8::from(gc) | u8::from(reused) << 1);
                    self.varint(u64::from(obj.0));
                    self.varint(u64::from(type_.0));
                    self.signed(address.wrapping_sub(expected.2));
                    self.varint(u64::from(size));
                }
            }
            Event::BlockAlloc { address, size } => {
                self.notes.memory(i64::from(size));
                if self.model.next_block(size) == address {
                    self.byte(row::BLOCK_ALLOC);
                } else {
                    self.byte(row::BLOCK_ALLOC_AT);
                    self.signed(address.wrapping_sub(self.model.last_address));
                }
                self.varint(u64::from(size));
            }
            Event::BlockFree { address, size } => {
                self.notes.memory(-i64::from(size));
                let Known {
                    block, block_size, ..
                } = *self.model.known(ObjId(self.model.last));
                if (address, size) == (block, block_size) {
                    self.byte(row::BLOCK_FREE);
                } else {
                    self.byte(row::BLOCK_FREE_AT);
                    self.signed(address.wrapping_sub(self.model.last_address));
                    self.varint(u64::from(size));
                }
            }
            Event::IntValue { obj, value } if obj.0 == self.model.last => {
                self.byte(row::INT_LAST);
                self.signed(value as u64);
            }
            Event::GcCount {
                generation: 0,
                old,
                new,
            } if old == self.model.gc_count && new == old.wrapping_add(1) => {
                self.byte(row::COUNT_UP);
            }
            Event::GcCount {
                generation: 0,
                old,
                new,
            } if old == self.model.gc_count && new == old.wrapping_sub(1) => {
                self.byte(row::COUNT_DOWN);
            }
            _ => self.any(event),
        }
        self.model.saw(event);
    }
}

/// Reads one block.
struct Decoder<'a> {
    bytes: &'a [u8],
    model: Model,
}

impl Decoder<'_> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    #[inline]
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    #[inline]
    fn number(&mut self) -> Option<u32> {
        u32::try_from(self.varint()?).ok()
    }

    #[inline]
    fn signed(&mut self) -> Option<u64> {
        self.varint().map(unzigzag)
    }

    #[inline]
    fn object(&mut self) -> Option<ObjId> {
        let length = match self.byte()? {
            place @ 0..CACHED => return Some(ObjId(self.model.cached(place))),
            NULL_CODE => return Some(ObjId::NULL),
            LAST_CODE => return Some(ObjId(self.model.last)),
            TWO_BYTES => 2,
            THREE_BYTES => 3,
            FOUR_BYTES => 4,
            _ => return None,
        };
        let mut id = 0;
        for place in 0..length {
            id |= u32::from(self.byte()?) << (8 * place);
        }
        self.model.keep(id);
        Some(ObjId(id))
    }

    #[inline]
    fn event(&mut self) -> Option<Event> {
        let mut tag = self.byte()?;
        if tag == row::FRAME {
            let distance = self.signed()? as u32;
            self.model.enter(self.model.frame.wrapping_add(distance));
            tag = self.byte()?;
        }
        let event = self.row(tag)?;
        self.model.saw(&event);
        Some(event)
    }

    #[inline]
    fn row(&mut self, tag: u8) -> Option<Event> {
        let frame = FrameId(self.model.frame);
        let last = ObjId(self.model.last);
        Some(match tag {
            row::PUSH_LAST | row::PUSH => {
                let index = self.model.sp;
                let new = if tag == row::PUSH {
                    self.object()?
                } else {
                    last
                };
                Event::FrameSlot {
                    frame,
                    index,
                    old: ObjId::NULL,
                    new,
                }
            }
            row::POP => {
                let index = self.model.sp.checked_sub(1)?;
                Event::FrameSlot {
                    frame,
                    index,
                    old: ObjId(self.model.slot(index)),
                    new: ObjId::NULL,
                }
            }
            row::SET => {
                let index = self.number()?;
                let old = ObjId(self.model.slot(index));
                let new = self.object()?;
                Event::FrameSlot {
                    frame,
                    index,
                    old,
                    new,
                }
            }
            row::INSTRUCTION | row::INSTRUCTION_AT => {
                let (offset, opcode) = if tag == row::INSTRUCTION {
                    self.model.next_instruction()
                } else {
                    (self.number()?, self.byte()?)
                };
                Event::Instruction {
                    frame,
                    previous: self.model.prev,
                    offset,
                    opcode,
                }
            }
            row::LINE | row::LINE_AT => {
                let old = self.model.line;
                let new = if tag == row::LINE {
                    self.model.next_line()
                } else {
                    u32::try_from(u64::from(old).wrapping_add(self.signed()?)).ok()?
                };
                Event::Line { frame, old, new }
            }
            row::INCREF_LAST | row::INCREF | row::INCREF_FROM => {
                let (obj, old) = self.counted(tag, row::INCREF_LAST, row::INCREF_FROM)?;
                let new = old.wrapping_add(1);
                Event::Incref { obj, old, new }
            }
            row::DECREF_LAST | row::DECREF | row::DECREF_FROM => {
                let (obj, old) = self.counted(tag, row::DECREF_LAST, row::DECREF_FROM)?;
                let new = old.wrapping_sub(1);
                Event::Decref { obj, old, new }
            }
            row::DEALLOC_LAST => Event::Dealloc { obj: last },
            row::FREE_LAST | row::PARK_LAST => Event::Free {
                obj: last,
                to_freelist: tag == row::PARK_LAST,
            },
            row::ALLOC => {
                let type_ = ObjId(self.number()?);
                let (gc, reused, address, size) = self.model.allocation(type_);
                Event::Alloc {
                    gc,
                    reused,
                    obj: ObjId(self.model.free_slots.top()),
                    address,
                    type_,
                    size,
                }
            }
            row::ALLOC_AT => {
                let flags = self.byte()?;
                let obj = ObjId(self.number()?);
                let type_ = ObjId(self.number()?);
                let (_, _, expected, _) = self.model.allocation(type_);
                Event::Alloc {
                    gc: flags & 1 != 0,
                    reused: flags & 2 != 0,
                    obj,
                    address: expected.wrapping_add(self.signed()?),
                    type_,
                    size: self.number()?,
                }
            }
            row::BLOCK_ALLOC => {
                let size = self.number()?;
                let address = self.model.next_block(size);
                Event::BlockAlloc { address, size }
            }
            row::BLOCK_ALLOC_AT => {
                let address = self.model.last_address.wrapping_add(self.signed()?);
                let size = self.number()?;
                Event::BlockAlloc { address, size }
            }
            row::BLOCK_FREE => {
                let known = self.model.known(last);
                Event::BlockFree {
                    address: known.block,
                    size: known.block_size,
                }
            }
            row::BLOCK_FREE_AT => {
                let address = self.model.last_address.wrapping_add(self.signed()?);
                let size = self.number()?;
                Event::BlockFree { address, size }
            }
            row::INT_LAST => Event::IntValue {
                obj: last,
                value: self.signed()? as i64,
            },
            row::COUNT_UP | row::COUNT_DOWN => {
                let old = self.model.gc_count;
                let new = if tag == row::COUNT_UP {
                    old.wrapping_add(1)
                } else {
                    old.wrapping_sub(1)
                };
                Event::GcCount {
                    generation: 0,
                    old,
                    new,
                }
            }
            _ => return self.any(tag),
        })
    }

    /// The object and the count of a row of `Incref` or `Decref`.
    #[inline]
    fn counted(&mut self, tag: u8, last: u8, from: u8) -> Option<(ObjId, u32)> {
        let obj = if tag == last {
            ObjId(self.model.last)
        } else {
            self.object()?
        };
        let old = if tag == from {
            self.number()?
        } else {
            self.model.count(obj)
        };
        Some((obj, old))
    }
}

/// The codings of `event_table.rs` that rows tell apart: objects, signed numbers, others.
macro_rules! put {
    ($self:ident object $value:expr) => {
        $self.object(ObjId($value as u32))
    };
    ($self:ident signed $value:expr) => {
        $self.signed($value)
    };
    ($self:ident $other:ident $value:expr) => {
        $self.varint($value)
    };
}
macro_rules! take {
    ($self:ident object) => {
        u64::from($self.object()?.0)
    };
    ($self:ident signed) => {
        $self.signed()?
    };
    ($self:ident $other:ident) => {
        $self.varint()?
    };
}

macro_rules! define_rows { ($($tag:literal $name:ident { $($field:ident: $coding:ident),* })*) => {
    impl Encoder {
        /// The row that fits every event: its kind, then its fields.
        fn any(&mut self, event: &Event) {
            match *event { $(
                Event::$name { $($field),* } => {
                    self.byte($tag);
                    $(put!(self $coding $field.to_word());)*
                }
            )* }
            if let Some(frame) = super::summary::frame_of(event) {
                self.notes.frame(frame.0);
            }
            if !matches!(event, Event::Line { .. }) {
                self.totals.take(event);
            }
        }
    }

    impl Decoder<'_> {
        fn any(&mut self, tag: u8) -> Option<Event> {
            Some(match tag {
                $($tag => Event::$name { $($field: Word::from_word(take!(self $coding))?),* },)*
                _ => return None,
            })
        }
    }
} }
for_each_event!(define_rows);

const _: () = assert!(
    row::FRAME as usize == KINDS,
    "rows are numbered behind the kinds"
);
