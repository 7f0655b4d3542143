//! The protocols that every object may follow: calls, attributes, items, iteration, comparison.
//!
//! Mirrors `Objects/abstract.c`, `Objects/call.c` and the protocol half of `Objects/object.c`.

use crate::base::ObjId;

use super::object::Payload;
use super::slots::{CompareOp, TernaryFunc};
use super::typeobject::TypeFlags;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{FALSE, NONE, NOT_IMPLEMENTED, TRUE, names, types};

/// Native calls that may follow while a `RecursionError` is being made (`recursion_headroom`).
const RECURSION_HEADROOM: i32 = 50;

// ---- calls
impl Vm {
    /// Calls with positional arguments (`PyObject_Vectorcall` without keywords).
    #[inline]
    pub fn call(&mut self, callable: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
        self.call_vector(callable, args, ObjId::NULL)
    }

    /// Calls with positional and keyword arguments: the values of the keywords follow the
    /// positional ones, `kwnames` (a tuple or NULL) names them.
    pub fn call_vector(
        &mut self,
        callable: ObjId,
        args: &[ObjId],
        kwnames: ObjId,
    ) -> PyResult<ObjId> {
        let slots = self.slots_of(callable);
        if let Some(vectorcall) = slots.tp_vectorcall {
            return vectorcall(self, callable, args, kwnames);
        }
        if let Some(tp_call) = slots.tp_call {
            self.call_tp_call(tp_call, callable, args, kwnames)
        } else {
            let name = self.type_name_of(callable);
            Err(self.type_error(format!("'{name}' object is not callable")))
        }
    }

    /// Packs the arguments and calls `tp_call` (`_PyObject_MakeTpCall`).
    pub fn call_tp_call(
        &mut self,
        tp_call: TernaryFunc,
        callable: ObjId,
        args: &[ObjId],
        kwnames: ObjId,
    ) -> PyResult<ObjId> {
        let (tuple, dict) = self.pack_call_args(args, kwnames)?;
        self.enter_native_call(" while calling a Python object")?;
        let result = tp_call(self, callable, tuple, dict);
        self.leave_native_call();
        self.decref(tuple);
        self.xdecref(dict);
        result
    }

    /// The tuple and dict (or NULL) form of vector arguments: new references.
    pub fn pack_call_args(&mut self, args: &[ObjId], kwnames: ObjId) -> PyResult<(ObjId, ObjId)> {
        let keywords = if kwnames.is_null() {
            Vec::new()
        } else {
            self.tuple_items(kwnames).to_vec()
        };
        let positional = args.len() - keywords.len();
        let tuple = self.new_tuple_from(&args[..positional]);
        if keywords.is_empty() {
            return Ok((tuple, ObjId::NULL));
        }
        let dict = self.new_dict();
        for (i, &name) in keywords.iter().enumerate() {
            self.dict_set(dict, name, args[positional + i])?;
        }
        Ok((tuple, dict))
    }

    /// Calls with positional arguments and a dict of keywords or NULL.
    pub fn call_args_dict(
        &mut self,
        callable: ObjId,
        args: &[ObjId],
        kwargs: ObjId,
    ) -> PyResult<ObjId> {
        if kwargs.is_null() || self.dict_len(kwargs) == 0 {
            return self.call(callable, args);
        }
        let entries = self.dict_entries(kwargs);
        let mut all = args.to_vec();
        let mut keywords = Vec::with_capacity(entries.len());
        for &(name, value) in &entries {
            if !self.isinstance(name, types::STR) {
                return Err(self.type_error("keywords must be strings"));
            }
            keywords.push(name);
            all.push(value);
        }
        for &value in &all {
            self.incref(value);
        }
        let kwnames = self.new_tuple_from(&keywords);
        let result = self.call_vector(callable, &all, kwnames);
        self.decref(kwnames);
        self.decref_all(&all);
        result
    }

    /// Calls with a tuple and a dict or NULL (`PyObject_Call`).
    pub fn call_tuple_dict(
        &mut self,
        callable: ObjId,
        args: ObjId,
        kwargs: ObjId,
    ) -> PyResult<ObjId> {
        let slots = self.slots_of(callable);
        if slots.tp_vectorcall.is_none()
            && let Some(tp_call) = slots.tp_call
        {
            self.enter_native_call(" while calling a Python object")?;
            let result = tp_call(self, callable, args, kwargs);
            self.leave_native_call();
            return result;
        }
        let items = self.tuple_items(args).to_vec();
        self.call_args_dict(callable, &items, kwargs)
    }

