//! `str.translate` and `str.maketrans`.
//!
//! Mirrors `_PyUnicode_TranslateCharmap` and `unicode_maketrans_impl` of
//! `Objects/unicodeobject.c`.

use crate::base::textops::search::to_points;
use crate::base::{ObjId, Text};

use super::scalar_new::bad_argument;
use super::unicodeobject::text_of;
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, types};

/// What the table says of one character.
#[derive(Clone)]
enum Translation {
    Same,
    Delete,
    To(Vec<u32>),
}

/// `str.translate`.
pub fn translate(vm: &mut Vm, this: ObjId, table: ObjId) -> PyResult<ObjId> {
    let text = text_of(vm, this);
    let ascii = text.is_ascii();
    let points = to_points(text);
    let mut out = Vec::with_capacity(points.len());
    // While all is ASCII, each character is looked up once (`unicode_fast_translate`).
    let mut known: Vec<Option<Translation>> = vec![None; if ascii { 128 } else { 0 }];
    let mut fast = ascii;
    for &c in &points {
        if fast && let Some(Some(translation)) = known.get(c as usize) {
            apply(&mut out, c, translation);
            continue;
        }
        let translation = lookup(vm, table, c)?;
        if fast {
            let simple = match &translation {
                Translation::Same | Translation::Delete => true,
                Translation::To(to) => matches!(to[..], [only] if only < 128),
            };
            if simple {
                known[c as usize] = Some(translation.clone());
            } else {
                fast = false;
            }
        }
        apply(&mut out, c, &translation);
    }
    Ok(vm.new_text(Text::from_code_points(&out)))
}

fn apply(out: &mut Vec<u32>, c: u32, translation: &Translation) {
    match translation {
        Translation::Same => out.push(c),
        Translation::Delete => {}
        Translation::To(to) => out.extend_from_slice(to),
    }
}

fn lookup(vm: &mut Vm, table: ObjId, c: u32) -> PyResult<Translation> {
    let key = vm.new_int(i64::from(c));
    let found = vm.getitem(table, key);
    vm.decref(key);
    let value = match found {
        Ok(value) => value,
        Err(_) if vm.raised_matches(types::LOOKUP_ERROR) => {
            vm.clear_raised();
            return Ok(Translation::Same);
        }
        Err(raised) => return Err(raised),
    };
    let translation = if value == NONE {
        Ok(Translation::Delete)
    } else if let Some(text) = vm.text(value) {
        Ok(Translation::To(to_points(text)))
    } else if vm.is_int(value) {
        match vm.int_as_i64(value) {
            Some(point @ 0..=0x10_ffff) => Ok(Translation::To(vec![point as u32])),
            Some(_) | None => Err(vm.value_error("character mapping must be in range(0x110000)")),
        }
    } else {
        Err(vm.type_error("character mapping must return integer, None or str"))
    };
    vm.decref(value);
    translation
}

/// `str.maketrans`.
pub fn maketrans(vm: &mut Vm, _this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("maketrans", args.len(), 1, 3)?;
    for (i, &arg) in args.iter().enumerate().skip(1) {
        if vm.text(arg).is_none() {
            let place = (i + 1).to_string();
            return Err(bad_argument(vm, "maketrans", &place, "str", arg));
        }
    }
    let dict = vm.new_dict();
    let filled = if args.len() == 1 {
        fill_from_dict(vm, dict, args[0])
    } else {
        fill_from_strings(vm, dict, args)
    };
    if let Err(raised) = filled {
        vm.decref(dict);
        return Err(raised);
    }
    Ok(dict)
}

fn set_point(vm: &mut Vm, dict: ObjId, c: u32, value: ObjId) -> PyResult<()> {
    let key = vm.new_int(i64::from(c));
    let result = vm.dict_set(dict, key, value);
    vm.decref(key);
    result
}

fn fill_from_strings(vm: &mut Vm, dict: ObjId, args: &[ObjId]) -> PyResult<()> {
    let Some(from) = vm.text(args[0]).map(to_points) else {
        return Err(vm.type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    let to = to_points(text_of(vm, args[1]));
    if from.len() != to.len() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (&c, &mapped) in from.iter().zip(&to) {
        let value = vm.new_int(i64::from(mapped));
        let result = set_point(vm, dict, c, value);
        vm.decref(value);
        result?;
    }
    if let Some(&deleted) = args.get(2) {
        for c in to_points(text_of(vm, deleted)) {
            set_point(vm, dict, c, NONE)?;
        }
    }
    Ok(())
}

fn fill_from_dict(vm: &mut Vm, dict: ObjId, source: ObjId) -> PyResult<()> {
    if vm.type_of(source) != types::DICT {
        return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
    }
    for (key, value) in vm.dict_entries(source) {
        if let Some(text) = vm.text(key) {
            if text.len() != 1 {
                return Err(vm.value_error("string keys in translate table must be of length 1"));
            }
            let c = text.at(0);
            set_point(vm, dict, c, value)?;
        } else if vm.is_int(key) {
            vm.dict_set(dict, key, value)?;
        } else {
            return Err(vm.type_error("keys in translate table must be strings or integers"));
        }
    }
    Ok(())
}
