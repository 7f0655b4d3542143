//! The module `_random`: the Mersenne Twister MT19937.
//!
//! Mirrors `Modules/_randommodule.c`: the same numbers for the same seed.

use crate::base::{BigInt, ObjId, integer};
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Payload, Visit};
use crate::objects::scalar_new::c_int_arg;
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, small_int, types};

use super::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_random",
    functions: &[],
    exec: |vm, module| {
        let ty = vm.native_type(&RANDOM);
        vm.incref(ty);
        vm.module_add(module, "Random", ty);
        Ok(())
    },
    doc: "Module implements the Mersenne Twister random number generator.",
};

const N: usize = 624;
const M: usize = 397;

/// `RandomObject`.
#[derive(Debug)]
pub struct Random {
    index: usize,
    state: Box<[u32; N]>,
}

impl NativePayload for Random {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

impl Default for Random {
    fn default() -> Self {
        Self {
            index: N,
            state: Box::new([0; N]),
        }
    }
}

impl Random {
    fn genrand_uint32(&mut self) -> u32 {
        if self.index >= N {
            self.twist();
        }
        let mut y = self.state[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    fn twist(&mut self) {
        for k in 0..N {
            let y = self.state[k] & 0x8000_0000 | self.state[(k + 1) % N] & 0x7fff_ffff;
            let odd = if y & 1 == 0 { 0 } else { 0x9908_b0df };
            self.state[k] = self.state[(k + M) % N] ^ y >> 1 ^ odd;
        }
        self.index = 0;
    }

    fn init_genrand(&mut self, seed: u32) {
        self.state[0] = seed;
        for k in 1..N {
            let previous = self.state[k - 1];
            self.state[k] = 1_812_433_253_u32
                .wrapping_mul(previous ^ previous >> 30)
                .wrapping_add(k as u32);
        }
        self.index = N;
    }

    fn init_by_array(&mut self, key: &[u32]) {
        self.init_genrand(19_650_218);
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let previous = self.state[i - 1];
            self.state[i] = (self.state[i] ^ (previous ^ previous >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= N {
                self.state[0] = self.state[N - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..N - 1 {
            let previous = self.state[i - 1];
            self.state[i] = (self.state[i]
                ^ (previous ^ previous >> 30).wrapping_mul(1_566_083_941))
            .wrapping_sub(i as u32);
            i += 1;
            if i >= N {
                self.state[0] = self.state[N - 1];
                i = 1;
            }
        }
        self.state[0] = 0x8000_0000;
    }
}

static RANDOM: TypeSpec = TypeSpec {
    tp_name: "_random.Random",
    tp_basicsize: 2520,
    tp_flags: TypeFlags::BASETYPE,
    slots: Slots {
        tp_new: Some(|vm, ty, _, _| {
            Ok(vm.generic_alloc(ty, Payload::Native(Box::new(Random::default()))))
        }),
        tp_init: Some(random_init),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("random", MethodImpl::NoArgs(random), "($self, /)"),
        MethodDef::new(
            "seed",
            MethodImpl::Fast(|vm, this, args| {
                vm.check_positional("seed", args.len(), 0, 1)?;
                seed(vm, this, args.first().copied().unwrap_or(NONE))?;
                Ok(NONE)
            }),
            "($self, n=None, /)",
        ),
        MethodDef::new("getstate", MethodImpl::NoArgs(getstate), "($self, /)"),
        MethodDef::new("setstate", MethodImpl::O(setstate), "($self, state, /)"),
        MethodDef::new("getrandbits", MethodImpl::O(getrandbits), "($self, k, /)"),
    ],
    tp_doc: "Random() -> create a random number generator with its own internal state.",
    ..TypeSpec::EMPTY
};

fn random_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let ty = vm.type_of(this);
    let base = vm.native_type(&RANDOM);
    if vm.same_init(ty, base) {
        vm.no_keywords("Random", kwargs)?;
    }
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("Random", args.len(), 0, 1)?;
    seed(vm, this, args.first().copied().unwrap_or(NONE))
}

/// `random_seed`: from an int its size, from another object its hash, from nothing the clock.
fn seed(vm: &mut Vm, this: ObjId, arg: ObjId) -> PyResult<()> {
    let number = if arg == NONE {
        // The machine has no entropy but its own seed and clock, so that runs can be repeated.
        let secret = crate::base::hash::hash_bytes(b"random", vm.interp.hash_secret) as u64;
        BigInt::from(secret) * BigInt::from(vm.interp.instructions | 1)
            + BigInt::from(vm.interp.clock_nanos)
    } else if vm.is_int(arg) {
        vm.int_as_bigint(arg)
    } else {
        let hash = vm.hash(arg)?;
        BigInt::from(hash as u64)
    };
    let magnitude = if integer::is_negative(&number) {
        -number
    } else {
        number
    };
    let count = integer::bit_length(&magnitude).div_ceil(32).max(1);
    let bytes = integer::to_le_bytes(&magnitude, 4 * count, false).expect("the size was measured");
    let (words, _) = bytes.as_chunks::<4>();
    let key: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    vm.native_mut::<Random>(this).init_by_array(&key);
    Ok(())
}

fn random(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let generator: &mut Random = vm.native_mut(this);
    let a = generator.genrand_uint32() >> 5;
    let b = generator.genrand_uint32() >> 6;
    let value = (f64::from(a) * 67_108_864.0 + f64::from(b)) * (1.0 / 9_007_199_254_740_992.0);
    Ok(vm.new_float(value))
}

fn getrandbits(vm: &mut Vm, this: ObjId, k: ObjId) -> PyResult<ObjId> {
    let k = c_int_arg(vm, k)?;
    if k < 0 {
        return Err(vm.value_error("number of bits must be non-negative"));
    }
    if k == 0 {
        return Ok(small_int(0));
    }
    let generator: &mut Random = vm.native_mut(this);
    let mut bytes = Vec::new();
    let mut left = k as u32;
    while left > 0 {
        let mut word = generator.genrand_uint32();
        if left < 32 {
            word >>= 32 - left;
        }
        bytes.extend(word.to_le_bytes());
        left = left.saturating_sub(32);
    }
    let number = integer::from_le_bytes(&bytes, false);
    Ok(vm.new_bigint(number))
}

fn getstate(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let generator: &Random = vm.native(this);
    let mut numbers: Vec<i64> = generator
        .state
        .iter()
        .map(|&word| i64::from(word))
        .collect();
    numbers.push(generator.index as i64);
    let items = numbers.into_iter().map(|n| vm.new_int(n)).collect();
    Ok(vm.new_tuple(items))
}

fn setstate(vm: &mut Vm, this: ObjId, state: ObjId) -> PyResult<ObjId> {
    if !vm.isinstance(state, types::TUPLE) {
        return Err(vm.type_error("state vector must be a tuple"));
    }
    let items = vm.tuple_items(state).to_vec();
    if items.len() != N + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let mut words = Box::new([0; N]);
    for (word, &item) in words.iter_mut().zip(&items) {
        if !vm.is_int(item) {
            return Err(vm.type_error("an integer is required"));
        }
        let value = vm.int_as_bigint(item);
        if integer::is_negative(&value) {
            return Err(vm.raise(
                types::OVERFLOW_ERROR,
                "can't convert negative value to unsigned int",
            ));
        }
        let bytes = integer::to_le_bytes(&value, 8, false);
        let Some(bytes) = bytes else {
            return Err(vm.raise(
                types::OVERFLOW_ERROR,
                "Python int too large to convert to C unsigned long",
            ));
        };
        *word = u32::from_le_bytes(*bytes.first_chunk().expect("eight bytes"));
    }
    if !vm.is_int(items[N]) {
        return Err(vm.type_error("an integer is required"));
    }
    let index = vm.int_as_i64(items[N]).unwrap_or(-1);
    if !(0..=N as i64).contains(&index) {
        return Err(vm.value_error("invalid state"));
    }
    *vm.native_mut::<Random>(this) = Random {
        index: index as usize,
        state: words,
    };
    Ok(NONE)
}
