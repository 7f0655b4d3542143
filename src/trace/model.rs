//! What writer and reader of a block of events expect next, learned from the block so far.
//!
//! All tables are of a fixed size and are looked up by a few bits of a number, so that a look-up
//! is one load; where two numbers share a place the expectation is wrong, and the row longer.

use crate::base::ObjId;
use crate::events::{Event, SlotKind};

const CACHE: usize = 128;
const SLOTS: usize = 2048;
const STEPS: usize = 1024;
const LINES: usize = 256;
const OBJECTS: usize = 2048;
const FRAMES: usize = 64;
const TYPES: usize = 64;
const SIZES: usize = 64;

/// What is known of an object.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Known {
    pub(super) block: u64,
    pub(super) block_size: u32,
    count: u32,
    address: u64,
    type_: u32,
}

/// A frame while another one runs.
#[derive(Clone, Copy, Default)]
struct Frame {
    id: u32,
    prev: u32,
    line: u32,
    sp: u32,
    code: u32,
}

/// What objects of a type are like.
#[derive(Clone, Copy, Default)]
struct Type {
    gc: bool,
    size: u32,
    /// From the block's address to the object's.
    header: u64,
}

/// The numbers pushed last, newest on top; forgets the oldest.
#[derive(Clone, Copy)]
pub(super) struct Stack<T, const N: usize> {
    items: [T; N],
    top: usize,
}

impl<T: Copy + Default, const N: usize> Default for Stack<T, N> {
    fn default() -> Self {
        Self {
            items: [T::default(); N],
            top: 0,
        }
    }
}

impl<T: Copy + Default, const N: usize> Stack<T, N> {
    #[inline]
    pub(super) const fn top(&self) -> T {
        self.items[self.top % N]
    }

    #[inline]
    const fn push(&mut self, item: T) {
        self.top = (self.top + 1) % N;
        self.items[self.top] = item;
    }

    #[inline]
    fn pop(&mut self) {
        self.items[self.top % N] = T::default();
        self.top = (self.top + N - 1) % N;
    }
}

/// What both sides expect.
#[derive(Clone)]
pub(super) struct Model {
    /// The object mentioned last.
    pub(super) last: u32,
    pub(super) frame: u32,
    /// The offset at which the frame stands.
    pub(super) prev: u32,
    pub(super) line: u32,
    /// Where the frame's next push goes.
    pub(super) sp: u32,
    code: u32,
    pub(super) gc_count: u32,
    pub(super) last_address: u64,
    /// The newest block, until an object takes it.
    new_block: (u64, u32),
    pub(super) free_slots: Stack<u32, 64>,
    cache: Box<[u32; CACHE]>,
    slots: Box<[u32; SLOTS]>,
    steps: Box<[(u32, u8); STEPS]>,
    lines: Box<[u32; LINES]>,
    objects: Box<[Known; OBJECTS]>,
    frames: Box<[Frame; FRAMES]>,
    types: Box<[Type; TYPES]>,
    /// Objects whose memory waits in a free list, by type.
    parked: Box<[Stack<u64, 8>; TYPES]>,
    free_blocks: Box<[Stack<u64, 8>; SIZES]>,
}

impl Default for Model {
    fn default() -> Self {
        // Made on the heap: too large for a stack.
        let known = vec![Known::default(); OBJECTS].into_boxed_slice();
        Self {
            last: 0,
            frame: 0,
            prev: 0,
            line: 0,
            sp: 0,
            code: 0,
            gc_count: 0,
            last_address: 0,
            new_block: (0, 0),
            free_slots: Stack::default(),
            cache: Box::new([0; CACHE]),
            slots: Box::new([0; SLOTS]),
            steps: Box::new([(0, 0); STEPS]),
            lines: Box::new([0; LINES]),
            objects: known.try_into().expect("made with this length"),
            frames: Box::new([Frame::default(); FRAMES]),
            types: Box::new([Type::default(); TYPES]),
            parked: Box::new([Stack::default(); TYPES]),
            free_blocks: Box::new([Stack::default(); SIZES]),
        }
    }
}

const fn mix(number: u32) -> usize {
    (number ^ number >> 7) as usize
}

