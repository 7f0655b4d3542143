//! The module `binascii`: bytes to text and back, and two checksums.
//!
//! Mirrors `Modules/binascii.c`.

use crate::base::ObjId;
use crate::objects::bytes_like;
use crate::objects::bytes_methods::hex_of;
use crate::objects::getargs::Signature;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::scalar_new::{c_int_arg, ssize_arg};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::types;

use super::{ModuleDef, module_exception};

pub static MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    functions: &[
        MethodDef::new("a2b_uu", MethodImpl::O(a2b_uu), "($module, data, /)"),
        MethodDef::new(
            "b2a_uu",
            MethodImpl::FastKeywords(b2a_uu),
            "($module, data, /, *, backtick=False)",
        ),
        MethodDef::new(
            "a2b_base64",
            MethodImpl::FastKeywords(a2b_base64),
            "($module, data, /, *, strict_mode=False)",
        ),
        MethodDef::new(
            "b2a_base64",
            MethodImpl::FastKeywords(b2a_base64),
            "($module, data, /, *, newline=True)",
        ),
        MethodDef::new("a2b_hex", MethodImpl::O(a2b_hex), "($module, hexstr, /)"),
        MethodDef::new(
            "b2a_hex",
            MethodImpl::FastKeywords(b2a_hex),
            "($module, data, sep=<unrepresentable>, bytes_per_sep=1)",
        ),
        MethodDef::new(
            "hexlify",
            MethodImpl::FastKeywords(b2a_hex),
            "($module, data, sep=<unrepresentable>, bytes_per_sep=1)",
        ),
        MethodDef::new("unhexlify", MethodImpl::O(a2b_hex), "($module, hexstr, /)"),
        MethodDef::new(
            "crc_hqx",
            MethodImpl::Fast(crc_hqx),
            "($module, data, crc, /)",
        ),
        MethodDef::new(
            "crc32",
            MethodImpl::Fast(|vm, _, args| checksum(vm, "crc32", args, 0, crc32)),
            "($module, data, crc=0, /)",
        ),
        MethodDef::new(
            "b2a_qp",
            MethodImpl::FastKeywords(b2a_qp),
            "($module, /, data, quotetabs=False, istext=True, header=False)",
        ),
        MethodDef::new(
            "a2b_qp",
            MethodImpl::FastKeywords(a2b_qp),
            "($module, /, data, header=False)",
        ),
    ],
    exec: |vm, module| {
        let class = error_class(vm)?;
        vm.incref(class);
        vm.module_add(module, "Error", class);
        let incomplete =
            module_exception(vm, "binascii.Incomplete", "Incomplete", types::EXCEPTION)?;
        vm.incref(incomplete);
        vm.module_add(module, "Incomplete", incomplete);
        Ok(())
    },
    doc: "Conversion between binary data and ASCII",
};

fn error_class(vm: &mut Vm) -> PyResult<ObjId> {
    module_exception(vm, "binascii", "Error", types::VALUE_ERROR)
}

#[cold]
fn error(vm: &mut Vm, message: impl Into<String>) -> Raised {
    match error_class(vm) {
        Ok(class) => vm.raise(class, message),
        Err(raised) => raised,
    }
}

/// Bytes, or a `str` of ASCII alone (`ascii_buffer_converter`).
fn ascii_buffer(vm: &mut Vm, data: ObjId) -> PyResult<Vec<u8>> {
    if let Some(text) = vm.text(data) {
        return match text.as_ascii() {
            Some(ascii) => Ok(ascii.as_bytes().to_vec()),
            None => Err(vm.value_error("string argument should contain only ASCII characters")),
        };
    }
    if !bytes_like::is_bytes_like(vm, data) {
        let kind = vm.type_name_of(data);
        return Err(vm.type_error(format!(
            "argument should be bytes, buffer or ASCII string, not '{kind}'"
        )));
    }
    bytes_like::contents(vm, data)
}

