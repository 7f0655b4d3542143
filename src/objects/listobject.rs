//! Lists.
//!
//! Mirrors `Objects/listobject.c`.

use crate::base::ObjId;
use crate::memory::Address;

/// `PyListObject`.
#[derive(Debug, Default)]
pub struct ListObject {
    pub ob_item: Vec<ObjId>,
    /// Slots allocated in C's array (facts 1.4), which is not the capacity of the `Vec`.
    pub allocated: usize,
    /// The block of the array; 0: none.
    pub address: Address,
}
