//! What the passes over the flow graph did, kept for showing: the graph after each pass, and
//! which rule changed which instruction.
//!
//! CPython keeps nothing of this; the rules are those of `Python/flowgraph.c`.

use std::collections::HashMap;

use super::cfg::{BlockId, Cfg, CfgInstr, InstrId};
use crate::bytecode::Constant;

macro_rules! rules { ($( $(#[doc = $doc:literal])+ $name:ident, )*) => {
    /// Why a pass changed an instruction.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Rule { $( $(#[doc = $doc])+ $name, )* }

    impl Rule {
        /// The reason, in one sentence.
        pub const fn reason(self) -> &'static str {
            match self { $( Self::$name => concat!($($doc),+).trim_ascii_start(), )* }
        }
    }
} }

rules! {
    /// A jump to a small block that leaves the function becomes a copy of that block.
    InlinedExit,
    /// A jump to a block without lines becomes a copy of that block.
    InlinedNoLine,
    /// No way leads here.
    Unreachable,
    /// An exit that belongs to no line is copied for each jump to it, so that it can take over the line of the jump.
    DuplicatedExit,
    /// The condition is a constant, so the jump is certain or impossible.
    ConstantCondition,
    /// A test for None becomes one jump.
    TestForNone,
    /// Loading and returning a constant becomes one instruction.
    ReturnConst,
    /// The truth value of a constant is known.
    ConstantTruth,
    /// A tuple of constants is itself a constant.
    FoldedTuple,
    /// Building a tuple and unpacking it at once only reorders the stack.
    UnpackedTuple,
    /// A jump to a jump goes straight to where that one leads.
    JumpThreading,
    /// A comparison can give a bool by itself.
    ComparisonToBool,
    /// The value is a bool already.
    AlreadyBool,
    /// Two negations cancel out.
    DoubleNot,
    /// The same variable is stored to again at once.
    OverwrittenStore,
    /// Swapping the top with itself does nothing.
    EmptySwap,
    /// The load pushes the NULL of the call as well.
    LoadGlobalPushNull,
    /// A run of swaps is replaced by the shortest one with the same effect.
    ShorterSwaps,
    /// Exchanging the two stores saves the swap.
    SwappedStores,
    /// A value that is pushed and dropped at once.
    PushAndPop,
    /// Does nothing, and its line is carried by a neighbor.
    RedundantNop,
    /// Jumps to what comes next anyway.
    RedundantJump,
    /// The local may be unbound here.
    MayBeUnbound,
    /// Two instructions become one.
    SuperInstruction,
    /// A handler falls through to normal code that now stands elsewhere.
    ExplicitJump,
    /// A conditional jump backward becomes the opposite test around a jump backward.
    BackwardJump,
}

/// One change and its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    pub rule: Rule,
    pub instr: InstrId,
}

/// The graph as one pass left it.
#[derive(Clone, Debug)]
pub struct CfgStage {
    /// CPython's name of the pass.
    pub pass: &'static str,
    pub cfg: Cfg,
    pub consts: Vec<Constant>,
    pub notes: Vec<Note>,
}

/// What became of an instruction in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there before.
    Added(CfgInstr),
    /// It is gone.
    Removed(CfgInstr),
    /// Something about it is different.
    Changed { before: CfgInstr, after: CfgInstr },
    /// It stands in another block.
    Moved {
        from: BlockId,
        to: BlockId,
        instr: CfgInstr,
    },
}

/// What differs between the graph before and after a pass, in the order of the code.
pub fn changes(before: &Cfg, after: &Cfg) -> Vec<Change> {
    let index = |cfg: &Cfg| -> Vec<(BlockId, CfgInstr)> {
        let order = cfg.order();
        let in_block = |&block| cfg[block].b_instr.iter().map(move |&instr| (block, instr));
        order.iter().flat_map(in_block).collect()
    };
    let (old, new) = (index(before), index(after));
    let by_id = |list: &[(BlockId, CfgInstr)]| -> HashMap<InstrId, (BlockId, CfgInstr)> {
        list.iter()
            .map(|&(block, instr)| (instr.id, (block, instr)))
            .collect()
    };
    let (old_by_id, new_by_id) = (by_id(&old), by_id(&new));
    let mut found = Vec::new();
    for (_, instr) in &old {
        if !new_by_id.contains_key(&instr.id) {
            found.push(Change::Removed(*instr));
        }
    }
    for &(to, instr) in &new {
        match old_by_id.get(&instr.id) {
            None => found.push(Change::Added(instr)),
            Some(&(_, was)) if was != instr => found.push(Change::Changed {
                before: was,
                after: instr,
            }),
            Some(&(from, _)) if from != to => found.push(Change::Moved { from, to, instr }),
            Some(_) => {}
        }
    }
    found
}
