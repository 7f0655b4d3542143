//! The GIL as a pure model on the virtual clock: decides which thread runs next.
//!
//! Mirrors `Python/ceval_gil.c` (`take_gil`, `drop_gil`, forced switching) and, for locks,
//! `Python/thread_pthread.h`. The model never runs anything: the caller tells what the holder
//! does, the model answers who runs next, and notes what happened as [`GilFact`]s.
//!
//! Where `CPython` leaves a choice to the system, the seed decides: which of several waiting threads
//! `pthread_cond_signal` wakes, how long the system takes to wake one, how late a timed wait ends.
//! With seed 0 the longest waiter is next, waking takes [`WAKE_LATENCY`], and no wait ends late.
//!
//! A released lock is free: the system wakes the thread that has waited longest, and until that one
//! is awake, any running thread may take the lock first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::clock::Nanos;
use crate::base::ThreadId;

/// How long the system takes to wake a thread.
pub const WAKE_LATENCY: Nanos = Nanos(50_000);

/// Names a lock of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct LockId(pub u32);

/// What a blocked thread waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum WaitFor {
    /// A lock to be released.
    Lock(LockId),
    /// A thread to end (`join`).
    Thread(ThreadId),
    /// Time alone.
    Time,
}

/// Why a blocked thread goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum WakeReason {
    /// The lock is this thread's now.
    Acquired,
    /// The awaited thread ended.
    Joined,
    /// The time is over.
    Timeout,
}

/// What a thread is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ThreadStatus {
    /// It runs: it has the GIL.
    Holds,
    /// It could run and waits for the GIL.
    WaitsForGil {
        /// When it gets impatient next.
        deadline: Nanos,
        /// How often it has been refused by now.
        refused: u32,
    },
    /// It is blocked, without the GIL.
    Blocked {
        on: WaitFor,
        /// When it wakes by itself.
        until: Nanos,
    },
    Finished,
}

/// Something that happened, in the order in which it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GilFact {
    pub at: Nanos,
    pub thread: ThreadId,
    pub what: GilFactKind,
}

/// The kinds of [`GilFact`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum GilFactKind {
    /// The thread was started.
    Start,
    /// It wants the GIL, which another thread has.
    Request { deadline: Nanos },
    /// It waited a whole switch interval without any switch: it sets the holder's
    /// `_PY_GIL_DROP_REQUEST_BIT`.
    DropRequest { holder: ThreadId },
    /// Its interval is over, but the GIL changed hands meanwhile: it waits anew.
    WaitAgain { deadline: Nanos },
    /// It gave the GIL up because it was asked to.
    DropForced,
    /// It gave the GIL up because it blocks or ends.
    DropVoluntary,
    /// It has the GIL; `switch_number` counts how often the GIL changed hands.
    Take { switch_number: u64 },
    /// It blocks.
    Block { on: WaitFor, until: Nanos },
    /// It no longer blocks.
    Wake { reason: WakeReason },
    /// It ended.
    Finish,
}

/// Who runs next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// This thread, from `now` on; the caller advances the clock to `now`.
    Run { thread: ThreadId, now: Nanos },
    /// No thread can ever run again.
    Deadlock(Deadlock),
    /// Every thread has ended.
    AllFinished,
}

/// Threads that wait for each other for ever.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deadlock {
    pub waiting: Vec<WaitingThread>,
}

/// One thread of a deadlock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WaitingThread {
    pub thread: ThreadId,
    pub waits_for: WaitFor,
    /// Who would have to let go.
    pub held_by: Option<ThreadId>,
}

struct Thread {
    status: ThreadStatus,
    /// `switch_number` when it began the current wait for the GIL.
    saved_switch_number: u64,
    /// Its place among the sleepers, if it wakes by itself.
    alarm: Option<(Nanos, u64)>,
    woken_by: Option<WakeReason>,
}

#[derive(Default)]
struct Lock {
    /// Who acquired it; any thread may release it.
    holder: Option<ThreadId>,
    /// Who waits for it, longest first.
    waiters: VecDeque<ThreadId>,
    /// The system is waking the first of them.
    wakes: bool,
}

