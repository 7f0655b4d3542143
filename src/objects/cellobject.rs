//! Cells: the boxes through which closures share a variable.
//!
//! Mirrors `Objects/cellobject.c`.

use crate::base::ObjId;

use super::object::{Place, Visit};

/// `PyCellObject`.
#[derive(Debug, Default)]
pub struct CellObject {
    /// The content; NULL: empty.
    pub ob_ref: ObjId,
}

impl CellObject {
    /// Reports the content.
    pub fn traverse(&self, visit: Visit<'_>) {
        if !self.ob_ref.is_null() {
            visit(Place::Member("cell_contents"), self.ob_ref);
        }
    }
}
