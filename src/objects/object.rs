//! What an object is here: a count, a type, a payload, and what every instance may carry besides.
//!
//! Mirrors `Include/object.h`. An [`Object`] stands for one `PyObject`. It lives in a slot of
//! the [`Heap`](super::heap::Heap) and is named by its [`ObjId`]; nobody holds a Rust reference to
//! one across a call back into Python, because any call may free it. A copied `ObjId` counts
//! nothing: whoever stores one owns a reference and must have taken it with `incref`, exactly as
//! in C. 40 bytes, so that count, type and the payload's tag share a cache line.

use std::any::Any;

use crate::base::{BigInt, ObjId};

use super::bytearrayobject::ByteArrayObject;
use super::cellobject::CellObject;
use super::classobject::MethodObject;
use super::codeobject::PyCodeObject;
use super::descrobject::DescriptorObject;
use super::dictobject::DictObject;
use super::exceptions::ExceptionObject;
use super::funcobject::FunctionObject;
use super::genobject::GeneratorObject;
use super::listobject::ListObject;
use super::methodobject::CFunctionObject;
use super::moduleobject::ModuleObject;
use super::setobject::SetObject;
use super::typeobject::TypeObject;
use super::unicodeobject::StrObject;
use super::weakrefobject::WeakrefObject;

/// The count of an immortal object; increments and decrements leave it alone (PEP 683).
pub const IMMORTAL_REFCNT: u32 = u32::MAX;

/// One object of the heap.
#[derive(Debug)]
pub struct Object {
    pub(super) ob_refcnt: u32,
    pub ob_type: ObjId,
    pub payload: Payload,
    /// What instances of classes carry: attributes, slots, weak references. `None` for most
    /// built-in objects.
    pub managed: Option<Box<Managed>>,
}

/// What makes an object what it is: the fields behind the header of the C struct.
///
/// The types that the evaluation loop touches have a variant each; all others implement
/// [`NativePayload`] in their own file.
#[derive(Debug, Default)]
pub enum Payload {
    /// Nothing beside the header: `None`, `object()`, instances of plain classes.
    #[default]
    Empty,
    /// An `int` (or `bool`) that fits 64 bits.
    Int(i64),
    /// An `int` beyond 64 bits; never one that would fit.
    BigInt(Box<BigInt>),
    Float(f64),
    Complex(Box<[f64; 2]>),
    Str(Box<StrObject>),
    Bytes(Box<[u8]>),
    ByteArray(Box<ByteArrayObject>),
    Tuple(Box<[ObjId]>),
    List(Box<ListObject>),
    Dict(Box<DictObject>),
    /// `set` and `frozenset`.
    Set(Box<SetObject>),
    Type(Box<TypeObject>),
    Function(Box<FunctionObject>),
    Method(Box<MethodObject>),
    /// `builtin_function_or_method`.
    CFunction(Box<CFunctionObject>),
    /// getset, member, method, classmethod and wrapper descriptors.
    Descriptor(Box<DescriptorObject>),
    Cell(CellObject),
    Module(Box<ModuleObject>),
    Code(Box<PyCodeObject>),
    /// Generators, coroutines and asynchronous generators.
    Generator(Box<GeneratorObject>),
    Exception(Box<ExceptionObject>),
    /// Weak references and proxies.
    Weakref(Box<WeakrefObject>),
    /// Any other built-in type: its struct lives in the file of the type.
    Native(Box<dyn NativePayload>),
}

/// A place inside an object that holds a reference, named for people.
///
/// `traverse` reports each owned reference with its place; the collector, `gc.get_referents`
/// and the recording all read the same report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// `ob_item[i]`, or position `i` of any other sequence.
    Item(u32),
    /// The key of entry `i`.
    Key(u32),
    /// The value of entry `i`.
    Value(u32),
    /// An instance attribute held in inline values; the `ObjId` is its name (a `str`).
    Attr(ObjId),
    /// A `__slots__` member, by the index in the instance's slot array.
    Slot(u32),
    /// A field of the C struct, such as `"func_code"`.
    Member(&'static str),
    /// `localsplus[i]` of an owned frame.
    Local(u32),
}

/// The door through which `traverse` reports the references that an object owns.
pub type Visit<'a> = &'a mut dyn FnMut(Place, ObjId);

