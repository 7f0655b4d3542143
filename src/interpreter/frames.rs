//! Frames come and go: calls of Python functions, returns, and what a frame leaves behind.
//!
//! Mirrors `_PyEvalFramePushAndInit`, `_PyEval_FrameClearAndPop` of `Python/ceval.c` and
//! `Python/frame.c`.

use std::sync::Arc;

use crate::base::ObjId;
use crate::events::{CodeId, Event, Mode};
use crate::objects::codeobject::CodeRuntime;
use crate::objects::frame::{FrameOwner, InterpreterFrame};
use crate::objects::funcobject::FunctionObject;
use crate::objects::genobject::GeneratorState;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};

use super::ceval::{Eval, Flow};

/// What a frame is made of: everything owned except what the function keeps alive.
pub struct FrameParts {
    /// Stolen; NULL for a module or class body.
    pub function: ObjId,
    /// Stolen.
    pub code: ObjId,
    /// Borrowed when there is a function, else stolen.
    pub globals: ObjId,
    pub builtins: ObjId,
    /// Stolen or NULL.
    pub locals: ObjId,
}

/// The fields of a function that a call needs.
pub fn function_parts(vm: &mut Vm, function: ObjId, locals: ObjId) -> FrameParts {
    let f = function_object(vm, function);
    let (code, globals, builtins) = (f.func_code, f.func_globals, f.func_builtins);
    vm.incref(code);
    FrameParts {
        function,
        code,
        globals,
        builtins,
        locals,
    }
}

/// The function in slot `id`; panics when it is none, which is our bug.
pub fn function_object(vm: &Vm, id: ObjId) -> &FunctionObject {
    match vm.heap.payload(id) {
        Payload::Function(f) => f,
        other => panic!("{id:?} is no function: {other:?}"),
    }
}

/// Pushes a frame whose `localsplus` begin at `base` of the data stack, already filled.
pub fn push_frame(
    vm: &mut Vm,
    parts: FrameParts,
    runtime: &CodeRuntime,
    base: usize,
    is_entry: bool,
) {
    let frame_id = vm.next_frame_id();
    let instr = vm.tstate.instr;
    if let Some(caller) = vm.tstate.frames.last_mut() {
        caller.prev_instr = instr;
    }
    vm.tstate.frames.push(InterpreterFrame {
        frame_id,
        f_code: parts.code,
        f_funcobj: parts.function,
        f_globals: parts.globals,
        f_builtins: parts.builtins,
        f_locals: parts.locals,
        frame_obj: ObjId::NULL,
        localsplus: Vec::new(),
        base: base as u32,
        sp: (base + runtime.nlocalsplus) as u32,
        prev_instr: 0,
        resume_pc: 0,
        return_offset: 0,
        reported_line: 0,
        monitored_instr: u32::MAX,
        owner: FrameOwner::Thread,
        is_entry,
    });
    vm.tstate.instr = 0;
    vm.tstate.py_recursion_remaining -= 1;
    if vm.heap.reporter.is_on() {
        report_push(vm, runtime, base);
    }
}

fn report_push(vm: &mut Vm, runtime: &CodeRuntime, base: usize) {
    let frame = vm.tstate.frames.last().expect("just pushed");
    let (id, function, globals, locals) = (
        frame.frame_id,
        frame.f_funcobj,
        frame.f_globals,
        frame.f_locals,
    );
    let code_obj = frame.f_code;
    let thread = vm.tstate.id;
    let code = code_id(runtime);
    vm.heap.reporter.emit(Event::FramePush {
        thread,
        frame: id,
        code,
        function,
    });
    vm.heap.reporter.emit(Event::FrameNamespaces {
        frame: id,
        code: code_obj,
        globals,
        locals,
    });
    for index in 0..runtime.nlocalsplus {
        let new = vm.tstate.datastack[base + index];
        if !new.is_null() {
            vm.heap.reporter.emit(Event::FrameSlot {
                frame: id,
                index: index as u32,
                old: ObjId::NULL,
                new,
            });
        }
    }
}

/// The number of a code object in the recording.
pub fn code_id(runtime: &CodeRuntime) -> CodeId {
    runtime.code_id.unwrap_or_default()
}

