//! Recordings of made-up runs: state forwards and backwards, files whole and damaged, names.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ouroscope::base::{Moment, ObjId, TextId, ThreadId};
use ouroscope::bytecode::CodeObject;
use ouroscope::events::{
    AttrStep, CodeId, Event, EventSink, FrameId, GcList, GcPhase, LookupEnd, Slot, SlotKind,
    Stream, WaitReason,
};
use ouroscope::trace::{
    self, Annotations, Bookmark, Direction, FileWriter, Header, NamedMoment, NamedRange, Player,
    Recording, RecordingWriter, State, Step, View, codec, find_moment, step,
};

/// A small machine that does random but consistent things.
pub(crate) struct Dice {
    seed: u64,
    pub(crate) events: Vec<Event>,
    state: State,
    alive: Vec<ObjId>,
    free: Vec<ObjId>,
    frames: Vec<FrameId>,
    suspended: Vec<(FrameId, ObjId)>,
    next_frame: u32,
    next_object: u32,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            events: Vec::new(),
            state: State::new(50),
            alive: Vec::new(),
            free: Vec::new(),
            frames: Vec::new(),
            suspended: Vec::new(),
            next_frame: 1,
            next_object: 1000,
        }
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.seed = self
            .seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.seed >> 33) as usize) % sides.max(1)
    }

    fn emit(&mut self, event: Event) {
        self.state.apply(&event);
        self.events.push(event);
    }

    fn any(&mut self) -> ObjId {
        let at = self.roll(self.alive.len());
        self.alive[at]
    }

    /// A run of about so many events.
    pub(crate) fn run(mut self, events: usize) -> Vec<Event> {
        self.emit(Event::ArenaNew {
            address: 0x7f00_0000_0000,
        });
        self.emit(Event::ThreadStart {
            thread: ThreadId(1),
            name: TextId(1),
            ident: 7,
        });
        self.push_frame();
        for _ in 0..5 {
            self.alloc();
        }
        self.emit(Event::Ready);
        while self.events.len() < events {
            self.act();
        }
        self.emit(Event::Finalizing);
        self.emit(Event::End {
            status: 0,
            reason: TextId(0),
        });
        self.events
    }

    fn alloc(&mut self) {
        let obj = self.free.pop().unwrap_or_else(|| {
            self.next_object += 1;
            ObjId(self.next_object)
        });
        let address = 0x7f00_0000_0000 + u64::from(obj.0) * 64;
        self.emit(Event::BlockAlloc { address, size: 48 });
        let type_ = self.alive.first().copied().unwrap_or(obj);
        self.emit(Event::Alloc {
            gc: true,
            reused: false,
            obj,
            address,
            type_,
            size: 64,
        });
        if self.roll(3) == 0 {
            self.emit(Event::IntValue {
                obj,
                value: -i64::from(obj.0),
            });
        } else {
            self.emit(Event::GcMove {
                obj,
                from: GcList::Untracked,
                to: GcList::Generation0,
            });
        }
        if self.alive.is_empty() {
            self.emit(Event::Named {
                obj,
                old: TextId(0),
                new: TextId(2),
            });
        }
        self.alive.push(obj);
    }

    fn push_frame(&mut self) {
        let frame = FrameId(self.next_frame);
        self.next_frame += 1;
        let thread = self.state.running_thread();
        self.emit(Event::FramePush {
            thread,
            frame,
            code: CodeId(0),
            function: ObjId(0),
        });
        self.frames.push(frame);
    }

    fn act(&mut self) {
        let frame = *self.frames.last().expect("the first frame stays");
        let thread = ThreadId(0);
        let choice = self.roll(24);
        match choice {
            0 | 1 => self.alloc(),
            2 if self.alive.len() > 8 => {
                let at = 1 + self.roll(self.alive.len() - 1);
                let obj = self.alive.swap_remove(at);
                self.emit(Event::Dealloc { obj });
                let object = self.state.object(obj).expect("it lives").clone();
                for &weakref in object.weakrefs() {
                    self.emit(Event::WeakrefClear {
                        weakref,
                        referent: obj,
                    });
                }
                let referent = object.referent();
                if !referent.is_null() {
                    self.emit(Event::WeakrefClear {
                        weakref: obj,
                        referent,
                    });
                }
                if object.is_tracked() {
                    self.emit(Event::GcMove {
                        obj,
                        from: object.gc_list,
                        to: GcList::Untracked,
                    });
                }
                self.emit(Event::Free {
                    obj,
                    to_freelist: false,
                });
                self.emit(Event::BlockFree {
                    address: object.address,
                    size: 48,
                });
                self.free.push(obj);
            }
            3 => {
                let obj = self.any();
                let old = self.state.object(obj).expect("it lives").ob_refcnt;
                self.emit(Event::Incref {
                    obj,
                    old,
                    new: old + 1,
                });
            }
            4 => {
                let obj = self.any();
                let old = self.state.object(obj).expect("it lives").ob_refcnt;
                if old > 1 {
                    self.emit(Event::Decref {
                        obj,
                        old,
                        new: old - 1,
                    });
                }
            }
            5..=8 => {
                let owner = self.any();
                let kinds = [
                    SlotKind::Item,
                    SlotKind::DictKey,
                    SlotKind::DictValue,
                    SlotKind::Attr,
                    SlotKind::Member,
                ];
                let kind = kinds[self.roll(kinds.len())];
                let slot = Slot {
                    kind,
                    key: self.roll(6) as u32,
                };
                let old = self.state.object(owner).expect("it lives").slots.get(slot);
                let new = if self.roll(3) == 0 {
                    ObjId::NULL
                } else {
                    self.any()
                };
                self.emit(Event::SlotSet {
                    owner,
                    slot,
                    old,
                    new,
                });
            }
            9 => {
                let owner = self.any();
                let len = self
                    .state
                    .object(owner)
                    .expect("it lives")
                    .slots
                    .items()
                    .len();
                let index = self.roll(len + 1) as u32;
                let new = self.any();
                self.emit(Event::ItemInsert { owner, index, new });
            }
            10 => {
                let owner = self.any();
                let items = self.state.object(owner).expect("it lives").slots.items();
                if let Some(&old) = items.first() {
                    self.emit(Event::ItemRemove {
                        owner,
                        index: 0,
                        old,
                    });
                }
            }
            11 => self.push_frame(),
            12 if self.frames.len() > 1 => {
                self.frames.pop();
                let (code, function) = (CodeId(0), ObjId(0));
                self.emit(Event::FramePop {
                    thread,
                    frame,
                    code,
                    function,
                });
            }
            13 if self.frames.len() > 1 => {
                self.frames.pop();
                let generator = self.any();
                self.emit(Event::FrameSuspend {
                    thread,
                    frame,
                    generator,
                });
                self.suspended.push((frame, generator));
            }
            14 => {
                if let Some((frame, generator)) = self.suspended.pop() {
                    if self.roll(2) == 0 {
                        self.emit(Event::FrameResume {
                            thread,
                            frame,
                            generator,
                        });
                        self.frames.push(frame);
                    } else {
                        self.emit(Event::FrameDiscard {
                            frame,
                            code: CodeId(0),
                            generator,
                        });
                    }
                }
            }
            15 | 16 => {
                let previous = self.state.frame(frame).expect("it runs").offset;
                let offset = self.roll(300) as u32;
                self.emit(Event::Instruction {
                    frame,
                    previous,
                    offset,
                    opcode: 30,
                });
            }
            17 => {
                let old = self.state.frame(frame).expect("it runs").line;
                let new = 1 + self.roll(40) as u32;
                self.emit(Event::Line { frame, old, new });
            }
            18 => {
                let index = self.roll(5) as u32;
                let locals = &self.state.frame(frame).expect("it runs").localsplus;
                let old = locals.get(index as usize).copied().unwrap_or_default();
                let new = if self.roll(2) == 0 {
                    ObjId::NULL
                } else {
                    self.any()
                };
                self.emit(Event::FrameSlot {
                    frame,
                    index,
                    old,
                    new,
                });
            }
            19 => self.collect(),
            20 => {
                let obj = self.any();
                self.emit(Event::LookupStart {
                    obj,
                    name: TextId(3),
                });
                let place = self.any();
                self.emit(Event::LookupStep {
                    step: AttrStep::TypeDict,
                    place,
                    found: ObjId::NULL,
                });
                self.emit(Event::LookupDone {
                    end: LookupEnd::AttributeError,
                    value: ObjId::NULL,
                });
            }
            21 => {
                self.emit(Event::CallNative {
                    function: ObjId::NULL,
                    name: TextId(4),
                });
                self.emit(Event::Output {
                    stream: Stream::Stdout,
                    text: TextId(5),
                });
                self.emit(Event::ReturnNative {
                    function: ObjId::NULL,
                    name: TextId(4),
                    raised: false,
                });
            }
            22 => {
                let (weakref, referent) = (self.any(), self.any());
                let busy = self
                    .state
                    .object(weakref)
                    .is_some_and(|o| !o.referent().is_null());
                if weakref != referent && !busy {
                    self.emit(Event::WeakrefNew { weakref, referent });
                }
            }
            23 => {
                let other = ThreadId(1);
                self.emit(Event::GilWait { thread: other });
                self.emit(Event::GilRequest {
                    thread: other,
                    holder: thread,
                });
                self.emit(Event::GilDrop {
                    thread,
                    forced: true,
                });
                self.emit(Event::GilTake {
                    thread: other,
                    previous: thread,
                });
                let lock = self.any();
                self.emit(Event::LockAcquire {
                    thread: other,
                    lock,
                });
                self.emit(Event::LockRelease {
                    thread: other,
                    lock,
                });
                let clock = self.state.clock_nanos;
                self.emit(Event::Clock {
                    old_nanos: clock,
                    new_nanos: clock + 5_000_000,
                });
                self.emit(Event::GilDrop {
                    thread: other,
                    forced: false,
                });
                self.emit(Event::ThreadBlock {
                    thread: other,
                    reason: WaitReason::Sleep,
                    object: ObjId::NULL,
                });
                self.emit(Event::GilTake {
                    thread,
                    previous: other,
                });
                self.emit(Event::ThreadWake {
                    thread: other,
                    reason: WaitReason::Sleep,
                    object: ObjId::NULL,
                });
            }
            _ => {
                let old = self.state.specialized(CodeId(0), 4).unwrap_or(20);
                let new = 20 + self.roll(3) as u8;
                self.emit(Event::Specialize {
                    code: CodeId(0),
                    offset: 4,
                    old,
                    new,
                });
            }
        }
    }

    fn collect(&mut self) {
        self.emit(Event::GcStart {
            generation: 0,
            automatic: true,
        });
        self.emit(Event::GcPhase {
            phase: GcPhase::UpdateRefs,
        });
        let young: Vec<ObjId> = self
            .state
            .gc_members(GcList::Generation0)
            .map(|m| m.0)
            .collect();
        for obj in young.into_iter().step_by(2) {
            self.emit(Event::GcRefs {
                obj,
                old: 0,
                new: 1,
            });
            self.emit(Event::GcRefs {
                obj,
                old: 1,
                new: 0,
            });
            self.emit(Event::GcMove {
                obj,
                from: GcList::Generation0,
                to: GcList::Generation1,
            });
        }
        self.emit(Event::GcEnd {
            generation: 0,
            collected: 0,
            uncollectable: 0,
        });
    }
}

