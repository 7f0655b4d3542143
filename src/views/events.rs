//! Events in words, and the groups by which the Events panel filters them.

use super::look::{Look, function_name};
use crate::base::{Moment, ObjId};
use crate::events::{CodeId, Event, FrameId};
use crate::trace::summary::subject;

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    Counts,
    Objects,
    Memory,
    Frames,
    Instructions,
    Lines,
    Exceptions,
    Lookups,
    Weakrefs,
    Collector,
    Threads,
    Run,
}

impl Group {
    /// All groups, in the order of the filter.
    pub const ALL: [Self; 12] = [
        Self::Lines,
        Self::Instructions,
        Self::Frames,
        Self::Objects,
        Self::Counts,
        Self::Lookups,
        Self::Exceptions,
        Self::Weakrefs,
        Self::Collector,
        Self::Threads,
        Self::Memory,
        Self::Run,
    ];

    /// The word on the filter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counts => "Counts",
            Self::Objects => "Objects",
            Self::Memory => "Memory",
            Self::Frames => "Frames",
            Self::Instructions => "Instructions",
            Self::Lines => "Lines",
            Self::Exceptions => "Exceptions",
            Self::Lookups => "Look-ups",
            Self::Weakrefs => "Weak references",
            Self::Collector => "Collector",
            Self::Threads => "Threads",
            Self::Run => "Output and run",
        }
    }

    /// The group of an event.
    pub const fn of(event: &Event) -> Self {
        match event {
            Event::Incref { .. } | Event::Decref { .. } | Event::Immortalize { .. } => Self::Counts,
            Event::Alloc { .. }
            | Event::Dealloc { .. }
            | Event::Free { .. }
            | Event::TypeSet { .. }
            | Event::SizeSet { .. }
            | Event::SlotSet { .. }
            | Event::ItemInsert { .. }
            | Event::ItemRemove { .. }
            | Event::IntValue { .. }
            | Event::FloatValue { .. }
            | Event::ReprValue { .. }
            | Event::Named { .. } => Self::Objects,
            Event::BlockAlloc { .. }
            | Event::BlockFree { .. }
            | Event::PoolInit { .. }
            | Event::PoolFree { .. }
            | Event::ArenaNew { .. }
            | Event::ArenaFree { .. } => Self::Memory,
            Event::Instruction { .. } | Event::Specialize { .. } => Self::Instructions,
            Event::Line { .. } => Self::Lines,
            Event::ExceptionSet { .. }
            | Event::HandledSet { .. }
            | Event::Raise { .. }
            | Event::ExceptionHandled { .. }
            | Event::Unwind { .. } => Self::Exceptions,
            Event::LookupStart { .. } | Event::LookupStep { .. } | Event::LookupDone { .. } => {
                Self::Lookups
            }
            Event::WeakrefNew { .. }
            | Event::WeakrefClear { .. }
            | Event::WeakrefCallback { .. }
            | Event::Finalize { .. } => Self::Weakrefs,
            Event::GcStart { .. }
            | Event::GcPhase { .. }
            | Event::GcRefs { .. }
            | Event::GcMove { .. }
            | Event::GcClear { .. }
            | Event::GcResurrect { .. }
            | Event::GcEnd { .. }
            | Event::GcCount { .. }
            | Event::GcThreshold { .. }
            | Event::GcEnabled { .. } => Self::Collector,
            Event::ThreadStart { .. }
            | Event::ThreadName { .. }
            | Event::ThreadEnd { .. }
            | Event::GilWait { .. }
            | Event::GilRequest { .. }
            | Event::GilDrop { .. }
            | Event::GilTake { .. }
            | Event::ThreadBlock { .. }
            | Event::ThreadWake { .. }
            | Event::LockAcquire { .. }
            | Event::LockRelease { .. }
            | Event::Clock { .. }
            | Event::SwitchInterval { .. } => Self::Threads,
            Event::Output { .. }
            | Event::Ready
            | Event::ImportStart { .. }
            | Event::ImportEnd { .. }
            | Event::Finalizing
            | Event::End { .. } => Self::Run,
            _ => Self::Frames,
        }
    }
}

