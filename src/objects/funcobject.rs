//! Functions written in Python.
//!
//! Mirrors `Objects/funcobject.c`.

use crate::base::ObjId;

use super::heap::Reuse;
use super::methodobject::{GetSetDef, MemberDef};
use super::object::{Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{EMPTY_TUPLE, NONE, names, types};

/// `PyFunctionObject`; each field is owned, NULL where C has NULL.
#[derive(Debug)]
pub struct FunctionObject {
    pub func_globals: ObjId,
    pub func_builtins: ObjId,
    pub func_name: ObjId,
    pub func_qualname: ObjId,
    pub func_code: ObjId,
    pub func_defaults: ObjId,
    pub func_kwdefaults: ObjId,
    pub func_closure: ObjId,
    pub func_doc: ObjId,
    pub func_dict: ObjId,
    pub func_module: ObjId,
    pub func_annotations: ObjId,
    pub func_typeparams: ObjId,
    /// For inline caches: that of the code (`MAKE_FUNCTION`); 0 once a part that calls depend on
    /// was replaced, and of a function made in another way: calls of such are not specialized.
    pub func_version: u32,
}

impl FunctionObject {
    /// In the order of `func_traverse`.
    pub fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [
            ("func_code", self.func_code),
            ("func_globals", self.func_globals),
            ("func_builtins", self.func_builtins),
            ("func_module", self.func_module),
            ("func_defaults", self.func_defaults),
            ("func_kwdefaults", self.func_kwdefaults),
            ("func_doc", self.func_doc),
            ("func_name", self.func_name),
            ("func_dict", self.func_dict),
            ("func_closure", self.func_closure),
            ("func_annotations", self.func_annotations),
            ("func_typeparams", self.func_typeparams),
            ("func_qualname", self.func_qualname),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    /// In the order of `func_clear`, then code, name and qualified name.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        for id in [
            &mut self.func_globals,
            &mut self.func_builtins,
            &mut self.func_module,
            &mut self.func_defaults,
            &mut self.func_kwdefaults,
            &mut self.func_doc,
            &mut self.func_dict,
            &mut self.func_closure,
            &mut self.func_annotations,
            &mut self.func_typeparams,
            &mut self.func_code,
            &mut self.func_name,
            &mut self.func_qualname,
        ] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
}

// ---- the type

const fn getset(
    name: &'static str,
    get: fn(&mut Vm, ObjId) -> PyResult<ObjId>,
    set: Option<super::slots::SetterFunc>,
) -> GetSetDef {
    GetSetDef { name, get, set }
}

const fn member(name: &'static str, get: fn(&mut Vm, ObjId) -> PyResult<ObjId>) -> MemberDef {
    MemberDef {
        name,
        get,
        set: None,
    }
}

/// The type `function`.
pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "function",
    tp_basicsize: 144,
    tp_flags: TypeFlags::HAVE_GC
        .with(TypeFlags::HAVE_VECTORCALL)
        .with(TypeFlags::METHOD_DESCRIPTOR),
    slots: Slots {
        tp_repr: Some(func_repr),
        tp_vectorcall: Some(func_vectorcall),
        tp_call: Some(func_call),
        tp_descr_get: Some(func_descr_get),
        tp_new: Some(func_new),
        ..Slots::EMPTY
    },
    members: &[
        member("__closure__", |vm, f| {
            field_or_none(vm, f, |f| f.func_closure)
        }),
        MemberDef {
            name: "__doc__",
            get: |vm, f| field_or_none(vm, f, |f| f.func_doc),
            set: Some(|vm, f, value| set_field(vm, f, value, |f| &mut f.func_doc)),
        },
        member("__globals__", |vm, f| {
            field_or_none(vm, f, |f| f.func_globals)
        }),
        MemberDef {
            name: "__module__",
            get: |vm, f| field_or_none(vm, f, |f| f.func_module),
            set: Some(|vm, f, value| set_field(vm, f, value, |f| &mut f.func_module)),
        },
        member("__builtins__", |vm, f| {
            field_or_none(vm, f, |f| f.func_builtins)
        }),
    ],
    getset: &[
        getset(
            "__code__",
            |vm, f| field_or_none(vm, f, |f| f.func_code),
            Some(set_code),
        ),
        getset(
            "__defaults__",
            |vm, f| field_or_none(vm, f, |f| f.func_defaults),
            Some(set_defaults),
        ),
        getset(
            "__kwdefaults__",
            |vm, f| field_or_none(vm, f, |f| f.func_kwdefaults),
            Some(set_kwdefaults),
        ),
        getset("__annotations__", get_annotations, Some(set_annotations)),
        getset(
            "__dict__",
            super::builtin_descr::own_dict_get,
            Some(super::builtin_descr::set_instance_dict),
        ),
        getset(
            "__name__",
            |vm, f| field_or_none(vm, f, |f| f.func_name),
            Some(set_name),
        ),
        getset(
            "__qualname__",
            |vm, f| field_or_none(vm, f, |f| f.func_qualname),
            Some(set_qualname),
        ),
        getset("__type_params__", get_type_params, Some(set_type_params)),
    ],
    tp_doc: "Create a function object.",
    weakrefs: true,
    dict: true,
    ..TypeSpec::EMPTY
};

