//! The type `re.Pattern`: a compiled regular expression and what it does to strings.
//!
//! Mirrors `PatternObject` of `Modules/_sre/sre.c`.

use rustpython_sre_engine::State;

use crate::base::hash::hash_bytes;
use crate::base::{ObjId, Text};
use crate::native_payload_any;
use crate::objects::bytes_like;
use crate::objects::genericaliasobject::class_getitem;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Place, Visit};
use crate::objects::slots::{CompareOp, Slots};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, NOT_IMPLEMENTED};

use super::sre_match::new_match;
use super::sre_scanner::new_scanner;
use super::sre_search::{Matches, Mode, Subject, group_slice, slice, ssize};
use super::sre_template;

/// `PatternObject`.
#[derive(Debug)]
pub struct Pattern {
    pub groupindex: ObjId,
    pub indexgroup: ObjId,
    pub pattern: ObjId,
    pub groups: usize,
    /// `None` for a pattern made without its source.
    pub isbytes: Option<bool>,
    pub flags: i32,
    pub code: Vec<u32>,
}

impl NativePayload for Pattern {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("groupindex", self.groupindex),
            ("indexgroup", self.indexgroup),
            ("pattern", self.pattern),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        self.traverse(&mut |_, id| dropped.push(id));
        self.groupindex = ObjId::NULL;
        self.indexgroup = ObjId::NULL;
        self.pattern = ObjId::NULL;
    }

    fn ob_size(&self) -> usize {
        self.code.len()
    }

    native_payload_any!();
}

impl Pattern {
    /// The struct of a pattern; panics for any other object, which is our bug.
    pub fn of(vm: &Vm, id: ObjId) -> &Self {
        vm.heap
            .native::<Self>(id)
            .expect("slots are called with objects of their type")
    }
}

const STRING: &str = "($self, /, string, pos=0, endpos=sys.maxsize)";

pub static PATTERN: TypeSpec = TypeSpec {
    tp_name: "re.Pattern",
    tp_basicsize: 96,
    tp_itemsize: 4,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    weakrefs: true,
    slots: Slots {
        tp_repr: Some(pattern_repr),
        tp_hash: Some(pattern_hash),
        tp_richcompare: Some(pattern_richcompare),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new(
            "match",
            MethodImpl::FastKeywords(|vm, p, a, k| one_match(vm, p, a, k, "match", Mode::Match)),
            STRING,
        ),
        MethodDef::new(
            "fullmatch",
            MethodImpl::FastKeywords(|vm, p, a, k| {
                one_match(vm, p, a, k, "fullmatch", Mode::FullMatch)
            }),
            STRING,
        ),
        MethodDef::new(
            "search",
            MethodImpl::FastKeywords(|vm, p, a, k| one_match(vm, p, a, k, "search", Mode::Search)),
            STRING,
        ),
        MethodDef::new(
            "sub",
            MethodImpl::FastKeywords(|vm, p, a, k| {
                substitute(vm, p, a, k, "sub").map(|(text, _)| text)
            }),
            "($self, /, repl, string, count=0)",
        ),
        MethodDef::new(
            "subn",
            MethodImpl::FastKeywords(|vm, p, a, k| {
                let (text, count) = substitute(vm, p, a, k, "subn")?;
                let count = vm.new_int(count);
                Ok(vm.new_tuple(vec![text, count]))
            }),
            "($self, /, repl, string, count=0)",
        ),
        MethodDef::new("findall", MethodImpl::FastKeywords(findall), STRING),
        MethodDef::new(
            "split",
            MethodImpl::FastKeywords(split),
            "($self, /, string, maxsplit=0)",
        ),
        MethodDef::new("finditer", MethodImpl::FastKeywords(finditer), STRING),
        MethodDef::new("scanner", MethodImpl::FastKeywords(scanner), STRING),
        MethodDef::new(
            "__copy__",
            MethodImpl::NoArgs(|vm, p| Ok(vm.incref(p))),
            "($self, /)",
        ),
        MethodDef::new(
            "__deepcopy__",
            MethodImpl::O(|vm, p, _| Ok(vm.incref(p))),
            "($self, memo, /)",
        ),
        MethodDef::new(
            "__class_getitem__",
            MethodImpl::O(class_getitem),
            "($type, object, /)",
        )
        .class_method(),
    ],
    members: &[
        MemberDef {
            name: "pattern",
            get: |vm, p| {
                let pattern = Pattern::of(vm, p).pattern;
                Ok(vm.incref(pattern))
            },
            set: None,
        },
        MemberDef {
            name: "flags",
            get: |vm, p| {
                let flags = Pattern::of(vm, p).flags;
                Ok(vm.new_int(i64::from(flags)))
            },
            set: None,
        },
        MemberDef {
            name: "groups",
            get: |vm, p| {
                let groups = Pattern::of(vm, p).groups;
                Ok(vm.new_int(groups as i64))
            },
            set: None,
        },
    ],
    getset: &[GetSetDef {
        name: "groupindex",
        get: |vm, p| {
            let names = Pattern::of(vm, p).groupindex;
            Ok(vm.new_mapping_proxy(names))
        },
        set: None,
    }],
    tp_doc: "Compiled regular expression object.",
    ..TypeSpec::EMPTY
};

