//! Exports of a real run, read back as other programs would read them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ouroscope::export::{self, ExportError, Scene, Table};
use ouroscope::session::{Session, SessionOptions, Sink};
use ouroscope::trace::{Recording, find_moment};
use serde_json::Value;

const PROGRAM: &str = "\
import gc, weakref
class Node:
    def __init__(self, name):
        self.name = name
def link(a, b):
    a.next, b.next = b, a
    return weakref.ref(a)
one = Node('<one> & \"1\"')
ref = link(one, Node('two'))
half, big, text = 0.5, 2.0, 'caf\\xe9\\n'
both = [one, {'k': (one, 2)}]
try:
    [][1]
except IndexError:
    print('caught')
del one, both
gc.collect()
print(ref())
";

fn recorded() -> Arc<Recording> {
    let session = Session::start(SessionOptions {
        program: "program.py".to_owned(),
        source: PROGRAM.as_bytes().to_vec(),
        path: vec![ouroscope::session::EMBEDDED_STDLIB.to_owned()],
        sink: Sink::Memory,
        ..SessionOptions::default()
    })
    .unwrap();
    let recording = Arc::clone(session.recording());
    assert_eq!(session.join().unwrap().status, 0);
    recording
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> Result<(), ExportError>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn scene(recording: &Arc<Recording>, at: &str) -> Scene {
    let at = find_moment(recording, at).unwrap();
    Scene::new(recording, at).unwrap()
}

#[test]
fn a_chrome_trace_is_in_order_and_every_call_ends() {
    let recording = recorded();
    let json: Value =
        serde_json::from_str(&text(|out| export::chrome::write(&recording, out))).unwrap();
    let mut open: BTreeMap<(u64, u64), i64> = BTreeMap::new();
    let mut last = 0.0;
    let mut names = Vec::new();
    for event in json["traceEvents"].as_array().unwrap() {
        let phase = event["ph"].as_str().unwrap();
        if phase == "M" {
            continue;
        }
        let ts = event["ts"].as_f64().unwrap();
        assert!(ts >= last, "{event}");
        last = ts;
        let lane = (
            event["pid"].as_u64().unwrap(),
            event["tid"].as_u64().unwrap_or(0),
        );
        match phase {
            "B" => *open.entry(lane).or_default() += 1,
            "E" => {
                let depth = open.entry(lane).or_default();
                *depth -= 1;
                assert!(*depth >= 0, "{event}");
            }
            "X" => assert!(event["dur"].as_f64().unwrap() >= 0.0),
            "C" | "i" => {}
            other => panic!("phase {other}"),
        }
        names.extend(event["name"].as_str().map(str::to_owned));
    }
    assert!(open.values().all(|depth| *depth == 0));
    for name in [
        "link()",
        "Node.__init__()",
        "has the GIL",
        "generation 2",
        "IndexError",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
}

#[test]
fn the_tutor_trace_steps_through_the_program() {
    let recording = recorded();
    let json: Value =
        serde_json::from_str(&text(|out| export::tutor::write(&recording, 1000, out))).unwrap();
    assert_eq!(json["code"], PROGRAM);
    let trace = json["trace"].as_array().unwrap();
    let lines = |event: &str| -> Vec<u64> {
        let of_kind = trace.iter().filter(|entry| entry["event"] == event);
        of_kind
            .map(|entry| entry["line"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(lines("call"), [2, 3, 3, 5]);
    assert_eq!(lines("exception"), [13]);
    let last = trace.last().unwrap();
    assert_eq!(last["stdout"], "caught\nNone\n");
    assert_eq!(last["globals"]["half"], 0.5);
    assert_eq!(last["globals"]["text"], "café\n");
    let at_link = trace
        .iter()
        .find(|entry| entry["event"] == "return" && entry["func_name"] == "link")
        .unwrap();
    let frame = &at_link["stack_to_render"][0];
    let a = frame["encoded_locals"]["a"][1].to_string();
    let b = frame["encoded_locals"]["b"][1].clone();
    let node = &at_link["heap"][&a];
    assert_eq!(node[1], "Node");
    assert_eq!(node[3][0], "next");
    assert_eq!(node[3][1][1], b);
}

#[test]
fn pictures_hold_what_the_graph_holds() {
    let recording = recorded();
    let scene = scene(&recording, "line:12");
    let dot = text(|out| export::dot::write(&scene, out));
    assert!(dot.starts_with("digraph objects {") && dot.ends_with("}\n"));
    assert_eq!(dot.matches("<b>Node</b>").count(), 2);
    assert!(dot.contains("style=dashed") && dot.contains("color=\"#c62828\""));
    assert!(dot.contains("&lt;one&gt; &amp; &quot;1&quot;"));
    let svg = text(|out| export::svg::write(&scene, out));
    assert_eq!(svg.matches("<g>").count(), svg.matches("</g>").count());
    assert_eq!(svg.matches(">Node</text>").count(), 2);
    let html = text(|out| export::html::write(&scene, out));
    for part in ["<svg", "caught", "generation", "</html>", "&lt;one&gt;"] {
        assert!(html.contains(part), "{part}");
    }
    let graphml = text(|out| export::graphml::write(&scene, out));
    let nodes = graphml.matches("<node ").count();
    assert!(nodes as u64 > scene.look().state.live_objects);
    assert_eq!(graphml.matches("<data key=\"type\">Node</data>").count(), 2);
}

#[test]
fn every_table_has_its_rows() {
    let recording = recorded();
    let scene = scene(&recording, "line:12");
    let cases = [
        ("events", "IndexError"),
        ("objects", "Node"),
        ("types", "Node"),
        ("allocations", "program.py"),
        ("lines", "link()"),
        ("calls", "Node.__init__()"),
        ("passes", "false"),
        ("threads", "runs"),
        ("memory", ""),
        ("output", "caught"),
    ];
    for (name, expected) in cases {
        let table: Table = name.parse().unwrap();
        let csv = text(|out| export::table::write_csv(&scene, table, out));
        let json: Vec<serde_json::Map<String, Value>> =
            serde_json::from_str(&text(|out| export::table::write_json(&scene, table, out)))
                .unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let columns = reader.headers().unwrap().len();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), json.len(), "{name}");
        assert!(json.iter().all(|row| row.len() == columns), "{name}");
        assert!(csv.contains(expected), "{name}");
    }
    assert!("nothing".parse::<Table>().is_err());
}