/// The function in slot `id`; panics when it is none, which is our bug.
pub fn function(vm: &Vm, id: ObjId) -> &FunctionObject {
    match vm.heap.payload(id) {
        Payload::Function(f) => f,
        other => panic!("{id:?} is no function: {other:?}"),
    }
}

fn function_mut(vm: &mut Vm, id: ObjId) -> &mut FunctionObject {
    match vm.heap.payload_mut(id) {
        Payload::Function(f) => f,
        other => panic!("{id:?} is no function: {other:?}"),
    }
}

impl Vm {
    /// A function for `code` (`PyFunction_NewWithQualName`); takes references of its own.
    pub fn new_function(&mut self, code: ObjId, globals: ObjId, builtins: ObjId) -> ObjId {
        let (name, qualname, doc) = match self.heap.payload(code) {
            Payload::Code(c) => {
                let has_doc = c.runtime.co_flags & 2 != 0;
                let first = c.runtime.consts.first().copied().unwrap_or(NONE);
                (
                    c.co_name,
                    c.co_qualname,
                    if has_doc && self.type_of(first) == types::STR {
                        first
                    } else {
                        NONE
                    },
                )
            }
            other => panic!("{code:?} is no code object: {other:?}"),
        };
        let module = self
            .dict_get_str(globals, names::NAME)
            .unwrap_or(ObjId::NULL);
        for id in [code, globals, builtins, name, qualname, doc] {
            self.incref(id);
        }
        self.xincref(module);
        let function = FunctionObject {
            func_globals: globals,
            func_builtins: builtins,
            func_name: name,
            func_qualname: qualname,
            func_code: code,
            func_defaults: ObjId::NULL,
            func_kwdefaults: ObjId::NULL,
            func_closure: ObjId::NULL,
            func_doc: doc,
            func_dict: ObjId::NULL,
            func_module: module,
            func_annotations: ObjId::NULL,
            func_typeparams: ObjId::NULL,
            func_version: 0,
        };
        let id = self.heap.alloc(
            types::FUNCTION,
            Payload::Function(Box::new(function)),
            Reuse::Fresh,
        );
        self.heap.track(id);
        id
    }
}

fn field_or_none(
    vm: &mut Vm,
    id: ObjId,
    field: impl Fn(&FunctionObject) -> ObjId,
) -> PyResult<ObjId> {
    let value = field(function(vm, id));
    Ok(vm.incref(if value.is_null() { NONE } else { value }))
}

fn set_field(
    vm: &mut Vm,
    id: ObjId,
    value: ObjId,
    field: impl Fn(&mut FunctionObject) -> &mut ObjId,
) -> PyResult<()> {
    vm.xincref(value);
    let old = std::mem::replace(field(function_mut(vm, id)), value);
    vm.xdecref(old);
    Ok(())
}

