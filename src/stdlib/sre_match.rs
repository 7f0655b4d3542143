//! The type `re.Match`: where a pattern matched, and its groups.
//!
//! Mirrors `MatchObject` of `Modules/_sre/sre.c`.

use crate::base::ObjId;
use crate::native_payload_any;
use crate::objects::genericaliasobject::class_getitem;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Place, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, small_int, types};

use super::sre_pattern::{Pattern, shortened};
use super::sre_search::{Found, group_slice};
use super::sre_template;

/// `MatchObject`.
#[derive(Debug)]
pub struct Match {
    pub string: ObjId,
    /// The spans of all groups as a tuple; NULL until somebody asks.
    pub regs: ObjId,
    pub pattern: ObjId,
    pub pos: usize,
    pub endpos: usize,
    pub lastindex: Option<usize>,
    /// The span of the whole, then of each group.
    pub mark: Vec<Option<(usize, usize)>>,
}

impl NativePayload for Match {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("string", self.string),
            ("regs", self.regs),
            ("pattern", self.pattern),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        self.traverse(&mut |_, id| dropped.push(id));
        self.string = ObjId::NULL;
        self.regs = ObjId::NULL;
        self.pattern = ObjId::NULL;
    }

    fn ob_size(&self) -> usize {
        2 * self.mark.len()
    }

    native_payload_any!();
}

impl Match {
    /// The struct of a match; panics for any other object, which is our bug.
    pub fn of(vm: &Vm, id: ObjId) -> &Self {
        vm.heap
            .native::<Self>(id)
            .expect("slots are called with objects of their type")
    }
}

macro_rules! member {
    ($name:literal, $m:ident => $value:expr) => {
        MemberDef {
            name: $name,
            get: |vm, this| {
                let $m = Match::of(vm, this);
                let value = $value;
                Ok(vm.incref(value))
            },
            set: None,
        }
    };
}
macro_rules! number {
    ($name:literal, $m:ident => $value:expr) => {
        MemberDef {
            name: $name,
            get: |vm, this| {
                let $m = Match::of(vm, this);
                let value = $value;
                Ok(vm.new_int(value as i64))
            },
            set: None,
        }
    };
}

pub static MATCH: TypeSpec = TypeSpec {
    tp_name: "re.Match",
    tp_basicsize: 88,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_repr: Some(match_repr),
        mp_subscript: Some(group),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("group", MethodImpl::Fast(match_group), ""),
        MethodDef::new(
            "start",
            MethodImpl::Fast(|vm, m, args| {
                let span = span_of(vm, m, args, "start")?;
                Ok(vm.new_int(span.map_or(-1, |(start, _)| start as i64)))
            }),
            "($self, group=0, /)",
        ),
        MethodDef::new(
            "end",
            MethodImpl::Fast(|vm, m, args| {
                let span = span_of(vm, m, args, "end")?;
                Ok(vm.new_int(span.map_or(-1, |(_, end)| end as i64)))
            }),
            "($self, group=0, /)",
        ),
        MethodDef::new(
            "span",
            MethodImpl::Fast(|vm, m, args| {
                let span = span_of(vm, m, args, "span")?;
                Ok(pair(vm, span))
            }),
            "($self, group=0, /)",
        ),
        MethodDef::new(
            "groups",
            MethodImpl::FastKeywords(groups),
            "($self, /, default=None)",
        ),
        MethodDef::new(
            "groupdict",
            MethodImpl::FastKeywords(groupdict),
            "($self, /, default=None)",
        ),
        MethodDef::new(
            "expand",
            MethodImpl::FastKeywords(match_expand),
            "($self, /, template)",
        ),
        MethodDef::new(
            "__copy__",
            MethodImpl::NoArgs(|vm, m| Ok(vm.incref(m))),
            "($self, /)",
        ),
        MethodDef::new(
            "__deepcopy__",
            MethodImpl::O(|vm, m, _| Ok(vm.incref(m))),
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
        member!("string", m => m.string),
        member!("re", m => m.pattern),
        number!("pos", m => m.pos),
        number!("endpos", m => m.endpos),
    ],
    getset: &[
        GetSetDef {
            name: "lastindex",
            get: |vm, m| match Match::of(vm, m).lastindex {
                Some(index) => Ok(vm.new_int(index as i64)),
                None => Ok(NONE),
            },
            set: None,
        },
        GetSetDef {
            name: "lastgroup",
            get: |vm, m| {
                let m = Match::of(vm, m);
                let names = vm.tuple_items(Pattern::of(vm, m.pattern).indexgroup);
                let name = m.lastindex.and_then(|index| names.get(index).copied());
                Ok(vm.incref(name.unwrap_or(NONE)))
            },
            set: None,
        },
        GetSetDef {
            name: "regs",
            get: regs,
            set: None,
        },
    ],
    tp_doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    ..TypeSpec::EMPTY
};

/// The match object for what a search found (`pattern_new_match`).
pub fn new_match(
    vm: &mut Vm,
    pattern: ObjId,
    string: ObjId,
    (pos, endpos): (usize, usize),
    found: &Found,
) -> ObjId {
    let mut mark = Vec::with_capacity(1 + found.groups.len());
    mark.push(Some((found.start, found.end)));
    mark.extend_from_slice(&found.groups);
    let state = Match {
        string: vm.incref(string),
        regs: ObjId::NULL,
        pattern: vm.incref(pattern),
        pos,
        endpos,
        lastindex: found.lastindex,
        mark,
    };
    let ty = vm.native_type(&MATCH);
    vm.new_native(ty, state)
}

