//! Runs a program from beginning to end, as `python FILE` does.
//!
//! Mirrors `pymain_run_python` of `Modules/main.c` and `Py_FinalizeEx` of `Python/pylifecycle.c`.

use std::sync::Arc;

use crate::base::ObjId;
use crate::events::{Event, GcList, Reporter};
use crate::interpreter::frames;
use crate::objects::budget::Budgets;
use crate::objects::object::Payload;
use crate::objects::vm::{Host, PyResult, Stop, Vm};
use crate::objects::wellknown::{NONE, names, types};
use crate::threads::Nanos;

use super::{compile, create_native_module, hooks, traceback_print};

/// Bytes of stack for the machine's thread; memory is used only as far as it is touched.
pub const STACK_SIZE: usize = 1 << 30;

/// What a run is given.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The file name as messages and `__file__` show it: an absolute path, unless the source is
    /// in no file.
    pub filename: String,
    /// `sys.argv[0]`: the file name as the user gave it.
    pub argv0: String,
    pub source: Vec<u8>,
    /// `sys.argv[1:]`.
    pub args: Vec<String>,
    /// `PYTHONHASHSEED`.
    pub hash_seed: u32,
    /// `sys.path` behind the script's directory.
    pub path: Vec<String>,
    pub optimize: i32,
    pub budgets: Budgets,
    /// Decides what CPython leaves to the operating system's scheduler.
    pub schedule_seed: u64,
    /// `sys.getswitchinterval()` at the start; `None`: CPython's.
    pub switch_interval: Option<Nanos>,
    /// A pass of the collector at every allocation.
    pub gc_stress: bool,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunResult {
    pub status: i32,
    /// Why the run was stopped before its end.
    pub stop: Option<Stop>,
}

/// A machine that is ready to run: `builtins` and `sys` are in place.
pub fn new_machine(options: &RunOptions, host: Box<dyn Host>, reporter: Reporter) -> Vm {
    let mut vm = Vm::new(reporter, host, hooks::hooks());
    vm.interp.hash_secret = crate::base::hash::HashSecret::from_seed(options.hash_seed);
    vm.interp.optimize = options.optimize;
    vm.interp.schedule_seed = options.schedule_seed;
    if let Some(interval) = options.switch_interval {
        vm.interp.switch_interval = interval;
    }
    let stop_flag = Arc::clone(&vm.stop_flag);
    vm.set_budgets(options.budgets, stop_flag);
    vm.tstate.exc_info.push(ObjId::NULL);
    let prepared = prepare(&mut vm, options);
    if prepared.is_err() {
        let text = match vm.take_raised() {
            ObjId::NULL => String::new(),
            exception => traceback_print::format_exception(&mut vm, exception),
        };
        panic!("the machine cannot start: {text}");
    }
    vm
}

fn prepare(vm: &mut Vm, options: &RunOptions) -> PyResult<()> {
    vm.interp.modules = vm.new_dict();
    let modules = vm.interp.modules;
    let sys = create_native_module(vm, "sys")?.expect("sys is native");
    vm.interp.sysdict = vm.module_dict(sys);
    let dict = vm.interp.sysdict;
    vm.incref(dict);
    vm.dict_set_name(modules, "sys", sys);
    vm.decref(sys);
    let builtins = create_native_module(vm, "builtins")?.expect("builtins is native");
    vm.interp.builtins = vm.module_dict(builtins);
    let dict = vm.interp.builtins;
    vm.incref(dict);
    vm.dict_set_name(modules, "builtins", builtins);
    vm.decref(builtins);
    let sysdict = vm.interp.sysdict;
    vm.dict_set_name(sysdict, "modules", modules);
    let mut argv = vec![vm.new_str(&options.argv0)];
    for arg in &options.args {
        argv.push(vm.new_str(arg));
    }
    let argv = vm.new_list(argv);
    vm.dict_set_name(sysdict, "argv", argv);
    vm.decref(argv);
    let directory = options
        .filename
        .rsplit_once('/')
        .map_or("", |(directory, _)| directory);
    let mut path = vec![vm.new_str(directory)];
    for entry in &options.path {
        path.push(vm.new_str(entry));
    }
    let path = vm.new_list(path);
    vm.dict_set_name(sysdict, "path", path);
    vm.decref(path);
    Ok(())
}

/// Runs the program on a prepared machine and shuts the machine down.
pub fn run_program(vm: &mut Vm, options: &RunOptions) -> RunResult {
    vm.heap.report_dirty();
    vm.report_interpreter();
    vm.heap.reporter.emit(Event::Ready);
    let mut status = match run_main(vm, options) {
        Ok(()) => 0,
        Err(_raised) => handle_exit(vm),
    };
    if vm.stop.is_none() {
        status = super::shutdown::finalize(vm, status);
    }
    let reason = vm
        .heap
        .reporter
        .text(&vm.stop.as_ref().map_or(String::new(), ToString::to_string));
    vm.heap.report_dirty();
    vm.report_interpreter();
    vm.report_handled();
    vm.heap.reporter.emit(Event::End { status, reason });
    vm.heap.reporter.flush();
    RunResult {
        status,
        stop: vm.stop.clone(),
    }
}

