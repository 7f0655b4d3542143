//! The short text of an atom or the name of a named object, for the recording.
//!
//! Runs no Python code: what only `__repr__` could tell is left to the reader of the recording,
//! who sees type and references.

use crate::base::Text;

use super::heap::Heap;
use super::object::Payload;

/// Characters kept of a long text; the length of the rest is told.
const LONGEST: usize = 2000;

/// Whether it is a name, and the text; `None` for objects without either.
pub fn atom_text(heap: &Heap, payload: &Payload) -> Option<(bool, String)> {
    let text_of = |id: crate::base::ObjId| match heap.payload(id) {
        Payload::Str(s) => s.text.to_lossy(),
        _ => String::new(),
    };
    Some(match payload {
        Payload::BigInt(value) => (false, shorten(&value.to_string())),
        Payload::Complex(c) => (false, crate::base::format::float::repr_complex(c[0], c[1])),
        Payload::Str(s) => (false, quote(&s.text)),
        Payload::Bytes(b) => (false, quote_bytes(b)),
        Payload::ByteArray(b) => (false, format!("bytearray({})", quote_bytes(&b.bytes))),
        Payload::Type(t) => (true, t.tp_name.clone()),
        Payload::Function(f) => (true, text_of(f.func_qualname)),
        Payload::CFunction(f) => (true, f.m_ml.ml_name.to_owned()),
        Payload::Descriptor(d) => (true, text_of(d.d_name)),
        Payload::Module(m) => (true, text_of(m.md_name)),
        Payload::Code(c) => (true, c.runtime.code.co_qualname.to_string()),
        Payload::Generator(g) => (true, text_of(g.gi_qualname)),
        Payload::Empty
        | Payload::Int(_)
        | Payload::Float(_)
        | Payload::Tuple(_)
        | Payload::List(_)
        | Payload::Dict(_)
        | Payload::Set(_)
        | Payload::Method(_)
        | Payload::Cell(_)
        | Payload::Exception(_)
        | Payload::Weakref(_)
        | Payload::Native(_) => return None,
    })
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST).collect();
    format!("{kept}…")
}

/// The repr of a string, cut when very long.
fn quote(text: &Text) -> String {
    if text.len() <= LONGEST {
        return crate::base::format::repr::repr_text(text).to_lossy();
    }
    format!(
        "{}…",
        crate::base::format::repr::repr_text(&text.slice(0, LONGEST)).to_lossy()
    )
}

fn quote_bytes(bytes: &[u8]) -> String {
    if bytes.len() <= LONGEST {
        return crate::base::format::repr::repr_bytes(bytes);
    }
    format!(
        "{}…",
        crate::base::format::repr::repr_bytes(&bytes[..LONGEST])
    )
}
