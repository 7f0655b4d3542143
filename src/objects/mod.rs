//! Objects: header, heap, built-in types, and the state that native code works on.
//!
//! In reading order: [`object`] says what an object is, [`heap`] where it lives, [`vm`] is the
//! machine's state, [`slots`], [`methodobject`] and [`typeobject`] are how a built-in type is
//! declared; then one file per type, as in CPython's `Objects/`.

pub mod abstract_;
pub mod abstract_sequence;
pub mod anextawaitable;
pub mod asyncgenobject;
pub mod boolobject;
pub mod budget;
pub mod builtin_descr;
pub mod bytearray_methods;
pub mod bytearrayobject;
pub mod bytes_like;
pub mod bytes_methods;
pub mod bytesobject;
pub mod cellobject;
pub mod classobject;
pub mod clear;
pub mod code_attributes;
pub mod code_new;
pub mod code_quicken;
pub mod codec_registry;
pub mod codeobject;
pub mod complexobject;
pub mod constructors;
pub mod dealloc;
pub mod descrobject;
pub mod dict_core;
pub mod dict_methods;
pub mod dict_views;
pub mod dictobject;
pub mod display;
pub mod enumobject;
pub mod errors;
pub mod eval_support;
pub mod exception_types;
pub mod exceptiongroup;
pub mod exceptions;
pub mod floatobject;
pub mod frame;
pub mod framelocals;
pub mod frameobject;
pub mod freelist;
pub mod funcobject;
pub mod gc_lists;
pub mod genericaliasobject;
pub mod genobject;
pub mod getargs;
pub mod heap;
mod heap_report;
pub mod init_cleanup;
pub mod iterobject;
pub mod list_core;
pub mod listobject;
pub mod listsort;
pub mod long_methods;
pub mod longobject;
pub mod memoryobject;
pub mod methodobject;
pub mod moduleobject;
pub mod monitoring;
pub mod namespaceobject;
pub mod number;
pub mod object;
pub mod object_type;
pub mod rangeobject;
mod reported;
pub mod repr_writer;
pub mod scalar_new;
pub mod set_core;
pub mod setobject;
pub mod singletons;
pub mod sliceobject;
pub mod slot_functions;
pub mod slotdefs;
pub mod slots;
pub mod startup;
pub mod traceback;
pub mod tupleobject;
pub mod type_cache;
pub mod type_layout;
pub mod type_lookup;
pub mod type_methods;
pub mod type_new;
pub mod type_ready;
pub mod type_subclasses;
pub mod typeobject;
pub mod typevarobject;
pub mod unicode_codecs;
pub mod unicode_format;
pub mod unicode_iter;
pub mod unicode_methods;
pub mod unicode_translate;
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
        (types::INT, &longobject::TYPE),
        (types::BOOL, &boolobject::TYPE),
        (types::FLOAT, &floatobject::TYPE),
        (types::COMPLEX, &complexobject::TYPE),
        (types::STR, &unicodeobject::TYPE),
        (types::STR_ITERATOR, &unicode_iter::STR_ITERATOR),
        (types::STR_ASCII_ITERATOR, &unicode_iter::STR_ASCII_ITERATOR),
        (types::BYTES, &bytesobject::TYPE),
        (types::BYTES_ITERATOR, &unicode_iter::BYTES_ITERATOR),
        (types::BYTEARRAY, &bytearrayobject::TYPE),
        (types::BYTEARRAY_ITERATOR, &unicode_iter::BYTEARRAY_ITERATOR),
        (types::MEMORYVIEW, &memoryobject::TYPE),
        (types::MEMORY_ITERATOR, &memoryobject::ITERATOR),
        (types::MODULE, &moduleobject::TYPE),
        (types::FUNCTION, &funcobject::TYPE),
        (types::CODE, &code_attributes::TYPE),
        (types::CELL, &cellobject::TYPE),
        (types::FRAME, &frameobject::TYPE),
        (types::FRAME_LOCALS_PROXY, &framelocals::TYPE),
        (types::TRACEBACK, &traceback::TYPE),
        (types::GENERATOR, &genobject::GENERATOR_TYPE),
        (types::COROUTINE, &genobject::COROUTINE_TYPE),
        (types::COROUTINE_WRAPPER, &genobject::COROUTINE_WRAPPER_TYPE),
        (types::ASYNC_GENERATOR, &asyncgenobject::TYPE),
        (types::ASYNC_GEN_ASEND, &asyncgenobject::ASEND_TYPE),
        (types::ASYNC_GEN_ATHROW, &asyncgenobject::ATHROW_TYPE),
        (
            types::ASYNC_GEN_WRAPPED_VALUE,
            &asyncgenobject::WRAPPED_VALUE_TYPE,
        ),
        (types::WEAKREF, &weakrefobject::WEAKREF),
        (types::WEAKPROXY, &weakproxy::WEAKPROXY),
        (types::WEAKCALLABLEPROXY, &weakproxy::WEAKCALLABLEPROXY),
        (types::GENERIC_ALIAS, &genericaliasobject::TYPE),
        (types::UNION_TYPE, &unionobject::TYPE),
        (types::TYPEVAR, &typevarobject::TYPEVAR),
        (types::PARAMSPEC, &typevarobject::PARAMSPEC),
        (types::PARAMSPEC_ARGS, &typevarobject::PARAMSPEC_ARGS),
        (types::PARAMSPEC_KWARGS, &typevarobject::PARAMSPEC_KWARGS),
        (types::TYPEVARTUPLE, &typevarobject::TYPEVARTUPLE),
        (types::TYPE_ALIAS, &typevarobject::TYPE_ALIAS),
        (types::GENERIC, &typevarobject::GENERIC),
        (types::NO_DEFAULT_TYPE, &typevarobject::NO_DEFAULT_TYPE),
        (types::NONE_TYPE, &singletons::NONE_TYPE),
        (types::ELLIPSIS_TYPE, &singletons::ELLIPSIS_TYPE),
        (
            types::NOT_IMPLEMENTED_TYPE,
            &singletons::NOT_IMPLEMENTED_TYPE,
        ),
        (types::TUPLE, &tupleobject::TUPLE),
        (types::LIST, &listobject::LIST),
        (types::DICT, &dict_methods::DICT),
        (types::SET, &setobject::SET),
        (types::FROZENSET, &setobject::FROZENSET),
        (types::RANGE, &rangeobject::RANGE),
        (types::SLICE, &sliceobject::SLICE),
        (types::LIST_ITERATOR, &iterobject::LIST_ITERATOR),
        (
            types::LIST_REVERSEITERATOR,
            &iterobject::LIST_REVERSEITERATOR,
        ),
        (types::TUPLE_ITERATOR, &iterobject::TUPLE_ITERATOR),
        (types::ITERATOR, &iterobject::ITERATOR),
        (types::CALLABLE_ITERATOR, &iterobject::CALLABLE_ITERATOR),
        (types::SET_ITERATOR, &iterobject::SET_ITERATOR),
        (types::RANGE_ITERATOR, &rangeobject::RANGE_ITERATOR),
        (types::LONGRANGE_ITERATOR, &rangeobject::LONGRANGE_ITERATOR),
        (types::DICT_KEYS, &dict_views::DICT_KEYS),
        (types::DICT_VALUES, &dict_views::DICT_VALUES),
        (types::DICT_ITEMS, &dict_views::DICT_ITEMS),
        (types::DICT_KEYITERATOR, &dict_views::DICT_KEYITERATOR),
        (types::DICT_VALUEITERATOR, &dict_views::DICT_VALUEITERATOR),
        (types::DICT_ITEMITERATOR, &dict_views::DICT_ITEMITERATOR),
        (
            types::DICT_REVERSEKEYITERATOR,
            &dict_views::DICT_REVERSEKEYITERATOR,
        ),
        (
            types::DICT_REVERSEVALUEITERATOR,
            &dict_views::DICT_REVERSEVALUEITERATOR,
        ),
        (
            types::DICT_REVERSEITEMITERATOR,
            &dict_views::DICT_REVERSEITEMITERATOR,
        ),
        (types::ENUMERATE, &enumobject::ENUMERATE),
        (types::REVERSED, &enumobject::REVERSED),
        (types::ZIP, &enumobject::ZIP),
        (types::MAP, &enumobject::MAP),
        (types::FILTER, &enumobject::FILTER),
        (types::SIMPLE_NAMESPACE, &namespaceobject::SIMPLE_NAMESPACE),
        (types::BASE_EXCEPTION, &exception_types::BASE_EXCEPTION),
        (
            types::BASE_EXCEPTION_GROUP,
            &exceptiongroup::BASE_EXCEPTION_GROUP,
        ),
        (types::EXCEPTION_GROUP, &exceptiongroup::EXCEPTION_GROUP),
    ];
    all.extend(exception_types::SIMPLE.iter().map(|(id, spec)| (*id, spec)));
    all.extend(
        exception_types::SPECIAL
            .iter()
            .map(|(id, spec)| (*id, spec)),
    );
    all
}
