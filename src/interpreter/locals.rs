//! What `locals()` gives in a module or class body.
//!
//! Mirrors `PyFrame_GetLocals` of `Objects/frameobject.c` for frames with a namespace of their own.

use crate::base::ObjId;
use crate::bytecode::LocalKind;
use crate::objects::vm::{PyResult, Vm};

/// The namespace of frame `index`, or, inside an inlined comprehension, a dict of the
/// comprehension's variables alone: a new reference.
pub fn with_hidden(vm: &mut Vm, index: usize) -> PyResult<ObjId> {
    let frame = &vm.tstate.frames[index];
    let (namespace, base) = (frame.f_locals, frame.base as usize);
    let code = std::sync::Arc::clone(vm.code_runtime(frame.f_code));
    let hidden: Vec<(ObjId, ObjId)> = code
        .code
        .co_localspluskinds
        .iter()
        .enumerate()
        .filter(|(_, kind)| kind.contains(LocalKind::HIDDEN))
        .map(|(i, _)| (code.localsplusnames[i], vm.tstate.datastack[base + i]))
        .filter(|(_, value)| !value.is_null())
        .collect();
    if hidden.is_empty() {
        return Ok(vm.incref(namespace));
    }
    let copy = vm.new_dict();
    for (name, value) in hidden {
        vm.dict_set(copy, name, value)?;
    }
    Ok(copy)
}
