//! Moments by name, for lessons, bookmarks and the command line.
//!
//! | text | the moment directly after |
//! |---|---|
//! | `start`, `end` | the first and the last moment |
//! | `ready` | the set-up of the interpreter: the program begins |
//! | `4711`, `50%` | the moment of this number; this part of the whole |
//! | `line:12`, `line:12#2`, `line:helper.py:3` | the program (or a file) reaches a line, the second time |
//! | `call:fib`, `call:len#3` | a Python or native function is called |
//! | `return:fib` | a Python function returns or yields |
//! | `gc:1`, `gc:1/subtract_refs`, `gc:2/end` | a pass of the collector begins, enters a phase, ends |
//! | `switch:3` | another thread takes the GIL, the third time |
//! | `exception:1`, `exception:KeyError#2` | an exception is raised, of any type or of one |
//! | `output:text`, `output:text#2` | text is written that contains these words |
//! | `alloc:Node`, `free:Node#2` | an object of a type is made, or freed |
//! | `finalizing` | the program's last instruction |

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::str::FromStr;

use super::error::RecordingError;
use super::query::{Search, is_switch};
use super::store::Recording;
use crate::base::{Moment, ObjId, TextId};
use crate::events::{CodeId, Event, FrameId, GcPhase};

/// A moment by name: see the table at the top of this file.
#[derive(Clone, PartialEq, Debug)]
pub struct NamedMoment {
    what: What,
    /// Which occurrence, from 1.
    nth: u64,
}

#[derive(Clone, PartialEq, Debug)]
enum What {
    Start,
    End,
    Number(u64),
    /// In thousandths.
    Part(u64),
    Ready,
    Finalizing,
    Line {
        file: Option<String>,
        line: u32,
    },
    Call(String),
    Return(String),
    Gc(Option<Stop>),
    Switch,
    Exception(Option<String>),
    Output(String),
    Alloc(String),
    Free(String),
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Stop {
    Phase(GcPhase),
    End,
}

/// Why a name is no moment.
#[derive(Debug, thiserror::Error)]
pub enum NamedMomentError {
    #[error(
        "{0:?} is no moment: write a number, a percentage, start, end, or one of line: call: \
         return: gc: switch: exception: output: alloc: free:"
    )]
    Unknown(String),
    #[error("{0:?} needs a number after the colon, such as {1}")]
    Number(String, &'static str),
    #[error("{0:?} names no phase of the collector: {names}", names = PHASE_LIST)]
    Phase(String),
    #[error("{0:?} does not happen in this recording")]
    Never(String),
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

const PHASES: [(&str, GcPhase); 10] = [
    ("merge", GcPhase::Merge),
    ("update_refs", GcPhase::UpdateRefs),
    ("subtract_refs", GcPhase::SubtractRefs),
    ("move_unreachable", GcPhase::MoveUnreachable),
    ("untrack_containers", GcPhase::UntrackContainers),
    ("handle_weakrefs", GcPhase::HandleWeakrefs),
    ("finalize_garbage", GcPhase::FinalizeGarbage),
    ("handle_resurrected", GcPhase::HandleResurrected),
    ("delete_garbage", GcPhase::DeleteGarbage),
    ("clear_freelists", GcPhase::ClearFreelists),
];
const PHASE_LIST: &str = "merge, update_refs, subtract_refs, move_unreachable, \
    untrack_containers, handle_weakrefs, finalize_garbage, handle_resurrected, delete_garbage, \
    clear_freelists, end";

/// The name of a phase, as `gc:1/NAME` takes it.
pub fn phase_name(phase: GcPhase) -> &'static str {
    PHASES
        .iter()
        .find(|(_, known)| *known == phase)
        .map_or("", |(name, _)| name)
}

impl FromStr for NamedMoment {
    type Err = NamedMomentError;

