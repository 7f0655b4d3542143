//! Modules.
//!
//! Mirrors `Objects/moduleobject.c`.

use crate::base::ObjId;

use super::methodobject::{GetSetDef, MemberDef, MethodDef, MethodImpl};
use super::object::{Payload, Place, Visit};
use super::slots::Slots;
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, names, types};

/// `PyModuleObject`.
#[derive(Debug)]
pub struct ModuleObject {
    /// The namespace; owned.
    pub md_dict: ObjId,
    /// The name for messages, which outlives `md_dict`'s `__name__`; owned or NULL.
    pub md_name: ObjId,
    /// Objects that the native module keeps for itself, by place; owned.
    pub state: Vec<(&'static str, ObjId)>,
}

impl ModuleObject {
    /// The state, then the namespace.
    pub fn traverse(&self, visit: Visit<'_>) {
        for &(name, id) in &self.state {
            visit(Place::Member(name), id);
        }
        for (name, id) in [("md_dict", self.md_dict), ("md_name", self.md_name)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    tp_name: "module",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::BASETYPE),
    weakrefs: true,
    dict: true,
    slots: Slots {
        tp_new: Some(module_new),
        tp_init: Some(module_init),
        tp_repr: Some(module_repr),
        tp_getattro: Some(module_getattro),
        tp_setattro: Some(super::object_type::object_setattr),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__dir__",
        MethodImpl::NoArgs(module_dir),
        "",
    )],
    members: &[MemberDef {
        name: "__dict__",
        get: super::builtin_descr::own_dict_get,
        set: None,
    }],
    getset: &[GetSetDef {
        name: "__annotations__",
        get: module_annotations,
        set: Some(module_set_annotations),
    }],
    tp_doc: "Create a module object.",
    ..TypeSpec::EMPTY
};

impl Vm {
    /// A module with the attributes that every module starts with (`PyModule_New`).
    pub fn new_module(&mut self, name: &str) -> ObjId {
        let text = self.new_str(name);
        let id = self.module_object(types::MODULE);
        self.init_module_dict(id, text, NONE);
        self.decref(text);
        id
    }

    fn module_object(&mut self, ty: ObjId) -> ObjId {
        let dict = self.new_dict();
        let module = ModuleObject {
            md_dict: dict,
            md_name: ObjId::NULL,
            state: Vec::new(),
        };
        self.generic_alloc(ty, Payload::Module(Box::new(module)))
    }

    fn init_module_dict(&mut self, id: ObjId, name: ObjId, doc: ObjId) {
        let dict = self.module_dict(id);
        for (key, value) in [
            (names::NAME, name),
            (names::DOC, doc),
            (names::PACKAGE, NONE),
            (names::LOADER, NONE),
            (names::SPEC, NONE),
        ] {
            self.dict_set(dict, key, value)
                .expect("string keys run no Python code");
        }
        if self.isinstance(name, types::STR) {
            self.incref(name);
            let old = match self.heap.payload_mut(id) {
                Payload::Module(m) => std::mem::replace(&mut m.md_name, name),
                _ => ObjId::NULL,
            };
            self.xdecref(old);
            self.heap.report_value(id);
        }
    }

    /// The namespace of a module, borrowed.
    pub fn module_dict(&self, id: ObjId) -> ObjId {
        match self.heap.payload(id) {
            Payload::Module(m) => m.md_dict,
            other => panic!("{id:?} is no module: {other:?}"),
        }
    }

    /// Adds native functions to a module.
    pub fn module_add_functions(&mut self, module: ObjId, methods: &'static [MethodDef]) {
        let dict = self.module_dict(module);
        let name = match self.heap.payload(module) {
            Payload::Module(m) => m.md_name,
            _ => ObjId::NULL,
        };
        for def in methods {
            let function = self.new_cfunction(*def, module, name);
            self.dict_set_name(dict, def.ml_name, function);
            self.decref(function);
        }
    }

