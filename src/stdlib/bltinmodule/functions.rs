//! Functions on single objects: attributes, identity, conversion, namespaces.

use crate::base::ObjId;
use crate::interpreter::import as machine_import;
use crate::objects::getargs::Signature;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{EMPTY_STR, NONE, bool_obj, names, types};

pub(super) fn callable(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    Ok(bool_obj(vm.is_callable(obj)))
}

pub(super) fn id(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let address = vm.heap.address(obj);
    Ok(vm.new_int(address as i64))
}

pub(super) fn hash(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let hash = vm.hash(obj)?;
    Ok(vm.new_int(hash))
}

pub(super) fn len(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let len = vm.len(obj)?;
    Ok(vm.new_int(len))
}

pub(super) fn isinstance(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("isinstance", args.len(), 2, 2)?;
    vm.is_instance_of(args[0], args[1]).map(bool_obj)
}

pub(super) fn issubclass(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("issubclass", args.len(), 2, 2)?;
    vm.is_subclass_of(args[0], args[1]).map(bool_obj)
}

fn attribute_name(vm: &mut Vm, name: ObjId) -> PyResult<()> {
    if vm.text(name).is_some() {
        return Ok(());
    }
    let kind = vm.type_name_of(name);
    Err(vm.type_error(format!("attribute name must be string, not '{kind}'")))
}

pub(super) fn getattr(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("getattr", args.len(), 2, 3)?;
    attribute_name(vm, args[1])?;
    if args.len() == 2 {
        return vm.getattr(args[0], args[1]);
    }
    match vm.getattr_opt(args[0], args[1])? {
        Some(value) => Ok(value),
        None => Ok(vm.incref(args[2])),
    }
}

pub(super) fn hasattr(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("hasattr", args.len(), 2, 2)?;
    attribute_name(vm, args[1])?;
    match vm.getattr_opt(args[0], args[1])? {
        Some(value) => {
            vm.decref(value);
            Ok(bool_obj(true))
        }
        None => Ok(bool_obj(false)),
    }
}

pub(super) fn setattr(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("setattr", args.len(), 3, 3)?;
    attribute_name(vm, args[1])?;
    vm.setattr(args[0], args[1], args[2])?;
    Ok(NONE)
}

pub(super) fn delattr(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("delattr", args.len(), 2, 2)?;
    attribute_name(vm, args[1])?;
    vm.setattr(args[0], args[1], ObjId::NULL)?;
    Ok(NONE)
}

pub(super) fn divmod(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("divmod", args.len(), 2, 2)?;
    vm.number_divmod(args[0], args[1])
}

pub(super) fn pow(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new("pow", &["base", "exp", "mod"], 2);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let modulus = if given[2].is_null() { NONE } else { given[2] };
    vm.number_power(given[0], given[1], modulus)
}

pub(super) fn round(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new("round", &["number", "ndigits"], 1);
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let (number, ndigits) = (given[0], given[1]);
    let Some(method) = vm.lookup_special(number, names::ROUND)? else {
        let name = vm.type_name_of(number);
        return Err(vm.type_error(format!("type {name} doesn't define __round__ method")));
    };
    let result = if ndigits.is_null() || ndigits == NONE {
        vm.call(method, &[])
    } else {
        vm.call(method, &[ndigits])
    };
    vm.decref(method);
    result
}

