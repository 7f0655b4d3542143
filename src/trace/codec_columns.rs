//! Blocks of events as format 1 stored them: one column for each field of each kind of event.
//!
//! Each field has a prediction that both sides keep while walking the events in order (the
//! object mentioned last, the frame that runs, the field before); what is stored is the distance
//! from it. This version reads such blocks and writes none: `codec.rs` has what replaced them.

use super::event_table::{KINDS, Word, for_each_event, unzigzag};
use crate::events::Event;

/// Columns of one kind of event.
const FIELDS: usize = 8;

/// Reads a block of at most `limit` events; `None` when the bytes are no block.
pub(super) fn decode(bytes: &[u8], limit: usize) -> Option<Vec<Event>> {
    let mut decoder = Decoder::new(bytes, limit)?;
    let tags = decoder.tags;
    let mut events = Vec::with_capacity(tags.len());
    for &tag in tags {
        events.push(decoder.event(tag)?);
    }
    decoder.is_at_end().then_some(events)
}

/// What fields are predicted from.
struct Prediction {
    recent: [u64; 4],
    next_recent: usize,
    last_obj: u64,
    last_frame: u64,
    last_address: u64,
    last_offset: u64,
    /// The field before, within the event.
    before: u64,
    last: Box<[u64; KINDS * FIELDS]>,
}

impl Prediction {
    fn new() -> Self {
        Self {
            recent: [0; 4],
            next_recent: 0,
            last_obj: 0,
            last_frame: 0,
            last_address: 0,
            last_offset: 0,
            before: 0,
            last: Box::new([0; KINDS * FIELDS]),
        }
    }

    #[inline]
    const fn saw_object(&mut self, obj: u64) {
        self.recent[self.next_recent] = obj;
        self.next_recent = (self.next_recent + 1) % 4;
    }
}

/// Codes of an object field: 0–3 a recent object, 4 NULL, 5 and more a distance.
const NULL_CODE: u64 = 4;
const FIRST_DISTANCE: u64 = 5;

struct Decoder<'a> {
    tags: &'a [u8],
    columns: Box<[&'a [u8]; KINDS * FIELDS]>,
    p: Prediction,
}

impl<'a> Decoder<'a> {
    fn new(mut bytes: &'a [u8], limit: usize) -> Option<Self> {
        let count = usize::try_from(read_varint(&mut bytes)?).ok()?;
        if count > limit || count > bytes.len() {
            return None;
        }
        let (tags, mut bytes) = bytes.split_at(count);
        let mut lengths = Vec::new();
        let mut least = 0;
        loop {
            let number = usize::try_from(read_varint(&mut bytes)?).ok()?;
            if number == KINDS * FIELDS {
                break;
            }
            if number < least || number > KINDS * FIELDS {
                return None;
            }
            least = number + 1;
            lengths.push((number, usize::try_from(read_varint(&mut bytes)?).ok()?));
        }
        let mut columns = Box::new([&bytes[..0]; KINDS * FIELDS]);
        for (number, length) in lengths {
            (columns[number], bytes) = bytes.split_at_checked(length)?;
        }
        bytes.is_empty().then(|| Self {
            tags,
            columns,
            p: Prediction::new(),
        })
    }

    fn is_at_end(&self) -> bool {
        self.columns.iter().all(|column| column.is_empty())
    }

    #[inline]
    fn take(&mut self, column: &mut usize) -> Option<u64> {
        let code = read_varint(&mut self.columns[*column])?;
        *column += 1;
        Some(code)
    }

    #[inline]
    fn plain(&mut self, column: &mut usize) -> Option<u64> {
        self.p.before = self.take(column)?;
        Some(self.p.before)
    }

    #[inline]
    fn signed(&mut self, column: &mut usize) -> Option<u64> {
        self.p.before = unzigzag(self.take(column)?);
        Some(self.p.before)
    }

    #[inline]
    fn delta(&mut self, column: &mut usize) -> Option<u64> {
        let number = *column;
        let distance = unzigzag(self.take(column)?);
        let last = &mut self.p.last[number];
        *last = last.wrapping_add(distance);
        self.p.before = *last;
        Some(self.p.before)
    }

    #[inline]
    fn step(&mut self, column: &mut usize) -> Option<u64> {
        let distance = unzigzag(self.take(column)?);
        self.p.before = self.p.before.wrapping_add(distance);
        Some(self.p.before)
    }

    #[inline]
    fn address(&mut self, column: &mut usize) -> Option<u64> {
        let distance = unzigzag(self.take(column)?);
        self.p.last_address = self.p.last_address.wrapping_add(distance);
        self.p.before = self.p.last_address;
        Some(self.p.before)
    }

    #[inline]
    fn frame(&mut self, column: &mut usize) -> Option<u64> {
        let distance = unzigzag(self.take(column)?);
        self.p.last_frame = self.p.last_frame.wrapping_add(distance);
        self.p.before = self.p.last_frame;
        Some(self.p.before)
    }

    #[inline]
    fn offset(&mut self, column: &mut usize) -> Option<u64> {
        let distance = unzigzag(self.take(column)?);
        self.p.last_offset = self.p.last_offset.wrapping_add(distance);
        self.p.before = self.p.last_offset;
        Some(self.p.before)
    }

    #[inline]
    fn object(&mut self, column: &mut usize) -> Option<u64> {
        let code = self.take(column)?;
        let value = match code {
            0..NULL_CODE => self.p.recent[code as usize],
            NULL_CODE => 0,
            FIRST_DISTANCE.. => {
                let value = self
                    .p
                    .last_obj
                    .wrapping_add(unzigzag(code - FIRST_DISTANCE));
                self.p.saw_object(value);
                value
            }
        };
        if value != 0 {
            self.p.last_obj = value;
        }
        self.p.before = value;
        Some(value)
    }
}

/// Takes a number off the front; `None` when there is none.
#[inline]
fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    if first < 0x80 {
        return Some(u64::from(first));
    }
    let mut value = u64::from(first & 0x7f);
    for shift in (7..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

macro_rules! define_decoding { ($($tag:literal $name:ident { $($field:ident: $coding:ident),* })*) => {
    impl Decoder<'_> {
        #[inline]
        fn event(&mut self, tag: u8) -> Option<Event> {
            Some(match tag {
                $($tag => {
                    #[expect(clippy::allow_attributes, reason = "some kinds have no field")]
                    #[allow(unused, reason = "some kinds have no field")]
                    let mut column = $tag * FIELDS;
                    Event::$name { $($field: Word::from_word(self.$coding(&mut column)?)?),* }
                })*
                _ => return None,
            })
        }
    }
} }
for_each_event!(define_decoding);
