//! Everything about one object: its header, who holds each count, weak references, the way from a
//! root, what would go with it, and the last attribute look-up.

use super::format::bytes;
use super::look::{Look, function_name};
use super::mro::{MergeStep, merge, mro};
use crate::analysis::{CountChange, Holder, Holders, retained, why_alive};
use crate::base::{Moment, ObjId, TextId};
use crate::events::{AttrStep, FrameId, GcList, LookupEnd, SlotKind};
use crate::trace::{FramePlace, IMMORTAL_REFCNT, Root};

/// Who holds a reference, and where, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HolderRow {
    pub who: Who,
    /// An object's repr, or a frame's name.
    pub name: String,
    pub type_name: String,
    /// The place inside the holder.
    pub place: String,
}

/// What kind of holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    Object(ObjId),
    Frame(FrameId),
    Interpreter,
}

/// One step of an attribute look-up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LookupRow {
    pub step: AttrStep,
    pub place: ObjId,
    pub place_text: String,
    pub found: bool,
}

/// An attribute look-up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LookupRows {
    pub name: String,
    pub obj: ObjId,
    pub obj_text: String,
    pub steps: Vec<LookupRow>,
    pub end: Option<(LookupEnd, ObjId, String)>,
}

/// All facts about an object at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    pub id: ObjId,
    pub type_id: ObjId,
    pub type_name: String,
    pub repr: String,
    pub address: u64,
    pub size: u32,
    /// `None`: immortal.
    pub count: Option<u32>,
    pub gc: bool,
    pub gc_list: GcList,
    pub gc_refs: Option<i32>,
    pub in_dealloc: bool,
    pub reused: bool,
    pub born: Moment,
    pub born_line: u32,
    pub born_function: String,
    pub holders: Vec<HolderRow>,
    /// Counted references that no object, frame or interpreter field accounts for: those of
    /// native code in progress.
    pub unaccounted: u32,
    /// The shortest way from a root; empty when there is none.
    pub path: Vec<HolderRow>,
    /// Objects and bytes that would go with it, itself included.
    pub retains: Option<(u64, String)>,
    pub weakrefs: Vec<ObjId>,
    pub referent: ObjId,
    pub holds: Vec<(String, ObjId)>,
    /// How many references it holds, also those not listed.
    pub held: usize,
    /// The MRO of the type, or of the object when it is a type itself.
    pub mro: Vec<(ObjId, String)>,
    pub merge: Vec<MergeStep>,
    pub lookup: Option<LookupRows>,
}

/// Holders listed at most.
const MOST_HOLDERS: usize = 200;
/// What an object holds, listed at most.
const MOST_HELD: usize = 100;

/// Looks at an object; `None` when it is not alive. Without `holders` (the heap is too large to
/// search at each step) nothing is said about who holds it and what it keeps.
pub fn inspect(look: Look<'_>, id: ObjId, holders: Option<&Holders>) -> Option<Inspection> {
    let object = look.object(id)?;
    let immortal = object.ob_refcnt == IMMORTAL_REFCNT;
    let counted = holders.filter(|_| !immortal);
    let type_for_mro = if is_type(look, id) {
        id
    } else {
        object.ob_type
    };
    let classes = mro(look, type_for_mro);
    Some(Inspection {
        id,
        type_id: object.ob_type,
        type_name: look.type_name(id).to_owned(),
        repr: look.short(id, 200),
        address: object.address,
        size: object.size,
        count: (!immortal).then_some(object.ob_refcnt),
        gc: object.gc,
        gc_list: object.gc_list,
        gc_refs: look.state.gc.pass.is_some().then_some(object.gc_refs),
        in_dealloc: object.in_dealloc,
        reused: object.reused,
        born: Moment(object.born.0 + 1),
        born_line: object.born_line,
        born_function: if object.born_line == 0 {
            String::new()
        } else {
            look.code(object.born_code)
                .map_or_else(String::new, |code| function_name(code))
        },
        unaccounted: counted.map_or(0, |holders| holders.unexplained(look.state, id)),
        holders: counted.map_or_else(Vec::new, |holders| {
            let all = holders.of_object(id).iter().take(MOST_HOLDERS);
            all.map(|&holder| describe(look, holder)).collect()
        }),
        path: counted.map_or_else(Vec::new, |holders| {
            let steps = why_alive(look.state, holders, id);
            steps
                .iter()
                .map(|step| describe(look, step.holder))
                .collect()
        }),
        retains: counted.map(|_| {
            let found = retained(look.state, id);
            (found.objects.len() as u64, bytes(found.bytes))
        }),
        weakrefs: object.weakrefs().to_vec(),
        referent: object.referent(),
        holds: object
            .slots
            .iter()
            .take(MOST_HELD)
            .map(|(slot, held)| (look.slot_name(id, slot), held))
            .collect(),
        held: object.slots.iter().count(),
        merge: merge(look, type_for_mro),
        mro: classes
            .into_iter()
            .map(|class| (class, class_name(look, class)))
            .collect(),
        lookup: lookup(look),
    })
}