/// What happens at a time by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Alarm {
    /// A blocked thread has waited long enough.
    Timeout(ThreadId),
    /// The first thread that waits for a released lock is awake.
    Awake(LockId),
}

/// The GIL, the threads that want it, and what blocks the others.
pub struct Scheduler {
    threads: Vec<Thread>,
    holder: Option<ThreadId>,
    last_holder: Option<ThreadId>,
    /// Threads that want the GIL, longest first.
    waiters: VecDeque<ThreadId>,
    switch_number: u64,
    interval: Nanos,
    /// `_PY_GIL_DROP_REQUEST_BIT` of the holder.
    drop_requested: bool,
    /// What happens by itself, by time, then in the order in which it was set up.
    alarms: BTreeMap<(Nanos, u64), Alarm>,
    alarm_count: u64,
    locks: BTreeMap<LockId, Lock>,
    lock_count: u32,
    /// Earliest time at which something happens beside the holder.
    next_event: Nanos,
    seed: u64,
    facts: Option<Vec<GilFact>>,
}

impl Scheduler {
    /// `DEFAULT_INTERVAL`: 5 ms.
    pub const DEFAULT_INTERVAL: Nanos = Nanos(5_000_000);

    /// A machine whose main thread runs.
    pub fn new(seed: u64) -> Self {
        let main = Thread {
            status: ThreadStatus::Holds,
            saved_switch_number: 0,
            alarm: None,
            woken_by: None,
        };
        Self {
            threads: vec![main],
            holder: Some(ThreadId(0)),
            last_holder: Some(ThreadId(0)),
            waiters: VecDeque::new(),
            switch_number: 1,
            interval: Self::DEFAULT_INTERVAL,
            drop_requested: false,
            alarms: BTreeMap::new(),
            alarm_count: 0,
            locks: BTreeMap::new(),
            lock_count: 0,
            next_event: Nanos::NEVER,
            seed,
            facts: None,
        }
    }

    /// From now on keep (or no longer keep) the facts for [`Self::take_facts`].
    pub fn set_recording(&mut self, recording: bool) {
        self.facts = recording.then(Vec::new);
    }

