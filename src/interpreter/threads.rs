//! The machine moves from thread to thread: each Python thread is an OS thread that runs only
//! while it has the machine.
//!
//! Mirrors the use of the GIL in `Python/ceval_gil.c`; who runs next is decided by the pure model
//! in [`crate::threads`]. A thread that gives way sends the whole [`Vm`] to the next one and waits
//! for its own mailbox; nothing else is shared.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::base::{ObjId, ThreadId};
use crate::events::{Event, WaitReason};
use crate::objects::vm::{PyResult, Stop, ThreadState, Vm};
use crate::threads::gil::{
    Deadlock, GilFact, GilFactKind, LockId, Next, Scheduler, WaitFor, WakeReason,
};
use crate::threads::{Nanos, VirtualClock};

/// Bytes of stack for a thread that the program starts.
const STACK_SIZE: usize = 256 << 20;
const STATE: &str = "threads";

/// The threads of a run.
struct Threads {
    scheduler: Scheduler,
    mailboxes: BTreeMap<ThreadId, Sender<Box<Vm>>>,
    /// Who took the GIL last, as reported.
    last_taker: ThreadId,
    /// What each blocked thread waits for, as reported.
    blocked: BTreeMap<ThreadId, (WaitReason, ObjId)>,
}

thread_local! {
    /// Where this OS thread gets the machine back.
    static MAILBOX: RefCell<Option<Receiver<Box<Vm>>>> = const { RefCell::new(None) };
}

fn threads(vm: &mut Vm) -> &mut Threads {
    let recording = vm.heap.reporter.is_on();
    let (seed, interval) = (vm.interp.schedule_seed, vm.interp.switch_interval);
    vm.interp
        .native_state
        .entry(STATE)
        .or_insert_with(|| {
            let mut scheduler = Scheduler::new(seed);
            scheduler.set_interval(interval);
            scheduler.set_recording(recording);
            Box::new(Threads {
                scheduler,
                mailboxes: BTreeMap::new(),
                last_taker: ThreadId(0),
                blocked: BTreeMap::new(),
            })
        })
        .downcast_mut()
        .expect("only this file puts it there")
}

/// The model of the GIL.
pub fn scheduler(vm: &mut Vm) -> &mut Scheduler {
    &mut threads(vm).scheduler
}

/// Reports what the model noted since the last call. A thread that begins to block waits for
/// `object`, for this `reason`.
fn report_facts(vm: &mut Vm, reason: WaitReason, object: ObjId) {
    if !vm.heap.reporter.is_on() {
        return;
    }
    for GilFact {
        at: _,
        thread,
        what,
    } in threads(vm).scheduler.take_facts()
    {
        let event = match what {
            GilFactKind::Start => {
                let ident = ident_of(thread);
                let name = vm.heap.reporter.text("");
                Event::ThreadStart {
                    thread,
                    name,
                    ident,
                }
            }
            GilFactKind::Request { .. } => Event::GilWait { thread },
            GilFactKind::DropRequest { holder } => Event::GilRequest { thread, holder },
            GilFactKind::WaitAgain { .. } => continue,
            GilFactKind::DropForced => Event::GilDrop {
                thread,
                forced: true,
            },
            GilFactKind::DropVoluntary => Event::GilDrop {
                thread,
                forced: false,
            },
            GilFactKind::Take { .. } => {
                let previous = std::mem::replace(&mut threads(vm).last_taker, thread);
                Event::GilTake { thread, previous }
            }
            GilFactKind::Block { .. } => Event::ThreadBlock {
                thread,
                reason,
                object,
            },
            GilFactKind::Wake { .. } => {
                let waited = threads(vm).blocked.remove(&thread);
                let (reason, object) = waited.unwrap_or((reason, object));
                Event::ThreadWake {
                    thread,
                    reason,
                    object,
                }
            }
            GilFactKind::Finish => Event::ThreadEnd { thread },
        };
        vm.heap.reporter.emit(event);
    }
}

/// Lets the virtual clock jump ahead.
fn advance_to(vm: &mut Vm, time: Nanos) {
    let current = vm.now();
    if time > current {
        vm.interp.clock_nanos += time.0 - current.0;
        vm.heap.reporter.emit(Event::Clock {
            old_nanos: current.0,
            new_nanos: time.0,
        });
    }
}

/// Works out at which instruction the holder has to look at its breaker again.
fn set_next_poll(vm: &mut Vm) {
    let next = threads(vm).scheduler.next_event();
    let turn_ends = if next == Nanos::NEVER {
        u64::MAX
    } else {
        next.0
            .saturating_sub(vm.interp.clock_nanos)
            .div_ceil(VirtualClock::INSTRUCTION.0)
    };
    vm.interp.next_poll = turn_ends.min(vm.last_instruction());
}

