//! Chooses what the Objects panel shows of the heap, and turns it into boxes with rows and arrows.
//!
//! Roots are the frames of the program. From there references are followed; small immutable values
//! are written into their holder's row, and what is seldom of interest (functions, classes,
//! modules) is left out unless asked for. Garbage that still lives is found as the collector finds
//! it: an object all of whose counted references come from other such objects.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::graph::{Count, Edge, EdgeKind, Graph, Node, NodeId, NodeKind, Row, RowValue};
use super::look::{Look, cut};
use crate::base::ObjId;
use crate::events::{GcList, SlotKind};
use crate::trace::{FrameView, IMMORTAL_REFCNT, ObjectView};

/// What the user wants to see.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub functions: bool,
    pub classes: bool,
    pub modules: bool,
    /// Draw small values as boxes.
    pub unfold: bool,
    /// All of the value stacks.
    pub stack: bool,
    /// Only what is at most so many references away from the selected object.
    pub around: Option<usize>,
    pub selected: Option<ObjId>,
    /// Shown whatever the roots reach, such as the way from a root to the selected object.
    pub also: Vec<ObjId>,
    /// Boxes in one picture at most.
    pub most: Most,
    /// Keys of boxes the user hid.
    pub hidden: BTreeSet<u64>,
    pub hidden_types: BTreeSet<String>,
    /// Rows shown beyond the usual number, by the box's key.
    pub rows: BTreeMap<u64, usize>,
    /// Counts when the moment before was shown, by key.
    pub counts_before: HashMap<u64, u32>,
}

/// How many boxes a picture has at most; more than a few hundred can be looked over, not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Most(pub usize);

impl Default for Most {
    fn default() -> Self {
        Self(160)
    }
}

impl Filter {
    /// The same choice of kinds of objects, without what is about one object or moment: what
    /// places are planned for.
    #[must_use]
    pub fn kinds(&self) -> Self {
        Self {
            functions: self.functions,
            classes: self.classes,
            modules: self.modules,
            unfold: self.unfold,
            stack: self.stack,
            hidden_types: self.hidden_types.clone(),
            most: self.most,
            ..Self::default()
        }
    }

    /// Whether both show the same kinds of objects.
    pub fn same_kinds(&self, other: &Self) -> bool {
        let of = |filter: &Self| {
            (
                [
                    filter.functions,
                    filter.classes,
                    filter.modules,
                    filter.unfold,
                    filter.stack,
                ],
                filter.most,
            )
        };
        of(self) == of(other) && self.hidden_types == other.hidden_types
    }
}

/// Rows of a box before "n more".
const MOST_ROWS: usize = 10;
/// Rows of an object whose class the library defines: its insides are not what the program is about.
const MOST_ROWS_OF_LIBRARY: usize = 3;
/// Heaps larger than this are not searched for garbage at each step.
const MOST_SEARCHED: u64 = 400_000;

/// The picture of one moment.
pub fn build(look: Look<'_>, filter: &Filter) -> Graph {
    let mut builder = Builder {
        look,
        filter,
        nodes: Vec::new(),
        edges: Vec::new(),
        index: HashMap::new(),
        queue: VecDeque::new(),
        queued: HashSet::new(),
        cut: HashSet::new(),
    };
    builder.add_frames();
    builder.add_reached();
    builder.add_garbage();
    let asked = filter
        .selected
        .into_iter()
        .chain(filter.also.iter().copied());
    for asked in asked.filter(|&id| look.object(id).is_some()) {
        builder.add_object(asked);
        builder.add_reached();
    }
    let mut graph = builder.finish();
    graph.mark_cycles();
    if let Some(distance) = filter.around {
        isolate(&mut graph, filter.selected, distance);
    }
    graph
}

/// The key of an object's box: the moment of its birth is its own alone.
pub const fn object_key(object: &ObjectView) -> u64 {
    object.born.0 * 2 + 1
}

struct Builder<'a> {
    look: Look<'a>,
    filter: &'a Filter,
    nodes: Vec<Node>,
    edges: Vec<PendingEdge>,
    index: HashMap<ObjId, usize>,
    queue: VecDeque<ObjId>,
    queued: HashSet<ObjId>,
    cut: HashSet<ObjId>,
}

struct PendingEdge {
    from: usize,
    row: usize,
    to: ObjId,
    name: String,
    kind: EdgeKind,
}

