//! Functions written in Python.
//!
//! Mirrors `Objects/funcobject.c`.

use crate::base::ObjId;

use super::object::{Place, Visit};

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
    /// For inline caches; 0: none assigned.
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
