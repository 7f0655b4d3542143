//! Exceptions.
//!
//! Mirrors `Objects/exceptions.c`.

use crate::base::ObjId;

use super::object::{Place, Visit};

/// `PyBaseExceptionObject` and the structs that extend it; each field owned or NULL.
#[derive(Debug, Default)]
pub struct ExceptionObject {
    pub dict: ObjId,
    pub args: ObjId,
    pub notes: ObjId,
    pub traceback: ObjId,
    pub context: ObjId,
    pub cause: ObjId,
    pub suppress_context: bool,
    /// The fields of the specific struct, such as `value` of `StopIteration` or `name`, `obj` of
    /// `AttributeError`, in the order of the C struct.
    pub fields: Vec<(&'static str, ObjId)>,
}

impl ExceptionObject {
    /// The value of a specific field; NULL when it is unset or does not exist.
    pub fn field(&self, name: &str) -> ObjId {
        self.fields
            .iter()
            .find(|(n, _)| *n == name)
            .map_or(ObjId::NULL, |&(_, id)| id)
    }

    /// The specific fields, then those of `BaseException` in the order of `BaseException_traverse`.
    pub fn traverse(&self, visit: Visit<'_>) {
        for &(name, id) in &self.fields {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
        for (name, id) in [
            ("__dict__", self.dict),
            ("args", self.args),
            ("__notes__", self.notes),
            ("__traceback__", self.traceback),
            ("__cause__", self.cause),
            ("__context__", self.context),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }

    /// In the order of `BaseException_clear`.
    pub fn release(&mut self, dropped: &mut Vec<ObjId>) {
        for (_, id) in &mut self.fields {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
        for id in [
            &mut self.dict,
            &mut self.args,
            &mut self.notes,
            &mut self.traceback,
            &mut self.cause,
            &mut self.context,
        ] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
}
