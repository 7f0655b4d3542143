//! Dead objects whose blocks wait for the next object of their kind.
//!
//! Mirrors `Include/internal/pycore_freelist.h`.

use crate::base::ObjId;
use crate::memory::Address;

use super::heap::Heap;
use super::object::Payload;
use super::wellknown::types;

/// How many dead objects of a kind wait for reuse, and how many may (`pycore_freelist.h`).
#[derive(Debug)]
pub struct FreeList {
    blocks: Vec<Address>,
    limit: usize,
}

impl FreeList {
    const fn new(limit: usize) -> Self {
        Self {
            blocks: Vec::new(),
            limit,
        }
    }

    /// The block parked last.
    #[inline]
    pub fn take(&mut self) -> Option<Address> {
        self.blocks.pop()
    }

    /// Parks a block; false when the list is full.
    #[inline]
    pub fn park(&mut self, block: Address) -> bool {
        let room = self.blocks.len() < self.limit;
        if room {
            self.blocks.push(block);
        }
        room
    }

    /// How many blocks wait.
    pub const fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether no block waits.
    pub const fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// The free lists of facts section 2.5.
#[derive(Debug)]
pub struct FreeLists {
    pub float: FreeList,
    /// By length 1 to 20, at index length - 1.
    pub tuple: Vec<FreeList>,
    pub list: FreeList,
    pub dict: FreeList,
    pub dict_keys: FreeList,
    pub slice: FreeList,
    pub context: FreeList,
    pub async_gen_wrapped: FreeList,
    pub async_gen_asend: FreeList,
}

impl Default for FreeLists {
    fn default() -> Self {
        Self {
            float: FreeList::new(100),
            tuple: (0..20).map(|_| FreeList::new(2000)).collect(),
            list: FreeList::new(80),
            dict: FreeList::new(80),
            dict_keys: FreeList::new(80),
            slice: FreeList::new(1),
            context: FreeList::new(255),
            async_gen_wrapped: FreeList::new(80),
            async_gen_asend: FreeList::new(80),
        }
    }
}

impl Heap {
    pub(super) fn take_free_block(&mut self, ob_type: ObjId, payload: &Payload) -> Option<Address> {
        self.freelist_for(ob_type, payload)?.take()
    }

    pub(super) fn park_free_block(
        &mut self,
        ob_type: ObjId,
        payload: &Payload,
        block: Address,
    ) -> bool {
        let Some(list) = self.freelist_for(ob_type, payload) else {
            return false;
        };
        list.park(block)
    }

    fn freelist_for(&mut self, ob_type: ObjId, payload: &Payload) -> Option<&mut FreeList> {
        let lists = &mut self.freelists;
        match ob_type {
            types::FLOAT => Some(&mut lists.float),
            types::LIST => Some(&mut lists.list),
            types::DICT => Some(&mut lists.dict),
            types::SLICE => Some(&mut lists.slice),
            types::TUPLE => match payload {
                Payload::Tuple(items) if (1..=20).contains(&items.len()) => {
                    lists.tuple.get_mut(items.len() - 1)
                }
                _ => None,
            },
            types::ASYNC_GEN_WRAPPED_VALUE => Some(&mut lists.async_gen_wrapped),
            types::ASYNC_GEN_ASEND => Some(&mut lists.async_gen_asend),
            _ => None,
        }
    }

    /// A keys table of eight slots from its free list.
    pub fn take_free_keys(&mut self) -> Option<Address> {
        self.freelists.dict_keys.take()
    }

    /// Parks a keys table of eight slots; false when the list is full.
    pub fn park_free_keys(&mut self, block: Address) -> bool {
        let list = &mut self.freelists.dict_keys;
        list.park(block)
    }

    /// Empties all free lists (`_PyObject_ClearFreeLists`), as a full collection does.
    pub fn clear_freelists(&mut self) {
        let lists = &mut self.freelists;
        let gc_blocks: Vec<Address> = std::iter::empty()
            .chain(lists.tuple.iter_mut().flat_map(|l| l.blocks.drain(..)))
            .chain(lists.list.blocks.drain(..))
            .chain(lists.dict.blocks.drain(..))
            .chain(lists.async_gen_asend.blocks.drain(..))
            .chain(lists.async_gen_wrapped.blocks.drain(..))
            .collect();
        let plain: Vec<Address> = lists
            .float
            .blocks
            .drain(..)
            .chain(lists.dict_keys.blocks.drain(..))
            .chain(lists.context.blocks.drain(..))
            .collect();
        for block in gc_blocks {
            self.obmalloc_free(block);
            self.uncount_gc_allocation();
        }
        for block in plain {
            self.obmalloc_free(block);
        }
    }
}
