//! The modules of `hashlib`'s algorithms: `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`.
//!
//! Mirrors `Modules/md5module.c`, `sha1module.c`, `sha2module.c`, `sha3module.c` and
//! `Modules/_blake2/`; the algorithms are those of the `RustCrypto` crates and of `base::blake2`.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::digest::{ExtendableOutput, Update, XofReader};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256};
use std::fmt::Write as _;

use crate::base::blake2::{Blake2b, Blake2s, Parameters};
use crate::base::{ObjId, integer};
use crate::objects::bytes_like;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Visit};
use crate::objects::scalar_new::ssize_arg;
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

use super::ModuleDef;
use super::binascii::int_or;

const OPENER: &str = "($module, /, string=b'', *, usedforsecurity=True)";

macro_rules! module { ($name:ident $text:literal $doc:literal [$($function:ident $spec:ident $variant:ident),*] [$($type_name:literal $ty:ident),*]) => {
    pub static $name: ModuleDef = ModuleDef {
        name: $text,
        functions: &[$(MethodDef::new(
            stringify!($function),
            MethodImpl::FastKeywords(|vm, _, args, kwnames| {
                open(vm, stringify!($function), &$spec, Hash::$variant(Default::default()), args, kwnames)
            }),
            OPENER,
        )),*],
        exec: |vm, module| {
            for (name, spec) in [$(($type_name, &$ty)),*] {
                let ty = vm.native_type(spec);
                vm.incref(ty);
                vm.module_add(module, name, ty);
            }
            Ok(())
        },
        doc: $doc,
    };
} }

module! { MD5 "_md5" "" [md5 MD5_TYPE Md5] ["MD5Type" MD5_TYPE] }
module! { SHA1 "_sha1" "" [sha1 SHA1_TYPE Sha1] ["SHA1Type" SHA1_TYPE] }
module! { SHA2 "_sha2" "" [
    sha224 SHA224_TYPE Sha224, sha256 SHA256_TYPE Sha256, sha384 SHA384_TYPE Sha384, sha512 SHA512_TYPE Sha512
] ["SHA224Type" SHA224_TYPE, "SHA256Type" SHA256_TYPE, "SHA384Type" SHA384_TYPE, "SHA512Type" SHA512_TYPE] }

