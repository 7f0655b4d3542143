//! What fills the memory: size classes, types, and the lines that made the objects.

use std::collections::BTreeMap;

use super::look::Look;
use crate::base::{Moment, ObjId};
use crate::trace::{ObjectView, PoolView};

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
    /// The type, of a row of "by type".
    pub ob_type: ObjId,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Whose {
    /// Those that code of the program's own files made.
    #[default]
    Program,
    /// Those made since the program's first instruction, imports included.
    SinceStart,
    Everything,
}

impl Whose {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Program, Self::SinceStart, Self::Everything];

    /// The words on the switch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "Program",
            Self::SinceStart => "With imports",
            Self::Everything => "Everything",
        }
    }

    fn counts(self, look: Look<'_>, object: &ObjectView) -> bool {
        match self {
            Self::Program => {
                object.born >= look.names.ready
                    && object.born_line > 0
                    && look
                        .code(object.born_code)
                        .is_some_and(|code| look.names.is_program_file(&code.co_filename))
            }
            Self::SinceStart => object.born >= look.names.ready,
            Self::Everything => true,
        }
    }
}

/// How the memory in arenas is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Bytes of whole arenas.
    pub arenas: u64,
    /// Bytes of blocks handed out.
    pub blocks: u64,
    /// What was asked for in those blocks; the rest of each is lost to rounding.
    pub requested: u64,
    /// Bytes of free blocks in pools that serve a size class.
    pub free_blocks: u64,
    /// Bytes of pools that serve none.
    pub free_pools: u64,
}

/// How the memory in arenas is used at a moment.
pub fn usage(look: Look<'_>) -> Usage {
    let memory = &look.state.memory;
    let mut usage = Usage {
        blocks: memory.pool_bytes,
        requested: memory.requested_bytes,
        ..Usage::default()
    };
    for arena in memory.arenas() {
        usage.arenas += ARENA;
        let (first, count) = whole_pools(arena.address);
        let pools = arena.pools.iter().skip(first).take(count);
        usage.free_pools += POOL * pools.filter(|pool| pool.is_none()).count() as u64;
    }
    for pool in memory.pools() {
        let free = pool.capacity() - u32::from(pool.used);
        usage.free_blocks += u64::from(free) * u64::from(pool.block_size());
    }
    usage
}

/// Bytes of an arena, and of a pool.
const ARENA: u64 = 1 << 20;
const POOL: u64 = 1 << 14;
/// Bytes of the header at the beginning of a pool.
const POOL_OVERHEAD: u64 = 48;

/// The number of the first pool that lies whole in an arena, and how many do: pools stand at
/// multiples of their size, and an arena need not begin at one.
pub const fn whole_pools(arena: u64) -> (usize, usize) {
    if arena.is_multiple_of(POOL) {
        (0, (ARENA / POOL) as usize)
    } else {
        (1, (ARENA / POOL) as usize - 1)
    }
}

/// The objects in the blocks of a pool, by the number of the block.
pub fn objects_of_pool(look: Look<'_>, pool: &PoolView) -> BTreeMap<u32, ObjId> {
    let first = pool.address + POOL_OVERHEAD;
    let inside = first..pool.address + POOL;
    look.state
        .objects()
        .filter(|(_, object)| inside.contains(&object.address))
        .map(|(id, object)| {
            let block = (object.address - first) / u64::from(pool.block_size());
            (block as u32, id)
        })
        .collect()
}

/// Objects of one type, oldest first.
pub fn objects_of_type(look: Look<'_>, whose: Whose, ob_type: ObjId, most: usize) -> Vec<ObjId> {
    let objects = look.state.objects();
    let mut found: Vec<(Moment, ObjId)> = objects
        .filter(|(_, object)| object.ob_type == ob_type && whose.counts(look, object))
        .map(|(id, object)| (object.born, id))
        .collect();
    found.sort_unstable();
    found.truncate(most);
    found.into_iter().map(|(_, id)| id).collect()
}

/// Living objects by type, most bytes first.
pub fn by_type(look: Look<'_>, whose: Whose) -> Vec<Share> {
    let mut shares: BTreeMap<ObjId, (u64, u64)> = BTreeMap::new();
    for (_, object) in look
        .state
        .objects()
        .filter(|(_, object)| whose.counts(look, object))
    {
        let share = shares.entry(object.ob_type).or_default();
        share.0 += 1;
        share.1 += u64::from(object.size);
    }
    sorted(shares.into_iter().map(|(type_, (objects, bytes))| {
        Share {
            name: look
                .object(type_)
                .map_or("", |type_| look.names.text(type_.name))
                .to_owned(),
            line: None,
            ob_type: type_,
            objects,
            bytes,
        }
    }))
}

/// Living objects by the line that made them, most bytes first.
pub fn by_line(look: Look<'_>, whose: Whose) -> Vec<Share> {
    let mut shares: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
    for (_, object) in look
        .state
        .objects()
        .filter(|(_, object)| object.born_line > 0 && whose.counts(look, object))
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
            ob_type: ObjId::NULL,
            objects,
            bytes,
        }
    }))
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
