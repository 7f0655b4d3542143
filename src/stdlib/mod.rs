//! Native modules: one file per module, each with its [`ModuleDef`].
//!
//! Mirrors `Modules/` and the module half of `Python/`. Beside the modules stands what runs a whole
//! program: `run`, `shutdown`, `hooks`, `import`, `compile`, `warnings`, `traceback_print`.

pub mod abcmodule;
pub mod arraymodule;
pub mod astmodule;
pub mod atexitmodule;
pub mod binascii;
pub mod bisectmodule;
pub mod bltinmodule;
pub mod cmathmodule;
pub mod codecsmodule;
pub mod collectionsmodule;
pub mod compile;
pub mod contextvarsmodule;
pub mod csvmodule;
pub mod embedded;
pub mod errnomodule;
pub mod functoolsmodule;
pub mod gcmodule;
pub mod hashmodule;
pub mod heapqmodule;
pub mod hooks;
pub mod import;
pub mod iomodule;
pub mod itertools_combinatoric;
pub mod itertoolsmodule;
pub mod mathmodule;
pub mod opcodemodule;
pub mod operatormodule;
pub mod posixmodule;
pub mod question;
pub mod queuemodule;
pub mod randommodule;
pub mod run;
pub mod shutdown;
pub mod smallmodules;
pub mod source_lines;
pub mod sre_match;
pub mod sre_pattern;
pub mod sre_scanner;
pub mod sre_search;
pub mod sre_template;
pub mod sremodule;
pub mod stringmodule;
pub mod structmodule;
pub mod structseq;
pub mod sys_hooks;
pub mod sys_info;
pub mod sysmodule;
pub mod sysmonitoring;
pub mod threadmodule;
pub mod timemodule;
pub mod traceback_print;
pub mod unicodedatamodule;
pub mod warnings;
pub mod weakrefmodule;
pub mod zlibmodule;

use crate::base::ObjId;
use crate::objects::methodobject::MethodDef;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::types;

/// A native module: what its table of methods and its `Py_mod_exec` slot are in C.
#[derive(Debug)]
pub struct ModuleDef {
    pub name: &'static str,
    pub functions: &'static [MethodDef],
    /// Adds types, constants and everything that is no plain function.
    pub exec: fn(&mut Vm, ObjId) -> PyResult<()>,
    pub doc: &'static str,
}

/// Every native module; one line for each.
pub static MODULES: &[&ModuleDef] = &[
    &abcmodule::MODULE,
    &astmodule::MODULE,
    &atexitmodule::MODULE,
    &errnomodule::MODULE,
    &iomodule::MODULE,
    &opcodemodule::MODULE,
    &posixmodule::MODULE,
    &smallmodules::CTYPES,
    &smallmodules::IMP,
    &smallmodules::MARSHAL,
    &smallmodules::TYPING,
    &collectionsmodule::MODULE,
    &contextvarsmodule::MODULE,
    &functoolsmodule::MODULE,
    &gcmodule::MODULE,
    &itertoolsmodule::MODULE,
    &bltinmodule::MODULE,
    &mathmodule::MODULE,
    &operatormodule::MODULE,
    &sremodule::MODULE,
    &sysmodule::MODULE,
    &threadmodule::MODULE,
    &timemodule::MODULE,
    &warnings::MODULE,
    &weakrefmodule::MODULE,
    &arraymodule::MODULE,
    &binascii::MODULE,
    &bisectmodule::MODULE,
    &cmathmodule::MODULE,
    &codecsmodule::MODULE,
    &csvmodule::MODULE,
    &heapqmodule::MODULE,
    &queuemodule::MODULE,
    &smallmodules::TOKENIZE,
    &randommodule::MODULE,
    &stringmodule::MODULE,
    &structmodule::MODULE,
    &unicodedatamodule::MODULE,
    &zlibmodule::MODULE,
    &hashmodule::MD5,
    &hashmodule::SHA1,
    &hashmodule::SHA2,
    &hashmodule::SHA3,
    &hashmodule::BLAKE2,
];

/// The exception class `module.name`, borrowed; made once, as a heap type.
pub fn module_exception(
    vm: &mut Vm,
    module: &'static str,
    name: &'static str,
    base: ObjId,
) -> PyResult<ObjId> {
    if let Some(state) = vm.interp.module_state.get(module) {
        return Ok(state[0]);
    }
    let bases = vm.new_tuple_from(&[base]);
    let namespace = vm.new_dict();
    let module_name = vm.new_str(module);
    vm.dict_set_name(namespace, "__module__", module_name);
    let class_name = vm.new_str(name);
    let class = vm.call(types::TYPE, &[class_name, bases, namespace]);
    vm.decref_all(&[module_name, class_name, bases, namespace]);
    let class = class?;
    vm.interp.module_state.insert(module, vec![class]);
    Ok(class)
}

/// Makes the native module `name`, or gives `None` if there is none; `sys.modules` is the
/// caller's business.
pub fn create_native_module(vm: &mut Vm, name: &str) -> PyResult<Option<ObjId>> {
    let Some(def) = MODULES.iter().find(|m| m.name == name) else {
        return Ok(None);
    };
    let module = vm.new_module(name);
    vm.module_add_functions(module, def.functions);
    if !def.doc.is_empty() {
        let doc = vm.new_str(def.doc);
        vm.module_add(module, "__doc__", doc);
    }
    match (def.exec)(vm, module) {
        Ok(()) => {
            vm.report_interpreter();
            Ok(Some(module))
        }
        Err(raised) => {
            vm.decref(module);
            Err(raised)
        }
    }
}
