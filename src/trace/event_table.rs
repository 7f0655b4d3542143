//! The kinds of events in the file: their numbers and fields. Numbers never change their meaning.

use crate::base::{ObjId, TextId, ThreadId};
use crate::events::{
    AttrStep, CodeId, Event, FrameId, GcList, GcPhase, LookupEnd, Slot, SlotKind, Stream,
    WaitReason,
};

/// One more than the largest number of a kind of event.
pub(super) const KINDS: usize = 96;

/// Number, kind, and each field in order with its coding: what `codec_columns.rs` predicts it
/// from; `codec.rs` tells `object` and `signed` from the rest, which are plain numbers there.
macro_rules! for_each_event { ($apply:ident) => { $apply! {
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
} } }
pub(super) use for_each_event;

macro_rules! define_kinds { ($($tag:literal $name:ident { $($field:ident: $coding:ident),* })*) => {
    /// The number of an event's kind in the format.
    #[inline]
    pub const fn kind_of(event: &Event) -> u8 {
        match event { $(Event::$name { .. } => $tag,)* }
    }

    /// The names of the kinds of events, by their number in the format.
    pub const KIND_NAMES: [&str; KINDS] = {
        let mut names = [""; KINDS];
        $(names[$tag] = stringify!($name);)*
        names
    };
} }
for_each_event!(define_kinds);

/// The number of a kind by the name of its variant.
pub fn kind_number(name: &str) -> u8 {
    let known = KIND_NAMES.iter().position(|known| *known == name);
    known.expect("the name of a variant") as u8
}

#[inline]
pub(super) const fn zigzag(value: u64) -> u64 {
    (value << 1) ^ ((value as i64 >> 63) as u64)
}

#[inline]
pub(super) const fn unzigzag(code: u64) -> u64 {
    (code >> 1) ^ (code & 1).wrapping_neg()
}

/// A field as a number and back.
pub(super) trait Word: Sized {
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
