//! Containers that a snapshot of the state can share instead of copying.
//!
//! A seek starts from a keyframe, so keyframes must cost little. Each container here is a
//! vector cut into pages; taking a snapshot marks the pages as shared, and the next write to a
//! shared page copies that page alone. A write to an own page costs one branch.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const PAGE_LEN: usize = 16;

/// A value that is owned until a snapshot shares it, and copied at the next write.
#[derive(Debug)]
pub enum Shareable<T> {
    /// Nobody else sees it.
    Own(Box<T>),
    /// A snapshot sees it too.
    Shared(Arc<T>),
}

impl<T: Clone> Shareable<T> {
    /// An own value.
    pub fn new(value: T) -> Self {
        Self::Own(Box::new(value))
    }

    /// The value.
    #[inline]
    pub fn get(&self) -> &T {
        match self {
            Self::Own(value) => value,
            Self::Shared(value) => value,
        }
    }

    /// The value, to be changed; copied first when a snapshot sees it.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        if let Self::Shared(value) = self {
            *self = Self::Own(Box::new((**value).clone()));
        }
        match self {
            Self::Own(value) => value,
            Self::Shared(_) => unreachable!("made own above"),
        }
    }

    /// A second holder of the same value, which both now share.
    #[must_use]
    pub fn share(&mut self) -> Self
    where
        T: Default,
    {
        if let Self::Own(value) = self {
            *self = Self::Shared(Arc::new(std::mem::take(&mut **value)));
        }
        match self {
            Self::Shared(value) => Self::Shared(Arc::clone(value)),
            Self::Own(_) => unreachable!("shared above"),
        }
    }
}

impl<T: Clone> Clone for Shareable<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Own(value) => Self::Own(value.clone()),
            Self::Shared(value) => Self::Shared(Arc::clone(value)),
        }
    }
}

impl<T: Clone + PartialEq> PartialEq for Shareable<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Clone + Serialize> Serialize for Shareable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for Shareable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

/// A vector in pages of 16 that snapshots share.
#[derive(Clone, Debug)]
pub struct Pages<T: Clone> {
    pages: Vec<Shareable<Vec<T>>>,
    len: usize,
}

impl<T: Clone> Default for Pages<T> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Clone> Pages<T> {
    /// How many elements.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The element at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.pages
            .get(index / PAGE_LEN)?
            .get()
            .get(index % PAGE_LEN)
    }

    /// The element at `index`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.pages
            .get_mut(index / PAGE_LEN)?
            .get_mut()
            .get_mut(index % PAGE_LEN)
    }

    /// Appends an element.
    pub fn push(&mut self, value: T) {
        if self.len.is_multiple_of(PAGE_LEN) {
            self.pages
                .push(Shareable::new(Vec::with_capacity(PAGE_LEN)));
        }
        self.pages
            .last_mut()
            .expect("pushed above")
            .get_mut()
            .push(value);
        self.len += 1;
    }

    /// Takes the last element off.
    pub fn pop(&mut self) -> Option<T> {
        let page = self.pages.last_mut()?.get_mut();
        let value = page.pop();
        if page.is_empty() {
            self.pages.pop();
        }
        self.len -= usize::from(value.is_some());
        value
    }

    /// The last element.
    #[inline]
    pub fn last(&self) -> Option<&T> {
        self.pages.last()?.get().last()
    }

    /// All elements in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.get().iter())
    }

    /// A snapshot that shares every page.
    #[must_use]
    pub fn share(&mut self) -> Self {
        Self {
            pages: self.pages.iter_mut().map(Shareable::share).collect(),
            len: self.len,
        }
    }
}

impl<T: Clone + PartialEq> PartialEq for Pages<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: Clone + Serialize> Serialize for Pages<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut seq = serializer.serialize_seq(Some(self.len))?;
        for value in self.iter() {
            seq.serialize_element(value)?;
        }
        seq.end()
    }
}

impl<'de, T: Clone + Deserialize<'de>> Deserialize<'de> for Pages<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut pages = Self::default();
        for value in Vec::<T>::deserialize(deserializer)? {
            pages.push(value);
        }
        Ok(pages)
    }
}
