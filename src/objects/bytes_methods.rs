//! The methods that `bytes` and `bytearray` share, and the slots that work alike.
//!
//! Mirrors `Objects/bytes_methods.c` and `Objects/stringlib/transmogrify.h`. A result has the
//! type of `self`: bytes that do not change are the same object, a bytearray is always new.

use crate::base::ObjId;
use crate::base::textops::bytes as bytes_ops;
use crate::base::textops::layout::{self, Ends};
use crate::base::textops::search;
use crate::base::textops::split::{self, LineEnds, Range};
use crate::base::textops::window;

use super::bytes_like::{contents, is_bytes_like, needle, required};
use super::getargs::Signature;
use super::methodobject::{MethodDef, MethodImpl};
use super::object::Payload;
use super::scalar_new::{bad_argument, c_int_arg, slice_index_arg, ssize_arg};
use super::slots::CompareOp;
use super::unicode_codecs;
use super::unicode_methods::MAX_PREALLOC;
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

use MethodImpl::{Fast, FastKeywords, NoArgs, O};

/// The contents of `self`, which is bytes or a bytearray.
#[inline]
pub fn bytes_of(vm: &Vm, this: ObjId) -> &[u8] {
    match vm.heap.payload(this) {
        Payload::Bytes(bytes) => bytes,
        Payload::ByteArray(array) => &array.bytes,
        _ => unreachable!("self is bytes or a bytearray"),
    }
}

/// An object of the kind of `this`; even a single byte is new.
pub fn make(vm: &mut Vm, this: ObjId, bytes: &[u8]) -> ObjId {
    match vm.heap.payload(this) {
        Payload::ByteArray(_) => vm.new_bytearray(bytes),
        _ => vm.new_bytes_fresh(bytes),
    }
}

/// An object of the kind of `this`; a single byte is the singleton.
pub fn make_shared(vm: &mut Vm, this: ObjId, bytes: &[u8]) -> ObjId {
    match vm.heap.payload(this) {
        Payload::ByteArray(_) => vm.new_bytearray(bytes),
        _ => vm.new_bytes(bytes),
    }
}

/// `self` where it is exact bytes, else a copy.
fn unchanged(vm: &mut Vm, this: ObjId) -> ObjId {
    if vm.type_of(this) == types::BYTES {
        return vm.incref(this);
    }
    let copy = bytes_of(vm, this).to_vec();
    make(vm, this, &copy)
}

/// A part of `self`; the whole is [`unchanged`].
fn part(vm: &mut Vm, this: ObjId, (start, end): Range) -> ObjId {
    let bytes = bytes_of(vm, this);
    if start == 0 && end == bytes.len() {
        return unchanged(vm, this);
    }
    let bytes = bytes[start..end].to_vec();
    make_shared(vm, this, &bytes)
}

macro_rules! shared_methods { ($($def:expr,)* ; $($own:expr,)*) => {
    &[$($def,)* $($own,)*]
} }

