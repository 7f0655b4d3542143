//! Helpers of the sequence, mapping and iterator protocols that native types share.
//!
//! Mirrors the parts of `Objects/abstract.c` and `Objects/object.c` that containers use.

use crate::base::ObjId;

use super::object::{NativePayload, Payload};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, names, types};

// ---- native structs
impl Vm {
    /// The native struct of `id`, which is a `T`: the slots of a type are called with its
    /// instances alone.
    #[inline]
    pub fn native<T: NativePayload>(&self, id: ObjId) -> &T {
        self.heap
            .native(id)
            .expect("slots are called with instances of their type")
    }

    /// As [`Self::native`], to change anything; changed references are reported.
    #[inline]
    pub fn native_mut<T: NativePayload>(&mut self, id: ObjId) -> &mut T {
        self.heap
            .native_mut(id)
            .expect("slots are called with instances of their type")
    }

    /// As [`Self::native`], to change fields that hold no references.
    #[inline]
    pub fn native_quiet<T: NativePayload>(&mut self, id: ObjId) -> &mut T {
        match self.heap.payload_mut_quiet(id) {
            Payload::Native(native) => native.as_any_mut().downcast_mut(),
            _ => None,
        }
        .expect("slots are called with instances of their type")
    }

    /// A new instance by `tp_alloc`: never from a free list, tracked when its type is a GC type.
    pub fn alloc_instance(&mut self, ty: ObjId, payload: Payload) -> ObjId {
        let id = self.generic_alloc(ty, payload);
        if ty == types::DICT {
            // An empty dict is of no interest to the collector.
            self.heap.untrack(id);
        }
        id
    }

    /// Whether type `ty` has the `tp_new` of the built-in type `base`.
    pub fn same_new(&self, ty: ObjId, base: ObjId) -> bool {
        let new = |ty| self.heap.type_object(ty).slots.tp_new.map(|f| f as usize);
        ty == base || new(ty) == new(base)
    }

    /// Whether type `ty` has the `tp_init` of the built-in type `base`.
    pub fn same_init(&self, ty: ObjId, base: ObjId) -> bool {
        let init = |ty| self.heap.type_object(ty).slots.tp_init.map(|f| f as usize);
        ty == base || init(ty) == init(base)
    }
}

// ---- sequences
impl Vm {
    /// Whether `obj` has `sq_item` and is no dict (`PySequence_Check`).
    pub fn is_sequence(&self, obj: ObjId) -> bool {
        self.slots_of(obj).sq_item.is_some() && !self.isinstance(obj, types::DICT)
    }

    /// `obj[index]` through `sq_item` (`PySequence_GetItem`).
    pub fn sequence_getitem(&mut self, obj: ObjId, index: i64) -> PyResult<ObjId> {
        let slots = self.slots_of(obj);
        let (item, length, mapping) =
            (slots.sq_item, slots.sq_length, slots.mp_subscript.is_some());
        let Some(item) = item else {
            let name = self.type_name_of(obj);
            let what = if mapping {
                "is not a sequence"
            } else {
                "does not support indexing"
            };
            return Err(self.type_error(format!("'{name}' object {what}")));
        };
        let index = match length {
            Some(length) if index < 0 => index + length(self, obj)?,
            _ => index,
        };
        item(self, obj, index)
    }

    /// The items of an iterable as new references; `message` is the `TypeError` for anything
    /// else (`PySequence_Fast`).
    pub fn sequence_fast_items(&mut self, obj: ObjId, message: &str) -> PyResult<Vec<ObjId>> {
        let items = match self.heap.payload(obj) {
            Payload::List(list) if self.type_of(obj) == types::LIST => list.ob_item.clone(),
            Payload::Tuple(items) if self.type_of(obj) == types::TUPLE => items.to_vec(),
            _ => {
                let iterator = match self.iter(obj) {
                    Ok(iterator) => iterator,
                    Err(_) if self.raised_matches(types::TYPE_ERROR) => {
                        self.clear_raised();
                        return Err(self.type_error(message));
                    }
                    Err(raised) => return Err(raised),
                };
                let list = self.list_from_iterable(iterator);
                self.decref(iterator);
                let list = list?;
                let items = self.list(list).ob_item.clone();
                for &item in &items {
                    self.incref(item);
                }
                self.decref(list);
                return Ok(items);
            }
        };
        for &item in &items {
            self.incref(item);
        }
        Ok(items)
    }

