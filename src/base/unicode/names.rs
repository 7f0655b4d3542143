//! The names of code points.
//!
//! Mirrors `_getucname` and `_getcode` of `Modules/unicodedata.c`. The crate with the names is of
//! a newer Unicode; what 15.1 does not assign has no name here.

use super::category;

/// The name of a code point, if Unicode 15.1 gives it one.
pub fn name_of(c: u32) -> Option<String> {
    let found = unicode_names2::name(char::from_u32(c)?)?;
    (category(c) != "Cn").then(|| found.to_string())
}

/// The character with this name or alias, in any case.
pub fn character_named(name: &str) -> Option<char> {
    let found = unicode_names2::character(name)?;
    (category(u32::from(found)) != "Cn").then_some(found)
}