fn header() -> Header {
    Header {
        program: "made_up.py".to_owned(),
        argv: vec!["made_up.py".to_owned()],
        instruction_nanos: 50,
        stdlib: "none".to_owned(),
        writer: "tests".to_owned(),
        ..Header::default()
    }
}

fn code() -> Arc<CodeObject> {
    use ouroscope::bytecode::code::{CodeUnit, Constant};
    Arc::new(CodeObject {
        co_name: "<module>".into(),
        co_qualname: "<module>".into(),
        co_filename: "made_up.py".into(),
        co_argcount: 0,
        co_posonlyargcount: 0,
        co_kwonlyargcount: 0,
        co_flags: 0,
        co_stacksize: 3,
        co_firstlineno: 1,
        co_code: vec![
            CodeUnit {
                opcode: 149,
                oparg: 0
            };
            300
        ]
        .into(),
        co_consts: [
            Constant::Tuple(
                [
                    Constant::int(1),
                    Constant::Tuple([Constant::str("a")].into()),
                ]
                .into(),
            ),
            Constant::Float(-0.0),
            Constant::Int(ouroscope::base::BigInt::ONE << 200),
        ]
        .into(),
        co_names: ["x".into()].into(),
        co_localsplusnames: [].into(),
        co_localspluskinds: [].into(),
        co_exceptiontable: [].into(),
        co_linetable: [1, 2, 3].into(),
    })
}

