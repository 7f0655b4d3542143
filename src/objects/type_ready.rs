//! Makes a declared type ready: bases, MRO, dict with its methods, inherited slots.
//!
//! Mirrors `PyType_Ready`, `inherit_slots`, `update_slot` and the MRO of `Objects/typeobject.c`.

use std::cell::Cell;

use crate::base::ObjId;

use super::descrobject::{DescriptorKind, DescriptorObject};
use super::heap::Reuse;
use super::methodobject::{Binding, CFunctionObject, MethodDef, MethodImpl};
use super::object::Payload;
use super::slotdefs::{SLOTDEFS, SlotDef};
use super::slots::Slots;
use super::typeobject::{SharedKeys, SpecializationCache, TypeFlags, TypeObject, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, names, types};

/// The bits that say which built-in layout instances have: inherited by every subclass.
const LAYOUT_FLAGS: TypeFlags = TypeFlags(0xFF << 24);

impl TypeObject {
    /// The type that a declaration describes, not yet ready.
    pub fn from_spec(spec: &TypeSpec) -> Self {
        Self {
            tp_name: spec.tp_name.to_owned(),
            tp_basicsize: spec.tp_basicsize,
            tp_itemsize: spec.tp_itemsize,
            tp_flags: spec.tp_flags,
            slots: spec.slots,
            tp_dict: ObjId::NULL,
            tp_bases: ObjId::NULL,
            tp_mro: ObjId::NULL,
            tp_base: spec.tp_base,
            tp_subclasses: ObjId::NULL,
            tp_doc: spec.tp_doc,
            tp_version_tag: Cell::new(0),
            weakrefs: spec.weakrefs,
            dict: spec.dict,
            slot_count: 0,
            ht_name: ObjId::NULL,
            ht_qualname: ObjId::NULL,
            ht_slots: ObjId::NULL,
            ht_module: ObjId::NULL,
            shared_keys: SharedKeys::default(),
            spec_cache: SpecializationCache::default(),
        }
    }
}

impl Vm {
    /// A built-in type that is made when its module is imported: the same one every time.
    pub fn native_type(&mut self, spec: &'static TypeSpec) -> ObjId {
        self.native_subtype(spec, spec.tp_base)
    }

    /// As [`Self::native_type`] for a type whose base is itself made on demand.
    pub fn native_subtype(&mut self, spec: &'static TypeSpec, base: ObjId) -> ObjId {
        if let Some(&known) = self.interp.native_types.get(spec.tp_name) {
            return known;
        }
        let spec = TypeSpec {
            tp_base: base,
            ..*spec
        };
        let id = self.heap.alloc(
            types::TYPE,
            Payload::Type(Box::new(TypeObject::from_spec(&spec))),
            Reuse::Fresh,
        );
        self.heap.immortalize(id);
        self.interp.native_types.insert(spec.tp_name, id);
        self.type_ready(id, &spec);
        id
    }

    /// `PyType_Ready` for a type made from `spec`; its base must be ready.
    pub fn type_ready(&mut self, id: ObjId, spec: &TypeSpec) {
        let base = if spec.tp_base.is_null() && id != types::OBJECT {
            types::OBJECT
        } else {
            spec.tp_base
        };
        let bases = if base.is_null() {
            EMPTY_TUPLE
        } else {
            self.new_tuple_from(&[base])
        };
        let mut mro = vec![id];
        if !base.is_null() {
            mro.extend_from_slice(self.tuple_items(self.heap.type_object(base).tp_mro));
        }
        let mro = self.new_tuple_from(&mro);
        let dict = self.new_dict();
        let inherited = if base.is_null() { None } else { Some(base) };
        let base_facts = inherited.map(|b| {
            let t = self.heap.type_object(b);
            (
                t.slots,
                t.tp_flags,
                t.tp_basicsize,
                t.tp_itemsize,
                t.weakrefs,
                t.dict,
            )
        });
        let ty = self.heap.type_object_mut(id);
        ty.tp_base = base;
        ty.tp_bases = bases;
        ty.tp_mro = mro;
        ty.tp_dict = dict;
        ty.tp_flags = ty
            .tp_flags
            .with(TypeFlags::READY)
            .with(TypeFlags::IMMUTABLETYPE)
            .with(TypeFlags::STATIC_BUILTIN);
        if let Some((slots, flags, basicsize, itemsize, weakrefs, has_dict)) = base_facts {
            ty.tp_flags = ty.tp_flags.with(TypeFlags(flags.0 & LAYOUT_FLAGS.0));
            if flags.contains(TypeFlags::HAVE_GC) {
                ty.tp_flags = ty.tp_flags.with(TypeFlags::HAVE_GC);
            }
            if ty.tp_basicsize < basicsize {
                ty.tp_basicsize = basicsize;
            }
            if ty.tp_itemsize == 0 {
                ty.tp_itemsize = itemsize;
            }
            ty.weakrefs |= weakrefs;
            ty.dict |= has_dict;
            inherit_slots(&mut ty.slots, &slots, base == types::OBJECT);
        }
        self.add_methods(id, dict, spec);
        if let Some(b) = inherited {
            self.add_subclass(b, id)
                .expect("types can be weakly referenced and ints hashed");
        }
        self.heap.touch(id);
    }

