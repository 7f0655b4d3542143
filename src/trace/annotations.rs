//! What people add to a recording: bookmarks, notes, named ranges, and the view to begin with.

use serde::{Deserialize, Deserializer, Serialize};

use crate::base::{Moment, ObjId};

/// A moment that somebody marked.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bookmark {
    pub moment: Moment,
    pub title: String,
    /// In Markdown; may be empty.
    #[serde(default)]
    pub note: String,
}

/// A stretch of the recording that somebody named.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct NamedRange {
    pub first: Moment,
    pub last: Moment,
    pub title: String,
    /// In Markdown; may be empty.
    #[serde(default)]
    pub note: String,
}

/// What the window showed when the recording was saved.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    pub moment: Moment,
    /// The name of a layout; empty for the usual one.
    pub layout: String,
    /// The selected object, as it is numbered at `moment`.
    pub selection: Option<ObjId>,
    /// Anything else, in the window's own words.
    pub details: String,
}

/// What people add to a recording.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotations {
    /// By moment; use [`Self::add_bookmark`].
    pub bookmarks: Vec<Bookmark>,
    /// By first moment; use [`Self::add_range`].
    pub ranges: Vec<NamedRange>,
    #[serde(deserialize_with = "view")]
    pub view: Option<View>,
}

impl Annotations {
    /// Adds a bookmark, or replaces the one at its moment.
    pub fn add_bookmark(&mut self, bookmark: Bookmark) {
        match self
            .bookmarks
            .binary_search_by_key(&bookmark.moment, |b| b.moment)
        {
            Ok(at) => self.bookmarks[at] = bookmark,
            Err(at) => self.bookmarks.insert(at, bookmark),
        }
    }

    /// Takes the bookmark at a moment away.
    pub fn remove_bookmark(&mut self, moment: Moment) -> Option<Bookmark> {
        let at = self
            .bookmarks
            .binary_search_by_key(&moment, |b| b.moment)
            .ok()?;
        Some(self.bookmarks.remove(at))
    }

    /// Adds a named range, or replaces the one with the same ends.
    pub fn add_range(&mut self, range: NamedRange) {
        let key = |r: &NamedRange| (r.first, r.last);
        match self.ranges.binary_search_by_key(&key(&range), key) {
            Ok(at) => self.ranges[at] = range,
            Err(at) => self.ranges.insert(at, range),
        }
    }

    /// Takes the named range with these ends away.
    pub fn remove_range(&mut self, first: Moment, last: Moment) -> Option<NamedRange> {
        let key = |r: &NamedRange| (r.first, r.last);
        let at = self.ranges.binary_search_by_key(&(first, last), key).ok()?;
        Some(self.ranges.remove(at))
    }
}

/// Format 1 had a text alone, empty for none.
fn view<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<View>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        View(View),
    }
    Ok(match Option::<Either>::deserialize(deserializer)? {
        None => None,
        Some(Either::Text(details)) => (!details.is_empty()).then(|| View {
            details,
            ..View::default()
        }),
        Some(Either::View(view)) => Some(view),
    })
}
