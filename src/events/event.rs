//! One fact of a run: small, `Copy`, and complete enough to be undone.
//!
//! An event carries the old value beside the new one, so that `trace::State` steps backwards
//! as cheaply as forwards. An object is named by its heap slot ([`ObjId`]), valid from its
//! [`Event::Alloc`] to its [`Event::Free`]; afterwards the slot may name another object.

use serde::{Deserialize, Serialize};

use crate::base::{ObjId, TextId, ThreadId};

/// A code object in the recording's table of code objects.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct CodeId(pub u32);

/// One activation of a code object; numbered from 1 in the order of creation, never reused.
/// A generator keeps its frame, and so its number, over all its resumptions.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct FrameId(pub u32);

/// What kind of place inside its owner holds a reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum SlotKind {
    /// `ob_item[key]` of a list or tuple; any other sequence by position.
    Item,
    /// The key of entry `key` of a dict, or of table slot `key` of a set.
    DictKey,
    /// The value of entry `key` of a dict.
    DictValue,
    /// An instance attribute in inline values; `key` is a [`TextId`].
    Attr,
    /// A `__slots__` member; `key` is a [`TextId`].
    Slot,
    /// A field of the C struct, such as `func_code` or `tp_dict`; `key` is a [`TextId`].
    Member,
    /// `localsplus[key]` of a frame that an object owns (a suspended generator, a frame object).
    Local,
}

/// A named place that can hold one reference: unique within its owner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Slot {
    pub kind: SlotKind,
    /// An index or a [`TextId`], as `kind` says.
    pub key: u32,
}

/// The lists between which the collector moves objects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum GcList {
    Untracked,
    Generation0,
    Generation1,
    Generation2,
    Permanent,
    /// The list of tentatively unreachable objects during a pass.
    Unreachable,
    /// Objects reachable from legacy finalizers, or set aside while finalizers run.
    Finalizers,
}

/// The steps of one pass of the collector, in their order (`gc_collect_main`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum GcPhase {
    /// Young generations are merged into the one collected.
    Merge,
    /// `gc_refs` becomes a copy of `ob_refcnt`.
    UpdateRefs,
    /// Each reference from inside the candidates takes one from its target's `gc_refs`.
    SubtractRefs,
    /// What outside references keep is told from what they do not.
    MoveUnreachable,
    /// Tuples and, in a full pass, dicts that can never be part of a cycle leave the lists.
    UntrackContainers,
    /// Weak references to the unreachable are cleared, then their callbacks run.
    HandleWeakrefs,
    /// `__del__` and other finalizers run.
    FinalizeGarbage,
    /// The unreachable are examined again: finalizers may have revived some.
    HandleResurrected,
    /// `tp_clear` breaks the cycles.
    DeleteGarbage,
    /// Free lists are emptied after a full pass.
    ClearFreelists,
}

/// Where text went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Why a thread does not run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum WaitReason {
    /// It waits for a lock object.
    Lock,
    /// `time.sleep` or a timed wait.
    Sleep,
    /// Input or output of the sandbox.
    Io,
    /// Another thread's end.
    Join,
}

/// One place that an attribute look-up examined (facts: precedence of attribute access).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum AttrStep {
    /// The `__dict__` of a type of the MRO.
    TypeDict,
    /// A data descriptor found on the type decides at once.
    DataDescriptor,
    /// The instance's inline values or `__dict__`.
    InstanceDict,
    /// A non-data descriptor found on the type is bound.
    NonDataDescriptor,
    /// A plain value found on the type.
    TypeAttribute,
    /// The metatype's MRO, for an attribute of a class.
    MetatypeDict,
    /// The module's `__dict__`.
    ModuleDict,
    /// `__getattr__` is asked.
    GetattrHook,
}

/// How an attribute look-up ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum LookupEnd {
    Found,
    AttributeError,
}

