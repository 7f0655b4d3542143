//! Clicks through the window by the names that screen readers see; needs no display.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod panels;

use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use ouroscope::app::Options;
use ouroscope::app::layout::LayoutKind;
use ouroscope::app::state::AppState;
use ouroscope::app::ui::theme::ThemeKind;
use ouroscope::app::window::Window;

const PROGRAM: &str = "\
class Node:
    def __init__(self, name):
        self.name = name
        self.other = None

left = Node('left')
right = Node('right')
left.other = right
right.other = left
print('linked')
";

type Shown = Harness<'static, Option<Window>>;

/// Opens the window on a program and waits until its run is over and drawn.
fn open(name: &str, layout: LayoutKind) -> Shown {
    let folder =
        std::env::temp_dir().join(format!("ouroscope-window-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.py"));
    std::fs::write(&path, PROGRAM).unwrap();
    let mut shown = start(Options {
        file: Some(path),
        layout: Some(layout),
        ..Options::default()
    });
    let end = Instant::now() + Duration::from_secs(120);
    while app(&shown).is_running() || app(&shown).last().0 == 0 {
        assert!(Instant::now() < end, "the run does not end");
        std::thread::sleep(Duration::from_millis(10));
        shown.run_steps(2);
    }
    shown.run_steps(6);
    shown
}

fn start(options: Options) -> Shown {
    let mut options = Some(options);
    let mut shown = Harness::builder()
        .with_size([1400.0, 900.0])
        .build_ui_state(
            move |ui, window: &mut Option<Window>| {
                match window {
                    Some(window) => window.frame_ui(ui),
                    // New fonts are there from the next frame on.
                    None => {
                        *window = Some(Window::new(
                            ui.ctx(),
                            None,
                            options.take().unwrap_or_default(),
                        ))
                    }
                }
            },
            None,
        );
    shown.run_steps(3);
    shown
}

fn app(shown: &Shown) -> &AppState {
    shown.state().as_ref().unwrap().app()
}

fn click(shown: &mut Shown, label: &str) {
    shown.get_by_label(label).click();
    shown.run_steps(4);
}

fn press(shown: &mut Shown, modifiers: Modifiers, key: Key) {
    shown.key_press_modifiers(modifiers, key);
    shown.run_steps(4);
}

#[test]
fn the_start_page_offers_lessons_and_opens_one() {
    let mut shown = start(Options::default());
    click(&mut shown, "Reference cycles");
    assert_eq!(
        app(&shown).document.as_ref().unwrap().title,
        "Reference cycles"
    );
    shown.get_by_label("Timeline");
}

#[test]
fn the_transport_moves_through_time_in_both_directions() {
    let mut shown = open("transport", LayoutKind::Learn);
    let end = app(&shown).cursor;
    click(&mut shown, "Back");
    let back = app(&shown).cursor;
    assert!(back < end, "{back:?} is before {end:?}");
    click(&mut shown, "Forward");
    assert_eq!(
        app(&shown).cursor,
        end,
        "and forward again to the same place"
    );
    click(&mut shown, "First");
    assert_eq!(app(&shown).cursor, app(&shown).first());
    press(&mut shown, Modifiers::COMMAND, Key::Z);
    assert_eq!(app(&shown).cursor, end, "navigation is undone");
    press(&mut shown, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(
        app(&shown).cursor,
        back,
        "the key does what the button does"
    );
}

#[test]
fn a_variable_leads_to_its_object_and_escape_clears_it() {
    let mut shown = open("select", LayoutKind::Learn);
    click(&mut shown, "left = <Node>");
    let chosen = app(&shown).selected.object.unwrap();
    assert_eq!(
        app(&shown).document.as_ref().unwrap().variable("left"),
        Some(chosen)
    );
    press(&mut shown, Modifiers::NONE, Key::Escape);
    assert_eq!(app(&shown).selected.object, None);
}

#[test]
fn the_graph_shows_the_cycle_with_its_counts() {
    let shown = open("graph", LayoutKind::Objects);
    assert_eq!(shown.get_all_by_label("Node, 2 references").count(), 2);
}

#[test]
fn a_breakpoint_stops_the_way_back() {
    let mut shown = open("breakpoint", LayoutKind::Learn);
    click(&mut shown, "Breakpoint at line 7");
    press(&mut shown, Modifiers::SHIFT, Key::F8);
    let look = app(&shown).look().unwrap();
    let frame = look.state.top_frame(look.state.running_thread()).unwrap();
    assert_eq!(frame.line, 7);
}

#[test]
fn the_palette_finds_a_command() {
    let mut shown = open("palette", LayoutKind::Learn);
    press(&mut shown, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    shown
        .get_by_role(egui::accesskit::Role::TextInput)
        .type_text("light");
    shown.run_steps(3);
    press(&mut shown, Modifiers::NONE, Key::Enter);
    assert_eq!(app(&shown).settings.theme, ThemeKind::Light);
}

#[test]
fn every_layout_draws_every_moment_it_is_asked_for() {
    let mut shown = open("layouts", LayoutKind::Learn);
    for kind in LayoutKind::ALL {
        // The switch in the top bar comes before the tab of the same name.
        shown.get_all_by_label(kind.name()).next().unwrap().click();
        shown.run_steps(4);
        assert_eq!(app(&shown).settings.layout, kind);
        click(&mut shown, "First");
        click(&mut shown, "Last");
    }
}
