//! The machine's state, and the door through which objects call back into Python: our C API.
//!
//! Mirrors `PyInterpreterState` and `PyThreadState`. Everything that native code may touch is
//! here as data; what lies above (evaluation loop, collector, compiler, import) is reached
//! through [`Hooks`], so that an object file needs to name only [`Vm`].
//!
//! Conventions, as in C: arguments are borrowed, results are new references, unless a function
//! says "borrowed" or "steals". A function that returns `Err(Raised)` has set the exception.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::base::{BigInt, ObjId, Text, ThreadId};
use crate::events::{Event, FrameId, Reporter, Stream};

use super::budget::Budgets;
use super::codeobject::CodeRuntime;
use super::frame::InterpreterFrame;
use super::heap::{Heap, Reuse};
use super::object::{NativePayload, Payload};
use super::slots::SendResult;
use super::type_cache::TypeCache;
use super::unicodeobject::{Interned, StrObject};
use super::wellknown::{self, types};

/// The mark of a Python exception on its way: the exception itself is in
/// [`ThreadState::current_exception`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raised(());

impl Raised {
    /// For a place that knows that an exception is already on its way.
    pub const fn already_set() -> Self {
        Self(())
    }
}

/// What a function gives that may raise.
pub type PyResult<T> = Result<T, Raised>;

/// Why the machine stopped looking before the program ended. No Python code can catch it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The user, or the window's stop button.
    Requested,
    /// A budget was used up; the text names it with its limit.
    Budget(String),
    /// All threads wait for each other; the text names who waits for what.
    Deadlock(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Requested => f.write_str("stopped on request"),
            Self::Budget(text) | Self::Deadlock(text) => f.write_str(text),
        }
    }
}

/// What the outside world gives the machine. The only door to it.
pub trait Host: Send {
    /// Takes program output.
    fn write(&mut self, stream: Stream, bytes: &[u8]);
    /// Takes no more than one line from standard input; `None` at its end.
    fn read_line(&mut self) -> Option<String>;
    /// The bytes of a source file that an import may read; `None` if there is no such file or
    /// the sandbox does not show it.
    fn read_file(&mut self, path: &str) -> Option<Vec<u8>>;
    /// Whether the path is a directory that imports may look into.
    fn is_dir(&mut self, path: &str) -> bool;
    /// The names in a directory that imports may look into, sorted.
    fn list_dir(&mut self, path: &str) -> Option<Vec<String>>;
    /// The file of the embedded standard library with this path (`"weakref.py"`).
    fn stdlib_file(&mut self, path: &str) -> Option<Vec<u8>>;
    /// The names in a directory of the embedded standard library (`""` is its root), sorted.
    fn stdlib_dir(&mut self, _path: &str) -> Option<Vec<String>> {
        None
    }
}

/// The outside world of a hollow machine: nothing.
struct NoHost;