pub static SHA3: ModuleDef = ModuleDef {
    name: "_sha3",
    functions: &[],
    exec: |vm, module| {
        for (name, spec) in [
            ("sha3_224", &SHA3_224),
            ("sha3_256", &SHA3_256),
            ("sha3_384", &SHA3_384),
            ("sha3_512", &SHA3_512),
            ("shake_128", &SHAKE_128),
            ("shake_256", &SHAKE_256),
        ] {
            let ty = vm.native_type(spec);
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        let text = vm.new_str("RustCrypto");
        vm.module_add(module, "implementation", text);
        Ok(())
    },
    doc: "",
};

pub static BLAKE2: ModuleDef = ModuleDef {
    name: "_blake2",
    functions: &[],
    exec: |vm, module| {
        for (name, spec, letter, half) in [
            ("blake2b", &BLAKE2B, 'B', 16),
            ("blake2s", &BLAKE2S, 'S', 8),
        ] {
            let ty = vm.native_type(spec);
            for (what, size) in [
                ("SALT_SIZE", half),
                ("PERSON_SIZE", half),
                ("MAX_KEY_SIZE", 4 * half),
                ("MAX_DIGEST_SIZE", 4 * half),
            ] {
                let value = vm.new_int(size);
                let dict = vm.heap.type_object(ty).tp_dict;
                vm.dict_set_name(dict, what, value);
                vm.module_add(module, &format!("BLAKE2{letter}_{what}"), value);
            }
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        Ok(())
    },
    doc: "_blake2b provides BLAKE2b for hashlib\n",
};

/// A hash that takes more bytes.
#[derive(Clone, Debug)]
enum Hash {
    Md5(Md5),
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Sha3_224(Sha3_224),
    Sha3_256(Sha3_256),
    Sha3_384(Sha3_384),
    Sha3_512(Sha3_512),
    Shake128(Shake128),
    Shake256(Shake256),
    Blake2b(Blake2b),
    Blake2s(Blake2s),
}

/// Applies an expression to whichever of the `RustCrypto` hashes it is.
macro_rules! each {
    ($hash:expr, $h:ident => $plain:expr, $x:ident => $shake:expr, $b:ident => $blake:expr) => {
        match $hash {
            Self::Md5($h) => $plain,
            Self::Sha1($h) => $plain,
            Self::Sha224($h) => $plain,
            Self::Sha256($h) => $plain,
            Self::Sha384($h) => $plain,
            Self::Sha512($h) => $plain,
            Self::Sha3_224($h) => $plain,
            Self::Sha3_256($h) => $plain,
            Self::Sha3_384($h) => $plain,
            Self::Sha3_512($h) => $plain,
            Self::Shake128($x) => $shake,
            Self::Shake256($x) => $shake,
            Self::Blake2b($b) => $blake,
            Self::Blake2s($b) => $blake,
        }
    };
}

impl Hash {
    fn update(&mut self, data: &[u8]) {
        each!(self, h => Digest::update(h, data), x => Update::update(x, data), b => b.update(data));
    }

    /// The digest; `length` counts for the extendable ones alone.
    fn digest(&self, length: usize) -> Vec<u8> {
        each!(self,
            h => h.clone().finalize().to_vec(),
            x => {
                let mut out = vec![0; length];
                x.clone().finalize_xof().read(&mut out);
                out
            },
            b => b.digest()
        )
    }

    /// Name, digest size and block size.
    const fn facts(&self) -> (&'static str, usize, usize) {
        match self {
            Self::Md5(_) => ("md5", 16, 64),
            Self::Sha1(_) => ("sha1", 20, 64),
            Self::Sha224(_) => ("sha224", 28, 64),
            Self::Sha256(_) => ("sha256", 32, 64),
            Self::Sha384(_) => ("sha384", 48, 128),
            Self::Sha512(_) => ("sha512", 64, 128),
            Self::Sha3_224(_) => ("sha3_224", 28, 144),
            Self::Sha3_256(_) => ("sha3_256", 32, 136),
            Self::Sha3_384(_) => ("sha3_384", 48, 104),
            Self::Sha3_512(_) => ("sha3_512", 64, 72),
            Self::Shake128(_) => ("shake_128", 0, 168),
            Self::Shake256(_) => ("shake_256", 0, 136),
            Self::Blake2b(_) => ("blake2b", 0, Blake2b::BLOCK),
            Self::Blake2s(_) => ("blake2s", 0, Blake2s::BLOCK),
        }
    }

    fn digest_size(&self) -> usize {
        match self {
            Self::Blake2b(hash) => hash.digest().len(),
            Self::Blake2s(hash) => hash.digest().len(),
            _ => self.facts().1,
        }
    }
}

/// The object of a hash type.
#[derive(Debug)]
struct HashObject(Hash);

impl NativePayload for HashObject {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

const METHODS: &[MethodDef] = &[
    MethodDef::new("copy", MethodImpl::NoArgs(copy), "($self, /)"),
    MethodDef::new(
        "digest",
        MethodImpl::NoArgs(|vm, this| digest(vm, this, 0)),
        "($self, /)",
    ),
    MethodDef::new(
        "hexdigest",
        MethodImpl::NoArgs(|vm, this| hexdigest(vm, this, 0)),
        "($self, /)",
    ),
    MethodDef::new("update", MethodImpl::O(update), "($self, obj, /)"),
];

const SHAKE_METHODS: &[MethodDef] = &[
    MethodDef::new("copy", MethodImpl::NoArgs(copy), "($self, /)"),
    MethodDef::new(
        "digest",
        MethodImpl::O(|vm, this, length| {
            let length = length_arg(vm, length)?;
            digest(vm, this, length)
        }),
        "($self, length, /)",
    ),
    MethodDef::new(
        "hexdigest",
        MethodImpl::O(|vm, this, length| {
            let length = length_arg(vm, length)?;
            hexdigest(vm, this, length)
        }),
        "($self, length, /)",
    ),
    MethodDef::new("update", MethodImpl::O(update), "($self, data, /)"),
];

const GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "block_size",
        get: |vm, this| {
            let size = vm.native::<HashObject>(this).0.facts().2;
            Ok(vm.new_int(size as i64))
        },
        set: None,
    },
    GetSetDef {
        name: "name",
        get: |vm, this| {
            let name = vm.native::<HashObject>(this).0.facts().0;
            Ok(vm.new_str(name))
        },
        set: None,
    },
    GetSetDef {
        name: "digest_size",
        get: |vm, this| {
            let size = vm.native::<HashObject>(this).0.digest_size();
            Ok(vm.new_int(size as i64))
        },
        set: None,
    },
];

const fn opened(tp_name: &'static str) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: 64,
        tp_flags: TypeFlags::DISALLOW_INSTANTIATION,
        methods: METHODS,
        getset: GETSET,
        ..TypeSpec::EMPTY
    }
}

