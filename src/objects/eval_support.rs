//! What the evaluation loop asks of objects beyond the general protocols.
//!
//! Mirrors `_PyObject_GetMethod` of `Objects/object.c`, `_PyObject_FunctionStr`, and the helpers of
//! `Python/ceval.c` that work on objects alone.

use crate::base::{ObjId, Text};

use super::object::Payload;
use super::typeobject::TypeFlags;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{names, types};

impl Vm {
    /// The attribute `name` for a call: a new reference, and whether it is a function still to be
    /// given `obj` as its first argument (`_PyObject_GetMethod`).
    pub fn get_method(&mut self, obj: ObjId, name: ObjId) -> PyResult<(ObjId, bool)> {
        let ty = self.type_of(obj);
        let generic = super::object_type::object_getattro as *const () as usize;
        let is_generic = self
            .heap
            .type_object(ty)
            .slots
            .tp_getattro
            .is_some_and(|f| f as *const () as usize == generic);
        if !is_generic || self.heap.reporter.is_on() {
            // Others decide for themselves; a recorded run reports each step of the look-up.
            return self.get_method_reported(obj, name, is_generic);
        }
        let found = self.type_lookup(ty, name);
        let mut getter = None;
        let mut is_method = false;
        if let Some(descr) = found {
            let descr_type = self.heap.type_object(self.type_of(descr));
            if descr_type.tp_flags.contains(TypeFlags::METHOD_DESCRIPTOR) {
                is_method = true;
            } else {
                getter = descr_type.slots.tp_descr_get;
                if descr_type.slots.tp_descr_set.is_some()
                    && let Some(get) = getter
                {
                    self.incref(descr);
                    let value = get(self, descr, obj, ty);
                    self.decref(descr);
                    return value.map(|v| (v, false));
                }
            }
        }
        if let Some(value) = self.instance_attribute(obj, name) {
            return Ok((self.incref(value), false));
        }
        let Some(descr) = found else {
            return Err(self.raise_no_attribute(obj, name));
        };
        self.incref(descr);
        if is_method {
            return Ok((descr, true));
        }
        let Some(get) = getter else {
            return Ok((descr, false));
        };
        let value = get(self, descr, obj, ty);
        self.decref(descr);
        value.map(|v| (v, false))
    }

    fn get_method_reported(
        &mut self,
        obj: ObjId,
        name: ObjId,
        is_generic: bool,
    ) -> PyResult<(ObjId, bool)> {
        if is_generic
            && let Some(descr) = self.type_lookup(self.type_of(obj), name)
            && self
                .heap
                .type_object(self.type_of(descr))
                .tp_flags
                .contains(TypeFlags::METHOD_DESCRIPTOR)
            && self.instance_attribute(obj, name).is_none()
        {
            let bound = self.getattr(obj, name)?;
            self.decref(bound);
            return Ok((self.incref(descr), true));
        }
        self.getattr(obj, name).map(|value| (value, false))
    }

    /// The attribute of `super(class, this)` (`_PySuper_Lookup`): a new reference, and whether it is
    /// a function still to be given `this`.
    pub fn super_attribute(
        &mut self,
        class: ObjId,
        this: ObjId,
        name: ObjId,
        method: bool,
    ) -> PyResult<(ObjId, bool)> {
        let obj_type = super::builtin_descr::super_check(self, class, this)?;
        let result = self.super_attribute_of(class, this, obj_type, name, method);
        self.decref(obj_type);
        result
    }

    fn super_attribute_of(
        &mut self,
        class: ObjId,
        this: ObjId,
        obj_type: ObjId,
        name: ObjId,
        method: bool,
    ) -> PyResult<(ObjId, bool)> {
        if method && this != obj_type && name != names::CLASS {
            let mro = self.tuple_items(self.heap.type_object(obj_type).tp_mro);
            let start = mro
                .iter()
                .position(|&t| t == class)
                .map_or(mro.len(), |i| i + 1);
            let found = mro[start..]
                .iter()
                .find_map(|&t| self.dict_get_str(self.heap.type_object(t).tp_dict, name));
            if let Some(descr) = found
                && self
                    .heap
                    .type_object(self.type_of(descr))
                    .tp_flags
                    .contains(TypeFlags::METHOD_DESCRIPTOR)
            {
                return Ok((self.incref(descr), true));
            }
        }
        if let Some(value) = super::builtin_descr::super_lookup(self, class, this, obj_type, name)?
        {
            return Ok((value, false));
        }
        // What `super` itself has: make the object and ask it.
        let object = self.call(types::SUPER, &[class, this])?;
        let value = self.getattr(object, name);
        self.decref(object);
        value.map(|v| (v, false))
    }

