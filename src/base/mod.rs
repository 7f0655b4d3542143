//! Index types, source spans, the Python string representation, number formatting.

pub mod ids;
pub mod span;
pub mod text;

pub use ids::{Moment, ObjId, Offset, TextId, ThreadId};
pub use span::SourceLocation;
pub use text::Text;

/// An integer without limit, as Python's `int`.
pub type BigInt = dashu_int::IBig;
