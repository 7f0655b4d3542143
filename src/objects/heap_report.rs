//! How the heap reports what it holds: new objects, their values, each changed reference.
//!
//! Lists, tuples and dicts report each change of a slot; other objects are compared with what was
//! reported last, between two instructions.

use crate::base::{ObjId, TextId};
use crate::events::{Event, Slot, SlotKind};
use crate::memory::PoolChange;

use super::heap::Heap;
use super::object::{Payload, Place};
use super::wellknown::types;

/// `sizeof(PyTypeObject)`.
const STATIC_TYPE_SIZE: usize = 416;

impl Heap {
    /// Reports an object that exists before the interpreter starts, as CPython's static data does.
    pub(super) fn report_static(&mut self, id: ObjId) {
        // A static type is its bare struct, in front of which the collector keeps nothing.
        let size = if matches!(self.payload(id), Payload::Type(_)) {
            STATIC_TYPE_SIZE
        } else {
            self.sizeof(id)
        };
        self.reporter.emit(Event::Alloc {
            gc: false,
            reused: false,
            obj: id,
            address: self.address(id),
            type_: self.type_of(id),
            size: size as u32,
        });
        self.reporter.emit(Event::Immortalize { obj: id, old: 1 });
        self.report_value(id);
        self.touch(id);
    }

    /// The name of the `__slots__` member at an index of the instance's slot array.
    fn member_name(&self, owner: ObjId, index: u32) -> String {
        let mro = match self.payload(self.type_object(self.type_of(owner)).tp_mro) {
            Payload::Tuple(mro) => &mro[..],
            _ => &[],
        };
        for &class in mro {
            let Payload::Dict(dict) = self.payload(self.type_object(class).tp_dict) else {
                continue;
            };
            for entry in dict.entries.iter().filter(|e| !e.key.is_null()) {
                if let Payload::Descriptor(d) = self.payload(entry.value)
                    && matches!(d.kind, super::descrobject::DescriptorKind::Slot(i) if i == index)
                    && let Payload::Str(name) = self.payload(d.d_name)
                {
                    return name.text.to_lossy();
                }
            }
        }
        format!("slot {index}")
    }

    /// The event name of a place.
    pub fn slot_of(&mut self, owner: ObjId, place: Place) -> Slot {
        match place {
            Place::Item(i) => Slot {
                kind: SlotKind::Item,
                key: i,
            },
            Place::Key(i) => Slot {
                kind: SlotKind::DictKey,
                key: i,
            },
            Place::Value(i) => Slot {
                kind: SlotKind::DictValue,
                key: i,
            },
            Place::Local(i) => Slot {
                kind: SlotKind::Local,
                key: i,
            },
            Place::Slot(i) => {
                let class = self.type_of(owner);
                let text = if let Some(text) = self.reported.member(class, i) {
                    text
                } else {
                    let name = self.member_name(owner, i);
                    let text = self.reporter.text(&name);
                    self.reported.keep_member(class, i, text);
                    text
                };
                Slot {
                    kind: SlotKind::Slot,
                    key: text.0,
                }
            }
            Place::Member(name) => Slot {
                kind: SlotKind::Member,
                key: self.reporter.text(name).0,
            },
            Place::Attr(name) => Slot {
                kind: SlotKind::Attr,
                key: self.name_text(name).0,
            },
        }
    }

    /// The text of a name, such as an attribute's. Only called while recording.
    pub fn name_text(&mut self, name: ObjId) -> TextId {
        if let Some(text) = self.reported.name(name) {
            return text;
        }
        let text = match self.payload(name) {
            Payload::Str(s) => s.text.to_lossy(),
            _ => String::new(),
        };
        let text = self.reporter.text(&text);
        self.reported.keep_name(name, text);
        text
    }

    /// The name of something native that is called. Only called while recording.
    pub fn callable_text(&mut self, callable: ObjId) -> TextId {
        let name = match self.payload(callable) {
            Payload::CFunction(f) => {
                if let Some(text) = self.reported.name(callable) {
                    return text;
                }
                let text = self.reporter.text(f.m_ml.ml_name);
                self.reported.keep_name(callable, text);
                return text;
            }
            Payload::Type(t) => t.tp_name.clone(),
            _ => self.type_object(self.type_of(callable)).tp_name.clone(),
        };
        self.reporter.text(&name)
    }

    /// Reports one changed reference slot at once (for owners that do not report by difference).
    #[inline]
    pub fn report_slot(&mut self, owner: ObjId, place: Place, old: ObjId, new: ObjId) {
        if self.reporter.is_on() {
            let slot = self.slot_of(owner, place);
            self.reporter.emit(Event::SlotSet {
                owner,
                slot,
                old,
                new,
            });
        }
    }

    /// As [`Self::report_slot`] for an owner that is also compared when touched: keeps both in step.
    pub fn report_slot_tracked(&mut self, owner: ObjId, place: Place, old: ObjId, new: ObjId) {
        if !self.reporter.is_on() {
            return;
        }
        let slot = self.slot_of(owner, place);
        self.reporter.emit(Event::SlotSet {
            owner,
            slot,
            old,
            new,
        });
        self.reported.note(owner, slot, new);
    }

    /// Reports that a list lost all its items; `items` holds them, last first.
    pub fn report_list_cleared(&mut self, list: ObjId, items: &[ObjId]) {
        if self.reporter.is_on() {
            for (i, &old) in items.iter().enumerate() {
                let index = (items.len() - 1 - i) as u32;
                self.reporter.emit(Event::ItemRemove {
                    owner: list,
                    index,
                    old,
                });
            }
        }
    }

