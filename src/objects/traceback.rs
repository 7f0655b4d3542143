//! Traceback objects: the chain of places that an exception passed on its way.
//!
//! Mirrors the object half of `Python/traceback.c`; printing is in `interpreter`.

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef};
use super::object::{NativePayload, Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, types};

/// `PyTracebackObject`.
#[derive(Debug)]
pub struct TracebackObject {
    /// The next entry, nearer to the raise; owned or NULL.
    pub tb_next: ObjId,
    /// Owned.
    pub tb_frame: ObjId,
    /// In code units.
    pub tb_lasti: i32,
    /// -1: to be worked out from `tb_lasti`.
    pub tb_lineno: i32,
}

impl NativePayload for TracebackObject {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("tb_next", self.tb_next), ("tb_frame", self.tb_frame)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        for id in [&mut self.tb_next, &mut self.tb_frame] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }

    crate::native_payload_any!();
}

/// The type `traceback`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "traceback",
    tp_basicsize: 40,
    tp_flags: TypeFlags::HAVE_GC,
    slots: Slots {
        tp_new: Some(tb_new),
        ..Slots::EMPTY
    },
    members: &[
        MemberDef {
            name: "tb_frame",
            get: get_frame,
            set: None,
        },
        MemberDef {
            name: "tb_lasti",
            get: |vm, tb| {
                let lasti = entry(vm, tb).tb_lasti;
                Ok(vm.new_int(i64::from(lasti) * 2))
            },
            set: None,
        },
    ],
    getset: &[
        GetSetDef {
            name: "tb_next",
            get: get_next,
            set: Some(set_next),
        },
        GetSetDef {
            name: "tb_lineno",
            get: |vm, tb| {
                let lineno = entry(vm, tb).tb_lineno;
                Ok(vm.new_int(i64::from(lineno)))
            },
            set: None,
        },
    ],
    tp_doc: "Create a new traceback object.",
    ..TypeSpec::EMPTY
};

/// The entry in slot `tb`; panics when it is none, which is our bug.
pub fn entry(vm: &Vm, tb: ObjId) -> &TracebackObject {
    vm.heap.native(tb).expect("the caller holds a traceback")
}

fn get_frame(vm: &mut Vm, tb: ObjId) -> PyResult<ObjId> {
    let frame = entry(vm, tb).tb_frame;
    Ok(vm.incref(frame))
}

fn get_next(vm: &mut Vm, tb: ObjId) -> PyResult<ObjId> {
    let next = entry(vm, tb).tb_next;
    Ok(vm.incref(if next.is_null() { NONE } else { next }))
}

fn set_next(vm: &mut Vm, tb: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() {
        return Err(vm.type_error("can't delete tb_next attribute"));
    }
    let value = if value == NONE { ObjId::NULL } else { value };
    if !value.is_null() && vm.type_of(value) != types::TRACEBACK {
        let kind = vm.type_name_of(value);
        return Err(vm.type_error(format!("expected traceback object, got '{kind}'")));
    }
    let mut cursor = value;
    while !cursor.is_null() {
        if cursor == tb {
            return Err(vm.value_error("traceback loop detected"));
        }
        cursor = entry(vm, cursor).tb_next;
    }
    vm.xincref(value);
    if let Some(t) = vm.heap.native_mut::<TracebackObject>(tb) {
        let old = std::mem::replace(&mut t.tb_next, value);
        vm.xdecref(old);
    }
    Ok(())
}

/// `traceback(tb_next, tb_frame, tb_lasti, tb_lineno)`.
fn tb_new(vm: &mut Vm, _ty: ObjId, args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    let &[next, frame, lasti, lineno] = vm.tuple_items(args) else {
        let n = vm.tuple_items(args).len();
        return Err(vm.type_error(format!("traceback() takes exactly 4 arguments ({n} given)")));
    };
    if next != NONE && vm.type_of(next) != types::TRACEBACK {
        let kind = vm.type_name_of(next);
        return Err(vm.type_error(format!("expected traceback object or None, got '{kind}'")));
    }
    if vm.type_of(frame) != types::FRAME {
        let kind = vm.type_name_of(frame);
        return Err(vm.type_error(format!(
            "traceback() argument 'tb_frame' must be frame, not {kind}"
        )));
    }
    let lasti = vm.index_as_ssize(lasti, None)?;
    let lineno = vm.index_as_ssize(lineno, None)?;
    let next = if next == NONE {
        ObjId::NULL
    } else {
        vm.incref(next)
    };
    vm.incref(frame);
    Ok(vm.new_native(
        types::TRACEBACK,
        TracebackObject {
            tb_next: next,
            tb_frame: frame,
            tb_lasti: (lasti / 2) as i32,
            tb_lineno: lineno as i32,
        },
    ))
}

/// Puts an entry for `frame` in front of the traceback of `exception`.
pub fn push_entry(vm: &mut Vm, exception: ObjId, frame: ObjId, lasti: u32, lineno: i32) {
    vm.incref(frame);
    let next = match vm.heap.payload_mut(exception) {
        Payload::Exception(e) => std::mem::take(&mut e.traceback),
        _ => ObjId::NULL,
    };
    let tb = vm.new_native(
        types::TRACEBACK,
        TracebackObject {
            tb_next: next,
            tb_frame: frame,
            tb_lasti: lasti as i32,
            tb_lineno: lineno,
        },
    );
    if let Payload::Exception(e) = vm.heap.payload_mut(exception) {
        e.traceback = tb;
    }
}