impl Host for NoHost {
    fn write(&mut self, _stream: Stream, _bytes: &[u8]) {}
    fn read_line(&mut self) -> Option<String> {
        None
    }
    fn read_file(&mut self, _path: &str) -> Option<Vec<u8>> {
        None
    }
    fn is_dir(&mut self, _path: &str) -> bool {
        false
    }
    fn list_dir(&mut self, _path: &str) -> Option<Vec<String>> {
        None
    }
    fn stdlib_file(&mut self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

impl Hooks {
    /// For a hollow machine, which calls none of them.
    fn hollow() -> Self {
        Self {
            function_vectorcall: |_, _, _, _| Err(Raised(())),
            gen_send: |_, _, _, _| Err(Raised(())),
            import_module: |_, _| Err(Raised(())),
            gc_collect: |_, _| 0,
            compile: |_, _, _, _, _, _| Err(Raised(())),
            eval_code: |_, _, _, _| Err(Raised(())),
            write_unraisable: |_, _, _| {},
            warn: |_, _, _, _| Err(Raised(())),
            block_on: |_, _, _| Err(Raised(())),
        }
    }
}

/// How [`Hooks::compile`] is called.
pub type CompileHook = fn(&mut Vm, &[u8], &str, &str, u32, i32) -> PyResult<ObjId>;

/// What lies above the objects, as `PyInterpreterState.eval_frame` and its kin do in C.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// Calls a Python function (`_PyFunction_Vectorcall`).
    pub function_vectorcall: fn(&mut Vm, ObjId, &[ObjId], ObjId) -> PyResult<ObjId>,
    /// Resumes a generator or coroutine with a value, or raises the current exception inside it
    /// when `throw` (`gen_send_ex2`).
    pub gen_send: fn(&mut Vm, ObjId, ObjId, bool) -> PyResult<SendResult>,
    /// Imports a module by its full name and gives it (`PyImport_ImportModule`).
    pub import_module: fn(&mut Vm, &str) -> PyResult<ObjId>,
    /// Runs a collection of a generation (`gc_collect_main`); gives `n + m`.
    pub gc_collect: fn(&mut Vm, usize) -> i64,
    /// Compiles source text: file name, mode (`exec`, `eval`, `single`), flags, optimize level.
    pub compile: CompileHook,
    /// Runs a code object in namespaces (`PyEval_EvalCode`): code, globals, locals.
    pub eval_code: fn(&mut Vm, ObjId, ObjId, ObjId) -> PyResult<ObjId>,
    /// Writes an unraisable exception (`PyErr_WriteUnraisable`): takes the current exception;
    /// the object it happened in, or NULL, and a message in its place when not empty.
    pub write_unraisable: fn(&mut Vm, ObjId, &str),
    /// Issues a warning: category, text, stack level.
    pub warn: fn(&mut Vm, ObjId, &str, i64) -> PyResult<()>,
    /// Lets another thread run if one is waiting (a blocking call): the closure-free form, see
    /// `threads`; blocks the calling Python thread on `object` until woken or until the virtual
    /// deadline in nanoseconds (`u64::MAX`: none). True: woken; false: timed out.
    pub block_on: fn(&mut Vm, ObjId, u64) -> PyResult<bool>,
}

/// What one Python thread has of its own (`PyThreadState`).
#[derive(Debug, Default)]
pub struct ThreadState {
    pub id: ThreadId,
    /// `threading.get_ident()`.
    pub ident: u64,
    /// The innermost frame is last.
    pub frames: Vec<InterpreterFrame>,
    /// Local variables and value stacks of the frames, one behind the other.
    pub datastack: Vec<ObjId>,
    /// Where the next frame begins.
    pub datastack_top: usize,
    /// The code that ended evaluation loops ran, for the next loop: a reference that is kept
    /// need not be counted again.
    pub spare_code: Vec<Arc<CodeRuntime>>,
    /// The instruction at which the innermost frame stands, in code units.
    pub instr: u32,
    /// The exception on its way, owned; NULL: none.
    pub current_exception: ObjId,
    /// The exceptions being handled, innermost last (`exc_info` chain); each owned, NULL where a
    /// handler's predecessor had none.
    pub exc_info: Vec<ObjId>,
    /// The exception being handled as reported last.
    pub reported_handled: ObjId,
    /// Calls left before `RecursionError` (`py_recursion_remaining`).
    pub py_recursion_remaining: i32,
    /// Native recursion left (`c_recursion_remaining`).
    pub c_recursion_remaining: i32,
    /// Objects whose `repr` is in progress (`Py_ReprEnter`).
    pub repr_in_progress: Vec<ObjId>,
    /// An asynchronous exception to raise at the next poll; owned or NULL.
    pub async_exc: ObjId,
    /// `sys.settrace` and `sys.setprofile` functions; owned or NULL.
    pub trace_func: ObjId,
    pub profile_func: ObjId,
    pub tracing: bool,
    /// The current `contextvars.Context`; owned or NULL.
    pub context: ObjId,
    /// Other per-thread objects that native modules keep (`_thread._local`, coroutine origin
    /// depth…), by key; owned.
    pub dict: Vec<(&'static str, ObjId)>,
    /// `sys.set_coroutine_origin_tracking_depth`.
    pub coroutine_origin_tracking_depth: u32,
    /// `sys.set_asyncgen_hooks`; owned or NULL.
    pub async_gen_firstiter: ObjId,
    pub async_gen_finalizer: ObjId,
}

/// Bits of the eval breaker, as in `pycore_ceval.h`.
pub mod breaker {
    /// A waiter asked for the GIL.
    pub const GIL_DROP_REQUEST: u32 = 1;
    pub const SIGNALS_PENDING: u32 = 2;
    pub const CALLS_TO_DO: u32 = 4;
    pub const ASYNC_EXCEPTION: u32 = 8;
    /// A collection is scheduled.
    pub const GC_SCHEDULED: u32 = 16;
    /// The user or a budget stops the run.
    pub const STOP: u32 = 32;
    /// Somebody watches the program: code that begins to run is looked at.
    pub const MONITORING: u32 = 64;
}

/// What all threads of the program share (`PyInterpreterState`).
#[derive(Debug, Default)]
pub struct InterpreterState {
    /// `sys.modules`, a dict; owned.
    pub modules: ObjId,
    /// The dict of `builtins`; owned.
    pub builtins: ObjId,
    /// The dict of `sys`; owned.
    pub sysdict: ObjId,
    /// The script's code object and constants while it runs, for the recording; owned by
    /// whoever runs it.
    pub script: Vec<ObjId>,
    pub next_frame_id: u32,
    pub next_type_version: Cell<u32>,
    pub next_func_version: u32,
    pub next_keys_version: u32,
    pub recursion_limit: i32,
    /// Both keys of `SipHash`, from `PYTHONHASHSEED`.
    pub hash_secret: crate::base::hash::HashSecret,
    /// Digits of an int that may be converted to or from a string.
    pub int_max_str_digits: u32,
    /// Native types made on demand, by full name.
    pub native_types: HashMap<&'static str, ObjId>,
    /// Private state of native modules, by module name; owned objects.
    pub module_state: BTreeMap<&'static str, Vec<ObjId>>,
    /// Native state of modules that holds no objects.
    pub native_state: HashMap<&'static str, Box<dyn std::any::Any + Send>>,
    /// Virtual time in nanoseconds since the start, as far as jumps go.
    pub clock_nanos: u64,
    /// Instructions executed by all threads.
    pub instructions: u64,
    /// The count of instructions at which the next poll has more to do (a thread's turn ends, the
    /// time is over).
    pub next_poll: u64,
    /// Turns of native loops, which count toward the budget of time alone.
    pub native_steps: u64,
    pub next_native_check: u64,
    /// Decides what CPython leaves to the operating system's scheduler.
    pub schedule_seed: u64,
    /// `sys.getswitchinterval()` at the start.
    pub switch_interval: crate::threads::Nanos,
    pub finalizing: bool,
    /// Who watches the program from within.
    pub monitoring: super::monitoring::Monitoring,
    /// The namespaces of the modules whose code is still running; not owned.
    pub initializing: Vec<ObjId>,
    pub optimize: i32,
    /// Asked at one instruction; only a loop that reports looks at it.
    pub question: Option<Box<Question>>,
}

/// Something to evaluate when so many instructions were begun.
#[derive(Debug)]
pub struct Question {
    pub instructions: u64,
    /// How many frames above the innermost one.
    pub depth: u32,
    pub text: String,
    /// What evaluates it, and ends the run.
    pub answer: fn(&mut Vm),
}

/// The machine.
///
/// Belongs to the OS thread whose Python thread holds the GIL; a hand-over moves it whole to
/// another thread, which is why it is `Send` and why nothing outside keeps a reference into it.
pub struct Vm {
    pub heap: Heap,
    pub tstate: ThreadState,
    /// The states of the threads that do not hold the GIL.
    pub other_tstates: BTreeMap<ThreadId, ThreadState>,
    pub interp: InterpreterState,
    pub hooks: Hooks,
    pub host: Box<dyn Host>,
    /// Bits of [`breaker`].
    pub eval_breaker: u32,
    pub budgets: Budgets,
    /// Set from outside, or when memory is used up, to stop the run.
    pub stop_flag: Arc<AtomicBool>,
    /// Why the run is being stopped, once it is.
    pub stop: Option<Stop>,
    /// What look-ups on types found lately.
    pub(super) type_cache: TypeCache,
    /// Objects whose destruction waits because destruction is already deep (trash can).
    pub(super) trash: Vec<ObjId>,
    pub(super) dealloc_depth: u32,
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm")
            .field("thread", &self.tstate.id)
            .field("live", &self.heap.live)
            .finish_non_exhaustive()
    }
}

impl Vm {
    /// A machine with its static objects and types in place and no module imported.
    pub fn new(reporter: Reporter, host: Box<dyn Host>, hooks: Hooks) -> Self {
        let mut vm = Self {
            heap: Heap::new(reporter),
            tstate: ThreadState {
                py_recursion_remaining: 1000,
                c_recursion_remaining: 10000,
                ..ThreadState::default()
            },
            other_tstates: BTreeMap::new(),
            interp: InterpreterState {
                recursion_limit: 1000,
                int_max_str_digits: 4300,
                next_frame_id: 1,
                next_type_version: Cell::new(1),
                next_func_version: 1,
                next_keys_version: 1,
                next_poll: u64::MAX,
                switch_interval: crate::threads::Scheduler::DEFAULT_INTERVAL,
                ..InterpreterState::default()
            },
            hooks,
            host,
            eval_breaker: 0,
            budgets: Budgets::default(),
            stop_flag: Arc::new(AtomicBool::new(false)),
            stop: None,
            type_cache: TypeCache::new(),
            trash: Vec::new(),
            dealloc_depth: 0,
        };
        super::startup::create_static_objects(&mut vm);
        vm
    }