/// Whether an object is a class.
fn is_type(look: Look<'_>, id: ObjId) -> bool {
    look.object(id).is_some_and(|object| {
        object.slots.named().iter().any(|&(slot, _)| {
            slot.kind == SlotKind::Member && look.text(TextId(slot.key)) == "tp_mro"
        })
    })
}

/// The name of a class.
pub fn class_name(look: Look<'_>, class: ObjId) -> String {
    look.object(class)
        .map_or("", |object| look.text(object.name))
        .to_owned()
}

/// A holder in words.
pub fn describe(look: Look<'_>, holder: Holder) -> HolderRow {
    match holder {
        Holder::Object(id, slot) => HolderRow {
            who: Who::Object(id),
            name: namespace_name(look, id).unwrap_or_else(|| look.short(id, 48)),
            type_name: look.type_name(id).to_owned(),
            place: look.slot_name(id, slot),
        },
        Holder::Root(root) => root_holder(look, root),
    }
}

/// A dict that is the namespace of a module is called by that, not by its long repr.
fn namespace_name(look: Look<'_>, id: ObjId) -> Option<String> {
    let frame = look
        .state
        .frames
        .iter()
        .find(|frame| frame.f_globals == id)?;
    let code = look.code(frame.code)?;
    let file = code
        .co_filename
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    Some(format!("globals of {file}"))
}

fn root_holder(look: Look<'_>, root: Root) -> HolderRow {
    let thread = |id, place: &str| HolderRow {
        who: Who::Interpreter,
        name: look.thread_name(id),
        type_name: "thread state".to_owned(),
        place: place.to_owned(),
    };
    match root {
        Root::Frame(id, place) => {
            let frame = look.frame(id);
            HolderRow {
                who: Who::Frame(id),
                name: frame.map_or_else(String::new, |frame| look.frame_name(frame)),
                type_name: "frame".to_owned(),
                place: match place {
                    FramePlace::Code => "f_executable".to_owned(),
                    FramePlace::Function => "f_funcobj".to_owned(),
                    FramePlace::Globals => "f_globals".to_owned(),
                    FramePlace::Locals => "f_locals".to_owned(),
                    FramePlace::FrameObject => "frame_obj".to_owned(),
                    FramePlace::Local(index) => frame.map_or_else(
                        || format!("localsplus[{index}]"),
                        |frame| look.local_name(frame, index as usize),
                    ),
                },
            }
        }
        Root::CurrentException(id) => thread(id, "current_exception"),
        Root::HandledException(id) => thread(id, "exc_info"),
        Root::Interpreter(slot) => HolderRow {
            who: Who::Interpreter,
            name: "interpreter state".to_owned(),
            type_name: "interpreter".to_owned(),
            place: match slot.kind {
                SlotKind::Item => format!("[{}]", slot.key),
                SlotKind::DictKey | SlotKind::DictValue | SlotKind::Local => {
                    format!("{:?} {}", slot.kind, slot.key)
                }
                SlotKind::Attr | SlotKind::Slot | SlotKind::Member => {
                    look.text(TextId(slot.key)).to_owned()
                }
            },
        },
    }
}

