//! Tasks of the panels that show objects, the collector, memory, events and bytecode, each done by
//! the names that screen readers see.

use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use ouroscope::app::Options;
use ouroscope::app::layout::LayoutKind;
use ouroscope::base::Moment;
use ouroscope::events::GcPhase;
use ouroscope::views::collector::{Verdict, candidates, verdict};

use super::{Shown, app, click, press, start};

/// A cycle that only the collector can free, and one object that something else holds.
const GARBAGE: &str = "\
import gc

class Node:
    def __init__(self, name):
        self.name = name
        self.other = None

def lose():
    left = Node('left')
    right = Node('right')
    left.other = right
    right.other = left

kept = Node('kept')
lose()
print(gc.collect())
print('done')
";

const DIAMOND: &str = "\
class A: pass
class B(A): pass
class C(A): pass
class D(B, C):
    def __init__(self):
        self.items = [1, 2, 3]

one = D()
two = one
table = {'one': one, 'two': [two]}
print(one.items)
";

const LOOP: &str = "\
def total(values):
    result = 0
    for value in values:
        result = result + value
    return result

numbers = list(range(300))
for turn in range(4):
    last = total(numbers)
print(last)
";

/// Opens the window on a program and waits until its run is over and drawn.
fn open_program(name: &str, program: &str, layout: LayoutKind) -> Shown {
    let folder =
        std::env::temp_dir().join(format!("ouroscope-panels-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.py"));
    std::fs::write(&path, program).unwrap();
    let mut shown = start(Options {
        file: Some(path),
        layout: Some(layout),
        ..Options::default()
    });
    let end = Instant::now() + Duration::from_mins(2);
    while app(&shown).is_running() || app(&shown).last().0 == 0 {
        assert!(Instant::now() < end, "the run does not end");
        std::thread::sleep(Duration::from_millis(10));
        shown.run_steps(2);
    }
    shown.run_steps(6);
    shown
}

/// What is called, or says, something that begins like this: a plain text has no name but a value.
fn find<'a>(shown: &'a Shown, beginning: &'a str) -> Option<egui_kittest::Node<'a>> {
    shown.query_all_by_label_contains(beginning).find(|node| {
        let node = node.accesskit_node();
        let words = node.label().or_else(|| node.value());
        words.is_some_and(|words| words.starts_with(beginning))
    })
}

/// Clicks as a screen reader does, so that it need not be scrolled into view.
fn click_first(shown: &mut Shown, beginning: &str) {
    // Some of what a panel shows is worked out in the background.
    let end = Instant::now() + Duration::from_secs(20);
    while find(shown, beginning).is_none() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
        shown.run_steps(1);
    }
    find(shown, beginning)
        .unwrap_or_else(|| panic!("nothing is called {beginning:?}"))
        .click_accesskit();
    shown.run_steps(4);
}

/// Waits until the places are planned and nothing moves.
fn settle(shown: &mut Shown) {
    for _ in 0..40 {
        std::thread::sleep(Duration::from_millis(20));
        shown.run_steps(1);
    }
}

fn go_to(shown: &mut Shown, name: &str) {
    let document = app(shown).document.as_ref().unwrap();
    let moment = document.find_moment(name).unwrap();
    let window = shown.state_mut().as_mut().unwrap();
    window.send(ouroscope::app::command::Command::GoTo(moment));
    shown.run_steps(4);
}

fn places(shown: &mut Shown, names: &[&str]) -> Vec<Rect> {
    settle(shown);
    click(shown, "Show all objects");
    settle(shown);
    names
        .iter()
        .map(|name| {
            find(shown, name)
                .unwrap_or_else(|| panic!("no {name:?}"))
                .rect()
        })
        .collect()
}

#[test]
fn a_moment_looks_the_same_whichever_way_led_there() {
    let cases = [
        ("garbage", GARBAGE, "line:15", &["module", "Node, "][..]),
        (
            "diamond",
            DIAMOND,
            "line:11",
            &["module", "D, ", "dict, ", "list, "],
        ),
        ("loop", LOOP, "line:4#7", &["module", "total()", "list, "]),
    ];
    for (name, program, moment, boxes) in cases {
        let mut shown = open_program(name, program, LayoutKind::Objects);
        go_to(&mut shown, moment);
        let straight = places(&mut shown, boxes);
        click(&mut shown, "First");
        for _ in 0..4 {
            press(&mut shown, Modifiers::NONE, Key::ArrowRight);
        }
        click(&mut shown, "Last");
        for _ in 0..6 {
            press(&mut shown, Modifiers::NONE, Key::ArrowLeft);
        }
        go_to(&mut shown, moment);
        assert_eq!(places(&mut shown, boxes), straight, "{name}");
    }
}

