//! What always holds of a recorded run: replay equals the live heap, counts equal references,
//! two runs agree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ouroscope::analysis::Holders;
use ouroscope::base::{Moment, ObjId, TextId};
use ouroscope::bytecode::CodeObject;
use ouroscope::events::{CodeId, Event, EventSink, Reporter, Slot, Stream};
use ouroscope::objects::vm::{Host, Vm};
use ouroscope::stdlib::run::{RunOptions, STACK_SIZE, new_machine, run_program};
use ouroscope::trace::{Header, IMMORTAL_REFCNT, Player, Recording, RecordingWriter, State};

/// A world without files, where output goes nowhere.
struct Nowhere;

impl Host for Nowhere {
    fn write(&mut self, _: Stream, _: &[u8]) {}
    fn read_line(&mut self) -> Option<String> {
        None
    }
    fn read_file(&mut self, _: &str) -> Option<Vec<u8>> {
        None
    }
    fn is_dir(&mut self, _: &str) -> bool {
        false
    }
    fn list_dir(&mut self, _: &str) -> Option<Vec<String>> {
        None
    }
    fn stdlib_file(&mut self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

/// Stops the machine after so many events.
struct Stopper {
    writer: RecordingWriter,
    left: u64,
    stop: Arc<AtomicBool>,
}

impl EventSink for Stopper {
    fn events(&mut self, events: &[Event]) {
        self.writer.events(events);
        self.left = self.left.saturating_sub(events.len() as u64);
        if self.left == 0 {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
    fn text(&mut self, id: TextId, text: &str) {
        self.writer.text(id, text);
    }
    fn code(&mut self, id: CodeId, code: &Arc<CodeObject>) {
        self.writer.code(id, code);
    }
}

/// Records a program until its end, or until about so many events, and looks at the machine.
fn run_until<T: Send + 'static>(
    source: &str,
    events: u64,
    look: impl FnOnce(&mut Vm, &Arc<Recording>) -> T + Send + 'static,
) -> T {
    let options = RunOptions {
        filename: "program.py".to_owned(),
        source: source.as_bytes().to_vec(),
        ..RunOptions::default()
    };
    let body = move || {
        let recording = Arc::new(Recording::new(Header::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let writer = RecordingWriter::new(Arc::clone(&recording));
        let sink = Stopper {
            writer,
            left: events,
            stop: Arc::clone(&stop),
        };
        let mut vm = new_machine(&options, Box::new(Nowhere), Reporter::to(Box::new(sink)));
        vm.set_budgets(options.budgets, stop);
        run_program(&mut vm, &options);
        look(&mut vm, &recording)
    };
    let thread = std::thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(body);
    thread
        .expect("threads can be made")
        .join()
        .expect("the machine does not panic")
}

/// The programs of the corpus, each with its path.
fn programs() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/run")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("the corpus is there");
        for entry in entries {
            let path = entry.expect("the corpus can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "py") {
                let source = std::fs::read_to_string(&path).expect("the corpus is UTF-8");
                found.push((path, source));
            }
        }
    }
    found.sort();
    found
}

/// A program that uses what the corpus may not: frames, generators, exceptions, cycles.
const MIXED: &str = include_str!("../corpus/invariants.py");

/// Threads, locks, sleeps and a switch of the GIL.
const THREADS: &str = include_str!("../corpus/invariants_threads.py");

fn state_of(recording: &Arc<Recording>) -> Player {
    let mut player = Player::new(Arc::clone(recording));
    player
        .seek(recording.last_moment())
        .expect("it is in memory");
    player
}

/// What the replayed state and the live heap disagree on.
fn differences(vm: &mut Vm, state: &State, recording: &Recording) -> Vec<String> {
    let mut found = Vec::new();
    let slots = vm.heap.objects.len().max(state.object_slots());
    for index in 1..slots {
        let id = ObjId(index as u32);
        let live = vm.heap.objects.get(index).filter(|o| !o.ob_type.is_null());
        let live = live.filter(|_| index == 0 || vm.heap.address(id) != 0);
        let (live_type, view) = match (live, state.object(id)) {
            (None, None) => continue,
            (Some(live), Some(view)) => (live.ob_type, view),
            (live, view) => {
                found.push(format!(
                    "{id:?}: live {}, replayed {}",
                    live.is_some(),
                    view.is_some()
                ));
                continue;
            }
        };
        let name = recording.text(state.type_name(id));
        let label = format!("{id:?} {name}");
        let count = vm.heap.refcnt(id);
        let address = vm.heap.address(id);
        if view.ob_type != live_type || view.address != address {
            found.push(format!("{label}: type or address"));
        }
        if view.ob_refcnt != count {
            found.push(format!(
                "{label}: count {count}, replayed {}",
                view.ob_refcnt
            ));
        }
        let mut places = Vec::new();
        vm.heap
            .traverse_owned(id, &mut |place, target| places.push((place, target)));
        let mut edges: Vec<(Slot, ObjId)> = places
            .into_iter()
            .map(|(place, target)| (vm.heap.slot_of(id, place), target))
            .collect();
        let mut replayed: Vec<(Slot, ObjId)> = view.slots.iter().collect();
        edges.sort_unstable();
        replayed.sort_unstable();
        if edges != replayed {
            found.push(format!(
                "{label}: references {edges:?}, replayed {replayed:?}"
            ));
        }
        if view.is_tracked() != vm.heap.is_tracked(id) {
            found.push(format!("{label}: tracked"));
        }
    }
    found
}

/// Mortal objects whose count is not the number of recorded references, by type.
fn miscounted(state: &State, recording: &Recording) -> BTreeMap<String, u32> {
    let holders = Holders::of(state);
    let mut found = BTreeMap::new();
    for (id, object) in state.objects() {
        let held = holders.of_object(id).len() as u32;
        if object.ob_refcnt != IMMORTAL_REFCNT && object.ob_refcnt != held {
            let name = recording.text(state.type_name(id));
            let own = recording.text(object.name);
            let line = format!(
                "{name} {own} {:?} count {} held {held}",
                object.value, object.ob_refcnt
            );
            *found.entry(line).or_insert(0) += 1;
        }
    }
    found
}

fn check_replay(label: &str, source: &str, events: u64) {
    let label = label.to_owned();
    run_until(source, events, move |vm, recording| {
        let player = state_of(recording);
        let found = differences(vm, player.state(), recording);
        let shown = &found[..found.len().min(8)];
        assert!(
            found.is_empty(),
            "{label} at {events}: {} differ: {shown:#?}",
            found.len()
        );
    });
}

#[test]
fn replay_equals_the_live_heap() {
    for events in [30_000, 40_000, 60_000, 90_000, u64::MAX] {
        check_replay("mixed", MIXED, events);
    }
    for events in [30_000, 45_000, u64::MAX] {
        check_replay("threads", THREADS, events);
    }
    for (path, source) in programs() {
        check_replay(&path.display().to_string(), &source, 50_000);
        check_replay(&path.display().to_string(), &source, u64::MAX);
    }
}

#[test]
fn counts_equal_references() {
    run_until(MIXED, u64::MAX, |_, recording| {
        // While the program runs no native function, each count is a recorded reference.
        let mut player = Player::new(Arc::clone(recording));
        let mut worst: BTreeMap<String, u32> = BTreeMap::new();
        for part in 1..=40 {
            let near = recording.len() * part / 41;
            let state = player.seek(Moment(near)).expect("in memory");
            let next = ouroscope::trace::step(
                recording,
                state,
                ouroscope::trace::Step::Instruction,
                ouroscope::trace::Direction::Forward,
            );
            let Some(moment) = next.expect("in memory") else {
                break;
            };
            // The state before the instruction: everything of the one before is done.
            let state = player.seek(Moment(moment.0 - 1)).expect("in memory");
            // A finalizer runs inside the destruction of an object, which holds it.
            let in_finalizer = state.stack(ouroscope::base::ThreadId(0)).any(|frame| {
                recording
                    .code(frame.code)
                    .is_some_and(|code| &*code.co_name == "__del__")
            });
            let in_native = state.threads.iter().any(|thread| !thread.native.is_empty());
            if !in_native && state.gc.pass.is_none() && !in_finalizer {
                for (line, count) in miscounted(state, recording) {
                    *worst.entry(line).or_insert(0) += count;
                }
            }
        }
        assert!(worst.is_empty(), "{worst:#?}");
    });
}

#[test]
fn two_runs_agree() {
    for program in [MIXED, THREADS] {
        let record = || run_until(program, u64::MAX, |_, recording| Arc::clone(recording));
        let (first, second) = (record(), record());
        assert_eq!(first.len(), second.len());
        for index in 0..first.block_count() {
            let a = first.block(index).expect("in memory");
            let b = second.block(index).expect("in memory");
            assert_eq!(a, b, "block {index}");
        }
    }
}

#[test]
fn one_thread_at_a_time_holds_the_gil() {
    use ouroscope::trace::ThreadStatus;
    run_until(THREADS, u64::MAX, |_, recording| {
        let mut state = recording.initial_state();
        let mut blocked = 0;
        for position in 0..recording.len() {
            let event = recording.event(Moment(position)).expect("in memory");
            state.apply(&event);
            let runs = |status| status == ThreadStatus::Running;
            let running = state
                .threads
                .iter()
                .filter(|thread| runs(thread.status))
                .count();
            // A thread that blocks says so before it lets go.
            assert!(running <= 1, "after {event:?}");
            if let Event::Instruction { frame, .. } = event {
                let frame = state.frame(frame).expect("it runs");
                assert_eq!(Some(frame.thread), state.gil.holder);
            }
            blocked += u64::from(matches!(event, Event::ThreadBlock { .. }));
        }
        assert!(state.gil.switches > 1 && blocked > 0, "{:?}", state.gil);
    });
}

#[test]
fn seeking_in_a_real_run_equals_playing() {
    run_until(MIXED, u64::MAX, |_, recording| {
        let mut player = Player::new(Arc::clone(recording));
        let mut plain = recording.initial_state();
        let len = recording.len();
        let mut targets: Vec<u64> = (0..12).map(|n| len * n * 7 / 83 % len).collect();
        targets.sort_unstable();
        let mut states = Vec::new();
        let mut at = 0;
        for &target in &targets {
            while at < target {
                plain.apply(&recording.event(Moment(at)).expect("in memory"));
                at += 1;
            }
            states.push(plain.snapshot());
        }
        player.seek(Moment(len)).expect("in memory");
        for (target, expected) in targets.iter().zip(&states).rev() {
            let state = player.seek(Moment(*target)).expect("in memory");
            assert!(state == expected, "backwards to {target}");
        }
    });
}
