//! The control flow graph: basic blocks in the order of the code, with their instructions.
//!
//! Mirrors `struct _PyCfgBasicblock`, `struct _PyCfgInstruction` and the builder in
//! `Python/flowgraph.c`.

use std::ops::{Index, IndexMut};

use super::notes::{Note, Rule};
use crate::base::SourceLocation;
use crate::bytecode::{Flag, Opcode};
use crate::compiler::instruction_sequence::InstructionSequence;

/// The number of a basic block; stays the same when blocks change places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlockId(pub u32);

/// The number of an instruction; stays the same through all passes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct InstrId(pub u32);

/// An instruction in the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CfgInstr {
    pub id: InstrId,
    pub i_opcode: Opcode,
    /// 0 for jumps and block pushes: they have a target.
    pub i_oparg: u32,
    pub i_loc: SourceLocation,
    /// The block that a jump or block push leads to.
    pub i_target: Option<BlockId>,
    /// The handler of an exception raised here.
    pub i_except: Option<BlockId>,
}

impl CfgInstr {
    /// Replaces the opcode by one without argument (`INSTR_SET_OP0`).
    pub fn set_op0(&mut self, opcode: Opcode) {
        self.set_op1(opcode, 0);
    }

    /// Replaces opcode and argument (`INSTR_SET_OP1`).
    pub fn set_op1(&mut self, opcode: Opcode, oparg: u32) {
        self.i_opcode = opcode;
        self.i_oparg = oparg;
        if !opcode.has_target() {
            self.i_target = None;
        }
    }

    /// Whether it jumps.
    pub fn is_jump(&self) -> bool {
        self.i_opcode.is_jump()
    }

    /// Whether no line belongs to it.
    pub fn has_no_location(&self) -> bool {
        self.i_loc.lineno == SourceLocation::NONE.lineno
    }
}

/// A run of instructions that is entered at its start alone and left at its end alone.
#[derive(Clone, Debug, Default)]
pub struct BasicBlock {
    pub b_instr: Vec<CfgInstr>,
    /// The block that follows in the code.
    pub b_next: Option<BlockId>,
    /// Whether something may jump here.
    pub b_label: bool,
    /// How many ways lead here.
    pub b_predecessors: u32,
    /// The depth of the stack at its start, once known.
    pub b_startdepth: Option<u32>,
    /// A handler that gets the position of the failed instruction.
    pub b_preserve_lasti: bool,
    /// The start of an exception handler.
    pub b_except_handler: bool,
    /// Reached from the entry without an exception.
    pub b_warm: bool,
    /// Reached from exception handlers alone.
    pub b_cold: bool,
    /// Bit `i` says that local `i` may be unbound at the start.
    pub b_unsafe_locals_mask: u64,
}

impl BasicBlock {
    /// The last instruction, if there is any.
    pub fn last_instr(&self) -> Option<&CfgInstr> {
        self.b_instr.last()
    }

    /// Whether the block that follows is entered from here (`BB_HAS_FALLTHROUGH`).
    pub fn has_fallthrough(&self) -> bool {
        self.last_instr().is_none_or(|last| {
            !last.i_opcode.is_scope_exit() && !last.i_opcode.is_unconditional_jump()
        })
    }

    /// Whether it ends by returning or raising.
    pub fn exits_scope(&self) -> bool {
        self.last_instr()
            .is_some_and(|last| last.i_opcode.is_scope_exit())
    }

    /// Whether an instruction in it looks at the eval breaker.
    pub fn has_eval_break(&self) -> bool {
        self.b_instr
            .iter()
            .any(|instr| instr.i_opcode.has(Flag::EVAL_BREAK))
    }

    /// Whether no instruction belongs to a line.
    pub fn has_no_lineno(&self) -> bool {
        self.b_instr.iter().all(|instr| instr.i_loc.lineno <= 0)
    }
}

/// The control flow graph of one scope, as `cfg_builder`.
#[derive(Clone, Debug, Default)]
pub struct Cfg {
    blocks: Vec<BasicBlock>,
    next_instr: u32,
    /// What the passes did and why; `None` when nobody asks.
    notes: Option<Vec<Note>>,
}

impl Index<BlockId> for Cfg {
    type Output = BasicBlock;
    #[inline]
    fn index(&self, block: BlockId) -> &BasicBlock {
        &self.blocks[block.0 as usize]
    }
}

impl IndexMut<BlockId> for Cfg {
    #[inline]
    fn index_mut(&mut self, block: BlockId) -> &mut BasicBlock {
        &mut self.blocks[block.0 as usize]
    }
}

