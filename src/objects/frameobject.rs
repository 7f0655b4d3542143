//! Frame objects: what `sys._getframe`, tracebacks and generators show of a frame.
//!
//! Mirrors `Objects/frameobject.c`. While its frame runs, a frame object only knows the frame's
//! number; when the frame ends and somebody still holds the object, it takes the frame over.

use crate::base::{ObjId, ThreadId};
use crate::events::FrameId;

use super::codeobject::CodeRuntime;
use super::frame::{FrameOwner, InterpreterFrame};
use super::genobject::GeneratorState;
use super::heap::Reuse;
use super::methodobject::{GetSetDef, MethodDef, MethodImpl};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, TRUE, bool_obj, types};

/// `PyFrameObject`.
#[derive(Debug)]
pub struct FrameObject {
    pub frame_id: FrameId,
    /// The frame itself, once its call is over.
    pub owned: Option<Box<InterpreterFrame>>,
    /// The generator whose frame it is (borrowed), or NULL.
    pub generator: ObjId,
    /// The caller's frame object, once the call is over; owned or NULL.
    pub f_back: ObjId,
    /// Owned or NULL.
    pub f_trace: ObjId,
    pub f_trace_lines: bool,
    pub f_trace_opcodes: bool,
    /// Names that a locals proxy was given beyond the frame's variables; owned or NULL.
    pub f_extra_locals: ObjId,
    /// Slots of the frame, for the size.
    pub framesize: usize,
}

impl NativePayload for FrameObject {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("f_back", self.f_back),
            ("f_trace", self.f_trace),
            ("f_extra_locals", self.f_extra_locals),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        if let Some(frame) = &self.owned {
            frame.traverse(visit);
        }
    }

    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        if !self.f_trace.is_null() {
            dropped.push(std::mem::take(&mut self.f_trace));
        }
        if !self.f_extra_locals.is_null() {
            dropped.push(std::mem::take(&mut self.f_extra_locals));
        }
        if let Some(frame) = &mut self.owned {
            for value in &mut frame.localsplus {
                if !value.is_null() {
                    dropped.push(std::mem::take(value));
                }
            }
        }
    }

    fn release(&mut self, dropped: &mut Vec<ObjId>) {
        if let Some(frame) = &mut self.owned {
            frame.release(dropped);
        }
        for id in [
            &mut self.f_back,
            &mut self.f_trace,
            &mut self.f_extra_locals,
        ] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }

    fn ob_size(&self) -> usize {
        self.framesize
    }

    crate::native_payload_any!();
}

/// The type `frame`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "frame",
    tp_basicsize: 136,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_repr: Some(frame_repr),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("clear", MethodImpl::NoArgs(frame_clear), ""),
        MethodDef::new("__sizeof__", MethodImpl::NoArgs(frame_sizeof), ""),
    ],
    getset: &[
        GetSetDef {
            name: "f_back",
            get: get_back,
            set: None,
        },
        GetSetDef {
            name: "f_locals",
            get: get_locals,
            set: None,
        },
        GetSetDef {
            name: "f_lineno",
            get: get_lineno,
            set: None,
        },
        GetSetDef {
            name: "f_trace",
            get: get_trace,
            set: Some(set_trace),
        },
        GetSetDef {
            name: "f_globals",
            get: |vm, f| Ok(with_frame(vm, f, |frame| frame.f_globals)),
            set: None,
        },
        GetSetDef {
            name: "f_builtins",
            get: |vm, f| Ok(with_frame(vm, f, |frame| frame.f_builtins)),
            set: None,
        },
        GetSetDef {
            name: "f_code",
            get: |vm, f| Ok(with_frame(vm, f, |frame| frame.f_code)),
            set: None,
        },
        GetSetDef {
            name: "f_lasti",
            get: get_lasti,
            set: None,
        },
        GetSetDef {
            name: "f_trace_lines",
            get: |vm, f| Ok(bool_obj(frame_object(vm, f).f_trace_lines)),
            set: Some(set_trace_lines),
        },
        GetSetDef {
            name: "f_trace_opcodes",
            get: |vm, f| Ok(bool_obj(frame_object(vm, f).f_trace_opcodes)),
            set: Some(set_trace_opcodes),
        },
    ],
    ..TypeSpec::EMPTY
};