    /// A machine without contents, which stands in a thread's place while another thread has the
    /// real one.
    pub fn hollow() -> Self {
        Self {
            heap: Heap::hollow(),
            tstate: ThreadState::default(),
            other_tstates: BTreeMap::new(),
            interp: InterpreterState::default(),
            hooks: Hooks::hollow(),
            host: Box::new(NoHost),
            eval_breaker: 0,
            budgets: Budgets::default(),
            stop_flag: Arc::new(AtomicBool::new(false)),
            stop: None,
            type_cache: TypeCache::default(),
            trash: Vec::new(),
            dealloc_depth: 0,
        }
    }

    // ---- counting

    /// Takes one more reference and gives `id` back.
    #[inline]
    pub fn incref(&mut self, id: ObjId) -> ObjId {
        self.heap.incref(id)
    }

    /// Takes one more reference unless `id` is NULL.
    #[inline]
    pub fn xincref(&mut self, id: ObjId) -> ObjId {
        if !id.is_null() {
            self.heap.incref(id);
        }
        id
    }

    /// Gives one reference back; the last one destroys the object, which may run Python code.
    #[inline]
    pub fn decref(&mut self, id: ObjId) {
        if self.heap.decref_is_last(id) {
            self.dealloc(id);
        }
    }

    /// Gives one reference back unless `id` is NULL.
    #[inline]
    pub fn xdecref(&mut self, id: ObjId) {
        if !id.is_null() {
            self.decref(id);
        }
    }