impl Model {
    /// Becomes as at the beginning of a block.
    pub(super) fn forget(&mut self) {
        let Self {
            last,
            frame,
            prev,
            line,
            sp,
            code,
            gc_count,
            last_address,
            new_block,
            free_slots,
            cache,
            slots,
            steps,
            lines,
            objects,
            frames,
            types,
            parked,
            free_blocks,
        } = self;
        for number in [last, frame, prev, line, sp, code, gc_count] {
            *number = 0;
        }
        *last_address = 0;
        *new_block = (0, 0);
        *free_slots = Stack::default();
        cache.fill(0);
        slots.fill(0);
        steps.fill((0, 0));
        lines.fill(0);
        objects.fill(Known::default());
        frames.fill(Frame::default());
        types.fill(Type::default());
        parked.fill(Stack::default());
        free_blocks.fill(Stack::default());
    }

    // ---- objects

    /// The place of an object in the cache; puts it there when it has none.
    #[inline]
    pub(super) fn find(&mut self, id: u32) -> Option<u8> {
        let place = mix(id) % CACHE;
        if self.cache[place] == id {
            return Some(place as u8);
        }
        self.cache[place] = id;
        None
    }

    /// What [`Self::find`] does for an object that has no place.
    #[inline]
    pub(super) fn keep(&mut self, id: u32) {
        self.cache[mix(id) % CACHE] = id;
    }

    #[inline]
    pub(super) fn cached(&self, place: u8) -> u32 {
        self.cache[place as usize % CACHE]
    }

    #[inline]
    pub(super) fn known(&self, obj: ObjId) -> &Known {
        &self.objects[obj.index() % OBJECTS]
    }

    /// The count that the object had last.
    #[inline]
    pub(super) fn count(&self, obj: ObjId) -> u32 {
        self.known(obj).count
    }

    #[inline]
    fn known_mut(&mut self, obj: ObjId) -> &mut Known {
        &mut self.objects[obj.index() % OBJECTS]
    }

    // ---- memory

    /// Whether the next object of a type is collectable and reuses memory, its address and size.
    #[inline]
    pub(super) fn allocation(&self, type_: ObjId) -> (bool, bool, u64, u32) {
        let ty = &self.types[type_.index() % TYPES];
        let (block, _) = self.new_block;
        let parked = self.parked[type_.index() % TYPES].top();
        let reused = block == 0 && parked != 0;
        let address = if reused {
            parked
        } else {
            block.wrapping_add(ty.header)
        };
        (ty.gc, reused, address, ty.size)
    }

    /// The address of the next block of this size.
    #[inline]
    pub(super) fn next_block(&self, size: u32) -> u64 {
        self.free_blocks[class(size)].top()
    }

    // ---- frames

    /// The frame that the following is about.
    #[inline]
    pub(super) fn enter(&mut self, id: u32) {
        self.frames[self.frame as usize % FRAMES] = Frame {
            id: self.frame,
            prev: self.prev,
            line: self.line,
            sp: self.sp,
            code: self.code,
        };
        let memory = self.frames[id as usize % FRAMES];
        let Frame {
            prev,
            line,
            sp,
            code,
            ..
        } = if memory.id == id {
            memory
        } else {
            Frame::default()
        };
        (self.prev, self.line, self.sp, self.code) = (prev, line, sp, code);
        self.frame = id;
    }

    #[inline]
    fn place(&self, index: u32) -> usize {
        (self.frame.wrapping_mul(24).wrapping_add(index)) as usize % SLOTS
    }

    /// What stands at `index` of the frame.
    #[inline]
    pub(super) fn slot(&self, index: u32) -> u32 {
        self.slots[self.place(index)]
    }

    #[inline]
    const fn step(&self) -> usize {
        (self.prev.wrapping_add(self.code.wrapping_mul(37))) as usize % STEPS
    }

    /// The instruction that followed the last time.
    #[inline]
    pub(super) fn next_instruction(&self) -> (u32, u8) {
        self.steps[self.step()]
    }

    #[inline]
    const fn line_step(&self) -> usize {
        (self.line.wrapping_add(self.code.wrapping_mul(19))) as usize % LINES
    }

    /// The line that followed the last time.
    #[inline]
    pub(super) fn next_line(&self) -> u32 {
        self.lines[self.line_step()]
    }

    // ---- learning

    /// Takes note of an [`Event::FrameSlot`] of the frame.
    #[inline]
    pub(super) fn saw_slot(&mut self, index: u32, old: u32, new: u32) {
        let place = self.place(index);
        self.slots[place] = new;
        if new == 0 {
            self.last = old;
            if index.wrapping_add(1) == self.sp {
                self.sp = index;
            }
        } else {
            self.last = new;
            if index >= self.sp {
                self.sp = index.wrapping_add(1);
            }
        }
    }

