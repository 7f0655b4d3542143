//! The specialized forms of calls.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::frames::{FrameParts, function_object, function_parts};
use crate::interpreter::specialize::is_list_append;
use crate::objects::constructors::has_vectorcall;
use crate::objects::descrobject::DescriptorKind;
use crate::objects::init_cleanup;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{INIT_CLEANUP, bool_obj, types};

use super::calls::{call, call_native, reported, unpack_method};

// ---- Python functions

/// Whether the function is of the version in the cache.
#[inline]
fn is_expected<M: Mode>(eval: &Eval<'_, M>, callable: ObjId) -> bool {
    matches!(
        eval.vm.heap.payload(callable),
        Payload::Function(f) if f.func_version == eval.cache32(1)
    )
}

#[inline]
pub fn call_py_exact_args<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let (callable, this) = (eval.peek(n + 2), eval.peek(n + 1));
    let total = n + usize::from(!this.is_null());
    if !is_expected(eval, callable) || !eval.takes_exactly(callable, total) {
        return call(eval, oparg);
    }
    eval.enter_exact(callable, total, n + 2);
    Ok(Flow::Next)
}

pub fn call_py_general<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let (callable, this) = (eval.peek(n + 2), eval.peek(n + 1));
    if !is_expected(eval, callable) {
        return call(eval, oparg);
    }
    enter_general(eval, callable, n + usize::from(!this.is_null()), n + 2)
}

/// The function of a bound method on the stack, if it is of the version in the cache.
#[inline]
fn bound_function<M: Mode>(eval: &Eval<'_, M>, n: usize) -> Option<ObjId> {
    let (callable, this) = (eval.peek(n + 2), eval.peek(n + 1));
    match eval.vm.heap.payload(callable) {
        Payload::Method(m) if this.is_null() => is_expected(eval, m.im_func).then_some(m.im_func),
        _ => None,
    }
}

pub fn call_bound_method_exact_args<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    match bound_function(eval, n) {
        Some(function) if eval.takes_exactly(function, n + 1) => {
            let method = eval.peek(n + 2);
            unpack_method(eval, n, method);
            eval.enter_exact(function, n + 1, n + 2);
            Ok(Flow::Next)
        }
        _ => call(eval, oparg),
    }
}

pub fn call_bound_method_general<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let Some(function) = bound_function(eval, n) else {
        return call(eval, oparg);
    };
    let method = eval.peek(n + 2);
    unpack_method(eval, n, method);
    enter_general(eval, function, n + 1, n + 2)
}

/// Enters a function whose parameters may need more than copying; drops `slots` stack entries.
fn enter_general<M: Mode>(
    eval: &mut Eval<'_, M>,
    function: ObjId,
    total: usize,
    slots: usize,
) -> PyResult<Flow> {
    let args = eval.top_values(total);
    eval.forget(slots);
    eval.enter_function(function, &args, ObjId::NULL)
}

impl<M: Mode> Eval<'_, M> {
    /// Whether a Python function takes this number of arguments, and a call is left.
    #[inline]
    fn takes_exactly(&self, function: ObjId, total: usize) -> bool {
        let code = function_object(self.vm, function).func_code;
        self.vm.code_runtime(code).co_argcount == total && self.has_call_left()
    }

    /// Enters a function with the `total` values on top as its first locals; drops `slots` stack
    /// entries, the function among them, whose reference goes to the frame.
    #[inline]
    fn enter_exact(&mut self, function: ObjId, total: usize, slots: usize) {
        let parts = function_parts(self.vm, function, ObjId::NULL);
        let from = self.sp - total;
        let base = self.reserve_for(parts.code);
        let stack = &mut self.vm.tstate.datastack;
        // Few, so that a loop is faster than a call of `memmove`.
        for at in 0..total {
            stack[base + at] = stack[from + at];
        }
        self.forget(slots);
        self.enter_frame(parts, base);
    }

    /// Room for a frame of this code; gives where it begins.
    #[inline]
    fn reserve_for(&mut self, code: ObjId) -> usize {
        let runtime = self.vm.code_runtime(code);
        let (locals, size) = (runtime.nlocalsplus, runtime.framesize);
        self.vm.reserve_datastack(locals, size)
    }

    /// A copy of the `n` values on top.
    fn top_values(&self, n: usize) -> Vec<ObjId> {
        self.vm.tstate.datastack[self.sp - n..self.sp].to_vec()
    }
}

