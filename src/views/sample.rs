//! A small recording made by hand, for tests of views and panels: a module with two nodes that hold
//! each other, a list, a string, output, and a pass of the collector that finds the cycle.

use std::sync::Arc;

use crate::base::{ObjId, TextId, ThreadId};
use crate::bytecode::CodeObject;
use crate::compiler::{CompileOptions, compile};
use crate::events::{CodeId, Event, EventSink, FrameId, GcList, GcPhase, Slot, SlotKind, Stream};
use crate::trace::{Header, Recording, RecordingWriter};

/// The program that the recording claims to be of.
pub const SOURCE: &str = "import gc\n\nclass Node:\n    def __init__(self, name):\n        self.name = name\n\nleft = Node('left')\nright = Node('right')\nleft.other = right\nright.other = left\nitems = [left, 'a rather long piece of text', 3.5]\nprint('built')\ndel left, right, items\ngc.collect()\n";

const MAIN: ThreadId = ThreadId(0);
const FRAME: FrameId = FrameId(1);
const TYPE: ObjId = ObjId(1);
const DICT: ObjId = ObjId(2);
const STR: ObjId = ObjId(3);
const LIST: ObjId = ObjId(4);
const FLOAT: ObjId = ObjId(5);
const NODE: ObjId = ObjId(10);
const GLOBALS: ObjId = ObjId(11);
/// The first of the two nodes.
pub const LEFT: ObjId = ObjId(20);
const RIGHT: ObjId = ObjId(21);
const ITEMS: ObjId = ObjId(22);

struct Script {
    writer: RecordingWriter,
    recording: Arc<Recording>,
    counts: [u32; 64],
    texts: u32,
    keys: u32,
    offset: u32,
    line: u32,
}

impl Script {
    fn emit(&mut self, event: Event) {
        self.writer.events(&[event]);
    }

    fn text(&mut self, text: &str) -> TextId {
        self.texts += 1;
        self.writer.text(TextId(self.texts), text);
        TextId(self.texts)
    }

    fn alloc(&mut self, obj: ObjId, type_: ObjId, size: u32, gc: bool) {
        let address = 0x7f10_0000_4000 + u64::from(obj.0) * 64;
        self.emit(Event::BlockAlloc { address, size });
        self.emit(Event::Alloc {
            gc,
            reused: false,
            obj,
            address,
            type_,
            size,
        });
        self.counts[obj.index()] = 1;
        if gc {
            self.emit(Event::GcMove {
                obj,
                from: GcList::Untracked,
                to: GcList::Generation0,
            });
        }
    }

    fn named(&mut self, obj: ObjId, name: &str) {
        let new = self.text(name);
        self.emit(Event::Named {
            obj,
            old: TextId(0),
            new,
        });
    }

    fn value(&mut self, obj: ObjId, repr: &str) {
        let new = self.text(repr);
        self.emit(Event::ReprValue {
            obj,
            old: TextId(0),
            new,
        });
    }

    fn incref(&mut self, obj: ObjId) {
        let old = self.counts[obj.index()];
        self.counts[obj.index()] += 1;
        self.emit(Event::Incref {
            obj,
            old,
            new: old + 1,
        });
    }

    fn decref(&mut self, obj: ObjId) {
        let old = self.counts[obj.index()];
        self.counts[obj.index()] -= 1;
        self.emit(Event::Decref {
            obj,
            old,
            new: old - 1,
        });
    }

    /// A name of the module comes to stand for an object.
    fn bind(&mut self, key: ObjId, name: &str, value: ObjId) -> u32 {
        let entry = self.keys;
        self.keys += 1;
        self.alloc(key, STR, 50, false);
        self.value(key, &format!("'{name}'"));
        let slot = |kind| Slot { kind, key: entry };
        self.emit(Event::SlotSet {
            owner: GLOBALS,
            slot: slot(SlotKind::DictKey),
            old: ObjId::NULL,
            new: key,
        });
        self.emit(Event::SlotSet {
            owner: GLOBALS,
            slot: slot(SlotKind::DictValue),
            old: ObjId::NULL,
            new: value,
        });
        entry
    }

    fn unbind(&mut self, entry: u32, key: ObjId, value: ObjId) {
        let slot = |kind| Slot { kind, key: entry };
        self.emit(Event::SlotSet {
            owner: GLOBALS,
            slot: slot(SlotKind::DictKey),
            old: key,
            new: ObjId::NULL,
        });
        self.emit(Event::SlotSet {
            owner: GLOBALS,
            slot: slot(SlotKind::DictValue),
            old: value,
            new: ObjId::NULL,
        });
        self.decref(value);
    }

    fn attribute(&mut self, owner: ObjId, name: &str, value: ObjId) {
        let key = self.text(name).0;
        let slot = Slot {
            kind: SlotKind::Attr,
            key,
        };
        self.emit(Event::SlotSet {
            owner,
            slot,
            old: ObjId::NULL,
            new: value,
        });
    }

    fn line(&mut self, line: u32) {
        self.emit(Event::Instruction {
            frame: FRAME,
            previous: self.offset,
            offset: self.offset + 1,
            opcode: 116,
        });
        self.offset += 1;
        self.emit(Event::Line {
            frame: FRAME,
            old: self.line,
            new: line,
        });
        self.line = line;
    }
}

