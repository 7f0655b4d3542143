//! The namespace `sys.monitoring`, and `sys.settrace` with its kin.
//!
//! Mirrors the second half of `Python/instrumentation.c` and the tracing functions of
//! `Python/sysmodule.c`.

use crate::base::ObjId;
use crate::interpreter::legacy_tracing::{set_profile, set_trace};
use crate::interpreter::monitoring::events_changed;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::monitoring::{EVENTS, MonitoringEvent, TOOLS, USER_TOOLS};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};

/// The functions of `sys` that set trace and profile functions.
pub static TRACING: &[MethodDef] = &[
    MethodDef::new(
        "settrace",
        MethodImpl::O(|vm, _, function| {
            set_trace(vm, null_if_none(function));
            Ok(NONE)
        }),
        "",
    )
    .with_doc("Set the function that is called at each line and call of this thread."),
    MethodDef::new(
        "gettrace",
        MethodImpl::NoArgs(|vm, _| {
            let hook = vm.tstate.trace_func;
            let hook = vm.none_if_null(hook);
            Ok(vm.incref(hook))
        }),
        "($module, /)",
    )
    .with_doc("The function that settrace set, or None."),
    MethodDef::new(
        "setprofile",
        MethodImpl::O(|vm, _, function| {
            set_profile(vm, null_if_none(function));
            Ok(NONE)
        }),
        "",
    )
    .with_doc("Set the function that is called at each call and return of this thread."),
    MethodDef::new(
        "getprofile",
        MethodImpl::NoArgs(|vm, _| {
            let hook = vm.tstate.profile_func;
            let hook = vm.none_if_null(hook);
            Ok(vm.incref(hook))
        }),
        "($module, /)",
    )
    .with_doc("The function that setprofile set, or None."),
    MethodDef::new(
        "_settraceallthreads",
        MethodImpl::O(|vm, _, function| {
            let function = null_if_none(function);
            set_trace(vm, function);
            for id in others(vm) {
                vm.xincref(function);
                let state = vm.other_tstates.get_mut(&id).expect("just listed");
                let old = std::mem::replace(&mut state.trace_func, function);
                vm.xdecref(old);
            }
            set_trace(vm, function);
            Ok(NONE)
        }),
        "($module, arg, /)",
    ),
    MethodDef::new(
        "_setprofileallthreads",
        MethodImpl::O(|vm, _, function| {
            let function = null_if_none(function);
            for id in others(vm) {
                vm.xincref(function);
                let state = vm.other_tstates.get_mut(&id).expect("just listed");
                let old = std::mem::replace(&mut state.profile_func, function);
                vm.xdecref(old);
            }
            set_profile(vm, function);
            Ok(NONE)
        }),
        "($module, arg, /)",
    ),
    MethodDef::new(
        "call_tracing",
        MethodImpl::Fast(|vm, _, args| {
            vm.check_positional("call_tracing", args.len(), 2, 2)?;
            let tracing = std::mem::take(&mut vm.tstate.tracing);
            let result = vm.call_tuple_dict(args[0], args[1], ObjId::NULL);
            vm.tstate.tracing = tracing;
            result
        }),
        "($module, func, args, /)",
    ),
];

fn others(vm: &Vm) -> Vec<crate::base::ThreadId> {
    vm.other_tstates.keys().copied().collect()
}

fn null_if_none(id: ObjId) -> ObjId {
    if id == NONE { ObjId::NULL } else { id }
}

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new(
        "use_tool_id",
        MethodImpl::Fast(use_tool_id),
        "($module, tool_id, name, /)",
    ),
    MethodDef::new(
        "free_tool_id",
        MethodImpl::O(free_tool_id),
        "($module, tool_id, /)",
    ),
    MethodDef::new("get_tool", MethodImpl::O(get_tool), "($module, tool_id, /)"),
    MethodDef::new(
        "register_callback",
        MethodImpl::Fast(register_callback),
        "($module, tool_id, event, func, /)",
    ),
    MethodDef::new(
        "get_events",
        MethodImpl::O(get_events),
        "($module, tool_id, /)",
    ),
    MethodDef::new(
        "set_events",
        MethodImpl::Fast(set_events),
        "($module, tool_id, event_set, /)",
    ),
    MethodDef::new(
        "get_local_events",
        MethodImpl::Fast(get_local_events),
        "($module, tool_id, code, /)",
    ),
    MethodDef::new(
        "set_local_events",
        MethodImpl::Fast(set_local_events),
        "($module, tool_id, code, event_set, /)",
    ),
    MethodDef::new(
        "restart_events",
        MethodImpl::NoArgs(restart_events),
        "($module, /)",
    ),
    MethodDef::new(
        "_all_events",
        MethodImpl::NoArgs(all_events),
        "($module, /)",
    ),
];