fn func_repr(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let qualname = vm.str_lossy(function(vm, id).func_qualname);
    let address = vm.heap.address(id);
    Ok(vm.new_string(format!("<function {qualname} at {address:#x}>")))
}

fn func_vectorcall(vm: &mut Vm, id: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    (vm.hooks.function_vectorcall)(vm, id, args, kwnames)
}

fn func_call(vm: &mut Vm, id: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.call_tuple_dict(id, args, kwargs)
}

fn func_descr_get(vm: &mut Vm, id: ObjId, obj: ObjId, _ty: ObjId) -> PyResult<ObjId> {
    if obj.is_null() || obj == NONE {
        return Ok(vm.incref(id));
    }
    Ok(vm.new_method(id, obj))
}

fn set_code(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    let Some(free) = free_count(vm, value) else {
        return Err(vm.type_error("__code__ must be set to a code object"));
    };
    let closure = function(vm, id).func_closure;
    let cells = if closure.is_null() {
        0
    } else {
        vm.tuple_items(closure).len()
    };
    if free != cells {
        let name = vm.str_lossy(function(vm, id).func_name);
        return Err(vm.value_error(format!(
            "{name}() requires a code object with {cells} free vars, not {free}"
        )));
    }
    function_mut(vm, id).func_version = 0;
    set_field(vm, id, value, |f| &mut f.func_code)
}

fn free_count(vm: &Vm, code: ObjId) -> Option<usize> {
    match (!code.is_null()).then(|| vm.heap.payload(code)) {
        Some(Payload::Code(c)) => Some(c.runtime.code.co_freevars().count()),
        _ => None,
    }
}

fn set_defaults(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    let value = if value == NONE { ObjId::NULL } else { value };
    if !value.is_null() && !vm.isinstance(value, types::TUPLE) {
        return Err(vm.type_error("__defaults__ must be set to a tuple object"));
    }
    function_mut(vm, id).func_version = 0;
    set_field(vm, id, value, |f| &mut f.func_defaults)
}

fn set_kwdefaults(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    let value = if value == NONE { ObjId::NULL } else { value };
    if !value.is_null() && !vm.isinstance(value, types::DICT) {
        return Err(vm.type_error("__kwdefaults__ must be set to a dict object"));
    }
    function_mut(vm, id).func_version = 0;
    set_field(vm, id, value, |f| &mut f.func_kwdefaults)
}

fn get_annotations(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let mut annotations = function(vm, id).func_annotations;
    if annotations.is_null() {
        annotations = vm.new_dict();
        function_mut(vm, id).func_annotations = annotations;
    } else if vm.type_of(annotations) == types::TUPLE {
        // The compiler's form: names and values in turn.
        let pairs = vm.tuple_items(annotations).to_vec();
        let dict = vm.new_dict();
        for pair in pairs.chunks_exact(2) {
            vm.dict_set(dict, pair[0], pair[1])?;
        }
        function_mut(vm, id).func_annotations = dict;
        vm.decref(annotations);
        annotations = dict;
    }
    Ok(vm.incref(annotations))
}

fn set_annotations(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    let value = if value == NONE { ObjId::NULL } else { value };
    if !value.is_null() && !vm.isinstance(value, types::DICT) {
        return Err(vm.type_error("__annotations__ must be set to a dict object"));
    }
    function_mut(vm, id).func_version = 0;
    set_field(vm, id, value, |f| &mut f.func_annotations)
}

fn set_name(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() || vm.text(value).is_none() {
        return Err(vm.type_error("__name__ must be set to a string object"));
    }
    set_field(vm, id, value, |f| &mut f.func_name)
}

fn set_qualname(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() || vm.text(value).is_none() {
        return Err(vm.type_error("__qualname__ must be set to a string object"));
    }
    set_field(vm, id, value, |f| &mut f.func_qualname)
}