const TEXTS: [&str; 5] = ["worker", "Node", "name", "print", "hello world\n"];

/// A recording of these events.
pub(crate) fn recording_of(events: &[Event]) -> Arc<Recording> {
    let recording = Arc::new(Recording::new(header()));
    recording.add_source("made_up.py", "x = 1\n");
    let mut writer = RecordingWriter::new(Arc::clone(&recording));
    for (number, text) in (1..).zip(TEXTS) {
        writer.text(TextId(number), text);
    }
    writer.code(CodeId(0), &code());
    for part in events.chunks(777) {
        writer.events(part);
    }
    writer.finish();
    recording
}

fn fold(events: &[Event]) -> State {
    let mut state = State::new(50);
    for event in events {
        state.apply(event);
    }
    state
}

#[test]
fn backwards_undoes_forwards() {
    for seed in 0..20 {
        let events = Dice::new(seed).run(3000);
        let mut state = State::new(50);
        let mut before = Vec::new();
        for event in &events {
            before.push(state.snapshot());
            state.apply(event);
        }
        for (event, expected) in events.iter().zip(before).rev() {
            state.undo(event).expect("the log is long enough");
            assert_eq!(state, expected, "seed {seed}, back over {event:?}");
        }
        assert_eq!(state, State::new(50));
    }
}

