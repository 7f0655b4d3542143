//! What fills the memory: size classes, types, and the lines that made the objects.

use std::collections::BTreeMap;

use super::look::Look;
use crate::base::Moment;

/// All pools of one size class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClassRow {
    /// Bytes of one block.
    pub block_size: u32,
    pub pools: u32,
    pub used: u32,
    pub capacity: u32,
}

/// A row of "by type" or "by line".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    pub name: String,
    pub line: Option<u32>,
    pub objects: u64,
    pub bytes: u64,
}

/// The size classes in use, small blocks first.
pub fn size_classes(look: Look<'_>) -> Vec<ClassRow> {
    let mut rows: BTreeMap<u8, ClassRow> = BTreeMap::new();
    for pool in look.state.memory.pools() {
        let row = rows.entry(pool.class).or_default();
        row.block_size = pool.block_size();
        row.pools += 1;
        row.used += u32::from(pool.used);
        row.capacity += pool.capacity();
    }
    rows.into_values().collect()
}

/// Whose objects are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// Those made since the program's first instruction.
    Program,
    Everything,
}

/// Living objects by type, most bytes first.
pub fn by_type(look: Look<'_>, whose: Whose) -> Vec<Share> {
    let since = since(look, whose);
    let mut shares: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for (_, object) in look
        .state
        .objects()
        .filter(|(_, object)| object.born >= since)
    {
        let share = shares.entry(object.ob_type.0).or_default();
        share.0 += 1;
        share.1 += u64::from(object.size);
    }
    sorted(shares.into_iter().map(|(type_, (objects, bytes))| {
        Share {
            name: look
                .object(crate::base::ObjId(type_))
                .map_or("", |type_| look.names.text(type_.name))
                .to_owned(),
            line: None,
            objects,
            bytes,
        }
    }))
}

/// Living objects by the line that made them, most bytes first.
pub fn by_line(look: Look<'_>) -> Vec<Share> {
    let since = since(look, Whose::Program);
    let mut shares: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
    for (_, object) in look
        .state
        .objects()
        .filter(|(_, object)| object.born >= since && object.born_line > 0)
    {
        let share = shares
            .entry((object.born_code.0, object.born_line))
            .or_default();
        share.0 += 1;
        share.1 += u64::from(object.size);
    }
    sorted(shares.into_iter().map(|((code, line), (objects, bytes))| {
        let code = look.code(crate::events::CodeId(code));
        let file = code.map_or("", |code| &*code.co_filename);
        let own = look.names.program() == Some(file);
        let short = file.rsplit('/').next().unwrap_or(file);
        Share {
            name: if own {
                code.map_or_else(String::new, |code| super::look::function_name(code))
            } else {
                format!("{short}:{line}")
            },
            line: own.then_some(line),
            objects,
            bytes,
        }
    }))
}

fn since(look: Look<'_>, whose: Whose) -> Moment {
    match whose {
        Whose::Program => look.names.ready,
        Whose::Everything => Moment(0),
    }
}

fn sorted(shares: impl Iterator<Item = Share>) -> Vec<Share> {
    let mut list: Vec<Share> = shares.collect();
    list.sort_by(|a, b| {
        b.bytes
            .cmp(&a.bytes)
            .then_with(|| a.name.cmp(&b.name))
            .then(a.line.cmp(&b.line))
    });
    list
}