fn get_type_params(vm: &mut Vm, id: ObjId) -> PyResult<ObjId> {
    let value = function(vm, id).func_typeparams;
    Ok(vm.incref(if value.is_null() { EMPTY_TUPLE } else { value }))
}

fn set_type_params(vm: &mut Vm, id: ObjId, value: ObjId) -> PyResult<()> {
    if value.is_null() || !vm.isinstance(value, types::TUPLE) {
        return Err(vm.type_error("__type_params__ must be set to a tuple"));
    }
    set_field(vm, id, value, |f| &mut f.func_typeparams)
}

/// `function(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)`.
fn func_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let mut given = vm.tuple_items(args).to_vec();
    given.resize(6, ObjId::NULL);
    for (i, name) in [
        "code",
        "globals",
        "name",
        "argdefs",
        "closure",
        "kwdefaults",
    ]
    .into_iter()
    .enumerate()
    {
        if !kwargs.is_null() && given[i].is_null() {
            given[i] = vm.dict_get_name(kwargs, name).unwrap_or_default();
        }
        if given[i].is_null() && i < 2 {
            return Err(vm.type_error(format!(
                "function() missing required argument '{name}' (pos {})",
                i + 1
            )));
        }
    }
    let [code, globals, name, defaults, closure, kwdefaults] = given[..] else {
        return Err(vm.type_error("function() takes at most 6 arguments"));
    };
    let Some(free) = free_count(vm, code) else {
        let kind = vm.type_name_of(code);
        return Err(vm.type_error(format!(
            "function() argument 'code' must be code, not {kind}"
        )));
    };
    if !vm.isinstance(globals, types::DICT) {
        let kind = vm.type_name_of(globals);
        return Err(vm.type_error(format!(
            "function() argument 'globals' must be dict, not {kind}"
        )));
    }
    let absent = |id: ObjId| id.is_null() || id == NONE;
    if !absent(name) && vm.text(name).is_none() {
        return Err(vm.type_error("arg 3 (name) must be None or string"));
    }
    if !absent(defaults) && !vm.isinstance(defaults, types::TUPLE) {
        return Err(vm.type_error("arg 4 (defaults) must be None or tuple"));
    }
    let is_tuple = !closure.is_null() && vm.isinstance(closure, types::TUPLE);
    if !is_tuple && (free > 0 && absent(closure)) {
        return Err(vm.type_error("arg 5 (closure) must be tuple"));
    }
    if !is_tuple && !absent(closure) {
        return Err(vm.type_error("arg 5 (closure) must be None or tuple"));
    }
    let cells = if is_tuple {
        vm.tuple_items(closure).to_vec()
    } else {
        Vec::new()
    };
    if cells.len() != free {
        let code_name = match vm.heap.payload(code) {
            Payload::Code(c) => vm.str_lossy(c.co_name),
            _ => String::new(),
        };
        return Err(vm.value_error(format!(
            "{code_name} requires closure of length {free}, not {}",
            cells.len()
        )));
    }
    for cell in cells {
        if vm.type_of(cell) != types::CELL {
            let kind = vm.type_name_of(cell);
            return Err(vm.type_error(format!("arg 5 (closure) expected cell, found {kind}")));
        }
    }
    let builtins = match vm.dict_get(globals, names::BUILTINS)? {
        Some(found) => match vm.heap.payload(found) {
            Payload::Module(m) => m.md_dict,
            _ => found,
        },
        None => vm.interp.builtins,
    };
    let id = vm.new_function(code, globals, builtins);
    if !absent(name) {
        set_field(vm, id, name, |f| &mut f.func_name)?;
    }
    if !absent(defaults) {
        set_field(vm, id, defaults, |f| &mut f.func_defaults)?;
    }
    if is_tuple && free > 0 {
        set_field(vm, id, closure, |f| &mut f.func_closure)?;
    }
    if !absent(kwdefaults) {
        set_field(vm, id, kwdefaults, |f| &mut f.func_kwdefaults)?;
    }
    Ok(id)
}