/// The struct of a built-in type that has no variant in [`Payload`].
pub trait NativePayload: Any + Send + std::fmt::Debug {
    /// Reports every owned reference in the order of the C `tp_traverse` (NULLs left out).
    fn traverse(&self, visit: Visit<'_>);
    /// `tp_clear`: gives up the references that may be part of a cycle, in C's order; the caller
    /// drops them. The object stays valid.
    fn clear(&mut self, dropped: &mut Vec<ObjId>);
    /// Gives up all references in the order in which the C `tp_dealloc` drops them.
    fn release(&mut self, dropped: &mut Vec<ObjId>) {
        self.traverse(&mut |_, id| dropped.push(id));
    }
    /// Extra bytes that `__sizeof__` counts beyond `tp_basicsize` (usually none).
    fn extra_size(&self) -> usize {
        0
    }
    /// `ob_size` of a var-sized object (multiplied by `tp_itemsize`).
    fn ob_size(&self) -> usize {
        0
    }
    /// The bytes that the object lends through the buffer protocol (`bf_getbuffer`).
    fn buffer(&self) -> Option<Buffer<'_>> {
        None
    }
    /// The same bytes, to be changed; `None` where [`Self::buffer`] is absent or read-only.
    fn buffer_mut(&mut self) -> Option<&mut [u8]> {
        None
    }
    /// Counts the views that look into the buffer, which hold its size.
    fn hold_buffer(&mut self, _change: i32) {}
    /// For downcasts.
    fn as_any(&self) -> &dyn Any;
    /// For downcasts.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// Bytes that an object lends, with what they mean (`Py_buffer`).
#[derive(Clone, Copy, Debug)]
pub struct Buffer<'a> {
    pub bytes: &'a [u8],
    pub readonly: bool,
    /// One character of the `struct` module.
    pub format: &'static str,
    pub itemsize: usize,
    /// The object lends it through a method alone (`BytesIO.getbuffer`): it is not bytes-like.
    pub indirect: bool,
}

/// Implements the two downcast methods of [`NativePayload`].
#[macro_export]
macro_rules! native_payload_any {
    () => {
        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
        fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
            self
        }
    };
}

/// What CPython keeps in front of, or behind, an instance: `__dict__`, weak references, slots.
#[derive(Debug, Default)]
pub struct Managed {
    /// The instance's `__dict__`, once it has been asked for (or from the start where the type
    /// has no inline values).
    pub dict: ObjId,
    /// The head of the list of weak references to this object.
    pub weaklist: ObjId,
    /// Attribute values by the index of their name in the type's shared keys.
    pub inline: Option<InlineValues>,
    /// The values of `__slots__` members, base classes first, each class's names sorted.
    pub slots: Box<[ObjId]>,
    /// Fields that a built-in subclass adds to its base's struct (`default_factory`); owned.
    pub extra: Vec<ObjId>,
}

/// How many names the instances of a class share at most (`SHARED_KEYS_MAX_SIZE`).
pub const SHARED_KEYS_MAX_SIZE: usize = 30;

/// Attribute values stored inside the instance (`PyDictValues`).
#[derive(Debug)]
pub struct InlineValues {
    /// How many values fit: fixed when the instance is made.
    pub capacity: u8,
    /// False once a dict has taken the values over; then there are none.
    pub valid: bool,
    /// By index of the shared keys; NULL: not set.
    pub values: Vec<ObjId>,
    /// The indices that are set, in the order in which they were: the first `size`.
    order: [u8; SHARED_KEYS_MAX_SIZE],
    size: u8,
}

impl InlineValues {
    /// None set yet, with room at hand for `expected` values.
    pub fn new(capacity: u8, expected: usize) -> Self {
        Self {
            capacity,
            valid: true,
            values: Vec::with_capacity(expected),
            order: [0; SHARED_KEYS_MAX_SIZE],
            size: 0,
        }
    }

    /// The indices that are set, in the order in which they were.
    pub fn insertion_order(&self) -> &[u8] {
        &self.order[..usize::from(self.size)]
    }

    /// Takes all values out.
    pub fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        for value in &mut self.values {
            if !value.is_null() {
                dropped.push(std::mem::take(value));
            }
        }
        self.size = 0;
    }

    /// Replaces a value (NULL: none) and gives the old one; keeps the order of setting.
    #[inline]
    pub fn set(&mut self, index: usize, value: ObjId) -> ObjId {
        if self.values.len() <= index {
            self.values.resize(index + 1, ObjId::NULL);
        }
        let old = std::mem::replace(&mut self.values[index], value);
        if value.is_null() {
            self.forget_order(index as u8);
        } else if old.is_null() {
            self.order[usize::from(self.size)] = index as u8;
            self.size += 1;
        }
        old
    }

    fn forget_order(&mut self, index: u8) {
        if let Some(at) = self.insertion_order().iter().position(|&i| i == index) {
            self.order.copy_within(at + 1..usize::from(self.size), at);
            self.size -= 1;
        }
    }
}

