//! The attributes and methods of code objects.
//!
//! Mirrors the type half of `Objects/codeobject.c`.

use std::sync::Arc;

use crate::base::ObjId;
use crate::base::hash::{hash_bytes, hash_tuple};
use crate::bytecode::code::LocalKind;
use crate::bytecode::{CodeObject, CodeUnit, Constant, Opcode, locations};

use super::codeobject::{CodeRuntime, PyCodeObject};
use super::heap::Reuse;
use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::Payload;
use super::slots::{CompareOp, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

macro_rules! number {
    ($name:literal, $field:expr) => {
        MemberDef {
            name: $name,
            get: |vm, id| {
                let value = $field(code(vm, id));
                Ok(vm.new_int(i64::from(value)))
            },
            set: None,
        }
    };
}

macro_rules! object {
    ($name:literal, $field:ident) => {
        MemberDef {
            name: $name,
            get: |vm, id| {
                let value = object(vm, id).$field;
                Ok(vm.incref(value))
            },
            set: None,
        }
    };
}

macro_rules! names {
    ($name:literal, $kind:expr) => {
        GetSetDef {
            name: $name,
            get: |vm, id| Ok(names_of_kind(vm, id, $kind)),
            set: None,
        }
    };
}

/// The type `code`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "code",
    tp_basicsize: 200,
    tp_itemsize: 2,
    tp_flags: TypeFlags(0),
    slots: Slots {
        tp_repr: Some(code_repr),
        tp_hash: Some(code_hash),
        tp_richcompare: Some(code_richcompare),
        ..Slots::EMPTY
    },
    members: &[
        number!("co_argcount", |c: &CodeObject| c.co_argcount),
        number!("co_posonlyargcount", |c: &CodeObject| c.co_posonlyargcount),
        number!("co_kwonlyargcount", |c: &CodeObject| c.co_kwonlyargcount),
        number!("co_stacksize", |c: &CodeObject| c.co_stacksize),
        number!("co_flags", |c: &CodeObject| c.co_flags),
        number!("co_nlocals", |c: &CodeObject| c.co_nlocals() as u32),
        object!("co_names", co_names),
        object!("co_filename", co_filename),
        object!("co_name", co_name),
        object!("co_qualname", co_qualname),
        number!("co_firstlineno", |c: &CodeObject| c.co_firstlineno),
        MemberDef {
            name: "co_linetable",
            get: |vm, id| {
                Ok(cached_bytes(vm, id, "co_linetable", |c| {
                    c.code.co_linetable.to_vec()
                }))
            },
            set: None,
        },
        MemberDef {
            name: "co_exceptiontable",
            get: |vm, id| {
                Ok(cached_bytes(vm, id, "co_exceptiontable", |c| {
                    c.code.co_exceptiontable.to_vec()
                }))
            },
            set: None,
        },
        object!("co_consts", co_consts),
    ],
    getset: &[
        GetSetDef {
            name: "co_code",
            get: |vm, id| Ok(cached_bytes(vm, id, "co_code", |c| c.code.co_code_bytes())),
            set: None,
        },
        GetSetDef {
            name: "_co_code_adaptive",
            get: |vm, id| {
                let bytes = adaptive_bytes(vm.code_runtime(id));
                Ok(vm.new_bytes(&bytes))
            },
            set: None,
        },
        names!("co_varnames", LocalKind::LOCAL),
        names!("co_cellvars", LocalKind::CELL),
        names!("co_freevars", LocalKind::FREE),
    ],
    methods: &[
        MethodDef::new(
            "__sizeof__",
            MethodImpl::NoArgs(|vm, id| {
                let size = object(vm, id).sizeof() as i64;
                Ok(vm.new_int(size))
            }),
            "",
        ),
        MethodDef::new("co_lines", MethodImpl::NoArgs(co_lines), ""),
        MethodDef::new("co_positions", MethodImpl::NoArgs(co_positions), ""),
        MethodDef::new("replace", MethodImpl::FastKeywords(replace), ""),
        MethodDef::new("__replace__", MethodImpl::FastKeywords(replace), ""),
        MethodDef::new(
            "_varname_from_oparg",
            MethodImpl::O(varname_from_oparg),
            "($self, /, oparg)",
        ),
    ],
    weakrefs: true,
    ..TypeSpec::EMPTY
};

