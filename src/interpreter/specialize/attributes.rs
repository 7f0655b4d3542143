//! Specialization of attributes and globals: by the version of the type and of the dict's keys.

use crate::base::ObjId;
use crate::bytecode::Opcode;
use crate::events::Mode;
use crate::interpreter::ceval::Eval;
use crate::interpreter::frames::function_object;
use crate::objects::builtin_descr::Property;
use crate::objects::descrobject::DescriptorKind;
use crate::objects::dictobject::KeysKind;
use crate::objects::object::Payload;
use crate::objects::typeobject::TypeFlags;
use crate::objects::vm::Vm;
use crate::objects::wellknown::{names, types};
use crate::objects::{object_type, slot_functions};

use super::operators::has_managed_dict;
use super::{FunctionKind, function_kind};

/// What stands in a type under an attribute's name (`DescriptorClassification`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Descriptor {
    /// Overrides instance attributes.
    Overriding,
    Method,
    /// A `property` with nothing in its way.
    Property,
    /// An entry of `__slots__`, by its index.
    ObjectSlot(u32),
    /// Another field of a C struct.
    OtherSlot,
    NonOverriding,
    /// No descriptor at all.
    Plain,
    Absent,
    /// `object.__class__`.
    DunderClass,
    /// `__getattribute__` or `__setattr__` is not the usual one.
    GetSetOverridden,
    ClassMethod,
    /// Of a class that can change.
    Mutable,
    /// `__getattribute__` is a Python function, and there is no `__getattr__`.
    PythonGetattribute,
}

/// Loading or storing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Access {
    Load,
    Store,
}

/// `analyze_descriptor`: the class of what is found, and the thing itself (borrowed or NULL).
fn analyze_descriptor(vm: &Vm, ty: ObjId, name: ObjId, access: Access) -> (Descriptor, ObjId) {
    let slots = &vm.heap.type_object(ty).slots;
    let mut has_getattr = false;
    match access {
        Access::Store => {
            let usual = object_type::object_setattr as *const () as usize;
            if slots.tp_setattro.map(|f| f as usize) != Some(usual) {
                return (Descriptor::GetSetOverridden, ObjId::NULL);
            }
        }
        Access::Load => {
            let getattro = slots.tp_getattro.map(|f| f as usize);
            let usual = object_type::object_getattro as *const () as usize;
            let hook = slot_functions::slot_tp_getattr_hook as *const () as usize;
            if getattro == Some(hook) {
                let getattribute = vm.type_lookup(ty, names::GETATTRIBUTE).unwrap_or_default();
                let custom = !getattribute.is_null() && !vm.is_object_getattribute(getattribute);
                has_getattr = vm.type_lookup(ty, names::GETATTR).is_some();
                if custom {
                    if !has_getattr && vm.type_of(getattribute) == types::FUNCTION {
                        return (Descriptor::PythonGetattribute, getattribute);
                    }
                    return (Descriptor::GetSetOverridden, ObjId::NULL);
                }
            } else if getattro != Some(usual) {
                return (Descriptor::GetSetOverridden, ObjId::NULL);
            }
        }
    }
    let Some(descr) = vm.type_lookup(ty, name) else {
        return (Descriptor::Absent, ObjId::NULL);
    };
    (classify(vm, descr, name, has_getattr), descr)
}

fn classify(vm: &Vm, descr: ObjId, name: ObjId, has_getattr: bool) -> Descriptor {
    let ty = vm.type_of(descr);
    let object = vm.heap.type_object(ty);
    if !object.tp_flags.contains(TypeFlags::IMMUTABLETYPE) {
        return Descriptor::Mutable;
    }
    if object.slots.tp_descr_set.is_some() {
        return match vm.heap.payload(descr) {
            Payload::Descriptor(d) if ty == types::MEMBER_DESCRIPTOR => match d.kind {
                DescriptorKind::Slot(index) => Descriptor::ObjectSlot(index),
                _ => Descriptor::OtherSlot,
            },
            _ if ty == types::PROPERTY && has_getattr => Descriptor::GetSetOverridden,
            _ if ty == types::PROPERTY => Descriptor::Property,
            _ if name == names::CLASS && vm.type_lookup(types::OBJECT, name) == Some(descr) => {
                Descriptor::DunderClass
            }
            _ => Descriptor::Overriding,
        };
    }
    if object.slots.tp_descr_get.is_none() {
        return Descriptor::Plain;
    }
    if object.tp_flags.contains(TypeFlags::METHOD_DESCRIPTOR) {
        Descriptor::Method
    } else if [types::CLASSMETHOD_DESCRIPTOR, types::CLASSMETHOD].contains(&ty) {
        Descriptor::ClassMethod
    } else {
        Descriptor::NonOverriding
    }
}

