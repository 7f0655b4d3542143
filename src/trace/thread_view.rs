//! Frames and threads as the recording knows them.
//!
//! The fields keep the names of `Include/internal/pycore_frame.h` and `pycore_pystate.h`.

use serde::{Deserialize, Serialize};

use super::sharing::Shareable;
use crate::base::{ObjId, TextId, ThreadId};
use crate::events::{AttrStep, CodeId, FrameId, LookupEnd, WaitReason};

/// One activation of a code object at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FrameView {
    pub id: FrameId,
    /// On whose stack it is, or was last.
    pub thread: ThreadId,
    pub code: CodeId,
    /// The function called; NULL for a module or class body. Owned.
    pub f_funcobj: ObjId,
    /// The code object on the heap; owned.
    pub f_code: ObjId,
    /// Owned only when there is no function.
    pub f_globals: ObjId,
    /// The namespace of a module or class body; owned; NULL in a function.
    pub f_locals: ObjId,
    /// Its frame object, once asked for; owned.
    pub frame_obj: ObjId,
    /// The instruction it stands at, in code units.
    pub offset: u32,
    /// The source line it stands at; 0 before the first.
    pub line: u32,
    /// Locals, cells and free variables, and from `co_nlocalsplus` on the value stack; owned.
    /// No NULL at the end.
    pub localsplus: Vec<ObjId>,
    /// The generator that owns it, once it was suspended; NULL before.
    pub generator: ObjId,
    /// It waits in its generator, off the stack.
    pub suspended: bool,
}

impl FrameView {
    /// The references that the frame owns, each with the name of its place; places of
    /// `localsplus` come as [`FramePlace::Local`].
    pub fn references(&self) -> impl Iterator<Item = (FramePlace, ObjId)> + '_ {
        let globals = if self.f_funcobj.is_null() {
            self.f_globals
        } else {
            ObjId::NULL
        };
        let members = [
            (FramePlace::Code, self.f_code),
            (FramePlace::Function, self.f_funcobj),
            (FramePlace::Globals, globals),
            (FramePlace::Locals, self.f_locals),
            (FramePlace::FrameObject, self.frame_obj),
        ];
        let locals = (0u32..).zip(self.localsplus.iter().copied());
        members
            .into_iter()
            .chain(locals.map(|(index, id)| (FramePlace::Local(index), id)))
            .filter(|(_, id)| !id.is_null())
    }
}

/// A place of a frame that holds a reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FramePlace {
    /// `f_executable`.
    Code,
    /// `f_funcobj`.
    Function,
    /// `f_globals`, where the frame owns it.
    Globals,
    /// `f_locals`.
    Locals,
    /// `frame_obj`.
    FrameObject,
    /// `localsplus[index]`.
    Local(u32),
}

/// All frames that exist, sorted by number.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Frames {
    list: Vec<(FrameId, Shareable<FrameView>)>,
}

impl Frames {
    /// The frame with this number.
    #[inline]
    pub fn get(&self, id: FrameId) -> Option<&FrameView> {
        self.position(id).map(|at| self.list[at].1.get())
    }

    /// All frames, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &FrameView> {
        self.list.iter().map(|(_, frame)| frame.get())
    }

    /// How many frames exist.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether no frame exists.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    #[inline]
    fn position(&self, id: FrameId) -> Option<usize> {
        // The newest frame is the one that runs, most of the time.
        match self.list.last() {
            Some(last) if last.0 == id => Some(self.list.len() - 1),
            _ => self.list.binary_search_by_key(&id, |f| f.0).ok(),
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: FrameId) -> Option<&mut FrameView> {
        self.position(id).map(|at| self.list[at].1.get_mut())
    }

    pub(super) fn insert(&mut self, id: FrameId, frame: Shareable<FrameView>) {
        match self.list.binary_search_by_key(&id, |f| f.0) {
            Ok(at) => self.list[at].1 = frame,
            Err(at) => self.list.insert(at, (id, frame)),
        }
    }

    pub(super) fn remove(&mut self, id: FrameId) -> Option<Shareable<FrameView>> {
        self.position(id).map(|at| self.list.remove(at).1)
    }

    pub(super) fn share(&mut self) -> Self {
        Self {
            list: self
                .list
                .iter_mut()
                .map(|(id, frame)| (*id, frame.share()))
                .collect(),
        }
    }
}

/// What a thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum ThreadStatus {
    /// It holds the GIL.
    Running,
    /// It neither holds the GIL nor asks for it yet.
    #[default]
    Ready,
    /// It waits for the GIL and has asked the holder to let go so many times.
    Waiting { requests: u32 },
    /// It waits for something else; `object` is the lock, or NULL.
    Blocked { reason: WaitReason, object: ObjId },
    /// It is over.
    Ended,
}

/// One thread at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ThreadView {
    pub id: ThreadId,
    pub name: TextId,
    /// What `threading.get_ident()` gives.
    pub ident: u64,
    pub status: ThreadStatus,
    /// Its frames, outermost first.
    pub frames: Vec<FrameId>,
    /// `current_exception`: being raised; owned; NULL: none.
    pub current_exception: ObjId,
    /// `exc_info`: being handled, what `sys.exception()` gives; owned; NULL: none.
    pub handled_exception: ObjId,
    /// Native functions in progress, outermost first.
    pub native: Vec<NativeCall>,
    /// Attribute look-ups in progress, outermost first.
    pub lookups: Vec<LookupView>,
    /// The look-up that ended last.
    pub last_lookup: Option<Box<LookupView>>,
}

/// A native function in progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NativeCall {
    /// NULL for a slot of a type.
    pub function: ObjId,
    pub name: TextId,
    /// How many frames the thread had when it was entered.
    pub depth: u32,
}

/// An attribute look-up, in progress or done.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LookupView {
    pub obj: ObjId,
    pub name: TextId,
    /// Each place examined, and what was there (NULL: nothing).
    pub steps: Vec<(AttrStep, ObjId, ObjId)>,
    /// How it ended, and the value.
    pub end: Option<(LookupEnd, ObjId)>,
}

/// The GIL at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GilView {
    /// Who holds it.
    pub holder: Option<ThreadId>,
    /// Who held it last (equal to the holder while held).
    pub last_holder: ThreadId,
    /// `gil_drop_request`: who asked the holder to let go.
    pub drop_request: Option<ThreadId>,
    /// How often it changed hands.
    pub switches: u64,
    /// `sys.getswitchinterval()` in microseconds.
    pub interval_micros: u32,
}