    fn add_methods(&mut self, id: ObjId, dict: ObjId, spec: &TypeSpec) {
        for def in SLOTDEFS {
            // A wrapper only for the type's own slots (`add_operators`); `__new__`, `__getattr__`
            // and `__del__` have no wrapper there.
            if !(def.is_set)(&spec.slots) || matches!(def.name, "__new__" | "__getattr__") {
                continue;
            }
            if self.dict_get_str(dict, def.name_id).is_some() {
                continue;
            }
            if def.name == "__hash__"
                && spec.slots.tp_hash.map(|f| f as usize)
                    == Some(super::object_type::hash_not_implemented as *const () as usize)
            {
                self.dict_set_name(dict, "__hash__", NONE);
                continue;
            }
            let descr = self.new_descriptor(
                types::WRAPPER_DESCRIPTOR,
                id,
                def.name_id,
                DescriptorKind::Wrapper(def),
            );
            self.dict_set_name(dict, def.name, descr);
            self.decref(descr);
        }
        // One that is no more than object's is inherited, not an attribute of its own.
        let objects = super::object_type::object_new as *const () as usize;
        let own_new = spec.slots.tp_new.map(|new| new as usize);
        if own_new.is_some_and(|new| new != objects || id == types::OBJECT) {
            let function = self.new_cfunction(NEW_METHOD, id, ObjId::NULL);
            self.dict_set_name(dict, "__new__", function);
            self.decref(function);
        }
        for method in spec.methods {
            let name = self.intern(method.ml_name);
            let descr = match method.binding {
                Binding::Instance => self.new_descriptor(
                    types::METHOD_DESCRIPTOR,
                    id,
                    name,
                    DescriptorKind::Method(*method),
                ),
                Binding::Class => self.new_descriptor(
                    types::CLASSMETHOD_DESCRIPTOR,
                    id,
                    name,
                    DescriptorKind::Method(*method),
                ),
                Binding::Static => {
                    let function = self.new_cfunction(*method, id, ObjId::NULL);
                    let wrapped = self.new_staticmethod(function);
                    self.decref(function);
                    wrapped
                }
            };
            self.dict_set_name(dict, method.ml_name, descr);
            self.decref(descr);
        }
        for member in spec.members {
            let name = self.intern(member.name);
            let descr = self.new_descriptor(
                types::MEMBER_DESCRIPTOR,
                id,
                name,
                DescriptorKind::Member(*member),
            );
            self.dict_set_name(dict, member.name, descr);
            self.decref(descr);
        }
        for getset in spec.getset {
            let name = self.intern(getset.name);
            let descr = self.new_descriptor(
                types::GETSET_DESCRIPTOR,
                id,
                name,
                DescriptorKind::GetSet(*getset),
            );
            self.dict_set_name(dict, getset.name, descr);
            self.decref(descr);
        }
        if self.dict_get_name(dict, "__doc__").is_none() {
            let doc = if spec.tp_doc.is_empty() {
                NONE
            } else {
                self.new_str(spec.tp_doc)
            };
            self.dict_set_name(dict, "__doc__", doc);
            self.decref(doc);
        }
        // A type that compares without hashing cannot be hashed (`type_ready_set_hash`).
        if spec.slots.tp_richcompare.is_some()
            && spec.slots.tp_hash.is_none()
            && id != types::OBJECT
        {
            if self.dict_get_str(dict, names::HASH).is_none() {
                self.dict_set_name(dict, "__hash__", NONE);
            }
            self.heap.type_object_mut(id).slots.tp_hash =
                Some(super::object_type::hash_not_implemented);
        }
    }

