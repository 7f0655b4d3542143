//! How attributes are found: on types along the MRO, on instances, with descriptors.
//!
//! Mirrors `_PyType_Lookup` of `Objects/typeobject.c` and `PyObject_GenericGetAttr`,
//! `PyObject_GenericSetAttr` of `Objects/object.c`.

use crate::base::ObjId;
use crate::events::{AttrStep, Event, LookupEnd};

use super::object::{InlineValues, Managed, Payload, Place};
use super::typeobject::TypeFlags;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{names, types};

/// A special method found on a type: bound or still needing its `self`.
#[derive(Debug)]
pub struct SpecialMethod {
    /// The callable; owned.
    function: ObjId,
    /// `self` is passed as the first argument (the descriptor is a plain method).
    unbound: bool,
}

impl SpecialMethod {
    /// The callable itself, borrowed.
    pub const fn function(&self) -> ObjId {
        self.function
    }

    /// Calls it for `this`.
    pub fn call(&self, vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
        if !self.unbound {
            return vm.call(self.function, args);
        }
        let mut all = Vec::with_capacity(args.len() + 1);
        all.push(this);
        all.extend_from_slice(args);
        vm.call(self.function, &all)
    }

    /// Calls it with a tuple and a dict or NULL.
    pub fn call_tuple_dict(
        &self,
        vm: &mut Vm,
        this: ObjId,
        args: ObjId,
        kwargs: ObjId,
    ) -> PyResult<ObjId> {
        let mut all = Vec::with_capacity(vm.tuple_items(args).len() + 1);
        if self.unbound {
            all.push(this);
        }
        all.extend_from_slice(vm.tuple_items(args));
        vm.call_args_dict(self.function, &all, kwargs)
    }

    /// Gives the reference back.
    pub fn drop(self, vm: &mut Vm) {
        vm.decref(self.function);
    }
}

impl Vm {
    /// The attribute `name` (an interned `str`) along the MRO of `ty`, borrowed; no descriptor
    /// is asked (`_PyType_Lookup`).
    pub fn type_lookup(&self, ty: ObjId, name: ObjId) -> Option<ObjId> {
        self.type_lookup_where(ty, name).map(|(_, value)| value)
    }

    /// As [`Self::type_lookup`], with the type of the MRO that has it.
    pub fn type_lookup_where(&self, ty: ObjId, name: ObjId) -> Option<(ObjId, ObjId)> {
        if self.heap.type_object(ty).tp_mro.is_null() {
            return None;
        }
        // An id is good for ever only where its object never dies.
        if !self.heap.is_immortal(name) {
            return self.find_name_in_mro(ty, name);
        }
        let version = self.type_version(ty);
        let (owner, value) = self.type_cache.get(version, name).unwrap_or_else(|| {
            let found = self.find_name_in_mro(ty, name).unwrap_or_default();
            self.type_cache.set(version, name, found.0, found.1);
            found
        });
        value.get().map(|value| (owner, value))
    }

    /// Walks the MRO (`find_name_in_mro`).
    fn find_name_in_mro(&self, ty: ObjId, name: ObjId) -> Option<(ObjId, ObjId)> {
        if self.type_of(name) != types::STR {
            return None;
        }
        let hash = self.str_hash(name);
        for &base in self.tuple_items(self.heap.type_object(ty).tp_mro) {
            let dict = self.heap.type_object(base).tp_dict;
            if let Some(i) = self.dict_lookup_str(dict, name, hash) {
                return Some((base, self.dict(dict).entries[i].value));
            }
        }
        None
    }

    /// A special method of the type of `this`, bound only if its descriptor is not a plain
    /// method (`lookup_maybe_method`). Errors of a descriptor's `__get__` count as absence.
    pub fn lookup_special_unbound(&mut self, this: ObjId, name: ObjId) -> Option<SpecialMethod> {
        let ty = self.type_of(this);
        let found = self.type_lookup(ty, name)?;
        let descr_type = self.heap.type_object(self.type_of(found));
        if descr_type.tp_flags.contains(TypeFlags::METHOD_DESCRIPTOR) {
            self.incref(found);
            return Some(SpecialMethod {
                function: found,
                unbound: true,
            });
        }
        let Some(get) = descr_type.slots.tp_descr_get else {
            self.incref(found);
            return Some(SpecialMethod {
                function: found,
                unbound: false,
            });
        };
        self.incref(found);
        let bound = get(self, found, this, ty);
        self.decref(found);
        match bound {
            Ok(function) => Some(SpecialMethod {
                function,
                unbound: false,
            }),
            Err(_) => None,
        }
    }