const C_CALL_RESULTS: u32 = MonitoringEvent::CReturn.bit() | MonitoringEvent::CRaise.bit();
/// `BRANCH` and all others.
const ALL_EVENTS: u32 = (1 << EVENTS) - 1;

/// Adds `sys.monitoring` to `sys`.
pub fn add(vm: &mut Vm, sys: ObjId) -> PyResult<()> {
    let module = vm.new_module("sys.monitoring");
    vm.module_add_functions(module, FUNCTIONS);
    for (name, number) in [
        ("DEBUGGER_ID", 0),
        ("COVERAGE_ID", 1),
        ("PROFILER_ID", 2),
        ("OPTIMIZER_ID", 5),
    ] {
        let number = vm.new_int(number);
        vm.module_add(module, name, number);
    }
    let disable = vm.new_object();
    let missing = vm.new_object();
    vm.interp.monitoring.disable = disable;
    vm.interp.monitoring.missing = missing;
    for (name, object) in [("DISABLE", disable), ("MISSING", missing)] {
        vm.incref(object);
        vm.module_add(module, name, object);
    }
    let events = vm.call(types::SIMPLE_NAMESPACE, &[])?;
    for &(event, name) in MonitoringEvent::ALL {
        let bit = vm.new_int(i64::from(event.bit()));
        let name = vm.intern(name);
        vm.setattr(events, name, bit)?;
        vm.decref(bit);
    }
    let none = vm.intern("NO_EVENTS");
    let zero = vm.new_int(0);
    vm.setattr(events, none, zero)?;
    vm.module_add(module, "events", events);
    vm.module_add(sys, "monitoring", module);
    Ok(())
}

/// The number of a tool of the program.
fn tool_id(vm: &mut Vm, id: ObjId) -> PyResult<usize> {
    let number = vm.index_as_ssize(id, Some(types::OVERFLOW_ERROR))?;
    match usize::try_from(number) {
        Ok(tool) if tool < USER_TOOLS => Ok(tool),
        _ => Err(vm.value_error(format!("invalid tool {number} (must be between 0 and 5)"))),
    }
}

fn tool_in_use(vm: &mut Vm, id: ObjId) -> PyResult<usize> {
    let tool = tool_id(vm, id)?;
    if vm.interp.monitoring.names[tool].is_null() {
        return Err(vm.value_error(format!("tool {tool} is not in use")));
    }
    Ok(tool)
}

fn use_tool_id(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("use_tool_id", args.len(), 2, 2)?;
    let tool = tool_id(vm, args[0])?;
    if vm.text(args[1]).is_none() {
        return Err(vm.value_error("tool name must be a str"));
    }
    if !vm.interp.monitoring.names[tool].is_null() {
        return Err(vm.value_error(format!("tool {tool} is already in use")));
    }
    vm.incref(args[1]);
    vm.interp.monitoring.names[tool] = args[1];
    Ok(NONE)
}

fn free_tool_id(vm: &mut Vm, _: ObjId, id: ObjId) -> PyResult<ObjId> {
    let tool = tool_id(vm, id)?;
    let monitoring = &mut vm.interp.monitoring;
    monitoring.events[tool] = 0;
    // In whatever order: each is set to the same.
    monitoring.local_events.retain(|_, sets| {
        sets[tool] = 0;
        true
    });
    monitoring.disabled.retain(|_, sets| {
        sets[tool] = 0;
        true
    });
    let mut old = std::mem::take(&mut monitoring.callbacks[tool]).to_vec();
    old.push(std::mem::take(&mut monitoring.names[tool]));
    vm.decref_all(&old);
    events_changed(vm);
    Ok(NONE)
}

fn get_tool(vm: &mut Vm, _: ObjId, id: ObjId) -> PyResult<ObjId> {
    let tool = tool_id(vm, id)?;
    let name = vm.interp.monitoring.names[tool];
    let name = vm.none_if_null(name);
    Ok(vm.incref(name))
}