    /// Reports that a dict lost all its entries.
    pub fn report_dict_cleared(&mut self, dict: ObjId, entries: &[super::dictobject::DictEntry]) {
        if !self.reporter.is_on() {
            return;
        }
        for (i, entry) in entries.iter().enumerate() {
            if entry.key.is_null() {
                continue;
            }
            for (kind, old) in [
                (SlotKind::DictKey, entry.key),
                (SlotKind::DictValue, entry.value),
            ] {
                let slot = Slot {
                    kind,
                    key: i as u32,
                };
                self.reporter.emit(Event::SlotSet {
                    owner: dict,
                    slot,
                    old,
                    new: ObjId::NULL,
                });
            }
        }
    }

    pub(super) fn report_new(&mut self, id: ObjId, gc: bool, reused: bool, size: u32) {
        let ob_type = self.type_of(id);
        let address = self.address(id);
        self.reporter.emit(Event::Alloc {
            gc,
            reused,
            obj: id,
            address,
            type_: ob_type,
            size,
        });
        self.report_value(id);
        // Most objects are numbers, which refer to nothing; those of a subclass refer to it.
        if !matches!(ob_type, types::INT | types::FLOAT) {
            self.report_edges(id);
        }
    }

    /// Reports the value of an atom, or the name of a named object.
    pub fn report_value(&mut self, id: ObjId) {
        let event = match self.payload(id) {
            Payload::Int(value) => Event::IntValue {
                obj: id,
                value: *value,
            },
            Payload::Float(value) => Event::FloatValue {
                obj: id,
                value: *value,
            },
            Payload::Empty
            | Payload::Tuple(_)
            | Payload::List(_)
            | Payload::Dict(_)
            | Payload::Set(_)
            | Payload::Cell(_)
            | Payload::Method(_)
            | Payload::Weakref(_) => return,
            payload => {
                let Some(value) = super::display::atom_text(self, payload) else {
                    return;
                };
                let (named, text) = value;
                let new = self.reporter.text(&text);
                let old = TextId(0);
                if named {
                    Event::Named { obj: id, old, new }
                } else {
                    Event::ReprValue { obj: id, old, new }
                }
            }
        };
        self.reporter.emit(event);
    }

    /// Reports all edges of a new object.
    fn report_edges(&mut self, id: ObjId) {
        let mut edges = Vec::new();
        self.traverse_owned(id, &mut |place, target| edges.push((place, target)));
        for (place, target) in edges {
            let slot = self.slot_of(id, place);
            self.reporter.emit(Event::SlotSet {
                owner: id,
                slot,
                old: ObjId::NULL,
                new: target,
            });
            if self.reports_by_difference(id) {
                self.reported.note(id, slot, target);
            }
        }
    }

    /// Lists, tuples and dicts report each change themselves; all else is compared.
    fn reports_by_difference(&self, id: ObjId) -> bool {
        !matches!(
            self.payload(id),
            Payload::List(_) | Payload::Tuple(_) | Payload::Dict(_)
        )
    }

    /// Notes that the references of `id` may have changed.
    #[inline]
    pub fn touch(&mut self, id: ObjId) {
        if self.reporter.is_on() {
            self.dirty.push(id);
        }
    }

    /// Whether objects wait for their changed references to be reported.
    #[inline]
    pub fn has_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Reports what changed in the references of an object that reports by difference: at once,
    /// where the caller goes on to report single slots.
    pub(super) fn report_references(&mut self, id: ObjId) {
        if !self.reporter.is_on() {
            return;
        }
        if matches!(self.payload(id), Payload::Type(_)) {
            self.reported.forget_members();
        }
        let mut edges = Vec::new();
        self.traverse_owned(id, &mut |place, target| edges.push((place, target)));
        let new: Vec<(Slot, ObjId)> = edges
            .into_iter()
            .map(|(place, target)| (self.slot_of(id, place), target))
            .collect();
        self.reported.report_difference(id, new, &mut self.reporter);
    }

    /// Reports what changed in the objects touched since the last call: called between
    /// instructions, so that recorded references are complete there.
    pub fn report_dirty(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        dirty.dedup();
        for &id in &dirty {
            if !self.get(id).ob_type.is_null() && self.reports_by_difference(id) {
                self.report_references(id);
            }
        }
        dirty.clear();
        self.dirty = dirty;
    }

    /// Reports the references that the interpreter itself holds, as far as they changed.
    pub fn report_interpreter(&mut self, held: &[(String, ObjId)]) {
        let mut new = Vec::new();
        for (name, id) in held {
            let key = self.reporter.text(name).0;
            new.push((
                Slot {
                    kind: SlotKind::Member,
                    key,
                },
                *id,
            ));
        }
        self.reported
            .report_difference(ObjId::NULL, new, &mut self.reporter);
    }

    pub(super) fn report_pool_changes(&mut self) {
        if !self.obmalloc.has_changes() {
            return;
        }
        for change in self.obmalloc.take_changes() {
            let event = match change {
                PoolChange::ArenaNew { arena } => Event::ArenaNew { address: arena.0 },
                PoolChange::ArenaFree { arena } => Event::ArenaFree { address: arena.0 },
                PoolChange::PoolTake { pool, szidx } => Event::PoolInit {
                    address: pool.0,
                    class: szidx,
                },
                PoolChange::PoolEmpty { pool, szidx } => Event::PoolFree {
                    address: pool.0,
                    class: szidx,
                },
                // Derived from the blocks in use.
                PoolChange::PoolFull { .. } | PoolChange::PoolUsable { .. } => continue,
            };
            self.reporter.emit(event);
        }
    }
}
