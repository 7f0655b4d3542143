//! The module `zlib`: deflate streams in their three wrappings, and two checksums.
//!
//! Mirrors `Modules/zlibmodule.c`; the crate `miniz_oxide` does the deflating, so compressed bytes
//! may differ from those of the C library while they mean the same.

use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use crate::base::ObjId;
use crate::objects::bytes_like;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{bool_obj, types};

use super::binascii::{checksum, crc32, int_or, ssize_or};
use super::{ModuleDef, module_exception};

const MAX_WBITS: i32 = 15;
const Z_NO_FLUSH: i32 = 0;
const Z_SYNC_FLUSH: i32 = 2;
const Z_FULL_FLUSH: i32 = 3;
const Z_FINISH: i32 = 4;

pub static MODULE: ModuleDef = ModuleDef {
    name: "zlib",
    functions: &[
        MethodDef::new(
            "adler32",
            MethodImpl::Fast(|vm, _, args| checksum(vm, "adler32", args, 1, adler32)),
            "($module, data, value=1, /)",
        ),
        MethodDef::new(
            "crc32",
            MethodImpl::Fast(|vm, _, args| checksum(vm, "crc32", args, 0, crc32)),
            "($module, data, value=0, /)",
        ),
        MethodDef::new(
            "compress",
            MethodImpl::FastKeywords(compress),
            "($module, data, /, level=-1, wbits=15)",
        ),
        MethodDef::new(
            "compressobj",
            MethodImpl::FastKeywords(compressobj),
            "($module, /, level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=<unrepresentable>)",
        ),
        MethodDef::new(
            "decompress",
            MethodImpl::FastKeywords(decompress),
            "($module, data, /, wbits=15, bufsize=16384)",
        ),
        MethodDef::new(
            "decompressobj",
            MethodImpl::FastKeywords(decompressobj),
            "($module, /, wbits=15, zdict=b'')",
        ),
    ],
    exec: |vm, module| {
        for (name, value) in [
            ("DEFLATED", 8),
            ("DEF_BUF_SIZE", 16384),
            ("DEF_MEM_LEVEL", 8),
            ("MAX_WBITS", i64::from(MAX_WBITS)),
            ("Z_BEST_COMPRESSION", 9),
            ("Z_BEST_SPEED", 1),
            ("Z_BLOCK", 5),
            ("Z_DEFAULT_COMPRESSION", -1),
            ("Z_DEFAULT_STRATEGY", 0),
            ("Z_FILTERED", 1),
            ("Z_FINISH", i64::from(Z_FINISH)),
            ("Z_FIXED", 4),
            ("Z_FULL_FLUSH", i64::from(Z_FULL_FLUSH)),
            ("Z_HUFFMAN_ONLY", 2),
            ("Z_NO_COMPRESSION", 0),
            ("Z_NO_FLUSH", i64::from(Z_NO_FLUSH)),
            ("Z_PARTIAL_FLUSH", 1),
            ("Z_RLE", 3),
            ("Z_SYNC_FLUSH", i64::from(Z_SYNC_FLUSH)),
            ("Z_TREES", 6),
        ] {
            let value = vm.new_int(value);
            vm.module_add(module, name, value);
        }
        for (name, text) in [
            ("ZLIB_VERSION", "1.2.13"),
            ("ZLIB_RUNTIME_VERSION", "1.2.13"),
            ("__version__", "1.0"),
        ] {
            let text = vm.new_str(text);
            vm.module_add(module, name, text);
        }
        let class = error_class(vm)?;
        vm.incref(class);
        vm.module_add(module, "error", class);
        Ok(())
    },
    doc: "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.",
};

fn error_class(vm: &mut Vm) -> PyResult<ObjId> {
    module_exception(vm, "zlib", "error", types::EXCEPTION)
}

#[cold]
fn error(vm: &mut Vm, message: impl Into<String>) -> Raised {
    match error_class(vm) {
        Ok(class) => vm.raise(class, message),
        Err(raised) => raised,
    }
}

fn adler32(start: u32, data: &[u8]) -> u32 {
    let (mut a, mut b) = (start & 0xffff, start >> 16);
    for chunk in data.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    b << 16 | a
}

/// How a deflate stream is wrapped (`wbits`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrapping {
    Zlib,
    Raw,
    Gzip,
    /// zlib or gzip, as the header says.
    Either,
}