/// The holder's poll: another thread may be due.
pub fn poll(vm: &mut Vm) -> PyResult<()> {
    let time = vm.now();
    vm.check_time(time)?;
    let next = threads(vm).scheduler.poll(time);
    report_facts(vm, WaitReason::Lock, ObjId::NULL);
    if let Some(next) = next {
        switch_to(vm, next);
    }
    set_next_poll(vm);
    vm.check_stop()
}

/// Starts a thread that runs `body` once it gets the machine; gives its number.
pub fn start(vm: &mut Vm, body: impl FnOnce(&mut Vm) + Send + 'static) -> PyResult<ThreadId> {
    if vm.tstate.id == ThreadId(0) {
        ensure_mailbox(vm);
    }
    let time = vm.now();
    let (sender, receiver) = channel::<Box<Vm>>();
    let thread = threads(vm).scheduler.start_thread(time);
    threads(vm).mailboxes.insert(thread, sender);
    let mut tstate = ThreadState {
        id: thread,
        ident: ident_of(thread),
        ..ThreadState::default()
    };
    tstate.py_recursion_remaining = vm.recursion_depth_limit();
    tstate.c_recursion_remaining = 10000;
    tstate.exc_info.push(ObjId::NULL);
    vm.other_tstates.insert(thread, tstate);
    report_facts(vm, WaitReason::Lock, ObjId::NULL);
    let spawned = std::thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(move || {
            MAILBOX.set(Some(receiver));
            // Without a machine the run is over before this thread's first turn.
            let Some(mut vm) = receive() else { return };
            body(&mut vm);
            finish(vm);
        });
    if spawned.is_err() {
        return Err(vm.raise(
            crate::objects::wellknown::types::RUNTIME_ERROR,
            "can't start new thread",
        ));
    }
    set_next_poll(vm);
    Ok(thread)
}

/// What `threading.get_ident()` gives in a thread.
pub fn ident_of(thread: ThreadId) -> u64 {
    0x7f00_0000_0740 + u64::from(thread.0) * 0x80_1000
}

fn ensure_mailbox(vm: &mut Vm) {
    if let std::collections::btree_map::Entry::Vacant(e) = threads(vm).mailboxes.entry(ThreadId(0))
    {
        let (sender, receiver) = channel::<Box<Vm>>();
        e.insert(sender);
        MAILBOX.set(Some(receiver));
    }
}

/// Waits for the machine; `None` when the run has ended.
fn receive() -> Option<Box<Vm>> {
    MAILBOX.with_borrow(|mailbox| mailbox.as_ref()?.recv().ok())
}

/// The mark that unwinds a thread whose run ended while it waited.
struct RunEnded;

/// Hands the machine to `next` and waits until it comes back.
fn switch_to(vm: &mut Vm, next: ThreadId) {
    let current = vm.tstate.id;
    if next == current {
        return;
    }
    let incoming = vm
        .other_tstates
        .remove(&next)
        .expect("the model knows only threads that exist");
    let outgoing = std::mem::replace(&mut vm.tstate, incoming);
    vm.other_tstates.insert(current, outgoing);
    let sender = threads(vm)
        .mailboxes
        .get(&next)
        .cloned()
        .expect("each thread has a mailbox");
    let machine = std::mem::replace(vm, Vm::hollow());
    if let Err(unsent) = sender.send(Box::new(machine)) {
        // The OS thread is gone, which is our bug; keep the machine.
        *vm = *unsent.0;
        return;
    }
    match receive() {
        Some(machine) => *vm = *machine,
        None => std::panic::resume_unwind(Box::new(RunEnded)),
    }
}

/// Ends the calling thread and hands the machine on.
fn finish(mut vm: Box<Vm>) {
    let (time, thread) = (vm.now(), vm.tstate.id);
    if vm.stop.is_some() {
        // The run is over; the main thread puts an end to it.
        return hand_over(vm, ThreadId(0));
    }
    let next = threads(&mut vm).scheduler.finish(time, thread);
    report_facts(&mut vm, WaitReason::Lock, ObjId::NULL);
    match next {
        Next::Run { thread: next, now } => {
            if vm.check_time(now).is_err() {
                return hand_over(vm, ThreadId(0));
            }
            advance_to(&mut vm, now);
            set_next_poll(&mut vm);
            hand_over(vm, next);
        }
        Next::Deadlock(deadlock) => {
            let sentence = deadlock_sentence(&mut vm, &deadlock);
            vm.stop_with(Stop::Deadlock(sentence));
            hand_over(vm, ThreadId(0));
        }
        Next::AllFinished => {}
    }
}

/// Gives the machine away for good: the calling thread is at its end.
fn hand_over(mut vm: Box<Vm>, next: ThreadId) {
    let incoming = vm.other_tstates.remove(&next);
    let sender = threads(&mut vm).mailboxes.get(&next).cloned();
    if let (Some(incoming), Some(sender)) = (incoming, sender) {
        vm.tstate = incoming;
        let _ = sender.send(vm);
    }
}

