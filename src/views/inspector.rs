//! Everything about one object: header, holders, weak references, MRO, the way from a root.

use std::collections::{HashMap, VecDeque};

use super::look::Look;
use crate::base::{Moment, ObjId};
use crate::events::{AttrStep, FrameId, GcList, LookupEnd, SlotKind};
use crate::trace::{FramePlace, IMMORTAL_REFCNT, Root};

/// Who holds a reference, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    pub who: Who,
    /// The holder in words: an object's repr, or a frame's name.
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
    pub holders: Vec<Holder>,
    /// Counted references that no object, frame or interpreter field accounts for: those of
    /// native code in progress.
    pub unaccounted: u32,
    pub weakrefs: Vec<ObjId>,
    pub referent: ObjId,
    pub holds: Vec<(String, ObjId)>,
    pub mro: Vec<(ObjId, String)>,
    pub lookup: Option<LookupRows>,
}

/// Holders listed at most.
const MOST_HOLDERS: usize = 200;
/// What an object holds, listed at most.
const MOST_HELD: usize = 100;

/// Looks at an object; `None` when it is not alive.
pub fn inspect(look: Look<'_>, id: ObjId) -> Option<Inspection> {
    let object = look.object(id)?;
    let immortal = object.ob_refcnt == IMMORTAL_REFCNT;
    let (holders, found) = if immortal {
        (Vec::new(), 0)
    } else {
        holders(look, id)
    };
    let type_for_mro = if look.type_name(id) == "type" {
        id
    } else {
        object.ob_type
    };
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
                .map_or_else(String::new, |code| super::look::function_name(code))
        },
        unaccounted: if immortal {
            0
        } else {
            object.ob_refcnt.saturating_sub(found)
        },
        holders,
        weakrefs: object.weakrefs().to_vec(),
        referent: object.referent(),
        holds: object
            .slots
            .iter()
            .take(MOST_HELD)
            .map(|(slot, held)| (look.slot_name(id, slot), held))
            .collect(),
        mro: mro(look, type_for_mro),
        lookup: lookup(look),
    })
}

/// Every reference to an object that the recording knows; at most [`MOST_HOLDERS`] are listed, all
/// are counted.
fn holders(look: Look<'_>, target: ObjId) -> (Vec<Holder>, u32) {
    let mut list = Vec::new();
    let mut found = 0;
    let mut add = |holder: &dyn Fn() -> Holder| {
        found += 1;
        if list.len() < MOST_HOLDERS {
            list.push(holder());
        }
    };
    for (root, held) in look.state.roots().filter(|&(_, held)| held == target) {
        debug_assert_eq!(held, target);
        add(&|| root_holder(look, root));
    }
    for (id, object) in look.state.objects() {
        if object.ob_type == target {
            add(&|| object_holder(look, id, "ob_type".to_owned()));
        }
        for (slot, held) in object.slots.iter() {
            if held == target {
                add(&|| object_holder(look, id, look.slot_name(id, slot)));
            }
        }
    }
    (list, found)
}

fn object_holder(look: Look<'_>, id: ObjId, place: String) -> Holder {
    Holder {
        who: Who::Object(id),
        name: namespace_name(look, id).unwrap_or_else(|| look.short(id, 48)),
        type_name: look.type_name(id).to_owned(),
        place,
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

fn root_holder(look: Look<'_>, root: Root) -> Holder {
    let thread = |id, place: &str| Holder {
        who: Who::Interpreter,
        name: look.thread_name(id),
        type_name: "thread state".to_owned(),
        place: place.to_owned(),
    };
    match root {
        Root::Frame(id, place) => {
            let frame = look.frame(id);
            Holder {
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
        Root::Interpreter(slot) => Holder {
            who: Who::Interpreter,
            name: "interpreter state".to_owned(),
            type_name: "interpreter".to_owned(),
            place: match slot.kind {
                SlotKind::Item => format!("[{}]", slot.key),
                SlotKind::DictKey | SlotKind::DictValue | SlotKind::Local => {
                    format!("{:?} {}", slot.kind, slot.key)
                }
                SlotKind::Attr | SlotKind::Slot | SlotKind::Member => {
                    look.text(crate::base::TextId(slot.key)).to_owned()
                }
            },
        },
    }
}

/// The method resolution order of a type, as its `tp_mro` says.
fn mro(look: Look<'_>, type_id: ObjId) -> Vec<(ObjId, String)> {
    let Some(object) = look.object(type_id) else {
        return Vec::new();
    };
    let tuple = object.slots.named().iter().find(|(slot, _)| {
        slot.kind == SlotKind::Member
            && matches!(
                look.text(crate::base::TextId(slot.key)),
                "tp_mro" | "__mro__"
            )
    });
    tuple
        .and_then(|&(_, tuple)| look.object(tuple))
        .map(|tuple| {
            tuple
                .slots
                .items()
                .iter()
                .map(|&item| {
                    (
                        item,
                        look.object(item)
                            .map_or("", |o| look.text(o.name))
                            .to_owned(),
                    )
                })
                .collect()
        })
        .unwrap_or_default()
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
                place_text: look.short(place, 40),
                found: !found.is_null(),
            })
            .collect(),
        end: view
            .end
            .map(|(end, value)| (end, value, look.short(value, 40))),
    })
}

/// The words for a step of a look-up.
pub const fn step_name(step: AttrStep) -> &'static str {
    match step {
        AttrStep::TypeDict => "type's __dict__",
        AttrStep::DataDescriptor => "data descriptor on the type",
        AttrStep::InstanceDict => "instance's attributes",
        AttrStep::NonDataDescriptor => "non-data descriptor, bound",
        AttrStep::TypeAttribute => "plain value on the type",
        AttrStep::MetatypeDict => "metatype's __dict__",
        AttrStep::ModuleDict => "module's __dict__",
        AttrStep::GetattrHook => "__getattr__",
    }
}

/// The shortest chain of strong references from a root to an object: why it is alive.
pub fn why_alive(look: Look<'_>, target: ObjId) -> Option<Vec<Holder>> {
    #[derive(Clone, Copy)]
    enum From {
        Root(Root),
        Object(ObjId),
    }
    let mut reached: HashMap<ObjId, From> = HashMap::new();
    let mut queue = VecDeque::new();
    for (root, id) in look.state.roots() {
        reached.entry(id).or_insert_with(|| {
            queue.push_back(id);
            From::Root(root)
        });
    }
    while let Some(id) = queue.pop_front() {
        if id == target {
            break;
        }
        let Some(object) = look.object(id) else {
            continue;
        };
        let held = object
            .slots
            .iter()
            .map(|(_, held)| held)
            .chain([object.ob_type]);
        for held in held.filter(|held| !held.is_null()) {
            reached.entry(held).or_insert_with(|| {
                queue.push_back(held);
                From::Object(id)
            });
        }
    }
    let mut chain = Vec::new();
    let mut at = target;
    loop {
        match *reached.get(&at)? {
            From::Root(root) => {
                chain.push(root_holder(look, root));
                break;
            }
            From::Object(id) => {
                let place = look
                    .object(id)
                    .and_then(|object| object.slots.iter().find(|&(_, held)| held == at))
                    .map_or_else(
                        || "ob_type".to_owned(),
                        |(slot, _)| look.slot_name(id, slot),
                    );
                chain.push(object_holder(look, id, place));
                at = id;
            }
        }
    }
    chain.reverse();
    Some(chain)
}
