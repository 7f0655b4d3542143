//! The hash functions `BLAKE2b` and `BLAKE2s` with all their parameters (RFC 7693).
//!
//! Mirrors what `Modules/_blake2/` uses of the reference implementation.

/// The order in which each round reads the message words.
const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// Which four words each half of a round mixes.
const MIXES: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// The parameters of a hash, as in its parameter block.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub digest_size: u8,
    pub key: Vec<u8>,
    pub fanout: u8,
    pub depth: u8,
    pub leaf_size: u32,
    pub node_offset: u64,
    pub node_depth: u8,
    pub inner_size: u8,
    pub salt: Vec<u8>,
    pub person: Vec<u8>,
    pub last_node: bool,
}

macro_rules! blake2 { ($(#[$doc:meta])* $name:ident $word:ty, $bytes:literal, $rounds:literal, $turns:expr, $iv:expr) => {
    $(#[$doc])*
    #[derive(Clone, Debug)]
    pub struct $name {
        state: [$word; 8],
        count: u128,
        buffer: Vec<u8>,
        digest_size: usize,
        last_node: bool,
    }

    impl $name {
        /// Bytes in one block.
        pub const BLOCK: usize = 16 * $bytes;

        /// A hash of nothing yet, or of the key.
        pub fn new(parameters: &Parameters) -> Self {
            let Parameters {
                digest_size, key, fanout, depth, leaf_size, node_offset, node_depth, inner_size,
                salt, person, last_node,
            } = parameters;
            let mut block = vec![*digest_size, key.len() as u8, *fanout, *depth];
            block.extend(leaf_size.to_le_bytes());
            if $bytes == 8 {
                block.extend(node_offset.to_le_bytes());
                block.extend([*node_depth, *inner_size]);
                block.extend([0; 14]);
            } else {
                block.extend(&node_offset.to_le_bytes()[..6]);
                block.extend([*node_depth, *inner_size]);
            }
            for part in [salt, person] {
                block.extend(part);
                block.extend(std::iter::repeat_n(0, 2 * $bytes - part.len()));
            }
            let mut state: [$word; 8] = $iv;
            for (word, bytes) in state.iter_mut().zip(block.as_chunks::<$bytes>().0) {
                *word ^= <$word>::from_le_bytes(*bytes);
            }
            let mut hash = Self {
                state,
                count: 0,
                buffer: Vec::new(),
                digest_size: usize::from(*digest_size),
                last_node: *last_node,
            };
            if !key.is_empty() {
                let mut first = key.clone();
                first.resize(Self::BLOCK, 0);
                hash.update(&first);
            }
            hash
        }

        /// Adds bytes.
        pub fn update(&mut self, data: &[u8]) {
            self.buffer.extend(data);
            let mut done = 0;
            // The last block waits: whether it is the last one changes how it is mixed in.
            while self.buffer.len() - done > Self::BLOCK {
                let block = self.buffer[done..done + Self::BLOCK].to_vec();
                self.count += Self::BLOCK as u128;
                self.compress(&block, false);
                done += Self::BLOCK;
            }
            self.buffer.drain(..done);
        }

        /// The hash of all bytes so far.
        pub fn digest(&self) -> Vec<u8> {
            let mut last = self.clone();
            let mut block = std::mem::take(&mut last.buffer);
            last.count += block.len() as u128;
            block.resize(Self::BLOCK, 0);
            last.compress(&block, true);
            let mut out: Vec<u8> = last.state.iter().flat_map(|word| word.to_le_bytes()).collect();
            out.truncate(self.digest_size);
            out
        }

        fn compress(&mut self, block: &[u8], last: bool) {
            let (words, _) = block.as_chunks::<$bytes>();
            let iv: [$word; 8] = $iv;
            let mut v = [0; 16];
            v[..8].copy_from_slice(&self.state);
            v[8..].copy_from_slice(&iv);
            v[12] ^= self.count as $word;
            v[13] ^= (self.count >> (8 * $bytes)) as $word;
            if last {
                v[14] = !v[14];
                if self.last_node {
                    v[15] = !v[15];
                }
            }
            let turns: [u32; 4] = $turns;
            for round in 0..$rounds {
                let order = &SIGMA[round % 10];
                for (i, &[a, b, c, d]) in MIXES.iter().enumerate() {
                    let x = <$word>::from_le_bytes(words[order[2 * i]]);
                    let y = <$word>::from_le_bytes(words[order[2 * i + 1]]);
                    for (word, near, far) in [(x, turns[0], turns[1]), (y, turns[2], turns[3])] {
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(word);
                        v[d] = (v[d] ^ v[a]).rotate_right(near);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right(far);
                    }
                }
            }
            for i in 0..8 {
                self.state[i] ^= v[i] ^ v[i + 8];
            }
        }
    }
} }

blake2! {
    /// `BLAKE2b`: 64-bit words, up to 64 bytes.
    Blake2b u64, 8, 12, [32, 24, 16, 63], [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ]
}

blake2! {
    /// BLAKE2s: 32-bit words, up to 32 bytes.
    Blake2s u32, 4, 10, [16, 12, 8, 7], [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ]
}
