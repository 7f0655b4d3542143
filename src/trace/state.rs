//! Everything there is at one moment, rebuilt from events alone.
//!
//! A [`State`] is the fold of the first `n` events of a recording, and it equals the live
//! machine at each instruction boundary. [`State::apply`] takes one event forwards,
//! [`State::undo`] one backwards; both cost tens of nanoseconds, since objects are found by
//! their slot number and nothing is hashed. What an event destroys beyond its 24 bytes (a freed
//! object, a popped frame) waits in a bounded log; where the log ends, or for a far jump, the
//! [`Player`](super::Player) starts from a keyframe: a [`State::snapshot`] that shares its pages
//! with the state it was taken from, so it costs little until either changes.
//!
//! A recording may be damaged in ways that a checksum does not show (a foreign writer), so no
//! event can make `apply` panic or take memory out of proportion; an impossible event is
//! ignored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::memory_view::MemoryView;
use super::object_view::{IMMORTAL_REFCNT, ObjectView, Slots, Value, WeakView};
use super::sharing::{Pages, Shareable};
use super::thread_view::{
    FramePlace, FrameView, Frames, GilView, LookupView, NativeCall, ThreadStatus, ThreadView,
};
use super::undo_log::UndoLog;
use crate::base::{Moment, ObjId, TextId, ThreadId};
use crate::events::{CodeId, Event, FrameId, GcList, GcPhase, Slot, Stream};

/// A backward step reached the end of what the state remembers: start from a keyframe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NeedsKeyframe;

/// How far the run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Stage {
    /// The interpreter is being set up.
    #[default]
    Starting,
    /// The program runs.
    Running,
    /// The program is done; the interpreter shuts down.
    Finalizing,
    /// The run ended with this status; the text names a limit that stopped it.
    Ended { status: i32, reason: TextId },
}

/// A piece of output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OutputPiece {
    pub stream: Stream,
    pub text: TextId,
    /// The position of its event.
    pub moment: Moment,
}

/// A list of the collector: a doubly linked list through the objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GcListView {
    pub first: ObjId,
    pub last: ObjId,
    pub len: u32,
}

/// A pass of the collector in progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GcPass {
    pub generation: u8,
    pub automatic: bool,
    /// `None` before the first phase.
    pub phase: Option<GcPhase>,
    /// The position of its `GcStart` event.
    pub start: Moment,
}

/// The collector at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GcView {
    pub enabled: bool,
    /// `gc.get_count()`.
    pub count: [u32; 3],
    /// `gc.get_threshold()`.
    pub threshold: [u32; 3],
    pub pass: Option<GcPass>,
    /// How many passes ended so far.
    pub passes: u32,
    /// By [`GcList`]; use [`State::gc_list`].
    lists: [GcListView; 7],
}

/// Everything there is at one moment.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// How many events were applied.
    pub moment: Moment,
    objects: Pages<Option<ObjectView>>,
    pub frames: Frames,
    pub threads: Vec<ThreadView>,
    pub gil: GilView,
    pub memory: MemoryView,
    pub gc: GcView,
    /// All output so far.
    pub output: Pages<OutputPiece>,
    /// The virtual clock, in nanoseconds since the start of the run.
    pub clock_nanos: u64,
    /// What an instruction adds to the clock.
    pub instruction_nanos: u64,
    /// Instructions begun so far.
    pub instructions: u64,
    /// Objects alive.
    pub live_objects: u64,
    /// Objects made so far.
    pub made_objects: u64,
    pub stage: Stage,
    /// Modules being imported, outermost first: the module and its name.
    pub importing: Vec<(ObjId, TextId)>,
    /// Locks held, with their holders.
    pub locks: Vec<(ObjId, ThreadId)>,
    /// References that the interpreter itself holds, such as `sys.modules`.
    pub interpreter: Slots,
    /// Rewritten instructions: the opcode at first and now.
    specialized: BTreeMap<(CodeId, u32), (u8, u8)>,
    /// Places stored in all dense vectors, which bounds what bad events can claim.
    stored: u64,
    #[serde(skip)]
    log: UndoLog,
}

impl State {
    /// Before the first event; each instruction will add `instruction_nanos` to the clock.
    pub fn new(instruction_nanos: u64) -> Self {
        Self {
            moment: Moment(0),
            objects: Pages::default(),
            frames: Frames::default(),
            threads: vec![ThreadView {
                status: ThreadStatus::Running,
                ..ThreadView::default()
            }],
            gil: GilView {
                holder: Some(ThreadId(0)),
                last_holder: ThreadId(0),
                drop_request: None,
                switches: 0,
                interval_micros: 5000,
            },
            memory: MemoryView::default(),
            gc: GcView {
                enabled: true,
                count: [0; 3],
                threshold: [2000, 10, 10],
                pass: None,
                passes: 0,
                lists: [GcListView::default(); 7],
            },
            output: Pages::default(),
            clock_nanos: 0,
            instruction_nanos,
            instructions: 0,
            live_objects: 0,
            made_objects: 0,
            stage: Stage::Starting,
            importing: Vec::new(),
            locks: Vec::new(),
            interpreter: Slots::Empty,
            specialized: BTreeMap::new(),
            stored: 0,
            log: UndoLog::default(),
        }
    }

