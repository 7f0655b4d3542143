//! What the fields of a node hold, as objects and back: names, numbers, constants, lists,
//! operators.
//!
//! Mirrors the functions `ast2obj_…` and `obj2ast_…` of `Python/Python-ast.c` for the basic types.

use crate::base::{BigInt, ObjId};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{ELLIPSIS, FALSE, NONE, TRUE, types};
use crate::syntax::ast::{
    BoolOperator, CmpOp, Constant, ExprContext, Identifier, Operator, UnaryOperator,
};

use super::{node_name, node_table, state};

/// The field that a value stands in, for messages.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub node: &'static str,
    pub field: &'static str,
    pub in_list: bool,
}

/// A part of a tree that has an object's form too.
pub trait AstValue: Sized {
    /// A new reference.
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId>;
    /// From a borrowed object.
    fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self>;
    /// What stands for a field that the node has not.
    fn absent(vm: &mut Vm, place: Place) -> PyResult<Self> {
        let Place { node, field, .. } = place;
        Err(vm.type_error(format!("required field \"{field}\" missing from {node}")))
    }
}

/// The field `field` of a node.
pub fn get<T: AstValue>(
    vm: &mut Vm,
    object: ObjId,
    node: &'static str,
    field: &'static str,
) -> PyResult<T> {
    let place = Place {
        node,
        field,
        in_list: false,
    };
    match vm.getattr_name_opt(object, field)? {
        Some(value) => {
            let result = T::from_object(vm, value, place);
            vm.decref(value);
            result
        }
        None => T::absent(vm, place),
    }
}

/// `None` stands where a node must be.
pub fn required(vm: &mut Vm, place: Place, kind: &str) -> Raised {
    let Place {
        node,
        field,
        in_list,
    } = place;
    if in_list {
        let kind = match kind {
            "stmt" => "statement",
            "expr" => "expression",
            other => other,
        };
        return vm.value_error(format!("None disallowed in {kind} list"));
    }
    vm.value_error(format!("field '{field}' is required for {node}"))
}

/// The object is of no class that fits.
pub fn unexpected(vm: &mut Vm, object: ObjId, kind: &str) -> Raised {
    match vm.repr_string(object) {
        Ok(text) => vm.type_error(format!("expected some sort of {kind}, but got {text}")),
        Err(raised) => raised,
    }
}

impl<T: AstValue> AstValue for Box<T> {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        (**self).to_object(vm)
    }
    fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
        T::from_object(vm, object, place).map(Self::new)
    }
    fn absent(vm: &mut Vm, place: Place) -> PyResult<Self> {
        T::absent(vm, place).map(Self::new)
    }
}

impl<T: AstValue> AstValue for Option<T> {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        self.as_ref().map_or(Ok(NONE), |value| value.to_object(vm))
    }
    fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
        if object == NONE {
            return Ok(None);
        }
        T::from_object(vm, object, place).map(Some)
    }
    fn absent(_vm: &mut Vm, _place: Place) -> PyResult<Self> {
        Ok(None)
    }
}

impl<T: AstValue> AstValue for Vec<T> {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        let mut items = Vec::with_capacity(self.len());
        for value in self {
            items.push(value.to_object(vm)?);
        }
        Ok(vm.new_list(items))
    }
    fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
        let Place { node, field, .. } = place;
        if !vm.is_list(object) {
            let kind = vm.type_name_of(object);
            return Err(vm.type_error(format!(
                "{node} field \"{field}\" must be a list, not a {kind}"
            )));
        }
        let count = vm.list_len(object);
        let mut values = Self::with_capacity(count);
        let place = Place {
            in_list: true,
            ..place
        };
        for index in 0..count {
            let item = vm.list(object).ob_item[index];
            vm.incref(item);
            let value = T::from_object(vm, item, place);
            vm.decref(item);
            values.push(value?);
            if vm.list_len(object) != count {
                return Err(vm.raise(
                    types::RUNTIME_ERROR,
                    format!("{node} field \"{field}\" changed size during iteration"),
                ));
            }
        }
        Ok(values)
    }
    fn absent(_vm: &mut Vm, _place: Place) -> PyResult<Self> {
        Ok(Self::new())
    }
}

impl AstValue for Identifier {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        let mut text = vm.new_str(self);
        vm.intern_in_place(&mut text);
        Ok(text)
    }
    fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
        if object == NONE {
            return Err(required(vm, place, "identifier"));
        }
        if vm.type_of(object) != types::STR {
            let kind = if place.field == "kind" {
                "string"
            } else {
                "identifier"
            };
            return Err(vm.type_error(format!("AST {kind} must be of type str")));
        }
        Ok(vm.str_lossy(object).into())
    }
}

fn integer(vm: &mut Vm, object: ObjId) -> PyResult<i32> {
    if !vm.is_int(object) {
        let text = vm.repr_string(object)?;
        return Err(vm.value_error(format!("invalid integer value: {text}")));
    }
    let number = vm.index_as_ssize(object, Some(types::OVERFLOW_ERROR))?;
    match i32::try_from(number) {
        Ok(number) => Ok(number),
        Err(_too_large) => Err(vm.raise(
            types::OVERFLOW_ERROR,
            "Python int too large to convert to C int",
        )),
    }
}

