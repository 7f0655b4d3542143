//! Hash values: strings and bytes by `SipHash-1-3`, numbers modulo a prime, tuples and sets by
//! mixing the hashes of their items.
//!
//! Mirrors `Python/pyhash.c` and the `hash` slots of `tupleobject.c` and `setobject.c`.

use super::{BigInt, Text, integer};

/// The two keys of the string hash (`_Py_HashSecret.siphash`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HashSecret {
    pub k0: u64,
    pub k1: u64,
}

impl HashSecret {
    /// The keys that `PYTHONHASHSEED=seed` chooses; seed 0 means both are 0.
    pub fn from_seed(seed: u32) -> Self {
        if seed == 0 {
            return Self::default();
        }
        let mut x = seed;
        let mut next_word = || {
            u64::from_le_bytes(std::array::from_fn(|_| {
                x = x.wrapping_mul(214013).wrapping_add(2531011);
                (x >> 16) as u8
            }))
        };
        let k0 = next_word();
        Self {
            k0,
            k1: next_word(),
        }
    }
}

/// The hash of bytes (`_Py_HashBytes`); also of a string's raw storage.
pub fn hash_bytes(bytes: &[u8], secret: HashSecret) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let mut state = SipState::new(secret);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state.absorb(u64::from_le_bytes(
            word.try_into().expect("chunks of eight"),
        ));
    }
    let mut last = (bytes.len() as u64) << 56;
    for (i, &byte) in words.remainder().iter().enumerate() {
        last |= u64::from(byte) << (8 * i);
    }
    state.absorb(last);
    not_minus_one(state.finish() as i64)
}

/// The hash of a string (`unicode_hash`).
pub fn hash_text(text: &Text, secret: HashSecret) -> i64 {
    match text {
        Text::Latin1(s) => hash_bytes(s, secret),
        Text::Ucs2(s) => {
            let raw: Vec<u8> = s.iter().flat_map(|c| c.to_le_bytes()).collect();
            hash_bytes(&raw, secret)
        }
        Text::Ucs4(s) => {
            let raw: Vec<u8> = s.iter().flat_map(|c| c.to_le_bytes()).collect();
            hash_bytes(&raw, secret)
        }
    }
}

/// `SipHash` with one round per word and three at the end.
struct SipState {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl SipState {
    const fn new(secret: HashSecret) -> Self {
        Self {
            v0: secret.k0 ^ 0x736f_6d65_7073_6575,
            v1: secret.k1 ^ 0x646f_7261_6e64_6f6d,
            v2: secret.k0 ^ 0x6c79_6765_6e65_7261,
            v3: secret.k1 ^ 0x7465_6462_7974_6573,
        }
    }

    const fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.rotate_left(32);
    }

    const fn absorb(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    const fn finish(mut self) -> u64 {
        self.v2 ^= 0xff;
        self.round();
        self.round();
        self.round();
        self.v0 ^ self.v1 ^ self.v2 ^ self.v3
    }
}

/// The prime `2**61 - 1` that the hashes of all numbers are taken modulo.
pub const HASH_MODULUS: u64 = (1 << 61) - 1;
/// The hash of positive infinity.
pub const HASH_INF: i64 = 314159;
/// The multiplier of a complex number's imaginary part.
const HASH_IMAG: u64 = 1000003;

/// -1 tells C of an error, so no hash is -1.
#[inline]
pub const fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// The hash of a small int.
#[inline]
pub const fn hash_i64(n: i64) -> i64 {
    let rest = (n.unsigned_abs() % HASH_MODULUS) as i64;
    not_minus_one(if n < 0 { -rest } else { rest })
}

/// The hash of an int (`long_hash`).
pub fn hash_int(n: &BigInt) -> i64 {
    if let Ok(small) = i64::try_from(n) {
        return hash_i64(small);
    }
    let rest = n % BigInt::from(HASH_MODULUS);
    not_minus_one(i64::try_from(&rest).expect("below 2**61"))
}

/// The hash of a float (`_Py_HashDouble`); `None` for a NaN, whose hash is its object's address.
pub fn hash_f64(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 { HASH_INF } else { -HASH_INF });
    }
    let (mantissa, exponent) = integer::decompose_f64(value);
    // 2**61 is 1 modulo the prime, so the power of two is a rotation within 61 bits.
    let shift = exponent.rem_euclid(61) as u32;
    let magnitude = mantissa.unsigned_abs();
    let rotated = if shift == 0 {
        magnitude
    } else {
        ((magnitude << shift) & HASH_MODULUS) | (magnitude >> (61 - shift))
    };
    let hash = rotated as i64;
    Some(not_minus_one(if mantissa < 0 { -hash } else { hash }))
}