    /// A descriptor of a built-in type.
    pub fn new_descriptor(
        &mut self,
        ty: ObjId,
        d_type: ObjId,
        d_name: ObjId,
        kind: DescriptorKind,
    ) -> ObjId {
        self.incref(d_type);
        self.incref(d_name);
        let descr = DescriptorObject {
            d_type,
            d_name,
            d_qualname: ObjId::NULL,
            kind,
        };
        let id = self
            .heap
            .alloc(ty, Payload::Descriptor(Box::new(descr)), Reuse::Fresh);
        self.heap.track(id);
        id
    }

    /// A native function bound to `m_self` (NULL: unbound) in the module named `m_module`.
    pub fn new_cfunction(&mut self, m_ml: MethodDef, m_self: ObjId, m_module: ObjId) -> ObjId {
        self.xincref(m_self);
        self.xincref(m_module);
        let function = CFunctionObject {
            m_ml,
            m_self,
            m_module,
            mm_class: ObjId::NULL,
        };
        let id = self.heap.alloc(
            types::BUILTIN_FUNCTION,
            Payload::CFunction(Box::new(function)),
            Reuse::Fresh,
        );
        self.heap.track(id);
        id
    }

    /// Computes the slots of a class from its MRO (`fixup_slot_dispatchers`).
    pub fn fixup_slots(&mut self, ty: ObjId) {
        let base = self.heap.type_object(ty).tp_base;
        let base_slots = self.heap.type_object(base).slots;
        let mut slots = Slots {
            tp_dealloc: base_slots.tp_dealloc,
            tp_vectorcall: base_slots.tp_vectorcall,
            am_send: base_slots.am_send,
            tp_finalize: base_slots.tp_finalize,
            ..Slots::EMPTY
        };
        let mut i = 0;
        while i < SLOTDEFS.len() {
            let mut group: Vec<&'static SlotDef> = Vec::new();
            let slot = SLOTDEFS[i].slot;
            while i < SLOTDEFS.len() && SLOTDEFS[i].slot == slot {
                group.push(&SLOTDEFS[i]);
                i += 1;
            }
            self.update_one_slot(ty, &mut slots, &group);
        }
        let object = self.heap.type_object(ty);
        let call_changed =
            slots.tp_call.map(|f| f as usize) != base_slots.tp_call.map(|f| f as usize);
        if call_changed || (object.tp_base != types::TYPE && !self.is_subtype(ty, types::TYPE)) {
            // Only metaclasses that do not change the call keep the quick way.
            if call_changed || base_slots.tp_call.is_some() {
                slots.tp_vectorcall = if call_changed {
                    None
                } else {
                    slots.tp_vectorcall
                };
            }
        }
        self.heap.type_object_mut(ty).slots = slots;
    }