fn object(vm: &Vm, id: ObjId) -> &PyCodeObject {
    match vm.heap.payload(id) {
        Payload::Code(c) => c,
        other => panic!("{id:?} is no code object: {other:?}"),
    }
}

fn code(vm: &Vm, id: ObjId) -> &CodeObject {
    &object(vm, id).runtime.code
}

/// The live bytes: specialized opcodes with their caches.
fn adaptive_bytes(runtime: &CodeRuntime) -> Vec<u8> {
    (0..runtime.adaptive.len())
        .flat_map(|i| runtime.unit(i).to_le_bytes())
        .collect()
}

/// A bytes attribute that is kept once it was asked for.
fn cached_bytes(
    vm: &mut Vm,
    id: ObjId,
    name: &'static str,
    make: fn(&CodeRuntime) -> Vec<u8>,
) -> ObjId {
    if let Some(&(_, value)) = object(vm, id).cached.iter().find(|(n, _)| *n == name) {
        return vm.incref(value);
    }
    let bytes = make(vm.code_runtime(id));
    let value = vm.new_bytes(&bytes);
    keep(vm, id, name, value)
}

fn keep(vm: &mut Vm, id: ObjId, name: &'static str, value: ObjId) -> ObjId {
    if let Payload::Code(c) = vm.heap.payload_mut(id) {
        c.cached.push((name, value));
    }
    vm.incref(value)
}

fn names_of_kind(vm: &mut Vm, id: ObjId, kind: LocalKind) -> ObjId {
    let key = if kind == LocalKind::LOCAL {
        "co_varnames"
    } else if kind == LocalKind::CELL {
        "co_cellvars"
    } else {
        "co_freevars"
    };
    if let Some(&(_, value)) = object(vm, id).cached.iter().find(|(n, _)| *n == key) {
        return vm.incref(value);
    }
    let runtime = Arc::clone(vm.code_runtime(id));
    let names: Vec<ObjId> = runtime
        .localsplusnames
        .iter()
        .zip(&runtime.code.co_localspluskinds)
        .filter(|(_, of)| of.contains(kind))
        .map(|(&name, _)| name)
        .collect();
    let tuple = vm.new_tuple(names);
    keep(vm, id, key, tuple)
}

fn code_repr(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let address = vm.heap.address(id);
    let c = code(vm, id);
    let (name, file, line) = (&c.co_name, &c.co_filename, c.co_firstlineno);
    let text = format!(
        "<code object {name} at {address:#x}, file \"{file}\", line {}>",
        if line == 0 { -1 } else { line }
    );
    Ok(vm.new_string(text))
}

fn code_hash(vm: &mut Vm, id: ObjId) -> PyResult<i64> {
    let c = object(vm, id);
    let (name, consts, names) = (c.co_name, c.co_consts, c.co_names);
    let runtime = Arc::clone(vm.code_runtime(id));
    let mut hash = CodeHash(20_221_211);
    for part in [name, consts, names] {
        hash.mix(vm.hash(part)?);
    }
    let mut slots = Vec::with_capacity(runtime.localsplusnames.len());
    for &slot in &*runtime.localsplusnames {
        slots.push(vm.hash(slot)?);
    }
    hash.mix(hash_tuple(&slots));
    let code = &runtime.code;
    let secret = vm.interp.hash_secret;
    hash.mix(hash_bytes(&code.co_linetable, secret));
    hash.mix(hash_bytes(&code.co_exceptiontable, secret));
    hash.mix(i64::from(code.co_argcount));
    hash.mix(i64::from(code.co_posonlyargcount));
    hash.mix(i64::from(code.co_kwonlyargcount));
    hash.mix(i64::from(code.co_flags));
    hash.mix(i64::from(code.co_firstlineno));
    hash.mix(code.co_code.len() as i64);
    let mut at = 0;
    while let Some(unit) = code.co_code.get(at) {
        hash.mix(i64::from(unit.opcode));
        hash.mix(i64::from(unit.oparg));
        let caches = Opcode::from_number(u16::from(unit.opcode)).map_or(0, Opcode::cache_entries);
        at += 1 + caches;
    }
    Ok(hash.finish())
}

/// The mixing of the parts of a code object's hash (`SCRAMBLE_IN`).
struct CodeHash(u64);

impl CodeHash {
    const fn mix(&mut self, part: i64) {
        const PY_HASH_MULTIPLIER: u64 = 1_000_003;
        self.0 = (self.0 ^ part as u64).wrapping_mul(PY_HASH_MULTIPLIER);
    }

