//! Struct sequences: tuples whose items have names, such as `sys.version_info`.
//!
//! Mirrors `Objects/structseq.c`.

use crate::base::ObjId;
use crate::objects::object::Payload;
use crate::objects::typeobject::TypeSpec;
use crate::objects::vm::{PyResult, Vm};

/// Declares the field of a struct sequence.
#[macro_export]
macro_rules! struct_field {
    ($name:literal, $index:literal) => {
        $crate::objects::methodobject::MemberDef {
            name: $name,
            get: |vm, this| {
                let value = vm.tuple_items(this)[$index];
                Ok(vm.incref(value))
            },
            set: None,
        }
    };
}

/// A struct sequence with these items, which it steals.
pub fn new(vm: &mut Vm, spec: &'static TypeSpec, items: Vec<ObjId>) -> ObjId {
    let ty = vm.native_type(spec);
    vm.generic_alloc(ty, Payload::Tuple(items.into_boxed_slice()))
}

/// `name(field=value, …)`, with the fields in the order of the declaration.
pub fn repr(vm: &mut Vm, this: ObjId, spec: &'static TypeSpec) -> PyResult<ObjId> {
    let items = vm.tuple_items(this).to_vec();
    let mut parts = Vec::new();
    for (member, item) in spec.members.iter().zip(items) {
        let text = vm.repr_string(item)?;
        parts.push(format!("{}={text}", member.name));
    }
    Ok(vm.new_string(format!("{}({})", spec.tp_name, parts.join(", "))))
}