/// Where the frame of a frame object is now.
#[derive(Clone, Copy, Debug)]
pub enum FramePlace {
    /// Frame `index` of a thread; `None`: the current one.
    Running {
        thread: Option<ThreadId>,
        index: usize,
    },
    /// Suspended in a generator.
    Suspended(ObjId),
    /// In the frame object itself.
    Owned,
}

/// The frame object in slot `id`; panics when it is none, which is our bug.
pub fn frame_object(vm: &Vm, id: ObjId) -> &FrameObject {
    vm.heap.native(id).expect("the caller holds a frame object")
}

/// The same, to be changed.
pub fn frame_object_mut(vm: &mut Vm, id: ObjId) -> &mut FrameObject {
    vm.heap
        .native_mut(id)
        .expect("the caller holds a frame object")
}

/// Finds the frame of a frame object.
pub fn place_of(vm: &Vm, id: ObjId) -> FramePlace {
    let object = frame_object(vm, id);
    if object.owned.is_some() {
        return FramePlace::Owned;
    }
    let find =
        |frames: &[InterpreterFrame]| frames.iter().rposition(|f| f.frame_id == object.frame_id);
    if let Some(index) = find(&vm.tstate.frames) {
        return FramePlace::Running {
            thread: None,
            index,
        };
    }
    for (&thread, tstate) in &vm.other_tstates {
        if let Some(index) = find(&tstate.frames) {
            return FramePlace::Running {
                thread: Some(thread),
                index,
            };
        }
    }
    FramePlace::Suspended(object.generator)
}

/// The frame at a place.
pub fn frame_at(vm: &Vm, id: ObjId, place: FramePlace) -> &InterpreterFrame {
    match place {
        FramePlace::Running {
            thread: None,
            index,
        } => &vm.tstate.frames[index],
        FramePlace::Running {
            thread: Some(thread),
            index,
        } => &vm.other_tstates[&thread].frames[index],
        FramePlace::Suspended(generator) => super::genobject::generator(vm, generator)
            .frame
            .as_deref()
            .expect("a frame that neither runs nor ended is suspended"),
        FramePlace::Owned => frame_object(vm, id)
            .owned
            .as_deref()
            .expect("looked up just now"),
    }
}

/// A field of the frame as a new reference; `None` for NULL.
fn with_frame(vm: &mut Vm, id: ObjId, field: impl Fn(&InterpreterFrame) -> ObjId) -> ObjId {
    let place = place_of(vm, id);
    let value = field(frame_at(vm, id, place));
    vm.incref(if value.is_null() { NONE } else { value })
}

/// The content of `localsplus[index]` of a frame object's frame (borrowed), and a way to set it.
pub fn local_slot(vm: &Vm, id: ObjId, index: usize) -> ObjId {
    let place = place_of(vm, id);
    match place {
        FramePlace::Running {
            thread: None,
            index: at,
        } => vm.tstate.datastack[vm.tstate.frames[at].base as usize + index],
        FramePlace::Running {
            thread: Some(thread),
            index: at,
        } => {
            let tstate = &vm.other_tstates[&thread];
            tstate.datastack[tstate.frames[at].base as usize + index]
        }
        FramePlace::Suspended(_) | FramePlace::Owned => frame_at(vm, id, place)
            .localsplus
            .get(index)
            .copied()
            .unwrap_or_default(),
    }
}

/// Replaces `localsplus[index]`; gives the old content, which the caller owns.
pub fn set_local_slot(vm: &mut Vm, id: ObjId, index: usize, value: ObjId) -> ObjId {
    let place = place_of(vm, id);
    let frame_id = frame_object(vm, id).frame_id;
    let (old, running) = match place {
        FramePlace::Running {
            thread: None,
            index: at,
        } => {
            let at = vm.tstate.frames[at].base as usize + index;
            (std::mem::replace(&mut vm.tstate.datastack[at], value), true)
        }
        FramePlace::Running {
            thread: Some(thread),
            index: at,
        } => {
            let tstate = vm.other_tstates.get_mut(&thread).expect("found just now");
            let at = tstate.frames[at].base as usize + index;
            (std::mem::replace(&mut tstate.datastack[at], value), true)
        }
        FramePlace::Suspended(generator) => match vm.heap.payload_mut(generator) {
            Payload::Generator(g) => {
                let frame = g.frame.as_mut().expect("found just now");
                (
                    std::mem::replace(&mut frame.localsplus[index], value),
                    false,
                )
            }
            other => panic!("{generator:?} is no generator: {other:?}"),
        },
        FramePlace::Owned => {
            let frame = frame_object_mut(vm, id)
                .owned
                .as_mut()
                .expect("found just now");
            (
                std::mem::replace(&mut frame.localsplus[index], value),
                false,
            )
        }
    };
    if running && vm.heap.reporter.is_on() {
        vm.heap.reporter.emit(crate::events::Event::FrameSlot {
            frame: frame_id,
            index: index as u32,
            old,
            new: value,
        });
    }
    old
}