/// A new pattern; takes the references in `state`.
pub fn new_pattern(vm: &mut Vm, state: Pattern) -> ObjId {
    let ty = vm.native_type(&PATTERN);
    vm.new_native(ty, state)
}

/// The arguments `string, pos=0, endpos=sys.maxsize`.
fn string_arguments(
    vm: &mut Vm,
    name: &str,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<(ObjId, i64, i64)> {
    let signature = Signature::new(name, &["string", "pos", "endpos"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let pos = optional_ssize(vm, values[1], 0)?;
    let endpos = optional_ssize(vm, values[2], i64::MAX)?;
    Ok((values[0], pos, endpos))
}

fn optional_ssize(vm: &mut Vm, value: ObjId, default: i64) -> PyResult<i64> {
    if value.is_null() {
        return Ok(default);
    }
    ssize(vm, value)
}

fn one_match(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
    name: &str,
    mode: Mode,
) -> PyResult<ObjId> {
    let (string, pos, endpos) = string_arguments(vm, name, args, kwnames)?;
    let mut subject = Subject::new(vm, this, string, pos, endpos)?;
    let (pos, endpos) = (subject.pos, subject.end);
    let p = Pattern::of(vm, this);
    match subject.advance(&p.code, p.groups, mode, &mut State::default()) {
        Some(found) => Ok(new_match(vm, this, string, (pos, endpos), &found)),
        None => Ok(NONE),
    }
}

fn findall(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (string, pos, endpos) = string_arguments(vm, "findall", args, kwnames)?;
    let matches = Matches::new(vm, this, string, pos, endpos)?;
    let empty = slice(vm, string, 0, 0);
    let mut items = Vec::new();
    for found in matches {
        let item = match *found.groups {
            [] => slice(vm, string, found.start, found.end),
            [one] => group_slice(vm, string, one, empty),
            _ => {
                let groups = found.groups.iter();
                let parts = groups
                    .map(|&group| group_slice(vm, string, group, empty))
                    .collect();
                vm.new_tuple(parts)
            }
        };
        items.push(item);
    }
    vm.decref(empty);
    Ok(vm.new_list(items))
}

fn split(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("split", &["string", "maxsplit"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let string = values[0];
    let maxsplit = optional_ssize(vm, values[1], 0)?;
    let mut matches = Matches::new(vm, this, string, 0, i64::MAX)?;
    let mut items = Vec::new();
    let (mut count, mut last) = (0, 0);
    while maxsplit == 0 || count < maxsplit {
        let Some(found) = matches.next() else { break };
        items.push(slice(vm, string, last, found.start));
        for &group in &found.groups {
            items.push(group_slice(vm, string, group, NONE));
        }
        count += 1;
        last = found.end;
    }
    items.push(slice(vm, string, last, matches.subject.end));
    Ok(vm.new_list(items))
}

fn scanner(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (string, pos, endpos) = string_arguments(vm, "scanner", args, kwnames)?;
    new_scanner(vm, this, string, pos, endpos)
}

fn finditer(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let (string, pos, endpos) = string_arguments(vm, "finditer", args, kwnames)?;
    let scanner = new_scanner(vm, this, string, pos, endpos)?;
    let search = vm.getattr_name(scanner, "search");
    vm.decref(scanner);
    let search = search?;
    let iterator = vm.new_call_iter(search, NONE);
    vm.decref(search);
    Ok(iterator)
}

/// What each match is replaced by.
#[derive(Clone, Copy)]
enum Filter {
    /// A string without references to groups.
    Literal,
    /// An `SRE_Template`.
    Template,
    /// A function of the match.
    Callable,
}

/// The replacement as a filter: a new reference.
fn filter_of(vm: &mut Vm, pattern: ObjId, replacement: ObjId) -> PyResult<(ObjId, Filter)> {
    if vm.is_callable(replacement) {
        return Ok((vm.incref(replacement), Filter::Callable));
    }
    let is_literal = match vm.text(replacement) {
        Some(text) => text.code_points().all(|c| c != u32::from(b'\\')),
        None => bytes_like::contents_of(vm, replacement).is_some_and(|b| !b.contains(&b'\\')),
    };
    if is_literal {
        return Ok((vm.incref(replacement), Filter::Literal));
    }
    let template = sre_template::compile_template(vm, pattern, replacement)?;
    if let Some(literal) = sre_template::literal_of(vm, template) {
        vm.incref(literal);
        vm.decref(template);
        return Ok((literal, Filter::Literal));
    }
    Ok((template, Filter::Template))
}

/// `sub` and `subn`: the new string and the number of replacements (`pattern_subx`).
fn substitute(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
    name: &str,
) -> PyResult<(ObjId, i64)> {
    let signature = Signature::new(name, &["repl", "string", "count"], 2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let string = values[1];
    let count = optional_ssize(vm, values[2], 0)?;
    let filter = filter_of(vm, this, values[0])?;
    let pieces = replaced_pieces(vm, this, filter, string, count);
    vm.decref(filter.0);
    let (pieces, done) = pieces?;
    if pieces.is_empty() {
        return Ok((slice(vm, string, 0, 0), done));
    }
    let is_text = vm.text(string).is_some();
    Ok((sre_template::join(vm, pieces, is_text)?, done))
}

fn replaced_pieces(
    vm: &mut Vm,
    this: ObjId,
    (filter, kind): (ObjId, Filter),
    string: ObjId,
    count: i64,
) -> PyResult<(Vec<ObjId>, i64)> {
    let mut matches = Matches::new(vm, this, string, 0, i64::MAX)?;
    let window = (matches.subject.pos, matches.subject.end);
    let mut pieces = Vec::new();
    let (mut done, mut last) = (0, 0);
    while count == 0 || done < count {
        let Some(found) = matches.next() else { break };
        if last < found.start {
            pieces.push(slice(vm, string, last, found.start));
        }
        let item = match kind {
            Filter::Literal => Ok(vm.incref(filter)),
            Filter::Template | Filter::Callable => {
                let object = new_match(vm, this, string, window, &found);
                let item = match kind {
                    Filter::Template => sre_template::expand(vm, filter, object),
                    _ => vm.call(filter, &[object]),
                };
                vm.decref(object);
                item
            }
        };
        match item {
            Ok(NONE) => {}
            Ok(item) => pieces.push(item),
            Err(raised) => {
                vm.decref_all(&pieces);
                return Err(raised);
            }
        }
        last = found.end;
        done += 1;
    }
    if last < window.1 {
        pieces.push(slice(vm, string, last, window.1));
    }
    Ok((pieces, done))
}

const UNICODE: i32 = 32;
const FLAG_NAMES: [(&str, i32); 8] = [
    ("re.IGNORECASE", 2),
    ("re.LOCALE", 4),
    ("re.MULTILINE", 8),
    ("re.DOTALL", 16),
    ("re.UNICODE", UNICODE),
    ("re.VERBOSE", 64),
    ("re.DEBUG", 128),
    ("re.ASCII", 256),
];

fn pattern_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let p = Pattern::of(vm, this);
    let (pattern, mut flags) = (p.pattern, p.flags);
    // `UNICODE` goes without saying for a string.
    let charset = FLAG_NAMES[1].1 | UNICODE | FLAG_NAMES[7].1;
    if p.isbytes == Some(false) && flags & charset == UNICODE {
        flags &= !UNICODE;
    }
    let mut names = Vec::new();
    for (name, flag) in FLAG_NAMES {
        if flags & flag != 0 {
            names.push(name.to_owned());
            flags &= !flag;
        }
    }
    if flags != 0 {
        names.push(format!("{flags:#x}"));
    }
    let source = vm.repr(pattern)?;
    let shown = shortened(vm, source, 200);
    let mut parts = vec![vm.new_str("re.compile("), shown];
    if !names.is_empty() {
        parts.push(vm.new_string(format!(", {}", names.join("|"))));
    }
    parts.push(vm.new_str(")"));
    sre_template::join(vm, parts, true)
}

/// At most `limit` characters of a string, whose reference it takes (`%.200R`).
pub fn shortened(vm: &mut Vm, text: ObjId, limit: usize) -> ObjId {
    let length = vm.text(text).map_or(0, Text::len);
    if length <= limit {
        return text;
    }
    let part = vm.substring(text, 0, limit);
    vm.decref(text);
    part
}

fn pattern_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let pattern = Pattern::of(vm, this).pattern;
    let hash = vm.hash(pattern)?;
    let p = Pattern::of(vm, this);
    let code: Vec<u8> = p.code.iter().flat_map(|word| word.to_le_bytes()).collect();
    let hash = hash
        ^ hash_bytes(&code, vm.interp.hash_secret)
        ^ i64::from(p.flags)
        ^ p.isbytes.map_or(-1, i64::from)
        ^ p.groups as i64;
    Ok(if hash == -1 { -2 } else { hash })
}

fn pattern_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || vm.type_of(a) != vm.type_of(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let equal = a == b || {
        let (left, right) = (Pattern::of(vm, a), Pattern::of(vm, b));
        let same = left.flags == right.flags
            && left.isbytes == right.isbytes
            && left.groups == right.groups
            && left.code == right.code;
        let (left, right) = (left.pattern, right.pattern);
        same && vm.eq(left, right)?
    };
    Ok(crate::objects::wellknown::bool_obj(
        equal == (op == CompareOp::Eq),
    ))
}
