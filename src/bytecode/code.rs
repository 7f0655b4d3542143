//! Code objects and their constants: what the compiler makes and the machine runs.
//!
//! Mirrors `Include/cpython/code.h` and `Objects/codeobject.c`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::base::{BigInt, Text};

/// Two bytes of bytecode: an opcode with its argument, or one unit of an inline cache.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct CodeUnit {
    pub opcode: u8,
    pub oparg: u8,
}

/// The bits of `co_flags`.
pub mod flags {
    /// Local variables live in slots.
    pub const CO_OPTIMIZED: u32 = 0x1;
    /// A call makes a new namespace.
    pub const CO_NEWLOCALS: u32 = 0x2;
    /// Has `*args`.
    pub const CO_VARARGS: u32 = 0x4;
    /// Has `**kwargs`.
    pub const CO_VARKEYWORDS: u32 = 0x8;
    /// Defined inside a function.
    pub const CO_NESTED: u32 = 0x10;
    /// A generator.
    pub const CO_GENERATOR: u32 = 0x20;
    /// A coroutine.
    pub const CO_COROUTINE: u32 = 0x80;
    /// A generator that can be awaited (`types.coroutine`).
    pub const CO_ITERABLE_COROUTINE: u32 = 0x100;
    /// An asynchronous generator.
    pub const CO_ASYNC_GENERATOR: u32 = 0x200;
    /// `from __future__ import division`.
    pub const CO_FUTURE_DIVISION: u32 = 0x20000;
    /// `from __future__ import absolute_import`.
    pub const CO_FUTURE_ABSOLUTE_IMPORT: u32 = 0x40000;
    /// `from __future__ import with_statement`.
    pub const CO_FUTURE_WITH_STATEMENT: u32 = 0x80000;
    /// `from __future__ import print_function`.
    pub const CO_FUTURE_PRINT_FUNCTION: u32 = 0x100000;
    /// `from __future__ import unicode_literals`.
    pub const CO_FUTURE_UNICODE_LITERALS: u32 = 0x200000;
    /// `from __future__ import barry_as_FLUFL`.
    pub const CO_FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
    /// `from __future__ import generator_stop`.
    pub const CO_FUTURE_GENERATOR_STOP: u32 = 0x800000;
    /// `from __future__ import annotations`.
    pub const CO_FUTURE_ANNOTATIONS: u32 = 0x1000000;
    /// The code starts with no docstring of a class (unused by the 3.13 compiler).
    pub const CO_NO_MONITORING_EVENTS: u32 = 0x2000000;
}

/// What a slot of `localsplus` is: the bits of `co_localspluskinds`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LocalKind(pub u8);

impl LocalKind {
    /// Belongs to an inlined comprehension outside a function; invisible to `locals()`.
    pub const HIDDEN: Self = Self(0x10);
    /// A parameter or other local variable.
    pub const LOCAL: Self = Self(0x20);
    /// Lives in a cell, for the functions within.
    pub const CELL: Self = Self(0x40);
    /// A cell that came with the closure.
    pub const FREE: Self = Self(0x80);

    /// Whether all bits of `other` are set.
    #[inline]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A compiled module, class body or function, as `PyCodeObject`.
///
/// It never changes, so threads share it. What the machine adds while running (inline caches,
/// specialized opcodes, counters) the machine keeps on its own side.
#[derive(Clone, Debug)]
pub struct CodeObject {
    pub co_name: Arc<str>,
    pub co_qualname: Arc<str>,
    pub co_filename: Arc<str>,
    /// Positional parameters, positional-only ones included.
    pub co_argcount: u32,
    pub co_posonlyargcount: u32,
    pub co_kwonlyargcount: u32,
    /// See [`flags`].
    pub co_flags: u32,
    /// How many values the evaluation stack can hold.
    pub co_stacksize: u32,
    pub co_firstlineno: i32,
    /// The instructions with empty inline caches.
    pub co_code: Box<[CodeUnit]>,
    pub co_consts: Box<[Constant]>,
    pub co_names: Box<[Arc<str>]>,
    /// The names of all slots: parameters and other locals, then cells, then free variables.
    pub co_localsplusnames: Box<[Arc<str>]>,
    pub co_localspluskinds: Box<[LocalKind]>,
    /// See [`super::exception_table`].
    pub co_exceptiontable: Box<[u8]>,
    /// See [`super::locations`].
    pub co_linetable: Box<[u8]>,
}

impl CodeObject {
    /// Names of the local variables, parameters first.
    pub fn co_varnames(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names_of_kind(LocalKind::LOCAL)
    }