#[test]
fn seeking_equals_playing() {
    let events = Dice::new(7).run(200_000);
    let recording = recording_of(&events);
    assert_eq!(recording.len(), events.len() as u64);
    let mut player = Player::new(Arc::clone(&recording));
    let mut dice = Dice::new(3);
    let mut targets: Vec<usize> = (0..30).map(|_| dice.roll(events.len() + 1)).collect();
    targets.extend([
        0,
        events.len(),
        events.len() - 1,
        65536,
        65535,
        65537,
        8192,
        8191,
    ]);
    for target in targets {
        let state = player.seek(Moment(target as u64)).expect("it is in memory");
        assert_eq!(state.moment, Moment(target as u64));
        assert_eq!(*state, fold(&events[..target]), "at {target}");
    }
}

#[test]
fn coded_events_come_back() {
    for seed in 0..10 {
        let events = Dice::new(seed).run(if seed == 0 { 100_000 } else { 8000 });
        for block in events.chunks(trace::BLOCK_EVENTS) {
            let bytes = codec::encode(block);
            assert_eq!(
                codec::decode(&bytes, trace::BLOCK_EVENTS).as_deref(),
                Some(block)
            );
            for cut in (0..bytes.len()).step_by(97 + bytes.len() / 100) {
                assert_eq!(codec::decode(&bytes[..cut], trace::BLOCK_EVENTS), None);
            }
        }
    }
}

/// A folder for one test's files.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

fn check_same(opened: &Recording, original: &Recording, events: &[Event]) {
    assert_eq!(opened.len(), events.len() as u64);
    assert!(opened.is_complete());
    assert_eq!(opened.header(), original.header());
    assert_eq!(opened.sources(), original.sources());
    assert_eq!(opened.text_count(), original.text_count());
    assert_eq!(opened.text(TextId(5)), original.text(TextId(5)));
    assert_eq!(opened.codes(), original.codes());
    for (index, expected) in events.chunks(trace::BLOCK_EVENTS).enumerate() {
        assert_eq!(&*opened.block(index).expect("the file is whole"), expected);
    }
}

#[test]
fn files_come_back_and_are_equal_each_time() {
    let folder = folder("round_trip");
    let events = Dice::new(1).run(300_000);
    let original = recording_of(&events);
    original.set_annotations(Annotations {
        bookmarks: vec![Bookmark {
            moment: Moment(9),
            title: "here".into(),
            note: String::new(),
        }],
        ..Annotations::default()
    });
    let (first, second) = (folder.join("first.mcap"), folder.join("second.mcap"));
    let written = trace::save(&original, &first).expect("the folder can be written");
    trace::save(&original, &second).expect("the folder can be written");
    let bytes = std::fs::read(&first).expect("it was written");
    assert_eq!(bytes, std::fs::read(&second).expect("it was written"));
    assert_eq!(written.bytes, bytes.len() as u64);
    let opened = Arc::new(trace::open(&first).expect("it is whole"));
    check_same(&opened, &original, &events);
    assert_eq!(opened.annotations(), original.annotations());
    let mut player = Player::new(opened);
    for target in [299_000, 150_000, 20, 131_072, 131_073, 290_000] {
        let state = player.seek(Moment(target)).expect("it is whole");
        assert_eq!(*state, fold(&events[..target as usize]), "at {target}");
    }
}