macro_rules! with_shared { ($($own:expr),* $(,)?) => {
    shared_methods![
        MethodDef::new("capitalize", NoArgs(|vm, s| map(vm, s, bytes_ops::capitalize)), ""),
        MethodDef::new("center", Fast(|vm, s, args| justify(vm, s, args, "center", layout::center_padding)), "($self, width, fillchar=b' ', /)"),
        MethodDef::new("count", Fast(count), ""),
        MethodDef::new("decode", FastKeywords(unicode_codecs::decode), "($self, /, encoding='utf-8', errors='strict')"),
        MethodDef::new("endswith", Fast(|vm, s, args| tail_match(vm, s, args, "endswith", <[u8]>::ends_with)), ""),
        MethodDef::new("expandtabs", FastKeywords(expandtabs), "($self, /, tabsize=8)"),
        MethodDef::new("find", Fast(|vm, s, args| find(vm, s, args, "find", search::find_slice)), ""),
        MethodDef::new("hex", FastKeywords(hex), "($self, /, sep=<unrepresentable>, bytes_per_sep=1)"),
        MethodDef::new("index", Fast(|vm, s, args| index(vm, s, args, "index", search::find_slice)), ""),
        MethodDef::new("isalnum", NoArgs(|vm, s| ask(vm, s, |b| bytes_ops::all(b, u8::is_ascii_alphanumeric))), ""),
        MethodDef::new("isalpha", NoArgs(|vm, s| ask(vm, s, |b| bytes_ops::all(b, u8::is_ascii_alphabetic))), ""),
        MethodDef::new("isascii", NoArgs(|vm, s| ask(vm, s, <[u8]>::is_ascii)), ""),
        MethodDef::new("isdigit", NoArgs(|vm, s| ask(vm, s, |b| bytes_ops::all(b, u8::is_ascii_digit))), ""),
        MethodDef::new("islower", NoArgs(|vm, s| ask(vm, s, |b| bytes_ops::has_only_case(b, u8::is_ascii_lowercase, u8::is_ascii_uppercase))), ""),
        MethodDef::new("isspace", NoArgs(|vm, s| ask(vm, s, |b| bytes_ops::all(b, |&c| bytes_ops::is_space(u32::from(c))))), ""),
        MethodDef::new("istitle", NoArgs(|vm, s| ask(vm, s, bytes_ops::is_title)), ""),
        MethodDef::new("isupper", NoArgs(|vm, s| ask(vm, s, |b| bytes_ops::has_only_case(b, u8::is_ascii_uppercase, u8::is_ascii_lowercase))), ""),
        MethodDef::new("join", O(join), "($self, iterable_of_bytes, /)"),
        MethodDef::new("ljust", Fast(|vm, s, args| justify(vm, s, args, "ljust", |n, w| (0, w - n))), "($self, width, fillchar=b' ', /)"),
        MethodDef::new("lower", NoArgs(|vm, s| map(vm, s, <[u8]>::to_ascii_lowercase)), ""),
        MethodDef::new("lstrip", Fast(|vm, s, args| strip(vm, s, args, "lstrip", Ends::Left)), "($self, bytes=None, /)"),
        MethodDef::new("maketrans", Fast(maketrans), "(frm, to, /)").static_method(),
        MethodDef::new("partition", O(partition), "($self, sep, /)"),
        MethodDef::new("replace", Fast(replace), "($self, old, new, count=-1, /)"),
        MethodDef::new("removeprefix", O(removeprefix), "($self, prefix, /)"),
        MethodDef::new("removesuffix", O(removesuffix), "($self, suffix, /)"),
        MethodDef::new("rfind", Fast(|vm, s, args| find(vm, s, args, "rfind", search::rfind_slice)), ""),
        MethodDef::new("rindex", Fast(|vm, s, args| index(vm, s, args, "rindex", search::rfind_slice)), ""),
        MethodDef::new("rjust", Fast(|vm, s, args| justify(vm, s, args, "rjust", |n, w| (w - n, 0))), "($self, width, fillchar=b' ', /)"),
        MethodDef::new("rpartition", O(rpartition), "($self, sep, /)"),
        MethodDef::new("rsplit", FastKeywords(|vm, s, args, kw| split_method(vm, s, args, kw, &RSPLIT)), "($self, /, sep=None, maxsplit=-1)"),
        MethodDef::new("rstrip", Fast(|vm, s, args| strip(vm, s, args, "rstrip", Ends::Right)), "($self, bytes=None, /)"),
        MethodDef::new("split", FastKeywords(|vm, s, args, kw| split_method(vm, s, args, kw, &SPLIT)), "($self, /, sep=None, maxsplit=-1)"),
        MethodDef::new("splitlines", FastKeywords(splitlines), "($self, /, keepends=False)"),
        MethodDef::new("startswith", Fast(|vm, s, args| tail_match(vm, s, args, "startswith", <[u8]>::starts_with)), ""),
        MethodDef::new("strip", Fast(|vm, s, args| strip(vm, s, args, "strip", Ends::Both)), "($self, bytes=None, /)"),
        MethodDef::new("swapcase", NoArgs(|vm, s| map(vm, s, bytes_ops::swapcase)), ""),
        MethodDef::new("title", NoArgs(|vm, s| map(vm, s, bytes_ops::title)), ""),
        MethodDef::new("translate", FastKeywords(translate), "($self, table, /, delete=b'')"),
        MethodDef::new("upper", NoArgs(|vm, s| map(vm, s, <[u8]>::to_ascii_uppercase)), ""),
        MethodDef::new("zfill", O(zfill), "($self, width, /)"),
        ; $($own,)*
    ]
} }

