//! The module `_sre`: runs the regular expressions that `re` compiles.
//!
//! Mirrors `Modules/_sre/sre.c`. The code comes from `re._compiler`; the crate
//! `rustpython-sre_engine` executes it. Two things differ from C: `LOCALE` patterns see the C
//! locale alone, and code that no compiler of `re` made is not validated.

use rustpython_sre_engine::string::{lower_unicode, upper_unicode};
use rustpython_sre_engine::{CODESIZE, MAXGROUPS, MAXREPEAT, SRE_MAGIC};

use crate::base::ObjId;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, types};

use super::ModuleDef;
use super::sre_pattern::{self, PATTERN, Pattern};
use super::sre_search::{is_bytes, ssize};
use super::{sre_match, sre_scanner, sre_template};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_sre",
    functions: &[
        MethodDef::new(
            "compile",
            MethodImpl::FastKeywords(compile),
            "($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)",
        ),
        MethodDef::new(
            "template",
            MethodImpl::Fast(sre_template::template),
            "($module, pattern, template, /)",
        ),
        MethodDef::new(
            "getcodesize",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(CODESIZE as i64))),
            "($module, /)",
        ),
        MethodDef::new(
            "ascii_iscased",
            MethodImpl::O(|vm, _, c| {
                let c = character(vm, c)?;
                Ok(bool_obj(
                    u8::try_from(c).is_ok_and(|c| c.is_ascii_alphabetic()),
                ))
            }),
            "($module, character, /)",
        ),
        MethodDef::new(
            "unicode_iscased",
            MethodImpl::O(|vm, _, c| {
                let c = character(vm, c)? as u32;
                Ok(bool_obj(lower_unicode(c) != c || upper_unicode(c) != c))
            }),
            "($module, character, /)",
        ),
        MethodDef::new(
            "ascii_tolower",
            MethodImpl::O(|vm, _, c| {
                let c = character(vm, c)?;
                let lower = u8::try_from(c).map_or(c, |c| i32::from(c.to_ascii_lowercase()));
                Ok(vm.new_int(i64::from(lower)))
            }),
            "($module, character, /)",
        ),
        MethodDef::new(
            "unicode_tolower",
            MethodImpl::O(|vm, _, c| {
                let lower = lower_unicode(character(vm, c)? as u32);
                Ok(vm.new_int(i64::from(lower as i32)))
            }),
            "($module, character, /)",
        ),
    ],
    exec: |vm, module| {
        for (name, value) in [
            ("MAGIC", SRE_MAGIC),
            ("CODESIZE", CODESIZE),
            ("MAXREPEAT", MAXREPEAT),
            ("MAXGROUPS", MAXGROUPS),
        ] {
            let value = vm.new_int(value as i64);
            vm.module_add(module, name, value);
        }
        let copyright = vm.new_str(" SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ");
        vm.module_add(module, "copyright", copyright);
        for spec in [
            &PATTERN,
            &sre_match::MATCH,
            &sre_scanner::SCANNER,
            &sre_template::TEMPLATE,
        ] {
            vm.native_type(spec);
        }
        Ok(())
    },
    doc: "",
};

/// An argument that is a C `int`.
fn c_int(vm: &mut Vm, value: ObjId) -> PyResult<i32> {
    let index = vm.number_index(value)?;
    let number = vm.int_as_i64(index).and_then(|n| i32::try_from(n).ok());
    vm.decref(index);
    match number {
        Some(number) => Ok(number),
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C int",
        )),
    }
}

fn character(vm: &mut Vm, value: ObjId) -> PyResult<i32> {
    c_int(vm, value)
}

/// `_sre.compile(pattern, flags, code, groups, groupindex, indexgroup)`.
fn compile(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const NAMES: [&str; 6] = [
        "pattern",
        "flags",
        "code",
        "groups",
        "groupindex",
        "indexgroup",
    ];
    let values = vm.unpack_keywords(&Signature::new("compile", &NAMES, 6), args, kwnames)?;
    let flags = c_int(vm, values[1])?;
    check_argument(vm, values[2], types::LIST, "code")?;
    let groups = ssize(vm, values[3])?;
    check_argument(vm, values[4], types::DICT, "groupindex")?;
    check_argument(vm, values[5], types::TUPLE, "indexgroup")?;
    let mut code = Vec::with_capacity(vm.list_len(values[2]));
    for i in 0..vm.list_len(values[2]) {
        let item = vm.list(values[2]).ob_item[i];
        code.push(code_word(vm, item)?);
    }
    let isbytes = if values[0] == NONE {
        None
    } else {
        Some(is_bytes(vm, values[0])?)
    };
    let [pattern, groupindex, indexgroup] =
        [values[0], values[4], values[5]].map(|value| vm.incref(value));
    let state = Pattern {
        groupindex,
        indexgroup,
        pattern,
        groups: groups.max(0) as usize,
        isbytes,
        flags,
        code,
    };
    Ok(sre_pattern::new_pattern(vm, state))
}

fn check_argument(vm: &mut Vm, value: ObjId, ty: ObjId, name: &str) -> PyResult<()> {
    if vm.isinstance(value, ty) {
        return Ok(());
    }
    let wanted = vm.type_qualname_string(ty);
    let given = vm.type_name_of(value);
    Err(vm.type_error(format!(
        "compile() argument '{name}' must be {wanted}, not {given}"
    )))
}

/// One number of the code (`SRE_CODE`, 32 bits without a sign).
fn code_word(vm: &mut Vm, item: ObjId) -> PyResult<u32> {
    if !vm.is_int(item) {
        return Err(vm.type_error("an integer is required"));
    }
    if let Some(word) = vm.int_as_i64(item).and_then(|n| u32::try_from(n).ok()) {
        return Ok(word);
    }
    let message = if vm.int_is_negative(item) {
        "can't convert negative value to unsigned int"
    } else {
        "regular expression code size limit exceeded"
    };
    Err(vm.raise(types::OVERFLOW_ERROR, message))
}