#[test]
fn annotations_are_added_to_a_file() {
    let path = folder("annotations").join("noted.mcap");
    let events = Dice::new(3).run(20_000);
    let original = recording_of(&events);
    trace::save(&original, &path).expect("the folder can be written");
    let mut notes = Annotations::default();
    for round in 0..3u64 {
        notes.add_bookmark(Bookmark {
            moment: Moment(100 - round),
            title: format!("round {round}"),
            note: "**see**".to_owned(),
        });
        notes.add_range(NamedRange {
            first: Moment(round),
            last: Moment(500),
            title: "a loop".to_owned(),
            note: String::new(),
        });
        notes.view = Some(View {
            moment: Moment(round),
            layout: "Collector".to_owned(),
            selection: Some(ObjId(5)),
            details: String::new(),
        });
        trace::append_annotations(&path, &notes).expect("it is whole");
        let opened = trace::open(&path).expect("it is whole");
        assert_eq!(opened.annotations(), notes);
        check_same(&opened, &original, &events);
        let bytes = std::fs::read(&path).expect("it is there");
        let summary = mcap::Summary::read(&bytes)
            .expect("a summary")
            .expect("it has one");
        let counts = summary.stats.as_ref().expect("it has them");
        assert_eq!(counts.chunk_count as usize, summary.chunk_indexes.len());
        let messages = mcap::MessageStream::new(&bytes).expect("it is MCAP");
        assert_eq!(counts.message_count, messages.count() as u64);
        let last = summary.chunk_indexes.last().expect("it has chunks");
        let found = summary
            .read_message_indexes(&bytes, last)
            .expect("it has an index");
        assert_eq!(found.len(), 1);
    }
    assert!(notes.bookmarks.is_sorted_by_key(|b| b.moment));
    assert_eq!(
        notes.remove_bookmark(Moment(99)).map(|b| b.title),
        Some("round 1".to_owned())
    );
    let held = std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("it is there");
    held.lock().expect("nobody else writes");
    let message = trace::append_annotations(&path, &notes)
        .expect_err("two writers")
        .to_string();
    assert!(message.contains("written by another program"), "{message}");
}

/// Files that older versions wrote, kept in `tests/recordings/`, open for ever.
#[test]
fn files_of_every_format_open() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let cases = [("format_1.mcap", 53_148), ("format_2.mcap", 59_965)];
    for (name, events) in cases {
        let opened = Arc::new(trace::open(&folder.join(name)).expect("it is kept whole"));
        assert_eq!(opened.len(), events, "{name}");
        let mut player = Player::new(Arc::clone(&opened));
        let state = player.seek(opened.last_moment()).expect("it is whole");
        assert_eq!(
            state.stage,
            trace::Stage::Ended {
                status: 0,
                reason: TextId(0)
            },
            "{name}"
        );
        let written: Vec<String> = state
            .output
            .iter()
            .map(|o| opened.text(o.text).to_string())
            .collect();
        assert_eq!(written.concat(), "golden\n", "{name}");
        let copy = self::folder("formats").join(name);
        let saved = trace::recover(&folder.join(name), &copy).expect("it is whole");
        assert_eq!(saved.events, events, "{name}");
        let again = trace::open(&copy).expect("it was rescued");
        for index in 0..opened.block_count() {
            assert_eq!(
                opened.block(index).expect("whole"),
                again.block(index).expect("whole")
            );
            assert_eq!(
                *opened.summary(index).expect("whole"),
                *again.summary(index).expect("whole")
            );
        }
    }
}