fn flag(vm: &mut Vm, value: ObjId, default: bool) -> PyResult<bool> {
    if value.is_null() {
        return Ok(default);
    }
    vm.is_true(value)
}

// ---- uuencode

fn a2b_uu(vm: &mut Vm, _module: ObjId, data: ObjId) -> PyResult<ObjId> {
    let data = ascii_buffer(vm, data)?;
    let Some((&first, rest)) = data.split_first() else {
        return Ok(vm.new_bytes(&[0; 32]));
    };
    let length = usize::from(first.wrapping_sub(b' ') & 0x3f);
    let mut out = Vec::with_capacity(length);
    let (mut bits, mut buffer) = (0, 0_u32);
    let mut rest = rest.iter().copied();
    while out.len() < length {
        let value = match rest.next() {
            None | Some(b'\n' | b'\r') => {
                // A line cut short stands for zeros.
                rest = [].iter().copied();
                0
            }
            Some(c @ b' '..=0x60) => u32::from(c - b' ') & 0x3f,
            Some(_) => return Err(error(vm, "Illegal char")),
        };
        buffer = buffer << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    if rest.any(|c| !matches!(c, b' ' | 0x60 | b'\n' | b'\r')) {
        return Err(error(vm, "Trailing garbage"));
    }
    Ok(vm.new_bytes(&out))
}

fn b2a_uu(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("b2a_uu", &["", "backtick"], 1).positional(1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let backtick = flag(vm, values[1], false)?;
    let data = bytes_like::contents(vm, values[0])?;
    if data.len() > 45 {
        return Err(error(vm, "At most 45 bytes at once"));
    }
    let shown = |value: u8| {
        if value == 0 && backtick {
            b'`'
        } else {
            value + b' '
        }
    };
    let mut out = vec![shown(data.len() as u8)];
    for chunk in data.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        out.extend([18, 12, 6, 0].map(|shift| shown((word >> shift & 0x3f) as u8)));
    }
    out.push(b'\n');
    Ok(vm.new_bytes(&out))
}

// ---- base64

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn a2b_base64(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("a2b_base64", &["", "strict_mode"], 1).positional(1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = ascii_buffer(vm, values[0])?;
    let strict = flag(vm, values[1], false)?;
    match decode_base64(&data, strict) {
        Ok(bytes) => Ok(vm.new_bytes(&bytes)),
        Err(message) => Err(error(vm, message)),
    }
}

fn decode_base64(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    let mut out = Vec::new();
    let (mut quad, mut left, mut pads) = (0, 0_u32, 0);
    let mut padding_started = false;
    for (i, &byte) in data.iter().enumerate() {
        if byte == b'=' {
            padding_started = true;
            if quad >= 2 && quad + pads + 1 >= 4 {
                if strict && i + 1 < data.len() {
                    return Err("Excess data after padding".to_owned());
                }
                return Ok(out);
            }
            pads += usize::from(quad >= 2);
            if strict && quad < 2 {
                return Err("Discontinuous padding not allowed".to_owned());
            }
            continue;
        }
        let Some(value) = BASE64.iter().position(|&b| b == byte) else {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        };
        if strict && padding_started {
            return Err("Discontinuous padding not allowed".to_owned());
        }
        pads = 0;
        left = left << 6 | value as u32;
        match quad {
            0 => quad = 1,
            1 => {
                quad = 2;
                out.push((left >> 4) as u8);
                left &= 0xf;
            }
            2 => {
                quad = 3;
                out.push((left >> 2) as u8);
                left &= 0x3;
            }
            _ => {
                quad = 0;
                out.push(left as u8);
                left = 0;
            }
        }
    }
    match quad {
        0 => Ok(out),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        )),
        _ => Err("Incorrect padding".to_owned()),
    }
}