    /// A state equal to this one that shares its pages; both may go on independently.
    #[must_use]
    pub fn snapshot(&mut self) -> Self {
        Self {
            moment: self.moment,
            objects: self.objects.share(),
            frames: self.frames.share(),
            threads: self.threads.clone(),
            gil: self.gil,
            memory: self.memory.share(),
            gc: self.gc.clone(),
            output: self.output.share(),
            clock_nanos: self.clock_nanos,
            instruction_nanos: self.instruction_nanos,
            instructions: self.instructions,
            live_objects: self.live_objects,
            made_objects: self.made_objects,
            stage: self.stage,
            importing: self.importing.clone(),
            locks: self.locks.clone(),
            interpreter: self.interpreter.clone(),
            specialized: self.specialized.clone(),
            stored: self.stored,
            log: UndoLog::default(),
        }
    }

    // ---- queries

    /// The object in slot `id`, if one lives there.
    #[inline]
    pub fn object(&self, id: ObjId) -> Option<&ObjectView> {
        self.objects.get(id.index())?.as_ref()
    }

    /// Every living object, by slot.
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = (ObjId, &ObjectView)> {
        let slots = self.objects.len();
        (0..slots).filter_map(|index| {
            let object = self.objects.get(index)?.as_ref()?;
            Some((ObjId(index as u32), object))
        })
    }

    /// One more than the largest slot ever used.
    pub const fn object_slots(&self) -> usize {
        self.objects.len()
    }

    /// The name of an object's type, as a text of the recording.
    pub fn type_name(&self, id: ObjId) -> TextId {
        let type_name = |object: &ObjectView| self.object(object.ob_type).map(|t| t.name);
        self.object(id).and_then(type_name).unwrap_or_default()
    }

    /// The frame with this number, on a stack or suspended.
    #[inline]
    pub fn frame(&self, id: FrameId) -> Option<&FrameView> {
        self.frames.get(id)
    }

    /// The thread with this number.
    pub fn thread(&self, id: ThreadId) -> Option<&ThreadView> {
        self.threads.get(id.index())
    }

    /// The thread that runs, or ran last.
    pub const fn running_thread(&self) -> ThreadId {
        match self.gil.holder {
            Some(thread) => thread,
            None => self.gil.last_holder,
        }
    }

    /// The innermost frame of a thread.
    pub fn top_frame(&self, thread: ThreadId) -> Option<&FrameView> {
        self.frame(*self.thread(thread)?.frames.last()?)
    }

    /// The frames of a thread, outermost first.
    pub fn stack(&self, thread: ThreadId) -> impl DoubleEndedIterator<Item = &FrameView> {
        let ids: &[FrameId] = self.thread(thread).map_or(&[], |t| &t.frames);
        ids.iter().filter_map(|&id| self.frame(id))
    }

    /// A list of the collector: its ends and length.
    pub const fn gc_list(&self, list: GcList) -> GcListView {
        self.gc.lists[list as usize]
    }

    /// The objects of a list of the collector, in its order.
    pub fn gc_members(&self, list: GcList) -> impl Iterator<Item = (ObjId, &ObjectView)> {
        let view = self.gc_list(list);
        let find = |id: ObjId| self.object(id).map(|object| (id, object));
        std::iter::successors(find(view.first), move |(_, object)| find(object.gc_next))
            .take(view.len as usize)
    }

    /// The opcode that stands at `offset` of `code` now, if it was ever rewritten.
    pub fn specialized(&self, code: CodeId, offset: u32) -> Option<u8> {
        self.specialized.get(&(code, offset)).map(|(_, now)| *now)
    }