static MD5_TYPE: TypeSpec = opened("_md5.md5");
static SHA1_TYPE: TypeSpec = opened("_sha1.sha1");
static SHA224_TYPE: TypeSpec = opened("_sha2.SHA224Type");
static SHA256_TYPE: TypeSpec = opened("_sha2.SHA256Type");
static SHA384_TYPE: TypeSpec = opened("_sha2.SHA384Type");
static SHA512_TYPE: TypeSpec = opened("_sha2.SHA512Type");

/// A type of `_sha3`, which is called itself.
macro_rules! sha3_type {
    ($spec:ident $tp_name:literal $variant:ident $methods:ident) => {
        static $spec: TypeSpec = TypeSpec {
            tp_name: $tp_name,
            tp_basicsize: 448,
            slots: Slots {
                tp_new: Some(|vm, ty, args, kwargs| {
                    let name = $tp_name.rsplit('.').next().unwrap_or_default();
                    let signature = Signature::new(name, &["", "usedforsecurity"], 0).positional(1);
                    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
                    let hash = Hash::$variant(Default::default());
                    start(vm, ty, hash, values[0])
                }),
                ..Slots::EMPTY
            },
            methods: $methods,
            getset: GETSET,
            tp_doc: concat!($tp_name, "([data], *, usedforsecurity=True) -> SHA3 object"),
            ..TypeSpec::EMPTY
        };
    };
}

sha3_type! { SHA3_224 "_sha3.sha3_224" Sha3_224 METHODS }
sha3_type! { SHA3_256 "_sha3.sha3_256" Sha3_256 METHODS }
sha3_type! { SHA3_384 "_sha3.sha3_384" Sha3_384 METHODS }
sha3_type! { SHA3_512 "_sha3.sha3_512" Sha3_512 METHODS }
sha3_type! { SHAKE_128 "_sha3.shake_128" Shake128 SHAKE_METHODS }
sha3_type! { SHAKE_256 "_sha3.shake_256" Shake256 SHAKE_METHODS }

static BLAKE2B: TypeSpec = TypeSpec {
    slots: Slots {
        tp_new: Some(|vm, ty, args, kwargs| {
            let (data, parameters) = blake2_arguments(vm, "blake2b", 16, args, kwargs)?;
            start(vm, ty, Hash::Blake2b(Blake2b::new(&parameters)), data)
        }),
        ..Slots::EMPTY
    },
    ..blake2_type("_blake2.blake2b")
};
static BLAKE2S: TypeSpec = TypeSpec {
    slots: Slots {
        tp_new: Some(|vm, ty, args, kwargs| {
            let (data, parameters) = blake2_arguments(vm, "blake2s", 8, args, kwargs)?;
            start(vm, ty, Hash::Blake2s(Blake2s::new(&parameters)), data)
        }),
        ..Slots::EMPTY
    },
    ..blake2_type("_blake2.blake2s")
};

const fn blake2_type(tp_name: &'static str) -> TypeSpec {
    TypeSpec {
        tp_name,
        tp_basicsize: 280,
        methods: METHODS,
        getset: GETSET,
        tp_doc: "Return a new BLAKE2 hash object.",
        ..TypeSpec::EMPTY
    }
}