    fn from_str(text: &str) -> Result<Self, NamedMomentError> {
        let text = text.trim();
        let once = |what| Ok(Self { what, nth: 1 });
        let unknown = || NamedMomentError::Unknown(text.to_owned());
        match text {
            "start" => return once(What::Start),
            "end" => return once(What::End),
            "ready" => return once(What::Ready),
            "finalizing" => return once(What::Finalizing),
            _ => {}
        }
        if let Ok(number) = text.parse() {
            return once(What::Number(number));
        }
        if let Some(part) = text.strip_suffix('%') {
            let part: f64 = part.trim().parse().ok().ok_or_else(unknown)?;
            if !(0.0..=100.0).contains(&part) {
                return Err(unknown());
            }
            return once(What::Part((part * 10.0).round() as u64));
        }
        let (kind, rest) = text.split_once(':').ok_or_else(unknown)?;
        let rest = rest.trim();
        if rest.is_empty() {
            return Err(unknown());
        }
        if kind == "output" {
            // Words may contain the sign themselves; only a number behind it counts.
            let counted = rest.rsplit_once('#').and_then(|(words, nth)| {
                let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
                Some((words, nth))
            });
            let (words, nth) = counted.unwrap_or((rest, 1));
            let what = What::Output(words.to_owned());
            return Ok(Self { what, nth });
        }
        let (rest, nth) = match rest.rsplit_once('#') {
            Some((rest, nth)) => match nth.trim().parse() {
                Ok(nth) if nth > 0 => (rest.trim(), nth),
                _ => return Err(NamedMomentError::Number(text.to_owned(), "line:12#2")),
            },
            None => (rest, 1),
        };
        let name = || rest.to_owned();
        let what = match kind {
            "line" => {
                let (file, line) = match rest.rsplit_once(':') {
                    Some((file, line)) => (Some(file.to_owned()), line),
                    None => (None, rest),
                };
                let line = line.trim().parse::<u32>();
                let line = line
                    .ok()
                    .ok_or_else(|| NamedMomentError::Number(text.to_owned(), "line:12"))?;
                What::Line { file, line }
            }
            "call" => What::Call(name()),
            "return" => What::Return(name()),
            "alloc" => What::Alloc(name()),
            "free" => What::Free(name()),
            "gc" => {
                let (number, stop) = match rest.split_once('/') {
                    Some((number, stop)) => (number, Some(parse_stop(stop.trim())?)),
                    None => (rest, None),
                };
                let nth = parse_nth(number, text, "gc:1")?;
                return Ok(Self {
                    what: What::Gc(stop),
                    nth,
                });
            }
            "switch" => {
                return Ok(Self {
                    what: What::Switch,
                    nth: parse_nth(rest, text, "switch:3")?,
                });
            }
            "exception" => match rest.parse() {
                Ok(0) => return Err(NamedMomentError::Number(text.to_owned(), "exception:1")),
                Ok(nth) => {
                    return Ok(Self {
                        what: What::Exception(None),
                        nth,
                    });
                }
                Err(_) => What::Exception(Some(name())),
            },
            _ => return Err(unknown()),
        };
        Ok(Self { what, nth })
    }
}

fn parse_nth(number: &str, text: &str, example: &'static str) -> Result<u64, NamedMomentError> {
    match number.trim().parse() {
        Ok(nth) if nth > 0 => Ok(nth),
        _ => Err(NamedMomentError::Number(text.to_owned(), example)),
    }
}

fn parse_stop(name: &str) -> Result<Stop, NamedMomentError> {
    if name == "end" {
        return Ok(Stop::End);
    }
    let found = PHASES.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, phase)| Stop::Phase(*phase))
        .ok_or_else(|| NamedMomentError::Phase(name.to_owned()))
}

/// The moment that `name` stands for in `recording`.
pub fn find_moment(recording: &Recording, name: &str) -> Result<Moment, NamedMomentError> {
    let parsed: NamedMoment = name.parse()?;
    parsed
        .find(recording)?
        .ok_or_else(|| NamedMomentError::Never(name.trim().to_owned()))
}

impl NamedMoment {
    /// The moment in this recording; `None` when it does not happen.
    pub fn find(&self, recording: &Recording) -> Result<Option<Moment>, RecordingError> {
        let len = recording.len();
        match &self.what {
            What::Start => Ok(Some(Moment(0))),
            What::End => Ok(Some(Moment(len))),
            What::Number(number) => Ok((*number <= len).then_some(Moment(*number))),
            What::Part(thousandths) => Ok(Some(Moment(
                (u128::from(len) * u128::from(*thousandths) / 1000) as u64,
            ))),
            What::Ready => self.count(recording, &["Ready"], |_| true),
            What::Finalizing => self.count(recording, &["Finalizing"], |_| true),
            What::Switch => self.count(recording, &["GilTake"], is_switch),
            What::Output(words) => {
                let texts: HashSet<TextId> = recording
                    .find_texts(|text| text.contains(words.as_str()))
                    .into_iter()
                    .collect();
                self.count(
                    recording,
                    &["Output"],
                    |event| matches!(event, Event::Output { text, .. } if texts.contains(text)),
                )
            }
            What::Gc(stop) => self.find_pass(recording, *stop),
            What::Line { file, line } => self.find_line(recording, file.as_deref(), *line),
            What::Call(name) => {
                let codes = codes_named(recording, name);
                let texts: HashSet<TextId> = recording
                    .find_texts(|text| text == name || last_part(text) == name)
                    .into_iter()
                    .collect();
                self.count(
                    recording,
                    &["FramePush", "CallNative"],
                    |event| match event {
                        Event::FramePush { code, .. } => codes.contains(code),
                        Event::CallNative { name, .. } => texts.contains(name),
                        _ => false,
                    },
                )
            }
            What::Return(name) => self.find_return(recording, name),
            What::Exception(None) => self.count(recording, &["Raise"], |_| true),
            What::Exception(Some(name)) => {
                let mut instances = Instances::new(recording, name);
                self.count(recording, INSTANCE_KINDS, |event| {
                    let raised = match event {
                        Event::Raise { exception, .. } => instances.contains(*exception),
                        _ => false,
                    };
                    instances.apply(event);
                    raised
                })
            }
            What::Alloc(name) => {
                let mut instances = Instances::new(recording, name);
                self.count(recording, INSTANCE_KINDS, |event| {
                    instances.apply(event);
                    matches!(event, Event::Alloc { obj, .. } if instances.contains(*obj))
                })
            }
            What::Free(name) => {
                let mut instances = Instances::new(recording, name);
                self.count(recording, INSTANCE_KINDS, |event| {
                    let freed =
                        matches!(event, Event::Free { obj, .. } if instances.contains(*obj));
                    instances.apply(event);
                    freed
                })
            }
        }
    }

