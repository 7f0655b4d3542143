//! Types: what `type` objects hold, how a static type is declared.
//!
//! Mirrors the struct half of `Objects/typeobject.c`; making classes, the MRO, inheritance of
//! slots and look-up are in the files `type_*.rs` beside this one.

use std::cell::Cell;

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef, MethodDef};
use super::object::{Place, Visit};
use super::slots::Slots;

/// `tp_flags`, with CPython's bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeFlags(pub u64);

impl TypeFlags {
    pub const STATIC_BUILTIN: Self = Self(1 << 1);
    pub const INLINE_VALUES: Self = Self(1 << 2);
    pub const MANAGED_WEAKREF: Self = Self(1 << 3);
    pub const MANAGED_DICT: Self = Self(1 << 4);
    pub const SEQUENCE: Self = Self(1 << 5);
    pub const MAPPING: Self = Self(1 << 6);
    pub const DISALLOW_INSTANTIATION: Self = Self(1 << 7);
    pub const IMMUTABLETYPE: Self = Self(1 << 8);
    pub const HEAPTYPE: Self = Self(1 << 9);
    pub const BASETYPE: Self = Self(1 << 10);
    pub const HAVE_VECTORCALL: Self = Self(1 << 11);
    pub const READY: Self = Self(1 << 12);
    pub const HAVE_GC: Self = Self(1 << 14);
    pub const METHOD_DESCRIPTOR: Self = Self(1 << 17);
    pub const VALID_VERSION_TAG: Self = Self(1 << 19);
    pub const IS_ABSTRACT: Self = Self(1 << 20);
    pub const MATCH_SELF: Self = Self(1 << 22);
    pub const LONG_SUBCLASS: Self = Self(1 << 24);
    pub const LIST_SUBCLASS: Self = Self(1 << 25);
    pub const TUPLE_SUBCLASS: Self = Self(1 << 26);
    pub const BYTES_SUBCLASS: Self = Self(1 << 27);
    pub const UNICODE_SUBCLASS: Self = Self(1 << 28);
    pub const DICT_SUBCLASS: Self = Self(1 << 29);
    pub const BASE_EXC_SUBCLASS: Self = Self(1 << 30);
    pub const TYPE_SUBCLASS: Self = Self(1 << 31);

    /// Whether any bit of `other` is set.
    #[inline]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets of bits.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without the bits of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// The declaration of a built-in type: what C has as a static `PyTypeObject`.
#[derive(Clone, Copy, Debug)]
pub struct TypeSpec {
    /// With the module in front where it is not `builtins`: `"collections.deque"`.
    pub tp_name: &'static str,
    pub tp_basicsize: u32,
    pub tp_itemsize: u32,
    /// Without `READY`, `IMMUTABLETYPE` and `STATIC_BUILTIN`, which are added.
    pub tp_flags: TypeFlags,
    /// NULL stands for `object`.
    pub tp_base: ObjId,
    pub slots: Slots,
    pub methods: &'static [MethodDef],
    pub members: &'static [MemberDef],
    pub getset: &'static [GetSetDef],
    pub tp_doc: &'static str,
    /// Instances can be weakly referenced (`tp_weaklistoffset` is set).
    pub weakrefs: bool,
    /// Instances have a `__dict__` at a fixed offset (`tp_dictoffset` is set): exceptions,
    /// functions, modules, partial….
    pub dict: bool,
}

impl TypeSpec {
    /// A type with nothing of its own: for `..TypeSpec::EMPTY` in declarations.
    pub const EMPTY: Self = Self {
        tp_name: "",
        tp_basicsize: 16,
        tp_itemsize: 0,
        tp_flags: TypeFlags(0),
        tp_base: ObjId::NULL,
        slots: Slots::EMPTY,
        methods: &[],
        members: &[],
        getset: &[],
        tp_doc: "",
        weakrefs: false,
        dict: false,
    };
}

/// The names that instances of a class share, in the order in which the class first saw them
/// (`ht_cached_keys`).
#[derive(Debug, Default)]
pub struct SharedKeys {
    /// Interned strings; owned.
    pub names: Vec<ObjId>,
    /// How many more names fit; starts at 30 and shrinks with every instance made.
    pub usable: u8,
    /// The block of the table, 768 bytes; 0: none.
    pub address: u64,
    /// Counts changes, for the inline caches of the evaluation loop.
    pub version: u32,
}

/// `PyHeapTypeObject`, or a static `PyTypeObject`.
#[derive(Debug)]
pub struct TypeObject {
    /// As C has it: with the module in front for static types outside `builtins`.
    pub tp_name: String,
    pub tp_basicsize: u32,
    pub tp_itemsize: u32,
    pub tp_flags: TypeFlags,
    pub slots: Slots,
    /// A dict; owned.
    pub tp_dict: ObjId,
    /// A tuple; owned.
    pub tp_bases: ObjId,
    /// A tuple; owned.
    pub tp_mro: ObjId,
    /// Owned; NULL for `object` alone.
    pub tp_base: ObjId,
    /// A dict from addresses to weak references to the direct subclasses; owned, NULL for none.
    pub tp_subclasses: ObjId,
    pub tp_doc: &'static str,
    /// The version for inline caches and the cache of look-ups; 0: none assigned.
    pub tp_version_tag: Cell<u32>,
    /// Instances can be weakly referenced in their fixed part.
    pub weakrefs: bool,
    /// Instances have a `__dict__` in their fixed part.
    pub dict: bool,
    /// Number of `__slots__` members of this class and all its bases.
    pub slot_count: u32,
    // ---- heap types
    /// `__name__`; NULL for static types.
    pub ht_name: ObjId,
    pub ht_qualname: ObjId,
    /// The tuple of `__slots__`, or NULL.
    pub ht_slots: ObjId,
    /// The module that a native heap type belongs to, or NULL.
    pub ht_module: ObjId,
    pub shared_keys: SharedKeys,
    pub spec_cache: SpecializationCache,
}

/// What specialized instructions keep in the class, borrowed (`struct _specialization_cache`).
#[derive(Clone, Copy, Debug, Default)]
pub struct SpecializationCache {
    /// `__getitem__`, for `BINARY_SUBSCR_GETITEM`; NULL once the class changed.
    pub getitem: ObjId,
    /// The version of that function.
    pub getitem_version: u32,
    /// `__init__`, for `CALL_ALLOC_AND_ENTER_INIT`; valid for the version in the inline cache.
    pub init: ObjId,
}

impl TypeObject {
    /// Bytes in front of the object: 16 for the collector, 16 for a managed dict or weak list.
    #[inline]
    pub const fn pre_header_size(&self) -> usize {
        let mut size = 0;
        if self.tp_flags.contains(TypeFlags::HAVE_GC) {
            size += 16;
        }
        if self
            .tp_flags
            .contains(TypeFlags::MANAGED_DICT.with(TypeFlags::MANAGED_WEAKREF))
        {
            size += 16;
        }
        size
    }