    /// Takes note of an [`Event::Instruction`] of the frame.
    #[inline]
    pub(super) fn saw_instruction(&mut self, offset: u32, opcode: u8) {
        let step = self.step();
        self.steps[step] = (offset, opcode);
        self.prev = offset;
    }

    /// Takes note of an [`Event::Line`] of the frame.
    #[inline]
    pub(super) fn saw_line(&mut self, new: u32) {
        let step = self.line_step();
        self.lines[step] = new;
        self.line = new;
    }

    /// Takes note of an [`Event::Incref`] or [`Event::Decref`].
    #[inline]
    pub(super) fn saw_count(&mut self, obj: ObjId, new: u32) {
        self.known_mut(obj).count = new;
        self.last = obj.0;
    }

    /// Takes note of an event, after it is coded or read.
    #[inline]
    pub(super) fn saw(&mut self, event: &Event) {
        match *event {
            Event::FrameSlot {
                frame,
                index,
                old,
                new,
            } if frame.0 == self.frame => self.saw_slot(index, old.0, new.0),
            Event::Instruction {
                frame,
                offset,
                opcode,
                ..
            } if frame.0 == self.frame => self.saw_instruction(offset, opcode),
            Event::Line { frame, new, .. } if frame.0 == self.frame => self.saw_line(new),
            Event::Incref { obj, new, .. } | Event::Decref { obj, new, .. } => {
                self.saw_count(obj, new);
            }
            Event::Dealloc { obj }
            | Event::IntValue { obj, .. }
            | Event::FloatValue { obj, .. }
            | Event::GcMove { obj, .. } => self.last = obj.0,
            Event::Free { obj, to_freelist } => {
                self.last = obj.0;
                self.free_slots.push(obj.0);
                if to_freelist {
                    let Known { address, type_, .. } = *self.known(obj);
                    self.parked[type_ as usize % TYPES].push(address);
                }
            }
            Event::Alloc {
                gc,
                reused,
                obj,
                address,
                type_,
                size,
            } => {
                let (block, block_size) = std::mem::take(&mut self.new_block);
                let ty = type_.index() % TYPES;
                if reused {
                    self.parked[ty].pop();
                }
                let header = if reused {
                    self.types[ty].header
                } else {
                    address.wrapping_sub(block)
                };
                self.types[ty] = Type { gc, size, header };
                let (block, block_size) = if reused {
                    let known = self.known(obj);
                    (known.block, known.block_size)
                } else {
                    (block, block_size)
                };
                *self.known_mut(obj) = Known {
                    block,
                    block_size,
                    count: 1,
                    address,
                    type_: type_.0,
                };
                if self.free_slots.top() == obj.0 {
                    self.free_slots.pop();
                }
                self.last = obj.0;
            }
            Event::BlockAlloc { address, size } => {
                let free = &mut self.free_blocks[class(size)];
                if free.top() == address {
                    free.pop();
                }
                self.last_address = address;
                self.new_block = (address, size);
            }
            Event::BlockFree { address, size } => {
                self.free_blocks[class(size)].push(address);
                self.last_address = address;
            }
            Event::SlotSet {
                owner,
                slot,
                old,
                new,
            } => {
                // The reference that goes or comes is counted next.
                self.last = match (slot.kind, new.is_null()) {
                    (SlotKind::Item | SlotKind::DictKey, false) => new.0,
                    (_, true) => old.0,
                    (_, false) => owner.0,
                };
            }
            Event::GcCount {
                generation: 0, new, ..
            } => self.gc_count = new,
            Event::FramePush { frame, code, .. } => {
                self.enter(frame.0);
                self.code = code.0.wrapping_add(1);
            }
            Event::LookupStart { obj, .. } => self.last = obj.0,
            Event::LookupStep { place, found, .. } => {
                self.last = if found.is_null() { place.0 } else { found.0 };
            }
            Event::LookupDone { value, .. } if !value.is_null() => self.last = value.0,
            _ => {}
        }
    }
}

/// The size class of a block, as pymalloc has it.
#[inline]
const fn class(size: u32) -> usize {
    (size.div_ceil(16)) as usize % SIZES
}
