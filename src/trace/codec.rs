//! Events in few bytes: one column for each field of each kind of event.
//!
//! A block is coded on its own, so that any block can be read alone. Each field has a
//! prediction that both sides keep while walking the events in order (the object mentioned
//! last, the frame that runs, the field before); what is stored is the distance from it, and in
//! columns the distances are mostly zero, which zstd then turns into next to nothing. The table
//! at the end of this file is the format: numbers never change their meaning.

use super::RecordingError;
use crate::base::{ObjId, TextId, ThreadId};
use crate::events::{
    AttrStep, CodeId, Event, FrameId, GcList, GcPhase, LookupEnd, Slot, SlotKind, Stream,
    WaitReason,
};

/// Columns of one kind of event.
const FIELDS: usize = 8;
/// One more than the largest number of a kind of event.
const KINDS: usize = 96;

/// Codes a block of events.
pub fn encode(events: &[Event]) -> Vec<u8> {
    let mut encoder = Encoder::new();
    for event in events {
        encoder.event(event);
    }
    encoder.finish()
}

/// Reads a block of at most `limit` events; `None` when the bytes are no block.
pub fn decode(bytes: &[u8], limit: usize) -> Option<Vec<Event>> {
    let mut decoder = Decoder::new(bytes, limit)?;
    let tags = decoder.tags;
    let mut events = Vec::with_capacity(tags.len());
    for &tag in tags {
        events.push(decoder.event(tag)?);
    }
    decoder.is_at_end().then_some(events)
}

/// Codes and compresses a block for memory.
pub fn pack(events: &[Event]) -> Vec<u8> {
    zstd::bulk::compress(&encode(events), 1).expect("memory is the only thing it needs")
}

/// Reads what [`pack`] made.
pub fn unpack(bytes: &[u8], limit: usize) -> Option<Vec<Event>> {
    decode(&zstd::bulk::decompress(bytes, limit * 64).ok()?, limit)
}

/// The number of an event's kind in the format, for summaries.
pub fn kind_of(event: &Event) -> u8 {
    tag_of(event)
}

/// An error for a block that cannot be read.
pub(super) fn bad_block(path: &std::path::Path, index: usize) -> RecordingError {
    let reason = format!("block {index} of its events cannot be read");
    RecordingError::Damaged {
        path: path.to_owned(),
        reason,
    }
}

/// What both sides predict from.
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

#[inline]
const fn zigzag(value: u64) -> u64 {
    (value << 1) ^ ((value as i64 >> 63) as u64)
}

#[inline]
const fn unzigzag(code: u64) -> u64 {
    (code >> 1) ^ (code & 1).wrapping_neg()
}

struct Encoder {
    tags: Vec<u8>,
    columns: Vec<Vec<u8>>,
    p: Prediction,
}

impl Encoder {
    fn new() -> Self {
        Self {
            tags: Vec::new(),
            columns: vec![Vec::new(); KINDS * FIELDS],
            p: Prediction::new(),
        }
    }

    fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.tags.len() * 4);
        write_varint(&mut out, self.tags.len() as u64);
        out.extend_from_slice(&self.tags);
        for (number, column) in (0u64..).zip(&self.columns) {
            if !column.is_empty() {
                write_varint(&mut out, number);
                write_varint(&mut out, column.len() as u64);
            }
        }
        write_varint(&mut out, (KINDS * FIELDS) as u64);
        for column in &self.columns {
            out.extend_from_slice(column);
        }
        out
    }

    #[inline]
    fn put(&mut self, column: &mut usize, code: u64, value: u64) {
        write_varint(&mut self.columns[*column], code);
        *column += 1;
        self.p.before = value;
    }

    #[inline]
    fn plain(&mut self, column: &mut usize, value: u64) {
        self.put(column, value, value);
    }

    #[inline]
    fn signed(&mut self, column: &mut usize, value: u64) {
        self.put(column, zigzag(value), value);
    }

    #[inline]
    fn delta(&mut self, column: &mut usize, value: u64) {
        let code = zigzag(value.wrapping_sub(self.p.last[*column]));
        self.p.last[*column] = value;
        self.put(column, code, value);
    }

    #[inline]
    fn step(&mut self, column: &mut usize, value: u64) {
        self.put(column, zigzag(value.wrapping_sub(self.p.before)), value);
    }

    #[inline]
    fn address(&mut self, column: &mut usize, value: u64) {
        let code = zigzag(value.wrapping_sub(self.p.last_address));
        self.p.last_address = value;
        self.put(column, code, value);
    }

    #[inline]
    fn frame(&mut self, column: &mut usize, value: u64) {
        let code = zigzag(value.wrapping_sub(self.p.last_frame));
        self.p.last_frame = value;
        self.put(column, code, value);
    }

    #[inline]
    fn offset(&mut self, column: &mut usize, value: u64) {
        let code = zigzag(value.wrapping_sub(self.p.last_offset));
        self.p.last_offset = value;
        self.put(column, code, value);
    }

    #[inline]
    fn object(&mut self, column: &mut usize, value: u64) {
        let code = if value == 0 {
            NULL_CODE
        } else if let Some(at) = self.p.recent.iter().position(|&r| r == value) {
            at as u64
        } else {
            self.p.saw_object(value);
            FIRST_DISTANCE + zigzag(value.wrapping_sub(self.p.last_obj))
        };
        if value != 0 {
            self.p.last_obj = value;
        }
        self.put(column, code, value);
    }
}

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

