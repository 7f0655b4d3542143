//! Cells: the boxes through which closures share a variable.
//!
//! Mirrors `Objects/cellobject.c`.

use crate::base::ObjId;

use super::heap::Reuse;
use super::methodobject::GetSetDef;
use super::object::{Payload, Place, Visit};
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NOT_IMPLEMENTED, bool_obj, types};

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

/// The type `cell`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "cell",
    tp_basicsize: 24,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_repr: Some(cell_repr),
        tp_richcompare: Some(cell_richcompare),
        tp_new: Some(cell_new),
        ..Slots::EMPTY
    },
    getset: &[GetSetDef {
        name: "cell_contents",
        get: get_contents,
        set: Some(set_contents),
    }],
    tp_doc: "Create a new cell object.",
    ..TypeSpec::EMPTY
};

impl Vm {
    /// A cell with this content (a new reference is taken) or NULL (`PyCell_New`).
    pub fn new_cell(&mut self, content: ObjId) -> ObjId {
        self.xincref(content);
        let id = self.heap.alloc(
            types::CELL,
            Payload::Cell(CellObject { ob_ref: content }),
            Reuse::Fresh,
        );
        self.heap.track(id);
        id
    }
}

fn contents(vm: &Vm, id: ObjId) -> ObjId {
    match vm.heap.payload(id) {
        Payload::Cell(c) => c.ob_ref,
        other => panic!("{id:?} is no cell: {other:?}"),
    }
}

fn cell_repr(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let address = vm.heap.address(id);
    let content = contents(vm, id);
    let text = if content.is_null() {
        format!("<cell at {address:#x}: empty>")
    } else {
        let name = vm.type_name_of(content);
        let content_address = vm.heap.address(content);
        format!("<cell at {address:#x}: {name} object at {content_address:#x}>")
    };
    Ok(vm.new_string(text))
}

fn cell_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(a) != types::CELL || vm.type_of(b) != types::CELL {
        return Ok(NOT_IMPLEMENTED);
    }
    let (a, b) = (contents(vm, a), contents(vm, b));
    if !a.is_null() && !b.is_null() {
        return vm.rich_compare(a, b, op);
    }
    Ok(bool_obj(op.holds(a.is_null().cmp(&b.is_null()).reverse())))
}

fn cell_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    if !kwargs.is_null() && vm.dict_len(kwargs) > 0 {
        return Err(vm.type_error("cell() takes no keyword arguments"));
    }
    let content = match vm.tuple_items(args) {
        [] => ObjId::NULL,
        &[content] => content,
        many => {
            let n = many.len();
            return Err(vm.type_error(format!("cell expected at most 1 argument, got {n}")));
        }
    };
    Ok(vm.new_cell(content))
}

fn get_contents(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let content = contents(vm, id);
    if content.is_null() {
        return Err(vm.value_error("Cell is empty"));
    }
    Ok(vm.incref(content))
}

fn set_contents(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    vm.xincref(value);
    if let Payload::Cell(c) = vm.heap.payload_mut(id) {
        let old = std::mem::replace(&mut c.ob_ref, value);
        vm.xdecref(old);
    }
    Ok(())
}