/// One row of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventRow {
    pub kind: String,
    pub group: Group,
    pub text: String,
    /// The object it is about, when that lives at the moment shown.
    pub object: Option<ObjId>,
}

/// An event at a position, in words.
pub fn row(look: Look<'_>, position: Moment, event: &Event) -> EventRow {
    let debug = format!("{event:?}");
    let kind = debug
        .split([' ', '('])
        .next()
        .unwrap_or_default()
        .to_owned();
    let object = |id: ObjId| -> String {
        match look.object(id) {
            _ if id.is_null() => "NULL".to_owned(),
            // The slot may name another object by now; only the same one may lend its name.
            Some(view) if view.born <= position => {
                format!("{} {}", look.type_name(id), look.short(id, 40))
            }
            Some(_) | None => format!("object {}", id.0),
        }
    };
    let frame = |id: FrameId| {
        look.frame(id)
            .map_or_else(|| format!("frame {}", id.0), |frame| look.frame_name(frame))
    };
    let code = |id: CodeId| {
        look.code(id)
            .map_or_else(String::new, |code| function_name(code))
    };
    let text = match *event {
        Event::Alloc {
            obj, size, address, ..
        } => format!("{} · {size} B at {address:#x}", object(obj)),
        Event::Incref { obj, old, new } | Event::Decref { obj, old, new } => {
            format!("{old} → {new}  {}", object(obj))
        }
        Event::SlotSet {
            owner,
            slot,
            old,
            new,
        } => {
            format!(
                "{} {}: {} → {}",
                object(owner),
                look.slot_name(owner, slot),
                object(old),
                object(new)
            )
        }
        Event::FramePush {
            frame: id,
            code: of,
            ..
        }
        | Event::FramePop {
            frame: id,
            code: of,
            ..
        } => {
            format!("{} (frame {})", code(of), id.0)
        }
        Event::Line {
            frame: id,
            old,
            new,
        } => format!("line {new} after {old} in {}", frame(id)),
        Event::Instruction {
            frame: id,
            offset,
            opcode,
            ..
        } => {
            format!(
                "{} at {} in {}",
                super::bytecode::opcode_name(opcode),
                offset * 2,
                frame(id)
            )
        }
        Event::Specialize {
            code: of,
            offset,
            old,
            new,
        } => format!(
            "{}: {} → {} at {}",
            code(of),
            super::bytecode::opcode_name(old),
            super::bytecode::opcode_name(new),
            offset * 2
        ),
        Event::Output { text, .. } => format!("{:?}", look.text(text)),
        Event::FrameSlot {
            frame: id,
            index,
            old,
            new,
        } => {
            let place = look.frame(id).map_or_else(
                || format!("localsplus[{index}]"),
                |frame| look.local_name(frame, index as usize),
            );
            format!(
                "{place} of {}: {} → {}",
                frame(id),
                object(old),
                object(new)
            )
        }
        Event::FrameNamespaces { frame: id, .. }
        | Event::FrameObject { frame: id, .. }
        | Event::FrameDiscard { frame: id, .. } => frame(id),
        Event::FrameSuspend {
            frame: id,
            generator,
            ..
        }
        | Event::FrameResume {
            frame: id,
            generator,
            ..
        } => format!("{} in {}", frame(id), object(generator)),
        Event::PyReturn { frame: id, value } | Event::PyYield { frame: id, value } => {
            format!("{} gives {}", frame(id), object(value))
        }
        Event::Raise {
            exception,
            frame: id,
        } => format!("{} in {}", object(exception), frame(id)),
        Event::Unwind {
            exception,
            frame: id,
        } => format!("{} leaves {}", object(exception), frame(id)),
        Event::ExceptionHandled {
            exception,
            frame: id,
            offset,
        } => format!(
            "{} goes to the handler at {} of {}",
            object(exception),
            offset * 2,
            frame(id)
        ),
        Event::ExceptionSet { thread, old, new } | Event::HandledSet { thread, old, new } => {
            let name = look.thread_name(thread);
            format!("{name}: {} → {}", object(old), object(new))
        }
        Event::ItemInsert { owner, index, new } => {
            format!("{} gets [{index}] = {}", object(owner), object(new))
        }
        Event::ItemRemove { owner, index, old } => {
            format!("{} gives up [{index}], {}", object(owner), object(old))
        }
        Event::LookupStep { step, place, found } => format!(
            "{} of {}: {}",
            super::inspector::step_name(step),
            object(place),
            if found.is_null() {
                "not there".to_owned()
            } else {
                format!("found {}", object(found))
            }
        ),
        Event::LookupDone { value, .. } => object(value),
        Event::WeakrefNew { weakref, referent } | Event::WeakrefClear { weakref, referent } => {
            format!("{} to {}", object(weakref), object(referent))
        }
        Event::GcRefs { obj, old, new } => format!("{}: gc_refs {old} → {new}", object(obj)),
        Event::GcMove { obj, from, to } => format!(
            "{}: {} → {}",
            object(obj),
            super::collector::list_name(from),
            super::collector::list_name(to)
        ),
        Event::GcPhase { phase } => super::collector::phase_name(phase).to_owned(),
        Event::GcStart {
            generation,
            automatic,
        } => format!(
            "generation {generation}, {}",
            if automatic {
                "a threshold was reached"
            } else {
                "gc.collect()"
            }
        ),
        Event::GcEnd {
            generation,
            collected,
            uncollectable,
        } => {
            format!("generation {generation}: {collected} collected, {uncollectable} uncollectable")
        }
        Event::GcCount {
            generation,
            old,
            new,
        } => format!("count of generation {generation}: {old} → {new}"),
        Event::GcThreshold {
            generation,
            old,
            new,
        } => format!("threshold of generation {generation}: {old} → {new}"),
        Event::BlockAlloc { address, size } | Event::BlockFree { address, size } => {
            format!("{size} B at {address:#x}")
        }
        Event::PoolInit { address, class } | Event::PoolFree { address, class } => {
            format!("{address:#x}, blocks of {} B", (u32::from(class) + 1) * 16)
        }
        Event::ArenaNew { address } | Event::ArenaFree { address } => format!("{address:#x}"),
        Event::GilWait { thread } | Event::ThreadEnd { thread } => look.thread_name(thread),
        Event::GilRequest { thread, holder } => format!(
            "{} asks {} to let go",
            look.thread_name(thread),
            look.thread_name(holder)
        ),
        Event::GilDrop { thread, forced } => format!(
            "{}{}",
            look.thread_name(thread),
            if forced { ", because it was asked" } else { "" }
        ),
        Event::GilTake { thread, previous } => format!(
            "{} after {}",
            look.thread_name(thread),
            look.thread_name(previous)
        ),
        Event::LockAcquire { thread, lock } | Event::LockRelease { thread, lock } => {
            format!("{} {}", look.thread_name(thread), object(lock))
        }
        Event::ThreadStart { thread, name, .. } => {
            format!("{} {}", look.thread_name(thread), look.text(name))
        }
        Event::ImportStart { name, .. } | Event::ImportEnd { name, .. } => {
            look.text(name).to_owned()
        }
        Event::Clock {
            old_nanos,
            new_nanos,
        } => format!(
            "{} → {}",
            super::format::nanos(old_nanos),
            super::format::nanos(new_nanos)
        ),
        _ => {
            let fields = debug
                .split_once('{')
                .map_or("", |(_, rest)| rest.trim_end_matches('}'))
                .trim()
                .to_owned();
            match subject(event) {
                Some(id) => format!("{}  {}", object(id), fields),
                None => fields,
            }
        }
    };
    let subject =
        subject(event).filter(|&id| look.object(id).is_some_and(|view| view.born <= position));
    EventRow {
        kind,
        group: Group::of(event),
        text,
        object: subject,
    }
}