fn run_main(vm: &mut Vm, options: &RunOptions) -> PyResult<()> {
    let main = vm.new_module("__main__");
    let dict = vm.module_dict(main);
    let modules = vm.interp.modules;
    vm.dict_set_name(modules, "__main__", main);
    let builtins = vm
        .dict_get_name(modules, "builtins")
        .expect("made at the start");
    vm.dict_set(dict, names::BUILTINS, builtins)?;
    vm.decref(main);
    vm.dict_set(dict, names::ANNOTATIONS, NONE)?;
    vm.dict_delete(dict, names::ANNOTATIONS)?;
    let file = vm.new_str(&options.filename);
    vm.dict_set(dict, names::FILE, file)?;
    vm.decref(file);
    vm.dict_set_name(dict, "__cached__", NONE);
    settle_startup(vm);
    let code = compile::compile_file(vm, &options.source, &options.filename)?;
    // The syntax tree keeps the constants alive until the script ends.
    let (code, constants) = vm.new_code_keeping_constants(&code)?;
    vm.interp.script.clone_from(&constants);
    vm.interp.script.push(code);
    vm.report_interpreter();
    vm.heap.gc.stress = options.gc_stress;
    let result = frames::eval_code(vm, code, dict, dict);
    vm.heap.gc.stress = false;
    vm.interp.script.clear();
    vm.decref(code);
    if result.is_ok() {
        vm.decref_all(&constants);
    }
    let value = result?;
    vm.decref(value);
    Ok(())
}

/// `gc.get_count()[0]` when the script is about to be compiled.
const COUNT_AT_START: u32 = 4;
/// Collections of generation 0 during CPython's start, and what they found.
const STARTUP_COLLECTIONS: u32 = 3;
const STARTUP_COLLECTED: u64 = 24;

/// Leaves the collector as CPython's start leaves it: three young collections have moved what
/// the interpreter itself needs to generation 1.
fn settle_startup(vm: &mut Vm) {
    // A slice waits on its free list from here on: no collection ever empties that.
    let slice = vm.new_slice(NONE, NONE, NONE);
    vm.decref(slice);
    for id in vm.heap.list_members(GcList::Generation0) {
        vm.heap.move_to(id, GcList::Generation1);
    }
    let counts = [COUNT_AT_START, STARTUP_COLLECTIONS, 0];
    for (generation, new) in counts.into_iter().enumerate() {
        vm.heap.set_count(generation, new);
    }
    vm.heap.gc.scheduled = false;
    vm.heap.gc.stats[0] = [u64::from(STARTUP_COLLECTIONS), STARTUP_COLLECTED, 0];
}

/// Prints an exception that nobody caught, or takes the status of `SystemExit`
/// (`handle_system_exit`, `PyErr_PrintEx`).
fn handle_exit(vm: &mut Vm) -> i32 {
    if vm.stop.is_some() {
        return 1;
    }
    let exception = vm.take_raised();
    if vm.isinstance(exception, types::SYSTEM_EXIT) {
        return exit_status(vm, exception);
    }
    let class = vm.type_of(exception);
    let traceback = match vm.heap.payload(exception) {
        Payload::Exception(e) if !e.traceback.is_null() => e.traceback,
        _ => NONE,
    };
    let sysdict = vm.interp.sysdict;
    vm.dict_set_name(sysdict, "last_exc", exception);
    vm.dict_set_name(sysdict, "last_type", class);
    vm.dict_set_name(sysdict, "last_value", exception);
    vm.dict_set_name(sysdict, "last_traceback", traceback);
    flush(vm);
    let hook = vm.dict_get_str(sysdict, names::EXCEPTHOOK);
    if let Some(hook) = hook {
        vm.incref(hook);
        let result = vm.call(hook, &[class, exception, traceback]);
        vm.decref(hook);
        match result {
            Ok(value) => vm.decref(value),
            Err(_raised) => {
                let second = vm.take_raised();
                if vm.isinstance(second, types::SYSTEM_EXIT) {
                    return exit_status(vm, second);
                }
                let text = traceback_print::format_exception(vm, second);
                traceback_print::write_stderr(vm, &format!("Error in sys.excepthook:\n{text}"));
                vm.decref(second);
                let text = traceback_print::format_exception(vm, exception);
                traceback_print::write_stderr(vm, &format!("\nOriginal exception was:\n{text}"));
            }
        }
    } else {
        let text = traceback_print::format_exception(vm, exception);
        traceback_print::write_stderr(vm, &format!("sys.excepthook is missing\n{text}"));
    }
    vm.decref(exception);
    1
}

fn exit_status(vm: &mut Vm, exception: ObjId) -> i32 {
    let code = match vm.heap.payload(exception) {
        Payload::Exception(e) => e.field("code"),
        _ => ObjId::NULL,
    };
    flush(vm);
    let status = if code.is_null() || code == NONE {
        0
    } else if vm.is_int(code) {
        vm.int_as_i64(code).map_or(255, |n| (n & 0xff) as i32)
    } else {
        let text = vm.str_string(code).unwrap_or_default();
        traceback_print::write_stderr(vm, &format!("{text}\n"));
        1
    };
    vm.decref(exception);
    status
}

/// Flushes `sys.stdout`; errors are forgotten.
pub fn flush(vm: &mut Vm) {
    let sysdict = vm.interp.sysdict;
    for name in [names::STDERR, names::STDOUT] {
        if let Some(stream) = vm.dict_get_str(sysdict, name)
            && stream != NONE
        {
            vm.incref(stream);
            match vm.call_method(stream, names::FLUSH, &[]) {
                Ok(value) => vm.decref(value),
                Err(_raised) => vm.clear_raised(),
            }
            vm.decref(stream);
        }
    }
}