    /// Bytes behind the object for inline values of an instance made now (facts 1.6.3).
    #[inline]
    pub fn inline_values_size(&self) -> usize {
        if self.tp_flags.contains(TypeFlags::INLINE_VALUES) {
            let capacity = self.shared_keys.names.len() + self.shared_keys.usable as usize;
            capacity.next_multiple_of(8) + 8 * (capacity + 1)
        } else {
            0
        }
    }

    /// Whether it is a class made by a `class` statement or `type(...)`.
    #[inline]
    pub const fn is_heap_type(&self) -> bool {
        self.tp_flags.contains(TypeFlags::HEAPTYPE)
    }

    /// In the order of `type_traverse`: dict, mro, bases, base, module; then what C's
    /// deallocation drops besides.
    pub fn traverse(&self, visit: Visit<'_>) {
        if !self.is_heap_type() {
            return;
        }
        for (name, id) in [
            ("tp_dict", self.tp_dict),
            ("tp_mro", self.tp_mro),
            ("tp_bases", self.tp_bases),
            ("tp_base", self.tp_base),
            ("ht_module", self.ht_module),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    /// Reports the owned references that [`Self::traverse`] leaves out, as `type_traverse` does:
    /// all of a static type, the names of a heap type.
    pub fn traverse_hidden(&self, visit: Visit<'_>) {
        let hidden = if self.is_heap_type() {
            [
                ("ht_name", self.ht_name),
                ("ht_qualname", self.ht_qualname),
                ("ht_slots", self.ht_slots),
                ("tp_subclasses", self.tp_subclasses),
                ("", ObjId::NULL),
            ]
        } else {
            [
                ("tp_dict", self.tp_dict),
                ("tp_mro", self.tp_mro),
                ("tp_bases", self.tp_bases),
                ("tp_base", self.tp_base),
                ("tp_subclasses", self.tp_subclasses),
            ]
        };
        for (name, id) in hidden {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    /// Gives up everything, including the names that the collector does not visit.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        for id in [
            &mut self.tp_base,
            &mut self.tp_dict,
            &mut self.tp_bases,
            &mut self.tp_mro,
            &mut self.tp_subclasses,
            &mut self.ht_name,
            &mut self.ht_qualname,
            &mut self.ht_slots,
            &mut self.ht_module,
        ] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
        dropped.append(&mut self.shared_keys.names);
    }
}
