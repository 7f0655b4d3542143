//! The module `_string`: the parser of format strings that `string.Formatter` uses.
//!
//! Mirrors `formatter_parser` and `formatter_field_name_split` of
//! `Objects/stringlib/unicode_format.h`.

use crate::base::format::template::{
    FieldKey, FieldStep, FieldSteps, MarkupIterator, split_field_name,
};
use crate::base::textops::search::to_points;
use crate::base::{ObjId, Text};
use crate::native_struct;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::scalar_new::raise_format_error;
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, bool_obj, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_string",
    functions: &[
        MethodDef::new(
            "formatter_field_name_split",
            MethodImpl::O(field_name_split),
            "",
        ),
        MethodDef::new("formatter_parser", MethodImpl::O(parser), ""),
    ],
    exec: |_, _| Ok(()),
    doc: "string helper module",
};

native_struct! {
    /// `formatteriterobject` and `fieldnameiterobject`: a string and how far it is read.
    Reader { text } [] (position: usize)
}

static FORMATTER_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "formatteriterator",
    tp_basicsize: 64,
    tp_flags: TypeFlags::DISALLOW_INSTANTIATION,
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(next_markup),
        ..Slots::EMPTY
    },
    ..TypeSpec::EMPTY
};

static FIELD_NAME_ITERATOR: TypeSpec = TypeSpec {
    tp_name: "fieldnameiterator",
    tp_basicsize: 64,
    tp_flags: TypeFlags::DISALLOW_INSTANTIATION,
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(next_step),
        ..Slots::EMPTY
    },
    ..TypeSpec::EMPTY
};

fn reader(vm: &mut Vm, spec: &'static TypeSpec, text: ObjId, position: usize) -> ObjId {
    let ty = vm.native_type(spec);
    vm.incref(text);
    vm.new_native(ty, Reader { text, position })
}

fn points_of(vm: &mut Vm, text: ObjId) -> PyResult<Vec<u32>> {
    if !vm.isinstance(text, types::STR) {
        let kind = vm.type_name_of(text);
        return Err(vm.type_error(format!("expected str, got {kind}")));
    }
    Ok(vm.text(text).map(to_points).unwrap_or_default())
}

fn part(vm: &mut Vm, points: &[u32], start: usize, end: usize) -> ObjId {
    vm.new_text(Text::from_code_points(&points[start..end]))
}

fn parser(vm: &mut Vm, _module: ObjId, text: ObjId) -> PyResult<ObjId> {
    points_of(vm, text)?;
    Ok(reader(vm, &FORMATTER_ITERATOR, text, 0))
}

fn next_markup(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let Reader { text, position } = *Reader::of(vm, this);
    let points = points_of(vm, text)?;
    let mut steps = MarkupIterator::new(&points, position, points.len());
    let Some(markup) = steps.next() else {
        return Ok(None);
    };
    Reader::of_mut(vm, this).position = steps.position();
    let markup = markup.map_err(|error| raise_format_error(vm, error))?;
    let literal = part(vm, &points, markup.literal.0, markup.literal.1);
    let [name, spec, conversion] = match markup.field {
        None => [NONE; 3],
        Some(field) => [
            part(vm, &points, field.name.0, field.name.1),
            part(vm, &points, field.spec.0, field.spec.1),
            match field.conversion {
                Some(c) => vm.new_text(Text::from_code_points(&[c])),
                None => NONE,
            },
        ],
    };
    Ok(Some(vm.new_tuple(vec![literal, name, spec, conversion])))
}

fn key_object(vm: &mut Vm, points: &[u32], key: &FieldKey) -> ObjId {
    match *key {
        FieldKey::Auto => vm.new_str(""),
        FieldKey::Index(index) => vm.new_int(index as i64),
        FieldKey::Name(start, end) => part(vm, points, start, end),
    }
}

fn field_name_split(vm: &mut Vm, _module: ObjId, text: ObjId) -> PyResult<ObjId> {
    let points = points_of(vm, text)?;
    let (key, rest) = split_field_name(&points, 0, points.len())
        .map_err(|error| raise_format_error(vm, error))?;
    let first = key_object(vm, &points, &key);
    let steps = reader(vm, &FIELD_NAME_ITERATOR, text, rest);
    Ok(vm.new_tuple(vec![first, steps]))
}

fn next_step(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let Reader { text, position } = *Reader::of(vm, this);
    let points = points_of(vm, text)?;
    let mut steps = FieldSteps::new(&points, position, points.len());
    let Some(step) = steps.next() else {
        return Ok(None);
    };
    Reader::of_mut(vm, this).position = steps.position();
    let step = step.map_err(|error| raise_format_error(vm, error))?;
    let (is_attribute, key) = match step {
        FieldStep::Attribute(start, end) => (true, part(vm, &points, start, end)),
        FieldStep::Item(key) => (false, key_object(vm, &points, &key)),
    };
    Ok(Some(vm.new_tuple(vec![bool_obj(is_attribute), key])))
}