    /// Looks a special method up and binds it (`_PyObject_LookupSpecial`): a new reference.
    pub fn lookup_special(&mut self, this: ObjId, name: ObjId) -> PyResult<Option<ObjId>> {
        let ty = self.type_of(this);
        let Some(found) = self.type_lookup(ty, name) else {
            return Ok(None);
        };
        self.incref(found);
        let Some(get) = self.slots_of(found).tp_descr_get else {
            return Ok(Some(found));
        };
        let bound = get(self, found, this, ty);
        self.decref(found);
        bound.map(Some)
    }

    /// Whether the class set the special method to `None`.
    pub fn lookup_special_is_none(&self, this: ObjId, name: ObjId) -> bool {
        self.type_lookup(self.type_of(this), name) == Some(super::wellknown::NONE)
    }

    /// Whether `found` is `object.__getattribute__`.
    pub fn is_object_getattribute(&self, found: ObjId) -> bool {
        match self.heap.payload(found) {
            Payload::Descriptor(d) => d.d_type == types::OBJECT && d.d_name == names::GETATTRIBUTE,
            _ => false,
        }
    }

    fn report_step(&mut self, step: AttrStep, place: ObjId, found: ObjId) {
        if self.heap.reporter.is_on() {
            self.heap
                .reporter
                .emit(Event::LookupStep { step, place, found });
        }
    }

    /// Reports that `__getattr__` is asked.
    pub fn report_lookup_hook(&mut self, this: ObjId) {
        let ty = self.type_of(this);
        self.report_step(AttrStep::GetattrHook, ty, ObjId::NULL);
    }

    fn report_lookup_end(&mut self, value: ObjId) {
        if self.heap.reporter.is_on() {
            let end = if value.is_null() {
                LookupEnd::AttributeError
            } else {
                LookupEnd::Found
            };
            self.heap.reporter.emit(Event::LookupDone { end, value });
        }
    }

    fn report_lookup_start(&mut self, obj: ObjId, name: ObjId) {
        if self.heap.reporter.is_on() {
            let name = self.heap.name_text(name);
            self.heap.reporter.emit(Event::LookupStart { obj, name });
        }
    }

    /// Reports the types of the MRO that were examined, up to the one that has the name.
    fn report_mro_walk(&mut self, ty: ObjId, name: ObjId, step: AttrStep) {
        if !self.heap.reporter.is_on() {
            return;
        }
        let mro = self.tuple_items(self.heap.type_object(ty).tp_mro).to_vec();
        for base in mro {
            let dict = self.heap.type_object(base).tp_dict;
            let found = self.dict_get_str(dict, name).unwrap_or(ObjId::NULL);
            self.report_step(step, base, found);
            if !found.is_null() {
                break;
            }
        }
    }

    /// `PyObject_GenericGetAttr`: type data descriptor, instance, non-data descriptor, type value.
    pub fn generic_getattr(&mut self, this: ObjId, name: ObjId) -> PyResult<ObjId> {
        match self.generic_getattr_opt(this, name)? {
            Some(value) => Ok(value),
            None => Err(self.raise_no_attribute(this, name)),
        }
    }

    /// As [`Self::generic_getattr`]; `None` instead of an `AttributeError` of its own.
    pub fn generic_getattr_opt(&mut self, this: ObjId, name: ObjId) -> PyResult<Option<ObjId>> {
        let ty = self.type_of(this);
        self.report_lookup_start(this, name);
        self.report_mro_walk(ty, name, AttrStep::TypeDict);
        let found = self.type_lookup(ty, name);
        let mut getter = None;
        if let Some(descr) = found {
            let slots = self.slots_of(descr);
            getter = slots.tp_descr_get;
            let data = slots.tp_descr_set.is_some();
            if data && let Some(get) = getter {
                self.report_step(AttrStep::DataDescriptor, ty, descr);
                self.incref(descr);
                let result = get(self, descr, this, ty);
                self.decref(descr);
                self.report_lookup_end(result.unwrap_or(ObjId::NULL));
                return result.map(Some);
            }
            self.incref(descr);
        }
        let own = self.instance_attribute(this, name);
        if self.heap.reporter.is_on() && self.has_instance_dict(this) {
            self.report_step(AttrStep::InstanceDict, this, own.unwrap_or(ObjId::NULL));
        }
        if let Some(value) = own {
            self.incref(value);
            if let Some(descr) = found {
                self.decref(descr);
            }
            self.report_lookup_end(value);
            return Ok(Some(value));
        }
        if let Some(descr) = found {
            if let Some(get) = getter {
                self.report_step(AttrStep::NonDataDescriptor, ty, descr);
                let result = get(self, descr, this, ty);
                self.decref(descr);
                self.report_lookup_end(result.unwrap_or(ObjId::NULL));
                return result.map(Some);
            }
            self.report_step(AttrStep::TypeAttribute, ty, descr);
            self.report_lookup_end(descr);
            return Ok(Some(descr));
        }
        self.report_lookup_end(ObjId::NULL);
        Ok(None)
    }

