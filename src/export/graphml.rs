//! Every living object of one moment, with every reference, as `GraphML`.
//!
//! Unlike a picture it leaves nothing out, so that graph tools can search and lay out the heap.
//! Nodes carry type, repr, count, address, size and generation; edges the name of the reference
//! and whether it counts. Roots (frames, threads, the interpreter) are nodes too.

use std::collections::BTreeMap;
use std::io::Write;

use super::svg::escaped;
use super::{ExportError, Scene};
use crate::base::ObjId;
use crate::events::{FrameId, GcList};
use crate::trace::{FramePlace, Root};
use crate::views::look::Look;

const KEYS: [(&str, &str, &str); 9] = [
    ("node", "kind", "string"),
    ("node", "type", "string"),
    ("node", "repr", "string"),
    ("node", "refcount", "long"),
    ("node", "address", "string"),
    ("node", "size", "int"),
    ("node", "generation", "string"),
    ("edge", "name", "string"),
    ("edge", "weak", "boolean"),
];
/// Characters of a repr.
const REPR_WIDTH: usize = 80;

/// Writes the whole heap at the scene's moment.
pub fn write(scene: &Scene, out: &mut dyn Write) -> Result<(), ExportError> {
    let look = scene.look();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns \
         http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">"
    )?;
    for (domain, name, kind) in KEYS {
        writeln!(
            out,
            "  <key id=\"{name}\" for=\"{domain}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
        )?;
    }
    writeln!(out, "  <graph id=\"heap\" edgedefault=\"directed\">")?;
    for (id, object) in look.state.objects() {
        let count = if object.is_immortal() {
            -1
        } else {
            i64::from(object.ob_refcnt)
        };
        node(
            out,
            &format!("o{}", id.0),
            &[
                ("kind", "object"),
                ("type", look.type_name(id)),
                ("repr", &look.short(id, REPR_WIDTH)),
                ("refcount", &count.to_string()),
                ("address", &format!("{:#x}", object.address)),
                ("size", &object.size.to_string()),
                ("generation", generation(object.gc_list)),
            ],
        )?;
    }
    let roots = roots(look);
    for name in roots.keys() {
        node(out, name, &[("kind", "root"), ("repr", name)])?;
    }
    for (id, object) in look.state.objects() {
        let from = format!("o{}", id.0);
        for (slot, target) in object.slots.iter() {
            edge(out, &from, target, &look.slot_name(id, slot), false)?;
        }
        let referent = object.referent();
        if !referent.is_null() {
            edge(out, &from, referent, "wr_object", true)?;
        }
    }
    for (name, references) in &roots {
        for (place, target) in references {
            edge(out, name, *target, place, false)?;
        }
    }
    writeln!(out, "  </graph>")?;
    writeln!(out, "</graphml>")?;
    Ok(())
}

/// What each root refers to, with the name of the place.
fn roots(look: Look<'_>) -> BTreeMap<String, Vec<(String, ObjId)>> {
    let mut roots: BTreeMap<String, Vec<(String, ObjId)>> = BTreeMap::new();
    for (root, target) in look.state.roots() {
        let (name, place) = match root {
            Root::Frame(frame, place) => (
                format!("frame {}: {}", frame.0, frame_name(look, frame)),
                place_name(look, frame, place),
            ),
            Root::CurrentException(thread) => (
                format!("thread {}", look.thread_name(thread)),
                "current exception".to_owned(),
            ),
            Root::HandledException(thread) => (
                format!("thread {}", look.thread_name(thread)),
                "handled exception".to_owned(),
            ),
            Root::Interpreter(slot) => {
                ("interpreter".to_owned(), look.slot_name(ObjId::NULL, slot))
            }
        };
        roots.entry(name).or_default().push((place, target));
    }
    roots
}

fn frame_name(look: Look<'_>, frame: FrameId) -> String {
    look.frame(frame)
        .map_or_else(String::new, |frame| look.frame_name(frame))
}

fn place_name(look: Look<'_>, frame: FrameId, place: FramePlace) -> String {
    match (place, look.frame(frame)) {
        (FramePlace::Local(index), Some(view)) => look.local_name(view, index as usize),
        (other, _) => format!("{other:?}"),
    }
}

const fn generation(list: GcList) -> &'static str {
    match list {
        GcList::Untracked => "untracked",
        GcList::Generation0 => "0",
        GcList::Generation1 => "1",
        GcList::Generation2 => "2",
        GcList::Permanent => "permanent",
        GcList::Unreachable => "unreachable",
        GcList::Finalizers => "finalizers",
    }
}

fn node(out: &mut dyn Write, id: &str, data: &[(&str, &str)]) -> Result<(), ExportError> {
    write!(out, "    <node id=\"{}\">", escaped(id))?;
    for (key, value) in data {
        write!(out, "<data key=\"{key}\">{}</data>", escaped(value))?;
    }
    writeln!(out, "</node>")?;
    Ok(())
}

fn edge(
    out: &mut dyn Write,
    from: &str,
    to: ObjId,
    name: &str,
    weak: bool,
) -> Result<(), ExportError> {
    writeln!(
        out,
        "    <edge source=\"{}\" target=\"o{}\"><data key=\"name\">{}</data>\
         <data key=\"weak\">{weak}</data></edge>",
        escaped(from),
        to.0,
        escaped(name)
    )?;
    Ok(())
}
