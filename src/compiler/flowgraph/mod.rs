//! The control flow graph and the passes that improve it, in CPython's order.
//!
//! Mirrors `Python/flowgraph.c`. [`optimize_code_unit`] runs the optimizations,
//! [`optimized_cfg_to_instruction_sequence`] lays the blocks out for the assembler.

pub mod cfg;
mod cleanup;
mod except;
mod layout;
mod lines;
mod locals;
pub mod localsplus;
pub mod notes;
mod peephole;
mod stack_depth;
mod swaps;
#[cfg(test)]
mod tests;

use super::instruction_sequence::{CompilationUnitMetadata, InstructionSequence, Numbered};
use crate::bytecode::Constant;
use cfg::Cfg;
use notes::CfgStage;

/// Where to put the graph after each pass, for showing.
pub type Stages<'a> = Option<&'a mut Vec<CfgStage>>;

/// Keeps the graph after a pass, when somebody asks.
fn keep(stages: &mut Stages<'_>, pass: &'static str, cfg: &mut Cfg, consts: &[Constant]) {
    if let Some(stages) = stages {
        let notes = cfg.take_notes();
        stages.push(CfgStage {
            pass,
            cfg: cfg.clone(),
            consts: consts.to_vec(),
            notes,
        });
    }
}

/// Runs all optimizations over the graph and gives the constants that are left
/// (`_PyCfg_OptimizeCodeUnit`).
///
/// `nlocals` counts the local variables, `nparams` those of them that are parameters.
pub fn optimize_code_unit(
    cfg: &mut Cfg,
    mut consts: Numbered<Constant>,
    nlocals: usize,
    nparams: usize,
    mut stages: Stages<'_>,
) -> Vec<Constant> {
    if stages.is_some() {
        cfg.keep_notes();
    }
    keep(
        &mut stages,
        "from_instruction_sequence",
        cfg,
        consts.values(),
    );
    except::mark_except_handlers(cfg);
    except::label_exception_targets(cfg);
    keep(&mut stages, "label_exception_targets", cfg, consts.values());

    optimize_cfg(cfg, &mut consts, &mut stages);
    let consts = peephole::remove_unused_consts(cfg, consts.values());
    keep(&mut stages, "remove_unused_consts", cfg, &consts);
    locals::add_checks_for_loads_of_uninitialized_variables(cfg, nlocals, nparams);
    keep(
        &mut stages,
        "add_checks_for_loads_of_uninitialized_variables",
        cfg,
        &consts,
    );
    locals::insert_superinstructions(cfg);
    keep(&mut stages, "insert_superinstructions", cfg, &consts);
    layout::push_cold_blocks_to_end(cfg);
    keep(&mut stages, "push_cold_blocks_to_end", cfg, &consts);
    lines::resolve_line_numbers(cfg);
    keep(&mut stages, "resolve_line_numbers", cfg, &consts);
    consts
}

fn optimize_cfg(cfg: &mut Cfg, consts: &mut Numbered<Constant>, stages: &mut Stages<'_>) {
    cleanup::inline_small_or_no_lineno_blocks(cfg);
    keep(
        stages,
        "inline_small_or_no_lineno_blocks",
        cfg,
        consts.values(),
    );
    cleanup::remove_unreachable(cfg);
    keep(stages, "remove_unreachable", cfg, consts.values());
    lines::resolve_line_numbers(cfg);
    keep(stages, "resolve_line_numbers", cfg, consts.values());
    peephole::optimize_load_const(cfg, consts);
    keep(stages, "optimize_load_const", cfg, consts.values());
    peephole::optimize_basic_blocks(cfg, consts);
    keep(stages, "optimize_basic_block", cfg, consts.values());
    cleanup::remove_redundant_nops_and_pairs(cfg);
    keep(
        stages,
        "remove_redundant_nops_and_pairs",
        cfg,
        consts.values(),
    );
    cleanup::remove_unreachable(cfg);
    keep(stages, "remove_unreachable", cfg, consts.values());
    cleanup::remove_redundant_nops_and_jumps(cfg);
    keep(
        stages,
        "remove_redundant_nops_and_jumps",
        cfg,
        consts.values(),
    );
}

/// Works out the depth of the stack and the slots, and writes the blocks down for the
/// assembler (`_PyCfg_OptimizedCfgToInstructionSequence`). Gives also the depth of the stack.
pub fn optimized_cfg_to_instruction_sequence(
    cfg: &mut Cfg,
    umd: &CompilationUnitMetadata,
    consts: &[Constant],
    code_flags: u32,
    mut stages: Stages<'_>,
) -> (InstructionSequence, u32) {
    let stackdepth = stack_depth::calculate_stackdepth(cfg);
    localsplus::prepare_localsplus(cfg, umd, code_flags);
    keep(&mut stages, "prepare_localsplus", cfg, consts);
    layout::convert_pseudo_ops(cfg);
    keep(&mut stages, "convert_pseudo_ops", cfg, consts);
    layout::normalize_jumps(cfg);
    keep(&mut stages, "normalize_jumps", cfg, consts);
    (layout::to_instruction_sequence(cfg), stackdepth)
}