    /// Every counted reference that does not come from an object: frames on stacks, exceptions
    /// of threads, the interpreter's own. A suspended frame belongs to its generator, whose
    /// slots name the same references.
    pub fn roots(&self) -> impl Iterator<Item = (Root, ObjId)> + '_ {
        let frames = self
            .frames
            .iter()
            .filter(|frame| !frame.suspended)
            .flat_map(|frame| {
                frame
                    .references()
                    .map(|(place, id)| (Root::Frame(frame.id, place), id))
            });
        let threads = self.threads.iter().flat_map(|thread| {
            [
                (Root::CurrentException(thread.id), thread.current_exception),
                (Root::HandledException(thread.id), thread.handled_exception),
            ]
        });
        let interpreter = self
            .interpreter
            .iter()
            .map(|(slot, id)| (Root::Interpreter(slot), id));
        frames
            .chain(threads.filter(|(_, id)| !id.is_null()))
            .chain(interpreter)
    }

    // ---- forwards

    /// Takes one event.
    pub fn apply(&mut self, event: &Event) {
        match *event {
            Event::Alloc {
                gc,
                reused,
                obj,
                address,
                type_,
                size,
            } => {
                self.make_object(gc, reused, obj, address, type_, size);
            }
            Event::Dealloc { obj } => self.change(obj, |o| o.in_dealloc = true),
            Event::Free { obj, .. } => self.free_object(obj),
            Event::Incref { obj, new, .. } | Event::Decref { obj, new, .. } => {
                self.change(obj, |o| o.ob_refcnt = new);
            }
            Event::Immortalize { obj, .. } => self.change(obj, |o| o.ob_refcnt = IMMORTAL_REFCNT),
            Event::TypeSet { obj, new, .. } => self.change(obj, |o| o.ob_type = new),
            Event::SizeSet { obj, new, .. } => self.change(obj, |o| o.size = new),
            Event::SlotSet {
                owner, slot, new, ..
            } => self.set_slot(owner, slot, new),
            Event::ItemInsert { owner, index, new } => self.insert_item(owner, index, new),
            Event::ItemRemove { owner, index, .. } => self.remove_item(owner, index),
            Event::IntValue { obj, value } => self.change(obj, |o| o.value = Value::Int(value)),
            Event::FloatValue { obj, value } => self.change(obj, |o| o.value = Value::Float(value)),
            Event::ReprValue { obj, new, .. } => self.change(obj, |o| o.value = repr_value(new)),
            Event::Named { obj, new, .. } => self.change(obj, |o| o.name = new),

            Event::BlockAlloc { address, size } => self.memory.block_alloc(address, size),
            Event::BlockFree { address, size } => self.memory.block_free(address, size),
            Event::PoolInit { address, class } => self.memory.pool_init(address, class),
            Event::PoolFree { address, .. } => self.memory.pool_free(address),
            Event::ArenaNew { address } => self.memory.arena_new(address),
            Event::ArenaFree { address } => self.memory.arena_free(address),

            Event::FramePush {
                thread,
                frame,
                code,
                function,
            } => {
                self.push_frame(thread, frame, code, function);
            }
            Event::FramePop { thread, frame, .. } => {
                self.leave_stack(thread, frame);
                self.drop_frame(frame);
            }
            Event::FrameSuspend {
                thread,
                frame,
                generator,
            } => {
                self.leave_stack(thread, frame);
                if let Some(view) = self.frames.get_mut(frame) {
                    self.log.numbers.push(view.generator.0);
                    view.generator = generator;
                    view.suspended = true;
                }
            }
            Event::FrameResume { thread, frame, .. } => {
                if let Some(view) = self.frames.get_mut(frame) {
                    self.log.numbers.push(view.thread.0);
                    view.thread = thread;
                    view.suspended = false;
                }
                self.enter_stack(thread, frame);
            }
            Event::FrameDiscard { frame, .. } => self.drop_frame(frame),
            Event::FrameSlot {
                frame, index, new, ..
            } => self.set_local(frame, index, new),
            Event::FrameNamespaces {
                frame,
                code,
                globals,
                locals,
            } => {
                self.change_frame(frame, |f| {
                    (f.f_code, f.f_globals, f.f_locals) = (code, globals, locals);
                });
            }
            Event::FrameObject { frame, new, .. } => {
                self.change_frame(frame, |f| f.frame_obj = new);
            }
            Event::Instruction { frame, offset, .. } => {
                self.change_frame(frame, |f| f.offset = offset);
                self.instructions += 1;
                self.clock_nanos = self.clock_nanos.wrapping_add(self.instruction_nanos);
            }
            Event::Line { frame, new, .. } => self.change_frame(frame, |f| f.line = new),
            Event::CallNative { function, name } => self.enter_native(function, name),
            Event::ReturnNative { .. } => self.leave_native(),
            Event::PyReturn { .. } | Event::PyYield { .. } => {}
            Event::Specialize {
                code,
                offset,
                old,
                new,
            } => self.specialize(code, offset, old, new),

            Event::ExceptionSet { thread, new, .. } => {
                self.change_thread(thread, |t| t.current_exception = new);
            }
            Event::HandledSet { thread, new, .. } => {
                self.change_thread(thread, |t| t.handled_exception = new);
            }
            Event::Raise { .. } | Event::ExceptionHandled { .. } | Event::Unwind { .. } => {}

            Event::LookupStart { obj, name } => {
                let lookup = LookupView {
                    obj,
                    name,
                    ..LookupView::default()
                };
                self.change_running(|t| t.lookups.push(lookup));
            }
            Event::LookupStep { step, place, found } => self.change_running(|t| {
                if let Some(lookup) = t.lookups.last_mut() {
                    lookup.steps.push((step, place, found));
                }
            }),
            Event::LookupDone { end, value } => self.finish_lookup(end, value),

            Event::WeakrefNew { weakref, referent } => self.make_weakref(weakref, referent),
            Event::WeakrefClear { weakref, referent } => self.clear_weakref(weakref, referent),
            Event::WeakrefCallback { .. } | Event::Finalize { .. } => {}

            Event::GcStart {
                generation,
                automatic,
            } => {
                let start = self.moment;
                self.log.passes.push(self.gc.pass);
                self.gc.pass = Some(GcPass {
                    generation,
                    automatic,
                    phase: None,
                    start,
                });
            }
            Event::GcPhase { phase } => {
                self.log.passes.push(self.gc.pass);
                if let Some(pass) = &mut self.gc.pass {
                    pass.phase = Some(phase);
                }
            }
            Event::GcRefs { obj, new, .. } => self.change(obj, |o| o.gc_refs = new),
            Event::GcMove { obj, to, .. } => {
                let prev = self.gc_unlink(obj);
                self.log.gc_prev.push(prev);
                self.gc_link(obj, to, None);
            }
            Event::GcClear { .. } | Event::GcResurrect { .. } => {}
            Event::GcEnd { .. } => {
                self.log.passes.push(self.gc.pass.take());
                self.gc.passes += 1;
            }
            Event::GcCount {
                generation, new, ..
            } => set_generation(&mut self.gc.count, generation, new),
            Event::GcThreshold {
                generation, new, ..
            } => {
                set_generation(&mut self.gc.threshold, generation, new);
            }
            Event::GcEnabled { on } => {
                self.log.numbers.push(u32::from(self.gc.enabled));
                self.gc.enabled = on;
            }

            Event::ThreadStart {
                thread,
                name,
                ident,
            } => self.start_thread(thread, name, ident),
            Event::ThreadName { thread, new, .. } => self.change_thread(thread, |t| t.name = new),
            Event::ThreadEnd { thread } => self.set_status(thread, ThreadStatus::Ended),
            Event::GilWait { thread } => {
                self.set_status(thread, ThreadStatus::Waiting { requests: 0 });
            }
            Event::GilRequest { thread, .. } => {
                let requests = match self.thread(thread).map(|t| t.status) {
                    Some(ThreadStatus::Waiting { requests }) => requests + 1,
                    _ => 1,
                };
                self.set_status(thread, ThreadStatus::Waiting { requests });
                self.gil.drop_request = Some(thread);
            }
            Event::GilDrop { thread, .. } => {
                // A thread that blocks or ends says so before it lets go.
                let status = match self.thread(thread).map(|t| t.status) {
                    Some(ThreadStatus::Running) | None => ThreadStatus::Ready,
                    Some(status) => status,
                };
                self.set_status(thread, status);
                self.gil.holder = None;
                self.gil.drop_request = None;
            }
            Event::GilTake { thread, previous } => {
                self.set_status(thread, ThreadStatus::Running);
                self.gil.holder = Some(thread);
                self.gil.last_holder = thread;
                self.gil.switches += u64::from(thread != previous);
            }
            Event::ThreadBlock {
                thread,
                reason,
                object,
            } => {
                self.set_status(thread, ThreadStatus::Blocked { reason, object });
            }
            Event::ThreadWake { thread, .. } => self.set_status(thread, ThreadStatus::Ready),
            Event::LockAcquire { thread, lock } => self.locks.push((lock, thread)),
            Event::LockRelease { thread, lock } => {
                let at = self.locks.iter().rposition(|&held| held == (lock, thread));
                self.log.numbers.push(at.map_or(u32::MAX, |at| at as u32));
                if let Some(at) = at {
                    self.locks.remove(at);
                }
            }
            Event::Clock { new_nanos, .. } => self.clock_nanos = new_nanos,
            Event::SwitchInterval { new_micros, .. } => self.gil.interval_micros = new_micros,

            Event::Output { stream, text } => {
                self.output.push(OutputPiece {
                    stream,
                    text,
                    moment: self.moment,
                });
            }
            Event::Ready => self.enter_stage(Stage::Running),
            Event::ImportStart { module, name } => self.importing.push((module, name)),
            Event::ImportEnd { .. } => {
                self.importing.pop();
            }
            Event::Finalizing => self.enter_stage(Stage::Finalizing),
            Event::End { status, reason } => self.enter_stage(Stage::Ended { status, reason }),
        }
        self.moment.0 += 1;
    }

    // ---- backwards

    /// Takes back the event applied last. After an error the state is of no use.
    pub fn undo(&mut self, event: &Event) -> Result<(), NeedsKeyframe> {
        self.moment.0 = self.moment.0.checked_sub(1).ok_or(NeedsKeyframe)?;
        match *event {
            Event::Alloc { obj, .. } => {
                if let Some(slot) = self.objects.get_mut(obj.index()) {
                    *slot = None;
                    self.live_objects = self.live_objects.saturating_sub(1);
                    self.made_objects = self.made_objects.saturating_sub(1);
                }
                self.trim_objects();
            }
            Event::Dealloc { obj } => self.change(obj, |o| o.in_dealloc = false),
            Event::Free { obj, .. } => self.restore_object(obj)?,
            Event::Incref { obj, old, .. }
            | Event::Decref { obj, old, .. }
            | Event::Immortalize { obj, old } => self.change(obj, |o| o.ob_refcnt = old),
            Event::TypeSet { obj, old, .. } => self.change(obj, |o| o.ob_type = old),
            Event::SizeSet { obj, old, .. } => self.change(obj, |o| o.size = old),
            Event::SlotSet {
                owner, slot, old, ..
            } => self.set_slot(owner, slot, old),
            Event::ItemInsert { owner, index, .. } => self.remove_item(owner, index),
            Event::ItemRemove { owner, index, old } => self.insert_item(owner, index, old),
            Event::IntValue { obj, .. } | Event::FloatValue { obj, .. } => {
                self.change(obj, |o| o.value = Value::None);
            }
            Event::ReprValue { obj, old, .. } => self.change(obj, |o| o.value = repr_value(old)),
            Event::Named { obj, old, .. } => self.change(obj, |o| o.name = old),

            Event::BlockAlloc { address, size } => self.memory.block_free(address, size),
            Event::BlockFree { address, size } => self.memory.block_alloc(address, size),
            Event::PoolInit { address, .. } => self.memory.pool_free(address),
            Event::PoolFree { address, class } => self.memory.pool_init(address, class),
            Event::ArenaNew { address } => self.memory.arena_free(address),
            Event::ArenaFree { address } => self.memory.arena_new(address),

            Event::FramePush { thread, frame, .. } => {
                self.leave_stack(thread, frame);
                self.remove_frame(frame);
            }
            Event::FramePop { thread, frame, .. } => {
                self.restore_frame(frame)?;
                self.enter_stack(thread, frame);
            }
            Event::FrameSuspend { thread, frame, .. } => {
                if let Some(view) = self.frames.get_mut(frame) {
                    view.generator = ObjId(self.log.numbers.pop()?);
                    view.suspended = false;
                }
                self.enter_stack(thread, frame);
            }
            Event::FrameResume { thread, frame, .. } => {
                self.leave_stack(thread, frame);
                if let Some(view) = self.frames.get_mut(frame) {
                    view.thread = ThreadId(self.log.numbers.pop()?);
                    view.suspended = true;
                }
            }
            Event::FrameDiscard { frame, .. } => self.restore_frame(frame)?,
            Event::FrameSlot {
                frame, index, old, ..
            } => self.set_local(frame, index, old),
            Event::FrameNamespaces { frame, .. } => self.change_frame(frame, |f| {
                (f.f_code, f.f_globals, f.f_locals) = (ObjId::NULL, ObjId::NULL, ObjId::NULL);
            }),
            Event::FrameObject { frame, old, .. } => {
                self.change_frame(frame, |f| f.frame_obj = old);
            }
            Event::Instruction {
                frame, previous, ..
            } => {
                self.change_frame(frame, |f| f.offset = previous);
                self.instructions = self.instructions.saturating_sub(1);
                self.clock_nanos = self.clock_nanos.wrapping_sub(self.instruction_nanos);
            }
            Event::Line { frame, old, .. } => self.change_frame(frame, |f| f.line = old),
            Event::CallNative { .. } => self.leave_native(),
            Event::ReturnNative { function, name, .. } => self.enter_native(function, name),
            Event::PyReturn { .. } | Event::PyYield { .. } => {}
            Event::Specialize {
                code,
                offset,
                old,
                new,
            } => self.specialize(code, offset, new, old),

            Event::ExceptionSet { thread, old, .. } => {
                self.change_thread(thread, |t| t.current_exception = old);
            }
            Event::HandledSet { thread, old, .. } => {
                self.change_thread(thread, |t| t.handled_exception = old);
            }
            Event::Raise { .. } | Event::ExceptionHandled { .. } | Event::Unwind { .. } => {}

            Event::LookupStart { .. } => self.change_running(|t| {
                t.lookups.pop();
            }),
            Event::LookupStep { .. } => self.change_running(|t| {
                if let Some(lookup) = t.lookups.last_mut() {
                    lookup.steps.pop();
                }
            }),
            Event::LookupDone { .. } => {
                let before = self.log.lookups.pop()?;
                self.change_running(|t| {
                    let done = std::mem::replace(&mut t.last_lookup, before);
                    if let Some(mut lookup) = done {
                        lookup.end = None;
                        t.lookups.push(*lookup);
                    }
                });
            }

            Event::WeakrefNew { weakref, referent } => self.unmake_weakref(weakref, referent),
            Event::WeakrefClear { weakref, referent } => self.restore_weakref(weakref, referent)?,
            Event::WeakrefCallback { .. } | Event::Finalize { .. } => {}

            Event::GcStart { .. } | Event::GcPhase { .. } => {
                self.gc.pass = self.log.passes.pop()?;
            }
            Event::GcRefs { obj, old, .. } => self.change(obj, |o| o.gc_refs = old),
            Event::GcMove { obj, from, .. } => {
                let prev = self.log.gc_prev.pop()?;
                self.gc_unlink(obj);
                self.gc_link(obj, from, Some(prev));
            }
            Event::GcClear { .. } | Event::GcResurrect { .. } => {}
            Event::GcEnd { .. } => {
                self.gc.pass = self.log.passes.pop()?;
                self.gc.passes = self.gc.passes.saturating_sub(1);
            }
            Event::GcCount {
                generation, old, ..
            } => set_generation(&mut self.gc.count, generation, old),
            Event::GcThreshold {
                generation, old, ..
            } => {
                set_generation(&mut self.gc.threshold, generation, old);
            }
            Event::GcEnabled { .. } => self.gc.enabled = self.log.numbers.pop()? != 0,

            Event::ThreadStart { thread, .. } => self.unstart_thread(thread)?,
            Event::ThreadName { thread, old, .. } => self.change_thread(thread, |t| t.name = old),
            Event::ThreadEnd { thread }
            | Event::GilWait { thread }
            | Event::GilRequest { thread, .. }
            | Event::ThreadBlock { thread, .. }
            | Event::ThreadWake { thread, .. } => self.restore_status(thread)?,
            Event::GilDrop { thread, .. } => {
                self.restore_status(thread)?;
                self.gil.holder = Some(thread);
            }
            Event::GilTake { thread, previous } => {
                self.restore_status(thread)?;
                self.gil.holder = None;
                self.gil.last_holder = previous;
                let changed = u64::from(thread != previous);
                self.gil.switches = self.gil.switches.saturating_sub(changed);
            }
            Event::LockAcquire { .. } => {
                self.locks.pop();
            }
            Event::LockRelease { thread, lock } => {
                let at = self.log.numbers.pop()? as usize;
                if at <= self.locks.len() {
                    self.locks.insert(at, (lock, thread));
                }
            }
            Event::Clock { old_nanos, .. } => self.clock_nanos = old_nanos,
            Event::SwitchInterval { old_micros, .. } => self.gil.interval_micros = old_micros,

            Event::Output { .. } => {
                self.output.pop();
            }
            Event::Ready | Event::Finalizing | Event::End { .. } => {
                self.stage = self.log.stages.pop()?;
            }
            Event::ImportStart { .. } => {
                self.importing.pop();
            }
            Event::ImportEnd { module, name } => self.importing.push((module, name)),
        }
        Ok(())
    }
}

