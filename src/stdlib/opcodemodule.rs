//! The module `_opcode`: facts about opcodes, as `dis` and `opcode` read them.
//!
//! Mirrors `Modules/_opcode.c`.

use crate::base::ObjId;
use crate::bytecode::opcode::{self, Flag, Opcode};
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{FALSE, NONE, TRUE, bool_obj, types};

use super::ModuleDef;

/// A predicate of opcodes: false for numbers that are none.
macro_rules! has {
    ($name:literal, $f:expr) => {
        MethodDef::new(
            $name,
            MethodImpl::FastKeywords(|vm, _, args, _| {
                let f: fn(Opcode) -> bool = $f;
                Ok(bool_obj(opcode_arg(vm, $name, args)?.is_some_and(f)))
            }),
            "($module, /, opcode)",
        )
    };
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_opcode",
    functions: &[
        MethodDef::new(
            "stack_effect",
            MethodImpl::FastKeywords(stack_effect),
            "($module, opcode, oparg=None, /, *, jump=None)",
        ),
        MethodDef::new(
            "is_valid",
            MethodImpl::FastKeywords(|vm, _, args, _| {
                Ok(bool_obj(opcode_arg(vm, "is_valid", args)?.is_some()))
            }),
            "($module, /, opcode)",
        ),
        has!("has_arg", Opcode::has_arg),
        has!("has_const", |op| op.has(Flag::CONST)),
        has!("has_name", |op| op.has(Flag::NAME)),
        has!("has_jump", Opcode::is_jump),
        has!("has_free", |op| op.has(Flag::FREE)),
        has!("has_local", |op| op.has(Flag::LOCAL)),
        has!("has_exc", Opcode::is_block_push),
        MethodDef::new(
            "get_specialization_stats",
            MethodImpl::NoArgs(|_, _| Ok(NONE)),
            "($module, /)",
        ),
        MethodDef::new("get_nb_ops", MethodImpl::NoArgs(nb_ops), "($module, /)"),
        MethodDef::new(
            "get_intrinsic1_descs",
            MethodImpl::NoArgs(|vm, _| Ok(names(vm, &opcode::INTRINSIC_1))),
            "($module, /)",
        ),
        MethodDef::new(
            "get_intrinsic2_descs",
            MethodImpl::NoArgs(|vm, _| Ok(names(vm, &opcode::INTRINSIC_2))),
            "($module, /)",
        ),
        MethodDef::new(
            "get_executor",
            MethodImpl::FastKeywords(|vm, _, _, _| {
                Err(vm.raise(
                    types::RUNTIME_ERROR,
                    "Executors are not available in this build",
                ))
            }),
            "($module, /, *, code, offset)",
        ),
    ],
    exec: |vm, module| {
        vm.module_add(module, "ENABLE_SPECIALIZATION", TRUE);
        Ok(())
    },
    doc: "Opcode support module.",
};

fn opcode_arg(vm: &mut Vm, name: &str, args: &[ObjId]) -> PyResult<Option<Opcode>> {
    let Some(&arg) = args.first() else {
        return Err(vm.type_error(format!(
            "{name}() missing required argument 'opcode' (pos 1)"
        )));
    };
    let number = vm.index_as_ssize(arg, Some(types::OVERFLOW_ERROR))?;
    Ok(u16::try_from(number).ok().and_then(Opcode::from_number))
}

fn stack_effect(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature =
        crate::objects::getargs::Signature::new("stack_effect", &["", "", "jump"], 1).positional(2);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let Some(op) = opcode_arg(vm, "stack_effect", &values[..1])? else {
        return Err(vm.value_error("invalid opcode or oparg"));
    };
    let oparg = if values[1].is_null() || values[1] == NONE {
        0
    } else {
        vm.index_as_ssize(values[1], Some(types::OVERFLOW_ERROR))?
    };
    let effect = |jump: bool| op.stack_effect(oparg as i32, jump);
    let result = match values[2] {
        TRUE => effect(true),
        FALSE => effect(false),
        other if other.is_null() || other == NONE => effect(true).max(effect(false)),
        _ => return Err(vm.value_error("stack_effect: jump must be False, True or None")),
    };
    Ok(vm.new_int(i64::from(result)))
}

fn names(vm: &mut Vm, texts: &[&str]) -> ObjId {
    let items = texts.iter().map(|t| vm.new_str(t)).collect();
    vm.new_list(items)
}

fn nb_ops(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let mut pairs = Vec::new();
    for (name, symbol) in opcode::NB_OPS {
        let items = vec![vm.new_str(name), vm.new_str(symbol)];
        pairs.push(vm.new_tuple(items));
    }
    Ok(vm.new_list(pairs))
}