/// Appends a number in groups of seven bits, lowest first.
#[inline]
pub(super) fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front; `None` when there is none.
#[inline]
pub(super) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
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

/// A field as a number and back.
trait Word: Sized {
    fn to_word(self) -> u64;
    fn from_word(word: u64) -> Option<Self>;
}

macro_rules! number_words { ($($ty:ty)*) => { $(
    impl Word for $ty {
        #[inline]
        fn to_word(self) -> u64 { u64::from(self) }
        #[inline]
        fn from_word(word: u64) -> Option<Self> { Self::try_from(word).ok() }
    }
)* } }
number_words! { u8 u32 u64 }

macro_rules! id_words { ($($ty:ident)*) => { $(
    impl Word for $ty {
        #[inline]
        fn to_word(self) -> u64 { u64::from(self.0) }
        #[inline]
        fn from_word(word: u64) -> Option<Self> { u32::try_from(word).ok().map($ty) }
    }
)* } }
id_words! { ObjId TextId ThreadId FrameId CodeId }

macro_rules! signed_words { ($($ty:ty)*) => { $(
    impl Word for $ty {
        #[inline]
        fn to_word(self) -> u64 { i64::from(self) as u64 }
        #[inline]
        fn from_word(word: u64) -> Option<Self> { Self::try_from(word as i64).ok() }
    }
)* } }
signed_words! { i32 i64 }