/// Where a reference comes from that no object holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    /// A frame, on a stack or suspended.
    Frame(FrameId, FramePlace),
    /// The exception that a thread is raising.
    CurrentException(ThreadId),
    /// The exception that a thread is handling.
    HandledException(ThreadId),
    /// The interpreter.
    Interpreter(Slot),
}

const fn repr_value(text: TextId) -> Value {
    if text.0 == 0 {
        Value::None
    } else {
        Value::Repr(text)
    }
}

const fn set_generation(values: &mut [u32; 3], generation: u8, value: u32) {
    if (generation as usize) < values.len() {
        values[generation as usize] = value;
    }
}

/// The parts of `apply` and `undo` that take more than a line.
impl State {
    #[inline]
    fn change(&mut self, obj: ObjId, change: impl FnOnce(&mut ObjectView)) {
        if let Some(Some(object)) = self.objects.get_mut(obj.index()) {
            change(object);
        }
    }

    #[inline]
    fn change_frame(&mut self, frame: FrameId, change: impl FnOnce(&mut FrameView)) {
        if let Some(view) = self.frames.get_mut(frame) {
            change(view);
        }
    }

    #[inline]
    fn change_thread(&mut self, thread: ThreadId, change: impl FnOnce(&mut ThreadView)) {
        if let Some(view) = self.threads.get_mut(thread.index()) {
            change(view);
        }
    }