    const fn finish(self) -> i64 {
        match self.0 as i64 {
            -1 => -2,
            hash => hash,
        }
    }
}

fn code_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne)
        || vm.type_of(a) != types::CODE
        || vm.type_of(b) != types::CODE
    {
        return Ok(NOT_IMPLEMENTED);
    }
    let equal = code(vm, a) == code(vm, b);
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

fn list_iterator(vm: &mut Vm, items: Vec<ObjId>) -> PyResult<ObjId> {
    let list = vm.new_list(items);
    let iterator = vm.iter(list);
    vm.decref(list);
    iterator
}

fn number_or_none(vm: &mut Vm, value: i32) -> ObjId {
    if value < 0 {
        NONE
    } else {
        vm.new_int(i64::from(value))
    }
}

fn co_lines(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let c = Arc::clone(&vm.code_runtime(id).code);
    let mut items = Vec::new();
    for range in locations::co_lines(&c.co_linetable, c.co_firstlineno) {
        let start = vm.new_int(i64::from(range.start) * 2);
        let end = vm.new_int(i64::from(range.end) * 2);
        let line = range.line.map_or(NONE, |line| vm.new_int(i64::from(line)));
        items.push(vm.new_tuple(vec![start, end, line]));
    }
    list_iterator(vm, items)
}

fn co_positions(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let c = Arc::clone(&vm.code_runtime(id).code);
    let mut items = Vec::new();
    for loc in locations::co_positions(&c.co_linetable, c.co_firstlineno) {
        let parts = [
            loc.lineno,
            loc.end_lineno,
            loc.col_offset,
            loc.end_col_offset,
        ];
        let parts = parts.into_iter().map(|n| number_or_none(vm, n)).collect();
        items.push(vm.new_tuple(parts));
    }
    list_iterator(vm, items)
}

fn varname_from_oparg(vm: &mut Vm, id: ObjId, oparg: ObjId) -> PyResult<ObjId> {
    let index = vm.index_as_ssize(oparg, None)?;
    let found = usize::try_from(index)
        .ok()
        .and_then(|i| vm.code_runtime(id).localsplusnames.get(i).copied());
    match found {
        Some(name) => Ok(vm.incref(name)),
        None => Err(vm.raise(types::INDEX_ERROR, "tuple index out of range")),
    }
}

/// `replace(**changes)`.
fn replace(vm: &mut Vm, id: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let keywords: Vec<ObjId> = if kwnames.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(kwnames).to_vec()
    };
    if args.len() > keywords.len() {
        return Err(vm.type_error("replace() takes no positional arguments"));
    }
    let old = object(vm, id);
    let (mut consts, mut names, mut filename, mut name, mut qualname) = (
        old.co_consts,
        old.co_names,
        old.co_filename,
        old.co_name,
        old.co_qualname,
    );
    let mut new = CodeObject::clone(code(vm, id));
    for (&keyword, &value) in keywords.iter().zip(args) {
        let key = vm.str_lossy(keyword);
        match key.as_str() {
            "co_argcount" => new.co_argcount = vm.index_as_ssize(value, None)? as u32,
            "co_posonlyargcount" => new.co_posonlyargcount = vm.index_as_ssize(value, None)? as u32,
            "co_kwonlyargcount" => new.co_kwonlyargcount = vm.index_as_ssize(value, None)? as u32,
            "co_nlocals" => drop(vm.index_as_ssize(value, None)?),
            "co_stacksize" => new.co_stacksize = vm.index_as_ssize(value, None)? as u32,
            "co_flags" => new.co_flags = vm.index_as_ssize(value, None)? as u32,
            "co_firstlineno" => new.co_firstlineno = vm.index_as_ssize(value, None)? as i32,
            "co_code" => {
                let bytes = bytes_of(vm, value, &key)?;
                new.co_code = bytes
                    .chunks_exact(2)
                    .map(|u| CodeUnit {
                        opcode: u[0],
                        oparg: u[1],
                    })
                    .collect();
            }
            "co_consts" => consts = value,
            "co_names" => names = value,
            "co_varnames" | "co_freevars" | "co_cellvars" => rename(vm, &mut new, &key, value)?,
            "co_filename" => filename = value,
            "co_name" => name = value,
            "co_qualname" => qualname = value,
            "co_linetable" => new.co_linetable = bytes_of(vm, value, &key)?.into(),
            "co_exceptiontable" => new.co_exceptiontable = bytes_of(vm, value, &key)?.into(),
            other => {
                let message = format!("replace() got an unexpected keyword argument '{other}'");
                return Err(vm.type_error(message));
            }
        }
    }
    new.co_filename = vm.str_lossy(filename).into();
    new.co_name = vm.str_lossy(name).into();
    new.co_qualname = vm.str_lossy(qualname).into();
    new.co_names = vm
        .tuple_items(names)
        .iter()
        .map(|&n| vm.str_lossy(n).into())
        .collect();
    if consts != object(vm, id).co_consts {
        new.co_consts = vm
            .tuple_items(consts)
            .to_vec()
            .into_iter()
            .map(|c| constant_of(vm, c))
            .collect();
    }
    let runtime_names = new.co_names.iter().map(|n| vm.intern(n)).collect();
    let localsplusnames = new
        .co_localsplusnames
        .iter()
        .map(|n| vm.intern(n))
        .collect();
    let new = Arc::new(new);
    let code_id = vm
        .heap
        .reporter
        .is_on()
        .then(|| vm.heap.reporter.code(&new));
    let runtime_consts = vm.tuple_items(consts).into();
    let runtime = CodeRuntime::new(
        new,
        code_id,
        vm.next_code_version(),
        runtime_consts,
        runtime_names,
        localsplusnames,
    );
    for part in [consts, names, filename, name, qualname] {
        vm.incref(part);
    }
    let made = PyCodeObject {
        runtime: Arc::new(runtime),
        co_consts: consts,
        co_names: names,
        co_filename: filename,
        co_name: name,
        co_qualname: qualname,
        cached: Vec::new(),
    };
    Ok(vm
        .heap
        .alloc(types::CODE, Payload::Code(Box::new(made)), Reuse::Fresh))
}