    /// How messages name a callable (`_PyObject_FunctionStr`).
    pub fn function_str(&mut self, callable: ObjId) -> PyResult<String> {
        let Some(qualname) = self.getattr_opt(callable, names::QUALNAME)? else {
            return self.str_string(callable);
        };
        let qualname_text = self.str_string(qualname);
        self.decref(qualname);
        let qualname = qualname_text?;
        if let Some(module) = self.getattr_opt(callable, names::MODULE)? {
            let is_text = self.text(module).is_some();
            let text = self.str_lossy(module);
            self.decref(module);
            if is_text && text != "builtins" {
                return Ok(format!("{text}.{qualname}()"));
            }
        }
        Ok(format!("{qualname}()"))
    }

    /// `repr(obj)` for a message; an error in it is forgotten.
    pub fn repr_lossy(&mut self, obj: ObjId) -> String {
        match self.repr_string(obj) {
            Ok(text) => text,
            Err(_raised) => {
                self.clear_raised();
                let name = self.type_name_of(obj);
                format!("<{name} object>")
            }
        }
    }

    /// `repr(type(obj))` for a message.
    pub fn type_repr_lossy(&mut self, obj: ObjId) -> String {
        let ty = self.type_of(obj);
        self.repr_lossy(ty)
    }

    /// Whether an exception matches a class or a tuple of classes (`PyErr_GivenExceptionMatches`).
    pub fn exception_matches(&self, exception: ObjId, class: ObjId) -> bool {
        match self.heap.payload(class) {
            Payload::Tuple(items) => items
                .iter()
                .any(|&item| self.exception_matches(exception, item)),
            Payload::Type(_) => match self.heap.payload(exception) {
                Payload::Type(_) => self.is_subtype(exception, class),
                _ => self.isinstance(exception, class),
            },
            _ => exception == class,
        }
    }

    /// A new `object()`.
    pub fn new_object(&mut self) -> ObjId {
        self.heap
            .alloc(types::OBJECT, Payload::Empty, super::heap::Reuse::Fresh)
    }

    /// The concatenation of strings: a new reference.
    pub fn join_strings(&mut self, pieces: &[ObjId]) -> ObjId {
        if let [one] = *pieces
            && self.type_of(one) == types::STR
        {
            return self.incref(one);
        }
        let latin1 = pieces
            .iter()
            .all(|&p| matches!(self.text(p), Some(Text::Latin1(_))));
        if latin1 {
            let mut bytes = Vec::new();
            for &piece in pieces {
                if let Some(Text::Latin1(text)) = self.text(piece) {
                    bytes.extend_from_slice(text);
                }
            }
            return self.new_text(Text::Latin1(bytes.into()));
        }
        let points: Vec<u32> = pieces
            .iter()
            .filter_map(|&p| self.text(p))
            .flat_map(Text::code_points)
            .collect();
        self.new_text(Text::from_code_points(&points))
    }

    /// A string with a lone surrogate where UTF-8 is needed.
    #[cold]
    pub fn raise_encode_error(&mut self, text: ObjId) -> Raised {
        let place = match self.text(text) {
            Some(t) => t
                .code_points()
                .enumerate()
                .find(|(_, c)| char::from_u32(*c).is_none())
                .map_or(0, |(i, _)| i),
            None => 0,
        };
        let encoding = self.new_str("utf-8");
        let start = self.new_int(place as i64);
        let end = self.new_int(place as i64 + 1);
        let reason = self.new_str("surrogates not allowed");
        let args = [encoding, text, start, end, reason];
        let made = self.call(types::UNICODE_ENCODE_ERROR, &args);
        self.decref_all(&[encoding, start, end, reason]);
        match made {
            Ok(exception) => {
                let class = self.type_of(exception);
                let raised = self.raise_with(class, exception);
                self.decref(exception);
                raised
            }
            Err(raised) => raised,
        }
    }

    /// A `TypeError` or other exception whose cause and context is the one on its way
    /// (`_PyErr_FormatFromCause`).
    #[cold]
    pub fn raise_from_cause(&mut self, class: ObjId, message: String) -> Raised {
        let cause = self.take_raised();
        let raised = self.raise(class, message);
        let exception = self.tstate.current_exception;
        if cause.is_null() || exception.is_null() {
            return raised;
        }
        self.incref(cause);
        super::exception_types::set_exception_cause(self, exception, cause);
        super::errors::set_exception_context(self, exception, cause);
        raised
    }
}