    #[inline]
    fn change_running(&mut self, change: impl FnOnce(&mut ThreadView)) {
        self.change_thread(self.running_thread(), change);
    }

    /// How many more places dense vectors may store: a valid stream never needs more than a
    /// few places for each event.
    fn room(&self) -> usize {
        ((1 << 20) + 32 * self.moment.0).saturating_sub(self.stored) as usize
    }

    fn make_object(
        &mut self,
        gc: bool,
        reused: bool,
        obj: ObjId,
        address: u64,
        ob_type: ObjId,
        size: u32,
    ) {
        if u64::from(obj.0) > (1 << 17) + self.moment.0 {
            return;
        }
        while self.objects.len() <= obj.index() {
            self.objects.push(None);
        }
        let top = self.top_frame(self.running_thread());
        let (born_code, born_line) = top.map_or_else(Default::default, |f| (f.code, f.line));
        let born = self.moment;
        if let Some(slot) = self.objects.get_mut(obj.index()) {
            *slot = Some(ObjectView {
                ob_type,
                ob_refcnt: 1,
                address,
                size,
                gc,
                reused,
                in_dealloc: false,
                gc_list: GcList::Untracked,
                gc_prev: ObjId::NULL,
                gc_next: ObjId::NULL,
                gc_refs: 0,
                born,
                born_code,
                born_line,
                name: TextId(0),
                value: Value::None,
                slots: Slots::Empty,
                weak: None,
            });
            self.live_objects += 1;
            self.made_objects += 1;
        }
    }

