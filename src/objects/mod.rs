//! Objects: header, heap, built-in types, and the state that native code works on.
//!
//! In reading order: [`object`] says what an object is, [`heap`] where it lives, [`vm`] is the
//! machine's state, [`slots`], [`methodobject`] and [`typeobject`] are how a built-in type is
//! declared; then one file per type, as in CPython's `Objects/`.

pub mod abstract_;
pub mod builtin_descr;
pub mod bytearrayobject;
pub mod cellobject;
pub mod classobject;
pub mod clear;
pub mod codeobject;
pub mod dealloc;
pub mod descrobject;
pub mod dict_core;
pub mod dictobject;
pub mod display;
pub mod errors;
pub mod exception_types;
pub mod exceptions;
pub mod frame;
pub mod funcobject;
pub mod genericaliasobject;
pub mod genobject;
pub mod getargs;
pub mod heap;
pub mod iterobject;
pub mod list_core;
pub mod listobject;
pub mod longobject;
pub mod methodobject;
pub mod moduleobject;
pub mod number;
pub mod object;
pub mod object_type;
pub mod setobject;
pub mod slot_functions;
pub mod slotdefs;
pub mod slots;
pub mod startup;
pub mod type_lookup;
pub mod type_methods;
pub mod type_new;
pub mod type_ready;
pub mod typeobject;
pub mod unicodeobject;
pub mod unionobject;
pub mod vm;
pub mod weakproxy;
pub mod weakrefobject;
pub mod wellknown;

use crate::base::ObjId;

use typeobject::TypeSpec;
use wellknown::types;

/// Every static type with its declaration: one line for each.
pub fn static_types() -> Vec<(ObjId, &'static TypeSpec)> {
    let mut all: Vec<(ObjId, &'static TypeSpec)> = vec![
        (types::OBJECT, &object_type::TYPE),
        (types::TYPE, &type_methods::TYPE),
        (types::BUILTIN_FUNCTION, &methodobject::CFUNCTION),
        (types::METHOD, &classobject::TYPE),
        (types::METHOD_DESCRIPTOR, &descrobject::METHOD_DESCRIPTOR),
        (
            types::CLASSMETHOD_DESCRIPTOR,
            &descrobject::CLASSMETHOD_DESCRIPTOR,
        ),
        (types::GETSET_DESCRIPTOR, &descrobject::GETSET_DESCRIPTOR),
        (types::MEMBER_DESCRIPTOR, &descrobject::MEMBER_DESCRIPTOR),
        (types::WRAPPER_DESCRIPTOR, &descrobject::WRAPPER_DESCRIPTOR),
        (types::METHOD_WRAPPER, &descrobject::METHOD_WRAPPER),
        (types::PROPERTY, &builtin_descr::PROPERTY),
        (types::CLASSMETHOD, &builtin_descr::CLASSMETHOD),
        (types::STATICMETHOD, &builtin_descr::STATICMETHOD),
        (types::SUPER, &builtin_descr::SUPER),
        (types::MAPPINGPROXY, &builtin_descr::MAPPINGPROXY),
        (types::MODULE, &moduleobject::TYPE),
        (types::WEAKREF, &weakrefobject::WEAKREF),
        (types::WEAKPROXY, &weakproxy::WEAKPROXY),
        (types::WEAKCALLABLEPROXY, &weakproxy::WEAKCALLABLEPROXY),
        (types::GENERIC_ALIAS, &genericaliasobject::TYPE),
        (types::UNION_TYPE, &unionobject::TYPE),
        (types::BASE_EXCEPTION, &exception_types::BASE_EXCEPTION),
    ];
    all.extend(exception_types::SIMPLE.iter().map(|(id, spec)| (*id, spec)));
    all.extend(
        exception_types::SPECIAL
            .iter()
            .map(|(id, spec)| (*id, spec)),
    );
    all
}