impl Wrapping {
    fn of(wbits: i32) -> Option<Self> {
        Some(match wbits {
            0 | 8..=15 => Self::Zlib,
            -15..=-8 => Self::Raw,
            16 | 24..=31 => Self::Gzip,
            32 | 40..=47 => Self::Either,
            _ => return None,
        })
    }
}

// ---- compressing

/// `compobject` of a compressor.
struct Compress {
    wrapping: Wrapping,
    level: i32,
    core: Box<CompressorOxide>,
    check: u32,
    total: u32,
    header_written: bool,
    finished: bool,
}

impl std::fmt::Debug for Compress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compress")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

impl NativePayload for Compress {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

impl Compress {
    fn new(level: i32, wrapping: Wrapping, strategy: i32) -> Self {
        let flags = create_comp_flags_from_zip_params(level, -MAX_WBITS, strategy);
        Self {
            wrapping,
            level,
            core: Box::new(CompressorOxide::new(flags)),
            check: u32::from(wrapping != Wrapping::Gzip),
            total: 0,
            header_written: false,
            finished: false,
        }
    }

    fn copy(&self) -> Self {
        Self {
            core: self.core.clone(),
            ..*self
        }
    }

    fn run(&mut self, data: &[u8], flush: MZFlush) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.header_written {
            self.header_written = true;
            match self.wrapping {
                Wrapping::Zlib | Wrapping::Either => out.extend(match self.level {
                    0 | 1 => [0x78, 0x01],
                    2..=5 => [0x78, 0x5e],
                    -1 | 6 => [0x78, 0x9c],
                    _ => [0x78, 0xda],
                }),
                Wrapping::Gzip => {
                    let effort = match self.level {
                        9 => 2,
                        1 => 4,
                        _ => 0,
                    };
                    out.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, effort, 3]);
                }
                Wrapping::Raw => {}
            }
        }
        self.check = match self.wrapping {
            Wrapping::Gzip => crc32(self.check, data),
            Wrapping::Zlib | Wrapping::Raw | Wrapping::Either => adler32(self.check, data),
        };
        self.total = self.total.wrapping_add(data.len() as u32);
        let mut rest = data;
        let mut buffer = vec![0; 16384];
        loop {
            let result = deflate(&mut self.core, rest, &mut buffer, flush);
            rest = &rest[result.bytes_consumed..];
            out.extend(&buffer[..result.bytes_written]);
            let full = result.bytes_written == buffer.len();
            match result.status {
                Ok(MZStatus::StreamEnd) => break,
                Ok(_) if full || !rest.is_empty() => {}
                Ok(_) if flush == MZFlush::Finish => {}
                _ => break,
            }
        }
        if flush == MZFlush::Finish {
            self.finished = true;
            match self.wrapping {
                Wrapping::Zlib | Wrapping::Either => out.extend(self.check.to_be_bytes()),
                Wrapping::Gzip => {
                    out.extend(self.check.to_le_bytes());
                    out.extend(self.total.to_le_bytes());
                }
                Wrapping::Raw => {}
            }
        }
        out
    }
}