    /// Calls the method `name` of `this` (`PyObject_VectorcallMethod`): instance attributes count.
    pub fn call_method(&mut self, this: ObjId, name: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
        let method = self.getattr(this, name)?;
        let result = self.call(method, args);
        self.decref(method);
        result
    }

    /// As [`Self::call_method`] with a name that is interned on the way.
    pub fn call_method_name(&mut self, this: ObjId, name: &str, args: &[ObjId]) -> PyResult<ObjId> {
        let name = self.intern(name);
        self.call_method(this, name, args)
    }

    /// Enters native code that may recurse; `RecursionError` when it is too deep
    /// (`_Py_EnterRecursiveCall`).
    pub fn enter_native_call(&mut self, place: &str) -> PyResult<()> {
        self.tstate.c_recursion_remaining -= 1;
        if self.tstate.c_recursion_remaining <= 0 {
            // Making the exception calls its class: that needs some headroom.
            self.tstate.c_recursion_remaining += RECURSION_HEADROOM;
            let raised = self.raise(
                types::RECURSION_ERROR,
                format!("maximum recursion depth exceeded{place}"),
            );
            self.tstate.c_recursion_remaining -= RECURSION_HEADROOM - 1;
            return Err(raised);
        }
        Ok(())
    }

    /// Leaves what [`Self::enter_native_call`] entered.
    pub const fn leave_native_call(&mut self) {
        self.tstate.c_recursion_remaining += 1;
    }

    /// Whether the object can be called.
    pub fn is_callable(&self, id: ObjId) -> bool {
        let slots = self.slots_of(id);
        slots.tp_call.is_some() || slots.tp_vectorcall.is_some()
    }
}

// ---- attributes
impl Vm {
    /// `obj.name` (`PyObject_GetAttr`).
    pub fn getattr(&mut self, obj: ObjId, name: ObjId) -> PyResult<ObjId> {
        if !self.isinstance(name, types::STR) {
            let type_name = self.type_name_of(name);
            return Err(
                self.type_error(format!("attribute name must be string, not '{type_name}'"))
            );
        }
        let result = match self.slots_of(obj).tp_getattro {
            Some(getattro) => getattro(self, obj, name),
            None => self.generic_getattr(obj, name),
        };
        if result.is_err() {
            self.set_attribute_error_context(obj, name);
        }
        result
    }

    /// `obj.name` with a name that is interned on the way.
    pub fn getattr_name(&mut self, obj: ObjId, name: &str) -> PyResult<ObjId> {
        let name = self.intern(name);
        self.getattr(obj, name)
    }