    /// Gives back each of `ids`, in order; NULLs are skipped.
    pub fn decref_all(&mut self, ids: &[ObjId]) {
        for &id in ids {
            self.xdecref(id);
        }
    }

    // ---- types

    /// The type of `id` (borrowed).
    #[inline]
    pub fn type_of(&self, id: ObjId) -> ObjId {
        self.heap.type_of(id)
    }

    /// The slots of the type of `id`.
    #[inline]
    pub fn slots_of(&self, id: ObjId) -> &super::slots::Slots {
        &self.heap.type_object(self.heap.type_of(id)).slots
    }

    /// The name of the type of `id` as messages have it (`Py_TYPE(o)->tp_name`).
    pub fn type_name_of(&self, id: ObjId) -> String {
        self.heap.type_object(self.type_of(id)).tp_name.clone()
    }

    /// Whether `id` is an instance of the type `ty` or of a subtype (`PyObject_TypeCheck`).
    #[inline]
    pub fn isinstance(&self, id: ObjId, ty: ObjId) -> bool {
        let actual = self.type_of(id);
        actual == ty || self.is_subtype(actual, ty)
    }

    /// Whether type `a` is `b` or derives from it (`PyType_IsSubtype`).
    pub fn is_subtype(&self, a: ObjId, b: ObjId) -> bool {
        if a == b {
            return true;
        }
        let ty = self.heap.type_object(a);
        match self.heap.payload(ty.tp_mro) {
            Payload::Tuple(mro) if !ty.tp_mro.is_null() => mro.contains(&b),
            _ => {
                // While the type is being made it has no MRO: follow the bases.
                let mut base = ty.tp_base;
                while !base.is_null() {
                    if base == b {
                        return true;
                    }
                    base = self.heap.type_object(base).tp_base;
                }
                b == types::OBJECT
            }
        }
    }

