//! Native functions: how they are declared, and the object that stands for one.
//!
//! Mirrors `Objects/methodobject.c` and `Include/methodobject.h`.

use crate::base::ObjId;

use super::object::{Payload, Place, Visit};
use super::slots::{CompareOp, SetterFunc, Slots};
use super::typeobject::{TypeFlags, TypeSpec};
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, bool_obj, types};

/// The calling convention of a native function, with the function.
///
/// `self` is the bound object, the module for a module function, the type for a class method,
/// NULL for a static method. Arguments are borrowed; the result is a new reference.
#[derive(Clone, Copy, Debug)]
pub enum MethodImpl {
    /// `METH_NOARGS`.
    NoArgs(fn(&mut Vm, ObjId) -> PyResult<ObjId>),
    /// `METH_O`.
    O(fn(&mut Vm, ObjId, ObjId) -> PyResult<ObjId>),
    /// `METH_FASTCALL`: positional arguments alone.
    Fast(fn(&mut Vm, ObjId, &[ObjId]) -> PyResult<ObjId>),
    /// `METH_FASTCALL | METH_KEYWORDS`: all values, then the tuple of keyword names or NULL.
    FastKeywords(fn(&mut Vm, ObjId, &[ObjId], ObjId) -> PyResult<ObjId>),
    /// `METH_VARARGS`: the tuple of arguments.
    VarArgs(fn(&mut Vm, ObjId, ObjId) -> PyResult<ObjId>),
    /// `METH_VARARGS | METH_KEYWORDS`: the tuple and the dict or NULL.
    VarArgsKeywords(fn(&mut Vm, ObjId, ObjId, ObjId) -> PyResult<ObjId>),
}

/// How a method binds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// To an instance.
    Instance,
    /// To the class (`METH_CLASS`).
    Class,
    /// To nothing (`METH_STATIC`).
    Static,
}

/// One row of a type's or module's table of functions (`PyMethodDef`).
#[derive(Clone, Copy, Debug)]
pub struct MethodDef {
    pub ml_name: &'static str,
    pub ml_meth: MethodImpl,
    pub binding: Binding,
    /// `__text_signature__` in CPython's form, such as `"($self, object, /)"`; empty when the C
    /// function has none.
    pub signature: &'static str,
    /// The first line of its documentation, in our own words.
    pub ml_doc: &'static str,
}

impl MethodDef {
    /// A method, or a module function, with its text signature.
    pub const fn new(ml_name: &'static str, ml_meth: MethodImpl, signature: &'static str) -> Self {
        Self {
            ml_name,
            ml_meth,
            binding: Binding::Instance,
            signature,
            ml_doc: "",
        }
    }

    /// With a line of documentation.
    #[must_use]
    pub const fn with_doc(mut self, ml_doc: &'static str) -> Self {
        self.ml_doc = ml_doc;
        self
    }

    /// As a class method.
    #[must_use]
    pub const fn class_method(mut self) -> Self {
        self.binding = Binding::Class;
        self
    }

    /// As a static method.
    #[must_use]
    pub const fn static_method(mut self) -> Self {
        self.binding = Binding::Static;
        self
    }
}

/// A computed attribute of a type (`PyGetSetDef`); the setter gets NULL for a deletion.
#[derive(Clone, Copy, Debug)]
pub struct GetSetDef {
    pub name: &'static str,
    pub get: fn(&mut Vm, ObjId) -> PyResult<ObjId>,
    pub set: Option<SetterFunc>,
}

/// A field of the C struct that is visible as an attribute (`PyMemberDef`).
#[derive(Clone, Copy, Debug)]
pub struct MemberDef {
    pub name: &'static str,
    pub get: fn(&mut Vm, ObjId) -> PyResult<ObjId>,
    pub set: Option<SetterFunc>,
}

/// `PyCFunctionObject`: a native function bound to `m_self`.
#[derive(Debug)]
pub struct CFunctionObject {
    pub m_ml: MethodDef,
    /// The bound object; NULL for none.
    pub m_self: ObjId,
    /// The name of its module, or NULL.
    pub m_module: ObjId,
    /// The defining class of a static or class method, or NULL.
    pub mm_class: ObjId,
}