/// Makes the recording.
pub fn recording() -> Arc<Recording> {
    let header = Header {
        program: "nodes.py".into(),
        instruction_nanos: 10,
        ..Header::default()
    };
    let recording = Arc::new(Recording::new(header));
    recording.add_source("nodes.py", SOURCE);
    let code: Arc<CodeObject> = {
        let compiled =
            compile(SOURCE.as_bytes(), &CompileOptions::exec("nodes.py")).expect("it is valid");
        compiled.code
    };
    let mut s = Script {
        writer: RecordingWriter::new(Arc::clone(&recording)),
        recording: Arc::clone(&recording),
        counts: [0; 64],
        texts: 0,
        keys: 0,
        offset: 0,
        line: 0,
    };
    s.writer.code(CodeId(0), &code);
    s.emit(Event::ArenaNew {
        address: 0x7f10_0000_0000,
    });
    s.emit(Event::PoolInit {
        address: 0x7f10_0000_4000,
        class: 3,
    });
    for (type_, name) in [
        (TYPE, "type"),
        (DICT, "dict"),
        (STR, "str"),
        (LIST, "list"),
        (FLOAT, "float"),
        (NODE, "Node"),
    ] {
        s.alloc(type_, TYPE, 408, false);
        s.named(type_, name);
    }
    s.alloc(GLOBALS, DICT, 64, true);
    s.emit(Event::FramePush {
        thread: MAIN,
        frame: FRAME,
        code: CodeId(0),
        function: ObjId::NULL,
    });
    s.emit(Event::FrameNamespaces {
        frame: FRAME,
        code: ObjId::NULL,
        globals: GLOBALS,
        locals: GLOBALS,
    });
    s.incref(GLOBALS);
    s.emit(Event::Ready);
    s.line(1);
    s.line(3);
    s.line(7);
    s.alloc(LEFT, NODE, 56, true);
    s.alloc(ObjId(30), STR, 45, false);
    s.value(ObjId(30), "'left'");
    s.attribute(LEFT, "name", ObjId(30));
    let left = s.bind(ObjId(40), "left", LEFT);
    s.line(8);
    s.alloc(RIGHT, NODE, 56, true);
    s.alloc(ObjId(31), STR, 46, false);
    s.value(ObjId(31), "'right'");
    s.attribute(RIGHT, "name", ObjId(31));
    let right = s.bind(ObjId(41), "right", RIGHT);
    s.line(9);
    s.incref(RIGHT);
    s.attribute(LEFT, "other", RIGHT);
    s.line(10);
    s.incref(LEFT);
    s.attribute(RIGHT, "other", LEFT);
    s.line(11);
    s.alloc(ITEMS, LIST, 80, true);
    s.incref(LEFT);
    s.emit(Event::ItemInsert {
        owner: ITEMS,
        index: 0,
        new: LEFT,
    });
    s.alloc(ObjId(32), STR, 68, false);
    s.value(ObjId(32), "'a rather long piece of text'");
    s.emit(Event::ItemInsert {
        owner: ITEMS,
        index: 1,
        new: ObjId(32),
    });
    s.alloc(ObjId(33), FLOAT, 24, false);
    s.emit(Event::FloatValue {
        obj: ObjId(33),
        value: 3.5,
    });
    s.emit(Event::ItemInsert {
        owner: ITEMS,
        index: 2,
        new: ObjId(33),
    });
    let items = s.bind(ObjId(42), "items", ITEMS);
    s.line(12);
    let text = s.text("built\n");
    s.emit(Event::Output {
        stream: Stream::Stdout,
        text,
    });
    s.line(13);
    s.unbind(left, ObjId(40), LEFT);
    s.unbind(right, ObjId(41), RIGHT);
    s.unbind(items, ObjId(42), ITEMS);
    s.emit(Event::Dealloc { obj: ITEMS });
    s.emit(Event::GcMove {
        obj: ITEMS,
        from: GcList::Generation0,
        to: GcList::Untracked,
    });
    s.decref(LEFT);
    s.emit(Event::Free {
        obj: ITEMS,
        to_freelist: false,
    });
    s.line(14);
    s.emit(Event::GcStart {
        generation: 2,
        automatic: false,
    });
    for phase in [
        GcPhase::Merge,
        GcPhase::UpdateRefs,
        GcPhase::SubtractRefs,
        GcPhase::MoveUnreachable,
    ] {
        s.emit(Event::GcPhase { phase });
        for obj in [LEFT, RIGHT] {
            match phase {
                GcPhase::UpdateRefs => s.emit(Event::GcRefs {
                    obj,
                    old: 0,
                    new: 1,
                }),
                GcPhase::SubtractRefs => s.emit(Event::GcRefs {
                    obj,
                    old: 1,
                    new: 0,
                }),
                GcPhase::MoveUnreachable => {
                    s.emit(Event::GcMove {
                        obj,
                        from: GcList::Generation0,
                        to: GcList::Unreachable,
                    });
                }
                _ => {}
            }
        }
    }
    s.emit(Event::GcEnd {
        generation: 2,
        collected: 2,
        uncollectable: 0,
    });
    s.emit(Event::Finalizing);
    s.emit(Event::End {
        status: 0,
        reason: TextId(0),
    });
    let Script {
        writer, recording, ..
    } = s;
    writer.finish();
    recording
}