/// The look-up in progress in the running thread, or the last one.
pub fn lookup(look: Look<'_>) -> Option<LookupRows> {
    let thread = look.state.thread(look.state.running_thread())?;
    let view = thread.lookups.last().or(thread.last_lookup.as_deref())?;
    Some(LookupRows {
        name: look.text(view.name).to_owned(),
        obj: view.obj,
        obj_text: look.short(view.obj, 40),
        steps: view
            .steps
            .iter()
            .map(|&(step, place, found)| LookupRow {
                step,
                place,
                place_text: place_text(look, view.obj, step, place),
                found: !found.is_null(),
            })
            .collect(),
        end: view
            .end
            .map(|(end, value)| (end, value, look.short(value, 40))),
    })
}

/// Where a step looked: a class by its name, an instance or a module as itself.
fn place_text(look: Look<'_>, obj: ObjId, step: AttrStep, place: ObjId) -> String {
    match step {
        AttrStep::TypeDict | AttrStep::MetatypeDict => class_name(look, place),
        AttrStep::InstanceDict if place == obj => "the object itself".to_owned(),
        _ => look.short(place, 32),
    }
}

/// The words for a step of a look-up.
pub const fn step_name(step: AttrStep) -> &'static str {
    match step {
        AttrStep::TypeDict => "class",
        AttrStep::DataDescriptor => "data descriptor",
        AttrStep::InstanceDict => "instance attributes",
        AttrStep::NonDataDescriptor => "non-data descriptor, bound",
        AttrStep::TypeAttribute => "plain value of the class",
        AttrStep::MetatypeDict => "metaclass",
        AttrStep::ModuleDict => "module's __dict__",
        AttrStep::GetattrHook => "__getattr__",
    }
}

/// Why a step of a look-up comes where it does.
pub const fn step_reason(step: AttrStep) -> &'static str {
    match step {
        AttrStep::TypeDict => {
            "The classes of the MRO are searched first, in order: a data descriptor there would win."
        }
        AttrStep::DataDescriptor => {
            "What the class has defines __set__ or __delete__, so it wins over the instance."
        }
        AttrStep::InstanceDict => "No data descriptor: the instance's own attributes come next.",
        AttrStep::NonDataDescriptor => {
            "Not in the instance: what the class has defines __get__ (a function does) and is bound."
        }
        AttrStep::TypeAttribute => {
            "Not in the instance: the plain value of the class is the result."
        }
        AttrStep::MetatypeDict => "For a class, the classes of its metaclass are searched.",
        AttrStep::ModuleDict => "A module keeps its names in its __dict__.",
        AttrStep::GetattrHook => "Nothing was found, so __getattr__ is asked.",
    }
}

/// Who changed a count: the instruction, the function in C, the phase of the collector.
pub fn cause_words(look: Look<'_>, change: &CountChange) -> (String, u32) {
    let Ok(cause) = change.cause(look.recording) else {
        return (String::new(), 0);
    };
    let own = cause
        .code
        .and_then(|code| look.code(code))
        .is_some_and(|code| look.names.program() == Some(&*code.co_filename));
    let mut words = match (cause.instruction, cause.collector) {
        (_, Some(phase)) => format!("gc {}", super::collector::phase_name(phase)),
        (None, None) => "before the first instruction".to_owned(),
        (Some(_), None) => super::bytecode::opcode_name(cause.opcode).to_owned(),
    };
    if let Some(native) = cause.native {
        let name = look.text(native);
        words = format!("{words} in {name}()");
    }
    if !own && let Some(code) = cause.code.and_then(|code| look.code(code)) {
        let file = code.co_filename.rsplit(['/', '\\']).next().unwrap_or("");
        words = format!("{words} · {file}:{}", cause.line);
    }
    (words, if own { cause.line } else { 0 })
}
