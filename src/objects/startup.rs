//! Fills the heap's static slots: built-in types, singletons, small ints, characters, names.
//!
//! Mirrors `pycore_init_types` and `Include/internal/pycore_global_objects.h`.

use crate::base::{ObjId, Text};

use super::object::Payload;
use super::typeobject::{TypeFlags, TypeObject, TypeSpec};
use super::unicodeobject::{Interned, StrObject};
use super::vm::Vm;
use super::wellknown::{self, names, types};

/// Creates every static object; the machine is usable afterwards.
pub fn create_static_objects(vm: &mut Vm) {
    let specs = super::static_types();
    // Types first, as bare structs: everything else needs its type's sizes.
    for &(id, name) in types::ALL {
        let spec = specs
            .iter()
            .find(|(i, _)| *i == id)
            .map_or_else(|| undeclared(name), |(_, spec)| **spec);
        vm.heap.place_static(
            id,
            types::TYPE,
            Payload::Type(Box::new(TypeObject::from_spec(&spec))),
        );
    }
    create_atoms(vm);
    for &(id, text) in names::ALL {
        place_str(vm, id, Text::from(text));
        vm.heap.interned.entry(Text::from(text)).or_insert(id);
    }
    // Bases before their subclasses.
    let mut ready = Vec::new();
    for &(id, name) in types::ALL {
        let spec = specs
            .iter()
            .find(|(i, _)| *i == id)
            .map_or_else(|| undeclared(name), |(_, spec)| **spec);
        make_ready(vm, id, &spec, &specs, &mut ready);
    }
    super::exceptiongroup::complete(vm);
    super::init_cleanup::create(vm);
}

fn make_ready(
    vm: &mut Vm,
    id: ObjId,
    spec: &TypeSpec,
    specs: &[(ObjId, &'static TypeSpec)],
    ready: &mut Vec<ObjId>,
) {
    if ready.contains(&id) {
        return;
    }
    let base = if spec.tp_base.is_null() {
        types::OBJECT
    } else {
        spec.tp_base
    };
    if base != id && !ready.contains(&base) {
        let base_spec = specs.iter().find(|(i, _)| *i == base).map_or_else(
            || {
                undeclared(
                    types::ALL
                        .iter()
                        .find(|(i, _)| *i == base)
                        .map_or("object", |(_, n)| n),
                )
            },
            |(_, spec)| **spec,
        );
        make_ready(vm, base, &base_spec, specs, ready);
    }
    ready.push(id);
    vm.type_ready(id, spec);
}

/// A type that the machine names but that has no behavior of its own.
fn undeclared(name: &'static str) -> TypeSpec {
    TypeSpec {
        tp_name: name,
        tp_flags: TypeFlags::DISALLOW_INSTANTIATION,
        ..TypeSpec::EMPTY
    }
}

fn create_atoms(vm: &mut Vm) {
    for (id, ty) in [
        (wellknown::NONE, types::NONE_TYPE),
        (wellknown::ELLIPSIS, types::ELLIPSIS_TYPE),
        (wellknown::NOT_IMPLEMENTED, types::NOT_IMPLEMENTED_TYPE),
    ] {
        vm.heap.place_static(id, ty, Payload::Empty);
    }
    vm.heap
        .place_static(wellknown::FALSE, types::BOOL, Payload::Int(0));
    vm.heap
        .place_static(wellknown::TRUE, types::BOOL, Payload::Int(1));
    vm.heap.place_static(
        wellknown::EMPTY_TUPLE,
        types::TUPLE,
        Payload::Tuple(Box::default()),
    );
    vm.heap.place_static(
        wellknown::EMPTY_BYTES,
        types::BYTES,
        Payload::Bytes(Box::default()),
    );
    place_str(vm, wellknown::EMPTY_STR, Text::empty());
    for value in wellknown::SMALL_INT_MIN..=wellknown::SMALL_INT_MAX {
        vm.heap
            .place_static(wellknown::small_int(value), types::INT, Payload::Int(value));
    }
    for c in 0..=u8::MAX {
        place_str(vm, wellknown::latin1_char(c), Text::Latin1(Box::new([c])));
        vm.heap.place_static(
            wellknown::single_byte(c),
            types::BYTES,
            Payload::Bytes(Box::new([c])),
        );
    }
    for c in 0..=u8::MAX {
        vm.heap
            .interned
            .insert(Text::Latin1(Box::new([c])), wellknown::latin1_char(c));
    }
    vm.heap.interned.insert(Text::empty(), wellknown::EMPTY_STR);
}

fn place_str(vm: &mut Vm, id: ObjId, text: Text) {
    let mut object = StrObject::new(text);
    object.interned = Interned::Immortal;
    vm.heap
        .place_static(id, types::STR, Payload::Str(Box::new(object)));
}
