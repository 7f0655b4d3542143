//! In which order a constant set gives its items, which depends on what was interned before.
//!
//! Mirrors `merge_consts_recursive` in `Python/compile.c` and `intern_constants` in
//! `Objects/codeobject.c`. CPython builds a constant frozenset from the items as written, builds
//! it again from the first one to share equal items, and builds it once more when one of its
//! strings is replaced by an equal one that was interned before: as a name in the same source,
//! or while the interpreter started. Each time collisions in the table fall out differently.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use crate::bytecode::Constant;
use crate::bytecode::repr::set_order;
use crate::syntax::decode_source;
use crate::syntax::lines::LineTable;
use crate::syntax::token::TokenKind;
use crate::syntax::tokenizer::{TokenMode, tokenize};

/// What is compiled, to look up which names the parser interned.
#[derive(Clone, Copy, Debug)]
pub enum SourceText<'a> {
    /// A file.
    Bytes(&'a [u8]),
    /// Text that is decoded already.
    Text(&'a str),
    /// A tree that came from no source.
    Unknown,
}

/// What the interpreter did before it compiles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Startup {
    /// It started, to run a program.
    #[default]
    Program,
    /// It loaded the module `dis` and what that needs.
    Dis,
}

/// The constant frozensets of one compilation.
#[derive(Debug)]
pub(super) struct FrozenSets<'a> {
    source: SourceText<'a>,
    startup: Startup,
    /// The names in the source, once somebody asks.
    names: Option<FxHashSet<String>>,
    /// The sets that were made, to share equal ones.
    made: FxHashSet<Constant>,
}

impl<'a> FrozenSets<'a> {
    pub(super) fn new(source: SourceText<'a>, startup: Startup) -> Self {
        Self {
            source,
            startup,
            names: None,
            made: FxHashSet::default(),
        }
    }

    /// A frozenset constant with its items in the order in which CPython adds them for the last
    /// time; any other constant stays as it is.
    pub(super) fn in_final_order(&mut self, constant: Constant) -> Constant {
        let Constant::FrozenSet(written) = &constant else {
            return constant;
        };
        if let Some(made) = self.made.get(&constant) {
            return made.clone();
        }
        let mut items = reordered(written);
        if items.iter().any(|item| self.was_interned(item)) {
            items = reordered(&items);
        }
        let set = Constant::FrozenSet(items.into());
        self.made.insert(set.clone());
        set
    }

    /// Whether an equal string was interned before the constant was.
    fn was_interned(&mut self, item: &Constant) -> bool {
        let Constant::Str(text) = item else {
            return false;
        };
        // A single character always is the one string of that kind.
        let Some(text) = text.as_ascii().filter(|text| text.len() > 1) else {
            return false;
        };
        if !item.is_interned() {
            return false;
        }
        interned_at_startup().contains(text)
            || self.startup == Startup::Dis && interned_by_dis().contains(text)
            || self
                .names
                .get_or_insert_with(|| names_in(self.source))
                .contains(text)
    }
}

/// The items in the order in which a set of them gives them.
fn reordered(items: &[Constant]) -> Vec<Constant> {
    set_order(items)
        .into_iter()
        .map(|index| items[index].clone())
        .collect()
}

/// The strings of name characters that are interned when a program starts, of two characters
/// and more; made by `tests/regen_interned.py`.
fn interned_at_startup() -> &'static FxHashSet<&'static str> {
    static WORDS: OnceLock<FxHashSet<&str>> = OnceLock::new();
    WORDS.get_or_init(|| include_str!("interned_at_startup.txt").lines().collect())
}

/// Those that `python -m dis` interns besides.
fn interned_by_dis() -> &'static FxHashSet<&'static str> {
    static WORDS: OnceLock<FxHashSet<&str>> = OnceLock::new();
    WORDS.get_or_init(|| include_str!("interned_by_dis.txt").lines().collect())
}

/// All names in a source.
fn names_in(source: SourceText<'_>) -> FxHashSet<String> {
    let decoded;
    let text = match source {
        SourceText::Bytes(bytes) => {
            decoded = decode_source(bytes).unwrap_or_default();
            &decoded
        }
        SourceText::Text(text) => text,
        SourceText::Unknown => "",
    };
    tokenize(text, &LineTable::new(text), TokenMode::Parser)
        .tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Name)
        .map(|token| token.text(text).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Text;

    fn check(source: &str, items: &[&str], expected: &[&str]) {
        let strings = items
            .iter()
            .map(|item| Constant::Str(Text::from(*item).into()));
        let set = Constant::FrozenSet(strings.collect());
        let found = FrozenSets::new(SourceText::Text(source), Startup::Program).in_final_order(set);
        let Constant::FrozenSet(found) = found else {
            unreachable!("a set stays a set");
        };
        let order = set_order(&found);
        let texts: Vec<&str> = order
            .iter()
            .map(|&index| match &found[index] {
                Constant::Str(text) => text.as_ascii().expect("the items are ASCII"),
                other => unreachable!("{other:?} was not put in"),
            })
            .collect();
        assert_eq!(texts, expected, "{source}");
    }

    #[test]
    fn order_depends_on_names() {
        let items = ["sha3_224", "sha3_256", "sha3_384", "sha3_512"];
        check(
            "",
            &items,
            &["sha3_224", "sha3_384", "sha3_512", "sha3_256"],
        );
        check(
            "x.sha3_384\n",
            &items,
            &["sha3_256", "sha3_224", "sha3_512", "sha3_384"],
        );
    }
}