/// Fails with `RecursionError` when no Python call is left; does not count one.
#[inline]
pub fn check_recursion(vm: &mut Vm) -> PyResult<()> {
    if vm.tstate.py_recursion_remaining <= 0 {
        return Err(recursion_error(vm));
    }
    Ok(())
}

#[cold]
fn recursion_error(vm: &mut Vm) -> crate::objects::vm::Raised {
    // Making the exception may itself call: leave it room.
    vm.tstate.py_recursion_remaining += 50;
    let raised = vm.too_deep();
    vm.tstate.py_recursion_remaining -= 50;
    raised
}

/// Lays the arguments of a call out in `localsplus` of a new frame; steals `args`, borrows
/// `kwnames` and `function`. Gives where the slots begin.
pub fn bind_on_datastack(
    vm: &mut Vm,
    function: ObjId,
    runtime: &CodeRuntime,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<usize> {
    if let Err(raised) = check_recursion(vm) {
        vm.decref_all(args);
        return Err(raised);
    }
    const VARIADIC: u32 = 4 | 8;
    let positional = kwnames.is_null()
        && runtime.co_kwonlyargcount == 0
        && runtime.co_flags & VARIADIC == 0
        && args.len() <= runtime.co_argcount;
    if positional {
        let missing = runtime.co_argcount - args.len();
        let defaults = function_object(vm, function).func_defaults;
        let given = if missing == 0 || defaults.is_null() {
            0
        } else {
            vm.tuple_items(defaults).len()
        };
        if missing <= given {
            let base = vm.reserve_datastack(runtime.nlocalsplus, runtime.framesize);
            vm.tstate.datastack[base..base + args.len()].copy_from_slice(args);
            for i in 0..missing {
                let value = vm.tuple_items(defaults)[given - missing + i];
                vm.incref(value);
                vm.tstate.datastack[base + args.len() + i] = value;
            }
            return Ok(base);
        }
    }
    let locals = super::call_args::initialize_locals(vm, function, runtime, args, kwnames)?;
    let base = vm.reserve_datastack(runtime.nlocalsplus, runtime.framesize);
    vm.tstate.datastack[base..base + locals.len()].copy_from_slice(&locals);
    Ok(base)
}

/// Calls a Python function from native code (`_PyFunction_Vectorcall`); everything is borrowed.
pub fn function_vectorcall(
    vm: &mut Vm,
    function: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<ObjId> {
    for &arg in args {
        vm.incref(arg);
    }
    vm.incref(function);
    call_with_locals(vm, function, args, kwnames, ObjId::NULL)
}

/// As [`function_vectorcall`] with a namespace for the body (NULL: none); steals `function`,
/// `args` and `locals`.
pub fn call_with_locals(
    vm: &mut Vm,
    function: ObjId,
    args: &[ObjId],
    kwnames: ObjId,
    locals: ObjId,
) -> PyResult<ObjId> {
    let runtime = Arc::clone(vm.code_runtime(function_object(vm, function).func_code));
    match bind_on_datastack(vm, function, &runtime, args, kwnames) {
        Ok(base) => {
            let parts = function_parts(vm, function, locals);
            push_frame(vm, parts, &runtime, base, true);
            super::ceval::eval_frame(vm, false)
        }
        Err(raised) => {
            vm.decref(function);
            vm.xdecref(locals);
            Err(raised)
        }
    }
}

/// Runs a code object without arguments in namespaces (`PyEval_EvalCode`): all borrowed.
pub fn eval_code(vm: &mut Vm, code: ObjId, globals: ObjId, locals: ObjId) -> PyResult<ObjId> {
    eval_code_with_closure(vm, code, globals, locals, ObjId::NULL)
}

/// As [`eval_code`] for code with free variables: `closure` is the tuple of their cells or NULL.
pub fn eval_code_with_closure(
    vm: &mut Vm,
    code: ObjId,
    globals: ObjId,
    locals: ObjId,
    closure: ObjId,
) -> PyResult<ObjId> {
    let builtins = builtins_for(vm, globals)?;
    let function = vm.new_function(code, globals, builtins);
    if !closure.is_null() {
        vm.incref(closure);
        if let Payload::Function(f) = vm.heap.payload_mut(function) {
            f.func_closure = closure;
        }
    }
    vm.xincref(locals);
    call_with_locals(vm, function, &[], ObjId::NULL, locals)
}

/// The dict of builtins that code with these globals uses (`_PyEval_BuiltinsFromGlobals`):
/// borrowed.
pub fn builtins_for(vm: &mut Vm, globals: ObjId) -> PyResult<ObjId> {
    let found = vm.dict_get(globals, crate::objects::wellknown::names::BUILTINS)?;
    if let Some(builtins) = found {
        return Ok(match vm.heap.payload(builtins) {
            Payload::Module(m) => m.md_dict,
            _ => builtins,
        });
    }
    let current = vm
        .tstate
        .frames
        .last()
        .map_or(ObjId::NULL, |f| f.f_builtins);
    Ok(if current.is_null() {
        vm.interp.builtins
    } else {
        current
    })
}

impl<M: Mode> Eval<'_, M> {
    /// Enters a call of a Python function in this loop. The stack was already lowered to below
    /// the callable; steals `function` and `args`, borrows `kwnames`.
    #[inline]
    pub fn enter_function(
        &mut self,
        function: ObjId,
        args: &[ObjId],
        kwnames: ObjId,
    ) -> PyResult<Flow> {
        let runtime = Arc::clone(
            self.vm
                .code_runtime(function_object(self.vm, function).func_code),
        );
        match bind_on_datastack(self.vm, function, &runtime, args, kwnames) {
            Ok(base) => {
                let parts = function_parts(self.vm, function, ObjId::NULL);
                self.enter_frame(parts, base);
                Ok(Flow::Next)
            }
            Err(raised) => {
                self.vm.decref(function);
                Err(raised)
            }
        }
    }

    /// Makes a bound frame the current one of this loop.
    #[inline]
    pub fn enter_frame(&mut self, parts: FrameParts, base: usize) {
        self.save_registers();
        self.push_code(parts.code);
        push_frame(self.vm, parts, &self.code, base, false);
        self.frame_id = self.vm.tstate.frames.last().expect("just pushed").frame_id;
        self.base = base;
        self.sp = base + self.code.nlocalsplus;
        self.pc = 0;
    }

    /// Makes `code` the current one. What was called last from the same depth is still at hand:
    /// a call of the same function again counts no reference.
    #[inline]
    pub fn push_code(&mut self, code: ObjId) {
        let wanted = self.vm.code_runtime(code);
        if let Some(kept) = self.callers.get_mut(self.depth) {
            if !Arc::ptr_eq(kept, wanted) {
                *kept = Arc::clone(wanted);
            }
            std::mem::swap(&mut self.code, kept);
        } else {
            let wanted = Arc::clone(wanted);
            self.callers.push(std::mem::replace(&mut self.code, wanted));
        }
        self.depth += 1;
    }

    /// Whether another Python call is allowed besides one for its callee
    /// (`_CHECK_STACK_SPACE`).
    #[inline]
    pub fn has_call_left(&self) -> bool {
        self.vm.tstate.py_recursion_remaining > 1
    }

    /// Notes in the frame where it goes on.
    #[inline]
    pub fn save_registers(&mut self) {
        let (sp, pc) = (self.sp as u32, self.pc as u32);
        let frame = self
            .vm
            .tstate
            .frames
            .last_mut()
            .expect("the loop runs a frame");
        frame.sp = sp;
        frame.resume_pc = pc;
        frame.return_offset = 0;
    }

    /// Goes on in the frame that is now innermost; gives where, had its callee returned.
    #[inline]
    pub fn restore_registers(&mut self) -> usize {
        let frame = self
            .vm
            .tstate
            .frames
            .last()
            .expect("the caller runs in this loop");
        self.base = frame.base as usize;
        self.sp = frame.sp as usize;
        self.pc = frame.resume_pc as usize;
        self.instr = frame.prev_instr as usize;
        self.frame_id = frame.frame_id;
        let after_return = self.pc + frame.return_offset as usize;
        self.depth -= 1;
        std::mem::swap(&mut self.code, &mut self.callers[self.depth]);
        after_return
    }

    /// Returns `value` (stolen) to the caller of the current frame.
    #[inline]
    pub fn return_from_frame(&mut self, value: ObjId) -> PyResult<Flow> {
        if M::RECORDING {
            self.vm.heap.reporter.emit(Event::PyReturn {
                frame: self.frame_id,
                value,
            });
        }
        if self.leave_frame() {
            return Ok(Flow::Exit(value));
        }
        // A return goes on further ahead than a yield would (`frame->return_offset`).
        self.pc = self.restore_registers();
        self.push(value);
        Ok(Flow::Next)
    }

    /// Ends the current frame, whose value stack is empty (`_PyEval_FrameClearAndPop`); says
    /// whether it began this loop.
    pub fn leave_frame(&mut self) -> bool {
        let mut frame = self.vm.tstate.frames.pop().expect("the loop runs a frame");
        self.vm.tstate.py_recursion_remaining += 1;
        let instr = self.vm.tstate.instr;
        if let Some(caller) = self.vm.tstate.frames.last() {
            self.vm.tstate.instr = caller.prev_instr;
        }
        if let FrameOwner::Generator(generator) = frame.owner {
            self.end_generator(generator);
        }
        let base = self.base;
        let nlocalsplus = self.code.nlocalsplus;
        if frame.frame_obj.is_null() || self.vm.heap.refcnt(frame.frame_obj) == 1 {
            let frame_obj = std::mem::take(&mut frame.frame_obj);
            self.vm.xdecref(frame_obj);
            self.clear_locals(base, nlocalsplus);
            self.vm.xdecref(frame.f_locals);
            if frame.f_funcobj.is_null() {
                self.vm.xdecref(frame.f_globals);
                self.vm.xdecref(frame.f_builtins);
            } else {
                self.vm.decref(frame.f_funcobj);
            }
            self.report_pop(frame.f_funcobj);
            if !matches!(frame.owner, FrameOwner::Generator(_)) {
                self.vm.decref(frame.f_code);
            }
        } else {
            self.report_pop(frame.f_funcobj);
            frame.prev_instr = instr;
            frame.localsplus = self.vm.tstate.datastack[base..base + nlocalsplus].to_vec();
            let frame_obj = std::mem::take(&mut frame.frame_obj);
            let is_entry = frame.is_entry;
            if matches!(frame.owner, FrameOwner::Generator(_)) {
                // The generator keeps its own reference to the code.
                self.vm.incref(frame.f_code);
            }
            frame.owner = FrameOwner::FrameObject;
            crate::objects::frameobject::take_ownership(self.vm, frame_obj, frame);
            self.vm.decref(frame_obj);
            self.vm.tstate.datastack_top = base;
            return is_entry;
        }
        self.vm.tstate.datastack_top = base;
        frame.is_entry
    }

    #[inline]
    fn clear_locals(&mut self, base: usize, count: usize) {
        for at in base..base + count {
            let value = std::mem::take(&mut self.vm.tstate.datastack[at]);
            if !value.is_null() {
                if M::RECORDING {
                    let index = (at - base) as u32;
                    self.vm.heap.reporter.emit(Event::FrameSlot {
                        frame: self.frame_id,
                        index,
                        old: value,
                        new: ObjId::NULL,
                    });
                }
                self.vm.decref(value);
            }
        }
    }

    fn report_pop(&mut self, function: ObjId) {
        if M::RECORDING {
            let thread = self.vm.tstate.id;
            let code = code_id(&self.code);
            self.vm.heap.reporter.emit(Event::FramePop {
                thread,
                frame: self.frame_id,
                code,
                function,
            });
        }
    }

    fn end_generator(&mut self, generator: ObjId) {
        let exc = self.vm.tstate.exc_info.pop().unwrap_or_default();
        if let Payload::Generator(g) = self.vm.heap.payload_mut(generator) {
            g.state = GeneratorState::Cleared;
        }
        self.vm.xdecref(exc);
    }
}