    /// Fills one slot from the methods that the MRO has for it (`update_one_slot`).
    fn update_one_slot(&self, ty: ObjId, slots: &mut Slots, group: &[&'static SlotDef]) {
        let mut specific: Option<ObjId> = None;
        let mut use_generic = false;
        let mut found_any = false;
        for def in group {
            let Some(descr) = self.type_lookup(ty, def.name_id) else {
                continue;
            };
            if let Payload::Descriptor(d) = self.heap.payload(descr)
                && let DescriptorKind::Wrapper(wrapped) = d.kind
                && wrapped.name == def.name
            {
                if !(wrapped.slot == def.slot
                    || (def.is_set)(&self.heap.type_object(d.d_type).slots))
                {
                    // The same dunder serves another slot of that type (`__len__` and friends).
                    continue;
                }
                if !(def.is_set)(&self.heap.type_object(d.d_type).slots) {
                    continue;
                }
                found_any = true;
                match specific {
                    None => specific = Some(d.d_type),
                    Some(known) if known == d.d_type => {}
                    Some(_) => use_generic = true,
                }
            } else if def.name == "__new__" && self.is_native_new(descr) {
                found_any = true;
                specific = Some(self.heap.type_object(ty).tp_base);
            } else if def.name == "__hash__" && descr == NONE {
                slots.tp_hash = Some(super::object_type::hash_not_implemented);
                return;
            } else {
                found_any = true;
                use_generic = true;
            }
        }
        if !found_any {
            return;
        }
        match specific {
            Some(source) if !use_generic => {
                let from = self.heap.type_object(source).slots;
                (group[0].copy)(slots, &from);
            }
            _ => {
                let mut generic = *slots;
                (group[0].install)(&mut generic);
                *slots = generic;
            }
        }
    }

    fn is_native_new(&self, descr: ObjId) -> bool {
        matches!(self.heap.payload(descr), Payload::CFunction(f) if f.m_ml.ml_name == "__new__")
    }

    /// Recomputes the slots of a class and of all its subclasses after an attribute changed, and
    /// drops what inline caches know of them (`type_modified`, `update_slot`).
    pub fn type_attribute_changed(&mut self, ty: ObjId, name: ObjId) {
        let is_dunder = self.text(name).is_some_and(|t| {
            let t = t.to_lossy();
            t.starts_with("__") && t.ends_with("__")
        });
        self.type_modified(ty);
        if is_dunder {
            self.refresh_slots(ty);
        }
    }

    fn refresh_slots(&mut self, ty: ObjId) {
        if self.heap.type_object(ty).is_heap_type() {
            self.fixup_slots(ty);
        }
        for subclass in self.subclasses_of(ty) {
            self.refresh_slots(subclass);
        }
    }

    /// Invalidates the version of a type and of all its subclasses (`PyType_Modified`).
    pub fn type_modified(&mut self, ty: ObjId) {
        if let Payload::Type(t) = self.heap.payload_mut_quiet(ty) {
            t.tp_version_tag.set(0);
            t.spec_cache.getitem = ObjId::NULL;
        }
        for subclass in self.subclasses_of(ty) {
            self.type_modified(subclass);
        }
    }

    /// The version of a type for inline caches and the cache of look-ups, assigned on demand
    /// (`assign_version_tag`).
    #[inline]
    pub fn type_version(&self, ty: ObjId) -> u32 {
        let tag = &self.heap.type_object(ty).tp_version_tag;
        if tag.get() == 0 {
            let version = self.interp.next_type_version.get();
            self.interp
                .next_type_version
                .set(version.wrapping_add(1).max(1));
            tag.set(version);
        }
        tag.get()
    }

    /// The C3 linearization of a class with these bases, the class itself first: borrowed ids
    /// (`mro_implementation`).
    pub fn compute_mro(&mut self, ty: ObjId, bases: &[ObjId]) -> PyResult<Vec<ObjId>> {
        let mut sequences: Vec<Vec<ObjId>> = bases
            .iter()
            .map(|&b| self.tuple_items(self.heap.type_object(b).tp_mro).to_vec())
            .collect();
        for (i, base) in bases.iter().enumerate() {
            if bases[i + 1..].contains(base) {
                let name = self.class_name(*base);
                return Err(self.type_error(format!("duplicate base class {name}")));
            }
        }
        sequences.push(bases.to_vec());
        let mut result = vec![ty];
        let mut position = vec![0_usize; sequences.len()];
        loop {
            let mut empty = 0;
            let mut candidate = None;
            for (i, sequence) in sequences.iter().enumerate() {
                let Some(&head) = sequence.get(position[i]) else {
                    empty += 1;
                    continue;
                };
                let blocked = sequences
                    .iter()
                    .enumerate()
                    .any(|(j, s)| s.iter().skip(position[j] + 1).any(|&x| x == head));
                if !blocked {
                    candidate = Some(head);
                    break;
                }
            }
            match candidate {
                Some(head) => {
                    result.push(head);
                    for (i, sequence) in sequences.iter().enumerate() {
                        if sequence.get(position[i]) == Some(&head) {
                            position[i] += 1;
                        }
                    }
                }
                None if empty == sequences.len() => return Ok(result),
                None => return Err(self.mro_conflict(&sequences, &position)),
            }
        }
    }

    fn mro_conflict(&mut self, sequences: &[Vec<ObjId>], position: &[usize]) -> super::vm::Raised {
        let mut heads: Vec<ObjId> = Vec::new();
        for (i, sequence) in sequences.iter().enumerate() {
            if let Some(&head) = sequence.get(position[i])
                && !heads.contains(&head)
            {
                heads.push(head);
            }
        }
        let names: Vec<String> = heads.iter().map(|&h| self.class_name(h)).collect();
        let list = names.join(", ");
        self.type_error(format!(
            "Cannot create a consistent method resolution order (MRO) for bases {list}"
        ))
    }

    /// `__name__` of a type: the part of `tp_name` behind the last dot.
    pub fn class_name(&self, ty: ObjId) -> String {
        let t = self.heap.type_object(ty);
        if t.is_heap_type() && !t.ht_name.is_null() {
            return self.str_lossy(t.ht_name);
        }
        t.tp_name.rsplit('.').next().unwrap_or_default().to_owned()
    }
}

/// `__new__` in the dict of every built-in type that has `tp_new` (`tp_new_wrapper`).
const NEW_METHOD: MethodDef = MethodDef::new(
    "__new__",
    MethodImpl::VarArgsKeywords(tp_new_wrapper),
    "($type, *args, **kwargs)",
);

fn tp_new_wrapper(vm: &mut Vm, owner: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let owner_name = vm.heap.type_object(owner).tp_name.clone();
    let items = vm.tuple_items(args).to_vec();
    let Some(&subtype) = items.first() else {
        return Err(vm.type_error(format!("{owner_name}.__new__(): not enough arguments")));
    };
    if !vm.isinstance(subtype, types::TYPE) {
        let name = vm.type_name_of(subtype);
        return Err(vm.type_error(format!(
            "{owner_name}.__new__(X): X is not a type object ({name})"
        )));
    }
    let sub_name = vm.heap.type_object(subtype).tp_name.clone();
    if !vm.is_subtype(subtype, owner) {
        return Err(vm.type_error(format!(
            "{owner_name}.__new__({sub_name}): {sub_name} is not a subtype of {owner_name}"
        )));
    }
    // `object.__new__(list)` would make an unsafe object.
    let mut static_base = subtype;
    while vm
        .heap
        .type_object(static_base)
        .slots
        .tp_new
        .map(|f| f as usize)
        == Some(super::slot_functions::slot_tp_new as *const () as usize)
    {
        static_base = vm.heap.type_object(static_base).tp_base;
    }
    let same = vm
        .heap
        .type_object(static_base)
        .slots
        .tp_new
        .map(|f| f as usize)
        == vm.heap.type_object(owner).slots.tp_new.map(|f| f as usize);
    if !same {
        let base_name = vm.heap.type_object(static_base).tp_name.clone();
        return Err(vm.type_error(format!(
            "{owner_name}.__new__({sub_name}) is not safe, use {base_name}.__new__()"
        )));
    }
    let rest = vm.new_tuple_from(&items[1..]);
    let new = vm
        .heap
        .type_object(owner)
        .slots
        .tp_new
        .expect("only types with tp_new have this method");
    let result = new(vm, subtype, rest, kwargs);
    vm.decref(rest);
    result
}

/// What a built-in type takes over from its base (`inherit_slots`).
fn inherit_slots(slots: &mut Slots, base: &Slots, base_is_object: bool) {
    let own_compare = slots.tp_richcompare.is_some() || slots.tp_hash.is_some();
    let (compare, hash) = (slots.tp_richcompare, slots.tp_hash);
    let new = slots.tp_new;
    slots.inherit_plain(base);
    if own_compare {
        // Comparison and hash go together.
        slots.tp_richcompare = compare;
        slots.tp_hash = hash;
    }
    if base_is_object {
        // Instances of a built-in type are not made through `object.__new__`.
        slots.tp_new = new;
    }
}