fn b2a_base64(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("b2a_base64", &["", "newline"], 1).positional(1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = bytes_like::contents(vm, values[0])?;
    let newline = flag(vm, values[1], true)?;
    let mut out = Vec::with_capacity(data.len() * 4 / 3 + 5);
    for chunk in data.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        let four = [18, 12, 6, 0].map(|shift| BASE64[(word >> shift & 0x3f) as usize]);
        out.extend(&four[..=chunk.len()]);
        out.extend(std::iter::repeat_n(b'=', 3 - chunk.len()));
    }
    if newline {
        out.push(b'\n');
    }
    Ok(vm.new_bytes(&out))
}

// ---- hexadecimal

fn a2b_hex(vm: &mut Vm, _module: ObjId, data: ObjId) -> PyResult<ObjId> {
    let data = ascii_buffer(vm, data)?;
    if !data.len().is_multiple_of(2) {
        return Err(error(vm, "Odd-length string"));
    }
    let digits: Option<Vec<u8>> = data
        .iter()
        .map(|&b| char::from(b).to_digit(16).map(|d| d as u8))
        .collect();
    match digits {
        Some(digits) => {
            let bytes: Vec<u8> = digits
                .chunks(2)
                .map(|pair| pair[0] << 4 | pair[1])
                .collect();
            Ok(vm.new_bytes(&bytes))
        }
        None => Err(error(vm, "Non-hexadecimal digit found")),
    }
}

fn b2a_hex(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("b2a_hex", &["data", "sep", "bytes_per_sep"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = bytes_like::contents(vm, values[0])?;
    let options = match (values[1].is_null(), values[2].is_null()) {
        (true, _) => &values[..0],
        (false, true) => &values[1..2],
        (false, false) => &values[1..],
    };
    let text = hex_of(vm, &data, options, ObjId::NULL)?;
    let ascii = vm.str_lossy(text).into_bytes();
    vm.decref(text);
    Ok(vm.new_bytes(&ascii))
}

// ---- checksums

/// A checksum of data, starting from a number.
pub fn checksum(
    vm: &mut Vm,
    name: &str,
    args: &[ObjId],
    start: u32,
    sum: fn(u32, &[u8]) -> u32,
) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 1, 2)?;
    let data = bytes_like::contents(vm, args[0])?;
    let start = match args.get(1) {
        Some(&start) => masked_arg(vm, start)?,
        None => start,
    };
    Ok(vm.new_int(i64::from(sum(start, &data))))
}

/// The low 32 bits of an int (`I` of Argument Clinic).
fn masked_arg(vm: &mut Vm, arg: ObjId) -> PyResult<u32> {
    let index = vm.number_index(arg)?;
    let number = vm.int_as_bigint(index);
    vm.decref(index);
    let mask = crate::base::BigInt::from(u32::MAX);
    let low = crate::base::integer::floor_mod(&number, &(mask + crate::base::BigInt::ONE));
    Ok(u32::try_from(&low).unwrap_or_default())
}

/// The CRC-32 of zlib.
pub fn crc32(start: u32, data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(start);
    hasher.update(data);
    hasher.finalize()
}

fn crc_hqx(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("crc_hqx", args.len(), 2, 2)?;
    checksum(vm, "crc_hqx", args, 0, |start, data| {
        data.iter().fold(start & 0xffff, |crc, &byte| {
            let mut crc = crc ^ u32::from(byte) << 8;
            for _ in 0..8 {
                crc = if crc & 0x8000 == 0 {
                    crc << 1
                } else {
                    crc << 1 ^ 0x1021
                };
            }
            crc & 0xffff
        })
    })
}

// ---- quoted-printable