    /// The facts since the last call, oldest first.
    pub fn take_facts(&mut self) -> Vec<GilFact> {
        self.facts.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The thread that runs.
    pub const fn holder(&self) -> Option<ThreadId> {
        self.holder
    }

    /// How often the GIL changed hands.
    pub const fn switch_number(&self) -> u64 {
        self.switch_number
    }

    /// `sys.getswitchinterval()`.
    pub const fn interval(&self) -> Nanos {
        self.interval
    }

    /// `sys.setswitchinterval()`: for the waits that begin from now on, one microsecond at least.
    pub fn set_interval(&mut self, interval: Nanos) {
        self.interval = interval.max(Nanos(1000));
    }

    /// What a thread is doing.
    pub fn status(&self, thread: ThreadId) -> ThreadStatus {
        self.threads[thread.index()].status
    }

    /// How many threads were ever started, the main thread included.
    pub fn thread_count(&self) -> usize {
        self.threads.len()
    }

    /// Why the thread's last blocking call came back.
    pub fn woken_by(&self, thread: ThreadId) -> Option<WakeReason> {
        self.threads[thread.index()].woken_by
    }

    /// Until this time the holder's breaker stays clear: no need to [`Self::poll`] before.
    #[inline]
    pub const fn next_event(&self) -> Nanos {
        self.next_event
    }

    /// The holder starts a thread, which wants the GIL at once.
    pub fn start_thread(&mut self, now: Nanos) -> ThreadId {
        let thread = ThreadId(self.threads.len() as u32);
        self.threads.push(Thread {
            status: ThreadStatus::Finished,
            saved_switch_number: 0,
            alarm: None,
            woken_by: None,
        });
        self.note(now, thread, GilFactKind::Start);
        self.request(now, thread);
        self.find_next_event();
        thread
    }

    /// The holder checks its breaker (`_Py_HandlePending`): who runs from here on?
    ///
    /// `None` when the holder keeps the GIL.
    pub fn poll(&mut self, now: Nanos) -> Option<ThreadId> {
        if now < self.next_event {
            return None;
        }
        self.pass_time(now);
        if !self.drop_requested {
            return None;
        }
        let holder = self.holder.take().expect("the holder asks");
        self.drop_requested = false;
        self.note(now, holder, GilFactKind::DropForced);
        let next = self.choose_waiter().expect("a waiter asked for the drop");
        self.take(now, next);
        // Only after another thread took the GIL does the old holder ask for it again.
        self.request(now, holder);
        self.find_next_event();
        Some(next)
    }

    /// The holder sleeps, or waits for time alone, until `until`.
    pub fn sleep_until(&mut self, now: Nanos, until: Nanos) -> Next {
        self.block(now, WaitFor::Time, until)
    }

    /// A new lock, free.
    pub fn new_lock(&mut self) -> LockId {
        let lock = LockId(self.lock_count);
        self.lock_count += 1;
        self.locks.insert(lock, Lock::default());
        lock
    }

    /// The lock's object died.
    pub fn forget_lock(&mut self, lock: LockId) {
        self.locks.remove(&lock);
    }

    /// Whether somebody has the lock.
    pub fn is_locked(&self, lock: LockId) -> bool {
        self.lock(lock).holder.is_some()
    }

    /// Who has the lock.
    pub fn lock_holder(&self, lock: LockId) -> Option<ThreadId> {
        self.lock(lock).holder
    }

    /// The threads that wait for the lock, longest first.
    pub fn lock_waiters(&self, lock: LockId) -> impl Iterator<Item = ThreadId> + '_ {
        self.lock(lock).waiters.iter().copied()
    }

    /// Takes the lock for the holder if it is free.
    pub fn try_acquire(&mut self, lock: LockId) -> bool {
        let holder = self.holder;
        let lock = self.lock_mut(lock);
        if lock.holder.is_some() {
            return false;
        }
        lock.holder = holder;
        true
    }

    /// The holder blocks until it gets the lock, or until `until`.
    pub fn block_on(&mut self, now: Nanos, lock: LockId, until: Nanos) -> Next {
        let thread = self.holder.expect("a running thread blocks");
        self.lock_mut(lock).waiters.push_back(thread);
        self.block(now, WaitFor::Lock(lock), until)
    }

    /// Releases a lock that is held; the system begins to wake the thread that has waited longest.
    pub fn release_lock(&mut self, now: Nanos, lock: LockId) {
        let entry = self.lock_mut(lock);
        entry.holder = None;
        if entry.waiters.is_empty() || entry.wakes {
            return;
        }
        entry.wakes = true;
        let latency = self.latency(WAKE_LATENCY);
        self.set_alarm(now.after(latency), Alarm::Awake(lock));
        self.find_next_event();
    }

    fn set_alarm(&mut self, time: Nanos, alarm: Alarm) -> (Nanos, u64) {
        let key = (time, self.alarm_count);
        self.alarm_count += 1;
        self.alarms.insert(key, alarm);
        key
    }

    /// The thread that the system woke takes the lock, unless another one was faster.
    fn awake_for(&mut self, now: Nanos, lock: LockId) {
        let Some(entry) = self.locks.get_mut(&lock) else {
            return;
        };
        entry.wakes = false;
        if entry.holder.is_some() {
            return;
        }
        entry.holder = entry.waiters.pop_front();
        if let Some(thread) = entry.holder {
            self.wake(now, thread, WakeReason::Acquired);
        }
    }

    /// A time that the system takes: this long with seed 0, anything up to twice as long with
    /// another.
    fn latency(&mut self, usual: Nanos) -> Nanos {
        if self.seed == 0 {
            usual
        } else {
            Nanos(self.random() % (2 * usual.0))
        }
    }