    /// `obj.name`, or `None` where that raises `AttributeError` (`PyObject_GetOptionalAttr`).
    pub fn getattr_opt(&mut self, obj: ObjId, name: ObjId) -> PyResult<Option<ObjId>> {
        if self.slots_of(obj).tp_getattro.map(|f| f as usize)
            == Some(super::object_type::object_getattro as *const () as usize)
        {
            return self.generic_getattr_opt_silent(obj, name);
        }
        match self.getattr(obj, name) {
            Ok(value) => Ok(Some(value)),
            Err(_) if self.raised_matches(types::ATTRIBUTE_ERROR) => {
                self.clear_raised();
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    fn generic_getattr_opt_silent(&mut self, obj: ObjId, name: ObjId) -> PyResult<Option<ObjId>> {
        match self.generic_getattr_opt(obj, name) {
            Ok(value) => Ok(value),
            Err(_) if self.raised_matches(types::ATTRIBUTE_ERROR) => {
                self.clear_raised();
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    /// As [`Self::getattr_opt`] with a name that is interned on the way.
    pub fn getattr_name_opt(&mut self, obj: ObjId, name: &str) -> PyResult<Option<ObjId>> {
        let name = self.intern(name);
        self.getattr_opt(obj, name)
    }

    /// `obj.name = value`; NULL deletes (`PyObject_SetAttr`).
    pub fn setattr(&mut self, obj: ObjId, name: ObjId, value: ObjId) -> PyResult<()> {
        if !self.isinstance(name, types::STR) {
            let type_name = self.type_name_of(name);
            return Err(
                self.type_error(format!("attribute name must be string, not '{type_name}'"))
            );
        }
        // The name of an attribute is interned, mortal (`PyUnicode_InternMutable`).
        let mut interned = self.incref(name);
        self.intern_in_place(&mut interned);
        let result = match self.slots_of(obj).tp_setattro {
            Some(setattro) => setattro(self, obj, interned, value),
            None => self.generic_setattr(obj, interned, value),
        };
        self.decref(interned);
        result
    }
}

// ---- text and truth
impl Vm {
    /// `repr(obj)` as an object (`PyObject_Repr`).
    pub fn repr(&mut self, obj: ObjId) -> PyResult<ObjId> {
        let Some(tp_repr) = self.slots_of(obj).tp_repr else {
            let name = self.type_name_of(obj);
            let address = self.heap.address(obj);
            return Ok(self.new_string(format!("<{name} object at {address:#x}>")));
        };
        self.enter_native_call(" while getting the repr of an object")?;
        let result = tp_repr(self, obj);
        self.leave_native_call();
        let result = result?;
        if !self.isinstance(result, types::STR) {
            let name = self.type_name_of(result);
            self.decref(result);
            return Err(self.type_error(format!("__repr__ returned non-string (type {name})")));
        }
        Ok(result)
    }

    /// `repr(obj)` as text for messages.
    pub fn repr_string(&mut self, obj: ObjId) -> PyResult<String> {
        let repr = self.repr(obj)?;
        let text = self.str_lossy(repr);
        self.decref(repr);
        Ok(text)
    }

    /// `str(obj)` (`PyObject_Str`).
    pub fn str(&mut self, obj: ObjId) -> PyResult<ObjId> {
        if self.type_of(obj) == types::STR {
            return Ok(self.incref(obj));
        }
        let Some(tp_str) = self.slots_of(obj).tp_str else {
            return self.repr(obj);
        };
        self.enter_native_call(" while getting the str of an object")?;
        let result = tp_str(self, obj);
        self.leave_native_call();
        let result = result?;
        if !self.isinstance(result, types::STR) {
            let name = self.type_name_of(result);
            self.decref(result);
            return Err(self.type_error(format!("__str__ returned non-string (type {name})")));
        }
        Ok(result)
    }

    /// `str(obj)` as text for messages.
    pub fn str_string(&mut self, obj: ObjId) -> PyResult<String> {
        let text = self.str(obj)?;
        let string = self.str_lossy(text);
        self.decref(text);
        Ok(string)
    }

    /// `bool(obj)` (`PyObject_IsTrue`).
    #[inline]
    pub fn is_true(&mut self, obj: ObjId) -> PyResult<bool> {
        match obj {
            TRUE => return Ok(true),
            FALSE | NONE => return Ok(false),
            _ => {}
        }
        let slots = self.slots_of(obj);
        if let Some(nb_bool) = slots.nb_bool {
            return nb_bool(self, obj);
        }
        if let Some(length) = slots.mp_length.or(slots.sq_length) {
            return Ok(length(self, obj)? > 0);
        }
        Ok(true)
    }

    /// Notes that the repr of `obj` is in progress; true when it already was (`Py_ReprEnter`).
    pub fn repr_enter(&mut self, obj: ObjId) -> bool {
        if self.tstate.repr_in_progress.contains(&obj) {
            return true;
        }
        self.tstate.repr_in_progress.push(obj);
        false
    }

    /// Ends what [`Self::repr_enter`] began.
    pub fn repr_leave(&mut self, obj: ObjId) {
        if let Some(i) = self.tstate.repr_in_progress.iter().rposition(|&x| x == obj) {
            self.tstate.repr_in_progress.remove(i);
        }
    }
}

// ---- comparison and hash
impl Vm {
    /// `a op b` as an object (`PyObject_RichCompare`).
    pub fn rich_compare(&mut self, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
        self.enter_native_call(" in comparison")?;
        let result = self.do_rich_compare(a, b, op);
        self.leave_native_call();
        result
    }

    fn do_rich_compare(&mut self, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let mut checked_reverse = false;
        if ta != tb
            && self.is_subtype(tb, ta)
            && let Some(f) = self.slots_of(b).tp_richcompare
        {
            checked_reverse = true;
            let result = f(self, b, a, op.swapped())?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        if let Some(f) = self.slots_of(a).tp_richcompare {
            let result = f(self, a, b, op)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        if !checked_reverse && let Some(f) = self.slots_of(b).tp_richcompare {
            let result = f(self, b, a, op.swapped())?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        match op {
            CompareOp::Eq => Ok(super::wellknown::bool_obj(a == b)),
            CompareOp::Ne => Ok(super::wellknown::bool_obj(a != b)),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                let (na, nb) = (self.type_name_of(a), self.type_name_of(b));
                let symbol = op.symbol();
                Err(self.type_error(format!(
                    "'{symbol}' not supported between instances of '{na}' and '{nb}'"
                )))
            }
        }
    }

    /// `a op b` as a truth value; identity decides `==` and `!=` at once
    /// (`PyObject_RichCompareBool`).
    pub fn rich_compare_bool(&mut self, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<bool> {
        if a == b {
            match op {
                CompareOp::Eq => return Ok(true),
                CompareOp::Ne => return Ok(false),
                CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {}
            }
        }
        let result = self.rich_compare(a, b, op)?;
        let truth = self.is_true(result);
        self.decref(result);
        truth
    }

    /// `a == b`, where identity is enough.
    pub fn eq(&mut self, a: ObjId, b: ObjId) -> PyResult<bool> {
        self.rich_compare_bool(a, b, CompareOp::Eq)
    }

    /// `hash(obj)` (`PyObject_Hash`).
    #[inline]
    pub fn hash(&mut self, obj: ObjId) -> PyResult<i64> {
        if self.type_of(obj) == types::STR {
            return Ok(self.str_hash(obj));
        }
        match self.slots_of(obj).tp_hash {
            Some(tp_hash) => tp_hash(self, obj),
            None => super::object_type::hash_not_implemented(self, obj),
        }
    }

    /// The hash of an address, as objects without a hash of their own have
    /// (`Py_HashPointer`).
    pub fn hash_pointer(&self, obj: ObjId) -> i64 {
        let hash = self.heap.address(obj).rotate_right(4) as i64;
        if hash == -1 { -2 } else { hash }
    }
}

// ---- items and iteration
impl Vm {
    /// `obj[key]` (`PyObject_GetItem`).
    pub fn getitem(&mut self, obj: ObjId, key: ObjId) -> PyResult<ObjId> {
        let slots = self.slots_of(obj);
        if let Some(subscript) = slots.mp_subscript {
            return subscript(self, obj, key);
        }
        if let Some(item) = slots.sq_item {
            if !self.has_index(key) {
                let name = self.type_name_of(key);
                return Err(
                    self.type_error(format!("sequence index must be integer, not '{name}'"))
                );
            }
            let i = self.index_as_ssize(key, Some(types::INDEX_ERROR))?;
            let i = self.index_from_front(obj, i)?;
            return item(self, obj, i);
        }
        if self.isinstance(obj, types::TYPE) {
            if obj == types::TYPE {
                return super::genericaliasobject::generic_alias_new(self, obj, key);
            }
            if let Some(method) = self.getattr_opt(obj, names::CLASS_GETITEM)?
                && method != NONE
            {
                let result = self.call(method, &[key]);
                self.decref(method);
                return result;
            }
            let name = self.heap.type_object(obj).tp_name.clone();
            return Err(self.type_error(format!("type '{name}' is not subscriptable")));
        }
        let name = self.type_name_of(obj);
        Err(self.type_error(format!("'{name}' object is not subscriptable")))
    }

    fn index_from_front(&mut self, obj: ObjId, i: i64) -> PyResult<i64> {
        if i < 0
            && let Some(length) = self.slots_of(obj).sq_length
        {
            return Ok(i + length(self, obj)?);
        }
        Ok(i)
    }

    /// `obj[key] = value`; NULL deletes (`PyObject_SetItem`, `PyObject_DelItem`).
    pub fn setitem(&mut self, obj: ObjId, key: ObjId, value: ObjId) -> PyResult<()> {
        let slots = self.slots_of(obj);
        if let Some(assign) = slots.mp_ass_subscript {
            return assign(self, obj, key, value);
        }
        if let Some(assign) = slots.sq_ass_item {
            if !self.has_index(key) {
                let name = self.type_name_of(key);
                return Err(
                    self.type_error(format!("sequence index must be integer, not '{name}'"))
                );
            }
            let i = self.index_as_ssize(key, Some(types::INDEX_ERROR))?;
            let i = self.index_from_front(obj, i)?;
            return assign(self, obj, i, value);
        }
        let name = self.type_name_of(obj);
        let what = if value.is_null() {
            "deletion"
        } else {
            "assignment"
        };
        Err(self.type_error(format!("'{name}' object doesn't support item {what}")))
    }

    /// `len(obj)` (`PyObject_Size`).
    pub fn len(&mut self, obj: ObjId) -> PyResult<i64> {
        let slots = self.slots_of(obj);
        if let Some(length) = slots.sq_length.or(slots.mp_length) {
            length(self, obj)
        } else {
            let name = self.type_name_of(obj);
            Err(self.type_error(format!("object of type '{name}' has no len()")))
        }
    }

    /// `iter(obj)` (`PyObject_GetIter`).
    #[expect(
        clippy::iter_not_returning_iterator,
        reason = "it makes a Python iterator"
    )]
    pub fn iter(&mut self, obj: ObjId) -> PyResult<ObjId> {
        let slots = self.slots_of(obj);
        if let Some(tp_iter) = slots.tp_iter {
            let iterator = tp_iter(self, obj)?;
            if self.slots_of(iterator).tp_iternext.is_none() {
                let name = self.type_name_of(iterator);
                self.decref(iterator);
                return Err(
                    self.type_error(format!("iter() returned non-iterator of type '{name}'"))
                );
            }
            return Ok(iterator);
        }
        if slots.sq_item.is_some() && !self.isinstance(obj, types::DICT) {
            return Ok(self.new_seq_iter(obj));
        }
        let name = self.type_name_of(obj);
        Err(self.type_error(format!("'{name}' object is not iterable")))
    }

    /// The next item of an iterator; `None` at its end, a `StopIteration` included.
    pub fn iter_next(&mut self, iterator: ObjId) -> PyResult<Option<ObjId>> {
        self.native_step()?;
        if let Some(next) = self.slots_of(iterator).tp_iternext {
            match next(self, iterator) {
                Err(_) if self.raised_matches(types::STOP_ITERATION) => {
                    self.clear_raised();
                    Ok(None)
                }
                other => other,
            }
        } else {
            let name = self.type_name_of(iterator);
            Err(self.type_error(format!("'{name}' object is not an iterator")))
        }
    }

    /// All items of an iterable: new references, to be given back by the caller.
    pub fn collect_iterable(&mut self, iterable: ObjId) -> PyResult<Vec<ObjId>> {
        match self.heap.payload(iterable) {
            Payload::Tuple(items) if self.type_of(iterable) == types::TUPLE => {
                let items = items.to_vec();
                for &item in &items {
                    self.incref(item);
                }
                return Ok(items);
            }
            Payload::List(list) if self.type_of(iterable) == types::LIST => {
                let items = list.ob_item.clone();
                for &item in &items {
                    self.incref(item);
                }
                return Ok(items);
            }
            _ => {}
        }
        let iterator = self.iter(iterable)?;
        let mut items = Vec::new();
        loop {
            match self.iter_next(iterator) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(raised) => {
                    self.decref_all(&items);
                    self.decref(iterator);
                    return Err(raised);
                }
            }
        }
        self.decref(iterator);
        Ok(items)
    }

    /// `value in obj` by iterating (`_PySequence_IterSearch` with `PY_ITERSEARCH_CONTAINS`).
    pub fn iter_search_contains(&mut self, obj: ObjId, value: ObjId) -> PyResult<bool> {
        let iterator = match self.iter(obj) {
            Ok(iterator) => iterator,
            Err(raised) => {
                if self.raised_matches(types::TYPE_ERROR) {
                    self.clear_raised();
                    let name = self.type_name_of(obj);
                    return Err(
                        self.type_error(format!("argument of type '{name}' is not iterable"))
                    );
                }
                return Err(raised);
            }
        };
        let result = loop {
            match self.iter_next(iterator) {
                Ok(Some(item)) => {
                    let equal = self.rich_compare_bool(item, value, CompareOp::Eq);
                    self.decref(item);
                    match equal {
                        Ok(true) => break Ok(true),
                        Ok(false) => {}
                        Err(raised) => break Err(raised),
                    }
                }
                Ok(None) => break Ok(false),
                Err(raised) => break Err(raised),
            }
        };
        self.decref(iterator);
        result
    }

    /// `value in obj` (`PySequence_Contains`).
    pub fn contains(&mut self, obj: ObjId, value: ObjId) -> PyResult<bool> {
        match self.slots_of(obj).sq_contains {
            Some(contains) => contains(self, obj, value),
            None => self.iter_search_contains(obj, value),
        }
    }

    /// A `StopIteration` without a value.
    #[cold]
    pub fn raise_stop_iteration(&mut self) -> Raised {
        self.raise_with(types::STOP_ITERATION, NONE)
    }

    /// A `StopIteration` with this value (`_PyGen_SetStopIterationValue`).
    #[cold]
    pub fn raise_stop_iteration_value(&mut self, value: ObjId) -> Raised {
        let needs_call =
            self.isinstance(value, types::TUPLE) || self.isinstance(value, types::BASE_EXCEPTION);
        if !needs_call {
            return self.raise_with(types::STOP_ITERATION, value);
        }
        match self.call(types::STOP_ITERATION, &[value]) {
            Ok(exception) => {
                let raised = self.raise_with(types::STOP_ITERATION, exception);
                self.decref(exception);
                raised
            }
            Err(raised) => raised,
        }
    }
}

// ---- integers as indices
impl Vm {
    /// Whether `obj` is an `int` or an instance of a subclass.
    #[inline]
    pub fn is_int(&self, obj: ObjId) -> bool {
        self.heap
            .type_object(self.type_of(obj))
            .tp_flags
            .contains(TypeFlags::LONG_SUBCLASS)
    }

    /// The value of an int that fits 64 bits.
    #[inline]
    pub fn int_as_i64(&self, obj: ObjId) -> Option<i64> {
        match self.heap.payload(obj) {
            Payload::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether an int is below zero.
    pub fn int_is_negative(&self, obj: ObjId) -> bool {
        match self.heap.payload(obj) {
            Payload::Int(value) => *value < 0,
            Payload::BigInt(value) => **value < crate::base::BigInt::ZERO,
            _ => false,
        }
    }

    /// Whether `obj` can be an index (`_PyIndex_Check`).
    pub fn has_index(&self, obj: ObjId) -> bool {
        self.slots_of(obj).nb_index.is_some()
    }

    /// `operator.index(obj)` (`PyNumber_Index`): always an exact `int`.
    pub fn number_index(&mut self, obj: ObjId) -> PyResult<ObjId> {
        if self.type_of(obj) == types::INT {
            return Ok(self.incref(obj));
        }
        let result = self.number_index_any(obj)?;
        if self.type_of(result) == types::INT {
            return Ok(result);
        }
        let value = self.int_as_bigint(result);
        self.decref(result);
        Ok(self.new_bigint(value))
    }

    /// As [`Self::number_index`]; may give an instance of a subclass (`_PyNumber_Index`).
    fn number_index_any(&mut self, obj: ObjId) -> PyResult<ObjId> {
        if self.is_int(obj) {
            return Ok(self.incref(obj));
        }
        let Some(index) = self.slots_of(obj).nb_index else {
            let name = self.type_name_of(obj);
            return Err(self.type_error(format!(
                "'{name}' object cannot be interpreted as an integer"
            )));
        };
        let result = index(self, obj)?;
        if self.type_of(result) == types::INT {
            return Ok(result);
        }
        let name = self.type_name_of(result);
        if !self.is_int(result) {
            self.decref(result);
            return Err(self.type_error(format!("__index__ returned non-int (type {name})")));
        }
        let warn = self.hooks.warn;
        let message = format!(
            "__index__ returned non-int (type {name}).  The ability to return an instance of a \
             strict subclass of int is deprecated, and may not be supported in a future version of \
             Python."
        );
        match warn(self, types::DEPRECATION_WARNING, &message, 1) {
            Ok(()) => Ok(result),
            Err(raised) => {
                self.decref(result);
                Err(raised)
            }
        }
    }

    /// An index as a machine number (`PyNumber_AsSsize_t`): one that does not fit raises
    /// `error`, or is clipped when `error` is `None`.
    pub fn index_as_ssize(&mut self, obj: ObjId, error: Option<ObjId>) -> PyResult<i64> {
        if let Some(value) = self.int_as_i64(obj)
            && self.is_int(obj)
        {
            return Ok(value);
        }
        let index = self.number_index_any(obj)?;
        let value = self.int_as_i64(index);
        let negative = self.int_is_negative(index);
        self.decref(index);
        match (value, error) {
            (Some(value), _) => Ok(value),
            (None, None) => Ok(if negative { i64::MIN } else { i64::MAX }),
            (None, Some(error)) => {
                let name = self.type_name_of(obj);
                Err(self.raise(
                    error,
                    format!("cannot fit '{name}' into an index-sized integer"),
                ))
            }
        }
    }
}
