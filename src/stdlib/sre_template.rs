//! `_sre.template`: a replacement string with references to groups, parsed once.
//!
//! Mirrors the templates of `Modules/_sre/sre.c`; `re._parser` parses them.

use crate::base::ObjId;
use crate::native_payload_any;
use crate::objects::bytes_like;
use crate::objects::object::{NativePayload, Place, Visit};
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::unicode_methods::join_items;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{EMPTY_BYTES, EMPTY_STR, NONE, types};

use super::sre_match;

/// `TemplateObject`: a literal, then group and literal in turn.
#[derive(Debug, Default)]
pub struct Template {
    pub literal: ObjId,
    /// Each group with the literal after it (NULL for an empty one).
    pub items: Vec<(usize, ObjId)>,
}

impl NativePayload for Template {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.literal.is_null() {
            visit(Place::Member("literal"), self.literal);
        }
        for (i, (_, literal)) in self.items.iter().enumerate() {
            if !literal.is_null() {
                visit(Place::Item(i as u32), *literal);
            }
        }
    }

    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        self.traverse(&mut |_, id| dropped.push(id));
        *self = Self::default();
    }

    fn ob_size(&self) -> usize {
        self.items.len()
    }

    native_payload_any!();
}

pub static TEMPLATE: TypeSpec = TypeSpec {
    tp_name: "_sre.SRE_Template",
    tp_basicsize: 40,
    tp_itemsize: 16,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    ..TypeSpec::EMPTY
};

/// `_sre.template(pattern, [literal, group, literal, …])`.
pub fn template(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("template", args.len(), 2, 2)?;
    if !vm.is_list(args[1]) {
        let name = vm.type_name_of(args[1]);
        return Err(vm.type_error(format!("template() argument 2 must be list, not {name}")));
    }
    let parts = vm.list(args[1]).ob_item.clone();
    if parts.len().is_multiple_of(2) {
        return Err(vm.type_error("invalid template"));
    }
    let mut items = Vec::with_capacity(parts.len() / 2);
    for pair in parts[1..].chunks_exact(2) {
        let group = vm.is_int(pair[0]).then(|| vm.int_as_i64(pair[0])).flatten();
        let Some(group) = group.and_then(|n| usize::try_from(n).ok()) else {
            return Err(vm.type_error("invalid template"));
        };
        items.push((
            group,
            if is_empty(vm, pair[1]) {
                ObjId::NULL
            } else {
                pair[1]
            },
        ));
    }
    let literal = vm.incref(parts[0]);
    for (_, literal) in &items {
        vm.xincref(*literal);
    }
    let ty = vm.native_type(&TEMPLATE);
    Ok(vm.new_native(ty, Template { literal, items }))
}

fn is_empty(vm: &Vm, literal: ObjId) -> bool {
    match vm.text(literal) {
        Some(text) => text.is_empty(),
        None => {
            vm.isinstance(literal, types::BYTES)
                && bytes_like::contents_of(vm, literal).is_some_and(|bytes| bytes.is_empty())
        }
    }
}

/// The parsed form of a replacement: what `re._compile_template` gives, a new reference.
pub fn compile_template(vm: &mut Vm, pattern: ObjId, template: ObjId) -> PyResult<ObjId> {
    let re = (vm.hooks.import_module)(vm, "re")?;
    let function = vm.getattr_name(re, "_compile_template");
    vm.decref(re);
    let function = function?;
    let mut result = vm.call(function, &[pattern, template]);
    // A replacement that cannot be hashed, such as a bytearray, is tried again as bytes.
    if result.is_err()
        && vm.raised_matches(types::TYPE_ERROR)
        && vm.type_of(template) != types::BYTES
        && let Some(bytes) = bytes_like::contents_of(vm, template).map(std::borrow::Cow::into_owned)
    {
        vm.clear_raised();
        let copy = vm.new_bytes(&bytes);
        result = vm.call(function, &[pattern, copy]);
        vm.decref(copy);
    }
    vm.decref(function);
    let result = result?;
    let ty = vm.native_type(&TEMPLATE);
    if vm.type_of(result) == ty {
        return Ok(result);
    }
    let name = vm.type_name_of(result);
    vm.decref(result);
    Err(vm.raise(
        types::RUNTIME_ERROR,
        format!("the result of compiling a replacement string is {name}, not SRE_Template"),
    ))
}

/// The template itself when it refers to no group.
pub fn literal_of(vm: &Vm, template: ObjId) -> Option<ObjId> {
    let t = vm.heap.native::<Template>(template)?;
    t.items.is_empty().then_some(t.literal)
}

/// The replacement for one match: a new reference (`expand_template`).
pub fn expand(vm: &mut Vm, template: ObjId, found: ObjId) -> PyResult<ObjId> {
    let t = vm
        .heap
        .native::<Template>(template)
        .expect("compile_template checked it");
    let (first, items) = (t.literal, t.items.clone());
    if items.is_empty() {
        return Ok(vm.incref(first));
    }
    let mut parts = vec![vm.incref(first)];
    for (group, literal) in items {
        let part = match sre_match::group_by_index(vm, found, group as i64, NONE) {
            Ok(part) => part,
            Err(raised) => {
                vm.decref_all(&parts);
                return Err(raised);
            }
        };
        if part != NONE {
            parts.push(part);
        }
        if !literal.is_null() {
            parts.push(vm.incref(literal));
        }
    }
    let is_text = vm.text(first).is_some();
    join(vm, parts, is_text)
}

/// The pieces as one string or bytes; takes the references.
pub fn join(vm: &mut Vm, parts: Vec<ObjId>, is_text: bool) -> PyResult<ObjId> {
    if is_text {
        let result = join_items(vm, EMPTY_STR, &parts);
        vm.decref_all(&parts);
        return result;
    }
    let list = vm.new_list(parts);
    let result = crate::objects::bytes_methods::join(vm, EMPTY_BYTES, list);
    vm.decref(list);
    result
}