    /// `'X' object has no attribute 'q'`, with `name` and `obj` for suggestions.
    #[cold]
    pub fn raise_no_attribute(&mut self, this: ObjId, name: ObjId) -> Raised {
        let type_name = self.type_name_of(this);
        let text = self.str_lossy(name);
        let message = format!("'{type_name}' object has no attribute '{text}'");
        self.raise_attribute_error(message, this, name)
    }

    /// An `AttributeError` that knows its object and name.
    #[cold]
    pub fn raise_attribute_error(&mut self, message: String, this: ObjId, name: ObjId) -> Raised {
        let raised = self.raise(types::ATTRIBUTE_ERROR, message);
        let exception = self.tstate.current_exception;
        self.fill_attribute_error(exception, this, name);
        raised
    }

    /// An `AttributeError` that knows neither name nor object, such as one that `__getattr__`
    /// raised, learns both (`_PyObject_SetAttributeErrorContext`).
    #[cold]
    pub fn set_attribute_error_context(&mut self, this: ObjId, name: ObjId) {
        if !self.raised_matches(types::ATTRIBUTE_ERROR) {
            return;
        }
        let exception = self.tstate.current_exception;
        if let Payload::Exception(e) = self.heap.payload(exception)
            && e.field("name").is_null()
            && e.field("obj").is_null()
        {
            self.fill_attribute_error(exception, this, name);
        }
    }

    fn fill_attribute_error(&mut self, exception: ObjId, this: ObjId, name: ObjId) {
        self.incref(this);
        self.incref(name);
        let mut dropped = Vec::new();
        if let Payload::Exception(e) = self.heap.payload_mut(exception) {
            for (field, value) in [("name", name), ("obj", this)] {
                if let Some(entry) = e.fields.iter_mut().find(|(n, _)| *n == field) {
                    dropped.push(std::mem::replace(&mut entry.1, value));
                } else {
                    e.fields.push((field, value));
                }
            }
        }
        self.decref_all(&dropped);
    }

    /// Whether instances of the type of `this` have an attribute dict at all.
    pub fn has_instance_dict(&self, this: ObjId) -> bool {
        let ty = self.heap.type_object(self.type_of(this));
        ty.tp_flags.contains(TypeFlags::MANAGED_DICT) || ty.dict
    }

    /// Whether C keeps the attributes of an instance in its inline values: also after its
    /// `__dict__` was asked for, as long as that shares them.
    pub fn has_valid_values(&self, this: ObjId) -> bool {
        let Some(managed) = &self.heap.get(this).managed else {
            return false;
        };
        match &managed.inline {
            Some(inline) => inline.valid,
            None => !managed.dict.is_null() && !self.dict(managed.dict).split_type.is_null(),
        }
    }

    /// The attribute in the instance's own dict or inline values, borrowed.
    pub fn instance_attribute(&self, this: ObjId, name: ObjId) -> Option<ObjId> {
        if let Some(managed) = &self.heap.get(this).managed {
            if let Some(inline) = &managed.inline
                && inline.valid
            {
                let keys = &self.heap.type_object(self.type_of(this)).shared_keys;
                let index = self.shared_key_index(&keys.names, name)?;
                let value = *inline.values.get(index)?;
                return value.get();
            }
            if !managed.dict.is_null() {
                return self.dict_get_any(managed.dict, name);
            }
        }
        let dict = self.own_dict(this);
        if dict.is_null() {
            None
        } else {
            self.dict_get_any(dict, name)
        }
    }

    /// A string key in a dict that may hold other keys.
    fn dict_get_any(&self, dict: ObjId, name: ObjId) -> Option<ObjId> {
        self.dict_get_str(dict, name)
    }

