//! The module `unicodedata`, of Unicode 15.1.
//!
//! Mirrors `Modules/unicodedata.c`; the tables are in `base::unicode`. `ucd_3_2_0` is not there.

use crate::base::textops::search::to_points;
use crate::base::unicode;
use crate::base::unicode::database::{self, Form};
use crate::base::{ObjId, Text};
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::scalar_new::{bad_argument, str_arg};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{bool_obj, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "unicodedata",
    functions: &[
        MethodDef::new(
            "decimal",
            MethodImpl::Fast(decimal),
            "($self, chr, default=<unrepresentable>, /)",
        ),
        MethodDef::new(
            "digit",
            MethodImpl::Fast(digit),
            "($self, chr, default=<unrepresentable>, /)",
        ),
        MethodDef::new(
            "numeric",
            MethodImpl::Fast(numeric),
            "($self, chr, default=<unrepresentable>, /)",
        ),
        MethodDef::new(
            "category",
            MethodImpl::O(|vm, _, c| word(vm, "category", c, unicode::category)),
            "($self, chr, /)",
        ),
        MethodDef::new(
            "bidirectional",
            MethodImpl::O(|vm, _, c| word(vm, "bidirectional", c, database::bidirectional)),
            "($self, chr, /)",
        ),
        MethodDef::new(
            "east_asian_width",
            MethodImpl::O(|vm, _, c| word(vm, "east_asian_width", c, database::east_asian_width)),
            "($self, chr, /)",
        ),
        MethodDef::new(
            "combining",
            MethodImpl::O(|vm, _, c| {
                let c = char_arg(vm, "combining", "", c)?;
                Ok(vm.new_int(i64::from(unicode::combining(c))))
            }),
            "($self, chr, /)",
        ),
        MethodDef::new(
            "mirrored",
            MethodImpl::O(|vm, _, c| {
                let c = char_arg(vm, "mirrored", "", c)?;
                Ok(vm.new_int(i64::from(unicode::is_mirrored(c))))
            }),
            "($self, chr, /)",
        ),
        MethodDef::new(
            "decomposition",
            MethodImpl::O(|vm, _, c| {
                let c = char_arg(vm, "decomposition", "", c)?;
                Ok(vm.new_string(database::decomposition(c)))
            }),
            "($self, chr, /)",
        ),
        MethodDef::new(
            "name",
            MethodImpl::Fast(name),
            "($self, chr, default=<unrepresentable>, /)",
        ),
        MethodDef::new("lookup", MethodImpl::O(lookup), "($self, name, /)"),
        MethodDef::new(
            "normalize",
            MethodImpl::Fast(normalize),
            "($self, form, unistr, /)",
        ),
        MethodDef::new(
            "is_normalized",
            MethodImpl::Fast(is_normalized),
            "($self, form, unistr, /)",
        ),
    ],
    exec: |vm, module| {
        let version = vm.new_str("15.1.0");
        vm.module_add(module, "unidata_version", version);
        Ok(())
    },
    doc: "This module provides access to the Unicode Character Database which\ndefines character properties for all Unicode characters. The data in\nthis database is based on the UnicodeData.txt file version\n15.1.0 which is publicly available from the Unicode Consortium.",
};

fn char_arg(vm: &mut Vm, function: &str, place: &str, obj: ObjId) -> PyResult<u32> {
    match vm.text(obj) {
        Some(text) if text.len() == 1 => Ok(text.at(0)),
        _ => Err(bad_argument(
            vm,
            function,
            place,
            "a unicode character",
            obj,
        )),
    }
}

fn word(vm: &mut Vm, function: &str, c: ObjId, of: fn(u32) -> &'static str) -> PyResult<ObjId> {
    let c = char_arg(vm, function, "", c)?;
    Ok(vm.new_str(of(c)))
}

/// The default that was given, or `ValueError`.
fn or_default(vm: &mut Vm, args: &[ObjId], message: &str) -> PyResult<ObjId> {
    match args.get(1) {
        Some(&default) => Ok(vm.incref(default)),
        None => Err(vm.value_error(message)),
    }
}

fn decimal(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("decimal", args.len(), 1, 2)?;
    let c = char_arg(vm, "decimal", "1", args[0])?;
    match unicode::decimal_value(c) {
        Some(value) => Ok(vm.new_int(i64::from(value))),
        None => or_default(vm, args, "not a decimal"),
    }
}

fn digit(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("digit", args.len(), 1, 2)?;
    let c = char_arg(vm, "digit", "1", args[0])?;
    match unicode::digit_value(c) {
        Some(value) => Ok(vm.new_int(i64::from(value))),
        None => or_default(vm, args, "not a digit"),
    }
}

fn numeric(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("numeric", args.len(), 1, 2)?;
    let c = char_arg(vm, "numeric", "1", args[0])?;
    match unicode::numeric_value(c) {
        Some(value) => Ok(vm.new_float(value)),
        None => or_default(vm, args, "not a numeric character"),
    }
}

fn name(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("name", args.len(), 1, 2)?;
    let c = char_arg(vm, "name", "1", args[0])?;
    match unicode::name_of(c) {
        Some(name) => Ok(vm.new_string(name)),
        None => or_default(vm, args, "no such name"),
    }
}

fn lookup(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    str_arg(vm, "lookup", "", name)?;
    let text = vm.str_lossy(name);
    match unicode::character_named(&text) {
        Some(c) => Ok(vm.new_text(Text::from_code_points(&[u32::from(c)]))),
        None => Err(vm.raise(
            types::KEY_ERROR,
            format!("undefined character name '{text}'"),
        )),
    }
}

/// The form and the code points of both functions' arguments.
fn form_arguments(vm: &mut Vm, function: &str, args: &[ObjId]) -> PyResult<(Form, Vec<u32>)> {
    vm.check_positional(function, args.len(), 2, 2)?;
    str_arg(vm, function, "1", args[0])?;
    str_arg(vm, function, "2", args[1])?;
    let form = vm.str_lossy(args[0]);
    let Some(form) = Form::by_name(&form) else {
        return Err(vm.value_error("invalid normalization form"));
    };
    Ok((form, vm.text(args[1]).map(to_points).unwrap_or_default()))
}

fn normalize(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (form, points) = form_arguments(vm, "normalize", args)?;
    let normal = database::normalize(&points, form);
    if normal == points && vm.type_of(args[1]) == types::STR {
        return Ok(vm.incref(args[1]));
    }
    Ok(vm.new_text(Text::from_code_points(&normal)))
}

fn is_normalized(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    let (form, points) = form_arguments(vm, "is_normalized", args)?;
    Ok(bool_obj(database::normalize(&points, form) == points))
}