fn a2b_qp(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let signature = Signature::new("a2b_qp", &["data", "header"], 1);
    let values = vm.unpack_keywords(&signature, args, kwnames)?;
    let data = ascii_buffer(vm, values[0])?;
    let header = flag(vm, values[1], false)?;
    let hex = |b: Option<&u8>| b.and_then(|&b| char::from(b).to_digit(16));
    let mut out = Vec::with_capacity(data.len());
    let mut i = 0;
    while i < data.len() {
        match data[i] {
            b'=' => {
                i += 1;
                match data.get(i) {
                    None => break,
                    Some(b'\n' | b'\r') => {
                        // A soft line break: everything up to the line feed goes.
                        while i < data.len() && data[i] != b'\n' {
                            i += 1;
                        }
                        i += 1;
                    }
                    Some(b'=') => {
                        out.push(b'=');
                        i += 1;
                    }
                    Some(_) => match (hex(data.get(i)), hex(data.get(i + 1))) {
                        (Some(high), Some(low)) => {
                            out.push((high << 4 | low) as u8);
                            i += 2;
                        }
                        _ => out.push(b'='),
                    },
                }
            }
            b'_' if header => {
                out.push(b' ');
                i += 1;
            }
            byte => {
                out.push(byte);
                i += 1;
            }
        }
    }
    Ok(vm.new_bytes(&out))
}

fn b2a_qp(vm: &mut Vm, _module: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let names = ["data", "quotetabs", "istext", "header"];
    let values = vm.unpack_keywords(&Signature::new("b2a_qp", &names, 1), args, kwnames)?;
    let data = bytes_like::contents(vm, values[0])?;
    let quote_tabs = flag(vm, values[1], false)?;
    let is_text = flag(vm, values[2], true)?;
    let header = flag(vm, values[3], false)?;
    let out = encode_qp(&data, quote_tabs, is_text, header);
    Ok(vm.new_bytes(&out))
}

const MAX_LINE: usize = 76;

fn encode_qp(data: &[u8], quote_tabs: bool, is_text: bool, header: bool) -> Vec<u8> {
    // The first line end says what a line break looks like.
    let crlf = data
        .iter()
        .position(|&b| b == b'\n')
        .is_some_and(|at| at > 0 && data[at - 1] == b'\r');
    let line_end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(data.len());
    let (mut i, mut column) = (0, 0);
    while i < data.len() {
        let byte = data[i];
        let next = data.get(i + 1).copied();
        let quoted = byte > 126
            || byte == b'='
            || (header && byte == b'_')
            || (byte == b'.' && column == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)))
            || (!is_text && matches!(byte, b'\r' | b'\n'))
            || (matches!(byte, b'\t' | b' ') && next.is_none())
            || (byte < 33 && !matches!(byte, b'\r' | b'\n' | b'\t' | b' '))
            || (byte < 33
                && (quote_tabs || !matches!(byte, b'\t' | b' '))
                && !matches!(byte, b'\r' | b'\n'));
        if quoted {
            if column + 3 >= MAX_LINE {
                out.push(b'=');
                out.extend(line_end);
                column = 0;
            }
            out.extend(format!("={byte:02X}").into_bytes());
            i += 1;
            column += 3;
            continue;
        }
        let ends_line = byte == b'\n' || (byte == b'\r' && next == Some(b'\n'));
        if is_text && ends_line {
            column = 0;
            // Blanks at the end of a line are protected.
            if let Some(blank @ (b' ' | b'\t')) = out.last().copied() {
                out.pop();
                out.extend(format!("={blank:02X}").into_bytes());
            }
            out.extend(line_end);
            i += if byte == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some_and(|b| b != b'\n') && column + 1 >= MAX_LINE {
            out.push(b'=');
            out.extend(line_end);
            column = 0;
        }
        column += 1;
        out.push(if header && byte == b' ' { b'_' } else { byte });
        i += 1;
    }
    out
}

/// An argument that must be a C `int`, or a default where nothing was given.
pub fn int_or(vm: &mut Vm, arg: ObjId, default: i32) -> PyResult<i32> {
    if arg.is_null() {
        return Ok(default);
    }
    c_int_arg(vm, arg)
}

/// An argument that must be a `Py_ssize_t`, or a default where nothing was given.
pub fn ssize_or(vm: &mut Vm, arg: ObjId, default: i64) -> PyResult<i64> {
    if arg.is_null() {
        return Ok(default);
    }
    ssize_arg(vm, arg)
}