impl Cfg {
    /// The first block.
    pub const ENTRY: BlockId = BlockId(0);

    /// Cuts a sequence into blocks: a new one starts after each jump or exit and at each label
    /// (`_PyCfg_FromInstructionSequence`).
    ///
    /// Jumps lead to blocks from the start, so CPython's `translate_jump_labels_to_targets` is
    /// part of this.
    pub fn from_instruction_sequence(mut seq: InstructionSequence) -> Self {
        seq.apply_label_map();
        let instrs = seq.instrs();
        let mut is_target = vec![false; instrs.len()];
        for instr in instrs {
            if instr.opcode.has_target() {
                is_target[instr.oparg as usize] = true;
            }
        }
        let mut cfg = Self {
            blocks: vec![BasicBlock::default()],
            next_instr: instrs.len() as u32,
            notes: None,
        };
        let mut block_at = vec![Self::ENTRY; instrs.len()];
        let mut current = Self::ENTRY;
        for (index, instr) in instrs.iter().enumerate() {
            let last = cfg[current].last_instr();
            let terminated = last.is_some_and(|last| last.i_opcode.is_terminator())
                || is_target[index] && last.is_some();
            if terminated {
                let new = cfg.new_block();
                cfg[current].b_next = Some(new);
                current = new;
            }
            if is_target[index] {
                cfg[current].b_label = true;
                block_at[index] = current;
            }
            cfg[current].b_instr.push(CfgInstr {
                id: InstrId(index as u32),
                i_opcode: instr.opcode,
                i_oparg: instr.oparg,
                i_loc: instr.loc,
                i_target: None,
                i_except: None,
            });
        }
        for instr in cfg.blocks.iter_mut().flat_map(|block| &mut block.b_instr) {
            if instr.i_opcode.has_target() {
                instr.i_target = Some(block_at[instr.i_oparg as usize]);
                instr.i_oparg = 0;
            }
        }
        cfg
    }

    /// A new empty block that is not yet in the order.
    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(BasicBlock::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// A new instruction that is not yet in a block.
    pub fn new_instr(&mut self, opcode: Opcode, oparg: u32, loc: SourceLocation) -> CfgInstr {
        self.next_instr += 1;
        CfgInstr {
            id: InstrId(self.next_instr - 1),
            i_opcode: opcode,
            i_oparg: oparg,
            i_loc: loc,
            i_target: None,
            i_except: None,
        }
    }

    /// A new jump that is not yet in a block.
    pub fn new_jump(&mut self, opcode: Opcode, target: BlockId, loc: SourceLocation) -> CfgInstr {
        CfgInstr {
            i_target: Some(target),
            ..self.new_instr(opcode, 0, loc)
        }
    }

    /// Copies of a block's instructions, as instructions of their own.
    pub fn copies_of(&mut self, block: BlockId) -> Vec<CfgInstr> {
        let mut copies = self[block].b_instr.clone();
        for copy in &mut copies {
            copy.id = InstrId(self.next_instr);
            self.next_instr += 1;
        }
        copies
    }

    /// How many blocks there are, those no longer in the order included.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The blocks in the order of the code.
    pub fn order(&self) -> Vec<BlockId> {
        let mut order = Vec::with_capacity(self.blocks.len());
        let mut at = Some(Self::ENTRY);
        while let Some(block) = at {
            order.push(block);
            at = self[block].b_next;
        }
        order
    }

    /// Changes all blocks, in no particular order.
    pub fn blocks_mut(&mut self) -> &mut [BasicBlock] {
        &mut self.blocks
    }

    /// The first block from `block` on that has instructions.
    pub fn next_nonempty_block(&self, mut block: Option<BlockId>) -> Option<BlockId> {
        while let Some(at) = block
            && self[at].b_instr.is_empty()
        {
            block = self[at].b_next;
        }
        block
    }

    /// From now on keep what the passes do and why.
    pub fn keep_notes(&mut self) {
        self.notes = Some(Vec::new());
    }

    /// Whether somebody asks what the passes do.
    pub fn keeps_notes(&self) -> bool {
        self.notes.is_some()
    }

    /// Keeps what a pass did to an instruction and why, when somebody asks.
    pub fn note(&mut self, rule: Rule, instr: InstrId) {
        if let Some(notes) = &mut self.notes {
            notes.push(Note { rule, instr });
        }
    }

    /// The notes since the last call.
    pub fn take_notes(&mut self) -> Vec<Note> {
        self.notes.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