fn register_callback(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("register_callback", args.len(), 3, 3)?;
    let tool = tool_id(vm, args[0])?;
    let event = vm.index_as_ssize(args[1], Some(types::OVERFLOW_ERROR))?;
    if event <= 0 || event.count_ones() != 1 {
        return Err(vm.value_error("The callback can only be set for one event at a time"));
    }
    let index = event.trailing_zeros() as usize;
    if index >= EVENTS {
        return Err(vm.value_error(format!("invalid event {event}")));
    }
    let function = null_if_none(args[2]);
    vm.xincref(function);
    let old = std::mem::replace(&mut vm.interp.monitoring.callbacks[tool][index], function);
    Ok(if old.is_null() { NONE } else { old })
}

/// A set of events as it is kept; `C_RETURN` and `C_RAISE` come with CALL alone.
fn event_set(vm: &mut Vm, set: ObjId) -> PyResult<u32> {
    let number = vm.index_as_ssize(set, Some(types::OVERFLOW_ERROR))?;
    let set = match u32::try_from(number) {
        Ok(set) if set & !ALL_EVENTS == 0 => set,
        _ => {
            let text = number as i32;
            return Err(vm.value_error(format!("invalid event set 0x{text:x}")));
        }
    };
    if set & C_CALL_RESULTS != 0 && set & MonitoringEvent::Call.bit() == 0 {
        return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    let set = set & !C_CALL_RESULTS;
    Ok(if set & MonitoringEvent::Call.bit() == 0 {
        set
    } else {
        set | C_CALL_RESULTS
    })
}

/// As a program sees it: what comes with CALL is not named.
fn shown(vm: &mut Vm, set: u32) -> ObjId {
    vm.new_int(i64::from(set & !C_CALL_RESULTS))
}

fn get_events(vm: &mut Vm, _: ObjId, id: ObjId) -> PyResult<ObjId> {
    let tool = tool_id(vm, id)?;
    let set = vm.interp.monitoring.events[tool];
    Ok(shown(vm, set))
}

fn set_events(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("set_events", args.len(), 2, 2)?;
    let tool = tool_id(vm, args[0])?;
    let set = event_set(vm, args[1])?;
    tool_in_use(vm, args[0])?;
    vm.interp.monitoring.events[tool] = set;
    events_changed(vm);
    Ok(NONE)
}

fn check_code(vm: &mut Vm, code: ObjId) -> PyResult<()> {
    if matches!(vm.heap.payload(code), Payload::Code(_)) {
        return Ok(());
    }
    Err(vm.type_error("code must be a code object"))
}

fn get_local_events(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("get_local_events", args.len(), 2, 2)?;
    let tool = tool_id(vm, args[0])?;
    check_code(vm, args[1])?;
    let local = &vm.interp.monitoring.local_events;
    let set = local.get(&args[1]).map_or(0, |sets| sets[tool]);
    Ok(shown(vm, set))
}

fn set_local_events(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("set_local_events", args.len(), 3, 3)?;
    let tool = tool_id(vm, args[0])?;
    check_code(vm, args[1])?;
    let set = event_set(vm, args[2])?;
    let local = (1 << crate::objects::monitoring::LOCAL_EVENTS) - 1;
    if set & !C_CALL_RESULTS & !local != 0 {
        return Err(vm.value_error(format!("invalid local event set 0x{set:x}")));
    }
    tool_in_use(vm, args[0])?;
    let code = args[1];
    if !vm.interp.monitoring.local_events.contains_key(&code) {
        // The table knows code objects by their slot, which must not be given to another.
        vm.incref(code);
    }
    let sets = vm
        .interp
        .monitoring
        .local_events
        .entry(code)
        .or_insert([0; TOOLS]);
    sets[tool] = set;
    events_changed(vm);
    Ok(NONE)
}

fn restart_events(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    vm.interp.monitoring.disabled.clear();
    Ok(NONE)
}

/// Which tools watch what, by the names of the events.
fn all_events(vm: &mut Vm, _: ObjId) -> PyResult<ObjId> {
    let result = vm.new_dict();
    for &(event, name) in MonitoringEvent::ALL {
        let tools: i64 = (0..TOOLS)
            .filter(|&tool| vm.interp.monitoring.events[tool] & event.bit() != 0)
            .map(|tool| 1 << tool)
            .sum();
        if tools != 0 {
            let tools = vm.new_int(tools);
            vm.dict_set_name(result, name, tools);
            vm.decref(tools);
        }
    }
    Ok(result)
}
