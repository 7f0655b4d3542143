//! Mutable bytes.
//!
//! Mirrors `Objects/bytearrayobject.c`.

use crate::memory::Address;

/// `PyByteArrayObject`.
#[derive(Debug, Default)]
pub struct ByteArrayObject {
    pub bytes: Vec<u8>,
    /// Bytes allocated, as `__alloc__` shows (facts 1.2).
    pub ob_alloc: usize,
    /// The block of the buffer; 0: none.
    pub address: Address,
    /// How many buffers look into it: it cannot be resized meanwhile.
    pub ob_exports: u32,
}
