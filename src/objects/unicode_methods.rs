//! The methods of `str`.
//!
//! Mirrors the Argument Clinic half of `Objects/unicodeobject.c`; `format`, `encode` and their
//! kin are in `unicode_format` and `unicode_codecs`.

use crate::base::textops::layout::{self, Ends};
use crate::base::textops::search::{self, to_points};
use crate::base::textops::split::{self, LineEnds, Range};
use crate::base::textops::{case, window};
use crate::base::{ObjId, Text, unicode};
use crate::on_units;

use super::getargs::Signature;
use super::methodobject::{MethodDef, MethodImpl};
use super::scalar_new::{c_int_arg, slice_index_arg, ssize_arg, str_arg};
use super::unicodeobject::text_of;
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_STR, EMPTY_TUPLE, NONE, bool_obj, types};
use super::{unicode_codecs, unicode_format, unicode_translate};

use MethodImpl::{Fast, FastKeywords, NoArgs, O, VarArgsKeywords};

pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::new(
        "encode",
        FastKeywords(unicode_codecs::encode),
        "($self, /, encoding='utf-8', errors='strict')",
    ),
    MethodDef::new(
        "replace",
        FastKeywords(replace),
        "($self, old, new, /, count=-1)",
    ),
    MethodDef::new(
        "split",
        FastKeywords(split_method),
        "($self, /, sep=None, maxsplit=-1)",
    ),
    MethodDef::new(
        "rsplit",
        FastKeywords(rsplit_method),
        "($self, /, sep=None, maxsplit=-1)",
    ),
    MethodDef::new("join", O(join), "($self, iterable, /)"),
    MethodDef::new(
        "capitalize",
        NoArgs(|vm, s| map_case(vm, s, case::capitalize)),
        "($self, /)",
    ),
    MethodDef::new(
        "casefold",
        NoArgs(|vm, s| map_case(vm, s, case::casefold)),
        "($self, /)",
    ),
    MethodDef::new(
        "title",
        NoArgs(|vm, s| map_case(vm, s, case::title)),
        "($self, /)",
    ),
    MethodDef::new("center", Fast(center), "($self, width, fillchar=' ', /)"),
    MethodDef::new("count", Fast(count), ""),
    MethodDef::new(
        "expandtabs",
        FastKeywords(expandtabs),
        "($self, /, tabsize=8)",
    ),
    MethodDef::new(
        "find",
        Fast(|vm, s, args| find_method(vm, s, args, "find", search::find)),
        "",
    ),
    MethodDef::new("partition", O(partition), "($self, sep, /)"),
    MethodDef::new(
        "index",
        Fast(|vm, s, args| index_method(vm, s, args, "index", search::find)),
        "",
    ),
    MethodDef::new("ljust", Fast(ljust), "($self, width, fillchar=' ', /)"),
    MethodDef::new(
        "lower",
        NoArgs(|vm, s| map_case(vm, s, case::lower)),
        "($self, /)",
    ),
    MethodDef::new(
        "lstrip",
        Fast(|vm, s, args| strip(vm, s, args, "lstrip", Ends::Left)),
        "($self, chars=None, /)",
    ),
    MethodDef::new(
        "rfind",
        Fast(|vm, s, args| find_method(vm, s, args, "rfind", search::rfind)),
        "",
    ),
    MethodDef::new(
        "rindex",
        Fast(|vm, s, args| index_method(vm, s, args, "rindex", search::rfind)),
        "",
    ),
    MethodDef::new("rjust", Fast(rjust), "($self, width, fillchar=' ', /)"),
    MethodDef::new(
        "rstrip",
        Fast(|vm, s, args| strip(vm, s, args, "rstrip", Ends::Right)),
        "($self, chars=None, /)",
    ),
    MethodDef::new("rpartition", O(rpartition), "($self, sep, /)"),
    MethodDef::new(
        "splitlines",
        FastKeywords(splitlines),
        "($self, /, keepends=False)",
    ),
    MethodDef::new(
        "strip",
        Fast(|vm, s, args| strip(vm, s, args, "strip", Ends::Both)),
        "($self, chars=None, /)",
    ),
    MethodDef::new(
        "swapcase",
        NoArgs(|vm, s| map_case(vm, s, case::swapcase)),
        "($self, /)",
    ),
    MethodDef::new(
        "translate",
        O(unicode_translate::translate),
        "($self, table, /)",
    ),
    MethodDef::new(
        "upper",
        NoArgs(|vm, s| map_case(vm, s, case::upper)),
        "($self, /)",
    ),
    MethodDef::new(
        "startswith",
        Fast(|vm, s, args| tail_match(vm, s, args, "startswith", search::starts_with)),
        "",
    ),
    MethodDef::new(
        "endswith",
        Fast(|vm, s, args| tail_match(vm, s, args, "endswith", search::ends_with)),
        "",
    ),
    MethodDef::new("removeprefix", O(removeprefix), "($self, prefix, /)"),
    MethodDef::new("removesuffix", O(removesuffix), "($self, suffix, /)"),
    MethodDef::new(
        "isascii",
        NoArgs(|vm, s| ask(vm, s, Text::is_ascii)),
        "($self, /)",
    ),
    MethodDef::new(
        "islower",
        NoArgs(|vm, s| ask(vm, s, case::is_lower)),
        "($self, /)",
    ),
    MethodDef::new(
        "isupper",
        NoArgs(|vm, s| ask(vm, s, case::is_upper)),
        "($self, /)",
    ),
    MethodDef::new(
        "istitle",
        NoArgs(|vm, s| ask(vm, s, case::is_title)),
        "($self, /)",
    ),
    MethodDef::new(
        "isspace",
        NoArgs(|vm, s| ask(vm, s, |t| case::all(t, unicode::is_space))),
        "($self, /)",
    ),
    MethodDef::new(
        "isdecimal",
        NoArgs(|vm, s| ask(vm, s, |t| case::all(t, unicode::is_decimal))),
        "($self, /)",
    ),
    MethodDef::new(
        "isdigit",
        NoArgs(|vm, s| ask(vm, s, |t| case::all(t, unicode::is_digit))),
        "($self, /)",
    ),
    MethodDef::new(
        "isnumeric",
        NoArgs(|vm, s| ask(vm, s, |t| case::all(t, unicode::is_numeric))),
        "($self, /)",
    ),
    MethodDef::new(
        "isalpha",
        NoArgs(|vm, s| ask(vm, s, |t| case::all(t, unicode::is_alpha))),
        "($self, /)",
    ),
    MethodDef::new(
        "isalnum",
        NoArgs(|vm, s| ask(vm, s, |t| case::all(t, unicode::is_alnum))),
        "($self, /)",
    ),
    MethodDef::new(
        "isidentifier",
        NoArgs(|vm, s| ask(vm, s, case::is_identifier)),
        "($self, /)",
    ),
    MethodDef::new(
        "isprintable",
        NoArgs(|vm, s| ask(vm, s, case::is_printable)),
        "($self, /)",
    ),
    MethodDef::new("zfill", O(zfill), "($self, width, /)"),
    MethodDef::new("format", VarArgsKeywords(unicode_format::format_method), ""),
    MethodDef::new(
        "format_map",
        O(unicode_format::format_map),
        "($self, mapping, /)",
    ),
    MethodDef::new(
        "__format__",
        O(unicode_format::dunder_format),
        "($self, format_spec, /)",
    ),
    MethodDef::new("maketrans", Fast(unicode_translate::maketrans), "").static_method(),
    MethodDef::new("__getnewargs__", NoArgs(getnewargs), ""),
    MethodDef::new("__sizeof__", NoArgs(sizeof), "($self, /)"),
];

