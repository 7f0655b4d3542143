//! Replaces short runs of instructions by better ones: constants that are known, jumps to
//! jumps, tests that give a bool already.
//!
//! Mirrors `optimize_load_const`, `optimize_basic_block` and `remove_unused_consts` in
//! `Python/flowgraph.c`.

use super::cfg::{BlockId, Cfg, CfgInstr};
use super::notes::Rule;
use super::swaps::{apply_static_swaps, swaptimize};
use crate::bytecode::{Constant, Flag, Opcode};
use crate::compiler::instruction_sequence::Numbered;

/// The bit of `COMPARE_OP` that asks for a bool.
const COMPARE_TO_BOOL: u32 = 16;

/// The opcode after instruction `index` of the block, if there is one.
fn next_opcode(cfg: &Cfg, block: BlockId, index: usize) -> Option<Opcode> {
    cfg[block]
        .b_instr
        .get(index + 1)
        .map(|instr| instr.i_opcode)
}

/// Works out tests of constants (`optimize_load_const`).
pub(super) fn optimize_load_const(cfg: &mut Cfg, consts: &mut Numbered<Constant>) {
    for block in cfg.order() {
        let mut loaded = None;
        let mut index = 0;
        while index < cfg[block].b_instr.len() {
            let instr = cfg[block].b_instr[index];
            let is_copy_of_load_const =
                loaded.is_some() && instr.i_opcode == Opcode::COPY && instr.i_oparg == 1;
            if !is_copy_of_load_const {
                loaded = (instr.i_opcode == Opcode::LOAD_CONST).then_some(instr.i_oparg);
            }
            if let Some(constant) = loaded {
                index = optimize_one_load_const(cfg, block, index, constant, consts);
            }
            index += 1;
        }
    }
}

/// Looks at what follows a load of a constant; gives the index of the last instruction seen.
fn optimize_one_load_const(
    cfg: &mut Cfg,
    block: BlockId,
    index: usize,
    constant: u32,
    consts: &mut Numbered<Constant>,
) -> usize {
    let Some(next) = next_opcode(cfg, block, index) else {
        return index;
    };
    match next {
        Opcode::POP_JUMP_IF_FALSE | Opcode::POP_JUMP_IF_TRUE => {
            let is_true = consts.at(constant).is_true();
            let instrs = &mut cfg[block].b_instr;
            instrs[index].set_op0(Opcode::NOP);
            if is_true == (next == Opcode::POP_JUMP_IF_TRUE) {
                instrs[index + 1].i_opcode = Opcode::JUMP;
            } else {
                instrs[index + 1].set_op0(Opcode::NOP);
            }
            let id = instrs[index + 1].id;
            cfg.note(Rule::ConstantCondition, id);
        }
        Opcode::IS_OP if *consts.at(constant) == Constant::None => {
            optimize_test_for_none(cfg, block, index);
        }
        Opcode::RETURN_VALUE => {
            let instrs = &mut cfg[block].b_instr;
            instrs[index].set_op0(Opcode::NOP);
            instrs[index + 1].set_op1(Opcode::RETURN_CONST, constant);
            let id = instrs[index + 1].id;
            cfg.note(Rule::ReturnConst, id);
            return index + 1;
        }
        Opcode::TO_BOOL => {
            let truth = consts.add(Constant::Bool(consts.at(constant).is_true()));
            let instrs = &mut cfg[block].b_instr;
            instrs[index].set_op0(Opcode::NOP);
            instrs[index + 1].set_op1(Opcode::LOAD_CONST, truth);
            let id = instrs[index + 1].id;
            cfg.note(Rule::ConstantTruth, id);
        }
        _ => {}
    }
    index
}

/// `LOAD_CONST None; IS_OP` with a jump on the outcome becomes one jump.
fn optimize_test_for_none(cfg: &mut Cfg, block: BlockId, index: usize) {
    let instrs = &mut cfg[block].b_instr;
    let mut jump = index + 2;
    if jump >= instrs.len() {
        return;
    }
    if instrs[jump].i_opcode == Opcode::TO_BOOL {
        // IS_OP gives a bool in any case.
        instrs[jump].set_op0(Opcode::NOP);
        jump += 1;
        if jump >= instrs.len() {
            return;
        }
    }
    let is_not = instrs[index + 1].i_oparg != 0;
    let jump_if_not_none = match instrs[jump].i_opcode {
        Opcode::POP_JUMP_IF_FALSE => !is_not,
        Opcode::POP_JUMP_IF_TRUE => is_not,
        _ => return,
    };
    instrs[index].set_op0(Opcode::NOP);
    instrs[index + 1].set_op0(Opcode::NOP);
    instrs[jump].i_opcode = if jump_if_not_none {
        Opcode::POP_JUMP_IF_NOT_NONE
    } else {
        Opcode::POP_JUMP_IF_NONE
    };
    let id = instrs[jump].id;
    cfg.note(Rule::TestForNone, id);
}

