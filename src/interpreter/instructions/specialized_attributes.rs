//! The specialized forms of attribute access and of globals.
//!
//! Each begins with its guards; where one fails, the base form of the family runs in its place.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::frames::function_object;
use crate::objects::object::{Payload, Place};
use crate::objects::typeobject::TypeObject;
use crate::objects::vm::PyResult;
use crate::objects::wellknown::types;

use super::attributes::{load_attr, load_super_attr, push_super_attr, store_attr};
use super::names::load_global;

/// Bytes in front of the inline values behind an object (`offsetof(PyDictValues, values)`).
const VALUES_HEADER: usize = 8;
/// Where C keeps an object's type.
const OB_TYPE: usize = 8;

impl<M: Mode> Eval<'_, M> {
    /// The type of `owner`, if it is of the version in the cache.
    #[inline]
    fn expected_type(&self, owner: ObjId) -> Option<&TypeObject> {
        let ty = self.vm.heap.type_object(self.vm.type_of(owner));
        (ty.tp_version_tag.get() == self.cache32(1)).then_some(ty)
    }

    /// The object that the cache holds.
    #[inline]
    fn cached_descr(&self) -> ObjId {
        ObjId(self.cache32(5))
    }

    /// Ends a load: `value` (borrowed) takes the place of the owner on top.
    #[inline]
    fn load_in_place(&mut self, oparg: u32, value: ObjId) -> PyResult<Flow> {
        self.vm.incref(value);
        let owner = self.replace(1, value);
        self.vm.decref(owner);
        if oparg & 1 != 0 {
            self.push(ObjId::NULL);
        }
        Ok(Flow::Next)
    }

    /// The place of the attribute among the inline values of `ty`.
    #[inline]
    fn value_index(&self, ty: &TypeObject) -> usize {
        (usize::from(self.cache(3)) - VALUES_HEADER - ty.tp_basicsize as usize) / 8
    }

    /// The place of the attribute among the slots of `ty`; `None` for the type itself.
    #[inline]
    fn slot_index(&self, ty: &TypeObject) -> Option<usize> {
        let offset = usize::from(self.cache(3));
        (offset != OB_TYPE)
            .then(|| ty.slot_count as usize - (ty.tp_basicsize as usize - offset) / 8)
    }
}

#[inline]
pub fn load_attr_instance_value<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    let value = match (eval.expected_type(owner), &eval.vm.heap.get(owner).managed) {
        (Some(ty), Some(managed)) => match &managed.inline {
            Some(inline) if inline.valid => {
                let index = eval.value_index(ty);
                inline.values.get(index).copied().unwrap_or_default()
            }
            // C's dict shares the values; ours has them.
            _ if eval.vm.has_valid_values(owner) => {
                let name = eval.name(oparg >> 1);
                eval.vm.dict_get_str(managed.dict, name).unwrap_or_default()
            }
            _ => ObjId::NULL,
        },
        _ => ObjId::NULL,
    };
    if value.is_null() {
        return load_attr(eval, oparg);
    }
    eval.load_in_place(oparg, value)
}

pub fn load_attr_with_hint<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    let value = hinted_entry(eval, owner, eval.name(oparg >> 1)).map(|(_, _, value)| value);
    match value {
        Some(value) => eval.load_in_place(oparg, value),
        None => load_attr(eval, oparg),
    }
}

/// The instance's dict with the place and value of the entry that the hint in the cache points to,
/// if that has the name.
#[inline]
fn hinted_entry<M: Mode>(
    eval: &Eval<'_, M>,
    owner: ObjId,
    name: ObjId,
) -> Option<(ObjId, usize, ObjId)> {
    eval.expected_type(owner)?;
    let dict = eval.vm.heap.get(owner).managed.as_ref()?.dict.get()?;
    let index = usize::from(eval.cache(3));
    let entry = eval.vm.dict(dict).entries.get(index)?;
    (entry.key == name).then_some((dict, index, entry.value))
}