/// Makes an instance without calling the class: a frame below that of `__init__` holds it, checks
/// what `__init__` returns, and returns it.
pub fn call_alloc_and_enter_init<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let (class, this) = (eval.peek(n + 2), eval.peek(n + 1));
    let init = match eval.vm.heap.payload(class) {
        Payload::Type(ty) if this.is_null() && ty.tp_version_tag.get() == eval.cache32(1) => {
            ty.spec_cache.init
        }
        _ => ObjId::NULL,
    };
    if init.is_null() || !eval.takes_exactly(init, n + 1) {
        return call(eval, oparg);
    }
    let instance = eval.vm.generic_alloc(class, Payload::Empty);
    let args = eval.top_values(n);
    eval.forget(n + 2);
    eval.vm.decref(class);
    // The frame that waits for `__init__`, with the instance on its stack.
    if M::RECORDING {
        init_cleanup::register(eval.vm);
    }
    let base = eval.reserve_for(INIT_CLEANUP);
    let parts = FrameParts {
        function: ObjId::NULL,
        code: INIT_CLEANUP,
        globals: ObjId::NULL,
        builtins: ObjId::NULL,
        locals: ObjId::NULL,
    };
    eval.enter_frame(parts, base);
    eval.vm.incref(instance);
    eval.push(instance);
    // That of `__init__`.
    let code = function_object(eval.vm, init).func_code;
    let base = eval.reserve_for(code);
    let stack = &mut eval.vm.tstate.datastack;
    stack[base] = instance;
    stack[base + 1..=base + n].copy_from_slice(&args);
    eval.vm.incref(init);
    let parts = function_parts(eval.vm, init, ObjId::NULL);
    eval.enter_frame(parts, base);
    Ok(Flow::Next)
}

// ---- everything else

pub fn call_non_py_general<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let (callable, this) = (eval.peek(n + 2), eval.peek(n + 1));
    if matches!(
        eval.vm.heap.payload(callable),
        Payload::Function(_) | Payload::Method(_)
    ) {
        return call(eval, oparg);
    }
    with_operands(eval, n + usize::from(!this.is_null()), |eval, args| {
        call_native(eval, callable, args, ObjId::NULL, n + 2)
    })
}

/// Hands the `total` values on top to `act`, which may change the stack.
#[inline]
fn with_operands<M: Mode>(
    eval: &mut Eval<'_, M>,
    total: usize,
    act: impl FnOnce(&mut Eval<'_, M>, &[ObjId]) -> PyResult<Flow>,
) -> PyResult<Flow> {
    const FEW: usize = 4;
    if total > FEW {
        let many = eval.top_values(total);
        return act(eval, &many);
    }
    let mut few = [ObjId::NULL; FEW];
    few[..total].copy_from_slice(&eval.vm.tstate.datastack[eval.sp - total..eval.sp]);
    act(eval, &few[..total])
}

/// Whether a call of a native function polls the eval breaker behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Poll {
    Yes,
    No,
}

/// Calls something native through `function`, drops the operands, and pushes the result.
#[inline]
fn native_form<M: Mode>(
    eval: &mut Eval<'_, M>,
    n: usize,
    poll: Poll,
    function: impl FnOnce(&mut Vm, &[ObjId]) -> PyResult<ObjId>,
) -> PyResult<Flow> {
    let (callable, this) = (eval.peek(n + 2), eval.peek(n + 1));
    let total = n + usize::from(!this.is_null());
    with_operands(eval, total, |eval, args| {
        let result = reported::<M>(eval.vm, callable, |vm| function(vm, args));
        eval.forget(n + 2);
        let exception = std::mem::take(&mut eval.vm.tstate.current_exception);
        eval.vm.decref_all(args);
        eval.vm.decref(callable);
        eval.vm.tstate.current_exception = exception;
        eval.push(result?);
        if poll == Poll::Yes {
            eval.poll()?;
        }
        Ok(Flow::Next)
    })
}

pub fn call_type_1<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !one_argument(eval, types::TYPE) {
        return call(eval, oparg);
    }
    native_form(eval, 1, Poll::No, |vm, args| {
        let ty = vm.type_of(args[0]);
        Ok(vm.incref(ty))
    })
}

/// Whether this callable is called with one argument.
#[inline]
fn one_argument<M: Mode>(eval: &Eval<'_, M>, callable: ObjId) -> bool {
    eval.peek(3) == callable && eval.peek(2).is_null()
}

pub fn call_str_1<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !one_argument(eval, types::STR) {
        return call(eval, oparg);
    }
    native_form(eval, 1, Poll::Yes, |vm, args| vm.str(args[0]))
}

pub fn call_tuple_1<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if !one_argument(eval, types::TUPLE) {
        return call(eval, oparg);
    }
    native_form(eval, 1, Poll::Yes, |vm, args| {
        vm.tuple_from_iterable(args[0])
    })
}

pub fn call_builtin_class<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let callable = eval.peek(oparg as usize + 2);
    if !has_vectorcall(callable) {
        return call(eval, oparg);
    }
    native_form(eval, oparg as usize, Poll::Yes, |vm, args| {
        vm.call_vector(callable, args, ObjId::NULL)
    })
}

/// The native function that is called, with the object it is bound to.
#[inline]
fn native_function<M: Mode>(eval: &Eval<'_, M>, n: usize) -> Option<(MethodDef, ObjId)> {
    let callable = eval.peek(n + 2);
    match eval.vm.heap.payload(callable) {
        Payload::CFunction(f) => Some((f.m_ml, f.m_self)),
        _ => None,
    }
}

