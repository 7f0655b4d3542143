//! A set of strings that gives its elements in the order of CPython's `set`.
//!
//! Mirrors the probing of `Objects/setobject.c` with the string hashes of `PYTHONHASHSEED=0`:
//! CPython 3.13.0 collects `__static_attributes__` in a set, and its order shows.

use crate::base::Text;
use crate::base::hash::{HashSecret, hash_text};
use crate::syntax::ast::Identifier;

const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;

/// An open-addressed table of strings.
#[derive(Clone, Debug)]
pub(super) struct StringSet {
    table: Vec<Option<(u64, Identifier)>>,
    used: usize,
}

impl Default for StringSet {
    fn default() -> Self {
        Self {
            table: vec![None; 8],
            used: 0,
        }
    }
}

impl StringSet {
    /// Adds a string unless it is there.
    pub(super) fn add(&mut self, text: &Identifier) {
        let hash = string_hash(text);
        let at = self.find(hash, text);
        if self.table[at].is_some() {
            return;
        }
        self.table[at] = Some((hash, text.clone()));
        self.used += 1;
        // At most three fifths may be in use.
        if self.used * 5 >= (self.table.len() - 1) * 3 {
            self.resize(self.used * if self.used > 50000 { 2 } else { 4 });
        }
    }

    /// The elements in the order of the table.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Identifier> {
        self.table.iter().flatten().map(|(_, text)| text)
    }

    /// The slot of the string, or the free one where it belongs.
    fn find(&self, hash: u64, text: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut perturb = hash;
        let mut at = hash as usize & mask;
        loop {
            let probes = if at + LINEAR_PROBES <= mask {
                LINEAR_PROBES
            } else {
                0
            };
            for entry in at..=at + probes {
                match &self.table[entry] {
                    None => return entry,
                    Some((other, name)) if *other == hash && &**name == text => return entry,
                    Some(_) => {}
                }
            }
            perturb >>= PERTURB_SHIFT;
            at = at
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(perturb as usize)
                & mask;
        }
    }

    fn resize(&mut self, min_used: usize) {
        let mut size = 8;
        while size <= min_used {
            size <<= 1;
        }
        let old = std::mem::replace(&mut self.table, vec![None; size]);
        for (hash, text) in old.into_iter().flatten() {
            let at = self.find(hash, &text);
            self.table[at] = Some((hash, text));
        }
    }
}

/// The hash of a string under `PYTHONHASHSEED=0`.
fn string_hash(text: &str) -> u64 {
    hash_text(&Text::from(text), HashSecret::default()) as u64
}