/// `_Py_Specialize_LoadAttr`.
pub fn load_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    let owner = eval.peek(1);
    let name = eval.name(oparg >> 1);
    let form = if eval.vm.type_of(owner) == types::MODULE {
        load_module_attr(eval, owner, name)
    } else if eval.vm.isinstance(owner, types::TYPE) {
        load_class_attr(eval, owner, name)
    } else {
        load_instance_attr(eval, owner, name, oparg & 1 != 0)
    };
    eval.specialize_to(Opcode::LOAD_ATTR, form);
}

fn load_module_attr<M: Mode>(eval: &mut Eval<'_, M>, owner: ObjId, name: ObjId) -> Option<Opcode> {
    let dict = match eval.vm.heap.payload(owner) {
        Payload::Module(m) => m.md_dict.get()?,
        _ => return None,
    };
    if eval.vm.dict(dict).kind != KeysKind::Unicode
        || eval.vm.dict_get_str(dict, names::GETATTR).is_some()
    {
        return None;
    }
    let index = entry_index(eval.vm, dict, name)?;
    let version = eval.vm.dict_keys_version(dict);
    eval.set_cache32(1, version);
    eval.set_cache(3, index);
    Some(Opcode::LOAD_ATTR_MODULE)
}

/// The place of a name among a dict's entries, where a cache unit can hold it.
fn entry_index(vm: &Vm, dict: ObjId, name: ObjId) -> Option<u16> {
    let index = vm.dict_lookup_str(dict, name, vm.str_hash(name))?;
    u16::try_from(index).ok()
}

fn load_class_attr<M: Mode>(eval: &Eval<'_, M>, owner: ObjId, name: ObjId) -> Option<Opcode> {
    if eval.vm.type_of(owner) != types::TYPE || eval.vm.type_lookup(types::TYPE, name).is_some() {
        return None;
    }
    let (kind, descr) = analyze_descriptor(eval.vm, owner, name, Access::Load);
    if ![Descriptor::Method, Descriptor::Plain].contains(&kind) {
        return None;
    }
    let version = eval.vm.type_version(owner);
    eval.set_cache32(1, version);
    set_descr(eval, descr);
    Some(Opcode::LOAD_ATTR_CLASS)
}

/// Notes the object that a class has, borrowed: the class's version vouches for it.
fn set_descr<M: Mode>(eval: &Eval<'_, M>, descr: ObjId) {
    eval.set_cache32(5, descr.0);
    eval.set_cache32(7, 0);
}