#[test]
fn the_graph_says_why_an_object_is_alive_and_what_would_go_with_it() {
    let mut shown = open_program("ask", DIAMOND, LayoutKind::Learn);
    click_first(&mut shown, "one = <D>");
    click(&mut shown, "Ask");
    click(&mut shown, "Why is the selected object alive?");
    shown.get_by_label("is alive because of");
    click(&mut shown, "Ask");
    click(&mut shown, "What would go with it?");
    // The list it refers to goes with it.
    assert!(find(&shown, "would take 1 other object with it").is_some());
    click(&mut shown, "Show everything again");
    assert!(find(&shown, "would take").is_none());
}

#[test]
fn the_whole_heap_is_a_map_by_type() {
    let mut shown = open_program("map", DIAMOND, LayoutKind::Objects);
    click(&mut shown, "Whole heap");
    assert!(find(&shown, "D, 1 object").is_some());
    click(&mut shown, "Back to the graph");
    assert!(find(&shown, "D, 1 object").is_none());
}

#[test]
fn the_inspector_tells_holders_history_and_the_merge() {
    let mut shown = open_program("inspect", DIAMOND, LayoutKind::Learn);
    click_first(&mut shown, "one = <D>");
    click_first(&mut shown, "Inspector");
    assert!(find(&shown, "Who holds it: 4 references").is_some());
    assert!(find(&shown, "Method resolution order of D").is_some());
    assert!(
        find(&shown, "(A stands in a tail)").is_some(),
        "A waits for C"
    );
    let before = app(&shown).cursor;
    let object = app(&shown).selected.object.unwrap();
    let born = app(&shown).look().unwrap().object(object).unwrap().born;
    let link = ouroscope::views::format::grouped(born.0 + 1);
    click_first(&mut shown, &link);
    assert_eq!(app(&shown).cursor, Moment(born.0 + 1));
    assert!(app(&shown).cursor < before);
}

#[test]
fn a_pass_of_the_collector_is_a_story_told_step_by_step() {
    let mut shown = open_program("collect", GARBAGE, LayoutKind::Collector);
    go_to(&mut shown, "line:16");
    click(&mut shown, "Next step of the pass");
    let in_pass = |shown: &Shown| app(shown).look().unwrap().state.gc.pass;
    assert!(in_pass(&shown).is_some());
    click_first(&mut shown, "Phase 4 move_unreachable");
    assert_eq!(
        in_pass(&shown).unwrap().phase,
        Some(GcPhase::MoveUnreachable)
    );
    let verdicts = |shown: &Shown| {
        let look = app(shown).look().unwrap();
        let (all, _) = candidates(look, 10_000);
        let nodes = all.iter().filter(|one| one.type_name == "Node");
        nodes
            .map(|one| verdict(look, one).unwrap())
            .collect::<Vec<_>>()
    };
    // What holds the third is a candidate too: the namespace of the module.
    assert_eq!(verdicts(&shown), [Verdict::OnlyFromInside; 3]);
    click_first(&mut shown, "Phase 6 handle_weakrefs");
    let (alive, dead) = (Verdict::Reached, Verdict::Unreachable);
    assert_eq!(verdicts(&shown), [alive, dead, dead]);
    let here = app(&shown).cursor;
    click(&mut shown, "Step of the pass before");
    assert!(app(&shown).cursor < here);
}

#[test]
fn memory_leads_from_a_type_to_its_objects() {
    for (name, program, beginning, link) in [
        ("memory-garbage", GARBAGE, "Node, 1 object", "<Node>"),
        ("memory-diamond", DIAMOND, "D, 1 object", "<D>"),
    ] {
        let mut shown = open_program(name, program, LayoutKind::Memory);
        click_first(&mut shown, beginning);
        shown.run_steps(2);
        click_first(&mut shown, link);
        let chosen = app(&shown).selected.object.unwrap();
        assert_eq!(app(&shown).look().unwrap().short(chosen, 20), link);
        assert!(
            find(&shown, "Blocks of pool").is_some(),
            "its pool is drawn"
        );
    }
}

#[test]
fn events_are_found_by_their_words() {
    let mut shown = open_program("events", LOOP, LayoutKind::Learn);
    click(&mut shown, "Events");
    shown.get_by_label("Find in the events").focus();
    shown.run_steps(2);
    shown
        .get_by_label("Find in the events")
        .type_text("specialize");
    settle(&mut shown);
    let found = shown.query_all_by_label_contains("found").next();
    let words = found
        .and_then(|node| node.accesskit_node().value())
        .unwrap();
    assert!(!words.starts_with('0'), "{words}");
}

#[test]
fn the_bytecode_shows_instructions_that_were_specialized() {
    let mut shown = open_program("bytecode", LOOP, LayoutKind::Learn);
    go_to(&mut shown, "line:4#400");
    click_first(&mut shown, "Specialized");
    assert!(find(&shown, "Specialized 0").is_none(), "the loop is warm");
    click_first(&mut shown, "Value stack");
    click_first(&mut shown, "Handlers");
    shown.get_by_label("No handler: an exception here leaves the function.");
}
