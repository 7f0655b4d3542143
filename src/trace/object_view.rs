//! One object as the recording knows it: header, value, references, place in the collector.
//!
//! The fields keep the names of `Include/object.h` and `Include/internal/pycore_gc.h`.

use serde::{Deserialize, Serialize};

use crate::base::{Moment, ObjId, TextId};
use crate::events::{CodeId, GcList, Slot, SlotKind};

/// The count of an immortal object.
pub const IMMORTAL_REFCNT: u32 = u32::MAX;

/// What an atom is worth.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub enum Value {
    /// Not an atom, or not reported.
    #[default]
    None,
    /// An `int` that fits.
    Int(i64),
    /// A `float`.
    Float(f64),
    /// The repr of any other atom.
    Repr(TextId),
}

/// One object at one moment.
///
/// `born` is the position of its `Alloc` event: the object exists in states after it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ObjectView {
    pub ob_type: ObjId,
    /// [`IMMORTAL_REFCNT`] when immortal.
    pub ob_refcnt: u32,
    /// What `id()` shows.
    pub address: u64,
    /// `sys.getsizeof`, headers included.
    pub size: u32,
    /// Its type takes part in collection.
    pub gc: bool,
    /// Its memory came from a free list.
    pub reused: bool,
    /// Its destruction has begun.
    pub in_dealloc: bool,
    /// The list of the collector it is in.
    pub gc_list: GcList,
    pub gc_prev: ObjId,
    pub gc_next: ObjId,
    /// Meaningful during a pass.
    pub gc_refs: i32,
    /// The position of its `Alloc` event.
    pub born: Moment,
    /// The code that ran when it was made, and its line; line 0 when no frame ran.
    pub born_code: CodeId,
    pub born_line: u32,
    /// The name of a type, function, module or code object.
    pub name: TextId,
    pub value: Value,
    /// The references it owns.
    pub slots: Slots,
    /// Weak references to it, and what it refers to as a weak reference.
    pub weak: Option<Box<WeakView>>,
}

/// The weak side of an object.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct WeakView {
    /// Weak references that refer to the object, oldest first.
    pub weakrefs: Vec<ObjId>,
    /// What this weak reference refers to; NULL: nothing (any more).
    pub referent: ObjId,
}

impl ObjectView {
    /// Whether counts never change.
    pub const fn is_immortal(&self) -> bool {
        self.ob_refcnt == IMMORTAL_REFCNT
    }

    /// Whether the collector watches it (`gc.is_tracked`).
    pub const fn is_tracked(&self) -> bool {
        !matches!(self.gc_list, GcList::Untracked)
    }

    /// Weak references to it, oldest first.
    pub fn weakrefs(&self) -> &[ObjId] {
        self.weak.as_deref().map_or(&[], |weak| &weak.weakrefs)
    }

    /// What it refers to as a weak reference; NULL when it is none or was cleared.
    pub fn referent(&self) -> ObjId {
        self.weak
            .as_deref()
            .map_or(ObjId::NULL, |weak| weak.referent)
    }
}

/// The references of an object, by kind of place.
///
/// Most objects have one kind alone, so that kind is stored bare.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Slots {
    #[default]
    Empty,
    /// [`SlotKind::Item`] alone.
    Items(Vec<ObjId>),
    /// [`SlotKind::DictKey`] and [`SlotKind::DictValue`] alone, by entry.
    Entries(Vec<Entry>),
    /// All other kinds, sorted.
    Named(Vec<(Slot, ObjId)>),
    Mixed(Box<MixedSlots>),
}

/// An entry of a dict; a set has keys alone. Both are NULL in an unused entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    pub key: ObjId,
    pub value: ObjId,
}

/// References of more than one family.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MixedSlots {
    pub items: Vec<ObjId>,
    pub entries: Vec<Entry>,
    pub named: Vec<(Slot, ObjId)>,
}

/// The three families of [`SlotKind`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Items,
    Entries,
    Named,
}

const fn family(kind: SlotKind) -> Family {
    match kind {
        SlotKind::Item => Family::Items,
        SlotKind::DictKey | SlotKind::DictValue => Family::Entries,
        SlotKind::Attr | SlotKind::Slot | SlotKind::Member | SlotKind::Local => Family::Named,
    }
}

impl Slots {
    /// Items in order; a NULL is a slot not yet filled.
    pub fn items(&self) -> &[ObjId] {
        match self {
            Self::Items(items) => items,
            Self::Mixed(mixed) => &mixed.items,
            Self::Empty | Self::Entries(_) | Self::Named(_) => &[],
        }
    }