/// Improves all blocks (`optimize_basic_block` for each).
pub(super) fn optimize_basic_blocks(cfg: &mut Cfg, consts: &mut Numbered<Constant>) {
    for block in cfg.order() {
        let mut index = 0;
        // Jump threading appends a jump, which is looked at in its turn.
        while index < cfg[block].b_instr.len() {
            optimize_instr(cfg, block, index, consts);
            index += 1;
        }
        let mut index = 0;
        while index < cfg[block].b_instr.len() {
            if cfg[block].b_instr[index].i_opcode == Opcode::SWAP {
                index = swaptimize(cfg, block, index);
                apply_static_swaps(cfg, block, index);
            }
            index += 1;
        }
    }
}

fn optimize_instr(cfg: &mut Cfg, block: BlockId, index: usize, consts: &mut Numbered<Constant>) {
    let instr = cfg[block].b_instr[index];
    let next = next_opcode(cfg, block, index);
    let oparg = instr.i_oparg;
    let instrs = &mut cfg[block].b_instr;
    match instr.i_opcode {
        Opcode::BUILD_TUPLE => {
            let unpacked = next == Some(Opcode::UNPACK_SEQUENCE)
                && instrs[index + 1].i_oparg == oparg
                && (1..=3).contains(&oparg);
            if unpacked {
                instrs[index].set_op0(Opcode::NOP);
                if oparg == 1 {
                    instrs[index + 1].set_op0(Opcode::NOP);
                } else {
                    instrs[index + 1].i_opcode = Opcode::SWAP;
                }
                cfg.note(Rule::UnpackedTuple, instr.id);
            } else if index >= oparg as usize {
                fold_tuple_on_constants(cfg, block, index, consts);
            }
        }
        Opcode::POP_JUMP_IF_NOT_NONE
        | Opcode::POP_JUMP_IF_NONE
        | Opcode::POP_JUMP_IF_FALSE
        | Opcode::POP_JUMP_IF_TRUE => {
            if let Some(target) = first_of_target(cfg, instr)
                && target.i_opcode == Opcode::JUMP
            {
                jump_thread(cfg, block, index, target, instr.i_opcode);
            }
        }
        Opcode::JUMP | Opcode::JUMP_NO_INTERRUPT => {
            if let Some(target) = first_of_target(cfg, instr) {
                if target.i_opcode == Opcode::JUMP {
                    jump_thread(cfg, block, index, target, Opcode::JUMP);
                } else if target.i_opcode == Opcode::JUMP_NO_INTERRUPT {
                    jump_thread(cfg, block, index, target, instr.i_opcode);
                }
            }
        }
        Opcode::COMPARE_OP if next == Some(Opcode::TO_BOOL) => {
            instrs[index].set_op0(Opcode::NOP);
            instrs[index + 1].set_op1(Opcode::COMPARE_OP, oparg | COMPARE_TO_BOOL);
            cfg.note(Rule::ComparisonToBool, instr.id);
        }
        Opcode::CONTAINS_OP | Opcode::IS_OP if next == Some(Opcode::TO_BOOL) => {
            instrs[index].set_op0(Opcode::NOP);
            instrs[index + 1].set_op1(instr.i_opcode, oparg);
            cfg.note(Rule::AlreadyBool, instr.id);
        }
        Opcode::TO_BOOL if next == Some(Opcode::TO_BOOL) => {
            instrs[index].set_op0(Opcode::NOP);
            cfg.note(Rule::AlreadyBool, instr.id);
        }
        Opcode::UNARY_NOT if next == Some(Opcode::TO_BOOL) => {
            instrs[index].set_op0(Opcode::NOP);
            instrs[index + 1].set_op0(Opcode::UNARY_NOT);
            cfg.note(Rule::AlreadyBool, instr.id);
        }
        Opcode::UNARY_NOT if next == Some(Opcode::UNARY_NOT) => {
            instrs[index].set_op0(Opcode::NOP);
            instrs[index + 1].set_op0(Opcode::NOP);
            cfg.note(Rule::DoubleNot, instr.id);
        }
        Opcode::STORE_FAST => {
            if let Some(second) = instrs.get(index + 1)
                && second.i_opcode == Opcode::STORE_FAST
                && second.i_oparg == oparg
                && second.i_loc.lineno == instr.i_loc.lineno
            {
                instrs[index].set_op0(Opcode::POP_TOP);
                cfg.note(Rule::OverwrittenStore, instr.id);
            }
        }
        Opcode::SWAP if oparg == 1 => {
            instrs[index].set_op0(Opcode::NOP);
            cfg.note(Rule::EmptySwap, instr.id);
        }
        Opcode::LOAD_GLOBAL if next == Some(Opcode::PUSH_NULL) && oparg & 1 == 0 => {
            instrs[index].i_oparg |= 1;
            instrs[index + 1].set_op0(Opcode::NOP);
            cfg.note(Rule::LoadGlobalPushNull, instr.id);
        }
        // A jump of FOR_ITER must stay one that leads forward, so it is not threaded.
        _ => {}
    }
}