    /// The moment after the nth event of these kinds that `accept` takes.
    fn count(
        &self,
        recording: &Recording,
        kinds: &[&str],
        mut accept: impl FnMut(&Event) -> bool,
    ) -> Result<Option<Moment>, RecordingError> {
        let mut left = self.nth;
        Search::kinds(kinds).each(recording, 0..u64::MAX, |at, event| {
            left -= u64::from(accept(event));
            if left == 0 {
                ControlFlow::Break(Moment(at.0 + 1))
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    fn find_pass(
        &self,
        recording: &Recording,
        stop: Option<Stop>,
    ) -> Result<Option<Moment>, RecordingError> {
        let mut pass = 0;
        let kinds = Search::kinds(&["GcStart", "GcPhase", "GcEnd"]);
        kinds.each(recording, 0..u64::MAX, |at, event| {
            pass += u64::from(matches!(event, Event::GcStart { .. }));
            let here = match (event, stop) {
                (Event::GcStart { .. }, None) | (Event::GcEnd { .. }, Some(Stop::End)) => true,
                (Event::GcPhase { phase }, Some(Stop::Phase(wanted))) => *phase == wanted,
                _ => false,
            };
            if here && pass == self.nth {
                ControlFlow::Break(Moment(at.0 + 1))
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    fn find_line(
        &self,
        recording: &Recording,
        file: Option<&str>,
        wanted: u32,
    ) -> Result<Option<Moment>, RecordingError> {
        let program = recording.header().program.clone();
        let file = file.unwrap_or(&program);
        let mut frames: HashMap<FrameId, CodeId> = HashMap::new();
        let mut in_file: HashMap<CodeId, bool> = HashMap::new();
        self.count(recording, &["FramePush", "Line"], |event| match *event {
            Event::FramePush { frame, code, .. } => {
                frames.insert(frame, code);
                false
            }
            Event::Line { frame, new, .. } if new == wanted => {
                frames.get(&frame).is_some_and(|code| {
                    *in_file.entry(*code).or_insert_with(|| {
                        recording
                            .code(*code)
                            .is_some_and(|code| is_file(&code.co_filename, file))
                    })
                })
            }
            _ => false,
        })
    }

    fn find_return(
        &self,
        recording: &Recording,
        name: &str,
    ) -> Result<Option<Moment>, RecordingError> {
        let codes = codes_named(recording, name);
        let mut frames: HashSet<FrameId> = HashSet::new();
        self.count(
            recording,
            &["FramePush", "PyReturn", "PyYield"],
            |event| match event {
                Event::FramePush { frame, code, .. } => {
                    if codes.contains(code) {
                        frames.insert(*frame);
                    }
                    false
                }
                Event::PyReturn { frame, .. } | Event::PyYield { frame, .. } => {
                    frames.contains(frame)
                }
                _ => false,
            },
        )
    }
}

/// Whether `file`, as somebody wrote it, means `path`.
fn is_file(path: &str, file: &str) -> bool {
    path == file
        || path
            .strip_suffix(file)
            .is_some_and(|rest| rest.ends_with(['/', '\\']))
}

/// What comes after the last dot.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn codes_named(recording: &Recording, name: &str) -> HashSet<CodeId> {
    let codes = recording.codes();
    let named = (0..).zip(&codes);
    let named = named.filter(|(_, code)| &*code.co_name == name || &*code.co_qualname == name);
    named.map(|(number, _)| CodeId(number)).collect()
}

const INSTANCE_KINDS: &[&str] = &["Alloc", "Free", "Named", "TypeSet", "Raise"];

/// The living instances of the types of one name, followed through the events.
pub(super) struct Instances {
    names: HashSet<TextId>,
    types: HashSet<ObjId>,
    members: HashSet<ObjId>,
}

impl Instances {
    fn new(recording: &Recording, name: &str) -> Self {
        let names = recording.find_texts(|text| text == name || last_part(text) == name);
        Self {
            names: names.into_iter().collect(),
            types: HashSet::new(),
            members: HashSet::new(),
        }
    }

    fn contains(&self, obj: ObjId) -> bool {
        self.members.contains(&obj)
    }

    fn apply(&mut self, event: &Event) {
        match *event {
            Event::Named { obj, new, .. } if self.names.contains(&new) => {
                self.types.insert(obj);
            }
            Event::Alloc { obj, type_, .. } if self.types.contains(&type_) => {
                self.members.insert(obj);
            }
            Event::TypeSet { obj, new, .. } => {
                if self.types.contains(&new) {
                    self.members.insert(obj);
                } else {
                    self.members.remove(&obj);
                }
            }
            Event::Free { obj, .. } => {
                self.members.remove(&obj);
                self.types.remove(&obj);
            }
            _ => {}
        }
    }
}