fn compress(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("compress", &["", "level", "wbits"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = bytes_like::contents(vm, values[0])?;
    let level = int_or(vm, values[1], -1)?;
    let wbits = int_or(vm, values[2], MAX_WBITS)?;
    let wrapping = Wrapping::of(wbits).filter(|&w| w != Wrapping::Either);
    let (-1..=9, Some(wrapping)) = (level, wrapping) else {
        return Err(error(vm, "Bad compression level"));
    };
    let out = Compress::new(level, wrapping, 0).run(&data, MZFlush::Finish);
    Ok(vm.new_bytes(&out))
}

fn compressobj(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let names = ["level", "method", "wbits", "memLevel", "strategy", "zdict"];
    let values = vm.unpack_keywords(&Signature::new("compressobj", &names, 0), args, kwnames)?;
    let level = int_or(vm, values[0], -1)?;
    let method = int_or(vm, values[1], 8)?;
    let wbits = int_or(vm, values[2], MAX_WBITS)?;
    let mem_level = int_or(vm, values[3], 8)?;
    let strategy = int_or(vm, values[4], 0)?;
    refuse_dictionary(vm, values[5])?;
    let wrapping = Wrapping::of(wbits).filter(|&w| w != Wrapping::Either && wbits != 0);
    let valid = (-1..=9).contains(&level)
        && method == 8
        && (1..=9).contains(&mem_level)
        && (0..=4).contains(&strategy);
    let (true, Some(wrapping)) = (valid, wrapping) else {
        return Err(vm.value_error("Invalid initialization option"));
    };
    let ty = vm.native_type(&COMPRESS);
    Ok(vm.new_native(ty, Compress::new(level, wrapping, strategy)))
}

/// A preset dictionary cannot be given to the machine's deflate.
fn refuse_dictionary(vm: &mut Vm, zdict: ObjId) -> PyResult<()> {
    if zdict.is_null() || bytes_like::contents(vm, zdict)?.is_empty() {
        return Ok(());
    }
    Err(vm.raise(
        types::NOT_IMPLEMENTED_ERROR,
        "zlib with a preset dictionary (zdict) is not supported",
    ))
}

static COMPRESS: TypeSpec = TypeSpec {
    tp_name: "zlib.Compress",
    tp_basicsize: 176,
    tp_flags: TypeFlags::DISALLOW_INSTANTIATION,
    slots: Slots::EMPTY,
    methods: &[
        MethodDef::new("compress", MethodImpl::O(compress_more), "($self, data, /)"),
        MethodDef::new(
            "flush",
            MethodImpl::Fast(compress_flush),
            "($self, mode=zlib.Z_FINISH, /)",
        ),
        MethodDef::new("copy", MethodImpl::NoArgs(compress_copy), "($self, /)"),
        MethodDef::new("__copy__", MethodImpl::NoArgs(compress_copy), "($self, /)"),
        MethodDef::new(
            "__deepcopy__",
            MethodImpl::O(|vm, this, _| compress_copy(vm, this)),
            "($self, memo, /)",
        ),
    ],
    ..TypeSpec::EMPTY
};

fn compress_more(vm: &mut Vm, this: ObjId, data: ObjId) -> PyResult<ObjId> {
    let data = bytes_like::contents(vm, data)?;
    let object: &mut Compress = vm.native_mut(this);
    if object.finished {
        return Err(error(
            vm,
            "Error -2 while compressing data: inconsistent stream state",
        ));
    }
    let out = object.run(&data, MZFlush::None);
    Ok(vm.new_bytes(&out))
}

fn compress_flush(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("flush", args.len(), 0, 1)?;
    let mode = int_or(vm, args.first().copied().unwrap_or_default(), Z_FINISH)?;
    let mode = match mode {
        Z_NO_FLUSH => return Ok(vm.new_bytes(&[])),
        Z_SYNC_FLUSH | 1 | 5 => MZFlush::Sync,
        Z_FULL_FLUSH => MZFlush::Full,
        _ => MZFlush::Finish,
    };
    let object: &mut Compress = vm.native_mut(this);
    if object.finished {
        return Err(error(
            vm,
            "Error -2 while flushing: inconsistent stream state",
        ));
    }
    let out = object.run(&[], mode);
    Ok(vm.new_bytes(&out))
}

fn compress_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let object: &Compress = vm.native(this);
    if object.finished {
        return Err(vm.value_error("Inconsistent stream state"));
    }
    let copy = object.copy();
    let ty = vm.type_of(this);
    Ok(vm.new_native(ty, copy))
}

// ---- decompressing

/// What of a stream comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Header,
    Body,
    Trailer,
    End,
}

/// `compobject` of a decompressor.
#[derive(Clone)]
struct Decompress {
    wrapping: Wrapping,
    stage: Stage,
    gzip: bool,
    core: Box<InflateState>,
    check: u32,
    total: u32,
    /// Bytes of a header or trailer that is not whole yet.
    pending: Vec<u8>,
    unused_data: Vec<u8>,
    unconsumed_tail: Vec<u8>,
}