impl Builder<'_> {
    fn add_frames(&mut self) {
        let threads = &self.look.state.threads;
        for thread in threads {
            for (depth, &id) in thread.frames.iter().enumerate() {
                let Some(frame) = self.look.frame(id) else {
                    continue;
                };
                if !self.is_of_the_program(frame) {
                    continue;
                }
                let innermost = depth + 1 == thread.frames.len();
                self.add_frame(frame, innermost, threads.len() > 1);
            }
        }
    }

    /// Library code has frames too; the picture is about the program.
    fn is_of_the_program(&self, frame: &FrameView) -> bool {
        self.look
            .code(frame.code)
            .is_some_and(|code| self.look.names.is_program_file(&code.co_filename))
    }

    fn add_frame(&mut self, frame: &FrameView, innermost: bool, many_threads: bool) {
        let look = self.look;
        let name = look.frame_name(frame);
        let mut title = if frame.f_locals.is_null() || name != "<module>" {
            name
        } else {
            "module".to_owned()
        };
        if frame.line > 0 {
            title = format!("{title}  line {}", frame.line);
        }
        if many_threads && innermost {
            title = format!("{title} · {}", look.thread_name(frame.thread));
        }
        let from = self.nodes.len();
        let mut rows = Vec::new();
        if let Some(namespace) = look.object(frame.f_locals) {
            for entry in namespace.slots.entries() {
                let key = look.atom(entry.key).unwrap_or_default();
                let key = key.trim_matches('\'');
                if key.is_empty() || key.starts_with("__") || !self.is_shown(entry.value) {
                    continue;
                }
                self.add_row(
                    from,
                    &mut rows,
                    key.to_owned(),
                    entry.value,
                    EdgeKind::Strong,
                );
            }
        }
        let locals = look
            .code(frame.code)
            .map_or(0, |code| code.co_localsplusnames.len());
        for (index, &object) in frame.localsplus.iter().enumerate() {
            if object.is_null() {
                continue;
            }
            let on_stack = index >= locals;
            if on_stack && !self.filter.stack && (look.is_inline(object) || !self.is_shown(object))
            {
                continue;
            }
            if !on_stack && !self.is_shown(object) && !self.is_closure_cell(object) {
                continue;
            }
            let name = look.local_name(frame, index);
            // The cell through which `super()` finds the class.
            if name == "__class__" && !self.filter.classes {
                continue;
            }
            self.add_row(from, &mut rows, name, object, EdgeKind::Strong);
        }
        self.nodes.push(Node {
            id: NodeId::Frame(frame.id),
            key: u64::from(frame.id.0) * 2,
            kind: NodeKind::Root,
            title,
            type_name: "frame".to_owned(),
            repr: String::new(),
            count: None,
            change: 0,
            rows,
            cycle: None,
            unreachable: false,
            gc_refs: None,
        });
    }

    fn is_closure_cell(&self, object: ObjId) -> bool {
        self.look.type_name(object) == "cell"
    }

    /// Whether an object gets a box or a row at all.
    fn is_shown(&self, object: ObjId) -> bool {
        let kind = self.look.type_name(object);
        if self.filter.hidden_types.contains(kind) {
            return false;
        }
        match kind {
            "module" => self.filter.modules,
            "type" | "ABCMeta" | "EnumType" | "getset_descriptor" | "member_descriptor"
            | "wrapper_descriptor" | "method_descriptor" | "mappingproxy" => self.filter.classes,
            "function"
            | "builtin_function_or_method"
            | "method"
            | "code"
            | "staticmethod"
            | "classmethod"
            | "property"
            | "method-wrapper" => self.filter.functions,
            _ => true,
        }
    }

    /// Adds a row, and where it holds more than a small value, an arrow.
    fn add_row(
        &mut self,
        from: usize,
        rows: &mut Vec<Row>,
        name: String,
        object: ObjId,
        kind: EdgeKind,
    ) {
        let look = self.look;
        let value = match look.object(object) {
            None if object.is_null() => RowValue::Empty,
            Some(_) if look.is_inline(object) && !self.filter.unfold => RowValue::Inline {
                object,
                type_name: look.type_name(object).to_owned(),
                text: look.short(object, 30),
            },
            Some(view)
                if self.is_shown(object) && !self.filter.hidden.contains(&object_key(view)) =>
            {
                self.edges.push(PendingEdge {
                    from,
                    row: rows.len(),
                    to: object,
                    name: name.clone(),
                    kind,
                });
                if kind == EdgeKind::Strong {
                    self.reach(object);
                }
                RowValue::Arrow(object)
            }
            Some(_) | None => RowValue::Hidden {
                object,
                type_name: look.short(object, 28),
            },
        };
        rows.push(Row { name, value });
    }

    fn reach(&mut self, object: ObjId) {
        if self.index.contains_key(&object) {
            return;
        }
        if self.nodes.len() + self.queue.len() >= self.filter.most.0 {
            self.cut.insert(object);
            return;
        }
        if self.queued.insert(object) {
            self.queue.push_back(object);
        }
    }

    fn add_reached(&mut self) {
        while let Some(object) = self.queue.pop_front() {
            if !self.index.contains_key(&object) {
                self.add_object(object);
            }
        }
    }

    fn add_object(&mut self, id: ObjId) {
        let look = self.look;
        let Some(object) = look.object(id).filter(|_| !self.index.contains_key(&id)) else {
            return;
        };
        let from = self.nodes.len();
        let key = object_key(object);
        self.index.insert(id, from);
        // The place is taken first, so that what the rows reach comes behind it.
        let type_name = look.type_name(id).to_owned();
        self.nodes.push(self.bare_node(id, object, key, &type_name));
        let usual = if self.is_of_library(object) {
            MOST_ROWS_OF_LIBRARY
        } else {
            MOST_ROWS
        };
        let most = usual + self.filter.rows.get(&key).copied().unwrap_or(0);
        let mut rows = Vec::new();
        let mut more = 0;
        for (name, held, kind) in self.references(id, object, &type_name) {
            if rows.len() >= most {
                more += 1;
            } else {
                self.add_row(from, &mut rows, name, held, kind);
            }
        }
        if more > 0 {
            rows.push(Row {
                name: format!("{more} more"),
                value: RowValue::More(more),
            });
        }
        self.nodes[from].rows = rows;
    }

    /// Whether the object's class is written in Python, in the library.
    fn is_of_library(&self, object: &ObjectView) -> bool {
        let class = self.look.object(object.ob_type);
        class.is_some_and(|class| {
            class.born_line > 0
                && self
                    .look
                    .code(class.born_code)
                    .is_some_and(|code| !self.look.names.is_program_file(&code.co_filename))
        })
    }

    fn bare_node(&self, id: ObjId, object: &ObjectView, key: u64, type_name: &str) -> Node {
        let look = self.look;
        let name = look.text(object.name);
        let repr = match (look.atom(id), name) {
            (Some(atom), _) => cut(&atom, 36),
            (None, "") => match type_name {
                "list" if object.slots.items().is_empty() => "[]".to_owned(),
                "tuple" if object.slots.items().is_empty() => "()".to_owned(),
                "dict" if object.slots.entries().is_empty() => "{}".to_owned(),
                "set" if object.slots.entries().is_empty() => "set()".to_owned(),
                _ => String::new(),
            },
            (None, name) => name.to_owned(),
        };
        let in_pass = look.state.gc.pass.is_some();
        let candidate = in_pass && !matches!(object.gc_list, GcList::Untracked | GcList::Permanent);
        let change = self
            .filter
            .counts_before
            .get(&key)
            .filter(|_| !object.is_immortal())
            .map_or(0, |&before| i64::from(object.ob_refcnt) - i64::from(before));
        Node {
            id: NodeId::Object(id),
            key,
            kind: if type_name == "generator" {
                NodeKind::Suspended
            } else {
                NodeKind::Object
            },
            title: type_name.to_owned(),
            type_name: type_name.to_owned(),
            repr,
            count: Some(if object.ob_refcnt == IMMORTAL_REFCNT {
                Count::Immortal
            } else {
                Count::Of(object.ob_refcnt)
            }),
            change,
            rows: Vec::new(),
            cycle: None,
            unreachable: false,
            gc_refs: candidate.then_some(object.gc_refs),
        }
    }

    /// The references of an object that rows stand for, with their names.
    fn references(
        &self,
        id: ObjId,
        object: &ObjectView,
        type_name: &str,
    ) -> Vec<(String, ObjId, EdgeKind)> {
        let look = self.look;
        let mut list = Vec::new();
        if matches!(
            type_name,
            "function" | "builtin_function_or_method" | "type" | "module" | "code"
        ) {
            for &(slot, held) in object.slots.named() {
                let name = look.slot_name(id, slot);
                let telling = matches!(
                    name.as_str(),
                    "func_closure"
                        | "func_defaults"
                        | "func_kwdefaults"
                        | "tp_bases"
                        | "tp_dict"
                        | "m_self"
                        | "__closure__"
                        | "__defaults__"
                        | "__kwdefaults__"
                        | "__self__"
                        | "__bases__"
                );
                if telling && look.type_name(held) != "NoneType" {
                    list.push((name, held, EdgeKind::Strong));
                }
            }
            return list;
        }
        for (index, &item) in object.slots.items().iter().enumerate() {
            list.push((index.to_string(), item, EdgeKind::Strong));
        }
        let is_set = matches!(type_name, "set" | "frozenset");
        for entry in object.slots.entries() {
            if entry.key.is_null() {
                continue;
            }
            if is_set {
                list.push(("·".to_owned(), entry.key, EdgeKind::Strong));
            } else {
                list.push((look.short(entry.key, 24), entry.value, EdgeKind::Strong));
            }
        }
        let owns_locals = has_locals(object);
        for &(slot, held) in object.slots.named() {
            let name = match slot.kind {
                SlotKind::Attr | SlotKind::Slot => {
                    look.slot_name(id, slot).trim_start_matches('.').to_owned()
                }
                SlotKind::Local => self.generator_local(id, slot.key),
                SlotKind::Item | SlotKind::DictKey | SlotKind::DictValue | SlotKind::Member => {
                    look.slot_name(id, slot)
                }
            };
            // What every instance or generator has says nothing about this one.
            let telling = slot.kind != SlotKind::Member
                || !matches!(
                    name.as_str(),
                    "__class__"
                        | "ob_type"
                        | "f_code"
                        | "f_funcobj"
                        | "f_executable"
                        | "gi_name"
                        | "gi_qualname"
                );
            if telling {
                list.push((name, held, EdgeKind::Strong));
            }
        }
        let frames = look.state.frames.iter();
        for frame in frames.filter(|frame| frame.generator == id && frame.suspended && !owns_locals)
        {
            for (index, &held) in frame.localsplus.iter().enumerate() {
                if !held.is_null() {
                    list.push((look.local_name(frame, index), held, EdgeKind::Strong));
                }
            }
        }
        let referent = object.referent();
        if !referent.is_null() {
            list.push(("wr_object".to_owned(), referent, EdgeKind::Weak));
        }
        list
    }

    fn generator_local(&self, generator: ObjId, index: u32) -> String {
        let look = self.look;
        look.state
            .frames
            .iter()
            .find(|frame| frame.generator == generator)
            .map_or_else(
                || format!("local {index}"),
                |frame| look.local_name(frame, index as usize),
            )
    }

    /// Objects that only keep each other alive, found by subtracting inner references from counts.
    fn add_garbage(&mut self) {
        let look = self.look;
        if look.state.live_objects > MOST_SEARCHED {
            return;
        }
        let ready = look.names.ready;
        let slots = look.state.object_slots();
        // The count that is left of each candidate; none for what is no candidate.
        let mut rest: Vec<Option<u32>> = vec![None; slots];
        let mut order = Vec::new();
        for (id, object) in look.state.objects() {
            if object.born >= ready
                && object.gc
                && !object.is_immortal()
                && !object.in_dealloc
                && !self.index.contains_key(&id)
            {
                rest[id.index()] = Some(object.ob_refcnt);
                order.push(id);
            }
        }
        let suspended: HashMap<ObjId, &FrameView> = look
            .state
            .frames
            .iter()
            .filter(|frame| frame.suspended)
            .map(|frame| (frame.generator, frame))
            .collect();
        let each_held = |id: ObjId, visit: &mut dyn FnMut(ObjId)| {
            let Some(object) = look.object(id) else {
                return;
            };
            object.slots.iter().for_each(|(_, held)| visit(held));
            visit(object.ob_type);
            if let Some(frame) = suspended.get(&id).filter(|_| !has_locals(object)) {
                frame.references().for_each(|(_, held)| visit(held));
            }
        };
        for &id in &order {
            each_held(id, &mut |held| {
                if let Some(Some(count)) = rest.get_mut(held.index()) {
                    *count = count.saturating_sub(1);
                }
            });
        }
        let mut alive: Vec<ObjId> = order
            .iter()
            .copied()
            .filter(|id| rest[id.index()].is_some_and(|count| count > 0))
            .collect();
        let mut kept = vec![false; slots];
        for id in &alive {
            kept[id.index()] = true;
        }
        while let Some(id) = alive.pop() {
            each_held(id, &mut |held| {
                if rest.get(held.index()).is_some_and(Option::is_some) && !kept[held.index()] {
                    kept[held.index()] = true;
                    alive.push(held);
                }
            });
        }
        // The library leaves garbage of its own behind; the picture is about the program's.
        let by_program = |id: &ObjId| {
            look.object(*id)
                .and_then(|object| look.code(object.born_code))
                .is_some_and(|code| look.names.is_program_file(&code.co_filename))
        };
        let mut garbage: Vec<ObjId> = order
            .into_iter()
            .filter(|id| !kept[id.index()] && by_program(id))
            .collect();
        garbage.sort_by_key(|&id| look.object(id).map(|object| object.born));
        for &id in &garbage {
            if self.is_shown(id) {
                self.reach(id);
            }
        }
        self.add_reached();
        for id in garbage {
            if let Some(&node) = self.index.get(&id) {
                self.nodes[node].unreachable = true;
            }
        }
    }

    fn finish(self) -> Graph {
        let Self {
            nodes,
            edges,
            index,
            cut,
            ..
        } = self;
        let mut nodes = nodes;
        let edges = edges
            .into_iter()
            .filter_map(|edge| {
                let Some(&to) = index.get(&edge.to) else {
                    // The target did not fit: its row says what is there.
                    let type_name = self.look.short(edge.to, 28);
                    nodes[edge.from].rows[edge.row].value = RowValue::Hidden {
                        object: edge.to,
                        type_name,
                    };
                    return None;
                };
                Some(Edge {
                    from: edge.from,
                    row: Some(edge.row),
                    to,
                    name: edge.name,
                    kind: edge.kind,
                    cycle: None,
                    breaks: false,
                })
            })
            .collect();
        Graph {
            nodes,
            edges,
            cut: cut.len(),
        }
    }
}

