//! Specialization of calls: by what is called, and how many arguments it takes.

use crate::base::ObjId;
use crate::bytecode::Opcode;
use crate::events::Mode;
use crate::interpreter::ceval::Eval;
use crate::interpreter::frames::function_object;
use crate::objects::constructors::has_vectorcall;
use crate::objects::descrobject::DescriptorKind;
use crate::objects::methodobject::MethodImpl;
use crate::objects::object::Payload;
use crate::objects::typeobject::TypeFlags;
use crate::objects::vm::Vm;
use crate::objects::wellknown::{names, types};

use super::{FunctionKind, function_kind};

/// `_Py_Specialize_Call`.
pub fn call<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) {
    let oparg = oparg as usize;
    let (callable, this) = (eval.peek(oparg + 2), eval.peek(oparg + 1));
    let nargs = oparg + usize::from(!this.is_null());
    let form = match eval.vm.heap.payload(callable) {
        Payload::CFunction(f) => {
            let (meth, name) = (f.m_ml.ml_meth, f.m_ml.ml_name);
            native_form(meth, name, nargs, oparg)
        }
        Payload::Function(_) => python_form(eval, callable, nargs, false),
        Payload::Type(_) => class_form(eval, callable, nargs, oparg),
        Payload::Descriptor(_) if eval.vm.type_of(callable) == types::METHOD_DESCRIPTOR => {
            descriptor_form(eval, callable, nargs, oparg)
        }
        Payload::Method(m) if eval.vm.type_of(m.im_func) == types::FUNCTION => {
            let function = m.im_func;
            python_form(eval, function, nargs, true)
        }
        Payload::Method(_) => None,
        _ => Some(Opcode::CALL_NON_PY_GENERAL),
    };
    eval.specialize_to(Opcode::CALL, form);
}

/// `specialize_py_call`.
fn python_form<M: Mode>(
    eval: &Eval<'_, M>,
    function: ObjId,
    nargs: usize,
    bound_method: bool,
) -> Option<Opcode> {
    let f = function_object(eval.vm, function);
    if f.func_version == 0 {
        return None;
    }
    eval.set_cache32(1, f.func_version);
    let exact = function_kind(eval.vm, f.func_code) == FunctionKind::Simple
        && eval.vm.code_runtime(f.func_code).co_argcount == nargs + usize::from(bound_method);
    Some(match (bound_method, exact) {
        (false, true) => Opcode::CALL_PY_EXACT_ARGS,
        (false, false) => Opcode::CALL_PY_GENERAL,
        (true, true) => Opcode::CALL_BOUND_METHOD_EXACT_ARGS,
        (true, false) => Opcode::CALL_BOUND_METHOD_GENERAL,
    })
}

/// `specialize_c_call`. No other native functions have the names of these two.
fn native_form(meth: MethodImpl, name: &str, nargs: usize, oparg: usize) -> Option<Opcode> {
    match meth {
        MethodImpl::O(_) if nargs != 1 => None,
        MethodImpl::O(_) if name == "len" && oparg == 1 => Some(Opcode::CALL_LEN),
        MethodImpl::O(_) => Some(Opcode::CALL_BUILTIN_O),
        MethodImpl::Fast(_) if name == "isinstance" && nargs == 2 && oparg == 2 => {
            Some(Opcode::CALL_ISINSTANCE)
        }
        MethodImpl::Fast(_) => Some(Opcode::CALL_BUILTIN_FAST),
        MethodImpl::FastKeywords(_) => Some(Opcode::CALL_BUILTIN_FAST_WITH_KEYWORDS),
        MethodImpl::NoArgs(_) | MethodImpl::VarArgs(_) | MethodImpl::VarArgsKeywords(_) => {
            Some(Opcode::CALL_NON_PY_GENERAL)
        }
    }
}