/// The methods of `bytes`.
pub(super) const BYTES_METHODS: &[MethodDef] = with_shared![
    MethodDef::new("__getnewargs__", NoArgs(super::bytesobject::getnewargs), ""),
    MethodDef::new(
        "__bytes__",
        NoArgs(super::bytesobject::dunder_bytes),
        "($self, /)"
    ),
    MethodDef::new(
        "fromhex",
        O(super::bytesobject::fromhex),
        "($type, string, /)"
    )
    .class_method(),
];

/// The methods of `bytearray`.
pub(super) const BYTEARRAY_METHODS: &[MethodDef] = with_shared![
    MethodDef::new("__alloc__", NoArgs(super::bytearray_methods::alloc), ""),
    MethodDef::new(
        "__reduce__",
        NoArgs(super::bytearray_methods::reduce),
        "($self, /)"
    ),
    MethodDef::new(
        "__reduce_ex__",
        Fast(super::bytearray_methods::reduce_ex),
        "($self, proto=0, /)"
    ),
    MethodDef::new(
        "__sizeof__",
        NoArgs(super::bytearray_methods::sizeof),
        "($self, /)"
    ),
    MethodDef::new(
        "append",
        O(super::bytearray_methods::append),
        "($self, item, /)"
    ),
    MethodDef::new(
        "clear",
        NoArgs(super::bytearray_methods::clear),
        "($self, /)"
    ),
    MethodDef::new("copy", NoArgs(super::bytearray_methods::copy), "($self, /)"),
    MethodDef::new(
        "extend",
        O(super::bytearray_methods::extend),
        "($self, iterable_of_ints, /)"
    ),
    MethodDef::new(
        "fromhex",
        O(super::bytesobject::fromhex),
        "($type, string, /)"
    )
    .class_method(),
    MethodDef::new(
        "insert",
        Fast(super::bytearray_methods::insert),
        "($self, index, item, /)"
    ),
    MethodDef::new(
        "pop",
        Fast(super::bytearray_methods::pop),
        "($self, index=-1, /)"
    ),
    MethodDef::new(
        "remove",
        O(super::bytearray_methods::remove),
        "($self, value, /)"
    ),
    MethodDef::new(
        "reverse",
        NoArgs(super::bytearray_methods::reverse),
        "($self, /)"
    ),
];

fn map(vm: &mut Vm, this: ObjId, map: fn(&[u8]) -> Vec<u8>) -> PyResult<ObjId> {
    let mapped = map(bytes_of(vm, this));
    Ok(make(vm, this, &mapped))
}

fn ask(vm: &Vm, this: ObjId, question: fn(&[u8]) -> bool) -> PyResult<ObjId> {
    Ok(bool_obj(question(bytes_of(vm, this))))
}

fn fill_arg(vm: &mut Vm, name: &str, args: &[ObjId]) -> PyResult<u8> {
    let Some(&fill) = args.get(1) else {
        return Ok(b' ');
    };
    match vm.heap.payload(fill) {
        Payload::Bytes(b) if b.len() == 1 => Ok(b[0]),
        Payload::ByteArray(b) if b.bytes.len() == 1 => Ok(b.bytes[0]),
        _ => Err(bad_argument(
            vm,
            name,
            "2",
            "a byte string of length 1",
            fill,
        )),
    }
}