impl std::fmt::Debug for Decompress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decompress")
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl NativePayload for Decompress {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

impl Decompress {
    fn new(wrapping: Wrapping) -> Self {
        let raw = wrapping == Wrapping::Raw;
        Self {
            wrapping,
            stage: if raw { Stage::Body } else { Stage::Header },
            gzip: wrapping == Wrapping::Gzip,
            core: InflateState::new_boxed(DataFormat::Raw),
            check: 1,
            total: 0,
            pending: Vec::new(),
            unused_data: Vec::new(),
            unconsumed_tail: Vec::new(),
        }
    }

    /// Decompresses up to `limit` bytes; gives the text and what of `data` was not read. `Err` is
    /// what is wrong with the data.
    fn run(&mut self, data: &[u8], limit: usize) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
        let mut out = Vec::new();
        let mut rest = [&std::mem::take(&mut self.pending)[..], data].concat();
        if self.stage == Stage::Header {
            let Some(length) = self.read_header(&rest)? else {
                self.pending = rest;
                return Ok((out, Vec::new()));
            };
            rest.drain(..length);
            self.stage = Stage::Body;
            self.check = u32::from(!self.gzip);
        }
        let mut buffer = vec![0; 16384];
        let mut at = 0;
        while self.stage == Stage::Body && out.len() < limit {
            let room = buffer.len().min(limit - out.len());
            let result = inflate(
                &mut self.core,
                &rest[at..],
                &mut buffer[..room],
                MZFlush::None,
            );
            at += result.bytes_consumed;
            let part = &buffer[..result.bytes_written];
            self.check = match (self.wrapping, self.gzip) {
                (Wrapping::Raw, _) => 0,
                (_, true) => crc32(self.check, part),
                (_, false) => adler32(self.check, part),
            };
            self.total = self.total.wrapping_add(part.len() as u32);
            out.extend(part);
            match result.status {
                Ok(MZStatus::StreamEnd) => {
                    let raw = self.wrapping == Wrapping::Raw;
                    self.stage = if raw { Stage::End } else { Stage::Trailer };
                }
                Ok(_) => {
                    if result.bytes_written == 0 && (result.bytes_consumed == 0 || at == rest.len())
                    {
                        break;
                    }
                }
                Err(MZError::Buf) => break,
                Err(_) => return Err("invalid block type"),
            }
        }
        rest.drain(..at);
        if self.stage == Stage::Trailer {
            let length = if self.gzip { 8 } else { 4 };
            if rest.len() < length {
                self.pending = std::mem::take(&mut rest);
            } else {
                let trailer: Vec<u8> = rest.drain(..length).collect();
                self.check_trailer(&trailer)?;
                self.stage = Stage::End;
            }
        }
        Ok((out, rest))
    }

    /// How long the header is; `None`: more of it must come.
    fn read_header(&mut self, data: &[u8]) -> Result<Option<usize>, &'static str> {
        let bad = "incorrect header check";
        if data.is_empty() {
            return Ok(None);
        }
        if self.wrapping == Wrapping::Either {
            self.gzip = data[0] == 0x1f;
        }
        if data.len() < 2 {
            return Ok(None);
        }
        if !self.gzip {
            if !u16::from_be_bytes([data[0], data[1]]).is_multiple_of(31) {
                return Err(bad);
            }
            if data[0] & 0xf != 8 {
                return Err("unknown compression method");
            }
            if data[0] >> 4 > 7 {
                return Err("invalid window size");
            }
            if data[1] & 0x20 != 0 {
                return Err("preset dictionaries are not supported");
            }
            return Ok(Some(2));
        }
        if data[..2] != [0x1f, 0x8b] {
            return Err(bad);
        }
        Ok(gzip_header_length(data))
    }

    fn check_trailer(&self, trailer: &[u8]) -> Result<(), &'static str> {
        let (&sum, rest) = trailer.split_first_chunk().expect("four bytes at least");
        if !self.gzip {
            let right = u32::from_be_bytes(sum) == self.check;
            return if right {
                Ok(())
            } else {
                Err("incorrect data check")
            };
        }
        if u32::from_le_bytes(sum) != self.check {
            return Err("incorrect data check");
        }
        let length = rest.first_chunk().map(|&bytes| u32::from_le_bytes(bytes));
        if length == Some(self.total) {
            Ok(())
        } else {
            Err("incorrect length check")
        }
    }
}

