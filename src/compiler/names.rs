//! A map from names to values that remembers the order of insertion, and name mangling.
//!
//! Mirrors the dictionaries of names of `Python/symtable.c` and `Python/compile.c`, and `_Py_Mangle`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::syntax::ast::Identifier;

/// A dictionary with names as keys, in insertion order.
#[derive(Clone, Debug)]
pub struct NameMap<V> {
    index: FxHashMap<Identifier, usize>,
    entries: Vec<(Identifier, V)>,
}

impl<V> Default for NameMap<V> {
    fn default() -> Self {
        Self {
            index: FxHashMap::default(),
            entries: Vec::new(),
        }
    }
}

impl<V> NameMap<V> {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.index.get(name).map(|&at| &self.entries[at].1)
    }

    /// The value of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.index.get(name).map(|&at| &mut self.entries[at].1)
    }

    /// The position of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    /// Whether the name is there.
    pub fn contains(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Sets the value of a name; a name that is there keeps its place.
    pub fn insert(&mut self, name: Identifier, value: V) {
        if let Some(&at) = self.index.get(&name) {
            self.entries[at].1 = value;
        } else {
            self.index.insert(name.clone(), self.entries.len());
            self.entries.push((name, value));
        }
    }

    /// Takes a name out; later names move up.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let at = self.index.remove(name)?;
        let (_, value) = self.entries.remove(at);
        for (later, (name, _)) in self.entries.iter().enumerate().skip(at) {
            self.index.insert(name.clone(), later);
        }
        Some(value)
    }

    /// Names and values in insertion order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Identifier, &V)> + ExactSizeIterator {
        self.entries.iter().map(|(name, value)| (name, value))
    }

    /// Names and values, the values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Identifier, &mut V)> {
        self.entries.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// The names in insertion order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &Identifier> + ExactSizeIterator {
        self.entries.iter().map(|(name, _)| name)
    }
}

/// The name under which a class keeps a private name: `__x` in class `C` is `_C__x` (`_Py_Mangle`).
pub fn mangle(private: Option<&str>, name: &Identifier) -> Identifier {
    let Some(class) = private else {
        return name.clone();
    };
    // A dunder name and a dotted name (of an import) stay as they are.
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.clone();
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return name.clone();
    }
    Arc::from(format!("_{class}{name}"))
}