fn justify(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
    share: fn(usize, usize) -> (usize, usize),
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 2)?;
    let width = ssize_arg(vm, args[0])?;
    let fill = fill_arg(vm, name, args)?;
    let length = bytes_of(vm, this).len();
    if width <= length as i64 {
        return Ok(unchanged(vm, this));
    }
    vm.check_request(width.max(0) as usize)?;
    let (left, right) = share(length, width as usize);
    let padded = layout::pad(bytes_of(vm, this), left, right, fill);
    Ok(make(vm, this, &padded))
}

fn zfill(vm: &mut Vm, this: ObjId, width: ObjId) -> PyResult<ObjId> {
    let width = ssize_arg(vm, width)?;
    vm.check_request(width.max(0) as usize)?;
    match layout::zfill(bytes_of(vm, this), width.max(0) as usize) {
        Some(filled) => Ok(make(vm, this, &filled)),
        None => Ok(unchanged(vm, this)),
    }
}

fn expandtabs(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("expandtabs", &["tabsize"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let tabsize = if values[0].is_null() {
        8
    } else {
        c_int_arg(vm, values[0])?
    };
    let tabs = search::count_slice(bytes_of(vm, this), b"\t", usize::MAX);
    if (tabs as i64).saturating_mul(i64::from(tabsize)) > 1 << 32 {
        return Err(vm.raise(types::OVERFLOW_ERROR, "result too long"));
    }
    let bytes = bytes_of(vm, this);
    let expanded = layout::expandtabs(bytes, i64::from(tabsize)).unwrap_or_else(|| bytes.to_vec());
    Ok(make(vm, this, &expanded))
}

fn window_args(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<Option<Range>> {
    let start = slice_index_arg(vm, args.get(1).copied().unwrap_or_default(), 0)?;
    let end = slice_index_arg(vm, args.get(2).copied().unwrap_or_default(), i64::MAX)?;
    Ok(window(start, end, bytes_of(vm, this).len()))
}

type Find = fn(&[u8], &[u8]) -> Option<usize>;

fn position(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
    find: Find,
) -> PyResult<Option<usize>> {
    vm.check_positional(name, args.len(), 1, 3)?;
    let bounds = window_args(vm, this, args)?;
    let needle = needle(vm, args[0])?;
    Ok(bounds.and_then(|(start, end)| {
        find(&bytes_of(vm, this)[start..end], &needle).map(|at| at + start)
    }))
}

fn find(vm: &mut Vm, this: ObjId, args: &[ObjId], name: &str, find: Find) -> PyResult<ObjId> {
    let found = position(vm, this, args, name, find)?;
    Ok(vm.new_int(found.map_or(-1, |at| at as i64)))
}

fn index(vm: &mut Vm, this: ObjId, args: &[ObjId], name: &str, find: Find) -> PyResult<ObjId> {
    match position(vm, this, args, name, find)? {
        Some(at) => Ok(vm.new_int(at as i64)),
        None => Err(vm.value_error("subsection not found")),
    }
}

fn count(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("count", args.len(), 1, 3)?;
    let bounds = window_args(vm, this, args)?;
    let needle = needle(vm, args[0])?;
    let count = bounds.map_or(0, |(start, end)| {
        search::count_slice(&bytes_of(vm, this)[start..end], &needle, usize::MAX)
    });
    Ok(vm.new_int(count as i64))
}

fn tail_match(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
    matches: fn(&[u8], &[u8]) -> bool,
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 3)?;
    let bounds = window_args(vm, this, args)?;
    let prefix = args[0];
    if vm.isinstance(prefix, types::TUPLE) {
        for option in vm.tuple_items(prefix).to_vec() {
            let option = contents(vm, option)?;
            if bounds.is_some_and(|(start, end)| matches(&bytes_of(vm, this)[start..end], &option))
            {
                return Ok(bool_obj(true));
            }
        }
        return Ok(bool_obj(false));
    }
    if !is_bytes_like(vm, prefix) {
        let given = vm.type_name_of(prefix);
        return Err(vm.type_error(format!(
            "{name} first arg must be bytes or a tuple of bytes, not {given}"
        )));
    }
    let prefix = contents(vm, prefix)?;
    Ok(bool_obj(bounds.is_some_and(|(start, end)| {
        matches(&bytes_of(vm, this)[start..end], &prefix)
    })))
}

fn hex(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let bytes = bytes_of(vm, this).to_vec();
    hex_of(vm, &bytes, args, kwnames)
}

/// `hex(sep, bytes_per_sep)` of any bytes.
pub fn hex_of(vm: &mut Vm, bytes: &[u8], args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("hex", &["sep", "bytes_per_sep"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let group = if values[1].is_null() {
        1
    } else {
        i64::from(c_int_arg(vm, values[1])?)
    };
    let mut separator = None;
    if !values[0].is_null() {
        let given = values[0];
        if vm.len(given)? != 1 {
            return Err(vm.value_error("sep must be length 1."));
        }
        let point = match vm.heap.payload(given) {
            Payload::Str(s) => s.text.at(0),
            Payload::Bytes(b) => u32::from(b[0]),
            _ => return Err(vm.type_error("sep must be str or bytes.")),
        };
        if point > 127 {
            return Err(vm.value_error("sep must be ASCII."));
        }
        separator = Some(point as u8);
    }
    let digits = bytes_ops::to_hex(bytes, separator, group);
    Ok(vm.new_text(crate::base::Text::Latin1(digits.into())))
}

/// `separator.join(iterable)`.
pub fn join(vm: &mut Vm, this: ObjId, iterable: ObjId) -> PyResult<ObjId> {
    let items = match vm.collect_iterable(iterable) {
        Ok(items) => items,
        Err(raised) => {
            if vm.slots_of(iterable).tp_iter.is_none() && vm.raised_matches(types::TYPE_ERROR) {
                vm.clear_raised();
                return Err(vm.type_error("can only join an iterable"));
            }
            return Err(raised);
        }
    };
    let result = join_items(vm, this, &items);
    vm.decref_all(&items);
    result
}

fn join_items(vm: &mut Vm, this: ObjId, items: &[ObjId]) -> PyResult<ObjId> {
    if let [only] = items
        && vm.type_of(*only) == types::BYTES
        && matches!(vm.heap.payload(this), Payload::Bytes(_))
    {
        return Ok(vm.incref(*only));
    }
    let mut out = Vec::new();
    for (i, &item) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(bytes_of(vm, this));
        }
        if !is_bytes_like(vm, item) {
            let name = vm.type_name_of(item);
            return Err(vm.type_error(format!(
                "sequence item {i}: expected a bytes-like object, {name} found"
            )));
        }
        out.extend(contents(vm, item)?);
        vm.check_request(out.len())?;
    }
    Ok(make(vm, this, &out))
}

fn strip(vm: &mut Vm, this: ObjId, args: &[ObjId], name: &str, ends: Ends) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 0, 1)?;
    let chars = args.first().copied().unwrap_or(NONE);
    let range = if chars == NONE {
        layout::strip(bytes_of(vm, this), ends, bytes_ops::is_space)
    } else {
        let chars = contents(vm, chars)?;
        layout::strip(bytes_of(vm, this), ends, |c| chars.contains(&(c as u8)))
    };
    Ok(part(vm, this, range))
}