    fn free_object(&mut self, obj: ObjId) {
        if self.object(obj).is_some_and(ObjectView::is_tracked) {
            let prev = self.gc_unlink(obj);
            self.change(obj, |o| o.gc_prev = prev);
        }
        if let Some(slot) = self.objects.get_mut(obj.index())
            && let Some(object) = slot.take()
        {
            self.stored = self.stored.saturating_sub(object.slots.stored() as u64);
            self.live_objects = self.live_objects.saturating_sub(1);
            self.log.objects.push(object);
            self.trim_objects();
        }
    }

    /// Keeps no empty slot at the end.
    fn trim_objects(&mut self) {
        while let Some(None) = self.objects.last() {
            self.objects.pop();
        }
    }

    fn restore_object(&mut self, obj: ObjId) -> Result<(), NeedsKeyframe> {
        let mut object = self.log.objects.pop()?;
        let list = std::mem::replace(&mut object.gc_list, GcList::Untracked);
        let prev = std::mem::take(&mut object.gc_prev);
        object.gc_next = ObjId::NULL;
        self.stored += object.slots.stored() as u64;
        self.live_objects += 1;
        while self.objects.len() <= obj.index() {
            self.objects.push(None);
        }
        if let Some(slot) = self.objects.get_mut(obj.index()) {
            *slot = Some(object);
        }
        self.gc_link(obj, list, Some(prev));
        Ok(())
    }

