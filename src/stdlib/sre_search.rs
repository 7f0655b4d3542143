//! One search after another in a subject: what stands between the objects of `re` and the engine.
//!
//! Mirrors `state_init`, `getstring` and `getslice` of `Modules/_sre/sre.c`.

use rustpython_sre_engine::{Request, State};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use crate::base::ObjId;
use crate::objects::bytes_like;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::types;

use super::sre_pattern::Pattern;

/// How a pattern is held against a subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Anywhere.
    Search,
    /// At the start.
    Match,
    /// At the start, up to the end.
    FullMatch,
}

/// Where a match and its groups lie, in characters.
#[derive(Clone, Debug)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    /// Start and end of each group, from 1 on; `None` where it took no part.
    pub groups: Vec<Option<(usize, usize)>>,
    /// The group that closed last.
    pub lastindex: Option<usize>,
}

/// A subject as the engine reads it: characters, or bytes as the characters of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    text: Wtf8Buf,
    /// The window that is searched; `start` moves on with each match.
    pub start: usize,
    pub end: usize,
    /// The window at the beginning, as `Match.pos` and `Match.endpos` show it.
    pub pos: usize,
    /// The match before was empty: the next one may not be, at the same place.
    pub must_advance: bool,
}

impl Subject {
    /// The subject `string` for `pattern`, from `pos` to `endpos` (`state_init`).
    pub fn new(
        vm: &mut Vm,
        pattern: ObjId,
        string: ObjId,
        pos: i64,
        endpos: i64,
    ) -> PyResult<Self> {
        let isbytes = is_bytes(vm, string)?;
        match (isbytes, Pattern::of(vm, pattern).isbytes) {
            (true, Some(false)) => {
                return Err(vm.type_error("cannot use a string pattern on a bytes-like object"));
            }
            (false, Some(true)) => {
                return Err(vm.type_error("cannot use a bytes pattern on a string-like object"));
            }
            _ => {}
        }
        let (text, length) = if let Some(text) = vm.text(string) {
            let read = match text.as_ascii() {
                Some(ascii) => Wtf8Buf::from(ascii.to_owned()),
                None => text
                    .code_points()
                    .map(|c| CodePoint::from_u32(c).expect("a str holds code points"))
                    .collect(),
            };
            (read, text.len())
        } else {
            let bytes = bytes_like::contents(vm, string)?;
            let read: String = bytes.iter().map(|&b| char::from(b)).collect();
            (Wtf8Buf::from(read), bytes.len())
        };
        let length = length as i64;
        let start = pos.clamp(0, length) as usize;
        let end = endpos.clamp(0, length) as usize;
        Ok(Self {
            text,
            start,
            end,
            pos: start,
            must_advance: false,
        })
    }

    /// One step of the engine; `state` may come from the step before on the same subject.
    fn step(&self, code: &[u32], groups: usize, mode: Mode, state: &mut State) -> Option<Found> {
        // `match` looks at an empty window where `pos` lies behind `endpos`; `search` at none.
        let end = match mode {
            Mode::Search if self.start > self.end => return None,
            _ => self.end.max(self.start),
        };
        let string: &Wtf8 = &self.text;
        let request = Request {
            string,
            start: self.start,
            end,
            pattern_codes: code,
            match_all: mode == Mode::FullMatch,
            must_advance: self.must_advance,
        };
        state.reset(&request, self.start);
        let matched = match mode {
            Mode::Search => state.search(request),
            Mode::Match | Mode::FullMatch => state.py_match(&request),
        };
        matched.then(|| Found {
            start: state.start,
            end: state.cursor.position,
            groups: (0..groups)
                .map(|i| {
                    let (start, end) = state.marks.get(i);
                    start.into_option().zip(end.into_option())
                })
                .collect(),
            lastindex: usize::try_from(state.marks.last_index()).ok(),
        })
    }

    /// The next match, behind the one before.
    pub fn advance(
        &mut self,
        code: &[u32],
        groups: usize,
        mode: Mode,
        state: &mut State,
    ) -> Option<Found> {
        let found = self.step(code, groups, mode, state)?;
        self.must_advance = found.end == found.start;
        self.start = found.end;
        Some(found)
    }
}

/// All matches of a pattern in a subject, in one native function.
#[derive(Debug)]
pub struct Matches {
    pub subject: Subject,
    code: Vec<u32>,
    groups: usize,
    state: State,
}

impl Matches {
    pub fn new(
        vm: &mut Vm,
        pattern: ObjId,
        string: ObjId,
        pos: i64,
        endpos: i64,
    ) -> PyResult<Self> {
        let subject = Subject::new(vm, pattern, string, pos, endpos)?;
        let p = Pattern::of(vm, pattern);
        Ok(Self {
            subject,
            code: p.code.clone(),
            groups: p.groups,
            state: State::default(),
        })
    }
}

impl Iterator for Matches {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        self.subject
            .advance(&self.code, self.groups, Mode::Search, &mut self.state)
    }
}

/// Whether a subject is bytes, or `TypeError` when it is no string at all (`getstring`).
pub fn is_bytes(vm: &mut Vm, string: ObjId) -> PyResult<bool> {
    if vm.text(string).is_some() {
        return Ok(false);
    }
    if bytes_like::is_bytes_like(vm, string) {
        return Ok(true);
    }
    let name = vm.type_name_of(string);
    Err(vm.type_error(format!(
        "expected string or bytes-like object, got '{name}'"
    )))
}

/// The part of a subject: a new reference (`getslice`). An exact `bytes` is its own whole.
pub fn slice(vm: &mut Vm, string: ObjId, start: usize, end: usize) -> ObjId {
    if let Some(text) = vm.text(string) {
        let length = text.len();
        return vm.substring(string, start.min(length), end.min(length));
    }
    let bytes = bytes_like::contents_of(vm, string).unwrap_or_default();
    let length = bytes.len();
    let (start, end) = (start.min(length), end.min(length));
    if vm.type_of(string) == types::BYTES && start == 0 && end == length {
        return vm.incref(string);
    }
    let part = bytes[start..end.max(start)].to_vec();
    vm.new_bytes(&part)
}

/// The part of a group; `default` (a new reference to it) where it took no part.
pub fn group_slice(
    vm: &mut Vm,
    string: ObjId,
    group: Option<(usize, usize)>,
    default: ObjId,
) -> ObjId {
    match group {
        Some((start, end)) => slice(vm, string, start, end),
        None => vm.incref(default),
    }
}

/// An argument that is a `Py_ssize_t`.
pub fn ssize(vm: &mut Vm, value: ObjId) -> PyResult<i64> {
    let index = vm.number_index(value)?;
    let number = vm.int_as_i64(index);
    vm.decref(index);
    match number {
        Some(number) => Ok(number),
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C ssize_t",
        )),
    }
}