/// The length of a gzip header with its optional parts, once it is whole.
fn gzip_header_length(data: &[u8]) -> Option<usize> {
    let flags = *data.get(3)?;
    let mut length = 10;
    if flags & 4 != 0 {
        let extra = u16::from_le_bytes([*data.get(10)?, *data.get(11)?]);
        length += 2 + usize::from(extra);
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            length += data.get(length..)?.iter().position(|&b| b == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        length += 2;
    }
    (data.len() >= length).then_some(length)
}

#[cold]
fn data_error(vm: &mut Vm, reason: &str) -> Raised {
    error(vm, format!("Error -3 while decompressing data: {reason}"))
}

fn decompress(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("decompress", &["", "wbits", "bufsize"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = bytes_like::contents(vm, values[0])?;
    let wbits = int_or(vm, values[1], MAX_WBITS)?;
    let size = ssize_or(vm, values[2], 16384)?;
    if size < 0 {
        return Err(vm.value_error("bufsize must be non-negative"));
    }
    let Some(wrapping) = Wrapping::of(wbits) else {
        return Err(error(
            vm,
            "Error -2 while preparing to decompress data: inconsistent stream state",
        ));
    };
    let mut object = Decompress::new(wrapping);
    match object.run(&data, usize::MAX) {
        Ok((out, _)) if object.stage == Stage::End => Ok(vm.new_bytes(&out)),
        Ok(_) => Err(error(
            vm,
            "Error -5 while decompressing data: incomplete or truncated stream",
        )),
        Err(reason) => Err(data_error(vm, reason)),
    }
}

fn decompressobj(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("decompressobj", &["wbits", "zdict"], 0);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let wbits = int_or(vm, values[0], MAX_WBITS)?;
    refuse_dictionary(vm, values[1])?;
    let Some(wrapping) = Wrapping::of(wbits) else {
        return Err(vm.value_error("Invalid initialization option"));
    };
    let ty = vm.native_type(&DECOMPRESS);
    Ok(vm.new_native(ty, Decompress::new(wrapping)))
}

static DECOMPRESS: TypeSpec = TypeSpec {
    tp_name: "zlib.Decompress",
    tp_basicsize: 176,
    tp_flags: TypeFlags::DISALLOW_INSTANTIATION,
    slots: Slots::EMPTY,
    methods: &[
        MethodDef::new(
            "decompress",
            MethodImpl::FastKeywords(decompress_more),
            "($self, data, /, max_length=0)",
        ),
        MethodDef::new(
            "flush",
            MethodImpl::Fast(decompress_flush),
            "($self, length=zlib.DEF_BUF_SIZE, /)",
        ),
        MethodDef::new("copy", MethodImpl::NoArgs(decompress_copy), "($self, /)"),
        MethodDef::new(
            "__copy__",
            MethodImpl::NoArgs(decompress_copy),
            "($self, /)",
        ),
        MethodDef::new(
            "__deepcopy__",
            MethodImpl::O(|vm, this, _| decompress_copy(vm, this)),
            "($self, memo, /)",
        ),
    ],
    getset: &[
        GetSetDef {
            name: "unused_data",
            get: |vm, this| {
                let bytes = vm.native::<Decompress>(this).unused_data.clone();
                Ok(vm.new_bytes(&bytes))
            },
            set: None,
        },
        GetSetDef {
            name: "unconsumed_tail",
            get: |vm, this| {
                let bytes = vm.native::<Decompress>(this).unconsumed_tail.clone();
                Ok(vm.new_bytes(&bytes))
            },
            set: None,
        },
        GetSetDef {
            name: "eof",
            get: |vm, this| Ok(bool_obj(vm.native::<Decompress>(this).stage == Stage::End)),
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

fn decompress_more(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("decompress", &["", "max_length"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = bytes_like::contents(vm, values[0])?;
    let limit = match ssize_or(vm, values[1], 0)? {
        0 => usize::MAX,
        limit @ 1.. => limit as usize,
        _ => return Err(vm.value_error("max_length must be non-negative")),
    };
    feed(vm, this, &data, limit)
}

fn feed(vm: &mut Vm, this: ObjId, data: &[u8], limit: usize) -> PyResult<ObjId> {
    let object: &mut Decompress = vm.native_mut(this);
    if object.stage == Stage::End {
        object.unused_data.extend(data);
        return Ok(vm.new_bytes(&[]));
    }
    match object.run(data, limit) {
        Ok((out, rest)) => {
            if object.stage == Stage::End {
                object.unused_data.extend(&rest);
                object.unconsumed_tail.clear();
            } else {
                object.unconsumed_tail = rest;
            }
            Ok(vm.new_bytes(&out))
        }
        Err(reason) => Err(data_error(vm, reason)),
    }
}

fn decompress_flush(vm: &mut Vm, this: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("flush", args.len(), 0, 1)?;
    if ssize_or(vm, args.first().copied().unwrap_or_default(), 16384)? <= 0 {
        return Err(vm.value_error("length must be greater than zero"));
    }
    let tail = std::mem::take(&mut vm.native_mut::<Decompress>(this).unconsumed_tail);
    feed(vm, this, &tail, usize::MAX)
}

fn decompress_copy(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let copy = vm.native::<Decompress>(this).clone();
    let ty = vm.type_of(this);
    Ok(vm.new_native(ty, copy))
}