    /// Where `name` stands among shared keys; names are interned, so identity almost always
    /// decides.
    pub fn shared_key_index(&self, keys: &[ObjId], name: ObjId) -> Option<usize> {
        if let Some(i) = keys.iter().position(|&k| k == name) {
            return Some(i);
        }
        let text = self.text(name)?;
        keys.iter().position(|&k| self.text(k) == Some(text))
    }

    /// The `__dict__` that built-in objects keep in a field of their struct; NULL: none yet.
    pub fn own_dict(&self, this: ObjId) -> ObjId {
        match self.heap.payload(this) {
            Payload::Function(f) => f.func_dict,
            Payload::Module(m) => m.md_dict,
            Payload::Exception(e) => e.dict,
            Payload::Type(t) => t.tp_dict,
            _ => self
                .heap
                .get(this)
                .managed
                .as_ref()
                .map_or(ObjId::NULL, |m| m.dict),
        }
    }

    /// Keeps a dict (stolen reference) as the `__dict__` of `this`; gives the old one back.
    pub fn set_own_dict(&mut self, this: ObjId, dict: ObjId) -> ObjId {
        match self.heap.payload_mut(this) {
            Payload::Function(f) => return std::mem::replace(&mut f.func_dict, dict),
            Payload::Module(m) => return std::mem::replace(&mut m.md_dict, dict),
            Payload::Exception(e) => return std::mem::replace(&mut e.dict, dict),
            _ => {}
        }
        let managed = self.managed_mut(this);
        std::mem::replace(&mut managed.dict, dict)
    }

    /// What the instance carries, made on first use.
    pub fn managed_mut(&mut self, this: ObjId) -> &mut Managed {
        self.heap.objects[this.index()]
            .managed
            .get_or_insert_with(Box::default)
    }

    /// Gives a new instance of a class its inline values and slots (`_PyObject_InitInlineValues`
    /// and the zeroed slots of `PyType_GenericAlloc`). Every instance made lets the class's
    /// shared keys accept one name less (facts 1.6.2).
    pub fn init_managed(&mut self, this: ObjId) {
        let ty = self.type_of(this);
        let object = self.heap.type_object(ty);
        let slots = object.slot_count as usize;
        let inline = object.tp_flags.contains(TypeFlags::INLINE_VALUES);
        if !inline && slots == 0 {
            return;
        }
        let names = object.shared_keys.names.len();
        let capacity = names as u8 + object.shared_keys.usable;
        if inline
            && let Payload::Type(t) = self.heap.payload_mut_quiet(ty)
            && t.shared_keys.usable > 1
        {
            t.shared_keys.usable -= 1;
        }
        let managed = self.managed_mut(this);
        managed.slots = vec![ObjId::NULL; slots].into_boxed_slice();
        if inline {
            managed.inline = Some(InlineValues::new(capacity, names));
        }
    }

    /// `PyObject_GenericSetAttr`; a NULL value deletes.
    pub fn generic_setattr(&mut self, this: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
        if self.type_of(name) != types::STR
            && let Some(text) = self.text(name).cloned()
        {
            // Look-ups by a plain name must find what a subclass's instance named.
            let plain = self.new_text(text);
            let result = self.generic_setattr(this, plain, value);
            self.decref(plain);
            return result;
        }
        let ty = self.type_of(this);
        let found = self.type_lookup(ty, name);
        if let Some(descr) = found
            && let Some(set) = self.slots_of(descr).tp_descr_set
        {
            self.incref(descr);
            let result = set(self, descr, this, value);
            self.decref(descr);
            return result;
        }
        if self.has_instance_dict(this) {
            return self.instance_set(this, name, value);
        }
        let text = self.str_lossy(name);
        if found.is_some() {
            let type_name = self.type_name_of(this);
            let message = format!("'{type_name}' object attribute '{text}' is read-only");
            return Err(self.raise_attribute_error(message, this, name));
        }
        let type_name = self.type_name_of(this);
        let message = if self.slots_of(this).tp_setattro.map(|f| f as usize)
            == Some(super::object_type::object_setattr as *const () as usize)
        {
            format!(
                "'{type_name}' object has no attribute '{text}' and no __dict__ for setting new attributes"
            )
        } else {
            format!("'{type_name}' object has no attribute '{text}'")
        };
        Err(self.raise_attribute_error(message, this, name))
    }