/// The hash of a complex number, from the hashes of its two parts.
pub const fn hash_complex(real: i64, imag: i64) -> i64 {
    let mixed = (real as u64).wrapping_add(HASH_IMAG.wrapping_mul(imag as u64));
    not_minus_one(mixed as i64)
}

/// The hash of an address, for objects compared by identity (`_Py_HashPointer`).
#[inline]
pub const fn hash_address(address: u64) -> i64 {
    not_minus_one(address.rotate_right(4) as i64)
}

/// The hash of a tuple, from the hashes of its items (xxHash-like, `tuplehash`).
pub fn hash_tuple(items: &[i64]) -> i64 {
    let mut mixer = TupleHasher::new();
    for &item in items {
        mixer.add(item);
    }
    mixer.finish()
}

/// Mixes the hashes of a tuple's items one by one, for callers that cannot collect them first.
pub struct TupleHasher {
    acc: u64,
    len: u64,
}

impl Default for TupleHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl TupleHasher {
    const PRIME_1: u64 = 11400714785074694791;
    const PRIME_2: u64 = 14029467366897019727;
    const PRIME_5: u64 = 2870177450012600261;

    /// Nothing mixed yet.
    pub const fn new() -> Self {
        Self {
            acc: Self::PRIME_5,
            len: 0,
        }
    }

    /// Mixes the next item's hash in.
    pub const fn add(&mut self, item: i64) {
        self.acc = self
            .acc
            .wrapping_add((item as u64).wrapping_mul(Self::PRIME_2));
        self.acc = self.acc.rotate_left(31).wrapping_mul(Self::PRIME_1);
        self.len += 1;
    }

    /// The tuple's hash.
    pub const fn finish(self) -> i64 {
        let acc = self
            .acc
            .wrapping_add(self.len ^ (Self::PRIME_5 ^ 0x0035_d373));
        if acc == u64::MAX {
            1546275796
        } else {
            acc as i64
        }
    }
}

/// The hash of a slice, from the hashes of start, stop and step (`slicehash`): as of a tuple but
/// without its length.
pub fn hash_slice(items: [i64; 3]) -> i64 {
    let mut mixer = TupleHasher::new();
    for item in items {
        mixer.add(item);
    }
    if mixer.acc == u64::MAX {
        1546275796
    } else {
        mixer.acc as i64
    }
}

/// The hash of a frozenset, from the hashes of its items in any order (`frozenset_hash`).
pub fn hash_frozenset(items: impl IntoIterator<Item = i64>) -> i64 {
    let mut hash = 0_u64;
    let mut len = 0_u64;
    for item in items {
        let item = item as u64;
        hash ^= ((item ^ 0x055b_4db3) ^ (item << 16)).wrapping_mul(3644798167);
        len += 1;
    }
    hash ^= (len + 1).wrapping_mul(1927868237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69069).wrapping_add(907133923);
    if hash == u64::MAX {
        590923713
    } else {
        hash as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_hash_as_in_cpython() {
        let zero = HashSecret::default();
        for (text, expected) in [
            ("", 0),
            ("abc", -4594863902769663758),
            ("abcdefgh", 4574395652268504554),
            ("\u{e9}t\u{e9}", -1033370291238291217),
            ("\u{1234}x", 5771455881126182464),
            ("\u{1f600}", -3536540696076613844),
        ] {
            assert_eq!(hash_text(&Text::from(text), zero), expected, "{text}");
        }
        assert_eq!(
            hash_bytes(b"abc", HashSecret::from_seed(1)),
            hash_text(&Text::from("abc"), HashSecret::from_seed(1))
        );
        assert_eq!(
            hash_text(&Text::from("abc"), HashSecret::from_seed(42)),
            3869580338025362921
        );
    }

    #[test]
    fn numbers_hash_alike_when_equal() {
        for (value, expected) in [
            (0.0, 0),
            (-1.0, -2),
            (0.5, 1152921504606846976),
            (1e100, 1822893315824342674),
            (f64::INFINITY, 314159),
            (-2.5, -1152921504606846978),
            (5e-324, 16777216),
        ] {
            assert_eq!(hash_f64(value), Some(expected), "{value}");
        }
        assert_eq!(hash_int(&(BigInt::from(10).pow(100))), 910685213754167845);
        assert_eq!(hash_i64(-1), -2);
        assert_eq!(hash_i64(i64::MIN), -4);
        assert_eq!(hash_complex(1, 2), 2000007);
    }

    #[test]
    fn containers() {
        assert_eq!(hash_tuple(&[]), 5740354900026072187);
        assert_eq!(hash_tuple(&[1, 2, 3]), 529344067295497451);
        assert_eq!(hash_frozenset([]), 133146708735736);
        assert_eq!(hash_frozenset([1, 2, 3]), -272375401224217160);
        assert_eq!(hash_slice([1, 2, 3]), -2340833382717974474);
    }
}