/// The instruction that a jump leads to.
fn first_of_target(cfg: &Cfg, jump: CfgInstr) -> Option<CfgInstr> {
    jump.i_target
        .and_then(|target| cfg[target].b_instr.first().copied())
}

/// Makes a jump to the jump `target` lead straight to where that one leads.
fn jump_thread(cfg: &mut Cfg, block: BlockId, index: usize, target: CfgInstr, opcode: Opcode) {
    let instr = cfg[block].b_instr[index];
    // A jump to itself would be threaded for ever.
    if instr.i_target == target.i_target {
        return;
    }
    cfg.note(Rule::JumpThreading, instr.id);
    // The jump takes the line of the one it replaces; a NOP keeps the line of the first.
    let to = target.i_target.expect("a jump has a target");
    let jump = cfg.new_jump(opcode, to, target.i_loc);
    let instrs = &mut cfg[block].b_instr;
    instrs[index].set_op0(Opcode::NOP);
    instrs.push(jump);
}

/// Turns loads of constants and the building of a tuple from them into a load of the tuple.
fn fold_tuple_on_constants(
    cfg: &mut Cfg,
    block: BlockId,
    index: usize,
    consts: &mut Numbered<Constant>,
) {
    let count = cfg[block].b_instr[index].i_oparg as usize;
    let loads = &mut cfg[block].b_instr[index - count..index];
    if loads.iter().any(|load| !load.i_opcode.has(Flag::CONST)) {
        return;
    }
    let tuple = Constant::Tuple(
        loads
            .iter()
            .map(|load| consts.at(load.i_oparg).clone())
            .collect(),
    );
    for load in loads {
        load.set_op0(Opcode::NOP);
    }
    let folded = consts.add(tuple);
    let build = &mut cfg[block].b_instr[index];
    build.set_op1(Opcode::LOAD_CONST, folded);
    let id = build.id;
    cfg.note(Rule::FoldedTuple, id);
}

/// The constants that are still used, with the arguments renumbered; the first one stays, as it
/// may be a docstring.
pub(super) fn remove_unused_consts(cfg: &mut Cfg, consts: &[Constant]) -> Vec<Constant> {
    if consts.is_empty() {
        return Vec::new();
    }
    let order = cfg.order();
    let mut used = vec![false; consts.len()];
    used[0] = true;
    for &block in &order {
        for instr in &cfg[block].b_instr {
            if instr.i_opcode.has(Flag::CONST) {
                used[instr.i_oparg as usize] = true;
            }
        }
    }
    let mut kept = Vec::new();
    let mut renumbered = vec![0; consts.len()];
    for (index, constant) in consts.iter().enumerate() {
        if used[index] {
            renumbered[index] = kept.len() as u32;
            kept.push(constant.clone());
        }
    }
    if kept.len() < consts.len() {
        for &block in &order {
            for instr in &mut cfg[block].b_instr {
                if instr.i_opcode.has(Flag::CONST) {
                    instr.i_oparg = renumbered[instr.i_oparg as usize];
                }
            }
        }
    }
    kept
}