    /// Entries of a dict in order of insertion, or the table of a set; unused ones included.
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::Entries(entries) => entries,
            Self::Mixed(mixed) => &mixed.entries,
            Self::Empty | Self::Items(_) | Self::Named(_) => &[],
        }
    }

    /// Attributes, members and locals, sorted by kind and key.
    pub fn named(&self) -> &[(Slot, ObjId)] {
        match self {
            Self::Named(named) => named,
            Self::Mixed(mixed) => &mixed.named,
            Self::Empty | Self::Items(_) | Self::Entries(_) => &[],
        }
    }

    /// What the slot holds; NULL when empty.
    pub fn get(&self, slot: Slot) -> ObjId {
        let index = slot.key as usize;
        match slot.kind {
            SlotKind::Item => self.items().get(index).copied().unwrap_or_default(),
            SlotKind::DictKey => self.entries().get(index).copied().unwrap_or_default().key,
            SlotKind::DictValue => self.entries().get(index).copied().unwrap_or_default().value,
            SlotKind::Attr | SlotKind::Slot | SlotKind::Member | SlotKind::Local => {
                let named = self.named();
                named
                    .binary_search_by_key(&slot, |n| n.0)
                    .map_or(ObjId::NULL, |at| named[at].1)
            }
        }
    }

    /// Every slot that holds something, named ones first, each kind in order.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, ObjId)> + '_ {
        let named = self.named().iter().copied();
        let items = (0u32..).zip(self.items()).filter(|(_, id)| !id.is_null());
        let items = items.map(|(key, &id)| {
            (
                Slot {
                    kind: SlotKind::Item,
                    key,
                },
                id,
            )
        });
        let entries = (0u32..).zip(self.entries()).flat_map(|(key, entry)| {
            [
                (
                    Slot {
                        kind: SlotKind::DictKey,
                        key,
                    },
                    entry.key,
                ),
                (
                    Slot {
                        kind: SlotKind::DictValue,
                        key,
                    },
                    entry.value,
                ),
            ]
        });
        named
            .chain(items)
            .chain(entries.filter(|(_, id)| !id.is_null()))
    }

    /// How many places are stored, filled or not.
    pub fn stored(&self) -> usize {
        self.items().len() + self.entries().len() + self.named().len()
    }

    /// Fills or (with NULL) empties a slot. A key that would store more than `room` further
    /// places is ignored: no valid recording has one.
    pub(super) fn set(&mut self, slot: Slot, value: ObjId, room: usize) {
        let index = slot.key as usize;
        match slot.kind {
            SlotKind::Item => {
                set_dense(self.items_mut(), index, room, value, |place| *place = value);
            }
            SlotKind::DictKey => {
                set_dense(self.entries_mut(), index, room, value, |entry| {
                    entry.key = value;
                });
            }
            SlotKind::DictValue => {
                set_dense(self.entries_mut(), index, room, value, |entry| {
                    entry.value = value;
                });
            }
            SlotKind::Attr | SlotKind::Slot | SlotKind::Member | SlotKind::Local => {
                let named = self.named_mut();
                match (named.binary_search_by_key(&slot, |n| n.0), value.is_null()) {
                    (Ok(at), false) => named[at].1 = value,
                    (Ok(at), true) => {
                        named.remove(at);
                    }
                    (Err(at), false) => named.insert(at, (slot, value)),
                    (Err(_), true) => {}
                }
            }
        }
    }

    /// Inserts an item; those behind move up.
    pub(super) fn insert_item(&mut self, index: u32, value: ObjId) {
        let items = self.items_mut();
        items.insert((index as usize).min(items.len()), value);
    }

    /// Removes an item; those behind move down.
    pub(super) fn remove_item(&mut self, index: u32) {
        let items = self.items_mut();
        if (index as usize) < items.len() {
            items.remove(index as usize);
        }
    }

    fn items_mut(&mut self) -> &mut Vec<ObjId> {
        self.make(Family::Items);
        match self {
            Self::Items(items) => items,
            Self::Mixed(mixed) => &mut mixed.items,
            Self::Empty | Self::Entries(_) | Self::Named(_) => unreachable!("made above"),
        }
    }

    fn entries_mut(&mut self) -> &mut Vec<Entry> {
        self.make(Family::Entries);
        match self {
            Self::Entries(entries) => entries,
            Self::Mixed(mixed) => &mut mixed.entries,
            Self::Empty | Self::Items(_) | Self::Named(_) => unreachable!("made above"),
        }
    }

    fn named_mut(&mut self) -> &mut Vec<(Slot, ObjId)> {
        self.make(Family::Named);
        match self {
            Self::Named(named) => named,
            Self::Mixed(mixed) => &mut mixed.named,
            Self::Empty | Self::Items(_) | Self::Entries(_) => unreachable!("made above"),
        }
    }

    /// Makes place for a family.
    #[inline]
    fn make(&mut self, wanted: Family) {
        let fits = match self {
            Self::Empty => {
                *self = match wanted {
                    Family::Items => Self::Items(Vec::new()),
                    Family::Entries => Self::Entries(Vec::new()),
                    Family::Named => Self::Named(Vec::new()),
                };
                true
            }
            Self::Items(_) => wanted == Family::Items,
            Self::Entries(_) => wanted == Family::Entries,
            Self::Named(_) => wanted == Family::Named,
            Self::Mixed(_) => true,
        };
        if !fits {
            let mut mixed = Box::<MixedSlots>::default();
            match std::mem::take(self) {
                Self::Items(items) => mixed.items = items,
                Self::Entries(entries) => mixed.entries = entries,
                Self::Named(named) => mixed.named = named,
                Self::Empty | Self::Mixed(_) => {}
            }
            *self = Self::Mixed(mixed);
        }
    }

    /// The kind of a slot as one word for people.
    pub const fn is_named(kind: SlotKind) -> bool {
        matches!(family(kind), Family::Named)
    }
}

/// Sets a place of a dense vector, and keeps no empty place at its end.
fn set_dense<T: Copy + Default + PartialEq>(
    places: &mut Vec<T>,
    index: usize,
    room: usize,
    value: ObjId,
    change: impl FnOnce(&mut T),
) {
    if index >= places.len() {
        if value.is_null() || index - places.len() >= room {
            return;
        }
        places.resize(index + 1, T::default());
    }
    change(&mut places[index]);
    if value.is_null() {
        while places.last() == Some(&T::default()) {
            places.pop();
        }
    }
}

impl PartialEq for Slots {
    fn eq(&self, other: &Self) -> bool {
        self.items() == other.items()
            && self.entries() == other.entries()
            && self.named() == other.named()
    }
}