    /// Names of the locals that functions within refer to.
    pub fn co_cellvars(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names_of_kind(LocalKind::CELL)
    }

    /// Names that come with the closure.
    pub fn co_freevars(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names_of_kind(LocalKind::FREE)
    }

    /// How many slots are local variables.
    pub fn co_nlocals(&self) -> usize {
        self.co_varnames().count()
    }

    /// How many slots come before the evaluation stack.
    pub fn co_nlocalsplus(&self) -> usize {
        self.co_localsplusnames.len()
    }

    /// The bytecode as `co_code` shows it.
    pub fn co_code_bytes(&self) -> Vec<u8> {
        self.co_code
            .iter()
            .flat_map(|unit| [unit.opcode, unit.oparg])
            .collect()
    }

    /// The code objects among the constants, in order.
    pub fn nested(&self) -> impl Iterator<Item = &Arc<Self>> {
        self.co_consts.iter().filter_map(|constant| match constant {
            Constant::Code(code) => Some(code),
            Constant::None
            | Constant::Ellipsis
            | Constant::Bool(_)
            | Constant::Int(_)
            | Constant::Float(_)
            | Constant::Complex { .. }
            | Constant::Str(_)
            | Constant::Bytes(_)
            | Constant::Tuple(_)
            | Constant::FrozenSet(_) => None,
        })
    }

    fn names_of_kind(&self, kind: LocalKind) -> impl Iterator<Item = &Arc<str>> {
        self.co_localsplusnames
            .iter()
            .zip(&self.co_localspluskinds)
            .filter_map(move |(name, &of)| of.contains(kind).then_some(name))
    }
}

/// Equal where CPython's `code_richcompare` says so; file and qualified name do not count.
///
/// A `finally` body is compiled twice, and a lambda in it becomes one constant by this rule.
impl PartialEq for CodeObject {
    fn eq(&self, other: &Self) -> bool {
        self.co_name == other.co_name
            && self.co_argcount == other.co_argcount
            && self.co_posonlyargcount == other.co_posonlyargcount
            && self.co_kwonlyargcount == other.co_kwonlyargcount
            && self.co_flags == other.co_flags
            && self.co_firstlineno == other.co_firstlineno
            && self.co_code == other.co_code
            && self.co_consts == other.co_consts
            && self.co_names == other.co_names
            && self.co_localsplusnames == other.co_localsplusnames
            && self.co_linetable == other.co_linetable
            && self.co_exceptiontable == other.co_exceptiontable
    }
}

impl Eq for CodeObject {}

impl Hash for CodeObject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.co_name.hash(state);
        self.co_firstlineno.hash(state);
        self.co_code.hash(state);
        self.co_linetable.hash(state);
    }
}

/// A constant of a code object.
///
/// Two constants are equal when CPython's `_PyCode_ConstantKey` makes equal keys for them: the
/// same type and the same value, with `0.0` and `-0.0` apart. Within everything that one call
/// of `compile()` made, equal constants are one object in the machine, also inside tuples and
/// frozensets.
#[derive(Clone, Debug)]
pub enum Constant {
    None,
    Ellipsis,
    Bool(bool),
    Int(BigInt),
    Float(f64),
    Complex {
        real: f64,
        imag: f64,
    },
    Str(Arc<Text>),
    Bytes(Arc<[u8]>),
    Tuple(Arc<[Self]>),
    /// Without duplicates, in the order in which CPython adds them: the order in which a set
    /// gives its items depends on it where hashes collide (with `PYTHONHASHSEED=0`).
    FrozenSet(Arc<[Self]>),
    Code(Arc<CodeObject>),
}

