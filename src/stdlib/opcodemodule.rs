//! The module `_opcode`: facts about opcodes, as `dis` and `opcode` read them.
//!
//! Mirrors `Modules/_opcode.c`.

use crate::base::{ObjId, Offset};
use crate::bytecode::opcode::{self, Flag, Opcode};
use crate::bytecode::{CodeObject, CodeUnit, dis};
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
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
            "_opmap",
            MethodImpl::NoArgs(|vm, _| opmap(vm, false)),
            "($module, /)",
        ),
        MethodDef::new(
            "_specialized_opmap",
            MethodImpl::NoArgs(|vm, _| opmap(vm, true)),
            "($module, /)",
        ),
        MethodDef::new(
            "_dis_text",
            MethodImpl::Fast(dis_text),
            "($module, code, lasti, show_caches, adaptive, show_offsets, /)",
        ),
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

/// Opcode numbers by name: the base and pseudo opcodes, or the specialized ones.
fn opmap(vm: &mut Vm, specialized: bool) -> PyResult<ObjId> {
    let dict = vm.new_dict();
    let mut ops: Vec<Opcode> = Opcode::ALL
        .iter()
        .copied()
        .filter(|op| (op.deopt() != *op) == specialized)
        .collect();
    ops.sort_by_key(|op| *op as u16);
    for op in ops {
        let number = vm.new_int(op as i64);
        vm.dict_set_name(dict, op.name(), number);
        vm.decref(number);
    }
    Ok(dict)
}

/// The listing of one code object as `dis.disassemble` prints it.
fn dis_text(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("_dis_text", args.len(), 5, 5)?;
    let Payload::Code(code) = vm.heap.payload(args[0]) else {
        return Err(vm.type_error("a code object is required"));
    };
    let runtime = code.runtime.clone();
    let lasti = vm.index_as_ssize(args[1], Some(types::OVERFLOW_ERROR))?;
    let show_caches = vm.is_true(args[2])?;
    let adaptive = vm.is_true(args[3])?;
    let show_offsets = vm.is_true(args[4])?;
    // The addresses of nested code objects, which their reprs show.
    let addresses: Vec<(*const CodeObject, u64)> = vm
        .tuple_items(match vm.heap.payload(args[0]) {
            Payload::Code(code) => code.co_consts,
            _ => ObjId::NULL,
        })
        .iter()
        .filter_map(|&id| match vm.heap.payload(id) {
            Payload::Code(c) => {
                Some((std::sync::Arc::as_ptr(&c.runtime.code), vm.heap.address(id)))
            }
            _ => None,
        })
        .collect();
    let address_of = |code: &CodeObject| {
        addresses
            .iter()
            .find(|(known, _)| std::ptr::eq(*known, code))
            .map_or(0, |(_, address)| *address)
    };
    let live: Vec<CodeUnit> = (0..runtime.adaptive.len())
        .map(|pc| {
            let [opcode, oparg] = runtime.unit(pc).to_le_bytes();
            CodeUnit { opcode, oparg }
        })
        .collect();
    let options = dis::DisOptions {
        show_caches,
        show_offsets,
        address_of: &address_of,
    };
    let listing = dis::listing(&runtime.code, adaptive.then_some(&live[..]), &address_of);
    let lasti = u32::try_from(lasti).ok().map(|byte| Offset(byte / 2));
    let mut text = String::new();
    dis::write_listing(&mut text, &runtime.code, &listing, lasti, &options)
        .expect("a String takes any text");
    Ok(vm.new_string(text))
}