/// `specialize_method_descriptor`.
fn descriptor_form<M: Mode>(
    eval: &Eval<'_, M>,
    callable: ObjId,
    nargs: usize,
    oparg: usize,
) -> Option<Opcode> {
    let d = eval.vm.descriptor(callable);
    let DescriptorKind::Method(def) = d.kind else {
        return Some(Opcode::CALL_NON_PY_GENERAL);
    };
    match def.ml_meth {
        MethodImpl::NoArgs(_) => (nargs == 1).then_some(Opcode::CALL_METHOD_DESCRIPTOR_NOARGS),
        MethodImpl::O(_) if nargs != 2 => None,
        MethodImpl::O(_) => {
            let popped = eval.following().0 == Opcode::POP_TOP as u8;
            Some(
                if is_list_append(eval.vm, callable) && oparg == 1 && popped {
                    Opcode::CALL_LIST_APPEND
                } else {
                    Opcode::CALL_METHOD_DESCRIPTOR_O
                },
            )
        }
        MethodImpl::Fast(_) => Some(Opcode::CALL_METHOD_DESCRIPTOR_FAST),
        MethodImpl::FastKeywords(_) => Some(Opcode::CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS),
        MethodImpl::VarArgs(_) | MethodImpl::VarArgsKeywords(_) => {
            Some(Opcode::CALL_NON_PY_GENERAL)
        }
    }
}

/// Whether it is the descriptor of `list.append`.
pub fn is_list_append(vm: &Vm, callable: ObjId) -> bool {
    matches!(
        vm.heap.payload(callable),
        Payload::Descriptor(d) if d.d_type == types::LIST
            && d.d_name == names::APPEND
            && matches!(d.kind, DescriptorKind::Method(_))
    )
}

/// `specialize_class_call`.
fn class_form<M: Mode>(
    eval: &mut Eval<'_, M>,
    class: ObjId,
    nargs: usize,
    oparg: usize,
) -> Option<Opcode> {
    let ty = eval.vm.heap.type_object(class);
    if ty.tp_flags.contains(TypeFlags::IMMUTABLETYPE) {
        if nargs == 1 && oparg == 1 {
            match class {
                types::STR => return Some(Opcode::CALL_STR_1),
                types::TYPE => return Some(Opcode::CALL_TYPE_1),
                types::TUPLE => return Some(Opcode::CALL_TUPLE_1),
                _ => {}
            }
        }
        return has_vectorcall(class).then_some(Opcode::CALL_BUILTIN_CLASS);
    }
    let object_new = eval.vm.heap.type_object(types::OBJECT).slots.tp_new;
    let plain_new = ty.slots.tp_new.map(|f| f as usize) == object_new.map(|f| f as usize);
    if eval.vm.type_of(class) == types::TYPE
        && plain_new
        && let Some(parameters) = cache_init(eval.vm, class)
    {
        let version = eval.vm.type_version(class);
        eval.set_cache32(1, version);
        return (parameters == nargs + 1).then_some(Opcode::CALL_ALLOC_AND_ENTER_INIT);
    }
    Some(Opcode::CALL_NON_PY_GENERAL)
}

/// Notes a class's `__init__` in the class, if it is a plain function and instances have inline
/// values, and gives its number of parameters (`get_init_for_simple_managed_python_class`).
fn cache_init(vm: &mut Vm, class: ObjId) -> Option<usize> {
    let flags = vm.heap.type_object(class).tp_flags;
    if !flags.contains(TypeFlags::INLINE_VALUES) || !flags.contains(TypeFlags::HEAPTYPE) {
        return None;
    }
    let init = vm.type_lookup(class, names::INIT)?;
    if vm.type_of(init) != types::FUNCTION {
        return None;
    }
    let code = function_object(vm, init).func_code;
    if function_kind(vm, code) != FunctionKind::Simple {
        return None;
    }
    if let Payload::Type(t) = vm.heap.payload_mut_quiet(class) {
        t.spec_cache.init = init;
    }
    Some(vm.code_runtime(code).co_argcount)
}