    /// Sets (or with NULL deletes) an attribute in the instance itself.
    pub fn instance_set(&mut self, this: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
        let inline_valid = self
            .heap
            .get(this)
            .managed
            .as_ref()
            .and_then(|m| m.inline.as_ref())
            .is_some_and(|i| i.valid);
        if inline_valid && self.store_inline(this, name, value)? {
            return Ok(());
        }
        let dict = self.instance_dict(this)?;
        if value.is_null() {
            let deleted = self.dict_delete(dict, name);
            match deleted {
                Ok(true) => Ok(()),
                Ok(false) => Err(self.raise_no_attribute(this, name)),
                Err(raised) => Err(raised),
            }
        } else {
            let untracked = !self.heap.is_tracked(dict);
            self.dict_set(dict, name, value)?;
            if untracked && !self.dict(dict).split_type.is_null() {
                // C stores into the instance's values without asking the dict.
                self.heap.untrack(dict);
            }
            Ok(())
        }
    }

    /// Stores into inline values; false when they cannot take the name: the caller goes on
    /// with a dict (`store_instance_attr_lock_held`).
    fn store_inline(&mut self, this: ObjId, name: ObjId, value: ObjId) -> PyResult<bool> {
        let ty = self.type_of(this);
        let mut index = self.shared_key_index(&self.heap.type_object(ty).shared_keys.names, name);
        if index.is_none() {
            if value.is_null() {
                return Err(self.raise_no_attribute(this, name));
            }
            if self.type_of(name) != types::STR || self.heap.type_object(ty).shared_keys.usable == 0
            {
                self.materialize_dict(this);
                return Ok(false);
            }
            self.incref(name);
            if let Payload::Type(t) = self.heap.payload_mut_quiet(ty) {
                t.shared_keys.names.push(name);
                t.shared_keys.usable -= 1;
                t.shared_keys.version = 0;
                index = Some(t.shared_keys.names.len() - 1);
            }
            self.heap.touch(ty);
        }
        let index = index.expect("found or just added");
        let managed = self.managed_mut(this);
        let inline = managed
            .inline
            .as_mut()
            .expect("the caller saw valid inline values");
        if index >= usize::from(inline.capacity) {
            self.materialize_dict(this);
            return Ok(false);
        }
        let old = inline.set(index, value);
        if value.is_null() && old.is_null() {
            return Err(self.raise_no_attribute(this, name));
        }
        self.xincref(value);
        self.heap
            .report_slot_tracked(this, Place::Attr(name), old, value);
        self.xdecref(old);
        Ok(true)
    }

    /// Replaces an inline value of an instance that has them (the reference moves in); gives the
    /// old one, which the caller owns.
    #[inline]
    pub fn set_inline_value(&mut self, this: ObjId, index: usize, value: ObjId) -> ObjId {
        self.managed_mut(this)
            .inline
            .as_mut()
            .expect("the caller saw valid inline values")
            .set(index, value)
    }

    /// The `__dict__` of an instance, made on first use; borrowed.
    pub fn instance_dict(&mut self, this: ObjId) -> PyResult<ObjId> {
        let inline_valid = self
            .heap
            .get(this)
            .managed
            .as_ref()
            .and_then(|m| m.inline.as_ref())
            .is_some_and(|i| i.valid);
        if inline_valid {
            return Ok(self.materialize_dict(this));
        }
        let dict = self.own_dict(this);
        if !dict.is_null() {
            return Ok(dict);
        }
        let dict = self.new_dict();
        self.set_own_dict(this, dict);
        self.heap.touch(this);
        Ok(dict)
    }

    /// Moves inline values into a dict of their own; gives it, borrowed.
    pub fn materialize_dict(&mut self, this: ObjId) -> ObjId {
        let ty = self.type_of(this);
        let inline = self.managed_mut(this).inline.take();
        let dict = self.new_dict();
        self.dict_mut(dict).split_type = ty;
        if let Some(inline) = inline {
            let names = self.heap.type_object(ty).shared_keys.names.clone();
            for &i in inline.insertion_order() {
                let (name, value) = (names[usize::from(i)], inline.values[usize::from(i)]);
                let hash = self.str_hash(name);
                self.incref(name);
                // The value's reference moves from the instance to the dict.
                self.dict_insert_new(dict, name, hash, value);
            }
        }
        self.managed_mut(this).dict = dict;
        self.heap.touch(this);
        dict
    }
}