/// What a blocking call does: the model says who goes on.
fn follow(
    vm: &mut Vm,
    next: Next,
    reason: WaitReason,
    object: ObjId,
) -> PyResult<Option<WakeReason>> {
    let current = vm.tstate.id;
    threads(vm).blocked.insert(current, (reason, object));
    report_facts(vm, reason, object);
    match next {
        Next::Run { thread, now } => {
            vm.check_time(now)?;
            advance_to(vm, now);
            switch_to(vm, thread);
            set_next_poll(vm);
            if vm.stop.is_some() {
                return Err(crate::objects::vm::Raised::already_set());
            }
            Ok(threads(vm).scheduler.woken_by(current))
        }
        Next::Deadlock(deadlock) => {
            let sentence = deadlock_sentence(vm, &deadlock);
            Err(vm.stop_with(Stop::Deadlock(sentence)))
        }
        Next::AllFinished => Ok(None),
    }
}

/// Who waits for what, in words.
fn deadlock_sentence(vm: &mut Vm, deadlock: &Deadlock) -> String {
    let mut waits = Vec::new();
    for waiting in &deadlock.waiting {
        let name = thread_name(vm, waiting.thread);
        let what = match waiting.waits_for {
            WaitFor::Lock(_) => {
                let blocked = threads(vm).blocked.get(&waiting.thread);
                let lock = blocked.map_or(ObjId::NULL, |&(_, lock)| lock);
                let address = if lock.is_null() {
                    0
                } else {
                    vm.heap.address(lock)
                };
                match waiting.held_by {
                    Some(holder) => {
                        let holder = thread_name(vm, holder);
                        format!("the lock at {address:#x}, which {holder} holds")
                    }
                    None => format!("the lock at {address:#x}"),
                }
            }
            WaitFor::Thread(thread) => format!("the end of {}", thread_name(vm, thread)),
            WaitFor::Time => "time".to_owned(),
        };
        waits.push(format!("{name} waits for {what}"));
    }
    format!("deadlock: {}", waits.join("; "))
}

/// The name that `threading` knows a thread by.
fn thread_name(vm: &mut Vm, thread: ThreadId) -> String {
    threading_name(vm, thread).unwrap_or_else(|| format!("thread {}", thread.0))
}

fn threading_name(vm: &mut Vm, thread: ThreadId) -> Option<String> {
    let module = vm.dict_get_name(vm.interp.modules, "threading")?;
    let active = vm.dict_get_name(vm.module_dict(module), "_active")?;
    let ident = vm.new_int(ident_of(thread) as i64);
    let object = vm.dict_get(active, ident);
    vm.decref(ident);
    let name = vm.getattr_name_opt(object.ok()??, "_name").ok()??;
    let text = vm.text(name).map(crate::base::text::Text::to_lossy);
    vm.decref(name);
    text
}

/// Ends all other threads where they stand, as the interpreter's end does to daemon threads: they
/// never get the GIL again.
pub fn abandon_others(vm: &mut Vm) {
    threads(vm).scheduler.abandon_others();
    set_next_poll(vm);
}

/// Sleeps on the virtual clock.
pub fn sleep(vm: &mut Vm, span: Nanos) -> PyResult<()> {
    ensure_main(vm);
    let time = vm.now();
    let next = threads(vm).scheduler.sleep_until(time, time.after(span));
    follow(vm, next, WaitReason::Sleep, ObjId::NULL).map(|_| ())
}

/// Blocks until the lock is the caller's; false when `until` came first.
pub fn acquire_blocking(vm: &mut Vm, lock: LockId, object: ObjId, until: Nanos) -> PyResult<bool> {
    ensure_main(vm);
    let time = vm.now();
    let next = threads(vm).scheduler.block_on(time, lock, until);
    Ok(follow(vm, next, WaitReason::Lock, object)? == Some(WakeReason::Acquired))
}

/// Waits for a thread to end; false when `until` came first.
pub fn join(vm: &mut Vm, thread: ThreadId, until: Nanos) -> PyResult<bool> {
    ensure_main(vm);
    let time = vm.now();
    let next = threads(vm).scheduler.join(time, thread, until);
    Ok(follow(vm, next, WaitReason::Join, ObjId::NULL)? == Some(WakeReason::Joined))
}

/// Releases a lock that is held.
pub fn release(vm: &mut Vm, lock: LockId) {
    let time = vm.now();
    threads(vm).scheduler.release_lock(time, lock);
    report_facts(vm, WaitReason::Lock, ObjId::NULL);
    set_next_poll(vm);
}

fn ensure_main(vm: &mut Vm) {
    if vm.tstate.id == ThreadId(0) {
        ensure_mailbox(vm);
    }
}
