//! Questions about the object graph whose answer is a part of it: why an object is alive, what
//! would die with it, what changed, what matches some words.
//!
//! The part that answers is drawn as ever; the rest steps back.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::format::{bytes, counted};
use super::graph::{EdgeKind, Graph, NodeId, RowValue};
use super::inspector::{Who, describe};
use super::look::Look;
use super::search::matches;
use crate::analysis::{Holder, Holders, PathStep, retained, why_alive};
use crate::base::{Moment, ObjId};
use crate::events::{Event, FrameId};
use crate::trace::{BLOCK_EVENTS, FramePlace, ObjectView, Recording, Root};

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Question {
    #[default]
    None,
    /// The shortest way of counted references from a root to the selected object.
    WhyAlive,
    /// Everything that would be freed if the selected object were.
    WhatDies,
    /// What changed since this moment (or between, when it lies ahead).
    Changed(Moment),
    /// Boxes that contain the words.
    Words(String),
}

/// A part of the answer in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Word {
    Text(String),
    Object(ObjId, String),
    Frame(FrameId, String),
    Moment(Moment),
}

/// What is found before the picture is made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// The objects it is about.
    pub objects: Vec<ObjId>,
    pub words: Vec<Word>,
    path: Vec<PathStep>,
}

/// The boxes and arrows that answer, by their positions in the graph.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lit {
    pub nodes: BTreeSet<usize>,
    pub edges: BTreeSet<usize>,
}

/// Objects added to the picture for an answer at most.
const MOST_ADDED: usize = 80;
/// Events looked at for what changed.
const MOST_EVENTS: u64 = 2_000_000;

/// Answers a question about the selected object at a moment.
pub fn answer(look: Look<'_>, question: &Question, selected: Option<ObjId>) -> Answer {
    match (question, selected.filter(|&id| look.object(id).is_some())) {
        (Question::WhyAlive, Some(object)) => alive(look, object),
        (Question::WhatDies, Some(object)) => dies(look, object),
        (Question::Changed(since), _) => changed(look, *since),
        (Question::WhyAlive | Question::WhatDies, None) => Answer {
            words: vec![Word::Text("Select an object first.".to_owned())],
            ..Answer::default()
        },
        (Question::None | Question::Words(_), _) => Answer::default(),
    }
}

fn alive(look: Look<'_>, object: ObjId) -> Answer {
    let name = look.short(object, 32);
    if look.object(object).is_some_and(ObjectView::is_immortal) {
        return Answer {
            words: vec![
                Word::Object(object, name),
                Word::Text("is immortal: nobody counts its references".to_owned()),
            ],
            objects: vec![object],
            path: Vec::new(),
        };
    }
    let path = why_alive(look.state, &Holders::of(look.state), object);
    let mut words = vec![Word::Object(object, name)];
    if path.is_empty() {
        words.push(Word::Text(
            "is reached from no root: native code holds it, or only the collector can free it"
                .to_owned(),
        ));
    } else {
        words.push(Word::Text("is alive because of".to_owned()));
    }
    for (number, step) in path.iter().enumerate() {
        let holder = describe(look, step.holder);
        // The namespace of a frame is the frame: its dict is no step of its own.
        let namespace = matches!(
            step.holder,
            Holder::Root(Root::Frame(_, FramePlace::Globals | FramePlace::Locals))
        );
        if number > 0 && !is_namespace_of_root(&path, number) {
            words.push(Word::Text("→".to_owned()));
        }
        match holder.who {
            _ if is_namespace_of_root(&path, number) => {}
            Who::Object(id) => words.push(Word::Object(id, holder.name)),
            Who::Frame(frame) => words.push(Word::Frame(frame, holder.name)),
            Who::Interpreter => words.push(Word::Text(holder.name)),
        }
        if !namespace {
            words.push(Word::Text(holder.place));
        }
    }
    let mut objects: Vec<ObjId> = path.iter().map(|step| step.target).collect();
    objects.push(object);
    objects.dedup();
    Answer {
        objects,
        words,
        path,
    }
}

/// Whether a step's holder is the dict that the root before it has as its namespace.
fn is_namespace_of_root(path: &[PathStep], number: usize) -> bool {
    number == 1
        && matches!(
            path[0].holder,
            Holder::Root(Root::Frame(_, FramePlace::Globals | FramePlace::Locals))
        )
}

fn dies(look: Look<'_>, object: ObjId) -> Answer {
    let found = retained(look.state, object);
    let many = found.objects.len() as u64;
    let mut words = vec![Word::Object(object, look.short(object, 32))];
    words.push(Word::Text(match many {
        0 => "is reached from no root: it is garbage already".to_owned(),
        1 => format!("alone would go: {}", bytes(found.bytes)),
        many => format!(
            "would take {} with it: {} in all",
            counted(many - 1, "other object", "other objects"),
            bytes(found.bytes)
        ),
    }));
    Answer {
        objects: found.objects,
        words,
        path: Vec::new(),
    }
}

fn changed(look: Look<'_>, since: Moment) -> Answer {
    let here = look.state.moment;
    let (from, to) = (since.min(here), since.max(here));
    let mut words = vec![
        Word::Text("Changed since moment".to_owned()),
        Word::Moment(since),
    ];
    let objects = changed_between(look.recording, from, to).unwrap_or_else(|| {
        words.push(Word::Text("lies too far away".to_owned()));
        Vec::new()
    });
    let alive = objects.iter().filter(|&&id| look.object(id).is_some());
    words.push(Word::Text(format!(
        "· {}",
        counted(alive.count() as u64, "object", "objects")
    )));
    Answer {
        objects,
        words,
        path: Vec::new(),
    }
}