fn maketrans(vm: &mut Vm, _this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("maketrans", args.len(), 2, 2)?;
    let from = contents(vm, args[0])?;
    let to = contents(vm, args[1])?;
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (&c, &mapped) in from.iter().zip(&to) {
        table[usize::from(c)] = mapped;
    }
    Ok(vm.new_bytes(&table))
}

fn translate(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("translate", &["", "delete"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let table = if values[0] == NONE {
        None
    } else {
        Some(contents(vm, values[0])?)
    };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let delete = if values[1].is_null() {
        Vec::new()
    } else {
        contents(vm, values[1])?
    };
    let bytes = bytes_of(vm, this);
    let translated: Vec<u8> = bytes
        .iter()
        .filter(|b| !delete.contains(b))
        .map(|&b| table.as_ref().map_or(b, |table| table[usize::from(b)]))
        .collect();
    if translated == bytes {
        return Ok(unchanged(vm, this));
    }
    Ok(make(vm, this, &translated))
}

fn replace(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("replace", args.len(), 2, 3)?;
    let old = contents(vm, args[0])?;
    let new = contents(vm, args[1])?;
    let limit = match args.get(2) {
        Some(&count) => usize::try_from(ssize_arg(vm, count)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    match search::replace_slice(bytes_of(vm, this), &old, &new, limit) {
        Some(replaced) => Ok(make(vm, this, &replaced)),
        None => Ok(unchanged(vm, this)),
    }
}

fn removeprefix(vm: &mut Vm, this: ObjId, prefix: ObjId) -> PyResult<ObjId> {
    let prefix = contents(vm, prefix)?;
    let bytes = bytes_of(vm, this);
    let length = bytes.len();
    let start = if bytes.starts_with(&prefix) {
        prefix.len()
    } else {
        0
    };
    Ok(part(vm, this, (start, length)))
}

fn removesuffix(vm: &mut Vm, this: ObjId, suffix: ObjId) -> PyResult<ObjId> {
    let suffix = contents(vm, suffix)?;
    let bytes = bytes_of(vm, this);
    let end = if bytes.ends_with(&suffix) {
        bytes.len() - suffix.len()
    } else {
        bytes.len()
    };
    Ok(part(vm, this, (0, end)))
}

/// Splits at whitespace, at most so many times; the last argument says what whitespace is.
type SplitAtWhitespace = fn(&[u8], usize, fn(u32) -> bool) -> Vec<Range>;

/// Splitting from the left or from the right.
struct Splitter {
    name: &'static str,
    at_whitespace: SplitAtWhitespace,
    at_separator: fn(&[u8], &[u8], usize) -> Vec<Range>,
}

const SPLIT: Splitter = Splitter {
    name: "split",
    at_whitespace: split::split_whitespace,
    at_separator: split::split,
};
const RSPLIT: Splitter = Splitter {
    name: "rsplit",
    at_whitespace: split::rsplit_whitespace,
    at_separator: split::rsplit,
};

fn split_method(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
    splitter: &Splitter,
) -> PyResult<ObjId> {
    let signature = Signature::new(splitter.name, &["sep", "maxsplit"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let limit = if values[1].is_null() {
        usize::MAX
    } else {
        usize::try_from(ssize_arg(vm, values[1])?).unwrap_or(usize::MAX)
    };
    let ranges = if values[0].is_null() || values[0] == NONE {
        (splitter.at_whitespace)(bytes_of(vm, this), limit, bytes_ops::is_space)
    } else {
        let separator = contents(vm, values[0])?;
        if separator.is_empty() {
            return Err(vm.value_error("empty separator"));
        }
        (splitter.at_separator)(bytes_of(vm, this), &separator, limit)
    };
    let room = limit.saturating_add(1).min(MAX_PREALLOC);
    Ok(list_of_parts(vm, this, &ranges, room))
}

fn list_of_parts(vm: &mut Vm, this: ObjId, ranges: &[Range], room: usize) -> ObjId {
    let items = ranges.iter().map(|&range| part(vm, this, range)).collect();
    vm.new_list_with_room(items, room)
}

fn splitlines(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("splitlines", &["keepends"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let keep = !values[0].is_null() && vm.is_true(values[0])?;
    let ends = if keep { LineEnds::Keep } else { LineEnds::Drop };
    let ranges = split::splitlines(bytes_of(vm, this), ends, bytes_ops::is_line_break);
    Ok(list_of_parts(vm, this, &ranges, 0))
}

fn partition(vm: &mut Vm, this: ObjId, separator: ObjId) -> PyResult<ObjId> {
    partition_with(vm, this, separator, search::find_slice, true)
}

fn rpartition(vm: &mut Vm, this: ObjId, separator: ObjId) -> PyResult<ObjId> {
    partition_with(vm, this, separator, search::rfind_slice, false)
}

fn partition_with(
    vm: &mut Vm,
    this: ObjId,
    separator: ObjId,
    find: Find,
    whole_first: bool,
) -> PyResult<ObjId> {
    let needle = contents(vm, separator)?;
    if needle.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let bytes = bytes_of(vm, this);
    let length = bytes.len();
    let is_bytes = matches!(vm.heap.payload(this), Payload::Bytes(_));
    let items = if let Some(at) = find(bytes, &needle) {
        let before = part(vm, this, (0, at));
        let middle = if is_bytes {
            vm.incref(separator)
        } else {
            make(vm, this, &needle)
        };
        vec![before, middle, part(vm, this, (at + needle.len(), length))]
    } else {
        let whole = unchanged(vm, this);
        let (a, b) = (make(vm, this, b""), make(vm, this, b""));
        if whole_first {
            vec![whole, a, b]
        } else {
            vec![a, b, whole]
        }
    };
    Ok(vm.new_tuple(items))
}

// ---- slots

/// `len(b)`.
pub fn bytes_length(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    Ok(bytes_of(vm, this).len() as i64)
}

/// `a + b`.
pub fn bytes_concat(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<ObjId> {
    if !is_bytes_like(vm, a) || !is_bytes_like(vm, b) {
        let (na, nb) = (vm.type_name_of(a), vm.type_name_of(b));
        return Err(vm.type_error(format!("can't concat {nb} to {na}")));
    }
    if vm.type_of(a) == types::BYTES && vm.type_of(b) == types::BYTES {
        if bytes_of(vm, a).is_empty() {
            return Ok(vm.incref(b));
        }
        if bytes_of(vm, b).is_empty() {
            return Ok(vm.incref(a));
        }
    }
    let mut joined = contents(vm, a)?;
    joined.extend(contents(vm, b)?);
    Ok(make(vm, a, &joined))
}

/// `b * count`.
pub fn bytes_repeat(vm: &mut Vm, this: ObjId, count: i64) -> PyResult<ObjId> {
    let count = count.max(0) as usize;
    if count == 1 && vm.type_of(this) == types::BYTES {
        return Ok(vm.incref(this));
    }
    let bytes = bytes_of(vm, this);
    match bytes.len().checked_mul(count) {
        Some(length) if i64::try_from(length).is_ok() => {
            vm.check_request(length)?;
            let repeated = bytes_of(vm, this).repeat(count);
            Ok(make(vm, this, &repeated))
        }
        Some(_) | None if matches!(vm.heap.payload(this), Payload::Bytes(_)) => {
            Err(vm.raise(types::OVERFLOW_ERROR, "repeated bytes are too long"))
        }
        Some(_) | None => Err(vm.no_memory()),
    }
}

/// `x in b`.
pub fn bytes_contains(vm: &mut Vm, this: ObjId, part: ObjId) -> PyResult<bool> {
    if vm.has_index(part) {
        let value = vm.index_as_ssize(part, None)?;
        let Ok(byte) = u8::try_from(value) else {
            return Err(vm.value_error("byte must be in range(0, 256)"));
        };
        return Ok(bytes_of(vm, this).contains(&byte));
    }
    if !is_bytes_like(vm, part) {
        return Err(required(vm, part));
    }
    let needle = contents(vm, part)?;
    Ok(search::find_slice(bytes_of(vm, this), &needle).is_some())
}

/// The comparisons of bytes and bytearrays with anything bytes-like.
pub fn bytes_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    let Some(other) = super::bytes_like::contents_of(vm, b) else {
        return Ok(NOT_IMPLEMENTED);
    };
    Ok(bool_obj(op.holds(bytes_of(vm, a).cmp(&other))))
}