    /// Adds an object to a module; steals the reference.
    pub fn module_add(&mut self, module: ObjId, name: &str, value: ObjId) {
        let dict = self.module_dict(module);
        self.dict_set_name(dict, name, value);
        self.decref(value);
    }
}

fn module_new(vm: &mut Vm, ty: ObjId, _args: ObjId, _kwargs: ObjId) -> PyResult<ObjId> {
    Ok(vm.module_object(ty))
}

fn module_init(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<()> {
    let values = vm.parse_args("module", args, kwargs, &["name", "doc"], 1)?;
    if !vm.isinstance(values[0], types::STR) {
        let n = vm.type_name_of(values[0]);
        return Err(vm.type_error(format!("module() argument 'name' must be str, not {n}")));
    }
    let doc = if values[1].is_null() { NONE } else { values[1] };
    vm.init_module_dict(this, values[0], doc);
    Ok(())
}

fn module_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let dict = vm.module_dict(this);
    let name = vm.dict_get_str(dict, names::NAME).unwrap_or(NONE);
    let name_repr = if name == NONE {
        "'?'".to_owned()
    } else {
        vm.repr_string(name)?
    };
    let spec = vm.dict_get_str(dict, names::SPEC).unwrap_or(NONE);
    let file = vm.dict_get_str(dict, names::FILE).unwrap_or(NONE);
    if spec != NONE && file == NONE {
        let origin = vm.getattr_name_opt(spec, "origin")?;
        if let Some(origin) = origin {
            let text = vm.str_string(origin)?;
            vm.decref(origin);
            if text == "built-in" {
                return Ok(vm.new_string(format!("<module {name_repr} (built-in)>")));
            }
        }
    }
    if file != NONE {
        let file = vm.repr_string(file)?;
        return Ok(vm.new_string(format!("<module {name_repr} from {file}>")));
    }
    let loader = vm.dict_get_str(dict, names::LOADER).unwrap_or(NONE);
    if loader == NONE {
        return Ok(vm.new_string(format!("<module {name_repr}>")));
    }
    let text = vm.str_string(loader)?;
    let text = if text.contains("BuiltinImporter") {
        "built-in".to_owned()
    } else {
        text
    };
    Ok(vm.new_string(format!("<module {name_repr} ({text})>")))
}

/// Whether an attribute that is `None` stands for what `importlib` has not been asked for yet:
/// the machine imports modules by itself and makes their specs when somebody looks.
fn is_lazy_import_attribute(vm: &mut Vm, this: ObjId, name: ObjId) -> bool {
    if name != names::SPEC && name != names::LOADER {
        return false;
    }
    let modules = vm.interp.modules;
    if vm
        .dict_get_name(modules, "_frozen_importlib_external")
        .is_some()
    {
        return false;
    }
    let dict = vm.module_dict(this);
    let module_name = vm.dict_get_str(dict, names::NAME);
    module_name.is_some_and(|n| {
        let known = vm.str_lossy(n);
        known != "__main__" && vm.dict_get_name(modules, &known) == Some(this)
    })
}

/// Imports `importlib`, which fills the attributes of modules and of `sys`, and looks again.
fn load_import_attribute(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<Option<ObjId>> {
    let importlib = (vm.hooks.import_module)(vm, "_frozen_importlib")?;
    vm.decref(importlib);
    vm.generic_getattr_opt(this, name)
}

/// Attributes of modules: the namespace, then a module's own `__getattr__`.
pub fn module_getattro(vm: &mut Vm, this: ObjId, name: ObjId) -> PyResult<ObjId> {
    if let Some(value) = vm.generic_getattr_opt(this, name)? {
        if value == NONE && is_lazy_import_attribute(vm, this, name) {
            return load_import_attribute(vm, this, name).map(|found| found.unwrap_or(NONE));
        }
        return Ok(value);
    }
    let dict = vm.module_dict(this);
    if dict == vm.interp.sysdict
        && ["meta_path", "path_hooks", "path_importer_cache"].contains(&vm.str_lossy(name).as_str())
        && let Some(found) = load_import_attribute(vm, this, name)?
    {
        return Ok(found);
    }
    if let Some(hook) = vm.dict_get_str(dict, names::GETATTR) {
        return vm.call(hook, &[name]);
    }
    let text = vm.str_lossy(name);
    let module_name = vm.dict_get_str(dict, names::NAME);
    let message = match module_name {
        Some(n) if vm.isinstance(n, types::STR) => {
            let n = vm.str_lossy(n);
            if vm.module_is_initializing(dict) {
                format!(
                    "partially initialized module '{n}' has no attribute '{text}' (most likely due to a circular import)"
                )
            } else {
                format!("module '{n}' has no attribute '{text}'")
            }
        }
        _ => format!("module has no attribute '{text}'"),
    };
    Err(vm.raise_attribute_error(message, this, name))
}

impl Vm {
    /// Whether the module's `__spec__` says that its code is still running.
    pub fn module_is_initializing(&mut self, dict: ObjId) -> bool {
        if self.interp.initializing.contains(&dict) {
            return true;
        }
        let Some(spec) = self.dict_get_str(dict, names::SPEC) else {
            return false;
        };
        if spec == NONE {
            return false;
        }
        match self.getattr_name_opt(spec, "_initializing") {
            Ok(Some(flag)) => {
                let truth = self.is_true(flag).unwrap_or(false);
                self.decref(flag);
                truth
            }
            _ => false,
        }
    }
}

fn module_dir(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let dict = vm.module_dict(this);
    if let Some(hook) = vm.dict_get_str(dict, names::DIR) {
        return vm.call(hook, &[]);
    }
    let keys: Vec<ObjId> = vm.dict_entries(dict).into_iter().map(|(k, _)| k).collect();
    Ok(vm.new_list_from(&keys))
}

fn module_annotations(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let dict = vm.module_dict(this);
    if let Some(found) = vm.dict_get_str(dict, names::ANNOTATIONS) {
        return Ok(vm.incref(found));
    }
    let made = vm.new_dict();
    vm.dict_set(dict, names::ANNOTATIONS, made)?;
    Ok(made)
}

fn module_set_annotations(vm: &mut Vm, this: ObjId, value: ObjId) -> PyResult<()> {
    let dict = vm.module_dict(this);
    if value.is_null() {
        if !vm.dict_delete(dict, names::ANNOTATIONS)? {
            return Err(vm.raise_with(types::ATTRIBUTE_ERROR, names::ANNOTATIONS));
        }
        return Ok(());
    }
    vm.dict_set(dict, names::ANNOTATIONS, value)
}
