//! Index types, source spans, the Python string representation, numbers and their formatting.

pub mod blake2;
pub mod charsets;
pub mod format;
pub mod half;
pub mod hash;
pub mod ids;
pub mod integer;
pub mod span;
pub mod suggestions;
pub mod text;
pub mod textops;
pub mod unicode;

pub use ids::{Moment, ObjId, Offset, TextId, ThreadId};
pub use span::SourceLocation;
pub use text::Text;

/// An integer without limit, as Python's `int`.
pub type BigInt = dashu_int::IBig;