/// How many arguments there are.
#[inline]
fn total<M: Mode>(eval: &Eval<'_, M>, n: usize) -> usize {
    n + usize::from(!eval.peek(n + 1).is_null())
}

pub fn call_builtin_o<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    match native_function(eval, n) {
        Some((def, this))
            if let MethodImpl::O(f) = def.ml_meth
                && total(eval, n) == 1 =>
        {
            native_form(eval, n, Poll::Yes, |vm, args| f(vm, this, args[0]))
        }
        _ => call(eval, oparg),
    }
}

pub fn call_builtin_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    match native_function(eval, n) {
        Some((def, this)) if let MethodImpl::Fast(f) = def.ml_meth => {
            native_form(eval, n, Poll::Yes, |vm, args| f(vm, this, args))
        }
        _ => call(eval, oparg),
    }
}

pub fn call_builtin_fast_with_keywords<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    let n = oparg as usize;
    match native_function(eval, n) {
        Some((def, this)) if let MethodImpl::FastKeywords(f) = def.ml_meth => {
            native_form(eval, n, Poll::Yes, |vm, args| {
                f(vm, this, args, ObjId::NULL)
            })
        }
        _ => call(eval, oparg),
    }
}

#[inline]
pub fn call_len<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    match native_function(eval, 1) {
        Some((def, this))
            if let MethodImpl::O(f) = def.ml_meth
                && def.ml_name == "len"
                && eval.peek(2).is_null() =>
        {
            native_form(eval, 1, Poll::No, |vm, args| f(vm, this, args[0]))
        }
        _ => call(eval, oparg),
    }
}

pub fn call_isinstance<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    match native_function(eval, 2) {
        Some((def, this))
            if let MethodImpl::Fast(f) = def.ml_meth
                && def.ml_name == "isinstance"
                && eval.peek(3).is_null() =>
        {
            native_form(eval, 2, Poll::No, |vm, args| {
                if let [object, class] = *args
                    && vm.type_of(object) == class
                {
                    return Ok(bool_obj(true));
                }
                f(vm, this, args)
            })
        }
        _ => call(eval, oparg),
    }
}

/// `list.append` whose result is dropped: nothing is pushed, and `POP_TOP` is skipped.
#[inline]
pub fn call_list_append<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (callable, list, item) = (eval.peek(3), eval.peek(2), eval.peek(1));
    if list.is_null() || !eval.vm.is_list(list) || !is_list_append(eval.vm, callable) {
        return call(eval, oparg);
    }
    eval.forget(3);
    eval.vm.list_append_steal(list, item);
    eval.vm.decref(list);
    eval.vm.decref(callable);
    eval.pc += 1;
    Ok(Flow::Next)
}

/// The method that is called, if the first argument is of exactly the type that has it.
#[inline]
fn method_of_receiver<M: Mode>(eval: &Eval<'_, M>, n: usize) -> Option<MethodDef> {
    let total = total(eval, n);
    match eval.vm.heap.payload(eval.peek(n + 2)) {
        Payload::Descriptor(d) if total > 0 => match d.kind {
            DescriptorKind::Method(def)
                if eval.vm.type_of(eval.peek(total)) == d.d_type
                    && eval.vm.type_of(eval.peek(n + 2)) == types::METHOD_DESCRIPTOR =>
            {
                Some(def)
            }
            _ => None,
        },
        _ => None,
    }
}

pub fn call_method_descriptor_o<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    match method_of_receiver(eval, n) {
        Some(def)
            if let MethodImpl::O(f) = def.ml_meth
                && total(eval, n) == 2 =>
        {
            native_form(eval, n, Poll::Yes, |vm, args| f(vm, args[0], args[1]))
        }
        _ => call(eval, oparg),
    }
}

pub fn call_method_descriptor_noargs<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    let n = oparg as usize;
    match method_of_receiver(eval, n) {
        Some(def)
            if let MethodImpl::NoArgs(f) = def.ml_meth
                && total(eval, n) == 1 =>
        {
            native_form(eval, n, Poll::Yes, |vm, args| f(vm, args[0]))
        }
        _ => call(eval, oparg),
    }
}

pub fn call_method_descriptor_fast<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    match method_of_receiver(eval, n) {
        Some(def) if let MethodImpl::Fast(f) = def.ml_meth => {
            native_form(eval, n, Poll::Yes, |vm, args| f(vm, args[0], &args[1..]))
        }
        _ => call(eval, oparg),
    }
}

pub fn call_method_descriptor_fast_with_keywords<M: Mode>(
    eval: &mut Eval<'_, M>,
    oparg: u32,
) -> PyResult<Flow> {
    let n = oparg as usize;
    match method_of_receiver(eval, n) {
        Some(def) if let MethodImpl::FastKeywords(f) = def.ml_meth => {
            native_form(eval, n, Poll::Yes, |vm, args| {
                f(vm, args[0], &args[1..], ObjId::NULL)
            })
        }
        _ => call(eval, oparg),
    }
}