fn load_instance_attr<M: Mode>(
    eval: &mut Eval<'_, M>,
    owner: ObjId,
    name: ObjId,
    for_call: bool,
) -> Option<Opcode> {
    let ty = eval.vm.type_of(owner);
    let (kind, descr) = analyze_descriptor(eval.vm, ty, name, Access::Load);
    let version = eval.vm.type_version(ty);
    match kind {
        Descriptor::Method if for_call => load_through_class(eval, owner, name, descr, true),
        Descriptor::Plain if !for_call => load_through_class(eval, owner, name, descr, false),
        Descriptor::Property | Descriptor::PythonGetattribute => {
            let (function, parameters) = if kind == Descriptor::Property {
                (eval.vm.heap.native::<Property>(descr)?.fget.get()?, 1)
            } else {
                (descr, 2)
            };
            if for_call || eval.vm.type_of(function) != types::FUNCTION {
                return None;
            }
            let f = function_object(eval.vm, function);
            let (code, func_version) = (f.func_code, f.func_version);
            if function_kind(eval.vm, code) != FunctionKind::Simple
                || eval.vm.code_runtime(code).co_argcount != parameters
                || func_version == 0
            {
                return None;
            }
            eval.set_cache32(1, version);
            eval.set_cache32(3, func_version);
            set_descr(eval, function);
            Some(if kind == Descriptor::Property {
                Opcode::LOAD_ATTR_PROPERTY
            } else {
                Opcode::LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN
            })
        }
        Descriptor::ObjectSlot(_) | Descriptor::DunderClass => {
            let offset = slot_offset(eval.vm, ty, kind, descr)?;
            eval.set_cache32(1, version);
            eval.set_cache(3, offset);
            Some(Opcode::LOAD_ATTR_SLOT)
        }
        Descriptor::Absent => dict_access(eval, owner, name, Access::Load),
        Descriptor::Method
        | Descriptor::Plain
        | Descriptor::Overriding
        | Descriptor::OtherSlot
        | Descriptor::NonOverriding
        | Descriptor::GetSetOverridden
        | Descriptor::ClassMethod
        | Descriptor::Mutable => None,
    }
}

/// Where C keeps a slot inside the object, in bytes: slots stand at the end of a class's fields.
fn slot_offset(vm: &Vm, ty: ObjId, kind: Descriptor, descr: ObjId) -> Option<u16> {
    const OB_TYPE: u16 = 8;
    let Descriptor::ObjectSlot(index) = kind else {
        return Some(OB_TYPE);
    };
    let d_type = match vm.heap.payload(descr) {
        Payload::Descriptor(d) => d.d_type,
        _ => return None,
    };
    if !vm.is_subtype(ty, d_type) {
        return None;
    }
    let object = vm.heap.type_object(ty);
    u16::try_from(object.tp_basicsize - 8 * (object.slot_count - index)).ok()
}

/// A method or plain value of the class, with what vouches that the instance does not hide it
/// (`specialize_attr_loadclassattr`).
fn load_through_class<M: Mode>(
    eval: &mut Eval<'_, M>,
    owner: ObjId,
    name: ObjId,
    descr: ObjId,
    is_method: bool,
) -> Option<Opcode> {
    const MANAGED_DICT_OFFSET: u16 = 0;
    let ty = eval.vm.type_of(owner);
    let object = eval.vm.heap.type_object(ty);
    let form = if object.tp_flags.contains(TypeFlags::INLINE_VALUES) {
        if eval
            .vm
            .shared_key_index(&object.shared_keys.names, name)
            .is_some()
        {
            return None;
        }
        let keys_version = eval.vm.shared_keys_version(ty);
        eval.set_cache32(3, keys_version);
        if is_method {
            Opcode::LOAD_ATTR_METHOD_WITH_VALUES
        } else {
            Opcode::LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES
        }
    } else if !eval.vm.has_instance_dict(owner) {
        if is_method {
            Opcode::LOAD_ATTR_METHOD_NO_DICT
        } else {
            Opcode::LOAD_ATTR_NONDESCRIPTOR_NO_DICT
        }
    } else if is_method && eval.vm.own_dict(owner).is_null() {
        eval.set_cache(3, MANAGED_DICT_OFFSET);
        Opcode::LOAD_ATTR_METHOD_LAZY_DICT
    } else {
        return None;
    };
    let version = eval.vm.type_version(ty);
    eval.set_cache32(1, version);
    set_descr(eval, descr);
    Some(form)
}