#[test]
fn damaged_files_are_refused_or_rescued() {
    let folder = folder("damaged");
    let events = Dice::new(2).run(150_000);
    let original = recording_of(&events);
    let path = folder.join("whole.mcap");
    trace::save(&original, &path).expect("the folder can be written");
    let bytes = std::fs::read(&path).expect("it was written");
    let bad = folder.join("bad.mcap");
    let rescued = folder.join("rescued.mcap");
    let mut dice = Dice::new(5);
    // At each chunk's ends, at some bytes between, and byte by byte in front of the end.
    let summary = mcap::Summary::read(&bytes)
        .expect("a summary")
        .expect("it has one");
    let ends = summary.chunk_indexes.iter().flat_map(|chunk| {
        let start = chunk.chunk_start_offset as usize;
        [start, start + chunk.chunk_length as usize]
    });
    let mut cuts: Vec<usize> = ends.chain(bytes.len() - 20..bytes.len()).collect();
    cuts.extend((0..amount("OUROSCOPE_CUTS", 20)).map(|_| dice.roll(bytes.len())));
    let mut rescues = 0;
    for &cut in &cuts {
        std::fs::write(&bad, &bytes[..cut]).expect("the folder can be written");
        let message = trace::open(&bad).expect_err("it is cut off").to_string();
        assert!(
            message.contains("bad.mcap") && !message.contains('\n'),
            "{message}"
        );
        if let Ok(written) = trace::recover(&bad, &rescued) {
            rescues += 1;
            let opened = trace::open(&rescued).expect("it was rescued");
            assert_eq!(opened.len(), written.events);
            for index in 0..opened.block_count() {
                let block = opened.block(index).expect("it was rescued");
                assert_eq!(*block, events[index * trace::BLOCK_EVENTS..][..block.len()]);
            }
        }
    }
    let (mut refused, mut partly, mut whole) = (0, 0, 0);
    for _ in 0..amount("OUROSCOPE_FLIPS", 200) {
        let at = dice.roll(bytes.len());
        let bit = dice.roll(8);
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        std::fs::write(&bad, &flipped).expect("the folder can be written");
        let Ok(opened) = trace::open(&bad) else {
            refused += 1;
            continue;
        };
        {
            let mut blocks = 0;
            // Whatever still opens never shows a wrong event.
            for index in 0..opened.block_count() {
                if let Ok(block) = opened.block(index) {
                    assert_eq!(
                        *block,
                        events[index * trace::BLOCK_EVENTS..][..block.len()],
                        "flip at {at}"
                    );
                    blocks += 1;
                }
                // A damaged index is passed over or refused, never believed blindly.
                let _ = opened.summary(index);
            }
            if blocks == opened.block_count() {
                whole += 1;
            } else {
                partly += 1;
            }
        }
    }
    // With the numbers of the environment this is the full trial: `--nocapture` shows them.
    let shown = format!(
        "{} cuts: all refused, {rescues} rescued; flips: {refused} refused, {partly} open in part, \
         {whole} whole\n",
        cuts.len()
    );
    std::io::stdout().write_all(shown.as_bytes()).unwrap();
}

/// How many trials: a number of the environment, or a few.
fn amount(name: &str, few: usize) -> usize {
    let wanted = std::env::var(name).ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// A disk with so much room.
struct SmallDisk {
    content: Cursor<Vec<u8>>,
    room: usize,
}

impl std::io::Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.content.get_ref().len() + bytes.len() > self.room {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.content.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for SmallDisk {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.content.seek(to)
    }
}

#[test]
fn a_full_disk_is_said_at_once() {
    let events = Dice::new(4).run(200_000);
    let disk = SmallDisk {
        content: Cursor::new(Vec::new()),
        room: 300_000,
    };
    let mut writer = FileWriter::new(disk, Path::new("small.mcap"), &header()).expect("room");
    let failed = events
        .chunks(1000)
        .position(|part| writer.events(part).is_err())
        .expect("the disk is small");
    assert!(
        failed * 1000 < events.len() - trace::BLOCK_EVENTS,
        "said with the block that fails"
    );
}

#[test]
fn foreign_and_future_files_are_named() {
    let folder = folder("foreign");
    let check = |name: &str, bytes: &[u8], words: &str| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("the folder can be written");
        let message = trace::open(&path)
            .expect_err("it is none of ours")
            .to_string();
        assert!(
            message.contains(name) && message.contains(words),
            "{message}"
        );
    };
    check("empty.mcap", b"", "no MCAP file");
    check("text.mcap", b"print('hello')\n", "no MCAP file");
    let mut other = mcap::Writer::new(Cursor::new(Vec::new())).expect("memory");
    other.finish().expect("memory");
    check("other.mcap", other.into_inner().get_ref(), "profile");
    let whole = FileWriter::new(Cursor::new(Vec::new()), Path::new("memory"), &header());
    let (_, whole) = whole
        .expect("memory")
        .finish(&Annotations::default())
        .expect("memory");
    check("half.mcap", &whole.get_ref()[..200], "damaged");
}

