//! The numbers of the intrinsic functions that code generation calls.
//!
//! Mirrors `Include/internal/pycore_intrinsics.h`; `bytecode::opcode` has their names.

/// Unary intrinsics, for `CALL_INTRINSIC_1`.
pub const PRINT: usize = 1;
pub const IMPORT_STAR: usize = 2;
pub const STOPITERATION_ERROR: usize = 3;
pub const ASYNC_GEN_WRAP: usize = 4;
pub const UNARY_POSITIVE: usize = 5;
pub const LIST_TO_TUPLE: usize = 6;
pub const TYPEVAR: usize = 7;
pub const PARAMSPEC: usize = 8;
pub const TYPEVARTUPLE: usize = 9;
pub const SUBSCRIPT_GENERIC: usize = 10;
pub const TYPEALIAS: usize = 11;

/// Binary intrinsics, for `CALL_INTRINSIC_2`.
pub const PREP_RERAISE_STAR: usize = 1;
pub const TYPEVAR_WITH_BOUND: usize = 2;
pub const TYPEVAR_WITH_CONSTRAINTS: usize = 3;
pub const SET_FUNCTION_TYPE_PARAMS: usize = 4;
pub const SET_TYPEPARAM_DEFAULT: usize = 5;