/// An attribute that the instance itself has (`specialize_dict_access`).
fn dict_access<M: Mode>(
    eval: &Eval<'_, M>,
    owner: ObjId,
    name: ObjId,
    access: Access,
) -> Option<Opcode> {
    const VALUES_HEADER: usize = 8;
    let vm = &*eval.vm;
    let ty = vm.type_of(owner);
    if !has_managed_dict(vm, ty) {
        return None;
    }
    let object = vm.heap.type_object(ty);
    let (index, forms) = if vm.has_valid_values(owner) {
        let index = vm.shared_key_index(&object.shared_keys.names, name)?;
        let offset = object.tp_basicsize as usize + VALUES_HEADER + 8 * index;
        let forms = [
            Opcode::LOAD_ATTR_INSTANCE_VALUE,
            Opcode::STORE_ATTR_INSTANCE_VALUE,
        ];
        (u16::try_from(offset).ok()?, forms)
    } else {
        let dict = vm.own_dict(owner).get()?;
        if vm.type_of(dict) != types::DICT || vm.dict(dict).is_split() {
            return None;
        }
        let forms = [Opcode::LOAD_ATTR_WITH_HINT, Opcode::STORE_ATTR_WITH_HINT];
        (entry_index(vm, dict, name)?, forms)
    };
    let version = vm.type_version(ty);
    eval.set_cache32(1, version);
    eval.set_cache(3, index);
    Some(forms[usize::from(access == Access::Store)])
}

/// `_Py_Specialize_StoreAttr`.
pub fn store_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    let owner = eval.peek(1);
    let name = eval.name(oparg);
    let form = store_instance_attr(eval, owner, name);
    eval.specialize_to(Opcode::STORE_ATTR, form);
}

fn store_instance_attr<M: Mode>(eval: &Eval<'_, M>, owner: ObjId, name: ObjId) -> Option<Opcode> {
    let ty = eval.vm.type_of(owner);
    if ty == types::MODULE {
        return None;
    }
    let (kind, descr) = analyze_descriptor(eval.vm, ty, name, Access::Store);
    match kind {
        Descriptor::ObjectSlot(_) => {
            let offset = slot_offset(eval.vm, ty, kind, descr)?;
            let version = eval.vm.type_version(ty);
            eval.set_cache32(1, version);
            eval.set_cache(3, offset);
            Some(Opcode::STORE_ATTR_SLOT)
        }
        Descriptor::Absent => dict_access(eval, owner, name, Access::Store),
        _ => None,
    }
}

/// `_Py_Specialize_LoadGlobal`.
pub fn load_global<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    let name = eval.name(oparg >> 1);
    let form = global_form(eval, name);
    eval.specialize_to(Opcode::LOAD_GLOBAL, form);
}

fn global_form<M: Mode>(eval: &mut Eval<'_, M>, name: ObjId) -> Option<Opcode> {
    let (globals, builtins) = (eval.globals(), eval.builtins());
    if !eval.is_exact_dict(globals) || eval.vm.dict(globals).kind != KeysKind::Unicode {
        return None;
    }
    let hash = eval.vm.str_hash(name);
    if let Some(index) = eval.vm.dict_lookup_str(globals, name, hash) {
        let index = u16::try_from(index).ok()?;
        let version = u16::try_from(eval.vm.dict_keys_version(globals)).ok()?;
        eval.set_cache(1, index);
        eval.set_cache(2, version);
        return Some(Opcode::LOAD_GLOBAL_MODULE);
    }
    if !eval.is_exact_dict(builtins) || eval.vm.dict(builtins).kind != KeysKind::Unicode {
        return None;
    }
    let index = entry_index(eval.vm, builtins, name)?;
    let globals_version = u16::try_from(eval.vm.dict_keys_version(globals)).ok()?;
    let builtins_version = u16::try_from(eval.vm.dict_keys_version(builtins)).ok()?;
    eval.set_cache(1, index);
    eval.set_cache(2, globals_version);
    eval.set_cache(3, builtins_version);
    Some(Opcode::LOAD_GLOBAL_BUILTIN)
}

/// `_Py_Specialize_LoadSuperAttr`.
pub fn load_super_attr<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    let (global_super, class) = (eval.peek(3), eval.peek(2));
    let form = if global_super == types::SUPER && eval.vm.isinstance(class, types::TYPE) {
        Some(if oparg & 1 != 0 {
            Opcode::LOAD_SUPER_ATTR_METHOD
        } else {
            Opcode::LOAD_SUPER_ATTR_ATTR
        })
    } else {
        None
    };
    eval.specialize_to(Opcode::LOAD_SUPER_ATTR, form);
}
