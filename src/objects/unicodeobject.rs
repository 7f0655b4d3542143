//! Strings: the struct, the type with its slots, `str()`.
//!
//! Mirrors `Objects/unicodeobject.c`; the methods are in the files `unicode_*.rs` beside this one.

use std::cell::Cell;

use crate::base::textops::search;
use crate::base::{ObjId, Text, format::repr};

use super::getargs::Signature;
use super::heap::Reuse;
use super::object::Payload;
use super::scalar_new::bad_argument;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_BYTES, EMPTY_STR, NOT_IMPLEMENTED, bool_obj, types};
use super::{unicode_codecs, unicode_format, unicode_iter, unicode_methods};

/// The type `str`.
pub const TYPE: TypeSpec = TypeSpec {
    tp_name: "str",
    tp_basicsize: 64,
    tp_flags: TypeFlags::BASETYPE
        .with(TypeFlags::UNICODE_SUBCLASS)
        .with(TypeFlags::MATCH_SELF),
    slots: Slots {
        tp_repr: Some(unicode_repr),
        tp_str: Some(unicode_str),
        tp_hash: Some(unicode_hash),
        tp_richcompare: Some(unicode_richcompare),
        tp_iter: Some(unicode_iter::unicode_iter),
        tp_new: Some(unicode_new),
        nb_remainder: Some(unicode_mod),
        mp_length: Some(unicode_length),
        mp_subscript: Some(unicode_subscript),
        sq_length: Some(unicode_length),
        sq_concat: Some(unicode_concat),
        sq_repeat: Some(unicode_repeat),
        sq_item: Some(unicode_item),
        sq_contains: Some(unicode_contains),
        ..Slots::EMPTY
    },
    methods: unicode_methods::METHODS,
    tp_doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object.",
    ..TypeSpec::EMPTY
};

/// Whether a string is in the table of interned strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interned {
    No,
    Mortal,
    Immortal,
}

/// `PyUnicodeObject`.
#[derive(Debug)]
pub struct StrObject {
    pub text: Text,
    /// The hash, once computed; 0 stands for "not computed" only together with `hashed`.
    pub hash: Cell<i64>,
    pub hashed: Cell<bool>,
    pub interned: Interned,
    /// Native code asked for the UTF-8 form, which C then keeps beside a non-ASCII string.
    pub utf8_cached: bool,
}

impl StrObject {
    /// A string that is not interned.
    pub const fn new(text: Text) -> Self {
        Self {
            text,
            hash: Cell::new(0),
            hashed: Cell::new(false),
            interned: Interned::No,
            utf8_cached: false,
        }
    }

    /// Bytes of the block: compact for `str` itself, header plus data for a subclass (facts 1.2).
    pub fn allocation_size(&self, exact: bool, basic: usize) -> usize {
        if !exact {
            return basic.max(64);
        }
        if self.text.is_ascii() {
            40 + self.text.len() + 1
        } else {
            56 + (self.text.len() + 1) * self.text.kind()
        }
    }
}

impl Vm {
    /// `s` itself where it is exact, else an exact copy (`unicode_result_unchanged`).
    pub fn str_unchanged(&mut self, s: ObjId) -> ObjId {
        if self.type_of(s) == types::STR {
            return self.incref(s);
        }
        let text = text_of(self, s).clone();
        self.new_text(text)
    }

    /// A `str` that is new even when it is one Latin-1 character, as results of `PyUnicode_New`
    /// are that no one looks up afterwards; the empty string stays the singleton.
    pub fn new_text_fresh(&mut self, text: Text) -> ObjId {
        if text.is_empty() {
            return EMPTY_STR;
        }
        self.heap.alloc(
            types::STR,
            Payload::Str(Box::new(StrObject::new(text))),
            Reuse::Fresh,
        )
    }

    /// A `bytes` that is new even when it is one byte; the empty bytes stay the singleton.
    pub fn new_bytes_fresh(&mut self, bytes: &[u8]) -> ObjId {
        if bytes.is_empty() {
            return EMPTY_BYTES;
        }
        self.heap
            .alloc(types::BYTES, Payload::Bytes(bytes.into()), Reuse::Fresh)
    }

    /// The part of a string; the whole of an exact string is itself (`PyUnicode_Substring`).
    pub fn substring(&mut self, s: ObjId, start: usize, end: usize) -> ObjId {
        let text = text_of(self, s);
        if start == 0 && end == text.len() {
            return self.str_unchanged(s);
        }
        if end == start + 1 {
            let point = text.at(start);
            return self.char_string(point);
        }
        let part = text.slice(start, end);
        self.new_text(part)
    }

    /// The string of one code point.
    pub fn char_string(&mut self, point: u32) -> ObjId {
        match u8::try_from(point) {
            Ok(c) => super::wellknown::latin1_char(c),
            Err(_) => self.new_text(Text::from_code_points(&[point])),
        }
    }
}

/// The text of an object known to be a string.
#[inline]
pub fn text_of(vm: &Vm, s: ObjId) -> &Text {
    vm.text(s).expect("checked to be a str")
}

fn unicode_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let text = repr::repr_text(text_of(vm, this));
    Ok(vm.new_text(text))
}

fn unicode_str(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    Ok(vm.str_unchanged(this))
}

fn unicode_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(vm.str_hash(this))
}

fn unicode_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(text_of(vm, this).len() as i64)
}

