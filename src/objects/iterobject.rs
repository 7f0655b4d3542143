//! Iterators over anything that is indexed from 0.
//!
//! Mirrors `Objects/iterobject.c`.

use crate::base::ObjId;

use super::object::{NativePayload, Place, Visit};
use super::vm::Vm;
use super::wellknown::types;

/// `seqiterobject`.
#[derive(Debug)]
pub struct SeqIter {
    /// The next index.
    pub it_index: i64,
    /// The sequence; NULL once exhausted.
    pub it_seq: ObjId,
}

impl NativePayload for SeqIter {
    fn traverse(&self, visit: Visit<'_>) {
        if !self.it_seq.is_null() {
            visit(Place::Member("it_seq"), self.it_seq);
        }
    }
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

impl Vm {
    /// An iterator that calls `sequence[0]`, `sequence[1]`… (`PySeqIter_New`).
    pub fn new_seq_iter(&mut self, sequence: ObjId) -> ObjId {
        self.incref(sequence);
        self.new_native(
            types::ITERATOR,
            SeqIter {
                it_index: 0,
                it_seq: sequence,
            },
        )
    }
}