#[inline]
pub fn load_attr_module<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    if eval.vm.type_of(owner) == types::MODULE
        && let Payload::Module(module) = eval.vm.heap.payload(owner)
        && !module.md_dict.is_null()
        && let dict = eval.vm.dict(module.md_dict)
        && dict.keys_version == eval.cache32(1)
    {
        let value = dict.entries[usize::from(eval.cache(3))].value;
        return eval.load_in_place(oparg, value);
    }
    load_attr(eval, oparg)
}

pub fn load_attr_class<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    if let Payload::Type(ty) = eval.vm.heap.payload(owner)
        && ty.tp_version_tag.get() == eval.cache32(1)
    {
        let value = eval.cached_descr();
        return eval.load_in_place(oparg, value);
    }
    load_attr(eval, oparg)
}

#[inline]
pub fn load_attr_slot<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    let value = match eval.expected_type(owner) {
        None => ObjId::NULL,
        Some(ty) => match (eval.slot_index(ty), &eval.vm.heap.get(owner).managed) {
            (None, _) => eval.vm.type_of(owner),
            (Some(index), Some(managed)) => managed.slots[index],
            (Some(_), None) => ObjId::NULL,
        },
    };
    if value.is_null() {
        return load_attr(eval, oparg);
    }
    eval.load_in_place(oparg, value)
}

#[inline]
pub fn load_attr_method_with_values<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if values_do_not_hide(eval) {
        return push_method(eval);
    }
    load_attr(eval, oparg)
}

pub fn load_attr_nondescriptor_with_values<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    if values_do_not_hide(eval) {
        let value = eval.cached_descr();
        return eval.load_in_place(oparg, value);
    }
    load_attr(eval, oparg)
}

/// Whether the owner on top is of the expected type, and its attributes are among keys that do
/// not have the name.
#[inline]
fn values_do_not_hide<M: Mode>(eval: &Eval<'_, M>) -> bool {
    let owner = eval.peek(1);
    eval.expected_type(owner).is_some_and(|ty| {
        ty.shared_keys.version == eval.cache32(3) && eval.vm.has_valid_values(owner)
    })
}

/// Pushes the method in the cache; the owner stays as its first argument.
#[inline]
fn push_method<M: Mode>(eval: &mut Eval<'_, M>) -> PyResult<Flow> {
    let method = eval.cached_descr();
    eval.vm.incref(method);
    let owner = eval.replace(1, method);
    eval.done(owner)
}

#[inline]
pub fn load_attr_method_no_dict<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.expected_type(eval.peek(1)).is_some() {
        return push_method(eval);
    }
    load_attr(eval, oparg)
}

pub fn load_attr_method_lazy_dict<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    if eval.expected_type(owner).is_some() && eval.vm.own_dict(owner).is_null() {
        return push_method(eval);
    }
    load_attr(eval, oparg)
}

pub fn load_attr_nondescriptor_no_dict<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    if eval.expected_type(eval.peek(1)).is_some() {
        let value = eval.cached_descr();
        return eval.load_in_place(oparg, value);
    }
    load_attr(eval, oparg)
}

pub fn load_attr_property<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let owner = eval.peek(1);
    let Some(getter) = cached_function(eval, owner) else {
        return load_attr(eval, oparg);
    };
    eval.vm.incref(getter);
    eval.forget(1);
    eval.enter_function(getter, &[owner], ObjId::NULL)
}

pub fn load_attr_getattribute_overridden<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    let owner = eval.peek(1);
    let Some(getattribute) = cached_function(eval, owner) else {
        return load_attr(eval, oparg);
    };
    let name = eval.name(oparg >> 1);
    eval.vm.incref(getattribute);
    eval.vm.incref(name);
    eval.forget(1);
    eval.enter_function(getattribute, &[owner, name], ObjId::NULL)
}

/// The function in the cache, where the owner's type and the function are of its versions, and
/// a call is left.
#[inline]
fn cached_function<M: Mode>(eval: &Eval<'_, M>, owner: ObjId) -> Option<ObjId> {
    eval.expected_type(owner)?;
    let function = eval.cached_descr();
    let version = function_object(eval.vm, function).func_version;
    (version == eval.cache32(3) && eval.has_call_left()).then_some(function)
}

