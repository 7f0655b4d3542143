//! The objects that exist from the first moment to the last, each with a fixed slot of the heap.
//!
//! Mirrors `Include/internal/pycore_global_objects.h`: singletons, small ints, one-character
//! strings, static types, and the names that the machine itself uses. All are immortal.
//! A type or name is added by adding a row.

use crate::base::ObjId;

/// The heads of the collector's lists occupy the slots below this.
pub const FIRST_OBJECT: u32 = 16;
pub const NONE: ObjId = ObjId(16);
pub const FALSE: ObjId = ObjId(17);
pub const TRUE: ObjId = ObjId(18);
pub const ELLIPSIS: ObjId = ObjId(19);
pub const NOT_IMPLEMENTED: ObjId = ObjId(20);
pub const EMPTY_TUPLE: ObjId = ObjId(21);
pub const EMPTY_BYTES: ObjId = ObjId(22);
pub const EMPTY_STR: ObjId = ObjId(23);
/// The code of the frame below an `__init__` that runs without a call of its class
/// (`_Py_InitCleanup`).
pub const INIT_CLEANUP: ObjId = ObjId(24);

/// The smallest cached int (`-_PY_NSMALLNEGINTS`).
pub const SMALL_INT_MIN: i64 = -5;
/// The largest cached int (`_PY_NSMALLPOSINTS - 1`).
pub const SMALL_INT_MAX: i64 = 256;
const SMALL_INT_BASE: u32 = 32;
const LATIN1_BASE: u32 = 320;
const BYTE_BASE: u32 = 576;
/// Static types begin here.
pub const TYPE_BASE: u32 = 1024;
/// Static names begin here.
pub const NAME_BASE: u32 = 2048;
/// Objects made at run time begin here.
pub const DYNAMIC_BASE: u32 = 4096;

/// The cached `int` for a value in `SMALL_INT_MIN..=SMALL_INT_MAX`.
#[inline]
pub const fn small_int(value: i64) -> ObjId {
    ObjId(SMALL_INT_BASE + (value - SMALL_INT_MIN) as u32)
}

/// The singleton string of one Latin-1 character.
#[inline]
pub const fn latin1_char(c: u8) -> ObjId {
    ObjId(LATIN1_BASE + c as u32)
}

/// The singleton bytes object of one byte.
#[inline]
pub const fn single_byte(b: u8) -> ObjId {
    ObjId(BYTE_BASE + b as u32)
}

/// `True` or `False`.
#[inline]
pub const fn bool_obj(value: bool) -> ObjId {
    if value { TRUE } else { FALSE }
}