impl AstValue for i32 {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        Ok(vm.new_int(i64::from(*self)))
    }
    fn from_object(vm: &mut Vm, object: ObjId, _place: Place) -> PyResult<Self> {
        integer(vm, object)
    }
}

impl AstValue for bool {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        Ok(vm.new_int(i64::from(*self)))
    }
    fn from_object(vm: &mut Vm, object: ObjId, _place: Place) -> PyResult<Self> {
        Ok(integer(vm, object)? != 0)
    }
}

/// `ImportFrom.level`.
impl AstValue for u32 {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        Ok(vm.new_int(i64::from(*self)))
    }
    fn from_object(vm: &mut Vm, object: ObjId, _place: Place) -> PyResult<Self> {
        if object == NONE {
            return Ok(0);
        }
        let number = integer(vm, object)?;
        Self::try_from(number).map_err(|_negative| vm.value_error("Negative ImportFrom level"))
    }
    fn absent(_vm: &mut Vm, _place: Place) -> PyResult<Self> {
        Ok(0)
    }
}

impl AstValue for Constant {
    fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
        Ok(match self {
            Self::None => NONE,
            Self::Bool(value) => [FALSE, TRUE][usize::from(*value)],
            Self::Ellipsis => ELLIPSIS,
            Self::Int(value) => vm.new_bigint(value.clone()),
            Self::Float(value) => vm.new_float(*value),
            Self::Complex { real, imag } => vm.new_complex(*real, *imag),
            Self::Str(text) => vm.new_text(text.clone()),
            Self::Bytes(bytes) => vm.new_bytes(bytes),
            Self::Tuple(items) => {
                let list = items.to_object(vm)?;
                let tuple = vm.call(types::TUPLE, &[list]);
                vm.decref(list);
                tuple?
            }
            Self::FrozenSet(items) => {
                let list = items.to_object(vm)?;
                let set = vm.call(types::FROZENSET, &[list]);
                vm.decref(list);
                set?
            }
        })
    }
    #[expect(
        clippy::only_used_in_recursion,
        reason = "the trait hands it to every kind of value"
    )]
    fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
        let ty = vm.type_of(object);
        Ok(match vm.heap.payload(object) {
            _ if object == NONE => Self::None,
            _ if object == TRUE || object == FALSE => Self::Bool(object == TRUE),
            _ if object == ELLIPSIS => Self::Ellipsis,
            Payload::Int(value) if ty == types::INT => Self::Int(BigInt::from(*value)),
            Payload::BigInt(value) if ty == types::INT => Self::Int((**value).clone()),
            Payload::Float(value) if ty == types::FLOAT => Self::Float(*value),
            Payload::Complex(parts) if ty == types::COMPLEX => Self::Complex {
                real: parts[0],
                imag: parts[1],
            },
            Payload::Str(s) if ty == types::STR => Self::Str(s.text.clone()),
            Payload::Bytes(bytes) if ty == types::BYTES => Self::Bytes(bytes.to_vec()),
            _ if ty == types::TUPLE || ty == types::FROZENSET => {
                vm.enter_native_call(" during compilation")?;
                let items = vm.collect_iterable(object)?;
                let parts: PyResult<Vec<Self>> = items
                    .iter()
                    .map(|&item| Self::from_object(vm, item, place))
                    .collect();
                vm.decref_all(&items);
                vm.leave_native_call();
                let parts = parts?;
                if ty == types::TUPLE {
                    Self::Tuple(parts)
                } else {
                    Self::FrozenSet(parts)
                }
            }
            _ => {
                let kind = vm.type_name_of(object);
                return Err(vm.type_error(format!("got an invalid type in Constant: {kind}")));
            }
        })
    }
}

macro_rules! single_nodes { ($($type:ident $kind:literal $absent:expr; $($variant:ident)*;)*) => { $(
    impl AstValue for $type {
        fn to_object(&self, vm: &mut Vm) -> PyResult<ObjId> {
            let name = match self { $(Self::$variant => stringify!($variant),)* };
            let (nodes, index) = node_table();
            let only = state(vm)?[nodes.len() + index[name]];
            Ok(vm.incref(only))
        }
        fn from_object(vm: &mut Vm, object: ObjId, place: Place) -> PyResult<Self> {
            if object == NONE {
                return Err(required(vm, place, $kind));
            }
            match node_name(vm, object)? {
                $(Some(stringify!($variant)) => Ok(Self::$variant),)*
                _ => Err(unexpected(vm, object, $kind)),
            }
        }
        fn absent(vm: &mut Vm, place: Place) -> PyResult<Self> {
            let default: Option<Self> = $absent;
            let Place { node, field, .. } = place;
            default.ok_or_else(|| {
                vm.type_error(format!("required field \"{field}\" missing from {node}"))
            })
        }
    }
)* } }

single_nodes! {
    ExprContext "expr_context" Some(Self::Load); Load Store Del;
    BoolOperator "boolop" None; And Or;
    Operator "operator" None;
        Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv;
    UnaryOperator "unaryop" None; Invert Not UAdd USub;
    CmpOp "cmpop" None; Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn;
}
