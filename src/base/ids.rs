//! Index types: each kind of index has a type of its own, so that none is mistaken for another.

use serde::{Deserialize, Serialize};

macro_rules! index_types { ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
    pub struct $name(pub $inner);

    impl $name {
        /// The number as a position in a slice.
        #[inline]
        pub const fn index(self) -> usize { self.0 as usize }
    }
)* } }

index_types! {
    /// A slot of the heap: names an object while it lives; may be reused after its deallocation.
    /// Slot 0 is never an object: it stands for C's `NULL`.
    ObjId(u32);
    /// A position in the event stream: the state at moment `n` is the state after the first `n` events.
    Moment(u64);
    /// A position in a code object's bytecode, in code units of two bytes.
    Offset(u32);
    /// A text that events refer to; the recording keeps each text once.
    TextId(u32);
    /// A thread of the program, numbered from 0 (the main thread) in the order of their start.
    ThreadId(u32);
}

impl ObjId {
    /// No object, as C's `NULL`.
    pub const NULL: Self = Self(0);

    /// Whether this is [`ObjId::NULL`].
    #[inline]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }

    /// `None` for `NULL`.
    #[inline]
    pub const fn get(self) -> Option<Self> {
        if self.0 == 0 { None } else { Some(self) }
    }
}