#[test]
fn steps_land_behind_their_events() {
    let events = Dice::new(11).run(30_000);
    let recording = recording_of(&events);
    let mut player = Player::new(Arc::clone(&recording));
    type IsStop = fn(&Event) -> bool;
    let sizes: [(Step, IsStop); 5] = [
        (Step::Event, |_| true),
        (Step::Instruction, |e| {
            matches!(e, Event::Instruction { .. })
        }),
        (Step::Line, |e| matches!(e, Event::Line { .. })),
        (Step::Call, |e| matches!(e, Event::FramePush { .. })),
        (Step::GcPass, |e| matches!(e, Event::GcStart { .. })),
    ];
    for (size, is_stop) in sizes {
        for from in [0u64, 5, 8191, 8192, 8193, 20_000, events.len() as u64] {
            let state = player.seek(Moment(from)).expect("it is in memory");
            let forward = step(&recording, state, size, Direction::Forward).expect("in memory");
            let expected = events[from as usize..].iter().position(is_stop);
            assert_eq!(
                forward,
                expected.map(|n| Moment(from + n as u64 + 1)),
                "{size:?} {from}"
            );
            let back = step(&recording, state, size, Direction::Backward).expect("in memory");
            let before = &events[..(from as usize).saturating_sub(1)];
            let mut expected = before
                .iter()
                .rposition(is_stop)
                .map(|n| Moment(n as u64 + 1));
            if size == Step::Event {
                expected = from.checked_sub(1).map(Moment);
            }
            assert_eq!(back, expected, "{size:?} back from {from}");
        }
    }
}

#[test]
fn moments_have_names() {
    let events = Dice::new(4).run(20_000);
    let recording = recording_of(&events);
    let position = |nth: usize, is_it: &dyn Fn(&Event) -> bool| {
        let mut found = (0u64..).zip(&events).filter(|(_, e)| is_it(e));
        found.nth(nth - 1).map(|(at, _)| Moment(at + 1))
    };
    let line = |e: &Event| matches!(e, Event::Line { new: 12, .. });
    let pass = |e: &Event| matches!(e, Event::GcStart { .. });
    let output = |e: &Event| matches!(e, Event::Output { .. });
    let node = |e: &Event| matches!(e, Event::Alloc { obj, .. } if obj.0 != 1001);
    let switch = |e: &Event| matches!(e, Event::GilTake { .. });
    let push = |e: &Event| matches!(e, Event::FramePush { .. });
    let cases: [(&str, Option<Moment>); 12] = [
        ("start", Some(Moment(0))),
        ("end", Some(recording.last_moment())),
        ("50%", Some(Moment(recording.len() / 2))),
        ("123", Some(Moment(123))),
        ("line:12", position(1, &line)),
        ("line:12#3", position(3, &line)),
        ("line:made_up.py:12#2", position(2, &line)),
        ("gc:2", position(2, &pass)),
        ("output:hello", position(1, &output)),
        ("alloc:Node#2", position(2, &node)),
        ("switch:3", position(3, &switch)),
        ("call:<module>#2", position(2, &push)),
    ];
    for (name, expected) in cases {
        assert_eq!(find_moment(&recording, name).ok(), expected, "{name}");
    }
    let refused = [
        ("", "is no moment"),
        ("lunch", "is no moment"),
        ("101%", "is no moment"),
        ("line:", "is no moment"),
        ("line:x", "needs a number"),
        ("line:3#0", "needs a number"),
        ("gc:0", "needs a number"),
        ("gc:1/lunch", "no phase"),
        ("line:99999", "does not happen"),
        ("exception:KeyError", "does not happen"),
    ];
    for (name, words) in refused {
        let message = find_moment(&recording, name).expect_err(name).to_string();
        assert!(message.contains(words), "{name}: {message}");
    }
    assert!("gc:1/subtract_refs".parse::<NamedMoment>().is_ok());
}