/// The objects that were made, whose contents changed, or whose count is another than before.
fn changed_between(recording: &Recording, from: Moment, to: Moment) -> Option<Vec<ObjId>> {
    if to.0 - from.0 > MOST_EVENTS {
        return None;
    }
    let mut counts: HashMap<ObjId, i64> = HashMap::new();
    let mut objects: BTreeSet<ObjId> = BTreeSet::new();
    let mut at = from.0;
    while at < to.0 {
        let block = recording.block(at as usize / BLOCK_EVENTS).ok()?;
        let first = at as usize % BLOCK_EVENTS;
        let last = block.len().min(first + (to.0 - at) as usize);
        for event in block.get(first..last)? {
            match *event {
                Event::Alloc { obj, .. } | Event::SizeSet { obj, .. } => {
                    objects.insert(obj);
                }
                Event::Incref { obj, old, new } | Event::Decref { obj, old, new } => {
                    *counts.entry(obj).or_default() += i64::from(new) - i64::from(old);
                }
                Event::SlotSet { owner, .. }
                | Event::ItemInsert { owner, .. }
                | Event::ItemRemove { owner, .. } => {
                    objects.insert(owner);
                }
                Event::WeakrefClear { weakref, .. } => {
                    objects.insert(weakref);
                }
                _ => {}
            }
        }
        at += (last - first).max(1) as u64;
    }
    let counted = counts.into_iter().filter(|&(_, change)| change != 0);
    objects.extend(counted.map(|(object, _)| object));
    Some(objects.into_iter().collect())
}

impl Answer {
    /// Objects to be shown for the answer though no root of the picture leads to them.
    pub fn also(&self, look: Look<'_>, question: &Question) -> Vec<ObjId> {
        let wanted = matches!(question, Question::WhyAlive | Question::WhatDies);
        let namespaces: HashSet<ObjId> = look
            .state
            .frames
            .iter()
            .flat_map(|frame| [frame.f_locals, frame.f_globals])
            .collect();
        let objects = self.objects.iter().copied();
        objects
            .filter(|id| wanted && !namespaces.contains(id) && !look.is_inline(*id))
            .take(MOST_ADDED)
            .collect()
    }

    /// Which parts of the picture answer; `None` when nothing was asked.
    pub fn lit(&self, look: Look<'_>, graph: &Graph, question: &Question) -> Option<Lit> {
        let mut lit = Lit::default();
        match question {
            Question::None => return None,
            Question::Words(words) if words.trim().is_empty() => return None,
            Question::Words(words) => {
                for (index, node) in graph.nodes.iter().enumerate() {
                    let rows = node.rows.iter().map(|row| match &row.value {
                        RowValue::Inline { text, .. } => format!("{} {text}", row.name),
                        _ => row.name.clone(),
                    });
                    let mut lines = std::iter::once(format!("{} {}", node.title, node.repr));
                    if lines.any(|line| matches(&line, words))
                        || rows.into_iter().any(|line| matches(&line, words))
                    {
                        lit.nodes.insert(index);
                    }
                }
            }
            Question::WhyAlive | Question::WhatDies | Question::Changed(_) => {
                let about: HashSet<ObjId> = self.objects.iter().copied().collect();
                let roots: HashSet<FrameId> = self
                    .path
                    .iter()
                    .filter_map(|step| match step.holder {
                        Holder::Root(Root::Frame(frame, _)) => Some(frame),
                        Holder::Root(_) | Holder::Object(..) => None,
                    })
                    .collect();
                for (index, node) in graph.nodes.iter().enumerate() {
                    let shown = match node.id {
                        NodeId::Object(object) => about.contains(&object),
                        NodeId::Frame(frame) => {
                            roots.contains(&frame)
                                || look.frame(frame).is_some_and(|frame| {
                                    *question != Question::WhatDies
                                        && !frame.f_locals.is_null()
                                        && about.contains(&frame.f_locals)
                                })
                        }
                    };
                    if shown {
                        lit.nodes.insert(index);
                    }
                }
            }
        }
        let order: HashMap<ObjId, usize> = self
            .path
            .iter()
            .enumerate()
            .map(|(number, step)| (step.target, number))
            .collect();
        let number = |index: usize| match graph.nodes[index].id {
            NodeId::Object(object) => order.get(&object).map(|&number| number as i64),
            NodeId::Frame(_) => Some(-1),
        };
        for (index, edge) in graph.edges.iter().enumerate() {
            let both = lit.nodes.contains(&edge.from) && lit.nodes.contains(&edge.to);
            let on_the_way = match question {
                Question::WhyAlive => {
                    edge.kind == EdgeKind::Strong
                        && match (number(edge.from), number(edge.to)) {
                            (Some(-1), Some(to)) => to <= 1,
                            (Some(from), Some(to)) => to == from + 1,
                            _ => false,
                        }
                }
                _ => true,
            };
            if both && on_the_way {
                lit.edges.insert(index);
            }
        }
        Some(lit)
    }
}