#[inline]
pub fn store_attr_instance_value<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (value, owner) = (eval.peek(2), eval.peek(1));
    let index = match (eval.expected_type(owner), &eval.vm.heap.get(owner).managed) {
        (Some(ty), Some(managed)) if managed.dict.is_null() => managed
            .inline
            .as_ref()
            .map(|inline| (eval.value_index(ty), inline))
            .filter(|(index, inline)| inline.valid && *index < usize::from(inline.capacity))
            .map(|(index, _)| index),
        _ => None,
    };
    let Some(index) = index else {
        return store_attr(eval, oparg);
    };
    eval.forget(2);
    let old = eval.vm.set_inline_value(owner, index, value);
    if M::RECORDING {
        let name = eval.name(oparg);
        eval.vm
            .heap
            .report_slot_tracked(owner, Place::Attr(name), old, value);
    }
    eval.vm.xdecref(old);
    eval.vm.decref(owner);
    Ok(Flow::Next)
}

pub fn store_attr_with_hint<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (value, owner) = (eval.peek(2), eval.peek(1));
    let Some((dict, index, _)) = hinted_entry(eval, owner, eval.name(oparg)) else {
        return store_attr(eval, oparg);
    };
    eval.forget(2);
    eval.vm.dict_replace_value(dict, index, value);
    eval.vm.decref(owner);
    Ok(Flow::Next)
}

#[inline]
pub fn store_attr_slot<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (value, owner) = (eval.peek(2), eval.peek(1));
    let index = eval.expected_type(owner).and_then(|ty| eval.slot_index(ty));
    let Some(index) = index else {
        return store_attr(eval, oparg);
    };
    eval.forget(2);
    let slot = &mut eval.vm.managed_mut(owner).slots[index];
    let old = std::mem::replace(slot, value);
    if M::RECORDING {
        eval.vm
            .heap
            .report_slot_tracked(owner, Place::Slot(index as u32), old, value);
    }
    eval.vm.xdecref(old);
    eval.vm.decref(owner);
    Ok(Flow::Next)
}

pub fn load_super_attr_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    super_form(eval, oparg)
}

pub fn load_super_attr_method<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    super_form(eval, oparg)
}

#[inline]
fn super_form<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (global_super, class) = (eval.peek(3), eval.peek(2));
    if global_super == types::SUPER && matches!(eval.vm.heap.payload(class), Payload::Type(_)) {
        return push_super_attr(eval, oparg);
    }
    load_super_attr(eval, oparg)
}

#[inline]
pub fn load_global_module<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let globals = eval.globals();
    let value = global_entry(eval, globals, 2);
    push_global(eval, oparg, value)
}

#[inline]
pub fn load_global_builtin<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (globals, builtins) = (eval.globals(), eval.builtins());
    let value = if keys_unchanged(eval, globals, 2) {
        global_entry(eval, builtins, 3)
    } else {
        ObjId::NULL
    };
    push_global(eval, oparg, value)
}

/// Whether the keys of an exact dict are of the version in a unit of the cache.
#[inline]
fn keys_unchanged<M: Mode>(eval: &Eval<'_, M>, dict: ObjId, unit: usize) -> bool {
    eval.is_exact_dict(dict) && eval.vm.dict(dict).keys_version == u32::from(eval.cache(unit))
}

/// The value of the entry that the cache points to; NULL when the keys changed.
#[inline]
fn global_entry<M: Mode>(eval: &Eval<'_, M>, dict: ObjId, unit: usize) -> ObjId {
    if keys_unchanged(eval, dict, unit) {
        eval.vm.dict(dict).entries[usize::from(eval.cache(1))].value
    } else {
        ObjId::NULL
    }
}

#[inline]
fn push_global<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32, value: ObjId) -> PyResult<Flow> {
    if value.is_null() {
        return load_global(eval, oparg);
    }
    eval.vm.incref(value);
    eval.push(value);
    if oparg & 1 != 0 {
        eval.push(ObjId::NULL);
    }
    Ok(Flow::Next)
}