impl CFunctionObject {
    /// Reports `m_self`, `m_module`, `mm_class`.
    pub fn traverse(&self, visit: Visit<'_>) {
        let Self {
            m_ml: _,
            m_self,
            m_module,
            mm_class,
        } = self;
        for (name, id) in [
            ("m_self", *m_self),
            ("m_module", *m_module),
            ("mm_class", *mm_class),
        ] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
}

pub static CFUNCTION: TypeSpec = TypeSpec {
    tp_name: "builtin_function_or_method",
    tp_basicsize: 56,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::HAVE_VECTORCALL),
    weakrefs: true,
    slots: Slots {
        tp_repr: Some(cfunction_repr),
        tp_vectorcall: Some(cfunction_vectorcall),
        tp_call: Some(super::descrobject::call_through_vector),
        tp_hash: Some(cfunction_hash),
        tp_richcompare: Some(cfunction_richcompare),
        ..Slots::EMPTY
    },
    methods: &[MethodDef::new(
        "__reduce__",
        MethodImpl::NoArgs(cfunction_reduce),
        "",
    )],
    members: &[MemberDef {
        name: "__module__",
        get: cfunction_module,
        set: None,
    }],
    getset: &[
        GetSetDef {
            name: "__doc__",
            get: cfunction_doc,
            set: None,
        },
        GetSetDef {
            name: "__name__",
            get: cfunction_name,
            set: None,
        },
        GetSetDef {
            name: "__qualname__",
            get: cfunction_qualname,
            set: None,
        },
        GetSetDef {
            name: "__self__",
            get: cfunction_self,
            set: None,
        },
        GetSetDef {
            name: "__text_signature__",
            get: cfunction_signature,
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

impl Vm {
    /// The native function in slot `id`; panics when it is none, which is our bug.
    pub fn cfunction(&self, id: ObjId) -> &CFunctionObject {
        match self.heap.payload(id) {
            Payload::CFunction(f) => f,
            other => panic!("{id:?} is no native function: {other:?}"),
        }
    }
}

fn cfunction_vectorcall(
    vm: &mut Vm,
    this: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    let f = vm.cfunction(this);
    let (def, m_self) = (f.m_ml, f.m_self);
    let owner = if m_self.is_null() || vm.type_of(m_self) == types::MODULE {
        None
    } else if vm.isinstance(m_self, types::TYPE) {
        Some(m_self)
    } else {
        Some(vm.type_of(m_self))
    };
    vm.call_method_def(&def, m_self, args, kwnames, owner)
}

fn cfunction_repr(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let f = vm.cfunction(this);
    let (name, m_self) = (f.m_ml.ml_name, f.m_self);
    if m_self.is_null() || vm.type_of(m_self) == types::MODULE {
        return Ok(vm.new_string(format!("<built-in function {name}>")));
    }
    let (ty, address) = (vm.type_name_of(m_self), vm.heap.address(m_self));
    Ok(vm.new_string(format!(
        "<built-in method {name} of {ty} object at {address:#x}>"
    )))
}

fn cfunction_hash(vm: &mut Vm, this: ObjId) -> PyResult<i64> {
    let f = vm.cfunction(this);
    let (name, m_self) = (f.m_ml.ml_name, f.m_self);
    let own = if m_self.is_null() {
        0
    } else {
        vm.hash_pointer(m_self)
    };
    let name_hash = name
        .bytes()
        .fold(0_i64, |h, b| h.wrapping_mul(31).wrapping_add(i64::from(b)));
    let hash = own ^ name_hash;
    Ok(if hash == -1 { -2 } else { hash })
}

fn cfunction_richcompare(vm: &mut Vm, a: ObjId, b: ObjId, op: CompareOp) -> PyResult<ObjId> {
    if vm.type_of(b) != types::BUILTIN_FUNCTION || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(NOT_IMPLEMENTED);
    }
    let (x, y) = (vm.cfunction(a), vm.cfunction(b));
    let equal =
        x.m_self == y.m_self && x.m_ml.ml_name == y.m_ml.ml_name && x.mm_class == y.mm_class;
    Ok(bool_obj(equal == (op == CompareOp::Eq)))
}

fn cfunction_reduce(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let f = vm.cfunction(this);
    let (name, m_self) = (f.m_ml.ml_name, f.m_self);
    if m_self.is_null() || vm.type_of(m_self) == types::MODULE {
        return Ok(vm.new_str(name));
    }
    let builtins = vm.interp.builtins;
    let getattr = vm.dict_get_name(builtins, "getattr").unwrap_or(NONE);
    let text = vm.new_str(name);
    let pair = vm.new_tuple_from(&[m_self, text]);
    vm.decref(text);
    let result = vm.new_tuple_from(&[getattr, pair]);
    vm.decref(pair);
    Ok(result)
}

fn cfunction_module(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let module = vm.cfunction(this).m_module;
    Ok(if module.is_null() {
        NONE
    } else {
        vm.incref(module)
    })
}

fn cfunction_doc(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let doc = vm.cfunction(this).m_ml.ml_doc;
    Ok(if doc.is_empty() {
        NONE
    } else {
        vm.new_str(doc)
    })
}

fn cfunction_name(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let name = vm.cfunction(this).m_ml.ml_name;
    Ok(vm.intern(name))
}

fn cfunction_qualname(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let f = vm.cfunction(this);
    let (name, m_self) = (f.m_ml.ml_name, f.m_self);
    if m_self.is_null() || vm.type_of(m_self) == types::MODULE {
        return Ok(vm.intern(name));
    }
    let ty = if vm.isinstance(m_self, types::TYPE) {
        m_self
    } else {
        vm.type_of(m_self)
    };
    let text = format!("{}.{name}", vm.type_qualname_string(ty));
    Ok(vm.new_string(text))
}

fn cfunction_self(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let f = vm.cfunction(this);
    let m_self = f.m_self;
    Ok(if m_self.is_null() || f.m_ml.binding == Binding::Static {
        NONE
    } else {
        vm.incref(m_self)
    })
}

fn cfunction_signature(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let signature = vm.cfunction(this).m_ml.signature;
    Ok(if signature.is_empty() {
        NONE
    } else {
        vm.new_str(signature)
    })
}