    /// How late a timed wait for the GIL ends.
    fn lateness(&mut self) -> Nanos {
        if self.seed == 0 {
            Nanos(0)
        } else {
            Nanos(self.random() % (2 * WAKE_LATENCY.0))
        }
    }

    /// `SplitMix64`: equal seeds give equal choices everywhere.
    fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15).max(1);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// The holder waits for a thread to end, or until `until`.
    pub fn join(&mut self, now: Nanos, thread: ThreadId, until: Nanos) -> Next {
        self.block(now, WaitFor::Thread(thread), until)
    }

    /// The holder, `thread`, ends.
    pub fn finish(&mut self, now: Nanos, thread: ThreadId) -> Next {
        debug_assert_eq!(self.holder, Some(thread), "a running thread ends");
        self.holder = None;
        self.drop_requested = false;
        self.threads[thread.index()].status = ThreadStatus::Finished;
        self.note(now, thread, GilFactKind::Finish);
        self.note(now, thread, GilFactKind::DropVoluntary);
        for other in 0..self.threads.len() as u32 {
            let joins = matches!(
                self.threads[other as usize].status,
                ThreadStatus::Blocked { on: WaitFor::Thread(awaited), .. } if awaited == thread
            );
            if joins {
                self.wake(now, ThreadId(other), WakeReason::Joined);
            }
        }
        self.run_next(now)
    }

    /// Ends every thread but the holder, as the interpreter's end does to daemon threads.
    pub fn abandon_others(&mut self) {
        let holder = self.holder;
        for (index, thread) in self.threads.iter_mut().enumerate() {
            if Some(ThreadId(index as u32)) != holder {
                thread.status = ThreadStatus::Finished;
                thread.alarm = None;
            }
        }
        self.waiters.clear();
        self.alarms.clear();
        for lock in self.locks.values_mut() {
            lock.waiters.clear();
            lock.wakes = false;
        }
        self.drop_requested = false;
        self.find_next_event();
    }

    /// Which threads wait for which, as far as they do not wait for time alone.
    pub fn wait_for_graph(&self) -> Vec<WaitingThread> {
        let edge = |(index, thread): (usize, &Thread)| match thread.status {
            ThreadStatus::Blocked { on, .. } if on != WaitFor::Time => Some(WaitingThread {
                thread: ThreadId(index as u32),
                waits_for: on,
                held_by: self.who_holds(on),
            }),
            ThreadStatus::Blocked { .. }
            | ThreadStatus::Holds
            | ThreadStatus::WaitsForGil { .. }
            | ThreadStatus::Finished => None,
        };
        self.threads.iter().enumerate().filter_map(edge).collect()
    }

    fn who_holds(&self, on: WaitFor) -> Option<ThreadId> {
        match on {
            WaitFor::Lock(lock) => self.lock(lock).holder,
            WaitFor::Thread(thread) => Some(thread),
            WaitFor::Time => None,
        }
    }

    fn block(&mut self, now: Nanos, on: WaitFor, until: Nanos) -> Next {
        let thread = self.holder.take().expect("a running thread blocks");
        self.drop_requested = false;
        self.note(now, thread, GilFactKind::Block { on, until });
        self.note(now, thread, GilFactKind::DropVoluntary);
        let alarm =
            (until != Nanos::NEVER).then(|| self.set_alarm(until.max(now), Alarm::Timeout(thread)));
        let state = &mut self.threads[thread.index()];
        state.status = ThreadStatus::Blocked { on, until };
        state.woken_by = None;
        state.alarm = alarm;
        self.run_next(now)
    }

    /// Nobody has the GIL: gives it to a waiter, or lets time pass until there is one.
    fn run_next(&mut self, now: Nanos) -> Next {
        let mut now = now;
        self.pass_time(now);
        // A thread that wakes may find that it has nothing to do.
        while self.waiters.is_empty() {
            let Some((&(time, _), _)) = self.alarms.first_key_value() else {
                return self.nobody_left();
            };
            now = now.max(time);
            self.pass_time(now);
        }
        let next = self.choose_waiter().expect("a thread waits");
        self.take(now, next);
        self.find_next_event();
        Next::Run { thread: next, now }
    }

    fn nobody_left(&self) -> Next {
        let waiting = self.wait_for_graph();
        if waiting.is_empty() && !self.threads.iter().any(Thread::is_blocked) {
            Next::AllFinished
        } else {
            Next::Deadlock(Deadlock { waiting })
        }
    }

    /// Everything that happens beside the holder until `now`, in the order of time.
    fn pass_time(&mut self, now: Nanos) {
        loop {
            let alarm = self.alarms.first_key_value().map(|(&key, _)| key.0);
            let deadline = self.first_deadline();
            let earliest = alarm.unwrap_or(Nanos::NEVER).min(deadline);
            if earliest > now || earliest == Nanos::NEVER {
                break;
            }
            if alarm == Some(earliest) {
                let (_, alarm) = self.alarms.pop_first().expect("there is an alarm");
                match alarm {
                    Alarm::Timeout(thread) => {
                        self.threads[thread.index()].alarm = None;
                        self.stop_waiting(thread);
                        self.wake(earliest, thread, WakeReason::Timeout);
                    }
                    Alarm::Awake(lock) => self.awake_for(earliest, lock),
                }
            } else {
                self.pass_deadlines(earliest);
            }
        }
        self.find_next_event();
    }

    /// A timed wait for the GIL is over without a signal.
    fn pass_deadlines(&mut self, time: Nanos) {
        for index in 0..self.waiters.len() {
            let thread = self.waiters[index];
            let switch_number = self.switch_number;
            let lateness = self.lateness();
            let again = time.after(self.interval).after(lateness);
            let state = &mut self.threads[thread.index()];
            let ThreadStatus::WaitsForGil { deadline, refused } = state.status else {
                continue;
            };
            if deadline != time {
                continue;
            }
            let switched = state.saved_switch_number != switch_number;
            state.saved_switch_number = switch_number;
            state.status = ThreadStatus::WaitsForGil {
                deadline: again,
                refused: refused + 1,
            };
            let what = match self.holder {
                Some(holder) if !switched => {
                    self.drop_requested = true;
                    GilFactKind::DropRequest { holder }
                }
                Some(_) | None => GilFactKind::WaitAgain { deadline: again },
            };
            self.note(time, thread, what);
        }
    }

    /// A blocked thread can go on: it wants the GIL.
    fn wake(&mut self, now: Nanos, thread: ThreadId, reason: WakeReason) {
        let state = &mut self.threads[thread.index()];
        state.woken_by = Some(reason);
        if let Some(alarm) = state.alarm.take() {
            self.alarms.remove(&alarm);
        }
        self.note(now, thread, GilFactKind::Wake { reason });
        self.request(now, thread);
    }

    /// Its time is over: it no longer waits for a lock.
    fn stop_waiting(&mut self, thread: ThreadId) {
        if let ThreadStatus::Blocked {
            on: WaitFor::Lock(lock),
            ..
        } = self.status(thread)
        {
            self.lock_mut(lock).waiters.retain(|&other| other != thread);
        }
    }

    /// `take_gil`, first half: wait one interval.
    fn request(&mut self, now: Nanos, thread: ThreadId) {
        let lateness = self.lateness();
        let deadline = now.after(self.interval).after(lateness);
        let state = &mut self.threads[thread.index()];
        state.saved_switch_number = self.switch_number;
        state.status = ThreadStatus::WaitsForGil {
            deadline,
            refused: 0,
        };
        self.waiters.push_back(thread);
        self.note(now, thread, GilFactKind::Request { deadline });
    }

    /// `take_gil`, second half.
    fn take(&mut self, now: Nanos, thread: ThreadId) {
        self.threads[thread.index()].status = ThreadStatus::Holds;
        self.holder = Some(thread);
        self.drop_requested = false;
        if self.last_holder != Some(thread) {
            self.last_holder = Some(thread);
            self.switch_number += 1;
        }
        let switch_number = self.switch_number;
        self.note(now, thread, GilFactKind::Take { switch_number });
    }

    /// Which waiter the system wakes.
    fn choose_waiter(&mut self) -> Option<ThreadId> {
        if self.seed == 0 || self.waiters.len() < 2 {
            return self.waiters.pop_front();
        }
        let index = (self.random() % self.waiters.len() as u64) as usize;
        self.waiters.remove(index)
    }

    fn first_deadline(&self) -> Nanos {
        let deadline = |thread: &ThreadId| match self.status(*thread) {
            ThreadStatus::WaitsForGil { deadline, .. } => deadline,
            ThreadStatus::Holds | ThreadStatus::Blocked { .. } | ThreadStatus::Finished => {
                Nanos::NEVER
            }
        };
        self.waiters
            .iter()
            .map(deadline)
            .min()
            .unwrap_or(Nanos::NEVER)
    }

    fn find_next_event(&mut self) {
        let alarm = self.alarms.first_key_value();
        let alarm = alarm.map_or(Nanos::NEVER, |(&(time, _), _)| time);
        self.next_event = if self.drop_requested {
            Nanos(0)
        } else {
            self.first_deadline().min(alarm)
        };
    }

    fn lock(&self, lock: LockId) -> &Lock {
        self.locks.get(&lock).expect("a lock lives with its object")
    }

    fn lock_mut(&mut self, lock: LockId) -> &mut Lock {
        self.locks
            .get_mut(&lock)
            .expect("a lock lives with its object")
    }

    fn note(&mut self, at: Nanos, thread: ThreadId, what: GilFactKind) {
        if let Some(facts) = &mut self.facts {
            facts.push(GilFact { at, thread, what });
        }
    }
}