    /// `tuple(iterable)` (`PySequence_Tuple`).
    pub fn tuple_from_iterable(&mut self, obj: ObjId) -> PyResult<ObjId> {
        if self.type_of(obj) == types::TUPLE {
            return Ok(self.incref(obj));
        }
        if let Payload::List(list) = self.heap.payload(obj)
            && self.type_of(obj) == types::LIST
        {
            let items = list.ob_item.clone();
            return Ok(self.new_tuple_from(&items));
        }
        let iterator = self.iter(obj)?;
        if let Err(raised) = self.length_hint(obj, 10) {
            self.decref(iterator);
            return Err(raised);
        }
        let mut items = Vec::new();
        let result = loop {
            match self.iter_next(iterator) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break Ok(()),
                Err(raised) => break Err(raised),
            }
        };
        if let Err(raised) = result {
            for &item in items.iter().rev() {
                self.decref(item);
            }
            self.decref(iterator);
            return Err(raised);
        }
        let tuple = self.new_tuple(items);
        self.decref(iterator);
        Ok(tuple)
    }

    /// How many items an iterable says it has (`PyObject_LengthHint`).
    pub fn length_hint(&mut self, obj: ObjId, default: i64) -> PyResult<i64> {
        let slots = self.slots_of(obj);
        if slots.sq_length.is_some() || slots.mp_length.is_some() {
            match self.len(obj) {
                Ok(len) => return Ok(len),
                Err(_) if self.raised_matches(types::TYPE_ERROR) => self.clear_raised(),
                Err(raised) => return Err(raised),
            }
        }
        let Some(method) = self.lookup_special(obj, names::LENGTH_HINT)? else {
            return Ok(default);
        };
        let result = self.call(method, &[]);
        self.decref(method);
        let result = match result {
            Ok(result) => result,
            Err(_) if self.raised_matches(types::TYPE_ERROR) => {
                self.clear_raised();
                return Ok(default);
            }
            Err(raised) => return Err(raised),
        };
        if result == NOT_IMPLEMENTED {
            return Ok(default);
        }
        let (is_int, value) = (self.is_int(result), self.int_as_i64(result));
        let name = self.type_name_of(result);
        self.decref(result);
        match value {
            _ if !is_int => {
                Err(self.type_error(format!("__length_hint__ must be an integer, not {name}")))
            }
            None => Err(self.raise(
                types::OVERFLOW_ERROR,
                "Python int too large to convert to C ssize_t",
            )),
            Some(value) if value < 0 => {
                Err(self.value_error("__length_hint__() should return >= 0"))
            }
            Some(value) => Ok(value),
        }
    }

    /// An optional `start` or `stop` argument of `index` methods (`_PyEval_SliceIndexNotNone`).
    pub fn slice_index_argument(&mut self, arg: Option<&ObjId>, default: i64) -> PyResult<i64> {
        let Some(&arg) = arg else { return Ok(default) };
        if self.has_index(arg) {
            return self.index_as_ssize(arg, None);
        }
        Err(self.type_error("slice indices must be integers or have an __index__ method"))
    }
}

// ---- mappings and the rest
impl Vm {
    /// A `KeyError` for this key (`_PyErr_SetKeyError`): a tuple is wrapped, to stay one argument.
    #[cold]
    pub fn raise_key_error(&mut self, key: ObjId) -> Raised {
        let args = self.new_tuple_from(&[key]);
        let raised = self.raise_with(types::KEY_ERROR, args);
        self.decref(args);
        raised
    }

    /// A name of the module `builtins`, borrowed (`_PyEval_GetBuiltin`).
    pub fn builtin(&mut self, name: &str) -> PyResult<ObjId> {
        let builtins = self.interp.builtins;
        match self.dict_get_name(builtins, name) {
            Some(found) => Ok(found),
            None => Err(self.raise(types::ATTRIBUTE_ERROR, name)),
        }
    }

    /// `obj.__getstate__()` (`_PyObject_GetState`).
    pub fn object_getstate(&mut self, obj: ObjId) -> PyResult<ObjId> {
        self.call_method(obj, names::GETSTATE, &[])
    }

    /// A tuple `(builtin, (args…), state…)` for `__reduce__`; steals `args` and `state`.
    pub fn reduce_with_builtin(
        &mut self,
        name: &str,
        args: Vec<ObjId>,
        state: Option<ObjId>,
    ) -> PyResult<ObjId> {
        let function = match self.builtin(name) {
            Ok(function) => self.incref(function),
            Err(raised) => {
                self.decref_all(&args);
                if let Some(state) = state {
                    self.decref(state);
                }
                return Err(raised);
            }
        };
        let args = self.new_tuple(args);
        let mut parts = vec![function, args];
        parts.extend(state);
        Ok(self.new_tuple(parts))
    }

    /// A callable's only argument, or `None` to mean that nothing was given.
    pub fn none_if_null(&self, id: ObjId) -> ObjId {
        if id.is_null() { NONE } else { id }
    }
}
