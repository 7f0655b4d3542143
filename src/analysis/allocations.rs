//! Where memory went at a moment: living objects by type, and by the line that made them.

use std::collections::BTreeMap;

use crate::base::{ObjId, TextId};
use crate::events::CodeId;
use crate::trace::State;

/// Living objects of one type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeTotal {
    pub ob_type: ObjId,
    pub name: TextId,
    pub objects: u64,
    pub bytes: u64,
}

/// Living objects that one line made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AllocationSite {
    pub code: CodeId,
    /// 0: made before any frame ran.
    pub line: u32,
    pub objects: u64,
    pub bytes: u64,
}

/// Mortal objects by type, most bytes first.
pub fn by_type(state: &State) -> Vec<TypeTotal> {
    let mut totals: BTreeMap<ObjId, TypeTotal> = BTreeMap::new();
    for (_, object) in state.objects().filter(|(_, object)| !object.is_immortal()) {
        let total = totals.entry(object.ob_type).or_default();
        total.objects += 1;
        total.bytes += u64::from(object.size);
    }
    let name = |id: ObjId| {
        state
            .object(id)
            .map(|object| object.name)
            .unwrap_or_default()
    };
    let mut totals: Vec<TypeTotal> = totals
        .into_iter()
        .map(|(ob_type, total)| TypeTotal {
            ob_type,
            name: name(ob_type),
            ..total
        })
        .collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.bytes));
    totals
}

/// Mortal objects by the line that made them, most bytes first.
pub fn by_line(state: &State) -> Vec<AllocationSite> {
    let mut sites: BTreeMap<(CodeId, u32), AllocationSite> = BTreeMap::new();
    for (_, object) in state.objects().filter(|(_, object)| !object.is_immortal()) {
        let (code, line) = (object.born_code, object.born_line);
        let site = sites.entry((code, line)).or_insert(AllocationSite {
            code,
            line,
            ..AllocationSite::default()
        });
        site.objects += 1;
        site.bytes += u64::from(object.size);
    }
    let mut sites: Vec<AllocationSite> = sites.into_values().collect();
    sites.sort_by_key(|site| std::cmp::Reverse(site.bytes));
    sites
}