impl Payload {
    /// Reports every owned reference in the order of the type's `tp_traverse`.
    pub fn traverse(&self, visit: Visit<'_>) {
        match self {
            Self::Empty
            | Self::Int(_)
            | Self::BigInt(_)
            | Self::Float(_)
            | Self::Complex(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::ByteArray(_) => {}
            Self::Tuple(items) => traverse_items(items, visit),
            Self::List(list) => traverse_items(&list.ob_item, visit),
            Self::Dict(x) => x.traverse(visit),
            Self::Set(x) => x.traverse(visit),
            Self::Type(x) => x.traverse(visit),
            Self::Function(x) => x.traverse(visit),
            Self::Method(x) => x.traverse(visit),
            Self::CFunction(x) => x.traverse(visit),
            Self::Descriptor(x) => x.traverse(visit),
            Self::Cell(x) => x.traverse(visit),
            Self::Module(x) => x.traverse(visit),
            Self::Code(x) => x.traverse(visit),
            Self::Generator(x) => x.traverse(visit),
            Self::Exception(x) => x.traverse(visit),
            Self::Weakref(x) => x.traverse(visit),
            Self::Native(x) => x.traverse(visit),
        }
    }

    /// Gives up all owned references in the order in which the type's `tp_dealloc` drops them.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        match self {
            Self::Empty
            | Self::Int(_)
            | Self::BigInt(_)
            | Self::Float(_)
            | Self::Complex(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::ByteArray(_) => {}
            // Last item first, as `tupledealloc` and `list_dealloc` do.
            Self::Tuple(items) => {
                dropped.extend(items.iter().rev().copied().filter(|x| !x.is_null()));
            }
            Self::List(list) => {
                dropped.extend(list.ob_item.drain(..).rev().filter(|x| !x.is_null()));
            }
            Self::Dict(x) => x.release(dropped),
            Self::Set(x) => x.release(dropped),
            Self::Native(x) => x.release(dropped),
            Self::Type(x) => x.release(dropped),
            Self::Function(x) => x.release(dropped),
            Self::Generator(x) => x.release(dropped),
            Self::Exception(x) => x.release(dropped),
            Self::Method(_)
            | Self::CFunction(_)
            | Self::Descriptor(_)
            | Self::Cell(_)
            | Self::Module(_)
            | Self::Code(_)
            | Self::Weakref(_) => self.traverse(&mut |_, id| dropped.push(id)),
        }
    }
}

/// Last item first, as `list_traverse` and `tupletraverse` do.
fn traverse_items(items: &[ObjId], visit: Visit<'_>) {
    for (i, &item) in items.iter().enumerate().rev() {
        if !item.is_null() {
            visit(Place::Item(i as u32), item);
        }
    }
}

/// Declares the struct of a native type: owned references in the order of C's `tp_traverse`, then
/// vectors of owned references, then plain fields. NULL references are skipped.
#[macro_export]
macro_rules! native_struct {
    ($(#[$doc:meta])* $name:ident { $($field:ident),* $(,)? } [$($list:ident),* $(,)?] ($($plain:ident: $kind:ty),* $(,)?)) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name {
            $(pub $field: $crate::base::ObjId,)*
            $(pub $list: Vec<$crate::base::ObjId>,)*
            $(pub $plain: $kind,)*
        }

        impl $crate::objects::object::NativePayload for $name {
            fn traverse(&self, visit: $crate::objects::object::Visit<'_>) {
                $(if !self.$field.is_null() {
                    visit($crate::objects::object::Place::Member(stringify!($field)), self.$field);
                })*
                $(for (i, &item) in self.$list.iter().enumerate() {
                    if !item.is_null() {
                        visit($crate::objects::object::Place::Item(i as u32), item);
                    }
                })*
                let _ = visit;
            }
            fn clear(&mut self, dropped: &mut Vec<$crate::base::ObjId>) {
                $(if !self.$field.is_null() { dropped.push(std::mem::take(&mut self.$field)); })*
                $(dropped.extend(self.$list.drain(..).filter(|id| !id.is_null()));)*
            }
            $crate::native_payload_any!();
        }

        impl $name {
            /// The struct of an object of this type; panics for any other, which is our bug.
            pub fn of(vm: &$crate::objects::vm::Vm, id: $crate::base::ObjId) -> &Self {
                vm.heap.native::<Self>(id).expect("slots are called with objects of their type")
            }
            /// The same, to be changed.
            pub fn of_mut(vm: &mut $crate::objects::vm::Vm, id: $crate::base::ObjId) -> &mut Self {
                vm.heap.native_mut::<Self>(id).expect("slots are called with objects of their type")
            }
        }
    };
}