fn no_such_group(vm: &mut Vm) -> Raised {
    vm.raise(types::INDEX_ERROR, "no such group")
}

/// The number of a group given by number or name (`match_getindex`).
fn group_index(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<usize> {
    let m = Match::of(vm, this);
    let (pattern, count) = (m.pattern, m.mark.len());
    let index = if vm.has_index(key) {
        Some(vm.index_as_ssize(key, None)?)
    } else {
        let names = Pattern::of(vm, pattern).groupindex;
        // Without named groups the key is not even hashed.
        let number = if vm.dict_len(names) == 0 {
            None
        } else {
            vm.dict_get(names, key)?
        };
        number
            .filter(|&n| vm.is_int(n))
            .and_then(|n| vm.int_as_i64(n))
    };
    match index.and_then(|i| usize::try_from(i).ok()) {
        Some(index) if index < count => Ok(index),
        _ => Err(no_such_group(vm)),
    }
}

/// The text of the group with this number; `default` where it took no part: a new reference.
pub fn group_by_index(vm: &mut Vm, this: ObjId, index: i64, default: ObjId) -> PyResult<ObjId> {
    let m = Match::of(vm, this);
    let string = m.string;
    let span = usize::try_from(index)
        .ok()
        .and_then(|i| m.mark.get(i).copied());
    match span {
        Some(span) => Ok(group_slice(vm, string, span, default)),
        None => Err(no_such_group(vm)),
    }
}

/// `m[key]`, and `m.group(key)`.
fn group(vm: &mut Vm, this: ObjId, key: ObjId) -> PyResult<ObjId> {
    let index = group_index(vm, this, key)?;
    group_by_index(vm, this, index as i64, NONE)
}

fn match_group(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    match *args {
        [] => group(vm, this, small_int(0)),
        [key] => group(vm, this, key),
        _ => {
            let mut parts = Vec::with_capacity(args.len());
            for &key in args {
                match group(vm, this, key) {
                    Ok(part) => parts.push(part),
                    Err(raised) => {
                        vm.decref_all(&parts);
                        return Err(raised);
                    }
                }
            }
            Ok(vm.new_tuple(parts))
        }
    }
}

/// The span of the group that the arguments name, of the whole without arguments.
fn span_of(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    name: &str,
) -> PyResult<Option<(usize, usize)>> {
    vm.check_positional(name, args.len(), 0, 1)?;
    let index = match args.first() {
        Some(&key) => group_index(vm, this, key)?,
        None => 0,
    };
    Ok(Match::of(vm, this).mark[index])
}

fn pair(vm: &mut Vm, span: Option<(usize, usize)>) -> ObjId {
    let (start, end) = span.map_or((-1, -1), |(start, end)| (start as i64, end as i64));
    let items = vec![vm.new_int(start), vm.new_int(end)];
    vm.new_tuple(items)
}

fn regs(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let m = Match::of(vm, this);
    if !m.regs.is_null() {
        let regs = m.regs;
        return Ok(vm.incref(regs));
    }
    let spans = m.mark.clone();
    let pairs = spans.into_iter().map(|span| pair(vm, span)).collect();
    let regs = vm.new_tuple(pairs);
    vm.incref(regs);
    vm.heap
        .native_mut::<Match>(this)
        .expect("it was a match above")
        .regs = regs;
    Ok(regs)
}

fn default_of(vm: &mut Vm, name: &str, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_keywords(&Signature::new(name, &["default"], 0), args, kwnames)?;
    Ok(if values[0].is_null() { NONE } else { values[0] })
}

fn groups(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let default = default_of(vm, "groups", args, kwnames)?;
    let m = Match::of(vm, this);
    let (string, spans) = (m.string, m.mark[1..].to_vec());
    let parts = spans
        .into_iter()
        .map(|span| group_slice(vm, string, span, default))
        .collect();
    Ok(vm.new_tuple(parts))
}

fn groupdict(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let default = default_of(vm, "groupdict", args, kwnames)?;
    let names = Pattern::of(vm, Match::of(vm, this).pattern).groupindex;
    let result = vm.new_dict();
    for (name, number) in vm.dict_entries(names) {
        let index = vm.int_as_i64(number).unwrap_or(-1);
        let outcome = group_by_index(vm, this, index, default).and_then(|part| {
            let set = vm.dict_set(result, name, part);
            vm.decref(part);
            set
        });
        if let Err(raised) = outcome {
            vm.decref(result);
            return Err(raised);
        }
    }
    Ok(result)
}

fn match_expand(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_keywords(&Signature::new("expand", &["template"], 1), args, kwnames)?;
    let pattern = Match::of(vm, this).pattern;
    let template = sre_template::compile_template(vm, pattern, values[0])?;
    let result = sre_template::expand(vm, template, this);
    vm.decref(template);
    result
}

fn match_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let name = vm.type_name_of(this);
    let (start, end) = Match::of(vm, this).mark[0].expect("the whole took part");
    let whole = group_by_index(vm, this, 0, NONE)?;
    let shown = vm.repr(whole);
    vm.decref(whole);
    let shown = shortened(vm, shown?, 50);
    let head = vm.new_string(format!("<{name} object; span=({start}, {end}), match="));
    let tail = vm.new_str(">");
    sre_template::join(vm, vec![head, shown, tail], true)
}