/// The instruction at which the frame stands, in code units.
pub fn instr_of(vm: &Vm, id: ObjId) -> u32 {
    match place_of(vm, id) {
        FramePlace::Running {
            thread: None,
            index,
        } => vm.frame_instr(index),
        place => frame_at(vm, id, place).prev_instr,
    }
}

/// The code of the frame.
pub fn code_of(vm: &Vm, id: ObjId) -> &std::sync::Arc<CodeRuntime> {
    let place = place_of(vm, id);
    vm.code_runtime(frame_at(vm, id, place).f_code)
}

/// The frame object of frame `index` of the current thread (`_PyFrame_GetFrameObject`): a new
/// reference.
pub fn frame_object_at(vm: &mut Vm, index: usize) -> ObjId {
    let frame = &vm.tstate.frames[index];
    if !frame.frame_obj.is_null() {
        let id = frame.frame_obj;
        return vm.incref(id);
    }
    let (frame_id, owner, code) = (frame.frame_id, frame.owner, frame.f_code);
    let id = new_frame_object(vm, frame_id, owner, code);
    vm.tstate.frames[index].frame_obj = id;
    report_frame_object(vm, frame_id, id);
    vm.incref(id)
}

/// The frame object of the innermost complete frame of any thread: a new reference; `None` when the
/// thread runs no Python code.
pub fn innermost_frame_object(vm: &mut Vm, thread: ThreadId) -> Option<ObjId> {
    if thread == vm.tstate.id {
        let complete = |&index: &usize| !vm.frame_is_incomplete(index);
        let index = (0..vm.tstate.frames.len()).rev().find(complete)?;
        return Some(frame_object_at(vm, index));
    }
    // The state of that thread stands in for the current one meanwhile.
    let other = vm.other_tstates.remove(&thread)?;
    let current = std::mem::replace(&mut vm.tstate, other);
    let found = innermost_frame_object(vm, thread);
    let other = std::mem::replace(&mut vm.tstate, current);
    vm.other_tstates.insert(thread, other);
    found
}

fn report_frame_object(vm: &mut Vm, frame: FrameId, new: ObjId) {
    if vm.heap.reporter.is_on() {
        vm.heap.reporter.emit(crate::events::Event::FrameObject {
            frame,
            old: ObjId::NULL,
            new,
        });
    }
}

fn new_frame_object(vm: &mut Vm, frame_id: FrameId, owner: FrameOwner, code: ObjId) -> ObjId {
    let framesize = vm.code_runtime(code).framesize;
    let generator = match owner {
        FrameOwner::Generator(generator) => generator,
        FrameOwner::Thread | FrameOwner::FrameObject => ObjId::NULL,
    };
    let object = FrameObject {
        frame_id,
        owned: None,
        generator,
        f_back: ObjId::NULL,
        f_trace: ObjId::NULL,
        f_trace_lines: true,
        f_trace_opcodes: false,
        f_extra_locals: ObjId::NULL,
        framesize,
    };
    // Not tracked while the frame runs.
    vm.heap.alloc(
        types::FRAME,
        Payload::Native(Box::new(object)),
        Reuse::Fresh,
    )
}

/// The frame object of a generator's frame, or `None` when it ended: a new reference.
pub fn frame_object_of_generator(vm: &mut Vm, generator: ObjId) -> ObjId {
    let g = super::genobject::generator(vm, generator);
    if g.state == GeneratorState::Cleared {
        return NONE;
    }
    if let Some(frame) = &g.frame {
        let (frame_id, owner, code, existing) =
            (frame.frame_id, frame.owner, frame.f_code, frame.frame_obj);
        if !existing.is_null() {
            return vm.incref(existing);
        }
        let id = new_frame_object(vm, frame_id, owner, code);
        if let Payload::Generator(g) = vm.heap.payload_mut(generator) {
            g.frame.as_mut().expect("looked at just now").frame_obj = id;
        }
        return vm.incref(id);
    }
    let running = vm
        .tstate
        .frames
        .iter()
        .rposition(|f| f.owner == FrameOwner::Generator(generator));
    match running {
        Some(index) => frame_object_at(vm, index),
        None => NONE,
    }
}