macro_rules! fixed_slots { ($base:expr, $table:ident; $($(#[$doc:meta])* $name:ident $text:literal,)*) => {
    #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "only its discriminants are used, to number the rows")]
    enum Row { $($name,)* }
    $($(#[$doc])* pub const $name: ObjId = ObjId($base + Row::$name as u32);)*
    /// Every row with its text.
    pub const $table: &[(ObjId, &str)] = &[$(($name, $text),)*];
} }

/// The static types, named as `tp_name` has them.
pub mod types {
    use super::{ObjId, TYPE_BASE};
    fixed_slots! { TYPE_BASE, ALL;
        OBJECT "object", TYPE "type", INT "int", BOOL "bool", FLOAT "float", COMPLEX "complex",
        STR "str", BYTES "bytes", BYTEARRAY "bytearray", MEMORYVIEW "memoryview",
        TUPLE "tuple", LIST "list", DICT "dict", SET "set", FROZENSET "frozenset",
        RANGE "range", SLICE "slice", NONE_TYPE "NoneType", ELLIPSIS_TYPE "ellipsis",
        NOT_IMPLEMENTED_TYPE "NotImplementedType",
        FUNCTION "function", METHOD "method", BUILTIN_FUNCTION "builtin_function_or_method",
        WRAPPER_DESCRIPTOR "wrapper_descriptor", METHOD_WRAPPER "method-wrapper",
        METHOD_DESCRIPTOR "method_descriptor", CLASSMETHOD_DESCRIPTOR "classmethod_descriptor",
        GETSET_DESCRIPTOR "getset_descriptor", MEMBER_DESCRIPTOR "member_descriptor",
        PROPERTY "property", CLASSMETHOD "classmethod", STATICMETHOD "staticmethod", SUPER "super",
        MAPPINGPROXY "mappingproxy", CELL "cell", MODULE "module", CODE "code", FRAME "frame",
        TRACEBACK "traceback", GENERATOR "generator", COROUTINE "coroutine",
        COROUTINE_WRAPPER "coroutine_wrapper", ASYNC_GENERATOR "async_generator",
        ASYNC_GEN_ASEND "async_generator_asend", ASYNC_GEN_ATHROW "async_generator_athrow",
        ASYNC_GEN_WRAPPED_VALUE "async_generator_wrapped_value",
        FRAME_LOCALS_PROXY "FrameLocalsProxy",
        WEAKREF "weakref.ReferenceType", WEAKPROXY "weakref.ProxyType",
        WEAKCALLABLEPROXY "weakref.CallableProxyType",
        LIST_ITERATOR "list_iterator", LIST_REVERSEITERATOR "list_reverseiterator",
        TUPLE_ITERATOR "tuple_iterator", STR_ITERATOR "str_iterator",
        STR_ASCII_ITERATOR "str_ascii_iterator", BYTES_ITERATOR "bytes_iterator",
        BYTEARRAY_ITERATOR "bytearray_iterator", MEMORY_ITERATOR "memory_iterator",
        RANGE_ITERATOR "range_iterator", LONGRANGE_ITERATOR "longrange_iterator",
        SET_ITERATOR "set_iterator",
        DICT_KEYS "dict_keys", DICT_VALUES "dict_values", DICT_ITEMS "dict_items",
        DICT_KEYITERATOR "dict_keyiterator", DICT_VALUEITERATOR "dict_valueiterator",
        DICT_ITEMITERATOR "dict_itemiterator", DICT_REVERSEKEYITERATOR "dict_reversekeyiterator",
        DICT_REVERSEVALUEITERATOR "dict_reversevalueiterator",
        DICT_REVERSEITEMITERATOR "dict_reverseitemiterator",
        ENUMERATE "enumerate", REVERSED "reversed", ZIP "zip", MAP "map", FILTER "filter",
        ITERATOR "iterator", CALLABLE_ITERATOR "callable_iterator",
        GENERIC_ALIAS "types.GenericAlias", UNION_TYPE "types.UnionType",
        SIMPLE_NAMESPACE "types.SimpleNamespace", CAPSULE "PyCapsule",
        TYPEVAR "typing.TypeVar", PARAMSPEC "typing.ParamSpec",
        PARAMSPEC_ARGS "typing.ParamSpecArgs", PARAMSPEC_KWARGS "typing.ParamSpecKwargs",
        TYPEVARTUPLE "typing.TypeVarTuple", TYPE_ALIAS "typing.TypeAliasType",
        GENERIC "typing.Generic", NO_DEFAULT_TYPE "NoDefaultType",
        STD_PRINTER "stderrprinter", TEXT_STREAM "_io.TextIOWrapper",
        BASE_EXCEPTION "BaseException", BASE_EXCEPTION_GROUP "BaseExceptionGroup",
        EXCEPTION_GROUP "ExceptionGroup",
        EXCEPTION "Exception", GENERATOR_EXIT "GeneratorExit", KEYBOARD_INTERRUPT "KeyboardInterrupt",
        SYSTEM_EXIT "SystemExit",
        ARITHMETIC_ERROR "ArithmeticError", FLOATING_POINT_ERROR "FloatingPointError",
        OVERFLOW_ERROR "OverflowError", ZERO_DIVISION_ERROR "ZeroDivisionError",
        ASSERTION_ERROR "AssertionError", ATTRIBUTE_ERROR "AttributeError", BUFFER_ERROR "BufferError",
        EOF_ERROR "EOFError", IMPORT_ERROR "ImportError", MODULE_NOT_FOUND_ERROR "ModuleNotFoundError",
        LOOKUP_ERROR "LookupError", INDEX_ERROR "IndexError", KEY_ERROR "KeyError",
        MEMORY_ERROR "MemoryError", NAME_ERROR "NameError", UNBOUND_LOCAL_ERROR "UnboundLocalError",
        OS_ERROR "OSError", BLOCKING_IO_ERROR "BlockingIOError", CHILD_PROCESS_ERROR "ChildProcessError",
        CONNECTION_ERROR "ConnectionError", BROKEN_PIPE_ERROR "BrokenPipeError",
        CONNECTION_ABORTED_ERROR "ConnectionAbortedError",
        CONNECTION_REFUSED_ERROR "ConnectionRefusedError", CONNECTION_RESET_ERROR "ConnectionResetError",
        FILE_EXISTS_ERROR "FileExistsError", FILE_NOT_FOUND_ERROR "FileNotFoundError",
        INTERRUPTED_ERROR "InterruptedError", IS_A_DIRECTORY_ERROR "IsADirectoryError",
        NOT_A_DIRECTORY_ERROR "NotADirectoryError", PERMISSION_ERROR "PermissionError",
        PROCESS_LOOKUP_ERROR "ProcessLookupError", TIMEOUT_ERROR "TimeoutError",
        REFERENCE_ERROR "ReferenceError", RUNTIME_ERROR "RuntimeError",
        NOT_IMPLEMENTED_ERROR "NotImplementedError", RECURSION_ERROR "RecursionError",
        PYTHON_FINALIZATION_ERROR "PythonFinalizationError",
        STOP_ASYNC_ITERATION "StopAsyncIteration", STOP_ITERATION "StopIteration",
        SYNTAX_ERROR "SyntaxError", INDENTATION_ERROR "IndentationError",
        INCOMPLETE_INPUT_ERROR "_IncompleteInputError", TAB_ERROR "TabError",
        SYSTEM_ERROR "SystemError", TYPE_ERROR "TypeError", VALUE_ERROR "ValueError",
        UNICODE_ERROR "UnicodeError", UNICODE_DECODE_ERROR "UnicodeDecodeError",
        UNICODE_ENCODE_ERROR "UnicodeEncodeError", UNICODE_TRANSLATE_ERROR "UnicodeTranslateError",
        WARNING "Warning", BYTES_WARNING "BytesWarning", DEPRECATION_WARNING "DeprecationWarning",
        ENCODING_WARNING "EncodingWarning", FUTURE_WARNING "FutureWarning",
        IMPORT_WARNING "ImportWarning", PENDING_DEPRECATION_WARNING "PendingDeprecationWarning",
        RESOURCE_WARNING "ResourceWarning", RUNTIME_WARNING "RuntimeWarning",
        SYNTAX_WARNING "SyntaxWarning", UNICODE_WARNING "UnicodeWarning", USER_WARNING "UserWarning",
    }
}

/// The names that the machine itself uses, as interned immortal strings.
pub mod names {
    use super::{NAME_BASE, ObjId};
    fixed_slots! { NAME_BASE, ALL;
        ABS "__abs__", ADD "__add__", AENTER "__aenter__", AEXIT "__aexit__", AITER "__aiter__",
        ALL_ "__all__", AND "__and__", ANEXT "__anext__", ANNOTATIONS "__annotations__",
        ARGS "__args__", AWAIT "__await__", BASES "__bases__", BOOL "__bool__",
        BUFFER "__buffer__", BUILD_CLASS "__build_class__", BUILTINS "__builtins__",
        BYTES "__bytes__", CALL "__call__", CAUSE "__cause__", CEIL "__ceil__", CLASS "__class__",
        CLASS_GETITEM "__class_getitem__", CLASSCELL "__classcell__", CLASSDICT "__classdict__",
        CLASSDICTCELL "__classdictcell__", CLOSURE "__closure__", CODE "__code__",
        COMPLEX "__complex__", CONTAINS "__contains__", CONTEXT "__context__", COPY "__copy__",
        DEFAULTS "__defaults__", DEL "__del__", DELATTR "__delattr__", DELETE "__delete__",
        DELITEM "__delitem__", DICT "__dict__", DIR "__dir__", DIVMOD "__divmod__", DOC "__doc__",
        ENTER "__enter__", EQ "__eq__", EXIT "__exit__", FILE "__file__",
        FIRSTLINENO "__firstlineno__", FLOAT "__float__", FLOOR "__floor__",
        FLOORDIV "__floordiv__", FORMAT "__format__", FSPATH "__fspath__", GE "__ge__",
        GET "__get__", GETATTR "__getattr__", GETATTRIBUTE "__getattribute__",
        GETINITARGS "__getinitargs__", GETITEM "__getitem__", GETNEWARGS "__getnewargs__",
        GETNEWARGS_EX "__getnewargs_ex__", GETSTATE "__getstate__", GLOBALS "__globals__",
        GT "__gt__", HASH "__hash__", IADD "__iadd__", IAND "__iand__", IFLOORDIV "__ifloordiv__",
        ILSHIFT "__ilshift__", IMATMUL "__imatmul__", IMOD "__imod__", IMPORT "__import__",
        IMUL "__imul__", INDEX "__index__", INIT "__init__", INIT_SUBCLASS "__init_subclass__",
        INSTANCECHECK "__instancecheck__", INT "__int__", INVERT "__invert__", IOR "__ior__",
        IPOW "__ipow__", IRSHIFT "__irshift__", ISABSTRACTMETHOD "__isabstractmethod__",
        ISUB "__isub__", ITER "__iter__", ITRUEDIV "__itruediv__", IXOR "__ixor__",
        KWDEFAULTS "__kwdefaults__", LE "__le__", LEN "__len__", LENGTH_HINT "__length_hint__",
        LOADER "__loader__", LSHIFT "__lshift__", LT "__lt__", MAIN "__main__",
        MATCH_ARGS "__match_args__", MATMUL "__matmul__", MISSING "__missing__", MOD "__mod__",
        MODULE "__module__", MRO "__mro__", MRO_ENTRIES "__mro_entries__", MUL "__mul__",
        NAME "__name__", NE "__ne__", NEG "__neg__", NEW "__new__", NEXT "__next__",
        NOTES "__notes__", OBJCLASS "__objclass__", OR "__or__", ORIG_BASES "__orig_bases__",
        ORIG_CLASS "__orig_class__", ORIGIN "__origin__", PACKAGE "__package__",
        PARAMETERS "__parameters__", PATH "__path__", POS "__pos__", POW "__pow__",
        PREPARE "__prepare__", QUALNAME "__qualname__", RADD "__radd__", RAND "__rand__",
        RDIVMOD "__rdivmod__", REDUCE "__reduce__", REDUCE_EX "__reduce_ex__",
        RELEASE_BUFFER "__release_buffer__", REPR "__repr__", REVERSED "__reversed__",
        RFLOORDIV "__rfloordiv__", RLSHIFT "__rlshift__", RMATMUL "__rmatmul__", RMOD "__rmod__",
        RMUL "__rmul__", ROR "__ror__", ROUND "__round__", RPOW "__rpow__", RRSHIFT "__rrshift__",
        RSHIFT "__rshift__", RSUB "__rsub__", RTRUEDIV "__rtruediv__", RXOR "__rxor__",
        SELF "__self__", SET "__set__", SET_NAME "__set_name__", SETATTR "__setattr__",
        SETITEM "__setitem__", SETSTATE "__setstate__", SIZEOF "__sizeof__", SLOTS "__slots__",
        SPEC "__spec__", STATIC_ATTRIBUTES "__static_attributes__", STR "__str__", SUB "__sub__",
        SUBCLASSCHECK "__subclasscheck__", SUBCLASSHOOK "__subclasshook__",
        SUPPRESS_CONTEXT "__suppress_context__", TEXT_SIGNATURE "__text_signature__",
        THISCLASS "__thisclass__", SELF_CLASS "__self_class__", TRACEBACK "__traceback__",
        TRUEDIV "__truediv__", TRUNC "__trunc__", TYPE_PARAMS "__type_params__",
        TYPING_SUBST "__typing_subst__", TYPING_PREPARE_SUBST "__typing_prepare_subst__",
        TYPING_UNPACKED "__typing_unpacked_tuple_args__", TYPING_IS_UNPACKED "__typing_is_unpacked_typevartuple__",
        WEAKREF "__weakref__", WRAPPED "__wrapped__", XOR "__xor__",
        ABSTRACTMETHODS "__abstractmethods__", UNDERSCORE "_", BUILTINS_NAME "builtins",
        CLOSE "close", THROW "throw", SEND "send", KEYS "keys", ITEMS "items", VALUES "values",
        APPEND "append", WRITE "write", FLUSH "flush", SYS "sys", STDOUT "stdout", STDERR "stderr",
        STDIN "stdin", MRO_METHOD "mro", OBJ "obj", NAME_PLAIN "name", PATH_PLAIN "path",
        ARGS_PLAIN "args", VALUE_PLAIN "value", MSG "msg", FILENAME "filename", LINENO "lineno",
        OFFSET "offset", TEXT "text", END_LINENO "end_lineno", END_OFFSET "end_offset",
        PRINT_FILE_AND_LINE "print_file_and_line", SORT "sort", KEY "key", REVERSE "reverse",
        LAMBDA "<lambda>", MODULE_NAME "<module>", DEFAULT "default", N_FIELDS "n_fields",
        N_SEQUENCE_FIELDS "n_sequence_fields", N_UNNAMED_FIELDS "n_unnamed_fields",
        REPLACE "__replace__", EXCEPTIONS "exceptions", MESSAGE "message", CODE_PLAIN "code",
        MODULES "modules", FROMLIST_PLAIN "fromlist", METACLASS "metaclass", DUNDER_DEBUG "__debug__",
        STRICT "strict", SEP "sep", END "end", FILE_PLAIN "file", FLUSH_PLAIN "flush_",
        DISPLAYHOOK "displayhook", EXCEPTHOOK "excepthook", UNRAISABLEHOOK "unraisablehook",
    }
}
