//! From the compiler's code object to the machine's: constants become objects, names are interned.
//!
//! Mirrors `_PyCode_New` of `Objects/codeobject.c` and the constant cache of `Python/compile.c`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{BigInt, ObjId};
use crate::bytecode::{CodeObject, Constant};

use super::codeobject::{CodeRuntime, PyCodeObject};
use super::heap::Reuse;
use super::object::Payload;
use super::vm::{PyResult, Vm};
use super::wellknown::{ELLIPSIS, NONE, bool_obj, types};

/// The constants of one call of the compiler: equal ones are one object.
#[derive(Debug, Default)]
struct ConstantCache {
    /// Each owned until the cache is dropped.
    objects: HashMap<Constant, ObjId>,
    /// In the order of their making.
    order: Vec<ObjId>,
    filename: ObjId,
}

impl Vm {
    /// A code object that shares `code`; a new reference.
    pub fn new_code(&mut self, code: &Arc<CodeObject>) -> PyResult<ObjId> {
        let (id, constants) = self.new_code_keeping_constants(code)?;
        self.decref_all(&constants);
        Ok(id)
    }

    /// As [`Self::new_code`], with a reference to each constant besides: a script's constants
    /// live as long as its syntax tree, until the script ends.
    pub fn new_code_keeping_constants(
        &mut self,
        code: &Arc<CodeObject>,
    ) -> PyResult<(ObjId, Vec<ObjId>)> {
        let mut cache = ConstantCache {
            filename: self.new_str(&code.co_filename),
            ..ConstantCache::default()
        };
        let made = make_code(self, code, &mut cache);
        self.decref(cache.filename);
        match made {
            Ok(id) => Ok((id, cache.order)),
            Err(raised) => {
                self.decref_all(&cache.order);
                Err(raised)
            }
        }
    }
}

impl Vm {
    /// A version for a new code object.
    pub(super) fn next_code_version(&mut self) -> u32 {
        let version = self.interp.next_func_version;
        self.interp.next_func_version = version.wrapping_add(1).max(1);
        version
    }
}

/// The object of a constant: a new reference.
fn make_constant(vm: &mut Vm, constant: &Constant, cache: &mut ConstantCache) -> PyResult<ObjId> {
    match constant {
        Constant::None => return Ok(NONE),
        Constant::Ellipsis => return Ok(ELLIPSIS),
        Constant::Bool(value) => return Ok(bool_obj(*value)),
        _ => {}
    }
    if let Constant::Code(code) = constant {
        return make_code(vm, code, cache);
    }
    if let Some(&known) = cache.objects.get(constant) {
        return Ok(vm.incref(known));
    }
    let id = match constant {
        Constant::Int(value) => vm.new_bigint(BigInt::clone(value)),
        Constant::Float(value) => vm.new_float(*value),
        Constant::Complex { real, imag } => vm.heap.alloc(
            types::COMPLEX,
            Payload::Complex(Box::new([*real, *imag])),
            Reuse::Fresh,
        ),
        Constant::Str(text) => {
            let mut id = vm.new_text((**text).clone());
            if constant.is_interned() {
                vm.intern_in_place(&mut id);
            }
            id
        }
        Constant::Bytes(bytes) => vm.new_bytes(bytes),
        Constant::Tuple(items) => {
            let items = make_all(vm, items, cache)?;
            vm.new_tuple(items)
        }
        Constant::FrozenSet(items) => {
            let items = make_all(vm, items, cache)?;
            let tuple = vm.new_tuple(items);
            let set = vm.call(types::FROZENSET, &[tuple]);
            vm.decref(tuple);
            set?
        }
        Constant::None | Constant::Ellipsis | Constant::Bool(_) | Constant::Code(_) => {
            unreachable!("returned above")
        }
    };
    vm.incref(id);
    cache.objects.insert(constant.clone(), id);
    cache.order.push(id);
    Ok(id)
}

fn make_all(vm: &mut Vm, items: &[Constant], cache: &mut ConstantCache) -> PyResult<Vec<ObjId>> {
    items
        .iter()
        .map(|item| make_constant(vm, item, cache))
        .collect()
}

fn make_code(vm: &mut Vm, code: &Arc<CodeObject>, cache: &mut ConstantCache) -> PyResult<ObjId> {
    let consts = make_all(vm, &code.co_consts, cache)?;
    let consts_copy: Box<[ObjId]> = consts.as_slice().into();
    let co_consts = vm.new_tuple(consts);
    let names: Box<[ObjId]> = code.co_names.iter().map(|name| vm.intern(name)).collect();
    let localsplusnames: Box<[ObjId]> = code
        .co_localsplusnames
        .iter()
        .map(|name| vm.intern(name))
        .collect();
    let co_names = vm.new_tuple(names.to_vec());
    let co_name = vm.intern(&code.co_name);
    let mut co_qualname = vm.new_str(&code.co_qualname);
    vm.intern_in_place(&mut co_qualname);
    let co_filename = vm.incref(cache.filename);
    let code_id = vm
        .heap
        .reporter
        .is_on()
        .then(|| vm.heap.reporter.code(code));
    let runtime = CodeRuntime::new(
        Arc::clone(code),
        code_id,
        vm.next_code_version(),
        consts_copy,
        names,
        localsplusnames,
    );
    let object = PyCodeObject {
        runtime: Arc::new(runtime),
        co_consts,
        co_names,
        co_filename,
        co_name,
        co_qualname,
        cached: Vec::new(),
    };
    Ok(vm
        .heap
        .alloc(types::CODE, Payload::Code(Box::new(object)), Reuse::Fresh))
}