/// Moves a frame that has ended into its frame object, which outlives it (`take_ownership`).
pub fn take_ownership(vm: &mut Vm, id: ObjId, frame: InterpreterFrame) {
    let caller = match frame.owner {
        FrameOwner::FrameObject => vm.current_frame_index(),
        FrameOwner::Thread | FrameOwner::Generator(_) => None,
    };
    let back = match caller {
        Some(index) => frame_object_at(vm, index),
        None => ObjId::NULL,
    };
    let object = frame_object_mut(vm, id);
    object.owned = Some(Box::new(frame));
    let old = std::mem::replace(&mut object.f_back, back);
    vm.xdecref(old);
    if !vm.heap.is_tracked(id) {
        vm.heap.track(id);
    }
}

fn frame_repr(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let lineno = line_of(vm, id);
    let address = vm.heap.address(id);
    let code = code_of(vm, id);
    let (name, filename) = (code.code.co_name.clone(), code.code.co_filename.clone());
    let filename = vm.new_str(&filename);
    let filename_repr = vm.repr_string(filename)?;
    vm.decref(filename);
    Ok(vm.new_string(format!(
        "<frame at {address:#x}, file {filename_repr}, line {lineno}, code {name}>"
    )))
}

/// The line at which the frame stands.
pub fn line_of(vm: &Vm, id: ObjId) -> i32 {
    code_of(vm, id).line_of(instr_of(vm, id))
}

fn get_lineno(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let line = line_of(vm, id);
    Ok(if line < 0 {
        NONE
    } else {
        vm.new_int(i64::from(line))
    })
}

fn get_lasti(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let lasti = i64::from(instr_of(vm, id)) * 2;
    Ok(vm.new_int(lasti))
}

fn get_back(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    match place_of(vm, id) {
        FramePlace::Owned => {
            let back = frame_object(vm, id).f_back;
            Ok(vm.incref(if back.is_null() { NONE } else { back }))
        }
        FramePlace::Running {
            thread: None,
            index,
        } => {
            let back = (0..index).rev().find(|&i| !vm.frame_is_incomplete(i));
            Ok(back.map_or(NONE, |i| frame_object_at(vm, i)))
        }
        FramePlace::Running {
            thread: Some(_), ..
        }
        | FramePlace::Suspended(_) => Ok(NONE),
    }
}

fn get_trace(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let trace = frame_object(vm, id).f_trace;
    Ok(vm.incref(if trace.is_null() { NONE } else { trace }))
}

fn set_trace(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    let value = if value == NONE { ObjId::NULL } else { value };
    vm.xincref(value);
    let old = std::mem::replace(&mut frame_object_mut(vm, id).f_trace, value);
    vm.xdecref(old);
    Ok(())
}

fn set_trace_lines(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    frame_object_mut(vm, id).f_trace_lines = value == TRUE;
    Ok(())
}

fn set_trace_opcodes(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    frame_object_mut(vm, id).f_trace_opcodes = value == TRUE;
    Ok(())
}

fn frame_sizeof(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let framesize = frame_object(vm, id).framesize as i64;
    Ok(vm.new_int(136 + 8 * framesize))
}

/// `f_locals`: the namespace of a module or class, or a proxy that writes through to the variables.
fn get_locals(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let place = place_of(vm, id);
    let namespace = frame_at(vm, id, place).f_locals;
    if !namespace.is_null() {
        return Ok(vm.incref(namespace));
    }
    Ok(super::framelocals::new_proxy(vm, id))
}

/// `frame.clear()`.
fn frame_clear(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    match place_of(vm, id) {
        FramePlace::Running { .. } => {
            Err(vm.raise(types::RUNTIME_ERROR, "cannot clear an executing frame"))
        }
        FramePlace::Suspended(generator) => {
            if super::genobject::generator(vm, generator).state != GeneratorState::Created {
                return Err(vm.raise(types::RUNTIME_ERROR, "cannot clear a suspended frame"));
            }
            super::genobject::finish_without_running(vm, generator);
            Ok(NONE)
        }
        FramePlace::Owned => {
            let mut dropped = Vec::new();
            frame_object_mut(vm, id).clear(&mut dropped);
            vm.decref_all(&dropped);
            Ok(NONE)
        }
    }
}