/// The data (NULL: none) and the parameters of a BLAKE2 hash whose salt has `half` bytes.
fn blake2_arguments(
    vm: &mut Vm,
    name: &str,
    half: usize,
    args: ObjId,
    kwargs: ObjId,
) -> PyResult<(ObjId, Parameters)> {
    let names = [
        "",
        "digest_size",
        "key",
        "salt",
        "person",
        "fanout",
        "depth",
        "leaf_size",
        "node_offset",
        "node_depth",
        "inner_size",
        "last_node",
        "usedforsecurity",
    ];
    let signature = Signature::new(name, &names, 0).positional(1);
    let values = vm.unpack_tuple_dict(&signature, args, kwargs)?;
    let largest = 4 * half;
    let digest_size = int_or(vm, values[1], largest as i32)?;
    if !(1..=largest as i32).contains(&digest_size) {
        return Err(vm.value_error(format!("digest_size must be between 1 and {largest} bytes")));
    }
    let mut parts = [const { Vec::new() }; 3];
    for ((part, value), (what, most)) in parts.iter_mut().zip(&values[2..5]).zip([
        ("key", largest),
        ("salt", half),
        ("person", half),
    ]) {
        if !value.is_null() {
            *part = bytes_like::contents(vm, *value)?;
        }
        if part.len() > most {
            return Err(vm.value_error(format!("maximum {what} length is {most} bytes")));
        }
    }
    let [key, salt, person] = parts;
    let mut small = [1, 1, 0, 0];
    let limits = [
        ("fanout", values[5], 0, 255),
        ("depth", values[6], 1, 255),
        ("node_depth", values[9], 0, 255),
        ("inner_size", values[10], 0, largest as i32),
    ];
    for (number, (what, value, least, most)) in small.iter_mut().zip(limits) {
        *number = int_or(vm, value, *number)?;
        if !(least..=most).contains(number) {
            return Err(match what {
                "inner_size" => {
                    vm.value_error(format!("inner_size must be between 0 and is {most}"))
                }
                _ => vm.value_error(format!("{what} must be between {least} and {most}")),
            });
        }
    }
    let [fanout, depth, node_depth, inner_size] = small.map(|n| n as u8);
    let leaf_size = unsigned(vm, values[7], 4)? as u32;
    let node_offset = unsigned(vm, values[8], 8)?;
    if half == 8 && node_offset >> 48 != 0 {
        return Err(vm.raise(types::OVERFLOW_ERROR, "node_offset is too large"));
    }
    let last_node = !values[11].is_null() && vm.is_true(values[11])?;
    let parameters = Parameters {
        digest_size: digest_size as u8,
        key,
        fanout,
        depth,
        leaf_size,
        node_offset,
        node_depth,
        inner_size,
        salt,
        person,
        last_node,
    };
    Ok((values[0], parameters))
}

/// A number that is not negative and fits `size` bytes; 0 for NULL.
fn unsigned(vm: &mut Vm, value: ObjId, size: usize) -> PyResult<u64> {
    if value.is_null() {
        return Ok(0);
    }
    let index = vm.number_index(value)?;
    let number = vm.int_as_bigint(index);
    vm.decref(index);
    if integer::is_negative(&number) {
        return Err(vm.value_error("value must be positive"));
    }
    match integer::to_le_bytes(&number, size, false) {
        Some(mut bytes) => {
            bytes.resize(8, 0);
            Ok(u64::from_le_bytes(
                *bytes.first_chunk().expect("resized to eight"),
            ))
        }
        None => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C unsigned long",
        )),
    }
}

// ---- what all have in common

fn open(
    vm: &mut Vm,
    name: &str,
    spec: &'static TypeSpec,
    hash: Hash,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let signature = Signature::new(name, &["string", "usedforsecurity"], 0).positional(1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let ty = vm.native_type(spec);
    start(vm, ty, hash, values[0])
}

fn start(vm: &mut Vm, ty: ObjId, mut hash: Hash, data: ObjId) -> PyResult<ObjId> {
    if !data.is_null() {
        hash.update(&contents(vm, data)?);
    }
    Ok(vm.new_native(ty, HashObject(hash)))
}

fn contents(vm: &mut Vm, data: ObjId) -> PyResult<Vec<u8>> {
    if vm.text(data).is_some() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    if !bytes_like::is_bytes_like(vm, data) {
        return Err(vm.type_error("object supporting the buffer API required"));
    }
    bytes_like::contents(vm, data)
}

fn update(vm: &mut Vm, this: ObjId, data: ObjId) -> PyResult<ObjId> {
    let data = contents(vm, data)?;
    vm.native_mut::<HashObject>(this).0.update(&data);
    Ok(NONE)
}

fn copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let hash = vm.native::<HashObject>(this).0.clone();
    let ty = vm.type_of(this);
    Ok(vm.new_native(ty, HashObject(hash)))
}

fn length_arg(vm: &mut Vm, length: ObjId) -> PyResult<usize> {
    let length = ssize_arg(vm, length)?;
    if length < 0 {
        return Err(vm.value_error("value must be positive"));
    }
    if length >= 1 << 29 {
        return Err(vm.value_error("length is too large"));
    }
    Ok(length as usize)
}

fn digest(vm: &mut Vm, this: ObjId, length: usize) -> PyResult<ObjId> {
    let digest = vm.native::<HashObject>(this).0.digest(length);
    Ok(vm.new_bytes(&digest))
}

fn hexdigest(vm: &mut Vm, this: ObjId, length: usize) -> PyResult<ObjId> {
    let digest = vm.native::<HashObject>(this).0.digest(length);
    let mut text = String::with_capacity(2 * digest.len());
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(vm.new_string(text))
}