/// One fact of a run.
///
/// The moment of an event is its position in the stream. What happens between two
/// [`Event::Instruction`]s of a thread belongs to the first of them. Between instructions the
/// recorded counts equal the recorded references; inside one instruction they may not.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Event {
    // ---- objects: Objects/object.c, Include/refcount.h
    /// An object begins with a count of 1. `size` is its basic block in bytes with all headers;
    /// `gc` says whether its type takes part in collection, `reused` whether a free list gave it.
    Alloc {
        gc: bool,
        reused: bool,
        obj: ObjId,
        address: u64,
        type_: ObjId,
        size: u32,
    },
    /// Its count reached zero (or the interpreter ends it): destruction begins.
    Dealloc { obj: ObjId },
    /// It is gone; `to_freelist` says whether its memory waits in a free list.
    Free { obj: ObjId, to_freelist: bool },
    /// `ob_refcnt` rose to `new` by `new - old` (usually 1).
    Incref { obj: ObjId, old: u32, new: u32 },
    /// `ob_refcnt` fell to `new`.
    Decref { obj: ObjId, old: u32, new: u32 },
    /// The object became immortal; `old` is its last count.
    Immortalize { obj: ObjId, old: u32 },
    /// `__class__` was assigned, or the type was completed.
    TypeSet { obj: ObjId, old: ObjId, new: ObjId },
    /// `sys.getsizeof` of the object changed.
    SizeSet { obj: ObjId, old: u32, new: u32 },
    /// A reference slot of `owner` changed from `old` to `new` (NULL: empty). With `owner` NULL
    /// the interpreter itself holds the reference, in a [`SlotKind::Member`] such as `sys.modules`.
    SlotSet {
        owner: ObjId,
        slot: Slot,
        old: ObjId,
        new: ObjId,
    },
    /// An item was inserted; the items from `index` on moved up by one.
    ItemInsert {
        owner: ObjId,
        index: u32,
        new: ObjId,
    },
    /// An item was removed; the items behind `index` moved down by one.
    ItemRemove {
        owner: ObjId,
        index: u32,
        old: ObjId,
    },
    /// The value of an `int` that fits.
    IntValue { obj: ObjId, value: i64 },
    /// The value of a `float`.
    FloatValue { obj: ObjId, value: f64 },
    /// The repr of any other atom (str, bytes, big int, complex, range…), cut when very long.
    ReprValue {
        obj: ObjId,
        old: TextId,
        new: TextId,
    },
    /// The name of a type, function, module or code object.
    Named {
        obj: ObjId,
        old: TextId,
        new: TextId,
    },

    // ---- memory: Objects/obmalloc.c
    /// A block of `size` requested bytes was handed out at `address`.
    BlockAlloc { address: u64, size: u32 },
    /// The block at `address`, of `size` requested bytes, came back.
    BlockFree { address: u64, size: u32 },
    /// A pool began to serve blocks of size class `class` (0: 16 bytes … 31: 512 bytes).
    PoolInit { address: u64, class: u8 },
    /// All blocks of the pool are free: it returned to its arena.
    PoolFree { address: u64, class: u8 },
    /// An arena of 1 MiB was mapped.
    ArenaNew { address: u64 },
    /// An arena was given back to the system.
    ArenaFree { address: u64 },

    // ---- frames and instructions: Python/ceval.c
    /// A frame was created for `code`, called through `function` (NULL for a module or class body).
    /// Its `localsplus` is empty.
    FramePush {
        thread: ThreadId,
        frame: FrameId,
        code: CodeId,
        function: ObjId,
    },
    /// The frame left its thread's stack: returned, or was unwound.
    FramePop {
        thread: ThreadId,
        frame: FrameId,
        code: CodeId,
        function: ObjId,
    },
    /// A generator's frame left the stack but lives on in `generator`.
    FrameSuspend {
        thread: ThreadId,
        frame: FrameId,
        generator: ObjId,
    },
    /// A generator's frame came back onto the stack.
    FrameResume {
        thread: ThreadId,
        frame: FrameId,
        generator: ObjId,
    },
    /// A suspended frame's contents were cleared without running again.
    FrameDiscard {
        frame: FrameId,
        code: CodeId,
        generator: ObjId,
    },
    /// `localsplus[index]` of a frame changed; from `co_nlocalsplus` on it is the value stack.
    FrameSlot {
        frame: FrameId,
        index: u32,
        old: ObjId,
        new: ObjId,
    },
    /// What else a new frame refers to, reported once, directly after its [`Event::FramePush`]:
    /// its code object and `f_locals` (NULL where it has none), both owned, and `f_globals`,
    /// which it owns only when it has no function.
    FrameNamespaces {
        frame: FrameId,
        code: ObjId,
        globals: ObjId,
        locals: ObjId,
    },
    /// The frame object of the frame (`sys._getframe`, tracebacks) was made or given up; owned.
    FrameObject {
        frame: FrameId,
        old: ObjId,
        new: ObjId,
    },
    /// The thread is about to execute the instruction at `offset` (code units) of `frame`;
    /// `previous` is the offset at which that frame stood before (0 in a new frame), `opcode` the live (specialized) one.
    Instruction {
        frame: FrameId,
        previous: u32,
        offset: u32,
        opcode: u8,
    },
    /// `frame` reached another source line; `old` is 0 in a new frame.
    Line { frame: FrameId, old: u32, new: u32 },
    /// A native function is entered (`function` may be NULL for a slot of a type).
    CallNative { function: ObjId, name: TextId },
    /// The innermost native function returned, or raised when `raised`.
    ReturnNative {
        function: ObjId,
        name: TextId,
        raised: bool,
    },
    /// The frame returns `value`.
    PyReturn { frame: FrameId, value: ObjId },
    /// The frame yields `value`.
    PyYield { frame: FrameId, value: ObjId },
    /// The instruction at `offset` of `code` was rewritten from `old` to `new`.
    Specialize {
        code: CodeId,
        offset: u32,
        old: u8,
        new: u8,
    },

    // ---- exceptions
    /// The thread's current exception changed (NULL: none).
    ExceptionSet {
        thread: ThreadId,
        old: ObjId,
        new: ObjId,
    },
    /// The exception that the thread is handling (`sys.exception()`) changed (NULL: none). The
    /// thread owns `new`; a suspended generator keeps its own in its `gi_exc_value`.
    HandledSet {
        thread: ThreadId,
        old: ObjId,
        new: ObjId,
    },
    /// `exception` is raised in `frame` at its current instruction.
    Raise { frame: FrameId, exception: ObjId },
    /// The exception table of `frame` sent control to the handler at `offset`.
    ExceptionHandled {
        frame: FrameId,
        exception: ObjId,
        offset: u32,
    },
    /// `exception` leaves `frame`, which has no handler for it.
    Unwind { frame: FrameId, exception: ObjId },

    // ---- attribute look-up: Objects/object.c, Objects/typeobject.c
    /// `name` is looked up on `obj`.
    LookupStart { obj: ObjId, name: TextId },
    /// One place was examined: `place` is the type, dict or hook; `found` what was there, or NULL.
    LookupStep {
        step: AttrStep,
        place: ObjId,
        found: ObjId,
    },
    /// The look-up ended with `value` (NULL when not found).
    LookupDone { end: LookupEnd, value: ObjId },

    // ---- weak references: Objects/weakrefobject.c
    /// `weakref` now refers to `referent`.
    WeakrefNew { weakref: ObjId, referent: ObjId },
    /// `weakref` was cleared.
    WeakrefClear { weakref: ObjId, referent: ObjId },
    /// The callback of `weakref` is called.
    WeakrefCallback { weakref: ObjId, callback: ObjId },
    /// The finalizer (`__del__`) of `obj` is called.
    Finalize { obj: ObjId },

    // ---- collector: Python/gc.c
    /// A pass over `generation` begins; `automatic` says whether a threshold caused it.
    GcStart { generation: u8, automatic: bool },
    /// The pass enters `phase`.
    GcPhase { phase: GcPhase },
    /// `gc_refs` of a candidate changed.
    GcRefs { obj: ObjId, old: i32, new: i32 },
    /// `obj` moved to the end of another list (also: began or ceased to be tracked).
    GcMove {
        obj: ObjId,
        from: GcList,
        to: GcList,
    },
    /// `tp_clear` is called on `obj`.
    GcClear { obj: ObjId },
    /// A finalizer revived `obj`.
    GcResurrect { obj: ObjId },
    /// The pass ended.
    GcEnd {
        generation: u8,
        collected: u32,
        uncollectable: u32,
    },
    /// The count of a generation changed (`gc.get_count()`).
    GcCount { generation: u8, old: u32, new: u32 },
    /// The threshold of a generation changed (`gc.set_threshold()`).
    GcThreshold { generation: u8, old: u32, new: u32 },
    /// `gc.enable()` or `gc.disable()`.
    GcEnabled { on: bool },

    // ---- threads: Python/ceval_gil.c
    /// A thread was started; `ident` is what `threading.get_ident()` gives.
    ThreadStart {
        thread: ThreadId,
        name: TextId,
        ident: u64,
    },
    /// A thread was given a name.
    ThreadName {
        thread: ThreadId,
        old: TextId,
        new: TextId,
    },
    /// A thread ended.
    ThreadEnd { thread: ThreadId },
    /// A thread begins to wait for the GIL.
    GilWait { thread: ThreadId },
    /// After one interval a waiter asks `holder` to let go.
    GilRequest { thread: ThreadId, holder: ThreadId },
    /// The holder lets go; `forced` when it was asked to.
    GilDrop { thread: ThreadId, forced: bool },
    /// A thread takes the GIL; `previous` ran before it.
    GilTake {
        thread: ThreadId,
        previous: ThreadId,
    },
    /// A thread blocks on `object` (a lock, or NULL for a sleep).
    ThreadBlock {
        thread: ThreadId,
        reason: WaitReason,
        object: ObjId,
    },
    /// A thread no longer blocks and may queue for the GIL.
    ThreadWake {
        thread: ThreadId,
        reason: WaitReason,
        object: ObjId,
    },
    /// `lock` was acquired by `thread`.
    LockAcquire { thread: ThreadId, lock: ObjId },
    /// `lock` was released by `thread`.
    LockRelease { thread: ThreadId, lock: ObjId },
    /// The virtual clock jumped (a sleep, a wait), in nanoseconds since the start of the run.
    /// Besides, each instruction advances it by the recording's fixed cost.
    Clock { old_nanos: u64, new_nanos: u64 },
    /// `sys.setswitchinterval`, in microseconds.
    SwitchInterval { old_micros: u32, new_micros: u32 },

    // ---- the run as a whole
    /// Text was written.
    Output { stream: Stream, text: TextId },
    /// The interpreter is ready: the program's first instruction follows.
    Ready,
    /// A module's code begins to run; `module` is its object.
    ImportStart { module: ObjId, name: TextId },
    /// A module was imported.
    ImportEnd { module: ObjId, name: TextId },
    /// The program's last instruction is done; shutdown begins.
    Finalizing,
    /// The run ended with this exit status; `reason` names a limit that stopped it.
    End { status: i32, reason: TextId },
}

const _: () = assert!(size_of::<Event>() <= 24, "stored by the million");