impl Word for bool {
    fn to_word(self) -> u64 {
        u64::from(self)
    }
    fn from_word(word: u64) -> Option<Self> {
        match word {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// Round numbers have zeros at the end of their bits: turned round, they are short.
impl Word for f64 {
    fn to_word(self) -> u64 {
        self.to_bits().swap_bytes()
    }
    fn from_word(word: u64) -> Option<Self> {
        Some(Self::from_bits(word.swap_bytes()))
    }
}

impl Word for Slot {
    fn to_word(self) -> u64 {
        u64::from(self.key) << 3 | self.kind.to_word()
    }
    fn from_word(word: u64) -> Option<Self> {
        let kind = SlotKind::from_word(word & 7)?;
        Some(Self {
            kind,
            key: u32::try_from(word >> 3).ok()?,
        })
    }
}

macro_rules! choice_words { ($($ty:ident { $($number:literal $name:ident)* })*) => { $(
    impl Word for $ty {
        fn to_word(self) -> u64 {
            match self { $(Self::$name => $number,)* }
        }
        fn from_word(word: u64) -> Option<Self> {
            match word { $($number => Some(Self::$name),)* _ => None }
        }
    }
)* } }
choice_words! {
    SlotKind { 0 Item 1 DictKey 2 DictValue 3 Attr 4 Slot 5 Member 6 Local }
    GcList {
        0 Untracked 1 Generation0 2 Generation1 3 Generation2 4 Permanent 5 Unreachable 6 Finalizers
    }
    GcPhase {
        0 Merge 1 UpdateRefs 2 SubtractRefs 3 MoveUnreachable 4 UntrackContainers
        5 HandleWeakrefs 6 FinalizeGarbage 7 HandleResurrected 8 DeleteGarbage 9 ClearFreelists
    }
    Stream { 0 Stdout 1 Stderr }
    WaitReason { 0 Lock 1 Sleep 2 Io 3 Join }
    AttrStep {
        0 TypeDict 1 DataDescriptor 2 InstanceDict 3 NonDataDescriptor 4 TypeAttribute
        5 MetatypeDict 6 ModuleDict 7 GetattrHook
    }
    LookupEnd { 0 Found 1 AttributeError }
}

/// Number, kind, and for each field in order how it is predicted.
macro_rules! event_table { ($($tag:literal $name:ident { $($field:ident: $coding:ident),* })*) => {
    fn tag_of(event: &Event) -> u8 {
        match event { $(Event::$name { .. } => $tag,)* }
    }

    /// The names of the kinds of events, by their number in the format.
    pub const KIND_NAMES: [&str; KINDS] = {
        let mut names = [""; KINDS];
        $(names[$tag] = stringify!($name);)*
        names
    };

    impl Encoder {
        #[inline]
        fn event(&mut self, event: &Event) {
            match *event { $(
                Event::$name { $($field),* } => {
                    self.tags.push($tag);
                    #[expect(clippy::allow_attributes, reason = "some kinds have no field")]
                    #[allow(unused, reason = "some kinds have no field")]
                    let mut column = $tag * FIELDS;
                    $(self.$coding(&mut column, $field.to_word());)*
                }
            )* }
        }
    }

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

event_table! {
    0 Alloc { obj: object, gc: plain, reused: plain, address: address, type_: object, size: plain }
    1 Dealloc { obj: object }
    2 Free { obj: object, to_freelist: plain }
    3 Incref { obj: object, old: plain, new: step }
    4 Decref { obj: object, old: plain, new: step }
    5 Immortalize { obj: object, old: plain }
    6 TypeSet { obj: object, old: object, new: object }
    7 SizeSet { obj: object, old: plain, new: step }
    8 SlotSet { owner: object, slot: delta, old: object, new: object }
    9 ItemInsert { owner: object, index: delta, new: object }
    10 ItemRemove { owner: object, index: delta, old: object }
    11 IntValue { obj: object, value: signed }
    12 FloatValue { obj: object, value: plain }
    13 ReprValue { obj: object, old: plain, new: delta }
    14 Named { obj: object, old: plain, new: delta }
    15 BlockAlloc { address: address, size: plain }
    16 BlockFree { address: address, size: plain }
    17 PoolInit { address: delta, class: plain }
    18 PoolFree { address: delta, class: plain }
    19 ArenaNew { address: delta }
    20 ArenaFree { address: delta }
    21 FramePush { frame: frame, thread: delta, code: delta, function: object }
    22 FramePop { frame: frame, thread: delta, code: delta, function: object }
    23 FrameSuspend { frame: frame, thread: delta, generator: object }
    24 FrameResume { frame: frame, thread: delta, generator: object }
    25 FrameDiscard { frame: frame, code: delta, generator: object }
    26 FrameSlot { frame: frame, index: delta, old: object, new: object }
    27 FrameNamespaces { frame: frame, code: object, globals: object, locals: object }
    28 FrameObject { frame: frame, old: object, new: object }
    29 Instruction { frame: frame, previous: offset, offset: offset, opcode: plain }
    30 Line { frame: frame, old: delta, new: step }
    31 CallNative { function: object, name: plain }
    32 ReturnNative { function: object, name: plain, raised: plain }
    33 PyReturn { frame: frame, value: object }
    34 PyYield { frame: frame, value: object }
    35 Specialize { code: delta, offset: plain, old: plain, new: plain }
    36 ExceptionSet { thread: delta, old: object, new: object }
    37 HandledSet { thread: delta, old: object, new: object }
    38 Raise { frame: frame, exception: object }
    39 ExceptionHandled { frame: frame, exception: object, offset: plain }
    40 Unwind { frame: frame, exception: object }
    41 LookupStart { obj: object, name: plain }
    42 LookupStep { step: plain, place: object, found: object }
    43 LookupDone { end: plain, value: object }
    44 WeakrefNew { weakref: object, referent: object }
    45 WeakrefClear { weakref: object, referent: object }
    46 WeakrefCallback { weakref: object, callback: object }
    47 Finalize { obj: object }
    48 GcStart { generation: plain, automatic: plain }
    49 GcPhase { phase: plain }
    50 GcRefs { obj: object, old: signed, new: step }
    51 GcMove { obj: object, from: plain, to: plain }
    52 GcClear { obj: object }
    53 GcResurrect { obj: object }
    54 GcEnd { generation: plain, collected: plain, uncollectable: plain }
    55 GcCount { generation: plain, old: delta, new: step }
    56 GcThreshold { generation: plain, old: plain, new: plain }
    57 GcEnabled { on: plain }
    58 ThreadStart { thread: plain, name: plain, ident: plain }
    59 ThreadName { thread: plain, old: plain, new: plain }
    60 ThreadEnd { thread: plain }
    61 GilWait { thread: plain }
    62 GilRequest { thread: plain, holder: plain }
    63 GilDrop { thread: plain, forced: plain }
    64 GilTake { thread: plain, previous: plain }
    65 ThreadBlock { thread: plain, reason: plain, object: object }
    66 ThreadWake { thread: plain, reason: plain, object: object }
    67 LockAcquire { thread: plain, lock: object }
    68 LockRelease { thread: plain, lock: object }
    69 Clock { old_nanos: delta, new_nanos: step }
    70 SwitchInterval { old_micros: plain, new_micros: plain }
    71 Output { stream: plain, text: delta }
    72 Ready {}
    73 ImportStart { module: object, name: plain }
    74 ImportEnd { module: object, name: plain }
    75 Finalizing {}
    76 End { status: signed, reason: plain }
}