impl Thread {
    const fn is_blocked(&self) -> bool {
        matches!(self.status, ThreadStatus::Blocked { .. })
    }
}

impl Deadlock {
    /// The threads of the first circle of threads that wait for each other, if there is one.
    pub fn cycle(&self) -> Option<Vec<ThreadId>> {
        let next_of: BTreeMap<ThreadId, ThreadId> = self
            .waiting
            .iter()
            .filter_map(|waiting| Some((waiting.thread, waiting.held_by?)))
            .collect();
        let mut done = BTreeSet::new();
        for &start in next_of.keys() {
            let mut path = Vec::new();
            let mut thread = start;
            while done.insert(thread) {
                path.push(thread);
                match next_of.get(&thread) {
                    Some(&next) => thread = next,
                    None => break,
                }
            }
            if let Some(first) = path.iter().position(|&other| other == thread)
                && next_of.get(path.last()?) == Some(&thread)
            {
                return Some(path.split_off(first));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const T0: ThreadId = ThreadId(0);
    const T1: ThreadId = ThreadId(1);
    const T2: ThreadId = ThreadId(2);

    fn ms(millis: u64) -> Nanos {
        Nanos(millis * MS)
    }

    fn run(thread: ThreadId, millis: u64) -> Next {
        Next::Run {
            thread,
            now: ms(millis),
        }
    }

    #[test]
    fn busy_threads_take_turns_by_the_interval() {
        let mut s = Scheduler::new(0);
        assert_eq!(s.next_event(), Nanos::NEVER);
        s.start_thread(ms(0));
        s.start_thread(ms(0));
        let mut turns = Vec::new();
        for tick in 0..30 {
            if let Some(next) = s.poll(ms(tick)) {
                turns.push((tick, next.0));
            }
        }
        // At 5 ms both waiters get impatient; the second one waits anew after the switch.
        assert_eq!(turns, [(5, 1), (10, 2), (15, 0), (20, 1), (25, 2)]);
    }

    #[test]
    fn a_switch_makes_the_others_wait_anew() {
        let mut s = Scheduler::new(0);
        s.set_recording(true);
        s.start_thread(ms(0));
        s.start_thread(ms(3));
        assert_eq!(s.poll(ms(5)), Some(T1));
        assert_eq!(s.poll(ms(9)), None);
        let again = s
            .take_facts()
            .into_iter()
            .find(|fact| matches!(fact.what, GilFactKind::WaitAgain { .. }));
        assert_eq!(again.map(|fact| (fact.at, fact.thread)), Some((ms(8), T2)));
    }

    #[test]
    fn sleepers_wake_in_order_and_the_clock_jumps() {
        let mut s = Scheduler::new(0);
        s.start_thread(ms(0));
        assert_eq!(s.sleep_until(ms(1), ms(100)), run(T1, 1));
        assert_eq!(s.sleep_until(ms(2), ms(50)), run(T1, 50));
        assert_eq!(s.woken_by(T1), Some(WakeReason::Timeout));
        assert_eq!(s.finish(ms(60), T1), run(T0, 100));
        assert_eq!(s.finish(ms(101), T0), Next::AllFinished);
    }

    #[test]
    fn a_released_lock_goes_to_the_longest_waiter() {
        let mut s = Scheduler::new(0);
        let lock = s.new_lock();
        assert!(s.try_acquire(lock));
        s.start_thread(ms(0));
        s.start_thread(ms(0));
        assert_eq!(s.sleep_until(ms(0), ms(1)), run(T1, 0));
        assert_eq!(s.block_on(ms(0), lock, Nanos::NEVER), run(T2, 0));
        assert_eq!(s.block_on(ms(0), lock, ms(3)), run(T0, 1));
        s.release_lock(ms(2), lock);
        assert_eq!(s.lock_holder(lock), None);
        let awake = Next::Run {
            thread: T1,
            now: ms(2).after(WAKE_LATENCY),
        };
        assert_eq!(s.finish(ms(2), T0), awake);
        assert_eq!(s.lock_holder(lock), Some(T1));
        assert_eq!(s.woken_by(T1), Some(WakeReason::Acquired));
        assert_eq!(s.finish(ms(2), T1), run(T2, 3));
        assert_eq!(s.woken_by(T2), Some(WakeReason::Timeout));
    }

    #[test]
    fn a_released_lock_is_free_until_the_waiter_is_awake() {
        let mut s = Scheduler::new(0);
        let lock = s.new_lock();
        assert!(s.try_acquire(lock));
        s.start_thread(ms(0));
        assert_eq!(s.sleep_until(ms(0), ms(1)), run(T1, 0));
        assert_eq!(s.block_on(ms(0), lock, Nanos::NEVER), run(T0, 1));
        s.release_lock(ms(1), lock);
        assert!(s.try_acquire(lock));
        // The waiter wakes in vain and waits on.
        assert_eq!(s.sleep_until(ms(1), ms(5)), run(T0, 5));
        s.release_lock(ms(5), lock);
        assert_eq!(s.lock_waiters(lock).collect::<Vec<_>>(), [T1]);
    }

    #[test]
    fn a_deadlock_names_who_waits_for_whom() {
        let mut s = Scheduler::new(0);
        let (a, b) = (s.new_lock(), s.new_lock());
        assert!(s.try_acquire(a));
        s.start_thread(ms(0));
        assert_eq!(s.sleep_until(ms(0), ms(1)), run(T1, 0));
        assert!(s.try_acquire(b));
        assert_eq!(s.block_on(ms(0), a, Nanos::NEVER), run(T0, 1));
        let Next::Deadlock(deadlock) = s.block_on(ms(1), b, Nanos::NEVER) else {
            panic!("both wait for ever");
        };
        assert_eq!(deadlock.cycle(), Some(vec![T0, T1]));
        assert_eq!(deadlock.waiting[0].held_by, Some(T1));
    }

    #[test]
    fn the_seed_alone_decides() {
        let order = |seed| {
            let mut s = Scheduler::new(seed);
            for _ in 0..5 {
                s.start_thread(ms(0));
            }
            (1..40)
                .filter_map(|t| s.poll(ms(5 * t)))
                .collect::<Vec<_>>()
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
    }
}
