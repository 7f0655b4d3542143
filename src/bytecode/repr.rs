//! `repr` of constants, and the order in which a set gives its items.
//!
//! Mirrors the `repr` functions of the built-in types, and `set_add_entry` and
//! `set_table_resize` in `Objects/setobject.c` with the hashes of `PYTHONHASHSEED=0`.

use std::fmt::Write as _;

use super::code::{CodeObject, Constant};
use crate::base::BigInt;
use crate::base::format::float::{repr_complex, repr_float};
use crate::base::format::int::to_decimal;
use crate::base::format::repr::{ascii_text, repr_bytes, repr_text};
use crate::base::hash::{
    HashSecret, hash_bytes, hash_f64, hash_frozenset, hash_int, hash_text, hash_tuple,
};

/// How to write constants.
#[derive(Clone, Copy)]
pub enum Style<'a> {
    /// As Python's `repr`; the function gives the address of a code object.
    Repr(&'a dyn Fn(&CodeObject) -> u64),
    /// One text for equal constants: strings in ASCII, frozensets sorted, code by its name.
    Canonical,
}

/// The text of a constant.
pub fn repr_constant(constant: &Constant, style: Style<'_>) -> String {
    let mut out = String::new();
    push_constant(&mut out, constant, style);
    out
}

/// Appends the text of a constant.
pub fn push_constant(out: &mut String, constant: &Constant, style: Style<'_>) {
    match constant {
        Constant::None => out.push_str("None"),
        Constant::Ellipsis => out.push_str("Ellipsis"),
        Constant::Bool(true) => out.push_str("True"),
        Constant::Bool(false) => out.push_str("False"),
        Constant::Int(value) => {
            let hexadecimal = matches!(style, Style::Canonical) && is_huge(value);
            if hexadecimal {
                out.push_str(&crate::base::format::int::with_prefix(value, 16));
            } else {
                out.push_str(&to_decimal(value, 0).expect("there is no limit on the digits"));
            }
        }
        Constant::Float(value) => out.push_str(&repr_float(*value)),
        Constant::Complex { real, imag } => out.push_str(&repr_complex(*real, *imag)),
        Constant::Str(text) => match style {
            Style::Repr(_) => out.push_str(&repr_text(text).to_lossy()),
            Style::Canonical => out.push_str(&ascii_text(text).to_lossy()),
        },
        Constant::Bytes(bytes) => out.push_str(&repr_bytes(bytes)),
        Constant::Tuple(items) => {
            out.push('(');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                push_constant(out, item, style);
            }
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Constant::FrozenSet(items) if items.is_empty() && matches!(style, Style::Repr(_)) => {
            out.push_str("frozenset()");
        }
        Constant::FrozenSet(items) => {
            let texts: Vec<String> = match style {
                Style::Repr(_) => set_order(items)
                    .into_iter()
                    .map(|index| repr_constant(&items[index], style))
                    .collect(),
                Style::Canonical => {
                    let mut texts: Vec<_> = items
                        .iter()
                        .map(|item| repr_constant(item, style))
                        .collect();
                    texts.sort();
                    texts
                }
            };
            out.push_str("frozenset({");
            out.push_str(&texts.join(", "));
            out.push_str("})");
        }
        Constant::Code(code) => match style {
            Style::Repr(address) => push_code(out, code, address(code)),
            Style::Canonical => {
                out.push_str("<code ");
                out.push_str(&code.co_qualname);
                out.push('>');
            }
        },
    }
}

/// Whether the magnitude takes more than 4096 bits.
fn is_huge(value: &BigInt) -> bool {
    let limit = BigInt::ONE << 4096;
    *value >= limit || *value <= -limit
}

/// `repr` of a code object (`code_repr`).
pub fn push_code(out: &mut String, code: &CodeObject, address: u64) {
    let CodeObject {
        co_name,
        co_filename,
        co_firstlineno,
        ..
    } = code;
    write!(
        out,
        "<code object {co_name} at {address:#x}, file \"{co_filename}\", line {co_firstlineno}>"
    )
    .expect("writing to a string does not fail");
}

/// The hash of a constant under `PYTHONHASHSEED=0`.
///
/// The hash of an Ellipsis, NaN or code object is its address in CPython; here it is 0.
pub fn hash_constant(constant: &Constant) -> i64 {
    let secret = HashSecret::from_seed(0);
    match constant {
        Constant::None => 0xFCA8_6420,
        Constant::Ellipsis | Constant::Code(_) => 0,
        Constant::Bool(value) => i64::from(*value),
        Constant::Int(value) => hash_int(value),
        Constant::Float(value) => hash_f64(*value).unwrap_or(0),
        Constant::Complex { real, imag } => {
            let real = hash_f64(*real).unwrap_or(0);
            let imag = hash_f64(*imag).unwrap_or(0);
            match real.wrapping_add(imag.wrapping_mul(1_000_003)) {
                -1 => -2,
                hash => hash,
            }
        }
        Constant::Str(text) => hash_text(text, secret),
        Constant::Bytes(bytes) => hash_bytes(bytes, secret),
        Constant::Tuple(items) => hash_tuple(&items.iter().map(hash_constant).collect::<Vec<_>>()),
        Constant::FrozenSet(items) => hash_frozenset(items.iter().map(hash_constant)),
    }
}

/// The indices of the items in the order in which a set gives them that were added in the given
/// order.
pub fn set_order(items: &[Constant]) -> Vec<usize> {
    let hashes: Vec<i64> = items.iter().map(hash_constant).collect();
    let mut table: Vec<Option<usize>> = vec![None; 8];
    for item in 0..items.len() {
        insert(&mut table, hashes[item], item);
        let used = item + 1;
        if used * 5 >= (table.len() - 1) * 3 {
            let wanted = if used > 50000 { used * 2 } else { used * 4 };
            let mut size = 8;
            while size <= wanted {
                size <<= 1;
            }
            for item in std::mem::replace(&mut table, vec![None; size])
                .into_iter()
                .flatten()
            {
                insert(&mut table, hashes[item], item);
            }
        }
    }
    table.into_iter().flatten().collect()
}

/// Puts an item into the first free place that its hash leads to.
fn insert(table: &mut [Option<usize>], hash: i64, item: usize) {
    const LINEAR_PROBES: usize = 9;
    const PERTURB_SHIFT: u32 = 5;
    let mask = table.len() - 1;
    let mut perturb = hash as usize;
    let mut at = perturb & mask;
    loop {
        let probes = if at + LINEAR_PROBES <= mask {
            LINEAR_PROBES
        } else {
            0
        };
        if let Some(free) = (at..=at + probes).find(|&place| table[place].is_none()) {
            table[free] = Some(item);
            return;
        }
        perturb >>= PERTURB_SHIFT;
        at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
    }
}