    // ---- exceptions

    /// Sets a new exception of class `class` with a text as its argument.
    #[cold]
    pub fn raise(&mut self, class: ObjId, message: impl Into<String>) -> Raised {
        let text = self.new_string(message.into());
        let raised = self.raise_with(class, text);
        self.decref(text);
        raised
    }

    /// Sets a new exception of class `class` called with `value` (`PyErr_SetObject`): a tuple
    /// stands for several arguments, `None` or NULL for none.
    #[cold]
    pub fn raise_with(&mut self, class: ObjId, value: ObjId) -> Raised {
        super::errors::set_object(self, class, value);
        Raised(())
    }

    /// Sets an existing exception object as the one on its way (`PyErr_SetRaisedException`);
    /// steals the reference. Does not touch its context.
    #[cold]
    pub fn set_raised(&mut self, exception: ObjId) -> Raised {
        let old = std::mem::replace(&mut self.tstate.current_exception, exception);
        if self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::ExceptionSet {
                thread: self.tstate.id,
                old,
                new: exception,
            });
        }
        self.xdecref(old);
        Raised(())
    }

    /// Takes the exception on its way (`PyErr_GetRaisedException`): a new reference or NULL.
    pub fn take_raised(&mut self) -> ObjId {
        let old = std::mem::take(&mut self.tstate.current_exception);
        if !old.is_null() && self.heap.reporter.is_on() {
            self.heap.reporter.emit(Event::ExceptionSet {
                thread: self.tstate.id,
                old,
                new: ObjId::NULL,
            });
        }
        old
    }

    /// Forgets the exception on its way (`PyErr_Clear`).
    pub fn clear_raised(&mut self) {
        let old = self.take_raised();
        self.xdecref(old);
    }

    /// Whether the exception on its way matches `class` (`PyErr_ExceptionMatches`). A run that is
    /// being stopped matches nothing.
    pub fn raised_matches(&self, class: ObjId) -> bool {
        let exception = self.tstate.current_exception;
        self.stop.is_none() && !exception.is_null() && self.isinstance(exception, class)
    }

    /// Begins to stop the run: no handler catches what this returns.
    #[cold]
    pub fn stop_with(&mut self, stop: Stop) -> Raised {
        if self.stop.is_none() {
            self.stop = Some(stop);
        }
        Raised(())
    }

    /// A `TypeError` with this text.
    #[cold]
    pub fn type_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(types::TYPE_ERROR, message)
    }

    /// A `ValueError` with this text.
    #[cold]
    pub fn value_error(&mut self, message: impl Into<String>) -> Raised {
        self.raise(types::VALUE_ERROR, message)
    }

    // ---- constructors

    /// An `int`: cached for small values, else new.
    #[inline]
    pub fn new_int(&mut self, value: i64) -> ObjId {
        if (wellknown::SMALL_INT_MIN..=wellknown::SMALL_INT_MAX).contains(&value) {
            return wellknown::small_int(value);
        }
        self.heap.alloc_number(types::INT, Payload::Int(value))
    }

    /// An `int` of any size.
    pub fn new_bigint(&mut self, value: BigInt) -> ObjId {
        match i64::try_from(&value) {
            Ok(small) => self.new_int(small),
            Err(_too_large) => {
                self.heap
                    .alloc(types::INT, Payload::BigInt(Box::new(value)), Reuse::Fresh)
            }
        }
    }

    /// A `float`.
    #[inline]
    pub fn new_float(&mut self, value: f64) -> ObjId {
        self.heap.alloc_number(types::FLOAT, Payload::Float(value))
    }

    /// A `str`: a singleton when it is empty or one Latin-1 character, else new and not interned.
    pub fn new_text(&mut self, text: Text) -> ObjId {
        if let Text::Latin1(bytes) = &text {
            match **bytes {
                [] => return wellknown::EMPTY_STR,
                [c] => return wellknown::latin1_char(c),
                _ => {}
            }
        }
        self.heap.alloc(
            types::STR,
            Payload::Str(Box::new(StrObject::new(text))),
            Reuse::Fresh,
        )
    }

    /// A `str`, as [`Self::new_text`].
    pub fn new_str(&mut self, text: &str) -> ObjId {
        self.new_text(Text::from(text))
    }

    /// A `str`, as [`Self::new_text`].
    pub fn new_string(&mut self, text: String) -> ObjId {
        self.new_text(Text::from(text))
    }

    /// The interned string with this text, immortal as identifiers are (`PyUnicode_InternFromString`
    /// of a static name); borrowed for ever.
    pub fn intern(&mut self, text: &str) -> ObjId {
        let key = Text::from(text);
        if let Some(&id) = self.heap.interned.get(&key) {
            self.heap.immortalize(id);
            if let Payload::Str(s) = self.heap.payload_mut_quiet(id) {
                s.interned = Interned::Immortal;
            }
            return id;
        }
        let id = self.new_text(key.clone());
        self.heap.immortalize(id);
        if let Payload::Str(s) = self.heap.payload_mut_quiet(id) {
            s.interned = Interned::Immortal;
        }
        self.heap.interned.insert(key, id);
        id
    }

    /// Replaces `*id` (an owned `str` reference) by the interned string of the same text, mortal
    /// (`PyUnicode_InternInPlace`).
    pub fn intern_in_place(&mut self, id: &mut ObjId) {
        let Payload::Str(s) = self.heap.payload(*id) else {
            return;
        };
        if self.type_of(*id) != types::STR || s.interned != Interned::No {
            return;
        }
        let key = s.text.clone();
        if let Some(&known) = self.heap.interned.get(&key) {
            self.incref(known);
            let old = std::mem::replace(id, known);
            self.decref(old);
            return;
        }
        self.heap.interned.insert(key, *id);
        if let Payload::Str(s) = self.heap.payload_mut_quiet(*id) {
            s.interned = Interned::Mortal;
        }
    }

    /// A `bytes`: a singleton when it has no or one byte.
    pub fn new_bytes(&mut self, bytes: &[u8]) -> ObjId {
        match *bytes {
            [] => wellknown::EMPTY_BYTES,
            [b] => wellknown::single_byte(b),
            _ => self
                .heap
                .alloc(types::BYTES, Payload::Bytes(bytes.into()), Reuse::Fresh),
        }
    }

    /// A tracked `tuple` that steals the references in `items`; the singleton when empty.
    pub fn new_tuple(&mut self, items: Vec<ObjId>) -> ObjId {
        if items.is_empty() {
            return wellknown::EMPTY_TUPLE;
        }
        let id = self.heap.alloc(
            types::TUPLE,
            Payload::Tuple(items.into_boxed_slice()),
            Reuse::FreeList,
        );
        self.heap.track(id);
        id
    }

    /// A tuple that takes a reference of its own to each of `items` (`PyTuple_Pack`).
    pub fn new_tuple_from(&mut self, items: &[ObjId]) -> ObjId {
        for &item in items {
            self.incref(item);
        }
        self.new_tuple(items.to_vec())
    }

    /// An object of a type that has its own struct; tracked when its type is a GC type.
    pub fn new_native(&mut self, ty: ObjId, payload: impl NativePayload) -> ObjId {
        let id = self
            .heap
            .alloc(ty, Payload::Native(Box::new(payload)), Reuse::Fresh);
        if self.heap.is_gc(id) {
            self.heap.track(id);
        }
        id
    }

    // ---- reading atoms

    /// The text of a `str` or an instance of a subclass.
    #[inline]
    pub fn text(&self, id: ObjId) -> Option<&Text> {
        match self.heap.payload(id) {
            Payload::Str(s) => Some(&s.text),
            _ => None,
        }
    }

    /// The text of a `str` for messages and native look-ups; lone surrogates are replaced.
    pub fn str_lossy(&self, id: ObjId) -> String {
        self.text(id).map_or_else(String::new, Text::to_lossy)
    }

    /// The items of a `tuple` (or an instance of a subclass); empty for anything else.
    #[inline]
    pub fn tuple_items(&self, id: ObjId) -> &[ObjId] {
        match self.heap.payload(id) {
            Payload::Tuple(items) => items,
            _ => &[],
        }
    }

    // ---- the outside

    /// Writes program output: to the host, and as an event.
    pub fn write_output(&mut self, stream: Stream, text: &str) {
        self.host.write(stream, text.as_bytes());
        if self.heap.reporter.is_on() {
            self.heap.reporter.output(stream, text);
        }
    }

    /// Reports the references that the interpreter itself holds, as far as they changed.
    pub fn report_interpreter(&mut self) {
        if !self.heap.reporter.is_on() {
            return;
        }
        let interp = &self.interp;
        let mut held: Vec<(String, ObjId)> = [
            ("sys.modules", interp.modules),
            ("builtins", interp.builtins),
            ("sysdict", interp.sysdict),
            ("gc.garbage", self.heap.gc.garbage),
            ("gc.callbacks", self.heap.gc.callbacks),
            ("async_gen_firstiter", self.tstate.async_gen_firstiter),
            ("async_gen_finalizer", self.tstate.async_gen_finalizer),
        ]
        .map(|(name, id)| (name.to_owned(), id))
        .into();
        for (module, objects) in &interp.module_state {
            let named = objects.iter().enumerate();
            held.extend(named.map(|(at, &id)| (format!("{module} state {at}"), id)));
        }
        let watchers = interp.monitoring.owned().enumerate();
        held.extend(watchers.map(|(at, id)| (format!("monitoring {at}"), id)));
        let script = interp.script.iter().enumerate();
        held.extend(script.map(|(at, &id)| (format!("script {at}"), id)));
        held.retain(|(_, id)| !id.is_null());
        self.heap.report_interpreter(&held);
    }

    /// Reports the exception being handled, when it is another than before.
    #[inline]
    pub fn report_handled(&mut self) {
        let handled = self.tstate.exc_info.iter().rev().find(|id| !id.is_null());
        let new = handled.copied().unwrap_or(ObjId::NULL);
        let old = std::mem::replace(&mut self.tstate.reported_handled, new);
        if old != new {
            let thread = self.tstate.id;
            self.heap
                .reporter
                .emit(Event::HandledSet { thread, old, new });
        }
    }

    /// A number for a new frame.
    pub fn next_frame_id(&mut self) -> FrameId {
        let id = self.interp.next_frame_id;
        self.interp.next_frame_id += 1;
        FrameId(id)
    }
}