fn unicode_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let (Some(x), Some(y)) = (vm.text(a), vm.text(b)) else {
        return Ok(NOT_IMPLEMENTED);
    };
    Ok(bool_obj(match op {
        CompareOp::Eq => a == b || x == y,
        CompareOp::Ne => a != b && x != y,
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => op.holds(x.compare(y)),
    }))
}

/// `a + b` of strings (`PyUnicode_Concat`).
pub fn unicode_concat(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let Some(right) = vm.text(b) else {
        let name = vm.type_name_of(b);
        return Err(vm.type_error(format!("can only concatenate str (not \"{name}\") to str")));
    };
    let left = text_of(vm, a);
    if left.is_empty() {
        return Ok(vm.str_unchanged(b));
    }
    if right.is_empty() {
        return Ok(vm.str_unchanged(a));
    }
    let joined = left.concat(right);
    Ok(vm.new_text(joined))
}

/// `a + b` that takes over the reference to `a`, and grows it in place where nothing else can see
/// that (`PyUnicode_Append`). Both are exact strings.
pub fn unicode_append(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    let (left, right) = (text_of(vm, a), text_of(vm, b));
    let modifiable = !left.is_empty()
        && !right.is_empty()
        && right.kind() <= left.kind()
        && (right.is_ascii() || !left.is_ascii())
        && vm.heap.refcnt(a) == 1
        && matches!(
            vm.heap.payload(a),
            Payload::Str(s) if s.interned == Interned::No && !s.hashed.get()
        );
    if modifiable {
        vm.heap.grow_str(a, b);
        return Ok(a);
    }
    let result = unicode_concat(vm, a, b);
    vm.decref(a);
    result
}

fn unicode_repeat(vm: &mut Vm, this: ObjId, count: i64) -> PyResult<ObjId> {
    if count < 1 {
        return Ok(EMPTY_STR);
    }
    if count == 1 {
        return Ok(vm.str_unchanged(this));
    }
    let text = text_of(vm, this);
    match text.len().checked_mul(count as usize) {
        None => Err(vm.raise(types::OVERFLOW_ERROR, "repeated string is too long")),
        Some(length) if length > i64::MAX as usize => {
            Err(vm.raise(types::OVERFLOW_ERROR, "repeated string is too long"))
        }
        Some(length) => {
            vm.check_request(length)?;
            let text = text_of(vm, this);
            let repeated = search::repeat(text, count as usize);
            Ok(vm.new_text(repeated))
        }
    }
}

/// `s[i]` with an index that counts from the front.
fn unicode_item(vm: &mut Vm, this: ObjId, index: i64) -> PyResult<ObjId> {
    let text = text_of(vm, this);
    if index < 0 || index as usize >= text.len() {
        return Err(vm.raise(types::INDEX_ERROR, "string index out of range"));
    }
    let point = text.at(index as usize);
    Ok(vm.char_string(point))
}

fn unicode_subscript(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    if vm.has_index(key) {
        let index = vm.index_as_ssize(key, Some(types::INDEX_ERROR))?;
        let length = text_of(vm, this).len() as i64;
        return unicode_item(vm, this, if index < 0 { index + length } else { index });
    }
    if vm.type_of(key) == types::SLICE {
        let slice = vm.slice_unpack(key)?.adjust(text_of(vm, this).len());
        if slice.length == 0 {
            return Ok(EMPTY_STR);
        }
        if slice.step == 1 {
            let start = slice.start as usize;
            return Ok(vm.substring(this, start, start + slice.length));
        }
        let part =
            search::slice_with_step(text_of(vm, this), slice.start, slice.step, slice.length);
        return Ok(vm.new_text_fresh(part));
    }
    let name = vm.type_name_of(key);
    Err(vm.type_error(format!("string indices must be integers, not '{name}'")))
}

fn unicode_contains(vm: &mut Vm, this: ObjId, part: ObjId) -> PyResult<bool> {
    let Some(needle) = vm.text(part) else {
        let name = vm.type_name_of(part);
        return Err(vm.type_error(format!(
            "'in <string>' requires string as left operand, not {name}"
        )));
    };
    Ok(search::contains(text_of(vm, this), needle))
}

fn unicode_mod(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if vm.text(a).is_none() {
        return Ok(NOT_IMPLEMENTED);
    }
    unicode_format::percent_format(vm, a, b)
}

/// `str(object='')`, `str(bytes, encoding, errors)` and subclasses.
fn unicode_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let given = vm.tuple_items(args).len();
    if given > 3 {
        return vm.check_positional("str", given, 0, 3).map(|()| EMPTY_STR);
    }
    let signature = Signature::new("str", &["object", "encoding", "errors"], 0);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let [object, encoding, errors] = values[..] else {
        unreachable!("three parameters")
    };
    for (name, value) in [("'encoding'", encoding), ("'errors'", errors)] {
        if !value.is_null() && !vm.isinstance(value, types::STR) {
            return Err(bad_argument(vm, "str", name, "str", value));
        }
    }
    let result = if object.is_null() {
        EMPTY_STR
    } else if encoding.is_null() && errors.is_null() {
        vm.str(object)?
    } else {
        unicode_codecs::str_from_encoded_object(vm, object, encoding, errors)?
    };
    if ty == types::STR {
        return Ok(result);
    }
    let text = text_of(vm, result).clone();
    vm.decref(result);
    Ok(vm.generic_alloc(ty, Payload::Str(Box::new(StrObject::new(text)))))
}