impl Constant {
    /// A string constant.
    pub fn str(text: &str) -> Self {
        Self::Str(Arc::new(Text::from(text)))
    }

    /// An int constant.
    pub fn int(value: impl Into<BigInt>) -> Self {
        Self::Int(value.into())
    }

    /// Whether Python takes it for true (`PyObject_IsTrue`).
    pub fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Ellipsis | Self::Code(_) => true,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != BigInt::ZERO,
            Self::Float(value) => *value != 0.0,
            Self::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Tuple(items) | Self::FrozenSet(items) => !items.is_empty(),
        }
    }

    /// Whether a string constant is interned: nothing but ASCII letters, digits and `_`
    /// (`all_name_chars`).
    pub fn is_interned(&self) -> bool {
        match self {
            Self::Str(text) => text
                .as_ascii()
                .is_some_and(|s| s.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')),
            Self::None
            | Self::Ellipsis
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Complex { .. }
            | Self::Bytes(_)
            | Self::Tuple(_)
            | Self::FrozenSet(_)
            | Self::Code(_) => false,
        }
    }
}

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) | (Self::Ellipsis, Self::Ellipsis) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (
                Self::Complex { real, imag },
                Self::Complex {
                    real: other_real,
                    imag: other_imag,
                },
            ) => real.to_bits() == other_real.to_bits() && imag.to_bits() == other_imag.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::FrozenSet(a), Self::FrozenSet(b)) => {
                a.len() == b.len() && {
                    let members: HashSet<&Self> = a.iter().collect();
                    b.iter().all(|item| members.contains(item))
                }
            }
            (Self::Code(a), Self::Code(b)) => Arc::ptr_eq(a, b) || a == b,
            (
                Self::None
                | Self::Ellipsis
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Float(_)
                | Self::Complex { .. }
                | Self::Str(_)
                | Self::Bytes(_)
                | Self::Tuple(_)
                | Self::FrozenSet(_)
                | Self::Code(_),
                _,
            ) => false,
        }
    }
}

impl Eq for Constant {}

impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::None | Self::Ellipsis => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Complex { real, imag } => (real.to_bits(), imag.to_bits()).hash(state),
            Self::Str(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Tuple(items) => items.hash(state),
            Self::FrozenSet(items) => {
                // Sets are equal in any order, so the order must not show in the sum.
                let sum = items.iter().fold(0_u64, |sum, item| {
                    let mut hasher = DefaultHasher::new();
                    item.hash(&mut hasher);
                    sum.wrapping_add(hasher.finish())
                });
                sum.hash(state);
            }
            Self::Code(code) => code.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_keys() {
        let set =
            |items: &[i32]| Constant::FrozenSet(items.iter().map(|&i| Constant::int(i)).collect());
        let cases = [
            (Constant::int(1), Constant::int(1), true),
            (Constant::int(1), Constant::Bool(true), false),
            (Constant::int(1), Constant::Float(1.0), false),
            (Constant::Float(0.0), Constant::Float(-0.0), false),
            (Constant::str("a"), Constant::Bytes((*b"a").into()), false),
            (set(&[1, 2]), set(&[2, 1]), true),
            (
                Constant::Tuple([Constant::Float(0.0)].into()),
                Constant::Tuple([Constant::Float(-0.0)].into()),
                false,
            ),
        ];
        for (a, b, equal) in cases {
            assert_eq!(a == b, equal, "{a:?} {b:?}");
        }
    }
}