fn bytes_of(vm: &mut Vm, value: ObjId, name: &str) -> PyResult<Vec<u8>> {
    if let Payload::Bytes(b) = vm.heap.payload(value) {
        Ok(b.to_vec())
    } else {
        let kind = vm.type_name_of(value);
        Err(vm.type_error(format!(
            "replace() argument '{name}' must be bytes, not {kind}"
        )))
    }
}

/// Gives the slots of one kind other names; their number must stay.
fn rename(vm: &mut Vm, new: &mut CodeObject, key: &str, value: ObjId) -> PyResult<()> {
    let kind = match key {
        "co_varnames" => LocalKind::LOCAL,
        "co_cellvars" => LocalKind::CELL,
        _ => LocalKind::FREE,
    };
    let names: Vec<String> = vm
        .tuple_items(value)
        .iter()
        .map(|&n| vm.str_lossy(n))
        .collect();
    let slots: Vec<usize> = (0..new.co_localspluskinds.len())
        .filter(|&i| new.co_localspluskinds[i].contains(kind))
        .collect();
    if names.len() != slots.len() {
        return Err(vm.value_error(format!(
            "code: {key} is of another length than before, which is not supported"
        )));
    }
    for (slot, name) in slots.into_iter().zip(names) {
        new.co_localsplusnames[slot] = name.as_str().into();
    }
    Ok(())
}

/// The compiler's form of a constant object, as far as listings need it.
fn constant_of(vm: &Vm, id: ObjId) -> Constant {
    match vm.heap.payload(id) {
        Payload::Int(value) if vm.type_of(id) == types::BOOL => Constant::Bool(*value != 0),
        Payload::Int(value) => Constant::int(*value),
        Payload::BigInt(value) => Constant::Int((**value).clone()),
        Payload::Float(value) => Constant::Float(*value),
        Payload::Complex(parts) => Constant::Complex {
            real: parts[0],
            imag: parts[1],
        },
        Payload::Str(s) => Constant::Str(Arc::new(s.text.clone())),
        Payload::Bytes(b) => Constant::Bytes((**b).into()),
        Payload::Tuple(items) => {
            Constant::Tuple(items.iter().map(|&i| constant_of(vm, i)).collect())
        }
        Payload::Code(c) => Constant::Code(Arc::clone(&c.runtime.code)),
        _ if id == super::wellknown::ELLIPSIS => Constant::Ellipsis,
        _ => Constant::None,
    }
}