    #[inline]
    fn set_slot(&mut self, owner: ObjId, slot: Slot, value: ObjId) {
        let room = self.room();
        if owner.is_null() {
            self.interpreter.set(slot, value, room);
            return;
        }
        if let Some(Some(object)) = self.objects.get_mut(owner.index()) {
            let before = object.slots.stored() as u64;
            object.slots.set(slot, value, room);
            self.stored = (self.stored + object.slots.stored() as u64).saturating_sub(before);
        }
    }

    fn insert_item(&mut self, owner: ObjId, index: u32, value: ObjId) {
        if let Some(Some(object)) = self.objects.get_mut(owner.index()) {
            object.slots.insert_item(index, value);
            self.stored += 1;
        }
    }

    fn remove_item(&mut self, owner: ObjId, index: u32) {
        if let Some(Some(object)) = self.objects.get_mut(owner.index()) {
            let before = object.slots.stored() as u64;
            object.slots.remove_item(index);
            self.stored = (self.stored + object.slots.stored() as u64).saturating_sub(before);
        }
    }

    fn push_frame(&mut self, thread: ThreadId, frame: FrameId, code: CodeId, function: ObjId) {
        let view = FrameView {
            id: frame,
            thread,
            code,
            f_funcobj: function,
            ..FrameView::default()
        };
        self.frames.insert(frame, Shareable::new(view));
        self.enter_stack(thread, frame);
    }

    fn enter_stack(&mut self, thread: ThreadId, frame: FrameId) {
        self.change_thread(thread, |t| t.frames.push(frame));
    }

    fn leave_stack(&mut self, thread: ThreadId, frame: FrameId) {
        self.change_thread(thread, |t| {
            if let Some(at) = t.frames.iter().rposition(|&id| id == frame) {
                t.frames.remove(at);
            }
        });
    }

    fn remove_frame(&mut self, frame: FrameId) -> Option<Shareable<FrameView>> {
        let view = self.frames.remove(frame)?;
        self.stored = self
            .stored
            .saturating_sub(view.get().localsplus.len() as u64);
        Some(view)
    }

    fn drop_frame(&mut self, frame: FrameId) {
        if let Some(view) = self.remove_frame(frame) {
            self.log.frames.push(view);
        }
    }

    fn restore_frame(&mut self, frame: FrameId) -> Result<(), NeedsKeyframe> {
        let view = self.log.frames.pop()?;
        self.stored += view.get().localsplus.len() as u64;
        self.frames.insert(frame, view);
        Ok(())
    }

    #[inline]
    fn set_local(&mut self, frame: FrameId, index: u32, value: ObjId) {
        let room = self.room();
        let Some(view) = self.frames.get_mut(frame) else {
            return;
        };
        let locals = &mut view.localsplus;
        let index = index as usize;
        if index < locals.len() {
            locals[index] = value;
            if value.is_null() && index + 1 == locals.len() {
                while locals.last() == Some(&ObjId::NULL) {
                    locals.pop();
                    self.stored = self.stored.saturating_sub(1);
                }
            }
        } else if !value.is_null() && index - locals.len() < room {
            self.stored += (index + 1 - locals.len()) as u64;
            locals.resize(index, ObjId::NULL);
            locals.push(value);
        }
    }

    fn enter_native(&mut self, function: ObjId, name: TextId) {
        self.change_running(|t| {
            t.native.push(NativeCall {
                function,
                name,
                depth: t.frames.len() as u32,
            });
        });
    }

    fn leave_native(&mut self) {
        self.change_running(|t| {
            t.native.pop();
        });
    }

    fn specialize(&mut self, code: CodeId, offset: u32, before: u8, after: u8) {
        let entry = self
            .specialized
            .entry((code, offset))
            .or_insert((before, before));
        entry.1 = after;
        if entry.0 == entry.1 {
            self.specialized.remove(&(code, offset));
        }
    }

    fn finish_lookup(&mut self, end: crate::events::LookupEnd, value: ObjId) {
        let thread = self.running_thread();
        let Some(view) = self.threads.get_mut(thread.index()) else {
            return;
        };
        let done = view.lookups.pop().map(|mut lookup| {
            lookup.end = Some((end, value));
            Box::new(lookup)
        });
        let before = std::mem::replace(&mut view.last_lookup, done);
        self.log.lookups.push(before);
    }

