//! Scanners: a pattern that walks a subject match by match, and what `finditer` calls.
//!
//! Mirrors `ScannerObject` of `Modules/_sre/sre.c`.

use rustpython_sre_engine::State;

use crate::base::ObjId;
use crate::native_struct;
use crate::objects::methodobject::{MemberDef, MethodDef, MethodImpl};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::NONE;

use super::sre_match::new_match;
use super::sre_pattern::Pattern;
use super::sre_search::{Mode, Subject};

native_struct! {
    /// `ScannerObject`; `done` once a step has found nothing.
    Scanner { pattern, string } [] (subject: Subject, done: bool)
}

pub static SCANNER: TypeSpec = TypeSpec {
    tp_name: "_sre.SRE_Scanner",
    tp_basicsize: 248,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    methods: &[
        MethodDef::new(
            "match",
            MethodImpl::NoArgs(|vm, s| step(vm, s, Mode::Match)),
            "($self, /)",
        ),
        MethodDef::new(
            "search",
            MethodImpl::NoArgs(|vm, s| step(vm, s, Mode::Search)),
            "($self, /)",
        ),
    ],
    members: &[MemberDef {
        name: "pattern",
        get: |vm, s| {
            let pattern = Scanner::of(vm, s).pattern;
            Ok(vm.incref(pattern))
        },
        set: None,
    }],
    ..TypeSpec::EMPTY
};

/// A scanner of `string` from `pos` to `endpos`.
pub fn new_scanner(
    vm: &mut Vm,
    pattern: ObjId,
    string: ObjId,
    pos: i64,
    endpos: i64,
) -> PyResult<ObjId> {
    let subject = Subject::new(vm, pattern, string, pos, endpos)?;
    let ty = vm.native_type(&SCANNER);
    vm.incref(pattern);
    vm.incref(string);
    let state = Scanner {
        pattern,
        string,
        subject,
        done: false,
    };
    Ok(vm.new_native(ty, state))
}

fn step(vm: &mut Vm, this: ObjId, mode: Mode) -> PyResult<ObjId> {
    let scanner = Scanner::of_mut(vm, this);
    if scanner.done {
        return Ok(NONE);
    }
    let (pattern, string) = (scanner.pattern, scanner.string);
    let mut subject = std::mem::take(&mut scanner.subject);
    let p = Pattern::of(vm, pattern);
    let found = subject.advance(&p.code, p.groups, mode, &mut State::default());
    let (pos, endpos) = (subject.pos, subject.end);
    let scanner = Scanner::of_mut(vm, this);
    scanner.subject = subject;
    let Some(found) = found else {
        scanner.done = true;
        return Ok(NONE);
    };
    Ok(new_match(vm, pattern, string, (pos, endpos), &found))
}