/// Whether the object reports the locals of its suspended frame itself.
fn has_locals(object: &ObjectView) -> bool {
    object
        .slots
        .named()
        .iter()
        .any(|(slot, _)| slot.kind == SlotKind::Local)
}

/// Keeps the selected box and what is at most `distance` references away, in either direction.
fn isolate(graph: &mut Graph, selected: Option<ObjId>, distance: usize) {
    let Some(center) = graph
        .nodes
        .iter()
        .position(|node| Some(node.id) == selected.map(NodeId::Object))
    else {
        return;
    };
    let mut keep = BTreeSet::from([center]);
    for _ in 0..distance {
        let reached: Vec<usize> = graph
            .edges
            .iter()
            .flat_map(|edge| [(edge.from, edge.to), (edge.to, edge.from)])
            .filter(|(near, _)| keep.contains(near))
            .map(|(_, next)| next)
            .collect();
        keep.extend(reached);
    }
    let places: HashMap<usize, usize> = keep
        .iter()
        .enumerate()
        .map(|(new, &old)| (old, new))
        .collect();
    let dropped: HashSet<ObjId> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(index, _)| !keep.contains(index))
        .filter_map(|(_, node)| match node.id {
            NodeId::Object(object) => Some(object),
            NodeId::Frame(_) => None,
        })
        .collect();
    graph.nodes = keep
        .iter()
        .map(|&index| graph.nodes[index].clone())
        .collect();
    for node in &mut graph.nodes {
        for row in &mut node.rows {
            if let RowValue::Arrow(object) = row.value
                && dropped.contains(&object)
            {
                row.value = RowValue::Hidden {
                    object,
                    type_name: "…".to_owned(),
                };
            }
        }
    }
    graph.edges = graph
        .edges
        .iter()
        .filter_map(|edge| {
            let (&from, &to) = (places.get(&edge.from)?, places.get(&edge.to)?);
            Some(Edge {
                from,
                to,
                ..edge.clone()
            })
        })
        .collect();
}