    fn make_weakref(&mut self, weakref: ObjId, referent: ObjId) {
        self.change_weak(referent, |weak| weak.weakrefs.push(weakref));
        self.change_weak(weakref, |weak| weak.referent = referent);
    }

    fn unmake_weakref(&mut self, weakref: ObjId, referent: ObjId) {
        self.change_weak(referent, |weak| {
            weak.weakrefs.pop();
        });
        self.change_weak(weakref, |weak| weak.referent = ObjId::NULL);
    }

    fn clear_weakref(&mut self, weakref: ObjId, referent: ObjId) {
        let mut at = u32::MAX;
        self.change_weak(referent, |weak| {
            if let Some(found) = weak.weakrefs.iter().position(|&id| id == weakref) {
                weak.weakrefs.remove(found);
                at = found as u32;
            }
        });
        self.log.numbers.push(at);
        self.change_weak(weakref, |weak| weak.referent = ObjId::NULL);
    }

    fn restore_weakref(&mut self, weakref: ObjId, referent: ObjId) -> Result<(), NeedsKeyframe> {
        let at = self.log.numbers.pop()? as usize;
        self.change_weak(referent, |weak| {
            if at <= weak.weakrefs.len() {
                weak.weakrefs.insert(at, weakref);
            }
        });
        self.change_weak(weakref, |weak| weak.referent = referent);
        Ok(())
    }

    fn change_weak(&mut self, obj: ObjId, change: impl FnOnce(&mut WeakView)) {
        self.change(obj, |object| {
            let weak = object.weak.get_or_insert_default();
            change(weak);
            if **weak == WeakView::default() {
                object.weak = None;
            }
        });
    }

    /// Takes an object off its list and gives the object before it.
    fn gc_unlink(&mut self, obj: ObjId) -> ObjId {
        let Some(object) = self.object(obj) else {
            return ObjId::NULL;
        };
        let (list, prev, next) = (object.gc_list, object.gc_prev, object.gc_next);
        if list == GcList::Untracked {
            return ObjId::NULL;
        }
        let ends = &mut self.gc.lists[list as usize];
        ends.len = ends.len.saturating_sub(1);
        if prev.is_null() {
            ends.first = next;
        }
        if next.is_null() {
            ends.last = prev;
        }
        self.change(prev, |o| o.gc_next = next);
        self.change(next, |o| o.gc_prev = prev);
        self.change(obj, |o| {
            o.gc_list = GcList::Untracked;
            (o.gc_prev, o.gc_next) = (ObjId::NULL, ObjId::NULL);
        });
        prev
    }

    /// Puts an object on a list: behind `after` (NULL: first), or last without one.
    fn gc_link(&mut self, obj: ObjId, list: GcList, after: Option<ObjId>) {
        if list == GcList::Untracked || self.object(obj).is_none() {
            return;
        }
        let ends = self.gc.lists[list as usize];
        let prev = after.unwrap_or(ends.last);
        let next = if prev.is_null() {
            ends.first
        } else {
            self.object(prev).map_or(ObjId::NULL, |o| o.gc_next)
        };
        let ends = &mut self.gc.lists[list as usize];
        ends.len += 1;
        if prev.is_null() {
            ends.first = obj;
        }
        if next.is_null() {
            ends.last = obj;
        }
        self.change(prev, |o| o.gc_next = obj);
        self.change(next, |o| o.gc_prev = obj);
        self.change(obj, |o| {
            o.gc_list = list;
            (o.gc_prev, o.gc_next) = (prev, next);
        });
    }

    /// A thread begins. The main thread exists from the start, and only learns its name here.
    fn start_thread(&mut self, thread: ThreadId, name: TextId, ident: u64) {
        if thread.index() == self.threads.len() {
            self.threads.push(ThreadView {
                id: thread,
                ..ThreadView::default()
            });
        }
        self.change_thread(thread, |t| (t.name, t.ident) = (name, ident));
    }

    fn unstart_thread(&mut self, thread: ThreadId) -> Result<(), NeedsKeyframe> {
        if thread.0 == 0 {
            self.change_thread(thread, |t| (t.name, t.ident) = (TextId(0), 0));
            return Ok(());
        }
        self.threads.pop().map(|_| ()).ok_or(NeedsKeyframe)
    }

    fn set_status(&mut self, thread: ThreadId, status: ThreadStatus) {
        let drop_request = self.gil.drop_request;
        let before = self.thread(thread).map(|t| t.status).unwrap_or_default();
        self.log.statuses.push((before, drop_request));
        self.change_thread(thread, |t| t.status = status);
    }

    fn restore_status(&mut self, thread: ThreadId) -> Result<(), NeedsKeyframe> {
        let (status, drop_request) = self.log.statuses.pop()?;
        self.gil.drop_request = drop_request;
        self.change_thread(thread, |t| t.status = status);
        Ok(())
    }

    fn enter_stage(&mut self, stage: Stage) {
        self.log.stages.push(self.stage);
        self.stage = stage;
    }
}