fn map_case(vm: &mut Vm, this: ObjId, map: fn(&Text) -> Text) -> PyResult<ObjId> {
    let mapped = map(text_of(vm, this));
    Ok(vm.new_text_fresh(mapped))
}

fn ask(vm: &Vm, this: ObjId, question: fn(&Text) -> bool) -> PyResult<ObjId> {
    Ok(bool_obj(question(text_of(vm, this))))
}

/// `maxsplit` and `count` arguments: negative means no limit.
fn limit_arg(vm: &mut Vm, arg: ObjId) -> PyResult<usize> {
    if arg.is_null() {
        return Ok(usize::MAX);
    }
    Ok(usize::try_from(ssize_arg(vm, arg)?).unwrap_or(usize::MAX))
}

fn replace(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("replace", &["", "", "count"], 2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    str_arg(vm, "replace", "1", values[0])?;
    str_arg(vm, "replace", "2", values[1])?;
    let limit = limit_arg(vm, values[2])?;
    match search::replace(
        text_of(vm, this),
        text_of(vm, values[0]),
        text_of(vm, values[1]),
        limit,
    ) {
        Some(text) => Ok(vm.new_text_fresh(text)),
        None => Ok(vm.str_unchanged(this)),
    }
}

/// A list of parts.
fn parts(vm: &mut Vm, this: ObjId, ranges: &[Range], room: usize) -> ObjId {
    let items = ranges
        .iter()
        .map(|&(start, end)| vm.substring(this, start, end))
        .collect();
    vm.new_list_with_room(items, room)
}

fn split_method(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (separator, limit) = split_args(vm, args, kwnames, "split")?;
    let text = text_of(vm, this);
    let ranges = match separator {
        None => on_units!(text, s => split::split_whitespace(s, limit, unicode::is_space)),
        Some(separator) => {
            let separator = text_of(vm, separator);
            on_units!(text, s => match search::as_units(separator) {
                Some(separator) => split::split(s, &separator, limit),
                None => vec![(0, s.len())],
            })
        }
    };
    let room = room_for_parts(vm, this, separator, limit);
    Ok(parts(vm, this, &ranges, room))
}

fn rsplit_method(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (separator, limit) = split_args(vm, args, kwnames, "rsplit")?;
    let text = text_of(vm, this);
    let ranges = match separator {
        None => on_units!(text, s => split::rsplit_whitespace(s, limit, unicode::is_space)),
        Some(separator) => {
            let separator = text_of(vm, separator);
            on_units!(text, s => match search::as_units(separator) {
                Some(separator) => split::rsplit(s, &separator, limit),
                None => vec![(0, s.len())],
            })
        }
    };
    let room = room_for_parts(vm, this, separator, limit);
    Ok(parts(vm, this, &ranges, room))
}

/// How many parts a list is made for before a string is split (`PREALLOC_SIZE`): as many as there
/// may be, but no more than twelve.
fn room_for_parts(vm: &Vm, this: ObjId, separator: Option<ObjId>, limit: usize) -> usize {
    let length = text_of(vm, this).len();
    let most = match separator {
        None => length.saturating_sub(1) / 2 + 1,
        Some(separator) => {
            let width = text_of(vm, separator).len();
            if length < width {
                return 1;
            }
            length / width + 1
        }
    };
    let most = if limit == usize::MAX { most } else { limit };
    if most >= MAX_PREALLOC {
        MAX_PREALLOC
    } else {
        most + 1
    }
}

/// Parts that a list is made for at most.
pub const MAX_PREALLOC: usize = 12;

fn split_args(
    vm: &mut Vm,
    args: &[ObjId],
    kwnames: ObjId,
    name: &str,
) -> PyResult<(Option<ObjId>, usize)> {
    let signature = Signature::new(name, &["sep", "maxsplit"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let limit = limit_arg(vm, values[1])?;
    let separator = values[0];
    if separator.is_null() || separator == NONE {
        return Ok((None, limit));
    }
    let Some(text) = vm.text(separator) else {
        let given = vm.type_name_of(separator);
        return Err(vm.type_error(format!("must be str or None, not {given}")));
    };
    if text.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok((Some(separator), limit))
}

fn splitlines(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("splitlines", &["keepends"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let keep = !values[0].is_null() && vm.is_true(values[0])?;
    let ends = if keep { LineEnds::Keep } else { LineEnds::Drop };
    let ranges =
        on_units!(text_of(vm, this), s => split::splitlines(s, ends, unicode::is_line_break));
    Ok(parts(vm, this, &ranges, 0))
}

/// `separator.join(iterable)` (`PyUnicode_Join`).
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

/// The string of strings with `separator` between them; a single exact string is itself.
pub fn join_items(vm: &mut Vm, separator: ObjId, items: &[ObjId]) -> PyResult<ObjId> {
    if let [only] = items
        && vm.type_of(*only) == types::STR
    {
        return Ok(vm.incref(*only));
    }
    let mut texts = Vec::with_capacity(items.len());
    let mut wrong = None;
    for (i, &item) in items.iter().enumerate() {
        let Some(text) = vm.text(item) else {
            wrong = Some((i, item));
            break;
        };
        texts.push(text);
    }
    if let Some((i, item)) = wrong {
        let name = vm.type_name_of(item);
        return Err(vm.type_error(format!(
            "sequence item {i}: expected str instance, {name} found"
        )));
    }
    let total = texts.iter().map(|text| text.len()).sum::<usize>();
    let between = text_of(vm, separator).len().saturating_mul(items.len());
    if !vm.memory_holds(total.saturating_add(between)) {
        return Err(vm.no_memory());
    }
    let joined = search::join(text_of(vm, separator), &texts);
    Ok(vm.new_text_fresh(joined))
}

/// The fill character argument of `center` and its sisters.
fn fill_arg(vm: &mut Vm, args: &[ObjId]) -> PyResult<u32> {
    let Some(&fill) = args.get(1) else {
        return Ok(0x20);
    };
    let Some(text) = vm.text(fill) else {
        let name = vm.type_name_of(fill);
        return Err(vm.type_error(format!(
            "The fill character must be a unicode character, not {name}"
        )));
    };
    if text.len() != 1 {
        return Err(vm.type_error("The fill character must be exactly one character long"));
    }
    Ok(text.at(0))
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
    let fill = fill_arg(vm, args)?;
    let length = text_of(vm, this).len();
    if width <= length as i64 {
        return Ok(vm.str_unchanged(this));
    }
    vm.check_request(width.max(0) as usize)?;
    let (left, right) = share(length, width as usize);
    let points = layout::pad(&to_points(text_of(vm, this)), left, right, fill);
    Ok(vm.new_text_fresh(Text::from_code_points(&points)))
}

fn center(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    justify(vm, this, args, "center", layout::center_padding)
}

fn ljust(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    justify(vm, this, args, "ljust", |length, width| (0, width - length))
}

fn rjust(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    justify(vm, this, args, "rjust", |length, width| (width - length, 0))
}

fn zfill(vm: &mut Vm, this: ObjId, width: ObjId) -> PyResult<ObjId> {
    let width = ssize_arg(vm, width)?;
    vm.check_request(width.max(0) as usize)?;
    match layout::zfill(&to_points(text_of(vm, this)), width.max(0) as usize) {
        Some(points) => Ok(vm.new_text_fresh(Text::from_code_points(&points))),
        None => Ok(vm.str_unchanged(this)),
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
    let text = text_of(vm, this);
    let tabs = search::count(text, &Text::from("\t"), 0, text.len());
    if (tabs as i64).saturating_mul(i64::from(tabsize)) > 1 << 32 {
        return Err(vm.raise(types::OVERFLOW_ERROR, "new string is too long"));
    }
    match layout::expandtabs(&to_points(text), i64::from(tabsize)) {
        Some(points) => Ok(vm.new_text(Text::from_code_points(&points))),
        None => Ok(vm.str_unchanged(this)),
    }
}

/// Reads `(sub, start=None, end=None)`; the window is `None` when nothing can be found there.
fn search_args(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
) -> PyResult<Option<(usize, usize)>> {
    vm.check_positional(name, args.len(), 1, 3)?;
    str_arg(vm, name, "1", args[0])?;
    window_args(vm, this, args)
}

fn window_args(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<Option<(usize, usize)>> {
    let start = slice_index_arg(vm, args.get(1).copied().unwrap_or_default(), 0)?;
    let end = slice_index_arg(vm, args.get(2).copied().unwrap_or_default(), i64::MAX)?;
    Ok(window(start, end, text_of(vm, this).len()))
}

type Find = fn(&Text, &Text, usize, usize) -> Option<usize>;

fn find_method(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
    find: Find,
) -> PyResult<ObjId> {
    let found = search_args(vm, this, args, name)?
        .and_then(|(start, end)| find(text_of(vm, this), text_of(vm, args[0]), start, end));
    Ok(vm.new_int(found.map_or(-1, |at| at as i64)))
}

fn index_method(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
    find: Find,
) -> PyResult<ObjId> {
    let found = search_args(vm, this, args, name)?
        .and_then(|(start, end)| find(text_of(vm, this), text_of(vm, args[0]), start, end));
    match found {
        Some(at) => Ok(vm.new_int(at as i64)),
        None => Err(vm.value_error("substring not found")),
    }
}

fn count(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let found = search_args(vm, this, args, "count")?.map_or(0, |(start, end)| {
        search::count(text_of(vm, this), text_of(vm, args[0]), start, end)
    });
    Ok(vm.new_int(found as i64))
}

fn tail_match(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
    matches: fn(&Text, &Text, usize, usize) -> bool,
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 3)?;
    let bounds = window_args(vm, this, args)?;
    let prefix = args[0];
    if vm.isinstance(prefix, types::TUPLE) {
        for option in vm.tuple_items(prefix).to_vec() {
            if vm.text(option).is_none() {
                let given = vm.type_name_of(option);
                return Err(vm.type_error(format!(
                    "tuple for {name} must only contain str, not {given}"
                )));
            }
            if bounds.is_some_and(|(start, end)| {
                matches(text_of(vm, this), text_of(vm, option), start, end)
            }) {
                return Ok(bool_obj(true));
            }
        }
        return Ok(bool_obj(false));
    }
    if vm.text(prefix).is_none() {
        let given = vm.type_name_of(prefix);
        return Err(vm.type_error(format!(
            "{name} first arg must be str or a tuple of str, not {given}"
        )));
    }
    Ok(bool_obj(bounds.is_some_and(|(start, end)| {
        matches(text_of(vm, this), text_of(vm, prefix), start, end)
    })))
}

fn removeprefix(vm: &mut Vm, this: ObjId, prefix: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "removeprefix", "", prefix)?;
    let (text, part) = (text_of(vm, this), text_of(vm, prefix));
    let (length, skip) = (text.len(), part.len());
    if search::starts_with(text, part, 0, length) {
        return Ok(vm.substring(this, skip, length));
    }
    Ok(vm.str_unchanged(this))
}

fn removesuffix(vm: &mut Vm, this: ObjId, suffix: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "removesuffix", "", suffix)?;
    let (text, part) = (text_of(vm, this), text_of(vm, suffix));
    let (length, skip) = (text.len(), part.len());
    if search::ends_with(text, part, 0, length) {
        return Ok(vm.substring(this, 0, length - skip));
    }
    Ok(vm.str_unchanged(this))
}

fn strip(vm: &mut Vm, this: ObjId, args: &[ObjId], name: &str, ends: Ends) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 0, 1)?;
    let chars = args.first().copied().unwrap_or(NONE);
    let text = text_of(vm, this);
    let (start, end) = if chars == NONE {
        on_units!(text, s => layout::strip(s, ends, unicode::is_space))
    } else {
        let Some(chars) = vm.text(chars) else {
            return Err(vm.type_error(format!("{name} arg must be None or str")));
        };
        let chars = to_points(chars);
        on_units!(text, s => layout::strip(s, ends, |c| chars.contains(&c)))
    };
    Ok(vm.substring(this, start, end))
}

/// The separator of `partition`, checked.
fn partition_arg(vm: &mut Vm, separator: ObjId) -> PyResult<()> {
    let Some(text) = vm.text(separator) else {
        let name = vm.type_name_of(separator);
        return Err(vm.type_error(format!("must be str, not {name}")));
    };
    if text.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok(())
}

fn partition(vm: &mut Vm, this: ObjId, separator: ObjId) -> PyResult<ObjId> {
    partition_arg(vm, separator)?;
    let (text, part) = (text_of(vm, this), text_of(vm, separator));
    let (length, width) = (text.len(), part.len());
    let items = match search::find(text, part, 0, length) {
        Some(at) => {
            let before = vm.substring(this, 0, at);
            let middle = vm.incref(separator);
            vec![before, middle, vm.substring(this, at + width, length)]
        }
        None => vec![vm.str_unchanged(this), EMPTY_STR, EMPTY_STR],
    };
    Ok(vm.new_tuple(items))
}

fn rpartition(vm: &mut Vm, this: ObjId, separator: ObjId) -> PyResult<ObjId> {
    partition_arg(vm, separator)?;
    let (text, part) = (text_of(vm, this), text_of(vm, separator));
    let (length, width) = (text.len(), part.len());
    let items = match search::rfind(text, part, 0, length) {
        Some(at) => {
            let before = vm.substring(this, 0, at);
            let middle = vm.incref(separator);
            vec![before, middle, vm.substring(this, at + width, length)]
        }
        None => vec![EMPTY_STR, EMPTY_STR, vm.str_unchanged(this)],
    };
    Ok(vm.new_tuple(items))
}

fn getnewargs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let copy = if vm.type_of(this) == types::STR {
        let text = text_of(vm, this).clone();
        vm.new_text(text)
    } else {
        vm.str_unchanged(this)
    };
    Ok(vm.new_tuple(vec![copy]))
}

/// Compact strings hold their characters behind the header, instances of subclasses elsewhere
/// (facts 1.2); a UTF-8 form kept beside them counts too.
fn sizeof(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let super::object::Payload::Str(s) = vm.heap.payload(this) else {
        return Ok(EMPTY_TUPLE);
    };
    let text = &s.text;
    let compact = vm.type_of(this) == types::STR;
    let mut size = if !compact {
        64 + (text.len() + 1) * text.kind()
    } else if text.is_ascii() {
        40 + text.len() + 1
    } else {
        56 + (text.len() + 1) * text.kind()
    };
    let latin1_singleton = compact && !text.is_ascii() && text.len() == 1 && text.kind() == 1;
    if !text.is_ascii() && (s.utf8_cached || latin1_singleton) {
        size += text.to_lossy().len() + 1;
    }
    Ok(vm.new_int(size as i64))
}