pub(super) fn chr(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let index = vm.number_index(obj)?;
    let value = vm.int_as_i64(index);
    vm.decref(index);
    match value {
        Some(value @ 0..=0x10_FFFF) => {
            Ok(vm.new_text(crate::base::Text::from_code_points(&[value as u32])))
        }
        Some(value) if i32::try_from(value).is_ok() => {
            Err(vm.value_error("chr() arg not in range(0x110000)"))
        }
        _ => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

pub(super) fn ord(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    let size = match vm.heap.payload(obj) {
        Payload::Str(s) if s.text.len() == 1 => {
            let point = i64::from(s.text.at(0));
            return Ok(vm.new_int(point));
        }
        Payload::Bytes(b) if b.len() == 1 => {
            let point = i64::from(b[0]);
            return Ok(vm.new_int(point));
        }
        Payload::Str(s) => s.text.len() as i64,
        Payload::Bytes(b) => b.len() as i64,
        Payload::ByteArray(_) => {
            let size = vm.len(obj)?;
            if size == 1 {
                let zero = crate::objects::wellknown::small_int(0);
                return vm.getitem(obj, zero);
            }
            size
        }
        _ => {
            let name = vm.type_name_of(obj);
            return Err(vm.type_error(format!(
                "ord() expected string of length 1, but {name} found"
            )));
        }
    };
    Err(vm.type_error(format!(
        "ord() expected a character, but string of length {size} found"
    )))
}

fn in_base(vm: &mut Vm, obj: ObjId, radix: u8, prefix: &str) -> PyResult<ObjId> {
    let index = vm.number_index(obj)?;
    let Some(value) = vm.int_value(index).map(std::borrow::Cow::into_owned) else {
        vm.decref(index);
        return Err(vm.type_error("an integer is required"));
    };
    vm.decref(index);
    let negative = value < crate::base::BigInt::ZERO;
    let magnitude = if negative { -value } else { value };
    let digits = magnitude.in_radix(radix).to_string();
    let sign = if negative { "-" } else { "" };
    Ok(vm.new_string(format!("{sign}{prefix}{digits}")))
}

pub(super) fn bin(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    in_base(vm, obj, 2, "0b")
}

pub(super) fn oct(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    in_base(vm, obj, 8, "0o")
}

pub(super) fn hex(vm: &mut Vm, _: ObjId, obj: ObjId) -> PyResult<ObjId> {
    in_base(vm, obj, 16, "0x")
}

pub(super) fn format(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("format", args.len(), 1, 2)?;
    let spec = args.get(1).copied().unwrap_or(EMPTY_STR);
    if vm.text(spec).is_none() {
        let kind = vm.type_name_of(spec);
        return Err(vm.type_error(format!("format() argument 2 must be str, not {kind}")));
    }
    vm.format(args[0], spec)
}

pub(super) fn globals(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let globals = vm.current_globals().unwrap_or_default();
    Ok(if globals.is_null() {
        NONE
    } else {
        vm.incref(globals)
    })
}

pub(super) fn locals(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    current_locals(vm)
}

/// What `locals()` gives in the innermost frame: a new reference (`PyEval_GetFrameLocals`).
pub(super) fn current_locals(vm: &mut Vm) -> PyResult<ObjId> {
    let Some(index) = vm.current_frame_index() else {
        return Err(vm.raise(types::SYSTEM_ERROR, "frame does not exist"));
    };
    let namespace = vm.tstate.frames[index].f_locals;
    if !namespace.is_null() && vm.tstate.frames[index].f_locals != ObjId::NULL {
        return crate::interpreter::locals::with_hidden(vm, index);
    }
    let frame = crate::objects::frameobject::frame_object_at(vm, index);
    let dict = crate::objects::framelocals::snapshot(vm, frame);
    vm.decref(frame);
    dict
}

pub(super) fn vars(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("vars", args.len(), 0, 1)?;
    let Some(&obj) = args.first() else {
        return current_locals(vm);
    };
    match vm.getattr_opt(obj, names::DICT)? {
        Some(dict) => Ok(dict),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    }
}

pub(super) fn dir(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("dir", args.len(), 0, 1)?;
    let listed = if let Some(&obj) = args.first() {
        let Some(method) = vm.lookup_special(obj, names::DIR)? else {
            return Err(vm.type_error("object does not provide __dir__"));
        };
        let result = vm.call(method, &[]);
        vm.decref(method);
        result?
    } else {
        let locals = current_locals(vm)?;
        let keys = vm.call_method(locals, names::KEYS, &[]);
        vm.decref(locals);
        keys?
    };
    let list = vm.list_from_iterable(listed);
    vm.decref(listed);
    let list = list?;
    let sorted = vm.call_method(list, names::SORT, &[]);
    match sorted {
        Ok(none) => {
            vm.decref(none);
            Ok(list)
        }
        Err(raised) => {
            vm.decref(list);
            Err(raised)
        }
    }
}

pub(super) fn import(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    const SIGNATURE: Signature<'_> = Signature::new(
        "__import__",
        &["name", "globals", "locals", "fromlist", "level"],
        1,
    );
    let given = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let level = if given[4].is_null() {
        0
    } else {
        vm.index_as_ssize(given[4], None)?
    };
    machine_import::import_name(vm, given[0], given[1], given[3], level)
}

pub(super) fn breakpoint(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let sysdict = vm.interp.sysdict;
    let Some(hook) = vm.dict_get_name(sysdict, "breakpointhook") else {
        return Err(vm.raise(types::RUNTIME_ERROR, "lost sys.breakpointhook"));
    };
    vm.incref(hook);
    let result = vm.call_vector(hook, args, kwnames);
    vm.decref(hook);
    result
}
