//! What the recording knows of the references of objects that are compared when touched.
//!
//! Kept by heap slot, so that nothing is hashed; filled only while recording.

use rustc_hash::FxHashMap;

use crate::base::{ObjId, TextId};
use crate::events::{Event, Reporter, Slot, SlotKind};

use super::object::Payload;

/// The references reported last, of every object that reports by difference; the interpreter's own
/// stand in slot 0.
#[derive(Default)]
pub(super) struct ReportedEdges {
    objects: Vec<Edges>,
    /// Texts of `str` objects that named something and names of built-in functions, until they die.
    names: FxHashMap<ObjId, TextId>,
    /// Names of `__slots__` members, by class and index; forgotten whole when a class changes.
    members: FxHashMap<(ObjId, u32), TextId>,
}

/// The references of one object.
#[derive(Default)]
struct Edges {
    named: Vec<(Slot, ObjId)>,
    /// The keys of a set, by place in its table.
    table: Vec<ObjId>,
}

impl ReportedEdges {
    fn of(&mut self, owner: ObjId) -> &mut Edges {
        if self.objects.len() <= owner.index() {
            self.objects.resize_with(owner.index() + 1, Edges::default);
        }
        &mut self.objects[owner.index()]
    }

    /// Forgets an object that dies.
    pub(super) fn forget(&mut self, id: ObjId, payload: &Payload) {
        if let Some(edges) = self.objects.get_mut(id.index()) {
            edges.named.clear();
            edges.table.clear();
        }
        match payload {
            Payload::Str(_) | Payload::CFunction(_) => drop(self.names.remove(&id)),
            Payload::Type(_) => self.members.clear(),
            _ => {}
        }
    }

    /// Notes that one reference was reported.
    pub(super) fn note(&mut self, owner: ObjId, slot: Slot, target: ObjId) {
        let edges = self.of(owner);
        if slot.kind == SlotKind::DictKey {
            let place = slot.key as usize;
            if edges.table.len() <= place {
                edges.table.resize(place + 1, ObjId::NULL);
            }
            edges.table[place] = target;
            return;
        }
        let found = edges.named.iter().position(|(known, _)| *known == slot);
        match (found, target.is_null()) {
            (Some(at), true) => drop(edges.named.remove(at)),
            (Some(at), false) => edges.named[at].1 = target,
            (None, true) => {}
            (None, false) => edges.named.push((slot, target)),
        }
    }

    /// Reports how the references of `owner` differ from those reported last.
    pub(super) fn report_difference(
        &mut self,
        owner: ObjId,
        new: Vec<(Slot, ObjId)>,
        reporter: &mut Reporter,
    ) {
        let edges = self.of(owner);
        if edges.table.is_empty() && edges.named == new {
            return;
        }
        let mut emit = |slot, old, new| {
            reporter.emit(Event::SlotSet {
                owner,
                slot,
                old,
                new,
            });
        };
        let is_key = |slot: Slot| slot.kind == SlotKind::DictKey;
        let keys = new.iter().filter(|(slot, _)| is_key(*slot));
        let mut table = vec![ObjId::NULL; edges.table.len()];
        for (slot, key) in keys {
            let place = slot.key as usize;
            if table.len() <= place {
                table.resize(place + 1, ObjId::NULL);
            }
            table[place] = *key;
        }
        let key_slot = |place| Slot {
            kind: SlotKind::DictKey,
            key: place,
        };
        for (place, &before) in (0u32..).zip(&edges.table) {
            if !before.is_null() && table[place as usize].is_null() {
                emit(key_slot(place), before, ObjId::NULL);
            }
        }
        for (place, &after) in (0u32..).zip(&table) {
            let before = edges.table.get(place as usize).copied().unwrap_or_default();
            if !after.is_null() && before != after {
                emit(key_slot(place), before, after);
            }
        }
        let named: Vec<(Slot, ObjId)> = new.into_iter().filter(|(s, _)| !is_key(*s)).collect();
        let (old_places, new_places) = (Places::of(&edges.named), Places::of(&named));
        for &(slot, before) in &edges.named {
            if new_places.get(&named, slot).is_null() {
                emit(slot, before, ObjId::NULL);
            }
        }
        for &(slot, after) in &named {
            let before = old_places.get(&edges.named, slot);
            if before != after {
                emit(slot, before, after);
            }
        }
        drop((old_places, new_places));
        edges.table = table;
        edges.named = named;
    }

    /// The text of a name, once its object was asked for it.
    pub(super) fn name(&self, id: ObjId) -> Option<TextId> {
        self.names.get(&id).copied()
    }

    /// Forgets the text of a name: its object got another value in place.
    pub(super) fn forget_name(&mut self, id: ObjId) {
        self.names.remove(&id);
    }

    /// Keeps the text of a name.
    pub(super) fn keep_name(&mut self, id: ObjId, text: TextId) {
        self.names.insert(id, text);
    }

    /// The name of a `__slots__` member of a class, once it was looked for.
    pub(super) fn member(&self, class: ObjId, index: u32) -> Option<TextId> {
        self.members.get(&(class, index)).copied()
    }

    /// Keeps the name of a `__slots__` member.
    pub(super) fn keep_member(&mut self, class: ObjId, index: u32, text: TextId) {
        self.members.insert((class, index), text);
    }

    /// Forgets the names of members: a class changed.
    pub(super) fn forget_members(&mut self) {
        self.members.clear();
    }
}

/// Finds a reference by its slot; hashes only where there are many.
struct Places(Option<FxHashMap<Slot, ObjId>>);

impl Places {
    fn of(edges: &[(Slot, ObjId)]) -> Self {
        Self((edges.len() > 16).then(|| edges.iter().copied().collect()))
    }

    fn get(&self, edges: &[(Slot, ObjId)], slot: Slot) -> ObjId {
        let found = match &self.0 {
            Some(places) => places.get(&slot).copied(),
            None => edges
                .iter()
                .find(|(known, _)| *known == slot)
                .map(|(_, target)| *target),
        };
        found.unwrap_or_default()
    }
}
